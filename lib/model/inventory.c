/* SPDX-License-Identifier: MIT */
#include "model/inventory.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/timefmt.h"

#include "model/inventory_internal.h"

static void endpoint_forget(Endpoint *e)
{
        (void) observation_free(e->observation);
        (void) assessment_free(e->assessment);
        e->survey = survey_facts_free(e->survey);
        e->observation = NULL;
        e->assessment = NULL;
}

static Endpoint *endpoint_free(Endpoint *e)
{
        if (!e)
                return NULL;

        endpoint_forget(e);
        (void) drift_memory_free(e->drift);
        free(e);
        return NULL;
}

static int compare_endpoints(const void *a, const void *b)
{
        Endpoint *const *x = a, *const *y = b;

        return strcmp((*x)->config->name, (*y)->config->name);
}

static int compare_name(const void *name, const void *element)
{
        Endpoint *const *e = element;

        return strcmp(name, (*e)->config->name);
}

static void sort_by_name(Inventory *i)
{
        if (i->n_endpoints == 0)
                return;

        memcpy(i->by_name, i->endpoints, i->n_endpoints * sizeof(*i->by_name));
        qsort(i->by_name, i->n_endpoints, sizeof(*i->by_name), compare_endpoints);
}

int inventory_new(Config *config, Inventory **ret)
{
        CLEANUP(inventory_cleanup) Inventory *i = NULL;
        int r;

        assert(config);
        assert(ret);

        i = calloc(1, sizeof(*i));
        if (!i)
                return -ENOMEM;

        r = ledger_new(&i->ledger);
        if (r < 0)
                return r;
        r = inventory_sync(i, config, NULL, NULL);
        if (r < 0)
                return r;

        *ret = STEAL(i);
        return 0;
}

Inventory *inventory_free(Inventory *i)
{
        if (!i)
                return NULL;

        for (size_t k = 0; k < i->n_endpoints; k++)
                (void) endpoint_free(i->endpoints[k]);
        free(i->endpoints);
        free(i->by_name);
        inventory_repositories_done(i);
        (void) ledger_free(i->ledger);
        (void) config_unref(i->config);
        free(i);
        return NULL;
}

/* What a synchronisation is about to put in place. */
typedef struct Plan {
        Endpoint **endpoints; /* old ones where the name is known, else new */
        Endpoint **by_name;
        bool *is_new;
        size_t n;
        Repository *repositories; /* without anything in them */
} Plan;

static void plan_done(Plan *p)
{
        for (size_t k = 0; p->endpoints && p->is_new && k < p->n; k++)
                if (p->is_new[k])
                        (void) endpoint_free(p->endpoints[k]);
        free(p->endpoints);
        free(p->by_name);
        free(p->is_new);
        free(p->repositories);
}

/* Changes nothing but the plan. */
static int plan_make(const Inventory *i, const Config *config, Plan *p)
{
        size_t room = MAX_OF(config->n_endpoints, (size_t) 1);

        p->endpoints = calloc(room, sizeof(Endpoint *));
        p->by_name = calloc(room, sizeof(Endpoint *));
        p->is_new = calloc(room, sizeof(*p->is_new));
        if (!p->endpoints || !p->by_name || !p->is_new ||
                inventory_repositories_plan(config, &p->repositories) < 0)
                return -ENOMEM;

        p->n = config->n_endpoints;
        for (size_t k = 0; k < p->n; k++) {
                p->endpoints[k] = inventory_find(i, config->endpoints[k].name);
                if (p->endpoints[k])
                        continue;

                p->is_new[k] = true;
                p->endpoints[k] = calloc(1, sizeof(Endpoint));
                if (!p->endpoints[k])
                        return -ENOMEM;
        }
        return 0;
}

/* What was seen of the old configuration says nothing about the new one; what was counted stays, and
 * the memory of drift knows itself what of it depends on the configuration. */
