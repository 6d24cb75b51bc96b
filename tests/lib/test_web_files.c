/* SPDX-License-Identifier: MIT */

/* The files that say who is let in: passwords, tokens, and what the server proves itself with. */

#include <crypt.h>
#include <errno.h>
#include <string.h>

#include "model/config_load.h"
#include "model/web_identity.h"
#include "model/web_passwords.h"
#include "model/web_tokens.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"
#include "x509/credential.h"

/* "right" at cost 4, as crypt(3) makes it; the two others say the same of it. */
#define HASH_REST "$04$/y1OVq1/.q/pBMCXG1CxRuE7pBGfHqTJtplFT2E0Ev1o7/RoOJ.7O"
#define DIGITS_53 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0"
#define TOKEN_A "0123456789abcdef0123456789abcdef"
#define TOKEN_B "ABCDEFGHIJKLMNOPQRSTUV" /* the shortest */

static char *dir, *path;

static void set_up(void)
{
        dir = pki_dir_new();
        path = pki_path(dir, "file");
}

static void tear_down(void)
{
        free(path);
        pki_dir_remove(dir);
}

static void put(const char *text)
{
        ck_assert_int_eq(pki_write_file(path, text, strlen(text), 0600), 0);
}

typedef struct Row {
        const char *name, *text;
        unsigned line;
        const char *part; /* of the one issue */
        bool is_warning;
} Row;

static void assert_issue(const Row *row, const Issues *issues)
{
        const Issue *issue = &issues->list[0];

        ck_assert_msg(issues->n == 1, "%s: %zu issues, the last: %s", row->name, issues->n,
                issues->n > 0 ? issues->list[issues->n - 1].text : "");
        ck_assert_str_eq(issue->file, path);
        ck_assert_msg(issue->line == row->line, "%s: line %u", row->name, issue->line);
        ck_assert_msg(strstr(issue->text, row->part), "%s: %s", row->name, issue->text);
        ck_assert_msg(issue->is_warning == row->is_warning, "%s", row->name);
}

/* ---- passwords ---- */

static const char *const right_hashes[] = {"$2a" HASH_REST, "$2b" HASH_REST, "$2y" HASH_REST};

START_TEST(a_right_password_fits_and_others_do_not)
{
        ck_assert(web_password_fits("right", right_hashes[_i]));
        ck_assert(!web_password_fits("Right", right_hashes[_i]));
        ck_assert(!web_password_fits("", right_hashes[_i]));
        ck_assert(!web_password_fits("right", "$2b$04$" DIGITS_53));
        ck_assert(!web_password_fits("*0", "*0"));
}
END_TEST

START_TEST(names_are_found_and_nobody_is_as_dear_as_the_dearest)
{
        Issues issues = ISSUES_INIT;
        CLEANUP(web_passwords_cleanup) WebPasswords *p = NULL;
        const char *made;

        put("\xef\xbb\xbf# who\r\n"
            "\n"
            "  admin:$2b$10$" DIGITS_53 "  \r\n"
            "#off:$2b$10$" DIGITS_53 "\n"
            "J\xc3\xbcrgen Two:$2y$11$" DIGITS_53);
        ck_assert_int_eq(web_passwords_load(path, &issues, &p), 0);
        ck_assert_uint_eq(issues.n, 0);
        ck_assert_str_eq(web_passwords_find(p, "admin"), "$2b$10$" DIGITS_53);
        ck_assert_str_eq(web_passwords_find(p, "J\xc3\xbcrgen Two"), "$2y$11$" DIGITS_53);
        ck_assert_ptr_null(web_passwords_find(p, "off"));
        ck_assert_ptr_null(web_passwords_find(p, "#off"));
        ck_assert_ptr_null(web_passwords_find(p, ""));

        /* Not only of the right form: it can be worked at, or it would cost nothing. */
        ck_assert_int_eq(strncmp(web_passwords_nobody(p), "$2b$11$", 7), 0);
        made = crypt("anything", web_passwords_nobody(p));
        ck_assert_ptr_nonnull(made);
        ck_assert_int_eq(strncmp(made, "$2b$11$", 7), 0);
        ck_assert_str_ne(made, web_passwords_nobody(p));
        issues_done(&issues);
}
END_TEST

