/* SPDX-License-Identifier: MIT */

/*
 * Every escaper is one function for one character, driven by escape_each(): it cuts the bytes into
 * well-formed UTF-8 characters and bytes that are none, so an escaper never sees half a character
 * and the cut never falls into one, nor into an escape sequence.
 */

#include "base/escape.h"

#include <assert.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD in UTF-8 */
#define ELLIPSIS "..."

enum {
        CALENDAR_LINE_OCTETS = 75,
};

/* One well-formed character, or one byte that is none. */
typedef struct Piece {
        const char *s;
        size_t len;
        bool is_text;
        uint32_t code; /* the character, where it is text */
} Piece;

typedef void (*PieceEscaper)(Buf *b, const Piece *piece);

/*
 * Characters that change how their neighbours look, or cannot be seen themselves: bidi controls
 * (Unicode Standard Annex 9), line and paragraph separators, zero-width characters, annotations and
 * tags. With them a name can be made to look like another.
 */
static const struct {
        uint32_t first, last;
} unseen_ranges[] = {
        {0x00AD, 0x00AD},
        {0x061C, 0x061C},
        {0x180E, 0x180E},
        {0x200B, 0x200F},
        {0x2028, 0x202E},
        {0x2060, 0x206F},
        {0xFEFF, 0xFEFF},
        {0xFFF9, 0xFFFB},
        {0xE0000, 0xE007F},
};

static bool byte_is_within(char c, unsigned first, unsigned last)
{
        unsigned byte = (unsigned char) c;

        return byte >= first && byte <= last;
}

size_t escape_utf8_char(const char *s, size_t len)
{
        unsigned lead, first = 0x80, last = 0xBF;
        size_t n;

        assert(s || len == 0);

        if (len == 0)
                return 0;

        lead = (unsigned char) s[0];
        if (lead < 0x80)
                return 1;
        if (lead < 0xC2 || lead > 0xF4)
                return 0;
        n = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

        /* The second byte rules out overlong forms, surrogates and what lies beyond U+10FFFF. */
        if (lead == 0xE0)
                first = 0xA0;
        else if (lead == 0xED)
                last = 0x9F;
        else if (lead == 0xF0)
                first = 0x90;
        else if (lead == 0xF4)
                last = 0x8F;

        if (len < n || !byte_is_within(s[1], first, last))
                return 0;
        for (size_t i = 2; i < n; i++)
                if (!byte_is_within(s[i], 0x80, 0xBF))
                        return 0;
        return n;
}

static Piece piece_at(const char *s, size_t len)
{
        static const unsigned char lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
        size_t n = escape_utf8_char(s, len);
        Piece piece = {.s = s, .len = n ? n : 1, .is_text = n != 0};

        if (n == 0)
                return piece;

        piece.code = (unsigned char) s[0] & lead_bits[n];
        for (size_t i = 1; i < n; i++)
                piece.code = piece.code << 6 | ((unsigned char) s[i] & 0x3F);
        return piece;
}

static bool piece_is(const Piece *p, char c)
{
        return p->is_text && p->code == (unsigned char) c;
}

/* C0, DEL and C1. */
static bool piece_is_control(const Piece *p)
{
        return p->is_text && (p->code < 0x20 || (p->code >= 0x7F && p->code <= 0x9F));
}

static bool piece_is_unseen(const Piece *p)
{
        if (!p->is_text)
                return false;

        for (size_t i = 0; i < ARRAY_LEN(unseen_ranges); i++)
                if (p->code >= unseen_ranges[i].first && p->code <= unseen_ranges[i].last)
                        return true;
        return false;
}

static void append_raw(Buf *b, const Piece *p)
{
        buf_append(b, p->s, p->len);
}

static void append_as_hex(Buf *b, const Piece *p)
{
        for (size_t i = 0; i < p->len; i++)
                buf_appendf(b, "\\x%02x", (unsigned) (unsigned char) p->s[i]);
}

/* Text that is not of this kind goes out as it is, the rest as the replacement character. */
static void append_or_replace(Buf *b, const Piece *p)
{
        if (!p->is_text || piece_is_control(p))
                buf_append_str(b, REPLACEMENT);
        else
                append_raw(b, p);
}

/* How many bytes from here on are letters, digits, '.', '-' or '_': no escaper touches these, so they are
 * taken together. Pages of megabytes consist of little else. */
