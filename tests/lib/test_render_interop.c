/* SPDX-License-Identifier: MIT */
#include "render/render_interop.h"

#include <string.h>

#include "tests/support/suite.h"

#define ONE_12 "ECDHE_RSA_AES_256_GCM_SHA384"
#define ONE_13 "TLS_AES_256_GCM_SHA384"
#define OTHER_13 "TLS_CHACHA20_POLY1305_SHA256"

static SslCiph parsed(const char *text)
{
        SslCiph s;

        ck_assert_int_eq(sslciph_parse(text, &s, NULL), 0);
        return s;
}

static const struct {
        const char *name, *initiator, *acceptor;
        InteropResult result;
} verdicts[] = {
        {"works with and without", "ANY_TLS12", "ANY_TLS12", INTEROP_WORKS},
        {"only without TLS 1.3", "ANY_TLS12_OR_HIGHER", "ANY_TLS12", INTEROP_FAILS},
        {"may fail either way", "ANY_TLS12", ONE_12, INTEROP_MAY_FAIL},
        {"may fail with, fails without", "ANY_TLS12_OR_HIGHER", ONE_13, INTEROP_MAY_FAIL},
        {"both name TLS 1.3, so it is there", ONE_13, ONE_13, INTEROP_WORKS},
        {"both name TLS 1.3, by an alias", ONE_13, "ANY_TLS13_OR_HIGHER", INTEROP_WORKS},
        {"both name TLS 1.3, but not the same", ONE_13, OTHER_13, INTEROP_FAILS},
        {"both name TLS 1.3, and may differ", "ANY_TLS13", OTHER_13, INTEROP_MAY_FAIL},
        {"only the initiator names TLS 1.3", ONE_13, "ANY_TLS12_OR_HIGHER", INTEROP_MAY_FAIL},
        {"only the initiator names TLS 1.3, by an alias", "ANY_TLS13", "ANY_TLS12_OR_HIGHER",
                INTEROP_MAY_FAIL},
        {"fails with, and may fail without", "ANY", ONE_12, INTEROP_FAILS},
        {"only the acceptor names TLS 1.3", "ANY", "ANY_TLS13", INTEROP_MAY_FAIL},
};

START_TEST(the_worse_of_what_can_happen_is_the_verdict)
{
        SslCiph initiator = parsed(verdicts[_i].initiator);
        SslCiph acceptor = parsed(verdicts[_i].acceptor);

        ck_assert_msg(
                render_interop_result(&initiator, &acceptor) == verdicts[_i].result, "%s",
                verdicts[_i].name);
}
END_TEST

static const ReportStyle plain = {0}, coloured = {.colour = true, .columns = 72};

static const struct {
        const char *name, *initiator, *acceptor;
        const ReportStyle *style; /* NULL: JSON */
        const char *part;
} shown[] = {
        {"one word where both are alike", "ANY", "ANY", &plain, "works\n  initiator     ANY\n"},
        {"both where they differ", "ANY", "ANY_TLS12", &plain,
                "fails (fails with TLS 1.3, works without it)\n"},
        {"the reason with TLS 1.3", "ANY", "ANY_TLS12", &plain,
                "  with TLS 1.3  fails. The handshake agrees on TLS 1.3"},
        {"the reason without", "ANY", "ANY_TLS12", &plain, "  without it    works. Whatever"},
        {"what to change first", "ANY", "ANY_TLS12", &plain,
                "  change first  Open the accepting side first, tighten it last"},
        {"nothing has to change", "ANY", "ANY", &plain, "  change first  Nothing has to change.\n"},
        {"nothing has to change as long as", ONE_13, ONE_13, &plain,
                "Nothing has to change while both sides have TLS 1.3.\n"},
        {"a code becomes its name", "009D", "ANY", &plain,
                "  initiator     TLS_RSA_WITH_AES_256_GCM_SHA384\n"},
        {"a failure in red", "ANY", "ANY_TLS12", &coloured, "\033[1;31mfails\033[0m (fails"},
        {"a success in green", "ANY", "ANY", &coloured, "\033[32mworks\033[0m\n"},
        {"JSON has a version", "ANY", "ANY_TLS12", NULL,
                "{\"schema_version\":1,\"initiator\":\"ANY\",\"acceptor\":\"ANY_TLS12\","
                "\"result\":\"fails\","},
        {"JSON has both", "ANY", "ANY_TLS12", NULL, "\"without_tls13\":{\"result\":\"works\",\"why\":\""},
        {"JSON has the advice", "ANY", "ANY_TLS12", NULL, "\"advice\":\"Open the accepting side first"},
};

START_TEST(both_outputs_hold_what_matters)
{
        SslCiph initiator = parsed(shown[_i].initiator), acceptor = parsed(shown[_i].acceptor);
        CLEANUP_BUF Buf b = BUF_INIT;

        ck_assert_int_eq(render_interop(&initiator, &acceptor, shown[_i].style, &b), 0);
        ck_assert_msg(strstr(buf_str(&b), shown[_i].part) != NULL, "%s: %s", shown[_i].name,
                buf_str(&b));
        ck_assert_int_eq(buf_str(&b)[b.len - 1], '\n');
}
END_TEST

START_TEST(text_is_wrapped_at_the_terminals_width)
{
        SslCiph initiator = parsed("ANY"), acceptor = parsed("ANY_TLS12");
        const ReportStyle narrow = {.columns = 72};
        CLEANUP_BUF Buf b = BUF_INIT;

        ck_assert_int_eq(render_interop(&initiator, &acceptor, &narrow, &b), 0);
        for (const char *line = buf_str(&b); *line; line += strcspn(line, "\n") + 1)
                ck_assert_msg(strcspn(line, "\n") <= 72, "%.100s", line);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *s = suite_create("render_interop");
        TCase *t = tcase_create("render_interop");

        tcase_add_loop_test(
                t, the_worse_of_what_can_happen_is_the_verdict, 0, ARRAY_LEN(verdicts));
        tcase_add_loop_test(t, both_outputs_hold_what_matters, 0, ARRAY_LEN(shown));
        tcase_add_test(t, text_is_wrapped_at_the_terminals_width);
        suite_add_tcase(s, t);
        return s;
}

int main(void)
{
        return suite_run(make_suite());
}
