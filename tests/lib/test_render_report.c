/* SPDX-License-Identifier: MIT */
#include "render/render_report.h"

#include <string.h>

#include "base/escape.h"
#include "tests/support/estate.h"
#include "tests/support/suite.h"

static const EstateEndpoint three[] = {
        {.name = "A-HEALTHY", .qmgr = "QM1", .has_trust = true},
        {.name = "B-EXPIRING", .qmgr = "QM2", .has_trust = true},
        {.name = "C-REFUSING", .has_trust = true},
};

static const ReportStyle plain = {0};

/* A is well, B ends in ten days, C refuses. */
static Inventory *mixed_estate(void)
{
        Inventory *i = estate_new(three, ARRAY_LEN(three));
        CLEANUP_PKI PkiCert good = pki_issue(&(PkiOptions){.cn = "A"});
        CLEANUP_PKI PkiCert ending = pki_issue(
                &(PkiOptions){.cn = "B", .not_after = PKI_AT(PKI_NOW + 10 * PKI_DAY + 3600)});

        estate_answer(i, three[0].name, &good);
        estate_answer(i, three[1].name, &ending);
        estate_refuse(i, three[2].name);
        return i;
}

static void report_of(const Inventory *i, const ReportStyle *style, Buf *b)
{
        ck_assert_int_eq(render_report(i, style, PKI_NOW, b), 0);
}

/* No escape sequence, control character, bidi override or broken UTF-8 but our own line ends. */
static void check_harmless(const Buf *b, const char *name)
{
        for (size_t k = 0; k < b->len;) {
                size_t n = escape_utf8_char(b->data + k, b->len - k);
                const unsigned char *c = (const unsigned char *) b->data + k;

                ck_assert_msg(n > 0, "%s: no UTF-8 at %zu", name, k);
                ck_assert_msg(n > 1 || c[0] == '\n' || (c[0] >= ' ' && c[0] != 0x7f),
                        "%s: control character %02x", name, c[0]);
                ck_assert_msg(n != 2 || c[0] != 0xc2 || c[1] >= 0xa0, "%s: C1 character", name);
                ck_assert_msg(n != 3 || memcmp(c, "\xe2\x80\xae", 3) != 0, "%s: bidi", name);
                k += n;
        }
}

START_TEST(test_worst_first)
{
        CLEANUP(inventory_cleanup) Inventory *i = mixed_estate();
        CLEANUP_BUF Buf b = BUF_INIT;
        const char *a = NULL, *e = NULL, *c = NULL;

        report_of(i, &plain, &b);
        a = strstr(buf_str(&b), "A-HEALTHY");
        e = strstr(buf_str(&b), "B-EXPIRING");
        c = strstr(buf_str(&b), "C-REFUSING");
        ck_assert_msg(c && e && a && c < e && e < a, "%s", buf_str(&b));
        ck_assert_ptr_nonnull(
                strstr(buf_str(&b), "3 endpoints: 1 ok, 1 warning, 1 critical, 0 unknown\n"));
}
END_TEST

START_TEST(test_a_line_tells_days_date_and_cipherspec)
{
        CLEANUP(inventory_cleanup) Inventory *i = mixed_estate();
        CLEANUP_BUF Buf b = BUF_INIT;

        report_of(i, &plain, &b);
        ck_assert_msg(strstr(buf_str(&b), "warning   B-EXPIRING    10  2026-01-11  TLS 1.3 "
                                          "TLS_AES_256_GCM_SHA384  ") != NULL,
                "%s", buf_str(&b));
        ck_assert_msg(strstr(buf_str(&b), "critical  C-REFUSING     -  -           -     ") != NULL,
                "%s", buf_str(&b));
}
END_TEST

START_TEST(test_a_finding_comes_with_words_and_remedy)
{
        CLEANUP(inventory_cleanup) Inventory *i = mixed_estate();
        const DiagnosisInfo *info = diagnosis_info(diagnosis_by_name(STAGE_CONNECT, "refused"));
        CLEANUP_BUF Buf b = BUF_INIT;

        report_of(i, &plain, &b);
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "connect: refused\n"));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), info->amq_initiator));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), info->csqx));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), info->mqrc));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), info->remedy));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), info->certainty));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "qm1.example.com(1414)/192.0.2.1"));
}
END_TEST

