/* SPDX-License-Identifier: MIT */
#include "mq/mqsegment.h"

#include <string.h>

#include "tests/support/hex.h"
#include "tests/support/suite.h"

/* Decodes the first `len` bytes from a copy of just that size. */
static MqDecode decode(const void *data, size_t len, MqSegment *ret, size_t *ret_needed)
{
        CLEANUP_FREE uint8_t *copy = hex_exact_copy(data, len);

        return mqsegment_decode(copy, len, ret, ret_needed);
}

/* A segment made by hand, not by the codec: header of that form, alphabet and order, then the body. */
static void make_segment(Buf *b, MqHeaderForm form, bool ebcdic, bool little, uint8_t type,
        uint16_t ccsid, const void *body, size_t body_len)
{
        static const char *const eyecatchers[2][3] = {{"TSH ", "TSHM", "TSHC"},
                {"\xE3\xE2\xC8\x40", "\xE3\xE2\xC8\xD4", "\xE3\xE2\xC8\xC3"}};
        size_t header_len = form == MQ_HEADER_TSHM ? 36 : 28;
        size_t len = header_len + body_len;

        buf_append(b, eyecatchers[ebcdic][form], 4);
        buf_append(b, (const uint8_t[]){0, (uint8_t) (len >> 16), (uint8_t) (len >> 8), (uint8_t) len}, 4);
        if (form == MQ_HEADER_TSHM)
                buf_append(b, "\0\0\0\x07\0\0\0\x09", 8);
        buf_append(b, (const uint8_t[]){little ? 2 : 1, type, 0x0A, 0x02}, 4);
        buf_append(b, "LUWIDLUW", 8);
        buf_append(b, little ? "\x22\x02\0\0" : "\0\0\x01\x11", 4);
        buf_append_char(b, (char) (little ? ccsid & 0xff : ccsid >> 8));
        buf_append_char(b, (char) (little ? ccsid >> 8 : ccsid & 0xff));
        buf_append(b, "\0\0", 2);
        buf_append(b, body, body_len);
}

/* ---- the vectors ---- */

static const struct {
        const char *name;
        MqDecode expected;
        MqHeaderForm form;
        bool ebcdic;
        uint32_t length;
        bool little_endian;
        uint8_t type, flags1;
        uint32_t encoding;
        uint16_t ccsid;
} vectors[] = {
        {"c01-id-c2s-recommended-svrconn", MQ_DECODE_OK, MQ_HEADER_TSH,
                false, 268, false, 1, 0x31, 0x111, 819},
        {"c02-status-s2c-cipher-spec-le", MQ_DECODE_OK, MQ_HEADER_TSH,
                false, 36, true, 5, 0x0A, 0x222, 819},
        {"c03-status-s2c-wrong-type-le", MQ_DECODE_OK, MQ_HEADER_TSH,
                false, 36, true, 5, 0x0A, 0x222, 819},
        {"c04-status-s2c-peer-name-be", MQ_DECODE_OK, MQ_HEADER_TSH,
                false, 36, false, 5, 0x0A, 0x111, 819},
        {"c05-id-s2c-zos-ebcdic-be", MQ_DECODE_OK, MQ_HEADER_TSH,
                true, 236, false, 1, 0x02, 0x311, 500},
        {"c06-id-s2c-truncated", MQ_DECODE_MORE, MQ_HEADER_TSHM,
                false, 276, true, 1, 0x00, 0x222, 819},
        {"c09-status-c2s-close-bare", MQ_DECODE_OK, MQ_HEADER_TSH,
                false, 28, false, 5, 0x08, 0x111, 819},
};

START_TEST(a_vector_has_its_header)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        MqSegment s;
        size_t needed = 0;

        hex_read_vector(&b, vectors[_i].name);
        ck_assert_int_eq(decode(b.data, b.len, &s, &needed), vectors[_i].expected);
        ck_assert_uint_eq(needed, vectors[_i].length);
        ck_assert_int_eq(s.form, vectors[_i].form);
        ck_assert_int_eq(s.ebcdic, vectors[_i].ebcdic);
        ck_assert_uint_eq(s.length, vectors[_i].length);
        ck_assert_int_eq(s.little_endian, vectors[_i].little_endian);
        ck_assert_uint_eq(s.type, vectors[_i].type);
        ck_assert_uint_eq(s.flags1, vectors[_i].flags1);
        ck_assert_uint_eq(s.encoding, vectors[_i].encoding);
        ck_assert_uint_eq(s.ccsid, vectors[_i].ccsid);
}
END_TEST

