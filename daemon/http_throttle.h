/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_HTTP_THROTTLE_H
#define MQTLSD_HTTP_THROTTLE_H

/*
 * How long an address has to wait after wrong passwords: nothing after the first few, then twice as
 * long after each, up to a minute. An IPv6 address stands for its /64, which one customer has. The table
 * is of fixed size: who has not erred for longest gives way.
 */

#include <stdbool.h>
#include <stdint.h>

enum {
        HTTP_THROTTLE_ADDRESSES_MAX = 256,
        HTTP_THROTTLE_KEY_SIZE = 16,
};

typedef struct HttpThrottleKey {
        uint8_t bytes[HTTP_THROTTLE_KEY_SIZE];
} HttpThrottleKey;

typedef struct HttpThrottleEntry {
        HttpThrottleKey key;
        unsigned n_failures; /* 0: the place is free */
        uint64_t last_usec;
} HttpThrottleEntry;

typedef struct HttpThrottle {
        HttpThrottleEntry entries[HTTP_THROTTLE_ADDRESSES_MAX];
} HttpThrottle;

/* `address` as http_client_address() gives it. */
HttpThrottleKey http_throttle_key(const char *address);
bool http_throttle_key_equal(const HttpThrottleKey *a, const HttpThrottleKey *b);

/* Seconds that this address has to wait at `now_usec`, rounded up; 0: none. */
unsigned http_throttle_wait(const HttpThrottle *t, const HttpThrottleKey *key, uint64_t now_usec);

void http_throttle_failed(HttpThrottle *t, const HttpThrottleKey *key, uint64_t now_usec);
void http_throttle_succeeded(HttpThrottle *t, const HttpThrottleKey *key);

#endif
