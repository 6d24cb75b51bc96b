/* SPDX-License-Identifier: MIT */

/*
 * Names out of a certificate: distinguished names, and subject alternative names. They are written
 * by strangers and may be of any length, number and encoding. Lengths are cut *before* anything is
 * converted (CVE-2026-7383 was a conversion that overflowed), and the conversions are our own: they
 * are four loops, and what they do with half a character is ours to say.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/x509v3.h>

#include "base/escape.h"
#include "x509/cert_internal.h"

enum {
        TAG_OID = 0x06,
        TAG_SEQUENCE = 0x30,
        TAG_SET = 0x31,
        UTF8_CHAR_MAX = 4,
        CODE_POINT_MAX = 0x10FFFF,
};

/* Text */

static bool is_surrogate(uint32_t c)
{
        return c >= 0xD800 && c <= 0xDFFF;
}

static void append_utf8(Buf *b, uint32_t c)
{
        if (c < 0x80)
                buf_append_char(b, (char) c);
        else if (c < 0x800) {
                buf_append_char(b, (char) (0xC0 | c >> 6));
                buf_append_char(b, (char) (0x80 | (c & 0x3F)));
        } else if (c < 0x10000) {
                buf_append_char(b, (char) (0xE0 | c >> 12));
                buf_append_char(b, (char) (0x80 | (c >> 6 & 0x3F)));
                buf_append_char(b, (char) (0x80 | (c & 0x3F)));
        } else {
                buf_append_char(b, (char) (0xF0 | c >> 18));
                buf_append_char(b, (char) (0x80 | (c >> 12 & 0x3F)));
                buf_append_char(b, (char) (0x80 | (c >> 6 & 0x3F)));
                buf_append_char(b, (char) (0x80 | (c & 0x3F)));
        }
}

/* BMPString: two octets a character. Pairs of surrogates do not belong there, but Windows writes
 * them and they have one meaning only. False for anything that is no text. */
static bool append_bmp(Buf *b, const uint8_t *p, size_t len)
{
        if (len % 2 != 0)
                return false;
        for (size_t i = 0; i < len; i += 2) {
                uint32_t c = (uint32_t) p[i] << 8 | p[i + 1];

                if (c >= 0xD800 && c <= 0xDBFF && len - i >= 4) {
                        uint32_t low = (uint32_t) p[i + 2] << 8 | p[i + 3];

                        if (low < 0xDC00 || low > 0xDFFF)
                                return false;
                        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                        i += 2;
                } else if (is_surrogate(c))
                        return false;
                append_utf8(b, c);
        }
        return true;
}

static bool append_universal(Buf *b, const uint8_t *p, size_t len)
{
        if (len % 4 != 0)
                return false;
        for (size_t i = 0; i < len; i += 4) {
                uint32_t c = (uint32_t) p[i] << 24 | (uint32_t) p[i + 1] << 16 |
                        (uint32_t) p[i + 2] << 8 | p[i + 3];

                if (c > CODE_POINT_MAX || is_surrogate(c))
                        return false;
                append_utf8(b, c);
        }
        return true;
}

/* T61String: nobody implements T.61; what is found in certificates is Latin-1 (as in OpenSSL). */
static bool append_latin1(Buf *b, const uint8_t *p, size_t len)
{
        for (size_t i = 0; i < len; i++)
                append_utf8(b, p[i]);
        return true;
}

/* The length that is kept of a value: all, or what fits, on a character's border. */
static size_t cut_len(CertReader *r, const char *what, int type, const uint8_t *p, size_t len)
{
        size_t cut = CERT_VALUE_BYTES_MAX; /* a multiple of four */

        if (len <= cut)
                return len;
        cert_fault(r, CERT_FAULT_NAME, "a value in %s has %zu bytes and was cut", what, len);
        /* High surrogate at the cut: leave its other half out with it. */
        if (type == V_ASN1_BMPSTRING && p[cut - 2] >= 0xD8 && p[cut - 2] <= 0xDB)
                return cut - 2;
        /* Step back over continuation bytes, if that can be the middle of a character. */
        if (type == V_ASN1_UTF8STRING)
                for (size_t back = 0; back < UTF8_CHAR_MAX; back++)
                        if ((p[cut - back] & 0xC0) != 0x80)
                                return cut - back;
        return cut;
}

/* Appends a string as UTF-8 where its type allows, else its bytes as they are. */
static void append_string(
        CertReader *r, const char *what, int type, const uint8_t *p, size_t len, Buf *b)
{
        size_t start = b->len;
        bool ok;

        len = cut_len(r, what, type, p, len);
        switch (type) {
        case V_ASN1_BMPSTRING:
                ok = append_bmp(b, p, len);
                break;
        case V_ASN1_UNIVERSALSTRING:
                ok = append_universal(b, p, len);
                break;
        case V_ASN1_T61STRING:
                ok = append_latin1(b, p, len);
                break;
        default:
                buf_append(b, p, len);
                return;
        }
        if (ok || buf_error(b) < 0)
                return;
        cert_fault(r, CERT_FAULT_NAME, "a value in %s is not the text its type promises", what);
        b->len = start;
        buf_append(b, p, len);
}

