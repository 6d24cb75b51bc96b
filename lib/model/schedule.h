/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_SCHEDULE_H
#define MQTLS_MODEL_SCHEDULE_H

/*
 * When is an endpoint looked at next? Arithmetic only: monotonic microseconds and random numbers
 * come in, moments go out.
 */

#include <stdbool.h>
#include <stdint.h>

typedef struct SchedulePace {
        uint64_t interval_usec;
        uint64_t retry_interval_usec; /* after the first failure; doubles up to the interval */
} SchedulePace;

/*
 * The first look after a start: endpoints are spread over the smaller of their interval and
 * `spread_usec`, by a hash of the name, so that a restart does not change the order.
 */
uint64_t schedule_first(
        const char *name, const SchedulePace *pace, uint64_t spread_usec, uint64_t now_usec);

/*
 * The next look. `due_usec` is when this one was due: keeping to it, not to when it ended, holds the
 * cadence. After `n_failures` failures in a row (0: it succeeded) the wait is the retry interval
 * doubled each time, never more than the interval. `random` (uniform over 64 bits) moves the moment
 * by up to 5 % of the wait in either direction. Never earlier than `now_usec`.
 */
uint64_t schedule_next(const SchedulePace *pace, unsigned n_failures, uint64_t due_usec,
        uint64_t now_usec, uint64_t random);

/* The earliest moment at which a listener that was last probed at `last_usec` may be probed again. */
uint64_t schedule_spaced(uint64_t due_usec, bool has_last, uint64_t last_usec, uint64_t spacing_usec);

#endif
