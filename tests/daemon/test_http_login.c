/* SPDX-License-Identifier: MIT */

/*
 * Who is let in, by the whole daemon on the loop of the test. Passwords are looked at by a thread; where
 * something else has to come first, a gate holds it up until it has.
 */

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/timefmt.h"
#include "daemon/http_login.h"
#include "daemon/http_login_log.h"
#include "render/render_calendar.h"
#include "tests/support/capture.h"
#include "tests/support/crypt_gate.h"
#include "tests/support/daemon_fixture.h"
#include "tests/support/loop.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

/* "right" and "other" at cost 4, as crypt(3) makes them. */
#define RIGHT_4 "$2b$04$/y1OVq1/.q/pBMCXG1CxRuE7pBGfHqTJtplFT2E0Ev1o7/RoOJ.7O"
#define OTHER_4 "$2b$04$/y1OVq1/.q/pBMCXG1CxRurXOfmZEECyH5b9MePiW4jR8fba/jtiq"

#define QUICK "admin:" RIGHT_4 "\n"
#define TWO "admin:" RIGHT_4 "\nsecond:" RIGHT_4 "\n"

#define TOKEN "0123456789abcdef0123456789abcdef"

/* base64 of NAME:PASSWORD */
#define ADMIN_RIGHT "Authorization: Basic YWRtaW46cmlnaHQ=\r\n"
#define ADMIN_WRONG "Authorization: Basic YWRtaW46d3Jvbmc=\r\n"
#define ADMIN_OTHER "Authorization: Basic YWRtaW46b3RoZXI=\r\n"

static const FileWatchPace quickly = {.settle_usec = 20000, .patience_usec = 1000000};

static void put(const DaemonFixture *f, const char *name, const char *text)
{
        CLEANUP_FREE char *path = pki_path(f->dir, name);
        CLEANUP_FREE char *fresh = pki_path(f->dir, "fresh");

        ck_assert_int_eq(pki_write_file(fresh, text, strlen(text), 0600), 0);
        ck_assert_int_eq(rename(fresh, path), 0);
}

static void start(DaemonFixture *f, const char *users, const char *more)
{
        CLEANUP_BUF Buf http = BUF_INIT;

        crypt_gate_open(); /* a test that failed may have left it shut */
        daemon_fixture_init(f);
        f->watch_pace = &quickly;
        put(f, "users", users);
        put(f, "tokens", "team " TOKEN " contact=team\n");
        buf_appendf(&http, "basic_auth_file = \"users\"; %s", more);
        daemon_fixture_configure(f, buf_str(&http),
                "{ name = \"one\"; channel = \"A\"; conname = \"127.0.0.1(1)\"; contact = \"team\"; },"
                "{ name = \"two\"; channel = \"B\"; conname = \"127.0.0.1(1)\"; contact = \"x\"; }");
        ck_assert_int_eq(daemon_fixture_start(f), 0);
}

static uint16_t port_of(const DaemonFixture *f)
{
        return http_port(manager_http(f->manager), 0);
}

static HttpClient *get(DaemonFixture *f, const char *target, const char *more)
{
        return http_client_get(f->event, port_of(f), "GET", target, more);
}

static int status_of(DaemonFixture *f, const char *target, const char *more)
{
        CLEANUP(http_client_cleanup) HttpClient *c = get(f, target, more);

        return http_client_status(c);
}

static const WebFacts *web_facts(const DaemonFixture *f)
{
        return &manager_facts(f->manager)->web;
}

static void encode(Buf *b, const char *text)
{
        static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        size_t len = strlen(text);

        for (size_t i = 0; i < len; i += 3) {
                unsigned n = 0;

                for (size_t k = 0; k < 3; k++)
                        n = n << 8 | (i + k < len ? (unsigned char) text[i + k] : 0);
                for (size_t k = 0; k < 4; k++)
                        buf_append_char(b, i + k <= len ? digits[n >> (18 - 6 * k) & 63] : '=');
        }
}

