/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_JUDGE_DRIFT_FACTS_H
#define MQTLS_JUDGE_DRIFT_FACTS_H

/* From an observation to the values that drift compares: one per kind, of bounded size. */

#include "judge/drift.h"
#include "judge/drift_fact.h"

typedef struct DriftFacts {
        DriftFact facts[_DRIFT_KIND_MAX];
} DriftFacts;

void drift_facts_done(DriftFacts *f);
#define CLEANUP_DRIFT_FACTS CLEANUP(drift_facts_done)

/* What this probe saw at one address. What is only remembered stays unknown. Return 0 or -ENOMEM. */
int drift_facts_of_address(const AddressObservation *a, DriftFacts *ret);

/* What it saw of the endpoint as a whole. */
int drift_facts_of_endpoint(const Observation *o, ClientAuth client_auth, DriftFacts *ret);

#endif
