/* SPDX-License-Identifier: MIT */
#include "render/render_frame.h"

#include <assert.h>
#include <string.h>

#include "base/escape.h"
#include "base/timefmt.h"

void render_frame_text(Buf *b, const char *text)
{
        if (text)
                escape_html(b, text, strlen(text));
}

void render_frame_begin(Buf *b, const Frame *frame)
{
        assert(b);
        assert(frame);

        buf_append_str(b,
                "<!DOCTYPE html>\n"
                "<html lang=\"en\">\n"
                "<head>\n"
                "<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        if (frame->refresh_seconds > 0)
                buf_appendf(b,
                        "<noscript><meta http-equiv=\"refresh\" content=\"%u\"></noscript>\n",
                        frame->refresh_seconds);
        buf_append_str(b, "<title>");
        render_frame_text(b, frame->title);
        buf_append_str(b, "</title>\n<link rel=\"stylesheet\" href=\"");
        buf_append_str(b, frame->root);
        buf_append_str(b, "style.css\">\n<link rel=\"icon\" type=\"image/svg+xml\" href=\"");
        buf_append_str(b, frame->root);
        buf_append_str(b, "icon.svg?state=");
        buf_append_str(b, severity_to_string(frame->state));
        buf_append_str(b, "\">\n<script src=\"");
        buf_append_str(b, frame->root);
        buf_append_str(b, "page.js\" defer></script>\n</head>\n<body>\n");
}

/* A tab is small: a disc for well, a triangle for a warning, a diamond for critical, a ring for what is
 * not known yet. A style sheet cannot reach into a picture, so the colours stand here. */
void render_frame_icon(Buf *b, Severity state)
{
        static const char *const shapes[] = {
                [SEVERITY_OK] = "<circle cx=\"16\" cy=\"16\" r=\"13\" fill=\"#1f8757\"/>",
                [SEVERITY_WARNING] = "<path d=\"M16 2l15 27H1z\" fill=\"#d98a00\"/>",
                [SEVERITY_CRITICAL] = "<path d=\"M16 0l16 16-16 16L0 16z\" fill=\"#d03a34\"/>",
                [SEVERITY_UNKNOWN] = ("<circle cx=\"16\" cy=\"16\" r=\"11\" fill=\"none\" "
                                      "stroke=\"#8793a0\" stroke-width=\"5\"/>"),
        };

        _Static_assert(ARRAY_LEN(shapes) == _SEVERITY_MAX, "every state has a shape");
        assert(b);
        assert(state < _SEVERITY_MAX);

        buf_append_str(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\">");
        buf_append_str(b, shapes[state]);
        buf_append_str(b, "</svg>\n");
}

void render_frame_nav(Buf *b, const Frame *frame)
{
        /* "./" is "/" from there, also where an empty reference would be the page itself. */
        static const char *const ways[][2] = {
                {"./", "status"},
                {"runbook", "runbook"},
                {"calendar.ics", "calendar"},
                {"metrics", "metrics"},
                {"api/v1/status", "status as JSON"},
        };

        assert(b);
        assert(frame);

        buf_append_str(b, "<nav>");
        for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
                buf_append_str(b, i == 0 ? "<a href=\"" : " \xc2\xb7 <a href=\"");
                buf_append_str(b, frame->root);
                buf_append_str(b, ways[i][0]);
                buf_append_str(b, "\">");
                buf_append_str(b, ways[i][1]);
                buf_append_str(b, "</a>");
        }
        buf_append_str(b, "</nav>\n");
}

static void append_daemon(Buf *b, const DaemonFacts *daemon)
{
        char at[TIMEFMT_RFC3339_SIZE];

        timefmt_rfc3339(daemon->started_at, at);
        buf_append_str(b, "<p>mqtlsd ");
        render_frame_text(b, daemon->version);
        buf_append_str(b, ", OpenSSL ");
        render_frame_text(b, daemon->openssl_version);
        buf_append_str(b, ", started <time>");
        buf_append_str(b, at);
        buf_append_str(b, "</time></p>\n");
        if (!daemon->reload_successful)
                buf_append_str(b, "<p><strong>The last attempt to load the configuration failed; "
                                  "the one before it is still at work. The log says what is "
                                  "wrong.</strong></p>\n");
}

void render_frame_end(Buf *b, const Frame *frame, const DaemonFacts *daemon)
{
        assert(b);
        assert(frame);

        buf_append_str(b, "<footer>\n");
        render_frame_nav(b, frame);
        if (daemon)
                append_daemon(b, daemon);
        buf_append_str(b, "</footer>\n</body>\n</html>\n");
}
