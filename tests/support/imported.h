/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_IMPORTED_H
#define MQTLS_TESTS_IMPORTED_H

/* What an import gave, as text that a table row can hold: one line for each, joined by newlines. */

#include <check.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "model/import.h"
#include "model/issue.h"

static inline void imported_append_part(Buf *b, const char *label, const char *value)
{
        if (value)
                buf_appendf(b, " %s=%s", label, value);
}

/* "7: APP.SVRCONN SVRCONN listens h(1414) ANY_TLS12 qmgr=QM1 …" */
static inline void imported_append(const ImportedEndpoint *e, Buf *b)
{
        buf_appendf(b, "%u: %s %s %s %s %s", e->line, e->channel, channel_type_to_string(e->chltype),
                e->is_listener ? "listens" : "dials", e->conname, e->sslciph);
        imported_append_part(b, e->qmgr_may_be_group ? "qmgr?" : "qmgr", e->qmgr);
        imported_append_part(b, "by", e->defined_by);
        imported_append_part(b, "peer", e->sslpeer);
        imported_append_part(b, "cauth", e->sslcauth);
        imported_append_part(b, "labl", e->certlabl);
        imported_append_part(b, "descr", e->description);
        if (e->is_from_status)
                buf_append_str(b, " status");
}

static inline void imported_append_endpoints(const ImportResult *r, Buf *b)
{
        for (size_t i = 0; i < r->n_endpoints; i++) {
                if (i > 0)
                        buf_append_char(b, '\n');
                imported_append(&r->endpoints[i], b);
        }
}

/* "7: APP.SVRCONN has no SSLCIPH" */
static inline void imported_append_skipped(const ImportResult *r, Buf *b)
{
        for (size_t i = 0; i < r->n_skipped; i++)
                buf_appendf(b, "%s%u: %s %s", i > 0 ? "\n" : "", r->skipped[i].line,
                        r->skipped[i].name, r->skipped[i].why);
}

/* As people see them. */
static inline void imported_append_issues(const Issues *issues, Buf *b)
{
        for (size_t i = 0; i < issues->n; i++) {
                if (i > 0)
                        buf_append_char(b, '\n');
                issue_append(&issues->list[i], b);
        }
}

/* What a row of an importer's table expects of the text. */
typedef struct ImportedRow {
        const char *name;
        const char *text;
        const char *endpoints;
        const char *skipped; /* NULL: none */
        const char *issues;  /* NULL: none; else a part of what is said */
        const ImportOptions *options;
} ImportedRow;

/* `r` is what the importer returned. */
static inline void imported_check(
        const ImportedRow *row, int r, const ImportResult *result, const Issues *issues)
{
        CLEANUP_BUF Buf endpoints = BUF_INIT, skipped = BUF_INIT, said = BUF_INIT;

        imported_append_endpoints(result, &endpoints);
        imported_append_skipped(result, &skipped);
        imported_append_issues(issues, &said);
        ck_assert_msg(strcmp(buf_str(&endpoints), row->endpoints) == 0, "%s:\n%s\nis not\n%s\n%s\n%s",
                row->name, buf_str(&endpoints), row->endpoints, buf_str(&skipped), buf_str(&said));
        ck_assert_msg(strcmp(buf_str(&skipped), row->skipped ? row->skipped : "") == 0,
                "%s: skipped\n%s", row->name, buf_str(&skipped));
        if (row->issues)
                ck_assert_msg(strstr(buf_str(&said), row->issues), "%s: said\n%s", row->name,
                        buf_str(&said));
        else
                ck_assert_msg(issues->n == 0, "%s: said\n%s", row->name, buf_str(&said));
        ck_assert_msg(r == 0 || (r == -EINVAL && issues->n_errors > 0), "%s: %d", row->name, r);
}

#endif
