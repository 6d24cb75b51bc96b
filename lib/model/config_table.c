/* SPDX-License-Identifier: MIT */
#include "model/config_table.h"

#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "model/config_value.h"

enum {
        HINT_DISTANCE_MAX = 3,   /* farther away is not a slip of the hand */
        DISTANCE_LENGTH_MAX = 64,
};

/* Names of sections and kinds as users see them. */
#define SECTION_NAME_TOP ""
#define SECTION_NAME_HTTP "http"
#define SECTION_NAME_HTTP_TLS "http.tls"
#define SECTION_NAME_PROBING "probing"
#define SECTION_NAME_DEFAULTS "defaults"
#define SECTION_NAME_IDENTITIES "identities"
#define SECTION_NAME_IMPORTS "imports"
#define SECTION_NAME_KEYSTORES "keystores"
#define SECTION_NAME_ENDPOINTS "endpoints"

#define KIND_NAME_STRING "string"
#define KIND_NAME_TEXT "string"
#define KIND_NAME_NAME "string"
#define KIND_NAME_PATH "path"
#define KIND_NAME_CREDENTIAL "credential name"
#define KIND_NAME_CHOICE "choice"
#define KIND_NAME_SPAN "span"
#define KIND_NAME_THRESHOLD "threshold"
#define KIND_NAME_URL "URL"
#define KIND_NAME_QMGR "queue manager name"
#define KIND_NAME_CHANNEL "channel name"
#define KIND_NAME_CERTLABL "certificate label"
#define KIND_NAME_CHLTYPE "choice"
#define KIND_NAME_CONNAME "CONNAME"
#define KIND_NAME_SSLCIPH "SSLCIPH"
#define KIND_NAME_LISTENER_SSLCIPH "SSLCIPH"
#define KIND_NAME_SSLPEER "SSLPEER"
#define KIND_NAME_SNI "string"
#define KIND_NAME_SHARD "share"
#define KIND_NAME_BOOLEAN "boolean"
#define KIND_NAME_INTEGER "integer"
#define KIND_NAME_STRINGS "list of strings"
#define KIND_NAME_GROUP "group"
#define KIND_NAME_GROUPS "list of groups"

#define SETTING_ROW(id_, section_, name_, kind_, fallback_, limits_, in_defaults_, supported_,     \
        meaning_)                                                                                  \
        [SETTING_##id_] = {                                                                        \
                .section = CONFIG_SECTION_##section_,                                              \
                .kind = CONFIG_KIND_##kind_,                                                       \
                .info = {                                                                          \
                        .section = SECTION_NAME_##section_,                                        \
                        .name = (name_),                                                           \
                        .type = KIND_NAME_##kind_,                                                 \
                        .fallback = (fallback_),                                                   \
                        .limits = (limits_),                                                       \
                        .meaning = (meaning_),                                                     \
                        .in_defaults = (in_defaults_),                                             \
                        .supported = (supported_),                                                 \
                },                                                                                 \
        },

static const SettingRow setting_rows[] = { CONFIG_TABLE(SETTING_ROW) };

_Static_assert(ARRAY_LEN(setting_rows) == _SETTING_MAX, "one row for each setting");

const SettingRow *setting_row(SettingId id)
{
        assert((size_t) id < ARRAY_LEN(setting_rows));

        return &setting_rows[id];
}

const SettingInfo *setting_info(size_t i)
{
        return i < ARRAY_LEN(setting_rows) ? &setting_rows[i].info : NULL;
}

const char *config_section_to_string(ConfigSection section)
{
        static const char *const names[_CONFIG_SECTION_MAX] = {
                [CONFIG_SECTION_TOP] = SECTION_NAME_TOP,
                [CONFIG_SECTION_HTTP] = SECTION_NAME_HTTP,
                [CONFIG_SECTION_HTTP_TLS] = SECTION_NAME_HTTP_TLS,
                [CONFIG_SECTION_PROBING] = SECTION_NAME_PROBING,
                [CONFIG_SECTION_DEFAULTS] = SECTION_NAME_DEFAULTS,
                [CONFIG_SECTION_IDENTITIES] = SECTION_NAME_IDENTITIES,
                [CONFIG_SECTION_KEYSTORES] = SECTION_NAME_KEYSTORES,
                [CONFIG_SECTION_IMPORTS] = SECTION_NAME_IMPORTS,
                [CONFIG_SECTION_ENDPOINTS] = SECTION_NAME_ENDPOINTS,
        };

        assert(section < _CONFIG_SECTION_MAX);

        return names[section];
}

unsigned config_distance(const char *a, const char *b, unsigned limit)
{
        unsigned row[DISTANCE_LENGTH_MAX + 1];
        size_t n_a = strlen(a), n_b = strlen(b);

        if (n_a > DISTANCE_LENGTH_MAX || n_b > DISTANCE_LENGTH_MAX)
                return limit;

        for (size_t j = 0; j <= n_b; j++)
                row[j] = (unsigned) j;

        for (size_t i = 1; i <= n_a; i++) {
                unsigned diagonal = row[0];

                row[0] = (unsigned) i;
                for (size_t j = 1; j <= n_b; j++) {
                        bool same = tolower((unsigned char) a[i - 1]) ==
                                    tolower((unsigned char) b[j - 1]);
                        unsigned replaced = diagonal + (same ? 0 : 1);
                        unsigned shifted = MIN_OF(row[j], row[j - 1]) + 1;

                        diagonal = row[j];
                        row[j] = MIN_OF(replaced, shifted);
                }
        }

        return MIN_OF(row[n_b], limit);
}

/* What every imported definition says of itself; imports has a qmgr of its own. */
static bool row_is_imported(const SettingRow *row)
{
        static const SettingId imported[] = {
                SETTING_QMGR,
                SETTING_CHANNEL,
                SETTING_CHLTYPE,
                SETTING_CONNAME,
        };

        for (size_t i = 0; i < ARRAY_LEN(imported); i++)
                if (row == &setting_rows[imported[i]])
                        return true;
        return false;
}

static bool row_belongs(const SettingRow *row, ConfigSection section)
{
        if (section == CONFIG_SECTION_IMPORTS && row->section == CONFIG_SECTION_ENDPOINTS)
                return row->info.in_defaults && !row_is_imported(row);
        if (section == CONFIG_SECTION_DEFAULTS)
                return row->section == CONFIG_SECTION_ENDPOINTS && row->info.in_defaults;

        return row->section == section;
}

bool setting_find(ConfigSection section, const char *name, SettingId *ret_id, const char **ret_hint)
{
        unsigned best = HINT_DISTANCE_MAX + 1;
        const char *hint = NULL;

        assert(name);
        assert(ret_id);

        for (size_t i = 0; i < ARRAY_LEN(setting_rows); i++) {
                const SettingRow *row = &setting_rows[i];
                unsigned distance = 0;

                if (!row_belongs(row, section))
                        continue;

                if (strcmp(row->info.name, name) == 0) {
                        *ret_id = (SettingId) i;
                        return true;
                }

                distance = config_distance(row->info.name, name, HINT_DISTANCE_MAX + 1);
                if (distance < best && distance < strlen(row->info.name) && row->info.supported) {
                        best = distance;
                        hint = row->info.name;
                }
        }

        if (ret_hint)
                *ret_hint = hint;
        return false;
}
