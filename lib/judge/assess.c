/* SPDX-License-Identifier: MIT */

/*
 * From an observation to a verdict, in four steps: judge every address by itself; decide which
 * addresses count against the endpoint; drop the findings of the others and put the rest in order;
 * sum up.
 *
 * A partner's CONNAME list is tried from left to right until one works. So without all_addresses a
 * failed address is no failure of the endpoint once another has answered; it stays visible in its
 * own verdict.
 */

#include "judge/assess_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

void judging_add_as(
        Judging *j, Diagnosis d, Severity severity, int address, int cert_position, Buf *message)
{
        Assessment *a = j->a;
        Finding f = {
                .diagnosis = d,
                .severity = severity,
                .address = address,
                .cert_position = cert_position,
        };

        if (j->r < 0)
                return;

        j->r = util_grow(&a->findings, a->n_findings, sizeof(*a->findings));
        if (j->r < 0)
                return;
        j->r = buf_steal(message, &f.message);
        if (j->r < 0)
                return;
        a->findings[a->n_findings++] = f;
}

void judging_add(Judging *j, Diagnosis d, int address, int cert_position, Buf *message)
{
        judging_add_as(j, d, diagnosis_info(d)->severity, address, cert_position, message);
}

bool finding_fails(const Finding *f)
{
        const DiagnosisInfo *info = diagnosis_info(f->diagnosis);

        return info->fails && f->severity == info->severity;
}

/*
 * What fails the endpoint comes first, and of that what is critical: a channel that refuses us stands
 * before a key that is too short. Then the order of the table, which is that of the stages.
 */
static int finding_compare(const void *x, const void *y)
{
        const Finding *a = x, *b = y;

        if (finding_fails(a) != finding_fails(b))
                return finding_fails(a) ? -1 : 1;
        if (finding_fails(a) && a->severity != b->severity)
                return a->severity == SEVERITY_CRITICAL ? -1 : 1;
        if (a->diagnosis != b->diagnosis)
                return a->diagnosis < b->diagnosis ? -1 : 1;
        if (a->address != b->address)
                return a->address < b->address ? -1 : 1;

        return (a->cert_position > b->cert_position) - (a->cert_position < b->cert_position);
}

/* A look-up that failed has failed, even where the addresses known before serve; a queue manager that
 * says "later" has not refused. */
static bool finding_fails_stage(const Finding *f)
{
        const DiagnosisInfo *info = diagnosis_info(f->diagnosis);

        return info->stage == STAGE_RESOLVE ? info->fails : finding_fails(f);
}

static void finding_done(Finding *f)
{
        free(f->message);
}

/* ---- one address ---- */

static bool was_looked_at(const AddressObservation *a)
{
        return a->attempted || a->end != END_NONE;
}

bool judging_has(const Judging *j, Diagnosis d, int address)
{
        for (size_t i = 0; i < j->a->n_findings; i++)
                if (j->a->findings[i].diagnosis == d && j->a->findings[i].address == address)
                        return true;

        return false;
}

static void judge_address(Judging *j, size_t i)
{
        const AddressObservation *a = &j->o->addresses[i];
        CLEANUP_BUF Buf message = BUF_INIT;
        Diagnosis d;

        if (!was_looked_at(a))
                return;

        d = diagnosis_of_address(a);
        assess_chain(j, i);
        assess_policy(j, i);

        /* A certificate that stopped the handshake has been found by now, if it could be read. */
        if (d != DIAGNOSIS_NONE &&
                !(d == DIAGNOSIS_VERIFY_MALFORMED && judging_has(j, d, (int) i))) {
                message_of_wire(&message, a, d, j->policy);
                judging_add(j, d, (int) i, -1, &message);
        }
        assess_mq(j, i);
}

static StageResult passed_if(bool condition)
{
        return condition ? STAGE_RESULT_PASSED : STAGE_RESULT_UNKNOWN;
}

/* How far this address got, whatever was found on the way. */
static void stages_reached(const Judging *j, size_t i, StageResult stages[static _STAGE_MAX])
{
        const AddressObservation *a = &j->o->addresses[i];
        Diagnosis d = diagnosis_of_address(a);
        bool tls_up = a->phase > PHASE_CONNECT &&
                (d == DIAGNOSIS_NONE || diagnosis_info(d)->stage == STAGE_MQ);

        stages[STAGE_RESOLVE] = passed_if(a->ip != NULL);
        stages[STAGE_CONNECT] = passed_if(a->phase > PHASE_CONNECT);
        stages[STAGE_TLS] = passed_if(tls_up);
        stages[STAGE_VERIFY] = passed_if(assess_has_fresh_chain(a) && a->chain->judged);
        stages[STAGE_POLICY] = passed_if(tls_up && a->tls.server_hello_seen);
        stages[STAGE_MQ] =
                passed_if(tls_up && assess_mq_passed(j, i, &j->a->addresses[i].mq_inferred));
}

