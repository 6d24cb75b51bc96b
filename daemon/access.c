/* SPDX-License-Identifier: MIT */
#include "daemon/access.h"

/*
 * What is at work is either what the configuration was loaded with, or what was read since; `content`
 * holds the latter. A round of reading is one job: it looks at what its configuration names, reads what
 * is not as it was at the last try, and is thrown away when the configuration was exchanged meanwhile.
 */

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/timefmt.h"
#include "daemon/access_files.h"
#include "daemon/http_login.h"
#include "daemon/log.h"
#include "daemon/loop_timer.h"
#include "daemon/routes_internal.h"
#include "daemon/worker.h"

enum {
        LOOK_EVERY_USEC = 60 * 1000 * 1000, /* for changes that inotify does not tell */
        FINDINGS_MAX = _ACCESS_FILE_MAX + 1,
};

/* What is known of one file, or of one group of files. */
typedef struct AccessState {
        PathList tried; /* as they were when they were tried last; empty: not yet */
        AccessContent content;
        char *problem; /* why the last try failed; NULL: it did not */
} AccessState;

/* A round of reading. The worker touches nothing else. */
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

struct Access {
        sd_event *event;
        const Clock *clock;
        Http *http;
        AccessOptions options;
        Config *config;
        uint64_t generation;

        FileWatch *watch; /* NULL: cannot be had */
        LoopTimer timer;
        Worker *worker; /* NULL until there is something to read */
        bool is_reading, is_asked_again;
        HttpLogin *login; /* NULL until somebody has to log in */

        AccessState files[_ACCESS_FILE_MAX];
        ExpiryState expiry; /* as it was told last */

        WebFileFacts file_facts[_ACCESS_FILE_MAX];
        DaemonFinding findings[FINDINGS_MAX];
        char *messages[FINDINGS_MAX];
};

/* ---- what is at work ---- */

static const HttpConfig *http_config(const Access *a)
{
        return &a->config->http;
}

static const WebIdentity *identity(const Access *a)
{
        const WebIdentity *own = a->files[ACCESS_FILE_TLS].content.identity;

        return own ? own : http_config(a)->identity;
}

static const WebPasswords *passwords(const Access *a)
{
        const WebPasswords *own = a->files[ACCESS_FILE_BASIC_AUTH].content.passwords;

        return own ? own : http_config(a)->passwords;
}

static const WebTokens *tokens(const Access *a)
{
        const WebTokens *own = a->files[ACCESS_FILE_CALENDAR_TOKENS].content.tokens;

        return own ? own : http_config(a)->tokens;
}

/* Whether it is spoken changes only at a start, whatever the configuration says by now. */
static bool has_tls(const Access *a)
{
        return http_config(a)->has_tls && http_speaks_tls(a->http);
}

static void tell_changed(const Access *a)
{
        if (a->options.changed)
                a->options.changed(a->options.userdata);
}

/* ---- the gate ---- */

static HttpVerdict refuse(const HttpRequest *request, HttpResponse *response, HttpLoginVerdict verdict,
        unsigned retry_seconds)
{
        response->retry_after_seconds = retry_seconds;
        if (verdict == HTTP_LOGIN_TOO_MANY) {
                route_say(request, response, 429,
                        "Too many logins failed from this address; try again later.");
        } else if (verdict == HTTP_LOGIN_BUSY) {
                route_say(request, response, 503, "Too many logins at the same time; try again.");
        } else {
                response->authenticate = "Basic realm=\"mqtlsd\", charset=\"UTF-8\"";
                route_say(request, response, 401, "Name and password are needed here.");
        }
        return HTTP_REFUSE;
}

/* Is there a token, and may it pass? Sets `*ret_verdict` when there is one. */
static bool ask_token(
        Access *a, HttpRequest *request, HttpResponse *response, HttpVerdict *ret_verdict)
{
        const char *token = http_query(request, "token");

        if (!token || !tokens(a))
                return false;

        request->token = web_tokens_find(tokens(a), token);
        *ret_verdict = HTTP_PASS;
        if (!request->token) {
                route_say(request, response, 403,
                        "The token is not known here (any more); ask for another address.");
                *ret_verdict = HTTP_REFUSE;
        }
        return true;
}

