/* SPDX-License-Identifier: MIT */
#include "daemon/file_trail.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

enum {
        LINKS_MAX = 40, /* as Linux has it, path_resolution(7) */
};

/* Names that come, go, or get another mode: a file that cannot be read cannot be watched itself. */
#define DIR_EVENTS                                                                                 \
        (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF |        \
                IN_MOVE_SELF)
#define FILE_EVENTS (IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB)

/* One path on its way. */
typedef struct Walk {
        Buf dir;  /* where we are; "" is the root */
        Buf rest; /* what is still to be looked up */
        unsigned n_links;
        bool arrived; /* at the file, or where nothing is */
} Walk;

static int note_wd(FileTrail *t, int wd)
{
        if (util_grow(&t->wds, t->n_wds, sizeof(*t->wds)) < 0)
                return -ENOMEM;

        t->wds[t->n_wds++] = wd;
        return 0;
}

static FileTrailDir *find_dir(const FileTrail *t, const char *path)
{
        /* The next path mostly takes the way of the one before. */
        for (size_t i = t->n_dirs; i-- > 0;)
                if (strcmp(t->dirs[i].path, path) == 0)
                        return &t->dirs[i];
        return NULL;
}

/* The entry of a directory, which is watched from now on if it can be. NULL: no memory. */
static FileTrailDir *enter_dir(FileTrail *t, int fd, const char *path)
{
        FileTrailDir *known = find_dir(t, path);
        FileTrailDir d = {0};

        if (known)
                return known;

        d.path = strdup(path);
        if (!d.path || util_grow(&t->dirs, t->n_dirs, sizeof(*t->dirs)) < 0) {
                free(d.path);
                return NULL;
        }
        /* IN_MASK_ADD: the same directory may be met under two names, by a mount. */
        d.wd = inotify_add_watch(fd, path, DIR_EVENTS | IN_ONLYDIR | IN_DONT_FOLLOW | IN_MASK_ADD);
        if (d.wd < 0)
                d.wd = errno == ENOMEM ? -ENOSPC : -errno; /* the kernel's, not ours */
        t->dirs[t->n_dirs++] = d;
        if (d.wd >= 0 && note_wd(t, d.wd) < 0)
                return NULL;
        return &t->dirs[t->n_dirs - 1];
}

static int note_name(FileTrail *t, int wd, const char *name, size_t len)
{
        FileTrailName n = { .wd = wd };

        if (wd < 0)
                return 0;

        n.name = strndup(name, len);
        if (!n.name || util_grow(&t->names, t->n_names, sizeof(*t->names)) < 0) {
                free(n.name);
                return -ENOMEM;
        }
        t->names[t->n_names++] = n;
        return 0;
}

static int note_file(FileTrail *t, int fd, const char *path)
{
        int wd = inotify_add_watch(fd, path, FILE_EVENTS | IN_DONT_FOLLOW | IN_MASK_ADD);

        return wd < 0 ? 0 : note_wd(t, wd); /* its directory tells the rest */
}

static void leave_dir(Buf *dir)
{
        const char *slash = strrchr(buf_str(dir), '/');

        buf_truncate(dir, slash ? (size_t) (slash - buf_str(dir)) : 0);
}

/* Goes on where a link points to. */
static int follow_link(Walk *k, const char *link, const char *behind)
{
        CLEANUP_BUF Buf rest = BUF_INIT;
        char target[PATH_MAX];
        ssize_t n = readlink(link, target, sizeof(target));

        if (n < 0 || (size_t) n >= sizeof(target) || ++k->n_links > LINKS_MAX) {
                k->arrived = true;
                return 0;
        }

        buf_append(&rest, target, (size_t) n);
        buf_append_str(&rest, behind);
        if (buf_error(&rest) < 0)
                return -ENOMEM;
        if (target[0] == '/')
                buf_clear(&k->dir);
        buf_done(&k->rest);
        k->rest = rest;
        rest = (Buf) BUF_INIT;
        return 0;
}

/* Looks one name up in the directory that the walk has come to. `behind` is what follows it. */
static int look_up(FileTrail *t, int fd, Walk *k, const char *name, size_t len, const char *behind)
{
        bool is_last = behind[strspn(behind, "/")] == '\0';
        const char *path = k->dir.len > 0 ? buf_str(&k->dir) : "/";
        CLEANUP_BUF Buf full = BUF_INIT;
        FileTrailDir *dir = enter_dir(t, fd, path);
        struct stat st;

        if (!dir || note_name(t, dir->wd, name, len) < 0)
                return -ENOMEM;
        dir->holds_files = dir->holds_files || is_last;

        buf_append_str(&full, buf_str(&k->dir));
        buf_append_char(&full, '/');
        buf_append(&full, name, len);
        if (buf_error(&full) < 0)
                return -ENOMEM;

        if (lstat(buf_str(&full), &st) < 0) {
                k->arrived = true;
                return 0;
        }
        if (S_ISLNK(st.st_mode))
                return follow_link(k, buf_str(&full), behind);
        if (is_last) {
                k->arrived = true;
                return note_file(t, fd, buf_str(&full));
        }

        buf_done(&k->dir);
        k->dir = full;
        full = (Buf) BUF_INIT;
        buf_consume(&k->rest, (size_t) (behind - buf_str(&k->rest)));
        return 0;
}

