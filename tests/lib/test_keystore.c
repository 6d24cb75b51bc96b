/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/hex.h"
#include "tests/support/keystore_maker.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"
#include "x509/keystore.h"

/* Certificates, and a directory for files. */
typedef struct Estate {
        char *dir;
        PkiCert root, inter, leaf, other;
} Estate;

static Estate estate_new(void)
{
        Estate e = { .dir = pki_dir_new() };

        e.root = pki_issue(&(PkiOptions){ .cn = "Root", .ca = true });
        e.inter = pki_issue(&(PkiOptions){ .cn = "Inter", .ca = true, .issuer = &e.root });
        e.leaf = pki_issue(&(PkiOptions){ .cn = "QM1", .issuer = &e.inter });
        e.other = pki_issue(&(PkiOptions){ .cn = "Partner" });
        return e;
}

static void estate_done(Estate *e)
{
        pki_cert_done(&e->root);
        pki_cert_done(&e->inter);
        pki_cert_done(&e->leaf);
        pki_cert_done(&e->other);
        pki_dir_remove(e->dir);
}
#define CLEANUP_ESTATE CLEANUP(estate_done)

/* Out of memory of exactly that size. */
static Keystore *parse(const char *path, const Buf *bytes, const char *passphrase)
{
        CLEANUP_FREE uint8_t *copy = hex_exact_copy(bytes->data, bytes->len);
        CLEANUP_FREE char *problem = NULL;
        Keystore *k = NULL;
        int r = keystore_parse(path, copy, bytes->len, passphrase, &problem, &k);

        ck_assert_msg(r == 0, "%s", problem);
        ck_assert_ptr_null(problem);
        return k;
}

/* A problem names the file and says what to do behind a semicolon. */
static void check_problem(
        const char *row, int r, int expected, const char *problem, const char *file, const char *word)
{
        ck_assert_msg(problem != NULL, "%s: %s", row, strerror(-r));
        ck_assert_msg(r == expected, "%s: %s (%s)", row, strerror(-r), problem);
        ck_assert_msg(strstr(problem, file) != NULL, "%s: %s", row, problem);
        ck_assert_msg(strstr(problem, word) != NULL, "%s: %s", row, problem);
        ck_assert_msg(strchr(problem, ';') || strchr(problem, '?'), "%s: %s", row, problem);
        ck_assert_msg(strchr(problem, '\n') == NULL, "%s: %s", row, problem);
}

static void check_entry(const Keystore *k, size_t i, const char *label, const PkiCert *cert,
        bool has_private_key, bool is_signer)
{
        const KeystoreEntry *e;
        CertFacts facts;

        ck_assert_uint_lt(i, k->n_entries);
        e = &k->entries[i];
        ck_assert_int_eq(cert_facts_from_der(cert->der, cert->der_len, &facts), 0);
        ck_assert_mem_eq(e->facts.sha256, facts.sha256, sizeof(facts.sha256));
        ck_assert_int_eq(e->facts.not_after_at, facts.not_after_at);
        cert_facts_done(&facts);
        if (label)
                ck_assert_str_eq(e->label, label);
        else
                ck_assert_ptr_null(e->label);
        ck_assert_int_eq(e->has_private_key, has_private_key);
        ck_assert_int_eq(e->is_signer, is_signer);
}

/* CMS */

static const struct {
        const char *name;
        MakerOptions options;
        bool label_has_nul;
        size_t n_warnings;
} cms[] = {
        { "version 3", { .version = 3 }, false, 0 },
        { "version 4", { .version = 4 }, false, 0 },
        { "version 6", { .version = 6 }, false, 0 },
        { "larger slots", { .version = 6, .slot_size = 20000 }, false, 0 },
        { "slots that are no round number", { .version = 4, .slot_size = 3001 }, false, 0 },
        { "a label whose length counts a NUL", { .version = 6 }, true, 0 },
        { "no index", { .version = 4, .no_index = true }, false, 0 },
        { "an index that nobody knows", { .version = 4, .strange_index = true }, false, 3 },
};

START_TEST(test_cms)
{
        CLEANUP_ESTATE Estate e = estate_new();
        bool nul = cms[_i].label_has_nul;
        const MakerRecord records[] = {
                { .label = "root ca", .cert = &e.root, .label_has_nul = nul },
                { .label = "ibmwebspheremqqm1", .cert = &e.leaf, .is_personal = true,
                        .label_has_nul = nul },
                { .is_empty = true },
                { .label = "1", .cert = &e.other, .label_has_nul = nul },
        };
        CLEANUP_MAKER MakerFile f = maker_cms(&cms[_i].options, records, ARRAY_LEN(records));
        CLEANUP(keystore_cleanup) Keystore *k = parse("key.kdb", &f.bytes, NULL);

        ck_assert_int_eq(k->kind, KEYSTORE_KIND_CMS);
        ck_assert_str_eq(keystore_kind_to_string(k->kind), "cms");
        ck_assert_str_eq(keystore_kind_words(k->kind), "CMS key database");
        ck_assert_uint_eq(k->version, cms[_i].options.version);
        ck_assert_str_eq(k->path, "key.kdb");
        ck_assert_uint_eq(k->n_entries, 3);
        ck_assert_uint_eq(k->n_warnings, cms[_i].n_warnings);
        ck_assert(!k->is_partial);
        check_entry(k, 0, "root ca", &e.root, false, true);
        check_entry(k, 1, "ibmwebspheremqqm1", &e.leaf, true, false);
        check_entry(k, 2, "1", &e.other, false, true);
        ck_assert_str_eq(k->entries[1].facts.subject_mq, "CN=QM1");
}
END_TEST

