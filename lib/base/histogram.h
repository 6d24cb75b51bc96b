/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_BASE_HISTOGRAM_H
#define MQTLS_BASE_HISTOGRAM_H

/* A histogram with fixed bounds, in seconds: a value struct that is filled by one owner and read by
 * the metrics renderer. */

#include <stddef.h>
#include <stdint.h>

enum {
        HISTOGRAM_BOUNDS_MAX = 16,
};

typedef struct Histogram {
        const double *bounds; /* ascending, without +Inf; static storage */
        size_t n_bounds;
        uint64_t counts[HISTOGRAM_BOUNDS_MAX + 1]; /* per bucket, not cumulative; the last is +Inf */
        double sum;
} Histogram;

void histogram_init(Histogram *h, const double *bounds, size_t n_bounds);
void histogram_observe(Histogram *h, double seconds);
uint64_t histogram_count(const Histogram *h);

#endif
