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

START_TEST(a_channel_becomes_its_sni)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        sni_from_channel(pairs[_i].channel, &b);
        ck_assert_str_eq(buf_str(&b), pairs[_i].sni);
        ck_assert_uint_le(b.len - strlen(SUFFIX), 63);
}
END_TEST

START_TEST(padding_is_no_part_of_the_name)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        sni_from_channel("QM1                 ", &b);
        ck_assert_str_eq(buf_str(&b), "qm1" SUFFIX);
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

        tcase_add_loop_test(tc, a_channel_becomes_its_sni, 0, (int) ARRAY_LEN(pairs));
        tcase_add_test(tc, padding_is_no_part_of_the_name);
        tcase_add_test(tc, modes_have_names);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
