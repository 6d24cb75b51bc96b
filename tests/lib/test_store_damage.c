/* SPDX-License-Identifier: MIT */

/*
 * The store against a world that breaks: damaged files, files of another version, disks that are full
 * or cannot be written, and death at every single write.
 */

#include "model/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "judge/drift_fact.h"
#include "tests/support/faulty_disk.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

#define NOW PKI_NOW
#define CLEANUP_STORE CLEANUP(store_cleanup)
#define CLEANUP_REPORT CLEANUP(store_report_done)

enum {
        NOBODY = 65534,
        SKIPPED = 77,
        N_FLIPS = 400,
        N_ENDPOINTS = 12,
};

static char *dir, *path;

static void set_up(void)
{
        faulty_disk_set(DISK_FAULT_NONE, 0, 0);
        dir = pki_dir_new();
        path = pki_path(dir, "state.db");
}

static void tear_down(void)
{
        free(path);
        pki_dir_remove(dir);
}

/* ---- files ---- */

typedef struct File {
        void *data;
        size_t len;
} File;

static void file_done(File *f)
{
        free(f->data);
}
#define CLEANUP_FILE CLEANUP(file_done)

static File read_file(const char *name)
{
        File f = { 0 };
        struct stat st;
        int fd = open(name, O_RDONLY | O_CLOEXEC);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(fstat(fd, &st), 0);
        f.len = (size_t) st.st_size;
        f.data = malloc(f.len + 1);
        ck_assert_ptr_nonnull(f.data);
        ck_assert_int_eq(read(fd, f.data, f.len), st.st_size);
        (void) close(fd);
        return f;
}

static void write_file(const char *name, const void *data, size_t len)
{
        ck_assert_int_eq(pki_write_file(name, data, len, 0644), 0);
}

static bool is_same_file(const char *name, const File *expected)
{
        CLEANUP_FILE File f = read_file(name);

        return f.len == expected->len && memcmp(f.data, expected->data, f.len) == 0;
}

static char *beside(const char *suffix)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        char *name = NULL;

        buf_appendf(&b, "%s%s", path, suffix);
        ck_assert_int_eq(buf_steal(&b, &name), 0);
        return name;
}

static void remove_beside(const char *suffix)
{
        CLEANUP_FREE char *name = beside(suffix);

        (void) unlink(name);
}

/* Files in the directory whose name holds this. */
static size_t count_files(const char *part)
{
        DIR *d = opendir(dir);
        size_t n = 0;

        ck_assert_ptr_nonnull(d);
        for (struct dirent *e = readdir(d); e; e = readdir(d))
                n += strstr(e->d_name, part) != NULL;
        (void) closedir(d);
        return n;
}

static void remove_files(void)
{
        DIR *d = opendir(dir);

        ck_assert_ptr_nonnull(d);
        for (struct dirent *e = readdir(d); e; e = readdir(d))
                if (e->d_name[0] != '.')
                        ck_assert_int_eq(unlinkat(dirfd(d), e->d_name, 0), 0);
        (void) closedir(d);
}

/* Runs SQL text on the file, past the store. */
static void tamper(const char *sql)
{
        sqlite3 *db = NULL;

        ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
        ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

/* ---- an endpoint that goes through numbered states ---- */

static DriftMemory *memory_of_state(unsigned state)
{
        CLEANUP_BUF Buf value = BUF_INIT, text = BUF_INIT;
        DriftMemory *m = NULL;
        DriftRecord *record = NULL;
        DriftTrack *t = NULL;

        ck_assert_int_eq(drift_memory_new(NOW, &m), 0);
        ck_assert_int_eq(drift_memory_add(m, "qm1(1414)/192.0.2.1", &record), 0);
        record->is_present = true;
        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++) {
                t = &record->tracks[k];
                buf_appendf(&value, "%s-%u", drift_kind_info(k)->name, state);
                ck_assert_int_eq(drift_fact_take(&t->baseline, &value, &text), 0);
        }
        buf_appendf(&value, "drifted-%u", state);
        t = &record->tracks[DRIFT_KIND_CIPHER];
        ck_assert_int_eq(drift_fact_take(&t->now, &value, &text), 0);
        return m;
}

