/* SPDX-License-Identifier: MIT */

/* The key repositories in the inventory: what is known of each survives a reload that reads it the same
 * way, and each is asked for the labels of its queue manager's channels. */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/inventory_internal.h"

Repository *inventory_repositories(const Inventory *i, size_t *ret_n)
{
        assert(i);
        assert(ret_n);

        *ret_n = i->n_repositories;
        return i->repositories;
}

void inventory_repositories_done(Inventory *i)
{
        for (size_t k = 0; k < i->n_repositories; k++)
                repository_done(&i->repositories[k]);
        free(i->repositories);
        i->repositories = NULL;
        i->n_repositories = 0;
}

/* ---- over a reload ---- */

/* Would it be read the same way? A stash file is looked at anew anyway. */
static bool reads_equal(const KeystoreConfig *a, const KeystoreConfig *b)
{
        return strcmp(a->name, b->name) == 0 && strcmp(a->path, b->path) == 0 &&
               util_text_equal(a->passphrase, b->passphrase);
}

int inventory_repositories_plan(const Config *config, Repository **ret)
{
        Repository *planned = calloc(MAX_OF(config->n_keystores, (size_t) 1), sizeof(*planned));

        if (!planned)
                return -ENOMEM;
        *ret = planned;
        return 0;
}

void inventory_repositories_sync(Inventory *i, const Config *config, Repository *planned)
{
        for (size_t k = 0; k < config->n_keystores; k++) {
                const KeystoreConfig *c = &config->keystores[k];

                for (size_t old = 0; old < i->n_repositories && !planned[k].config; old++) {
                        Repository *r = &i->repositories[old];

                        if (!r->config || !reads_equal(r->config, c))
                                continue;
                        planned[k] = *r;
                        *r = (Repository){0};
                }
                planned[k].config = c;
                if (planned[k].read_at == 0)
                        planned[k].severity = SEVERITY_UNKNOWN;
        }

        inventory_repositories_done(i);
        i->repositories = planned;
        i->n_repositories = config->n_keystores;
}

/* ---- judging ---- */

/* One CERTLABL of a queue manager's channels. */
typedef struct ChannelLabel {
        const char *qmgr, *certlabl;
} ChannelLabel;

static int compare_labels(const void *a, const void *b)
{
        const ChannelLabel *x = a, *y = b;
        int r = strcmp(x->qmgr, y->qmgr);

        return r != 0 ? r : strcmp(x->certlabl, y->certlabl);
}

/* All of them, sorted. `*ret` may be NULL where there are none. */
static int list_labels(const Inventory *i, ChannelLabel **ret, size_t *ret_n)
{
        ChannelLabel *labels = NULL;
        size_t n = 0;

        for (size_t k = 0; k < i->n_endpoints; k++) {
                const EndpointConfig *c = i->endpoints[k]->config;

                if (!c->certlabl || !c->qmgr)
                        continue;
                if (util_grow(&labels, n, sizeof(*labels)) < 0) {
                        free(labels);
                        return -ENOMEM;
                }
                labels[n++] = (ChannelLabel){ c->qmgr, c->certlabl };
        }
        if (n > 0)
                qsort(labels, n, sizeof(*labels), compare_labels);
        *ret = labels;
        *ret_n = n;
        return 0;
}

static int judge(Repository *r, const ChannelLabel *labels, size_t n_labels, int64_t now_at)
{
        CLEANUP_FREE const char **own = calloc(n_labels + 1, sizeof(*own));
        size_t n = 0;

        if (!own)
                return -ENOMEM;
        for (size_t k = 0; k < n_labels; k++)
                if (repository_is_of(r, labels[k].qmgr) &&
                        (n == 0 || strcmp(own[n - 1], labels[k].certlabl) != 0))
                        own[n++] = labels[k].certlabl;
        return repository_judge(r, own, n, now_at);
}

int inventory_repositories_judge(Inventory *i, int64_t now_at)
{
        CLEANUP_FREE ChannelLabel *labels = NULL;
        size_t n_labels = 0;
        int r = 0;

        if (i->n_repositories == 0)
                return 0;

        r = list_labels(i, &labels, &n_labels);
        for (size_t k = 0; r >= 0 && k < i->n_repositories; k++)
                r = judge(&i->repositories[k], labels, n_labels, now_at);
        return r;
}

int inventory_take_reading(Inventory *i, size_t repository, RepositoryReading *reading, int64_t now_at,
        bool *ret_changed)
{
        CLEANUP_FREE ChannelLabel *labels = NULL;
        size_t n_labels = 0;
        int r;

        assert(i);
        assert(repository < i->n_repositories);
        assert(ret_changed);

        *ret_changed = repository_take(&i->repositories[repository], reading, now_at);
        if (!*ret_changed)
                return 0;

        r = list_labels(i, &labels, &n_labels);
        return r < 0 ? r : judge(&i->repositories[repository], labels, n_labels, now_at);
}
