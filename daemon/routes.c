/* SPDX-License-Identifier: MIT */
#include "daemon/routes.h"

/*
 * What the URLs answer. Everything is read from the inventory, as it was last recorded: a request
 * costs no network, and nothing that stands in a URL is ever connected to. It may name an endpoint
 * that the configuration holds, no more.
 */

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/escape.h"
#include "daemon/manager.h"
#include "daemon/route_table.h"
#include "daemon/scheduler.h"
#include "render/metrics.h"
#include "render/render_metrics.h"
#include "render/render_page.h"
#include "render/render_status.h"

static const char type_text[] = "text/plain; charset=utf-8";
static const char type_html[] = "text/html; charset=utf-8";
static const char type_css[] = "text/css; charset=utf-8";
static const char type_json[] = "application/json";

static const char name_mark[] = "NAME";

/* What an answer is made for: `name` is the part of the path that NAME stands for, "" without. */
typedef struct RouteRequest {
        const HttpRequest *http;
        Manager *manager;
        const char *name;
} RouteRequest;

typedef void (*RouteAnswer)(const RouteRequest *q, HttpResponse *response);

typedef struct Route {
        RouteInfo info;
        RouteAnswer answer;
} Route;

/* ---- making answers ---- */

static bool is_api(const HttpRequest *request)
{
        return strncmp(request->path, "/api/", strlen("/api/")) == 0;
}

/* One sentence: as JSON to programs, as a line of text to everybody else. */
static void say(const HttpRequest *request, HttpResponse *response, unsigned status,
        const char *sentence)
{
        buf_clear(&response->body);
        response->status = status;
        if (!is_api(request)) {
                response->content_type = type_text;
                escape_log(&response->body, sentence, strlen(sentence), 0);
                buf_append_char(&response->body, '\n');
                return;
        }

        response->content_type = type_json;
        buf_append_str(&response->body, status < 400 ? "{\"message\":\"" : "{\"error\":\"");
        escape_json(&response->body, sentence, strlen(sentence));
        buf_append_str(&response->body, "\"}\n");
}

/* A body was rendered, or memory ran out on the way. */
static void finish(
        const RouteRequest *q, HttpResponse *response, int r, const char *content_type)
{
        if (r < 0 || buf_error(&response->body) < 0) {
                buf_done(&response->body);
                response->etag = response->gzip = false;
                say(q->http, response, 500, "Out of memory.");
                return;
        }
        response->status = 200;
        response->content_type = content_type;
}

static int64_t now_at(const RouteRequest *q)
{
        return clock_wall_at(manager_clock(q->manager));
}

/* ---- the answers, in the order of the table ---- */

static void answer_page(const RouteRequest *q, HttpResponse *response)
{
        int r = render_page(manager_inventory(q->manager), manager_facts(q->manager), now_at(q),
                &response->body);

        response->gzip = response->vary = true;
        finish(q, response, r, type_html);
}

static void answer_style(const RouteRequest *q, HttpResponse *response)
{
        buf_append_str(&response->body, render_page_css);
        response->etag = true;
        finish(q, response, 0, type_css);
}

static void answer_metrics(const RouteRequest *q, HttpResponse *response)
{
        MetricsFormat format = metrics_negotiate(q->http->accept);
        int r = render_metrics(manager_inventory(q->manager), manager_facts(q->manager), format,
                &response->body);

        response->gzip = response->vary = true;
        finish(q, response, r, metrics_content_type(format));
}

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

