/* SPDX-License-Identifier: MIT */
#include "daemon/routes.h"

#include <string.h>

#include "tests/support/daemon_fixture.h"
#include "tests/support/peer.h"
#include "tests/support/suite.h"

/* Names as queue managers and people make them. Nobody listens on port 1. */
static const char endpoints[] =
        "{ name = \"QM1/APP.SVRCONN\"; qmgr = \"QM1\"; channel = \"A\"; conname = \"127.0.0.1(1)\"; },"
        "{ name = \"QM1/A@host(1414)\"; qmgr = \"QM1\"; channel = \"B\"; conname = \"127.0.0.1(1)\"; },"
        "{ name = \"100% <b>\"; qmgr = \"QM2\"; channel = \"C\"; conname = \"127.0.0.1(1)\"; },"
        "{ name = \"odd/probe\"; qmgr = \"QM2\"; channel = \"D\"; conname = \"127.0.0.1(1)\"; }";

static void start(DaemonFixture *f, const char *http)
{
        daemon_fixture_init(f);
        daemon_fixture_configure(f, http, endpoints);
        ck_assert_int_eq(daemon_fixture_start(f), 0);
}

static const struct {
        const char *name, *method, *target;
        int status;
        const char *type, *part; /* Content-Type; a part of the body, NULL: any */
} rows[] = {
        {"the page", "GET", "/", 200, "text/html; charset=utf-8", "QM1/APP.SVRCONN"},
        {"its style sheet", "GET", "/style.css", 200, "text/css; charset=utf-8", "{"},
        {"its script", "GET", "/page.js", 200, "text/javascript; charset=utf-8", "use strict"},
        {"metrics", "GET", "/metrics", 200, "text/plain; version=0.0.4; charset=utf-8",
                "mqtls_endpoints 4"},
        {"a query that is not ours is ignored", "GET", "/metrics?target=10.0.0.1", 200,
                "text/plain; version=0.0.4; charset=utf-8", "mqtls_endpoints 4"},
        {"one endpoint's metrics", "GET", "/probe?target=QM1/APP.SVRCONN", 200,
                "text/plain; version=0.0.4; charset=utf-8",
                "mqtls_probe_success{endpoint=\"QM1/APP.SVRCONN\","},
        {"a target with everything encoded", "GET", "/probe?target=100%25%20%3Cb%3E", 200,
                "text/plain; version=0.0.4; charset=utf-8", "endpoint=\"100% <b>\""},
        {"no target", "GET", "/probe", 400, "text/plain; charset=utf-8", "/probe?target=NAME"},
        {"an empty target", "GET", "/probe?target=", 400, "text/plain; charset=utf-8",
                "/probe?target=NAME"},
        {"a host is no target", "GET", "/probe?target=127.0.0.1(1)", 404,
                "text/plain; charset=utf-8", "never taken from a URL"},
        {"a module is not asked for", "GET", "/probe?target=odd/probe&module=x&port=22", 200,
                "text/plain; version=0.0.4; charset=utf-8", "odd/probe"},
        {"discovery", "GET", "/sd", 200, "application/json",
                "{\"targets\":[\"QM1/APP.SVRCONN\"],\"labels\":{\"__meta_mqtls_qmgr\":\"QM1\","},
        {"the runbook", "GET", "/runbook", 200, "text/html; charset=utf-8",
                "href=\"runbook/tls/no_shared_cipher\""},
        {"the page of an alert", "GET", "/runbook/MqtlsCertExpired", 200,
                "text/html; charset=utf-8", "href=\"../style.css\""},
        {"the page of a diagnosis", "GET", "/runbook/connect/refused?endpoint=QM1/APP.SVRCONN", 200,
                "text/html; charset=utf-8", "This endpoint now: QM1/APP.SVRCONN"},
        {"no such page", "GET", "/runbook/tls/nothing", 404, "text/plain; charset=utf-8",
                "/runbook lists them"},
        {"status", "GET", "/api/v1/status", 200, "application/json", "\"schema_version\""},
        {"status of one queue manager", "GET", "/api/v1/status?qmgr=QM2", 200, "application/json",
                "\"odd/probe\""},
        {"status of one severity", "GET", "/api/v1/status?severity=critical", 200, "application/json",
                "\"refused\""},
        {"a severity that there is not", "GET", "/api/v1/status?severity=red", 400, "application/json",
                "none of ok"},
        {"one endpoint", "GET", "/api/v1/endpoints/QM1%2FAPP.SVRCONN", 200, "application/json",
                "\"QM1/APP.SVRCONN\""},
        {"its slash may stand as it is", "GET", "/api/v1/endpoints/QM1/APP.SVRCONN", 200,
                "application/json", "\"QM1/APP.SVRCONN\""},
        {"a name with signs", "GET", "/api/v1/endpoints/QM1/A@host(1414)", 200, "application/json",
                "\"QM1/A@host(1414)\""},
        {"a name with everything encoded", "GET", "/api/v1/endpoints/100%25%20%3Cb%3E", 200,
                "application/json", "\"100% <b>\""},
        {"a name that ends like a route", "GET", "/api/v1/endpoints/odd/probe", 200,
                "application/json", "\"odd/probe\""},
        {"nobody", "GET", "/api/v1/endpoints/nobody", 404, "application/json", "No endpoint"},
        {"a name cut by NUL is another name", "GET", "/api/v1/endpoints/odd/probe%00", 404,
                "application/json", NULL},
        {"no name", "GET", "/api/v1/endpoints/", 404, "application/json", NULL},
        {"healthy", "GET", "/-/healthy", 200, "text/plain; charset=utf-8", "healthy"},
        {"ready", "GET", "/-/ready", 200, "text/plain; charset=utf-8", "ready"},
        {"nothing", "GET", "/nothing", 404, "text/plain; charset=utf-8", NULL},
        {"a path above", "GET", "/../etc/passwd", 404, "text/plain; charset=utf-8", NULL},
        {"a longer path", "GET", "/metrics/", 404, "text/plain; charset=utf-8", NULL},
        {"case counts", "GET", "/Metrics", 404, "text/plain; charset=utf-8", NULL},
        {"probing now", "POST", "/api/v1/endpoints/QM1/APP.SVRCONN/probe", 202, "application/json",
                NULL},
        {"probing now one of an odd name", "POST", "/api/v1/endpoints/odd/probe/probe", 202,
                "application/json", NULL},
        {"probing nobody", "POST", "/api/v1/endpoints/nobody/probe", 404, "application/json", NULL},
        {"reload", "POST", "/-/reload", 200, "text/plain; charset=utf-8", "Reloaded."},
};

