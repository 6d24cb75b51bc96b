/* SPDX-License-Identifier: MIT */
#include "model/config_value.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

void config_value_done(ConfigValue *v)
{
        assert(v);

        for (size_t i = 0; i < v->n_list; i++)
                free(v->list[i]);
        free(v->list);
        free(v->text);
        free(v->setting);
        *v = (ConfigValue){0};
}

void config_group_done(ConfigGroup *g)
{
        assert(g);

        for (size_t i = 0; i < ARRAY_LEN(g->values); i++)
                config_value_done(&g->values[i]);
        free(g->setting);
        *g = (ConfigGroup){0};
}

/* What stands between the first and the last quote, or everything where there are none. */
static char *unquote(const char *written)
{
        const char *first = strchr(written, '"'), *last = strrchr(written, '"');

        if (!first || first == last)
                return strdup(written);

        return strndup(first + 1, (size_t) (last - first) - 1);
}

static int set_fallback(ConfigValue *v, SettingId id, Issues *issues)
{
        const char *written = setting_row(id)->info.fallback;
        CLEANUP_FREE char *text = NULL;
        ConfigKind kind = setting_row(id)->kind;

        if (!written[0])
                return 0;

        text = unquote(written);
        if (!text)
                return -ENOMEM;

        v->file = "";
        if (kind == CONFIG_KIND_BOOLEAN) {
                config_value_set_boolean(v, strcmp(text, "true") == 0);
                return 0;
        }
        if (kind == CONFIG_KIND_INTEGER)
                return config_value_set_integer(v, id, strtoll(text, NULL, 10), issues);
        if (kind == CONFIG_KIND_STRINGS)
                return config_value_add_string(v, text, issues);
        return config_value_set_text(v, id, text, issues);
}

int config_group_set_fallbacks(ConfigGroup *g, Issues *issues)
{
        assert(g);

        g->file = "";
        for (size_t i = 0; i < ARRAY_LEN(g->values); i++) {
                int r = set_fallback(&g->values[i], (SettingId) i, issues);

                if (r < 0)
                        return r;
        }

        return 0;
}
