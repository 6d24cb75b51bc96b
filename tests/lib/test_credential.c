/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tests/support/pki.h"
#include "tests/support/suite.h"
#include "x509/credential.h"

/* A directory with everything an operator could have put there. */
typedef struct Estate {
        char *dir;
        PkiCert root, inter, leaf, other;
} Estate;

static char *path_of(const Estate *e, const char *name)
{
        return pki_path(e->dir, name);
}

static void write_text(const Estate *e, const char *name, const char *text, unsigned mode)
{
        CLEANUP_FREE char *path = path_of(e, name);

        ck_assert_int_eq(pki_write_file(path, text, strlen(text), mode), 0);
}

static void write_files(const Estate *e)
{
        const PkiCert *chain[] = { &e->leaf, &e->inter }, *ca[] = { &e->root, &e->inter };
        const PkiCert *shuffled[] = { &e->root, &e->other, &e->inter };
        CLEANUP_FREE char *crt = path_of(e, "leaf.crt"), *cas = path_of(e, "ca.pem"),
                          *key = path_of(e, "leaf.key"), *locked = path_of(e, "locked.key"),
                          *other = path_of(e, "other.key"), *p12 = path_of(e, "leaf.p12"),
                          *open_p12 = path_of(e, "open.p12"), *ca_p12 = path_of(e, "ca.p12"),
                          *der = path_of(e, "leaf.der");
        CLEANUP_FREE char *pem = pki_certs_pem(chain, 2), *key_pem = pki_key_pem(&e->leaf, NULL);
        CLEANUP_FREE char *broken = strdup(pem), *wrong = strdup(pem), *both = NULL;

        ck_assert_int_gt(asprintf(&both, "# key\n%s# chain\n%s", key_pem, pem), 0);
        ck_assert_int_eq(pki_write_certs(crt, chain, 2), 0);
        ck_assert_int_eq(pki_write_certs(cas, ca, 2), 0);
        ck_assert_int_eq(pki_write_key(key, &e->leaf, NULL), 0);
        ck_assert_int_eq(pki_write_key(locked, &e->leaf, "secret"), 0);
        ck_assert_int_eq(pki_write_key(other, &e->other, NULL), 0);
        ck_assert_int_eq(pki_write_pkcs12(p12, &e->leaf, shuffled, 3, "secret", "qm1"), 0);
        ck_assert_int_eq(pki_write_pkcs12(open_p12, &e->leaf, NULL, 0, "", NULL), 0);
        ck_assert_int_eq(pki_write_pkcs12(ca_p12, NULL, ca, 2, "secret", NULL), 0);
        ck_assert_int_eq(pki_write_file(der, e->leaf.der, e->leaf.der_len, 0600), 0);
        write_text(e, "both.pem", both, 0600);
        write_text(e, "both-open.pem", both, 0644);
        write_text(e, "group.key", key_pem, 0640);
        write_text(e, "world.key", key_pem, 0604);
        write_text(e, "empty", "", 0600);
        write_text(e, "text", "no certificate here\n", 0600);
        write_text(e, "keyonly.pem", key_pem, 0600);

        /* A block that ends in the middle, and one that is sound base64 but no certificate. */
        broken[strlen(broken) - 60] = '\0';
        write_text(e, "broken.pem", broken, 0600);
        memcpy(strstr(wrong, "-----\n") + 6, "AAAA", 4);
        write_text(e, "wrong.pem", wrong, 0600);
}

