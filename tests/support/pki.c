/* SPDX-License-Identifier: MIT */
#include "tests/support/pki.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
        SLOTS_MAX = 32,      /* named ones */
        SLOT_AUTHORITY = 0,  /* behind the named ones: RSA keys for whoever names no slot */
        SLOT_OTHERS = 1,
        SLOTS_UNNAMED = 2,
};

static const struct {
        const char *name;
        const char *type;
        const char *curve;
        unsigned rsa_bits;
} key_kinds[_PKI_KEY_MAX] = {
        [PKI_KEY_P256] = { "p256", "EC", "P-256", 0 },
        [PKI_KEY_P384] = { "p384", "EC", "P-384", 0 },
        [PKI_KEY_P521] = { "p521", "EC", "P-521", 0 },
        [PKI_KEY_ED25519] = { "ed25519", "ED25519", NULL, 0 },
        [PKI_KEY_RSA1024] = { "rsa1024", "RSA", NULL, 1024 },
        [PKI_KEY_RSA2048] = { "rsa2048", "RSA", NULL, 2048 },
        [PKI_KEY_RSA3072] = { "rsa3072", "RSA", NULL, 3072 },
        [PKI_KEY_RSA4096] = { "rsa4096", "RSA", NULL, 4096 },
};

/* The one thing kept: a key costs up to seconds, and no test changes one. */
static EVP_PKEY *key_cache[_PKI_KEY_MAX][SLOTS_MAX + SLOTS_UNNAMED];

static void __attribute__((noreturn)) die(const char *what)
{
        fprintf(stderr, "pki: cannot %s\n", what);
        ERR_print_errors_fp(stderr);
        abort();
}

static void must(int ok, const char *what)
{
        if (ok <= 0)
                die(what);
}

static void *must_have(void *p, const char *what)
{
        if (!p)
                die(what);
        return p;
}

/* Keys */

static EVP_PKEY *key_make(PkiKey kind)
{
        EVP_PKEY *key;

        if (key_kinds[kind].rsa_bits)
                key = EVP_RSA_gen(key_kinds[kind].rsa_bits);
        else if (key_kinds[kind].curve)
                key = EVP_EC_gen(key_kinds[kind].curve);
        else
                key = EVP_PKEY_Q_keygen(NULL, NULL, key_kinds[kind].type);
        return must_have(key, "make a key");
}

static EVP_PKEY *key_cached(PkiKey kind, unsigned index)
{
        if (!key_cache[kind][index])
                key_cache[kind][index] = key_make(kind);
        return key_cache[kind][index];
}

EVP_PKEY *pki_key(PkiKey kind, unsigned slot)
{
        if (slot < 1 || slot > SLOTS_MAX)
                die("use that key slot: they are 1 to 32");
        return key_cached(kind, slot - 1);
}

void pki_warm_up(PkiKey kind)
{
        (void) key_cached(kind, SLOTS_MAX + SLOT_AUTHORITY);
        (void) key_cached(kind, SLOTS_MAX + SLOT_OTHERS);
}

int pki_key_from_string(const char *name, PkiKey *ret)
{
        for (size_t i = 0; i < ARRAY_LEN(key_kinds); i++)
                if (strcasecmp(name, key_kinds[i].name) == 0) {
                        *ret = (PkiKey) i;
                        return 0;
                }
        return -EINVAL;
}

/* A reference of its own to the key that the options ask for. */
static EVP_PKEY *key_choose(const PkiOptions *o)
{
        EVP_PKEY *key = o->key;

        if (!key && o->key_slot)
                key = pki_key(o->key_kind, o->key_slot);
        if (!key && key_kinds[o->key_kind].rsa_bits)
                key = key_cached(
                        o->key_kind, SLOTS_MAX + (o->ca ? SLOT_AUTHORITY : SLOT_OTHERS));
        if (!key)
                return key_make(o->key_kind);
        must(EVP_PKEY_up_ref(key), "share a key");
        return key;
}

/* Names */

static ASN1_OBJECT *object_from_text(const char *oid)
{
        return must_have(OBJ_txt2obj(oid, 0), "understand that OID");
}

static ASN1_STRING *string_make(int type, const void *data, size_t len)
{
        ASN1_STRING *s = must_have(ASN1_STRING_type_new(type), "make a string");

        must(ASN1_STRING_set(s, data, (int) len), "set a string");
        return s;
}

