/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <openssl/x509v3.h>

#include "x509/cert_internal.h"

enum {
        EKU_PURPOSES_MAX = 64, /* looked at; whatever stands behind them is "other" */
        KEY_USAGE_BITS = 9,    /* RFC 5280 section 4.2.1.3 defines bits 0 to 8 */
};

static const unsigned key_usage_bits[KEY_USAGE_BITS] = {
        [0] = CERT_KU_DIGITAL_SIGNATURE,
        [1] = CERT_KU_OTHER, /* contentCommitment */
        [2] = CERT_KU_KEY_ENCIPHERMENT,
        [3] = CERT_KU_OTHER, /* dataEncipherment */
        [4] = CERT_KU_KEY_AGREEMENT,
        [5] = CERT_KU_KEY_CERT_SIGN,
        [6] = CERT_KU_CRL_SIGN,
        [7] = CERT_KU_OTHER, /* encipherOnly */
        [8] = CERT_KU_OTHER, /* decipherOnly */
};

void *cert_read_extension(CertReader *r, int nid, const char *name, bool *ret_critical)
{
        int critical = 0; /* -1: absent, -2: more than once (X509V3_get_d2i(3)) */
        void *value = X509_get_ext_d2i(r->x509, nid, &critical, NULL);

        if (critical == -2)
                cert_fault(r, CERT_FAULT_EXTENSION, "the extension %s stands twice", name);
        else if (!value && critical >= 0)
                cert_fault(r, CERT_FAULT_EXTENSION, "the extension %s cannot be read", name);
        if (value && ret_critical)
                *ret_critical = critical == 1;
        return value;
}

static void read_key_usage(CertReader *r)
{
        ASN1_BIT_STRING *usage = cert_read_extension(r, NID_key_usage, "keyUsage", NULL);

        if (!usage)
                return;
        r->facts->has_key_usage = true;
        for (int i = 0; i < KEY_USAGE_BITS; i++)
                if (ASN1_BIT_STRING_get_bit(usage, i))
                        r->facts->key_usage |= key_usage_bits[i];
        ASN1_BIT_STRING_free(usage);
}

static void read_ext_key_usage(CertReader *r)
{
        EXTENDED_KEY_USAGE *usage = cert_read_extension(r, NID_ext_key_usage, "extKeyUsage", NULL);
        int n;

        if (!usage)
                return;
        n = sk_ASN1_OBJECT_num(usage);
        r->facts->has_ext_key_usage = true;
        if (n > EKU_PURPOSES_MAX)
                r->facts->ext_key_usage |= CERT_EKU_OTHER;
        for (int i = 0; i < n && i < EKU_PURPOSES_MAX; i++) {
                int nid = OBJ_obj2nid(sk_ASN1_OBJECT_value(usage, i));

                r->facts->ext_key_usage |= nid == NID_server_auth ? CERT_EKU_SERVER_AUTH
                        : nid == NID_client_auth                  ? CERT_EKU_CLIENT_AUTH
                        : nid == NID_anyExtendedKeyUsage          ? CERT_EKU_ANY
                                                                  : CERT_EKU_OTHER;
        }
        EXTENDED_KEY_USAGE_free(usage);
}

static void read_basic_constraints(CertReader *r)
{
        CertFacts *facts = r->facts;
        BASIC_CONSTRAINTS *constraints = cert_read_extension(
                r, NID_basic_constraints, "basicConstraints", &facts->basic_constraints_critical);
        int64_t path_len;

        facts->path_len = -1;
        if (!constraints)
                return;
        facts->has_basic_constraints = true;
        facts->is_ca = constraints->ca != 0;
        if (constraints->pathlen) {
                if (!ASN1_INTEGER_get_int64(&path_len, constraints->pathlen))
                        path_len = constraints->pathlen->type == V_ASN1_NEG_INTEGER ? -1 : INT_MAX;
                if (path_len < 0)
                        cert_fault(r, CERT_FAULT_EXTENSION, "the path length is negative");
                else
                        facts->path_len = (int) MIN_OF(path_len, (int64_t) INT_MAX);
        }
        BASIC_CONSTRAINTS_free(constraints);
}

void cert_read_extensions(CertReader *r)
{
        read_key_usage(r);
        read_ext_key_usage(r);
        read_basic_constraints(r);
        /* Nothing is taken from these, but the chain builder leans on them. */
        ASN1_OCTET_STRING_free(
                cert_read_extension(r, NID_subject_key_identifier, "subjectKeyIdentifier", NULL));
        AUTHORITY_KEYID_free(
                cert_read_extension(r, NID_authority_key_identifier, "authorityKeyIdentifier", NULL));
        NAME_CONSTRAINTS_free(
                cert_read_extension(r, NID_name_constraints, "nameConstraints", NULL));
}
