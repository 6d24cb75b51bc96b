/* SPDX-License-Identifier: MIT */

/*
 * SSLCIPH values: a fixed CipherSpec admits one suite on one protocol, an alias every MQ CipherSpec
 * in a range of protocols (IBM MQ, "Relationship between alias CipherSpec settings"). Offer and
 * admission differ: a partner offers what is switched on by default, while a channel whose queue
 * manager has old protocols switched on again admits those under ANY.
 */

#include "mq/cipherspec.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "mq/channel.h"
#include "mq/cipherspec_table.h"

enum {
        TLS_VERSION_ANY_LATER = UINT16_MAX,
        HINT_TEXT_MAX = 64, /* what is longer is no misspelt CipherSpec */
};

typedef struct Alias {
        SslCiphKind kind;
        const char *name;
        const char *java_name;
        uint16_t min_admitted, max_admitted;
        uint16_t min_offered;
} Alias;

#define ALIAS_ROW(id, mq, java, oldest, newest, offered)                                           \
        {                                                                                          \
                .kind = SSLCIPH_##id,                                                              \
                .name = (mq),                                                                      \
                .java_name = (java),                                                               \
                .min_admitted = TLS_VERSION_##oldest,                                              \
                .max_admitted = TLS_VERSION_##newest,                                              \
                .min_offered = TLS_VERSION_##offered,                                              \
        },
static const Alias aliases[] = {SSLCIPH_ALIAS_TABLE(ALIAS_ROW)};
#undef ALIAS_ROW

/* The alias whose rules hold: unset is as wide as ANY. NULL for a single CipherSpec. */
static const Alias *alias_of(const SslCiph *s)
{
        SslCiphKind kind = s->kind == SSLCIPH_UNSET ? SSLCIPH_ANY : s->kind;

        for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
                if (aliases[i].kind == kind)
                        return &aliases[i];
        return NULL;
}

static char fold(char c)
{
        return c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c;
}

/* How many characters have to be changed, added or taken away (Levenshtein), whatever their case. */
static size_t edit_distance(const char *a, const char *b)
{
        size_t row[HINT_TEXT_MAX + 1], n_b = strlen(b);

        assert(a);
        assert(n_b <= HINT_TEXT_MAX);

        for (size_t k = 0; k <= n_b; k++)
                row[k] = k;

        for (size_t i = 0; a[i] != '\0'; i++) {
                size_t diagonal = row[0];

                row[0] = i + 1;
                for (size_t k = 1; k <= n_b; k++) {
                        size_t changed = diagonal + (fold(a[i]) == fold(b[k - 1]) ? 0 : 1);

                        diagonal = row[k];
                        row[k] = MIN_OF(changed, MIN_OF(row[k - 1], row[k]) + 1);
                }
        }
        return row[n_b];
}

/* What others call it: Java's aliases, OpenSSL's and IANA's names; the newest protocol wins. */
static const char *foreign_name(const char *text)
{
        const CipherSpec *table, *best = NULL;
        size_t n;

        for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
                if (edit_distance(aliases[i].java_name, text) == 0)
                        return aliases[i].name;

        table = cipherspec_table(&n);
        for (size_t i = 0; i < n; i++) {
                if (edit_distance(table[i].iana_name, text) != 0 &&
                        (!table[i].openssl_name || edit_distance(table[i].openssl_name, text) != 0))
                        continue;
                if (!best || table[i].version > best->version)
                        best = &table[i];
        }
        return best ? best->name : NULL;
}

/* The nearest name, unless more than a third of what was written would have to change. */
static const char *nearest_name(const char *text)
{
        size_t len = strlen(text), n, best_distance = SIZE_MAX;
        const CipherSpec *table = cipherspec_table(&n);
        const char *best = NULL;

        if (len == 0 || len > HINT_TEXT_MAX)
                return NULL;

        best = foreign_name(text);
        if (best)
                return best;

        for (size_t i = 0; i < ARRAY_LEN(aliases) + n; i++) {
                const char *name = i < ARRAY_LEN(aliases) ? aliases[i].name :
                                                            table[i - ARRAY_LEN(aliases)].name;
                size_t distance = edit_distance(name, text);

                if (distance < best_distance) {
                        best_distance = distance;
                        best = name;
                }
        }
        return best_distance <= len / 3 ? best : NULL;
}

