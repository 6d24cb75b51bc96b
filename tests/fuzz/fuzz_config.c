/* SPDX-License-Identifier: MIT */

/*
 * Any bytes as a configuration: it is refused with a reason or becomes a Config, and what is said
 * about it is one printable line per issue. Files that the bytes happen to name are looked for in a
 * directory that there is not.
 */

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/config_load.h"
#include "tests/fuzz/promise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libconfig 1.5 loses the string that it was reading when it meets a syntax error: a few bytes for
 * each such mistake, and nothing that its caller could free. */
const char *__lsan_default_suppressions(void)
{
        return "leak:libconfig";
}

static void check_issues(const Issues *issues)
{
        PROMISE(!issues->failed);

        for (size_t i = 0; i < issues->n; i++) {
                CLEANUP_BUF Buf b = BUF_INIT;

                issue_append(&issues->list[i], &b);
                PROMISE(buf_error(&b) == 0 && b.len > 0);
                for (size_t k = 0; k < b.len; k++)
                        PROMISE((unsigned char) b.data[k] >= ' ' && b.data[k] != 0x7f);
        }
}

static void check_endpoint(const EndpointConfig *e)
{
        PROMISE(e->name && e->name[0] && e->channel && e->conname && e->profile && e->file);
        PROMISE(e->connames.n_entries > 0);
        PROMISE(e->interval_usec > 0 && e->timeout_usec > e->linger_usec);
        PROMISE(e->mq_interval_usec > 0);
        PROMISE(e->depth != PROBE_DEPTH_MQ || e->mq_interval_usec >= e->interval_usec);
        PROMISE(e->policy.depth == e->depth && e->policy.sslpeer == e->sslpeer);
        PROMISE(endpoint_config_equal(e, e));
        (void) endpoint_config_sni(e, &e->connames.entries[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        ConfigSurroundings surroundings = { .credentials_directory = "/nonexistent/credentials" };
        Issues issues = ISSUES_INIT;
        Config *config = NULL;
        /* The input without room behind it, so that reading on is seen by the sanitizer. */
        char *text = malloc(size ? size : 1);
        int r;

        PROMISE(text);
        if (size > 0)
                memcpy(text, data, size);

        r = config_load_text("/nonexistent/mqtlsd.conf", text, size, &surroundings, &issues, &config);
        PROMISE(r == 0 || r == -EINVAL);
        PROMISE((r == 0) == (config != NULL));
        PROMISE((r == 0) == (issues.n_errors == 0));
        check_issues(&issues);

        for (size_t i = 0; config && i < config->n_endpoints; i++)
                check_endpoint(&config->endpoints[i]);

        (void) config_unref(config);
        issues_done(&issues);
        free(text);
        return 0;
}
