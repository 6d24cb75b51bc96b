/* SPDX-License-Identifier: MIT */
#include "daemon/config_watch.h"

#include <string.h>

#include "tests/support/daemon_fixture.h"
#include "tests/support/loop.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

/* Told in the next turn of the loop. */
static const FileWatchPace at_once = {0};

#define HEAD "http = { listen = ( \"127.0.0.1:0\" ); lifecycle = true; };\n"
#define IMPORT(file) "imports = ( { mqsc = \"" file "\"; host = \"127.0.0.1(1)\"; } );\n"
#define CHANNEL(name) "DEFINE CHANNEL(" name ") CHLTYPE(SVRCONN) SSLCIPH(ANY_TLS12)\n"

static void put(const DaemonFixture *f, const char *name, const char *text)
{
        CLEANUP_FREE char *path = pki_path(f->dir, name);

        ck_assert_int_eq(pki_write_file(path, text, strlen(text), 0600), 0);
}

static void start(DaemonFixture *f, const char *text)
{
        ManagerOptions options;

        daemon_fixture_write(f, text);
        options = (ManagerOptions){ .config_path = f->config_path, .watch_pace = &at_once };
        ck_assert_int_eq(manager_new(f->event, &f->clock, &options, &f->manager), 0);
}

static size_t n_endpoints(const DaemonFixture *f)
{
        return inventory_count(manager_inventory(f->manager));
}

START_TEST(test_an_import_that_changes_is_read_again)
{
        CLEANUP_DAEMON DaemonFixture f;

        daemon_fixture_init(&f);
        put(&f, "qm1.mqsc", CHANNEL("A"));
        start(&f, HEAD IMPORT("qm1.mqsc"));
        ck_assert_uint_eq(n_endpoints(&f), 1);

        put(&f, "qm1.mqsc", CHANNEL("A") CHANNEL("B"));
        LOOP_UNTIL(f.event, n_endpoints(&f) == 2);
        ck_assert(daemon_fixture_has_logged(
                &f, "/qm1.mqsc has changed: the configuration is read again"));
        ck_assert(daemon_fixture_has_logged(&f, "reloaded "));
}
END_TEST

/* Probes may have something to say meanwhile; only these count. */
static unsigned n_times_logged(const DaemonFixture *f, const char *part)
{
        CLEANUP_FREE char *log = capture_text(&f->log);
        unsigned n = 0;

        for (const char *at = log; (at = strstr(at, part)); at += strlen(part))
                n++;
        return n;
}

START_TEST(test_a_broken_file_leaves_the_old_one_at_work_until_it_is_mended)
{
        CLEANUP_DAEMON DaemonFixture f;

        daemon_fixture_init(&f);
        put(&f, "qm1.mqsc", CHANNEL("A"));
        start(&f, HEAD IMPORT("qm1.mqsc"));

        daemon_fixture_write(&f, HEAD "imports = ( {");
        LOOP_UNTIL(f.event, !manager_facts(f.manager)->reload_successful);
        ck_assert(daemon_fixture_has_logged(&f, "the old configuration stays at work"));
        ck_assert_uint_eq(n_endpoints(&f), 1);

        /* The import is no part of what was refused, and is watched even so. */
        put(&f, "qm1.mqsc", CHANNEL("A") CHANNEL("B"));
        LOOP_UNTIL(f.event, daemon_fixture_has_logged(&f, "/qm1.mqsc has changed"));
        ck_assert_uint_eq(n_endpoints(&f), 1);
        loop_drain(f.event); /* told once, though nothing has read it */
        ck_assert_uint_eq(n_times_logged(&f, "/qm1.mqsc has changed"), 1);

        daemon_fixture_write(&f, HEAD IMPORT("qm1.mqsc"));
        LOOP_UNTIL(f.event, n_endpoints(&f) == 2);
        ck_assert(manager_facts(f.manager)->reload_successful);
}
END_TEST

START_TEST(test_a_missing_file_of_a_refused_configuration_may_come)
{
        CLEANUP_DAEMON DaemonFixture f;

        daemon_fixture_init(&f);
        start(&f, HEAD);
        daemon_fixture_write(&f, HEAD IMPORT("late.mqsc"));
        LOOP_UNTIL(f.event, !manager_facts(f.manager)->reload_successful);

        put(&f, "late.mqsc", CHANNEL("A"));
        LOOP_UNTIL(f.event, n_endpoints(&f) == 1);
        ck_assert(daemon_fixture_has_logged(&f, "/late.mqsc has changed"));
}
END_TEST

