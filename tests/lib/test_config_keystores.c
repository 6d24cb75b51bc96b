/* SPDX-License-Identifier: MIT */

/* keystores = and certlabl = as they are written, and what they become. */

#include "model/config_load.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

#define DAY PKI_DAY

/* One directory per test. */
static char *dir;

static void put(const char *name, const char *text, unsigned mode)
{
        CLEANUP_FREE char *path = pki_path(dir, name);

        ck_assert_int_eq(pki_write_file(path, text, strlen(text), mode), 0);
}

static void set_up(void)
{
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){ .cn = "CA" });
        const PkiCert *certs[] = { &cert };
        CLEANUP_FREE char *path = NULL;

        dir = pki_dir_new();
        ck_assert_ptr_nonnull(dir);
        path = pki_path(dir, "ca.pem");
        ck_assert_int_eq(pki_write_certs(path, certs, 1), 0);
        put("secret", "secret\n", 0600);
        put("open", "secret\n", 0644);
        put("qm1.mqsc", "DEFINE CHANNEL(A) CHLTYPE(SVRCONN) SSLCIPH(ANY)\n", 0644);
}

static void tear_down(void)
{
        pki_dir_remove(dir);
        dir = NULL;
}

static int load(const char *text, Issues *issues, Config **ret)
{
        CLEANUP_FREE char *path = pki_path(dir, "mqtlsd.conf");

        put("mqtlsd.conf", text, 0644);
        return config_load(path, NULL, issues, ret);
}

static char *say(const Issues *issues)
{
        Buf b = BUF_INIT;
        char *said = NULL;

        for (size_t i = 0; i < issues->n; i++) {
                buf_append_str(&b, "\n  ");
                issue_append(&issues->list[i], &b);
        }
        ck_assert_int_eq(buf_steal(&b, &said), 0);
        return said;
}

static Config *load_right(const char *text)
{
        Issues issues = ISSUES_INIT;
        Config *c = NULL;
        int r = load(text, &issues, &c);
        CLEANUP_FREE char *said = say(&issues);

        ck_assert_msg(r == 0 && issues.n == 0, "refused, or not without a word: %s", said);
        issues_done(&issues);
        return c;
}

#define ENDPOINT(settings)                                                                         \
        "endpoints = ( { channel = \"APP.SVRCONN\"; conname = \"h\"; trust = \"ca.pem\";"          \
        " sslciph = \"ANY_TLS12\"; " settings " } );\n"

START_TEST(every_setting_arrives)
{
        CLEANUP(config_cleanup) Config *c = load_right(
                "keystores = ( { name = \"QM1 keys\"; path = \"key.kdb\"; stash = \"/s/key.sth\";\n"
                " qmgr = \"QM1\"; certlabl = \"qm1 2027\"; passphrase_file = \"secret\";\n"
                " expiry_warning = \"45d\"; expiry_critical = \"10d\"; },\n"
                " { name = \"plain\"; path = \"/stem\"; } );\n" ENDPOINT("certlabl = \"app\";"));
        CLEANUP_FREE char *path = pki_path(dir, "key.kdb");
        const KeystoreConfig *k = c->keystores;

        ck_assert_uint_eq(c->n_keystores, 2);
        ck_assert_str_eq(k->name, "QM1 keys");
        ck_assert_str_eq(k->path, path);
        ck_assert_str_eq(k->stash, "/s/key.sth");
        ck_assert_str_eq(k->qmgr, "QM1");
        ck_assert_str_eq(k->certlabl, "qm1 2027");
        ck_assert_str_eq(k->passphrase, "secret");
        ck_assert_int_eq(k->expiry_warning.seconds, 45 * DAY);
        ck_assert_int_eq(k->expiry_critical.seconds, 10 * DAY);
        ck_assert_uint_eq(k->line, 1);

        ck_assert_str_eq(k[1].path, "/stem");
        ck_assert_ptr_null(k[1].qmgr);
        ck_assert_ptr_null(k[1].certlabl);
        ck_assert_ptr_null(k[1].stash);
        ck_assert_ptr_null(k[1].passphrase);
        ck_assert_int_eq(k[1].expiry_warning.seconds, 30 * DAY);
        ck_assert_int_eq(k[1].expiry_critical.seconds, 7 * DAY);
        ck_assert_str_eq(c->endpoints[0].certlabl, "app");
}
END_TEST

START_TEST(key_repositories_alone_are_something_to_look_at)
{
        CLEANUP(config_cleanup) Config *c = load_right(
                "keystores = ( { name = \"k\"; path = \"/k\"; } );\n");

        ck_assert_uint_eq(c->n_endpoints, 0);
        ck_assert_uint_eq(c->n_keystores, 1);
}
END_TEST

