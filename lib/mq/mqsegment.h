/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MQ_MQSEGMENT_H
#define MQTLS_MQ_MQSEGMENT_H

/*
 * Codec of the segments that the initial data exchange needs: TSH, TSHM and TSHC headers, the ID
 * structure, STATUS, SOCKET_ACTION. Pure bytes to values and back, bounded by what was given; never
 * allocates. IBM does not publish this format: each field says how it is known (a capture, a
 * dissector) where it matters.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
        MQSEGMENT_TYPE_INITIAL = 0x01,
        MQSEGMENT_TYPE_STATUS = 0x05,
        MQSEGMENT_TYPE_HEARTBEAT = 0x09,
        MQSEGMENT_TYPE_SOCKET_ACTION = 0x0C,

        MQSEGMENT_FLAG_CONFIRM = 0x01,
        MQSEGMENT_FLAG_ERROR = 0x02,
        MQSEGMENT_FLAG_REQUEST_CLOSE = 0x04,
        MQSEGMENT_FLAG_CLOSE = 0x08,
        MQSEGMENT_FLAG_FIRST = 0x10,
        MQSEGMENT_FLAG_LAST = 0x20,
        MQSEGMENT_FLAG_ACCEPTED = 0x40,

        MQSEGMENT_LENGTH_MAX = 65536,
};

/* What a counter-proposal does not agree with: bits of the error flags of an ID. */
enum {
        MQID_ERROR1_CCSID = 0x01,
        MQID_ERROR1_ENCODING = 0x02,
        MQID_ERROR1_TRANSMISSION_SIZE = 0x04,
        MQID_ERROR1_FAP_LEVEL = 0x08,
        MQID_ERROR1_MESSAGE_SIZE = 0x10,
        MQID_ERROR1_BATCH_SIZE = 0x20,
        MQID_ERROR1_SEQUENCE_WRAP = 0x40,
        MQID_ERROR1_HEARTBEAT = 0x80,

        MQID_ERROR2_HEADER_COMPRESSION = 0x01,
        MQID_ERROR2_MESSAGE_COMPRESSION = 0x02,
        MQID_ERROR2_KEY_RESET = 0x04,
};

typedef enum MqHeaderForm {
        MQ_HEADER_TSH,  /* 28 bytes */
        MQ_HEADER_TSHM, /* 36 bytes: conversation and request id */
        MQ_HEADER_TSHC, /* 28 bytes: socket control */
} MqHeaderForm;

typedef struct MqSegment {
        MqHeaderForm form;
        bool ebcdic; /* the eye-catcher was EBCDIC */
        uint32_t length;          /* header included */
        uint32_t conversation_id; /* TSHM */
        uint32_t request_id;      /* TSHM */
        bool little_endian;       /* byte 8 of every segment decides, never the encoding word */
        uint8_t type, flags1, flags2;
        uint32_t encoding;
        uint16_t ccsid;
        size_t header_len;
} MqSegment;

typedef enum MqDecode {
        MQ_DECODE_OK,
        MQ_DECODE_MORE,       /* a prefix of something valid: `needed` bytes in all are known to be
                                 needed; with a whole header, `ret` is filled already */
        MQ_DECODE_NOT_MQ,     /* the eye-catcher is none */
        MQ_DECODE_BAD_LENGTH, /* shorter than its header, or longer than the bound */
        MQ_DECODE_BAD_ORDER,  /* byte order neither 1 nor 2 */
        MQ_DECODE_SHORT_BODY, /* an ID or STATUS that ends too early */
        MQ_DECODE_BAD_BODY,   /* its eye-catcher or lengths contradict themselves */
} MqDecode;

/* Reads a header from the first `len` bytes; judges as early as the bytes allow. */
MqDecode mqsegment_decode(const uint8_t *data, size_t len, MqSegment *ret, size_t *ret_needed);

/* The ID structure, of any FAP level: the segment's length decides which fields exist. */
typedef struct MqId {
        size_t body_len;
        uint8_t fap_level;
        uint8_t capability1, capability1_mask, error_flags1;
        uint16_t batch_size;
        uint32_t transmission_size, message_size, sequence_wrap;
        char channel[21];
        bool has_fap4; /* the fields up to offset 102, and the level makes them believed; likewise: */
        uint8_t capability2, capability2_mask;
        uint16_t ccsid;
        char qmgr_name[49];
        uint32_t heartbeat_seconds;
        bool has_fap9; /* up to offset 208 */
        uint8_t error_flags2;
        uint8_t header_compression[2], message_compression[16];
        uint32_t key_reset_count, conversations;
        uint8_t capability3, capability3_mask;
        uint32_t process_id, thread_id, trace_id;
        char product_id[13];
        char qmgr_id[49];
        bool has_fap13; /* up to offset 240 */
        uint8_t password_protection[20];
        uint8_t random[12];
} MqId;

/* Reads the ID of a whole INITIAL segment of `s->length` bytes. Names are decoded from EBCDIC where the
 * header or the CCSID says so, trailing blanks cut, what is not printable ASCII shown as '?'. */
MqDecode mqsegment_decode_id(const MqSegment *s, const uint8_t *data, MqId *ret);

typedef struct MqStatus {
        bool has_code; /* false: a positive STATUS without a body */
        uint32_t code;
} MqStatus;
MqDecode mqsegment_decode_status(const MqSegment *s, const uint8_t *data, MqStatus *ret);

/* Append whole segments; lengths are filled in. Eye-catchers are EBCDIC where `s->ebcdic` is, names
 * also where `s->ccsid` is an EBCDIC one: as they are read. */
void mqsegment_encode_id(const MqSegment *s, const MqId *id, Buf *b);
void mqsegment_encode_end_conversation(const MqSegment *s, uint32_t conversation_id, Buf *b);
void mqsegment_encode_status(const MqSegment *s, const MqStatus *status, Buf *b);

typedef struct MqStatusInfo {
        uint32_t code;
        const char *name;       /* "NO_CHANNEL" */
        const char *phrase;     /* for a sentence: "the channel is not defined there" */
        const char *caller_amq; /* what the calling side prints; "" when not known */
        const char *qmgr_amq;   /* what the queue manager logs */
        const char *mqrc;
        const char *certainty;
} MqStatusInfo;

/* NULL for a code nobody has a name for. */
const MqStatusInfo *mqstatus_info(uint32_t code);

#endif
