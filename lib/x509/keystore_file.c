/* SPDX-License-Identifier: MIT */

/*
 * Key repositories and stash files as files. A repository belongs to the queue manager and is as a
 * rule readable by its group, so other than a secret of our own its mode is nobody's business here.
 * It is opened without waiting for anybody, looked at through the descriptor, read up to a limit and
 * wiped from memory afterwards: private keys stand in it, encrypted or not.
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "x509/keystore_internal.h"

enum {
        STASH_MODE_MAX = 0640,
        MODE_BITS = 07777,
};

static const char stash_extension[] = ".sth";

/* In the order in which a stem is completed. Queue managers before 9.3 know a stem only, and append
 * ".kdb"; later ones are given the whole name. */
static const char *const extensions[] = { ".kdb", ".p12" };

/* What gives way to ".sth" in the name of the stash file. */
static const char *const replaced_extensions[] = { ".kdb", ".p12", ".pfx", ".pkcs12" };

static bool ends_with(const char *s, const char *end)
{
        size_t len = strlen(s), end_len = strlen(end);

        return len >= end_len && strcasecmp(s + len - end_len, end) == 0;
}

static int check_file(const char *path, const struct stat *st, char **ret_problem)
{
        if (S_ISDIR(st->st_mode))
                return credential_problem(ret_problem, -EISDIR,
                        "%s is a directory; name the key repository in it", path);
        if (!S_ISREG(st->st_mode))
                return credential_problem(ret_problem, -EINVAL,
                        "%s is not a regular file; name a key repository", path);
        if (st->st_size > KEYSTORE_FILE_BYTES_MAX)
                return credential_problem(ret_problem, -EFBIG,
                        "%s is larger than %d bytes; is it the right file?", path,
                        KEYSTORE_FILE_BYTES_MAX);
        return 0;
}

static int read_all(CredentialFile *f, int fd, size_t expected, char **ret_problem)
{
        /* One byte more than there should be shows a file that grew after it was looked at. */
        size_t size = expected + 1;

        f->data = malloc(size);
        if (!f->data)
                return -ENOMEM;
        while (f->len < size) {
                ssize_t n = read(fd, f->data + f->len, size - f->len);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return credential_problem(ret_problem, -errno,
                                "cannot read %s: %s; check the file system", f->path,
                                strerror(errno));
                if (n == 0)
                        return 0;
                f->len += (size_t) n;
        }
        return credential_problem(
                ret_problem, -EAGAIN, "%s grew while it was read; try again", f->path);
}

/* Takes over the descriptor. */
static int read_open(const char *path, int fd, char **ret_problem, CredentialFile *ret)
{
        CLEANUP(credential_file_done) CredentialFile f = { .path = path };
        struct stat st;
        int r = fstat(fd, &st) < 0 ? -errno : 0;

        if (r < 0)
                r = credential_problem(ret_problem, r,
                        "cannot look at %s: %s; check the file system", path, strerror(-r));
        else
                r = check_file(path, &st, ret_problem);
        if (r == 0)
                r = read_all(&f, fd, (size_t) st.st_size, ret_problem);
        (void) close(fd);
        if (r < 0)
                return r;
        ret->path = path;
        ret->len = f.len;
        ret->data = STEAL(f.data);
        return 0;
}

static int open_problem(const char *path, bool is_stem, int error, char **ret_problem)
{
        if (error == ENOENT && is_stem)
                return credential_problem(ret_problem, -error,
                        "neither %s nor %s.kdb nor %s.p12 is there; check the name, "
                        "or put the key repository there",
                        path, path, path);
        return credential_problem(ret_problem, -error, "cannot open %s: %s; %s", path,
                strerror(error),
                error == ENOENT   ? "check the name, or put the key repository there"
                : error == EACCES ? "give the user of the daemon read access to it "
                                    "(as a rule: membership in the group mqm)"
                                  : "check the name and the file system");
}

static int open_file(const char *path)
{
        /* Non-blocking: a FIFO with nobody at its other end must not stop anything. */
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

        return fd < 0 ? -errno : fd;
}

