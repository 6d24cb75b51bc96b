/* SPDX-License-Identifier: MIT */

/* How the memory of an endpoint goes on with what a probe saw, or with what the operator said. */

#include "judge/drift.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/timefmt.h"
#include "judge/drift_internal.h"

static void comparison_done(Comparison *c)
{
        drift_result_done(&c->result);
}

/* ---- addresses ---- */

/* Makes room among those that are gone, the longest gone first. */
static void forget_one(Comparison *c, int64_t before_at)
{
        DriftMemory *m = c->result.memory;
        DriftRecord *oldest = NULL;

        for (size_t i = 0; i < m->n_addresses; i++) {
                DriftRecord *record = &m->addresses[i];

                if (!record->is_present && record->seen_at <= before_at &&
                        (!oldest || record->seen_at < oldest->seen_at))
                        oldest = record;
        }
        if (!oldest)
                return;

        drift_record_done(oldest);
        *oldest = m->addresses[--m->n_addresses];
        c->result.memory_changed = true;
}

static int record_get(Comparison *c, const char *address, DriftRecord **ret)
{
        DriftMemory *m = c->result.memory;
        int r;

        *ret = drift_memory_find(m, address);
        if (*ret)
                return 0;

        if (m->n_addresses >= DRIFT_ADDRESSES_MAX)
                forget_one(c, INT64_MAX);
        r = drift_memory_add(m, address, ret);
        if (r == 0)
                c->result.memory_changed = true;
        /* More than we remember, or no address at all: not compared. */
        return r == -E2BIG ? 0 : r;
}

static bool knows_anything(const DriftFacts *f)
{
        for (size_t k = 0; k < _DRIFT_KIND_MAX; k++)
                if (f->facts[k].value)
                        return true;
        return false;
}

static int address_step(Comparison *c, const AddressObservation *a)
{
        CLEANUP_DRIFT_FACTS DriftFacts seen = {0};
        DriftRecord *record = NULL;
        int r;

        if (!a->ip || a->address[0] == '\0')
                return 0;

        r = drift_facts_of_address(a, &seen);
        if (r < 0)
                return r;
        if (!knows_anything(&seen))
                return 0;

        r = record_get(c, a->address, &record);
        if (r < 0 || !record)
                return r;

        if (!record->is_present) {
                record->is_present = true;
                c->result.memory_changed = true;
        }
        record->seen_at = c->now_at;
        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++) {
                if (drift_kind_info(k)->of_cert)
                        continue;
                r = track_step(c, record, k, &seen.facts[k]);
                if (r < 0)
                        return r;
        }
        return certs_step(c, record, &seen);
}

/* Which of the remembered addresses do the names still resolve to? */
static void mark_present(Comparison *c, const Observation *o)
{
        DriftMemory *m = c->result.memory;

        if (o->addresses_stale || o->resolve_end != END_COMPLETED)
                return;

        for (size_t i = 0; i < m->n_addresses; i++) {
                DriftRecord *record = &m->addresses[i];
                bool is_present = false;

                for (size_t k = 0; k < o->n_addresses && !is_present; k++)
                        is_present = strcmp(o->addresses[k].address, record->address) == 0;
                if (is_present != record->is_present)
                        c->result.memory_changed = true;
                record->is_present = is_present;
        }
        forget_one(c, c->now_at - DRIFT_GONE_DAYS * SECONDS_PER_DAY);
}

/* ---- addresses against each other ---- */

static const uint8_t *fresh_leaf(const AddressObservation *a)
{
        return a->chain && a->chain_kept_at == 0 && a->chain->n_certs > 0
                ? a->chain->certs[0].facts.sha256
                : NULL;
}

/* One address that differs from the first; NULL: none. `*ret_first`: NULL without two to compare. */
static const AddressObservation *find_mismatch(
        const Observation *o, const AddressObservation **ret_first)
{
        const AddressObservation *first = NULL;
        size_t n = 0;

        *ret_first = NULL;
        for (size_t i = 0; i < o->n_addresses; i++) {
                const AddressObservation *a = &o->addresses[i];

                if (!fresh_leaf(a))
                        continue;
                n++;
                first = first ? first : a;
                if (n > 1)
                        *ret_first = first;
                if (memcmp(fresh_leaf(first), fresh_leaf(a), CERT_SHA256_SIZE) != 0)
                        return a;
        }
        return NULL;
}

