/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "x509/credential_internal.h"

/* Answers OpenSSL's question for a passphrase, which without an answer goes to the terminal. */
typedef struct Passphrase {
        const char *text; /* NULL: none is configured */
        bool asked;
} Passphrase;

static int on_passphrase(char *buf, int size, int writing, void *userdata)
{
        Passphrase *p = userdata;
        size_t len = p->text ? strlen(p->text) : 0;

        (void) writing;
        p->asked = true;
        if (!p->text || size < 0 || len > (size_t) size)
                return -1;
        memcpy(buf, p->text, len);
        return (int) len;
}

bool credential_is_pem(const CredentialFile *f)
{
        static const char mark[] = "-----BEGIN ";

        return f->len > 0 && memmem(f->data, f->len, mark, sizeof(mark) - 1) != NULL;
}

static bool is_certificate(const char *name)
{
        return strcmp(name, PEM_STRING_X509) == 0 || strcmp(name, PEM_STRING_X509_OLD) == 0 ||
                strcmp(name, PEM_STRING_X509_TRUSTED) == 0;
}

static int add_cert(CredentialBag *bag, const uint8_t *der, long len)
{
        const unsigned char *p = der;
        X509 *x = d2i_X509(NULL, &p, len); /* of a trusted one the settings behind it stay unread */

        if (!x)
                return -EBADMSG;
        if (!sk_X509_push(bag->certs, x)) {
                X509_free(x);
                return -ENOMEM;
        }
        return 0;
}

/* The next block: 1, 0 at the end, or a negative errno for a damaged one. */
static int next_block(BIO *bio, char **ret_name, unsigned char **ret_data, long *ret_len)
{
        char *header = NULL;

        ERR_clear_error();
        if (PEM_read_bio(bio, ret_name, &header, ret_data, ret_len)) {
                OPENSSL_free(header);
                return 1;
        }
        return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE ? 0 : -EBADMSG;
}

int credential_pem_certs(const CredentialFile *f, char **ret_problem, CredentialBag *bag)
{
        BIO *bio = BIO_new_mem_buf(f->data, (int) f->len);
        int n_certs = 0, n_blocks = 0, r;

        bag->certs = sk_X509_new_null();
        if (!bio || !bag->certs) {
                BIO_free(bio);
                return -ENOMEM;
        }
        for (;;) {
                unsigned char *data = NULL;
                char *name = NULL;
                long len = 0;

                r = next_block(bio, &name, &data, &len);
                if (r <= 0)
                        break;
                n_blocks++;
                r = 0;
                if (is_certificate(name)) {
                        n_certs++;
                        r = add_cert(bag, data, len);
                }
                /* It may have been a key. */
                OPENSSL_clear_free(data, (size_t) len);
                OPENSSL_free(name);
                if (r < 0)
                        break;
        }
        BIO_free(bio);
        ERR_clear_error();
        if (r == -EBADMSG && n_blocks > 0 && n_certs > sk_X509_num(bag->certs))
                return credential_problem(ret_problem, r,
                        "certificate %d of %s cannot be parsed; replace it, or take it out",
                        n_certs, f->path);
        if (r == -EBADMSG)
                return credential_problem(ret_problem, r,
                        "PEM block %d of %s is damaged; copy the file again from its source",
                        n_blocks + 1, f->path);
        return r;
}

int credential_pem_key(
        const CredentialFile *f, const char *passphrase, char **ret_problem, CredentialBag *bag)
{
        Passphrase p = { .text = passphrase };
        BIO *bio = BIO_new_mem_buf(f->data, (int) f->len);

        if (!bio)
                return -ENOMEM;
        ERR_clear_error();
        bag->key = PEM_read_bio_PrivateKey(bio, NULL, on_passphrase, &p);
        BIO_free(bio);
        ERR_clear_error();
        if (bag->key)
                return 0;
        if (p.asked && !passphrase)
                return credential_problem(ret_problem, -ENOKEY,
                        "the private key in %s is encrypted and no passphrase is configured; "
                        "set passphrase_file = or passphrase_credential =",
                        f->path);
        if (p.asked)
                return credential_problem(ret_problem, -EKEYREJECTED,
                        "the passphrase does not open the private key in %s; "
                        "correct the passphrase",
                        f->path);
        return credential_problem(ret_problem, -EBADMSG,
                "%s holds no private key that can be read; put the key's PEM block into it, "
                "or name its file with key =",
                f->path);
}
