/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_METRICS_PARSER_H
#define MQTLS_TESTS_METRICS_PARSER_H

/*
 * A strict reader of Prometheus text 0.0.4 and OpenMetrics 1.0.0 pages, stricter than Prometheus
 * itself: it also refuses duplicate series, interleaved families and labels that are no UTF-8.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

typedef struct ParsedLabel {
        char *name;
        char *value; /* unescaped */
} ParsedLabel;

typedef struct ParsedSample {
        char *name;
        ParsedLabel *labels;
        size_t n_labels;
        double value;
        size_t family; /* index */
        char *key;     /* name and sorted labels: what makes a series */
} ParsedSample;

typedef struct ParsedFamily {
        char *name, *type, *unit, *help; /* NULL where not given */
        size_t n_samples;
} ParsedFamily;

typedef struct ParsedMetrics {
        ParsedFamily *families;
        size_t n_families;
        ParsedSample *samples;
        size_t n_samples;
        char error[256]; /* "" when the page is well-formed */
} ParsedMetrics;

void parsed_metrics_done(ParsedMetrics *p);
#define CLEANUP_PARSED CLEANUP(parsed_metrics_done)

/* Reads the page. Returns false with `error` set. Free `*ret` in either case. */
bool parsed_metrics_read(const char *text, size_t len, bool openmetrics, ParsedMetrics *ret);

/* The one sample of that name which bears these labels, NULL without one. `labels` is
 * "name=value,name=value" (no commas or equals signs in values), "" for any. */
const ParsedSample *parsed_metrics_find(
        const ParsedMetrics *p, const char *name, const char *labels);

/* How many samples do. */
size_t parsed_metrics_count(const ParsedMetrics *p, const char *name, const char *labels);

/* A label's value, NULL where the sample does not bear it. */
const char *parsed_sample_label(const ParsedSample *s, const char *name);

#endif
