/* SPDX-License-Identifier: MIT */

/*
 * The key repositories that are watched, and what an endpoint has to do with them. There may be
 * hundreds of them, with thousands of labels each: what needs care stands first, the rest is counted,
 * and the JSON has it all.
 */

#include "render/render_page_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "render/html.h"
#include "render/view.h"

enum {
        REPOSITORIES_MAX = 50,
        CERTS_MAX = 20,    /* of one repository */
        SIGNERS_MAX = 5,   /* of certificates in all, for signers to be listed as well */
        FINDINGS_MAX = 10, /* of one repository */
};

/* "And 2,980 more certificates; the JSON has them all." */
static void append_rest(
        const Page *p, size_t n, const char *one, const char *many, const char *qmgr)
{
        Buf *b = p->b;

        if (n == 0)
                return;
        buf_append_str(b, "<p class=\"faint\">And ");
        html_number(b, n);
        buf_append_str(b, " more ");
        buf_append_str(b, n == 1 ? one : many);
        buf_append_str(b, "; <a href=\"");
        buf_append_str(b, p->root);
        buf_append_str(b, "api/v1/status");
        if (qmgr && *qmgr) {
                buf_append_str(b, "?qmgr=");
                escape_url(b, qmgr, strlen(qmgr));
        }
        buf_append_str(b, n == 1 ? "\">the JSON</a> has it.</p>\n"
                                 : "\">the JSON</a> has them all.</p>\n");
}

/* ---- certificates ---- */

static const char *state_of(const RepositoryCert *c)
{
        if (!c->has_state)
                return "note";
        return c->state == EXPIRY_EXPIRED || c->state == EXPIRY_CRITICAL ? "critical"
               : c->state == EXPIRY_OK                                   ? "ok"
                                                                         : "warning";
}

static void append_cert(const Page *p, const RepositoryCert *c)
{
        const CertFacts *facts = &c->entry->facts;
        Buf *b = p->b;

        buf_append_str(b, "<tr><th scope=\"row\">");
        html_name(b, c->entry->label ? c->entry->label : "no label");
        buf_append_str(b, "</th><td>");
        html_text(b, repository_role(c->entry));
        buf_append_str(b, "</td><td>");
        html_name(b, facts->subject_mq);
        buf_append_str(b, "</td><td>");
        if (facts->has_not_after)
                html_date(b, facts->not_after_at);
        buf_append_str(b, "</td><td>");
        if (facts->has_not_after) {
                html_state_open(b, state_of(c));
                html_left(b, facts->not_after_at, p->now_at);
                html_state_close(b);
        }
        buf_append_str(b, "</td></tr>\n");
}

/* The nearer to its end, the sooner; then what would be served, then what has a private key. */
static int urgency(const RepositoryCert *c)
{
        static const int of_state[] = {
                [EXPIRY_EXPIRED] = 0,
                [EXPIRY_CRITICAL] = 1,
                [EXPIRY_NOT_YET_VALID] = 2,
                [EXPIRY_WARNING] = 3,
                [EXPIRY_OK] = 4,
        };

        _Static_assert(ARRAY_LEN(of_state) == _EXPIRY_STATE_MAX, "every state has its place");
        return c->has_state ? of_state[c->state] : c->is_held ? 5 : c->entry->has_private_key ? 6 : 7;
}

static int compare_certs(const void *a, const void *b)
{
        const RepositoryCert *left = *(const RepositoryCert *const *) a;
        const RepositoryCert *right = *(const RepositoryCert *const *) b;

        if (urgency(left) != urgency(right))
                return urgency(left) - urgency(right);
        return left < right ? -1 : 1; /* as they stand in the file */
}

/* What would be served, and other personal certificates; many signers are only counted. */
static int append_certs(const Page *p, const Repository *r)
{
        CLEANUP_FREE const RepositoryCert **sorted = NULL;
        size_t n = 0;

        if (r->n_certs == 0)
                return 0;
        sorted = calloc(r->n_certs, sizeof(*sorted));
        if (!sorted)
                return -ENOMEM;

        for (size_t i = 0; i < r->n_certs; i++)
                if (r->certs[i].is_held || r->certs[i].entry->has_private_key || r->n_certs <= SIGNERS_MAX)
                        sorted[n++] = &r->certs[i];
        if (n > 0)
                qsort(sorted, n, sizeof(*sorted), compare_certs);
        n = MIN_OF(n, (size_t) CERTS_MAX);

        if (n > 0)
                buf_append_str(p->b,
                        "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Label</th>"
                        "<th scope=\"col\">Role</th><th scope=\"col\">Subject</th>"
                        "<th scope=\"col\">Ends</th><th scope=\"col\">Left</th></tr></thead>\n<tbody>\n");
        for (size_t i = 0; i < n; i++)
                append_cert(p, sorted[i]);
        if (n > 0)
                buf_append_str(p->b, "</tbody></table></div>\n");
        append_rest(p, r->n_certs - n, "certificate", "certificates", r->config->qmgr);
        return 0;
}

/* Of one severity; `*n` counts all of them, those behind the last that is shown as well. */
static void append_findings_of(const Page *p, const Repository *r, Severity s, size_t *n)
{
        for (size_t i = 0; i < r->n_served; i++)
                for (size_t k = 0; k < r->served[i].served.n_findings; k++) {
                        const KeystoreFinding *f = &r->served[i].served.findings[k];

                        if (repository_finding_severity(f->kind) != s || (*n)++ >= FINDINGS_MAX)
                                continue;
                        buf_append_str(p->b, "<p>");
                        html_severity(p->b, s);
                        buf_append_str(p->b, " ");
                        html_name(p->b, f->text);
                        buf_append_str(p->b, "</p>\n");
                }
}

