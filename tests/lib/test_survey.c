/* SPDX-License-Identifier: MIT */
#include "tls/survey.h"

#include <string.h>

#include "tests/support/pki.h"
#include "tests/support/suite.h"
#include "tests/support/tls_server.h"

enum {
        N_NOT_ASKABLE = 1, /* TLS_RSA_WITH_NULL_NULL */
};

static PkiCert rsa_leaf, ec_leaf;
static const PkiCert *const rsa_chain[] = {&rsa_leaf};
static const PkiCert *const ec_chain[] = {&ec_leaf};

static size_t n_rows(void)
{
        size_t n = 0;

        (void) cipherspec_table(&n);
        return n;
}

static const CipherSpec *spec_of(const char *name)
{
        const CipherSpec *spec = cipherspec_by_name(name);

        ck_assert_msg(spec != NULL, "%s", name);
        return spec;
}

static void fill(uint8_t *random)
{
        for (unsigned i = 0; i < SURVEY_RANDOM_SIZE; i++)
                random[i] = (uint8_t) (i + 1);
}

static HelloReply chosen(uint16_t version, uint16_t cipher)
{
        return (HelloReply){.version = version, .cipher = cipher, .alert = -1};
}

/* How many questions are still to come. */
static size_t n_left_of(const Survey *s)
{
        const HelloReply refused = {.alert = 40};
        Survey rest = *s;
        size_t n = 0;

        for (; !survey_is_done(&rest); n++)
                survey_record(&rest, HELLO_REFUSED, &refused);
        return n;
}

/* ---- questions ---- */

START_TEST(every_row_is_asked_once_in_catalogue_order)
{
        Survey s;
        size_t n_left = n_rows() - N_NOT_ASKABLE;
        const CipherSpec *last = NULL;

        survey_init(&s);
        while (!survey_is_done(&s)) {
                const CipherSpec *spec = survey_next(&s);
                HelloReply reply = chosen(spec->version, spec->code);

                ck_assert_uint_eq(n_left_of(&s), n_left);
                ck_assert_ptr_eq(survey_next(&s), spec); /* until it is answered */
                ck_assert(survey_is_askable(spec));
                ck_assert(!last || spec > last);
                last = spec;
                survey_record(&s, HELLO_ACCEPTED, &reply);
                n_left--;
        }
        ck_assert_uint_eq(n_left, 0);
        ck_assert_uint_eq(n_left_of(&s), 0);
        ck_assert_ptr_null(survey_next(&s));
}
END_TEST

START_TEST(the_null_suite_without_a_mac_is_never_offered)
{
        CLEANUP(survey_facts_cleanup) SurveyFacts *f = NULL;
        const CipherSpec *spec = spec_of("TLS_RSA_WITH_NULL_NULL");
        Survey s;

        ck_assert(!survey_is_askable(spec));
        survey_init(&s);
        while (!survey_is_done(&s)) {
                ck_assert_uint_ne(survey_next(&s)->code, 0);
                survey_record(&s, HELLO_MORE, NULL);
        }
        ck_assert_int_eq(survey_finish(&s, 1, &f), 0);
        ck_assert_int_eq(survey_facts_answer(f, spec), SURVEY_NOT_ASKED);
        ck_assert_int_eq(
                survey_facts_answer(f, spec_of("TLS_RSA_WITH_RC4_128_SHA256")), SURVEY_UNKNOWN);
}
END_TEST

START_TEST(a_question_offers_that_cipherspec_and_no_other)
{
        size_t n = 0;
        const CipherSpec *spec = &cipherspec_table(&n)[_i];
        uint8_t random[SURVEY_RANDOM_SIZE];
        HelloOffer offer = {0};

        if (!survey_is_askable(spec))
                return;

        fill(random);
        survey_offer(spec, "name", random, &offer);
        ck_assert_uint_eq(offer.version, spec->version);
        ck_assert_uint_eq(offer.n_codes, 1);
        ck_assert_uint_eq(offer.codes[0], spec->code);
        ck_assert_str_eq(offer.sni, "name");
        ck_assert_mem_eq(offer.random, random, 32);
        ck_assert_mem_eq(offer.session_id, random + 32, 32);
        ck_assert_mem_eq(offer.key_share, random + 64, 32);
        survey_offer(spec, NULL, random, &offer);
        ck_assert_ptr_null(offer.sni);
}
END_TEST

/* ---- answers ---- */

typedef struct JudgeRow {
        const char *name;
        const char *spec;
        HelloAnswer answer;
        uint16_t version, cipher;
        SurveyAnswer wanted;
} JudgeRow;

