/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_FILE_CLOCK_H
#define MQTLS_TESTS_FILE_CLOCK_H

/* The clock that file systems date changes with stands still between two ticks. */

#include <time.h>

/* Waits, some milliseconds at most, until whatever has been written is dated in the past. */
static inline void file_clock_tick(void)
{
        struct timespec written, now;

        (void) clock_gettime(CLOCK_REALTIME, &written);
        do
                (void) clock_gettime(CLOCK_REALTIME_COARSE, &now);
        while (now.tv_sec < written.tv_sec ||
                (now.tv_sec == written.tv_sec && now.tv_nsec <= written.tv_nsec));
}

#endif