static size_t widest_line(const char *s)
{
        size_t widest = 0, width = 0;

        for (; *s; s++) {
                if (*s == '\n') {
                        width = 0;
                        continue;
                }
                if (((unsigned char) *s & 0xc0) != 0x80)
                        width++;
                widest = width > widest ? width : widest;
        }
        return widest;
}

START_TEST(test_columns_are_respected)
{
        static const unsigned columns[] = {60, 72, 80, 100, 120, 200};
        const ReportStyle style = {.columns = columns[_i]};
        CLEANUP(inventory_cleanup) Inventory *i = mixed_estate();
        CLEANUP_BUF Buf b = BUF_INIT;

        report_of(i, &style, &b);
        ck_assert_msg(widest_line(buf_str(&b)) <= columns[_i], "%s", buf_str(&b));

        buf_clear(&b);
        ck_assert_int_eq(
                render_probe_report(inventory_find(i, "B-EXPIRING"), &style, PKI_NOW, &b), 0);
        ck_assert_msg(widest_line(buf_str(&b)) <= columns[_i], "%s", buf_str(&b));
}
END_TEST

START_TEST(test_absurdly_narrow_terminals_end)
{
        CLEANUP(inventory_cleanup) Inventory *i = mixed_estate();

        for (unsigned columns = 1; columns < 40; columns++) {
                const ReportStyle style = {.columns = columns, .colour = true};
                CLEANUP_BUF Buf b = BUF_INIT;

                report_of(i, &style, &b);
                ck_assert_uint_gt(b.len, 0);
        }
}
END_TEST

START_TEST(test_colour_only_when_asked_for)
{
        const ReportStyle colour = {.colour = true};
        CLEANUP(inventory_cleanup) Inventory *i = mixed_estate();
        CLEANUP_BUF Buf b = BUF_INIT;

        report_of(i, &plain, &b);
        ck_assert_ptr_null(strchr(buf_str(&b), '\033'));
        buf_clear(&b);
        report_of(i, &colour, &b);
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "\033[1;31mcritical\033[0m  C-REFUSING"));
}
END_TEST

START_TEST(test_probe_report_shows_all_that_was_seen)
{
        static const char *const wanted[] = {"queue manager QM2\n", "SSLCIPH       ANY_TLS12_OR",
                "offered       TLS 1.3: TLS_", "; TLS 1.2: TLS_RSA_WITH_AES_256_GCM_SHA384,", "qm1.example.com(1414)/192.0.2.1\n",
                "SNI           app2e-svrconn.chl.mq.ibm.com\n", "connect 3.0 ms",
                "answered      TLS 1.3, TLS_AES_256_GCM_SHA384, group X25519",
                "requested (an MQ listener always asks", "accepted without one",
                "certificate 0 (leaf)\n", "subject       CN=B\n", "issuer        CN=B\n",
                "not before    2025-12-31T00:00:00Z\n",
                "not after     2026-01-11T01:00:00Z (10 days left)\n", "key           EC, 256 bits",
                "signed with   ecdsa-with-SHA256\n", "Verdict: warning\n"};
        CLEANUP(inventory_cleanup) Inventory *i = mixed_estate();
        CLEANUP_BUF Buf b = BUF_INIT;

        ck_assert_int_eq(
                render_probe_report(inventory_find(i, "B-EXPIRING"), &plain, PKI_NOW, &b), 0);
        for (size_t k = 0; k < ARRAY_LEN(wanted); k++)
                ck_assert_msg(strstr(buf_str(&b), wanted[k]) != NULL, "no \"%s\" in:\n%s",
                        wanted[k], buf_str(&b));
}
END_TEST

START_TEST(test_probe_report_of_one_never_looked_at)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(three, 1);
        CLEANUP_BUF Buf b = BUF_INIT;

        ck_assert_int_eq(render_probe_report(inventory_at(i, 0), &plain, PKI_NOW, &b), 0);
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "Verdict: unknown\n"));
}
END_TEST