/* OpenSSL writes no name with a string that is not what its type promises. Those go in as a type
 * that it does not look at, and get their own back in the finished bytes: undisguise(). */
static bool is_disguised(const PkiAttribute *a)
{
        ASN1_STRING *s = string_make(a->type ? a->type : V_ASN1_UTF8STRING, a->data, a->len);
        unsigned char *utf8 = NULL;
        int len = ASN1_STRING_to_UTF8(&utf8, s);

        OPENSSL_free(utf8);
        ASN1_STRING_free(s);
        ERR_clear_error();
        return len < 0 && (a->type == 0 || a->type == V_ASN1_UTF8STRING ||
                a->type == V_ASN1_BMPSTRING || a->type == V_ASN1_UNIVERSALSTRING);
}

static void name_add(X509_NAME *name, const PkiAttribute *a)
{
        ASN1_OBJECT *object = object_from_text(a->oid);
        X509_NAME_ENTRY *entry = must_have(X509_NAME_ENTRY_new(), "make a name entry");
        int type = a->type ? a->type : V_ASN1_UTF8STRING;

        if (is_disguised(a))
                type = V_ASN1_NUMERICSTRING;

        /* Not X509_NAME_add_entry_by_*(): that looks at lengths and characters. */
        must(X509_NAME_ENTRY_set_object(entry, object), "set an attribute type");
        must(X509_NAME_ENTRY_set_data(entry, type, (const unsigned char *) a->data, (int) a->len),
                "set an attribute value");
        must(X509_NAME_add_entry(name, entry, -1, a->same_rdn ? -1 : 0), "add an attribute");
        X509_NAME_ENTRY_free(entry);
        ASN1_OBJECT_free(object);
}

static void name_add_text(X509_NAME *name, const char *oid, int type, const char *text)
{
        if (text)
                name_add(name,
                        &(PkiAttribute){
                                .oid = oid, .type = type, .data = text, .len = strlen(text) });
}

static void set_subject(X509 *x, const PkiOptions *o)
{
        X509_NAME *name = must_have(X509_NAME_new(), "make a name");
        bool none = !o->c && !o->o && !o->ou && !o->cn && o->n_attributes == 0;

        if (!o->empty_subject) {
                name_add_text(name, "C", V_ASN1_PRINTABLESTRING, o->c);
                name_add_text(name, "O", V_ASN1_UTF8STRING, o->o);
                name_add_text(name, "OU", V_ASN1_UTF8STRING, o->ou);
                name_add_text(name, "CN", V_ASN1_UTF8STRING, none ? "test" : o->cn);
                for (size_t i = 0; i < o->n_attributes; i++)
                        name_add(name, &o->attributes[i]);
        }
        must(X509_set_subject_name(x, name), "set the subject");
        X509_NAME_free(name);
}

/* Dates and serial */

static ASN1_TIME *time_make(const PkiTime *t, int64_t otherwise)
{
        time_t at = (time_t) (t->set ? t->at : otherwise);
        char text[32];
        const char *content = text;
        struct tm tm;
        ASN1_TIME *time;
        int tag;

        if (t->set && t->raw) {
                content = t->raw;
                tag = t->raw_tag;
                if (tag == 0)
                        tag = strlen(content) < 15 ? V_ASN1_UTCTIME : V_ASN1_GENERALIZEDTIME;
        } else {
                bool utc;

                must_have(gmtime_r(&at, &tm), "write that date");
                utc = tm.tm_year >= 50 && tm.tm_year < 150;
                tag = utc ? V_ASN1_UTCTIME : V_ASN1_GENERALIZEDTIME;
                /* %Y does not pad everywhere */
                (void) snprintf(text, sizeof(text), "%04d", tm.tm_year + 1900);
                (void) strftime(text + 4, sizeof(text) - 4, "%m%d%H%M%SZ", &tm);
                if (utc)
                        content = text + 2;
        }
        time = must_have(ASN1_STRING_type_new(tag), "make a date");
        must(ASN1_STRING_set(time, content, (int) strlen(content)), "set a date");
        return time;
}