static Estate estate_new(void)
{
        Estate e = { .dir = pki_dir_new() };

        e.root = pki_issue(&(PkiOptions){ .cn = "Root", .ca = true });
        e.inter = pki_issue(&(PkiOptions){ .cn = "Inter", .ca = true, .issuer = &e.root });
        e.leaf = pki_issue(&(PkiOptions){ .cn = "QM1", .issuer = &e.inter });
        e.other = pki_issue(&(PkiOptions){ .cn = "Other", .ca = true });
        write_files(&e);
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

/* A problem names the file and says what to do behind a semicolon. */
static void check_problem(
        const char *row, int r, int expected, const char *problem, const char *file, const char *word)
{
        ck_assert_msg(r == expected, "%s: %s (%s)", row, strerror(-r), problem);
        ck_assert_msg(problem != NULL, "%s", row);
        ck_assert_msg(strstr(problem, file) != NULL, "%s: %s", row, problem);
        ck_assert_msg(strstr(problem, word) != NULL, "%s: %s", row, problem);
        ck_assert_msg(strchr(problem, ';') || strchr(problem, '?'), "%s: %s", row, problem);
        ck_assert_msg(strchr(problem, '\n') == NULL, "%s: %s", row, problem);
        ck_assert_msg(strstr(problem, "secret") == NULL || strstr(problem, "holds a secret"),
                "%s: %s", row, problem);
}

/* Trust stores */

static const struct {
        const char *name, *file, *passphrase;
        int r;
        size_t n;
        const char *word;
} stores[] = {
        { "PEM", "ca.pem", NULL, 0, 2, NULL },
        { "PEM that any may read", "both-open.pem", NULL, 0, 2, NULL },
        { "PEM with a passphrase that nobody needs", "ca.pem", "x", 0, 2, NULL },
        { "PKCS#12 by content, not by name", "ca.p12", "secret", 0, 2, NULL },
        { "PKCS#12 with a key", "leaf.p12", "secret", 0, 4, NULL },
        { "PKCS#12 with an empty passphrase", "open.p12", NULL, 0, 1, NULL },
        { "PKCS#12, wrong passphrase", "ca.p12", "wrong", -EKEYREJECTED, 0, "passphrase" },
        { "PKCS#12, no passphrase", "ca.p12", NULL, -ENOKEY, 0, "passphrase_file" },
        { "missing", "nowhere.pem", NULL, -ENOENT, 0, "No such file" },
        { "a directory", ".", NULL, -EISDIR, 0, "directory" },
        { "empty", "empty", NULL, -ENODATA, 0, "is empty" },
        { "plain text", "text", NULL, -EBADMSG, 0, "neither PEM nor PKCS#12" },
        { "DER", "leaf.der", NULL, -EBADMSG, 0, "-inform DER" },
        { "PEM without certificates", "keyonly.pem", NULL, -ENODATA, 0, "no certificate" },
        { "PEM that ends early", "broken.pem", NULL, -EBADMSG, 0, "PEM block 2" },
        { "a block that is no certificate", "wrong.pem", NULL, -EBADMSG, 0, "certificate 1" },
};

START_TEST(test_trust_store)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_FREE char *path = path_of(&e, stores[_i].file), *problem = NULL;
        CLEANUP(trust_store_cleanup) TrustStore *t = NULL;
        int r = trust_store_load(path, stores[_i].passphrase, &problem, &t);

        if (stores[_i].r < 0) {
                check_problem(stores[_i].name, r, stores[_i].r, problem, path, stores[_i].word);
                ck_assert_ptr_null(t);
                return;
        }
        ck_assert_msg(r == 0, "%s: %s", stores[_i].name, problem);
        ck_assert_uint_eq(trust_store_count(t), stores[_i].n);
        ck_assert_ptr_nonnull(trust_store_openssl(t));
        for (size_t i = 0; i < stores[_i].n; i++)
                ck_assert_str_ne(trust_store_facts(t, i)->subject_mq, "");
}
END_TEST

START_TEST(test_trust_store_order_and_copies)
{
        CLEANUP_ESTATE Estate e = estate_new();
        const PkiCert *list[] = { &e.inter, &e.root, &e.inter };
        CLEANUP_FREE char *path = path_of(&e, "order.pem"), *problem = NULL;
        CLEANUP(trust_store_cleanup) TrustStore *t = NULL;

        ck_assert_int_eq(pki_write_certs(path, list, 3), 0);
        ck_assert_int_eq(trust_store_load(path, NULL, &problem, &t), 0);
        ck_assert_uint_eq(trust_store_count(t), 3);
        ck_assert_str_eq(trust_store_facts(t, 0)->subject_mq, "CN=Inter");
        ck_assert_str_eq(trust_store_facts(t, 1)->subject_mq, "CN=Root");
        ck_assert_ptr_null(trust_store_free(NULL));
}
END_TEST

