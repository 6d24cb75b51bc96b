/* SPDX-License-Identifier: MIT */

/* The certificates of an endpoint, in the order in which they were sent. */

#include "render/render_page_parts.h"

#include <string.h>

#include "base/escape.h"
#include "base/timefmt.h"
#include "render/html.h"
#include "render/view.h"

/* How much of its life is over, as a line. */
static void append_life(const Page *p, const Endpoint *e, const CertFacts *c)
{
        const AssessedDates *d = &e->dates;
        int64_t whole = c->not_after_at - c->not_before_at, gone = p->now_at - c->not_before_at;
        int64_t left = c->not_after_at - p->now_at;
        const char *state = left < 0 || (d->has_policy && left <= d->critical_seconds) ? "critical"
                            : d->has_policy && left <= d->warning_seconds              ? "warning"
                                                                                       : "ok";

        if (!c->has_not_before || !c->has_not_after || whole <= 0)
                return;
        gone = MIN_OF(MAX_OF(gone, 0), whole);
        buf_append_str(p->b,
                "<svg class=\"life\" viewBox=\"0 0 1000 8\" preserveAspectRatio=\"none\" "
                "aria-hidden=\"true\"><rect class=\"whole\" width=\"1000\" height=\"8\"/>");
        buf_appendf(p->b, "<rect class=\"%s\" width=\"%d\" height=\"8\"/></svg>", state,
                (int) ((double) gone / (double) whole * 1000));
}

static void append_validity(const Page *p, const Endpoint *e, const CertFacts *c)
{
        Buf *b = p->b;

        html_field_open(b, "Valid");
        if (c->has_not_before)
                html_instant(b, c->not_before_at);
        else
                buf_append_str(b, "not readable");
        buf_append_str(b, " to ");
        if (c->has_not_after) {
                html_instant(b, c->not_after_at);
                buf_append_str(b, ", <b>");
                html_left(b, c->not_after_at, p->now_at);
                buf_append_str(b, "</b>");
        } else {
                buf_append_str(b, "not readable");
        }
        append_life(p, e, c);
        html_field_close(b);
}

static void append_key(Buf *b, const CertFacts *c)
{
        if (!c->key_algorithm)
                return;
        html_field_open(b, "Key");
        html_text(b, c->key_algorithm);
        if (c->key_bits > 0)
                buf_appendf(b, ", %u bits", c->key_bits);
        if (c->curve) {
                buf_append_str(b, ", ");
                html_text(b, c->curve);
        }
        html_field_close(b);
}

static void append_sans(Buf *b, const CertFacts *c)
{
        if (c->n_sans == 0)
                return;
        html_field_open(b, "Names");
        for (size_t i = 0; i < c->n_sans; i++) {
                buf_append_str(b, i > 0 ? ", " : "");
                html_name(b, c->sans[i]);
        }
        if (c->n_sans_total > c->n_sans) {
                buf_append_str(b, ", and ");
                html_number(b, c->n_sans_total - c->n_sans);
                buf_append_str(b, " more");
        }
        html_field_close(b);
}

static void append_digest(Buf *b, const char *label, const uint8_t digest[static CERT_SHA256_SIZE])
{
        char hex[2 * CERT_SHA256_SIZE + 1];

        cert_hex(digest, hex);
        html_field_open(b, label);
        buf_appendf(b, "<code class=\"digest\">%s</code>", hex);
        html_field_close(b);
}

static void append_cert(const Page *p, const Endpoint *e, const ChainCert *cert, size_t position)
{
        const CertFacts *c = &cert->facts;
        Buf *b = p->b;

        buf_append_str(b, "<li class=\"cert\">\n<h4>");
        buf_appendf(b, "<span class=\"position\">%zu</span> %s</h4>\n<dl class=\"facts\">\n",
                position, chain_role_to_string(cert->role));
        html_field_name(b, "Subject", c->subject_mq);
        html_field_name(b, "Issuer", c->issuer_mq);
        append_validity(p, e, c);
        append_sans(b, c);
        append_key(b, c);
        html_field(b, "Signed with", c->signature_algorithm);
        html_field(b, "Serial", c->serial);
        append_digest(b, "SHA-256", c->sha256);
        append_digest(b, "Key SHA-256", c->spki_sha256);
        html_field_name(b, "Fault", c->fault_text);
        if (cert->error_text) {
                html_field_open(b, "Verification");
                html_state_open(b, "critical");
                html_name(b, cert->error_text);
                html_state_close(b);
                html_field_close(b);
        }
        buf_append_str(b, "</dl>\n</li>\n");
}

