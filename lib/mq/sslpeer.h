/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MQ_SSLPEER_H
#define MQTLS_MQ_SSLPEER_H

/*
 * SSLPEER: MQ's filter on the distinguished name of a peer's certificate ("IBM MQ rules for SSLPEER
 * values"). Parsed once, matched against the leaf's subject, and a mismatch explains itself.
 */

#include <stdbool.h>

#include "base/util.h"
#include "x509/dn.h"

enum {
        SSLPEER_BYTES_MAX = 1024, /* of the text; 256 on z/OS */
};

typedef struct SslPeer SslPeer;

/* Returns 0, -ENOMEM, or -EINVAL with an allocated sentence in `*ret_why`: what is wrong and how it is
 * written right. An empty text is a filter that matches everything. */
int sslpeer_parse(const char *text, char **ret_why, SslPeer **ret);
SslPeer *sslpeer_free(SslPeer *p);
DEFINE_CLEANUP(SslPeer, sslpeer_free, sslpeer_cleanup)

/*
 * Does the filter let this certificate pass? `subject` is its subject in DER order, `serial` its serial
 * number as MQ prints it ("78:40:26"), or NULL. On false, `*ret_why` is an allocated sentence about
 * the first attribute that does not match, with a hint where the OUs would match in reversed order.
 * Returns 0 or -ENOMEM.
 */
int sslpeer_match(const SslPeer *p, const Dn *subject, const char *serial, bool *ret_matches,
        char **ret_why);

/* The text it was parsed from. */
const char *sslpeer_text(const SslPeer *p);

#endif
