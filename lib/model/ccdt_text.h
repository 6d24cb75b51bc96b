/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_CCDT_TEXT_H
#define MQTLS_MODEL_CCDT_TEXT_H

/*
 * The text of a JSON CCDT before it is parsed: commas that have nothing behind them are taken out (one
 * of IBM's own examples has one), what would cost too much is refused, and the line of each channel is
 * noted, as jansson keeps none. Internal to model/.
 */

#include <stddef.h>

#include "model/import_internal.h"

enum {
        CCDT_DEPTH_MAX = 32,
        CCDT_VALUES_MAX = 2000000, /* of all kinds: jansson takes some 50 bytes for each */
};

typedef struct CcdtText {
        unsigned *lines; /* of the elements of the array `channel` */
        size_t n_lines;
} CcdtText;

void ccdt_text_done(CcdtText *t);

/*
 * Changes `text` in place, byte by byte, so that lines and columns stay. Returns 0, -EINVAL after a
 * complaint, or -ENOMEM. Text that is no JSON is left for the parser to find.
 */
int ccdt_text_prepare(Import *i, char *text, size_t len, CcdtText *ret);

/* The line of channel[index]; 0 where it is not known. */
unsigned ccdt_text_line(const CcdtText *t, size_t index);

#endif
