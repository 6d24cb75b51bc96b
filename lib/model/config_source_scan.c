/* SPDX-License-Identifier: MIT */

/*
 * One pass over the text, with just as much of libconfig's grammar (libconfig manual, "Configuration
 * file grammar") as it takes to know comments, strings, names, numbers and brackets apart:
 *
 *   comments          are dropped, their line ends stay
 *   @include "FILE"   at the beginning of a line is replaced by the file
 *   NAME = / NAME :   is noted in the group it stands in; the second one of a name is an issue
 *   123               becomes 123L, so that it cannot wrap around in 32 bits
 *
 * Everything else is copied, and every line of the result remembers its file and line.
 */

#include "model/config_source_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define INCLUDE_WORD "@include"
#define BLANKS " \t"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define NAME_FIRST LETTERS "*"
#define NAME_REST LETTERS "0123456789-_*"
#define NUMBER_FIRST "0123456789+-"
#define NUMBER_REST LETTERS "0123456789+-."
#define UTF8_BOM "\xef\xbb\xbf"

/* One file, or a part of it: where we are. */
typedef struct Cursor {
        const char *at, *end;
        ConfigSourceLine where;
        bool at_line_start; /* nothing but blanks since the line began */
} Cursor;

static void note_line(ConfigScan *s, ConfigSourceLine where)
{
        ConfigSource *source = s->source;

        if (util_grow(&source->lines, source->n_lines, sizeof(*source->lines)) < 0) {
                s->no_memory = true;
                return;
        }
        source->lines[source->n_lines++] = where;
}

/* Copies `n` bytes without a line end. */
static void emit(ConfigScan *s, Cursor *c, size_t n)
{
        buf_append(&s->source->text, c->at, n);
        c->at += n;
}

static void emit_line_end(ConfigScan *s, Cursor *c)
{
        buf_append_char(&s->source->text, '\n');
        c->at++;
        c->where.line++;
        c->at_line_start = true;
        note_line(s, c->where);
}

static size_t span_of(const Cursor *c, const char *characters)
{
        size_t n = 0;

        while (c->at + n < c->end && c->at[n] && strchr(characters, c->at[n]))
                n++;
        return n;
}

static bool begins_with(const Cursor *c, const char *word)
{
        size_t n = strlen(word);

        return (size_t) (c->end - c->at) >= n && memcmp(c->at, word, n) == 0;
}

static void skip_line_comment(Cursor *c)
{
        while (c->at < c->end && *c->at != '\n')
                c->at++;
}

static void skip_comment(ConfigScan *s, Cursor *c)
{
        ConfigSourceLine begin = c->where;

        buf_append_char(&s->source->text, ' ');
        c->at += 2;
        while (!begins_with(c, "*/")) {
                if (c->at >= c->end) {
                        config_scan_complain(s, begin,
                                "the comment that begins here is not closed; close it with */");
                        return;
                }
                if (*c->at == '\n')
                        emit_line_end(s, c);
                else
                        c->at++;
        }
        c->at += 2;
        c->at_line_start = false;
}

/* Length of the string at the cursor, its quotes included; 0 when it is not closed on its line. */
static size_t string_length(const Cursor *c)
{
        for (const char *p = c->at + 1; p < c->end && *p != '\n'; p++) {
                if (*p == '"')
                        return (size_t) (p - c->at) + 1;
                if (*p == '\\' && p + 1 < c->end && p[1] != '\n')
                        p++;
        }
        return 0;
}

static void scan_string(ConfigScan *s, Cursor *c)
{
        size_t n = string_length(c);

        if (n == 0) {
                config_scan_complain(s, c->where,
                        "the string that begins here is not closed on its line; close it with \"");
                c->at = c->end;
                return;
        }

        /* libconfig would end the string there, and hide the rest. */
        if (memmem(c->at, n, "\\x00", 4))
                config_scan_complain(s, c->where, "the string holds a NUL character; remove \\x00");

        s->expects_value = false;
        emit(s, c, n);
}

/* Where the name stood before in the innermost group, or NULL. */
static const SeenName *find_name(const ConfigScan *s, const char *name, size_t len)
{
        size_t first = s->n_brackets > 0 ? s->brackets[s->n_brackets - 1].first_name : 0;

        for (size_t i = first; i < s->n_names; i++)
                if (s->names[i].len == len && memcmp(s->names[i].start, name, len) == 0)
                        return &s->names[i];
        return NULL;
}

static void remember_name(ConfigScan *s, const Cursor *c, size_t len)
{
        size_t first = s->n_brackets > 0 ? s->brackets[s->n_brackets - 1].first_name : 0;

        if (s->n_names - first >= CONFIG_SOURCE_NAMES_MAX) {
                config_scan_complain(s, c->where,
                        "more than %d settings stand in one group; remove what is not needed",
                        CONFIG_SOURCE_NAMES_MAX);
                return;
        }
        if (util_grow(&s->names, s->n_names, sizeof(*s->names)) < 0) {
                s->no_memory = true;
                return;
        }

        s->names[s->n_names++] = (SeenName){
                .start = c->at,
                .len = len,
                .where = c->where,
        };
}

/* A word: the name of a setting, or a value such as true. */
static void scan_word(ConfigScan *s, Cursor *c)
{
        size_t n = span_of(c, NAME_REST);
        bool in_group = s->n_brackets == 0 || s->brackets[s->n_brackets - 1].open == '{';
        const SeenName *before = NULL;

        if (s->expects_value || !in_group) {
                s->expects_value = false;
                emit(s, c, n);
                return;
        }

        before = find_name(s, c->at, n);
        if (!before) {
                remember_name(s, c, n);
                emit(s, c, n);
                return;
        }

        if (s->n_duplicates < CONFIG_SOURCE_DUPLICATES_TOLD_MAX)
                issues_add(s->issues, c->where.file, c->where.line, NULL,
                        "%.*s = is set twice, the first time at %s:%u; remove one of them",
                        (int) MIN_OF(n, (size_t) 64), c->at, before->where.file,
                        before->where.line);
        buf_appendf(&s->source->text, CONFIG_SOURCE_DUPLICATE "%u", s->n_duplicates++);
        c->at += n;
}

