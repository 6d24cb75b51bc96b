/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_NOTIFY_H
#define MQTLSD_NOTIFY_H

/* What systemd is told of our life (sd_notify(3)). Outside of a Type=notify unit nothing happens. */

#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/util.h"

void notify_ready(void);
/* A reload begins; `monotonic_usec` is the moment, by which systemd orders it against its requests. */
void notify_reloading(uint64_t monotonic_usec);
void notify_stopping(void);
void notify_status(const char *status);

/* Lets the loop feed the watchdog (WatchdogSec=): only one that turns does. */
void notify_watchdog(sd_event *event);

#endif
