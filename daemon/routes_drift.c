/* SPDX-License-Identifier: MIT */
#include "daemon/routes_internal.h"

/* What changed behind the endpoints, and taking it as the baseline. */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "render/render_status.h"

enum {
        CHANGES_USUAL = 100,
        CHANGES_MAX = 1000, /* in one answer */
};

static void refuse_kind(const RouteRequest *q, HttpResponse *response)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_append_str(&b, "kind is none of ");
        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++)
                buf_appendf(&b, "%s%s", k > 0 ? ", " : "", drift_kind_info(k)->name);
        buf_append_char(&b, '.');
        route_say(q->http, response, 400, buf_str(&b));
}

/* All kinds where none is given. */
static bool read_kind(const RouteRequest *q, HttpResponse *response, DriftKind *ret)
{
        const char *text = http_query(q->http, "kind");

        *ret = text ? drift_kind_from_string(text) : _DRIFT_KIND_MAX;
        if (!text || *ret != _DRIFT_KIND_MAX)
                return true;

        refuse_kind(q, response);
        return false;
}

/* Digits alone, from 1 to `max`. */
static bool read_number(const RouteRequest *q, const char *name, int64_t max, int64_t *ret)
{
        const char *text = http_query(q->http, name);
        int64_t n = 0;

        if (!text)
                return true;
        if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
                return false;

        errno = 0;
        n = strtoll(text, NULL, 10);
        if (errno != 0 || n < 1 || n > max)
                return false;

        *ret = n;
        return true;
}

static void append_tag(const RouteRequest *q, const LedgerQuery *query, Buf *b)
{
        buf_appendf(b, "%" PRIu64 " %d %" PRId64 " %zu %s", manager_revision(q->manager),
                (int) query->kind, query->before_id, query->limit,
                query->endpoint ? query->endpoint : "");
        buf_append_char(b, query->endpoint ? '\n' : '\t'); /* absent is not empty */
}

void route_answer_changes(const RouteRequest *q, HttpResponse *response)
{
        LedgerQuery query = {.endpoint = http_query(q->http, "endpoint")};
        int64_t limit = CHANGES_USUAL;
        int r;

        if (!read_kind(q, response, &query.kind))
                return;
        if (!read_number(q, "before", INT64_MAX, &query.before_id)) {
                route_say(q->http, response, 400,
                        "before is no id of a change: take next_before of the answer before.");
                return;
        }
        if (!read_number(q, "limit", CHANGES_MAX, &limit)) {
                route_say(q->http, response, 400, "limit is no number from 1 to 1000.");
                return;
        }

        query.limit = (size_t) limit;
        r = render_changes(
                manager_inventory(q->manager), &query, route_now_at(q), &response->body);
        append_tag(q, &query, &response->etag_source);
        route_finish_tagged(q, response, r, ROUTE_TYPE_JSON);
}

static void append_accepted(Buf *b, size_t n)
{
        buf_append_str(b, "{\"message\":\"");
        if (n == 0)
                buf_append_str(b, "Nothing differed from the baseline.");
        else
                buf_appendf(b, "%zu change%s accepted as the new baseline.", n,
                        n == 1 ? " was" : "s were");
        buf_appendf(b, "\",\"accepted\":%zu}\n", n);
}

void route_answer_accept(const RouteRequest *q, HttpResponse *response)
{
        Endpoint *e = inventory_find(manager_inventory(q->manager), q->name);
        DriftKind kind = _DRIFT_KIND_MAX;
        size_t n = 0;
        int r;

        if (!e) {
                route_say(q->http, response, 404, "No endpoint of that name is configured.");
                return;
        }
        if (!read_kind(q, response, &kind))
                return;

        r = manager_accept(q->manager, e, kind, &n);
        if (r == -ENOENT) {
                route_say(q->http, response, 409,
                        "Nothing has been seen of this endpoint yet that could be accepted.");
                return;
        }
        if (r >= 0)
                append_accepted(&response->body, n);
        route_finish(q, response, r, ROUTE_TYPE_JSON);
}
