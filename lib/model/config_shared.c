/* SPDX-License-Identifier: MIT */
#include "model/config_shared.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"

typedef struct SharedTrust {
        char *path;
        char *passphrase_path; /* "" for none */
        TrustStore *store;     /* NULL: could not be loaded */
} SharedTrust;

typedef struct SharedIdentity {
        char *name;
        char *file; /* where it is defined */
        unsigned line;
        Identity *identity; /* NULL: could not be loaded */
} SharedIdentity;

typedef struct SharedProfile {
        const char *sslciph; /* canonical, static */
        const Identity *identity;
        TlsProfile *profile; /* NULL: could not be made */
} SharedProfile;

struct ConfigShared {
        SharedTrust *trusts;
        size_t n_trusts;
        SharedIdentity *identities;
        size_t n_identities;
        SharedProfile *profiles;
        size_t n_profiles;
};

static void passphrase_cleanup(char **p)
{
        (void) credential_passphrase_free(*p);
}

int config_shared_new(ConfigShared **ret)
{
        ConfigShared *s = calloc(1, sizeof(*s));

        if (!s)
                return -ENOMEM;

        *ret = s;
        return 0;
}

static void shared_trust_done(SharedTrust *t)
{
        free(t->path);
        free(t->passphrase_path);
        (void) trust_store_free(t->store);
}

static void shared_identity_done(SharedIdentity *i)
{
        free(i->name);
        free(i->file);
        (void) identity_free(i->identity);
}

ConfigShared *config_shared_free(ConfigShared *s)
{
        if (!s)
                return NULL;

        for (size_t i = 0; i < s->n_trusts; i++)
                shared_trust_done(&s->trusts[i]);
        for (size_t i = 0; i < s->n_profiles; i++)
                (void) tls_profile_free(s->profiles[i].profile);
        for (size_t i = 0; i < s->n_identities; i++)
                shared_identity_done(&s->identities[i]);
        free(s->trusts);
        free(s->profiles);
        free(s->identities);
        free(s);
        return NULL;
}

static bool is_written(const ConfigValue *v)
{
        return v && v->state != CONFIG_VALUE_ABSENT;
}

/* Complains about `v` in the words of a loader. */
static int complain_problem(ConfigValue *v, Issues *issues, const char *problem)
{
        if (!problem)
                return -ENOMEM;

        config_value_complain(v, issues, "%s", problem);
        return 0;
}

int config_passphrase_path(const ConfigPassphrase *p, Issues *issues, char **ret)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        *ret = NULL;
        if (is_written(p->file) && is_written(p->credential) &&
                p->credential->state == CONFIG_VALUE_SET) {
                config_value_complain(p->credential, issues,
                        "stands together with a passphrase file; keep one of the two");
                return 0;
        }

        if ((is_written(p->file) && p->file->state == CONFIG_VALUE_WRONG) ||
                (is_written(p->credential) && p->credential->state == CONFIG_VALUE_WRONG))
                return 0;

        if (is_written(p->file)) {
                buf_append_str(&b, p->file->text);
        } else if (is_written(p->credential)) {
                if (!p->credentials_directory) {
                        config_value_complain(p->credential, issues,
                                "there is no directory of credentials ($CREDENTIALS_DIRECTORY); "
                                "start the daemon by systemd with LoadCredential=%s:FILE, or use a "
                                "passphrase file; by hand, beside the service, set "
                                "CREDENTIALS_DIRECTORY=/run/credentials/mqtlsd.service",
                                p->credential->text);
                        return 0;
                }
                buf_appendf(&b, "%s/%s", p->credentials_directory, p->credential->text);
        }

        return buf_steal(&b, ret);
}

/* Reads the passphrase from `path`. `*ret` stays NULL where there is none. Returns 0, -ENOMEM, or
 * -EINVAL after a complaint. */