START_TEST(test_a_renewed_identity_is_taken)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP_PKI PkiCert old = pki_issue(&(PkiOptions){ .cn = "old" });
        CLEANUP_PKI PkiCert new = pki_issue(&(PkiOptions){ .cn = "new" });
        const PkiCert *olds[] = { &old }, *news[] = { &new };
        CLEANUP_FREE char *cert = NULL, *key = NULL;
        const CertFacts *shown;
        const Config *before;

        daemon_fixture_init(&f);
        cert = pki_path(f.dir, "mon.pem");
        key = pki_path(f.dir, "mon.key");
        ck_assert_int_eq(pki_write_certs(cert, olds, 1), 0);
        ck_assert_int_eq(pki_write_key(key, &old, NULL), 0);
        start(&f, HEAD "identities = ( { name = \"m\"; certificate = \"mon.pem\"; key = \"mon.key\"; } );\n"
                       "endpoints = ( { channel = \"A\"; conname = \"127.0.0.1(1)\"; sslciph = \"ANY\";\n"
                       "  identity = \"m\"; } );\n");
        before = inventory_config(manager_inventory(f.manager));

        /* Between the two they do not go together, which a settled pair does. */
        ck_assert_int_eq(pki_write_certs(cert, news, 1), 0);
        ck_assert_int_eq(pki_write_key(key, &new, NULL), 0);
        LOOP_UNTIL(f.event, inventory_config(manager_inventory(f.manager)) != before);
        shown = identity_facts(inventory_config(manager_inventory(f.manager))->endpoints[0].identity);
        ck_assert_str_eq(shown->subject_rfc4514, "CN=new");
}
END_TEST

START_TEST(test_watching_can_be_switched_off_and_on)
{
        CLEANUP_DAEMON DaemonFixture f;

        daemon_fixture_init(&f);
        put(&f, "qm1.mqsc", CHANNEL("A"));
        start(&f, HEAD IMPORT("qm1.mqsc"));
        daemon_fixture_write(&f, "watch = false;\n" HEAD IMPORT("qm1.mqsc"));
        LOOP_UNTIL(f.event, !inventory_config(manager_inventory(f.manager))->watch);

        put(&f, "qm1.mqsc", CHANNEL("A") CHANNEL("B"));
        daemon_fixture_write(&f, HEAD IMPORT("qm1.mqsc"));
        daemon_fixture_expect(&f, "GET", "/metrics", 200, "mqtls_endpoints 1\n");
        ck_assert(!daemon_fixture_has_logged(&f, "/qm1.mqsc has changed"));

        ck_assert_int_eq(manager_reload(f.manager, NULL), 0);
        put(&f, "qm1.mqsc", CHANNEL("A") CHANNEL("B") CHANNEL("C"));
        LOOP_UNTIL(f.event, n_endpoints(&f) == 3);
}
END_TEST

START_TEST(test_our_own_state_beside_the_files_makes_no_reload)
{
        CLEANUP_DAEMON DaemonFixture f;

        daemon_fixture_init(&f);
        start(&f, "state_directory = \".\";\n" HEAD);
        put(&f, "mqtlsd.sqlite-wal", "x");
        put(&f, "mqtlsd.conf.swp", "x");
        daemon_fixture_expect(&f, "GET", "/metrics", 200, "mqtls_endpoints 0\n");
        ck_assert(!daemon_fixture_has_logged(&f, "changed: the configuration is read again"));
        ck_assert(!daemon_fixture_has_logged(&f, "reloaded "));
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("config_watch");
        TCase *tc = tcase_create("config_watch");

        tcase_add_test(tc, test_an_import_that_changes_is_read_again);
        tcase_add_test(tc, test_a_broken_file_leaves_the_old_one_at_work_until_it_is_mended);
        tcase_add_test(tc, test_a_missing_file_of_a_refused_configuration_may_come);
        tcase_add_test(tc, test_a_renewed_identity_is_taken);
        tcase_add_test(tc, test_watching_can_be_switched_off_and_on);
        tcase_add_test(tc, test_our_own_state_beside_the_files_makes_no_reload);
        tcase_set_timeout(tc, 60);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
