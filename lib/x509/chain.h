/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_X509_CHAIN_H
#define MQTLS_X509_CHAIN_H

/*
 * The certificates a listener sent, in the order it sent them, held against a trust store at a given
 * instant. Collects every error of every certificate and never stops at the first: judging which one
 * matters is assess's work. One of the doors to OpenSSL.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "x509/cert.h"
#include "x509/credential.h"

enum {
        CHAIN_CERTS_MAX = 16,  /* parsed and kept as facts; more are counted and a finding */
        CHAIN_VERIFY_DEPTH = 10,
};

/* What verification holds against one certificate; a set of bits. */
typedef enum ChainError {
        CHAIN_ERROR_EXPIRED = 1 << 0,
        CHAIN_ERROR_NOT_YET_VALID = 1 << 1,
        CHAIN_ERROR_UNTRUSTED_ISSUER = 1 << 2,    /* a self-signed root was sent that the store lacks */
        CHAIN_ERROR_MISSING_INTERMEDIATE = 1 << 3, /* the last one names an issuer neither sent nor trusted */
        CHAIN_ERROR_SELF_SIGNED = 1 << 4,         /* the leaf itself, and the store lacks it */
        CHAIN_ERROR_BAD_SIGNATURE = 1 << 5,
        CHAIN_ERROR_REVOKED = 1 << 6,
        CHAIN_ERROR_BAD_KEY_USAGE = 1 << 7, /* key usage, EKU or basic constraints forbid this use */
        CHAIN_ERROR_TOO_LONG = 1 << 8,
        CHAIN_ERROR_MALFORMED = 1 << 9,     /* see the certificate's faults */
        CHAIN_ERROR_OTHER = 1 << 10,        /* see error_text */
} ChainError;

typedef enum ChainRole {
        CHAIN_ROLE_LEAF,         /* the first one sent */
        CHAIN_ROLE_INTERMEDIATE, /* issues one before it, is not self-issued */
        CHAIN_ROLE_ROOT,         /* issues one before it, is self-issued */
        CHAIN_ROLE_EXTRA,        /* sent, but on no path from the leaf */
        _CHAIN_ROLE_MAX,
} ChainRole;

const char *chain_role_to_string(ChainRole role); /* "leaf", "intermediate", "root", "extra" */

typedef struct ChainCert {
        CertFacts facts;
        ChainRole role;
        unsigned errors;  /* bits of ChainError, found at the given instant */
        char *error_text; /* the verifier's words, one printable line; NULL without errors */
} ChainCert;

typedef struct ChainFacts {
        ChainCert *certs; /* as sent, position 0 = leaf */
        size_t n_certs;      /* kept, at most CHAIN_CERTS_MAX */
        size_t n_certs_sent; /* counted */

        bool ordered; /* each certificate issues the one before it (RFC 5246 section 7.4.2) */
        size_t n_extra;

        bool judged;   /* a trust store was given */
        bool verified; /* judged, and no error at all at the given instant */
        unsigned errors; /* union over the path, those of certificates not sent included */

        /* Dates: earliest notAfter; has_… false where none is known. */
        bool has_leaf, has_presented, has_verified;
        int64_t leaf_not_after_at;
        int64_t presented_not_after_at; /* over everything sent and kept */
        int64_t verified_not_after_at;  /* over the path up to the trust anchor, set when its signatures
                                           verify up to an anchor, expired or not */

        char *missing_issuer; /* the DN (MQ form) that MISSING_INTERMEDIATE misses, else NULL */
} ChainFacts;

typedef struct DerCert {
        uint8_t *data;
        size_t len;
} DerCert;

/*
 * Inspects `n` certificates in DER, in the order sent. `trust` may be NULL (then nothing is judged,
 * facts and dates are still collected). `at` is the wall-clock instant to verify for; the clock is
 * never asked, nothing is ever fetched, and no certificate is refused for weak keys or digests
 * (that is policy's word). Returns 0 or -ENOMEM.
 */
int chain_inspect(
        const DerCert *sent, size_t n, const TrustStore *trust, int64_t at, ChainFacts **ret);

ChainFacts *chain_facts_free(ChainFacts *c);
DEFINE_CLEANUP(ChainFacts, chain_facts_free, chain_facts_cleanup)

#endif
