/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_RUNBOOK_H
#define MQTLS_RENDER_RUNBOOK_H

/*
 * What the runbook has a page of: every alert, diagnosis, kind of drift and entry of the ledger, in the
 * order of their tables. The name is what stands behind /runbook/ and never changes:
 *
 *   MqtlsCertExpired           an alert
 *   tls/no_shared_cipher       a diagnosis, by stage and reason
 *   drift/cipher               a kind of drift
 *   change/rotation            an event of the ledger
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "judge/diagnosis.h"
#include "judge/drift.h"
#include "render/alert.h"

typedef enum RunbookKind {
        RUNBOOK_ALERT,
        RUNBOOK_DIAGNOSIS,
        RUNBOOK_DRIFT,
        RUNBOOK_CHANGE,
        _RUNBOOK_KIND_MAX,
} RunbookKind;

typedef struct RunbookTopic {
        RunbookKind kind;
        const AlertInfo *alert;         /* of RUNBOOK_ALERT, */
        const DiagnosisInfo *diagnosis; /* of RUNBOOK_DIAGNOSIS, */
        DriftKind drift;                /* of RUNBOOK_DRIFT, */
        DriftEvent change;              /* of RUNBOOK_CHANGE */
} RunbookTopic;

/* The i-th page; false behind the last. */
bool runbook_topic(size_t i, RunbookTopic *ret);

/* By name; a diagnosis also as stage_reason, for who may not write a slash. False if there is none. */
bool runbook_find(const char *name, RunbookTopic *ret);

void runbook_append_name(Buf *b, const RunbookTopic *topic);

#endif
