/* SPDX-License-Identifier: MIT */

/* What is said of an endpoint as a whole: its configuration, its last probe, its dates. */

#include "render/render_metrics_page.h"

#include "base/timefmt.h"
#include "mq/cipherspec.h"
#include "render/view.h"
#include "tls/survey.h"

static void endpoint_gauge(MetricsPage *p, const EndpointRow *er, bool has, int64_t value)
{
        if (has)
                metrics_sample_i64(&p->writer, metrics_page_block(p, er->block), NULL, 0, value);
}

void metrics_write_endpoint_info(MetricsPage *p, const EndpointRow *er)
{
        const EndpointConfig *c = er->endpoint->config;
        const MetricLabel labels[] = {
                {"conname", c->conname},
                {"sni", c->connames.n_entries > 0 ? endpoint_config_sni(c, &c->connames.entries[0])
                                                  : c->sni},
                {"sslciph", sslciph_name(&c->policy.sslciph)},
                {"sslcauth", sslcauth_to_string(c->policy.sslcauth)},
                {"depth", probe_depth_to_string(c->depth)},
                {"contact", c->contact},
                {"group", c->group},
        };

        metrics_sample_i64(
                &p->writer, metrics_page_block(p, er->block), labels, ARRAY_LEN(labels), 1);
}

void metrics_write_probe_success(MetricsPage *p, const EndpointRow *er)
{
        const Assessment *a = er->endpoint->assessment;

        endpoint_gauge(p, er, a != NULL, a && a->success);
}

void metrics_write_probes_total(MetricsPage *p, const EndpointRow *er)
{
        endpoint_gauge(p, er, true, (int64_t) er->endpoint->n_probes);
}

void metrics_write_probe_failures_total(MetricsPage *p, const EndpointRow *er)
{
        for (int d = DIAGNOSIS_NONE + 1; d < _DIAGNOSIS_MAX; d++) {
                uint64_t n = er->endpoint->n_failures[d];
                const DiagnosisInfo *info = NULL;

                if (n == 0)
                        continue;
                info = diagnosis_info((Diagnosis) d);

                const MetricLabel labels[] = {
                        {"stage", stage_to_string(info->stage)},
                        {"reason", info->reason},
                };
                metrics_sample_i64(&p->writer, metrics_page_block(p, er->block), labels,
                        ARRAY_LEN(labels), (int64_t) n);
        }
}

void metrics_write_probe_last_run(MetricsPage *p, const EndpointRow *er)
{
        endpoint_gauge(p, er, er->endpoint->has_last_run, er->endpoint->last_run_at);
}

void metrics_write_probe_last_success(MetricsPage *p, const EndpointRow *er)
{
        endpoint_gauge(p, er, er->endpoint->has_last_success, er->endpoint->last_success_at);
}

void metrics_write_probe_next_run(MetricsPage *p, const EndpointRow *er)
{
        endpoint_gauge(p, er, er->endpoint->next_run_at != 0, er->endpoint->next_run_at);
}

void metrics_write_probe_interval(MetricsPage *p, const EndpointRow *er)
{
        metrics_sample(&p->writer, metrics_page_block(p, er->block), NULL, 0,
                (double) er->endpoint->config->interval_usec / (double) USEC_PER_SEC);
}

static void chain_not_after(
        MetricsPage *p, const EndpointRow *er, const char *chain, bool has, int64_t value)
{
        const MetricLabel label = {"chain", chain};

        if (has)
                metrics_sample_i64(&p->writer, metrics_page_block(p, er->block), &label, 1, value);
}

void metrics_write_chain_not_after(MetricsPage *p, const EndpointRow *er)
{
        const AssessedDates *d = &er->endpoint->dates;

        chain_not_after(p, er, "leaf", d->has_leaf, d->leaf_at);
        chain_not_after(p, er, "presented", d->has_presented, d->presented_at);
        chain_not_after(p, er, "verified", d->has_verified, d->verified_at);
        chain_not_after(p, er, "effective", d->has_effective, d->effective_at);
}

/* A share of the lifetime is known once a certificate was seen, a span always. */
static bool expiry_seconds(
        const Endpoint *e, const Threshold *t, int64_t judged_seconds, int64_t *ret)
{
        if (!e->dates.has_policy && t->is_share)
                return false;

        *ret = e->dates.has_policy ? judged_seconds : t->seconds;
        return true;
}

