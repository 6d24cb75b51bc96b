/* SPDX-License-Identifier: MIT */
#include "daemon/visit.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "daemon/loop_timer.h"
#include "daemon/tcp.h"
#include "tls/mq_exchange.h"

/*
 *      CONNECT ──► (wait for a place) ──► HANDSHAKE ──► LINGER ──► (MQ_INIT) ──► CLOSE ──► over
 *         │                                   │            │           │          ▲
 *         └─► over                            └────────────┴───────────┴──────────┘
 *                                                                visit_end(): the result stands
 *
 * The result is fixed by visit_end(), the first time it is called. CLOSE only takes leave: it says
 * close_notify, sends FIN, and reads what is still coming, because closing a socket with unread bytes
 * makes the kernel send RST (RFC 2525 section 2.17), which a queue manager logs as an error.
 */

/* Who asks: the queue manager shows it as the id of the channel's partner. */
#define MQ_ID_TEXT "mqtlsd certificate and channel monitor"

enum {
        CHUNK_BYTES = 16 * 1024,
        CHUNKS_PER_TURN = 4, /* then other sockets come first */
        CLOSE_BYTES_MAX = 64 * 1024,
};

#define CLOSE_USEC UINT64_C(200000)
/* A queue manager that was told END_CONV closes by itself, in its own time. */
#define CLOSE_AFTER_MQ_USEC UINT64_C(1000000)
/* A round trip may include a listener's thinking; no more of it than this is waited for again. */
#define LINGER_FOR_ROUND_TRIPS_USEC UINT64_C(2000000)

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

static void step_connect(Visit *v);
static void step_handshake(Visit *v);
static void step_linger(Visit *v);
static void step_mq_init(Visit *v);
static void step_close(Visit *v);
static void late_connect(Visit *v);
static void late_handshake(Visit *v);
static void late_linger(Visit *v);
static void late_mq_init(Visit *v);
static void late_close(Visit *v);
static void visit_finish(Visit *v);

static uint64_t until_connected(const Visit *v)
{
        return v->connect_until_usec;
}

static uint64_t until_deadline(const Visit *v)
{
        return v->params.deadline_usec;
}

static uint64_t until_quiet(const Visit *v)
{
        uint64_t round_trips_usec = MIN_OF(2 * v->round_trip_usec, LINGER_FOR_ROUND_TRIPS_USEC);

        return v->entered_usec + MAX_OF(v->params.endpoint->linger_usec, round_trips_usec);
}

static uint64_t until_closed(const Visit *v)
{
        return v->entered_usec + (v->exchange ? CLOSE_AFTER_MQ_USEC : CLOSE_USEC);
}

static const VisitPhase visit_phases[_PHASE_MAX] = {
        [PHASE_CONNECT] = {EPOLLOUT, until_connected, step_connect, late_connect},
        [PHASE_HANDSHAKE] = {EPOLLIN, until_deadline, step_handshake, late_handshake},
        [PHASE_LINGER] = {EPOLLIN, until_quiet, step_linger, late_linger},
        [PHASE_MQ_INIT] = {EPOLLIN, until_deadline, step_mq_init, late_mq_init},
        [PHASE_CLOSE] = {EPOLLIN, until_closed, step_close, late_close},
};

static uint64_t visit_now(const Visit *v)
{
        return clock_monotonic_usec(v->params.environment->clock);
}

/* ---- the life of it ---- */

static void visit_leave_phase(Visit *v)
{
        if (v->phase == PHASE_RESOLVE)
                return; /* not begun: resolving is the probe's */
        v->params.observed->phase_usec[v->phase] = visit_now(v) - v->entered_usec;
}