static int read_passphrase(
        const ConfigPassphrase *p, const char *path, Issues *issues, char **ret)
{
        CLEANUP_FREE char *problem = NULL;
        ConfigValue *said = is_written(p->file) ? p->file : p->credential;
        int r;

        if (!path[0])
                return 0;

        r = credential_read_passphrase(path, &problem, ret);
        if (r >= 0)
                return 0;

        r = complain_problem(said, issues, problem);
        return r < 0 ? r : -EINVAL;
}

int config_shared_passphrase(const ConfigPassphrase *passphrase, Issues *issues, char **ret)
{
        CLEANUP_FREE char *path = NULL;
        int r = config_passphrase_path(passphrase, issues, &path);

        assert(ret);

        if (r < 0 || !path)
                return r;
        r = read_passphrase(passphrase, path, issues, ret);
        return r == -EINVAL ? 0 : r;
}

static int load_trust(SharedTrust *t, ConfigValue *path, const ConfigPassphrase *p, Issues *issues)
{
        CLEANUP(passphrase_cleanup) char *passphrase = NULL;
        CLEANUP_FREE char *problem = NULL;
        int r = read_passphrase(p, t->passphrase_path, issues, &passphrase);

        if (r < 0)
                return r == -EINVAL ? 0 : r;

        if (trust_store_load(t->path, passphrase, &problem, &t->store) >= 0)
                return 0;

        return complain_problem(path, issues, problem);
}

int config_shared_trust(ConfigShared *s, ConfigValue *path, const ConfigPassphrase *passphrase,
        Issues *issues, const TrustStore **ret)
{
        CLEANUP_FREE char *secret_path = NULL;
        SharedTrust t = {0};
        int r;

        assert(s);
        assert(path);

        *ret = NULL;
        r = config_passphrase_path(passphrase, issues, &secret_path);
        if (r < 0 || !secret_path)
                return r;

        for (size_t i = 0; i < s->n_trusts; i++)
                if (strcmp(s->trusts[i].path, path->text) == 0 &&
                        strcmp(s->trusts[i].passphrase_path, secret_path) == 0) {
                        *ret = s->trusts[i].store;
                        return 0;
                }

        t.passphrase_path = STEAL(secret_path);
        t.path = strdup(path->text);
        r = t.path ? load_trust(&t, path, passphrase, issues) : -ENOMEM;
        if (r < 0 || util_grow(&s->trusts, s->n_trusts, sizeof(*s->trusts)) < 0) {
                shared_trust_done(&t);
                return -ENOMEM;
        }

        s->trusts[s->n_trusts++] = t;
        *ret = t.store;
        return 0;
}

static int load_identity(SharedIdentity *i, const ConfigIdentityFiles *files,
        const ConfigPassphrase *p, Issues *issues)
{
        CLEANUP(passphrase_cleanup) char *passphrase = NULL;
        CLEANUP_FREE char *problem = NULL, *secret_path = NULL;
        ConfigValue *first = is_written(files->pkcs12) ? files->pkcs12 : files->certificate;
        int r = config_passphrase_path(p, issues, &secret_path);

        if (r < 0 || !secret_path)
                return r;

        r = read_passphrase(p, secret_path, issues, &passphrase);
        if (r < 0)
                return r == -EINVAL ? 0 : r;

        if (first == files->pkcs12)
                r = identity_load_pkcs12(first->text, passphrase, &problem, &i->identity);
        else
                r = identity_load_pem(first->text,
                        is_written(files->key) ? files->key->text : NULL,
                        passphrase, &problem, &i->identity);
        return r < 0 ? complain_problem(first, issues, problem) : 0;
}

/* Are the parts there that make an identity? Complains otherwise. */
static bool files_are_complete(
        const ConfigValue *name, const ConfigIdentityFiles *files, Issues *issues)
{
        bool has_pem = is_written(files->certificate), has_key = is_written(files->key);

        if (is_written(files->pkcs12) && (has_pem || has_key)) {
                config_value_complain(files->pkcs12, issues,
                        "stands together with %s =; keep pkcs12 =, or certificate = and key =",
                        has_pem ? "certificate" : "key");
                return false;
        }

        if (!is_written(files->pkcs12) && !has_pem) {
                issues_add(issues, name->file, name->line, name->setting,
                        "the identity \"%.80s\" has no certificate; add certificate = (and key =), "
                        "or pkcs12 =",
                        name->text);
                return false;
        }

        return (!has_pem || files->certificate->state == CONFIG_VALUE_SET) &&
               (!has_key || files->key->state == CONFIG_VALUE_SET) &&
               (!is_written(files->pkcs12) || files->pkcs12->state == CONFIG_VALUE_SET);
}

