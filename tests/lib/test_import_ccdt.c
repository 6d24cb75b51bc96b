/* SPDX-License-Identifier: MIT */
#include "model/import_ccdt.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/imported.h"
#include "tests/support/suite.h"

/* JSON in C strings is easier on the eye with single quotes. */
static char *quoted(const char *s)
{
        char *text = strdup(s);

        ck_assert_ptr_nonnull(text);
        for (char *p = text; *p; p++)
                if (*p == '\'')
                        *p = '"';
        return text;
}

static void run(const ImportedRow *row)
{
        CLEANUP(import_result_done) ImportResult result = {0};
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        CLEANUP_FREE char *text = quoted(row->text);
        int r;

        r = import_ccdt_text("f", text, strlen(text), row->options, &issues, &result);
        imported_check(row, r, &result, &issues);
}

#define CLIENT "'type':'clientConnection'"
#define AT(connections) "'clientConnection':{'connection':[" connections "]}"
#define TLS "'transmissionSecurity':{'cipherSpecification':'ANY'}"
#define P "{'host':'p','port':1415}"
#define A "{'name':'A'," CLIENT "," AT(P) "," TLS "}"
#define A_DIALS "A CLNTCONN dials p(1415) ANY"

static const char *const app_globs[] = { "APP.*" };
static const ChannelType senders[] = { CHANNEL_TYPE_SDR };
static const ImportOptions only_apps = { .include = app_globs, .n_include = 1 };
static const ImportOptions only_senders = { .types = senders, .n_types = 1 };
static const ImportOptions of_qm1 = { .qmgr = "QM1", .host = "unused" };

static const ImportedRow good[] = {
        {"a channel with all that is read", "{ 'channel': [ {\n 'general': { 'description': 'd' },\n 'name': "
                "'APP.SVRCONN',\n 'clientConnection': { 'connection': [ { 'host': 'mq1.example.com', 'port': 1414 } ],"
                " 'queueManager': 'QM1' },\n 'transmissionSecurity': { 'cipherSpecification': 'ANY_TLS12_OR_HIGHER', "
                "'certificateLabel': 'l', 'certificatePeerName': 'CN=QM1,O=Example' },\n 'type': 'clientConnection' } "
                "] }", "1: APP.SVRCONN CLNTCONN dials mq1.example.com(1414) ANY_TLS12_OR_HIGHER qmgr?=QM1 "
                "peer=CN=QM1,O=Example labl=l descr=d", NULL, NULL, NULL},
        {"each channel has its line", "{\n'channel':\n[\n" A ",\n\n" A ", " A "]}",
                "4: " A_DIALS "\n6: " A_DIALS "\n6: " A_DIALS, NULL, NULL, NULL},
        {"a key before the channels that holds an array", "{'x':[1,[2],{}],\n'channel':[" A "]}", "2: " A_DIALS, NULL,
                "\"x\" is no key of a CCDT", NULL},
        {"the connections of a channel are one list", "{'channel':[{'name':'A'," CLIENT ","
                AT("{'host':'a','port':1},{'host':'b'},{'host':'fe80::1','port':3}") "," TLS "}]}",
                "1: A CLNTCONN dials a(1),b(1414),fe80::1(3) ANY", NULL, NULL, NULL},
        {"one name with two groups of connections is two endpoints", "{'channel':[" A ",{'name':'A'," CLIENT ","
                AT("{'host':'q'}") "," TLS "}]}", "1: " A_DIALS "\n1: A CLNTCONN dials q(1414) ANY", NULL, NULL,
                NULL},
        {"blank texts are not said", "{'channel':[{'name':'A'," CLIENT ",'clientConnection':{'queueManager':' ',"
                "'connection':[" P "]},'transmissionSecurity':{'cipherSpecification':'ANY','certificateLabel':'',"
                "'certificatePeerName':''}}]}", "1: " A_DIALS, NULL, NULL, NULL},
        {"a channel without TLS", "{'channel':[{'name':'A'," CLIENT "," AT(P) "}]}", "",
                "1: A has no cipherSpecification", NULL, NULL},
        {"a channel with a blank CipherSpec", "{'channel':[{'name':'A'," CLIENT "," AT(P)
                ",'transmissionSecurity':{'cipherSpecification':''}}]}", "", "1: A has no cipherSpecification", NULL,
                NULL},
        {"a channel without connections", "{'channel':[{'name':'A'," CLIENT "," TLS "},{'name':'B'," CLIENT ","
                AT("") "," TLS "}]}", "", "1: A has no connection\n1: B has no connection", NULL, NULL},
        {"no channels at all", "{'channel':[]}", "", NULL, NULL, NULL},
        {"parts of a channel that are not read", "{'channel':[{'name':'A'," CLIENT "," AT(P) "," TLS ",'exits':{'a':1},"
                "'compression':{'header':['none']},'connectionManagement':{'heartbeatInterval':5},'timestamps':{}}]}",
                "1: " A_DIALS, NULL, NULL, NULL},
        {"qmgr stands in where the channel names none", "{'channel':[" A "]}", "1: " A_DIALS " qmgr=QM1", NULL, NULL,
                &of_qm1},
        {"the channel's own queue manager wins over qmgr", "{'channel':[{'name':'A'," CLIENT ",'clientConnection':"
                "{'queueManager':'QM2','connection':[" P "]}," TLS "}]}", "1: " A_DIALS " qmgr?=QM2", NULL, NULL,
                &of_qm1},
        {"escapes in texts", "{'channel':[{'name':'A\\u002eB'," CLIENT "," AT(P) "," TLS "}]}",
                "1: A.B CLNTCONN dials p(1415) ANY", NULL, NULL, NULL},
        {"include", "{'channel':[" A "]}", "", "1: A is not in include =", NULL, &only_apps},
        {"types", "{'channel':[" A "]}", "", "1: A its type CLNTCONN is not asked for", NULL, &only_senders},
        {"nothing is said of a channel that is left out", "{'channel':[{'name':'A'," CLIENT ",'clientConnection':7}]}",
                "", "1: A is not in include =", NULL, &only_apps},
};

