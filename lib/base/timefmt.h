/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_BASE_TIMEFMT_H
#define MQTLS_BASE_TIMEFMT_H

/*
 * Time as values and as text, without a clock: instants are whole seconds since 1970 in 64 bits
 * (`_at`), spans are microseconds (`_usec`). Everything is UTC and the Gregorian calendar, for the
 * years 0 to 9999, which is all that RFC 3339 and X.509 (RFC 5280 section 4.1.2.5) can write.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define USEC_PER_SEC UINT64_C(1000000)
#define USEC_PER_MSEC UINT64_C(1000)
#define SECONDS_PER_DAY INT64_C(86400)

enum {
        TIMEFMT_RFC3339_SIZE = sizeof("9999-12-31T23:59:59Z"),
};

/*
 * Seconds since 1970 of a civil date and time in UTC. Returns false for what no calendar has
 * (month 13, 30 February, hour 24, second 60) and for years outside 0..9999.
 */
bool timefmt_from_civil(
        int year, int month, int day, int hour, int minute, int second, int64_t *ret_at);

/* Writes "2026-11-21T07:15:00Z"; instants outside the years 0..9999 are clamped to its ends. */
void timefmt_rfc3339(int64_t at, char ret[static TIMEFMT_RFC3339_SIZE]);

/*
 * Reads a span such as "500ms", "10s", "15m", "4h", "30d", "2w" or "1h 30m" into microseconds.
 * A number needs its unit. Returns 0, -EINVAL for anything else, -ERANGE beyond 100 years.
 */
int timefmt_parse_span(const char *text, uint64_t *ret_usec);

/* Appends a span as a person says it, the two largest units: "3 days 4 hours", "12 seconds". */
void timefmt_append_span(Buf *b, uint64_t seconds);

#endif
