/* SPDX-License-Identifier: MIT */
#include "model/web_identity.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "x509/credential.h"

void web_identity_files_done(WebIdentityFiles *f)
{
        assert(f);

        free(f->certificate);
        free(f->key);
        free(f->pkcs12);
        free(f->passphrase);
        free(f->client_ca);
        *f = (WebIdentityFiles){ 0 };
}

static void passphrase_cleanup(char **p)
{
        (void) credential_passphrase_free(*p);
}

static int load_own(const WebIdentityFiles *files, char **ret_problem, Identity **ret)
{
        CLEANUP(passphrase_cleanup) char *passphrase = NULL;
        int r = 0;

        if (files->passphrase)
                r = credential_read_passphrase(files->passphrase, ret_problem, &passphrase);
        if (r < 0)
                return r;

        if (files->pkcs12)
                return identity_load_pkcs12(files->pkcs12, passphrase, ret_problem, ret);
        return identity_load_pem(files->certificate, files->key, passphrase, ret_problem, ret);
}

static int take_facts(WebIdentity *i, const CertFacts *facts)
{
        i->subject = strdup(facts->subject_rfc4514 ? facts->subject_rfc4514 : "");
        i->serial = strdup(facts->serial ? facts->serial : "");
        i->not_before_at = facts->not_before_at;
        i->not_after_at = facts->not_after_at;
        return i->subject && i->serial ? 0 : -ENOMEM;
}

/* A certificate whose dates cannot be read could not be watched, and no client would take it. */
static int check_dates(const WebIdentityFiles *files, const CertFacts *facts, char **ret_problem)
{
        static const char text[] = ": the dates of the certificate cannot be read; replace it";
        const char *path = files->pkcs12 ? files->pkcs12 : files->certificate;

        if (facts->has_not_before && facts->has_not_after)
                return 0;

        *ret_problem = malloc(strlen(path) + sizeof(text));
        if (!*ret_problem)
                return -ENOMEM;
        (void) stpcpy(stpcpy(*ret_problem, path), text);
        return -EBADMSG;
}

static int load_client_ca(WebIdentity *i, const char *path, char **ret_problem)
{
        CLEANUP(trust_store_cleanup) TrustStore *t = NULL;
        int r;

        if (!path)
                return 0;

        r = trust_store_load(path, NULL, ret_problem, &t);
        return r < 0 ? r : trust_store_export(t, &i->client_ca_pem);
}

int web_identity_load(const WebIdentityFiles *files, char **ret_problem, WebIdentity **ret)
{
        CLEANUP(web_identity_cleanup) WebIdentity *i = NULL;
        CLEANUP(identity_cleanup) Identity *own = NULL;
        int r;

        assert(files);
        assert(files->certificate || files->pkcs12);
        assert(ret_problem);
        assert(ret);

        *ret_problem = NULL;
        i = calloc(1, sizeof(*i));
        if (!i)
                return -ENOMEM;

        r = load_own(files, ret_problem, &own);
        if (r >= 0)
                r = check_dates(files, identity_facts(own), ret_problem);
        if (r >= 0)
                r = take_facts(i, identity_facts(own));
        if (r >= 0)
                r = identity_export(own, &i->certificates_pem, &i->key_pem);
        if (r >= 0)
                r = load_client_ca(i, files->client_ca, ret_problem);
        if (r < 0)
                return r;

        *ret = STEAL(i);
        return 0;
}

WebIdentity *web_identity_free(WebIdentity *i)
{
        if (!i)
                return NULL;

        free(i->certificates_pem);
        (void) credential_passphrase_free(i->key_pem);
        free(i->client_ca_pem);
        free(i->subject);
        free(i->serial);
        free(i);
        return NULL;
}
