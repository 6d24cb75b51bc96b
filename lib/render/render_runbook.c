/* SPDX-License-Identifier: MIT */

/*
 * The runbook's pages. The words are those of the tables; what a table does not say (what a failure in
 * this stage breaks, how sure a mapping to MQ's words is) stands here, once per stage and word.
 */

#include "render/render_runbook.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/escape.h"
#include "render/html.h"
#include "render/render_frame.h"
#include "render/render_runbook_internal.h"

/* ---- words ---- */

static const char *const kind_titles[] = {
        [RUNBOOK_ALERT] = "Alerts",
        [RUNBOOK_DIAGNOSIS] = "Diagnoses",
        [RUNBOOK_DRIFT] = "Drift: what changed behind an endpoint",
        [RUNBOOK_CHANGE] = "Entries of the ledger",
};
_Static_assert(ARRAY_LEN(kind_titles) == _RUNBOOK_KIND_MAX, "every kind has a title");

static const char *const kind_ids[] = {
        [RUNBOOK_ALERT] = "alerts",
        [RUNBOOK_DIAGNOSIS] = "diagnoses",
        [RUNBOOK_DRIFT] = "drift",
        [RUNBOOK_CHANGE] = "changes",
};
_Static_assert(ARRAY_LEN(kind_ids) == _RUNBOOK_KIND_MAX, "every kind has an id");

static const char *const impacts[] = {
        [STAGE_RESOLVE] = "No partner that uses this CONNAME and the same name servers can start the "
                          "channel. Channels that run are not touched until they reconnect.",
        [STAGE_CONNECT] = "No partner on this path can start the channel. Clients go on to the next "
                          "name in their CONNAME, if they have one.",
        [STAGE_TLS] = "No partner that dials with this channel definition gets through the handshake. "
                      "Channels that run are not touched until they are started again.",
        [STAGE_VERIFY] = "Partners that verify the chain, as every queue manager does, refuse the "
                         "listener: new connections fail, running channels follow at their next start.",
        [STAGE_POLICY] = "The listener is not what was agreed on. Partners that hold it to the same rule "
                         "refuse it; the others go on, less protected than they should be.",
        [STAGE_MQ] = "The handshake is well, and the queue manager refuses the channel all the same: no "
                     "partner that dials with this definition gets a channel.",
        [STAGE_INTERNAL] = "Nothing is known of the listener from this probe. It says nothing about the "
                           "queue manager.",
};
_Static_assert(ARRAY_LEN(impacts) == _STAGE_MAX, "every stage has an impact");

static const struct {
        const char *certainty, *meaning;
} certainties[] = {
        {"documented", "IBM's documentation says so."},
        {"seen", "It was seen in published logs or traces."},
        {"recalled", "Numbers and titles are known; the pages were not at hand."},
        {"derived", "It follows from what the others say, and was not seen."},
        {"guess", "It is a guess."},
};

static const char *certainty_meaning(const char *certainty)
{
        for (size_t i = 0; i < ARRAY_LEN(certainties); i++)
                if (strcmp(certainties[i].certainty, certainty) == 0)
                        return certainties[i].meaning;
        return NULL; /* "none": MQ says nothing of its own */
}

/* ---- pieces ---- */

void runbook_append_link(Buf *b, const char *root, const RunbookTopic *topic, const char *endpoint)
{
        buf_append_str(b, "<a class=\"reason\" href=\"");
        buf_append_str(b, root);
        buf_append_str(b, "runbook/");
        runbook_append_name(b, topic);
        if (endpoint) {
                buf_append_str(b, "?endpoint=");
                escape_url(b, endpoint, strlen(endpoint));
        }
        buf_append_str(b, "\">");
        runbook_append_name(b, topic);
        buf_append_str(b, "</a>");
}

