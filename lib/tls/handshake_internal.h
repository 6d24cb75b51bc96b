/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TLS_HANDSHAKE_INTERNAL_H
#define MQTLS_TLS_HANDSHAKE_INTERNAL_H

/*
 * What the files of the handshake share among themselves and nobody else sees: the two structures,
 * and who does what. handshake.c drives, handshake_profile.c builds the SSL_CTX, handshake_messages.c
 * listens to every message on the wire, handshake_facts.c keeps and names what was seen,
 * handshake_error.c turns the library's errors into ours.
 */

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tls/handshake.h"

struct TlsProfile {
        SSL_CTX *ctx;
        uint16_t min_version, max_version;
};

struct Handshake {
        SSL *ssl;      /* owns both BIOs */
        BIO *in, *out; /* what the listener said and libssl has not read; what is to be sent */

        HandshakeState state;
        HandshakeFacts facts;
        HandshakeLimits limits;
        uint16_t min_version, max_version; /* as offered */

        size_t bytes_taken;        /* given to libssl so far */
        size_t bytes_at_finished;  /* of these, read when the handshake was done */
        bool bytes_dropped;        /* more came than the limits allow */
        bool first_bytes_are_tls;  /* sniffed, and found to be */
        bool refused;              /* the session broke after the handshake; final */
        bool can_close;            /* close_notify still makes sense */
        bool out_of_memory;        /* inside a callback, which cannot say so itself */
};

/* handshake_messages.c: SSL_set_msg_callback()'s function; `arg` is the Handshake. */
void handshake_message_seen(int is_write,
        int version,
        int content_type,
        const void *data,
        size_t len,
        SSL *ssl,
        void *arg);

/* handshake_facts.c: asks libssl what was agreed, as far as it knows by now; once known it stays. */
void handshake_facts_ask(Handshake *h);

/* handshake_error.c: ends the try with this error; `text` is one of ours. */
void handshake_fail(Handshake *h, HandshakeError error, const char *text);

/* Reads what the failed call left in the error queue (which is empty afterwards), and ends the try
 * with what it means. `ssl_error` is from SSL_get_error(). */
void handshake_fail_from_library(Handshake *h, int ssl_error);

/* handshake_names.c: a DER Name in MQ's form, allocated. Returns 0, -ENOMEM, or -EINVAL when it is
 * none. */
int handshake_name_from_der(const uint8_t *der, size_t len, char **ret);

#endif
