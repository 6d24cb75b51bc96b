/* SPDX-License-Identifier: MIT */
#include "daemon/http.h"

/*
 * How libmicrohttpd becomes a citizen of the loop, without a thread. Its epoll descriptor is one
 * source; MHD_run() does what is due. Around that stand four guards, each against something that
 * was seen to go wrong (libmicrohttpd 0.9.75):
 *
 *  1. MHD_get_timeout() of 0 means "run me again now": its own epoll is edge-triggered, and what
 *     waits in its ready list does not show in the epoll descriptor. A deferred source does that,
 *     not a timer. Other waits are milliseconds from now, where the loop takes microseconds.
 *  2. At the connection limit it takes its listening socket out of the epoll set, and puts it back
 *     only in a later run, for which there may be no event any more: so each closed connection asks
 *     for one more run.
 *  3. Its timeout counts inactivity, and one byte a second is activity. So every connection has an
 *     absolute deadline (cutter): a request must be complete, its answer read, and the next request
 *     be complete, each within the request timeout. Who is late is cut, and MHD cleans up.
 *  4. Resuming a suspended connection needs a run: nothing is ever suspended here.
 *
 * And one of our own: out of descriptors without a single connection, MHD would try accept() in a
 * busy loop ("busy waiting", as it says itself); then it is left alone for a moment.
 */

#include <assert.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/timefmt.h"
#include "daemon/cutter.h"
#include "daemon/http_answer.h"
#include "daemon/http_listen.h"
#include "daemon/log.h"

enum {
        /* No request of ours has a body. A short one is read and dropped, so that the client gets to
         * read the refusal; a long one is cut off. */
        BODY_BYTES_MAX = 64 * 1024,
        STARVED_PAUSE_USEC = 100 * 1000,
};

typedef struct HttpListener {
        Http *http;
        struct MHD_Daemon *daemon;
        sd_event_source *io, *timer, *again;
        uint16_t port;
        bool starved; /* accept() failed for want of descriptors or memory */
} HttpListener;

typedef struct HttpConnection {
        HttpListener *listener;
        CutterEntry life;
        uint64_t body_bytes;
} HttpConnection;

struct Http {
        sd_event *event;
        HttpConfig config; /* a copy */
        bool handed_over;
        HttpHandler handler;
        void *userdata;

        HttpListener *listeners; /* never moved: MHD knows their addresses */
        size_t n_listeners;

        Cutter *cutter;
};

/* ---- running MHD ---- */

static void run_again(HttpListener *l)
{
        if (l->again)
                (void) sd_event_source_set_enabled(l->again, SD_EVENT_ONESHOT);
}

static void wait_relative(HttpListener *l, uint64_t usec)
{
        (void) sd_event_source_set_time_relative(l->timer, usec);
        (void) sd_event_source_set_enabled(l->timer, SD_EVENT_ONESHOT);
}

static void listener_run(HttpListener *l)
{
        MHD_UNSIGNED_LONG_LONG wait_msec = 0;

        l->starved = false;
        (void) MHD_run(l->daemon);
        if (l->starved) {
                (void) sd_event_source_set_enabled(l->io, SD_EVENT_OFF);
                wait_relative(l, STARVED_PAUSE_USEC);
                return;
        }

        (void) sd_event_source_set_enabled(l->io, SD_EVENT_ON);
        if (MHD_get_timeout(l->daemon, &wait_msec) != MHD_YES)
                (void) sd_event_source_set_enabled(l->timer, SD_EVENT_OFF);
        else if (wait_msec == 0)
                run_again(l);
        else
                wait_relative(l, wait_msec * USEC_PER_MSEC);
}

static int on_io(sd_event_source *s UNUSED, int fd UNUSED, uint32_t revents UNUSED, void *userdata)
{
        assert(userdata);

        listener_run(userdata);
        return 0;
}

static int on_timer(sd_event_source *s UNUSED, uint64_t usec UNUSED, void *userdata)
{
        assert(userdata);

        listener_run(userdata);
        return 0;
}

