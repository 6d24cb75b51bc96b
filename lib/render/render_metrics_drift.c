/* SPDX-License-Identifier: MIT */

/* What changed behind an endpoint. Most never do: kinds without an entry in the ledger have no series
 * but the zero that says so. */

#include "render/render_metrics_page.h"

static void kind_gauge(MetricsPage *p, const EndpointRow *er, DriftKind kind, int64_t value)
{
        const MetricLabel label = {"kind", drift_kind_info(kind)->name};

        metrics_sample_i64(&p->writer, metrics_page_block(p, er->block), &label, 1, value);
}

void metrics_write_drift(MetricsPage *p, const EndpointRow *er)
{
        const DriftMemory *m = er->endpoint->drift;

        for (DriftKind k = 0; m && k < _DRIFT_KIND_MAX; k++)
                if (drift_has_baseline(m, k))
                        kind_gauge(p, er, k, drift_is_open(m, k));
}

void metrics_write_mixed(MetricsPage *p, const EndpointRow *er)
{
        const Endpoint *e = er->endpoint;

        for (DriftKind k = 0; e->drift && k < _DRIFT_KIND_MAX; k++)
                if (e->changes[k].n > 0)
                        kind_gauge(p, er, k, drift_mixed_since(e->drift, k) != 0);
}

void metrics_write_changes_total(MetricsPage *p, const EndpointRow *er)
{
        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++)
                if (er->endpoint->changes[k].n > 0)
                        kind_gauge(p, er, k, er->endpoint->changes[k].n);
}

void metrics_write_last_change(MetricsPage *p, const EndpointRow *er)
{
        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++)
                if (er->endpoint->changes[k].n > 0)
                        kind_gauge(p, er, k, er->endpoint->changes[k].last_at);
}

void metrics_write_change_expected_until(MetricsPage *p, const EndpointRow *er)
{
        const Endpoint *e = er->endpoint;

        if (e->expected_until_at != 0)
                metrics_sample_i64(&p->writer, metrics_page_block(p, er->block), NULL, 0,
                        e->expected_until_at);
}