START_TEST(test_an_expired_certificate_is_told_as_such)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(three, 1);
        CLEANUP_PKI PkiCert old = pki_issue(&(PkiOptions){.cn = "A",
                .not_before = PKI_AT(PKI_NOW - 100 * PKI_DAY),
                .not_after = PKI_AT(PKI_NOW - 3600)});
        CLEANUP_BUF Buf b = BUF_INIT;

        estate_answer(i, three[0].name, &old);
        ck_assert_int_eq(render_probe_report(inventory_at(i, 0), &plain, PKI_NOW, &b), 0);
        ck_assert_msg(strstr(buf_str(&b), "(ended 1 hour ago)") != NULL, "%s", buf_str(&b));
        buf_clear(&b);
        report_of(i, &plain, &b);
        ck_assert_msg(strstr(buf_str(&b), "    -1  2025-12-31") != NULL, "%s", buf_str(&b));
}
END_TEST

START_TEST(test_hostile_certificate_is_harmless)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(three, 1);
        CLEANUP_PKI PkiCert cert = estate_hostile_cert((size_t) _i);
        const ReportStyle narrow = {.columns = 80};
        const char *name = estate_hostile_name((size_t) _i);
        CLEANUP_BUF Buf b = BUF_INIT;

        estate_answer(i, three[0].name, &cert);
        ck_assert_int_eq(render_probe_report(inventory_at(i, 0), &plain, PKI_NOW, &b), 0);
        check_harmless(&b, name);
        buf_clear(&b);
        ck_assert_int_eq(render_probe_report(inventory_at(i, 0), &narrow, PKI_NOW, &b), 0);
        check_harmless(&b, name);
        ck_assert_msg(widest_line(buf_str(&b)) <= 80, "%s", name);
        buf_clear(&b);
        report_of(i, &plain, &b);
        check_harmless(&b, name);
        buf_clear(&b);
        ck_assert_int_eq(render_nagios(i, PKI_NOW, &b), 0);
        check_harmless(&b, name);
}
END_TEST

/* ---- depth "mq" ---- */

static const EstateEndpoint deep[] = {
        {.name = "SVRCONN",
                .qmgr = "QM1",
                .depth = PROBE_DEPTH_MQ,
                .sslpeer = "CN=QM1",
                .sslcauth = SSLCAUTH_REQUIRED,
                .has_trust = true,
                .has_identity = true},
        {.name = "RCVR",
                .channel = "TO.QM1",
                .depth = PROBE_DEPTH_MQ,
                .chltype = CHANNEL_TYPE_RCVR,
                .has_trust = true},
};

/* TLS came up with a leaf of that name; unless the result is NONE the queue manager was asked. */
static Observation *asked(
        const char *cn, MqResult result, const MqInitFacts *facts, int64_t now_at)
{
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = cn});
        const PkiCert *chain[] = {&leaf};
        Observation *o = estate_observation(now_at);
        AddressObservation *a = estate_address(o, "qm1.example.com(1414)", "192.0.2.1");

        estate_answered(a, chain, 1, true, now_at);
        a->tls.client_certificate_sent = true;
        if (result != MQ_RESULT_NONE)
                estate_asked(a, result, facts);
        return o;
}

static void probe_report_of(const Inventory *i, const char *name, Buf *b)
{
        ck_assert_int_eq(render_probe_report(inventory_find(i, name), &plain, PKI_NOW, b), 0);
}

#define ck_assert_says(b, wanted)                                                                  \
        ck_assert_msg(strstr(buf_str(b), wanted) != NULL, "no \"%s\" in:\n%s", wanted, buf_str(b))
#define ck_assert_says_not(b, unwanted)                                                            \
        ck_assert_msg(strstr(buf_str(b), unwanted) == NULL, "\"%s\" in:\n%s", unwanted, buf_str(b))

START_TEST(test_probe_report_tells_who_answered)
{
        static const char *const wanted[] = {"  SSLPEER       CN=QM1\n", "  SSLCAUTH      REQUIRED\n",
                "  SSLPEER       matches the leaf's subject\n", "mq_init 2.5 ms",
                "  MQ            the channel was accepted, after 1 counter-proposal\n",
                "  calls itself  QM1 (QM1_2025-06-01_10.00.00)\n",
                "  product       IBM MQ 9.4.3.0 on Multiplatforms (MQMM09040300)\n",
                "  FAP level     13\n", "Verdict: ok\n"};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, ARRAY_LEN(deep));
        MqInitFacts facts = estate_qmgr("QM1");
        CLEANUP_BUF Buf b = BUF_INIT;

        facts.n_counter_proposals = 1;
        estate_record(
                i, deep[0].name, asked("QM1", MQ_RESULT_ACCEPTED, &facts, PKI_NOW), PKI_NOW);
        probe_report_of(i, deep[0].name, &b);
        for (size_t k = 0; k < ARRAY_LEN(wanted); k++)
                ck_assert_says(&b, wanted[k]);
        ck_assert_says_not(&b, "inferred");
}
END_TEST

