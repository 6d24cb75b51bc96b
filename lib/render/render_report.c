/* SPDX-License-Identifier: MIT */

/*
 * --once: one line per endpoint, worst first, then a paragraph for each finding of those that are
 * not well. A line is put together as plain text, cut to the terminal and only then coloured,
 * because colour takes bytes but no columns.
 */

#include "render/render_report.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/escape.h"
#include "base/timefmt.h"
#include "mq/cipherspec.h"
#include "render/render_report_text.h"
#include "render/view.h"

enum {
        COLUMN_GAP = 2,
        MESSAGE_COLUMNS_MIN = 24, /* less room, and the negotiated protocol gives way */
        NAME_COLUMNS_MAX = 48,
        DATE_LEN = sizeof("2026-11-21") - 1,
};

typedef enum Column {
        COLUMN_SEVERITY,
        COLUMN_NAME,
        COLUMN_DAYS,
        COLUMN_NOT_AFTER,
        COLUMN_NEGOTIATED,
        COLUMN_MESSAGE,
        _COLUMN_MAX,
} Column;

static const char *const column_titles[_COLUMN_MAX] = {
        [COLUMN_SEVERITY] = "SEVERITY",
        [COLUMN_NAME] = "ENDPOINT",
        [COLUMN_DAYS] = "DAYS",
        [COLUMN_NOT_AFTER] = "NOT AFTER",
        [COLUMN_NEGOTIATED] = "NEGOTIATED",
        [COLUMN_MESSAGE] = "MESSAGE",
};

static void append_negotiated(Buf *b, const Endpoint *e)
{
        const AddressObservation *a = view_speaker(e);
        const char *spec = NULL;

        if (!a || a->tls.version == 0)
                return;

        spec = view_cipherspec(&a->tls);
        if (!spec)
                spec = a->tls.cipher_name ? a->tls.cipher_name : "";
        buf_append_str(b, tls_version_to_string(a->tls.version));
        buf_append_char(b, ' ');
        escape_terminal(b, spec, strlen(spec));
}

/* One cell as plain harmless text; "-" stands for what is not known. */
static void append_cell(Buf *b, const Endpoint *e, Column column, int64_t now_at)
{
        size_t before = b->len;

        switch (column) {
        case COLUMN_SEVERITY:
                buf_append_str(b, severity_to_string(endpoint_severity(e)));
                break;
        case COLUMN_NAME:
                escape_terminal(b, e->config->name, strlen(e->config->name));
                break;
        case COLUMN_DAYS:
                if (e->dates.has_effective)
                        buf_append_i64(b, view_days_left(e->dates.effective_at, now_at));
                break;
        case COLUMN_NOT_AFTER:
                if (e->dates.has_effective) {
                        char date[TIMEFMT_RFC3339_SIZE];

                        timefmt_rfc3339(e->dates.effective_at, date);
                        buf_append(b, date, DATE_LEN);
                }
                break;
        case COLUMN_NEGOTIATED:
                append_negotiated(b, e);
                break;
        case COLUMN_MESSAGE:
                escape_terminal(b, view_message(e), strlen(view_message(e)));
                break;
        case _COLUMN_MAX:
        default:
                break;
        }

        if (b->len == before)
                buf_append_char(b, '-');
}

typedef struct Table {
        const Endpoint **endpoints; /* worst first */
        size_t n;
        size_t width[_COLUMN_MAX]; /* 0: the column is left out */
} Table;

static void table_done(Table *t)
{
        free(t->endpoints);
}

static void table_measure(Table *t, const Report *r)
{
        CLEANUP_BUF Buf cell = BUF_INIT;
        size_t fixed = 0;

        for (int c = 0; c < _COLUMN_MAX; c++) {
                t->width[c] = strlen(column_titles[c]);
                for (size_t i = 0; i < t->n && c != COLUMN_MESSAGE; i++) {
                        buf_clear(&cell);
                        append_cell(&cell, t->endpoints[i], (Column) c, r->now_at);
                        t->width[c] = MAX_OF(t->width[c], report_width(buf_str(&cell)));
                }
        }

        if (r->style->columns == 0)
                return;

        t->width[COLUMN_NAME] = MIN_OF(t->width[COLUMN_NAME], NAME_COLUMNS_MAX);
        for (int c = 0; c < COLUMN_MESSAGE; c++)
                fixed += t->width[c] + COLUMN_GAP;
        if (fixed + MESSAGE_COLUMNS_MIN > r->style->columns)
                t->width[COLUMN_NEGOTIATED] = 0;
}

