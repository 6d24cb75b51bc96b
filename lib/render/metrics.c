/* SPDX-License-Identifier: MIT */

/*
 * The table of families and the two writers. OpenMetrics loses a whole scrape over one blank too
 * many, so there is exactly one place that writes each part of a line.
 *
 * A page is mostly integers behind label blocks that were made ahead of time: those are appended by
 * hand, which is ten times cheaper than printf.
 */

#include "render/metrics.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/util.h"

#define METRIC_ROW(id, name_, type_, unit_, labels_, help_)                                        \
        [METRIC_##id] = {                                                                          \
                .name = (name_),                                                                   \
                .type = (type_),                                                                   \
                .unit = (unit_),                                                                   \
                .labels = (labels_),                                                               \
                .help = (help_),                                                                   \
        },
static const MetricInfo metric_table[] = {METRICS_TABLE(METRIC_ROW)};
#undef METRIC_ROW

_Static_assert(ARRAY_LEN(metric_table) == _METRIC_MAX, "every metric has a row");

const char *metric_type_to_string(MetricType type)
{
        switch (type) {
        case METRIC_COUNTER:
                return "counter";
        case METRIC_HISTOGRAM:
                return "histogram";
        case METRIC_INFO:
                return "info";
        case METRIC_GAUGE:
        default:
                return "gauge";
        }
}

const MetricInfo *metric_info(Metric m)
{
        assert(m < _METRIC_MAX);

        return &metric_table[m];
}

const char *metrics_content_type(MetricsFormat f)
{
        switch (f) {
        case METRICS_OPENMETRICS:
                return "application/openmetrics-text; version=1.0.0; charset=utf-8";
        case METRICS_TEXT:
        default:
                return "text/plain; version=0.0.4; charset=utf-8";
        }
}

/* ---- values ---- */

/*
 * printf's decimal point is the locale's, and may be several bytes long. Whatever is neither digit,
 * sign nor exponent is that point.
 */
static void append_with_plain_point(Buf *b, const char *digits)
{
        bool in_point = false;

        for (const char *p = digits; *p; p++) {
                if ((*p >= '0' && *p <= '9') || *p == '-' || *p == '+' || *p == 'e') {
                        buf_append_char(b, *p);
                        in_point = false;
                } else if (!in_point) {
                        buf_append_char(b, '.');
                        in_point = true;
                }
        }
}

/* The shortest text, of at least `precision` digits' room, that reads back as the same number. */
static void append_double_shortest(Buf *b, double value, int precision)
{
        char digits[64];

        for (; precision <= 17; precision++) {
                (void) snprintf(digits, sizeof(digits), "%.*g", precision, value);
                if (!(strtod(digits, NULL) < value) && !(strtod(digits, NULL) > value))
                        break;
        }
        append_with_plain_point(b, digits);
}

/* Measured times are whole microseconds: they are printed without printf. Returns false for others.
 */
static bool append_double_micros(Buf *b, double value)
{
        char fraction[6];
        double scaled = value * 1e6;
        uint64_t micros = 0, rest = 0;
        size_t n = sizeof(fraction);

        if (!(value >= 0) || !(value < 1e9))
                return false;

        micros = (uint64_t) (scaled + 0.5);
        if ((double) micros / 1e6 < value || (double) micros / 1e6 > value)
                return false;

        buf_append_u64(b, micros / 1000000);
        rest = micros % 1000000;
        if (rest == 0)
                return true;

        for (size_t i = sizeof(fraction); i-- > 0; rest /= 10)
                fraction[i] = (char) ('0' + rest % 10);
        while (n > 1 && fraction[n - 1] == '0')
                n--;
        buf_append_char(b, '.');
        buf_append(b, fraction, n);
        return true;
}

static void append_value(Buf *b, double value)
{
        if (isnan(value)) {
                buf_append_str(b, "NaN");
                return;
        }
        if (isinf(value)) {
                buf_append_str(b, value > 0 ? "+Inf" : "-Inf");
                return;
        }
        if (!append_double_micros(b, value))
                append_double_shortest(b, value, 15);
}

/* `le` as the OpenMetrics canonical form wants it (section "Considerations: Canonical Numbers"):
 * 0.1, 1.0, 10.0, 1e+06. Both formats get the same, so that a change of format starts no new
 * series. */
static void append_le(Buf *b, double bound)
{
        size_t start = b->len;

        append_double_shortest(b, bound, 6);
        if (!strpbrk(buf_str(b) + MIN_OF(start, b->len), ".e"))
                buf_append_str(b, ".0");
}

/* ---- lines ---- */

static bool ends_with(const char *s, size_t len, const char *suffix)
{
        size_t suffix_len = strlen(suffix);

        return len >= suffix_len && memcmp(s + len - suffix_len, suffix, suffix_len) == 0;
}

/* A family's name: OpenMetrics names the family without what its samples add. */
static size_t family_name_len(const MetricInfo *info, MetricsFormat format)
{
        size_t len = strlen(info->name);

        if (format != METRICS_OPENMETRICS)
                return len;
        if (info->type == METRIC_COUNTER && ends_with(info->name, len, "_total"))
                return len - strlen("_total");
        if (info->type == METRIC_INFO && ends_with(info->name, len, "_info"))
                return len - strlen("_info");
        return len;
}

