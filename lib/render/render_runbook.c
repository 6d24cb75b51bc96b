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

void runbook_append_element(Buf *b, const char *tag, const char *text)
{
        buf_append_char(b, '<');
        buf_append_str(b, tag);
        buf_append_char(b, '>');
        render_frame_text(b, text);
        buf_append_str(b, "</");
        buf_append_str(b, tag);
        buf_append_str(b, ">\n");
}

void runbook_append_link(Buf *b, const char *root, const RunbookTopic *topic, const char *endpoint)
{
        buf_append_str(b, "<a href=\"");
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

static void append_section(Buf *b, const char *title, const char *text)
{
        runbook_append_element(b, "h2", title);
        runbook_append_element(b, "p", text);
}

static void append_words_row(Buf *b, const char *who, const char *words)
{
        if (!*words)
                return;
        buf_append_str(b, "<tr><th scope=\"row\">");
        render_frame_text(b, who);
        buf_append_str(b, "</th><td>");
        render_frame_text(b, words);
        buf_append_str(b, "</td></tr>\n");
}

static void append_mq_words(Buf *b, const DiagnosisInfo *info)
{
        const char *meaning = certainty_meaning(info->certainty);

        runbook_append_element(b, "h2", "What MQ says");
        if (!meaning) {
                runbook_append_element(
                        b, "p", "MQ has no message of its own for it.");
                return;
        }
        buf_append_str(b, "<table class=\"words\">\n<tbody>\n");
        append_words_row(b, "Dialling side", info->amq_initiator);
        append_words_row(b, "Accepting queue manager", info->amq_qmgr);
        append_words_row(b, "z/OS", info->csqx);
        append_words_row(b, "Applications (MQRC)", info->mqrc);
        buf_append_str(b, "</tbody>\n</table>\n<p class=\"faint\">How sure that is: ");
        render_frame_text(b, info->certainty);
        buf_append_str(b, ". ");
        render_frame_text(b, meaning);
        buf_append_str(b, " A word that is less sure says so in brackets.</p>\n");
}

/* ---- what each kind says; the part behind Diagnosis is the same for all ---- */

static void append_before(Buf *b, const RunbookTopic *t)
{
        switch (t->kind) {
        case RUNBOOK_ALERT:
                append_section(b, "Meaning", t->alert->meaning);
                append_section(b, "Impact", t->alert->impact);
                append_section(b, "Diagnosis", t->alert->diagnosis);
                return;
        case RUNBOOK_DIAGNOSIS:
                append_section(b, "Meaning", t->diagnosis->meaning);
                append_section(b, "Impact",
                        t->diagnosis->fails
                                ? impacts[t->diagnosis->stage]
                                : "None yet: the endpoint works, and mqtls_probe_success stays 1.");
                append_section(b, "Diagnosis", t->diagnosis->cause);
                return;
        case RUNBOOK_DRIFT:
                append_section(b, "Meaning", drift_kind_info(t->drift)->meaning);
                append_section(b, "Impact", drift_kind_info(t->drift)->breaks);
                append_section(b, "Diagnosis",
                        "The endpoint's own JSON and /api/v1/changes show the old value and the new "
                        "one, and when it changed. It stays visible until it is accepted or the old "
                        "value is back.");
                return;
        case RUNBOOK_CHANGE:
        case _RUNBOOK_KIND_MAX:
        default:
                append_section(b, "Meaning", drift_event_info(t->change)->meaning);
                append_section(b, "Impact",
                        drift_event_info(t->change)->is_alarm
                                ? "What breaks depends on what changed: see the page of its kind."
                                : "None: it is a note.");
                append_section(b, "Diagnosis",
                        "/api/v1/changes shows what changed, where and when; the entry names the "
                        "kind.");
                return;
        }
}

static void append_event_mitigation(Buf *b, DriftEvent event)
{
        runbook_append_element(b, "p",
                event == DRIFT_EVENT_MIXED
                        ? "Issue REFRESH SECURITY TYPE(SSL) at the queue manager, or end the channel "
                          "processes that still hold the old key repository. Where several queue "
                          "managers share the address, renew those that were left out."
                : drift_event_info(event)->is_alarm
                        ? "Do what the page of its kind says; if the change was wanted, accept it "
                          "(mqtlsd --accept ENDPOINT)."
                        : "Nothing is to be done.");
}

static void append_mitigation(Buf *b, const RunbookPage *page)
{
        const RunbookTopic *t = &page->topic;

        runbook_append_element(b, "h2", "Mitigation");
        switch (t->kind) {
        case RUNBOOK_ALERT:
                runbook_append_element(b, "p", t->alert->mitigation);
                return;
        case RUNBOOK_DIAGNOSIS:
                runbook_append_element(b, "p", t->diagnosis->remedy);
                append_mq_words(b, t->diagnosis);
                return;
        case RUNBOOK_DRIFT:
                runbook_append_element(b, "p", drift_kind_info(t->drift)->remedy);
                return;
        case RUNBOOK_CHANGE:
        case _RUNBOOK_KIND_MAX:
        default:
                append_event_mitigation(b, t->change);
                return;
        }
}

/* What the heading says beside the name: how much it deserves. */
static const char *topic_severity(const RunbookTopic *t)
{
        switch (t->kind) {
        case RUNBOOK_ALERT:
                return t->alert->severity;
        case RUNBOOK_DIAGNOSIS:
                return severity_to_string(t->diagnosis->severity);
        case RUNBOOK_DRIFT:
                return "warning";
        case RUNBOOK_CHANGE:
        case _RUNBOOK_KIND_MAX:
        default:
                return drift_event_info(t->change)->is_alarm ? "warning" : "ok";
        }
}

static void append_heading(Buf *b, const RunbookTopic *t)
{
        const char *severity = topic_severity(t);

        buf_append_str(b, "<header class=\"");
        buf_append_str(b, severity);
        buf_append_str(b, "\">\n<h1>");
        runbook_append_name(b, t);
        buf_append_str(b, "</h1>\n<p><span class=\"severity\">");
        buf_append_str(b, severity);
        buf_append_str(b, "</span></p>\n</header>\n");
}

/* ---- the pages ---- */

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
        append_heading(b, &page->topic);
        buf_append_str(b, "<main class=\"runbook\">\n");
        append_before(b, &page->topic);
        if (e)
                r = runbook_append_commands(b, inventory_config(inventory), e);
        append_mitigation(b, page);
        if (e)
                runbook_append_state(b, page, e);
        else if (page->endpoint)
                runbook_append_element(
                        b, "p", "No endpoint of that name is configured now.");
        if (r >= 0)
                r = runbook_append_endpoints(b, inventory, page);
        buf_append_str(b, "</main>\n");
        render_frame_end(b, &frame, daemon);
        return r < 0 ? r : buf_error(b);
}

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

int render_runbook_index(const DaemonFacts *daemon, Buf *b)
{
        static const Frame frame = {.title = "mqtlsd: runbook", .root = ""};
        RunbookTopic topic;

        assert(b);

        render_frame_begin(b, &frame);
        buf_append_str(b, "<header>\n<h1>Runbook</h1>\n"
                          "<p class=\"faint\">What each alert and each diagnosis means, what it "
                          "breaks, how to find out more, and what to do.</p>\n</header>\n"
                          "<main class=\"runbook\">\n");
        for (int kind = 0; kind < _RUNBOOK_KIND_MAX; kind++) {
                runbook_append_element(b, "h2", kind_titles[kind]);
                buf_append_str(b, "<dl>\n");
                for (size_t i = 0; runbook_topic(i, &topic); i++) {
                        if ((int) topic.kind != kind)
                                continue;
                        buf_append_str(b, "<dt>");
                        runbook_append_link(b, frame.root, &topic, NULL);
                        buf_append_str(b, "</dt>\n");
                        runbook_append_element(b, "dd", topic_meaning(&topic));
                }
                buf_append_str(b, "</dl>\n");
        }
        buf_append_str(b, "</main>\n");
        render_frame_end(b, &frame, daemon);
        return buf_error(b);
}
