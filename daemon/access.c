/* SPDX-License-Identifier: MIT */
#include "daemon/access_internal.h"

/*
 * What is at work is either what the configuration was loaded with, or what was read since; `content`
 * holds the latter.
 */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "daemon/log.h"

enum {
        LOOK_EVERY_USEC = 60 * 1000 * 1000, /* for changes that inotify does not tell */
};

/* ---- what is at work ---- */

const HttpConfig *access_http_config(const Access *a)
{
        assert(a);

        return &a->config->http;
}

const WebIdentity *access_identity(const Access *a)
{
        const WebIdentity *own;

        assert(a);

        own = a->files[ACCESS_FILE_TLS].content.identity;
        return own ? own : access_http_config(a)->identity;
}

const WebPasswords *access_passwords(const Access *a)
{
        const WebPasswords *own;

        assert(a);

        own = a->files[ACCESS_FILE_BASIC_AUTH].content.passwords;
        return own ? own : access_http_config(a)->passwords;
}

const WebTokens *access_tokens(const Access *a)
{
        const WebTokens *own;

        assert(a);

        own = a->files[ACCESS_FILE_CALENDAR_TOKENS].content.tokens;
        return own ? own : access_http_config(a)->tokens;
}

bool access_has_tls(const Access *a)
{
        assert(a);

        return access_http_config(a)->has_tls && http_speaks_tls(a->http);
}

void access_tell_changed(const Access *a)
{
        assert(a);

        if (a->options.changed)
                a->options.changed(a->options.userdata);
}

/* ---- when it is looked at again ---- */

static void on_files_changed(const PathList *changed UNUSED, void *userdata)
{
        assert(userdata);

        access_reread(userdata);
}

static void on_timer(void *userdata)
{
        Access *a = userdata;

        assert(a);

        access_tell_expiry(a);
        access_reread(a);
        (void) loop_timer_set(&a->timer, clock_monotonic_usec(a->clock) + LOOK_EVERY_USEC);
}

/* ---- life ---- */

int access_check(const Config *config, Issues *issues, HttpTls **ret)
{
        CLEANUP_FREE char *problem = NULL;
        int r;

        assert(config);
        assert(issues);
        assert(ret);

        *ret = NULL;
        if (!config->http.has_tls)
                return 0;

        r = http_tls_new(config->http.identity, &problem, ret);
        if (r < 0 && !problem)
                return -ENOMEM;
        if (r < 0)
                issues_add(issues, config->path, 0, "http.tls", "%s", problem);
        return r < 0 ? -EINVAL : 0;
}

static void forget_files(Access *a)
{
        for (int f = 0; f < _ACCESS_FILE_MAX; f++) {
                path_list_done(&a->files[f].tried);
                access_content_done(&a->files[f].content);
                free(a->files[f].problem);
                a->files[f] = (AccessState){0};
        }
}

static void follow_paths(Access *a)
{
        CLEANUP_PATH_LIST PathList paths = PATH_LIST_INIT;
        int r = 0;

        for (int f = 0; r >= 0 && f < _ACCESS_FILE_MAX; f++)
                if (access_file_is_configured((AccessFile) f, access_http_config(a)))
                        r = access_file_paths((AccessFile) f, access_http_config(a), &paths);
        path_list_tidy(&paths);
        if (r >= 0 && a->watch)
                r = file_watch_set_paths(a->watch, &paths);
        if (r < 0)
                log_warning("out of memory: changes of the files of http = show within a minute only");
}

/* What the configuration needs that was not needed before. */
static int make_parts(Access *a, const HttpConfig *c)
{
        int r = 0;

        if (access_files_any(c) && !a->worker)
                r = worker_new(a->event, "http-files", &a->worker);
        if (r >= 0 && c->basic_auth_file && !a->login)
                r = http_login_new(a->event, a->clock, &a->login);
        return r;
}

int access_apply(Access *a, Config *config, HttpTls *tls)
{
        int r;

        assert(a);
        assert(config);

        r = make_parts(a, &config->http);
        if (r < 0)
                return r;

        config_ref(config);
        (void) config_unref(a->config);
        a->config = config;
        a->generation++;
        forget_files(a);
        if (a->login)
                http_login_set_passwords(a->login, access_passwords(a));
        if (tls)
                http_set_tls(a->http, tls, access_http_config(a)->hsts_seconds);
        follow_paths(a);
        access_tell_expiry(a);
        access_reread(a); /* what has changed since the configuration was read */
        return 0;
}

int access_new(sd_event *event, const Clock *clock, Http *http, Config *config,
        const AccessOptions *options, Access **ret)
{
        CLEANUP(access_cleanup) Access *a = NULL;
        static const FileWatchPace pace = FILE_WATCH_PACE_DEFAULT;
        int r;

        assert(event);
        assert(clock);
        assert(http);
        assert(config);
        assert(options);
        assert(ret);

        a = calloc(1, sizeof(*a));
        if (!a)
                return -ENOMEM;
        a->event = sd_event_ref(event);
        a->clock = clock;
        a->http = http;
        a->options = *options;
        a->expiry = EXPIRY_OK;

        r = loop_timer_init(&a->timer, event, clock, "access", on_timer, a);
        if (r >= 0)
                r = loop_timer_set(&a->timer, clock_monotonic_usec(clock) + LOOK_EVERY_USEC);
        if (r < 0)
                return r;
        r = file_watch_new(event, clock, options->pace ? options->pace : &pace, "http =",
                on_files_changed, a, &a->watch);
        if (r == -ENOMEM)
                return r;

        r = access_apply(a, config, NULL);
        if (r < 0)
                return r;
        access_gate_set(a);
        *ret = STEAL(a);
        return 0;
}

Access *access_free(Access *a)
{
        if (!a)
                return NULL;

        file_watch_free(a->watch);
        loop_timer_done(&a->timer);
        worker_free(a->worker);
        http_login_free(a->login);
        forget_files(a);
        for (size_t i = 0; i < ARRAY_LEN(a->messages); i++)
                free(a->messages[i]);
        (void) config_unref(a->config);
        sd_event_unref(a->event);
        free(a);
        return NULL;
}
