/* SPDX-License-Identifier: MIT */

/* The values of drift: names of kinds and events, and the memory as a thing that is made, copied and
 * asked. */

#include "judge/drift.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "judge/drift_internal.h"

#define KIND_ROW(id, name_, of_cert_, of_offer_, meaning_, breaks_, remedy_)                       \
        [DRIFT_KIND_##id] = {                                                                      \
                .name = (name_),                                                                   \
                .of_cert = (of_cert_),                                                             \
                .of_offer = (of_offer_),                                                           \
                .meaning = (meaning_),                                                             \
                .breaks = (breaks_),                                                               \
                .remedy = (remedy_),                                                               \
        },
static const DriftKindInfo kinds[_DRIFT_KIND_MAX] = {DRIFT_KIND_TABLE(KIND_ROW)};

#define EVENT_ROW(id, name_, is_alarm_, meaning_, remedy_)                                         \
        [DRIFT_EVENT_##id] = {                                                                     \
                .name = (name_),                                                                   \
                .is_alarm = (is_alarm_),                                                           \
                .meaning = (meaning_),                                                             \
                .remedy = (remedy_),                                                               \
        },
static const DriftEventInfo events[_DRIFT_EVENT_MAX] = {DRIFT_EVENT_TABLE(EVENT_ROW)};

const DriftKindInfo *drift_kind_info(DriftKind kind)
{
        assert(kind < _DRIFT_KIND_MAX);

        return &kinds[kind];
}

const DriftEventInfo *drift_event_info(DriftEvent event)
{
        assert(event < _DRIFT_EVENT_MAX);

        return &events[event];
}

const char *drift_remedy(DriftKind kind, DriftEvent event)
{
        const char *own = drift_event_info(event)->remedy;

        return own ? own : drift_kind_info(kind)->remedy;
}

DriftKind drift_kind_from_string(const char *name)
{
        assert(name);

        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++)
                if (strcmp(kinds[k].name, name) == 0)
                        return k;
        return _DRIFT_KIND_MAX;
}

DriftEvent drift_event_from_string(const char *name)
{
        assert(name);

        for (DriftEvent e = 0; e < _DRIFT_EVENT_MAX; e++)
                if (strcmp(events[e].name, name) == 0)
                        return e;
        return _DRIFT_EVENT_MAX;
}

/* ---- records ---- */

void drift_record_done(DriftRecord *r)
{
        free(r->address);
        for (size_t k = 0; k < _DRIFT_KIND_MAX; k++) {
                drift_fact_done(&r->tracks[k].baseline);
                drift_fact_done(&r->tracks[k].now);
                drift_fact_done(&r->tracks[k].other);
        }
}

static int track_copy(const DriftTrack *from, DriftTrack *ret)
{
        int r;

        *ret = *from;
        ret->baseline = ret->now = ret->other = (DriftFact) {0};

        r = drift_fact_set(&ret->baseline, &from->baseline);
        if (r < 0)
                return r;
        r = drift_fact_set(&ret->now, &from->now);
        if (r < 0)
                return r;
        return drift_fact_set(&ret->other, &from->other);
}

/* On failure what was made so far is in `ret`, for drift_record_done(). */
static int record_copy(const DriftRecord *from, DriftRecord *ret)
{
        *ret = (DriftRecord) {.is_present = from->is_present, .seen_at = from->seen_at};
        ret->address = strdup(from->address);
        if (!ret->address)
                return -ENOMEM;

        for (size_t k = 0; k < _DRIFT_KIND_MAX; k++) {
                int r = track_copy(&from->tracks[k], &ret->tracks[k]);

                if (r < 0)
                        return r;
        }
        return 0;
}

/* ---- the memory ---- */

static int memory_new(const DriftRecord *endpoint, DriftMemory **ret)
{
        CLEANUP(drift_memory_cleanup) DriftMemory *m = NULL;
        int r;

        m = calloc(1, sizeof(*m));
        if (!m)
                return -ENOMEM;

        r = record_copy(endpoint, &m->endpoint);
        if (r < 0)
                return r;

        *ret = STEAL(m);
        return 0;
}

int drift_memory_new(int64_t now_at, DriftMemory **ret)
{
        char no_address[] = "";
        const DriftRecord empty = {.address = no_address, .is_present = true, .seen_at = now_at};
        int r;

        assert(ret);

        r = memory_new(&empty, ret);
        if (r < 0)
                return r;

        (*ret)->first_at = now_at;
        return 0;
}

