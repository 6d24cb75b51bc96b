/* SPDX-License-Identifier: MIT */

/* What /api/v1/endpoints/NAME says beyond the status list: the configuration, the offer, the survey,
 * and of each address the milestones, alerts, bytes and stages. */

#include "render/render_status_json.h"

#include "base/timefmt.h"
#include "mq/channel.h"
#include "mq/cipherspec.h"
#include "mq/sni.h"
#include "tls/survey.h"

/* ---- an address ---- */

static const char *end_to_string(ProbeEnd end)
{
        static const char *const names[] = {
                [END_NONE] = "none",
                [END_COMPLETED] = "completed",
                [END_NOT_FOUND] = "not_found",
                [END_TIMEOUT] = "timeout",
                [END_FAILED] = "failed",
                [END_REFUSED] = "refused",
                [END_UNREACHABLE] = "unreachable",
                [END_EOF] = "eof",
                [END_RESET] = "reset",
                [END_TLS] = "tls",
                [END_RESOURCE] = "resource",
        };

        _Static_assert(ARRAY_LEN(names) == _END_MAX, "every end has a name");
        return names[end];
}

static void put_stages(Json *j, json_t *o, const StageResult stages[static _STAGE_MAX])
{
        json_t *list = json_new_object(j);

        for (int s = 0; s < _STAGE_MAX; s++)
                json_put_observed(j, list, stage_to_string((Stage) s),
                        observed_if(stages[s] != STAGE_RESULT_UNKNOWN,
                                stages[s] == STAGE_RESULT_PASSED));
        json_put(j, o, "stages", list);
}

static void put_milestones(Json *j, json_t *o, const HandshakeFacts *f)
{
        const struct {
                const char *name;
                bool value;
        } milestones[] = {
                {"client_hello_sent", f->client_hello_sent},
                {"hello_retry_seen", f->hello_retry_seen},
                {"server_hello_seen", f->server_hello_seen},
                {"certificate_seen", f->certificate_seen},
                {"certificate_request_seen", f->certificate_request_seen},
                {"client_certificate_sent", f->client_certificate_sent},
                {"finished_sent", f->finished_sent},
                {"finished_seen", f->finished_seen},
                {"ticket_seen", f->ticket_seen},
                {"data_seen", f->data_seen},
                {"session_reused", f->session_reused},
        };
        json_t *list = json_new_object(j);

        for (size_t i = 0; i < ARRAY_LEN(milestones); i++)
                json_put_boolean(j, list, milestones[i].name, milestones[i].value);
        json_put(j, o, "milestones", list);
}

static void put_alert(Json *j, json_t *o, const char *key, int alert)
{
        json_t *value = NULL;

        if (alert < 0) {
                json_put(j, o, key, json_null());
                return;
        }

        value = json_new_object(j);
        json_put_integer(j, value, "number", alert);
        json_put_text(j, value, "name", tls_alert_to_string(alert));
        json_put(j, o, key, value);
}

static void put_ca_names(Json *j, json_t *o, const HandshakeFacts *f)
{
        json_t *list = NULL;

        if (!f->certificate_request_seen) {
                json_put(j, o, "ca_names", json_null());
                json_put(j, o, "ca_names_total", json_null());
                return;
        }

        list = json_new_array(j);
        for (size_t i = 0; i < f->n_ca_names; i++)
                json_append_text(j, list, f->ca_names[i]);
        json_put(j, o, "ca_names", list);
        json_put_integer(j, o, "ca_names_total", (int64_t) f->n_ca_names_sent);
}

