/* SPDX-License-Identifier: MIT */
#include "daemon/options.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "daemon/accept.h"
#include "daemon/commands.h"
#include "daemon/once.h"
#include "daemon/output.h"
#include "tests/support/capture.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

enum {
        WORDS_MAX = 16,
};

/* The words of a command line; "mqtlsd" is put before them. */
typedef struct CommandLine {
        const char *words[WORDS_MAX];
} CommandLine;

static int parse(const CommandLine *line, Options *ret, char **ret_problem)
{
        static char program[] = "mqtlsd";
        static char copies[WORDS_MAX][256];
        char *argv[WORDS_MAX + 2] = {program};
        int argc = 1;

        for (; line->words[argc - 1]; argc++) {
                ck_assert_uint_lt(strlen(line->words[argc - 1]), sizeof(copies[0]));
                argv[argc] = strcpy(copies[argc - 1], line->words[argc - 1]);
        }
        return options_parse(argc, argv, ret, ret_problem);
}

static const struct {
        const char *name;
        CommandLine line;
        OptionsMode mode;
        OutputFormat format;
        const char *config_path, *endpoint_glob, *table;
} good[] = {
        {"nothing: the daemon", {{NULL}}, OPTIONS_RUN, FORMAT_TEXT, DEFAULT_CONFIG_PATH, NULL, NULL},
        {"-c and a file", {{"-c", "a.conf"}}, OPTIONS_RUN, FORMAT_TEXT, "a.conf", NULL, NULL},
        {"-cFILE", {{"-ca.conf"}}, OPTIONS_RUN, FORMAT_TEXT, "a.conf", NULL, NULL},
        {"--config=FILE", {{"--config=a.conf", "-v"}}, OPTIONS_RUN, FORMAT_TEXT, "a.conf", NULL, NULL},
        {"the last file counts", {{"-c", "a", "-c", "b"}}, OPTIONS_RUN, FORMAT_TEXT, "b", NULL, NULL},
        {"checking", {{"--check-config", "-c", "x"}}, OPTIONS_CHECK_CONFIG, FORMAT_TEXT, "x", NULL,
                NULL},
        {"once", {{"--once"}}, OPTIONS_ONCE, FORMAT_TEXT, DEFAULT_CONFIG_PATH, NULL, NULL},
        {"once, some of them, for Nagios",
                {{"--endpoint", "QM1/*", "--once", "--format=nagios"}}, OPTIONS_ONCE, FORMAT_NAGIOS,
                DEFAULT_CONFIG_PATH, "QM1/*", NULL},
        {"once said twice is once", {{"--once", "--once"}}, OPTIONS_ONCE, FORMAT_TEXT,
                DEFAULT_CONFIG_PATH, NULL, NULL},
        {"once as metrics", {{"--once", "--format", "metrics"}}, OPTIONS_ONCE, FORMAT_METRICS,
                DEFAULT_CONFIG_PATH, NULL, NULL},
        {"probe as JSON", {{"--probe", "h(1)", "--format=json"}}, OPTIONS_PROBE, FORMAT_JSON,
                DEFAULT_CONFIG_PATH, NULL, NULL},
        {"a depth", {{"--probe=h", "--depth=mq"}}, OPTIONS_PROBE, FORMAT_TEXT, DEFAULT_CONFIG_PATH,
                NULL, NULL},
        {"how two values meet", {{"--interop", "ANY", "ANY_TLS12"}}, OPTIONS_INTEROP, FORMAT_TEXT,
                DEFAULT_CONFIG_PATH, NULL, NULL},
        {"how two values meet, for programs", {{"--interop", "ANY", "--format=json", "ANY_TLS12"}},
                OPTIONS_INTEROP, FORMAT_JSON, DEFAULT_CONFIG_PATH, NULL, NULL},
        {"accepting", {{"--accept", "QM1/A", "-c", "x"}}, OPTIONS_ACCEPT, FORMAT_TEXT, "x", NULL, NULL},
        {"accepting one kind", {{"--kind", "leaf", "--accept=QM1/A"}}, OPTIONS_ACCEPT, FORMAT_TEXT,
                DEFAULT_CONFIG_PATH, NULL, NULL},
        {"expecting", {{"--expect", "QM1/A", "4h", "-c", "x"}}, OPTIONS_EXPECT, FORMAT_TEXT, "x", NULL,
                NULL},
        {"dump", {{"--dump=routes", "--format=json"}}, OPTIONS_DUMP, FORMAT_JSON, DEFAULT_CONFIG_PATH,
                NULL, "routes"},
        {"version", {{"--version"}}, OPTIONS_VERSION, FORMAT_TEXT, DEFAULT_CONFIG_PATH, NULL, NULL},
        {"help wins over what does not go together", {{"-h", "--trust", "x"}}, OPTIONS_HELP,
                FORMAT_TEXT, DEFAULT_CONFIG_PATH, NULL, NULL},
        {"unambiguous beginnings", {{"--chec"}}, OPTIONS_CHECK_CONFIG, FORMAT_TEXT,
                DEFAULT_CONFIG_PATH, NULL, NULL},
};

