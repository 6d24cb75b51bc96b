/* SPDX-License-Identifier: MIT */
#include "render/horizon.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/timefmt.h"
#include "render/view.h"

enum {
        FORTNIGHT_DAYS = 14,
};

/* ---- columns ---- */

/* From right to left: within a day, two, four, a week, a month, a quarter, a year, longer ago. */
static unsigned overdue_column(int64_t days_ago)
{
        static const int64_t limits[HORIZON_OVERDUE - 1] = {1, 2, 4, 7, 30, 90, 365};
        unsigned i = 0;

        while (i < ARRAY_LEN(limits) && days_ago >= limits[i])
                i++;
        return HORIZON_OVERDUE - 1 - i;
}

/* Up to two years, three, five, more. */
static unsigned later_column(int64_t days)
{
        static const int64_t limits[HORIZON_LATER - 1] = {INT64_C(2) * 365, INT64_C(3) * 365, INT64_C(5) * 365};
        unsigned i = 0;

        while (i < ARRAY_LEN(limits) && days >= limits[i])
                i++;
        return HORIZON_FIRST_LATER + i;
}

unsigned horizon_column(int64_t end_at, int64_t now_at)
{
        int64_t days = view_days_left(end_at, now_at);

        if (days < 0)
                return overdue_column((now_at - end_at) / SECONDS_PER_DAY);
        if (days < HORIZON_DAYS)
                return (unsigned) (HORIZON_FIRST_DAY + days);
        if (days < HORIZON_DAYS + HORIZON_FORTNIGHTS * FORTNIGHT_DAYS)
                return (unsigned) (HORIZON_FIRST_FORTNIGHT +
                                   (days - HORIZON_DAYS) / FORTNIGHT_DAYS);
        return later_column(days);
}

/* ---- marks ---- */

static ExpiryState state_of(const AssessedDates *d, int64_t end_at, int64_t now_at)
{
        int64_t left = end_at - now_at;

        if (left < 0)
                return EXPIRY_EXPIRED;
        if (d->has_policy && left <= d->critical_seconds)
                return EXPIRY_CRITICAL;
        if (d->has_policy && left <= d->warning_seconds)
                return EXPIRY_WARNING;
        return EXPIRY_OK;
}

static const CertFacts *leaf_of(const AddressObservation *a)
{
        return a->chain && a->chain->n_certs > 0 ? &a->chain->certs[0].facts : NULL;
}

/* The chain's own end, as dates.effective is over all of them. */
static bool end_of(const AddressObservation *a, int64_t *ret_at)
{
        if (!a->chain || (!a->chain->has_verified && !a->chain->has_presented))
                return false;
        *ret_at = a->chain->has_verified ? a->chain->verified_not_after_at
                                         : a->chain->presented_not_after_at;
        return true;
}

static void put(
        Horizon *h, const Endpoint *e, const CertFacts *leaf, int64_t end_at, int64_t now_at)
{
        h->marks[h->n_marks++] = (HorizonMark){
                .end_at = end_at,
                .state = state_of(&e->dates, end_at, now_at),
                .column = horizon_column(end_at, now_at),
                .leaf = leaf,
                .endpoint = e,
                .n_endpoints = 1,
        };
}

static void put_endpoint(Horizon *h, const Endpoint *e, int64_t now_at)
{
        const Observation *o = e->observation;
        size_t n_before = h->n_marks;
        int64_t end_at = 0;

        for (size_t i = 0; o && i < o->n_addresses; i++)
                if (leaf_of(&o->addresses[i]) && end_of(&o->addresses[i], &end_at))
                        put(h, e, leaf_of(&o->addresses[i]), end_at, now_at);

        if (h->n_marks > n_before)
                return;
        if (e->dates.has_effective)
                put(h, e, NULL, e->dates.effective_at, now_at);
        else
                h->n_without++;
}

static int compare_leaves(const CertFacts *a, const CertFacts *b)
{
        if (!a || !b)
                return (a != NULL) - (b != NULL);
        return memcmp(a->sha256, b->sha256, sizeof(a->sha256));
}

static int compare_marks(const void *a, const void *b)
{
        const HorizonMark *left = a, *right = b;
        int by_leaf = 0;

        if (left->end_at != right->end_at)
                return left->end_at < right->end_at ? -1 : 1;
        by_leaf = compare_leaves(left->leaf, right->leaf);
        return by_leaf != 0 ? by_leaf
                            : strcmp(left->endpoint->config->name, right->endpoint->config->name);
}

/* One mark for each leaf and end; behind which a date alone stays with its endpoint. */
static void merge(Horizon *h)
{
        size_t n = 0;

        for (size_t i = 0; i < h->n_marks; i++) {
                HorizonMark *last = n > 0 ? &h->marks[n - 1] : NULL, *next = &h->marks[i];

                if (!last || last->end_at != next->end_at || !next->leaf ||
                        compare_leaves(last->leaf, next->leaf) != 0) {
                        h->marks[n++] = *next;
                        continue;
                }

                /* Sorted by name behind the leaf: a second address stands next to the first. */
                if (i > 0 && h->marks[i - 1].endpoint != next->endpoint)
                        last->n_endpoints++;
                last->state = MAX_OF(last->state, next->state);
        }
        h->n_marks = n;
}

int horizon_look(const Inventory *inventory, int64_t now_at, Horizon *ret)
{
        Horizon h = {0};
        size_t n_max = 0;

        assert(inventory);
        assert(ret);

        for (size_t i = 0; i < inventory_count(inventory); i++) {
                const Observation *o = inventory_at(inventory, i)->observation;

                n_max += o ? o->n_addresses + 1 : 1;
        }

        h.marks = calloc(n_max + 1, sizeof(*h.marks));
        if (!h.marks)
                return -ENOMEM;

        for (size_t i = 0; i < inventory_count(inventory); i++)
                put_endpoint(&h, inventory_at(inventory, i), now_at);
        qsort(h.marks, h.n_marks, sizeof(*h.marks), compare_marks);
        merge(&h);

        *ret = h;
        return 0;
}

void horizon_done(Horizon *h)
{
        assert(h);

        free(h->marks);
        *h = (Horizon){0};
}
