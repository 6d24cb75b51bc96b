/* SPDX-License-Identifier: MIT */
#include "daemon/manager.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "daemon/process_facts.h"
#include "tests/support/daemon_fixture.h"
#include "tests/support/loop.h"
#include "tests/support/peer.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

/* Nobody listens on port 1. */
#define ONE "{ name = \"one\"; channel = \"A\"; conname = \"127.0.0.1(1)\"; }"
#define TWO "{ name = \"two\"; channel = \"B\"; conname = \"127.0.0.2(1)\"; }"

static const char mistakes[] =
        "http = { listen = ( \"127.0.0.1:0\" ); };\n"
        "defaults = { sslciph = \"ANY_TLS99\"; };\n"
        "endpoints = (\n"
        "  { channel = \"THIS.NAME.IS.FAR.TOO.LONG\"; conname = \"127.0.0.1(1)\"; } );\n";

static void start(DaemonFixture *f, const char *http, const char *endpoints)
{
        daemon_fixture_init(f);
        daemon_fixture_configure(f, http, endpoints);
        ck_assert_int_eq(daemon_fixture_start(f), 0);
}

/* ---- start ---- */

START_TEST(test_start)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP_BUF Buf address = BUF_INIT;
        const DaemonFacts *facts;

        start(&f, NULL, ONE "," TWO);
        buf_appendf(&address, "listening on http://127.0.0.1:%u/\n",
                (unsigned) http_port(manager_http(f.manager), 0));
        ck_assert(daemon_fixture_has_logged(&f, buf_str(&address)));
        ck_assert(daemon_fixture_has_logged(&f, "started with 2 endpoints"));

        daemon_fixture_wait_ready(&f);
        facts = manager_facts(f.manager);
        ck_assert(facts->ready);
        ck_assert(facts->reload_successful);
        ck_assert_int_ge(facts->started_at, PKI_NOW);
        ck_assert_int_ge(facts->reload_success_at, facts->started_at);
        ck_assert_int_le(facts->reload_success_at, clock_wall_at(&f.clock));
        ck_assert(facts->has_process);
        ck_assert_uint_gt(facts->resident_bytes, 0);
        ck_assert_uint_gt(facts->open_fds, 2);
        ck_assert_uint_eq(facts->n_sessions_resumed, 0);
        ck_assert_ptr_nonnull(facts->openssl_version);
}
END_TEST

START_TEST(test_start_without_endpoints)
{
        CLEANUP_DAEMON DaemonFixture f;

        start(&f, NULL, NULL);
        daemon_fixture_expect(&f, "GET", "/-/ready", 200, NULL);
        daemon_fixture_expect(&f, "GET", "/metrics", 200, "mqtls_endpoints 0");
}
END_TEST

/* test_shard.c knows who takes what. */
START_TEST(test_a_shard_says_which_it_is)
{
        CLEANUP_DAEMON DaemonFixture f;

        daemon_fixture_init(&f);
        daemon_fixture_write(&f,
                "http = { listen = ( \"127.0.0.1:0\" ); };\n"
                "shard = \"2/2\";\n"
                "defaults = { channel = \"A\"; conname = \"127.0.0.1(1)\"; sslciph = \"ANY\"; };\n"
                "endpoints = ( { name = \"QM1/APP.SVRCONN\"; },\n"
                "  { name = \"TO.QM2@qm2a.example.com(1414)\"; } );\n");
        ck_assert_int_eq(daemon_fixture_start(&f), 0);
        ck_assert_ptr_null(inventory_find(manager_inventory(f.manager), "QM1/APP.SVRCONN"));
        daemon_fixture_expect(&f, "GET", "/metrics", 200, "mqtls_shard_info{shard=\"2\",shards=\"2\"} 1\n");
        daemon_fixture_expect(&f, "GET", "/metrics", 200, "mqtls_endpoints 1\n");
        daemon_fixture_expect(&f, "GET", "/api/v1/status", 200, "\"shard\":\"2/2\"");
}
END_TEST

START_TEST(test_every_mistake_is_logged_and_nothing_starts)
{
        CLEANUP_DAEMON DaemonFixture f;

        daemon_fixture_init(&f);
        daemon_fixture_write(&f, mistakes);
        ck_assert_int_eq(daemon_fixture_start(&f), -EINVAL);
        ck_assert_ptr_null(f.manager);
        ck_assert(daemon_fixture_has_logged(&f, "mqtlsd.conf:2: "));
        ck_assert(daemon_fixture_has_logged(&f, "mqtlsd.conf:4: "));
}
END_TEST

