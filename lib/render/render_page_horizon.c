/* SPDX-License-Identifier: MIT */

/*
 * The expiry horizon as a picture. A column holds up to MARKS_MAX marks, each a leaf and a link;
 * fuller ones become a bar with a number. Shape and colour say the same, so that neither is needed.
 * The table below the picture says it in words and holds the links for everybody; the script makes
 * links of the marks as well (in SVG, validators do not know them).
 */

#include "render/render_page_parts.h"

#include <string.h>

#include "base/escape.h"
#include "base/timefmt.h"
#include "render/horizon.h"
#include "render/html.h"

enum {
        MARKS_MAX = 8,
        PITCH = 14, /* from mark to mark, both ways */
        RADIUS = 6,
        BAND_GAP = 18, /* between overdue, weeks, months, later */
        LEFT = 10,
        TOP = 22, /* room for numbers on full columns */
        ROWS_MIN = 3,
        BELOW = 40, /* room for the words of the axis */
        WIDTH = LEFT + HORIZON_COLUMNS * PITCH + 3 * BAND_GAP + LEFT,
        TABLE_ROWS_MAX = 60,
        LABEL_WIDTH = 50,
};

/* The picture is as high as its fullest column needs. */
typedef struct Picture {
        const Page *page;
        const Horizon *horizon;
        int plot;   /* height of the columns */
        int ground; /* y of the axis */
} Picture;

/* ---- words ---- */

static const char *state_class(ExpiryState s)
{
        static const char *const names[] = {
                [EXPIRY_OK] = "ok",
                [EXPIRY_WARNING] = "warning",
                [EXPIRY_CRITICAL] = "critical",
                [EXPIRY_EXPIRED] = "expired",
                [EXPIRY_NOT_YET_VALID] = "unknown",
        };

        _Static_assert(ARRAY_LEN(names) == _EXPIRY_STATE_MAX, "every state has a class");
        return names[s];
}

/* The leaf's name, or the endpoint's where only the date is remembered. */
static void append_subject(Buf *b, const HorizonMark *m)
{
        if (m->leaf && m->leaf->subject_mq && *m->leaf->subject_mq)
                html_text(b, m->leaf->subject_mq);
        else
                html_text(b, m->endpoint->config->name);
}

static void append_day(Buf *b, int64_t at)
{
        char text[TIMEFMT_RFC3339_SIZE];

        timefmt_rfc3339(at, text);
        buf_append(b, text, strlen("2026-11-21"));
}

/* One endpoint: its page. Several: the list of those that serve this leaf. */
static void append_mark_target(const Page *p, const HorizonMark *m)
{
        char hex[2 * CERT_SHA256_SIZE + 1];
        const PageQuery nothing = {0};

        if (m->n_endpoints == 1) {
                html_endpoint_url(p->b, p->root, m->endpoint->config->name);
                return;
        }
        cert_hex(m->leaf->sha256, hex);
        hex[16] = '\0';
        page_query_append(p->b, &nothing, PAGE_QUERY_leaf, hex);
}

/* ---- where things stand ---- */

static int column_x(unsigned column)
{
        int x = LEFT + (int) column * PITCH + PITCH / 2;

        x += column >= HORIZON_FIRST_DAY ? BAND_GAP : 0;
        x += column >= HORIZON_FIRST_FORTNIGHT ? BAND_GAP : 0;
        x += column >= HORIZON_FIRST_LATER ? BAND_GAP : 0;
        return x;
}

static int band_x(unsigned first_column)
{
        return column_x(first_column) - PITCH / 2;
}

/* ---- marks ---- */

static void append_shape(Buf *b, ExpiryState state, int x, int y)
{
        switch (state) {
        case EXPIRY_WARNING: /* a triangle */
                buf_appendf(b, "<path class=\"warning\" d=\"M%d %dl7 12h-14z\"/>", x, y - 7);
                return;
        case EXPIRY_CRITICAL: /* a diamond */
                buf_appendf(b, "<path class=\"critical\" d=\"M%d %dl7 7-7 7-7-7z\"/>", x, y - 7);
                return;
        case EXPIRY_EXPIRED: /* a square */
                buf_appendf(b,
                        "<rect class=\"expired\" x=\"%d\" y=\"%d\" width=\"11\" height=\"11\"/>",
                        x - 5, y - 5);
                return;
        case EXPIRY_OK:
        case EXPIRY_NOT_YET_VALID:
        case _EXPIRY_STATE_MAX:
        default:
                buf_appendf(b, "<circle class=\"ok\" cx=\"%d\" cy=\"%d\" r=\"%d\"/>", x, y, RADIUS);
        }
}

