/* SPDX-License-Identifier: MIT */

/* The ledger: entries are added, counted and, the oldest first, let go. */

#include "model/store_internal.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

void store_page_done(StorePage *p)
{
        assert(p);

        for (size_t i = 0; i < p->n_changes; i++) {
                free(p->changes[i].endpoint);
                drift_change_done(&p->changes[i].change);
        }
        free(p->changes);
        *p = (StorePage) {0};
}

/* ---- adding ---- */

static int add_change(Store *s, const char *name, int64_t id, const DriftChange *c)
{
        CLEANUP_ROW Row row = row_use(s, STATEMENT_ADD_CHANGE);

        if ((c->address && strlen(c->address) > DRIFT_ADDRESS_MAX) ||
                strlen(c->old_text) > DRIFT_TEXT_MAX || strlen(c->new_text) > DRIFT_TEXT_MAX)
                return store_fail(s, -EINVAL, "a text of the ledger is longer than it may be");

        row_bind_int(&row, id);
        row_bind_text(&row, name);
        row_bind_int(&row, c->at);
        row_bind_text(&row, drift_kind_info(c->kind)->name);
        row_bind_text(&row, drift_event_info(c->event)->name);
        row_bind_int(&row, c->expected);
        row_bind_text(&row, c->address);
        row_bind_text(&row, c->old_text);
        row_bind_text(&row, c->new_text);
        return row_run(&row);
}

static int add_tally(Store *s, const char *name, const DriftChange *c)
{
        CLEANUP_ROW Row row = row_use(s, STATEMENT_ADD_TALLY);

        row_bind_text(&row, name);
        row_bind_text(&row, drift_kind_info(c->kind)->name);
        row_bind_int(&row, c->at);
        return row_run(&row);
}

static int trim_endpoint(Store *s, const char *name)
{
        CLEANUP_ROW Row row = row_use(s, STATEMENT_TRIM_ENDPOINT);

        row_bind_text(&row, name);
        row_bind_int(&row, STORE_CHANGES_PER_ENDPOINT_MAX);
        return row_run(&row);
}

static int trim_all(Store *s)
{
        CLEANUP_ROW Row row = row_use(s, STATEMENT_TRIM_ALL);

        row_bind_int(&row, STORE_CHANGES_MAX);
        return row_run(&row);
}

int store_ledger_add(Store *s, const char *name, int64_t first_id, const DriftChange *changes,
        size_t n_changes)
{
        int r;

        assert(s);
        assert(name);
        assert(changes || n_changes == 0);

        if (n_changes == 0)
                return 0;

        for (size_t i = 0; i < n_changes; i++) {
                r = add_change(s, name, first_id + (int64_t) i, &changes[i]);
                if (r < 0)
                        return r;
                r = add_tally(s, name, &changes[i]);
                if (r < 0)
                        return r;
        }

        r = trim_endpoint(s, name);
        return r < 0 ? r : trim_all(s);
}

typedef struct Recording {
        int64_t first_id;
        const DriftChange *changes;
        size_t n_changes;
} Recording;

static int record_changes(Store *s, const char *name, void *args)
{
        const Recording *recording = args;

        return store_ledger_add(
                s, name, recording->first_id, recording->changes, recording->n_changes);
}

int store_record_changes(Store *s, const char *name, int64_t first_id, const DriftChange *changes,
        size_t n_changes)
{
        Recording recording = {first_id, changes, n_changes};

        return store_transact(s, name, record_changes, &recording);
}

/* ---- reading ---- */

static bool read_event(const Row *row, int i, DriftEvent *ret, int *ret_r)
{
        CLEANUP_FREE char *name = NULL;

        if (!row_text(row, i, STORE_NAME_MAX, &name, ret_r))
                return false;

        *ret = drift_event_from_string(name);
        return *ret != _DRIFT_EVENT_MAX;
}

static bool read_change(const Row *row, StoredChange *c, int *ret_r)
{
        return row_text(row, 1, STORE_NAME_MAX, &c->endpoint, ret_r) &&
                row_at(row, 2, &c->change.at) && row_kind(row, 3, &c->change.kind) &&
                read_event(row, 4, &c->change.event, ret_r) &&
                row_bool(row, 5, &c->change.expected) &&
                row_optional_text(row, 6, DRIFT_ADDRESS_MAX, &c->change.address, ret_r) &&
                row_text(row, 7, DRIFT_TEXT_MAX, &c->change.old_text, ret_r) &&
                row_text(row, 8, DRIFT_TEXT_MAX, &c->change.new_text, ret_r);
}

/* Takes the row's entry into the page, or counts it. Returns 0 or -ENOMEM. */
static int page_take(StorePage *p, const Row *row, int64_t id)
{
        StoredChange c = {.id = id};
        int r = 0;

        if (!read_change(row, &c, &r)) {
                p->n_rejected++;
        } else {
                r = util_grow(&p->changes, p->n_changes, sizeof(*p->changes));
                if (r == 0) {
                        p->changes[p->n_changes++] = c;
                        return 0;
                }
        }

        free(c.endpoint);
        drift_change_done(&c.change);
        return r;
}

static int page_fill(StorePage *p, Row *row, size_t limit)
{
        int64_t last_id = 0;
        size_t n = 0;
        int r;

        while ((r = row_step(row)) > 0) {
                int64_t id = 0;

                /* One more than wanted was asked for: there is a next page. */
                if (n++ == limit) {
                        p->next_before_id = last_id;
                        return 0;
                }
                if (!row_int(row, 0, 1, STORE_CHANGE_ID_MAX, &id)) {
                        p->n_rejected++;
                        continue;
                }

                last_id = id;
                r = page_take(p, row, id);
                if (r < 0)
                        return store_fail(row->store, r, "no memory");
        }
        return r;
}

int store_changes(Store *s, const StoreQuery *query, StorePage *ret)
{
        CLEANUP(store_page_done) StorePage page = {0};
        const char *kind = NULL;
        size_t limit;
        int r;

        assert(s);
        assert(query);
        assert(query->kind <= _DRIFT_KIND_MAX);
        assert(ret);

        CLEANUP_ROW Row row = row_use(
                s, query->endpoint ? STATEMENT_GET_CHANGES_OF : STATEMENT_GET_CHANGES);

        limit = query->limit == 0 ? STORE_PAGE_MAX : MIN_OF(query->limit, (size_t) STORE_PAGE_MAX);
        if (query->kind != _DRIFT_KIND_MAX)
                kind = drift_kind_info(query->kind)->name;

        row_bind_int(&row, query->before_id > 0 ? query->before_id : INT64_MAX);
        row_bind_text(&row, kind);
        row_bind_text(&row, kind);
        if (query->endpoint)
                row_bind_text(&row, query->endpoint);
        row_bind_int(&row, (int64_t) limit + 1);
        r = page_fill(&page, &row, limit);
        if (r < 0)
                return r;

        *ret = page;
        page = (StorePage) {0};
        return 0;
}
