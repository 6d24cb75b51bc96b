/* SPDX-License-Identifier: MIT */

/*
 * Any bytes as a JSON CCDT: what comes out is fit to become an endpoint, what does not is named, and all
 * that is said is one printable line per issue.
 */

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/escape.h"
#include "model/import_ccdt.h"
#include "mq/conname.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PROMISE(condition)                                                                         \
        do {                                                                                       \
                if (!(condition)) {                                                                \
                        (void) fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__,  \
                                #condition);                                                       \
                        abort();                                                                   \
                }                                                                                  \
        } while (0)

static void check_issues(const Issues *issues)
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
static void check_text(const char *s)
{
        size_t len = s ? strlen(s) : 0;

        PROMISE(!s || len > 0);
        for (size_t at = 0, n; at < len; at += n) {
                n = escape_utf8_char(s + at, len - at);
                PROMISE(n > 0);
        }
}

static void check_endpoint(const ImportedEndpoint *e)
{
        ConnameList list = {0};

        PROMISE(e->channel && e->conname && e->sslciph);
        PROMISE(channel_name_is_valid(e->channel, NULL));
        PROMISE(channel_type_to_string(e->chltype));
        PROMISE(!e->qmgr || qmgr_name_is_valid(e->qmgr, NULL));
        PROMISE(!e->defined_by || qmgr_name_is_valid(e->defined_by, NULL));
        PROMISE(conname_list_parse(e->conname, &list, NULL) == 0);
        conname_list_done(&list);
        check_text(e->sslciph);
        check_text(e->sslpeer);
        check_text(e->sslcauth);
        check_text(e->certlabl);
        check_text(e->description);
        PROMISE(!e->is_listener);
}

static void import(const char *text, size_t size, const ImportOptions *options)
{
        Issues issues = ISSUES_INIT;
        ImportResult result = {0};
        int r;

        r = import_ccdt_text("/nonexistent/f.json", text, size, options, &issues, &result);
        PROMISE(r == 0 || r == -EINVAL);
        PROMISE(r == 0 || (issues.n_errors > 0 && result.n_endpoints == 0 && result.n_skipped == 0));
        check_issues(&issues);
        for (size_t i = 0; i < result.n_endpoints; i++)
                check_endpoint(&result.endpoints[i]);
        for (size_t i = 0; i < result.n_skipped; i++)
                PROMISE(result.skipped[i].name && result.skipped[i].why);

        import_result_done(&result);
        issues_done(&issues);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const char *const globs[] = { "SYSTEM.*" };
        static const ImportOptions of_qm1 = { .qmgr = "QM1",
                .exclude = globs, .n_exclude = 1 };
        /* The input without room behind it, so that reading on is seen by the sanitizer. */
        char *text = malloc(size ? size : 1);

        PROMISE(text);
        if (size > 0)
                memcpy(text, data, size);
        import(text, size, NULL);
        import(text, size, &of_qm1);
        free(text);
        return 0;
}
