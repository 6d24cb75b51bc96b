/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_JUDGE_EXPIRY_H
#define MQTLS_JUDGE_EXPIRY_H

/*
 * When is a certificate's end near? A threshold is a span ("30d") or a share of the certificate's
 * lifetime ("25%"), because a fixed number of days misfires on short-lived certificates.
 */

#include <stdbool.h>
#include <stdint.h>

typedef struct Threshold {
        bool is_share;
        double share;    /* 0 < share < 1, where is_share */
        int64_t seconds; /* otherwise */
} Threshold;

/* Reads "30d", "12h", "25%". Returns 0 or -EINVAL. */
int threshold_parse(const char *text, Threshold *ret);

/* The threshold in seconds for a certificate of this validity. */
int64_t threshold_seconds(const Threshold *t, int64_t not_before_at, int64_t not_after_at);

/* Is `a` more than `b`, whatever the certificate? A span and a share can be compared only when it is
 * known: false. */
bool threshold_exceeds(const Threshold *a, const Threshold *b);

typedef enum ExpiryState {
        EXPIRY_OK,
        EXPIRY_WARNING,
        EXPIRY_CRITICAL,
        EXPIRY_EXPIRED,
        EXPIRY_NOT_YET_VALID,
        _EXPIRY_STATE_MAX,
} ExpiryState;

const char *expiry_state_to_string(ExpiryState s);

/* RFC 5280 section 4.1.2.5: valid from notBefore through notAfter, both inclusive. A certificate is
 * in a threshold's state when less than or exactly the threshold is left. */
ExpiryState expiry_judge(int64_t not_before_at,
        int64_t not_after_at,
        const Threshold *warning,
        const Threshold *critical,
        int64_t now_at);

#endif
