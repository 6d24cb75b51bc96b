/* SPDX-License-Identifier: MIT */
#include "daemon/routes_internal.h"

/* What other programs fetch again and again: metrics. */

#include "render/metrics.h"
#include "render/render_metrics.h"

void route_answer_metrics(const RouteRequest *q, HttpResponse *response)
{
        MetricsFormat format = metrics_negotiate(q->http->accept);
        int r = render_metrics(manager_inventory(q->manager), manager_facts(q->manager), format,
                &response->body);

        response->gzip = response->vary = true;
        route_finish(q, response, r, metrics_content_type(format));
}