/* Distinguished names */

/* AttributeTypeAndValue ::= SEQUENCE { type OBJECT IDENTIFIER, value ANY } */
static int read_attribute(CertReader *r, const char *what, CertSpan pair, unsigned rdn, Dn *dn)
{
        CLEANUP_BUF Buf oid = BUF_INIT, value = BUF_INIT;
        CertSpan type, whole, content;
        const unsigned char *p;
        ASN1_OBJECT *object;
        uint8_t tag;
        bool ok;

        if (!cert_span_next(&pair, &tag, &type, &content) ||
                !cert_span_next(&pair, &tag, &whole, &content)) {
                cert_fault(r, CERT_FAULT_NAME, "an attribute in %s is unreadable", what);
                return 0;
        }
        p = type.p;
        object = d2i_ASN1_OBJECT(NULL, &p, (long) type.len);
        ok = cert_append_oid(&oid, object, false);
        ASN1_OBJECT_free(object);
        if (!ok) {
                cert_fault(r, CERT_FAULT_NAME, "an attribute type in %s is unreadable", what);
                return buf_error(&oid);
        }
        append_string(r, what, tag, content.p, content.len, &value);
        if (buf_error(&oid) < 0 || buf_error(&value) < 0)
                return -ENOMEM;
        return dn_add(dn, buf_str(&oid), buf_str(&value), value.len, rdn);
}

/* RDNSequence ::= SEQUENCE OF SET OF AttributeTypeAndValue; `name` is its content. */
static int read_dn(CertReader *r, const char *what, CertSpan name, Dn *dn)
{
        unsigned n = 0;

        for (unsigned rdn = 0; name.len > 0; rdn++) {
                CertSpan set, pair;

                if (!cert_span_expect(&name, TAG_SET, &set)) {
                        cert_fault(r, CERT_FAULT_NAME, "%s is unreadable", what);
                        return 0;
                }
                while (set.len > 0) {
                        int q;

                        if (!cert_span_expect(&set, TAG_SEQUENCE, &pair)) {
                                cert_fault(r, CERT_FAULT_NAME, "%s is unreadable", what);
                                return 0;
                        }
                        if (++n > CERT_DN_ATTRIBUTES_MAX)
                                continue;
                        q = read_attribute(r, what, pair, rdn, dn);
                        if (q < 0)
                                return q;
                }
        }
        if (n > CERT_DN_ATTRIBUTES_MAX)
                cert_fault(r, CERT_FAULT_NAME, "%s has %u attributes and was cut", what, n);
        return 0;
}

static void disguise_name(uint8_t *der, CertSpan name)
{
        CertSpan set, pair, whole, content;
        uint8_t tag;

        while (cert_span_expect(&name, TAG_SET, &set))
                while (cert_span_expect(&set, TAG_SEQUENCE, &pair)) {
                        /* The type, then the value. */
                        if (!cert_span_expect(&pair, TAG_OID, &content))
                                continue;
                        if (!cert_span_next(&pair, &tag, &whole, &content))
                                continue;
                        /* NumericString has both virtues: a name may hold it, and OpenSSL makes no
                         * canonical form of it. The three others have rules that can be broken. */
                        if (tag == V_ASN1_UTF8STRING || tag == V_ASN1_BMPSTRING ||
                                tag == V_ASN1_UNIVERSALSTRING)
                                der[whole.p - der] = V_ASN1_NUMERICSTRING;
                }
}

void cert_disguise_names(uint8_t *der, size_t der_len)
{
        CertLayout layout;

        if (!cert_layout_find((CertSpan){ der, der_len }, &layout))
                return;
        disguise_name(der, layout.issuer);
        disguise_name(der, layout.subject);
}

static int dn_text(const Dn *dn, void (*print)(const Dn *, Buf *), char **ret)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        print(dn, &b);
        return buf_steal(&b, ret);
}

int cert_read_names(CertReader *r)
{
        CertFacts *facts = r->facts;
        int q;

        q = read_dn(r, "the subject", r->layout.subject, &facts->subject);
        if (q == 0)
                q = read_dn(r, "the issuer", r->layout.issuer, &facts->issuer);
        if (q == 0)
                q = dn_text(&facts->subject, dn_to_mq, &facts->subject_mq);
        if (q == 0)
                q = dn_text(&facts->issuer, dn_to_mq, &facts->issuer_mq);
        if (q == 0)
                q = dn_text(&facts->subject, dn_to_rfc4514, &facts->subject_rfc4514);
        if (q == 0)
                q = dn_text(&facts->issuer, dn_to_rfc4514, &facts->issuer_rfc4514);
        return q;
}

/* Subject alternative names (RFC 5280 section 4.2.1.6) */

