/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_VISIT_H
#define MQTLSD_VISIT_H

/*
 * One address: CONNECT, HANDSHAKE, LINGER, at depth "mq" MQ_INIT, CLOSE. Moves bytes between a socket and
 * a Handshake, and writes down how far it came and what ended it.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/util.h"
#include "daemon/probe.h"

typedef struct Visit Visit;

/* Called once when the visit is over, possibly from within visit_begin(); must not free it. */
typedef void (*VisitHandler)(void *userdata);

typedef struct VisitParams {
        const ProbeEnvironment *environment; /* everything here is borrowed and outlives the visit */
        Probe *probe;                        /* for whom a place among the handshakes is asked */
        const EndpointConfig *endpoint;
        TlsProfile *profile;                 /* what is offered: the endpoint's, or without its identity */
        bool ask_mq;                         /* also MQ_INIT, once TLS stands */
        const char *sni;                     /* NULL: none */
        const struct sockaddr_storage *address; /* with the port */
        AddressObservation *observed;        /* where everything is written */
        uint64_t deadline_usec;
        VisitHandler ended;
        void *userdata;
} VisitParams;

/* Returns 0 or -errno. Nothing has been sent yet. */
int visit_new(const VisitParams *params, Visit **ret);

/* Ends it without a word to anybody when it is still under way. */
Visit *visit_free(Visit *v);
DEFINE_CLEANUP(Visit, visit_free, visit_cleanup)

/* Connects; gives up connecting at `connect_until_usec` or the deadline, whichever is first. */
void visit_begin(Visit *v, uint64_t connect_until_usec);

/* A place among the handshakes is there. Only for one that is waiting. */
void visit_admit(Visit *v);

/* The deadline: it is over when this returns. */
void visit_expire(Visit *v);

bool visit_is_over(const Visit *v);
bool visit_is_waiting(const Visit *v);    /* connected, for a place among the handshakes */
bool visit_is_connecting(const Visit *v); /* begun, and not yet in its handshake */

#endif
