/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_POLLER_H
#define MQTLSD_POLLER_H

/*
 * One nested epoll instance for all probe sockets, registered once with the event loop. A source per
 * socket in sd-event is quadratic in the number of ready sockets; this is linear, and a batch is
 * bounded so that HTTP gets its turn.
 */

#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/util.h"

typedef struct Poller Poller;
typedef struct PollerWatch PollerWatch;

/* `events` are EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP as epoll reported them. */
typedef void (*PollerHandler)(uint32_t events, void *userdata);

int poller_new(sd_event *event, Poller **ret);
Poller *poller_free(Poller *p); /* all watches must be gone */
DEFINE_CLEANUP(Poller, poller_free, poller_cleanup)

/* Watches `fd` (borrowed) for `events`. The handler may free its own or any other watch. */
int poller_watch(Poller *p, int fd, uint32_t events, PollerHandler handler, void *userdata,
        PollerWatch **ret);
int poller_watch_set_events(PollerWatch *w, uint32_t events);
PollerWatch *poller_watch_free(PollerWatch *w); /* before the fd is closed; NULL is fine */

#endif