START_TEST(the_vectors_that_are_no_segment_are_refused)
{
        CLEANUP_BUF Buf http = BUF_INIT;
        CLEANUP_BUF Buf huge = BUF_INIT;
        MqSegment s;

        hex_read_vector(&http, "c07-bad-eyecatcher-http");
        hex_read_vector(&huge, "c08-bad-length-huge");
        ck_assert_int_eq(decode(http.data, http.len, &s, NULL), MQ_DECODE_NOT_MQ);
        ck_assert_int_eq(decode(huge.data, huge.len, &s, NULL), MQ_DECODE_BAD_LENGTH);
        ck_assert_int_eq(decode(huge.data, 8, &s, NULL), MQ_DECODE_BAD_LENGTH);
        ck_assert_int_eq(decode(huge.data, 7, &s, NULL), MQ_DECODE_MORE);
}
END_TEST

START_TEST(the_first_flow_reads_as_it_is_meant)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        MqSegment s;
        MqId id;

        hex_read_vector(&b, "c01-id-c2s-recommended-svrconn");
        ck_assert_int_eq(decode(b.data, b.len, &s, NULL), MQ_DECODE_OK);
        ck_assert_int_eq(mqsegment_decode_id(&s, (const uint8_t *) b.data, &id), MQ_DECODE_OK);
        ck_assert_uint_eq(id.body_len, 240);
        ck_assert_uint_eq(id.fap_level, 13);
        ck_assert_uint_eq(id.capability1, 0x26);
        ck_assert_uint_eq(id.capability1_mask, 0);
        ck_assert_uint_eq(id.error_flags1, 0);
        ck_assert_uint_eq(id.batch_size, 0);
        ck_assert_uint_eq(id.transmission_size, 32748);
        ck_assert_uint_eq(id.message_size, 4194304);
        ck_assert_uint_eq(id.sequence_wrap, 0);
        ck_assert_str_eq(id.channel, "DEV.APP.SVRCONN");
        ck_assert(id.has_fap4 && id.has_fap9 && id.has_fap13);
        ck_assert_uint_eq(id.capability2, 0x51);
        ck_assert_uint_eq(id.ccsid, 819);
        ck_assert_str_eq(id.qmgr_name, "");
        ck_assert_uint_eq(id.heartbeat_seconds, 300);
        ck_assert_uint_eq(id.error_flags2, 0);
        ck_assert_mem_eq(id.header_compression, "\x00\xff", 2);
        ck_assert_uint_eq(id.message_compression[0], 0);
        ck_assert_uint_eq(id.message_compression[15], 0xff);
        ck_assert_uint_eq(id.key_reset_count, 0);
        ck_assert_uint_eq(id.conversations, 10);
        ck_assert_uint_eq(id.capability3, 0);
        ck_assert_uint_eq(id.process_id, 1);
        ck_assert_uint_eq(id.thread_id, 1);
        ck_assert_uint_eq(id.trace_id, 1);
        ck_assert_str_eq(id.product_id, "MQTL00000000");
        ck_assert_str_eq(id.qmgr_id, "mqtlsd-probe");
        ck_assert_mem_eq(id.password_protection, "\x00\x01\x00\x00\xff\xff", 6);
        ck_assert_mem_eq(id.random, "\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab", 12);
}
END_TEST

START_TEST(an_answer_in_ebcdic_reads_as_ascii)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        MqSegment s;
        MqId id;

        hex_read_vector(&b, "c05-id-s2c-zos-ebcdic-be");
        ck_assert_int_eq(decode(b.data, b.len, &s, NULL), MQ_DECODE_OK);
        ck_assert_int_eq(mqsegment_decode_id(&s, (const uint8_t *) b.data, &id), MQ_DECODE_OK);
        ck_assert_uint_eq(id.body_len, 208);
        ck_assert_uint_eq(id.fap_level, 10);
        ck_assert_uint_eq(id.error_flags1, MQID_ERROR1_CCSID);
        ck_assert_str_eq(id.channel, "ZOS.SVRCONN");
        ck_assert_uint_eq(id.ccsid, 500);
        ck_assert_str_eq(id.qmgr_name, "CSQ9");
        ck_assert_uint_eq(id.heartbeat_seconds, 300);
        ck_assert_uint_eq(id.conversations, 10);
        ck_assert_str_eq(id.product_id, "MQMV09040000");
        ck_assert_str_eq(id.qmgr_id, "CSQ9.DEADBEEF01234567");
        ck_assert(id.has_fap9 && !id.has_fap13);
}
END_TEST

START_TEST(a_refusal_has_its_code_in_either_order)
{
        static const struct {
                const char *name;
                uint32_t code;
        } rows[] = {
                {"c02-status-s2c-cipher-spec-le", 0x18},
                {"c03-status-s2c-wrong-type-le", 0x02},
                {"c04-status-s2c-peer-name-be", 0x19},
        };

        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
                CLEANUP_BUF Buf b = BUF_INIT;
                MqSegment s;
                MqStatus status;

                hex_read_vector(&b, rows[i].name);
                ck_assert_int_eq(decode(b.data, b.len, &s, NULL), MQ_DECODE_OK);
                ck_assert_int_eq(mqsegment_decode_status(&s, (const uint8_t *) b.data, &status),
                        MQ_DECODE_OK);
                ck_assert(status.has_code);
                ck_assert_uint_eq(status.code, rows[i].code);
        }
}
END_TEST

