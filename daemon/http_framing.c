/* SPDX-License-Identifier: MIT */
#include "daemon/http_framing.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"

typedef struct Framing {
        unsigned n_hosts, n_lengths, n_encodings;
        bool has_blank_name, has_folded_name, has_other_encoding;
} Framing;

/* libmicrohttpd puts a line that continues a header behind its name: "Content-Length5" is one of theirs. */
static bool is_folded(const char *name, const char *header)
{
        size_t len = strlen(header);

        return strncasecmp(name, header, len) == 0 && name[len] != '\0';
}

static enum MHD_Result on_header(
        void *userdata, enum MHD_ValueKind kind UNUSED, const char *name, const char *value)
{
        Framing *f = userdata;

        f->n_hosts += strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0;
        f->n_lengths += strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0;
        if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
                f->n_encodings++;
                if (!value || strcasecmp(value, "chunked") != 0)
                        f->has_other_encoding = true;
        }
        /* "Content-Length : 5" is one header to some, and none to others. */
        if (strpbrk(name, " \t"))
                f->has_blank_name = true;
        if (is_folded(name, MHD_HTTP_HEADER_CONTENT_LENGTH) ||
                is_folded(name, MHD_HTTP_HEADER_TRANSFER_ENCODING))
                f->has_folded_name = true;
        return MHD_YES;
}

const char *http_framing_fault(struct MHD_Connection *connection)
{
        Framing f = {0};

        assert(connection);

        (void) MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, &f);
        if (f.has_blank_name) /* RFC 9112 section 5.1 */
                return "A header has a blank in its name or before its colon.\n";
        if (f.has_folded_name) /* section 5.2 */
                return "The length of the body is said on more than one line.\n";
        if (f.n_hosts > 1) /* section 3.2 */
                return "There is more than one Host.\n";
        if (f.n_lengths + f.n_encodings > 1) /* sections 6.1 and 6.3 */
                return "The length of the body is said more than once.\n";
        if (f.has_other_encoding) /* section 6.1 */
                return "The only Transfer-Encoding here is chunked.\n";
        return NULL;
}