START_TEST(a_ccdt_is_read)
{
        run(&good[_i]);
}
END_TEST

/* ---- what is forgiven, and said ---- */

static const ImportedRow forgiven[] = {
        {"a byte order mark", "\xef\xbb\xbf{'channel':[" A "]}", "1: " A_DIALS, NULL,
                "f:1: warning: the file begins with a byte order mark", NULL},
        {"a comma behind the last key, as in IBM's example", "{'channel':[{'name':'A'," CLIENT "," AT(P) ",\n"
                "'transmissionSecurity':{'cipherSpecification':'ANY',\n}}]}", "1: " A_DIALS, NULL,
                "f:2: warning: the comma has nothing behind it and is ignored; remove it", NULL},
        {"a comma behind the last channel", "{'channel':[" A ",\n" A "\n,\n]}", "1: " A_DIALS "\n2: " A_DIALS, NULL,
                "f:3: warning: the comma has nothing behind it", NULL},
        {"commas in several places", "{'channel':[{'name':'A'," CLIENT "," AT(P ",") "," TLS ",},],}", "1: " A_DIALS,
                NULL, "f:1: warning: the comma has nothing behind it and is ignored, as are 3 more", NULL},
        {"a comma and a bracket in a text stay", "{'channel':[{'name':'A'," CLIENT "," AT(P) "," TLS
                ",'general':{'description':'a,]\\',}'}}]}", "1: " A_DIALS " descr=a,]\",}", NULL, NULL, NULL},
        {"a key that was nearly right", "{'channel':[\n{'name':'A'," CLIENT ",'clientConnection':{'queueManagerName':"
                "'QM1','connection':[" P "]}," TLS "}]}", "2: " A_DIALS, NULL,
                "f:2: warning: \"queueManagerName\" is no key of a CCDT in clientConnection and is ignored; did you "
                "mean queueManager?", NULL},
        {"a key in the wrong case", "{'channel':[{'name':'A'," CLIENT "," AT("{'Host':'x','host':'p','port':1415}") ","
                TLS "}]}", "1: " A_DIALS, NULL, "\"Host\" is no key of a CCDT in clientConnection.connection[] and is "
                "ignored; did you mean host?", NULL},
        {"a key in the wrong place", "{'channel':[{'name':'A','queueManager':'Q'," CLIENT "," AT(P) "," TLS "}]}",
                "1: " A_DIALS, NULL, "\"queueManager\" is no key of a CCDT in channel[] and is ignored; it belongs "
                "into clientConnection", NULL},
        {"a key that nobody knows", "{'channel':[{'name':'A'," CLIENT ",'zzz':1," AT(P) "," TLS "}]}", "1: " A_DIALS,
                NULL, "\"zzz\" is no key of a CCDT in channel[] and is ignored; remove it", NULL},
        {"a wrong key that stands often is told once", "{'channel':[{'name':'A'," CLIENT "," AT("{'host':'p','prt':1},"
                "{'host':'q','prt':1}") "," TLS "}]}", "1: A CLNTCONN dials p(1414),q(1414) ANY", NULL,
                "is ignored (2 times, first here); did you mean port?", NULL},
        {"a queue manager that is none", "{'channel':[{'name':'A'," CLIENT ",'clientConnection':{'queueManager':'*ALL',"
                "'connection':[" P "]}," TLS "}]}", "1: " A_DIALS, NULL,
                "f:1: warning: A: queueManager \"*ALL\" is no name of a queue manager and is ignored", NULL},
};

