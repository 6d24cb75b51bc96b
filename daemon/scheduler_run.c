/* SPDX-License-Identifier: MIT */
#include "daemon/scheduler_internal.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "daemon/log.h"

/*
 * A place among the handshakes costs most of the memory, and who waits for one loses time from his
 * deadline. So a probe begins only while there would be a place for everybody who may soon want one:
 * those that wait, and those that began a moment ago. Who is still without a connection after that
 * moment is most likely calling into the void, and only counts against connecting_max.
 */

enum {
        STARTS_PER_TURN = 32, /* then the other sources of the loop come first */
};

#define MOMENT_USEC UINT64_C(250000)

/* ---- results ---- */

static void scheduler_seen(Scheduler *s, Slot *slot)
{
        if (slot->looked_at)
                return;
        slot->looked_at = true;
        if (--s->n_unseen > 0)
                return;
        s->is_ready = true;
        if (s->options.once)
                (void) sd_event_exit(s->event, 0);
}

static void scheduler_count(Scheduler *s, const Observation *o)
{
        histogram_observe(&s->duration, (double) o->duration_usec / 1e6);
        for (size_t i = 0; i < o->n_addresses; i++)
                s->n_sessions_resumed += o->addresses[i].tls.session_reused ? 1 : 0;
}

/* Takes ownership of `o`. Returns 0 or -ENOMEM. */
static int scheduler_record(Scheduler *s, Endpoint *e, Observation *o)
{
        CLEANUP(observation_cleanup) Observation *owned = o;
        int r = -ENOMEM;

        if (owned) {
                scheduler_count(s, owned);
                r = inventory_record(s->inventory, e, owned, clock_wall_at(s->clock));
        }
        if (r < 0) {
                log_error("endpoint %s: the probe's result was lost: out of memory; it will be tried "
                          "again",
                        e->config->name);
                return r;
        }
        (void) STEAL(owned);
        return 0;
}

static void on_result(Probe *p UNUSED, Observation *o, void *userdata)
{
        Slot *slot = userdata;
        Scheduler *s = slot->scheduler;
        Endpoint *e = slot->endpoint;
        const ProbeOutcome outcome = {
                .endpoint = e,
                .severity_before = endpoint_severity(e),
                .primary_before = e->assessment ? assessment_primary(e->assessment) : DIAGNOSIS_NONE,
        };
        int r = 0;

        slot_stop(slot);
        e->probing = false;
        r = scheduler_record(s, e, o);
        if (r == 0)
                slot_survey_consider(slot);
        slot_plan_next(slot, r < 0 ? e->n_failures_in_a_row + 1 : e->n_failures_in_a_row);
        if (r == 0 && !slot->asks_mq && !s->options.once &&
                endpoint_mq_due(e, clock_wall_at(s->clock)))
                scheduler_probe_now(s, e); /* the certificate or the cipher is another one */
        scheduler_seen(s, slot);

        if (r == 0 && s->handler)
                s->handler(&outcome, s->userdata); /* the last: it may reload */
}

/* ---- places among the handshakes ---- */

bool scheduler_admit(Probe *p, void *userdata)
{
        Scheduler *s = userdata;
        Slot *slot = probe_userdata(p);

        scheduler_wake(s); /* one less is connecting */
        if (TAILQ_EMPTY(&s->admission) && s->n_handshaking < scheduler_limits(s)->handshaking_max) {
                s->n_handshaking++;
                slot->n_places++;
                return true;
        }
        if (slot->n_waiting++ == 0)
                TAILQ_INSERT_TAIL(&s->admission, slot, admission_link);
        s->n_waiting++;
        return false;
}

void scheduler_release(Probe *p, void *userdata)
{
        Scheduler *s = userdata;
        Slot *slot = probe_userdata(p);

        assert(s->n_handshaking > 0 && slot->n_places > 0);
        s->n_handshaking--;
        slot->n_places--;
        scheduler_wake(s);
}

static void scheduler_grant(Scheduler *s)
{
        Slot *slot = NULL;

        while (s->n_handshaking < scheduler_limits(s)->handshaking_max &&
                (slot = TAILQ_FIRST(&s->admission))) {
                TAILQ_REMOVE(&s->admission, slot, admission_link);
                s->n_waiting--;
                if (--slot->n_waiting > 0)
                        TAILQ_INSERT_TAIL(&s->admission, slot, admission_link);
                s->n_handshaking++;
                slot->n_places++;
                probe_admit(slot->probe);
        }
}