static void append_mark(const Page *p, const HorizonMark *m, int x, int y)
{
        Buf *b = p->b;

        buf_append_str(b, "<g data-href=\"");
        append_mark_target(p, m);
        buf_append_str(b, "\"><title>");
        append_subject(b, m);
        buf_append_str(b, "\n");
        append_day(b, m->end_at);
        buf_append_str(b, ", ");
        html_left(b, m->end_at, p->now_at);
        buf_append_str(b, "\n");
        if (m->n_endpoints == 1)
                html_text(b, m->endpoint->config->name);
        else
                html_count(b, m->n_endpoints, "endpoint");
        buf_append_str(b, "</title>");
        append_shape(b, m->state, x, y);
        if (m->n_endpoints > 1)
                buf_appendf(b, "<text class=\"on %s\" x=\"%d\" y=\"%d\">%zu</text>",
                        m->n_endpoints > 99  ? "d3"
                        : m->n_endpoints > 9 ? "d2"
                                             : "d1",
                        x, y + 3, m->n_endpoints);
        buf_append_str(b, "</g>\n");
}

/* ---- full columns ---- */

/* "37 certificates end from 2026-12-05 to 2026-12-18: 3 critical, 34 ok" */
static void append_bar_title(Buf *b, const HorizonMark *marks, size_t n, const size_t *by_state)
{
        buf_append_str(b, "<title>");
        html_count(b, n, "certificate");
        buf_append_str(b, " end from ");
        append_day(b, marks[0].end_at);
        buf_append_str(b, " to ");
        append_day(b, marks[n - 1].end_at);
        for (int s = _EXPIRY_STATE_MAX - 1; s >= 0; s--)
                if (by_state[s] > 0) {
                        buf_append_str(b, "\n");
                        html_number(b, by_state[s]);
                        buf_append_char(b, ' ');
                        buf_append_str(b, state_class((ExpiryState) s));
                }
        buf_append_str(b, "</title>");
}

/* What is worst stands lowest, and is seen however few they are. */
static void append_bar_parts(const Picture *v, int x, size_t n, const size_t *by_state)
{
        int y = v->ground;

        for (int s = _EXPIRY_STATE_MAX - 1; s >= 0; s--) {
                int height = (int) (by_state[s] * (size_t) v->plot / n);

                if (by_state[s] == 0)
                        continue;
                height = MIN_OF(MAX_OF(height, 4), y - TOP);
                y -= height;
                buf_appendf(v->page->b,
                        "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"10\" height=\"%d\"/>",
                        state_class((ExpiryState) s), x - 5, y, height);
        }
}

static void append_bar(const Picture *v, const HorizonMark *marks, size_t n, int x)
{
        size_t by_state[_EXPIRY_STATE_MAX] = {0};
        const PageQuery nothing = {0};
        CLEANUP_BUF Buf ends = BUF_INIT;
        Buf *b = v->page->b;

        for (size_t i = 0; i < n; i++)
                by_state[marks[i].state]++;
        append_day(&ends, marks[0].end_at);
        buf_append_str(&ends, "..");
        append_day(&ends, marks[n - 1].end_at);
        if (buf_error(&ends) < 0)
                b->failed = true;

        buf_append_str(b, "<g data-href=\"");
        page_query_append(b, &nothing, PAGE_QUERY_ends, buf_str(&ends));
        buf_append_str(b, "\">");
        append_bar_title(b, marks, n, by_state);
        append_bar_parts(v, x, n, by_state);
        /* Numbers of neighbours stand at two heights, so that they do not run into each other. */
        buf_appendf(b, "<text class=\"many\" x=\"%d\" y=\"%d\">%zu</text></g>\n", x,
                TOP - (marks[0].column % 2 ? 2 : 11), n);
}

static size_t column_size(const Horizon *h, size_t first)
{
        size_t n = 1;

        while (first + n < h->n_marks && h->marks[first + n].column == h->marks[first].column)
                n++;
        return n;
}

static void append_marks(const Picture *v)
{
        const Horizon *h = v->horizon;

        for (size_t i = 0, n; i < h->n_marks; i += n) {
                int x = column_x(h->marks[i].column);

                n = column_size(h, i);
                if (n > MARKS_MAX)
                        append_bar(v, &h->marks[i], n, x);
                for (size_t k = 0; n <= MARKS_MAX && k < n; k++)
                        append_mark(v->page, &h->marks[i + k], x,
                                v->ground - PITCH / 2 - 1 - (int) k * PITCH);
        }
}

