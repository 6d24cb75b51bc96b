/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_HTTP_CLIENT_H
#define MQTLS_TESTS_HTTP_CLIENT_H

/*
 * A raw HTTP client on the same event loop as the server that it talks to: it sends what it is told,
 * right or wrong, and collects what comes. Waiting means turning the loop until it has come.
 */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/buf.h"

typedef struct HttpClient HttpClient;

/* Connects to 127.0.0.1. Aborts the test where it cannot. */
HttpClient *http_client_new(sd_event *event, uint16_t port);
HttpClient *http_client_free(HttpClient *c);
DEFINE_CLEANUP(HttpClient, http_client_free, http_client_cleanup)

/* The same over TLS, any certificate will do. Turns the loop until the handshake is over, whatever came of
 * it: where it failed, the connection has ended. */
typedef struct HttpClientTls {
        const char *certificate, *key; /* PEM files of the client; NULL: none */
        int version;                   /* TLS1_2_VERSION and so on; 0: any */
} HttpClientTls;
HttpClient *http_client_new_tls(sd_event *event, uint16_t port, const HttpClientTls *tls);

/* Serial number of the server's certificate in hexadecimal, allocated. */
char *http_client_peer_serial(const HttpClient *c);
/* What TLS had to say against it, of handshake or reading: "" or such as "sslv3 alert handshake failure". */
const char *http_client_tls_error(const HttpClient *c);

void http_client_send(HttpClient *c, const char *text);
void http_client_send_bytes(HttpClient *c, const void *data, size_t len);

/* Takes no bytes from the socket until the wait for the end, which then only waits for the server
 * to give up. */
void http_client_stop_reading(HttpClient *c);

/* Turns the loop until the server has closed (or reset) the connection. */
void http_client_wait_end(HttpClient *c);

/* Turns the loop until one answer is complete, as its Content-Length says, and removes what was
 * collected before. */
void http_client_wait_answer(HttpClient *c);

/* What has come: the whole, its status, a header's value (allocated, NULL without), its body. */
const Buf *http_client_received(const HttpClient *c);
int http_client_status(const HttpClient *c); /* 0: none */
char *http_client_header(const HttpClient *c, const char *name);
const char *http_client_body(const HttpClient *c, size_t *ret_len);

/* One request in a connection of its own, until its end. `more` holds further header lines. */
HttpClient *http_client_get(
        sd_event *event, uint16_t port, const char *method, const char *target, const char *more);

#endif
