/* SPDX-License-Identifier: MIT */

/* Baselines on their way to the tables and back. */

#include "model/store_internal.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "judge/drift_fact.h"

enum {
        TURNS_MAX = 1000000, /* read back; more is nonsense */
};

/* ---- reading ---- */

static void track_done(DriftTrack *t)
{
        drift_fact_done(&t->baseline);
        drift_fact_done(&t->now);
        drift_fact_done(&t->other);
}

static bool read_fact(const Row *row, int i, DriftFact *f, int *ret_r)
{
        return row_optional_text(row, i, DRIFT_VALUE_MAX, &f->value, ret_r) &&
                row_optional_text(row, i + 1, DRIFT_TEXT_MAX, &f->text, ret_r);
}

/* Do the parts fit each other? */
static bool is_sane(const DriftTrack *t)
{
        if (!t->baseline.value || (t->now.value && drift_fact_equal(&t->now, &t->baseline)))
                return false;
        return t->mixed_at != 0 ? t->other.value != NULL : !t->on_other;
}

/* Columns 3 and on of LOAD_TRACKS. */
static bool read_track(const Row *row, DriftTrack *t, int *ret_r)
{
        int64_t n_turns = 0, n_calm = 0;

        if (!read_fact(row, 3, &t->baseline, ret_r) || !row_at(row, 5, &t->baseline_at) ||
                !read_fact(row, 6, &t->now, ret_r) || !row_at(row, 8, &t->now_at) ||
                !read_fact(row, 9, &t->other, ret_r) || !row_at(row, 11, &t->other_at) ||
                !row_int(row, 12, 0, TURNS_MAX, &n_turns) ||
                !row_int(row, 13, 0, TURNS_MAX, &n_calm) || !row_at(row, 14, &t->mixed_at) ||
                !row_bool(row, 15, &t->on_other))
                return false;

        t->n_turns = (unsigned) n_turns;
        t->n_calm = (unsigned) n_calm;
        return is_sane(t);
}

/* The record that the first two columns name; NULL where there is none. */
static DriftRecord *find_record(const Row *row, const StoredEndpoints *e, int *ret_r)
{
        CLEANUP_FREE char *name = NULL, *address = NULL;
        const StoredEndpoint *found = NULL;

        if (!row_text(row, 0, STORE_NAME_MAX, &name, ret_r) ||
                !row_text(row, 1, DRIFT_ADDRESS_MAX, &address, ret_r))
                return NULL;

        found = stored_endpoints_find(e, name);
        return found && found->memory ? drift_memory_find(found->memory, address) : NULL;
}

static int load_tracks(Store *s, const char *name, StoredEndpoints *e)
{
        CLEANUP_ROW Row row = row_use(s, STATEMENT_LOAD_TRACKS);
        int r, failed = 0;

        row_bind_range(&row, name);
        while ((r = row_step(&row)) > 0) {
                DriftRecord *record = find_record(&row, e, &failed);
                DriftKind kind = _DRIFT_KIND_MAX;
                DriftTrack t = {0};

                if (record && row_kind(&row, 2, &kind) && !record->tracks[kind].baseline.value &&
                        read_track(&row, &t, &failed)) {
                        record->tracks[kind] = t;
                        continue;
                }
                track_done(&t);
                if (failed < 0)
                        return store_fail(s, failed, "no memory");
                e->n_rejected++;
        }
        return r;
}

/* Makes the record of a row. False: it is none of ours. */
static bool read_record(const Row *row, const StoredEndpoints *e, int *ret_r)
{
        CLEANUP_FREE char *name = NULL, *address = NULL;
        const StoredEndpoint *found = NULL;
        DriftRecord *record = NULL;
        bool is_present = false;
        int64_t seen_at = 0;

        if (!row_text(row, 0, STORE_NAME_MAX, &name, ret_r) ||
                !row_text(row, 1, DRIFT_ADDRESS_MAX, &address, ret_r) ||
                !row_bool(row, 2, &is_present) || !row_at(row, 3, &seen_at))
                return false;

        found = stored_endpoints_find(e, name);
        if (!found || !found->memory)
                return false;

        record = drift_memory_find(found->memory, address);
        if (record && address[0] != '\0')
                return false;
        if (!record) {
                int r = drift_memory_add(found->memory, address, &record);

                if (r == -ENOMEM)
                        *ret_r = r;
                if (r < 0)
                        return false;
        }

        record->is_present = is_present;
        record->seen_at = seen_at;
        return true;
}

static int load_records(Store *s, const char *name, StoredEndpoints *e)
{
        CLEANUP_ROW Row row = row_use(s, STATEMENT_LOAD_RECORDS);
        int r, failed = 0;

        row_bind_range(&row, name);
        while ((r = row_step(&row)) > 0) {
                if (read_record(&row, e, &failed))
                        continue;
                if (failed < 0)
                        return store_fail(s, failed, "no memory");
                e->n_rejected++;
        }
        return r;
}

static bool read_memory(const Row *row, DriftMemory *m, int *ret_r)
{
        return row_at(row, 1, &m->first_at) &&
                row_optional_text(row, 2, DRIFT_VALUE_MAX, &m->offer, ret_r) &&
                row_optional_text(row, 3, DRIFT_VALUE_MAX, &m->target, ret_r) &&
                row_at(row, 4, &m->mismatch_at) && row_int(row, 5, 0, INT64_MAX, &m->revision);
}