/* The only way from one phase to the next. */
static void visit_enter(Visit *v, ProbePhase phase)
{
        AddressObservation *a = v->params.observed;

        if (!v->waiting)
                visit_leave_phase(v);
        v->waiting = false;
        v->phase = phase;
        v->entered_usec = visit_now(v);
        v->until_usec = MIN_OF(visit_phases[phase].until(v), v->params.deadline_usec);
        a->phase_reached[phase] = true;
        if (a->end == END_NONE || a->end == END_COMPLETED)
                a->phase = phase; /* that of a failure stays where it happened */

        /* Without the timer the probe's own deadline still ends the visit. */
        (void) loop_timer_set(&v->timer, v->until_usec);
        visit_phases[phase].step(v);
}

/* Gives back everything that counts: descriptor, memory, place. */
static void visit_release(Visit *v)
{
        const ProbeEnvironment *e = v->params.environment;

        v->watch = poller_watch_free(v->watch);
        loop_timer_done(&v->timer);
        v->handshake = handshake_free(v->handshake);
        v->exchange = mq_exchange_free(v->exchange);
        if (v->fd >= 0)
                (void) close(v->fd);
        v->fd = -1;
        v->waiting = false;
        if (v->has_place) {
                v->has_place = false;
                e->handshake_release(v->params.probe, e->userdata);
        }
}

/* The only end. Harmless twice. */
static void visit_finish(Visit *v)
{
        if (v->over)
                return;

        v->over = true;
        if (!v->waiting)
                visit_leave_phase(v);
        visit_release(v);
        v->params.ended(v->params.userdata);
}

/* Fixes the result, then takes leave where there is somebody to take leave of. */
static void visit_end(Visit *v, ProbeEnd end, int error)
{
        AddressObservation *a = v->params.observed;
        int r = 0;

        assert(end != END_NONE);
        assert(a->end == END_NONE);

        a->end = end;
        a->error = error;
        if (v->handshake) {
                r = address_observation_take(a, v->handshake, v->params.endpoint->trust,
                        clock_wall_at(v->params.environment->clock));
                if (r < 0) {
                        a->end = END_RESOURCE;
                        a->error = -r;
                }
        }

        if (!v->handshake || end == END_RESET) {
                visit_finish(v);
                return;
        }
        v->is_parting = v->exchange && end == END_COMPLETED;
        if (!v->is_parting)
                handshake_close(v->handshake);
        visit_enter(v, PHASE_CLOSE);
}

/* ---- bytes ---- */