void metrics_write_policy_expiry_warning(MetricsPage *p, const EndpointRow *er)
{
        const Endpoint *e = er->endpoint;
        int64_t seconds = 0;
        bool has = expiry_seconds(
                e, &e->config->policy.expiry_warning, e->dates.warning_seconds, &seconds);

        endpoint_gauge(p, er, has, seconds);
}

void metrics_write_policy_expiry_critical(MetricsPage *p, const EndpointRow *er)
{
        const Endpoint *e = er->endpoint;
        int64_t seconds = 0;
        bool has = expiry_seconds(
                e, &e->config->policy.expiry_critical, e->dates.critical_seconds, &seconds);

        endpoint_gauge(p, er, has, seconds);
}

void metrics_write_renew_by(MetricsPage *p, const EndpointRow *er)
{
        const AssessedDates *d = &er->endpoint->dates;

        endpoint_gauge(
                p, er, d->has_effective && d->has_policy, d->effective_at - d->warning_seconds);
}

static bool has_finding(const Assessment *a, Diagnosis d)
{
        for (size_t i = 0; i < a->n_findings; i++)
                if (a->findings[i].diagnosis == d)
                        return true;
        return false;
}

static bool any_qmgr_name(const Observation *o)
{
        for (size_t i = 0; i < o->n_addresses; i++)
                if (o->addresses[i].mq.facts.qmgr_name[0] != '\0')
                        return true;
        return false;
}

static bool any_leaf(const Observation *o)
{
        for (size_t i = 0; i < o->n_addresses; i++)
                if (view_shows_leaf(&o->addresses[i]))
                        return true;
        return false;
}

/* Where the probe did not get as far as the policy, or the fact that a rule is about did not show, an
 * unbroken rule is not known to be met. */
static bool rule_was_judged(const Endpoint *e, Diagnosis rule)
{
        const Assessment *a = e->assessment;

        if (a->stages[STAGE_POLICY] == STAGE_RESULT_UNKNOWN)
                return false;

        switch ((int) rule) {
        case DIAGNOSIS_POLICY_SSLPEER_MISMATCH:
        case DIAGNOSIS_POLICY_DUPLICATE_SERIAL:
        case DIAGNOSIS_POLICY_SHARED_KEY:
                return any_leaf(e->observation);
        case DIAGNOSIS_POLICY_QMGR_MISMATCH:
                return any_qmgr_name(e->observation);
        case DIAGNOSIS_POLICY_CLIENT_AUTH_NOT_REQUIRED:
                return a->client_auth != CLIENT_AUTH_UNKNOWN;
        case DIAGNOSIS_POLICY_CLIENT_AUTH_UNEXPECTED:
                /* At depth "tls" a listener can show only that it does not insist in the handshake. */
                return e->config->depth == PROBE_DEPTH_TLS ||
                       a->client_auth != CLIENT_AUTH_UNKNOWN;
        default:
                return true;
        }
}

void metrics_write_policy_violation(MetricsPage *p, const EndpointRow *er)
{
        const Endpoint *e = er->endpoint;
        const Assessment *a = e->assessment;

        for (int d = DIAGNOSIS_NONE + 1; a && d < _DIAGNOSIS_MAX; d++) {
                const DiagnosisInfo *info = diagnosis_info((Diagnosis) d);
                const MetricLabel label = {"rule", info->reason};
                bool broken = has_finding(a, (Diagnosis) d);

                if (info->stage != STAGE_POLICY ||
                        !assess_rule_in_force((Diagnosis) d, &e->config->policy))
                        continue;
                if (!broken && !rule_was_judged(e, (Diagnosis) d))
                        continue;
                metrics_sample_i64(&p->writer, metrics_page_block(p, er->block), &label, 1, broken);
        }
}

