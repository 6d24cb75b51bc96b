/* SPDX-License-Identifier: MIT */

/*
 * Certificates that stand in a file as they are: one in DER, or any number in PEM. Queue managers do
 * not read these, but what is imported into a key repository is kept in them as often as not.
 */

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "x509/keystore_internal.h"

enum {
        TAG_SEQUENCE = 0x30,
};

bool keystore_is_der(CertSpan data)
{
        CertSpan inside;

        return cert_span_expect(&data, TAG_SEQUENCE, &inside) && inside.len > 0 &&
                inside.p[0] == TAG_SEQUENCE;
}

int keystore_read_der(KeystoreReader *r)
{
        CertSpan rest = r->data, whole, content;
        int q;
        uint8_t tag;

        if (!cert_span_next(&rest, &tag, &whole, &content) || rest.len > 0)
                return keystore_damaged(r, "%zu bytes stand behind its certificate", rest.len);
        q = keystore_add(r, &(KeystoreRecord){ .der = whole });
        if (q < 0)
                return q;
        if (r->keystore->entries[0].facts.faults & CERT_FAULT_UNPARSABLE)
                return credential_problem(r->ret_problem, -EBADMSG,
                        "%s is DER, but no certificate that can be read; put a certificate or a key "
                        "repository there",
                        r->path);
        return 0;
}

static bool is_certificate(const char *name)
{
        return strcmp(name, PEM_STRING_X509) == 0 || strcmp(name, PEM_STRING_X509_OLD) == 0 ||
                strcmp(name, PEM_STRING_X509_TRUSTED) == 0;
}

static bool is_private_key(const char *name)
{
        static const char end[] = "PRIVATE KEY";
        size_t len = strlen(name);

        return len >= sizeof(end) - 1 && strcmp(name + len - (sizeof(end) - 1), end) == 0;
}

/* A trusted certificate has settings of OpenSSL's behind it, which are nobody else's business. */
static int add_block(KeystoreReader *r, const uint8_t *data, size_t len)
{
        CertSpan rest = { data, len }, whole, content;
        uint8_t tag;

        if (!cert_span_next(&rest, &tag, &whole, &content) || tag != TAG_SEQUENCE)
                return keystore_damaged(r, "certificate %zu in it contradicts its own length",
                        r->keystore->n_entries + 1);
        return keystore_add(r, &(KeystoreRecord){ .der = whole });
}

/* Reads the next block: 1, 0 at the end, or a negative errno. */
static int read_block(KeystoreReader *r, BIO *bio, size_t number, bool *has_key)
{
        char *name = NULL, *header = NULL;
        unsigned char *data = NULL;
        long len = 0;
        int q = 0;

        ERR_clear_error();
        if (!PEM_read_bio(bio, &name, &header, &data, &len)) {
                if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE)
                        return 0;
                return keystore_damaged(r, "PEM block %zu in it ends early or is no PEM", number);
        }
        if (is_certificate(name))
                q = add_block(r, data, (size_t) len);
        else if (is_private_key(name))
                *has_key = true;
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(data, (size_t) len);
        return q < 0 ? q : 1;
}

/* How many lines look like the beginning of a block. OpenSSL takes one that is cut off there for text
 * between blocks. */
static size_t count_beginnings(CertSpan data)
{
        static const char mark[] = "-----BEGIN ";
        const uint8_t *at = data.p, *end = data.p + data.len;
        size_t n = 0;

        while ((at = memmem(at, (size_t) (end - at), mark, sizeof(mark) - 1)) != NULL) {
                if (at == data.p || at[-1] == '\n')
                        n++;
                at += sizeof(mark) - 1;
        }
        return n;
}

int keystore_read_pem(KeystoreReader *r)
{
        BIO *bio = BIO_new_mem_buf(r->data.p, (int) r->data.len);
        bool has_key = false;
        size_t number = 0;
        int q;

        if (!bio)
                return -ENOMEM;
        do
                q = read_block(r, bio, ++number, &has_key);
        while (q > 0);
        BIO_free(bio);
        if (q < 0)
                return q;
        if (number - 1 < count_beginnings(r->data))
                return keystore_damaged(r, "PEM block %zu in it ends early or is no PEM", number);
        if (r->keystore->n_entries == 0)
                return credential_problem(r->ret_problem, -ENODATA,
                        "%s is PEM and holds no certificate; put the certificate into it, or name "
                        "the key repository",
                        r->path);
        /* The key of a PEM file is that of its first certificate: what all servers make of it. */
        r->keystore->entries[0].has_private_key = has_key;
        return 0;
}
