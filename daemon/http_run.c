/* SPDX-License-Identifier: MIT */
#include "daemon/http_internal.h"

/*
 * How libmicrohttpd becomes a citizen of the loop, without a thread. Its epoll descriptor is one
 * source; MHD_run() does what is due. Around that stand four guards, each against something that
 * was seen to go wrong (libmicrohttpd 0.9.75):
 *
 *  1. MHD_get_timeout() of 0 means "run me again now": its own epoll is edge-triggered, and what
 *     waits in its ready list does not show in the epoll descriptor. A timer that is due at once does
 *     that, behind whatever else is due by then. A deferred source would not do: sd-event never counts
 *     it as served, so that it stays the oldest, and while clients keep us busy nothing else on the
 *     loop would have its turn. Other waits are milliseconds from now, where the loop takes microseconds.
 *  2. At the connection limit it takes its listening socket out of the epoll set, and puts it back
 *     only in a later run, for which there may be no event any more: so each closed connection asks
 *     for one more run.
 *  3. Its timeout counts inactivity, and one byte a second is activity. So every connection has an
 *     absolute deadline (cutter): a request must be complete, its answer read, and the next request
 *     be complete, each within the request timeout. Who is late is cut, and MHD cleans up.
 *  4. Resuming a suspended connection needs a run, so http_wake() asks for one.
 *  5. A connection in the midst of a TLS handshake stays in the list of those that are ready, so that
 *     MHD_get_timeout() is 0 all the time, and guard 1 would spin, and starve the cutter by it: one byte
 *     from a client for a processor, for ever. Whether a run did anything, besides being run, is noted;
 *     after one that did not, only an event is waited for, and a short while.
 *
 * And one of our own: out of descriptors without a single connection, MHD would try accept() in a
 * busy loop ("busy waiting", as it says itself); then it is left alone for a moment.
 */

#include <assert.h>
#include <errno.h>
#include <sys/epoll.h>

#include "base/timefmt.h"

enum {
        STARVED_PAUSE_USEC = 100 * 1000,
        IDLE_RUN_USEC = 50 * 1000, /* events come sooner; this is for what has none */
};

void http_run_again(HttpListener *l)
{
        if (!l->again)
                return;
        (void) sd_event_source_set_time_relative(l->again, 0);
        (void) sd_event_source_set_enabled(l->again, SD_EVENT_ONESHOT);
}

static void wait_relative(HttpListener *l, uint64_t usec)
{
        (void) sd_event_source_set_time_relative(l->timer, usec);
        (void) sd_event_source_set_enabled(l->timer, SD_EVENT_ONESHOT);
}

static void listener_run(HttpListener *l)
{
        MHD_UNSIGNED_LONG_LONG wait_msec = 0;

        l->starved = l->progress = false;
        (void) MHD_run(l->daemon);
        if (l->starved) {
                (void) sd_event_source_set_enabled(l->io, SD_EVENT_OFF);
                wait_relative(l, STARVED_PAUSE_USEC);
                return;
        }

        (void) sd_event_source_set_enabled(l->io, SD_EVENT_ON);
        if (MHD_get_timeout(l->daemon, &wait_msec) != MHD_YES)
                (void) sd_event_source_set_enabled(l->timer, SD_EVENT_OFF);
        else if (wait_msec == 0 && l->http->tls && !l->progress)
                wait_relative(l, IDLE_RUN_USEC);
        else if (wait_msec == 0)
                http_run_again(l);
        else
                wait_relative(l, wait_msec * USEC_PER_MSEC);
}

static int on_io(sd_event_source *s UNUSED, int fd UNUSED, uint32_t revents UNUSED, void *userdata)
{
        assert(userdata);

        listener_run(userdata);
        return 0;
}

static int on_timer(sd_event_source *s UNUSED, uint64_t usec UNUSED, void *userdata)
{
        assert(userdata);

        listener_run(userdata);
        return 0;
}

int http_run_add_sources(HttpListener *l)
{
        sd_event *event = l->http->event;
        const union MHD_DaemonInfo *info = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD);
        int r;

        if (!info)
                return -EIO;

        r = sd_event_add_io(event, &l->io, info->epoll_fd, EPOLLIN, on_io, l);
        if (r < 0)
                return r;
        (void) sd_event_source_set_description(l->io, "http-io");

        r = sd_event_add_time_relative(
                event, &l->timer, CLOCK_MONOTONIC, UINT64_MAX / 4, USEC_PER_MSEC, on_timer, l);
        if (r < 0)
                return r;
        (void) sd_event_source_set_description(l->timer, "http-timer");
        (void) sd_event_source_set_enabled(l->timer, SD_EVENT_OFF);

        r = sd_event_add_time_relative(event, &l->again, CLOCK_MONOTONIC, 0, 1, on_timer, l);
        if (r < 0)
                return r;
        (void) sd_event_source_set_description(l->again, "http-again");
        return 0;
}

void http_run_remove_sources(HttpListener *l)
{
        l->io = sd_event_source_disable_unref(l->io);
        l->timer = sd_event_source_disable_unref(l->timer);
        l->again = sd_event_source_disable_unref(l->again);
}
