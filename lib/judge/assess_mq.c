/* SPDX-License-Identifier: MIT */

/*
 * Stage mq: what the queue manager answered when its channel was named, which is where it checks
 * the CipherSpec, the certificate and its name ("CipherSpec mismatches": during channel startup).
 * Looks at that depth are rarer than probes, so the last answer is judged until the next one, and
 * its sentence says when it was given.
 */

#include "judge/assess_internal.h"

#include <string.h>

static MqContext context_of(const AddressObservation *a)
{
        return a->mq_kept_at != 0 ? a->mq_context : address_observation_context(a);
}

bool assess_mq_passed(const Judging *j, size_t address, bool *ret_inferred)
{
        const MqOutcome *mq = &j->o->addresses[address].mq;

        return diagnosis_mq_is_accepted(mq, j->policy->chltype, ret_inferred) &&
                diagnosis_of_mq(mq, j->policy->chltype) == DIAGNOSIS_NONE;
}

/* ---- sentences ---- */

static void append_error(Buf *b, const MqInitFacts *facts)
{
        if (facts->error_text[0] == '\0')
                return;

        buf_append_str(b, ": ");
        message_append_foreign(b, facts->error_text);
}

/* ", TLS_AES_256_GCM_SHA384 with TLS 1.3" */
static void append_agreed(Buf *b, const MqContext *c)
{
        HandshakeFacts agreed = {.version = c->version, .cipher = c->cipher};

        if (c->version == 0)
                return;

        buf_append_str(b, ", ");
        message_append_suite(b, &agreed);
        buf_appendf(b, " with %s", tls_version_to_string(c->version));
}

static void append_refusal(
        Buf *b, const AddressObservation *a, Diagnosis d, const Policy *policy)
{
        const MqInitFacts *facts = &a->mq.facts;
        const MqStatusInfo *info = facts->has_status ? mqstatus_info(facts->status_code) : NULL;
        MqContext context = context_of(a);

        buf_append_str(b, "TLS is up, but the queue manager refused the channel");
        if (!facts->has_status)
                return;

        buf_appendf(b, ": status 0x%02X", (unsigned) facts->status_code);
        if (!info) {
                buf_append_str(b, ", whose meaning is not known");
                return;
        }

        buf_appendf(b, " (%s), %s", info->name, info->phrase);
        if (d == DIAGNOSIS_MQ_CIPHERSPEC_REFUSED)
                append_agreed(b, &context);
        else if (d == DIAGNOSIS_MQ_CLIENT_CERT_REQUIRED && context.client_certificate_sent)
                buf_append_str(b, ", although ours was sent");
        else if (d == DIAGNOSIS_MQ_CLIENT_CERT_REQUIRED)
                message_append_why_anonymous(b, policy);
        else if (d == DIAGNOSIS_MQ_REFUSED_OTHER && info->caller_amq[0] != '\0')
                buf_appendf(b, "; a partner prints %s", info->caller_amq);
}

static void message_of_mq(
        Buf *b, const AddressObservation *a, Diagnosis d, const Policy *policy, int64_t now_at)
{
        switch (a->mq.result) {
        case MQ_RESULT_ACCEPTED:
                buf_appendf(b,
                        "The queue manager accepted a client on the channel, so it is a "
                        "server-connection channel and not of type %s as configured",
                        channel_type_to_string(policy->chltype));
                break;
        case MQ_RESULT_REFUSED:
                append_refusal(b, a, d, policy);
                break;
        case MQ_RESULT_NOT_MQ:
                buf_append_str(b, "TLS is up, but what answers inside does not speak MQ");
                append_error(b, &a->mq.facts);
                break;
        case MQ_RESULT_NOT_AGREED:
                buf_append_str(b, "TLS is up, but the channel negotiation came to no end");
                append_error(b, &a->mq.facts);
                break;
        case MQ_RESULT_CLOSED:
                buf_append_str(b, "TLS is up, but the listener closed the connection when it was "
                                  "told the channel, without a word");
                break;
        case MQ_RESULT_TIMEOUT:
                buf_append_str(b, "TLS is up, but the listener said nothing within the time limit "
                                  "when it was told the channel");
                break;
        case MQ_RESULT_PROTOCOL_ERROR:
        case MQ_RESULT_NONE:
        case _MQ_RESULT_MAX:
        default:
                buf_append_str(b, "TLS is up, but the MQ conversation broke");
                append_error(b, &a->mq.facts);
                break;
        }

        if (a->mq_kept_at != 0) {
                buf_append_str(b, "; so it was at the last look at this depth, on ");
                message_append_moment(b, a->mq_kept_at, now_at);
        }
        buf_append_char(b, '.');
}

/* ---- findings ---- */

/* Is there an answer to judge? That the connection ended is no answer where TLS has said why. */
static bool has_answer(const AddressObservation *a)
{
        if (a->mq.result == MQ_RESULT_NONE)
                return false;

        return a->mq_kept_at != 0 || a->mq.result != MQ_RESULT_CLOSED ||
                diagnosis_of_address(a) == DIAGNOSIS_NONE;
}

