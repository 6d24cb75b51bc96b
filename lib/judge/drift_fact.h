/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_JUDGE_DRIFT_FACT_H
#define MQTLS_JUDGE_DRIFT_FACT_H

/* One thing that was seen, as a value of bounded size (DriftFact in judge/drift.h). */

#include "base/buf.h"
#include "judge/drift.h"

/* Is it the same but for what a rotation may change? Of two unknown ones: yes. */
bool drift_fact_same_shape(DriftKind kind, const DriftFact *a, const DriftFact *b);

/* A fact with bounds kept; `value` and `text` are emptied. Returns 0 or -ENOMEM with `*f` as it was. */
int drift_fact_take(DriftFact *f, Buf *value, Buf *text);

/* `from` may be unknown. Returns 0 or -ENOMEM with `*f` as it was. */
int drift_fact_set(DriftFact *f, const DriftFact *from);
bool drift_fact_equal(const DriftFact *a, const DriftFact *b);
void drift_fact_done(DriftFact *f);

#endif
