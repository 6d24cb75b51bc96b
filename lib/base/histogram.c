/* SPDX-License-Identifier: MIT */
#include "base/histogram.h"

#include <assert.h>

void histogram_init(Histogram *h, const double *bounds, size_t n_bounds)
{
        assert(h);
        assert(bounds);
        assert(n_bounds <= HISTOGRAM_BOUNDS_MAX);

        *h = (Histogram){
                .bounds = bounds,
                .n_bounds = n_bounds,
        };
}

void histogram_observe(Histogram *h, double seconds)
{
        size_t i = 0;

        assert(h);

        while (i < h->n_bounds && seconds > h->bounds[i])
                i++;

        h->counts[i]++;
        h->sum += seconds;
}

uint64_t histogram_count(const Histogram *h)
{
        uint64_t count = 0;

        assert(h);

        for (size_t i = 0; i <= h->n_bounds; i++)
                count += h->counts[i];
        return count;
}