/* Reads what has come and feeds it. Returns 0 or -ENOMEM. */
static int visit_receive(Visit *v)
{
        uint8_t chunk[CHUNK_BYTES];

        for (unsigned i = 0; i < CHUNKS_PER_TURN && !v->at_eof; i++) {
                ssize_t n = recv(v->fd, chunk, sizeof(chunk), 0);
                int r = 0;

                if (n < 0 && tcp_is_transient(errno))
                        return 0;
                if (n < 0)
                        v->socket_error = errno;
                if (n <= 0) {
                        v->at_eof = true;
                        return 0;
                }
                if (v->round_trip_usec == 0 && v->asked_usec != 0)
                        v->round_trip_usec = MAX_OF(visit_now(v) - v->asked_usec, UINT64_C(1));
                r = handshake_feed(v->handshake, chunk, (size_t) n);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Sends what is to be sent. Returns true when nothing is left, or can be sent any more. */
static bool visit_send(Visit *v)
{
        for (;;) {
                size_t len = 0;
                const void *data = handshake_output(v->handshake, &len);
                ssize_t n = 0;

                if (len == 0)
                        return true;
                n = send(v->fd, data, len, MSG_NOSIGNAL);
                if (n < 0 && tcp_is_transient(errno))
                        return false;
                if (n < 0) {
                        if (v->socket_error == 0)
                                v->socket_error = errno;
                        return true;
                }
                handshake_output_consumed(v->handshake, (size_t) n);
        }
}

/* Asks the poller for what the phase waits for. */
static void visit_wait(Visit *v, bool all_sent)
{
        uint32_t events = visit_phases[v->phase].waits_for | (all_sent ? 0 : (uint32_t) EPOLLOUT);

        /* Modifying a watch that stands takes no memory. */
        (void) poller_watch_set_events(v->watch, events);
}

static void on_socket(uint32_t events UNUSED, void *userdata)
{
        Visit *v = userdata;

        visit_phases[v->phase].step(v);
}

static int visit_watch(Visit *v)
{
        return poller_watch(v->params.environment->poller, v->fd, visit_phases[v->phase].waits_for,
                on_socket, v, &v->watch);
}

static void on_late(void *userdata)
{
        Visit *v = userdata;

        visit_phases[v->phase].late(v);
}

/* ---- CONNECT ---- */

static int open_handshake(Visit *v)
{
        return handshake_new(v->params.profile, v->params.sni, NULL, &v->handshake);
}

static void visit_begin_handshake(Visit *v)
{
        int r = 0;

        v->has_place = true;
        r = open_handshake(v);
        if (r == 0 && !v->watch)
                r = visit_watch(v);
        if (r < 0) {
                v->handshake = handshake_free(v->handshake);
                visit_end(v, END_RESOURCE, -r);
                return;
        }
        visit_enter(v, PHASE_HANDSHAKE);
}

/* The connection stands: on with it, or into the queue. Waiting for a place belongs to no phase. */
static void visit_connected(Visit *v)
{
        const ProbeEnvironment *e = v->params.environment;

        if (e->handshake_admit(v->params.probe, e->userdata)) {
                visit_begin_handshake(v);
                return;
        }
        visit_leave_phase(v);
        v->waiting = true;
        v->watch = poller_watch_free(v->watch); /* whatever it says has to wait as well */
        (void) loop_timer_set(&v->timer, v->params.deadline_usec);
}

/* Entered without a socket: asks for the connection. After that: how did it go? */
static void step_connect(Visit *v)
{
        bool fresh = v->fd < 0;
        int r = fresh ? tcp_connect(v->params.address, &v->fd) : tcp_connect_result(v->fd);

        if (r == 0 && fresh)
                r = visit_watch(v);
        if (r < 0)
                visit_end(v, tcp_end_of_errno(-r), -r);
        else if (!fresh)
                visit_connected(v);
}

static void late_connect(Visit *v)
{
        /* That our own queue was too long is no fault of the listener's. */
        if (v->waiting)
                visit_end(v, END_RESOURCE, EBUSY);
        else
                visit_end(v, END_TIMEOUT, 0);
}

void visit_begin(Visit *v, uint64_t connect_until_usec)
{
        assert(v);
        assert(v->phase == PHASE_RESOLVE);

        v->params.observed->attempted = true;
        v->connect_until_usec = connect_until_usec;
        visit_enter(v, PHASE_CONNECT);
}

/* ---- HANDSHAKE ---- */

static void step_handshake(Visit *v)
{
        HandshakeState state = HANDSHAKE_WANTS_INPUT;
        bool all_sent = false;
        int r = visit_receive(v);

        if (r == 0)
                state = handshake_step(v->handshake);
        all_sent = visit_send(v);
        if (v->asked_usec == 0)
                v->asked_usec = visit_now(v);

        /* Sending may be how we learn that it has gone. What it said before, an alert for instance,
         * says more than that. */
        if (r == 0 && v->socket_error != 0 && !v->at_eof) {
                r = visit_receive(v);
                if (r == 0)
                        state = handshake_step(v->handshake);
        }

        if (r < 0)
                visit_end(v, END_RESOURCE, -r);
        else if (state == HANDSHAKE_FAILED)
                visit_end(v, END_TLS, 0);
        else if (state == HANDSHAKE_DONE)
                visit_enter(v, PHASE_LINGER);
        else if (v->socket_error != 0)
                visit_end(v, END_RESET, v->socket_error);
        else if (v->at_eof)
                visit_end(v, END_EOF, 0);
        else
                visit_wait(v, all_sent);
}

static void late_handshake(Visit *v)
{
        visit_end(v, END_TIMEOUT, 0);
}

/* ---- LINGER ---- */

static void visit_accepted(Visit *v);

static void step_linger(Visit *v)
{
        LingerState state = LINGER_QUIET;
        bool all_sent = false;
        int r = visit_receive(v);

        if (r == 0)
                state = handshake_linger(v->handshake);
        all_sent = visit_send(v);
        if (r == 0 && state == LINGER_QUIET && v->socket_error != 0 && !v->at_eof) {
                r = visit_receive(v);
                if (r == 0)
                        state = handshake_linger(v->handshake);
        }

        if (r < 0)
                visit_end(v, END_RESOURCE, -r);
        else if (state == LINGER_REFUSED)
                visit_end(v, END_TLS, 0);
        else if (state == LINGER_ACCEPTED || state == LINGER_LIMIT)
                visit_accepted(v);
        else if (v->socket_error != 0)
                visit_end(v, END_RESET, v->socket_error);
        else if (v->at_eof)
                visit_end(v, END_EOF, 0);
        else
                visit_wait(v, all_sent);
}

/* Quiet for as long as wanted is consent; cut short by the deadline it is not. */
static void late_linger(Visit *v)
{
        bool was_quiet = visit_now(v) - v->entered_usec >= v->params.endpoint->linger_usec;

        if (was_quiet)
                visit_accepted(v);
        else
                visit_end(v, END_TIMEOUT, 0);
}

/* ---- MQ_INIT ---- */

/* The listener has accepted the session: that is all, or the queue manager is asked as well. */
static void visit_accepted(Visit *v)
{
        AddressObservation *a = v->params.observed;
        MqInitParams params = {
                .channel = v->params.endpoint->channel,
                .id_text = MQ_ID_TEXT,
        };
        int r = 0;

        if (!v->params.ask_mq) {
                visit_end(v, END_COMPLETED, 0);
                return;
        }
        clock_random_bytes(v->params.environment->clock, params.random, sizeof(params.random));
        r = mq_exchange_new(&params, &v->exchange);
        if (r < 0) {
                visit_end(v, END_RESOURCE, -r);
                return;
        }
        a->mq_tried = true;
        visit_enter(v, PHASE_MQ_INIT);
}

/* Did the session end with an alert instead of an answer of the queue manager's? */
static bool visit_was_cut(const Visit *v)
{
        HandshakeError error = handshake_facts(v->handshake)->error;

        return error != HANDSHAKE_ERROR_NONE && error != HANDSHAKE_ERROR_CLOSE_NOTIFY;
}

/* What came of it, then the polite close. */
static void visit_end_mq(Visit *v, MqResult undecided, ProbeEnd end, int error)
{
        mq_exchange_end(v->exchange, v->handshake, undecided, &v->params.observed->mq);
        visit_end(v, end, error);
}

static void step_mq_init(Visit *v)
{
        int r = visit_receive(v);
        bool is_decided = r == 0 && mq_exchange_step(v->exchange, v->handshake);
        bool all_sent = visit_send(v);

        if (r == 0 && !is_decided && v->socket_error != 0 && !v->at_eof) {
                r = visit_receive(v);
                is_decided = r == 0 && mq_exchange_step(v->exchange, v->handshake);
        }

        if (r < 0)
                visit_end(v, END_RESOURCE, -r);
        else if (is_decided)
                visit_end_mq(v, MQ_RESULT_NONE, visit_was_cut(v) ? END_TLS : END_COMPLETED, 0);
        else if (v->socket_error != 0)
                visit_end_mq(v, MQ_RESULT_CLOSED, END_RESET, v->socket_error);
        else if (v->at_eof)
                visit_end_mq(v, MQ_RESULT_CLOSED, END_EOF, 0);
        else
                visit_wait(v, all_sent);
}

static void late_mq_init(Visit *v)
{
        visit_end_mq(v, MQ_RESULT_TIMEOUT, END_TIMEOUT, 0);
}

/* ---- CLOSE ---- */

/* Reads and forgets. Returns true when the other side is through, or has said too much. */
static bool visit_drain(Visit *v)
{
        uint8_t chunk[CHUNK_BYTES];

        while (!v->at_eof && v->n_drained_bytes < CLOSE_BYTES_MAX) {
                ssize_t n = recv(v->fd, chunk, sizeof(chunk), 0);

                if (n < 0 && tcp_is_transient(errno))
                        return false;
                if (n <= 0)
                        return true;
                v->n_drained_bytes += (size_t) n;
        }
        return true;
}

/* The handshake's memory and place are given back as soon as the last bytes are out: others wait. */
static void visit_drop_handshake(Visit *v)
{
        const ProbeEnvironment *e = v->params.environment;

        v->handshake = handshake_free(v->handshake);
        v->has_place = false;
        e->handshake_release(v->params.probe, e->userdata);
}

/* A queue manager that is told END_CONV closes by itself. Only then, or when it takes too long, is
 * close_notify said. Returns true when that has been. */
static bool visit_has_parted(Visit *v)
{
        bool all_sent = visit_send(v);
        int r = visit_receive(v);

        if (r == 0 && !v->at_eof && handshake_linger(v->handshake) != LINGER_REFUSED &&
                handshake_facts(v->handshake)->error == HANDSHAKE_ERROR_NONE) {
                visit_wait(v, all_sent);
                return false;
        }
        v->is_parting = false;
        handshake_close(v->handshake);
        return true;
}

static void late_close(Visit *v)
{
        if (!v->is_parting) {
                visit_finish(v);
                return;
        }
        v->is_parting = false;
        handshake_close(v->handshake);
        v->until_usec = MIN_OF(visit_now(v) + CLOSE_USEC, v->params.deadline_usec);
        (void) loop_timer_set(&v->timer, v->until_usec);
        step_close(v);
}

static void step_close(Visit *v)
{
        bool all_sent = true, drained = false;

        if (v->is_parting && !visit_has_parted(v))
                return;

        if (v->handshake) {
                all_sent = visit_send(v);
                if (all_sent) {
                        visit_drop_handshake(v);
                        (void) shutdown(v->fd, SHUT_WR);
                }
        }
        drained = visit_drain(v);
        if (drained || visit_now(v) >= v->until_usec)
                visit_finish(v);
        else
                visit_wait(v, all_sent);
}

/* ---- for the probe ---- */

int visit_new(const VisitParams *params, Visit **ret)
{
        CLEANUP_FREE Visit *v = NULL;
        int r = 0;

        assert(params);
        assert(ret);

        v = calloc(1, sizeof(*v));
        if (!v)
                return -ENOMEM;
        v->params = *params;
        v->phase = PHASE_RESOLVE;
        v->fd = -1;
        r = loop_timer_init(&v->timer, params->environment->event, params->environment->clock,
                "visit-limit", on_late, v);
        if (r < 0)
                return r;

        *ret = STEAL(v);
        return 0;
}

Visit *visit_free(Visit *v)
{
        if (!v)
                return NULL;

        v->over = true;
        visit_release(v);
        free(v);
        return NULL;
}

void visit_admit(Visit *v)
{
        assert(v->waiting);

        visit_begin_handshake(v);
}

void visit_expire(Visit *v)
{
        if (v->over || v->phase == PHASE_RESOLVE)
                return;

        visit_phases[v->phase].late(v);
        visit_finish(v); /* where it took leave, the time for that is over as well */
}

bool visit_is_over(const Visit *v)
{
        return v->over;
}

bool visit_is_waiting(const Visit *v)
{
        return v->waiting;
}

bool visit_is_connecting(const Visit *v)
{
        return !v->over && v->phase == PHASE_CONNECT;
}
