/* SPDX-License-Identifier: MIT */
#include "tls/sniff.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"

enum {
        /* RFC 8446 section 5.1: change_cipher_spec, alert, handshake, application_data. */
        RECORD_TYPE_FIRST = 20,
        RECORD_TYPE_LAST = 23,
        RECORD_MAJOR = 3,
};

typedef struct Mark {
        const char *bytes;
        SniffKind kind;
} Mark;

/* How the strangers that are met behind a wrong port begin. Letter case does not count. */
static const Mark marks[] = {
        { "TSH", SNIFF_MQ },          /* StrucId of a transmission segment, ASCII */
        { "\xe3\xe2\xc8", SNIFF_MQ }, /* the same in EBCDIC: a queue manager on z/OS or IBM i */
        { "HTTP/", SNIFF_HTTP },
        { "<!DOCTYPE HTML", SNIFF_HTTP }, /* some servers answer nonsense with a bare page */
        { "<HTML", SNIFF_HTTP },
        { "SSH-", SNIFF_SSH }, /* RFC 4253 section 4.2 */
};

static bool is_tls(const uint8_t *bytes, size_t len)
{
        if (bytes[0] < RECORD_TYPE_FIRST || bytes[0] > RECORD_TYPE_LAST)
                return false;

        return len < 2 || bytes[1] == RECORD_MAJOR;
}

static bool begins_with(const uint8_t *bytes, size_t len, const char *mark)
{
        size_t n = strlen(mark);

        return len >= n && strncasecmp((const char *) bytes, mark, n) == 0;
}

static bool is_text(const uint8_t *bytes, size_t len)
{
        for (size_t i = 0; i < len; i++) {
                bool is_printable = bytes[i] >= 0x20 && bytes[i] < 0x7f;
                bool is_layout = bytes[i] == '\r' || bytes[i] == '\n' || bytes[i] == '\t';

                if (!is_printable && !is_layout)
                        return false;
        }
        return true;
}

SniffKind sniff(const uint8_t *bytes, size_t len)
{
        assert(bytes || len == 0);

        if (len == 0)
                return SNIFF_NOTHING;
        if (is_tls(bytes, len))
                return SNIFF_TLS;

        for (size_t i = 0; i < ARRAY_LEN(marks); i++)
                if (begins_with(bytes, len, marks[i].bytes))
                        return marks[i].kind;

        return is_text(bytes, len) ? SNIFF_TEXT : SNIFF_BINARY;
}

const char *sniff_to_phrase(SniffKind kind)
{
        static const char *const phrases[_SNIFF_KIND_MAX] = {
                [SNIFF_NOTHING] = "nothing",
                [SNIFF_TLS] = "a TLS server",
                [SNIFF_MQ] = "a plain (not TLS) MQ listener",
                [SNIFF_HTTP] = "an HTTP server",
                [SNIFF_SSH] = "an SSH server",
                [SNIFF_TEXT] = "a server that greets with text",
                [SNIFF_BINARY] = "a server that speaks something other than TLS",
        };

        assert(kind < _SNIFF_KIND_MAX);

        return phrases[kind];
}
