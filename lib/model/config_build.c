/* SPDX-License-Identifier: MIT */
#include "model/config_build.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "model/config_shared.h"

int config_builder_begin(ConfigBuilder *b, const char *path, const ConfigSurroundings *surroundings,
        Issues *issues)
{
        Config *c = NULL;

        assert(b);
        assert(path);
        assert(issues);

        *b = (ConfigBuilder){ .issues = issues };
        if (surroundings)
                b->surroundings = *surroundings;

        c = b->config = calloc(1, sizeof(*b->config));
        if (!c)
                return -ENOMEM;

        c->n_ref = 1;
        c->path = strdup(path);
        if (!c->path || config_shared_new(&c->shared) < 0)
                return -ENOMEM;

        return config_group_set_fallbacks(&b->fallbacks, issues);
}

static void name_place_done(NamePlace *n)
{
        free(n->file);
        free(n->setting);
        *n = (NamePlace){0};
}

int name_place_set(NamePlace *n, const ConfigValue *v)
{
        assert(n);
        assert(v);

        *n = (NamePlace){
                .file = strdup(v->file),
                .line = v->line,
                .setting = strdup(v->setting ? v->setting : ""),
        };
        return n->file && n->setting ? 0 : -ENOMEM;
}

void config_builder_done(ConfigBuilder *b)
{
        assert(b);

        for (size_t i = 0; i < b->n_names; i++)
                name_place_done(&b->names[i]);
        free(b->names);
        config_known_names_done(b);
        name_place_done(&b->first_untrusted);
        name_place_done(&b->exposed);
        config_group_done(&b->fallbacks);
        config_group_done(&b->defaults);
        (void) config_unref(b->config);
        *b = (ConfigBuilder){0};
}

ConfigValue *config_builder_value(ConfigBuilder *b, ConfigGroup *g, SettingId id)
{
        ConfigGroup *layers[] = { g, &b->defaults, &b->fallbacks };

        for (size_t i = 0; i < ARRAY_LEN(layers); i++)
                if (layers[i]->values[id].state != CONFIG_VALUE_ABSENT)
                        return &layers[i]->values[id];
        return NULL;
}

ConfigValue *config_builder_right_value(ConfigBuilder *b, ConfigGroup *g, SettingId id)
{
        ConfigValue *v = config_builder_value(b, g, id);

        return v && v->state == CONFIG_VALUE_SET ? v : NULL;
}

unsigned config_builder_number(ConfigBuilder *b, ConfigGroup *g, SettingId id)
{
        const ConfigValue *v = config_builder_right_value(b, g, id);

        return v ? (unsigned) v->integer : 0; /* the limits of all that are read here fit */
}

uint64_t config_builder_span(ConfigBuilder *b, ConfigGroup *g, SettingId id)
{
        const ConfigValue *v = config_builder_right_value(b, g, id);

        return v ? v->usec : 0;
}

int config_build_top(ConfigBuilder *b, ConfigGroup *g)
{
        const ConfigValue *v = config_builder_right_value(b, g, SETTING_STATE_DIRECTORY);
        const ConfigValue *watch = config_builder_right_value(b, g, SETTING_WATCH);
        const ConfigValue *shard = config_builder_right_value(b, g, SETTING_SHARD);
        const char *from_environment = b->surroundings.state_directory;

        if (shard)
                (void) shard_parse(shard->text, &b->config->shard); /* the checks let it pass */
        b->config->watch = watch && watch->boolean;

        /* systemd.exec(5), "StateDirectory=": several directories are separated by colons. */
        if (from_environment && from_environment[0])
                b->config->state_directory =
                        strndup(from_environment, strcspn(from_environment, ":"));
        else if (v)
                b->config->state_directory = strdup(v->text);
        else
                return 0;

        return b->config->state_directory ? 0 : -ENOMEM;
}

