/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MQ_INTEROP_H
#define MQTLS_MQ_INTEROP_H

/*
 * How two SSLCIPH values meet, initiator against accepting channel ("Relationship between alias
 * CipherSpec settings"): first the handshake agrees on the strongest both sides have, without looking
 * at the accepting channel; then the channel checks what was agreed.
 */

#include <stdbool.h>

#include "base/buf.h"
#include "mq/cipherspec.h"

typedef enum InteropResult {
        INTEROP_WORKS,
        INTEROP_MAY_FAIL, /* works only when the named suite happens to be the strongest both have */
        INTEROP_FAILS,
        _INTEROP_RESULT_MAX,
} InteropResult;

const char *interop_result_to_string(InteropResult r); /* "works", "may fail", "fails" */

/* `tls13`: both sides have TLS 1.3. `*ret_why`, unless NULL: a static sentence. */
InteropResult interop_meet(
        const SslCiph *initiator, const SslCiph *acceptor, bool tls13, const char **ret_why);

/* Appends what to change first, for people: open the accepting side first, tighten it last. */
void interop_advice(const SslCiph *initiator, const SslCiph *acceptor, Buf *b);

#endif
