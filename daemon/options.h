/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_OPTIONS_H
#define MQTLSD_OPTIONS_H

/* The command line: one table feeds getopt_long() and --help. */

#include <stdbool.h>

#include "base/buf.h"
#include "model/config_load.h"

typedef enum OptionsMode {
        OPTIONS_RUN,
        OPTIONS_CHECK_CONFIG,
        OPTIONS_ONCE,
        OPTIONS_PROBE,
        OPTIONS_DUMP,
        OPTIONS_INTEROP,
        OPTIONS_ACCEPT,
        OPTIONS_EXPECT,
        OPTIONS_VERSION,
        OPTIONS_HELP,
        _OPTIONS_MODE_MAX,
} OptionsMode;

typedef enum OutputFormat {
        FORMAT_TEXT,
        FORMAT_JSON,
        FORMAT_METRICS,
        FORMAT_NAGIOS,
        _OUTPUT_FORMAT_MAX,
} OutputFormat;

/* Of every way to call it; a call that nobody could make sense of must not look like a verdict. */
typedef enum ExitStatus {
        EXIT_STATUS_OK = 0,
        EXIT_STATUS_FAILED = 1, /* the daemon could not start; --check-config: mistakes */
        EXIT_STATUS_COULD_NOT_RUN = 3,
} ExitStatus;

typedef struct Options {
        OptionsMode mode;
        bool verbose;
        const char *config_path;
        OutputFormat format;
        const char *endpoint_glob; /* NULL: all */
        const char *table;         /* of --dump */
        const char *endpoint;      /* of --accept, --expect */
        const char *kind;          /* of --accept; NULL: all */
        const char *span;          /* of --expect */
        const char *interop_left, *interop_right; /* SSLCIPH of the initiator, of the accepting channel */
        ConfigProbeOptions probe;
} Options;

/*
 * Reads the command line; strings are borrowed from `argv`, which getopt may put in another order.
 * Returns 0, -ENOMEM, or -EINVAL with an allocated sentence in `*ret_problem`.
 */
int options_parse(int argc, char **argv, Options *ret, char **ret_problem);

void options_help(Buf *b);

#endif
