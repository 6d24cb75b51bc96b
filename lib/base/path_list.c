/* SPDX-License-Identifier: MIT */
#include "base/path_list.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

void path_list_done(PathList *l)
{
        assert(l);

        for (size_t i = 0; i < l->n; i++)
                free(l->entries[i].path);
        free(l->entries);
        *l = (PathList) PATH_LIST_INIT;
}

static int append(PathList *l, const char *path, const FileState *state)
{
        PathListEntry e = { .path = strdup(path), .state = *state, .order = l->n };

        if (!e.path || util_grow(&l->entries, l->n, sizeof(*l->entries)) < 0) {
                free(e.path);
                return -ENOMEM;
        }
        l->entries[l->n++] = e;
        return 0;
}

int path_list_add(PathList *l, const char *path)
{
        FileState state;

        assert(l);
        assert(path);

        /* What many endpoints name, each names behind the other. */
        if (l->n > 0 && strcmp(l->entries[l->n - 1].path, path) == 0)
                return 0;

        state = file_state_of(path);
        return append(l, path, &state);
}

int path_list_add_all(PathList *l, const PathList *others)
{
        assert(l);
        assert(others);

        for (size_t i = 0; i < others->n; i++)
                if (append(l, others->entries[i].path, &others->entries[i].state) < 0)
                        return -ENOMEM;
        return 0;
}

static int compare_entries(const void *a, const void *b)
{
        const PathListEntry *x = a, *y = b;
        int r = strcmp(x->path, y->path);

        return r != 0 ? r : (x->order > y->order) - (x->order < y->order);
}

void path_list_tidy(PathList *l)
{
        size_t n = 0;

        assert(l);

        if (l->n == 0)
                return;

        qsort(l->entries, l->n, sizeof(*l->entries), compare_entries);
        for (size_t i = 0; i < l->n; i++) {
                if (n > 0 && strcmp(l->entries[n - 1].path, l->entries[i].path) == 0)
                        free(l->entries[i].path);
                else
                        l->entries[n++] = l->entries[i];
        }
        l->n = n;
}

static int compare_path(const void *path, const void *element)
{
        const PathListEntry *e = element;

        return strcmp(path, e->path);
}

const PathListEntry *path_list_find(const PathList *l, const char *path)
{
        assert(l);
        assert(path);

        return l->n > 0 ? bsearch(path, l->entries, l->n, sizeof(*l->entries), compare_path) : NULL;
}