static int describe_leaf(const AddressObservation *a, DriftFact *ret)
{
        CLEANUP_DRIFT_FACTS DriftFacts facts = {0};
        CLEANUP_BUF Buf value = BUF_INIT, text = BUF_INIT;
        int r;

        r = drift_facts_of_address(a, &facts);
        if (r < 0)
                return r;

        buf_append_str(&value, a->address);
        buf_appendf(&text, "%s serves %s", a->address,
                drift_fact_text(&facts.facts[DRIFT_KIND_LEAF]));
        return drift_fact_take(ret, &value, &text);
}

static int mismatch_end(Comparison *c, const char *how)
{
        c->result.memory->mismatch_at = 0;
        return comparison_add(c, DRIFT_KIND_ADDRESSES, DRIFT_EVENT_AGREED, "",
                "different leaf certificates", how);
}

static int mismatch_begin(
        Comparison *c, const AddressObservation *first, const AddressObservation *other)
{
        CLEANUP(drift_fact_done) DriftFact one = {0};
        CLEANUP(drift_fact_done) DriftFact two = {0};
        int r;

        r = describe_leaf(first, &one);
        if (r < 0)
                return r;
        r = describe_leaf(other, &two);
        if (r < 0)
                return r;
        c->result.memory->mismatch_at = c->now_at;
        return comparison_add(c, DRIFT_KIND_ADDRESSES, DRIFT_EVENT_MISMATCH, "",
                drift_fact_text(&one), drift_fact_text(&two));
}

/* Do the names resolve to one address only? */
static bool is_alone(const Observation *o)
{
        size_t n = 0;

        for (size_t i = 0; i < o->n_addresses; i++)
                n += o->addresses[i].ip != NULL;
        return n == 1 && !o->addresses_stale && o->resolve_end == END_COMPLETED;
}

static int mismatch_step(Comparison *c, const DriftInput *in)
{
        const AddressObservation *first = NULL, *other = find_mismatch(in->observation, &first);
        DriftMemory *m = c->result.memory;

        /* Nobody compares them any longer: our own doing, as in context_step(). */
        if (!in->all_addresses) {
                if (m->mismatch_at != 0)
                        c->result.memory_changed = c->result.started_anew = true;
                m->mismatch_at = 0;
                return 0;
        }
        /* Unless the addresses themselves come in turn. */
        if (m->mismatch_at != 0 && is_alone(in->observation) &&
                drift_mixed_since(m, DRIFT_KIND_ADDRESSES) == 0)
                return mismatch_end(c, "one address is left");

        /* Addresses whose leaves come in turn agree and disagree by chance. */
        if (!first || (other != NULL) == (m->mismatch_at != 0) ||
                drift_mixed_since(m, DRIFT_KIND_LEAF) != 0)
                return 0;

        return other ? mismatch_begin(c, first, other)
                     : mismatch_end(c, "the same leaf certificate at all addresses");
}

/* ---- our own part ---- */

static int context_text(const char *from, char **ret)
{
        CLEANUP(drift_fact_done) DriftFact f = {0};
        CLEANUP_BUF Buf value = BUF_INIT, text = BUF_INIT;
        int r;

        buf_append_str(&value, from ? from : "");
        r = drift_fact_take(&f, &value, &text);
        if (r < 0)
                return r;

        *ret = STEAL(f.value);
        return 0;
}

static void record_forget_offer(DriftRecord *record)
{
        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++) {
                DriftTrack *t = &record->tracks[k];

                if (!drift_kind_info(k)->of_offer)
                        continue;
                track_clear_turns(t);
                track_clear_now(t);
                drift_fact_done(&t->baseline);
                t->baseline_at = 0;
        }
}

static int memory_restart(Comparison *c)
{
        DriftMemory *fresh = NULL;
        int r = drift_memory_new(c->now_at, &fresh);

        if (r < 0)
                return r;

        fresh->revision = c->result.memory->revision;
        (void) drift_memory_free(c->result.memory);
        c->result.memory = fresh;
        c->result.started_anew = true;
        return 0;
}