/* ---- headers ---- */

START_TEST(every_prefix_waits_for_more_and_says_for_how_much)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        MqSegment s;
        size_t needed;

        hex_read_vector(&b, vectors[_i].name);
        for (size_t len = 0; len < b.len; len++) {
                needed = 0;
                ck_assert_msg(decode(b.data, len, &s, &needed) == MQ_DECODE_MORE, "%zu bytes", len);
                ck_assert_uint_gt(needed, len);
                ck_assert_uint_le(needed, vectors[_i].length);
                if (len >= 8)
                        ck_assert_uint_eq(needed, vectors[_i].length);
        }
}
END_TEST

/* Form, alphabet, order: every combination. */
START_TEST(every_kind_of_header_is_read)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        MqHeaderForm form = (MqHeaderForm) (_i % 3);
        bool ebcdic = _i / 3 % 2, little = _i / 6;
        MqSegment s;

        make_segment(&b, form, ebcdic, little, 9, 1208, "body", 4);
        buf_append_str(&b, "of the next segment");
        ck_assert_int_eq(decode(b.data, b.len, &s, NULL), MQ_DECODE_OK);
        ck_assert_int_eq(s.form, form);
        ck_assert_int_eq(s.ebcdic, ebcdic);
        ck_assert_int_eq(s.little_endian, little);
        ck_assert_uint_eq(s.header_len, form == MQ_HEADER_TSHM ? 36 : 28);
        ck_assert_uint_eq(s.length, s.header_len + 4);
        ck_assert_uint_eq(s.conversation_id, form == MQ_HEADER_TSHM ? 7 : 0);
        ck_assert_uint_eq(s.request_id, form == MQ_HEADER_TSHM ? 9 : 0);
        ck_assert_uint_eq(s.type, 9);
        ck_assert_uint_eq(s.flags1, 0x0A);
        ck_assert_uint_eq(s.flags2, 0x02);
        ck_assert_uint_eq(s.encoding, little ? 0x222 : 0x111);
        ck_assert_uint_eq(s.ccsid, 1208);
}
END_TEST

#define HEADER_REST "\x05\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x11\x03\x33\x00\x00"
#define BYTES(literal) (literal), sizeof(literal) - 1

static const struct {
        const char *what;
        const char *bytes;
        size_t len;
        MqDecode expected;
} headers[] = {
        {"nothing yet", BYTES(""), MQ_DECODE_MORE},
        {"one byte of an eye-catcher", BYTES("T"), MQ_DECODE_MORE},
        {"one byte of an EBCDIC one", BYTES("\xE3"), MQ_DECODE_MORE},
        {"one byte of something else", BYTES("H"), MQ_DECODE_NOT_MQ},
        {"a TLS alert", BYTES("\x15\x03\x03\x00\x02\x02\x28"), MQ_DECODE_NOT_MQ},
        {"nearly an eye-catcher", BYTES("TSX"), MQ_DECODE_NOT_MQ},
        {"a fourth letter nobody knows", BYTES("TSHX"), MQ_DECODE_NOT_MQ},
        {"lower case", BYTES("tsh "), MQ_DECODE_NOT_MQ},
        {"half ASCII, half EBCDIC", BYTES("TSH\x40"), MQ_DECODE_NOT_MQ},
        {"half EBCDIC, half ASCII", BYTES("\xE3\xE2\xC8 "), MQ_DECODE_NOT_MQ},
        {"length 0", BYTES("TSH \x00\x00\x00\x00"), MQ_DECODE_BAD_LENGTH},
        {"one less than a header", BYTES("TSH \x00\x00\x00\x1B"), MQ_DECODE_BAD_LENGTH},
        {"one less than a TSHM", BYTES("TSHM\x00\x00\x00\x23"), MQ_DECODE_BAD_LENGTH},
        {"just a TSHM", BYTES("TSHM\x00\x00\x00\x24"), MQ_DECODE_MORE},
        {"just a header", BYTES("TSH \x00\x00\x00\x1C\x01" HEADER_REST), MQ_DECODE_OK},
        {"the longest", BYTES("TSH \x00\x01\x00\x00"), MQ_DECODE_MORE},
        {"one more than the longest", BYTES("TSH \x00\x01\x00\x01"), MQ_DECODE_BAD_LENGTH},
        {"the length in the wrong order", BYTES("TSH \x1C\x00\x00\x00"), MQ_DECODE_BAD_LENGTH},
        {"length -1", BYTES("TSH \xFF\xFF\xFF\xFF"), MQ_DECODE_BAD_LENGTH},
        {"byte order 0", BYTES("TSH \x00\x00\x00\x1C\x00" HEADER_REST), MQ_DECODE_BAD_ORDER},
        {"byte order 3", BYTES("TSH \x00\x00\x00\x1C\x03" HEADER_REST), MQ_DECODE_BAD_ORDER},
        {"byte order 3, the rest to come", BYTES("TSH \x00\x00\x00\x1C\x03"), MQ_DECODE_BAD_ORDER},
        {"a TSHM's conversation is no order",
                BYTES("TSHM\x00\x00\x00\x24\x07\x07\x07\x07\x00\x00\x00\x00"), MQ_DECODE_MORE},
        {"byte order 0 in a TSHM",
                BYTES("TSHM\x00\x00\x00\x24\x01\x01\x01\x01\x01\x01\x01\x01\x00"),
                MQ_DECODE_BAD_ORDER},
};

