/* SPDX-License-Identifier: MIT */

/*
 * The status page: what is so in one glance, then what needs care, then everything. It works
 * without scripts, without colour, on a phone and on paper; page.js makes it lively. Everything
 * that is not a literal of these files goes through escape_html() or escape_url().
 */

#include "render/render_page.h"

#include <assert.h>
#include <string.h>

#include "render/html.h"
#include "render/render_frame.h"
#include "render/render_page_parts.h"
#include "render/view.h"

enum {
        REFRESH_SECONDS = 120,
};

/* ---- counts ---- */

static void append_count(const Page *p, PageQueryField field, const char *value, const char *class,
        const char *words, size_t n)
{
        const char *asked = page_query_get(p->query, field);
        bool is_here = asked && value && strcmp(asked, value) == 0;
        const PageQuery nothing = {0};
        Buf *b = p->b;

        buf_appendf(b, "<li class=\"%s%s%s\"><a href=\"", class, n == 0 ? " none" : "",
                is_here ? " here" : "");
        page_query_append(b, &nothing, field, value);
        buf_append_str(b, "\"><b>");
        html_number(b, n);
        buf_append_str(b, "</b> ");
        html_state(b, class, words);
        buf_append_str(
                b, is_here ? "<span class=\"unseen\">, shown</span></a></li>\n" : "</a></li>\n");
}

static void append_counts(const Page *p)
{
        static const Severity order[] = {
                SEVERITY_CRITICAL, SEVERITY_WARNING, SEVERITY_UNKNOWN, SEVERITY_OK};
        InventoryCounts counts;
        size_t n_changed = 0;

        inventory_counts(p->inventory, &counts);
        for (size_t i = 0; i < inventory_count(p->inventory); i++)
                n_changed += view_has_drift(inventory_at(p->inventory, i)) ? 1 : 0;

        buf_append_str(p->b,
                "<nav id=\"counts\" class=\"counts\" aria-label=\"Endpoints by state\"><ul>\n");
        for (size_t i = 0; i < ARRAY_LEN(order); i++)
                append_count(p, PAGE_QUERY_severity, severity_to_string(order[i]),
                        severity_to_string(order[i]), severity_to_string(order[i]),
                        counts.by_severity[order[i]]);
        append_count(p, PAGE_QUERY_drift, "open", "drift", "changed", n_changed);
        append_count(p, PAGE_QUERY_severity, NULL, "all", "in all", inventory_count(p->inventory));
        buf_append_str(p->b, "</ul></nav>\n");
}

/* ---- the daemon's own state ---- */

static void append_alarm(Buf *b, Severity s, const char *text)
{
        buf_appendf(b, "<li class=\"%s\">", severity_to_string(s));
        html_severity(b, s);
        buf_append_char(b, ' ');
        html_text(b, text);
        buf_append_str(b, "</li>\n");
}

static const char *state_words(const DaemonFacts *d)
{
        if (!d->has_state || (d->state_saved && d->n_state_damaged == 0))
                return NULL;
        if (d->state_saved)
                return "The database of what is remembered was damaged and has been begun anew; "
                       "the damaged file was set aside in the state directory.";
        if (d->state_problem)
                return "What is remembered cannot be saved, so a restart would forget the changes "
                       "since. Look at the state directory (space, mode, file system, another mqtlsd "
                       "that uses it) and at the log, which says more.";
        return "What is remembered waits to be saved: the disk has not taken it yet.";
}

static void append_alarms(const Page *p)
{
        const DaemonFacts *d = p->daemon;
        const char *state = d ? state_words(d) : NULL;
        Buf *b = p->b;

        /* The place is there in any case: the script puts news into it. */
        buf_append_str(b, "<div id=\"alarms\">\n");
        if (!d || (d->reload_successful && !state && d->n_findings == 0 &&
                          d->n_sessions_resumed == 0)) {
                buf_append_str(b, "</div>\n");
                return;
        }

        buf_append_str(b, "<ul class=\"alarms\" aria-label=\"The daemon itself\">\n");
        if (!d->reload_successful)
                append_alarm(b, SEVERITY_CRITICAL,
                        "The last attempt to load the configuration failed; the one before it is "
                        "still at work. The log says what is wrong; so does mqtlsd "
                        "--check-config.");
        for (size_t i = 0; i < d->n_findings; i++)
                append_alarm(b, d->findings[i].severity, d->findings[i].message);
        if (state)
                append_alarm(b, SEVERITY_WARNING, state);
        if (d->n_sessions_resumed > 0)
                append_alarm(b, SEVERITY_WARNING,
                        "A TLS session was resumed, which must never be: what was seen may be old.");
        buf_append_str(b, "</ul></div>\n");
}

