/* SPDX-License-Identifier: MIT */
#include "daemon/resolver.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/queue.h>

#include "daemon/resolver_pool.h"

/*
 * A query is either *waiting* at its name, for a thread, or *ready* to be answered by the deferred
 * source. Literals and kept answers are ready from the start, so that every answer takes the same way
 * and none comes from within resolver_query().
 */

enum {
        ANSWERS_PER_TURN = 32, /* then the other sources of the loop come first */
};

/* A failure is kept for a moment only, so that many channels of one host do not all ask at once. */
#define FAILURE_KEPT_USEC UINT64_C(5000000)
/* A name that nobody asks for any more is forgotten: configurations come and go. */
#define NAME_KEPT_USEC UINT64_C(90000000000)

typedef TAILQ_HEAD(QueryList, ResolverQuery) QueryList;

typedef struct ResolverName {
        char *host; /* the first member: what the tree compares */
        TAILQ_ENTRY(ResolverName) link;
        QueryList waiting;
        size_t n_queries; /* waiting and ready */
        bool looking_up;
        bool known; /* a look-up has ended */
        uint64_t known_usec, asked_usec;
        int error; /* of the latest look-up */
        struct sockaddr_storage *addresses; /* the last good ones */
        size_t n_addresses;
} ResolverName;

typedef TAILQ_HEAD(NameList, ResolverName) NameList;

struct ResolverQuery {
        TAILQ_ENTRY(ResolverQuery) link;
        Resolver *resolver;
        ResolverName *name; /* NULL: a literal */
        struct sockaddr_storage literal;
        bool ready;
        bool hurried;
        ResolverHandler handler;
        void *userdata;
};

struct Resolver {
        const Clock *clock;
        uint64_t cache_usec;
        ResolverLookup lookup;
        ResolverPool *pool;
        sd_event_source *done_source;   /* threads have finished something */
        sd_event_source *answer_source; /* deferred: answers what is ready */
        void *tree;                     /* tsearch(3) over `names` */
        NameList names;                 /* asked for longest ago first */
        QueryList ready;
        uint64_t n_failures;
};

static int name_compare(const void *a, const void *b)
{
        const ResolverName *x = a, *y = b;

        return strcasecmp(x->host, y->host); /* RFC 4343 */
}

static void name_free(Resolver *r, ResolverName *n)
{
        (void) tdelete(n, &r->tree, name_compare);
        TAILQ_REMOVE(&r->names, n, link);
        free(n->host);
        free(n->addresses);
        free(n);
}

static ResolverName *name_add(Resolver *r, const char *host)
{
        ResolverName *n = calloc(1, sizeof(*n));

        if (!n)
                return NULL;
        TAILQ_INIT(&n->waiting);
        n->host = strdup(host);
        if (!n->host || !tsearch(n, &r->tree, name_compare)) {
                free(n->host);
                free(n);
                return NULL;
        }
        TAILQ_INSERT_TAIL(&r->names, n, link);
        return n;
}

static ResolverName *name_find(const Resolver *r, const char *host)
{
        CLEANUP_FREE char *copy = strdup(host);
        ResolverName key = {.host = copy};
        ResolverName *const *found = NULL;

        if (!copy)
                return NULL;
        found = tfind(&key, &r->tree, name_compare);
        return found ? *found : NULL;
}

/* Forgets names at the front of the list that have not been asked for in a long time. */
static void resolver_forget(Resolver *r, uint64_t now_usec)
{
        ResolverName *n = NULL;

        while ((n = TAILQ_FIRST(&r->names))) {
                if (now_usec - n->asked_usec < NAME_KEPT_USEC || n->n_queries > 0 || n->looking_up)
                        return;
                name_free(r, n);
        }
}

static bool name_is_fresh(const Resolver *r, const ResolverName *n, uint64_t now_usec)
{
        uint64_t kept_usec = n->error == 0 ? r->cache_usec : MIN_OF(r->cache_usec, FAILURE_KEPT_USEC);

        return n->known && now_usec - n->known_usec < kept_usec;
}

