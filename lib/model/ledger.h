/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_LEDGER_H
#define MQTLS_MODEL_LEDGER_H

/*
 * The newest changes of all endpoints, in memory: what the page, the JSON and /api/v1/changes show,
 * whether or not the disk takes it. Filled from the store at the start. Bounded: the oldest go first.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "judge/drift.h"
#include "model/store.h"

enum {
        LEDGER_ENTRIES_MAX = 20000,
};

typedef struct LedgerEntry {
        int64_t id; /* later entries have higher ones; the store's, or what it will be there */
        char *endpoint;
        DriftChange change;
} LedgerEntry;

typedef struct Ledger Ledger;

int ledger_new(Ledger **ret);
Ledger *ledger_free(Ledger *l);
DEFINE_CLEANUP(Ledger, ledger_free, ledger_cleanup)

/* Appends copies, the last one becomes the newest. Returns 0 or -ENOMEM with nothing changed. */
int ledger_append(Ledger *l, const char *endpoint, const DriftChange *changes, size_t n);

/*
 * Copies of what somebody else has put into the store behind `after_id`, the oldest first, each with its
 * id: they go before all that the store does not hold yet. These move up: `*ret_shift` is by how much
 * the ids above `after_id` have grown. Returns 0 or -ENOMEM with nothing changed.
 */
int ledger_insert(
        Ledger *l, int64_t after_id, const StoredChange *changes, size_t n, int64_t *ret_shift);

/* Takes an entry out, where there is one of that id. */
void ledger_remove(Ledger *l, int64_t id);

size_t ledger_count(const Ledger *l);

/* The i-th newest, from 0; NULL behind the last. Good until something is appended. */
const LedgerEntry *ledger_newest(const Ledger *l, size_t i);

typedef struct LedgerQuery {
        const char *endpoint; /* exact name; NULL: all */
        DriftKind kind;       /* _DRIFT_KIND_MAX: all */
        int64_t before_id;    /* only older ones; 0: from the newest on */
        size_t limit;         /* 0: all */
} LedgerQuery;

/* The entries that fit, newest first: an array of pointers into the ledger that the caller frees;
 * NULL without any. They are good until something is appended. `*ret_next_before_id` is 0 when there
 * are no more. Returns 0 or -ENOMEM. */
int ledger_query(const Ledger *l, const LedgerQuery *query, const LedgerEntry ***ret, size_t *ret_n,
        int64_t *ret_next_before_id);

#endif
