/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_JUDGE_DRIFT_INTERNAL_H
#define MQTLS_JUDGE_DRIFT_INTERNAL_H

/* What the parts of drift (drift.c, drift_certs.c, drift_track.c, drift_memory.c) share. */

#include "judge/drift.h"
#include "judge/drift_facts.h"

/* A comparison under way. The result holds the new memory. */
typedef struct Comparison {
        int64_t now_at;
        bool expected;
        DriftResult result;
} Comparison;

void drift_record_done(DriftRecord *r);

/* ---- drift_track.c; what can fail returns 0 or -ENOMEM ---- */

/* What was seen last, unless mixed. */
static inline const DriftFact *track_tracked(const DriftTrack *t)
{
        return t->now.value ? &t->now : &t->baseline;
}

/* `address` "" is the endpoint as a whole. */
int comparison_add(Comparison *c, DriftKind kind, DriftEvent event, const char *address,
        const char *old_text, const char *new_text);

void track_clear_now(DriftTrack *t);
void track_clear_turns(DriftTrack *t);
int track_set_baseline(Comparison *c, DriftTrack *t, const DriftFact *seen);
int track_set_now(Comparison *c, DriftTrack *t, const DriftFact *seen);

/* What is seen now becomes the baseline. */
int track_accept(Comparison *c, DriftTrack *t);

/* Something else than last time: away from the baseline, back to it, or farther. One entry. */
int track_change(Comparison *c, const DriftRecord *record, DriftKind kind, DriftTrack *t,
        const DriftFact *seen);

/* Two values in turn? */
typedef enum Turn {
        TURN_SAME,         /* as last time */
        TURN_CHANGED,      /* a change like any other */
        TURN_MIXED_BEGINS,
        TURN_MIXED_STILL,
        TURN_MIXED_ENDS,   /* what is seen has stayed for a while */
} Turn;

Turn track_turn(Comparison *c, DriftTrack *t, const DriftFact *seen, bool is_rotation);

/* What was tracked until now is the other one from now on. */
int track_remember(Comparison *c, DriftTrack *t);

/* The baseline and what is tracked stay as they are while it is mixed: told apart from drift. */
int track_begin_mixed(Comparison *c, const DriftRecord *record, DriftKind kind, DriftTrack *t,
        const DriftFact *seen);

/* `*ret_changed`: it settled on the one that is not tracked. */
int track_end_mixed(Comparison *c, const DriftRecord *record, DriftKind kind, DriftTrack *t,
        const DriftFact *seen, bool *ret_changed);

/* All of that for a kind that stands alone. */
int track_step(Comparison *c, DriftRecord *record, DriftKind kind, const DriftFact *seen);

/* ---- drift_certs.c ---- */

/* All kinds that follow from the certificates. */
int certs_step(Comparison *c, DriftRecord *record, const DriftFacts *seen);

/* After something was accepted: where only a rotation is left, the baseline follows, without a word. */
int certs_accept_rotation(Comparison *c, DriftRecord *record);

#endif
