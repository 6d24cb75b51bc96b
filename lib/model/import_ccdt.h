/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_IMPORT_CCDT_H
#define MQTLS_MODEL_IMPORT_CCDT_H

/*
 * Client connections out of a client channel definition table in JSON (IBM MQ, "Configuring a JSON
 * format CCDT"). Each element of `channel` is one endpoint; its connections are one CONNAME list. The
 * door to jansson.
 */

#include <stddef.h>

#include "model/import.h"
#include "model/issue.h"

/*
 * Imports the file `path`. `options` may be NULL; options.qmgr stands in where a channel names no
 * queue manager, options.host does not apply. Returns 0 with what could be used, although issues may
 * hold errors in single channels; -EINVAL when the file as a whole is no good, which the issues say;
 * -ENOMEM.
 */
int import_ccdt_file(
        const char *path, const ImportOptions *options, Issues *issues, ImportResult *ret);

/* The same from a text in memory that stands for the file `path`. */
int import_ccdt_text(const char *path, const char *text, size_t len, const ImportOptions *options,
        Issues *issues, ImportResult *ret);

#endif
