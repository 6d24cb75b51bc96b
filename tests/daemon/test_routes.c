/* SPDX-License-Identifier: MIT */
#include "daemon/routes.h"

#include <string.h>

#include "tests/support/daemon_fixture.h"
#include "tests/support/estate.h"
#include "tests/support/json_at.h"
#include "tests/support/peer.h"
#include "tests/support/suite.h"

/* Names as queue managers and people make them. Nobody listens on port 1. */
static const char endpoints[] =
        "{ name = \"QM1/APP.SVRCONN\"; qmgr = \"QM1\"; channel = \"A\"; conname = \"127.0.0.1(1)\"; },"
        "{ name = \"QM1/A@host(1414)\"; qmgr = \"QM1\"; channel = \"B\"; conname = \"127.0.0.1(1)\"; },"
        "{ name = \"100% <b>\"; qmgr = \"QM2\"; channel = \"C\"; conname = \"127.0.0.1(1)\"; },"
        "{ name = \"odd/accept\"; qmgr = \"QM2\"; channel = \"E\"; conname = \"127.0.0.1(1)\"; },"
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
        {"a search", "GET", "/?q=qm2%20probe&severity=&page=1", 200, "text/html; charset=utf-8",
                "1 endpoint that fit, of 5"},
        {"a search that finds nothing", "GET", "/?q=%3Cscript%3E", 200, "text/html; charset=utf-8",
                "value=\"&lt;script&gt;\""},
        {"a page of an endpoint", "GET", "/endpoint/QM1%2FAPP.SVRCONN", 200,
                "text/html; charset=utf-8", "<h1><bdi>QM1/APP.SVRCONN</bdi></h1>"},
        {"a page of nobody", "GET", "/endpoint/nobody", 404, "text/plain; charset=utf-8", "No endpoint"},
        {"its icon", "GET", "/icon.svg?state=critical", 200, "image/svg+xml", "<svg"},
        {"an icon of no state", "GET", "/icon.svg?state=%22", 200, "image/svg+xml", "<circle"},
        {"its script", "GET", "/page.js", 200, "text/javascript; charset=utf-8", "use strict"},
        {"metrics", "GET", "/metrics", 200, "text/plain; version=0.0.4; charset=utf-8",
                "mqtls_endpoints 5"},
        {"a query that is not ours is ignored", "GET", "/metrics?target=10.0.0.1", 200,
                "text/plain; version=0.0.4; charset=utf-8", "mqtls_endpoints 5"},
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
                "text/html; charset=utf-8", "This endpoint now: <a"},
        {"no such page", "GET", "/runbook/tls/nothing", 404, "text/plain; charset=utf-8",
                "/runbook lists them"},
        {"the calendar", "GET", "/calendar.ics?qmgr=QM1", 200, "text/calendar; charset=utf-8",
                "BEGIN:VCALENDAR\r\n"},
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
        {"another name that ends like a route", "GET", "/api/v1/endpoints/odd/accept", 200,
                "application/json", "\"odd/accept\""},
        {"accepting where nothing differs", "POST", "/api/v1/endpoints/QM1/APP.SVRCONN/accept", 200,
                "application/json", "\"accepted\":0"},
        {"accepting one kind", "POST", "/api/v1/endpoints/QM1/APP.SVRCONN/accept?kind=client_auth",
                200, "application/json", "\"accepted\":0"},
        {"accepting for one of an odd name", "POST", "/api/v1/endpoints/odd/accept/accept", 200,
                "application/json", "\"accepted\":0"},
        {"accepting for one with signs", "POST", "/api/v1/endpoints/100%25%20%3Cb%3E/accept", 200,
                "application/json", "\"accepted\":0"},
        {"accepting for nobody", "POST", "/api/v1/endpoints/nobody/accept", 404,
                "application/json", "No endpoint"},
        {"accepting for a name that is cut", "POST", "/api/v1/endpoints/odd/accept", 404,
                "application/json", "No endpoint"},
        {"accepting a kind that there is not", "POST",
                "/api/v1/endpoints/odd/accept/accept?kind=colour", 400, "application/json",
                "kind is none of protocol, cipher, group, signature, leaf, key, subject, issuer, "
                "san, chain, client_auth, addresses, mq."},
        {"accepting an empty kind", "POST", "/api/v1/endpoints/odd/accept/accept?kind=", 400,
                "application/json", "kind is none of"},
        {"an empty ledger", "GET", "/api/v1/changes", 200, "application/json",
                "\"changes\":[],\"next_before\":null"},
        {"the ledger with every parameter", "GET",
                "/api/v1/changes?endpoint=100%25%20%3Cb%3E&kind=leaf&before=9223372036854775807&limit=1000",
                200, "application/json", "\"changes\":[]"},
        {"the ledger of nobody", "GET", "/api/v1/changes?endpoint=nobody", 200,
                "application/json", "\"changes\":[]"},
        {"the ledger of a kind that there is not", "GET", "/api/v1/changes?kind=colour", 400,
                "application/json", "kind is none of protocol"},
        {"a page of nothing", "GET", "/api/v1/changes?limit=0", 400, "application/json",
                "limit is no number from 1 to 1000"},
        {"a page that is too long", "GET", "/api/v1/changes?limit=1001", 400, "application/json",
                "limit is no number"},
        {"a limit that is empty", "GET", "/api/v1/changes?limit=", 400, "application/json",
                "limit is no number"},
        {"a limit with a sign", "GET", "/api/v1/changes?limit=%2B5", 400, "application/json",
                "limit is no number"},
        {"a limit with a blank", "GET", "/api/v1/changes?limit=%205", 400, "application/json",
                "limit is no number"},
        {"before nothing", "GET", "/api/v1/changes?before=0", 400, "application/json",
                "before is no id"},
        {"before a word", "GET", "/api/v1/changes?before=now", 400, "application/json",
                "before is no id"},
        {"before a negative id", "GET", "/api/v1/changes?before=-1", 400, "application/json",
                "before is no id"},
        {"before more than there can be", "GET", "/api/v1/changes?before=9223372036854775808", 400,
                "application/json", "before is no id"},
        {"before markup", "GET", "/api/v1/changes?before=%3Cscript%3E", 400, "application/json",
                "before is no id of a change: take next_before"},
        {"reload", "POST", "/-/reload", 200, "text/plain; charset=utf-8", "Reloaded."},
};

