/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_DUE_HEAP_H
#define MQTLSD_DUE_HEAP_H

/*
 * Things by the moment at which they are due, the earliest first: a binary heap. The items live
 * inside what is due. Room is made beforehand, so putting something in cannot fail.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct DueItem {
        uint64_t at_usec;
        size_t place; /* 1…: where in the heap; 0: not in it, so a zeroed one is out */
        void *owner;
} DueItem;

typedef struct DueHeap {
        DueItem **items;
        size_t n, capacity;
} DueHeap;

void due_heap_done(DueHeap *h);

/* Makes room for `n` items in all. Returns 0 or -ENOMEM. */
int due_heap_reserve(DueHeap *h, size_t n);

/* Puts `item` in, or moves it, to be due at `at_usec`. */
void due_heap_put(DueHeap *h, DueItem *item, uint64_t at_usec);

void due_heap_remove(DueHeap *h, DueItem *item); /* harmless when it is not in */

DueItem *due_heap_first(const DueHeap *h); /* NULL when empty */

static inline bool due_item_is_in(const DueItem *item)
{
        return item->place > 0;
}

#endif
