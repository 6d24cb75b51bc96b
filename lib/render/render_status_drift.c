/* SPDX-License-Identifier: MIT */

/* What changed behind an endpoint: what is not at rest now, the baseline that it is held against, and
 * the ledger. */

#include "render/render_status.h"

#include <assert.h>

#include "render/render_status_json.h"
#include "render/view.h"

/* ---- what is not at rest ---- */

static void put_kind(Json *j, json_t *o, DriftKind kind)
{
        json_put_text(j, o, "kind", drift_kind_info(kind)->name);
}

static json_t *place_to_json(Json *j, const ViewDrift *d)
{
        json_t *o = json_new_object(j);

        json_put_text(j, o, "address", d->address);
        json_put_text(j, o, "old", d->old_text);
        json_put_text(j, o, "new", d->new_text);
        json_put_instant(j, o, "since", true, d->since_at);
        return o;
}

static void put_explanation(Json *j, json_t *o, const ViewDrift *d)
{
        const DriftKindInfo *info = drift_kind_info(d->kind);

        json_put_words(j, o, "meaning", info->meaning);
        json_put_words(j, o, "event_meaning", drift_event_info(d->event)->meaning);
        json_put_words(j, o, "breaks", info->breaks);
        json_put_words(j, o, "remedy", drift_remedy(d->kind, d->event));
}

static bool is_alike(const ViewDrift *a, const ViewDrift *b)
{
        return a->kind == b->kind && a->event == b->event;
}

/* One row for each kind and event, over all addresses; those are in `list` and begin at `first`. */
static json_t *drift_to_json(
        Json *j, const ViewDrift *list, size_t n, size_t first, bool detailed)
{
        const ViewDrift *d = &list[first];
        json_t *o = json_new_object(j), *places = NULL;
        int64_t since_at = d->since_at;

        for (size_t k = first; k < n; k++)
                if (is_alike(&list[k], d))
                        since_at = MIN_OF(since_at, list[k].since_at);

        put_kind(j, o, d->kind);
        json_put_text(j, o, "event", drift_event_info(d->event)->name);
        json_put_instant(j, o, "since", true, since_at);
        if (!detailed)
                return o;

        put_explanation(j, o, d);
        places = json_new_array(j);
        for (size_t k = first; k < n; k++)
                if (is_alike(&list[k], d))
                        json_append(j, places, place_to_json(j, &list[k]));
        json_put(j, o, "places", places);
        return o;
}

static bool was_before(const ViewDrift *list, size_t index)
{
        for (size_t k = 0; k < index; k++)
                if (is_alike(&list[k], &list[index]))
                        return true;
        return false;
}

static json_t *drifts_to_json(Json *j, const Endpoint *e, bool detailed)
{
        CLEANUP_FREE ViewDrift *list = NULL;
        json_t *rows = json_new_array(j);
        size_t n = 0;

        if (view_drifts(e, &list, &n) < 0)
                j->failed = true;
        for (size_t k = 0; k < n; k++)
                if (!was_before(list, k))
                        json_append(j, rows, drift_to_json(j, list, n, k, detailed));
        return rows;
}

void status_put_drift(Json *j, json_t *o, const Endpoint *e, bool detailed)
{
        int64_t last_change_at = view_last_change_at(e);

        json_put(j, o, "drift", drifts_to_json(j, e, detailed));
        json_put_instant(j, o, "last_change_at", last_change_at != 0, last_change_at);
        json_put_instant(
                j, o, "expected_until", e->expected_until_at != 0, e->expected_until_at);
}

/* ---- the baseline ---- */

