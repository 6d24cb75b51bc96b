/* SPDX-License-Identifier: MIT */

/*
 * The kinds that follow from the certificates move together, led by the leaf: when it is the same, so
 * is everything that it says, and when it is another, all of them are compared at once, because only
 * together do they tell a rotation from a drift.
 */

#include "judge/drift_internal.h"

static bool is_of_cert(DriftKind kind)
{
        return drift_kind_info(kind)->of_cert;
}

/* Do only dates, serial and key differ, if anything: from the baseline, or from what is tracked? */
static bool is_rotation_of(const DriftRecord *record, const DriftFacts *seen, bool of_baseline)
{
        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++) {
                const DriftTrack *t = &record->tracks[k];

                if (is_of_cert(k) &&
                        !drift_fact_same_shape(k, of_baseline ? &t->baseline : track_tracked(t),
                                &seen->facts[k]))
                        return false;
        }
        return true;
}

static int add_rotation(Comparison *c, const DriftRecord *record, const DriftFact *leaf)
{
        const DriftFact *old = track_tracked(&record->tracks[DRIFT_KIND_LEAF]);

        return comparison_add(c, DRIFT_KIND_LEAF, DRIFT_EVENT_ROTATION, record->address,
                drift_fact_text(old), drift_fact_text(leaf));
}

/* Back at the baseline, or a rotation of it: what drifted has returned, and the baseline follows. */
static int certs_follow(Comparison *c, DriftRecord *record, const DriftFacts *seen)
{
        const DriftFact *leaf = &seen->facts[DRIFT_KIND_LEAF];
        bool is_rotation = !drift_fact_equal(leaf, &record->tracks[DRIFT_KIND_LEAF].baseline);
        int r;

        if (is_rotation) {
                r = add_rotation(c, record, leaf);
                if (r < 0)
                        return r;
        }

        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++) {
                DriftTrack *t = &record->tracks[k];
                const DriftFact *fact = &seen->facts[k];

                if (!is_of_cert(k) || !fact->value ||
                        (!t->now.value && drift_fact_equal(fact, &t->baseline)))
                        continue;

                r = drift_fact_equal(fact, &t->baseline) ? track_change(c, record, k, t, fact)
                                                         : track_set_baseline(c, t, fact);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* A rotation of what had already drifted. */
static int certs_rotate(Comparison *c, DriftRecord *record, const DriftFacts *seen)
{
        int r = add_rotation(c, record, &seen->facts[DRIFT_KIND_LEAF]);

        if (r < 0)
                return r;

        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++) {
                DriftTrack *t = &record->tracks[k];
                const DriftFact *fact = &seen->facts[k];

                if (!is_of_cert(k) || !fact->value || drift_fact_equal(fact, track_tracked(t)))
                        continue;

                if (!t->now.value)
                        r = track_set_baseline(c, t, fact);
                else if (drift_fact_equal(fact, &t->baseline))
                        r = track_change(c, record, k, t, fact);
                else
                        r = track_set_now(c, t, fact);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int certs_drift(Comparison *c, DriftRecord *record, const DriftFacts *seen)
{
        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++) {
                DriftTrack *t = &record->tracks[k];
                const DriftFact *fact = &seen->facts[k];
                int r;

                if (!is_of_cert(k) || !fact->value || drift_fact_equal(fact, track_tracked(t)))
                        continue;

                r = t->baseline.value ? track_change(c, record, k, t, fact)
                                      : track_set_baseline(c, t, fact);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Another leaf than the one tracked. */
static int certs_change(Comparison *c, DriftRecord *record, const DriftFacts *seen)
{
        /* The chain changes with its leaf now; what it did alone before is another story. */
        track_clear_turns(&record->tracks[DRIFT_KIND_CHAIN]);

        if (is_rotation_of(record, seen, true))
                return certs_follow(c, record, seen);
        if (is_rotation_of(record, seen, false))
                return certs_rotate(c, record, seen);
        return certs_drift(c, record, seen);
}

/* Takes what has no baseline yet: at the first look, or of a memory with gaps. */
static int certs_take_first(Comparison *c, DriftRecord *record, const DriftFacts *seen)
{
        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++) {
                DriftTrack *t = &record->tracks[k];
                int r;

                if (!is_of_cert(k) || t->baseline.value || !seen->facts[k].value)
                        continue;
                r = track_set_baseline(c, t, &seen->facts[k]);
                if (r < 0)
                        return r;
        }
        return 0;
}

int certs_step(Comparison *c, DriftRecord *record, const DriftFacts *seen)
{
        const DriftFact *leaf = &seen->facts[DRIFT_KIND_LEAF];
        DriftTrack *t = &record->tracks[DRIFT_KIND_LEAF];
        bool changed = false;
        int r;

        if (!leaf->value)
                return 0;
        if (!t->baseline.value)
                return certs_take_first(c, record, seen);

        switch (track_turn(c, t, leaf, is_rotation_of(record, seen, false))) {
        case TURN_SAME:
                r = certs_take_first(c, record, seen);
                if (r < 0)
                        return r;
                return track_step(c, record, DRIFT_KIND_CHAIN, &seen->facts[DRIFT_KIND_CHAIN]);
        case TURN_MIXED_STILL:
                return 0;
        case TURN_MIXED_BEGINS:
                return track_begin_mixed(c, record, DRIFT_KIND_LEAF, t, leaf);
        case TURN_MIXED_ENDS:
                r = track_end_mixed(c, record, DRIFT_KIND_LEAF, t, leaf, &changed);
                if (r < 0 || !changed)
                        return r;
                return certs_change(c, record, seen);
        case TURN_CHANGED:
                r = track_remember(c, t);
                if (r < 0)
                        return r;
                return certs_change(c, record, seen);
        }
        return 0;
}

int certs_accept_rotation(Comparison *c, DriftRecord *record)
{
        if (!record->tracks[DRIFT_KIND_LEAF].now.value)
                return 0;

        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++) {
                const DriftTrack *t = &record->tracks[k];

                if (is_of_cert(k) && !drift_fact_same_shape(k, &t->baseline, track_tracked(t)))
                        return 0;
        }

        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++) {
                DriftTrack *t = &record->tracks[k];
                int r;

                if (!is_of_cert(k) || !t->now.value)
                        continue;
                r = track_accept(c, t);
                if (r < 0)
                        return r;
        }
        return 0;
}