/* Sends a request with that login in a connection of its own, and does not wait for the answer. */
static HttpClient *begin(DaemonFixture *f, const char *target, const char *login)
{
        HttpClient *c = http_client_new(f->event, port_of(f));
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_appendf(&b, "GET %s HTTP/1.1\r\nHost: t\r\nAuthorization: Basic ", target);
        encode(&b, login);
        buf_append_str(&b, "\r\n\r\n");
        http_client_send(c, buf_str(&b));
        return c;
}

/* Until whatever was sent has reached the daemon: loopback hands it over at once, and the loop has turned
 * until nothing was left to do but what somebody else holds up. */
static void taken_in(DaemonFixture *f)
{
        ck_assert_int_eq(status_of(f, "/-/healthy", NULL), 200);
        loop_drain(f->event);
}

static int status_by(DaemonFixture *f, const char *login)
{
        CLEANUP(http_client_cleanup) HttpClient *c = begin(f, "/metrics", login);

        LOOP_UNTIL(f->event, http_client_status(c) != 0);
        return http_client_status(c);
}

/* ---- who is let in ---- */

static const struct {
        const char *name, *target, *more;
        int status;
} rows[] = {
        {"nothing said", "/metrics", NULL, 401},
        {"nothing said, of the page", "/", NULL, 401},
        {"nothing said, of what is not there", "/nothing", NULL, 401},
        {"nothing said, of an endpoint that there is not", "/api/v1/endpoints/x", NULL, 401},
        {"right", "/metrics", ADMIN_RIGHT, 200},
        {"right, in other letters", "/metrics", "authorization: bAsIc YWRtaW46cmlnaHQ=\r\n", 200},
        {"right, with more blanks", "/metrics", "Authorization: Basic   YWRtaW46cmlnaHQ=\r\n", 200},
        {"right, of what is not there", "/nothing", ADMIN_RIGHT, 404},
        {"wrong", "/metrics", ADMIN_WRONG, 401},
        {"nobody of that name (nobody:right)", "/metrics",
                "Authorization: Basic bm9ib2R5OnJpZ2h0\r\n", 401},
        {"no password (admin:)", "/metrics", "Authorization: Basic YWRtaW46\r\n", 401},
        {"no colon (admin)", "/metrics", "Authorization: Basic YWRtaW4=\r\n", 401},
        {"a NUL behind the right one (admin:right NUL x)", "/metrics",
                "Authorization: Basic YWRtaW46cmlnaHQAeA==\r\n", 401},
        {"a NUL before (NUL admin:right)", "/metrics", "Authorization: Basic AGFkbWluOnJpZ2h0\r\n", 401},
        {"no base64", "/metrics", "Authorization: Basic !!!!\r\n", 401},
        {"nothing behind Basic", "/metrics", "Authorization: Basic \r\n", 401},
        {"another scheme", "/metrics", "Authorization: Bearer YWRtaW46cmlnaHQ=\r\n", 401},
        {"healthy needs none", "/-/healthy", NULL, 200},
        {"ready needs none", "/-/ready", NULL, 200},
        {"a wrong one does not matter there", "/-/healthy", ADMIN_WRONG, 200},
        {"healthy with something behind it is another path", "/-/healthy/", NULL, 401},
        {"nor does a query open anything", "/metrics?/-/healthy", NULL, 401},
        {"a calendar by its token", "/calendar.ics?token=" TOKEN, NULL, 200},
        {"a calendar by a login", "/calendar.ics", ADMIN_RIGHT, 200},
        {"a calendar by nothing", "/calendar.ics", NULL, 401},
        {"a calendar by a wrong token", "/calendar.ics?token=0123456789abcdef0123456789abcdee", NULL, 403},
        {"a calendar by an empty token", "/calendar.ics?token=", NULL, 403},
        {"a token opens nothing else", "/metrics?token=" TOKEN, NULL, 401},
};

