/* SPDX-License-Identifier: MIT */

/* What was negotiated, by protocol and cipher, held against what the channels admit. */

#include "render/render_page_parts.h"

#include <errno.h>
#include <stdlib.h>

#include "mq/cipherspec.h"
#include "render/html.h"
#include "render/view.h"

typedef struct MatrixRow {
        uint16_t version, cipher;
        const HandshakeFacts *tls; /* of the first endpoint */
        size_t n, n_unexpected;
} MatrixRow;

/* The newest protocol first, then what most endpoints agree on. */
static int compare_rows(const void *a, const void *b)
{
        const MatrixRow *left = a, *right = b;

        if (left->version != right->version)
                return left->version > right->version ? -1 : 1;
        if (left->n != right->n)
                return left->n > right->n ? -1 : 1;
        return left->cipher - right->cipher;
}

/* There are few suites, so looking through those that were seen is quick enough. */
static int find_row(const HandshakeFacts *tls, MatrixRow **rows, size_t *n_rows, MatrixRow **ret)
{
        for (size_t i = 0; i < *n_rows; i++)
                if ((*rows)[i].version == tls->version && (*rows)[i].cipher == tls->cipher) {
                        *ret = &(*rows)[i];
                        return 0;
                }

        if (util_grow(rows, *n_rows, sizeof(**rows)) < 0)
                return -ENOMEM;
        *ret = &(*rows)[(*n_rows)++];
        **ret = (MatrixRow){.version = tls->version, .cipher = tls->cipher, .tls = tls};
        return 0;
}

static int count_endpoint(const Endpoint *e, MatrixRow **rows, size_t *n_rows)
{
        const AddressObservation *speaker = view_speaker(e);
        MatrixRow *row = NULL;

        if (!speaker || speaker->tls.version == 0)
                return 0;
        if (find_row(&speaker->tls, rows, n_rows, &row) < 0)
                return -ENOMEM;

        row->n++;
        if (!view_is_admitted(e, &speaker->tls))
                row->n_unexpected++;
        return 0;
}

static void append_bar(Buf *b, const MatrixRow *row, size_t n_max)
{
        size_t width = row->n * 100 / n_max, unexpected = row->n_unexpected * 100 / n_max;

        width = MAX_OF(width, (size_t) 1);
        buf_append_str(b, "<svg class=\"bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" "
                          "aria-hidden=\"true\">");
        buf_appendf(b, "<rect class=\"ok\" width=\"%zu\" height=\"8\"/>", width);
        if (row->n_unexpected > 0)
                buf_appendf(b, "<rect class=\"critical\" width=\"%zu\" height=\"8\"/>",
                        MAX_OF(unexpected, (size_t) 1));
        buf_append_str(b, "</svg>");
}

static void append_link(const Page *p, const char *suite, size_t n)
{
        const PageQuery nothing = {0};

        buf_append_str(p->b, "<a href=\"");
        page_query_append(p->b, &nothing, PAGE_QUERY_suite, suite);
        buf_append_str(p->b, "\">");
        html_number(p->b, n);
        buf_append_str(p->b, "</a>");
}

static void append_row(const Page *p, const MatrixRow *row, size_t n_max)
{
        const char *spec = view_cipherspec(row->tls);
        CLEANUP_BUF Buf suite = BUF_INIT;
        Buf *b = p->b;

        view_append_suite(row->tls, &suite);
        if (buf_error(&suite) < 0)
                b->failed = true;

        buf_append_str(b, "<tr><td>");
        buf_append_str(b, tls_version_to_string(row->version));
        buf_append_str(b, "</td><th scope=\"row\">");
        html_text(b, spec ? spec : row->tls->cipher_name);
        buf_append_str(b, "</th><td class=\"number\">");
        append_link(p, buf_str(&suite), row->n);
        buf_append_str(b, "</td><td class=\"bars\">");
        append_bar(b, row, n_max);
        buf_append_str(b, "</td><td>");
        if (row->n_unexpected > 0) {
                html_state_open(b, "critical");
                if (row->n_unexpected < row->n)
                        html_number(b, row->n_unexpected);
                buf_append_str(b, row->n_unexpected < row->n ? " not admitted" : "not admitted");
                html_state_close(b);
        } else {
                html_state(b, "ok", "as policy expects");
        }
        buf_append_str(b, "</td></tr>\n");
}

static void append_rows(const Page *p, const MatrixRow *rows, size_t n_rows)
{
        size_t n_max = 1, n_none = inventory_count(p->inventory);

        for (size_t i = 0; i < n_rows; i++) {
                n_max = MAX_OF(n_max, rows[i].n);
                n_none -= rows[i].n;
        }
        for (size_t i = 0; i < n_rows; i++)
                append_row(p, &rows[i], n_max);
        if (n_none == 0)
                return;

        buf_append_str(p->b,
                "<tr><td></td><th scope=\"row\" class=\"nothing\">nothing was agreed on</th>"
                "<td class=\"number\">");
        append_link(p, "none", n_none);
        buf_append_str(p->b, "</td><td></td><td></td></tr>\n");
}

int page_append_matrix(const Page *p)
{
        CLEANUP_FREE MatrixRow *rows = NULL;
        size_t n_rows = 0;

        for (size_t i = 0; i < inventory_count(p->inventory); i++)
                if (count_endpoint(inventory_at(p->inventory, i), &rows, &n_rows) < 0)
                        return -ENOMEM;
        if (n_rows > 0)
                qsort(rows, n_rows, sizeof(*rows), compare_rows);

        buf_append_str(p->b,
                "<section id=\"matrix\" aria-labelledby=\"matrix-title\">\n"
                "<h2 id=\"matrix-title\">Protocols and ciphers</h2>\n<div "
                "class=\"scroll\"><table>\n"
                "<thead><tr><th scope=\"col\">Protocol</th><th scope=\"col\">CipherSpec</th>"
                "<th scope=\"col\" class=\"number\">Endpoints</th><th scope=\"col\" class=\"bars\">"
                "<span class=\"unseen\">Share</span></th><th "
                "scope=\"col\">Policy</th></tr></thead>\n<tbody>\n");
        append_rows(p, rows, n_rows);
        buf_append_str(p->b, "</tbody></table></div>\n</section>\n");
        return 0;
}