static const struct {
        const char *endpoint;
        MqResult result;
        MqInitFacts facts;
        const char *line;
} answers[] = {
        {"SVRCONN", MQ_RESULT_REFUSED,
                {.has_status = true, .status_code = MQ_STATUS_CIPHER_SPEC},
                "  MQ            the channel was refused: status 0x18 CIPHER_SPEC, the channel's "
                "SSLCIPH does not admit what the handshake agreed on\n"},
        {"SVRCONN", MQ_RESULT_REFUSED, {.has_status = true, .status_code = 0x77},
                "  MQ            the channel was refused: status 0x77, whose meaning is not "
                "known\n"},
        {"SVRCONN", MQ_RESULT_NOT_MQ, {.error_text = "the answer is HTTP"},
                "  MQ            what answers inside TLS does not speak MQ: the answer is HTTP\n"},
        {"SVRCONN", MQ_RESULT_PROTOCOL_ERROR, {.error_text = "it talks without end"},
                "  MQ            the conversation broke: it talks without end\n"},
        {"SVRCONN", MQ_RESULT_NOT_AGREED, {.n_counter_proposals = 4},
                "  MQ            no agreement was reached, after 4 counter-proposals\n"},
        {"SVRCONN", MQ_RESULT_CLOSED, {.has_status = false},
                "  MQ            the connection was closed instead of an answer\n"},
        {"SVRCONN", MQ_RESULT_TIMEOUT, {.has_status = false},
                "  MQ            no answer came within the time limit\n"},
        {"RCVR", MQ_RESULT_REFUSED, {.has_status = true, .status_code = MQ_STATUS_WRONG_TYPE},
                "  MQ            the channel is accepted (inferred: it refused a client only for "
                "its type: status 0x02 CHANNEL_WRONG_TYPE, the channel is of another type)\n"},
        {"SVRCONN", MQ_RESULT_REFUSED, {.has_status = true, .status_code = MQ_STATUS_WRONG_TYPE},
                "  MQ            the channel was refused: status 0x02 CHANNEL_WRONG_TYPE, the "
                "channel is of another type\n"},
};

START_TEST(test_probe_report_tells_the_answer)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, ARRAY_LEN(deep));
        CLEANUP_BUF Buf b = BUF_INIT;

        estate_record(i, answers[_i].endpoint,
                asked("QM1", answers[_i].result, &answers[_i].facts, PKI_NOW), PKI_NOW);
        probe_report_of(i, answers[_i].endpoint, &b);
        ck_assert_says(&b, answers[_i].line);
        ck_assert_says_not(&b, "calls itself");
        ck_assert_says_not(&b, "FAP level");
}
END_TEST

START_TEST(test_probe_report_tells_an_answer_that_is_remembered)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, ARRAY_LEN(deep));
        MqInitFacts facts = estate_qmgr("QM1");
        CLEANUP_BUF Buf b = BUF_INIT;

        estate_record(i, deep[0].name,
                asked("QM1", MQ_RESULT_ACCEPTED, &facts, PKI_NOW - 900), PKI_NOW - 900);
        estate_record(i, deep[0].name, asked("QM1", MQ_RESULT_NONE, NULL, PKI_NOW), PKI_NOW);
        probe_report_of(i, deep[0].name, &b);
        ck_assert_says(&b, "the channel was accepted, remembered from 2025-12-31T23:45:00Z\n");
}
END_TEST

START_TEST(test_probe_report_tells_that_sslpeer_does_not_match)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, ARRAY_LEN(deep));
        CLEANUP_BUF Buf b = BUF_INIT;

        estate_record(i, deep[0].name, asked("QM2", MQ_RESULT_NONE, NULL, PKI_NOW), PKI_NOW);
        probe_report_of(i, deep[0].name, &b);
        ck_assert_says(&b, "  SSLPEER       does not match the leaf's subject\n");
        ck_assert_says(&b, "policy: sslpeer_mismatch\n");
        ck_assert_says_not(&b, "  MQ  ");
}
END_TEST