static void append_chain_words(const Page *p, const AddressObservation *a)
{
        const ChainFacts *c = a->chain;
        Buf *b = p->b;

        buf_append_str(b, "<p>");
        html_count(b, c->n_certs_sent, "certificate");
        buf_append_str(b, c->ordered ? " sent, in order" : " sent, not in order");
        if (c->n_extra > 0)
                buf_appendf(b, ", %zu of them not needed", c->n_extra);
        if (a->chain_kept_at != 0) {
                buf_append_str(b, "; the last look saw none, these are remembered from ");
                html_instant(b, a->chain_kept_at);
        } else {
                buf_append_str(b, !c->judged    ? "; not verified, for want of a trust file"
                                  : c->verified ? "; verified"
                                                : "; not verified");
        }
        buf_append_str(b, ".");
        if (c->missing_issuer) {
                buf_append_str(b, " Missing: ");
                html_name(b, c->missing_issuer);
        }
        buf_append_str(b, "</p>\n");
}

static bool is_same_chain(const ChainFacts *a, const ChainFacts *b)
{
        if (!a || !b || a->n_certs != b->n_certs || a->n_certs_sent != b->n_certs_sent)
                return false;
        for (size_t i = 0; i < a->n_certs; i++)
                if (memcmp(a->certs[i].facts.sha256, b->certs[i].facts.sha256, CERT_SHA256_SIZE) !=
                        0)
                        return false;
        return true;
}

/* Was it shown for an earlier address? */
static bool is_shown(const Observation *o, size_t index)
{
        for (size_t i = 0; i < index; i++)
                if (is_same_chain(o->addresses[i].chain, o->addresses[index].chain))
                        return true;
        return false;
}

static void append_addresses_of(Buf *b, const Observation *o, size_t index)
{
        buf_append_str(b, "<h3>");
        for (size_t i = index; i < o->n_addresses; i++) {
                if (i > index && !is_same_chain(o->addresses[i].chain, o->addresses[index].chain))
                        continue;
                buf_append_str(b, i > index ? ", " : "From ");
                html_name(b, o->addresses[i].address);
        }
        buf_append_str(b, "</h3>\n");
}

void page_append_chains(const Page *p, const Endpoint *e)
{
        const Observation *o = e->observation;
        Buf *b = p->b;
        size_t n = 0;

        buf_append_str(b,
                "<section aria-labelledby=\"chain\">\n<h2 id=\"chain\">Certificates, as they were "
                "sent</h2>\n");
        for (size_t i = 0; o && i < o->n_addresses; i++) {
                const ChainFacts *c = o->addresses[i].chain;

                if (!c || is_shown(o, i))
                        continue;
                n++;
                append_addresses_of(b, o, i);
                append_chain_words(p, &o->addresses[i]);
                buf_append_str(b, "<ol class=\"chain\">\n");
                for (size_t k = 0; k < c->n_certs; k++)
                        append_cert(p, e, &c->certs[k], k);
                buf_append_str(b, "</ol>\n");
        }
        if (n == 0 && e->dates.has_effective) {
                buf_append_str(b,
                        "<p>No look since the start has seen one. What was seen before ends on ");
                html_date(b, e->dates.effective_at);
                buf_append_str(b, ", ");
                html_left(b, e->dates.effective_at, p->now_at);
                buf_append_str(b, ".</p>\n");
        } else if (n == 0) {
                buf_append_str(b, "<p>None was seen yet.</p>\n");
        }
        buf_append_str(b, "</section>\n");
}
