/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "tests/support/keystore_maker.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"
#include "x509/keystore.h"

/* Signers in good order, expired and renewed, and certificates under them. */
typedef struct Estate {
        PkiCert root, root_expired, root2, inter, inter_expired, inter_future, leaf, old, early, self;
} Estate;

static Estate estate_new(void)
{
        Estate e = { .root = pki_issue(&(PkiOptions){ .cn = "Root", .ca = true }) };

        e.root_expired = pki_issue(&(PkiOptions){ .cn = "Root", .ca = true, .key = e.root.key,
                .not_before = PKI_AT(PKI_NOW - 10 * PKI_DAY), .not_after = PKI_AT(PKI_NOW - PKI_DAY) });
        e.inter = pki_issue(&(PkiOptions){ .cn = "Inter", .ca = true, .issuer = &e.root });
        e.inter_expired = pki_issue(&(PkiOptions){ .cn = "Inter", .ca = true, .issuer = &e.root,
                .key = e.inter.key, .not_before = PKI_AT(PKI_NOW - 10 * PKI_DAY),
                .not_after = PKI_AT(PKI_NOW - 1) });
        e.root2 = pki_issue(&(PkiOptions){ .cn = "Root 2", .ca = true });
        e.inter_future = pki_issue(&(PkiOptions){ .cn = "Inter", .ca = true, .issuer = &e.root2,
                .key = e.inter.key, .not_before = PKI_AT(PKI_NOW + 1),
                .not_after = PKI_AT(PKI_NOW + 9999 * PKI_DAY) });
        e.leaf = pki_issue(&(PkiOptions){ .cn = "QM1", .issuer = &e.inter });
        e.old = pki_issue(&(PkiOptions){ .cn = "QM1", .issuer = &e.inter,
                .not_before = PKI_AT(PKI_NOW - 10 * PKI_DAY), .not_after = PKI_AT(PKI_NOW - 1) });
        e.early = pki_issue(&(PkiOptions){ .cn = "QM1", .issuer = &e.inter,
                .not_before = PKI_AT(PKI_NOW + 1), .not_after = PKI_AT(PKI_NOW + PKI_DAY) });
        e.self = pki_issue(&(PkiOptions){ .cn = "QM1" });
        return e;
}

static void estate_done(Estate *e)
{
        pki_cert_done(&e->root);
        pki_cert_done(&e->root_expired);
        pki_cert_done(&e->inter);
        pki_cert_done(&e->inter_expired);
        pki_cert_done(&e->inter_future);
        pki_cert_done(&e->root2);
        pki_cert_done(&e->leaf);
        pki_cert_done(&e->old);
        pki_cert_done(&e->early);
        pki_cert_done(&e->self);
}
#define CLEANUP_ESTATE CLEANUP(estate_done)

static const struct {
        char letter;
        size_t offset;
} certs[] = {
        { 'R', offsetof(Estate, root) },
        { 'r', offsetof(Estate, root_expired) },
        { 'I', offsetof(Estate, inter) },
        { 'i', offsetof(Estate, inter_expired) },
        { 'f', offsetof(Estate, inter_future) },
        { 'L', offsetof(Estate, leaf) },
        { 'o', offsetof(Estate, old) },
        { 'e', offsetof(Estate, early) },
        { 's', offsetof(Estate, self) },
};

static const PkiCert *cert_of(const Estate *e, char letter)
{
        for (size_t i = 0; i < ARRAY_LEN(certs); i++)
                if (certs[i].letter == letter)
                        return (const PkiCert *) ((const char *) e + certs[i].offset);
        ck_abort_msg("no certificate '%c'", letter);
}

enum {
        CMS,
        JKS,
        PEM,
};

#define DEFAULT "ibmwebspheremqqm1"
#define END _KEYSTORE_FINDING_MAX

