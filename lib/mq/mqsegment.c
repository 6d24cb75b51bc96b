/* SPDX-License-Identifier: MIT */
#include "mq/mqsegment.h"

#include <assert.h>
#include <string.h>

#include "base/util.h"
#include "mq/ebcdic_table.h"

/*
 *   off  size  header (TSH, TSHC; in TSHM everything from 8 on stands 8 bytes later)
 *     0     4  eye-catcher
 *     4     4  segment length, header included       always big-endian
 *    (8)    4  conversation id, TSHM only            always big-endian
 *   (12)    4  request id, TSHM only                 always big-endian
 *     8     1  byte order of what follows: 1 big-endian, 2 little-endian
 *     9     1  segment type
 *    10     2  control flags 1 and 2
 *    12     8  LUWID
 *    20     4  encoding
 *    24     2  CCSID
 *    26     2  reserved
 *
 * As seen in captures of MQ 6.0 to 9.4 and in Wireshark's dissector.
 */

enum {
        HEADER_LEN = 28,
        HEADER_LEN_TSHM = 36,
        LENGTH_OFFSET = 4,
        ORDER_OFFSET = 8,
        ORDER_BIG = 1,
        ORDER_LITTLE = 2,

        ID_LEN_OLDEST = 44,
        ID_LEN_FAP4 = 102,
        ID_LEN_FAP9 = 208,
        ID_LEN_FAP13 = 240,
        STATUS_LEN = 8,
        SOCKET_ACTION_LEN = 20,
        SOCKET_ACTION_END_CONV = 2,

        EBCDIC_QUESTION_MARK = 0x6F,
};

static const unsigned char eyecatchers[2][3] = {{'T', 'S', 'H'}, {0xE3, 0xE2, 0xC8}};
static const unsigned char forms[2][3] = {{' ', 'M', 'C'}, {0x40, 0xD4, 0xC3}};
static const unsigned char id_eyecatchers[2][4] = {{'I', 'D', ' ', ' '}, {0xC9, 0xC4, 0x40, 0x40}};
static const unsigned char ebcdic[256] = {EBCDIC_TABLE};

/* EBCDIC CCSIDs that a queue manager may answer in. */
static const uint16_t ebcdic_ccsids[] = {37, 273, 277, 278, 280, 284, 285, 297, 500, 870, 871, 924,
        1047, 1140, 1141, 1142, 1143, 1144, 1145, 1146, 1147, 1148, 1149};

static uint16_t read_u16(const uint8_t *p, bool little_endian)
{
        return little_endian ? (uint16_t) (p[0] | p[1] << 8) : (uint16_t) (p[0] << 8 | p[1]);
}

static uint32_t read_u32(const uint8_t *p, bool little_endian)
{
        uint32_t low = read_u16(p + (little_endian ? 0 : 2), little_endian);
        uint32_t high = read_u16(p + (little_endian ? 2 : 0), little_endian);

        return high << 16 | low;
}

/* ---- header ---- */

static MqDecode decode_eyecatcher(const uint8_t *data, size_t len, MqSegment *s)
{
        size_t n = MIN_OF(len, sizeof(eyecatchers[0]));

        s->ebcdic = len > 0 && data[0] == eyecatchers[1][0];
        if (memcmp(data, eyecatchers[s->ebcdic], n) != 0)
                return MQ_DECODE_NOT_MQ;
        if (len <= sizeof(eyecatchers[0]))
                return MQ_DECODE_MORE;

        for (size_t i = 0; i < ARRAY_LEN(forms[0]); i++) {
                if (data[3] != forms[s->ebcdic][i])
                        continue;
                s->form = (MqHeaderForm) i;
                s->header_len = s->form == MQ_HEADER_TSHM ? HEADER_LEN_TSHM : HEADER_LEN;
                return MQ_DECODE_OK;
        }
        return MQ_DECODE_NOT_MQ;
}

/* True also while the byte that says it has not come. */
static bool is_order_possible(const uint8_t *data, size_t len, const MqSegment *s)
{
        size_t offset = s->header_len - HEADER_LEN + ORDER_OFFSET;

        return len <= offset || data[offset] == ORDER_BIG || data[offset] == ORDER_LITTLE;
}