START_TEST(test_missing_file_is_named)
{
        CLEANUP_DAEMON DaemonFixture f;

        daemon_fixture_init(&f);
        ck_assert_int_eq(daemon_fixture_start(&f), -EINVAL);
        ck_assert(daemon_fixture_has_logged(&f, f.config_path));
}
END_TEST

START_TEST(test_port_in_use_is_told)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP_BUF Buf b = BUF_INIT;
        Peer *other;

        daemon_fixture_init(&f);
        other = peer_new(f.event, &(PeerOptions){.kind = PEER_SILENT});
        buf_appendf(&b, "http = { listen = ( \"127.0.0.1:%u\" ); };\nendpoints = ( );\n",
                (unsigned) peer_port(other));
        daemon_fixture_write(&f, buf_str(&b));
        ck_assert_int_eq(daemon_fixture_start(&f), -EADDRINUSE);
        ck_assert(daemon_fixture_has_logged(&f, "cannot listen on 127.0.0.1:"));
        peer_free(other);
}
END_TEST

/* They are the Manager's, also when it does not come about. */
START_TEST(test_sockets_are_closed_when_the_start_fails)
{
        CLEANUP_DAEMON DaemonFixture f;
        ManagerOptions options;
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        daemon_fixture_init(&f);
        daemon_fixture_write(&f, mistakes);
        options = (ManagerOptions){.config_path = f.config_path, .sockets = &fd, .n_sockets = 1};
        ck_assert_int_eq(manager_new(f.event, &f.clock, &options, &f.manager), -EINVAL);
        ck_assert_int_eq(close(fd), -1);
}
END_TEST

/* ---- reload ---- */

START_TEST(test_reload_with_mistakes_keeps_the_old_configuration)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        int64_t read_at;

        start(&f, "lifecycle = true;", ONE);
        ck_assert(daemon_fixture_has_logged(&f, "started with 1 endpoint from"));
        daemon_fixture_wait_ready(&f);
        read_at = manager_facts(f.manager)->reload_success_at;
        f.wall_at += 100;
        daemon_fixture_write(&f, mistakes);

        ck_assert_int_eq(manager_reload(f.manager, &issues), -EINVAL);
        ck_assert_uint_ge(issues.n_errors, 2);
        ck_assert(daemon_fixture_has_logged(&f, "mqtlsd.conf:4: "));
        ck_assert(daemon_fixture_has_logged(&f, "the old configuration stays at work"));

        daemon_fixture_expect(&f, "POST", "/-/reload", 500, "mqtlsd.conf:4: ");
        daemon_fixture_expect(&f, "POST", "/-/reload", 500, "ANY_TLS99");
        daemon_fixture_expect(&f, "GET", "/metrics", 200, "mqtls_config_last_reload_successful 0\n");
        daemon_fixture_expect(&f, "GET", "/api/v1/endpoints/one", 200, "\"refused\"");
        ck_assert_int_eq(manager_facts(f.manager)->reload_success_at, read_at);

        daemon_fixture_configure(&f, "lifecycle = true;", ONE "," TWO);
        daemon_fixture_expect(&f, "POST", "/-/reload", 200, "Reloaded.");
        daemon_fixture_expect(&f, "GET", "/metrics", 200, "mqtls_config_last_reload_successful 1\n");
        ck_assert_int_ge(manager_facts(f.manager)->reload_success_at, read_at + 100);
        ck_assert_uint_eq(inventory_count(manager_inventory(f.manager)), 2);
}
END_TEST

START_TEST(test_reload_keeps_what_is_known_of_the_unchanged)
{
        CLEANUP_DAEMON DaemonFixture f;
        const Endpoint *before;

        start(&f, NULL, ONE);
        daemon_fixture_wait_ready(&f);
        before = inventory_find(manager_inventory(f.manager), "one");
        daemon_fixture_configure(&f, NULL, TWO "," ONE);
        ck_assert_int_eq(manager_reload(f.manager, NULL), 0);
        ck_assert_ptr_eq(inventory_find(manager_inventory(f.manager), "one"), before);
        ck_assert_uint_eq(before->n_probes, 1);
        LOOP_UNTIL(f.event, inventory_find(manager_inventory(f.manager), "two")->n_probes == 1);
        ck_assert_uint_eq(before->n_probes, 1);
}
END_TEST

