/* SPDX-License-Identifier: MIT */

/*
 * Opening, and what is said about it. A file is looked at before anything is changed in it, and
 * thoroughly: a page that is found damaged half a year later would be found by somebody who wants to
 * know what happened. Until that look is over, closing does not even move the log into the file.
 */

#include "model/store_internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/escape.h"

void store_report_done(StoreReport *r)
{
        assert(r);

        free(r->text);
        free(r->set_aside);
        *r = (StoreReport) {0};
}

/* ---- opening ---- */

/* The file is not trusted, not even to be one of ours (SQLite: "Defense Against The Dark Arts"). */
static int harden(Store *s)
{
        static const struct {
                int option, value;
        } options[] = {
                {SQLITE_DBCONFIG_DEFENSIVE, 1},
                {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
        };

        for (size_t i = 0; i < ARRAY_LEN(options); i++) {
                int r = store_result(s,
                        sqlite3_db_config(s->db, options[i].option, options[i].value, NULL));

                if (r < 0)
                        return r;
        }

        (void) sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, 1 << 20);
        (void) sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 0);
        return store_exec(s, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0");
}

static int connect_to(const char *name, int flags, Store **ret)
{
        CLEANUP(store_cleanup) Store *s = NULL;
        int rc, r;

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;

        rc = sqlite3_open_v2(
                name, &s->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
        if (!s->db)
                return -ENOMEM;

        r = store_result(s, rc);
        if (r == 0 && (flags & SQLITE_OPEN_READWRITE) && sqlite3_db_readonly(s->db, "main") == 1)
                r = store_fail(s, -EROFS, "the file cannot be written");
        if (r == 0)
                r = store_result(s, sqlite3_busy_timeout(s->db, STORE_BUSY_MSEC));
        if (r == 0)
                r = harden(s);

        /* Also on failure, for its words. */
        *ret = STEAL(s);
        return r;
}

/* Looks, and then makes it ready to be written. */
static int make_ready(Store *s, StoreVerdict *ret_verdict)
{
        bool changed = false;
        int r;

        r = store_schema_inspect(s, ret_verdict);
        if (r < 0 || *ret_verdict != STORE_VERDICT_OURS)
                return r;
        /* The file system would let us, but the file itself says that only later versions of SQLite may
         * write it ("Database File Format", 1.3.3). We never wrote such a one. */
        if (sqlite3_db_readonly(s->db, "main") == 1)
                return store_fail(s, -EBADMSG, "it is of a format that was never written");

        r = store_exec(s,
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                "PRAGMA journal_size_limit = 8388608");
        if (r < 0)
                return r;
        r = store_schema_migrate(s);
        if (r < 0)
                return r;
        r = store_schema_prepare(s);
        if (r < 0)
                return r;
        r = store_is_changed(s, &changed);
        if (r < 0)
                return r;
        return store_result(
                s, sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL));
}

/* SQLite has tried more than one way, and "no such file" is the answer to the last. */
static int why_not_created(const char *path)
{
        CLEANUP_BUF Buf directory = BUF_INIT;
        const char *slash = strrchr(path, '/');

        if (slash)
                buf_append(&directory, path, (size_t) (slash - path) + 1);
        else
                buf_append_str(&directory, ".");
        if (buf_error(&directory) < 0)
                return -ENOMEM;
        return faccessat(AT_FDCWD, buf_str(&directory), W_OK | X_OK, AT_EACCESS) < 0 ? -errno
                                                                                     : -ENOENT;
}

/* `*ret` is set also on failure, for its words; NULL without memory. */
static int open_to_write(const char *path, StoreVerdict *ret_verdict, Store **ret)
{
        int r;

        if (store_damage_is_orphan(path)) {
                *ret_verdict = STORE_VERDICT_DAMAGED;
                return 0;
        }

        r = connect_to(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, ret);
        if (r == 0)
                r = make_ready(*ret, ret_verdict);
        if (r == -EBADMSG) {
                *ret_verdict = STORE_VERDICT_DAMAGED;
                return 0;
        }
        return r == -ENOENT ? why_not_created(path) : r;
}

static int open_to_read_as(const char *name, int flags, Store **ret)
{
        CLEANUP(store_cleanup) Store *s = NULL;
        StoreVerdict verdict = STORE_VERDICT_OURS;
        bool changed = false;
        int r;

        r = connect_to(name, SQLITE_OPEN_READONLY | flags, &s);
        /* Whoever keeps it busy was waited for already. */
        if (r == 0)
                r = store_result(s, sqlite3_busy_timeout(s->db, 0));
        if (r < 0)
                return r;
        s->read_only = true;
        r = store_schema_inspect(s, &verdict);
        if (r < 0)
                return r;
        if (verdict != STORE_VERDICT_OURS)
                return -EBADMSG;
        r = store_schema_prepare(s);
        if (r < 0)
                return r;
        r = store_is_changed(s, &changed);
        if (r < 0)
                return r;

        *ret = STEAL(s);
        return 0;
}

/*
 * With its log, which after a crash holds what was saved last. Where that needs an index that there is
 * not and no room to make one, the file is read as if nobody could change it ("immutable"): the state at
 * the last checkpoint, which is all of it after a clean end.
 */
static int open_to_read(const char *path, Store **ret)
{
        CLEANUP_BUF Buf uri = BUF_INIT;
        int r;

        if (open_to_read_as(path, 0, ret) == 0)
                return 0;

        buf_append_str(&uri, "file:");
        escape_url(&uri, path, strlen(path));
        buf_append_str(&uri, "?immutable=1");
        r = buf_error(&uri);
        return r < 0 ? r : open_to_read_as(buf_str(&uri), SQLITE_OPEN_URI, ret);
}