/* Starts anew what our own configuration decides, when that changed. */
static int context_step(Comparison *c, const DriftInput *in)
{
        CLEANUP_FREE char *offer = NULL, *target = NULL;
        DriftMemory *m = c->result.memory;
        int r;

        r = context_text(in->offer, &offer);
        if (r < 0)
                return r;
        r = context_text(in->target, &target);
        if (r < 0)
                return r;

        if (m->target && strcmp(m->target, target) != 0) {
                r = memory_restart(c);
                if (r < 0)
                        return r;
                m = c->result.memory;
        } else if (m->offer && strcmp(m->offer, offer) != 0) {
                record_forget_offer(&m->endpoint);
                for (size_t i = 0; i < m->n_addresses; i++)
                        record_forget_offer(&m->addresses[i]);
                c->result.started_anew = true;
        } else if (m->target && m->offer) {
                return 0;
        }

        free(m->offer);
        free(m->target);
        m->offer = STEAL(offer);
        m->target = STEAL(target);
        c->result.memory_changed = true;
        return 0;
}

/* ---- the two ways in ---- */

static int endpoint_step(Comparison *c, const DriftInput *in)
{
        CLEANUP_DRIFT_FACTS DriftFacts seen = {0};
        DriftRecord *endpoint = &c->result.memory->endpoint;
        int r;

        r = drift_facts_of_endpoint(in->observation, in->client_auth, &seen);
        if (r < 0)
                return r;

        endpoint->seen_at = c->now_at;
        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++) {
                r = track_step(c, endpoint, k, &seen.facts[k]);
                if (r < 0)
                        return r;
        }
        return 0;
}

int drift_compare(
        const DriftMemory *before, const DriftInput *in, int64_t now_at, DriftResult *ret)
{
        CLEANUP(comparison_done) Comparison c = {.now_at = now_at};
        const Observation *o = NULL;
        int r;

        assert(in);
        assert(in->observation);
        assert(ret);

        o = in->observation;
        c.expected = in->expected;
        r = before ? drift_memory_copy(before, &c.result.memory)
                   : drift_memory_new(now_at, &c.result.memory);
        if (r < 0)
                return r;

        r = context_step(&c, in);
        if (r < 0)
                return r;
        mark_present(&c, o);
        r = endpoint_step(&c, in);
        if (r < 0)
                return r;
        for (size_t i = 0; i < o->n_addresses; i++) {
                r = address_step(&c, &o->addresses[i]);
                if (r < 0)
                        return r;
        }
        r = mismatch_step(&c, in);
        if (r < 0)
                return r;

        *ret = c.result;
        c.result = (DriftResult) {0};
        return 0;
}

/* ---- accepting ---- */

static int record_accept(Comparison *c, DriftRecord *record, DriftKind kind)
{
        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++) {
                DriftTrack *t = &record->tracks[k];
                int r;

                if (!t->now.value || (kind != _DRIFT_KIND_MAX && k != kind))
                        continue;

                r = comparison_add(c, k, DRIFT_EVENT_ACCEPTED, record->address,
                        drift_fact_text(&t->baseline), drift_fact_text(&t->now));
                if (r < 0)
                        return r;
                r = track_accept(c, t);
                if (r < 0)
                        return r;
        }
        return certs_accept_rotation(c, record);
}

int drift_accept(const DriftMemory *before, DriftKind kind, int64_t now_at, DriftResult *ret)
{
        CLEANUP(comparison_done) Comparison c = {.now_at = now_at};
        DriftMemory *m = NULL;
        int r;

        assert(before);
        assert(kind <= _DRIFT_KIND_MAX);
        assert(ret);

        r = drift_memory_copy(before, &c.result.memory);
        if (r < 0)
                return r;

        m = c.result.memory;
        r = record_accept(&c, &m->endpoint, kind);
        if (r < 0)
                return r;
        for (size_t i = 0; i < m->n_addresses; i++) {
                r = record_accept(&c, &m->addresses[i], kind);
                if (r < 0)
                        return r;
        }

        *ret = c.result;
        c.result = (DriftResult) {0};
        return 0;
}