static const struct {
        const char *name;
        int kind;
        const char *label;  /* of the certificate that is meant */
        const char *others; /* certificates behind it, by letter: signers */
        char cert;          /* the one that is meant; ' ': none */
        bool is_personal;
        const char *certlabl, *qmgr, *looked_for;
        bool is_found;
        KeystoreFindingKind findings[4];
        const char *word; /* of the first one */
} rows[] = {
        { "all is well", CMS, DEFAULT, "IR", 'L', true, NULL, "QM1", DEFAULT, true, { END }, NULL },
        { "an empty CERTLABL is none", CMS, DEFAULT, "IR", 'L', true, "", "QM1", DEFAULT, true, { END },
                NULL },
        { "a blank CERTLABL is none", CMS, DEFAULT, "IR", 'L', true, "   ", "QM1", DEFAULT, true,
                { END }, NULL },
        { "blanks behind names do not count", CMS, DEFAULT, "IR", 'L', true, NULL, "QM1   ", DEFAULT,
                true, { END }, NULL },
        { "CERTLABL with blanks behind it", CMS, "new", "IR", 'L', true, "new  ", "QM1", "new", true,
                { END }, NULL },
        { "CERTLABL wins over the default", CMS, DEFAULT, "IR", 'L', true, "new", "QM1", "new", false,
                { KEYSTORE_FINDING_LABEL_MISSING, END }, "'ibmwebspheremqqm1'" },
        { "CERTLABL with a backslash", CMS, "a\\b", "IR", 'L', true, "a\\b", "QM1", "a\\\\b", true,
                { END }, NULL },
        { "another queue manager's label", CMS, "ibmwebspheremqqm2", "IR", 'L', true, NULL, "QM1",
                DEFAULT, false, { KEYSTORE_FINDING_LABEL_MISSING, END }, "'ibmwebspheremqqm2'" },
        { "a label in another case", CMS, "ibmWebSphereMQQM1", "IR", 'L', true, NULL, "QM1", DEFAULT,
                false, { KEYSTORE_FINDING_LABEL_MISSING, END }, "differs only in case" },
        { "Java folds case", JKS, "IbmWebSphereMQQM1", "IR", 'L', true, NULL, "QM1", DEFAULT, true,
                { END }, NULL },
        { "an empty repository", CMS, "x", "", ' ', false, NULL, "QM1", DEFAULT, false,
                { KEYSTORE_FINDING_LABEL_MISSING, END }, "no personal certificate" },
        { "no private key", CMS, DEFAULT, "IR", 'L', false, NULL, "QM1", DEFAULT, true,
                { KEYSTORE_FINDING_PRIVATE_KEY_MISSING, END }, "no private key" },
        { "expired", CMS, DEFAULT, "IR", 'o', true, NULL, "QM1", DEFAULT, true,
                { KEYSTORE_FINDING_CERT_EXPIRED, END }, "2025-12-31T23:59:59Z" },
        { "not yet valid", CMS, DEFAULT, "IR", 'e', true, NULL, "QM1", DEFAULT, true,
                { KEYSTORE_FINDING_CERT_NOT_YET_VALID, END }, "2026-01-01T00:00:01Z" },
        { "an expired signer", CMS, DEFAULT, "iR", 'L', true, NULL, "QM1", DEFAULT, true,
                { KEYSTORE_FINDING_SIGNER_EXPIRED, END }, "'CN=Inter'" },
        { "an expired root", CMS, DEFAULT, "Ir", 'L', true, NULL, "QM1", DEFAULT, true,
                { KEYSTORE_FINDING_SIGNER_EXPIRED, END }, "'CN=Root'" },
        { "both signers expired", CMS, DEFAULT, "ir", 'L', true, NULL, "QM1", DEFAULT, true,
                { KEYSTORE_FINDING_SIGNER_EXPIRED, KEYSTORE_FINDING_SIGNER_EXPIRED, END },
                "'CN=Inter'" },
        { "a renewed signer behind the old one", CMS, DEFAULT, "irIR", 'L', true, NULL, "QM1", DEFAULT,
                true, { END }, NULL },
        { "a renewed signer before the old one", CMS, DEFAULT, "IRir", 'L', true, NULL, "QM1", DEFAULT,
                true, { END }, NULL },
        { "a renewed signer that is not valid yet, under a root that is not there", CMS, DEFAULT, "fIR",
                'L', true, NULL, "QM1", DEFAULT, true, { END }, NULL },
        { "an expired signer that is not ours", CMS, DEFAULT, "ir", 's', true, NULL, "QM1", DEFAULT,
                true, { END }, NULL },
        { "no intermediate", CMS, DEFAULT, "R", 'L', true, NULL, "QM1", DEFAULT, true,
                { KEYSTORE_FINDING_SIGNER_MISSING, END }, "'CN=Inter'" },
        { "no root", CMS, DEFAULT, "I", 'L', true, NULL, "QM1", DEFAULT, true,
                { KEYSTORE_FINDING_SIGNER_MISSING, END }, "'CN=Root'" },
        { "self-signed", CMS, DEFAULT, "", 's', true, NULL, "QM1", DEFAULT, true, { END }, NULL },
        { "everything at once", CMS, DEFAULT, "i", 'o', false, NULL, "QM1", DEFAULT, true,
                { KEYSTORE_FINDING_PRIVATE_KEY_MISSING, KEYSTORE_FINDING_CERT_EXPIRED,
                        KEYSTORE_FINDING_SIGNER_EXPIRED, KEYSTORE_FINDING_SIGNER_MISSING },
                "no private key" },
        { "PEM has no labels: the first one", PEM, NULL, "IR", 'L', false, "any", "QM1", NULL, true,
                { END }, NULL },
        { "PEM without signers: they may be elsewhere", PEM, NULL, "", 'L', false, NULL, "QM1", NULL,
                true, { END }, NULL },
};

