/* SPDX-License-Identifier: MIT */
#include "daemon/saver_disk.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/escape.h"
#include "base/util.h"
#include "model/ledger.h"

#define FILE_NAME "mqtlsd.db"

struct SaverDisk {
        char *directory, *path;
        Store *store; /* NULL: not open */

        bool was_open; /* at any time */
        dev_t device;  /* of the file that was opened last */
        ino_t inode;
        bool is_gone;  /* it was not there any more */

        bool must_load; /* what is in the file may be news */
        int64_t last_id; /* the newest entry that we know */
        StoredEndpoints known; /* without memories: what the file said of others' doing */
        int64_t *revisions;    /* parallel to it */
};

void saver_job_done(SaverJob *job)
{
        assert(job);

        saver_items_done(job->items, job->n_items);
        free(job->text);
        store_report_done(&job->report);
        stored_endpoints_done(&job->loaded);
        for (size_t i = 0; i < job->n_changes; i++) {
                free(job->changes[i].endpoint);
                drift_change_done(&job->changes[i].change);
        }
        free(job->changes);
        *job = (SaverJob){0};
}

char *saver_disk_name(const char *directory)
{
        char *path = NULL;

        assert(directory);

        return asprintf(&path, "%s/" FILE_NAME, directory) < 0 ? NULL : path;
}

int saver_disk_new(const char *directory, SaverDisk **ret)
{
        CLEANUP(saver_disk_cleanup) SaverDisk *d = NULL;

        assert(directory);
        assert(ret);

        d = calloc(1, sizeof(*d));
        if (!d)
                return -ENOMEM;
        d->directory = strdup(directory);
        d->path = saver_disk_name(directory);
        if (!d->directory || !d->path)
                return -ENOMEM;
        *ret = STEAL(d);
        return 0;
}

SaverDisk *saver_disk_free(SaverDisk *d)
{
        if (!d)
                return NULL;

        store_close(d->store);
        stored_endpoints_done(&d->known);
        free(d->revisions);
        free(d->directory);
        free(d->path);
        free(d);
        return NULL;
}

const char *saver_disk_path(const SaverDisk *d)
{
        assert(d);

        return d->path;
}

/* ---- what went wrong ---- */

static int fail(SaverJob *job, int r, const char *text)
{
        if (!job->text && text && text[0] != '\0')
                job->text = strdup(text);
        return r;
}

static int fail_store(SaverDisk *d, SaverJob *job, int r)
{
        return r < 0 ? fail(job, r, store_error(d->store)) : r;
}

/* ---- opening ---- */

/* The last part of the path only: what is above it is not ours to make. */
static int make_directory(SaverDisk *d, SaverJob *job)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        int r;

        if (mkdir(d->directory, 0700) == 0 || errno == EEXIST)
                return 0;

        r = -errno;
        escape_log(&b, d->directory, strlen(d->directory), 0);
        buf_appendf(&b, " cannot be created: %s", strerrordesc_np(-r));
        return fail(job, r, buf_str(&b));
}

/* Is what bears the name still what was opened? Somebody may have deleted it, or put a copy back. */
static bool is_same_file(const SaverDisk *d)
{
        struct stat st;

        return stat(d->path, &st) == 0 && st.st_dev == d->device && st.st_ino == d->inode;
}

static void note_file(SaverDisk *d, SaverJob *job)
{
        struct stat st = {0};

        (void) stat(d->path, &st);
        /* The number alone says nothing: the new file often gets that of the deleted one. */
        job->is_other_file = d->was_open &&
                (d->is_gone || st.st_dev != d->device || st.st_ino != d->inode);
        d->was_open = true;
        d->is_gone = false;
        d->device = st.st_dev;
        d->inode = st.st_ino;
        d->must_load = true;
        if (job->is_other_file)
                d->last_id = 0;
}

static int open_file(SaverDisk *d, SaverJob *job)
{
        int r = make_directory(d, job);

        if (r < 0)
                return r;
        r = store_open(d->path, job->now_at, &job->report, &d->store);
        if (r < 0)
                return fail(job, r, job->report.text);
        note_file(d, job);
        return 0;
}

