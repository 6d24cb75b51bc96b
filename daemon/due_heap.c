/* SPDX-License-Identifier: MIT */
#include "daemon/due_heap.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

/* Places count from 1: the children of i are 2i and 2i + 1. */

void due_heap_done(DueHeap *h)
{
        free(h->items);
        *h = (DueHeap){0};
}

int due_heap_reserve(DueHeap *h, size_t n)
{
        DueItem **items = NULL;

        if (n <= h->capacity)
                return 0;
        items = reallocarray(h->items, n, sizeof(DueItem *));
        if (!items)
                return -ENOMEM;
        h->items = items;
        h->capacity = n;
        return 0;
}

static DueItem *at(const DueHeap *h, size_t place)
{
        return h->items[place - 1];
}

static void set(DueHeap *h, size_t place, DueItem *item)
{
        h->items[place - 1] = item;
        item->place = place;
}

static void sift_up(DueHeap *h, DueItem *item)
{
        size_t place = item->place;

        while (place > 1 && at(h, place / 2)->at_usec > item->at_usec) {
                set(h, place, at(h, place / 2));
                place /= 2;
        }
        set(h, place, item);
}

static void sift_down(DueHeap *h, DueItem *item)
{
        size_t place = item->place;

        for (;;) {
                size_t child = 2 * place;

                if (child < h->n && at(h, child + 1)->at_usec < at(h, child)->at_usec)
                        child++;
                if (child > h->n || at(h, child)->at_usec >= item->at_usec)
                        break;
                set(h, place, at(h, child));
                place = child;
        }
        set(h, place, item);
}

void due_heap_put(DueHeap *h, DueItem *item, uint64_t at_usec)
{
        item->at_usec = at_usec;
        if (!due_item_is_in(item)) {
                assert(h->n < h->capacity);
                set(h, ++h->n, item);
        }
        sift_up(h, item);
        sift_down(h, item);
}

void due_heap_remove(DueHeap *h, DueItem *item)
{
        DueItem *last = NULL;

        if (!due_item_is_in(item))
                return;

        last = at(h, h->n--);
        if (last != item) {
                set(h, item->place, last);
                sift_up(h, last);
                sift_down(h, last);
        }
        item->place = 0;
}

DueItem *due_heap_first(const DueHeap *h)
{
        return h->n > 0 ? at(h, 1) : NULL;
}