/* State n comes with n entries of its own. */
static int save_state(Store *s, const char *name, unsigned state)
{
        CLEANUP(drift_memory_cleanup) DriftMemory *m = memory_of_state(state);
        char old_text[] = "old", new_text[] = "new";
        DriftChange changes[8];

        ck_assert_uint_le(state, ARRAY_LEN(changes));
        for (unsigned i = 0; i < state; i++)
                changes[i] = (DriftChange) { .kind = DRIFT_KIND_MQ, .event = DRIFT_EVENT_DRIFT,
                        .at = NOW + state, .old_text = old_text, .new_text = new_text };
        return store_save_endpoint(s, name, m, changes, state);
}

/* Every row of the endpoint has to tell of the same state, and the ledger too. -1: there is nothing. */
static int state_of(Store *s, const char *name)
{
        CLEANUP(stored_endpoint_done) StoredEndpoint e = { 0 };
        CLEANUP(store_page_done) StorePage page = { 0 };
        const StoreQuery q = { .endpoint = name, .kind = _DRIFT_KIND_MAX };
        unsigned state = 0;
        int r = store_load_endpoint(s, name, &e);

        ck_assert(r == 0 || r == -ENOENT);
        ck_assert_int_eq(store_changes(s, &q, &page), 0);
        ck_assert_uint_eq(page.n_rejected, 0);
        if (r == -ENOENT) {
                ck_assert_uint_eq(page.n_changes, 0);
                return -1;
        }

        ck_assert_ptr_nonnull(e.memory);
        ck_assert_uint_eq(e.memory->n_addresses, 1);
        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++) {
                const char *value = e.memory->addresses[0].tracks[k].baseline.value;
                unsigned n = 0;

                ck_assert_ptr_nonnull(value);
                ck_assert_int_eq(sscanf(strrchr(value, '-'), "-%u", &n), 1);
                if (k == 0)
                        state = n;
                ck_assert_uint_eq(n, state);
        }
        ck_assert_uint_eq(page.n_changes, (size_t) state * (state + 1) / 2);
        ck_assert_int_eq(e.tallies[DRIFT_KIND_MQ].n, (int64_t) page.n_changes);
        return (int) state;
}

static int open_with(StoreReport *report, Store **ret)
{
        return store_open(path, NOW, report, ret);
}

static Store *open_store(void)
{
        CLEANUP_REPORT StoreReport report = { 0 };
        Store *s = NULL;
        int r = open_with(&report, &s);

        ck_assert_msg(r == 0 && report.problem == STORE_PROBLEM_NONE, "%d: %s", r,
                report.text ? report.text : "");
        return s;
}

/* A file with something in it, closed. */
static void make_file(void)
{
        Store *s = open_store();
        char name[16];

        for (unsigned i = 0; i < N_ENDPOINTS; i++) {
                (void) snprintf(name, sizeof(name), "QM%u", i);
                ck_assert_int_eq(save_state(s, name, 1), 0);
                ck_assert_int_eq(save_state(s, name, 2), 0);
        }
        (void) store_close(s);
        ck_assert_uint_eq(count_files("-wal"), 0);
}

/* ---- damage ---- */

/* Opens a file that may be damaged anywhere: either it works, or it was set aside as it was. */
static StoreProblem open_damaged(const File *damaged, const char *what, size_t at)
{
        CLEANUP_REPORT StoreReport report = { 0 };
        CLEANUP(stored_endpoints_done) StoredEndpoints e = { 0 };
        CLEANUP(store_page_done) StorePage page = { 0 };
        CLEANUP_STORE Store *s = NULL;
        int r = open_with(&report, &s);

        if (report.problem == STORE_PROBLEM_NEWER) {
                ck_assert_int_eq(r, -EOPNOTSUPP);
                return report.problem;
        }
        ck_assert_msg(r == 0, "%s at %zu: %d, %s", what, at, r, report.text);
        ck_assert_ptr_nonnull(s);

        if (report.problem == STORE_PROBLEM_DAMAGED) {
                ck_assert_ptr_nonnull(report.text);
                ck_assert(is_same_file(report.set_aside, damaged));
                ck_assert_int_eq(save_state(s, "QM1", 3), 0);
                return report.problem;
        }

        ck_assert_int_eq(report.problem, STORE_PROBLEM_NONE);
        r = store_load(s, &e);
        ck_assert_msg(r == 0 || r == -EBADMSG, "%s at %zu: %d", what, at, r);
        r = store_changes(s, &(StoreQuery){ .kind = _DRIFT_KIND_MAX }, &page);
        ck_assert_msg(r == 0 || r == -EBADMSG, "%s at %zu: %d", what, at, r);
        r = store_save_facts(s, "QM1", &(StoredFacts){ .dates_at = NOW });
        ck_assert_msg(r == 0 || r == -EBADMSG, "%s at %zu: %d", what, at, r);
        return report.problem;
}

