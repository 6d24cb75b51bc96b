/* SPDX-License-Identifier: MIT */

/* What is stored of endpoints, all of it by name: loaded together, saved by part. */

#include "model/store_internal.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

void stored_endpoint_done(StoredEndpoint *e)
{
        assert(e);

        free(e->name);
        (void) drift_memory_free(e->memory);
        *e = (StoredEndpoint) {0};
}

void stored_endpoints_done(StoredEndpoints *e)
{
        assert(e);

        for (size_t i = 0; i < e->n_endpoints; i++)
                stored_endpoint_done(&e->endpoints[i]);
        free(e->endpoints);
        *e = (StoredEndpoints) {0};
}

/* Where it is, or where it would be. */
static size_t find_place(const StoredEndpoints *e, const char *name, bool *ret_found)
{
        size_t low = 0, high = e->n_endpoints;

        *ret_found = false;
        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = strcmp(e->endpoints[middle].name, name);

                if (order == 0) {
                        *ret_found = true;
                        return middle;
                }
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

const StoredEndpoint *stored_endpoints_find(const StoredEndpoints *e, const char *name)
{
        bool found = false;
        size_t i;

        assert(e);
        assert(name);

        i = find_place(e, name, &found);
        return found ? &e->endpoints[i] : NULL;
}

/* Rows come in the order of names, so a new one mostly belongs at the end. */
int stored_endpoints_get(StoredEndpoints *e, const char *name, StoredEndpoint **ret)
{
        bool found = false;
        size_t i = find_place(e, name, &found);
        char *copy = NULL;
        int r;

        if (found) {
                *ret = &e->endpoints[i];
                return 0;
        }
        if (e->n_endpoints >= STORE_ENDPOINTS_MAX || name[0] == '\0')
                return 0;

        r = util_grow(&e->endpoints, e->n_endpoints, sizeof(*e->endpoints));
        if (r < 0)
                return r;
        copy = strdup(name);
        if (!copy)
                return -ENOMEM;

        memmove(&e->endpoints[i + 1], &e->endpoints[i],
                (e->n_endpoints - i) * sizeof(*e->endpoints));
        e->n_endpoints++;
        e->endpoints[i] = (StoredEndpoint) {.name = copy};
        *ret = &e->endpoints[i];
        return 0;
}

int store_check_name(Store *s, const char *name)
{
        size_t len = strlen(name);

        if (len == 0)
                return store_fail(s, -EINVAL, "an endpoint has no name");
        if (len > STORE_NAME_MAX)
                return store_fail(s, -ENAMETOOLONG, "an endpoint's name is too long");
        return 0;
}

/* ---- loading ---- */

static bool read_facts(const Row *row, StoredEndpoint *e)
{
        AssessedDates *d = &e->facts.dates;
        bool has_warning = false, has_critical = false;

        if (!row_at(row, 1, &e->facts.dates_at) ||
                !row_flag_at(row, 2, &d->has_leaf, &d->leaf_at) ||
                !row_flag_at(row, 3, &d->has_presented, &d->presented_at) ||
                !row_flag_at(row, 4, &d->has_verified, &d->verified_at) ||
                !row_flag_at(row, 5, &d->has_effective, &d->effective_at) ||
                !row_flag_int(row, 6, 0, INT64_MAX, &has_warning, &d->warning_seconds) ||
                !row_flag_int(row, 7, 0, INT64_MAX, &has_critical, &d->critical_seconds) ||
                !row_flag_at(row, 8, &e->facts.has_last_run, &e->facts.last_run_at) ||
                !row_flag_at(row, 9, &e->facts.has_last_success, &e->facts.last_success_at) ||
                has_warning != has_critical)
                return false;

        d->has_policy = has_warning;
        e->has_facts = true;
        return true;
}

static bool read_tally(const Row *row, StoredEndpoint *e)
{
        StoredTally t = {0};
        DriftKind kind = _DRIFT_KIND_MAX;

        if (!row_kind(row, 1, &kind) || !row_int(row, 2, 0, INT64_MAX, &t.n) ||
                !row_at(row, 3, &t.last_at))
                return false;

        e->tallies[kind] = t;
        return true;
}

static bool read_window(const Row *row, StoredEndpoint *e)
{
        int64_t from_at = 0, until_at = 0;

        if (!row_at(row, 1, &from_at) || !row_at(row, 2, &until_at) || from_at > until_at)
                return false;

        e->expected_from_at = from_at;
        e->expected_until_at = until_at;
        return true;
}

/* One kind of row that begins with the name of its endpoint. */
static int load_rows(Store *s, StoreStatement statement, const char *name,
        bool (*read)(const Row *row, StoredEndpoint *e), StoredEndpoints *ret)
{
        CLEANUP_ROW Row row = row_use(s, statement);
        int r;

        row_bind_range(&row, name);
        while ((r = row_step(&row)) > 0) {
                CLEANUP_FREE char *found = NULL;
                StoredEndpoint *e = NULL, before;

                if (row_text(&row, 0, STORE_NAME_MAX, &found, &r))
                        r = stored_endpoints_get(ret, found, &e);
                if (r < 0)
                        return store_fail(s, r, "no memory");
                if (e)
                        before = *e;
                if (e && read(&row, e))
                        continue;
                /* What was read of it is not to be half believed. */
                if (e)
                        *e = before;
                ret->n_rejected++;
        }
        return r;
}

static int load(Store *s, const char *name, StoredEndpoints *ret)
{
        int r;

        r = store_memory_load(s, name, ret);
        if (r < 0)
                return r;
        r = load_rows(s, STATEMENT_LOAD_FACTS, name, read_facts, ret);
        if (r < 0)
                return r;
        r = load_rows(s, STATEMENT_LOAD_TALLIES, name, read_tally, ret);
        if (r < 0)
                return r;
        return load_rows(s, STATEMENT_LOAD_WINDOWS, name, read_window, ret);
}

int store_load(Store *s, StoredEndpoints *ret)
{
        CLEANUP(stored_endpoints_done) StoredEndpoints e = {0};
        bool changed = false;
        int r;

        assert(s);
        assert(ret);

        /* Before, so that a change in the middle is seen the next time. */
        r = store_is_changed(s, &changed);
        if (r < 0)
                return r;
        r = load(s, NULL, &e);
        if (r < 0)
                return r;

        *ret = e;
        e = (StoredEndpoints) {0};
        return 0;
}

int store_load_endpoint(Store *s, const char *name, StoredEndpoint *ret)
{
        CLEANUP(stored_endpoints_done) StoredEndpoints e = {0};
        int r;

        assert(s);
        assert(name);
        assert(ret);

        r = store_check_name(s, name);
        if (r < 0)
                return r;
        r = load(s, name, &e);
        if (r < 0)
                return r;
        if (e.n_endpoints == 0)
                return -ENOENT;

        *ret = e.endpoints[0];
        e.endpoints[0] = (StoredEndpoint) {0};
        return 0;
}

/* ---- saving ---- */

/* Whoever is told that it is a newer one reads it. Of what cannot be read back nobody could ever take
 * the revision over, so it is written over. */
static int check_readable(Store *s, const char *name)
{
        CLEANUP(stored_endpoints_done) StoredEndpoints e = {0};
        int r = store_memory_load(s, name, &e);

        if (r < 0)
                return r;
        if (e.n_endpoints > 0 && e.endpoints[0].memory)
                return store_fail(s, -ESTALE, "the baseline in the file is a newer one");
        return 0;
}

static int check_revision(Store *s, const char *name, const DriftMemory *m)
{
        CLEANUP_ROW Row row = row_use(s, STATEMENT_GET_REVISION);
        int64_t revision = 0;
        int r;

        row_bind_text(&row, name);
        r = row_step(&row);
        if (r <= 0)
                return r;
        if (!row_int(&row, 0, 0, INT64_MAX, &revision) || revision != m->revision)
                return check_readable(s, name);
        return 0;
}

typedef struct Saving {
        const DriftMemory *memory;
        const DriftChange *changes;
        size_t n_changes;
} Saving;

static int save_endpoint(Store *s, const char *name, void *args)
{
        const Saving *saving = args;
        int r;

        r = check_revision(s, name, saving->memory);
        if (r < 0)
                return r;
        r = store_memory_save(s, name, saving->memory);
        if (r < 0)
                return r;
        return store_ledger_add(s, name, 0, saving->changes, saving->n_changes);
}

int store_save_endpoint(Store *s, const char *name, const DriftMemory *memory,
        const DriftChange *changes, size_t n_changes)
{
        Saving saving = {memory, changes, n_changes};

        assert(memory);

        return store_transact(s, name, save_endpoint, &saving);
}

static int save_facts(Store *s, const char *name, void *args)
{
        CLEANUP_ROW Row row = row_use(s, STATEMENT_PUT_FACTS);
        const StoredFacts *f = args;
        const AssessedDates *d = &f->dates;

        row_bind_text(&row, name);
        row_bind_int(&row, f->dates_at);
        row_bind_flag_int(&row, d->has_leaf, d->leaf_at);
        row_bind_flag_int(&row, d->has_presented, d->presented_at);
        row_bind_flag_int(&row, d->has_verified, d->verified_at);
        row_bind_flag_int(&row, d->has_effective, d->effective_at);
        row_bind_flag_int(&row, d->has_policy, d->warning_seconds);
        row_bind_flag_int(&row, d->has_policy, d->critical_seconds);
        row_bind_flag_int(&row, f->has_last_run, f->last_run_at);
        row_bind_flag_int(&row, f->has_last_success, f->last_success_at);
        return row_run(&row);
}

int store_save_facts(Store *s, const char *name, const StoredFacts *facts)
{
        StoredFacts copy;

        assert(facts);

        copy = *facts;
        return store_transact(s, name, save_facts, &copy);
}

typedef struct Window {
        int64_t from_at, until_at;
} Window;

static int put_window(Store *s, const char *name, void *args)
{
        CLEANUP_ROW Row row = row_use(s, STATEMENT_PUT_WINDOW);
        const Window *window = args;

        row_bind_text(&row, name);
        row_bind_int(&row, window->from_at);
        row_bind_int(&row, window->until_at);
        return row_run(&row);
}

static int drop_window(Store *s, const char *name, void *args UNUSED)
{
        return row_run_named(s, STATEMENT_DROP_WINDOW, name);
}

int store_expect(Store *s, const char *name, int64_t from_at, int64_t until_at)
{
        Window window = {from_at, until_at};

        assert(s);

        if (from_at > until_at)
                return store_fail(s, -EINVAL, "the window ends before it begins");
        return store_transact(
                s, name, from_at == 0 && until_at == 0 ? drop_window : put_window, &window);
}

static int forget(Store *s, const char *name, void *args UNUSED)
{
        static const StoreStatement statements[] = {STATEMENT_DROP_MEMORY, STATEMENT_DROP_RECORDS,
                STATEMENT_DROP_TRACKS, STATEMENT_DROP_FACTS, STATEMENT_DROP_TALLIES,
                STATEMENT_DROP_WINDOW};

        for (size_t i = 0; i < ARRAY_LEN(statements); i++) {
                int r = row_run_named(s, statements[i], name);

                if (r < 0)
                        return r;
        }
        return 0;
}

int store_forget(Store *s, const char *name)
{
        return store_transact(s, name, forget, NULL);
}

typedef struct Acceptance {
        DriftKind kind;
        int64_t now_at;
        size_t n_accepted;
} Acceptance;

static int accept_in_file(Store *s, const char *name, void *args)
{
        CLEANUP(stored_endpoints_done) StoredEndpoints e = {0};
        CLEANUP_DRIFT_RESULT DriftResult result = {0};
        Acceptance *acceptance = args;
        int r;

        r = store_memory_load(s, name, &e);
        if (r < 0)
                return r;
        if (e.n_endpoints == 0 || !e.endpoints[0].memory)
                return -ENOENT;

        r = drift_accept(e.endpoints[0].memory, acceptance->kind, acceptance->now_at, &result);
        if (r < 0)
                return store_fail(s, r, "no memory");
        if (!result.memory_changed)
                return 0;

        r = save_endpoint(
                s, name, &(Saving){result.memory, result.changes, result.n_changes});
        if (r < 0)
                return r;
        acceptance->n_accepted = result.n_changes;
        return row_run_named(s, STATEMENT_BUMP_REVISION, name);
}

int store_accept(Store *s, const char *name, DriftKind kind, int64_t now_at, size_t *ret_n_accepted)
{
        Acceptance acceptance = {.kind = kind, .now_at = now_at};
        int r;

        assert(kind <= _DRIFT_KIND_MAX);
        assert(ret_n_accepted);

        r = store_transact(s, name, accept_in_file, &acceptance);
        if (r < 0)
                return r;

        *ret_n_accepted = acceptance.n_accepted;
        return 0;
}