static void put_pem(const PkiCert *const *list, size_t n, Buf *ret)
{
        CLEANUP_FREE char *pem = pki_certs_pem(list, n);

        buf_append_str(ret, pem);
}

/* The repository of a row. */
static Keystore *make(const Estate *e, size_t row)
{
        static const char *const names[] = { "signer 1", "signer 2", "signer 3", "signer 4" };
        MakerRecord records[5] = { 0 };
        const PkiCert *list[5];
        CLEANUP_BUF Buf b = BUF_INIT;
        CLEANUP_FREE char *problem = NULL;
        Keystore *k = NULL;
        size_t n = 0;
        MakerFile f = { 0 };

        if (rows[row].cert != ' ')
                records[n++] = (MakerRecord){ .label = rows[row].label,
                        .cert = cert_of(e, rows[row].cert),
                        .is_personal = rows[row].is_personal };
        for (size_t i = 0; rows[row].others[i]; i++)
                records[n++] = (MakerRecord){ .label = names[i],
                        .cert = cert_of(e, rows[row].others[i]) };
        for (size_t i = 0; i < n; i++)
                list[i] = records[i].cert;
        if (rows[row].kind == PEM) {
                put_pem(list, n, &b);
        } else {
                f = rows[row].kind == CMS ? maker_cms(&(MakerOptions){ .version = 6 }, records, n)
                                          : maker_java(&(MakerOptions){ .version = 2 }, records, n);
                buf_append(&b, f.bytes.data, f.bytes.len);
                maker_file_done(&f);
        }
        ck_assert_msg(keystore_parse("/ssl/key.kdb", b.data, b.len, NULL, &problem, &k) == 0, "%s",
                problem);
        return k;
}

START_TEST(test_served)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP(keystore_cleanup) Keystore *k = make(&e, (size_t) _i);
        CLEANUP(keystore_served_done) KeystoreServed s = { 0 };
        size_t n = 0;

        ck_assert_int_eq(keystore_find_served(k, rows[_i].certlabl, rows[_i].qmgr, PKI_NOW, &s), 0);
        if (rows[_i].looked_for)
                ck_assert_str_eq(s.label, rows[_i].looked_for);
        else
                ck_assert_ptr_null(s.label);
        ck_assert_ptr_eq(s.entry, rows[_i].is_found ? &k->entries[0] : NULL);
        while (n < 4 && rows[_i].findings[n] != END)
                n++;
        for (size_t i = 0; i < s.n_findings; i++)
                ck_assert_msg(i < n && s.findings[i].kind == rows[_i].findings[i], "%s: %s, %s",
                        rows[_i].name, keystore_finding_to_string(s.findings[i].kind),
                        s.findings[i].text);
        ck_assert_msg(s.n_findings == n, "%s: %zu findings", rows[_i].name, s.n_findings);
        for (size_t i = 0; i < n; i++) {
                ck_assert_ptr_nonnull(strstr(s.findings[i].text, "/ssl/key.kdb"));
                ck_assert_ptr_nonnull(strstr(s.findings[i].text, ";"));
        }
        if (n > 0)
                ck_assert_msg(strstr(s.findings[0].text, rows[_i].word) != NULL, "%s: %s",
                        rows[_i].name, s.findings[0].text);
}
END_TEST