static bool is_directory(int fd)
{
        struct stat st;

        return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Completes the stem: a descriptor and the name, -ENOENT for none of them, or another -errno. */
static int open_stem(const char *stem, char **ret_path)
{
        for (size_t i = 0; i < ARRAY_LEN(extensions); i++) {
                CLEANUP_BUF Buf b = BUF_INIT;
                int fd, r;

                buf_append_str(&b, stem);
                buf_append_str(&b, extensions[i]);
                r = buf_error(&b);
                if (r < 0)
                        return r;
                fd = open_file(buf_str(&b));
                if (fd == -ENOENT)
                        continue;
                r = buf_steal(&b, ret_path);
                if (r < 0) {
                        if (fd >= 0)
                                (void) close(fd);
                        return r;
                }
                return fd;
        }
        return -ENOENT;
}

static bool has_extension(const char *path)
{
        for (size_t i = 0; i < ARRAY_LEN(extensions); i++)
                if (ends_with(path, extensions[i]))
                        return true;
        return false;
}

int keystore_file_read(
        const char *path, char **ret_problem, char **ret_path, CredentialFile *ret)
{
        bool is_stem = !has_extension(path);
        CLEANUP_FREE char *found = NULL;
        int fd, r;

        if (ends_with(path, stash_extension))
                return credential_problem(ret_problem, -EINVAL,
                        "%s is a stash file, which holds a password and is never read; "
                        "name the key repository beside it",
                        path);
        fd = open_file(path);
        if (is_stem && (fd == -ENOENT || (fd >= 0 && is_directory(fd)))) {
                int completed = open_stem(path, &found);

                /* With no better name the directory is what we say something about. */
                if (completed != -ENOENT) {
                        if (fd >= 0)
                                (void) close(fd);
                        fd = completed;
                }
        }
        if (fd == -ENOMEM)
                return fd;
        if (fd < 0 && found)
                return open_problem(found, false, -fd, ret_problem);
        if (fd < 0)
                return open_problem(path, is_stem, -fd, ret_problem);
        if (!found)
                found = strdup(path);
        if (!found) {
                (void) close(fd);
                return -ENOMEM;
        }
        r = read_open(found, fd, ret_problem, ret);
        if (r < 0)
                return r;
        ret->path = *ret_path = STEAL(found);
        return 0;
}

/* Stash files */

int keystore_stash_path(const char *repository, char **ret)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        size_t len = strlen(repository);

        for (size_t i = 0; i < ARRAY_LEN(replaced_extensions); i++)
                if (ends_with(repository, replaced_extensions[i])) {
                        len -= strlen(replaced_extensions[i]);
                        break;
                }
        buf_append(&b, repository, len);
        buf_append_str(&b, stash_extension);
        return buf_steal(&b, ret);
}

int keystore_stash_check(const char *path, char **ret_problem)
{
        struct stat st;

        *ret_problem = NULL;
        if (stat(path, &st) < 0)
                return credential_problem(ret_problem, -errno,
                        errno == ENOENT
                                ? "the stash file %s is missing: %s; unless the queue manager has "
                                  "the password elsewhere (KEYRPWD), make it with runmqakm "
                                  "-keydb -stashpw, or TLS channels fail with AMQ9660E"
                                : "cannot look at the stash file %s: %s; check its directory",
                        path, strerror(errno));
        if (!S_ISREG(st.st_mode))
                return credential_problem(ret_problem, S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL,
                        "the stash file %s is not a regular file; name the file that stands "
                        "beside the key repository",
                        path);
        if (((unsigned) st.st_mode & MODE_BITS & ~(unsigned) STASH_MODE_MAX) != 0)
                return credential_problem(ret_problem, -EPERM,
                        "the mode %04o of the stash file %s is wider than %04o, and whoever reads "
                        "it has the password of the key repository; run chmod %o on it",
                        (unsigned) st.st_mode & MODE_BITS, path, (unsigned) STASH_MODE_MAX,
                        (unsigned) STASH_MODE_MAX);
        return 0;
}
