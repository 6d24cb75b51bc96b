/* SPDX-License-Identifier: MIT */
#include "daemon/survey_run.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/buf.h"
#include "daemon/loop_timer.h"
#include "daemon/tcp.h"

/*
 *      CONNECT ──► ASK ──► CLOSE ──► over
 *         │         │        ▲
 *         └─► over  └────────┘  run_end(): the result stands
 *
 * As in a visit, CLOSE says FIN and reads what is still coming, because closing a socket with unread
 * bytes makes the kernel send RST (RFC 2525 section 2.17). There is no alert to say goodbye with:
 * nothing has been agreed that could be closed.
 *
 * Whoever calls run_finish() does nothing afterwards: the handler may have freed the run.
 */

enum {
        CHUNK_BYTES = 4096,
        CHUNKS_PER_TURN = 4, /* then other sockets come first */
};

typedef enum RunPhase {
        RUN_CONNECT,
        RUN_ASK,
        RUN_CLOSE,
        _RUN_PHASE_MAX,
} RunPhase;

typedef struct RunPhaseRow {
        uint32_t waits_for; /* of the socket, besides room for what is to be sent */
        void (*step)(SurveyRun *run);
        void (*late)(SurveyRun *run);
} RunPhaseRow;

struct SurveyRun {
        SurveyRunParams params; /* without address and offer, which are gone */
        RunPhase phase;
        uint64_t started_usec;
        int fd;
        PollerWatch *watch;
        LoopTimer timer;
        Buf out, in;
        bool at_eof;      /* the listener will say nothing more */
        int socket_error; /* nor can it hear us */
        size_t n_drained_bytes;
        bool ended; /* the result stands */
        SurveyRunResult result;
};

static void step_connect(SurveyRun *run);
static void step_ask(SurveyRun *run);
static void step_close(SurveyRun *run);
static void late_unanswered(SurveyRun *run);
static void run_finish(SurveyRun *run);

static const RunPhaseRow run_phases[_RUN_PHASE_MAX] = {
        [RUN_CONNECT] = {EPOLLOUT, step_connect, late_unanswered},
        [RUN_ASK] = {EPOLLIN, step_ask, late_unanswered},
        [RUN_CLOSE] = {EPOLLIN, step_close, run_finish},
};

static uint64_t run_now(const SurveyRun *run)
{
        return clock_monotonic_usec(run->params.clock);
}

/* ---- the life of it ---- */

/* Gives back what counts: descriptor and memory. */
static void run_release(SurveyRun *run)
{
        run->watch = poller_watch_free(run->watch);
        loop_timer_done(&run->timer);
        if (run->fd >= 0)
                (void) close(run->fd);
        run->fd = -1;
        buf_done(&run->out);
        buf_done(&run->in);
}

/* The last thing that is done. What is told outlives the run. */
static void run_finish(SurveyRun *run)
{
        SurveyRunResult result;

        assert(run->ended);

        run_release(run);
        result = run->result;
        result.duration_usec = run_now(run) - run->started_usec;
        run->params.handler(run, &result, run->params.userdata);
}

/* The only way from one phase to the next. */
static void run_enter(SurveyRun *run, RunPhase phase, uint64_t until_usec)
{
        run->phase = phase;
        /* Setting a timer that exists takes no memory. */
        (void) loop_timer_set(&run->timer, MIN_OF(until_usec, run->params.deadline_usec));
        run_phases[phase].step(run);
}

/* Fixes the result, then takes leave where there is somebody to take leave of. */
static void run_end(SurveyRun *run, ProbeEnd end, int error)
{
        assert(!run->ended);

        run->ended = true;
        run->result.end = end;
        run->result.error = error;

        if (!run->result.connected || end == END_RESET) {
                run_finish(run);
                return;
        }
        (void) shutdown(run->fd, SHUT_WR);
        run_enter(run, RUN_CLOSE, run_now(run) + TCP_CLOSE_USEC);
}

static void late_unanswered(SurveyRun *run)
{
        run_end(run, END_TIMEOUT, 0);
}

/* ---- bytes ---- */

/* Sends what is to be sent. */
static void run_send(SurveyRun *run)
{
        while (run->out.len > 0 && run->socket_error == 0) {
                ssize_t n = send(run->fd, run->out.data, run->out.len, MSG_NOSIGNAL);

                if (n < 0 && tcp_is_transient(errno))
                        return;
                if (n < 0)
                        run->socket_error = errno;
                else
                        buf_consume(&run->out, (size_t) n);
        }
}

/* Reads what has come. From HELLO_BYTES_MAX on it is decided, so no more than one turn is read beyond.
 * Returns 0 or -ENOMEM. */
