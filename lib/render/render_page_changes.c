/* SPDX-License-Identifier: MIT */

/* What changed behind an endpoint: what differs from the baseline now, and the ledger. */

#include "render/render_page_parts.h"

#include <string.h>

#include "base/escape.h"
#include "render/html.h"
#include "render/view.h"

enum {
        ENTRIES_MAX = 30,
};

/* ---- open drift ---- */

/* `mqtlsd -c FILE --accept NAME --kind KIND`; of all kinds where it is _DRIFT_KIND_MAX. */
static void append_accept(const Page *p, const Endpoint *e, DriftKind kind)
{
        const Config *config = inventory_config(p->inventory);
        CLEANUP_BUF Buf command = BUF_INIT;

        buf_append_str(&command, "mqtlsd ");
        if (config->path) {
                buf_append_str(&command, "-c ");
                escape_shell(&command, config->path, strlen(config->path));
                buf_append_char(&command, ' ');
        }
        buf_append_str(&command, "--accept ");
        escape_shell(&command, e->config->name, strlen(e->config->name));
        if (kind != _DRIFT_KIND_MAX) {
                buf_append_str(&command, " --kind ");
                buf_append_str(&command, drift_kind_info(kind)->name);
        }
        if (buf_error(&command) < 0)
                p->b->failed = true;
        buf_append_str(p->b, kind == _DRIFT_KIND_MAX
                                     ? "<p>To take all of it as the new baseline:</p>\n"
                                     : "<p>To take it as the new baseline:</p>\n");
        html_command(p->b, buf_str(&command));
}

static void append_track(const Page *p, const DriftRecord *record, DriftKind kind)
{
        const DriftTrack *t = &record->tracks[kind];
        Buf *b = p->b;

        if (!t->now.value && t->mixed_at == 0)
                return;

        buf_append_str(b, "<tr><th scope=\"row\">");
        html_name(b, *record->address ? record->address : "the endpoint");
        buf_append_str(b, "</th><td><bdi>");
        html_sentence(b, drift_fact_text(&t->baseline));
        buf_append_str(b, "</bdi><small>since ");
        html_instant(b, t->baseline_at);
        buf_append_str(b, "</small></td><td><bdi>");
        html_sentence(b, drift_fact_text(t->now.value ? &t->now : &t->other));
        buf_append_str(b, "</bdi><small>");
        if (t->mixed_at != 0) {
                buf_append_str(b, "served in turn since ");
                html_instant(b, t->mixed_at);
        } else {
                buf_append_str(b, "since ");
                html_instant(b, t->now_at);
        }
        buf_append_str(b, "</small></td></tr>\n");
}

static void append_kind(const Page *p, const Endpoint *e, DriftKind kind)
{
        const DriftKindInfo *info = drift_kind_info(kind);
        Buf *b = p->b;

        buf_append_str(b, "<div class=\"finding drifted\">\n<h3>");
        html_text(b, info->name);
        buf_append_str(b, "</h3>\n<p>");
        html_text(b, info->meaning);
        buf_append_str(b, "</p>\n<div class=\"scroll\"><table class=\"diff\">\n<thead><tr><th "
                          "scope=\"col\">Where</th>"
                          "<th scope=\"col\">Baseline</th><th "
                          "scope=\"col\">Now</th></tr></thead>\n<tbody>\n");
        append_track(p, &e->drift->endpoint, kind);
        for (size_t i = 0; i < e->drift->n_addresses; i++)
                if (e->drift->addresses[i].is_present)
                        append_track(p, &e->drift->addresses[i], kind);
        buf_append_str(b, "</tbody></table></div>\n<dl class=\"words\">");
        html_field(b, "What breaks on it", info->breaks);
        buf_append_str(b, "</dl>\n<p class=\"remedy\">");
        html_remedy(b, info->remedy, e->config);
        buf_append_str(b, "</p>\n");
        if (drift_is_open(e->drift, kind))
                append_accept(p, e, kind);
        buf_append_str(b, "</div>\n");
}

