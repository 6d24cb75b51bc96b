/* SPDX-License-Identifier: MIT */

/*
 * Endpoints held against each other. All of them are sorted once in inventory_reassess(), not at every
 * probe; a probe only asks whether the twin that was found then still is one. So a twin that was renewed
 * away is gone at once, and a new one is found within a minute.
 *
 * A twin may be known by what it served last, though it does not answer now; what an endpoint is judged
 * by was seen in this very probe, as everywhere in stage policy.
 */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "model/inventory_internal.h"

/* Whose the leaf is: what the queue manager calls itself comes before what we call it. */
static const char *qmgr_of(const Endpoint *e)
{
        return e->mq.facts.qmgr_name[0] != '\0' ? e->mq.facts.qmgr_name : e->config->qmgr;
}

static bool leaf_of(const Endpoint *e, const Observation *o, size_t address, HygieneLeaf *ret)
{
        const ChainFacts *chain = o->addresses[address].chain;

        if (!chain || chain->n_certs == 0)
                return false;

        *ret = (HygieneLeaf){ .cert = &chain->certs[0].facts, .qmgr = qmgr_of(e) };
        return true;
}

static size_t count_addresses(const Inventory *i)
{
        size_t n = 0;

        for (size_t k = 0; k < i->n_endpoints; k++)
                n += i->endpoints[k]->observation ? i->endpoints[k]->observation->n_addresses : 0;
        return n;
}

/* Owners are numbered by name, so that a reload does not shuffle them. */
static size_t collect_leaves(const Inventory *i, HygieneLeaf *leaves)
{
        size_t n = 0;

        for (size_t k = 0; k < i->n_endpoints; k++) {
                const Endpoint *e = i->by_name[k];

                for (size_t a = 0; e->observation && a < e->observation->n_addresses; a++) {
                        if (!leaf_of(e, e->observation, a, &leaves[n]))
                                continue;
                        leaves[n++].owner = k;
                }
        }
        return n;
}

int inventory_find_twins(Inventory *i)
{
        CLEANUP_FREE HygieneLeaf *leaves = NULL;
        CLEANUP_FREE HygieneTwins *twins = NULL;

        assert(i);

        leaves = calloc(count_addresses(i) + 1, sizeof(*leaves));
        twins = calloc(i->n_endpoints + 1, sizeof(*twins));
        if (!leaves || !twins)
                return -ENOMEM;

        hygiene_find(leaves, collect_leaves(i, leaves), twins, i->n_endpoints);
        for (size_t k = 0; k < i->n_endpoints; k++)
                for (size_t r = 0; r < _HYGIENE_RULE_MAX; r++) {
                        size_t twin = twins[k].by[r];

                        i->by_name[k]->twins[r] = twin != HYGIENE_NOBODY ? i->by_name[twin] : NULL;
                }
        return 0;
}

void inventory_forget_twins(Inventory *i)
{
        assert(i);

        for (size_t k = 0; k < i->n_endpoints; k++)
                for (size_t r = 0; r < _HYGIENE_RULE_MAX; r++)
                        i->endpoints[k]->twins[r] = NULL;
}

/* The first leaf of this probe that clashes with what the twin serves. */
static bool still_clashes(
        const Endpoint *e, const Observation *o, HygieneRule rule, size_t *ret_address)
{
        const Endpoint *twin = e->twins[rule];
        const Observation *theirs = twin == e ? o : twin->observation;
        HygieneLeaf mine, other;

        for (size_t k = 0; theirs && k < o->n_addresses; k++) {
                if (o->addresses[k].chain_kept_at != 0 || !leaf_of(e, o, k, &mine))
                        continue;
                for (size_t t = 0; t < theirs->n_addresses; t++) {
                        if (!leaf_of(twin, theirs, t, &other) || !hygiene_clash(rule, &mine, &other))
                                continue;
                        *ret_address = k;
                        return true;
                }
        }
        return false;
}

void endpoint_surround_with_twins(const Endpoint *e, const Observation *o, Surroundings *around)
{
        const Endpoint *twin = e->twins[HYGIENE_SERIAL];

        assert(o);
        assert(around);

        if (twin && still_clashes(e, o, HYGIENE_SERIAL, &around->serial_address))
                around->serial_twin = twin->config->name;

        twin = e->twins[HYGIENE_KEY];
        if (twin && still_clashes(e, o, HYGIENE_KEY, &around->key_address)) {
                around->key_twin = twin->config->name;
                around->key_twin_qmgr = qmgr_of(twin);
        }
}
