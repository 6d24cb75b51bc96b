/* SPDX-License-Identifier: MIT */
#include "daemon/http_throttle.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/timefmt.h"
#include "base/util.h"
#include "daemon/http_login.h"

enum {
        FORGET_USEC = 600 * 1000 * 1000, /* without a failure, all is forgotten */
        IPV6_NETWORK_BYTES = 8,
        IPV4_OFFSET = 12, /* in the IPv6 address that it is mapped to */
};

HttpThrottleKey http_throttle_key(const char *address)
{
        HttpThrottleKey key = {.bytes = {0}};

        assert(address);

        if (inet_pton(AF_INET6, address, key.bytes) == 1) {
                memset(key.bytes + IPV6_NETWORK_BYTES, 0, sizeof(key.bytes) - IPV6_NETWORK_BYTES);
                return key;
        }
        memset(key.bytes, 0, sizeof(key.bytes));
        if (inet_pton(AF_INET, address, key.bytes + IPV4_OFFSET) == 1)
                key.bytes[IPV4_OFFSET - 2] = key.bytes[IPV4_OFFSET - 1] = 0xff; /* RFC 4291, 2.5.5.2 */
        return key;
}

bool http_throttle_key_equal(const HttpThrottleKey *a, const HttpThrottleKey *b)
{
        return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static ptrdiff_t find(const HttpThrottle *t, const HttpThrottleKey *key)
{
        for (size_t i = 0; i < ARRAY_LEN(t->entries); i++)
                if (t->entries[i].n_failures > 0 &&
                        http_throttle_key_equal(&t->entries[i].key, key))
                        return (ptrdiff_t) i;
        return -1;
}

static bool is_forgotten(const HttpThrottleEntry *e, uint64_t now_usec)
{
        return now_usec - e->last_usec > FORGET_USEC;
}

static uint64_t delay_usec(unsigned n_failures)
{
        unsigned beyond = n_failures > HTTP_LOGIN_FREE_FAILURES ? n_failures - HTTP_LOGIN_FREE_FAILURES
                                                               : 0;

        if (beyond == 0)
                return 0;
        return beyond > 6 ? HTTP_LOGIN_DELAY_SECONDS_MAX * USEC_PER_SEC
                          : (UINT64_C(1) << (beyond - 1)) * USEC_PER_SEC;
}

unsigned http_throttle_wait(const HttpThrottle *t, const HttpThrottleKey *key, uint64_t now_usec)
{
        ptrdiff_t i;
        uint64_t until_usec;

        assert(t);
        assert(key);

        i = find(t, key);
        if (i < 0 || is_forgotten(&t->entries[i], now_usec))
                return 0;

        until_usec = t->entries[i].last_usec + delay_usec(t->entries[i].n_failures);
        return until_usec > now_usec
                ? (unsigned) ((until_usec - now_usec + USEC_PER_SEC - 1) / USEC_PER_SEC)
                : 0;
}

/* A free place, or that of who has not erred for longest. */
static size_t place(const HttpThrottle *t)
{
        size_t oldest = 0;

        for (size_t i = 0; i < ARRAY_LEN(t->entries); i++) {
                if (t->entries[i].n_failures == 0)
                        return i;
                if (t->entries[i].last_usec < t->entries[oldest].last_usec)
                        oldest = i;
        }
        return oldest;
}

void http_throttle_failed(HttpThrottle *t, const HttpThrottleKey *key, uint64_t now_usec)
{
        ptrdiff_t i;
        HttpThrottleEntry *e;

        assert(t);
        assert(key);

        i = find(t, key);
        e = &t->entries[i >= 0 ? (size_t) i : place(t)];
        if (i < 0 || is_forgotten(e, now_usec))
                *e = (HttpThrottleEntry){.key = *key};
        if (e->n_failures < 1000)
                e->n_failures++;
        e->last_usec = now_usec;
}

void http_throttle_succeeded(HttpThrottle *t, const HttpThrottleKey *key)
{
        ptrdiff_t i;

        assert(t);
        assert(key);

        i = find(t, key);
        if (i >= 0)
                t->entries[i] = (HttpThrottleEntry){0};
}
