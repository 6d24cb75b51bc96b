/* SPDX-License-Identifier: MIT */

/*
 * What is said of key repositories, and of endpoints held against them.
 *
 * Labels of certificates come out of files: they may stand there twice, be alike behind what is cut off,
 * or be none at all (PEM, DER). So each certificate also has its position among those of the same
 * label, which is 0 for nearly all, and which a renewal leaves alone.
 */

#include "render/render_metrics_page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"

/* A certificate's label as the sample will bear it. */
typedef struct Shown {
        char *label;
        size_t index; /* in the file */
} Shown;

static int compare_shown(const void *a, const void *b)
{
        const Shown *x = a, *y = b;
        int r = strcmp(x->label, y->label);

        return r != 0 ? r : (x->index > y->index) - (x->index < y->index);
}

static void shown_free(Shown *shown, size_t n)
{
        for (size_t i = 0; shown && i < n; i++)
                free(shown[i].label);
        free(shown);
}

static int show(const KeystoreEntry *e, size_t index, Shown *ret)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        if (e->label)
                escape_label(&b, e->label, strlen(e->label), METRICS_LABEL_BYTES_MAX);
        ret->index = index;
        return buf_steal(&b, &ret->label);
}

/* By index in the file, the position among those whose label is shown alike. */
static int find_positions(const Repository *r, unsigned **ret)
{
        size_t n = r->n_certs;
        Shown *shown = calloc(n + 1, sizeof(*shown));
        unsigned *positions = calloc(n + 1, sizeof(*positions));
        int q = shown && positions ? 0 : -ENOMEM;

        for (size_t i = 0; q >= 0 && i < n; i++)
                q = show(r->certs[i].entry, i, &shown[i]);
        if (q >= 0 && n > 0) {
                qsort(shown, n, sizeof(*shown), compare_shown);
                for (size_t i = 1; i < n; i++)
                        if (strcmp(shown[i].label, shown[i - 1].label) == 0)
                                positions[shown[i].index] = positions[shown[i - 1].index] + 1;
        }
        shown_free(shown, n);
        if (q < 0) {
                free(positions);
                return q;
        }
        *ret = positions;
        return 0;
}

int metrics_page_add_keystores(MetricsPage *p)
{
        size_t n = 0;
        const Repository *all = inventory_repositories(p->inventory, &n);

        p->keystores = calloc(n + 1, sizeof(*p->keystores));
        if (!p->keystores)
                return -ENOMEM;

        for (size_t i = 0; i < n; i++) {
                const MetricLabel label = {"keystore", all[i].config->name};
                KeystoreRow *row = &p->keystores[p->n_keystores++];
                int r;

                *row = (KeystoreRow){ .repository = &all[i], .block = p->blocks.len };
                metrics_append_labels(&p->blocks, &label, 1);
                buf_append_char(&p->blocks, '\0');
                r = find_positions(&all[i], &row->positions);
                if (r < 0)
                        return r;
        }
        return 0;
}

void metrics_page_keystores_done(MetricsPage *p)
{
        for (size_t i = 0; i < p->n_keystores; i++)
                free(p->keystores[i].positions);
        free(p->keystores);
}

/* ---- the file ---- */

void metrics_write_keystore_info(MetricsPage *p, const KeystoreRow *row)
{
        const Repository *r = row->repository;
        const MetricLabel labels[] = {
                {"qmgr", r->config->qmgr},
                {"path", r->keystore ? r->keystore->path : r->config->path},
                {"kind", r->keystore ? keystore_kind_to_string(r->keystore->kind) : NULL},
        };

        metrics_sample_i64(
                &p->writer, metrics_page_block(p, row->block), labels, ARRAY_LEN(labels), 1);
}

void metrics_write_keystore_readable(MetricsPage *p, const KeystoreRow *row)
{
        const Repository *r = row->repository;

        if (r->read_at != 0)
                metrics_sample_i64(
                        &p->writer, metrics_page_block(p, row->block), NULL, 0, !r->problem);
}

void metrics_write_keystore_last_read(MetricsPage *p, const KeystoreRow *row)
{
        const Repository *r = row->repository;

        if (r->read_at != 0)
                metrics_sample_i64(
                        &p->writer, metrics_page_block(p, row->block), NULL, 0, r->read_at);
}

/* ---- certificates ---- */