/* Every endpoint has a baseline, if only of its addresses. */
static void note_all(const DaemonFixture *f)
{
        Inventory *i = manager_inventory(f->manager);

        for (size_t k = 0; k < inventory_count(i); k++) {
                CLEANUP_INVENTORY_DRIFT InventoryDrift drift = {0};

                ck_assert_int_eq(
                        inventory_note_drift(i, inventory_at(i, k), f->wall_at, &drift), 0);
        }
}

START_TEST(test_rows)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL, *head = NULL;
        CLEANUP_FREE char *type = NULL;
        size_t len;

        start(&f, "lifecycle = true;");
        daemon_fixture_wait_ready(&f);
        note_all(&f);
        c = daemon_fixture_request(&f, rows[_i].method, rows[_i].target);
        ck_assert_msg(http_client_status(c) == rows[_i].status, "%s: %.1000s", rows[_i].name,
                buf_str(http_client_received(c)));
        type = http_client_header(c, "Content-Type");
        ck_assert_pstr_eq(type, rows[_i].type);
        ck_assert_msg(!rows[_i].part || strstr(http_client_body(c, NULL), rows[_i].part),
                "%s: %.1000s", rows[_i].name, buf_str(http_client_received(c)));

        if (strcmp(rows[_i].method, "GET") != 0)
                return;
        head = daemon_fixture_request(&f, "HEAD", rows[_i].target);
        ck_assert_int_eq(http_client_status(head), rows[_i].status);
        (void) http_client_body(head, &len);
        ck_assert_uint_eq(len, 0);
}
END_TEST

