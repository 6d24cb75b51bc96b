/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_CAPTURE_H
#define MQTLS_TESTS_CAPTURE_H

/* Catches what is written to standard output or error, in a file without a name. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"

typedef struct Capture {
        int fd;    /* 1 or 2 */
        int saved; /* what it was before */
        int file;
} Capture;

static inline Capture capture_begin(int fd)
{
        Capture c = {.fd = fd, .saved = dup(fd), .file = memfd_create("capture", MFD_CLOEXEC)};

        ck_assert_int_ge(c.saved, 0);
        ck_assert_int_ge(c.file, 0);
        ck_assert_int_ge(dup2(c.file, fd), 0);
        return c;
}

/* What was written until now; allocated. */
static inline char *capture_text(const Capture *c)
{
        struct stat st;
        char *text;

        ck_assert_int_eq(fstat(c->file, &st), 0);
        text = calloc(1, (size_t) st.st_size + 1);
        ck_assert_ptr_nonnull(text);
        ck_assert_int_eq(pread(c->file, text, (size_t) st.st_size, 0), st.st_size);
        return text;
}

/* Harmless twice. */
static inline void capture_end(Capture *c)
{
        if (c->file < 0)
                return;
        (void) dup2(c->saved, c->fd);
        (void) close(c->saved);
        (void) close(c->file);
        c->file = -1;
}

/* What a command said and returned. */
typedef struct Ran {
        int status;
        char *out, *err;
} Ran;

static inline void ran_done(Ran *r)
{
        free(r->out);
        free(r->err);
}
#define CLEANUP_RAN CLEANUP(ran_done)

#endif