int config_build_probing(ConfigBuilder *b, ConfigGroup *g)
{
        b->config->probing = (ProbingConfig){
                .connecting_max = config_builder_number(b, g, SETTING_PROBING_CONNECTING_MAX),
                .handshaking_max = config_builder_number(b, g, SETTING_PROBING_HANDSHAKING_MAX),
                .spacing_usec = config_builder_span(b, g, SETTING_PROBING_SPACING),
                .resolver_threads = config_builder_number(b, g, SETTING_PROBING_RESOLVER_THREADS),
                .resolver_cache_usec = config_builder_span(b, g, SETTING_PROBING_RESOLVER_CACHE),
        };
        return 0;
}

int config_build_identity(ConfigBuilder *b, ConfigGroup *g)
{
        ConfigValue *name = &g->values[SETTING_IDENTITY_NAME];
        ConfigIdentityFiles files = {
                .certificate = &g->values[SETTING_IDENTITY_CERTIFICATE],
                .key = &g->values[SETTING_IDENTITY_KEY],
                .pkcs12 = &g->values[SETTING_IDENTITY_PKCS12],
        };
        ConfigPassphrase passphrase = {
                .file = &g->values[SETTING_IDENTITY_PASSPHRASE_FILE],
                .credential = &g->values[SETTING_IDENTITY_PASSPHRASE_CREDENTIAL],
                .credentials_directory = b->surroundings.credentials_directory,
        };

        if (name->state == CONFIG_VALUE_ABSENT)
                issues_add(b->issues, g->file, g->line, g->setting,
                        "name = is missing; give the identity a name for endpoints to use");
        if (name->state != CONFIG_VALUE_SET)
                return 0;

        return config_shared_add_identity(b->config->shared, name, &files, &passphrase, b->issues);
}

static int compare_names(const void *a, const void *b)
{
        const NamePlace *x = a, *y = b;
        int r = strcmp(x->name, y->name);

        return r != 0 ? r : (x->index > y->index) - (x->index < y->index);
}

/* Two endpoints of one name could not be told apart in metrics and reports. */
static void complain_of_equal_names(ConfigBuilder *b)
{
        const NamePlace *first = NULL;

        if (b->n_names == 0)
                return;

        qsort(b->names, b->n_names, sizeof(*b->names), compare_names);
        for (size_t i = 0; i < b->n_names; i++) {
                const NamePlace *n = &b->names[i];

                if (!first || strcmp(first->name, n->name) != 0) {
                        first = n;
                        continue;
                }

                issues_add(b->issues, n->file, n->line, n->setting,
                        "\"%.80s\" is also the name of the endpoint at %s:%u; give one of them "
                        "another name =",
                        n->name, first->file, first->line);
        }
}

/* Every daemon checks all endpoints, and then keeps its own. */
static void take_share(Config *c)
{
        size_t n = 0;

        c->n_endpoints_all = c->n_endpoints;
        for (size_t i = 0; i < c->n_endpoints; i++) {
                if (shard_takes(&c->shard, c->endpoints[i].name))
                        c->endpoints[n++] = c->endpoints[i];
                else
                        endpoint_config_done(&c->endpoints[i]);
        }
        c->n_endpoints = n;
}

int config_builder_finish(ConfigBuilder *b, Config **ret)
{
        const NamePlace *u = &b->first_untrusted;

        assert(ret);

        complain_of_equal_names(b);

        if (b->n_untrusted == 1)
                issues_add_warning(b->issues, u->file, u->line, u->setting,
                        "trust = is missing, so that the certificate chain is not verified; name "
                        "the file with the signers that partners believe");
        else if (b->n_untrusted > 1)
                issues_add_warning(b->issues, u->file, u->line, u->setting,
                        "trust = is missing here and in %zu more of the endpoints, so that their "
                        "certificate chains are not verified; name the file with the signers that "
                        "partners believe, perhaps in defaults",
                        b->n_untrusted - 1);

        if (b->issues->failed)
                return -ENOMEM;
        if (b->issues->n_errors > 0)
                return -EINVAL;

        take_share(b->config);
        *ret = STEAL(b->config);
        return 0;
}
