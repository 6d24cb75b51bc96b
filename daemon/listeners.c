/* SPDX-License-Identifier: MIT */
#include "daemon/listeners.h"

#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/schedule.h"

typedef TAILQ_HEAD(ListenerLine, ListenerWaiter) ListenerLine;

struct Listener {
        char *host;
        uint16_t port;
        unsigned n_ref;
        bool is_busy;
        bool has_last;
        uint64_t last_usec; /* when the last probe ended */
        ListenerLine line;
};

static int listener_compare(const void *a, const void *b)
{
        const Listener *x = a, *y = b;

        if (x->port != y->port)
                return x->port < y->port ? -1 : 1;
        return strcasecmp(x->host, y->host);
}

static void listener_destroy(Listener *l)
{
        free(l->host);
        free(l);
}

Listener *listener_get(Listeners *all, const ConnameList *connames)
{
        Listener *l = NULL, **found = NULL;

        assert(connames->n_entries > 0);

        l = calloc(1, sizeof(*l));
        if (!l)
                return NULL;
        TAILQ_INIT(&l->line);
        l->port = connames->entries[0].port;
        l->host = strdup(connames->entries[0].host);
        found = l->host ? tsearch(l, &all->tree, listener_compare) : NULL;
        if (!found || *found != l)
                listener_destroy(l);
        if (!found)
                return NULL;

        (*found)->n_ref++;
        return *found;
}

Listener *listener_unref(Listeners *all, Listener *l)
{
        if (!l || --l->n_ref > 0)
                return NULL;

        assert(TAILQ_EMPTY(&l->line));
        (void) tdelete(l, &all->tree, listener_compare);
        listener_destroy(l);
        return NULL;
}

bool listener_is_free(const Listener *l, uint64_t now_usec, uint64_t spacing_usec, uint64_t *ret_at_usec)
{
        uint64_t at_usec = 0;

        if (!l->is_busy)
                at_usec = schedule_spaced(now_usec, l->has_last, l->last_usec, spacing_usec);
        *ret_at_usec = at_usec;
        return !l->is_busy && at_usec <= now_usec;
}

void listener_begin(Listener *l)
{
        assert(!l->is_busy);
        l->is_busy = true;
}

void listener_end(Listener *l, uint64_t now_usec)
{
        l->is_busy = false;
        l->has_last = true;
        l->last_usec = now_usec;
}

void listener_wait(Listener *l, ListenerWaiter *w)
{
        assert(!w->is_waiting);
        w->is_waiting = true;
        TAILQ_INSERT_TAIL(&l->line, w, link);
}

void listener_leave(Listener *l, ListenerWaiter *w)
{
        if (!w->is_waiting)
                return;
        TAILQ_REMOVE(&l->line, w, link);
        w->is_waiting = false;
}

void *listener_next(Listener *l)
{
        ListenerWaiter *w = TAILQ_FIRST(&l->line);

        if (!w)
                return NULL;
        listener_leave(l, w);
        return w->owner;
}
