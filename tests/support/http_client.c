/* SPDX-License-Identifier: MIT */
#include "tests/support/http_client.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct HttpClient {
        sd_event *event;
        sd_event_source *source;
        int fd;
        Buf in;
        bool ended;
        SSL_CTX *tls; /* NULL: plain */
        SSL *ssl;
        bool established;
        char tls_error[128];
};

/* Waits for what TLS wants next, or notes why it is over. */
static void tls_wants(HttpClient *c, int result)
{
        int error = SSL_get_error(c->ssl, result);

        if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
                (void) sd_event_source_set_io_events(
                        c->source, error == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLOUT);
                return;
        }
        if (error == SSL_ERROR_SSL)
                (void) snprintf(c->tls_error, sizeof(c->tls_error), "%s",
                        ERR_reason_error_string(ERR_peek_last_error()));
        ERR_clear_error();
        c->ended = true;
        (void) sd_event_source_set_enabled(c->source, SD_EVENT_OFF);
}

static void read_tls(HttpClient *c)
{
        char chunk[64 * 1024];
        int n;

        if (!c->established) {
                n = SSL_connect(c->ssl);
                if (n != 1) {
                        tls_wants(c, n);
                        return;
                }
                c->established = true;
        }
        while ((n = SSL_read(c->ssl, chunk, sizeof(chunk))) > 0)
                buf_append(&c->in, chunk, (size_t) n);
        tls_wants(c, n);
}

static int on_readable(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
        HttpClient *c = userdata;
        char chunk[64 * 1024];
        ssize_t n = 0;

        if (c->ssl) {
                read_tls(c);
                return 0;
        }

        /* One that does not read waits for the end alone. */
        if (revents & EPOLLIN)
                n = recv(fd, chunk, sizeof(chunk), MSG_DONTWAIT);
        if (n > 0) {
                buf_append(&c->in, chunk, (size_t) n);
                return 0;
        }
        if (n < 0 && errno == EAGAIN)
                return 0;

        c->ended = true;
        (void) sd_event_source_set_enabled(s, SD_EVENT_OFF);
        return 0;
}

HttpClient *http_client_new(sd_event *event, uint16_t port)
{
        const struct sockaddr_in address = {
                .sin_family = AF_INET,
                .sin_port = htons(port),
                .sin_addr = {htonl(INADDR_LOOPBACK)},
        };
        HttpClient *c = calloc(1, sizeof(*c));

        ck_assert_ptr_nonnull(c);
        c->event = sd_event_ref(event);
        c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ck_assert_int_ge(c->fd, 0);
        ck_assert_int_eq(
                connect(c->fd, (const struct sockaddr *) &address, sizeof(address)), 0);
        ck_assert_int_ge(
                sd_event_add_io(event, &c->source, c->fd, EPOLLIN, on_readable, c), 0);
        return c;
}

HttpClient *http_client_new_tls(sd_event *event, uint16_t port, const HttpClientTls *tls)
{
        HttpClient *c = http_client_new(event, port);

        ck_assert_int_eq(fcntl(c->fd, F_SETFL, O_NONBLOCK), 0);
        (void) signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without asking for none */
        c->tls = SSL_CTX_new(TLS_client_method());
        ck_assert_ptr_nonnull(c->tls);
        SSL_CTX_set_security_level(c->tls, 0); /* it is the server that shall refuse */
        if (tls->certificate)
                ck_assert(SSL_CTX_use_certificate_file(c->tls, tls->certificate, SSL_FILETYPE_PEM) == 1 &&
                        SSL_CTX_use_PrivateKey_file(c->tls, tls->key, SSL_FILETYPE_PEM) == 1);
        c->ssl = SSL_new(c->tls);
        ck_assert_ptr_nonnull(c->ssl);
        if (tls->version)
                ck_assert(SSL_set_min_proto_version(c->ssl, tls->version) == 1 &&
                        SSL_set_max_proto_version(c->ssl, tls->version) == 1);
        SSL_set_fd(c->ssl, c->fd);
        read_tls(c);
        while (!c->established && !c->ended)
                ck_assert_int_ge(sd_event_run(c->event, UINT64_MAX), 0);
        return c;
}

