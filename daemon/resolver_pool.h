/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_RESOLVER_POOL_H
#define MQTLSD_RESOLVER_POOL_H

/*
 * The resolver's threads: jobs in, done jobs out, an eventfd in between. They touch nothing but the
 * pool, which lives on until the last of them has left it. (worker.h has one thread for each of those who
 * want their jobs done in order.)
 */

#include <stddef.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "base/util.h"
#include "daemon/resolver.h"

typedef struct ResolverPool ResolverPool;

typedef struct ResolverJob {
        TAILQ_ENTRY(ResolverJob) link;
        void *owner;  /* the asker's own; the threads do not look at it */
        char *host;
        ResolverLookup lookup;
        int error; /* EAI_ code */
        size_t n_addresses;
        struct sockaddr_storage addresses[RESOLVER_ADDRESSES_MAX];
} ResolverJob;

/* Returns 0 or -ENOMEM. */
int resolver_job_new(const char *host, ResolverLookup lookup, void *owner, ResolverJob **ret);
ResolverJob *resolver_job_free(ResolverJob *job);

/* Starts `n_threads` threads with all signals blocked; fewer are taken as they are, none at all is an
 * error. Returns 0 or -errno. */
int resolver_pool_new(unsigned n_threads, ResolverPool **ret);

/* Idle threads are joined, busy ones left to themselves: nothing is waited for. */
ResolverPool *resolver_pool_free(ResolverPool *p);
DEFINE_CLEANUP(ResolverPool, resolver_pool_free, resolver_pool_cleanup)

/* Adds threads until there are `n_threads`, as far as the system allows. */
void resolver_pool_grow(ResolverPool *p, unsigned n_threads);

/* Readable while done jobs may be waiting; read by resolver_pool_take(). */
int resolver_pool_fd(const ResolverPool *p);

void resolver_pool_submit(ResolverPool *p, ResolverJob *job); /* takes ownership */
ResolverJob *resolver_pool_take(ResolverPool *p);             /* a done one, NULL if none; to be freed */

/* getaddrinfo() as a ResolverLookup. */
int resolver_lookup_system(const char *host, struct sockaddr_storage *ret, size_t *n);

#endif
