/* SPDX-License-Identifier: MIT */
#include "daemon/probe.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "daemon/itinerary.h"
#include "daemon/loop_timer.h"
#include "daemon/visit.h"

/*
 * Whatever happens (a name answered, a visit over) only wakes the deferred source, and on_step()
 * decides what comes next. So nothing recurses, and no result leaves from within probe_start().
 */

struct Probe {
        const ProbeEnvironment *environment;
        Config *config;
        const EndpointConfig *endpoint;
        ProbeHandler handler;
        void *userdata;

        Observation *observation;
        uint64_t started_usec, deadline_usec;
        LoopTimer timer; /* first for the patience with the resolver, then for the deadline */
        bool is_late;    /* that patience is over */
        sd_event_source *step_source;

        bool ask_mq;
        Itinerary *itinerary;
        bool planned;
        Visit **visits; /* parallel to the stops; NULL: not begun */
        size_t n_begun, n_stops;
        Visit *anonymous; /* the look without the identity; NULL: not begun */
        bool over;
};

static uint64_t probe_now(const Probe *p)
{
        return clock_monotonic_usec(p->environment->clock);
}

/* Something has happened. */
static void on_news(void *userdata)
{
        Probe *p = userdata;

        if (!p->over)
                (void) sd_event_source_set_enabled(p->step_source, SD_EVENT_ONESHOT);
}

/* ---- the visits ---- */

/* From here on the observation's addresses stay where they are in memory. Returns 0 or -ENOMEM. */
static int probe_plan(Probe *p)
{
        int r = itinerary_plan(p->itinerary, p->observation);

        if (r < 0)
                return r;
        (void) itinerary_stops(p->itinerary, &p->n_stops);
        p->visits = calloc(MAX_OF(p->n_stops, (size_t) 1), sizeof(Visit *));
        if (!p->visits)
                return -ENOMEM;
        p->planned = true;
        return 0;
}

static const ItineraryStop *probe_stop(const Probe *p, size_t i)
{
        size_t n = 0;

        return &itinerary_stops(p->itinerary, &n)[i];
}

static AddressObservation *probe_observed(const Probe *p, size_t i)
{
        return &p->observation->addresses[probe_stop(p, i)->observed];
}

/* Visits a stop and writes what is seen into `observed`. */
static void probe_visit(Probe *p, const ItineraryStop *stop, TlsProfile *profile,
        AddressObservation *observed, uint64_t connect_until_usec, Visit **ret)
{
        const VisitParams params = {
                .environment = p->environment,
                .probe = p,
                .endpoint = p->endpoint,
                .profile = profile,
                .ask_mq = p->ask_mq,
                .sni = stop->sni,
                .address = &stop->address,
                .observed = observed,
                .deadline_usec = p->deadline_usec,
                .ended = on_news,
                .userdata = p,
        };
        int r = visit_new(&params, ret);

        if (r < 0) {
                observed->attempted = true;
                observed->end = END_RESOURCE;
                observed->error = -r;
                on_news(p);
                return;
        }
        visit_begin(*ret, connect_until_usec);
}

static void probe_visit_next(Probe *p, uint64_t connect_until_usec)
{
        size_t i = p->n_begun++;

        probe_visit(p, probe_stop(p, i), p->endpoint->profile, probe_observed(p, i),
                connect_until_usec, &p->visits[i]);
}

/* Does the listener really refuse who has no certificate? Asked at the first address where the queue
 * manager has just answered. Returns false when it is not to be asked, or has been. */
static bool probe_go_anonymous(Probe *p)
{
        AddressObservation *observed = NULL;

        if (!p->ask_mq || !p->endpoint->anonymous_profile || p->anonymous ||
                p->observation->anonymous || probe_now(p) >= p->deadline_usec)
                return false;

        for (size_t i = 0; i < p->n_begun; i++) {
                const AddressObservation *a = probe_observed(p, i);

                if (a->end != END_COMPLETED || !a->mq_tried)
                        continue;
                if (observation_add_anonymous(p->observation, a->conname, a->ip, &observed) < 0)
                        return false;
                probe_visit(p, probe_stop(p, i), p->endpoint->anonymous_profile, observed,
                        p->deadline_usec, &p->anonymous);
                return true;
        }
        return false;
}

/*
 * Is this address's end the endpoint's answer? As for a partner with a conname list: what does not
 * connect is passed over, what connects is what one has to live with.
 */
static bool probe_is_answered_by(const Probe *p, size_t i)
{
        const AddressObservation *a = probe_observed(p, i);

        return a->phase != PHASE_CONNECT || a->end == END_RESOURCE;
}

static bool probe_is_visiting(const Probe *p)
{
        for (size_t i = 0; i < p->n_begun; i++) {
                if (p->visits[i] && !visit_is_over(p->visits[i]))
                        return true;
        }
        return p->anonymous && !visit_is_over(p->anonymous);
}

/* Begins the next visit or visits. Returns false when there is nothing more to do. */
static bool probe_go_on(Probe *p)
{
        size_t n_left = p->n_stops - p->n_begun;
        uint64_t now_usec = probe_now(p);

        if (n_left == 0 || now_usec >= p->deadline_usec)
                return false;

        if (p->endpoint->all_addresses) {
                while (p->n_begun < p->n_stops)
                        probe_visit_next(p, p->deadline_usec);
                return true;
        }
        if (p->n_begun > 0 && probe_is_answered_by(p, p->n_begun - 1))
                return false;

        /* Each gets its share of what is left, so that one that swallows packets leaves the others
         * their chance. */
        probe_visit_next(p, now_usec + (p->deadline_usec - now_usec) / n_left);
        return true;
}