static const Row wrong_passwords[] = {
        {"nothing", "", 0, "no user in it", false},
        {"comments only", "# a\n\n", 0, "no user in it", false},
        {"no colon", "\nadmin\n", 2, "no colon", false},
        {"no name", ":$2b$10$" DIGITS_53 "\n", 1, "is empty", false},
        {"a name that is no text", "a\x01:$2b$10$" DIGITS_53 "\n", 1, "no text", false},
        {"a name that is no UTF-8", "a\xff:$2b$10$" DIGITS_53 "\n", 1, "no text", false},
        {"a password in clear", "admin:secret\n", 1, "no bcrypt hash", false},
        {"MD5 of Apache", "admin:$apr1$abcdefgh$abcdefghijklmnopqrstuv\n", 1, "no bcrypt hash", false},
        {"SHA-512", "admin:$6$saltsalt$x\n", 1, "no bcrypt hash", false},
        {"the broken bcrypt", "admin:$2x$10$" DIGITS_53 "\n", 1, "no bcrypt hash", false},
        {"a hash that was cut", "admin:$2b$10$abc\n", 1, "no bcrypt hash", false},
        {"a hash with something behind it", "admin:$2b$10$" DIGITS_53 ":x\n", 1, "no bcrypt hash",
                false},
        {"a character that bcrypt has not", "admin:$2b$10$abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"
                                            "QRSTUVWXYZ+\n",
                1, "no bcrypt hash", false},
        {"a cost that would keep the processor busy", "admin:$2b$15$" DIGITS_53 "\n", 1, "cost of 15",
                false},
        {"a cost that bcrypt has not", "admin:$2b$03$" DIGITS_53 "\n", 1, "cost of 3", false},
        {"a name that stands twice", "a:$2b$10$" DIGITS_53 "\nb:$2b$10$" DIGITS_53
                                     "\na:$2b$11$" DIGITS_53 "\n",
                3, "on line 1 already", false},
        {"a cheap hash", "admin:$2b$05$" DIGITS_53 "\n", 1, "cost of only 5", true},
};

START_TEST(a_mistake_in_a_password_file_has_its_line)
{
        const Row *row = &wrong_passwords[_i];
        Issues issues = ISSUES_INIT;
        CLEANUP(web_passwords_cleanup) WebPasswords *p = NULL;

        put(row->text);
        ck_assert_int_eq(
                web_passwords_load(path, &issues, &p), row->is_warning ? 0 : -EINVAL);
        assert_issue(row, &issues);
        issues_done(&issues);
}
END_TEST

START_TEST(every_mistake_is_said)
{
        Issues issues = ISSUES_INIT;
        WebPasswords *p = NULL;

        put("a\nb:x\na:$2b$20$" DIGITS_53 "\n");
        ck_assert_int_eq(web_passwords_load(path, &issues, &p), -EINVAL);
        ck_assert_uint_eq(issues.n_errors, 3);
        issues_done(&issues);
}
END_TEST

START_TEST(a_file_that_others_can_read_is_refused)
{
        Issues issues = ISSUES_INIT;
        WebPasswords *p = NULL;
        WebTokens *t = NULL;

        ck_assert_int_eq(pki_write_file(path, "# a\n", 4, 0640), 0);
        ck_assert_int_eq(web_passwords_load(path, &issues, &p), -EINVAL);
        ck_assert_int_eq(web_tokens_load(path, &issues, &t), -EINVAL);
        ck_assert_uint_eq(issues.n, 2);
        ck_assert(strstr(issues.list[0].text, "chmod 600"));
        ck_assert_str_eq(issues.list[0].setting, "http.basic_auth_file");
        ck_assert_str_eq(issues.list[1].setting, "http.calendar_tokens_file");
        issues_done(&issues);
}
END_TEST

