/* SPDX-License-Identifier: MIT */
#include "mq/sslpeer.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/escape.h"

/*
 * The rules, from "IBM MQ rules for SSLPEER values":
 *
 *   - pieces are parted by ',' or ';', blanks around a piece do not count, none before '='
 *   - types in upper case, from a closed list; letters of values compare without case
 *   - "…" takes ',', ';', '=' and outer blanks literally
 *   - '*' stands for anything at the start and at the end of a value, nowhere else; '\*' there is '*'
 *   - OU by position, highest unit first; DC by position from the right; every other type once: one
 *     that the certificate holds twice cannot be filtered on
 *
 * The escape and the fine print on OU, DC and repeated types are recalled from IBM's pages, not read.
 */

enum {
        PIECES_MAX = 64,
};

/* Keywords that a filter may use; several spell the same type. */
typedef struct Keyword {
        const char *name;
        DnType type;
        bool is_serial;
} Keyword;

static const Keyword keywords[] = {
        {"SERIALNUMBER", DN_OTHER, true},
        {"MAIL", DN_MAIL, false},
        {"E", DN_MAIL, false},
        {"UID", DN_UID, false},
        {"USERID", DN_UID, false},
        {"CN", DN_CN, false},
        {"T", DN_T, false},
        {"OU", DN_OU, false},
        {"DC", DN_DC, false},
        {"O", DN_O, false},
        {"STREET", DN_STREET, false},
        {"L", DN_L, false},
        {"ST", DN_ST, false},
        {"SP", DN_ST, false},
        {"S", DN_ST, false},
        {"PC", DN_PC, false},
        {"C", DN_C, false},
        {"UNSTRUCTUREDNAME", DN_UNSTRUCTUREDNAME, false},
        {"UNSTRUCTUREDADDRESS", DN_UNSTRUCTUREDADDRESS, false},
        {"DNQ", DN_DNQ, false},
};

typedef struct Piece {
        const Keyword *keyword;
        char *value; /* without wildcards, escapes and quotes */
        size_t value_len;
        bool any_before, any_after;
} Piece;

struct SslPeer {
        char *text;
        Piece *pieces;
        size_t n_pieces;
};

SslPeer *sslpeer_free(SslPeer *p)
{
        if (!p)
                return NULL;

        for (size_t i = 0; i < p->n_pieces; i++)
                free(p->pieces[i].value);
        free(p->pieces);
        free(p->text);
        free(p);
        return NULL;
}

const char *sslpeer_text(const SslPeer *p)
{
        assert(p);

        return p->text;
}

/* ---- parsing ---- */

/* Puts a sentence into `*ret_why` and returns -EINVAL (-ENOMEM when there is no memory for it). */
static int refuse(char **ret_why, const char *before, const char *piece, size_t len,
        const char *after)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_append_str(&b, before);
        escape_terminal(&b, piece, len);
        buf_append_str(&b, after);
        return buf_steal(&b, ret_why) < 0 ? -ENOMEM : -EINVAL;
}

/* Length of the piece at `s`, up to a separator outside quotes; *ret_quoted: the quotes are closed. */
static size_t piece_length(const char *s, bool *ret_balanced)
{
        bool in_quotes = false;
        size_t i = 0;

        for (; s[i] && (in_quotes || (s[i] != ',' && s[i] != ';')); i++)
                if (s[i] == '"')
                        in_quotes = !in_quotes;

        *ret_balanced = !in_quotes;
        return i;
}

static const Keyword *keyword_find(const char *name, size_t len)
{
        for (size_t i = 0; i < ARRAY_LEN(keywords); i++)
                if (strlen(keywords[i].name) == len && memcmp(keywords[i].name, name, len) == 0)
                        return &keywords[i];
        return NULL;
}

static void trim(const char **s, size_t *len)
{
        while (*len > 0 && **s == ' ') {
                (*s)++;
                (*len)--;
        }
        while (*len > 0 && (*s)[*len - 1] == ' ')
                (*len)--;
}

