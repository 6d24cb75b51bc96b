/* SPDX-License-Identifier: MIT */

/* One prepared statement in use: values in, and values out that are believed only within bounds. */

#include "model/store_internal.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* The years 0 to 9999, see base/timefmt.h. */
#define AT_MIN INT64_C(-62167219200)
#define AT_MAX INT64_C(253402300799)

Row row_use(Store *s, StoreStatement statement)
{
        assert(s);
        assert(statement < _STATEMENT_MAX);
        assert(s->statements[statement]);

        return (Row) {.store = s, .stmt = s->statements[statement]};
}

void row_done(Row *row)
{
        assert(row);

        /* Its error was told by the step. */
        (void) sqlite3_reset(row->stmt);
        (void) sqlite3_clear_bindings(row->stmt);
}

static void row_bound(Row *row, int rc)
{
        if (row->r == 0)
                row->r = store_result(row->store, rc);
}

void row_bind_text(Row *row, const char *text)
{
        assert(row);

        row_bound(row, sqlite3_bind_text(row->stmt, ++row->n_bound, text, -1, SQLITE_STATIC));
}

void row_bind_int(Row *row, int64_t n)
{
        assert(row);

        row_bound(row, sqlite3_bind_int64(row->stmt, ++row->n_bound, n));
}

void row_bind_flag_int(Row *row, bool has, int64_t n)
{
        assert(row);

        if (has)
                row_bind_int(row, n);
        else
                row_bind_text(row, NULL);
}

void row_bind_range(Row *row, const char *name)
{
        assert(row);

        row_bind_text(row, name ? name : "");
        if (name)
                row_bind_text(row, name);
        else
                /* Any BLOB sorts behind every TEXT (SQLite: "Datatypes In SQLite", 4.1). */
                row_bound(row, sqlite3_bind_zeroblob(row->stmt, ++row->n_bound, 1));
}

int row_step(Row *row)
{
        int rc;

        assert(row);

        if (row->r < 0)
                return row->r;

        rc = sqlite3_step(row->stmt);
        return rc == SQLITE_ROW ? 1 : store_result(row->store, rc);
}

int row_run(Row *row)
{
        int r = row_step(row);

        return r < 0 ? r : 0;
}

int row_run_named(Store *s, StoreStatement statement, const char *name)
{
        CLEANUP_ROW Row row = row_use(s, statement);

        row_bind_text(&row, name);
        return row_run(&row);
}

/* ---- reading ---- */

static bool is_null(const Row *row, int i)
{
        return sqlite3_column_type(row->stmt, i) == SQLITE_NULL;
}

bool row_text(const Row *row, int i, size_t max, char **ret, int *ret_r)
{
        const unsigned char *text = NULL;
        size_t len;
        char *copy = NULL;

        assert(row);
        assert(ret);
        assert(ret_r);

        if (sqlite3_column_type(row->stmt, i) != SQLITE_TEXT)
                return false;

        text = sqlite3_column_text(row->stmt, i);
        len = (size_t) sqlite3_column_bytes(row->stmt, i);
        if (!text) {
                *ret_r = -ENOMEM;
                return false;
        }
        if (len > max || memchr(text, 0, len))
                return false;

        copy = malloc(len + 1);
        if (!copy) {
                *ret_r = -ENOMEM;
                return false;
        }
        memcpy(copy, text, len);
        copy[len] = '\0';

        free(*ret);
        *ret = copy;
        return true;
}

bool row_optional_text(const Row *row, int i, size_t max, char **ret, int *ret_r)
{
        return is_null(row, i) || row_text(row, i, max, ret, ret_r);
}

bool row_int(const Row *row, int i, int64_t min, int64_t max, int64_t *ret)
{
        int64_t n;

        assert(row);
        assert(ret);

        if (sqlite3_column_type(row->stmt, i) != SQLITE_INTEGER)
                return false;

        n = sqlite3_column_int64(row->stmt, i);
        if (n < min || n > max)
                return false;

        *ret = n;
        return true;
}

bool row_flag_int(const Row *row, int i, int64_t min, int64_t max, bool *ret_has, int64_t *ret)
{
        *ret_has = !is_null(row, i);
        return !*ret_has || row_int(row, i, min, max, ret);
}

bool row_bool(const Row *row, int i, bool *ret)
{
        int64_t n = 0;

        if (!row_int(row, i, 0, 1, &n))
                return false;

        *ret = n == 1;
        return true;
}

bool row_at(const Row *row, int i, int64_t *ret)
{
        return row_int(row, i, AT_MIN, AT_MAX, ret);
}

bool row_flag_at(const Row *row, int i, bool *ret_has, int64_t *ret)
{
        return row_flag_int(row, i, AT_MIN, AT_MAX, ret_has, ret);
}

bool row_kind(const Row *row, int i, DriftKind *ret)
{
        const unsigned char *name = NULL;

        if (sqlite3_column_type(row->stmt, i) != SQLITE_TEXT)
                return false;

        name = sqlite3_column_text(row->stmt, i);
        *ret = name ? drift_kind_from_string((const char *) name) : _DRIFT_KIND_MAX;
        return *ret != _DRIFT_KIND_MAX;
}