START_TEST(it_is_forgiven_and_said)
{
        run(&forgiven[_i]);
}
END_TEST

/* ---- mistakes ---- */

static const ImportedRow mistakes[] = {
        {"nothing", "", "", NULL, "f:1: the file is not well-formed JSON", NULL},
        {"no JSON", "DEFINE CHANNEL(A)", "", NULL, "f:1: the file is not well-formed JSON", NULL},
        {"missing commas, with the line", "{'channel':[\n{'name':'A'\n'type':'clientConnection'}]}", "", NULL,
                "f:3: the file is not well-formed JSON", NULL},
        {"two commas", "{'channel':[" A ",,]}", "", NULL, "f:1: the file is not well-formed JSON", NULL},
        {"a comma and nothing before it", "{'channel':[,]}", "", NULL, "f:1: the file is not well-formed JSON", NULL},
        {"a comma for a value", "{'channel':,}", "", NULL, "f:1: the file is not well-formed JSON", NULL},
        {"a string that is not closed", "{'channel':['", "", NULL, "f:1: the file is not well-formed JSON", NULL},
        {"a backslash at the end", "{'channel':['\\", "", NULL, "f:1: the file is not well-formed JSON", NULL},
        {"something behind the end", "{'channel':[]} x", "", NULL, "f:1: the file is not well-formed JSON", NULL},
        {"a key twice", "{'channel':[],\n'channel':[" A "]}", "", NULL, "f:2: the file is not well-formed JSON: "
                "duplicate object key", NULL},
        {"a NUL in a text", "{'channel':[{'name':'A\\u0000B'}]}", "", NULL, "\\u0000 is not allowed", NULL},
        {"no UTF-8", "{'channel':[{'name':'\xff'}]}", "", NULL, "unable to decode byte 0xff", NULL},
        {"UTF-16", "\xfe\xff", "", NULL, "f:1: the file is UTF-16; save it as UTF-8", NULL},
        {"an array instead of the whole", "[" A "]", "", NULL, "f:1: the file is no CCDT", NULL},
        {"no channels", "{'Channel':[" A "]}", "", NULL, "f:1: the file is no CCDT", NULL},
        {"a channel without an array", "{'channel':" A "}", "", NULL, "f:1: channel: it is no array", NULL},
        {"a channel that is no object, and one that is", "{'channel':[7,\n" A "]}", "2: " A_DIALS, NULL,
                "f:1: channel[0]: it is no object", NULL},
        {"a channel without a name", "{'channel':[\n{" CLIENT "}]}", "", NULL,
                "f:2: channel[0].name: it is missing; name the channel", NULL},
        {"a name that no channel has", "{'channel':[{'name':'A B'," CLIENT "}]}", "", NULL,
                "f:1: channel[0].name: \"A B\" holds a character other than", NULL},
        {"a name that is too long", "{'channel':[{'name':'123456789012345678901'," CLIENT "}]}", "", NULL,
                "is longer than 20 characters; correct it", NULL},
        {"a name that is a number", "{'channel':[{'name':7," CLIENT "}]}", "", NULL,
                "f:1: channel[0].name: it is no string; put it into quotes", NULL},
        {"no type", "{'channel':[{'name':'A'}]}", "", NULL, "f:1: channel[0].type: it is missing", NULL},
        {"another type", "{'channel':[{'name':'A','type':'sender'}]}", "", NULL,
                "f:1: channel[0].type: a CCDT is of client connections only; write \"clientConnection\"", NULL},
        {"a part that is no object", "{'channel':[{'name':'A'," CLIENT "," AT(P) ",'transmissionSecurity':'ANY'}]}", "",
                NULL, "f:1: channel[0].transmissionSecurity: it is no object", NULL},
        {"connections that are no array", "{'channel':[{'name':'A'," CLIENT ",'clientConnection':{'connection':" P "},"
                TLS "}]}", "", NULL, "f:1: channel[0].clientConnection.connection: it is no array", NULL},
        {"a connection that is no object", "{'channel':[{'name':'A'," CLIENT "," AT("'p(1414)'") "," TLS "}]}", "",
                NULL, "f:1: channel[0].clientConnection.connection[0]: it is no object", NULL},
        {"a connection without a host", "{'channel':[{'name':'A'," CLIENT "," AT(P ",{'port':1}") "," TLS "}]}", "",
                NULL, "f:1: channel[0].clientConnection.connection[1].host: it is missing", NULL},
        {"a host with a port in it", "{'channel':[{'name':'A'," CLIENT "," AT("{'host':'p(1414)'}") "," TLS "}]}", "",
                NULL, "f:1: channel[0].clientConnection.connection[0].host: it is no host name or address alone", NULL},
        {"two hosts in one", "{'channel':[{'name':'A'," CLIENT "," AT("{'host':'p,q'}") "," TLS "}]}", "", NULL,
                "it is no host name or address alone", NULL},
        {"a host that is none", "{'channel':[{'name':'A'," CLIENT "," AT("{'host':'my host'}") "," TLS "}]}", "", NULL,
                "connection[0].host: the host holds a character that no host name has", NULL},
        {"a port in quotes", "{'channel':[{'name':'A'," CLIENT "," AT("{'host':'p','port':'1414'}") "," TLS "}]}", "",
                NULL, "f:1: channel[0].clientConnection.connection[0].port: it is no number from 1 to 65535", NULL},
        {"port 0", "{'channel':[{'name':'A'," CLIENT "," AT("{'host':'p','port':0}") "," TLS "}]}", "", NULL,
                "connection[0].port: it is no number", NULL},
        {"a port that is too large", "{'channel':[{'name':'A'," CLIENT "," AT("{'host':'p','port':65536}") "," TLS "}]}",
                "", NULL, "connection[0].port: it is no number", NULL},
        {"a port with a fraction", "{'channel':[{'name':'A'," CLIENT "," AT("{'host':'p','port':1414.5}") "," TLS "}]}",
                "", NULL, "connection[0].port: it is no number", NULL},
        {"a port beyond all numbers", "{'channel':[{'name':'A'," CLIENT "," AT("{'host':'p','port':1e999}") "," TLS
                "}]}", "", NULL, "f:1: the file is not well-formed JSON", NULL},
        {"a CipherSpec that is no string", "{'channel':[{'name':'A'," CLIENT "," AT(P)
                ",'transmissionSecurity':{'cipherSpecification':null}}]}", "", NULL,
                "f:1: channel[0].transmissionSecurity.cipherSpecification: it is no string", NULL},
        {"a CipherSpec that is too long", "{'channel':[{'name':'A'," CLIENT "," AT(P) ",'transmissionSecurity':"
                "{'cipherSpecification':'123456789012345678901234567890123'}}]}", "", NULL,
                "cipherSpecification: it is longer than MQ allows", NULL},
};

