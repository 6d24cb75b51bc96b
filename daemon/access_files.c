/* SPDX-License-Identifier: MIT */
#include "daemon/access_files.h"

#include <assert.h>
#include <errno.h>

static const struct {
        const char *name, *setting;
} file_table[_ACCESS_FILE_MAX] = {
        [ACCESS_FILE_TLS] = {"tls", "http.tls"},
        [ACCESS_FILE_BASIC_AUTH] = {"basic_auth", "http.basic_auth_file"},
        [ACCESS_FILE_CALENDAR_TOKENS] = {"calendar_tokens", "http.calendar_tokens_file"},
};

const char *access_file_name(AccessFile f)
{
        assert(f < _ACCESS_FILE_MAX);

        return file_table[f].name;
}

const char *access_file_setting(AccessFile f)
{
        assert(f < _ACCESS_FILE_MAX);

        return file_table[f].setting;
}

bool access_file_is_configured(AccessFile f, const HttpConfig *config)
{
        assert(config);

        if (f == ACCESS_FILE_TLS)
                return config->has_tls;
        return (f == ACCESS_FILE_BASIC_AUTH ? config->basic_auth_file
                                            : config->calendar_tokens_file) != NULL;
}

bool access_files_any(const HttpConfig *config)
{
        assert(config);

        for (int f = 0; f < _ACCESS_FILE_MAX; f++)
                if (access_file_is_configured((AccessFile) f, config))
                        return true;
        return false;
}

int access_file_paths(AccessFile f, const HttpConfig *config, PathList *paths)
{
        const WebIdentityFiles *t = &config->tls_files;
        const char *const of_tls[] = {
                t->certificate, t->key, t->pkcs12, t->passphrase, t->client_ca};
        const char *const of_logins[] = {config->basic_auth_file};
        const char *const of_tokens[] = {config->calendar_tokens_file};
        const struct {
                const char *const *list;
                size_t n;
        } all[_ACCESS_FILE_MAX] = {
                [ACCESS_FILE_TLS] = {of_tls, ARRAY_LEN(of_tls)},
                [ACCESS_FILE_BASIC_AUTH] = {of_logins, ARRAY_LEN(of_logins)},
                [ACCESS_FILE_CALENDAR_TOKENS] = {of_tokens, ARRAY_LEN(of_tokens)},
        };

        assert(f < _ACCESS_FILE_MAX);
        assert(paths);

        for (size_t i = 0; i < all[f].n; i++)
                if (all[f].list[i] && path_list_add(paths, all[f].list[i]) < 0)
                        return -ENOMEM;
        return 0;
}

static int read_tls(const HttpConfig *config, Issues *issues, AccessContent *ret)
{
        CLEANUP_FREE char *problem = NULL;
        int r = web_identity_load(&config->tls_files, &problem, &ret->identity);

        if (r >= 0)
                r = http_tls_new(ret->identity, &problem, &ret->tls);
        if (r >= 0)
                return 0;
        if (!problem)
                return -ENOMEM;

        issues_add(issues,
                config->tls_files.pkcs12 ? config->tls_files.pkcs12 : config->tls_files.certificate, 0,
                file_table[ACCESS_FILE_TLS].setting, "%s", problem);
        return -EINVAL;
}

int access_file_read(
        AccessFile f, const HttpConfig *config, Issues *issues, AccessContent *ret)
{
        assert(access_file_is_configured(f, config));
        assert(issues);
        assert(ret);

        switch (f) {
        case ACCESS_FILE_TLS:
                return read_tls(config, issues, ret);
        case ACCESS_FILE_BASIC_AUTH:
                return web_passwords_load(config->basic_auth_file, issues, &ret->passwords);
        case ACCESS_FILE_CALENDAR_TOKENS:
                return web_tokens_load(config->calendar_tokens_file, issues, &ret->tokens);
        case _ACCESS_FILE_MAX:
        default:
                return -EINVAL;
        }
}

void access_content_done(AccessContent *c)
{
        web_identity_free(c->identity);
        http_tls_unref(c->tls);
        web_passwords_free(c->passwords);
        web_tokens_free(c->tokens);
        *c = (AccessContent){0};
}
