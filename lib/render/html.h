/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_HTML_H
#define MQTLS_RENDER_HTML_H

/*
 * What the pages are made of. Texts of whatever origin go in, well-formed HTML comes out: names from
 * outside stand isolated, so that their direction of writing stays their own affair.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "judge/diagnosis.h"
#include "model/config.h"

/* Text, escaped; NULL is none. */
void html_text(Buf *b, const char *text);

/* The same as a name of somebody else's making: <bdi>…</bdi>. */
void html_name(Buf *b, const char *name);

/* A number as people read it: "3,000". And with its noun: "1 endpoint", "3,000 endpoints". */
void html_number(Buf *b, uint64_t n);
void html_count(Buf *b, uint64_t n, const char *noun);

/* The word of a state; its colour and shape come from the style sheet. */
void html_severity(Buf *b, Severity s);
void html_state(Buf *b, const char *state, const char *word);
void html_state_open(Buf *b, const char *state);
void html_state_close(Buf *b);

/* "2026-11-21 07:15 UTC", "2026-11-21". */
void html_instant(Buf *b, int64_t at);
void html_date(Buf *b, int64_t at);

/* "3 minutes ago", "in 2 days", the instant itself in the title; the script keeps it true. */
void html_ago(Buf *b, int64_t at, int64_t now_at);

/* "5 days left", "ended 3 days ago". */
void html_left(Buf *b, int64_t at, int64_t now_at);

/* A sentence that may tell instants, "2026-11-21T07:15:00Z", which no line is broken in. */
void html_sentence(Buf *b, const char *text);

/* A command to copy, as a block. */
void html_command(Buf *b, const char *command);

/* A remedy, its commands to be copied and filled in for the endpoint; `c` may be NULL. */
void html_remedy(Buf *b, const char *remedy, const EndpointConfig *c);

/* <dt>label</dt><dd>…</dd>: a text, nothing at all where it is NULL or "". Or opened and closed. */
void html_field(Buf *b, const char *label, const char *text);
void html_field_name(Buf *b, const char *label, const char *name);
void html_field_link(Buf *b, const char *label, const char *url); /* a link where it may be one */
void html_field_open(Buf *b, const char *label);
void html_field_close(Buf *b);

/* The address of an endpoint's own page, for an attribute; `root` as in Frame. */
void html_endpoint_url(Buf *b, const char *root, const char *name);

/* May it be a link? Only http: and https: may: a note of somebody else's is no place for scripts. */
bool html_is_link(const char *url);

#endif
