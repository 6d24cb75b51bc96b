/* SPDX-License-Identifier: MIT */
#include "daemon/http_answer.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "daemon/http_content.h"
#include "render/metrics.h"

/* On every answer of ours. The pages need their own style sheet, script and picture, ask for news of
 * themselves, and send their search form to themselves; and nobody frames them. */
static const char *const security_headers[][2] = {
        {"Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cache-Control", "no-store"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
};

static bool add_number(struct MHD_Response *m, const char *name, const char *before, uint64_t n)
{
        char value[64];

        (void) snprintf(value, sizeof(value), "%s%" PRIu64, before, n);
        return MHD_add_response_header(m, name, value) == MHD_YES;
}

static bool add_headers(struct MHD_Response *m, const HttpResponse *r, const char *tag, bool gzip)
{
        bool ok = true;

        for (size_t i = 0; i < ARRAY_LEN(security_headers); i++)
                ok = ok && MHD_add_response_header(m, security_headers[i][0],
                                   security_headers[i][1]) == MHD_YES;
        if (r->content_type)
                ok = ok && MHD_add_response_header(m, "Content-Type", r->content_type) == MHD_YES;
        if (r->allow)
                ok = ok && MHD_add_response_header(m, "Allow", r->allow) == MHD_YES;
        if (r->location.len > 0)
                ok = ok && MHD_add_response_header(m, "Location", buf_str(&r->location)) == MHD_YES;
        if (r->closes)
                ok = ok && MHD_add_response_header(m, "Connection", "close") == MHD_YES;
        if (r->authenticate)
                ok = ok && MHD_add_response_header(m, "WWW-Authenticate", r->authenticate) == MHD_YES;
        if (r->retry_after_seconds > 0)
                ok = ok && add_number(m, "Retry-After", "", r->retry_after_seconds);
        if (r->hsts_seconds > 0) /* RFC 6797 section 6.1 */
                ok = ok &&
                        add_number(m, "Strict-Transport-Security", "max-age=",
                                (uint64_t) r->hsts_seconds);
        if (r->vary)
                ok = ok &&
                        MHD_add_response_header(m, "Vary", "Accept, Accept-Encoding") == MHD_YES;
        if (tag)
                ok = ok && MHD_add_response_header(m, "ETag", tag) == MHD_YES;
        if (gzip)
                ok = ok && MHD_add_response_header(m, "Content-Encoding", "gzip") == MHD_YES;
        return ok;
}

enum MHD_Result http_answer(
        struct MHD_Connection *connection, const HttpRequest *request, HttpResponse *r)
{
        char tag[HTTP_CONTENT_TAG_SIZE];
        bool gzip = false;
        struct MHD_Response *m = NULL;
        enum MHD_Result result = MHD_NO;

        assert(connection);
        assert(request);
        assert(r);

        if (r->etag && r->status == MHD_HTTP_OK) {
                const Buf *source = r->etag_source.len > 0 ? &r->etag_source : &r->body;

                http_content_tag(buf_str(source), source->len, tag);
                if (http_content_tag_matches(request->if_none_match, tag)) {
                        r->status = MHD_HTTP_NOT_MODIFIED;
                        buf_done(&r->body);
                }
        } else {
                r->etag = false;
        }
        if (r->gzip && metrics_accepts_gzip(request->accept_encoding))
                gzip = http_content_gzip(&r->body);

        m = MHD_create_response_from_buffer(r->body.len, r->body.data, MHD_RESPMEM_MUST_FREE);
        if (m) {
                r->body = (Buf) BUF_INIT;
                if (add_headers(m, r, r->etag ? tag : NULL, gzip))
                        result = MHD_queue_response(connection, r->status, m);
                MHD_destroy_response(m);
        }
        buf_done(&r->body);
        buf_done(&r->location);
        buf_done(&r->etag_source);
        return result;
}
