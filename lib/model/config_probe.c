/* SPDX-License-Identifier: MIT */

/* The configuration of one look, from the command line instead of a file. */

#include "model/config_load.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/config_build.h"
#include "model/config_value.h"

#define COMMAND_LINE "command line"
#define PROBE_CHANNEL "SYSTEM.DEF.SVRCONN"
#define PROBE_SSLCIPH "ANY_TLS12_OR_HIGHER"
#define PEM_BEGIN "-----BEGIN "

enum {
        HEAD_BYTES = 16384, /* text may stand before the first PEM block */
};

typedef struct OptionRow {
        SettingId id;
        const char *option;
        size_t offset;        /* in ConfigProbeOptions */
        const char *fallback; /* NULL: as in a file */
} OptionRow;

static const OptionRow endpoint_options[] = {
        { SETTING_CONNAME, "--probe", offsetof(ConfigProbeOptions, conname), NULL },
        { SETTING_CHANNEL, "--channel", offsetof(ConfigProbeOptions, channel), PROBE_CHANNEL },
        { SETTING_SSLCIPH, "--sslciph", offsetof(ConfigProbeOptions, sslciph), PROBE_SSLCIPH },
        { SETTING_LISTENER_SSLCIPH, "--listener-sslciph",
                offsetof(ConfigProbeOptions, listener_sslciph), NULL },
        { SETTING_TRUST, "--trust", offsetof(ConfigProbeOptions, trust), NULL },
        { SETTING_IDENTITY, "--identity", offsetof(ConfigProbeOptions, identity), NULL },
        { SETTING_SNI, "--sni", offsetof(ConfigProbeOptions, sni), NULL },
        { SETTING_SSLPEER, "--sslpeer", offsetof(ConfigProbeOptions, sslpeer), NULL },
        { SETTING_DEPTH, "--depth", offsetof(ConfigProbeOptions, depth), NULL },
        { SETTING_TIMEOUT, "--timeout", offsetof(ConfigProbeOptions, timeout), NULL },
};

static const OptionRow pem_options[] = {
        { SETTING_IDENTITY_NAME, "--identity", offsetof(ConfigProbeOptions, identity), NULL },
        { SETTING_IDENTITY_CERTIFICATE, "--identity", offsetof(ConfigProbeOptions, identity), NULL },
        { SETTING_IDENTITY_PASSPHRASE_FILE, "--identity-passphrase-file",
                offsetof(ConfigProbeOptions, identity_passphrase_file), NULL },
};

static const OptionRow pkcs12_options[] = {
        { SETTING_IDENTITY_NAME, "--identity", offsetof(ConfigProbeOptions, identity), NULL },
        { SETTING_IDENTITY_PKCS12, "--identity", offsetof(ConfigProbeOptions, identity), NULL },
        { SETTING_IDENTITY_PASSPHRASE_FILE, "--identity-passphrase-file",
                offsetof(ConfigProbeOptions, identity_passphrase_file), NULL },
};

static int set_options(ConfigGroup *g, const OptionRow *rows, size_t n_rows,
        const ConfigProbeOptions *options, Issues *issues)
{
        g->file = COMMAND_LINE;

        for (size_t i = 0; i < n_rows; i++) {
                ConfigValue *v = &g->values[rows[i].id];
                const char *text = NULL;
                int r;

                memcpy(&text, (const char *) options + rows[i].offset, sizeof(text));
                if (!text)
                        text = rows[i].fallback;
                if (!text)
                        continue;

                v->file = COMMAND_LINE;
                v->setting = strdup(rows[i].option);
                if (!v->setting)
                        return -ENOMEM;

                r = config_value_set_text(v, rows[i].id, text, issues);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* A file that cannot be read counts as PEM, whose loader then says why. */
static bool is_pem(const char *path)
{
        char head[HEAD_BYTES];
        FILE *f = fopen(path, "re");
        size_t n = 0;

        if (!f)
                return true;

        n = fread(head, 1, sizeof(head), f);
        (void) fclose(f);
        return n == 0 || memmem(head, n, PEM_BEGIN, strlen(PEM_BEGIN));
}

static int build_identity(ConfigBuilder *b, ConfigGroup *g, const ConfigProbeOptions *options)
{
        int r;

        if (!options->identity) {
                if (options->identity_passphrase_file)
                        issues_add(b->issues, COMMAND_LINE, 0, "--identity-passphrase-file",
                                "there is no --identity that it could open; add it, or remove this");
                return 0;
        }

        if (is_pem(options->identity))
                r = set_options(g, pem_options, ARRAY_LEN(pem_options), options, b->issues);
        else
                r = set_options(g, pkcs12_options, ARRAY_LEN(pkcs12_options), options, b->issues);
        return r < 0 ? r : config_build_identity(b, g);
}

static int build_all(ConfigBuilder *b, ConfigGroup *identity, ConfigGroup *endpoint,
        const ConfigProbeOptions *options, Config **ret)
{
        int r = build_identity(b, identity, options);

        if (r >= 0)
                r = set_options(endpoint, endpoint_options, ARRAY_LEN(endpoint_options), options,
                        b->issues);
        if (r < 0)
                return r;

        if (options->all_addresses)
                config_value_set_boolean(&endpoint->values[SETTING_ALL_ADDRESSES], true);
        r = config_build_endpoint(b, endpoint);
        if (r >= 0)
                r = config_build_probing(b, endpoint);
        return r < 0 ? r : config_builder_finish(b, ret);
}

int config_from_probe_options(const ConfigProbeOptions *options, Issues *issues, Config **ret)
{
        ConfigGroup *identity = NULL, *endpoint = NULL;
        ConfigBuilder b;
        int r;

        assert(options);
        assert(issues);
        assert(ret);

        r = config_builder_begin(&b, COMMAND_LINE, NULL, issues);
        identity = calloc(1, sizeof(*identity));
        endpoint = calloc(1, sizeof(*endpoint));
        if (!identity || !endpoint)
                r = -ENOMEM;

        if (r >= 0)
                r = build_all(&b, identity, endpoint, options, ret);

        if (identity)
                config_group_done(identity);
        if (endpoint)
                config_group_done(endpoint);
        free(identity);
        free(endpoint);
        config_builder_done(&b);
        return r;
}
