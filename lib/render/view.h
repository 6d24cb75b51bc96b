/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_VIEW_H
#define MQTLS_RENDER_VIEW_H

/* What several renderers ask of an endpoint: who speaks for it, what comes first, how long is left.
 * Values only; nothing is judged here. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/util.h"
#include "model/inventory.h"

enum {
        VIEW_AMQ_CODE_SIZE = sizeof("AMQ9999E"),
};

typedef enum Observed {
        OBSERVED_NOT, /* the probe did not get that far, or what it saw does not tell */
        OBSERVED_NO,
        OBSERVED_YES,
} Observed;

static inline Observed observed_if(bool known, bool yes)
{
        return !known ? OBSERVED_NOT : yes ? OBSERVED_YES : OBSERVED_NO;
}

/* The address that speaks for the endpoint, NULL if none. */
const AddressObservation *view_speaker(const Endpoint *e);

/* Its primary diagnosis, NONE when all is well with it or nobody speaks. */
Diagnosis view_speaker_primary(const Endpoint *e);

/* Are the addresses of the endpoint shown one by one? */
bool view_has_several_addresses(const Endpoint *e);

/* Did the listener ask for a client certificate; did it insist on one? `primary` is the address's
 * primary diagnosis. Refusing for want of one is yes; else what is known of the channel counts, and
 * where nothing is, that TLS was accepted without one is no. */
Observed view_client_cert_requested(const AddressObservation *a);
Observed view_client_cert_required(
        const Endpoint *e, const AddressObservation *a, Diagnosis primary);

/* Did this probe show a leaf certificate whose names can be read? */
bool view_shows_leaf(const AddressObservation *a);

/* Do all addresses that answered the last probe present the same leaf certificate? Where each of several
 * is looked at, one alone agrees with itself, and says nothing of the others. */
Observed view_addresses_consistent(const Endpoint *e);

const char *view_mq_result(MqResult result); /* "accepted", "not_mq", …; NULL for NONE */
const char *view_mq_phrase(MqResult result); /* "the channel was accepted", …, for people */

/* Did it speak as a queue manager does, whatever it said? */
bool view_mq_answered(const MqOutcome *mq);

/* MQ's name of what was negotiated, NULL when it is none of MQ's or nothing was. */
const char *view_cipherspec(const HandshakeFacts *tls);

/* "TLS 1.3 TLS_AES_256_GCM_SHA384": the version and MQ's name of what was negotiated, the library's where
 * MQ has none; nothing when nothing was. */
void view_append_suite(const HandshakeFacts *tls, Buf *b);

/* Is it what the accepting channel admits, as far as its SSLCIPH is known? */
bool view_is_admitted(const Endpoint *e, const HandshakeFacts *tls);

/* The AMQ message number that a partner would show ("AMQ9631E"), else the queue manager's; false
 * when there is none. */
bool view_amq_code(const DiagnosisInfo *info, char ret[static VIEW_AMQ_CODE_SIZE]);

/* Whole days from `now_at` to `at`, rounded down: -1 on the day after the end. */
int64_t view_days_left(int64_t at, int64_t now_at);

/* The endpoints, those that need care first: critical, warning, well but changed, not looked at, well;
 * within these what ends first. `*ret` is an array of inventory_count() that the caller frees. 0 or -ENOMEM. */
int view_worst_first(const Inventory *inventory, const Endpoint ***ret);

/* Something behind the endpoint that is not at rest. The texts are foreign bytes, and live as long as
 * the endpoint's memory. */
typedef struct ViewDrift {
        DriftKind kind;
        DriftEvent event;    /* DRIFT: not the baseline; MIXED: two in turn; MISMATCH: of addresses */
        const char *address; /* NULL: the endpoint as a whole */
        int64_t since_at;
        const char *old_text; /* the baseline; of what is mixed, one of the two; of a mismatch NULL */
        const char *new_text; /* what is seen instead; the other; NULL */
} ViewDrift;

/* All of it, by kind. `*ret` is an array that the caller frees, NULL without any. 0 or -ENOMEM. */
int view_drifts(const Endpoint *e, ViewDrift **ret, size_t *ret_n);
bool view_has_drift(const Endpoint *e);

/* The same for one kind, without a mismatch of addresses. */
bool view_has_drift_of(const Endpoint *e, DriftKind kind);

/* When the ledger got its last entry of the endpoint; 0: never. */
int64_t view_last_change_at(const Endpoint *e);

/* One sentence, also for an endpoint that was not looked at yet. */
const char *view_message(const Endpoint *e);

/* The first finding of the endpoint, NULL without findings. */
const Finding *view_first_finding(const Endpoint *e);

#endif
