/* SPDX-License-Identifier: MIT */
#include "daemon/clock.h"

#include <stddef.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/util.h"

static uint64_t system_monotonic_usec(void *userdata UNUSED)
{
        struct timespec ts = {0};

        (void) clock_gettime(CLOCK_MONOTONIC, &ts);
        return (uint64_t) ts.tv_sec * UINT64_C(1000000) + (uint64_t) ts.tv_nsec / 1000;
}

static int64_t system_wall_at(void *userdata UNUSED)
{
        struct timespec ts = {0};

        (void) clock_gettime(CLOCK_REALTIME, &ts);
        return (int64_t) ts.tv_sec;
}

/* Only spreads probes in time: where the kernel has no entropy yet, the clock's low bits will do. */
static uint64_t system_random(void *userdata)
{
        uint64_t value = 0;

        if (getrandom(&value, sizeof(value), GRND_NONBLOCK) == (ssize_t) sizeof(value))
                return value;
        return system_monotonic_usec(userdata) * UINT64_C(0x9E3779B97F4A7C15);
}

void clock_random_bytes(const Clock *c, uint8_t *ret, size_t len)
{
        while (len > 0) {
                uint64_t word = clock_random(c);
                size_t n = MIN_OF(len, sizeof(word));

                memcpy(ret, &word, n);
                ret += n;
                len -= n;
        }
}

const Clock clock_system = {
        .monotonic_usec = system_monotonic_usec,
        .wall_at = system_wall_at,
        .random = system_random,
        .userdata = NULL,
};
