/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_FUZZ_IMPORT_H
#define MQTLS_TESTS_FUZZ_IMPORT_H

/*
 * What every importer promises of any bytes: what comes out is fit to become an endpoint, what does not
 * is named, and all that is said is one printable line per issue.
 */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/escape.h"
#include "model/import.h"
#include "mq/conname.h"
#include "tests/fuzz/promise.h"

typedef struct FuzzImporter {
        int (*import)(const char *path, const char *text, size_t len, const ImportOptions *options,
                Issues *issues, ImportResult *ret);
        void (*check)(const ImportedEndpoint *e); /* what this one promises besides */
} FuzzImporter;

static inline void fuzz_check_issues(const Issues *issues)
{
        PROMISE(!issues->failed);
        PROMISE(issues->n <= 2 * (IMPORT_ISSUES_MAX + 1));

        for (size_t i = 0; i < issues->n; i++) {
                CLEANUP_BUF Buf b = BUF_INIT;

                issue_append(&issues->list[i], &b);
                PROMISE(buf_error(&b) == 0 && b.len > 0);
                for (size_t k = 0; k < b.len; k++)
                        PROMISE((unsigned char) b.data[k] >= ' ' && b.data[k] != 0x7f);
        }
}

/* NULL, or UTF-8 that is not blank. */
static inline void fuzz_check_text(const char *s)
{
        size_t len = s ? strlen(s) : 0;

        PROMISE(!s || len > 0);
        for (size_t at = 0, n; at < len; at += n) {
                n = escape_utf8_char(s + at, len - at);
                PROMISE(n > 0);
        }
}

static inline void fuzz_check_endpoint(const ImportedEndpoint *e)
{
        ConnameList list = {0};

        PROMISE(e->channel && e->conname && e->sslciph);
        PROMISE(channel_name_is_valid(e->channel, NULL));
        PROMISE(channel_type_to_string(e->chltype));
        PROMISE(!e->qmgr || qmgr_name_is_valid(e->qmgr, NULL));
        PROMISE(!e->defined_by || qmgr_name_is_valid(e->defined_by, NULL));
        PROMISE(conname_list_parse(e->conname, &list, NULL) == 0);
        conname_list_done(&list);
        fuzz_check_text(e->sslciph);
        fuzz_check_text(e->sslpeer);
        fuzz_check_text(e->sslcauth);
        fuzz_check_text(e->certlabl);
        fuzz_check_text(e->description);
}

static inline void fuzz_import_with(const FuzzImporter *importer, const char *text, size_t size,
        const ImportOptions *options)
{
        Issues issues = ISSUES_INIT;
        ImportResult result = {0};
        int r = importer->import("/nonexistent/f", text, size, options, &issues, &result);

        PROMISE(r == 0 || r == -EINVAL);
        PROMISE(r == 0 || (issues.n_errors > 0 && result.n_endpoints == 0 && result.n_skipped == 0));
        fuzz_check_issues(&issues);
        for (size_t i = 0; i < result.n_endpoints; i++) {
                fuzz_check_endpoint(&result.endpoints[i]);
                importer->check(&result.endpoints[i]);
        }
        for (size_t i = 0; i < result.n_skipped; i++)
                PROMISE(result.skipped[i].name && result.skipped[i].why);

        import_result_done(&result);
        issues_done(&issues);
}

/* Once without options, once with these. */
static inline void fuzz_import(const FuzzImporter *importer, const uint8_t *data, size_t size,
        const ImportOptions *options)
{
        /* The input without room behind it, so that reading on is seen by the sanitizer. */
        char *text = malloc(size ? size : 1);

        PROMISE(text);
        if (size > 0)
                memcpy(text, data, size);
        fuzz_import_with(importer, text, size, NULL);
        fuzz_import_with(importer, text, size, options);
        free(text);
}

#endif
