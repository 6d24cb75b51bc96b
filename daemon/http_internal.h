/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_HTTP_INTERNAL_H
#define MQTLSD_HTTP_INTERNAL_H

/* What http.c (life), http_run.c (when libmicrohttpd is to be run) and http_request.c (connections and
 * requests) share. */

#include <microhttpd.h>
#include <sys/queue.h>

#include "daemon/cutter.h"
#include "daemon/http.h"
#include "daemon/http_tls.h"

typedef struct HttpListener {
        Http *http;
        struct MHD_Daemon *daemon;
        sd_event_source *io, *timer, *again;
        uint16_t port;
        bool starved;         /* accept() failed for want of descriptors or memory */
        bool progress;        /* the run did something, besides being run */
        HttpTlsSession *reading; /* whose bytes were asked for last; NULL: nobody's, or it has ended */
} HttpListener;

typedef struct HttpConnection {
        HttpListener *listener;
        struct MHD_Connection *mhd;
        CutterEntry life;
        HttpTlsSession tls;
        HttpWaiter waiter;
        bool suspended;
        TAILQ_ENTRY(HttpConnection) suspended_link;
        uint64_t body_bytes;
} HttpConnection;

struct Http {
        sd_event *event;
        HttpConfig config; /* a copy, without what files hold */
        bool handed_over;
        HttpHandler handler;
        void *userdata;
        HttpGate gate;
        HttpTls *tls; /* for new connections; NULL: plain HTTP */
        int64_t hsts_seconds;
        uint64_t n_handshake_failures;

        HttpListener *listeners; /* never moved: MHD knows their addresses */
        size_t n_listeners;

        Cutter *cutter;
        TAILQ_HEAD(SuspendedList, HttpConnection) suspended;
};

/* http_run.c */
int http_run_add_sources(HttpListener *l);
void http_run_remove_sources(HttpListener *l);
void http_run_again(HttpListener *l); /* as soon as the loop comes to it */

/* http_request.c: what libmicrohttpd calls back; userdata is the HttpListener */
void http_on_log(void *userdata, const char *format, va_list ap) PRINTF_LIKE(2, 0);
void http_on_connection(void *userdata, struct MHD_Connection *connection, void **context,
        enum MHD_ConnectionNotificationCode code);
enum MHD_Result http_on_request(void *userdata, struct MHD_Connection *connection, const char *url,
        const char *method, const char *version, const char *upload_data, size_t *upload_data_size,
        void **context);
void http_on_completed(void *userdata, struct MHD_Connection *connection, void **context,
        enum MHD_RequestTerminationCode code);
size_t http_on_unescape(void *userdata, struct MHD_Connection *connection, char *text);

#endif
