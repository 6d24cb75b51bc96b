/* SPDX-License-Identifier: MIT */

/* GET /endpoint/NAME: everything that is known of one endpoint, for people. */

#include "render/render_page_parts.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/escape.h"
#include "base/timefmt.h"
#include "mq/channel.h"
#include "render/command.h"
#include "render/html.h"
#include "render/render_frame.h"
#include "render/view.h"

enum {
        REFRESH_SECONDS = 60,
};

/* ---- head ---- */

static void append_looks(const Page *p, const Endpoint *e)
{
        Buf *b = p->b;

        buf_append_str(b, "<p class=\"faint\">");
        if (e->has_last_run) {
                buf_append_str(b, "Looked at ");
                html_ago(b, e->last_run_at, p->now_at);
        } else {
                buf_append_str(b, "Not looked at yet");
        }
        if (e->has_last_success && e->last_success_at != e->last_run_at) {
                buf_append_str(b, ", last well ");
                html_ago(b, e->last_success_at, p->now_at);
        }
        if (e->n_failures_in_a_row > 1) {
                buf_append_str(b, ", ");
                html_count(b, e->n_failures_in_a_row, "failure");
                buf_append_str(b, " in a row");
        }
        if (e->next_run_at > p->now_at) {
                buf_append_str(b, ", next look ");
                html_ago(b, e->next_run_at, p->now_at);
        }
        buf_append_str(
                b, e->is_restored ? ", as remembered from before the restart.</p>\n" : ".</p>\n");
}

static void append_left(const Page *p, const AssessedDates *d)
{
        if (!d->has_effective)
                return;
        buf_append_str(p->b, "<p class=\"ends\"><b>");
        html_left(p->b, d->effective_at, p->now_at);
        buf_append_str(p->b, "</b> <span class=\"faint\">the chain ends ");
        html_instant(p->b, d->effective_at);
        if (d->has_policy) {
                buf_append_str(p->b, ", renew by ");
                html_date(p->b, d->effective_at - d->warning_seconds);
        }
        buf_append_str(p->b, "</span></p>\n");
}

static void append_head(const Page *p, const Endpoint *e)
{
        Buf *b = p->b;

        buf_append_str(b, "<header class=\"top\">\n<p class=\"way\"><a href=\"");
        buf_append_str(b, p->root);
        buf_append_str(b, "./\">\xe2\x86\x90 all endpoints</a></p>\n<h1>");
        html_name(b, e->config->name);
        buf_append_str(b, "</h1>\n<p class=\"faint\" id=\"asof\">as known ");
        html_ago(b, p->now_at, p->now_at);
        buf_append_str(b, "</p>\n</header>\n<main id=\"judged\">\n<section class=\"judgement ");
        buf_append_str(b, severity_to_string(endpoint_severity(e)));
        buf_append_str(b, "\" aria-label=\"Verdict\">\n<p class=\"sentence\">");
        html_severity(b, endpoint_severity(e));
        buf_append_str(b, " <bdi>");
        html_sentence(b, view_message(e));
        buf_append_str(b, "</bdi>");
        page_append_drift_badges(p, e);
        buf_append_str(b, "</p>\n");
        append_left(p, &e->dates);
        append_looks(p, e);
        buf_append_str(b, "</section>\n");
}

/* ---- what to do ---- */

static void append_doing(const Page *p, const Endpoint *e)
{
        if (!view_first_finding(e))
                return;
        buf_append_str(
                p->b, "<section aria-labelledby=\"doing\">\n<h2 id=\"doing\">What to do</h2>\n");
        page_append_findings(p, e);
        buf_append_str(p->b, "</section>\n");
}

static int append_looking(const Page *p, const Endpoint *e)
{
        const EndpointConfig *c = e->config;
        CLEANUP_BUF Buf probe = BUF_INIT, openssl = BUF_INIT;
        int r = 0;

        command_append_probe(&probe, c);
        if (c->connames.n_entries > 0)
                r = command_append_openssl(&openssl, c, &c->connames.entries[0]);
        if (buf_error(&probe) < 0 || r == -ENOMEM)
                return -ENOMEM;

        buf_append_str(p->b,
                "<section aria-labelledby=\"looking\">\n<h2 id=\"looking\">Look again</h2>\n"
                "<p>As mqtlsd does, from any machine that has it:</p>\n");
        html_command(p->b, buf_str(&probe));
        if (openssl.len > 0) {
                buf_append_str(p->b, "<p>With what every machine has, TLS alone:</p>\n");
                html_command(p->b, buf_str(&openssl));
        }
        buf_append_str(p->b, "</section>\n");
        return 0;
}

/* ---- the queue manager ---- */

static const char *mq_words(const Endpoint *e)
{
        bool inferred = false;

        if (diagnosis_mq_is_accepted(&e->mq, e->config->chltype, &inferred) && inferred)
                return "the channel is accepted (inferred: a client was refused only for the type)";
        return view_mq_phrase(e->mq.result);
}

