/* SPDX-License-Identifier: MIT */

/*
 * IBM MQ, "Distinguished Names": which attribute types have a keyword, and how MQ prints a name.
 * The order of several OUs in MQ's own output is documented nowhere; they come most specific first,
 * as everything else does.
 */

#include "x509/dn.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"

/* Short names of RFC 4514 section 3; where it has none, those of RFC 4519 and RFC 2985. */
static const struct {
        const char *oid;
        const char *mq_keyword;
        const char *rfc_name;
} dn_types[_DN_TYPE_MAX] = {
        [DN_CN] = {"2.5.4.3", "CN", "CN"},
        [DN_T] = {"2.5.4.12", "T", "title"},
        [DN_OU] = {"2.5.4.11", "OU", "OU"},
        [DN_O] = {"2.5.4.10", "O", "O"},
        [DN_DC] = {"0.9.2342.19200300.100.1.25", "DC", "DC"},
        [DN_UID] = {"0.9.2342.19200300.100.1.1", "UID", "UID"},
        [DN_MAIL] = {"1.2.840.113549.1.9.1", "MAIL", "emailAddress"},
        [DN_STREET] = {"2.5.4.9", "STREET", "STREET"},
        [DN_L] = {"2.5.4.7", "L", "L"},
        [DN_ST] = {"2.5.4.8", "ST", "ST"},
        [DN_PC] = {"2.5.4.17", "PC", "postalCode"},
        [DN_C] = {"2.5.4.6", "C", "C"},
        [DN_DNQ] = {"2.5.4.46", "DNQ", "dnQualifier"},
        [DN_UNSTRUCTUREDNAME] = {"1.2.840.113549.1.9.2", "UNSTRUCTUREDNAME", "unstructuredName"},
        [DN_UNSTRUCTUREDADDRESS] = {"1.2.840.113549.1.9.8",
                "UNSTRUCTUREDADDRESS",
                "unstructuredAddress"},
        [DN_X520_SERIALNUMBER] = {"2.5.4.5", NULL, "serialNumber"},
        [DN_OTHER] = {NULL, NULL, NULL},
};

static void attribute_done(DnAttribute *a)
{
        free(a->oid);
        free(a->value);
}

void dn_done(Dn *dn)
{
        assert(dn);

        for (size_t i = 0; i < dn->n_attributes; i++)
                attribute_done(&dn->attributes[i]);
        free(dn->attributes);
        *dn = (Dn){0};
}

int dn_add(Dn *dn, const char *oid, const void *value, size_t value_len, unsigned rdn)
{
        DnAttribute a = {.type = dn_type_from_oid(oid), .value_len = value_len, .rdn = rdn};

        assert(dn);
        assert(value || value_len == 0);

        if (value_len == SIZE_MAX)
                return -ENOMEM;

        a.oid = strdup(oid);
        a.value = malloc(value_len + 1);
        if (!a.oid || !a.value || util_grow(&dn->attributes, dn->n_attributes, sizeof(a)) < 0) {
                attribute_done(&a);
                return -ENOMEM;
        }

        if (value_len > 0)
                memcpy(a.value, value, value_len);
        a.value[value_len] = '\0';
        dn->attributes[dn->n_attributes++] = a;
        return 0;
}

const char *dn_type_keyword(DnType type)
{
        assert(type < _DN_TYPE_MAX);

        return dn_types[type].mq_keyword;
}

DnType dn_type_from_oid(const char *oid)
{
        assert(oid);

        for (DnType t = 0; t < DN_OTHER; t++)
                if (strcmp(dn_types[t].oid, oid) == 0)
                        return t;
        return DN_OTHER;
}

static bool is_unstructured(const DnAttribute *a)
{
        return a->type == DN_UNSTRUCTUREDNAME || a->type == DN_UNSTRUCTUREDADDRESS;
}

/* SSLPEER's rules: inside quotes separators and blanks at the ends are part of the value. */
static bool needs_mq_quotes(const DnAttribute *a)
{
        if (a->value_len == 0)
                return false;
        if (a->value[0] == ' ' || a->value[a->value_len - 1] == ' ')
                return true;

        for (size_t i = 0; i < a->value_len; i++)
                if (a->value[i] != '\0' && strchr(",;=+\"", a->value[i]))
                        return true;
        return false;
}

