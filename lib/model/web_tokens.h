/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_WEB_TOKENS_H
#define MQTLS_MODEL_WEB_TOKENS_H

/*
 * Tokens for programs that fetch a calendar and cannot log in, from the file of
 * http.calendar_tokens_file =: lines of NAME TOKEN, and behind them what the feed is restricted to, as
 * it would stand in the URL: "qmgr=QM1&contact=payments-mw".
 */

#include <stddef.h>

#include "base/util.h"
#include "model/issue.h"

enum {
        WEB_TOKEN_LENGTH_MIN = 22, /* of 64 different characters: 132 bits */
        WEB_TOKEN_LENGTH_MAX = 128,
};

typedef struct WebToken {
        char *name;  /* whose feed it is; for people */
        char *token; /* wiped when freed */
        char *qmgr, *contact, *group; /* what it is restricted to; NULL: it is not */
        unsigned line;
} WebToken;

typedef struct WebTokens WebTokens; /* immutable */

/* Returns 0, -ENOMEM, or -EINVAL when there is an error among what was added to `issues`. May block,
 * as files do. */
int web_tokens_load(const char *path, Issues *issues, WebTokens **ret);
WebTokens *web_tokens_free(WebTokens *t);
DEFINE_CLEANUP(WebTokens, web_tokens_free, web_tokens_cleanup)

/* The row of a token, NULL where there is none. Looks at all of them, and takes as long for a wrong
 * token as for the right one. Valid as long as `t`. */
const WebToken *web_tokens_find(const WebTokens *t, const char *token);

#endif