static void endpoint_restart(Endpoint *e)
{
        endpoint_forget(e);
        e->n_failures_in_a_row = 0;
        e->dates = (AssessedDates){0};
        e->dates_at = 0;
        e->mq = (MqOutcome){0};
        e->mq_context = (MqContext){0};
        e->mq_at = 0;
        e->mq_early_at = 0;
        e->mq_unknown = false;
        e->due_usec = 0;
        e->next_run_at = 0;
}

/* Lets those go that the new configuration does not have. An old endpoint that stays points into the
 * new configuration already. */
static void remove_others(Inventory *i, const Config *config,
        void (*removed)(Endpoint *e, void *userdata), void *userdata)
{
        for (size_t k = 0; k < i->n_endpoints; k++) {
                Endpoint *e = i->endpoints[k];
                bool stays = config->n_endpoints > 0 && e->config >= config->endpoints &&
                             e->config < config->endpoints + config->n_endpoints;

                if (stays)
                        continue;
                if (removed)
                        removed(e, userdata);
                (void) endpoint_free(e);
        }
}

int inventory_sync(Inventory *i, Config *config,
        void (*removed)(Endpoint *e, void *userdata), void *userdata)
{
        CLEANUP(plan_done) Plan p = {0};
        int r;

        assert(i);
        assert(config);

        if (config == i->config)
                return 0;

        r = plan_make(i, config, &p);
        if (r < 0)
                return r;

        for (size_t k = 0; k < p.n; k++) {
                const EndpointConfig *now = &config->endpoints[k];
                Endpoint *e = p.endpoints[k];

                if (!p.is_new[k] && !endpoint_config_sees_equal(e->config, now))
                        endpoint_restart(e);
                e->config = now;
                e->n_reloads++;
        }

        remove_others(i, config, removed, userdata);

        free(i->endpoints);
        free(i->by_name);
        i->endpoints = STEAL(p.endpoints);
        i->by_name = STEAL(p.by_name);
        i->n_endpoints = p.n;
        sort_by_name(i);
        inventory_forget_twins(i);
        inventory_repositories_sync(i, config, STEAL(p.repositories));

        /* The old one goes last: names of endpoints lived in it. */
        (void) config_unref(i->config);
        i->config = config_ref(config);
        return 0;
}

Config *inventory_config(const Inventory *i)
{
        assert(i);

        return i->config;
}

size_t inventory_count(const Inventory *i)
{
        assert(i);

        return i->n_endpoints;
}

Endpoint *inventory_at(const Inventory *i, size_t index)
{
        assert(i);
        assert(index < i->n_endpoints);

        return i->endpoints[index];
}

Endpoint *inventory_find(const Inventory *i, const char *name)
{
        Endpoint **found = NULL;

        assert(i);
        assert(name);

        if (i->n_endpoints == 0)
                return NULL;

        found = bsearch(name, i->by_name, i->n_endpoints, sizeof(*i->by_name), compare_name);
        return found ? *found : NULL;
}

AddressObservation *observation_find_address(Observation *o, const char *address)
{
        for (size_t k = 0; o && k < o->n_addresses; k++)
                if (strcmp(o->addresses[k].address, address) == 0)
                        return &o->addresses[k];
        return NULL;
}

/* Moves the chains that only `from` has into `to`. */
static void keep_chains(Observation *from, Observation *to)
{
        for (size_t k = 0; from && k < to->n_addresses; k++) {
                AddressObservation *now = &to->addresses[k], *before = NULL;

                if (now->chain)
                        continue;

                before = observation_find_address(from, now->address);
                if (!before || !before->chain)
                        continue;

                now->chain = STEAL(before->chain);
                now->chain_kept_at =
                        before->chain_kept_at != 0 ? before->chain_kept_at : from->finished_at;
        }
}

