/* SPDX-License-Identifier: MIT */
#include "render/html.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/escape.h"
#include "base/timefmt.h"
#include "render/remedy.h"

void html_text(Buf *b, const char *text)
{
        if (text)
                escape_html(b, text, strlen(text));
}

void html_name(Buf *b, const char *name)
{
        if (!name)
                return;
        buf_append_str(b, "<bdi>");
        html_text(b, name);
        buf_append_str(b, "</bdi>");
}

void html_number(Buf *b, uint64_t n)
{
        if (n < 1000) {
                buf_append_u64(b, n);
                return;
        }
        html_number(b, n / 1000);
        buf_appendf(b, ",%03u", (unsigned) (n % 1000));
}

void html_count(Buf *b, uint64_t n, const char *noun)
{
        html_number(b, n);
        buf_append_char(b, ' ');
        buf_append_str(b, noun);
        if (n != 1)
                buf_append_char(b, 's');
}

void html_state_open(Buf *b, const char *state)
{
        buf_append_str(b, "<span class=\"state ");
        buf_append_str(b, state);
        buf_append_str(b, "\">");
}

void html_state_close(Buf *b)
{
        buf_append_str(b, "</span>");
}

void html_state(Buf *b, const char *state, const char *word)
{
        html_state_open(b, state);
        html_text(b, word);
        html_state_close(b);
}

void html_severity(Buf *b, Severity s)
{
        html_state(b, severity_to_string(s), severity_to_string(s));
}

/* ---- time ---- */

/* "2026-11-21 07:15 UTC" */
static void append_words(Buf *b, const char rfc3339[static TIMEFMT_RFC3339_SIZE])
{
        buf_append(b, rfc3339, strlen("2026-11-21"));
        buf_append_char(b, ' ');
        buf_append(b, rfc3339 + strlen("2026-11-21T"), strlen("07:15"));
        buf_append_str(b, " UTC");
}

static void time_open(Buf *b, const char rfc3339[static TIMEFMT_RFC3339_SIZE])
{
        buf_append_str(b, "<time datetime=\"");
        buf_append_str(b, rfc3339);
        buf_append_char(b, '"');
}

void html_instant(Buf *b, int64_t at)
{
        char text[TIMEFMT_RFC3339_SIZE];

        timefmt_rfc3339(at, text);
        time_open(b, text);
        buf_append_char(b, '>');
        append_words(b, text);
        buf_append_str(b, "</time>");
}

void html_date(Buf *b, int64_t at)
{
        char text[TIMEFMT_RFC3339_SIZE];

        timefmt_rfc3339(at, text);
        time_open(b, text);
        buf_append_char(b, '>');
        buf_append(b, text, strlen("2026-11-21"));
        buf_append_str(b, "</time>");
}

/* One unit, rounded down: that is enough, and the whole instant stands beside it. */
static void append_rough(Buf *b, uint64_t seconds)
{
        static const struct {
                uint64_t seconds;
                const char *noun;
        } units[] = {
                {UINT64_C(2) * 365 * 86400, "year"},
                {UINT64_C(2) * 86400, "day"},
                {UINT64_C(2) * 3600, "hour"},
                {60, "minute"},
                {1, "second"},
        };
        static const uint64_t lengths[] = {UINT64_C(365) * 86400, 86400, 3600, 60, 1};

        _Static_assert(ARRAY_LEN(units) == ARRAY_LEN(lengths), "each unit has its length");
        for (size_t i = 0; i < ARRAY_LEN(units); i++)
                if (seconds >= units[i].seconds) {
                        html_count(b, seconds / lengths[i], units[i].noun);
                        return;
                }
}

void html_ago(Buf *b, int64_t at, int64_t now_at)
{
        char text[TIMEFMT_RFC3339_SIZE];

        timefmt_rfc3339(at, text);
        time_open(b, text);
        buf_append_str(b, " class=\"ago\" title=\"");
        append_words(b, text);
        buf_append_str(b, "\">");
        if (at == now_at) {
                buf_append_str(b, "just now");
        } else if (at < now_at) {
                append_rough(b, (uint64_t) (now_at - at));
                buf_append_str(b, " ago");
        } else {
                buf_append_str(b, "in ");
                append_rough(b, (uint64_t) (at - now_at));
        }
        buf_append_str(b, "</time>");
}

