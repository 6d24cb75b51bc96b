/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_RENDER_PAGE_H
#define MQTLS_RENDER_RENDER_PAGE_H

/* GET /: the status page as HTML, without scripts, worst first. */

#include <stdint.h>

#include "base/buf.h"
#include "model/inventory.h"
#include "render/daemon_facts.h"

/* Appends the page. Returns 0 or -ENOMEM. */
int render_page(const Inventory *inventory, const DaemonFacts *daemon, int64_t now_at, Buf *b);

/* The style sheet, served at /style.css so that the Content-Security-Policy needs no exception. */
extern const char render_page_css[];

#endif
