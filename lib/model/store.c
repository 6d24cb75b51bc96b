/* SPDX-License-Identifier: MIT */

/* What SQLite's words mean to us, and transactions. */

#include "model/store_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"

Store *store_close(Store *s)
{
        if (!s)
                return NULL;

        store_schema_finalize(s);
        (void) sqlite3_close(s->db);
        free(s);
        return NULL;
}

Store *store_abandon(Store *s)
{
        /* Closing would move the log into the file, and delete whatever bears the log's name. */
        if (s)
                (void) sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        return store_close(s);
}

/* ---- errors ---- */

int store_fail(Store *s, int r, const char *text)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        assert(s);
        assert(text);

        escape_log(&b, text, strlen(text), STORE_ERROR_MAX - 1);
        (void) snprintf(s->error, sizeof(s->error), "%s", buf_str(&b));
        return r;
}

/* What the system said, where SQLite knows; else `otherwise`. */
static int system_errno(const Store *s, int otherwise)
{
        int e = sqlite3_system_errno(s->db);

        return e > 0 ? -e : otherwise;
}

static int result_to_errno(const Store *s, int rc)
{
        /* The low byte is the primary code (SQLite: "Result and Error Codes", 2). */
        switch (rc & 0xFF) {
        case SQLITE_OK:
        case SQLITE_ROW:
        case SQLITE_DONE:
                return 0;
        case SQLITE_FULL:
                return -ENOSPC;
        case SQLITE_READONLY:
                return -EROFS;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
                return -EBUSY;
        case SQLITE_NOMEM:
                return -ENOMEM;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
                return -EBADMSG;
        case SQLITE_PERM:
        case SQLITE_AUTH:
                return -EACCES;
        case SQLITE_CANTOPEN:
                return system_errno(s, -EACCES);
        case SQLITE_IOERR:
                return rc == SQLITE_IOERR_NOMEM ? -ENOMEM : system_errno(s, -EIO);
        case SQLITE_TOOBIG:
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH:
        case SQLITE_RANGE:
                return -EINVAL;
        default:
                return -EIO;
        }
}

int store_result(Store *s, int rc)
{
        int r = 0;

        assert(s);

        r = result_to_errno(s, rc);
        if (r < 0)
                return store_fail(s, r, sqlite3_errmsg(s->db));
        return 0;
}

const char *store_error(const Store *s)
{
        assert(s);

        return s->error;
}

bool store_is_read_only(const Store *s)
{
        assert(s);

        return s->read_only;
}

/* ---- transactions ---- */

int store_exec(Store *s, const char *sql)
{
        return store_result(s, sqlite3_exec(s->db, sql, NULL, NULL, NULL));
}

/* Failing here would mean that there is nothing left to undo: SQLite has done it (SQLite:
 * "Transaction", 3.1). */
static void undo(Store *s, const char *sql)
{
        if (!sqlite3_get_autocommit(s->db))
                (void) sqlite3_exec(s->db, sql, NULL, NULL, NULL);
}

int store_transaction_begin(Store *s, bool *ret_nested)
{
        bool nested;
        int r;

        if (s->read_only)
                return store_fail(s, -EROFS, "the database is open for reading only");
        /* The batch died of an earlier call, and nothing that is said in it may be saved. */
        if (s->in_batch && sqlite3_get_autocommit(s->db))
                return store_fail(s, -ECANCELED, "the transaction was undone by an earlier failure");

        nested = !sqlite3_get_autocommit(s->db);
        /* IMMEDIATE: wait for other writers now, not in the middle. */
        r = store_exec(s, nested ? "SAVEPOINT one" : "BEGIN IMMEDIATE");
        if (r < 0)
                return r;

        *ret_nested = nested;
        return 0;
}

int store_transaction_end(Store *s, bool nested, int r)
{
        if (r >= 0)
                r = store_exec(s, nested ? "RELEASE one" : "COMMIT");
        if (r < 0)
                undo(s, nested ? "ROLLBACK TO one; RELEASE one" : "ROLLBACK");
        return r;
}

int store_transact(Store *s, const char *name, StoreStep step, void *args)
{
        bool nested = false;
        int r;

        assert(s);
        assert(name);
        assert(step);

        r = store_check_name(s, name);
        if (r < 0)
                return r;
        r = store_transaction_begin(s, &nested);
        if (r < 0)
                return r;

        r = step(s, name, args);
        return store_transaction_end(s, nested, r);
}

int store_begin(Store *s)
{
        bool nested = false;
        int r;

        assert(s);
        assert(!s->in_batch);

        r = store_transaction_begin(s, &nested);
        if (r < 0)
                return r;

        s->in_batch = true;
        return 0;
}

int store_commit(Store *s)
{
        assert(s);
        assert(s->in_batch);

        s->in_batch = false;
        if (sqlite3_get_autocommit(s->db))
                return store_fail(s, -ECANCELED, "the transaction was undone by an earlier failure");
        return store_transaction_end(s, false, 0);
}

void store_rollback(Store *s)
{
        assert(s);
        assert(s->in_batch);

        s->in_batch = false;
        undo(s, "ROLLBACK");
}

int store_is_changed(Store *s, bool *ret)
{
        CLEANUP_ROW Row row = row_use(s, STATEMENT_DATA_VERSION);
        int64_t version = 0;
        int r;

        assert(ret);

        r = row_step(&row);
        if (r < 0)
                return r;
        if (r == 0 || !row_int(&row, 0, INT64_MIN, INT64_MAX, &version))
                return store_fail(s, -EBADMSG, "the database has no data version");

        *ret = version != s->data_version;
        s->data_version = version;
        return 0;
}
