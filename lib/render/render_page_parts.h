/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_RENDER_PAGE_PARTS_H
#define MQTLS_RENDER_RENDER_PAGE_PARTS_H

/* Between the files that write the status page and the pages of endpoints: each part of them stands
 * in a file of its own. */

#include <stdint.h>

#include "base/buf.h"
#include "render/page_query.h"
#include "render/render_page.h"

typedef struct Page {
        Buf *b;
        const Inventory *inventory;
        const DaemonFacts *daemon; /* NULL: nothing is known of it */
        const PageQuery *query;    /* of the status page */
        const char *root;          /* as in Frame */
        int64_t now_at;
} Page;

/* ---- of the status page; all over all endpoints, but for the list ---- */

/* The expiry horizon: the picture, and the same as a table. 0 or -ENOMEM. */
int page_append_horizon(const Page *p);

/* What was negotiated, held against policy. 0 or -ENOMEM. */
int page_append_matrix(const Page *p);

/* The key repositories that are watched; nothing where there are none. 0 or -ENOMEM. */
int page_append_keystores(const Page *p);

/* The search form and its selects. 0 or -ENOMEM. */
int page_append_form(const Page *p);

/* The list, one page of it. 0 or -ENOMEM. */
int page_append_list(const Page *p);

/* ---- of one endpoint, also within the list ---- */

/* Every finding: the sentence, the remedy, MQ's words. */
void page_append_findings(const Page *p, const Endpoint *e);

/* Words for what is changed, as badges; nothing where nothing is. */
void page_append_drift_badges(const Page *p, const Endpoint *e);

/* Its parts, each a <section> with a heading, nothing where there is nothing to say. */
void page_append_chains(const Page *p, const Endpoint *e);
void page_append_offer(const Page *p, const Endpoint *e);
void page_append_addresses(const Page *p, const Endpoint *e);
void page_append_endpoint_keystores(const Page *p, const Endpoint *e);
int page_append_changes(const Page *p, const Endpoint *e); /* 0 or -ENOMEM */

#endif
