/* SPDX-License-Identifier: MIT */
#include "x509/cert.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "x509/cert_internal.h"

enum {
        OID_BYTES_MAX = 64,         /* encoded; turning longer ones to text is slow (CVE-2023-2650) */
        OID_TEXT_SIZE = 256,        /* 64 bytes are 448 bits of arcs: below 200 characters */
        SERIAL_OCTETS_MAX = 20,     /* RFC 5280 section 4.1.2.2 */
        SERIAL_OCTETS_SHOWN = 64,
        CURVE_NAME_SIZE = 80,
};

static const struct {
        int id;
        const char *name;
        unsigned bits; /* of the key as written, where OpenSSL counts the curve's order; 0: ask it */
} key_algorithms[] = {
        { EVP_PKEY_RSA, "RSA", 0 },
        { EVP_PKEY_RSA_PSS, "RSA-PSS", 0 },
        { EVP_PKEY_EC, "EC", 0 },
        { EVP_PKEY_ED25519, "ED25519", 256 },
        { EVP_PKEY_ED448, "ED448", 456 },
        { EVP_PKEY_DSA, "DSA", 0 },
        { EVP_PKEY_DH, "DH", 0 },
};

void cert_fault(CertReader *r, CertFault fault, const char *format, ...)
{
        char text[160];
        va_list ap;

        r->facts->faults |= fault;
        if (++r->n_faults > CERT_FAULTS_MAX)
                return;
        va_start(ap, format);
        (void) vsnprintf(text, sizeof(text), format, ap);
        va_end(ap);
        if (r->n_faults > 1)
                buf_append_str(&r->fault_text, "; ");
        buf_append_str(&r->fault_text, text);
}

bool cert_append_oid(Buf *b, const ASN1_OBJECT *object, bool names)
{
        char text[OID_TEXT_SIZE];
        size_t len = object ? OBJ_length(object) : 0;
        int nid, n;

        if (len == 0 || len > OID_BYTES_MAX)
                return false;
        nid = names ? OBJ_obj2nid(object) : NID_undef;
        if (nid != NID_undef) {
                buf_append_str(b, OBJ_nid2ln(nid));
                return true;
        }
        n = OBJ_obj2txt(text, sizeof(text), object, 1);
        if (n <= 0 || (size_t) n >= sizeof(text))
                return false;
        buf_append_str(b, text);
        return true;
}

/* Values */

static bool next_time(CertSpan *rest, int64_t *ret_at)
{
        CertSpan whole, content;
        uint8_t tag;

        return cert_span_next(rest, &tag, &whole, &content) &&
                cert_time_from_der(whole.p, whole.len, ret_at) == 0;
}

static void read_validity(CertReader *r)
{
        CertFacts *facts = r->facts;
        CertSpan first = r->layout.validity, second = first, whole, content;
        uint8_t tag;

        /* The second date wants no sound first one. */
        if (!cert_span_next(&second, &tag, &whole, &content))
                second.len = 0;
        facts->has_not_before = next_time(&first, &facts->not_before_at);
        facts->has_not_after = next_time(&second, &facts->not_after_at);
        if (!facts->has_not_before)
                cert_fault(r, CERT_FAULT_NOT_BEFORE, "notBefore is no date that RFC 5280 allows");
        if (!facts->has_not_after)
                cert_fault(r, CERT_FAULT_NOT_AFTER, "notAfter is no date that RFC 5280 allows");
}

static int read_serial(CertReader *r)
{
        const ASN1_INTEGER *serial = X509_get0_serialNumber(r->x509);
        CLEANUP_BUF Buf b = BUF_INIT;
        const uint8_t *p = serial ? ASN1_STRING_get0_data(serial) : NULL;
        int n = serial ? ASN1_STRING_length(serial) : 0;

        if (!p || n <= 0) {
                cert_fault(r, CERT_FAULT_SERIAL, "the serial number is missing");
                return 0;
        }
        if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER) {
                cert_fault(r, CERT_FAULT_SERIAL, "the serial number is negative");
                buf_append_char(&b, '-');
        }
        if (n > SERIAL_OCTETS_MAX)
                cert_fault(r, CERT_FAULT_SERIAL, "the serial number has %d octets", n);
        for (int i = 0; i < n && i < SERIAL_OCTETS_SHOWN; i++)
                buf_appendf(&b, i > 0 ? ":%02X" : "%02X", p[i]);
        if (n > SERIAL_OCTETS_SHOWN)
                buf_append_str(&b, ":...");
        return buf_steal(&b, &r->facts->serial);
}

