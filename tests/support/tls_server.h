/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_TLS_SERVER_H
#define MQTLS_TESTS_TLS_SERVER_H

/*
 * A TLS listener in memory: OpenSSL's server side between two memory BIOs, without a port and without
 * a clock. It answers a Handshake, one side's bytes being handed to the other in slices of any size.
 *
 *      TlsServer *s = tls_server_new(&(TlsServerOptions){ .certs = chain, .n_certs = 1 });
 *      HandshakeState state = tls_server_pump(s, handshake, 0);
 *
 * A mistake in the options ends the program with a message.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "tests/support/pki.h"
#include "tls/handshake.h"

typedef struct TlsServerOptions {
        uint16_t min_version, max_version; /* 0: TLS 1.0 … TLS 1.3 */
        const char *cipher_list;           /* NULL: everything, NULL ciphers included */
        const char *ciphersuites;          /* NULL: all five */
        const char *groups;                /* NULL: the library's */

        const PkiCert *const *certs; /* leaf first, its key is the server's */
        size_t n_certs;

        bool request_client_cert; /* CertificateRequest, none is fine */
        bool require_client_cert; /* CertificateRequest, none is refused */
        bool refuse_client_cert;  /* whatever comes is refused: alert unknown_ca */
        const PkiCert *const *ca_names; /* for the CertificateRequest */
        size_t n_ca_names;

        bool no_tickets; /* TLS 1.3: none after the handshake */
        const uint8_t *ocsp_response; /* stapled where the client asks */
        size_t ocsp_response_len;
} TlsServerOptions;

typedef struct TlsServer TlsServer;

TlsServer *tls_server_new(const TlsServerOptions *o);
TlsServer *tls_server_free(TlsServer *s);
DEFINE_CLEANUP(TlsServer, tls_server_free, tls_server_cleanup)
#define CLEANUP_TLS_SERVER CLEANUP(tls_server_cleanup)

/* Hangs up and waits for the next client; sessions are remembered, as a real listener does. */
void tls_server_next(TlsServer *s);

/* Bytes from the client. The server goes as far as they allow. */
void tls_server_feed(TlsServer *s, const void *data, size_t len);

/* Bytes for the client. */
const uint8_t *tls_server_output(TlsServer *s, size_t *ret_len);
void tls_server_output_consumed(TlsServer *s, size_t n);

/* What passed over to the client since the last tls_server_next(). */
size_t tls_server_bytes_sent(const TlsServer *s);

/* After the handshake. */
void tls_server_write(TlsServer *s, const void *data, size_t len);
void tls_server_key_update(TlsServer *s);
void tls_server_hello_request(TlsServer *s); /* TLS 1.2: asks for a renegotiation */
void tls_server_close(TlsServer *s);         /* close_notify */

bool tls_server_is_done(const TlsServer *s);       /* its side of the handshake */
bool tls_server_is_closed(const TlsServer *s);     /* the client's close_notify has come */
bool tls_server_was_resumed(const TlsServer *s);
const char *tls_server_name(const TlsServer *s);   /* SNI that came, NULL without */
bool tls_server_has_client_cert(const TlsServer *s);

/*
 * Takes turns until nothing moves any more, in slices of `slice` bytes towards the client (0: all at
 * once), and hands over at most `max` bytes (SIZE_MAX: no end). After the handshake the bytes are fed
 * all the same, for handshake_linger(). Returns the client's state.
 */
HandshakeState tls_server_pump_max(TlsServer *s, Handshake *h, size_t slice, size_t max);
HandshakeState tls_server_pump(TlsServer *s, Handshake *h, size_t slice);

#endif