START_TEST(a_mistake_is_explained)
{
        run(&mistakes[_i]);
}
END_TEST

/* ---- size and hostility ---- */

enum {
        N_CHANNELS = 3000,
};

START_TEST(three_thousand_connections_are_read)
{
        CLEANUP_BUF Buf text = BUF_INIT;
        CLEANUP(import_result_done) ImportResult result = {0};
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;

        buf_append_str(&text, "{ \"channel\": [\n");
        for (unsigned i = 0; i < N_CHANNELS; i++)
                buf_appendf(&text,
                        "{ \"name\": \"APP.%u\", \"type\": \"clientConnection\",\n"
                        "  \"clientConnection\": { \"connection\": [ { \"host\": \"mq%u.example.com\",\n"
                        "      \"port\": %u } ], \"queueManagerName\": \"QM%u\" },\n"
                        "  \"transmissionSecurity\": { \"cipherSpecification\": \"ANY_TLS12\", },\n"
                        "  \"connectionManagement\": { \"heartbeatInterval\": 300 } },\n",
                        i, i, i + 1, i);
        buf_append_str(&text, "] }\n");

        ck_assert_int_eq(buf_error(&text), 0);
        ck_assert_int_eq(import_ccdt_text("f", text.data, text.len, NULL, &issues, &result), 0);
        ck_assert_uint_eq(result.n_endpoints, N_CHANNELS);
        ck_assert_str_eq(result.endpoints[N_CHANNELS - 1].conname, "mq2999.example.com(3000)");
        ck_assert_uint_eq(result.endpoints[N_CHANNELS - 1].line, 2 + 5 * (N_CHANNELS - 1));
        ck_assert_uint_eq(issues.n_errors, 0);
        ck_assert_uint_eq(issues.n, 2);
        ck_assert_ptr_nonnull(strstr(issues.list[0].text, "as are 3000 more"));
        ck_assert_ptr_nonnull(strstr(issues.list[1].text, "3000 times"));
}
END_TEST

