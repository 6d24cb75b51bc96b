/* SPDX-License-Identifier: MIT */
#include "tests/support/keystore_maker.h"

#include <openssl/pkcs12.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

enum {
        SLOT_SIZE = 5000,
        SALT_SIZE = 24,
};

static void fail(const char *what)
{
        (void) fprintf(stderr, "keystore_maker: %s\n", what);
        abort();
}

static void put_number(Buf *b, uint64_t value, unsigned n_octets)
{
        for (unsigned i = n_octets; i > 0; i--)
                buf_append_char(b, (char) (value >> (8 * (i - 1)) & 0xFF));
}

static void put_noise(Buf *b, size_t n)
{
        for (size_t i = 0; i < n; i++)
                buf_append_char(b, (char) (0xC3 + 7 * i));
}

static void note_length(MakerFile *f, const char *what, size_t offset, unsigned n_octets)
{
        if (util_grow(&f->lengths, f->n_lengths, sizeof(*f->lengths)) < 0)
                fail("no memory");
        f->lengths[f->n_lengths++] =
                (MakerLength){ .what = what, .offset = offset, .n_octets = n_octets };
}

/* A length field of the file's own. */
static void put_length(MakerFile *f, const char *what, uint64_t value, unsigned n_octets)
{
        note_length(f, what, f->bytes.len, n_octets);
        put_number(&f->bytes, value, n_octets);
}

/* Tag and length of an element of DER. */
static void put_header(MakerFile *f, const char *what, uint8_t tag, size_t len)
{
        unsigned n_octets = len < 0x100 ? 1 : 2;

        buf_append_char(&f->bytes, (char) tag);
        if (len >= 0x80)
                buf_append_char(&f->bytes, (char) (0x80 | n_octets));
        put_length(f, what, len, n_octets);
}

static size_t element_size(size_t len)
{
        return len + (len < 0x80 ? 2 : len < 0x100 ? 3 : 4);
}

/* Notes the length of a finished element, which stands next. */
static void note_element(MakerFile *f, const char *what, const uint8_t *der)
{
        if (der[1] < 0x80)
                note_length(f, what, f->bytes.len + 1, 1);
        else
                note_length(f, what, f->bytes.len + 2, der[1] & 0x7FU);
}

static void put_cert(MakerFile *f, const PkiCert *cert)
{
        note_element(f, "the certificate's own length", cert->der);
        buf_append(&f->bytes, cert->der, cert->der_len);
}

/* The private key, encrypted under a password that no reader gets. */
static void make_key(const PkiCert *cert, Buf *ret)
{
        PKCS8_PRIV_KEY_INFO *clear = EVP_PKEY2PKCS8(cert->key);
        X509_SIG *sealed = clear ? PKCS8_encrypt(-1, EVP_aes_256_cbc(), "unknown", 7, NULL, 0, 1, clear)
                                 : NULL;
        unsigned char *der = NULL;
        int len = sealed ? i2d_X509_SIG(sealed, &der) : -1;

        if (len <= 0)
                fail("cannot encrypt a key");
        buf_append(ret, der, (size_t) len);
        OPENSSL_free(der);
        X509_SIG_free(sealed);
        PKCS8_PRIV_KEY_INFO_free(clear);
}

static size_t label_len(const MakerRecord *r)
{
        return r->label_len ? r->label_len : strlen(r->label);
}

/* CMS */

static void put_cms_header(MakerFile *f, const MakerOptions *o, size_t slot_size, size_t n)
{
        size_t mac_size = o->version == 3 ? 16 : o->version == 4 ? 20 : 48;

        buf_append_str(&f->bytes, "7H");
        put_number(&f->bytes, o->version, 1);
        put_number(&f->bytes, o->is_requests ? 1 : 2, 1);
        put_number(&f->bytes, 0, 4);
        buf_append(&f->bytes, o->is_requests ? "X509KYP" : "X509KEY", 8);
        put_length(f, "the slot size", slot_size, 4);
        put_length(f, "the number of slots", n, 4);
        put_noise(&f->bytes, SALT_SIZE + 2 * mac_size);
}

/* SEQUENCE { INTEGER 1, [1] or [2] { … }, VisibleString label, BIT STRING flags } */
static void put_cms_record(MakerFile *f, const MakerRecord *r)
{
        CLEANUP_BUF Buf key = BUF_INIT;
        size_t inner, tagged;

        if (r->is_personal)
                make_key(r->cert, &key);
        inner = r->cert->der_len + key.len;
        tagged = r->is_personal ? element_size(inner) : inner;
        put_header(f, "the record's sequence", 0x30,
                3 + element_size(tagged) + element_size(label_len(r)) + 4);
        put_header(f, "the record's version", 0x02, 1);
        put_number(&f->bytes, 1, 1);
        put_header(f, "the record's tag", r->tag ? r->tag : r->is_personal ? 0xA2 : 0xA1, tagged);
        if (r->is_personal)
                put_header(f, "certificate and key", 0x30, inner);
        put_cert(f, r->cert);
        if (r->is_personal)
                note_element(f, "the encrypted key", (const uint8_t *) buf_str(&key));
        buf_append(&f->bytes, buf_str(&key), key.len);
        put_header(f, "the record's label", 0x1A, label_len(r));
        buf_append(&f->bytes, r->label, label_len(r));
        put_header(f, "the record's flags", 0x03, 2);
        put_number(&f->bytes, 0x0780, 2);
}

