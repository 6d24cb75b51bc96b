/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_CONFIG_SOURCE_INTERNAL_H
#define MQTLS_MODEL_CONFIG_SOURCE_INTERNAL_H

/* What config_source.c (which files are read) and config_source_scan.c (what is done with their text)
 * share. Nobody else includes this. */

#include <stdbool.h>

#include "model/config_source.h"

enum {
        CONFIG_SOURCE_DUPLICATES_TOLD_MAX = 20, /* one bracket too few makes thousands of them */
};

/* A setting that stands in a group which is open. */
typedef struct SeenName {
        const char *start; /* in a text that outlives the scan */
        size_t len;
        ConfigSourceLine where;
} SeenName;

typedef struct Bracket {
        char open;
        size_t first_name; /* index of the first name of this group */
} Bracket;

typedef struct ConfigScan {
        ConfigSource *source;
        Issues *issues;
        PathList *files; /* NULL: nobody asks */
        Buf *texts; /* of all files: names point into them */
        size_t n_texts;
        const char *open_files[CONFIG_SOURCE_INCLUDES_MAX + 1];
        unsigned n_open_files;

        SeenName *names; /* of all open groups, innermost last */
        size_t n_names;
        Bracket brackets[CONFIG_SOURCE_NESTING_MAX];
        unsigned n_brackets;
        bool expects_value; /* behind '=' or ':' */
        unsigned n_duplicates;

        bool broken; /* the text is not fit to be parsed */
        bool stopped;
        bool no_memory;
} ConfigScan;

/* Tells of a mistake after which the text cannot be parsed. */
#define config_scan_complain(s, where, ...)                                                        \
        do {                                                                                       \
                (s)->broken = true;                                                                \
                issues_add((s)->issues, (where).file, (where).line, NULL, __VA_ARGS__);            \
        } while (0)

/* ---- config_source.c ---- */

/* Adds the file that an @include at `where` names, and what it includes. What is wrong with it has been
 * complained of when this returns, or `no_memory` is set. */
void config_scan_include(ConfigScan *s, ConfigSourceLine where, const char *name, size_t len);

/* ---- config_source_scan.c ---- */

/* `where` is too large, or makes the whole too large. */
void config_scan_complain_of_size(ConfigScan *s, ConfigSourceLine where);

/* Adds a text to the source, and what it includes. `text` outlives the groups that are opened in it.
 * Returns 0 (also when it has complained) or -ENOMEM. */
int config_scan_text(ConfigScan *s, const char *file, const char *text, size_t len);

#endif