START_TEST(test_good)
{
        CLEANUP_FREE char *problem = NULL;
        Options o;
        int r = parse(&good[_i].line, &o, &problem);

        ck_assert_msg(r == 0, "%s: %s", good[_i].name, problem);
        ck_assert_int_eq(o.mode, good[_i].mode);
        ck_assert_int_eq(o.format, good[_i].format);
        ck_assert_str_eq(o.config_path, good[_i].config_path);
        ck_assert_pstr_eq(o.endpoint_glob, good[_i].endpoint_glob);
        ck_assert_pstr_eq(o.table, good[_i].table);
}
END_TEST

static const struct {
        const char *name;
        CommandLine line;
        const char *problem; /* what it says, a part of it */
} bad[] = {
        {"an unknown long option", {{"--foo"}}, "--foo is unknown"},
        {"an unknown letter", {{"-x"}}, "-x is unknown"},
        {"a missing value", {{"--config"}}, "--config needs a value"},
        {"a missing value of a letter", {{"-c"}}, "-c needs a value"},
        {"a value where none belongs", {{"--once=yes"}}, "--once=yes takes no value"},
        {"a word that is no option", {{"-v", "mqtlsd.conf"}}, "\"mqtlsd.conf\" is no option"},
        {"two things to do", {{"--once", "--probe=h"}}, "--once and --probe do not go together"},
        {"an option of --probe with --once", {{"--once", "--trust=x"}},
                "--trust does not go with --once"},
        {"an option of --probe with the daemon", {{"--sni=none"}}, "--sni does not go with the daemon"},
        {"an option of --once with --probe", {{"--probe=h", "--endpoint=x"}},
                "--endpoint does not go with --probe"},
        {"a configuration with --probe", {{"--probe=h", "-c", "x"}}, "--config does not go with --probe"},
        {"an unknown format", {{"--once", "--format=yaml"}}, "--format=yaml is unknown"},
        {"a format with the daemon", {{"--format=json"}}, "--format does not go with the daemon"},
        {"Nagios wants --once", {{"--probe=h", "--format=nagios"}},
                "--format=nagios does not go with --probe"},
        {"tables are not metrics", {{"--dump=metrics", "--format=metrics"}},
                "--format=metrics does not go with --dump"},
        {"--sslpeer with --once", {{"--once", "--sslpeer=CN=x"}}, "--sslpeer does not go with --once"},
        {"--interop with one value", {{"--interop", "ANY"}}, "--interop needs two values"},
        {"--interop with no value", {{"--interop"}}, "--interop needs a value"},
        {"--interop with three values", {{"--interop", "a", "b", "c"}}, "\"c\" is no option"},
        {"--interop and something else to do", {{"--interop", "a", "b", "--once"}},
                "--interop and --once do not go together"},
        {"--interop with an option of --probe", {{"--interop", "a", "b", "--depth=mq"}},
                "--depth does not go with --interop"},
        {"--interop is no metric", {{"--interop", "a", "b", "--format=metrics"}},
                "--format=metrics does not go with --interop"},
        {"--accept without an endpoint", {{"--accept"}}, "--accept needs a value"},
        {"--accept takes one endpoint", {{"--accept", "x", "y"}}, "\"y\" is no option"},
        {"a kind with --expect", {{"--expect", "x", "4h", "--kind=leaf"}},
                "--kind does not go with --expect"},
        {"a kind with the daemon", {{"--kind=leaf"}}, "--kind does not go with the daemon"},
        {"--expect without a span", {{"--expect", "x"}}, "--expect needs two values"},
        {"--expect with too many words", {{"--expect", "x", "4h", "5h"}}, "\"5h\" is no option"},
        {"--accept and --expect", {{"--accept", "x", "--expect", "x", "4h"}},
                "--accept and --expect do not go together"},
        {"--accept is no JSON", {{"--accept", "x", "--format=json"}},
                "--format does not go with --accept"},
};

