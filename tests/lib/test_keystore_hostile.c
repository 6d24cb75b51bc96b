/* SPDX-License-Identifier: MIT */

/*
 * Key repositories cut at every byte, with every length lied about, with every byte changed, and with
 * names made to harm: refused with a message or read as what they are, never half, never too far.
 */

#include <openssl/pkcs12.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "tests/support/hex.h"
#include "tests/support/keystore_maker.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"
#include "x509/keystore.h"

static const char path[] = "/ssl/key.kdb";

typedef struct Estate {
        PkiCert root, inter, leaf;
} Estate;

static Estate estate_new(void)
{
        Estate e = { .root = pki_issue(&(PkiOptions){ .cn = "Root", .ca = true }) };

        e.inter = pki_issue(&(PkiOptions){ .cn = "Inter", .ca = true, .issuer = &e.root });
        e.leaf = pki_issue(&(PkiOptions){ .cn = "QM1", .issuer = &e.inter });
        return e;
}

static void estate_done(Estate *e)
{
        pki_cert_done(&e->root);
        pki_cert_done(&e->inter);
        pki_cert_done(&e->leaf);
}
#define CLEANUP_ESTATE CLEANUP(estate_done)

/* Every kind of file that is written here. */
static const struct {
        const char *name;
        MakerOptions options;
        bool is_java;
} files[] = {
        { "CMS version 3", { .version = 3, .slot_size = 1500 }, false },
        { "CMS version 4", { .version = 4, .slot_size = 1400 }, false },
        { "CMS version 6", { .version = 6, .slot_size = 1300 }, false },
        { "JKS version 1", { .version = 1 }, true },
        { "JKS version 2", { .version = 2 }, true },
        { "JCEKS version 2", { .version = 2, .is_jceks = true }, true },
};

static MakerFile make(const Estate *e, size_t which)
{
        const PkiCert *chain[] = { &e->inter };
        const MakerRecord records[] = {
                { .label = "inter", .cert = &e->inter },
                { .label = "qm1", .cert = &e->leaf, .is_personal = true, .chain = chain, .n_chain = 1 },
                { .label = "root", .cert = &e->root },
        };

        return files[which].is_java
                ? maker_java(&files[which].options, records, ARRAY_LEN(records))
                : maker_cms(&files[which].options, records, ARRAY_LEN(records));
}

/* Out of memory of exactly that size. */
static int parse(const void *data, size_t len, char **ret_problem, Keystore **ret)
{
        CLEANUP_FREE uint8_t *copy = hex_exact_copy(data, len);

        return keystore_parse(path, copy, len, NULL, ret_problem, ret);
}

static void check_refused(const char *row, const void *data, size_t len)
{
        CLEANUP_FREE char *problem = NULL;
        CLEANUP(keystore_cleanup) Keystore *k = NULL;
        int r = parse(data, len, &problem, &k);

        ck_assert_msg(r < 0 && !k, "%s: is read", row);
        ck_assert_msg(problem && strstr(problem, path), "%s: %s", row, problem);
        ck_assert_msg(strchr(problem, ';') || strchr(problem, '?'), "%s: %s", row, problem);
}

START_TEST(test_cut)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_MAKER MakerFile f = make(&e, (size_t) _i);

        for (size_t len = 0; len < f.bytes.len; len++) {
                char row[64];

                (void) snprintf(row, sizeof(row), "%s, %zu bytes", files[_i].name, len);
                check_refused(row, f.bytes.data, len);
        }
}
END_TEST

START_TEST(test_longer)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_MAKER MakerFile f = make(&e, (size_t) _i);

        buf_append_char(&f.bytes, '\0');
        check_refused(files[_i].name, f.bytes.data, f.bytes.len);
}
END_TEST

