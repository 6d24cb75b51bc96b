/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_SCHEDULER_H
#define MQTLSD_SCHEDULER_H

/*
 * Decides who is probed when: a heap of due moments with one timer, two admission limits (many
 * connecting, few handshaking), and a spacing per listener so that two channels of one queue manager
 * never fire at once. Results go into the inventory.
 */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/histogram.h"
#include "base/util.h"
#include "daemon/clock.h"
#include "daemon/resolver.h"
#include "model/inventory.h"

typedef struct Scheduler Scheduler;

/* After a probe was recorded. `before` is the severity and primary diagnosis it had until now. */
typedef struct ProbeOutcome {
        Endpoint *endpoint;
        Severity severity_before;
        Diagnosis primary_before;
} ProbeOutcome;
typedef void (*SchedulerHandler)(const ProbeOutcome *outcome, void *userdata);

typedef struct SchedulerOptions {
        bool once; /* each endpoint once, as soon as limits allow; then the loop is asked to exit */
} SchedulerOptions;

int scheduler_new(sd_event *event, const Clock *clock, Inventory *inventory,
        const SchedulerOptions *options, SchedulerHandler handler, void *userdata, Scheduler **ret);
Scheduler *scheduler_free(Scheduler *s);
DEFINE_CLEANUP(Scheduler, scheduler_free, scheduler_cleanup)

/* Follows a reload: new and changed endpoints get their first moment, unchanged ones keep theirs,
 * removed ones are forgotten; a probe of a removed or changed endpoint is dropped. Replaces
 * inventory_sync(). Returns 0, or -ENOMEM with nothing changed. */
int scheduler_reload(Scheduler *s, Config *config);

/* Probes this endpoint as soon as limits and spacing allow. */
void scheduler_probe_now(Scheduler *s, Endpoint *e);

unsigned scheduler_in_flight(const Scheduler *s);
double scheduler_lag_seconds(const Scheduler *s); /* of the probe started last */
bool scheduler_is_ready(const Scheduler *s); /* every endpoint has been looked at once */
const Histogram *scheduler_probe_duration(const Scheduler *s);
uint64_t scheduler_n_sessions_resumed(const Scheduler *s);
uint64_t scheduler_n_resolver_failures(const Scheduler *s);

#endif