/* ---- the axis ---- */

static const char *const months[] = {
        "Jan",
        "Feb",
        "Mar",
        "Apr",
        "May",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
        "Oct",
        "Nov",
        "Dec",
};

typedef struct Civil {
        char year[sizeof("2026")];
        int month; /* from 0 */
        int day;
} Civil;

static Civil civil_of(int64_t at)
{
        char text[TIMEFMT_RFC3339_SIZE];
        Civil c = {0};

        timefmt_rfc3339(at, text);
        memcpy(c.year, text, sizeof(c.year) - 1);
        c.month = (text[5] - '0') * 10 + (text[6] - '0') - 1;
        c.day = (text[8] - '0') * 10 + (text[9] - '0');
        return c;
}

static void append_tick(const Picture *v, int x, const char *kind)
{
        buf_appendf(v->page->b, "<path class=\"%s\" d=\"M%d %dV%d\"/>", kind, x, TOP - 4,
                v->ground + 4);
}

/* The weeks by their Mondays: that is how work is planned. */
static void append_weeks(const Picture *v)
{
        int today_x = band_x(HORIZON_FIRST_DAY), last_x = band_x(HORIZON_FIRST_FORTNIGHT);

        for (int day = 1; day < HORIZON_DAYS; day++) {
                int64_t at = v->page->now_at + day * SECONDS_PER_DAY;
                int x = band_x((unsigned) (HORIZON_FIRST_DAY + day));
                Civil c = civil_of(at);

                if ((at / SECONDS_PER_DAY + 3) % 7 != 0) /* 1970-01-01 was a Thursday */
                        continue;
                append_tick(v, x, "week");
                if (x - today_x >= LABEL_WIDTH && last_x - x >= LABEL_WIDTH / 2)
                        buf_appendf(v->page->b, "<text x=\"%d\" y=\"%d\">%d %s</text>\n", x,
                                v->ground + 17, c.day, months[c.month]);
        }
}

static void append_months(const Picture *v)
{
        int band = band_x(HORIZON_FIRST_FORTNIGHT), end = band_x(HORIZON_FIRST_LATER) - BAND_GAP;

        for (int day = 0; day < HORIZON_FORTNIGHTS * 14; day++) {
                Civil c = civil_of(v->page->now_at + (HORIZON_DAYS + day) * SECONDS_PER_DAY);
                int x = band + day * PITCH / 14;

                if (c.day != 1)
                        continue;
                append_tick(v, x, "week");
                if (x - band >= LABEL_WIDTH / 4 && end - x >= LABEL_WIDTH / 4)
                        buf_appendf(v->page->b, "<text x=\"%d\" y=\"%d\">%s</text>\n", x,
                                v->ground + 17, c.month == 0 ? c.year : months[c.month]);
        }
}

static void append_band(const Picture *v, unsigned first, unsigned n_columns, const char *words)
{
        int x = band_x(first), width = (int) n_columns * PITCH;

        buf_appendf(v->page->b, "<path class=\"ground\" d=\"M%d %dh%d\"/>", x, v->ground, width);
        buf_appendf(v->page->b, "<text class=\"band\" x=\"%d\" y=\"%d\">%s</text>\n", x + width / 2,
                v->ground + BELOW - 5, words);
}

static void append_axis(const Picture *v)
{
        int today_x = band_x(HORIZON_FIRST_DAY);

        append_band(v, 0, HORIZON_OVERDUE, "overdue");
        append_band(v, HORIZON_FIRST_DAY, HORIZON_DAYS, "the next eight weeks, day by day");
        append_band(
                v, HORIZON_FIRST_FORTNIGHT, HORIZON_FORTNIGHTS, "the year after, by fortnights");
        append_band(v, HORIZON_FIRST_LATER, HORIZON_LATER, "later");
        append_weeks(v);
        append_months(v);
        append_tick(v, today_x, "today");
        buf_appendf(v->page->b, "<text class=\"today\" x=\"%d\" y=\"%d\">today</text>\n", today_x,
                v->ground + 17);
}

static void append_picture(const Page *p, const Horizon *h)
{
        Picture v = {.page = p, .horizon = h};
        size_t rows = ROWS_MIN;

        for (size_t i = 0, n; i < h->n_marks; i += n) {
                n = column_size(h, i);
                rows = MAX_OF(rows, n);
        }
        v.plot = (int) MIN_OF(rows, (size_t) MARKS_MAX) * PITCH;
        v.ground = TOP + v.plot;

        buf_appendf(p->b, "<svg class=\"horizon\" viewBox=\"0 0 %d %d\" aria-hidden=\"true\">\n",
                WIDTH, v.ground + BELOW);
        append_axis(&v);
        append_marks(&v);
        buf_append_str(p->b, "</svg>");
}

