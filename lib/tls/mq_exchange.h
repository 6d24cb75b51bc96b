/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TLS_MQ_EXCHANGE_H
#define MQTLS_TLS_MQ_EXCHANGE_H

/*
 * The initial data exchange inside a finished TLS session: moves bytes between a Handshake and an
 * MqInit. The socket is still somebody else's business.
 */

#include <stdbool.h>

#include "base/util.h"
#include "mq/mqoutcome.h"
#include "tls/handshake.h"

typedef struct MqExchange MqExchange;

/* Returns 0 or -ENOMEM. */
int mq_exchange_new(const MqInitParams *params, MqExchange **ret);
MqExchange *mq_exchange_free(MqExchange *x);
DEFINE_CLEANUP(MqExchange, mq_exchange_free, mq_exchange_cleanup)

/* Goes as far as the bytes that were fed to `h` allow; what it says is in the output of `h`. Returns
 * true when it is decided. The first call says the first flow. */
bool mq_exchange_step(MqExchange *x, Handshake *h);

/* Takes leave: the polite close goes into the output of `h` where the session takes it, and the outcome
 * is told, `undecided` being the result when no answer had decided it. */
void mq_exchange_end(MqExchange *x, Handshake *h, MqResult undecided, MqOutcome *ret);

#endif
