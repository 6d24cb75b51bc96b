/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_RESOLVER_H
#define MQTLSD_RESOLVER_H

/*
 * Names to addresses, off the loop: a few getaddrinfo() threads and an eventfd, so that every NSS
 * module works and none can block a scrape. One job per distinct name, answers kept for a while, the
 * last good addresses kept on failure. Address literals are answered at once, without a thread.
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>

#include "base/util.h"
#include "daemon/clock.h"

enum {
        RESOLVER_ADDRESSES_MAX = 32, /* kept per name */
};

typedef struct Resolver Resolver;
typedef struct ResolverQuery ResolverQuery;

typedef struct ResolverAnswer {
        int error;  /* 0, or the EAI_ code of the latest look-up */
        bool stale; /* error, but these are the last good addresses */
        struct sockaddr_storage *addresses; /* without a port */
        size_t n_addresses;
} ResolverAnswer;

/* Called once, from the loop, never from within resolver_query(). The answer is valid during the call;
 * the query is freed by the resolver afterwards. */
typedef void (*ResolverHandler)(const ResolverAnswer *answer, void *userdata);

int resolver_new(sd_event *event, const Clock *clock, unsigned n_threads, uint64_t cache_usec,
        Resolver **ret);

/* All queries must be gone. Threads that hang in a look-up are left behind, never waited for: a stop
 * takes no time. */
Resolver *resolver_free(Resolver *r);
DEFINE_CLEANUP(Resolver, resolver_free, resolver_cleanup)

/* Asks for the addresses of a name or literal. Returns 0 or -ENOMEM. */
int resolver_query(
        Resolver *r, const char *host, ResolverHandler handler, void *userdata, ResolverQuery **ret);

/* The asker cannot wait longer: answers with the last good addresses, as stale ones, where there are
 * any (through the handler, from the loop). Returns false where there are none; then it goes on
 * waiting. A name server that is silent would otherwise never count as a failure in time. */
bool resolver_query_hurry(ResolverQuery *q);

/* Gives up: the handler will not be called. The look-up itself goes on for others and the cache. */
ResolverQuery *resolver_query_cancel(ResolverQuery *q); /* NULL is fine; returns NULL */

uint64_t resolver_n_failures(const Resolver *r);

/* After a reload: for answers from now on. Threads are added where more are wanted, never ended. */
void resolver_configure(Resolver *r, unsigned n_threads, uint64_t cache_usec);

/* For tests: replaces getaddrinfo(). `*n` is the room in `ret` and becomes the number of addresses;
 * the result is 0 or an EAI_ code. Called from the resolver's threads. */
typedef int (*ResolverLookup)(const char *host, struct sockaddr_storage *ret, size_t *n);
void resolver_set_lookup(Resolver *r, ResolverLookup lookup);

#endif
