/* SPDX-License-Identifier: MIT */

/* Connections from their first byte to their last, and the requests that they bring. */

#include "daemon/http_internal.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/escape.h"
#include "daemon/http_answer.h"
#include "daemon/http_framing.h"
#include "daemon/log.h"

enum {
        /* No request of ours has a body. A short one is read and dropped, so that the client gets to
         * read the refusal; a long one is cut off. */
        BODY_BYTES_MAX = 64 * 1024,
        IPV4_OFFSET = 12, /* in the IPv6 address that it is mapped to (RFC 4291 section 2.5.5.2) */
};

/* ---- connections ---- */

/* What MHD says is mostly about clients' mistakes: nobody shall fill our log with them. */
void http_on_log(void *userdata, const char *format, va_list ap)
{
        HttpListener *l = userdata;
        CLEANUP_FREE char *text = NULL;

        assert(l);

        if (strncmp(format, "Hit process or system resource limit", 36) == 0)
                l->starved = true;
        /* Said while the connection is still there, of the one that was just read from. */
        if (strncmp(format, "Error: received handshake message", 33) == 0 && l->reading)
                http_tls_refuse(l->reading);
        if (vasprintf(&text, format, ap) < 0) {
                text = NULL;
                return;
        }
        text[strcspn(text, "\n")] = '\0';
        log_debug("http: %s", text);
}

/* Gives the connection's TLS session what it needs; where that fails, no handshake succeeds. */
static void begin_tls(HttpConnection *c)
{
        HttpListener *l = c->listener;
        const union MHD_ConnectionInfo *info =
                MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);

        if (info && info->tls_session &&
                http_tls_begin(&c->tls, info->tls_session, c->life.fd, l->http->tls, &l->progress) < 0)
                log_debug("http: out of memory for a TLS session");
        c->tls.reading = &l->reading;
}

static void connection_free(HttpConnection *c)
{
        Http *h = c->listener->http;

        if (c->waiter.what)
                h->gate.forget(&c->waiter, h->gate.userdata);
        if (c->suspended)
                TAILQ_REMOVE(&h->suspended, c, suspended_link);
        if (c->tls.has_received && !c->tls.established)
                h->n_handshake_failures++;
        if (c->listener->reading == &c->tls)
                c->listener->reading = NULL;
        http_tls_end(&c->tls);
        cutter_remove(h->cutter, &c->life);
        free(c);
}

void http_on_connection(void *userdata, struct MHD_Connection *connection, void **context,
        enum MHD_ConnectionNotificationCode code)
{
        HttpListener *l = userdata;
        HttpConnection *c = *context;

        assert(l);

        l->progress = true;
        if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
                if (c)
                        connection_free(c);
                *context = NULL;
                http_run_again(l);
                return;
        }

        const union MHD_ConnectionInfo *info =
                MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

        c = calloc(1, sizeof(*c));
        if (!c || !info) {
                free(c); /* without a deadline it will not be served: http_on_request() */
                return;
        }
        c->listener = l;
        c->mhd = connection;
        c->life.fd = info->connect_fd;
        if (l->http->tls)
                begin_tls(c);
        *context = c;
        cutter_renew(l->http->cutter, &c->life, false);
}

static HttpConnection *connection_of(struct MHD_Connection *connection)
{
        const union MHD_ConnectionInfo *info =
                MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

        return info ? info->socket_context : NULL;
}

/* ---- requests and answers ---- */

/* Percent-decodes in place, as MHD itself would; but %00 stays as it is, because what follows a NUL
 * would be lost, and another path than the one asked for be answered. */
