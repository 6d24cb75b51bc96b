/* SPDX-License-Identifier: MIT */
#include "daemon/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "tests/support/loop.h"
#include "tests/support/suite.h"

#define MINUTE_USEC UINT64_C(60000000)

/* ---- a resolver that does as it is told, from other threads ---- */

static atomic_uint n_lookups;
static atomic_int next_error;
static atomic_bool signals_blocked;
static sem_t gate; /* "slow…" waits here */
static atomic_uint n_at_gate;

static void put(struct sockaddr_storage *ret, size_t *n, const char *ip)
{
        struct sockaddr_in in = {.sin_family = AF_INET};

        (void) inet_pton(AF_INET, ip, &in.sin_addr);
        memset(&ret[*n], 0, sizeof(ret[*n]));
        memcpy(&ret[*n], &in, sizeof(in));
        (*n)++;
}

static int lookup(const char *host, struct sockaddr_storage *ret, size_t *n)
{
        size_t room = *n;
        sigset_t mask;

        atomic_fetch_add(&n_lookups, 1);
        (void) pthread_sigmask(SIG_SETMASK, NULL, &mask);
        atomic_store(&signals_blocked,
                sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGHUP) == 1);
        *n = 0;
        if (strncmp(host, "slow", 4) == 0) {
                atomic_fetch_add(&n_at_gate, 1);
                (void) sem_wait(&gate);
        }
        if (atomic_load(&next_error) != 0)
                return atomic_load(&next_error);
        if (strcmp(host, "none.test") == 0)
                return 0; /* no error, and no address either */
        if (strcmp(host, "many.test") == 0) {
                while (*n < room)
                        put(ret, n, "192.0.2.7"); /* always the same */
                return 0;
        }
        put(ret, n, "192.0.2.1");
        put(ret, n, "192.0.2.2");
        put(ret, n, "192.0.2.1");
        return 0;
}

/* ---- a clock that is set by hand ---- */

static uint64_t manual_monotonic(void *userdata)
{
        return *(uint64_t *) userdata;
}

typedef struct Fixture {
        sd_event *event;
        Clock clock;
        uint64_t now_usec;
        Resolver *resolver;
} Fixture;

static void fixture_init(Fixture *f, unsigned n_threads)
{
        atomic_store(&n_lookups, 0);
        atomic_store(&next_error, 0);
        atomic_store(&n_at_gate, 0);
        ck_assert_int_eq(sem_init(&gate, 0, 0), 0);
        f->clock = clock_system;
        f->clock.monotonic_usec = manual_monotonic;
        f->clock.userdata = &f->now_usec;
        f->now_usec = 1000 * MINUTE_USEC;
        ck_assert_int_ge(sd_event_new(&f->event), 0);
        ck_assert_int_eq(resolver_new(f->event, &f->clock, n_threads, MINUTE_USEC, &f->resolver), 0);
        resolver_set_lookup(f->resolver, lookup);
}

static void fixture_done(Fixture *f)
{
        resolver_free(f->resolver);
        sd_event_unref(f->event);
}

typedef struct Answer {
        unsigned n_calls;
        int error;
        bool stale;
        size_t n_addresses;
        char first[INET6_ADDRSTRLEN];
        ResolverQuery *query;
        ResolverQuery *victim; /* cancelled by the handler */
} Answer;

static void on_answer(const ResolverAnswer *answer, void *userdata)
{
        Answer *a = userdata;

        a->n_calls++;
        a->error = answer->error;
        a->stale = answer->stale;
        a->n_addresses = answer->n_addresses;
        if (answer->n_addresses > 0)
                ck_assert_int_eq(getnameinfo((const struct sockaddr *) answer->addresses,
                                         sizeof(answer->addresses[0]), a->first, sizeof(a->first),
                                         NULL, 0, NI_NUMERICHOST),
                        0);
        a->victim = resolver_query_cancel(a->victim);
}

static void ask(Fixture *f, const char *host, Answer *a)
{
        *a = (Answer){0};
        ck_assert_int_eq(resolver_query(f->resolver, host, on_answer, a, &a->query), 0);
        ck_assert_uint_eq(a->n_calls, 0); /* never from within */
}

static Answer ask_and_wait(Fixture *f, const char *host)
{
        Answer a;

        ask(f, host, &a);
        LOOP_UNTIL(f->event, a.n_calls > 0);
        loop_drain(f->event);
        ck_assert_uint_eq(a.n_calls, 1);
        return a;
}

START_TEST(test_literals_need_no_thread)
{
        static const struct {
                const char *host, *address;
        } rows[] = {
                {"127.0.0.1", "127.0.0.1"},
                {"192.0.2.255", "192.0.2.255"},
                {"::1", "::1"},
                {"2001:DB8::0:1", "2001:db8::1"},
        };
        Fixture f = {0};

        fixture_init(&f, 1);
        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
                Answer a = ask_and_wait(&f, rows[i].host);

                ck_assert_int_eq(a.error, 0);
                ck_assert_uint_eq(a.n_addresses, 1);
                ck_assert_str_eq(a.first, rows[i].address);
        }
        ck_assert_uint_eq(atomic_load(&n_lookups), 0);
        fixture_done(&f);
}
END_TEST

