/* SPDX-License-Identifier: MIT */

/* The list: what needs care first, a hundred to a page, each line with its verdict; what to do
 * about it unfolds below it, without a script as well. */

#include "render/render_page_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/timefmt.h"
#include "render/html.h"
#include "render/view.h"

enum {
        ROWS_MAX = 100,
        SECONDS_PER_HOUR = 3600,
        HOURS_PER_DAY = 24,
};

/* ---- one line ---- */

/* What the name does not say already. */
static void append_identity(const Page *p, const EndpointConfig *c)
{
        const char *parts[] = {c->qmgr, c->channel, c->conname};
        bool first = true;

        buf_append_str(p->b, "<b>");
        html_name(p->b, c->name);
        buf_append_str(p->b, "</b> <small>");
        for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
                if (!parts[i] || !*parts[i] || (i < 2 && strstr(c->name, parts[i])))
                        continue;
                if (!first)
                        buf_append_str(p->b, " \xc2\xb7 ");
                html_name(p->b, parts[i]);
                first = false;
        }
        buf_append_str(p->b, "</small>");
}

/* The number stands out, its unit does not. */
static void append_left(const Page *p, const AssessedDates *d)
{
        int64_t left = d->has_effective ? d->effective_at - p->now_at : 0;
        int64_t hours = (left < 0 ? -left : left) / SECONDS_PER_HOUR;
        bool is_near = hours < INT64_C(2) * HOURS_PER_DAY;
        uint64_t n = (uint64_t) (is_near ? hours : hours / HOURS_PER_DAY);
        const char *state = !d->has_effective             ? "unknown"
                            : left < 0                    ? "critical"
                            : !d->has_policy              ? "ok"
                            : left <= d->critical_seconds ? "critical"
                            : left <= d->warning_seconds  ? "warning"
                                                          : "ok";

        buf_appendf(p->b, "<span class=\"left %s\">", state);
        if (!d->has_effective) {
                buf_append_str(p->b, "<small>no date known</small></span>");
                return;
        }

        /* Where the columns have no heads, and for who listens. */
        buf_append_str(p->b, left < 0 ? "<span class=\"label\">ended </span><b>"
                                      : "<span class=\"unseen\">chain: </span><b>");
        html_number(p->b, n);
        buf_append_str(p->b, is_near ? "</b> hour" : "</b> day");
        buf_append_str(p->b, n == 1 ? "" : "s");
        buf_append_str(p->b, left < 0 ? " ago<small>" : " left<small>");
        html_date(p->b, d->effective_at);
        buf_append_str(p->b, "</small></span>");
}

static void append_seen(const Page *p, const Endpoint *e)
{
        buf_append_str(p->b, "<span class=\"seen\"><span class=\"label\">looked at </span>");
        if (e->has_last_run)
                html_ago(p->b, e->last_run_at, p->now_at);
        else
                buf_append_str(p->b, "not yet");
        buf_append_str(p->b, "</span>");
}

static void append_summary(const Page *p, const Endpoint *e)
{
        Buf *b = p->b;

        buf_append_str(b, "<summary>");
        html_severity(b, endpoint_severity(e));
        buf_append_str(b, "<span class=\"who\">");
        append_identity(p, e->config);
        buf_append_str(b, "</span><span class=\"verdict\"><bdi>");
        html_sentence(b, view_message(e));
        buf_append_str(b, "</bdi>");
        page_append_drift_badges(p, e);
        buf_append_str(b, "</span>");
        append_left(p, &e->dates);
        append_seen(p, e);
        buf_append_str(b, "</summary>\n");
}

/* ---- what unfolds ---- */

static void append_people(const Page *p, const EndpointConfig *c)
{
        static const PageQueryField fields[] = {PAGE_QUERY_contact, PAGE_QUERY_group};
        const char *const values[] = {c->contact, c->group};
        static const char *const labels[] = {"Contact", "Group"};
        const PageQuery nothing = {0};

        for (size_t i = 0; i < ARRAY_LEN(values); i++) {
                if (!values[i] || !*values[i])
                        continue;
                html_field_open(p->b, labels[i]);
                buf_append_str(p->b, "<a href=\"");
                page_query_append(p->b, &nothing, fields[i], values[i]);
                buf_append_str(p->b, "\">");
                html_name(p->b, values[i]);
                buf_append_str(p->b, "</a>");
                html_field_close(p->b);
        }
        html_field_name(p->b, "Note", c->note);
        html_field_link(p->b, "Runbook", c->runbook_url);
}

static void append_more(const Page *p, const Endpoint *e)
{
        const AddressObservation *speaker = view_speaker(e);
        Buf *b = p->b;
        CLEANUP_BUF Buf suite = BUF_INIT;

        buf_append_str(b, "<div class=\"more\">\n");
        page_append_findings(p, e);
        if (speaker)
                view_append_suite(&speaker->tls, &suite);
        buf_append_str(b, "<dl class=\"facts\">\n");
        html_field(b, "Negotiated", buf_str(&suite));
        append_people(p, e->config);
        buf_append_str(b, "</dl>\n<p><a class=\"all\" href=\"");
        html_endpoint_url(b, p->root, e->config->name);
        buf_append_str(b, "\">Everything about this endpoint</a></p>\n</div>\n");
}

