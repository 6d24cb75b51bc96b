/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_RENDER_STATUS_H
#define MQTLS_RENDER_RENDER_STATUS_H

/* The JSON answers. The door to jansson. Stable: `schema_version` changes with any incompatible
 * change. What was not observed is null; every instant stands twice, as RFC 3339 text and, under the
 * same name with _epoch, as seconds. */

#include <stdint.h>

#include "base/buf.h"
#include "model/inventory.h"
#include "render/daemon_facts.h"

enum {
        STATUS_SCHEMA_VERSION = 1,
};

typedef struct StatusFilter {
        const char *endpoint; /* exact name; NULL: any. Likewise: */
        const char *qmgr;
        const char *severity;
} StatusFilter;

/* /api/v1/status and --once --format=json. `daemon` and `filter` may be NULL. 0 or -ENOMEM. */
int render_status(const Inventory *inventory, const DaemonFacts *daemon, const StatusFilter *filter,
        int64_t now_at, Buf *b);

enum {
        STATUS_CHANGES_SHOWN = 20, /* the newest of one endpoint, in its own document */
};

/* /api/v1/endpoints/NAME: everything known of one endpoint, its configuration, its baseline and its
 * newest changes included. */
int render_endpoint(const Inventory *inventory, const Endpoint *e, int64_t now_at, Buf *b);

/* /api/v1/changes: this page of the ledger. */
int render_changes(const Inventory *inventory, const LedgerQuery *query, int64_t now_at, Buf *b);

#endif