static int on_again(sd_event_source *s UNUSED, void *userdata)
{
        assert(userdata);

        listener_run(userdata);
        return 0;
}

/* What MHD says is mostly about clients' mistakes: nobody shall fill our log with them. */
static PRINTF_LIKE(2, 0) void on_mhd_log(void *userdata, const char *format, va_list ap)
{
        HttpListener *l = userdata;
        CLEANUP_FREE char *text = NULL;

        assert(l);

        if (strncmp(format, "Hit process or system resource limit", 36) == 0)
                l->starved = true;
        if (vasprintf(&text, format, ap) < 0) {
                text = NULL;
                return;
        }
        text[strcspn(text, "\n")] = '\0';
        log_debug("http: %s", text);
}

static void on_connection(void *userdata, struct MHD_Connection *connection, void **context,
        enum MHD_ConnectionNotificationCode code)
{
        HttpListener *l = userdata;
        HttpConnection *c = *context;

        assert(l);

        if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
                if (c)
                        cutter_remove(l->http->cutter, &c->life);
                free(c);
                *context = NULL;
                run_again(l);
                return;
        }

        const union MHD_ConnectionInfo *info =
                MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

        c = calloc(1, sizeof(*c));
        if (!c || !info) {
                free(c); /* without a deadline it will not be served: on_request() */
                return;
        }
        c->listener = l;
        c->life.fd = info->connect_fd;
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
static size_t on_unescape(
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

static enum MHD_Result refuse_body(struct MHD_Connection *connection)
{
        const HttpRequest request = {0};
        HttpResponse r = {
                .status = MHD_HTTP_CONTENT_TOO_LARGE,
                .content_type = "text/plain; charset=utf-8",
        };

        buf_append_str(&r.body, "No request here has a body; send it without.\n");
        return http_answer(connection, &request, &r);
}

static bool announces_long_body(struct MHD_Connection *connection)
{
        const char *length = header(connection, "Content-Length");

        return length && strtoull(length, NULL, 10) > BODY_BYTES_MAX;
}

static enum MHD_Result on_request(void *userdata, struct MHD_Connection *connection, const char *url,
        const char *method, const char *version UNUSED, const char *upload_data UNUSED,
        size_t *upload_data_size, void **context)
{
        HttpListener *l = userdata;
        HttpConnection *c = connection_of(connection);
        HttpResponse response = {.status = MHD_HTTP_INTERNAL_SERVER_ERROR};

        assert(l);

        if (!c)
                return MHD_NO;

        if (!*context) {
                *context = c; /* a request has begun; MHD comes again when it is complete */
                c->body_bytes = 0;
                return announces_long_body(connection) ? refuse_body(connection) : MHD_YES;
        }
        if (*upload_data_size > 0) {
                c->body_bytes += *upload_data_size;
                *upload_data_size = 0;
                return c->body_bytes <= BODY_BYTES_MAX ? MHD_YES : MHD_NO;
        }

        cutter_renew(l->http->cutter, &c->life, true);
        if (c->body_bytes > 0)
                return refuse_body(connection);

        const HttpRequest request = {
                .method = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0 ? MHD_HTTP_METHOD_GET : method,
                .path = url,
                .accept = header(connection, MHD_HTTP_HEADER_ACCEPT),
                .accept_encoding = header(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING),
                .if_none_match = header(connection, MHD_HTTP_HEADER_IF_NONE_MATCH),
                .connection = connection,
        };

        l->http->handler(&request, &response, l->http->userdata);
        return http_answer(connection, &request, &response);
}

/* The answer is out: the connection may bring the next request, in its own time. */
static void on_completed(void *userdata UNUSED, struct MHD_Connection *connection,
        void **context UNUSED, enum MHD_RequestTerminationCode code UNUSED)
{
        HttpConnection *c = connection_of(connection);

        if (c && c->life.watched) /* otherwise it was cut */
                cutter_renew(c->listener->http->cutter, &c->life, false);
}

const char *http_query(const HttpRequest *request, const char *name)
{
        struct MHD_Connection *connection;

        assert(request);
        assert(name);

        if (!request->connection)
                return NULL;

        /* MHD reads only, but its type says otherwise. */
        memcpy(&connection, &request->connection, sizeof(connection));
        return MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
}

/* ---- life ---- */

/* Takes ownership of `fd`, a listening socket. */
static int start_daemon(HttpListener *l, int fd)
{
        const HttpConfig *config = &l->http->config;
        /* Only a second line of defence: our own deadlines are never later. */
        const unsigned idle_seconds = (unsigned) (config->request_timeout_usec / USEC_PER_SEC) + 2;
        const struct MHD_OptionItem per_address[] = {
                {MHD_OPTION_PER_IP_CONNECTION_LIMIT,
                        (intptr_t) config->connections_per_address_max, NULL},
                {MHD_OPTION_END, 0, NULL},
        };
        const struct MHD_OptionItem nothing[] = {{MHD_OPTION_END, 0, NULL}};

        l->port = http_listen_port(fd);
        l->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request, l,
                MHD_OPTION_EXTERNAL_LOGGER, on_mhd_log, l, MHD_OPTION_LISTEN_SOCKET, fd,
                MHD_OPTION_CONNECTION_LIMIT, config->connections_max,
                MHD_OPTION_CONNECTION_MEMORY_LIMIT, config->header_bytes_max,
                MHD_OPTION_CONNECTION_TIMEOUT, idle_seconds, MHD_OPTION_STRICT_FOR_CLIENT, 1,
                MHD_OPTION_NOTIFY_CONNECTION, on_connection, l, MHD_OPTION_NOTIFY_COMPLETED,
                on_completed, l, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, l, MHD_OPTION_ARRAY,
                config->connections_per_address_max > 0 ? per_address : nothing, MHD_OPTION_END);
        if (!l->daemon)
                return -EIO; /* it has closed the socket */
        return 0;
}

