/* SPDX-License-Identifier: MIT */

/*
 * Key repositories and stash files as files. A repository belongs to the queue manager and is as a
 * rule readable by its group, so other than a secret of our own its mode is nobody's business here.
 * It is read as every file of ours is, and wiped from memory afterwards: private keys stand in it,
 * encrypted or not.
 */

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "x509/keystore_internal.h"

enum {
        STASH_MODE_MAX = 0640,
        MODE_BITS = 07777,
        NSEC_PER_SEC = 1000000000,
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
                fd = credential_file_open(buf_str(&b));
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
        static const CredentialFileRules rules = {
                .what = "key repository",
                .bytes_max = KEYSTORE_FILE_BYTES_MAX,
        };
        bool is_stem = !has_extension(path);
        CLEANUP_FREE char *found = NULL;
        int fd, r;

        if (ends_with(path, stash_extension))
                return credential_problem(ret_problem, -EINVAL,
                        "%s is a stash file, which holds a password and is never read; "
                        "name the key repository beside it",
                        path);
        fd = credential_file_open(path);
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
        r = credential_file_read_open(found, fd, &rules, ret_problem, ret);
        if (r < 0)
                return r;
        ret->path = *ret_path = STEAL(found);
        return 0;
}

/* One state of a file */

static bool stamp_file(const char *path, KeystoreStamp *ret)
{
        struct stat st;

        if (stat(path, &st) < 0) {
                *ret = (KeystoreStamp){ .error = errno };
                return errno != ENOENT;
        }
        *ret = (KeystoreStamp){
                .device = st.st_dev,
                .inode = st.st_ino,
                .size = (uint64_t) st.st_size,
                .modified_ns = (int64_t) st.st_mtim.tv_sec * NSEC_PER_SEC + st.st_mtim.tv_nsec,
                .changed_ns = (int64_t) st.st_ctim.tv_sec * NSEC_PER_SEC + st.st_ctim.tv_nsec,
        };
        return !S_ISDIR(st.st_mode);
}

int keystore_stamp(const char *path, KeystoreStamp *ret)
{
        KeystoreStamp found;

        if (stamp_file(path, ret) || has_extension(path))
                return 0;

        for (size_t i = 0; i < ARRAY_LEN(extensions); i++) {
                CLEANUP_BUF Buf b = BUF_INIT;

                buf_append_str(&b, path);
                buf_append_str(&b, extensions[i]);
                if (buf_error(&b) < 0)
                        return -ENOMEM;
                if (stamp_file(buf_str(&b), &found)) {
                        *ret = found;
                        return 0;
                }
        }
        return 0;
}

bool keystore_stamp_equal(const KeystoreStamp *a, const KeystoreStamp *b)
{
        return a->error == b->error && a->device == b->device && a->inode == b->inode &&
               a->size == b->size && a->modified_ns == b->modified_ns &&
               a->changed_ns == b->changed_ns;
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
