/* SPDX-License-Identifier: MIT */

/* What the inventory knows on its way to the queue, and what the file knows on its way to the
 * inventory. */

#include "daemon/saver_internal.h"

#include "base/timefmt.h"
#include "daemon/log.h"

enum {
        FORGOTTEN_DAYS = DRIFT_GONE_DAYS, /* not configured for so long: no typing error */
};

void saver_say_lost(const char *name)
{
        log_error("endpoint %s: out of memory: its last changes are not saved", name);
}

/* ---- into the queue ---- */

static StoredFacts facts_of(const Endpoint *e)
{
        return (StoredFacts){
                .dates = e->dates,
                .dates_at = e->dates_at,
                .has_last_run = e->has_last_run,
                .last_run_at = e->last_run_at,
                .has_last_success = e->has_last_success,
                .last_success_at = e->last_success_at,
        };
}

int saver_put(Saver *s, const Endpoint *e, const DriftMemory *memory, SaverItem **ret)
{
        int r = saver_queue_get(&s->queue, e->config->name, ret);

        if (r < 0)
                return r;
        (*ret)->forget = false;
        (*ret)->has_facts = true;
        (*ret)->facts = facts_of(e);
        return memory ? saver_item_set_memory(*ret, memory) : 0;
}

void saver_put_everything(Saver *s, bool with_ledger)
{
        const Ledger *ledger = inventory_ledger(s->inventory);

        for (size_t i = 0; with_ledger && i < s->queue.n_items; i++)
                saver_item_drop_changes(&s->queue.items[i]); /* these are in the ledger, too */
        for (size_t i = 0; i < inventory_count(s->inventory); i++) {
                const Endpoint *e = inventory_at(s->inventory, i);
                SaverItem *item = NULL;

                if (saver_put(s, e, e->drift, &item) < 0) {
                        saver_say_lost(e->config->name);
                        continue;
                }
                item->has_window = e->expected_until_at != 0;
                item->expected_from_at = e->expected_from_at;
                item->expected_until_at = e->expected_until_at;
        }
        for (size_t i = ledger_count(ledger); with_ledger && i > 0; i--) {
                const LedgerEntry *entry = ledger_newest(ledger, i - 1);
                SaverItem *item = NULL;

                if (saver_queue_get(&s->queue, entry->endpoint, &item) < 0 ||
                        saver_item_add_changes(item, entry->id, &entry->change, 1) < 0)
                        saver_say_lost(entry->endpoint);
        }
}

/* ---- out of the file ---- */

/* What the file counts, and what is still on its way to it. */
static void add_waiting(const Saver *s, StoredEndpoint *stored)
{
        const SaverItem *item = saver_queue_find(&s->queue, stored->name);

        for (size_t i = 0; item && i < item->n_changes; i++)
                stored->tallies[item->changes[i].change.kind].n++;
}

/* Somebody accepted something in the file, or it is the one of a former life. */
static bool is_another_memory(const Endpoint *e, const StoredEndpoint *stored)
{
        return e->drift && stored->memory &&
               (stored->memory->revision != e->drift->revision ||
                       stored->memory->first_at < e->drift->first_at);
}

static void adopt(Saver *s, Endpoint *e, StoredEndpoint *stored)
{
        bool is_another = is_another_memory(e, stored);
        SaverItem *item = NULL;

        add_waiting(s, stored);
        if (inventory_restore(s->inventory, e, stored, true) < 0) {
                log_error("endpoint %s: out of memory: what the state file knows of it is read "
                          "again later",
                        e->config->name);
                s->wants_load = true;
                return;
        }
        if (!is_another)
                return;
        if (saver_put(s, e, e->drift, &item) < 0)
                saver_say_lost(e->config->name);
        s->events.adopted(e, s->events.userdata);
}

static int64_t last_seen_at(const StoredEndpoint *stored)
{
        const DriftMemory *m = stored->memory;
        int64_t at = MAX_OF(stored->facts.last_run_at, stored->expected_until_at);

        if (m)
                at = MAX_OF(at, MAX_OF(m->first_at, m->endpoint.seen_at));
        for (size_t i = 0; m && i < m->n_addresses; i++)
                at = MAX_OF(at, m->addresses[i].seen_at);
        return at;
}

/* It is not configured. That may be a typing error, or another shard's turn: its baseline stays until
 * it was missed for a long time. */
static void consider_forgetting(Saver *s, const StoredEndpoint *stored)
{
        SaverItem *item = NULL;

        if (last_seen_at(stored) + FORGOTTEN_DAYS * SECONDS_PER_DAY > clock_wall_at(s->clock))
                return;
        if (saver_queue_get(&s->queue, stored->name, &item) < 0)
                return; /* the next time, then */
        log_info("endpoint %s is not configured and was not seen for %d days: its baseline is "
                 "forgotten",
                stored->name, FORGOTTEN_DAYS);
        item->forget = true;
}

/* The operator did it here and with --accept, before either knew of the other: it stands once. */
static bool is_done_already(Saver *s, const StoredChange *c)
{
        int64_t id = s->is_loaded ? saver_queue_withdraw(&s->queue, c->endpoint, &c->change) : 0;

        if (id > 0)
                ledger_remove(inventory_ledger(s->inventory), id);
        return id > 0;
}

static void take_changes(Saver *s, const SaverJob *job)
{
        int64_t shift = 0;

        /* A copy of our own file, put back: the ledger in memory knows more. */
        if (job->is_other_file)
                return;

        for (size_t i = 0; i < job->n_changes; i++) {
                const StoredChange *c = &job->changes[i];
                Endpoint *e = inventory_find(s->inventory, c->endpoint);

                if (!is_done_already(s, c) && e && s->is_loaded)
                        s->events.changed(e, &c->change, s->events.userdata);
        }
        if (ledger_insert(inventory_ledger(s->inventory), job->after_id, job->changes,
                    job->n_changes, &shift) < 0)
                log_error("out of memory: the ledger lacks %zu entries of %s until the next start",
                        job->n_changes, saver_disk_path(s->disk));
        saver_queue_shift(&s->queue, job->after_id, shift);
}

void saver_take_loaded(Saver *s, SaverJob *job)
{
        take_changes(s, job);
        if (job->loaded.n_rejected > s->n_rejected)
                log_warning("%zu rows of %s make no sense and are passed over; what they told of is "
                            "seen anew",
                        job->loaded.n_rejected, saver_disk_path(s->disk));
        s->n_rejected = job->loaded.n_rejected;
        if (job->is_all) {
                s->wants_load = false;
                s->is_loaded = true;
        }

        for (size_t i = 0; i < job->loaded.n_endpoints; i++) {
                StoredEndpoint *stored = &job->loaded.endpoints[i];
                Endpoint *e = inventory_find(s->inventory, stored->name);

                /* Nobody took it back: the file in the place of ours does not know of it. */
                if (e && job->is_other_file) {
                        stored->expected_from_at = e->expected_from_at;
                        stored->expected_until_at = e->expected_until_at;
                }
                if (e)
                        adopt(s, e, stored);
                else if (job->is_all)
                        consider_forgetting(s, stored);
        }
        s->events.turned(s->events.userdata);
}
