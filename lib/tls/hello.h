/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TLS_HELLO_H
#define MQTLS_TLS_HELLO_H

/*
 * A hand-made ClientHello, SSL 3.0 to TLS 1.3, and what a listener answers to it: one mechanism for
 * every CipherSpec of the catalogue, also for those that the TLS library cannot speak (SSL 3.0, RC4,
 * 3DES, export), so that "this listener still accepts 3DES" can be known. Only the first answer is
 * read; no key is ever agreed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
        HELLO_RANDOM_SIZE = 32,
        HELLO_CODES_MAX = 64,
        HELLO_SNI_MAX = 255,
        HELLO_BYTES_MAX = 16384, /* of an answer: by then it is decided */
};

/* A ServerHello with this random is a HelloRetryRequest (RFC 8446 section 4.1.3). */
extern const uint8_t hello_retry_random[HELLO_RANDOM_SIZE];

typedef struct HelloOffer {
        uint16_t version;      /* SSL 3.0 to TLS 1.3; up to TLS 1.2 a listener may answer with less */
        const uint16_t *codes; /* cipher suites, in order */
        size_t n_codes;        /* 1 to HELLO_CODES_MAX */
        const char *sni;       /* NULL: none; at most HELLO_SNI_MAX; never sent with SSL 3.0 */
        uint8_t random[HELLO_RANDOM_SIZE];
        uint8_t session_id[HELLO_RANDOM_SIZE]; /* TLS 1.3 only, for middleboxes (RFC 8446 D.4) */
        uint8_t key_share[HELLO_RANDOM_SIZE];  /* TLS 1.3 only: X25519, where any 32 random bytes are
                                                  a public key (RFC 7748 section 5) */
} HelloOffer;

/* Appends the ClientHello as one record (RFC 8446 and RFC 5246 section 7.4.1.2; RFC 6101 for SSL 3.0,
 * which knows no extensions). */
void hello_encode(const HelloOffer *offer, Buf *b);

typedef enum HelloAnswer {
        HELLO_MORE,     /* not decided by these bytes yet */
        HELLO_ACCEPTED, /* a ServerHello or HelloRetryRequest: version and cipher are set */
        HELLO_REFUSED,  /* an alert: alert is set */
        HELLO_NOT_TLS,
        HELLO_MALFORMED,
} HelloAnswer;

typedef struct HelloReply {
        uint16_t version; /* 0: none */
        uint16_t cipher;
        bool is_retry; /* a HelloRetryRequest: the suite suits, our key share did not */
        int alert;     /* -1: none */
} HelloReply;

/*
 * Reads all that the listener has said so far; the record and handshake layers may be sliced anywhere.
 * Warnings that leave the handshake going (unrecognized_name, for one) are passed over. Whether the
 * listener chose what was offered is for the caller to compare. Never reads beyond `len`, never
 * allocates. `*ret` is set unless the answer is HELLO_MORE, which it never is from HELLO_BYTES_MAX on.
 */
HelloAnswer hello_decode(const uint8_t *data, size_t len, HelloReply *ret);

#endif