static const struct {
        const char *name;
        const char *begin, *part, *end;
        size_t n;
        const char *issue;
        size_t n_endpoints;
} floods[] = {
        {"brackets without an end", "{\"channel\":", "[", "", 1000000, "more than 32 deep", 0},
        {"objects without an end", "", "{\"a\":", "", 1000000, "more than 32 deep", 0},
        {"brackets that are closed only", "", "]", "", 1000000, "not well-formed", 0},
        {"values without an end", "{\"channel\":[0", ",0", "]}", 2000000, "more than 2000000 values", 0},
        {"channels without an end", "{\"channel\":[{}", ",{}", "]}", 150000, "more is wrong here than 100", 0},
        {"a text without an end", "{\"channel\":[\"", "xxxxxxxxxxxxxxxx", "", 1000000, "not well-formed", 0},
        {"a name without an end", "{\"channel\":[{\"name\":\"", "xxxxxxxxxxxxxxxx", "\"}]}", 1000000,
                "is longer than 20 characters", 0},
        {"quotes without an end", "", "\"", "", 1000001, "not well-formed", 0},
        {"commas without an end", "{\"channel\":[", ",", "]}", 1000000, "not well-formed", 0},
        {"connections without an end",
                "{\"channel\":[{\"name\":\"A\",\"type\":\"clientConnection\",\"transmissionSecurity\":"
                "{\"cipherSpecification\":\"X\"},\"clientConnection\":{\"connection\":[{\"host\":\"h\"}",
                ",{\"host\":\"h\"}", "]}}]}", 64, "more than 64 connections", 0},
};

