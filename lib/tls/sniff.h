/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TLS_SNIFF_H
#define MQTLS_TLS_SNIFF_H

/*
 * Guesses from its first bytes what answered instead of TLS, so that the operator reads "an HTTP
 * server" rather than "wrong version number".
 */

#include <stddef.h>
#include <stdint.h>

typedef enum SniffKind {
        SNIFF_NOTHING,  /* no bytes */
        SNIFF_TLS,      /* a TLS record header (content type 20..23, version 3.x) or a prefix of one */
        SNIFF_MQ,       /* an MQ segment in clear: "TSH", ASCII or EBCDIC */
        SNIFF_HTTP,
        SNIFF_SSH,
        SNIFF_TEXT,     /* a banner: SMTP, FTP, … */
        SNIFF_BINARY,   /* anything else */
        _SNIFF_KIND_MAX,
} SniffKind;

SniffKind sniff(const uint8_t *bytes, size_t len);

/* For a sentence: "an HTTP server", "a plain (not TLS) MQ listener", … */
const char *sniff_to_phrase(SniffKind kind);

#endif
