/* SPDX-License-Identifier: MIT */
#include "base/file_read.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"

enum {
        BLOCK_BYTES = 64 * 1024,
};

/* The size may change meanwhile, so it is counted as well. */
static int read_all(int fd, size_t bytes_max, Buf *b)
{
        CLEANUP_FREE char *block = malloc(BLOCK_BYTES);
        size_t total = 0;

        if (!block)
                return -ENOMEM;

        for (;;) {
                ssize_t n = read(fd, block, BLOCK_BYTES);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        return buf_error(b);
                total += (size_t) n;
                if (total > bytes_max)
                        return -EFBIG;
                buf_append(b, block, (size_t) n);
        }
}

static int read_open(int fd, size_t bytes_max, Buf *b)
{
        struct stat st;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return S_ISDIR(st.st_mode) ? -EISDIR : -ENOTSUP;
        if (st.st_size > 0 && (uintmax_t) st.st_size > bytes_max)
                return -EFBIG;
        return read_all(fd, bytes_max, b);
}

int file_read(const char *path, size_t bytes_max, Buf *b)
{
        int fd, r;

        assert(path);
        assert(b);

        /* Not blocked by a FIFO that somebody put there. */
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (fd < 0)
                return -errno;
        r = read_open(fd, bytes_max, b);
        (void) close(fd);
        return r;
}

const char *file_read_words(int error)
{
        return error == -ENOTSUP ? "it is not a regular file" : strerror(-error);
}

const char *file_read_remedy(int error)
{
        switch (error) {
        case -ENOENT:
        case -ENOTDIR:
                return "create it, or correct its name";
        case -EACCES:
        case -EPERM:
                return "let the daemon read it";
        case -EISDIR:
                return "name a file";
        case -ENOTSUP:
                return "name a file, and save in one what a pipe gives";
        default:
                return "look at the file system that it is on";
        }
}
