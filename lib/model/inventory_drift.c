/* SPDX-License-Identifier: MIT */

/* What changed behind an endpoint, as far as it has to be remembered: the judging is drift's. */

#include "model/inventory_internal.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"

void inventory_drift_done(InventoryDrift *d)
{
        assert(d);

        for (size_t k = 0; k < d->n_changes; k++)
                drift_change_done(&d->changes[k]);
        free(d->changes);
        *d = (InventoryDrift) {0};
}

Ledger *inventory_ledger(const Inventory *i)
{
        assert(i);

        return i->ledger;
}

bool endpoint_is_expected(const Endpoint *e, int64_t now_at)
{
        assert(e);

        return e->expected_from_at <= now_at && now_at < e->expected_until_at;
}

void endpoint_end_window(Endpoint *e, int64_t now_at)
{
        if (e->expected_until_at <= now_at)
                e->expected_from_at = e->expected_until_at = 0;
}

/* ---- our own part ---- */

/* What the listener chooses from. The identity by its name: when the monitor's own certificate is
 * renewed, no listener has reason to choose otherwise. */
static void append_offer(const EndpointConfig *c, Buf *b)
{
        buf_appendf(b, "sslciph=%s identity=%s", sslciph_name(&c->policy.sslciph),
                c->identity_name ? c->identity_name : "");
}

/* Who is asked: another listener, or another certificate of the same one (CERTLABL of the channel). */
static void append_target(const EndpointConfig *c, Buf *b)
{
        buf_append_str(b, "conname=");
        for (size_t k = 0; k < c->connames.n_entries; k++) {
                buf_append_str(b, k > 0 ? "," : "");
                conname_append(&c->connames.entries[k], b);
        }
        buf_appendf(b, " channel=%s sni=%s", c->channel ? c->channel : "",
                sni_mode_to_string(c->sni_mode));
        if (c->sni_mode == SNI_LITERAL)
                buf_appendf(b, ":%s", c->sni ? c->sni : "");
}

/* ---- what comes of a comparison ---- */

static void count_changes(Endpoint *e, const DriftChange *changes, size_t n)
{
        for (size_t k = 0; k < n; k++) {
                StoredTally *t = &e->changes[changes[k].kind];

                t->n++;
                t->last_at = MAX_OF(t->last_at, changes[k].at);
        }
}

/* The last `n` entries were appended together. */
static int64_t first_id_of(const Ledger *ledger, size_t n)
{
        return n > 0 ? ledger_newest(ledger, 0)->id - (int64_t) n + 1 : 0;
}

/* Consumes the result on success. */
static int take_result(Inventory *i, Endpoint *e, DriftResult *result, InventoryDrift *ret)
{
        int r = ledger_append(i->ledger, e->config->name, result->changes, result->n_changes);

        if (r < 0)
                return r;

        count_changes(e, result->changes, result->n_changes);
        (void) drift_memory_free(e->drift);
        e->drift = STEAL(result->memory);

        *ret = (InventoryDrift) {
                .memory = e->drift,
                .memory_changed = result->memory_changed,
                .started_anew = result->started_anew,
                .changes = result->changes,
                .n_changes = result->n_changes,
                .first_id = first_id_of(i->ledger, result->n_changes),
        };
        result->changes = NULL;
        result->n_changes = 0;
        return 0;
}

int inventory_note_drift(Inventory *i, Endpoint *e, int64_t now_at, InventoryDrift *ret)
{
        CLEANUP_BUF Buf offer = BUF_INIT, target = BUF_INIT;
        CLEANUP_DRIFT_RESULT DriftResult result = {0};
        int r;

        assert(i);
        assert(e);
        assert(e->observation);
        assert(ret);

        append_offer(e->config, &offer);
        append_target(e->config, &target);
        if (buf_error(&offer) < 0 || buf_error(&target) < 0)
                return -ENOMEM;

        const DriftInput in = {
                .observation = e->observation,
                .client_auth = e->assessment->client_auth,
                .expected = endpoint_is_expected(e, now_at),
                .all_addresses = e->config->all_addresses,
                .offer = buf_str(&offer),
                .target = buf_str(&target),
        };

        r = drift_compare(e->drift, &in, now_at, &result);
        return r < 0 ? r : take_result(i, e, &result, ret);
}