START_TEST(a_file_that_is_not_text_is_refused)
{
        Issues issues = ISSUES_INIT;
        WebPasswords *p = NULL;

        ck_assert_int_eq(pki_write_file(path, "a:b\0c", 5, 0600), 0);
        ck_assert_int_eq(web_passwords_load(path, &issues, &p), -EINVAL);
        ck_assert_uint_eq(issues.n, 1);
        ck_assert(strstr(issues.list[0].text, "NUL"));
        issues_done(&issues);
}
END_TEST

START_TEST(a_file_has_an_end)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        Issues issues = ISSUES_INIT;
        WebTokens *t = NULL;

        for (unsigned i = 0; i <= 2000; i++)
                buf_append_char(&b, '\n');
        buf_append_str(&b, "x");
        put(buf_str(&b));
        ck_assert_int_eq(web_tokens_load(path, &issues, &t), -EINVAL);
        ck_assert_uint_eq(issues.n, 1);
        ck_assert(strstr(issues.list[0].text, "more than 2000 lines"));
        issues_done(&issues);
}
END_TEST

/* ---- tokens ---- */

START_TEST(a_token_has_its_filters)
{
        Issues issues = ISSUES_INIT;
        CLEANUP(web_tokens_cleanup) WebTokens *t = NULL;
        const WebToken *found;

        put("# who\n"
            "all\t" TOKEN_A "\n"
            "team  " TOKEN_B "  qmgr=QM1&contact=a%20b%C3%BC&group=x+y\n");
        ck_assert_int_eq(web_tokens_load(path, &issues, &t), 0);
        ck_assert_uint_eq(issues.n, 0);

        found = web_tokens_find(t, TOKEN_A);
        ck_assert_ptr_nonnull(found);
        ck_assert_str_eq(found->name, "all");
        ck_assert_ptr_null(found->qmgr);

        found = web_tokens_find(t, TOKEN_B);
        ck_assert_ptr_nonnull(found);
        ck_assert_str_eq(found->qmgr, "QM1");
        ck_assert_str_eq(found->contact, "a b\xc3\xbc");
        ck_assert_str_eq(found->group, "x y");

        ck_assert_ptr_null(web_tokens_find(t, ""));
        ck_assert_ptr_null(web_tokens_find(t, TOKEN_B "x"));
        ck_assert_ptr_null(web_tokens_find(t, "ABCDEFGHIJKLMNOPQRSTU"));
        issues_done(&issues);
}
END_TEST

START_TEST(no_tokens_are_fine)
{
        Issues issues = ISSUES_INIT;
        CLEANUP(web_tokens_cleanup) WebTokens *t = NULL;

        put("");
        ck_assert_int_eq(web_tokens_load(path, &issues, &t), 0);
        ck_assert_ptr_null(web_tokens_find(t, ""));
        issues_done(&issues);
}
END_TEST

