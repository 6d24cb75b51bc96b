/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_RENDER_PAGE_H
#define MQTLS_RENDER_RENDER_PAGE_H

/* The pages for people: GET / and GET /endpoint/NAME, as HTML. */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/inventory.h"
#include "render/daemon_facts.h"
#include "render/page_query.h"

/* Appends the status page; `query` says what it lists, NULL: everything. Returns 0 or -ENOMEM. */
int render_page(const Inventory *inventory, const DaemonFacts *daemon, const PageQuery *query,
        int64_t now_at, Buf *b);

/* Appends the page of one endpoint; `root` is the way from it to "/", see Frame. 0 or -ENOMEM. */
int render_page_endpoint(const Inventory *inventory, const DaemonFacts *daemon, const Endpoint *e,
        const char *root, int64_t now_at, Buf *b);

/* What the pages load, as bytes: made from page.css and page.js when the house is built. They are
 * served by themselves so that the Content-Security-Policy needs no exception. */
extern const unsigned char render_page_css[], render_page_js[];
extern const size_t render_page_css_len, render_page_js_len;

#endif
