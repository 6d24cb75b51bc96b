/* SPDX-License-Identifier: MIT */

/* What a page of the runbook says of one endpoint, and of which endpoints it may speak. */

#include "render/render_runbook_internal.h"

#include <errno.h>
#include <string.h>

#include "base/escape.h"
#include "render/command.h"
#include "render/html.h"
#include "render/view.h"

enum {
        ENDPOINTS_MAX = 50, /* listed on a page */
        FINDINGS_MAX = 20,
        DRIFTS_MAX = 20,
        CONNAMES_MAX = 4, /* that a command is shown for */
};

/* ---- how it does ---- */

static void append_finding(Buf *b, const RunbookPage *page, const Endpoint *e, const Finding *f)
{
        const RunbookTopic topic = {
                .kind = RUNBOOK_DIAGNOSIS,
                .diagnosis = diagnosis_info(f->diagnosis),
        };

        buf_append_str(b, "<li>");
        html_severity(b, f->severity);
        buf_append_char(b, ' ');
        html_name(b, f->message);
        buf_append_char(b, ' ');
        runbook_append_link(b, page->root, &topic, e->config->name);
        buf_append_str(b, "</li>\n");
}

/* The page of an alert sends on to that of the reason; what it comes to is said here already, with
 * the names of this endpoint. The page of the reason itself says it below. */
static void append_remedy(Buf *b, const RunbookPage *page, const Endpoint *e)
{
        const Finding *f = view_first_finding(e);

        if (!f || page->topic.kind == RUNBOOK_DIAGNOSIS)
                return;
        buf_append_str(b, "<p class=\"remedy\">");
        html_remedy(b, diagnosis_info(f->diagnosis)->remedy, e->config);
        buf_append_str(b, "</p>\n");
}

static void append_drift(Buf *b, const RunbookPage *page, const Endpoint *e, const ViewDrift *d)
{
        const RunbookTopic topic = {.kind = RUNBOOK_DRIFT, .drift = d->kind};

        buf_append_str(b, "<li>");
        html_state(b, "drift", drift_event_info(d->event)->name);
        buf_append_char(b, ' ');
        html_text(b, drift_kind_info(d->kind)->name);
        if (d->old_text && d->new_text) {
                bool in_turn = d->event == DRIFT_EVENT_MIXED;

                buf_append_str(b, ": <bdi>");
                html_text(b, d->old_text);
                buf_append_str(b, in_turn ? "</bdi> and <bdi>" : "</bdi> before, <bdi>");
                html_text(b, d->new_text);
                buf_append_str(b, in_turn ? "</bdi> in turn" : "</bdi> now");
        }
        if (d->address) {
                buf_append_str(b, ", at ");
                html_name(b, d->address);
        }
        buf_append_str(b, ", since ");
        html_instant(b, d->since_at);
        buf_append_char(b, ' ');
        runbook_append_link(b, page->root, &topic, e->config->name);
        buf_append_str(b, "</li>\n");
}

/* Returns 0 or -ENOMEM. */
static int append_drifts(Buf *b, const RunbookPage *page, const Endpoint *e)
{
        CLEANUP_FREE ViewDrift *drifts = NULL;
        size_t n = 0;
        int r = view_drifts(e, &drifts, &n);

        if (r < 0 || n == 0)
                return r;
        buf_append_str(b, "<ul>\n");
        for (size_t i = 0; i < n && i < DRIFTS_MAX; i++)
                append_drift(b, page, e, &drifts[i]);
        buf_append_str(b, "</ul>\n");
        return 0;
}

/* Where there is but one, and this is its page, the sentence above has said the same. */
static void append_findings(Buf *b, const RunbookPage *page, const Endpoint *e)
{
        const Assessment *a = e->assessment;

        if (!a || a->n_findings == 0 ||
                (a->n_findings == 1 && page->topic.kind == RUNBOOK_DIAGNOSIS &&
                        page->topic.diagnosis->id == a->findings[0].diagnosis))
                return;

        buf_append_str(b, "<ul>\n");
        for (size_t i = 0; i < a->n_findings && i < FINDINGS_MAX; i++)
                append_finding(b, page, e, &a->findings[i]);
        buf_append_str(b, "</ul>\n");
}

static void append_moments(Buf *b, const RunbookPage *page, const Endpoint *e)
{
        buf_append_str(b, "<p class=\"faint\">");
        if (e->has_last_run) {
                buf_append_str(b, "Looked at ");
                html_ago(b, e->last_run_at, page->now_at);
                buf_append_str(b, ". ");
        }
        if (e->dates.has_effective) {
                buf_append_str(b, "The chain is valid until ");
                html_instant(b, e->dates.effective_at);
                buf_append_str(b, ", ");
                html_left(b, e->dates.effective_at, page->now_at);
                buf_append_str(b, ". ");
        }
        if (e->config->contact) {
                buf_append_str(b, "Contact: ");
                html_name(b, e->config->contact);
                buf_append_str(b, ". ");
        }
        if (e->config->note)
                html_name(b, e->config->note);
        buf_append_str(b, "</p>\n");
}

static void append_link(Buf *b, const RunbookPage *page, const Endpoint *e)
{
        buf_append_str(b, "<a href=\"");
        html_endpoint_url(b, page->root, e->config->name);
        buf_append_str(b, "\">");
        html_name(b, e->config->name);
        buf_append_str(b, "</a>");
}

