/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_METRICS_H
#define MQTLS_RENDER_METRICS_H

/*
 * The metric families (rows in metrics_table.h) and one model with two writers: Prometheus text
 * 0.0.4 and OpenMetrics 1.0.0. The writer knows the formats, render_metrics.c knows what to say.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/histogram.h"
#include "render/metrics_table.h"

typedef enum MetricType {
        METRIC_GAUGE,
        METRIC_COUNTER,
        METRIC_HISTOGRAM,
        METRIC_INFO, /* text 0.0.4: a gauge of value 1 */
} MetricType;

#define METRIC_ENUM(id, ...) METRIC_##id,
typedef enum Metric {
        METRICS_TABLE(METRIC_ENUM)
        _METRIC_MAX,
} Metric;
#undef METRIC_ENUM

typedef struct MetricInfo {
        const char *name;   /* as users see the sample: with _total, with _info */
        MetricType type;
        const char *unit;   /* "seconds", "bytes" or "" */
        const char *labels; /* comma separated, in order, those every sample of it may bear */
        const char *help;
} MetricInfo;

enum {
        METRICS_LABEL_BYTES_MAX = 256,
};

const char *metric_type_to_string(MetricType type); /* "gauge", …, "info" */
const MetricInfo *metric_info(Metric m); /* never NULL for a valid m */

typedef enum MetricsFormat {
        METRICS_TEXT,        /* text/plain; version=0.0.4; charset=utf-8 */
        METRICS_OPENMETRICS, /* application/openmetrics-text; version=1.0.0; charset=utf-8 */
} MetricsFormat;

const char *metrics_content_type(MetricsFormat f);

/* Which format an Accept header asks for (RFC 9110 section 12.5.1: q-values, unknown parameters
 * ignored; an OpenMetrics version other than 1.0.0 or none at all is not ours). NULL or anything
 * else: text. */
MetricsFormat metrics_negotiate(const char *accept);

/* Does Accept-Encoding admit gzip (not "gzip;q=0")? */
bool metrics_accepts_gzip(const char *accept_encoding);

typedef struct MetricsWriter {
        Buf *out;
        MetricsFormat format;
        Metric family;
        bool in_family;
} MetricsWriter;

/* A label: name and value; the value is escaped and cut by the writer. */
typedef struct MetricLabel {
        const char *name;
        const char *value; /* NULL: the label is left out */
} MetricLabel;

void metrics_begin(MetricsWriter *w, Buf *out, MetricsFormat format);
/* Opens a family (HELP, TYPE, UNIT); families come in the order of the table, each at most once. */
void metrics_family(MetricsWriter *w, Metric m);
/* One sample of the open family. `block` is a label block made by metrics_append_labels() ahead of
 * time ("endpoint=\"…\",qmgr=\"…\"", may be NULL), never cut, followed by `labels`, whose values are
 * cut at METRICS_LABEL_BYTES_MAX: what tells two samples apart belongs into the block. */
void metrics_sample(MetricsWriter *w, const char *block, const MetricLabel *labels, size_t n_labels,
        double value);
void metrics_sample_i64(MetricsWriter *w, const char *block, const MetricLabel *labels,
        size_t n_labels, int64_t value);
void metrics_histogram(MetricsWriter *w, const char *block, const Histogram *h);
void metrics_end(MetricsWriter *w); /* "# EOF" in OpenMetrics */

/* Appends a label block; values are escaped, and not cut. */
void metrics_append_labels(Buf *b, const MetricLabel *labels, size_t n_labels);

#endif