/* Takes quotes, wildcards and escapes off a value. Returns 0 or -ENOMEM. */
static int piece_set_value(Piece *piece, const char *s, size_t len)
{
        if (len >= 2 && s[0] == '"' && s[len - 1] == '"') {
                s++;
                len -= 2;
        }

        if (len > 0 && s[0] == '*') {
                piece->any_before = true;
                s++;
                len--;
        } else if (len > 1 && s[0] == '\\' && s[1] == '*') {
                s++;
                len--;
        }

        piece->value = strndup(s, len);
        if (!piece->value)
                return -ENOMEM;

        if (len > 1 && s[len - 1] == '*' && s[len - 2] == '\\') {
                piece->value[len - 2] = '*';
                len--;
        } else if (len > 0 && s[len - 1] == '*') {
                piece->any_after = true;
                len--;
        }

        piece->value[len] = '\0';
        piece->value_len = len;
        return 0;
}

static int parse_piece(const char *s, size_t len, char **ret_why, Piece *ret)
{
        const char *equals = memchr(s, '=', len), *value;
        size_t name_len, value_len;

        if (!equals)
                return refuse(ret_why, "\"", s, len,
                        "\" has no '='; write TYPE=value, and put a value that holds a comma in quotes");

        name_len = (size_t) (equals - s);
        ret->keyword = keyword_find(s, name_len);
        if (!ret->keyword && name_len > 0 && s[name_len - 1] == ' ')
                return refuse(ret_why, "a blank stands before the '=' of \"", s, len, "\"; remove it");
        if (!ret->keyword)
                return refuse(ret_why, "\"", s, name_len,
                        "\" is no attribute type of SSLPEER; write it in upper case and choose from "
                        "SERIALNUMBER, MAIL, E, UID, USERID, CN, T, OU, DC, O, STREET, L, ST, SP, S, PC, "
                        "C, UNSTRUCTUREDNAME, UNSTRUCTUREDADDRESS, DNQ");

        value = equals + 1;
        value_len = len - name_len - 1;
        trim(&value, &value_len);
        return piece_set_value(ret, value, value_len);
}

int sslpeer_parse(const char *text, char **ret_why, SslPeer **ret)
{
        CLEANUP(sslpeer_cleanup) SslPeer *p = NULL;

        assert(text);
        assert(ret_why);
        assert(ret);

        if (strlen(text) > SSLPEER_BYTES_MAX)
                return refuse(ret_why, "", "", 0, "the filter is longer than MQ's 1024 bytes; shorten it");

        p = calloc(1, sizeof(*p));
        if (!p || !(p->text = strdup(text)))
                return -ENOMEM;

        while (*text) {
                bool balanced;
                size_t whole = piece_length(text, &balanced), len = whole;
                const char *s = text;
                int r;

                trim(&s, &len);
                if (!balanced)
                        return refuse(ret_why, "a quote in \"", s, len, "\" is never closed; close it");
                if (p->n_pieces == PIECES_MAX)
                        return refuse(ret_why, "", "", 0, "the filter has more than 64 attributes; shorten it");
                if (util_grow(&p->pieces, p->n_pieces, sizeof(*p->pieces)) < 0)
                        return -ENOMEM;
                p->pieces[p->n_pieces] = (Piece){0};
                r = len == 0 && text[whole] == '\0' && p->n_pieces == 0
                        ? 0 /* nothing but blanks */
                        : parse_piece(s, len, ret_why, &p->pieces[p->n_pieces]);
                if (r < 0)
                        return r;
                if (len > 0)
                        p->n_pieces++;
                text += whole + (text[whole] != '\0');
        }

        *ret = STEAL(p);
        return 0;
}

/* ---- matching ---- */

static bool value_matches(const Piece *piece, const char *value, size_t len)
{
        size_t n = piece->value_len;

        if (len < n || (len > n && !piece->any_before && !piece->any_after))
                return false;
        if (!piece->any_before)
                return strncasecmp(piece->value, value, n) == 0;
        if (!piece->any_after)
                return strncasecmp(piece->value, value + len - n, n) == 0;

        for (size_t i = 0; i + n <= len; i++)
                if (strncasecmp(piece->value, value + i, n) == 0)
                        return true;
        return false;
}

static size_t count_of_type(const Dn *dn, DnType type)
{
        size_t n = 0;

        for (size_t i = 0; i < dn->n_attributes; i++)
                n += dn->attributes[i].type == type;
        return n;
}

/* The `index`-th attribute of a type, in DER order (root first). */
static const DnAttribute *nth_of_type(const Dn *dn, DnType type, size_t index)
{
        for (size_t i = 0; i < dn->n_attributes; i++)
                if (dn->attributes[i].type == type && index-- == 0)
                        return &dn->attributes[i];
        return NULL;
}