START_TEST(test_probe_report_tells_of_the_look_without_the_identity)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, ARRAY_LEN(deep));
        MqInitFacts facts = estate_qmgr("QM1");
        MqInitFacts refusal = estate_refusal(MQ_STATUS_CLIENT_CERTIFICATE);
        Observation *o = asked("QM1", MQ_RESULT_ACCEPTED, &facts, PKI_NOW);
        AddressObservation *a = NULL;
        CLEANUP_BUF Buf b = BUF_INIT;

        ck_assert_int_eq(
                observation_add_anonymous(o, "qm1.example.com(1414)", "192.0.2.1", &a), 0);
        a->attempted = true;
        estate_answered(a, NULL, 0, false, PKI_NOW);
        estate_asked(a, MQ_RESULT_REFUSED, &refusal);
        estate_record(i, deep[0].name, o, PKI_NOW);
        probe_report_of(i, deep[0].name, &b);

        ck_assert_says(&b, "\nqm1.example.com(1414)/192.0.2.1, without a client certificate\n");
        ck_assert_says(&b, "the channel was refused: status 0x1A SSL_CLIENT_CERTIFICATE, ");
        ck_assert_says(&b, ", sent, required\n");
        ck_assert_says(&b, "Verdict: ok\n");
}
END_TEST

START_TEST(test_hostile_queue_manager_is_harmless)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, ARRAY_LEN(deep));
        const char *name = estate_hostile_qmgr((size_t) _i);
        MqInitFacts facts = estate_qmgr(name);
        const ReportStyle narrow = {.columns = 80};
        CLEANUP_BUF Buf b = BUF_INIT, harmless = BUF_INIT;

        estate_record(
                i, deep[0].name, asked("QM1", MQ_RESULT_ACCEPTED, &facts, PKI_NOW), PKI_NOW);
        probe_report_of(i, deep[0].name, &b);
        check_harmless(&b, name);
        escape_terminal(&harmless, name, strlen(name));
        ck_assert_says(&b, buf_str(&harmless));

        buf_clear(&b);
        ck_assert_int_eq(render_probe_report(inventory_at(i, 0), &narrow, PKI_NOW, &b), 0);
        check_harmless(&b, name);
        ck_assert_msg(widest_line(buf_str(&b)) <= 80, "%s", buf_str(&b));
        buf_clear(&b);
        ck_assert_int_eq(render_nagios(i, PKI_NOW, &b), 0);
        check_harmless(&b, name);
}
END_TEST

/* ---- Nagios ---- */

START_TEST(test_nagios_says_the_worst_in_its_first_line)
{
        CLEANUP(inventory_cleanup) Inventory *i = mixed_estate();
        CLEANUP_BUF Buf b = BUF_INIT;
        const char *wanted = "MQTLS CRITICAL - 2 of 3 endpoints: C-REFUSING: ";

        ck_assert_int_eq(render_nagios(i, PKI_NOW, &b), 0);
        ck_assert_msg(strncmp(buf_str(&b), wanted, strlen(wanted)) == 0, "%s", buf_str(&b));
        ck_assert_msg(strstr(buf_str(&b), " | 'B-EXPIRING'=867600s;2592000:;604800: "
                                       "'A-HEALTHY'=31536000s;2592000:;604800:\n"),
                "%s", buf_str(&b));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "\nok A-HEALTHY: "));
}
END_TEST

START_TEST(test_nagios_names_cannot_break_the_line)
{
        static const EstateEndpoint odd[] = {{.name = "a|b'c\"d=e\nf"}};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(odd, 1);
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){.cn = "A"});
        CLEANUP_BUF Buf b = BUF_INIT;
        const char *bar = NULL;

        estate_answer(i, odd[0].name, &cert);
        ck_assert_int_eq(render_nagios(i, PKI_NOW, &b), 0);
        bar = strchr(buf_str(&b), '|');
        ck_assert_ptr_nonnull(bar);
        ck_assert_ptr_null(strchr(bar + 1, '|'));
        ck_assert_msg(strstr(bar, "| 'a_b_c_d_e\\x0af'=31536000s;") != NULL, "%s", bar);
}
END_TEST