void metrics_write_mq_info(MetricsPage *p, const EndpointRow *er)
{
        const MqInitFacts *facts = &er->endpoint->mq.facts;
        CLEANUP_BUF Buf fap_level = BUF_INIT;

        if (!view_mq_answered(&er->endpoint->mq))
                return;

        buf_append_u64(&fap_level, facts->fap_level);
        if (buf_error(&fap_level) < 0)
                p->writer.out->failed = true;

        const MetricLabel labels[] = {
                {"qmgr_name", facts->qmgr_name[0] ? facts->qmgr_name : NULL},
                {"product", facts->product[0] ? facts->product : NULL},
                {"fap_level", facts->fap_level != 0 ? buf_str(&fap_level) : NULL},
        };
        metrics_sample_i64(
                &p->writer, metrics_page_block(p, er->block), labels, ARRAY_LEN(labels), 1);
}

void metrics_write_mq_last_run(MetricsPage *p, const EndpointRow *er)
{
        endpoint_gauge(p, er, er->endpoint->mq_at != 0, er->endpoint->mq_at);
}

void metrics_write_cipherspec_accepted(MetricsPage *p, const EndpointRow *er)
{
        const SurveyFacts *survey = er->endpoint->survey;
        size_t n = 0;
        const CipherSpec *specs = cipherspec_table(&n);

        for (size_t i = 0; survey && i < n; i++) {
                const MetricLabel label = {"cipherspec", specs[i].name};
                SurveyAnswer answer = survey_facts_answer(survey, &specs[i]);

                if (answer != SURVEY_ACCEPTED && answer != SURVEY_REFUSED)
                        continue;
                metrics_sample_i64(&p->writer, metrics_page_block(p, er->block), &label, 1,
                        answer == SURVEY_ACCEPTED);
        }
}

void metrics_write_survey_last_run(MetricsPage *p, const EndpointRow *er)
{
        const SurveyFacts *survey = er->endpoint->survey;

        endpoint_gauge(p, er, survey != NULL, survey ? survey->finished_at : 0);
}

void metrics_write_addresses(MetricsPage *p, const EndpointRow *er)
{
        const Observation *o = er->endpoint->observation;
        int64_t n = 0;

        for (size_t i = 0; o && i < o->n_addresses; i++)
                n += o->addresses[i].ip != NULL;
        endpoint_gauge(p, er, o != NULL, n);
}

void metrics_write_addresses_consistent(MetricsPage *p, const EndpointRow *er)
{
        Observed consistent = view_addresses_consistent(er->endpoint);

        endpoint_gauge(p, er, consistent != OBSERVED_NOT, consistent == OBSERVED_YES);
}

static void failure_sample(
        MetricsPage *p, const char *block, const Finding *failure, const AddressObservation *a)
{
        const DiagnosisInfo *info = diagnosis_info(failure->diagnosis);
        char amq[VIEW_AMQ_CODE_SIZE];
        bool has_amq = view_amq_code(info, amq);
        /* Behind the handshake close_notify (0) is a farewell and no reason, and whether it comes before
         * ours is chance. */
        int least = info->stage == STAGE_TLS ? 0 : 1;
        bool has_alert = a && a->tls.alert_received >= least;
        const char *alert = has_alert ? tls_alert_to_string(a->tls.alert_received) : NULL;
        CLEANUP_BUF Buf number = BUF_INIT;

        if (has_alert && !alert) {
                buf_append_i64(&number, a->tls.alert_received);
                alert = buf_str(&number);
        }

        const MetricLabel labels[] = {
                {"stage", stage_to_string(info->stage)},
                {"reason", info->reason},
                {"alert", alert},
                {"amq", has_amq ? amq : NULL},
        };
        metrics_sample_i64(&p->writer, block, labels, ARRAY_LEN(labels), 1);
}

/* An endpoint whose addresses are all well can still fail as a whole: then it says so itself. */
void metrics_write_probe_failure_info(MetricsPage *p, const EndpointRow *er)
{
        const Finding *failure = metrics_first_failure(er->endpoint, -1);
        bool said = false;

        for (size_t i = 0; i < er->n_rows; i++) {
                const AddressRow *row = &p->rows[er->first_row + i];

                if (!row->failure)
                        continue;
                failure_sample(p, metrics_page_block(p, row->block), row->failure, row->address);
                said = true;
        }

        if (failure && !said)
                failure_sample(
                        p, metrics_page_block(p, er->block), failure, view_speaker(er->endpoint));
}
