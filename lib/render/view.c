/* SPDX-License-Identifier: MIT */
#include "render/view.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/timefmt.h"

const AddressObservation *view_speaker(const Endpoint *e)
{
        int i = -1;

        assert(e);

        if (!e->observation || !e->assessment)
                return NULL;

        i = assessment_speaker(e->assessment, e->observation);
        return i >= 0 && (size_t) i < e->observation->n_addresses ? &e->observation->addresses[i]
                                                                  : NULL;
}

Diagnosis view_speaker_primary(const Endpoint *e)
{
        const AddressObservation *speaker = view_speaker(e);
        size_t i = 0;

        if (!speaker)
                return DIAGNOSIS_NONE;

        i = (size_t) (speaker - e->observation->addresses);
        return i < e->assessment->n_addresses ? e->assessment->addresses[i].primary
                                              : DIAGNOSIS_NONE;
}

bool view_has_several_addresses(const Endpoint *e)
{
        assert(e);

        return e->config->all_addresses && e->observation && e->assessment &&
               e->observation->n_addresses > 1;
}

Observed view_client_cert_requested(const AddressObservation *a)
{
        assert(a);

        if (a->tls.certificate_request_seen)
                return OBSERVED_YES;

        /* The request stands before the listener's Finished, so only then its absence is a fact. */
        return a->tls.finished_seen ? OBSERVED_NO : OBSERVED_NOT;
}

Observed view_client_cert_required(
        const Endpoint *e, const AddressObservation *a, Diagnosis primary)
{
        assert(e);
        assert(a);

        if (primary != DIAGNOSIS_NONE &&
                strcmp(diagnosis_info(primary)->reason, "client_cert_required") == 0)
                return OBSERVED_YES;

        /* It is an attribute of the channel, and the channel is the same behind every address. */
        if (e->assessment && e->assessment->client_auth != CLIENT_AUTH_UNKNOWN)
                return observed_if(true, e->assessment->client_auth == CLIENT_AUTH_REQUIRED);

        /* At depth "mq" the channel had its chance to say so, and said something else. */
        return observed_if(e->config->depth == PROBE_DEPTH_TLS && a->end == END_COMPLETED &&
                        a->tls.finished_seen && !a->tls.client_certificate_sent,
                false);
}

bool view_shows_leaf(const AddressObservation *a)
{
        assert(a);

        return a->chain && a->chain_kept_at == 0 && a->chain->n_certs > 0 &&
               !(a->chain->certs[0].facts.faults & CERT_FAULT_UNPARSABLE);
}

Observed view_addresses_consistent(const Endpoint *e)
{
        const Assessment *a = e->assessment;
        const Observation *o = e->observation;
        size_t n_known = 0, n_shown = 0;

        for (size_t i = 0; o && i < o->n_addresses; i++) {
                n_known += o->addresses[i].ip != NULL;
                n_shown += view_shows_leaf(&o->addresses[i]);
        }

        bool compared = n_shown > 1 || n_known < 2 || !e->config->policy.all_addresses;

        return observed_if(
                a && a->n_addresses_answered > 0 && compared, a && a->addresses_consistent);
}

const char *view_mq_result(MqResult result)
{
        static const char *const names[] = {
                [MQ_RESULT_NONE] = NULL,
                [MQ_RESULT_ACCEPTED] = "accepted",
                [MQ_RESULT_REFUSED] = "refused",
                [MQ_RESULT_NOT_MQ] = "not_mq",
                [MQ_RESULT_PROTOCOL_ERROR] = "protocol_error",
                [MQ_RESULT_NOT_AGREED] = "not_agreed",
                [MQ_RESULT_CLOSED] = "closed",
                [MQ_RESULT_TIMEOUT] = "timeout",
        };

        _Static_assert(ARRAY_LEN(names) == _MQ_RESULT_MAX, "every result has a name");
        assert(result < _MQ_RESULT_MAX);

        return names[result];
}

const char *view_mq_phrase(MqResult result)
{
        static const char *const phrases[] = {
                [MQ_RESULT_NONE] = "not asked yet",
                [MQ_RESULT_ACCEPTED] = "the channel was accepted",
                [MQ_RESULT_REFUSED] = "the channel was refused",
                [MQ_RESULT_NOT_MQ] = "what answers inside TLS does not speak MQ",
                [MQ_RESULT_PROTOCOL_ERROR] = "the conversation broke",
                [MQ_RESULT_NOT_AGREED] = "no agreement was reached",
                [MQ_RESULT_CLOSED] = "the connection was closed instead of an answer",
                [MQ_RESULT_TIMEOUT] = "no answer came within the time limit",
        };

        _Static_assert(ARRAY_LEN(phrases) == _MQ_RESULT_MAX, "every result has its words");
        assert(result < _MQ_RESULT_MAX);

        return phrases[result];
}

bool view_mq_answered(const MqOutcome *mq)
{
        assert(mq);

        return mq->result == MQ_RESULT_ACCEPTED || mq->result == MQ_RESULT_REFUSED ||
               mq->result == MQ_RESULT_NOT_AGREED;
}

