/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_SAVER_DISK_H
#define MQTLSD_SAVER_DISK_H

/*
 * The saver's hand in the other thread: opens the state file, reads it, writes to it, and notices what
 * other processes do with it. A job goes in with what is to be written, and comes out with what was
 * read. Blocks as long as the disk does; touches nothing of the loop's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/saver_queue.h"
#include "model/store.h"

typedef struct SaverJob {
        int64_t now_at;
        bool wants_load; /* read everything, even if nobody has changed it */
        bool is_last;    /* the daemon ends: no reading any more, and the file is closed */
        SaverItem *items;
        size_t n_items;

        /* What came of it. */
        int r;              /* 0, or -errno: what keeps it from being saved */
        char *text;         /* a sentence on that; NULL: without memory */
        StoreReport report; /* of an opening */
        bool is_written;    /* something reached the disk */
        bool is_other_file; /* not the file of the job before: what is known is to be written again */
        bool is_empty;      /* it holds no changes */
        bool has_loaded, is_all;
        StoredEndpoints loaded; /* all, or those that another process has changed */
        StoredChange *changes;  /* with them: the entries that are new to us, the oldest first */
        size_t n_changes;
        int64_t after_id; /* the newest one that was none */
} SaverJob;

void saver_job_done(SaverJob *job);

/* The file in a state directory; NULL without memory. */
char *saver_disk_name(const char *directory);

typedef struct SaverDisk SaverDisk;

/* Does nothing but remember the names. Returns 0 or -ENOMEM. */
int saver_disk_new(const char *directory, SaverDisk **ret);

/* A thread that is left behind may outlive the saver: both hold it. The last one to let go closes the
 * file, which moves the log into it. Unref returns NULL. */
SaverDisk *saver_disk_ref(SaverDisk *d);
SaverDisk *saver_disk_unref(SaverDisk *d);
DEFINE_CLEANUP(SaverDisk, saver_disk_unref, saver_disk_cleanup)

const char *saver_disk_path(const SaverDisk *d);

/* All of it, in order: is it still the same file, has another process written to it, write. Where
 * something was loaded nothing was written: the items are still -EAGAIN. */
void saver_disk_run(SaverDisk *d, SaverJob *job);

#endif
