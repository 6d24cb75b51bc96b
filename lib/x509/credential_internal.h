/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_X509_CREDENTIAL_INTERNAL_H
#define MQTLS_X509_CREDENTIAL_INTERNAL_H

/*
 * What credential.c (stores and identities), credential_file.c (files and passphrases),
 * credential_pem.c and credential_pkcs12.c share. Holds OpenSSL's types.
 */

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "x509/credential.h"

/* The bytes of a file. They may be a key, so they are wiped when they go. */
typedef struct CredentialFile {
        const char *path; /* borrowed */
        uint8_t *data;
        size_t len;
} CredentialFile;

/* What a file held. */
typedef struct CredentialBag {
        STACK_OF(X509) *certs; /* in file order; of PKCS#12 the key's own certificate first */
        EVP_PKEY *key;         /* NULL: none, or not asked for */
} CredentialBag;

/* Puts a sentence into `*ret_problem` and returns `error`. */
int credential_problem(char **ret_problem, int error, const char *format, ...) PRINTF_LIKE(3, 4);

/* What a file has to be. */
typedef struct CredentialFileRules {
        const char *what; /* as texts call it: "key repository" */
        size_t bytes_max;
        bool is_secret; /* refused when group or others can get at it */
} CredentialFileRules;

/* Opens without waiting for anybody. Returns a descriptor or -errno. */
int credential_file_open(const char *path);

/* Reads a regular file that is open; looks at it through the descriptor, so that what was checked is what
 * is read. Takes ownership of the descriptor. `path` is borrowed by `*ret`. */
int credential_file_read_open(const char *path, int fd, const CredentialFileRules *rules,
        char **ret_problem, CredentialFile *ret);

/* Opens and reads. `is_secret` as above. */
int credential_file_read(
        const char *path, bool is_secret, char **ret_problem, CredentialFile *ret);
void credential_file_done(CredentialFile *f);

bool credential_is_pem(const CredentialFile *f);

/* The PEM blocks that are certificates; and the private key. The bag's owner is the caller, also of
 * what stands in it after a failure. */
int credential_pem_certs(const CredentialFile *f, char **ret_problem, CredentialBag *bag);
int credential_pem_key(const CredentialFile *f, const char *passphrase, char **ret_problem,
        CredentialBag *bag);

/* All that a PKCS#12 file holds. */
int credential_pkcs12(const CredentialFile *f, const char *passphrase, char **ret_problem,
        CredentialBag *bag);

/* Was the last failure a cipher that OpenSSL 3 keeps in its legacy provider? Empties the error queue. */
bool credential_was_unsupported(void);

void credential_bag_done(CredentialBag *bag);

#endif
