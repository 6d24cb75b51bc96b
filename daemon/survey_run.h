/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_SURVEY_RUN_H
#define MQTLSD_SURVEY_RUN_H

/*
 * One question of a survey, put to one address: CONNECT, ASK, CLOSE. Sends a hand-made ClientHello,
 * reads until the answer is decided, and takes leave without having agreed on anything. Holds but a
 * few kilobytes of a stranger's, and needs no place among the handshakes.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>

#include "base/util.h"
#include "daemon/clock.h"
#include "daemon/poller.h"
#include "tls/hello.h"
#include "tls/observation.h"

typedef struct SurveyRun SurveyRun;

typedef struct SurveyRunResult {
        bool connected;     /* false: nobody was asked (survey_unreached) */
        HelloAnswer answer; /* HELLO_MORE: it ended undecided (survey_record all the same) */
        HelloReply reply;   /* valid unless HELLO_MORE */
        ProbeEnd end;       /* END_COMPLETED when decided, else what ended it */
        int error;          /* errno where the end has one, else 0 */
        uint64_t duration_usec;
} SurveyRunResult;

/* Called once, from the loop, never from within survey_run_start(), when the connection is closed. The
 * run is freed by its starter, from within the handler at the earliest; `result` is valid until the
 * handler returns, also where it has freed the run. */
typedef void (*SurveyRunHandler)(SurveyRun *run, const SurveyRunResult *result, void *userdata);

typedef struct SurveyRunParams {
        sd_event *event; /* this and the next two are borrowed and outlive the run */
        const Clock *clock;
        Poller *poller;
        const struct sockaddr_storage *address; /* with the port; copied */
        const HelloOffer *offer;                /* read before survey_run_start() returns */
        uint64_t deadline_usec;
        SurveyRunHandler handler;
        void *userdata;
} SurveyRunParams;

/* Begins. Returns 0, -EINVAL for a server name that is too long, or -errno; then nothing was begun and
 * the handler is not called. */
int survey_run_start(const SurveyRunParams *params, SurveyRun **ret);

/* Ends it without a result, and without a word to anybody, when it is still under way. */
SurveyRun *survey_run_free(SurveyRun *run);
DEFINE_CLEANUP(SurveyRun, survey_run_free, survey_run_cleanup)

#endif
