/* SPDX-License-Identifier: MIT */
#include "mq/mqinit.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 *      ID ─────────────►   accepted ───────────────────────────► END_CONV ─►
 *         ◄───────────┬──  refused: STATUS with a code ────────► (nothing)
 *                     └──  counter-proposal: ID with the ERROR bit, the values wanted in its body
 *      ID, as wanted ──►   … at most three times
 *
 * Every value of the first flow but the product id and the text was seen sent by a real client and
 * accepted. Capability 1 is always the client's: with another one the queue manager would start a
 * message channel.
 */

enum {
        CAPABILITY1_CLIENT = 0x02 | 0x04 | 0x20, /* conversion, split messages, MQI request */
        CAPABILITY1_ROLE = 0x20, /* what makes it a client: never given up */
        CAPABILITY2_CLIENT = 0x01 | 0x10 | 0x40,
        FAP_LEVEL_OFFERED = 13, /* MQ 8.0; the version stands in the product id: more tells nothing */
        CCSID_ASCII = 819,
        ENCODING_NORMAL = 0x111,
        TRANSMISSION_SIZE = 32748,
        MESSAGE_SIZE = 4194304,
        HEARTBEAT_SECONDS = 300,
        CONVERSATIONS = 10,
        CONVERSATION_ID = 1,
};

#define OWN_PRODUCT_ID "MQTL00000000"

struct MqInit {
        MqInitState state;
        MqInitFacts facts;
        MqSegment header; /* of what was said last */
        MqId offer, first_offer;
        Buf in, out, said; /* `said`: the last flow once more, to know an echo by */
        size_t n_taken;
        unsigned n_heartbeats;
        bool closed;
};

/* ---- what is said ---- */

static void copy_name(char *to, size_t size, const char *from)
{
        (void) snprintf(to, size, "%s", from);
}

static void offer_init(const MqInitParams *params, MqId *id)
{
        *id = (MqId){
                .fap_level = FAP_LEVEL_OFFERED,
                .capability1 = CAPABILITY1_CLIENT,
                .transmission_size = TRANSMISSION_SIZE,
                .message_size = MESSAGE_SIZE,
                .has_fap4 = true,
                .capability2 = CAPABILITY2_CLIENT,
                .ccsid = CCSID_ASCII,
                .heartbeat_seconds = HEARTBEAT_SECONDS,
                .has_fap9 = true,
                .header_compression = {0x00, 0xff},
                .conversations = CONVERSATIONS,
                .process_id = 1,
                .thread_id = 1,
                .trace_id = 1,
                .has_fap13 = true,
        };
        copy_name(id->channel, sizeof(id->channel), params->channel);
        copy_name(id->product_id, sizeof(id->product_id),
                params->product_id ? params->product_id : OWN_PRODUCT_ID);
        copy_name(id->qmgr_id, sizeof(id->qmgr_id), params->id_text ? params->id_text : "");

        memset(id->message_compression, 0xff, sizeof(id->message_compression));
        id->message_compression[0] = 0x00;

        /* Algorithms 1 and 0, the rest unused; then R. */
        memset(id->password_protection, 0xff, sizeof(id->password_protection));
        memcpy(id->password_protection, "\x00\x01\x00\x00", 4);
        memcpy(id->random, params->random, sizeof(id->random));
}

static void say_offer(MqInit *m)
{
        buf_clear(&m->said);
        mqsegment_encode_id(&m->header, &m->offer, &m->said);
        buf_append(&m->out, m->said.data, m->said.len);
}

int mqinit_new(const MqInitParams *params, MqInit **ret)
{
        CLEANUP(mqinit_cleanup) MqInit *m = NULL;

        assert(params);
        assert(params->channel);
        assert(ret);

        m = calloc(1, sizeof(*m));
        if (!m)
                return -ENOMEM;

        offer_init(params, &m->offer);
        m->header = (MqSegment){
                .form = MQ_HEADER_TSH,
                .type = MQSEGMENT_TYPE_INITIAL,
                .flags1 = MQSEGMENT_FLAG_CONFIRM | MQSEGMENT_FLAG_FIRST | MQSEGMENT_FLAG_LAST,
                .encoding = ENCODING_NORMAL,
                .ccsid = CCSID_ASCII,
        };
        m->first_offer = m->offer;
        say_offer(m);
        if (buf_error(&m->out) < 0 || buf_error(&m->said) < 0)
                return -ENOMEM;

        *ret = STEAL(m);
        return 0;
}

