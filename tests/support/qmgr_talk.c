/* SPDX-License-Identifier: MIT */
#include "tests/support/qmgr_talk.h"

#include <stdlib.h>
#include <string.h>

#include "base/escape.h"

enum {
        CODE_NO_CHANNEL = 0x01,
        CODE_WRONG_TYPE = 0x02,
        CODE_SEGMENT_UNEXPECTED = 0x0D,
        CODE_UNAVAILABLE = 0x16,
        CODE_CIPHERSPEC = 0x18,
        CODE_PEER_NAME = 0x19,
        CODE_CLIENT_CERTIFICATE = 0x1A,
        CODE_CONVERSATION_ID = 0x1E,

        CAPABILITY1_CLIENT = 0x20,
        CAPABILITY3_TAKEN = 0x08,
        CCSID_EBCDIC = 500,
        CCSID_ASCII = 819,
        ENCODING_NORMAL = 0x111,
        ENCODING_REVERSED = 0x222,
        ENCODING_S390 = 0x311,
        EXTRA_LENGTH_OFFSET = 100, /* of an ID: a client says how much follows, an answer 0 */
        ID_LEN_FAP4 = 102,
        ID_LEN_FAP9 = 208,
};

struct QmgrTalk {
        QmgrScript *script;
        const QmgrCaller *caller;
        QmgrChannel *channel; /* NULL until one is named that exists */
        const QmgrBehaviour *behaviour;
        Buf in, result;
        char channel_name[MQ_CHANNEL_NAME_MAX + 1];
        unsigned n_flows, n_counters;
        MqId wanted;
        bool is_instance, is_accepted, is_over;
        const char *left;
};

QmgrTalk *qmgr_talk_new(QmgrScript *script, const QmgrCaller *caller)
{
        QmgrTalk *t = calloc(1, sizeof(*t));

        if (!t)
                abort();
        t->script = script;
        t->caller = caller;
        t->behaviour = &script->others;
        t->left = "-";
        return t;
}

QmgrTalk *qmgr_talk_free(QmgrTalk *t)
{
        if (!t)
                return NULL;
        if (t->is_instance)
                (void) __atomic_fetch_sub(&t->channel->n_instances, 1, __ATOMIC_SEQ_CST);
        buf_done(&t->in);
        buf_done(&t->result);
        free(t);
        return NULL;
}

size_t qmgr_talk_slice(const QmgrTalk *t)
{
        return t->behaviour->slice;
}

static void set_result(QmgrTalk *t, const char *text)
{
        buf_clear(&t->result);
        buf_append_str(&t->result, text);
}

/* ---- answers ---- */

/* A refusal comes in the caller's order and code page: nothing has been agreed on yet. */
static void refuse(QmgrTalk *t, const MqSegment *heard, uint32_t code, Buf *out)
{
        MqSegment s = {
                .form = heard->form == MQ_HEADER_TSHM ? MQ_HEADER_TSHM : MQ_HEADER_TSH,
                .ebcdic = t->behaviour->ebcdic,
                .conversation_id = heard->conversation_id,
                .little_endian = heard->little_endian,
                .type = MQSEGMENT_TYPE_STATUS,
                .flags1 = MQSEGMENT_FLAG_ERROR | MQSEGMENT_FLAG_CLOSE,
                .encoding = heard->little_endian ? ENCODING_REVERSED : ENCODING_NORMAL,
                .ccsid = heard->ccsid,
        };

        mqsegment_encode_status(&s, &(MqStatus){true, code}, out);
        buf_clear(&t->result);
        buf_appendf(&t->result, "refused:0x%02x", code);
        t->is_over = true;
}

