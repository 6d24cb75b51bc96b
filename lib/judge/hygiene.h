/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_JUDGE_HYGIENE_H
#define MQTLS_JUDGE_HYGIENE_H

/*
 * What the certificates of different endpoints must not have in common. No handshake shows it: each of
 * them is fine by itself.
 *
 * Serial: two certificates of one issuer bear the same number, which RFC 5280 section 4.1.2.2 forbids;
 * what finds certificates by issuer and number, a revocation list for one, takes them for the same.
 * Key: one key pair serves several queue managers, so whoever gets hold of it can pose as all of them.
 * The nodes of a queue manager have its name in common, and that is no case.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "x509/cert.h"

#define HYGIENE_NOBODY SIZE_MAX

/* A leaf that somebody serves. Borrowed. */
typedef struct HygieneLeaf {
        const CertFacts *cert;
        const char *qmgr; /* NULL: unknown, so that its key is not held against others */
        size_t owner;
} HygieneLeaf;

typedef enum HygieneRule {
        HYGIENE_SERIAL,
        HYGIENE_KEY,
        _HYGIENE_RULE_MAX,
} HygieneRule;

/* Owners of what an owner's leaf clashes with; HYGIENE_NOBODY: it does not. */
typedef struct HygieneTwins {
        size_t by[_HYGIENE_RULE_MAX];
} HygieneTwins;

bool hygiene_clash(HygieneRule rule, const HygieneLeaf *a, const HygieneLeaf *b);

/*
 * Fills `ret` for each of `n_owners`. Of several twins the one that is named is the same in each pass
 * over the same leaves, as long as owners are numbered alike. An owner with several leaves may be its own
 * twin by its serials. Sorts `leaves`, in O(n log n).
 */
void hygiene_find(HygieneLeaf *leaves, size_t n, HygieneTwins *ret, size_t n_owners);

#endif
