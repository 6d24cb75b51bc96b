/* SPDX-License-Identifier: MIT */
#include "daemon/file_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "tests/support/loop.h"
#include "tests/support/suite.h"

/* A directory of its own, with a watch of what is in it. */
typedef struct Bench {
        char directory[64];
        char home[PATH_MAX]; /* where we were */
        sd_event *event;
        Clock clock;
        uint64_t now_usec;
        bool now_is_fixed;
        unsigned n_looks; /* at the clock */
        FileWatch *watch;
        unsigned n_told;
        Buf told; /* the last time, by lines */
        const char *next; /* path to be set by the handler */
} Bench;

static uint64_t bench_usec(void *userdata)
{
        Bench *b = userdata;

        b->n_looks++;
        return b->now_is_fixed ? b->now_usec : clock_monotonic_usec(&clock_system);
}

static void on_changed(const PathList *changed, void *userdata)
{
        Bench *b = userdata;
        size_t skip = strlen(b->directory) + 1;

        b->n_told++;
        buf_clear(&b->told);
        for (size_t i = 0; i < changed->n; i++) {
                const char *path = changed->entries[i].path;

                buf_append_str(&b->told, path[0] == '/' ? path + skip : path);
                buf_append_char(&b->told, '\n');
        }
        if (b->next) {
                CLEANUP_PATH_LIST PathList next = PATH_LIST_INIT;

                ck_assert_int_eq(path_list_add(&next, b->next), 0);
                ck_assert_int_eq(file_watch_set_paths(b->watch, &next), 0);
        }
}

/* The test works inside its directory, so that it can name files briefly. */
static void bench_open(Bench *b, const FileWatchPace *pace)
{
        static const FileWatchPace at_once = {0};

        *b = (Bench){0};
        b->clock = clock_system;
        b->clock.monotonic_usec = bench_usec;
        b->clock.userdata = b;
        ck_assert_ptr_nonnull(getcwd(b->home, sizeof(b->home)));
        ck_assert_int_lt(snprintf(b->directory, sizeof(b->directory), "/tmp/file-watch.XXXXXX"),
                (int) sizeof(b->directory));
        ck_assert_ptr_nonnull(mkdtemp(b->directory));
        ck_assert_int_eq(chdir(b->directory), 0);
        ck_assert_int_eq(sd_event_new(&b->event), 0);
        ck_assert_int_eq(file_watch_new(b->event, &b->clock, pace ? pace : &at_once, "the test",
                                 on_changed, b, &b->watch),
                0);
}

static int remove_entry(
        const char *path, const struct stat *st UNUSED, int type UNUSED, struct FTW *ftw UNUSED)
{
        return remove(path);
}