static void set_dates(X509 *x, const PkiOptions *o)
{
        ASN1_TIME *before = time_make(&o->not_before, PKI_NOW - PKI_DAY);
        ASN1_TIME *after = time_make(&o->not_after, PKI_NOW + 365 * PKI_DAY);

        must(X509_set1_notBefore(x, before), "set notBefore");
        must(X509_set1_notAfter(x, after), "set notAfter");
        ASN1_TIME_free(before);
        ASN1_TIME_free(after);
}

static void set_serial(X509 *x, const char *hex)
{
        BIGNUM *n = must_have(BN_new(), "make a serial number");
        ASN1_INTEGER *serial;

        if (!hex)
                must(BN_rand(n, 63, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY), "make a serial number");
        else if (*hex && BN_hex2bn(&n, hex) != (int) strlen(hex))
                die("read that serial number");
        serial = must_have(BN_to_ASN1_INTEGER(n, NULL), "make a serial number");
        must(X509_set_serialNumber(x, serial), "set the serial number");
        ASN1_INTEGER_free(serial);
        BN_free(n);
}

/* Extensions */

static GENERAL_NAME *san_make(const PkiSan *san)
{
        GENERAL_NAME *name = must_have(GENERAL_NAME_new(), "make a SAN");
        PkiAttribute cn = { .oid = "CN", .data = san->data, .len = san->len };
        ASN1_OBJECT *object;
        X509_NAME *dn;
        ASN1_TYPE *value;

        switch (san->type) {
        case GEN_DIRNAME:
                dn = must_have(X509_NAME_new(), "make a name");
                name_add(dn, &cn);
                GENERAL_NAME_set0_value(name, GEN_DIRNAME, dn);
                break;
        case GEN_OTHERNAME:
                value = must_have(ASN1_TYPE_new(), "make a value");
                ASN1_TYPE_set(value, V_ASN1_UTF8STRING,
                        string_make(V_ASN1_UTF8STRING, san->data, san->len));
                object = object_from_text("1.3.6.1.4.1.311.20.2.3");
                must(GENERAL_NAME_set0_othername(name, object, value), "set a SAN");
                break;
        case GEN_RID:
                GENERAL_NAME_set0_value(
                        name, GEN_RID, object_from_text((const char *) san->data));
                break;
        case GEN_IPADD:
                GENERAL_NAME_set0_value(
                        name, GEN_IPADD, string_make(V_ASN1_OCTET_STRING, san->data, san->len));
                break;
        default:
                GENERAL_NAME_set0_value(
                        name, san->type, string_make(V_ASN1_IA5STRING, san->data, san->len));
                break;
        }
        return name;
}

static void add_sans(X509 *x, const PkiOptions *o)
{
        GENERAL_NAMES *names;
        char text[64];

        if (o->n_sans + o->n_filler_sans == 0)
                return;
        names = must_have(GENERAL_NAMES_new(), "make SANs");
        for (size_t i = 0; i < o->n_sans; i++)
                must(sk_GENERAL_NAME_push(names, san_make(&o->sans[i])), "add a SAN");
        for (size_t i = 0; i < o->n_filler_sans; i++) {
                int n = snprintf(text, sizeof(text), "filler-%zu.example", i);
                PkiSan filler = { .type = GEN_DNS, .data = text, .len = (size_t) n };

                must(sk_GENERAL_NAME_push(names, san_make(&filler)), "add a SAN");
        }
        must(X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, X509V3_ADD_APPEND), "add SANs");
        GENERAL_NAMES_free(names);
}

/* In configuration syntax; `value` NULL or "" adds nothing. */
static void add_text(X509 *x, X509V3_CTX *context, int nid, const char *value)
{
        X509_EXTENSION *extension;

        if (!value || !*value)
                return;
        extension = must_have(X509V3_EXT_nconf_nid(NULL, context, nid, value), value);
        must(X509_add_ext(x, extension, -1), "add an extension");
        X509_EXTENSION_free(extension);
}

static void add_raw(X509 *x, const PkiExtension *e)
{
        ASN1_OBJECT *object = object_from_text(e->oid);
        ASN1_OCTET_STRING *data = string_make(V_ASN1_OCTET_STRING, e->data, e->len);
        X509_EXTENSION *extension = must_have(
                X509_EXTENSION_create_by_OBJ(NULL, object, e->critical, data), "make an extension");

        must(X509_add_ext(x, extension, -1), "add an extension");
        X509_EXTENSION_free(extension);
        ASN1_OCTET_STRING_free(data);
        ASN1_OBJECT_free(object);
}

