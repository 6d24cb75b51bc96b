/* SPDX-License-Identifier: MIT */

/*
 * A bounded walk through the DER of a certificate, as far as its names and dates. OpenSSL turns both
 * into something else: it refuses a whole certificate for one name that is not the UTF-8 it says it
 * is, and it forgives dates. What stands there is read here, from the bytes as sent.
 */

#include "x509/cert_internal.h"

enum {
        TAG_INTEGER = 0x02,
        TAG_SEQUENCE = 0x30,
        TAG_VERSION = 0xA0,
        TAG_LONG_FORM = 0x1F,
        LENGTH_OCTETS_MAX = 4,
};

bool cert_span_next(CertSpan *rest, uint8_t *ret_tag, CertSpan *ret_whole, CertSpan *ret_content)
{
        size_t header = 2, len;

        if (rest->len < 2 || (rest->p[0] & TAG_LONG_FORM) == TAG_LONG_FORM)
                return false;
        len = rest->p[1];
        if (len >= 0x80) {
                size_t n = len & 0x7F;

                /* n == 0 is the indefinite length, which DER has not. */
                if (n == 0 || n > LENGTH_OCTETS_MAX || rest->len - 2 < n)
                        return false;
                len = 0;
                for (size_t i = 0; i < n; i++)
                        len = len << 8 | rest->p[2 + i];
                header += n;
        }
        if (rest->len - header < len)
                return false;
        *ret_tag = rest->p[0];
        *ret_whole = (CertSpan){ rest->p, header + len };
        *ret_content = (CertSpan){ rest->p + header, len };
        rest->p += header + len;
        rest->len -= header + len;
        return true;
}

bool cert_span_expect(CertSpan *rest, uint8_t tag, CertSpan *ret_content)
{
        CertSpan whole, content;
        uint8_t found;

        if (!cert_span_next(rest, &found, &whole, &content) || found != tag)
                return false;
        *ret_content = content;
        return true;
}

/* Certificate ::= SEQUENCE { tbs SEQUENCE { [0] version OPTIONAL, serialNumber INTEGER, signature
 * SEQUENCE, issuer SEQUENCE, validity SEQUENCE, subject SEQUENCE, … (RFC 5280 section 4.1). */
bool cert_layout_find(CertSpan der, CertLayout *ret)
{
        CertSpan rest, tbs, skipped;
        CertLayout layout;

        if (!cert_span_expect(&der, TAG_SEQUENCE, &rest) ||
                !cert_span_expect(&rest, TAG_SEQUENCE, &tbs))
                return false;
        if (tbs.len > 0 && tbs.p[0] == TAG_VERSION &&
                !cert_span_expect(&tbs, TAG_VERSION, &skipped))
                return false;
        if (!cert_span_expect(&tbs, TAG_INTEGER, &skipped) ||
                !cert_span_expect(&tbs, TAG_SEQUENCE, &skipped) ||
                !cert_span_expect(&tbs, TAG_SEQUENCE, &layout.issuer) ||
                !cert_span_expect(&tbs, TAG_SEQUENCE, &layout.validity) ||
                !cert_span_expect(&tbs, TAG_SEQUENCE, &layout.subject))
                return false;
        *ret = layout;
        return true;
}
