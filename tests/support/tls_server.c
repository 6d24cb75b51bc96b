/* SPDX-License-Identifier: MIT */
#include "tests/support/tls_server.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

struct TlsServer {
        SSL_CTX *ctx;
        SSL *ssl; /* owns the BIOs */
        BIO *in, *out;
        bool is_done, is_closed, has_failed;
        bool refuse_client_cert;
        uint8_t *ocsp_response;
        size_t ocsp_response_len;
        size_t bytes_sent;
};

/* For what only a mistake in the test can make fail. */
static void must(bool ok, const char *what)
{
        if (ok)
                return;

        fprintf(stderr, "tls_server: %s failed\n", what);
        ERR_print_errors_fp(stderr);
        abort();
}

static int judge_client(X509_STORE_CTX *store, void *userdata)
{
        const TlsServer *s = userdata;

        if (!s->refuse_client_cert)
                return 1;

        X509_STORE_CTX_set_error(store, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
        return 0;
}

static int staple(SSL *ssl, void *userdata)
{
        const TlsServer *s = userdata;
        uint8_t *copy = OPENSSL_memdup(s->ocsp_response, s->ocsp_response_len);

        must(copy, "staple");
        (void) SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long) s->ocsp_response_len);
        return SSL_TLSEXT_ERR_OK;
}

static void set_certificates(SSL_CTX *ctx, const TlsServerOptions *o)
{
        if (o->n_certs == 0)
                return;

        must(SSL_CTX_use_certificate(ctx, o->certs[0]->x509) == 1, "use_certificate");
        must(SSL_CTX_use_PrivateKey(ctx, o->certs[0]->key) == 1, "use_PrivateKey");
        for (size_t i = 1; i < o->n_certs; i++)
                must(SSL_CTX_add1_chain_cert(ctx, o->certs[i]->x509) == 1, "add1_chain_cert");
}

static void set_client_authentication(TlsServer *s, const TlsServerOptions *o)
{
        int mode = SSL_VERIFY_NONE;

        if (o->request_client_cert || o->require_client_cert || o->refuse_client_cert)
                mode = SSL_VERIFY_PEER;
        if (o->require_client_cert)
                mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;

        s->refuse_client_cert = o->refuse_client_cert;
        SSL_CTX_set_verify(s->ctx, mode, NULL);
        SSL_CTX_set_cert_verify_callback(s->ctx, judge_client, s);
        for (size_t i = 0; i < o->n_ca_names; i++)
                must(SSL_CTX_add_client_CA(s->ctx, o->ca_names[i]->x509) == 1, "add_client_CA");
}

static void set_offer(SSL_CTX *ctx, const TlsServerOptions *o)
{
        const char *list = o->cipher_list ? o->cipher_list : "ALL:COMPLEMENTOFALL";
        const char *suites = o->ciphersuites ? o->ciphersuites :
                                               "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
                                               "TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:"
                                               "TLS_AES_128_CCM_8_SHA256";

        SSL_CTX_set_security_level(ctx, 0);
        must(SSL_CTX_set_min_proto_version(ctx, o->min_version ? o->min_version : TLS1_VERSION) == 1,
                "set_min_proto_version");
        must(SSL_CTX_set_max_proto_version(ctx, o->max_version ? o->max_version : TLS1_3_VERSION) == 1,
                "set_max_proto_version");
        if (list[0] != '\0')
                must(SSL_CTX_set_cipher_list(ctx, list) == 1, "set_cipher_list");
        must(SSL_CTX_set_ciphersuites(ctx, suites) == 1, "set_ciphersuites");
        if (o->groups) {
                CLEANUP_FREE char *groups = strdup(o->groups); /* the macro wants it writable */

                must(groups && SSL_CTX_set1_groups_list(ctx, groups) == 1, "set1_groups_list");
        }
}

TlsServer *tls_server_new(const TlsServerOptions *o)
{
        static const unsigned char session_context[] = "mqtls-tests";
        TlsServer *s = calloc(1, sizeof(*s));

        must(s, "calloc");
        s->ctx = SSL_CTX_new(TLS_server_method());
        must(s->ctx, "SSL_CTX_new");

        set_offer(s->ctx, o);
        set_certificates(s->ctx, o);
        set_client_authentication(s, o);
        SSL_CTX_set_mode(s->ctx, SSL_MODE_NO_AUTO_CHAIN);
        must(SSL_CTX_set_session_id_context(s->ctx, session_context, sizeof(session_context)) == 1,
                "set_session_id_context");
        if (o->no_tickets)
                must(SSL_CTX_set_num_tickets(s->ctx, 0) == 1, "set_num_tickets");
        if (o->ocsp_response) {
                s->ocsp_response = malloc(o->ocsp_response_len);
                must(s->ocsp_response, "malloc");
                memcpy(s->ocsp_response, o->ocsp_response, o->ocsp_response_len);
                s->ocsp_response_len = o->ocsp_response_len;
                SSL_CTX_set_tlsext_status_cb(s->ctx, staple);
                SSL_CTX_set_tlsext_status_arg(s->ctx, s);
        }

        tls_server_next(s);
        return s;
}

TlsServer *tls_server_free(TlsServer *s)
{
        if (!s)
                return NULL;

        SSL_free(s->ssl);
        SSL_CTX_free(s->ctx);
        free(s->ocsp_response);
        free(s);
        return NULL;
}