static int add_sources(HttpListener *l)
{
        sd_event *event = l->http->event;
        const union MHD_DaemonInfo *info = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD);
        int r;

        if (!info)
                return -EIO;

        r = sd_event_add_io(event, &l->io, info->epoll_fd, EPOLLIN, on_io, l);
        if (r < 0)
                return r;
        (void) sd_event_source_set_description(l->io, "http-io");

        r = sd_event_add_time_relative(
                event, &l->timer, CLOCK_MONOTONIC, UINT64_MAX / 4, USEC_PER_MSEC, on_timer, l);
        if (r < 0)
                return r;
        (void) sd_event_source_set_description(l->timer, "http-timer");
        (void) sd_event_source_set_enabled(l->timer, SD_EVENT_OFF);

        r = sd_event_add_defer(event, &l->again, on_again, l);
        if (r < 0)
                return r;
        (void) sd_event_source_set_description(l->again, "http-again");
        return 0;
}

static int copy_config(const HttpConfig *config, HttpConfig *ret)
{
        ListenAddress *listen = calloc(MAX_OF(config->n_listen, (size_t) 1), sizeof(*listen));

        if (!listen)
                return -ENOMEM;

        *ret = *config;
        ret->listen = listen;
        ret->n_listen = 0;
        for (size_t i = 0; i < config->n_listen; i++) {
                listen[i].host = strdup(config->listen[i].host);
                if (!listen[i].host)
                        return -ENOMEM;
                listen[i].port = config->listen[i].port;
                ret->n_listen++;
        }
        return 0;
}

static int add_listener(Http *h, int fd, char **ret_problem)
{
        HttpListener *l = &h->listeners[h->n_listeners++];
        int r;

        l->http = h;
        r = start_daemon(l, fd);
        if (r >= 0)
                r = add_sources(l);
        if (r < 0)
                *ret_problem = strdup("the HTTP server could not be started: out of memory or of "
                                      "file descriptors; raise the limits (LimitNOFILE=, ulimit -n)");
        return r;
}

