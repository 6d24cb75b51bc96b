/* SPDX-License-Identifier: MIT */

/* --probe: everything that was seen of one endpoint, address by address, and what to think of it.
 */

#include "render/render_report.h"

#include <assert.h>
#include <string.h>

#include "base/escape.h"
#include "base/timefmt.h"
#include "mq/channel.h"
#include "mq/cipherspec.h"
#include "render/render_report_text.h"
#include "render/view.h"
#include "x509/cert.h"

/* Ends the text of a field, and starts the next one empty. */
static void field_from(Report *r, size_t indent, const char *label, Buf *text)
{
        if (buf_error(text) < 0)
                r->out->failed = true;
        report_field(r, indent, label, buf_str(text));
        buf_clear(text);
}

static void append_offer(Report *r, const Endpoint *e, Buf *text)
{
        const SslCiph *sslciph = &e->config->policy.sslciph;
        const CipherSpec *offered;
        uint16_t version = 0;

        for (size_t i = 0; (offered = sslciph_offered(sslciph, i)) != NULL; i++) {
                if (offered->version == version)
                        buf_appendf(text, ", %s", offered->name);
                else
                        buf_appendf(text, "%s%s: %s", i > 0 ? "; " : "",
                                tls_version_to_string(offered->version), offered->name);
                version = offered->version;
        }
        field_from(r, 2, "offered", text);
}

static void append_head(Report *r, const Endpoint *e, Buf *text)
{
        const EndpointConfig *c = e->config;

        escape_terminal(r->out, c->name, strlen(c->name));
        buf_append_char(r->out, '\n');
        report_field(r, 2, "queue manager", c->qmgr);
        report_field(r, 2, "channel", c->channel);
        report_field(r, 2, "CONNAME", c->conname);
        report_field(r, 2, "SSLCIPH", sslciph_name(&c->policy.sslciph));
        append_offer(r, e, text);
        report_field(r, 2, "SSLPEER", c->sslpeer ? sslpeer_text(c->sslpeer) : NULL);
        report_field(r, 2, "SSLCAUTH", sslcauth_to_string(c->policy.sslcauth));
        report_field(r, 2, "identity",
                c->identity_name ? c->identity_name : "none: no client certificate is sent");
        report_field(
                r, 2, "trust", c->trust_path ? c->trust_path : "none: the chain is not verified");
}

static const Conname *conname_of(const EndpointConfig *c, const AddressObservation *a)
{
        CLEANUP_BUF Buf text = BUF_INIT;

        for (size_t i = 0; i < c->connames.n_entries; i++) {
                buf_clear(&text);
                conname_append(&c->connames.entries[i], &text);
                if (a->conname && strcmp(buf_str(&text), a->conname) == 0)
                        return &c->connames.entries[i];
        }
        return c->connames.n_entries > 0 ? &c->connames.entries[0] : NULL;
}

static void append_timings(Report *r, const AddressObservation *a, Buf *text)
{
        for (int i = 0; i < _PHASE_MAX; i++) {
                if (!a->phase_reached[i])
                        continue;
                if (text->len > 0)
                        buf_append_str(text, ", ");
                buf_append_str(text, probe_phase_to_string((ProbePhase) i));
                buf_append_char(text, ' ');
                buf_append_u64(text, a->phase_usec[i] / USEC_PER_MSEC);
                buf_append_char(text, '.');
                buf_append_u64(text, a->phase_usec[i] / (USEC_PER_MSEC / 10) % 10);
                buf_append_str(text, " ms");
        }
        field_from(r, 2, "timings", text);
}

static void append_answer(Report *r, const AddressObservation *a, Buf *text)
{
        const HandshakeFacts *f = &a->tls;
        const char *spec = view_cipherspec(f);

        if (f->version == 0) {
                report_field(r, 2, "answered",
                        f->n_first_bytes > 0 ? "something, but no ServerHello" : "nothing");
                return;
        }

        buf_append_str(text, tls_version_to_string(f->version));
        buf_append_str(text, ", ");
        buf_append_str(text, f->cipher_name ? f->cipher_name : "an unknown suite");
        if (!spec)
                buf_append_str(text, " (no CipherSpec of MQ)");
        else if (!f->cipher_name || strcmp(spec, f->cipher_name) != 0)
                buf_appendf(text, " (CipherSpec %s)", spec);
        if (f->group)
                buf_appendf(text, ", group %s", f->group);
        if (f->peer_signature)
                buf_appendf(text, ", signature %s", f->peer_signature);
        field_from(r, 2, "answered", text);
}

static void append_alert(Report *r, const char *label, int alert, Buf *text)
{
        const char *name = tls_alert_to_string(alert);

        if (alert < 0)
                return;
        buf_appendf(text, "%d %s", alert, name ? name : "(unassigned)");
        field_from(r, 2, label, text);
}

