/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_CONFIG_SOURCE_H
#define MQTLS_MODEL_CONFIG_SOURCE_H

/*
 * The text of a configuration with its @include files in place, and where each line came from.
 * Internal to model/. Done here and not by libconfig, because libconfig 1.5 reads includes relative
 * to one directory for all files, stops at the first setting that stands twice, and lets numbers
 * wrap around without a word.
 */

#include <stddef.h>

#include "base/buf.h"
#include "base/path_list.h"
#include "base/util.h"
#include "model/issue.h"

enum {
        CONFIG_SOURCE_BYTES_MAX = 8 * 1024 * 1024, /* with all includes */
        CONFIG_SOURCE_INCLUDES_MAX = 10,            /* one inside the other */
        CONFIG_SOURCE_FILES_MAX = 1000,             /* all together */
        CONFIG_SOURCE_NESTING_MAX = 16,             /* of brackets */
        CONFIG_SOURCE_NAMES_MAX = 256,              /* in one group */
};

/* A setting that stands twice in its group is renamed to this and a number, so that the rest of the
 * file can be read; it has been complained about. */
#define CONFIG_SOURCE_DUPLICATE "duplicate*"

typedef struct ConfigSourceLine {
        const char *file;
        unsigned line;
} ConfigSourceLine;

typedef struct ConfigSource {
        Buf text;
        char **files; /* the first is the configuration itself */
        size_t n_files;
        ConfigSourceLine *lines; /* one per line of the text */
        size_t n_lines;
} ConfigSource;

/*
 * Reads `path` and what it includes. Returns 0 (also with issues in duplicate settings), -EINVAL when
 * the text is not fit to be parsed and the issues say why, or -ENOMEM. All files that were looked for
 * are added to `files`, unless NULL, whatever it returns.
 */
int config_source_read(const char *path, Issues *issues, PathList *files, ConfigSource **ret);

/* The same from a text in memory that stands for the file `path`. */
int config_source_from_text(
        const char *path, const void *text, size_t len, Issues *issues, ConfigSource **ret);

ConfigSource *config_source_free(ConfigSource *s);
DEFINE_CLEANUP(ConfigSource, config_source_free, config_source_cleanup)

/* Where line `line` (from 1) of the text came from. */
ConfigSourceLine config_source_where(const ConfigSource *s, unsigned line);

#endif
