/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_REMEDY_H
#define MQTLS_RENDER_REMEDY_H

/*
 * Remedies are prose with commands in it, because a command without its condition ("only if …") is
 * dangerous at three in the morning. This takes such a text apart into prose and commands, so that
 * a page can show the commands as what they are, with the endpoint's own names filled in.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "model/config.h"

typedef enum RemedyKind {
        REMEDY_PROSE,
        REMEDY_MQSC,  /* "REFRESH SECURITY TYPE(SSL)" */
        REMEDY_SHELL, /* "runmqakm -cert -add …" */
} RemedyKind;

typedef struct RemedyPart {
        RemedyKind kind;
        const char *text; /* borrowed from the remedy */
        size_t len;
} RemedyPart;

/* Cuts the next part off `*text` and moves it on; false at the end. The parts are the whole text. */
bool remedy_next(const char **text, RemedyPart *ret);

/*
 * Appends a part as text. In commands the place holders `name`, `type`, HOST and PORT become those of
 * the endpoint, `type` that of the partner's channel where the command is for the partner. `c` may be
 * NULL: they stay. Values are quoted for MQSC and for the shell.
 */
void remedy_append(const RemedyPart *part, const EndpointConfig *c, Buf *b);

#endif