/* Adds the endpoint of a row with its memory. False: it is none of ours. */
static bool take_memory(const Row *row, StoredEndpoints *e, int *ret_r)
{
        CLEANUP(drift_memory_cleanup) DriftMemory *m = NULL;
        CLEANUP_FREE char *name = NULL;
        StoredEndpoint *endpoint = NULL;

        if (!row_text(row, 0, STORE_NAME_MAX, &name, ret_r))
                return false;
        *ret_r = drift_memory_new(0, &m);
        if (*ret_r < 0 || !read_memory(row, m, ret_r))
                return false;

        *ret_r = stored_endpoints_get(e, name, &endpoint);
        if (*ret_r < 0 || !endpoint)
                return false;

        endpoint->memory = STEAL(m);
        return true;
}

static int load_memories(Store *s, const char *name, StoredEndpoints *e)
{
        CLEANUP_ROW Row row = row_use(s, STATEMENT_LOAD_MEMORIES);
        int r, failed = 0;

        row_bind_range(&row, name);
        while ((r = row_step(&row)) > 0) {
                if (take_memory(&row, e, &failed))
                        continue;
                if (failed < 0)
                        return store_fail(s, failed, "no memory");
                e->n_rejected++;
        }
        return r;
}

int store_memory_load(Store *s, const char *name, StoredEndpoints *e)
{
        int r;

        assert(s);
        assert(e);

        r = load_memories(s, name, e);
        if (r < 0)
                return r;
        r = load_records(s, name, e);
        if (r < 0)
                return r;
        return load_tracks(s, name, e);
}

/* ---- writing ---- */

static bool is_bounded(const char *text, size_t max)
{
        return !text || strlen(text) <= max;
}

static bool fact_is_bounded(const DriftFact *f)
{
        return is_bounded(f->value, DRIFT_VALUE_MAX) && is_bounded(f->text, DRIFT_TEXT_MAX);
}

static void bind_fact(Row *row, const DriftFact *f)
{
        row_bind_text(row, f->value);
        row_bind_text(row, f->text);
}

static int save_track(Store *s, const char *name, const char *address, DriftKind kind,
        const DriftTrack *t)
{
        CLEANUP_ROW Row row = row_use(s, STATEMENT_PUT_TRACK);

        if (!fact_is_bounded(&t->baseline) || !fact_is_bounded(&t->now) ||
                !fact_is_bounded(&t->other))
                return store_fail(s, -EINVAL, "a value is longer than it may be");

        row_bind_text(&row, name);
        row_bind_text(&row, address);
        row_bind_text(&row, drift_kind_info(kind)->name);
        bind_fact(&row, &t->baseline);
        row_bind_int(&row, t->baseline_at);
        bind_fact(&row, &t->now);
        row_bind_int(&row, t->now_at);
        bind_fact(&row, &t->other);
        row_bind_int(&row, t->other_at);
        row_bind_int(&row, MIN_OF(t->n_turns, (unsigned) TURNS_MAX));
        row_bind_int(&row, MIN_OF(t->n_calm, (unsigned) TURNS_MAX));
        row_bind_int(&row, t->mixed_at);
        row_bind_int(&row, t->on_other);
        return row_run(&row);
}

static int put_record(Store *s, const char *name, const DriftRecord *record)
{
        CLEANUP_ROW Row row = row_use(s, STATEMENT_PUT_RECORD);

        row_bind_text(&row, name);
        row_bind_text(&row, record->address);
        row_bind_int(&row, record->is_present);
        row_bind_int(&row, record->seen_at);
        return row_run(&row);
}

static int save_record(Store *s, const char *name, const DriftRecord *record)
{
        int r;

        if (!is_bounded(record->address, DRIFT_ADDRESS_MAX))
                return store_fail(s, -EINVAL, "an address is longer than it may be");

        r = put_record(s, name, record);
        for (DriftKind k = 0; r == 0 && k < _DRIFT_KIND_MAX; k++)
                if (record->tracks[k].baseline.value)
                        r = save_track(s, name, record->address, k, &record->tracks[k]);
        return r;
}

static int put_memory(Store *s, const char *name, const DriftMemory *m)
{
        CLEANUP_ROW Row row = row_use(s, STATEMENT_PUT_MEMORY);

        if (!is_bounded(m->offer, DRIFT_VALUE_MAX) || !is_bounded(m->target, DRIFT_VALUE_MAX))
                return store_fail(s, -EINVAL, "a value is longer than it may be");

        row_bind_text(&row, name);
        row_bind_int(&row, m->first_at);
        row_bind_text(&row, m->offer);
        row_bind_text(&row, m->target);
        row_bind_int(&row, m->mismatch_at);
        row_bind_int(&row, m->revision);
        return row_run(&row);
}

int store_memory_save(Store *s, const char *name, const DriftMemory *m)
{
        int r;

        assert(s);
        assert(name);
        assert(m);

        r = put_memory(s, name, m);
        if (r < 0)
                return r;
        r = row_run_named(s, STATEMENT_DROP_RECORDS, name);
        if (r < 0)
                return r;
        r = row_run_named(s, STATEMENT_DROP_TRACKS, name);
        if (r < 0)
                return r;

        r = save_record(s, name, &m->endpoint);
        for (size_t i = 0; r == 0 && i < m->n_addresses; i++)
                r = save_record(s, name, &m->addresses[i]);
        return r;
}
