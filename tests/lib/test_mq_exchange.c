/* SPDX-License-Identifier: MIT */
#include "tls/mq_exchange.h"

#include <string.h>

#include "mq/mqsegment.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"
#include "tests/support/tls_client.h"
#include "tests/support/tls_server.h"

typedef enum Answer {
        ANSWER_ACCEPT,
        ANSWER_REFUSE,
        ANSWER_HTTP,
        ANSWER_CLOSE,
        ANSWER_NOTHING,
        ANSWER_FLOOD,
} Answer;

static const struct {
        const char *name;
        Answer answer;
        MqResult expected;
} rows[] = {
        {"a queue manager that accepts", ANSWER_ACCEPT, MQ_RESULT_ACCEPTED},
        {"a queue manager that refuses the CipherSpec", ANSWER_REFUSE, MQ_RESULT_REFUSED},
        {"a web server behind the TLS", ANSWER_HTTP, MQ_RESULT_NOT_MQ},
        {"a listener that hangs up", ANSWER_CLOSE, MQ_RESULT_CLOSED},
        {"a listener that says nothing", ANSWER_NOTHING, MQ_RESULT_TIMEOUT},
        {"a listener that talks without end", ANSWER_FLOOD, MQ_RESULT_PROTOCOL_ERROR},
};

static const struct {
        const char *sslciph;
        size_t slice;
} sessions[] = {{"ANY_TLS12", 0}, {"ANY_TLS12", 1}, {"ANY_TLS13", 0}, {"ANY_TLS13", 7}};

static void append_answer(Answer answer, Buf *b)
{
        MqSegment segment = {.form = MQ_HEADER_TSH, .encoding = 0x111, .ccsid = 819};
        const MqStatus status = {.has_code = true, .code = MQ_STATUS_CIPHER_SPEC};
        MqId id = {.fap_level = 13, .capability1 = 0x26, .has_fap4 = true, .qmgr_name = "QM1",
                .has_fap9 = true, .conversations = 10, .product_id = "MQMM09040300",
                .has_fap13 = true};

        if (answer == ANSWER_ACCEPT) {
                segment.type = MQSEGMENT_TYPE_INITIAL;
                mqsegment_encode_id(&segment, &id, b);
        } else if (answer == ANSWER_REFUSE) {
                segment.type = MQSEGMENT_TYPE_STATUS;
                segment.flags1 = MQSEGMENT_FLAG_ERROR | MQSEGMENT_FLAG_CLOSE;
                mqsegment_encode_status(&segment, &status, b);
        } else if (answer == ANSWER_FLOOD) {
                /* One heartbeat is longer than all that is read after the handshake. */
                segment.type = MQSEGMENT_TYPE_HEARTBEAT;
                mqsegment_encode_status(&segment, &(MqStatus){0}, b);
                b->data[5] = 1; /* 65,564 bytes */
                for (unsigned i = 0; i < 65536; i++)
                        buf_append_char(b, 0);
        } else if (answer == ANSWER_HTTP) {
                buf_append_str(b, "HTTP/1.1 400 Bad Request\r\n\r\n");
        }
}

/* A finished session, its certificate being nobody's business here. */
static void open_session(const char *sslciph, size_t slice, TlsServer **ret_server, Handshake **ret)
{
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){.cn = "QM1"});
        const PkiCert *certs[] = {&cert};

        *ret_server = tls_server_new(
                &(TlsServerOptions){.certs = certs, .n_certs = 1, .request_client_cert = true});
        *ret = tls_client(sslciph);
        ck_assert_int_eq(tls_server_pump(*ret_server, *ret, slice), HANDSHAKE_DONE);
        ck_assert_int_ne(handshake_linger(*ret), LINGER_REFUSED);
}

static void run_row(size_t i, const char *sslciph, size_t slice)
{
        CLEANUP(mq_exchange_cleanup) MqExchange *exchange = NULL;
        CLEANUP_TLS_SERVER TlsServer *server = NULL;
        CLEANUP_HANDSHAKE Handshake *h = NULL;
        CLEANUP_BUF Buf answer = BUF_INIT;
        const MqInitParams params = {.channel = "APP.SVRCONN", .id_text = "test"};
        MqOutcome outcome = {0};
        bool decided;
        size_t len = 0;

        open_session(sslciph, slice, &server, &h);
        ck_assert_int_eq(mq_exchange_new(&params, &exchange), 0);
        ck_assert(!mq_exchange_step(exchange, h)); /* says who it is, and nobody has answered */
        (void) handshake_output(h, &len);
        ck_assert_msg(len > 268, "%s: the first flow is in the session", rows[i].name);
        (void) tls_server_pump(server, h, slice);

        append_answer(rows[i].answer, &answer);
        tls_server_write(server, answer.data, answer.len);
        if (rows[i].answer == ANSWER_CLOSE)
                tls_server_close(server);
        (void) tls_server_pump(server, h, slice);
        decided = mq_exchange_step(exchange, h);
        ck_assert_msg(decided == (rows[i].answer != ANSWER_NOTHING), "%s", rows[i].name);

        mq_exchange_end(exchange, h, MQ_RESULT_TIMEOUT, &outcome);
        ck_assert_msg(outcome.result == rows[i].expected, "%s: %d", rows[i].name,
                (int) outcome.result);
        (void) handshake_output(h, &len);
        if (outcome.result == MQ_RESULT_ACCEPTED) {
                ck_assert_str_eq(outcome.facts.qmgr_name, "QM1");
                ck_assert_str_eq(outcome.facts.product, "IBM MQ 9.4.3.0 on Multiplatforms");
                ck_assert_uint_gt(len, 48); /* END_CONV */
        } else {
                ck_assert_uint_eq(len, 0);
        }
        if (outcome.result == MQ_RESULT_REFUSED)
                ck_assert(mq_outcome_is_status(&outcome, MQ_STATUS_CIPHER_SPEC));
}

START_TEST(the_outcome_is_what_the_queue_manager_answered)
{
        for (size_t k = 0; k < ARRAY_LEN(sessions); k++)
                run_row((size_t) _i, sessions[k].sslciph, sessions[k].slice);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *s = suite_create("mq_exchange");
        TCase *t = tcase_create("mq_exchange");

        tcase_add_loop_test(t, the_outcome_is_what_the_queue_manager_answered, 0, ARRAY_LEN(rows));
        suite_add_tcase(s, t);
        return s;
}

int main(void)
{
        return suite_run(make_suite());
}