START_TEST(random_bytes_are_set_aside)
{
        uint8_t bytes[8192];
        const File damaged = { bytes, sizeof(bytes) };
        uint32_t x = 1;
        CLEANUP_STORE Store *s = NULL;

        for (size_t i = 0; i < sizeof(bytes); i++) {
                x = x * 1664525 + 1013904223;
                bytes[i] = (uint8_t) (x >> 24);
        }
        write_file(path, bytes, sizeof(bytes));
        ck_assert_int_eq(open_damaged(&damaged, "random bytes", 0), STORE_PROBLEM_DAMAGED);

        s = open_store();
        ck_assert_uint_eq(count_files("state.db.damaged-20260101T000000Z"), 1);
}
END_TEST

START_TEST(an_empty_file_is_a_new_one)
{
        CLEANUP_STORE Store *s = NULL;

        write_file(path, "", 0);
        s = open_store();
        ck_assert_int_eq(save_state(s, "A", 1), 0);
}
END_TEST

START_TEST(a_truncated_file_is_set_aside)
{
        CLEANUP_FILE File whole = { 0 };

        make_file();
        whole = read_file(path);
        ck_assert_uint_gt(whole.len, 8 * 4096);
        /* SQLite takes a file of one byte for an empty one. */
        for (size_t len = 2; len < whole.len; len += len < 200 ? 13 : 1021) {
                const File damaged = { whole.data, len };

                remove_files();
                write_file(path, whole.data, len);
                ck_assert_msg(open_damaged(&damaged, "truncated", len) == STORE_PROBLEM_DAMAGED,
                        "truncated at %zu", len);
        }
}
END_TEST

START_TEST(a_flipped_bit_never_keeps_it_from_opening)
{
        CLEANUP_FILE File whole = { 0 };
        unsigned n[_STORE_PROBLEM_MAX] = { 0 };
        uint32_t x = 12345;

        make_file();
        whole = read_file(path);
        for (size_t i = 0; i < N_FLIPS; i++) {
                uint8_t *byte;
                size_t at;

                x = x * 1664525 + 1013904223;
                /* The header, byte by byte, and then anywhere. */
                at = i < 100 ? i : (x >> 3) % whole.len;
                byte = (uint8_t *) whole.data + at;
                *byte ^= (uint8_t) (1U << (x & 7));
                remove_files();
                write_file(path, whole.data, whole.len);
                n[open_damaged(&whole, "bit flipped", at)]++;
                *byte ^= (uint8_t) (1U << (x & 7));
        }
        /* All three were met, or this test tests nothing. */
        ck_assert_uint_gt(n[STORE_PROBLEM_NONE], 10);
        ck_assert_uint_gt(n[STORE_PROBLEM_DAMAGED], 10);
        ck_assert_uint_gt(n[STORE_PROBLEM_NEWER], 0);
}
END_TEST

START_TEST(a_damaged_log_loses_its_end_only)
{
        CLEANUP_FREE char *log = beside("-wal");
        CLEANUP_FILE File main = { 0 };
        CLEANUP_FILE File whole = { 0 };
        Store *s = NULL;
        int last = -1;

        s = open_store();
        for (unsigned state = 1; state <= 4; state++)
                ck_assert_int_eq(save_state(s, "A", state), 0);
        /* As it would be after a kill. */
        main = read_file(path);
        whole = read_file(log);
        (void) store_close(s);

        for (size_t len = 0; len <= whole.len; len += 997) {
                int state;

                remove_files();
                write_file(path, main.data, main.len);
                write_file(log, whole.data, len);
                s = open_store();
                state = state_of(s, "A");
                ck_assert_int_ge(state, last);
                last = state;
                (void) store_close(s);
        }
        ck_assert_int_ge(last, 3);
}
END_TEST

START_TEST(a_log_without_its_file_is_set_aside_not_deleted)
{
        CLEANUP_FREE char *log = beside("-wal");
        CLEANUP_REPORT StoreReport report = { 0 };
        CLEANUP_FILE File whole = { 0 };
        CLEANUP_STORE Store *s = open_store();

        ck_assert_int_eq(save_state(s, "A", 1), 0);
        whole = read_file(log);
        s = store_close(s);
        remove_files();
        write_file(log, whole.data, whole.len);

        ck_assert_int_eq(open_with(&report, &s), 0);
        ck_assert_int_eq(report.problem, STORE_PROBLEM_DAMAGED);
        remove_beside("-wal");
        ck_assert_uint_eq(count_files("damaged-20260101T000000Z-wal"), 1);
}
END_TEST

