/* SPDX-License-Identifier: MIT */

/* What is said of one address: how far the probe got, what was negotiated, which certificates came.
 */

#include "render/render_metrics_page.h"

#include <string.h>

#include "base/timefmt.h"
#include "mq/cipherspec.h"
#include "render/view.h"
#include "x509/cert.h"

void metrics_write_probe_stage_success(MetricsPage *p, const AddressRow *row)
{
        /* STAGE_INTERNAL is our own trouble and no stage of a probe. */
        for (int s = STAGE_RESOLVE; s <= STAGE_MQ; s++) {
                const MetricLabel label = {"stage", stage_to_string((Stage) s)};

                if (row->stages[s] == STAGE_RESULT_UNKNOWN)
                        continue;
                metrics_sample_i64(&p->writer, metrics_page_block(p, row->block), &label, 1,
                        row->stages[s] == STAGE_RESULT_PASSED);
        }
}

void metrics_write_probe_phase_duration(MetricsPage *p, const AddressRow *row)
{
        for (int i = 0; row->address && i < _PHASE_MAX; i++) {
                const MetricLabel label = {"phase", probe_phase_to_string((ProbePhase) i)};

                if (!row->address->phase_reached[i])
                        continue;
                metrics_sample(&p->writer, metrics_page_block(p, row->block), &label, 1,
                        (double) row->address->phase_usec[i] / (double) USEC_PER_SEC);
        }
}

typedef struct Position {
        char text[24];
} Position;

static Position position_text(size_t n)
{
        Position p = {0};
        size_t i = sizeof(p.text) - 1;

        do {
                p.text[--i] = (char) ('0' + n % 10);
                n /= 10;
        } while (n > 0);
        memmove(p.text, p.text + i, sizeof(p.text) - i);
        return p;
}

static const ChainFacts *row_chain(const AddressRow *row)
{
        return row->address ? row->address->chain : NULL;
}

static void cert_date(
        MetricsPage *p, const AddressRow *row, size_t i, const ChainCert *cert, int64_t at)
{
        const Position position = position_text(i);
        const MetricLabel labels[] = {
                {"position", position.text},
                {"role", chain_role_to_string(cert->role)},
        };

        metrics_sample_i64(
                &p->writer, metrics_page_block(p, row->block), labels, ARRAY_LEN(labels), at);
}

void metrics_write_cert_not_after(MetricsPage *p, const AddressRow *row)
{
        const ChainFacts *chain = row_chain(row);

        for (size_t i = 0; chain && i < chain->n_certs; i++)
                if (chain->certs[i].facts.has_not_after)
                        cert_date(p, row, i, &chain->certs[i], chain->certs[i].facts.not_after_at);
}

void metrics_write_cert_not_before(MetricsPage *p, const AddressRow *row)
{
        const ChainFacts *chain = row_chain(row);

        for (size_t i = 0; chain && i < chain->n_certs; i++)
                if (chain->certs[i].facts.has_not_before)
                        cert_date(p, row, i, &chain->certs[i], chain->certs[i].facts.not_before_at);
}

/* As many names as the label takes; the writer cuts what is too long. */
static void append_sans(Buf *b, const CertFacts *c)
{
        for (size_t i = 0; i < c->n_sans && b->len <= METRICS_LABEL_BYTES_MAX; i++) {
                if (i > 0)
                        buf_append_str(b, ", ");
                buf_append_str(b, c->sans[i]);
        }
}

static void cert_info(MetricsPage *p, const AddressRow *row, size_t i, const ChainCert *cert)
{
        const CertFacts *c = &cert->facts;
        const Position position = position_text(i), bits = position_text(c->key_bits);
        char sha256[2 * CERT_SHA256_SIZE + 1], spki[2 * CERT_SHA256_SIZE + 1];
        CLEANUP_BUF Buf sans = BUF_INIT;

        cert_hex(c->sha256, sha256);
        cert_hex(c->spki_sha256, spki);
        append_sans(&sans, c);
        if (buf_error(&sans) < 0)
                p->writer.out->failed = true;

        const MetricLabel labels[] = {
                {"position", position.text},
                {"role", chain_role_to_string(cert->role)},
                {"subject", c->subject_mq},
                {"issuer", c->issuer_mq},
                {"serial", c->serial},
                {"fingerprint_sha256", sha256},
                {"spki_sha256", c->faults & CERT_FAULT_UNPARSABLE ? NULL : spki},
                {"key_algorithm", c->key_algorithm},
                {"key_size", c->key_bits > 0 ? bits.text : NULL},
                {"signature_algorithm", c->signature_algorithm},
                {"san", buf_str(&sans)},
        };
        metrics_sample_i64(
                &p->writer, metrics_page_block(p, row->block), labels, ARRAY_LEN(labels), 1);
}

void metrics_write_cert_info(MetricsPage *p, const AddressRow *row)
{
        const ChainFacts *chain = row_chain(row);

        for (size_t i = 0; chain && i < chain->n_certs; i++)
                cert_info(p, row, i, &chain->certs[i]);
}

void metrics_write_chain_verified(MetricsPage *p, const AddressRow *row)
{
        const ChainFacts *chain = row_chain(row);

        if (chain && chain->judged && row->address->chain_kept_at == 0)
                metrics_sample_i64(
                        &p->writer, metrics_page_block(p, row->block), NULL, 0, chain->verified);
}

void metrics_write_tls_info(MetricsPage *p, const AddressRow *row)
{
        const HandshakeFacts *tls = row->address ? &row->address->tls : NULL;

        if (!tls || tls->version == 0)
                return;

        const MetricLabel labels[] = {
                {"version", tls_version_to_string(tls->version)},
                {"cipher", tls->cipher_name},
                {"cipherspec", view_cipherspec(tls)},
                {"group", tls->group},
                {"signature", tls->peer_signature},
        };
        metrics_sample_i64(
                &p->writer, metrics_page_block(p, row->block), labels, ARRAY_LEN(labels), 1);
}

static void observed_gauge(MetricsPage *p, const AddressRow *row, Observed o)
{
        if (o != OBSERVED_NOT)
                metrics_sample_i64(
                        &p->writer, metrics_page_block(p, row->block), NULL, 0, o == OBSERVED_YES);
}

void metrics_write_client_cert_requested(MetricsPage *p, const AddressRow *row)
{
        if (row->address)
                observed_gauge(p, row, view_client_cert_requested(row->address));
}

void metrics_write_client_cert_required(MetricsPage *p, const AddressRow *row)
{
        if (row->address)
                observed_gauge(p, row,
                        view_client_cert_required(row->endpoint, row->address, row->primary));
}