int config_shared_add_identity(ConfigShared *s, const ConfigValue *name,
        const ConfigIdentityFiles *files, const ConfigPassphrase *passphrase, Issues *issues)
{
        SharedIdentity i = { .line = name->line };
        int r = 0;

        assert(s);

        for (size_t k = 0; k < s->n_identities; k++)
                if (strcmp(s->identities[k].name, name->text) == 0) {
                        issues_add(issues, name->file, name->line, name->setting,
                                "\"%.80s\" is also the name of the identity at %s:%u; give one of "
                                "them another name",
                                name->text, s->identities[k].file, s->identities[k].line);
                        return 0;
                }

        i.name = strdup(name->text);
        i.file = strdup(name->file);
        if (!i.name || !i.file)
                r = -ENOMEM;
        else if (files_are_complete(name, files, issues))
                r = load_identity(&i, files, passphrase, issues);

        if (r < 0 || util_grow(&s->identities, s->n_identities, sizeof(*s->identities)) < 0) {
                shared_identity_done(&i);
                return -ENOMEM;
        }

        s->identities[s->n_identities++] = i;
        return 0;
}

bool config_shared_find_identity(const ConfigShared *s, const char *name, const Identity **ret)
{
        assert(s);

        for (size_t i = 0; i < s->n_identities; i++)
                if (strcmp(s->identities[i].name, name) == 0) {
                        *ret = s->identities[i].identity;
                        return true;
                }
        return false;
}

const char *config_shared_nearest_identity(const ConfigShared *s, const char *name)
{
        unsigned best = 4;
        const char *nearest = NULL;

        for (size_t i = 0; i < s->n_identities; i++) {
                unsigned distance = config_distance(s->identities[i].name, name, best);

                if (distance < best) {
                        best = distance;
                        nearest = s->identities[i].name;
                }
        }
        return nearest;
}

static int make_profile(SharedProfile *p, ConfigValue *sslciph, const SslCiph *parsed,
        Issues *issues)
{
        CLEANUP(cipher_offer_done) CipherOffer offer = {0};
        CLEANUP_FREE char *problem = NULL;
        HandshakeParams params = {
                .offer = &offer,
                .identity = p->identity,
        };
        int r = sslciph_offer(parsed, &offer);

        if (r == -EOPNOTSUPP) {
                config_value_complain(sslciph, issues,
                        "\"%s\" cannot be offered by the TLS library; write another CipherSpec",
                        p->sslciph);
                return 0;
        }
        if (r < 0)
                return r;

        r = tls_profile_new(&params, &problem, &p->profile);
        return r < 0 ? complain_problem(sslciph, issues, problem) : 0;
}

int config_shared_profile(ConfigShared *s, ConfigValue *sslciph, const SslCiph *parsed,
        const Identity *identity, Issues *issues, TlsProfile **ret)
{
        SharedProfile p = {
                .sslciph = sslciph_name(parsed),
                .identity = identity,
        };

        assert(s);

        for (size_t i = 0; i < s->n_profiles; i++)
                if (s->profiles[i].identity == identity &&
                        strcmp(s->profiles[i].sslciph, p.sslciph) == 0) {
                        *ret = s->profiles[i].profile;
                        return 0;
                }

        if (make_profile(&p, sslciph, parsed, issues) < 0 ||
                util_grow(&s->profiles, s->n_profiles, sizeof(*s->profiles)) < 0) {
                (void) tls_profile_free(p.profile);
                return -ENOMEM;
        }

        s->profiles[s->n_profiles++] = p;
        *ret = p.profile;
        return 0;
}
