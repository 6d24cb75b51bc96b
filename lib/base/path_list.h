/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_BASE_PATH_LIST_H
#define MQTLS_BASE_PATH_LIST_H

/* Paths of files, collected where they are met and put in order afterwards. Owns its strings. */

#include <stddef.h>

#include "base/util.h"

typedef struct PathList {
        char **paths;
        size_t n;
} PathList;

#define PATH_LIST_INIT                                                                             \
        {                                                                                          \
                0                                                                                  \
        }

/* Empties the list, which is usable afterwards. */
void path_list_done(PathList *l);
#define CLEANUP_PATH_LIST CLEANUP(path_list_done)

/* Appends a copy. Returns 0, or -ENOMEM with nothing changed. */
int path_list_add(PathList *l, const char *path);

/* Sorts, and drops what stands there more than once. */
void path_list_tidy(PathList *l);

#endif
