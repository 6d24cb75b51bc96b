/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_STORE_H
#define MQTLS_MODEL_STORE_H

/*
 * What outlives the daemon: baselines, the ledger of changes, the dates seen last, and the windows in
 * which changes are expected. One SQLite file in WAL mode, and the door to SQLite.
 *
 * Every call is one transaction: after a crash at any moment the file holds the old state or the new
 * one. What cannot be saved is an errno and a sentence, and what was saved before stays; the caller goes
 * on without. What is read back is held against the same bounds as what came from the network.
 *
 * A Store is one connection without globals: it may be used by any thread, but by one at a time. Several
 * processes may have the same file open (--accept beside the daemon).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "judge/assess.h"
#include "judge/drift.h"

enum {
        STORE_NAME_MAX = 1024,        /* bytes of an endpoint's name */
        STORE_ENDPOINTS_MAX = 200000, /* read back */
        STORE_CHANGES_PER_ENDPOINT_MAX = 1000, /* entries kept in the ledger */
        STORE_CHANGES_MAX = 100000,
        STORE_PAGE_MAX = 1000,        /* entries in one page of it */
        STORE_DAMAGED_KEPT = 3,       /* damaged files that are kept */
};

/* What every reader of JSON takes as an integer (RFC 8259, section 6). */
#define STORE_CHANGE_ID_MAX (INT64_C(1) << 53)

typedef struct Store Store;

/* ---- opening ---- */

typedef enum StoreProblem {
        STORE_PROBLEM_NONE,
        STORE_PROBLEM_DAMAGED,     /* the file was set aside, and a new one begun */
        STORE_PROBLEM_READ_ONLY,   /* it can be read and not be written; try again later */
        STORE_PROBLEM_NEWER,       /* written by a later version: left alone, there is no store */
        STORE_PROBLEM_UNAVAILABLE, /* there is no store now; try again later */
        _STORE_PROBLEM_MAX,
} StoreProblem;

typedef struct StoreReport {
        StoreProblem problem;
        int r;           /* -errno: why it cannot be opened, or (READ_ONLY) written; else 0 */
        char *text;      /* what is wrong, without a full stop: what to do follows; NULL: no problem */
        char *set_aside; /* where the damaged file is; else NULL */
} StoreReport;

void store_report_done(StoreReport *r);

/*
 * Opens or creates the file. `now_at` dates a file that is set aside: PATH.damaged-20260101T000000Z.
 * Returns 0 (also for DAMAGED and READ_ONLY), -EOPNOTSUPP for NEWER, or what the system said. The
 * report is filled in either way.
 */
int store_open(const char *path, int64_t now_at, StoreReport *ret_report, Store **ret);

/*
 * Opens a file that is there, beside the daemon that owns it: creates nothing, and sets nothing aside.
 * -ENOENT where there is none, -EBADMSG where it is damaged, -EOPNOTSUPP, -EROFS and others where it
 * cannot be written; the report is filled in.
 */
int store_open_beside(const char *path, StoreReport *ret_report, Store **ret);

/* Returns NULL. */
Store *store_close(Store *s);
DEFINE_CLEANUP(Store, store_close, store_cleanup)

/* As store_close(), when the file was deleted or replaced behind our back: nothing that bears its name
 * now is touched. Returns NULL. */
Store *store_abandon(Store *s);

bool store_is_read_only(const Store *s);

/* What the last failed call died of, one printable line; "" before any. Errors of all calls below:
 *   -ENOSPC   no room                   -EROFS   not writable
 *   -EBUSY    another process writes    -EBADMSG the file is damaged: close and open again
 *   -ENOMEM, -EIO and others            -ENAMETOOLONG, -EINVAL: the name or value is no good */
const char *store_error(const Store *s);

/* ---- several calls in one transaction (one write to the disk) ---- */

int store_begin(Store *s);
int store_commit(Store *s); /* on failure nothing since store_begin() is saved */
void store_rollback(Store *s);

/* ---- what is remembered of an endpoint ---- */

/* The dates seen last, for the time between a restart and the first probe. */
typedef struct StoredFacts {
        AssessedDates dates;
        int64_t dates_at; /* when they were seen; 0: never */
        bool has_last_run, has_last_success;
        int64_t last_run_at, last_success_at;
} StoredFacts;

/* Changes ever recorded, those included that the ledger has let go. */
typedef struct StoredTally {
        int64_t n;
        int64_t last_at; /* 0: never */
} StoredTally;

typedef struct StoredEndpoint {
        char *name;
        DriftMemory *memory; /* NULL: none */
        bool has_facts;
        StoredFacts facts;
        StoredTally tallies[_DRIFT_KIND_MAX];
        int64_t expected_from_at, expected_until_at; /* the window; both 0: none was announced */
} StoredEndpoint;

void stored_endpoint_done(StoredEndpoint *e);

typedef struct StoredEndpoints {
        StoredEndpoint *endpoints; /* by name */
        size_t n_endpoints;
        size_t n_rejected; /* rows that no version of ours has written, or not like that */
} StoredEndpoints;

void stored_endpoints_done(StoredEndpoints *e);
const StoredEndpoint *stored_endpoints_find(const StoredEndpoints *e, const char *name);

int store_load(Store *s, StoredEndpoints *ret);

/* One endpoint. -ENOENT where nothing is known of it. */
int store_load_endpoint(Store *s, const char *name, StoredEndpoint *ret);

/* Has another process written since the last look (open, load or this)? */
int store_is_changed(Store *s, bool *ret);

/*
 * Saves the memory, and the entries that a comparison gave with it: both or nothing. -ESTALE when
 * somebody has accepted something in the file since `memory` was loaded: load the endpoint and compare
 * again.
 */
int store_save_endpoint(Store *s, const char *name, const DriftMemory *memory,
        const DriftChange *changes, size_t n_changes);

/* Entries alone. They get `first_id` and those behind it as their ids, or higher ones where the ledger has
 * these already; 0: the next ones. */
int store_record_changes(Store *s, const char *name, int64_t first_id, const DriftChange *changes,
        size_t n_changes);

int store_save_facts(Store *s, const char *name, const StoredFacts *facts);

/* Announces a window [from, until); replaces one that was there. Both 0: takes it back. */
int store_expect(Store *s, const char *name, int64_t from_at, int64_t until_at);

/* Takes what was seen last as the baseline, in the file (drift_accept()). `*ret_n_accepted` may be 0.
 * -ENOENT where there is no memory of that name. */
int store_accept(Store *s, const char *name, DriftKind kind, int64_t now_at, size_t *ret_n_accepted);

/* Forgets an endpoint that is no longer configured: all but its entries in the ledger. */
int store_forget(Store *s, const char *name);

/* ---- the ledger ---- */

typedef struct StoredChange {
        int64_t id; /* later entries have higher ones */
        char *endpoint;
        DriftChange change;
} StoredChange;

typedef struct StoreQuery {
        const char *endpoint; /* NULL: all */
        DriftKind kind;       /* _DRIFT_KIND_MAX: all */
        int64_t before_id;    /* the next_before_id of the page before; 0: from the newest on */
        size_t limit;         /* 0: as many as a page may have */
} StoreQuery;

typedef struct StorePage {
        StoredChange *changes; /* newest first */
        size_t n_changes;
        int64_t next_before_id; /* 0: that was all */
        size_t n_rejected;
} StorePage;

void store_page_done(StorePage *p);

int store_changes(Store *s, const StoreQuery *query, StorePage *ret);

#endif
