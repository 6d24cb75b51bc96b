/* SPDX-License-Identifier: MIT */
#include <openssl/x509v3.h>
#include <string.h>

#include "tests/support/pki.h"
#include "tests/support/suite.h"
#include "x509/chain.h"

enum {
        DAY = 86400,
};

/* A chain that is good, and what the rows below replace in it. */
typedef struct Estate {
        char *dir;
        PkiCert root, inter, leaf;
        PkiCert other_root; /* nobody's */
} Estate;

static Estate estate_new(void)
{
        Estate e = { .dir = pki_dir_new() };

        e.root = pki_issue(&(PkiOptions){ .cn = "Root", .o = "Example", .ca = true });
        e.inter = pki_issue(
                &(PkiOptions){ .cn = "Intermediate", .o = "Example", .ca = true, .issuer = &e.root,
                        .not_after = PKI_AT(PKI_NOW + 200 * DAY) });
        e.leaf = pki_issue(&(PkiOptions){ .cn = "QM1", .o = "Example", .issuer = &e.inter,
                .not_after = PKI_AT(PKI_NOW + 300 * DAY) });
        e.other_root = pki_issue(&(PkiOptions){ .cn = "Other", .ca = true });
        return e;
}

static void estate_done(Estate *e)
{
        pki_cert_done(&e->root);
        pki_cert_done(&e->inter);
        pki_cert_done(&e->leaf);
        pki_cert_done(&e->other_root);
        pki_dir_remove(e->dir);
}

#define CLEANUP_ESTATE CLEANUP(estate_done)

/* Certificates by pointer, NULL ends a list. */
#define LIST(...) ((const PkiCert *const[]){ __VA_ARGS__, NULL })

static size_t list_len(const PkiCert *const *list)
{
        size_t n = 0;

        while (list[n])
                n++;
        return n;
}

static TrustStore *trust(const Estate *e, const PkiCert *const *list)
{
        CLEANUP_FREE char *path = pki_path(e->dir, "trust.pem");
        CLEANUP_FREE char *problem = NULL;
        TrustStore *t = NULL;

        ck_assert_int_eq(pki_write_certs(path, list, list_len(list)), 0);
        ck_assert_msg(trust_store_load(path, NULL, &problem, &t) == 0, "%s", problem);
        return t;
}

static ChainFacts *inspect_at(
        const PkiCert *const *sent, const TrustStore *t, int64_t at)
{
        DerCert der[128];
        size_t n = list_len(sent);
        ChainFacts *c = NULL;

        ck_assert_uint_le(n, ARRAY_LEN(der));
        for (size_t i = 0; i < n; i++)
                der[i] = (DerCert){ sent[i]->der, sent[i]->der_len };
        ck_assert_int_eq(chain_inspect(der, n, t, at, &c), 0);
        ck_assert_uint_eq(c->n_certs_sent, n);
        return c;
}

static ChainFacts *inspect(
        const Estate *e, const PkiCert *const *sent, const PkiCert *const *trusted)
{
        CLEANUP(trust_store_cleanup) TrustStore *t = trust(e, trusted);

        return inspect_at(sent, t, PKI_NOW);
}

/* What is expected of each position, -1 ends; `all` also of what was not sent. */
static void check_errors(const ChainFacts *c, unsigned all, const unsigned *errors)
{
        ck_assert_msg(c->errors == all, "errors %x, not %x", c->errors, all);
        ck_assert(c->judged);
        ck_assert(c->verified == (all == 0));
        for (size_t i = 0; i < c->n_certs; i++) {
                ck_assert_msg(c->certs[i].errors == errors[i], "position %zu: %x (%s), not %x", i,
                        c->certs[i].errors, c->certs[i].error_text, errors[i]);
                ck_assert((c->certs[i].errors != 0) == (c->certs[i].error_text != NULL));
        }
}

#define CHECK_ERRORS(c, all, ...) check_errors((c), (all), (const unsigned[]){ __VA_ARGS__ })

/* Chains as they should be */

