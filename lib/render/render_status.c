/* SPDX-License-Identifier: MIT */

/*
 * The status document. Its order of keys is stable, what was not observed is null, and an object
 * that could not be built for want of memory shows once, at the end: a jansson value that is NULL
 * makes every later step with it fail, and `failed` remembers.
 */

#include "render/render_status.h"

#include <assert.h>
#include <string.h>

#include "base/timefmt.h"
#include "mq/cipherspec.h"
#include "render/render_status_json.h"
#include "render/view.h"
#include "x509/cert.h"

/* ---- pieces that the list and the single endpoint share ---- */

static json_t *tls_to_json(
        Json *j, const Endpoint *e, const AddressObservation *a, Diagnosis primary)
{
        const HandshakeFacts *tls = &a->tls;
        json_t *o = NULL;

        if (tls->version == 0)
                return json_null();

        o = json_new_object(j);
        json_put_text(j, o, "version", tls_version_to_string(tls->version));
        json_put_text(j, o, "cipher", tls->cipher_name);
        json_put_text(j, o, "cipherspec", view_cipherspec(tls));
        json_put_text(j, o, "group", tls->group);
        json_put_text(j, o, "signature", tls->peer_signature);
        json_put_observed(j, o, "client_cert_requested", view_client_cert_requested(a));
        json_put_observed(
                j, o, "client_cert_required", view_client_cert_required(e, a, primary));
        return o;
}

/* `asked_at` is when the answer was given. */
static json_t *mq_to_json(Json *j, const MqOutcome *mq, ChannelType chltype, int64_t asked_at)
{
        const MqInitFacts *f = &mq->facts;
        const MqStatusInfo *status = f->has_status ? mqstatus_info(f->status_code) : NULL;
        bool inferred = false;
        json_t *o = NULL;

        if (mq->result == MQ_RESULT_NONE)
                return json_null();

        (void) diagnosis_mq_is_accepted(mq, chltype, &inferred);
        o = json_new_object(j);
        json_put_text(j, o, "result", view_mq_result(mq->result));
        json_put_maybe_integer(j, o, "status_code", f->has_status, f->status_code);
        json_put_text(j, o, "status_name", status ? status->name : NULL);
        json_put_words(j, o, "qmgr_name", f->qmgr_name);
        json_put_words(j, o, "qmgr_id", f->qmgr_id);
        json_put_words(j, o, "product", f->product);
        json_put_words(j, o, "product_id", f->product_id);
        json_put_maybe_integer(j, o, "fap_level", f->fap_level != 0, f->fap_level);
        json_put_maybe_integer(j, o, "ccsid", f->ccsid != 0, f->ccsid);
        json_put_boolean(j, o, "inferred", inferred);
        json_put_integer(j, o, "counter_proposals", f->n_counter_proposals);
        json_put_words(j, o, "error", f->error_text);
        json_put_instant(j, o, "asked_at", true, asked_at);
        return o;
}

static json_t *cert_to_json(Json *j, const ChainCert *cert, size_t position)
{
        const CertFacts *c = &cert->facts;
        bool parsed = !(c->faults & CERT_FAULT_UNPARSABLE);
        json_t *o = json_new_object(j), *sans = json_new_array(j);

        json_put_integer(j, o, "position", (int64_t) position);
        json_put_text(j, o, "role", chain_role_to_string(cert->role));
        json_put_text(j, o, "subject", c->subject_mq);
        json_put_text(j, o, "issuer", c->issuer_mq);
        json_put_text(j, o, "subject_rfc4514", c->subject_rfc4514);
        json_put_text(j, o, "issuer_rfc4514", c->issuer_rfc4514);
        json_put_text(j, o, "serial", c->serial);
        json_put_instant(j, o, "not_before", c->has_not_before, c->not_before_at);
        json_put_instant(j, o, "not_after", c->has_not_after, c->not_after_at);
        json_put_text(j, o, "key_algorithm", c->key_algorithm);
        json_put_maybe_integer(j, o, "key_size", c->key_bits > 0, c->key_bits);
        json_put_text(j, o, "curve", c->curve);
        json_put_text(j, o, "signature_algorithm", c->signature_algorithm);
        for (size_t i = 0; i < c->n_sans; i++)
                json_append_text(j, sans, c->sans[i]);
        json_put(j, o, "san", sans);
        json_put_maybe_integer(j, o, "san_total", parsed, (int64_t) c->n_sans_total);
        json_put_digest(j, o, "fingerprint_sha256", true, c->sha256);
        json_put_digest(j, o, "spki_sha256", parsed, c->spki_sha256);
        json_put_text(j, o, "verify_error", cert->error_text);
        json_put_text(j, o, "fault", c->fault_text);
        return o;
}