/* The header of an answer in our own order. */
static MqSegment own_header(const QmgrTalk *t, const MqSegment *heard, uint8_t type, uint8_t flags1)
{
        const QmgrBehaviour *b = t->behaviour;
        uint32_t encoding = b->little_endian ? ENCODING_REVERSED : ENCODING_NORMAL;

        return (MqSegment){
                .form = b->has_header ? b->header : heard->form,
                .ebcdic = b->ebcdic,
                .conversation_id = heard->conversation_id,
                .request_id = heard->request_id,
                .little_endian = b->little_endian,
                .type = type,
                .flags1 = flags1,
                .encoding = b->ebcdic ? ENCODING_S390 : encoding,
                .ccsid = b->ebcdic ? CCSID_EBCDIC : CCSID_ASCII,
        };
}

/* The ID as we say it: the caller's values as far as they are agreed on, and who we are. */
static MqId own_id(const QmgrTalk *t, const MqId *heard)
{
        const QmgrBehaviour *b = t->behaviour;
        MqId id = *heard;

        id.fap_level = MIN_OF(heard->fap_level, b->fap_level);
        id.capability1_mask = id.capability2_mask = id.capability3_mask = 0;
        id.error_flags1 = id.error_flags2 = 0;
        id.ccsid = b->ebcdic ? CCSID_EBCDIC : CCSID_ASCII;
        memcpy(id.qmgr_name, b->qmgr_name, sizeof(id.qmgr_name));
        id.conversations = MIN_OF(heard->conversations, b->sharecnv);
        id.process_id = 1353;
        id.thread_id = 7;
        id.trace_id = 25;
        memcpy(id.product_id, b->product_id, sizeof(id.product_id));
        memcpy(id.qmgr_id, b->qmgr_id, sizeof(id.qmgr_id));
        id.has_fap4 = heard->has_fap4 && id.fap_level >= 4;
        id.has_fap9 = heard->has_fap9 && id.fap_level >= 9;
        id.has_fap13 = heard->has_fap13 && id.fap_level >= 13;
        if (id.has_fap13) {
                id.password_protection[0] = b->little_endian ? 1 : 0;
                id.password_protection[1] = b->little_endian ? 0 : 1;
                memset(id.random, 0x5a, sizeof(id.random));
        }
        return id;
}

/* Writes an ID; behind the fields of FAP 8 an old queue manager hands back what the caller said
 * there, in the caller's order. */
static void say_id(const MqSegment *s, const MqId *id, const MqSegment *heard, const uint8_t *data,
        Buf *out)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        size_t header_len = s->form == MQ_HEADER_TSHM ? 36 : 28;
        size_t heard_len = MIN_OF(heard->length - heard->header_len, ID_LEN_FAP9);

        mqsegment_encode_id(s, id, &b);
        if (id->has_fap4)
                memset(b.data + header_len + EXTRA_LENGTH_OFFSET, 0, 2);
        if (id->has_fap4 && !id->has_fap9 && heard_len > ID_LEN_FAP4) {
                buf_append(&b, data + heard->header_len + ID_LEN_FAP4, heard_len - ID_LEN_FAP4);
                b.data[6] = (char) (b.len >> 8);
                b.data[7] = (char) (b.len & 0xff);
        }
        buf_append(out, b.data, b.len);
}

/* Sets what is wanted instead of `id`, where the script says so. */
static void want_otherwise(const QmgrBehaviour *b, MqId *id)
{
        uint8_t f = b->counter_flags1;

        if (f & MQID_ERROR1_CCSID && !b->ebcdic)
                id->ccsid = 850;
        if (f & MQID_ERROR1_TRANSMISSION_SIZE)
                id->transmission_size = 16384;
        if (f & MQID_ERROR1_FAP_LEVEL && id->fap_level > 10) {
                id->fap_level = 10;
                id->has_fap13 = false;
        }
        if (f & MQID_ERROR1_MESSAGE_SIZE)
                id->message_size = 1048576;
        if (f & MQID_ERROR1_BATCH_SIZE)
                id->batch_size = 50;
        if (f & MQID_ERROR1_SEQUENCE_WRAP)
                id->sequence_wrap = 999999999;
        if (f & MQID_ERROR1_HEARTBEAT)
                id->heartbeat_seconds = 600;
        if (b->counter_flags2 & MQID_ERROR2_HEADER_COMPRESSION)
                id->header_compression[0] = 8;
        if (b->counter_flags2 & MQID_ERROR2_MESSAGE_COMPRESSION)
                id->message_compression[0] = 2;
        if (b->counter_flags2 & MQID_ERROR2_KEY_RESET)
                id->key_reset_count = 40000;
}

