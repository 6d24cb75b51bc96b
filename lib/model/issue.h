/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_ISSUE_H
#define MQTLS_MODEL_ISSUE_H

/*
 * Mistakes that people made in files. All of them are collected and shown, not only the first. The
 * text says what is wrong and, behind a semicolon, what to do.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

typedef struct Issue {
        char *file;
        unsigned line;    /* 0: the file as a whole */
        char *setting;    /* "endpoints[3].sslciph"; NULL: none in particular */
        char *text;
        bool is_warning;  /* said, but does not refuse the configuration */
        size_t order;     /* for issues_sort() */
} Issue;

typedef struct Issues {
        Issue *list;
        size_t n;
        size_t n_errors;
        bool failed; /* memory ran out: there is more than the list says */
} Issues;

#define ISSUES_INIT                                                                                \
        {                                                                                          \
                0                                                                                  \
        }

void issues_done(Issues *issues);

void issues_add(Issues *issues, const char *file, unsigned line, const char *setting,
        const char *format, ...) PRINTF_LIKE(5, 6);
void issues_add_warning(Issues *issues, const char *file, unsigned line, const char *setting,
        const char *format, ...) PRINTF_LIKE(5, 6);

/* By file, and in it by line, as people go through a file to mend it: mistakes are found in another
 * order. Those of one line stay in the order in which they were found. */
void issues_sort(Issues *issues);

/* Appends "FILE:LINE: setting: what is wrong; what to do" (warnings: "FILE:LINE: warning: …"),
 * without a line end; one printable line whatever the file held. */
void issue_append(const Issue *issue, Buf *b);

/* The same without "warning: ", for a log, whose lines tell by themselves how bad they are. */
void issue_append_unranked(const Issue *issue, Buf *b);

#endif
