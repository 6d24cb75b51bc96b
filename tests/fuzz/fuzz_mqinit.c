/* SPDX-License-Identifier: MIT */

/*
 * Fuzz entry: arbitrary bytes as what a queue manager answers to initial data. Byte 0 is the size of
 * the slices they arrive in (0: one byte each), the rest is the answer.
 *
 * Promises: how the bytes were sliced makes no difference to the verdict; what is told of the queue
 * manager is printable ASCII; whatever it wants, every flow of ours is a whole segment of a client,
 * there are at most four of them, and only who accepted is said goodbye to.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mq/mqinit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
        FLOWS_MAX = 1 + MQINIT_COUNTER_PROPOSALS_MAX,
        CAPABILITY1_CLIENT = 0x26,
        CAPABILITY1_MQI = 0x20,
};

static void must(bool promise)
{
        if (!promise)
                abort();
}

static void check_name(const char *name, size_t size)
{
        size_t len = strnlen(name, size);

        must(len < size);
        for (size_t i = 0; i < len; i++)
                must(name[i] >= 0x20 && name[i] < 0x7f);
}

static void check_facts(const MqInitFacts *f, MqInitState state)
{
        check_name(f->qmgr_name, sizeof(f->qmgr_name));
        check_name(f->qmgr_id, sizeof(f->qmgr_id));
        check_name(f->product_id, sizeof(f->product_id));
        check_name(f->product, sizeof(f->product));
        check_name(f->error_text, sizeof(f->error_text));
        must(f->has_status == (state == MQINIT_REFUSED));
        must(f->fap_level <= UINT8_MAX);
        must(f->n_counter_proposals <= MQINIT_COUNTER_PROPOSALS_MAX + 1);
        must((f->error_text[0] != '\0') ==
                (state == MQINIT_NOT_MQ || state == MQINIT_PROTOCOL_ERROR || state == MQINIT_NOT_AGREED));
}

/* Takes the output: whole INITIAL segments in the role of a client. Returns how many. */
static unsigned check_flows(MqInit *m)
{
        unsigned n = 0;
        size_t len;
        const uint8_t *p = mqinit_output(m, &len);

        for (size_t at = 0; at < len; n++) {
                MqSegment s;
                MqId id;

                must(mqsegment_decode(p + at, len - at, &s, NULL) == MQ_DECODE_OK);
                must(s.type == MQSEGMENT_TYPE_INITIAL && !s.ebcdic);
                must(mqsegment_decode_id(&s, p + at, &id) == MQ_DECODE_OK);
                must((id.capability1 & ~CAPABILITY1_CLIENT) == 0 && id.capability1 & CAPABILITY1_MQI);
                must(id.error_flags1 == 0 && id.error_flags2 == 0);
                must(strcmp(id.channel, "FUZZ.SVRCONN") == 0);
                at += s.length;
        }
        mqinit_output_consumed(m, len);
        return n;
}

static void check_goodbye(MqInit *m, MqInitState state)
{
        MqSegment s;
        size_t len;
        const uint8_t *p;

        mqinit_close(m);
        mqinit_close(m);
        p = mqinit_output(m, &len);
        must((len > 0) == (state == MQINIT_ACCEPTED));
        if (len == 0)
                return;
        must(mqsegment_decode(p, len, &s, NULL) == MQ_DECODE_OK && s.length == len);
        must(s.flags1 & MQSEGMENT_FLAG_CLOSE);
        must(s.type ==
                (mqinit_facts(m)->conversations > 0 ? MQSEGMENT_TYPE_SOCKET_ACTION :
                                                      MQSEGMENT_TYPE_STATUS));
}

static MqInitState converse(const uint8_t *data, size_t size, size_t slice, MqInitFacts *ret)
{
        const MqInitParams params = {.channel = "FUZZ.SVRCONN", .random = {1, 2, 3}, .id_text = "fuzz"};
        CLEANUP(mqinit_cleanup) MqInit *m = NULL;
        MqInitState state = MQINIT_WANTS_INPUT;
        unsigned n_flows;

        must(mqinit_new(&params, &m) == 0);
        n_flows = check_flows(m);
        while (size > 0) {
                size_t n = MIN_OF(slice, size);
                MqInitState before = state;
                int error;

                state = mqinit_feed(m, data, n, &error);
                must(error == 0);
                must(before == MQINIT_WANTS_INPUT || state == before);
                n_flows += check_flows(m);
                data += n;
                size -= n;
        }
        must(n_flows <= FLOWS_MAX);
        check_facts(mqinit_facts(m), state);
        *ret = *mqinit_facts(m);
        check_goodbye(m, state);
        return state;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        MqInitFacts whole, sliced;
        MqInitState state;

        if (size < 1)
                return 0;
        state = converse(data + 1, size - 1, MAX_OF(size, 2) - 1, &whole);
        must(converse(data + 1, size - 1, (size_t) data[0] + 1, &sliced) == state);
        must(strcmp(whole.qmgr_name, sliced.qmgr_name) == 0);
        must(strcmp(whole.qmgr_id, sliced.qmgr_id) == 0);
        must(strcmp(whole.product, sliced.product) == 0);
        must(whole.status_code == sliced.status_code);
        must(whole.n_counter_proposals == sliced.n_counter_proposals);
        must(whole.conversations == sliced.conversations);
        return 0;
}