START_TEST(test_complete_chain)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP(chain_facts_cleanup) ChainFacts *c =
                inspect(&e, LIST(&e.leaf, &e.inter, &e.root), LIST(&e.root));

        CHECK_ERRORS(c, 0, 0, 0, 0);
        ck_assert_uint_eq(c->n_certs, 3);
        ck_assert(c->ordered);
        ck_assert_uint_eq(c->n_extra, 0);
        ck_assert_int_eq(c->certs[0].role, CHAIN_ROLE_LEAF);
        ck_assert_int_eq(c->certs[1].role, CHAIN_ROLE_INTERMEDIATE);
        ck_assert_int_eq(c->certs[2].role, CHAIN_ROLE_ROOT);
        ck_assert(c->has_leaf && c->has_presented && c->has_verified);
        ck_assert_int_eq(c->leaf_not_after_at, PKI_NOW + 300 * DAY);
        ck_assert_int_eq(c->presented_not_after_at, PKI_NOW + 200 * DAY);
        ck_assert_int_eq(c->verified_not_after_at, PKI_NOW + 200 * DAY);
        ck_assert_ptr_null(c->missing_issuer);
}
END_TEST

START_TEST(test_root_not_sent)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP(chain_facts_cleanup) ChainFacts *c =
                inspect(&e, LIST(&e.leaf, &e.inter), LIST(&e.other_root, &e.root));

        CHECK_ERRORS(c, 0, 0, 0);
        ck_assert(c->ordered && c->has_verified);
}
END_TEST

START_TEST(test_intermediate_from_the_trust_file)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP(chain_facts_cleanup) ChainFacts *c =
                inspect(&e, LIST(&e.leaf), LIST(&e.root, &e.inter));

        CHECK_ERRORS(c, 0, 0);
        /* It counts although it was not sent. */
        ck_assert_int_eq(c->presented_not_after_at, PKI_NOW + 300 * DAY);
        ck_assert_int_eq(c->verified_not_after_at, PKI_NOW + 200 * DAY);
}
END_TEST

START_TEST(test_trusted_self_signed_leaf)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_PKI PkiCert self = pki_issue(&(PkiOptions){ .cn = "QM1" });
        CLEANUP(chain_facts_cleanup) ChainFacts *c = inspect(&e, LIST(&self), LIST(&self));

        CHECK_ERRORS(c, 0, 0);
        ck_assert_int_eq(c->certs[0].role, CHAIN_ROLE_LEAF);
        ck_assert(c->has_verified);
}
END_TEST

START_TEST(test_without_trust)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP(chain_facts_cleanup) ChainFacts *c =
                inspect_at(LIST(&e.leaf, &e.inter), NULL, PKI_NOW + 9999 * (int64_t) DAY);

        ck_assert(!c->judged && !c->verified && !c->has_verified);
        ck_assert_uint_eq(c->errors, 0);
        ck_assert(c->has_leaf && c->has_presented && c->ordered);
}
END_TEST

START_TEST(test_empty)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP(trust_store_cleanup) TrustStore *t = trust(&e, LIST(&e.root));
        CLEANUP(chain_facts_cleanup) ChainFacts *c = NULL;

        ck_assert_int_eq(chain_inspect(NULL, 0, t, PKI_NOW, &c), 0);
        ck_assert(c->judged && !c->verified && !c->has_leaf && !c->has_presented);
        ck_assert_uint_eq(c->n_certs, 0);
}
END_TEST

/* Who is missing? */

START_TEST(test_missing_intermediate)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP(chain_facts_cleanup) ChainFacts *c = inspect(&e, LIST(&e.leaf), LIST(&e.root));

        CHECK_ERRORS(c, CHAIN_ERROR_MISSING_INTERMEDIATE, CHAIN_ERROR_MISSING_INTERMEDIATE);
        ck_assert_str_eq(c->missing_issuer, "CN=Intermediate,O=Example");
        ck_assert(!c->has_verified);
        ck_assert(c->has_leaf);
}
END_TEST

START_TEST(test_issuer_of_the_last_is_unknown)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP(chain_facts_cleanup) ChainFacts *c =
                inspect(&e, LIST(&e.leaf, &e.inter), LIST(&e.other_root));

        CHECK_ERRORS(c, CHAIN_ERROR_MISSING_INTERMEDIATE, 0, CHAIN_ERROR_MISSING_INTERMEDIATE);
        ck_assert_str_eq(c->missing_issuer, "CN=Root,O=Example");
}
END_TEST

START_TEST(test_intermediate_missing_although_the_trusted_root_was_sent)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP(chain_facts_cleanup) ChainFacts *c =
                inspect(&e, LIST(&e.leaf, &e.root), LIST(&e.root));

        CHECK_ERRORS(c, CHAIN_ERROR_MISSING_INTERMEDIATE, CHAIN_ERROR_MISSING_INTERMEDIATE, 0);
        ck_assert_int_eq(c->certs[1].role, CHAIN_ROLE_EXTRA);
}
END_TEST