static void write_cert(MetricsPage *p, const KeystoreRow *row, size_t index, int64_t value)
{
        const KeystoreEntry *e = row->repository->certs[index].entry;
        CLEANUP_BUF Buf position = BUF_INIT;

        buf_append_u64(&position, row->positions[index]);
        if (buf_error(&position) < 0)
                p->writer.out->failed = true;

        const MetricLabel labels[] = {
                {"cert_label", e->label},
                {"position", buf_str(&position)},
                {"role", repository_role(e)},
        };
        metrics_sample_i64(
                &p->writer, metrics_page_block(p, row->block), labels, ARRAY_LEN(labels), value);
}

void metrics_write_keystore_cert_not_after(MetricsPage *p, const KeystoreRow *row)
{
        for (size_t i = 0; i < row->repository->n_certs; i++) {
                const CertFacts *f = &row->repository->certs[i].entry->facts;

                if (f->has_not_after)
                        write_cert(p, row, i, f->not_after_at);
        }
}

void metrics_write_keystore_policy_expiry_warning(MetricsPage *p, const KeystoreRow *row)
{
        for (size_t i = 0; i < row->repository->n_certs; i++)
                if (row->repository->certs[i].has_state)
                        write_cert(p, row, i, row->repository->certs[i].warning_seconds);
}

void metrics_write_keystore_policy_expiry_critical(MetricsPage *p, const KeystoreRow *row)
{
        for (size_t i = 0; i < row->repository->n_certs; i++)
                if (row->repository->certs[i].has_state)
                        write_cert(p, row, i, row->repository->certs[i].critical_seconds);
}

/* ---- findings ---- */

static bool has_finding(const KeystoreServed *served, KeystoreFindingKind kind)
{
        for (size_t i = 0; i < served->n_findings; i++)
                if (served->findings[i].kind == kind)
                        return true;
        return false;
}

/* Labels that are looked for come from the configuration: they are bounded, and told whole, because they
 * tell samples apart. */
static void write_finding(MetricsPage *p, const KeystoreRow *row, const char *cert_label,
        const char *finding, bool is_found)
{
        CLEANUP_BUF Buf block = BUF_INIT;
        const MetricLabel labels[] = {
                {"keystore", row->repository->config->name},
                {"cert_label", cert_label},
                {"finding", finding},
        };

        metrics_append_labels(&block, labels, ARRAY_LEN(labels));
        if (buf_error(&block) < 0)
                p->writer.out->failed = true;
        metrics_sample_i64(&p->writer, buf_str(&block), NULL, 0, is_found);
}

/* A channel may have the queue manager's own label; then it is told once. */
static bool is_told(const Repository *r, size_t index)
{
        const char *label = r->served[index].served.label;

        for (size_t i = 0; i < index; i++) {
                const char *other = r->served[i].served.label;

                if (!label || !other ? label == other : strcmp(label, other) == 0)
                        return true;
        }
        return false;
}

void metrics_write_keystore_finding(MetricsPage *p, const KeystoreRow *row)
{
        const Repository *r = row->repository;

        for (size_t i = 0; i < r->n_served; i++) {
                if (is_told(r, i))
                        continue;
                for (int k = 0; k < _KEYSTORE_FINDING_MAX; k++)
                        write_finding(p, row, r->served[i].served.label,
                                keystore_finding_to_string((KeystoreFindingKind) k),
                                has_finding(&r->served[i].served, (KeystoreFindingKind) k));
        }
        if (r->read_at != 0)
                write_finding(p, row, NULL, "stash_file", r->stash_problem != NULL);
}

/* ---- endpoints ---- */

void metrics_write_served_matches_keystore(MetricsPage *p, const EndpointRow *er)
{
        const Assessment *a = er->endpoint->assessment;

        for (size_t i = 0; a && i < a->n_keystores; i++) {
                const AssessedKeystore *k = &a->keystores[i];
                const MetricLabel labels[] = {
                        {"endpoint", er->endpoint->config->name},
                        {"qmgr", er->endpoint->config->qmgr},
                        {"channel", er->endpoint->config->channel},
                        {"keystore", k->name},
                        {"cert_label", k->label},
                };
                CLEANUP_BUF Buf block = BUF_INIT;

                if (k->match == KEYSTORE_MATCH_UNKNOWN)
                        continue;
                metrics_append_labels(&block, labels, ARRAY_LEN(labels));
                if (buf_error(&block) < 0)
                        p->writer.out->failed = true;
                metrics_sample_i64(&p->writer, buf_str(&block), NULL, 0,
                        k->match == KEYSTORE_MATCH_YES);
        }
}
