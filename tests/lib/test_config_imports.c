/* SPDX-License-Identifier: MIT */

/* imports =: what becomes of channel definitions that stand in files of MQ's own. */

#include "model/config_load.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

/* One directory per test, with a trust file. */
static char *dir;

static void put(const char *name, const char *text)
{
        CLEANUP_FREE char *path = pki_path(dir, name);

        ck_assert_int_eq(pki_write_file(path, text, strlen(text), 0644), 0);
}

static void set_up(void)
{
        CLEANUP_PKI PkiCert ca = pki_issue(&(PkiOptions){ .cn = "CA" });
        const PkiCert *certs[] = { &ca };
        CLEANUP_FREE char *path = NULL;

        dir = pki_dir_new();
        ck_assert_ptr_nonnull(dir);
        path = pki_path(dir, "ca.pem");
        ck_assert_int_eq(pki_write_certs(path, certs, 1), 0);
}

static void tear_down(void)
{
        pki_dir_remove(dir);
        dir = NULL;
}

static int load(const char *conf, const char *mqsc, const char *ccdt, Issues *issues, Config **ret)
{
        CLEANUP_FREE char *path = pki_path(dir, "mqtlsd.conf");

        put("mqtlsd.conf", conf);
        if (mqsc)
                put("qm1.mqsc", mqsc);
        if (ccdt)
                put("ccdt.json", ccdt);
        return config_load(path, NULL, issues, ret);
}