/* What stands in a slot and is not known is said, and the rest is read. */
static const struct {
        const char *name;
        MakerRecord odd;
        const char *word;
} skipped[] = {
        { "a slot of another type", { .type = 7 }, "0x07" },
        { "a record of another kind", { .tag = 0xA0 }, "0xa0" },
};

START_TEST(test_cms_skipped)
{
        CLEANUP_ESTATE Estate e = estate_new();
        MakerRecord records[] = { skipped[_i].odd, { .label = "root", .cert = &e.root } };

        records[0].label = "odd";
        records[0].cert = &e.other;
        CLEANUP_MAKER MakerFile f = maker_cms(&(MakerOptions){ .version = 4 }, records, 2);
        CLEANUP(keystore_cleanup) Keystore *k = parse("key.kdb", &f.bytes, NULL);

        ck_assert_uint_eq(k->n_entries, 1);
        check_entry(k, 0, "root", &e.root, false, true);
        ck_assert(k->is_partial);
        ck_assert_uint_eq(k->n_warnings, 1);
        ck_assert_msg(strstr(k->warnings[0], skipped[_i].word) != NULL, "%s", k->warnings[0]);
        ck_assert_msg(strstr(k->warnings[0], "slot 1 of key.kdb") != NULL, "%s", k->warnings[0]);
}
END_TEST

START_TEST(test_cms_empty)
{
        CLEANUP_MAKER MakerFile f = maker_cms(&(MakerOptions){ .version = 6 }, NULL, 0);
        CLEANUP(keystore_cleanup) Keystore *k = parse("key.kdb", &f.bytes, NULL);

        ck_assert_uint_eq(f.bytes.len, 0x90);
        ck_assert_uint_eq(k->n_entries, 0);
        ck_assert_uint_eq(k->n_warnings, 1);
        ck_assert_ptr_nonnull(strstr(k->warnings[0], "no certificate"));
}
END_TEST

/* Java */

static const struct {
        const char *name;
        MakerOptions options;
        KeystoreKind kind;
} javas[] = {
        { "JKS version 1", { .version = 1 }, KEYSTORE_KIND_JKS },
        { "JKS version 2", { .version = 2 }, KEYSTORE_KIND_JKS },
        { "JCEKS version 1", { .version = 1, .is_jceks = true }, KEYSTORE_KIND_JCEKS },
        { "JCEKS version 2", { .version = 2, .is_jceks = true }, KEYSTORE_KIND_JCEKS },
};

START_TEST(test_java)
{
        CLEANUP_ESTATE Estate e = estate_new();
        const PkiCert *chain[] = { &e.inter, &e.root };
        const PkiCert keyless = { .key = e.leaf.key };
        const MakerRecord records[] = {
                { .label = "partner", .cert = &e.other },
                { .label = "qm1", .cert = &e.leaf, .chain = chain, .n_chain = 2, .is_personal = true },
                { .label = "request", .cert = &keyless, .is_personal = true },
        };
        CLEANUP_MAKER MakerFile f = maker_java(&javas[_i].options, records, ARRAY_LEN(records));
        CLEANUP(keystore_cleanup) Keystore *k = parse("key.jks", &f.bytes, NULL);

        ck_assert_int_eq(k->kind, javas[_i].kind);
        ck_assert_uint_eq(k->version, javas[_i].options.version);
        ck_assert_uint_eq(k->n_entries, 4);
        check_entry(k, 0, "partner", &e.other, false, true);
        check_entry(k, 1, "qm1", &e.leaf, true, false);
        check_entry(k, 2, "qm1", &e.inter, false, true);
        check_entry(k, 3, "qm1", &e.root, false, true);
        for (unsigned i = 0; i < 3; i++)
                ck_assert_uint_eq(k->entries[1 + i].chain_position, i);
        ck_assert_uint_eq(k->n_warnings, 1);
        ck_assert_ptr_nonnull(strstr(k->warnings[0], "entry 3"));
        ck_assert(!k->is_partial);
}
END_TEST

