/* SPDX-License-Identifier: MIT */
#include "tls/handshake_internal.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "x509/cert.h"
#include "x509/dn.h"

/*
 * The CertificateRequest's list holds names without certificates, so the reader of certificates in
 * x509/ cannot be asked. What it does with a name is done here the same way: lengths are cut before
 * anything is converted, and what is no text stays as its bytes.
 */

enum {
        OID_BYTES_MAX = 64, /* printing long ones takes quadratic time (CVE-2023-2650) */
        OID_TEXT_MAX = 256,
};

static void name_cleanup(X509_NAME **name)
{
        X509_NAME_free(*name);
}

static bool needs_conversion(int type)
{
        return type == V_ASN1_BMPSTRING || type == V_ASN1_UNIVERSALSTRING || type == V_ASN1_T61STRING;
}

static int add_value(Dn *dn, const char *oid, const ASN1_STRING *value, unsigned rdn)
{
        size_t len = (size_t) ASN1_STRING_length(value);
        unsigned char *utf8 = NULL;
        int n = -1, r;

        if (needs_conversion(ASN1_STRING_type(value)) && len <= CERT_VALUE_BYTES_MAX)
                n = ASN1_STRING_to_UTF8(&utf8, value);
        if (n < 0)
                return dn_add(dn, oid, ASN1_STRING_get0_data(value),
                        MIN_OF(len, (size_t) CERT_VALUE_BYTES_MAX), rdn);

        r = dn_add(dn, oid, utf8, (size_t) n, rdn);
        OPENSSL_free(utf8);
        return r;
}

static int add_entry(Dn *dn, const X509_NAME_ENTRY *entry)
{
        const ASN1_OBJECT *type = X509_NAME_ENTRY_get_object(entry);
        char oid[OID_TEXT_MAX];
        int n;

        if (OBJ_length(type) > OID_BYTES_MAX)
                return 0; /* an attribute that has no name is left out */
        n = OBJ_obj2txt(oid, sizeof(oid), type, 1);
        if (n <= 0 || n >= (int) sizeof(oid))
                return 0;

        return add_value(
                dn, oid, X509_NAME_ENTRY_get_data(entry), (unsigned) X509_NAME_ENTRY_set(entry));
}

int handshake_name_from_der(const uint8_t *der, size_t len, char **ret)
{
        CLEANUP(name_cleanup) X509_NAME *name = NULL;
        CLEANUP(dn_done) Dn dn = { 0 };
        CLEANUP_BUF Buf b = BUF_INIT;
        const unsigned char *end = der;
        int n, r;

        assert(der);
        assert(ret);

        if (len > LONG_MAX)
                return -EINVAL;

        /* The caller is inside libssl: the queue must hold afterwards what it held before. */
        (void) ERR_set_mark();
        name = d2i_X509_NAME(NULL, &end, (long) len);
        (void) ERR_pop_to_mark();
        if (!name || end != der + len)
                return -EINVAL;

        n = MIN_OF(X509_NAME_entry_count(name), (int) CERT_DN_ATTRIBUTES_MAX);
        for (int i = 0; i < n; i++) {
                (void) ERR_set_mark();
                r = add_entry(&dn, X509_NAME_get_entry(name, i));
                (void) ERR_pop_to_mark();
                if (r < 0)
                        return r;
        }

        dn_to_mq(&dn, &b);
        return buf_steal(&b, ret);
}