/* Each length and count of the file, one at a time, set to what it is not. */
START_TEST(test_lies)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_MAKER MakerFile f = make(&e, (size_t) _i);

        ck_assert_uint_gt(f.n_lengths, 10);
        for (size_t i = 0; i < f.n_lengths; i++) {
                const MakerLength *l = &f.lengths[i];
                uint64_t truth = maker_length_get(&f, l), most = (UINT64_C(1) << (8 * l->n_octets)) - 1;
                const uint64_t lies[] = { 0, truth - 1, truth + 1, truth - 2, truth + 2, truth * 2,
                        truth + 256, f.bytes.len, f.bytes.len - l->offset, most, most - 1, most / 2,
                        most / 2 + 1 };

                for (size_t j = 0; j < ARRAY_LEN(lies); j++) {
                        char row[128];

                        if (lies[j] > most || lies[j] == truth || l->is_unneeded)
                                continue;
                        /* No lie: some writers count the NUL that stands there. */
                        if (strcmp(l->what, "the label") == 0 && lies[j] == truth + 1)
                                continue;
                        (void) snprintf(row, sizeof(row), "%s: %s at %zu is %llu, not %llu",
                                files[_i].name, l->what, l->offset, (unsigned long long) lies[j],
                                (unsigned long long) truth);
                        maker_length_set(&f, l, lies[j]);
                        check_refused(row, f.bytes.data, f.bytes.len);
                }
                maker_length_set(&f, l, truth);
        }
}
END_TEST

/* The index of a CMS slot is not needed: a lie in it is told, and the certificate read. */
START_TEST(test_lies_in_index)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_MAKER MakerFile f = make(&e, (size_t) _i);
        size_t n = 0;

        for (size_t i = 0; i < f.n_lengths; i++) {
                const MakerLength *l = &f.lengths[i];
                CLEANUP_FREE char *problem = NULL;
                CLEANUP(keystore_cleanup) Keystore *k = NULL;

                if (!l->is_unneeded)
                        continue;
                n++;
                maker_length_set(&f, l, UINT32_MAX);
                ck_assert_int_eq(parse(f.bytes.data, f.bytes.len, &problem, &k), 0);
                ck_assert_uint_eq(k->n_entries, 3);
                ck_assert_uint_eq(k->n_warnings, 1);
                ck_assert_ptr_nonnull(strstr(k->warnings[0], "index"));
                maker_length_set(&f, l, 20);
        }
        ck_assert_uint_eq(n, files[_i].is_java ? 0 : 6);
}
END_TEST

/* Whatever is read keeps its promises. */
static void check_values(const Keystore *k)
{
        ck_assert_uint_le(k->n_entries, KEYSTORE_ENTRIES_MAX);
        ck_assert_uint_le(k->n_warnings, KEYSTORE_WARNINGS_MAX);
        ck_assert_uint_le(k->n_warnings, k->n_warnings_total);
        for (size_t i = 0; i < k->n_entries; i++) {
                const KeystoreEntry *e = &k->entries[i];

                for (size_t at = 0, n; e->label && e->label[at]; at += n) {
                        n = escape_utf8_char(e->label + at, strlen(e->label) - at);
                        ck_assert_uint_gt(n, 0);
                }
        }
        for (size_t i = 0; i < k->n_warnings; i++)
                for (const char *p = k->warnings[i]; *p; p++)
                        ck_assert_msg(*p >= ' ' && *p <= '~', "%s", k->warnings[i]);
}

START_TEST(test_changed_bytes)
{
        static const uint8_t values[] = { 0x00, 0xFF, 0x80, 0x30 };
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_MAKER MakerFile f = make(&e, (size_t) _i);

        for (size_t at = 0; at < f.bytes.len; at++) {
                char truth = f.bytes.data[at];

                for (size_t i = 0; i < ARRAY_LEN(values); i++) {
                        CLEANUP_FREE char *problem = NULL;
                        CLEANUP(keystore_cleanup) Keystore *k = NULL;
                        int r;

                        /* Zeros behind an index, and inside of a certificate, are many: one of each. */
                        if ((char) values[i] == truth || at % 5 != i)
                                continue;
                        f.bytes.data[at] = (char) values[i];
                        r = parse(f.bytes.data, f.bytes.len, &problem, &k);
                        ck_assert_msg(r == 0 || (problem && !k), "byte %zu: %s", at, strerror(-r));
                        if (k)
                                check_values(k);
                }
                f.bytes.data[at] = truth;
        }
}
END_TEST

