/* SPDX-License-Identifier: MIT */
#include "daemon/transition.h"

#include <assert.h>

#include "base/timefmt.h"
#include "base/util.h"
#include "render/view.h"

Verdict verdict_of(const Endpoint *e)
{
        assert(e);

        return (Verdict){
                .severity = endpoint_severity(e),
                .primary = e->assessment ? assessment_primary(e->assessment) : DIAGNOSIS_NONE,
        };
}

LogEvent transition_event(const Verdict *before, const Verdict *now)
{
        assert(before);
        assert(now);

        if (now->severity == SEVERITY_UNKNOWN ||
                (before->severity == now->severity && before->primary == now->primary))
                return LOG_EVENT_NONE;

        if (now->severity == SEVERITY_CRITICAL && before->severity != SEVERITY_CRITICAL)
                return LOG_EVENT_ENDPOINT_FAILING;
        if (now->severity == SEVERITY_OK)
                return before->severity == SEVERITY_UNKNOWN ? LOG_EVENT_NONE
                                                            : LOG_EVENT_ENDPOINT_RECOVERED;
        return LOG_EVENT_ENDPOINT_CHANGED;
}

int transition_priority(Severity s)
{
        switch (s) {
        case SEVERITY_CRITICAL:
                return LOG_ERR;
        case SEVERITY_WARNING:
                return LOG_WARNING;
        case SEVERITY_OK:
        case SEVERITY_UNKNOWN:
        case _SEVERITY_MAX:
        default:
                return LOG_NOTICE;
        }
}

void transition_log(const Endpoint *e, const Verdict *before)
{
        Verdict now = verdict_of(e);
        LogEvent event = transition_event(before, &now);
        const DiagnosisInfo *info =
                now.primary == DIAGNOSIS_NONE ? NULL : diagnosis_info(now.primary);
        char amq[VIEW_AMQ_CODE_SIZE], not_after[TIMEFMT_RFC3339_SIZE];
        bool has_amq = info && view_amq_code(info, amq);

        assert(before);

        if (event == LOG_EVENT_NONE)
                return;

        if (e->dates.has_effective)
                timefmt_rfc3339(e->dates.effective_at, not_after);

        const LogField fields[] = {
                {"ENDPOINT", e->config->name},
                {"QMGR", e->config->qmgr},
                {"CHANNEL", e->config->channel},
                {"CONNAME", e->config->conname},
                {"STAGE", info ? stage_to_string(info->stage) : NULL},
                {"REASON", info ? info->reason : NULL},
                {"SEVERITY", severity_to_string(now.severity)},
                {"AMQ", has_amq ? amq : NULL},
                {"REMEDY", info ? info->remedy : NULL},
                {"NOT_AFTER", e->dates.has_effective ? not_after : NULL},
        };

        if (event == LOG_EVENT_ENDPOINT_RECOVERED)
                log_event(transition_priority(now.severity), event, fields, ARRAY_LEN(fields),
                        "%s has recovered: %s", e->config->name, view_message(e));
        else
                log_event(transition_priority(now.severity), event, fields, ARRAY_LEN(fields),
                        "%s is %s (%s/%s): %s", e->config->name, severity_to_string(now.severity),
                        info ? stage_to_string(info->stage) : "-", info ? info->reason : "-",
                        view_message(e));
}