static void close_sockets(const int *sockets, size_t n)
{
        for (size_t i = 0; i < n; i++)
                (void) close(sockets[i]);
}

static int add_listeners(Http *h, const int *sockets, size_t n_sockets, char **ret_problem)
{
        size_t n = n_sockets > 0 ? n_sockets : h->config.n_listen;
        size_t n_taken = 0; /* of the sockets */
        int r = 0;

        h->listeners = calloc(MAX_OF(n, (size_t) 1), sizeof(*h->listeners));
        if (!h->listeners)
                r = -ENOMEM;

        for (size_t i = 0; i < n && r >= 0; i++) {
                int fd = -1;

                if (n_sockets == 0) {
                        r = http_listen_open(&h->config.listen[i], ret_problem, &fd);
                } else {
                        r = http_listen_check(sockets[i], ret_problem);
                        fd = sockets[i];
                        n_taken += r >= 0;
                }
                if (r >= 0)
                        r = add_listener(h, fd, ret_problem);
        }

        if (n_taken < n_sockets)
                close_sockets(sockets + n_taken, n_sockets - n_taken);
        return r;
}

int http_new(sd_event *event, const Clock *clock, const HttpConfig *config, const int *sockets,
        size_t n_sockets, HttpHandler handler, void *userdata, char **ret_problem, Http **ret)
{
        CLEANUP(http_cleanup) Http *h = NULL;
        int r = -ENOMEM;

        assert(event);
        assert(clock);
        assert(config);
        assert(sockets || n_sockets == 0);
        assert(handler);
        assert(ret_problem);
        assert(ret);

        *ret_problem = NULL;
        h = calloc(1, sizeof(*h));
        if (h) {
                h->event = sd_event_ref(event);
                h->handler = handler;
                h->userdata = userdata;
                h->handed_over = n_sockets > 0;
                r = copy_config(config, &h->config);
        }
        if (r >= 0)
                r = cutter_new(event, clock, config->request_timeout_usec, &h->cutter);
        if (r < 0) {
                close_sockets(sockets, n_sockets);
                return r;
        }

        r = add_listeners(h, sockets, n_sockets, ret_problem);
        if (r < 0)
                return r;

        *ret = STEAL(h);
        return 0;
}

Http *http_free(Http *h)
{
        if (!h)
                return NULL;

        for (size_t i = 0; i < h->n_listeners; i++) {
                HttpListener *l = &h->listeners[i];

                l->io = sd_event_source_disable_unref(l->io);
                l->timer = sd_event_source_disable_unref(l->timer);
                l->again = sd_event_source_disable_unref(l->again);
                if (l->daemon)
                        MHD_stop_daemon(l->daemon);
        }
        free(h->listeners);
        for (size_t i = 0; i < h->config.n_listen; i++)
                free(h->config.listen[i].host);
        free(h->config.listen);
        cutter_free(h->cutter);
        sd_event_unref(h->event);
        free(h);
        return NULL;
}

bool http_follows(const Http *h, const HttpConfig *config)
{
        const HttpConfig *own;

        assert(h);
        assert(config);

        own = &h->config;
        if (own->connections_max != config->connections_max ||
                own->connections_per_address_max != config->connections_per_address_max ||
                own->request_timeout_usec != config->request_timeout_usec ||
                own->header_bytes_max != config->header_bytes_max)
                return false;
        if (h->handed_over)
                return true;
        if (own->n_listen != config->n_listen)
                return false;

        for (size_t i = 0; i < own->n_listen; i++)
                if (strcmp(own->listen[i].host, config->listen[i].host) != 0 ||
                        own->listen[i].port != config->listen[i].port)
                        return false;
        return true;
}

uint16_t http_port(const Http *h, size_t i)
{
        assert(h);

        return i < h->n_listeners ? h->listeners[i].port : 0;
}