/* What is found where the address of an endpoint's page bears the slash of its name as it is. */
static const struct {
        const char *target, *location;
} astray[] = {
        {"/endpoint/style.css", "../style.css"},
        {"/endpoint/two/style.css", "../../style.css"},
        {"/endpoint/icon.svg?state=critical", "../icon.svg?state=critical"},
        {"/endpoint/", "../"},
        {"/endpoint/QM1/", "../../"},
        {"/endpoint/?qmgr=a%20b%2F%26&x", "../?qmgr=a%20b%2F%26&x"},
        {"/endpoint/runbook/connect/refused?endpoint=QM1%2FAPP.SVRCONN",
                "../../../runbook/connect/refused?endpoint=QM1%2FAPP.SVRCONN"},
        {"/endpoint/runbook/MqtlsCertExpired", "../../runbook/MqtlsCertExpired"},
        {"/endpoint/api/v1/endpoints/QM1%2FAPP.SVRCONN",
                "../../../../api/v1/endpoints/QM1%2FAPP.SVRCONN"},
        {"/endpoint/QM1/APP.SVRCONN", NULL},
        {"/endpoint/100%25%20%3Cb%3E/style.css", "../../style.css"},
        {"/endpoint/nobody", NULL},
        {"/endpoint/style.css/nobody", NULL},
        {"/endpoint/a%0D%0AX:%20y/metrics", "../../metrics"},
        {"/endpoint/runbook/a%0D%0AX:%20y", "../../runbook/a%0D%0AX%3A%20y"},
        {"/endpoint/api/v1/endpoints/x/accept", "../../../../api/v1/endpoints/x%2Faccept"},
};

START_TEST(test_links_of_a_name_with_a_slash_are_sent_up)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL, *post = NULL;
        CLEANUP_FREE char *location = NULL;

        start(&f, NULL);
        c = daemon_fixture_request(&f, "GET", astray[_i].target);
        location = http_client_header(c, "Location");
        ck_assert_pstr_eq(location, astray[_i].location);
        if (location)
                ck_assert_int_eq(http_client_status(c), 302);
        post = daemon_fixture_request(&f, "POST", astray[_i].target);
        ck_assert_int_ge(http_client_status(post), 404);
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
        {"GET", "/api/v1/endpoints/QM1/APP.SVRCONN/accept", "POST"},
        {"HEAD", "/api/v1/endpoints/100%25%20%3Cb%3E/accept", "POST"},
        {"DELETE", "/api/v1/endpoints/QM1/APP.SVRCONN/accept", "GET, HEAD, POST"},
        {"GET", "/api/v1/endpoints/odd/accept/accept", "POST"},
        {"POST", "/api/v1/changes", "GET, HEAD"},
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
        daemon_fixture_expect(&f, "POST", "/api/v1/endpoints/QM1/APP.SVRCONN/accept?kind=leaf", 403,
                "http.lifecycle = true");
        daemon_fixture_expect(&f, "GET", "/-/reload", 405, NULL);
        ck_assert(!daemon_fixture_has_logged(&f, "reloaded"));
}
END_TEST

static const struct {
        const char *name, *headers;
        int status;
} origins[] = {
        {"a program says nothing", "", 200},
        {"our own page, as the browser says", "Sec-Fetch-Site: same-origin\r\n", 200},
        {"typed by a person", "Sec-Fetch-Site: none\r\n", 200},
        {"our own page behind a proxy that changes Host",
                "Sec-Fetch-Site: same-origin\r\nOrigin: https://monitor.example\r\n", 200},
        {"our own page in an older browser", "Origin: http://Test\r\n", 200},
        {"a page of another site", "Sec-Fetch-Site: cross-site\r\n", 403},
        {"a page of a neighbour", "Sec-Fetch-Site: same-site\r\n", 403},
        {"another site in an older browser", "Origin: http://evil.example\r\n", 403},
        {"another port of the same host", "Origin: http://test:8080\r\n", 403},
        {"a page that hides where it is from", "Origin: null\r\n", 403},
};

