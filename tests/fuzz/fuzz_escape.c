/* SPDX-License-Identifier: MIT */

/*
 * Any bytes through every escaper: what comes out has to be harmless at its destination, whatever
 * went in. The checks know nothing of how escape.c works, not even its idea of UTF-8.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/escape.h"
#include "tests/fuzz/promise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Decodes one character as RFC 3629 describes it. Returns its length, 0 if it is none. */
static size_t decode(const char *s, size_t len, uint32_t *ret_code)
{
        static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
        unsigned char lead = (unsigned char) s[0];
        uint32_t code;
        size_t n = 0;

        if (lead < 0x80)
                n = 1;
        else if (lead >> 5 == 6)
                n = 2;
        else if (lead >> 4 == 14)
                n = 3;
        else if (lead >> 3 == 30)
                n = 4;

        if (n == 0 || n > len)
                return 0;
        code = n == 1 ? lead : lead & (0x7FU >> n);
        for (size_t i = 1; i < n; i++) {
                if (((unsigned char) s[i] & 0xC0) != 0x80)
                        return 0;
                code = code << 6 | ((unsigned char) s[i] & 0x3F);
        }
        if (code < smallest[n] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
                return 0;
        *ret_code = code;
        return n;
}

/* Well-formed UTF-8 without a control character, but for what is allowed by name. */
static void check_text(const Buf *b, const char *controls)
{
        uint32_t code = 0;

        PROMISE(buf_error(b) == 0);
        for (size_t i = 0, n; i < b->len; i += n) {
                n = decode(b->data + i, b->len - i, &code);
                PROMISE(n > 0);
                if (code < 0x20)
                        PROMISE(code != 0 && strchr(controls, (int) code));
                PROMISE(code < 0x7F || code > 0x9F);
        }
}

/* Each backslash begins an escape of `escapes`, and none of `special` stands without one. */
static void check_backslashes(const Buf *b, const char *escapes, const char *special)
{
        for (size_t i = 0; i < b->len; i++) {
                if (b->data[i] == '\\') {
                        PROMISE(++i < b->len);
                        PROMISE(strchr(escapes, b->data[i]));
                } else {
                        PROMISE(!strchr(special, b->data[i]));
                }
        }
}

static int hex(char c)
{
        const char *digits = "0123456789abcdef";
        const char *digit = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;

        PROMISE(digit);
        return (int) (digit - digits);
}

/* Undoes \\ and \xNN, or %NN. */
static void unescape(const Buf *b, char mark, Buf *ret)
{
        for (size_t i = 0; i < b->len; i++) {
                if (b->data[i] != mark) {
                        buf_append_char(ret, b->data[i]);
                } else if (b->data[i + 1] == '\\') {
                        buf_append_char(ret, '\\');
                        i++;
                } else {
                        if (mark == '\\')
                                PROMISE(b->data[++i] == 'x');
                        PROMISE(i + 2 < b->len);
                        buf_append_char(ret,
                                (char) (hex(b->data[i + 1]) * 16 + hex(b->data[i + 2])));
                        i += 2;
                }
        }
}

static void check_recoverable(const Buf *b, char mark, const char *s, size_t len)
{
        CLEANUP_BUF Buf original = BUF_INIT;

        unescape(b, mark, &original);
        PROMISE(original.len == len);
        PROMISE(len == 0 || memcmp(original.data, s, len) == 0);
}

static void check_escape_text(const char *s, size_t len)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        uint32_t code = 0;

        escape_text(&b, s, len);
        for (size_t i = 0, n; i < b.len; i += n) {
                n = decode(b.data + i, b.len - i, &code);
                PROMISE(n > 0 && code != 0);
        }
        check_recoverable(&b, '\\', s, len);
}

static void check_escape_label(const char *s, size_t len, size_t max)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        escape_label(&b, s, len, max);
        check_text(&b, "");
        check_backslashes(&b, "\\\"n", "\"\n");
        PROMISE(max == 0 || b.len <= max);
}

static void check_escape_help(const char *s)
{
        CLEANUP_BUF Buf plain = BUF_INIT, open = BUF_INIT;

        escape_help(&plain, s, false);
        check_text(&plain, "");
        check_backslashes(&plain, "\\n", "\n");
        escape_help(&open, s, true);
        check_text(&open, "");
        check_backslashes(&open, "\\n\"", "\n\"");
}

static void check_escape_html(const char *s, size_t len)
{
        static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
        CLEANUP_BUF Buf b = BUF_INIT;

        escape_html(&b, s, len);
        check_text(&b, "");
        for (size_t i = 0; i < b.len; i++) {
                bool is_entity = b.data[i] != '&';

                PROMISE(!strchr("<>\"'", b.data[i]));
                for (size_t k = 0; k < ARRAY_LEN(entities); k++)
                        is_entity |= strncmp(b.data + i, entities[k], strlen(entities[k])) == 0;
                PROMISE(is_entity);
        }
}

