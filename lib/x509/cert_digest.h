/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_X509_CERT_DIGEST_H
#define MQTLS_X509_CERT_DIGEST_H

/* SHA-256 of any bytes, for those who compare long values out of certificates by their digest. */

#include <stddef.h>
#include <stdint.h>

#include "x509/cert.h"

void cert_digest(const void *data, size_t len, uint8_t ret[CERT_SHA256_SIZE]);

#endif
