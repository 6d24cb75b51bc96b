/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_ITINERARY_H
#define MQTLSD_ITINERARY_H

/*
 * From a conname list to the addresses to visit: RESOLVE. All names are asked for at once, the stops
 * stand in the order of the list, and each address is in it once.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/util.h"
#include "daemon/clock.h"
#include "daemon/resolver.h"
#include "model/config.h"
#include "tls/observation.h"

enum {
        ITINERARY_STOPS_MAX = 128, /* over all names */
};

typedef struct Itinerary Itinerary;

typedef struct ItineraryStop {
        struct sockaddr_storage address; /* with the port */
        const char *sni;                 /* NULL: none; borrowed from the configuration */
        size_t observed;                 /* index into the observation's addresses */
} ItineraryStop;

/* Called from the loop whenever a name is settled. */
typedef void (*ItineraryHandler)(void *userdata);

/* Begins to resolve; everything given is borrowed. Returns 0 or -errno. */
int itinerary_new(Resolver *resolver, const Clock *clock, const EndpointConfig *endpoint,
        ItineraryHandler settled, void *userdata, Itinerary **ret);
Itinerary *itinerary_free(Itinerary *i);
DEFINE_CLEANUP(Itinerary, itinerary_free, itinerary_cleanup)

/* Are all names answered, or given up? */
bool itinerary_is_settled(const Itinerary *i);

/* Half of the time has gone: last good addresses will do, and once one name has addresses the others
 * are given up. */
void itinerary_hurry(Itinerary *i);

/* The deadline: gives up whatever is not settled. */
void itinerary_give_up(Itinerary *i);

/*
 * Once it is settled: draws up the stops, with a place for each in the observation, and writes down
 * there what did not resolve. Returns 0 or -ENOMEM.
 */
int itinerary_plan(Itinerary *i, Observation *o);

const ItineraryStop *itinerary_stops(const Itinerary *i, size_t *ret_n);

#endif
