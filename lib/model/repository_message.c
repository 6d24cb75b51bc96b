/* SPDX-License-Identifier: MIT */
#include "model/repository.h"

#include <string.h>

#include "base/escape.h"
#include "base/timefmt.h"

enum {
        LABEL_BYTES_SHOWN = 96,
};

static void append_date(Buf *b, int64_t at)
{
        char text[TIMEFMT_RFC3339_SIZE];

        timefmt_rfc3339(at, text);
        buf_append_str(b, text);
}

/* "the certificate labelled 'qm1'" */
static void append_cert(Buf *b, const KeystoreEntry *e)
{
        buf_append_str(b, "the certificate");
        if (!e->label)
                return;
        buf_append_str(b, " labelled '");
        escape_log(b, e->label, strlen(e->label), LABEL_BYTES_SHOWN);
        buf_append_char(b, '\'');
}

static const KeystoreFinding *worst_finding(const Repository *r)
{
        const KeystoreFinding *worst = NULL;

        for (size_t i = 0; i < r->n_served; i++)
                for (size_t k = 0; k < r->served[i].served.n_findings; k++) {
                        const KeystoreFinding *f = &r->served[i].served.findings[k];

                        if (!worst || repository_finding_severity(f->kind) >
                                        repository_finding_severity(worst->kind))
                                worst = f;
                }
        return worst;
}

/* Of those that are held to the thresholds, the one that ends first. */
static const RepositoryCert *first_to_end(const Repository *r)
{
        const RepositoryCert *first = NULL;

        for (size_t i = 0; i < r->n_certs; i++) {
                const RepositoryCert *c = &r->certs[i];

                if (c->has_state &&
                        (!first || c->entry->facts.not_after_at < first->entry->facts.not_after_at))
                        first = c;
        }
        return first;
}

static void append_end(Buf *b, const Repository *r, const RepositoryCert *c)
{
        if (c->state == EXPIRY_NOT_YET_VALID) {
                append_cert(b, c->entry);
                buf_append_str(b, " is not valid before ");
                append_date(b, c->entry->facts.not_before_at);
        } else if (c->state == EXPIRY_OK) {
                buf_append_str(b, r->n_served > 0 ? "to be served is " : "ends first: ");
                append_cert(b, c->entry);
                buf_append_str(b, ", until ");
                append_date(b, c->entry->facts.not_after_at);
        } else {
                append_cert(b, c->entry);
                buf_append_str(b, c->state == EXPIRY_EXPIRED ? " has ended on " : " ends soon, on ");
                append_date(b, c->entry->facts.not_after_at);
        }
}

static bool is_critical(const RepositoryCert *c)
{
        return c && c->state != EXPIRY_OK && c->state != EXPIRY_WARNING;
}

void repository_append_message(const Repository *r, Buf *b)
{
        const RepositoryCert *first = first_to_end(r);
        const KeystoreFinding *finding = worst_finding(r);
        bool is_grave = finding && repository_finding_severity(finding->kind) == SEVERITY_CRITICAL;

        if (r->read_at == 0)
                buf_append_str(b, "not read yet");
        else if (is_grave)
                buf_append_str(b, finding->text);
        else if (is_critical(first))
                append_end(b, r, first);
        else if (r->problem)
                buf_appendf(b, "%s%s", r->problem,
                        r->keystore ? "; what was read before stays meanwhile" : "");
        else if (first && first->state != EXPIRY_OK)
                append_end(b, r, first);
        else if (finding)
                buf_append_str(b, finding->text);
        else if (r->stash_problem)
                buf_append_str(b, r->stash_problem);
        else if (r->keystore && r->keystore->n_warnings > 0)
                buf_append_str(b, r->keystore->warnings[0]);
        else if (first)
                append_end(b, r, first);
        else
                buf_append_str(b, "nothing in it is to be served");
}