static int run_receive(SurveyRun *run)
{
        uint8_t chunk[CHUNK_BYTES];

        for (unsigned i = 0; i < CHUNKS_PER_TURN && !run->at_eof; i++) {
                ssize_t n = recv(run->fd, chunk, sizeof(chunk), 0);

                if (n < 0 && tcp_is_transient(errno))
                        return 0;
                if (n < 0)
                        run->socket_error = errno;
                if (n <= 0) {
                        run->at_eof = true;
                        return 0;
                }
                buf_append(&run->in, chunk, (size_t) n);
                if (buf_error(&run->in) < 0)
                        return -ENOMEM;
        }
        return 0;
}

/* Asks the poller for what the phase waits for. */
static void run_wait(SurveyRun *run)
{
        bool all_sent = run->out.len == 0 || run->socket_error != 0;
        uint32_t events = run_phases[run->phase].waits_for | (all_sent ? 0 : (uint32_t) EPOLLOUT);

        /* Modifying a watch that stands takes no memory. */
        (void) poller_watch_set_events(run->watch, events);
}

static void on_socket(uint32_t events UNUSED, void *userdata)
{
        SurveyRun *run = userdata;

        run_phases[run->phase].step(run);
}

static void on_late(void *userdata)
{
        SurveyRun *run = userdata;

        /* What could not even be begun is told from here, because a handler is not called from within
         * survey_run_start(). */
        if (run->ended)
                run_finish(run);
        else
                run_phases[run->phase].late(run);
}

/* ---- CONNECT ---- */

/* How did it go? */
static void step_connect(SurveyRun *run)
{
        int r = tcp_connect_result(run->fd);

        if (r < 0) {
                run_end(run, tcp_end_of_errno(-r), -r);
                return;
        }
        run->result.connected = true;
        run_enter(run, RUN_ASK, run->params.deadline_usec);
}

/* Asks for the connection. */
static int run_connect(SurveyRun *run, const struct sockaddr_storage *address)
{
        int r = tcp_connect(address, &run->fd);

        if (r < 0)
                return r;
        return poller_watch(run->params.poller, run->fd, run_phases[RUN_CONNECT].waits_for, on_socket,
                run, &run->watch);
}

/* ---- ASK ---- */

static void step_ask(SurveyRun *run)
{
        int r = 0;

        run_send(run);
        r = run_receive(run); /* also when sending has failed: an alert says more than that */
        if (r == 0)
                run->result.answer = hello_decode(
                        (const uint8_t *) buf_str(&run->in), run->in.len, &run->result.reply);

        if (r < 0)
                run_end(run, END_RESOURCE, -r);
        else if (run->result.answer != HELLO_MORE)
                run_end(run, END_COMPLETED, 0);
        else if (run->socket_error != 0)
                run_end(run, END_RESET, run->socket_error);
        else if (run->at_eof)
                run_end(run, END_EOF, 0);
        else
                run_wait(run);
}

/* ---- CLOSE ---- */

static void step_close(SurveyRun *run)
{
        if (run->at_eof || tcp_drain(run->fd, &run->n_drained_bytes))
                run_finish(run);
        else
                run_wait(run);
}

/* ---- for the starter ---- */

static int run_prepare(SurveyRun *run, const SurveyRunParams *params)
{
        int r = 0;

        hello_encode(params->offer, &run->out);
        r = buf_error(&run->out);
        if (r < 0)
                return r;

        r = loop_timer_init(
                &run->timer, params->event, params->clock, "survey-limit", on_late, run);
        if (r < 0)
                return r;
        return loop_timer_set(&run->timer, params->deadline_usec);
}

int survey_run_start(const SurveyRunParams *params, SurveyRun **ret)
{
        CLEANUP(survey_run_cleanup) SurveyRun *run = NULL;
        int r = 0;

        assert(params);
        assert(params->handler);
        assert(ret);

        if (params->offer->sni && strlen(params->offer->sni) > HELLO_SNI_MAX)
                return -EINVAL;

        run = calloc(1, sizeof(*run));
        if (!run)
                return -ENOMEM;
        run->params = *params;
        run->params.address = NULL;
        run->params.offer = NULL;
        run->fd = -1;
        run->started_usec = run_now(run);
        r = run_prepare(run, params);
        if (r < 0)
                return r;

        r = run_connect(run, params->address);
        if (r < 0) {
                run->ended = true;
                run->result.end = tcp_end_of_errno(-r);
                run->result.error = -r;
                r = loop_timer_set(&run->timer, run->started_usec);
                if (r < 0)
                        return r;
        }
        *ret = STEAL(run);
        return 0;
}

SurveyRun *survey_run_free(SurveyRun *run)
{
        if (!run)
                return NULL;

        run_release(run);
        free(run);
        return NULL;
}
