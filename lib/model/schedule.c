/* SPDX-License-Identifier: MIT */
#include "model/schedule.h"

#include <assert.h>

#include "base/util.h"

enum {
        SCHEDULE_JITTER_SHARE = 20, /* one twentieth of the wait, in either direction */
};

static uint64_t add_saturating(uint64_t a, uint64_t b)
{
        return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* FNV-1a, and a finaliser on top: names of one estate differ in their last characters only, and the
 * plain hash would leave them close together. */
static uint64_t hash_name(const char *name)
{
        uint64_t hash = UINT64_C(0xcbf29ce484222325);

        for (const char *p = name; *p; p++) {
                hash ^= (unsigned char) *p;
                hash *= UINT64_C(0x100000001b3);
        }

        hash ^= hash >> 33;
        hash *= UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 33;
        return hash;
}

uint64_t schedule_first(
        const char *name, const SchedulePace *pace, uint64_t spread_usec, uint64_t now_usec)
{
        uint64_t span = 0;

        assert(name);
        assert(pace);

        span = MIN_OF(pace->interval_usec, spread_usec);
        if (span == 0)
                return now_usec;

        return add_saturating(now_usec, hash_name(name) % span);
}

/* The wait without jitter. */
static uint64_t schedule_wait(const SchedulePace *pace, unsigned n_failures)
{
        uint64_t wait = pace->retry_interval_usec;

        if (n_failures == 0)
                return pace->interval_usec;

        for (unsigned i = 1; i < n_failures && wait < pace->interval_usec && wait > 0; i++)
                wait = add_saturating(wait, wait);

        return MIN_OF(wait, pace->interval_usec);
}

uint64_t schedule_next(const SchedulePace *pace, unsigned n_failures, uint64_t due_usec,
        uint64_t now_usec, uint64_t random)
{
        uint64_t wait = 0, jitter = 0, earliest = 0, next = 0;

        assert(pace);

        wait = schedule_wait(pace, n_failures);
        jitter = wait / SCHEDULE_JITTER_SHARE;

        earliest = add_saturating(due_usec, wait - jitter);
        next = add_saturating(earliest, random % (2 * jitter + 1));
        return MAX_OF(next, now_usec);
}

uint64_t schedule_spaced(uint64_t due_usec, bool has_last, uint64_t last_usec, uint64_t spacing_usec)
{
        if (!has_last)
                return due_usec;

        return MAX_OF(due_usec, add_saturating(last_usec, spacing_usec));
}
