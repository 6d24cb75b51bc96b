/* SPDX-License-Identifier: MIT */
#include "tls/mq_exchange.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"

struct MqExchange {
        MqInit *init;
        MqResult result;
};

int mq_exchange_new(const MqInitParams *params, MqExchange **ret)
{
        CLEANUP(mq_exchange_cleanup) MqExchange *x = NULL;
        int r;

        assert(params);
        assert(ret);

        x = calloc(1, sizeof(*x));
        if (!x)
                return -ENOMEM;
        r = mqinit_new(params, &x->init);
        if (r < 0)
                return r;

        *ret = STEAL(x);
        return 0;
}

MqExchange *mq_exchange_free(MqExchange *x)
{
        if (!x)
                return NULL;

        mqinit_free(x->init);
        free(x);
        return NULL;
}

static MqResult result_of_state(MqInitState state)
{
        switch (state) {
        case MQINIT_ACCEPTED:
                return MQ_RESULT_ACCEPTED;
        case MQINIT_REFUSED:
                return MQ_RESULT_REFUSED;
        case MQINIT_NOT_MQ:
                return MQ_RESULT_NOT_MQ;
        case MQINIT_PROTOCOL_ERROR:
                return MQ_RESULT_PROTOCOL_ERROR;
        case MQINIT_NOT_AGREED:
                return MQ_RESULT_NOT_AGREED;
        case MQINIT_WANTS_INPUT:
        default:
                return MQ_RESULT_NONE;
        }
}

/* Returns 0 or -errno: the session takes no more. */
static int say(MqExchange *x, Handshake *h)
{
        size_t len = 0;
        const void *flow = mqinit_output(x->init, &len);
        int r = handshake_write(h, flow, len);

        if (r == 0)
                mqinit_output_consumed(x->init, len);
        return r;
}

bool mq_exchange_step(MqExchange *x, Handshake *h)
{
        CLEANUP_BUF Buf heard = BUF_INIT;
        LingerState state;

        assert(x);
        assert(h);

        if (x->result != MQ_RESULT_NONE)
                return true;

        (void) say(x, h); /* a session that takes no more says why when it is read */
        state = handshake_read(h, &heard);
        x->result = result_of_state(mqinit_feed(x->init, heard.data, heard.len, NULL));
        if (x->result == MQ_RESULT_NONE) {
                (void) say(x, h); /* a second flow, where a counter-proposal was answered */
                /* A farewell after a ticket is no refusal of the session, but it is no answer either. */
                if (state == LINGER_LIMIT)
                        x->result = MQ_RESULT_PROTOCOL_ERROR;
                else if (handshake_facts(h)->error != HANDSHAKE_ERROR_NONE)
                        x->result = MQ_RESULT_CLOSED;
        }
        return x->result != MQ_RESULT_NONE;
}

void mq_exchange_end(MqExchange *x, Handshake *h, MqResult undecided, MqOutcome *ret)
{
        assert(x);
        assert(h);
        assert(ret);

        if (x->result == MQ_RESULT_NONE)
                x->result = undecided;
        mqinit_close(x->init);
        (void) say(x, h);

        *ret = (MqOutcome){
                .result = x->result,
                .facts = *mqinit_facts(x->init),
        };
}