START_TEST(test_unknown_root_sent)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP(chain_facts_cleanup) ChainFacts *c =
                inspect(&e, LIST(&e.leaf, &e.inter, &e.root), LIST(&e.other_root));

        CHECK_ERRORS(c, CHAIN_ERROR_UNTRUSTED_ISSUER, 0, 0, CHAIN_ERROR_UNTRUSTED_ISSUER);
        ck_assert_ptr_null(c->missing_issuer);
        ck_assert(!c->has_verified);
}
END_TEST

START_TEST(test_unknown_root_sent_without_the_intermediate)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP(chain_facts_cleanup) ChainFacts *c =
                inspect(&e, LIST(&e.leaf, &e.root), LIST(&e.other_root));

        CHECK_ERRORS(c, CHAIN_ERROR_UNTRUSTED_ISSUER, 0, CHAIN_ERROR_UNTRUSTED_ISSUER);
}
END_TEST

START_TEST(test_only_the_intermediate_is_trusted)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP(chain_facts_cleanup) ChainFacts *c =
                inspect(&e, LIST(&e.leaf, &e.inter), LIST(&e.inter));
        CLEANUP(chain_facts_cleanup) ChainFacts *alone =
                inspect(&e, LIST(&e.leaf), LIST(&e.inter));

        /* MQ wants the signers up to the root. */
        CHECK_ERRORS(c, CHAIN_ERROR_MISSING_INTERMEDIATE, 0, CHAIN_ERROR_MISSING_INTERMEDIATE);
        ck_assert_str_eq(c->missing_issuer, "CN=Root,O=Example");
        CHECK_ERRORS(alone, CHAIN_ERROR_MISSING_INTERMEDIATE, 0);
        ck_assert_str_eq(alone->missing_issuer, "CN=Root,O=Example");
}
END_TEST

START_TEST(test_self_signed_leaf)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_PKI PkiCert self = pki_issue(&(PkiOptions){ .cn = "QM1" });
        CLEANUP(chain_facts_cleanup) ChainFacts *c = inspect(&e, LIST(&self), LIST(&e.root));

        CHECK_ERRORS(c, CHAIN_ERROR_SELF_SIGNED, CHAIN_ERROR_SELF_SIGNED);
        ck_assert(!c->has_verified && c->has_leaf);
}
END_TEST

/* Dates */

static const struct {
        const char *name;
        int64_t at;
        unsigned leaf, inter, root;
} instants[] = {
        { "before the root begins", 99, CHAIN_ERROR_NOT_YET_VALID, CHAIN_ERROR_NOT_YET_VALID,
                CHAIN_ERROR_NOT_YET_VALID },
        { "the root's first second", 100, CHAIN_ERROR_NOT_YET_VALID, CHAIN_ERROR_NOT_YET_VALID, 0 },
        { "the intermediate's first second", 200, CHAIN_ERROR_NOT_YET_VALID, 0, 0 },
        { "the leaf's first second", 300, 0, 0, 0 },
        { "the leaf's last second", 400, 0, 0, 0 },
        { "a second later", 401, CHAIN_ERROR_EXPIRED, 0, 0 },
        { "the intermediate's last second", 500, CHAIN_ERROR_EXPIRED, 0, 0 },
        { "the intermediate expires", 501, CHAIN_ERROR_EXPIRED, CHAIN_ERROR_EXPIRED, 0 },
        { "the root expires", 601, CHAIN_ERROR_EXPIRED, CHAIN_ERROR_EXPIRED, CHAIN_ERROR_EXPIRED },
        { "before 1970", -1, CHAIN_ERROR_NOT_YET_VALID, CHAIN_ERROR_NOT_YET_VALID,
                CHAIN_ERROR_NOT_YET_VALID },
        { "the year 9999", INT64_C(253402300799), CHAIN_ERROR_EXPIRED, CHAIN_ERROR_EXPIRED,
                CHAIN_ERROR_EXPIRED },
};

