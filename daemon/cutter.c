/* SPDX-License-Identifier: MIT */
#include "daemon/cutter.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/timefmt.h"
#include "daemon/log.h"

enum {
        /* Cutting waits until everything that has already arrived was looked at: it was we who were
         * late then. */
        CUT_PRIORITY = SD_EVENT_PRIORITY_NORMAL + 10,
};

struct Cutter {
        const Clock *clock;
        uint64_t span_usec;
        CutterEntry *first, *last;
        sd_event_source *timer;
};

static void arm(Cutter *c)
{
        uint64_t now_usec = clock_monotonic_usec(c->clock);
        uint64_t wait_usec = 0;

        if (!c->first) {
                (void) sd_event_source_set_enabled(c->timer, SD_EVENT_OFF);
                return;
        }
        if (c->first->deadline_usec > now_usec)
                wait_usec = c->first->deadline_usec - now_usec;

        (void) sd_event_source_set_time_relative(c->timer, wait_usec);
        (void) sd_event_source_set_enabled(c->timer, SD_EVENT_ONESHOT);
}

void cutter_remove(Cutter *c, CutterEntry *e)
{
        assert(c);
        assert(e);

        if (!e->watched)
                return;

        *(e->earlier ? &e->earlier->later : &c->first) = e->later;
        *(e->later ? &e->later->earlier : &c->last) = e->earlier;
        e->earlier = e->later = NULL;
        e->watched = false;
}

void cutter_renew(Cutter *c, CutterEntry *e, bool discard)
{
        assert(c);
        assert(e);

        cutter_remove(c, e);
        e->discard = discard;
        e->deadline_usec = clock_monotonic_usec(c->clock) + c->span_usec;
        e->earlier = c->last;
        *(c->last ? &c->last->later : &c->first) = e;
        c->last = e;
        e->watched = true;

        /* Behind another one nothing changes: that a head has gone is noticed when it would be due. */
        if (c->first == e)
                arm(c);
}

static void cut(Cutter *c, CutterEntry *e)
{
        static const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

        cutter_remove(c, e);
        if (e->discard)
                (void) setsockopt(e->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
        (void) shutdown(e->fd, SHUT_RDWR);
        log_debug("http: cut a connection that was too slow");
}

static int on_timer(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
        Cutter *c = userdata;
        uint64_t now_usec;

        assert(c);

        now_usec = clock_monotonic_usec(c->clock);
        while (c->first && c->first->deadline_usec <= now_usec)
                cut(c, c->first);
        arm(c);
        return 0;
}

int cutter_new(sd_event *event, const Clock *clock, uint64_t span_usec, Cutter **ret)
{
        CLEANUP(cutter_cleanup) Cutter *c = NULL;
        int r;

        assert(event);
        assert(clock);
        assert(ret);

        c = calloc(1, sizeof(*c));
        if (!c)
                return -ENOMEM;

        c->clock = clock;
        c->span_usec = span_usec;
        r = sd_event_add_time_relative(
                event, &c->timer, CLOCK_MONOTONIC, span_usec, USEC_PER_MSEC, on_timer, c);
        if (r < 0)
                return r;
        (void) sd_event_source_set_description(c->timer, "http-cutter");
        (void) sd_event_source_set_priority(c->timer, CUT_PRIORITY);
        (void) sd_event_source_set_enabled(c->timer, SD_EVENT_OFF);

        *ret = STEAL(c);
        return 0;
}

Cutter *cutter_free(Cutter *c)
{
        if (!c)
                return NULL;

        assert(!c->first);
        sd_event_source_disable_unref(c->timer);
        free(c);
        return NULL;
}