/* ---- telling about it ---- */

static void report(StoreReport *ret, StoreProblem problem, Buf *text)
{
        ret->problem = problem;
        /* Without memory there is no sentence, but the problem is told. */
        if (buf_steal(text, &ret->text) < 0)
                ret->text = NULL;
}

static void append_path(Buf *b, const char *path)
{
        escape_log(b, path, strlen(path), 0);
}

static void report_newer(StoreReport *ret, const char *path)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        ret->r = -EOPNOTSUPP;
        append_path(&b, path);
        buf_append_str(&b, " was written by a later version of this program, and is left alone");
        report(ret, STORE_PROBLEM_NEWER, &b);
}

static void report_damaged(StoreReport *ret, const char *path, const char *why)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        append_path(&b, path);
        buf_appendf(&b, " is damaged (%s). It was set aside as ", why);
        append_path(&b, ret->set_aside);
        buf_append_str(&b, "; a new one is begun, and what is seen next becomes the baseline.");
        report(ret, STORE_PROBLEM_DAMAGED, &b);
}

static void report_errno(
        StoreReport *ret, StoreProblem problem, const char *path, int r, const char *why)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        ret->r = r;
        append_path(&b, path);
        buf_appendf(&b, " cannot be %s: %s%s%s%s; probing goes on %s what was saved",
                problem == STORE_PROBLEM_READ_ONLY ? "written" : "opened", strerrordesc_np(-r),
                why[0] != '\0' ? " (" : "", why, why[0] != '\0' ? ")" : "",
                problem == STORE_PROBLEM_READ_ONLY ? "with" : "without");
        report(ret, problem, &b);
}

/* Puts the damaged file away and begins anew. `why` is the old one's. */
static int begin_anew(
        const char *path, int64_t now_at, const char *why, StoreReport *report_, Store **ret)
{
        CLEANUP(store_cleanup) Store *s = NULL;
        StoreVerdict verdict = STORE_VERDICT_OURS;
        int r;

        r = store_damage_set_aside(path, now_at, &report_->set_aside);
        if (r < 0) {
                report_errno(report_, STORE_PROBLEM_UNAVAILABLE, path, r,
                        "it is damaged, and cannot be set aside");
                return r;
        }

        r = open_to_write(path, &verdict, &s);
        if (r == 0 && verdict != STORE_VERDICT_OURS)
                r = -EBADMSG;
        if (r < 0) {
                report_errno(
                        report_, STORE_PROBLEM_UNAVAILABLE, path, r, s ? s->error : "no memory");
                return r;
        }

        report_damaged(report_, path, why);
        *ret = STEAL(s);
        return 0;
}

/* For somebody who only drops in: the owner will have said more. */
static int report_beside(StoreReport *ret, const char *path, int r, const char *why)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        ret->r = r;
        append_path(&b, path);
        if (r == -EBADMSG)
                buf_appendf(&b, " is damaged%s%s%s; a daemon that is started will set it aside",
                        why[0] != '\0' ? " (" : "", why, why[0] != '\0' ? ")" : "");
        else
                buf_appendf(&b, " cannot be opened: %s%s%s%s", strerrordesc_np(-r),
                        why[0] != '\0' ? " (" : "", why, why[0] != '\0' ? ")" : "");
        report(ret, r == -EBADMSG ? STORE_PROBLEM_DAMAGED : STORE_PROBLEM_UNAVAILABLE, &b);
        return r;
}

int store_open_beside(const char *path, StoreReport *ret_report, Store **ret)
{
        CLEANUP(store_cleanup) Store *s = NULL;
        StoreVerdict verdict = STORE_VERDICT_OURS;
        struct stat st;
        int r;

        assert(path);
        assert(ret_report);
        assert(ret);

        *ret_report = (StoreReport) {0};
        if (stat(path, &st) < 0)
                return report_beside(ret_report, path, -errno, "");
        r = connect_to(path, SQLITE_OPEN_READWRITE, &s);
        if (r == 0)
                r = make_ready(s, &verdict);
        if (r == 0 && verdict == STORE_VERDICT_DAMAGED)
                r = -EBADMSG;
        if (r == 0 && verdict == STORE_VERDICT_NEWER) {
                report_newer(ret_report, path);
                return -EOPNOTSUPP;
        }
        if (r < 0)
                return report_beside(ret_report, path, r, s ? s->error : "");

        *ret = STEAL(s);
        return 0;
}

int store_open(const char *path, int64_t now_at, StoreReport *ret_report, Store **ret)
{
        CLEANUP(store_cleanup) Store *s = NULL;
        StoreVerdict verdict = STORE_VERDICT_OURS;
        char why[STORE_ERROR_MAX];
        int r;

        assert(path);
        assert(ret_report);
        assert(ret);

        *ret_report = (StoreReport) {0};
        r = open_to_write(path, &verdict, &s);
        (void) snprintf(why, sizeof(why), "%s", s ? s->error : "");
        if (r < 0) {
                s = store_close(s);
                if (open_to_read(path, ret) == 0) {
                        report_errno(ret_report, STORE_PROBLEM_READ_ONLY, path, r, why);
                        return 0;
                }
                report_errno(ret_report, STORE_PROBLEM_UNAVAILABLE, path, r, why);
                return r;
        }

        switch (verdict) {
        case STORE_VERDICT_OURS:
                *ret = STEAL(s);
                return 0;
        case STORE_VERDICT_NEWER:
                report_newer(ret_report, path);
                return -EOPNOTSUPP;
        case STORE_VERDICT_DAMAGED:
                s = store_close(s);
                return begin_anew(path, now_at, why[0] != '\0' ? why : "its content is not consistent",
                        ret_report, ret);
        }
        return -EIO;
}