/* Four (z/OS) or two (IBM i) hexadecimal digits. The newest protocol with that code point. */
static const CipherSpec *by_hex(const char *text)
{
        static const char digits[] = "0123456789ABCDEF";
        const CipherSpec *table, *best = NULL;
        size_t len = strlen(text), n;
        unsigned code = 0;

        if (len != 4 && len != 2)
                return NULL;
        for (size_t i = 0; i < len; i++) {
                const char *digit = strchr(digits, fold(text[i]));

                if (!digit)
                        return NULL;
                code = code * 16 + (unsigned) (digit - digits);
        }

        table = cipherspec_table(&n);
        for (size_t i = 0; i < n; i++)
                if (table[i].code == code && (!best || table[i].version > best->version))
                        best = &table[i];
        return best;
}

int sslciph_parse(const char *text, SslCiph *ret, const char **ret_hint)
{
        const CipherSpec *single;

        assert(text);
        assert(ret);

        for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
                if (strcmp(aliases[i].name, text) == 0) {
                        *ret = (SslCiph){.kind = aliases[i].kind};
                        return 0;
                }

        single = cipherspec_by_name(text);
        if (!single)
                single = by_hex(text);
        if (!single) {
                if (ret_hint)
                        *ret_hint = nearest_name(text);
                return -EINVAL;
        }

        *ret = (SslCiph){.kind = SSLCIPH_SINGLE, .single = single};
        return 0;
}

const char *sslciph_name(const SslCiph *s)
{
        const Alias *alias;

        assert(s);

        if (s->kind == SSLCIPH_UNSET)
                return "";

        alias = alias_of(s);
        return alias ? alias->name : s->single->name;
}

/* Every row of the catalogue is asked here, so what is no MQ CipherSpec is never admitted. */
static bool admits_row(const SslCiph *s, const CipherSpec *row)
{
        const Alias *alias = alias_of(s);

        if (!alias)
                return row == s->single;
        return row->version >= alias->min_admitted && row->version <= alias->max_admitted;
}

bool sslciph_admits(const SslCiph *s, uint16_t version, uint16_t code)
{
        const CipherSpec *row = cipherspec_by_code(version, code);

        assert(s);

        return row && admits_row(s, row);
}

bool sslciph_admits_version(const SslCiph *s, uint16_t version)
{
        size_t n;
        const CipherSpec *table = cipherspec_table(&n);

        assert(s);

        for (size_t i = 0; i < n; i++)
                if (table[i].version == version && admits_row(s, &table[i]))
                        return true;
        return false;
}

void cipher_offer_done(CipherOffer *o)
{
        assert(o);

        free(o->cipher_list);
        free(o->ciphersuites);
        *o = (CipherOffer){0};
}

/* Appends OpenSSL's name to the list that the protocol has. */
static void offer_row(const CipherSpec *row, Buf *older, Buf *tls13)
{
        Buf *list = row->version >= TLS_VERSION_TLS13 ? tls13 : older;

        if (list->len > 0)
                buf_append_char(list, ':');
        buf_append_str(list, row->openssl_name);
}

/* The row at this place of MQ's default order, NULL behind the last. */
static const CipherSpec *by_preference(unsigned preference)
{
        size_t n;
        const CipherSpec *table = cipherspec_table(&n);

        for (size_t i = 0; i < n; i++)
                if (table[i].preference == preference)
                        return &table[i];
        return NULL;
}

const CipherSpec *sslciph_offered(const SslCiph *s, size_t i)
{
        const CipherSpec *row;

        assert(s);

        if (s->kind == SSLCIPH_SINGLE)
                return i == 0 && s->single->support == CIPHERSPEC_SPOKEN ? s->single : NULL;

        for (unsigned place = 1; (row = by_preference(place)) != NULL; place++)
                if (admits_row(s, row) && i-- == 0)
                        return row;
        return NULL;
}

int sslciph_offer(const SslCiph *s, CipherOffer *ret)
{
        CLEANUP(cipher_offer_done) CipherOffer o = {0};
        CLEANUP_BUF Buf older = BUF_INIT, tls13 = BUF_INIT;
        const Alias *alias;
        const CipherSpec *row;

        assert(s);
        assert(ret);

        if (!sslciph_offered(s, 0))
                return -EOPNOTSUPP;

        alias = alias_of(s);
        o.min_version = alias ? alias->min_offered : s->single->version;
        o.max_version = alias ? MIN_OF(alias->max_admitted, TLS_VERSION_TLS13) : s->single->version;
        for (size_t i = 0; (row = sslciph_offered(s, i)) != NULL; i++)
                offer_row(row, &older, &tls13);

        if (buf_steal(&older, &o.cipher_list) < 0 || buf_steal(&tls13, &o.ciphersuites) < 0)
                return -ENOMEM;

        *ret = o;
        o = (CipherOffer){0};
        return 0;
}
