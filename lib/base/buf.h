/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_BASE_BUF_H
#define MQTLS_BASE_BUF_H

/*
 * A byte buffer that grows. Appending never reports an error by itself: the first failure sticks,
 * later appends do nothing, and whoever finishes the text asks once with buf_error() or buf_steal().
 * The content is always NUL-terminated behind `len`, and may hold NUL bytes itself.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

typedef struct Buf {
        char *data; /* NULL while empty */
        size_t len;
        size_t capacity;
        bool failed;
} Buf;

#define BUF_INIT                                                                                   \
        {                                                                                          \
                0                                                                                  \
        }

/* Frees the content; the Buf is empty and usable afterwards. */
void buf_done(Buf *b);
#define CLEANUP_BUF CLEANUP(buf_done)

/* Empties the content but keeps the memory. */
void buf_clear(Buf *b);

void buf_append(Buf *b, const void *data, size_t len);
void buf_append_str(Buf *b, const char *s);
void buf_append_char(Buf *b, char c);
void buf_append_u64(Buf *b, uint64_t n);
void buf_append_i64(Buf *b, int64_t n);
void buf_appendf(Buf *b, const char *format, ...) PRINTF_LIKE(2, 3);

/* Removes the first `n` bytes (n <= len). */
void buf_consume(Buf *b, size_t n);

/* Drops everything behind the first `len` bytes (len <= b->len). */
void buf_truncate(Buf *b, size_t len);

/* Returns 0, or -ENOMEM when any append since the start failed. */
int buf_error(const Buf *b);

/* The content as text, "" while empty; valid until the next change. */
const char *buf_str(const Buf *b);

/* Hands the content over as an allocated string and empties the Buf. Returns 0 or -ENOMEM. */
int buf_steal(Buf *b, char **ret);

#endif
