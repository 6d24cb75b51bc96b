/* SPDX-License-Identifier: MIT */

/*
 * Two steps. First the lines of a command become one text:
 *
 *     DEFINE CHANNEL('A.B') +         a line that ends in '+' goes on at the first non-blank of
 *   *  a comment                      the next one, one that ends in '-' in its column 1; also
 *        DESCR('one +                 inside quotes. Lines with '*' in column 1 and blank ones
 *        text');                      do not count. ';' outside quotes ends the command.
 *
 * Then the text is cut into KEYWORD and KEYWORD(value …). Line lengths are not policed: dmpmqcfg
 * -o 1line writes longer ones than runmqsc reads.
 */

#include "model/mqsc_lexer.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\v\f"
#define SEPARATORS BLANKS ","

char mqsc_upper(char c)
{
        return c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c;
}

void mqsc_text_init(MqscText *t, const char *text, size_t len)
{
        assert(t);
        assert(text || len == 0);

        *t = (MqscText){
                .at = text,
                .end = len > 0 ? text + len : text,
                .line_start = text,
                .line = 1,
        };
}

MqscSpan mqsc_text_line(const MqscText *t)
{
        size_t left = (size_t) (t->end - t->at);
        const char *newline = left > 0 ? memchr(t->at, '\n', left) : NULL;
        MqscSpan line = { t->at, newline ? (size_t) (newline - t->at) : left };

        while (line.len > 0 && strchr(BLANKS, line.s[line.len - 1]))
                line.len--;
        return line;
}

void mqsc_text_next_line(MqscText *t)
{
        size_t left = (size_t) (t->end - t->at);
        const char *newline = left > 0 ? memchr(t->at, '\n', left) : NULL;

        t->at = newline ? newline + 1 : t->end;
        t->line_start = t->at;
        t->line++;
}

bool mqsc_line_is_comment(MqscSpan line)
{
        return line.len == 0 || line.s[0] == '*';
}

void mqsc_command_done(MqscCommand *c)
{
        assert(c);

        buf_done(&c->text);
        buf_done(&c->strings);
        free(c->starts);
        c->starts = NULL;
        c->n_starts = 0;
        c->n_params = 0;
}

static void command_problem(MqscCommand *c, unsigned line, const char *text)
{
        if (c->problem)
                return;
        c->problem = text;
        c->problem_line = line;
}

/* ---- the lines of a command ---- */

static int command_append(MqscCommand *c, unsigned line, const char *s, size_t len)
{
        if (c->text.len + len > MQSC_COMMAND_BYTES_MAX) {
                command_problem(c, line,
                        "the command is longer than 64 KiB; is a quote or a + at the end of a line wrong?");
                return 0;
        }
        if (util_grow(&c->starts, c->n_starts, sizeof(*c->starts)) < 0)
                return -ENOMEM;
        c->starts[c->n_starts++] = (struct MqscLineStart){ .offset = c->text.len, .line = line };

        buf_append(&c->text, s, len);
        return buf_error(&c->text);
}

/* Where the command ends on this line: the place of a ';' outside quotes, or the length. */
static size_t find_semicolon(MqscSpan line, bool *in_quote, unsigned number, unsigned *quote_line)
{
        for (size_t k = 0; k < line.len; k++) {
                if (line.s[k] == '\'') {
                        *in_quote = !*in_quote;
                        if (*in_quote)
                                *quote_line = number;
                } else if (line.s[k] == ';' && !*in_quote) {
                        return k;
                }
        }
        return line.len;
}

static bool is_continuation(char c)
{
        return c == '+' || c == '-';
}

/* Behind a ';': another command may follow on the line, but a continuation means nothing. */
static void skip_semicolon(MqscText *t, size_t n)
{
        MqscSpan rest;

        t->at += n + 1;
        rest = mqsc_text_line(t);
        while (rest.len > 0 && strchr(BLANKS, rest.s[0])) {
                rest.s++;
                rest.len--;
        }
        if (rest.len == 0 || (rest.len == 1 && is_continuation(rest.s[0])))
                mqsc_text_next_line(t);
}

static int gather(MqscText *t, MqscCommand *c)
{
        bool in_quote = false, is_continued = false, from_column_1 = true;
        unsigned quote_line = 0;

        while (!mqsc_text_at_end(t)) {
                MqscSpan line = mqsc_text_line(t);
                size_t semicolon;
                int r;

                if (is_continued && mqsc_line_is_comment(line)) {
                        mqsc_text_next_line(t);
                        continue;
                }
                while (!from_column_1 && line.len > 0 && strchr(BLANKS, line.s[0])) {
                        line.s++;
                        line.len--;
                }

                semicolon = find_semicolon(line, &in_quote, t->line, &quote_line);
                if (semicolon < line.len) {
                        r = command_append(c, t->line, line.s, semicolon);
                        skip_semicolon(t, (size_t) (line.s - t->at) + semicolon);
                        return r;
                }

                is_continued = line.len > 0 && is_continuation(line.s[line.len - 1]);
                from_column_1 = is_continued && line.s[line.len - 1] == '-';
                r = command_append(c, t->line, line.s, line.len - (is_continued ? 1 : 0));
                if (r < 0)
                        return r;
                mqsc_text_next_line(t);

                if (!is_continued) {
                        if (in_quote)
                                command_problem(c, quote_line,
                                        "the quote is not closed; close it with ', write '' for a quote "
                                        "within the text, or end the line with + or - to go on");
                        return 0;
                }
        }

        command_problem(c, c->line,
                "the file ends within the command that begins here; is the file complete?");
        return 0;
}

/* ---- the parameters of a command ---- */

typedef struct Scan {
        MqscCommand *c;
        const char *at, *end;
        size_t start; /* the last line start that was passed */
} Scan;

