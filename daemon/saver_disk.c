/* SPDX-License-Identifier: MIT */
#include "daemon/saver_disk_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/escape.h"
#include "base/util.h"

#define FILE_NAME "mqtlsd.db"

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

static int take_names(SaverDisk *d, const char *directory)
{
        d->directory = strdup(directory);
        d->path = saver_disk_name(directory);
        return d->directory && d->path ? 0 : -ENOMEM;
}

int saver_disk_new(const char *directory, SaverDisk **ret)
{
        CLEANUP(saver_disk_cleanup) SaverDisk *d = NULL;

        assert(directory);
        assert(ret);

        d = calloc(1, sizeof(*d));
        if (!d)
                return -ENOMEM;
        atomic_init(&d->n_refs, 1);
        d->lock_fd = -1;
        if (take_names(d, directory) < 0)
                return -ENOMEM;
        *ret = STEAL(d);
        return 0;
}

SaverDisk *saver_disk_ref(SaverDisk *d)
{
        assert(d);

        (void) atomic_fetch_add(&d->n_refs, 1);
        return d;
}

SaverDisk *saver_disk_unref(SaverDisk *d)
{
        if (!d || atomic_fetch_sub(&d->n_refs, 1) > 1)
                return NULL;

        store_close(d->store);
        saver_disk_unlock(d);
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

int saver_job_fail(SaverJob *job, int r, const char *text)
{
        if (!job->text && text && text[0] != '\0')
                job->text = strdup(text);
        return r;
}

int saver_disk_fail(SaverDisk *d, SaverJob *job, int r)
{
        return r < 0 ? saver_job_fail(job, r, store_error(d->store)) : r;
}

void saver_job_give_back(SaverJob *job)
{
        for (size_t i = 0; i < job->n_items; i++)
                job->items[i].r = -EAGAIN;
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
        return saver_job_fail(job, r, buf_str(&b));
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

        if (r == 0)
                r = saver_disk_lock(d, job);
        if (r < 0)
                return r;
        r = store_open(d->path, job->now_at, &job->report, &d->store);
        if (r < 0)
                return saver_job_fail(job, r, job->report.text);
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

static int look(SaverDisk *d, SaverJob *job)
{
        bool is_changed = false;
        int r = saver_disk_fail(d, job, store_is_changed(d->store, &is_changed));

        return r < 0 || !is_changed ? r : saver_disk_load(d, job, false);
}

static int run(SaverDisk *d, SaverJob *job)
{
        int r = ensure_open(d, job);

        if (r < 0)
                return r;
        if ((d->must_load || job->wants_load) && !job->is_last) {
                r = saver_disk_load(d, job, true);
                if (r < 0 || job->report.problem != STORE_PROBLEM_READ_ONLY)
                        return r;
        }
        if (store_is_read_only(d->store))
                return saver_job_fail(job, job->report.r < 0 ? job->report.r : -EROFS, job->report.text);
        return job->n_items > 0 ? saver_disk_write(d, job) : look(d, job);
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

        saver_job_give_back(job);
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
