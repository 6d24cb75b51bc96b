/* SPDX-License-Identifier: MIT */
#include "base/timefmt.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/suite.h"

static const struct {
        const char *name;
        int civil[6];
        int64_t at;
        const char *text;
} dates[] = {
        {"the epoch is zero", {1970, 1, 1, 0, 0, 0}, 0, "1970-01-01T00:00:00Z"},
        {"a second before the epoch is negative",
                {1969, 12, 31, 23, 59, 59},
                -1,
                "1969-12-31T23:59:59Z"},
        {"a billion seconds", {2001, 9, 9, 1, 46, 40}, 1000000000, "2001-09-09T01:46:40Z"},
        {"the leap day of a year that 400 divides",
                {2000, 2, 29, 12, 0, 0},
                951825600,
                "2000-02-29T12:00:00Z"},
        {"the day behind the February of 1900, no leap year",
                {1900, 3, 1, 0, 0, 0},
                -2203891200,
                "1900-03-01T00:00:00Z"},
        {"the first second beyond 32 bits",
                {2038, 1, 19, 3, 14, 8},
                2147483648,
                "2038-01-19T03:14:08Z"},
        {"the first UTCTime year", {1950, 1, 1, 0, 0, 0}, -631152000, "1950-01-01T00:00:00Z"},
        {"the end of all certificates",
                {9999, 12, 31, 23, 59, 59},
                253402300799,
                "9999-12-31T23:59:59Z"},
        {"the year zero", {0, 1, 1, 0, 0, 0}, -62167219200, "0000-01-01T00:00:00Z"},
        {"the leap day of the year zero", {0, 2, 29, 0, 0, 0}, -62162121600, "0000-02-29T00:00:00Z"},
};

START_TEST(a_date_is_its_seconds_and_back)
{
        const int *c = dates[_i].civil;
        char text[TIMEFMT_RFC3339_SIZE];
        int64_t at = 0;

        ck_assert_msg(timefmt_from_civil(c[0], c[1], c[2], c[3], c[4], c[5], &at),
                "%s",
                dates[_i].name);
        ck_assert_msg(at == dates[_i].at, "%s: %lld", dates[_i].name, (long long) at);
        timefmt_rfc3339(at, text);
        ck_assert_str_eq(text, dates[_i].text);
}
END_TEST

static const struct {
        const char *name;
        int civil[6];
} no_dates[] = {
        {"there is no month 0", {2026, 0, 1, 0, 0, 0}},
        {"there is no month 13", {2026, 13, 1, 0, 0, 0}},
        {"there is no day 0", {2026, 1, 0, 0, 0, 0}},
        {"there is no 30 February", {2024, 2, 30, 0, 0, 0}},
        {"2026 has no leap day", {2026, 2, 29, 0, 0, 0}},
        {"1900 has no leap day", {1900, 2, 29, 0, 0, 0}},
        {"April has 30 days", {2026, 4, 31, 0, 0, 0}},
        {"there is no hour 24", {2026, 1, 1, 24, 0, 0}},
        {"there is no minute 60", {2026, 1, 1, 0, 60, 0}},
        {"a leap second is none of X.509", {2016, 12, 31, 23, 59, 60}},
        {"no negative hour", {2026, 1, 1, -1, 0, 0}},
        {"no negative year", {-1, 1, 1, 0, 0, 0}},
        {"no year 10000", {10000, 1, 1, 0, 0, 0}},
};

START_TEST(what_no_calendar_has_is_refused)
{
        const int *c = no_dates[_i].civil;
        int64_t at = 42;

        ck_assert_msg(!timefmt_from_civil(c[0], c[1], c[2], c[3], c[4], c[5], &at),
                "%s",
                no_dates[_i].name);
        ck_assert_int_eq(at, 42);
}
END_TEST

START_TEST(every_day_of_four_centuries_follows_the_day_before)
{
        static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        int64_t expected = INT64_C(-11676096000); /* 1600-01-01 */

        for (int year = 1600; year < 2000; year++)
                for (int month = 1; month <= 12; month++) {
                        int n = days[month - 1];

                        if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
                                n++;
                        for (int day = 1; day <= n; day++, expected += SECONDS_PER_DAY) {
                                char text[TIMEFMT_RFC3339_SIZE], want[64];
                                int64_t at = 0;

                                ck_assert(timefmt_from_civil(year, month, day, 0, 0, 0, &at));
                                ck_assert_int_eq(at, expected);
                                timefmt_rfc3339(at, text);
                                (void) snprintf(want,
                                        sizeof(want),
                                        "%04d-%02d-%02dT00:00:00Z",
                                        year,
                                        month,
                                        day);
                                ck_assert_str_eq(text, want);
                        }
                }
}
END_TEST

