/* SPDX-License-Identifier: MIT */
#include "render/remedy.h"

#include <string.h>

#include "judge/diagnosis.h"
#include "tests/support/estate.h"
#include "tests/support/suite.h"

static const struct {
        const char *name, *text;
        const char *commands; /* each in brackets of its kind: <MQSC>, {shell} */
} rows[] = {
        {"no command", "Ask the issuer why.", ""},
        {"nothing", "", ""},
        {"the full stop is not part of it", "Then REFRESH SECURITY TYPE(SSL).",
                "<REFRESH SECURITY TYPE(SSL)>"},
        {"two in one sentence",
                "ALTER QMGR CERTLABL(oldlabel), then REFRESH SECURITY TYPE(SSL) on each.",
                "<ALTER QMGR CERTLABL(oldlabel)><REFRESH SECURITY TYPE(SSL)>"},
        {"brackets around it stay outside", "Look (DISPLAY CHANNEL(name) SSLPEER) first.",
                "<DISPLAY CHANNEL(name) SSLPEER>"},
        {"brackets within its values", "ALTER CHANNEL(name) CONNAME('host(port)') at the partner",
                "<ALTER CHANNEL(name) CONNAME('host(port)')>"},
        {"a bracket that never closes", "ALTER CHANNEL(name", ""},
        {"what to read about is none", "AMQ9777E: SET CHLAUTH; test", ""},
        {"a verb within a word is none", "XALTER QMGR SSLFIPS", ""},
        {"an example is none", "DEFINE CHANNEL('Mixed.Case') CHLTYPE(SVRCONN)", ""},
        {"words in mixed case end it", "DISPLAY QMGR SSLFIPS SUITEB and AllowedCipherSpecs",
                "<DISPLAY QMGR SSLFIPS SUITEB>"},
        {"a command of the shell", "Best: runmqakm -cert -add -db key.kdb -file ca.pem, then more.",
                "{runmqakm -cert -add -db key.kdb -file ca.pem}"},
        {"one that ends the text", "From here: nc -vz HOST PORT.", "{nc -vz HOST PORT}"},
};

START_TEST(test_rows)
{
        CLEANUP_BUF Buf all = BUF_INIT, commands = BUF_INIT;
        const char *text = rows[_i].text;
        RemedyPart part;

        while (remedy_next(&text, &part)) {
                buf_append(&all, part.text, part.len);
                if (part.kind == REMEDY_PROSE)
                        continue;
                buf_append_char(&commands, part.kind == REMEDY_MQSC ? '<' : '{');
                buf_append(&commands, part.text, part.len);
                buf_append_char(&commands, part.kind == REMEDY_MQSC ? '>' : '}');
        }
        ck_assert_str_eq(buf_str(&all), rows[_i].text);
        ck_assert_msg(strcmp(buf_str(&commands), rows[_i].commands) == 0, "%s: %s", rows[_i].name,
                buf_str(&commands));
}
END_TEST

START_TEST(test_every_diagnosis_comes_back_whole)
{
        for (int i = DIAGNOSIS_NONE + 1; i < _DIAGNOSIS_MAX; i++) {
                const char *text = diagnosis_info((Diagnosis) i)->remedy;
                CLEANUP_BUF Buf all = BUF_INIT;
                RemedyPart part;

                while (remedy_next(&text, &part)) {
                        ck_assert_uint_gt(part.len, 0);
                        remedy_append(&part, NULL, &all);
                }
                ck_assert_str_eq(buf_str(&all), diagnosis_info((Diagnosis) i)->remedy);
        }
}
END_TEST

static const struct {
        const char *name, *channel;
        ChannelType chltype;
        const char *text, *filled;
} fillings[] = {
        {"the channel and its type", "APP.SVRCONN", CHANNEL_TYPE_SVRCONN,
                "ALTER CHANNEL(name) CHLTYPE(type) SSLCIPH(X)",
                "ALTER CHANNEL(APP.SVRCONN) CHLTYPE(SVRCONN) SSLCIPH(X)"},
        {"the partner's end has another type", "TO.QM1", CHANNEL_TYPE_RCVR,
                "ALTER CHANNEL(name) CHLTYPE(type) SSLCIPH(X) at the partner",
                "ALTER CHANNEL(TO.QM1) CHLTYPE(SDR) SSLCIPH(X) at the partner"},
        {"a type that is not known stays", "A", _CHANNEL_TYPE_INVALID,
                "ALTER CHANNEL(name) CHLTYPE(type)", "ALTER CHANNEL(A) CHLTYPE(type)"},
        {"small letters are quoted", "App.one", CHANNEL_TYPE_SVRCONN,
                "DISPLAY CHANNEL(name) SSLPEER", "DISPLAY CHANNEL('App.one') SSLPEER"},
        {"a quote is doubled", "A'B", CHANNEL_TYPE_SVRCONN, "DISPLAY CHANNEL(name) SSLPEER",
                "DISPLAY CHANNEL('A''B') SSLPEER"},
        {"a listener has a name of its own", "A", CHANNEL_TYPE_SVRCONN,
                "START LISTENER(name) PORT(1414)", "START LISTENER(name) PORT(1414)"},
        {"host and port", "A", CHANNEL_TYPE_SVRCONN, "nc -vz HOST PORT",
                "nc -vz qm1.example.com 1415"},
        {"a host to look up", "A", CHANNEL_TYPE_SVRCONN, "getent hosts NAME",
                "getent hosts qm1.example.com"},
        {"prose stays", "A", CHANNEL_TYPE_SVRCONN, "the name of the HOST", "the name of the HOST"},
};

START_TEST(test_fillings)
{
        const EstateEndpoint one[] = {{.name = "A",
                .channel = fillings[_i].channel,
                .chltype = fillings[_i].chltype,
                .conname = "qm1.example.com(1415)"}};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_BUF Buf b = BUF_INIT;
        const char *text = fillings[_i].text;
        RemedyPart part;

        while (remedy_next(&text, &part))
                remedy_append(&part, inventory_at(i, 0)->config, &b);
        ck_assert_msg(strcmp(buf_str(&b), fillings[_i].filled) == 0, "%s: %s", fillings[_i].name,
                buf_str(&b));
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("remedy");
        TCase *remedy = tcase_create("remedy");

        tcase_add_loop_test(remedy, test_rows, 0, (int) ARRAY_LEN(rows));
        tcase_add_test(remedy, test_every_diagnosis_comes_back_whole);
        tcase_add_loop_test(remedy, test_fillings, 0, (int) ARRAY_LEN(fillings));
        suite_add_tcase(suite, remedy);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