MqInit *mqinit_free(MqInit *m)
{
        if (!m)
                return NULL;

        buf_done(&m->in);
        buf_done(&m->out);
        buf_done(&m->said);
        free(m);
        return NULL;
}

const void *mqinit_output(MqInit *m, size_t *ret_len)
{
        assert(m);
        assert(ret_len);

        *ret_len = m->out.len;
        return m->out.data;
}

void mqinit_output_consumed(MqInit *m, size_t n)
{
        assert(m);

        buf_consume(&m->out, n);
}

static void take_over_values(MqId *o, const MqId *wanted)
{
        o->fap_level = MIN_OF(o->fap_level, wanted->fap_level);
        o->capability1 &= (uint8_t) ~(wanted->capability1_mask & ~CAPABILITY1_ROLE);
        o->transmission_size = wanted->transmission_size;
        o->message_size = wanted->message_size;
        o->batch_size = wanted->batch_size;
        o->sequence_wrap = wanted->sequence_wrap;
        if (wanted->has_fap4) {
                o->capability2 &= (uint8_t) ~wanted->capability2_mask;
                o->heartbeat_seconds = wanted->heartbeat_seconds;
        }
        if (wanted->has_fap9) {
                o->conversations = wanted->conversations;
                o->key_reset_count = wanted->key_reset_count;
                o->capability3 &= (uint8_t) ~wanted->capability3_mask;
                memcpy(o->header_compression, wanted->header_compression,
                        sizeof(o->header_compression));
                memcpy(o->message_compression, wanted->message_compression,
                        sizeof(o->message_compression));
                if (wanted->qmgr_id[0] != '\0')
                        copy_name(o->qmgr_id, sizeof(o->qmgr_id), wanted->qmgr_id);
        }

        /* From here on as long as the level agreed on. */
        o->has_fap4 = wanted->has_fap4;
        o->has_fap9 = wanted->has_fap9;
        o->has_fap13 = wanted->has_fap9 && o->fap_level >= FAP_LEVEL_OFFERED;
}

/*
 * Takes over what the queue manager wants, in its byte order, and says it again. The encoding stays
 * as it was although the order turns: so a real client was seen to do, and was accepted. A queue
 * manager on z/OS that does not take our CCSID gets the names in its own, under ASCII eye-catchers.
 */
static void answer_counter_proposal(MqInit *m, const MqSegment *s, const MqId *wanted)
{
        MqId *o = &m->offer;

        take_over_values(o, wanted);

        m->header.little_endian = s->little_endian;
        if (wanted->error_flags1 & MQID_ERROR1_CCSID) {
                o->ccsid = wanted->has_fap4 && wanted->ccsid != 0 ? wanted->ccsid : s->ccsid;
                m->header.ccsid = o->ccsid;
        }
        if (wanted->error_flags1 & MQID_ERROR1_ENCODING)
                m->header.encoding = s->encoding;
        m->header.form = o->has_fap9 && o->conversations > 0 ? MQ_HEADER_TSHM : MQ_HEADER_TSH;
        m->header.conversation_id = CONVERSATION_ID;

        /* The first of ten 16-bit numbers, algorithm 1, so it follows the byte order too. */
        o->password_protection[0] = s->little_endian ? 1 : 0;
        o->password_protection[1] = s->little_endian ? 0 : 1;
        say_offer(m);
}