static HttpVerdict on_ask(
        HttpRequest *request, HttpWaiter *waiter, HttpResponse *response, void *userdata)
{
        Access *a = userdata;
        RouteAccess access = routes_access(request->path);
        HttpVerdict token_verdict = HTTP_PASS;
        HttpLoginVerdict verdict;
        unsigned retry_seconds = 0;

        assert(a);

        if ((access == ROUTE_ACCESS_TOKEN && ask_token(a, request, response, &token_verdict)) ||
                access == ROUTE_ACCESS_OPEN || !passwords(a)) {
                waiter->verdict = HTTP_LOGIN_UNDECIDED; /* of a time when it was asked for a login */
                return token_verdict;
        }

        verdict = http_login_ask(a->login, request, waiter, &retry_seconds);
        if (verdict == HTTP_LOGIN_GRANTED)
                return HTTP_PASS;
        return verdict == HTTP_LOGIN_PENDING ? HTTP_WAIT
                                             : refuse(request, response, verdict, retry_seconds);
}

static void on_forget(HttpWaiter *waiter, void *userdata UNUSED)
{
        http_login_forget(waiter);
}

/* ---- its own certificate ages ---- */

static const struct {
        const char *name;
        Severity severity;
} expiry_findings[_EXPIRY_STATE_MAX] = {
        [EXPIRY_WARNING] = {"web_certificate_expiring", SEVERITY_WARNING},
        [EXPIRY_CRITICAL] = {"web_certificate_expiring", SEVERITY_CRITICAL},
        [EXPIRY_EXPIRED] = {"web_certificate_expired", SEVERITY_CRITICAL},
        [EXPIRY_NOT_YET_VALID] = {"web_certificate_not_yet_valid", SEVERITY_CRITICAL},
};

static ExpiryState expiry_now(const Access *a)
{
        const HttpConfig *c = http_config(a);
        const WebIdentity *i = has_tls(a) ? identity(a) : NULL;

        return i ? expiry_judge(i->not_before_at, i->not_after_at, &c->expiry_warning,
                           &c->expiry_critical, clock_wall_at(a->clock))
                 : EXPIRY_OK;
}

static void append_expiry(const Access *a, ExpiryState state, Buf *b)
{
        char at[TIMEFMT_RFC3339_SIZE];
        bool early = state == EXPIRY_NOT_YET_VALID;

        timefmt_rfc3339(early ? identity(a)->not_before_at : identity(a)->not_after_at, at);
        buf_appendf(b,
                "the certificate that the daemon itself answers HTTPS with (%s) %s %s; put a %s into "
                "the files of http.tls =, they are read again by themselves",
                identity(a)->subject,
                early                     ? "is not valid before"
                : state == EXPIRY_EXPIRED ? "expired at"
                                          : "expires at",
                at, early ? "certificate that is valid now" : "new one with its key");
}

static void tell_expiry(Access *a)
{
        ExpiryState before = a->expiry;
        CLEANUP_BUF Buf b = BUF_INIT;

        a->expiry = expiry_now(a);
        if (a->expiry == before)
                return;
        tell_changed(a);
        if (a->expiry == EXPIRY_OK)
                return;
        append_expiry(a, a->expiry, &b);
        log_event(expiry_findings[a->expiry].severity == SEVERITY_WARNING ? LOG_WARNING : LOG_ERR,
                LOG_EVENT_WEB_CERT_AGEING, NULL, 0, "%s", buf_str(&b));
}

/* ---- reading again ---- */

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