static void bench_close(Bench *b)
{
        file_watch_free(b->watch);
        sd_event_unref(b->event);
        buf_done(&b->told);
        ck_assert_int_eq(chdir(b->home), 0);
        (void) chmod(b->directory, 0700);
        ck_assert_int_eq(nftw(b->directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void write_file(const char *name, const char *text)
{
        FILE *f = fopen(name, "we");

        ck_assert_ptr_nonnull(f);
        ck_assert_int_ge(fputs(text, f), 0);
        ck_assert_int_eq(fclose(f), 0);
}

/* The names as paths, as the files are now. */
static void note(const Bench *b, const char *names, bool absolute, PathList *paths)
{
        CLEANUP_FREE char *copy = strdup(names);
        char *rest = copy;

        ck_assert_ptr_nonnull(copy);
        for (char *name; (name = strsep(&rest, " "));) {
                CLEANUP_BUF Buf path = BUF_INIT;

                if (absolute)
                        buf_appendf(&path, "%s/", b->directory);
                buf_append_str(&path, name);
                ck_assert_int_eq(path_list_add(paths, buf_str(&path)), 0);
        }
}

static void watch_as(Bench *b, const char *names, bool absolute)
{
        CLEANUP_PATH_LIST PathList paths = PATH_LIST_INIT;

        note(b, names, absolute, &paths);
        ck_assert_int_eq(file_watch_set_paths(b->watch, &paths), 0);
}

static void watch(Bench *b, const char *names)
{
        watch_as(b, names, true);
}

/* Nothing else has been told before this. */
static void expect_told(Bench *b, const char *lines)
{
        LOOP_UNTIL(b->event, b->n_told > 0);
        loop_drain(b->event);
        ck_assert_str_eq(buf_str(&b->told), lines);
        ck_assert_uint_eq(b->n_told, 1);
        b->n_told = 0;
}

/* ---- what is a change, and what is none ---- */

static void prepare_nothing(void)
{
}

static void prepare_release(void)
{
        ck_assert_int_eq(mkdir("1", 0700), 0);
        write_file("1/f", "one");
        ck_assert_int_eq(mkdir("2", 0700), 0);
        write_file("2/f", "two");
        ck_assert_int_eq(symlink("1", "current"), 0);
        ck_assert_int_eq(unlink("f"), 0);
        ck_assert_int_eq(symlink("current/f", "f"), 0);
}

static void prepare_absent(void)
{
        ck_assert_int_eq(unlink("f"), 0);
}

static void prepare_link_to_file(void)
{
        ck_assert_int_eq(mkdir("real", 0700), 0);
        write_file("real/f", "one");
        ck_assert_int_eq(unlink("f"), 0);
        ck_assert_int_eq(symlink("./real/../real/f", "f"), 0);
}

static void prepare_loop(void)
{
        ck_assert_int_eq(unlink("f"), 0);
        ck_assert_int_eq(symlink("f", "f"), 0);
}

/* As a file that is mounted over another: what is written there is nothing to the directory here. */
static void prepare_second_name(void)
{
        ck_assert_int_eq(mkdir("elsewhere", 0700), 0);
        ck_assert_int_eq(link("f", "elsewhere/g"), 0);
}

static void act_write_by_second_name(void)
{
        write_file("elsewhere/g", "longer than before");
}

static void act_overwrite(void)
{
        write_file("f", "longer than before");
}

static void act_append(void)
{
        FILE *f = fopen("f", "ae");

        ck_assert_ptr_nonnull(f);
        ck_assert_int_ge(fputs("more", f), 0);
        ck_assert_int_eq(fclose(f), 0);
}

static void act_rename_over(void)
{
        write_file("f.new", "x");
        ck_assert_int_eq(rename("f.new", "f"), 0);
}

/* The editor moves the old file away, and writes another of the name. */
static void act_backup_and_write(void)
{
        ck_assert_int_eq(rename("f", "f~"), 0);
        write_file("f", "x");
        ck_assert_int_eq(unlink("f~"), 0);
}

static void act_remove(void)
{
        ck_assert_int_eq(unlink("f"), 0);
}

static void act_unlock(void)
{
        ck_assert_int_eq(chmod("f", 0640), 0);
}

static void act_swap_link(void)
{
        ck_assert_int_eq(symlink("2", "current.tmp"), 0);
        ck_assert_int_eq(rename("current.tmp", "current"), 0);
}

static void act_write_behind_link(void)
{
        write_file("real/f", "longer than before");
}

static void act_replace_directory(void)
{
        ck_assert_int_eq(rename("d", "d.old"), 0);
        ck_assert_int_eq(mkdir("d", 0700), 0);
        write_file("d/f", "longer than before");
}

static void prepare_directory(void)
{
        ck_assert_int_eq(mkdir("d", 0700), 0);
        write_file("d/f", "one");
}

static void act_make_way(void)
{
        ck_assert_int_eq(mkdir("d", 0700), 0);
        write_file("d/f", "one");
}

static void act_straighten(void)
{
        ck_assert_int_eq(unlink("f"), 0);
        write_file("f", "one");
}

static void act_read(void)
{
        int fd = open("f", O_RDONLY | O_CLOEXEC);
        char byte;

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(read(fd, &byte, 1), 1);
        ck_assert_int_eq(close(fd), 0);
}

static void act_set_access_time(void)
{
        const struct timespec times[] = { { .tv_sec = 1000 }, { .tv_nsec = UTIME_OMIT } };

        ck_assert_int_eq(utimensat(AT_FDCWD, "f", times, 0), 0);
}

static void act_open_for_writing_only(void)
{
        ck_assert_int_eq(close(open("f", O_WRONLY | O_CLOEXEC)), 0);
}

static void act_link_it(void)
{
        ck_assert_int_eq(link("f", "backup"), 0);
}

static void act_write_beside(void)
{
        write_file("mqtlsd.sqlite-wal", "x");
        ck_assert_int_eq(unlink("mqtlsd.sqlite-wal"), 0);
}

static void act_come_and_go(void)
{
        write_file("d", "not a directory");
        ck_assert_int_eq(unlink("d"), 0);
}

static const struct {
        const char *name;
        const char *watched;
        void (*prepare)(void);
        void (*act)(void);
        bool is_change;
} changes[] = {
        { "a file that is written anew has changed", "f", prepare_nothing, act_overwrite, true },
        { "a file that is appended to has changed", "f", prepare_nothing, act_append, true },
        { "a file that another one takes the place of has changed", "f", prepare_nothing,
                act_rename_over, true },
        { "a file that an editor saves by moving the old one away has changed", "f",
                prepare_nothing, act_backup_and_write, true },
        { "a file that is removed has changed", "f", prepare_nothing, act_remove, true },
        { "a file that was missing and comes has changed", "f", prepare_absent, act_overwrite,
                true },
        { "a file that others may read now has changed", "f", prepare_nothing, act_unlock, true },
        { "a file whose directory comes later has changed", "d/f", prepare_nothing, act_make_way,
                true },
        { "a file whose directory is replaced has changed", "d/f", prepare_directory,
                act_replace_directory, true },
        { "a file behind a link that is swapped has changed", "f", prepare_release, act_swap_link,
                true },
        { "a file behind a link that is written has changed", "f", prepare_link_to_file,
                act_write_behind_link, true },
        { "a file that is written by a name elsewhere has changed", "f", prepare_second_name,
                act_write_by_second_name, true },
        { "a link to itself that becomes a file has changed", "f", prepare_loop, act_straighten,
                true },
        { "a file that is read has not changed", "f", prepare_nothing, act_read, false },
        { "a file whose access time is set has not changed", "f", prepare_nothing,
                act_set_access_time, false },
        { "a file that is opened for writing and left alone has not changed", "f", prepare_nothing,
                act_open_for_writing_only, false },
        { "a file that is linked by a backup has not changed", "f", prepare_nothing, act_link_it,
                false },
        { "a file beside which others come and go has not changed", "f", prepare_nothing,
                act_write_beside, false },
        { "a file whose directory almost came has not changed", "d/f", prepare_nothing,
                act_come_and_go, false },
};

START_TEST(test_changes)
{
        CLEANUP_BUF Buf names = BUF_INIT, expected = BUF_INIT;
        Bench b;

        bench_open(&b, NULL);
        write_file("f", "one");
        ck_assert_int_eq(chmod("f", 0600), 0);
        write_file("sentinel", "one");
        changes[_i].prepare();
        buf_appendf(&names, "%s sentinel", changes[_i].watched);
        watch(&b, buf_str(&names));

        changes[_i].act();
        if (!changes[_i].is_change)
                write_file("sentinel", "longer"); /* so that there is something to wait for */
        buf_appendf(&expected, "%s\n", changes[_i].is_change ? changes[_i].watched : "sentinel");
        expect_told(&b, buf_str(&expected));
        bench_close(&b);
}
END_TEST

START_TEST(test_every_change_is_told_also_behind_a_swap)
{
        Bench b;

        bench_open(&b, NULL);
        write_file("f", "one");
        prepare_release();
        watch(&b, "f");

        act_swap_link();
        expect_told(&b, "f\n");
        write_file("2/f", "written where the link leads now");
        expect_told(&b, "f\n");
        write_file("1/f", "written where it led before");
        loop_drain(b.event);
        ck_assert_uint_eq(b.n_told, 0);
        bench_close(&b);
}
END_TEST

START_TEST(test_what_happens_beside_the_files_is_not_looked_at)
{
        unsigned n_looks;
        Bench b;

        bench_open(&b, NULL);
        write_file("f", "one");
        watch(&b, "f");
        loop_drain(b.event);
        n_looks = b.n_looks;
        act_write_beside();
        ck_assert_int_gt(sd_event_run(b.event, 0), 0); /* the event has come */
        loop_drain(b.event);
        ck_assert_uint_eq(b.n_looks, n_looks);
        bench_close(&b);
}
END_TEST

START_TEST(test_several_paths_are_told_together_each_once)
{
        Bench b;

        bench_open(&b, NULL);
        write_file("b", "one");
        write_file("a", "one");
        watch(&b, "b c a b");
        write_file("a", "longer");
        write_file("b", "longer");
        expect_told(&b, "a\nb\n");

        watch_as(&b, "c", false); /* relative, and the others are let go */
        write_file("a", "even longer");
        write_file("c", "one");
        expect_told(&b, "c\n");
        bench_close(&b);
}
END_TEST

START_TEST(test_the_handler_may_set_the_paths)
{
        Bench b;

        bench_open(&b, NULL);
        write_file("a", "one");
        write_file("b", "one");
        watch_as(&b, "a", false);
        b.next = "b";
        write_file("a", "longer");
        expect_told(&b, "a\n");
        write_file("a", "even longer");
        write_file("b", "longer");
        expect_told(&b, "b\n");
        bench_close(&b);
}
END_TEST

/* ---- a file that changes while it is read ---- */

START_TEST(test_what_changed_since_it_was_noted_is_told_once)
{
        CLEANUP_PATH_LIST PathList paths = PATH_LIST_INIT;
        Bench b;

        bench_open(&b, NULL);
        write_file("f", "one");
        note(&b, "f g", true, &paths);
        write_file("f", "longer");
        write_file("g", "new");
        note(&b, "f", true, &paths); /* it is read twice: the first time counts */
        ck_assert_int_eq(file_watch_set_paths(b.watch, &paths), 0);
        expect_told(&b, "f\ng\n");

        watch(&b, "f g");
        loop_drain(b.event);
        ck_assert_uint_eq(b.n_told, 0);
        bench_close(&b);
}
END_TEST

START_TEST(test_what_was_read_again_before_it_was_told_is_not_told)
{
        Bench b;

        bench_open(&b, NULL);
        write_file("f", "one");
        watch(&b, "f");
        write_file("f", "longer");
        watch(&b, "f");
        loop_drain(b.event);
        ck_assert_uint_eq(b.n_told, 0);
        bench_close(&b);
}
END_TEST

/* ---- rest ---- */

static const FileWatchPace slow = { .settle_usec = 50000, .patience_usec = 120000 };

/* Makes a change and turns the loop until the watch has taken note. */
static void disturb(Bench *b, const char *name)
{
        unsigned n_looks = b->n_looks;

        write_file(name, "x");
        LOOP_UNTIL(b->event, b->n_looks > n_looks);
}

/* Turns the loop until its timer has asked this clock in vain. */
static void expect_silence(Bench *b)
{
        unsigned n_looks = b->n_looks;

        LOOP_UNTIL(b->event, b->n_looks >= n_looks + 2 || b->n_told > 0);
        ck_assert_uint_eq(b->n_told, 0);
}

START_TEST(test_a_change_is_told_when_it_has_settled)
{
        Bench b;

        bench_open(&b, &slow);
        b.now_is_fixed = true;
        b.now_usec = 1000000;
        watch(&b, "f g");
        disturb(&b, "f");
        b.now_usec += 40000;
        expect_silence(&b);
        disturb(&b, "g");
        b.now_usec += 49999;
        expect_silence(&b);
        b.now_usec += 1;
        expect_told(&b, "f\ng\n");
        bench_close(&b);
}
END_TEST

START_TEST(test_what_never_settles_is_told_after_a_while)
{
        Bench b;

        bench_open(&b, &slow);
        b.now_is_fixed = true;
        b.now_usec = 1000000;
        watch(&b, "a b c d");
        disturb(&b, "a");
        b.now_usec += 40000;
        disturb(&b, "b");
        b.now_usec += 40000;
        disturb(&b, "c");
        b.now_usec += 39999;
        disturb(&b, "d");
        expect_silence(&b);
        b.now_usec += 1;
        expect_told(&b, "a\nb\nc\nd\n");
        bench_close(&b);
}
END_TEST

/* ---- trouble ---- */

START_TEST(test_an_unreadable_directory_hides_only_its_own_files)
{
        Bench b;

        bench_open(&b, NULL);
        ck_assert_int_eq(mkdir("d", 0700), 0);
        write_file("d/f", "one");
        ck_assert_int_eq(chmod("d", 0100), 0);
        watch(&b, "d/f f");
        write_file("d/f", "longer"); /* the file itself is still seen */
        expect_told(&b, "d/f\n");
        write_file("f", "one");
        expect_told(&b, "f\n");
        ck_assert_int_eq(chmod("d", 0700), 0);
        loop_drain(b.event);
        ck_assert_uint_eq(b.n_told, 0); /* a directory is none of its files */
        bench_close(&b);
}
END_TEST

START_TEST(test_a_watch_leaves_no_descriptor_and_no_path_is_fine)
{
        unsigned before = loop_count_fds();
        Bench b;

        bench_open(&b, NULL);
        ck_assert_int_eq(file_watch_set_paths(b.watch, &(PathList) PATH_LIST_INIT), 0);
        watch_as(&b, "/", false);
        watch_as(&b, "../../..//./tmp/", false);
        loop_drain(b.event);
        bench_close(&b);
        ck_assert_uint_eq(loop_count_fds(), before);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("file_watch");
        TCase *tc = tcase_create("file_watch");

        tcase_add_loop_test(tc, test_changes, 0, ARRAY_LEN(changes));
        tcase_add_test(tc, test_every_change_is_told_also_behind_a_swap);
        tcase_add_test(tc, test_what_happens_beside_the_files_is_not_looked_at);
        tcase_add_test(tc, test_several_paths_are_told_together_each_once);
        tcase_add_test(tc, test_the_handler_may_set_the_paths);
        tcase_add_test(tc, test_what_changed_since_it_was_noted_is_told_once);
        tcase_add_test(tc, test_what_was_read_again_before_it_was_told_is_not_told);
        tcase_add_test(tc, test_a_change_is_told_when_it_has_settled);
        tcase_add_test(tc, test_what_never_settles_is_told_after_a_while);
        tcase_add_test(tc, test_an_unreadable_directory_hides_only_its_own_files);
        tcase_add_test(tc, test_a_watch_leaves_no_descriptor_and_no_path_is_fine);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
