/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_RENDER_RUNBOOK_H
#define MQTLS_RENDER_RENDER_RUNBOOK_H

/* GET /runbook and /runbook/NAME: what the runbook_url of an alert points to, as HTML. */

#include <stdint.h>

#include "base/buf.h"
#include "model/inventory.h"
#include "render/daemon_facts.h"
#include "render/runbook.h"

/* Appends the list of all pages. Returns 0 or -ENOMEM. */
int render_runbook_index(const DaemonFacts *daemon, Buf *b);

typedef struct RunbookPage {
        RunbookTopic topic;
        const char *root;         /* from the page to "/", see Frame */
        const char *endpoint;     /* the name that was asked about; NULL: none */
        int64_t now_at;
} RunbookPage;

/*
 * Appends one page: meaning, impact, diagnosis, mitigation. For an endpoint that is configured it also
 * shows how that one does, and the commands that look at it; for any other name it says that there is
 * none. Returns 0 or -ENOMEM.
 */
int render_runbook(
        const Inventory *inventory, const DaemonFacts *daemon, const RunbookPage *page, Buf *b);

#endif