START_TEST(who_is_let_in)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;
        CLEANUP_FREE char *challenge = NULL;

        start(&f, QUICK, "calendar_tokens_file = \"tokens\";");
        daemon_fixture_wait_ready(&f);
        c = get(&f, rows[_i].target, rows[_i].more);
        ck_assert_msg(http_client_status(c) == rows[_i].status, "%s: %d", rows[_i].name,
                http_client_status(c));
        challenge = http_client_header(c, "WWW-Authenticate");
        ck_assert_pstr_eq(challenge,
                rows[_i].status == 401 ? "Basic realm=\"mqtlsd\", charset=\"UTF-8\"" : NULL);
}
END_TEST

START_TEST(a_changing_request_needs_both)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP(http_client_cleanup) HttpClient *none = NULL, *right = NULL;

        start(&f, QUICK, "lifecycle = true;");
        none = http_client_get(f.event, port_of(&f), "POST", "/-/reload", NULL);
        ck_assert_int_eq(http_client_status(none), 401);
        right = http_client_get(f.event, port_of(&f), "POST", "/-/reload", ADMIN_RIGHT);
        ck_assert_int_eq(http_client_status(right), 200);
}
END_TEST

START_TEST(a_token_sees_what_its_line_says)
{
        CLEANUP_DAEMON DaemonFixture f;
        static const char *const targets[] = {
                "/calendar.ics?token=" TOKEN, "/calendar.ics?token=" TOKEN "&contact=x"};
        const CertUseFilter team = {.contact = "team"};
        CLEANUP_BUF Buf expected = BUF_INIT;

        start(&f, QUICK, "calendar_tokens_file = \"tokens\";");
        daemon_fixture_wait_ready(&f);
        ck_assert_int_eq(render_calendar(manager_inventory(f.manager), &team,
                                 manager_facts(f.manager)->reload_success_at, &expected),
                0);
        for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
                CLEANUP(http_client_cleanup) HttpClient *c = get(&f, targets[i], NULL);

                ck_assert_int_eq(http_client_status(c), 200);
                ck_assert_str_eq(http_client_body(c, NULL), buf_str(&expected));
        }
        ck_assert(!daemon_fixture_has_logged(&f, TOKEN));
}
END_TEST

/* ---- what it costs ---- */

START_TEST(who_was_right_passes_while_others_are_looked_at)
{
        CLEANUP_DAEMON DaemonFixture f;
        HttpClient *wrong[HTTP_LOGIN_JOBS_PER_ADDRESS_MAX];

        start(&f, QUICK, "");
        ck_assert_int_eq(status_of(&f, "/metrics", ADMIN_RIGHT), 200);
        crypt_gate_shut();
        for (unsigned i = 0; i < ARRAY_LEN(wrong); i++) {
                const char login[] = {'x', ':', (char) ('a' + i), '\0'};

                wrong[i] = begin(&f, "/metrics", login);
        }
        for (unsigned i = 0; i < 10; i++) {
                ck_assert_int_eq(status_of(&f, "/metrics", ADMIN_RIGHT), 200);
                ck_assert_int_eq(status_of(&f, "/-/healthy", NULL), 200);
        }
        for (unsigned i = 0; i < ARRAY_LEN(wrong); i++)
                ck_assert_int_eq(http_client_status(wrong[i]), 0);

        crypt_gate_open();
        for (unsigned i = 0; i < ARRAY_LEN(wrong); i++) {
                LOOP_UNTIL(f.event, http_client_status(wrong[i]) != 0);
                ck_assert_int_eq(http_client_status(wrong[i]), 401);
                http_client_free(wrong[i]);
        }
        ck_assert_uint_eq(web_facts(&f)->n_login_failures, ARRAY_LEN(wrong));
        ck_assert_uint_eq(web_facts(&f)->n_logins_throttled, 0);
}
END_TEST

