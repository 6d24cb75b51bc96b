/* SPDX-License-Identifier: MIT */

/* The key repositories that are watched, and what an endpoint has to do with them. */

#include "render/render_page_parts.h"

#include <string.h>

#include "render/html.h"
#include "render/view.h"

enum {
        CERTS_MAX = 20, /* of one repository */
};

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

/* What would be served, and other personal certificates; signers are only counted. */
static void append_certs(const Page *p, const Repository *r)
{
        size_t n_left = 0, n_shown = 0;

        if (r->n_certs == 0)
                return;

        buf_append_str(p->b,
                "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Label</th>"
                "<th scope=\"col\">Role</th><th scope=\"col\">Subject</th>"
                "<th scope=\"col\">Ends</th><th scope=\"col\">Left</th></tr></thead>\n<tbody>\n");
        for (size_t i = 0; i < r->n_certs; i++) {
                const RepositoryCert *c = &r->certs[i];

                if ((!c->is_held && !c->entry->has_private_key && r->n_certs > CERTS_MAX / 4) ||
                        n_shown == CERTS_MAX) {
                        n_left++;
                        continue;
                }
                append_cert(p, c);
                n_shown++;
        }
        buf_append_str(p->b, "</tbody></table></div>\n");
        if (n_left > 0) {
                buf_append_str(p->b, "<p class=\"faint\">And ");
                html_count(p->b, n_left, "more certificate");
                buf_append_str(p->b, ".</p>\n");
        }
}

static void append_findings(const Page *p, const Repository *r)
{
        for (size_t i = 0; i < r->n_served; i++)
                for (size_t k = 0; k < r->served[i].served.n_findings; k++) {
                        const KeystoreFinding *f = &r->served[i].served.findings[k];

                        buf_append_str(p->b, "<p>");
                        html_severity(p->b, repository_finding_severity(f->kind));
                        buf_append_str(p->b, " ");
                        html_name(p->b, f->text);
                        buf_append_str(p->b, "</p>\n");
                }
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

static void append_repository(const Page *p, const Repository *r)
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
        append_certs(p, r);
        buf_append_str(b, "</details>\n");
}

void page_append_keystores(const Page *p)
{
        size_t n = 0;
        const Repository *list = inventory_repositories(p->inventory, &n);

        if (n == 0)
                return;

        buf_append_str(p->b, "<section id=\"keystores\" aria-labelledby=\"keystores-title\">\n"
                             "<h2 id=\"keystores-title\">Key repositories</h2>\n");
        for (size_t i = 0; i < n; i++)
                append_repository(p, &list[i]);
        buf_append_str(p->b, "</section>\n");
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