START_TEST(test_link_and_fifo)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_FREE char *link = path_of(&e, "link.pem"), *fifo = path_of(&e, "fifo"),
                          *problem = NULL, *other_problem = NULL;
        CLEANUP(trust_store_cleanup) TrustStore *t = NULL, *none = NULL;
        int r;

        ck_assert_int_eq(symlink("ca.pem", link), 0);
        ck_assert_int_eq(trust_store_load(link, NULL, &problem, &t), 0);
        ck_assert_uint_eq(trust_store_count(t), 2);
        /* With nobody at the other end: must not wait. */
        ck_assert_int_eq(mkfifo(fifo, 0600), 0);
        r = trust_store_load(fifo, NULL, &other_problem, &none);
        check_problem("a FIFO", r, -EINVAL, other_problem, fifo, "regular file");
}
END_TEST

START_TEST(test_too_large)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_FREE char *path = path_of(&e, "large"), *problem = NULL;
        CLEANUP(trust_store_cleanup) TrustStore *t = NULL;
        int r;

        write_text(&e, "large", "x", 0600);
        ck_assert_int_eq(truncate(path, CREDENTIAL_FILE_BYTES_MAX + 1), 0);
        r = trust_store_load(path, NULL, &problem, &t);
        check_problem("large", r, -EFBIG, problem, path, "larger than");
}
END_TEST

/* Identities */

static const struct {
        const char *name, *certificate, *key, *passphrase;
        int r;
        const char *file, *word;
} pems[] = {
        { "two files", "leaf.crt", "leaf.key", NULL, 0, NULL, NULL },
        { "one file", "both.pem", NULL, NULL, 0, NULL, NULL },
        { "an encrypted key", "leaf.crt", "locked.key", "secret", 0, NULL, NULL },
        { "a passphrase that nobody needs", "leaf.crt", "leaf.key", "secret", 0, NULL, NULL },
        { "wrong passphrase", "leaf.crt", "locked.key", "wrong", -EKEYREJECTED, "locked.key",
                "correct the passphrase" },
        { "no passphrase", "leaf.crt", "locked.key", NULL, -ENOKEY, "locked.key",
                "passphrase_file" },
        { "an empty passphrase", "leaf.crt", "locked.key", "", -EKEYREJECTED, "locked.key",
                "passphrase" },
        { "another's key", "leaf.crt", "other.key", NULL, -EKEYREJECTED, "other.key",
                "does not match" },
        { "a key that the group can read", "leaf.crt", "group.key", NULL, -EPERM, "group.key",
                "chmod 600" },
        { "a key that others can read", "leaf.crt", "world.key", NULL, -EPERM, "world.key",
                "0604" },
        { "one file that others can read", "both-open.pem", NULL, NULL, -EPERM, "both-open.pem",
                "chmod 600" },
        { "no key in the one file", "leaf.crt", "ca.pem", NULL, -EPERM, "ca.pem", "chmod" },
        { "no key in its file", "leaf.crt", "text", NULL, -EBADMSG, "text", "no private key" },
        { "empty key file", "leaf.crt", "empty", NULL, -EBADMSG, "empty", "no private key" },
        { "missing key", "leaf.crt", "nowhere.key", NULL, -ENOENT, "nowhere.key", "No such file" },
        { "missing certificate", "nowhere.crt", "leaf.key", NULL, -ENOENT, "nowhere.crt",
                "No such file" },
        { "no certificate", "keyonly.pem", NULL, NULL, -ENODATA, "keyonly.pem", "no certificate" },
        { "a certificate that is PKCS#12", "leaf.p12", "leaf.key", NULL, -EBADMSG, "leaf.p12",
                "pkcs12 =" },
        { "a certificate that ends early", "broken.pem", "leaf.key", NULL, -EBADMSG, "broken.pem",
                "damaged" },
};

