/* SPDX-License-Identifier: MIT */

/* Offer and answer of an endpoint, and its addresses one by one. */

#include "render/render_page_parts.h"

#include <string.h>

#include "base/timefmt.h"
#include "mq/cipherspec.h"
#include "render/html.h"
#include "render/view.h"

/* ---- offer ---- */

static const char *sni_of(const EndpointConfig *c)
{
        return c->connames.n_entries > 0 ? endpoint_config_sni(c, &c->connames.entries[0]) : c->sni;
}

static void append_offered(Buf *b, const SslCiph *sslciph, const HandshakeFacts *answer)
{
        const CipherSpec *spec;

        html_field_open(b, "That offers");
        buf_append_str(b, "<ul class=\"specs\">");
        for (size_t i = 0; (spec = sslciph_offered(sslciph, i)) != NULL; i++) {
                bool chosen =
                        answer && answer->version == spec->version && answer->cipher == spec->code;

                buf_append_str(b, chosen ? "<li class=\"chosen\">" : "<li>");
                buf_append_str(b, tls_version_to_string(spec->version));
                buf_append_char(b, ' ');
                html_text(b, spec->name);
                if (strcmp(spec->name, spec->iana_name) != 0) {
                        buf_append_str(b, " <small>");
                        html_text(b, spec->iana_name);
                        buf_append_str(b, "</small>");
                }
                if (chosen)
                        buf_append_str(b, " <b>\xe2\x86\x90 chosen</b>");
                buf_append_str(b, "</li>");
        }
        buf_append_str(b, "</ul>");
        html_field_close(b);
}

/* ---- answer ---- */

static void append_negotiated(const Page *p, const Endpoint *e, const HandshakeFacts *f)
{
        CLEANUP_BUF Buf suite = BUF_INIT;
        Buf *b = p->b;

        html_field_open(b, "Negotiated");
        if (f->version == 0) {
                buf_append_str(b, f->n_first_bytes > 0
                                          ? "something was answered, but no ServerHello"
                                          : "nothing was answered");
                html_field_close(b);
                return;
        }

        view_append_suite(f, &suite);
        html_text(b, buf_str(&suite));
        if (!view_cipherspec(f))
                buf_append_str(b, ", which is no CipherSpec of MQ");
        buf_append_char(b, ' ');
        if (view_is_admitted(e, f))
                html_state(b, "ok", "admitted by policy");
        else
                html_state(b, "critical", "not admitted by policy");
        html_field_close(b);
        html_field(b, "Suite", f->cipher_name);
        html_field(b, "Group", f->group);
        html_field(b, "Signature", f->peer_signature);
}

static void append_client_certificate(const Page *p, const Endpoint *e, const AddressObservation *a)
{
        Observed requested = view_client_cert_requested(a);
        Observed required = view_client_cert_required(e, a, view_speaker_primary(e));

        if (requested == OBSERVED_NOT)
                return;
        html_field_open(p->b, "Client certificate");
        buf_append_str(p->b, requested == OBSERVED_YES ? "asked for, as MQ listeners always do"
                                                       : "not asked for, which MQ listeners always "
                                                         "do: another product may have answered");
        buf_append_str(
                p->b, a->tls.client_certificate_sent ? "; ours was sent" : "; none was sent");
        if (required != OBSERVED_NOT)
                buf_append_str(
                        p->b, required == OBSERVED_YES ? "; <b>required</b>" : "; not required");
        html_field_close(p->b);
}

static void append_survey(const Page *p, const Endpoint *e)
{
        size_t n = 0, n_accepted = 0;
        const CipherSpec *specs = cipherspec_table(&n);

        if (!e->survey)
                return;
        html_field_open(p->b, "Survey");
        buf_append_str(p->b, "accepted on ");
        html_instant(p->b, e->survey->finished_at);
        buf_append_str(p->b, ": ");
        for (size_t i = 0; i < n; i++) {
                if (survey_facts_answer(e->survey, &specs[i]) != SURVEY_ACCEPTED)
                        continue;
                buf_append_str(p->b, n_accepted++ > 0 ? ", " : "");
                html_text(p->b, specs[i].name);
        }
        buf_append_str(p->b, n_accepted == 0 ? "none" : "");
        html_field_close(p->b);
}

void page_append_offer(const Page *p, const Endpoint *e)
{
        const Policy *policy = &e->config->policy;
        const AddressObservation *speaker = view_speaker(e);
        Buf *b = p->b;

        buf_append_str(b,
                "<section aria-labelledby=\"offer\">\n<h2 id=\"offer\">Offer and answer</h2>\n"
                "<dl class=\"facts\">\n");
        html_field(b, "SSLCIPH",
                policy->sslciph.kind != SSLCIPH_UNSET ? sslciph_name(&policy->sslciph)
                                                      : "not set: as ANY");
        if (policy->listener_sslciph.kind != SSLCIPH_UNSET)
                html_field(b, "Of the listener", sslciph_name(&policy->listener_sslciph));
        append_offered(b, &policy->sslciph, speaker ? &speaker->tls : NULL);
        html_field_name(
                b, "Server name (SNI)", sni_of(e->config) ? sni_of(e->config) : "none is sent");
        html_field_name(b, "Identity",
                e->config->identity_name ? e->config->identity_name
                                         : "none: no client certificate is sent");
        if (speaker) {
                append_negotiated(p, e, &speaker->tls);
                append_client_certificate(p, e, speaker);
        }
        if (e->config->sslpeer)
                html_field_name(b, "SSLPEER of partners", sslpeer_text(e->config->sslpeer));
        append_survey(p, e);
        buf_append_str(b, "</dl>\n</section>\n");
}

