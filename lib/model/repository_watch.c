/* SPDX-License-Identifier: MIT */
#include "model/repository_watch.h"

#include <assert.h>

enum {
        SETTLING_LOOKS_MAX = 15,
        LOOKS_PER_RETRY = 6,
};

bool repository_watch_is_due(RepositoryWatch *w, const KeystoreStamp *now)
{
        bool rests;

        assert(w);
        assert(now);

        rests = keystore_stamp_equal(now, &w->seen);
        w->seen = *now;
        if (!w->is_read)
                return true;
        if (keystore_stamp_equal(now, &w->read)) {
                w->n_settling = 0;
                return w->n_failed_looks > 0 && w->n_failed_looks++ >= LOOKS_PER_RETRY;
        }
        w->n_settling++;
        return (rests && w->n_settling > 1) || w->n_settling > SETTLING_LOOKS_MAX;
}

bool repository_watch_note(RepositoryWatch *w, const KeystoreStamp *after, bool failed)
{
        assert(w);
        assert(after);

        /* The first time, and of a file that never rests, something is better than nothing. */
        if (w->is_read && !keystore_stamp_equal(after, &w->seen) &&
                w->n_settling <= SETTLING_LOOKS_MAX) {
                w->n_settling = MAX_OF(w->n_settling, 1U);
                w->seen = *after;
                return false;
        }

        w->is_read = true;
        w->n_failed_looks = failed ? 1 : 0;
        w->read = w->seen;
        w->n_settling = 0;
        return true;
}
