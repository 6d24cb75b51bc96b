/* SPDX-License-Identifier: MIT */

/*
 * One group of keystores =. The file itself is not read here: it belongs to the queue manager and may
 * be replaced at any moment, so what is wrong with it is no mistake of the configuration.
 */

#include "model/config_build.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "model/config_shared.h"

static const struct {
        SettingId id;
        size_t offset;
} copied_texts[] = {
        { SETTING_KEYSTORE_NAME, offsetof(KeystoreConfig, name) },
        { SETTING_KEYSTORE_PATH, offsetof(KeystoreConfig, path) },
        { SETTING_KEYSTORE_STASH, offsetof(KeystoreConfig, stash) },
        { SETTING_KEYSTORE_QMGR, offsetof(KeystoreConfig, qmgr) },
        { SETTING_KEYSTORE_CERTLABL, offsetof(KeystoreConfig, certlabl) },
};

/* Without these there is nothing to read, or nothing to call it. */
static const struct {
        SettingId id;
        const char *remedy;
} required[] = {
        { SETTING_KEYSTORE_NAME, "give the key repository a name for metrics and reports" },
        { SETTING_KEYSTORE_PATH, "name the key repository, as the queue manager's SSLKEYR has it" },
};

void keystore_config_done(KeystoreConfig *k)
{
        assert(k);

        free(k->file);
        free(k->name);
        free(k->path);
        free(k->stash);
        free(k->qmgr);
        free(k->certlabl);
        (void) credential_passphrase_free(k->passphrase);
        *k = (KeystoreConfig){0};
}

static void complain_of_missing(ConfigBuilder *b, const ConfigGroup *g)
{
        for (size_t i = 0; i < ARRAY_LEN(required); i++)
                if (g->values[required[i].id].state == CONFIG_VALUE_ABSENT)
                        issues_add(b->issues, g->file, g->line, g->setting, "%s = is missing; %s",
                                setting_row(required[i].id)->info.name, required[i].remedy);
}

/* Two of one name could not be told apart in metrics and reports. */
static void complain_of_equal_name(ConfigBuilder *b, ConfigGroup *g)
{
        ConfigValue *name = &g->values[SETTING_KEYSTORE_NAME];

        if (name->state != CONFIG_VALUE_SET)
                return;

        for (size_t i = 0; i < b->config->n_keystores; i++) {
                const KeystoreConfig *other = &b->config->keystores[i];

                if (!other->name || strcmp(other->name, name->text) != 0)
                        continue;
                config_value_complain(name, b->issues,
                        "\"%.80s\" is also the name of the key repository at %s:%u; give one of them "
                        "another name =",
                        other->name, other->file, other->line);
                return;
        }
}

static int copy_settings(const ConfigGroup *g, KeystoreConfig *k)
{
        for (size_t i = 0; i < ARRAY_LEN(copied_texts); i++) {
                const ConfigValue *v = &g->values[copied_texts[i].id];
                char *copy = NULL;

                if (util_copy_text(v->state == CONFIG_VALUE_SET ? v->text : NULL, &copy) < 0)
                        return -ENOMEM;
                memcpy((char *) k + copied_texts[i].offset, &copy, sizeof(copy));
        }

        k->line = g->line;
        k->file = strdup(g->file);
        return k->file ? 0 : -ENOMEM;
}

/* Its own threshold, or that of the endpoints. */
static ConfigValue *threshold_of(ConfigBuilder *b, ConfigGroup *g, SettingId own, SettingId common)
{
        if (g->values[own].state == CONFIG_VALUE_ABSENT)
                return config_builder_right_value(b, g, common);

        return g->values[own].state == CONFIG_VALUE_SET ? &g->values[own] : NULL;
}

static void build_thresholds(ConfigBuilder *b, ConfigGroup *g, KeystoreConfig *k)
{
        ConfigValue *w = threshold_of(
                b, g, SETTING_KEYSTORE_EXPIRY_WARNING, SETTING_EXPIRY_WARNING);
        ConfigValue *c = threshold_of(
                b, g, SETTING_KEYSTORE_EXPIRY_CRITICAL, SETTING_EXPIRY_CRITICAL);
        bool is_own = w == &g->values[SETTING_KEYSTORE_EXPIRY_WARNING] ||
                      c == &g->values[SETTING_KEYSTORE_EXPIRY_CRITICAL];

        if (!w || !c)
                return;

        /* Those of defaults have been held against each other already. */
        if (is_own && threshold_exceeds(&c->threshold, &w->threshold)) {
                ConfigValue *blamed =
                        config_builder_blame(g, SETTING_KEYSTORE_EXPIRY_CRITICAL, c, w);

                config_value_complain(blamed, b->issues,
                        "expiry_critical = \"%s\" is more than expiry_warning = \"%s\"; the warning "
                        "has to come first",
                        c->text, w->text);
        }
        k->expiry_warning = w->threshold;
        k->expiry_critical = c->threshold;
}

static int build_keystore(ConfigBuilder *b, ConfigGroup *g, KeystoreConfig *k)
{
        const ConfigPassphrase passphrase = {
                .file = &g->values[SETTING_KEYSTORE_PASSPHRASE_FILE],
                .credential = &g->values[SETTING_KEYSTORE_PASSPHRASE_CREDENTIAL],
                .credentials_directory = b->surroundings.credentials_directory,
        };
        int r;

        complain_of_missing(b, g);
        complain_of_equal_name(b, g);
        r = copy_settings(g, k);
        if (r < 0)
                return r;
        build_thresholds(b, g, k);
        return config_shared_passphrase(&passphrase, b->issues, &k->passphrase);
}

int config_build_keystore(ConfigBuilder *b, ConfigGroup *g)
{
        Config *c = b->config;
        KeystoreConfig k = {0};
        int r;

        assert(g);

        r = build_keystore(b, g, &k);
        if (r >= 0)
                r = util_grow(&c->keystores, c->n_keystores, sizeof(*c->keystores));
        if (r < 0) {
                keystore_config_done(&k);
                return r;
        }

        c->keystores[c->n_keystores++] = k;
        return 0;
}
