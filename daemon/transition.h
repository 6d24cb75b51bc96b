/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_TRANSITION_H
#define MQTLSD_TRANSITION_H

/* When an endpoint's verdict changes, the log says so, once, with all that one needs to act on it. */

#include "daemon/log.h"
#include "judge/diagnosis.h"
#include "model/inventory.h"

typedef struct Verdict {
        Severity severity;
        Diagnosis primary;
} Verdict;

Verdict verdict_of(const Endpoint *e);

/* What has happened between two verdicts; LOG_EVENT_NONE: nothing that is worth a record. */
LogEvent transition_event(const Verdict *before, const Verdict *now);

/* The priority of a record that tells of such a severity, in syslog's terms. */
int transition_priority(Severity s);

/* Writes the record, if there is one to write. */
void transition_log(const Endpoint *e, const Verdict *before);

#endif