DriftMemory *drift_memory_free(DriftMemory *m)
{
        if (!m)
                return NULL;

        drift_record_done(&m->endpoint);
        for (size_t i = 0; i < m->n_addresses; i++)
                drift_record_done(&m->addresses[i]);
        free(m->addresses);
        free(m->offer);
        free(m->target);
        free(m);
        return NULL;
}

static int memory_copy_addresses(const DriftMemory *from, DriftMemory *to)
{
        for (size_t i = 0; i < from->n_addresses; i++) {
                int r = util_grow(&to->addresses, to->n_addresses, sizeof(*to->addresses));

                if (r < 0)
                        return r;
                r = record_copy(&from->addresses[i], &to->addresses[to->n_addresses++]);
                if (r < 0)
                        return r;
        }
        return 0;
}

int drift_memory_copy(const DriftMemory *m, DriftMemory **ret)
{
        CLEANUP(drift_memory_cleanup) DriftMemory *copy = NULL;
        int r;

        assert(m);
        assert(ret);

        r = memory_new(&m->endpoint, &copy);
        if (r < 0)
                return r;

        copy->first_at = m->first_at;
        copy->mismatch_at = m->mismatch_at;
        copy->revision = m->revision;
        r = util_copy_text(m->offer, &copy->offer);
        if (r < 0)
                return r;
        r = util_copy_text(m->target, &copy->target);
        if (r < 0)
                return r;
        r = memory_copy_addresses(m, copy);
        if (r < 0)
                return r;

        *ret = STEAL(copy);
        return 0;
}

DriftRecord *drift_memory_find(DriftMemory *m, const char *address)
{
        assert(m);
        assert(address);

        if (address[0] == '\0')
                return &m->endpoint;
        for (size_t i = 0; i < m->n_addresses; i++)
                if (strcmp(m->addresses[i].address, address) == 0)
                        return &m->addresses[i];
        return NULL;
}

int drift_memory_add(DriftMemory *m, const char *address, DriftRecord **ret)
{
        DriftRecord *record = NULL;
        char *copy = NULL;
        int r;

        assert(m);
        assert(address);
        assert(!drift_memory_find(m, address));
        assert(ret);

        if (m->n_addresses >= DRIFT_ADDRESSES_MAX || strlen(address) > DRIFT_ADDRESS_MAX)
                return -E2BIG;

        r = util_grow(&m->addresses, m->n_addresses, sizeof(*m->addresses));
        if (r < 0)
                return r;
        copy = strdup(address);
        if (!copy)
                return -ENOMEM;

        record = &m->addresses[m->n_addresses++];
        *record = (DriftRecord) {.address = copy};
        *ret = record;
        return 0;
}

bool drift_has_baseline(const DriftMemory *m, DriftKind kind)
{
        assert(m);
        assert(kind < _DRIFT_KIND_MAX);

        if (m->endpoint.tracks[kind].baseline.value)
                return true;
        for (size_t i = 0; i < m->n_addresses; i++)
                if (m->addresses[i].is_present && m->addresses[i].tracks[kind].baseline.value)
                        return true;
        return false;
}

bool drift_is_open(const DriftMemory *m, DriftKind kind)
{
        assert(m);
        assert(kind < _DRIFT_KIND_MAX);

        if (m->endpoint.tracks[kind].now.value)
                return true;
        for (size_t i = 0; i < m->n_addresses; i++)
                if (m->addresses[i].is_present && m->addresses[i].tracks[kind].now.value)
                        return true;
        return false;
}

static void take_earliest(int64_t *at, int64_t other_at)
{
        if (other_at != 0 && (*at == 0 || other_at < *at))
                *at = other_at;
}

int64_t drift_mixed_since(const DriftMemory *m, DriftKind kind)
{
        int64_t at = 0;

        assert(m);
        assert(kind < _DRIFT_KIND_MAX);

        take_earliest(&at, m->endpoint.tracks[kind].mixed_at);
        for (size_t i = 0; i < m->n_addresses; i++)
                if (m->addresses[i].is_present)
                        take_earliest(&at, m->addresses[i].tracks[kind].mixed_at);
        return at;
}

/* ---- the ledger ---- */

bool drift_change_is_alarm(const DriftChange *c)
{
        assert(c);

        return !c->expected && drift_event_info(c->event)->is_alarm;
}

void drift_change_done(DriftChange *c)
{
        if (!c)
                return;

        free(c->address);
        free(c->old_text);
        free(c->new_text);
        *c = (DriftChange) {0};
}

void drift_result_done(DriftResult *r)
{
        assert(r);

        for (size_t i = 0; i < r->n_changes; i++)
                drift_change_done(&r->changes[i]);
        free(r->changes);
        (void) drift_memory_free(r->memory);
        *r = (DriftResult) {0};
}