START_TEST(test_jceks_secret_key)
{
        CLEANUP_ESTATE Estate e = estate_new();
        const MakerRecord records[] = {
                { .label = "before", .cert = &e.root },
                { .label = "secret", .is_secret = true },
                { .label = "behind", .cert = &e.other },
        };
        CLEANUP_MAKER MakerFile f = maker_java(
                &(MakerOptions){ .version = 2, .is_jceks = true }, records, ARRAY_LEN(records));
        CLEANUP(keystore_cleanup) Keystore *k = parse("key.jceks", &f.bytes, NULL);

        ck_assert_uint_eq(k->n_entries, 1);
        check_entry(k, 0, "before", &e.root, false, true);
        ck_assert(k->is_partial);
        ck_assert_uint_eq(k->n_warnings, 1);
        ck_assert_ptr_nonnull(strstr(k->warnings[0], "entry 2 of 3"));
}
END_TEST

/* PKCS#12 */

static const struct {
        const char *name, *file, *password, *passphrase;
} pkcs12s[] = {
        { "its own name", "key.p12", "secret", "secret" },
        { "named .kdb", "key.kdb", "secret", "secret" },
        { "an empty passphrase", "key.p12", "", "" },
        { "no passphrase for an empty one", "key.p12", "", NULL },
};

START_TEST(test_pkcs12)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_FREE char *path = pki_path(e.dir, pkcs12s[_i].file), *problem = NULL;
        const PkiCert *chain[] = { &e.inter, &e.root };
        CLEANUP(keystore_cleanup) Keystore *k = NULL;

        ck_assert_int_eq(pki_write_pkcs12(path, &e.leaf, chain, 2, pkcs12s[_i].password, "M\xc3\xbcller"),
                0);
        ck_assert_msg(keystore_load(path, pkcs12s[_i].passphrase, &problem, &k) == 0, "%s", problem);
        ck_assert_int_eq(k->kind, KEYSTORE_KIND_PKCS12);
        ck_assert_str_eq(k->path, path);
        ck_assert_uint_eq(k->n_entries, 3);
        ck_assert_uint_eq(k->n_warnings_total, 0);
        check_entry(k, 0, "M\xc3\xbcller", &e.leaf, true, false);
        check_entry(k, 1, NULL, &e.inter, false, true);
        check_entry(k, 2, NULL, &e.root, false, true);
}
END_TEST

/* A PKCS#12 file put together by hand, out of bags that it takes over. */
typedef struct Pkcs12Options {
        int cipher_nid;           /* -1: in clear */
        int mac_iterations;       /* 0: no MAC */
        int claimed_iterations;   /* 0: the true ones; else what the safe says */
        int claimed_mac;          /* and what the MAC says */
        bool no_content;          /* nothing stands in the encrypted safe */
} Pkcs12Options;

static void claim(PKCS12 *p12, STACK_OF(PKCS7) *safes, const Pkcs12Options *o)
{
        PKCS7 *safe = sk_PKCS7_value(safes, 0);
        const ASN1_INTEGER *iterations = NULL;
        X509_ALGOR **algorithm;

        if (o->claimed_mac) {
                PKCS12_get0_mac(NULL, NULL, NULL, &iterations, p12);
                ck_assert(ASN1_INTEGER_set(
                        (ASN1_INTEGER *) (uintptr_t) iterations, o->claimed_mac));
        }
        if (!o->claimed_iterations)
                return;
        algorithm = &safe->d.encrypted->enc_data->algorithm;
        X509_ALGOR_free(*algorithm);
        *algorithm = o->cipher_nid == NID_aes_256_cbc
                ? PKCS5_pbe2_set(EVP_aes_256_cbc(), o->claimed_iterations, NULL, 0)
                : PKCS5_pbe_set(o->cipher_nid, o->claimed_iterations, NULL, 0);
        ck_assert_ptr_nonnull(*algorithm);
        ck_assert(PKCS12_pack_authsafes(p12, safes));
}

/* RC2 is in OpenSSL's module "legacy", which some systems have in a package of its own: without it nobody
 * makes such a file. */
static bool can_make(int cipher_nid)
{
        OSSL_LIB_CTX *context = OSSL_LIB_CTX_new();
        OSSL_PROVIDER *legacy = OSSL_PROVIDER_load(context, "legacy");

        if (legacy)
                OSSL_PROVIDER_unload(legacy);
        OSSL_LIB_CTX_free(context);
        return legacy || cipher_nid != NID_pbe_WithSHA1And40BitRC2_CBC;
}