static void query_make_ready(ResolverQuery *q)
{
        Resolver *r = q->resolver;

        if (q->name)
                TAILQ_REMOVE(&q->name->waiting, q, link);
        q->ready = true;
        TAILQ_INSERT_TAIL(&r->ready, q, link);
        (void) sd_event_source_set_enabled(r->answer_source, SD_EVENT_ONESHOT);
}

ResolverQuery *resolver_query_cancel(ResolverQuery *q)
{
        if (!q)
                return NULL;

        if (q->ready)
                TAILQ_REMOVE(&q->resolver->ready, q, link);
        else
                TAILQ_REMOVE(&q->name->waiting, q, link);
        if (q->name)
                q->name->n_queries--;
        free(q);
        return NULL;
}

static void query_answer(ResolverQuery *q)
{
        ResolverAnswer answer = {.addresses = &q->literal, .n_addresses = 1};
        ResolverHandler handler = q->handler;
        void *userdata = q->userdata;
        struct sockaddr_storage literal = q->literal;

        if (q->name) {
                answer.error = q->hurried ? EAI_AGAIN : q->name->error;
                answer.addresses = q->name->addresses;
                answer.n_addresses = q->name->n_addresses;
                answer.stale = answer.error != 0 && answer.n_addresses > 0;
        } else {
                answer.addresses = &literal;
        }
        resolver_query_cancel(q);
        handler(&answer, userdata);
}

static int on_answer(sd_event_source *source, void *userdata)
{
        Resolver *r = userdata;

        for (unsigned i = 0; i < ANSWERS_PER_TURN && !TAILQ_EMPTY(&r->ready); i++)
                query_answer(TAILQ_FIRST(&r->ready));
        if (!TAILQ_EMPTY(&r->ready))
                (void) sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        return 0;
}

static bool same_address(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
        return memcmp(a, b, sizeof(*a)) == 0; /* unused bytes are zero */
}

/* Keeps each address once. On failure the last good ones stay. */
static void name_take(ResolverName *n, const ResolverJob *job)
{
        struct sockaddr_storage *kept = NULL;
        size_t n_kept = 0;

        n->error = job->error;
        if (n->error != 0)
                return;

        kept = calloc(job->n_addresses > 0 ? job->n_addresses : 1, sizeof(*kept));
        if (!kept || job->n_addresses == 0) {
                n->error = kept ? EAI_NODATA : EAI_MEMORY;
                free(kept);
                return;
        }
        for (size_t i = 0; i < job->n_addresses; i++) {
                size_t k = 0;

                while (k < n_kept && !same_address(&kept[k], &job->addresses[i]))
                        k++;
                if (k == n_kept)
                        kept[n_kept++] = job->addresses[i];
        }
        free(n->addresses);
        n->addresses = kept;
        n->n_addresses = n_kept;
}

static int on_done(
        sd_event_source *source UNUSED, int fd UNUSED, uint32_t revents UNUSED, void *userdata)
{
        Resolver *r = userdata;
        ResolverJob *job = NULL;

        while ((job = resolver_pool_take(r->pool))) {
                ResolverName *n = job->owner;

                name_take(n, job);
                resolver_job_free(job);
                n->looking_up = false;
                n->known = true;
                n->known_usec = clock_monotonic_usec(r->clock);
                if (n->error != 0)
                        r->n_failures++;
                while (!TAILQ_EMPTY(&n->waiting))
                        query_make_ready(TAILQ_FIRST(&n->waiting));
        }
        return 0;
}

int resolver_new(sd_event *event, const Clock *clock, unsigned n_threads, uint64_t cache_usec,
        Resolver **ret)
{
        CLEANUP(resolver_cleanup) Resolver *r = NULL;
        int e = 0;

        assert(event);
        assert(clock);
        assert(ret);

        r = calloc(1, sizeof(*r));
        if (!r)
                return -ENOMEM;

        r->clock = clock;
        r->cache_usec = cache_usec;
        r->lookup = resolver_lookup_system;
        TAILQ_INIT(&r->names);
        TAILQ_INIT(&r->ready);

        e = resolver_pool_new(n_threads, &r->pool);
        if (e < 0)
                return e;
        e = sd_event_add_io(
                event, &r->done_source, resolver_pool_fd(r->pool), EPOLLIN, on_done, r);
        if (e < 0)
                return e;
        (void) sd_event_source_set_description(r->done_source, "resolver-done");
        e = sd_event_add_defer(event, &r->answer_source, on_answer, r);
        if (e < 0)
                return e;
        (void) sd_event_source_set_description(r->answer_source, "resolver-answer");
        e = sd_event_source_set_enabled(r->answer_source, SD_EVENT_OFF);
        if (e < 0)
                return e;

        *ret = STEAL(r);
        return 0;
}

