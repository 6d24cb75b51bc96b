/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_RENDER_REPORT_TEXT_H
#define MQTLS_RENDER_RENDER_REPORT_TEXT_H

/* Between the files that write for a terminal only: width, colour, wrapping, and the paragraph about
 * one finding. What is handed in as `text` may be anything and is made harmless here. */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/inventory.h"
#include "render/render_report.h"

typedef struct Report {
        Buf *out;
        const ReportStyle *style;
        int64_t now_at;
} Report;

/* How many columns well-formed UTF-8 takes; every character counts as one. */
size_t report_width(const char *s);

/* Appends at most `columns` characters, "..." included where it was cut. 0: all of it. */
void report_append_cut(Buf *b, const char *s, size_t columns);

/* Appends a word in the colour of the severity. */
void report_append_severity(Report *r, Severity s, const char *word);

/* Appends a line "label  text", the text wrapped at the terminal's width under its own beginning.
 * NULL or "" appends nothing. */
void report_field(Report *r, size_t indent, const char *label, const char *text);

/* "2026-11-21 (12 days left)", "… (ended 3 days ago)". */
void report_append_end(Buf *b, int64_t at, int64_t now_at);

/* Every finding of the endpoint: the sentence, MQ's words, the remedy. */
void report_findings(Report *r, const Endpoint *e);

#endif