static size_t plain_run(const char *s, size_t len)
{
        size_t n = 0;

        while (n < len && ((s[n] >= 'a' && s[n] <= 'z') || (s[n] >= 'A' && s[n] <= 'Z') ||
                                  (s[n] >= '0' && s[n] <= '9') || s[n] == '.' || s[n] == '-' ||
                                  s[n] == '_'))
                n++;
        return n;
}

/* Drives `escape` over the bytes; what it appends stays within `max_bytes` (0: without bound). */
static void escape_each(Buf *b, const char *s, size_t len, size_t max_bytes, PieceEscaper escape)
{
        size_t start, keep;

        assert(b);
        assert(s || len == 0);

        start = keep = b->len;
        for (size_t i = 0; i < len;) {
                size_t run = max_bytes == 0 ? plain_run(s + i, len - i) : 0;
                Piece piece;

                buf_append(b, s + i, run);
                i += run;
                if (i == len)
                        return;

                piece = piece_at(s + i, len - i);
                escape(b, &piece);
                i += piece.len;

                if (max_bytes == 0 || buf_error(b) < 0)
                        continue;
                if (b->len - start > max_bytes) {
                        buf_truncate(b, keep);
                        buf_append(b, ELLIPSIS, MIN_OF(max_bytes, strlen(ELLIPSIS)));
                        return;
                }
                if (b->len - start + strlen(ELLIPSIS) <= max_bytes)
                        keep = b->len;
        }
}

static void text_piece(Buf *b, const Piece *p)
{
        if (!p->is_text || p->code == 0)
                append_as_hex(b, p);
        else if (piece_is(p, '\\'))
                buf_append_str(b, "\\\\");
        else
                append_raw(b, p);
}

void escape_text(Buf *b, const void *data, size_t len)
{
        escape_each(b, data, len, 0, text_piece);
}

static void help_piece(Buf *b, const Piece *p)
{
        if (piece_is(p, '\\'))
                buf_append_str(b, "\\\\");
        else if (piece_is(p, '\n'))
                buf_append_str(b, "\\n");
        else
                append_or_replace(b, p);
}

static void label_piece(Buf *b, const Piece *p)
{
        if (piece_is(p, '"'))
                buf_append_str(b, "\\\"");
        else
                help_piece(b, p);
}

void escape_label(Buf *b, const char *s, size_t len, size_t max_bytes)
{
        escape_each(b, s, len, max_bytes, label_piece);
}

void escape_help(Buf *b, const char *s, bool openmetrics)
{
        assert(s);

        escape_each(b, s, strlen(s), 0, openmetrics ? label_piece : help_piece);
}

static const char *html_entity(const Piece *p)
{
        if (!p->is_text)
                return NULL;

        switch (p->code) {
        case '&':
                return "&amp;";
        case '<':
                return "&lt;";
        case '>':
                return "&gt;";
        case '"':
                return "&quot;";
        case '\'':
                return "&#39;";
        default:
                return NULL;
        }
}

static void html_piece(Buf *b, const Piece *p)
{
        const char *entity = html_entity(p);

        if (entity)
                buf_append_str(b, entity);
        else if (piece_is_unseen(p))
                buf_append_str(b, REPLACEMENT);
        else
                append_or_replace(b, p);
}

void escape_html(Buf *b, const char *s, size_t len)
{
        escape_each(b, s, len, 0, html_piece);
}

static void terminal_piece(Buf *b, const Piece *p)
{
        if (piece_is(p, '\\'))
                buf_append_str(b, "\\\\");
        else if (!p->is_text || piece_is_control(p) || piece_is_unseen(p))
                append_as_hex(b, p);
        else
                append_raw(b, p);
}

void escape_terminal(Buf *b, const char *s, size_t len)
{
        escape_each(b, s, len, 0, terminal_piece);
}

static void log_piece(Buf *b, const Piece *p)
{
        if (p->is_text && p->code >= 0x80)
                append_as_hex(b, p);
        else
                terminal_piece(b, p);
}

void escape_log(Buf *b, const char *s, size_t len, size_t max_bytes)
{
        escape_each(b, s, len, max_bytes, log_piece);
}

static void calendar_piece(Buf *b, const Piece *p)
{
        if (piece_is(p, '\\') || piece_is(p, ';') || piece_is(p, ',')) {
                buf_append_char(b, '\\');
                append_raw(b, p);
        } else if (piece_is(p, '\n')) {
                buf_append_str(b, "\\n");
        } else if (piece_is_unseen(p)) {
                buf_append_str(b, REPLACEMENT);
        } else if (!piece_is_control(p)) {
                append_or_replace(b, p);
        }
}

void escape_calendar(Buf *b, const char *s, size_t len)
{
        escape_each(b, s, len, 0, calendar_piece);
}

