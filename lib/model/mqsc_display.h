/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_MQSC_DISPLAY_H
#define MQTLS_MODEL_MQSC_DISPLAY_H

/*
 * What runmqsc prints, line by line: messages, echoed commands, and the NAME(value) cells of the
 * DISPLAY commands. Internal to model/.
 */

#include <stdbool.h>
#include <stddef.h>

#include "model/mqsc_lexer.h"

enum {
        MQSC_CELLS_MAX = 8, /* in one line; runmqsc prints two, dspmq more */

        /* Messages that begin a record, by number, as their words are in the language of the server. */
        MQSC_MESSAGE_CHANNEL = 8414,
        MQSC_MESSAGE_CHSTATUS = 8417,
};

typedef struct MqscCell {
        MqscSpan name;  /* in upper case as runmqsc writes it */
        MqscSpan value; /* without blanks around it; what is between the outer parentheses */
        bool has_value; /* false for a word alone, such as CURRENT */
} MqscCell;

/* The number of a message such as "AMQ8414I: …" or "AMQ8414: …"; 0 if the line is none. */
unsigned mqsc_display_message(MqscSpan line);

/* Is this "     1 : DISPLAY …" or the "       : …" that continues it? Then `*ret_command` is what was
 * echoed. */
bool mqsc_display_echo(MqscSpan line, MqscSpan *ret_command);

/* The name in "Starting MQSC for queue manager QM1." */
bool mqsc_display_qmgr(MqscSpan line, MqscSpan *ret_name);

/* Does the line begin with a word and, directly behind it, a parenthesis, as no command does? */
bool mqsc_display_begins_with_cell(MqscSpan line);

/* Has this text come out of runmqsc? Looks for a message, an echo or the banner. */
bool mqsc_display_is_output(MqscText t);

/* Cuts a line into cells. Returns how many; 0 when it has not the form of cells. */
size_t mqsc_display_cells(MqscSpan line, MqscCell ret[static MQSC_CELLS_MAX]);

#endif