START_TEST(one_address_cannot_have_all_places)
{
        CLEANUP_DAEMON DaemonFixture f;
        HttpClient *all[HTTP_LOGIN_JOBS_PER_ADDRESS_MAX + 3];
        unsigned n_by_status[600] = {0};

        start(&f, QUICK, "");
        crypt_gate_shut();
        for (unsigned i = 0; i < ARRAY_LEN(all); i++) {
                const char login[] = {'x', ':', (char) ('a' + i), '\0'};

                all[i] = begin(&f, "/metrics", login);
        }
        LOOP_UNTIL(f.event, web_facts(&f)->n_logins_throttled == 3);
        crypt_gate_open();
        for (unsigned i = 0; i < ARRAY_LEN(all); i++) {
                CLEANUP_FREE char *after = NULL;

                LOOP_UNTIL(f.event, http_client_status(all[i]) != 0);
                after = http_client_header(all[i], "Retry-After");
                ck_assert_int_eq(http_client_status(all[i]) == 429, after != NULL);
                n_by_status[http_client_status(all[i])]++;
                http_client_free(all[i]);
        }
        ck_assert_uint_eq(n_by_status[401], HTTP_LOGIN_JOBS_PER_ADDRESS_MAX);
        ck_assert_uint_eq(n_by_status[429], 3);
}
END_TEST

/* A browser fetches a page, its style sheet and its script at the same time. */
START_TEST(the_same_login_is_looked_at_once)
{
        CLEANUP_DAEMON DaemonFixture f;
        HttpClient *right[8], *wrong[8];

        start(&f, QUICK, "");
        crypt_gate_shut();
        for (unsigned i = 0; i < ARRAY_LEN(right); i++) {
                right[i] = begin(&f, "/metrics", "admin:right");
                wrong[i] = begin(&f, "/metrics", "admin:wrong");
        }
        taken_in(&f);
        crypt_gate_open();
        for (unsigned i = 0; i < ARRAY_LEN(right); i++) {
                LOOP_UNTIL(f.event,
                        http_client_status(right[i]) != 0 && http_client_status(wrong[i]) != 0);
                ck_assert_int_eq(http_client_status(right[i]), 200);
                ck_assert_int_eq(http_client_status(wrong[i]), 401);
                http_client_free(right[i]);
                http_client_free(wrong[i]);
        }
        ck_assert_uint_eq(web_facts(&f)->n_login_failures, 1);
}
END_TEST

/* A clock that the test can put forward. */
static uint64_t skipped_usec;

static uint64_t skipping_monotonic(void *userdata UNUSED)
{
        return clock_monotonic_usec(&clock_system) + skipped_usec;
}

START_TEST(who_errs_too_often_has_to_wait)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL, *d = NULL;
        CLEANUP_FREE char *after = NULL;

        skipped_usec = 0;
        start(&f, TWO, "");
        f.clock.monotonic_usec = skipping_monotonic;
        ck_assert_int_eq(status_of(&f, "/metrics", ADMIN_RIGHT), 200);
        for (unsigned i = 0; i < 2 * HTTP_LOGIN_FREE_FAILURES + 2; i++) {
                ck_assert_int_eq(status_by(&f, "second:wrong"), 401);
                skipped_usec += HTTP_LOGIN_DELAY_SECONDS_MAX * USEC_PER_SEC;
        }
        ck_assert_int_eq(status_by(&f, "second:wrong"), 401);

        c = begin(&f, "/metrics", "second:right"); /* right, but not known to be */
        LOOP_UNTIL(f.event, http_client_status(c) != 0);
        ck_assert_int_eq(http_client_status(c), 429);
        after = http_client_header(c, "Retry-After");
        ck_assert_ptr_nonnull(after);
        ck_assert_int_gt(atoi(after), 0);
        ck_assert_int_le(atoi(after), HTTP_LOGIN_DELAY_SECONDS_MAX);
        ck_assert_int_eq(status_of(&f, "/metrics", ADMIN_RIGHT), 200); /* known */
        ck_assert_int_eq(status_of(&f, "/-/healthy", NULL), 200);
        ck_assert_int_eq(status_of(&f, "/metrics", NULL), 401);

        skipped_usec += HTTP_LOGIN_DELAY_SECONDS_MAX * USEC_PER_SEC;
        d = begin(&f, "/metrics", "second:right");
        LOOP_UNTIL(f.event, http_client_status(d) != 0);
        ck_assert_int_eq(http_client_status(d), 200);
}
END_TEST

/* ---- what is logged ---- */

