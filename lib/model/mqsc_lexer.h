/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_MQSC_LEXER_H
#define MQTLS_MODEL_MQSC_LEXER_H

/*
 * MQSC text as commands, by the rules of IBM MQ, "Rules for using MQSC commands" and "MQSC command
 * files": comments, continuation, quotes, folding. Internal to model/. Knows nothing of what the
 * commands mean.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum {
        MQSC_COMMAND_BYTES_MAX = 64 * 1024,
        MQSC_PARAMETERS_MAX = 256,
};

/* A text and where we are in it; borrowed, without a NUL byte. */
typedef struct MqscText {
        const char *at, *end;
        const char *line_start;
        unsigned line;
} MqscText;

/* A stretch of it. */
typedef struct MqscSpan {
        const char *s;
        size_t len;
} MqscSpan;

void mqsc_text_init(MqscText *t, const char *text, size_t len);

/* From here to the end of the line, without the line end and the blanks before it. */
MqscSpan mqsc_text_line(const MqscText *t);
void mqsc_text_next_line(MqscText *t);
static inline bool mqsc_text_at_end(const MqscText *t)
{
        return t->at >= t->end;
}

/* Is this line, which begins in column 1, a comment or blank? Neither interrupts a command. */
bool mqsc_line_is_comment(MqscSpan line);

typedef struct MqscParameter {
        const char *name;  /* in upper case */
        const char *value; /* quotes removed, what had none in upper case, several joined by ','; NULL:
                            * no parentheses */
        unsigned n_values;
        unsigned line;
        size_t name_at, value_at;
} MqscParameter;

typedef struct MqscCommand {
        unsigned line;
        /* The verb is the first; there is at least one, unless there is a problem. */
        MqscParameter params[MQSC_PARAMETERS_MAX];
        size_t n_params;

        /* What is wrong and what to do, static; NULL: nothing. The parameters before it are there. */
        const char *problem;
        unsigned problem_line;

        Buf text;    /* as continued, before it was cut up */
        Buf strings; /* what the parameters point into */
        /* Where the lines of `text` begin. */
        struct MqscLineStart {
                size_t offset;
                unsigned line;
        } *starts;
        size_t n_starts;
} MqscCommand;

void mqsc_command_done(MqscCommand *c);

/*
 * Reads the command that begins on the line at `t`, which is neither comment nor blank, and goes on
 * behind it. `c` is reused from the command before, or 0. Returns 0, also with a problem, or -ENOMEM.
 */
int mqsc_command_read(MqscText *t, MqscCommand *c);

/* NULL if there is none. */
const MqscParameter *mqsc_command_find(const MqscCommand *c, const char *name);

/* The first parameter, from the second on, that stands twice; NULL if none does. */
const MqscParameter *mqsc_command_repeated(const MqscCommand *c);

/* 'a' to 'A' and so on, whatever the locale. */
char mqsc_upper(char c);

#endif