START_TEST(test_bad)
{
        CLEANUP_FREE char *problem = NULL;
        Options o;

        ck_assert_msg(parse(&bad[_i].line, &o, &problem) == -EINVAL, "%s", bad[_i].name);
        ck_assert_ptr_nonnull(problem);
        ck_assert_msg(strstr(problem, bad[_i].problem) != NULL, "%s: %s", bad[_i].name, problem);
}
END_TEST

START_TEST(test_probe_options_arrive)
{
        const CommandLine line = {{"--probe=h(1)", "--channel=C", "--sslciph=S", "--listener-sslciph=L",
                "--trust=T", "--identity=I", "--identity-passphrase-file=P", "--sni=none",
                "--timeout=3s", "--all-addresses", "--sslpeer=CN=qm1", "--depth", "mq"}};
        CLEANUP_FREE char *problem = NULL;
        Options o;

        ck_assert_int_eq(parse(&line, &o, &problem), 0);
        ck_assert_str_eq(o.probe.conname, "h(1)");
        ck_assert_str_eq(o.probe.channel, "C");
        ck_assert_str_eq(o.probe.sslciph, "S");
        ck_assert_str_eq(o.probe.listener_sslciph, "L");
        ck_assert_str_eq(o.probe.trust, "T");
        ck_assert_str_eq(o.probe.identity, "I");
        ck_assert_str_eq(o.probe.identity_passphrase_file, "P");
        ck_assert_str_eq(o.probe.sni, "none");
        ck_assert_str_eq(o.probe.timeout, "3s");
        ck_assert_str_eq(o.probe.sslpeer, "CN=qm1");
        ck_assert_str_eq(o.probe.depth, "mq");
        ck_assert(o.probe.all_addresses);
        ck_assert(!o.verbose);
}
END_TEST

START_TEST(test_both_values_of_interop_arrive_in_their_order)
{
        static const CommandLine lines[] = {
                {{"--interop", "LEFT", "RIGHT", "-v"}},
                {{"--interop=LEFT", "-v", "RIGHT"}},
                {{"RIGHT", "--interop", "LEFT"}},
        };
        CLEANUP_FREE char *problem = NULL;
        Options o;

        ck_assert_int_eq(parse(&lines[_i], &o, &problem), 0);
        ck_assert_str_eq(o.interop_left, "LEFT");
        ck_assert_str_eq(o.interop_right, "RIGHT");
}
END_TEST

START_TEST(test_what_is_accepted_and_expected_arrives)
{
        const CommandLine accept = {{"--accept", "QM1/A", "--kind=leaf"}};
        const CommandLine expect = {{"--expect", "QM1/A", "4h"}};
        CLEANUP_FREE char *problem = NULL;
        Options o;

        ck_assert_int_eq(parse(&accept, &o, &problem), 0);
        ck_assert_str_eq(o.endpoint, "QM1/A");
        ck_assert_str_eq(o.kind, "leaf");
        ck_assert_ptr_null(o.span);
        ck_assert_int_eq(parse(&expect, &o, &problem), 0);
        ck_assert_str_eq(o.endpoint, "QM1/A");
        ck_assert_str_eq(o.span, "4h");
        ck_assert_ptr_null(o.kind);
}
END_TEST

START_TEST(test_help_fits_a_terminal)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        options_help(&b);
        ck_assert_int_eq(buf_error(&b), 0);
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "--check-config"));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "--interop LEFT RIGHT"));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "--expect ENDPOINT SPAN"));
        for (const char *line = buf_str(&b); *line; line += strcspn(line, "\n") + 1)
                if (strncmp(line, "  -c, --config", 14) != 0) /* names a path of the build */
                        ck_assert_msg(strcspn(line, "\n") <= 80, "%.100s", line);
}
END_TEST

/* ---- what the commands print and return ---- */

