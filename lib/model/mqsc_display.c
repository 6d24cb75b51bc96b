/* SPDX-License-Identifier: MIT */

/*
 *     AMQ8414I: Display Channel details.
 *        CHANNEL(QM1.TO.QM2)                     CHLTYPE(RCVR)
 *        CONNAME(10.241.0.4(1414))               DESCR( )
 *        SSLPEER(CN=John Doe, OU=Test (old), O=Example)
 *     ^  ^                                       ^
 *     1  4                                       44
 *
 * Values have no quotes, and so a text such as a description may hold anything, also a parenthesis
 * that is never closed. Parentheses are counted; where the count does not come out, the columns decide.
 */

#include "model/mqsc_display.h"

#include <assert.h>
#include <string.h>

#include "base/util.h"

#define DIGITS "0123456789"
#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS "_"
#define BANNER_WORDS "(C) Copyright IBM Corp"
#define QMGR_WORDS "Starting MQSC for queue manager "

enum {
        SECOND_CELL_OFFSET = 40, /* from the first: column 44, from column 4 */
};

/* Attributes whose values people write freely: behind them only the column tells a second cell. */
static const char *const free_texts[] = {
        "CERTLABL",
        "DESCR",
        "MSGDATA",
        "RCVDATA",
        "SCYDATA",
        "SENDDATA",
        "SSLCERTI",
        "SSLPEER",
};

static MqscSpan span_skip(MqscSpan span, size_t n)
{
        return (MqscSpan){ span.s + n, span.len - n };
}

static bool is_blank(char c)
{
        return c == ' ' || c == '\t';
}

static MqscSpan span_trim(MqscSpan span)
{
        while (span.len > 0 && is_blank(span.s[0]))
                span = span_skip(span, 1);
        while (span.len > 0 && is_blank(span.s[span.len - 1]))
                span.len--;
        return span;
}

static size_t span_count(MqscSpan span, const char *set)
{
        size_t n = 0;

        while (n < span.len && span.s[n] != '\0' && strchr(set, span.s[n]))
                n++;
        return n;
}

static bool begins_with(MqscSpan span, const char *word)
{
        size_t n = strlen(word);

        return span.len >= n && memcmp(span.s, word, n) == 0;
}

unsigned mqsc_display_message(MqscSpan line)
{
        unsigned number = 0;

        line = span_trim(line);
        if (!begins_with(line, "AMQ"))
                return 0;
        line = span_skip(line, 3);
        if (span_count(line, DIGITS) != 4)
                return 0;
        for (int k = 0; k < 4; k++)
                number = number * 10 + (unsigned) (line.s[k] - '0');
        line = span_skip(line, 4);

        /* The severity came with version 9.1. */
        if (line.len > 0 && strchr("IWEST", line.s[0]))
                line = span_skip(line, 1);
        return line.len > 0 && line.s[0] == ':' ? number : 0;
}

bool mqsc_display_echo(MqscSpan line, MqscSpan *ret_command)
{
        size_t n_blanks = span_count(line, " \t"), n_digits;

        assert(ret_command);

        line = span_skip(line, n_blanks);
        n_digits = span_count(line, DIGITS);
        line = span_skip(line, n_digits);
        if (n_digits == 0 && n_blanks == 0)
                return false;

        line = span_skip(line, span_count(line, " \t"));
        if (line.len == 0 || line.s[0] != ':')
                return false;
        line = span_skip(line, 1);
        if (line.len > 0 && !is_blank(line.s[0]))
                return false;

        *ret_command = span_trim(line);
        return true;
}

bool mqsc_display_qmgr(MqscSpan line, MqscSpan *ret_name)
{
        assert(ret_name);

        line = span_trim(line);
        if (!begins_with(line, QMGR_WORDS))
                return false;
        line = span_trim(span_skip(line, strlen(QMGR_WORDS)));
        /* A name may hold full stops; the last one is the sentence's. */
        if (line.len > 0 && line.s[line.len - 1] == '.')
                line.len--;

        *ret_name = line;
        return true;
}