static json_t *chain_to_json(Json *j, const ChainFacts *chain)
{
        json_t *list = NULL;

        if (!chain)
                return json_null();

        list = json_new_array(j);
        for (size_t i = 0; i < chain->n_certs; i++)
                json_append(j, list, cert_to_json(j, &chain->certs[i], i));
        return list;
}

/* A chain that is only remembered says since when; one of the last probe says null. */
static void put_chain(Json *j, json_t *o, const AddressObservation *a)
{
        json_put(j, o, "chain", chain_to_json(j, a ? a->chain : NULL));
        json_put_instant(j, o, "chain_kept_at", a && a->chain && a->chain_kept_at != 0,
                a ? a->chain_kept_at : 0);
}

static void put_stage_and_reason(Json *j, json_t *o, Diagnosis d)
{
        const DiagnosisInfo *info = d == DIAGNOSIS_NONE ? NULL : diagnosis_info(d);

        json_put_text(j, o, "stage", info ? stage_to_string(info->stage) : NULL);
        json_put_text(j, o, "reason", info ? info->reason : NULL);
}

static json_t *finding_to_json(Json *j, const Endpoint *e, const Finding *f)
{
        const DiagnosisInfo *info = diagnosis_info(f->diagnosis);
        const Observation *seen = e->observation;
        bool has_address = f->address >= 0 && (size_t) f->address < seen->n_addresses;
        char amq[VIEW_AMQ_CODE_SIZE];
        bool has_amq = view_amq_code(info, amq);
        json_t *o = json_new_object(j);

        put_stage_and_reason(j, o, f->diagnosis);
        json_put_text(j, o, "severity", severity_to_string(f->severity));
        json_put_text(j, o, "message", f->message);
        json_put_text(j, o, "amq", has_amq ? amq : NULL);
        json_put_words(j, o, "amq_initiator", info->amq_initiator);
        json_put_words(j, o, "amq_qmgr", info->amq_qmgr);
        json_put_words(j, o, "csqx", info->csqx);
        json_put_words(j, o, "mqrc", info->mqrc);
        json_put_words(j, o, "cause", info->cause);
        json_put_words(j, o, "remedy", info->remedy);
        json_put_words(j, o, "certainty", info->certainty);
        json_put_text(j, o, "address", has_address ? seen->addresses[f->address].address : NULL);
        json_put_maybe_integer(j, o, "cert_position", f->cert_position >= 0, f->cert_position);
        return o;
}

static json_t *findings_to_json(Json *j, const Endpoint *e)
{
        json_t *list = json_new_array(j);

        for (size_t i = 0; e->assessment && i < e->assessment->n_findings; i++)
                json_append(j, list, finding_to_json(j, e, &e->assessment->findings[i]));
        return list;
}

static json_t *timings_to_json(Json *j, const AddressObservation *a)
{
        json_t *o = json_new_object(j);

        for (int i = 0; i < _PHASE_MAX; i++)
                json_put_maybe_seconds(j, o, probe_phase_to_string((ProbePhase) i),
                        a->phase_reached[i], a->phase_usec[i]);
        return o;
}

static json_t *address_to_json(Json *j, const Endpoint *e, size_t index, bool detailed)
{
        const AddressObservation *a = &e->observation->addresses[index];
        const Assessment *s = e->assessment;
        const AssessedAddress *judged = s && index < s->n_addresses ? &s->addresses[index] : NULL;
        Diagnosis primary = judged ? judged->primary : DIAGNOSIS_NONE;
        json_t *o = json_new_object(j);

        json_put_text(j, o, "address", a->address);
        json_put_text(j, o, "conname", a->conname);
        json_put_text(j, o, "ip", a->ip);
        json_put_boolean(j, o, "attempted", a->attempted);
        put_stage_and_reason(j, o, primary);
        json_put(j, o, "tls", tls_to_json(j, e, a, primary));
        put_chain(j, o, a);
        json_put(j, o, "mq",
                mq_to_json(j, &a->mq, e->config->chltype,
                        a->mq_kept_at != 0 ? a->mq_kept_at : e->observation->finished_at));
        json_put(j, o, "timings", timings_to_json(j, a));
        if (detailed)
                status_put_address_details(j, o, a, judged);
        return o;
}

static json_t *addresses_to_json(Json *j, const Endpoint *e, bool detailed)
{
        json_t *list = json_new_array(j);

        for (size_t i = 0; e->observation && i < e->observation->n_addresses; i++)
                json_append(j, list, address_to_json(j, e, i, detailed));
        return list;
}