static void append_client_certificate(
        Report *r, const Endpoint *e, const AddressObservation *a, Diagnosis primary, Buf *text)
{
        const HandshakeFacts *f = &a->tls;
        Observed required = view_client_cert_required(e, a, primary);

        switch (view_client_cert_requested(a)) {
        case OBSERVED_YES:
                buf_append_str(
                        text, "requested (an MQ listener always asks, whatever SSLCAUTH says)");
                break;
        case OBSERVED_NO:
                buf_append_str(text,
                        "not requested (an MQ listener always asks: another product may have "
                        "answered)");
                break;
        case OBSERVED_NOT:
        default:
                return;
        }

        buf_append_str(text, f->client_certificate_sent ? ", sent" : ", none sent");
        if (required == OBSERVED_YES)
                buf_append_str(text, ", required");
        else if (required == OBSERVED_NO)
                buf_append_str(text, ", accepted without one");
        field_from(r, 2, "client cert", text);

        for (size_t i = 0; i < f->n_ca_names; i++)
                report_field(r, 2, i == 0 ? "asks for CA" : "", f->ca_names[i]);
}

static void append_sans(Report *r, const CertFacts *c, Buf *text)
{
        for (size_t i = 0; i < c->n_sans; i++) {
                if (i > 0)
                        buf_append_str(text, ", ");
                buf_append_str(text, c->sans[i]);
        }
        if (c->n_sans_total > c->n_sans) {
                buf_append_str(text, ", and ");
                buf_append_u64(text, c->n_sans_total - c->n_sans);
                buf_append_str(text, " more");
        }
        field_from(r, 4, "names", text);
}

static void append_key(Report *r, const CertFacts *c, Buf *text)
{
        if (!c->key_algorithm)
                return;

        buf_append_str(text, c->key_algorithm);
        if (c->key_bits > 0)
                buf_appendf(text, ", %u bits", c->key_bits);
        if (c->curve)
                buf_appendf(text, ", %s", c->curve);
        field_from(r, 4, "key", text);
}

static void append_cert(Report *r, const ChainCert *cert, size_t position, Buf *text)
{
        const CertFacts *c = &cert->facts;
        char sha256[2 * CERT_SHA256_SIZE + 1];

        buf_appendf(r->out, "  certificate %zu (%s)\n", position, chain_role_to_string(cert->role));
        report_field(r, 4, "subject", c->subject_mq);
        report_field(r, 4, "issuer", c->issuer_mq);
        report_field(r, 4, "serial", c->serial);
        if (c->has_not_before) {
                char date[TIMEFMT_RFC3339_SIZE];

                timefmt_rfc3339(c->not_before_at, date);
                report_field(r, 4, "not before", date);
        }
        if (c->has_not_after) {
                report_append_end(text, c->not_after_at, r->now_at);
                field_from(r, 4, "not after", text);
        }
        append_key(r, c, text);
        report_field(r, 4, "signed with", c->signature_algorithm);
        append_sans(r, c, text);
        cert_hex(c->sha256, sha256);
        report_field(r, 4, "SHA-256", sha256);
        report_field(r, 4, "fault", c->fault_text);
        report_field(r, 4, "verification", cert->error_text);
}

static void append_chain(Report *r, const AddressObservation *a, Buf *text)
{
        const ChainFacts *chain = a->chain;

        if (!chain) {
                report_field(r, 2, "chain", "no certificate was sent");
                return;
        }

        buf_appendf(text, "%zu sent, %s", chain->n_certs_sent,
                chain->ordered ? "in order" : "not in order");
        if (chain->n_extra > 0)
                buf_appendf(text, ", %zu of them not needed", chain->n_extra);
        if (a->chain_kept_at != 0) {
                char date[TIMEFMT_RFC3339_SIZE];

                timefmt_rfc3339(a->chain_kept_at, date);
                buf_appendf(text, ", remembered from %s", date);
        } else {
                buf_append_str(text, !chain->judged    ? ", not verified for want of a trust file"
                                     : chain->verified ? ", verified"
                                                       : ", not verified");
        }
        field_from(r, 2, "chain", text);
        report_field(r, 2, "missing", chain->missing_issuer);

        for (size_t i = 0; i < chain->n_certs; i++)
                append_cert(r, &chain->certs[i], i, text);
}

static bool has_sslpeer_mismatch(const Assessment *a, size_t address)
{
        for (size_t i = 0; i < a->n_findings; i++)
                if (a->findings[i].diagnosis == DIAGNOSIS_POLICY_SSLPEER_MISMATCH &&
                        a->findings[i].address == (int) address)
                        return true;
        return false;
}

static void append_sslpeer(Report *r, const Endpoint *e, size_t address)
{
        if (!e->config->sslpeer || !view_shows_leaf(&e->observation->addresses[address]))
                return;
        report_field(r, 2, "SSLPEER",
                has_sslpeer_mismatch(e->assessment, address) ? "does not match the leaf's subject"
                                                             : "matches the leaf's subject");
}

static void append_refusal(const MqInitFacts *f, Buf *text)
{
        const MqStatusInfo *info = f->has_status ? mqstatus_info(f->status_code) : NULL;

        if (!f->has_status)
                return;

        buf_appendf(text, ": status 0x%02X", (unsigned) f->status_code);
        if (info)
                buf_appendf(text, " %s, %s", info->name, info->phrase);
        else
                buf_append_str(text, ", whose meaning is not known");
}

