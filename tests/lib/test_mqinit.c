/* SPDX-License-Identifier: MIT */
#include "mq/mqinit.h"

#include <string.h>

#include "tests/support/hex.h"
#include "tests/support/suite.h"

/* What makes the first flow equal to vector c01. */
static const MqInitParams params = {
        .channel = "DEV.APP.SVRCONN",
        .random = {0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab},
        .id_text = "mqtlsd-probe",
};

static MqInit *new_exchange(void)
{
        MqInit *m = NULL;

        ck_assert_int_eq(mqinit_new(&params, &m), 0);
        return m;
}

/* Takes what waits in the output. */
static void take_output(MqInit *m, Buf *ret)
{
        size_t len;
        const void *data = mqinit_output(m, &len);

        buf_clear(ret);
        buf_append(ret, data, len);
        mqinit_output_consumed(m, len);
}

/* Feeds slices of exactly their size. */
static MqInitState feed(MqInit *m, const void *data, size_t len, size_t slice)
{
        MqInitState state = MQINIT_WANTS_INPUT;

        for (size_t at = 0; at < len;) {
                size_t n = slice > 0 ? MIN_OF(slice, len - at) : len;
                CLEANUP_FREE uint8_t *copy = hex_exact_copy((const uint8_t *) data + at, n);
                int error = -1;

                state = mqinit_feed(m, copy, n, &error);
                ck_assert_int_eq(error, 0);
                at += n;
        }
        return state;
}

static MqInitState feed_buf(MqInit *m, const Buf *b)
{
        return feed(m, b->data, b->len, 0);
}

/* ---- a queue manager's words ---- */

/* The header and values of a queue manager of level 13 that takes everything as it was offered. */
static const MqSegment answer_header = {
        .form = MQ_HEADER_TSH,
        .little_endian = true,
        .type = MQSEGMENT_TYPE_INITIAL,
        .encoding = 0x222,
        .ccsid = 819,
};

static const MqId answer_id = {
        .fap_level = 13,
        .capability1 = 0x26,
        .transmission_size = 32748,
        .message_size = 4194304,
        .channel = "DEV.APP.SVRCONN",
        .has_fap4 = true,
        .capability2 = 0x51,
        .ccsid = 819,
        .qmgr_name = "QM1",
        .heartbeat_seconds = 300,
        .has_fap9 = true,
        .header_compression = {0x00, 0xff},
        .message_compression = {0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                0xff, 0xff, 0xff, 0xff},
        .conversations = 10,
        .process_id = 1353,
        .thread_id = 7,
        .trace_id = 25,
        .product_id = "MQMM09040300",
        .qmgr_id = "QM1_2025-09-05_02.13.44",
        .has_fap13 = true,
        .password_protection = {0x01, 0x00, 0x00, 0x00, 0xff},
        .random = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc},
};

static void say_acceptance(Buf *b)
{
        mqsegment_encode_id(&answer_header, &answer_id, b);
}

static void say_counter(uint8_t flags1, uint8_t flags2, Buf *b)
{
        MqSegment s = answer_header;
        MqId id = answer_id;

        s.flags1 = MQSEGMENT_FLAG_ERROR;
        id.error_flags1 = flags1;
        id.error_flags2 = flags2;
        id.heartbeat_seconds = 600;
        mqsegment_encode_id(&s, &id, b);
}

static void say_status(bool little, uint32_t code, Buf *b)
{
        const MqSegment s = {
                .type = MQSEGMENT_TYPE_STATUS, .flags1 = 0x0A, .little_endian = little, .ccsid = 819};

        mqsegment_encode_status(&s, &(MqStatus){true, code}, b);
}

static void say_header_only(uint8_t type, uint8_t flags1, Buf *b)
{
        const MqSegment s = {.type = type, .flags1 = flags1, .little_endian = true, .ccsid = 819};

        mqsegment_encode_status(&s, &(MqStatus){0}, b);
}

/* Reads a flow of ours back. */
static void read_flow(const Buf *b, MqSegment *ret_s, MqId *ret_id)
{
        ck_assert_int_eq(mqsegment_decode((const uint8_t *) b->data, b->len, ret_s, NULL), MQ_DECODE_OK);
        ck_assert_uint_eq(ret_s->length, b->len);
        ck_assert_int_eq(mqsegment_decode_id(ret_s, (const uint8_t *) b->data, ret_id), MQ_DECODE_OK);
}

/* ---- what is said first ---- */

START_TEST(the_first_flow_is_the_recommended_one_to_the_byte)
{
        CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
        CLEANUP_BUF Buf expected = BUF_INIT;
        CLEANUP_BUF Buf said = BUF_INIT;

        hex_read_vector(&expected, "c01-id-c2s-recommended-svrconn");
        take_output(m, &said);
        ck_assert_uint_eq(said.len, expected.len);
        ck_assert_mem_eq(said.data, expected.data, expected.len);
        take_output(m, &said);
        ck_assert_uint_eq(said.len, 0);
        ck_assert_int_eq(mqinit_feed(m, NULL, 0, NULL), MQINIT_WANTS_INPUT);
}
END_TEST

START_TEST(names_of_full_length_fit_and_longer_ones_are_cut)
{
        CLEANUP(mqinit_cleanup) MqInit *m = NULL;
        CLEANUP_BUF Buf said = BUF_INIT;
        MqInitParams p = params;
        MqSegment s;
        MqId id;

        p.channel = "ABCDEFGHIJKLMNOPQRST";
        p.id_text = "0123456789012345678901234567890123456789012345678901234567890123456789";
        p.product_id = "MQJB00000000";
        ck_assert_int_eq(mqinit_new(&p, &m), 0);
        take_output(m, &said);
        ck_assert_uint_eq(said.len, 268);
        read_flow(&said, &s, &id);
        ck_assert_str_eq(id.channel, "ABCDEFGHIJKLMNOPQRST");
        ck_assert_str_eq(id.qmgr_id, "012345678901234567890123456789012345678901234567");
        ck_assert_str_eq(id.product_id, "MQJB00000000");
}
END_TEST

