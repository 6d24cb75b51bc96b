/* SPDX-License-Identifier: MIT */

/*
 * One kind at one address. "Mixed" needs a memory of two values: a queue manager whose key repository
 * was replaced without REFRESH SECURITY TYPE(SSL) serves the new certificate from processes that were
 * started since and the old one from the others (IBM: "Refreshing the queue manager's key
 * repository"), so a prober sees the two in turn, and nothing in the single look tells it apart from a
 * change. For a rotation the first return of the old leaf says it, as nobody renews backwards; a drift
 * whose old value returns has ended, and only its second coming makes it mixed.
 */

#include "judge/drift_internal.h"

#include <errno.h>
#include <string.h>

#include "base/timefmt.h"

enum {
        TURNS_OF_A_ROTATION = 1,
        TURNS_OF_A_DRIFT = 2,
};

int comparison_add(Comparison *c, DriftKind kind, DriftEvent event, const char *address,
        const char *old_text, const char *new_text)
{
        DriftResult *result = &c->result;
        DriftChange change = {
                .kind = kind, .event = event, .expected = c->expected, .at = c->now_at};
        int r;

        r = util_grow(&result->changes, result->n_changes, sizeof(*result->changes));
        if (r < 0)
                return r;

        change.old_text = strdup(old_text);
        change.new_text = strdup(new_text);
        if (address[0] != '\0')
                change.address = strdup(address);
        if (!change.old_text || !change.new_text || (address[0] != '\0' && !change.address)) {
                drift_change_done(&change);
                return -ENOMEM;
        }

        result->changes[result->n_changes++] = change;
        result->memory_changed = true;
        return 0;
}

/* ---- one track ---- */

void track_clear_turns(DriftTrack *t)
{
        drift_fact_done(&t->other);
        t->other_at = t->mixed_at = 0;
        t->n_turns = t->n_calm = 0;
        t->on_other = false;
}

void track_clear_now(DriftTrack *t)
{
        drift_fact_done(&t->now);
        t->now_at = 0;
}

int track_set_baseline(Comparison *c, DriftTrack *t, const DriftFact *seen)
{
        int r = drift_fact_set(&t->baseline, seen);

        if (r < 0)
                return r;

        track_clear_now(t);
        /* Later than the one before, also when the clock was set back: drift_adopt() tells by it which
         * of two memories went on. */
        t->baseline_at = t->baseline_at > c->now_at ? t->baseline_at + 1 : c->now_at;
        c->result.memory_changed = true;
        return 0;
}

int track_set_now(Comparison *c, DriftTrack *t, const DriftFact *seen)
{
        int r = drift_fact_set(&t->now, seen);

        if (r < 0)
                return r;

        t->now_at = c->now_at;
        c->result.memory_changed = true;
        return 0;
}

int track_accept(Comparison *c, DriftTrack *t)
{
        CLEANUP(drift_fact_done) DriftFact now = {0};
        int r = drift_fact_set(&now, &t->now);

        return r < 0 ? r : track_set_baseline(c, t, &now);
}

int track_change(Comparison *c, const DriftRecord *record, DriftKind kind, DriftTrack *t,
        const DriftFact *seen)
{
        bool is_back = drift_fact_equal(seen, &t->baseline);
        int r;

        r = comparison_add(c, kind, is_back ? DRIFT_EVENT_RETURNED : DRIFT_EVENT_DRIFT,
                record->address, drift_fact_text(track_tracked(t)), drift_fact_text(seen));
        if (r < 0)
                return r;

        if (is_back)
                track_clear_now(t);
        else
                r = c->expected ? track_set_baseline(c, t, seen) : track_set_now(c, t, seen);
        return r;
}

/* ---- two values in turn ---- */

static Turn turn_while_mixed(Comparison *c, DriftTrack *t, const DriftFact *seen)
{
        bool is_other = drift_fact_equal(seen, &t->other);

        c->result.memory_changed = true;
        if (!is_other && !drift_fact_equal(seen, track_tracked(t))) {
                track_clear_turns(t);
                return TURN_CHANGED;
        }

        if (is_other != t->on_other) {
                t->on_other = is_other;
                t->n_calm = 1;
                return TURN_MIXED_STILL;
        }
        return ++t->n_calm >= DRIFT_CALM_LOOKS ? TURN_MIXED_ENDS : TURN_MIXED_STILL;
}

static Turn turn_while_calm(Comparison *c, DriftTrack *t)
{
        if (t->n_turns > 0) {
                c->result.memory_changed = true;
                if (++t->n_calm >= DRIFT_CALM_LOOKS)
                        t->n_turns = t->n_calm = 0;
        }
        return TURN_SAME;
}

Turn track_turn(Comparison *c, DriftTrack *t, const DriftFact *seen, bool is_rotation)
{
        unsigned enough = is_rotation ? TURNS_OF_A_ROTATION : TURNS_OF_A_DRIFT;

        if (t->mixed_at != 0)
                return turn_while_mixed(c, t, seen);
        if (drift_fact_equal(seen, track_tracked(t)))
                return turn_while_calm(c, t);

        c->result.memory_changed = true;
        t->n_calm = 1;
        if (!t->other.value || !drift_fact_equal(seen, &t->other) ||
                c->now_at - t->other_at > DRIFT_TURN_DAYS * SECONDS_PER_DAY)
                t->n_turns = 0;
        else if (++t->n_turns >= enough)
                return TURN_MIXED_BEGINS;
        return TURN_CHANGED;
}

int track_begin_mixed(Comparison *c, const DriftRecord *record, DriftKind kind, DriftTrack *t,
        const DriftFact *seen)
{
        t->mixed_at = c->now_at;
        t->on_other = true;
        return comparison_add(c, kind, DRIFT_EVENT_MIXED, record->address,
                drift_fact_text(track_tracked(t)), drift_fact_text(seen));
}

int track_end_mixed(Comparison *c, const DriftRecord *record, DriftKind kind, DriftTrack *t,
        const DriftFact *seen, bool *ret_changed)
{
        const DriftFact *left = t->on_other ? track_tracked(t) : &t->other;
        int r;

        r = comparison_add(c, kind, DRIFT_EVENT_SETTLED, record->address, drift_fact_text(left),
                drift_fact_text(seen));
        if (r < 0)
                return r;

        *ret_changed = t->on_other;
        track_clear_turns(t);
        return 0;
}

int track_remember(Comparison *c, DriftTrack *t)
{
        int r = drift_fact_set(&t->other, track_tracked(t));

        if (r < 0)
                return r;

        t->other_at = c->now_at;
        return 0;
}

int track_step(Comparison *c, DriftRecord *record, DriftKind kind, const DriftFact *seen)
{
        DriftTrack *t = &record->tracks[kind];
        bool changed = false;
        int r;

        if (!seen->value)
                return 0;
        if (!t->baseline.value)
                return track_set_baseline(c, t, seen);

        switch (track_turn(c, t, seen, false)) {
        case TURN_SAME:
        case TURN_MIXED_STILL:
                return 0;
        case TURN_MIXED_BEGINS:
                return track_begin_mixed(c, record, kind, t, seen);
        case TURN_MIXED_ENDS:
                r = track_end_mixed(c, record, kind, t, seen, &changed);
                if (r < 0 || !changed)
                        return r;
                return track_change(c, record, kind, t, seen);
        case TURN_CHANGED:
                r = track_remember(c, t);
                if (r < 0)
                        return r;
                return track_change(c, record, kind, t, seen);
        }
        return 0;
}