void mqinit_close(MqInit *m)
{
        MqStatus bare = {0};

        assert(m);

        if (m->closed)
                return;
        m->closed = true;
        if (m->state != MQINIT_ACCEPTED)
                return;

        if (m->facts.conversations > 0) {
                mqsegment_encode_end_conversation(&m->header, CONVERSATION_ID, &m->out);
                return;
        }
        m->header.form = MQ_HEADER_TSH;
        m->header.type = MQSEGMENT_TYPE_STATUS;
        m->header.flags1 = MQSEGMENT_FLAG_CLOSE;
        mqsegment_encode_status(&m->header, &bare, &m->out);
}

/* ---- what is heard ---- */

static MqInitState fail(MqInit *m, MqInitState state, const char *text)
{
        copy_name(m->facts.error_text, sizeof(m->facts.error_text), text);
        return state;
}

static unsigned two_digits(const char *s)
{
        return (unsigned) (s[0] - '0') * 10 + (unsigned) (s[1] - '0');
}

/* "MQMM09040300": who, then version, release, modification and fix pack in two digits each. */
static void set_product(MqInitFacts *f, const char *id)
{
        const char *platform = strncmp(id, "MQMM", 4) == 0 ? "on Multiplatforms"
                : strncmp(id, "MQMV", 4) == 0              ? "for z/OS"
                                                           : NULL;

        copy_name(f->product_id, sizeof(f->product_id), id);
        f->product[0] = '\0';
        if (platform && strspn(id + 4, "0123456789") == 8)
                (void) snprintf(f->product, sizeof(f->product), "IBM MQ %u.%u.%u.%u %s",
                        two_digits(id + 4), two_digits(id + 6), two_digits(id + 8), two_digits(id + 10),
                        platform);
}

static void learn(MqInit *m, const MqSegment *s, const MqId *id)
{
        MqInitFacts *f = &m->facts;

        f->ebcdic = s->ebcdic;
        f->little_endian = s->little_endian;
        f->fap_level = id->fap_level;
        f->ccsid = id->has_fap4 ? id->ccsid : s->ccsid;
        f->conversations = id->has_fap9 ? id->conversations : 0;
        if (id->has_fap4) {
                copy_name(f->qmgr_name, sizeof(f->qmgr_name), id->qmgr_name);
                f->heartbeat_seconds = id->heartbeat_seconds;
        }

        /* Nobody's version or name is what we said ourselves. */
        if (id->has_fap9 && strcmp(id->qmgr_id, m->first_offer.qmgr_id) != 0)
                copy_name(f->qmgr_id, sizeof(f->qmgr_id), id->qmgr_id);
        if (id->has_fap9 && strcmp(id->product_id, m->first_offer.product_id) != 0)
                set_product(f, id->product_id);
}

static MqInitState hear_initial(MqInit *m, const MqSegment *s, const uint8_t *data)
{
        MqDecode r;
        MqId id;

        r = mqsegment_decode_id(s, data, &id);
        if (r == MQ_DECODE_SHORT_BODY)
                return fail(m, MQINIT_PROTOCOL_ERROR, "the answer's ID structure is too short");
        if (r != MQ_DECODE_OK)
                return fail(m, MQINIT_PROTOCOL_ERROR, "the answer's ID structure is malformed");

        /* A listener that mirrors what it gets would look like an acceptance. */
        if (s->length == m->said.len && memcmp(data, m->said.data, m->said.len) == 0)
                return fail(m, MQINIT_NOT_MQ, "what was sent came back unchanged");

        learn(m, s, &id);
        if (!(s->flags1 & MQSEGMENT_FLAG_ERROR) && id.error_flags1 == 0 && id.error_flags2 == 0)
                return MQINIT_ACCEPTED;

        if (m->facts.n_counter_proposals == 0) {
                m->facts.counter_flags1 = id.error_flags1;
                m->facts.counter_flags2 = id.error_flags2;
        }
        m->facts.n_counter_proposals++;
        if (m->facts.n_counter_proposals > MQINIT_COUNTER_PROPOSALS_MAX)
                return fail(m, MQINIT_NOT_AGREED, "it wants other values again and again");
        answer_counter_proposal(m, s, &id);
        return MQINIT_WANTS_INPUT;
}

