/* SPDX-License-Identifier: MIT */

/*
 * Dates of a certificate, from their own bytes. OpenSSL's ASN1_TIME functions take offsets and
 * missing seconds, and what they make of an impossible date depends on the function: a date that is
 * shown to an operator must be exactly the one that stands in the certificate, or none.
 */

#include <errno.h>

#include "base/timefmt.h"
#include "x509/cert.h"

enum {
        TAG_UTC_TIME = 0x17,
        TAG_GENERALIZED_TIME = 0x18,
        UTC_TIME_LEN = sizeof("YYMMDDHHMMSSZ") - 1,
        GENERALIZED_TIME_LEN = sizeof("YYYYMMDDHHMMSSZ") - 1,
};

/* Two decimal digits, -1 where there are none. */
static int two_digits(const uint8_t *p)
{
        if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
                return -1;
        return (p[0] - '0') * 10 + (p[1] - '0');
}

int cert_time_from_der(const uint8_t *der, size_t der_len, int64_t *ret_at)
{
        const uint8_t *p;
        int fields[5], century, year;

        if (der_len < 2 || der[1] != der_len - 2)
                return -EINVAL;
        p = der + 2;
        if (der[0] == TAG_UTC_TIME && der[1] == UTC_TIME_LEN) {
                year = two_digits(p);
                /* RFC 5280 section 4.1.2.5.1: 50 and above is the twentieth century. */
                century = year >= 50 ? 19 : 20;
        } else if (der[0] == TAG_GENERALIZED_TIME && der[1] == GENERALIZED_TIME_LEN) {
                century = two_digits(p);
                p += 2;
                year = two_digits(p);
        } else
                return -EINVAL;
        if (century < 0 || year < 0)
                return -EINVAL;

        p += 2;
        for (size_t i = 0; i < ARRAY_LEN(fields); i++, p += 2) {
                fields[i] = two_digits(p);
                if (fields[i] < 0)
                        return -EINVAL;
        }
        if (*p != 'Z')
                return -EINVAL;
        if (!timefmt_from_civil(century * 100 + year, fields[0], fields[1], fields[2], fields[3],
                    fields[4], ret_at))
                return -EINVAL;
        return 0;
}