static void scan_number(ConfigScan *s, Cursor *c)
{
        size_t n = span_of(c, NUMBER_REST), digits = 0;
        char text[32];

        s->expects_value = false;
        if (n < sizeof(text)) {
                memcpy(text, c->at, n);
                text[n] = '\0';
                digits = strspn(text + strspn(text, "+-"), "0123456789") + strspn(text, "+-");
        }

        if (n < sizeof(text) && digits != n) {
                bool is_hex = begins_with(c, "0x") || begins_with(c, "0X");
                bool is_long = c->at[n - 1] == 'L';

                emit(s, c, n); /* perhaps a float, or nonsense for libconfig to refuse */
                if (is_hex && !is_long)
                        buf_append_char(&s->source->text, 'L');
                return;
        }

        /* Too large a number stays too large: the limits of its setting refuse it. */
        buf_appendf(&s->source->text, "%" PRId64 "L",
                n < sizeof(text) ? (int64_t) strtoll(text, NULL, 10) : INT64_MAX);
        c->at += n;
}

static void scan_open(ConfigScan *s, Cursor *c)
{
        if (s->n_brackets == ARRAY_LEN(s->brackets)) {
                config_scan_complain(s, c->where,
                        "groups and lists are nested too deeply; no setting needs more than two");
                c->at = c->end;
                return;
        }

        s->brackets[s->n_brackets++] = (Bracket){
                .open = *c->at,
                .first_name = s->n_names,
        };
        s->expects_value = false;
        emit(s, c, 1);
}

/* Whether the brackets match is libconfig's business. */
static void scan_close(ConfigScan *s, Cursor *c)
{
        if (s->n_brackets > 0)
                s->n_names = s->brackets[--s->n_brackets].first_name;
        s->expects_value = false;
        emit(s, c, 1);
}

/* At "@include" on its own line. */
static void scan_include(ConfigScan *s, Cursor *c)
{
        ConfigSourceLine where = c->where;
        size_t n;

        c->at += strlen(INCLUDE_WORD);
        n = span_of(c, BLANKS);
        c->at += n;
        if (n == 0 || c->at >= c->end || *c->at != '"' || string_length(c) <= 2) {
                config_scan_complain(s, where,
                        "@include names no file; write @include \"conf.d/partners.conf\"");
                skip_line_comment(c);
                return;
        }

        n = string_length(c);
        config_scan_include(s, where, c->at + 1, n - 2);
        c->at += n;

        buf_append_char(&s->source->text, '\n');
        note_line(s, c->where);
        c->at += span_of(c, BLANKS ";\r");
        c->at_line_start = false;
}

/* One step; the cursor moves by at least one byte. */
static void scan_step(ConfigScan *s, Cursor *c)
{
        char ch = *c->at;
        bool at_line_start = c->at_line_start;

        if (ch == '\n') {
                emit_line_end(s, c);
                return;
        }
        if (strchr(" \t\r\f", ch)) {
                emit(s, c, 1);
                return;
        }

        c->at_line_start = false;
        if (ch == '#' || begins_with(c, "//")) {
                skip_line_comment(c);
        } else if (begins_with(c, "/*")) {
                skip_comment(s, c);
        } else if (ch == '"') {
                scan_string(s, c);
        } else if (ch == '@') {
                if (at_line_start && begins_with(c, INCLUDE_WORD)) {
                        scan_include(s, c);
                } else {
                        config_scan_complain(s, c->where,
                                "'@' means nothing here; write @include at the beginning of a line "
                                "of its own");
                        skip_line_comment(c);
                }
        } else if (strchr(NAME_FIRST, ch)) {
                scan_word(s, c);
        } else if (strchr(NUMBER_FIRST, ch)) {
                scan_number(s, c);
        } else if (strchr("{([", ch)) {
                scan_open(s, c);
        } else if (strchr("})]", ch)) {
                scan_close(s, c);
        } else {
                if (ch == '=' || ch == ':')
                        s->expects_value = true;
                emit(s, c, 1);
        }
}

void config_scan_complain_of_size(ConfigScan *s, ConfigSourceLine where)
{
        config_scan_complain(s, where,
                "the configuration is larger than %d MiB; split the endpoints over several daemons",
                CONFIG_SOURCE_BYTES_MAX / 1024 / 1024);
}

int config_scan_text(ConfigScan *s, const char *file, const char *text, size_t len)
{
        Cursor c = {
                .at = text,
                .end = text + len,
                .where = { .file = file, .line = 1 },
                .at_line_start = true,
        };
        const char *nul = memchr(text, '\0', len);

        if (nul) {
                for (const char *p = text; p < nul; p++)
                        c.where.line += *p == '\n';
                config_scan_complain(s, c.where, "the file holds a NUL byte; it is not a text file");
                return 0;
        }
        if (len + s->source->text.len > CONFIG_SOURCE_BYTES_MAX) {
                config_scan_complain_of_size(s, c.where);
                return 0;
        }

        s->open_files[s->n_open_files++] = file;
        note_line(s, c.where);
        if (begins_with(&c, UTF8_BOM))
                c.at += strlen(UTF8_BOM);

        while (c.at < c.end && !s->stopped && !s->no_memory && !s->source->text.failed)
                scan_step(s, &c);

        s->n_open_files--;
        return s->no_memory ? -ENOMEM : buf_error(&s->source->text);
}
