/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_RENDER_REPORT_H
#define MQTLS_RENDER_RENDER_REPORT_H

/* Text for people at a terminal: --once, --probe, and the one-line check for Nagios and Icinga. All
 * of it is harmless to a terminal whatever a certificate holds. */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/inventory.h"

typedef struct ReportStyle {
        bool colour;
        unsigned columns; /* of the terminal; 0: unlimited */
} ReportStyle;

/* --once: an aligned table, worst first, then what is wrong with each and how to mend it. */
int render_report(const Inventory *inventory, const ReportStyle *style, int64_t now_at, Buf *b);

/* --probe: everything seen of one endpoint: address by address the offer and the answer, the chain as
 * sent, the verdict, MQ's words for it and the remedy. */
int render_probe_report(const Endpoint *e, const ReportStyle *style, int64_t now_at, Buf *b);

/* --once --format=nagios: "MQTLS CRITICAL - …" with performance data, one line first, details after. */
int render_nagios(const Inventory *inventory, int64_t now_at, Buf *b);

/* Exit status of --once and --probe: 0 all good, 1 warning, 2 critical, 3 could not run. */
int report_exit_status(const Inventory *inventory);

#endif