static const struct {
        const char *what, *sql;
} strange_files[] = {
        { "a database of another program",
                "CREATE TABLE cookies (x); PRAGMA user_version = 1" },
        { "ours by its number, without our tables",
                "PRAGMA application_id = 1297175628; PRAGMA user_version = 1; CREATE TABLE x (y)" },
        { "of no version", "PRAGMA application_id = 1297175628; CREATE TABLE x (y)" },
        { "of a version below zero",
                "PRAGMA application_id = 1297175628; PRAGMA user_version = -1" },
};

START_TEST(a_strange_database_is_set_aside)
{
        CLEANUP_FILE File whole = { 0 };

        tamper(strange_files[_i].sql);
        whole = read_file(path);
        ck_assert_msg(open_damaged(&whole, strange_files[_i].what, 0) == STORE_PROBLEM_DAMAGED,
                "%s", strange_files[_i].what);
}
END_TEST

START_TEST(a_missing_column_is_damage)
{
        CLEANUP_REPORT StoreReport report = { 0 };
        CLEANUP_STORE Store *s = NULL;

        make_file();
        tamper("ALTER TABLE baseline DROP COLUMN on_other");
        ck_assert_int_eq(open_with(&report, &s), 0);
        ck_assert_int_eq(report.problem, STORE_PROBLEM_DAMAGED);
}
END_TEST

START_TEST(three_damaged_files_are_kept)
{
        for (int i = 0; i < 6; i++) {
                CLEANUP_REPORT StoreReport report = { 0 };
                CLEANUP_STORE Store *s = NULL;

                remove_beside("");
                write_file(path, "garbage", 7);
                ck_assert_int_eq(store_open(path, NOW + i * 3600, &report, &s), 0);
                ck_assert_int_eq(report.problem, STORE_PROBLEM_DAMAGED);
        }
        ck_assert_uint_eq(count_files("damaged-"), STORE_DAMAGED_KEPT);
        ck_assert_uint_eq(count_files("damaged-20260101T000000Z"), 0);
        ck_assert_uint_eq(count_files("damaged-20260101T050000Z"), 1);
}
END_TEST

START_TEST(two_damaged_files_of_one_second_are_both_kept)
{
        for (int i = 0; i < 2; i++) {
                CLEANUP_REPORT StoreReport report = { 0 };
                CLEANUP_STORE Store *s = NULL;

                remove_beside("");
                write_file(path, "garbage", 7);
                ck_assert_int_eq(open_with(&report, &s), 0);
        }
        ck_assert_uint_eq(count_files("damaged-20260101T000000Z"), 2);
}
END_TEST

START_TEST(the_report_is_one_printable_line)
{
        CLEANUP_REPORT StoreReport report = { 0 };
        CLEANUP_STORE Store *s = NULL;

        free(path);
        path = pki_path(dir, "st\nate\x1b[31m");
        write_file(path, "garbage", 7);
        ck_assert_int_eq(open_with(&report, &s), 0);
        for (const char *c = report.text; *c; c++)
                ck_assert(*c >= ' ' && *c <= '~');
        ck_assert_ptr_nonnull(strstr(report.text, "set aside as"));
}
END_TEST

/* ---- a newer version ---- */

START_TEST(a_newer_file_is_left_alone)
{
        CLEANUP_REPORT StoreReport report = { 0 };
        CLEANUP_FREE char *log = beside("-wal");
        CLEANUP_FILE File main = { 0 };
        CLEANUP_FILE File in_log = { 0 };
        Store *s = NULL;

        make_file();
        tamper("PRAGMA user_version = 99");
        /* With a log, as a newer version leaves it behind when it is killed. */
        ck_assert_int_eq(chmod(path, 0644), 0);
        {
                sqlite3 *db = NULL;

                ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
                ck_assert_int_eq(sqlite3_exec(db, "CREATE TABLE future (x)", NULL, NULL, NULL),
                        SQLITE_OK);
                main = read_file(path);
                in_log = read_file(log);
                ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
                write_file(path, main.data, main.len);
                write_file(log, in_log.data, in_log.len);
        }

        for (int i = 0; i < 2; i++) {
                ck_assert_int_eq(open_with(&report, &s), -EOPNOTSUPP);
                ck_assert_ptr_null(s);
                ck_assert_int_eq(report.problem, STORE_PROBLEM_NEWER);
                ck_assert_ptr_nonnull(strstr(report.text, "later version"));
                store_report_done(&report);
                ck_assert(is_same_file(path, &main));
                ck_assert(is_same_file(log, &in_log));
        }
        ck_assert_uint_eq(count_files("damaged"), 0);
}
END_TEST

