/* SPDX-License-Identifier: MIT */
#include "render/cert_use.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct Uses {
        CertUse *list;
        size_t n;
} Uses;

static void uses_done(Uses *u)
{
        free(u->list);
}

static bool text_is(const char *text, const char *wanted)
{
        return !wanted || strcmp(text ? text : "", wanted) == 0;
}

bool cert_use_filter_takes(const CertUseFilter *filter, const EndpointConfig *c)
{
        assert(c);

        return !filter || (text_is(c->qmgr, filter->qmgr) && text_is(c->contact, filter->contact) &&
                                  text_is(c->group, filter->group));
}

static int add(Uses *u, const CertUse *use, const Threshold *warning)
{
        const CertFacts *c = use->cert;
        int64_t not_before_at = c->has_not_before ? c->not_before_at : c->not_after_at;
        CertUse *slot = NULL;
        int r;

        if (!c->has_not_after || (c->faults & CERT_FAULT_UNPARSABLE))
                return 0;

        r = util_grow(&u->list, u->n, sizeof(*u->list));
        if (r < 0)
                return r;

        slot = &u->list[u->n++];
        *slot = *use;
        slot->renew_by_at =
                c->not_after_at - threshold_seconds(warning, not_before_at, c->not_after_at);
        if (c->has_not_before)
                slot->renew_by_at = MAX_OF(slot->renew_by_at, c->not_before_at);
        return 0;
}

static int add_endpoint(Uses *u, const Endpoint *e)
{
        const Observation *o = e->observation;

        for (size_t i = 0; o && i < o->n_addresses; i++) {
                const ChainFacts *chain = o->addresses[i].chain;

                for (size_t k = 0; chain && k < chain->n_certs; k++) {
                        const CertUse use = {
                                .cert = &chain->certs[k].facts,
                                .endpoint = e,
                        };
                        int r = 0;

                        if (chain->certs[k].role != CHAIN_ROLE_EXTRA)
                                r = add(u, &use, &e->config->policy.expiry_warning);
                        if (r < 0)
                                return r;
                }
        }
        return 0;
}

static int add_repository(Uses *u, const Repository *repository)
{
        const Keystore *k = repository->keystore;

        for (size_t i = 0; k && i < k->n_entries; i++) {
                const CertUse use = {
                        .cert = &k->entries[i].facts,
                        .repository = repository,
                        .label = k->entries[i].label,
                };
                int r = add(u, &use, &repository->config->expiry_warning);

                if (r < 0)
                        return r;
        }
        return 0;
}

/* The order of the configuration is that of the memory it lies in. */
static int compare_place(const CertUse *a, const CertUse *b)
{
        if ((a->endpoint != NULL) != (b->endpoint != NULL))
                return a->endpoint ? -1 : 1;
        if (a->endpoint && a->endpoint != b->endpoint)
                return a->endpoint->config < b->endpoint->config ? -1 : 1;
        if (a->repository && a->repository != b->repository)
                return a->repository->config < b->repository->config ? -1 : 1;
        return 0;
}

static int compare(const void *left, const void *right)
{
        const CertUse *a = left, *b = right;
        int by_digest = 0;

        if (a->cert->not_after_at != b->cert->not_after_at)
                return a->cert->not_after_at < b->cert->not_after_at ? -1 : 1;
        by_digest = memcmp(a->cert->sha256, b->cert->sha256, CERT_SHA256_SIZE);
        return by_digest != 0 ? by_digest : compare_place(a, b);
}

/* Several addresses serve the same, and a label may stand twice. */
static void drop_repeated(Uses *u)
{
        size_t n = 0;

        for (size_t i = 0; i < u->n; i++)
                if (n == 0 || compare(&u->list[n - 1], &u->list[i]) != 0)
                        u->list[n++] = u->list[i];
        u->n = n;
}

int cert_uses_collect(
        const Inventory *inventory, const CertUseFilter *filter, CertUse **ret, size_t *ret_n)
{
        CLEANUP(uses_done) Uses u = {0};
        const Repository *repositories = NULL;
        size_t n_repositories = 0;
        int r = 0;

        assert(inventory);
        assert(ret);
        assert(ret_n);

        for (size_t i = 0; r >= 0 && i < inventory_count(inventory); i++) {
                const Endpoint *e = inventory_at(inventory, i);

                if (cert_use_filter_takes(filter, e->config))
                        r = add_endpoint(&u, e);
        }
        repositories = inventory_repositories(inventory, &n_repositories);
        for (size_t i = 0; r >= 0 && i < n_repositories; i++)
                if (!filter || (text_is(repositories[i].config->qmgr, filter->qmgr) &&
                                       text_is(NULL, filter->contact) &&
                                       text_is(NULL, filter->group)))
                        r = add_repository(&u, &repositories[i]);
        if (r < 0)
                return r;

        if (u.n > 0)
                qsort(u.list, u.n, sizeof(*u.list), compare);
        drop_repeated(&u);
        *ret = STEAL(u.list);
        *ret_n = u.n;
        return 0;
}

size_t cert_uses_same(const CertUse *uses, size_t n)
{
        size_t same = 1;

        assert(uses);
        assert(n > 0);

        while (same < n && memcmp(uses[same].cert->sha256, uses[0].cert->sha256,
                                   CERT_SHA256_SIZE) == 0)
                same++;
        return same;
}