int inventory_accept(
        Inventory *i, Endpoint *e, DriftKind kind, int64_t now_at, InventoryDrift *ret)
{
        CLEANUP_DRIFT_RESULT DriftResult result = {0};
        int r;

        assert(i);
        assert(e);
        assert(ret);

        if (!e->drift)
                return -ENOENT;

        r = drift_accept(e->drift, kind, now_at, &result);
        return r < 0 ? r : take_result(i, e, &result, ret);
}

/* ---- after a restart ---- */

/* A counter must not fall: what this life has counted already either comes on top of what the store
 * had, or, when it was read again, is in there. */
static void restore_tallies(Endpoint *e, const StoredTally *tallies, bool replace)
{
        for (size_t k = 0; k < _DRIFT_KIND_MAX; k++) {
                StoredTally *t = &e->changes[k];

                t->n = replace ? MAX_OF(t->n, tallies[k].n) : t->n + tallies[k].n;
                t->last_at = MAX_OF(t->last_at, tallies[k].last_at);
        }
}

/* Do the dates belong to the listener that is configured now? */
static bool is_same_target(const Endpoint *e, const char *target)
{
        return !e->drift || !e->drift->target || strcmp(e->drift->target, target) == 0;
}

static void restore_facts(Endpoint *e, const StoredFacts *facts, bool with_dates)
{
        e->has_last_run = facts->has_last_run;
        e->last_run_at = facts->last_run_at;
        e->has_last_success = facts->has_last_success;
        e->last_success_at = facts->last_success_at;
        e->is_restored = facts->has_last_run;
        if (!with_dates)
                return;

        e->dates = facts->dates;
        e->dates_at = facts->dates_at;
        endpoint_hold_dates(e);
}

/* Takes the memory out of `stored`, or what of it is news. */
static int restore_memory(Endpoint *e, StoredEndpoint *stored)
{
        DriftMemory *adopted = NULL;
        int r;

        if (!e->drift) {
                e->drift = STEAL(stored->memory);
                return 0;
        }

        r = drift_adopt(e->drift, stored->memory, &adopted);
        if (r < 0)
                return r;
        (void) drift_memory_free(e->drift);
        e->drift = adopted;
        return 0;
}

int inventory_restore(Inventory *i UNUSED, Endpoint *e, StoredEndpoint *stored, bool replace)
{
        CLEANUP_BUF Buf target = BUF_INIT;
        int r = 0;

        assert(i);
        assert(e);
        assert(stored);

        append_target(e->config, &target);
        if (buf_error(&target) < 0)
                return -ENOMEM;

        if (stored->memory && (replace || !e->drift))
                r = restore_memory(e, stored);
        if (r < 0)
                return r;
        restore_tallies(e, stored->tallies, replace);
        e->expected_from_at = stored->expected_from_at;
        e->expected_until_at = stored->expected_until_at;
        if (stored->has_facts && e->n_probes == 0)
                restore_facts(e, &stored->facts, is_same_target(e, buf_str(&target)));
        return 0;
}

/* Dates that nobody judges again: they are from before the restart. The thresholds are today's, as far
 * as they can be told without the certificate. */
void endpoint_hold_dates(Endpoint *e)
{
        const Policy *policy = &e->config->policy;

        if (e->observation || !e->dates.has_policy)
                return;

        if (!policy->expiry_warning.is_share)
                e->dates.warning_seconds = policy->expiry_warning.seconds;
        if (!policy->expiry_critical.is_share)
                e->dates.critical_seconds = policy->expiry_critical.seconds;
}