/* ---- beginning ---- */

typedef struct Room {
        unsigned n_connecting;
        unsigned n_young;     /* of those, that began a moment ago */
        uint64_t grown_usec;  /* when the first of the young will not be young any more */
} Room;

static Room scheduler_look_around(const Scheduler *s, uint64_t now_usec)
{
        Room room = {0};
        const Slot *slot = NULL;

        TAILQ_FOREACH (slot, &s->running, running_link) {
                if (!probe_is_connecting(slot->probe))
                        continue;
                room.n_connecting++;
                if (slot->n_waiting > 0 || slot->started_usec + MOMENT_USEC <= now_usec)
                        continue;
                if (room.n_young++ == 0)
                        room.grown_usec = slot->started_usec + MOMENT_USEC;
        }
        return room;
}

static bool room_is_left(const Scheduler *s, const Room *room)
{
        const ProbingConfig *limits = scheduler_limits(s);

        return room->n_connecting < limits->connecting_max &&
               s->n_handshaking + s->n_waiting + room->n_young < limits->handshaking_max;
}

static int slot_start(Slot *slot, uint64_t now_usec)
{
        Scheduler *s = slot->scheduler;
        Endpoint *e = slot->endpoint;
        int r;

        slot->asks_mq = endpoint_mq_due(e, clock_wall_at(s->clock));
        r = probe_start(&s->environment, inventory_config(s->inventory), e->config, slot->asks_mq,
                on_result, slot, &slot->probe);
        if (r < 0)
                return r;

        listener_begin(slot->listener);
        endpoint_note_begin(e);
        slot->started_usec = now_usec;
        TAILQ_INSERT_TAIL(&s->running, slot, running_link);
        s->n_running++;
        e->probing = true;
        s->lag_seconds = (double) (now_usec - slot->due.at_usec) / 1e6;
        return 0;
}

/* Takes one that is due out of the heap. Returns true when its probe has begun. */
static bool slot_begin(Slot *slot, uint64_t now_usec)
{
        Scheduler *s = slot->scheduler;
        uint64_t at_usec = 0;
        int r = 0;

        due_heap_remove(&s->heap, &slot->due);
        if (!listener_is_free(
                    slot->listener, now_usec, scheduler_limits(s)->spacing_usec, &at_usec)) {
                if (at_usec > 0)
                        slot_put(slot, at_usec);
                else
                        listener_wait(slot->listener, &slot->waiter);
                return false;
        }

        if (slot->is_surveying && slot->endpoint->due_usec > now_usec) {
                if (!slot_survey_ask(slot))
                        slot_put(slot, slot->endpoint->due_usec);
                return false;
        }

        r = slot_start(slot, now_usec);
        if (r < 0) {
                log_error("endpoint %s: the probe could not begin: %s; it will be tried again",
                        slot->endpoint->config->name, strerror(-r));
                slot_plan_next(slot, slot->endpoint->n_failures_in_a_row + 1);
                if (s->options.once)
                        scheduler_seen(s, slot);
                return false;
        }
        return true;
}

static void scheduler_begin_due(Scheduler *s)
{
        uint64_t now_usec = scheduler_now(s);
        Room room = scheduler_look_around(s, now_usec);
        DueItem *first = NULL;

        for (unsigned n = 0; (first = due_heap_first(&s->heap)) && first->at_usec <= now_usec;) {
                if (!room_is_left(s, &room)) {
                        /* Whatever makes room wakes us, except for growing up. */
                        if (room.n_young > 0)
                                (void) loop_timer_set(&s->timer, room.grown_usec);
                        return;
                }
                if (!slot_begin(first->owner, now_usec))
                        continue;
                room.n_connecting++;
                if (room.n_young++ == 0)
                        room.grown_usec = now_usec + MOMENT_USEC;
                if (++n == STARTS_PER_TURN) {
                        scheduler_wake(s);
                        return;
                }
        }
        if (first)
                (void) loop_timer_set(&s->timer, first->at_usec);
}

void scheduler_run(void *userdata)
{
        Scheduler *s = userdata;

        loop_timer_stop(&s->timer);
        scheduler_grant(s);
        scheduler_begin_due(s);
}