static Ran run(const CommandLine *line)
{
        const ConfigSurroundings nothing = {0};
        CLEANUP_FREE char *problem = NULL;
        Capture out, err;
        Options o;
        Ran ran;

        ck_assert_int_eq(parse(line, &o, &problem), 0);
        out = capture_begin(STDOUT_FILENO);
        err = capture_begin(STDERR_FILENO);
        switch (o.mode) {
        case OPTIONS_CHECK_CONFIG:
                ran.status = command_check_config(o.config_path, &nothing);
                break;
        case OPTIONS_ONCE:
                ran.status = once_run(&o, &nothing, &clock_system);
                break;
        case OPTIONS_PROBE:
                ran.status = once_probe(&o, &clock_system);
                break;
        case OPTIONS_DUMP:
                ran.status = command_dump(o.table, o.format == FORMAT_JSON);
                break;
        case OPTIONS_INTEROP:
                ran.status = command_interop(
                        o.interop_left, o.interop_right, o.format == FORMAT_JSON);
                break;
        case OPTIONS_ACCEPT:
                ran.status = accept_run(&o, &nothing, &clock_system);
                break;
        case OPTIONS_EXPECT:
                ran.status = expect_run(&o, &nothing, &clock_system);
                break;
        case OPTIONS_VERSION:
                ran.status = command_version();
                break;
        case OPTIONS_HELP:
                ran.status = command_help();
                break;
        case OPTIONS_RUN:
        case _OPTIONS_MODE_MAX:
        default:
                ran.status = -1;
        }
        ran.out = capture_text(&out);
        ran.err = capture_text(&err);
        capture_end(&err);
        capture_end(&out);
        return ran;
}

static char *dir;
static char *good_path, *bad_path, *empty_path;

static char *write_config(const char *name, const char *text)
{
        char *path = pki_path(dir, name);

        ck_assert_int_eq(pki_write_file(path, text, strlen(text), 0644), 0);
        return path;
}

/* Port 1 of loopback: nobody listens there. */
static void setup(void)
{
        dir = pki_dir_new();
        good_path = write_config("good.conf",
                "defaults = { sslciph = \"ANY_TLS12\"; timeout = \"2s\"; };\n"
                "endpoints = (\n"
                "  { name = \"QM1/ONE\"; channel = \"ONE\"; conname = \"127.0.0.1(1)\"; },\n"
                "  { name = \"QM2/TWO\"; channel = \"TWO\"; conname = \"127.0.0.2(1)\"; } );\n");
        bad_path = write_config("bad.conf",
                "defaults = { sslciph = \"ANY_TLS99\"; };\n"
                "endpoints = ( { channel = \"A\"; conname = \"h(0)\"; } );\n");
        empty_path = write_config("empty.conf", "endpoints = ( );\n");
}

static void teardown(void)
{
        free(good_path);
        free(bad_path);
        free(empty_path);
        pki_dir_remove(dir);
}

START_TEST(test_check_config)
{
        CLEANUP_RAN Ran fine = run(&(CommandLine){{"--check-config", "-c", good_path}});
        CLEANUP_RAN Ran wrong = run(&(CommandLine){{"--check-config", "-c", bad_path}});
        CLEANUP_RAN Ran missing = run(&(CommandLine){{"--check-config", "-c", "/no/such.conf"}});

        ck_assert_int_eq(fine.status, 0);
        ck_assert_ptr_nonnull(strstr(fine.out, ": 2 endpoints, 0 trust stores, 0 identities: ok\n"));
        ck_assert_int_eq(wrong.status, 1);
        ck_assert_str_eq(wrong.out, "");
        ck_assert_ptr_nonnull(strstr(wrong.err, "bad.conf:1: "));
        ck_assert_ptr_nonnull(strstr(wrong.err, "bad.conf:2: "));
        ck_assert_int_eq(missing.status, 1);
        ck_assert_ptr_nonnull(strstr(missing.err, "/no/such.conf"));
}
END_TEST

