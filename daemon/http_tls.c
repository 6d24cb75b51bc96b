/* SPDX-License-Identifier: MIT */
#include "daemon/http_tls.h"

/*
 * libmicrohttpd makes a GnuTLS session for each connection, and tells of it before the first byte
 * (MHD_OPTION_NOTIFY_CONNECTION). There the session is given credentials of our own, which can be
 * others for the next connection, and ways to read and write that let us see what comes and goes:
 *
 *  - libmicrohttpd 0.9.75 keeps a connection whose handshake waits for more bytes in the list of those
 *    that are ready, and so asks to be run again at once, and again: one byte from a client, and the
 *    loop turns as fast as it can. Whether bytes have come or gone tells a run that was of use from one
 *    that was not; of a long answer it writes one record a run, and is to be run again at once.
 *  - Its own client certificates are asked for, but neither required nor verified.
 *  - When a handshake fails it closes the connection without a word. We say why by an alert; and to
 *    whoever speaks plain HTTP here, in plain HTTP.
 */

#include <assert.h>
#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
        DRAIN_BYTES_MAX = 64 * 1024, /* of a plain request, so that the answer to it is not cut off */
};

/* RFC 9325 section 4.2: no key exchange without forward secrecy, no cipher without authentication. */
const char http_tls_priorities[] =
        "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-CIPHER-ALL:"
        "+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:-MAC-ALL:+AEAD:%SERVER_PRECEDENCE";

struct HttpTls {
        unsigned n_ref;
        gnutls_certificate_credentials_t credentials;
        bool wants_client;
};

static const char plain_answer[] =
        "HTTP/1.1 400 Bad Request\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Connection: close\r\n"
        "\r\n"
        "This port speaks HTTPS: write https:// instead of http://.\n";

/* ---- credentials ---- */

static gnutls_datum_t datum_of(const char *text)
{
        gnutls_datum_t d = {.size = (unsigned) strlen(text)};

        /* GnuTLS reads only, but its type says otherwise. */
        memcpy(&d.data, &text, sizeof(d.data));
        return d;
}

static int problem(char **ret_problem, const char *what, int error)
{
        if (error == GNUTLS_E_MEMORY_ERROR)
                return -ENOMEM;
        if (asprintf(ret_problem, "%s cannot be used by GnuTLS: %s; make another one", what,
                    gnutls_strerror(error)) < 0)
                *ret_problem = NULL;
        return *ret_problem ? -EINVAL : -ENOMEM;
}

int http_tls_new(const WebIdentity *identity, char **ret_problem, HttpTls **ret)
{
        CLEANUP(http_tls_cleanup) HttpTls *t = NULL;
        gnutls_datum_t certificates, key, ca;
        int r;

        assert(identity);
        assert(ret_problem);
        assert(ret);

        *ret_problem = NULL;
        t = calloc(1, sizeof(*t));
        if (!t)
                return -ENOMEM;
        t->n_ref = 1;
        if (gnutls_certificate_allocate_credentials(&t->credentials) < 0)
                return -ENOMEM;

        certificates = datum_of(identity->certificates_pem);
        key = datum_of(identity->key_pem);
        r = gnutls_certificate_set_x509_key_mem2(
                t->credentials, &certificates, &key, GNUTLS_X509_FMT_PEM, NULL, 0);
        if (r < 0)
                return problem(ret_problem, "the certificate of http.tls", r);

        if (identity->client_ca_pem) {
                ca = datum_of(identity->client_ca_pem);
                r = gnutls_certificate_set_x509_trust_mem(t->credentials, &ca, GNUTLS_X509_FMT_PEM);
                if (r < 0)
                        return problem(ret_problem, "http.tls.client_ca", r);
                t->wants_client = true;
        }
        *ret = STEAL(t);
        return 0;
}

HttpTls *http_tls_ref(HttpTls *t)
{
        assert(t);
        assert(t->n_ref > 0);

        t->n_ref++;
        return t;
}