START_TEST(test_reload_of_fixed_settings_warns)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP(issues_done) Issues same = ISSUES_INIT, changed = ISSUES_INIT;

        start(&f, NULL, ONE);
        ck_assert_int_eq(manager_reload(f.manager, &same), 0);
        daemon_fixture_configure(&f, "connections_max = 7; lifecycle = true;", ONE);
        ck_assert_int_eq(manager_reload(f.manager, &changed), 0);
        ck_assert_uint_eq(changed.n, same.n + 1);
        ck_assert(changed.list[changed.n - 1].is_warning);
        ck_assert(daemon_fixture_has_logged(&f, "restart the daemon"));
        /* But lifecycle follows. */
        daemon_fixture_expect(&f, "POST", "/-/reload", 200, "restart the daemon");
}
END_TEST

START_TEST(test_hangup_reloads)
{
        CLEANUP_DAEMON DaemonFixture f;

        start(&f, NULL, ONE);
        daemon_fixture_configure(&f, NULL, ONE "," TWO);
        ck_assert_int_eq(raise(SIGHUP), 0);
        LOOP_UNTIL(f.event, inventory_count(manager_inventory(f.manager)) == 2);
        ck_assert(daemon_fixture_has_logged(&f, "reloaded "));
}
END_TEST

START_TEST(test_signals_end_it)
{
        static const int signals[] = {SIGTERM, SIGINT};
        CLEANUP_DAEMON DaemonFixture f;

        start(&f, NULL, ONE "," TWO);
        ck_assert_int_eq(raise(signals[_i]), 0);
        ck_assert_int_eq(sd_event_loop(f.event), 0);
        ck_assert(daemon_fixture_has_logged(&f, "stopping on SIG"));
}
END_TEST

/* ---- verdicts ---- */

START_TEST(test_a_failure_is_logged_once)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP_FREE char *text = NULL;
        Endpoint *one;
        const char *first;

        start(&f, NULL, ONE);
        daemon_fixture_wait_ready(&f);
        one = inventory_find(manager_inventory(f.manager), "one");
        scheduler_probe_now(manager_scheduler(f.manager), one);
        LOOP_UNTIL(f.event, one->n_probes == 2);
        text = capture_text(&f.log);
        first = strstr(text, "one is critical (connect/refused)");
        ck_assert_ptr_nonnull(first);
        ck_assert_ptr_null(strstr(first + 1, "one is critical"));
}
END_TEST

/* A certificate that is good now and expired in a year: no probe is needed to see that. */
START_TEST(test_clock_jump_judges_again_without_a_probe)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = "QM1"});
        const PkiCert *certs[] = {&leaf};
        const TlsServerOptions tls = {.certs = certs, .n_certs = 1};
        CLEANUP_FREE char *trust = NULL;
        CLEANUP_BUF Buf b = BUF_INIT;
        const Endpoint *e;
        uint64_t revision;
        Peer *peer;

        daemon_fixture_init(&f);
        peer = peer_new(f.event, &(PeerOptions){.kind = PEER_TLS, .tls = &tls});
        trust = pki_path(f.dir, "trust.pem");
        ck_assert_int_eq(pki_write_certs(trust, certs, 1), 0);
        buf_appendf(&b, "{ name = \"one\"; channel = \"A\"; conname = \"127.0.0.1(%u)\"; trust = \"%s\"; }",
                (unsigned) peer_port(peer), trust);
        daemon_fixture_configure(&f, NULL, buf_str(&b));
        ck_assert_int_eq(daemon_fixture_start(&f), 0);
        daemon_fixture_wait_ready(&f);
        e = inventory_find(manager_inventory(f.manager), "one");
        ck_assert_int_eq(endpoint_severity(e), SEVERITY_OK);

        revision = manager_revision(f.manager);
        manager_clock_set(f.manager); /* nobody moved it: nothing to say */
        ck_assert(!daemon_fixture_has_logged(&f, "jumped"));

        f.wall_at += 400 * PKI_DAY;
        manager_clock_set(f.manager);
        ck_assert(daemon_fixture_has_logged(&f, "jumped by +345"));
        ck_assert(daemon_fixture_has_logged(&f, "one is critical (verify/expired)"));
        ck_assert_int_eq(endpoint_severity(e), SEVERITY_CRITICAL);
        ck_assert_uint_eq(e->n_probes, 1);
        ck_assert_uint_ne(manager_revision(f.manager), revision);

        f.wall_at -= 400 * PKI_DAY;
        manager_clock_set(f.manager);
        ck_assert(daemon_fixture_has_logged(&f, "one has recovered"));

        f.manager = manager_free(f.manager);
        peer_free(peer);
}
END_TEST