static void counter(QmgrTalk *t, const MqSegment *heard, const MqId *id, const uint8_t *data,
        Buf *out)
{
        const QmgrBehaviour *b = t->behaviour;
        MqSegment s = own_header(t, heard, MQSEGMENT_TYPE_INITIAL, MQSEGMENT_FLAG_ERROR);

        t->wanted = own_id(t, id);
        want_otherwise(b, &t->wanted);
        t->wanted.error_flags1 = b->counter_flags1;
        t->wanted.error_flags2 = b->counter_flags2;
        if (b->counter_mask)
                t->wanted.capability3_mask = CAPABILITY3_TAKEN;
        t->n_counters++;
        if (!b->ebcdic && !(b->counter_flags1 & MQID_ERROR1_ENCODING))
                s.encoding = heard->encoding; /* as was seen */
        say_id(&s, &t->wanted, heard, data, out);
        set_result(t, "countered");
}

/* Does the caller's next flow say what was wanted? NULL, or what differs. */
static const char *disagreement(const QmgrTalk *t, const MqSegment *s, const MqId *id)
{
        const MqId *w = &t->wanted;
        bool is_shared = w->has_fap9 && w->conversations > 0;

        if (s->little_endian != t->behaviour->little_endian)
                return "order";
        if (s->form != (is_shared ? MQ_HEADER_TSHM : MQ_HEADER_TSH))
                return "header";
        if (is_shared && s->conversation_id != 1)
                return "conversation";
        if (id->fap_level != w->fap_level)
                return "fap";
        if (w->error_flags1 & MQID_ERROR1_CCSID && id->ccsid != w->ccsid)
                return "ccsid";
        if (id->transmission_size != w->transmission_size || id->message_size != w->message_size)
                return "size";
        if (id->batch_size != w->batch_size || id->sequence_wrap != w->sequence_wrap)
                return "batch";
        if (w->has_fap4 && id->heartbeat_seconds != w->heartbeat_seconds)
                return "heartbeat";
        if (!w->has_fap9)
                return NULL;
        if (id->conversations > w->conversations || id->key_reset_count != w->key_reset_count)
                return "conversations";
        if (memcmp(id->header_compression, w->header_compression, sizeof(w->header_compression)) != 0 ||
                memcmp(id->message_compression, w->message_compression,
                        sizeof(w->message_compression)) != 0)
                return "compression";
        if (id->capability3 & w->capability3_mask)
                return "capability";
        return NULL;
}

/* ---- checks ---- */

static uint32_t check_type(const QmgrChannel *c, const MqId *id)
{
        if (c->type != CHANNEL_TYPE_SVRCONN || !(id->capability1 & CAPABILITY1_CLIENT))
                return CODE_WRONG_TYPE;
        return 0;
}

static uint32_t check_cipherspec(const QmgrChannel *c, const QmgrCaller *caller)
{
        if (c->has_sslciph != caller->tls)
                return CODE_CIPHERSPEC;
        if (caller->tls && !sslciph_admits(&c->sslciph, caller->version, caller->code))
                return CODE_CIPHERSPEC;
        return 0;
}

static uint32_t check_client(const QmgrChannel *c, const QmgrCaller *caller)
{
        CLEANUP_FREE char *why = NULL;
        bool matches = false;

        if (!c->has_sslciph)
                return 0;
        if (!caller->subject)
                return c->sslcauth_required || c->sslpeer ? CODE_CLIENT_CERTIFICATE : 0;
        if (!c->sslpeer)
                return 0;
        if (sslpeer_match(c->sslpeer, caller->subject, caller->serial, &matches, &why) < 0)
                abort();
        return matches ? 0 : CODE_PEER_NAME;
}