static void append_row(const Page *p, const Endpoint *e)
{
        Buf *b = p->b;

        buf_append_str(b, "<li class=\"row ");
        buf_append_str(b, severity_to_string(endpoint_severity(e)));
        buf_append_str(b, "\"><details data-keep=\"");
        html_text(b, e->config->name);
        buf_append_str(b, "\">");
        append_summary(p, e);
        append_more(p, e);
        buf_append_str(b, "</details><a class=\"open\" href=\"");
        html_endpoint_url(b, p->root, e->config->name);
        buf_append_str(b, "\" aria-label=\"Details of ");
        html_text(b, e->config->name);
        buf_append_str(b, "\">details</a></li>\n");
}

/* ---- pages ---- */

static void append_page_link(
        const Page *p, size_t page, bool possible, const char *rel, const char *words)
{
        CLEANUP_BUF Buf number = BUF_INIT;

        if (!possible) {
                buf_appendf(p->b, "<span class=\"faint\">%s</span>\n", words);
                return;
        }
        buf_append_u64(&number, page);
        if (buf_error(&number) < 0)
                p->b->failed = true;
        buf_appendf(p->b, "<a rel=\"%s\" href=\"", rel);
        page_query_append(p->b, p->query, PAGE_QUERY_page, buf_str(&number));
        buf_appendf(p->b, "\">%s</a>\n", words);
}

static void append_pager(const Page *p, size_t page, size_t n_pages)
{
        if (n_pages < 2)
                return;

        buf_append_str(p->b, "<nav class=\"pager\" aria-label=\"Pages of the list\">\n");
        append_page_link(p, page - 1, page > 1, "prev", "\xe2\x86\x90 previous");
        buf_appendf(p->b, "<span>page %zu of %zu</span>\n", page, n_pages);
        append_page_link(p, page + 1, page < n_pages, "next", "next \xe2\x86\x92");
        buf_append_str(p->b, "</nav>\n");
}

/* What the form has no field for came by a link, and goes by one. */
static void append_chips(const Page *p)
{
        static const struct {
                PageQueryField field;
                const char *words;
        } fields[] = {
                {PAGE_QUERY_drift, "changed"},
                {PAGE_QUERY_suite, "negotiated"},
                {PAGE_QUERY_leaf, "serves the leaf"},
                {PAGE_QUERY_ends, "ends within"},
        };

        for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
                const char *value = page_query_get(p->query, fields[i].field);

                if (!value)
                        continue;
                buf_append_str(p->b, " <a class=\"chip\" href=\"");
                page_query_append(p->b, p->query, fields[i].field, NULL);
                buf_appendf(p->b, "\">%s ", fields[i].words);
                html_name(p->b, value);
                buf_append_str(p->b, " <span class=\"unseen\">: drop this condition</span></a>");
        }
}

static void append_caption(const Page *p, size_t first, size_t n_shown, size_t n)
{
        size_t n_all = inventory_count(p->inventory);
        bool narrow = page_query_is_narrow(p->query);
        Buf *b = p->b;

        buf_append_str(b, "<p class=\"caption\"><span id=\"caption\">");
        if (n_all == 0) {
                buf_append_str(b, "No endpoint is configured: see mqtlsd.conf(5).");
        } else if (n == 0) {
                buf_append_str(b, "No endpoint fits.");
        } else {
                if (n_shown < n) {
                        html_number(b, first + 1);
                        buf_append_str(b, "\xe2\x80\x93");
                        html_number(b, first + n_shown);
                        buf_append_str(b, " of ");
                }
                html_count(b, n, "endpoint");
                if (narrow) {
                        buf_append_str(b, " that fit, of ");
                        html_number(b, n_all);
                }
                buf_append_str(b, ", what needs care first");
        }
        buf_append_str(b, "</span>");
        append_chips(p);
        if (narrow)
                buf_append_str(b, " <a class=\"clear\" href=\"./\">Show all</a>");
        buf_append_str(b, "</p>\n");
}

static void append_rows(const Page *p, const Endpoint *const *fitting, size_t n)
{
        buf_append_str(p->b,
                "<div class=\"columns\" "
                "aria-hidden=\"true\"><span>State</span><span>Endpoint</span>"
                "<span>Verdict</span><span>Chain ends</span><span>Last look</span></div>\n"
                "<ol class=\"rows\" id=\"rows\">\n");
        for (size_t i = 0; i < n; i++)
                append_row(p, fitting[i]);
        buf_append_str(p->b, "</ol>\n");
}

int page_append_list(const Page *p)
{
        CLEANUP_FREE const Endpoint **sorted = NULL;
        size_t n = 0, n_pages, page, first, n_shown;
        int r = view_worst_first(p->inventory, &sorted);

        if (r < 0)
                return r;

        for (size_t i = 0; i < inventory_count(p->inventory); i++)
                if (page_query_takes(p->query, sorted[i]))
                        sorted[n++] = sorted[i];

        n_pages = MAX_OF((n + ROWS_MAX - 1) / ROWS_MAX, (size_t) 1);
        page = MIN_OF(page_query_page(p->query), n_pages);
        first = (page - 1) * ROWS_MAX;
        n_shown = MIN_OF(n - first, (size_t) ROWS_MAX);

        buf_append_str(p->b, "<div id=\"results\">\n");
        append_caption(p, first, n_shown, n);
        if (n_shown > 0)
                append_rows(p, sorted + first, n_shown);
        append_pager(p, page, n_pages);
        buf_append_str(p->b, "</div>\n");
        return 0;
}