static void decode_header(const uint8_t *data, MqSegment *s)
{
        const uint8_t *p = data + ORDER_OFFSET;

        if (s->form == MQ_HEADER_TSHM) {
                s->conversation_id = read_u32(p, false);
                s->request_id = read_u32(p + 4, false);
                p += HEADER_LEN_TSHM - HEADER_LEN;
        }
        s->little_endian = p[0] == ORDER_LITTLE;
        s->type = p[1];
        s->flags1 = p[2];
        s->flags2 = p[3];
        s->encoding = read_u32(p + 12, s->little_endian);
        s->ccsid = read_u16(p + 16, s->little_endian);
}

MqDecode mqsegment_decode(const uint8_t *data, size_t len, MqSegment *ret, size_t *ret_needed)
{
        MqSegment s = {0};
        size_t needed = HEADER_LEN;
        MqDecode r;

        assert(data || len == 0);
        assert(ret);

        r = len > 0 ? decode_eyecatcher(data, len, &s) : MQ_DECODE_MORE;
        if (r == MQ_DECODE_NOT_MQ)
                return r;
        if (r == MQ_DECODE_OK)
                needed = s.header_len;
        if (r == MQ_DECODE_OK && len >= LENGTH_OFFSET + 4) {
                s.length = read_u32(data + LENGTH_OFFSET, false);
                if (s.length < s.header_len || s.length > MQSEGMENT_LENGTH_MAX)
                        return MQ_DECODE_BAD_LENGTH;
                needed = s.length;
        }
        if (r == MQ_DECODE_OK && !is_order_possible(data, len, &s))
                return MQ_DECODE_BAD_ORDER;
        if (r == MQ_DECODE_MORE || len < s.header_len) {
                if (ret_needed)
                        *ret_needed = needed;
                return MQ_DECODE_MORE;
        }

        decode_header(data, &s);
        if (ret_needed)
                *ret_needed = s.length;
        *ret = s;
        return len < s.length ? MQ_DECODE_MORE : MQ_DECODE_OK;
}

/* ---- bodies ---- */

static bool is_ebcdic(const MqSegment *s)
{
        for (size_t i = 0; i < ARRAY_LEN(ebcdic_ccsids); i++)
                if (s->ccsid == ebcdic_ccsids[i])
                        return true;
        return s->ebcdic;
}

/* A blank-padded name to printable ASCII in `ret` (n + 1 bytes). */
static void read_name(const MqSegment *s, const uint8_t *p, size_t n, char *ret)
{
        bool convert = is_ebcdic(s);

        for (size_t i = 0; i < n; i++) {
                uint8_t c = convert && p[i] != 0 ? ebcdic[p[i]] : p[i];

                if (c == 0)
                        c = ' ';
                ret[i] = c >= 0x20 && c < 0x7f ? (char) c : '?';
        }
        while (n > 0 && ret[n - 1] == ' ')
                n--;
        ret[n] = '\0';
}

static bool is_id_eyecatcher(const uint8_t *p)
{
        return memcmp(p, id_eyecatchers[0], sizeof(id_eyecatchers[0])) == 0 ||
                memcmp(p, id_eyecatchers[1], sizeof(id_eyecatchers[1])) == 0;
}

/* From offset 44 on: fields of FAP 4 and later. */
static void decode_id_fap4(const MqSegment *s, const uint8_t *p, MqId *id)
{
        id->has_fap4 = true;
        id->capability2 = p[44];
        id->capability2_mask = p[45];
        id->ccsid = read_u16(p + 46, s->little_endian);
        read_name(s, p + 48, 48, id->qmgr_name);
        id->heartbeat_seconds = read_u32(p + 96, s->little_endian);
}

/* From offset 102 on: fields of FAP 9 and later. */
static void decode_id_fap9(const MqSegment *s, const uint8_t *p, MqId *id)
{
        id->has_fap9 = true;
        id->error_flags2 = p[102];
        memcpy(id->header_compression, p + 104, sizeof(id->header_compression));
        memcpy(id->message_compression, p + 106, sizeof(id->message_compression));
        id->key_reset_count = read_u32(p + 124, s->little_endian);
        id->conversations = read_u32(p + 128, s->little_endian);
        id->capability3 = p[132];
        id->capability3_mask = p[133];
        id->process_id = read_u32(p + 136, s->little_endian);
        id->thread_id = read_u32(p + 140, s->little_endian);
        id->trace_id = read_u32(p + 144, s->little_endian);
        read_name(s, p + 148, 12, id->product_id);
        read_name(s, p + 160, 48, id->qmgr_id);
}

