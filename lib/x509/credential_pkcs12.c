/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>

#include "x509/credential_internal.h"

static PKCS12 *parse(const CredentialFile *f)
{
        const unsigned char *p = f->data;

        ERR_clear_error();
        return f->len > 0 ? d2i_PKCS12(NULL, &p, (long) f->len) : NULL;
}

static int not_pkcs12(const CredentialFile *f, char **ret_problem)
{
        const unsigned char *p = f->data;
        X509 *x = f->len > 0 ? d2i_X509(NULL, &p, (long) f->len) : NULL;

        ERR_clear_error();
        if (f->len == 0)
                return credential_problem(ret_problem, -ENODATA,
                        "%s is empty; put PEM certificates or a PKCS#12 file there", f->path);
        if (x) {
                X509_free(x);
                return credential_problem(ret_problem, -EBADMSG,
                        "%s is a certificate in DER; convert it with openssl x509 -inform DER",
                        f->path);
        }
        return credential_problem(ret_problem, -EBADMSG,
                "%s is neither PEM nor PKCS#12; extract what is wanted as PEM "
                "(runmqakm -cert -extract -format ascii, or openssl)",
                f->path);
}

bool credential_was_unsupported(void)
{
        unsigned long code;
        bool found = false;

        while ((code = ERR_get_error()) != 0)
                found = found || ERR_GET_REASON(code) == ERR_R_UNSUPPORTED ||
                        (ERR_GET_LIB(code) == ERR_LIB_EVP &&
                                (ERR_GET_REASON(code) == EVP_R_UNSUPPORTED_ALGORITHM ||
                                        ERR_GET_REASON(code) == EVP_R_UNKNOWN_PBE_ALGORITHM));
        return found;
}

/* An empty passphrase is written in two ways (RFC 7292 does not say which), so both are tried. */
static bool mac_fits(PKCS12 *p12, const char *passphrase)
{
        if (!PKCS12_mac_present(p12))
                return true;
        if (passphrase && *passphrase)
                return PKCS12_verify_mac(p12, passphrase, -1) == 1;
        return PKCS12_verify_mac(p12, NULL, 0) == 1 || PKCS12_verify_mac(p12, "", 0) == 1;
}

static int open_parsed(PKCS12 *p12, const CredentialFile *f, const char *passphrase,
        char **ret_problem, CredentialBag *bag)
{
        X509 *own = NULL;

        ERR_clear_error();
        if (!mac_fits(p12, passphrase)) {
                if (credential_was_unsupported())
                        goto unsupported;
                if (!passphrase)
                        return credential_problem(ret_problem, -ENOKEY,
                                "the PKCS#12 file %s wants a passphrase and none is configured; "
                                "set passphrase_file = or passphrase_credential =",
                                f->path);
                return credential_problem(ret_problem, -EKEYREJECTED,
                        "the passphrase does not open %s; correct the passphrase", f->path);
        }
        if (!PKCS12_parse(p12, passphrase ? passphrase : "", &bag->key, &own, &bag->certs)) {
                if (credential_was_unsupported())
                        goto unsupported;
                return credential_problem(ret_problem, -EBADMSG,
                        "the PKCS#12 file %s cannot be read; export it anew", f->path);
        }
        if (!bag->certs)
                bag->certs = sk_X509_new_null();
        if (!bag->certs || (own && !sk_X509_unshift(bag->certs, own))) {
                X509_free(own);
                return -ENOMEM;
        }
        return 0;

unsupported:
        return credential_problem(ret_problem, -ENOTSUP,
                "the PKCS#12 file %s uses an outdated cipher; re-encode it "
                "(openssl pkcs12 -legacy -nodes, then openssl pkcs12 -export)",
                f->path);
}

int credential_pkcs12(
        const CredentialFile *f, const char *passphrase, char **ret_problem, CredentialBag *bag)
{
        PKCS12 *p12 = parse(f);
        int r;

        if (!p12)
                return not_pkcs12(f, ret_problem);
        r = open_parsed(p12, f, passphrase, ret_problem, bag);
        PKCS12_free(p12);
        ERR_clear_error();
        return r;
}
