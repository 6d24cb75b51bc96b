/* SPDX-License-Identifier: MIT */
#include "x509/credential.h"

#include <assert.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "x509/chain_internal.h"
#include "x509/credential_internal.h"

struct TrustStore {
        X509_STORE *store;
        CertFacts *facts;
        size_t n_facts;
};

struct Identity {
        X509 *certificate;
        EVP_PKEY *key;
        STACK_OF(X509) *chain; /* to send with it, without itself */
        CertFacts facts;
};

void credential_bag_done(CredentialBag *bag)
{
        sk_X509_pop_free(bag->certs, X509_free);
        EVP_PKEY_free(bag->key);
        *bag = (CredentialBag){ 0 };
}

/* Trust stores */

static int fill_store(TrustStore *t, const CredentialBag *bag)
{
        int n = sk_X509_num(bag->certs);

        t->store = X509_STORE_new();
        t->facts = calloc((size_t) n, sizeof(*t->facts));
        if (!t->store || !t->facts)
                return -ENOMEM;
        X509_STORE_set_check_issued(t->store, chain_check_issued);
        for (int i = 0; i < n; i++) {
                X509 *x = sk_X509_value(bag->certs, i);
                int r;

                if (!X509_STORE_add_cert(t->store, x))
                        return -ENOMEM;
                r = chain_cert_facts(x, &t->facts[i]);
                if (r < 0)
                        return r;
                t->n_facts++;
        }
        return 0;
}

int trust_store_load(
        const char *path, const char *passphrase, char **ret_problem, TrustStore **ret)
{
        CLEANUP(credential_file_done) CredentialFile file = { 0 };
        CLEANUP(credential_bag_done) CredentialBag bag = { 0 };
        CLEANUP(trust_store_cleanup) TrustStore *t = NULL;
        int r;

        *ret_problem = NULL;
        r = credential_file_read(path, false, ret_problem, &file);
        if (r < 0)
                return r;
        r = credential_is_pem(&file) ? credential_pem_certs(&file, ret_problem, &bag)
                                     : credential_pkcs12(&file, passphrase, ret_problem, &bag);
        if (r < 0)
                return r;
        if (sk_X509_num(bag.certs) <= 0)
                return credential_problem(ret_problem, -ENODATA,
                        "%s holds no certificate; put the partners' signers into it, root included",
                        path);
        t = calloc(1, sizeof(*t));
        if (!t)
                return -ENOMEM;
        r = fill_store(t, &bag);
        ERR_clear_error();
        if (r < 0)
                return r;
        *ret = STEAL(t);
        return 0;
}

TrustStore *trust_store_free(TrustStore *t)
{
        if (!t)
                return NULL;
        X509_STORE_free(t->store);
        for (size_t i = 0; i < t->n_facts; i++)
                cert_facts_done(&t->facts[i]);
        free(t->facts);
        free(t);
        return NULL;
}

size_t trust_store_count(const TrustStore *t)
{
        return t->n_facts;
}

const CertFacts *trust_store_facts(const TrustStore *t, size_t i)
{
        assert(i < t->n_facts);

        return &t->facts[i];
}

struct x509_store_st *trust_store_openssl(const TrustStore *t)
{
        return t->store;
}

/* Identities */

/* Takes certificates and key out of the bag: the first certificate is the identity's own. */
static int make_identity(CredentialBag *bag, Identity **ret)
{
        CLEANUP(identity_cleanup) Identity *i = calloc(1, sizeof(*i));
        int r;

        if (!i)
                return -ENOMEM;
        i->certificate = sk_X509_shift(bag->certs);
        i->chain = STEAL(bag->certs);
        i->key = STEAL(bag->key);
        r = chain_cert_facts(i->certificate, &i->facts);
        if (r < 0)
                return r;
        *ret = STEAL(i);
        return 0;
}

