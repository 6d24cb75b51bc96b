/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_HEARTBEAT_H
#define MQTLSD_HEARTBEAT_H

/* Beats once a second. How late a beat comes is how long something else held up the loop: that is
 * the histogram of mqtls_loop_stall_seconds. */

#include <systemd/sd-event.h>

#include "base/histogram.h"
#include "base/util.h"
#include "daemon/clock.h"

typedef struct Heartbeat Heartbeat;

/* `n_beats` counts from 1. */
typedef void (*HeartbeatHandler)(unsigned n_beats, void *userdata);

int heartbeat_new(sd_event *event, const Clock *clock, HeartbeatHandler handler, void *userdata,
        Heartbeat **ret);
Heartbeat *heartbeat_free(Heartbeat *h);
DEFINE_CLEANUP(Heartbeat, heartbeat_free, heartbeat_cleanup)

const Histogram *heartbeat_lateness(const Heartbeat *h);

#endif