static const JudgeRow judge_rows[] = {
        {"what was asked", "ECDHE_RSA_AES_256_GCM_SHA384", HELLO_ACCEPTED, 0x0303, 0xC030,
                SURVEY_ACCEPTED},
        {"SSL 3.0 as asked", "TRIPLE_DES_SHA_US", HELLO_ACCEPTED, 0x0300, 0x000A, SURVEY_ACCEPTED},
        {"TLS 1.3 as asked", "TLS_AES_128_CCM_8_SHA256", HELLO_ACCEPTED, 0x0304, 0x1305,
                SURVEY_ACCEPTED},
        {"the code point on an older protocol is another CipherSpec", "TLS_RSA_WITH_RC4_128_SHA256",
                HELLO_ACCEPTED, 0x0300, 0x0005, SURVEY_REFUSED},
        {"the code point on TLS 1.1 is none", "TLS_RSA_WITH_RC4_128_SHA256", HELLO_ACCEPTED, 0x0302,
                0x0005, SURVEY_REFUSED},
        {"SSL 3.0 instead of TLS 1.0", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", HELLO_ACCEPTED, 0x0300,
                0x000A, SURVEY_REFUSED},
        {"TLS 1.2 instead of TLS 1.3", "TLS_AES_128_GCM_SHA256", HELLO_ACCEPTED, 0x0303, 0x1301,
                SURVEY_REFUSED},
        {"a newer protocol than was offered", "TRIPLE_DES_SHA_US", HELLO_ACCEPTED, 0x0301, 0x000A,
                SURVEY_UNKNOWN},
        {"a suite that was not offered", "ECDHE_RSA_AES_256_GCM_SHA384", HELLO_ACCEPTED, 0x0303,
                0xC02F, SURVEY_UNKNOWN},
        {"the signalling value", "TLS_RSA_WITH_NULL_SHA256", HELLO_ACCEPTED, 0x0303, 0x00FF,
                SURVEY_UNKNOWN},
        {"an alert", "ECDHE_RSA_AES_256_GCM_SHA384", HELLO_REFUSED, 0, 0, SURVEY_REFUSED},
        {"the connection ended", "ECDHE_RSA_AES_256_GCM_SHA384", HELLO_MORE, 0, 0, SURVEY_UNKNOWN},
        {"another protocol", "ECDHE_RSA_AES_256_GCM_SHA384", HELLO_NOT_TLS, 0, 0, SURVEY_UNKNOWN},
        {"rubbish", "ECDHE_RSA_AES_256_GCM_SHA384", HELLO_MALFORMED, 0, 0, SURVEY_UNKNOWN},
};

START_TEST(an_answer_means)
{
        const JudgeRow *row = &judge_rows[_i];
        const CipherSpec *spec = spec_of(row->spec);
        HelloReply reply = chosen(row->version, row->cipher);
        Survey s;

        ck_assert_msg(survey_judge(spec, row->answer, &reply) == row->wanted, "%s", row->name);

        survey_init(&s);
        while (survey_next(&s) != spec)
                survey_record(&s, HELLO_NOT_TLS, NULL);
        survey_record(&s, row->answer, row->answer == HELLO_MORE ? NULL : &reply);

        CLEANUP(survey_facts_cleanup) SurveyFacts *f = NULL;

        ck_assert_int_eq(survey_finish(&s, 77, &f), 0);
        ck_assert_int_eq(f->finished_at, 77);
        ck_assert_msg(survey_facts_answer(f, spec) == row->wanted, "%s", row->name);
}
END_TEST

START_TEST(rows_of_one_code_point_are_answered_each_for_itself)
{
        CLEANUP(survey_facts_cleanup) SurveyFacts *f = NULL;
        unsigned n_asked = 0;
        Survey s;

        /* A listener that answers TLS 1.0, whatever is offered. */
        survey_init(&s);
        while (!survey_is_done(&s)) {
                const CipherSpec *spec = survey_next(&s);
                HelloReply reply = chosen(0x0301, spec->code);

                n_asked += spec->code == 0x0005 || spec->code == 0x000A ? 1 : 0;
                survey_record(&s, HELLO_ACCEPTED, &reply);
        }
        ck_assert_uint_eq(n_asked, 4);
        ck_assert_int_eq(survey_finish(&s, 1, &f), 0);
        ck_assert_int_eq(
                survey_facts_answer(f, spec_of("TLS_RSA_WITH_3DES_EDE_CBC_SHA")), SURVEY_ACCEPTED);
        ck_assert_int_eq(survey_facts_answer(f, spec_of("TRIPLE_DES_SHA_US")), SURVEY_UNKNOWN);
        ck_assert_int_eq(
                survey_facts_answer(f, spec_of("TLS_RSA_WITH_RC4_128_SHA256")), SURVEY_REFUSED);
        ck_assert_int_eq(survey_facts_answer(f, spec_of("RC4_SHA_US")), SURVEY_UNKNOWN);
}
END_TEST