int runbook_append_state(Buf *b, const RunbookPage *page, const Endpoint *e)
{
        int r;

        buf_append_str(b, "<section class=\"judgement ");
        buf_append_str(b, severity_to_string(endpoint_severity(e)));
        buf_append_str(b, "\" aria-labelledby=\"now\">\n<h2 id=\"now\">This endpoint now: ");
        append_link(b, page, e);
        buf_append_str(b, "</h2>\n<p class=\"sentence\">");
        html_severity(b, endpoint_severity(e));
        buf_append_char(b, ' ');
        html_name(b, view_message(e));
        buf_append_str(b, "</p>\n");
        append_moments(b, page, e);
        append_findings(b, page, e);
        append_remedy(b, page, e);
        r = append_drifts(b, page, e);
        buf_append_str(b, "</section>\n");
        return r;
}

/* ---- what looks at it ---- */

/* Each line is a command of its own. */
static void append_commands(Buf *b, const char *what, Buf *commands)
{
        char *rest = commands->data;

        if (buf_error(commands) < 0)
                b->failed = true;
        if (buf_error(commands) < 0 || commands->len == 0)
                return;

        buf_append_str(b, "<p>");
        html_text(b, what);
        buf_append_str(b, "</p>\n");
        for (const char *line; (line = strsep(&rest, "\n"));)
                if (*line)
                        html_command(b, line);
        buf_clear(commands);
}

/* One for each name in CONNAME: which of them is meant, the person knows. */
static int append_openssl(Buf *commands, const EndpointConfig *c)
{
        for (size_t i = 0; i < c->connames.n_entries && i < CONNAMES_MAX; i++) {
                int r = command_append_openssl(commands, c, &c->connames.entries[i]);

                if (r == -EOPNOTSUPP)
                        return 0;
                if (r < 0)
                        return r;
                buf_append_char(commands, '\n');
        }
        return 0;
}

int runbook_append_commands(Buf *b, const Config *config, const Endpoint *e)
{
        CLEANUP_BUF Buf commands = BUF_INIT;
        const EndpointConfig *c = e->config;
        int r;

        command_append_once(&commands, config->path ? config->path : "mqtlsd.conf", c);
        append_commands(b, "Look at it again, as the daemon does, on this machine:", &commands);

        command_append_probe(&commands, c);
        append_commands(b,
                c->identity_name
                        ? "Or from any machine, without the configuration. The endpoint's client "
                          "certificate is not in it: add --identity=FILE."
                        : "Or from any machine, without the configuration:",
                &commands);

        r = append_openssl(&commands, c);
        if (r < 0)
                return r;
        append_commands(b,
                c->identity_name
                        ? "The same offer with OpenSSL alone; add -cert FILE -key FILE for the client "
                          "certificate:"
                        : "The same offer with OpenSSL alone:",
                &commands);

        command_append_mqsc(&commands, c);
        append_commands(b, "At the queue manager, in runmqsc:", &commands);
        return buf_error(b);
}

/* ---- which endpoints ---- */

/* Does the page speak of this endpoint now? What an alert is about only Prometheus knows. */
static bool concerns(const RunbookTopic *t, const Endpoint *e)
{
        switch (t->kind) {
        case RUNBOOK_DIAGNOSIS:
                for (size_t i = 0; e->assessment && i < e->assessment->n_findings; i++)
                        if (e->assessment->findings[i].diagnosis == t->diagnosis->id)
                                return true;
                return false;
        case RUNBOOK_DRIFT:
                return view_has_drift_of(e, t->drift);
        case RUNBOOK_ALERT:
        case RUNBOOK_CHANGE:
        case _RUNBOOK_KIND_MAX:
        default:
                return endpoint_severity(e) == SEVERITY_WARNING ||
                       endpoint_severity(e) == SEVERITY_CRITICAL;
        }
}

static void append_endpoint(Buf *b, const Endpoint *e)
{
        buf_append_str(b, "<li>");
        html_severity(b, endpoint_severity(e));
        buf_append_str(b, " <a href=\"?endpoint=");
        escape_url(b, e->config->name, strlen(e->config->name));
        buf_append_str(b, "\">");
        html_name(b, e->config->name);
        buf_append_str(b, "</a></li>\n");
}

static bool is_certain(const RunbookTopic *t)
{
        return t->kind == RUNBOOK_DIAGNOSIS || t->kind == RUNBOOK_DRIFT;
}

int runbook_append_endpoints(Buf *b, const Inventory *inventory, const RunbookPage *page)
{
        CLEANUP_FREE const Endpoint **sorted = NULL;
        size_t n = 0;
        int r = view_worst_first(inventory, &sorted);

        if (r < 0)
                return r;

        for (size_t i = 0; i < inventory_count(inventory); i++) {
                if (!concerns(&page->topic, sorted[i]))
                        continue;
                if (n == 0)
                        buf_appendf(b,
                                "<section aria-labelledby=\"endpoints\">\n<h2 id=\"endpoints\">"
                                "Endpoints %s now</h2>\n<ul>\n",
                                is_certain(&page->topic) ? "with it" : "that need care");
                if (n < ENDPOINTS_MAX)
                        append_endpoint(b, sorted[i]);
                n++;
        }
        if (n == 0)
                return 0;
        buf_append_str(b, "</ul>\n");
        if (n > ENDPOINTS_MAX) {
                buf_append_str(b, "<p class=\"faint\">And ");
                html_count(b, n - ENDPOINTS_MAX, "more endpoint");
                buf_append_str(b, ".</p>\n");
        }
        buf_append_str(b, "</section>\n");
        return 0;
}
