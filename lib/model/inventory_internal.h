/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_INVENTORY_INTERNAL_H
#define MQTLS_MODEL_INVENTORY_INTERNAL_H

/* What the files of the inventory share among themselves. */

#include "model/inventory.h"

struct Inventory {
        Config *config;
        Endpoint **endpoints; /* in configuration order */
        Endpoint **by_name;   /* the same, sorted */
        size_t n_endpoints;
        Ledger *ledger;
        Repository *repositories; /* parallel to the Config's keystores */
        size_t n_repositories;
};

/* ---- inventory_repositories.c ---- */

/* Room for the key repositories of a Config that is about to be put in place. 0 or -ENOMEM. */
int inventory_repositories_plan(const Config *config, Repository **ret);

/* Puts it in place, with what is still true of the old ones. */
void inventory_repositories_sync(Inventory *i, const Config *config, Repository *planned);
void inventory_repositories_done(Inventory *i);

/* Judges all of them. Returns 0 or -ENOMEM. */
int inventory_repositories_judge(Inventory *i, int64_t now_at);

/* ---- inventory_surroundings.c ---- */

/* What is known beside the observation, and what of it is not borrowed from the inventory. */
typedef struct EndpointSurroundings {
        Surroundings around;
        SurroundingKeystore *keystores; /* `around` points here */
} EndpointSurroundings;

/* For an endpoint whose observation is `o`, or is about to be. It borrows from the inventory. Returns
 * 0, or -ENOMEM with nothing to be done. */
int endpoint_surroundings_make(const Inventory *i, const Endpoint *e, const Observation *o,
        EndpointSurroundings *ret);
void endpoint_surroundings_done(EndpointSurroundings *s);

/* Judges `o` as the endpoint's, with what surrounds it. Returns 0 or -ENOMEM. */
int endpoint_assess(const Inventory *i, const Endpoint *e, const Observation *o, int64_t now_at,
        Assessment **ret);

/* ---- inventory_hygiene.c ---- */

/* Finds the twins of all endpoints in what they serve. Returns 0, or -ENOMEM with nothing changed. */
int inventory_find_twins(Inventory *i);

/* Nobody's twin is known any more. */
void inventory_forget_twins(Inventory *i);

/* Names the twins that `o`, the observation of `e` or about to be, still has. */
void endpoint_surround_with_twins(const Endpoint *e, const Observation *o, Surroundings *around);

/* ---- inventory.c ---- */

/* NULL if there is none; `o` may be NULL. */
AddressObservation *observation_find_address(Observation *o, const char *address);

/* ---- inventory_mq.c ---- */

/* Before a new observation is judged: notes what its MQ answers were given for, and hands it the kept
 * ones that it did not ask for again. */
void endpoint_keep_mq(Endpoint *e, Observation *o);

/* Undoes that, as far as the endpoint has lost something by it. */
void endpoint_return_mq(Endpoint *e, Observation *o);

/* Takes what a judged observation says into the endpoint, which still holds the one before. */
void endpoint_take_mq(Endpoint *e, const Observation *o);

/* ---- inventory_drift.c ---- */

/* Without an observation nothing is judged again: the configured thresholds are held against the dates
 * that are kept. */
void endpoint_hold_dates(Endpoint *e);

/* Forgets an announced window that has passed. */
void endpoint_end_window(Endpoint *e, int64_t now_at);

#endif
