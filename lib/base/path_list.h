/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_BASE_PATH_LIST_H
#define MQTLS_BASE_PATH_LIST_H

/*
 * Paths of files, collected where they are met, each with what was there then: whoever adds a path just
 * before reading the file can ask afterwards whether it has changed since. Owns its strings.
 */

#include <stddef.h>

#include "base/file_state.h"
#include "base/util.h"

typedef struct PathListEntry {
        char *path;
        FileState state; /* when it was added */
        size_t order;
} PathListEntry;

typedef struct PathList {
        PathListEntry *entries;
        size_t n;
} PathList;

#define PATH_LIST_INIT                                                                             \
        {                                                                                          \
                0                                                                                  \
        }

/* Empties the list, which is usable afterwards. */
void path_list_done(PathList *l);
#define CLEANUP_PATH_LIST CLEANUP(path_list_done)

/* Appends a copy, and looks at the file. Returns 0, or -ENOMEM with nothing changed. */
int path_list_add(PathList *l, const char *path);

/* Appends copies of all entries, with their states. Returns 0, or -ENOMEM with some of them appended. */
int path_list_add_all(PathList *l, const PathList *others);

/* Sorts, and of those that stand there more than once keeps the first. */
void path_list_tidy(PathList *l);

/* In a tidy list; NULL if it is not there. */
const PathListEntry *path_list_find(const PathList *l, const char *path);

#endif