START_TEST(test_label_twice)
{
        CLEANUP_ESTATE Estate e = estate_new();
        const MakerRecord records[] = {
                { .label = DEFAULT, .cert = &e.old },
                { .label = DEFAULT, .cert = &e.leaf, .is_personal = true },
                { .label = "inter", .cert = &e.inter },
                { .label = "root", .cert = &e.root },
        };
        CLEANUP_MAKER MakerFile f = maker_cms(&(MakerOptions){ .version = 4 }, records, 4);
        CLEANUP_FREE char *problem = NULL;
        CLEANUP(keystore_cleanup) Keystore *k = NULL;
        CLEANUP(keystore_served_done) KeystoreServed s = { 0 };

        ck_assert_int_eq(keystore_parse("k", f.bytes.data, f.bytes.len, NULL, &problem, &k), 0);
        ck_assert_int_eq(keystore_find_served(k, NULL, "QM1", PKI_NOW, &s), 0);
        ck_assert_ptr_eq(s.entry, &k->entries[1]);
        ck_assert_uint_eq(s.n_findings, 1);
        ck_assert_int_eq(s.findings[0].kind, KEYSTORE_FINDING_LABEL_TWICE);
        ck_assert_str_eq(keystore_finding_to_string(s.findings[0].kind), "label_twice");
}
END_TEST

enum {
        MANY = 200, /* labels; their order in the file is that of 77 * i */
        STEP = 77,
};

/* Every other one stands there in capitals as well, behind all of them. */
static Keystore *make_many(const Estate *e, bool is_java)
{
        static char labels[MANY + MANY / 2][16];
        MakerRecord records[MANY + MANY / 2];
        CLEANUP_FREE char *problem = NULL;
        Keystore *k = NULL;
        MakerFile f;

        for (int i = 0; i < MANY; i++)
                (void) snprintf(labels[i], sizeof(labels[i]), "label %d", i * STEP % MANY);
        for (int i = 0; i < MANY / 2; i++)
                (void) snprintf(labels[MANY + i], sizeof(labels[0]), "LABEL %d", 2 * i);
        for (size_t i = 0; i < ARRAY_LEN(records); i++)
                records[i] = (MakerRecord){ .label = labels[i], .cert = &e->self, .is_personal = true };

        f = is_java ? maker_java(&(MakerOptions){ .version = 2 }, records, ARRAY_LEN(records))
                    : maker_cms(&(MakerOptions){ .version = 4 }, records, ARRAY_LEN(records));
        ck_assert_int_eq(keystore_parse("k", f.bytes.data, f.bytes.len, NULL, &problem, &k), 0);
        maker_file_done(&f);
        return k;
}

/* `at` is where in the file; < 0: nowhere. `word` is of the only finding; NULL: there is none. */
static void check_label(const Keystore *k, const char *label, int at, const char *word)
{
        CLEANUP(keystore_served_done) KeystoreServed s = { 0 };

        ck_assert_int_eq(keystore_find_served(k, label, "QM1", PKI_NOW, &s), 0);
        ck_assert_msg(s.entry == (at < 0 ? NULL : &k->entries[at]), "%s", label);
        ck_assert_uint_eq(s.n_findings, word ? 1 : 0);
        if (word)
                ck_assert_msg(strstr(s.findings[0].text, word) != NULL, "%s: %s", label,
                        s.findings[0].text);
}

START_TEST(test_many_labels)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP(keystore_cleanup) Keystore *cms = make_many(&e, false), *java = make_many(&e, true);

        for (int i = 0; i < MANY; i++) {
                int number = i * STEP % MANY;
                bool is_twice = number % 2 == 0;
                char lower[16], upper[16];

                (void) snprintf(lower, sizeof(lower), "label %d", number);
                (void) snprintf(upper, sizeof(upper), "LABEL %d", number);
                check_label(cms, lower, i, NULL);
                check_label(java, lower, i, is_twice ? "2 certificates" : NULL);
                check_label(java, upper, i, is_twice ? "2 certificates" : NULL);
                if (is_twice)
                        check_label(cms, upper, MANY + number / 2, NULL);
                else
                        check_label(cms, upper, -1, "differs only in case");
        }
        check_label(cms, "label", -1, "'label 0', 'label 77', 'label 154' and 297 more");
        check_label(cms, "zzz", -1, "'label 0', 'label 77', 'label 154' and 297 more");
        check_label(cms, "\x01", -1, "'label 0', 'label 77', 'label 154' and 297 more");
}
END_TEST