static void judge_answer(Judging *j, size_t address)
{
        const AddressObservation *a = &j->o->addresses[address];
        Diagnosis d = diagnosis_of_mq(&a->mq, j->policy->chltype);
        CLEANUP_BUF Buf message = BUF_INIT;

        if (d == DIAGNOSIS_NONE || judging_has(j, d, (int) address))
                return;

        message_of_mq(&message, a, d, j->policy, j->now_at);
        judging_add_as(j, d,
                mq_outcome_is_status(&a->mq, MQ_STATUS_SSL_REFRESHING) ? SEVERITY_WARNING
                                                                       : diagnosis_info(d)->severity,
                (int) address, -1, &message);
}

/* Names of queue managers are case-sensitive ("Rules for naming IBM MQ objects"). */
static void judge_qmgr(Judging *j, size_t address)
{
        const AddressObservation *a = &j->o->addresses[address];
        const char *name = a->mq.facts.qmgr_name;
        CLEANUP_BUF Buf message = BUF_INIT;

        if (!j->policy->qmgr || name[0] == '\0' || strcmp(name, j->policy->qmgr) == 0)
                return;

        buf_append_str(&message, "The queue manager that answers calls itself ");
        message_append_foreign(&message, name);
        buf_appendf(&message, ", and not %s as configured.", j->policy->qmgr);
        judging_add(j, DIAGNOSIS_POLICY_QMGR_MISMATCH, (int) address, -1, &message);
}

/* Our own refusal is the only evidence, and only where there was nothing to show. */
static void judge_unexpected_demand(Judging *j, size_t address)
{
        CLEANUP_BUF Buf message = BUF_INIT;

        if (!assess_rule_in_force(DIAGNOSIS_POLICY_CLIENT_AUTH_UNEXPECTED, j->policy))
                return;
        if (!judging_has(j, DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED, (int) address) &&
                !judging_has(j, DIAGNOSIS_MQ_CLIENT_CERT_REQUIRED, (int) address))
                return;

        buf_append_str(&message, "The listener insists on a client certificate, although "
                                 "sslcauth = \"OPTIONAL\" says that it should not.");
        judging_add(j, DIAGNOSIS_POLICY_CLIENT_AUTH_UNEXPECTED, (int) address, -1, &message);
}

void assess_mq(Judging *j, size_t address)
{
        if (has_answer(&j->o->addresses[address])) {
                judge_answer(j, address);
                judge_qmgr(j, address);
        }
        judge_unexpected_demand(j, address);
}

/* ---- SSLCAUTH ---- */

/* What one look says of SSLCAUTH. Only one at depth "mq" and without a certificate says anything: an
 * MQ listener asks everybody in the handshake and insists only here. A receiver's refusal of our type
 * says nothing: whether the certificate is looked at before the type is not known. */
static ClientAuth client_auth_of(const AddressObservation *a, const Policy *policy)
{
        bool inferred = false;

        if (mq_outcome_is_status(&a->mq, MQ_STATUS_CLIENT_CERTIFICATE))
                return CLIENT_AUTH_REQUIRED;
        if (diagnosis_of_address(a) == DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED)
                return CLIENT_AUTH_REQUIRED;
        if (diagnosis_mq_is_accepted(&a->mq, policy->chltype, &inferred) && !inferred &&
                !context_of(a).client_certificate_sent)
                return CLIENT_AUTH_NOT_REQUIRED;

        return CLIENT_AUTH_UNKNOWN;
}

/* The look that was made to find out, else the ordinary ones: without an identity they are the same. */
static ClientAuth find_client_auth(const Judging *j, const AddressObservation **ret_witness)
{
        const Observation *o = j->o;
        ClientAuth found = CLIENT_AUTH_UNKNOWN;

        if (o->anonymous) {
                found = client_auth_of(o->anonymous, j->policy);
                *ret_witness = o->anonymous;
        }
        for (size_t i = 0; i < o->n_addresses && found == CLIENT_AUTH_UNKNOWN; i++) {
                found = client_auth_of(&o->addresses[i], j->policy);
                *ret_witness = &o->addresses[i];
        }
        return found;
}

void assess_client_auth(Judging *j)
{
        const AddressObservation *witness = NULL;
        CLEANUP_BUF Buf message = BUF_INIT;

        if (j->policy->depth != PROBE_DEPTH_MQ)
                return;
        j->a->client_auth = find_client_auth(j, &witness);
        if (j->a->client_auth != CLIENT_AUTH_NOT_REQUIRED ||
                !assess_rule_in_force(DIAGNOSIS_POLICY_CLIENT_AUTH_NOT_REQUIRED, j->policy))
                return;

        buf_append_str(&message, "The queue manager let us in without a client certificate, "
                                 "although sslcauth = \"REQUIRED\" says that it should refuse");
        if (witness->mq_kept_at != 0) {
                buf_append_str(&message, "; so it was at the last look for that, on ");
                message_append_moment(&message, witness->mq_kept_at, j->now_at);
        }
        buf_append_char(&message, '.');
        judging_add(j, DIAGNOSIS_POLICY_CLIENT_AUTH_NOT_REQUIRED, -1, -1, &message);
}
