/* SPDX-License-Identifier: MIT */

/* A ring that grows until it is as large as it may be; then the newest entry takes the oldest one's
 * place. Ids rise, with gaps where the store has let entries go. */

#include "model/ledger.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum {
        ROOM_MIN = 64,
};

struct Ledger {
        LedgerEntry *entries;
        size_t room;    /* in `entries` */
        size_t first;   /* the oldest one */
        size_t n;
        int64_t last_id; /* given to an entry, whether or not it is still here */
};

static void entry_done(LedgerEntry *e)
{
        free(e->endpoint);
        drift_change_done(&e->change);
        *e = (LedgerEntry) {0};
}

static void entries_done(LedgerEntry *entries, size_t n)
{
        for (size_t k = 0; entries && k < n; k++)
                entry_done(&entries[k]);
        free(entries);
}

int ledger_new(Ledger **ret)
{
        Ledger *l = NULL;

        assert(ret);

        l = calloc(1, sizeof(*l));
        if (!l)
                return -ENOMEM;

        *ret = l;
        return 0;
}

Ledger *ledger_free(Ledger *l)
{
        if (!l)
                return NULL;

        entries_done(l->entries, l->room);
        free(l);
        return NULL;
}

/* ---- appending ---- */

static int entry_make(LedgerEntry *e, const char *endpoint, const DriftChange *change)
{
        e->change = (DriftChange) {
                .kind = change->kind,
                .event = change->event,
                .expected = change->expected,
                .at = change->at,
        };
        if (util_copy_text(endpoint, &e->endpoint) < 0 ||
                util_copy_text(change->address, &e->change.address) < 0 ||
                util_copy_text(change->old_text, &e->change.old_text) < 0 ||
                util_copy_text(change->new_text, &e->change.new_text) < 0)
                return -ENOMEM;
        return 0;
}

static LedgerEntry *entry_at(const Ledger *l, size_t from_oldest)
{
        return &l->entries[(l->first + from_oldest) % l->room];
}

/* Room for so many more, as far as there may be any. */
static int make_room(Ledger *l, size_t more)
{
        size_t wanted = MIN_OF(l->n + more, (size_t) LEDGER_ENTRIES_MAX);
        size_t room = MAX_OF(l->room, (size_t) ROOM_MIN);
        LedgerEntry *entries = NULL;

        if (wanted <= l->room)
                return 0;

        while (room < wanted)
                room *= 2;
        room = MIN_OF(room, (size_t) LEDGER_ENTRIES_MAX);
        entries = calloc(room, sizeof(*entries));
        if (!entries)
                return -ENOMEM;

        for (size_t k = 0; k < l->n; k++)
                entries[k] = *entry_at(l, k);
        free(l->entries);
        l->entries = entries;
        l->room = room;
        l->first = 0;
        return 0;
}

static void push(Ledger *l, LedgerEntry *e)
{
        if (l->n == LEDGER_ENTRIES_MAX) {
                entry_done(entry_at(l, 0));
                l->first = (l->first + 1) % l->room;
                l->n--;
        }

        *entry_at(l, l->n++) = *e;
        *e = (LedgerEntry) {0};
}

int ledger_append(Ledger *l, const char *endpoint, const DriftChange *changes, size_t n)
{
        LedgerEntry *entries = NULL;
        int r = 0;

        assert(l);
        assert(endpoint);
        assert(changes || n == 0);

        if (n == 0)
                return 0;

        entries = calloc(n, sizeof(*entries));
        if (!entries)
                return -ENOMEM;
        for (size_t k = 0; k < n && r == 0; k++)
                r = entry_make(&entries[k], endpoint, &changes[k]);
        if (r == 0)
                r = make_room(l, n);
        for (size_t k = 0; k < n && r == 0; k++) {
                entries[k].id = ++l->last_id;
                push(l, &entries[k]);
        }

        entries_done(entries, n);
        return r;
}

/* ---- out of the store ---- */

/* How many have that id or a higher one: they are the newest. */
static size_t count_from(const Ledger *l, int64_t id)
{
        size_t low = 0, high = l->n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (entry_at(l, middle)->id < id)
                        low = middle + 1;
                else
                        high = middle;
        }
        return l->n - low;
}