/* How many pieces of the same type stand before (after) this one. */
static size_t rank(const SslPeer *p, size_t piece, bool from_the_right)
{
        size_t n = 0;

        for (size_t i = 0; i < p->n_pieces; i++)
                if (p->pieces[i].keyword->type == p->pieces[piece].keyword->type &&
                        !p->pieces[i].keyword->is_serial &&
                        (from_the_right ? i > piece : i < piece))
                        n++;
        return n;
}

/* The attribute that a piece has to match: NULL when the certificate has none there. */
static const DnAttribute *counterpart(
        const SslPeer *p, size_t piece, const Dn *subject, bool reversed_units)
{
        DnType type = p->pieces[piece].keyword->type;
        size_t n = count_of_type(subject, type), at;

        if (type == DN_OU) {
                /* Highest unit first is root first, which is the order of the DER. */
                at = rank(p, piece, false);
                return at < n ? nth_of_type(subject, type, reversed_units ? n - 1 - at : at) : NULL;
        }
        if (type == DN_DC)
                return nth_of_type(subject, type, rank(p, piece, true));
        return nth_of_type(subject, type, 0);
}

static bool is_repeatable(DnType type)
{
        return type == DN_OU || type == DN_DC;
}

static bool units_match(const SslPeer *p, const Dn *subject, bool reversed)
{
        for (size_t i = 0; i < p->n_pieces; i++) {
                const DnAttribute *a;

                if (p->pieces[i].keyword->type != DN_OU)
                        continue;
                a = counterpart(p, i, subject, reversed);
                if (!a || !value_matches(&p->pieces[i], a->value, a->value_len))
                        return false;
        }
        return true;
}

/* ---- explaining ---- */

static void append_piece(Buf *b, const Piece *piece)
{
        buf_appendf(b, "%s=%s", piece->keyword->name, piece->any_before ? "*" : "");
        escape_terminal(b, piece->value, piece->value_len);
        if (piece->any_after)
                buf_append_char(b, '*');
}

static void append_mismatch(
        Buf *b, const SslPeer *p, const Piece *piece, const DnAttribute *a, const Dn *subject)
{
        buf_append_str(b, "SSLPEER asks for ");
        append_piece(b, piece);
        if (!a) {
                buf_append_str(b, ", and the certificate has no such attribute at that place");
        } else if (!is_repeatable(piece->keyword->type) &&
                count_of_type(subject, piece->keyword->type) > 1) {
                buf_appendf(b,
                        ", and the certificate holds %s more than once, which MQ cannot filter on: leave "
                        "it out of the filter",
                        piece->keyword->name);
        } else {
                buf_appendf(b, ", and the certificate says %s=", piece->keyword->name);
                escape_terminal(b, a->value, a->value_len);
        }
        if (piece->keyword->type == DN_OU && units_match(p, subject, true))
                buf_append_str(b, "; it would match with reversed OU order");
}

static bool serial_matches(const Piece *piece, const char *serial, Buf *why)
{
        if (serial && value_matches(piece, serial, strlen(serial)))
                return true;

        buf_append_str(why, "SSLPEER asks for ");
        append_piece(why, piece);
        buf_append_str(why, ", and the certificate's serial number is ");
        buf_append_str(why, serial ? serial : "unreadable");
        buf_append_str(why, "; a serial number changes at every renewal, take it out of the filter");
        return false;
}

int sslpeer_match(const SslPeer *p, const Dn *subject, const char *serial, bool *ret_matches,
        char **ret_why)
{
        CLEANUP_BUF Buf why = BUF_INIT;
        bool matches = true;
        int r;

        assert(p);
        assert(subject);
        assert(ret_matches);
        assert(ret_why);

        for (size_t i = 0; i < p->n_pieces && matches; i++) {
                const Piece *piece = &p->pieces[i];
                const DnAttribute *a;

                if (piece->keyword->is_serial) {
                        matches = serial_matches(piece, serial, &why);
                        continue;
                }
                a = counterpart(p, i, subject, false);
                matches = a && value_matches(piece, a->value, a->value_len) &&
                        (is_repeatable(piece->keyword->type) ||
                                count_of_type(subject, piece->keyword->type) == 1);
                if (!matches)
                        append_mismatch(&why, p, piece, a, subject);
        }

        if (!matches) {
                r = buf_steal(&why, ret_why);
                if (r < 0)
                        return r;
        }
        *ret_matches = matches;
        return 0;
}