static json_t *dates_to_json(Json *j, const AssessedDates *d)
{
        json_t *o = json_new_object(j);

        json_put_instant(j, o, "leaf", d->has_leaf, d->leaf_at);
        json_put_instant(j, o, "presented", d->has_presented, d->presented_at);
        json_put_instant(j, o, "verified", d->has_verified, d->verified_at);
        json_put_instant(j, o, "effective", d->has_effective, d->effective_at);
        return o;
}

static void put_endpoint(Json *j, json_t *o, const Endpoint *e, bool detailed)
{
        const EndpointConfig *c = e->config;
        const AddressObservation *speaker = view_speaker(e);
        Diagnosis primary = e->assessment ? assessment_primary(e->assessment) : DIAGNOSIS_NONE;

        json_put_text(j, o, "name", c->name);
        json_put_text(j, o, "qmgr", c->qmgr);
        json_put_text(j, o, "channel", c->channel);
        json_put_text(j, o, "conname", c->conname);
        json_put_words(j, o, "sslciph", sslciph_name(&c->policy.sslciph));
        json_put_text(j, o, "contact", c->contact);
        json_put_text(j, o, "group", c->group);
        json_put_text(j, o, "severity", severity_to_string(endpoint_severity(e)));
        put_stage_and_reason(j, o, primary);
        json_put_text(j, o, "message", view_message(e));
        json_put_instant(j, o, "probed_at", e->has_last_run, e->last_run_at);
        json_put_instant(j, o, "last_success_at", e->has_last_success, e->last_success_at);
        json_put_instant(j, o, "next_probe_at", e->next_run_at != 0, e->next_run_at);
        json_put(j, o, "not_after", dates_to_json(j, &e->dates));
        json_put_instant(j, o, "facts_at", e->dates_at != 0, e->dates_at);
        json_put(j, o, "tls",
                speaker ? tls_to_json(j, e, speaker, view_speaker_primary(e)) : json_null());
        put_chain(j, o, speaker);
        json_put_text(j, o, "depth", probe_depth_to_string(c->depth));
        json_put_text(j, o, "sslpeer", c->sslpeer ? sslpeer_text(c->sslpeer) : NULL);
        json_put_text(j, o, "sslcauth", sslcauth_to_string(c->policy.sslcauth));
        json_put(j, o, "mq", mq_to_json(j, &e->mq, c->chltype, e->mq_at));
        json_put(j, o, "keystores", status_matches_to_json(j, e));
        json_put(j, o, "findings", findings_to_json(j, e));
        status_put_drift(j, o, e, detailed);
        json_put(j, o, "addresses", addresses_to_json(j, e, detailed));
}

/* ---- the documents ---- */

void status_put_head(Json *j, json_t *o, int64_t now_at)
{
        json_put_integer(j, o, "schema_version", STATUS_SCHEMA_VERSION);
        json_put_instant(j, o, "generated_at", true, now_at);
}

static json_t *web_to_json(Json *j, const WebFacts *w)
{
        json_t *o = json_new_object(j), *cert = NULL, *files = json_new_object(j);

        if (w->has_tls) {
                cert = json_new_object(j);
                json_put_text(j, cert, "subject", w->cert_subject);
                json_put_text(j, cert, "serial", w->cert_serial);
                json_put_instant(j, cert, "not_before", true, w->cert_not_before_at);
                json_put_instant(j, cert, "not_after", true, w->cert_not_after_at);
        }
        for (size_t i = 0; i < w->n_files; i++)
                json_put_boolean(j, files, w->files[i].name, w->files[i].successful);

        json_put_boolean(j, o, "tls", w->has_tls);
        json_put_boolean(j, o, "logins", w->has_logins);
        json_put(j, o, "certificate", cert ? cert : json_null());
        json_put(j, o, "files_last_reload_successful", files);
        return o;
}

static json_t *daemon_findings_to_json(Json *j, const DaemonFacts *d)
{
        json_t *list = json_new_array(j);

        for (size_t i = 0; i < d->n_findings; i++) {
                json_t *o = json_new_object(j);

                json_put_text(j, o, "finding", d->findings[i].name);
                json_put_text(j, o, "severity", severity_to_string(d->findings[i].severity));
                json_put_text(j, o, "message", d->findings[i].message);
                json_append(j, list, o);
        }
        return list;
}

static json_t *state_to_json(Json *j, const DaemonFacts *d)
{
        json_t *o = NULL;

        if (!d->has_state)
                return json_null();

        o = json_new_object(j);
        json_put_boolean(j, o, "saved", d->state_saved);
        json_put_text(j, o, "problem", d->state_problem);
        json_put_instant(j, o, "last_write_at", d->state_last_write_at != 0, d->state_last_write_at);
        json_put_integer(j, o, "waiting_endpoints", (int64_t) d->n_state_waiting);
        json_put_integer(j, o, "damaged", (int64_t) d->n_state_damaged);
        return o;
}