/* The one safe of a file, also with ciphers that OpenSSL 3 has only on request. */
static STACK_OF(PKCS7) *make_safes(STACK_OF(PKCS12_SAFEBAG) *bags, const Pkcs12Options *o)
{
        OSSL_LIB_CTX *context = OSSL_LIB_CTX_new();
        OSSL_PROVIDER *usual = OSSL_PROVIDER_load(context, "default");
        OSSL_PROVIDER *legacy = OSSL_PROVIDER_load(context, "legacy");
        STACK_OF(PKCS7) *safes = NULL;

        ck_assert(PKCS12_add_safe_ex(&safes, bags, o->cipher_nid, 2048, "secret", context, NULL));
        if (o->no_content) {
                PKCS7_ENC_CONTENT *content = sk_PKCS7_value(safes, 0)->d.encrypted->enc_data;

                ASN1_OCTET_STRING_free(content->enc_data);
                content->enc_data = NULL;
        }
        if (legacy)
                OSSL_PROVIDER_unload(legacy);
        OSSL_PROVIDER_unload(usual);
        OSSL_LIB_CTX_free(context);
        return safes;
}

static void write_pkcs12(
        const char *path, STACK_OF(PKCS12_SAFEBAG) *bags, const Pkcs12Options *o)
{
        STACK_OF(PKCS7) *safes = make_safes(bags, o);
        unsigned char *der = NULL;
        PKCS12 *p12;
        int len;

        p12 = PKCS12_add_safes(safes, 0);
        ck_assert_ptr_nonnull(p12);
        if (o->mac_iterations > 0)
                ck_assert(PKCS12_set_mac(p12, "secret", -1, NULL, 8, o->mac_iterations, NULL));
        claim(p12, safes, o);
        len = i2d_PKCS12(p12, &der);
        ck_assert_int_gt(len, 0);
        ck_assert_int_eq(pki_write_file(path, der, (size_t) len, 0600), 0);
        OPENSSL_free(der);
        PKCS12_free(p12);
        sk_PKCS7_pop_free(safes, PKCS7_free);
        sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
}

static PKCS12_SAFEBAG *add_key(STACK_OF(PKCS12_SAFEBAG) **bags, const PkiCert *c)
{
        PKCS12_SAFEBAG *bag = PKCS12_add_key(
                bags, c->key, 0, 1, NID_pbe_WithSHA1And3_Key_TripleDES_CBC, "secret");

        ck_assert_ptr_nonnull(bag);
        return bag;
}

/* Whether certificates stand in clear, so that no passphrase is needed, and how a key finds its own. */
static const struct {
        const char *name;
        int cipher_nid, mac_iterations;
        const char *passphrase;
        int r;
        const char *word;
} safes[] = {
        { "in clear, without a passphrase", -1, 2048, NULL, 0, NULL },
        { "in clear, with it", -1, 2048, "secret", 0, NULL },
        { "in clear, with a wrong one", -1, 2048, "wrong", -EKEYREJECTED, "does not open" },
        { "encrypted, without a passphrase", NID_aes_256_cbc, 2048, NULL, -ENOKEY, "none is configured" },
        { "encrypted, with it", NID_aes_256_cbc, 2048, "secret", 0, NULL },
        { "encrypted, with a wrong one", NID_aes_256_cbc, 2048, "wrong", -EKEYREJECTED,
                "does not open" },
        { "old encryption", NID_pbe_WithSHA1And3_Key_TripleDES_CBC, 2048, "secret", 0, NULL },
        { "RC2 of 40 bits, as older Java has it", NID_pbe_WithSHA1And40BitRC2_CBC, 2048, "secret", 0,
                NULL },
        { "RC2 of 40 bits, with a wrong one", NID_pbe_WithSHA1And40BitRC2_CBC, 2048, "wrong",
                -EKEYREJECTED, "does not open" },
        { "RC2 of 40 bits, without a MAC and with a wrong one", NID_pbe_WithSHA1And40BitRC2_CBC, 0,
                "wrong", -EBADMSG, "cannot be decoded" },
        { "without a MAC, in clear", -1, 0, NULL, 0, NULL },
        { "without a MAC, encrypted", NID_aes_256_cbc, 0, "secret", 0, NULL },
        { "without a MAC, encrypted, no passphrase", NID_aes_256_cbc, 0, NULL, -ENOKEY,
                "none is configured" },
};

START_TEST(test_pkcs12_safe)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_FREE char *path = pki_path(e.dir, "key.p12"), *problem = NULL;
        CLEANUP(keystore_cleanup) Keystore *k = NULL;
        STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
        int r;

        if (!can_make(safes[_i].cipher_nid))
                return;
        ck_assert_ptr_nonnull(PKCS12_add_cert(&bags, e.root.x509));
        ck_assert_ptr_nonnull(PKCS12_add_cert(&bags, e.leaf.x509));
        ck_assert(PKCS12_add_friendlyname_utf8(add_key(&bags, &e.leaf), "qm1", -1));
        write_pkcs12(path, bags,
                &(Pkcs12Options){ .cipher_nid = safes[_i].cipher_nid,
                        .mac_iterations = safes[_i].mac_iterations });
        r = keystore_load(path, safes[_i].passphrase, &problem, &k);
        if (safes[_i].r < 0) {
                check_problem(safes[_i].name, r, safes[_i].r, problem, path, safes[_i].word);
                ck_assert_ptr_null(k);
                return;
        }
        ck_assert_msg(r == 0, "%s: %s", safes[_i].name, problem);
        ck_assert_uint_eq(k->n_entries, 2);
        /* The only key is that of the only certificate that is no authority, and gives it its name. */
        check_entry(k, 0, NULL, &e.root, false, true);
        check_entry(k, 1, "qm1", &e.leaf, true, false);
}
END_TEST

