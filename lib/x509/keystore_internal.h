/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_X509_KEYSTORE_INTERNAL_H
#define MQTLS_X509_KEYSTORE_INTERNAL_H

/*
 * What keystore.c (values), keystore_file.c (files), keystore_index.c and keystore_served.c (the
 * certificate that is served) and the readers (keystore_pem.c, keystore_pkcs12.c, keystore_cms.c,
 * keystore_jks.c) share.
 * Elements of DER are taken off a CertSpan with the certificate reader's walk.
 */

#include <openssl/types.h>

#include "base/buf.h"
#include "x509/cert_internal.h"
#include "x509/credential_internal.h"
#include "x509/keystore.h"

/* A file on its way into a Keystore. */
typedef struct KeystoreReader {
        const char *path; /* borrowed, as all of this */
        CertSpan data;
        const char *passphrase; /* may be NULL */
        char **ret_problem;
        Keystore *keystore;
} KeystoreReader;

/* A certificate as its file has it. */
typedef struct KeystoreRecord {
        CertSpan der;
        bool has_label;
        CertSpan label; /* the bytes as they stand there */
        bool has_private_key;
        bool is_trusted; /* the file keeps it as a signer, or as a partner's */
        unsigned chain_position;
} KeystoreRecord;

/* Adds a certificate. One that cannot be parsed is kept, with its facts' faults and a warning.
 * Returns 0, -ENOMEM, or a problem where there are too many. */
int keystore_add(KeystoreReader *r, const KeystoreRecord *record);

/* Labels an entry that has no label yet. Returns 0 or -ENOMEM. */
int keystore_set_label(KeystoreEntry *e, CertSpan label);

/* Adds a warning; at most KEYSTORE_WARNINGS_MAX are kept. Returns 0 or -ENOMEM. */
int keystore_warn(KeystoreReader *r, const char *format, ...) PRINTF_LIKE(2, 3);

/* The problem of a file that ends early or lies: "PATH is damaged: …; copy it again…". -EBADMSG. */
int keystore_damaged(KeystoreReader *r, const char *format, ...) PRINTF_LIKE(2, 3);

/* Take bytes, or a big-endian number, off the front. False, with nothing taken, where there are too
 * few of them. */
bool keystore_take(CertSpan *rest, size_t n, CertSpan *ret);
bool keystore_take_u16(CertSpan *rest, size_t *ret);
bool keystore_take_u32(CertSpan *rest, size_t *ret);

/* Whether the bytes are one element of DER with this tag, and nothing behind it. */
bool keystore_is_element(CertSpan bytes, uint8_t tag);

/* keystore_index.c: makes the indices of a Keystore that has all its entries. Returns 0 or -ENOMEM. */
int keystore_index(Keystore *k);

/* The entries with this label, whatever its case, and those whose subject has this text (RFC 4514), in
 * file order. Signers are not told from others. */
const KeystoreEntry *const *keystore_labelled(const Keystore *k, const char *label, size_t *ret_n);
const KeystoreEntry *const *keystore_named(const Keystore *k, const char *subject, size_t *ret_n);

/* keystore_file.c: reads the file that `path` or its stem names. `*ret_path` is its name. */
int keystore_file_read(
        const char *path, char **ret_problem, char **ret_path, CredentialFile *ret);

/* The readers. Each has seen its first bytes; `*ret_problem` is set where one returns < 0. */
bool keystore_is_cms(CertSpan data);
int keystore_read_cms(KeystoreReader *r);
bool keystore_is_jks(CertSpan data, KeystoreKind *ret_kind);
int keystore_read_jks(KeystoreReader *r);
bool keystore_is_pkcs12(CertSpan data);
int keystore_read_pkcs12(KeystoreReader *r);
bool keystore_is_der(CertSpan data);
int keystore_read_der(KeystoreReader *r);
int keystore_read_pem(KeystoreReader *r);

#endif
