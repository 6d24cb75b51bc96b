/* SPDX-License-Identifier: MIT */
#include "render/command.h"

#include <errno.h>
#include <string.h>

#include "tests/support/estate.h"
#include "tests/support/suite.h"

static const EstateEndpoint plain = {.name = "QM1/APP.SVRCONN", .qmgr = "QM1"};
static const EstateEndpoint tls12 = {
        .name = "old", .channel = "Old.App", .sslciph = "TLS_RSA_WITH_AES_128_CBC_SHA256"};
static const EstateEndpoint tls13 = {.name = "new", .sslciph = "ANY_TLS13",
        .conname = "2001:db8::1(1415),qm2.example.com", .has_trust = true, .has_identity = true,
        .all_addresses = true, .depth = PROBE_DEPTH_MQ, .sslpeer = "CN=O'Brien, O=\"a b\""};
static const EstateEndpoint tls10 = {.name = "ancient", .sslciph = "TLS_RSA_WITH_3DES_EDE_CBC_SHA"};
static const EstateEndpoint hostile = {.name = "A", .channel = "$(reboot)'", .conname = "b(1),c"};
static const EstateEndpoint odd = {.name = "*[a]?\\'; id #\n"};

static void append_once(Buf *b, const EndpointConfig *c)
{
        command_append_once(b, "/etc/mqtlsd/my mqtlsd.conf", c);
}

static void append_openssl(Buf *b, const EndpointConfig *c)
{
        ck_assert_int_eq(command_append_openssl(b, c, &c->connames.entries[0]), 0);
}

static const struct {
        const char *name;
        const EstateEndpoint *endpoint;
        void (*append)(Buf *b, const EndpointConfig *c);
        const char *text;
} rows[] = {
        {"once names configuration and endpoint", &plain, append_once,
                "mqtlsd --once -c '/etc/mqtlsd/my mqtlsd.conf' --endpoint=QM1/APP.SVRCONN"},
        {"a name is no pattern, and no command", &odd, append_once,
                "mqtlsd --once -c '/etc/mqtlsd/my mqtlsd.conf' "
                "--endpoint=$'\\134*\\134[a]\\134?\\134\\134\\047; id #\\012'"},
        {"a probe says what is not usual", &plain, command_append_probe,
                "mqtlsd --probe='qm1.example.com(1414)' --channel=APP.SVRCONN "
                "--sslciph=ANY_TLS12_OR_HIGHER"},
        {"a probe says all of it", &tls13, command_append_probe,
                "mqtlsd --probe='2001:db8::1(1415),qm2.example.com' --channel=APP.SVRCONN "
                "--sslciph=ANY_TLS13 --sslpeer='CN=O'\\''Brien, O=\"a b\"' "
                "--trust=partners-ca.pem --all-addresses --depth=mq"},
        {"a channel is no command", &hostile, command_append_probe,
                "mqtlsd --probe='b(1),c' --channel='$(reboot)'\\''' --sslciph=ANY_TLS12_OR_HIGHER"},
        {"one CipherSpec is one offer", &tls12, append_openssl,
                "sleep 2 | openssl s_client -connect qm1.example.com:1414 -servername "
                "o6c-64-2e-a70-70-.chl.mq.ibm.com -min_protocol TLSv1.2 -max_protocol TLSv1.2 "
                "-cipher AES128-SHA256:@SECLEVEL=0 -showcerts"},
        {"an address with colons stands in brackets", &tls13, append_openssl,
                "sleep 2 | openssl s_client -connect '[2001:db8::1]:1415' -servername "
                "app2e-svrconn.chl.mq.ibm.com -min_protocol TLSv1.3 -max_protocol TLSv1.3 "
                "-ciphersuites "
                "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:"
                "TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256 "
                "-CAfile partners-ca.pem -showcerts"},
        {"MQSC keeps lower case", &tls12, command_append_mqsc,
                "DISPLAY CHANNEL('Old.App') CHLTYPE SSLCIPH SSLCAUTH SSLPEER CERTLABL ALTDATE "
                "ALTTIME\n"
                "DISPLAY CHSTATUS('Old.App') STATUS CONNAME SSLCIPH SECPROT SSLPEER SSLCERTI\n"
                "DISPLAY CHLAUTH('Old.App') ALL\n"
                "DISPLAY QMGR SSLKEYR CERTLABL\n"
                "DISPLAY LSSTATUS(*) PORT STATUS\n"},
};

START_TEST(test_command_is_what_a_person_would_type)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(rows[_i].endpoint, 1);
        CLEANUP_BUF Buf b = BUF_INIT;

        rows[_i].append(&b, inventory_at(i, 0)->config);
        ck_assert_int_eq(buf_error(&b), 0);
        ck_assert_msg(strcmp(buf_str(&b), rows[_i].text) == 0, "%s: %s", rows[_i].name, buf_str(&b));
}
END_TEST

/* There is no such OpenSSL to offer it with. */
START_TEST(test_what_openssl_cannot_speak_has_no_command)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(&tls10, 1);
        const EndpointConfig *c = inventory_at(i, 0)->config;
        CLEANUP_BUF Buf b = BUF_INIT;

        ck_assert_int_eq(command_append_openssl(&b, c, &c->connames.entries[0]), -EOPNOTSUPP);
        ck_assert_uint_eq(b.len, 0);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("command");
        TCase *tc = tcase_create("commands");

        tcase_add_loop_test(
                tc, test_command_is_what_a_person_would_type, 0, (int) ARRAY_LEN(rows));
        tcase_add_test(tc, test_what_openssl_cannot_speak_has_no_command);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
