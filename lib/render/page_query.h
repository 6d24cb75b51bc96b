/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_PAGE_QUERY_H
#define MQTLS_RENDER_PAGE_QUERY_H

/*
 * Which endpoints the status page lists: what stands in its URL. The same names are the fields of the
 * search form and the parts of every link that narrows the list, so each view has an address.
 *
 *   X(name)
 */
#define PAGE_QUERY_TABLE(X)                                                                        \
        X(q)        /* words, all of which occur in what is known of the endpoint */               \
        X(qmgr)     /* exact */                                                                    \
        X(contact)  /* exact */                                                                    \
        X(group)    /* exact */                                                                    \
        X(severity) /* "critical", … */                                                            \
        X(drift)    /* a kind of drift that is open, or "open": any */                             \
        X(suite)    /* what was negotiated, as view_append_suite() says it; "none": nothing was */ \
        X(leaf)     /* SHA-256 of a leaf that is served, or its beginning */                       \
        X(ends)     /* "2026-11-21..2026-11-30": the chain ends within these days */               \
        X(page)     /* of the list, from 1 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "model/inventory.h"

#define PAGE_QUERY_ENUM(name) PAGE_QUERY_##name,
typedef enum PageQueryField {
        PAGE_QUERY_TABLE(PAGE_QUERY_ENUM)
        _PAGE_QUERY_MAX,
} PageQueryField;
#undef PAGE_QUERY_ENUM

/* Borrowed values; NULL and "" are not asked for. */
typedef struct PageQuery {
        const char *values[_PAGE_QUERY_MAX];
} PageQuery;

const char *page_query_name(PageQueryField field); /* "q", … */

/* The value, NULL where nothing is asked for. */
const char *page_query_get(const PageQuery *q, PageQueryField field);

/* Is the list narrowed at all? */
bool page_query_is_narrow(const PageQuery *q);

/* The page asked for, 1 where it is none. */
size_t page_query_page(const PageQuery *q);

/*
 * Appends "?…", for an attribute: the query with one field changed (NULL: dropped). Another page is
 * only kept when the page itself is what changes. Nothing left: "./", which is the whole list.
 */
void page_query_append(
        Buf *b, const PageQuery *q, PageQueryField field, const char *value);

/* Does it list this endpoint? */
bool page_query_takes(const PageQuery *q, const Endpoint *e);

#endif
