/* SPDX-License-Identifier: MIT */

/*
 * The weight of shard k for a name is mix(fnv(name) + k * 0x9e3779b97f4a7c15) over 64 bits, with FNV-1a
 * for fnv and the last steps of MurmurHash3 for mix. mqtlsd.conf(5) promises this, so that other programs
 * can tell where an endpoint is; it must not change.
 */

#include "model/shard.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdint.h>

#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x00000100000001b3)
#define GOLDEN_RATIO UINT64_C(0x9e3779b97f4a7c15)

/* Digits only, of a number that is at most `max`. */
static int parse_number(const char **text, unsigned max, unsigned *ret)
{
        unsigned n = 0;

        if (!isdigit((unsigned char) **text))
                return -EINVAL;

        for (; isdigit((unsigned char) **text); (*text)++) {
                n = n * 10 + (unsigned) (**text - '0');
                if (n > max)
                        return -EINVAL;
        }
        *ret = n;
        return 0;
}

int shard_parse(const char *text, Shard *ret)
{
        Shard s = {0};

        assert(text);
        assert(ret);

        if (parse_number(&text, SHARD_COUNT_MAX, &s.number) < 0 || *text++ != '/' ||
                parse_number(&text, SHARD_COUNT_MAX, &s.count) < 0 || *text != '\0')
                return -EINVAL;
        if (s.number < 1 || s.number > s.count)
                return -EINVAL;

        *ret = s;
        return 0;
}

static uint64_t fnv1a(const char *name)
{
        uint64_t hash = FNV_BASIS;

        for (; *name; name++)
                hash = (hash ^ (unsigned char) *name) * FNV_PRIME;
        return hash;
}

static uint64_t mix(uint64_t x)
{
        x = (x ^ (x >> 33)) * UINT64_C(0xff51afd7ed558ccd);
        x = (x ^ (x >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
        return x ^ (x >> 33);
}

bool shard_takes(const Shard *s, const char *name)
{
        uint64_t hash, own;

        assert(s);
        assert(name);

        if (s->count <= 1)
                return true;

        hash = fnv1a(name);
        own = mix(hash + s->number * GOLDEN_RATIO);
        for (unsigned k = 1; k <= s->count; k++) {
                uint64_t weight = mix(hash + k * GOLDEN_RATIO);

                if (weight > own || (weight == own && k < s->number))
                        return false;
        }
        return true;
}
