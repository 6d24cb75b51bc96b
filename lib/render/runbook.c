/* SPDX-License-Identifier: MIT */
#include "render/runbook.h"

#include <assert.h>
#include <string.h>

enum {
        N_DIAGNOSES = _DIAGNOSIS_MAX - 1, /* without NONE */
};

bool runbook_topic(size_t i, RunbookTopic *ret)
{
        assert(ret);

        if (i < alert_count()) {
                *ret = (RunbookTopic){.kind = RUNBOOK_ALERT, .alert = alert_info(i)};
                return true;
        }
        i -= alert_count();
        if (i < N_DIAGNOSES) {
                *ret = (RunbookTopic){
                        .kind = RUNBOOK_DIAGNOSIS,
                        .diagnosis = diagnosis_info((Diagnosis) (i + 1)),
                };
                return true;
        }
        i -= N_DIAGNOSES;
        if (i < _DRIFT_KIND_MAX) {
                *ret = (RunbookTopic){.kind = RUNBOOK_DRIFT, .drift = (DriftKind) i};
                return true;
        }
        i -= _DRIFT_KIND_MAX;
        if (i < _DRIFT_EVENT_MAX) {
                *ret = (RunbookTopic){.kind = RUNBOOK_CHANGE, .change = (DriftEvent) i};
                return true;
        }
        return false;
}

static void append_name(Buf *b, const RunbookTopic *topic, char slash)
{
        switch (topic->kind) {
        case RUNBOOK_ALERT:
                buf_append_str(b, topic->alert->name);
                return;
        case RUNBOOK_DIAGNOSIS:
                buf_append_str(b, stage_to_string(topic->diagnosis->stage));
                buf_append_char(b, slash);
                buf_append_str(b, topic->diagnosis->reason);
                return;
        case RUNBOOK_DRIFT:
                buf_append_str(b, "drift/");
                buf_append_str(b, drift_kind_info(topic->drift)->name);
                return;
        case RUNBOOK_CHANGE:
        case _RUNBOOK_KIND_MAX:
        default:
                buf_append_str(b, "change/");
                buf_append_str(b, drift_event_info(topic->change)->name);
                return;
        }
}

void runbook_append_name(Buf *b, const RunbookTopic *topic)
{
        assert(b);
        assert(topic);

        append_name(b, topic, '/');
}

bool runbook_find(const char *name, RunbookTopic *ret)
{
        static const char slashes[] = {'/', '_'};
        CLEANUP_BUF Buf b = BUF_INIT;
        RunbookTopic topic;

        assert(name);
        assert(ret);

        for (size_t i = 0; runbook_topic(i, &topic); i++)
                for (size_t k = 0; k < sizeof(slashes); k++) {
                        buf_clear(&b);
                        append_name(&b, &topic, slashes[k]);
                        if (buf_error(&b) == 0 && strcmp(buf_str(&b), name) == 0) {
                                *ret = topic;
                                return true;
                        }
                }
        return false;
}
