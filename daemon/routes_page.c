/* SPDX-License-Identifier: MIT */
#include "daemon/routes_internal.h"

/* What people look at with a browser. */

#include "render/render_page.h"

static const char type_html[] = "text/html; charset=utf-8";
static const char type_css[] = "text/css; charset=utf-8";

void route_answer_page(const RouteRequest *q, HttpResponse *response)
{
        int r = render_page(manager_inventory(q->manager), manager_facts(q->manager), route_now_at(q),
                &response->body);

        response->gzip = response->vary = true;
        route_finish(q, response, r, type_html);
}

void route_answer_style(const RouteRequest *q, HttpResponse *response)
{
        buf_append_str(&response->body, render_page_css);
        response->etag = true;
        route_finish(q, response, 0, type_css);
}
