/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_STORE_INTERNAL_H
#define MQTLS_MODEL_STORE_INTERNAL_H

/* What the parts of the store share. Holds SQLite's types, so nobody else includes it. */

#include <sqlite3.h>

#include "base/buf.h"
#include "base/timefmt.h"
#include "model/store.h"
#include "model/store_table.h"

enum {
        STORE_ERROR_MAX = 256,
        STORE_BUSY_MSEC = 5000, /* how long to wait for another process */
};

#define STORE_STATEMENT_ENUM(id, sql) STATEMENT_##id,
typedef enum StoreStatement {
        STORE_STATEMENT_TABLE(STORE_STATEMENT_ENUM)
        _STATEMENT_MAX,
} StoreStatement;
#undef STORE_STATEMENT_ENUM

struct Store {
        sqlite3 *db;
        sqlite3_stmt *statements[_STATEMENT_MAX];
        bool read_only;
        bool in_batch; /* between store_begin() and its end */
        int64_t data_version;
        char error[STORE_ERROR_MAX];
};

/* ---- store.c ---- */

/* SQLite's word as -errno; 0 for OK, ROW and DONE. Notes what `s` died of. */
int store_result(Store *s, int rc);

/* Notes a failure of our own. Returns `r`. */
int store_fail(Store *s, int r, const char *text);

/* Runs SQL text of ours. Returns 0 or -errno. */
int store_exec(Store *s, const char *sql);

/* One transaction, within a batch or alone. `*ret_nested` belongs to the end, which commits for r >= 0
 * and undoes otherwise; it returns r, or what went wrong with the commit. */
int store_transaction_begin(Store *s, bool *ret_nested);
int store_transaction_end(Store *s, bool nested, int r);

/* What is to be done in one transaction; `args` is the caller's. Returns 0 or -errno, which undoes it. */
typedef int (*StoreStep)(Store *s, const char *name, void *args);

/* Does it with this endpoint, unless that can be none: what every call that writes is made of. */
int store_transact(Store *s, const char *name, StoreStep step, void *args);

/* ---- store_schema.c ---- */

typedef enum StoreVerdict {
        STORE_VERDICT_OURS,    /* of this schema, an older one, or empty */
        STORE_VERDICT_NEWER,
        STORE_VERDICT_DAMAGED, /* or something else altogether */
} StoreVerdict;

/* Looks at a database that was just opened, and changes nothing. Prepares the statements where it is of
 * the present schema. Returns 0 or -errno, -EBADMSG where it is damaged or not ours. */
int store_schema_inspect(Store *s, StoreVerdict *ret);

/* Bring it to the present schema, and prepare the statements that are not yet. Return the same. */
int store_schema_migrate(Store *s);
int store_schema_prepare(Store *s);
void store_schema_finalize(Store *s);

/* ---- store_damage.c ---- */

/* Is there a log without the file that it belongs to? SQLite would delete it. */
bool store_damage_is_orphan(const char *path);

/* Renames the file and its log to a dated name, and lets all but the newest of these go. Returns 0 or
 * -errno. */
int store_damage_set_aside(const char *path, int64_t now_at, char **ret_name);

/* ---- store_row.c ---- */

/* A prepared statement in use: reset and without bindings when it leaves its scope. */
typedef struct Row {
        Store *store;
        sqlite3_stmt *stmt;
        int r; /* the first failure of a bind; sticks */
        int n_bound;
} Row;

Row row_use(Store *s, StoreStatement statement);
void row_done(Row *row);
#define CLEANUP_ROW CLEANUP(row_done)

/* Bind the next parameter. Texts are borrowed until row_done(). */
void row_bind_text(Row *row, const char *text); /* NULL is NULL */
void row_bind_int(Row *row, int64_t n);
void row_bind_flag_int(Row *row, bool has, int64_t n);  /* NULL unless `has` */
void row_bind_range(Row *row, const char *name); /* two parameters for BETWEEN; NULL: everything */

/* Returns 1 with a row, 0 without, -errno. */
int row_step(Row *row);

/* Runs a statement that gives no rows; or one of which an endpoint's name is the only parameter.
 * Return 0 or -errno. */
int row_run(Row *row);
int row_run_named(Store *s, StoreStatement statement, const char *name);

/* Read column `i`. False: no such value is written by us. Texts are copied; `*ret_r` is -ENOMEM when
 * that failed, else untouched. */
bool row_text(const Row *row, int i, size_t max, char **ret, int *ret_r);
bool row_optional_text(const Row *row, int i, size_t max, char **ret, int *ret_r);
bool row_int(const Row *row, int i, int64_t min, int64_t max, int64_t *ret);
bool row_flag_int(const Row *row, int i, int64_t min, int64_t max, bool *ret_has, int64_t *ret);
bool row_bool(const Row *row, int i, bool *ret);
bool row_at(const Row *row, int i, int64_t *ret); /* an instant that RFC 3339 can write */
bool row_flag_at(const Row *row, int i, bool *ret_has, int64_t *ret);
bool row_kind(const Row *row, int i, DriftKind *ret);

/* ---- store_memory.c ---- */

/* Of one name or (NULL) all; the memories join their endpoints, which are made as needed. */
int store_memory_load(Store *s, const char *name, StoredEndpoints *e);
int store_memory_save(Store *s, const char *name, const DriftMemory *m);

/* ---- store_endpoints.c ---- */

/* The endpoint of that name, added when it is new. Of no name, or one too many: `*ret` stays as it is.
 * Returns 0 or -ENOMEM. */
int stored_endpoints_get(StoredEndpoints *e, const char *name, StoredEndpoint **ret);

/* 0, or why this cannot be the name of an endpoint. */
int store_check_name(Store *s, const char *name);

/* ---- store_ledger.c ---- */

int store_ledger_add(Store *s, const char *name, int64_t first_id, const DriftChange *changes,
        size_t n_changes);

#endif
