/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_ROUTES_H
#define MQTLSD_ROUTES_H

/* The URLs, one row each in a table, and what they answer. Reads the inventory only. */

#include <stddef.h>

#include "base/buf.h"
#include "daemon/http.h"

struct Manager;

/* Who is let in where the configuration asks for logins. */
typedef enum RouteAccess {
        ROUTE_ACCESS_LOGIN,
        ROUTE_ACCESS_OPEN,
        ROUTE_ACCESS_TOKEN, /* with a login, or with the token of the feed */
        _ROUTE_ACCESS_MAX,
} RouteAccess;

typedef struct RouteInfo {
        const char *method;
        const char *path;   /* "/api/v1/endpoints/NAME" */
        const char *meaning;
        RouteAccess access;
        bool lifecycle;     /* only with http.lifecycle = true */
} RouteInfo;

const char *route_access_to_string(RouteAccess access);

/* The i-th row, NULL behind the last. */
const RouteInfo *route_info(size_t i);

/* Who is let in at this path; LOGIN where nothing is. */
RouteAccess routes_access(const char *path);

/* HttpHandler; userdata is the Manager. */
void routes_answer(const HttpRequest *request, HttpResponse *response, void *userdata);

/* --dump=routes. */
int routes_dump(bool json, Buf *b);

#endif