START_TEST(test_check_config_lists_what_imports_gave)
{
        CLEANUP_FREE char *mqsc = write_config("qm1.mqsc",
                "DEFINE CHANNEL(APP) CHLTYPE(SVRCONN) SSLCIPH(ANY)\n"
                "DEFINE CHANNEL(B) CHLTYPE(SVRCONN) SSLCIPH(ANY)\n"
                "DEFINE CHANNEL(P) CHLTYPE(SVRCONN)\n"
                "DEFINE CHANNEL(OWN) CHLTYPE(SVRCONN) SSLCIPH(ANY)\n");
        CLEANUP_FREE char *path = write_config("imports.conf",
                "imports = ( { mqsc = \"qm1.mqsc\"; host = \"h\"; exclude = \"B*\"; } );\n"
                "endpoints = ( { channel = \"OWN\"; conname = \"h\"; sslciph = \"ANY\"; } );\n");
        CLEANUP_RAN Ran r = run(&(CommandLine){{"--check-config", "-c", path}});

        ck_assert_msg(r.status == 0, "%s", r.err);
        ck_assert_ptr_nonnull(strstr(r.out, "/qm1.mqsc:2: B: skipped: exclude = \"B*\"\n"));
        ck_assert_ptr_nonnull(strstr(r.out, "/qm1.mqsc:3: P: skipped: has no SSLCIPH\n"));
        ck_assert_ptr_nonnull(strstr(r.out,
                "/qm1.mqsc: mqsc: 1 endpoint imported, 2 skipped, 1 given in endpoints =\n"));
        ck_assert_ptr_nonnull(strstr(r.out, ": 2 endpoints, 0 trust stores, 0 identities: ok\n"));
        (void) unlink(mqsc);
        (void) unlink(path);
}
END_TEST

START_TEST(test_check_config_counts_key_repositories)
{
        CLEANUP_FREE char *path = write_config("keystores.conf",
                "keystores = ( { name = \"one\"; path = \"/no/such.kdb\"; } );\n");
        CLEANUP_RAN Ran r = run(&(CommandLine){{"--check-config", "-c", path}});

        ck_assert_msg(r.status == 0, "%s", r.err);
        ck_assert_ptr_nonnull(
                strstr(r.out, ": 0 endpoints, 0 trust stores, 0 identities, 1 key repository: ok\n"));
        (void) unlink(path);
}
END_TEST

START_TEST(test_once_shows_only_what_was_asked_for)
{
        CLEANUP_RAN Ran both = run(&(CommandLine){{"--once", "-c", good_path}});
        CLEANUP_RAN Ran second =
                run(&(CommandLine){{"--once", "-c", good_path, "--endpoint", "*TWO"}});

        ck_assert_int_eq(both.status, 2);
        ck_assert_ptr_nonnull(strstr(both.out, "QM1/ONE"));
        ck_assert_ptr_nonnull(strstr(both.out, "QM2/TWO"));
        ck_assert_int_eq(second.status, 2);
        ck_assert_ptr_null(strstr(second.out, "QM1/ONE"));
        ck_assert_ptr_nonnull(strstr(second.out, "QM2/TWO"));
}
END_TEST

static const struct {
        const char *format, *begins;
} once_formats[] = {
        {"--format=json", "{"},
        {"--format=metrics", "# "},
        {"--format=nagios", "MQTLS CRITICAL - "},
};

START_TEST(test_once_formats)
{
        CLEANUP_RAN Ran ran = run(&(CommandLine){{"--once", "-c", good_path, once_formats[_i].format}});

        ck_assert_int_eq(ran.status, 2);
        ck_assert_msg(strncmp(ran.out, once_formats[_i].begins, strlen(once_formats[_i].begins)) == 0,
                "%s", ran.out);
}
END_TEST

START_TEST(test_once_that_cannot_run)
{
        CLEANUP_RAN Ran none =
                run(&(CommandLine){{"--once", "-c", good_path, "--endpoint", "nobody"}});
        CLEANUP_RAN Ran empty = run(&(CommandLine){{"--once", "-c", empty_path}});
        CLEANUP_RAN Ran wrong = run(&(CommandLine){{"--once", "-c", bad_path}});

        ck_assert_int_eq(none.status, 3);
        ck_assert_ptr_nonnull(strstr(none.err, "nobody"));
        ck_assert_int_eq(empty.status, 3);
        ck_assert_int_eq(wrong.status, 3);
        ck_assert_ptr_nonnull(strstr(wrong.err, "bad.conf:1: "));
}
END_TEST

START_TEST(test_probe)
{
        CLEANUP_RAN Ran text = run(&(CommandLine){{"--probe", "127.0.0.1(1)"}});
        CLEANUP_RAN Ran json = run(&(CommandLine){{"--probe", "127.0.0.1(1)", "--format=json"}});
        CLEANUP_RAN Ran wrong = run(&(CommandLine){{"--probe", "127.0.0.1(x)"}});

        ck_assert_int_eq(text.status, 2);
        ck_assert_ptr_nonnull(strstr(text.out, "refused"));
        ck_assert_int_eq(json.status, 2);
        ck_assert_ptr_nonnull(strstr(json.out, "\"reason\":\"refused\""));
        ck_assert_int_eq(wrong.status, 3);
        ck_assert_ptr_nonnull(strstr(wrong.err, "port"));
}
END_TEST

