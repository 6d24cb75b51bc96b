/* SPDX-License-Identifier: MIT */
#include "daemon/drift_log.h"

#include <assert.h>

#include "base/util.h"

static const LogEvent log_events[_DRIFT_EVENT_MAX] = {
        [DRIFT_EVENT_DRIFT] = LOG_EVENT_DRIFT,
        [DRIFT_EVENT_RETURNED] = LOG_EVENT_DRIFT_ENDED,
        [DRIFT_EVENT_ROTATION] = LOG_EVENT_ROTATION,
        [DRIFT_EVENT_MIXED] = LOG_EVENT_MIXED,
        [DRIFT_EVENT_SETTLED] = LOG_EVENT_DRIFT_ENDED,
        [DRIFT_EVENT_MISMATCH] = LOG_EVENT_MISMATCH,
        [DRIFT_EVENT_AGREED] = LOG_EVENT_DRIFT_ENDED,
        [DRIFT_EVENT_ACCEPTED] = LOG_EVENT_ACCEPTED,
};

LogEvent drift_log_event(const DriftChange *change)
{
        assert(change);
        assert(change->event < _DRIFT_EVENT_MAX);

        return log_events[change->event];
}

int drift_log_priority(const DriftChange *change)
{
        assert(change);

        return drift_change_is_alarm(change) ? LOG_WARNING : LOG_NOTICE;
}

void drift_log(const Endpoint *e, const DriftChange *change)
{
        const DriftKindInfo *kind;
        const DriftEventInfo *event;

        assert(e);
        assert(change);

        kind = drift_kind_info(change->kind);
        event = drift_event_info(change->event);

        const LogField fields[] = {
                {"ENDPOINT", e->config->name},
                {"QMGR", e->config->qmgr},
                {"CHANNEL", e->config->channel},
                {"CONNAME", e->config->conname},
                {"KIND", kind->name},
                {"EVENT", event->name},
                {"ADDRESS", change->address},
                {"OLD", change->old_text},
                {"NEW", change->new_text},
                {"EXPECTED", change->expected ? "yes" : "no"},
                {"REMEDY", drift_change_is_alarm(change) ? drift_remedy(change->kind, change->event)
                                                         : NULL},
        };

        log_event(drift_log_priority(change), drift_log_event(change), fields, ARRAY_LEN(fields),
                "%s: %s %s%s%s%s: \"%s\" -> \"%s\"", e->config->name, kind->name, event->name,
                change->expected ? " (expected)" : "", change->address ? " at " : "",
                change->address ? change->address : "", change->old_text, change->new_text);
}
