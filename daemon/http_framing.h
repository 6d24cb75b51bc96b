/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_HTTP_FRAMING_H
#define MQTLSD_HTTP_FRAMING_H

/*
 * Whether it is beyond doubt where a request ends and whom it is for. libmicrohttpd 0.9.75 takes headers
 * that a proxy in front may understand otherwise; what one of the two takes for the body of a request is
 * the next request to the other, and one of somebody else's (RFC 9112 section 11.2). Part of http.
 */

#include <microhttpd.h>

/* What is wrong with the headers, a sentence for the client; NULL: nothing. */
const char *http_framing_fault(struct MHD_Connection *connection);

#endif
