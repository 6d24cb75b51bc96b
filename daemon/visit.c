/* SPDX-License-Identifier: MIT */
#include "daemon/visit_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/*
 *      CONNECT ──► (wait for a place) ──► HANDSHAKE ──► LINGER ──► (MQ_INIT) ──► CLOSE ──► over
 *         │                                   │            │           │          ▲
 *         └─► over                            └────────────┴───────────┴──────────┘
 *                                                                visit_end(): the result stands
 *
 * The result is fixed by visit_end(), the first time it is called. CLOSE only takes leave: it says
 * close_notify, sends FIN, and reads what is still coming, because closing a socket with unread bytes
 * makes the kernel send RST (RFC 2525 section 2.17), which a queue manager logs as an error.
 */

/* ---- the life of it ---- */

static void visit_leave_phase(Visit *v)
{
        if (v->phase == PHASE_RESOLVE)
                return; /* not begun: resolving is the probe's */
        v->params.observed->phase_usec[v->phase] = visit_now(v) - v->entered_usec;
}

void visit_enter(Visit *v, ProbePhase phase)
{
        AddressObservation *a = v->params.observed;

        if (!v->waiting)
                visit_leave_phase(v);
        v->waiting = false;
        v->phase = phase;
        v->entered_usec = visit_now(v);
        v->until_usec = MIN_OF(visit_phases[phase].until(v), v->params.deadline_usec);
        a->phase_reached[phase] = true;
        if (a->end == END_NONE || a->end == END_COMPLETED)
                a->phase = phase; /* that of a failure stays where it happened */

        /* Without the timer the probe's own deadline still ends the visit. */
        (void) loop_timer_set(&v->timer, v->until_usec);
        visit_phases[phase].step(v);
}

/* Gives back everything that counts: descriptor, memory, place. */
static void visit_release(Visit *v)
{
        const ProbeEnvironment *e = v->params.environment;

        v->watch = poller_watch_free(v->watch);
        loop_timer_done(&v->timer);
        v->handshake = handshake_free(v->handshake);
        v->exchange = mq_exchange_free(v->exchange);
        if (v->fd >= 0)
                (void) close(v->fd);
        v->fd = -1;
        v->waiting = false;
        if (v->has_place) {
                v->has_place = false;
                e->handshake_release(v->params.probe, e->userdata);
        }
}

void visit_finish(Visit *v)
{
        if (v->over)
                return;

        v->over = true;
        if (!v->waiting)
                visit_leave_phase(v);
        visit_release(v);
        v->params.ended(v->params.userdata);
}

void visit_end(Visit *v, ProbeEnd end, int error)
{
        AddressObservation *a = v->params.observed;
        int r = 0;

        assert(end != END_NONE);
        assert(a->end == END_NONE);

        a->end = end;
        a->error = error;
        if (v->handshake) {
                r = address_observation_take(a, v->handshake, v->params.endpoint->trust,
                        clock_wall_at(v->params.environment->clock));
                if (r < 0) {
                        a->end = END_RESOURCE;
                        a->error = -r;
                }
        }

        if (!v->handshake || end == END_RESET) {
                visit_finish(v);
                return;
        }
        v->is_parting = v->exchange && end == END_COMPLETED;
        if (!v->is_parting)
                handshake_close(v->handshake);
        visit_enter(v, PHASE_CLOSE);
}

static int open_handshake(Visit *v)
{
        return handshake_new(v->params.profile, v->params.sni, NULL, &v->handshake);
}

static void visit_begin_handshake(Visit *v)
{
        int r = 0;

        v->has_place = true;
        r = open_handshake(v);
        if (r == 0 && !v->watch)
                r = visit_watch(v);
        if (r < 0) {
                v->handshake = handshake_free(v->handshake);
                visit_end(v, END_RESOURCE, -r);
                return;
        }
        visit_enter(v, PHASE_HANDSHAKE);
}

void visit_connected(Visit *v)
{
        const ProbeEnvironment *e = v->params.environment;

        if (e->handshake_admit(v->params.probe, e->userdata)) {
                visit_begin_handshake(v);
                return;
        }
        visit_leave_phase(v); /* waiting for a place belongs to no phase */
        v->waiting = true;
        v->watch = poller_watch_free(v->watch); /* whatever it says has to wait as well */
        (void) loop_timer_set(&v->timer, v->params.deadline_usec);
}

/* ---- for the probe ---- */

static void on_late(void *userdata)
{
        Visit *v = userdata;

        visit_phases[v->phase].late(v);
}

int visit_new(const VisitParams *params, Visit **ret)
{
        CLEANUP_FREE Visit *v = NULL;
        int r = 0;

        assert(params);
        assert(ret);

        v = calloc(1, sizeof(*v));
        if (!v)
                return -ENOMEM;
        v->params = *params;
        v->phase = PHASE_RESOLVE;
        v->fd = -1;
        r = loop_timer_init(&v->timer, params->environment->event, params->environment->clock,
                "visit-limit", on_late, v);
        if (r < 0)
                return r;

        *ret = STEAL(v);
        return 0;
}

Visit *visit_free(Visit *v)
{
        if (!v)
                return NULL;

        v->over = true;
        visit_release(v);
        free(v);
        return NULL;
}

void visit_begin(Visit *v, uint64_t connect_until_usec)
{
        assert(v);
        assert(v->phase == PHASE_RESOLVE);

        v->params.observed->attempted = true;
        v->connect_until_usec = connect_until_usec;
        visit_enter(v, PHASE_CONNECT);
}

void visit_admit(Visit *v)
{
        assert(v->waiting);

        visit_begin_handshake(v);
}

void visit_expire(Visit *v)
{
        if (v->over || v->phase == PHASE_RESOLVE)
                return;

        visit_phases[v->phase].late(v);
        visit_finish(v); /* where it took leave, the time for that is over as well */
}

bool visit_is_over(const Visit *v)
{
        return v->over;
}

bool visit_is_waiting(const Visit *v)
{
        return v->waiting;
}

bool visit_is_connecting(const Visit *v)
{
        return !v->over && v->phase == PHASE_CONNECT;
}