START_TEST(a_header_is_judged_as_early_as_its_bytes_allow)
{
        MqSegment s;

        ck_assert_msg(decode(headers[_i].bytes, headers[_i].len, &s, NULL) == headers[_i].expected,
                "%s", headers[_i].what);
}
END_TEST

/* ---- the ID ---- */

static const struct {
        const char *what;
        size_t body_len;
        uint8_t fap_level;
        MqDecode expected;
        bool has_fap4, has_fap9, has_fap13;
} lengths[] = {
        {"no body", 0, 13, MQ_DECODE_SHORT_BODY, false, false, false},
        {"one byte less than the oldest", 43, 1, MQ_DECODE_SHORT_BODY, false, false, false},
        {"the oldest", 44, 3, MQ_DECODE_OK, false, false, false},
        {"the oldest, though the level says more", 44, 13, MQ_DECODE_OK, false, false, false},
        {"one byte less than FAP 4", 101, 8, MQ_DECODE_OK, false, false, false},
        {"FAP 4", 102, 4, MQ_DECODE_OK, true, false, false},
        {"FAP 3 in the length of FAP 4", 102, 3, MQ_DECODE_OK, false, false, false},
        {"one byte less than FAP 9", 207, 9, MQ_DECODE_OK, true, false, false},
        {"FAP 9", 208, 9, MQ_DECODE_OK, true, true, false},
        {"FAP 8 in the length of FAP 9", 208, 8, MQ_DECODE_OK, true, false, false},
        {"one byte less than FAP 13", 239, 13, MQ_DECODE_OK, true, true, false},
        {"FAP 13", 240, 13, MQ_DECODE_OK, true, true, true},
        {"FAP 10 in the length of FAP 13", 240, 10, MQ_DECODE_OK, true, true, false},
        {"FAP 8 in the length of FAP 13", 240, 8, MQ_DECODE_OK, true, false, false},
        {"a level and a length to come", 300, 40, MQ_DECODE_OK, true, true, true},
};

START_TEST(length_and_level_decide_which_fields_are_believed)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        CLEANUP_FREE uint8_t *copy = NULL;
        uint8_t body[300];
        MqSegment s;
        MqId id;

        memset(body, 'A', sizeof(body));
        memcpy(body, "ID  ", 4);
        body[4] = lengths[_i].fap_level;
        make_segment(&b, MQ_HEADER_TSH, false, true, 1, 819, body, lengths[_i].body_len);
        copy = hex_exact_copy(b.data, b.len);
        ck_assert_int_eq(mqsegment_decode(copy, b.len, &s, NULL), MQ_DECODE_OK);
        ck_assert_msg(mqsegment_decode_id(&s, copy, &id) == lengths[_i].expected, "%s", lengths[_i].what);
        if (lengths[_i].expected != MQ_DECODE_OK)
                return;

        ck_assert_str_eq(id.channel, "AAAAAAAAAAAAAAAAAAAA");
        ck_assert_int_eq(id.has_fap4, lengths[_i].has_fap4);
        ck_assert_int_eq(id.has_fap9, lengths[_i].has_fap9);
        ck_assert_int_eq(id.has_fap13, lengths[_i].has_fap13);
        ck_assert_uint_eq(strlen(id.qmgr_name), lengths[_i].has_fap4 ? 48 : 0);
        ck_assert_uint_eq(id.heartbeat_seconds, lengths[_i].has_fap4 ? 0x41414141 : 0);
        ck_assert_uint_eq(strlen(id.qmgr_id), lengths[_i].has_fap9 ? 48 : 0);
        ck_assert_uint_eq(id.random[0], lengths[_i].has_fap13 ? 'A' : 0);
}
END_TEST

static void decode_channel(bool ebcdic, uint16_t ccsid, const void *name, char ret[21])
{
        CLEANUP_BUF Buf b = BUF_INIT;
        uint8_t body[44] = "ID  ";
        MqSegment s;
        MqId id;

        memcpy(body + 24, name, 20);
        make_segment(&b, MQ_HEADER_TSH, ebcdic, false, 1, ccsid, body, sizeof(body));
        ck_assert_int_eq(decode(b.data, b.len, &s, NULL), MQ_DECODE_OK);
        ck_assert_int_eq(mqsegment_decode_id(&s, (const uint8_t *) b.data, &id), MQ_DECODE_OK);
        memcpy(ret, id.channel, sizeof(id.channel));
}

