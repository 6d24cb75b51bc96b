/* SPDX-License-Identifier: MIT */
#include "daemon/http_login.h"

/*
 * The way of a request: its name and password are taken apart; if they are among those that were right
 * before, it passes at once. Otherwise its address may have to wait, or too many wait already; if not,
 * the worker looks at the password, and all requests that came with the same one meanwhile (a browser
 * fetches a page and what belongs to it at the same time) learn of it together.
 *
 * What was right is remembered by HMAC-SHA-256 under a key that is made at the start, so that neither a
 * core file nor the time that a comparison takes tells a password. A name that there is not costs as
 * much as a wrong password.
 */

#include <assert.h>
#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <strings.h>

#include "base/timefmt.h"
#include "daemon/http_login_log.h"
#include "daemon/http_throttle.h"
#include "daemon/worker.h"

enum {
        KEY_SIZE = 32,
        DIGEST_SIZE = 32, /* of SHA-256 */
        REMEMBERED_MAX = 64,
        AUTHORIZATION_BYTES_MAX = 2048,
        BUSY_RETRY_SECONDS = 1,
};

#define REMEMBERED_USEC (UINT64_C(3600) * USEC_PER_SEC) /* since it was used last */
#define LOG_SPAN_USEC (60 * USEC_PER_SEC)

typedef struct Pair {
        char *name;
        char *password; /* in the memory of `name` */
        size_t len;     /* of that memory, to wipe it */
} Pair;

typedef struct Remembered {
        uint8_t digest[DIGEST_SIZE];
        char *name, *hash; /* which it fitted; NULL: the place is free */
        uint64_t used_usec;
} Remembered;

typedef TAILQ_HEAD(WaiterList, HttpWaiter) WaiterList;

/* One password that is looked at. `login` and `waiters` belong to the loop, the rest does not change. */
typedef struct Job {
        TAILQ_ENTRY(Job) link;
        HttpLogin *login;
        WaiterList waiters;
        size_t n_waiters;

        Pair pair;
        char *hash; /* the user's, or nobody's */
        bool is_known;
        uint8_t digest[DIGEST_SIZE];
        char address[HTTP_ADDRESS_SIZE];
        HttpThrottleKey throttle_key;

        bool fits; /* written by the worker */
} Job;

struct HttpLogin {
        const Clock *clock;
        Worker *worker;
        const WebPasswords *passwords;
        uint8_t key[KEY_SIZE];

        Remembered remembered[REMEMBERED_MAX];
        HttpThrottle throttle;
        TAILQ_HEAD(JobList, Job) jobs;
        size_t n_jobs;

        uint64_t n_failures, n_throttled;
        HttpLoginLog log;
};

/* ---- what came ---- */

static void pair_done(Pair *p)
{
        if (p->name)
                gnutls_memset(p->name, 0, p->len);
        free(p->name);
        *p = (Pair){0};
}

/* "Basic dXNlcjpwYXNz" (RFC 7617 section 2). False where it is not that; memory counts as that, too. */
static bool pair_parse(const char *authorization, Pair *ret)
{
        static const char scheme[] = "Basic ";
        gnutls_datum_t encoded, decoded = {0};
        const char *text = authorization;
        char *colon = NULL;
        bool ok = false;

        if (!text || strlen(text) > AUTHORIZATION_BYTES_MAX ||
                strncasecmp(text, scheme, strlen(scheme)) != 0)
                return false;

        text += strlen(scheme);
        text += strspn(text, " ");
        memcpy(&encoded.data, &text, sizeof(text)); /* GnuTLS reads only, but its type says otherwise */
        encoded.size = (unsigned) strlen(text);
        if (encoded.size == 0 || gnutls_base64_decode2(&encoded, &decoded) < 0)
                return false;

        ret->name = calloc(1, (size_t) decoded.size + 1);
        if (ret->name) {
                memcpy(ret->name, decoded.data, decoded.size);
                ret->len = decoded.size;
                colon = strchr(ret->name, ':');
                /* What follows a NUL would not be looked at. */
                ok = colon && strlen(ret->name) == ret->len &&
                        colon - ret->name <= WEB_NAME_BYTES_MAX;
        }
        gnutls_memset(decoded.data, 0, decoded.size);
        gnutls_free(decoded.data);
        if (!ok) {
                pair_done(ret);
                return false;
        }
        *colon = '\0';
        ret->password = colon + 1;
        return true;
}

/* Names hold no NUL, so "NAME NUL PASSWORD" can be read in one way only: the memory of the pair. */
static bool digest_pair(const HttpLogin *l, const Pair *p, uint8_t ret[static DIGEST_SIZE])
{
        return gnutls_hmac_fast(GNUTLS_MAC_SHA256, l->key, sizeof(l->key), p->name, p->len, ret) == 0;
}

/* ---- what was right ---- */

static void remembered_done(Remembered *r)
{
        free(r->name);
        free(r->hash);
        *r = (Remembered){0};
}

/* Is it still whose it was? */
static bool is_current(const HttpLogin *l, const char *name, const char *hash)
{
        const char *now = l->passwords ? web_passwords_find(l->passwords, name) : NULL;

        return now && strcmp(now, hash) == 0;
}

