/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TLS_SURVEY_H
#define MQTLS_TLS_SURVEY_H

/*
 * The survey: which of MQ's CipherSpecs a listener accepts, one question per row of the catalogue,
 * each a hand-made ClientHello that offers that CipherSpec and nothing else. Knows what to ask next
 * and what an answer means; who connects, when, and how often is somebody else's business.
 *
 *      survey_init ► { survey_next ► survey_offer ► … ► survey_record or survey_unreached }*
 *                  ► survey_is_done ► survey_finish
 *
 * Rows that share a code point on different protocols are different questions.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "mq/cipherspec.h"
#include "tls/hello.h"

enum {
        SURVEY_ROWS_MAX = 64, /* the catalogue has fewer */
        SURVEY_UNREACHED_MAX = 3,
        SURVEY_RANDOM_SIZE = 3 * HELLO_RANDOM_SIZE,
};

typedef enum SurveyAnswer {
        SURVEY_NOT_ASKED, /* cannot be offered at all, or the survey ended before */
        SURVEY_ACCEPTED,  /* chosen by the listener, on this CipherSpec's own protocol */
        SURVEY_REFUSED,   /* an alert, or an older protocol instead */
        SURVEY_UNKNOWN,   /* nothing that can be read either way */
        _SURVEY_ANSWER_MAX,
} SurveyAnswer;

const char *survey_answer_to_string(SurveyAnswer a); /* "not_asked", "accepted", … */

/* ---- what is left of a survey ---- */

typedef struct SurveyFacts {
        int64_t finished_at;
        SurveyAnswer answers[SURVEY_ROWS_MAX]; /* in catalogue order */
} SurveyFacts;

/* Returns 0 or -ENOMEM. */
int survey_facts_copy(const SurveyFacts *f, SurveyFacts **ret);
SurveyFacts *survey_facts_free(SurveyFacts *f);
DEFINE_CLEANUP(SurveyFacts, survey_facts_free, survey_facts_cleanup)

/* `spec` is a row of the catalogue. */
SurveyAnswer survey_facts_answer(const SurveyFacts *f, const CipherSpec *spec);

/* ---- a survey under way ---- */

/* A plain value: copied by assignment, nothing to free. */
typedef struct Survey {
        SurveyAnswer answers[SURVEY_ROWS_MAX];
        size_t next;          /* row of the question that is open */
        unsigned n_unreached; /* in a row */
} Survey;

/* Nothing asked yet. */
void survey_init(Survey *s);

/* Is it a question at all? TLS_RSA_WITH_NULL_NULL is none: its code point 0x0000 is the state of a
 * connection before any handshake, and must not be negotiated (RFC 5246 appendix A.5). */
bool survey_is_askable(const CipherSpec *spec);

bool survey_is_done(const Survey *s);

/* The question that is open, the same until it is answered; NULL when done. */
const CipherSpec *survey_next(const Survey *s);

/* The question as an offer. `sni` (borrowed) may be NULL; `random` are SURVEY_RANDOM_SIZE random bytes,
 * fresh for each offer. */
void survey_offer(const CipherSpec *spec, const char *sni, const uint8_t *random, HelloOffer *ret);

/* What an answer says about the CipherSpec that was asked for. `reply` is not looked at with
 * HELLO_MORE, which stands for a connection that ended without an answer. */
SurveyAnswer survey_judge(const CipherSpec *spec, HelloAnswer answer, const HelloReply *reply);

/* Answers the open question, and goes on to the next. Not when done. */
void survey_record(Survey *s, HelloAnswer answer, const HelloReply *reply);

/* No connection came about: the open question stays unknown. After SURVEY_UNREACHED_MAX of these in a
 * row nobody is there, and the survey is done: what is left stays unknown as well. */
void survey_unreached(Survey *s);

/* What was found out, also when not done. Returns 0 or -ENOMEM. */
int survey_finish(const Survey *s, int64_t now_at, SurveyFacts **ret);

#endif
