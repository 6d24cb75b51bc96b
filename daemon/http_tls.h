/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_HTTP_TLS_H
#define MQTLSD_HTTP_TLS_H

/*
 * What libmicrohttpd leaves to its user of TLS: certificates that can be exchanged while it runs,
 * clients that have to show one, and a word to those who speak something else. Part of http, and the
 * door to GnuTLS, which libmicrohttpd speaks TLS with.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"
#include "model/web_identity.h"

/* TLS 1.2 and 1.3 with forward secrecy and authenticated encryption, and nothing else. */
extern const char http_tls_priorities[];

/* A certificate with its key, and whom to let in. A connection keeps the one it began with, so there
 * may be more than one at a time: they are counted. */
typedef struct HttpTls HttpTls;

/* Returns 0 or -errno with an allocated sentence in `*ret_problem` (NULL only when memory ran out). */
int http_tls_new(const WebIdentity *identity, char **ret_problem, HttpTls **ret);
HttpTls *http_tls_ref(HttpTls *t);
HttpTls *http_tls_unref(HttpTls *t); /* NULL is fine; returns NULL */
DEFINE_CLEANUP(HttpTls, http_tls_unref, http_tls_cleanup)

/* The TLS side of one connection; embedded, never moved while it is begun. */
typedef struct HttpTlsSession {
        HttpTls *tls; /* NULL: not begun */
        void *gnutls;
        int fd;            /* borrowed */
        bool *progress;    /* set whenever bytes have come or gone */
        struct HttpTlsSession **reading; /* set to the session that was read from last; may be NULL */
        bool has_received; /* anything at all */
        bool established;
        bool told; /* the client knows already why it is refused */
} HttpTlsSession;

/*
 * Takes over a connection's session before its first byte. `gnutls` is a gnutls_session_t, valid until
 * http_tls_end(). Returns 0 or -errno; then no handshake of that session succeeds.
 */
int http_tls_begin(HttpTlsSession *s, void *gnutls, int fd, HttpTls *tls, bool *progress);

/* The handshake has failed: says so to the client by an alert, as libmicrohttpd does not. */
void http_tls_refuse(HttpTlsSession *s);

/* Behind the end of the GnuTLS session. Harmless when not begun. */
void http_tls_end(HttpTlsSession *s);

/* What libmicrohttpd is given as its source of certificates (a gnutls_certificate_retrieve_function2):
 * it has none, the sessions that were begun have their own. */
typedef void (*HttpTlsCallback)(void);
HttpTlsCallback http_tls_no_certificate(void);

#endif