/* What stands behind a Java certificate is its chain, and not a second one of that label. */
START_TEST(test_java_chain)
{
        CLEANUP_ESTATE Estate e = estate_new();
        const PkiCert *chain[] = { &e.inter, &e.root_expired };
        const MakerRecord record = {
                .label = DEFAULT, .cert = &e.leaf, .is_personal = true, .chain = chain, .n_chain = 2
        };
        CLEANUP_MAKER MakerFile f = maker_java(&(MakerOptions){ .version = 2 }, &record, 1);
        CLEANUP_FREE char *problem = NULL;
        CLEANUP(keystore_cleanup) Keystore *k = NULL;
        CLEANUP(keystore_served_done) KeystoreServed s = { 0 };

        ck_assert_int_eq(keystore_parse("k", f.bytes.data, f.bytes.len, NULL, &problem, &k), 0);
        ck_assert_int_eq(keystore_find_served(k, NULL, "QM1", PKI_NOW, &s), 0);
        ck_assert_ptr_eq(s.entry, &k->entries[0]);
        ck_assert_uint_eq(s.n_findings, 1);
        ck_assert_int_eq(s.findings[0].kind, KEYSTORE_FINDING_SIGNER_EXPIRED);
        ck_assert_ptr_eq(s.findings[0].entry, &k->entries[2]);
}
END_TEST

/* Two that name each other, and a date that is none. */
START_TEST(test_circle)
{
        const PkiTime from = PKI_AT(PKI_NOW - 9 * PKI_DAY), to = PKI_AT(PKI_NOW - PKI_DAY);
        CLEANUP_PKI PkiCert a = pki_issue(&(PkiOptions){ .cn = "A", .ca = true });
        CLEANUP_PKI PkiCert b = pki_issue(&(PkiOptions){ .cn = "B", .ca = true, .issuer = &a,
                .not_before = from, .not_after = to });
        CLEANUP_PKI PkiCert a_by_b = pki_issue(&(PkiOptions){ .cn = "A", .ca = true, .issuer = &b,
                .key = a.key, .not_before = from, .not_after = to });
        CLEANUP_PKI PkiCert odd = pki_issue(&(PkiOptions){ .cn = "QM1", .issuer = &b,
                .not_after = PKI_UTC_RAW("261301000000Z") });
        const MakerRecord records[] = {
                { .label = DEFAULT, .cert = &odd, .is_personal = true },
                { .label = "b", .cert = &b },
                { .label = "a", .cert = &a_by_b },
        };
        CLEANUP_MAKER MakerFile f = maker_cms(&(MakerOptions){ .version = 4 }, records, 3);
        CLEANUP_FREE char *problem = NULL;
        CLEANUP(keystore_cleanup) Keystore *k = NULL;
        CLEANUP(keystore_served_done) KeystoreServed s = { 0 };

        ck_assert_int_eq(keystore_parse("k", f.bytes.data, f.bytes.len, NULL, &problem, &k), 0);
        ck_assert_int_eq(keystore_find_served(k, NULL, "QM1", PKI_NOW, &s), 0);
        ck_assert_uint_eq(s.n_findings, 3);
        ck_assert_int_eq(s.findings[0].kind, KEYSTORE_FINDING_CERT_UNREADABLE);
        ck_assert_int_eq(s.findings[1].kind, KEYSTORE_FINDING_SIGNER_EXPIRED);
        ck_assert_int_eq(s.findings[2].kind, KEYSTORE_FINDING_SIGNER_EXPIRED);
}
END_TEST

static const struct {
        const char *qmgr, *label;
} defaults[] = {
        { "QM1", "ibmwebspheremqqm1" },
        { "Prod.Payments_01/A%", "ibmwebspheremqprod.payments_01/a%" },
        { "QM1  ", "ibmwebspheremqqm1" },
        { "\xc3\x84", "ibmwebspheremq\xc3\x84" },
        { "", "ibmwebspheremq" },
};

START_TEST(test_default_label)
{
        CLEANUP_FREE char *label = NULL;

        ck_assert_int_eq(keystore_default_label(defaults[_i].qmgr, &label), 0);
        ck_assert_str_eq(label, defaults[_i].label);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("keystore_served");
        TCase *t = tcase_create("served");

        tcase_add_loop_test(t, test_served, 0, (int) ARRAY_LEN(rows));
        tcase_add_test(t, test_label_twice);
        tcase_add_test(t, test_many_labels);
        tcase_add_test(t, test_java_chain);
        tcase_add_test(t, test_circle);
        tcase_add_loop_test(t, test_default_label, 0, (int) ARRAY_LEN(defaults));
        suite_add_tcase(suite, t);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
