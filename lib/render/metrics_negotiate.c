/* SPDX-License-Identifier: MIT */

/*
 * Reads Accept and Accept-Encoding (RFC 9110 sections 12.5.1 and 12.5.3): a list of elements, each
 * a token with parameters of which `q` weighs it. Elements and parameters that make no sense are
 * passed over, as the section asks of recipients of lists.
 */

#include "render/metrics.h"

#include <string.h>
#include <strings.h>

enum {
        Q_ONE = 1000, /* qvalues have at most three decimals */
};

typedef struct Slice {
        const char *s;
        size_t len;
} Slice;

typedef struct Element {
        Slice token;
        Slice version; /* of the `version` parameter, len 0: none */
        int q;         /* 0..Q_ONE; -1: unreadable, the element does not count */
} Element;

static Slice slice_trim(Slice s)
{
        while (s.len > 0 && (*s.s == ' ' || *s.s == '\t')) {
                s.s++;
                s.len--;
        }
        while (s.len > 0 && (s.s[s.len - 1] == ' ' || s.s[s.len - 1] == '\t'))
                s.len--;
        return s;
}

static bool slice_is(Slice s, const char *word)
{
        return s.len == strlen(word) && strncasecmp(s.s, word, s.len) == 0;
}

/* Takes what stands before the next `separator` outside a quoted string. False at the end. */
static bool slice_next(Slice *rest, char separator, Slice *ret)
{
        bool quoted = false;
        size_t i = 0;

        if (rest->len == 0)
                return false;

        for (; i < rest->len; i++) {
                if (rest->s[i] == '"')
                        quoted = !quoted;
                else if (quoted && rest->s[i] == '\\' && i + 1 < rest->len)
                        i++;
                else if (!quoted && rest->s[i] == separator)
                        break;
        }

        *ret = slice_trim((Slice){rest->s, i});
        if (i < rest->len)
                i++;
        rest->s += i;
        rest->len -= i;
        return true;
}

/* qvalue = "0" ["." 0*3DIGIT] / "1" ["." 0*3"0"], in thousandths; -1 for anything else. */
static int parse_q(Slice s)
{
        int q = 0, weight = Q_ONE;

        if (s.len == 0 || s.len > strlen("0.123") || (s.s[0] != '0' && s.s[0] != '1'))
                return -1;
        if (s.len > 1 && s.s[1] != '.')
                return -1;

        q = (s.s[0] - '0') * Q_ONE;
        for (size_t i = 2; i < s.len; i++) {
                if (s.s[i] < '0' || s.s[i] > '9')
                        return -1;
                weight /= 10;
                q += (s.s[i] - '0') * weight;
        }
        return q <= Q_ONE ? q : -1;
}

static void element_take_parameter(Element *e, Slice parameter)
{
        Slice name, value = parameter;

        if (!slice_next(&value, '=', &name))
                return;

        value = slice_trim(value);
        if (value.len >= 2 && value.s[0] == '"' && value.s[value.len - 1] == '"') {
                value.s++;
                value.len -= 2;
        }

        if (slice_is(name, "q"))
                e->q = parse_q(value);
        else if (slice_is(name, "version"))
                e->version = value;
}

static bool element_next(Slice *rest, Element *ret)
{
        Slice whole, part;
        Element e = {.q = Q_ONE};

        if (!slice_next(rest, ',', &whole))
                return false;

        if (slice_next(&whole, ';', &part))
                e.token = part;
        while (slice_next(&whole, ';', &part))
                element_take_parameter(&e, part);

        *ret = e;
        return true;
}

MetricsFormat metrics_negotiate(const char *accept)
{
        Slice rest = {accept, accept ? strlen(accept) : 0};
        int q_openmetrics = 0, q_text = 0, specificity = 0;
        Element e;

        while (element_next(&rest, &e)) {
                int specific = 0;

                if (e.q < 0)
                        continue;

                if (slice_is(e.token, "application/openmetrics-text") &&
                        slice_is(e.version, "1.0.0")) {
                        q_openmetrics = e.q > q_openmetrics ? e.q : q_openmetrics;
                        continue;
                }

                /* The most specific range that matches text/plain is the one that weighs it. */
                if (slice_is(e.token, "text/plain") &&
                        (e.version.len == 0 || slice_is(e.version, "0.0.4")))
                        specific = 3;
                else if (slice_is(e.token, "text/*"))
                        specific = 2;
                else if (slice_is(e.token, "*/*"))
                        specific = 1;

                if (specific > specificity ||
                        (specific > 0 && specific == specificity && e.q > q_text)) {
                        specificity = specific;
                        q_text = e.q;
                }
        }

        return q_openmetrics > 0 && q_openmetrics >= q_text ? METRICS_OPENMETRICS : METRICS_TEXT;
}

bool metrics_accepts_gzip(const char *accept_encoding)
{
        Slice rest = {accept_encoding, accept_encoding ? strlen(accept_encoding) : 0};
        int q_gzip = -1, q_any = -1;
        Element e;

        while (element_next(&rest, &e)) {
                if (slice_is(e.token, "gzip") || slice_is(e.token, "x-gzip"))
                        q_gzip = e.q > q_gzip ? e.q : q_gzip;
                else if (slice_is(e.token, "*"))
                        q_any = e.q > q_any ? e.q : q_any;
        }

        return q_gzip >= 0 ? q_gzip > 0 : q_any > 0;
}