/* ---- the vectors as answers ---- */

static const struct {
        const char *name;
        MqInitState expected;
        uint32_t code;
} vectors[] = {
        {"c02-status-s2c-cipher-spec-le", MQINIT_REFUSED, 0x18},
        {"c03-status-s2c-wrong-type-le", MQINIT_REFUSED, 0x02},
        {"c04-status-s2c-peer-name-be", MQINIT_REFUSED, 0x19},
        {"c05-id-s2c-zos-ebcdic-be", MQINIT_WANTS_INPUT, 0}, /* a counter-proposal */
        {"c06-id-s2c-truncated", MQINIT_WANTS_INPUT, 0},     /* waits for the rest */
        {"c07-bad-eyecatcher-http", MQINIT_NOT_MQ, 0},
        {"c08-bad-length-huge", MQINIT_PROTOCOL_ERROR, 0},
        {"c09-status-c2s-close-bare", MQINIT_PROTOCOL_ERROR, 0}, /* no answer at all */
        {"c01-id-c2s-recommended-svrconn", MQINIT_NOT_MQ, 0},    /* an echo */
};

START_TEST(a_vector_leads_to_its_verdict_in_every_slicing)
{
        CLEANUP_BUF Buf answer = BUF_INIT;

        hex_read_vector(&answer, vectors[_i].name);
        for (size_t slice = 0; slice <= answer.len; slice++) {
                CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();

                ck_assert_msg(feed(m, answer.data, answer.len, slice) == vectors[_i].expected,
                        "%s in slices of %zu", vectors[_i].name, slice);
                ck_assert_int_eq(mqinit_facts(m)->has_status, vectors[_i].code != 0);
                ck_assert_uint_eq(mqinit_facts(m)->status_code, vectors[_i].code);
                ck_assert_int_eq(mqinit_facts(m)->error_text[0] != '\0',
                        vectors[_i].expected == MQINIT_NOT_MQ ||
                                vectors[_i].expected == MQINIT_PROTOCOL_ERROR);
        }
        for (size_t split = 1; split < answer.len; split++) {
                CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();

                (void) feed(m, answer.data, split, 0);
                ck_assert_msg(feed(m, answer.data + split, answer.len - split, 0) ==
                                vectors[_i].expected,
                        "%s split at %zu", vectors[_i].name, split);
        }
}
END_TEST

START_TEST(an_ebcdic_counter_proposal_is_answered_in_its_code_page)
{
        CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
        CLEANUP_BUF Buf b = BUF_INIT;
        MqSegment s;
        MqId id;

        take_output(m, &b);
        buf_clear(&b);
        hex_read_vector(&b, "c05-id-s2c-zos-ebcdic-be");
        ck_assert_int_eq(feed_buf(m, &b), MQINIT_WANTS_INPUT);
        ck_assert_str_eq(mqinit_facts(m)->qmgr_name, "CSQ9");
        ck_assert_str_eq(mqinit_facts(m)->product_id, "MQMV09040000");
        ck_assert_str_eq(mqinit_facts(m)->product, "IBM MQ 9.4.0.0 for z/OS");
        ck_assert_uint_eq(mqinit_facts(m)->fap_level, 10);
        ck_assert(mqinit_facts(m)->ebcdic && !mqinit_facts(m)->little_endian);
        ck_assert_uint_eq(mqinit_facts(m)->ccsid, 500);
        ck_assert_uint_eq(mqinit_facts(m)->counter_flags1, MQID_ERROR1_CCSID);

        take_output(m, &b);
        ck_assert_uint_eq(b.len, 36 + 208); /* TSHM, as level 10 has it */
        ck_assert_mem_eq(b.data, "TSHM", 4);
        ck_assert_mem_eq(b.data + 36, "ID  ", 4);
        ck_assert_mem_eq(b.data + 36 + 24, "\xC4\xC5\xE5\x4B\xC1\xD7\xD7\x4B", 8); /* DEV.APP. */
        read_flow(&b, &s, &id);
        ck_assert_uint_eq(s.ccsid, 500);
        ck_assert_uint_eq(id.ccsid, 500);
        ck_assert_uint_eq(id.fap_level, 10);
        ck_assert_str_eq(id.channel, "DEV.APP.SVRCONN");
}
END_TEST

/* ---- accepted ---- */

START_TEST(an_acceptance_tells_who_answers_in_every_slicing)
{
        CLEANUP_BUF Buf answer = BUF_INIT;

        say_acceptance(&answer);
        for (size_t slice = 0; slice <= answer.len; slice++) {
                CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
                const MqInitFacts *f = mqinit_facts(m);

                ck_assert_int_eq(feed(m, answer.data, answer.len, slice), MQINIT_ACCEPTED);
                ck_assert_str_eq(f->qmgr_name, "QM1");
                ck_assert_str_eq(f->qmgr_id, "QM1_2025-09-05_02.13.44");
                ck_assert_str_eq(f->product_id, "MQMM09040300");
                ck_assert_str_eq(f->product, "IBM MQ 9.4.3.0 on Multiplatforms");
                ck_assert_uint_eq(f->fap_level, 13);
                ck_assert_uint_eq(f->ccsid, 819);
                ck_assert_uint_eq(f->heartbeat_seconds, 300);
                ck_assert_uint_eq(f->conversations, 10);
                ck_assert_uint_eq(f->n_counter_proposals, 0);
                ck_assert(f->little_endian && !f->ebcdic && !f->has_status);
                ck_assert_str_eq(f->error_text, "");
        }
}
END_TEST