static int read_curve(CertReader *r, const EVP_PKEY *key)
{
        char name[CURVE_NAME_SIZE];
        const char *nist;

        /* Explicit parameters have no name, and RFC 5480 section 2.1.1 forbids them. */
        if (!EVP_PKEY_get_group_name(key, name, sizeof(name), NULL)) {
                cert_fault(r, CERT_FAULT_KEY, "the curve of the public key has no name");
                return 0;
        }
        nist = EC_curve_nid2nist(OBJ_txt2nid(name));
        return util_copy_text(nist ? nist : name, &r->facts->curve);
}

/* Sizes and names only: the functions that check a key can be made to run for hours. */
static int read_key(CertReader *r)
{
        CertFacts *facts = r->facts;
        const EVP_PKEY *key = X509_get0_pubkey(r->x509);
        const char *name = NULL;
        int id, bits;

        if (!key) {
                cert_fault(r, CERT_FAULT_KEY, "the public key cannot be read");
                return 0;
        }
        id = EVP_PKEY_get_base_id(key);
        bits = EVP_PKEY_get_bits(key);
        facts->key_bits = bits > 0 ? (unsigned) bits : 0;
        for (size_t i = 0; i < ARRAY_LEN(key_algorithms); i++)
                if (id == key_algorithms[i].id) {
                        name = key_algorithms[i].name;
                        if (key_algorithms[i].bits)
                                facts->key_bits = key_algorithms[i].bits;
                }
        if (!name)
                name = EVP_PKEY_get0_type_name(key);
        if (util_copy_text(name, &facts->key_algorithm) < 0)
                return -ENOMEM;
        return id == EVP_PKEY_EC ? read_curve(r, key) : 0;
}

static int read_spki_digest(CertReader *r)
{
        unsigned char *der = NULL;
        int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(r->x509), &der);

        if (len <= 0)
                return -ENOMEM; /* it was parsed, so it can be written */
        SHA256(der, (size_t) len, r->facts->spki_sha256);
        OPENSSL_free(der);
        return 0;
}

static int read_signature(CertReader *r)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        const X509_ALGOR *algorithm = NULL;
        const ASN1_OBJECT *object = NULL;
        int digest_nid = NID_undef;

        X509_get0_signature(NULL, &algorithm, r->x509);
        X509_ALGOR_get0(&object, NULL, NULL, algorithm);
        if (!cert_append_oid(&b, object, true))
                buf_append_str(&b, "unknown");
        /* Knows where RSASSA-PSS hides its digest. */
        if (X509_get_signature_info(r->x509, &digest_nid, NULL, NULL, NULL) &&
                digest_nid != NID_undef &&
                util_copy_text(OBJ_nid2sn(digest_nid), &r->facts->signature_digest) < 0)
                return -ENOMEM;
        return buf_steal(&b, &r->facts->signature_algorithm);
}

static void read_self_issued(CertReader *r)
{
        EVP_PKEY *key;

        r->facts->self_issued =
                X509_NAME_cmp(X509_get_subject_name(r->x509), X509_get_issuer_name(r->x509)) == 0;
        if (!r->facts->self_issued)
                return;
        key = X509_get0_pubkey(r->x509);
        r->facts->self_signed = key && X509_verify(r->x509, key) == 1;
}