static const struct {
        const char *table, *part;
} dumps[] = {
        {"settings", "request_timeout"},
        {"metrics", "mqtls_probe_success"},
        {"diagnoses", "no_shared_cipher"},
        {"cipherspecs", "TLS_RSA_WITH_AES_256_CBC_SHA256"},
        {"drift", "client_auth"},
        {"drift-events", "rotation"},
        {"alerts", "MqtlsCertExpired"},
        {"routes", "/api/v1/endpoints/NAME"},
};

START_TEST(test_dump)
{
        CLEANUP_BUF Buf option = BUF_INIT;

        buf_appendf(&option, "--dump=%s", dumps[_i].table);
        CLEANUP_RAN Ran text = run(&(CommandLine){{buf_str(&option)}});
        CLEANUP_RAN Ran json = run(&(CommandLine){{buf_str(&option), "--format=json"}});

        ck_assert_int_eq(text.status, 0);
        ck_assert_ptr_nonnull(strstr(text.out, dumps[_i].part));
        ck_assert_int_eq(json.status, 0);
        ck_assert_int_eq(json.out[0], '[');
        ck_assert_ptr_nonnull(strstr(json.out, dumps[_i].part));
}
END_TEST

static const struct {
        const char *name;
        CommandLine line;
        int status;
        const char *out, *err; /* parts; NULL: nothing at all */
} interops[] = {
        {"what works is 0", {{"--interop", "ANY_TLS12", "ANY_TLS12_OR_HIGHER"}}, 0, "works\n", NULL},
        {"what may fail is 1", {{"--interop", "ANY_TLS12", "ECDHE_RSA_AES_256_GCM_SHA384"}}, 1,
                "may fail\n", NULL},
        {"the classic is 2", {{"--interop", "ANY_TLS12_OR_HIGHER", "ANY_TLS12"}}, 2,
                "fails (fails with TLS 1.3, works without it)\n", NULL},
        {"what fails only without TLS 1.3 is 1", {{"--interop", "ANY_TLS13", "ANY_TLS12_OR_HIGHER"}}, 1,
                "may fail (works with TLS 1.3, fails without it)\n", NULL},
        {"and tells what to change first", {{"--interop", "ANY_TLS12_OR_HIGHER", "ANY_TLS12"}}, 2,
                "Open the accepting side first, tighten it last", NULL},
        {"the order matters", {{"--interop", "ANY_TLS12", "ANY_TLS12_OR_HIGHER"}}, 0,
                "initiator     ANY_TLS12\n", NULL},
        {"JSON", {{"--interop", "ANY", "ANY", "--format=json"}}, 0, "\"result\":\"works\"", NULL},
        {"an unknown value is 3, and the nearest is named", {{"--interop", "ANY", "ANY_TLS12_OR_ABOVE"}},
                3, NULL, "did you mean ANY_TLS12_OR_HIGHER?"},
        {"OpenSSL's name is translated", {{"--interop", "AES256-SHA", "ANY"}}, 3, NULL,
                "did you mean TLS_RSA_WITH_AES_256_CBC_SHA?"},
        {"both unknown values are told", {{"--interop", "AES256-SHA", "xyzzy"}}, 3, NULL, "\"xyzzy\""},
        {"no value at all", {{"--interop", "", "ANY"}}, 3, NULL, "--dump=cipherspecs"},
};

START_TEST(test_interop)
{
        CLEANUP_RAN Ran ran = run(&interops[_i].line);

        ck_assert_msg(ran.status == interops[_i].status, "%s: %d", interops[_i].name, ran.status);
        if (interops[_i].out)
                ck_assert_msg(strstr(ran.out, interops[_i].out) != NULL, "%s: %s", interops[_i].name,
                        ran.out);
        else
                ck_assert_str_eq(ran.out, "");
        if (interops[_i].err)
                ck_assert_msg(strstr(ran.err, interops[_i].err) != NULL, "%s: %s", interops[_i].name,
                        ran.err);
        else
                ck_assert_str_eq(ran.err, "");
}
END_TEST