START_TEST(test_rows)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL, *head = NULL;
        CLEANUP_FREE char *type = NULL;
        size_t len;

        start(&f, "lifecycle = true;");
        daemon_fixture_wait_ready(&f);
        c = daemon_fixture_request(&f, rows[_i].method, rows[_i].target);
        ck_assert_msg(http_client_status(c) == rows[_i].status, "%s: %s", rows[_i].name,
                buf_str(http_client_received(c)));
        type = http_client_header(c, "Content-Type");
        ck_assert_pstr_eq(type, rows[_i].type);
        ck_assert_msg(!rows[_i].part || strstr(http_client_body(c, NULL), rows[_i].part), "%s: %s",
                rows[_i].name, buf_str(http_client_received(c)));

        if (strcmp(rows[_i].method, "GET") != 0)
                return;
        head = daemon_fixture_request(&f, "HEAD", rows[_i].target);
        ck_assert_int_eq(http_client_status(head), rows[_i].status);
        (void) http_client_body(head, &len);
        ck_assert_uint_eq(len, 0);
}
END_TEST

static const struct {
        const char *method, *target, *allow;
} wrong_methods[] = {
        {"POST", "/", "GET, HEAD"},
        {"DELETE", "/metrics", "GET, HEAD"},
        {"OPTIONS", "/api/v1/status", "GET, HEAD"},
        {"PUT", "/api/v1/endpoints/QM1/APP.SVRCONN", "GET, HEAD"},
        {"POST", "/api/v1/endpoints/QM1/APP.SVRCONN", "GET, HEAD"},
        {"GET", "/-/reload", "POST"},
        {"HEAD", "/-/reload", "POST"},
        {"GET", "/api/v1/endpoints/QM1/APP.SVRCONN/probe", "POST"},
        {"PUT", "/api/v1/endpoints/QM1/APP.SVRCONN/probe", "GET, HEAD, POST"},
        {"NONSENSE", "/-/ready", "GET, HEAD"},
};

START_TEST(test_wrong_methods)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;
        CLEANUP_FREE char *allow = NULL;

        start(&f, "lifecycle = true;");
        c = daemon_fixture_request(&f, wrong_methods[_i].method, wrong_methods[_i].target);
        ck_assert_msg(http_client_status(c) == 405, "%s", buf_str(http_client_received(c)));
        allow = http_client_header(c, "Allow");
        ck_assert_pstr_eq(allow, wrong_methods[_i].allow);
}
END_TEST

START_TEST(test_without_lifecycle_nothing_changes)
{
        CLEANUP_DAEMON DaemonFixture f;

        start(&f, NULL);
        daemon_fixture_expect(&f, "POST", "/-/reload", 403, "http.lifecycle = true");
        daemon_fixture_expect(
                &f, "POST", "/api/v1/endpoints/odd/probe/probe", 403, "http.lifecycle = true");
        daemon_fixture_expect(&f, "GET", "/-/reload", 405, NULL);
        ck_assert(!daemon_fixture_has_logged(&f, "reloaded"));
}
END_TEST