START_TEST(thresholds_of_defaults_count_for_key_repositories_too)
{
        CLEANUP(config_cleanup) Config *c = load_right(
                "keystores = ( { name = \"k\"; path = \"/k\"; expiry_critical = \"10%\"; } );\n"
                "defaults = { expiry_warning = \"25%\"; expiry_critical = \"5%\"; };\n" ENDPOINT(""));

        ck_assert(c->keystores[0].expiry_warning.is_share);
        ck_assert_double_eq_tol(c->keystores[0].expiry_warning.share, 0.25, 1e-9);
        ck_assert_double_eq_tol(c->keystores[0].expiry_critical.share, 0.10, 1e-9);
}
END_TEST

START_TEST(another_certlabl_is_another_judgement_of_the_same_listener)
{
        CLEANUP(config_cleanup) Config *a = load_right(ENDPOINT("certlabl = \"a\";"));
        CLEANUP(config_cleanup) Config *b = load_right(ENDPOINT("certlabl = \"b\";"));

        ck_assert(!endpoint_config_equal(&a->endpoints[0], &b->endpoints[0]));
        ck_assert(endpoint_config_sees_equal(&a->endpoints[0], &b->endpoints[0]));
}
END_TEST

#define MQSC(settings)                                                                             \
        "defaults = { trust = \"ca.pem\"; };\n"                                                    \
        "imports = ( { mqsc = \"qm1.mqsc\"; qmgr = \"QM1\"; host = \"h\"; " settings " } );\n"

static const struct {
        const char *name, *conf, *mqsc, *certlabl;
} imported_rows[] = {
        { "of a channel that accepts", MQSC(""),
                "DEFINE CHANNEL(A) CHLTYPE(SVRCONN) SSLCIPH(ANY) CERTLABL('App 2027')", "App 2027" },
        { "of a cluster receiver", MQSC(""),
                "DEFINE CHANNEL(A) CHLTYPE(CLUSRCVR) CONNAME(h) SSLCIPH(ANY) CERTLABL('x')", "x" },
        { "not of one that dials", MQSC(""),
                "DEFINE CHANNEL(A) CHLTYPE(SDR) CONNAME(h) XMITQ(X) SSLCIPH(ANY) CERTLABL('x')", NULL },
        { "not a blank one", MQSC(""),
                "DEFINE CHANNEL(A) CHLTYPE(SVRCONN) SSLCIPH(ANY) CERTLABL(' ')", NULL },
        { "not where the channel is not sent as server name", MQSC("sni = \"none\";"),
                "DEFINE CHANNEL(A) CHLTYPE(SVRCONN) SSLCIPH(ANY) CERTLABL('x')", NULL },
};

START_TEST(an_imported_certlabl_is_the_listeners)
{
        CLEANUP(config_cleanup) Config *c = NULL;
        const char *wanted = imported_rows[_i].certlabl;

        put("qm1.mqsc", imported_rows[_i].mqsc, 0644);
        c = load_right(imported_rows[_i].conf);
        ck_assert_uint_eq(c->n_endpoints, 1);
        ck_assert_pstr_eq(c->endpoints[0].certlabl, wanted);
}
END_TEST

typedef struct WrongRow {
        const char *name, *text;
        unsigned line;
        const char *setting; /* NULL: any */
        const char *part;
} WrongRow;

#define SIXTEEN "0123456789abcdef"
#define KEYSTORE(settings) "keystores = (\n { name = \"k\"; path = \"/k\";\n " settings " } );\n" ENDPOINT("")

