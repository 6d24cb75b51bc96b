/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_TCP_H
#define MQTLSD_TCP_H

/* Outgoing TCP connections that never block, and what the errors of their sockets mean. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "tls/observation.h"

/* How long taking leave may last. */
#define TCP_CLOSE_USEC UINT64_C(200000)

/* Asks for a connection (`address` holds the port). Returns 0 with the socket, also while it is under
 * way, or -errno. */
int tcp_connect(const struct sockaddr_storage *address, int *ret_fd);

/* Once the socket is writable or in error: 0 when the connection stands, else -errno. */
int tcp_connect_result(int fd);

/* What a socket call's errno means for a visit. */
ProbeEnd tcp_end_of_errno(int error);

/*
 * Taking leave: reads and forgets, because closing a socket with unread bytes makes the kernel send RST (RFC
 * 2525 section 2.17). `*n_bytes` counts over all calls for the socket. Returns true when the other side is
 * through, or has said too much.
 */
bool tcp_drain(int fd, size_t *n_bytes);

/* Nothing to read, or no room to write, right now. */
bool tcp_is_transient(int error);

#endif