START_TEST(test_dates)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_PKI PkiCert root = pki_issue(&(PkiOptions){ .cn = "R", .ca = true,
                .not_before = PKI_AT(100), .not_after = PKI_AT(600) });
        CLEANUP_PKI PkiCert inter = pki_issue(&(PkiOptions){ .cn = "I", .ca = true, .issuer = &root,
                .not_before = PKI_AT(200), .not_after = PKI_AT(500) });
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){ .cn = "L", .issuer = &inter,
                .not_before = PKI_AT(300), .not_after = PKI_AT(400) });
        CLEANUP(trust_store_cleanup) TrustStore *t = trust(&e, LIST(&root));
        CLEANUP(chain_facts_cleanup) ChainFacts *c =
                inspect_at(LIST(&leaf, &inter), t, instants[_i].at);

        CHECK_ERRORS(c, instants[_i].leaf | instants[_i].inter | instants[_i].root,
                instants[_i].leaf, instants[_i].inter);
        /* The path is known however late it is. */
        ck_assert(c->has_verified);
        ck_assert_int_eq(c->verified_not_after_at, 400);
}
END_TEST

START_TEST(test_extreme_dates)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_PKI PkiCert root = pki_issue(&(PkiOptions){ .cn = "R", .ca = true,
                .not_before = PKI_AT(INT64_C(-3000000000)),
                .not_after = PKI_AT(INT64_C(253402300799)) });
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){ .cn = "L", .issuer = &root,
                .not_before = PKI_AT(INT64_C(-2500000000)),
                .not_after = PKI_AT(INT64_C(253402300799)) });
        CLEANUP(chain_facts_cleanup) ChainFacts *c = inspect(&e, LIST(&leaf), LIST(&root));

        CHECK_ERRORS(c, 0, 0);
        ck_assert_int_eq(c->verified_not_after_at, INT64_C(253402300799));
}
END_TEST

START_TEST(test_impossible_date)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){ .cn = "L", .issuer = &e.inter,
                .not_after = PKI_UTC_RAW("261301000000Z") });
        CLEANUP_PKI PkiCert offset = pki_issue(&(PkiOptions){ .cn = "L", .issuer = &e.inter,
                .not_after = PKI_UTC_RAW("300101000000+0100") });
        CLEANUP(chain_facts_cleanup) ChainFacts *c =
                inspect(&e, LIST(&leaf, &e.inter), LIST(&e.root));
        CLEANUP(chain_facts_cleanup) ChainFacts *other =
                inspect(&e, LIST(&offset, &e.inter), LIST(&e.root));

        CHECK_ERRORS(c, CHAIN_ERROR_MALFORMED, CHAIN_ERROR_MALFORMED, 0);
        ck_assert(!c->has_leaf);
        ck_assert(!c->has_presented); /* the intermediate's end is not the chain's */
        ck_assert(!c->has_verified);
        CHECK_ERRORS(other, CHAIN_ERROR_MALFORMED, CHAIN_ERROR_MALFORMED, 0);
        ck_assert(!other->has_leaf);
}
END_TEST

START_TEST(test_renewed_authority)
{
        CLEANUP_ESTATE Estate e = estate_new();
        EVP_PKEY *key = pki_key(PKI_KEY_P256, 1);
        CLEANUP_PKI PkiCert old = pki_issue(&(PkiOptions){ .cn = "R", .ca = true, .key = key,
                .not_before = PKI_AT(0), .not_after = PKI_AT(1000) });
        CLEANUP_PKI PkiCert new = pki_issue(&(PkiOptions){ .cn = "R", .ca = true, .key = key });
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){ .cn = "L", .issuer = &new });
        CLEANUP(chain_facts_cleanup) ChainFacts *c = inspect(&e, LIST(&leaf), LIST(&old, &new));
        CLEANUP(chain_facts_cleanup) ChainFacts *late = inspect(&e, LIST(&leaf), LIST(&old));

        CHECK_ERRORS(c, 0, 0);
        CHECK_ERRORS(late, CHAIN_ERROR_EXPIRED, 0);
        ck_assert(late->has_verified && late->verified_not_after_at == 1000);
}
END_TEST

/* Signatures */