static void put_digest(MakerFile *f, const void *data, size_t len)
{
        uint8_t digest[SHA_DIGEST_LENGTH];

        put_length(f, "a block of the index", sizeof(digest), 4);
        f->lengths[f->n_lengths - 1].is_unneeded = true;
        SHA1(data, len, digest);
        buf_append(&f->bytes, digest, sizeof(digest));
}

static void put_index(MakerFile *f, const MakerOptions *o, const MakerRecord *r, size_t number)
{
        if (o->no_index)
                return;
        put_number(&f->bytes, number, 4);
        put_digest(f, r->label, label_len(r));
        put_digest(f, r->cert->der, r->cert->der_len);
        if (o->strange_index)
                put_number(&f->bytes, 0x1234567890, 8);
}

static void put_slot(MakerFile *f, const MakerOptions *o, const MakerRecord *r, size_t number)
{
        MakerFile record = { 0 };
        size_t nul = r->label_has_nul ? 1 : 0;

        put_number(&f->bytes, r->type ? r->type : 1, 4);
        put_number(&f->bytes, number, 4);
        put_cms_record(&record, r);
        put_length(f, "the record", record.bytes.len, 4);
        for (size_t i = 0; i < record.n_lengths; i++)
                note_length(f, record.lengths[i].what, f->bytes.len + record.lengths[i].offset,
                        record.lengths[i].n_octets);
        buf_append(&f->bytes, buf_str(&record.bytes), record.bytes.len);
        maker_file_done(&record);
        put_length(f, "the label", label_len(r) + nul, 4);
        buf_append(&f->bytes, r->label, label_len(r));
        put_number(&f->bytes, 0, (unsigned) nul);
        put_index(f, o, r, number);
}

MakerFile maker_cms(const MakerOptions *o, const MakerRecord *records, size_t n)
{
        size_t slot_size = o->slot_size ? o->slot_size : SLOT_SIZE;
        MakerFile f = { 0 };

        put_cms_header(&f, o, slot_size, n);
        for (size_t i = 0; i < n; i++) {
                size_t end = f.bytes.len + slot_size;

                if (!records[i].is_empty)
                        put_slot(&f, o, &records[i], i + 1);
                if (f.bytes.len > end)
                        fail("a record does not fit into its slot");
                while (f.bytes.len < end && buf_error(&f.bytes) == 0)
                        buf_append_char(&f.bytes, '\0');
        }
        if (buf_error(&f.bytes) < 0)
                fail("no memory");
        return f;
}

/* Java */

static void put_java_cert(MakerFile *f, const MakerOptions *o, const PkiCert *cert)
{
        if (o->version >= 2) {
                put_length(f, "the certificate's type", 5, 2);
                buf_append_str(&f->bytes, "X.509");
        }
        put_length(f, "the certificate", cert->der_len, 4);
        put_cert(f, cert);
}

static void put_java_entry(MakerFile *f, const MakerOptions *o, const MakerRecord *r)
{
        CLEANUP_BUF Buf key = BUF_INIT;
        uint32_t type = r->is_secret ? 3 : r->is_personal ? 1 : 2;

        put_number(&f->bytes, r->type ? r->type : type, 4);
        put_length(f, "the alias", label_len(r), 2);
        buf_append(&f->bytes, r->label, label_len(r));
        put_number(&f->bytes, UINT64_C(1767225600000), 8);
        if (r->is_secret) {
                put_number(&f->bytes, 0xACED0005, 4); /* and so on, as Java serializes objects */
                put_noise(&f->bytes, 100);
                return;
        }
        if (!r->is_personal) {
                put_java_cert(f, o, r->cert);
                return;
        }
        make_key(r->cert, &key);
        put_length(f, "the encrypted key", key.len, 4);
        buf_append(&f->bytes, buf_str(&key), key.len);
        put_length(f, "the number of certificates", r->cert->der ? 1 + r->n_chain : 0, 4);
        if (r->cert->der)
                put_java_cert(f, o, r->cert);
        for (size_t i = 0; i < r->n_chain; i++)
                put_java_cert(f, o, r->chain[i]);
}

MakerFile maker_java(const MakerOptions *o, const MakerRecord *records, size_t n)
{
        MakerFile f = { 0 };

        put_number(&f.bytes, o->is_jceks ? 0xCECECECE : 0xFEEDFEED, 4);
        put_number(&f.bytes, o->version, 4);
        put_length(&f, "the number of entries", n, 4);
        for (size_t i = 0; i < n; i++)
                put_java_entry(&f, o, &records[i]);
        put_noise(&f.bytes, SHA_DIGEST_LENGTH);
        if (buf_error(&f.bytes) < 0)
                fail("no memory");
        return f;
}

/* Lies */

uint64_t maker_length_get(const MakerFile *f, const MakerLength *l)
{
        const uint8_t *p = (const uint8_t *) buf_str(&f->bytes) + l->offset;
        uint64_t value = 0;

        for (unsigned i = 0; i < l->n_octets; i++)
                value = value << 8 | p[i];
        return value;
}

void maker_length_set(MakerFile *f, const MakerLength *l, uint64_t value)
{
        for (unsigned i = 0; i < l->n_octets; i++)
                f->bytes.data[l->offset + i] = (char) (value >> (8 * (l->n_octets - 1 - i)) & 0xFF);
}

void maker_file_done(MakerFile *f)
{
        buf_done(&f->bytes);
        free(f->lengths);
        *f = (MakerFile){ 0 };
}
