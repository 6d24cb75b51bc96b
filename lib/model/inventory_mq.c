/* SPDX-License-Identifier: MIT */

/* Looks at depth "mq" are rarer than probes: what the last one found is remembered here, and when the
 * next is due. */

#include "model/inventory_internal.h"

#include <assert.h>
#include <string.h>

#include "base/timefmt.h"

/* In this probe. A look that we could not make ourselves was none. */
static bool was_asked(const AddressObservation *a)
{
        return a->mq_tried && a->mq_kept_at == 0 && a->mq.result != MQ_RESULT_NONE;
}

static bool has_answer(const AddressObservation *a)
{
        return a->mq.result != MQ_RESULT_NONE;
}

static const AddressObservation *first_asked(const Observation *o)
{
        for (size_t k = 0; k < o->n_addresses; k++)
                if (was_asked(&o->addresses[k]))
                        return &o->addresses[k];
        return NULL;
}

/* Which address carries an answer that was not its own: the one that TLS reached, else the first that
 * was tried, so that the answer does not get lost. */
static AddressObservation *bearer(Observation *o)
{
        AddressObservation *first = NULL;

        for (size_t k = 0; k < o->n_addresses; k++) {
                AddressObservation *a = &o->addresses[k];

                if (a->tls.finished_seen)
                        return a;
                if (!first && a->attempted)
                        first = a;
        }
        return first;
}

static bool any_has_answer(const Observation *o)
{
        for (size_t k = 0; k < o->n_addresses; k++)
                if (has_answer(&o->addresses[k]))
                        return true;
        return false;
}

static void note_context(AddressObservation *a)
{
        if (was_asked(a))
                a->mq_context = address_observation_context(a);
}

/* Hands every address the answer that it gave itself before. */
static void keep_own_answers(Observation *from, Observation *o)
{
        for (size_t k = 0; from && k < o->n_addresses; k++) {
                AddressObservation *now = &o->addresses[k];
                const AddressObservation *before = observation_find_address(from, now->address);

                if (was_asked(now) || !before || !has_answer(before))
                        continue;

                now->mq = before->mq;
                now->mq_context = before->mq_context;
                now->mq_kept_at = before->mq_kept_at != 0 ? before->mq_kept_at : from->finished_at;
        }
}

static void keep_answers(const Endpoint *e, Observation *o)
{
        AddressObservation *a = NULL;

        if (e->config->all_addresses)
                keep_own_answers(e->observation, o);
        if (e->mq_at == 0 || any_has_answer(o))
                return;

        a = bearer(o);
        if (!a)
                return;

        a->mq = e->mq;
        a->mq_context = e->mq_context;
        a->mq_kept_at = e->mq_at;
}

/* Does this look say whether who has no certificate is refused? */
static bool is_decided(const AddressObservation *a)
{
        return a->mq.result == MQ_RESULT_ACCEPTED ||
               mq_outcome_is_status(&a->mq, MQ_STATUS_CLIENT_CERTIFICATE) ||
               diagnosis_of_address(a) == DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED;
}

/* A look that found nothing out does not displace one that did. */
static void keep_anonymous(Observation *from, Observation *o)
{
        if (!from || !from->anonymous)
                return;
        if (o->anonymous && (is_decided(o->anonymous) || !is_decided(from->anonymous)))
                return;
        observation_drop_anonymous(o);

        o->anonymous = STEAL(from->anonymous);
        if (o->anonymous->mq_kept_at == 0)
                o->anonymous->mq_kept_at = from->finished_at;
}

void endpoint_keep_mq(Endpoint *e, Observation *o)
{
        if (e->config->depth != PROBE_DEPTH_MQ)
                return;

        for (size_t k = 0; k < o->n_addresses; k++)
                note_context(&o->addresses[k]);
        if (o->anonymous)
                note_context(o->anonymous);

        keep_answers(e, o);
        keep_anonymous(e->observation, o);
}

void endpoint_return_mq(Endpoint *e, Observation *o)
{
        if (!e->observation || !o->anonymous || o->anonymous->mq_kept_at == 0)
                return;

        e->observation->anonymous = STEAL(o->anonymous);
}

static bool says_unknown(const AddressObservation *a)
{
        return was_asked(a) && mq_outcome_is_status(&a->mq, MQ_STATUS_NO_CHANNEL);
}

/* Has mq_interval passed since? A clock that was set back tells nothing, and that counts as passed. */
static bool has_passed(const Endpoint *e, int64_t since_at, int64_t now_at)
{
        return now_at < since_at ||
               (uint64_t) (now_at - since_at) >= e->config->mq_interval_usec / USEC_PER_SEC;
}

void endpoint_take_mq(Endpoint *e, const Observation *o)
{
        const AddressObservation *asked = first_asked(o);

        if (!asked)
                return;

        if (e->mq_at != 0 && !has_passed(e, e->mq_at, o->finished_at))
                e->mq_early_at = o->finished_at;
        e->mq = asked->mq;
        e->mq_context = asked->mq_context;
        e->mq_at = o->finished_at;
        e->mq_asked_reload = e->mq_begun_reload;
        e->mq_unknown = o->anonymous && says_unknown(o->anonymous);
        for (size_t k = 0; k < o->n_addresses; k++)
                e->mq_unknown = e->mq_unknown || says_unknown(&o->addresses[k]);
}

/* ---- when is it time again? ---- */

void endpoint_note_begin(Endpoint *e)
{
        assert(e);

        e->mq_begun_reload = e->n_reloads;
}

/* Only what TLS showed in this probe can be compared. */
static bool context_changed(const AddressObservation *a)
{
        MqContext now = address_observation_context(a);
        const MqContext *then = &a->mq_context;

        if (!has_answer(a) || a->mq_kept_at == 0 || !a->tls.finished_seen)
                return false;
        if (now.version != then->version || now.cipher != then->cipher)
                return true;

        return now.has_leaf && then->has_leaf &&
               memcmp(now.leaf_sha256, then->leaf_sha256, sizeof(now.leaf_sha256)) != 0;
}

bool endpoint_mq_due(const Endpoint *e, int64_t now_at)
{
        const Observation *o = NULL;

        assert(e);

        if (e->config->depth != PROBE_DEPTH_MQ)
                return false;
        if (e->mq_unknown)
                return e->mq_asked_reload != e->n_reloads;
        if (e->mq_at == 0 || has_passed(e, e->mq_at, now_at))
                return true;
        if (e->mq_early_at != 0 && !has_passed(e, e->mq_early_at, now_at))
                return false;

        o = e->observation;
        for (size_t k = 0; o && k < o->n_addresses; k++)
                if (context_changed(&o->addresses[k]))
                        return true;
        return false;
}
