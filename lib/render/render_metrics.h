/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_RENDER_METRICS_H
#define MQTLS_RENDER_RENDER_METRICS_H

/* GET /metrics, GET /probe and --once --format=metrics: the inventory as Prometheus metrics. */

#include "base/buf.h"
#include "model/inventory.h"
#include "render/daemon_facts.h"
#include "render/metrics.h"

/* Appends the whole page. `daemon` may be NULL (--once): its families are left out. Returns 0 or
 * -ENOMEM. */
int render_metrics(
        const Inventory *inventory, const DaemonFacts *daemon, MetricsFormat format, Buf *b);

/* The same of one endpoint alone: the families of endpoints, with its samples. Returns 0 or -ENOMEM. */
int render_metrics_of(
        const Inventory *inventory, const Endpoint *e, MetricsFormat format, Buf *b);

#endif