/* OpenSSL looks for its modules where this variable says. */
START_TEST(test_pkcs12_without_legacy)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_FREE char *path = pki_path(e.dir, "key.p12"), *problem = NULL;
        CLEANUP(keystore_cleanup) Keystore *k = NULL;
        STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
        int r;

        if (!can_make(NID_pbe_WithSHA1And40BitRC2_CBC))
                return;
        ck_assert_ptr_nonnull(PKCS12_add_cert(&bags, e.leaf.x509));
        write_pkcs12(path, bags, &(Pkcs12Options){ .cipher_nid = NID_pbe_WithSHA1And40BitRC2_CBC });
        ck_assert_int_eq(setenv("OPENSSL_MODULES", e.dir, 1), 0);
        r = keystore_load(path, "secret", &problem, &k);
        ck_assert_int_eq(unsetenv("OPENSSL_MODULES"), 0);
        check_problem("no module", r, -ENOTSUP, problem, path, "install that module");
        ck_assert_ptr_null(k);
}
END_TEST

START_TEST(test_pkcs12_without_content)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_FREE char *path = pki_path(e.dir, "key.p12"), *problem = NULL;
        CLEANUP(keystore_cleanup) Keystore *k = NULL;
        STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
        int r;

        ck_assert_ptr_nonnull(PKCS12_add_cert(&bags, e.leaf.x509));
        write_pkcs12(path, bags,
                &(Pkcs12Options){ .cipher_nid = NID_aes_256_cbc, .mac_iterations = 2,
                        .no_content = true });
        r = keystore_load(path, "secret", &problem, &k);
        check_problem("no content", r, -EBADMSG, problem, path, "cannot be decoded");
        ck_assert_ptr_null(k);
}
END_TEST

START_TEST(test_pkcs12_keys)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_FREE char *path = pki_path(e.dir, "key.p12"), *problem = NULL;
        CLEANUP(keystore_cleanup) Keystore *k = NULL;
        STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
        PKCS12_SAFEBAG *cert, *key;

        /* Keys first and in another order; one by localKeyID, one by name, one of nobody. */
        key = add_key(&bags, &e.other);
        ck_assert(PKCS12_add_friendlyname_utf8(key, "by name", -1));
        key = add_key(&bags, &e.leaf);
        ck_assert(PKCS12_add_localkeyid(key, (unsigned char *) (uintptr_t) "\1\2", 2));
        (void) add_key(&bags, &e.inter);
        cert = PKCS12_add_cert(&bags, e.leaf.x509);
        ck_assert(PKCS12_add_localkeyid(cert, (unsigned char *) (uintptr_t) "\1\2", 2));
        ck_assert(PKCS12_add_friendlyname_utf8(cert, "by id", -1));
        (void) PKCS12_add_cert(&bags, e.root.x509);
        cert = PKCS12_add_cert(&bags, e.other.x509);
        ck_assert(PKCS12_add_friendlyname_utf8(cert, "by name", -1));
        write_pkcs12(path, bags, &(Pkcs12Options){ .cipher_nid = -1, .mac_iterations = 2 });

        ck_assert_msg(keystore_load(path, NULL, &problem, &k) == 0, "%s", problem);
        ck_assert_uint_eq(k->n_entries, 3);
        check_entry(k, 0, "by id", &e.leaf, true, false);
        check_entry(k, 1, NULL, &e.root, false, true);
        check_entry(k, 2, "by name", &e.other, true, false);
        ck_assert_uint_eq(k->n_warnings, 1);
        ck_assert_ptr_nonnull(strstr(k->warnings[0], "belongs to none"));
}
END_TEST

/* Nobody's passphrase is hashed for minutes because a file says so. */
static const struct {
        const char *name;
        Pkcs12Options options;
} slow[] = {
        { "the MAC",
                { .cipher_nid = -1, .mac_iterations = 2, .claimed_mac = 0x7FFFFFFF } },
        { "the MAC, just above what is borne",
                { .cipher_nid = -1, .mac_iterations = 2,
                        .claimed_mac = KEYSTORE_KDF_ITERATIONS_MAX + 1 } },
        { "a safe of PBES2", { .cipher_nid = NID_aes_256_cbc, .claimed_iterations = 0x7FFFFFFF } },
        { "a safe of an old scheme",
                { .cipher_nid = NID_pbe_WithSHA1And3_Key_TripleDES_CBC,
                        .claimed_iterations = 0x7FFFFFFF } },
};

