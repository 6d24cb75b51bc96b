/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_CERT_USE_H
#define MQTLS_RENDER_CERT_USE_H

/*
 * Which certificates there are, and who uses them: the same one is often served on many channels and
 * lies in a key repository besides. Values borrowed from the inventory; nothing is judged here.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/inventory.h"

/* One certificate in one place. */
typedef struct CertUse {
        const CertFacts *cert; /* its notAfter is known */
        int64_t renew_by_at;   /* notAfter less the warning time of this place; never before notBefore */

        const Endpoint *endpoint;     /* who serves it, or */
        const Repository *repository; /* where it lies, */
        const char *label;            /* and how it is called there; NULL: without a label */
} CertUse;

/* What a feed is about; NULL: all. A key repository has no contact and no group. */
typedef struct CertUseFilter {
        const char *qmgr, *contact, *group;
} CertUseFilter;

bool cert_use_filter_takes(const CertUseFilter *filter, const EndpointConfig *c);

/*
 * The uses of all certificates that were sent (those that were on no path are left out) or lie in key
 * repositories: what ends first stands first, uses of one certificate stand together, first the
 * endpoints in configuration order, each once, then the repositories. `*ret` is the caller's to free.
 * Returns 0 or -ENOMEM.
 */
int cert_uses_collect(
        const Inventory *inventory, const CertUseFilter *filter, CertUse **ret, size_t *ret_n);

/* How many uses, from `uses` on, are of the same certificate. */
size_t cert_uses_same(const CertUse *uses, size_t n);

#endif