static const Row wrong_tokens[] = {
        {"one word", "team\n", 1, "two or three words", false},
        {"four words", "team " TOKEN_A " qmgr=a b\n", 1, "two or three words", false},
        {"a token that can be guessed", "team ABCDEFGHIJKLMNOPQRSTU\n", 1, "shorter than 22", false},
        {"a token that is too long",
                "team " TOKEN_A TOKEN_A TOKEN_A TOKEN_A "x\n", 1, "longer than 128", false},
        {"a token that a URL would have to encode", "team 0123456789abcdef012345+/\n", 1,
                "other characters", false},
        {"a name that stands twice", "a " TOKEN_A "\na " TOKEN_B "\n", 2, "line 1 already", false},
        {"a token that stands twice", "a " TOKEN_A "\nb " TOKEN_A "\n", 2, "line 1 already", false},
        {"an unknown filter", "a " TOKEN_A " endpoint=x\n", 1, "restricted to", false},
        {"a filter without a value", "a " TOKEN_A " qmgr=\n", 1, "restricted to", false},
        {"a filter without a sign", "a " TOKEN_A " qmgr\n", 1, "restricted to", false},
        {"a filter that stands twice", "a " TOKEN_A " qmgr=a&qmgr=b\n", 1, "restricted to", false},
        {"a broken percent sign", "a " TOKEN_A " qmgr=%4\n", 1, "restricted to", false},
        {"a control character", "a " TOKEN_A " qmgr=%00\n", 1, "restricted to", false},
        {"bytes that are no text", "a " TOKEN_A " qmgr=%ff\n", 1, "restricted to", false},
};

START_TEST(a_mistake_in_a_token_file_has_its_line)
{
        const Row *row = &wrong_tokens[_i];
        Issues issues = ISSUES_INIT;
        WebTokens *t = NULL;

        put(row->text);
        ck_assert_int_eq(web_tokens_load(path, &issues, &t), -EINVAL);
        assert_issue(row, &issues);
        /* Whoever reads the log does not get to know the token. */
        ck_assert_ptr_null(strstr(issues.list[0].text, "0123456789"));
        issues_done(&issues);
}
END_TEST

/* ---- what the server proves itself with ---- */

static void write_pair(const PkiCert *leaf, const PkiCert *ca, const char *passphrase)
{
        CLEANUP_FREE char *key = pki_path(dir, "key");
        CLEANUP_FREE char *p12 = pki_path(dir, "p12");
        CLEANUP_FREE char *cas = pki_path(dir, "ca");
        const PkiCert *chain[] = {leaf, ca};

        ck_assert_int_eq(pki_write_certs(path, chain, 2), 0);
        ck_assert_int_eq(pki_write_key(key, leaf, passphrase), 0);
        ck_assert_int_eq(pki_write_pkcs12(p12, leaf, NULL, 0, "secret", "web"), 0);
        ck_assert_int_eq(pki_write_certs(cas, &ca, 1), 0);
}

static unsigned count(const char *text, const char *part)
{
        unsigned n = 0;

        for (const char *p = text; (p = strstr(p, part)); p++)
                n++;
        return n;
}

START_TEST(an_identity_is_pem_again)
{
        CLEANUP_PKI PkiCert ca = pki_issue(&(PkiOptions){.cn = "CA", .ca = true});
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = "web", .issuer = &ca,
                .serial_hex = "1234"});
        CLEANUP_FREE char *key = pki_path(dir, "key"), *p12 = pki_path(dir, "p12"),
                          *cas = pki_path(dir, "ca"), *secret = pki_path(dir, "secret"),
                          *problem = NULL;
        const WebIdentityFiles pem = {
                .certificate = path, .key = key, .passphrase = secret, .client_ca = cas};
        const WebIdentityFiles pkcs12 = {.pkcs12 = p12, .passphrase = secret};
        CLEANUP(web_identity_cleanup) WebIdentity *i = NULL, *j = NULL;

        write_pair(&leaf, &ca, "secret");
        ck_assert_int_eq(pki_write_file(secret, "secret\n", 7, 0600), 0);

        ck_assert_msg(web_identity_load(&pem, &problem, &i) == 0, "%s", problem);
        ck_assert_uint_eq(count(i->certificates_pem, "BEGIN CERTIFICATE"), 2);
        ck_assert_uint_eq(count(i->key_pem, "BEGIN PRIVATE KEY"), 1); /* and not encrypted */
        ck_assert_uint_eq(count(i->client_ca_pem, "BEGIN CERTIFICATE"), 1);
        ck_assert_str_eq(i->subject, "CN=web");
        ck_assert_str_eq(i->serial, "12:34");
        ck_assert_int_eq(i->not_before_at, PKI_NOW - PKI_DAY);
        ck_assert_int_eq(i->not_after_at, PKI_NOW + 365 * PKI_DAY);

        ck_assert_msg(web_identity_load(&pkcs12, &problem, &j) == 0, "%s", problem);
        ck_assert_uint_eq(count(j->certificates_pem, "BEGIN CERTIFICATE"), 1);
        ck_assert_str_eq(j->key_pem, i->key_pem);
        ck_assert_ptr_null(j->client_ca_pem);
}
END_TEST

