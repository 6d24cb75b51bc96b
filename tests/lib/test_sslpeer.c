/* SPDX-License-Identifier: MIT */
#include "mq/sslpeer.h"

#include <errno.h>
#include <string.h>

#include "tests/support/suite.h"

/* The names that the vectors are held against, in DER order: root first, so of several OUs the highest
 * unit stands first, and DC=com before DC=example. */
typedef struct Name {
        const char *serial;
        struct {
                const char *oid, *value;
        } attributes[6];
} Name;

#define OID_CN "2.5.4.3"
#define OID_C "2.5.4.6"
#define OID_O "2.5.4.10"
#define OID_OU "2.5.4.11"
#define OID_ST "2.5.4.8"
#define OID_DC "0.9.2342.19200300.100.1.25"
#define OID_UNSTRUCTUREDNAME "1.2.840.113549.1.9.2"

enum {
        A,
        D,
        F,
        J,
        L,
        N,
        P,
        Q,
        T,
        W,
        X,
};

static const Name names[] = {
        [A] = {"4C:D0:49:D5:02:5F:38", {{OID_C, "GB"}, {OID_O, "IBM"}, {OID_CN, "H1_C_FR1"}}},
        [J] = {"01:90", {{OID_C, "GB"}, {OID_O, "IBM"}, {OID_OU, "Test"}, {OID_CN, "John Smith"}}},
        [L] = {NULL,
                {{OID_C, "GB"}, {OID_O, "IBM"}, {OID_OU, "Large Unit"}, {OID_OU, "Medium Unit"},
                        {OID_OU, "Small Unit"}, {OID_CN, "QM2"}}},
        [W] = {NULL,
                {{OID_C, "US"}, {OID_O, "Example"}, {OID_OU, "IBM"}, {OID_OU, "WEBSPHERE"},
                        {OID_CN, "QMGR.PROD1"}}},
        [Q] = {"78:40:26:54:E5:D4:80:E4",
                {{OID_C, "US"}, {OID_ST, "MA"}, {OID_O, "IBM"}, {OID_OU, "SSL For MQ"},
                        {OID_CN, "QM1"}}},
        [F] = {NULL, {{OID_C, "US"}, {OID_O, "IBM"}, {OID_CN, "Second"}, {OID_CN, "First"}}},
        [T] = {NULL, {{OID_O, "IBM"}, {OID_CN, "Test*"}}},
        [N] = {NULL, {{OID_C, "US"}, {OID_O, "Acme, Inc."}, {OID_CN, "QM9"}}},
        [D] = {NULL, {{OID_DC, "com"}, {OID_DC, "example"}, {OID_DC, "mq"}, {OID_CN, "h1"}}},
        [P] = {NULL, {{OID_C, "US"}, {OID_O, "Partner"}, {OID_CN, "qm2"}}},
        [X] = {"01:90",
                {{OID_UNSTRUCTUREDNAME, "openssl_ca_user_cnf.keyAgreement2"},
                        {OID_UNSTRUCTUREDNAME, "localhost"}, {OID_C, "GB"}, {OID_O, "cpwebuser"},
                        {OID_CN, "rsaca256"}}},
};

typedef enum Expected {
        MATCH,
        NO_MATCH,
        INVALID,
} Expected;

static const struct {
        unsigned number;
        const char *pattern;
        size_t name;
        Expected expected;
} vectors[] = {
        {1, "CN=John Smith, O=IBM ,OU=Test , C=GB", J, MATCH},
        {2, "CN=JOHN SMITH;O=ibm", J, MATCH},
        {3, "CN=\"John Smith\"", J, MATCH},
        {4, "CN=John*", J, MATCH},
        {5, "CN=*Smith", J, MATCH},
        {6, "CN=*ohn*mit*", J, NO_MATCH},
        {7, "cn=John Smith", J, INVALID},
        {8, "CN =John Smith", J, INVALID},
        {9, "CN=John Smith,OU=Other", J, NO_MATCH},
        {10, "CN=John Smith,L=Hursley", J, NO_MATCH},
        {11, "OU=Large Unit,OU=Medium Unit", L, MATCH},
        {12, "OU=*,OU=Medium Unit,OU=Small Unit", L, MATCH},
        {13, "OU=*,OU=Medium Unit", L, MATCH},
        {14, "OU=Medium Unit,OU=Small Unit", L, NO_MATCH},
        {15, "OU=Large Unit,OU=Small Unit", L, NO_MATCH},
        {16, "OU=Medium Unit", L, NO_MATCH},
        {17, "OU=Small Unit,OU=Medium Unit,OU=Large Unit", L, NO_MATCH},
        {18, "CN=QMGR.*, OU=IBM, OU=WEBSPHERE", W, MATCH},
        {19, "CN=QMGR.*, OU=WEBSPHERE, OU=IBM", W, NO_MATCH},
        {20, "SERIALNUMBER=4C:D0:49:D5:02:5F:38,CN=\"H1_C_FR1\",O=IBM,C=GB", A, MATCH},
        {21, "SERIALNUMBER=4c:d0:49:d5:02:5f:38", A, MATCH},
        {22, "SERIALNUMBER=78:40:26:54:E5:D4:80:E4,CN=QM1,OU=SSL For MQ,O=IBM,ST=MA,C=US", Q, MATCH},
        {23, "CN=John Cena, OU=Test, O=IBM, C=GB", Q, NO_MATCH},
        {24, "SP=MA", Q, MATCH},
        {25, "S=ma,C=us", Q, MATCH},
        {26, "O=IBM, C=US", F, MATCH},
        {27, "CN=First, O=IBM, C=US", F, NO_MATCH},
        {28, "CN=Test\\*", T, MATCH},
        {29, "CN=Test*", T, MATCH},
        {30, "O=\"Acme, Inc.\"", N, MATCH},
        {31, "O=Acme, Inc.", N, INVALID},
        {32, "DC=example,DC=com", D, MATCH},
        {33, "DC=mq", D, NO_MATCH},
        {34, "DC=com", D, MATCH},
        {35, "CN=qm2,O=Partner,C=US", P, MATCH},
        {36, "CN=qm2,O=Partner,C=US;OU=*", P, NO_MATCH},
        {37, "O=\"cpwebuser\"", X, MATCH},
        {38, "UNSTRUCTUREDNAME=localhost", X, NO_MATCH},
        {39, "EMAILADDRESS=a@b", J, INVALID},
        {40, "CN=\"John Smith", J, INVALID},
};