/* Form, alphabet, order: every combination. */
START_TEST(an_acceptance_is_understood_in_every_form)
{
        CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
        CLEANUP_BUF Buf answer = BUF_INIT;
        MqSegment s = answer_header;

        s.form = (MqHeaderForm) (_i % 3);
        s.ebcdic = _i / 3 % 2;
        s.ccsid = s.ebcdic ? 1047 : 1208;
        s.little_endian = _i / 6;
        mqsegment_encode_id(&s, &answer_id, &answer);
        ck_assert_int_eq(feed(m, answer.data, answer.len, 1), MQINIT_ACCEPTED);
        ck_assert_str_eq(mqinit_facts(m)->qmgr_name, "QM1");
        ck_assert_uint_eq(mqinit_facts(m)->conversations, 10);
        ck_assert_int_eq(mqinit_facts(m)->ebcdic, s.ebcdic);
        ck_assert_int_eq(mqinit_facts(m)->little_endian, s.little_endian);
}
END_TEST

static const struct {
        const char *id, *product;
} products[] = {
        {"MQMM09040300", "IBM MQ 9.4.3.0 on Multiplatforms"},
        {"MQMM08000015", "IBM MQ 8.0.0.15 on Multiplatforms"},
        {"MQMV09030500", "IBM MQ 9.3.5.0 for z/OS"},
        {"MQMM0904030X", ""},
        {"MQMM", ""},
        {"MQXX09040300", ""},
        {"", ""},
};

START_TEST(a_product_id_becomes_a_product)
{
        CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
        CLEANUP_BUF Buf answer = BUF_INIT;
        MqId id = answer_id;

        (void) snprintf(id.product_id, sizeof(id.product_id), "%s", products[_i].id);
        mqsegment_encode_id(&answer_header, &id, &answer);
        ck_assert_int_eq(feed_buf(m, &answer), MQINIT_ACCEPTED);
        ck_assert_str_eq(mqinit_facts(m)->product_id, products[_i].id);
        ck_assert_str_eq(mqinit_facts(m)->product, products[_i].product);
}
END_TEST

START_TEST(what_we_said_ourselves_is_told_of_nobody)
{
        CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
        CLEANUP_BUF Buf answer = BUF_INIT;
        MqId id = answer_id;

        memcpy(id.product_id, "MQTL00000000", sizeof("MQTL00000000"));
        memcpy(id.qmgr_id, "mqtlsd-probe", sizeof("mqtlsd-probe"));
        mqsegment_encode_id(&answer_header, &id, &answer);
        ck_assert_int_eq(feed_buf(m, &answer), MQINIT_ACCEPTED);
        ck_assert_str_eq(mqinit_facts(m)->product_id, "");
        ck_assert_str_eq(mqinit_facts(m)->product, "");
        ck_assert_str_eq(mqinit_facts(m)->qmgr_id, "");
        ck_assert_str_eq(mqinit_facts(m)->qmgr_name, "QM1");
}
END_TEST

/* The ERROR bit or an error flag makes a counter-proposal of it; other control flags do not. */
START_TEST(the_error_bit_or_a_flag_makes_a_counter_proposal)
{
        static const struct {
                uint8_t control, flags1, flags2, mask;
                MqInitState expected;
        } rows[] = {
                {0x00, 0, 0, 0, MQINIT_ACCEPTED},
                {0x30, 0, 0, 0, MQINIT_ACCEPTED},
                {0x40, 0, 0, 0, MQINIT_ACCEPTED},
                {0x00, 0, 0, 8, MQINIT_ACCEPTED},
                {0x02, 0, 0, 0, MQINIT_WANTS_INPUT},
                {0x02, 0, 0, 8, MQINIT_WANTS_INPUT},
                {0x00, 0x80, 0, 0, MQINIT_WANTS_INPUT},
                {0x00, 0, 0x04, 0, MQINIT_WANTS_INPUT},
        };

        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
                CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
                CLEANUP_BUF Buf answer = BUF_INIT;
                MqSegment s = answer_header;
                MqId id = answer_id;

                s.flags1 = rows[i].control;
                id.error_flags1 = rows[i].flags1;
                id.error_flags2 = rows[i].flags2;
                id.capability3_mask = rows[i].mask;
                mqsegment_encode_id(&s, &id, &answer);
                ck_assert_msg(feed_buf(m, &answer) == rows[i].expected, "row %zu", i);
                ck_assert_uint_eq(mqinit_facts(m)->n_counter_proposals,
                        rows[i].expected == MQINIT_WANTS_INPUT ? 1 : 0);
        }
}
END_TEST

START_TEST(a_positive_status_without_a_body_is_an_acceptance)
{
        static const MqHeaderForm header_forms[] = {MQ_HEADER_TSH, MQ_HEADER_TSHM};

        for (size_t i = 0; i < ARRAY_LEN(header_forms); i++) {
                CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
                CLEANUP_BUF Buf answer = BUF_INIT;
                const MqSegment s = {.form = header_forms[i],
                        .type = MQSEGMENT_TYPE_STATUS,
                        .flags1 = MQSEGMENT_FLAG_ACCEPTED,
                        .little_endian = true};

                mqsegment_encode_status(&s, &(MqStatus){0}, &answer);
                ck_assert_int_eq(feed(m, answer.data, answer.len, 1), MQINIT_ACCEPTED);
                ck_assert(!mqinit_facts(m)->has_status);
        }
}
END_TEST

