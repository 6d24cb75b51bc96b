/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_FILE_WATCH_H
#define MQTLSD_FILE_WATCH_H

/*
 * Tells when files have changed and come to rest. One watch is one set of paths with one handler; it
 * has an inotify(7) instance of its own.
 *
 * A file is followed by its path, not by its inode: it may be replaced by a rename, stand behind
 * symbolic links that are swapped, be a file mounted over another, or not be there yet. What counts as
 * a change is another inode, size, modification time, mode or owner, or that it came or went; reading
 * it is none. Changes on the other side of a network file system are not seen.
 *
 * Looking at the files is done on the loop, as the reading of the configuration is: paths on disks that
 * may hang belong to the worker.
 */

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/path_list.h"
#include "base/util.h"
#include "daemon/clock.h"

typedef struct FileWatch FileWatch;

/* `changed` lists the paths as they were given, in order, at least one; the handler may set the paths
 * anew, but not free the watch. */
typedef void (*FileWatchHandler)(const PathList *changed, void *userdata);

typedef struct FileWatchPace {
        uint64_t settle_usec;  /* nothing has happened for so long: it is done */
        uint64_t patience_usec; /* since the first event: then it is told even so */
} FileWatchPace;

#define FILE_WATCH_PACE_DEFAULT                                                                    \
        {                                                                                          \
                .settle_usec = UINT64_C(2000000), .patience_usec = UINT64_C(30000000)              \
        }

/* `what` (static) says in the log what changes are for, such as "the configuration". The set is empty
 * at first. Returns 0 or -errno. */
int file_watch_new(sd_event *event, const Clock *clock, const FileWatchPace *pace, const char *what,
        FileWatchHandler handler, void *userdata, FileWatch **ret);
FileWatch *file_watch_free(FileWatch *w);
DEFINE_CLEANUP(FileWatch, file_watch_free, file_watch_cleanup)

/*
 * Replaces the set. What counts as changed is what is not as it was when it was put into the list: so
 * paths are added to it before the files are read, and what changes while they are read is told. Directories
 * that cannot be watched are warned about, once. Returns 0, or -ENOMEM with the set as it was.
 */
int file_watch_set_paths(FileWatch *w, const PathList *paths);

#endif
