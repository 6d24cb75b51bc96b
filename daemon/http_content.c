/* SPDX-License-Identifier: MIT */
#include "daemon/http_content.h"

#include <assert.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "base/util.h"

enum {
        GZIP_CHUNK_BYTES = 16 * 1024,
        GZIP_WINDOW_BITS = 15 + 16, /* zlib.h: plus 16 writes the gzip header */
        GZIP_LEVEL = 1,             /* level 6 costs two and a half times as much for a seventh less */
        GZIP_MEMORY_LEVEL = 8,
};

static void deflate_all(z_stream *z, Buf *out)
{
        unsigned char chunk[GZIP_CHUNK_BYTES];
        int r;

        do {
                z->next_out = chunk;
                z->avail_out = sizeof(chunk);
                r = deflate(z, Z_FINISH);
                buf_append(out, chunk, sizeof(chunk) - z->avail_out);
        } while (r == Z_OK);

        if (r != Z_STREAM_END)
                out->failed = true;
}

bool http_content_gzip(Buf *b)
{
        CLEANUP_BUF Buf out = BUF_INIT;
        Buf plain;
        z_stream z = {0};

        assert(b);

        if (b->len < HTTP_CONTENT_GZIP_BYTES_MIN || b->len > HTTP_CONTENT_GZIP_BYTES_MAX)
                return false;

        if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW_BITS, GZIP_MEMORY_LEVEL,
                    Z_DEFAULT_STRATEGY) != Z_OK)
                return false;
        z.next_in = (unsigned char *) b->data;
        z.avail_in = (uInt) b->len;
        deflate_all(&z, &out);
        (void) deflateEnd(&z);
        if (buf_error(&out) < 0)
                return false;

        plain = *b;
        *b = out;
        out = plain; /* to be freed */
        return true;
}

void http_content_tag(const void *data, size_t len, char ret[static HTTP_CONTENT_TAG_SIZE])
{
        const unsigned char *p = data;
        uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

        assert(data || len == 0);

        for (size_t i = 0; i < len; i++) {
                hash ^= p[i];
                hash *= UINT64_C(0x100000001b3);
        }
        (void) snprintf(ret, HTTP_CONTENT_TAG_SIZE, "W/\"%016" PRIx64 "\"", hash);
}

bool http_content_tag_matches(const char *if_none_match, const char *tag)
{
        const char *quoted;

        assert(tag);

        quoted = strchr(tag, '"');
        if (!if_none_match || !quoted)
                return false;

        /* "*" means whatever there is (RFC 9110 section 13.1.2). Otherwise it is a list of quoted
         * tags; ours holds no quote, so finding it with its quotes is finding it in the list. */
        return strcmp(if_none_match, "*") == 0 || strstr(if_none_match, quoted) != NULL;
}
