/* SPDX-License-Identifier: MIT */
#include "daemon/accept.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/timefmt.h"
#include "daemon/saver_disk.h"
#include "judge/drift_fact.h"
#include "model/store.h"
#include "tests/support/capture.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

#define NOW PKI_NOW
#define NAME "QM1/APP.SVRCONN"
#define ADDRESS "qm1(1414)/192.0.2.1"
#define CLEANUP_STORE CLEANUP(store_cleanup)

static char *dir, *config_path, *state_path, *state_directory;

static int64_t wall_at(void *userdata UNUSED)
{
        return NOW;
}

static const Clock still = {.wall_at = wall_at};

static void set_up(void)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        dir = pki_dir_new();
        config_path = pki_path(dir, "mqtlsd.conf");
        state_directory = pki_path(dir, "state");
        state_path = saver_disk_name(state_directory);
        ck_assert_int_eq(mkdir(state_directory, 0700), 0);
        buf_appendf(&b, "state_directory = \"%s\";\n", state_directory);
        buf_append_str(&b, "defaults = { sslciph = \"ANY_TLS12_OR_HIGHER\"; };\n"
                           "endpoints = ( { name = \"" NAME "\"; channel = \"APP.SVRCONN\";\n"
                           "                conname = \"qm1(1414)\"; } );\n");
        ck_assert_int_eq(pki_write_file(config_path, buf_str(&b), b.len, 0644), 0);
}

static void tear_down(void)
{
        free(config_path);
        free(state_path);
        free(state_directory);
        pki_dir_remove(dir);
}

/* ---- a state as the daemon left it ---- */

static Store *open_store(void)
{
        CLEANUP(store_report_done) StoreReport report = {0};
        Store *s = NULL;

        ck_assert_int_eq(store_open(state_path, NOW, &report, &s), 0);
        return s;
}

static void set_fact(DriftFact *f, const char *value)
{
        CLEANUP_BUF Buf v = BUF_INIT, t = BUF_INIT;

        buf_append_str(&v, value);
        ck_assert_int_eq(drift_fact_take(f, &v, &t), 0);
}

static void open_drift(DriftRecord *record, DriftKind kind, const char *was, const char *is)
{
        set_fact(&record->tracks[kind].baseline, was);
        record->tracks[kind].baseline_at = NOW - 100;
        if (is) {
                set_fact(&record->tracks[kind].now, is);
                record->tracks[kind].now_at = NOW - 50;
        }
}

/* Cipher and subject have drifted, the issuer has not. */
static void save_drift(void)
{
        CLEANUP(drift_memory_cleanup) DriftMemory *m = NULL;
        CLEANUP_STORE Store *s = open_store();
        DriftRecord *record = NULL;

        ck_assert_int_eq(drift_memory_new(NOW - 100, &m), 0);
        ck_assert_int_eq(drift_memory_add(m, ADDRESS, &record), 0);
        record->is_present = true;
        open_drift(record, DRIFT_KIND_CIPHER, "old cipher", "new cipher");
        open_drift(record, DRIFT_KIND_SUBJECT, "CN=old", "CN=\x1b[2Jnew");
        open_drift(record, DRIFT_KIND_ISSUER, "CN=CA", NULL);
        ck_assert_int_eq(store_save_endpoint(s, NAME, m, NULL, 0), 0);
}

static void save_nothing(void)
{
        (void) store_close(open_store());
}

static void leave_no_file(void) {}

static void write_garbage(void)
{
        static const char garbage[] = "this is no database, and it is long enough to be looked at ....";

        ck_assert_int_eq(pki_write_file(state_path, garbage, sizeof(garbage), 0600), 0);
}

/* ---- what is said to it ---- */

static Ran run(const Options *options)
{
        const ConfigSurroundings nothing = {0};
        Options o = *options;
        Capture out, err;
        Ran ran;

        o.config_path = config_path;
        out = capture_begin(STDOUT_FILENO);
        err = capture_begin(STDERR_FILENO);
        ran.status = o.span ? expect_run(&o, &nothing, &still) : accept_run(&o, &nothing, &still);
        ran.out = capture_text(&out);
        ran.err = capture_text(&err);
        capture_end(&err);
        capture_end(&out);
        return ran;
}