static void append_mq_verdict(const MqOutcome *mq, ChannelType chltype, Buf *text)
{
        const MqInitFacts *f = &mq->facts;
        bool inferred = false;

        (void) diagnosis_mq_is_accepted(mq, chltype, &inferred);
        if (inferred) {
                buf_append_str(text, "the channel is accepted (inferred: it refused a client only for "
                                     "its type");
                append_refusal(f, text);
                buf_append_char(text, ')');
        } else {
                buf_append_str(text, view_mq_phrase(mq->result));
                append_refusal(f, text);
        }
        if (f->error_text[0] != '\0')
                buf_appendf(text, ": %s", f->error_text);
        if (f->n_counter_proposals > 0)
                buf_appendf(text, ", after %u counter-proposal%s", f->n_counter_proposals,
                        f->n_counter_proposals == 1 ? "" : "s");
}

/* What the queue manager answered when it was told the channel. */
static void append_mq(Report *r, const Endpoint *e, const AddressObservation *a, Buf *text)
{
        const MqInitFacts *f = &a->mq.facts;

        if (a->mq.result == MQ_RESULT_NONE)
                return;

        append_mq_verdict(&a->mq, e->config->chltype, text);
        if (a->mq_kept_at != 0) {
                char date[TIMEFMT_RFC3339_SIZE];

                timefmt_rfc3339(a->mq_kept_at, date);
                buf_appendf(text, ", remembered from %s", date);
        }
        field_from(r, 2, "MQ", text);

        buf_append_str(text, f->qmgr_name[0] != '\0' ? f->qmgr_name : f->qmgr_id);
        if (f->qmgr_name[0] != '\0' && f->qmgr_id[0] != '\0')
                buf_appendf(text, " (%s)", f->qmgr_id);
        field_from(r, 2, "calls itself", text);
        buf_append_str(text, f->product[0] != '\0' ? f->product : f->product_id);
        if (f->product[0] != '\0' && f->product_id[0] != '\0')
                buf_appendf(text, " (%s)", f->product_id);
        field_from(r, 2, "product", text);
        if (f->fap_level != 0)
                buf_append_u64(text, f->fap_level);
        field_from(r, 2, "FAP level", text);
}

/* The rarer look without the identity: only what it was made for. */
static void append_anonymous(Report *r, const Endpoint *e, Buf *text)
{
        const AddressObservation *a = e->observation->anonymous;

        if (!a)
                return;

        buf_append_char(r->out, '\n');
        if (a->address)
                escape_terminal(r->out, a->address, strlen(a->address));
        buf_append_str(r->out, ", without a client certificate\n");
        append_answer(r, a, text);
        append_alert(r, "alert from it", a->tls.alert_received, text);
        append_mq(r, e, a, text);
}

static void append_address(Report *r, const Endpoint *e, size_t index, Buf *text)
{
        const AddressObservation *a = &e->observation->addresses[index];
        const Conname *conname = conname_of(e->config, a);
        const char *sni = conname ? endpoint_config_sni(e->config, conname) : NULL;
        Diagnosis primary = index < e->assessment->n_addresses
                                    ? e->assessment->addresses[index].primary
                                    : DIAGNOSIS_NONE;

        buf_append_char(r->out, '\n');
        if (a->address)
                escape_terminal(r->out, a->address, strlen(a->address));
        buf_append_char(r->out, '\n');

        if (!a->attempted && a->ip) {
                report_field(r, 2, "not tried", "an earlier address answered");
                return;
        }

        report_field(r, 2, "SNI", sni ? sni : "none");
        append_timings(r, a, text);
        append_answer(r, a, text);
        append_alert(r, "alert from it", a->tls.alert_received, text);
        append_alert(r, "alert to it", a->tls.alert_sent, text);
        report_field(r, 2, "TLS error", a->tls.error_text);
        append_client_certificate(r, e, a, primary, text);
        append_chain(r, a, text);
        append_sslpeer(r, e, index);
        append_mq(r, e, a, text);
}

int render_probe_report(const Endpoint *e, const ReportStyle *style, int64_t now_at, Buf *b)
{
        CLEANUP_BUF Buf text = BUF_INIT;
        Report r = {
                .out = b,
                .style = style,
                .now_at = now_at,
        };

        assert(e);
        assert(style);
        assert(b);

        append_head(&r, e, &text);
        for (size_t i = 0; e->observation && i < e->observation->n_addresses; i++)
                append_address(&r, e, i, &text);
        if (e->observation)
                append_anonymous(&r, e, &text);

        buf_append_str(b, "\nVerdict: ");
        report_append_severity(&r, endpoint_severity(e), severity_to_string(endpoint_severity(e)));
        buf_append_char(b, '\n');
        report_field(&r, 2, "", view_message(e));
        if (view_first_finding(e)) {
                buf_append_char(b, '\n');
                report_findings(&r, e);
        }
        return buf_error(b);
}