static void answer_status(const RouteRequest *q, HttpResponse *response)
{
        const StatusFilter filter = {
                .endpoint = http_query(q->http, "endpoint"),
                .qmgr = http_query(q->http, "qmgr"),
                .severity = http_query(q->http, "severity"),
        };
        int r;

        if (filter.severity && !is_severity(filter.severity)) {
                say(q->http, response, 400,
                        "severity is none of ok, warning, critical, unknown.");
                return;
        }

        r = render_status(manager_inventory(q->manager), manager_facts(q->manager), &filter,
                now_at(q), &response->body);

        /* The text holds the moment of its making, so the tag is made from what else it depends on. */
        response->etag = response->gzip = response->vary = true;
        buf_appendf(&response->etag_source, "%" PRIu64 "\n", manager_revision(q->manager));
        append_tag_part(&response->etag_source, filter.endpoint);
        append_tag_part(&response->etag_source, filter.qmgr);
        append_tag_part(&response->etag_source, filter.severity);
        if (buf_error(&response->etag_source) < 0)
                r = -ENOMEM;
        finish(q, response, r, type_json);
}

static const char probe_suffix[] = "/probe";

/* Is this the name of an endpoint with "/probe" behind it, which only POST answers? */
static bool is_probe_target(const RouteRequest *q)
{
        size_t len = strlen(q->name), suffix = strlen(probe_suffix);
        CLEANUP_FREE char *name = NULL;

        if (len <= suffix || strcmp(q->name + len - suffix, probe_suffix) != 0)
                return false;

        name = strndup(q->name, len - suffix);
        return name && inventory_find(manager_inventory(q->manager), name);
}

static void answer_endpoint(const RouteRequest *q, HttpResponse *response)
{
        const Endpoint *e = inventory_find(manager_inventory(q->manager), q->name);
        int r;

        if (!e && is_probe_target(q)) {
                response->allow = "POST";
                say(q->http, response, 405, "Only POST is answered here.");
                return;
        }
        if (!e) {
                say(q->http, response, 404, "No endpoint of that name is configured.");
                return;
        }

        r = render_endpoint(e, now_at(q), &response->body);
        response->gzip = response->vary = true;
        finish(q, response, r, type_json);
}

static void answer_probe(const RouteRequest *q, HttpResponse *response)
{
        Endpoint *e = inventory_find(manager_inventory(q->manager), q->name);

        if (!e) {
                say(q->http, response, 404, "No endpoint of that name is configured.");
                return;
        }

        scheduler_probe_now(manager_scheduler(q->manager), e);
        say(q->http, response, 202, "The endpoint will be probed as soon as the limits allow.");
}

static void answer_healthy(const RouteRequest *q, HttpResponse *response)
{
        say(q->http, response, 200, "healthy");
}

static void answer_ready(const RouteRequest *q, HttpResponse *response)
{
        if (scheduler_is_ready(manager_scheduler(q->manager)))
                say(q->http, response, 200, "ready");
        else
                say(q->http, response, 503, "not ready: not every endpoint has been looked at yet");
}

static void append_issues(Buf *b, const Issues *issues)
{
        for (size_t i = 0; i < issues->n; i++) {
                issue_append(&issues->list[i], b);
                buf_append_char(b, '\n');
        }
}

static void answer_reload(const RouteRequest *q, HttpResponse *response)
{
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        int r = manager_reload(q->manager, &issues);

        if (r < 0 && r != -EINVAL) {
                say(q->http, response, 500,
                        "The configuration could not be read: out of memory. The old one stays.");
                return;
        }

        response->content_type = type_text;
        response->status = r < 0 ? 500 : 200;
        buf_append_str(&response->body,
                r < 0 ? "The new configuration is refused, the old one stays:\n" : "Reloaded.\n");
        append_issues(&response->body, &issues);
        if (buf_error(&response->body) < 0)
                say(q->http, response, response->status, r < 0 ? "Refused." : "Reloaded.");
}

/* ---- the table ---- */