static void open_section(Buf *b, const char *id, const char *title)
{
        buf_appendf(b, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n", id, id, title);
}

static void close_section(Buf *b)
{
        buf_append_str(b, "</section>\n");
}

static void append_paragraph(Buf *b, const char *text)
{
        buf_append_str(b, "<p>");
        html_text(b, text);
        buf_append_str(b, "</p>\n");
}

/* Its commands stand out, and are those of the endpoint where there is one. */
static void append_remedy(Buf *b, const char *text, const Endpoint *e)
{
        buf_append_str(b, "<p class=\"remedy\">");
        html_remedy(b, text, e ? e->config : NULL);
        buf_append_str(b, "</p>\n");
}

static void append_mq_words(Buf *b, const DiagnosisInfo *info)
{
        const char *meaning = certainty_meaning(info->certainty);

        open_section(b, "words", "What MQ says");
        if (meaning) {
                buf_append_str(b, "<dl class=\"words\">\n");
                html_field(b, "The partner logs", info->amq_initiator);
                html_field(b, "The queue manager logs", info->amq_qmgr);
                html_field(b, "On z/OS", info->csqx);
                html_field(b, "An application gets MQRC", info->mqrc);
                html_field_open(b, "How sure that is");
                html_text(b, info->certainty);
                buf_append_str(b, ": ");
                html_text(b, meaning);
                buf_append_str(b, " A word that is less sure says so in brackets.");
                html_field_close(b);
                buf_append_str(b, "</dl>\n");
        } else {
                append_paragraph(b, "MQ has no message of its own for it.");
        }
        close_section(b);
}

/* ---- what each kind says ---- */

static const char *topic_meaning(const RunbookTopic *t)
{
        switch (t->kind) {
        case RUNBOOK_ALERT:
                return t->alert->meaning;
        case RUNBOOK_DIAGNOSIS:
                return t->diagnosis->meaning;
        case RUNBOOK_DRIFT:
                return drift_kind_info(t->drift)->meaning;
        case RUNBOOK_CHANGE:
        case _RUNBOOK_KIND_MAX:
        default:
                return drift_event_info(t->change)->meaning;
        }
}

static const char *topic_impact(const RunbookTopic *t)
{
        switch (t->kind) {
        case RUNBOOK_ALERT:
                return t->alert->impact;
        case RUNBOOK_DIAGNOSIS:
                return t->diagnosis->fails
                               ? impacts[t->diagnosis->stage]
                               : "None yet: the endpoint works, and mqtls_probe_success stays 1.";
        case RUNBOOK_DRIFT:
                return drift_kind_info(t->drift)->breaks;
        case RUNBOOK_CHANGE:
        case _RUNBOOK_KIND_MAX:
        default:
                return drift_event_info(t->change)->is_alarm
                               ? "What breaks depends on what changed: see the page of its kind."
                               : "None: it is a note.";
        }
}

static const char *topic_diagnosis(const RunbookTopic *t)
{
        switch (t->kind) {
        case RUNBOOK_ALERT:
                return t->alert->diagnosis;
        case RUNBOOK_DIAGNOSIS:
                return t->diagnosis->cause;
        case RUNBOOK_DRIFT:
                return "The endpoint's own page and /api/v1/changes show the old value and the new "
                       "one, and when it changed. It stays visible until it is accepted or the old "
                       "value is back.";
        case RUNBOOK_CHANGE:
        case _RUNBOOK_KIND_MAX:
        default:
                return "/api/v1/changes shows what changed, where and when; the entry names the "
                       "kind.";
        }
}

static const char *event_mitigation(DriftEvent event)
{
        if (drift_event_info(event)->remedy)
                return drift_event_info(event)->remedy;
        if (drift_event_info(event)->is_alarm)
                return "Do what the page of its kind says; if the change was wanted, accept it "
                       "(mqtlsd --accept ENDPOINT).";
        return "Nothing is to be done.";
}

static const char *topic_mitigation(const RunbookTopic *t)
{
        switch (t->kind) {
        case RUNBOOK_ALERT:
                return t->alert->mitigation;
        case RUNBOOK_DIAGNOSIS:
                return t->diagnosis->remedy;
        case RUNBOOK_DRIFT:
                return drift_kind_info(t->drift)->remedy;
        case RUNBOOK_CHANGE:
        case _RUNBOOK_KIND_MAX:
        default:
                return event_mitigation(t->change);
        }
}

/* How much it deserves, as the style sheet calls it. */
static const char *topic_state(const RunbookTopic *t)
{
        switch (t->kind) {
        case RUNBOOK_ALERT:
                return t->alert->severity;
        case RUNBOOK_DIAGNOSIS:
                return severity_to_string(t->diagnosis->severity);
        case RUNBOOK_DRIFT:
                return "drift";
        case RUNBOOK_CHANGE:
        case _RUNBOOK_KIND_MAX:
        default:
                return drift_event_info(t->change)->is_alarm ? "drift" : "note";
        }
}

/* ---- the pages ---- */

static void append_heading(Buf *b, const Frame *frame, const RunbookTopic *t)
{
        const char *state = topic_state(t);

        buf_append_str(b, "<header class=\"top\">\n<p class=\"way\"><a href=\"");
        buf_append_str(b, frame->root);
        buf_append_str(b, "runbook\">Runbook</a></p>\n<h1>");
        runbook_append_name(b, t);
        buf_append_str(b, "</h1>\n<p>");
        html_state(b, state, state);
        buf_append_str(b, "</p>\n");
        render_frame_nav(b, frame);
        buf_append_str(b, "</header>\n");
}

static int append_topic(Buf *b, const Inventory *inventory, const RunbookPage *page, const Endpoint *e)
{
        const RunbookTopic *t = &page->topic;
        int r = 0;

        open_section(b, "meaning", "Meaning");
        append_paragraph(b, topic_meaning(t));
        close_section(b);
        open_section(b, "impact", "Impact");
        append_paragraph(b, topic_impact(t));
        close_section(b);
        open_section(b, "diagnosis", "Diagnosis");
        append_remedy(b, topic_diagnosis(t), e);
        if (e)
                r = runbook_append_commands(b, inventory_config(inventory), e);
        close_section(b);
        open_section(b, "mitigation", "Mitigation");
        append_remedy(b, topic_mitigation(t), e);
        close_section(b);
        if (t->kind == RUNBOOK_DIAGNOSIS)
                append_mq_words(b, t->diagnosis);
        return r;
}

int render_runbook(
        const Inventory *inventory, const DaemonFacts *daemon, const RunbookPage *page, Buf *b)
{
        CLEANUP_BUF Buf title = BUF_INIT;
        Frame frame = {0};
        const Endpoint *e = NULL;
        int r = 0;

        assert(inventory);
        assert(page);
        assert(b);

        runbook_append_name(&title, &page->topic);
        buf_append_str(&title, " - mqtlsd runbook");
        if (buf_error(&title) < 0)
                return -ENOMEM;
        frame = (Frame){.title = buf_str(&title), .root = page->root};
        if (page->endpoint)
                e = inventory_find(inventory, page->endpoint);

        render_frame_begin(b, &frame);
        append_heading(b, &frame, &page->topic);
        buf_append_str(b, "<main>\n");
        if (e)
                r = runbook_append_state(b, page, e);
        else if (page->endpoint)
                append_paragraph(b, "No endpoint of that name is configured now.");
        if (r >= 0)
                r = append_topic(b, inventory, page, e);
        if (r >= 0)
                r = runbook_append_endpoints(b, inventory, page);
        buf_append_str(b, "</main>\n");
        render_frame_end(b, &frame, daemon);
        return r < 0 ? r : buf_error(b);
}

static void append_index_of(Buf *b, const Frame *frame, RunbookKind kind)
{
        RunbookTopic topic;

        open_section(b, kind_ids[kind], kind_titles[kind]);
        buf_append_str(b, "<dl class=\"facts\">\n");
        for (size_t i = 0; runbook_topic(i, &topic); i++) {
                if (topic.kind != kind)
                        continue;
                buf_append_str(b, "<dt>");
                runbook_append_link(b, frame->root, &topic, NULL);
                buf_append_str(b, "</dt><dd>");
                html_text(b, topic_meaning(&topic));
                buf_append_str(b, "</dd>\n");
        }
        buf_append_str(b, "</dl>\n");
        close_section(b);
}

int render_runbook_index(const DaemonFacts *daemon, Buf *b)
{
        static const Frame frame = {.title = "mqtlsd: runbook", .root = ""};

        assert(b);

        render_frame_begin(b, &frame);
        buf_append_str(b, "<header class=\"top\">\n<h1>Runbook</h1>\n"
                          "<p class=\"faint\">What each alert and each diagnosis means, what it "
                          "breaks, how to find out more, and what to do.</p>\n");
        render_frame_nav(b, &frame);
        buf_append_str(b, "</header>\n<main>\n");
        for (int kind = 0; kind < _RUNBOOK_KIND_MAX; kind++)
                append_index_of(b, &frame, (RunbookKind) kind);
        buf_append_str(b, "</main>\n");
        render_frame_end(b, &frame, daemon);
        return buf_error(b);
}
