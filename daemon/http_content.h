/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_HTTP_CONTENT_H
#define MQTLSD_HTTP_CONTENT_H

/* What HTTP does to a body before it is sent: gzip, and the tag that lets a client ask whether it
 * has changed. The door to zlib. */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum {
        HTTP_CONTENT_TAG_SIZE = sizeof("W/\"0123456789abcdef\""),
        /* Shorter bodies gain nothing from gzip, longer ones would hold up the loop: at some 200 MB/s
         * this is about 40 ms. */
        HTTP_CONTENT_GZIP_BYTES_MIN = 256,
        HTTP_CONTENT_GZIP_BYTES_MAX = 8 * 1024 * 1024,
};

/* Replaces `b` by its gzip form (RFC 1952). Returns false, with `b` as it was, when its length is
 * not worth it or memory ran out: the plain body is an answer as well. */
bool http_content_gzip(Buf *b);

/* A weak entity tag (RFC 9110 section 8.8.3; weak, because gzip changes the bytes but not what they
 * say). */
void http_content_tag(const void *data, size_t len, char ret[static HTTP_CONTENT_TAG_SIZE]);

/* Does this If-None-Match (NULL: absent) name the tag? Weak comparison. */
bool http_content_tag_matches(const char *if_none_match, const char *tag);

#endif