static unsigned scan_line(Scan *s)
{
        size_t offset = (size_t) (s->at - buf_str(&s->c->text));

        while (s->start + 1 < s->c->n_starts && s->c->starts[s->start + 1].offset <= offset)
                s->start++;
        return s->c->n_starts > 0 ? s->c->starts[s->start].line : s->c->line;
}

static void scan_skip(Scan *s, const char *characters)
{
        while (s->at < s->end && strchr(characters, *s->at))
                s->at++;
}

static void append_upper(Buf *b, const char *s, size_t len)
{
        for (size_t k = 0; k < len; k++)
                buf_append_char(b, mqsc_upper(s[k]));
}

/* At a quote. False when it is not closed. */
static bool scan_quoted(Scan *s)
{
        Buf *strings = &s->c->strings;

        for (s->at++; s->at < s->end; s->at++) {
                if (*s->at == '\'') {
                        if (s->at + 1 == s->end || s->at[1] != '\'') {
                                s->at++;
                                return true;
                        }
                        s->at++;
                }
                buf_append_char(strings, *s->at);
        }
        return false;
}

/* Up to a separator, a quote, or the parenthesis that closes the value; parentheses within belong to
 * it, as in CONNAME(host(1414)). */
static void scan_unquoted(Scan *s)
{
        const char *start = s->at;
        unsigned depth = 0;

        for (; s->at < s->end && *s->at != '\''; s->at++) {
                if (depth == 0 && strchr(SEPARATORS, *s->at))
                        break;
                if (*s->at == ')' && depth-- == 0)
                        break;
                if (*s->at == '(')
                        depth++;
        }
        append_upper(&s->c->strings, start, (size_t) (s->at - start));
}

/* At an opening parenthesis. */
static void scan_value(Scan *s, MqscParameter *p)
{
        unsigned line = scan_line(s);

        p->value_at = s->c->strings.len;
        s->at++;
        for (;;) {
                scan_skip(s, SEPARATORS);
                if (s->at == s->end) {
                        command_problem(s->c, line, "the parenthesis is not closed; close it with )");
                        break;
                }
                if (*s->at == ')') {
                        s->at++;
                        break;
                }

                if (p->n_values++ > 0)
                        buf_append_char(&s->c->strings, ',');
                line = scan_line(s);
                if (*s->at != '\'') {
                        scan_unquoted(s);
                } else if (!scan_quoted(s)) {
                        command_problem(s->c, line, "the quote is not closed; close it with '");
                        break;
                }
        }
        buf_append_char(&s->c->strings, '\0');
}

/* At the first character of something that is no separator. */
static void scan_parameter(Scan *s)
{
        MqscCommand *c = s->c;
        MqscParameter *p = &c->params[c->n_params];
        const char *start = s->at;
        bool has_value = false;

        if (c->n_params == MQSC_PARAMETERS_MAX) {
                command_problem(c, scan_line(s),
                        "the command has more than 256 parameters; does the command before it end?");
                s->at = s->end;
                return;
        }

        *p = (MqscParameter){ .line = scan_line(s), .name_at = c->strings.len };
        while (s->at < s->end && !strchr(SEPARATORS "()'", *s->at))
                s->at++;
        if (s->at == start) {
                command_problem(c, p->line,
                        *start == ')'    ? "a parenthesis is closed that was not opened; remove the )"
                        : *start == '('  ? "there is no keyword before the ("
                                         : "there is a quote where a keyword should stand; put a value in "
                                           "parentheses, and write '' for a quote within a text");
                s->at = s->end;
                return;
        }
        append_upper(&c->strings, start, (size_t) (s->at - start));
        buf_append_char(&c->strings, '\0');

        scan_skip(s, BLANKS);
        if (s->at < s->end && *s->at == '(') {
                has_value = true;
                scan_value(s, p);
        }
        /* Marks what gets its pointer once nothing moves any more. */
        p->value = has_value ? "" : NULL;
        c->n_params++;
}

static int cut_up(MqscCommand *c)
{
        Scan s = {
                .c = c,
                .at = buf_str(&c->text),
                .end = buf_str(&c->text) + c->text.len,
        };
        int r;

        for (;;) {
                scan_skip(&s, SEPARATORS);
                if (s.at == s.end)
                        break;
                scan_parameter(&s);
        }
        r = buf_error(&c->strings);
        if (r < 0)
                return r;

        for (size_t k = 0; k < c->n_params; k++) {
                MqscParameter *p = &c->params[k];

                p->name = buf_str(&c->strings) + p->name_at;
                if (p->value)
                        p->value = buf_str(&c->strings) + p->value_at;
        }
        return 0;
}

int mqsc_command_read(MqscText *t, MqscCommand *c)
{
        int r;

        assert(t);
        assert(c);

        buf_clear(&c->text);
        buf_clear(&c->strings);
        c->n_starts = 0;
        c->n_params = 0;
        c->problem = NULL;
        c->problem_line = 0;
        c->line = t->line;

        r = gather(t, c);
        if (r < 0)
                return r;
        return cut_up(c);
}

const MqscParameter *mqsc_command_find(const MqscCommand *c, const char *name)
{
        assert(c);
        assert(name);

        for (size_t k = 0; k < c->n_params; k++)
                if (strcmp(c->params[k].name, name) == 0)
                        return &c->params[k];
        return NULL;
}

const MqscParameter *mqsc_command_repeated(const MqscCommand *c)
{
        assert(c);

        for (size_t k = 2; k < c->n_params; k++)
                for (size_t m = 1; m < k; m++)
                        if (c->params[k].name[0] == c->params[m].name[0] &&
                                strcmp(c->params[k].name, c->params[m].name) == 0)
                                return &c->params[k];
        return NULL;
}
