/* SPDX-License-Identifier: MIT */
#include "judge/expiry.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/timefmt.h"
#include "base/util.h"

enum {
        SHARE_DECIMALS_MAX = 3,
};

static const char *const expiry_states[_EXPIRY_STATE_MAX] = {
        [EXPIRY_OK] = "ok",
        [EXPIRY_WARNING] = "warning",
        [EXPIRY_CRITICAL] = "critical",
        [EXPIRY_EXPIRED] = "expired",
        [EXPIRY_NOT_YET_VALID] = "not_yet_valid",
};

const char *expiry_state_to_string(ExpiryState s)
{
        assert(s < _EXPIRY_STATE_MAX);

        return expiry_states[s];
}

/* "25%", "12.5%". Not strtod(), which the locale gives another decimal point. */
static int parse_share(const char *text, double *ret)
{
        size_t n_whole = strspn(text, "0123456789");
        const char *rest = text + n_whole;
        double percent = 0, place = 1;

        if (n_whole == 0 || n_whole > 3)
                return -EINVAL;
        for (size_t i = 0; i < n_whole; i++)
                percent = percent * 10 + (text[i] - '0');

        if (*rest == '.') {
                size_t n_decimals = strspn(++rest, "0123456789");

                if (n_decimals == 0 || n_decimals > SHARE_DECIMALS_MAX)
                        return -EINVAL;
                for (size_t i = 0; i < n_decimals; i++) {
                        place /= 10;
                        percent += (rest[i] - '0') * place;
                }
                rest += n_decimals;
        }
        if (strcmp(rest, "%") != 0 || percent <= 0 || percent >= 100)
                return -EINVAL;

        *ret = percent / 100;
        return 0;
}

int threshold_parse(const char *text, Threshold *ret)
{
        Threshold t = {0};
        uint64_t usec;

        assert(text);
        assert(ret);

        if (strchr(text, '%')) {
                if (parse_share(text, &t.share) < 0)
                        return -EINVAL;
                t.is_share = true;
        } else {
                if (timefmt_parse_span(text, &usec) < 0 || usec % USEC_PER_SEC != 0)
                        return -EINVAL;
                t.seconds = (int64_t) (usec / USEC_PER_SEC);
        }

        *ret = t;
        return 0;
}

/* later - earlier, never below 0, and the largest number where none can hold it. */
static int64_t seconds_between(int64_t earlier_at, int64_t later_at)
{
        int64_t seconds;

        if (later_at <= earlier_at)
                return 0;
        if (__builtin_sub_overflow(later_at, earlier_at, &seconds))
                return INT64_MAX;
        return seconds;
}

int64_t threshold_seconds(const Threshold *t, int64_t not_before_at, int64_t not_after_at)
{
        double seconds;

        assert(t);

        if (!t->is_share)
                return t->seconds;

        seconds = (double) seconds_between(not_before_at, not_after_at) * t->share + 0.5;
        return seconds < (double) INT64_MAX ? (int64_t) seconds : INT64_MAX;
}

bool threshold_exceeds(const Threshold *a, const Threshold *b)
{
        if (a->is_share != b->is_share)
                return false;

        return a->is_share ? a->share > b->share : a->seconds > b->seconds;
}

ExpiryState expiry_judge(int64_t not_before_at,
        int64_t not_after_at,
        const Threshold *warning,
        const Threshold *critical,
        int64_t now_at)
{
        int64_t left;

        assert(warning);
        assert(critical);

        if (now_at > not_after_at)
                return EXPIRY_EXPIRED;
        if (now_at < not_before_at)
                return EXPIRY_NOT_YET_VALID;

        left = seconds_between(now_at, not_after_at);
        if (left <= threshold_seconds(critical, not_before_at, not_after_at))
                return EXPIRY_CRITICAL;
        if (left <= threshold_seconds(warning, not_before_at, not_after_at))
                return EXPIRY_WARNING;
        return EXPIRY_OK;
}
