/* SPDX-License-Identifier: MIT */

/*
 * The status page: one table, what needs care first, readable without scripts, without colour and
 * on a phone. Everything that is not a literal of this file goes through escape_html().
 */

#include "render/render_page.h"

#include <assert.h>
#include <string.h>

#include "base/escape.h"
#include "base/timefmt.h"
#include "mq/cipherspec.h"
#include "render/render_frame.h"
#include "render/view.h"

static const Frame frame = {
        .title = "mqtlsd: TLS of MQ channels",
        .root = "",
        .refresh_seconds = 60,
};

static void append_count(Buf *b, Severity s, size_t n)
{
        const char *word = severity_to_string(s);

        buf_append_str(b, "<li class=\"");
        buf_append_str(b, word);
        buf_append_str(b, "\"><b>");
        buf_append_u64(b, n);
        buf_append_str(b, "</b> <span class=\"severity\">");
        buf_append_str(b, word);
        buf_append_str(b, "</span></li>\n");
}

static void append_summary(Buf *b, const Inventory *inventory, int64_t now_at)
{
        char now[TIMEFMT_RFC3339_SIZE];
        InventoryCounts counts;
        size_t n = inventory_count(inventory);

        inventory_counts(inventory, &counts);
        timefmt_rfc3339(now_at, now);

        buf_append_str(b, "<header>\n<h1>TLS of MQ channels</h1>\n<p class=\"faint\">");
        buf_append_u64(b, n);
        buf_append_str(b, n == 1 ? " endpoint, as known at " : " endpoints, as known at ");
        buf_append_str(b, now);
        buf_append_str(b, "</p>\n<ul class=\"summary\">\n");
        append_count(b, SEVERITY_CRITICAL, counts.by_severity[SEVERITY_CRITICAL]);
        append_count(b, SEVERITY_WARNING, counts.by_severity[SEVERITY_WARNING]);
        append_count(b, SEVERITY_UNKNOWN, counts.by_severity[SEVERITY_UNKNOWN]);
        append_count(b, SEVERITY_OK, counts.by_severity[SEVERITY_OK]);
        buf_append_str(b, "</ul>\n</header>\n");
}

static void append_cell(Buf *b, const char *title, const char *text)
{
        buf_append_str(b, "<td data-title=\"");
        buf_append_str(b, title);
        buf_append_str(b, "\">");
        render_frame_text(b, text);
        buf_append_str(b, "</td>\n");
}

/* The configured name; what the queue manager told of itself stands below it. */
static void append_qmgr(Buf *b, const Endpoint *e)
{
        const MqInitFacts *facts = &e->mq.facts;
        const char *configured = e->config->qmgr ? e->config->qmgr : "";
        bool other_name = facts->qmgr_name[0] != '\0' && strcmp(facts->qmgr_name, configured) != 0;

        buf_append_str(b, "<td data-title=\"Queue manager\">");
        render_frame_text(b, configured);
        if (other_name || facts->product[0] != '\0') {
                buf_append_str(b, " <small class=\"faint\">");
                if (other_name) {
                        buf_append_str(b, "calls itself ");
                        render_frame_text(b, facts->qmgr_name);
                }
                if (other_name && facts->product[0] != '\0')
                        buf_append_str(b, ", ");
                render_frame_text(b, facts->product);
                buf_append_str(b, "</small>");
        }
        buf_append_str(b, "</td>\n");
}

static void append_dates(Buf *b, const AssessedDates *d, int64_t now_at)
{
        char at[TIMEFMT_RFC3339_SIZE];

        if (!d->has_effective) {
                buf_append_str(b, "<td data-title=\"Days left\" class=\"number\">not known</td>\n"
                                  "<td data-title=\"Not after\">not known</td>\n");
                return;
        }

        timefmt_rfc3339(d->effective_at, at);
        buf_append_str(b, "<td data-title=\"Days left\" class=\"number\">");
        buf_append_i64(b, view_days_left(d->effective_at, now_at));
        buf_append_str(b, "</td>\n<td data-title=\"Not after\"><time datetime=\"");
        buf_append_str(b, at);
        buf_append_str(b, "\">");
        buf_append(b, at, sizeof("2026-11-21") - 1);
        buf_append_str(b, "</time></td>\n");
}

static void append_negotiated(Buf *b, const AddressObservation *a)
{
        const char *spec = NULL;

        buf_append_str(b, "<td data-title=\"Negotiated\">");
        if (a && a->tls.version != 0) {
                spec = view_cipherspec(&a->tls);
                render_frame_text(b, tls_version_to_string(a->tls.version));
                buf_append_char(b, ' ');
                render_frame_text(b, spec ? spec : a->tls.cipher_name);
        }
        buf_append_str(b, "</td>\n");
}

static void append_verdict(Buf *b, const Endpoint *e)
{
        const Finding *f = view_first_finding(e);

        buf_append_str(b, "<td data-title=\"Verdict\">");
        render_frame_text(b, view_message(e));
        if (f) {
                buf_append_str(b, " <span class=\"remedy\">");
                render_frame_text(b, diagnosis_info(f->diagnosis)->remedy);
                buf_append_str(b, "</span>");
        }
        buf_append_str(b, "</td>\n");
}

static void append_row(Buf *b, const Endpoint *e, int64_t now_at)
{
        const char *severity = severity_to_string(endpoint_severity(e));
        const char *name = e->config->name;

        buf_append_str(b, "<tr class=\"");
        buf_append_str(b, severity);
        buf_append_str(b, "\">\n<td data-title=\"Severity\" class=\"severity\">");
        buf_append_str(b, severity);
        buf_append_str(b, "</td>\n<th scope=\"row\"><a href=\"api/v1/endpoints/");
        escape_url(b, name, strlen(name));
        buf_append_str(b, "\">");
        render_frame_text(b, name);
        buf_append_str(b, "</a></th>\n");
        append_qmgr(b, e);
        append_cell(b, "Channel", e->config->channel);
        append_dates(b, &e->dates, now_at);
        append_negotiated(b, view_speaker(e));
        append_verdict(b, e);
        buf_append_str(b, "</tr>\n");
}

static void append_table(Buf *b, const Endpoint *const *sorted, size_t n, int64_t now_at)
{
        buf_append_str(b,
                "<main>\n<table>\n"
                "<caption>What needs care stands first</caption>\n"
                "<thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">Endpoint</th>"
                "<th scope=\"col\">Queue manager</th><th scope=\"col\">Channel</th>"
                "<th scope=\"col\">Days left</th><th scope=\"col\">Not after</th>"
                "<th scope=\"col\">Negotiated</th><th scope=\"col\">Verdict</th></tr></thead>\n"
                "<tbody>\n");
        for (size_t i = 0; i < n; i++)
                append_row(b, sorted[i], now_at);
        buf_append_str(b, "</tbody>\n</table>\n</main>\n");
}

int render_page(const Inventory *inventory, const DaemonFacts *daemon, int64_t now_at, Buf *b)
{
        CLEANUP_FREE const Endpoint **sorted = NULL;
        int r;

        assert(inventory);
        assert(b);

        r = view_worst_first(inventory, &sorted);
        if (r < 0)
                return r;

        render_frame_begin(b, &frame);
        append_summary(b, inventory, now_at);
        append_table(b, sorted, inventory_count(inventory), now_at);
        render_frame_end(b, &frame, daemon);
        return buf_error(b);
}
