/* SPDX-License-Identifier: MIT */
#include "daemon/itinerary.h"

#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"

/* One entry of the conname list. */
typedef struct Lookup {
        Itinerary *itinerary;
        const Conname *entry;
        ResolverQuery *query; /* NULL once it is settled */
        uint64_t usec;        /* how long it took */
        bool gave_up;         /* it took too long */
        int error;            /* EAI_ code */
        bool stale;
        struct sockaddr_storage *addresses;
        size_t n_addresses;
} Lookup;

struct Itinerary {
        Resolver *resolver;
        const Clock *clock;
        const EndpointConfig *endpoint;
        ItineraryHandler settled;
        void *userdata;
        uint64_t started_usec;
        Lookup *lookups;
        size_t n_lookups, n_unsettled;
        ItineraryStop *stops;
        size_t n_stops;
};

/* ---- names ---- */

static void lookup_settle(Lookup *l)
{
        Itinerary *i = l->itinerary;

        l->query = NULL;
        l->usec = clock_monotonic_usec(i->clock) - i->started_usec;
        i->n_unsettled--;
        i->settled(i->userdata);
}

static void on_answer(const ResolverAnswer *answer, void *userdata)
{
        Lookup *l = userdata;

        l->error = answer->error;
        l->stale = answer->stale;
        l->gave_up = l->gave_up && answer->error != 0;
        if (answer->n_addresses > 0) {
                l->addresses = calloc(answer->n_addresses, sizeof(*l->addresses));
                if (l->addresses) {
                        memcpy(l->addresses, answer->addresses,
                                answer->n_addresses * sizeof(*l->addresses));
                        l->n_addresses = answer->n_addresses;
                } else {
                        l->error = EAI_MEMORY;
                }
        }
        lookup_settle(l);
}

static void lookup_give_up(Lookup *l)
{
        if (!l->query)
                return;
        l->gave_up = true;
        resolver_query_cancel(l->query);
        lookup_settle(l);
}

static int itinerary_ask(Itinerary *i)
{
        const ConnameList *list = &i->endpoint->connames;

        i->lookups = calloc(MAX_OF(list->n_entries, (size_t) 1), sizeof(*i->lookups));
        if (!i->lookups)
                return -ENOMEM;

        for (size_t k = 0; k < list->n_entries; k++) {
                Lookup *l = &i->lookups[k];
                int r = 0;

                *l = (Lookup){.itinerary = i, .entry = &list->entries[k]};
                r = resolver_query(i->resolver, l->entry->host, on_answer, l, &l->query);
                if (r < 0)
                        return r;
                i->n_lookups++;
                i->n_unsettled++;
        }
        return 0;
}

int itinerary_new(Resolver *resolver, const Clock *clock, const EndpointConfig *endpoint,
        ItineraryHandler settled, void *userdata, Itinerary **ret)
{
        CLEANUP(itinerary_cleanup) Itinerary *i = NULL;
        int r = 0;

        assert(resolver);
        assert(clock);
        assert(endpoint);
        assert(settled);
        assert(ret);

        i = calloc(1, sizeof(*i));
        if (!i)
                return -ENOMEM;

        i->resolver = resolver;
        i->clock = clock;
        i->endpoint = endpoint;
        i->settled = settled;
        i->userdata = userdata;
        i->started_usec = clock_monotonic_usec(clock);
        r = itinerary_ask(i);
        if (r < 0)
                return r;

        *ret = STEAL(i);
        return 0;
}

Itinerary *itinerary_free(Itinerary *i)
{
        if (!i)
                return NULL;

        for (size_t k = 0; k < i->n_lookups; k++) {
                resolver_query_cancel(i->lookups[k].query);
                free(i->lookups[k].addresses);
        }
        free(i->lookups);
        free(i->stops);
        free(i);
        return NULL;
}

bool itinerary_is_settled(const Itinerary *i)
{
        return i->n_unsettled == 0;
}

void itinerary_hurry(Itinerary *i)
{
        bool some = false;

        for (size_t k = 0; k < i->n_lookups; k++) {
                Lookup *l = &i->lookups[k];

                if (l->query && resolver_query_hurry(l->query))
                        l->gave_up = true; /* unless a good answer comes after all */
                some = some || l->gave_up || l->n_addresses > 0;
        }
        if (!some)
                return; /* there is nothing else to spend the time on */
        for (size_t k = 0; k < i->n_lookups; k++) {
                if (!i->lookups[k].gave_up)
                        lookup_give_up(&i->lookups[k]);
        }
}

