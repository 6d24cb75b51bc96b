/* SPDX-License-Identifier: MIT */
#include "daemon/routes_internal.h"

/*
 * What the URLs answer. Everything is read from the inventory, as it was last recorded: a request
 * costs no network, and nothing that stands in a URL is ever connected to. It may name an endpoint
 * that the configuration holds, no more. Here are the table and who is asked; the answers stand in
 * routes_<kind>.c.
 */

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/escape.h"

static const char name_mark[] = "NAME";

typedef struct Route {
        RouteInfo info;
        RouteAnswer answer;
} Route;

#define ROUTE_ROW(id, m, p, who, l, text)                                                          \
        {.info = {.method = m, .path = p, .meaning = text, .access = ROUTE_ACCESS_##who,           \
                 .lifecycle = l},                                                                  \
                .answer = route_answer_##id},
static const Route route_rows[] = {ROUTE_TABLE(ROUTE_ROW)};
#undef ROUTE_ROW

const char *route_access_to_string(RouteAccess access)
{
        static const char *const names[] = {
                [ROUTE_ACCESS_LOGIN] = "login",
                [ROUTE_ACCESS_OPEN] = "open",
                [ROUTE_ACCESS_TOKEN] = "token",
        };

        _Static_assert(ARRAY_LEN(names) == _ROUTE_ACCESS_MAX, "every access has a name");
        assert(access < _ROUTE_ACCESS_MAX);

        return names[access];
}

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

RouteAccess routes_access(const char *path)
{
        assert(path);

        for (size_t i = 0; i < ARRAY_LEN(route_rows); i++) {
                const char *name;
                size_t name_len;

                if (route_fits(&route_rows[i].info, path, &name, &name_len))
                        return route_rows[i].info.access;
        }
        return ROUTE_ACCESS_LOGIN;
}

/*
 * Did a page of another site make the operator's browser send this? The browser says so itself, in
 * Sec-Fetch-Site (W3C Fetch Metadata; whoever sits in front may have rewritten Host) or, an older one,
 * in Origin (RFC 6454 section 7). Programs send neither.
 */
static bool is_from_another_site(const HttpRequest *request)
{
        const char *authority = NULL;

        if (request->fetch_site)
                return strcmp(request->fetch_site, "same-origin") != 0 &&
                       strcmp(request->fetch_site, "none") != 0;
        if (!request->origin)
                return false;

        authority = strstr(request->origin, "://");
        return !authority || !request->host ||
               strcasecmp(authority + strlen("://"), request->host) != 0;
}

static void answer_route(const Route *route, const HttpRequest *request, const char *name,
        size_t name_len, HttpResponse *response, Manager *m)
{
        CLEANUP_FREE char *own_name = strndup(name, name_len);
        const RouteRequest q = {.http = request, .manager = m, .name = own_name};

        if (!own_name) {
                route_say(request, response, 500, "Out of memory.");
                return;
        }
        if (route->info.lifecycle && !inventory_config(manager_inventory(m))->http.lifecycle) {
                route_say(request, response, 403,
                        "Requests that change something are switched off; set http.lifecycle = true "
                        "in the configuration and reload it.");
                return;
        }
        if (route->info.lifecycle && is_from_another_site(request)) {
                route_say(request, response, 403,
                        "A page of another site asks for this. Only this daemon's own pages and "
                        "programs such as curl may.");
                return;
        }
        route->answer(&q, response);
}

/* ---- what a name's slash leads astray ---- */

static const char endpoint_pages[] = "/endpoint/";

/* Of a page, or of what a page loads. */
static const Route *find_link(const char *path, const char **ret_name, size_t *ret_len)
{
        for (size_t i = 0; i < ARRAY_LEN(route_rows); i++)
                if (strcmp(route_rows[i].info.method, "GET") == 0 &&
                        route_fits(&route_rows[i].info, path, ret_name, ret_len))
                        return &route_rows[i];
        return NULL;
}

/* As the pages write it, from the root: of names only the runbook's keep their slash. */
static void append_link(Buf *b, const Route *route, const char *name, size_t name_len)
{
        const char *path = route->info.path + 1, *mark = strstr(path, name_mark);
        const char *slash = route->answer == route_answer_runbook_page ? memchr(name, '/', name_len) : NULL;
        size_t stage_len = slash ? (size_t) (slash - name) : 0;

        buf_append(b, path, mark ? (size_t) (mark - path) : strlen(path));
        if (slash) {
                escape_url(b, name, stage_len);
                buf_append_char(b, '/');
                name = slash + 1;
                name_len -= stage_len + 1;
        }
        escape_url(b, name, name_len);
}

static size_t count_slashes(const char *s, size_t len)
{
        size_t n = 0;

        for (size_t i = 0; i < len; i++)
                n += s[i] == '/' ? 1 : 0;
        return n;
}

/*
 * The links of an endpoint's page are relative. Where the slash of its name stands as it is in the
 * address, /endpoint/QM1/X, they lead below /endpoint/: to /endpoint/style.css. The page itself cannot be
 * sent to its encoded address: behind a proxy that decodes what it passes on (nginx's proxy_pass
 * with a path) that would never end, and how deep the browser believes to be is not known there. What
 * such links lead to is sent up instead, by a relative address again, for proxies with a prefix.
 */
static bool send_up(const HttpRequest *request, HttpResponse *response)
{
        const char *rest = request->path + strlen(endpoint_pages), *s = rest, *name = NULL;
        CLEANUP_BUF Buf link = BUF_INIT;
        Buf *b = &response->location;
        const Route *route;
        size_t name_len, n_up;

        while (!(route = find_link(s - 1, &name, &name_len))) {
                s = strchr(s, '/');
                if (!s)
                        return false;
                s++;
        }

        append_link(&link, route, name, name_len);
        n_up = count_slashes(rest, (size_t) (s - rest)) + count_slashes(buf_str(&link), link.len) + 1;
        for (size_t i = 0; i < n_up; i++)
                buf_append_str(b, "../");
        buf_append(b, buf_str(&link), link.len);
        http_append_query(request, b);
        if (buf_error(&link) < 0 || buf_error(b) < 0) {
                buf_done(b);
                route_say(request, response, 500, "Out of memory.");
                return true;
        }
        route_say(request, response, 302, "It stands elsewhere; Location says where.");
        return true;
}

static bool is_astray(const HttpRequest *request, Manager *m)
{
        const size_t len = strlen(endpoint_pages);

        return strcmp(request->method, "GET") == 0 &&
               strncmp(request->path, endpoint_pages, len) == 0 &&
               !inventory_find(manager_inventory(m), request->path + len);
}

/* ---- all of them ---- */

static void refuse_method(const HttpRequest *request, HttpResponse *response, bool get, bool post)
{
        response->allow = get && post ? "GET, HEAD, POST" : get ? "GET, HEAD" : "POST";
        route_say(request, response, 405, "This method is not answered here; Allow says which are.");
}

void routes_answer(const HttpRequest *request, HttpResponse *response, void *userdata)
{
        Manager *m = userdata;
        bool get = false, post = false;

        assert(request);
        assert(response);
        assert(m);

        if (is_astray(request, m) && send_up(request, response))
                return;
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
                route_say(request, response, 404, "Nothing is here; / shows the status page.");
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

                buf_appendf(b,
                        "%s\n  {\"method\": \"%s\", \"path\": \"%s\", \"access\": \"%s\", "
                        "\"lifecycle\": %s, ",
                        i == 0 ? "" : ",", info->method, info->path,
                        route_access_to_string(info->access), info->lifecycle ? "true" : "false");
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