static void append_metadata(MetricsWriter *w, const char *keyword, const MetricInfo *info)
{
        buf_append_str(w->out, "# ");
        buf_append_str(w->out, keyword);
        buf_append_char(w->out, ' ');
        buf_append(w->out, info->name, family_name_len(info, w->format));
        buf_append_char(w->out, ' ');
}

void metrics_begin(MetricsWriter *w, Buf *out, MetricsFormat format)
{
        assert(w);
        assert(out);

        *w = (MetricsWriter){
                .out = out,
                .format = format,
        };
}

void metrics_family(MetricsWriter *w, Metric m)
{
        const MetricInfo *info = metric_info(m);
        /* Text 0.0.4 has no word for info, and a word it does not know costs the whole scrape. */
        MetricType type =
                info->type == METRIC_INFO && w->format == METRICS_TEXT ? METRIC_GAUGE : info->type;

        assert(w);
        assert(!w->in_family || m > w->family);

        w->family = m;
        w->in_family = true;

        append_metadata(w, "TYPE", info);
        buf_append_str(w->out, metric_type_to_string(type));
        buf_append_char(w->out, '\n');

        if (w->format == METRICS_OPENMETRICS && *info->unit) {
                append_metadata(w, "UNIT", info);
                buf_append_str(w->out, info->unit);
                buf_append_char(w->out, '\n');
        }

        append_metadata(w, "HELP", info);
        escape_help(w->out, info->help, w->format == METRICS_OPENMETRICS);
        buf_append_char(w->out, '\n');
}

/* Most values are plain words and go in whole; only the others need the escaper's care. */
static void append_label_value(Buf *b, const char *value, size_t max_bytes)
{
        size_t len = 0;

        while (value[len] >= ' ' && value[len] <= '~' && value[len] != '\\' && value[len] != '"')
                len++;

        if (value[len] == '\0' && (max_bytes == 0 || len <= max_bytes))
                buf_append(b, value, len);
        else
                escape_label(b, value, len + strlen(value + len), max_bytes);
}

/* Returns whether anything was appended. An empty value is the same as no label, and is none. */
static bool append_labels(
        Buf *b, bool need_comma, const MetricLabel *labels, size_t n_labels, size_t max_bytes)
{
        for (size_t i = 0; i < n_labels; i++) {
                if (!labels[i].value || labels[i].value[0] == '\0')
                        continue;
                if (need_comma)
                        buf_append_char(b, ',');
                buf_append_str(b, labels[i].name);
                buf_append(b, "=\"", 2);
                append_label_value(b, labels[i].value, max_bytes);
                buf_append_char(b, '"');
                need_comma = true;
        }
        return need_comma;
}

void metrics_append_labels(Buf *b, const MetricLabel *labels, size_t n_labels)
{
        assert(b);

        (void) append_labels(b, false, labels, n_labels, 0);
}

/* Everything of a sample up to and with the blank before its value. */
static void append_series(MetricsWriter *w, const char *suffix, const char *block,
        const MetricLabel *labels, size_t n_labels)
{
        size_t start = 0;
        bool has_labels = false;

        assert(w->in_family);

        buf_append_str(w->out, metric_table[w->family].name);
        buf_append_str(w->out, suffix);

        start = w->out->len;
        buf_append_char(w->out, '{');
        if (block && *block) {
                buf_append_str(w->out, block);
                has_labels = true;
        }
        has_labels = append_labels(w->out, has_labels, labels, n_labels, METRICS_LABEL_BYTES_MAX);

        if (has_labels) {
                buf_append(w->out, "} ", 2);
        } else if (buf_error(w->out) == 0) {
                w->out->data[start] = ' '; /* no braces without labels */
        }
}

void metrics_sample(MetricsWriter *w, const char *block, const MetricLabel *labels, size_t n_labels,
        double value)
{
        assert(w);

        append_series(w, "", block, labels, n_labels);
        append_value(w->out, value);
        buf_append_char(w->out, '\n');
}

void metrics_sample_i64(MetricsWriter *w, const char *block, const MetricLabel *labels,
        size_t n_labels, int64_t value)
{
        assert(w);

        append_series(w, "", block, labels, n_labels);
        buf_append_i64(w->out, value);
        buf_append_char(w->out, '\n');
}

static void append_bucket(MetricsWriter *w, const char *block, const char *le, uint64_t count)
{
        const MetricLabel label = {"le", le};

        append_series(w, "_bucket", block, &label, 1);
        buf_append_u64(w->out, count);
        buf_append_char(w->out, '\n');
}

void metrics_histogram(MetricsWriter *w, const char *block, const Histogram *h)
{
        CLEANUP_BUF Buf le = BUF_INIT;
        uint64_t count = 0;

        assert(w);
        assert(h);

        for (size_t i = 0; i < h->n_bounds; i++) {
                buf_clear(&le);
                append_le(&le, h->bounds[i]);
                if (buf_error(&le) < 0)
                        w->out->failed = true;
                count += h->counts[i];
                append_bucket(w, block, buf_str(&le), count);
        }
        count += h->counts[h->n_bounds];
        append_bucket(w, block, "+Inf", count);

        append_series(w, "_sum", block, NULL, 0);
        append_value(w->out, h->sum);
        buf_append_char(w->out, '\n');

        append_series(w, "_count", block, NULL, 0);
        buf_append_u64(w->out, count);
        buf_append_char(w->out, '\n');
}

void metrics_end(MetricsWriter *w)
{
        assert(w);

        if (w->format == METRICS_OPENMETRICS)
                buf_append_str(w->out, "# EOF\n");
        w->in_family = false;
}