/* From the findings of all addresses, while none is dropped yet. */
static void sum_up_addresses(Judging *j)
{
        Assessment *a = j->a;

        for (size_t i = 0; i < a->n_addresses; i++)
                if (was_looked_at(&j->o->addresses[i]))
                        stages_reached(j, i, a->addresses[i].stages);

        /* Findings are in order: the first of an address is its reason. */
        for (size_t k = 0; k < a->n_findings; k++) {
                const Finding *f = &a->findings[k];
                const DiagnosisInfo *info = diagnosis_info(f->diagnosis);
                AssessedAddress *row;

                if (f->address < 0)
                        continue;
                row = &a->addresses[f->address];
                if (row->primary == DIAGNOSIS_NONE)
                        row->primary = f->diagnosis;
                if (finding_fails_stage(f))
                        row->stages[info->stage] = STAGE_RESULT_FAILED;
        }
}

/* ---- the endpoint ---- */

static bool has_accepted(const Judging *j, size_t i)
{
        const AddressObservation *a = &j->o->addresses[i];

        return was_looked_at(a) && diagnosis_of_address(a) == DIAGNOSIS_NONE;
}

/* Did a TLS server speak to us, be it to refuse? */
static bool has_answered(const Judging *j, size_t i)
{
        const HandshakeFacts *tls = &j->o->addresses[i].tls;

        return has_accepted(j, i) ||
                (was_looked_at(&j->o->addresses[i]) &&
                        (tls->server_hello_seen ||
                                (tls->error == HANDSHAKE_ERROR_ALERT && tls->alert_received >= 0)));
}

/* A conname list ends, for a partner, at the first entry that takes the connection. */
static bool has_connected(const Judging *j, size_t i)
{
        return was_looked_at(&j->o->addresses[i]) && j->o->addresses[i].phase > PHASE_CONNECT;
}

static bool any_address(const Judging *j, bool (*is)(const Judging *j, size_t i))
{
        for (size_t i = 0; i < j->o->n_addresses; i++)
                if (is(j, i))
                        return true;

        return false;
}

bool assess_counts(const Judging *j, size_t i)
{
        if (j->policy->all_addresses)
                return was_looked_at(&j->o->addresses[i]);
        if (any_address(j, has_accepted))
                return has_accepted(j, i);
        if (any_address(j, has_connected))
                return has_connected(j, i);

        return was_looked_at(&j->o->addresses[i]);
}

/* Names that did not resolve, as far as no address bears that finding itself. */
static void judge_resolving(Judging *j)
{
        const Observation *o = j->o;
        CLEANUP_BUF Buf message = BUF_INIT;
        Diagnosis d;

        if (o->resolve_end == END_COMPLETED || o->resolve_end == END_NONE)
                return;

        if (o->resolve_end == END_RESOURCE)
                d = DIAGNOSIS_INTERNAL_RESOURCE;
        else if (o->resolve_end == END_NOT_FOUND)
                d = DIAGNOSIS_RESOLVE_DNS_NOT_FOUND;
        else if (o->resolve_end == END_TIMEOUT)
                d = DIAGNOSIS_RESOLVE_DNS_TIMEOUT;
        else
                d = DIAGNOSIS_RESOLVE_DNS_FAILURE;

        for (size_t i = 0; i < o->n_addresses; i++)
                if (was_looked_at(&o->addresses[i]) && o->addresses[i].phase == PHASE_RESOLVE)
                        return;
        if (!o->addresses_stale && !j->policy->all_addresses && any_address(j, has_connected))
                return;

        message_of_resolve(&message, d, NULL, o->resolve_error);
        if (o->addresses_stale)
                buf_append_str(&message, "; the addresses known before were used");
        buf_append_char(&message, '.');
        judging_add_as(j, d,
                o->addresses_stale ? SEVERITY_WARNING : diagnosis_info(d)->severity, -1, -1,
                &message);
}

/* An observation of nothing at all is no good news. */
static void judge_emptiness(Judging *j)
{
        CLEANUP_BUF Buf message = BUF_INIT;

        if (j->a->n_findings > 0 || any_address(j, has_accepted))
                return;

        buf_append_str(&message, "The probe ended without looking at any address.");
        judging_add(j, DIAGNOSIS_INTERNAL_RESOURCE, -1, -1, &message);
}

static void drop_findings_that_do_not_count(Judging *j)
{
        Assessment *a = j->a;
        size_t n = 0;

        for (size_t k = 0; k < a->n_findings; k++) {
                if (a->findings[k].address >= 0 && !assess_counts(j, (size_t) a->findings[k].address))
                        finding_done(&a->findings[k]);
                else
                        a->findings[n++] = a->findings[k];
        }
        a->n_findings = n;
}

static void sum_up_endpoint(Judging *j)
{
        Assessment *a = j->a;

        for (size_t i = 0; i < a->n_addresses; i++) {
                if (has_answered(j, i))
                        a->n_addresses_answered++;
                if (!assess_counts(j, i))
                        continue;
                for (size_t s = 0; s < _STAGE_MAX; s++)
                        if (a->addresses[i].stages[s] == STAGE_RESULT_PASSED)
                                a->stages[s] = STAGE_RESULT_PASSED;
                a->mq_inferred = a->mq_inferred || a->addresses[i].mq_inferred;
        }

        a->success = true;
        a->severity = SEVERITY_OK;
        for (size_t k = 0; k < a->n_findings; k++) {
                const Finding *f = &a->findings[k];
                const DiagnosisInfo *info = diagnosis_info(f->diagnosis);

                if (finding_fails(f))
                        a->success = false;
                if (finding_fails_stage(f))
                        a->stages[info->stage] = STAGE_RESULT_FAILED;
                a->severity = MAX_OF(a->severity, f->severity);
        }
}