/* ---- places where nothing can be written ---- */

START_TEST(a_directory_that_is_a_file_is_no_place)
{
        CLEANUP_FREE char *below = beside("/state.db");
        CLEANUP_REPORT StoreReport report = { 0 };
        Store *s = NULL;

        write_file(path, "a file", 6);
        ck_assert_int_lt(store_open(below, NOW, &report, &s), 0);
        ck_assert_ptr_null(s);
        ck_assert_int_eq(report.problem, STORE_PROBLEM_UNAVAILABLE);
        ck_assert_ptr_nonnull(strstr(report.text, "probing goes on"));
        /* What to do follows, and is another's to say. */
        ck_assert_int_ne(report.text[strlen(report.text) - 1], '.');
}
END_TEST

START_TEST(a_file_that_is_a_directory_is_no_file)
{
        CLEANUP_REPORT StoreReport report = { 0 };
        Store *s = NULL;

        ck_assert_int_lt(store_open(dir, NOW, &report, &s), 0);
        ck_assert_int_eq(report.problem, STORE_PROBLEM_UNAVAILABLE);
}
END_TEST

/* Runs `f` in a child; as somebody to whom permissions apply, or not at all where that cannot be. */
static void run_in_child(void (*f)(void), bool as_nobody)
{
        int status = 0;
        pid_t pid = fork();

        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                if (as_nobody && getuid() == 0 && (setgid(NOBODY) < 0 || setuid(NOBODY) < 0))
                        _exit(SKIPPED);
                f();
                _exit(0);
        }
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert(WIFEXITED(status));
        if (WEXITSTATUS(status) == SKIPPED) {
                (void) fprintf(stderr, "skipped: root, and cannot become somebody else\n");
                return;
        }
        ck_assert_int_eq(WEXITSTATUS(status), 0);
}

