/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_JUDGE_SURROUNDINGS_H
#define MQTLS_JUDGE_SURROUNDINGS_H

/*
 * What is known beside the probe itself when an endpoint is judged: what the queue manager's key
 * repositories hold, and which other endpoints have a serial or a key in common with it. Borrowed
 * values; whoever calls assess() keeps them alive meanwhile.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "x509/cert.h"
#include "x509/keystore.h"

/* A key repository of the endpoint's queue manager. There are several where the nodes of a queue
 * manager have one each. */
typedef struct SurroundingKeystore {
        const char *name;            /* of keystores = */
        const char *label;           /* that is looked for; NULL where the file gives none, or nothing is
                                        known of it */
        const Keystore *keystore;    /* NULL: none could be read yet */
        const KeystoreEntry *entry;  /* what the listener is to serve; NULL: that cannot be told */
        int64_t since_at;            /* since when the file is known to hold it; 0: always */
} SurroundingKeystore;

typedef struct Surroundings {
        const SurroundingKeystore *keystores;
        size_t n_keystores;

        /* An endpoint that serves another certificate with the issuer and serial number of a leaf of
         * this one: its name; NULL: none. It may be this one, at another address. */
        const char *serial_twin;
        size_t serial_address; /* of that leaf, in the observation */

        /* An endpoint of another queue manager that serves the public key of a leaf of this one, and
         * that queue manager; both NULL: none. */
        const char *key_twin, *key_twin_qmgr;
        size_t key_address;
} Surroundings;

#endif