/* ---- nobody there ---- */

START_TEST(three_connections_in_a_row_that_fail_end_the_survey)
{
        CLEANUP(survey_facts_cleanup) SurveyFacts *f = NULL;
        const HelloReply refused = {.alert = 40};
        size_t n = 0, n_unknown = 0;
        const CipherSpec *table = cipherspec_table(&n);
        Survey s;

        survey_init(&s);
        survey_record(&s, HELLO_REFUSED, &refused);
        for (unsigned i = 0; i < SURVEY_UNREACHED_MAX; i++) {
                ck_assert(!survey_is_done(&s));
                survey_unreached(&s);
        }
        ck_assert(survey_is_done(&s));
        ck_assert_uint_eq(n_left_of(&s), 0);
        ck_assert_int_eq(survey_finish(&s, 1, &f), 0);
        for (size_t i = 0; i < n; i++)
                n_unknown += survey_facts_answer(f, &table[i]) == SURVEY_UNKNOWN ? 1 : 0;
        ck_assert_uint_eq(n_unknown, n - N_NOT_ASKABLE - 1);
        ck_assert_int_eq(survey_facts_answer(f, &table[0]), SURVEY_REFUSED);
}
END_TEST

START_TEST(a_listener_that_comes_back_is_asked_on)
{
        const HelloReply refused = {.alert = 40};
        Survey s;

        survey_init(&s);
        for (unsigned i = 0; i < 5; i++) {
                survey_unreached(&s);
                survey_unreached(&s);
                survey_record(&s, HELLO_REFUSED, &refused);
        }
        ck_assert_uint_eq(n_left_of(&s), n_rows() - N_NOT_ASKABLE - 15);
}
END_TEST

START_TEST(the_last_question_may_fail_too)
{
        const HelloReply refused = {.alert = 40};
        Survey s;

        survey_init(&s);
        while (n_left_of(&s) > 1)
                survey_record(&s, HELLO_REFUSED, &refused);
        survey_unreached(&s);
        ck_assert(survey_is_done(&s));
}
END_TEST

/* ---- facts ---- */

START_TEST(facts_are_copied_and_freed)
{
        CLEANUP(survey_facts_cleanup) SurveyFacts *f = NULL, *copy = NULL;
        const HelloReply refused = {.alert = 40};
        const CipherSpec *first = NULL;
        Survey s;

        survey_init(&s);
        first = survey_next(&s);
        survey_record(&s, HELLO_REFUSED, &refused);
        ck_assert_int_eq(survey_finish(&s, 1234, &f), 0); /* also before the end */
        ck_assert_int_eq(survey_facts_copy(f, &copy), 0);
        f = survey_facts_free(f);
        ck_assert_ptr_null(f);
        ck_assert_int_eq(copy->finished_at, 1234);
        ck_assert_int_eq(survey_facts_answer(copy, first), SURVEY_REFUSED);
        ck_assert_int_eq(survey_facts_answer(copy, first + 1), SURVEY_NOT_ASKED);
        ck_assert_ptr_null(survey_facts_free(NULL));
}
END_TEST

START_TEST(answers_have_names)
{
        const char *const names[] = {"not_asked", "accepted", "refused", "unknown"};

        for (unsigned a = 0; a < _SURVEY_ANSWER_MAX; a++)
                ck_assert_str_eq(survey_answer_to_string((SurveyAnswer) a), names[a]);
}
END_TEST

/* ---- a whole survey of a real listener ---- */

static void ask(const CipherSpec *spec, const TlsServerOptions *options, Survey *s)
{
        CLEANUP_TLS_SERVER TlsServer *server = tls_server_new(options);
        CLEANUP_BUF Buf hello = BUF_INIT;
        uint8_t random[SURVEY_RANDOM_SIZE];
        const uint8_t *data = NULL;
        HelloReply reply = {0};
        HelloOffer offer;
        size_t len = 0;

        fill(random);
        survey_offer(spec, "to2e-qmgr1.chl.mq.ibm.com", random, &offer);
        hello_encode(&offer, &hello);
        tls_server_feed(server, hello.data, hello.len);
        data = tls_server_output(server, &len);
        survey_record(s, hello_decode(data, len, &reply), &reply);
}

