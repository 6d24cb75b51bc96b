/* SPDX-License-Identifier: MIT */
#include "daemon/repository_reader.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/config_load.h"
#include "tests/support/keystore_maker.h"
#include "tests/support/loop.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

typedef struct Bench {
        sd_event *event;
        char *dir, *path;
        Inventory *inventory;
        RepositoryReader *reader;
        unsigned n_told;
} Bench;

static void on_read(void *userdata)
{
        Bench *b = userdata;

        b->n_told++;
}

static Config *config(const Bench *b, const char *name, const char *file)
{
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        CLEANUP_BUF Buf text = BUF_INIT;
        Config *c = NULL;

        buf_appendf(&text, "keystores = ( { name = \"%s\"; qmgr = \"QM1\"; path = \"%s/%s\"; } );\n", name,
                b->dir, file);
        ck_assert_int_eq(config_load_text("test", text.data, text.len, NULL, &issues, &c), 0);
        return c;
}

static void write_store(const Bench *b, const char *cn, size_t n_octets_less)
{
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){ .cn = cn });
        const MakerRecord record = { .label = "ibmwebspheremqqm1", .cert = &cert, .is_personal = true };
        CLEANUP_MAKER MakerFile f = maker_cms(&(MakerOptions){ .version = 4 }, &record, 1);

        ck_assert_int_eq(
                pki_write_file(b->path, f.bytes.data, f.bytes.len - n_octets_less, 0644), 0);
}

static void bench_begin(Bench *b)
{
        static const RepositoryPace pace = { .look_usec = 20000, .settle_usec = 5000 };
        CLEANUP(config_cleanup) Config *c = NULL;

        *b = (Bench){ .dir = pki_dir_new() };
        ck_assert_ptr_nonnull(b->dir);
        b->path = pki_path(b->dir, "key.kdb");
        c = config(b, "QM1 keys", "key");
        write_store(b, "first", 0);
        ck_assert_int_ge(sd_event_new(&b->event), 0);
        ck_assert_int_eq(inventory_new(c, &b->inventory), 0);
        ck_assert_int_ge(repository_reader_new(b->event, &clock_system, &pace, b->inventory, on_read, b,
                                 &b->reader), 0);
}

static void bench_done(Bench *b)
{
        (void) repository_reader_free(b->reader);
        (void) inventory_free(b->inventory);
        sd_event_unref(b->event);
        free(b->path);
        pki_dir_remove(b->dir);
}
#define CLEANUP_BENCH CLEANUP(bench_done)

static const Repository *repository(const Bench *b)
{
        size_t n = 0;
        const Repository *all = inventory_repositories(b->inventory, &n);

        ck_assert_uint_eq(n, 1);
        return all;
}

static bool holds(const Bench *b, const char *cn)
{
        const Repository *r = repository(b);

        return r->keystore && strstr(r->keystore->entries[0].facts.subject_mq, cn);
}

START_TEST(it_reads_at_once_and_when_the_file_has_changed)
{
        CLEANUP_BENCH Bench b;

        bench_begin(&b);
        LOOP_UNTIL(b.event, holds(&b, "first"));
        LOOP_UNTIL(b.event, b.n_told == 1);
        ck_assert_str_eq(repository(&b)->keystore->path, b.path);

        write_store(&b, "second", 0);
        LOOP_UNTIL(b.event, holds(&b, "second"));
        LOOP_UNTIL(b.event, b.n_told == 2);
        ck_assert_ptr_null(repository(&b)->problem);
}
END_TEST

START_TEST(a_file_cut_short_leaves_what_was_read_and_says_so)
{
        CLEANUP_BENCH Bench b;

        bench_begin(&b);
        LOOP_UNTIL(b.event, holds(&b, "first"));
        write_store(&b, "second", 1);
        LOOP_UNTIL(b.event, repository(&b)->problem);
        ck_assert_ptr_nonnull(strstr(repository(&b)->problem, "is damaged"));
        ck_assert(holds(&b, "first"));

        write_store(&b, "second", 0);
        LOOP_UNTIL(b.event, !repository(&b)->problem);
        ck_assert(holds(&b, "second"));
}
END_TEST

START_TEST(a_file_that_comes_later_is_read_then)
{
        CLEANUP_BENCH Bench b;

        bench_begin(&b);
        LOOP_UNTIL(b.event, holds(&b, "first"));
        ck_assert_int_eq(unlink(b.path), 0);
        LOOP_UNTIL(b.event, repository(&b)->problem);
        ck_assert_ptr_nonnull(strstr(repository(&b)->problem, "is there; check the name"));
        write_store(&b, "first", 0);
        LOOP_UNTIL(b.event, !repository(&b)->problem);
}
END_TEST