/* ---- what outlives it ---- */

START_TEST(test_what_is_known_is_there_again_before_the_loop_turns)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = "QM1"});
        const PkiCert *certs[] = {&leaf};
        const TlsServerOptions tls = {.certs = certs, .n_certs = 1};
        CLEANUP_BUF Buf b = BUF_INIT;
        AssessedDates dates;
        const Endpoint *e;
        Peer *peer;

        daemon_fixture_init(&f);
        peer = peer_new(f.event, &(PeerOptions){.kind = PEER_TLS, .tls = &tls});
        buf_appendf(&b, "{ name = \"one\"; channel = \"A\"; conname = \"127.0.0.1(%u)\"; }",
                (unsigned) peer_port(peer));
        daemon_fixture_configure(&f, NULL, buf_str(&b));
        ck_assert_int_eq(daemon_fixture_start(&f), 0);
        ck_assert(manager_facts(f.manager)->has_state);
        ck_assert(manager_facts(f.manager)->state_saved);
        daemon_fixture_wait_ready(&f);
        dates = inventory_find(manager_inventory(f.manager), "one")->dates;
        ck_assert(dates.has_effective);

        f.manager = manager_free(f.manager);
        ck_assert_int_eq(daemon_fixture_start(&f), 0);
        e = inventory_find(manager_inventory(f.manager), "one");
        ck_assert(e->is_restored);
        ck_assert_ptr_nonnull(e->drift);
        ck_assert_int_eq(e->dates.effective_at, dates.effective_at);
        ck_assert_int_eq(endpoint_severity(e), SEVERITY_UNKNOWN);

        f.manager = manager_free(f.manager);
        peer_free(peer);
}
END_TEST

static void configure_state(DaemonFixture *f, const char *directory)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_appendf(&b, "http = { listen = ( \"127.0.0.1:0\" ); };\n"
                        "state_directory = \"%s\";\nendpoints = ( );\n", directory);
        daemon_fixture_write(f, buf_str(&b));
}

START_TEST(test_another_state_directory_wants_a_restart)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP(issues_done) Issues same = ISSUES_INIT, changed = ISSUES_INIT;
        ManagerOptions options;

        daemon_fixture_init(&f);
        options = (ManagerOptions){.config_path = f.config_path};
        configure_state(&f, "state-one"); /* relative to the file that names it */
        ck_assert_int_eq(manager_new(f.event, &f.clock, &options, &f.manager), 0);
        ck_assert_int_eq(manager_reload(f.manager, &same), 0);

        configure_state(&f, "state-two");
        ck_assert_int_eq(manager_reload(f.manager, &changed), 0);
        ck_assert_uint_eq(changed.n, same.n + 1);
        ck_assert_str_eq(changed.list[changed.n - 1].setting, "state_directory");
        ck_assert(daemon_fixture_has_logged(&f, "state-one; restart the daemon"));
}
END_TEST

START_TEST(test_heartbeat_measures)
{
        CLEANUP_DAEMON DaemonFixture f;

        start(&f, NULL, ONE);
        LOOP_UNTIL(f.event, histogram_count(manager_facts(f.manager)->loop_stall) >= 1);
        ck_assert(manager_facts(f.manager)->loop_stall->sum < 1);
}
END_TEST

/* ---- systemd ---- */

typedef struct NotifySocket {
        int fd;
        char *path;
        Buf told;
} NotifySocket;

static void notify_open(NotifySocket *n, const char *dir)
{
        struct sockaddr_un a = {.sun_family = AF_UNIX};

        *n = (NotifySocket){
                .fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
                .path = pki_path(dir, "notify"),
        };
        ck_assert_uint_lt(strlen(n->path), sizeof(a.sun_path));
        strcpy(a.sun_path, n->path);
        ck_assert_int_eq(bind(n->fd, (struct sockaddr *) &a, sizeof(a)), 0);
        ck_assert_int_eq(setenv("NOTIFY_SOCKET", n->path, 1), 0);
}

static bool notify_has(NotifySocket *n, const char *part)
{
        char datagram[4096];
        ssize_t len;

        while ((len = recv(n->fd, datagram, sizeof(datagram), 0)) > 0) {
                buf_append(&n->told, datagram, (size_t) len);
                buf_append_char(&n->told, '\n');
        }
        return strstr(buf_str(&n->told), part) != NULL;
}

