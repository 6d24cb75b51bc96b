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
        buf_append_str(b, "style.css\">\n<script src=\"");
        buf_append_str(b, frame->root);
        buf_append_str(b, "page.js\" defer></script>\n</head>\n<body>\n");
}

void render_frame_nav(Buf *b, const Frame *frame)
{
        /* "./" is "/" from there, also where an empty reference would be the page itself. */
        static const char *const ways[][2] = {
                {"./", "status"},
                {"runbook", "runbook"},
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
        buf_append_str(b, ", ");
        render_frame_text(b, daemon->openssl_version);
        buf_append_str(b, ", started ");
        buf_append_str(b, at);
        buf_append_str(b, "</p>\n");
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