START_TEST(test_damaged_signatures)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_PKI PkiCert leaf = pki_issue(
                &(PkiOptions){ .cn = "L", .issuer = &e.inter, .damage_signature = true });
        CLEANUP_PKI PkiCert inter = pki_issue(&(PkiOptions){ .cn = "Intermediate", .o = "Example",
                .ca = true, .issuer = &e.root, .key = e.inter.key, .damage_signature = true });
        CLEANUP(chain_facts_cleanup) ChainFacts *c =
                inspect(&e, LIST(&leaf, &e.inter), LIST(&e.root));
        CLEANUP(chain_facts_cleanup) ChainFacts *between =
                inspect(&e, LIST(&e.leaf, &inter), LIST(&e.root));

        CHECK_ERRORS(c, CHAIN_ERROR_BAD_SIGNATURE, CHAIN_ERROR_BAD_SIGNATURE, 0);
        ck_assert(!c->has_verified);
        CHECK_ERRORS(between, CHAIN_ERROR_BAD_SIGNATURE, 0, CHAIN_ERROR_BAD_SIGNATURE);
}
END_TEST

/* The trust file holds an authority of the same name, but of another key. */
START_TEST(test_same_name_other_key)
{
        bool no_key_ids = _i == 1;
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_PKI PkiCert real =
                pki_issue(&(PkiOptions){ .cn = "CA", .ca = true, .no_key_ids = no_key_ids });
        CLEANUP_PKI PkiCert false_one =
                pki_issue(&(PkiOptions){ .cn = "CA", .ca = true, .no_key_ids = no_key_ids });
        CLEANUP_PKI PkiCert leaf = pki_issue(
                &(PkiOptions){ .cn = "L", .issuer = &false_one, .no_key_ids = no_key_ids });
        CLEANUP(chain_facts_cleanup) ChainFacts *c = inspect(&e, LIST(&leaf), LIST(&real));
        CLEANUP(chain_facts_cleanup) ChainFacts *both =
                inspect(&e, LIST(&leaf), LIST(&real, &false_one));
        CLEANUP(chain_facts_cleanup) ChainFacts *reversed =
                inspect(&e, LIST(&leaf), LIST(&false_one, &real));

        CHECK_ERRORS(c, CHAIN_ERROR_BAD_SIGNATURE, CHAIN_ERROR_BAD_SIGNATURE);
        ck_assert(!c->has_verified);
        ck_assert_ptr_null(c->missing_issuer);
        /* Where both are trusted, the right one is found in either order. */
        CHECK_ERRORS(both, 0, 0);
        CHECK_ERRORS(reversed, 0, 0);
}
END_TEST

/* Usage */

static const struct {
        const char *name;
        PkiOptions leaf, inter;
        unsigned leaf_errors, inter_errors;
} usages[] = {
        { "server and client", { .ext_key_usage = "serverAuth,clientAuth" }, { .cn = NULL }, 0, 0 },
        { "only client", { .ext_key_usage = "clientAuth" }, { .cn = NULL },
                CHAIN_ERROR_BAD_KEY_USAGE, 0 },
        { "no key usage at all", { .key_usage = "" }, { .cn = NULL }, 0, 0 },
        { "key encipherment", { .key_usage = "keyEncipherment" }, { .cn = NULL }, 0, 0 },
        { "neither signature nor encipherment", { .key_usage = "critical,cRLSign" },
                { .cn = NULL }, CHAIN_ERROR_BAD_KEY_USAGE, 0 },
        { "an authority that is none", { .cn = NULL }, { .basic_constraints = "CA:FALSE" }, 0,
                CHAIN_ERROR_BAD_KEY_USAGE },
        { "an authority that does not say so", { .cn = NULL },
                { .basic_constraints = "", .key_usage = "digitalSignature" }, 0,
                CHAIN_ERROR_BAD_KEY_USAGE },
        { "an authority that may not sign", { .cn = NULL }, { .key_usage = "digitalSignature" }, 0,
                CHAIN_ERROR_BAD_KEY_USAGE },
        { "weak digests are not our word", { .digest = "MD5" },
                { .digest = "SHA1", .key_kind = PKI_KEY_RSA1024 }, 0, 0 },
        { "weak keys neither", { .key_kind = PKI_KEY_RSA1024 }, { .key_kind = PKI_KEY_RSA1024 },
                0, 0 },
};

START_TEST(test_usages)
{
        CLEANUP_ESTATE Estate e = estate_new();
        PkiOptions io = usages[_i].inter, lo = usages[_i].leaf;
        unsigned all = usages[_i].leaf_errors | usages[_i].inter_errors;

        io.cn = "I";
        io.ca = true;
        io.issuer = &e.root;
        CLEANUP_PKI PkiCert inter = pki_issue(&io);
        lo.cn = "L";
        lo.issuer = &inter;
        CLEANUP_PKI PkiCert leaf = pki_issue(&lo);
        CLEANUP(chain_facts_cleanup) ChainFacts *c =
                inspect(&e, LIST(&leaf, &inter), LIST(&e.root));

        CHECK_ERRORS(c, all, usages[_i].leaf_errors, usages[_i].inter_errors);
        ck_assert(c->has_verified);
}
END_TEST

