/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_CLOCK_H
#define MQTLSD_CLOCK_H

/*
 * Time and chance, as values that a test can replace. The event loop is replaceable as well: every
 * part of the daemon takes the sd_event it lives on as an argument and never asks for a default one.
 */

#include <stddef.h>
#include <stdint.h>

typedef struct Clock {
        uint64_t (*monotonic_usec)(void *userdata);
        int64_t (*wall_at)(void *userdata); /* seconds since 1970 */
        uint64_t (*random)(void *userdata); /* uniform over 64 bits */
        void *userdata;
} Clock;

extern const Clock clock_system;

static inline uint64_t clock_monotonic_usec(const Clock *c)
{
        return c->monotonic_usec(c->userdata);
}

static inline int64_t clock_wall_at(const Clock *c)
{
        return c->wall_at(c->userdata);
}

static inline uint64_t clock_random(const Clock *c)
{
        return c->random(c->userdata);
}

/* Fills `ret` from clock_random(). */
void clock_random_bytes(const Clock *c, uint8_t *ret, size_t len);

#endif