static const uint8_t ascii_name[] = "A.Z/a_z%0-9:        ";
static const uint8_t ebcdic_name[] = {0xC1, 0x4B, 0xE9, 0x61, 0x81, 0x6D, 0xA9, 0x6C, 0xF0, 0x60, 0xF9,
        0x7A, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40};

START_TEST(names_are_ebcdic_where_header_or_ccsid_says_so)
{
        static const uint16_t ebcdic_ccsids[] = {37, 273, 277, 278, 280, 284, 285, 297, 500, 870, 871, 924,
                1047, 1140, 1141, 1142, 1143, 1144, 1145, 1146, 1147, 1148, 1149};
        static const uint16_t ascii_ccsids[] = {0, 36, 437, 499, 501, 819, 850, 1208, 1139, 1150, 65535};
        char name[21];

        for (size_t i = 0; i < ARRAY_LEN(ebcdic_ccsids); i++) {
                decode_channel(false, ebcdic_ccsids[i], ebcdic_name, name);
                ck_assert_msg(strcmp(name, "A.Z/a_z%0-9:") == 0, "CCSID %u", ebcdic_ccsids[i]);
        }
        for (size_t i = 0; i < ARRAY_LEN(ascii_ccsids); i++) {
                decode_channel(false, ascii_ccsids[i], ascii_name, name);
                ck_assert_msg(strcmp(name, "A.Z/a_z%0-9:") == 0, "CCSID %u", ascii_ccsids[i]);
        }
        decode_channel(true, 819, ebcdic_name, name);
        ck_assert_str_eq(name, "A.Z/a_z%0-9:");
}
END_TEST

START_TEST(what_is_not_printable_in_a_name_becomes_a_question_mark)
{
        char name[21];

        decode_channel(false, 819, "A\x1b[2J\n\x7f\x80\xff Z            ", name);
        ck_assert_str_eq(name, "A?[2J???? Z");
        decode_channel(false, 819, "A\0B\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", name);
        ck_assert_str_eq(name, "A B");
        decode_channel(false, 819, "                    ", name);
        ck_assert_str_eq(name, "");
        decode_channel(true, 500,
                "\xC1\x00\x25\x3F\xFF\xC2"
                "\x40\x40\x40\x40\x40\x40\x40\x40\x40\x40\x40\x40\x40\x40",
                name);
        ck_assert_str_eq(name, "A ???B");
}
END_TEST

START_TEST(an_id_without_its_eyecatcher_is_none)
{
        static const char *const bodies[] = {"IDX ", "XD  ", "UID ", "\xC9\xC4  "};
        MqSegment s;
        MqId id;

        for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
                CLEANUP_BUF Buf b = BUF_INIT;
                uint8_t body[240] = {0};

                memcpy(body, bodies[i], 4);
                make_segment(&b, MQ_HEADER_TSH, false, false, 1, 819, body, sizeof(body));
                ck_assert_int_eq(decode(b.data, b.len, &s, NULL), MQ_DECODE_OK);
                ck_assert_int_eq(mqsegment_decode_id(&s, (const uint8_t *) b.data, &id),
                        MQ_DECODE_BAD_BODY);
        }
}
END_TEST

/* ---- STATUS ---- */

static const struct {
        const char *what;
        const char *body;
        size_t body_len;
        MqDecode expected;
        bool has_code;
        uint32_t code;
} statuses[] = {
        {"no body at all is the positive one", BYTES(""), MQ_DECODE_OK, false, 0},
        {"a code", BYTES("\0\0\0\x08\0\0\0\x01"), MQ_DECODE_OK, true, 1},
        {"a code of four bytes", BYTES("\0\0\0\x08\x12\x34\x56\x78"), MQ_DECODE_OK, true, 0x12345678},
        {"more behind the code", BYTES("\0\0\0\x0C\0\0\0\x18????"), MQ_DECODE_OK, true, 0x18},
        {"more than the structure's own length", BYTES("\0\0\0\x08\0\0\0\x18????"), MQ_DECODE_OK, true, 0x18},
        {"one byte", BYTES("\0"), MQ_DECODE_SHORT_BODY, false, 0},
        {"seven bytes", BYTES("\0\0\0\x08\0\0\0"), MQ_DECODE_SHORT_BODY, false, 0},
        {"own length 7", BYTES("\0\0\0\x07\0\0\0\x01"), MQ_DECODE_BAD_BODY, false, 0},
        {"own length 0", BYTES("\0\0\0\0\0\0\0\x01"), MQ_DECODE_BAD_BODY, false, 0},
        {"own length 9 of 8", BYTES("\0\0\0\x09\0\0\0\x01"), MQ_DECODE_BAD_BODY, false, 0},
        {"own length in the wrong order", BYTES("\x08\0\0\0\0\0\0\x01"), MQ_DECODE_BAD_BODY, false, 0},
};

