/* SPDX-License-Identifier: MIT */

/* What is wrong with an endpoint, and what to do about it. */

#include "render/render_page_parts.h"

#include <string.h>

#include "base/escape.h"
#include "render/html.h"
#include "render/view.h"

enum {
        FINDINGS_MAX = 12, /* an endpoint of many addresses says the same of each */
};

static void append_words(Buf *b, const char *label, const char *words)
{
        if (!words || !*words)
                return;
        buf_append_str(b, "<dt>");
        buf_append_str(b, label);
        buf_append_str(b, "</dt><dd>");
        html_text(b, words);
        buf_append_str(b, "</dd>");
}

/* MQ's own words, and how sure they are. */
static void append_mq_words(Buf *b, const DiagnosisInfo *info)
{
        if (!*info->amq_initiator && !*info->amq_qmgr && !*info->csqx && !*info->mqrc)
                return;

        buf_append_str(b, "<dl class=\"words\">");
        append_words(b, "The partner logs", info->amq_initiator);
        append_words(b, "The queue manager logs", info->amq_qmgr);
        append_words(b, "On z/OS", info->csqx);
        append_words(b, "An application gets MQRC", info->mqrc);
        append_words(b, "How sure that is", info->certainty);
        buf_append_str(b, "</dl>\n");
}

static void append_runbook(const Page *p, const Endpoint *e, const DiagnosisInfo *info)
{
        const char *stage = stage_to_string(info->stage);

        buf_append_str(p->b, "<a class=\"reason\" href=\"");
        buf_append_str(p->b, p->root);
        buf_append_str(p->b, "runbook/");
        escape_url(p->b, stage, strlen(stage));
        buf_append_char(p->b, '/');
        escape_url(p->b, info->reason, strlen(info->reason));
        buf_append_str(p->b, "?endpoint=");
        escape_url(p->b, e->config->name, strlen(e->config->name));
        buf_append_str(p->b, "\">");
        html_text(p->b, stage);
        buf_append_char(p->b, '/');
        html_text(p->b, info->reason);
        buf_append_str(p->b, "</a>");
}

/* The verdict says the first one's sentence already. */
static void append_sentence(Buf *b, const Finding *f)
{
        buf_append_str(b, "<p class=\"what\">");
        html_severity(b, f->severity);
        buf_append_str(b, " <bdi>");
        html_sentence(b, f->message);
        buf_append_str(b, "</bdi></p>\n");
}

static void append_finding(const Page *p, const Endpoint *e, const Finding *f)
{
        const DiagnosisInfo *info = diagnosis_info(f->diagnosis);
        Buf *b = p->b;

        buf_append_str(b, "<div class=\"finding ");
        buf_append_str(b, severity_to_string(f->severity));
        buf_append_str(b, "\">\n");
        if (f != view_first_finding(e) || strcmp(f->message, view_message(e)) != 0)
                append_sentence(b, f);
        buf_append_str(b, "<p class=\"remedy\">");
        html_remedy(b, info->remedy, e->config);
        buf_append_str(b, " <span class=\"runbook\">Runbook: ");
        append_runbook(p, e, info);
        buf_append_str(b, "</span></p>\n");
        append_mq_words(b, info);
        buf_append_str(b, "</div>\n");
}

void page_append_findings(const Page *p, const Endpoint *e)
{
        const Assessment *a = e->assessment;
        size_t n = a ? MIN_OF(a->n_findings, (size_t) FINDINGS_MAX) : 0;

        for (size_t i = 0; i < n; i++)
                append_finding(p, e, &a->findings[i]);
        if (a && n < a->n_findings) {
                buf_append_str(p->b, "<p class=\"faint\">And ");
                html_count(p->b, a->n_findings - n, "more finding");
                buf_append_str(p->b, "; <a href=\"");
                buf_append_str(p->b, p->root);
                buf_append_str(p->b, "api/v1/endpoints/");
                escape_url(p->b, e->config->name, strlen(e->config->name));
                buf_append_str(p->b, "\">the JSON</a> has them all.</p>\n");
        }
}

void page_append_drift_badges(const Page *p, const Endpoint *e)
{
        for (int k = 0; k < _DRIFT_KIND_MAX; k++) {
                DriftKind kind = (DriftKind) k;

                if (!view_has_drift_of(e, kind))
                        continue;
                buf_append_str(p->b, " <span class=\"badge drift\">");
                buf_append_str(
                        p->b, drift_is_open(e->drift, kind) ? "changed: " : "served in turn: ");
                html_text(p->b, drift_kind_info(kind)->name);
                buf_append_str(p->b, "</span>");
        }
        if (e->drift && e->drift->mismatch_at != 0)
                buf_append_str(p->b, " <span class=\"badge drift\">addresses differ</span>");
}
