/* SPDX-License-Identifier: MIT */
#include "daemon/routes_internal.h"

/* What people look at with a browser. */

#include "render/render_page.h"

static const char type_html[] = "text/html; charset=utf-8";
static const char type_css[] = "text/css; charset=utf-8";
static const char type_js[] = "text/javascript; charset=utf-8";

void route_answer_page(const RouteRequest *q, HttpResponse *response)
{
        int r = render_page(manager_inventory(q->manager), manager_facts(q->manager), route_now_at(q),
                &response->body);

        response->gzip = response->vary = true;
        route_finish(q, response, r, type_html);
}

/* What the pages load never changes while the daemon runs. */
static void answer_file(const RouteRequest *q, HttpResponse *response, const unsigned char *data,
        size_t len, const char *content_type)
{
        buf_append(&response->body, data, len);
        response->etag = response->gzip = response->vary = true;
        route_finish(q, response, 0, content_type);
}

void route_answer_style(const RouteRequest *q, HttpResponse *response)
{
        answer_file(q, response, render_page_css, render_page_css_len, type_css);
}

void route_answer_script(const RouteRequest *q, HttpResponse *response)
{
        answer_file(q, response, render_page_js, render_page_js_len, type_js);
}
