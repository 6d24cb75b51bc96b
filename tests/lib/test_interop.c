/* SPDX-License-Identifier: MIT */
#include "mq/interop.h"

#include <string.h>

#include "tests/support/suite.h"

#define ONE_12 "ECDHE_RSA_AES_256_GCM_SHA384"
#define OTHER_12 "TLS_RSA_WITH_AES_128_GCM_SHA256"
#define ONE_13 "TLS_AES_256_GCM_SHA384"
#define OTHER_13 "TLS_CHACHA20_POLY1305_SHA256"
#define ONE_10 "TLS_RSA_WITH_AES_128_CBC_SHA"

static const struct {
        const char *initiator, *acceptor;
        InteropResult with_tls13, without_tls13;
} meetings[] = {
        /* The story everybody meets once. */
        {"ANY_TLS12_OR_HIGHER", "ANY_TLS12", INTEROP_FAILS, INTEROP_WORKS},
        {"ANY", "ANY_TLS12", INTEROP_FAILS, INTEROP_WORKS},
        {"ANY_TLS12", "ANY_TLS12_OR_HIGHER", INTEROP_WORKS, INTEROP_WORKS},
        {"ANY_TLS12_OR_HIGHER", "ANY_TLS12_OR_HIGHER", INTEROP_WORKS, INTEROP_WORKS},
        {"ANY_TLS12_OR_HIGHER", "ANY", INTEROP_WORKS, INTEROP_WORKS},
        {ONE_12, ONE_12, INTEROP_WORKS, INTEROP_WORKS},
        {ONE_12, OTHER_12, INTEROP_FAILS, INTEROP_FAILS},
        {ONE_12, ONE_13, INTEROP_FAILS, INTEROP_FAILS},
        {ONE_12, "ANY_TLS12", INTEROP_WORKS, INTEROP_WORKS},
        {ONE_12, "ANY_TLS13", INTEROP_FAILS, INTEROP_FAILS},
        {ONE_13, ONE_13, INTEROP_WORKS, INTEROP_FAILS},
        {ONE_13, OTHER_13, INTEROP_FAILS, INTEROP_FAILS},
        {ONE_13, "ANY_TLS12_OR_HIGHER", INTEROP_WORKS, INTEROP_FAILS},
        {"ANY_TLS12", ONE_12, INTEROP_MAY_FAIL, INTEROP_MAY_FAIL},
        {"ANY_TLS12", ONE_13, INTEROP_FAILS, INTEROP_FAILS},
        {"ANY_TLS12_OR_HIGHER", ONE_12, INTEROP_FAILS, INTEROP_MAY_FAIL},
        {"ANY_TLS12_OR_HIGHER", ONE_13, INTEROP_MAY_FAIL, INTEROP_FAILS},
        {"ANY_TLS13", "ANY_TLS12", INTEROP_FAILS, INTEROP_FAILS},
        {"ANY_TLS13_OR_HIGHER", "ANY_TLS13", INTEROP_WORKS, INTEROP_FAILS},
        {ONE_10, ONE_10, INTEROP_WORKS, INTEROP_WORKS},
        {ONE_10, "ANY_TLS12", INTEROP_FAILS, INTEROP_FAILS},
        {ONE_10, "ANY", INTEROP_MAY_FAIL, INTEROP_MAY_FAIL},
};

START_TEST(two_values_meet_as_the_matrix_says)
{
        SslCiph left, right;
        const char *why = NULL;

        ck_assert_int_eq(sslciph_parse(meetings[_i].initiator, &left, NULL), 0);
        ck_assert_int_eq(sslciph_parse(meetings[_i].acceptor, &right, NULL), 0);
        ck_assert_str_eq(interop_result_to_string(interop_meet(&left, &right, true, &why)),
                interop_result_to_string(meetings[_i].with_tls13));
        ck_assert_ptr_nonnull(why);
        ck_assert_str_eq(interop_result_to_string(interop_meet(&left, &right, false, &why)),
                interop_result_to_string(meetings[_i].without_tls13));
}
END_TEST

START_TEST(the_advice_opens_the_accepting_side_first)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        SslCiph left, right;

        ck_assert_int_eq(sslciph_parse("ANY_TLS12_OR_HIGHER", &left, NULL), 0);
        ck_assert_int_eq(sslciph_parse("ANY_TLS12", &right, NULL), 0);
        interop_advice(&left, &right, &b);
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "Open the accepting side first, tighten it last"));

        buf_clear(&b);
        ck_assert_int_eq(sslciph_parse(ONE_13, &right, NULL), 0);
        interop_advice(&right, &left, &b);
        ck_assert_ptr_null(strstr(buf_str(&b), "Open the accepting side"));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "AllowTLSV13"));

        buf_clear(&b);
        interop_advice(&left, &left, &b);
        ck_assert_str_eq(buf_str(&b), "Nothing has to change.");
}
END_TEST

static Suite *make_suite(void)
{
        Suite *s = suite_create("interop");
        TCase *t = tcase_create("interop");

        tcase_add_loop_test(t, two_values_meet_as_the_matrix_says, 0, ARRAY_LEN(meetings));
        tcase_add_test(t, the_advice_opens_the_accepting_side_first);
        suite_add_tcase(s, t);
        return s;
}

int main(void)
{
        return suite_run(make_suite());
}
