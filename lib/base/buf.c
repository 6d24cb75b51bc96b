/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
        BUF_FIRST_CAPACITY = 64,
};

/* Makes room for `more` bytes and the closing NUL. */
static bool buf_reserve(Buf *b, size_t more)
{
        size_t capacity = b->capacity ? b->capacity : BUF_FIRST_CAPACITY;
        char *grown = NULL;

        if (b->failed)
                return false;

        if (more >= SIZE_MAX - b->len)
                goto failed;

        while (capacity - b->len <= more) {
                if (capacity > SIZE_MAX / 2)
                        goto failed;
                capacity *= 2;
        }

        if (capacity == b->capacity)
                return true;

        grown = realloc(b->data, capacity);
        if (!grown)
                goto failed;

        b->data = grown;
        b->capacity = capacity;
        return true;

failed:
        b->failed = true;
        return false;
}

void buf_done(Buf *b)
{
        assert(b);

        free(b->data);
        *b = (Buf) BUF_INIT;
}

void buf_clear(Buf *b)
{
        assert(b);

        b->len = 0;
        b->failed = false;
        if (b->data)
                b->data[0] = '\0';
}

void buf_append(Buf *b, const void *data, size_t len)
{
        assert(b);
        assert(data || len == 0);

        if (!buf_reserve(b, len))
                return;

        if (len > 0)
                memcpy(b->data + b->len, data, len);
        b->len += len;
        b->data[b->len] = '\0';
}

void buf_append_str(Buf *b, const char *s)
{
        assert(s);

        buf_append(b, s, strlen(s));
}

void buf_append_char(Buf *b, char c)
{
        buf_append(b, &c, 1);
}

void buf_append_u64(Buf *b, uint64_t n)
{
        char digits[20];
        size_t i = sizeof(digits);

        do {
                digits[--i] = (char) ('0' + n % 10);
                n /= 10;
        } while (n > 0);

        buf_append(b, digits + i, sizeof(digits) - i);
}

void buf_append_i64(Buf *b, int64_t n)
{
        uint64_t magnitude = (uint64_t) n;

        if (n < 0) {
                buf_append_char(b, '-');
                magnitude = ~magnitude + 1;
        }
        buf_append_u64(b, magnitude);
}

void buf_appendf(Buf *b, const char *format, ...)
{
        va_list ap;
        int n;

        assert(b);
        assert(format);

        va_start(ap, format);
        n = vsnprintf(NULL, 0, format, ap);
        va_end(ap);

        if (n < 0) {
                b->failed = true;
                return;
        }
        if (!buf_reserve(b, (size_t) n))
                return;

        va_start(ap, format);
        (void) vsnprintf(b->data + b->len, (size_t) n + 1, format, ap);
        va_end(ap);
        b->len += (size_t) n;
}

void buf_consume(Buf *b, size_t n)
{
        assert(b);
        assert(n <= b->len);

        if (n == 0)
                return;

        memmove(b->data, b->data + n, b->len - n + 1);
        b->len -= n;
}

void buf_truncate(Buf *b, size_t len)
{
        assert(b);
        assert(len <= b->len);

        b->len = len;
        if (b->data)
                b->data[len] = '\0';
}

int buf_error(const Buf *b)
{
        assert(b);

        return b->failed ? -ENOMEM : 0;
}

const char *buf_str(const Buf *b)
{
        assert(b);

        return b->data ? b->data : "";
}

int buf_steal(Buf *b, char **ret)
{
        assert(b);
        assert(ret);

        /* An empty Buf still hands over an allocated "". */
        if (!buf_reserve(b, 0)) {
                buf_done(b);
                return -ENOMEM;
        }

        b->data[b->len] = '\0';
        *ret = STEAL(b->data);
        *b = (Buf) BUF_INIT;
        return 0;
}
