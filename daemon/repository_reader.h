/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_REPOSITORY_READER_H
#define MQTLSD_REPOSITORY_READER_H

/*
 * Reads the key repositories of an inventory: all of them at the start and after a reload, and each
 * when it has changed. Disks that hang and keys that are derived are the business of a thread of its own;
 * the inventory is touched on the loop alone.
 *
 * A file is looked at (stat) every so often: inotify sees nothing of what is written on the other side
 * of a network file system, where key repositories of multi-instance queue managers are. One that
 * changes is left alone until two looks have found it the same, so that half of a renewal is not taken
 * for the whole.
 */

#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/util.h"
#include "daemon/clock.h"
#include "model/inventory.h"

typedef struct RepositoryReader RepositoryReader;

/* Something is known of key repositories that was not before: inventory_reassess() is due. Called once
 * for all that came in together. */
typedef void (*RepositoryReaderHandler)(void *userdata);

typedef struct RepositoryPace {
        uint64_t look_usec;   /* from one look to the next */
        uint64_t settle_usec; /* the same while a file changes */
} RepositoryPace;

#define REPOSITORY_PACE_DEFAULT                                                                    \
        {                                                                                          \
                .look_usec = UINT64_C(10000000), .settle_usec = UINT64_C(2000000)                  \
        }

/* Begins at once. `inventory` is borrowed. Returns 0 or -errno. */
int repository_reader_new(sd_event *event, const Clock *clock, const RepositoryPace *pace,
        Inventory *inventory, RepositoryReaderHandler handler, void *userdata, RepositoryReader **ret);

/* Waits two seconds at most for the file that is being read. Returns NULL. */
RepositoryReader *repository_reader_free(RepositoryReader *r);
DEFINE_CLEANUP(RepositoryReader, repository_reader_free, repository_reader_cleanup)

/* How long a command waits for all of them. */
#define REPOSITORY_PATIENCE_USEC UINT64_C(10000000)

/*
 * For commands that run once and end: reads all of them and waits for it, but not for a disk that hangs.
 * What could not be read by then stays unread. Returns 0 or -errno.
 */
int repository_reader_read_all(const Clock *clock, Inventory *inventory, uint64_t patience_usec);

/* After inventory_sync(): reads all of them anew. What is under way for the old ones is dropped. */
void repository_reader_reload(RepositoryReader *r);

#endif
