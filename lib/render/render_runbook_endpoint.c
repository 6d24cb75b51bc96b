/* SPDX-License-Identifier: MIT */

/* What a page of the runbook says of one endpoint, and of which endpoints it may speak. */

#include "render/render_runbook_internal.h"

#include <errno.h>
#include <string.h>

#include "base/escape.h"
#include "base/timefmt.h"
#include "render/command.h"
#include "render/render_frame.h"
#include "render/view.h"

enum {
        ENDPOINTS_MAX = 50, /* listed on a page */
        FINDINGS_MAX = 20,
        CONNAMES_MAX = 4, /* that a command is shown for */
};

/* ---- how it does ---- */

static void append_finding(Buf *b, const RunbookPage *page, const Endpoint *e, const Finding *f)
{
        const RunbookTopic topic = {
                .kind = RUNBOOK_DIAGNOSIS,
                .diagnosis = diagnosis_info(f->diagnosis),
        };

        buf_append_str(b, "<li class=\"");
        buf_append_str(b, severity_to_string(f->severity));
        buf_append_str(b, "\"><span class=\"severity\">");
        buf_append_str(b, severity_to_string(f->severity));
        buf_append_str(b, "</span> ");
        runbook_append_link(b, page->root, &topic, e->config->name);
        buf_append_str(b, ": ");
        render_frame_text(b, f->message);
        buf_append_str(b, "</li>\n");
}

static void append_moments(Buf *b, const RunbookPage *page, const Endpoint *e)
{
        char at[TIMEFMT_RFC3339_SIZE];

        buf_append_str(b, "<p class=\"faint\">");
        if (e->has_last_run) {
                timefmt_rfc3339(e->last_run_at, at);
                buf_append_str(b, "Looked at ");
                buf_append_str(b, at);
                buf_append_str(b, ". ");
        }
        if (e->dates.has_effective) {
                timefmt_rfc3339(e->dates.effective_at, at);
                buf_append_str(b, "The chain ends ");
                buf_append_str(b, at);
                buf_append_str(b, ", days left: ");
                buf_append_i64(b, view_days_left(e->dates.effective_at, page->now_at));
                buf_append_str(b, ". ");
        }
        if (e->config->contact) {
                buf_append_str(b, "Contact: ");
                render_frame_text(b, e->config->contact);
                buf_append_str(b, ". ");
        }
        buf_append_str(b, "<a href=\"");
        buf_append_str(b, page->root);
        buf_append_str(b, "api/v1/endpoints/");
        escape_url(b, e->config->name, strlen(e->config->name));
        buf_append_str(b, "\">All of it as JSON</a></p>\n");
}

void runbook_append_state(Buf *b, const RunbookPage *page, const Endpoint *e)
{
        const char *severity = severity_to_string(endpoint_severity(e));

        buf_append_str(b, "<h2>This endpoint now: ");
        render_frame_text(b, e->config->name);
        buf_append_str(b, "</h2>\n<p class=\"");
        buf_append_str(b, severity);
        buf_append_str(b, "\"><span class=\"severity\">");
        buf_append_str(b, severity);
        buf_append_str(b, "</span> ");
        render_frame_text(b, view_message(e));
        buf_append_str(b, "</p>\n");
        append_moments(b, page, e);
        if (e->config->note)
                runbook_append_element(b, "p", e->config->note);

        if (!view_first_finding(e))
                return;
        buf_append_str(b, "<ul class=\"findings\">\n");
        for (size_t i = 0; i < e->assessment->n_findings && i < FINDINGS_MAX; i++)
                append_finding(b, page, e, &e->assessment->findings[i]);
        buf_append_str(b, "</ul>\n");
}

/* ---- what looks at it ---- */

/* A line end of ours stays one; escape_html() would show it as a character that should not be there. */
static void append_lines(Buf *b, const char *text)
{
        for (const char *line = text; *line;) {
                size_t len = strcspn(line, "\n");

                escape_html(b, line, len);
                line += len;
                if (*line == '\n' && *++line)
                        buf_append_char(b, '\n');
        }
}

static void append_command(Buf *b, const char *what, Buf *command)
{
        if (buf_error(command) < 0)
                b->failed = true;
        if (command->len > 0) {
                runbook_append_element(b, "p", what);
                buf_append_str(b, "<pre><code>");
                append_lines(b, buf_str(command));
                buf_append_str(b, "</code></pre>\n");
        }
        buf_clear(command);
}

/* One command for each name in CONNAME: which of them is meant, the person knows. */
static int append_openssl_commands(Buf *command, const EndpointConfig *c)
{
        for (size_t i = 0; i < c->connames.n_entries && i < CONNAMES_MAX; i++) {
                int r = command_append_openssl(command, c, &c->connames.entries[i]);

                if (r == -EOPNOTSUPP)
                        return 0;
                if (r < 0)
                        return r;
                buf_append_char(command, '\n');
        }
        return 0;
}

int runbook_append_commands(Buf *b, const Config *config, const Endpoint *e)
{
        CLEANUP_BUF Buf command = BUF_INIT;
        const EndpointConfig *c = e->config;
        int r;

        command_append_once(&command, config->path ? config->path : "mqtlsd.conf", c);
        append_command(b, "Look at it again, as the daemon does, on this machine:", &command);

        command_append_probe(&command, c);
        append_command(b,
                c->identity_name
                        ? "Or from any machine, without the configuration. The endpoint's client "
                          "certificate is not in it: add --identity=FILE."
                        : "Or from any machine, without the configuration:",
                &command);

        r = append_openssl_commands(&command, c);
        if (r < 0)
                return r;
        append_command(b,
                c->identity_name
                        ? "The same offer with OpenSSL alone; add -cert FILE -key FILE for the client "
                          "certificate:"
                        : "The same offer with OpenSSL alone:",
                &command);

        command_append_mqsc(&command, c);
        append_command(b, "At the queue manager, in runmqsc:", &command);
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
                return e->drift && drift_is_open(e->drift, t->drift);
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
        const char *severity = severity_to_string(endpoint_severity(e));

        buf_append_str(b, "<li class=\"");
        buf_append_str(b, severity);
        buf_append_str(b, "\"><span class=\"severity\">");
        buf_append_str(b, severity);
        buf_append_str(b, "</span> <a href=\"?endpoint=");
        escape_url(b, e->config->name, strlen(e->config->name));
        buf_append_str(b, "\">");
        render_frame_text(b, e->config->name);
        buf_append_str(b, "</a></li>\n");
}

int runbook_append_endpoints(Buf *b, const Inventory *inventory, const RunbookPage *page)
{
        CLEANUP_FREE const Endpoint **sorted = NULL;
        bool certain = page->topic.kind == RUNBOOK_DIAGNOSIS || page->topic.kind == RUNBOOK_DRIFT;
        size_t n = 0;
        int r = view_worst_first(inventory, &sorted);

        if (r < 0)
                return r;

        for (size_t i = 0; i < inventory_count(inventory); i++) {
                if (!concerns(&page->topic, sorted[i]))
                        continue;
                if (n == 0) {
                        runbook_append_element(b, "h2",
                                certain ? "Endpoints with it now" : "Endpoints that need care now");
                        buf_append_str(b, "<ul class=\"findings\">\n");
                }
                if (n < ENDPOINTS_MAX)
                        append_endpoint(b, sorted[i]);
                n++;
        }
        if (n > 0)
                buf_append_str(b, "</ul>\n");
        if (n > ENDPOINTS_MAX)
                buf_appendf(b, "<p>And %zu more.</p>\n", n - ENDPOINTS_MAX);
        return 0;
}