Resolver *resolver_free(Resolver *r)
{
        if (!r)
                return NULL;

        r->done_source = sd_event_source_disable_unref(r->done_source);
        r->answer_source = sd_event_source_disable_unref(r->answer_source);
        r->pool = resolver_pool_free(r->pool);
        assert(TAILQ_EMPTY(&r->ready));
        while (!TAILQ_EMPTY(&r->names)) {
                assert(TAILQ_FIRST(&r->names)->n_queries == 0);
                name_free(r, TAILQ_FIRST(&r->names));
        }
        free(r);
        return NULL;
}

/* Is `host` an address? */
static bool parse_literal(const char *host, struct sockaddr_storage *ret)
{
        struct sockaddr_in in = {.sin_family = AF_INET};
        struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

        memset(ret, 0, sizeof(*ret));
        if (inet_pton(AF_INET, host, &in.sin_addr) == 1) {
                memcpy(ret, &in, sizeof(in));
                return true;
        }
        if (inet_pton(AF_INET6, host, &in6.sin6_addr) == 1) {
                memcpy(ret, &in6, sizeof(in6));
                return true;
        }
        return false;
}

/* Has a thread look the name up, unless one is at it. */
static int name_look_up(Resolver *r, ResolverName *n)
{
        ResolverJob *job = NULL;
        int e = 0;

        if (n->looking_up)
                return 0;
        e = resolver_job_new(n->host, r->lookup, n, &job);
        if (e < 0)
                return e;
        n->looking_up = true;
        resolver_pool_submit(r->pool, job);
        return 0;
}

static int query_name(Resolver *r, ResolverQuery *q, const char *host)
{
        uint64_t now_usec = clock_monotonic_usec(r->clock);
        ResolverName *n = NULL;
        bool fresh = false;
        int e = 0;

        resolver_forget(r, now_usec);
        n = name_find(r, host);
        if (!n)
                n = name_add(r, host);
        if (!n)
                return -ENOMEM;

        n->asked_usec = now_usec;
        TAILQ_REMOVE(&r->names, n, link);
        TAILQ_INSERT_TAIL(&r->names, n, link);

        fresh = name_is_fresh(r, n, now_usec);
        if (!fresh) {
                e = name_look_up(r, n);
                if (e < 0)
                        return e;
        }
        q->name = n;
        n->n_queries++;
        TAILQ_INSERT_TAIL(&n->waiting, q, link);
        if (fresh)
                query_make_ready(q);
        return 0;
}

int resolver_query(
        Resolver *r, const char *host, ResolverHandler handler, void *userdata, ResolverQuery **ret)
{
        CLEANUP_FREE ResolverQuery *q = NULL;
        int e = 0;

        assert(r);
        assert(host);
        assert(handler);
        assert(ret);

        q = calloc(1, sizeof(*q));
        if (!q)
                return -ENOMEM;
        q->resolver = r;
        q->handler = handler;
        q->userdata = userdata;

        if (parse_literal(host, &q->literal)) {
                query_make_ready(q);
        } else {
                e = query_name(r, q, host);
                if (e < 0)
                        return e;
        }
        *ret = STEAL(q);
        return 0;
}

bool resolver_query_hurry(ResolverQuery *q)
{
        assert(q);

        if (q->ready)
                return true;
        if (q->name->n_addresses == 0)
                return false;
        q->hurried = true;
        query_make_ready(q);
        return true;
}

uint64_t resolver_n_failures(const Resolver *r)
{
        return r->n_failures;
}

void resolver_configure(Resolver *r, unsigned n_threads, uint64_t cache_usec)
{
        r->cache_usec = cache_usec;
        resolver_pool_grow(r->pool, n_threads);
}

void resolver_set_lookup(Resolver *r, ResolverLookup lookup)
{
        r->lookup = lookup ? lookup : resolver_lookup_system;
}
