/* SPDX-License-Identifier: MIT */
#include "render/view.h"

#include <assert.h>

typedef struct List {
        ViewDrift *items;
        size_t n;
} List;

static int add(List *list, const ViewDrift *item)
{
        int r = util_grow(&list->items, list->n, sizeof(*list->items));

        if (r < 0)
                return r;
        list->items[list->n++] = *item;
        return 0;
}

static int add_track(List *list, const DriftRecord *record, DriftKind kind)
{
        const DriftTrack *t = &record->tracks[kind];
        const DriftFact *tracked = t->now.value ? &t->now : &t->baseline;
        const char *address = record->address[0] != '\0' ? record->address : NULL;
        int r = 0;

        if (t->now.value)
                r = add(list, &(ViewDrift) {
                        .kind = kind,
                        .event = DRIFT_EVENT_DRIFT,
                        .address = address,
                        .since_at = t->now_at,
                        .old_text = drift_fact_text(&t->baseline),
                        .new_text = drift_fact_text(&t->now),
                });
        if (r == 0 && t->mixed_at != 0)
                r = add(list, &(ViewDrift) {
                        .kind = kind,
                        .event = DRIFT_EVENT_MIXED,
                        .address = address,
                        .since_at = t->mixed_at,
                        .old_text = drift_fact_text(tracked),
                        .new_text = drift_fact_text(&t->other),
                });
        return r;
}

static int add_kind(List *list, const DriftMemory *m, DriftKind kind)
{
        int r = add_track(list, &m->endpoint, kind);

        for (size_t k = 0; k < m->n_addresses && r == 0; k++)
                if (m->addresses[k].is_present)
                        r = add_track(list, &m->addresses[k], kind);
        if (r == 0 && kind == DRIFT_KIND_ADDRESSES && m->mismatch_at != 0)
                r = add(list, &(ViewDrift) {
                        .kind = kind,
                        .event = DRIFT_EVENT_MISMATCH,
                        .since_at = m->mismatch_at,
                });
        return r;
}

int view_drifts(const Endpoint *e, ViewDrift **ret, size_t *ret_n)
{
        List list = {0};
        int r = 0;

        assert(e);
        assert(ret);
        assert(ret_n);

        for (DriftKind k = 0; e->drift && k < _DRIFT_KIND_MAX && r == 0; k++)
                r = add_kind(&list, e->drift, k);
        if (r < 0) {
                free(list.items);
                return r;
        }

        *ret = list.items;
        *ret_n = list.n;
        return 0;
}

bool view_has_drift_of(const Endpoint *e, DriftKind kind)
{
        assert(e);

        return e->drift &&
               (drift_is_open(e->drift, kind) || drift_mixed_since(e->drift, kind) != 0);
}

bool view_has_drift(const Endpoint *e)
{
        assert(e);

        if (!e->drift)
                return false;
        if (e->drift->mismatch_at != 0)
                return true;
        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++)
                if (drift_is_open(e->drift, k) || drift_mixed_since(e->drift, k) != 0)
                        return true;
        return false;
}

int64_t view_last_change_at(const Endpoint *e)
{
        int64_t at = 0;

        assert(e);

        for (size_t k = 0; k < _DRIFT_KIND_MAX; k++)
                at = MAX_OF(at, e->changes[k].last_at);
        return at;
}