START_TEST(a_flood_is_bounded)
{
        CLEANUP(import_result_done) ImportResult result = {0};
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        CLEANUP_BUF Buf text = BUF_INIT, said = BUF_INIT;

        buf_append_str(&text, floods[_i].begin);
        for (size_t i = 0; i < floods[_i].n; i++)
                buf_append_str(&text, floods[_i].part);
        buf_append_str(&text, floods[_i].end);
        ck_assert_int_eq(buf_error(&text), 0);
        (void) import_ccdt_text("f", text.data, text.len, NULL, &issues, &result);

        imported_append_issues(&issues, &said);
        ck_assert_uint_eq(result.n_endpoints, floods[_i].n_endpoints);
        ck_assert_uint_gt(issues.n_errors, 0);
        ck_assert_uint_le(issues.n, (size_t) IMPORT_ISSUES_MAX + 1);
        ck_assert_msg(strstr(buf_str(&said), floods[_i].issue), "%s: %s", floods[_i].name, buf_str(&said));
}
END_TEST

START_TEST(wrong_keys_are_told_within_bounds)
{
        CLEANUP(import_result_done) ImportResult result = {0};
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        CLEANUP_BUF Buf text = BUF_INIT;

        buf_append_str(&text, "{");
        for (unsigned i = 0; i < 10000; i++)
                buf_appendf(&text, "\"key%u\":0,", i);
        buf_append_str(&text, "\"channel\":[]}");
        ck_assert_int_eq(import_ccdt_text("f", text.data, text.len, NULL, &issues, &result), 0);
        ck_assert_uint_eq(issues.n_errors, 0);
        ck_assert_uint_eq(issues.n, 33);
        ck_assert_ptr_nonnull(strstr(issues.list[32].text, "more keys than these 32"));
}
END_TEST

/* ---- files ---- */

START_TEST(a_file_is_read)
{
        char path[] = "/tmp/mqtls-import-XXXXXX";
        CLEANUP(import_result_done) ImportResult result = {0};
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        CLEANUP_FREE char *text = quoted("{'channel':[" A "]}");
        int fd = mkstemp(path);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t) strlen(text));
        ck_assert_int_eq(import_ccdt_file(path, NULL, &issues, &result), 0);
        ck_assert_uint_eq(result.n_endpoints, 1);
        ck_assert_uint_eq(issues.n, 0);

        ck_assert_int_eq(ftruncate(fd, (off_t) IMPORT_BYTES_MAX + 1), 0);
        ck_assert_int_eq(import_ccdt_file(path, NULL, &issues, &result), -EINVAL);
        ck_assert_ptr_nonnull(strstr(issues.list[0].text, "larger than 64 MiB"));
        (void) close(fd);
        (void) unlink(path);
}
END_TEST

START_TEST(a_file_that_is_not_there_is_named)
{
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        ImportResult result = {0};

        ck_assert_int_eq(import_ccdt_file("/nonexistent/ccdt.json", NULL, &issues, &result), -EINVAL);
        ck_assert_uint_eq(issues.n_errors, 1);
        ck_assert_str_eq(issues.list[0].file, "/nonexistent/ccdt.json");
        ck_assert_ptr_nonnull(strstr(issues.list[0].text, "create it"));
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("import_ccdt");
        TCase *tc = tcase_create("import_ccdt");

        tcase_set_timeout(tc, 60);
        tcase_add_loop_test(tc, a_ccdt_is_read, 0, (int) ARRAY_LEN(good));
        tcase_add_loop_test(tc, it_is_forgiven_and_said, 0, (int) ARRAY_LEN(forgiven));
        tcase_add_loop_test(tc, a_mistake_is_explained, 0, (int) ARRAY_LEN(mistakes));
        tcase_add_test(tc, three_thousand_connections_are_read);
        tcase_add_loop_test(tc, a_flood_is_bounded, 0, (int) ARRAY_LEN(floods));
        tcase_add_test(tc, wrong_keys_are_told_within_bounds);
        tcase_add_test(tc, a_file_is_read);
        tcase_add_test(tc, a_file_that_is_not_there_is_named);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
