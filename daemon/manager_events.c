/* SPDX-License-Identifier: MIT */
#include "daemon/manager_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/timefmt.h"
#include "daemon/drift_log.h"
#include "daemon/log.h"
#include "daemon/transition.h"

enum {
        BEATS_PER_REASSESSMENT = 60,
        CLOCK_JUMP_SECONDS_MIN = 2, /* less may be rounding */
};

void manager_drift_noted(Manager *m, Endpoint *e, const InventoryDrift *d)
{
        assert(m);
        assert(e);
        assert(d);

        for (size_t i = 0; i < d->n_changes; i++)
                drift_log(e, &d->changes[i]);
        if (d->n_changes > 0)
                m->revision++;
        saver_note(m->saver, e, d);
}

static void compare(Manager *m, Endpoint *e)
{
        CLEANUP_INVENTORY_DRIFT InventoryDrift drift = {0};

        if (inventory_note_drift(m->inventory, e, clock_wall_at(m->clock), &drift) < 0) {
                log_error("endpoint %s: out of memory: it is compared with its baseline the next time",
                        e->config->name);
                saver_note(m->saver, e, NULL);
                return;
        }
        manager_drift_noted(m, e, &drift);
}

void manager_on_changed(Endpoint *e, const DriftChange *change, void *userdata)
{
        Manager *m = userdata;

        assert(m);

        drift_log(e, change);
        m->revision++;
}

void manager_on_adopted(Endpoint *e, void *userdata)
{
        Manager *m = userdata;

        assert(m);

        m->revision++;
        if (e->observation)
                compare(m, e);
}

void manager_on_state_turned(void *userdata)
{
        Manager *m = userdata;

        assert(m);

        m->revision++;
}

int manager_accept(Manager *m, Endpoint *e, DriftKind kind, size_t *ret_n)
{
        CLEANUP_INVENTORY_DRIFT InventoryDrift drift = {0};
        int r;

        assert(m);
        assert(e);
        assert(ret_n);

        r = inventory_accept(m->inventory, e, kind, clock_wall_at(m->clock), &drift);
        if (r < 0)
                return r;

        manager_drift_noted(m, e, &drift);
        *ret_n = drift.n_changes;
        return 0;
}

void manager_on_probed(const ProbeOutcome *outcome, void *userdata)
{
        Manager *m = userdata;

        assert(m);

        m->revision++;
        transition_log(outcome->endpoint,
                &(Verdict){outcome->severity_before, outcome->primary_before});
        compare(m, outcome->endpoint);
}

/* Certificates age without being looked at. */
void manager_reassess(Manager *m)
{
        size_t n = inventory_count(m->inventory);
        CLEANUP_FREE Verdict *before = calloc(MAX_OF(n, (size_t) 1), sizeof(*before));

        if (!before) {
                log_error("out of memory: the endpoints are judged again a minute later");
                return;
        }
        for (size_t i = 0; i < n; i++)
                before[i] = verdict_of(inventory_at(m->inventory, i));

        if (inventory_reassess(m->inventory, clock_wall_at(m->clock)) < 0) {
                log_error("out of memory: not every endpoint could be judged again");
                return;
        }
        m->revision++;
        for (size_t i = 0; i < n; i++)
                transition_log(inventory_at(m->inventory, i), &before[i]);
        repository_log_tell(m->repository_log, m->inventory);
}

/* Endpoints are held against what key repositories hold. */
void manager_on_repositories_read(void *userdata)
{
        assert(userdata);

        manager_reassess(userdata);
}

int64_t manager_wall_offset(const Manager *m)
{
        return clock_wall_at(m->clock) - (int64_t) (clock_monotonic_usec(m->clock) / USEC_PER_SEC);
}

void manager_clock_set(Manager *m)
{
        int64_t before, jump;

        assert(m);

        before = m->wall_offset;
        m->wall_offset = manager_wall_offset(m);
        jump = m->wall_offset - before;
        if (jump <= -CLOCK_JUMP_SECONDS_MIN || jump >= CLOCK_JUMP_SECONDS_MIN)
                log_event(LOG_NOTICE, LOG_EVENT_CLOCK_JUMPED, NULL, 0,
                        "the wall clock jumped by %+" PRId64 " seconds: everything is judged again",
                        jump);
        manager_reassess(m);
}

void manager_on_clock_set(void *userdata)
{
        assert(userdata);

        manager_clock_set(userdata);
}

void manager_on_beat(unsigned n_beats, void *userdata)
{
        Manager *m = userdata;

        assert(m);

        if (n_beats % BEATS_PER_REASSESSMENT == 0)
                manager_reassess(m);
        manager_tell_status(m);
}
