/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_HTTP_ANSWER_H
#define MQTLSD_HTTP_ANSWER_H

/* From an HttpResponse to what libmicrohttpd sends: tag, compression, headers. Part of http. */

#include <microhttpd.h>

#include "daemon/http.h"

/* Queues `r` and empties it, whatever comes of it. */
enum MHD_Result http_answer(
        struct MHD_Connection *connection, const HttpRequest *request, HttpResponse *r);

#endif
