/* SPDX-License-Identifier: MIT */
#include "judge/expiry.h"

#include <errno.h>

#include "base/util.h"
#include "tests/support/suite.h"

#define DAY INT64_C(86400)
#define DAYS(n) ((Threshold){.seconds = (n) * DAY})
#define SHARE(s) ((Threshold){.is_share = true, .share = (s)})

static const struct {
        const char *text;
        int r;
        Threshold t;
} texts[] = {
        {"30d", 0, {.seconds = 30 * DAY}},
        {"12h", 0, {.seconds = DAY / 2}},
        {"1d 12h", 0, {.seconds = DAY + DAY / 2}},
        {"1000ms", 0, {.seconds = 1}},
        {"0s", 0, {.seconds = 0}},
        {"25%", 0, {.is_share = true, .share = 0.25}},
        {"1%", 0, {.is_share = true, .share = 0.01}},
        {"12.5%", 0, {.is_share = true, .share = 0.125}},
        {"99.999%", 0, {.is_share = true, .share = 0.99999}},
        {"0%", -EINVAL, {0}},
        {"0.0%", -EINVAL, {0}},
        {"100%", -EINVAL, {0}},
        {"100.0%", -EINVAL, {0}},
        {"1000%", -EINVAL, {0}},
        {"-5%", -EINVAL, {0}},
        {"%", -EINVAL, {0}},
        {".5%", -EINVAL, {0}},
        {"5.%", -EINVAL, {0}},
        {"5.0001%", -EINVAL, {0}},
        {"5,5%", -EINVAL, {0}},
        {"25 %", -EINVAL, {0}},
        {"25%d", -EINVAL, {0}},
        {"25%%", -EINVAL, {0}},
        {"30", -EINVAL, {0}},
        {"", -EINVAL, {0}},
        {"500ms", -EINVAL, {0}},
        {"200000d", -EINVAL, {0}},
};

START_TEST(a_threshold_is_read)
{
        Threshold t = {.seconds = 42};
        int r = threshold_parse(texts[_i].text, &t);

        ck_assert_msg(r == texts[_i].r, "%s: %d", texts[_i].text, r);
        if (r < 0) {
                ck_assert_int_eq(t.seconds, 42);
                return;
        }
        ck_assert(t.is_share == texts[_i].t.is_share);
        ck_assert_double_eq_tol(t.share, texts[_i].t.share, 1e-12);
        ck_assert_int_eq(t.seconds, texts[_i].t.seconds);
}
END_TEST

START_TEST(a_share_is_taken_of_the_lifetime)
{
        Threshold quarter = SHARE(0.25), fixed = DAYS(30), most = SHARE(0.99), odd = SHARE(0.29);

        ck_assert_int_eq(threshold_seconds(&quarter, 0, 8 * DAY), 2 * DAY);
        ck_assert_int_eq(threshold_seconds(&quarter, -4 * DAY, 4 * DAY), 2 * DAY);
        /* 0.29 * 100 is a little less than 29 in binary. */
        ck_assert_int_eq(threshold_seconds(&odd, 0, 100), 29);
        ck_assert_int_eq(threshold_seconds(&fixed, 0, 8 * DAY), 30 * DAY);
        ck_assert_int_eq(threshold_seconds(&quarter, 8 * DAY, 0), 0);
        ck_assert_int_gt(threshold_seconds(&most, INT64_MIN, INT64_MAX), 0);
}
END_TEST