START_TEST(test_everything_is_collected)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_PKI PkiCert inter = pki_issue(&(PkiOptions){ .cn = "I", .ca = true,
                .issuer = &e.other_root, .basic_constraints = "CA:FALSE",
                .not_before = PKI_AT(0), .not_after = PKI_AT(1) });
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){ .cn = "L", .issuer = &inter,
                .ext_key_usage = "clientAuth", .not_before = PKI_AT(PKI_NOW + 1) });
        CLEANUP(chain_facts_cleanup) ChainFacts *c =
                inspect(&e, LIST(&leaf, &inter, &e.other_root), LIST(&e.root));

        CHECK_ERRORS(c,
                CHAIN_ERROR_NOT_YET_VALID | CHAIN_ERROR_BAD_KEY_USAGE | CHAIN_ERROR_EXPIRED |
                        CHAIN_ERROR_UNTRUSTED_ISSUER,
                CHAIN_ERROR_NOT_YET_VALID | CHAIN_ERROR_BAD_KEY_USAGE,
                CHAIN_ERROR_EXPIRED | CHAIN_ERROR_BAD_KEY_USAGE, CHAIN_ERROR_UNTRUSTED_ISSUER);
        ck_assert_ptr_nonnull(strstr(c->certs[1].error_text, "; "));
        ck_assert_ptr_null(strchr(c->certs[1].error_text, '\n'));
}
END_TEST

/* Order, superfluous ones, many, garbage */

START_TEST(test_out_of_order)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP(chain_facts_cleanup) ChainFacts *c =
                inspect(&e, LIST(&e.leaf, &e.root, &e.inter), LIST(&e.root));

        CHECK_ERRORS(c, 0, 0, 0, 0);
        ck_assert(!c->ordered);
        ck_assert_uint_eq(c->n_extra, 0);
        ck_assert_int_eq(c->certs[1].role, CHAIN_ROLE_ROOT);
        ck_assert_int_eq(c->certs[2].role, CHAIN_ROLE_INTERMEDIATE);
}
END_TEST

START_TEST(test_extra_certificates)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_PKI PkiCert stale = pki_issue(&(PkiOptions){
                .cn = "Stale", .not_before = PKI_AT(0), .not_after = PKI_AT(1) });
        CLEANUP(chain_facts_cleanup) ChainFacts *c =
                inspect(&e, LIST(&e.leaf, &e.inter, &stale, &e.leaf), LIST(&e.root));

        CHECK_ERRORS(c, 0, 0, 0, 0, 0);
        ck_assert(!c->ordered);
        ck_assert_uint_eq(c->n_extra, 2);
        ck_assert_int_eq(c->certs[2].role, CHAIN_ROLE_EXTRA);
        ck_assert_int_eq(c->certs[3].role, CHAIN_ROLE_EXTRA);
        ck_assert_int_eq(c->presented_not_after_at, 1);
        ck_assert_int_eq(c->verified_not_after_at, PKI_NOW + 200 * DAY);
}
END_TEST

/* A leaf under so many intermediates. */
static ChainFacts *inspect_long(const Estate *e, size_t n_inter)
{
        CLEANUP_FREE PkiCert *certs = calloc(n_inter + 1, sizeof(*certs));
        const PkiCert *sent[128] = { NULL };
        ChainFacts *c;

        for (size_t i = 0; i <= n_inter; i++) {
                CLEANUP_FREE char *cn = pki_path("CA", "");

                cn[2] = (char) ('0' + i); /* "CA0", "CA1", … */
                certs[i] = pki_issue(&(PkiOptions){ .cn = i == n_inter ? "L" : cn,
                        .ca = i < n_inter, .issuer = i == 0 ? &e->root : &certs[i - 1],
                        .key = pki_key(PKI_KEY_P256, 1) });
                sent[n_inter - i] = &certs[i];
        }
        c = inspect(e, sent, LIST(&e->root));
        for (size_t i = 0; i <= n_inter; i++)
                pki_cert_done(&certs[i]);
        return c;
}

