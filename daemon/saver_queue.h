/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_SAVER_QUEUE_H
#define MQTLSD_SAVER_QUEUE_H

/*
 * What waits for the disk, one item per endpoint: the latest memory, and the changes since it was saved
 * last. However long the disk is away, it grows no further than the configuration does.
 */

#include <stdbool.h>
#include <stddef.h>

#include "model/store.h"

enum {
        SAVER_CHANGES_MAX = STORE_CHANGES_PER_ENDPOINT_MAX, /* of one endpoint; the oldest go first */
};

/* An entry for the ledger. */
typedef struct SaverChange {
        int64_t id; /* as the inventory's ledger has it */
        DriftChange change;
} SaverChange;

typedef struct SaverItem {
        char *name;
        DriftMemory *memory; /* NULL: none to save */
        SaverChange *changes;
        size_t n_changes;
        bool has_facts;
        StoredFacts facts;
        bool has_window;
        int64_t expected_from_at, expected_until_at;
        bool forget; /* all but its changes, before anything else */

        int r; /* what came of it: 0 saved, -EAGAIN not yet, or why it never will be */
} SaverItem;

typedef struct SaverQueue {
        SaverItem *items; /* by name */
        size_t n_items;
} SaverQueue;

void saver_item_done(SaverItem *item);
void saver_items_done(SaverItem *items, size_t n); /* frees the array, too */
void saver_queue_done(SaverQueue *q);

/* More than dates and runs, which may wait. */
bool saver_item_is_urgent(const SaverItem *item);
size_t saver_queue_n_urgent(const SaverQueue *q);

/* NULL where nothing waits. */
SaverItem *saver_queue_find(const SaverQueue *q, const char *name);

/* The item of that name, added when there is none. Returns 0 or -ENOMEM. */
int saver_queue_get(SaverQueue *q, const char *name, SaverItem **ret);

/* Both copy, and return 0 or -ENOMEM with nothing changed. */
int saver_item_set_memory(SaverItem *item, const DriftMemory *memory);
int saver_item_add_changes(
        SaverItem *item, int64_t first_id, const DriftChange *changes, size_t n);
void saver_item_drop_changes(SaverItem *item);

/* Takes out the acceptance that says the same as `change`, where one waits: its id, or 0. */
int64_t saver_queue_withdraw(SaverQueue *q, const char *name, const DriftChange *change);

/* The ledger has moved its entries behind `after_id` up. */
void saver_queue_shift(SaverQueue *q, int64_t after_id, int64_t shift);

/* Takes back what was not saved: it is older than what came meanwhile. Empties the item, whatever it
 * returns: 0 or -ENOMEM. */
int saver_queue_return(SaverQueue *q, SaverItem *item);

#endif