/* How many bytes from here on are printable ASCII. */
static size_t printable_run(const char *s, size_t len)
{
        size_t n = 0;

        while (n < len && s[n] >= ' ' && s[n] <= '~')
                n++;
        return n;
}

void escape_calendar_line(Buf *b, const char *line, size_t len)
{
        size_t column = 0;

        assert(b);
        assert(line || len == 0);

        for (size_t i = 0; i < len;) {
                size_t run = printable_run(line + i, MIN_OF(len - i, CALENDAR_LINE_OCTETS - column));
                Piece piece;
                size_t width;

                buf_append(b, line + i, run);
                column += run;
                i += run;
                if (i == len)
                        break;

                piece = piece_at(line + i, len - i);
                width = piece.is_text ? piece.len : strlen(REPLACEMENT);
                i += piece.len;

                /* A line break from outside would begin a line of its own. */
                if (piece_is_control(&piece))
                        continue;

                if (column + width > CALENDAR_LINE_OCTETS) {
                        buf_append_str(b, "\r\n ");
                        column = 1;
                }
                append_or_replace(b, &piece);
                column += width;
        }
        buf_append_str(b, "\r\n");
}

static void url_piece(Buf *b, const Piece *p)
{
        static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                         "0123456789-._~";

        for (size_t i = 0; i < p->len; i++) {
                if (p->s[i] != '\0' && strchr(unreserved, p->s[i]))
                        buf_append_char(b, p->s[i]);
                else
                        buf_appendf(b, "%%%02X", (unsigned) (unsigned char) p->s[i]);
        }
}

void escape_url(Buf *b, const char *s, size_t len)
{
        escape_each(b, s, len, 0, url_piece);
}

static bool piece_is_bare_in_shell(const Piece *p)
{
        static const char bare[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789-._/:,@%+=";

        return p->is_text && p->code < 0x80 && p->code != 0 && strchr(bare, (int) p->code);
}

static bool piece_is_plain_in_shell(const Piece *p)
{
        return p->is_text && !piece_is_control(p) && !piece_is_unseen(p);
}

static bool all_pieces_are(const char *s, size_t len, bool (*question)(const Piece *p))
{
        for (size_t i = 0; i < len;) {
                Piece piece = piece_at(s + i, len - i);

                if (!question(&piece))
                        return false;
                i += piece.len;
        }
        return true;
}

/* Within '…' nothing is special but the quote itself. */
static void shell_piece(Buf *b, const Piece *p)
{
        if (piece_is(p, '\''))
                buf_append_str(b, "'\\''");
        else
                append_raw(b, p);
}

/* Within $'…'. Some shells look for '!' there as well. */
static void shell_hidden_piece(Buf *b, const Piece *p)
{
        if (piece_is_plain_in_shell(p) && !piece_is(p, '\'') && !piece_is(p, '\\') &&
                !piece_is(p, '!')) {
                append_raw(b, p);
                return;
        }
        for (size_t i = 0; i < p->len; i++)
                buf_appendf(b, "\\%03o", (unsigned) (unsigned char) p->s[i]);
}

void escape_shell(Buf *b, const char *s, size_t len)
{
        assert(b);
        assert(s || len == 0);

        if (len > 0 && all_pieces_are(s, len, piece_is_bare_in_shell)) {
                buf_append(b, s, len);
                return;
        }

        if (all_pieces_are(s, len, piece_is_plain_in_shell)) {
                buf_append_char(b, '\'');
                escape_each(b, s, len, 0, shell_piece);
        } else {
                buf_append_str(b, "$'");
                escape_each(b, s, len, 0, shell_hidden_piece);
        }
        buf_append_char(b, '\'');
}

/* U+2028 and U+2029: harmless in JSON, line ends in old JavaScript. */
static bool is_javascript_break(const Piece *p)
{
        return p->is_text && (p->code == 0x2028 || p->code == 0x2029);
}

static void json_piece(Buf *b, const Piece *p)
{
        if (piece_is(p, '"') || piece_is(p, '\\')) {
                buf_append_char(b, '\\');
                append_raw(b, p);
        } else if (piece_is(p, '\n')) {
                buf_append_str(b, "\\n");
        } else if (piece_is_control(p) || is_javascript_break(p)) {
                buf_appendf(b, "\\u%04x", (unsigned) p->code);
        } else {
                append_or_replace(b, p);
        }
}

void escape_json(Buf *b, const char *s, size_t len)
{
        escape_each(b, s, len, 0, json_piece);
}
