/* SPDX-License-Identifier: MIT */

/* Credentials as PEM text again, for whoever speaks TLS by another library. */

#include <assert.h>
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "x509/credential_internal.h"

/* Copies what was written to memory; the BIO is wiped by its maker. */
static int take_text(BIO *bio, char **ret)
{
        char *data = NULL;
        long len = BIO_get_mem_data(bio, &data);
        char *text = len > 0 ? strndup(data, (size_t) len) : NULL;

        if (!text)
                return -ENOMEM;
        *ret = text;
        return 0;
}

static int write_certificates(X509 *first, STACK_OF(X509) *others, char **ret)
{
        BIO *bio = BIO_new(BIO_s_mem());
        bool ok = bio && (!first || PEM_write_bio_X509(bio, first) == 1);
        int r = -ENOMEM;

        for (int i = 0; ok && i < sk_X509_num(others); i++)
                ok = PEM_write_bio_X509(bio, sk_X509_value(others, i)) == 1;
        if (ok)
                r = take_text(bio, ret);
        BIO_free(bio);
        ERR_clear_error();
        return r;
}

int identity_export(const Identity *i, char **ret_certificates, char **ret_key)
{
        CLEANUP_FREE char *certificates = NULL;
        char *key = NULL;
        BIO *bio = NULL;
        int r;

        assert(i);
        assert(ret_certificates);
        assert(ret_key);

        r = write_certificates(
                identity_openssl_certificate(i), identity_openssl_chain(i), &certificates);
        if (r < 0)
                return r;

        /* Secure memory, where there is some, and wiped when freed in any case. */
        bio = BIO_new(BIO_s_secmem());
        r = -ENOMEM;
        if (bio && PEM_write_bio_PKCS8PrivateKey(
                           bio, identity_openssl_key(i), NULL, NULL, 0, NULL, NULL) == 1)
                r = take_text(bio, &key);
        BIO_free(bio);
        ERR_clear_error();
        if (r < 0)
                return r;

        *ret_certificates = STEAL(certificates);
        *ret_key = key;
        return 0;
}

int trust_store_export(const TrustStore *t, char **ret_certificates)
{
        STACK_OF(X509) *all = NULL;
        int r = -ENOMEM;

        assert(t);
        assert(ret_certificates);

        all = X509_STORE_get1_all_certs(trust_store_openssl(t));
        if (all)
                r = write_certificates(NULL, all, ret_certificates);
        sk_X509_pop_free(all, X509_free);
        return r;
}