START_TEST(test_identity_pem)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_FREE char *crt = path_of(&e, pems[_i].certificate),
                          *key = pems[_i].key ? path_of(&e, pems[_i].key) : NULL, *problem = NULL;
        CLEANUP(identity_cleanup) Identity *i = NULL;
        int r = identity_load_pem(crt, key, pems[_i].passphrase, &problem, &i);

        if (pems[_i].r < 0) {
                check_problem(pems[_i].name, r, pems[_i].r, problem, pems[_i].file, pems[_i].word);
                ck_assert_ptr_null(i);
                return;
        }
        ck_assert_msg(r == 0, "%s: %s", pems[_i].name, problem);
        ck_assert_str_eq(identity_facts(i)->subject_mq, "CN=QM1");
        ck_assert_int_eq(X509_cmp(identity_openssl_certificate(i), e.leaf.x509), 0);
        ck_assert_int_eq(EVP_PKEY_eq(identity_openssl_key(i), e.leaf.key), 1);
        ck_assert_int_eq(sk_X509_num(identity_openssl_chain(i)), 1);
        ck_assert_int_eq(
                X509_cmp(sk_X509_value(identity_openssl_chain(i), 0), e.inter.x509), 0);
}
END_TEST

static const struct {
        const char *name, *file, *passphrase;
        int r;
        const char *word;
        int n_chain;
} pkcs12s[] = {
        { "with its chain in the right order, and no more", "leaf.p12", "secret", 0, NULL, 1 },
        { "an empty passphrase", "open.p12", "", 0, NULL, 0 },
        { "no passphrase for an empty one", "open.p12", NULL, 0, NULL, 0 },
        { "wrong passphrase", "leaf.p12", "wrong", -EKEYREJECTED, "correct the passphrase", 0 },
        { "no passphrase", "leaf.p12", NULL, -ENOKEY, "passphrase_credential", 0 },
        { "no key", "ca.p12", "secret", -ENOKEY, "no private key", 0 },
        { "PEM", "both.pem", NULL, -EBADMSG, "certificate =", 0 },
        { "empty", "empty", NULL, -ENODATA, "is empty", 0 },
        { "plain text", "text", NULL, -EBADMSG, "neither", 0 },
        { "missing", "nowhere.p12", NULL, -ENOENT, "No such file", 0 },
};

START_TEST(test_identity_pkcs12)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_FREE char *path = path_of(&e, pkcs12s[_i].file), *problem = NULL;
        CLEANUP(identity_cleanup) Identity *i = NULL;
        int r = identity_load_pkcs12(path, pkcs12s[_i].passphrase, &problem, &i);

        if (pkcs12s[_i].r < 0) {
                check_problem(pkcs12s[_i].name, r, pkcs12s[_i].r, problem, path, pkcs12s[_i].word);
                ck_assert_ptr_null(i);
                return;
        }
        ck_assert_msg(r == 0, "%s: %s", pkcs12s[_i].name, problem);
        ck_assert_str_eq(identity_facts(i)->subject_mq, "CN=QM1");
        ck_assert_int_eq(EVP_PKEY_eq(identity_openssl_key(i), e.leaf.key), 1);
        ck_assert_int_eq(sk_X509_num(identity_openssl_chain(i)), pkcs12s[_i].n_chain);
        if (pkcs12s[_i].n_chain > 0)
                ck_assert_int_eq(
                        X509_cmp(sk_X509_value(identity_openssl_chain(i), 0), e.inter.x509), 0);
}
END_TEST

START_TEST(test_pkcs12_that_others_can_read)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_FREE char *path = path_of(&e, "leaf.p12"), *problem = NULL;
        CLEANUP(identity_cleanup) Identity *i = NULL;
        int r;

        ck_assert_int_eq(chmod(path, 0644), 0);
        r = identity_load_pkcs12(path, "secret", &problem, &i);
        check_problem("readable", r, -EPERM, problem, path, "chmod 600");
        ck_assert_ptr_null(identity_free(NULL));
}
END_TEST

