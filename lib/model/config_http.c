/* SPDX-License-Identifier: MIT */

/* The HTTP side: where it listens, with which limits, what it proves itself with and who is let in. */

#include <errno.h>
#include <string.h>

#include "base/timefmt.h"
#include "model/config_build.h"
#include "model/config_shared.h"

static int add_listen_address(ConfigBuilder *b, ConfigValue *v, const char *text)
{
        HttpConfig *http = &b->config->http;
        ListenAddress address = {0};
        const char *why = NULL;
        int r = listen_address_parse(text, &address, &why);

        if (r == -EINVAL)
                config_value_complain(v, b->issues, "\"%.80s\" %s", text, why);
        if (r < 0)
                return r == -EINVAL ? 0 : r;

        for (size_t i = 0; i < http->n_listen; i++)
                if (address.port != 0 && http->listen[i].port == address.port &&
                        strcmp(http->listen[i].host, address.host) == 0)
                        config_value_complain(v, b->issues,
                                "\"%.80s\" stands twice; remove one of them", text);

        if (!listen_address_is_loopback(&address) && !b->exposed.file) {
                r = name_place_set(&b->exposed, v);
                if (r >= 0)
                        b->exposed.name = address.host; /* stays where it is */
        }
        if (r < 0 || util_grow(&http->listen, http->n_listen, sizeof(*http->listen)) < 0) {
                free(address.host);
                return -ENOMEM;
        }
        http->listen[http->n_listen++] = address;
        return 0;
}

static int copy_value(const ConfigValue *v, char **ret)
{
        return util_copy_text(v && v->state == CONFIG_VALUE_SET ? v->text : NULL, ret);
}

/* Returns what a loader of a file of secrets returned, where the mistakes have been said. */
static int unless_said(int r)
{
        return r == -EINVAL ? 0 : r;
}

/* Files that say who may ask. Mistakes in them are said with their own lines. */
static int build_secrets(ConfigBuilder *b, ConfigGroup *g)
{
        HttpConfig *http = &b->config->http;
        ConfigValue *tokens =
                config_builder_right_value(b, g, SETTING_HTTP_CALENDAR_TOKENS_FILE);
        int r;

        r = copy_value(config_builder_right_value(b, g, SETTING_HTTP_BASIC_AUTH_FILE),
                &http->basic_auth_file);
        if (r >= 0 && http->basic_auth_file && !b->surroundings.is_without_web)
                r = unless_said(
                        web_passwords_load(http->basic_auth_file, b->issues, &http->passwords));
        if (r >= 0)
                r = copy_value(tokens, &http->calendar_tokens_file);
        if (r >= 0 && http->calendar_tokens_file && !b->surroundings.is_without_web)
                r = unless_said(
                        web_tokens_load(http->calendar_tokens_file, b->issues, &http->tokens));
        if (r < 0)
                return r;

        if (tokens && g->values[SETTING_HTTP_BASIC_AUTH_FILE].state == CONFIG_VALUE_ABSENT)
                issues_add_warning(b->issues, tokens->file, tokens->line, tokens->setting,
                        "tokens guard nothing while nobody has to log in; add http.basic_auth_file =");
        return 0;
}

int config_build_http(ConfigBuilder *b, ConfigGroup *g)
{
        HttpConfig *http = &b->config->http;
        ConfigValue *listen = config_builder_right_value(b, g, SETTING_HTTP_LISTEN);
        const ConfigValue *lifecycle = config_builder_right_value(b, g, SETTING_HTTP_LIFECYCLE);

        http->lifecycle = lifecycle && lifecycle->boolean;
        http->connections_max = config_builder_number(b, g, SETTING_HTTP_CONNECTIONS_MAX);
        http->connections_per_address_max =
                config_builder_number(b, g, SETTING_HTTP_CONNECTIONS_PER_ADDRESS_MAX);
        http->request_timeout_usec = config_builder_span(b, g, SETTING_HTTP_REQUEST_TIMEOUT);
        http->header_bytes_max = config_builder_number(b, g, SETTING_HTTP_HEADER_BYTES_MAX);

        for (size_t i = 0; listen && i < listen->n_list; i++) {
                int r = add_listen_address(b, listen, listen->list[i]);

                if (r < 0)
                        return r;
        }
        return build_secrets(b, g);
}

/* Whoever listens where others can reach it should know what they see. */
static void warn_of_exposure(const ConfigBuilder *b)
{
        const NamePlace *e = &b->exposed;
        const HttpConfig *http = &b->config->http;

        if (!e->file)
                return;

        if (!http->basic_auth_file && !http->tls_files.client_ca)
                issues_add_warning(b->issues, e->file, e->line, e->setting,
                        "\"%.80s\" can be reached from other machines, and whoever can may read "
                        "everything; add http.basic_auth_file = (with http.tls =), or listen on "
                        "127.0.0.1 behind a proxy that asks who it is",
                        e->name);
        else if (!http->has_tls)
                issues_add_warning(b->issues, e->file, e->line, e->setting,
                        "\"%.80s\" can be reached from other machines, so that passwords travel where "
                        "they can be read; add http.tls =, or listen on 127.0.0.1 behind a proxy that "
                        "speaks HTTPS",
                        e->name);
}

