/* SPDX-License-Identifier: MIT */

/* Out of the state file: all of it, or what others have done to it since. */

#include "daemon/saver_disk_internal.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "model/ledger.h"

/* A page of what is newer than we know, newest first, into the job. True: there may be more. */
static int take_page(SaverDisk *d, SaverJob *job, int64_t *before_id, bool *ret_more)
{
        CLEANUP(store_page_done) StorePage page = {0};
        const StoreQuery query = {.kind = _DRIFT_KIND_MAX, .before_id = *before_id};
        int r = store_changes(d->store, &query, &page);

        if (r < 0)
                return saver_disk_fail(d, job, r);

        *ret_more = page.next_before_id > 0;
        *before_id = page.next_before_id;
        for (size_t i = 0; i < page.n_changes; i++) {
                if (page.changes[i].id <= d->last_id || job->n_changes >= LEDGER_ENTRIES_MAX) {
                        *ret_more = false;
                        return 0;
                }
                if (util_grow(&job->changes, job->n_changes, sizeof(*job->changes)) < 0)
                        return saver_job_fail(job, -ENOMEM, "no memory");
                job->changes[job->n_changes++] = page.changes[i];
                page.changes[i] = (StoredChange){0};
        }
        return 0;
}

static void reverse(StoredChange *changes, size_t n)
{
        for (size_t i = 0; i < n / 2; i++) {
                StoredChange c = changes[i];

                changes[i] = changes[n - 1 - i];
                changes[n - 1 - i] = c;
        }
}

static int read_changes(SaverDisk *d, SaverJob *job)
{
        int64_t before_id = 0;
        bool more = true;
        int r = 0;

        job->after_id = d->last_id;
        while (more && r == 0)
                r = take_page(d, job, &before_id, &more);
        reverse(job->changes, job->n_changes);
        return r;
}

static int64_t revision_of(const StoredEndpoint *e)
{
        return e->memory ? e->memory->revision : 0;
}

static bool is_as_known(const SaverDisk *d, const StoredEndpoint *e)
{
        const StoredEndpoint *known = stored_endpoints_find(&d->known, e->name);

        if (!known)
                return revision_of(e) == 0 && e->expected_until_at == 0;
        return d->revisions[known - d->known.endpoints] == revision_of(e) &&
               known->expected_from_at == e->expected_from_at &&
               known->expected_until_at == e->expected_until_at;
}

static int copy_known(
        const StoredEndpoints *loaded, StoredEndpoints *known, int64_t *revisions)
{
        for (size_t i = 0; i < loaded->n_endpoints; i++) {
                const StoredEndpoint *e = &loaded->endpoints[i];

                known->endpoints[i] = (StoredEndpoint){
                        .name = strdup(e->name),
                        .expected_from_at = e->expected_from_at,
                        .expected_until_at = e->expected_until_at,
                };
                if (!known->endpoints[i].name)
                        return -ENOMEM;
                known->n_endpoints++;
                revisions[i] = revision_of(e);
        }
        return 0;
}

/* What is to be compared the next time. On failure `ret` is to be freed as well. */
static int remember(const StoredEndpoints *loaded, StoredEndpoints *ret, int64_t **ret_revisions)
{
        size_t room = MAX_OF(loaded->n_endpoints, (size_t) 1);

        *ret_revisions = calloc(room, sizeof(**ret_revisions));
        if (!*ret_revisions)
                return -ENOMEM;
        ret->endpoints = calloc(room, sizeof(*ret->endpoints));
        if (!ret->endpoints)
                return -ENOMEM;
        return copy_known(loaded, ret, *ret_revisions);
}

/* Leaves those that are as they were out of `loaded`, but for those that have new entries. */
static void leave_out_known(const SaverDisk *d, const SaverJob *job, StoredEndpoints *loaded)
{
        size_t n = 0;

        for (size_t i = 0; i < loaded->n_endpoints; i++) {
                StoredEndpoint *e = &loaded->endpoints[i];
                bool is_news = !is_as_known(d, e);

                for (size_t k = 0; k < job->n_changes && !is_news; k++)
                        is_news = strcmp(job->changes[k].endpoint, e->name) == 0;
                if (is_news)
                        loaded->endpoints[n++] = *e;
                else
                        stored_endpoint_done(e);
        }
        loaded->n_endpoints = n;
}

/* Windows that were taken back may have been all that the file held of an endpoint. */
static int add_vanished(const SaverDisk *d, const StoredEndpoints *all, StoredEndpoints *news)
{
        for (size_t i = 0; i < d->known.n_endpoints; i++) {
                const StoredEndpoint *known = &d->known.endpoints[i];
                char *name = NULL;

                if (known->expected_until_at == 0 || stored_endpoints_find(all, known->name))
                        continue;
                name = strdup(known->name);
                if (!name || util_grow(&news->endpoints, news->n_endpoints,
                                     sizeof(*news->endpoints)) < 0) {
                        free(name);
                        return -ENOMEM;
                }
                news->endpoints[news->n_endpoints++] = (StoredEndpoint){.name = name};
        }
        return 0;
}

int saver_disk_load(SaverDisk *d, SaverJob *job, bool all)
{
        CLEANUP(stored_endpoints_done) StoredEndpoints loaded = {0}, known = {0};
        CLEANUP_FREE int64_t *revisions = NULL;
        int r;

        d->must_load = true; /* until it was done */
        r = store_load(d->store, &loaded);
        if (r < 0)
                return saver_disk_fail(d, job, r);
        r = read_changes(d, job);
        if (r < 0)
                return r;
        if (remember(&loaded, &known, &revisions) < 0)
                return saver_job_fail(job, -ENOMEM, "no memory");

        if (!all)
                leave_out_known(d, job, &loaded);
        if (add_vanished(d, &known, &loaded) < 0)
                return saver_job_fail(job, -ENOMEM, "no memory");
        job->loaded = loaded;
        job->has_loaded = true;
        job->is_all = all;
        loaded = d->known;
        d->known = known;
        known = (StoredEndpoints){0};
        free(d->revisions);
        d->revisions = STEAL(revisions);
        if (job->n_changes > 0)
                d->last_id = job->changes[job->n_changes - 1].id;
        job->is_empty = d->last_id == 0;
        d->must_load = false;
        return 0;
}
