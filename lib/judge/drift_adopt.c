/* SPDX-License-Identifier: MIT */

/* Two memories of one endpoint meet: the daemon's own, and one that was read from the file. */

#include "judge/drift.h"

#include <assert.h>
#include <string.h>

#include "judge/drift_internal.h"

static const DriftRecord *find(const DriftMemory *m, const char *address)
{
        if (address[0] == '\0')
                return &m->endpoint;
        for (size_t i = 0; i < m->n_addresses; i++)
                if (strcmp(m->addresses[i].address, address) == 0)
                        return &m->addresses[i];
        return NULL;
}

static int take_fact(DriftFact *to, int64_t *to_at, const DriftFact *from, int64_t from_at)
{
        int r = drift_fact_set(to, from);

        if (r == 0)
                *to_at = from_at;
        return r;
}

/* `t` is ours, and what somebody accepted meanwhile is the later baseline. Within one second it counts
 * as later: whoever accepts does it after the look. */
static int track_follow(DriftTrack *t, const DriftTrack *theirs)
{
        int r;

        if (!t->baseline.value || !theirs->baseline.value || theirs->baseline_at < t->baseline_at ||
                drift_fact_equal(&t->baseline, &theirs->baseline))
                return 0;

        r = take_fact(&t->baseline, &t->baseline_at, &theirs->baseline, theirs->baseline_at);
        if (r < 0)
                return r;
        if (t->now.value && drift_fact_equal(&t->now, &t->baseline))
                track_clear_now(t);
        return 0;
}

/* `t` is theirs, and the older one: the baseline of a former life. What differed from the very same
 * baseline in this life has its entry already. */
static int track_resume(DriftTrack *t, const DriftTrack *ours)
{
        if (!t->baseline.value || !ours->now.value ||
                !drift_fact_equal(&t->baseline, &ours->baseline))
                return 0;
        return take_fact(&t->now, &t->now_at, &ours->now, ours->now_at);
}

static int record_meet(DriftRecord *record, const DriftMemory *other,
        int (*meet)(DriftTrack *t, const DriftTrack *other))
{
        const DriftRecord *met = find(other, record->address);

        for (DriftKind k = 0; met && k < _DRIFT_KIND_MAX; k++) {
                int r = meet(&record->tracks[k], &met->tracks[k]);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int memory_meet(DriftMemory *m, const DriftMemory *other,
        int (*meet)(DriftTrack *t, const DriftTrack *other))
{
        int r = record_meet(&m->endpoint, other, meet);

        for (size_t i = 0; r == 0 && i < m->n_addresses; i++)
                r = record_meet(&m->addresses[i], other, meet);
        return r;
}

int drift_adopt(const DriftMemory *ours, const DriftMemory *theirs, DriftMemory **ret)
{
        CLEANUP(drift_memory_cleanup) DriftMemory *m = NULL;
        bool is_former;
        int r;

        assert(ours);
        assert(theirs);
        assert(ret);

        is_former = theirs->first_at < ours->first_at;
        r = drift_memory_copy(is_former ? theirs : ours, &m);
        if (r < 0)
                return r;

        r = is_former ? memory_meet(m, ours, track_resume) : memory_meet(m, theirs, track_follow);
        if (r < 0)
                return r;

        if (ours->mismatch_at != 0)
                m->mismatch_at = ours->mismatch_at;
        m->revision = theirs->revision;
        *ret = STEAL(m);
        return 0;
}