bool mqsc_display_begins_with_cell(MqscSpan line)
{
        size_t n;

        line = span_trim(line);
        n = span_count(line, NAME_CHARACTERS);
        return n > 0 && n < line.len && line.s[n] == '(';
}

bool mqsc_display_is_output(MqscText t)
{
        while (!mqsc_text_at_end(&t)) {
                MqscSpan line = mqsc_text_line(&t), ignored;

                if (mqsc_display_message(line) > 0 || mqsc_display_echo(line, &ignored) ||
                        (line.len > 0 && line.s[0] != '*' &&
                                memmem(line.s, line.len, BANNER_WORDS, strlen(BANNER_WORDS))))
                        return true;
                mqsc_text_next_line(&t);
        }
        return false;
}

static bool is_free_text(MqscSpan name)
{
        for (size_t k = 0; k < ARRAY_LEN(free_texts); k++)
                if (strlen(free_texts[k]) == name.len && memcmp(free_texts[k], name.s, name.len) == 0)
                        return true;
        return false;
}

/* Length of NAME(value) by counting parentheses; 0 if the count does not come out. */
static size_t count_cell(MqscSpan span, size_t open)
{
        size_t depth = 0;

        for (size_t k = open; k < span.len; k++) {
                if (span.s[k] == '(')
                        depth++;
                else if (span.s[k] == ')' && --depth == 0)
                        return k + 1;
        }
        return 0;
}

/* Does a cell, or a word, begin here? */
static bool begins_cell(MqscSpan span)
{
        size_t n = span_count(span, NAME_CHARACTERS);

        return n > 0 && (n == span.len || span.s[n] == '(' || is_blank(span.s[n]));
}

/* May the next cell begin `n` bytes behind the start of this line's first one? */
static bool is_second_column(MqscSpan line, size_t n)
{
        return n == SECOND_CELL_OFFSET && n < line.len && is_blank(line.s[n - 1]) &&
               begins_cell(span_skip(line, n));
}

/* Length of the cell at `at`; what follows is another cell or nothing. 0 if there is no telling. */
static size_t cell_length(MqscSpan line, size_t at, size_t n_name)
{
        MqscSpan span = span_skip(line, at), rest;
        size_t n = count_cell(span, n_name);

        if (n > 0) {
                size_t n_blanks;

                rest = span_skip(span, n);
                if (rest.len == 0)
                        return n;
                n_blanks = span_count(rest, " \t");
                if (n_blanks > 0 && begins_cell(span_skip(rest, n_blanks)) &&
                        (!is_free_text((MqscSpan){ span.s, n_name }) ||
                                is_second_column(line, at + n + n_blanks)))
                        return n;
        }

        /* The columns decide, where what is before the second one closes with a parenthesis. */
        if (at == 0 && is_second_column(line, SECOND_CELL_OFFSET)) {
                rest = span_trim((MqscSpan){ line.s, SECOND_CELL_OFFSET });
                if (rest.len > n_name + 1 && rest.s[rest.len - 1] == ')')
                        return rest.len;
        }
        return span.s[span.len - 1] == ')' ? span.len : 0;
}

size_t mqsc_display_cells(MqscSpan line, MqscCell ret[static MQSC_CELLS_MAX])
{
        size_t n_cells = 0, at = 0;

        line = span_trim(line);
        while (at < line.len && n_cells < MQSC_CELLS_MAX) {
                MqscSpan span = span_skip(line, at);
                size_t n_name = span_count(span, NAME_CHARACTERS), n = n_name;
                MqscCell cell = { .name = { span.s, n_name } };

                if (n_name == 0)
                        return 0;
                if (n_name < span.len && span.s[n_name] == '(') {
                        n = cell_length(line, at, n_name);
                        if (n == 0)
                                return 0;
                        cell.has_value = true;
                        cell.value = span_trim((MqscSpan){ span.s + n_name + 1, n - n_name - 2 });
                } else if (n_name < span.len && !is_blank(span.s[n_name])) {
                        return 0;
                }

                ret[n_cells++] = cell;
                at += n;
                at += span_count(span_skip(line, at), " \t");
        }
        return n_cells;
}
