/* SPDX-License-Identifier: MIT */
#include "daemon/loop_timer.h"

#include <assert.h>
#include <time.h>

#include "base/util.h"

enum {
        ACCURACY_USEC = 1000, /* 0 would mean sd-event's default of 250 ms */
};

static int on_timer(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
        LoopTimer *t = userdata;

        /* The Clock may be a test's, and run differently from the loop's. */
        if (clock_monotonic_usec(t->clock) < t->due_usec) {
                (void) loop_timer_set(t, t->due_usec);
                return 0;
        }

        t->handler(t->userdata); /* the last use of `t`: it may be gone */
        return 0;
}

int loop_timer_init(LoopTimer *t, sd_event *event, const Clock *clock, const char *name,
        LoopTimerHandler handler, void *userdata)
{
        int r = 0;

        assert(t);
        assert(clock);
        assert(handler);

        *t = (LoopTimer){.clock = clock, .handler = handler, .userdata = userdata};
        r = sd_event_add_time(
                event, &t->source, CLOCK_MONOTONIC, UINT64_MAX, ACCURACY_USEC, on_timer, t);
        if (r < 0)
                return r;

        (void) sd_event_source_set_description(t->source, name);
        r = sd_event_source_set_enabled(t->source, SD_EVENT_OFF);
        if (r < 0)
                loop_timer_done(t);
        return r < 0 ? r : 0;
}

void loop_timer_done(LoopTimer *t)
{
        t->source = sd_event_source_disable_unref(t->source);
}

int loop_timer_set(LoopTimer *t, uint64_t due_usec)
{
        uint64_t now_usec = clock_monotonic_usec(t->clock);
        uint64_t wait_usec = due_usec > now_usec ? due_usec - now_usec : 0;
        uint64_t loop_now_usec = clock_monotonic_usec(&clock_system);
        int r = 0;

        t->due_usec = due_usec;
        if (wait_usec > UINT64_MAX - 1 - loop_now_usec)
                wait_usec = UINT64_MAX - 1 - loop_now_usec;

        r = sd_event_source_set_time(t->source, loop_now_usec + wait_usec);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(t->source, SD_EVENT_ONESHOT);
        return r < 0 ? r : 0;
}

void loop_timer_stop(LoopTimer *t)
{
        if (t->source)
                (void) sd_event_source_set_enabled(t->source, SD_EVENT_OFF);
}