MqDecode mqsegment_decode_id(const MqSegment *s, const uint8_t *data, MqId *ret)
{
        const uint8_t *p;
        MqId id = {0};

        assert(s);
        assert(data);
        assert(ret);

        id.body_len = s->length - s->header_len;
        p = data + s->header_len;
        if (id.body_len < ID_LEN_OLDEST)
                return MQ_DECODE_SHORT_BODY;
        if (!is_id_eyecatcher(p))
                return MQ_DECODE_BAD_BODY;

        id.fap_level = p[4];
        id.capability1 = p[5];
        id.capability1_mask = p[6];
        id.error_flags1 = p[7];
        id.batch_size = read_u16(p + 10, s->little_endian);
        id.transmission_size = read_u32(p + 12, s->little_endian);
        id.message_size = read_u32(p + 16, s->little_endian);
        id.sequence_wrap = read_u32(p + 20, s->little_endian);
        read_name(s, p + 24, 20, id.channel);

        /* The length says which fields there are, the level which to believe: behind what an older
         * queue manager knows it hands back the caller's own bytes, unconverted. */
        if (id.body_len >= ID_LEN_FAP4 && id.fap_level >= 4)
                decode_id_fap4(s, p, &id);
        if (id.body_len >= ID_LEN_FAP9 && id.fap_level >= 9)
                decode_id_fap9(s, p, &id);
        if (id.body_len >= ID_LEN_FAP13 && id.fap_level >= 13) {
                id.has_fap13 = true;
                memcpy(id.password_protection, p + 208, sizeof(id.password_protection));
                memcpy(id.random, p + 228, sizeof(id.random));
        }

        *ret = id;
        return MQ_DECODE_OK;
}

MqDecode mqsegment_decode_status(const MqSegment *s, const uint8_t *data, MqStatus *ret)
{
        size_t body_len;
        MqStatus status = {0};

        assert(s);
        assert(data);
        assert(ret);

        body_len = s->length - s->header_len;
        if (body_len > 0) {
                const uint8_t *p = data + s->header_len;
                uint32_t own_len;

                if (body_len < STATUS_LEN)
                        return MQ_DECODE_SHORT_BODY;
                own_len = read_u32(p, s->little_endian);
                if (own_len < STATUS_LEN || own_len > body_len)
                        return MQ_DECODE_BAD_BODY;
                status.has_code = true;
                status.code = read_u32(p + 4, s->little_endian);
        }

        *ret = status;
        return MQ_DECODE_OK;
}

/* ---- writing ---- */

static void write_u16(Buf *b, uint16_t n, bool little_endian)
{
        buf_append_char(b, (char) (little_endian ? n & 0xff : n >> 8));
        buf_append_char(b, (char) (little_endian ? n >> 8 : n & 0xff));
}

static void write_u32(Buf *b, uint32_t n, bool little_endian)
{
        write_u16(b, (uint16_t) (little_endian ? n & 0xffff : n >> 16), little_endian);
        write_u16(b, (uint16_t) (little_endian ? n >> 16 : n & 0xffff), little_endian);
}

static void write_zeros(Buf *b, size_t n)
{
        while (n-- > 0)
                buf_append_char(b, 0);
}

/* The EBCDIC of a printable ASCII character. */
static uint8_t to_ebcdic(char c)
{
        for (size_t i = 0; i < ARRAY_LEN(ebcdic); i++)
                if (ebcdic[i] == (uint8_t) c && (c != '?' || i == EBCDIC_QUESTION_MARK))
                        return (uint8_t) i;
        return EBCDIC_QUESTION_MARK;
}

/* A name, blank-padded to `n` bytes. */
static void write_name(const MqSegment *s, const char *name, size_t n, Buf *b)
{
        size_t len = strnlen(name, n);
        bool convert = is_ebcdic(s);

        for (size_t i = 0; i < n; i++) {
                char c = ' ';

                if (i < len)
                        c = name[i];
                buf_append_char(b, convert ? (char) to_ebcdic(c) : c);
        }
}

