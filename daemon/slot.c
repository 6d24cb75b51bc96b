/* SPDX-License-Identifier: MIT */
#include "daemon/scheduler_internal.h"

#include <assert.h>
#include <stdlib.h>

#include "base/timefmt.h"
#include "model/schedule.h"

static SchedulePace slot_pace(const Slot *slot)
{
        const EndpointConfig *c = slot->endpoint->config;

        return (SchedulePace){.interval_usec = c->interval_usec,
                .retry_interval_usec = c->retry_interval_usec};
}

void slot_put(Slot *slot, uint64_t at_usec)
{
        Scheduler *s = slot->scheduler;
        uint64_t now_usec = scheduler_now(s);
        uint64_t probe_usec = MAX_OF(at_usec, slot->endpoint->due_usec);
        uint64_t wait_usec = probe_usec > now_usec ? probe_usec - now_usec : 0;

        slot->endpoint->next_run_at = clock_wall_at(s->clock) + (int64_t) (wait_usec / USEC_PER_SEC);
        due_heap_put(&s->heap, &slot->due, at_usec);
}

Slot *slot_new(Scheduler *s, const EndpointConfig *config)
{
        Slot *slot = calloc(1, sizeof(*slot));

        if (!slot)
                return NULL;
        slot->scheduler = s;
        slot->due.owner = slot;
        slot->waiter.owner = slot;
        slot->listener = listener_get(&s->listeners, &config->connames);
        if (!slot->listener) {
                free(slot);
                return NULL;
        }
        return slot;
}

uint64_t slot_next_turn(const Slot *slot)
{
        uint64_t now_usec = scheduler_now(slot->scheduler);

        return slot->is_surveying ? MIN_OF(slot->endpoint->due_usec, now_usec)
                                  : slot->endpoint->due_usec;
}

void slot_leave_listener(Slot *slot)
{
        Scheduler *s = slot->scheduler;
        uint64_t now_usec = scheduler_now(s), at_usec = 0;
        Slot *next = NULL;

        listener_end(slot->listener, now_usec);
        next = listener_next(slot->listener);
        if (next) {
                (void) listener_is_free(
                        slot->listener, now_usec, scheduler_limits(s)->spacing_usec, &at_usec);
                slot_put(next, at_usec);
        }
        scheduler_wake(s);
}

void slot_stop(Slot *slot)
{
        Scheduler *s = slot->scheduler;

        if (!slot->probe)
                return;

        slot->probe = probe_free(slot->probe);
        assert(slot->n_places == 0);
        TAILQ_REMOVE(&s->running, slot, running_link);
        s->n_running--;
        if (slot->n_waiting > 0) {
                TAILQ_REMOVE(&s->admission, slot, admission_link);
                s->n_waiting -= slot->n_waiting;
                slot->n_waiting = 0;
        }
        slot_leave_listener(slot);
}

Slot *slot_free(Slot *slot)
{
        Scheduler *s = NULL;

        if (!slot)
                return NULL;

        s = slot->scheduler;
        slot_stop(slot);
        slot_survey_stop(slot);
        due_heap_remove(&s->heap, &slot->due);
        listener_leave(slot->listener, &slot->waiter);
        listener_unref(&s->listeners, slot->listener);
        free(slot);
        return NULL;
}

void slot_attach(Slot *slot, Endpoint *e, uint64_t spread_usec)
{
        Scheduler *s = slot->scheduler;
        SchedulePace pace;

        slot->endpoint = e;
        e->scheduler_slot = slot;
        e->probing = false;
        e->next_run_at = 0;
        s->n_unseen++;
        pace = slot_pace(slot);
        e->due_usec = scheduler_now(s);
        if (!s->options.once)
                e->due_usec = schedule_first(e->config->name, &pace, spread_usec, e->due_usec);
        slot_put(slot, e->due_usec);
}

void slot_plan_next(Slot *slot, unsigned n_failures)
{
        Scheduler *s = slot->scheduler;
        Endpoint *e = slot->endpoint;
        const SchedulePace pace = slot_pace(slot);

        if (s->options.once) {
                e->next_run_at = 0;
                return;
        }
        e->due_usec = schedule_next(
                &pace, n_failures, e->due_usec, scheduler_now(s), clock_random(s->clock));
        slot_put(slot, slot_next_turn(slot));
}
