/* SPDX-License-Identifier: MIT */
#include "judge/policy.h"

#include <assert.h>

static const char *const depths[_PROBE_DEPTH_MAX] = {
        [PROBE_DEPTH_TLS] = "tls",
        [PROBE_DEPTH_MQ] = "mq",
};

static const char *const sslcauths[_SSLCAUTH_MAX] = {
        [SSLCAUTH_REQUIRED] = "REQUIRED",
        [SSLCAUTH_OPTIONAL] = "OPTIONAL",
};

const char *probe_depth_to_string(ProbeDepth depth)
{
        assert(depth < _PROBE_DEPTH_MAX);

        return depths[depth];
}

const char *sslcauth_to_string(SslCauth sslcauth)
{
        assert(sslcauth < _SSLCAUTH_MAX);

        return sslcauths[sslcauth];
}