void itinerary_give_up(Itinerary *i)
{
        for (size_t k = 0; k < i->n_lookups; k++)
                lookup_give_up(&i->lookups[k]);
}

/* ---- the plan ---- */

static ProbeEnd lookup_end(const Lookup *l)
{
        if (l->gave_up)
                return END_TIMEOUT;
        switch (l->error) {
        case 0:
                return END_COMPLETED;
        case EAI_NONAME:
        case EAI_NODATA:
        case EAI_ADDRFAMILY:
                return END_NOT_FOUND;
        case EAI_MEMORY:
                return END_RESOURCE;
        default:
                return END_FAILED;
        }
}

static bool same_sni(const char *a, const char *b)
{
        return a == b || (a && b && strcasecmp(a, b) == 0);
}

/* Two names of one listener are one stop, unless they ask for different certificates. */
static bool plan_has(const Itinerary *i, const struct sockaddr_storage *address, const char *sni)
{
        for (size_t k = 0; k < i->n_stops; k++) {
                if (memcmp(&i->stops[k].address, address, sizeof(*address)) == 0 &&
                        same_sni(i->stops[k].sni, sni))
                        return true;
        }
        return false;
}

static void set_port(struct sockaddr_storage *a, uint16_t port)
{
        if (a->ss_family == AF_INET6)
                ((struct sockaddr_in6 *) a)->sin6_port = htons(port);
        else
                ((struct sockaddr_in *) a)->sin_port = htons(port);
}

/* A place in the observation, with what resolving showed. `address` NULL: there is none. */
static int plan_observe(const Lookup *l, const struct sockaddr_storage *address, Observation *o)
{
        CLEANUP_BUF Buf conname = BUF_INIT;
        char ip[NI_MAXHOST] = "";
        AddressObservation *a = NULL;
        int r = 0;

        conname_append(l->entry, &conname);
        if (buf_error(&conname) < 0)
                return -ENOMEM;
        /* With numbers only, want of memory is the one way to fail. */
        if (address && getnameinfo((const struct sockaddr *) address, sizeof(*address), ip,
                               sizeof(ip), NULL, 0, NI_NUMERICHOST) != 0)
                return -ENOMEM;

        r = observation_add_address(o, buf_str(&conname), address ? ip : NULL, &a);
        if (r < 0)
                return r;
        a->phase = PHASE_RESOLVE;
        a->phase_reached[PHASE_RESOLVE] = true;
        a->phase_usec[PHASE_RESOLVE] = l->usec;
        if (!address) {
                a->attempted = true;
                a->end = lookup_end(l);
                a->error = l->error;
        }
        return 0;
}

static int plan_lookup(Itinerary *i, const Lookup *l, Observation *o)
{
        const char *sni = endpoint_config_sni(i->endpoint, l->entry);

        if (l->n_addresses == 0)
                return plan_observe(l, NULL, o);

        for (size_t k = 0; k < l->n_addresses && i->n_stops < ITINERARY_STOPS_MAX; k++) {
                struct sockaddr_storage address = l->addresses[k];
                int r = 0;

                set_port(&address, l->entry->port);
                if (plan_has(i, &address, sni))
                        continue;
                r = util_grow(&i->stops, i->n_stops, sizeof(*i->stops));
                if (r < 0)
                        return r;
                r = plan_observe(l, &address, o);
                if (r < 0)
                        return r;
                i->stops[i->n_stops++] = (ItineraryStop){
                        .address = address, .sni = sni, .observed = o->n_addresses - 1};
        }
        return 0;
}

int itinerary_plan(Itinerary *i, Observation *o)
{
        assert(itinerary_is_settled(i));
        assert(i->n_stops == 0);

        o->resolve_end = END_COMPLETED;
        for (size_t k = 0; k < i->n_lookups; k++) {
                const Lookup *l = &i->lookups[k];
                int r = plan_lookup(i, l, o);

                if (r < 0)
                        return r;
                o->addresses_stale = o->addresses_stale || l->stale;
                if (o->resolve_end == END_COMPLETED && lookup_end(l) != END_COMPLETED) {
                        o->resolve_end = lookup_end(l);
                        o->resolve_error = l->error;
                }
        }
        return 0;
}

const ItineraryStop *itinerary_stops(const Itinerary *i, size_t *ret_n)
{
        *ret_n = i->n_stops;
        return i->stops;
}
