/* SPDX-License-Identifier: MIT */
#include "daemon/tcp.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum {
        CHUNK_BYTES = 16 * 1024,
        DRAIN_BYTES_MAX = 64 * 1024,
};

static socklen_t address_len(const struct sockaddr_storage *a)
{
        return a->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

/*
 * Without a listener on a port of the range that the kernel gives to clients, a connection within one
 * machine may be given that very port, and meet itself (simultaneous open, RFC 9293 section 3.5).
 */
static bool is_connected_to_itself(int fd)
{
        struct sockaddr_storage own = {0}, peer = {0};
        socklen_t own_len = sizeof(own), peer_len = sizeof(peer);

        if (getsockname(fd, (struct sockaddr *) &own, &own_len) < 0 ||
                getpeername(fd, (struct sockaddr *) &peer, &peer_len) < 0)
                return false;
        return own_len == peer_len && memcmp(&own, &peer, own_len) == 0;
}

int tcp_connect(const struct sockaddr_storage *address, int *ret_fd)
{
        const int on = 1;
        int fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

        assert(ret_fd);

        if (fd < 0)
                return -errno;
        (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));

        if (connect(fd, (const struct sockaddr *) address, address_len(address)) < 0 &&
                errno != EINPROGRESS && errno != EINTR) {
                int r = -errno;

                (void) close(fd);
                return r;
        }
        *ret_fd = fd;
        return 0;
}

int tcp_connect_result(int fd)
{
        int error = 0;
        socklen_t len = sizeof(error);

        if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
                return -errno;
        /* What is refused never stood (ECONNREFUSED); what was reset did, and the first byte that is
         * sent will tell. */
        if (error == ECONNRESET || error == EPIPE)
                return 0;
        if (error != 0)
                return -error;
        return is_connected_to_itself(fd) ? -ECONNREFUSED : 0;
}

ProbeEnd tcp_end_of_errno(int error)
{
        switch (error) {
        case ECONNREFUSED:
                return END_REFUSED;
        case ETIMEDOUT:
                return END_TIMEOUT;
        case ECONNRESET:
        case EPIPE:
                return END_RESET;
        case EMFILE:
        case ENFILE:
        case ENOMEM:
        case ENOBUFS:
        case ENOSPC:        /* epoll: fs.epoll.max_user_watches */
        case EADDRNOTAVAIL: /* no port of ours is left */
                return END_RESOURCE;
        default:
                return END_UNREACHABLE;
        }
}

bool tcp_drain(int fd, size_t *n_bytes)
{
        uint8_t chunk[CHUNK_BYTES];

        assert(n_bytes);

        while (*n_bytes < DRAIN_BYTES_MAX) {
                ssize_t n = recv(fd, chunk, sizeof(chunk), 0);

                if (n < 0 && tcp_is_transient(errno))
                        return false;
                if (n <= 0)
                        return true;
                *n_bytes += (size_t) n;
        }
        return true;
}

bool tcp_is_transient(int error)
{
        return error == EAGAIN || error == EINTR;
}