static void encode_header(const MqSegment *s, size_t body_len, Buf *b)
{
        size_t header_len = s->form == MQ_HEADER_TSHM ? HEADER_LEN_TSHM : HEADER_LEN;

        buf_append(b, eyecatchers[s->ebcdic], sizeof(eyecatchers[0]));
        buf_append_char(b, (char) forms[s->ebcdic][s->form]);
        write_u32(b, (uint32_t) (header_len + body_len), false);
        if (s->form == MQ_HEADER_TSHM) {
                write_u32(b, s->conversation_id, false);
                write_u32(b, s->request_id, false);
        }
        buf_append_char(b, s->little_endian ? ORDER_LITTLE : ORDER_BIG);
        buf_append_char(b, (char) s->type);
        buf_append_char(b, (char) s->flags1);
        buf_append_char(b, (char) s->flags2);
        write_zeros(b, 8);
        write_u32(b, s->encoding, s->little_endian);
        write_u16(b, s->ccsid, s->little_endian);
        write_zeros(b, 2);
}

static void encode_id_fap9(const MqSegment *s, const MqId *id, Buf *b)
{
        buf_append_char(b, (char) id->error_flags2);
        write_zeros(b, 1);
        buf_append(b, id->header_compression, sizeof(id->header_compression));
        buf_append(b, id->message_compression, sizeof(id->message_compression));
        write_zeros(b, 2);
        write_u32(b, id->key_reset_count, s->little_endian);
        write_u32(b, id->conversations, s->little_endian);
        buf_append_char(b, (char) id->capability3);
        buf_append_char(b, (char) id->capability3_mask);
        write_zeros(b, 2);
        write_u32(b, id->process_id, s->little_endian);
        write_u32(b, id->thread_id, s->little_endian);
        write_u32(b, id->trace_id, s->little_endian);
        write_name(s, id->product_id, 12, b);
        write_name(s, id->qmgr_id, 48, b);
}

void mqsegment_encode_id(const MqSegment *s, const MqId *id, Buf *b)
{
        size_t body_len;

        assert(s);
        assert(id);
        assert(b);

        body_len = id->has_fap13 ? ID_LEN_FAP13
                : id->has_fap9   ? ID_LEN_FAP9
                : id->has_fap4   ? ID_LEN_FAP4
                                 : ID_LEN_OLDEST;
        encode_header(s, body_len, b);

        buf_append(b, id_eyecatchers[s->ebcdic], sizeof(id_eyecatchers[0]));
        buf_append_char(b, (char) id->fap_level);
        buf_append_char(b, (char) id->capability1);
        buf_append_char(b, (char) id->capability1_mask);
        buf_append_char(b, (char) id->error_flags1);
        write_zeros(b, 2);
        write_u16(b, id->batch_size, s->little_endian);
        write_u32(b, id->transmission_size, s->little_endian);
        write_u32(b, id->message_size, s->little_endian);
        write_u32(b, id->sequence_wrap, s->little_endian);
        write_name(s, id->channel, 20, b);
        if (body_len == ID_LEN_OLDEST)
                return;

        buf_append_char(b, (char) id->capability2);
        buf_append_char(b, (char) id->capability2_mask);
        write_u16(b, id->ccsid, s->little_endian);
        write_name(s, id->qmgr_name, 48, b);
        write_u32(b, id->heartbeat_seconds, s->little_endian);
        write_u16(b, (uint16_t) (body_len - ID_LEN_FAP4), s->little_endian);
        if (body_len == ID_LEN_FAP4)
                return;

        encode_id_fap9(s, id, b);
        if (body_len == ID_LEN_FAP9)
                return;

        buf_append(b, id->password_protection, sizeof(id->password_protection));
        buf_append(b, id->random, sizeof(id->random));
}

void mqsegment_encode_end_conversation(const MqSegment *s, uint32_t conversation_id, Buf *b)
{
        MqSegment header;

        assert(s);
        assert(b);

        header = *s;
        header.form = MQ_HEADER_TSHC;
        header.type = MQSEGMENT_TYPE_SOCKET_ACTION;
        header.flags1 = MQSEGMENT_FLAG_CLOSE | MQSEGMENT_FLAG_FIRST | MQSEGMENT_FLAG_LAST;
        encode_header(&header, SOCKET_ACTION_LEN, b);
        write_u32(b, conversation_id, s->little_endian);
        write_u32(b, 0, s->little_endian);
        write_u32(b, SOCKET_ACTION_END_CONV, s->little_endian);
        write_zeros(b, 8);
}

void mqsegment_encode_status(const MqSegment *s, const MqStatus *status, Buf *b)
{
        assert(s);
        assert(status);
        assert(b);

        encode_header(s, status->has_code ? STATUS_LEN : 0, b);
        if (!status->has_code)
                return;
        write_u32(b, STATUS_LEN, s->little_endian);
        write_u32(b, status->code, s->little_endian);
}