static void make_name(size_t name, Dn *ret)
{

        for (unsigned i = 0; i < ARRAY_LEN(names[name].attributes); i++) {
                const char *value = names[name].attributes[i].value;

                if (value)
                        ck_assert_int_eq(dn_add(ret, names[name].attributes[i].oid, value, strlen(value), i), 0);
        }
}

/* Parses and matches; returns what came of it and the sentence that says why (or NULL). */
static Expected try_pattern(const char *pattern, size_t name, char **ret_why)
{
        CLEANUP(sslpeer_cleanup) SslPeer *p = NULL;
        CLEANUP(dn_done) Dn dn = {0};
        bool matches = false;
        int r;

        *ret_why = NULL;
        r = sslpeer_parse(pattern, ret_why, &p);
        if (r < 0) {
                ck_assert_int_eq(r, -EINVAL);
                return INVALID;
        }
        ck_assert_str_eq(sslpeer_text(p), pattern);

        make_name(name, &dn);
        ck_assert_int_eq(sslpeer_match(p, &dn, names[name].serial, &matches, ret_why), 0);
        return matches ? MATCH : NO_MATCH;
}

START_TEST(every_vector_is_judged_as_mq_would_and_a_mismatch_explains_itself)
{
        CLEANUP_FREE char *why = NULL;
        Expected got = try_pattern(vectors[_i].pattern, vectors[_i].name, &why);

        ck_assert_msg(got == vectors[_i].expected, "vector %u: %s", vectors[_i].number, why ? why : "");
        ck_assert_msg((why != NULL) == (got != MATCH), "vector %u", vectors[_i].number);
        if (why)
                ck_assert_uint_gt(strlen(why), 20);
}
END_TEST

static const struct {
        const char *pattern;
        size_t name;
        const char *said;
} explanations[] = {
        {"CN=John Smith,OU=Other", J, "the certificate says OU=Test"},
        {"CN=John Smith,L=Hursley", J, "no such attribute"},
        {"OU=Small Unit,OU=Medium Unit,OU=Large Unit", L, "reversed OU order"},
        {"CN=QMGR.*, OU=WEBSPHERE, OU=IBM", W, "reversed OU order"},
        {"CN=First, O=IBM", F, "more than once"},
        {"SERIALNUMBER=01:91", J, "changes at every renewal"},
        {"cn=John Smith", J, "upper case"},
        {"CN =John Smith", J, "blank"},
        {"O=Acme, Inc.", N, "in quotes"},
        {"CN=\"John Smith", J, "never closed"},
        {"CN=a,,O=b", J, "has no '='"},
};

START_TEST(the_explanation_names_the_trouble)
{
        CLEANUP_FREE char *why = NULL;

        ck_assert_int_ne(try_pattern(explanations[_i].pattern, explanations[_i].name, &why), MATCH);
        ck_assert_ptr_nonnull(why);
        ck_assert_msg(strstr(why, explanations[_i].said), "%s", why);
}
END_TEST

START_TEST(an_empty_filter_checks_nothing)
{
        CLEANUP_FREE char *why = NULL;

        ck_assert_int_eq(try_pattern("", J, &why), MATCH);
        ck_assert_int_eq(try_pattern("  ", J, &why), MATCH);
}
END_TEST

START_TEST(reversed_order_is_not_claimed_where_it_would_not_help)
{
        CLEANUP_FREE char *why = NULL;

        ck_assert_int_eq(try_pattern("OU=Large Unit,OU=Small Unit", L, &why), NO_MATCH);
        ck_assert_ptr_null(strstr(why, "reversed"));
}
END_TEST

START_TEST(a_filter_longer_than_mq_takes_is_refused)
{
        CLEANUP_FREE char *why = NULL;
        char text[SSLPEER_BYTES_MAX + 2];

        memset(text, 'x', sizeof(text) - 1);
        memcpy(text, "CN=", 3);
        text[sizeof(text) - 1] = '\0';
        ck_assert_int_eq(try_pattern(text, J, &why), INVALID);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *s = suite_create("sslpeer");
        TCase *t = tcase_create("sslpeer");

        tcase_add_loop_test(t, every_vector_is_judged_as_mq_would_and_a_mismatch_explains_itself, 0,
                ARRAY_LEN(vectors));
        tcase_add_loop_test(t, the_explanation_names_the_trouble, 0, ARRAY_LEN(explanations));
        tcase_add_test(t, an_empty_filter_checks_nothing);
        tcase_add_test(t, reversed_order_is_not_claimed_where_it_would_not_help);
        tcase_add_test(t, a_filter_longer_than_mq_takes_is_refused);
        suite_add_tcase(s, t);
        return s;
}

int main(void)
{
        return suite_run(make_suite());
}
