/* SPDX-License-Identifier: MIT */
#include "x509/cert_digest.h"

#include <assert.h>
#include <openssl/sha.h>

void cert_digest(const void *data, size_t len, uint8_t ret[CERT_SHA256_SIZE])
{
        assert(data || len == 0);

        SHA256(len > 0 ? data : "", len, ret);
}