/* Check's own assertions would report to the parent's pipe; this is seen in the exit status. */
#define CHILD_ASSERT(e)                                                                            \
        do {                                                                                       \
                if (!(e)) {                                                                        \
                        (void) fprintf(stderr, "%d: %s\n", __LINE__, #e);                          \
                        _exit(1);                                                                  \
                }                                                                                  \
        } while (0)

static void find_read_only(void)
{
        CLEANUP_REPORT StoreReport report = { 0 };
        CLEANUP(stored_endpoints_done) StoredEndpoints e = { 0 };
        CLEANUP_STORE Store *s = NULL;

        CHILD_ASSERT(open_with(&report, &s) == 0);
        CHILD_ASSERT(report.problem == STORE_PROBLEM_READ_ONLY);
        CHILD_ASSERT(strstr(report.text, "cannot be written"));
        CHILD_ASSERT(store_is_read_only(s));
        CHILD_ASSERT(store_load(s, &e) == 0);
        CHILD_ASSERT(e.n_endpoints == N_ENDPOINTS);
        CHILD_ASSERT(save_state(s, "QM1", 3) == -EROFS);
        CHILD_ASSERT(store_begin(s) == -EROFS);
        CHILD_ASSERT(store_error(s)[0] != '\0');
}

START_TEST(a_read_only_directory_can_still_be_read)
{
        CLEANUP_STORE Store *s = NULL;

        make_file();
        ck_assert_int_eq(chmod(path, 0444), 0);
        ck_assert_int_eq(chmod(dir, 0555), 0);
        run_in_child(find_read_only, true);
        ck_assert_int_eq(chmod(path, 0644), 0);
        /* A file that could be written, but its log could not be. */
        run_in_child(find_read_only, true);
        ck_assert_int_eq(chmod(dir, 0755), 0);
        s = open_store();
        ck_assert_int_eq(state_of(s, "QM1"), 2);
}
END_TEST

/* Killed with everything still in the log, and then the disk was mounted for reading only. */
static void die_without_a_checkpoint(void)
{
        Store *s = open_store();

        CHILD_ASSERT(save_state(s, "QM1", 3) == 0);
        _exit(0);
}

static void find_what_the_log_holds(void)
{
        CLEANUP_REPORT StoreReport report = { 0 };
        CLEANUP_STORE Store *s = NULL;

        CHILD_ASSERT(open_with(&report, &s) == 0);
        CHILD_ASSERT(report.problem == STORE_PROBLEM_READ_ONLY);
        CHILD_ASSERT(state_of(s, "QM1") == 3);
        CHILD_ASSERT(save_state(s, "QM1", 1) == -EROFS);
}

START_TEST(what_only_the_log_holds_is_read_from_a_read_only_directory)
{
        CLEANUP_FREE char *log = beside("-wal"), *index = beside("-shm");
        CLEANUP_STORE Store *s = NULL;

        make_file();
        run_in_child(die_without_a_checkpoint, false);
        ck_assert_uint_eq(count_files("-wal"), 1);
        ck_assert_int_eq(chmod(path, 0444), 0);
        ck_assert_int_eq(chmod(log, 0444), 0);
        ck_assert_int_eq(chmod(index, 0444), 0);
        ck_assert_int_eq(chmod(dir, 0555), 0);
        run_in_child(find_what_the_log_holds, true);

        ck_assert_int_eq(chmod(dir, 0755), 0);
        ck_assert_int_eq(chmod(path, 0644), 0);
        ck_assert_int_eq(chmod(log, 0644), 0);
        ck_assert_int_eq(chmod(index, 0644), 0);
        s = open_store();
        ck_assert_int_eq(state_of(s, "QM1"), 3);
}
END_TEST

static void find_no_place(void)
{
        CLEANUP_REPORT StoreReport report = { 0 };
        Store *s = NULL;
        int r = open_with(&report, &s);

        CHILD_ASSERT(r == -EACCES || r == -EROFS);
        CHILD_ASSERT(!s);
        CHILD_ASSERT(report.problem == STORE_PROBLEM_UNAVAILABLE);
}

START_TEST(an_empty_read_only_directory_is_no_place)
{
        ck_assert_int_eq(chmod(dir, 0555), 0);
        run_in_child(find_no_place, true);
        ck_assert_int_eq(chmod(dir, 0755), 0);
}
END_TEST

/* No file may grow beyond this: a disk that is full. */
static void fill_the_disk(void)
{
        CLEANUP_STORE Store *s = open_store();
        const struct rlimit limit = { 40960, 40960 };
        char name[16];
        unsigned n = 0;
        int r = 0;

        CHILD_ASSERT(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
        CHILD_ASSERT(setrlimit(RLIMIT_FSIZE, &limit) == 0);
        for (n = 0; n < 1000 && r == 0; n++) {
                (void) snprintf(name, sizeof(name), "more%u", n);
                r = save_state(s, name, 1);
        }
        CHILD_ASSERT(r == -ENOSPC || r == -EFBIG || r == -EIO);
        CHILD_ASSERT(store_error(s)[0] != '\0');
        CHILD_ASSERT(save_state(s, "QM1", 3) < 0);
        /* What was there can be read. */
        CHILD_ASSERT(state_of(s, "QM1") == 2);
        for (unsigned i = 0; i + 1 < n; i++) {
                (void) snprintf(name, sizeof(name), "more%u", i);
                CHILD_ASSERT(state_of(s, name) == 1);
        }
}

START_TEST(a_full_disk_loses_nothing_that_was_saved)
{
        CLEANUP_STORE Store *s = NULL;

        make_file();
        run_in_child(fill_the_disk, false);
        s = open_store();
        ck_assert_int_eq(state_of(s, "QM1"), 2);
        ck_assert_int_eq(save_state(s, "QM1", 3), 0);
}
END_TEST

/* ---- death at every write ---- */

/* What the child does: from nothing (or state 1) to state 4, and a clean end. */
static void live(bool is_new)
{
        CLEANUP_REPORT StoreReport report = { 0 };
        Store *s = NULL;

        CHILD_ASSERT(open_with(&report, &s) == 0);
        CHILD_ASSERT(report.problem == STORE_PROBLEM_NONE);
        if (is_new)
                CHILD_ASSERT(save_state(s, "A", 1) == 0);
        CHILD_ASSERT(save_state(s, "A", 2) == 0);
        CHILD_ASSERT(save_state(s, "A", 3) == 0);
        CHILD_ASSERT(store_save_facts(s, "B", &(StoredFacts){ .dates_at = NOW }) == 0);
        CHILD_ASSERT(save_state(s, "A", 4) == 0);
        s = store_close(s);
        store_report_done(&report);
}

/* True when the child lived to its end. */
static bool live_until(DiskFault fault, unsigned at, bool is_new)
{
        int status = 0;
        pid_t pid = fork();

        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                faulty_disk_set(fault, at, 0);
                live(is_new);
                _exit(0);
        }
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert_msg(WIFEXITED(status) &&
                        (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == DISK_KILLED),
                "status %d at %u", status, at);
        return WEXITSTATUS(status) == 0;
}

static const struct {
        const char *what;
        DiskFault fault;
        bool is_new;
} deaths[] = {
        { "killed before a write to a new file", DISK_FAULT_KILL, true },
        { "killed before a write to an old file", DISK_FAULT_KILL, false },
        { "killed in the middle of a write to a new file", DISK_FAULT_KILL_TORN, true },
        { "killed in the middle of a write to an old file", DISK_FAULT_KILL_TORN, false },
};

START_TEST(death_at_any_write_leaves_the_old_state_or_the_new)
{
        bool is_done = false;
        int highest = -1;
        unsigned at = 0;

        for (at = 1; !is_done && at < 2000; at++) {
                Store *s = NULL;
                int state;

                remove_files();
                if (!deaths[_i].is_new) {
                        s = open_store();
                        ck_assert_int_eq(save_state(s, "A", 1), 0);
                        (void) store_close(s);
                }

                is_done = live_until(deaths[_i].fault, at, deaths[_i].is_new);
                s = open_store();
                state = state_of(s, "A");
                ck_assert_int_ge(state, deaths[_i].is_new ? -1 : 1);
                /* Whoever lived longer has saved no less. */
                ck_assert_msg(state >= highest, "%s at %u: state %d after %d", deaths[_i].what, at,
                        state, highest);
                highest = state;
                ck_assert_int_eq(store_save_facts(s, "C", &(StoredFacts){ .dates_at = 1 }), 0);
                (void) store_close(s);
        }
        ck_assert(is_done);
        ck_assert_int_eq(highest, 4);
        ck_assert_uint_gt(at, 25);
        ck_assert_uint_eq(count_files("damaged"), 0);
}
END_TEST

/* ---- a disk that fails at every operation ---- */

static const struct {
        const char *what;
        DiskFault fault;
        int rc, r;
} failures[] = {
        { "full once", DISK_FAULT_ERROR, SQLITE_FULL, -ENOSPC },
        { "full from then on", DISK_FAULT_ERRORS, SQLITE_FULL, -ENOSPC },
        { "a write fails once", DISK_FAULT_ERROR, SQLITE_IOERR_WRITE, -EIO },
        { "writes fail from then on", DISK_FAULT_ERRORS, SQLITE_IOERR_WRITE, -EIO },
        { "syncs and all else fail from then on", DISK_FAULT_ERRORS, SQLITE_IOERR_FSYNC, -EIO },
        { "read-only from then on", DISK_FAULT_ERRORS, SQLITE_READONLY, -EROFS },
};

START_TEST(a_failing_disk_is_told_and_nothing_saved_is_lost)
{
        bool is_done = false;
        unsigned at = 0;

        for (at = 1; !is_done && at < 500; at++) {
                CLEANUP_STORE Store *s = NULL;
                int r, before = 1;

                faulty_disk_set(DISK_FAULT_NONE, 0, 0);
                remove_files();
                s = open_store();
                ck_assert_int_eq(save_state(s, "A", 1), 0);

                faulty_disk_set(failures[_i].fault, at, failures[_i].rc);
                for (unsigned state = 2; state <= 4; state++) {
                        r = save_state(s, "A", state);
                        if (r < 0) {
                                ck_assert_str_ne(store_error(s), "");
                                break;
                        }
                        before = (int) state;
                }
                ck_assert_msg(r == 0 || r == failures[_i].r ||
                                (failures[_i].r == -EIO && r != -EBADMSG),
                        "%s at %u: %d", failures[_i].what, at, r);
                is_done = !faulty_disk_has_failed();

                /* The disk is well again. */
                faulty_disk_set(DISK_FAULT_NONE, 0, 0);
                ck_assert_int_eq(state_of(s, "A"), before);
                ck_assert_int_eq(
                        store_save_facts(s, "B", &(StoredFacts){ .dates_at = NOW }), 0);
                s = store_close(s);
                s = open_store();
                ck_assert_int_eq(state_of(s, "A"), before);
        }
        ck_assert(is_done);
        ck_assert_uint_gt(at, 10);
}
END_TEST

START_TEST(a_disk_that_fails_at_opening_is_told)
{
        bool is_done = false;
        unsigned at = 0;

        for (at = 1; !is_done && at < 500; at++) {
                CLEANUP_REPORT StoreReport report = { 0 };
                CLEANUP_STORE Store *s = NULL;
                int r;

                remove_files();
                faulty_disk_set(failures[_i].fault, at, failures[_i].rc);
                r = open_with(&report, &s);
                is_done = !faulty_disk_has_failed();
                if (r < 0) {
                        ck_assert_ptr_null(s);
                        ck_assert_int_eq(report.problem, STORE_PROBLEM_UNAVAILABLE);
                        ck_assert_ptr_nonnull(report.text);
                }
                if (report.problem != STORE_PROBLEM_NONE)
                        ck_assert_ptr_nonnull(report.text);

                faulty_disk_set(DISK_FAULT_NONE, 0, 0);
                s = store_close(s);
                s = open_store();
                ck_assert_int_eq(save_state(s, "A", 1), 0);
        }
        ck_assert(is_done);
        ck_assert_uint_gt(at, 5);
        faulty_disk_set(DISK_FAULT_NONE, 0, 0);
        ck_assert_uint_eq(count_files("damaged"), 0);
}
END_TEST

START_TEST(a_batch_that_dies_saves_nothing_of_it)
{
        bool is_done = false;

        for (unsigned at = 1; !is_done && at < 500; at++) {
                CLEANUP_STORE Store *s = NULL;
                int r = 0;

                faulty_disk_set(DISK_FAULT_NONE, 0, 0);
                remove_files();
                s = open_store();
                ck_assert_int_eq(save_state(s, "A", 1), 0);
                ck_assert_int_eq(store_begin(s), 0);
                faulty_disk_set(DISK_FAULT_ERROR, at, SQLITE_FULL);
                (void) save_state(s, "A", 2);
                (void) save_state(s, "A", 3);
                r = store_commit(s);
                is_done = !faulty_disk_has_failed();
                faulty_disk_set(DISK_FAULT_NONE, 0, 0);
                ck_assert_int_eq(state_of(s, "A"), r == 0 ? 3 : 1);
                ck_assert(r == 0 || r == -ENOSPC || r == -ECANCELED);
                ck_assert_int_eq(store_save_facts(s, "B", &(StoredFacts){ .dates_at = 1 }), 0);
        }
        ck_assert(is_done);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("store_damage");
        TCase *t = tcase_create("store_damage");

        tcase_set_timeout(t, 120);
        tcase_add_checked_fixture(t, set_up, tear_down);
        tcase_add_test(t, random_bytes_are_set_aside);
        tcase_add_test(t, an_empty_file_is_a_new_one);
        tcase_add_test(t, a_truncated_file_is_set_aside);
        tcase_add_test(t, a_flipped_bit_never_keeps_it_from_opening);
        tcase_add_test(t, a_damaged_log_loses_its_end_only);
        tcase_add_test(t, a_log_without_its_file_is_set_aside_not_deleted);
        tcase_add_loop_test(t, a_strange_database_is_set_aside, 0, ARRAY_LEN(strange_files));
        tcase_add_test(t, a_missing_column_is_damage);
        tcase_add_test(t, three_damaged_files_are_kept);
        tcase_add_test(t, two_damaged_files_of_one_second_are_both_kept);
        tcase_add_test(t, the_report_is_one_printable_line);
        tcase_add_test(t, a_newer_file_is_left_alone);
        tcase_add_test(t, a_directory_that_is_a_file_is_no_place);
        tcase_add_test(t, a_file_that_is_a_directory_is_no_file);
        tcase_add_test(t, a_read_only_directory_can_still_be_read);
        tcase_add_test(t, what_only_the_log_holds_is_read_from_a_read_only_directory);
        tcase_add_test(t, an_empty_read_only_directory_is_no_place);
        tcase_add_test(t, a_full_disk_loses_nothing_that_was_saved);
        tcase_add_loop_test(t, death_at_any_write_leaves_the_old_state_or_the_new, 0,
                ARRAY_LEN(deaths));
        tcase_add_loop_test(t, a_failing_disk_is_told_and_nothing_saved_is_lost, 0,
                ARRAY_LEN(failures));
        tcase_add_loop_test(t, a_disk_that_fails_at_opening_is_told, 0, ARRAY_LEN(failures));
        tcase_add_test(t, a_batch_that_dies_saves_nothing_of_it);
        suite_add_tcase(suite, t);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