/* Copies of `changes`, and behind them room for those that the store does not hold yet. */
static int make_entries(const StoredChange *changes, size_t n, size_t n_waiting, LedgerEntry **ret)
{
        LedgerEntry *entries = calloc(n + n_waiting, sizeof(*entries));
        int r = entries ? 0 : -ENOMEM;

        for (size_t k = 0; k < n && r == 0; k++) {
                entries[k].id = changes[k].id;
                r = entry_make(&entries[k], changes[k].endpoint, &changes[k].change);
        }
        if (r < 0) {
                entries_done(entries, n);
                return r;
        }
        *ret = entries;
        return 0;
}

/* The newest `n`, the oldest of them first. */
static void take_out(Ledger *l, size_t n, LedgerEntry *ret)
{
        l->n -= n;
        for (size_t k = 0; k < n; k++) {
                LedgerEntry *e = entry_at(l, l->n + k);

                ret[k] = *e;
                *e = (LedgerEntry) {0};
        }
}

int ledger_insert(
        Ledger *l, int64_t after_id, const StoredChange *changes, size_t n, int64_t *ret_shift)
{
        LedgerEntry *entries = NULL;
        size_t n_waiting;
        int64_t shift = 0;
        int r;

        assert(l);
        assert(changes || n == 0);
        assert(ret_shift);

        *ret_shift = 0;
        if (n == 0)
                return 0;

        n_waiting = count_from(l, after_id + 1);
        r = make_room(l, n);
        if (r >= 0)
                r = make_entries(changes, n, n_waiting, &entries);
        if (r < 0)
                return r;

        take_out(l, n_waiting, entries + n);
        if (n_waiting > 0)
                shift = MAX_OF(changes[n - 1].id + 1 - entries[n].id, (int64_t) 0);
        for (size_t k = 0; k < n + n_waiting; k++) {
                entries[k].id += k < n ? 0 : shift;
                push(l, &entries[k]);
        }
        free(entries);
        l->last_id = MAX_OF(l->last_id + shift, changes[n - 1].id);
        *ret_shift = shift;
        return 0;
}

void ledger_remove(Ledger *l, int64_t id)
{
        size_t n_from;

        assert(l);

        n_from = count_from(l, id);
        if (n_from == 0 || entry_at(l, l->n - n_from)->id != id)
                return;

        entry_done(entry_at(l, l->n - n_from));
        for (size_t k = l->n - n_from; k + 1 < l->n; k++)
                *entry_at(l, k) = *entry_at(l, k + 1);
        *entry_at(l, --l->n) = (LedgerEntry) {0};
}

/* ---- asking ---- */

size_t ledger_count(const Ledger *l)
{
        assert(l);

        return l->n;
}

const LedgerEntry *ledger_newest(const Ledger *l, size_t i)
{
        assert(l);

        return i < l->n ? entry_at(l, l->n - 1 - i) : NULL;
}

static bool fits(const LedgerEntry *e, const LedgerQuery *query)
{
        return (query->kind == _DRIFT_KIND_MAX || e->change.kind == query->kind) &&
               (!query->endpoint || strcmp(e->endpoint, query->endpoint) == 0);
}

/* The newest one that is older than `before_id`. */
static size_t begin_of(const Ledger *l, int64_t before_id)
{
        return before_id <= 0 ? 0 : count_from(l, before_id);
}

int ledger_query(const Ledger *l, const LedgerQuery *query, const LedgerEntry ***ret, size_t *ret_n,
        int64_t *ret_next_before_id)
{
        CLEANUP_FREE const LedgerEntry **found = NULL;
        const LedgerEntry *e = NULL;
        int64_t next_before_id = 0;
        size_t n = 0;

        assert(l);
        assert(query);
        assert(query->kind <= _DRIFT_KIND_MAX);
        assert(ret);
        assert(ret_n);
        assert(ret_next_before_id);

        for (size_t i = begin_of(l, query->before_id); (e = ledger_newest(l, i)); i++) {
                int r;

                if (!fits(e, query))
                        continue;
                if (query->limit > 0 && n == query->limit) {
                        next_before_id = found[n - 1]->id;
                        break;
                }

                r = util_grow(&found, n, sizeof(*found));
                if (r < 0)
                        return r;
                found[n++] = e;
        }

        *ret = STEAL(found);
        *ret_n = n;
        *ret_next_before_id = next_before_id;
        return 0;
}