START_TEST(test_long_chains)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP(chain_facts_cleanup) ChainFacts *eight = inspect_long(&e, 8);
        CLEANUP(chain_facts_cleanup) ChainFacts *twelve = inspect_long(&e, 12);
        CLEANUP(chain_facts_cleanup) ChainFacts *hundred = inspect_long(&e, 100);

        ck_assert(eight->verified && eight->ordered);
        ck_assert_uint_eq(eight->n_certs, 9);
        ck_assert(!twelve->verified);
        ck_assert_uint_eq(twelve->errors, CHAIN_ERROR_TOO_LONG);
        ck_assert_ptr_null(twelve->missing_issuer);
        ck_assert_uint_eq(hundred->n_certs, CHAIN_CERTS_MAX);
        ck_assert_uint_eq(hundred->n_certs_sent, 101);
        ck_assert_uint_eq(hundred->errors, CHAIN_ERROR_TOO_LONG);
        ck_assert(hundred->has_leaf);
}
END_TEST

START_TEST(test_many_of_one_name)
{
        CLEANUP_ESTATE Estate e = estate_new();
        PkiCert cas[60];
        const PkiCert *sent[62] = { NULL };
        ChainFacts *c;

        for (size_t i = 0; i < ARRAY_LEN(cas); i++) {
                cas[i] = pki_issue(&(PkiOptions){ .cn = "Same", .ca = true, .no_key_ids = true });
                sent[i + 1] = &cas[i];
        }
        CLEANUP_PKI PkiCert leaf =
                pki_issue(&(PkiOptions){ .cn = "L", .issuer = &cas[59], .no_key_ids = true });
        sent[0] = &leaf;
        c = inspect(&e, sent, LIST(&e.root));
        ck_assert(!c->verified);
        ck_assert_uint_eq(c->n_certs_sent, 61);
        chain_facts_free(c);
        c = inspect(&e, sent, LIST(&cas[59]));
        ck_assert(c->verified);
        chain_facts_free(c);
        for (size_t i = 0; i < ARRAY_LEN(cas); i++)
                pki_cert_done(&cas[i]);
}
END_TEST

START_TEST(test_thousands_of_tiny_ones)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP(trust_store_cleanup) TrustStore *t = trust(&e, LIST(&e.root));
        enum { N = 5000 };
        CLEANUP_FREE DerCert *tiny = calloc(N, sizeof(*tiny));
        uint8_t data[] = { 0x30, 0x00 };
        ChainFacts *c = NULL;

        ck_assert_ptr_nonnull(tiny);
        for (size_t i = 0; i < N; i++)
                tiny[i] = (DerCert){ data, i % 3 };
        ck_assert_int_eq(chain_inspect(tiny, N, t, PKI_NOW, &c), 0);
        ck_assert_uint_eq(c->n_certs_sent, N);
        ck_assert_uint_eq(c->n_certs, CHAIN_CERTS_MAX);
        ck_assert_uint_eq(c->errors, CHAIN_ERROR_MALFORMED);
        ck_assert(!c->verified && !c->has_presented);
        ck_assert_ptr_nonnull(c->certs[0].error_text);
        chain_facts_free(c);
}
END_TEST

START_TEST(test_garbage_behind_the_leaf)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP(trust_store_cleanup) TrustStore *t = trust(&e, LIST(&e.root, &e.inter));
        uint8_t garbage[] = "garbage";
        DerCert sent[] = { { e.leaf.der, e.leaf.der_len }, { garbage, sizeof(garbage) } };
        CLEANUP(chain_facts_cleanup) ChainFacts *c = NULL;

        ck_assert_int_eq(chain_inspect(sent, 2, t, PKI_NOW, &c), 0);
        CHECK_ERRORS(c, CHAIN_ERROR_MALFORMED, 0, CHAIN_ERROR_MALFORMED);
        ck_assert_int_eq(c->certs[1].role, CHAIN_ROLE_EXTRA);
        ck_assert(c->has_verified); /* of the path, which needs it not */
}
END_TEST

