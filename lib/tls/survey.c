/* SPDX-License-Identifier: MIT */
#include "tls/survey.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "mq/cipherspec_table.h"

enum {
        CODE_NULL_NULL = 0x0000,
};

#define ONE_ROW(...) +1
_Static_assert(0 CIPHERSPEC_TABLE(ONE_ROW) <= SURVEY_ROWS_MAX, "the catalogue has outgrown the survey");
#undef ONE_ROW

const char *survey_answer_to_string(SurveyAnswer a)
{
        static const char *const names[_SURVEY_ANSWER_MAX] = {
                [SURVEY_NOT_ASKED] = "not_asked",
                [SURVEY_ACCEPTED] = "accepted",
                [SURVEY_REFUSED] = "refused",
                [SURVEY_UNKNOWN] = "unknown",
        };

        assert(a < _SURVEY_ANSWER_MAX);

        return names[a];
}

/* ---- facts ---- */

int survey_facts_copy(const SurveyFacts *f, SurveyFacts **ret)
{
        SurveyFacts *copy = NULL;

        assert(f);
        assert(ret);

        copy = malloc(sizeof(*copy));
        if (!copy)
                return -ENOMEM;

        *copy = *f;
        *ret = copy;
        return 0;
}

SurveyFacts *survey_facts_free(SurveyFacts *f)
{
        free(f);
        return NULL;
}

SurveyAnswer survey_facts_answer(const SurveyFacts *f, const CipherSpec *spec)
{
        size_t n = 0;
        const CipherSpec *table = cipherspec_table(&n);

        assert(f);
        assert(spec >= table && spec < table + n);

        return f->answers[spec - table];
}

/* ---- questions ---- */

bool survey_is_askable(const CipherSpec *spec)
{
        assert(spec);

        return spec->code != CODE_NULL_NULL;
}

/* The first row from `row` on that can be asked; the number of rows when there is none. */
static size_t askable_from(size_t row)
{
        size_t n = 0;
        const CipherSpec *table = cipherspec_table(&n);

        while (row < n && !survey_is_askable(&table[row]))
                row++;
        return row;
}

void survey_init(Survey *s)
{
        assert(s);

        *s = (Survey){.next = askable_from(0)};
}

const CipherSpec *survey_next(const Survey *s)
{
        size_t n = 0;
        const CipherSpec *table = cipherspec_table(&n);

        assert(s);

        return s->next < n ? &table[s->next] : NULL;
}

bool survey_is_done(const Survey *s)
{
        return survey_next(s) == NULL;
}

void survey_offer(const CipherSpec *spec, const char *sni, const uint8_t *random, HelloOffer *ret)
{
        HelloOffer offer = {.sni = sni};

        assert(spec);
        assert(survey_is_askable(spec));
        assert(random);
        assert(ret);

        offer.version = spec->version;
        offer.codes = &spec->code; /* the catalogue's: it outlives everything */
        offer.n_codes = 1;
        memcpy(offer.random, random, HELLO_RANDOM_SIZE);
        memcpy(offer.session_id, random + HELLO_RANDOM_SIZE, HELLO_RANDOM_SIZE);
        memcpy(offer.key_share, random + (size_t) 2 * HELLO_RANDOM_SIZE, HELLO_RANDOM_SIZE);
        *ret = offer;
}

/* ---- answers ---- */

SurveyAnswer survey_judge(const CipherSpec *spec, HelloAnswer answer, const HelloReply *reply)
{
        assert(spec);

        if (answer == HELLO_REFUSED)
                return SURVEY_REFUSED;
        if (answer != HELLO_ACCEPTED)
                return SURVEY_UNKNOWN;

        assert(reply);

        /* A listener may answer with a protocol that is older than what was offered (RFC 5246 appendix
         * E.1), and so says that it does not speak this one; the suite on the older one is another
         * CipherSpec, or none. */
        if (reply->version < spec->version)
                return SURVEY_REFUSED;
        if (reply->version == spec->version && reply->cipher == spec->code)
                return SURVEY_ACCEPTED;
        /* It chose what was not offered: that breaks the protocol, and says nothing. */
        return SURVEY_UNKNOWN;
}

static void survey_answer(Survey *s, SurveyAnswer answer)
{
        assert(!survey_is_done(s));

        s->answers[s->next] = answer;
        s->next = askable_from(s->next + 1);
}

void survey_record(Survey *s, HelloAnswer answer, const HelloReply *reply)
{
        assert(s);
        assert(!survey_is_done(s));

        s->n_unreached = 0;
        survey_answer(s, survey_judge(survey_next(s), answer, reply));
}

void survey_unreached(Survey *s)
{
        assert(s);

        s->n_unreached++;
        survey_answer(s, SURVEY_UNKNOWN);
        while (s->n_unreached >= SURVEY_UNREACHED_MAX && !survey_is_done(s))
                survey_answer(s, SURVEY_UNKNOWN);
}

int survey_finish(const Survey *s, int64_t now_at, SurveyFacts **ret)
{
        SurveyFacts facts = {.finished_at = now_at};

        assert(s);
        assert(ret);

        memcpy(facts.answers, s->answers, sizeof(facts.answers));
        return survey_facts_copy(&facts, ret);
}
