/* SPDX-License-Identifier: MIT */
#include "model/schedule.h"

#include <stdio.h>

#include "base/util.h"
#include "tests/support/suite.h"

#define SEC UINT64_C(1000000)
#define MIN (60 * SEC)

static const SchedulePace quarter = { .interval_usec = 15 * MIN, .retry_interval_usec = MIN };

/* The random number that moves nothing: the middle of the 5 % in either direction. */
static uint64_t middle(uint64_t wait)
{
        return wait / 20;
}

static const struct {
        const char *name;
        SchedulePace pace;
        unsigned n_failures;
        uint64_t wait;
} waits[] = {
        { "after a success the interval", { 15 * MIN, MIN }, 0, 15 * MIN },
        { "after the first failure the retry interval", { 15 * MIN, MIN }, 1, MIN },
        { "after the second twice that", { 15 * MIN, MIN }, 2, 2 * MIN },
        { "after the fourth eight times that", { 15 * MIN, MIN }, 4, 8 * MIN },
        { "never more than the interval", { 15 * MIN, MIN }, 5, 15 * MIN },
        { "however often it failed", { 15 * MIN, MIN }, 4000000000, 15 * MIN },
        { "a retry interval beyond the interval does not slow down", { MIN, 5 * MIN }, 1, MIN },
        { "no retry interval at all", { MIN, 0 }, 3, 0 },
        { "doubling cannot overflow", { UINT64_MAX / 2, UINT64_MAX / 3 }, 9, UINT64_MAX / 2 },
};

START_TEST(the_wait_follows_the_failures)
{
        uint64_t due = 100 * SEC, now = 101 * SEC, wait = waits[_i].wait;
        uint64_t next = schedule_next(&waits[_i].pace, waits[_i].n_failures, due, now, middle(wait));
        uint64_t wanted = MAX_OF(due + wait, now);

        ck_assert_msg(next == wanted, "%s: %llu", waits[_i].name, (unsigned long long) next);
}
END_TEST

START_TEST(jitter_stays_within_a_twentieth)
{
        uint64_t due = 1000 * SEC, low = UINT64_MAX, high = 0;

        for (uint64_t i = 0; i < 10000; i++) {
                uint64_t random = i * UINT64_C(0x9e3779b97f4a7c15);
                uint64_t next = schedule_next(&quarter, 0, due, due, random);

                ck_assert_uint_ge(next, due + 15 * MIN - 45 * SEC);
                ck_assert_uint_le(next, due + 15 * MIN + 45 * SEC);
                low = MIN_OF(low, next);
                high = MAX_OF(high, next);
        }

        /* And it uses the room that it has. */
        ck_assert_uint_lt(low, due + 15 * MIN - 44 * SEC);
        ck_assert_uint_gt(high, due + 15 * MIN + 44 * SEC);
}
END_TEST

START_TEST(the_cadence_is_kept_when_a_probe_takes_long)
{
        uint64_t wait = 15 * MIN;

        ck_assert_uint_eq(
                schedule_next(&quarter, 0, 100 * SEC, 109 * SEC, middle(wait)), 100 * SEC + wait);
}
END_TEST

START_TEST(nothing_is_due_in_the_past)
{
        uint64_t now = 9999 * MIN;

        ck_assert_uint_eq(schedule_next(&quarter, 0, 1, now, 0), now);
        ck_assert_uint_eq(schedule_next(&quarter, 0, UINT64_MAX - 5, 7, 0), UINT64_MAX);
}
END_TEST

START_TEST(first_looks_are_spread_evenly_and_always_alike)
{
        unsigned counts[10] = { 0 };

        for (unsigned i = 0; i < 1000; i++) {
                char name[32];
                uint64_t first;

                (void) snprintf(name, sizeof(name), "QM1/APP.%04u.SVRCONN", i);
                first = schedule_first(name, &quarter, 10 * SEC, 5 * SEC);
                ck_assert_uint_eq(first, schedule_first(name, &quarter, 10 * SEC, 5 * SEC));
                ck_assert_uint_ge(first, 5 * SEC);
                ck_assert_uint_lt(first, 15 * SEC);
                counts[(first - 5 * SEC) / SEC]++;
        }

        for (unsigned i = 0; i < ARRAY_LEN(counts); i++)
                ck_assert_msg(counts[i] > 60 && counts[i] < 140, "second %u: %u", i, counts[i]);
}
END_TEST

START_TEST(the_spread_is_never_longer_than_the_interval)
{
        SchedulePace fast = { .interval_usec = SEC, .retry_interval_usec = SEC };

        for (unsigned i = 0; i < 100; i++) {
                char name[32];

                (void) snprintf(name, sizeof(name), "E%u", i);
                ck_assert_uint_lt(schedule_first(name, &fast, 10 * MIN, 0), SEC);
                ck_assert_uint_eq(schedule_first(name, &fast, 0, 42), 42);
        }
}
END_TEST

static const struct {
        const char *name;
        uint64_t due;
        bool has_last;
        uint64_t last, spacing, wanted;
} spacings[] = {
        { "a listener never probed is free", 100, false, 99, 1000, 100 },
        { "one probed a moment ago has to wait", 100, true, 99, 1000, 1099 },
        { "one probed long ago is free", 5000, true, 99, 1000, 5000 },
        { "without spacing nobody waits", 100, true, 100, 0, 100 },
        { "spacing cannot overflow", 100, true, UINT64_MAX - 1, 1000, UINT64_MAX },
};

START_TEST(a_listener_gets_its_rest)
{
        uint64_t moment = schedule_spaced(
                spacings[_i].due, spacings[_i].has_last, spacings[_i].last, spacings[_i].spacing);

        ck_assert_msg(moment == spacings[_i].wanted, "%s", spacings[_i].name);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("schedule");
        TCase *tcase = tcase_create("schedule");

        tcase_add_loop_test(tcase, the_wait_follows_the_failures, 0, (int) ARRAY_LEN(waits));
        tcase_add_test(tcase, jitter_stays_within_a_twentieth);
        tcase_add_test(tcase, the_cadence_is_kept_when_a_probe_takes_long);
        tcase_add_test(tcase, nothing_is_due_in_the_past);
        tcase_add_test(tcase, first_looks_are_spread_evenly_and_always_alike);
        tcase_add_test(tcase, the_spread_is_never_longer_than_the_interval);
        tcase_add_loop_test(tcase, a_listener_gets_its_rest, 0, (int) ARRAY_LEN(spacings));
        suite_add_tcase(suite, tcase);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
