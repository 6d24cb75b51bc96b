/* SPDX-License-Identifier: MIT */
#include "daemon/scheduler_internal.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

/*
 * An endpoint that is not being probed is in exactly one place: in the heap, by the moment it is due,
 * or in its listener's line. Everything that might let another one begin (an end, a place given back,
 * the timer) only wakes scheduler_run(), so nothing here is entered twice.
 */

/* At a start: endpoints are spread over this much time each, up to a minute in all. */
#define SPREAD_EACH_USEC UINT64_C(50000)
#define SPREAD_MAX_USEC UINT64_C(60000000)

static const double duration_bounds[] = {
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};

/* One new slot for each endpoint of `config` that does not go on as it was, NULL for the others. */
typedef struct Preparation {
        Slot **slots;
        size_t n;
} Preparation;

static void preparation_done(Preparation *p)
{
        for (size_t i = 0; p->slots && i < p->n; i++)
                slot_free(p->slots[i]);
        free(p->slots);
}

static bool goes_on(const Endpoint *e, const EndpointConfig *config)
{
        return e && e->scheduler_slot && endpoint_config_equal(e->config, config);
}

/* Everything that can fail, before anything changes. Returns 0 or -ENOMEM. */
static int scheduler_prepare(Scheduler *s, const Config *config, Preparation *ret)
{
        CLEANUP(preparation_done) Preparation p = {.n = config->n_endpoints};

        /* Those that will go have their place in the heap until they do. */
        if (due_heap_reserve(&s->heap, inventory_count(s->inventory) + p.n) < 0)
                return -ENOMEM;
        p.slots = calloc(MAX_OF(p.n, (size_t) 1), sizeof(Slot *));
        if (!p.slots)
                return -ENOMEM;
        for (size_t i = 0; i < p.n; i++) {
                const EndpointConfig *c = &config->endpoints[i];

                if (goes_on(inventory_find(s->inventory, c->name), c))
                        continue;
                p.slots[i] = slot_new(s, c);
                if (!p.slots[i])
                        return -ENOMEM;
        }
        *ret = p;
        p.slots = NULL;
        return 0;
}

/* The inventory follows the configuration already: the slots follow the inventory. */
static void scheduler_adopt(Scheduler *s, Preparation *p)
{
        uint64_t spread_usec = 0;
        size_t n_new = 0;

        for (size_t i = 0; i < p->n; i++)
                n_new += p->slots[i] ? 1 : 0;
        spread_usec = MIN_OF(n_new * SPREAD_EACH_USEC, SPREAD_MAX_USEC);

        for (size_t i = 0; i < p->n; i++) {
                Endpoint *e = inventory_at(s->inventory, i);
                Slot *old = e->scheduler_slot;

                if (!p->slots[i]) {
                        assert(old);
                        old->endpoint = e;
                        continue;
                }
                if (old && !old->looked_at)
                        s->n_unseen--;
                slot_free(old);
                slot_attach(STEAL(p->slots[i]), e, spread_usec);
        }
        s->is_ready = s->is_ready || s->n_unseen == 0;
        scheduler_wake(s);
}

static int on_wake(sd_event_source *source UNUSED, void *userdata)
{
        scheduler_run(userdata);
        return 0;
}

static int scheduler_init_sources(Scheduler *s)
{
        const ProbingConfig *limits = scheduler_limits(s);
        int r = poller_new(s->event, &s->poller);

        if (r < 0)
                return r;
        r = resolver_new(s->event, s->clock, limits->resolver_threads, limits->resolver_cache_usec,
                &s->resolver);
        if (r < 0)
                return r;
        r = loop_timer_init(&s->timer, s->event, s->clock, "schedule", scheduler_run, s);
        if (r < 0)
                return r;
        r = sd_event_add_defer(s->event, &s->wake_source, on_wake, s);
        if (r < 0)
                return r;
        (void) sd_event_source_set_description(s->wake_source, "schedule-wake");

        s->environment = (ProbeEnvironment){
                .event = s->event,
                .clock = s->clock,
                .poller = s->poller,
                .resolver = s->resolver,
                .handshake_admit = scheduler_admit,
                .handshake_release = scheduler_release,
                .userdata = s,
        };
        return 0;
}