START_TEST(a_stash_file_that_is_opened_to_all_is_seen)
{
        CLEANUP_BENCH Bench b;
        CLEANUP_FREE char *stash = NULL;

        bench_begin(&b);
        LOOP_UNTIL(b.event, holds(&b, "first"));
        ck_assert_ptr_null(repository(&b)->stash_problem);
        stash = pki_path(b.dir, "key.sth");
        ck_assert_int_eq(pki_write_file(stash, "x", 1, 0644), 0);
        LOOP_UNTIL(b.event, repository(&b)->stash_problem);
        ck_assert_ptr_nonnull(strstr(repository(&b)->stash_problem, "wider than 0640"));
        ck_assert_int_eq(chmod(stash, 0640), 0);
        LOOP_UNTIL(b.event, !repository(&b)->stash_problem);
}
END_TEST

START_TEST(a_reload_reads_what_is_configured_then)
{
        CLEANUP_BENCH Bench b;
        CLEANUP(config_cleanup) Config *other = NULL;
        CLEANUP(config_cleanup) Config *none = NULL;
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        size_t n = 0;

        bench_begin(&b);
        other = config(&b, "other", "other.kdb");
        LOOP_UNTIL(b.event, holds(&b, "first"));
        ck_assert_int_eq(inventory_sync(b.inventory, other, NULL, NULL), 0);
        repository_reader_reload(b.reader);
        LOOP_UNTIL(b.event, repository(&b)->problem);
        ck_assert_ptr_null(repository(&b)->keystore);

        ck_assert_int_eq(config_load_text("test", "", 0, NULL, &issues, &none), 0);
        ck_assert_int_eq(inventory_sync(b.inventory, none, NULL, NULL), 0);
        repository_reader_reload(b.reader);
        loop_drain(b.event);
        (void) inventory_repositories(b.inventory, &n);
        ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(what_was_under_way_at_a_reload_is_not_taken)
{
        CLEANUP_BENCH Bench b;
        CLEANUP(config_cleanup) Config *other = NULL;

        bench_begin(&b); /* the first look is under way */
        other = config(&b, "other", "other.kdb");
        ck_assert_int_eq(inventory_sync(b.inventory, other, NULL, NULL), 0);
        repository_reader_reload(b.reader);
        LOOP_UNTIL(b.event, repository(&b)->read_at != 0);
        ck_assert_ptr_nonnull(repository(&b)->problem);
        ck_assert_ptr_null(repository(&b)->keystore);
}
END_TEST

START_TEST(a_command_reads_all_before_it_goes_on)
{
        CLEANUP_BENCH Bench b;
        CLEANUP(inventory_cleanup) Inventory *i = NULL;
        CLEANUP(config_cleanup) Config *c = NULL;
        size_t n = 0;

        bench_begin(&b);
        c = config(&b, "k", "key");
        ck_assert_int_eq(inventory_new(c, &i), 0);
        ck_assert_int_eq(repository_reader_read_all(&clock_system, i, LOOP_PATIENCE_USEC), 0);
        ck_assert_ptr_nonnull(inventory_repositories(i, &n)->keystore);
}
END_TEST

/* Each look at it is an hour later. */
static uint64_t running_clock(void *userdata)
{
        uint64_t *now_usec = userdata;

        *now_usec += UINT64_C(3600000000);
        return *now_usec;
}

START_TEST(a_command_does_not_wait_for_a_disk_that_hangs)
{
        CLEANUP_BENCH Bench b;
        CLEANUP(inventory_cleanup) Inventory *i = NULL;
        CLEANUP(config_cleanup) Config *c = NULL;
        uint64_t now_usec = 0;
        Clock clock = clock_system;
        size_t n = 0;

        bench_begin(&b);
        c = config(&b, "k", "key");
        ck_assert_int_eq(inventory_new(c, &i), 0);
        clock.monotonic_usec = running_clock;
        clock.userdata = &now_usec;
        ck_assert_int_eq(repository_reader_read_all(&clock, i, 1), 0);
        ck_assert_int_eq(inventory_repositories(i, &n)->read_at, 0);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("repository_reader");
        TCase *tcase = tcase_create("repository_reader");

        tcase_add_test(tcase, it_reads_at_once_and_when_the_file_has_changed);
        tcase_add_test(tcase, a_file_cut_short_leaves_what_was_read_and_says_so);
        tcase_add_test(tcase, a_file_that_comes_later_is_read_then);
        tcase_add_test(tcase, a_stash_file_that_is_opened_to_all_is_seen);
        tcase_add_test(tcase, a_reload_reads_what_is_configured_then);
        tcase_add_test(tcase, what_was_under_way_at_a_reload_is_not_taken);
        tcase_add_test(tcase, a_command_reads_all_before_it_goes_on);
        tcase_add_test(tcase, a_command_does_not_wait_for_a_disk_that_hangs);
        suite_add_tcase(suite, tcase);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
