/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_LISTENERS_H
#define MQTLSD_LISTENERS_H

/*
 * Which endpoints share a listener, so that no two of them are probed at the same time and there is
 * some time between one and the next. A listener is the first entry of a conname list, host and port.
 * Whoever has to wait stands in its listener's line, out of everybody else's way.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "mq/conname.h"

typedef struct Listener Listener;

/* A member of the line; lives inside whoever waits. */
typedef struct ListenerWaiter {
        TAILQ_ENTRY(ListenerWaiter) link;
        bool is_waiting;
        void *owner;
} ListenerWaiter;

typedef struct Listeners {
        void *tree; /* tsearch(3) */
} Listeners;

/* The listener of this conname list (not empty); the same one for all that share it. To be given back
 * with listener_unref(). NULL when memory ran out. */
Listener *listener_get(Listeners *all, const ConnameList *connames);
Listener *listener_unref(Listeners *all, Listener *l); /* NULL is fine; returns NULL */

/* May it be probed at `now_usec`? Otherwise `*ret_at_usec` is the moment to ask again, or 0 when it is
 * busy, and then the end of that probe will tell. */
bool listener_is_free(const Listener *l, uint64_t now_usec, uint64_t spacing_usec, uint64_t *ret_at_usec);

void listener_begin(Listener *l);
void listener_end(Listener *l, uint64_t now_usec);

void listener_wait(Listener *l, ListenerWaiter *w);
void listener_leave(Listener *l, ListenerWaiter *w); /* harmless when it does not wait */

/* The first of the line, who leaves it; NULL when nobody waits. */
void *listener_next(Listener *l);

#endif