/* A certificate that is none, in a repository that is sound: kept, and said. */
START_TEST(test_unparsable_certificate)
{
        CLEANUP_ESTATE Estate e = estate_new();
        uint8_t nonsense[] = { 0x30, 0x03, 0x02, 0x01, 0x07 };
        const PkiCert bad = { .der = nonsense, .der_len = sizeof(nonsense) };
        const MakerRecord records[] = {
                { .label = "bad\n'one'", .cert = &bad },
                { .label = "root", .cert = &e.root },
        };
        CLEANUP_MAKER MakerFile f = files[_i].is_java
                ? maker_java(&files[_i].options, records, 2)
                : maker_cms(&files[_i].options, records, 2);
        CLEANUP_FREE char *problem = NULL;
        CLEANUP(keystore_cleanup) Keystore *k = NULL;

        ck_assert_msg(parse(f.bytes.data, f.bytes.len, &problem, &k) == 0, "%s", problem);
        ck_assert_uint_eq(k->n_entries, 2);
        ck_assert_uint_eq(k->entries[0].facts.faults, CERT_FAULT_UNPARSABLE);
        ck_assert_uint_eq(k->entries[1].facts.faults, 0);
        ck_assert_uint_eq(k->n_warnings, 1);
        ck_assert_ptr_nonnull(strstr(k->warnings[0], "certificate 1 of /ssl/key.kdb"));
        ck_assert_ptr_nonnull(strstr(k->warnings[0], "bad\\x0a'one'"));
}
END_TEST

/* Labels */

#define LABEL(text) text, sizeof(text) - 1

static const struct {
        const char *name, *label;
        size_t len;
        const char *expected;
} labels[] = {
        { "a line break", LABEL("a\nb"), "a\nb" },
        { "a NUL in it", LABEL("ibmwebspheremqqm1\0x"), "ibmwebspheremqqm1\\x00x" },
        { "a NUL at its end", LABEL("ibmwebspheremqqm1\0"), "ibmwebspheremqqm1\\x00" },
        { "a backslash", LABEL("a\\b"), "a\\\\b" },
        { "bytes that are no text", LABEL("a\xFF\xC3"), "a\\xFF\\xC3" },
        { "an overlong slash", LABEL("\xC0\xAF"), "\\xC0\\xAF" },
        { "UTF-8", LABEL("M\xc3\xbcller"), "M\xc3\xbcller" },
        { "an escape sequence", LABEL("\x1b[31mred"), "\x1b[31mred" },
        { "a DN", LABEL("OU=ibm mq, CN=mq queuemanager"), "OU=ibm mq, CN=mq queuemanager" },
        { "a format", LABEL("%s%n"), "%s%n" },
        { "a path", LABEL("../../etc/passwd"), "../../etc/passwd" },
        { "blanks", LABEL("  "), "  " },
};

static bool same_text(const char *a, const char *b)
{
        return strcasecmp(a, b) == 0; /* digits behind \x */
}

