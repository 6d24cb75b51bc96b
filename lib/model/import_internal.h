/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_IMPORT_INTERNAL_H
#define MQTLS_MODEL_IMPORT_INTERNAL_H

/*
 * What the importers share: reading a file within bounds, saying what is wrong with it, filters, and
 * the growing result. Internal to model/.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/util.h"
#include "model/import.h"
#include "model/issue.h"

/* One file on its way in. */
typedef struct Import {
        const char *file;
        const ImportOptions *options; /* never NULL */
        Issues *issues;
        ImportResult result;
        size_t n_definitions;
        unsigned n_errors, n_warnings; /* said so far */
        bool stopped;                  /* too much is wrong or too much is there: read no further */
        bool no_memory;
} Import;

/* `options` may be NULL. */
void import_begin(Import *i, const char *file, const ImportOptions *options, Issues *issues);
void import_done(Import *i);

/* Hands the result over. Returns 0, or -ENOMEM when memory ran out anywhere. */
int import_finish(Import *i, ImportResult *ret);

/*
 * The whole of a regular file. Returns 0, -EINVAL when it cannot be read or is too large, which has
 * been complained about, or -ENOMEM.
 */
int import_read(Import *i, Buf *ret);

/*
 * Is this text at all? Complains of NUL bytes, UTF-16 and size, with -EINVAL; warns of a byte order
 * mark. `*ret_skip` is how many bytes of it stand at the start.
 */
int import_check_text(Import *i, const char *text, size_t len, size_t *ret_skip);

/* May one more be said? Counts it, and closes the list with a last word when it is too long. */
bool import_may_complain(Import *i, unsigned line);
bool import_may_warn(Import *i, unsigned line);

#define import_complain(i, line, setting, ...)                                                     \
        do {                                                                                       \
                if (import_may_complain((i), (line)))                                              \
                        issues_add((i)->issues, (i)->file, (line), (setting), __VA_ARGS__);        \
        } while (0)

#define import_warn(i, line, setting, ...)                                                         \
        do {                                                                                       \
                if (import_may_warn((i), (line)))                                                  \
                        issues_add_warning((i)->issues, (i)->file, (line), (setting), __VA_ARGS__); \
        } while (0)

/* Counts a definition. False, after a complaint, when there are too many. */
bool import_count_definition(Import *i, unsigned line);

/* Do the filters want this channel? If not, it is skipped with the reason. */
bool import_is_wanted(Import *i, const char *name, ChannelType type, unsigned line);

void import_skip(Import *i, const char *name, unsigned line, const char *format, ...)
        PRINTF_LIKE(4, 5);

/* Takes ownership of what `e` holds, which is empty afterwards. */
void import_add(Import *i, ImportedEndpoint *e);

void imported_endpoint_done(ImportedEndpoint *e);

/*
 * A copy of `s` as UTF-8, without blanks around it: what is not UTF-8 is taken as ISO 8859-1 (CCSID
 * 819). Returns 0 with NULL for a blank text, or -ENOMEM.
 */
int import_text(const char *s, size_t len, char **ret);

#endif
