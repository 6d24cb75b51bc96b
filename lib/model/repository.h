/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_REPOSITORY_H
#define MQTLS_MODEL_REPOSITORY_H

/* A key repository that is watched (keystores = in the configuration), as it was read last. Values;
 * who reads the file, and when, is the daemon's business. */

#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "model/config.h"
#include "x509/keystore.h"

typedef struct Repository {
        const KeystoreConfig *config; /* in the inventory's Config */

        int64_t read_at;    /* the last attempt; 0: none yet */
        Keystore *keystore; /* of the last good one; NULL: none was */
        char *problem;      /* why the last attempt failed; NULL: it did not */
        char *stash_problem; /* what is wrong with the stash file; NULL: nothing, or none is to be looked at */
} Repository;

#endif
