/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_ACCESS_FILES_H
#define MQTLSD_ACCESS_FILES_H

/* The files that say who is let in, as they are at one moment: whether they have changed, and what
 * stands in them. Part of access; may block, so it is done by a worker. */

#include <stdbool.h>

#include "base/path_list.h"
#include "daemon/http_tls.h"
#include "model/config.h"

typedef enum AccessFile {
        ACCESS_FILE_TLS,
        ACCESS_FILE_BASIC_AUTH,
        ACCESS_FILE_CALENDAR_TOKENS,
        _ACCESS_FILE_MAX,
} AccessFile;

const char *access_file_name(AccessFile f);    /* "tls" */
const char *access_file_setting(AccessFile f); /* "http.tls" */
bool access_file_is_configured(AccessFile f, const HttpConfig *config);
bool access_files_any(const HttpConfig *config); /* is any of them configured? */

/* Appends the paths of what is configured, with the state they are in. Returns 0 or -ENOMEM. */
int access_file_paths(AccessFile f, const HttpConfig *config, PathList *paths);

/* What was read of one; only what belongs to the file is not NULL. */
typedef struct AccessContent {
        WebIdentity *identity;
        HttpTls *tls;
        WebPasswords *passwords;
        WebTokens *tokens;
} AccessContent;

/* Returns 0, -ENOMEM, or -EINVAL after an issue. */
int access_file_read(
        AccessFile f, const HttpConfig *config, Issues *issues, AccessContent *ret);
void access_content_done(AccessContent *c);

#endif
