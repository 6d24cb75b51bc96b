/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_BASE_ESCAPE_H
#define MQTLS_BASE_ESCAPE_H

/*
 * Everything that came from the network or out of a certificate passes through here on its way
 * out. One function per destination; each takes any bytes (NUL included) and appends text that is
 * harmless and well-formed at that destination.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Length in bytes of the well-formed UTF-8 character (Unicode, table 3-7) at the start of `s`, 0 where
 * there is none. NUL is a character. */
size_t escape_utf8_char(const char *s, size_t len);

/*
 * Bytes to readable UTF-8 from which the original can be recovered: valid UTF-8 stays, a byte that
 * is no text becomes `\xNN`, and a backslash becomes `\\`. Control characters stay: JSON and the
 * other destinations have their own way with them. NUL becomes `\x00`.
 */
void escape_text(Buf *b, const void *data, size_t len);

/*
 * A Prometheus/OpenMetrics label value (without the surrounding quotes): `\`, `"` and newline are
 * escaped, other control characters and invalid UTF-8 are replaced by U+FFFD. What is appended is
 * never longer than `max_bytes`: it is cut between characters and closed by "..." (0: never cut).
 */
void escape_label(Buf *b, const char *s, size_t len, size_t max_bytes);

/* HELP of text format 0.0.4 (escapes `\` and newline), and of OpenMetrics (also the quote). */
void escape_help(Buf *b, const char *s, bool openmetrics);

/* HTML text and quoted attribute values: & < > " ' as entities; control characters, bidi overrides and
 * other characters that cannot be seen become U+FFFD, invalid UTF-8 as well. */
void escape_html(Buf *b, const char *s, size_t len);

/*
 * One line of a log: printable ASCII stays, a backslash becomes `\\`, everything else (control, C1,
 * bidi, any non-ASCII byte) becomes `\xNN`. Cut as a label value is.
 */
void escape_log(Buf *b, const char *s, size_t len, size_t max_bytes);

/*
 * A terminal: like a log line, but well-formed printable UTF-8 stays readable. No escape sequence,
 * line break or bidi override passes.
 */
void escape_terminal(Buf *b, const char *s, size_t len);

/*
 * An iCalendar TEXT value (RFC 5545 section 3.3.11): `\`, `;`, `,` and newline are escaped, other
 * control characters dropped, invalid UTF-8 and characters that cannot be seen replaced. Folding is
 * escape_calendar_line()'s work.
 */
void escape_calendar(Buf *b, const char *s, size_t len);

/* Appends one iCalendar content line, folded at 75 octets between characters, ended by CRLF
 * (RFC 5545 section 3.1). */
void escape_calendar_line(Buf *b, const char *line, size_t len);

/* One part of a URL path: everything but unreserved characters as %NN (RFC 3986 section 2.1). */
void escape_url(Buf *b, const char *s, size_t len);

/*
 * One word of a shell's command line, quoted where it has to be, for a person to paste. What a terminal
 * would act on or not show (control and bidi characters, bytes that are no text) is written as \NNN
 * within $'…', which bash, ksh, zsh and POSIX.1-2024 know.
 */
void escape_shell(Buf *b, const char *s, size_t len);

/* A JSON string without its quotes (RFC 8259 section 7), U+2028 and U+2029 escaped as well. */
void escape_json(Buf *b, const char *s, size_t len);

#endif