static bool texts_equal(const char *a, const char *b)
{
        return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool identities_equal(const WebIdentity *a, const WebIdentity *b)
{
        return strcmp(a->certificates_pem, b->certificates_pem) == 0 &&
                strcmp(a->key_pem, b->key_pem) == 0 &&
                texts_equal(a->client_ca_pem, b->client_ca_pem);
}

/* Puts what was read to work. */
static void take_content(Access *a, AccessFile f, AccessContent *content)
{
        AccessContent before = a->files[f].content;
        bool same = f == ACCESS_FILE_TLS && identities_equal(content->identity, identity(a));

        if (same)
                return;
        a->files[f].content = *content;
        *content = (AccessContent){0};

        if (f == ACCESS_FILE_TLS) {
                http_set_tls(a->http, a->files[f].content.tls, http_config(a)->hsts_seconds);
                log_event(LOG_INFO, LOG_EVENT_WEB_FILE_TAKEN, NULL, 0,
                        "http.tls has changed: new connections are answered with the certificate of "
                        "serial number %s",
                        identity(a)->serial);
        } else {
                if (f == ACCESS_FILE_BASIC_AUTH)
                        http_login_set_passwords(a->login, passwords(a));
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
                tell_changed(a);
        }
        tell_expiry(a);
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

static bool has_files(const HttpConfig *c)
{
        for (int f = 0; f < _ACCESS_FILE_MAX; f++)
                if (access_file_is_configured((AccessFile) f, c))
                        return true;
        return false;
}

void access_reread(Access *a)
{
        Round *round = NULL;

        assert(a);

        if (!has_files(http_config(a)))
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

static void on_files_changed(const PathList *changed UNUSED, void *userdata)
{
        assert(userdata);

        access_reread(userdata);
}

static void on_timer(void *userdata)
{
        Access *a = userdata;

        assert(a);

        tell_expiry(a);
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
                if (access_file_is_configured((AccessFile) f, http_config(a)))
                        r = access_file_paths((AccessFile) f, http_config(a), &paths);
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

        if (has_files(c) && !a->worker)
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
                http_login_set_passwords(a->login, passwords(a));
        if (tls)
                http_set_tls(a->http, tls, http_config(a)->hsts_seconds);
        follow_paths(a);
        tell_expiry(a);
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
        http_set_gate(http, &(HttpGate){.ask = on_ask, .forget = on_forget, .userdata = a});
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

/* ---- what the renderers are told ---- */

static const char *const broken_names[_ACCESS_FILE_MAX] = {
        [ACCESS_FILE_TLS] = "web_tls_file_broken",
        [ACCESS_FILE_BASIC_AUTH] = "web_basic_auth_file_broken",
        [ACCESS_FILE_CALENDAR_TOKENS] = "web_calendar_tokens_file_broken",
};

/* Takes the message out of `b`; without memory the finding goes without words. */
static void add_finding(Access *a, size_t *n, const char *name, Severity severity, Buf *b)
{
        free(a->messages[*n]);
        a->messages[*n] = NULL;
        if (buf_steal(b, &a->messages[*n]) < 0)
                a->messages[*n] = NULL;
        a->findings[*n] = (DaemonFinding){
                .name = name,
                .severity = severity,
                .message = a->messages[*n] ? a->messages[*n] : "",
        };
        (*n)++;
}

static size_t find_all(Access *a)
{
        ExpiryState state = expiry_now(a);
        size_t n = 0;
        CLEANUP_BUF Buf b = BUF_INIT;

        if (expiry_findings[state].name) {
                append_expiry(a, state, &b);
                add_finding(a, &n, expiry_findings[state].name, expiry_findings[state].severity, &b);
        }
        for (int f = 0; f < _ACCESS_FILE_MAX; f++) {
                if (!a->files[f].problem)
                        continue;
                buf_appendf(&b, "%s has changed and cannot be used, so that what it said before stays "
                                "at work: %s",
                        access_file_setting((AccessFile) f), a->files[f].problem);
                add_finding(a, &n, broken_names[f], SEVERITY_WARNING, &b);
        }
        return n;
}

void access_facts(Access *a, DaemonFacts *facts)
{
        const HttpConfig *c;
        WebFacts *w;

        assert(a);
        assert(facts);

        c = http_config(a);
        w = &facts->web;
        *w = (WebFacts){
                .has_tls = has_tls(a),
                .has_logins = passwords(a) != NULL,
                .files = a->file_facts,
                .n_handshake_failures = http_n_handshake_failures(a->http),
                .n_login_failures = a->login ? http_login_n_failures(a->login) : 0,
                .n_logins_throttled = a->login ? http_login_n_throttled(a->login) : 0,
        };
        if (has_tls(a)) {
                w->cert_subject = identity(a)->subject;
                w->cert_serial = identity(a)->serial;
                w->cert_not_before_at = identity(a)->not_before_at;
                w->cert_not_after_at = identity(a)->not_after_at;
        }
        for (int f = 0; f < _ACCESS_FILE_MAX; f++)
                if (access_file_is_configured((AccessFile) f, c))
                        a->file_facts[w->n_files++] = (WebFileFacts){
                                .name = access_file_name((AccessFile) f),
                                .successful = !a->files[f].problem,
                        };
        facts->n_findings = find_all(a);
        facts->findings = a->findings;
}
