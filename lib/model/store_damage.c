/* SPDX-License-Identifier: MIT */

/* A damaged database is evidence, and may still be read by somebody with time: it gets a dated name and
 * makes room for a new one. */

#include "model/store_internal.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
        NAMES_MAX = 1000, /* damaged files looked at when old ones are let go */
        SAME_SECOND_MAX = 99,
};

static const char log_suffix[] = "-wal";

static off_t size_of(const char *path, const char *suffix)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        struct stat st;

        buf_appendf(&b, "%s%s", path, suffix);
        return buf_error(&b) == 0 && stat(buf_str(&b), &st) == 0 ? st.st_size : -1;
}

bool store_damage_is_orphan(const char *path)
{
        assert(path);

        return size_of(path, "") <= 0 && size_of(path, log_suffix) > 0;
}

/* "PATH.damaged-20260101T000000Z", with "-1" behind it when that is taken. */
static int find_name(const char *path, int64_t now_at, char **ret)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        char at[TIMEFMT_RFC3339_SIZE];
        size_t len;

        timefmt_rfc3339(now_at, at);
        buf_appendf(&b, "%s.damaged-", path);
        for (const char *c = at; *c; c++)
                if (*c != '-' && *c != ':')
                        buf_append_char(&b, *c);

        len = b.len;
        for (unsigned i = 1; size_of(buf_str(&b), "") >= 0 || size_of(buf_str(&b), log_suffix) >= 0;
                i++) {
                if (i > SAME_SECOND_MAX)
                        return -EEXIST;
                if (buf_error(&b) < 0)
                        break;
                buf_truncate(&b, len);
                buf_appendf(&b, "-%u", i);
        }
        return buf_steal(&b, ret);
}

/* 0 also when there is nothing to rename. */
static int rename_with_suffix(const char *from, const char *to, const char *suffix)
{
        CLEANUP_BUF Buf old = BUF_INIT, new = BUF_INIT;

        buf_appendf(&old, "%s%s", from, suffix);
        buf_appendf(&new, "%s%s", to, suffix);
        if (buf_error(&old) < 0 || buf_error(&new) < 0)
                return -ENOMEM;
        if (rename(buf_str(&old), buf_str(&new)) < 0 && errno != ENOENT)
                return -errno;
        return 0;
}

static void remove_with_suffix(const char *path, const char *suffix)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_appendf(&b, "%s%s", path, suffix);
        if (buf_error(&b) == 0)
                (void) unlink(buf_str(&b));
}

/* ---- letting old ones go ---- */

/* The directory and the beginning of the names in it. */
static int split_path(const char *path, char **ret_directory, char **ret_prefix)
{
        CLEANUP_BUF Buf directory = BUF_INIT, prefix = BUF_INIT;
        CLEANUP_FREE char *d = NULL;
        const char *slash = strrchr(path, '/');
        int r;

        if (slash)
                buf_append(&directory, path, (size_t) (slash - path) + 1);
        else
                buf_append_str(&directory, ".");
        buf_appendf(&prefix, "%s.damaged-", slash ? slash + 1 : path);

        r = buf_steal(&directory, &d);
        if (r < 0)
                return r;
        r = buf_steal(&prefix, ret_prefix);
        if (r < 0)
                return r;
        *ret_directory = STEAL(d);
        return 0;
}

static bool is_log(const char *name)
{
        size_t len = strlen(name);

        return len >= sizeof(log_suffix) - 1 &&
                strcmp(name + len - (sizeof(log_suffix) - 1), log_suffix) == 0;
}

static int compare_newest_first(const void *a, const void *b)
{
        char *const *x = a, *const *y = b;

        return strcmp(*y, *x);
}

static size_t list_names(DIR *dir, const char *prefix, char *names[static NAMES_MAX])
{
        size_t n = 0;

        /* NOLINTNEXTLINE(concurrency-mt-unsafe) ; a stream of our own */
        for (struct dirent *e = readdir(dir); e && n < NAMES_MAX; e = readdir(dir)) {
                if (strncmp(e->d_name, prefix, strlen(prefix)) != 0 || is_log(e->d_name))
                        continue;
                names[n] = strdup(e->d_name);
                if (names[n])
                        n++;
        }
        return n;
}

/* The dates in the names sort as time does. Whatever fails here is tried again next time. */
static void let_old_ones_go(const char *directory, const char *prefix)
{
        char *names[NAMES_MAX] = {NULL};
        DIR *dir = opendir(directory);
        size_t n;

        if (!dir)
                return;

        n = list_names(dir, prefix, names);
        qsort(names, n, sizeof(*names), compare_newest_first);
        for (size_t i = 0; i < n; i++) {
                CLEANUP_BUF Buf path = BUF_INIT;

                buf_appendf(&path, "%s/%s", directory, names[i]);
                if (i >= STORE_DAMAGED_KEPT && buf_error(&path) == 0) {
                        remove_with_suffix(buf_str(&path), "");
                        remove_with_suffix(buf_str(&path), log_suffix);
                }
                free(names[i]);
        }
        (void) closedir(dir);
}

/* The new names survive a power cut. */
static void sync_directory(const char *directory)
{
        int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0)
                return;
        (void) fsync(fd);
        (void) close(fd);
}

int store_damage_set_aside(const char *path, int64_t now_at, char **ret_name)
{
        CLEANUP_FREE char *name = NULL, *directory = NULL, *prefix = NULL;
        int r;

        assert(path);
        assert(ret_name);

        r = split_path(path, &directory, &prefix);
        if (r < 0)
                return r;
        r = find_name(path, now_at, &name);
        if (r < 0)
                return r;

        /* The log first: a database without its log is still the same, a log without its database would
         * be taken for the new one's and deleted. */
        r = rename_with_suffix(path, name, log_suffix);
        if (r < 0)
                return r;
        r = rename_with_suffix(path, name, "");
        if (r < 0)
                return r;
        remove_with_suffix(path, "-shm");
        remove_with_suffix(path, "-journal");

        let_old_ones_go(directory, prefix);
        sync_directory(directory);
        *ret_name = STEAL(name);
        return 0;
}