START_TEST(failures_are_logged_without_passwords_and_harmlessly)
{
        CLEANUP_DAEMON DaemonFixture f;

        start(&f, QUICK, "");
        ck_assert_int_eq(status_by(&f, "admin:secret word"), 401);
        ck_assert_int_eq(status_by(&f, "x\x1b[2Jy\n:secret word"), 401);
        ck_assert(daemon_fixture_has_logged(
                &f, "login as \"admin\" from 127.0.0.1 failed: wrong password"));
        ck_assert(daemon_fixture_has_logged(&f, "x\\x1b[2Jy\\x0a\" from 127.0.0.1 failed"));
        ck_assert(!daemon_fixture_has_logged(&f, "secret"));
}
END_TEST

enum {
        FLOOD = HTTP_LOGIN_LOG_MAX + 3,
};

static bool has_written(const Capture *c, const char *words)
{
        CLEANUP_FREE char *text = capture_text(c);

        return strstr(text, words) != NULL;
}

/* Whether or not anybody errs afterwards. */
START_TEST(how_many_more_is_told_when_the_time_is_over)
{
        Capture c = capture_begin(STDERR_FILENO);
        HttpLoginLog l = {0};
        sd_event *event = NULL;

        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_int_eq(http_login_log_init(&l, event, &clock_system, USEC_PER_MSEC), 0);
        for (unsigned i = 0; i < FLOOD; i++)
                http_login_log_failed(&l, i < HTTP_LOGIN_LOG_MAX ? "early" : "late", "192.0.2.1", true);
        ck_assert(has_written(&c, "login as \"early\" from 192.0.2.1 failed: wrong password"));
        ck_assert(!has_written(&c, "late"));
        ck_assert(!has_written(&c, "more"));
        LOOP_UNTIL(event, has_written(&c, "3 more logins failed"));

        http_login_log_failed(&l, "afterwards", "192.0.2.1", false);
        ck_assert(has_written(&c, "login as \"afterwards\" from 192.0.2.1 failed: no such user"));
        http_login_log_done(&l);
        sd_event_unref(event);
        capture_end(&c);
}
END_TEST

START_TEST(how_many_more_is_told_at_the_end)
{
        CLEANUP_DAEMON DaemonFixture f;

        skipped_usec = 0;
        start(&f, QUICK, "");
        f.clock.monotonic_usec = skipping_monotonic;
        for (unsigned i = 0; i < FLOOD; i++) {
                ck_assert_int_eq(status_by(&f, "admin:wrong"), 401);
                skipped_usec += HTTP_LOGIN_DELAY_SECONDS_MAX * USEC_PER_SEC;
        }
        f.manager = manager_free(f.manager);
        ck_assert(daemon_fixture_has_logged(&f, "3 more logins failed"));
}
END_TEST

/* ---- who goes while it waits ---- */

START_TEST(a_client_may_go_while_its_password_is_looked_at)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;

        start(&f, TWO, "");
        crypt_gate_shut();
        c = begin(&f, "/metrics", "admin:right");
        taken_in(&f);
        c = http_client_free(c);
        taken_in(&f); /* that it has gone, too */
        crypt_gate_open();
        ck_assert_int_eq(status_by(&f, "second:right"), 200); /* looked at after the first */
        ck_assert_int_eq(status_of(&f, "/-/healthy", NULL), 200);
}
END_TEST

START_TEST(the_daemon_may_end_while_passwords_are_looked_at)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP(http_client_cleanup) HttpClient *a = NULL, *b = NULL;

        start(&f, QUICK, "");
        crypt_gate_shut();
        a = begin(&f, "/metrics", "admin:right");
        b = begin(&f, "/metrics", "admin:wrong");
        taken_in(&f);
        crypt_gate_open(); /* the end waits for the one that is looked at */
        f.manager = manager_free(f.manager);
        http_client_wait_end(a);
        http_client_wait_end(b);
}
END_TEST

