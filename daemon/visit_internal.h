/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_VISIT_INTERNAL_H
#define MQTLSD_VISIT_INTERNAL_H

/* What visit.c (its life), visit_phases.c (what is done in each phase) and visit_socket.c (the bytes)
 * share. Nobody else includes this. */

#include "daemon/loop_timer.h"
#include "daemon/poller.h"
#include "daemon/visit.h"
#include "tls/mq_exchange.h"

typedef struct VisitPhase {
        uint32_t waits_for;                /* of the socket, besides room for what is to be sent */
        uint64_t (*until)(const Visit *v); /* its limit, to which the deadline is added */
        void (*step)(Visit *v);
        void (*late)(Visit *v);
} VisitPhase;

struct Visit {
        VisitParams params;
        ProbePhase phase;
        uint64_t entered_usec, until_usec;
        uint64_t connect_until_usec;
        bool over;
        bool waiting;   /* for a place */
        bool has_place;
        int fd;
        PollerWatch *watch;
        LoopTimer timer;
        Handshake *handshake;
        MqExchange *exchange; /* NULL: not at depth "mq", or not yet */
        bool is_parting;  /* END_CONV is said, and the session stands until it is answered */
        bool at_eof;      /* the listener will say nothing more */
        int socket_error; /* nor can it hear us */
        uint64_t asked_usec, round_trip_usec;
        size_t n_drained_bytes;
};

static inline uint64_t visit_now(const Visit *v)
{
        return clock_monotonic_usec(v->params.environment->clock);
}

/* ---- visit.c ---- */

/* The only way from one phase to the next. The visit may be over when it returns. */
void visit_enter(Visit *v, ProbePhase phase);

/* The connection stands: on with it, or into the queue. */
void visit_connected(Visit *v);

/* Fixes the result, then takes leave where there is somebody to take leave of. To be called once. */
void visit_end(Visit *v, ProbeEnd end, int error);

/* The only end. Harmless twice. */
void visit_finish(Visit *v);

/* ---- visit_phases.c ---- */

/* By phase; PHASE_RESOLVE is the probe's and has none. */
extern const VisitPhase visit_phases[_PHASE_MAX];

/* ---- visit_socket.c ---- */

/* Has the phase stepped whenever the socket has something to tell. Returns 0 or -errno. */
int visit_watch(Visit *v);

/* Asks the poller for what the phase waits for. */
void visit_wait(Visit *v, bool all_sent);

/* Reads what has come and feeds it to the handshake. Returns 0 or -ENOMEM. */
int visit_receive(Visit *v);

/* Sends what is to be sent. Returns true when nothing is left, or can be sent any more. */
bool visit_send(Visit *v);

#endif