typedef struct ListenerRow {
        const char *name;
        TlsServerOptions options;
        const char *accepted[16]; /* all of them */
} ListenerRow;

static const ListenerRow listener_rows[] = {
        {"one suite of TLS 1.2",
                {.certs = rsa_chain, .n_certs = 1, .max_version = TLS_VERSION_TLS12,
                        .cipher_list = "ECDHE-RSA-AES256-GCM-SHA384"},
                {"ECDHE_RSA_AES_256_GCM_SHA384"}},
        {"TLS 1.3 only",
                {.certs = rsa_chain, .n_certs = 1, .min_version = TLS_VERSION_TLS13,
                        .ciphersuites = "TLS_AES_256_GCM_SHA384:TLS_AES_128_CCM_8_SHA256"},
                {"TLS_AES_256_GCM_SHA384", "TLS_AES_128_CCM_8_SHA256"}},
        {"TLS 1.3 with a group that asks for another hello",
                {.certs = rsa_chain, .n_certs = 1, .min_version = TLS_VERSION_TLS13,
                        .ciphersuites = "TLS_AES_128_GCM_SHA256", .groups = "P-521"},
                {"TLS_AES_128_GCM_SHA256"}},
        {"TLS 1.0, also when TLS 1.2 is offered",
                {.certs = rsa_chain, .n_certs = 1, .max_version = TLS_VERSION_TLS10},
                {"TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA",
                        "TLS_RSA_WITH_NULL_MD5", "TLS_RSA_WITH_NULL_SHA"}},
        {"an ECDSA key",
                {.certs = ec_chain, .n_certs = 1, .max_version = TLS_VERSION_TLS12},
                {"ECDHE_ECDSA_AES_256_GCM_SHA384", "ECDHE_ECDSA_AES_128_GCM_SHA256",
                        "ECDHE_ECDSA_AES_256_CBC_SHA384", "ECDHE_ECDSA_AES_128_CBC_SHA256",
                        "ECDHE_ECDSA_NULL_SHA256"}},
};

static bool is_accepted(const ListenerRow *row, const char *name)
{
        for (size_t i = 0; i < ARRAY_LEN(row->accepted) && row->accepted[i]; i++)
                if (strcmp(row->accepted[i], name) == 0)
                        return true;
        return false;
}

START_TEST(a_real_listener_is_surveyed)
{
        const ListenerRow *row = &listener_rows[_i];
        CLEANUP(survey_facts_cleanup) SurveyFacts *f = NULL;
        size_t n = 0;
        const CipherSpec *table = cipherspec_table(&n);
        Survey s;

        survey_init(&s);
        while (!survey_is_done(&s))
                ask(survey_next(&s), &row->options, &s);
        ck_assert_int_eq(survey_finish(&s, 1, &f), 0);
        for (size_t i = 0; i < n; i++) {
                SurveyAnswer wanted = is_accepted(row, table[i].name) ? SURVEY_ACCEPTED : SURVEY_REFUSED;

                if (!survey_is_askable(&table[i]))
                        wanted = SURVEY_NOT_ASKED;
                ck_assert_msg(survey_facts_answer(f, &table[i]) == wanted, "%s: %s is %s", row->name,
                        table[i].name, survey_answer_to_string(survey_facts_answer(f, &table[i])));
        }
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("survey");
        TCase *tc = tcase_create("survey");

        rsa_leaf = pki_issue(&(PkiOptions){.cn = "QM1", .key_kind = PKI_KEY_RSA2048});
        ec_leaf = pki_issue(&(PkiOptions){.cn = "QM1"});
        tcase_set_timeout(tc, 60);
        tcase_add_test(tc, every_row_is_asked_once_in_catalogue_order);
        tcase_add_test(tc, the_null_suite_without_a_mac_is_never_offered);
        tcase_add_loop_test(tc, a_question_offers_that_cipherspec_and_no_other, 0, (int) n_rows());
        tcase_add_loop_test(tc, an_answer_means, 0, ARRAY_LEN(judge_rows));
        tcase_add_test(tc, rows_of_one_code_point_are_answered_each_for_itself);
        tcase_add_test(tc, three_connections_in_a_row_that_fail_end_the_survey);
        tcase_add_test(tc, a_listener_that_comes_back_is_asked_on);
        tcase_add_test(tc, the_last_question_may_fail_too);
        tcase_add_test(tc, facts_are_copied_and_freed);
        tcase_add_test(tc, answers_have_names);
        tcase_add_loop_test(tc, a_real_listener_is_surveyed, 0, ARRAY_LEN(listener_rows));
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
