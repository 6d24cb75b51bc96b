/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_TESTS_LOOP_H
#define MQTLSD_TESTS_LOOP_H

/* An event loop that a test turns itself, until what it waits for has come: nothing sleeps. */

#include <check.h>
#include <dirent.h>
#include <stdint.h>
#include <stdlib.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "daemon/clock.h"

/* Far more than anything here takes; it only ends a test that would hang. */
#define LOOP_PATIENCE_USEC UINT64_C(20000000)

#define LOOP_UNTIL(event, condition)                                                               \
        do {                                                                                       \
                uint64_t until_ = clock_monotonic_usec(&clock_system) +                            \
                                  LOOP_PATIENCE_USEC * loop_slowness();                            \
                while (!(condition)) {                                                             \
                        ck_assert_msg(clock_monotonic_usec(&clock_system) < until_,                \
                                "waited in vain for: %s", #condition);                             \
                        ck_assert_int_ge(sd_event_run((event), 100000), 0);                        \
                }                                                                                  \
        } while (0)

/* Turns the loop as long as there is something to do at once. */
static inline void loop_drain(sd_event *event)
{
        while (sd_event_run(event, 0) > 0)
                ;
}

/*
 * How much slower than an idle machine this run is said to be: 1, or what Check's own
 * CK_TIMEOUT_MULTIPLIER says (under valgrind, for instance). For time limits that a test wants kept.
 */
static inline unsigned loop_slowness(void)
{
        const char *text = getenv("CK_TIMEOUT_MULTIPLIER");
        unsigned long n = text ? strtoul(text, NULL, 10) : 1;

        return n >= 1 && n <= 100 ? (unsigned) n : 1;
}

/* How many descriptors this process has open. */
static inline unsigned loop_count_fds(void)
{
        DIR *dir = opendir("/proc/self/fd");
        unsigned n = 0;

        ck_assert_ptr_nonnull(dir);
        while (readdir(dir))
                n++;
        (void) closedir(dir);
        return n;
}

#endif
