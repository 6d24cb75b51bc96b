/* SPDX-License-Identifier: MIT */
#include "daemon/routes_internal.h"

#include <errno.h>
#include <string.h>

#include "base/escape.h"

static bool is_api(const HttpRequest *request)
{
        return strncmp(request->path, "/api/", strlen("/api/")) == 0;
}

void route_say(const HttpRequest *request, HttpResponse *response, unsigned status,
        const char *sentence)
{
        buf_clear(&response->body);
        response->status = status;
        if (!is_api(request)) {
                response->content_type = ROUTE_TYPE_TEXT;
                escape_log(&response->body, sentence, strlen(sentence), 0);
                buf_append_char(&response->body, '\n');
                return;
        }

        response->content_type = ROUTE_TYPE_JSON;
        buf_append_str(&response->body, status < 400 ? "{\"message\":\"" : "{\"error\":\"");
        escape_json(&response->body, sentence, strlen(sentence));
        buf_append_str(&response->body, "\"}\n");
}

void route_finish(
        const RouteRequest *q, HttpResponse *response, int r, const char *content_type)
{
        if (r < 0 || buf_error(&response->body) < 0) {
                buf_done(&response->body);
                response->etag = response->gzip = false;
                route_say(q->http, response, 500, "Out of memory.");
                return;
        }
        response->status = 200;
        response->content_type = content_type;
}

void route_finish_tagged(
        const RouteRequest *q, HttpResponse *response, int r, const char *content_type)
{
        response->etag = response->gzip = response->vary = true;
        route_finish(q, response, buf_error(&response->etag_source) < 0 ? -ENOMEM : r, content_type);
}

int64_t route_now_at(const RouteRequest *q)
{
        return clock_wall_at(manager_clock(q->manager));
}