/* ---- counter-proposals ---- */

static const struct {
        uint8_t flags1, flags2;
} flags[] = {
        {0x00, 0x00}, /* only a capability is taken away */
        {0x01, 0x00},
        {0x02, 0x00},
        {0x04, 0x00},
        {0x08, 0x00},
        {0x10, 0x00},
        {0x20, 0x00},
        {0x40, 0x00},
        {0x80, 0x00},
        {0x94, 0x00},
        {0x00, 0x01},
        {0x00, 0x02},
        {0x00, 0x04},
        {0xff, 0x07},
};

/* Every value another one than was offered, and each has to come back. */
START_TEST(the_second_flow_says_what_was_wanted_in_the_order_of_the_queue_manager)
{
        for (int little = 0; little <= 1; little++) {
                CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
                CLEANUP_BUF Buf b = BUF_INIT;
                MqSegment s = answer_header;
                MqId wanted = answer_id, id;

                s.little_endian = little;
                s.encoding = 0x311;
                s.flags1 = MQSEGMENT_FLAG_ERROR;
                wanted.error_flags1 = flags[_i].flags1;
                wanted.error_flags2 = flags[_i].flags2;
                wanted.ccsid = 850;
                wanted.fap_level = 10;
                wanted.transmission_size = 16384;
                wanted.message_size = 1048576;
                wanted.batch_size = 50;
                wanted.sequence_wrap = 999999999;
                wanted.heartbeat_seconds = 900;
                wanted.header_compression[0] = 8;
                wanted.message_compression[0] = 2;
                wanted.key_reset_count = 40000;
                wanted.conversations = 5;
                wanted.capability1_mask = 0x04;
                wanted.capability2_mask = 0x11;
                wanted.capability3_mask = 0x08;
                wanted.has_fap13 = false;

                take_output(m, &b);
                buf_clear(&b);
                mqsegment_encode_id(&s, &wanted, &b);
                ck_assert_int_eq(feed(m, b.data, b.len, 7), MQINIT_WANTS_INPUT);
                ck_assert_uint_eq(mqinit_facts(m)->counter_flags1, flags[_i].flags1);
                ck_assert_uint_eq(mqinit_facts(m)->counter_flags2, flags[_i].flags2);

                take_output(m, &b);
                read_flow(&b, &s, &id);
                ck_assert_int_eq(s.form, MQ_HEADER_TSHM);
                ck_assert_uint_eq(s.conversation_id, 1);
                ck_assert_uint_eq(s.request_id, 0);
                ck_assert_int_eq(s.little_endian, little);
                ck_assert_uint_eq(s.type, MQSEGMENT_TYPE_INITIAL);
                ck_assert_uint_eq(s.flags1, 0x31);
                ck_assert_uint_eq(s.encoding, flags[_i].flags1 & MQID_ERROR1_ENCODING ? 0x311 : 0x111);
                ck_assert_uint_eq(s.ccsid, flags[_i].flags1 & MQID_ERROR1_CCSID ? 850 : 819);

                ck_assert_uint_eq(id.body_len, 208);
                ck_assert_uint_eq(id.fap_level, 10);
                ck_assert_uint_eq(id.capability1, 0x22);
                ck_assert_uint_eq(id.capability1_mask, 0);
                ck_assert_uint_eq(id.capability2, 0x40);
                ck_assert_uint_eq(id.capability2_mask, 0);
                ck_assert_uint_eq(id.capability3, 0);
                ck_assert_uint_eq(id.capability3_mask, 0);
                ck_assert_uint_eq(id.error_flags1, 0);
                ck_assert_uint_eq(id.error_flags2, 0);
                ck_assert_uint_eq(id.ccsid, flags[_i].flags1 & MQID_ERROR1_CCSID ? 850 : 819);
                ck_assert_uint_eq(id.transmission_size, 16384);
                ck_assert_uint_eq(id.message_size, 1048576);
                ck_assert_uint_eq(id.batch_size, 50);
                ck_assert_uint_eq(id.sequence_wrap, 999999999);
                ck_assert_uint_eq(id.heartbeat_seconds, 900);
                ck_assert_uint_eq(id.header_compression[0], 8);
                ck_assert_uint_eq(id.message_compression[0], 2);
                ck_assert_uint_eq(id.key_reset_count, 40000);
                ck_assert_uint_eq(id.conversations, 5);
                ck_assert_str_eq(id.channel, "DEV.APP.SVRCONN");
                ck_assert_str_eq(id.product_id, "MQTL00000000");
                ck_assert_str_eq(id.qmgr_id, "QM1_2025-09-05_02.13.44");

                buf_clear(&b);
                say_acceptance(&b);
                ck_assert_int_eq(feed_buf(m, &b), MQINIT_ACCEPTED);
        }
}
END_TEST

START_TEST(the_second_flow_keeps_the_random_value_and_turns_the_list)
{
        for (int little = 0; little <= 1; little++) {
                CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
                CLEANUP_BUF Buf b = BUF_INIT;
                MqSegment s = answer_header;
                MqId wanted = answer_id, id;

                take_output(m, &b);
                buf_clear(&b);
                s.little_endian = little;
                s.flags1 = MQSEGMENT_FLAG_ERROR;
                wanted.fap_level = 17; /* of a queue manager that knows more than we offered */
                mqsegment_encode_id(&s, &wanted, &b);
                ck_assert_int_eq(feed_buf(m, &b), MQINIT_WANTS_INPUT);
                take_output(m, &b);
                ck_assert_uint_eq(b.len, 36 + 240);
                read_flow(&b, &s, &id);
                ck_assert_uint_eq(id.fap_level, 13);
                ck_assert_uint_eq(id.capability1, 0x26);
                ck_assert_mem_eq(id.random, params.random, sizeof(params.random));
                ck_assert_mem_eq(id.password_protection,
                        little ? "\x01\x00\x00\x00\xff\xff" : "\x00\x01\x00\x00\xff\xff", 6);
        }
}
END_TEST