static const WrongRow wrong_rows[] = {
        { "a name is required", "keystores = (\n { path = \"/k\"; } );\n" ENDPOINT(""), 2, "keystores[0]",
                "name = is missing" },
        { "a path is required", "keystores = (\n { name = \"k\"; } );\n" ENDPOINT(""), 2, "keystores[0]",
                "path = is missing" },
        { "a name is unique", KEYSTORE("}, { path = \"/l\"; name = \"k\";"), 3, "keystores[1].name",
                "also the name of the key repository at" },
        { "an unknown setting has a hint", KEYSTORE("certlabel = \"x\";"), 3, "keystores[0]",
                "did you mean \"certlabl\"?" },
        { "a setting of endpoints is no setting here", KEYSTORE("interval = \"1m\";"), 3, "keystores[0]",
                "belongs into endpoints" },
        { "certlabl cannot stand in defaults", "defaults = {\n certlabl = \"x\"; };\n" ENDPOINT(""), 2,
                "defaults", "cannot stand in defaults" },
        { "nor in imports", "\nimports = ( {\n certlabl = \"x\"; mqsc = \"qm1.mqsc\"; } );\n", 3, "imports[0]",
                "cannot stand in imports" },
        { "a label of 65 characters", KEYSTORE("certlabl = \"" SIXTEEN SIXTEEN SIXTEEN SIXTEEN "0\";"), 3,
                "keystores[0].certlabl", "65 characters long" },
        { "a blank label", KEYSTORE("certlabl = \"  \";"), 3, "keystores[0].certlabl", "is blank" },
        { "a queue manager's name", KEYSTORE("qmgr = \"QM 1\";"), 3, "keystores[0].qmgr", "character" },
        { "a passphrase that others can read", KEYSTORE("passphrase_file = \"open\";"), 3,
                "keystores[0].passphrase_file", "chmod 600" },
        { "two passphrases",
                KEYSTORE("passphrase_file = \"secret\"; passphrase_credential = \"x\";"), 3,
                "keystores[0].passphrase_credential", "keep one of the two" },
        { "a credential that nobody handed over", KEYSTORE("passphrase_credential = \"x\";"), 3,
                "keystores[0].passphrase_credential", "CREDENTIALS_DIRECTORY" },
        { "the warning comes first", KEYSTORE("expiry_critical = \"31d\";"), 3,
                "keystores[0].expiry_critical", "the warning has to come first" },
        { "also against defaults", "defaults = {\n expiry_critical = \"20d\"; };\n"
                "keystores = ( { name = \"k\"; path = \"/k\";\n expiry_warning = \"19d\"; } );\n"
                ENDPOINT(""), 4, "keystores[0].expiry_warning", "the warning has to come first" },
};

START_TEST(a_mistake_is_one_issue_in_its_place)
{
        const WrongRow *row = &wrong_rows[_i];
        Issues issues = ISSUES_INIT;
        Config *c = NULL;
        int r = load(row->text, &issues, &c);
        CLEANUP_FREE char *said = say(&issues);
        const Issue *first = NULL;

        for (size_t i = 0; i < issues.n && !first; i++)
                if (!issues.list[i].is_warning)
                        first = &issues.list[i];
        ck_assert_msg(r == -EINVAL && issues.n_errors == 1, "%s: %d%s", row->name, r, said);
        ck_assert_msg(first->line == row->line && strstr(first->text, row->part), "%s:%s", row->name, said);
        ck_assert_msg(strcmp(first->setting, row->setting) == 0, "%s: %s", row->name, first->setting);
        issues_done(&issues);
}
END_TEST

START_TEST(a_label_without_the_channels_server_name_is_a_warning)
{
        Issues issues = ISSUES_INIT;
        CLEANUP(config_cleanup) Config *c = NULL;

        ck_assert_int_eq(load(ENDPOINT("certlabl = \"x\"; sni = \"none\";"), &issues, &c), 0);
        ck_assert_uint_eq(issues.n, 1);
        ck_assert(issues.list[0].is_warning);
        ck_assert_ptr_nonnull(strstr(issues.list[0].text, "as server name"));
        ck_assert_ptr_null(c->endpoints[0].certlabl);
        issues_done(&issues);
}
END_TEST

START_TEST(a_key_repository_that_is_not_there_is_no_mistake)
{
        CLEANUP(config_cleanup) Config *c = load_right(KEYSTORE("qmgr = \"QM1\";"));

        ck_assert_uint_eq(c->n_keystores, 1);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("config_keystores");
        TCase *tcase = tcase_create("config_keystores");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_test(tcase, every_setting_arrives);
        tcase_add_test(tcase, key_repositories_alone_are_something_to_look_at);
        tcase_add_test(tcase, thresholds_of_defaults_count_for_key_repositories_too);
        tcase_add_test(tcase, another_certlabl_is_another_judgement_of_the_same_listener);
        tcase_add_loop_test(
                tcase, an_imported_certlabl_is_the_listeners, 0, (int) ARRAY_LEN(imported_rows));
        tcase_add_loop_test(
                tcase, a_mistake_is_one_issue_in_its_place, 0, (int) ARRAY_LEN(wrong_rows));
        tcase_add_test(tcase, a_label_without_the_channels_server_name_is_a_warning);
        tcase_add_test(tcase, a_key_repository_that_is_not_there_is_no_mistake);
        suite_add_tcase(suite, tcase);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