static void append_open(const Page *p, const Endpoint *e)
{
        size_t n_open = 0, n_all = 0;

        for (int k = 0; e->drift && k < _DRIFT_KIND_MAX; k++) {
                if (!view_has_drift_of(e, (DriftKind) k))
                        continue;
                append_kind(p, e, (DriftKind) k);
                n_all++;
                n_open += drift_is_open(e->drift, (DriftKind) k) ? 1 : 0;
        }
        if (n_open > 1)
                append_accept(p, e, _DRIFT_KIND_MAX);
        if (e->drift && e->drift->mismatch_at != 0) {
                buf_append_str(p->b, "<p>The addresses serve different leaf certificates since ");
                html_instant(p->b, e->drift->mismatch_at);
                buf_append_str(p->b, ".</p>\n");
        } else if (n_all == 0) {
                buf_append_str(p->b,
                        e->drift ? "<p>Everything is as it was first seen or last accepted.</p>\n"
                                 : "<p>Nothing was seen yet that could change.</p>\n");
        }
}

/* ---- the ledger ---- */

static void append_entry(const Page *p, const DriftChange *c)
{
        Buf *b = p->b;

        buf_append_str(b, "<tr><td>");
        html_instant(b, c->at);
        if (c->address) {
                buf_append_str(b, "<small>");
                html_name(b, c->address);
                buf_append_str(b, "</small>");
        }
        buf_append_str(b, "</td><td>");
        html_state(
                b, drift_change_is_alarm(c) ? "drift" : "note", drift_event_info(c->event)->name);
        buf_append_str(b, c->expected ? "<small>expected</small></td><td class=\"kind\">"
                                      : "</td><td class=\"kind\">");
        html_text(b, drift_kind_info(c->kind)->name);
        buf_append_str(b, "</td><td><bdi>");
        html_sentence(b, c->old_text);
        buf_append_str(b, "</bdi></td><td><bdi>");
        html_sentence(b, c->new_text);
        buf_append_str(b, "</bdi></td></tr>\n");
}

static int append_ledger(const Page *p, const Endpoint *e)
{
        const LedgerQuery query = {
                .endpoint = e->config->name,
                .kind = _DRIFT_KIND_MAX,
                .limit = ENTRIES_MAX,
        };
        CLEANUP_FREE const LedgerEntry **entries = NULL;
        int64_t next = 0;
        size_t n = 0;
        int r = ledger_query(inventory_ledger(p->inventory), &query, &entries, &n, &next);

        if (r < 0 || n == 0)
                return r;

        buf_append_str(p->b,
                "<h3>Ledger, newest first</h3>\n<div class=\"scroll\"><table "
                "class=\"diff\">\n<thead><tr>"
                "<th scope=\"col\">When and where</th><th scope=\"col\">What</th><th scope=\"col\">Kind</th>"
                "<th scope=\"col\">From</th><th scope=\"col\">To</th></tr></thead>\n<tbody>\n");
        for (size_t i = 0; i < n; i++)
                append_entry(p, &entries[i]->change);
        buf_append_str(p->b, "</tbody></table></div>\n");
        if (next != 0) {
                buf_append_str(p->b, "<p class=\"faint\">Older ones are in <a href=\"");
                buf_append_str(p->b, p->root);
                buf_append_str(p->b, "api/v1/changes?endpoint=");
                escape_url(p->b, e->config->name, strlen(e->config->name));
                buf_append_str(p->b, "\">the JSON of the changes</a>.</p>\n");
        }
        return 0;
}

int page_append_changes(const Page *p, const Endpoint *e)
{
        int r;

        buf_append_str(p->b,
                "<section aria-labelledby=\"changes\">\n<h2 id=\"changes\">What changed</h2>\n");
        if (endpoint_is_expected(e, p->now_at)) {
                buf_append_str(p->b, "<p>A change is expected until ");
                html_instant(p->b, e->expected_until_at);
                buf_append_str(p->b, ": what changes meanwhile is noted and rings nobody.</p>\n");
        }
        append_open(p, e);
        r = append_ledger(p, e);
        buf_append_str(p->b, "</section>\n");
        return r;
}
