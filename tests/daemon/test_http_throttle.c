/* SPDX-License-Identifier: MIT */
#include "daemon/http_throttle.h"

#include <stdio.h>

#include "base/timefmt.h"
#include "base/util.h"
#include "daemon/http_login.h"
#include "tests/support/suite.h"

enum {
        START = 1000, /* seconds; nothing hangs on it */
};

static uint64_t at(unsigned seconds)
{
        return (START + (uint64_t) seconds) * USEC_PER_SEC;
}

/* What has to be waited for directly after the n-th failure in a row. */
static const unsigned waits[] = {0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60};

START_TEST(an_address_waits_longer_after_each_failure)
{
        HttpThrottle t = {0};
        HttpThrottleKey key = http_throttle_key("192.0.2.1");

        ck_assert_uint_eq(http_throttle_wait(&t, &key, at(0)), 0);
        for (unsigned i = 0; i < ARRAY_LEN(waits); i++) {
                http_throttle_failed(&t, &key, at(i * 61));
                ck_assert_msg(http_throttle_wait(&t, &key, at(i * 61)) == waits[i], "failure %u", i + 1);
                ck_assert_uint_eq(http_throttle_wait(&t, &key, at(i * 61 + waits[i])), 0);
                if (waits[i] > 0) /* rounded up */
                        ck_assert_uint_eq(http_throttle_wait(&t, &key, at(i * 61 + waits[i]) - 1), 1);
        }
}
END_TEST

static void fail_often(HttpThrottle *t, const HttpThrottleKey *key)
{
        for (unsigned i = 0; i < 2 * HTTP_LOGIN_FREE_FAILURES; i++)
                http_throttle_failed(t, key, at(0));
}

START_TEST(a_right_login_ends_it_and_so_does_time)
{
        HttpThrottle t = {0};
        HttpThrottleKey key = http_throttle_key("192.0.2.1");

        fail_often(&t, &key);
        ck_assert_uint_gt(http_throttle_wait(&t, &key, at(0)), 0);
        http_throttle_succeeded(&t, &key);
        ck_assert_uint_eq(http_throttle_wait(&t, &key, at(0)), 0);

        fail_often(&t, &key);
        http_throttle_failed(&t, &key, at(601)); /* the first one again */
        ck_assert_uint_eq(http_throttle_wait(&t, &key, at(601)), 0);
}
END_TEST

static const struct {
        const char *a, *b;
        bool same;
} keys[] = {
        {"192.0.2.1", "192.0.2.1", true},
        {"192.0.2.1", "192.0.2.2", false},
        {"2001:db8::1", "2001:db8::ffff:2", true}, /* one network, one customer */
        {"2001:db8::1", "2001:db8:0:1::1", false},
        {"2001:db8::1", "192.0.2.1", false},
        {"", "", true},
        {"", "192.0.2.1", false},
};

START_TEST(who_counts_as_one)
{
        HttpThrottle t = {0};
        HttpThrottleKey a = http_throttle_key(keys[_i].a), b = http_throttle_key(keys[_i].b);

        ck_assert_msg(http_throttle_key_equal(&a, &b) == keys[_i].same, "\"%s\" and \"%s\"", keys[_i].a,
                keys[_i].b);
        fail_often(&t, &a);
        ck_assert((http_throttle_wait(&t, &b, at(0)) > 0) == keys[_i].same);
}
END_TEST

START_TEST(the_table_is_bounded_and_the_latest_stay)
{
        HttpThrottle t = {0};
        HttpThrottleKey early = http_throttle_key("192.0.2.1"), late = http_throttle_key("192.0.2.2");

        fail_often(&t, &early);
        for (unsigned i = 0; i < HTTP_THROTTLE_ADDRESSES_MAX; i++) {
                char address[32];
                HttpThrottleKey key;

                (void) snprintf(address, sizeof(address), "10.0.%u.%u", i / 256, i % 256);
                key = http_throttle_key(address);
                http_throttle_failed(&t, &key, at(1));
                for (unsigned n = 0; i == 10 && n < 2 * HTTP_LOGIN_FREE_FAILURES; n++)
                        http_throttle_failed(&t, &late, at(2));
        }
        ck_assert_uint_eq(http_throttle_wait(&t, &early, at(2)), 0);
        ck_assert_uint_gt(http_throttle_wait(&t, &late, at(2)), 0);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("http_throttle");
        TCase *t = tcase_create("http_throttle");

        tcase_add_test(t, an_address_waits_longer_after_each_failure);
        tcase_add_test(t, a_right_login_ends_it_and_so_does_time);
        tcase_add_loop_test(t, who_counts_as_one, 0, ARRAY_LEN(keys));
        tcase_add_test(t, the_table_is_bounded_and_the_latest_stay);
        suite_add_tcase(suite, t);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
