/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_JUDGE_DIAGNOSIS_H
#define MQTLS_JUDGE_DIAGNOSIS_H

/*
 * The closed list of what can be wrong, with MQ's own words for it and how to mend it. The rows are
 * in diagnosis_table.h; JSON, metrics, manual and log are driven by them.
 */

#include <stdbool.h>
#include <stddef.h>

#include "judge/diagnosis_table.h"
#include "mq/channel.h"
#include "tls/observation.h"

typedef enum Severity {
        SEVERITY_OK,
        SEVERITY_WARNING,
        SEVERITY_CRITICAL,
        SEVERITY_UNKNOWN, /* never looked at yet */
        _SEVERITY_MAX,
} Severity;

const char *severity_to_string(Severity s); /* "ok", "warning", … */

typedef enum Stage {
        STAGE_RESOLVE,
        STAGE_CONNECT,
        STAGE_TLS,
        STAGE_VERIFY,
        STAGE_POLICY,
        STAGE_MQ,
        STAGE_INTERNAL,
        _STAGE_MAX,
} Stage;

const char *stage_to_string(Stage s);

#define DIAGNOSIS_ENUM(id, ...) DIAGNOSIS_##id,
typedef enum Diagnosis {
        DIAGNOSIS_NONE,
        DIAGNOSIS_TABLE(DIAGNOSIS_ENUM)
        _DIAGNOSIS_MAX,
} Diagnosis;
#undef DIAGNOSIS_ENUM

typedef struct DiagnosisInfo {
        Diagnosis id;
        Stage stage;
        const char *reason;        /* "no_shared_cipher"; unique within its stage */
        Severity severity;         /* what it deserves; assess may raise lifetime_short */
        bool fails;                /* it makes mqtls_probe_success 0 */
        const char *meaning;       /* one sentence: what is so */
        const char *cause;         /* what usually leads to it */
        const char *amq_initiator; /* what the dialling side logs or returns; "" when nothing */
        const char *amq_qmgr;      /* what the accepting queue manager logs */
        const char *csqx;          /* on z/OS */
        const char *mqrc;          /* reason codes an application sees */
        const char *remedy;        /* what to do, first things first */
        const char *certainty;     /* how sure MQ's words are: "documented", "seen", "recalled", … */
} DiagnosisInfo;

/* Row of a diagnosis; never NULL for a valid id other than NONE. */
const DiagnosisInfo *diagnosis_info(Diagnosis id);

/* By stage and reason; DIAGNOSIS_NONE if there is none. */
Diagnosis diagnosis_by_name(Stage stage, const char *reason);

/*
 * What the queue manager's answer at depth "mq" comes to, for a channel of this type (0 or
 * _CHANNEL_TYPE_INVALID: not said). DIAGNOSIS_NONE when it accepted, also by inference, and when it
 * was not asked. A receiving message channel is asked as a client would ask: that it refuses for its
 * type alone is the good answer, "inferred" because the order of the queue manager's checks is not
 * published; that it accepts says that the channel is none. Status 0x1C, a refresh under way, is
 * MQ_CHANNEL_UNAVAILABLE and deserves no more than a warning.
 */
Diagnosis diagnosis_of_mq(const MqOutcome *mq, ChannelType chltype);

/* Did the queue manager let us in; `*ret_inferred`, unless NULL: as far as can be inferred. */
bool diagnosis_mq_is_accepted(const MqOutcome *mq, ChannelType chltype, bool *ret_inferred);

/*
 * When does a failure count as X rather than Y: what kept this address from an accepted TLS session,
 * from phase, end, milestones and alert. DIAGNOSIS_NONE when the listener accepted. Only the stages
 * resolve, connect, tls, mq and internal come from here; certificates are judged by assess.
 */
Diagnosis diagnosis_of_address(const AddressObservation *a);

#endif