static int read_all(CertReader *r)
{
        int q;

        read_validity(r);
        q = read_serial(r);
        if (q == 0)
                q = cert_read_names(r);
        if (q == 0)
                q = cert_read_sans(r);
        if (q == 0)
                q = read_key(r);
        if (q == 0)
                q = read_spki_digest(r);
        if (q == 0)
                q = read_signature(r);
        if (q < 0)
                return q;
        cert_read_extensions(r);
        read_self_issued(r);
        return 0;
}

static X509 *parse_bytes(const uint8_t *der, size_t der_len)
{
        const unsigned char *p = der;
        X509 *x = d2i_X509(NULL, &p, (long) der_len);

        if (x && p != der + der_len) {
                X509_free(x);
                return NULL;
        }
        return x;
}

/* Real shortage is what went wrong first; a parser that fails blames memory at the end, sometimes. */
static bool out_of_memory(void)
{
        return ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE;
}

/* The bytes as OpenSSL's object: NULL for what is no certificate, -ENOMEM apart from that. */
static int parse(CertReader *r, const uint8_t *der, size_t der_len)
{
        CLEANUP_FREE uint8_t *disguised = NULL;

        if (der_len == 0 || der_len > INT_MAX)
                return 0;
        r->x509 = parse_bytes(der, der_len);
        if (out_of_memory())
                return -ENOMEM;
        if (!cert_layout_find((CertSpan){ der, der_len }, &r->layout) || r->x509)
                return 0;

        disguised = malloc(der_len);
        if (!disguised)
                return -ENOMEM;
        memcpy(disguised, der, der_len);
        cert_disguise_names(disguised, der_len);
        ERR_clear_error();
        r->x509 = parse_bytes(disguised, der_len);
        if (out_of_memory())
                return -ENOMEM;
        if (r->x509)
                cert_fault(r, CERT_FAULT_NAME, "OpenSSL cannot read the names in it");
        return 0;
}

/* Hands the facts over; the variable they leave is empty and may be cleaned up. */
static void move_facts(CertFacts *from, CertFacts *ret)
{
        *ret = *from;
        *from = (CertFacts){ 0 };
}

int cert_facts_from_der(const void *der, size_t der_len, CertFacts *ret)
{
        CLEANUP(cert_facts_done) CertFacts facts = { .der_len = der_len, .path_len = -1 };
        CertReader reader = { .facts = &facts };
        int q = 0;

        SHA256(der_len > 0 ? der : "", der_len, facts.sha256);
        ERR_clear_error();
        q = parse(&reader, der, der_len);
        if (q == 0 && reader.x509)
                q = read_all(&reader);
        else if (q == 0)
                cert_fault(&reader, CERT_FAULT_UNPARSABLE, "not an X.509 certificate (%zu bytes)",
                        der_len);
        X509_free(reader.x509);
        ERR_clear_error();

        if (q == 0 && reader.n_faults > CERT_FAULTS_MAX)
                buf_append_str(&reader.fault_text, "; and more");
        if (q == 0 && facts.faults != 0)
                q = buf_steal(&reader.fault_text, &facts.fault_text);
        buf_done(&reader.fault_text);
        if (q < 0)
                return q;
        move_facts(&facts, ret);
        return 0;
}

void cert_facts_done(CertFacts *c)
{
        free(c->fault_text);
        dn_done(&c->subject);
        dn_done(&c->issuer);
        free(c->subject_mq);
        free(c->issuer_mq);
        free(c->subject_rfc4514);
        free(c->issuer_rfc4514);
        free(c->serial);
        for (size_t i = 0; i < c->n_sans; i++)
                free(c->sans[i]);
        free(c->sans);
        free(c->key_algorithm);
        free(c->curve);
        free(c->signature_algorithm);
        free(c->signature_digest);
        *c = (CertFacts){ 0 };
}

void cert_hex(const uint8_t digest[CERT_SHA256_SIZE], char ret[2 * CERT_SHA256_SIZE + 1])
{
        static const char digits[] = "0123456789ABCDEF";

        for (size_t i = 0; i < CERT_SHA256_SIZE; i++) {
                *ret++ = digits[digest[i] >> 4];
                *ret++ = digits[digest[i] & 0x0F];
        }
        *ret = '\0';
}
