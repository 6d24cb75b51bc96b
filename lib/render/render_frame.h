/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_RENDER_FRAME_H
#define MQTLS_RENDER_RENDER_FRAME_H

/* What all HTML pages share: the head, the way from one to the other, the foot. */

#include "base/buf.h"
#include "judge/diagnosis.h"
#include "render/daemon_facts.h"

typedef struct Frame {
        const char *title; /* of the window; foreign text, escaped here */
        const char *root;  /* from the page to "/": "", "../", "../../"; the daemon may stand behind a proxy
                              that serves it below a path */
        Severity state; /* what the icon in the tab shows; 0: well */
        unsigned refresh_seconds; /* without scripts the browser fetches the page again; 0: it does not */
} Frame;

/* Appends everything up to and with <body>. */
void render_frame_begin(Buf *b, const Frame *frame);

/* Appends the way to the other pages, as <nav>. */
void render_frame_nav(Buf *b, const Frame *frame);

/* Appends the foot and closes the page. `daemon` may be NULL. */
void render_frame_end(Buf *b, const Frame *frame, const DaemonFacts *daemon);

/* Appends the icon as SVG: the shape and the colour of a state. */
void render_frame_icon(Buf *b, Severity state);

/* Text of whatever origin, escaped for HTML; NULL is none. */
void render_frame_text(Buf *b, const char *text);

#endif