START_TEST(a_foreign_key_is_a_problem)
{
        CLEANUP_PKI PkiCert a = pki_issue(&(PkiOptions){.cn = "a"});
        CLEANUP_PKI PkiCert b = pki_issue(&(PkiOptions){.cn = "b"});
        CLEANUP_FREE char *key = pki_path(dir, "key"), *problem = NULL;
        const PkiCert *certs[] = {&a};
        const WebIdentityFiles files = {.certificate = path, .key = key};
        WebIdentity *i = NULL;

        ck_assert_int_eq(pki_write_certs(path, certs, 1), 0);
        ck_assert_int_eq(pki_write_key(key, &b, NULL), 0);
        ck_assert_int_lt(web_identity_load(&files, &problem, &i), 0);
        ck_assert_ptr_null(i);
        ck_assert_ptr_nonnull(strstr(problem, "does not match"));
}
END_TEST

/* ---- who does not answer HTTP does not need its secrets ---- */

START_TEST(the_secrets_of_the_web_are_not_read_for_once)
{
        CLEANUP_FREE char *config = pki_path(dir, "mqtlsd.conf");
        static const char text[] = "http = { basic_auth_file = \"none\"; calendar_tokens_file = \"none\";\n"
                                   " tls = { certificate = \"none\"; passphrase_credential = \"x\"; }; };\n";
        Issues issues = ISSUES_INIT, none = ISSUES_INIT;
        CLEANUP(config_cleanup) Config *c = NULL, *refused = NULL;

        ck_assert_int_eq(pki_write_file(config, text, strlen(text), 0644), 0);
        ck_assert_int_eq(config_load(config, &(ConfigSurroundings){.is_without_web = true}, &none, &c),
                0);
        ck_assert_uint_eq(none.n_errors, 0);
        ck_assert_int_eq(
                config_load(config, &(ConfigSurroundings){0}, &issues, &refused), -EINVAL);
        ck_assert_uint_eq(issues.n_errors, 3);
        issues_done(&issues);
        issues_done(&none);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("web_files");
        TCase *t = tcase_create("web_files");

        tcase_add_checked_fixture(t, set_up, tear_down);
        tcase_add_loop_test(t, a_right_password_fits_and_others_do_not, 0, ARRAY_LEN(right_hashes));
        tcase_add_test(t, names_are_found_and_nobody_is_as_dear_as_the_dearest);
        tcase_add_loop_test(
                t, a_mistake_in_a_password_file_has_its_line, 0, ARRAY_LEN(wrong_passwords));
        tcase_add_test(t, every_mistake_is_said);
        tcase_add_test(t, a_file_that_others_can_read_is_refused);
        tcase_add_test(t, a_file_that_is_not_text_is_refused);
        tcase_add_test(t, a_file_has_an_end);
        tcase_add_test(t, a_token_has_its_filters);
        tcase_add_test(t, no_tokens_are_fine);
        tcase_add_loop_test(t, a_mistake_in_a_token_file_has_its_line, 0, ARRAY_LEN(wrong_tokens));
        tcase_add_test(t, an_identity_is_pem_again);
        tcase_add_test(t, a_foreign_key_is_a_problem);
        tcase_add_test(t, the_secrets_of_the_web_are_not_read_for_once);
        suite_add_tcase(suite, t);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
