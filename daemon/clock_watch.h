/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_CLOCK_WATCH_H
#define MQTLSD_CLOCK_WATCH_H

/* Tells when somebody sets the wall clock: by hand, by NTP in a step, or by waking the machine. */

#include <systemd/sd-event.h>

typedef void (*ClockWatchHandler)(void *userdata);

/* The source is the caller's; freeing it ends the watch. Returns 0 or -errno. */
int clock_watch_new(
        sd_event *event, ClockWatchHandler handler, void *userdata, sd_event_source **ret);

#endif