START_TEST(without_conversations_the_second_flow_has_the_plain_header)
{
        CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
        CLEANUP_BUF Buf b = BUF_INIT;
        MqSegment s = answer_header;
        MqId wanted = answer_id, id;

        take_output(m, &b);
        buf_clear(&b);
        s.flags1 = MQSEGMENT_FLAG_ERROR;
        wanted.conversations = 0;
        mqsegment_encode_id(&s, &wanted, &b);
        ck_assert_int_eq(feed_buf(m, &b), MQINIT_WANTS_INPUT);
        take_output(m, &b);
        read_flow(&b, &s, &id);
        ck_assert_int_eq(s.form, MQ_HEADER_TSH);
        ck_assert_uint_eq(id.conversations, 0);
}
END_TEST

/* Whatever bits a queue manager takes away, or asks for: what stays is a client. */
START_TEST(the_role_of_a_client_is_never_given_up)
{
        for (unsigned mask = 0; mask < 256; mask++) {
                CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
                CLEANUP_BUF Buf b = BUF_INIT;
                MqSegment s = answer_header;
                MqId wanted = answer_id, id;

                take_output(m, &b);
                buf_clear(&b);
                s.flags1 = MQSEGMENT_FLAG_ERROR;
                wanted.capability1 = (uint8_t) ~mask;
                wanted.capability1_mask = (uint8_t) mask;
                mqsegment_encode_id(&s, &wanted, &b);
                ck_assert_int_eq(feed_buf(m, &b), MQINIT_WANTS_INPUT);
                take_output(m, &b);
                read_flow(&b, &s, &id);
                ck_assert_uint_eq(id.capability1 & 0x20, 0x20);
                ck_assert_uint_eq(id.capability1 & ~0x26, 0);
        }
}
END_TEST

START_TEST(three_counter_proposals_are_answered_and_the_fourth_is_not)
{
        CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
        CLEANUP_BUF Buf said = BUF_INIT;

        take_output(m, &said);
        for (unsigned i = 1; i <= 3; i++) {
                CLEANUP_BUF Buf b = BUF_INIT;

                say_counter((uint8_t) (1 << i), 0, &b);
                ck_assert_int_eq(feed(m, b.data, b.len, i), MQINIT_WANTS_INPUT);
                ck_assert_uint_eq(mqinit_facts(m)->n_counter_proposals, i);
                take_output(m, &said);
                ck_assert_uint_eq(said.len, 276);
        }
        buf_clear(&said);
        say_counter(0x80, 0, &said);
        ck_assert_int_eq(feed_buf(m, &said), MQINIT_NOT_AGREED);
        ck_assert_uint_eq(mqinit_facts(m)->counter_flags1, 0x02); /* of the first */
        ck_assert_str_ne(mqinit_facts(m)->error_text, "");
        mqinit_close(m);
        take_output(m, &said);
        ck_assert_uint_eq(said.len, 0);
}
END_TEST

START_TEST(accepted_after_three_counter_proposals_is_accepted)
{
        CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
        CLEANUP_BUF Buf b = BUF_INIT;

        for (unsigned i = 0; i < 3; i++)
                say_counter(0x80, 0, &b);
        say_acceptance(&b);
        ck_assert_int_eq(feed(m, b.data, b.len, 1), MQINIT_ACCEPTED);
        ck_assert_uint_eq(mqinit_facts(m)->n_counter_proposals, 3);
}
END_TEST

START_TEST(a_refusal_after_a_counter_proposal_is_a_refusal)
{
        CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
        CLEANUP_BUF Buf b = BUF_INIT;

        say_counter(0x80, 0, &b);
        say_status(true, 0x16, &b);
        ck_assert_int_eq(feed(m, b.data, b.len, 5), MQINIT_REFUSED);
        ck_assert_uint_eq(mqinit_facts(m)->status_code, 0x16);
        ck_assert_str_eq(mqinit_facts(m)->qmgr_name, "QM1");
}
END_TEST

/* A queue manager of level 8: what it does not know comes back as we said it, in our order. */
static void say_old(uint8_t control, uint8_t flags1, Buf *b)
{
        CLEANUP_BUF Buf ours = BUF_INIT;
        MqSegment s = answer_header;
        MqId id = answer_id;

        hex_read_vector(&ours, "c01-id-c2s-recommended-svrconn");
        s.flags1 = control;
        id.fap_level = 8;
        id.error_flags1 = flags1;
        id.has_fap13 = false;
        mqsegment_encode_id(&s, &id, b);
        memcpy(b->data + b->len - 208 + 102, ours.data + 28 + 102, 208 - 102);
}