/* ---- the life of it ---- */

/* The last thing that is done: the handler may free the probe. */
static void probe_deliver(Probe *p)
{
        Observation *o = STEAL(p->observation);

        p->over = true;
        loop_timer_stop(&p->timer);
        (void) sd_event_source_set_enabled(p->step_source, SD_EVENT_OFF);
        if (o) {
                o->finished_at = clock_wall_at(p->environment->clock);
                o->duration_usec = probe_now(p) - p->started_usec;
        }
        p->handler(p, o, p->userdata);
}

static void probe_fail(Probe *p)
{
        p->observation = observation_free(p->observation);
        probe_deliver(p);
}

static int on_step(sd_event_source *source UNUSED, void *userdata)
{
        Probe *p = userdata;

        if (p->over)
                return 0;
        if (!itinerary_is_settled(p->itinerary)) {
                if (p->is_late)
                        itinerary_hurry(p->itinerary);
                return 0;
        }
        if (!p->planned && probe_plan(p) < 0) {
                probe_fail(p);
                return 0;
        }
        if (!probe_is_visiting(p) && !probe_go_on(p) && !probe_go_anonymous(p))
                probe_deliver(p);
        return 0;
}

static void probe_expire(Probe *p)
{
        itinerary_give_up(p->itinerary);
        if (!p->planned && probe_plan(p) < 0) {
                probe_fail(p);
                return;
        }
        for (size_t i = 0; i < p->n_begun; i++) {
                if (p->visits[i])
                        visit_expire(p->visits[i]);
        }
        if (p->anonymous)
                visit_expire(p->anonymous);
        probe_deliver(p);
}

static void on_timer(void *userdata)
{
        Probe *p = userdata;

        if (probe_now(p) >= p->deadline_usec || loop_timer_set(&p->timer, p->deadline_usec) < 0) {
                probe_expire(p);
                return;
        }
        p->is_late = true;
        itinerary_hurry(p->itinerary);
}

static int probe_prepare(Probe *p)
{
        const ProbeEnvironment *e = p->environment;
        uint64_t timeout_usec = p->endpoint->timeout_usec;
        int r = observation_new(&p->observation);

        if (r < 0)
                return r;
        p->observation->started_at = clock_wall_at(e->clock);
        p->started_usec = probe_now(p);
        p->deadline_usec = p->started_usec + timeout_usec;

        r = sd_event_add_defer(e->event, &p->step_source, on_step, p);
        if (r < 0)
                return r;
        (void) sd_event_source_set_description(p->step_source, "probe-step");

        r = loop_timer_init(&p->timer, e->event, e->clock, "probe-deadline", on_timer, p);
        if (r < 0)
                return r;
        r = loop_timer_set(&p->timer, p->started_usec + timeout_usec / 2);
        if (r < 0)
                return r;
        return itinerary_new(e->resolver, e->clock, p->endpoint, on_news, p, &p->itinerary);
}

int probe_start(const ProbeEnvironment *environment, Config *config, const EndpointConfig *endpoint,
        bool ask_mq, ProbeHandler handler, void *userdata, Probe **ret)
{
        CLEANUP(probe_cleanup) Probe *p = NULL;
        int r = 0;

        assert(environment);
        assert(endpoint);
        assert(handler);
        assert(ret);

        p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;

        p->environment = environment;
        p->config = config_ref(config);
        p->endpoint = endpoint;
        p->ask_mq = ask_mq;
        p->handler = handler;
        p->userdata = userdata;
        r = probe_prepare(p);
        if (r < 0)
                return r;

        *ret = STEAL(p);
        return 0;
}

Probe *probe_free(Probe *p)
{
        if (!p)
                return NULL;

        p->over = true;
        for (size_t i = 0; i < p->n_begun; i++)
                visit_free(p->visits[i]);
        free(p->visits);
        visit_free(p->anonymous);
        itinerary_free(p->itinerary);
        p->step_source = sd_event_source_disable_unref(p->step_source);
        loop_timer_done(&p->timer);
        observation_free(p->observation);
        config_unref(p->config);
        free(p);
        return NULL;
}

void probe_admit(Probe *p)
{
        const ProbeEnvironment *e = p->environment;

        for (size_t i = 0; i < p->n_begun; i++) {
                if (p->visits[i] && visit_is_waiting(p->visits[i])) {
                        visit_admit(p->visits[i]);
                        return;
                }
        }
        if (p->anonymous && visit_is_waiting(p->anonymous)) {
                visit_admit(p->anonymous);
                return;
        }
        e->handshake_release(p, e->userdata);
}

bool probe_is_connecting(const Probe *p)
{
        if (p->over)
                return false;
        if (!p->planned)
                return true;
        for (size_t i = 0; i < p->n_begun; i++) {
                if (p->visits[i] && visit_is_connecting(p->visits[i]))
                        return true;
        }
        return p->anonymous && visit_is_connecting(p->anonymous);
}

void *probe_userdata(const Probe *p)
{
        return p->userdata;
}
