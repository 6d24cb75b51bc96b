/* SPDX-License-Identifier: MIT */
#include "render/render_report_text.h"

#include <string.h>

#include "base/escape.h"
#include "base/timefmt.h"
#include "render/view.h"

enum {
        LABEL_COLUMNS = 14,
        WRAP_COLUMNS_MIN = 20,
        FIELD_CHARACTERS_MAX =
                2000, /* a subject may be 64 KiB long; nobody reads that at a terminal */
};

/* The length of the character at `s`; a byte that is no text counts for itself. */
static size_t char_len(const char *s)
{
        size_t len = escape_utf8_char(s, strnlen(s, 4));

        return len > 0 ? len : 1;
}

size_t report_width(const char *s)
{
        size_t width = 0;

        for (; *s; s += char_len(s))
                width++;
        return width;
}

/* Bytes of the first `columns` characters. */
static size_t prefix_len(const char *s, size_t columns)
{
        const char *p = s;

        for (; *p && columns > 0; columns--)
                p += char_len(p);
        return (size_t) (p - s);
}

void report_append_cut(Buf *b, const char *s, size_t columns)
{
        const size_t dots = strlen("...");

        if (columns == 0 || report_width(s) <= columns) {
                buf_append_str(b, s);
                return;
        }
        if (columns <= dots) {
                buf_append(b, "...", columns);
                return;
        }

        buf_append(b, s, prefix_len(s, columns - dots));
        buf_append_str(b, "...");
}

void report_append_severity(Report *r, Severity s, const char *word)
{
        /* ECMA-48 "Select Graphic Rendition": green, yellow, bold red, cyan. */
        static const char *const colours[] = {
                [SEVERITY_OK] = "\033[32m",
                [SEVERITY_WARNING] = "\033[33m",
                [SEVERITY_CRITICAL] = "\033[1;31m",
                [SEVERITY_UNKNOWN] = "\033[36m",
        };

        _Static_assert(ARRAY_LEN(colours) == _SEVERITY_MAX, "every severity has a colour");

        if (r->style->colour)
                buf_append_str(r->out, colours[s]);
        buf_append_str(r->out, word);
        if (r->style->colour)
                buf_append_str(r->out, "\033[0m");
}

static void append_blanks(Buf *b, size_t n)
{
        while (n-- > 0)
                buf_append_char(b, ' ');
}

/* How many bytes of `s` go on a line of `room` columns: up to the last blank that fits, or as much
 * as fits of a word that alone is too long. */
static size_t line_len(const char *s, size_t room)
{
        size_t fits = prefix_len(s, room);

        if (s[fits] == '\0' || s[fits] == ' ')
                return fits;

        for (size_t i = fits; i > 0; i--)
                if (s[i - 1] == ' ')
                        return i - 1 > 0 ? i - 1 : fits;
        return fits;
}

/* Appends the text with its line end; lines after the first begin at `indent`. */
static void append_wrapped(Report *r, const char *s, size_t indent)
{
        size_t columns = r->style->columns;
        size_t room = columns > indent + WRAP_COLUMNS_MIN ? columns - indent : WRAP_COLUMNS_MIN;

        if (columns == 0) {
                buf_append_str(r->out, s);
                buf_append_char(r->out, '\n');
                return;
        }

        for (;;) {
                size_t len = line_len(s, room);

                buf_append(r->out, s, len);
                buf_append_char(r->out, '\n');
                s += len;
                while (*s == ' ')
                        s++;
                if (*s == '\0')
                        return;
                append_blanks(r->out, indent);
        }
}

void report_field(Report *r, size_t indent, const char *label, const char *text)
{
        CLEANUP_BUF Buf harmless = BUF_INIT, cut = BUF_INIT;
        size_t label_width = strlen(label);

        if (!text || *text == '\0')
                return;

        escape_terminal(&harmless, text, strlen(text));
        report_append_cut(&cut, buf_str(&harmless), FIELD_CHARACTERS_MAX);
        if (buf_error(&harmless) < 0 || buf_error(&cut) < 0)
                r->out->failed = true;

        append_blanks(r->out, indent);
        buf_append_str(r->out, label);
        append_blanks(r->out, LABEL_COLUMNS - MIN_OF(label_width, LABEL_COLUMNS - 1));
        append_wrapped(r, buf_str(&cut), indent + LABEL_COLUMNS);
}

void report_append_end(Buf *b, int64_t at, int64_t now_at)
{
        char text[TIMEFMT_RFC3339_SIZE];
        int64_t days = view_days_left(at, now_at);

        timefmt_rfc3339(at, text);
        buf_append_str(b, text);

        if (at < now_at) {
                buf_append_str(b, " (ended ");
                timefmt_append_span(b, (uint64_t) (now_at - at));
                buf_append_str(b, " ago)");
        } else {
                buf_append_str(b, " (");
                buf_append_i64(b, days);
                buf_append_str(b, days == 1 ? " day left)" : " days left)");
        }
}

static void finding_append(Report *r, const Endpoint *e, const Finding *f)
{
        const DiagnosisInfo *info = diagnosis_info(f->diagnosis);
        const Observation *seen = e->observation;
        const char *severity = severity_to_string(f->severity);

        buf_append_str(r->out, "  ");
        report_append_severity(r, f->severity, severity);
        append_blanks(r->out, LABEL_COLUMNS - MIN_OF(strlen(severity), LABEL_COLUMNS - 1));
        buf_append_str(r->out, stage_to_string(info->stage));
        buf_append_str(r->out, ": ");
        buf_append_str(r->out, info->reason);
        buf_append_char(r->out, '\n');

        report_field(r, 2, "", f->message ? f->message : info->meaning);
        if (f->address >= 0 && seen && (size_t) f->address < seen->n_addresses)
                report_field(r, 2, "address", seen->addresses[f->address].address);
        report_field(r, 2, "partner", info->amq_initiator);
        report_field(r, 2, "queue manager", info->amq_qmgr);
        report_field(r, 2, "z/OS", info->csqx);
        report_field(r, 2, "MQRC", info->mqrc);
        report_field(r, 2, "remedy", info->remedy);
        /* How sure the mapping to MQ's words is; "none" where MQ says nothing. */
        if (strcmp(info->certainty, "none") != 0)
                report_field(r, 2, "certainty", info->certainty);
}

void report_findings(Report *r, const Endpoint *e)
{
        for (size_t i = 0; e->assessment && i < e->assessment->n_findings; i++) {
                if (i > 0)
                        buf_append_char(r->out, '\n');
                finding_append(r, e, &e->assessment->findings[i]);
        }
}
