/* SPDX-License-Identifier: MIT */
#include "daemon/routes_internal.h"

/* What the runbook_url of an alert points to. */

#include <string.h>

#include "render/render_runbook.h"

void route_answer_runbook(const RouteRequest *q, HttpResponse *response)
{
        int r = render_runbook_index(manager_facts(q->manager), &response->body);

        response->gzip = response->vary = true;
        route_finish(q, response, r, ROUTE_TYPE_HTML);
}

void route_answer_runbook_page(const RouteRequest *q, HttpResponse *response)
{
        RunbookPage page = {
                .root = strchr(q->name, '/') ? "../../" : "../",
                .endpoint = http_query(q->http, "endpoint"),
                .now_at = route_now_at(q),
        };
        int r;

        if (!runbook_find(q->name, &page.topic)) {
                route_say(q->http, response, 404,
                        "The runbook has no page of that name; /runbook lists them.");
                return;
        }

        r = render_runbook(manager_inventory(q->manager), manager_facts(q->manager), &page,
                &response->body);
        response->gzip = response->vary = true;
        route_finish(q, response, r, ROUTE_TYPE_HTML);
}
