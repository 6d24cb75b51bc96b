/* SPDX-License-Identifier: MIT */
#include "daemon/heartbeat.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/timefmt.h"

static const uint64_t beat_usec = USEC_PER_SEC;

static const double bounds[] = {
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

struct Heartbeat {
        const Clock *clock;
        HeartbeatHandler handler;
        void *userdata;
        sd_event_source *timer;
        uint64_t due_usec;
        unsigned n_beats;
        Histogram lateness;
};

static int on_timer(sd_event_source *source, uint64_t usec UNUSED, void *userdata)
{
        Heartbeat *h = userdata;
        uint64_t now_usec, late_usec = 0;

        assert(h);

        now_usec = clock_monotonic_usec(h->clock);
        if (now_usec > h->due_usec)
                late_usec = now_usec - h->due_usec;
        histogram_observe(&h->lateness, (double) late_usec / (double) USEC_PER_SEC);

        h->due_usec = now_usec + beat_usec;
        (void) sd_event_source_set_time_relative(source, beat_usec);
        (void) sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        h->handler(++h->n_beats, h->userdata);
        return 0;
}

int heartbeat_new(sd_event *event, const Clock *clock, HeartbeatHandler handler, void *userdata,
        Heartbeat **ret)
{
        CLEANUP(heartbeat_cleanup) Heartbeat *h = NULL;
        int r;

        assert(event);
        assert(clock);
        assert(handler);
        assert(ret);

        h = calloc(1, sizeof(*h));
        if (!h)
                return -ENOMEM;

        h->clock = clock;
        h->handler = handler;
        h->userdata = userdata;
        h->due_usec = clock_monotonic_usec(clock) + beat_usec;
        histogram_init(&h->lateness, bounds, ARRAY_LEN(bounds));
        r = sd_event_add_time_relative(
                event, &h->timer, CLOCK_MONOTONIC, beat_usec, 1, on_timer, h);
        if (r < 0)
                return r;
        (void) sd_event_source_set_description(h->timer, "heartbeat");

        *ret = STEAL(h);
        return 0;
}

Heartbeat *heartbeat_free(Heartbeat *h)
{
        if (!h)
                return NULL;

        sd_event_source_disable_unref(h->timer);
        free(h);
        return NULL;
}

const Histogram *heartbeat_lateness(const Heartbeat *h)
{
        assert(h);

        return &h->lateness;
}