START_TEST(test_pkcs12_iterations)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_FREE char *path = pki_path(e.dir, "key.p12"), *problem = NULL;
        CLEANUP(keystore_cleanup) Keystore *k = NULL;
        STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
        int r;

        ck_assert_ptr_nonnull(PKCS12_add_cert(&bags, e.leaf.x509));
        write_pkcs12(path, bags, &slow[_i].options);
        r = keystore_load(path, "secret", &problem, &k);
        check_problem(slow[_i].name, r, -E2BIG, problem, path, "hashed more than");
        ck_assert_ptr_null(k);
}
END_TEST

/* PEM and DER */

static const struct {
        const char *name, *before, *between, *behind;
        bool has_key;
} pems[] = {
        { "certificates alone", "", "", "", false },
        { "with words around them", "Bag Attributes\n  friendlyName: x\n", "\n\n# next\n", "end\n",
                false },
        { "with blocks that are something else", "",
                "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", "", false },
        { "with a key before them",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
                "", "", true },
        { "with a key behind them", "", "",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", true },
};

START_TEST(test_pem)
{
        CLEANUP_ESTATE Estate e = estate_new();
        const PkiCert *leaf = &e.leaf, *root = &e.root;
        CLEANUP_FREE char *first = pki_certs_pem(&leaf, 1), *second = pki_certs_pem(&root, 1);
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_appendf(&b, "%s%s%s%s%s", pems[_i].before, first, pems[_i].between, second,
                pems[_i].behind);
        CLEANUP(keystore_cleanup) Keystore *k = parse("key.kdb", &b, NULL);
        ck_assert_int_eq(k->kind, KEYSTORE_KIND_PEM);
        ck_assert_uint_eq(k->n_entries, 2);
        check_entry(k, 0, NULL, &e.leaf, pems[_i].has_key, false);
        check_entry(k, 1, NULL, &e.root, false, true);
}
END_TEST

START_TEST(test_der)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_append(&b, e.leaf.der, e.leaf.der_len);
        CLEANUP(keystore_cleanup) Keystore *k = parse("qm1.p12", &b, NULL);
        ck_assert_int_eq(k->kind, KEYSTORE_KIND_DER);
        ck_assert_uint_eq(k->n_entries, 1);
        check_entry(k, 0, NULL, &e.leaf, false, false);
}
END_TEST

/* What is none */

static const struct {
        const char *name, *bytes;
        size_t len;
        int r;
        const char *word;
} refused[] = {
        { "empty", "", 0, -ENODATA, "is empty" },
        { "text", "hello\n", 6, -EBADMSG, "no key repository" },
        { "one letter of a magic", "7", 1, -EBADMSG, "no key repository" },
        { "a magic and no more", "7H", 2, -EBADMSG, "ends in its header" },
        { "CMS magic, another eyecatcher", "7H\4\2\0\0\0\0X509KEX\0", 16, -EBADMSG, "does not go on" },
        { "CMS of version 5", "7H\5\2\0\0\0\0X509KEY\0", 16, -ENOTSUP, "version 5" },
        { "a request database", "7H\3\1\0\0\0\0X509KYP\0", 16, -EBADMSG, ".rdb" },
        { "JKS of version 3", "\xFE\xED\xFE\xED\0\0\0\3\0\0\0\0" "aaaaaaaaaaaaaaaaaaaa", 32, -ENOTSUP,
                "version 3" },
        { "JKS magic and no more", "\xFE\xED\xFE\xED", 4, -EBADMSG, "ends in its header" },
        { "a private key in DER", "\x30\x03\x02\x01\x00", 5, -EBADMSG, "no key repository" },
        { "DER that is no certificate", "\x30\x02\x30\x00", 4, -EBADMSG, "no certificate" },
        { "bytes behind a certificate", "\x30\x02\x30\x00x", 5, -EBADMSG, "behind" },
        { "PKCS#12 that is none", "\x30\x03\x02\x01\x03", 5, -EBADMSG, "cannot be decoded" },
        { "PKCS#12 of indefinite length", "\x30\x80\x02\x01\x03", 5, -EBADMSG, "cannot be decoded" },
        { "a length of length beyond the end", "\x30\xFF\x02\x01\x03", 5, -EBADMSG,
                "no key repository" },
        { "PEM without a certificate", "-----BEGIN X-----\nAAAA\n-----END X-----\n", 40, -ENODATA,
                "no certificate" },
        { "PEM that ends early", "-----BEGIN CERTIFICATE-----\nAAAA\n", 33, -EBADMSG, "block 1" },
        { "PEM of something else", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                59, -EBADMSG, "certificate 1" },
};

