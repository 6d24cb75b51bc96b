/* SPDX-License-Identifier: MIT */
#include "model/repository.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

static void append_problem(Buf *b, const Repository *r)
{
        buf_appendf(b, "%s%s", r->problem, r->keystore ? "; what was read before stays meanwhile" : "");
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
                append_problem(b, r);
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

/* ---- everything ---- */

typedef struct Telling {
        const Repository *repository;
        Issues *issues;
        size_t n; /* told, or to be told if there were room */
} Telling;

static void PRINTF_LIKE(2, 3) tell(Telling *t, const char *format, ...)
{
        const KeystoreConfig *c = t->repository->config;
        CLEANUP_FREE char *text = NULL;
        va_list ap;
        int n;

        if (t->n++ >= REPOSITORY_PROBLEMS_MAX)
                return;
        va_start(ap, format);
        n = vasprintf(&text, format, ap);
        va_end(ap);
        if (n < 0) {
                text = NULL;
                t->issues->failed = true;
                return;
        }
        issues_add_warning(t->issues, c->file, c->line, c->name, "%s", text);
}

/* Labels share signers, and what is wrong with one is found under each of them. */
static bool is_told(const Repository *r, size_t n_served, const KeystoreFinding *f)
{
        for (size_t i = 0; i < n_served; i++)
                for (size_t k = 0; k < r->served[i].served.n_findings; k++)
                        if (strcmp(r->served[i].served.findings[k].text, f->text) == 0)
                                return true;
        return false;
}

static void tell_findings(Telling *t, Severity severity)
{
        const Repository *r = t->repository;

        for (size_t i = 0; i < r->n_served; i++)
                for (size_t k = 0; k < r->served[i].served.n_findings; k++) {
                        const KeystoreFinding *f = &r->served[i].served.findings[k];

                        if (repository_finding_severity(f->kind) == severity && !is_told(r, i, f))
                                tell(t, "%s", f->text);
                }
}

static int compare_ends(const void *a, const void *b)
{
        const RepositoryCert *const *x = a, *const *y = b;
        int64_t left = (*x)->entry->facts.not_after_at, right = (*y)->entry->facts.not_after_at;

        if (left != right)
                return left < right ? -1 : 1;
        return (*x > *y) - (*x < *y); /* as in the file */
}

/* Is its end, or its beginning, a finding about what is served? */
static bool is_found(const Repository *r, const RepositoryCert *c)
{
        return r->n_served > 0 && (c->state == EXPIRY_EXPIRED || c->state == EXPIRY_NOT_YET_VALID);
}

static void tell_ends(Telling *t, bool critical)
{
        const Repository *r = t->repository;
        CLEANUP_FREE const RepositoryCert **ends = calloc(r->n_certs + 1, sizeof(*ends));
        size_t n = 0;

        if (!ends) {
                t->issues->failed = true;
                return;
        }
        for (size_t i = 0; i < r->n_certs; i++) {
                const RepositoryCert *c = &r->certs[i];

                if (c->has_state && c->state != EXPIRY_OK && is_critical(c) == critical &&
                        !is_found(r, c))
                        ends[n++] = c;
        }
        if (n > 0)
                qsort(ends, n, sizeof(*ends), compare_ends);
        for (size_t i = 0; i < n; i++) {
                CLEANUP_BUF Buf b = BUF_INIT;

                append_end(&b, r, ends[i]);
                tell(t, "%s", buf_str(&b));
        }
}

void repository_complain(const Repository *r, Issues *issues)
{
        Telling t = { .repository = r, .issues = issues };
        CLEANUP_BUF Buf problem = BUF_INIT;

        assert(r);
        assert(issues);

        tell_findings(&t, SEVERITY_CRITICAL);
        tell_ends(&t, true);
        if (r->problem) {
                append_problem(&problem, r);
                tell(&t, "%s", buf_str(&problem));
        }
        tell_ends(&t, false);
        tell_findings(&t, SEVERITY_WARNING);
        if (r->stash_problem)
                tell(&t, "%s", r->stash_problem);
        for (size_t i = 0; r->keystore && i < r->keystore->n_warnings; i++)
                tell(&t, "%s", r->keystore->warnings[i]);
        if (t.n > REPOSITORY_PROBLEMS_MAX)
                issues_add_warning(issues, r->config->file, r->config->line, r->config->name,
                        "there are %zu more of these; correct the first ones and check again",
                        t.n - REPOSITORY_PROBLEMS_MAX);
}