static const struct {
        const char *name;
        int64_t not_before_at, not_after_at;
        Threshold warning, critical;
        int64_t now_at;
        ExpiryState state;
} rows[] = {
        {"long before its end all is well", 0, 365 * DAY, DAYS(30), DAYS(7), 100 * DAY, EXPIRY_OK},
        {"a second more than the threshold is well", 0, 365 * DAY, DAYS(30), DAYS(7), 335 * DAY - 1,
                EXPIRY_OK},
        {"exactly the threshold warns", 0, 365 * DAY, DAYS(30), DAYS(7), 335 * DAY, EXPIRY_WARNING},
        {"a second before critical warns", 0, 365 * DAY, DAYS(30), DAYS(7), 358 * DAY - 1,
                EXPIRY_WARNING},
        {"exactly the critical threshold is critical", 0, 365 * DAY, DAYS(30), DAYS(7), 358 * DAY,
                EXPIRY_CRITICAL},
        {"the last second is still valid", 0, 365 * DAY, DAYS(30), DAYS(7), 365 * DAY,
                EXPIRY_CRITICAL},
        {"the second after is expired", 0, 365 * DAY, DAYS(30), DAYS(7), 365 * DAY + 1,
                EXPIRY_EXPIRED},
        {"a second before its beginning", DAY, 365 * DAY, DAYS(30), DAYS(7), DAY - 1,
                EXPIRY_NOT_YET_VALID},
        {"the first second is valid", DAY, 365 * DAY, DAYS(30), DAYS(7), DAY, EXPIRY_OK},
        {"shares of a short life", 0, 8 * DAY, SHARE(0.25), SHARE(0.125), 6 * DAY, EXPIRY_WARNING},
        {"shares before they begin", 0, 8 * DAY, SHARE(0.25), SHARE(0.125), 6 * DAY - 1, EXPIRY_OK},
        {"the critical share", 0, 8 * DAY, SHARE(0.25), SHARE(0.125), 7 * DAY, EXPIRY_CRITICAL},
        {"critical wins where the thresholds are the wrong way round", 0, 365 * DAY, DAYS(7),
                DAYS(30), 340 * DAY, EXPIRY_CRITICAL},
        {"a threshold of nothing is reached with the last second", 0, 10, DAYS(0), DAYS(0), 9,
                EXPIRY_OK},
        {"a life that ends before it begins is over", 10, 5, DAYS(30), DAYS(7), 7, EXPIRY_EXPIRED},
        {"a certificate without end", 0, 253402300799, DAYS(30), DAYS(7), 1767225600, EXPIRY_OK},
        {"dates before 1970", -20 * DAY, -10 * DAY, DAYS(3), DAYS(1), -12 * DAY, EXPIRY_WARNING},
        {"the widest dates do not overflow", INT64_MIN, INT64_MAX, DAYS(30), DAYS(7), INT64_MIN,
                EXPIRY_OK},
};

START_TEST(the_state_follows_from_dates_and_now)
{
        ExpiryState state = expiry_judge(rows[_i].not_before_at,
                rows[_i].not_after_at,
                &rows[_i].warning,
                &rows[_i].critical,
                rows[_i].now_at);

        ck_assert_msg(state == rows[_i].state,
                "%s: %s",
                rows[_i].name,
                expiry_state_to_string(state));
}
END_TEST

START_TEST(states_have_names)
{
        ck_assert_str_eq(expiry_state_to_string(EXPIRY_OK), "ok");
        ck_assert_str_eq(expiry_state_to_string(EXPIRY_WARNING), "warning");
        ck_assert_str_eq(expiry_state_to_string(EXPIRY_CRITICAL), "critical");
        ck_assert_str_eq(expiry_state_to_string(EXPIRY_EXPIRED), "expired");
        ck_assert_str_eq(expiry_state_to_string(EXPIRY_NOT_YET_VALID), "not_yet_valid");
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("expiry");
        TCase *tc = tcase_create("expiry");

        tcase_add_loop_test(tc, a_threshold_is_read, 0, (int) ARRAY_LEN(texts));
        tcase_add_test(tc, a_share_is_taken_of_the_lifetime);
        tcase_add_loop_test(tc, the_state_follows_from_dates_and_now, 0, (int) ARRAY_LEN(rows));
        tcase_add_test(tc, states_have_names);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
