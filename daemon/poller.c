/* SPDX-License-Identifier: MIT */
#include "daemon/poller.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "daemon/clock.h"

/*
 * Sockets are asked for one at a time. The kernel moves a level-triggered socket that it has reported
 * to the end of its ready list, so the order is fair without any bookkeeping here, and since nothing
 * reported is ever held back, a handler may free whatever watch it likes. The price is one cheap
 * system call per event, against a handshake step of a thousand times its cost.
 */

enum {
        BATCH_EVENTS_MAX = 32,
        BATCH_USEC_MAX = 2000,
};

struct Poller {
        int fd;
        sd_event_source *source;
        size_t n_watches;
};

struct PollerWatch {
        Poller *poller;
        int fd;
        uint32_t events;
        PollerHandler handler;
        void *userdata;
};

/* The nested instance stays readable while sockets are left over, so ending a batch early only lets
 * the other sources of the loop come first. */
static int on_ready(sd_event_source *source UNUSED, int fd, uint32_t revents UNUSED,
        void *userdata UNUSED)
{
        uint64_t until_usec = clock_monotonic_usec(&clock_system) + BATCH_USEC_MAX;

        for (unsigned n = 0; n < BATCH_EVENTS_MAX; n++) {
                struct epoll_event event = {0};
                PollerWatch *w = NULL;

                if (epoll_wait(fd, &event, 1, 0) <= 0)
                        break;

                w = event.data.ptr;
                w->handler(event.events, w->userdata); /* `w` may be gone behind this line */

                if (clock_monotonic_usec(&clock_system) >= until_usec)
                        break;
        }
        return 0;
}

static int poller_open(Poller *p, sd_event *event)
{
        int r = 0;

        p->fd = epoll_create1(EPOLL_CLOEXEC);
        if (p->fd < 0)
                return -errno;

        r = sd_event_add_io(event, &p->source, p->fd, EPOLLIN, on_ready, p);
        if (r < 0)
                return r;

        (void) sd_event_source_set_description(p->source, "probe-sockets");
        return 0;
}

int poller_new(sd_event *event, Poller **ret)
{
        CLEANUP(poller_cleanup) Poller *p = NULL;
        int r = 0;

        assert(event);
        assert(ret);

        p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;

        r = poller_open(p, event);
        if (r < 0)
                return r;

        *ret = STEAL(p);
        return 0;
}

Poller *poller_free(Poller *p)
{
        if (!p)
                return NULL;

        assert(p->n_watches == 0);
        p->source = sd_event_source_disable_unref(p->source);
        if (p->fd >= 0)
                (void) close(p->fd);
        free(p);
        return NULL;
}

int poller_watch(Poller *p, int fd, uint32_t events, PollerHandler handler, void *userdata,
        PollerWatch **ret)
{
        CLEANUP_FREE PollerWatch *w = NULL;
        struct epoll_event event = {.events = events};

        assert(p);
        assert(fd >= 0);
        assert(handler);
        assert(ret);

        w = malloc(sizeof(*w));
        if (!w)
                return -ENOMEM;

        *w = (PollerWatch){
                .poller = p, .fd = fd, .events = events, .handler = handler, .userdata = userdata};
        event.data.ptr = w;
        if (epoll_ctl(p->fd, EPOLL_CTL_ADD, fd, &event) < 0)
                return -errno;

        p->n_watches++;
        *ret = STEAL(w);
        return 0;
}

int poller_watch_set_events(PollerWatch *w, uint32_t events)
{
        struct epoll_event event = {.events = events, .data.ptr = w};

        assert(w);

        if (w->events == events)
                return 0;
        if (epoll_ctl(w->poller->fd, EPOLL_CTL_MOD, w->fd, &event) < 0)
                return -errno;
        w->events = events;
        return 0;
}

PollerWatch *poller_watch_free(PollerWatch *w)
{
        if (!w)
                return NULL;

        (void) epoll_ctl(w->poller->fd, EPOLL_CTL_DEL, w->fd, NULL);
        w->poller->n_watches--;
        free(w);
        return NULL;
}
