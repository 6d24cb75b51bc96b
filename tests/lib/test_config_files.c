/* SPDX-License-Identifier: MIT */

/* Which files a configuration is read from: whoever watches them must get them all, whatever becomes of
 * the reading. */

#include "model/config_load.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

static char *dir;

static void put(const char *name, const char *text)
{
        CLEANUP_FREE char *path = pki_path(dir, name);

        ck_assert_int_eq(pki_write_file(path, text, strlen(text), 0600), 0);
}

static void set_up(void)
{
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){ .cn = "monitor" });
        const PkiCert *certs[] = { &cert };
        CLEANUP_FREE char *ca = NULL, *pem = NULL, *key = NULL, *p12 = NULL;

        dir = pki_dir_new();
        ck_assert_ptr_nonnull(dir);
        ca = pki_path(dir, "ca.pem");
        pem = pki_path(dir, "mon.pem");
        key = pki_path(dir, "mon.key");
        p12 = pki_path(dir, "mon.p12");
        ck_assert_int_eq(pki_write_certs(ca, certs, 1), 0);
        ck_assert_int_eq(pki_write_certs(pem, certs, 1), 0);
        ck_assert_int_eq(pki_write_key(key, &cert, NULL), 0);
        ck_assert_int_eq(pki_write_pkcs12(p12, &cert, NULL, 0, "secret", "mon"), 0);
        put("secret", "secret\n");
        put("qm1.mqsc", "DEFINE CHANNEL(A) CHLTYPE(SVRCONN) SSLCIPH(ANY)\n");
        put("more.conf", "");
}

static void tear_down(void)
{
        pki_dir_remove(dir);
        dir = NULL;
}

#define ENDPOINT(more) "{ channel = \"A\"; conname = \"h\"; sslciph = \"ANY\"; " more " }"
#define IDENTITIES                                                                                 \
        "identities = ( { name = \"a\"; certificate = \"mon.pem\"; key = \"mon.key\"; },\n"        \
        "  { name = \"b\"; pkcs12 = \"mon.p12\"; passphrase_file = \"secret\"; } );\n"

static const struct {
        const char *name;
        const char *text; /* of mqtlsd.conf; NULL: it is not there */
        const char *files;
        int r;
} rows[] = {
        { "the configuration alone", "endpoints = ( " ENDPOINT("") " );\n", "mqtlsd.conf", 0 },
        { "a configuration that is not there", NULL, "mqtlsd.conf", -EINVAL },
        { "includes", "@include \"more.conf\"\n", "more.conf mqtlsd.conf", 0 },
        { "an include that is not there", "@include \"none.conf\"\n", "mqtlsd.conf none.conf",
                -EINVAL },
        { "an include of a text with another mistake", "@include \"more.conf\"\nx = \"\n",
                "more.conf mqtlsd.conf", -EINVAL },
        { "an import", "imports = ( { mqsc = \"qm1.mqsc\"; host = \"h\"; } );\n",
                "mqtlsd.conf qm1.mqsc", 0 },
        { "imports that are not there",
                "imports = ( { ccdt = \"ccdt.json\"; }, { mqsc = \"qm2.mqsc\"; } );\n",
                "ccdt.json mqtlsd.conf qm2.mqsc", -EINVAL },
        { "trust files, the same one once",
                "defaults = { trust = \"ca.pem\"; };\n"
                "endpoints = ( " ENDPOINT("trust = \"mon.pem\";") ",\n"
                "  " ENDPOINT("name = \"x\"; trust = \"ca.pem\";") " );\n",
                "ca.pem mon.pem mqtlsd.conf", 0 },
        { "a trust file that is no longer there", "defaults = { trust = \"old.pem\"; };\n"
                "endpoints = ( " ENDPOINT("") " );\n",
                "mqtlsd.conf old.pem", -EINVAL },
        { "identities with their keys and passphrases", IDENTITIES,
                "mon.key mon.p12 mon.pem mqtlsd.conf secret", 0 },
        { "what is named beside a mistake", IDENTITIES "colour = \"blue\";\n",
                "mon.key mon.p12 mon.pem mqtlsd.conf secret", -EINVAL },
        { "of a key repository only its passphrase, which is read now",
                "keystores = ( { name = \"k\"; path = \"mon.p12\"; stash = \"key.sth\";\n"
                "  passphrase_file = \"secret\"; } );\n",
                "mqtlsd.conf secret", 0 },
        { "what lets people in, by itself",
                "http = { listen = ( \"127.0.0.1:0\" ); basic_auth_file = \"users\";\n"
                "  tls = { certificate = \"mon.pem\"; key = \"mon.key\"; }; };\n",
                "mqtlsd.conf | mon.key mon.pem users", -EINVAL },
        { "not where the state is kept", "state_directory = \"state\";\n", "mqtlsd.conf", 0 },
};

