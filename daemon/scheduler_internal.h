/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_SCHEDULER_INTERNAL_H
#define MQTLSD_SCHEDULER_INTERNAL_H

/* What scheduler.c (life and reload), scheduler_run.c (who begins, what comes of it) and slot.c (the
 * scheduler's bookkeeping of one endpoint) share. Nobody else includes this. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "daemon/due_heap.h"
#include "daemon/listeners.h"
#include "daemon/loop_timer.h"
#include "daemon/poller.h"
#include "daemon/probe.h"
#include "daemon/scheduler.h"
#include "daemon/survey_run.h"
#include "model/config.h"
#include "tls/survey.h"

typedef struct Slot {
        Scheduler *scheduler;
        Endpoint *endpoint;
        Listener *listener;
        DueItem due;
        ListenerWaiter waiter;
        bool looked_at; /* at least once */

        Probe *probe; /* NULL: not running */
        bool asks_mq; /* that probe asks the queue manager as well */
        TAILQ_ENTRY(Slot) running_link;
        uint64_t started_usec;
        TAILQ_ENTRY(Slot) admission_link;
        unsigned n_waiting; /* visits that wait for a place; > 0: it is in the admission line */
        unsigned n_places;  /* taken */

        Survey survey; /* while is_surveying */
        bool is_surveying;
        SurveyRun *question; /* NULL: none is open */
} Slot;

typedef TAILQ_HEAD(SlotList, Slot) SlotList;

struct Scheduler {
        sd_event *event;
        const Clock *clock;
        Inventory *inventory;
        SchedulerOptions options;
        SchedulerHandler handler;
        void *userdata;

        Poller *poller;
        Resolver *resolver;
        ProbeEnvironment environment;
        LoopTimer timer;
        sd_event_source *wake_source;

        DueHeap heap;
        Listeners listeners;
        SlotList running;   /* in the order of their start */
        SlotList admission; /* first come, first served */
        unsigned n_running, n_handshaking, n_waiting;
        unsigned n_surveys;
        size_t n_unseen; /* not looked at yet */
        bool is_ready;

        double lag_seconds;
        Histogram duration;
        uint64_t n_sessions_resumed;
};

static inline uint64_t scheduler_now(const Scheduler *s)
{
        return clock_monotonic_usec(s->clock);
}

static inline const ProbingConfig *scheduler_limits(const Scheduler *s)
{
        return &inventory_config(s->inventory)->probing;
}

static inline void scheduler_wake(Scheduler *s)
{
        (void) sd_event_source_set_enabled(s->wake_source, SD_EVENT_ONESHOT);
}

/* ---- slot.c ---- */

/* `config` is not kept. Returns NULL when memory ran out. */
Slot *slot_new(Scheduler *s, const EndpointConfig *config);
Slot *slot_free(Slot *slot); /* does not touch the endpoint, which may be gone */

/* The slot is the endpoint's from now on; it gets its first moment. */
void slot_attach(Slot *slot, Endpoint *e, uint64_t spread_usec);

void slot_put(Slot *slot, uint64_t at_usec); /* into the heap */

/* Its next turn: the probe when that is due, or at once while a survey goes on. */
uint64_t slot_next_turn(const Slot *slot);

/* The listener is free again: who stands next in its line comes up. */
void slot_leave_listener(Slot *slot);

/* Plans the next probe after `n_failures` in a row; 0: it succeeded. */
void slot_plan_next(Slot *slot, unsigned n_failures);

/* Ends what runs, and lets the next one of the listener's line come up. */
void slot_stop(Slot *slot);

/* ---- slot_survey.c ---- */

/* Begins a survey after a probe, where one is due and the endpoint has just answered. */
void slot_survey_consider(Slot *slot);

/* Puts the next question; the listener is free. Returns false when the survey ended instead. */
bool slot_survey_ask(Slot *slot);

/* Ends what goes on, without a result. */
void slot_survey_stop(Slot *slot);

/* ---- scheduler_run.c ---- */

void scheduler_run(void *userdata);

/* For ProbeEnvironment. */
bool scheduler_admit(Probe *p, void *userdata);
void scheduler_release(Probe *p, void *userdata);

#endif