#define ROUTE_ROW(id, m, p, l, text)                                                               \
        {.info = {.method = m, .path = p, .meaning = text, .lifecycle = l}, .answer = answer_##id},
static const Route route_rows[] = {ROUTE_TABLE(ROUTE_ROW)};
#undef ROUTE_ROW

const RouteInfo *route_info(size_t i)
{
        return i < ARRAY_LEN(route_rows) ? &route_rows[i].info : NULL;
}

/* Does the path fit? `*ret_name` is then the part that NAME stands for, not terminated. */
static bool route_fits(
        const RouteInfo *route, const char *path, const char **ret_name, size_t *ret_len)
{
        const char *mark = strstr(route->path, name_mark);
        size_t before, behind, len = strlen(path);

        *ret_name = "";
        *ret_len = 0;
        if (!mark)
                return strcmp(route->path, path) == 0;

        before = (size_t) (mark - route->path);
        mark += strlen(name_mark);
        behind = strlen(mark);
        if (len <= before + behind || strncmp(path, route->path, before) != 0 ||
                strcmp(path + len - behind, mark) != 0)
                return false;

        *ret_name = path + before;
        *ret_len = len - before - behind;
        return true;
}

static void answer_route(const Route *route, const HttpRequest *request, const char *name,
        size_t name_len, HttpResponse *response, Manager *m)
{
        CLEANUP_FREE char *own_name = strndup(name, name_len);
        const RouteRequest q = {.http = request, .manager = m, .name = own_name};

        if (!own_name) {
                say(request, response, 500, "Out of memory.");
                return;
        }
        if (route->info.lifecycle && !inventory_config(manager_inventory(m))->http.lifecycle) {
                say(request, response, 403,
                        "Requests that change something are switched off; set http.lifecycle = true "
                        "in the configuration and reload it.");
                return;
        }
        route->answer(&q, response);
}

static void refuse_method(const HttpRequest *request, HttpResponse *response, bool get, bool post)
{
        response->allow = get && post ? "GET, HEAD, POST" : get ? "GET, HEAD" : "POST";
        say(request, response, 405, "This method is not answered here; Allow says which are.");
}

void routes_answer(const HttpRequest *request, HttpResponse *response, void *userdata)
{
        Manager *m = userdata;
        bool get = false, post = false;

        assert(request);
        assert(response);
        assert(m);

        for (size_t i = 0; i < ARRAY_LEN(route_rows); i++) {
                const Route *route = &route_rows[i];
                const char *name;
                size_t name_len;

                if (!route_fits(&route->info, request->path, &name, &name_len))
                        continue;
                if (strcmp(route->info.method, request->method) == 0) {
                        answer_route(route, request, name, name_len, response, m);
                        return;
                }
                get = get || strcmp(route->info.method, "GET") == 0;
                post = post || strcmp(route->info.method, "POST") == 0;
        }

        if (get || post)
                refuse_method(request, response, get, post);
        else
                say(request, response, 404, "Nothing is here; / shows the status page.");
}

/* ---- --dump=routes ---- */

static void dump_text(Buf *b)
{
        for (size_t i = 0; i < ARRAY_LEN(route_rows); i++) {
                const RouteInfo *info = &route_rows[i].info;

                buf_appendf(b, "%-4s  %-28s  %s%s\n", info->method, info->path, info->meaning,
                        info->lifecycle ? " Only with http.lifecycle = true." : "");
        }
}

static void dump_json(Buf *b)
{
        buf_append_str(b, "[");
        for (size_t i = 0; i < ARRAY_LEN(route_rows); i++) {
                const RouteInfo *info = &route_rows[i].info;

                buf_appendf(b, "%s\n  {\"method\": \"%s\", \"path\": \"%s\", \"lifecycle\": %s, ",
                        i == 0 ? "" : ",", info->method, info->path,
                        info->lifecycle ? "true" : "false");
                buf_append_str(b, "\"meaning\": \"");
                escape_json(b, info->meaning, strlen(info->meaning));
                buf_append_str(b, "\"}");
        }
        buf_append_str(b, "\n]\n");
}

int routes_dump(bool json, Buf *b)
{
        assert(b);

        if (json)
                dump_json(b);
        else
                dump_text(b);
        return buf_error(b);
}
