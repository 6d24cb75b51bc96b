/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_WEB_LINES_H
#define MQTLS_MODEL_WEB_LINES_H

/* Files of secrets, one to a line: passwords and tokens. Empty lines and those that begin with '#' are
 * passed over. Internal to model/. */

#include <stdbool.h>
#include <stddef.h>

#include "model/issue.h"

enum {
        WEB_LINES_MAX = 2000, /* of one file */
};

typedef struct WebLines {
        const char *path, *setting; /* borrowed; which setting names the file, for issues */
        char *text;       /* wiped when done */
        size_t len;
        char *next;
        unsigned line; /* of what web_lines_next() gave last */
} WebLines;

/* Reads the file. Returns 0, -ENOMEM, or -EINVAL after an issue. */
int web_lines_open(WebLines *l, const char *path, const char *setting, Issues *issues);
void web_lines_done(WebLines *l);

/* The next line that says something, without blanks around it; NULL behind the last. It may be taken
 * apart in place. */
char *web_lines_next(WebLines *l, Issues *issues);

/* Are both the same? Takes as long for a wrong one as for the right one of the same length. */
bool web_secret_equal(const char *a, const char *b);

#endif