int identity_load_pem(const char *certificate_path,
        const char *key_path,
        const char *passphrase,
        char **ret_problem,
        Identity **ret)
{
        CLEANUP(credential_file_done) CredentialFile certificate = { 0 }, key = { 0 };
        CLEANUP(credential_bag_done) CredentialBag bag = { 0 };
        int r;

        *ret_problem = NULL;
        r = credential_file_read(certificate_path, key_path == NULL, ret_problem, &certificate);
        if (r < 0)
                return r;
        if (!credential_is_pem(&certificate))
                return credential_problem(ret_problem, -EBADMSG,
                        "%s is not PEM; convert it, or name a PKCS#12 file with pkcs12 =",
                        certificate_path);
        r = credential_pem_certs(&certificate, ret_problem, &bag);
        if (r < 0)
                return r;
        if (sk_X509_num(bag.certs) <= 0)
                return credential_problem(ret_problem, -ENODATA,
                        "%s holds no certificate; put the identity's own first, then its signers",
                        certificate_path);

        if (key_path) {
                r = credential_file_read(key_path, true, ret_problem, &key);
                if (r < 0)
                        return r;
        }
        r = credential_pem_key(key_path ? &key : &certificate, passphrase, ret_problem, &bag);
        if (r < 0)
                return r;
        r = X509_check_private_key(sk_X509_value(bag.certs, 0), bag.key);
        ERR_clear_error();
        if (r != 1)
                return credential_problem(ret_problem, -EKEYREJECTED,
                        "the private key in %s does not match the first certificate in %s; "
                        "name the pair that belongs together, the certificate first in its file",
                        key_path ? key_path : certificate_path, certificate_path);
        return make_identity(&bag, ret);
}

/*
 * PKCS#12 keeps certificates in no order, and may hold some that are not the identity's. A listener
 * wants the chain in order (RFC 5246 section 7.4.2): the own certificate, then whoever issued it,
 * without the root, which the other side has or will not believe.
 */
static int order_chain(CredentialBag *bag)
{
        STACK_OF(X509) *unordered = bag->certs;
        X509 *at = sk_X509_shift(unordered);
        int r = -ENOMEM;

        bag->certs = sk_X509_new_null();
        while (at) {
                X509 *next = NULL;

                if (!bag->certs || !sk_X509_push(bag->certs, at)) {
                        X509_free(at);
                        goto finish;
                }
                for (int i = 0; i < sk_X509_num(unordered) && !next; i++) {
                        X509 *x = sk_X509_value(unordered, i);

                        if (X509_check_issued(x, at) == X509_V_OK && !X509_self_signed(x, 0))
                                next = sk_X509_delete(unordered, i);
                }
                at = next;
        }
        r = 0;

finish:
        sk_X509_pop_free(unordered, X509_free);
        return r;
}

int identity_load_pkcs12(
        const char *path, const char *passphrase, char **ret_problem, Identity **ret)
{
        CLEANUP(credential_file_done) CredentialFile file = { 0 };
        CLEANUP(credential_bag_done) CredentialBag bag = { 0 };
        int r;

        *ret_problem = NULL;
        r = credential_file_read(path, true, ret_problem, &file);
        if (r < 0)
                return r;
        if (credential_is_pem(&file))
                return credential_problem(ret_problem, -EBADMSG,
                        "%s is PEM, not PKCS#12; name it with certificate = and key =", path);
        r = credential_pkcs12(&file, passphrase, ret_problem, &bag);
        if (r < 0)
                return r;
        if (!bag.key)
                return credential_problem(ret_problem, -ENOKEY,
                        "%s holds no private key; export the identity with its key", path);
        /* The certificate that matches the key stands first, if there is one. */
        if (sk_X509_num(bag.certs) <= 0 ||
                X509_check_private_key(sk_X509_value(bag.certs, 0), bag.key) != 1) {
                ERR_clear_error();
                return credential_problem(ret_problem, -ENODATA,
                        "%s holds no certificate for its private key; export both together", path);
        }
        r = order_chain(&bag);
        ERR_clear_error();
        if (r < 0)
                return r;
        return make_identity(&bag, ret);
}

Identity *identity_free(Identity *i)
{
        if (!i)
                return NULL;
        X509_free(i->certificate);
        EVP_PKEY_free(i->key);
        sk_X509_pop_free(i->chain, X509_free);
        cert_facts_done(&i->facts);
        free(i);
        return NULL;
}

const CertFacts *identity_facts(const Identity *i)
{
        return &i->facts;
}

struct x509_st *identity_openssl_certificate(const Identity *i)
{
        return i->certificate;
}

struct evp_pkey_st *identity_openssl_key(const Identity *i)
{
        return i->key;
}

struct stack_st_X509 *identity_openssl_chain(const Identity *i)
{
        return i->chain;
}