static void put_shard(Json *j, json_t *o, const Shard *shard)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_appendf(&b, "%u/%u", MAX_OF(shard->number, 1U), MAX_OF(shard->count, 1U));
        if (buf_error(&b) < 0)
                j->failed = true;
        json_put_text(j, o, "shard", buf_str(&b));
}

static json_t *daemon_to_json(Json *j, const DaemonFacts *d, const Config *config)
{
        json_t *o = NULL;

        if (!d)
                return json_null();

        o = json_new_object(j);
        json_put_text(j, o, "version", d->version);
        json_put_text(j, o, "openssl_version", d->openssl_version);
        json_put_text(j, o, "libmicrohttpd_version", d->microhttpd_version);
        json_put_text(j, o, "systemd_version", d->systemd_version);
        json_put_text(j, o, "libconfig_version", d->libconfig_version);
        json_put_instant(j, o, "started_at", true, d->started_at);
        json_put_boolean(j, o, "ready", d->ready);
        json_put_boolean(j, o, "config_last_reload_successful", d->reload_successful);
        json_put_instant(j, o, "config_last_reload_success_at", true, d->reload_success_at);
        put_shard(j, o, &config->shard);
        json_put_integer(j, o, "probes_in_flight", d->n_probes_in_flight);
        json_put_real(j, o, "scheduler_lag_seconds", d->scheduler_lag_seconds);
        json_put_integer(j, o, "sessions_resumed", (int64_t) d->n_sessions_resumed);
        json_put_integer(j, o, "resolver_failures", (int64_t) d->n_resolver_failures);
        json_put(j, o, "state", state_to_json(j, d));
        json_put(j, o, "web", web_to_json(j, &d->web));
        json_put(j, o, "findings", daemon_findings_to_json(j, d));
        return o;
}

static bool text_is(const char *text, const char *wanted)
{
        return !wanted || strcmp(text ? text : "", wanted) == 0;
}

static bool filter_takes(const StatusFilter *f, const Endpoint *e)
{
        return !f || (text_is(e->config->name, f->endpoint) && text_is(e->config->qmgr, f->qmgr) &&
                             text_is(severity_to_string(endpoint_severity(e)), f->severity));
}

/* Counts what the filter takes, so that summary and list agree. */
static json_t *summary_to_json(Json *j, const Inventory *inventory, const StatusFilter *filter)
{
        size_t counts[_SEVERITY_MAX] = {0};
        json_t *o = json_new_object(j);

        for (size_t i = 0; i < inventory_count(inventory); i++) {
                const Endpoint *e = inventory_at(inventory, i);

                if (filter_takes(filter, e))
                        counts[endpoint_severity(e)]++;
        }

        for (int s = 0; s < _SEVERITY_MAX; s++)
                json_put_integer(j, o, severity_to_string((Severity) s), (int64_t) counts[s]);
        return o;
}

/*
 * Each endpoint is written as soon as it is built, and freed: a tree of the whole estate would take
 * many times the memory of its text, and half the time for nothing but that memory.
 */
int render_status(const Inventory *inventory, const DaemonFacts *daemon, const StatusFilter *filter,
        int64_t now_at, Buf *b)
{
        Json j = {0};
        json_t *root = json_new_object(&j);
        bool first = true;

        assert(inventory);
        assert(b);

        status_put_head(&j, root, now_at);
        json_put(&j, root, "daemon", daemon_to_json(&j, daemon, inventory_config(inventory)));
        json_put(&j, root, "summary", summary_to_json(&j, inventory, filter));
        json_put(&j, root, "keystores",
                status_keystores_to_json(&j, inventory, filter ? filter->qmgr : NULL));
        json_write_open(&j, root, "endpoints", b);

        for (size_t i = 0; i < inventory_count(inventory); i++) {
                const Endpoint *e = inventory_at(inventory, i);
                json_t *o = NULL;

                if (!filter_takes(filter, e))
                        continue;
                if (!first)
                        buf_append_char(b, ',');
                first = false;
                o = json_new_object(&j);
                put_endpoint(&j, o, e, false);
                json_write(&j, o, b);
        }

        buf_append_str(b, "]}");
        return json_finish(&j, b);
}

int render_endpoint(const Inventory *inventory, const Endpoint *e, int64_t now_at, Buf *b)
{
        Json j = {0};
        json_t *root = json_new_object(&j);

        assert(inventory);
        assert(e);
        assert(b);

        status_put_head(&j, root, now_at);
        put_endpoint(&j, root, e, true);
        status_put_endpoint_details(&j, root, e);
        status_put_drift_details(&j, root, inventory, e);

        json_write(&j, root, b);
        return json_finish(&j, b);
}
