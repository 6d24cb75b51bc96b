/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_FILE_TRAIL_H
#define MQTLSD_FILE_TRAIL_H

/*
 * What the look-ups of some paths depend on, held by inotify(7): every directory on the way with the
 * name that is looked up in it, links followed by hand (path_resolution(7)), and in the end the file
 * itself. So it is noticed when a file is replaced, when a link or a directory above it is swapped, and
 * when what is missing comes. The file is watched as well as its directory because a file may be mounted
 * over another one, and then its directory sees nothing of what is written into it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/path_list.h"

typedef struct FileTrailDir {
        char *path; /* without links; "/" for the root */
        int wd;     /* or -errno: it cannot be watched */
        bool holds_files; /* not only directories on the way */
} FileTrailDir;

typedef struct FileTrailName {
        int wd; /* of the directory */
        char *name;
} FileTrailName;

typedef struct FileTrail {
        FileTrailDir *dirs;
        size_t n_dirs;
        FileTrailName *names; /* sorted */
        size_t n_names;
        int *wds; /* of directories and files, sorted */
        size_t n_wds;
} FileTrail;

/* Walks all paths and adds to the inotify instance `fd` what is not there yet. Each directory is watched
 * before it is looked into, so that nothing is missed. Returns 0, or -ENOMEM (with watches left behind:
 * file_trail_leave()). `*ret` is to be done in any case. */
int file_trail_walk(int fd, const PathList *paths, FileTrail *ret);

/* Ends the watches of `left` that `kept` does not have. */
void file_trail_leave(int fd, const FileTrail *left, const FileTrail *kept);

void file_trail_done(FileTrail *t);
#define CLEANUP_FILE_TRAIL CLEANUP(file_trail_done)

/* May an event of this watch, about this name in it (NULL: about itself), touch one of the paths? */
bool file_trail_concerns(const FileTrail *t, int wd, const char *name);

/* NULL if the directory is not on the trail. */
const FileTrailDir *file_trail_dir(const FileTrail *t, const char *path);

#endif