static void notify_close(NotifySocket *n)
{
        unsetenv("NOTIFY_SOCKET");
        unsetenv("WATCHDOG_USEC");
        buf_done(&n->told);
        (void) close(n->fd);
        free(n->path);
}

START_TEST(test_systemd_is_told)
{
        CLEANUP_DAEMON DaemonFixture f;
        NotifySocket n;

        daemon_fixture_init(&f);
        notify_open(&n, f.dir);
        ck_assert_int_eq(setenv("WATCHDOG_USEC", "200000", 1), 0);
        daemon_fixture_configure(&f, NULL, ONE "," TWO);
        ck_assert_int_eq(daemon_fixture_start(&f), 0);
        ck_assert(notify_has(&n, "READY=1"));
        ck_assert(notify_has(&n, "STATUS=2 endpoints: 0 ok, 0 warning, 0 critical, 2 not yet looked at\n"));
        LOOP_UNTIL(f.event, notify_has(&n, "STATUS=2 endpoints: 0 ok, 0 warning, 2 critical\n"));
        LOOP_UNTIL(f.event, notify_has(&n, "WATCHDOG=1"));

        buf_clear(&n.told);
        ck_assert_int_eq(manager_reload(f.manager, NULL), 0);
        ck_assert(notify_has(&n, "RELOADING=1\nMONOTONIC_USEC="));
        ck_assert(notify_has(&n, "READY=1"));
        ck_assert(strstr(buf_str(&n.told), "RELOADING=1") < strstr(buf_str(&n.told), "READY=1"));

        ck_assert_int_eq(raise(SIGTERM), 0);
        ck_assert_int_eq(sd_event_loop(f.event), 0);
        ck_assert(notify_has(&n, "STOPPING=1"));
        notify_close(&n);
}
END_TEST

START_TEST(test_process_facts)
{
        ProcessFacts facts;
        unsigned limit;

        ck_assert_int_eq(process_facts_read(&facts), 0);
        ck_assert_uint_gt(facts.resident_bytes, 100 * 1024);
        ck_assert_uint_ge(facts.virtual_bytes, facts.resident_bytes);
        ck_assert_uint_eq(facts.open_fds, loop_count_fds() - 3); /* ".", ".." and its own */
        ck_assert_uint_gt(facts.max_fds, 0);

        /* It only ever rises. */
        limit = process_raise_fd_limit(1);
        ck_assert_uint_eq(limit, facts.max_fds);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("manager");
        TCase *life = tcase_create("life"), *reload = tcase_create("reload");
        TCase *verdicts = tcase_create("verdicts"), *system = tcase_create("system");
        const double patience = 60;

        tcase_add_test(life, test_start);
        tcase_add_test(life, test_start_without_endpoints);
        tcase_add_test(life, test_a_shard_says_which_it_is);
        tcase_add_test(life, test_every_mistake_is_logged_and_nothing_starts);
        tcase_add_test(life, test_missing_file_is_named);
        tcase_add_test(life, test_port_in_use_is_told);
        tcase_add_test(life, test_sockets_are_closed_when_the_start_fails);
        tcase_add_loop_test(life, test_signals_end_it, 0, 2);
        tcase_set_timeout(life, patience);
        suite_add_tcase(suite, life);

        tcase_add_test(reload, test_reload_with_mistakes_keeps_the_old_configuration);
        tcase_add_test(reload, test_reload_keeps_what_is_known_of_the_unchanged);
        tcase_add_test(reload, test_reload_of_fixed_settings_warns);
        tcase_add_test(reload, test_hangup_reloads);
        tcase_set_timeout(reload, patience);
        suite_add_tcase(suite, reload);

        tcase_add_test(verdicts, test_a_failure_is_logged_once);
        tcase_add_test(verdicts, test_clock_jump_judges_again_without_a_probe);
        tcase_set_timeout(verdicts, patience);
        suite_add_tcase(suite, verdicts);

        tcase_add_test(system, test_what_is_known_is_there_again_before_the_loop_turns);
        tcase_add_test(system, test_another_state_directory_wants_a_restart);
        tcase_add_test(system, test_heartbeat_measures);
        tcase_add_test(system, test_systemd_is_told);
        tcase_add_test(system, test_process_facts);
        tcase_set_timeout(system, patience);
        suite_add_tcase(suite, system);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