START_TEST(logins_may_be_given_up_while_passwords_are_looked_at)
{
        CLEANUP_DAEMON DaemonFixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;

        start(&f, QUICK, "");
        crypt_gate_shut();
        c = begin(&f, "/metrics", "admin:wrong");
        taken_in(&f);
        daemon_fixture_configure(&f, "", NULL);
        ck_assert_int_eq(manager_reload(f.manager, NULL), 0);
        ck_assert_int_eq(status_of(&f, "/metrics", NULL), 200);
        crypt_gate_open();
        LOOP_UNTIL(f.event, http_client_status(c) != 0);
        ck_assert_int_eq(http_client_status(c), 200); /* nobody is asked any more */

        /* And what came of it is not taken for the answer to another question. */
        daemon_fixture_configure(&f, "basic_auth_file = \"users\";", NULL);
        ck_assert_int_eq(manager_reload(f.manager, NULL), 0);
        http_client_send(c, "GET /metrics HTTP/1.1\r\nHost: t\r\n" ADMIN_RIGHT "\r\n");
        http_client_wait_answer(c);
        ck_assert_int_eq(http_client_status(c), 200);
}
END_TEST

/* ---- the file changes ---- */

static void wait_for_file(DaemonFixture *f, bool successful)
{
        LOOP_UNTIL(f->event, web_facts(f)->files[0].successful == successful);
}

START_TEST(a_changed_file_counts_at_once_and_a_broken_one_does_not)
{
        CLEANUP_DAEMON DaemonFixture f;

        start(&f, QUICK, "");
        ck_assert_int_eq(status_of(&f, "/metrics", ADMIN_RIGHT), 200);

        put(&f, "users", "admin:" OTHER_4 "\n");
        LOOP_UNTIL(f.event, daemon_fixture_has_logged(&f, "http.basic_auth_file has changed"));
        ck_assert_int_eq(status_of(&f, "/metrics", ADMIN_RIGHT), 401); /* though it was remembered */
        ck_assert_int_eq(status_of(&f, "/metrics", ADMIN_OTHER), 200);

        put(&f, "users", "admin:in clear\n");
        wait_for_file(&f, false);
        ck_assert(daemon_fixture_has_logged(&f, "users:1: http.basic_auth_file: what stands behind"));
        ck_assert(!daemon_fixture_has_logged(&f, "in clear"));
        ck_assert_int_eq(status_of(&f, "/metrics", ADMIN_OTHER), 200);
        ck_assert_uint_eq(manager_facts(f.manager)->n_findings, 1);
        ck_assert_str_eq(manager_facts(f.manager)->findings[0].name, "web_basic_auth_file_broken");

        put(&f, "users", QUICK);
        wait_for_file(&f, true);
        ck_assert_int_eq(status_of(&f, "/metrics", ADMIN_RIGHT), 200);
        ck_assert_uint_eq(manager_facts(f.manager)->n_findings, 0);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("http_login");
        TCase *t = tcase_create("http_login");

        tcase_add_loop_test(t, who_is_let_in, 0, ARRAY_LEN(rows));
        tcase_add_test(t, a_changing_request_needs_both);
        tcase_add_test(t, a_token_sees_what_its_line_says);
        tcase_add_test(t, who_was_right_passes_while_others_are_looked_at);
        tcase_add_test(t, one_address_cannot_have_all_places);
        tcase_add_test(t, the_same_login_is_looked_at_once);
        tcase_add_test(t, who_errs_too_often_has_to_wait);
        tcase_add_test(t, failures_are_logged_without_passwords_and_harmlessly);
        tcase_add_test(t, how_many_more_is_told_when_the_time_is_over);
        tcase_add_test(t, how_many_more_is_told_at_the_end);
        tcase_add_test(t, a_client_may_go_while_its_password_is_looked_at);
        tcase_add_test(t, the_daemon_may_end_while_passwords_are_looked_at);
        tcase_add_test(t, logins_may_be_given_up_while_passwords_are_looked_at);
        tcase_add_test(t, a_changed_file_counts_at_once_and_a_broken_one_does_not);
        tcase_set_timeout(t, 60); /* valgrind's */
        suite_add_tcase(suite, t);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