void status_put_address_details(
        Json *j, json_t *o, const AddressObservation *a, const AssessedAddress *judged)
{
        const HandshakeFacts *f = &a->tls;
        const ChainFacts *c = a->chain;

        json_put_text(j, o, "phase", a->attempted ? probe_phase_to_string(a->phase) : NULL);
        json_put_text(j, o, "end", a->attempted ? end_to_string(a->end) : NULL);
        json_put_text(j, o, "error", f->error_text[0] ? f->error_text : NULL);
        if (judged)
                put_stages(j, o, judged->stages);
        put_milestones(j, o, f);
        put_alert(j, o, "alert_received", f->alert_received);
        put_alert(j, o, "alert_sent", f->alert_sent);
        json_put_maybe_integer(j, o, "bytes_in", a->attempted, (int64_t) f->bytes_in);
        json_put_maybe_integer(j, o, "bytes_out", a->attempted, (int64_t) f->bytes_out);
        put_ca_names(j, o, f);
        json_put_maybe_integer(
                j, o, "certificates_sent", c != NULL, c ? (int64_t) c->n_certs_sent : 0);
        json_put_observed(j, o, "chain_ordered", observed_if(c != NULL, c && c->ordered));
        json_put_observed(j, o, "chain_verified",
                observed_if(c && c->judged && a->chain_kept_at == 0, c && c->verified));
        json_put_text(j, o, "missing_issuer", c ? c->missing_issuer : NULL);
}

/* ---- the endpoint ---- */

/* null where OpenSSL cannot speak the CipherSpec, so that nothing can be offered. */
static json_t *offer_to_json(Json *j, const SslCiph *sslciph)
{
        CLEANUP(cipher_offer_done) CipherOffer offer = {0};
        json_t *o = NULL, *list = NULL;
        const CipherSpec *offered;

        if (sslciph_offer(sslciph, &offer) < 0)
                return json_null();

        o = json_new_object(j);
        json_put_text(j, o, "min_version", tls_version_to_string(offer.min_version));
        json_put_text(j, o, "max_version", tls_version_to_string(offer.max_version));
        list = json_new_array(j);
        for (size_t i = 0; (offered = sslciph_offered(sslciph, i)) != NULL; i++)
                json_append_text(j, list, offered->name);
        json_put(j, o, "cipherspecs", list);
        return o;
}

static void put_threshold(Json *j, json_t *o, const char *key, const Threshold *t)
{
        json_t *value = json_new_object(j);

        json_put_maybe_integer(j, value, "seconds", !t->is_share, t->seconds);
        json_put(j, value, "share_of_lifetime", t->is_share ? json_real(t->share) : json_null());
        json_put(j, o, key, value);
}

static json_t *policy_to_json(Json *j, const Endpoint *e)
{
        const Policy *p = &e->config->policy;
        const AssessedDates *d = &e->dates;
        json_t *o = json_new_object(j), *rules = json_new_array(j);

        json_put_words(j, o, "sslciph", sslciph_name(&p->sslciph));
        json_put_words(j, o, "listener_sslciph", sslciph_name(&p->listener_sslciph));
        json_put_integer(j, o, "min_rsa_bits", p->min_rsa_bits);
        json_put_integer(j, o, "min_ec_bits", p->min_ec_bits);
        json_put(j, o, "unique_key", json_boolean(p->unique_key));
        put_threshold(j, o, "expiry_warning", &p->expiry_warning);
        put_threshold(j, o, "expiry_critical", &p->expiry_critical);
        json_put_maybe_integer(j, o, "warning_seconds", d->has_policy, d->warning_seconds);
        json_put_maybe_integer(j, o, "critical_seconds", d->has_policy, d->critical_seconds);
        json_put_instant(j, o, "renew_by", d->has_policy && d->has_effective,
                d->effective_at - d->warning_seconds);

        for (int i = DIAGNOSIS_NONE + 1; i < _DIAGNOSIS_MAX; i++) {
                const DiagnosisInfo *info = diagnosis_info((Diagnosis) i);

                if (info->stage == STAGE_POLICY && assess_rule_in_force((Diagnosis) i, p))
                        json_append_text(j, rules, info->reason);
        }
        json_put(j, o, "rules", rules);
        return o;
}