static MqInitState hear_status(MqInit *m, const MqSegment *s, const uint8_t *data)
{
        MqStatus status;

        if (mqsegment_decode_status(s, data, &status) != MQ_DECODE_OK)
                return fail(m, MQINIT_PROTOCOL_ERROR, "the answer's STATUS is malformed");

        m->facts.ebcdic = s->ebcdic;
        m->facts.little_endian = s->little_endian;
        if (status.has_code) {
                m->facts.has_status = true;
                m->facts.status_code = status.code;
                return MQINIT_REFUSED;
        }
        if (s->flags1 & MQSEGMENT_FLAG_ACCEPTED)
                return MQINIT_ACCEPTED;
        return fail(m, MQINIT_PROTOCOL_ERROR, "a STATUS without a code that accepts nothing");
}

static MqInitState hear_segment(MqInit *m, const MqSegment *s, const uint8_t *data)
{
        switch (s->type) {
        case MQSEGMENT_TYPE_HEARTBEAT:
                if (++m->n_heartbeats > MQINIT_HEARTBEATS_MAX)
                        return fail(m, MQINIT_PROTOCOL_ERROR, "heartbeats instead of an answer");
                return MQINIT_WANTS_INPUT;
        case MQSEGMENT_TYPE_INITIAL:
                return hear_initial(m, s, data);
        case MQSEGMENT_TYPE_STATUS:
                return hear_status(m, s, data);
        default:
                (void) snprintf(m->facts.error_text, sizeof(m->facts.error_text),
                        "a segment of type 0x%02x where initial data was due", s->type);
                return MQINIT_PROTOCOL_ERROR;
        }
}

static MqInitState hear_what_is_none(MqInit *m, MqDecode r)
{
        static const struct {
                const char *beginning, *text;
        } known[] = {
                {"\x15\x03", "the answer is a TLS alert in clear"},
                {"\x16\x03", "the answer is a TLS handshake"},
                {"HTTP", "the answer is HTTP"},
        };

        if (r == MQ_DECODE_BAD_LENGTH)
                return fail(m, MQINIT_PROTOCOL_ERROR, "the answer's length is impossible");
        if (r != MQ_DECODE_NOT_MQ)
                return fail(m, MQINIT_PROTOCOL_ERROR, "the answer's byte order is impossible");

        for (size_t i = 0; i < ARRAY_LEN(known); i++)
                if (strncmp(buf_str(&m->in), known[i].beginning, strlen(known[i].beginning)) == 0)
                        return fail(m, MQINIT_NOT_MQ, known[i].text);
        return fail(m, MQINIT_NOT_MQ, "the answer is no MQ segment");
}

MqInitState mqinit_feed(MqInit *m, const void *data, size_t len, int *ret_error)
{
        size_t n;

        assert(m);
        assert(data || len == 0);

        if (ret_error)
                *ret_error = 0;
        if (m->state != MQINIT_WANTS_INPUT || len == 0)
                return m->state;

        n = MIN_OF(len, MQINIT_BYTES_MAX - m->n_taken);
        m->n_taken += n;
        buf_append(&m->in, data, n);

        while (m->state == MQINIT_WANTS_INPUT && m->in.len > 0 && buf_error(&m->in) == 0) {
                const uint8_t *bytes = (const uint8_t *) m->in.data;
                MqSegment s;
                MqDecode r = mqsegment_decode(bytes, m->in.len, &s, NULL);

                if (r == MQ_DECODE_MORE)
                        break;
                if (r != MQ_DECODE_OK) {
                        m->state = hear_what_is_none(m, r);
                        break;
                }
                m->state = hear_segment(m, &s, bytes);
                buf_consume(&m->in, s.length);
        }
        if (m->state == MQINIT_WANTS_INPUT && n < len)
                m->state = fail(m, MQINIT_PROTOCOL_ERROR, "it talks without end");

        if (ret_error &&
                (buf_error(&m->in) < 0 || buf_error(&m->out) < 0 || buf_error(&m->said) < 0))
                *ret_error = -ENOMEM;
        return m->state;
}

const MqInitFacts *mqinit_facts(const MqInit *m)
{
        assert(m);

        return &m->facts;
}
