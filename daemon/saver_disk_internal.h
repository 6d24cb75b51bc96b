/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_SAVER_DISK_INTERNAL_H
#define MQTLSD_SAVER_DISK_INTERNAL_H

/* What opening, reading and writing share. */

#include <stdatomic.h>
#include <sys/types.h>

#include "daemon/saver_disk.h"

struct SaverDisk {
        atomic_uint n_refs;
        char *directory, *path;
        int lock_fd;  /* the directory, while it is ours; else -1 */
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

/* Notes what went wrong, unless something was noted before. Return `r`. */
int saver_job_fail(SaverJob *job, int r, const char *text);
int saver_disk_fail(SaverDisk *d, SaverJob *job, int r); /* in the store's words; r may be 0 */

/* Nothing of it was saved. */
void saver_job_give_back(SaverJob *job);

/* The directory is ours from here on, unless -EUSERS: it is another daemon's. Never waits. */
int saver_disk_lock(SaverDisk *d, SaverJob *job);
void saver_disk_unlock(SaverDisk *d);

/* Everything, or what another process has changed since the last time. */
int saver_disk_load(SaverDisk *d, SaverJob *job, bool all);

/* One transaction for all items; where another process has written meanwhile, that is loaded instead. */
int saver_disk_write(SaverDisk *d, SaverJob *job);

#endif