static json_t *configuration_to_json(Json *j, const Endpoint *e)
{
        const EndpointConfig *c = e->config;
        json_t *o = json_new_object(j);

        json_put_text(j, o, "file", c->file);
        json_put_maybe_integer(j, o, "line", c->line > 0, c->line);
        json_put_text(j, o, "chltype", channel_type_to_string(c->chltype));
        json_put_text(j, o, "sni_mode", sni_mode_to_string(c->sni_mode));
        json_put_text(j, o, "sni",
                c->connames.n_entries > 0 ? endpoint_config_sni(c, &c->connames.entries[0])
                                          : c->sni);
        json_put_text(j, o, "certlabl", c->certlabl);
        json_put_text(j, o, "depth", probe_depth_to_string(c->depth));
        json_put_text(j, o, "identity", c->identity_name);
        json_put_text(j, o, "trust", c->trust_path);
        json_put_boolean(j, o, "all_addresses", c->all_addresses);
        json_put_maybe_seconds(j, o, "interval_seconds", true, c->interval_usec);
        json_put_maybe_seconds(j, o, "retry_interval_seconds", true, c->retry_interval_usec);
        json_put_maybe_seconds(j, o, "mq_interval_seconds", c->depth == PROBE_DEPTH_MQ,
                c->mq_interval_usec);
        json_put_maybe_seconds(j, o, "survey_seconds", c->survey_usec != 0, c->survey_usec);
        json_put_maybe_seconds(j, o, "timeout_seconds", true, c->timeout_usec);
        json_put_maybe_seconds(j, o, "linger_seconds", true, c->linger_usec);
        json_put_text(j, o, "note", c->note);
        json_put_text(j, o, "runbook_url", c->runbook_url);
        return o;
}

static json_t *survey_names_to_json(Json *j, const SurveyFacts *survey, SurveyAnswer answer)
{
        size_t n = 0;
        const CipherSpec *specs = cipherspec_table(&n);
        json_t *list = json_new_array(j);

        for (size_t i = 0; i < n; i++)
                if (survey_facts_answer(survey, &specs[i]) == answer)
                        json_append_text(j, list, specs[i].name);
        return list;
}

/* What was not asked is in no list. */
static json_t *survey_to_json(Json *j, const SurveyFacts *survey)
{
        json_t *o = NULL;

        if (!survey)
                return json_null();

        o = json_new_object(j);
        json_put_instant(j, o, "finished_at", true, survey->finished_at);
        for (int i = SURVEY_ACCEPTED; i < _SURVEY_ANSWER_MAX; i++)
                json_put(j, o, survey_answer_to_string((SurveyAnswer) i),
                        survey_names_to_json(j, survey, (SurveyAnswer) i));
        return o;
}

static json_t *counters_to_json(Json *j, const Endpoint *e)
{
        json_t *o = json_new_object(j), *failures = json_new_array(j);

        json_put_integer(j, o, "probes", (int64_t) e->n_probes);
        json_put_integer(j, o, "failures_in_a_row", e->n_failures_in_a_row);
        for (int i = DIAGNOSIS_NONE + 1; i < _DIAGNOSIS_MAX; i++) {
                const DiagnosisInfo *info = diagnosis_info((Diagnosis) i);
                json_t *row = NULL;

                if (e->n_failures[i] == 0)
                        continue;
                row = json_new_object(j);
                json_put_text(j, row, "stage", stage_to_string(info->stage));
                json_put_text(j, row, "reason", info->reason);
                json_put_integer(j, row, "count", (int64_t) e->n_failures[i]);
                json_append(j, failures, row);
        }
        json_put(j, o, "failures", failures);
        return o;
}

void status_put_endpoint_details(Json *j, json_t *o, const Endpoint *e)
{
        const Observation *seen = e->observation;
        const Assessment *a = e->assessment;

        json_put_observed(j, o, "success", observed_if(a != NULL, a && a->success));
        json_put_maybe_seconds(
                j, o, "duration_seconds", seen != NULL, seen ? seen->duration_usec : 0);
        json_put_observed(
                j, o, "addresses_stale", observed_if(seen != NULL, seen && seen->addresses_stale));
        json_put_observed(j, o, "addresses_consistent", view_addresses_consistent(e));
        json_put_boolean(j, o, "probing", e->probing);
        json_put(j, o, "configuration", configuration_to_json(j, e));
        json_put(j, o, "policy", policy_to_json(j, e));
        json_put(j, o, "offer", offer_to_json(j, &e->config->policy.sslciph));
        json_put(j, o, "survey", survey_to_json(j, e->survey));
        json_put(j, o, "counters", counters_to_json(j, e));
}