START_TEST(a_status_is_read_with_care)
{
        for (int form = MQ_HEADER_TSH; form <= MQ_HEADER_TSHM; form++) {
                CLEANUP_BUF Buf b = BUF_INIT;
                CLEANUP_FREE uint8_t *copy = NULL;
                MqSegment s;
                MqStatus status = {.code = 4711};

                make_segment(&b, (MqHeaderForm) form, false, false, 5, 819, statuses[_i].body,
                        statuses[_i].body_len);
                copy = hex_exact_copy(b.data, b.len);
                ck_assert_int_eq(mqsegment_decode(copy, b.len, &s, NULL), MQ_DECODE_OK);
                ck_assert_msg(mqsegment_decode_status(&s, copy, &status) == statuses[_i].expected, "%s",
                        statuses[_i].what);
                if (statuses[_i].expected != MQ_DECODE_OK) {
                        ck_assert_uint_eq(status.code, 4711);
                        continue;
                }
                ck_assert_int_eq(status.has_code, statuses[_i].has_code);
                ck_assert_uint_eq(status.code, statuses[_i].code);
        }
}
END_TEST

/* ---- writing ---- */

static const MqId full_id = {
        .fap_level = 13,
        .capability1 = 0x26,
        .capability1_mask = 0x04,
        .error_flags1 = 0x94,
        .batch_size = 50,
        .transmission_size = 32748,
        .message_size = 0x01020304,
        .sequence_wrap = 999999999,
        .channel = "A.CHANNEL/a_z%0-9",
        .has_fap4 = true,
        .capability2 = 0x51,
        .capability2_mask = 0x10,
        .ccsid = 1208,
        .qmgr_name = "QM1",
        .heartbeat_seconds = 300,
        .has_fap9 = true,
        .error_flags2 = 0x07,
        .header_compression = {0x00, 0xff},
        .message_compression = {1, 2, 3},
        .key_reset_count = 40000,
        .conversations = 10,
        .capability3 = 0x28,
        .capability3_mask = 0x08,
        .process_id = 4711,
        .thread_id = 7,
        .trace_id = 25,
        .product_id = "MQMM09040300",
        .qmgr_id = "QM1_2025-09-05_02.13.44",
        .has_fap13 = true,
        .password_protection = {0, 1, 0, 0, 0xff},
        .random = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
};

/* Form, alphabet, order: every combination. */
START_TEST(what_is_written_is_read_again)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        MqSegment s, got;
        MqId id;

        s = (MqSegment){
                .form = (MqHeaderForm) (_i % 3),
                .ebcdic = _i / 3 % 2,
                .little_endian = _i / 6,
                .type = MQSEGMENT_TYPE_INITIAL,
                .flags1 = 0x31,
                .flags2 = 0x04,
                .encoding = 0x311,
                .ccsid = _i / 3 % 2 ? 1047 : 819,
        };
        if (s.form == MQ_HEADER_TSHM) {
                s.conversation_id = 3;
                s.request_id = 5;
        }
        mqsegment_encode_id(&s, &full_id, &b);
        ck_assert_int_eq(decode(b.data, b.len, &got, NULL), MQ_DECODE_OK);
        ck_assert_uint_eq(b.len, (s.form == MQ_HEADER_TSHM ? 36 : 28) + 240);
        ck_assert_uint_eq(got.length, b.len);
        ck_assert_int_eq(got.form, s.form);
        ck_assert_int_eq(got.ebcdic, s.ebcdic);
        ck_assert_int_eq(got.little_endian, s.little_endian);
        ck_assert_uint_eq(got.conversation_id, s.conversation_id);
        ck_assert_uint_eq(got.request_id, s.request_id);
        ck_assert_uint_eq(got.type, s.type);
        ck_assert_uint_eq(got.flags1, s.flags1);
        ck_assert_uint_eq(got.flags2, s.flags2);
        ck_assert_uint_eq(got.encoding, s.encoding);
        ck_assert_uint_eq(got.ccsid, s.ccsid);

        ck_assert_int_eq(mqsegment_decode_id(&got, (const uint8_t *) b.data, &id), MQ_DECODE_OK);
        ck_assert_uint_eq(id.body_len, 240);
        ck_assert_uint_eq(id.error_flags1, 0x94);
        ck_assert_uint_eq(id.batch_size, 50);
        ck_assert_uint_eq(id.message_size, 0x01020304);
        ck_assert_uint_eq(id.sequence_wrap, 999999999);
        ck_assert_str_eq(id.channel, full_id.channel);
        ck_assert_uint_eq(id.capability1_mask, 0x04);
        ck_assert_uint_eq(id.capability2_mask, 0x10);
        ck_assert_uint_eq(id.ccsid, 1208);
        ck_assert_str_eq(id.qmgr_name, "QM1");
        ck_assert_uint_eq(id.heartbeat_seconds, 300);
        ck_assert_uint_eq(id.error_flags2, 0x07);
        ck_assert_uint_eq(id.key_reset_count, 40000);
        ck_assert_uint_eq(id.conversations, 10);
        ck_assert_uint_eq(id.capability3, 0x28);
        ck_assert_uint_eq(id.capability3_mask, 0x08);
        ck_assert_uint_eq(id.process_id, 4711);
        ck_assert_uint_eq(id.thread_id, 7);
        ck_assert_uint_eq(id.trace_id, 25);
        ck_assert_str_eq(id.product_id, full_id.product_id);
        ck_assert_str_eq(id.qmgr_id, full_id.qmgr_id);
        ck_assert_mem_eq(id.message_compression, full_id.message_compression, 16);
        ck_assert_mem_eq(id.password_protection, full_id.password_protection, 20);
        ck_assert_mem_eq(id.random, full_id.random, 12);
}
END_TEST

