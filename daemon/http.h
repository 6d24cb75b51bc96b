/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_HTTP_H
#define MQTLSD_HTTP_H

/*
 * The HTTP server: libmicrohttpd on the event loop, without threads, behind four guards (run again at
 * once when it says so, a run after each closed connection, an absolute life for a request, a run
 * after a resume), with limits on connections and header memory. The door to libmicrohttpd: what to
 * answer is routes' work.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <systemd/sd-event.h>

#include "base/buf.h"
#include "base/util.h"
#include "daemon/clock.h"
#include "model/config.h"

typedef struct Http Http;

typedef struct HttpRequest {
        const char *method; /* "GET"; HEAD arrives as GET, its body is dropped behind the answer */
        const char *path;   /* decoded, begins with '/', no query */
        const char *accept, *accept_encoding, *if_none_match, *authorization; /* headers, NULL where
                                                                                   absent */
        const char *host, *origin, *fetch_site; /* likewise: Host, Origin, Sec-Fetch-Site */
        const WebToken *token;  /* what let it in, where that was no login; NULL otherwise */
        const void *connection; /* for http_query() and http_client_address() */
} HttpRequest;

/* A query parameter, decoded; NULL when it is absent. Valid as long as the request. */
const char *http_query(const HttpRequest *request, const char *name);

enum {
        HTTP_ADDRESS_SIZE = 46, /* INET6_ADDRSTRLEN */
};

/* Appends the whole query, encoded again, with its '?'; nothing where there is none. */
void http_append_query(const HttpRequest *request, Buf *b);

/* Where the request comes from: a numeric address without port, of IPv4 as such whatever the socket; ""
 * where there is none, as with a socket of the local domain. */
void http_client_address(const HttpRequest *request, char ret[static HTTP_ADDRESS_SIZE]);

typedef struct HttpResponse {
        unsigned status;
        const char *content_type; /* static */
        Buf body;
        const char *allow; /* static; for 405 */
        const char *authenticate; /* static; for 401: WWW-Authenticate */
        unsigned retry_after_seconds; /* for 429 and 503; 0: unsaid */
        int64_t hsts_seconds;         /* the server's own business */
        bool closes;       /* the connection ends behind it */
        bool vary;         /* the answer depends on Accept and Accept-Encoding */
        bool gzip;         /* the body may be compressed if the client takes it */
        bool etag;         /* an entity tag is made from the body, If-None-Match is honoured */
        Buf location;      /* unless empty: Location, for 302; relative to the request's address */
        Buf etag_source;   /* unless empty, the tag is made from this instead: for bodies that hold the
                              moment of their making */
} HttpResponse;

/* Fills `response` (zeroed, status 500); its buffers are taken over. Must not block. */
typedef void (*HttpHandler)(const HttpRequest *request, HttpResponse *response, void *userdata);

/* A request that waits to be let in. The gate keeps what it likes in it. */
typedef struct HttpWaiter {
        TAILQ_ENTRY(HttpWaiter) link;
        void *what;  /* NULL: it waits for nothing */
        int verdict;
} HttpWaiter;

typedef enum HttpVerdict {
        HTTP_PASS,   /* the handler answers it */
        HTTP_REFUSE, /* the gate has filled the response */
        HTTP_WAIT,   /* not known yet: after http_wake() the gate is asked again */
} HttpVerdict;

/* Who is let in; asked before the handler. */
typedef struct HttpGate {
        HttpVerdict (*ask)(
                HttpRequest *request, HttpWaiter *waiter, HttpResponse *response, void *userdata);
        void (*forget)(HttpWaiter *waiter, void *userdata); /* it has gone while it waited */
        void *userdata;
} HttpGate;

/* Asks the gate again about a request that waits. */
void http_wake(HttpWaiter *w);

/*
 * Listens on each configured address, or on the `n_sockets` already listening `sockets` (takes
 * ownership; from systemd) instead. Returns 0 or -errno with an allocated sentence in `*ret_problem`
 * that names the address and the remedy.
 */
int http_new(sd_event *event, const Clock *clock, const HttpConfig *config, const int *sockets,
        size_t n_sockets, HttpHandler handler, void *userdata, char **ret_problem, Http **ret);
Http *http_free(Http *h);
DEFINE_CLEANUP(Http, http_free, http_cleanup)

/* Nobody is asked without one. */
void http_set_gate(Http *h, const HttpGate *gate);

/* From the next connection on; those that there are keep what they began with. A server that speaks
 * plain HTTP goes on doing so. */
struct HttpTls;
void http_set_tls(Http *h, struct HttpTls *tls, int64_t hsts_seconds);

bool http_speaks_tls(const Http *h);

/* Connections that sent something and never had a TLS session. */
uint64_t http_n_handshake_failures(const Http *h);

/* Does it listen where, and with the limits that, `config` says? They cannot change while it runs, nor
 * can http_speaks_tls().
 * True whatever `config` says of addresses when the sockets were handed over. */
bool http_follows(const Http *h, const HttpConfig *config);

/* The port that the i-th listener really has (port 0 in the configuration chooses one); 0 if none. */
uint16_t http_port(const Http *h, size_t i);

#endif
