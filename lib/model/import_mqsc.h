/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_IMPORT_MQSC_H
#define MQTLS_MODEL_IMPORT_MQSC_H

/*
 * Channel definitions out of MQSC text: scripts that people write, dmpmqcfg with any of its outputs in
 * MQSC, and what runmqsc prints for DISPLAY CHANNEL … ALL and DISPLAY CHSTATUS … ALL. Which of them it
 * is shows line by line. DEFINE, LIKE, REPLACE, ALTER and DELETE CHANNEL do what they would do; of
 * other commands only DEFINE LISTENER and ALTER LISTENER are read, for the port.
 */

#include <stddef.h>

#include "model/import.h"
#include "model/issue.h"

/*
 * Imports the file `path`. `options` may be NULL. Returns 0 with what could be used, although issues
 * may hold errors in single commands; -EINVAL when the file as a whole is no good, which the issues
 * say; -ENOMEM.
 */
int import_mqsc_file(
        const char *path, const ImportOptions *options, Issues *issues, ImportResult *ret);

/* The same from a text in memory that stands for the file `path`. */
int import_mqsc_text(const char *path, const char *text, size_t len, const ImportOptions *options,
        Issues *issues, ImportResult *ret);

#endif
