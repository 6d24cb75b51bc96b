/* SPDX-License-Identifier: MIT */
#include "daemon/routes_internal.h"

/* /api/v1: JSON for programs, and what they may ask for. */

#include <inttypes.h>
#include <string.h>

#include "daemon/scheduler.h"
#include "render/render_status.h"

static bool is_severity(const char *text)
{
        for (int s = 0; s < _SEVERITY_MAX; s++)
                if (strcmp(severity_to_string((Severity) s), text) == 0)
                        return true;
        return false;
}

static void append_tag_part(Buf *b, const char *part)
{
        buf_append_str(b, part ? part : "");
        buf_append_char(b, part ? '\n' : '\t'); /* absent is not empty */
}

void route_answer_status(const RouteRequest *q, HttpResponse *response)
{
        const StatusFilter filter = {
                .endpoint = http_query(q->http, "endpoint"),
                .qmgr = http_query(q->http, "qmgr"),
                .severity = http_query(q->http, "severity"),
        };
        int r;

        if (filter.severity && !is_severity(filter.severity)) {
                route_say(q->http, response, 400,
                        "severity is none of ok, warning, critical, unknown.");
                return;
        }

        r = render_status(manager_inventory(q->manager), manager_facts(q->manager), &filter,
                route_now_at(q), &response->body);

        /* The text holds the moment of its making, so the tag is made from what else it depends on. */
        buf_appendf(&response->etag_source, "%" PRIu64 "\n", manager_revision(q->manager));
        append_tag_part(&response->etag_source, filter.endpoint);
        append_tag_part(&response->etag_source, filter.qmgr);
        append_tag_part(&response->etag_source, filter.severity);
        route_finish_tagged(q, response, r, ROUTE_TYPE_JSON);
}

static bool is_target_of(const RouteRequest *q, const char *action)
{
        size_t len = strlen(q->name), suffix = strlen(action);
        CLEANUP_FREE char *name = NULL;

        if (len <= suffix || strcmp(q->name + len - suffix, action) != 0)
                return false;

        name = strndup(q->name, len - suffix);
        return name && inventory_find(manager_inventory(q->manager), name);
}

/* Is this the name of an endpoint with something behind it that only POST answers? */
static bool is_action(const RouteRequest *q)
{
        return is_target_of(q, "/probe") || is_target_of(q, "/accept");
}

void route_answer_endpoint(const RouteRequest *q, HttpResponse *response)
{
        const Endpoint *e = inventory_find(manager_inventory(q->manager), q->name);
        int r;

        if (!e && is_action(q)) {
                response->allow = "POST";
                route_say(q->http, response, 405, "Only POST is answered here.");
                return;
        }
        if (!e) {
                route_say(q->http, response, 404, "No endpoint of that name is configured.");
                return;
        }

        r = render_endpoint(manager_inventory(q->manager), e, route_now_at(q), &response->body);
        buf_appendf(&response->etag_source, "%" PRIu64 "\n", manager_revision(q->manager));
        append_tag_part(&response->etag_source, q->name);
        route_finish_tagged(q, response, r, ROUTE_TYPE_JSON);
}

void route_answer_probe(const RouteRequest *q, HttpResponse *response)
{
        Endpoint *e = inventory_find(manager_inventory(q->manager), q->name);

        if (!e) {
                route_say(q->http, response, 404, "No endpoint of that name is configured.");
                return;
        }

        scheduler_probe_now(manager_scheduler(q->manager), e);
        route_say(q->http, response, 202, "The endpoint will be probed as soon as the limits allow.");
}
