/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_HTTP_LISTEN_H
#define MQTLSD_HTTP_LISTEN_H

/* Listening sockets, opened by ourselves rather than by libmicrohttpd so that a refusal can be told
 * in words: which address, why, and what to do. */

#include <stdint.h>

#include "model/config.h"

/* Returns 0 with a listening, non-blocking socket, or -errno with an allocated sentence in
 * `*ret_problem` (NULL only when memory ran out). */
int http_listen_open(const ListenAddress *address, char **ret_problem, int *ret_fd);

/* Is what was handed over a listening stream socket? Returns as above. */
int http_listen_check(int fd, char **ret_problem);

/* The port it is bound to; 0 for a socket that has none. */
uint16_t http_listen_port(int fd);

#endif
