/* SPDX-License-Identifier: MIT */
#include "tls/handshake_internal.h"

#include <assert.h>
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <stdio.h>

typedef struct ReasonRow {
        int reason; /* SSL_R_… */
        HandshakeError error;
} ReasonRow;

/* What libssl's reasons mean to us. What is not here breaks the protocol. */
static const ReasonRow reason_table[] = {
        { SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED, HANDSHAKE_ERROR_UNSAFE_RENEGOTIATION },

        { SSL_R_BAD_PROTOCOL_VERSION_NUMBER, HANDSHAKE_ERROR_VERSION },
        { SSL_R_UNSUPPORTED_PROTOCOL, HANDSHAKE_ERROR_VERSION },
        { SSL_R_VERSION_TOO_HIGH, HANDSHAKE_ERROR_VERSION },
        { SSL_R_VERSION_TOO_LOW, HANDSHAKE_ERROR_VERSION },
        { SSL_R_WRONG_SSL_VERSION, HANDSHAKE_ERROR_VERSION },
        { SSL_R_WRONG_VERSION_NUMBER, HANDSHAKE_ERROR_VERSION },

        { SSL_R_EXCESSIVE_MESSAGE_SIZE, HANDSHAKE_ERROR_LIMIT },

        { SSL_R_CERT_LENGTH_MISMATCH, HANDSHAKE_ERROR_CERTIFICATE },
        { SSL_R_UNABLE_TO_FIND_PUBLIC_KEY_PARAMETERS, HANDSHAKE_ERROR_CERTIFICATE },
        { SSL_R_UNKNOWN_CERTIFICATE_TYPE, HANDSHAKE_ERROR_CERTIFICATE },
        { SSL_R_WRONG_CERTIFICATE_TYPE, HANDSHAKE_ERROR_CERTIFICATE },
        { SSL_R_NO_CERTIFICATES_RETURNED, HANDSHAKE_ERROR_CERTIFICATE },

        { SSL_R_LIBRARY_HAS_NO_CIPHERS, HANDSHAKE_ERROR_LOCAL },
        { SSL_R_NO_CIPHERS_AVAILABLE, HANDSHAKE_ERROR_LOCAL },
        { SSL_R_NO_PROTOCOLS_AVAILABLE, HANDSHAKE_ERROR_LOCAL },
};

void handshake_fail(Handshake *h, HandshakeError error, const char *text)
{
        assert(error != HANDSHAKE_ERROR_NONE);

        if (h->state != HANDSHAKE_DONE)
                h->state = HANDSHAKE_FAILED;
        h->facts.error = error;
        (void) snprintf(h->facts.error_text, sizeof(h->facts.error_text), "%s", text);
}

static HandshakeError error_of_code(unsigned long code)
{
        if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE)
                return HANDSHAKE_ERROR_LOCAL;
        if (ERR_GET_LIB(code) != ERR_LIB_SSL)
                return HANDSHAKE_ERROR_NONE;

        for (size_t i = 0; i < ARRAY_LEN(reason_table); i++)
                if (reason_table[i].reason == ERR_GET_REASON(code))
                        return reason_table[i].error;
        return HANDSHAKE_ERROR_NONE;
}

/* Empties the error queue. The meaning is the first error that has one; the words are libssl's own
 * last ones, because what lies below (ASN.1, big numbers) tells an operator nothing. */
static HandshakeError drain(const char **ret_text)
{
        HandshakeError error = HANDSHAKE_ERROR_NONE;
        unsigned long code;

        for (code = ERR_get_error(); code != 0; code = ERR_get_error()) {
                const char *reason = ERR_reason_error_string(code);

                if (error == HANDSHAKE_ERROR_NONE)
                        error = error_of_code(code);
                if (reason && (ERR_GET_LIB(code) == ERR_LIB_SSL || !*ret_text))
                        *ret_text = reason;
        }
        return error;
}

/* The server's certificate is what libssl complained about, to judge by the alert it sent. */
static bool is_certificate_alert(int alert)
{
        return alert == SSL_AD_BAD_CERTIFICATE || alert == SSL_AD_UNSUPPORTED_CERTIFICATE ||
                alert == SSL_AD_CERTIFICATE_UNKNOWN;
}

static bool is_version_offered(const Handshake *h)
{
        const HandshakeFacts *f = &h->facts;

        return f->server_hello_seen && f->version >= h->min_version && f->version <= h->max_version;
}

void handshake_fail_from_library(Handshake *h, int ssl_error)
{
        const HandshakeFacts *f = &h->facts;
        const char *text = NULL;
        HandshakeError error = drain(&text);

        if (h->out_of_memory)
                return handshake_fail(h, HANDSHAKE_ERROR_LOCAL, "out of memory");

        /* A close_notify marked fatal is still a farewell and no complaint. */
        if (ssl_error == SSL_ERROR_ZERO_RETURN ||
                (f->alert_received == SSL_AD_CLOSE_NOTIFY && f->alert_received_fatal))
                return handshake_fail(h, HANDSHAKE_ERROR_CLOSE_NOTIFY, "closed by close_notify");
        if (f->alert_received_fatal)
                return handshake_fail(h, HANDSHAKE_ERROR_ALERT, text ? text : "fatal alert");
        if (ssl_error != SSL_ERROR_SSL)
                return handshake_fail(
                        h, HANDSHAKE_ERROR_LOCAL, text ? text : "unexpected library state");

        if (error == HANDSHAKE_ERROR_NONE && is_certificate_alert(f->alert_sent))
                error = HANDSHAKE_ERROR_CERTIFICATE;
        /* The record layer uses the same words for a stray version number later on. */
        if (error == HANDSHAKE_ERROR_NONE ||
                (error == HANDSHAKE_ERROR_VERSION && is_version_offered(h)))
                error = HANDSHAKE_ERROR_PROTOCOL;
        handshake_fail(h, error, text ? text : "no reason given");
}
