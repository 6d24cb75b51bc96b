/* SPDX-License-Identifier: MIT */

/*
 * PKCS#12 (RFC 7292): safes of bags, as a rule encrypted, under one passphrase. Bags with keys are
 * counted and never opened. How often the passphrase is to be hashed is the file's word, so it is
 * looked at before it is obeyed.
 */

#include <errno.h>
#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <string.h>

#include "x509/keystore_internal.h"

enum {
        TAG_SEQUENCE = 0x30,
        TAG_OBJECT = 0x06,
        TAG_OCTETS = 0x04,
        TAG_EXPLICIT_0 = 0xA0,
        BAGS_MAX = 2 * KEYSTORE_ENTRIES_MAX,
};

typedef struct Pkcs12 {
        PKCS12 *p12;
        const char *passphrase; /* that fits; NULL and "" are not the same in there */
        bool is_open;           /* the passphrase was verified, or there is nothing to verify it by */
        STACK_OF(PKCS12_SAFEBAG) *bags; /* all of them, out of their safes */
        const PKCS12_SAFEBAG **owners;  /* of the entries: the bag each came from */
} Pkcs12;

static void pkcs12_done(Pkcs12 *p)
{
        PKCS12_free(p->p12);
        sk_PKCS12_SAFEBAG_pop_free(p->bags, PKCS12_SAFEBAG_free);
        free(p->owners);
}

/* SEQUENCE { INTEGER 3, …: also where the length is indefinite, as older Java writes it. */
bool keystore_is_pkcs12(CertSpan data)
{
        static const uint8_t version[] = { 0x02, 0x01, 0x03 };
        size_t header;

        if (data.len < 2 || data.p[0] != TAG_SEQUENCE)
                return false;
        header = data.p[1] > 0x80 ? 2 + (data.p[1] & 0x7FU) : 2;
        return data.len >= header + sizeof(version) &&
                memcmp(data.p + header, version, sizeof(version)) == 0;
}

static int cannot_read(KeystoreReader *r)
{
        return keystore_damaged(r, "as PKCS#12 it cannot be decoded");
}

static int unsupported(KeystoreReader *r)
{
        return credential_problem(r->ret_problem, -ENOTSUP,
                "%s is a PKCS#12 file with an outdated cipher, which OpenSSL keeps in its module "
                "\"legacy\"; install that module, or have the file written anew with a current cipher",
                r->path);
}

static int wants_passphrase(KeystoreReader *r)
{
        return credential_problem(r->ret_problem, -ENOKEY,
                "%s is a PKCS#12 file and wants a passphrase, and none is configured; configure the "
                "one of the key repository",
                r->path);
}

/* Iterations */

static bool is_bearable(const ASN1_INTEGER *iterations)
{
        int64_t n = 1;

        return !iterations ||
                (ASN1_INTEGER_get_int64(&n, iterations) && n >= 1 &&
                        n <= KEYSTORE_KDF_ITERATIONS_MAX);
}

static int too_many_iterations(KeystoreReader *r)
{
        return credential_problem(r->ret_problem, -E2BIG,
                "%s wants its passphrase hashed more than %d times; export it anew with fewer "
                "iterations",
                r->path, KEYSTORE_KDF_ITERATIONS_MAX);
}

/* PBES2 (RFC 8018 section 6.2) has its own place for the number; scrypt is bounded by OpenSSL. */
static bool is_bearable_pbes2(const ASN1_TYPE *parameter)
{
        PBE2PARAM *pbes2 = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), parameter);
        PBKDF2PARAM *kdf = NULL;
        bool ok = true;

        if (pbes2 && OBJ_obj2nid(pbes2->keyfunc->algorithm) == NID_id_pbkdf2) {
                kdf = ASN1_TYPE_unpack_sequence(
                        ASN1_ITEM_rptr(PBKDF2PARAM), pbes2->keyfunc->parameter);
                ok = !kdf || is_bearable(kdf->iter);
        }
        PBKDF2PARAM_free(kdf);
        PBE2PARAM_free(pbes2);
        return ok;
}

static bool is_bearable_content(const PKCS7_ENC_CONTENT *content)
{
        const X509_ALGOR *algorithm = content->algorithm;
        PBEPARAM *pbe;
        bool ok;

        if (OBJ_obj2nid(algorithm->algorithm) == NID_pbes2)
                return is_bearable_pbes2(algorithm->parameter);
        pbe = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), algorithm->parameter);
        ok = !pbe || is_bearable(pbe->iter);
        PBEPARAM_free(pbe);
        return ok;
}

/* Passphrase */

