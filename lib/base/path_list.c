/* SPDX-License-Identifier: MIT */
#include "base/path_list.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

void path_list_done(PathList *l)
{
        assert(l);

        for (size_t i = 0; i < l->n; i++)
                free(l->paths[i]);
        free(l->paths);
        *l = (PathList) PATH_LIST_INIT;
}

int path_list_add(PathList *l, const char *path)
{
        char *copy = NULL;

        assert(l);
        assert(path);

        /* What many endpoints name, each names behind the other. */
        if (l->n > 0 && strcmp(l->paths[l->n - 1], path) == 0)
                return 0;

        copy = strdup(path);
        if (!copy || util_grow(&l->paths, l->n, sizeof(*l->paths)) < 0) {
                free(copy);
                return -ENOMEM;
        }
        l->paths[l->n++] = copy;
        return 0;
}

static int compare_paths(const void *a, const void *b)
{
        return strcmp(*(char *const *) a, *(char *const *) b);
}

void path_list_tidy(PathList *l)
{
        size_t n = 0;

        assert(l);

        if (l->n == 0)
                return;

        qsort(l->paths, l->n, sizeof(*l->paths), compare_paths);
        for (size_t i = 0; i < l->n; i++) {
                if (n > 0 && strcmp(l->paths[n - 1], l->paths[i]) == 0)
                        free(l->paths[i]);
                else
                        l->paths[n++] = l->paths[i];
        }
        l->n = n;
}
