/* SPDX-License-Identifier: MIT */
#include "daemon/visit_internal.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "daemon/tcp.h"

enum {
        CHUNK_BYTES = 16 * 1024,
        CHUNKS_PER_TURN = 4, /* then other sockets come first */
};

int visit_receive(Visit *v)
{
        uint8_t chunk[CHUNK_BYTES];

        for (unsigned i = 0; i < CHUNKS_PER_TURN && !v->at_eof; i++) {
                ssize_t n = recv(v->fd, chunk, sizeof(chunk), 0);
                int r = 0;

                if (n < 0 && tcp_is_transient(errno))
                        return 0;
                if (n < 0)
                        v->socket_error = errno;
                if (n <= 0) {
                        v->at_eof = true;
                        return 0;
                }
                if (v->round_trip_usec == 0 && v->asked_usec != 0)
                        v->round_trip_usec = MAX_OF(visit_now(v) - v->asked_usec, UINT64_C(1));
                r = handshake_feed(v->handshake, chunk, (size_t) n);
                if (r < 0)
                        return r;
        }
        return 0;
}

bool visit_send(Visit *v)
{
        for (;;) {
                size_t len = 0;
                const void *data = handshake_output(v->handshake, &len);
                ssize_t n = 0;

                if (len == 0)
                        return true;
                n = send(v->fd, data, len, MSG_NOSIGNAL);
                if (n < 0 && tcp_is_transient(errno))
                        return false;
                if (n < 0) {
                        if (v->socket_error == 0)
                                v->socket_error = errno;
                        return true;
                }
                handshake_output_consumed(v->handshake, (size_t) n);
        }
}

void visit_wait(Visit *v, bool all_sent)
{
        uint32_t events = visit_phases[v->phase].waits_for | (all_sent ? 0 : (uint32_t) EPOLLOUT);

        /* Modifying a watch that stands takes no memory. */
        (void) poller_watch_set_events(v->watch, events);
}

static void on_socket(uint32_t events UNUSED, void *userdata)
{
        Visit *v = userdata;

        visit_phases[v->phase].step(v);
}

int visit_watch(Visit *v)
{
        return poller_watch(v->params.environment->poller, v->fd, visit_phases[v->phase].waits_for,
                on_socket, v, &v->watch);
}
