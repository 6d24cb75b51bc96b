/* SPDX-License-Identifier: MIT */
#include "daemon/visit_internal.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "daemon/tcp.h"

/* Who asks: the queue manager shows it as the id of the channel's partner. */
#define MQ_ID_TEXT "mqtlsd certificate and channel monitor"

/* A queue manager that was told END_CONV closes by itself, in its own time. */
#define CLOSE_AFTER_MQ_USEC UINT64_C(1000000)
/* A round trip may include a listener's thinking; no more of it than this is waited for again. */
#define LINGER_FOR_ROUND_TRIPS_USEC UINT64_C(2000000)

/* ---- CONNECT ---- */

static uint64_t until_connected(const Visit *v)
{
        return v->connect_until_usec;
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

/* ---- HANDSHAKE ---- */

static uint64_t until_deadline(const Visit *v)
{
        return v->params.deadline_usec;
}

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

static uint64_t until_quiet(const Visit *v)
{
        uint64_t round_trips_usec = MIN_OF(2 * v->round_trip_usec, LINGER_FOR_ROUND_TRIPS_USEC);

        return v->entered_usec + MAX_OF(v->params.endpoint->linger_usec, round_trips_usec);
}

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

static uint64_t until_closed(const Visit *v)
{
        return v->entered_usec + (v->exchange ? CLOSE_AFTER_MQ_USEC : TCP_CLOSE_USEC);
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
        drained = v->at_eof || tcp_drain(v->fd, &v->n_drained_bytes);
        if (drained || visit_now(v) >= v->until_usec)
                visit_finish(v);
        else
                visit_wait(v, all_sent);
}

static void late_close(Visit *v)
{
        if (!v->is_parting) {
                visit_finish(v);
                return;
        }
        v->is_parting = false;
        handshake_close(v->handshake);
        v->until_usec = MIN_OF(visit_now(v) + TCP_CLOSE_USEC, v->params.deadline_usec);
        (void) loop_timer_set(&v->timer, v->until_usec);
        step_close(v);
}

const VisitPhase visit_phases[_PHASE_MAX] = {
        [PHASE_CONNECT] = {EPOLLOUT, until_connected, step_connect, late_connect},
        [PHASE_HANDSHAKE] = {EPOLLIN, until_deadline, step_handshake, late_handshake},
        [PHASE_LINGER] = {EPOLLIN, until_quiet, step_linger, late_linger},
        [PHASE_MQ_INIT] = {EPOLLIN, until_deadline, step_mq_init, late_mq_init},
        [PHASE_CLOSE] = {EPOLLIN, until_closed, step_close, late_close},
};
