/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_JUDGE_ASSESS_H
#define MQTLS_JUDGE_ASSESS_H

/*
 * Turns what was seen into a verdict: every finding, which of them is the reason, and the dates that
 * alerts hang on. Pure: the same observation, policy and instant give the same assessment, so a jump
 * of the wall clock is answered by assessing again, not by probing again.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "judge/diagnosis.h"
#include "judge/policy.h"
#include "judge/surroundings.h"
#include "tls/observation.h"

typedef struct Finding {
        Diagnosis diagnosis;
        Severity severity;
        char *message;      /* one sentence with the facts of this case, printable UTF-8 */
        int address;        /* index into the observation's addresses, -1: the endpoint as a whole */
        int cert_position;  /* in that address's chain, -1: none */
} Finding;

/* Does it fail the endpoint? One that was judged milder than its row does not, such as a resolver that
 * failed while the addresses known before still served. */
bool finding_fails(const Finding *f);

/* Earliest notAfter over all addresses; each may be unknown. */
typedef struct AssessedDates {
        bool has_leaf, has_presented, has_verified, has_effective;
        int64_t leaf_at, presented_at, verified_at;
        int64_t effective_at; /* verified where there is one, else presented */
        bool has_policy;      /* thresholds below are known (they may be shares of a lifetime) */
        int64_t warning_seconds, critical_seconds;
} AssessedDates;

typedef enum StageResult {
        STAGE_RESULT_UNKNOWN, /* not reached or not judged: no sample, null */
        STAGE_RESULT_FAILED,
        STAGE_RESULT_PASSED,
} StageResult;

typedef struct AssessedAddress {
        StageResult stages[_STAGE_MAX];
        Diagnosis primary; /* NONE when all is well */
        bool mq_inferred;  /* where stage mq passed: by inference only, label it so */
} AssessedAddress;

/* Does the channel insist on a client certificate? Only a look at depth "mq" without one can tell. */
typedef enum ClientAuth {
        CLIENT_AUTH_UNKNOWN,
        CLIENT_AUTH_NOT_REQUIRED,
        CLIENT_AUTH_REQUIRED,
} ClientAuth;

/* Does the listener serve what a key repository of its queue manager holds? */
typedef enum KeystoreMatch {
        KEYSTORE_MATCH_UNKNOWN, /* the file or the leaf is not known, or another node's file it is */
        KEYSTORE_MATCH_NO,
        KEYSTORE_MATCH_YES,
} KeystoreMatch;

typedef struct AssessedKeystore {
        char *name;  /* of keystores = */
        char *label; /* that was looked for; NULL where the file gives none */
        KeystoreMatch match; /* by the leaf that was seen last */
} AssessedKeystore;

typedef struct Assessment {
        Severity severity;
        bool success; /* mqtls_probe_success: no finding whose diagnosis `fails` */
        StageResult stages[_STAGE_MAX]; /* the endpoint: failed where one address that counts failed */
        Finding *findings; /* in order, the reason first: what fails, critical before warning; then by
                              stage, then by what stops traffic soonest */
        size_t n_findings;
        char *message; /* the first finding's sentence, or one that says all is well and until when */

        AssessedDates dates;
        AssessedAddress *addresses; /* parallel to the observation's */
        size_t n_addresses;

        bool mq_inferred; /* where stage mq passed: by inference only */
        ClientAuth client_auth;

        AssessedKeystore *keystores; /* parallel to those of the surroundings */
        size_t n_keystores;

        bool addresses_consistent; /* all that answered serve the same leaf */
        size_t n_addresses_answered;
} Assessment;

/* Judges. `around` may be NULL: nothing is known beside the observation. `now_at` is the wall clock.
 * Returns 0 or -ENOMEM. */
int assess(const Observation *o, const Policy *policy, const Surroundings *around, int64_t now_at,
        Assessment **ret);

Assessment *assessment_free(Assessment *a);
DEFINE_CLEANUP(Assessment, assessment_free, assessment_cleanup)

/* The diagnosis of findings[0], NONE without findings. */
Diagnosis assessment_primary(const Assessment *a);

/* Which observed address speaks for the endpoint where one is wanted (`tls`, `chain` at the top of
 * the JSON): the one the primary finding names where that answered, else the first that did; -1 if none. */
int assessment_speaker(const Assessment *a, const Observation *o);

/* Is this policy rule (a diagnosis of stage policy) in force for the endpoint? Drives
 * mqtls_policy_violation. */
bool assess_rule_in_force(Diagnosis rule, const Policy *policy);

#endif