START_TEST(test_pages_of_other_sites_change_nothing)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;

        start(&f, "lifecycle = true;");
        c = http_client_get(f.event, http_port(manager_http(f.manager), 0), "POST", "/-/reload",
                origins[_i].headers);
        ck_assert_msg(http_client_status(c) == origins[_i].status, "%s: %s", origins[_i].name,
                buf_str(http_client_received(c)));
        ck_assert_int_eq(
                daemon_fixture_has_logged(&f, "reloaded"), origins[_i].status == 200);
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
        daemon_fixture_expect(&f, "GET", "/calendar.ics", 503, "ask again");
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

/* ---- what changed ---- */

static const char odd_name[] = "100% <b>";

/* A listener that answers with TLS 1.3 and this cipher. */
static void see(DaemonFixture *f, uint16_t cipher)
{
        Observation *o = estate_observation(f->wall_at);
        AddressObservation *a = estate_address(o, "qm1(1414)", "192.0.2.1");

        a->tls.server_hello_seen = a->tls.finished_seen = true;
        a->tls.version = TLS_VERSION_TLS13;
        a->tls.cipher = cipher;
        estate_ended(a, PHASE_CLOSE, END_COMPLETED);
        estate_record(manager_inventory(f->manager), odd_name, o, f->wall_at);
        f->wall_at += 60;
}

START_TEST(test_accepting_ends_drift_and_is_told)
{
        CLEANUP_DAEMON DaemonFixture f;
        const Endpoint *e = NULL;

        start(&f, "lifecycle = true;");
        daemon_fixture_wait_ready(&f);
        e = inventory_find(manager_inventory(f.manager), odd_name);
        see(&f, 0x1302);
        see(&f, 0x1301);
        ck_assert(drift_is_open(e->drift, DRIFT_KIND_CIPHER));

        daemon_fixture_expect(
                &f, "POST", "/api/v1/endpoints/100%25%20%3Cb%3E/accept?kind=leaf", 200,
                "\"message\":\"Nothing differed from the baseline.\",\"accepted\":0");
        ck_assert(drift_is_open(e->drift, DRIFT_KIND_CIPHER));
        daemon_fixture_expect(
                &f, "POST", "/api/v1/endpoints/100%25%20%3Cb%3E/accept?kind=cipher", 200,
                "\"message\":\"1 change was accepted as the new baseline.\",\"accepted\":1");
        ck_assert(!drift_is_open(e->drift, DRIFT_KIND_CIPHER));
        ck_assert(daemon_fixture_has_logged(&f, "100% <b>"));
        ck_assert(daemon_fixture_has_logged(&f, "0x1301"));
        daemon_fixture_expect(&f, "GET", "/api/v1/changes?kind=cipher&limit=1", 200,
                "\"event\":\"accepted\"");
        daemon_fixture_expect(&f, "GET", "/metrics", 200,
                "mqtls_drift{endpoint=\"100% <b>\",qmgr=\"QM2\",channel=\"C\",kind=\"cipher\"} 0");
}
END_TEST

START_TEST(test_nothing_seen_cannot_be_accepted)
{
        CLEANUP_DAEMON DaemonFixture f;
        Peer *silent;
        CLEANUP_BUF Buf b = BUF_INIT;

        daemon_fixture_init(&f);
        silent = peer_new(f.event, &(PeerOptions){.kind = PEER_SILENT});
        buf_appendf(&b, "{ name = \"a\"; channel = \"A\"; conname = \"127.0.0.1(%u)\"; "
                        "timeout = \"60s\"; }",
                (unsigned) peer_port(silent));
        daemon_fixture_configure(&f, "lifecycle = true;", buf_str(&b));
        ck_assert_int_eq(daemon_fixture_start(&f), 0);
        daemon_fixture_expect(&f, "POST", "/api/v1/endpoints/a/accept", 409, "Nothing has been seen");
        f.manager = manager_free(f.manager);
        peer_free(silent);
}
END_TEST