START_TEST(an_id_is_as_long_as_its_level_makes_it)
{
        static const struct {
                bool fap4, fap9, fap13;
                size_t body_len;
        } rows[] = {{false, false, false, 44}, {true, false, false, 102}, {true, true, false, 208},
                {true, true, true, 240}};
        const MqSegment s = {.type = MQSEGMENT_TYPE_INITIAL};

        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
                CLEANUP_BUF Buf b = BUF_INIT;
                MqId id = full_id;

                id.has_fap4 = rows[i].fap4;
                id.has_fap9 = rows[i].fap9;
                id.has_fap13 = rows[i].fap13;
                mqsegment_encode_id(&s, &id, &b);
                ck_assert_uint_eq(b.len, 28 + rows[i].body_len);
                if (rows[i].fap4) /* how long the fields are from offset 102 on */
                        ck_assert_uint_eq((uint8_t) b.data[28 + 101], rows[i].body_len - 102);
        }
}
END_TEST

/* In EBCDIC, what cannot be written there is a question mark, and a question mark is one. */
START_TEST(names_are_written_in_the_alphabet_of_the_ccsid)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        const MqSegment s = {.type = MQSEGMENT_TYPE_INITIAL, .ccsid = 500};
        const MqId id = {.channel = "A.Z/a_z%0-9:?\x01"};

        mqsegment_encode_id(&s, &id, &b);
        ck_assert_mem_eq(b.data, "TSH ", 4);
        ck_assert_mem_eq(b.data + 28, "ID  ", 4);
        ck_assert_mem_eq(b.data + 28 + 24, ebcdic_name, 12);
        ck_assert_mem_eq(b.data + 28 + 24 + 12, "\x6F\x6F\x40\x40\x40\x40\x40\x40", 8);
}
END_TEST

/* Layout of the socket action: conversation, request, action 2, two parameters, in the header's order. */
START_TEST(the_end_of_a_conversation_has_its_bytes)
{
        static const char big[] = "TSHC\0\0\0\x30\x01\x0c\x38\0\0\0\0\0\0\0\0\0\0\0\x01\x11\x03\x33\0\0"
                                  "\0\0\0\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\0";
        static const char little[] = "TSHC\0\0\0\x30\x02\x0c\x38\0\0\0\0\0\0\0\0\0\x11\x01\0\0\x33\x03\0\0"
                                     "\x03\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0";
        CLEANUP_BUF Buf b = BUF_INIT;
        MqSegment s = {.type = 1, .flags1 = 0x31, .encoding = 0x111, .ccsid = 819};

        mqsegment_encode_end_conversation(&s, 1, &b);
        ck_assert_uint_eq(b.len, 48);
        ck_assert_mem_eq(b.data, big, 48);

        buf_clear(&b);
        s.form = MQ_HEADER_TSHM;
        s.little_endian = true;
        mqsegment_encode_end_conversation(&s, 3, &b);
        ck_assert_uint_eq(b.len, 48);
        ck_assert_mem_eq(b.data, little, 48);
}
END_TEST

START_TEST(a_status_is_written_as_the_vectors_are)
{
        static const struct {
                const char *name;
                MqSegment s;
                MqStatus status;
        } rows[] = {
                {"c02-status-s2c-cipher-spec-le",
                        {.type = 5, .flags1 = 0x0A, .little_endian = true, .encoding = 0x222, .ccsid = 819},
                        {true, 0x18}},
                {"c04-status-s2c-peer-name-be",
                        {.type = 5, .flags1 = 0x0A, .encoding = 0x111, .ccsid = 819}, {true, 0x19}},
                {"c09-status-c2s-close-bare",
                        {.type = 5, .flags1 = 0x08, .encoding = 0x111, .ccsid = 819}, {false, 0}},
        };

        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
                CLEANUP_BUF Buf expected = BUF_INIT;
                CLEANUP_BUF Buf b = BUF_INIT;

                hex_read_vector(&expected, rows[i].name);
                mqsegment_encode_status(&rows[i].s, &rows[i].status, &b);
                ck_assert_uint_eq(b.len, expected.len);
                ck_assert_mem_eq(b.data, expected.data, expected.len);
        }
}
END_TEST

