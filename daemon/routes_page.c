/* SPDX-License-Identifier: MIT */
#include "daemon/routes_internal.h"

/* What people look at with a browser. */

#include <inttypes.h>
#include <string.h>

#include "render/page_query.h"
#include "render/render_frame.h"
#include "render/render_page.h"

enum {
        SECONDS_PER_HOUR = 3600,
};

static const char type_css[] = "text/css; charset=utf-8";
static const char type_svg[] = "image/svg+xml";
static const char type_js[] = "text/javascript; charset=utf-8";

/* The pages hold the moment of their making, so their tags are made from what else they depend on: what
 * was recorded, what is asked for, how the daemon does; and the hour, because days pass. */
static void append_tag(const RouteRequest *q, HttpResponse *response, const PageQuery *query)
{
        const DaemonFacts *d = manager_facts(q->manager);
        Buf *b = &response->etag_source;

        buf_appendf(b, "%" PRIu64 "\n%" PRId64 "\n%d%d%d%zu\n", manager_revision(q->manager),
                route_now_at(q) / SECONDS_PER_HOUR, d->ready, d->reload_successful, d->state_saved,
                d->n_findings);
        for (int f = 0; query && f < _PAGE_QUERY_MAX; f++)
                buf_appendf(b, "%s\n", query->values[f] ? query->values[f] : "");
}

void route_answer_page(const RouteRequest *q, HttpResponse *response)
{
        PageQuery query = {0};
        int r;

        for (int f = 0; f < _PAGE_QUERY_MAX; f++)
                query.values[f] = http_query(q->http, page_query_name((PageQueryField) f));

        r = render_page(manager_inventory(q->manager), manager_facts(q->manager), &query,
                route_now_at(q), &response->body);
        append_tag(q, response, &query);
        route_finish_tagged(q, response, r, ROUTE_TYPE_HTML);
}

void route_answer_endpoint_page(const RouteRequest *q, HttpResponse *response)
{
        const Endpoint *e = inventory_find(manager_inventory(q->manager), q->name);
        int r;

        if (!e) {
                route_say(q->http, response, 404,
                        "No endpoint of that name is configured; / lists those that are.");
                return;
        }

        r = render_page_endpoint(manager_inventory(q->manager), manager_facts(q->manager), e, "../",
                route_now_at(q), &response->body);
        append_tag(q, response, NULL);
        route_finish_tagged(q, response, r, ROUTE_TYPE_HTML);
}

/* What the pages load never changes while the daemon runs. */
static void answer_file(const RouteRequest *q, HttpResponse *response, const unsigned char *data,
        size_t len, const char *content_type)
{
        buf_append(&response->body, data, len);
        route_finish_tagged(q, response, 0, content_type);
}

void route_answer_style(const RouteRequest *q, HttpResponse *response)
{
        answer_file(q, response, render_page_css, render_page_css_len, type_css);
}

void route_answer_script(const RouteRequest *q, HttpResponse *response)
{
        answer_file(q, response, render_page_js, render_page_js_len, type_js);
}

void route_answer_icon(const RouteRequest *q, HttpResponse *response)
{
        const char *asked = http_query(q->http, "state");
        Severity state = SEVERITY_OK;

        for (int s = 0; asked && s < _SEVERITY_MAX; s++)
                if (strcmp(severity_to_string((Severity) s), asked) == 0)
                        state = (Severity) s;
        render_frame_icon(&response->body, state);
        response->etag = true;
        route_finish(q, response, 0, type_svg);
}