static const char *default_key_usage(const PkiOptions *o, const EVP_PKEY *key)
{
        if (o->ca)
                return "critical,keyCertSign,cRLSign";
        /* RFC 8422 section 2.2: an ECDHE_ECDSA server only signs. */
        return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA
                ? "critical,digitalSignature,keyEncipherment"
                : "critical,digitalSignature";
}

static void set_extensions(X509 *x, const PkiOptions *o)
{
        X509 *issuer = o->issuer ? o->issuer->x509 : x;
        X509V3_CTX context;

        if (o->no_extensions) {
                must(X509_set_version(x, X509_VERSION_1), "set the version");
                return;
        }
        X509V3_set_ctx(&context, issuer, x, NULL, NULL, 0);
        add_text(x, &context, NID_basic_constraints,
                o->basic_constraints ? o->basic_constraints
                        : o->ca      ? "critical,CA:TRUE"
                                     : NULL);
        add_text(x, &context, NID_key_usage,
                o->key_usage ? o->key_usage : default_key_usage(o, X509_get0_pubkey(x)));
        add_text(x, &context, NID_ext_key_usage, o->ext_key_usage);
        if (!o->no_key_ids) {
                add_text(x, &context, NID_subject_key_identifier, "hash");
                /* OpenSSL writes an empty one for whoever signs itself. */
                if (o->issuer)
                        add_text(x, &context, NID_authority_key_identifier, "keyid");
        }
        add_sans(x, o);
        for (size_t i = 0; i < o->n_extensions; i++)
                add_raw(x, &o->extensions[i]);
}

/* The certificate */

static EVP_PKEY *sign_key(const PkiOptions *o, const PkiCert *c)
{
        if (o->sign_key)
                return o->sign_key;
        return o->issuer ? o->issuer->key : c->key;
}

static const EVP_MD *sign_digest(const PkiOptions *o, const EVP_PKEY *key)
{
        if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519)
                return NULL;
        return must_have(EVP_MD_fetch(NULL, o->digest ? o->digest : "SHA256", NULL),
                "find that digest");
}

static void damage(X509 *x)
{
        const ASN1_BIT_STRING *signature;

        X509_get0_signature(&signature, NULL, x);
        /* The last byte: the outer structure of an ECDSA signature stays readable. */
        signature->data[signature->length - 1] ^= 1;
}

/* Puts what OpenSSL encoded into plain memory, so that free() is right whatever its allocator is. */
static void keep_der(PkiCert *c, unsigned char *der, int len)
{
        must(len, "encode the certificate");
        free(c->der);
        c->der = must_have(malloc((size_t) len), "keep the certificate");
        memcpy(c->der, der, (size_t) len);
        c->der_len = (size_t) len;
        OPENSSL_free(der);
}

/* Gives an attribute its own type back, wherever it stands in the bytes (a self-signed certificate
 * has it twice). */
static void undisguise(unsigned char *tbs, size_t len, const PkiAttribute *a)
{
        ASN1_STRING *s = string_make(V_ASN1_NUMERICSTRING, a->data, a->len);
        ASN1_TYPE *type = must_have(ASN1_TYPE_new(), "make a value");
        unsigned char *der = NULL, *found, *at = tbs;
        int n;

        ASN1_TYPE_set(type, V_ASN1_NUMERICSTRING, s);
        n = i2d_ASN1_TYPE(type, &der);
        must(n, "encode a value");
        while ((found = memmem(at, len - (size_t) (at - tbs), der, (size_t) n))) {
                *found = (unsigned char) (a->type ? a->type : V_ASN1_UTF8STRING);
                at = found + n;
        }
        OPENSSL_free(der);
        ASN1_TYPE_free(type);
}

