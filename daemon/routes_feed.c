/* SPDX-License-Identifier: MIT */
#include "daemon/routes_internal.h"

/* What other programs fetch again and again: metrics, where to find them, and the calendar. */

#include "daemon/scheduler.h"
#include "render/metrics.h"
#include "render/render_calendar.h"
#include "render/render_discovery.h"
#include "render/render_metrics.h"

static const char type_calendar[] = "text/calendar; charset=utf-8";

void route_answer_metrics(const RouteRequest *q, HttpResponse *response)
{
        MetricsFormat format = metrics_negotiate(q->http->accept);
        int r = render_metrics(manager_inventory(q->manager), manager_facts(q->manager), format,
                &response->body);

        response->gzip = response->vary = true;
        route_finish(q, response, r, metrics_content_type(format));
}

/* The multi-target pattern: `target` is the name of an endpoint that is configured, and nothing else. */
void route_answer_target(const RouteRequest *q, HttpResponse *response)
{
        const char *name = http_query(q->http, "target");
        const Endpoint *e = NULL;
        MetricsFormat format = metrics_negotiate(q->http->accept);
        int r;

        if (!name || !*name) {
                route_say(q->http, response, 400,
                        "Say which endpoint: /probe?target=NAME, with its name in the "
                        "configuration; /sd lists them.");
                return;
        }
        e = inventory_find(manager_inventory(q->manager), name);
        if (!e) {
                route_say(q->http, response, 404,
                        "No endpoint of that name is configured. A host or an address is never "
                        "taken from a URL; /sd lists the names.");
                return;
        }

        r = render_metrics_of(manager_inventory(q->manager), e, format, &response->body);
        response->gzip = response->vary = true;
        route_finish(q, response, r, metrics_content_type(format));
}

void route_answer_discovery(const RouteRequest *q, HttpResponse *response)
{
        int r = render_discovery(inventory_config(manager_inventory(q->manager)), &response->body);

        route_finish_tagged(q, response, r, ROUTE_TYPE_JSON);
}

/* What the feed of a token is restricted to counts, whatever the URL asks for. */
static const char *chosen(const RouteRequest *q, const char *name, const char *restriction)
{
        return restriction ? restriction : http_query(q->http, name);
}

/* An event that is missing is gone from every calendar that subscribed, and comes back as a new one: so
 * there is no calendar before everything was looked at once. */
void route_answer_calendar(const RouteRequest *q, HttpResponse *response)
{
        const WebToken *token = q->http->token;
        const CertUseFilter filter = {
                .qmgr = chosen(q, "qmgr", token ? token->qmgr : NULL),
                .contact = chosen(q, "contact", token ? token->contact : NULL),
                .group = chosen(q, "group", token ? token->group : NULL),
        };
        int r;

        if (!scheduler_is_ready(manager_scheduler(q->manager))) {
                route_say(q->http, response, 503,
                        "Not every endpoint has been looked at yet; ask again in a minute.");
                return;
        }

        r = render_calendar(manager_inventory(q->manager), &filter,
                manager_facts(q->manager)->reload_success_at, &response->body);
        route_finish_tagged(q, response, r, type_calendar);
}