/* An empty passphrase is written in two ways (RFC 7292 does not say which), so both are tried. */
static bool find_passphrase(Pkcs12 *p, const char *passphrase)
{
        if (passphrase && *passphrase) {
                p->passphrase = passphrase;
                return PKCS12_verify_mac(p->p12, passphrase, -1) == 1;
        }
        p->passphrase = NULL;
        if (PKCS12_verify_mac(p->p12, NULL, 0) == 1)
                return true;
        p->passphrase = "";
        return PKCS12_verify_mac(p->p12, "", 0) == 1;
}

static int check_mac(KeystoreReader *r, Pkcs12 *p)
{
        const ASN1_INTEGER *iterations = NULL;

        if (!PKCS12_mac_present(p->p12)) {
                p->passphrase = r->passphrase;
                p->is_open = true;
                return 0;
        }
        PKCS12_get0_mac(NULL, NULL, NULL, &iterations, p->p12);
        if (!is_bearable(iterations))
                return too_many_iterations(r);
        ERR_clear_error();
        p->is_open = find_passphrase(p, r->passphrase);
        if (p->is_open)
                return 0;
        if (credential_was_unsupported())
                return unsupported(r);
        /* Certificates in safes that are not encrypted can be read without. */
        if (!r->passphrase)
                return 0;
        return credential_problem(r->ret_problem, -EKEYREJECTED,
                "the passphrase does not open %s; configure the one of the key repository", r->path);
}

/* Safes */

/* Moves the bags of one safe to the others. */
static int collect_bags(KeystoreReader *r, Pkcs12 *p, STACK_OF(PKCS12_SAFEBAG) *safe)
{
        for (int i = 0; i < sk_PKCS12_SAFEBAG_num(safe); i++) {
                if (sk_PKCS12_SAFEBAG_num(p->bags) >= BAGS_MAX)
                        return credential_problem(r->ret_problem, -EFBIG,
                                "%s holds more than %d certificates and keys; is it the right file?",
                                r->path, BAGS_MAX);
                if (!sk_PKCS12_SAFEBAG_push(p->bags, sk_PKCS12_SAFEBAG_value(safe, i)))
                        return -ENOMEM;
                (void) sk_PKCS12_SAFEBAG_set(safe, i, NULL);
        }
        return 0;
}

/* Each of its parts may be absent (RFC 2315 section 10.1), and then OpenSSL before 3.0.13 falls over it. */
static const PKCS7_ENC_CONTENT *content_of(const PKCS7 *safe)
{
        const PKCS7_ENC_CONTENT *content = safe->d.encrypted ? safe->d.encrypted->enc_data : NULL;

        return content && content->algorithm && content->enc_data ? content : NULL;
}

static int passphrase_length(const Pkcs12 *p)
{
        return p->passphrase ? (int) strlen(p->passphrase) : 0;
}

/*
 * With the ciphers of OpenSSL's provider "legacy", where it is installed: Java before 8u301 and OpenSSL
 * before 3.0 encrypt certificates with 40 bits of RC2, and nobody exports the file anew that a queue
 * manager works with. The library context is its own, so that no handshake comes by these ciphers.
 */
static STACK_OF(PKCS12_SAFEBAG) *decrypt_legacy(const Pkcs12 *p, const PKCS7_ENC_CONTENT *content)
{
        OSSL_LIB_CTX *context = OSSL_LIB_CTX_new();
        OSSL_PROVIDER *usual = context ? OSSL_PROVIDER_load(context, "default") : NULL;
        OSSL_PROVIDER *legacy = usual ? OSSL_PROVIDER_load(context, "legacy") : NULL;
        STACK_OF(PKCS12_SAFEBAG) *bags = NULL;

        ERR_clear_error();
        if (usual) {
                bags = PKCS12_item_decrypt_d2i_ex(content->algorithm, ASN1_ITEM_rptr(PKCS12_SAFEBAGS),
                        p->passphrase, passphrase_length(p), content->enc_data, 1, context, NULL);
                (void) OSSL_PROVIDER_unload(usual);
        }
        if (legacy)
                (void) OSSL_PROVIDER_unload(legacy);
        OSSL_LIB_CTX_free(context);
        return bags;
}

static int open_encrypted(KeystoreReader *r, const Pkcs12 *p, const PKCS7 *safe,
        STACK_OF(PKCS12_SAFEBAG) **ret)
{
        const PKCS7_ENC_CONTENT *content = content_of(safe);

        if (!content)
                return cannot_read(r);
        if (!p->is_open)
                return wants_passphrase(r);
        if (!is_bearable_content(content))
                return too_many_iterations(r);
        ERR_clear_error();
        *ret = PKCS12_unpack_p7encdata(
                (PKCS7 *) (uintptr_t) safe, p->passphrase, passphrase_length(p));
        if (!*ret && credential_was_unsupported()) {
                *ret = decrypt_legacy(p, content);
                if (!*ret && credential_was_unsupported())
                        return unsupported(r);
        }
        if (*ret)
                return 0;
        return !r->passphrase && !PKCS12_mac_present(p->p12) ? wants_passphrase(r) : cannot_read(r);
}