START_TEST(test_labels)
{
        CLEANUP_ESTATE Estate e = estate_new();
        const MakerRecord record = { .label = labels[_i].label,
                .label_len = labels[_i].len,
                .cert = &e.leaf,
                .is_personal = true };

        for (size_t i = 0; i < ARRAY_LEN(files); i++) {
                CLEANUP_MAKER MakerFile f = files[i].is_java ? maker_java(&files[i].options, &record, 1)
                                                             : maker_cms(&files[i].options, &record, 1);
                CLEANUP_FREE char *problem = NULL;
                CLEANUP(keystore_cleanup) Keystore *k = NULL;
                CLEANUP(keystore_served_done) KeystoreServed served = { 0 };

                ck_assert_msg(parse(f.bytes.data, f.bytes.len, &problem, &k) == 0, "%s", problem);
                ck_assert_msg(same_text(k->entries[0].label, labels[_i].expected), "%s",
                        k->entries[0].label);
                check_values(k);
                /* None of them passes for the queue manager's. */
                ck_assert_int_eq(keystore_find_served(k, NULL, "QM1", PKI_NOW, &served), 0);
                ck_assert_ptr_null(served.entry);
                for (const char *p = served.findings[0].text; *p; p++)
                        ck_assert_msg(*p >= ' ' && *p <= '~', "%s", served.findings[0].text);
        }
}
END_TEST

/* A label of PKCS#12 is UTF-16, where a NUL is a character like any other. */
START_TEST(test_pkcs12_label)
{
        CLEANUP_ESTATE Estate e = estate_new();
        char *dir = pki_dir_new();
        CLEANUP_FREE char *file = pki_path(dir, "key.p12"), *problem = NULL, *other_problem = NULL;
        CLEANUP(keystore_cleanup) Keystore *k = NULL, *hostile = NULL;
        static const char placed[] = "i\0b\0m\0w\0e\0b\0s\0p\0h\0e\0r\0e\0m\0q\0q\0m\0001\0X\0Y";
        uint8_t block[8192], *at = NULL;
        size_t n;
        FILE *f;

        /* In clear, so that the name can be changed behind the writer's back. */
        PKCS12 *p12 = PKCS12_create("", "ibmwebspheremqqm1XY", e.leaf.key, e.leaf.x509, NULL, -1, -1, 0,
                -1, 0);
        ck_assert_ptr_nonnull(p12);
        f = fopen(file, "we");
        ck_assert_ptr_nonnull(f);
        ck_assert_int_eq(i2d_PKCS12_fp(f, p12), 1);
        (void) fclose(f);
        PKCS12_free(p12);
        ck_assert_msg(keystore_load(file, NULL, &problem, &k) == 0, "%s", problem);
        ck_assert_str_eq(k->entries[0].label, "ibmwebspheremqqm1XY");
        ck_assert(k->entries[0].has_private_key);

        f = fopen(file, "re");
        ck_assert_ptr_nonnull(f);
        n = fread(block, 1, sizeof(block), f);
        (void) fclose(f);
        for (size_t from = 0; (at = memmem(block + from, n - from, placed, sizeof(placed) - 1)) != NULL;
                from = (size_t) (at - block) + 1)
                memset(at + 34, 0, 1); /* X becomes a NUL */
        ck_assert_msg(keystore_parse(path, block, n, NULL, &other_problem, &hostile) == 0, "%s",
                other_problem);
        ck_assert_str_eq(hostile->entries[0].label, "ibmwebspheremqqm1\\x00Y");
        pki_dir_remove(dir);
}
END_TEST

/* Bounds */

START_TEST(test_too_many)
{
        CLEANUP_ESTATE Estate e = estate_new();
        MakerRecord *records = calloc(KEYSTORE_ENTRIES_MAX + 1, sizeof(*records));
        const MakerOptions options = { .version = 4, .slot_size = 800 };

        ck_assert_ptr_nonnull(records);
        for (size_t i = 0; i <= KEYSTORE_ENTRIES_MAX; i++)
                records[i] = (MakerRecord){ .label = "x", .cert = &e.leaf };
        CLEANUP_MAKER MakerFile most = maker_cms(&options, records, KEYSTORE_ENTRIES_MAX);
        CLEANUP_MAKER MakerFile more = maker_cms(&options, records, KEYSTORE_ENTRIES_MAX + 1);
        CLEANUP_FREE char *problem = NULL;
        CLEANUP(keystore_cleanup) Keystore *k = NULL;

        free(records);
        ck_assert_msg(parse(most.bytes.data, most.bytes.len, &problem, &k) == 0, "%s", problem);
        ck_assert_uint_eq(k->n_entries, KEYSTORE_ENTRIES_MAX);
        check_refused("one more", more.bytes.data, more.bytes.len);
}
END_TEST