static void check_escape_log(const char *s, size_t len, size_t max)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        escape_log(&b, s, len, max);
        for (size_t i = 0; i < b.len; i++)
                PROMISE(b.data[i] >= ' ' && b.data[i] <= '~');
        check_backslashes(&b, "\\x", "");
        PROMISE(max == 0 || b.len <= max);
        if (max == 0)
                check_recoverable(&b, '\\', s, len);
}

static void check_escape_terminal(const char *s, size_t len)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        escape_terminal(&b, s, len);
        check_text(&b, "");
        check_recoverable(&b, '\\', s, len);
        PROMISE(!memmem(buf_str(&b), b.len, "\xE2\x80\xAE", 3)); /* right-to-left override */
        PROMISE(!memmem(buf_str(&b), b.len, "\xE2\x80\xA8", 3)); /* line separator */
}

static void check_escape_calendar(const char *s, size_t len)
{
        CLEANUP_BUF Buf value = BUF_INIT, line = BUF_INIT;
        size_t column = 0;

        escape_calendar(&value, s, len);
        check_text(&value, "");
        check_backslashes(&value, "\\;,n", ";,\n");

        escape_calendar_line(&line, s, len);
        check_text(&line, "\r\n");
        PROMISE(line.len >= 2 && memcmp(line.data + line.len - 2, "\r\n", 2) == 0);
        for (size_t i = 0; i < line.len; i++) {
                if (line.data[i] == '\r') {
                        PROMISE(line.data[++i] == '\n');
                        PROMISE(i + 1 == line.len || line.data[i + 1] == ' ');
                        /* A fold between characters. */
                        if (i + 1 < line.len)
                                PROMISE(((unsigned char) line.data[i + 2] & 0xC0) != 0x80);
                        column = 0;
                } else {
                        PROMISE(line.data[i] != '\n');
                        PROMISE(++column <= 75);
                }
        }
}

static void check_escape_url(const char *s, size_t len)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        escape_url(&b, s, len);
        for (size_t i = 0; i < b.len; i++)
                PROMISE((b.data[i] >= 'a' && b.data[i] <= 'z') ||
                        (b.data[i] >= 'A' && b.data[i] <= 'Z') ||
                        (b.data[i] >= '0' && b.data[i] <= '9') || strchr("-._~%", b.data[i]));
        check_recoverable(&b, '%', s, len);
}

/* One word: read back as a shell reads quotes, it is what went in. */
static void check_escape_shell(const char *s, size_t len)
{
        CLEANUP_BUF Buf b = BUF_INIT, back = BUF_INIT;
        bool quoted = false, octal = false;

        escape_shell(&b, s, len);
        check_text(&b, "");
        PROMISE(b.len > 0);
        for (size_t i = 0; i < b.len; i++) {
                char c = b.data[i];

                if (!quoted && c == '$') {
                        PROMISE(i == 0 && b.data[1] == '\'');
                        octal = true;
                } else if (c == '\'') {
                        quoted = !quoted;
                } else if (c == '\\' && quoted && octal) {
                        PROMISE(b.len - i > 3);
                        buf_append_char(&back,
                                (char) ((b.data[i + 1] - '0') * 64 + (b.data[i + 2] - '0') * 8 +
                                        (b.data[i + 3] - '0')));
                        i += 3;
                } else if (c == '\\' && !quoted) {
                        PROMISE(b.data[++i] == '\'');
                        buf_append_char(&back, '\'');
                } else {
                        PROMISE(quoted || !strchr(" \t\n\"`;&|<>*?[](){}~#!", c));
                        buf_append_char(&back, c);
                }
        }
        PROMISE(!quoted);
        PROMISE(back.len == len && (len == 0 || memcmp(back.data, s, len) == 0));
}

static void check_escape_json(const char *s, size_t len)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        escape_json(&b, s, len);
        check_text(&b, "");
        check_backslashes(&b, "\\\"nu", "\"");
        for (size_t i = 0; i < b.len; i++) {
                if (b.data[i] != '\\' || b.data[++i] != 'u')
                        continue;
                for (int k = 0; k < 4; k++)
                        (void) hex(b.data[++i]);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        /* The input without room behind it, so that reading on is seen by the sanitizer. */
        char *s = malloc(size ? size : 1), *text = strndup(size ? (const char *) data : "", size);

        PROMISE(s && text);
        if (size > 0)
                memcpy(s, data, size);

        check_escape_text(s, size);
        check_escape_html(s, size);
        check_escape_terminal(s, size);
        check_escape_calendar(s, size);
        check_escape_url(s, size);
        check_escape_shell(s, size);
        check_escape_json(s, size);
        check_escape_help(text);
        for (size_t max = 0; max < 20; max++) {
                check_escape_label(s, size, max);
                check_escape_log(s, size, max);
        }

        free(text);
        free(s);
        return 0;
}
