/* SPDX-License-Identifier: MIT */
#include "daemon/resolver_pool.h"

#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
        THREADS_MAX = 16, /* the limit of probing.resolver_threads = */
        THREAD_STACK_BYTES = 512 * 1024, /* NSS modules are foreign code: generous, but not 8 MiB */
};

typedef TAILQ_HEAD(JobList, ResolverJob) JobList;

typedef struct Worker {
        ResolverPool *pool;
        pthread_t thread;
        bool busy; /* in a look-up, which nobody can cut short */
} Worker;

struct ResolverPool {
        pthread_mutex_t lock; /* over everything below */
        pthread_cond_t wake;
        unsigned n_ref; /* one per thread, one for the owner */
        bool stopping;
        JobList queue, done;
        int fd;
        Worker workers[THREADS_MAX];
        unsigned n_workers;
};

int resolver_job_new(const char *host, ResolverLookup lookup, void *owner, ResolverJob **ret)
{
        ResolverJob *job = calloc(1, sizeof(*job));
        char *copy = strdup(host);

        if (!job || !copy) {
                free(job);
                free(copy);
                return -ENOMEM;
        }
        job->host = copy;
        job->lookup = lookup;
        job->owner = owner;
        *ret = job;
        return 0;
}

ResolverJob *resolver_job_free(ResolverJob *job)
{
        if (!job)
                return NULL;
        free(job->host);
        free(job);
        return NULL;
}

static void job_list_free(JobList *list)
{
        ResolverJob *job = NULL;

        while ((job = TAILQ_FIRST(list))) {
                TAILQ_REMOVE(list, job, link);
                resolver_job_free(job);
        }
}

static void pool_destroy(ResolverPool *p)
{
        job_list_free(&p->queue);
        job_list_free(&p->done);
        (void) pthread_mutex_destroy(&p->lock);
        (void) pthread_cond_destroy(&p->wake);
        if (p->fd >= 0)
                (void) close(p->fd);
        free(p);
}

/* With the lock held; releases it. */
static void pool_unref_unlock(ResolverPool *p)
{
        bool last = --p->n_ref == 0;

        (void) pthread_mutex_unlock(&p->lock);
        if (last)
                pool_destroy(p);
}

/* With the lock held, which is given up meanwhile. */
static void worker_run(Worker *w, ResolverJob *job)
{
        ResolverPool *p = w->pool;
        const uint64_t one = 1;

        w->busy = true;
        (void) pthread_mutex_unlock(&p->lock);
        job->n_addresses = RESOLVER_ADDRESSES_MAX;
        job->error = job->lookup(job->host, job->addresses, &job->n_addresses);
        if (job->error != 0)
                job->n_addresses = 0;
        (void) pthread_mutex_lock(&p->lock);
        w->busy = false;

        TAILQ_INSERT_TAIL(&p->done, job, link);
        /* Fails only when the counter is about to overflow, and then it is readable anyway. */
        if (write(p->fd, &one, sizeof(one)) < 0)
                return;
}

static void *worker_main(void *userdata)
{
        Worker *w = userdata;
        ResolverPool *p = w->pool;

        (void) pthread_mutex_lock(&p->lock);
        while (!p->stopping) {
                ResolverJob *job = TAILQ_FIRST(&p->queue);

                if (!job) {
                        (void) pthread_cond_wait(&p->wake, &p->lock);
                        continue;
                }
                TAILQ_REMOVE(&p->queue, job, link);
                worker_run(w, job);
        }
        pool_unref_unlock(p);
        return NULL;
}