static int read_safe(KeystoreReader *r, Pkcs12 *p, PKCS7 *safe)
{
        STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
        int nid = OBJ_obj2nid(safe->type), q = 0;

        if (nid == NID_pkcs7_data) {
                bags = PKCS12_unpack_p7data(safe);
                if (!bags)
                        return cannot_read(r);
        } else if (nid == NID_pkcs7_encrypted) {
                q = open_encrypted(r, p, safe, &bags);
                if (q < 0)
                        return q;
        } else {
                r->keystore->is_partial = true;
                return keystore_warn(r,
                        "a part of %s is encrypted for a public key and is skipped; "
                        "export it anew under a passphrase",
                        r->path);
        }
        q = collect_bags(r, p, bags);
        sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
        return q;
}

static int read_safes(KeystoreReader *r, Pkcs12 *p)
{
        STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(p->p12);
        int q = 0;

        if (!safes)
                return cannot_read(r);
        p->bags = sk_PKCS12_SAFEBAG_new_null();
        if (!p->bags)
                q = -ENOMEM;
        for (int i = 0; i < sk_PKCS7_num(safes) && q == 0; i++)
                q = read_safe(r, p, sk_PKCS7_value(safes, i));
        sk_PKCS7_pop_free(safes, PKCS7_free);
        return q;
}

/* Bags */

/* UTF-16 to text. What stands behind a NUL belongs to the name too, or "a" and "a NUL b" were one. */
static int append_utf16(Buf *b, const uint8_t *data, size_t len)
{
        for (size_t start = 0, end = 0; start <= len; start = end + 2) {
                for (end = start; end + 1 < len && (data[end] | data[end + 1]) != 0; end += 2)
                        ;
                if (end + 1 >= len)
                        end = len;
                if (end > start) {
                        char *part = OPENSSL_uni2utf8(data + start, (int) (end - start));

                        if (!part)
                                return -ENOMEM;
                        buf_append_str(b, part);
                        OPENSSL_free(part);
                }
                if (end < len)
                        buf_append_char(b, '\0');
        }
        return buf_error(b);
}

/* The friendlyName (RFC 2985 section 5.5.1), which is the label. `*ret_has`: there is one. */
static int read_label(const PKCS12_SAFEBAG *bag, Buf *b, bool *ret_has)
{
        const ASN1_TYPE *name = PKCS12_SAFEBAG_get0_attr(bag, NID_friendlyName);
        const ASN1_STRING *text;

        *ret_has = name && name->type == V_ASN1_BMPSTRING;
        if (!*ret_has)
                return 0;
        text = name->value.bmpstring;
        return append_utf16(b, ASN1_STRING_get0_data(text), (size_t) ASN1_STRING_length(text));
}

/* SEQUENCE { bag id, [0] { SEQUENCE { certificate id, [0] { OCTET STRING } } }, … (RFC 7292 section
 * 4.2.3): the certificate's own bytes, which OpenSSL may be unable to parse. */
static bool find_certificate(CertSpan bag, CertSpan *ret)
{
        CertSpan rest, id, inside, pair, value;

        return cert_span_expect(&bag, TAG_SEQUENCE, &rest) &&
                cert_span_expect(&rest, TAG_OBJECT, &id) &&
                cert_span_expect(&rest, TAG_EXPLICIT_0, &inside) &&
                cert_span_expect(&inside, TAG_SEQUENCE, &pair) &&
                cert_span_expect(&pair, TAG_OBJECT, &id) &&
                cert_span_expect(&pair, TAG_EXPLICIT_0, &value) &&
                cert_span_expect(&value, TAG_OCTETS, ret);
}

static int add_certificate(KeystoreReader *r, Pkcs12 *p, PKCS12_SAFEBAG *bag)
{
        CLEANUP_BUF Buf label = BUF_INIT;
        KeystoreRecord record = { 0 };
        unsigned char *der = NULL;
        int len, q = read_label(bag, &label, &record.has_label);

        if (q < 0)
                return q;
        len = i2d_PKCS12_SAFEBAG(bag, &der);
        if (len <= 0)
                return -ENOMEM;
        record.label = (CertSpan){ (const uint8_t *) buf_str(&label), label.len };
        if (!find_certificate((CertSpan){ der, (size_t) len }, &record.der))
                q = cannot_read(r);
        if (q == 0)
                q = util_grow((void *) &p->owners, r->keystore->n_entries, sizeof(const void *));
        if (q == 0) {
                p->owners[r->keystore->n_entries] = bag;
                q = keystore_add(r, &record);
        }
        OPENSSL_free(der);
        return q;
}

