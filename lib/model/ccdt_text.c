/* SPDX-License-Identifier: MIT */

/*
 * One pass over the tokens. Only strings, brackets and commas matter; whether brackets match is the
 * parser's business.
 *
 *     { "channel": [ {…}, {…}, ], … }
 *     depth 1      2 ^    ^    ^ a comma with nothing behind it becomes a blank
 *                    elements of the array
 */

#include "model/ccdt_text.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHANNEL_KEY "\"channel\""

typedef struct Scan {
        Import *import;
        char *text;
        size_t len, at;
        unsigned line;

        unsigned depth;
        bool in_channels;      /* within the array, at any depth */
        bool expects_element;  /* directly behind its '[' or one of its commas */
        size_t key_at, key_len; /* the last string at depth 1 */
        char before, last;     /* the last two tokens, by their first character; 0: none */
        size_t last_at;
        unsigned last_line;
        size_t n_values;
        size_t n_commas; /* taken out */
        unsigned comma_line; /* of the first */

        CcdtText found;
        bool no_memory;
        bool stopped;
} Scan;

void ccdt_text_done(CcdtText *t)
{
        assert(t);

        free(t->lines);
        *t = (CcdtText){0};
}

static void note_element(Scan *s)
{
        CcdtText *found = &s->found;

        s->expects_element = false;
        if (util_grow(&found->lines, found->n_lines, sizeof(*found->lines)) < 0) {
                s->no_memory = true;
                return;
        }
        found->lines[found->n_lines++] = s->line;
}

static void scan_open(Scan *s, char c)
{
        if (s->depth == 1 && c == '[' && s->last == ':' && s->key_len == strlen(CHANNEL_KEY) &&
                memcmp(s->text + s->key_at, CHANNEL_KEY, s->key_len) == 0) {
                s->in_channels = true;
                s->expects_element = true;
        }
        if (++s->depth > CCDT_DEPTH_MAX) {
                import_complain(s->import, s->line, NULL,
                        "brackets stand more than %d deep, which no CCDT has; is it the right file?",
                        CCDT_DEPTH_MAX);
                s->stopped = true;
        }
}

/* A comma in front of a closing bracket, with a value in front of the comma. */
static void scan_close(Scan *s)
{
        if (s->last == ',' && s->before != 0 && !strchr("[{,:", s->before)) {
                s->text[s->last_at] = ' ';
                if (s->n_commas++ == 0)
                        s->comma_line = s->last_line;
        }
        if (s->depth > 0)
                s->depth--;
        if (s->depth == 1) {
                s->in_channels = false;
                s->expects_element = false;
        }
}

/* Moves to the last character of a string. */
static void scan_string(Scan *s)
{
        size_t start = s->at;

        for (s->at++; s->at < s->len && s->text[s->at] != '"'; s->at++) {
                if (s->text[s->at] == '\\' && s->at + 1 < s->len)
                        s->at++;
                if (s->text[s->at] == '\n')
                        s->line++;
        }
        if (s->depth == 1 && s->at < s->len) {
                s->key_at = start;
                s->key_len = s->at - start + 1;
        }
}

static void scan_token(Scan *s, char c)
{
        size_t start = s->at;
        unsigned line = s->line;

        if (s->expects_element && s->depth == 2 && c != ']')
                note_element(s);

        if (c == '"') {
                scan_string(s);
        } else if (c == '{' || c == '[') {
                scan_open(s, c);
                s->n_values++;
        } else if (c == '}' || c == ']') {
                scan_close(s);
        } else if (c == ',') {
                s->expects_element = s->in_channels && s->depth == 2;
                s->n_values++;
        }
        s->before = s->last;
        s->last = c;
        s->last_at = start;
        s->last_line = line;

        if (s->n_values > CCDT_VALUES_MAX && !s->stopped) {
                import_complain(s->import, s->line, NULL,
                        "the file holds more than %d values; split it", CCDT_VALUES_MAX);
                s->stopped = true;
        }
}

int ccdt_text_prepare(Import *i, char *text, size_t len, CcdtText *ret)
{
        Scan s = { .import = i, .text = text, .len = len, .line = 1 };

        assert(i);
        assert(text || len == 0);
        assert(ret);

        for (; s.at < len && !s.stopped && !s.no_memory; s.at++) {
                char c = text[s.at];

                if (c == '\n')
                        s.line++;
                else if (c != ' ' && c != '\t' && c != '\r')
                        scan_token(&s, c);
        }
        if (s.stopped || s.no_memory) {
                ccdt_text_done(&s.found);
                return s.no_memory ? -ENOMEM : -EINVAL;
        }

        if (s.n_commas == 1)
                import_warn(i, s.comma_line, NULL,
                        "the comma has nothing behind it and is ignored; remove it");
        if (s.n_commas > 1)
                import_warn(i, s.comma_line, NULL,
                        "the comma has nothing behind it and is ignored, as are %zu more; remove them",
                        s.n_commas - 1);

        *ret = s.found;
        return 0;
}

unsigned ccdt_text_line(const CcdtText *t, size_t index)
{
        assert(t);

        return index < t->n_lines ? t->lines[index] : 0;
}
