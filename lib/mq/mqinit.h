/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MQ_MQINIT_H
#define MQTLS_MQ_MQINIT_H

/*
 * The step after TLS: MQ's initial data exchange in the role of a client (capability 0x26), as a
 * machine without a socket: bytes in, bytes out. It names one channel, understands the answer,
 * accepts a counter-proposal at most three times, and leaves with END_CONV. It never authenticates,
 * opens a queue or moves a message; the flows of senders and requesters do not exist here.
 *
 * The codec below (mq/mqsegment.h) is pure bytes to values; this file is the conversation.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/util.h"
#include "mq/channel.h"
#include "mq/mqsegment.h"

enum {
        MQINIT_COUNTER_PROPOSALS_MAX = 3,
        MQINIT_HEARTBEATS_MAX = 3,
        MQINIT_BYTES_MAX = 65536, /* taken from the queue manager in all */
};

typedef struct MqInit MqInit;

typedef struct MqInitParams {
        const char *channel;
        uint8_t random[12];     /* the R value of password protection; fresh for each exchange */
        const char *id_text;    /* up to 48 characters for the queue manager id field: who we are */
        const char *product_id; /* 12 characters; NULL: "MQTL00000000" */
} MqInitParams;

typedef enum MqInitState {
        MQINIT_WANTS_INPUT,
        MQINIT_ACCEPTED,
        MQINIT_REFUSED,        /* facts.status_code */
        MQINIT_NOT_MQ,         /* the answer is no MQ segment */
        MQINIT_PROTOCOL_ERROR, /* facts.error_text */
        MQINIT_NOT_AGREED,     /* more counter-proposals than we answer */
} MqInitState;

typedef struct MqInitFacts {
        char qmgr_name[MQ_QMGR_NAME_MAX + 1]; /* printable ASCII, "" where not told; likewise: */
        char qmgr_id[MQ_QMGR_NAME_MAX + 1];
        char product_id[13];      /* "MQMM09040300"; "" when it is only our own handed back */
        char product[64];         /* "IBM MQ 9.4.3.0 on Multiplatforms"; "" when unknown */
        unsigned fap_level;       /* negotiated; 0: not told */
        uint16_t ccsid;
        bool ebcdic;              /* answered in EBCDIC */
        bool little_endian;
        uint32_t heartbeat_seconds, conversations;
        unsigned n_counter_proposals;
        uint8_t counter_flags1, counter_flags2; /* of the first one: what differed */
        bool has_status;
        uint32_t status_code;
        char error_text[128];
} MqInitFacts;

int mqinit_new(const MqInitParams *params, MqInit **ret); /* the first flow waits in the output */
MqInit *mqinit_free(MqInit *m);
DEFINE_CLEANUP(MqInit, mqinit_free, mqinit_cleanup)

const void *mqinit_output(MqInit *m, size_t *ret_len);
void mqinit_output_consumed(MqInit *m, size_t n);

/* Takes bytes in any slicing and goes as far as they allow. Returns the state; -ENOMEM in `*ret_error`
 * (unless NULL) leaves it as it was. */
MqInitState mqinit_feed(MqInit *m, const void *data, size_t len, int *ret_error);

/* Puts the polite close into the output: END_CONV where a conversation was agreed, a closing STATUS
 * where accepted without one, nothing after a refusal. Idempotent. */
void mqinit_close(MqInit *m);

const MqInitFacts *mqinit_facts(const MqInit *m);

#endif
