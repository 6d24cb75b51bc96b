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
#include <systemd/sd-event.h>

#include "base/buf.h"
#include "base/util.h"
#include "daemon/clock.h"
#include "model/config.h"

typedef struct Http Http;

typedef struct HttpRequest {
        const char *method; /* "GET"; HEAD arrives as GET, its body is dropped behind the answer */
        const char *path;   /* decoded, begins with '/', no query */
        const char *accept, *accept_encoding, *if_none_match; /* headers, NULL where absent */
        const void *connection; /* for http_query() */
} HttpRequest;

/* A query parameter, decoded; NULL when it is absent. Valid as long as the request. */
const char *http_query(const HttpRequest *request, const char *name);

typedef struct HttpResponse {
        unsigned status;
        const char *content_type; /* static */
        Buf body;
        const char *allow; /* static; for 405 */
        bool vary;         /* the answer depends on Accept and Accept-Encoding */
        bool gzip;         /* the body may be compressed if the client takes it */
        bool etag;         /* an entity tag is made from the body, If-None-Match is honoured */
        Buf etag_source;   /* unless empty, the tag is made from this instead: for bodies that hold the
                              moment of their making */
} HttpResponse;

/* Fills `response` (zeroed, status 500); its buffers are taken over. Must not block. */
typedef void (*HttpHandler)(const HttpRequest *request, HttpResponse *response, void *userdata);

/*
 * Listens on each configured address, or on the `n_sockets` already listening `sockets` (takes
 * ownership; from systemd) instead. Returns 0 or -errno with an allocated sentence in `*ret_problem`
 * that names the address and the remedy.
 */
int http_new(sd_event *event, const Clock *clock, const HttpConfig *config, const int *sockets,
        size_t n_sockets, HttpHandler handler, void *userdata, char **ret_problem, Http **ret);
Http *http_free(Http *h);
DEFINE_CLEANUP(Http, http_free, http_cleanup)

/* Does it listen where, and with the limits that, `config` says? They cannot change while it runs.
 * True whatever `config` says of addresses when the sockets were handed over. */
bool http_follows(const Http *h, const HttpConfig *config);

/* The port that the i-th listener really has (port 0 in the configuration chooses one); 0 if none. */
uint16_t http_port(const Http *h, size_t i);

#endif