int scheduler_new(sd_event *event, const Clock *clock, Inventory *inventory,
        const SchedulerOptions *options, SchedulerHandler handler, void *userdata, Scheduler **ret)
{
        CLEANUP(scheduler_cleanup) Scheduler *s = NULL;
        CLEANUP(preparation_done) Preparation prepared = {0};
        int r = 0;

        assert(event);
        assert(clock);
        assert(inventory);
        assert(ret);

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        TAILQ_INIT(&s->running);
        TAILQ_INIT(&s->admission);
        s->event = sd_event_ref(event);
        s->clock = clock;
        s->inventory = inventory;
        s->options = options ? *options : (SchedulerOptions){0};
        s->handler = handler;
        s->userdata = userdata;
        histogram_init(&s->duration, duration_bounds, ARRAY_LEN(duration_bounds));

        r = scheduler_init_sources(s);
        if (r < 0)
                return r;
        r = scheduler_prepare(s, inventory_config(inventory), &prepared);
        if (r < 0)
                return r;
        scheduler_adopt(s, &prepared);
        if (s->options.once && s->n_unseen == 0)
                (void) sd_event_exit(event, 0);

        *ret = STEAL(s);
        return 0;
}

static void on_removed(Endpoint *e, void *userdata)
{
        Scheduler *s = userdata;
        Slot *slot = e->scheduler_slot;

        if (slot && !slot->looked_at)
                s->n_unseen--;
        e->scheduler_slot = slot_free(slot);
        e->probing = false;
}

Scheduler *scheduler_free(Scheduler *s)
{
        if (!s)
                return NULL;

        for (size_t i = 0; i < inventory_count(s->inventory); i++)
                on_removed(inventory_at(s->inventory, i), s);
        due_heap_done(&s->heap);
        loop_timer_done(&s->timer);
        s->wake_source = sd_event_source_disable_unref(s->wake_source);
        resolver_free(s->resolver);
        poller_free(s->poller);
        sd_event_unref(s->event);
        free(s);
        return NULL;
}

int scheduler_reload(Scheduler *s, Config *config)
{
        CLEANUP(preparation_done) Preparation prepared = {0};
        int r = 0;

        assert(s);
        assert(config);

        r = scheduler_prepare(s, config, &prepared);
        if (r < 0)
                return r;
        r = inventory_sync(s->inventory, config, on_removed, s);
        if (r < 0)
                return r;
        scheduler_adopt(s, &prepared);
        resolver_configure(
                s->resolver, config->probing.resolver_threads, config->probing.resolver_cache_usec);

        /* The old configuration's stores and profiles are large, and gone: give the memory back. */
        (void) malloc_trim(0);
        return 0;
}

void scheduler_probe_now(Scheduler *s, Endpoint *e)
{
        Slot *slot = e->scheduler_slot;

        assert(slot);

        /* Who runs, or stands in line, is as early as can be. */
        if (slot->probe)
                return;
        e->due_usec = scheduler_now(s); /* before a question, if it stands in line for one */
        if (slot->waiter.is_waiting)
                return;
        if (slot->question)
                return; /* the answer will let it go on */
        slot_put(slot, e->due_usec);
        scheduler_wake(s);
}

unsigned scheduler_in_flight(const Scheduler *s)
{
        return s->n_running;
}

double scheduler_lag_seconds(const Scheduler *s)
{
        return s->lag_seconds;
}

bool scheduler_is_ready(const Scheduler *s)
{
        return s->is_ready;
}

const Histogram *scheduler_probe_duration(const Scheduler *s)
{
        return &s->duration;
}

uint64_t scheduler_n_sessions_resumed(const Scheduler *s)
{
        return s->n_sessions_resumed;
}

uint64_t scheduler_n_resolver_failures(const Scheduler *s)
{
        return resolver_n_failures(s->resolver);
}
