/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_CONFIG_BUILD_H
#define MQTLS_MODEL_CONFIG_BUILD_H

/*
 * Groups of checked settings become a Config: what belongs together is held against each other, files
 * are loaded, defaults fill the gaps. Used by config_load.c and config_probe.c. Internal to model/.
 *
 * Every function returns 0, also after complaints, or -ENOMEM.
 */

#include <stddef.h>

#include "base/util.h"
#include "model/config.h"
#include "model/config_load.h"
#include "model/config_value.h"

/* Where an endpoint's name stands, to find the second of a name. */
typedef struct NamePlace {
        const char *name; /* of the endpoint */
        size_t index;     /* the order in the files */
        char *file;
        unsigned line;
        char *setting;
} NamePlace;

typedef struct ConfigBuilder {
        Config *config;
        Issues *issues;
        ConfigSurroundings surroundings;

        ConfigGroup fallbacks; /* of the table */
        ConfigGroup defaults;  /* of the file */

        NamePlace *names; /* parallel to config->endpoints */
        size_t n_names;
        void *known_names; /* those that imports know of, tsearch(3) (config_import_endpoint.c) */
        size_t n_known;    /* of `names` */
        NamePlace exposed;       /* the first address of http.listen that other machines can reach; `name`
                                    is owned by the configuration */
        size_t n_untrusted;      /* endpoints without trust */
        NamePlace first_untrusted;
} ConfigBuilder;

/* `surroundings` may be NULL. A builder that was begun is done, whatever came. */
int config_builder_begin(ConfigBuilder *b, const char *path, const ConfigSurroundings *surroundings,
        Issues *issues);
void config_builder_done(ConfigBuilder *b);

int config_build_top(ConfigBuilder *b, ConfigGroup *g);
int config_build_http(ConfigBuilder *b, ConfigGroup *g);
/* Behind defaults, which say when a certificate is near its end (config_http.c). */
int config_build_http_tls(ConfigBuilder *b, ConfigGroup *g);
int config_build_probing(ConfigBuilder *b, ConfigGroup *g);
int config_build_identity(ConfigBuilder *b, ConfigGroup *g);
int config_build_keystore(ConfigBuilder *b, ConfigGroup *g); /* behind defaults */
int config_build_endpoint(ConfigBuilder *b, ConfigGroup *g); /* behind defaults and identities */
int config_build_import(ConfigBuilder *b, ConfigGroup *g);   /* behind endpoints */

/* What can be said only of the whole. Then hands the Config over, or returns -EINVAL when there is an
 * error among the issues. */
int config_builder_finish(ConfigBuilder *b, Config **ret);

/* The value that counts: the group's own, or else defaults', or else the table's. NULL: none. */
ConfigValue *config_builder_value(ConfigBuilder *b, ConfigGroup *g, SettingId id);

/* The same, NULL also where it is wrong. */
ConfigValue *config_builder_right_value(ConfigBuilder *b, ConfigGroup *g, SettingId id);

/* The same as a number within the limits of its row, and as a span; 0 where there is none. */
unsigned config_builder_number(ConfigBuilder *b, ConfigGroup *g, SettingId id);
uint64_t config_builder_span(ConfigBuilder *b, ConfigGroup *g, SettingId id);

/* Of two settings that do not go together, the one that stands in a file, the group's own first. */
ConfigValue *config_builder_blame(ConfigGroup *g, SettingId a_id, ConfigValue *a, ConfigValue *b);

/* Appends the name of an endpoint that is not given one: MQ's way to name a channel of a queue
 * manager, which may be NULL, and where it is. */
void config_append_name(const char *qmgr, const char *channel, const Conname *entry, Buf *b);

/* Remembers where `v` stands, for a complaint to be made later. Returns 0 or -ENOMEM. */
int name_place_set(NamePlace *n, const ConfigValue *v);

/* Can a channel of this type be asked for at depth "mq"? */
bool config_type_can_be_asked(ChannelType t);

/* What an endpoint has for its looks at depth "mq", and what only they can tell (config_mq.c):
 * complaints, then the settings. Stands behind chltype and interval. */
void config_check_mq(ConfigBuilder *b, ConfigGroup *g);
int config_build_mq(ConfigBuilder *b, ConfigGroup *g, EndpointConfig *e);

/* Forgets which names imports know of (config_import_endpoint.c). */
void config_known_names_done(ConfigBuilder *b);

/* Frees what an EndpointConfig owns (config.c). */
void endpoint_config_done(EndpointConfig *e);

/* The same of a KeystoreConfig (config_keystore.c). */
void keystore_config_done(KeystoreConfig *k);

#endif