/* Every file once cut at each length: a problem, never a crash, never half an identity. */
START_TEST(test_truncated_pkcs12)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_FREE char *path = path_of(&e, "leaf.p12");
        struct stat st;

        ck_assert_int_eq(stat(path, &st), 0);
        for (off_t n = st.st_size - 1; n >= 0; n -= 13) {
                CLEANUP_FREE char *problem = NULL;
                CLEANUP(identity_cleanup) Identity *i = NULL;

                ck_assert_int_eq(truncate(path, n), 0);
                ck_assert_int_lt(identity_load_pkcs12(path, "secret", &problem, &i), 0);
                ck_assert_ptr_nonnull(problem);
                ck_assert_ptr_null(i);
        }
}
END_TEST

/* Passphrases */

static const struct {
        const char *name, *content;
        size_t len;
        unsigned mode;
        int r;
        const char *expected; /* the passphrase, or a word of the problem */
} passphrases[] = {
        { "a line", "secret\n", 7, 0600, 0, "secret" },
        { "without a line end", "secret", 6, 0400, 0, "secret" },
        { "of Windows", "secret\r\n", 8, 0600, 0, "secret" },
        { "only the first line", "first\nsecond\n", 13, 0600, 0, "first" },
        { "blanks belong to it", " a b \n", 6, 0600, 0, " a b " },
        { "UTF-8", "p\xc3\xa4ss\n", 6, 0600, 0, "p\xc3\xa4ss" },
        { "empty file", "", 0, 0600, -ENODATA, "empty first line" },
        { "empty line", "\nsecret\n", 8, 0600, -ENODATA, "empty first line" },
        { "a NUL", "sec\0ret\n", 8, 0600, -EINVAL, "NUL" },
        { "group can read", "secret\n", 7, 0640, -EPERM, "chmod 600" },
        { "others can read", "secret\n", 7, 0604, -EPERM, "chmod 600" },
        { "group can write", "secret\n", 7, 0620, -EPERM, "chmod 600" },
};

START_TEST(test_passphrase)
{
        CLEANUP_ESTATE Estate e = { .dir = pki_dir_new() };
        CLEANUP_FREE char *path = path_of(&e, "pass"), *problem = NULL;
        char *passphrase = NULL;
        int r;

        ck_assert_int_eq(pki_write_file(path, passphrases[_i].content, passphrases[_i].len,
                                 passphrases[_i].mode),
                0);
        r = credential_read_passphrase(path, &problem, &passphrase);
        if (passphrases[_i].r < 0) {
                check_problem(passphrases[_i].name, r, passphrases[_i].r, problem, path,
                        passphrases[_i].expected);
                ck_assert_ptr_null(passphrase);
                return;
        }
        ck_assert_msg(r == 0, "%s: %s", passphrases[_i].name, problem);
        ck_assert_str_eq(passphrase, passphrases[_i].expected);
        ck_assert_ptr_null(credential_passphrase_free(passphrase));
}
END_TEST

/*
 * systemd gives a service's user its credentials by an access list, whose mask shows as the group's
 * bits. Entries of linux/posix_acl_xattr.h: tag, permissions, id.
 */
static const struct {
        const char *name;
        unsigned tag, id;
        int r;
} lists[] = {
        { "we ourselves may read, as systemd arranges it", 0x02, 0, 0 },
        { "another user may read", 0x02, 12345, -EPERM },
        { "another group may read", 0x08, 12345, -EPERM },
};