/* Encodes the certificate anew around other bytes to be signed. */
static void sign_by_hand(PkiCert *c, const PkiOptions *o, const unsigned char *tbs, size_t tbs_len)
{
        EVP_PKEY *key = sign_key(o, c);
        EVP_MD *md = (EVP_MD *) (uintptr_t) sign_digest(o, key);
        EVP_MD_CTX *context = must_have(EVP_MD_CTX_new(), "sign");
        size_t len = (size_t) EVP_PKEY_get_size(key);
        unsigned char *signature = must_have(malloc(len), "sign");
        const X509_ALGOR *algorithm;
        ASN1_BIT_STRING *bits = must_have(ASN1_BIT_STRING_new(), "sign");
        STACK_OF(ASN1_TYPE) *parts = must_have(sk_ASN1_TYPE_new_null(), "sign");
        unsigned char *der[3] = { NULL, NULL, NULL }, *whole = NULL;
        int lens[3], n;

        must(EVP_DigestSignInit(context, NULL, md, NULL, key), "sign");
        must(EVP_DigestSign(context, signature, &len, tbs, tbs_len), "sign");
        must(ASN1_BIT_STRING_set(bits, signature, (int) len), "sign");
        bits->flags = ASN1_STRING_FLAG_BITS_LEFT; /* none are left over */
        X509_get0_signature(NULL, &algorithm, c->x509);
        der[0] = must_have(OPENSSL_memdup(tbs, tbs_len), "sign");
        lens[0] = (int) tbs_len;
        lens[1] = i2d_X509_ALGOR((X509_ALGOR *) (uintptr_t) algorithm, &der[1]);
        lens[2] = i2d_ASN1_BIT_STRING(bits, &der[2]);
        for (size_t i = 0; i < ARRAY_LEN(der); i++) {
                const unsigned char *p = der[i];

                must(lens[i], "encode");
                must(sk_ASN1_TYPE_push(parts,
                             must_have(d2i_ASN1_TYPE(NULL, &p, lens[i]), "read back")),
                        "sign");
                OPENSSL_free(der[i]);
        }
        n = i2d_ASN1_SEQUENCE_ANY(parts, &whole);
        keep_der(c, whole, n);
        sk_ASN1_TYPE_pop_free(parts, ASN1_TYPE_free);
        ASN1_BIT_STRING_free(bits);
        free(signature);
        EVP_MD_CTX_free(context);
        EVP_MD_free(md);
}

static void undisguise_all(PkiCert *c, const PkiOptions *o)
{
        unsigned char *tbs = NULL;
        bool any = false;
        int len;

        for (size_t i = 0; i < o->n_attributes; i++)
                any = any || is_disguised(&o->attributes[i]);
        if (!any)
                return;
        len = i2d_re_X509_tbs(c->x509, &tbs);
        must(len, "encode what is signed");
        for (size_t i = 0; i < o->n_attributes; i++)
                if (is_disguised(&o->attributes[i]))
                        undisguise(tbs, (size_t) len, &o->attributes[i]);
        sign_by_hand(c, o, tbs, (size_t) len);
        OPENSSL_free(tbs);
}

static void sign(PkiCert *c, const PkiOptions *o)
{
        EVP_PKEY *key = sign_key(o, c);
        EVP_MD *md = (EVP_MD *) (uintptr_t) sign_digest(o, key);

        must(X509_sign(c->x509, key, md), "sign");
        EVP_MD_free(md);
        if (o->damage_signature)
                damage(c->x509);
}

PkiCert pki_issue(const PkiOptions *o)
{
        PkiCert c = { .x509 = must_have(X509_new(), "make a certificate"), .key = key_choose(o) };
        const PkiCert *named = o->issuer_name ? o->issuer_name : o->issuer;
        unsigned char *der = NULL;
        X509 *finished;
        const unsigned char *p;
        int len;

        must(X509_set_version(c.x509, X509_VERSION_3), "set the version");
        must(X509_set_pubkey(c.x509, c.key), "set the key");
        set_subject(c.x509, o);
        must(X509_set_issuer_name(c.x509, X509_get_subject_name(named ? named->x509 : c.x509)),
                "set the issuer");
        set_serial(c.x509, o->serial_hex);
        set_dates(c.x509, o);
        set_extensions(c.x509, o);
        sign(&c, o);
        len = i2d_X509(c.x509, &der);
        keep_der(&c, der, len);
        undisguise_all(&c, o);

        /* Read back: nothing cached from half-made states. Where OpenSSL cannot read what was made
         * (hostile contents), the object that was made has to do. */
        p = c.der;
        finished = d2i_X509(NULL, &p, (long) c.der_len);
        if (finished) {
                X509_free(c.x509);
                c.x509 = finished;
        }
        ERR_clear_error();
        return c;
}

void pki_cert_done(PkiCert *c)
{
        X509_free(c->x509);
        EVP_PKEY_free(c->key);
        free(c->der);
        *c = (PkiCert){ 0 };
}