const char *view_cipherspec(const HandshakeFacts *tls)
{
        const CipherSpec *spec = NULL;

        assert(tls);

        if (tls->version != 0)
                spec = cipherspec_by_code(tls->version, tls->cipher);
        return spec ? spec->name : NULL;
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

/* "AMQ", four digits, and since 9.1 a letter of severity. */
static size_t amq_code_len(const char *s)
{
        size_t len = strlen("AMQ0000");

        if (strncmp(s, "AMQ", strlen("AMQ")) != 0)
                return 0;
        for (size_t i = strlen("AMQ"); i < len; i++)
                if (!is_digit(s[i]))
                        return 0;

        if (s[len] >= 'A' && s[len] <= 'Z')
                len++;
        return len;
}

bool view_amq_code(const DiagnosisInfo *info, char ret[static VIEW_AMQ_CODE_SIZE])
{
        const char *sides[2];

        assert(info);

        sides[0] = info->amq_initiator;
        sides[1] = info->amq_qmgr;
        for (size_t i = 0; i < ARRAY_LEN(sides); i++)
                for (const char *p = sides[i]; (p = strstr(p, "AMQ")); p++) {
                        size_t len = amq_code_len(p);

                        if (len == 0)
                                continue;
                        memcpy(ret, p, len);
                        ret[len] = '\0';
                        return true;
                }
        return false;
}

int64_t view_days_left(int64_t at, int64_t now_at)
{
        int64_t seconds = at - now_at;
        int64_t days = seconds / SECONDS_PER_DAY;

        return seconds % SECONDS_PER_DAY < 0 ? days - 1 : days;
}

void view_append_suite(const HandshakeFacts *tls, Buf *b)
{
        const char *spec = NULL;

        assert(tls);
        assert(b);

        if (tls->version == 0)
                return;
        spec = view_cipherspec(tls);
        buf_append_str(b, tls_version_to_string(tls->version));
        buf_append_char(b, ' ');
        if (spec || tls->cipher_name)
                buf_append_str(b, spec ? spec : tls->cipher_name);
        else
                buf_appendf(b, "0x%04X", (unsigned) tls->cipher);
}

bool view_is_admitted(const Endpoint *e, const HandshakeFacts *tls)
{
        const Policy *policy = NULL;

        assert(e);
        assert(tls);

        policy = &e->config->policy;
        return sslciph_admits(policy->listener_sslciph.kind != SSLCIPH_UNSET
                        ? &policy->listener_sslciph
                        : &policy->sslciph,
                tls->version, tls->cipher);
}

/* ---- what needs care first ---- */

typedef struct Ranked {
        const Endpoint *endpoint;
        int rank;
} Ranked;

static int rank_of(const Endpoint *e)
{
        switch (endpoint_severity(e)) {
        case SEVERITY_CRITICAL:
                return 0;
        case SEVERITY_WARNING:
                return 1;
        case SEVERITY_UNKNOWN:
                return 3;
        case SEVERITY_OK:
        case _SEVERITY_MAX:
        default:
                return view_has_drift(e) ? 2 : 4;
        }
}

static int compare_worst_first(const void *a, const void *b)
{
        const Ranked *x = a, *y = b;
        const Endpoint *left = x->endpoint, *right = y->endpoint;

        if (x->rank != y->rank)
                return x->rank - y->rank;

        if (left->dates.has_effective != right->dates.has_effective)
                return left->dates.has_effective ? -1 : 1;
        if (left->dates.has_effective && left->dates.effective_at != right->dates.effective_at)
                return left->dates.effective_at < right->dates.effective_at ? -1 : 1;

        return strcmp(left->config->name, right->config->name);
}

int view_worst_first(const Inventory *inventory, const Endpoint ***ret)
{
        size_t n = 0;
        CLEANUP_FREE Ranked *ranked = NULL;
        const Endpoint **sorted = NULL;

        assert(inventory);
        assert(ret);

        n = inventory_count(inventory);
        ranked = calloc(n ? n : 1, sizeof(*ranked));
        sorted = calloc(n ? n : 1, sizeof(Endpoint *));
        if (!ranked || !sorted) {
                free(sorted);
                return -ENOMEM;
        }

        for (size_t i = 0; i < n; i++) {
                ranked[i].endpoint = inventory_at(inventory, i);
                ranked[i].rank = rank_of(ranked[i].endpoint);
        }
        qsort(ranked, n, sizeof(*ranked), compare_worst_first);
        for (size_t i = 0; i < n; i++)
                sorted[i] = ranked[i].endpoint;

        *ret = sorted;
        return 0;
}

const char *view_message(const Endpoint *e)
{
        assert(e);

        if (!e->assessment)
                return e->is_restored ? "It has not been looked at since the restart."
                                      : "It has not been looked at yet.";
        return e->assessment->message ? e->assessment->message : "";
}

const Finding *view_first_finding(const Endpoint *e)
{
        assert(e);

        return e->assessment && e->assessment->n_findings > 0 ? &e->assessment->findings[0] : NULL;
}
