/* SPDX-License-Identifier: MIT */

/*
 * --once --format=nagios, as the Monitoring Plugins development guidelines want it: one line of text,
 * '|', performance data; details on the lines that follow. '|' in a text would begin performance data,
 * and quotes and '=' in a label would end it, so foreign ones are replaced.
 *
 * Performance data is in seconds, because the guidelines have no unit of days, and thresholds are
 * ranges: "2592000:" is what alerts below that number; without the colon it would alert above.
 */

#include "render/render_report.h"

#include <assert.h>
#include <string.h>

#include "base/escape.h"
#include "base/timefmt.h"
#include "render/view.h"

enum {
        FIRST_LINE_ENDPOINTS_MAX = 3, /* named in the first line, which ends up on pagers */
};

static const char *const state_words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

/* One harmless line, with every character of `bad` replaced. */
static void append_without(Buf *b, const char *text, const char *bad)
{
        size_t start = b->len;

        escape_terminal(b, text, strlen(text));
        for (size_t i = start; buf_error(b) == 0 && i < b->len; i++)
                if (strchr(bad, b->data[i]))
                        b->data[i] = '_';
}

static void append_text(Buf *b, const char *text)
{
        append_without(b, text, "|");
}

static void append_first_line(Buf *b, const Inventory *inventory, const Endpoint *const *sorted)
{
        InventoryCounts counts;
        size_t n_bad = 0, n = inventory_count(inventory);
        int state = report_exit_status(inventory);

        inventory_counts(inventory, &counts);
        n_bad = n - counts.by_severity[SEVERITY_OK];

        buf_append_str(b, "MQTLS ");
        buf_append_str(b, state_words[state]);
        buf_append_str(b, " - ");
        if (n_bad == 0) {
                buf_append_u64(b, n);
                buf_append_str(b, n == 1 ? " endpoint, all well" : " endpoints, all well");
                return;
        }

        buf_append_u64(b, n_bad);
        buf_append_str(b, " of ");
        buf_append_u64(b, n);
        buf_append_str(b, n == 1 ? " endpoint" : " endpoints");
        for (size_t i = 0; i < n_bad && i < FIRST_LINE_ENDPOINTS_MAX; i++) {
                buf_append_str(b, i == 0 ? ": " : "; ");
                append_text(b, sorted[i]->config->name);
                buf_append_str(b, ": ");
                append_text(b, view_message(sorted[i]));
        }
        if (n_bad > FIRST_LINE_ENDPOINTS_MAX)
                buf_append_str(b, "; ...");
}

/* 'name'=seconds left;warning;critical */
static void append_perfdata(Buf *b, const Endpoint *e, int64_t now_at)
{
        const AssessedDates *d = &e->dates;

        buf_append_str(b, " '");
        append_without(b, e->config->name, "|'\"=");
        buf_append_str(b, "'=");
        buf_append_i64(b, d->effective_at - now_at);
        buf_append_char(b, 's');
        if (!d->has_policy)
                return;
        buf_append_char(b, ';');
        buf_append_i64(b, d->warning_seconds);
        buf_append_str(b, ":;");
        buf_append_i64(b, d->critical_seconds);
        buf_append_char(b, ':');
}

static void append_all_perfdata(
        Buf *b, const Endpoint *const *sorted, size_t n, int64_t now_at)
{
        bool any = false;

        for (size_t i = 0; i < n; i++) {
                if (!sorted[i]->dates.has_effective)
                        continue;
                if (!any)
                        buf_append_str(b, " |");
                append_perfdata(b, sorted[i], now_at);
                any = true;
        }
}

static void append_details(Buf *b, const Endpoint *e)
{
        const Finding *f = view_first_finding(e);

        append_text(b, severity_to_string(endpoint_severity(e)));
        buf_append_char(b, ' ');
        append_text(b, e->config->name);
        buf_append_str(b, ": ");
        append_text(b, view_message(e));
        if (f) {
                buf_append_str(b, " Remedy: ");
                append_text(b, diagnosis_info(f->diagnosis)->remedy);
        }
        buf_append_char(b, '\n');
}

int render_nagios(const Inventory *inventory, int64_t now_at, Buf *b)
{
        CLEANUP_FREE const Endpoint **sorted = NULL;
        size_t n = 0;
        int r;

        assert(inventory);
        assert(b);

        r = view_worst_first(inventory, &sorted);
        if (r < 0)
                return r;
        n = inventory_count(inventory);

        append_first_line(b, inventory, sorted);
        append_all_perfdata(b, sorted, n, now_at);
        buf_append_char(b, '\n');
        for (size_t i = 0; i < n; i++)
                append_details(b, sorted[i]);
        return buf_error(b);
}
