/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_JUDGE_SURROUNDINGS_H
#define MQTLS_JUDGE_SURROUNDINGS_H

/*
 * What is known beside the probe itself when an endpoint is judged: what the queue manager's key
 * repository holds, and which other endpoints have a serial or a key in common with it. Borrowed
 * values; whoever calls assess() keeps them alive meanwhile.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "x509/cert.h"

typedef struct Surroundings {
        /* The certificate that the file holds for this channel; NULL: no keystore is configured for it,
         * or the file could not be read, or would serve none. */
        const CertFacts *keystore_leaf;
        const char *keystore_name; /* NULL exactly when keystore_leaf is */
        const char *keystore_label; /* NULL where the file gives none */

        /* Another endpoint whose leaf has the same issuer and serial and is another certificate: its
         * name; NULL: none. RFC 5280 section 4.1.2.2 forbids it. */
        const char *serial_twin;

        /* An endpoint of another queue manager whose leaf holds the same public key, and that queue
         * manager; both NULL: none. */
        const char *key_twin, *key_twin_qmgr;
} Surroundings;

#endif
