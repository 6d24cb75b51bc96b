/* SPDX-License-Identifier: MIT */

/*
 * Files of the operator: opened without waiting for anybody, looked at through the descriptor (so
 * that what was checked is what is read; links are followed, configuration tools like them), read
 * up to a limit, wiped from memory afterwards.
 */

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "x509/credential_internal.h"

int credential_problem(char **ret_problem, int error, const char *format, ...)
{
        char *text = NULL;
        va_list ap;

        va_start(ap, format);
        if (vasprintf(&text, format, ap) < 0)
                text = NULL;
        va_end(ap);
        *ret_problem = text;
        return text ? error : -ENOMEM;
}

/*
 * Access lists. systemd hands a credential to a service's user by an access list, whose mask then
 * shows as the group's bits of the mode (systemd.exec(5), "Credentials"). So where there is a list,
 * it is read: nobody but the owner, root and we ourselves may stand in it. The form is that of
 * linux/posix_acl_xattr.h, little-endian: version, then entries of tag, permissions and id.
 */
enum {
        ACL_VERSION = 2,
        ACL_HEADER_SIZE = 4,
        ACL_ENTRY_SIZE = 8,
        ACL_SIZE_MAX = 1024,
        ACL_USER_OBJ = 0x01,
        ACL_USER = 0x02,
        ACL_MASK = 0x10,
};

static unsigned le16(const uint8_t *p)
{
        return (unsigned) p[0] | (unsigned) p[1] << 8;
}

static bool acl_is_private(int fd)
{
        uint8_t acl[ACL_SIZE_MAX];
        ssize_t n = fgetxattr(fd, "system.posix_acl_access", acl, sizeof(acl));

        if (n < ACL_HEADER_SIZE || le16(acl) != ACL_VERSION || le16(acl + 2) != 0)
                return false;
        for (ssize_t i = ACL_HEADER_SIZE; i + ACL_ENTRY_SIZE <= n; i += ACL_ENTRY_SIZE) {
                unsigned tag = le16(acl + i), permissions = le16(acl + i + 2);
                unsigned id = le16(acl + i + 4) | le16(acl + i + 6) << 16;

                if (tag == ACL_USER_OBJ || tag == ACL_MASK || permissions == 0)
                        continue;
                if (tag != ACL_USER || (id != geteuid() && id != 0))
                        return false;
        }
        return true;
}

static int check_file(const char *path, int fd, const struct stat *st,
        const CredentialFileRules *rules, char **ret_problem)
{
        const mode_t foreign = S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;

        if (S_ISDIR(st->st_mode))
                return credential_problem(ret_problem, -EISDIR, "%s is a directory; name the %s in it",
                        path, rules->what);
        if (!S_ISREG(st->st_mode))
                return credential_problem(ret_problem, -EINVAL, "%s is not a regular file; name a %s",
                        path, rules->what);
        if (st->st_size < 0 || (uint64_t) st->st_size > rules->bytes_max)
                return credential_problem(ret_problem, -EFBIG,
                        "%s is larger than %zu bytes; is it the right file?", path, rules->bytes_max);
        if (rules->is_secret && (st->st_mode & foreign) != 0 && !acl_is_private(fd))
                return credential_problem(ret_problem, -EPERM,
                        "%s holds a secret, but its mode %04o lets group or others at it; "
                        "run chmod 600 on it",
                        path, (unsigned) st->st_mode & 07777U);
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

int credential_file_open(const char *path)
{
        /* Non-blocking: a FIFO with nobody at its other end must not stop anything. */
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

        return fd < 0 ? -errno : fd;
}

int credential_file_read_open(const char *path, int fd, const CredentialFileRules *rules,
        char **ret_problem, CredentialFile *ret)
{
        CLEANUP(credential_file_done) CredentialFile f = { .path = path };
        struct stat st;
        int r = fstat(fd, &st) < 0 ? -errno : 0;

        if (r < 0)
                r = credential_problem(ret_problem, r,
                        "cannot look at %s: %s; check the file system", path, strerror(-r));
        else
                r = check_file(path, fd, &st, rules, ret_problem);
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

int credential_file_read(
        const char *path, bool is_secret, char **ret_problem, CredentialFile *ret)
{
        const CredentialFileRules rules = {
                .what = "file",
                .bytes_max = CREDENTIAL_FILE_BYTES_MAX,
                .is_secret = is_secret,
        };
        int fd = credential_file_open(path);

        if (fd < 0)
                return credential_problem(ret_problem, fd, "cannot open %s: %s; %s", path,
                        strerror(-fd),
                        fd == -ENOENT   ? "check the name, or put the file there"
                        : fd == -EACCES ? "give the user of the daemon access to it"
                                        : "check the name and the file system");
        return credential_file_read_open(path, fd, &rules, ret_problem, ret);
}

void credential_file_done(CredentialFile *f)
{
        if (f->data)
                OPENSSL_cleanse(f->data, f->len);
        free(f->data);
        *f = (CredentialFile){ 0 };
}

int credential_read_passphrase(const char *path, char **ret_problem, char **ret_passphrase)
{
        CLEANUP(credential_file_done) CredentialFile f = { 0 };
        const uint8_t *end;
        char *passphrase;
        size_t len;
        int r;

        *ret_problem = NULL;
        r = credential_file_read(path, true, ret_problem, &f);
        if (r < 0)
                return r;
        end = f.len > 0 ? memchr(f.data, '\n', f.len) : NULL;
        len = end ? (size_t) (end - f.data) : f.len;
        if (len > 0 && f.data[len - 1] == '\r')
                len--;
        if (len == 0)
                return credential_problem(ret_problem, -ENODATA,
                        "%s has an empty first line; write the passphrase into it", path);
        if (len > CREDENTIAL_PASSPHRASE_BYTES_MAX)
                return credential_problem(ret_problem, -EFBIG,
                        "the first line of %s is longer than %d bytes; is it a passphrase file?",
                        path, CREDENTIAL_PASSPHRASE_BYTES_MAX);
        if (memchr(f.data, '\0', len))
                return credential_problem(ret_problem, -EINVAL,
                        "the first line of %s holds a NUL byte; a passphrase file is plain text",
                        path);
        passphrase = strndup((const char *) f.data, len);
        if (!passphrase)
                return -ENOMEM;
        *ret_passphrase = passphrase;
        return 0;
}

int credential_read_text(const char *path, char **ret_problem, char **ret_text)
{
        CLEANUP(credential_file_done) CredentialFile f = { 0 };
        char *text = NULL;
        int r;

        *ret_problem = NULL;
        r = credential_file_read(path, true, ret_problem, &f);
        if (r < 0)
                return r;
        if (f.len > 0 && memchr(f.data, '\0', f.len))
                return credential_problem(ret_problem, -EINVAL,
                        "%s holds a NUL byte and is not text; is it the right file?", path);
        text = f.len > 0 ? strndup((const char *) f.data, f.len) : strdup("");
        if (!text)
                return -ENOMEM;
        *ret_text = text;
        return 0;
}

char *credential_passphrase_free(char *passphrase)
{
        if (passphrase)
                OPENSSL_cleanse(passphrase, strlen(passphrase));
        free(passphrase);
        return NULL;
}