/* ---- head ---- */

static void append_head(const Page *p, const Frame *frame)
{
        Buf *b = p->b;

        buf_append_str(b,
                "<header class=\"top\">\n<a class=\"skip\" href=\"#list\">To the endpoints</a>\n"
                "<h1>TLS of MQ channels</h1>\n<p class=\"faint\" id=\"asof\">as known ");
        html_ago(b, p->now_at, p->now_at);
        if (p->daemon && !p->daemon->ready)
                buf_append_str(b, ", still looking for the first time");
        buf_append_str(b, "</p>\n");
        render_frame_nav(b, frame);
        buf_append_str(b, "</header>\n");
}

/* "2 critical, 1 warning": what a tab says, and what is read out when it changes. */
static int append_title(const Inventory *inventory, Buf *b)
{
        InventoryCounts counts;

        inventory_counts(inventory, &counts);
        if (counts.by_severity[SEVERITY_CRITICAL] > 0)
                buf_appendf(b, "%zu critical", counts.by_severity[SEVERITY_CRITICAL]);
        if (counts.by_severity[SEVERITY_WARNING] > 0)
                buf_appendf(b, "%s%zu warning", b->len > 0 ? ", " : "",
                        counts.by_severity[SEVERITY_WARNING]);
        if (b->len == 0)
                buf_append_str(
                        b, counts.by_severity[SEVERITY_UNKNOWN] > 0 ? "looking" : "all well");
        buf_append_str(b, " \xe2\x80\x93 mqtlsd");
        return buf_error(b);
}

static Severity worst_state(const Inventory *inventory)
{
        static const Severity order[] = {SEVERITY_CRITICAL, SEVERITY_WARNING, SEVERITY_UNKNOWN};
        InventoryCounts counts;

        inventory_counts(inventory, &counts);
        for (size_t i = 0; i < ARRAY_LEN(order); i++)
                if (counts.by_severity[order[i]] > 0)
                        return order[i];
        return SEVERITY_OK;
}

int render_page(const Inventory *inventory, const DaemonFacts *daemon, const PageQuery *query,
        int64_t now_at, Buf *b)
{
        static const PageQuery nothing = {0};
        const Page p = {
                .b = b,
                .inventory = inventory,
                .daemon = daemon,
                .query = query ? query : &nothing,
                .root = "",
                .now_at = now_at,
        };
        Frame frame = {.root = "", .refresh_seconds = REFRESH_SECONDS};
        CLEANUP_BUF Buf title = BUF_INIT;
        int r;

        assert(inventory);
        assert(b);

        r = append_title(inventory, &title);
        if (r < 0)
                return r;
        frame.title = buf_str(&title);
        frame.state = worst_state(inventory);

        render_frame_begin(b, &frame);
        append_head(&p, &frame);
        buf_append_str(b, "<main>\n");
        append_alarms(&p);
        append_counts(&p);
        r = page_append_horizon(&p);
        if (r < 0)
                return r;
        buf_append_str(b, "<section id=\"list\" aria-labelledby=\"list-title\">\n"
                          "<h2 id=\"list-title\">Endpoints</h2>\n");
        r = page_append_form(&p);
        if (r >= 0)
                r = page_append_list(&p);
        if (r < 0)
                return r;
        buf_append_str(b, "</section>\n");
        r = page_append_keystores(&p);
        if (r >= 0)
                r = page_append_matrix(&p);
        if (r < 0)
                return r;
        buf_append_str(b, "</main>\n");
        render_frame_end(b, &frame, daemon);
        return buf_error(b);
}