/* What OpenSSL does not read still has its dates. */
START_TEST(test_name_that_is_no_text)
{
        CLEANUP_ESTATE Estate e = estate_new();
        PkiAttribute a = PKI_ATTRIBUTE("CN", V_ASN1_UTF8STRING, "\xff\xfe");
        CLEANUP_PKI PkiCert leaf = pki_issue(
                &(PkiOptions){ .attributes = &a, .n_attributes = 1, .issuer = &e.inter });
        CLEANUP(chain_facts_cleanup) ChainFacts *c =
                inspect(&e, LIST(&leaf, &e.inter), LIST(&e.root));

        CHECK_ERRORS(c, CHAIN_ERROR_MALFORMED, CHAIN_ERROR_MALFORMED, 0);
        ck_assert(c->has_leaf && c->leaf_not_after_at == PKI_NOW + 365 * PKI_DAY);
        ck_assert_str_eq(c->certs[0].facts.issuer_mq, "CN=Intermediate,O=Example");
}
END_TEST

START_TEST(test_hostile_leaf_is_as_good_as_its_chain)
{
        CLEANUP_ESTATE Estate e = estate_new();
        CLEANUP_FREE char *big = calloc(1, 65536);
        PkiAttribute a[] = { PKI_ATTRIBUTE("CN", V_ASN1_PRINTABLESTRING, "\"\n\\\0<x>"),
                { .oid = "OU", .data = memset(big, 'A', 65536), .len = 65536 } };
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){ .attributes = a, .n_attributes = 2,
                .n_filler_sans = 10000, .issuer = &e.inter });
        CLEANUP(chain_facts_cleanup) ChainFacts *c =
                inspect(&e, LIST(&leaf, &e.inter), LIST(&e.root));

        CHECK_ERRORS(c, 0, 0, 0);
        ck_assert_uint_eq(c->certs[0].facts.faults, CERT_FAULT_NAME);
}
END_TEST

START_TEST(test_roles_have_names)
{
        ck_assert_str_eq(chain_role_to_string(CHAIN_ROLE_LEAF), "leaf");
        ck_assert_str_eq(chain_role_to_string(CHAIN_ROLE_INTERMEDIATE), "intermediate");
        ck_assert_str_eq(chain_role_to_string(CHAIN_ROLE_ROOT), "root");
        ck_assert_str_eq(chain_role_to_string(CHAIN_ROLE_EXTRA), "extra");
        ck_assert_ptr_null(chain_role_to_string(_CHAIN_ROLE_MAX));
        ck_assert_ptr_null(chain_facts_free(NULL));
}
END_TEST

static Suite *make_suite(void)
{
        Suite *s = suite_create("chain");
        TCase *t = tcase_create("chain");

        pki_warm_up(PKI_KEY_RSA1024);
        (void) pki_key(PKI_KEY_P256, 1);
        tcase_add_test(t, test_complete_chain);
        tcase_add_test(t, test_root_not_sent);
        tcase_add_test(t, test_intermediate_from_the_trust_file);
        tcase_add_test(t, test_trusted_self_signed_leaf);
        tcase_add_test(t, test_without_trust);
        tcase_add_test(t, test_empty);
        tcase_add_test(t, test_missing_intermediate);
        tcase_add_test(t, test_issuer_of_the_last_is_unknown);
        tcase_add_test(t, test_intermediate_missing_although_the_trusted_root_was_sent);
        tcase_add_test(t, test_unknown_root_sent);
        tcase_add_test(t, test_unknown_root_sent_without_the_intermediate);
        tcase_add_test(t, test_only_the_intermediate_is_trusted);
        tcase_add_test(t, test_self_signed_leaf);
        tcase_add_loop_test(t, test_dates, 0, ARRAY_LEN(instants));
        tcase_add_test(t, test_extreme_dates);
        tcase_add_test(t, test_impossible_date);
        tcase_add_test(t, test_renewed_authority);
        tcase_add_test(t, test_damaged_signatures);
        tcase_add_loop_test(t, test_same_name_other_key, 0, 2);
        tcase_add_loop_test(t, test_usages, 0, ARRAY_LEN(usages));
        tcase_add_test(t, test_everything_is_collected);
        tcase_add_test(t, test_out_of_order);
        tcase_add_test(t, test_extra_certificates);
        tcase_add_test(t, test_long_chains);
        tcase_add_test(t, test_many_of_one_name);
        tcase_add_test(t, test_thousands_of_tiny_ones);
        tcase_add_test(t, test_garbage_behind_the_leaf);
        tcase_add_test(t, test_name_that_is_no_text);
        tcase_add_test(t, test_hostile_leaf_is_as_good_as_its_chain);
        tcase_add_test(t, test_roles_have_names);
        tcase_set_timeout(t, 60);
        suite_add_tcase(s, t);
        return s;
}

int main(void)
{
        return suite_run(make_suite());
}