/* All of them are looked at, each to its end. */
static bool is_remembered(HttpLogin *l, const uint8_t digest[static DIGEST_SIZE], uint64_t now_usec)
{
        Remembered *found = NULL;

        for (size_t i = 0; i < ARRAY_LEN(l->remembered); i++)
                if (gnutls_memcmp(l->remembered[i].digest, digest, DIGEST_SIZE) == 0 &&
                        l->remembered[i].name)
                        found = &l->remembered[i];

        if (!found)
                return false;
        if (now_usec - found->used_usec > REMEMBERED_USEC || !is_current(l, found->name, found->hash)) {
                remembered_done(found);
                return false;
        }
        found->used_usec = now_usec;
        return true;
}

static void remember(HttpLogin *l, const Job *j, uint64_t now_usec)
{
        Remembered *oldest = &l->remembered[0];

        for (size_t i = 0; i < ARRAY_LEN(l->remembered) && oldest->name; i++)
                if (!l->remembered[i].name || l->remembered[i].used_usec < oldest->used_usec)
                        oldest = &l->remembered[i];

        remembered_done(oldest);
        oldest->name = strdup(j->pair.name);
        oldest->hash = strdup(j->hash);
        if (!oldest->name || !oldest->hash) {
                remembered_done(oldest); /* then it will be looked at again */
                return;
        }
        memcpy(oldest->digest, j->digest, DIGEST_SIZE);
        oldest->used_usec = now_usec;
}

/* ---- what is looked at ---- */

static void job_free(Job *j)
{
        pair_done(&j->pair);
        free(j->hash);
        free(j);
}

static void job_run(void *userdata)
{
        Job *j = userdata;

        j->fits = web_password_fits(j->pair.password, j->hash);
}

static void tell_waiters(Job *j, HttpLoginVerdict verdict)
{
        HttpWaiter *w = NULL;

        while ((w = TAILQ_FIRST(&j->waiters))) {
                TAILQ_REMOVE(&j->waiters, w, link);
                w->what = NULL;
                w->verdict = (int) verdict;
                http_wake(w);
        }
        j->n_waiters = 0;
}

static void job_done(void *userdata)
{
        Job *j = userdata;
        HttpLogin *l = j->login;
        uint64_t now_usec = clock_monotonic_usec(l->clock);
        bool granted = j->fits && j->is_known && is_current(l, j->pair.name, j->hash);

        TAILQ_REMOVE(&l->jobs, j, link);
        l->n_jobs--;
        if (granted) {
                remember(l, j, now_usec);
                http_throttle_succeeded(&l->throttle, &j->throttle_key);
        } else {
                l->n_failures++;
                http_throttle_failed(&l->throttle, &j->throttle_key, now_usec);
                http_login_log_failed(&l->log, j->pair.name, j->address, j->is_known);
        }
        tell_waiters(j, granted ? HTTP_LOGIN_GRANTED : HTTP_LOGIN_WRONG);
        job_free(j);
}

static void job_drop(void *userdata)
{
        Job *j = userdata;

        assert(TAILQ_EMPTY(&j->waiters));
        TAILQ_REMOVE(&j->login->jobs, j, link);
        job_free(j);
}

static HttpLoginVerdict join(Job *j, HttpWaiter *w)
{
        w->what = j;
        w->verdict = HTTP_LOGIN_UNDECIDED;
        TAILQ_INSERT_TAIL(&j->waiters, w, link);
        j->n_waiters++;
        return HTTP_LOGIN_PENDING;
}

/* Takes the pair over when it returns a job. */
static Job *job_new(HttpLogin *l, Pair *pair, const uint8_t digest[static DIGEST_SIZE],
        const char *address, const HttpThrottleKey *key)
{
        const char *hash = web_passwords_find(l->passwords, pair->name);
        Job *j = calloc(1, sizeof(*j));

        if (!j)
                return NULL;
        j->login = l;
        TAILQ_INIT(&j->waiters);
        j->is_known = hash != NULL;
        j->hash = strdup(hash ? hash : web_passwords_nobody(l->passwords));
        memcpy(j->digest, digest, DIGEST_SIZE);
        (void) stpcpy(j->address, address);
        j->throttle_key = *key;
        if (!j->hash) {
                job_free(j);
                return NULL;
        }
        j->pair = *pair;
        *pair = (Pair){0};
        return j;
}

static HttpLoginVerdict submit(HttpLogin *l, Pair *pair, const uint8_t digest[static DIGEST_SIZE],
        const char *address, const HttpThrottleKey *key, HttpWaiter *w)
{
        Job *j = job_new(l, pair, digest, address, key);
        const WorkerJob job = {.run = job_run, .done = job_done, .drop = job_drop, .userdata = j};

        if (!j)
                return HTTP_LOGIN_BUSY;
        if (worker_submit(l->worker, &job) < 0) {
                job_free(j);
                return HTTP_LOGIN_BUSY;
        }
        TAILQ_INSERT_TAIL(&l->jobs, j, link);
        l->n_jobs++;
        return join(j, w);
}

/* ---- asking ---- */

