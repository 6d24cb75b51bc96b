/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MQ_CIPHERSPEC_H
#define MQTLS_MQ_CIPHERSPEC_H

/*
 * The catalogue of MQ's CipherSpecs and the ANY* aliases: what each offers on the wire, and what each
 * admits. The rows are in cipherspec_table.h. TLS versions are wire numbers (0x0303 = TLS 1.2).
 *
 * Nine code points bear several MQ names, so the key of a look-up is always (version, code).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
        TLS_VERSION_SSL30 = 0x0300,
        TLS_VERSION_TLS10 = 0x0301,
        TLS_VERSION_TLS11 = 0x0302, /* on the wire only: MQ has no TLS 1.1 */
        TLS_VERSION_TLS12 = 0x0303,
        TLS_VERSION_TLS13 = 0x0304,
};

const char *tls_version_to_string(uint16_t version); /* "TLS 1.2"; "unknown" otherwise */

/* Can OpenSSL as packaged by Debian 12 speak it? */
typedef enum CipherSpecSupport {
        CIPHERSPEC_SPOKEN,         /* offered and spoken */
        CIPHERSPEC_NOT_COMPILED,   /* the suite is not in the library */
        CIPHERSPEC_NO_PROTOCOL,    /* the suite is, its protocol (SSL 3.0) is not */
        CIPHERSPEC_NO_NAME,        /* no library has it */
} CipherSpecSupport;

typedef struct CipherSpec {
        const char *name; /* MQ's */
        const char *iana_name;
        const char *openssl_name; /* NULL where OpenSSL has none */
        uint16_t code;
        uint16_t version; /* the one protocol of this CipherSpec */
        unsigned bits;    /* of the encryption, 0 where there is none */
        const char *key_exchange; /* "RSA", "ECDHE", "any", "none" */
        const char *key_type;     /* of the certificate: "RSA", "ECDSA", "any", "none" */
        const char *encryption;
        const char *mac;
        unsigned preference; /* in MQ's default order (9.2 and later), 1 = best; 0 = off by default */
        CipherSpecSupport support;
        const char *fips; /* "yes", "no", "not known" */
        const char *platforms;
        const char *status; /* since when enabled or deprecated, and how sure that is */
} CipherSpec;

/* All rows, in catalogue order. */
const CipherSpec *cipherspec_table(size_t *ret_n);

/* By MQ's name, exactly as MQ spells it. NULL if there is none. */
const CipherSpec *cipherspec_by_name(const char *name);

/* By what was negotiated. NULL proves that no queue manager's own TLS answered. */
const CipherSpec *cipherspec_by_code(uint16_t version, uint16_t code);

/* ---- SSLCIPH: what a channel definition holds ---- */

typedef enum SslCiphKind {
        SSLCIPH_UNSET, /* no value given */
        SSLCIPH_SINGLE,
        SSLCIPH_ANY,
        SSLCIPH_ANY_TLS12,
        SSLCIPH_ANY_TLS12_OR_HIGHER,
        SSLCIPH_ANY_TLS13,
        SSLCIPH_ANY_TLS13_OR_HIGHER,
} SslCiphKind;

typedef struct SslCiph {
        SslCiphKind kind;
        const CipherSpec *single; /* for SSLCIPH_SINGLE */
} SslCiph;

/*
 * Parses an SSLCIPH value: a CipherSpec name, an ANY* alias, or a code of 4 (z/OS) or 2 (IBM i)
 * hexadecimal digits; a code point with several names means the one with the newest protocol.
 * Returns 0, or -EINVAL with `*ret_hint` (unless NULL) the nearest valid name for a message, or NULL;
 * names of Java, OpenSSL and IANA are understood in the hint, never as a value.
 */
int sslciph_parse(const char *text, SslCiph *ret, const char **ret_hint);

/* The canonical MQ spelling; "" when unset. */
const char *sslciph_name(const SslCiph *s);

/* Would a channel with this SSLCIPH take what was negotiated (its AMQ9631E check)? Only MQ's own
 * CipherSpecs on their own protocol are ever admitted. Unset admits every MQ CipherSpec. */
bool sslciph_admits(const SslCiph *s, uint16_t version, uint16_t code);

/* Does it admit any CipherSpec of this protocol version? */
bool sslciph_admits_version(const SslCiph *s, uint16_t version);

/* The `i`-th CipherSpec that a partner with this SSLCIPH offers, in MQ's default order; an alias offers
 * what is enabled by default. NULL behind the last, and for one that OpenSSL cannot speak. */
const CipherSpec *sslciph_offered(const SslCiph *s, size_t i);

typedef struct CipherOffer {
        uint16_t min_version, max_version;
        char *cipher_list;  /* OpenSSL's names for TLS 1.2 and older, ':' separated; "" = none */
        char *ciphersuites; /* for TLS 1.3; "" = none */
} CipherOffer;

void cipher_offer_done(CipherOffer *o);

/*
 * What a partner with this SSLCIPH offers: protocol range and suites in MQ's default order (an alias
 * offers what is enabled by default; unset offers as ANY does). Returns 0, -ENOMEM, or -EOPNOTSUPP
 * when OpenSSL cannot speak the CipherSpec; see `single->support` for why.
 */
int sslciph_offer(const SslCiph *s, CipherOffer *ret);

#endif
