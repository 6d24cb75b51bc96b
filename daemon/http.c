/* SPDX-License-Identifier: MIT */

/* The server's life: listening sockets, one libmicrohttpd each, and their end. */

#include "daemon/http.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/timefmt.h"
#include "daemon/http_internal.h"
#include "daemon/http_listen.h"

enum {
        MORE_OPTIONS_MAX = 3,
};

/* Options that are not always there. */
static void add_more_options(const Http *h, struct MHD_OptionItem more[static MORE_OPTIONS_MAX + 1])
{
        size_t n = 0;

        if (h->config.connections_per_address_max > 0)
                more[n++] = (struct MHD_OptionItem){MHD_OPTION_PER_IP_CONNECTION_LIMIT,
                        (intptr_t) h->config.connections_per_address_max, NULL};
        if (h->tls) {
                const char *priorities = http_tls_priorities;
                HttpTlsCallback none = http_tls_no_certificate();
                struct MHD_OptionItem *texts = &more[n];

                texts[0] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, NULL};
                memcpy(&texts[0].ptr_value, &priorities, sizeof(priorities));
                texts[1] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_CERT_CALLBACK, 0, NULL};
                memcpy(&texts[1].ptr_value, &none, sizeof(none));
                n += 2;
        }
        more[n] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
}

/* Takes ownership of `fd`, a listening socket. */
static int start_daemon(HttpListener *l, int fd)
{
        const HttpConfig *config = &l->http->config;
        /* Only a second line of defence: our own deadlines are never later. */
        const unsigned idle_seconds = (unsigned) (config->request_timeout_usec / USEC_PER_SEC) + 2;
        const unsigned tls = l->http->tls ? MHD_USE_TLS : 0;
        struct MHD_OptionItem more[MORE_OPTIONS_MAX + 1];

        add_more_options(l->http, more);
        l->port = http_listen_port(fd);
        l->daemon = MHD_start_daemon(
                MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME | tls, 0, NULL, NULL,
                http_on_request, l, MHD_OPTION_EXTERNAL_LOGGER, http_on_log, l,
                MHD_OPTION_LISTEN_SOCKET, fd,
                MHD_OPTION_CONNECTION_LIMIT, config->connections_max,
                MHD_OPTION_CONNECTION_MEMORY_LIMIT, config->header_bytes_max,
                MHD_OPTION_CONNECTION_TIMEOUT, idle_seconds, MHD_OPTION_STRICT_FOR_CLIENT, 1,
                MHD_OPTION_NOTIFY_CONNECTION, http_on_connection, l, MHD_OPTION_NOTIFY_COMPLETED,
                http_on_completed, l, MHD_OPTION_UNESCAPE_CALLBACK, http_on_unescape, l,
                MHD_OPTION_ARRAY, more, MHD_OPTION_END);
        if (!l->daemon)
                return -EIO; /* it has closed the socket */
        return 0;
}

static int copy_config(const HttpConfig *config, HttpConfig *ret)
{
        ListenAddress *listen = calloc(MAX_OF(config->n_listen, (size_t) 1), sizeof(*listen));

        if (!listen)
                return -ENOMEM;

        *ret = (HttpConfig){
                .listen = listen,
                .connections_max = config->connections_max,
                .connections_per_address_max = config->connections_per_address_max,
                .request_timeout_usec = config->request_timeout_usec,
                .header_bytes_max = config->header_bytes_max,
                .has_tls = config->has_tls,
        };
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
                r = http_run_add_sources(l);
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

static int begin_tls(Http *h, const HttpConfig *config, char **ret_problem)
{
        if (!config->has_tls)
                return 0;

        assert(config->identity);
        if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES ||
                MHD_is_feature_supported(MHD_FEATURE_HTTPS_CERT_CALLBACK) != MHD_YES) {
                *ret_problem = strdup("http.tls = cannot be used, as the libmicrohttpd of this machine "
                                      "was built without TLS; remove it and put a proxy in front, or "
                                      "install a libmicrohttpd with GnuTLS");
                return *ret_problem ? -EOPNOTSUPP : -ENOMEM;
        }
        h->hsts_seconds = config->hsts_seconds;
        return http_tls_new(config->identity, ret_problem, &h->tls);
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
                TAILQ_INIT(&h->suspended);
                r = copy_config(config, &h->config);
        }
        if (r >= 0)
                r = begin_tls(h, config, ret_problem);
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

        /* MHD does not end with suspended connections. */
        while (!TAILQ_EMPTY(&h->suspended))
                http_wake(&TAILQ_FIRST(&h->suspended)->waiter);
        for (size_t i = 0; i < h->n_listeners; i++) {
                HttpListener *l = &h->listeners[i];

                http_run_remove_sources(l);
                if (l->daemon)
                        MHD_stop_daemon(l->daemon);
        }
        free(h->listeners);
        for (size_t i = 0; i < h->config.n_listen; i++)
                free(h->config.listen[i].host);
        free(h->config.listen);
        http_tls_unref(h->tls);
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

void http_set_gate(Http *h, const HttpGate *gate)
{
        assert(h);
        assert(gate);

        h->gate = *gate;
}

void http_set_tls(Http *h, HttpTls *tls, int64_t hsts_seconds)
{
        assert(h);
        assert(tls);

        if (!h->tls)
                return;
        (void) http_tls_ref(tls);
        http_tls_unref(h->tls);
        h->tls = tls;
        h->hsts_seconds = hsts_seconds;
}

bool http_speaks_tls(const Http *h)
{
        assert(h);

        return h->tls != NULL;
}

uint64_t http_n_handshake_failures(const Http *h)
{
        assert(h);

        return h->n_handshake_failures;
}