START_TEST(test_refused)
{
        CLEANUP_FREE char *problem = NULL;
        CLEANUP_FREE uint8_t *copy = hex_exact_copy(refused[_i].bytes, refused[_i].len);
        Keystore *k = NULL;
        int r = keystore_parse("/ssl/key.kdb", copy, refused[_i].len, NULL, &problem, &k);

        check_problem(refused[_i].name, r, refused[_i].r, problem, "/ssl/key.kdb", refused[_i].word);
        ck_assert_ptr_null(k);
}
END_TEST

/* Files */

static const struct {
        const char *name;
        const char *files[3]; /* that are there */
        const char *path, *found;
        int r;
        const char *word;
} paths[] = {
        { "as it is", { "key.kdb" }, "key.kdb", "key.kdb", 0, NULL },
        { "a stem of .kdb", { "key.kdb" }, "key", "key.kdb", 0, NULL },
        { "a stem of .p12", { "key.p12" }, "key", "key.p12", 0, NULL },
        { "a stem with both", { "key.p12", "key.kdb" }, "key", "key.kdb", 0, NULL },
        { "a stem that is a file itself", { "key", "key.kdb" }, "key", "key", 0, NULL },
        { "a stem with a dot", { "QM.PROD.kdb" }, "QM.PROD", "QM.PROD.kdb", 0, NULL },
        { "a stem that is a directory too", { "key/", "key.kdb" }, "key", "key.kdb", 0, NULL },
        { "a directory alone", { "key/" }, "key", NULL, -EISDIR, "is a directory" },
        { "no second extension", { "key.kdb.kdb" }, "key.kdb", NULL, -ENOENT, "No such file" },
        { "nothing", { NULL }, "key", NULL, -ENOENT, "key.p12 is there" },
        { "a stash file", { "key.sth" }, "key.sth", NULL, -EINVAL, "never read" },
        { "a stash file in capitals", { "KEY.STH" }, "KEY.STH", NULL, -EINVAL, "never read" },
        { "a directory in the way", { "a" }, "a/key", NULL, -ENOTDIR, "cannot open" },
};

START_TEST(test_path)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_FREE char *path = pki_path(e.dir, paths[_i].path), *problem = NULL;
        CLEANUP(keystore_cleanup) Keystore *k = NULL;
        int r;

        for (size_t i = 0; i < 3 && paths[_i].files[i]; i++) {
                CLEANUP_FREE char *file = pki_path(e.dir, paths[_i].files[i]);

                if (file[strlen(file) - 1] == '/')
                        ck_assert_int_eq(mkdir(file, 0700), 0);
                else
                        ck_assert_int_eq(pki_write_file(file, e.leaf.der, e.leaf.der_len, 0644), 0);
        }
        r = keystore_load(path, NULL, &problem, &k);
        if (paths[_i].r < 0) {
                check_problem(paths[_i].name, r, paths[_i].r, problem, path, paths[_i].word);
                ck_assert_ptr_null(k);
                return;
        }
        CLEANUP_FREE char *found = pki_path(e.dir, paths[_i].found);
        ck_assert_msg(r == 0, "%s: %s", paths[_i].name, problem);
        ck_assert_str_eq(k->path, found);
}
END_TEST

START_TEST(test_file_limits)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_FREE char *path = pki_path(e.dir, "key.kdb"), *fifo = pki_path(e.dir, "fifo.kdb"),
                          *problem = NULL, *other_problem = NULL, *third_problem = NULL;
        Keystore *k = NULL;
        int r;

        ck_assert_int_eq(pki_write_file(path, "7H", 2, 0600), 0);
        ck_assert_int_eq(truncate(path, KEYSTORE_FILE_BYTES_MAX + 1), 0);
        r = keystore_load(path, NULL, &problem, &k);
        check_problem("too large", r, -EFBIG, problem, path, "larger than");
        ck_assert_int_eq(truncate(path, KEYSTORE_FILE_BYTES_MAX), 0);
        r = keystore_load(path, NULL, &other_problem, &k);
        check_problem("as large as may be", r, -EBADMSG, other_problem, path, "does not go on");
        /* With nobody at the other end: must not wait. */
        ck_assert_int_eq(mkfifo(fifo, 0600), 0);
        r = keystore_load(fifo, NULL, &third_problem, &k);
        check_problem("a FIFO", r, -EINVAL, third_problem, fifo, "regular file");
        ck_assert_ptr_null(keystore_free(NULL));
}
END_TEST

/* Stash files */

static const struct {
        const char *repository, *stash;
} stash_paths[] = {
        { "/ssl/key.kdb", "/ssl/key.sth" },
        { "/ssl/key.p12", "/ssl/key.sth" },
        { "/ssl/key.PFX", "/ssl/key.sth" },
        { "/ssl/key", "/ssl/key.sth" },
        { "/ssl/QM.PROD", "/ssl/QM.PROD.sth" },
        { "/ssl/key.kdb.kdb", "/ssl/key.kdb.sth" },
        { "", ".sth" },
};