void tls_server_next(TlsServer *s)
{
        SSL_free(s->ssl);
        s->ssl = SSL_new(s->ctx);
        s->in = BIO_new(BIO_s_mem());
        s->out = BIO_new(BIO_s_mem());
        must(s->ssl && s->in && s->out, "SSL_new");
        SSL_set_bio(s->ssl, s->in, s->out);
        SSL_set_accept_state(s->ssl);

        s->is_done = s->is_closed = s->has_failed = false;
        s->bytes_sent = 0;
}

/* Reads what came after the handshake, until nothing is left. */
static void read_on(TlsServer *s)
{
        uint8_t scratch[1024];
        int r;

        do {
                ERR_clear_error();
                r = SSL_read(s->ssl, scratch, sizeof(scratch));
        } while (r > 0);

        if (SSL_get_error(s->ssl, r) == SSL_ERROR_ZERO_RETURN)
                s->is_closed = true;
        else if (SSL_get_error(s->ssl, r) != SSL_ERROR_WANT_READ)
                s->has_failed = true;
}

void tls_server_feed(TlsServer *s, const void *data, size_t len)
{
        int r;

        if (s->has_failed)
                return;
        if (len > 0)
                must(BIO_write(s->in, data, (int) len) == (int) len, "BIO_write");

        if (!s->is_done) {
                ERR_clear_error();
                r = SSL_do_handshake(s->ssl);
                if (r == 1)
                        s->is_done = true;
                else if (SSL_get_error(s->ssl, r) != SSL_ERROR_WANT_READ)
                        s->has_failed = true;
        }
        if (s->is_done && !s->is_closed)
                read_on(s);
        ERR_clear_error();
}

const uint8_t *tls_server_output(TlsServer *s, size_t *ret_len)
{
        char *data = NULL;
        long len = BIO_get_mem_data(s->out, &data);

        *ret_len = len > 0 ? (size_t) len : 0;
        return (const uint8_t *) data;
}

void tls_server_output_consumed(TlsServer *s, size_t n)
{
        uint8_t scratch[1024];

        s->bytes_sent += n;
        while (n > 0) {
                int r = BIO_read(s->out, scratch, (int) MIN_OF(n, sizeof(scratch)));

                must(r > 0, "BIO_read");
                n -= (size_t) r;
        }
}

size_t tls_server_bytes_sent(const TlsServer *s)
{
        return s->bytes_sent;
}

void tls_server_write(TlsServer *s, const void *data, size_t len)
{
        must(SSL_write(s->ssl, data, (int) len) == (int) len, "SSL_write");
}

void tls_server_key_update(TlsServer *s)
{
        must(SSL_key_update(s->ssl, SSL_KEY_UPDATE_REQUESTED) == 1, "SSL_key_update");
        must(SSL_do_handshake(s->ssl) == 1, "SSL_do_handshake");
}

void tls_server_hello_request(TlsServer *s)
{
        must(SSL_renegotiate(s->ssl) == 1, "SSL_renegotiate");
        (void) SSL_do_handshake(s->ssl);
        ERR_clear_error();
}

void tls_server_close(TlsServer *s)
{
        (void) SSL_shutdown(s->ssl);
        ERR_clear_error();
}

bool tls_server_is_done(const TlsServer *s)
{
        return s->is_done;
}

bool tls_server_is_closed(const TlsServer *s)
{
        return s->is_closed;
}

bool tls_server_was_resumed(const TlsServer *s)
{
        return SSL_session_reused(s->ssl) == 1;
}

const char *tls_server_name(const TlsServer *s)
{
        return SSL_get_servername(s->ssl, TLSEXT_NAMETYPE_host_name);
}

bool tls_server_has_client_cert(const TlsServer *s)
{
        return SSL_get0_peer_certificate(s->ssl) != NULL;
}

/* Hands what the client wants to say to the server. Returns true when there was something. */
static bool client_to_server(TlsServer *s, Handshake *h)
{
        size_t len;
        const void *data = handshake_output(h, &len);

        if (len == 0)
                return false;

        tls_server_feed(s, data, len);
        handshake_output_consumed(h, len);
        return true;
}

static bool server_to_client(TlsServer *s, Handshake *h, size_t slice, size_t max)
{
        size_t len;
        const uint8_t *data = tls_server_output(s, &len);

        len = MIN_OF(len, max - MIN_OF(max, s->bytes_sent));
        if (slice > 0)
                len = MIN_OF(len, slice);
        if (len == 0)
                return false;

        must(handshake_feed(h, data, len) == 0, "handshake_feed");
        tls_server_output_consumed(s, len);
        return true;
}

HandshakeState tls_server_pump_max(TlsServer *s, Handshake *h, size_t slice, size_t max)
{
        bool is_moving = true;
        HandshakeState state = HANDSHAKE_WANTS_INPUT;

        while (is_moving) {
                state = handshake_step(h);
                is_moving = client_to_server(s, h);
                is_moving = server_to_client(s, h, slice, max) || is_moving;
        }
        return state;
}

HandshakeState tls_server_pump(TlsServer *s, Handshake *h, size_t slice)
{
        return tls_server_pump_max(s, h, slice, SIZE_MAX);
}