START_TEST(test_many_warnings)
{
        CLEANUP_ESTATE Estate e = estate_new();
        MakerRecord records[KEYSTORE_WARNINGS_MAX + 4];

        for (size_t i = 0; i < ARRAY_LEN(records); i++)
                records[i] = (MakerRecord){ .label = "x", .cert = &e.leaf, .type = 9 };
        CLEANUP_MAKER MakerFile f =
                maker_cms(&(MakerOptions){ .version = 4 }, records, ARRAY_LEN(records));
        CLEANUP_FREE char *problem = NULL;
        CLEANUP(keystore_cleanup) Keystore *k = NULL;

        ck_assert_int_eq(parse(f.bytes.data, f.bytes.len, &problem, &k), 0);
        ck_assert_uint_eq(k->n_warnings, KEYSTORE_WARNINGS_MAX);
        ck_assert_uint_eq(k->n_warnings_total, ARRAY_LEN(records));
}
END_TEST

/* What OpenSSL writes, cut. */

START_TEST(test_cut_pkcs12)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_BUF Buf b = BUF_INIT;
        unsigned char *der = NULL;
        PKCS12 *p12 =
                PKCS12_create("", "qm1", e.leaf.key, e.leaf.x509, NULL, -1, -1, 1, 1, 0);
        int len = i2d_PKCS12(p12, &der);

        ck_assert_int_gt(len, 0);
        for (size_t n = 0; n < (size_t) len; n++)
                check_refused("PKCS#12", der, n);
        buf_append(&b, der, (size_t) len);
        buf_append_char(&b, '\0');
        check_refused("PKCS#12 with a byte behind it", b.data, b.len);
        OPENSSL_free(der);
        PKCS12_free(p12);
}
END_TEST

START_TEST(test_cut_der_and_pem)
{
        CLEANUP_ESTATE Estate e = estate_new();
        const PkiCert *both[] = { &e.leaf, &e.root };
        CLEANUP_FREE char *pem = pki_certs_pem(both, 2);
        size_t len = strlen(pem), half = (size_t) (strstr(pem + 1, "-----BEGIN") - pem);

        for (size_t n = 0; n < e.leaf.der_len; n++)
                check_refused("DER", e.leaf.der, n);
        /* A bundle that is cut between its blocks is one. */
        for (size_t n = 0; n < len - 1; n++) {
                CLEANUP_FREE char *problem = NULL;
                CLEANUP(keystore_cleanup) Keystore *k = NULL;
                int r = parse(pem, n, &problem, &k);

                if (r == 0)
                        ck_assert_msg(k->n_entries == 1 && n + 1 >= half && n < half + 11,
                                "%zu of %zu bytes", n, len);
                else
                        ck_assert_msg(problem && strstr(problem, path), "%zu: %s", n, problem);
        }
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("keystore_hostile");
        TCase *t = tcase_create("hostile");
        int n = (int) ARRAY_LEN(files);

        tcase_set_timeout(t, 300);
        tcase_add_loop_test(t, test_cut, 0, n);
        tcase_add_loop_test(t, test_longer, 0, n);
        tcase_add_loop_test(t, test_lies, 0, n);
        tcase_add_loop_test(t, test_lies_in_index, 0, n);
        tcase_add_loop_test(t, test_changed_bytes, 0, n);
        tcase_add_loop_test(t, test_unparsable_certificate, 0, n);
        tcase_add_loop_test(t, test_labels, 0, (int) ARRAY_LEN(labels));
        tcase_add_test(t, test_pkcs12_label);
        tcase_add_test(t, test_too_many);
        tcase_add_test(t, test_many_warnings);
        tcase_add_test(t, test_cut_pkcs12);
        tcase_add_test(t, test_cut_der_and_pem);
        suite_add_tcase(suite, t);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
