/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_LOOP_TIMER_H
#define MQTLSD_LOOP_TIMER_H

/*
 * One alarm on the event loop that keeps to a Clock: moments are the Clock's monotonic microseconds,
 * and the handler is never called before the Clock says so. Accurate to a millisecond, where
 * sd-event's default would allow itself 250 ms. Lives inside its owner and must not move.
 */

#include <stdint.h>
#include <systemd/sd-event.h>

#include "daemon/clock.h"

/* May end the life of the timer and of its owner. */
typedef void (*LoopTimerHandler)(void *userdata);

typedef struct LoopTimer {
        sd_event_source *source; /* NULL before init and after done */
        const Clock *clock;
        uint64_t due_usec;
        LoopTimerHandler handler;
        void *userdata;
} LoopTimer;

/* Makes a timer that is not running. `clock` is borrowed, `name` (static) is for debugging. Returns
 * 0 or -errno. */
int loop_timer_init(LoopTimer *t, sd_event *event, const Clock *clock, const char *name,
        LoopTimerHandler handler, void *userdata);
void loop_timer_done(LoopTimer *t); /* harmless on a zeroed one and twice */

/* Calls the handler once at `due_usec`, at once when that has passed; replaces an earlier moment.
 * Returns 0 or -errno. */
int loop_timer_set(LoopTimer *t, uint64_t due_usec);
void loop_timer_stop(LoopTimer *t);

#endif
