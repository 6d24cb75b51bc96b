/* SPDX-License-Identifier: MIT */

/* One group of imports =: which file, with which filters, and what is to be told about it. */

#include "model/config_import.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "model/import_ccdt.h"
#include "model/import_mqsc.h"

typedef int (*ImportFile)(
        const char *path, const ImportOptions *options, Issues *issues, ImportResult *ret);

static const struct {
        SettingId id;
        ImportFile import;
} formats[] = {
        { SETTING_IMPORT_CCDT, import_ccdt_file },
        { SETTING_IMPORT_MQSC, import_mqsc_file },
};

static int read_types(Importer *m)
{
        ConfigValue *v = &m->group->values[SETTING_IMPORT_TYPES];

        if (v->n_list == 0)
                return 0;
        m->types = calloc(v->n_list, sizeof(*m->types));
        if (!m->types)
                return -ENOMEM;

        for (size_t i = 0; i < v->n_list; i++) {
                m->types[i] = channel_type_from_string(v->list[i]);
                if (m->types[i] == _CHANNEL_TYPE_INVALID)
                        config_value_complain(v, m->builder->issues,
                                "\"%.80s\" is not one of %s; write some of these", v->list[i],
                                setting_row(SETTING_IMPORT_TYPES)->info.limits);
        }
        return 0;
}

/* The one of `formats` that the group names; NULL after a complaint. */
static ImportFile find_format(Importer *m)
{
        ConfigGroup *g = m->group;
        ConfigValue *ccdt = &g->values[SETTING_IMPORT_CCDT];
        ConfigValue *mqsc = &g->values[SETTING_IMPORT_MQSC];
        ConfigValue *host = &g->values[SETTING_IMPORT_HOST];

        if (ccdt->state == CONFIG_VALUE_ABSENT && mqsc->state == CONFIG_VALUE_ABSENT)
                issues_add(m->builder->issues, g->file, g->line, g->setting,
                        "ccdt = or mqsc = is missing; name the file with the channel definitions");
        if (ccdt->state == CONFIG_VALUE_SET && mqsc->state != CONFIG_VALUE_ABSENT)
                config_value_complain(ccdt, m->builder->issues,
                        "there is mqsc = as well; give each file a group of its own");
        if (ccdt->state == CONFIG_VALUE_SET && host->state == CONFIG_VALUE_SET)
                config_value_complain(host, m->builder->issues,
                        "a CCDT says itself where its channels connect to; remove it");

        for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
                const ConfigValue *v = &g->values[formats[i].id];

                if (v->state != CONFIG_VALUE_SET)
                        continue;
                m->format = setting_row(formats[i].id)->info.name;
                m->path = v->text;
                return formats[i].import;
        }
        return NULL;
}

static bool is_wrong(const ConfigGroup *g)
{
        static const SettingId ids[] = {
                SETTING_IMPORT_QMGR,
                SETTING_IMPORT_HOST,
                SETTING_IMPORT_INCLUDE,
                SETTING_IMPORT_EXCLUDE,
                SETTING_IMPORT_TYPES,
        };

        for (size_t i = 0; i < ARRAY_LEN(ids); i++)
                if (g->values[ids[i]].state == CONFIG_VALUE_WRONG)
                        return true;
        return false;
}

static void set_options(Importer *m)
{
        const ConfigValue *values = m->group->values;
        const ConfigValue *include = &values[SETTING_IMPORT_INCLUDE];
        const ConfigValue *exclude = &values[SETTING_IMPORT_EXCLUDE];

        m->options = (ImportOptions){
                .qmgr = values[SETTING_IMPORT_QMGR].text,
                .host = values[SETTING_IMPORT_HOST].text,
                .include = (const char *const *) include->list,
                .n_include = include->n_list,
                .exclude = (const char *const *) exclude->list,
                .n_exclude = exclude->n_list,
                .types = m->types,
                .n_types = values[SETTING_IMPORT_TYPES].n_list,
        };
}

static int compare_skipped(const void *a, const void *b)
{
        const ImportSkip *x = a, *y = b;

        if (x->line != y->line)
                return x->line < y->line ? -1 : 1;
        return strcmp(x->name, y->name);
}

/* Hands over what there is to tell about it. */
static int conclude(Importer *m)
{
        Config *c = m->builder->config;
        ImportResult *result = &m->result;
        ConfigImport i = {
                .path = strdup(m->path),
                .format = m->format,
                .n_endpoints = m->n_endpoints,
                .n_explicit = m->n_explicit,
        };

        if (!i.path || util_grow(&c->imports, c->n_imports, sizeof(*c->imports)) < 0) {
                free(i.path);
                return -ENOMEM;
        }

        if (result->n_skipped > 0)
                qsort(result->skipped, result->n_skipped, sizeof(*result->skipped), compare_skipped);
        i.skipped = STEAL(result->skipped);
        i.n_skipped = result->n_skipped;
        result->n_skipped = 0;
        c->imports[c->n_imports++] = i;
        return 0;
}

static int import_group(Importer *m)
{
        ImportFile import = NULL;
        int r = read_types(m);

        if (r < 0)
                return r;
        import = find_format(m);
        if (!import)
                return 0;

        /* Wrong filters let more through than was meant, and each of that could be complained about. */
        if (is_wrong(m->group))
                return 0;

        set_options(m);
        r = import(m->path, &m->options, m->builder->issues, &m->result);
        if (r < 0)
                return r == -EINVAL ? 0 : r;

        r = config_import_begin(m);
        for (size_t i = 0; r >= 0 && i < m->result.n_endpoints; i++)
                r = config_import_definition(m, &m->result.endpoints[i]);
        return r < 0 ? r : conclude(m);
}

int config_build_import(ConfigBuilder *b, ConfigGroup *g)
{
        Importer m = { .builder = b, .group = g };
        int r;

        assert(b);
        assert(g);

        r = import_group(&m);
        import_result_done(&m.result);
        free(m.types);
        return r;
}