static HttpLoginVerdict refuse(
        HttpLogin *l, HttpLoginVerdict verdict, unsigned seconds, unsigned *ret_retry_seconds)
{
        l->n_throttled++;
        *ret_retry_seconds = seconds;
        return verdict;
}

/* A pair that is not remembered. */
static HttpLoginVerdict look_at(HttpLogin *l, Pair *pair, const uint8_t digest[static DIGEST_SIZE],
        const HttpRequest *request, HttpWaiter *w, unsigned *ret_retry_seconds)
{
        char address[HTTP_ADDRESS_SIZE];
        HttpThrottleKey key;
        unsigned seconds, n_of_address = 0;
        Job *j = NULL;
        HttpLoginVerdict verdict;

        http_client_address(request, address);
        key = http_throttle_key(address);
        TAILQ_FOREACH(j, &l->jobs, link) {
                if (gnutls_memcmp(j->digest, digest, DIGEST_SIZE) == 0 &&
                        j->n_waiters < HTTP_LOGIN_WAITERS_MAX)
                        return join(j, w);
                n_of_address += http_throttle_key_equal(&j->throttle_key, &key);
        }

        seconds = http_throttle_wait(&l->throttle, &key, clock_monotonic_usec(l->clock));
        if (seconds > 0)
                return refuse(l, HTTP_LOGIN_TOO_MANY, seconds, ret_retry_seconds);
        if (n_of_address >= HTTP_LOGIN_JOBS_PER_ADDRESS_MAX)
                return refuse(l, HTTP_LOGIN_TOO_MANY, BUSY_RETRY_SECONDS, ret_retry_seconds);
        if (l->n_jobs >= HTTP_LOGIN_JOBS_MAX)
                return refuse(l, HTTP_LOGIN_BUSY, BUSY_RETRY_SECONDS, ret_retry_seconds);

        verdict = submit(l, pair, digest, address, &key, w);
        return verdict == HTTP_LOGIN_BUSY ? refuse(l, verdict, BUSY_RETRY_SECONDS, ret_retry_seconds)
                                          : verdict;
}

HttpLoginVerdict http_login_ask(HttpLogin *l, const HttpRequest *request, HttpWaiter *w,
        unsigned *ret_retry_seconds)
{
        CLEANUP(pair_done) Pair pair = {0};
        uint8_t digest[DIGEST_SIZE];

        assert(l);
        assert(l->passwords);
        assert(request);
        assert(w);
        assert(ret_retry_seconds);

        if (w->verdict != HTTP_LOGIN_UNDECIDED) {
                HttpLoginVerdict verdict = (HttpLoginVerdict) w->verdict;

                w->verdict = HTTP_LOGIN_UNDECIDED; /* the next request is asked anew */
                return verdict;
        }

        if (!pair_parse(request->authorization, &pair))
                return HTTP_LOGIN_MISSING;
        if (!digest_pair(l, &pair, digest))
                return refuse(l, HTTP_LOGIN_BUSY, BUSY_RETRY_SECONDS, ret_retry_seconds);
        if (is_remembered(l, digest, clock_monotonic_usec(l->clock)))
                return HTTP_LOGIN_GRANTED;
        return look_at(l, &pair, digest, request, w, ret_retry_seconds);
}

void http_login_forget(HttpWaiter *w)
{
        Job *j = NULL;

        assert(w);

        j = w->what;
        if (!j)
                return;
        TAILQ_REMOVE(&j->waiters, w, link);
        j->n_waiters--;
        w->what = NULL;
}

/* ---- life ---- */

int http_login_new(sd_event *event, const Clock *clock, HttpLogin **ret)
{
        CLEANUP(http_login_cleanup) HttpLogin *l = NULL;
        int r;

        assert(event);
        assert(clock);
        assert(ret);

        l = calloc(1, sizeof(*l));
        if (!l)
                return -ENOMEM;
        l->clock = clock;
        TAILQ_INIT(&l->jobs);
        if (gnutls_rnd(GNUTLS_RND_KEY, l->key, sizeof(l->key)) < 0)
                return -EIO;
        r = http_login_log_init(&l->log, event, clock, LOG_SPAN_USEC);
        if (r >= 0)
                r = worker_new(event, "http-login", &l->worker);
        if (r < 0)
                return r;

        *ret = STEAL(l);
        return 0;
}

HttpLogin *http_login_free(HttpLogin *l)
{
        if (!l)
                return NULL;

        worker_free(l->worker); /* drops what waits */
        http_login_log_done(&l->log);
        for (size_t i = 0; i < ARRAY_LEN(l->remembered); i++)
                remembered_done(&l->remembered[i]);
        gnutls_memset(l->key, 0, sizeof(l->key));
        free(l);
        return NULL;
}

void http_login_set_passwords(HttpLogin *l, const WebPasswords *passwords)
{
        assert(l);

        l->passwords = passwords;
}

uint64_t http_login_n_failures(const HttpLogin *l)
{
        assert(l);

        return l->n_failures;
}

uint64_t http_login_n_throttled(const HttpLogin *l)
{
        assert(l);

        return l->n_throttled;
}