START_TEST(test_a_name_becomes_its_addresses_each_once)
{
        Fixture f = {0};
        Answer a;

        fixture_init(&f, 1);
        a = ask_and_wait(&f, "qm1.test");
        ck_assert_int_eq(a.error, 0);
        ck_assert(!a.stale);
        ck_assert_uint_eq(a.n_addresses, 2);
        ck_assert_str_eq(a.first, "192.0.2.1");
        ck_assert(atomic_load(&signals_blocked));

        a = ask_and_wait(&f, "many.test");
        ck_assert_uint_eq(a.n_addresses, 1);
        fixture_done(&f);
}
END_TEST

START_TEST(test_answers_are_kept_for_a_while)
{
        Fixture f = {0};

        fixture_init(&f, 1);
        (void) ask_and_wait(&f, "qm1.test");
        f.now_usec += MINUTE_USEC - 1;
        (void) ask_and_wait(&f, "QM1.Test"); /* names know no case */
        ck_assert_uint_eq(atomic_load(&n_lookups), 1);
        f.now_usec += 1;
        (void) ask_and_wait(&f, "qm1.test");
        ck_assert_uint_eq(atomic_load(&n_lookups), 2);

        resolver_configure(f.resolver, 3, 0);
        (void) ask_and_wait(&f, "qm1.test");
        ck_assert_uint_eq(atomic_load(&n_lookups), 3);
        fixture_done(&f);
}
END_TEST

START_TEST(test_failures_are_told_and_counted)
{
        static const int errors[] = {EAI_NONAME, EAI_NODATA, EAI_AGAIN, EAI_FAIL};
        Fixture f = {0};

        fixture_init(&f, 1);
        for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
                Answer a;

                atomic_store(&next_error, errors[i]);
                a = ask_and_wait(&f, "qm1.test");
                ck_assert_int_eq(a.error, errors[i]);
                ck_assert_uint_eq(a.n_addresses, 0);
                ck_assert(!a.stale);
                ck_assert_uint_eq(resolver_n_failures(f.resolver), i + 1);
                f.now_usec += MINUTE_USEC;
        }
        atomic_store(&next_error, 0);
        ck_assert_int_eq(ask_and_wait(&f, "none.test").error, EAI_NODATA);
        fixture_done(&f);
}
END_TEST

START_TEST(test_a_failure_is_kept_for_a_moment_only)
{
        Fixture f = {0};

        fixture_init(&f, 1);
        atomic_store(&next_error, EAI_AGAIN);
        (void) ask_and_wait(&f, "qm1.test");
        (void) ask_and_wait(&f, "qm1.test");
        ck_assert_uint_eq(atomic_load(&n_lookups), 1);
        atomic_store(&next_error, 0);
        f.now_usec += MINUTE_USEC / 10;
        ck_assert_int_eq(ask_and_wait(&f, "qm1.test").error, 0);
        ck_assert_uint_eq(atomic_load(&n_lookups), 2);
        fixture_done(&f);
}
END_TEST

START_TEST(test_the_last_good_addresses_outlive_a_failure)
{
        Fixture f = {0};
        Answer a;

        fixture_init(&f, 1);
        (void) ask_and_wait(&f, "qm1.test");
        f.now_usec += MINUTE_USEC;
        atomic_store(&next_error, EAI_AGAIN);
        a = ask_and_wait(&f, "qm1.test");
        ck_assert_int_eq(a.error, EAI_AGAIN);
        ck_assert(a.stale);
        ck_assert_uint_eq(a.n_addresses, 2);

        f.now_usec += MINUTE_USEC;
        atomic_store(&next_error, 0);
        a = ask_and_wait(&f, "qm1.test");
        ck_assert_int_eq(a.error, 0);
        ck_assert(!a.stale);
        fixture_done(&f);
}
END_TEST

START_TEST(test_one_look_up_serves_all_who_ask)
{
        Fixture f = {0};
        Answer a[5];

        fixture_init(&f, 2);
        for (size_t i = 0; i < ARRAY_LEN(a); i++)
                ask(&f, "slow.test", &a[i]);
        a[0].victim = a[1].query; /* an answer may cancel another */
        LOOP_UNTIL(f.event, atomic_load(&n_at_gate) == 1 || sd_event_run(f.event, 1000) < 0);
        ck_assert_int_eq(sem_post(&gate), 0);
        LOOP_UNTIL(f.event, a[4].n_calls == 1);
        ck_assert_uint_eq(atomic_load(&n_lookups), 1);
        for (size_t i = 0; i < ARRAY_LEN(a); i++)
                ck_assert_uint_eq(a[i].n_calls, i == 1 ? 0 : 1);
        fixture_done(&f);
}
END_TEST

