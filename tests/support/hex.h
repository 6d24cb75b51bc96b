/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_HEX_H
#define MQTLS_TESTS_HEX_H

/* Bytes as hexadecimal text and back, and the segments of tests/data/mq. A mistake in them ends the
 * program with a message. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static inline UNUSED void hex_append(Buf *b, const void *data, size_t len)
{
        for (size_t i = 0; i < len; i++)
                buf_appendf(b, "%02x", ((const uint8_t *) data)[i]);
}

/* Appends the bytes that a line of digits means; blanks are nothing, '#' ends it. */
static inline UNUSED void hex_read_line(Buf *b, const char *line)
{
        static const char digits[] = "0123456789abcdef";
        int high = -1;

        for (; *line != '\0' && *line != '#'; line++) {
                const char *digit = strchr(digits, *line);

                if (strchr(" \r\n", *line))
                        continue;
                if (!digit) {
                        (void) fprintf(stderr, "hex: '%c' is no digit\n", *line);
                        abort();
                }
                if (high >= 0)
                        buf_append_char(b, (char) (high << 4 | (int) (digit - digits)));
                high = high >= 0 ? -1 : (int) (digit - digits);
        }
        if (high >= 0) {
                (void) fprintf(stderr, "hex: half a byte\n");
                abort();
        }
}

/* Appends the bytes of tests/data/mq/NAME.txt. */
static inline UNUSED void hex_read_vector(Buf *b, const char *name)
{
        CLEANUP_BUF Buf path = BUF_INIT;
        const char *srcdir = getenv("srcdir");
        char line[256];
        FILE *f;

        buf_appendf(&path, "%s/tests/data/mq/%s.txt", srcdir ? srcdir : ".", name);
        f = fopen(buf_str(&path), "re");
        if (!f) {
                (void) fprintf(stderr, "%s cannot be opened\n", buf_str(&path));
                abort();
        }
        while (fgets(line, sizeof(line), f))
                hex_read_line(b, line);
        (void) fclose(f);
}

/* A copy of exactly that size on the heap, so that a sanitizer sees the first byte read too much. */
static inline UNUSED uint8_t *hex_exact_copy(const void *data, size_t len)
{
        uint8_t *copy = malloc(len > 0 ? len : 1);

        if (!copy)
                abort();
        if (len > 0)
                memcpy(copy, data, len);
        return copy;
}

#endif
