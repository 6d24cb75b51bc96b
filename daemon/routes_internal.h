/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_ROUTES_INTERNAL_H
#define MQTLSD_ROUTES_INTERNAL_H

/* Between the table of routes and the answers, which stand in routes_<kind>.c. */

#include <stdint.h>

#include "daemon/manager.h"
#include "daemon/route_table.h"
#include "daemon/routes.h"

/* What an answer is made for: `name` is the part of the path that NAME stands for, "" without. */
typedef struct RouteRequest {
        const HttpRequest *http;
        Manager *manager;
        const char *name;
} RouteRequest;

typedef void (*RouteAnswer)(const RouteRequest *q, HttpResponse *response);

/* One for each row of the table. */
#define ROUTE_DECLARE(id, method, path, access, lifecycle, meaning)                                \
        void route_answer_##id(const RouteRequest *q, HttpResponse *response);
ROUTE_TABLE(ROUTE_DECLARE)
#undef ROUTE_DECLARE

#define ROUTE_TYPE_TEXT "text/plain; charset=utf-8"
#define ROUTE_TYPE_JSON "application/json"
#define ROUTE_TYPE_HTML "text/html; charset=utf-8"

/* One sentence: as JSON to programs, as a line of text to everybody else. */
void route_say(const HttpRequest *request, HttpResponse *response, unsigned status,
        const char *sentence);

/* A body was rendered, or memory ran out on the way (`r` < 0, or the body says so): then 500. */
void route_finish(
        const RouteRequest *q, HttpResponse *response, int r, const char *content_type);

/* The same, with an entity tag made from `etag_source` (from the body where that is empty), and compressed
 * for who takes it. */
void route_finish_tagged(
        const RouteRequest *q, HttpResponse *response, int r, const char *content_type);

int64_t route_now_at(const RouteRequest *q);

#endif
