/* SPDX-License-Identifier: MIT */
#include "base/histogram.h"

#include "base/util.h"
#include "tests/support/suite.h"

static const double bounds[] = {0.1, 1, 10};

static const struct {
        const char *name;
        double seconds;
        size_t bucket;
} rows[] = {
        {"nothing falls into the first bucket", 0, 0},
        {"a bound belongs to its own bucket", 0.1, 0},
        {"just above a bound is the next bucket", 0.11, 1},
        {"the last bound is still finite", 10, 2},
        {"what is above every bound is infinite", 10.5, 3},
};

START_TEST(an_observation_falls_into_its_bucket)
{
        Histogram h;

        histogram_init(&h, bounds, ARRAY_LEN(bounds));
        histogram_observe(&h, rows[_i].seconds);
        for (size_t i = 0; i <= ARRAY_LEN(bounds); i++)
                ck_assert_msg(h.counts[i] == (i == rows[_i].bucket ? 1 : 0), "%s", rows[_i].name);
        ck_assert_double_eq(h.sum, rows[_i].seconds);
}
END_TEST

START_TEST(count_and_sum_add_up)
{
        Histogram h;

        histogram_init(&h, bounds, ARRAY_LEN(bounds));
        ck_assert_uint_eq(histogram_count(&h), 0);
        for (int i = 0; i < 100; i++)
                histogram_observe(&h, 0.5);
        histogram_observe(&h, 50);
        ck_assert_uint_eq(histogram_count(&h), 101);
        ck_assert_double_eq_tol(h.sum, 100, 1e-9);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("histogram");
        TCase *tc = tcase_create("histogram");

        tcase_add_loop_test(tc, an_observation_falls_into_its_bucket, 0, (int) ARRAY_LEN(rows));
        tcase_add_test(tc, count_and_sum_add_up);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