START_TEST(test_access_list)
{
        unsigned id = lists[_i].id ? lists[_i].id : geteuid();
        const uint8_t acl[] = { 2, 0, 0, 0,                              /* version */
                0x01, 0, 4, 0, 0xFF, 0xFF, 0xFF, 0xFF,                   /* owner: r */
                (uint8_t) (lists[_i].tag == 0x02 ? 0x02 : 0x04), 0,      /* user, or group: r */
                lists[_i].tag == 0x02 ? 4 : 0, 0, (uint8_t) id, (uint8_t) (id >> 8),
                (uint8_t) (id >> 16), (uint8_t) (id >> 24),
                (uint8_t) (lists[_i].tag == 0x02 ? 0x04 : 0x08), 0,
                lists[_i].tag == 0x02 ? 0 : 4, 0, (uint8_t) id, (uint8_t) (id >> 8),
                (uint8_t) (id >> 16), (uint8_t) (id >> 24),
                0x10, 0, 4, 0, 0xFF, 0xFF, 0xFF, 0xFF,                   /* mask: r */
                0x20, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF };                 /* others: nothing */
        CLEANUP_ESTATE Estate e = { .dir = pki_dir_new() };
        CLEANUP_FREE char *path = path_of(&e, "pass"), *problem = NULL;
        char *passphrase = NULL;
        struct stat st;
        int r;

        write_text(&e, "pass", "secret\n", 0400);
        if (setxattr(path, "system.posix_acl_access", acl, sizeof(acl), 0) < 0) {
                ck_assert_int_eq(errno, EOPNOTSUPP); /* a file system without access lists */
                return;
        }
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert_uint_eq(st.st_mode & 07777U, 0440);
        r = credential_read_passphrase(path, &problem, &passphrase);
        ck_assert_msg(r == lists[_i].r, "%s: %s", lists[_i].name, problem);
        credential_passphrase_free(passphrase);
}
END_TEST

START_TEST(test_long_passphrase)
{
        CLEANUP_ESTATE Estate e = { .dir = pki_dir_new() };
        CLEANUP_FREE char *path = path_of(&e, "pass"), *problem = NULL;
        char text[CREDENTIAL_PASSPHRASE_BYTES_MAX + 2] = { 0 };
        char *passphrase = NULL;
        int r;

        memset(text, 'x', sizeof(text) - 1);
        write_text(&e, "pass", text, 0600);
        r = credential_read_passphrase(path, &problem, &passphrase);
        check_problem("long", r, -EFBIG, problem, path, "longer than");
        free(STEAL(problem));
        text[CREDENTIAL_PASSPHRASE_BYTES_MAX] = '\0';
        write_text(&e, "pass", text, 0600);
        ck_assert_int_eq(credential_read_passphrase(path, &problem, &passphrase), 0);
        ck_assert_uint_eq(strlen(passphrase), CREDENTIAL_PASSPHRASE_BYTES_MAX);
        credential_passphrase_free(passphrase);
        ck_assert_ptr_null(credential_passphrase_free(NULL));
}
END_TEST

START_TEST(test_missing_passphrase_file)
{
        CLEANUP_FREE char *problem = NULL;
        char *passphrase = NULL;
        int r = credential_read_passphrase("/nonexistent/pass", &problem, &passphrase);

        check_problem("missing", r, -ENOENT, problem, "/nonexistent/pass", "No such file");
}
END_TEST

static Suite *make_suite(void)
{
        Suite *s = suite_create("credential");
        TCase *t = tcase_create("credential");

        tcase_add_loop_test(t, test_trust_store, 0, ARRAY_LEN(stores));
        tcase_add_test(t, test_trust_store_order_and_copies);
        tcase_add_test(t, test_link_and_fifo);
        tcase_add_test(t, test_too_large);
        tcase_add_loop_test(t, test_identity_pem, 0, ARRAY_LEN(pems));
        tcase_add_loop_test(t, test_identity_pkcs12, 0, ARRAY_LEN(pkcs12s));
        tcase_add_test(t, test_pkcs12_that_others_can_read);
        tcase_add_test(t, test_truncated_pkcs12);
        tcase_add_loop_test(t, test_passphrase, 0, ARRAY_LEN(passphrases));
        tcase_add_loop_test(t, test_access_list, 0, ARRAY_LEN(lists));
        tcase_add_test(t, test_long_passphrase);
        tcase_add_test(t, test_missing_passphrase_file);
        tcase_set_timeout(t, 60);
        suite_add_tcase(s, t);
        return s;
}

int main(void)
{
        return suite_run(make_suite());
}
