/* SPDX-License-Identifier: MIT */
#include "daemon/access_internal.h"

/*
 * A round of reading is one job: it looks at what its configuration names, reads what is not as it was
 * at the last try, and is thrown away when the configuration was exchanged meanwhile.
 */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/util.h"
#include "daemon/log.h"

/* The worker touches nothing else. */
typedef struct Round {
        Access *access;
        Config *config;
        uint64_t generation;
        struct {
                PathList before, now;
                bool was_read;
                int r;
                Issues issues;
                AccessContent content;
        } files[_ACCESS_FILE_MAX];
} Round;

static void round_free(Round *round)
{
        for (int f = 0; f < _ACCESS_FILE_MAX; f++) {
                path_list_done(&round->files[f].before);
                path_list_done(&round->files[f].now);
                issues_done(&round->files[f].issues);
                access_content_done(&round->files[f].content);
        }
        (void) config_unref(round->config);
        free(round);
}

static bool states_equal(const PathList *a, const PathList *b)
{
        if (a->n != b->n)
                return false;
        for (size_t i = 0; i < a->n; i++)
                if (!file_state_equal(&a->entries[i].state, &b->entries[i].state))
                        return false;
        return true;
}

static void round_run(void *userdata)
{
        Round *round = userdata;
        const HttpConfig *c = &round->config->http;

        for (int f = 0; f < _ACCESS_FILE_MAX; f++) {
                int r;

                if (!access_file_is_configured((AccessFile) f, c))
                        continue;
                /* Looked at before they are read, so that what changes meanwhile is read again. */
                r = access_file_paths((AccessFile) f, c, &round->files[f].now);
                if (r >= 0 && states_equal(&round->files[f].before, &round->files[f].now))
                        continue;
                if (r >= 0)
                        r = access_file_read((AccessFile) f, c, &round->files[f].issues,
                                &round->files[f].content);
                round->files[f].was_read = true;
                round->files[f].r = r;
        }
}

static bool identities_equal(const WebIdentity *a, const WebIdentity *b)
{
        return strcmp(a->certificates_pem, b->certificates_pem) == 0 &&
                strcmp(a->key_pem, b->key_pem) == 0 &&
                util_text_equal(a->client_ca_pem, b->client_ca_pem);
}

/* Puts what was read to work. */
static void take_content(Access *a, AccessFile f, AccessContent *content)
{
        AccessContent before = a->files[f].content;
        bool same = f == ACCESS_FILE_TLS && identities_equal(content->identity, access_identity(a));

        if (same)
                return;
        a->files[f].content = *content;
        *content = (AccessContent){0};

        if (f == ACCESS_FILE_TLS) {
                http_set_tls(a->http, a->files[f].content.tls, access_http_config(a)->hsts_seconds);
                if (access_has_tls(a))
                        log_event(LOG_INFO, LOG_EVENT_WEB_FILE_TAKEN, NULL, 0,
                                "http.tls has changed: new connections are answered with the "
                                "certificate of serial number %s",
                                access_identity(a)->serial);
        } else {
                if (f == ACCESS_FILE_BASIC_AUTH)
                        http_login_set_passwords(a->login, access_passwords(a));
                if (a->files[f].tried.n > 0)
                        log_event(LOG_INFO, LOG_EVENT_WEB_FILE_TAKEN, NULL, 0, "%s has changed and is "
                                "at work", access_file_setting(f));
        }
        access_content_done(&before);
}

/* The first error, as one line. */
static char *first_problem(const Issues *issues)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        char *text = NULL;

        for (size_t i = 0; i < issues->n && b.len == 0; i++)
                if (!issues->list[i].is_warning)
                        issue_append(&issues->list[i], &b);
        if (b.len == 0)
                buf_append_str(&b, "out of memory");
        return buf_steal(&b, &text) < 0 ? NULL : text;
}

static void tell_problem(Access *a, AccessFile f, const Issues *issues)
{
        free(a->files[f].problem);
        a->files[f].problem = first_problem(issues);
        log_event(LOG_ERR, LOG_EVENT_WEB_FILE_BROKEN, NULL, 0,
                "%s has changed and cannot be used, so that what it said before stays at work: %s",
                access_file_setting(f), a->files[f].problem ? a->files[f].problem : "out of memory");
}

static void tell_mended(Access *a, AccessFile f)
{
        if (!a->files[f].problem)
                return;
        free(a->files[f].problem);
        a->files[f].problem = NULL;
        log_event(LOG_INFO, LOG_EVENT_WEB_FILE_TAKEN, NULL, 0, "%s can be used again",
                access_file_setting(f));
}

static void round_apply(Round *round)
{
        Access *a = round->access;

        for (int f = 0; f < _ACCESS_FILE_MAX; f++) {
                AccessState *state = &a->files[f];

                if (!round->files[f].was_read)
                        continue;
                if (round->files[f].r >= 0) {
                        take_content(a, (AccessFile) f, &round->files[f].content);
                        tell_mended(a, (AccessFile) f);
                } else {
                        tell_problem(a, (AccessFile) f, &round->files[f].issues);
                }
                path_list_done(&state->tried);
                if (round->files[f].r != -ENOMEM) { /* there may be more of it the next time */
                        state->tried = round->files[f].now;
                        round->files[f].now = (PathList) PATH_LIST_INIT;
                }
                access_tell_changed(a);
        }
        access_tell_expiry(a);
}

static void round_done(void *userdata)
{
        Round *round = userdata;
        Access *a = round->access;
        bool again = a->is_asked_again || round->generation != a->generation;

        if (round->generation == a->generation)
                round_apply(round);
        round_free(round);
        a->is_reading = a->is_asked_again = false;
        if (again)
                access_reread(a);
}

static void round_drop(void *userdata)
{
        round_free(userdata);
}

void access_reread(Access *a)
{
        Round *round = NULL;

        assert(a);

        if (!access_files_any(access_http_config(a)))
                return;
        if (a->is_reading) {
                a->is_asked_again = true;
                return;
        }

        round = calloc(1, sizeof(*round));
        if (!round)
                return; /* the timer asks again */
        round->access = a;
        round->config = config_ref(a->config);
        round->generation = a->generation;
        /* Without memory more is read than would have to be. */
        for (int f = 0; f < _ACCESS_FILE_MAX; f++)
                (void) path_list_add_all(&round->files[f].before, &a->files[f].tried);

        const WorkerJob job = {
                .run = round_run, .done = round_done, .drop = round_drop, .userdata = round};

        if (worker_submit(a->worker, &job) < 0) {
                round_free(round);
                return;
        }
        a->is_reading = true;
}
