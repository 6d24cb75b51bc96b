/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_OUTPUT_H
#define MQTLSD_OUTPUT_H

/* Standard output and error of the calls that print something and end. */

#include "base/buf.h"
#include "model/issue.h"
#include "render/render_report.h"

/* Writes all of it to standard output. Returns 0, or -errno after it has said so on standard error. */
int output_write(const Buf *b);

/* One line per issue, warnings too, on standard error. */
void output_issues(const Issues *issues);

/* "mqtlsd: …" on standard error, as one harmless line. */
void output_problem(const char *format, ...) PRINTF_LIKE(1, 2);

/* Colour on a terminal unless $NO_COLOR says otherwise (no-color.org), and its width. */
ReportStyle output_style(void);

#endif