START_TEST(an_old_queue_manager_that_hands_our_bytes_back_is_not_misread)
{
        static const struct {
                uint8_t control, flags1;
                MqInitState expected;
        } rows[] = {{0x00, 0x00, MQINIT_ACCEPTED}, {0x02, 0x98, MQINIT_WANTS_INPUT}};

        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
                CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
                CLEANUP_BUF Buf b = BUF_INIT;
                MqSegment s;
                MqId id;

                take_output(m, &b);
                buf_clear(&b);
                say_old(rows[i].control, rows[i].flags1, &b);
                ck_assert_uint_eq(b.len, 236);
                ck_assert_int_eq(feed_buf(m, &b), rows[i].expected);
                ck_assert_uint_eq(mqinit_facts(m)->fap_level, 8);
                ck_assert_str_eq(mqinit_facts(m)->qmgr_name, "QM1");
                ck_assert_str_eq(mqinit_facts(m)->qmgr_id, "");
                ck_assert_str_eq(mqinit_facts(m)->product_id, "");
                ck_assert_uint_eq(mqinit_facts(m)->conversations, 0);
                if (rows[i].expected == MQINIT_ACCEPTED)
                        continue;

                take_output(m, &b);
                read_flow(&b, &s, &id);
                ck_assert_int_eq(s.form, MQ_HEADER_TSH);
                ck_assert_uint_eq(id.body_len, 102);
                ck_assert_uint_eq(id.fap_level, 8);
                buf_clear(&b);
                say_old(0x00, 0x00, &b);
                ck_assert_int_eq(feed_buf(m, &b), MQINIT_ACCEPTED);
        }
}
END_TEST

/* ---- refused ---- */

/* Known codes or not, in both orders and in slices of any size. */
START_TEST(every_code_is_a_refusal_that_is_not_answered)
{
        static const size_t slices[] = {0, 1, 7, 29, 35};

        for (uint32_t code = 0; code <= 0x101; code++)
                for (int little = 0; little <= 1; little++) {
                        CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
                        CLEANUP_BUF Buf b = BUF_INIT;
                        CLEANUP_BUF Buf said = BUF_INIT;

                        take_output(m, &said);
                        say_status(little, code, &b);
                        ck_assert_int_eq(feed(m, b.data, b.len, slices[code % ARRAY_LEN(slices)]),
                                MQINIT_REFUSED);
                        ck_assert(mqinit_facts(m)->has_status);
                        ck_assert_uint_eq(mqinit_facts(m)->status_code, code);
                        mqinit_close(m);
                        take_output(m, &said);
                        ck_assert_uint_eq(said.len, 0);
                }
}
END_TEST

/* ---- not what was due ---- */

START_TEST(three_heartbeats_are_skipped_and_the_fourth_is_too_much)
{
        for (unsigned n = 1; n <= 4; n++) {
                CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
                CLEANUP_BUF Buf b = BUF_INIT;

                for (unsigned i = 0; i < n; i++)
                        say_header_only(MQSEGMENT_TYPE_HEARTBEAT, 0x30, &b);
                say_acceptance(&b);
                ck_assert_int_eq(feed(m, b.data, b.len, n),
                        n <= 3 ? MQINIT_ACCEPTED : MQINIT_PROTOCOL_ERROR);
        }
}
END_TEST

START_TEST(a_heartbeat_is_skipped_by_its_length)
{
        CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
        CLEANUP_BUF Buf b = BUF_INIT;

        say_status(true, 0x18, &b);
        b.data[9] = MQSEGMENT_TYPE_HEARTBEAT; /* with a body that looks like a refusal */
        say_acceptance(&b);
        ck_assert_int_eq(feed(m, b.data, b.len, 1), MQINIT_ACCEPTED);
}
END_TEST

START_TEST(what_was_said_comes_back_in_the_second_flow_too)
{
        CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
        CLEANUP_BUF Buf b = BUF_INIT;

        take_output(m, &b);
        buf_clear(&b);
        say_counter(0x80, 0, &b);
        ck_assert_int_eq(feed_buf(m, &b), MQINIT_WANTS_INPUT);
        take_output(m, &b);
        ck_assert_int_eq(feed(m, b.data, b.len, 3), MQINIT_NOT_MQ);
        mqinit_close(m);
        take_output(m, &b);
        ck_assert_uint_eq(b.len, 0);
}
END_TEST

#define BYTES(literal) (literal), sizeof(literal) - 1

static const struct {
        const char *what, *bytes;
        size_t len;
        MqInitState expected;
        const char *text; /* in the error text, when it comes in one piece */
} strangers[] = {
        {"HTTP", BYTES("HTTP/1.1 400 Bad Request\r\n\r\n"), MQINIT_NOT_MQ, "HTTP"},
        {"a TLS alert", BYTES("\x15\x03\x03\x00\x02\x02\x28"), MQINIT_NOT_MQ, "TLS alert"},
        {"a ServerHello", BYTES("\x16\x03\x03\x00\x7a"), MQINIT_NOT_MQ, "TLS handshake"},
        {"SMTP", BYTES("220 mail.example.com\r\n"), MQINIT_NOT_MQ, "no MQ"},
        {"zeros", BYTES("\0\0\0\0\0\0\0\0"), MQINIT_NOT_MQ, "no MQ"},
        {"a length shorter than the header", BYTES("TSH \x00\x00\x00\x1B"), MQINIT_PROTOCOL_ERROR, "length"},
        {"a length over the bound", BYTES("TSH \x00\x01\x00\x01"), MQINIT_PROTOCOL_ERROR, "length"},
        {"byte order 3", BYTES("TSH \x00\x00\x00\x24\x03"), MQINIT_PROTOCOL_ERROR, "byte order"},
};

START_TEST(who_is_no_queue_manager_is_told_apart)
{
        for (size_t slice = 0; slice < 3; slice++) {
                CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();

                ck_assert_msg(feed(m, strangers[_i].bytes, strangers[_i].len, slice) ==
                                strangers[_i].expected,
                        "%s", strangers[_i].what);
                ck_assert_str_ne(mqinit_facts(m)->error_text, "");
                if (slice == 0)
                        ck_assert_msg(strstr(mqinit_facts(m)->error_text, strangers[_i].text), "%s: %s",
                                strangers[_i].what, mqinit_facts(m)->error_text);
        }
}
END_TEST

