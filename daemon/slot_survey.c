/* SPDX-License-Identifier: MIT */
#include "daemon/scheduler_internal.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>

#include "mq/conname.h"

/*
 * A survey is some fifty questions to one listener. Each takes its turn like a probe of that listener
 * would, with the same spacing, and the endpoint's own probe goes first when it is due; so a survey
 * takes its time and nobody else's. Few go on at once, and only where a probe has just had an answer:
 * the others begin after a later probe.
 */

enum {
        SURVEYS_MAX = 8,
};

#define QUESTION_USEC UINT64_C(5000000)

/* The address that answered last, with its port. Returns false when none did. */
static bool survey_address(
        const Endpoint *e, const AddressObservation **ret_observed, struct sockaddr_storage *ret)
{
        CLEANUP(conname_list_done) ConnameList connames = {0};
        struct sockaddr_in *v4 = (struct sockaddr_in *) (void *) ret;
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *) (void *) ret;

        for (size_t i = 0; e->observation && i < e->observation->n_addresses; i++) {
                const AddressObservation *a = &e->observation->addresses[i];

                if (!a->ip || !a->tls.server_hello_seen)
                        continue;
                if (conname_list_parse(a->conname, &connames, NULL) < 0)
                        return false;

                *ret_observed = a;
                *ret = (struct sockaddr_storage){0};
                if (inet_pton(AF_INET, a->ip, &v4->sin_addr) == 1) {
                        v4->sin_family = AF_INET;
                        v4->sin_port = htons(connames.entries[0].port);
                        return true;
                }
                v6->sin6_family = AF_INET6;
                v6->sin6_port = htons(connames.entries[0].port);
                return inet_pton(AF_INET6, a->ip, &v6->sin6_addr) == 1;
        }
        return false;
}

void slot_survey_consider(Slot *slot)
{
        Scheduler *s = slot->scheduler;
        const Endpoint *e = slot->endpoint;
        const AddressObservation *observed = NULL;
        struct sockaddr_storage address;
        int64_t now_at = clock_wall_at(s->clock);

        if (slot->is_surveying || s->options.once || s->n_surveys >= SURVEYS_MAX ||
                !endpoint_survey_due(e, now_at) || !survey_address(e, &observed, &address))
                return;

        survey_init(&slot->survey);
        slot->is_surveying = true;
        s->n_surveys++;
}

static void survey_over(Slot *slot)
{
        slot->is_surveying = false;
        slot->scheduler->n_surveys--;
}

void slot_survey_stop(Slot *slot)
{
        if (slot->question) {
                slot->question = survey_run_free(slot->question);
                slot_leave_listener(slot);
        }
        if (slot->is_surveying)
                survey_over(slot);
}

static void on_answer(SurveyRun *run UNUSED, const SurveyRunResult *result, void *userdata)
{
        Slot *slot = userdata;
        Scheduler *s = slot->scheduler;
        SurveyFacts *facts = NULL;

        slot->question = survey_run_free(slot->question);
        slot_leave_listener(slot);

        if (result->connected)
                survey_record(&slot->survey, result->answer, &result->reply);
        else
                survey_unreached(&slot->survey);
        if (survey_is_done(&slot->survey)) {
                /* One that lost its listener, or for which there is no memory, is simply due again. */
                if (slot->survey.n_unreached < SURVEY_UNREACHED_MAX &&
                        survey_finish(&slot->survey, clock_wall_at(s->clock), &facts) == 0)
                        endpoint_set_survey(slot->endpoint, facts);
                survey_over(slot);
        }
        slot_put(slot, slot_next_turn(slot));
}

bool slot_survey_ask(Slot *slot)
{
        Scheduler *s = slot->scheduler;
        const Endpoint *e = slot->endpoint;
        const AddressObservation *observed = NULL;
        CLEANUP(conname_list_done) ConnameList connames = {0};
        struct sockaddr_storage address;
        uint8_t random[SURVEY_RANDOM_SIZE];
        HelloOffer offer;
        SurveyRunParams params = {
                .event = s->event,
                .clock = s->clock,
                .poller = s->poller,
                .address = &address,
                .offer = &offer,
                .deadline_usec = scheduler_now(s) + MIN_OF(e->config->timeout_usec, QUESTION_USEC),
                .handler = on_answer,
                .userdata = slot,
        };

        assert(slot->is_surveying && !slot->question);

        if (!survey_address(e, &observed, &address) ||
                conname_list_parse(observed->conname, &connames, NULL) < 0) {
                survey_over(slot); /* it has gone since: another time */
                return false;
        }
        clock_random_bytes(s->clock, random, sizeof(random));
        survey_offer(survey_next(&slot->survey),
                endpoint_config_sni(e->config, &connames.entries[0]), random, &offer);
        if (survey_run_start(&params, &slot->question) < 0) {
                survey_over(slot);
                return false;
        }
        listener_begin(slot->listener);
        return true;
}