void html_left(Buf *b, int64_t at, int64_t now_at)
{
        uint64_t seconds = at >= now_at ? (uint64_t) (at - now_at) : (uint64_t) (now_at - at);

        if (at < now_at)
                buf_append_str(b, "ended ");
        if (seconds < 2 * (uint64_t) SECONDS_PER_DAY)
                append_rough(b, seconds > 0 ? seconds : 1);
        else
                html_count(b, seconds / (uint64_t) SECONDS_PER_DAY, "day");
        buf_append_str(b, at < now_at ? " ago" : " left");
}

/* "2026-11-21T07:15:00Z": how long it is at the beginning of `s`, 0 where none stands there. */
static size_t instant_length(const char *s)
{
        static const char form[] = "dddd-dd-ddTdd:dd:ddZ";

        for (size_t i = 0; form[i]; i++)
                if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
                        return 0;
        return strlen(form);
}

void html_sentence(Buf *b, const char *text)
{
        const char *from = text;

        if (!text)
                return;
        while (*text) {
                size_t len = instant_length(text);

                if (len == 0) {
                        text++;
                        continue;
                }
                escape_html(b, from, (size_t) (text - from));
                buf_append_str(b, "<time>");
                buf_append(b, text, len);
                buf_append_str(b, "</time>");
                from = text += len;
        }
        escape_html(b, from, (size_t) (text - from));
}

/* ---- commands and remedies ---- */

/* Browsers break lines behind a hyphen, and so in the middle of an option: such words stay whole. */
static void append_command_words(Buf *b, const char *command)
{
        while (*command) {
                size_t len = strcspn(command, " ");
                bool is_whole = memchr(command, '-', len) != NULL;

                buf_append_str(b, is_whole ? "<span>" : "");
                escape_html(b, command, len);
                buf_append_str(b, is_whole ? "</span>" : "");
                command += len;
                if (*command)
                        buf_append_char(b, *command++);
        }
}

void html_command(Buf *b, const char *command)
{
        buf_append_str(b, "<pre class=\"command\"><code>");
        append_command_words(b, command);
        buf_append_str(b, "</code></pre>\n");
}

void html_remedy(Buf *b, const char *remedy, const EndpointConfig *c)
{
        RemedyPart part;

        assert(remedy);

        while (remedy_next(&remedy, &part)) {
                CLEANUP_BUF Buf text = BUF_INIT;

                remedy_append(&part, c, &text);
                if (buf_error(&text) < 0)
                        b->failed = true;
                if (part.kind != REMEDY_PROSE)
                        buf_append_str(b, "<code class=\"command\">");
                escape_html(b, buf_str(&text), text.len);
                if (part.kind != REMEDY_PROSE)
                        buf_append_str(b, "</code><span class=\"place\"><wbr></span>");
        }
}

/* ---- fields and links ---- */

void html_field_open(Buf *b, const char *label)
{
        buf_append_str(b, "<dt>");
        html_text(b, label);
        buf_append_str(b, "</dt><dd>");
}

void html_field_close(Buf *b)
{
        buf_append_str(b, "</dd>\n");
}

void html_field(Buf *b, const char *label, const char *text)
{
        if (!text || !*text)
                return;
        html_field_open(b, label);
        html_text(b, text);
        html_field_close(b);
}

void html_field_name(Buf *b, const char *label, const char *name)
{
        if (!name || !*name)
                return;
        html_field_open(b, label);
        html_name(b, name);
        html_field_close(b);
}

void html_endpoint_url(Buf *b, const char *root, const char *name)
{
        buf_append_str(b, root);
        buf_append_str(b, "endpoint/");
        escape_url(b, name, strlen(name));
}

bool html_is_link(const char *url)
{
        return url && (strncasecmp(url, "https://", strlen("https://")) == 0 ||
                              strncasecmp(url, "http://", strlen("http://")) == 0);
}

void html_field_link(Buf *b, const char *label, const char *url)
{
        if (!url || !*url)
                return;
        if (!html_is_link(url)) {
                html_field_name(b, label, url);
                return;
        }
        html_field_open(b, label);
        buf_append_str(b, "<a rel=\"noopener noreferrer\" href=\"");
        html_text(b, url);
        buf_append_str(b, "\">");
        html_name(b, url);
        buf_append_str(b, "</a>");
        html_field_close(b);
}