START_TEST(an_unexpected_type_is_told_by_its_number)
{
        for (unsigned type = 0; type < 256; type++) {
                CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
                CLEANUP_BUF Buf b = BUF_INIT;
                char number[8];

                if (type == MQSEGMENT_TYPE_INITIAL || type == MQSEGMENT_TYPE_STATUS ||
                        type == MQSEGMENT_TYPE_HEARTBEAT)
                        continue;
                say_header_only((uint8_t) type, 0x40, &b);
                ck_assert_int_eq(feed_buf(m, &b), MQINIT_PROTOCOL_ERROR);
                (void) snprintf(number, sizeof(number), "0x%02x", type);
                ck_assert_ptr_nonnull(strstr(mqinit_facts(m)->error_text, number));
        }
}
END_TEST

START_TEST(bodies_that_lie_are_protocol_errors)
{
        static const struct {
                const char *what;
                uint8_t type, flags1;
                const char *body;
                size_t body_len;
        } rows[] = {
                {"an ID of 43 bytes", 1, 0, BYTES("ID  \x0d\x26\0\0AAAAAAAABBBBBBBBCCCCCCCCDDDDDDDDEEE")},
                {"an ID without a body", 1, 0, BYTES("")},
                {"an ID under another name", 1, 0,
                        BYTES("XX  \x0d\x26\0\0AAAAAAAABBBBBBBBCCCCCCCCDDDDDDDDEEEE")},
                {"a STATUS of 4 bytes", 5, 0x0A, BYTES("\x08\0\0\0")},
                {"a STATUS longer than its segment", 5, 0x0A, BYTES("\x0C\0\0\0\x18\0\0\0")},
                {"a refusal without a code", 5, 0x0A, BYTES("")},
                {"a STATUS that says nothing", 5, 0x00, BYTES("")},
        };

        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
                CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
                CLEANUP_BUF Buf b = BUF_INIT;

                say_header_only(rows[i].type, rows[i].flags1, &b);
                buf_append(&b, rows[i].body, rows[i].body_len);
                b.data[7] = (char) b.len;
                ck_assert_msg(feed_buf(m, &b) == MQINIT_PROTOCOL_ERROR, "%s", rows[i].what);
                ck_assert_str_ne(mqinit_facts(m)->error_text, "");
        }
}
END_TEST

/* A segment of the longest length may come; one byte more than the bound is too much, and how it was
 * sliced makes no difference. */
START_TEST(endless_talk_is_ended)
{
        static const size_t slices[] = {0, 1000, 65536, 65537};

        for (size_t i = 0; i < ARRAY_LEN(slices); i++) {
                CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
                CLEANUP_BUF Buf b = BUF_INIT;

                say_header_only(MQSEGMENT_TYPE_HEARTBEAT, 0, &b);
                while (b.len < MQINIT_BYTES_MAX)
                        buf_append_char(&b, 'x');
                memcpy(b.data + 4, "\x00\x01\x00\x00", 4); /* one segment of 65536 bytes */
                ck_assert_int_eq(feed(m, b.data, b.len, slices[i]), MQINIT_WANTS_INPUT);
                ck_assert_int_eq(feed(m, "T", 1, 0), MQINIT_PROTOCOL_ERROR);
                ck_assert_ptr_nonnull(strstr(mqinit_facts(m)->error_text, "without end"));
        }
}
END_TEST

START_TEST(a_verdict_that_stands_is_not_overthrown_by_what_follows)
{
        static const size_t slices[] = {0, 1, 268, 70000};

        for (size_t i = 0; i < ARRAY_LEN(slices); i++) {
                CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
                CLEANUP_BUF Buf b = BUF_INIT;

                say_acceptance(&b);
                say_status(true, 0x18, &b);
                while (b.len < MQINIT_BYTES_MAX + 1000)
                        buf_append_char(&b, 'x');
                ck_assert_int_eq(feed(m, b.data, b.len, slices[i]), MQINIT_ACCEPTED);
                ck_assert(!mqinit_facts(m)->has_status);
        }
}
END_TEST

/* ---- leaving ---- */

START_TEST(an_accepted_conversation_ends_with_end_conv_once)
{
        static const char end_conv[] = "TSHC\0\0\0\x30\x01\x0c\x38\0\0\0\0\0\0\0\0\0\0\0\x01\x11\x03\x33\0\0"
                                       "\0\0\0\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\0";
        CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
        CLEANUP_BUF Buf b = BUF_INIT;

        take_output(m, &b);
        buf_clear(&b);
        say_acceptance(&b);
        ck_assert_int_eq(feed_buf(m, &b), MQINIT_ACCEPTED);
        mqinit_close(m);
        take_output(m, &b);
        ck_assert_uint_eq(b.len, sizeof(end_conv) - 1);
        ck_assert_mem_eq(b.data, end_conv, b.len);
        mqinit_close(m);
        take_output(m, &b);
        ck_assert_uint_eq(b.len, 0);
}
END_TEST

