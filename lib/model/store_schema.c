/* SPDX-License-Identifier: MIT */

/*
 * The schema: is this file one of ours, of which version, and what brings it to the present one.
 * user_version counts the steps that a file has been through; application_id says that it is ours
 * (SQLite: "Database File Format", 1.3).
 */

#include "model/store_internal.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* "MQTL" */
#define APPLICATION_ID INT64_C(0x4D51544C)

#define MIGRATION_ROW(version, sql) sql,
static const char *const migrations[] = {STORE_MIGRATION_TABLE(MIGRATION_ROW)};

#define STATEMENT_ROW(id, sql) [STATEMENT_##id] = sql,
static const char *const statements[_STATEMENT_MAX] = {STORE_STATEMENT_TABLE(STATEMENT_ROW)};

/* The first column of the first row, as a number; as text it has to be "ok" to be 1. */
static int query(Store *s, const char *sql, bool is_ok, int64_t *ret)
{
        sqlite3_stmt *stmt = NULL;
        const unsigned char *text = NULL;
        int rc, r;

        rc = sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL);
        if (rc == SQLITE_OK)
                rc = sqlite3_step(stmt);
        r = store_result(s, rc);
        /* Such as "unsupported file format" and "malformed database schema". */
        if ((rc & 0xFF) == SQLITE_ERROR)
                r = -EBADMSG;
        if (rc == SQLITE_ROW && is_ok) {
                text = sqlite3_column_text(stmt, 0);
                *ret = text && strcmp((const char *) text, "ok") == 0;
        } else if (rc == SQLITE_ROW) {
                *ret = sqlite3_column_int64(stmt, 0);
        } else if (r == 0) {
                r = store_fail(s, -EBADMSG, "the database does not answer");
        }
        (void) sqlite3_finalize(stmt);
        return r;
}

int store_schema_inspect(Store *s, StoreVerdict *ret)
{
        int64_t n_objects = 0, application_id = 0, version = 0, is_whole = 0;
        int r;

        assert(s);
        assert(ret);

        r = query(s, "SELECT count(*) FROM sqlite_master", false, &n_objects);
        if (r < 0)
                return r;
        r = query(s, "PRAGMA application_id", false, &application_id);
        if (r < 0)
                return r;
        r = query(s, "PRAGMA user_version", false, &version);
        if (r < 0)
                return r;

        *ret = STORE_VERDICT_OURS;
        if (n_objects == 0 && application_id == 0 && version == 0)
                return 0;

        r = query(s, "PRAGMA integrity_check(1)", true, &is_whole);
        if (r < 0)
                return r;
        if (!is_whole || application_id != APPLICATION_ID || version < 1)
                *ret = STORE_VERDICT_DAMAGED;
        else if (version > (int64_t) ARRAY_LEN(migrations))
                *ret = STORE_VERDICT_NEWER;
        /* Are the tables there? A file without them is put away as it is. */
        else if (version == (int64_t) ARRAY_LEN(migrations))
                return store_schema_prepare(s);
        return 0;
}

static int migrate_from(Store *s, int64_t version)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        int r;

        for (size_t i = (size_t) version; i < ARRAY_LEN(migrations); i++) {
                r = store_exec(s, migrations[i]);
                if (r < 0)
                        return r;
        }

        buf_appendf(&b, "PRAGMA application_id = %lld; PRAGMA user_version = %zu",
                (long long) APPLICATION_ID, ARRAY_LEN(migrations));
        r = buf_error(&b);
        return r < 0 ? r : store_exec(s, buf_str(&b));
}

int store_schema_migrate(Store *s)
{
        int64_t version = 0;
        bool nested = false;
        int r;

        assert(s);

        r = query(s, "PRAGMA user_version", false, &version);
        if (r < 0 || version >= (int64_t) ARRAY_LEN(migrations))
                return r;

        r = store_transaction_begin(s, &nested);
        if (r < 0)
                return r;

        /* Another process may have been faster. */
        r = query(s, "PRAGMA user_version", false, &version);
        if (r == 0)
                r = migrate_from(s, version);
        return store_transaction_end(s, nested, r);
}

int store_schema_prepare(Store *s)
{
        assert(s);

        for (size_t i = 0; i < _STATEMENT_MAX; i++) {
                int rc, r;

                if (s->statements[i])
                        continue;
                rc = sqlite3_prepare_v3(s->db, statements[i], -1, SQLITE_PREPARE_PERSISTENT,
                        &s->statements[i], NULL);
                r = store_result(s, rc);

                /* A table or column is missing. */
                if (rc == SQLITE_ERROR)
                        return store_fail(s, -EBADMSG, "the tables are not those of this schema");
                if (r < 0)
                        return r;
        }
        return 0;
}

void store_schema_finalize(Store *s)
{
        assert(s);

        for (size_t i = 0; i < _STATEMENT_MAX; i++) {
                (void) sqlite3_finalize(s->statements[i]);
                s->statements[i] = NULL;
        }
}