static json_t *track_to_json(Json *j, DriftKind kind, const DriftTrack *t)
{
        bool is_open = t->now.value != NULL, is_mixed = t->mixed_at != 0;
        json_t *o = json_new_object(j);

        put_kind(j, o, kind);
        json_put_text(j, o, "value", drift_fact_text(&t->baseline));
        json_put_instant(j, o, "since", true, t->baseline_at);
        json_put_text(j, o, "now", is_open ? drift_fact_text(&t->now) : NULL);
        json_put_instant(j, o, "now_since", is_open, t->now_at);
        json_put_text(j, o, "mixed_with", is_mixed ? drift_fact_text(&t->other) : NULL);
        json_put_instant(j, o, "mixed_since", is_mixed, t->mixed_at);
        return o;
}

static json_t *record_to_json(Json *j, const DriftRecord *record)
{
        json_t *o = json_new_object(j), *values = json_new_array(j);

        json_put_words(j, o, "address", record->address);
        json_put_boolean(j, o, "present", record->is_present);
        json_put_instant(j, o, "seen_at", record->seen_at != 0, record->seen_at);
        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++)
                if (record->tracks[k].baseline.value)
                        json_append(j, values, track_to_json(j, k, &record->tracks[k]));
        json_put(j, o, "values", values);
        return o;
}

/* First the endpoint as a whole, whose address is null. */
static json_t *baseline_to_json(Json *j, const DriftMemory *m)
{
        json_t *o = NULL, *records = NULL;

        if (!m)
                return json_null();

        o = json_new_object(j);
        json_put_instant(j, o, "first_seen_at", true, m->first_at);
        records = json_new_array(j);
        json_append(j, records, record_to_json(j, &m->endpoint));
        for (size_t k = 0; k < m->n_addresses; k++)
                json_append(j, records, record_to_json(j, &m->addresses[k]));
        json_put(j, o, "records", records);
        return o;
}

/* ---- the ledger ---- */

static json_t *change_to_json(Json *j, const LedgerEntry *e)
{
        const DriftChange *c = &e->change;
        json_t *o = json_new_object(j);

        json_put_integer(j, o, "id", e->id);
        json_put_text(j, o, "endpoint", e->endpoint);
        json_put_instant(j, o, "at", true, c->at);
        put_kind(j, o, c->kind);
        json_put_text(j, o, "event", drift_event_info(c->event)->name);
        json_put_boolean(j, o, "expected", c->expected);
        json_put_boolean(j, o, "alarm", drift_change_is_alarm(c));
        json_put_text(j, o, "address", c->address);
        json_put_text(j, o, "old", c->old_text);
        json_put_text(j, o, "new", c->new_text);
        return o;
}

static void put_changes(Json *j, json_t *o, const Inventory *inventory, const LedgerQuery *query,
        int64_t *ret_next_before_id)
{
        CLEANUP_FREE const LedgerEntry **entries = NULL;
        json_t *list = json_new_array(j);
        size_t n = 0;

        if (ledger_query(inventory_ledger(inventory), query, &entries, &n, ret_next_before_id) < 0)
                j->failed = true;
        for (size_t k = 0; k < n; k++)
                json_append(j, list, change_to_json(j, entries[k]));
        json_put(j, o, "changes", list);
}

void status_put_drift_details(Json *j, json_t *o, const Inventory *inventory, const Endpoint *e)
{
        const LedgerQuery query = {
                .endpoint = e->config->name,
                .kind = _DRIFT_KIND_MAX,
                .limit = STATUS_CHANGES_SHOWN,
        };
        int64_t next_before_id = 0;

        json_put(j, o, "baseline", baseline_to_json(j, e->drift));
        put_changes(j, o, inventory, &query, &next_before_id);
}

int render_changes(const Inventory *inventory, const LedgerQuery *query, int64_t now_at, Buf *b)
{
        Json j = {0};
        json_t *root = json_new_object(&j);
        int64_t next_before_id = 0;

        assert(inventory);
        assert(query);
        assert(b);

        status_put_head(&j, root, now_at);
        put_changes(&j, root, inventory, query, &next_before_id);
        json_put_maybe_integer(&j, root, "next_before", next_before_id != 0, next_before_id);

        json_write(&j, root, b);
        return json_finish(&j, b);
}
