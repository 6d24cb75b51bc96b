/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_X509_CERT_H
#define MQTLS_X509_CERT_H

/*
 * The facts of one certificate as plain values. One of the doors to OpenSSL: what leaves here holds
 * no OpenSSL type. A certificate comes from a stranger, so nothing in it may make the reader fail:
 * what cannot be read is left unset and said in `faults`.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "x509/dn.h"

enum {
        CERT_SHA256_SIZE = 32,
        CERT_SANS_MAX = 64,          /* kept; the total is counted */
        CERT_VALUE_BYTES_MAX = 8192, /* of one DN attribute or SAN; longer ones are a fault and cut */
        CERT_DN_ATTRIBUTES_MAX = 64,
        CERT_FAULTS_MAX = 16,
};

typedef enum CertKeyUsage { /* RFC 5280 section 4.2.1.3 */
        CERT_KU_DIGITAL_SIGNATURE = 1 << 0,
        CERT_KU_KEY_ENCIPHERMENT = 1 << 1,
        CERT_KU_KEY_AGREEMENT = 1 << 2,
        CERT_KU_KEY_CERT_SIGN = 1 << 3,
        CERT_KU_CRL_SIGN = 1 << 4,
        CERT_KU_OTHER = 1 << 5,
} CertKeyUsage;

typedef enum CertExtKeyUsage { /* RFC 5280 section 4.2.1.12 */
        CERT_EKU_SERVER_AUTH = 1 << 0,
        CERT_EKU_CLIENT_AUTH = 1 << 1,
        CERT_EKU_ANY = 1 << 2,
        CERT_EKU_OTHER = 1 << 3,
} CertExtKeyUsage;

/* What is wrong with a certificate as a data structure; a set of bits. */
typedef enum CertFault {
        CERT_FAULT_UNPARSABLE = 1 << 0, /* not an X.509 certificate at all: only size and sha256 are set */
        CERT_FAULT_NOT_BEFORE = 1 << 1, /* impossible date (RFC 5280 section 4.1.2.5) */
        CERT_FAULT_NOT_AFTER = 1 << 2,
        CERT_FAULT_KEY = 1 << 3,        /* the public key cannot be read */
        CERT_FAULT_NAME = 1 << 4,       /* a DN or SAN too long, too many, or with an unreadable value;
                                           self_signed stays false where OpenSSL refuses the names */
        CERT_FAULT_EXTENSION = 1 << 5,  /* an extension that cannot be read, or stands twice */
        CERT_FAULT_SERIAL = 1 << 6,     /* missing, negative or longer than 20 octets: noted, not refused */
} CertFault;

typedef struct CertFacts {
        size_t der_len;
        uint8_t sha256[CERT_SHA256_SIZE];      /* of the DER as sent */
        uint8_t spki_sha256[CERT_SHA256_SIZE]; /* of SubjectPublicKeyInfo; zero when unparsable */

        unsigned faults;   /* bits of CertFault */
        char *fault_text;  /* one line of printable text that says what, NULL when faults == 0 */

        Dn subject, issuer;
        char *subject_mq, *issuer_mq;           /* never NULL in a parsed certificate */
        char *subject_rfc4514, *issuer_rfc4514;
        char *serial; /* as MQ prints it: "78:40:26:54", upper case hex, NULL when unreadable */

        bool has_not_before, has_not_after; /* false: unreadable (a fault), never a made-up number */
        int64_t not_before_at, not_after_at; /* RFC 5280's 99991231235959Z stays that very second */

        char **sans; /* "DNS:…", "IP:…", "email:…", "URI:…", "DN:…", "other:…", as escape_text() makes them */
        size_t n_sans;       /* kept, at most CERT_SANS_MAX */
        size_t n_sans_total; /* in the certificate */

        char *key_algorithm;       /* "RSA", "RSA-PSS", "EC", "ED25519", …; NULL when unreadable */
        unsigned key_bits;         /* 0 when unreadable */
        char *curve;               /* "P-256", …; NULL when not EC */
        char *signature_algorithm; /* OpenSSL's long name or the OID: "sha256WithRSAEncryption" */
        char *signature_digest;    /* "SHA256", "SHA1", "MD5"; NULL where the algorithm has none */

        bool has_key_usage;
        unsigned key_usage; /* bits of CertKeyUsage */
        bool has_ext_key_usage;
        unsigned ext_key_usage; /* bits of CertExtKeyUsage */
        bool has_basic_constraints, basic_constraints_critical, is_ca;
        int path_len; /* -1: no limit */

        bool self_issued; /* subject equals issuer */
        bool self_signed; /* and the signature verifies with its own key */
} CertFacts;

/*
 * Reads one certificate from DER. Returns 0 (also for a certificate full of faults), or -ENOMEM.
 * The clock is not asked. `ret` is owned by the caller: cert_facts_done().
 */
int cert_facts_from_der(const void *der, size_t der_len, CertFacts *ret);

void cert_facts_done(CertFacts *c);

/*
 * Reads a DER Time (tag UTCTime 0x17 or GeneralizedTime 0x18, length and content) strictly as RFC
 * 5280 section 4.1.2.5 wants it: seconds present, Z, no offsets, a real date. UTCTime years 50..99
 * are 1950..1999. Returns 0 or -EINVAL. Own reader, because OpenSSL's is more forgiving.
 */
int cert_time_from_der(const uint8_t *der, size_t der_len, int64_t *ret_at);

/* "AB12…": upper case hexadecimal of a digest into `ret` (2 * CERT_SHA256_SIZE + 1 bytes). */
void cert_hex(const uint8_t digest[CERT_SHA256_SIZE], char ret[2 * CERT_SHA256_SIZE + 1]);

#endif