/* Expired is less than nothing left; a date that is not known is no number. */
START_TEST(test_nagios_performance_data_is_what_is_known)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(three, 2);
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){.cn = "A",
                .not_before = PKI_AT(PKI_NOW - 9 * PKI_DAY),
                .not_after = PKI_AT(PKI_NOW - 60)});
        CLEANUP_BUF Buf nothing = BUF_INIT, expired = BUF_INIT;

        ck_assert_int_eq(render_nagios(i, PKI_NOW, &nothing), 0);
        ck_assert_ptr_null(strchr(buf_str(&nothing), '|'));

        estate_answer(i, three[0].name, &cert);
        ck_assert_int_eq(render_nagios(i, PKI_NOW, &expired), 0);
        ck_assert_msg(strstr(buf_str(&expired), " | 'A-HEALTHY'=-60s;2592000:;604800:\n"), "%s",
                buf_str(&expired));
}
END_TEST

START_TEST(test_nagios_when_all_is_well)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(three, 1);
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){.cn = "A"});
        CLEANUP_BUF Buf b = BUF_INIT;

        estate_answer(i, three[0].name, &cert);
        ck_assert_int_eq(render_nagios(i, PKI_NOW, &b), 0);
        ck_assert_msg(strncmp(buf_str(&b), "MQTLS OK - 1 endpoint, all well | ", 34) == 0, "%s",
                buf_str(&b));
}
END_TEST

START_TEST(test_exit_status)
{
        CLEANUP(inventory_cleanup) Inventory *mixed = mixed_estate();
        CLEANUP(inventory_cleanup) Inventory *empty = estate_new(three, 0);
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(three, 1);
        CLEANUP_PKI PkiCert good = pki_issue(&(PkiOptions){.cn = "A"});
        CLEANUP_PKI PkiCert ending =
                pki_issue(&(PkiOptions){.cn = "A", .not_after = PKI_AT(PKI_NOW + 10 * PKI_DAY)});

        ck_assert_int_eq(report_exit_status(mixed), 2);
        ck_assert_int_eq(report_exit_status(empty), 3);
        ck_assert_int_eq(report_exit_status(i), 3);
        estate_answer(i, three[0].name, &good);
        ck_assert_int_eq(report_exit_status(i), 0);
        estate_answer(i, three[0].name, &ending);
        ck_assert_int_eq(report_exit_status(i), 1);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("render_report");
        TCase *report = tcase_create("report");
        TCase *mq = tcase_create("mq");
        TCase *nagios = tcase_create("nagios");

        tcase_add_test(report, test_worst_first);
        tcase_add_test(report, test_a_line_tells_days_date_and_cipherspec);
        tcase_add_test(report, test_a_finding_comes_with_words_and_remedy);
        tcase_add_loop_test(report, test_columns_are_respected, 0, 6);
        tcase_add_test(report, test_absurdly_narrow_terminals_end);
        tcase_add_test(report, test_colour_only_when_asked_for);
        tcase_add_test(report, test_probe_report_shows_all_that_was_seen);
        tcase_add_test(report, test_probe_report_of_one_never_looked_at);
        tcase_add_test(report, test_an_expired_certificate_is_told_as_such);
        tcase_add_loop_test(
                report, test_hostile_certificate_is_harmless, 0, (int) estate_hostile_count());
        tcase_set_timeout(report, 60);
        suite_add_tcase(suite, report);

        tcase_add_test(mq, test_probe_report_tells_who_answered);
        tcase_add_loop_test(mq, test_probe_report_tells_the_answer, 0, (int) ARRAY_LEN(answers));
        tcase_add_test(mq, test_probe_report_tells_an_answer_that_is_remembered);
        tcase_add_test(mq, test_probe_report_tells_that_sslpeer_does_not_match);
        tcase_add_test(mq, test_probe_report_tells_of_the_look_without_the_identity);
        tcase_add_loop_test(
                mq, test_hostile_queue_manager_is_harmless, 0, ESTATE_HOSTILE_QMGR_MAX);
        suite_add_tcase(suite, mq);

        tcase_add_test(nagios, test_nagios_says_the_worst_in_its_first_line);
        tcase_add_test(nagios, test_nagios_names_cannot_break_the_line);
        tcase_add_test(nagios, test_nagios_performance_data_is_what_is_known);
        tcase_add_test(nagios, test_nagios_when_all_is_well);
        tcase_add_test(nagios, test_exit_status);
        suite_add_tcase(suite, nagios);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