/* " NAME" for each, in order. */
static void append_names(PathList *l, Buf *b)
{
        path_list_tidy(l);
        for (size_t i = 0; i < l->n; i++) {
                ck_assert_int_eq(strncmp(l->entries[i].path, dir, strlen(dir)), 0);
                buf_appendf(b, " %s", l->entries[i].path + strlen(dir) + 1);
        }
}

START_TEST(every_file_is_listed)
{
        CLEANUP(config_cleanup) Config *c = NULL;
        CLEANUP_CONFIG_FILES ConfigFiles files = {0};
        CLEANUP_FREE char *path = pki_path(dir, "mqtlsd.conf");
        CLEANUP_BUF Buf names = BUF_INIT;
        Issues issues = ISSUES_INIT;

        if (rows[_i].text)
                put("mqtlsd.conf", rows[_i].text);
        ck_assert_msg(config_load_files(path, NULL, &issues, &files, &c) == rows[_i].r, "%s",
                rows[_i].name);
        append_names(&files.own, &names);
        if (files.others.n > 0) {
                buf_append_str(&names, " |");
                append_names(&files.others, &names);
        }
        ck_assert_msg(strcmp(buf_str(&names) + 1, rows[_i].files) == 0, "%s: %s", rows[_i].name,
                buf_str(&names));
        issues_done(&issues);
}
END_TEST

/* Nobody writes into the FIFO: whoever opened it like a file would wait for ever. */
static void put_strange_things(void)
{
        CLEANUP_FREE char *fifo = pki_path(dir, "fifo"), *huge = pki_path(dir, "huge");
        CLEANUP_FREE char *directory = pki_path(dir, "directory"), *device = pki_path(dir, "device");
        int fd = open(huge, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(ftruncate(fd, (off_t) 1024 * 1024 * 1024), 0);
        ck_assert_int_eq(close(fd), 0);
        ck_assert_int_eq(mkfifo(fifo, 0600), 0);
        ck_assert_int_eq(mkdir(directory, 0700), 0);
        ck_assert_int_eq(symlink("/dev/zero", device), 0);
}

static const struct {
        const char *name, *why;
} strange_things[] = {
        { "fifo", "it is not a regular file; name a file, and save in one what a pipe gives" },
        { "device", "it is not a regular file; name a file" },
        { "directory", "Is a directory; name a file" },
        { "huge", "larger than" },
        { "none", "No such file or directory; create it" },
};

static const struct {
        const char *before, *behind; /* the name; NULL: it is the configuration itself */
} places[] = {
        { NULL, NULL },
        { "@include \"", "\"\n" },
        { "imports = ( { mqsc = \"", "\"; } );\n" },
        { "imports = ( { ccdt = \"", "\"; } );\n" },
};

START_TEST(what_is_no_file_is_refused_at_once)
{
        put_strange_things();
        for (size_t n = 0; n < ARRAY_LEN(strange_things); n++) {
                const char *name = strange_things[n].name, *before = places[_i].before;
                CLEANUP_FREE char *path = pki_path(dir, before ? "mqtlsd.conf" : name);
                CLEANUP(config_cleanup) Config *c = NULL;
                CLEANUP(issues_done) Issues issues = ISSUES_INIT;
                CLEANUP_BUF Buf text = BUF_INIT;

                if (before) {
                        buf_appendf(&text, "%s%s%s", before, name, places[_i].behind);
                        put("mqtlsd.conf", buf_str(&text));
                }
                ck_assert_int_eq(config_load(path, NULL, &issues, &c), -EINVAL);
                ck_assert_uint_eq(issues.n, 1);
                ck_assert_msg(strstr(issues.list[0].text, strange_things[n].why) != NULL, "%s: %s", name,
                        issues.list[0].text);
        }
}
END_TEST

START_TEST(watching_is_the_default_and_can_be_switched_off)
{
        static const struct {
                const char *text;
                bool watch;
        } settings[] = { { "", true }, { "watch = true;\n", true }, { "watch = false;\n", false } };

        for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
                CLEANUP(config_cleanup) Config *c = NULL;
                Issues issues = ISSUES_INIT;
                const char *text = settings[i].text;

                ck_assert_int_eq(
                        config_load_text("x.conf", text, strlen(text), NULL, &issues, &c), 0);
                ck_assert_int_eq(c->watch, settings[i].watch);
                issues_done(&issues);
        }
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("config_files");
        TCase *tc = tcase_create("files");

        tcase_add_checked_fixture(tc, set_up, tear_down);
        tcase_add_loop_test(tc, every_file_is_listed, 0, ARRAY_LEN(rows));
        tcase_add_loop_test(tc, what_is_no_file_is_refused_at_once, 0, ARRAY_LEN(places));
        tcase_add_test(tc, watching_is_the_default_and_can_be_switched_off);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
