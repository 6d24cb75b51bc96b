/* SPDX-License-Identifier: MIT */
#include "mq/sni.h"

#include <errno.h>
#include <string.h>

#include "mq/channel.h"
#include "tests/support/suite.h"

#define SUFFIX ".chl.mq.ibm.com"

static const struct {
        const char *channel;
        const char *sni;
} pairs[] = {
        {"TO.QMGR1", "to2e-qmgr1" SUFFIX},
        {"to.qmgr1", "74-6f-2e-71-6d-67-72-1" SUFFIX},
        {"QM8CHL", "qm8chl" SUFFIX},
        {"QMLDAP_SVRCONN", "qmldap5f-svrconn" SUFFIX},
        {"DEV.APP.SVRCONN", "dev2e-app2e-svrconn" SUFFIX},
        {"DEV.ADMIN.SVRCONN", "dev2e-admin2e-svrconn" SUFFIX},
        {"SYSTEM.DEF.SVRCONN", "system2e-def2e-svrconn" SUFFIX},
        {"QM1.TO.QM2", "qm12e-to2e-qm2" SUFFIX},
        {"PARTNER.IN", "partner2e-in" SUFFIX},
        {"clus.host1/full", "63-6c-75-73-2e-68-6f-73-74-12f-66-75-6c-6c-" SUFFIX},
        {"A%B", "a25-b" SUFFIX},
        {"a", "61-" SUFFIX},
        {"A-1", "a2d-1" SUFFIX},
        {"APP_01/Blue", "app5f-012f-b6c-75-65-" SUFFIX},
        {"ZZZZZZZZZZZZZZZZZZZZ", "zzzzzzzzzzzzzzzzzzzz" SUFFIX},
        {"zzzzzzzzzzzzzzzzzzzz", "7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-" SUFFIX},
        {"%%%%%%%%%%%%%%%%%%%%", "25-25-25-25-25-25-25-25-25-25-25-25-25-25-25-25-25-25-25-25-" SUFFIX},
        {"MQ.20.x", "mq2e-202e-78-" SUFFIX},
        {"2E.A", "2e2e-a" SUFFIX},
};

START_TEST(a_channel_becomes_its_sni_and_back)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        CLEANUP_FREE char *channel = NULL;

        sni_from_channel(pairs[_i].channel, &b);
        ck_assert_str_eq(buf_str(&b), pairs[_i].sni);
        ck_assert_uint_le(b.len - strlen(SUFFIX), 63);
        ck_assert_int_eq(sni_to_channel(pairs[_i].sni, &channel), 0);
        ck_assert_str_eq(channel, pairs[_i].channel);
}
END_TEST

START_TEST(every_character_of_a_name_comes_back)
{
        for (int c = 1; c < 256; c++) {
                const char name[] = {'X', (char) c, '1', '\0'};
                CLEANUP_BUF Buf b = BUF_INIT;
                CLEANUP_FREE char *channel = NULL;

                if (!channel_name_is_valid(name, NULL))
                        continue;
                sni_from_channel(name, &b);
                ck_assert_int_eq(sni_to_channel(buf_str(&b), &channel), 0);
                ck_assert_str_eq(channel, name);
        }
}
END_TEST

START_TEST(padding_is_no_part_of_the_name)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        sni_from_channel("QM1                 ", &b);
        ck_assert_str_eq(buf_str(&b), "qm1" SUFFIX);
}
END_TEST

START_TEST(host_names_compare_without_case)
{
        CLEANUP_FREE char *channel = NULL;

        ck_assert_int_eq(sni_to_channel("TO2E-QMGR1.CHL.MQ.IBM.COM", &channel), 0);
        ck_assert_str_eq(channel, "TO.QMGR1");
}
END_TEST

static const struct {
        const char *name;
        const char *sni;
} no_snis[] = {
        {"nothing", ""},
        {"a host name", "qm1.example.com"},
        {"the suffix alone", SUFFIX},
        {"the suffix without its dot", "chl.mq.ibm.com"},
        {"something behind the suffix", "qm1" SUFFIX "."},
        {"a dot in the label", "a.b" SUFFIX},
        {"an escape that is no hexadecimal", "zz-" SUFFIX},
        {"an escape of one digit", "2-" SUFFIX},
        {"a hyphen alone", "-" SUFFIX},
        {"an escaped capital letter", "41-" SUFFIX},
        {"an escaped digit", "30-" SUFFIX},
        {"an escaped NUL", "a00-b" SUFFIX},
        {"an escaped NUL at the end", "a00-" SUFFIX},
        {"an escaped blank", "a20-b" SUFFIX},
        {"an escaped byte that is not ASCII", "ff-" SUFFIX},
        {"an underscore that is not escaped", "a_b" SUFFIX},
        {"a byte that is not ASCII", "\xC3\xBC" SUFFIX},
        {"a name of 21 characters", "abcdefghijklmnopqrstu" SUFFIX},
        {"a name of 63 characters",
                "abcdefghijklmnopqrstuabcdefghijklmnopqrstuabcdefghijklmnopqrstu" SUFFIX},
};

START_TEST(what_no_channel_encodes_to_is_refused)
{
        char *channel = NULL;

        ck_assert_msg(sni_to_channel(no_snis[_i].sni, &channel) == -EINVAL, "%s", no_snis[_i].name);
        ck_assert_ptr_null(channel);
}
END_TEST

START_TEST(modes_have_names)
{
        ck_assert_str_eq(sni_mode_to_string(SNI_CHANNEL), "channel");
        ck_assert_str_eq(sni_mode_to_string(SNI_HOSTNAME), "hostname");
        ck_assert_str_eq(sni_mode_to_string(SNI_NONE), "none");
        ck_assert_str_eq(sni_mode_to_string(SNI_LITERAL), "literal");
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("sni");
        TCase *tc = tcase_create("sni");

        tcase_add_loop_test(tc, a_channel_becomes_its_sni_and_back, 0, (int) ARRAY_LEN(pairs));
        tcase_add_test(tc, every_character_of_a_name_comes_back);
        tcase_add_test(tc, padding_is_no_part_of_the_name);
        tcase_add_test(tc, host_names_compare_without_case);
        tcase_add_loop_test(tc, what_no_channel_encodes_to_is_refused, 0, (int) ARRAY_LEN(no_snis));
        tcase_add_test(tc, modes_have_names);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