START_TEST(instants_beyond_the_calendar_are_clamped)
{
        char text[TIMEFMT_RFC3339_SIZE];

        timefmt_rfc3339(INT64_MAX, text);
        ck_assert_str_eq(text, "9999-12-31T23:59:59Z");
        timefmt_rfc3339(INT64_MIN, text);
        ck_assert_str_eq(text, "0000-01-01T00:00:00Z");
}
END_TEST

static const struct {
        const char *name;
        const char *text;
        int r;
        uint64_t usec;
} spans[] = {
        {"milliseconds", "500ms", 0, 500 * USEC_PER_MSEC},
        {"seconds", "10s", 0, 10 * USEC_PER_SEC},
        {"minutes", "15m", 0, 900 * USEC_PER_SEC},
        {"hours", "4h", 0, 14400 * USEC_PER_SEC},
        {"days", "30d", 0, 2592000 * USEC_PER_SEC},
        {"weeks", "2w", 0, 1209600 * USEC_PER_SEC},
        {"two parts with a blank", "1h 30m", 0, 5400 * USEC_PER_SEC},
        {"two parts without a blank", "1h30m", 0, 5400 * USEC_PER_SEC},
        {"blanks around", "  5s ", 0, 5 * USEC_PER_SEC},
        {"nothing at all is a span too", "0s", 0, 0},
        {"a hundred years", "36525d", 0, UINT64_C(3155760000) * USEC_PER_SEC},
        {"a number without unit", "10", -EINVAL, 0},
        {"a part without unit", "1h 30", -EINVAL, 0},
        {"a unit without number", "h", -EINVAL, 0},
        {"nothing", "", -EINVAL, 0},
        {"only blanks", "  ", -EINVAL, 0},
        {"a negative number", "-1s", -EINVAL, 0},
        {"a fraction", "1.5h", -EINVAL, 0},
        {"a unit nobody has", "3y", -EINVAL, 0},
        {"a unit that begins like another", "3mss", -EINVAL, 0},
        {"a capital unit", "3D", -EINVAL, 0},
        {"a blank before the unit", "3 d", -EINVAL, 0},
        {"something behind", "3d;", -EINVAL, 0},
        {"a day more than a hundred years", "36526d", -ERANGE, 0},
        {"a sum beyond a hundred years", "36525d 1s", -ERANGE, 0},
        {"more than 64 bits hold", "99999999999999999999999999s", -ERANGE, 0},
        {"more than 64 bits hold, in weeks", "18446744073709551615w", -ERANGE, 0},
        {"wrong and too large is wrong", "99999999999999999999999999q", -EINVAL, 0},
};

START_TEST(a_span_is_read)
{
        uint64_t usec = 42;
        int r = timefmt_parse_span(spans[_i].text, &usec);

        ck_assert_msg(r == spans[_i].r, "%s: %d", spans[_i].name, r);
        ck_assert_msg(usec == (r < 0 ? 42 : spans[_i].usec), "%s", spans[_i].name);
}
END_TEST

static const struct {
        uint64_t seconds;
        const char *text;
} spoken[] = {
        {0, "0 seconds"},
        {1, "1 second"},
        {12, "12 seconds"},
        {60, "1 minute"},
        {61, "1 minute 1 second"},
        {3600, "1 hour"},
        {3601, "1 hour"},
        {86399, "23 hours 59 minutes"},
        {86400, "1 day"},
        {86400 * 3 + 3600 * 4 + 59, "3 days 4 hours"},
        {86400 * 400, "400 days"},
};

START_TEST(a_span_is_said_in_its_two_largest_units)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        timefmt_append_span(&b, spoken[_i].seconds);
        ck_assert_str_eq(buf_str(&b), spoken[_i].text);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("timefmt");
        TCase *tc = tcase_create("timefmt");

        tcase_add_loop_test(tc, a_date_is_its_seconds_and_back, 0, (int) ARRAY_LEN(dates));
        tcase_add_loop_test(tc, what_no_calendar_has_is_refused, 0, (int) ARRAY_LEN(no_dates));
        tcase_add_test(tc, every_day_of_four_centuries_follows_the_day_before);
        tcase_add_test(tc, instants_beyond_the_calendar_are_clamped);
        tcase_add_loop_test(tc, a_span_is_read, 0, (int) ARRAY_LEN(spans));
        tcase_add_loop_test(tc, a_span_is_said_in_its_two_largest_units, 0, (int) ARRAY_LEN(spoken));
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