static int add_bag(KeystoreReader *r, Pkcs12 *p, PKCS12_SAFEBAG *bag)
{
        switch (PKCS12_SAFEBAG_get_nid(bag)) {
        case NID_certBag:
                if (PKCS12_SAFEBAG_get_bag_nid(bag) == NID_x509Certificate)
                        return add_certificate(r, p, bag);
                return 0;
        case NID_safeContentsBag:
                r->keystore->is_partial = true;
                return keystore_warn(r,
                        "a safe within a safe of %s is skipped; export the certificates anew",
                        r->path);
        default: /* keys are matched later; revocation lists and secrets are nothing to us */
                return 0;
        }
}

/* Keys */

static bool is_key(const PKCS12_SAFEBAG *bag)
{
        int nid = PKCS12_SAFEBAG_get_nid(bag);

        return nid == NID_keyBag || nid == NID_pkcs8ShroudedKeyBag;
}

static bool same_attribute(const PKCS12_SAFEBAG *a, const PKCS12_SAFEBAG *b, int nid)
{
        const ASN1_TYPE *left = PKCS12_SAFEBAG_get0_attr(a, nid);
        const ASN1_TYPE *right = PKCS12_SAFEBAG_get0_attr(b, nid);

        return left && right && ASN1_TYPE_cmp(left, right) == 0;
}

/* The certificate of a key, by localKeyID, or else by name, or else there is only one it can be:
 * the only key's is the first that is no authority, or the first. */
static KeystoreEntry *find_owner(const Keystore *k, const Pkcs12 *p, const PKCS12_SAFEBAG *key,
        int n_keys)
{
        static const int attributes[] = { NID_localKeyID, NID_friendlyName };

        for (size_t a = 0; a < ARRAY_LEN(attributes); a++)
                for (size_t i = 0; p->owners && i < k->n_entries; i++)
                        if (same_attribute(p->owners[i], key, attributes[a]))
                                return &k->entries[i];
        if (n_keys != 1 || k->n_entries == 0)
                return NULL;
        for (size_t i = 0; i < k->n_entries; i++)
                if (!k->entries[i].facts.is_ca)
                        return &k->entries[i];
        return &k->entries[0];
}

static int give_key(KeystoreReader *r, const Pkcs12 *p, const PKCS12_SAFEBAG *key, int n_keys)
{
        KeystoreEntry *owner = find_owner(r->keystore, p, key, n_keys);
        CLEANUP_BUF Buf label = BUF_INIT;
        bool has_label;
        int q;

        if (!owner)
                return keystore_warn(r,
                        "%s holds a private key that belongs to none of its certificates; "
                        "receive the certificate into it, or delete the key",
                        r->path);
        owner->has_private_key = true;
        if (owner->label)
                return 0;
        q = read_label(key, &label, &has_label);
        return q == 0 && has_label ? keystore_set_label(owner,
                                             (CertSpan){ (const uint8_t *) buf_str(&label), label.len })
                                   : q;
}

static int give_keys(KeystoreReader *r, const Pkcs12 *p)
{
        int n = sk_PKCS12_SAFEBAG_num(p->bags), n_keys = 0, q = 0;

        for (int i = 0; i < n; i++)
                n_keys += is_key(sk_PKCS12_SAFEBAG_value(p->bags, i)) ? 1 : 0;
        for (int i = 0; i < n && q == 0; i++)
                if (is_key(sk_PKCS12_SAFEBAG_value(p->bags, i)))
                        q = give_key(r, p, sk_PKCS12_SAFEBAG_value(p->bags, i), n_keys);
        return q;
}

int keystore_read_pkcs12(KeystoreReader *r)
{
        CLEANUP(pkcs12_done) Pkcs12 p = { 0 };
        const unsigned char *at = r->data.p;
        int q;

        ERR_clear_error();
        p.p12 = d2i_PKCS12(NULL, &at, (long) r->data.len);
        if (!p.p12)
                return cannot_read(r);
        if (at != r->data.p + r->data.len)
                return keystore_damaged(r, "%zu bytes stand behind its end",
                        (size_t) (r->data.p + r->data.len - at));
        q = check_mac(r, &p);
        if (q == 0)
                q = read_safes(r, &p);
        for (int i = 0; q == 0 && i < sk_PKCS12_SAFEBAG_num(p.bags); i++)
                q = add_bag(r, &p, sk_PKCS12_SAFEBAG_value(p.bags, i));
        return q == 0 ? give_keys(r, &p) : q;
}