/* Returns 0 or the code of the refusal. */
static uint32_t check(QmgrTalk *t, const MqId *id)
{
        QmgrChannel *c = t->channel;
        uint32_t type, cipherspec, client;

        if (!c)
                return CODE_NO_CHANNEL;
        type = check_type(c, id);
        cipherspec = check_cipherspec(c, t->caller);
        if (c->behaviour.cipherspec_first && cipherspec != 0)
                return cipherspec;
        if (type != 0 || cipherspec != 0)
                return type != 0 ? type : cipherspec;
        client = check_client(c, t->caller);
        if (client != 0)
                return client;

        t->is_instance = true;
        if (__atomic_add_fetch(&c->n_instances, 1, __ATOMIC_SEQ_CST) > c->maxinst)
                return CODE_UNAVAILABLE;
        return 0;
}

/* ---- the conversation ---- */

static void accept_caller(QmgrTalk *t, const MqSegment *heard, const MqId *id, const uint8_t *data,
        Buf *out)
{
        MqSegment s = own_header(t, heard, MQSEGMENT_TYPE_INITIAL, 0);
        MqId own = own_id(t, id);

        if (t->behaviour->answer == QMGR_POSITIVE) {
                s.type = MQSEGMENT_TYPE_STATUS;
                s.flags1 = MQSEGMENT_FLAG_ACCEPTED;
                mqsegment_encode_status(&s, &(MqStatus){0}, out);
        } else {
                say_id(&s, &own, heard, data, out);
        }
        t->is_accepted = true;
        set_result(t, "accepted");
}

/* Returns true when the behaviour is none of a queue manager. */
static bool misbehave(QmgrTalk *t, const MqSegment *heard, const uint8_t *data, Buf *out)
{
        static const char http[] = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
        static const char alert[] = "\x15\x03\x03\x00\x02\x02\x28";

        switch (t->behaviour->answer) {
        case QMGR_SILENT:
                set_result(t, "silent");
                return true;
        case QMGR_CLOSE:
                set_result(t, "closed");
                t->is_over = true;
                return true;
        case QMGR_GARBAGE:
                buf_append(out, http, sizeof(http) - 1);
                set_result(t, "garbage");
                t->is_over = true;
                return true;
        case QMGR_ALERT:
                buf_append(out, alert, sizeof(alert) - 1);
                set_result(t, "alert");
                t->is_over = true;
                return true;
        case QMGR_ECHO:
                buf_append(out, data, heard->length);
                set_result(t, "echo");
                return true;
        case QMGR_ACCEPT:
        case QMGR_COUNTER:
        case QMGR_STATUS:
        case QMGR_POSITIVE:
        default:
                return false;
        }
}

static void say_heartbeats(const QmgrTalk *t, const MqSegment *heard, Buf *out)
{
        MqSegment s = own_header(t, heard, MQSEGMENT_TYPE_HEARTBEAT,
                MQSEGMENT_FLAG_FIRST | MQSEGMENT_FLAG_LAST);

        s.form = heard->form;
        for (unsigned i = 0; i < t->behaviour->n_heartbeats; i++)
                mqsegment_encode_status(&s, &(MqStatus){0}, out);
}

static void hear_first(QmgrTalk *t, const MqSegment *s, const MqId *id, const uint8_t *data, Buf *out)
{
        uint32_t code;

        memcpy(t->channel_name, id->channel, sizeof(id->channel));
        t->channel = qmgr_script_channel(t->script, id->channel);
        if (t->channel)
                t->behaviour = &t->channel->behaviour;
        if (misbehave(t, s, data, out))
                return;

        code = check(t, id);
        say_heartbeats(t, s, out);
        if (t->behaviour->answer == QMGR_STATUS)
                code = t->behaviour->status_code;
        if (code != 0 || t->behaviour->answer == QMGR_STATUS)
                refuse(t, s, code, out);
        else if (t->behaviour->answer == QMGR_COUNTER && t->behaviour->n_counters > 0)
                counter(t, s, id, data, out);
        else
                accept_caller(t, s, id, data, out);
}