START_TEST(after_a_counter_proposal_end_conv_keeps_the_order_of_the_queue_manager)
{
        static const char end_conv[] = "TSHC\0\0\0\x30\x02\x0c\x38\0\0\0\0\0\0\0\0\0\x11\x01\0\0\x33\x03\0\0"
                                       "\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0";
        CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
        CLEANUP_BUF Buf b = BUF_INIT;

        say_counter(0x80, 0, &b);
        say_acceptance(&b);
        ck_assert_int_eq(feed_buf(m, &b), MQINIT_ACCEPTED);
        take_output(m, &b);
        mqinit_close(m);
        take_output(m, &b);
        ck_assert_uint_eq(b.len, sizeof(end_conv) - 1);
        ck_assert_mem_eq(b.data, end_conv, b.len);
}
END_TEST

START_TEST(without_conversations_the_close_is_a_bare_status)
{
        CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
        CLEANUP_BUF Buf expected = BUF_INIT;
        CLEANUP_BUF Buf b = BUF_INIT;
        MqId id = answer_id;

        take_output(m, &b);
        buf_clear(&b);
        id.conversations = 0;
        mqsegment_encode_id(&answer_header, &id, &b);
        ck_assert_int_eq(feed_buf(m, &b), MQINIT_ACCEPTED);
        mqinit_close(m);
        take_output(m, &b);
        hex_read_vector(&expected, "c09-status-c2s-close-bare");
        ck_assert_uint_eq(b.len, expected.len);
        ck_assert_mem_eq(b.data, expected.data, expected.len);
}
END_TEST

/* Before an answer, amid one, and after what is none, there is nothing to say. */
START_TEST(what_was_not_accepted_is_left_without_a_word)
{
        static const struct {
                const char *bytes;
                size_t len;
        } rows[] = {{BYTES("")}, {BYTES("TSH \0\0\0\x24\x01\x05")}, {BYTES("HTTP/1.1")},
                {BYTES("TSH \0\0\0\0")}};

        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
                CLEANUP(mqinit_cleanup) MqInit *m = new_exchange();
                CLEANUP_BUF Buf said = BUF_INIT;

                take_output(m, &said);
                (void) feed(m, rows[i].bytes, rows[i].len, 0);
                mqinit_close(m);
                take_output(m, &said);
                ck_assert_uint_eq(said.len, 0);
        }
        ck_assert_ptr_null(mqinit_free(NULL));
}
END_TEST

static void add_conversation(TCase *tc)
{
        tcase_add_test(tc, the_first_flow_is_the_recommended_one_to_the_byte);
        tcase_add_test(tc, names_of_full_length_fit_and_longer_ones_are_cut);
        tcase_add_loop_test(tc, a_vector_leads_to_its_verdict_in_every_slicing, 0, ARRAY_LEN(vectors));
        tcase_add_test(tc, an_ebcdic_counter_proposal_is_answered_in_its_code_page);
        tcase_add_test(tc, an_acceptance_tells_who_answers_in_every_slicing);
        tcase_add_loop_test(tc, an_acceptance_is_understood_in_every_form, 0, 12);
        tcase_add_loop_test(tc, a_product_id_becomes_a_product, 0, ARRAY_LEN(products));
        tcase_add_test(tc, what_we_said_ourselves_is_told_of_nobody);
        tcase_add_test(tc, the_error_bit_or_a_flag_makes_a_counter_proposal);
        tcase_add_test(tc, a_positive_status_without_a_body_is_an_acceptance);
        tcase_add_loop_test(tc, the_second_flow_says_what_was_wanted_in_the_order_of_the_queue_manager, 0,
                ARRAY_LEN(flags));
        tcase_add_test(tc, the_second_flow_keeps_the_random_value_and_turns_the_list);
        tcase_add_test(tc, without_conversations_the_second_flow_has_the_plain_header);
        tcase_add_test(tc, the_role_of_a_client_is_never_given_up);
        tcase_add_test(tc, three_counter_proposals_are_answered_and_the_fourth_is_not);
        tcase_add_test(tc, accepted_after_three_counter_proposals_is_accepted);
        tcase_add_test(tc, a_refusal_after_a_counter_proposal_is_a_refusal);
        tcase_add_test(tc, an_old_queue_manager_that_hands_our_bytes_back_is_not_misread);
        tcase_add_test(tc, every_code_is_a_refusal_that_is_not_answered);
}

static void add_strangers(TCase *tc)
{
        tcase_add_test(tc, three_heartbeats_are_skipped_and_the_fourth_is_too_much);
        tcase_add_test(tc, a_heartbeat_is_skipped_by_its_length);
        tcase_add_test(tc, what_was_said_comes_back_in_the_second_flow_too);
        tcase_add_loop_test(tc, who_is_no_queue_manager_is_told_apart, 0, ARRAY_LEN(strangers));
        tcase_add_test(tc, an_unexpected_type_is_told_by_its_number);
        tcase_add_test(tc, bodies_that_lie_are_protocol_errors);
        tcase_add_test(tc, endless_talk_is_ended);
        tcase_add_test(tc, a_verdict_that_stands_is_not_overthrown_by_what_follows);
        tcase_add_test(tc, an_accepted_conversation_ends_with_end_conv_once);
        tcase_add_test(tc, after_a_counter_proposal_end_conv_keeps_the_order_of_the_queue_manager);
        tcase_add_test(tc, without_conversations_the_close_is_a_bare_status);
        tcase_add_test(tc, what_was_not_accepted_is_left_without_a_word);
}

static Suite *make_suite(void)
{
        Suite *suite = suite_create("mqinit");
        TCase *conversation = tcase_create("conversation");
        TCase *strangers_tc = tcase_create("strangers");

        tcase_set_timeout(conversation, 30);
        tcase_set_timeout(strangers_tc, 30);
        add_conversation(conversation);
        add_strangers(strangers_tc);
        suite_add_tcase(suite, conversation);
        suite_add_tcase(suite, strangers_tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