static const char san_what[] = "a subject alternative name";

static void append_san_string(CertReader *r, const char *prefix, const ASN1_STRING *s, Buf *b)
{
        CLEANUP_BUF Buf value = BUF_INIT;

        append_string(r, san_what, ASN1_STRING_type(s), ASN1_STRING_get0_data(s),
                (size_t) ASN1_STRING_length(s), &value);
        buf_append_str(b, prefix);
        escape_text(b, buf_str(&value), value.len);
        if (buf_error(&value) < 0)
                b->failed = true;
}

static void append_san_ip(CertReader *r, const ASN1_STRING *s, Buf *b)
{
        char text[INET6_ADDRSTRLEN];
        int len = ASN1_STRING_length(s);
        int family = len == 4 ? AF_INET : len == 16 ? AF_INET6 : AF_UNSPEC;

        if (family == AF_UNSPEC || !inet_ntop(family, ASN1_STRING_get0_data(s), text, sizeof(text))) {
                cert_fault(r, CERT_FAULT_NAME, "an IP address among the SANs has %d bytes", len);
                append_san_string(r, "IP:", s, b);
                return;
        }
        buf_append_str(b, "IP:");
        buf_append_str(b, text);
}

static int append_san_dn(CertReader *r, const X509_NAME *name, Buf *b)
{
        CertSpan rest = { NULL, 0 }, content = { NULL, 0 };
        Dn dn = { 0 };
        int q;

        if (!X509_NAME_get0_der(name, &rest.p, &rest.len) ||
                !cert_span_expect(&rest, TAG_SEQUENCE, &content))
                cert_fault(r, CERT_FAULT_NAME, "%s is unreadable", san_what);
        q = read_dn(r, san_what, content, &dn);
        if (q == 0) {
                buf_append_str(b, "DN:");
                dn_to_mq(&dn, b); /* escapes as escape_text() does */
        }
        dn_done(&dn);
        return q;
}

/* "other:OID", and "=TEXT" where the value is a string (a Windows user principal name is). */
static void append_san_other(CertReader *r, const OTHERNAME *other, Buf *b)
{
        buf_append_str(b, "other:");
        if (!cert_append_oid(b, other->type_id, false))
                cert_fault(r, CERT_FAULT_NAME, "the type of %s is unreadable", san_what);
        if (!other->value)
                return;
        switch (other->value->type) {
        case V_ASN1_UTF8STRING:
        case V_ASN1_IA5STRING:
        case V_ASN1_PRINTABLESTRING:
        case V_ASN1_BMPSTRING:
                append_san_string(r, "=", other->value->value.asn1_string, b);
                break;
        default:
                break;
        }
}

static int append_san(CertReader *r, const GENERAL_NAME *name, Buf *b)
{
        switch (name->type) {
        case GEN_DNS:
                append_san_string(r, "DNS:", name->d.dNSName, b);
                return 0;
        case GEN_EMAIL:
                append_san_string(r, "email:", name->d.rfc822Name, b);
                return 0;
        case GEN_URI:
                append_san_string(r, "URI:", name->d.uniformResourceIdentifier, b);
                return 0;
        case GEN_IPADD:
                append_san_ip(r, name->d.iPAddress, b);
                return 0;
        case GEN_DIRNAME:
                return append_san_dn(r, name->d.directoryName, b);
        case GEN_OTHERNAME:
                append_san_other(r, name->d.otherName, b);
                return 0;
        case GEN_RID:
                buf_append_str(b, "other:RID=");
                if (!cert_append_oid(b, name->d.registeredID, false))
                        cert_fault(r, CERT_FAULT_NAME, "a registered ID is unreadable");
                return 0;
        default:
                buf_append_str(b, name->type == GEN_X400 ? "other:X400" : "other:EDI");
                return 0;
        }
}

int cert_read_sans(CertReader *r)
{
        CertFacts *facts = r->facts;
        GENERAL_NAMES *names = cert_read_extension(
                r, NID_subject_alt_name, "subjectAltName", NULL);
        int n, q = 0;

        if (!names)
                return 0;
        n = sk_GENERAL_NAME_num(names);
        facts->n_sans_total = n > 0 ? (size_t) n : 0;
        if (n > 0) {
                facts->sans = calloc(MIN_OF(facts->n_sans_total, (size_t) CERT_SANS_MAX),
                        sizeof(*facts->sans));
                if (!facts->sans)
                        q = -ENOMEM;
        }
        for (int i = 0; q == 0 && i < n && i < CERT_SANS_MAX; i++) {
                CLEANUP_BUF Buf b = BUF_INIT;

                q = append_san(r, sk_GENERAL_NAME_value(names, i), &b);
                if (q == 0)
                        q = buf_steal(&b, &facts->sans[facts->n_sans]);
                if (q == 0)
                        facts->n_sans++;
        }
        GENERAL_NAMES_free(names);
        return q;
}