START_TEST(test_probe_options_that_are_wrong)
{
        CLEANUP_RAN Ran depth = run(&(CommandLine){{"--probe=127.0.0.1(1)", "--depth=deep"}});
        CLEANUP_RAN Ran peer = run(&(CommandLine){{"--probe=127.0.0.1(1)", "--sslpeer=qm1"}});
        CLEANUP_RAN Ran fine = run(&(CommandLine){
                {"--probe=127.0.0.1(1)", "--sslpeer=CN=qm1", "--depth=mq", "--timeout=2s"}});

        ck_assert_int_eq(depth.status, 3);
        ck_assert_ptr_nonnull(strstr(depth.err, "--depth: \"deep\" is not one of tls|mq"));
        ck_assert_int_eq(peer.status, 3);
        ck_assert_ptr_nonnull(strstr(peer.err, "--sslpeer: "));
        ck_assert_int_eq(fine.status, 2); /* nobody listens there */
        ck_assert_ptr_nonnull(strstr(fine.out, "refused"));
}
END_TEST

START_TEST(test_other_commands)
{
        static const char *const libraries[] = {"OpenSSL 3.", "libmicrohttpd 0.", "GnuTLS 3.",
                "libsystemd ", "SQLite 3.", "libconfig 1.", "jansson 2.", "libxcrypt 4.", "zlib 1."};
        CLEANUP_RAN Ran version = run(&(CommandLine){{"--version"}});
        CLEANUP_RAN Ran help = run(&(CommandLine){{"--help"}});
        CLEANUP_RAN Ran unknown = run(&(CommandLine){{"--dump=everything"}});

        ck_assert_int_eq(version.status, 0);
        ck_assert_msg(strncmp(version.out, "mqtlsd ", 7) == 0, "%s", version.out);
        for (size_t i = 0; i < ARRAY_LEN(libraries); i++)
                ck_assert_msg(strstr(version.out, libraries[i]) != NULL, "no %s", libraries[i]);
        ck_assert_int_eq(help.status, 0);
        ck_assert_int_eq(unknown.status, 3);
        ck_assert_ptr_nonnull(strstr(unknown.err, "everything"));
}
END_TEST

START_TEST(test_problems_are_one_harmless_line)
{
        Capture c = capture_begin(STDERR_FILENO);
        char *text;

        output_problem("%s", "a\nb\x1b[31m");
        text = capture_text(&c);
        capture_end(&c);
        ck_assert_str_eq(text, "mqtlsd: a\\x0ab\\x1b[31m\n");
        free(text);
}
END_TEST

START_TEST(test_no_style_without_a_terminal)
{
        Capture c = capture_begin(STDOUT_FILENO);
        ReportStyle style = output_style();

        capture_end(&c);
        ck_assert(!style.colour);
        ck_assert_uint_eq(style.columns, 0);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("options");
        TCase *parsing = tcase_create("command line"), *commands = tcase_create("commands");

        tcase_add_loop_test(parsing, test_good, 0, ARRAY_LEN(good));
        tcase_add_loop_test(parsing, test_bad, 0, ARRAY_LEN(bad));
        tcase_add_test(parsing, test_probe_options_arrive);
        tcase_add_loop_test(parsing, test_both_values_of_interop_arrive_in_their_order, 0, 3);
        tcase_add_test(parsing, test_what_is_accepted_and_expected_arrives);
        tcase_add_test(parsing, test_help_fits_a_terminal);
        suite_add_tcase(suite, parsing);

        tcase_add_checked_fixture(commands, setup, teardown);
        tcase_add_test(commands, test_check_config);
        tcase_add_test(commands, test_check_config_lists_what_imports_gave);
        tcase_add_test(commands, test_check_config_counts_key_repositories);
        tcase_add_test(commands, test_once_shows_only_what_was_asked_for);
        tcase_add_loop_test(commands, test_once_formats, 0, ARRAY_LEN(once_formats));
        tcase_add_test(commands, test_once_that_cannot_run);
        tcase_add_test(commands, test_probe);
        tcase_add_test(commands, test_probe_options_that_are_wrong);
        tcase_add_loop_test(commands, test_interop, 0, ARRAY_LEN(interops));
        tcase_add_loop_test(commands, test_dump, 0, ARRAY_LEN(dumps));
        tcase_add_test(commands, test_other_commands);
        tcase_add_test(commands, test_problems_are_one_harmless_line);
        tcase_add_test(commands, test_no_style_without_a_terminal);
        tcase_set_timeout(commands, 60);
        suite_add_tcase(suite, commands);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
