/* SPDX-License-Identifier: MIT */
#include "daemon/routes_internal.h"

/* /-/: for whoever runs the daemon. */

#include <errno.h>

#include "daemon/scheduler.h"

void route_answer_healthy(const RouteRequest *q, HttpResponse *response)
{
        route_say(q->http, response, 200, "healthy");
}

void route_answer_ready(const RouteRequest *q, HttpResponse *response)
{
        if (scheduler_is_ready(manager_scheduler(q->manager)))
                route_say(q->http, response, 200, "ready");
        else
                route_say(q->http, response, 503, "not ready: not every endpoint has been looked at yet");
}

static void append_issues(Buf *b, const Issues *issues)
{
        for (size_t i = 0; i < issues->n; i++) {
                issue_append(&issues->list[i], b);
                buf_append_char(b, '\n');
        }
}

void route_answer_reload(const RouteRequest *q, HttpResponse *response)
{
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        int r = manager_reload(q->manager, &issues);

        if (r < 0 && r != -EINVAL) {
                route_say(q->http, response, 500,
                        "The configuration could not be read: out of memory. The old one stays.");
                return;
        }

        response->content_type = ROUTE_TYPE_TEXT;
        response->status = r < 0 ? 500 : 200;
        buf_append_str(&response->body,
                r < 0 ? "The new configuration is refused, the old one stays:\n" : "Reloaded.\n");
        append_issues(&response->body, &issues);
        if (buf_error(&response->body) < 0)
                route_say(q->http, response, response->status, r < 0 ? "Refused." : "Reloaded.");
}