HttpTls *http_tls_unref(HttpTls *t)
{
        if (!t)
                return NULL;

        assert(t->n_ref > 0);
        if (--t->n_ref > 0)
                return NULL;

        if (t->credentials)
                gnutls_certificate_free_credentials(t->credentials);
        free(t);
        return NULL;
}

static int retrieve_nothing(gnutls_session_t session UNUSED,
        const gnutls_datum_t *authorities UNUSED, int n_authorities UNUSED,
        const gnutls_pk_algorithm_t *algorithms UNUSED, int n_algorithms UNUSED,
        gnutls_pcert_st **ret_certificates UNUSED, unsigned int *ret_n_certificates UNUSED,
        gnutls_privkey_t *ret_key UNUSED)
{
        return -1;
}

HttpTlsCallback http_tls_no_certificate(void)
{
        return (HttpTlsCallback) retrieve_nothing;
}

/* ---- a session ---- */

static HttpTlsSession *session_of(gnutls_session_t gnutls)
{
        return gnutls_transport_get_ptr(gnutls);
}

static void say(HttpTlsSession *s, gnutls_alert_description_t alert)
{
        if (s->told)
                return;
        s->told = true;
        (void) gnutls_alert_send(s->gnutls, GNUTLS_AL_FATAL, alert);
}

/* Methods are words in capitals (RFC 9110 section 9.1); a TLS record begins with its type, 20 to 23. */
static bool is_plain_http(const void *data, size_t len)
{
        const unsigned char *p = data;

        return len > 0 && p[0] >= 'A' && p[0] <= 'Z';
}

/* The request is read to its end, as far as it has come, or the answer would be lost in the reset that
 * unread bytes cause. */
static void answer_plainly(HttpTlsSession *s)
{
        char waste[4096];
        size_t n_read = 0;
        ssize_t n;

        s->told = true;
        do {
                n = recv(s->fd, waste, sizeof(waste), MSG_DONTWAIT);
                n_read += n > 0 ? (size_t) n : 0;
        } while (n > 0 && n_read < DRAIN_BYTES_MAX);
        (void) send(s->fd, plain_answer, sizeof(plain_answer) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
        (void) shutdown(s->fd, SHUT_WR);
}

static ssize_t on_pull(gnutls_transport_ptr_t userdata, void *data, size_t len)
{
        HttpTlsSession *s = userdata;
        ssize_t n;

        assert(s);

        if (s->reading)
                *s->reading = s;
        n = recv(s->fd, data, len, MSG_DONTWAIT);
        if (n < 0)
                return n; /* GnuTLS looks at errno */

        *s->progress = true;
        if (n > 0 && !s->has_received && is_plain_http(data, (size_t) n)) {
                answer_plainly(s);
                n = 0; /* as if it had ended */
        }
        s->has_received = s->has_received || n > 0 || s->told;
        return n;
}

static ssize_t on_push(gnutls_transport_ptr_t userdata, const giovec_t *parts, int n_parts)
{
        HttpTlsSession *s = userdata;
        struct msghdr message = {.msg_iovlen = (size_t) n_parts};
        ssize_t n;

        assert(s);

        /* giovec_t is struct iovec, and only read. */
        memcpy(&message.msg_iov, &parts, sizeof(parts));
        n = sendmsg(s->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0)
                *s->progress = true;
        return n; /* GnuTLS looks at errno */
}

/* Does the client speak nothing from TLS 1.2 on? Its version is the first of a ClientHello; whoever speaks
 * TLS 1.3 says 1.2 there (RFC 8446 section 4.1.2). */
static bool is_too_old(const gnutls_datum_t *client_hello)
{
        const unsigned char *p = client_hello->data;

        return client_hello->size >= 2 && (p[0] < 3 || (p[0] == 3 && p[1] < 3));
}

static int on_message(gnutls_session_t gnutls, unsigned type, unsigned when, unsigned incoming,
        const gnutls_datum_t *message)
{
        HttpTlsSession *s = session_of(gnutls);

        assert(s);

        if (type == GNUTLS_HANDSHAKE_CLIENT_HELLO && when == GNUTLS_HOOK_PRE && incoming &&
                is_too_old(message))
                say(s, GNUTLS_A_PROTOCOL_VERSION); /* GnuTLS would refuse it, but not say why */
        if (type == GNUTLS_HANDSHAKE_FINISHED && when == GNUTLS_HOOK_POST && incoming)
                s->established = true;
        return 0;
}

/* RFC 8446 section 6.2; for TLS 1.2, which has no alert for it, RFC 5246 section 7.4.6. */
static gnutls_alert_description_t alert_for_none(gnutls_session_t gnutls)
{
        return gnutls_protocol_get_version(gnutls) >= GNUTLS_TLS1_3 ? GNUTLS_A_CERTIFICATE_REQUIRED
                                                                   : GNUTLS_A_HANDSHAKE_FAILURE;
}

static gnutls_alert_description_t alert_for_status(unsigned status)
{
        if (status & GNUTLS_CERT_EXPIRED)
                return GNUTLS_A_CERTIFICATE_EXPIRED;
        if (status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA))
                return GNUTLS_A_UNKNOWN_CA;
        if (status & GNUTLS_CERT_REVOKED)
                return GNUTLS_A_CERTIFICATE_REVOKED;
        return GNUTLS_A_BAD_CERTIFICATE;
}