/* MQ has no way to write a quote inside quotes; \" keeps the original recoverable. */
static void append_mq_quoted(Buf *b, const DnAttribute *a)
{
        size_t start = 0;

        buf_append_char(b, '"');
        for (size_t i = 0; i < a->value_len; i++) {
                if (a->value[i] != '"')
                        continue;
                escape_text(b, a->value + start, i - start);
                buf_append_str(b, "\\\"");
                start = i + 1;
        }
        escape_text(b, a->value + start, a->value_len - start);
        buf_append_char(b, '"');
}

static void append_mq_attribute(Buf *b, const DnAttribute *a, bool *is_first)
{
        const char *keyword = dn_type_keyword(a->type);

        if (!*is_first)
                buf_append_char(b, ',');
        *is_first = false;

        buf_append_str(b, keyword ? keyword : a->oid);
        buf_append_char(b, '=');
        if (needs_mq_quotes(a))
                append_mq_quoted(b, a);
        else
                escape_text(b, a->value, a->value_len);
}

void dn_to_mq(const Dn *dn, Buf *b)
{
        bool is_first = true;

        assert(dn);
        assert(b);

        for (size_t i = dn->n_attributes; i > 0; i--)
                if (!is_unstructured(&dn->attributes[i - 1]))
                        append_mq_attribute(b, &dn->attributes[i - 1], &is_first);

        /* What z/OS was seen to print: behind the country, in the order of the certificate. */
        for (size_t i = 0; i < dn->n_attributes; i++)
                if (is_unstructured(&dn->attributes[i]))
                        append_mq_attribute(b, &dn->attributes[i], &is_first);
}

/* C0, DEL and C1 at the start of `s`, which holds one well-formed UTF-8 character. */
static bool is_control(const char *s)
{
        unsigned byte = (unsigned char) s[0];

        return byte < 0x20 || byte == 0x7F || (byte == 0xC2 && (unsigned char) s[1] < 0xA0);
}

/* RFC 4514 section 2.4, and every control character as a hex pair as well. */
static void append_rfc4514_value(Buf *b, const DnAttribute *a)
{
        for (size_t i = 0, n; i < a->value_len; i += n) {
                const char *s = a->value + i;
                bool is_edge_blank = *s == ' ' && (i == 0 || i + 1 == a->value_len);
                size_t n_text = escape_utf8_char(s, a->value_len - i);

                n = n_text ? n_text : 1;
                if (n_text == 0 || is_control(s)) {
                        for (size_t k = 0; k < n; k++)
                                buf_appendf(b, "\\%02X", (unsigned) (unsigned char) s[k]);
                        continue;
                }
                if (is_edge_blank || (*s == '#' && i == 0) || strchr("\"+,;<>\\", *s))
                        buf_append_char(b, '\\');
                buf_append(b, s, n);
        }
}

static void append_rfc4514_attribute(Buf *b, const DnAttribute *a)
{
        const char *name = dn_types[a->type].rfc_name;

        /*
         * Behind a dotted decimal type the RFC wants the BER encoding in hex ('#04...'), but accepts
         * a string (section 3, numericoid and string): people can read that, and the string type is
         * not kept here.
         */
        buf_append_str(b, name ? name : a->oid);
        buf_append_char(b, '=');
        append_rfc4514_value(b, a);
}

void dn_to_rfc4514(const Dn *dn, Buf *b)
{
        assert(dn);
        assert(b);

        for (size_t end = dn->n_attributes; end > 0;) {
                size_t first = end - 1;

                while (first > 0 && dn->attributes[first - 1].rdn == dn->attributes[first].rdn)
                        first--;

                if (end < dn->n_attributes)
                        buf_append_char(b, ',');
                for (size_t i = first; i < end; i++) {
                        if (i > first)
                                buf_append_char(b, '+');
                        append_rfc4514_attribute(b, &dn->attributes[i]);
                }
                end = first;
        }
}

bool dn_equal(const Dn *a, const Dn *b)
{
        assert(a);
        assert(b);

        if (a->n_attributes != b->n_attributes)
                return false;

        for (size_t i = 0; i < a->n_attributes; i++) {
                const DnAttribute *x = &a->attributes[i], *y = &b->attributes[i];

                if (x->rdn != y->rdn || x->value_len != y->value_len ||
                        strcmp(x->oid, y->oid) != 0 ||
                        memcmp(x->value, y->value, x->value_len) != 0)
                        return false;
        }
        return true;
}
