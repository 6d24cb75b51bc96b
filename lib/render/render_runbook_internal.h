/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_RENDER_RUNBOOK_INTERNAL_H
#define MQTLS_RENDER_RENDER_RUNBOOK_INTERNAL_H

/* Between the files of render_runbook only. */

#include "render/render_runbook.h"

/* Appends a link to a page of the runbook, for this endpoint if there is one. */
void runbook_append_link(Buf *b, const char *root, const RunbookTopic *topic, const char *endpoint);

/* How the endpoint does now: verdict, findings, dates, what to do, what drifted. Returns 0 or -ENOMEM. */
int runbook_append_state(Buf *b, const RunbookPage *page, const Endpoint *e);

/* What looks at it. Returns 0 or -ENOMEM. */
int runbook_append_commands(Buf *b, const Config *config, const Endpoint *e);

/* The endpoints that the page may be about, each a link to the page for it. Returns 0 or -ENOMEM. */
int runbook_append_endpoints(Buf *b, const Inventory *inventory, const RunbookPage *page);

#endif