void resolver_pool_grow(ResolverPool *p, unsigned n_threads)
{
        pthread_attr_t attributes;
        sigset_t all, before;

        if (pthread_attr_init(&attributes) != 0)
                return;
        (void) pthread_attr_setstacksize(&attributes, THREAD_STACK_BYTES);

        /* Signals are the loop's business: a thread inherits the mask of its maker. */
        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &before);
        (void) pthread_mutex_lock(&p->lock);
        while (p->n_workers < MIN_OF(n_threads, (unsigned) THREADS_MAX)) {
                Worker *w = &p->workers[p->n_workers];

                w->pool = p;
                if (pthread_create(&w->thread, &attributes, worker_main, w) != 0)
                        break;
                p->n_workers++;
                p->n_ref++;
        }
        (void) pthread_mutex_unlock(&p->lock);
        (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
        (void) pthread_attr_destroy(&attributes);
}

int resolver_pool_new(unsigned n_threads, ResolverPool **ret)
{
        ResolverPool *p = NULL;

        assert(ret);

        p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;

        TAILQ_INIT(&p->queue);
        TAILQ_INIT(&p->done);
        (void) pthread_mutex_init(&p->lock, NULL);
        (void) pthread_cond_init(&p->wake, NULL);
        p->n_ref = 1;
        p->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (p->fd < 0) {
                int r = -errno;

                pool_destroy(p);
                return r;
        }

        resolver_pool_grow(p, MAX_OF(n_threads, 1U));
        if (p->n_workers == 0) {
                pool_destroy(p);
                return -EAGAIN;
        }
        *ret = p;
        return 0;
}

ResolverPool *resolver_pool_free(ResolverPool *p)
{
        pthread_t idle[THREADS_MAX];
        unsigned n_idle = 0;

        if (!p)
                return NULL;

        (void) pthread_mutex_lock(&p->lock);
        p->stopping = true;
        for (unsigned i = 0; i < p->n_workers; i++) {
                if (p->workers[i].busy)
                        (void) pthread_detach(p->workers[i].thread);
                else
                        idle[n_idle++] = p->workers[i].thread;
        }
        (void) pthread_cond_broadcast(&p->wake);
        (void) pthread_mutex_unlock(&p->lock);

        /* They were waiting under the lock and take no more jobs: this is a matter of microseconds. */
        for (unsigned i = 0; i < n_idle; i++)
                (void) pthread_join(idle[i], NULL);

        (void) pthread_mutex_lock(&p->lock);
        pool_unref_unlock(p);
        return NULL;
}

int resolver_pool_fd(const ResolverPool *p)
{
        return p->fd;
}

void resolver_pool_submit(ResolverPool *p, ResolverJob *job)
{
        (void) pthread_mutex_lock(&p->lock);
        TAILQ_INSERT_TAIL(&p->queue, job, link);
        (void) pthread_cond_signal(&p->wake);
        (void) pthread_mutex_unlock(&p->lock);
}

ResolverJob *resolver_pool_take(ResolverPool *p)
{
        ResolverJob *job = NULL;
        uint64_t n = 0;

        (void) pthread_mutex_lock(&p->lock);
        job = TAILQ_FIRST(&p->done);
        if (job)
                TAILQ_REMOVE(&p->done, job, link);
        else if (read(p->fd, &n, sizeof(n)) < 0)
                n = 0; /* nothing to reset: it was not readable */
        (void) pthread_mutex_unlock(&p->lock);
        return job;
}

int resolver_lookup_system(const char *host, struct sockaddr_storage *ret, size_t *n)
{
        /* ADDRCONFIG: without an IPv6 address of our own no IPv6 address is worth a visit. */
        const struct addrinfo hints = {
                .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
        struct addrinfo *list = NULL;
        size_t room = *n, n_found = 0;
        int error = getaddrinfo(host, NULL, &hints, &list);

        if (error != 0)
                return error;

        for (const struct addrinfo *a = list; a && n_found < room; a = a->ai_next) {
                if (a->ai_family != AF_INET && a->ai_family != AF_INET6)
                        continue;
                memset(&ret[n_found], 0, sizeof(ret[n_found]));
                memcpy(&ret[n_found], a->ai_addr, a->ai_addrlen);
                n_found++;
        }
        freeaddrinfo(list);
        *n = n_found;
        return n_found > 0 ? 0 : EAI_NODATA;
}
