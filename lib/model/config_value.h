/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_CONFIG_VALUE_H
#define MQTLS_MODEL_CONFIG_VALUE_H

/*
 * Settings as values, between the text that they stood in (config_load.c, config_probe.c) and the
 * Config that is made of them (config_build.c, config_endpoint.c). Internal to model/. A value that
 * was checked and found wrong has been complained about already: whoever meets it says nothing more.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "judge/expiry.h"
#include "model/config_load.h"
#include "model/config_table.h"
#include "model/issue.h"
#include "mq/cipherspec.h"

enum {
        CONFIG_NAME_BYTES_MAX = 256,
        CONFIG_TEXT_BYTES_MAX = 4096,
        CONFIG_SHOWN_MAX = 80, /* of a wrong value, in a message */
};

typedef enum ConfigSection {
        CONFIG_SECTION_TOP,
        CONFIG_SECTION_HTTP,
        CONFIG_SECTION_HTTP_TLS,
        CONFIG_SECTION_PROBING,
        CONFIG_SECTION_DEFAULTS, /* has no rows of its own: those of ENDPOINTS that say in_defaults */
        CONFIG_SECTION_IDENTITIES,
        CONFIG_SECTION_KEYSTORES,
        CONFIG_SECTION_IMPORTS, /* and those rows of ENDPOINTS that may override what is imported */
        CONFIG_SECTION_ENDPOINTS,
        _CONFIG_SECTION_MAX,
} ConfigSection;

typedef enum ConfigKind {
        /* Written as strings. */
        CONFIG_KIND_STRING,
        CONFIG_KIND_TEXT,
        CONFIG_KIND_NAME,
        CONFIG_KIND_PATH,
        CONFIG_KIND_CREDENTIAL,
        CONFIG_KIND_CHOICE,
        CONFIG_KIND_SPAN,
        CONFIG_KIND_THRESHOLD,
        CONFIG_KIND_URL,
        CONFIG_KIND_QMGR,
        CONFIG_KIND_CHANNEL,
        CONFIG_KIND_CERTLABL,
        CONFIG_KIND_CHLTYPE,
        CONFIG_KIND_CONNAME,
        CONFIG_KIND_SSLCIPH,          /* one that can be offered */
        CONFIG_KIND_LISTENER_SSLCIPH, /* one that MQ knows */
        CONFIG_KIND_SSLPEER,
        CONFIG_KIND_SNI,
        CONFIG_KIND_SHARD,

        CONFIG_KIND_BOOLEAN,
        CONFIG_KIND_INTEGER,
        CONFIG_KIND_STRINGS,
        CONFIG_KIND_GROUP,
        CONFIG_KIND_GROUPS,
        _CONFIG_KIND_MAX,
} ConfigKind;

#define CONFIG_TABLE_ENUM(id, ...) SETTING_##id,
typedef enum SettingId {
        CONFIG_TABLE(CONFIG_TABLE_ENUM)
        _SETTING_MAX,
} SettingId;
#undef CONFIG_TABLE_ENUM

typedef struct SettingRow {
        ConfigSection section;
        ConfigKind kind;
        SettingInfo info;
} SettingRow;

/* Row of a setting; never NULL. */
const SettingRow *setting_row(SettingId id);

/* By the section it was found in. False if there is none; then `*ret_hint`, unless NULL, is the
 * nearest name that there is, or NULL. */
bool setting_find(ConfigSection section, const char *name, SettingId *ret_id, const char **ret_hint);

/* "http"; "" for the top. */
const char *config_section_to_string(ConfigSection section);

/* How many single-character edits lead from one to the other, ignoring case; stops at `limit`. */
unsigned config_distance(const char *a, const char *b, unsigned limit);

typedef enum ConfigValueState {
        CONFIG_VALUE_ABSENT,
        CONFIG_VALUE_WRONG, /* and complained about */
        CONFIG_VALUE_SET,
} ConfigValueState;

typedef struct ConfigValue {
        ConfigValueState state;
        const char *file; /* borrowed from the source, which outlives all values */
        unsigned line;
        char *setting;    /* "endpoints[3].sslciph", for issues */

        char *text;       /* kinds written as strings; paths are resolved already */
        char **list;      /* STRINGS */
        size_t n_list;
        bool boolean;
        int64_t integer;
        uint64_t usec;       /* SPAN */
        Threshold threshold; /* THRESHOLD */
} ConfigValue;

/* The settings of one group: one value per row of the table, most of them absent. */
typedef struct ConfigGroup {
        const char *file; /* borrowed */
        unsigned line;
        char *setting;    /* "endpoints[3]"; NULL for the top */
        ConfigValue values[_SETTING_MAX];
} ConfigGroup;

void config_value_done(ConfigValue *v);
void config_group_done(ConfigGroup *g);

/* Complains about a value, which is wrong from here on. The format is a literal. */
#define config_value_complain(v, issues, ...)                                                      \
        do {                                                                                       \
                (v)->state = CONFIG_VALUE_WRONG;                                                   \
                issues_add((issues), (v)->file, (v)->line, (v)->setting, __VA_ARGS__);             \
        } while (0)

/* ---- config_check.c: from what was written to a value that is right or wrong ----
 * Each returns 0, also for a value that it found wrong, or -ENOMEM. file, line and setting are set. */

int config_value_set_text(ConfigValue *v, SettingId id, const char *text, Issues *issues);
int config_value_set_integer(ConfigValue *v, SettingId id, int64_t integer, Issues *issues);
void config_value_set_boolean(ConfigValue *v, bool boolean);

/* Adds to a STRINGS value. Wrong strings are complained about; the others stay. */
int config_value_add_string(ConfigValue *v, const char *text, Issues *issues);

/* Why the TLS library cannot offer an SSLCIPH that MQ knows: a static text, or NULL where it can. */
const char *config_sslciph_fault(const SslCiph *s);

/* Fills a group with the defaults of the table. */
int config_group_set_fallbacks(ConfigGroup *g, Issues *issues);

/* "127.0.0.1:19157", "[::1]:19157": a numeric address and a port, 0 for any free one. Returns 0,
 * -ENOMEM, or -EINVAL with a static text in `*ret_why`. */
int listen_address_parse(const char *text, ListenAddress *ret, const char **ret_why);
bool listen_address_is_loopback(const ListenAddress *a);

#endif