/* The next page begins where next_before says, and the last one says null. */
START_TEST(test_the_ledger_is_paged)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP_BUF Buf target = BUF_INIT;
        int64_t before = 0;
        size_t n = 0, n_pages = 0;

        start(&f, NULL);
        daemon_fixture_wait_ready(&f);
        for (uint16_t k = 0; k < 8; k++)
                see(&f, (uint16_t) (0xC000 + k)); /* the first is the baseline */

        do {
                CLEANUP(http_client_cleanup) HttpClient *c = NULL;
                CLEANUP_JSON json_t *root = NULL;
                const json_t *changes = NULL;

                buf_clear(&target);
                buf_append_str(&target, "/api/v1/changes?limit=3&kind=cipher&endpoint=100%25%20%3Cb%3E");
                if (before != 0)
                        buf_appendf(&target, "&before=%lld", (long long) before);
                c = daemon_fixture_request(&f, "GET", buf_str(&target));
                ck_assert_int_eq(http_client_status(c), 200);
                root = json_parse_text(http_client_body(c, NULL));

                changes = at(root, "changes");
                for (size_t k = 0; k < json_array_size(changes); k++, n++)
                        ck_assert_int_eq(json_integer_value(at(json_array_get(changes, k), "at_epoch")),
                                PKI_NOW + (int64_t) (7 - n) * 60);
                before = json_integer_value(at(root, "next_before"));
                n_pages++;
        } while (before != 0);

        ck_assert_uint_eq(n, 7);
        ck_assert_uint_eq(n_pages, 3);
}
END_TEST

START_TEST(test_the_tag_of_the_ledger_follows_the_revision_and_the_query)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL, *again = NULL, *other = NULL, *later = NULL;
        CLEANUP_FREE char *tag = NULL;
        CLEANUP_BUF Buf more = BUF_INIT;
        uint16_t port;

        start(&f, "lifecycle = true;");
        daemon_fixture_wait_ready(&f);
        see(&f, 0x1302);
        see(&f, 0x1301);
        port = http_port(manager_http(f.manager), 0);
        c = http_client_get(f.event, port, "GET", "/api/v1/changes", NULL);
        tag = http_client_header(c, "ETag");
        ck_assert_ptr_nonnull(tag);
        buf_appendf(&more, "If-None-Match: %s\r\n", tag);

        again = http_client_get(f.event, port, "GET", "/api/v1/changes", buf_str(&more));
        ck_assert_int_eq(http_client_status(again), 304);
        other = http_client_get(f.event, port, "GET", "/api/v1/changes?endpoint=", buf_str(&more));
        ck_assert_int_eq(http_client_status(other), 200);

        daemon_fixture_expect(&f, "POST", "/api/v1/endpoints/100%25%20%3Cb%3E/accept", 200, NULL);
        later = http_client_get(f.event, port, "GET", "/api/v1/changes", buf_str(&more));
        ck_assert_int_eq(http_client_status(later), 200);
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
        tcase_add_loop_test(
                tc, test_links_of_a_name_with_a_slash_are_sent_up, 0, ARRAY_LEN(astray));
        tcase_add_loop_test(tc, test_wrong_methods, 0, ARRAY_LEN(wrong_methods));
        tcase_add_test(tc, test_without_lifecycle_nothing_changes);
        tcase_add_loop_test(tc, test_pages_of_other_sites_change_nothing, 0, ARRAY_LEN(origins));
        tcase_add_test(tc, test_not_ready_while_one_was_not_looked_at);
        tcase_add_test(tc, test_openmetrics_on_demand);
        tcase_add_test(tc, test_status_tag_follows_the_revision);
        tcase_add_test(tc, test_accepting_ends_drift_and_is_told);
        tcase_add_test(tc, test_nothing_seen_cannot_be_accepted);
        tcase_add_test(tc, test_the_ledger_is_paged);
        tcase_add_test(tc, test_the_tag_of_the_ledger_follows_the_revision_and_the_query);
        tcase_add_test(tc, test_table_is_complete);
        tcase_set_timeout(tc, 60);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