START_TEST(test_not_ready_while_one_was_not_looked_at)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP_BUF Buf b = BUF_INIT;
        Peer *silent;

        daemon_fixture_init(&f);
        silent = peer_new(f.event, &(PeerOptions){.kind = PEER_SILENT});
        buf_appendf(&b, "{ channel = \"A\"; conname = \"127.0.0.1(%u)\"; timeout = \"60s\"; }",
                (unsigned) peer_port(silent));
        daemon_fixture_configure(&f, NULL, buf_str(&b));
        ck_assert_int_eq(daemon_fixture_start(&f), 0);
        daemon_fixture_expect(&f, "GET", "/-/healthy", 200, NULL);
        daemon_fixture_expect(&f, "GET", "/-/ready", 503, "not ready");
        f.manager = manager_free(f.manager);
        peer_free(silent);
}
END_TEST

START_TEST(test_openmetrics_on_demand)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;
        CLEANUP_FREE char *type = NULL, *vary = NULL;

        start(&f, NULL);
        c = http_client_get(f.event, http_port(manager_http(f.manager), 0), "GET", "/metrics",
                "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5\r\n");
        type = http_client_header(c, "Content-Type");
        ck_assert_pstr_eq(type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
        vary = http_client_header(c, "Vary");
        ck_assert_pstr_eq(vary, "Accept, Accept-Encoding");
        ck_assert_ptr_nonnull(strstr(http_client_body(c, NULL), "\n# EOF\n"));
}
END_TEST

/* The moment in the JSON changes, the tag does not, until something is recorded. */
START_TEST(test_status_tag_follows_the_revision)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL, *again = NULL, *later = NULL, *filtered = NULL;
        CLEANUP_FREE char *tag = NULL, *other_tag = NULL;
        CLEANUP_BUF Buf more = BUF_INIT;
        uint16_t port;

        start(&f, "lifecycle = true;");
        daemon_fixture_wait_ready(&f);
        port = http_port(manager_http(f.manager), 0);
        c = http_client_get(f.event, port, "GET", "/api/v1/status", NULL);
        tag = http_client_header(c, "ETag");
        ck_assert_ptr_nonnull(tag);
        buf_appendf(&more, "If-None-Match: %s\r\n", tag);

        f.wall_at += 5;
        again = http_client_get(f.event, port, "GET", "/api/v1/status", buf_str(&more));
        ck_assert_int_eq(http_client_status(again), 304);

        filtered = http_client_get(f.event, port, "GET", "/api/v1/status?qmgr=", buf_str(&more));
        ck_assert_int_eq(http_client_status(filtered), 200);

        ck_assert_int_eq(manager_reload(f.manager, NULL), 0);
        later = http_client_get(f.event, port, "GET", "/api/v1/status", buf_str(&more));
        ck_assert_int_eq(http_client_status(later), 200);
        other_tag = http_client_header(later, "ETag");
        ck_assert_pstr_ne(other_tag, tag);
}
END_TEST

START_TEST(test_table_is_complete)
{
        CLEANUP_BUF Buf text = BUF_INIT, json = BUF_INIT;
        size_t n = 0;

        ck_assert_int_eq(routes_dump(false, &text), 0);
        ck_assert_int_eq(routes_dump(true, &json), 0);
        for (const RouteInfo *info; (info = route_info(n)); n++) {
                ck_assert(strcmp(info->method, "GET") == 0 || strcmp(info->method, "POST") == 0);
                ck_assert_int_eq(info->path[0], '/');
                ck_assert_int_eq(info->meaning[strlen(info->meaning) - 1], '.');
                ck_assert_int_eq(info->lifecycle, strcmp(info->method, "POST") == 0);
                ck_assert_int_eq(info->access == ROUTE_ACCESS_OPEN,
                        strcmp(info->path, "/-/healthy") == 0 ||
                                strcmp(info->path, "/-/ready") == 0);
                ck_assert_ptr_nonnull(strstr(buf_str(&text), info->path));
                ck_assert_ptr_nonnull(strstr(buf_str(&json), info->path));
        }
        ck_assert_uint_gt(n, 0);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("routes");
        TCase *tc = tcase_create("answers");

        tcase_add_loop_test(tc, test_rows, 0, ARRAY_LEN(rows));
        tcase_add_loop_test(tc, test_wrong_methods, 0, ARRAY_LEN(wrong_methods));
        tcase_add_test(tc, test_without_lifecycle_nothing_changes);
        tcase_add_test(tc, test_not_ready_while_one_was_not_looked_at);
        tcase_add_test(tc, test_openmetrics_on_demand);
        tcase_add_test(tc, test_status_tag_follows_the_revision);
        tcase_add_test(tc, test_table_is_complete);
        tcase_set_timeout(tc, 60);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