static void hear_next(QmgrTalk *t, const MqSegment *s, const MqId *id, const uint8_t *data, Buf *out)
{
        const char *difference;

        if (misbehave(t, s, data, out))
                return;
        if (t->is_accepted || t->n_counters == 0) {
                refuse(t, s, CODE_SEGMENT_UNEXPECTED, out);
                return;
        }
        difference = disagreement(t, s, id);
        if (difference) {
                refuse(t, s, CODE_CONVERSATION_ID, out);
                buf_appendf(&t->result, " differs=%s", difference);
        } else if (t->n_counters < t->behaviour->n_counters) {
                counter(t, s, id, data, out);
        } else {
                accept_caller(t, s, id, data, out);
        }
}

static void hear_leaving(QmgrTalk *t, const MqSegment *s, const char *how, Buf *out)
{
        CLEANUP_BUF Buf result = BUF_INIT;

        t->left = how;
        if (t->behaviour->end_conv == QMGR_END_CONV_IGNORE)
                return;
        if (t->behaviour->end_conv == QMGR_END_CONV_REFUSE) {
                buf_append(&result, t->result.data, t->result.len);
                refuse(t, s, CODE_SEGMENT_UNEXPECTED, out);
                set_result(t, buf_str(&result)); /* it had been accepted, and that counts */
        }
        t->is_over = true;
}

static void hear(QmgrTalk *t, const MqSegment *s, const uint8_t *data, Buf *out)
{
        size_t body_len = s->length - s->header_len;
        MqId id;

        if (s->type == MQSEGMENT_TYPE_INITIAL && mqsegment_decode_id(s, data, &id) == MQ_DECODE_OK) {
                t->n_flows++;
                if (t->n_flows == 1)
                        hear_first(t, s, &id, data, out);
                else
                        hear_next(t, s, &id, data, out);
        } else if (t->is_accepted && s->type == MQSEGMENT_TYPE_SOCKET_ACTION &&
                s->form == MQ_HEADER_TSHC && body_len == 20 &&
                data[s->header_len + (s->little_endian ? 8 : 11)] == 2) {
                hear_leaving(t, s, "end-conv", out);
        } else if (t->is_accepted && s->type == MQSEGMENT_TYPE_STATUS &&
                s->flags1 & MQSEGMENT_FLAG_CLOSE) {
                hear_leaving(t, s, "status", out);
        } else {
                refuse(t, s, CODE_SEGMENT_UNEXPECTED, out);
        }
}

bool qmgr_talk_feed(QmgrTalk *t, const void *data, size_t len, Buf *out)
{
        size_t said = out->len;

        buf_append(&t->in, data, len);
        while (!t->is_over && t->in.len > 0) {
                const uint8_t *bytes = (const uint8_t *) t->in.data;
                MqSegment s;
                MqDecode r = mqsegment_decode(bytes, t->in.len, &s, NULL);

                if (r == MQ_DECODE_MORE)
                        break;
                if (r != MQ_DECODE_OK) {
                        set_result(t, "not-mq"); /* a queue manager writes an FDC now */
                        t->is_over = true;
                        break;
                }
                hear(t, &s, bytes, out);
                buf_consume(&t->in, s.length);
        }
        if (buf_error(out) < 0 || buf_error(&t->in) < 0)
                abort();

        if (t->behaviour->cut > 0 && out->len - said > t->behaviour->cut) {
                buf_truncate(out, said + t->behaviour->cut);
                t->is_over = true;
        }
        return !t->is_over;
}

void qmgr_talk_summary(const QmgrTalk *t, Buf *b)
{
        buf_append_str(b, "channel=");
        escape_log(b, t->channel_name, strlen(t->channel_name), 0);
        buf_appendf(b, " flows=%u result=%s left=%s", t->n_flows,
                t->result.len > 0 ? buf_str(&t->result) : "nothing", t->left);
}