char *http_client_peer_serial(const HttpClient *c)
{
        X509 *x = SSL_get0_peer_certificate(c->ssl);
        BIGNUM *n = x ? ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL) : NULL;
        char *hex = n ? BN_bn2hex(n) : NULL, *text;

        ck_assert_ptr_nonnull(hex);
        text = strdup(hex);
        OPENSSL_free(hex);
        BN_free(n);
        return text;
}

const char *http_client_tls_error(const HttpClient *c)
{
        return c->tls_error;
}

HttpClient *http_client_free(HttpClient *c)
{
        if (!c)
                return NULL;

        SSL_free(c->ssl);
        SSL_CTX_free(c->tls);
        sd_event_source_disable_unref(c->source);
        (void) close(c->fd);
        buf_done(&c->in);
        sd_event_unref(c->event);
        free(c);
        return NULL;
}

void http_client_send_bytes(HttpClient *c, const void *data, size_t len)
{
        const char *p = data;

        if (c->ssl) { /* what tests send fits into the socket */
                ck_assert_int_gt(SSL_write(c->ssl, data, (int) len), 0);
                return;
        }
        while (len > 0) {
                ssize_t n = send(c->fd, p, len, MSG_NOSIGNAL | MSG_DONTWAIT);

                if (n < 0 && errno == EAGAIN) {
                        ck_assert_int_ge(sd_event_run(c->event, UINT64_MAX), 0);
                        continue;
                }
                if (n < 0)
                        return; /* the server has closed: the answer will tell */
                p += n;
                len -= (size_t) n;
        }
}

void http_client_send(HttpClient *c, const char *text)
{
        http_client_send_bytes(c, text, strlen(text));
}

void http_client_stop_reading(HttpClient *c)
{
        ck_assert_int_ge(sd_event_source_set_io_events(c->source, EPOLLRDHUP), 0);
}

void http_client_wait_end(HttpClient *c)
{
        while (!c->ended)
                ck_assert_int_ge(sd_event_run(c->event, UINT64_MAX), 0);
}

static const char *end_of_headers(const HttpClient *c)
{
        const char *end = c->in.data ? memmem(c->in.data, c->in.len, "\r\n\r\n", 4) : NULL;

        return end ? end + 4 : NULL;
}

char *http_client_header(const HttpClient *c, const char *name)
{
        const char *end = end_of_headers(c);
        const char *line = buf_str(&c->in);

        while (end && (line = strstr(line, "\r\n")) && line + 2 < end) {
                line += 2;
                if (strncasecmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':') {
                        line += strlen(name) + 1;
                        line += strspn(line, " ");
                        return strndup(line, strcspn(line, "\r"));
                }
        }
        return NULL;
}

const char *http_client_body(const HttpClient *c, size_t *ret_len)
{
        const char *end = end_of_headers(c);

        ck_assert_msg(end, "no complete answer in: %s", buf_str(&c->in));
        if (ret_len)
                *ret_len = c->in.len - (size_t) (end - c->in.data);
        return end;
}

static bool is_complete(const HttpClient *c)
{
        CLEANUP_FREE char *length = NULL;
        size_t len;

        if (!end_of_headers(c))
                return false;
        length = http_client_header(c, "Content-Length");
        (void) http_client_body(c, &len);
        return !length || len >= strtoul(length, NULL, 10);
}

void http_client_wait_answer(HttpClient *c)
{
        buf_clear(&c->in);
        while (!is_complete(c)) {
                ck_assert_msg(!c->ended, "the connection ended (%s) after %zu bytes: %.2000s", c->tls_error,
                        c->in.len, buf_str(&c->in));
                ck_assert_int_ge(sd_event_run(c->event, UINT64_MAX), 0);
        }
}

const Buf *http_client_received(const HttpClient *c)
{
        return &c->in;
}

int http_client_status(const HttpClient *c)
{
        if (strncmp(buf_str(&c->in), "HTTP/1.", 7) != 0)
                return 0;
        return (int) strtol(buf_str(&c->in) + strlen("HTTP/1.1 "), NULL, 10);
}

HttpClient *http_client_get(
        sd_event *event, uint16_t port, const char *method, const char *target, const char *more)
{
        CLEANUP_BUF Buf request = BUF_INIT;
        HttpClient *c = http_client_new(event, port);

        buf_appendf(&request, "%s %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n%s\r\n", method,
                target, more ? more : "");
        http_client_send(c, buf_str(&request));
        http_client_wait_end(c);
        return c;
}