static void append_findings(const Page *p, const Repository *r)
{
        static const Severity order[] = {
                SEVERITY_CRITICAL, SEVERITY_WARNING, SEVERITY_UNKNOWN, SEVERITY_OK};
        size_t n = 0;

        for (size_t i = 0; i < ARRAY_LEN(order); i++)
                append_findings_of(p, r, order[i], &n);
        append_rest(p, n - MIN_OF(n, (size_t) FINDINGS_MAX), "finding", "findings", r->config->qmgr);
}

/* Unless the sentence about the repository says it already. */
static void append_problem(Buf *b, const char *problem, const char *sentence)
{
        if (!problem || strstr(sentence, problem))
                return;
        buf_append_str(b, "<p>");
        html_severity(b, SEVERITY_WARNING);
        buf_append_char(b, ' ');
        html_name(b, problem);
        buf_append_str(b, "</p>\n");
}

static int append_repository(const Page *p, const Repository *r)
{
        CLEANUP_BUF Buf message = BUF_INIT;
        Buf *b = p->b;

        repository_append_message(r, &message);
        if (buf_error(&message) < 0)
                b->failed = true;

        buf_append_str(b, "<details class=\"keystore\" data-keep=\"keystore ");
        html_text(b, r->config->name);
        buf_append_str(b, r->severity == SEVERITY_OK ? "\"><summary>" : "\" open><summary>");
        html_severity(b, r->severity);
        buf_append_str(b, " <b>");
        html_name(b, r->config->name);
        buf_append_str(b, "</b> ");
        html_name(b, buf_str(&message));
        buf_append_str(b, "</summary>\n<p class=\"faint\">");
        html_name(b, r->keystore ? r->keystore->path : r->config->path);
        if (r->keystore) {
                buf_append_str(b, ", ");
                html_text(b, keystore_kind_words(r->keystore->kind));
        }
        if (r->read_at > 0) {
                buf_append_str(b, ", read ");
                html_ago(b, r->read_at, p->now_at);
        } else {
                buf_append_str(b, ", not read yet");
        }
        buf_append_str(b, "</p>\n");
        append_problem(b, r->problem, buf_str(&message));
        append_problem(b, r->stash_problem, buf_str(&message));
        append_findings(p, r);
        if (append_certs(p, r) < 0)
                return -ENOMEM;
        buf_append_str(b, "</details>\n");
        return 0;
}

static int compare_repositories(const void *a, const void *b)
{
        static const int place[] = {
                [SEVERITY_CRITICAL] = 0,
                [SEVERITY_WARNING] = 1,
                [SEVERITY_UNKNOWN] = 2,
                [SEVERITY_OK] = 3,
        };
        const Repository *left = *(const Repository *const *) a;
        const Repository *right = *(const Repository *const *) b;

        _Static_assert(ARRAY_LEN(place) == _SEVERITY_MAX, "every severity has its place");
        if (left->severity != right->severity)
                return place[left->severity] - place[right->severity];
        return left < right ? -1 : 1; /* as they are configured */
}

int page_append_keystores(const Page *p)
{
        size_t n = 0, n_shown;
        const Repository *list = inventory_repositories(p->inventory, &n);
        CLEANUP_FREE const Repository **sorted = NULL;

        if (n == 0)
                return 0;
        sorted = calloc(n, sizeof(*sorted));
        if (!sorted)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                sorted[i] = &list[i];
        qsort(sorted, n, sizeof(*sorted), compare_repositories);
        n_shown = MIN_OF(n, (size_t) REPOSITORIES_MAX);

        buf_append_str(p->b, "<section id=\"keystores\" aria-labelledby=\"keystores-title\">\n"
                             "<h2 id=\"keystores-title\">Key repositories</h2>\n");
        for (size_t i = 0; i < n_shown; i++)
                if (append_repository(p, sorted[i]) < 0)
                        return -ENOMEM;
        append_rest(p, n - n_shown, "key repository", "key repositories", NULL);
        buf_append_str(p->b, "</section>\n");
        return 0;
}

/* ---- of one endpoint ---- */

static void append_match(const Page *p, const AssessedKeystore *k)
{
        static const struct {
                const char *state, *words;
        } matches[] = {
                [KEYSTORE_MATCH_UNKNOWN] = {"unknown", "not known whether it is served"},
                [KEYSTORE_MATCH_NO] = {"warning", "another certificate is served"},
                [KEYSTORE_MATCH_YES] = {"ok", "what is served"},
        };
        Buf *b = p->b;

        buf_append_str(b, "<li>");
        html_name(b, k->name);
        if (k->label) {
                buf_append_str(b, ", label ");
                html_name(b, k->label);
        }
        buf_append_str(b, ": ");
        html_state(b, matches[k->match].state, matches[k->match].words);
        buf_append_str(b, "</li>\n");
}

void page_append_endpoint_keystores(const Page *p, const Endpoint *e)
{
        const Assessment *a = e->assessment;

        if (!a || a->n_keystores == 0)
                return;

        buf_append_str(p->b,
                "<section aria-labelledby=\"files\">\n<h2 id=\"files\">Key repositories</h2>\n"
                "<ul class=\"specs\">\n");
        for (size_t i = 0; i < a->n_keystores; i++)
                append_match(p, &a->keystores[i]);
        buf_append_str(p->b, "</ul>\n</section>\n");
}