static void append_mq(const Page *p, const Endpoint *e)
{
        const MqInitFacts *f = &e->mq.facts;
        const MqStatusInfo *status = f->has_status ? mqstatus_info(f->status_code) : NULL;
        Buf *b = p->b;

        if (e->config->depth != PROBE_DEPTH_MQ)
                return;

        buf_append_str(b,
                "<section aria-labelledby=\"mq\">\n<h2 id=\"mq\">The queue manager itself</h2>\n"
                "<dl class=\"facts\">\n");
        html_field(b, "Its answer", mq_words(e));
        if (status) {
                html_field_open(b, "Status");
                buf_appendf(b, "0x%02X ", (unsigned) f->status_code);
                html_text(b, status->phrase);
                html_field_close(b);
        }
        html_field_name(b, "In its words", f->error_text);
        html_field_name(b, "It calls itself", f->qmgr_name);
        html_field_name(b, "Its id", f->qmgr_id);
        html_field_name(b, "Product", f->product[0] ? f->product : f->product_id);
        if (f->fap_level > 0) {
                html_field_open(b, "FAP level");
                buf_append_u64(b, f->fap_level);
                html_field_close(b);
        }
        if (e->mq_at > 0) {
                html_field_open(b, "Asked");
                html_ago(b, e->mq_at, p->now_at);
                html_field_close(b);
        }
        buf_append_str(b, "</dl>\n</section>\n");
}

/* ---- configuration ---- */

static void append_span(Buf *b, const char *label, uint64_t seconds)
{
        html_field_open(b, label);
        timefmt_append_span(b, seconds);
        html_field_close(b);
}

static void append_filter_link(
        const Page *p, PageQueryField field, const char *label, const char *value)
{
        const PageQuery nothing = {0};

        if (!value || !*value)
                return;
        html_field_open(p->b, label);
        buf_append_str(p->b, "<a href=\"");
        buf_append_str(p->b, p->root);
        page_query_append(p->b, &nothing, field, value);
        buf_append_str(p->b, "\">");
        html_name(p->b, value);
        buf_append_str(p->b, "</a>");
        html_field_close(p->b);
}

static void append_configuration(const Page *p, const Endpoint *e)
{
        const EndpointConfig *c = e->config;
        Buf *b = p->b;

        buf_append_str(b, "<section aria-labelledby=\"configuration\">\n"
                          "<h2 id=\"configuration\">As configured</h2>\n<dl class=\"facts\">\n");
        append_filter_link(p, PAGE_QUERY_qmgr, "Queue manager", c->qmgr);
        html_field_name(b, "Channel", c->channel);
        html_field(b, "CHLTYPE", channel_type_to_string(c->chltype));
        html_field_name(b, "CONNAME", c->conname);
        append_filter_link(p, PAGE_QUERY_contact, "Contact", c->contact);
        append_filter_link(p, PAGE_QUERY_group, "Group", c->group);
        html_field_name(b, "Note", c->note);
        html_field_link(b, "Runbook", c->runbook_url);
        html_field_name(
                b, "Trust", c->trust_path ? c->trust_path : "none: the chain is not verified");
        html_field(b, "Depth", probe_depth_to_string(c->depth));
        append_span(b, "Looked at every", c->interval_usec / USEC_PER_SEC);
        if (e->dates.has_policy) {
                append_span(b, "Warning", (uint64_t) e->dates.warning_seconds);
                append_span(b, "Critical", (uint64_t) e->dates.critical_seconds);
        }
        if (c->file && c->line > 0) {
                html_field_open(b, "Defined in");
                html_name(b, c->file);
                buf_appendf(b, ", line %u", c->line);
                html_field_close(b);
        }
        buf_append_str(b, "</dl>\n<p><a href=\"");
        buf_append_str(b, p->root);
        buf_append_str(b, "api/v1/endpoints/");
        escape_url(b, c->name, strlen(c->name));
        buf_append_str(b, "\">Everything as JSON</a></p>\n</section>\n");
}

/* ---- the page ---- */

static int append_title(const Endpoint *e, Buf *b)
{
        buf_append_str(b, e->config->name);
        buf_append_str(b, ": ");
        buf_append_str(b, severity_to_string(endpoint_severity(e)));
        return buf_error(b);
}

int render_page_endpoint(const Inventory *inventory, const DaemonFacts *daemon, const Endpoint *e,
        const char *root, int64_t now_at, Buf *b)
{
        const Page p = {
                .b = b, .inventory = inventory, .daemon = daemon, .root = root, .now_at = now_at};
        CLEANUP_BUF Buf title = BUF_INIT;
        Frame frame = {.root = root, .refresh_seconds = REFRESH_SECONDS};
        int r;

        assert(inventory);
        assert(e);
        assert(root);
        assert(b);

        r = append_title(e, &title);
        if (r < 0)
                return r;
        frame.title = buf_str(&title);
        frame.state = endpoint_severity(e);

        render_frame_begin(b, &frame);
        append_head(&p, e);
        buf_append_str(b, "<div class=\"columns-two\">\n<div>\n");
        append_doing(&p, e);
        r = page_append_changes(&p, e);
        if (r < 0)
                return r;
        page_append_chains(&p, e);
        page_append_offer(&p, e);
        page_append_addresses(&p, e);
        buf_append_str(b, "</div>\n<div>\n");
        r = append_looking(&p, e);
        if (r < 0)
                return r;
        append_mq(&p, e);
        page_append_endpoint_keystores(&p, e);
        append_configuration(&p, e);
        buf_append_str(b, "</div>\n</div>\n</main>\n");
        render_frame_end(b, &frame, daemon);
        return buf_error(b);
}