/* The certificate whose end the sentence of a healthy endpoint tells. */
static void append_healthy_end(Buf *b, const Judging *j)
{
        const ChainFacts *chain = NULL;
        ChainEnd first = {0}, end;

        for (size_t i = 0; i < j->o->n_addresses; i++) {
                const ChainFacts *c = j->o->addresses[i].chain;

                if (c && assess_chain_end(c, &end) && (!chain || end.at < first.at)) {
                        first = end;
                        chain = c;
                }
        }
        if (!chain) {
                buf_append_str(b, "All is well, but no certificate has been seen.");
                return;
        }

        buf_append_str(b, "All is well. ");
        message_append_cert(b, chain, first.position);
        buf_append_str(b, " ends first, on ");
        message_append_moment(b, first.at, j->now_at);
        buf_append_char(b, '.');
        if (!j->policy->has_trust)
                buf_append_str(b, " No trust = is configured, so nobody has verified the chain.");
        if (j->o->anonymous && j->a->client_auth == CLIENT_AUTH_UNKNOWN)
                buf_append_str(b, " Whether a partner without a certificate is refused could not be found "
                                  "out.");
        if (j->a->mq_inferred)
                buf_append_str(b, " That the channel takes what was agreed on is inferred: it refused "
                                  "a client only for its type.");
}

static int make_message(const Judging *j)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        if (j->a->n_findings > 0)
                buf_append_str(&b, j->a->findings[0].message);
        else
                append_healthy_end(&b, j);

        return buf_steal(&b, &j->a->message);
}

static int judge(Judging *j)
{
        Assessment *a = j->a;

        for (size_t i = 0; i < j->o->n_addresses; i++)
                judge_address(j, i);
        assess_consistency(j);
        assess_keystores(j);
        assess_hygiene(j);
        assess_client_auth(j);
        judge_resolving(j);
        judge_emptiness(j);
        assess_dates(j);
        if (j->r < 0)
                return j->r;

        if (a->n_findings > 0)
                qsort(a->findings, a->n_findings, sizeof(*a->findings), finding_compare);
        sum_up_addresses(j);
        drop_findings_that_do_not_count(j);
        sum_up_endpoint(j);
        return make_message(j);
}

static int assessment_new(size_t n_addresses, Assessment **ret)
{
        Assessment *a = calloc(1, sizeof(*a));

        if (!a)
                return -ENOMEM;

        a->n_addresses = n_addresses;
        a->addresses = calloc(n_addresses + 1, sizeof(*a->addresses));
        if (!a->addresses) {
                assessment_free(a);
                return -ENOMEM;
        }

        *ret = a;
        return 0;
}

int assess(const Observation *o, const Policy *policy, const Surroundings *around, int64_t now_at,
        Assessment **ret)
{
        CLEANUP(assessment_cleanup) Assessment *a = NULL;
        Judging j = {.o = o, .policy = policy, .around = around, .now_at = now_at};
        int r;

        assert(o);
        assert(policy);
        assert(ret);

        r = assessment_new(o->n_addresses, &a);
        if (r < 0)
                return r;

        j.a = a;
        r = judge(&j);
        if (r < 0)
                return r;

        *ret = STEAL(a);
        return 0;
}

Assessment *assessment_free(Assessment *a)
{
        if (!a)
                return NULL;

        for (size_t i = 0; i < a->n_findings; i++)
                finding_done(&a->findings[i]);
        for (size_t i = 0; i < a->n_keystores; i++) {
                free(a->keystores[i].name);
                free(a->keystores[i].label);
        }
        free(a->findings);
        free(a->message);
        free(a->addresses);
        free(a->keystores);
        free(a);
        return NULL;
}

Diagnosis assessment_primary(const Assessment *a)
{
        return a->n_findings > 0 ? a->findings[0].diagnosis : DIAGNOSIS_NONE;
}

static bool any_answered(const Observation *o)
{
        for (size_t i = 0; i < o->n_addresses; i++)
                if (o->addresses[i].tls.server_hello_seen)
                        return true;
        return false;
}

int assessment_speaker(const Assessment *a, const Observation *o)
{
        /* Who has nothing to show is no speaker while another has. */
        if (a->n_findings > 0 && a->findings[0].address >= 0 &&
                (o->addresses[a->findings[0].address].tls.server_hello_seen || !any_answered(o)))
                return a->findings[0].address;

        for (size_t i = 0; i < a->n_addresses; i++)
                if (a->addresses[i].stages[STAGE_TLS] == STAGE_RESULT_PASSED)
                        return (int) i;
        for (size_t i = 0; i < o->n_addresses; i++)
                if (o->addresses[i].tls.server_hello_seen)
                        return (int) i;

        return -1;
}