/* ---- address by address ---- */

static const char *address_state(const Endpoint *e, size_t i)
{
        Diagnosis primary = i < e->assessment->n_addresses ? e->assessment->addresses[i].primary
                                                           : DIAGNOSIS_NONE;

        return primary == DIAGNOSIS_NONE ? "ok"
                                         : severity_to_string(diagnosis_info(primary)->severity);
}

static void append_outcome(const Page *p, const Endpoint *e, size_t i)
{
        const AddressObservation *a = &e->observation->addresses[i];
        Diagnosis primary = i < e->assessment->n_addresses ? e->assessment->addresses[i].primary
                                                           : DIAGNOSIS_NONE;

        if (!a->attempted && a->ip) {
                buf_append_str(p->b,
                        "<span class=\"faint\">not tried: an earlier address answered</span>");
                return;
        }
        html_state_open(p->b, address_state(e, i));
        if (primary == DIAGNOSIS_NONE) {
                buf_append_str(p->b, "well");
                html_state_close(p->b);
                return;
        }
        html_text(p->b, stage_to_string(diagnosis_info(primary)->stage));
        buf_append_char(p->b, '/');
        html_text(p->b, diagnosis_info(primary)->reason);
        html_state_close(p->b);
        buf_append_str(p->b, "<small>");
        html_text(p->b, diagnosis_info(primary)->meaning);
        buf_append_str(p->b, "</small>");
}

static void append_address_tls(Buf *b, const AddressObservation *a)
{
        CLEANUP_BUF Buf suite = BUF_INIT;
        const char *alert = tls_alert_to_string(a->tls.alert_received);

        view_append_suite(&a->tls, &suite);
        html_text(b, buf_str(&suite));
        if (a->tls.group) {
                buf_append_str(b, "<small>");
                html_text(b, a->tls.group);
                if (a->tls.peer_signature) {
                        buf_append_str(b, ", ");
                        html_text(b, a->tls.peer_signature);
                }
                buf_append_str(b, "</small>");
        }
        if (a->tls.alert_received >= 0)
                buf_appendf(b, "<small>alert from it: %d %s</small>", a->tls.alert_received,
                        alert ? alert : "(unassigned)");
        if (a->tls.alert_sent >= 0)
                buf_appendf(b, "<small>alert to it: %d</small>", a->tls.alert_sent);
        if (*a->tls.error_text) {
                buf_append_str(b, "<small>");
                html_name(b, a->tls.error_text);
                buf_append_str(b, "</small>");
        }
}

static void append_address_leaf(const Page *p, const AddressObservation *a)
{
        const CertFacts *leaf =
                a->chain && a->chain->n_certs > 0 ? &a->chain->certs[0].facts : NULL;
        char hex[2 * CERT_SHA256_SIZE + 1];

        if (!leaf)
                return;
        if (leaf->has_not_after)
                html_left(p->b, leaf->not_after_at, p->now_at);
        cert_hex(leaf->sha256, hex);
        buf_appendf(p->b, "<small><code>%.16s\xe2\x80\xa6</code></small>", hex);
        if (a->chain_kept_at != 0)
                buf_append_str(p->b, "<small>remembered</small>");
}

/* How long each phase took. */
static void append_timings(Buf *b, const AddressObservation *a)
{
        bool first = true;

        for (int i = 0; i < _PHASE_MAX; i++) {
                uint64_t usec = a->phase_usec[i];

                if (!a->phase_reached[i])
                        continue;
                buf_appendf(b, "%s%s %u.%u ms", first ? "<small>" : ", ",
                        probe_phase_to_string((ProbePhase) i), (unsigned) (usec / USEC_PER_MSEC),
                        (unsigned) (usec / (USEC_PER_MSEC / 10) % 10));
                first = false;
        }
        if (!first)
                buf_append_str(b, "</small>");
}

static void append_address(const Page *p, const Endpoint *e, size_t i)
{
        const AddressObservation *a = &e->observation->addresses[i];
        Buf *b = p->b;

        buf_append_str(b, "<tr><th scope=\"row\">");
        html_name(b, a->address ? a->address : a->conname);
        append_timings(b, a);
        buf_append_str(b, "</th><td>");
        append_outcome(p, e, i);
        buf_append_str(b, "</td><td>");
        append_address_tls(b, a);
        buf_append_str(b, "</td><td>");
        append_address_leaf(p, a);
        buf_append_str(b, "</td></tr>\n");
}

void page_append_addresses(const Page *p, const Endpoint *e)
{
        Buf *b = p->b;

        if (!e->observation || !e->assessment || e->observation->n_addresses == 0)
                return;

        buf_append_str(b, "<section aria-labelledby=\"addresses\">\n<h2 id=\"addresses\">Address "
                          "by address</h2>\n");
        if (e->observation->addresses_stale)
                buf_append_str(b, "<p>The names do not resolve now; these are the addresses known "
                                  "last.</p>\n");
        buf_append_str(b, "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Address</th>"
                          "<th scope=\"col\">Outcome</th><th scope=\"col\">Negotiated</th>"
                          "<th scope=\"col\">Leaf</th></tr></thead>\n<tbody>\n");
        for (size_t i = 0; i < e->observation->n_addresses; i++)
                append_address(p, e, i);
        buf_append_str(b, "</tbody></table></div>\n</section>\n");
}