/* ---- what the codes mean ---- */

START_TEST(every_known_code_has_a_name_and_the_others_none)
{
        static const uint32_t without[] = {0x00, 0x21, 0x22, 0x23, 0x29, 0xEF, 0xF4, 0xFE, 0x100, 0x18000000};
        static const struct {
                uint32_t first, last;
        } with[] = {{0x01, 0x20}, {0x24, 0x28}, {0xF0, 0xF3}, {0xFF, 0xFF}};

        for (size_t i = 0; i < ARRAY_LEN(without); i++)
                ck_assert_msg(!mqstatus_info(without[i]), "0x%02x", without[i]);
        for (size_t i = 0; i < ARRAY_LEN(with); i++)
                for (uint32_t code = with[i].first; code <= with[i].last; code++) {
                        const MqStatusInfo *info = mqstatus_info(code);

                        ck_assert_msg(info, "0x%02x", code);
                        ck_assert_uint_eq(info->code, code);
                        ck_assert(info->name[0] != '\0' && info->phrase[0] != '\0');
                        ck_assert(info->caller_amq && info->qmgr_amq && info->mqrc);
                        ck_assert(strcmp(info->certainty, "seen") == 0 ||
                                strcmp(info->certainty, "used") == 0 ||
                                strcmp(info->certainty, "dissector") == 0 ||
                                strcmp(info->certainty, "guess") == 0);
                }
}
END_TEST

START_TEST(the_refusals_of_a_channel_have_their_amq_words)
{
        static const struct {
                uint32_t code;
                const char *caller, *qmgr;
        } rows[] = {
                {0x01, "AMQ9520", "AMQ9519"},
                {0x02, "AMQ9547", ""},
                {0x16, "AMQ9558", "AMQ9514"},
                {0x18, "AMQ9641", "AMQ9631"},
                {0x19, "AMQ9643", "AMQ9636"},
                {0x1A, "AMQ9642", "AMQ9637"},
                {0xF3, "AMQ9503", "AMQ9503"},
        };

        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
                const MqStatusInfo *info = mqstatus_info(rows[i].code);

                ck_assert_ptr_nonnull(strstr(info->caller_amq, rows[i].caller));
                ck_assert_ptr_nonnull(strstr(info->qmgr_amq, rows[i].qmgr));
        }
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("mqsegment");
        TCase *tc = tcase_create("core");

        tcase_add_loop_test(tc, a_vector_has_its_header, 0, ARRAY_LEN(vectors));
        tcase_add_test(tc, the_vectors_that_are_no_segment_are_refused);
        tcase_add_test(tc, the_first_flow_reads_as_it_is_meant);
        tcase_add_test(tc, an_answer_in_ebcdic_reads_as_ascii);
        tcase_add_test(tc, a_refusal_has_its_code_in_either_order);
        tcase_add_loop_test(tc, every_prefix_waits_for_more_and_says_for_how_much, 0,
                ARRAY_LEN(vectors));
        tcase_add_loop_test(tc, every_kind_of_header_is_read, 0, 12);
        tcase_add_loop_test(tc, a_header_is_judged_as_early_as_its_bytes_allow, 0, ARRAY_LEN(headers));
        tcase_add_loop_test(tc, length_and_level_decide_which_fields_are_believed, 0,
                ARRAY_LEN(lengths));
        tcase_add_test(tc, names_are_ebcdic_where_header_or_ccsid_says_so);
        tcase_add_test(tc, what_is_not_printable_in_a_name_becomes_a_question_mark);
        tcase_add_test(tc, an_id_without_its_eyecatcher_is_none);
        tcase_add_loop_test(tc, a_status_is_read_with_care, 0, ARRAY_LEN(statuses));
        tcase_add_loop_test(tc, what_is_written_is_read_again, 0, 12);
        tcase_add_test(tc, an_id_is_as_long_as_its_level_makes_it);
        tcase_add_test(tc, names_are_written_in_the_alphabet_of_the_ccsid);
        tcase_add_test(tc, the_end_of_a_conversation_has_its_bytes);
        tcase_add_test(tc, a_status_is_written_as_the_vectors_are);
        tcase_add_test(tc, every_known_code_has_a_name_and_the_others_none);
        tcase_add_test(tc, the_refusals_of_a_channel_have_their_amq_words);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
