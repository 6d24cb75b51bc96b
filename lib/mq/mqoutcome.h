/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MQ_MQOUTCOME_H
#define MQTLS_MQ_MQOUTCOME_H

/*
 * What one look at depth "mq" came to, as plain values: copied by assignment, all zero where
 * nothing was tried. The conversation itself is mq/mqinit.h; what to think of it is judge's.
 */

#include "mq/mqinit.h"

typedef enum MqResult {
        MQ_RESULT_NONE,           /* not tried, or we could not */
        MQ_RESULT_ACCEPTED,
        MQ_RESULT_REFUSED,        /* facts.status_code says why */
        MQ_RESULT_NOT_MQ,         /* facts.error_text */
        MQ_RESULT_PROTOCOL_ERROR, /* facts.error_text */
        MQ_RESULT_NOT_AGREED,     /* more counter-proposals than are answered */
        MQ_RESULT_CLOSED,         /* closed or reset instead of an answer */
        MQ_RESULT_TIMEOUT,        /* no answer, or not all of it, before the deadline */
        _MQ_RESULT_MAX,
} MqResult;

/* Codes of a STATUS segment that decide more than a sentence; the names are in mqstatus_table.h. */
enum {
        MQ_STATUS_NO_CHANNEL = 0x01,
        MQ_STATUS_WRONG_TYPE = 0x02,
        MQ_STATUS_QM_UNAVAILABLE = 0x03,
        MQ_STATUS_QM_TERMINATING = 0x05,
        MQ_STATUS_PROTOCOL_FIRST = 0x0A,
        MQ_STATUS_PROTOCOL_LAST = 0x10,
        MQ_STATUS_CHANNEL_UNAVAILABLE = 0x16,
        MQ_STATUS_CIPHER_SPEC = 0x18,
        MQ_STATUS_PEER_NAME = 0x19,
        MQ_STATUS_CLIENT_CERTIFICATE = 0x1A,
        MQ_STATUS_IN_RECOVERY = 0x1B,
        MQ_STATUS_SSL_REFRESHING = 0x1C,
        MQ_STATUS_CONVERSATION_ID = 0x1E,
        MQ_STATUS_SOCKET_ACTION = 0x1F,
        MQ_STATUS_STANDBY = 0x20,
        MQ_STATUS_CONNECTION_LIMIT = 0x25,
};

typedef struct MqOutcome {
        MqResult result;
        MqInitFacts facts; /* as far as the conversation got */
} MqOutcome;

/* Was it refused, and with this code? */
static inline bool mq_outcome_is_status(const MqOutcome *o, uint32_t code)
{
        return o->result == MQ_RESULT_REFUSED && o->facts.has_status && o->facts.status_code == code;
}

#endif