/* Undoes keep_chains(). */
static void return_chains(Observation *from, Observation *to)
{
        for (size_t k = 0; from && k < to->n_addresses; k++) {
                AddressObservation *now = &to->addresses[k], *before = NULL;

                if (!now->chain || now->chain_kept_at == 0)
                        continue;

                before = observation_find_address(from, now->address);
                if (before && !before->chain)
                        before->chain = STEAL(now->chain);
                now->chain_kept_at = 0;
        }
}

static bool has_fresh_chain(const Observation *o)
{
        for (size_t k = 0; k < o->n_addresses; k++)
                if (o->addresses[k].chain && o->addresses[k].chain_kept_at == 0)
                        return true;
        return false;
}

/* The last good dates survive probes that see no certificate. */
static void take_dates(Endpoint *e, bool is_fresh, int64_t seen_at)
{
        const AssessedDates *d = &e->assessment->dates;

        if (is_fresh) {
                e->dates = *d;
                e->dates_at = seen_at;
        } else if (d->has_leaf || d->has_presented || d->has_verified) {
                e->dates = *d;
        }
}

static void count_probe(Endpoint *e)
{
        const Assessment *a = e->assessment;
        int64_t at = e->observation->finished_at;

        e->n_probes++;
        e->is_restored = false;
        e->has_last_run = true;
        e->last_run_at = at;

        if (a->success) {
                e->has_last_success = true;
                e->last_success_at = at;
                e->n_failures_in_a_row = 0;
                return;
        }

        e->n_failures[assessment_primary(a)]++;
        e->n_failures_in_a_row++;
}

int inventory_record(Inventory *i, Endpoint *e, Observation *o, int64_t now_at)
{
        Assessment *a = NULL;
        int r;

        assert(i);
        assert(e);
        assert(o);

        keep_chains(e->observation, o);
        endpoint_keep_mq(e, o);
        r = endpoint_assess(i, e, o, now_at, &a);
        if (r < 0) {
                return_chains(e->observation, o);
                endpoint_return_mq(e, o);
                return r;
        }

        endpoint_take_mq(e, o);
        endpoint_forget(e);
        e->observation = o;
        e->assessment = a;

        take_dates(e, has_fresh_chain(o), o->finished_at);
        count_probe(e);
        return 0;
}

int inventory_reassess(Inventory *i, int64_t now_at)
{
        int r;

        assert(i);

        r = inventory_repositories_judge(i, now_at);
        if (r >= 0)
                r = inventory_find_twins(i);
        if (r < 0)
                return r;

        for (size_t k = 0; k < i->n_endpoints; k++) {
                Endpoint *e = i->endpoints[k];
                Assessment *a = NULL;

                endpoint_end_window(e, now_at);
                if (!e->observation) {
                        endpoint_hold_dates(e);
                        continue;
                }

                r = endpoint_assess(i, e, e->observation, now_at, &a);
                if (r < 0)
                        return r;

                (void) assessment_free(e->assessment);
                e->assessment = a;
                take_dates(e, false, 0);
        }
        return 0;
}

void inventory_counts(const Inventory *i, InventoryCounts *ret)
{
        assert(i);
        assert(ret);

        *ret = (InventoryCounts){0};
        for (size_t k = 0; k < i->n_endpoints; k++)
                ret->by_severity[endpoint_severity(i->endpoints[k])]++;
}

bool endpoint_survey_due(const Endpoint *e, int64_t now_at)
{
        assert(e);

        if (e->config->survey_usec == 0)
                return false;
        if (!e->survey || now_at < e->survey->finished_at)
                return true;
        return (uint64_t) (now_at - e->survey->finished_at) >= e->config->survey_usec / USEC_PER_SEC;
}

void endpoint_set_survey(Endpoint *e, SurveyFacts *survey)
{
        assert(e);
        assert(survey);

        (void) survey_facts_free(e->survey);
        e->survey = survey;
}

Severity endpoint_severity(const Endpoint *e)
{
        assert(e);

        return e->assessment ? e->assessment->severity : SEVERITY_UNKNOWN;
}