static const struct {
        const char *name;
        void (*before)(void);
        Options options;
        int status;
        const char *out, *err; /* parts of them; "": nothing at all */
} rows[] = {
        {"everything that differs is accepted, and shown", save_drift, {.endpoint = NAME}, 0,
                NAME ": cipher at " ADDRESS " accepted:\n  was old cipher\n  now new cipher\n", ""},
        {"what a certificate holds cannot steer the terminal", save_drift, {.endpoint = NAME}, 0,
                "now CN=\\x1b[2Jnew", ""},
        {"one kind", save_drift, {.endpoint = NAME, .kind = "cipher"}, 0, "now new cipher", ""},
        {"a kind that does not differ", save_drift, {.endpoint = NAME, .kind = "issuer"}, 0,
                NAME ": nothing to accept: issuer: no drift is open\n", ""},
        {"an unknown kind is told the known ones", save_drift,
                {.endpoint = NAME, .kind = "serial"}, 3, "",
                "--kind=serial is unknown; choose protocol, cipher, "},
        {"the last kind stands behind an or", save_drift, {.endpoint = NAME, .kind = ""}, 3, "",
                "addresses or mq"},
        {"an endpoint that nobody configured", save_drift, {.endpoint = "QM9"}, 3, "",
                "is named \"QM9\"; the status page"},
        {"a part of a name is helped to the whole", save_drift, {.endpoint = "app.svr"}, 3, "",
                "did you mean \"" NAME "\"?"},
        {"an endpoint of which nothing was seen", save_nothing, {.endpoint = NAME}, 3, "",
                "nothing has been seen of " NAME " yet"},
        {"no file at all", leave_no_file, {.endpoint = NAME}, 3, "", "the daemon has not run"},
        {"a damaged file", write_garbage, {.endpoint = NAME}, 3, "", "is damaged"},
        {"an announcement", save_drift, {.endpoint = NAME, .span = "4h"}, 0,
                NAME ": changes are expected until ", ""},
        {"an announcement for an endpoint that was not seen yet", save_nothing,
                {.endpoint = NAME, .span = "30m"}, 0, "are expected until", ""},
        {"as long as can be", save_nothing, {.endpoint = NAME, .span = "90d"}, 0, "until", ""},
        {"too long", save_nothing, {.endpoint = NAME, .span = "91d"}, 3, "", "at most 90 days"},
        {"too short", save_nothing, {.endpoint = NAME, .span = "500ms"}, 3, "", "no span of time"},
        {"a number without a unit", save_nothing, {.endpoint = NAME, .span = "4"}, 3, "",
                "\"4\" is no span of time; write one such as 4h"},
        {"taken back", save_nothing, {.endpoint = NAME, .span = "0"}, 0,
                NAME ": no changes are expected any more\n", ""},
        {"an announcement without a file", leave_no_file, {.endpoint = NAME, .span = "4h"}, 3, "",
                "there is no "},
};

static void check_text(const char *row, const char *text, const char *part)
{
        if (part[0] == '\0')
                ck_assert_msg(text[0] == '\0', "%s: %s", row, text);
        else
                ck_assert_msg(strstr(text, part) != NULL, "%s: %s", row, text);
}

START_TEST(test_what_is_said)
{
        CLEANUP_RAN Ran ran = {0};

        rows[_i].before();
        ran = run(&rows[_i].options);
        ck_assert_msg(ran.status == rows[_i].status, "%s: %d %s", rows[_i].name, ran.status, ran.err);
        check_text(rows[_i].name, ran.out, rows[_i].out);
        check_text(rows[_i].name, ran.err, rows[_i].err);
}
END_TEST

/* ---- and what is in the file then ---- */