/* ---- the table ---- */

static void append_table_row(const Page *p, const HorizonMark *m)
{
        Buf *b = p->b;

        buf_append_str(b, "<tr><td>");
        html_date(b, m->end_at);
        buf_append_str(b, "</td><td>");
        html_left(b, m->end_at, p->now_at);
        buf_append_str(b, "</td><td>");
        html_state(b, state_class(m->state), state_class(m->state));
        buf_append_str(b, "</td><td><bdi>");
        append_subject(b, m);
        buf_append_str(b, "</bdi></td><td><a href=\"");
        append_mark_target(p, m);
        buf_append_str(b, "\">");
        if (m->n_endpoints == 1)
                html_name(b, m->endpoint->config->name);
        else
                html_count(b, m->n_endpoints, "endpoint");
        buf_append_str(b, "</a></td></tr>\n");
}

static void append_table(const Page *p, const Horizon *h)
{
        size_t n = MIN_OF(h->n_marks, (size_t) TABLE_ROWS_MAX);

        buf_append_str(p->b, "<details class=\"as-table\" data-keep=\"horizon\"><summary>The "
                             "horizon as a table</summary>\n"
                             "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Ends</th>"
                             "<th scope=\"col\">Left</th><th scope=\"col\">State</th>"
                             "<th scope=\"col\">Certificate</th><th "
                             "scope=\"col\">Endpoint</th></tr></thead>\n<tbody>\n");
        for (size_t i = 0; i < n; i++)
                append_table_row(p, &h->marks[i]);
        buf_append_str(p->b, "</tbody></table></div>\n");
        if (n < h->n_marks) {
                buf_append_str(p->b, "<p class=\"faint\">And ");
                html_count(p->b, h->n_marks - n, "certificate");
                buf_append_str(p->b,
                        " that end later; the list can be narrowed to the days between two "
                        "dates by <code>?ends=FROM..TO</code>.</p>\n");
        }
        buf_append_str(p->b, "</details>\n");
}

static void append_legend(const Page *p, const Horizon *h)
{
        static const ExpiryState states[] = {
                EXPIRY_EXPIRED, EXPIRY_CRITICAL, EXPIRY_WARNING, EXPIRY_OK};
        size_t by_state[_EXPIRY_STATE_MAX] = {0}, n_shared = 0;

        for (size_t i = 0; i < h->n_marks; i++) {
                by_state[h->marks[i].state]++;
                n_shared += h->marks[i].n_endpoints > 1 ? 1 : 0;
        }

        buf_append_str(p->b, "<figcaption>");
        html_count(p->b, h->n_marks, "certificate");
        for (size_t i = 0; i < ARRAY_LEN(states); i++) {
                buf_append_str(p->b, i == 0 ? ": " : ", ");
                buf_appendf(p->b, "<span class=\"state %s%s\">", state_class(states[i]),
                        by_state[states[i]] == 0 ? " none" : "");
                html_number(p->b, by_state[states[i]]);
                buf_append_char(p->b, ' ');
                buf_append_str(p->b, state_class(states[i]));
                html_state_close(p->b);
        }
        buf_append_char(p->b, '.');
        if (n_shared > 0)
                buf_append_str(p->b, " A number in a mark: so many endpoints serve it.");
        if (h->n_without > 0) {
                buf_append_str(p->b, " Not in the picture: ");
                html_count(p->b, h->n_without, "endpoint");
                buf_append_str(p->b, " of which no date is known.");
        }
        buf_append_str(p->b, "</figcaption>\n");
}

int page_append_horizon(const Page *p)
{
        CLEANUP_HORIZON Horizon h = {0};
        int r = horizon_look(p->inventory, p->now_at, &h);

        if (r < 0)
                return r;
        buf_append_str(p->b, "<section id=\"horizon\" aria-labelledby=\"horizon-title\">\n"
                             "<h2 id=\"horizon-title\">Expiry horizon</h2>\n<figure>\n"
                             "<div class=\"scroll\">");
        if (h.n_marks > 0)
                append_picture(p, &h);
        buf_append_str(p->b, "</div>\n");
        append_legend(p, &h);
        buf_append_str(p->b, "</figure>\n");
        if (h.n_marks > 0)
                append_table(p, &h);
        buf_append_str(p->b, "</section>\n");
        return 0;
}
