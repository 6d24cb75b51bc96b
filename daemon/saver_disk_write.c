/* SPDX-License-Identifier: MIT */

/* Into the state file. */

#include "daemon/saver_disk_internal.h"

#include <errno.h>

#include "base/util.h"

/* These are about one endpoint; all others are about the disk. */
static bool is_of_item(int r)
{
        return r == -ESTALE || r == -EINVAL || r == -ENAMETOOLONG;
}

static int write_item(Store *s, const SaverItem *item)
{
        int r = 0;

        if (item->forget)
                r = store_forget(s, item->name);
        if (r == 0 && item->memory)
                r = store_save_endpoint(s, item->name, item->memory, NULL, 0);
        if (r == 0 && item->has_facts)
                r = store_save_facts(s, item->name, &item->facts);
        if (r == 0 && item->has_window)
                r = store_expect(
                        s, item->name, item->expected_from_at, item->expected_until_at);
        return r;
}

/* An entry on its way, and whose it is. */
typedef struct Entry {
        SaverItem *item;
        const SaverChange *change;
} Entry;

static int compare_entries(const void *a, const void *b)
{
        const Entry *x = a, *y = b;

        return (x->change->id > y->change->id) - (x->change->id < y->change->id);
}

/* In the order in which they happened, over all endpoints, and with the ids that people have seen. */
static int write_entries(SaverDisk *d, SaverJob *job)
{
        CLEANUP_FREE Entry *entries = NULL;
        size_t n_all = 0, n = 0;

        for (size_t i = 0; i < job->n_items; i++)
                n_all += job->items[i].n_changes;
        entries = calloc(MAX_OF(n_all, (size_t) 1), sizeof(*entries));
        if (!entries)
                return saver_job_fail(job, -ENOMEM, "no memory");

        for (size_t i = 0; i < job->n_items; i++)
                for (size_t k = 0; job->items[i].r == 0 && k < job->items[i].n_changes; k++)
                        entries[n++] = (Entry){&job->items[i], &job->items[i].changes[k]};
        qsort(entries, n, sizeof(*entries), compare_entries);

        for (size_t i = 0; i < n; i++) {
                const SaverChange *c = entries[i].change;
                int r = store_record_changes(
                        d->store, entries[i].item->name, c->id, &c->change, 1);

                if (r < 0 && !is_of_item(r))
                        return saver_disk_fail(d, job, r);
                if (r < 0)
                        entries[i].item->r = r;
        }
        return 0;
}

static int write_items(SaverDisk *d, SaverJob *job)
{
        for (size_t i = 0; i < job->n_items; i++) {
                int r = write_item(d->store, &job->items[i]);

                if (r < 0 && !is_of_item(r))
                        return saver_disk_fail(d, job, r);
                job->items[i].r = r;
        }
        return write_entries(d, job);
}

static int newest_id(SaverDisk *d, SaverJob *job, int64_t *ret)
{
        CLEANUP(store_page_done) StorePage page = {0};
        const StoreQuery query = {.kind = _DRIFT_KIND_MAX, .limit = 1};
        int r = store_changes(d->store, &query, &page);

        if (r < 0)
                return saver_disk_fail(d, job, r);
        if (page.n_changes > 0)
                *ret = page.changes[0].id;
        return 0;
}

/* Within the transaction, where nobody else can write. */
static int write_all(SaverDisk *d, SaverJob *job, bool *ret_is_changed)
{
        int64_t id = d->last_id;
        int r;

        r = saver_disk_fail(d, job, store_is_changed(d->store, ret_is_changed));
        if (r < 0 || (*ret_is_changed && !job->is_last))
                return r;
        r = write_items(d, job);
        if (r == 0)
                r = newest_id(d, job, &id);
        if (r == 0)
                d->last_id = id;
        return r;
}

int saver_disk_write(SaverDisk *d, SaverJob *job)
{
        const int64_t last_id = d->last_id;
        bool is_changed = false;
        int r;

        r = saver_disk_fail(d, job, store_begin(d->store));
        if (r < 0)
                return r;
        r = write_all(d, job, &is_changed);
        if (r < 0 || (is_changed && !job->is_last)) {
                store_rollback(d->store);
                saver_job_give_back(job);
                if (is_changed)
                        d->must_load = true;
                return r < 0 ? r : saver_disk_load(d, job, false);
        }
        r = saver_disk_fail(d, job, store_commit(d->store));
        if (r < 0) {
                d->last_id = last_id;
                saver_job_give_back(job);
                return r;
        }
        job->is_written = true;
        return 0;
}