static int ensure_open(SaverDisk *d, SaverJob *job)
{
        /* Perhaps it can be written by now; there is no other way to know. */
        if (d->store && store_is_read_only(d->store))
                d->store = store_close(d->store);
        if (d->store && !is_same_file(d)) {
                d->is_gone = true;
                d->store = store_abandon(d->store);
        }

        return d->store ? 0 : open_file(d, job);
}

/* ---- reading ---- */

/* A page of what is newer than we know, newest first, into the job. True: there may be more. */
static int take_page(SaverDisk *d, SaverJob *job, int64_t *before_id, bool *ret_more)
{
        CLEANUP(store_page_done) StorePage page = {0};
        const StoreQuery query = {.kind = _DRIFT_KIND_MAX, .before_id = *before_id};
        int r = store_changes(d->store, &query, &page);

        if (r < 0)
                return fail_store(d, job, r);

        *ret_more = page.next_before_id > 0;
        *before_id = page.next_before_id;
        for (size_t i = 0; i < page.n_changes; i++) {
                if (page.changes[i].id <= d->last_id || job->n_changes >= LEDGER_ENTRIES_MAX) {
                        *ret_more = false;
                        return 0;
                }
                if (util_grow(&job->changes, job->n_changes, sizeof(*job->changes)) < 0)
                        return fail(job, -ENOMEM, "no memory");
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

/* What is to be compared the next time. */
static int remember(const StoredEndpoints *loaded, StoredEndpoints *ret, int64_t **ret_revisions)
{
        CLEANUP(stored_endpoints_done) StoredEndpoints known = {0};
        CLEANUP_FREE int64_t *revisions = NULL;
        size_t room = MAX_OF(loaded->n_endpoints, (size_t) 1);

        known.endpoints = calloc(room, sizeof(*known.endpoints));
        revisions = calloc(room, sizeof(*revisions));
        if (!known.endpoints || !revisions)
                return -ENOMEM;

        for (size_t i = 0; i < loaded->n_endpoints; i++) {
                const StoredEndpoint *e = &loaded->endpoints[i];

                known.endpoints[i] = (StoredEndpoint){
                        .name = strdup(e->name),
                        .expected_from_at = e->expected_from_at,
                        .expected_until_at = e->expected_until_at,
                };
                if (!known.endpoints[i].name)
                        return -ENOMEM;
                known.n_endpoints++;
                revisions[i] = revision_of(e);
        }
        *ret = known;
        known = (StoredEndpoints){0};
        *ret_revisions = STEAL(revisions);
        return 0;
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

static int load(SaverDisk *d, SaverJob *job, bool all)
{
        CLEANUP(stored_endpoints_done) StoredEndpoints loaded = {0}, known = {0};
        CLEANUP_FREE int64_t *revisions = NULL;
        int r;

        d->must_load = true; /* until it was done */
        r = store_load(d->store, &loaded);
        if (r < 0)
                return fail_store(d, job, r);
        r = read_changes(d, job);
        if (r < 0)
                return r;
        if (remember(&loaded, &known, &revisions) < 0)
                return fail(job, -ENOMEM, "no memory");

        if (!all)
                leave_out_known(d, job, &loaded);
        if (add_vanished(d, &known, &loaded) < 0)
                return fail(job, -ENOMEM, "no memory");
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

/* ---- writing ---- */

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
        const DriftChange *change;
        size_t n; /* its place among those of its item */
} Entry;

static int compare_entries(const void *a, const void *b)
{
        const Entry *x = a, *y = b;
        int order = (x->change->at > y->change->at) - (x->change->at < y->change->at);

        if (order == 0)
                order = strcmp(x->item->name, y->item->name);
        return order != 0 ? order : (x->n > y->n) - (x->n < y->n);
}

/* In the order in which they happened, over all endpoints: the ledger is read like that. */
static int write_entries(SaverDisk *d, SaverJob *job)
{
        CLEANUP_FREE Entry *entries = NULL;
        size_t n_all = 0, n = 0;

        for (size_t i = 0; i < job->n_items; i++)
                n_all += job->items[i].n_changes;
        entries = calloc(MAX_OF(n_all, (size_t) 1), sizeof(*entries));
        if (!entries)
                return fail(job, -ENOMEM, "no memory");

        for (size_t i = 0; i < job->n_items; i++)
                for (size_t k = 0; job->items[i].r == 0 && k < job->items[i].n_changes; k++)
                        entries[n++] = (Entry){&job->items[i], &job->items[i].changes[k], k};
        qsort(entries, n, sizeof(*entries), compare_entries);

        for (size_t i = 0; i < n; i++) {
                int r = store_record_changes(
                        d->store, entries[i].item->name, entries[i].change, 1);

                if (r < 0 && !is_of_item(r))
                        return fail_store(d, job, r);
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
                        return fail_store(d, job, r);
                job->items[i].r = r;
        }
        return write_entries(d, job);
}

/* What a commit that fails leaves behind. */
static void give_all_back(SaverJob *job)
{
        for (size_t i = 0; i < job->n_items; i++)
                job->items[i].r = -EAGAIN;
}

static int newest_id(SaverDisk *d, SaverJob *job, int64_t *ret)
{
        CLEANUP(store_page_done) StorePage page = {0};
        const StoreQuery query = {.kind = _DRIFT_KIND_MAX, .limit = 1};
        int r = store_changes(d->store, &query, &page);

        if (r < 0)
                return fail_store(d, job, r);
        if (page.n_changes > 0)
                *ret = page.changes[0].id;
        return 0;
}

/* Within the transaction, where nobody else can write. */
static int write_all(SaverDisk *d, SaverJob *job, bool *ret_is_changed)
{
        int64_t id = d->last_id;
        int r;

        r = fail_store(d, job, store_is_changed(d->store, ret_is_changed));
        if (r < 0 || (*ret_is_changed && !job->is_last))
                return r;
        r = write_items(d, job);
        if (r == 0)
                r = newest_id(d, job, &id);
        if (r == 0)
                d->last_id = id;
        return r;
}

static int write_or_load(SaverDisk *d, SaverJob *job)
{
        const int64_t last_id = d->last_id;
        bool is_changed = false;
        int r;

        r = fail_store(d, job, store_begin(d->store));
        if (r < 0)
                return r;
        r = write_all(d, job, &is_changed);
        if (r < 0 || (is_changed && !job->is_last)) {
                store_rollback(d->store);
                give_all_back(job);
                if (is_changed)
                        d->must_load = true;
                return r < 0 ? r : load(d, job, false);
        }
        r = fail_store(d, job, store_commit(d->store));
        if (r < 0) {
                d->last_id = last_id;
                give_all_back(job);
                return r;
        }
        job->is_written = true;
        return 0;
}

static int look(SaverDisk *d, SaverJob *job)
{
        bool is_changed = false;
        int r = fail_store(d, job, store_is_changed(d->store, &is_changed));

        return r < 0 || !is_changed ? r : load(d, job, false);
}

static int run(SaverDisk *d, SaverJob *job)
{
        int r = ensure_open(d, job);

        if (r < 0)
                return r;
        if ((d->must_load || job->wants_load) && !job->is_last) {
                r = load(d, job, true);
                if (r < 0 || job->report.problem != STORE_PROBLEM_READ_ONLY)
                        return r;
        }
        if (store_is_read_only(d->store))
                return fail(job, job->report.r < 0 ? job->report.r : -EROFS, job->report.text);
        return job->n_items > 0 ? write_or_load(d, job) : look(d, job);
}

/* After these the connection is as good as before; after all others a new one may do better. */
static bool may_stay_open(int r)
{
        return r == 0 || r == -ENOSPC || r == -EDQUOT || r == -EBUSY || r == -ENOMEM;
}

void saver_disk_run(SaverDisk *d, SaverJob *job)
{
        assert(d);
        assert(job);

        give_all_back(job);
        if (job->n_items > 0 || !job->is_last)
                job->r = run(d, job);
        if (job->is_last) {
                d->store = store_close(d->store);
                return;
        }
        if (!may_stay_open(job->r) && d->store && !store_is_read_only(d->store)) {
                d->store = store_close(d->store);
                d->must_load = true;
        }
}