START_TEST(test_what_was_accepted_is_the_baseline)
{
        CLEANUP_RAN Ran first = {0}, second = {0};
        CLEANUP(stored_endpoint_done) StoredEndpoint e = {0};

        save_drift();
        first = run(&(Options){.endpoint = NAME, .kind = "cipher"});
        ck_assert_int_eq(first.status, 0);
        ck_assert_ptr_null(strstr(first.out, "subject"));
        {
                CLEANUP_STORE Store *s = open_store();

                ck_assert_int_eq(store_load_endpoint(s, NAME, &e), 0);
        }
        ck_assert(!drift_is_open(e.memory, DRIFT_KIND_CIPHER));
        ck_assert(drift_is_open(e.memory, DRIFT_KIND_SUBJECT));
        ck_assert_int_eq(e.memory->revision, 1);

        second = run(&(Options){.endpoint = NAME, .kind = "cipher"});
        ck_assert_int_eq(second.status, 0);
        ck_assert_ptr_nonnull(strstr(second.out, "nothing to accept"));
}
END_TEST

START_TEST(test_an_announcement_begins_now_and_can_be_taken_back)
{
        CLEANUP_RAN Ran first = {0}, second = {0};
        CLEANUP(stored_endpoint_done) StoredEndpoint before = {0}, after = {0};

        save_drift();
        first = run(&(Options){.endpoint = NAME, .span = "4h"});
        ck_assert_int_eq(first.status, 0);
        {
                CLEANUP_STORE Store *s = open_store();

                ck_assert_int_eq(store_load_endpoint(s, NAME, &before), 0);
        }
        ck_assert_int_eq(before.expected_from_at, NOW);
        ck_assert_int_eq(before.expected_until_at, NOW + 4 * 3600);

        second = run(&(Options){.endpoint = NAME, .span = "0"});
        ck_assert_int_eq(second.status, 0);
        {
                CLEANUP_STORE Store *s = open_store();

                ck_assert_int_eq(store_load_endpoint(s, NAME, &after), 0);
        }
        ck_assert_int_eq(after.expected_until_at, 0);
}
END_TEST

static size_t count_files(void)
{
        DIR *d = opendir(state_directory);
        size_t n = 0;

        ck_assert_ptr_nonnull(d);
        while (readdir(d))
                n++;
        (void) closedir(d);
        return n;
}

/* Neither may the daemon find a file that belongs to root, nor none where a damaged one was. */
START_TEST(test_nothing_is_created_and_nothing_set_aside)
{
        static void (*const befores[])(void) = {leave_no_file, write_garbage};
        CLEANUP_RAN Ran ran = {0};
        struct stat before = {0}, after = {0};
        size_t n_files;

        befores[_i]();
        n_files = count_files();
        (void) stat(state_path, &before);
        ran = run(&(Options){.endpoint = NAME});
        ck_assert_int_eq(ran.status, 3);
        (void) stat(state_path, &after);
        ck_assert_uint_eq(count_files(), n_files);
        ck_assert_int_eq(before.st_ino, after.st_ino);
        ck_assert_int_eq(before.st_size, after.st_size);
        ck_assert_int_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}
END_TEST

START_TEST(test_a_mistake_in_the_configuration_is_told)
{
        static const char text[] = "endpoints = ( { channel = 7; } );\n";
        CLEANUP_RAN Ran ran = {0};

        save_drift();
        ck_assert_int_eq(pki_write_file(config_path, text, strlen(text), 0644), 0);
        ran = run(&(Options){.endpoint = NAME});
        ck_assert_int_eq(ran.status, 3);
        ck_assert_ptr_nonnull(strstr(ran.err, "mqtlsd.conf:1: "));
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("accept");
        TCase *tcase = tcase_create("accept");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_loop_test(tcase, test_what_is_said, 0, ARRAY_LEN(rows));
        tcase_add_test(tcase, test_what_was_accepted_is_the_baseline);
        tcase_add_test(tcase, test_an_announcement_begins_now_and_can_be_taken_back);
        tcase_add_loop_test(tcase, test_nothing_is_created_and_nothing_set_aside, 0, 2);
        tcase_add_test(tcase, test_a_mistake_in_the_configuration_is_told);
        suite_add_tcase(suite, tcase);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