/* The name of a file in the directory, without the directory. */
static const char *base(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

static char *say(const Issues *issues)
{
        Buf b = BUF_INIT;
        char *said = NULL;

        for (size_t i = 0; i < issues->n; i++) {
                const Issue *issue = &issues->list[i];

                buf_appendf(&b, "%s%s:%u: %s%s: %s", i > 0 ? "\n" : "", base(issue->file), issue->line,
                        issue->is_warning ? "warning: " : "", issue->setting ? issue->setting : "-",
                        issue->text);
        }
        ck_assert_int_eq(buf_steal(&b, &said), 0);
        return said;
}

static void append_part(Buf *b, const char *label, const char *value)
{
        if (value)
                buf_appendf(b, " %s=%s", label, value);
}

/* "qm1.mqsc:1 QM1/A@h(1414) SVRCONN ANY_TLS12 …", and of what only some have, what there is. */
static void append_endpoint(const EndpointConfig *e, Buf *b)
{
        const char *type = channel_type_to_string(e->chltype);

        buf_appendf(b, "%s:%u %s %s %s", base(e->file), e->line, e->name, type ? type : "-",
                sslciph_name(&e->policy.sslciph));
        if (e->policy.listener_sslciph.kind != SSLCIPH_UNSET)
                append_part(b, "listener", sslciph_name(&e->policy.listener_sslciph));
        append_part(b, "peer", e->sslpeer ? sslpeer_text(e->sslpeer) : NULL);
        append_part(b, "cauth",
                e->policy.sslcauth != SSLCAUTH_UNSET ? sslcauth_to_string(e->policy.sslcauth) : NULL);
        append_part(b, "depth", e->depth != PROBE_DEPTH_TLS ? "mq" : NULL);
        append_part(b, "contact", e->contact);
        append_part(b, "held-to", e->policy.qmgr);
}

static char *tell_endpoints(const Config *c)
{
        Buf b = BUF_INIT;
        char *told = NULL;

        for (size_t i = 0; i < c->n_endpoints; i++) {
                buf_append_str(&b, i > 0 ? "\n" : "");
                append_endpoint(&c->endpoints[i], &b);
        }
        ck_assert_int_eq(buf_steal(&b, &told), 0);
        return told;
}

/* "qm1.mqsc mqsc 1 0", and below it what was skipped. */
static char *tell_imports(const Config *c)
{
        Buf b = BUF_INIT;
        char *told = NULL;

        for (size_t k = 0; k < c->n_imports; k++) {
                const ConfigImport *i = &c->imports[k];

                buf_appendf(&b, "%s%s %s %zu %zu", k > 0 ? "\n" : "", base(i->path), i->format,
                        i->n_endpoints, i->n_explicit);
                for (size_t s = 0; s < i->n_skipped; s++)
                        buf_appendf(&b, "\n %u: %s %s", i->skipped[s].line, i->skipped[s].name,
                                i->skipped[s].why);
        }
        ck_assert_int_eq(buf_steal(&b, &told), 0);
        return told;
}

/* ---- what is right ---- */

#define TRUSTED "defaults = { trust = \"ca.pem\"; };\n"
#define MQSC(settings)                                                                             \
        TRUSTED "imports = ( { mqsc = \"qm1.mqsc\"; qmgr = \"QM1\"; host = \"h\"; " settings " } );\n"
#define CCDT(settings) TRUSTED "imports = ( { ccdt = \"ccdt.json\"; " settings " } );\n"

#define APP "DEFINE CHANNEL(APP) CHLTYPE(SVRCONN) SSLCIPH(ANY_TLS12)"
#define APP_IS "QM1/APP@h(1414) SVRCONN ANY_TLS12 listener=ANY_TLS12"
#define SENDER "DEFINE CHANNEL(TO.QM2) CHLTYPE(SDR) CONNAME('q2(1415)') XMITQ(X) SSLCIPH(ANY)"

#define CCDT_APP(more)                                                                             \
        "{ \"channel\": [ { \"name\": \"APP\", \"type\": \"clientConnection\",\n"                  \
        " \"clientConnection\": { \"connection\": [ { \"host\": \"h\", \"port\": 1414 } ],"        \
        " \"queueManager\": \"QM1\" },\n"                                                          \
        " \"transmissionSecurity\": { \"cipherSpecification\": \"ANY_TLS12\"" more " } } ] }\n"

typedef struct Row {
        const char *name;
        const char *conf, *mqsc, *ccdt;
        const char *endpoints;
        const char *imports; /* NULL: not looked at */
        const char *said;    /* NULL: nothing; else a part of it */
} Row;

static const Row rows[] = {
        { "a channel that accepts is an endpoint at host =", MQSC(""), APP, NULL,
                "qm1.mqsc:1 " APP_IS " held-to=QM1", "qm1.mqsc mqsc 1 0", NULL },
        { "a channel that dials is the endpoint of its partner", MQSC(""), "\n" SENDER, NULL,
                "qm1.mqsc:2 TO.QM2@q2(1415) RCVR ANY", NULL, NULL },
        { "a CCDT is of endpoints that clients connect to", CCDT(""), NULL, CCDT_APP(""),
                "ccdt.json:1 QM1/APP@h(1414) SVRCONN ANY_TLS12", "ccdt.json ccdt 1 0", NULL },
        { "a name in a CCDT may be of a group, and no queue manager is held to it",
                CCDT("depth = \"mq\";"), NULL, CCDT_APP(""),
                "ccdt.json:1 QM1/APP@h(1414) SVRCONN ANY_TLS12 depth=mq", NULL, NULL },
        { "qmgr = of a CCDT fills in for channels that name none, and is held to",
                CCDT("qmgr = \"QM9\";"), NULL,
                "{\"channel\":[{\"name\":\"A\",\"type\":\"clientConnection\",\"clientConnection\":"
                "{\"connection\":[{\"host\":\"h\",\"port\":1}]},\"transmissionSecurity\":"
                "{\"cipherSpecification\":\"ANY\"}}]}",
                "ccdt.json:1 QM9/A@h(1) SVRCONN ANY held-to=QM9", NULL, NULL },

        { "SSLPEER counts where it is about the listener", MQSC(""),
                APP " SSLPEER('CN=a')\n" SENDER " SSLPEER('CN=q2')", NULL,
                "qm1.mqsc:1 " APP_IS " held-to=QM1\n"
                "qm1.mqsc:2 TO.QM2@q2(1415) RCVR ANY peer=CN=q2", NULL, NULL },
        { "also in a CCDT", CCDT(""), NULL, CCDT_APP(", \"certificatePeerName\": \"CN=q\""),
                "ccdt.json:1 QM1/APP@h(1414) SVRCONN ANY_TLS12 peer=CN=q", NULL, NULL },
        { "SSLCAUTH is no policy", MQSC(""), APP " SSLCAUTH(REQUIRED)", NULL,
                "qm1.mqsc:1 " APP_IS " held-to=QM1", NULL, NULL },
        { "unless the import says so", MQSC("sslcauth = \"REQUIRED\";"), APP, NULL,
                "qm1.mqsc:1 " APP_IS " cauth=REQUIRED held-to=QM1", NULL, NULL },

        { "the import wins over the file", MQSC("sslpeer = \"CN=mine\"; contact = \"me\";"),
                SENDER " SSLPEER('CN=q2')", NULL,
                "qm1.mqsc:1 TO.QM2@q2(1415) RCVR ANY peer=CN=mine contact=me", NULL, NULL },
        { "and over defaults, over which the file wins",
                "defaults = { trust = \"ca.pem\"; sslciph = \"ANY\"; contact = \"d\"; chltype = \"RCVR\"; };\n"
                "imports = ( { mqsc = \"qm1.mqsc\"; host = \"h\"; contact = \"i\"; } );\n",
                APP, NULL, "qm1.mqsc:1 APP@h(1414) SVRCONN ANY_TLS12 listener=ANY_TLS12 contact=i",
                NULL, NULL },
        { "defaults fill the rest",
                "defaults = { trust = \"ca.pem\"; contact = \"d\"; qmgr = \"QMD\"; };\n"
                "imports = ( { mqsc = \"qm1.mqsc\"; host = \"h\"; } );\n",
                APP, NULL,
                "qm1.mqsc:1 QMD/APP@h(1414) SVRCONN ANY_TLS12 listener=ANY_TLS12 contact=d held-to=QMD",
                NULL, NULL },
        { "an offer of the import leaves the listener's SSLCIPH to judge by",
                MQSC("sslciph = \"ANY_TLS12_OR_HIGHER\";"), APP, NULL,
                "qm1.mqsc:1 QM1/APP@h(1414) SVRCONN ANY_TLS12_OR_HIGHER listener=ANY_TLS12 held-to=QM1",
                NULL, NULL },
        { "what one definition says is gone for the next", MQSC(""), SENDER " SSLPEER('CN=q2')\n" APP,
                NULL,
                "qm1.mqsc:1 TO.QM2@q2(1415) RCVR ANY peer=CN=q2\n"
                "qm1.mqsc:2 " APP_IS " held-to=QM1", NULL, NULL },

        { "depth mq is for those that can be asked", MQSC("depth = \"mq\";"),
                "DEFINE CHANNEL(R) CHLTYPE(RQSTR) CONNAME('h') SSLCIPH(ANY)\n" APP
                "\nDEFINE CHANNEL(S) CHLTYPE(SVR) XMITQ(X) SSLCIPH(ANY)\n" SENDER, NULL,
                "qm1.mqsc:1 R@h(1414) SVR ANY\n"
                "qm1.mqsc:2 " APP_IS " depth=mq held-to=QM1\n"
                "qm1.mqsc:3 QM1/S@h(1414) SVR ANY listener=ANY held-to=QM1\n"
                "qm1.mqsc:4 TO.QM2@q2(1415) RCVR ANY depth=mq", NULL, NULL },
        { "also where defaults say it",
                "defaults = { trust = \"ca.pem\"; depth = \"mq\"; };\n"
                "imports = ( { mqsc = \"qm1.mqsc\"; host = \"h\"; qmgr = \"QM1\"; } );\n",
                "DEFINE CHANNEL(R) CHLTYPE(RQSTR) CONNAME('h') SSLCIPH(ANY)\n" APP, NULL,
                "qm1.mqsc:1 R@h(1414) SVR ANY\n"
                "qm1.mqsc:2 " APP_IS " depth=mq held-to=QM1", NULL, NULL },

        { "include and exclude are globs over names",
                MQSC("include = ( \"A*\", \"T*\" ); exclude = \"TO.*\";"),
                SENDER "\n" APP "\nDEFINE CHANNEL(B) CHLTYPE(SVRCONN) SSLCIPH(ANY)", NULL,
                "qm1.mqsc:2 " APP_IS " held-to=QM1",
                "qm1.mqsc mqsc 1 0\n 1: TO.QM2 exclude = \"TO.*\"\n 3: B is not in include =", NULL },
        { "types are those of the file", MQSC("types = ( \"SDR\", \"RCVR\" );"), SENDER "\n" APP, NULL,
                "qm1.mqsc:1 TO.QM2@q2(1415) RCVR ANY",
                "qm1.mqsc mqsc 1 0\n 2: APP its type SVRCONN is not asked for", NULL },
        { "a channel without TLS is skipped without a word", MQSC(""),
                APP "\nDEFINE CHANNEL(P) CHLTYPE(SVRCONN)", NULL, "qm1.mqsc:1 " APP_IS " held-to=QM1",
                "qm1.mqsc mqsc 1 0\n 2: P has no SSLCIPH", NULL },
        { "an endpoint of the configuration wins without a word",
                TRUSTED "imports = ( { mqsc = \"qm1.mqsc\"; qmgr = \"QM1\"; host = \"h\"; } );\n"
                        "endpoints = ( { qmgr = \"QM1\"; channel = \"APP\"; conname = \"h\";\n"
                        "  sslciph = \"ANY\"; contact = \"own\"; } );\n",
                SENDER "\n" APP, NULL,
                "mqtlsd.conf:3 QM1/APP@h(1414) - ANY contact=own held-to=QM1\n"
                "qm1.mqsc:1 TO.QM2@q2(1415) RCVR ANY",
                "qm1.mqsc mqsc 1 1", NULL },
        { "of two imports of one name the first counts",
                TRUSTED "imports = ( { mqsc = \"qm1.mqsc\"; qmgr = \"QM1\"; host = \"h\"; },\n"
                        "  { ccdt = \"ccdt.json\"; } );\n",
                "\n" APP, CCDT_APP(""), "qm1.mqsc:2 " APP_IS " held-to=QM1",
                NULL,
                "ccdt.json:1: warning: APP: \"QM1/APP@h(1414)\" was imported from " },
        { "an SSLCIPH that nobody knows leaves its channel out with a warning", MQSC(""),
                "DEFINE CHANNEL(O) CHLTYPE(SVRCONN) SSLCIPH(ROT13)\n" APP, NULL,
                "qm1.mqsc:2 " APP_IS " held-to=QM1",
                "qm1.mqsc mqsc 1 0\n 1: O SSLCIPH(ROT13) is no CipherSpec of IBM MQ",
                "qm1.mqsc:1: warning: O: SSLCIPH(ROT13) is no CipherSpec" },
        { "so does one that cannot be offered", MQSC(""),
                "DEFINE CHANNEL(O) CHLTYPE(SVRCONN) SSLCIPH(RC4_SHA_US)\n" APP, NULL,
                "qm1.mqsc:2 " APP_IS " held-to=QM1",
                "qm1.mqsc mqsc 1 0\n 1: O SSLCIPH(RC4_SHA_US) cannot be offered: the TLS library was "
                "built without its cipher suite",
                "qm1.mqsc:1: warning: O: SSLCIPH(RC4_SHA_US) cannot be offered" },
        { "unless the import says what to offer", MQSC("sslciph = \"ANY\";"),
                "DEFINE CHANNEL(O) CHLTYPE(SVRCONN) SSLCIPH(RC4_SHA_US)\n", NULL,
                "qm1.mqsc:1 QM1/O@h(1414) SVRCONN ANY listener=RC4_SHA_US held-to=QM1", NULL, NULL },
        { "an import that gives nothing is no mistake", MQSC("exclude = \"*\";"), APP, NULL, "",
                "qm1.mqsc mqsc 0 0\n 1: APP exclude = \"*\"",
                "mqtlsd.conf:0: warning: endpoints: there is no endpoint" },
        { "what is missing is said of the file that it is missing for",
                "imports = ( { mqsc = \"qm1.mqsc\"; host = \"h\"; } );\n", "\n" APP, NULL,
                "qm1.mqsc:2 APP@h(1414) SVRCONN ANY_TLS12 listener=ANY_TLS12", NULL,
                "qm1.mqsc:2: warning: APP: trust = is missing" },
};

START_TEST(an_import_becomes_endpoints)
{
        const Row *row = &rows[_i];
        CLEANUP(config_cleanup) Config *c = NULL;
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        int r = load(row->conf, row->mqsc, row->ccdt, &issues, &c);
        CLEANUP_FREE char *said = say(&issues);
        CLEANUP_FREE char *endpoints = NULL, *imports = NULL;

        ck_assert_msg(r == 0, "%s: %d\n%s", row->name, r, said);
        endpoints = tell_endpoints(c);
        imports = tell_imports(c);
        ck_assert_msg(strcmp(endpoints, row->endpoints) == 0, "%s:\n%s\nis not\n%s\n%s\n%s", row->name,
                endpoints, row->endpoints, imports, said);
        if (row->imports)
                ck_assert_msg(strcmp(imports, row->imports) == 0, "%s:\n%s\nis not\n%s", row->name,
                        imports, row->imports);
        if (row->said)
                ck_assert_msg(strstr(said, row->said), "%s: said\n%s", row->name, said);
        else
                ck_assert_msg(issues.n == 0, "%s: said\n%s", row->name, said);
}
END_TEST

/* ---- what is wrong ---- */

typedef struct WrongRow {
        const char *name;
        const char *conf, *mqsc, *ccdt;
        const char *said; /* the whole place, and the beginning of what is said */
} WrongRow;

static const WrongRow wrong_rows[] = {
        { "an import names its file", "imports = ( { qmgr = \"QM1\"; } );\n", NULL, NULL,
                "mqtlsd.conf:1: imports[0]: ccdt = or mqsc = is missing; name the file" },
        { "an import is of one file", "imports = ( { ccdt = \"ccdt.json\";\n mqsc = \"qm1.mqsc\"; } );\n",
                APP, CCDT_APP(""), "mqtlsd.conf:1: imports[0].ccdt: there is mqsc = as well; give" },
        { "a CCDT has hosts of its own", CCDT("\nhost = \"h\";"), NULL, CCDT_APP(""),
                "mqtlsd.conf:3: imports[0].host: a CCDT says itself" },
        { "a host is a CONNAME", "imports = ( { mqsc = \"qm1.mqsc\"; host = \"h(x)\"; } );\n", APP, NULL,
                "mqtlsd.conf:1: imports[0].host: \"h(x)\": the port" },
        { "a type is one that MQ has", MQSC("\ntypes = ( \"SVRCON\" );"), APP, NULL,
                "mqtlsd.conf:3: imports[0].types: \"SVRCON\" is not one of SDR|" },
        { "a filter is not empty", MQSC("include = ( );"), APP, NULL,
                "mqtlsd.conf:2: imports[0].include: is empty; write" },
        { "a glob is a string", MQSC("exclude = ( 1 );"), APP, NULL,
                "mqtlsd.conf:2: imports[0].exclude: is an integer; write a list of strings" },
        { "a slip of the hand is recognised", MQSC("excludes = \"A\";"), APP, NULL,
                "mqtlsd.conf:2: imports[0]: there is no setting \"excludes\"; did you mean \"exclude\"?" },
        { "also one of an endpoint's settings", MQSC("contct = \"A\";"), APP, NULL,
                "mqtlsd.conf:2: imports[0]: there is no setting \"contct\"; did you mean \"contact\"?" },
        { "a name is one channel's", MQSC("name = \"A\";"), APP, NULL,
                "mqtlsd.conf:2: imports[0]: name = cannot stand in imports, the file says it" },
        { "so is a conname", MQSC("conname = \"A\";"), APP, NULL,
                "mqtlsd.conf:2: imports[0]: conname = cannot stand in imports" },
        { "imports are groups", "imports = ( \"ccdt.json\" );\n", NULL, NULL,
                "mqtlsd.conf:1: imports[0]: is a string; write a group" },
        { "a file has to be there", MQSC(""), NULL, NULL, "qm1.mqsc:0: -: the file cannot be read" },
        { "what MQ would refuse is said of its line", MQSC(""), APP "\n\nDEFINE CHANNEL(B) CHLTYPE(X)\n",
                NULL, "qm1.mqsc:3: " },
        { "a CCDT that is no JSON is refused", CCDT(""), NULL, "{", "ccdt.json:1: " },
        { "an SSLPEER that MQ would refuse is said of its line", MQSC(""), "\n" SENDER " SSLPEER('X')",
                NULL, "qm1.mqsc:2: TO.QM2.sslpeer: " },
        { "an override that is wrong is said once", MQSC("identity = \"nobody\";"), APP "\n" SENDER, NULL,
                "mqtlsd.conf:2: imports[0].identity: there is no identity \"nobody\"" },
};

START_TEST(a_wrong_import_is_refused_with_its_place)
{
        const WrongRow *row = &wrong_rows[_i];
        CLEANUP(config_cleanup) Config *c = NULL;
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        int r = load(row->conf, row->mqsc, row->ccdt, &issues, &c);
        CLEANUP_FREE char *said = say(&issues);

        ck_assert_msg(r == -EINVAL, "%s: %d\n%s", row->name, r, said);
        ck_assert_ptr_null(c);
        ck_assert_msg(issues.n_errors == 1, "%s: %zu errors\n%s", row->name, issues.n_errors, said);
        ck_assert_msg(strstr(said, row->said), "%s: said\n%s", row->name, said);
        ck_assert_msg(!strstr(said, "there is no endpoint"), "%s: sends astray\n%s", row->name, said);
}
END_TEST

/* ---- whole estates ---- */

enum {
        ESTATE_CHANNELS = 3000,
        ESTATE_PLAIN = 10, /* every tenth is without TLS */
};

static char *make_mqsc(void)
{
        Buf b = BUF_INIT;
        char *text = NULL;

        buf_append_str(&b, "* Queue manager name: QM1\n");
        for (unsigned i = 0; i < ESTATE_CHANNELS; i++)
                buf_appendf(&b,
                        "DEFINE CHANNEL('APP%u.SVRCONN') +\n   CHLTYPE(SVRCONN) +\n   SSLCIPH('%s') +\n"
                        "   REPLACE\n",
                        i, i % ESTATE_PLAIN == 0 ? "" : "ANY_TLS12_OR_HIGHER");
        ck_assert_int_eq(buf_steal(&b, &text), 0);
        return text;
}

static char *make_ccdt(void)
{
        Buf b = BUF_INIT;
        char *text = NULL;

        buf_append_str(&b, "{ \"channel\": [\n");
        for (unsigned i = 0; i < ESTATE_CHANNELS; i++)
                buf_appendf(&b,
                        "%s{ \"name\": \"APP%u.CLIENT\", \"type\": \"clientConnection\", "
                        "\"clientConnection\": { \"connection\": [ { \"host\": \"h%u\", \"port\": 1414 } ], "
                        "\"queueManager\": \"QM2\" }, \"transmissionSecurity\": "
                        "{ \"cipherSpecification\": \"ANY_TLS12\" } }",
                        i > 0 ? ",\n" : "", i, i % 7);
        buf_append_str(&b, "\n] }\n");
        ck_assert_int_eq(buf_steal(&b, &text), 0);
        return text;
}

START_TEST(thousands_of_channels_are_imported)
{
        CLEANUP_FREE char *mqsc = make_mqsc(), *ccdt = make_ccdt();
        CLEANUP(config_cleanup) Config *c = NULL;
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        int r = load(TRUSTED "imports = ( { mqsc = \"qm1.mqsc\"; host = \"qm1\"; contact = \"a\"; },\n"
                             "  { ccdt = \"ccdt.json\"; contact = \"b\"; } );\n",
                mqsc, ccdt, &issues, &c);
        CLEANUP_FREE char *said = say(&issues);
        const size_t n_mqsc = ESTATE_CHANNELS - ESTATE_CHANNELS / ESTATE_PLAIN;
        const EndpointConfig *first = NULL, *last = NULL;

        ck_assert_msg(r == 0 && issues.n == 0, "%d\n%s", r, said);
        ck_assert_uint_eq(c->n_imports, 2);
        ck_assert_uint_eq(c->imports[0].n_endpoints, n_mqsc);
        ck_assert_uint_eq(c->imports[0].n_skipped, ESTATE_CHANNELS / ESTATE_PLAIN);
        ck_assert_uint_eq(c->imports[1].n_endpoints, ESTATE_CHANNELS);
        ck_assert_uint_eq(c->imports[1].n_skipped, 0);
        ck_assert_uint_eq(c->n_endpoints, n_mqsc + ESTATE_CHANNELS);

        first = &c->endpoints[0];
        ck_assert_str_eq(first->name, "QM1/APP1.SVRCONN@qm1(1414)");
        ck_assert_uint_eq(first->line, 6);
        ck_assert_str_eq(first->contact, "a");
        last = &c->endpoints[c->n_endpoints - 1];
        ck_assert_str_eq(last->name, "QM2/APP2999.CLIENT@h3(1414)");
        ck_assert_str_eq(last->contact, "b");
        /* However many there are, what they share is there once. */
        ck_assert_ptr_eq(first->trust, last->trust);
        ck_assert_ptr_eq(c->endpoints[n_mqsc].profile, last->profile);
}
END_TEST

START_TEST(warnings_come_to_an_end_and_the_list_does_not)
{
        CLEANUP_FREE char *ccdt = make_ccdt();
        CLEANUP(config_cleanup) Config *c = NULL;
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        int r = load(TRUSTED "imports = ( { ccdt = \"ccdt.json\"; }, { ccdt = \"ccdt.json\"; } );\n", NULL,
                ccdt, &issues, &c);

        ck_assert_int_eq(r, 0);
        ck_assert_uint_eq(c->n_endpoints, ESTATE_CHANNELS);
        ck_assert_uint_eq(c->imports[1].n_endpoints, 0);
        ck_assert_uint_eq(c->imports[1].n_skipped, ESTATE_CHANNELS);
        ck_assert_uint_eq(issues.n, IMPORT_ISSUES_MAX + 1);
        /* It is of the file as a whole, and stands before those of its lines. */
        ck_assert_ptr_nonnull(strstr(issues.list[0].text, "there are more than 100"));
}
END_TEST

START_TEST(paths_are_relative_to_the_file_that_names_them)
{
        CLEANUP_FREE char *sub = pki_path(dir, "partners");
        CLEANUP(config_cleanup) Config *c = NULL;
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        int r;

        ck_assert_int_eq(mkdir(sub, 0700), 0);
        put("partners/imports.conf", "imports = ( { mqsc = \"a.mqsc\"; host = \"h\"; } );\n");
        put("partners/a.mqsc", APP "\n");
        r = load(TRUSTED "@include \"partners/imports.conf\"\n", NULL, NULL, &issues, &c);
        ck_assert_int_eq(r, 0);
        ck_assert_uint_eq(c->n_endpoints, 1);
        ck_assert_ptr_nonnull(strstr(c->endpoints[0].file, "/partners/a.mqsc"));
}
END_TEST

static Suite *make_suite(void)
{
        Suite *s = suite_create("config_imports");
        TCase *t = tcase_create("imports");

        tcase_add_checked_fixture(t, set_up, tear_down);
        tcase_set_timeout(t, 60);
        tcase_add_loop_test(t, an_import_becomes_endpoints, 0, (int) ARRAY_LEN(rows));
        tcase_add_loop_test(t, a_wrong_import_is_refused_with_its_place, 0, (int) ARRAY_LEN(wrong_rows));
        tcase_add_test(t, thousands_of_channels_are_imported);
        tcase_add_test(t, warnings_come_to_an_end_and_the_list_does_not);
        tcase_add_test(t, paths_are_relative_to_the_file_that_names_them);
        suite_add_tcase(s, t);
        return s;
}

int main(void)
{
        return suite_run(make_suite());
}