/* Are the parts there that make an identity? Complains otherwise. */
static bool tls_is_complete(ConfigBuilder *b, ConfigGroup *g)
{
        static const SettingId parts[] = {
                SETTING_HTTP_TLS_CERTIFICATE,
                SETTING_HTTP_TLS_KEY,
                SETTING_HTTP_TLS_PKCS12,
                SETTING_HTTP_TLS_CLIENT_CA,
        };
        const ConfigValue *certificate = &g->values[SETTING_HTTP_TLS_CERTIFICATE];
        const ConfigValue *key = &g->values[SETTING_HTTP_TLS_KEY];
        ConfigValue *pkcs12 = &g->values[SETTING_HTTP_TLS_PKCS12];

        if (pkcs12->state != CONFIG_VALUE_ABSENT && (certificate->state != CONFIG_VALUE_ABSENT ||
                                                            key->state != CONFIG_VALUE_ABSENT))
                config_value_complain(pkcs12, b->issues,
                        "stands together with %s =; keep pkcs12 =, or certificate = and key =",
                        certificate->state != CONFIG_VALUE_ABSENT ? "certificate" : "key");
        else if (pkcs12->state == CONFIG_VALUE_ABSENT && certificate->state == CONFIG_VALUE_ABSENT) {
                issues_add(b->issues, g->file, g->line, g->setting,
                        "there is no certificate; add certificate = (and key =), or pkcs12 =");
                return false;
        }

        for (size_t i = 0; i < ARRAY_LEN(parts); i++)
                if (g->values[parts[i]].state == CONFIG_VALUE_WRONG)
                        return false;
        return true;
}

/* Returns 0, also after a complaint (then `*ret_usable` is false), or -ENOMEM. */
static int build_tls_files(ConfigBuilder *b, ConfigGroup *g, bool *ret_usable)
{
        const ConfigPassphrase passphrase = {
                .file = &g->values[SETTING_HTTP_TLS_PASSPHRASE_FILE],
                .credential = &g->values[SETTING_HTTP_TLS_PASSPHRASE_CREDENTIAL],
                .credentials_directory = b->surroundings.credentials_directory,
        };
        WebIdentityFiles *f = &b->config->http.tls_files;
        int r;

        *ret_usable = false;
        r = config_passphrase_path(&passphrase, b->issues, &f->passphrase);
        if (r < 0)
                return r;
        if (!f->passphrase)
                return 0;
        *ret_usable = true;
        if (!f->passphrase[0]) {
                free(f->passphrase);
                f->passphrase = NULL;
        }

        r = copy_value(&g->values[SETTING_HTTP_TLS_CERTIFICATE], &f->certificate);
        if (r >= 0)
                r = copy_value(&g->values[SETTING_HTTP_TLS_KEY], &f->key);
        if (r >= 0)
                r = copy_value(&g->values[SETTING_HTTP_TLS_PKCS12], &f->pkcs12);
        if (r >= 0)
                r = copy_value(&g->values[SETTING_HTTP_TLS_CLIENT_CA], &f->client_ca);
        return r;
}

/* Its own certificate ages as those of the endpoints do. */
static void set_expiry(ConfigBuilder *b, ConfigGroup *g)
{
        HttpConfig *http = &b->config->http;
        const ConfigValue *warning = config_builder_right_value(b, g, SETTING_EXPIRY_WARNING);
        const ConfigValue *critical = config_builder_right_value(b, g, SETTING_EXPIRY_CRITICAL);

        if (warning)
                http->expiry_warning = warning->threshold;
        if (critical)
                http->expiry_critical = critical->threshold;
}

int config_build_http_tls(ConfigBuilder *b, ConfigGroup *g)
{
        HttpConfig *http = &b->config->http;
        CLEANUP_FREE char *problem = NULL;
        bool usable = false;
        int r = 0;

        http->has_tls = g->setting != NULL;
        set_expiry(b, g);
        if (b->surroundings.is_without_web)
                return 0;
        http->hsts_seconds = (int64_t) (config_builder_span(b, g, SETTING_HTTP_TLS_HSTS) / USEC_PER_SEC);
        if (http->has_tls && tls_is_complete(b, g))
                r = build_tls_files(b, g, &usable);
        if (r < 0)
                return r;

        warn_of_exposure(b);
        if (!usable)
                return 0;

        r = web_identity_load(&http->tls_files, &problem, &http->identity);
        if (r < 0 && !problem)
                return -ENOMEM;
        if (r < 0)
                issues_add(b->issues, g->file, g->line, g->setting, "%s", problem);
        return 0;
}