size_t http_on_unescape(
        void *userdata UNUSED, struct MHD_Connection *connection UNUSED, char *text)
{
        static const char digits[] = "0123456789abcdef0123456789ABCDEF";
        char *out = text;

        for (const char *in = text; *in; in++) {
                const char *high = in[0] == '%' && in[1] ? strchr(digits, in[1]) : NULL;
                const char *low = high && in[2] ? strchr(digits, in[2]) : NULL;
                int value = low ? (int) ((high - digits) % 16 * 16 + (low - digits) % 16) : 0;

                if (value == 0) {
                        *out++ = *in;
                        continue;
                }
                *out++ = (char) value;
                in += 2;
        }
        *out = '\0';
        return (size_t) (out - text);
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
        return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* Before anybody is asked. */
static enum MHD_Result refuse(
        struct MHD_Connection *connection, unsigned status, const char *sentence, bool closes)
{
        const HttpRequest request = {0};
        HttpResponse r = {
                .status = status,
                .content_type = "text/plain; charset=utf-8",
                .closes = closes,
        };

        buf_append_str(&r.body, sentence);
        return http_answer(connection, &request, &r);
}

static enum MHD_Result refuse_body(struct MHD_Connection *connection)
{
        return refuse(connection, MHD_HTTP_CONTENT_TOO_LARGE,
                "No request here has a body; send it without.\n", false);
}

static bool announces_long_body(struct MHD_Connection *connection)
{
        const char *length = header(connection, "Content-Length");

        return length && strtoull(length, NULL, 10) > BODY_BYTES_MAX;
}

/* Suspends the connection until http_wake(). What it may take is the gate's business; the request has
 * its deadline all the same. */
static void suspend(HttpConnection *c)
{
        c->suspended = true;
        TAILQ_INSERT_TAIL(&c->listener->http->suspended, c, suspended_link);
        MHD_suspend_connection(c->mhd);
}

void http_wake(HttpWaiter *w)
{
        HttpConnection *c;

        assert(w);

        c = (HttpConnection *) ((char *) w - offsetof(HttpConnection, waiter));
        if (!c->suspended)
                return;
        c->suspended = false;
        TAILQ_REMOVE(&c->listener->http->suspended, c, suspended_link);
        MHD_resume_connection(c->mhd);
        http_run_again(c->listener);
}

/* A request has begun: its headers are there, its body is not. */
static enum MHD_Result begin_request(HttpConnection *c)
{
        const char *fault = http_framing_fault(c->mhd);

        c->body_bytes = 0;
        if (fault)
                return refuse(c->mhd, MHD_HTTP_BAD_REQUEST, fault, true);
        return announces_long_body(c->mhd) ? refuse_body(c->mhd) : MHD_YES;
}

static enum MHD_Result answer_request(HttpConnection *c, HttpRequest *request)
{
        Http *h = c->listener->http;
        HttpResponse response = {.status = MHD_HTTP_INTERNAL_SERVER_ERROR};
        HttpVerdict verdict = HTTP_PASS;

        if (h->gate.ask)
                verdict = h->gate.ask(request, &c->waiter, &response, h->gate.userdata);
        if (verdict == HTTP_WAIT) {
                suspend(c);
                return MHD_YES;
        }
        if (verdict == HTTP_PASS)
                h->handler(request, &response, h->userdata);
        response.hsts_seconds = h->tls ? h->hsts_seconds : 0;
        return http_answer(c->mhd, request, &response);
}

enum MHD_Result http_on_request(void *userdata, struct MHD_Connection *connection, const char *url,
        const char *method, const char *version UNUSED, const char *upload_data UNUSED,
        size_t *upload_data_size, void **context)
{
        HttpListener *l = userdata;
        HttpConnection *c = connection_of(connection);

        assert(l);

        l->progress = true;
        if (!c)
                return MHD_NO;

        if (!*context) {
                *context = c; /* MHD comes again when it is complete */
                return begin_request(c);
        }
        if (*upload_data_size > 0) {
                c->body_bytes += *upload_data_size;
                *upload_data_size = 0;
                return c->body_bytes <= BODY_BYTES_MAX ? MHD_YES : MHD_NO;
        }

        cutter_renew(l->http->cutter, &c->life, true);
        if (c->body_bytes > 0)
                return refuse_body(connection);

        HttpRequest request = {
                .method = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0 ? MHD_HTTP_METHOD_GET : method,
                .path = url,
                .accept = header(connection, MHD_HTTP_HEADER_ACCEPT),
                .accept_encoding = header(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING),
                .if_none_match = header(connection, MHD_HTTP_HEADER_IF_NONE_MATCH),
                .authorization = header(connection, MHD_HTTP_HEADER_AUTHORIZATION),
                .host = header(connection, MHD_HTTP_HEADER_HOST),
                .origin = header(connection, MHD_HTTP_HEADER_ORIGIN),
                .fetch_site = header(connection, "Sec-Fetch-Site"),
                .connection = connection,
        };

        return answer_request(c, &request);
}

/* The answer is out: the connection may bring the next request, in its own time. */
void http_on_completed(void *userdata UNUSED, struct MHD_Connection *connection,
        void **context UNUSED, enum MHD_RequestTerminationCode code UNUSED)
{
        HttpConnection *c = connection_of(connection);

        if (c && c->life.watched) /* otherwise it was cut */
                cutter_renew(c->listener->http->cutter, &c->life, false);
}

static struct MHD_Connection *mhd_of(const HttpRequest *request)
{
        struct MHD_Connection *connection;

        /* MHD reads only, but its type says otherwise. */
        memcpy(&connection, &request->connection, sizeof(connection));
        return connection;
}

const char *http_query(const HttpRequest *request, const char *name)
{
        assert(request);
        assert(name);

        if (!request->connection)
                return NULL;
        return MHD_lookup_connection_value(mhd_of(request), MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result append_argument(
        void *userdata, enum MHD_ValueKind kind UNUSED, const char *name, const char *value)
{
        Buf *b = userdata;

        buf_append_char(b, b->len > 0 ? '&' : '?');
        escape_url(b, name, strlen(name));
        if (value) {
                buf_append_char(b, '=');
                escape_url(b, value, strlen(value));
        }
        return MHD_YES;
}

void http_append_query(const HttpRequest *request, Buf *b)
{
        CLEANUP_BUF Buf query = BUF_INIT;

        assert(request);
        assert(b);

        if (request->connection)
                (void) MHD_get_connection_values(
                        mhd_of(request), MHD_GET_ARGUMENT_KIND, append_argument, &query);
        if (buf_error(&query) < 0)
                b->failed = true;
        buf_append(b, buf_str(&query), query.len);
}

void http_client_address(const HttpRequest *request, char ret[static HTTP_ADDRESS_SIZE])
{
        const union MHD_ConnectionInfo *info = NULL;
        union {
                struct sockaddr_in in;
                struct sockaddr_in6 in6;
        } a;

        assert(request);

        /* As it was when it was accepted: getpeername() does not know any more of a client that is off. */
        ret[0] = '\0';
        if (request->connection)
                info = MHD_get_connection_info(mhd_of(request), MHD_CONNECTION_INFO_CLIENT_ADDRESS);
        if (!info || !info->client_addr)
                return;

        if (info->client_addr->sa_family == AF_INET) {
                memcpy(&a.in, info->client_addr, sizeof(a.in));
                (void) inet_ntop(AF_INET, &a.in.sin_addr, ret, HTTP_ADDRESS_SIZE);
        } else if (info->client_addr->sa_family == AF_INET6) {
                memcpy(&a.in6, info->client_addr, sizeof(a.in6));
                if (IN6_IS_ADDR_V4MAPPED(&a.in6.sin6_addr)) /* one socket for both, as systemd's are */
                        (void) inet_ntop(AF_INET, &a.in6.sin6_addr.s6_addr[IPV4_OFFSET], ret,
                                HTTP_ADDRESS_SIZE);
                else
                        (void) inet_ntop(AF_INET6, &a.in6.sin6_addr, ret, HTTP_ADDRESS_SIZE);
        }
}