/* PEM and files */

static char *bio_steal_text(BIO *bio)
{
        char *data;
        long len = BIO_get_mem_data(bio, &data);
        char *text = must_have(strndup(data, (size_t) len), "keep a text");

        BIO_free(bio);
        return text;
}

char *pki_certs_pem(const PkiCert *const *certs, size_t n)
{
        BIO *bio = must_have(BIO_new(BIO_s_mem()), "write PEM");

        for (size_t i = 0; i < n; i++)
                must(PEM_write_bio(bio, PEM_STRING_X509, "", certs[i]->der, (long) certs[i]->der_len),
                        "write PEM");
        return bio_steal_text(bio);
}

char *pki_key_pem(const PkiCert *c, const char *passphrase)
{
        BIO *bio = must_have(BIO_new(BIO_s_mem()), "write PEM");

        must(PEM_write_bio_PKCS8PrivateKey(bio, c->key, passphrase ? EVP_aes_256_cbc() : NULL,
                     passphrase, passphrase ? (int) strlen(passphrase) : 0, NULL, NULL),
                "write a key");
        return bio_steal_text(bio);
}

/* Before Linux 6.13 a file is stamped with the last tick, and the new one may have the inode of the one that
 * was removed: two of the same size within a few milliseconds could not be told apart. */
static int stamp_exactly(int fd)
{
        struct timespec times[] = { { .tv_nsec = UTIME_OMIT }, { 0 } };

        if (clock_gettime(CLOCK_REALTIME, &times[1]) < 0 || futimens(fd, times) < 0)
                return -errno;
        return 0;
}

int pki_write_file(const char *path, const void *data, size_t len, unsigned mode)
{
        const char *p = data;
        int fd, r = 0;

        if (unlink(path) < 0 && errno != ENOENT)
                return -errno;
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t) mode);
        if (fd < 0)
                return -errno;
        while (len > 0) {
                ssize_t n = write(fd, p, len);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0) {
                        r = -errno;
                        break;
                }
                p += n;
                len -= (size_t) n;
        }
        /* The umask may have taken bits away that a test asked for. */
        if (r == 0 && fchmod(fd, (mode_t) mode) < 0)
                r = -errno;
        if (r == 0)
                r = stamp_exactly(fd);
        if (close(fd) < 0 && r == 0)
                r = -errno;
        return r;
}

int pki_write_certs(const char *path, const PkiCert *const *certs, size_t n)
{
        CLEANUP_FREE char *pem = pki_certs_pem(certs, n);

        return pki_write_file(path, pem, strlen(pem), 0644);
}

int pki_write_key(const char *path, const PkiCert *c, const char *passphrase)
{
        CLEANUP_FREE char *pem = pki_key_pem(c, passphrase);

        return pki_write_file(path, pem, strlen(pem), 0600);
}

int pki_write_pkcs12(const char *path,
        const PkiCert *leaf,
        const PkiCert *const *chain,
        size_t n_chain,
        const char *password,
        const char *label)
{
        STACK_OF(X509) *stack = must_have(sk_X509_new_null(), "make a list");
        unsigned char *der = NULL;
        PKCS12 *p12;
        int len, r;

        for (size_t i = 0; i < n_chain; i++)
                must(sk_X509_push(stack, chain[i]->x509), "fill a list");
        p12 = must_have(PKCS12_create(password, label, leaf ? leaf->key : NULL,
                                leaf ? leaf->x509 : NULL, stack, 0, 0, 0, 0, 0),
                "make a PKCS#12 file");
        len = i2d_PKCS12(p12, &der);
        must(len, "encode a PKCS#12 file");
        r = pki_write_file(path, der, (size_t) len, 0600);
        OPENSSL_free(der);
        PKCS12_free(p12);
        sk_X509_free(stack);
        return r;
}

char *pki_dir_new(void)
{
        char *dir = must_have(strdup("/tmp/mqtls-test-XXXXXX"), "name a directory");

        return must_have(mkdtemp(dir), "make a directory under /tmp");
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
        (void) st;
        (void) type;
        (void) ftw;
        return remove(path);
}

void pki_dir_remove(char *dir)
{
        if (dir)
                (void) nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
        free(dir);
}

char *pki_path(const char *dir, const char *name)
{
        char *path;

        must(asprintf(&path, "%s/%s", dir, name), "make a path");
        return path;
}