/* Who the client is matters nowhere: that a signer of http.tls.client_ca says so is enough. */
static int on_verify(gnutls_session_t gnutls)
{
        static const char for_clients[] = GNUTLS_KP_TLS_WWW_CLIENT;
        HttpTlsSession *s = session_of(gnutls);
        gnutls_typed_vdata_st purpose = {
                .type = GNUTLS_DT_KEY_PURPOSE_OID,
                .data = datum_of(for_clients).data,
        };
        unsigned n = 0, status = 0;

        assert(s);

        if (!gnutls_certificate_get_peers(gnutls, &n) || n == 0) {
                say(s, alert_for_none(gnutls));
                return GNUTLS_E_CERTIFICATE_REQUIRED;
        }
        if (gnutls_certificate_verify_peers(gnutls, &purpose, 1, &status) < 0 || status != 0) {
                say(s, alert_for_status(status));
                return GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
        }
        return 0;
}

int http_tls_begin(HttpTlsSession *s, void *gnutls, int fd, HttpTls *tls, bool *progress)
{
        assert(s);
        assert(gnutls);
        assert(tls);
        assert(progress);

        /* Takes the place of libmicrohttpd's, which hold nothing. */
        if (gnutls_credentials_set(gnutls, GNUTLS_CRD_CERTIFICATE, tls->credentials) < 0)
                return -ENOMEM;

        *s = (HttpTlsSession){
                .tls = http_tls_ref(tls),
                .gnutls = gnutls,
                .fd = fd,
                .progress = progress,
        };
        gnutls_transport_set_ptr(gnutls, s);
        gnutls_transport_set_pull_function(gnutls, on_pull);
        gnutls_transport_set_vec_push_function(gnutls, on_push);
        gnutls_handshake_set_hook_function(
                gnutls, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_BOTH, on_message);
        if (tls->wants_client) {
                /* Not GNUTLS_CERT_REQUIRE: GnuTLS would refuse without telling the client why. */
                gnutls_certificate_server_set_request(gnutls, GNUTLS_CERT_REQUEST);
                gnutls_session_set_verify_function(gnutls, on_verify);
        }
        return 0;
}

void http_tls_refuse(HttpTlsSession *s)
{
        assert(s);

        if (!s->tls || s->established || !s->has_received)
                return;
        say(s, gnutls_protocol_get_version(s->gnutls) == GNUTLS_VERSION_UNKNOWN
                        ? GNUTLS_A_PROTOCOL_VERSION
                        : GNUTLS_A_HANDSHAKE_FAILURE);
}

void http_tls_end(HttpTlsSession *s)
{
        assert(s);

        http_tls_unref(s->tls);
        *s = (HttpTlsSession){0};
}