START_TEST(test_a_slow_name_does_not_hold_up_the_others)
{
        Fixture f = {0};
        Answer slow;

        fixture_init(&f, 2);
        ask(&f, "slow.test", &slow);
        ck_assert_int_eq(ask_and_wait(&f, "qm1.test").error, 0);
        ck_assert_int_eq(ask_and_wait(&f, "127.0.0.1").error, 0);
        ck_assert_uint_eq(slow.n_calls, 0);
        ck_assert_int_eq(sem_post(&gate), 0);
        LOOP_UNTIL(f.event, slow.n_calls == 1);
        fixture_done(&f);
}
END_TEST

START_TEST(test_who_cannot_wait_gets_the_last_good_addresses)
{
        Fixture f = {0};
        Answer a;

        fixture_init(&f, 1);
        ck_assert_int_eq(sem_post(&gate), 0);
        (void) ask_and_wait(&f, "slow.test");
        f.now_usec += MINUTE_USEC;

        ask(&f, "slow.test", &a); /* hangs from here on */
        loop_drain(f.event);
        ck_assert_uint_eq(a.n_calls, 0);
        ck_assert(resolver_query_hurry(a.query));
        ck_assert_uint_eq(a.n_calls, 0);
        LOOP_UNTIL(f.event, a.n_calls == 1);
        ck_assert_int_eq(a.error, EAI_AGAIN);
        ck_assert(a.stale);
        ck_assert_uint_eq(a.n_addresses, 2);

        /* Where nothing is known there is nothing to hurry for. */
        ask(&f, "qm1.test", &a);
        ck_assert(!resolver_query_hurry(a.query));
        ck_assert_int_eq(sem_post(&gate), 0);
        LOOP_UNTIL(f.event, a.n_calls == 1);
        ck_assert_int_eq(a.error, 0);
        fixture_done(&f);
}
END_TEST

START_TEST(test_who_gives_up_is_not_called)
{
        Fixture f = {0};
        Answer name, literal;

        fixture_init(&f, 1);
        ask(&f, "slow.test", &name);
        ask(&f, "127.0.0.1", &literal);
        ck_assert_ptr_null(resolver_query_cancel(name.query));
        ck_assert_ptr_null(resolver_query_cancel(literal.query));
        ck_assert_ptr_null(resolver_query_cancel(NULL));
        ck_assert_int_eq(sem_post(&gate), 0);
        ck_assert_int_eq(ask_and_wait(&f, "qm1.test").error, 0);
        ck_assert_uint_eq(name.n_calls + literal.n_calls, 0);

        /* The look-up went on, for the others. */
        (void) ask_and_wait(&f, "slow.test");
        ck_assert_uint_eq(atomic_load(&n_lookups), 2);
        fixture_done(&f);
}
END_TEST

START_TEST(test_a_stop_does_not_wait_for_a_look_up)
{
        unsigned before = loop_count_fds();
        Fixture f = {0};
        Answer a;

        fixture_init(&f, 2);
        ask(&f, "slow.test", &a);
        LOOP_UNTIL(f.event, atomic_load(&n_at_gate) == 1 || sd_event_run(f.event, 1000) < 0);
        resolver_query_cancel(a.query);
        fixture_done(&f); /* would hang here */

        /* Whoever was left behind finds its pool still there, and takes it along when it goes. */
        ck_assert_uint_gt(loop_count_fds(), before);
        ck_assert_int_eq(sem_post(&gate), 0);
        while (loop_count_fds() > before)
                (void) sched_yield();
}
END_TEST

START_TEST(test_no_descriptor_is_left)
{
        unsigned before = loop_count_fds();
        Fixture f = {0};

        fixture_init(&f, 4);
        (void) ask_and_wait(&f, "qm1.test");
        fixture_done(&f);
        ck_assert_uint_eq(loop_count_fds(), before);
        ck_assert_ptr_null(resolver_free(NULL));
}
END_TEST

START_TEST(test_the_system_knows_localhost)
{
        Fixture f = {0};
        Answer a;

        fixture_init(&f, 1);
        resolver_set_lookup(f.resolver, NULL);
        a = ask_and_wait(&f, "localhost");
        ck_assert_int_eq(a.error, 0);
        ck_assert_uint_ge(a.n_addresses, 1);
        fixture_done(&f);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("resolver");
        TCase *tc = tcase_create("resolver");

        tcase_set_timeout(tc, 60);
        tcase_add_test(tc, test_literals_need_no_thread);
        tcase_add_test(tc, test_a_name_becomes_its_addresses_each_once);
        tcase_add_test(tc, test_answers_are_kept_for_a_while);
        tcase_add_test(tc, test_failures_are_told_and_counted);
        tcase_add_test(tc, test_a_failure_is_kept_for_a_moment_only);
        tcase_add_test(tc, test_the_last_good_addresses_outlive_a_failure);
        tcase_add_test(tc, test_one_look_up_serves_all_who_ask);
        tcase_add_test(tc, test_a_slow_name_does_not_hold_up_the_others);
        tcase_add_test(tc, test_who_cannot_wait_gets_the_last_good_addresses);
        tcase_add_test(tc, test_who_gives_up_is_not_called);
        tcase_add_test(tc, test_a_stop_does_not_wait_for_a_look_up);
        tcase_add_test(tc, test_no_descriptor_is_left);
        tcase_add_test(tc, test_the_system_knows_localhost);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
