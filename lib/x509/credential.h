/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_X509_CREDENTIAL_H
#define MQTLS_X509_CREDENTIAL_H

/*
 * What the operator's files hold: trust stores (certificates that are believed) and identities (a
 * certificate with its private key, and the chain to send with it), from PEM or PKCS#12, recognised
 * by content and not by name. One of the doors to OpenSSL.
 *
 * Every loader returns 0, or -errno together with `*ret_problem`: one sentence for the operator that
 * names the file, what is wrong and what to do. It is allocated, and NULL only when memory ran out.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "x509/cert.h"

enum {
        CREDENTIAL_FILE_BYTES_MAX = 4 * 1024 * 1024,
        CREDENTIAL_PASSPHRASE_BYTES_MAX = 1024,
};

typedef struct TrustStore TrustStore; /* X509_STORE and what it was made from; immutable */
typedef struct Identity Identity;     /* certificate, chain, private key; immutable */

/*
 * Reads a passphrase: the first line of the file, without its line end. Refused when the file can be
 * read by group or others. The caller wipes it with credential_passphrase_free().
 */
int credential_read_passphrase(const char *path, char **ret_problem, char **ret_passphrase);
char *credential_passphrase_free(char *passphrase); /* wipes; NULL is fine; returns NULL */

/*
 * Loads every certificate of a PEM file (or of a PKCS#12 file, with `passphrase` or NULL). An empty
 * store is an error. Problems: missing, unreadable, not PEM or PKCS#12, a certificate in it that
 * cannot be parsed (which one), wrong passphrase, no certificate.
 */
int trust_store_load(
        const char *path, const char *passphrase, char **ret_problem, TrustStore **ret);
TrustStore *trust_store_free(TrustStore *t);
DEFINE_CLEANUP(TrustStore, trust_store_free, trust_store_cleanup)

size_t trust_store_count(const TrustStore *t);
/* Facts of the store's certificates, in file order; valid as long as the store. */
const CertFacts *trust_store_facts(const TrustStore *t, size_t i);

/*
 * Loads an identity from PEM: `certificate_path` holds the leaf first and then its chain, `key_path`
 * the private key (NULL: the same file). Problems as above, and: key unreadable, key file readable
 * by group or others, wrong or missing passphrase, key does not match the certificate.
 */
int identity_load_pem(const char *certificate_path,
        const char *key_path,
        const char *passphrase,
        char **ret_problem,
        Identity **ret);

/* The same from PKCS#12. The file is held to the same permissions as a key. */
int identity_load_pkcs12(
        const char *path, const char *passphrase, char **ret_problem, Identity **ret);

Identity *identity_free(Identity *i);
DEFINE_CLEANUP(Identity, identity_free, identity_cleanup)

/* Facts of the identity's own (leaf) certificate. */
const CertFacts *identity_facts(const Identity *i);

/*
 * The same as PEM text, for a TLS library other than OpenSSL: the certificate with its chain, and the
 * private key without encryption, to be freed with credential_passphrase_free(). 0 or -ENOMEM.
 */
int identity_export(const Identity *i, char **ret_certificates, char **ret_key);

/* The store's certificates as PEM text. 0 or -ENOMEM. */
int trust_store_export(const TrustStore *t, char **ret_certificates);

/*
 * Reads a text file of secrets: refused when group or others can get at it, when it is too large or
 * holds a NUL byte. To be freed with credential_passphrase_free().
 */
int credential_read_text(const char *path, char **ret_problem, char **ret_text);

/* For the other doors to OpenSSL only: borrowed, valid as long as the owner. */
struct x509_store_st *trust_store_openssl(const TrustStore *t);
struct x509_st *identity_openssl_certificate(const Identity *i);
struct evp_pkey_st *identity_openssl_key(const Identity *i);
struct stack_st_X509 *identity_openssl_chain(const Identity *i); /* may be NULL */

#endif
