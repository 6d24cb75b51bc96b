/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_REPOSITORY_WATCH_H
#define MQTLS_MODEL_REPOSITORY_WATCH_H

/*
 * When a key repository that is looked at every so often is to be read: at once the first time, then
 * when it has changed and come to rest, which two looks in a row have to find, so that half of a renewal
 * is not taken for the whole. Pure: the looking and the reading are the daemon's.
 */

#include <stdbool.h>

#include "x509/keystore.h"

typedef struct RepositoryWatch {
        bool is_read;            /* once at least */
        unsigned n_failed_looks; /* since the last reading, which failed; 0: it did not */
        unsigned n_settling;     /* looks since it began to change; 0: it rests */
        KeystoreStamp read;      /* as it was when it was read */
        KeystoreStamp seen;      /* as it was at the last look */
} RepositoryWatch;

/* At a look that found it like this: is it to be read now? If not, n_settling tells whether that is
 * because it is changing. A file that never rests is read in the end, and one that could not be read
 * is tried again now and then. */
bool repository_watch_is_due(RepositoryWatch *w, const KeystoreStamp *now);

/* After a reading, which failed or not, with the file as it is then. False: it was written to meanwhile,
 * and what was read is to be forgotten. */
bool repository_watch_note(RepositoryWatch *w, const KeystoreStamp *after, bool failed);

#endif