static int step(FileTrail *t, int fd, Walk *k)
{
        const char *rest = buf_str(&k->rest), *name = rest + strspn(rest, "/");
        size_t len = strcspn(name, "/");

        if (len > 2 || name[0] != '.' || (len == 2 && name[1] != '.'))
                return len > 0 ? look_up(t, fd, k, name, len, name + len) : (k->arrived = true, 0);

        if (len == 2)
                leave_dir(&k->dir);
        buf_consume(&k->rest, (size_t) (name + len - rest));
        return 0;
}

static int walk_path(FileTrail *t, int fd, const char *path)
{
        Walk k = {0};
        char here[PATH_MAX];
        int r;

        if (path[0] != '/' && getcwd(here, sizeof(here))) {
                buf_append_str(&k.rest, here);
                buf_append_char(&k.rest, '/');
        }
        buf_append_str(&k.rest, path);
        r = buf_error(&k.rest);

        while (r >= 0 && !k.arrived)
                r = step(t, fd, &k);

        buf_done(&k.dir);
        buf_done(&k.rest);
        return r;
}

static int compare_wds(const void *a, const void *b)
{
        int x = *(const int *) a, y = *(const int *) b;

        return (x > y) - (x < y);
}

static int compare_names(const void *a, const void *b)
{
        const FileTrailName *x = a, *y = b;
        int r = compare_wds(&x->wd, &y->wd);

        return r != 0 ? r : strcmp(x->name, y->name);
}

/* Ten thousand files of one directory have the way to it in common. */
static void sort_names(FileTrail *t)
{
        size_t n = 0;

        if (t->n_names == 0)
                return;

        qsort(t->names, t->n_names, sizeof(*t->names), compare_names);
        for (size_t i = 0; i < t->n_names; i++) {
                if (n > 0 && compare_names(&t->names[n - 1], &t->names[i]) == 0)
                        free(t->names[i].name);
                else
                        t->names[n++] = t->names[i];
        }
        t->n_names = n;
}

int file_trail_walk(int fd, const PathList *paths, FileTrail *ret)
{
        int r = 0;

        assert(fd >= 0);
        assert(paths);
        assert(ret);

        *ret = (FileTrail){0};
        for (size_t i = 0; r >= 0 && i < paths->n; i++)
                r = walk_path(ret, fd, paths->entries[i].path);

        sort_names(ret);
        if (ret->n_wds > 0)
                qsort(ret->wds, ret->n_wds, sizeof(*ret->wds), compare_wds);
        return r;
}

static bool has_wd(const FileTrail *t, int wd)
{
        return t->n_wds > 0 && bsearch(&wd, t->wds, t->n_wds, sizeof(*t->wds), compare_wds);
}

void file_trail_leave(int fd, const FileTrail *left, const FileTrail *kept)
{
        assert(left);
        assert(kept);

        for (size_t i = 0; i < left->n_wds; i++)
                if ((i == 0 || left->wds[i] != left->wds[i - 1]) && !has_wd(kept, left->wds[i]))
                        (void) inotify_rm_watch(fd, left->wds[i]); /* it may be gone already */
}

void file_trail_done(FileTrail *t)
{
        assert(t);

        for (size_t i = 0; i < t->n_dirs; i++)
                free(t->dirs[i].path);
        for (size_t i = 0; i < t->n_names; i++)
                free(t->names[i].name);
        free(t->dirs);
        free(t->names);
        free(t->wds);
        *t = (FileTrail){0};
}

typedef struct WantedName {
        int wd;
        const char *name;
} WantedName;

static int compare_wanted(const void *wanted, const void *element)
{
        const WantedName *x = wanted;
        const FileTrailName *y = element;
        int r = compare_wds(&x->wd, &y->wd);

        return r != 0 ? r : strcmp(x->name, y->name);
}

bool file_trail_concerns(const FileTrail *t, int wd, const char *name)
{
        const WantedName wanted = { .wd = wd, .name = name };

        assert(t);

        if (!name)
                return has_wd(t, wd);

        return t->n_names > 0 &&
               bsearch(&wanted, t->names, t->n_names, sizeof(*t->names), compare_wanted);
}

const FileTrailDir *file_trail_dir(const FileTrail *t, const char *path)
{
        assert(t);
        assert(path);

        return find_dir(t, path);
}