START_TEST(test_stash_path)
{
        CLEANUP_FREE char *path = NULL;

        ck_assert_int_eq(keystore_stash_path(stash_paths[_i].repository, &path), 0);
        ck_assert_str_eq(path, stash_paths[_i].stash);
}
END_TEST

static const struct {
        const char *name, *file;
        unsigned mode;
        int r;
        const char *word;
} stashes[] = {
        { "as it should be", "key.sth", 0640, 0, NULL },
        { "narrower", "key.sth", 0600, 0, NULL },
        { "that nobody may read", "key.sth", 0, 0, NULL },
        { "others may read", "key.sth", 0644, -EPERM, "0644" },
        { "the group may write", "key.sth", 0660, -EPERM, "chmod 640" },
        { "that can be run", "key.sth", 0740, -EPERM, "chmod 640" },
        { "with a bit for the superuser", "key.sth", 04600, -EPERM, "mode 4600" },
        { "missing", "nowhere.sth", 0640, -ENOENT, "AMQ9660E" },
        { "a directory", ".", 0640, -EISDIR, "regular file" },
};

START_TEST(test_stash)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_FREE char *made = pki_path(e.dir, "key.sth"),
                          *path = pki_path(e.dir, stashes[_i].file), *problem = NULL;
        int r;

        ck_assert_int_eq(pki_write_file(made, "noise", 5, 0600), 0);
        ck_assert_int_eq(chmod(made, stashes[_i].mode), 0);
        r = keystore_stash_check(path, &problem);
        if (stashes[_i].r < 0) {
                check_problem(stashes[_i].name, r, stashes[_i].r, problem, path, stashes[_i].word);
                return;
        }
        ck_assert_msg(r == 0, "%s: %s", stashes[_i].name, problem);
        ck_assert_ptr_null(problem);
}
END_TEST

START_TEST(a_stamp_is_of_the_file_that_would_be_read)
{
        char *dir = pki_dir_new();
        CLEANUP_FREE char *stem = pki_path(dir, "key"), *path = pki_path(dir, "key.p12");
        KeystoreStamp none, first, same, other;

        ck_assert_int_eq(keystore_stamp(stem, &none), 0);
        ck_assert_int_eq(none.error, ENOENT);
        ck_assert_int_eq(pki_write_file(path, "a", 1, 0644), 0);
        ck_assert_int_eq(keystore_stamp(stem, &first), 0);
        ck_assert_int_eq(keystore_stamp(path, &same), 0);
        ck_assert_int_eq(first.error, 0);
        ck_assert(keystore_stamp_equal(&first, &same));
        ck_assert(!keystore_stamp_equal(&first, &none));
        ck_assert_int_eq(pki_write_file(path, "ab", 2, 0644), 0);
        ck_assert_int_eq(keystore_stamp(stem, &other), 0);
        ck_assert(!keystore_stamp_equal(&first, &other));
        pki_dir_remove(dir);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("keystore");
        TCase *readers = tcase_create("readers"), *files = tcase_create("files");

        tcase_add_loop_test(readers, test_cms, 0, (int) ARRAY_LEN(cms));
        tcase_add_loop_test(readers, test_cms_skipped, 0, (int) ARRAY_LEN(skipped));
        tcase_add_test(readers, test_cms_empty);
        tcase_add_loop_test(readers, test_java, 0, (int) ARRAY_LEN(javas));
        tcase_add_test(readers, test_jceks_secret_key);
        tcase_add_loop_test(readers, test_pkcs12, 0, (int) ARRAY_LEN(pkcs12s));
        tcase_add_loop_test(readers, test_pkcs12_safe, 0, (int) ARRAY_LEN(safes));
        tcase_add_test(readers, test_pkcs12_without_legacy);
        tcase_add_test(readers, test_pkcs12_without_content);
        tcase_add_test(readers, test_pkcs12_keys);
        tcase_add_loop_test(readers, test_pkcs12_iterations, 0, (int) ARRAY_LEN(slow));
        tcase_add_loop_test(readers, test_pem, 0, (int) ARRAY_LEN(pems));
        tcase_add_test(readers, test_der);
        tcase_add_loop_test(readers, test_refused, 0, (int) ARRAY_LEN(refused));
        tcase_add_loop_test(files, test_path, 0, (int) ARRAY_LEN(paths));
        tcase_add_test(files, test_file_limits);
        tcase_add_test(files, a_stamp_is_of_the_file_that_would_be_read);
        tcase_add_loop_test(files, test_stash_path, 0, (int) ARRAY_LEN(stash_paths));
        tcase_add_loop_test(files, test_stash, 0, (int) ARRAY_LEN(stashes));
        suite_add_tcase(suite, readers);
        suite_add_tcase(suite, files);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