static void append_padded(Buf *line, const char *cell, size_t width, bool right)
{
        size_t used = MIN_OF(report_width(cell), width);

        for (size_t i = used; right && i < width; i++)
                buf_append_char(line, ' ');
        report_append_cut(line, cell, width);
        for (size_t i = used; !right && i < width; i++)
                buf_append_char(line, ' ');
}

/* `e` NULL: the line of titles. */
static void table_line(Table *t, Report *r, const Endpoint *e)
{
        CLEANUP_BUF Buf line = BUF_INIT, cell = BUF_INIT, cut = BUF_INIT;
        size_t first = t->width[COLUMN_SEVERITY];

        for (int c = 0; c < _COLUMN_MAX; c++) {
                if (t->width[c] == 0)
                        continue;

                buf_clear(&cell);
                if (e)
                        append_cell(&cell, e, (Column) c, r->now_at);
                else
                        buf_append_str(&cell, column_titles[c]);

                if (c == COLUMN_MESSAGE) {
                        buf_append_str(&line, buf_str(&cell));
                        break;
                }
                append_padded(&line, buf_str(&cell), t->width[c], c == COLUMN_DAYS);
                for (int i = 0; i < COLUMN_GAP; i++)
                        buf_append_char(&line, ' ');
        }

        report_append_cut(&cut, buf_str(&line), r->style->columns);
        if (buf_error(&cell) < 0 || buf_error(&line) < 0 || buf_error(&cut) < 0)
                r->out->failed = true;

        if (e && cut.len > first) {
                /* The severity is plain ASCII, so its bytes are its columns. */
                buf_consume(&cut, first);
                buf_clear(&cell);
                append_padded(&cell, severity_to_string(endpoint_severity(e)), first, false);
                report_append_severity(r, endpoint_severity(e), buf_str(&cell));
        }
        buf_append_str(r->out, buf_str(&cut));
        buf_append_char(r->out, '\n');
}

static void append_summary(Report *r, const Inventory *inventory)
{
        InventoryCounts counts;
        size_t n = inventory_count(inventory);

        inventory_counts(inventory, &counts);
        buf_append_u64(r->out, n);
        buf_append_str(r->out, n == 1 ? " endpoint:" : " endpoints:");
        for (int s = 0; s < _SEVERITY_MAX; s++) {
                buf_append_str(r->out, s == 0 ? " " : ", ");
                buf_append_u64(r->out, counts.by_severity[s]);
                buf_append_char(r->out, ' ');
                buf_append_str(r->out, severity_to_string((Severity) s));
        }
        buf_append_char(r->out, '\n');
}

int render_report(const Inventory *inventory, const ReportStyle *style, int64_t now_at, Buf *b)
{
        CLEANUP(table_done) Table table = {0};
        Report report = {
                .out = b,
                .style = style,
                .now_at = now_at,
        };
        int r;

        assert(inventory);
        assert(style);
        assert(b);

        r = view_worst_first(inventory, &table.endpoints);
        if (r < 0)
                return r;
        table.n = inventory_count(inventory);

        table_measure(&table, &report);
        table_line(&table, &report, NULL);
        for (size_t i = 0; i < table.n; i++)
                table_line(&table, &report, table.endpoints[i]);
        buf_append_char(b, '\n');
        append_summary(&report, inventory);

        for (size_t i = 0; i < table.n; i++) {
                const Endpoint *e = table.endpoints[i];

                if (!view_first_finding(e))
                        continue;
                buf_append_char(b, '\n');
                escape_terminal(b, e->config->name, strlen(e->config->name));
                buf_append_char(b, '\n');
                report_findings(&report, e);
        }
        return buf_error(b);
}

int report_exit_status(const Inventory *inventory)
{
        InventoryCounts counts;

        assert(inventory);

        inventory_counts(inventory, &counts);
        if (counts.by_severity[SEVERITY_CRITICAL] > 0)
                return 2;
        if (counts.by_severity[SEVERITY_WARNING] > 0)
                return 1;
        /* Nothing looked at is not all good. */
        if (counts.by_severity[SEVERITY_UNKNOWN] > 0 || inventory_count(inventory) == 0)
                return 3;
        return 0;
}
