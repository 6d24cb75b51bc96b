/* SPDX-License-Identifier: MIT */
#include "base/timefmt.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
        YEAR_MAX = 9999,
};

#define SECONDS_PER_MINUTE INT64_C(60)
#define SECONDS_PER_HOUR INT64_C(3600)
#define DAYS_PER_ERA INT64_C(146097)      /* 400 years of the Gregorian calendar */
#define DAYS_BEFORE_1970 INT64_C(719468)  /* from 0000-03-01, where an era begins */
#define FIRST_AT INT64_C(-62167219200)    /* 0000-01-01T00:00:00Z */
#define LAST_AT INT64_C(253402300799)     /* 9999-12-31T23:59:59Z */
#define SPAN_MAX_USEC (UINT64_C(36525) * 86400 * USEC_PER_SEC) /* 100 years */

/* What a person may write in a span. */
static const struct {
        const char *name;
        uint64_t usec;
} span_units[] = {
        {"ms", USEC_PER_MSEC},
        {"s", USEC_PER_SEC},
        {"m", 60 * USEC_PER_SEC},
        {"h", 3600 * USEC_PER_SEC},
        {"d", 86400 * USEC_PER_SEC},
        {"w", 604800 * USEC_PER_SEC},
};

static const struct {
        const char *singular, *plural;
        uint64_t seconds;
} spoken_units[] = {
        {"day", "days", 86400},
        {"hour", "hours", 3600},
        {"minute", "minutes", 60},
        {"second", "seconds", 1},
};

static bool year_is_leap(int year)
{
        return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
        static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

        return month == 2 && year_is_leap(year) ? 29 : days[month - 1];
}

/*
 * Days since 1970-01-01. The year is counted from March, so that the leap day is its last, and the
 * months from March on follow the line (153 m + 2) / 5.
 */
static int64_t days_from_civil(int year, int month, int day)
{
        int64_t y = year - (month <= 2 ? 1 : 0);
        int64_t m = (month + 9) % 12;
        int64_t era = (y >= 0 ? y : y - 399) / 400;
        int64_t year_of_era = y - era * 400;
        int64_t day_of_year = (153 * m + 2) / 5 + day - 1;
        int64_t day_of_era =
                year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

        return era * DAYS_PER_ERA + day_of_era - DAYS_BEFORE_1970;
}

bool timefmt_from_civil(
        int year, int month, int day, int hour, int minute, int second, int64_t *ret_at)
{
        assert(ret_at);

        if (year < 0 || year > YEAR_MAX || month < 1 || month > 12)
                return false;
        if (day < 1 || day > days_in_month(year, month))
                return false;
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
                return false;

        *ret_at = days_from_civil(year, month, day) * SECONDS_PER_DAY + hour * SECONDS_PER_HOUR +
                minute * SECONDS_PER_MINUTE + second;
        return true;
}

void timefmt_rfc3339(int64_t at, char ret[static TIMEFMT_RFC3339_SIZE])
{
        int64_t clamped = at < FIRST_AT ? FIRST_AT : at > LAST_AT ? LAST_AT : at;
        /* Counted from 0000-03-01 less one era, everything below is positive. */
        int64_t since = clamped + (DAYS_BEFORE_1970 + DAYS_PER_ERA) * SECONDS_PER_DAY;
        int64_t days = since / SECONDS_PER_DAY, rest = since % SECONDS_PER_DAY;
        int64_t era = days / DAYS_PER_ERA, day_of_era = days % DAYS_PER_ERA;
        int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                                      day_of_era / 146096) /
                365;
        int64_t day_of_year =
                day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        int64_t m = (5 * day_of_year + 2) / 153; /* 0 = March */
        int64_t day = day_of_year - (153 * m + 2) / 5 + 1;
        int64_t month = m < 10 ? m + 3 : m - 9;
        int64_t year = (era - 1) * 400 + year_of_era + (month <= 2 ? 1 : 0);

        (void) snprintf(ret,
                TIMEFMT_RFC3339_SIZE,
                "%04u-%02u-%02uT%02u:%02u:%02uZ",
                (unsigned) year % 10000,
                (unsigned) month % 100,
                (unsigned) day % 100,
                (unsigned) (rest / SECONDS_PER_HOUR) % 100,
                (unsigned) (rest / SECONDS_PER_MINUTE % 60) % 100,
                (unsigned) (rest % 60) % 100);
}

static const char *skip_blanks(const char *s)
{
        return s + strspn(s, " \t");
}

/* Reads "30d" off the front of `*text` and adds it up; sticks at `SPAN_MAX_USEC + 1`. */
static int parse_span_part(const char **text, uint64_t *usec)
{
        const char *s = *text;
        uint64_t n = 0, part = 0, sum = 0;
        size_t n_letters;

        if (*s < '0' || *s > '9')
                return -EINVAL;
        for (; *s >= '0' && *s <= '9'; s++)
                n = MIN_OF(n * 10 + (uint64_t) (*s - '0'), SPAN_MAX_USEC + 1);

        n_letters = strspn(s, "abcdefghijklmnopqrstuvwxyz");
        for (size_t i = 0; i < ARRAY_LEN(span_units); i++) {
                if (strlen(span_units[i].name) != n_letters ||
                        strncmp(span_units[i].name, s, n_letters) != 0)
                        continue;

                if (__builtin_mul_overflow(n, span_units[i].usec, &part) ||
                        __builtin_add_overflow(*usec, part, &sum) || sum > SPAN_MAX_USEC)
                        sum = SPAN_MAX_USEC + 1;

                *usec = sum;
                *text = s + n_letters;
                return 0;
        }
        return -EINVAL;
}

int timefmt_parse_span(const char *text, uint64_t *ret_usec)
{
        uint64_t usec = 0;
        const char *s;

        assert(text);
        assert(ret_usec);

        s = skip_blanks(text);
        do {
                int r = parse_span_part(&s, &usec);

                if (r < 0)
                        return r;
                s = skip_blanks(s);
        } while (*s != '\0');

        if (usec > SPAN_MAX_USEC)
                return -ERANGE;

        *ret_usec = usec;
        return 0;
}

void timefmt_append_span(Buf *b, uint64_t seconds)
{
        const size_t last = ARRAY_LEN(spoken_units) - 1;
        size_t first = 0;

        assert(b);

        while (first < last && seconds < spoken_units[first].seconds)
                first++;

        for (size_t i = first; i <= MIN_OF(first + 1, last); i++) {
                uint64_t n = seconds / spoken_units[i].seconds;

                seconds %= spoken_units[i].seconds;
                if (n == 0 && i > first)
                        continue;
                if (i > first)
                        buf_append_char(b, ' ');
                buf_append_u64(b, n);
                buf_append_char(b, ' ');
                buf_append_str(b, n == 1 ? spoken_units[i].singular : spoken_units[i].plural);
        }
}
