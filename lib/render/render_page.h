/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_RENDER_PAGE_H
#define MQTLS_RENDER_RENDER_PAGE_H

/* GET /: the status page as HTML, without scripts, worst first. */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/inventory.h"
#include "render/daemon_facts.h"

/* Appends the page. Returns 0 or -ENOMEM. */
int render_page(const Inventory *inventory, const DaemonFacts *daemon, int64_t now_at, Buf *b);

/* What the pages load, as bytes: made from page.css and page.js when the house is built. They are
 * served by themselves so that the Content-Security-Policy needs no exception. */
extern const unsigned char render_page_css[], render_page_js[];
extern const size_t render_page_css_len, render_page_js_len;

#endif
