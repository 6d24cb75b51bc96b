/* SPDX-License-Identifier: MIT */
#include "x509/dn.h"

#include <string.h>

#include "tests/support/suite.h"

#define CN "2.5.4.3"
#define C "2.5.4.6"
#define ST "2.5.4.8"
#define O "2.5.4.10"
#define OU "2.5.4.11"
#define DC "0.9.2342.19200300.100.1.25"
#define MAIL "1.2.840.113549.1.9.1"
#define UNAME "1.2.840.113549.1.9.2"
#define UADDRESS "1.2.840.113549.1.9.8"
#define BYTES(literal) literal, sizeof(literal) - 1

enum {
        ATTRIBUTES_MAX = 8,
};

typedef struct Part {
        const char *oid;
        const char *value;
        size_t len;
        unsigned rdn;
} Part;

static const struct {
        const char *name;
        Part parts[ATTRIBUTES_MAX]; /* as in DER, root first */
        const char *mq;
        const char *rfc;
} rows[] = {
        {"a name that MQ 9.2.5 was seen to print",
                {{C, BYTES("US"), 0}, {ST, BYTES("MA"), 1}, {O, BYTES("IBM"), 2},
                        {OU, BYTES("SSL For MQ"), 3}, {CN, BYTES("QM1"), 4}},
                "CN=QM1,OU=SSL For MQ,O=IBM,ST=MA,C=US",
                "CN=QM1,OU=SSL For MQ,O=IBM,ST=MA,C=US"},
        {"unstructured attributes stand last, as z/OS prints them",
                {{C, BYTES("GB"), 0}, {O, BYTES("cpwebuser"), 1}, {CN, BYTES("rsaca256"), 2},
                        {UNAME, BYTES("first"), 3}, {UNAME, BYTES("localhost"), 4},
                        {UADDRESS, BYTES("1.2.3.4"), 5}},
                "CN=rsaca256,O=cpwebuser,C=GB,UNSTRUCTUREDNAME=first,UNSTRUCTUREDNAME=localhost,"
                "UNSTRUCTUREDADDRESS=1.2.3.4",
                "unstructuredAddress=1.2.3.4,unstructuredName=localhost,unstructuredName=first,"
                "CN=rsaca256,O=cpwebuser,C=GB"},
        {"no attribute at all is an empty name", {{0}}, "", ""},
        {"a comma needs quotes", {{O, BYTES("Acme, Inc."), 0}}, "O=\"Acme, Inc.\"",
                "O=Acme\\, Inc."},
        {"blanks at the ends need quotes", {{CN, BYTES(" a "), 0}}, "CN=\" a \"", "CN=\\ a\\ "},
        {"a quote within quotes", {{CN, BYTES("\"a\",b\""), 0}}, "CN=\"\\\"a\\\",b\\\"\"",
                "CN=\\\"a\\\"\\,b\\\""},
        {"a backslash is doubled", {{CN, BYTES("a\\b"), 0}}, "CN=a\\\\b", "CN=a\\\\b"},
        {"NUL stays visible", {{CN, BYTES("good.example\0.evil"), 0}}, "CN=good.example\\x00.evil",
                "CN=good.example\\00.evil"},
        {"a newline in RFC form is a pair", {{CN, BYTES("a\nb\x7F"), 0}}, "CN=a\nb\x7F",
                "CN=a\\0Ab\\7F"},
        {"C1 in RFC form is two pairs", {{CN, BYTES("\xC2\x9B"), 0}}, "CN=\xC2\x9B", "CN=\\C2\\9B"},
        {"bytes that are no text", {{CN, BYTES("a\xFF"), 0}}, "CN=a\\xff", "CN=a\\FF"},
        {"text of other languages stays", {{O, BYTES("M\xC3\xBCller"), 0}}, "O=M\xC3\xBCller",
                "O=M\xC3\xBCller"},
        {"an octothorpe only at the start", {{CN, BYTES("#a#"), 0}}, "CN=#a#", "CN=\\#a#"},
        {"the special characters of RFC 4514", {{CN, BYTES("a+b;c<d>e"), 0}}, "CN=\"a+b;c<d>e\"",
                "CN=a\\+b\\;c\\<d\\>e"},
        {"an equals sign", {{CN, BYTES("a=b"), 0}}, "CN=\"a=b\"", "CN=a=b"},
        {"an empty value", {{CN, BYTES(""), 0}, {O, BYTES("x"), 1}}, "O=x,CN=", "O=x,CN="},
        {"one blank", {{CN, BYTES(" "), 0}}, "CN=\" \"", "CN=\\ "},
        {"a type MQ has no keyword for bears its OID", {{"2.5.4.97", BYTES("NTRDE-HRB 1"), 0}},
                "2.5.4.97=NTRDE-HRB 1", "2.5.4.97=NTRDE-HRB 1"},
        {"the X.520 serial number is not MQ's", {{"2.5.4.5", BYTES("42"), 0}}, "2.5.4.5=42",
                "serialNumber=42"},
        {"a mail address has two names", {{MAIL, BYTES("a@b"), 0}}, "MAIL=a@b", "emailAddress=a@b"},
        {"an RDN of several attributes",
                {{DC, BYTES("com"), 0}, {OU, BYTES("x"), 1}, {CN, BYTES("y"), 1}, {CN, BYTES("z"), 2}},
                "CN=z,CN=y,OU=x,DC=com", "CN=z,OU=x+CN=y,DC=com"},
};

static void fill(Dn *dn, const Part *parts)
{
        for (size_t i = 0; i < ATTRIBUTES_MAX && parts[i].oid; i++)
                ck_assert_int_eq(
                        dn_add(dn, parts[i].oid, parts[i].value, parts[i].len, parts[i].rdn), 0);
}

START_TEST(a_name_has_two_forms)
{
        CLEANUP(dn_done) Dn dn = {0};
        CLEANUP_BUF Buf mq = BUF_INIT, rfc = BUF_INIT;

        fill(&dn, rows[_i].parts);
        dn_to_mq(&dn, &mq);
        dn_to_rfc4514(&dn, &rfc);
        ck_assert_msg(strcmp(buf_str(&mq), rows[_i].mq) == 0, "%s: %s", rows[_i].name, buf_str(&mq));
        ck_assert_msg(
                strcmp(buf_str(&rfc), rows[_i].rfc) == 0, "%s: %s", rows[_i].name, buf_str(&rfc));
}
END_TEST

static const Part base[ATTRIBUTES_MAX] = {{C, BYTES("US"), 0}, {CN, BYTES("a"), 1}};
static const struct {
        const char *name;
        Part parts[ATTRIBUTES_MAX];
        bool equal;
} others[] = {
        {"the same name is equal", {{C, BYTES("US"), 0}, {CN, BYTES("a"), 1}}, true},
        {"another value is not", {{C, BYTES("US"), 0}, {CN, BYTES("b"), 1}}, false},
        {"another case is not", {{C, BYTES("US"), 0}, {CN, BYTES("A"), 1}}, false},
        {"a longer value is not", {{C, BYTES("US"), 0}, {CN, BYTES("a\0"), 1}}, false},
        {"another type is not", {{C, BYTES("US"), 0}, {OU, BYTES("a"), 1}}, false},
        {"another order is not", {{CN, BYTES("a"), 0}, {C, BYTES("US"), 1}}, false},
        {"another grouping is not", {{C, BYTES("US"), 0}, {CN, BYTES("a"), 0}}, false},
        {"a shorter name is not", {{C, BYTES("US"), 0}}, false},
        {"no name is not", {{0}}, false},
};

START_TEST(names_compare_by_their_bytes)
{
        CLEANUP(dn_done) Dn a = {0}, b = {0};

        fill(&a, base);
        fill(&b, others[_i].parts);
        ck_assert_msg(dn_equal(&a, &b) == others[_i].equal, "%s", others[_i].name);
        ck_assert_msg(dn_equal(&b, &a) == others[_i].equal, "%s", others[_i].name);
        ck_assert(dn_equal(&b, &b));
}
END_TEST

START_TEST(an_attribute_is_copied)
{
        CLEANUP(dn_done) Dn dn = {0};
        char oid[] = CN, value[] = "QM1";

        ck_assert_int_eq(dn_add(&dn, oid, value, 3, 7), 0);
        oid[0] = value[0] = 'x';
        ck_assert_str_eq(dn.attributes[0].oid, CN);
        ck_assert_str_eq(dn.attributes[0].value, "QM1");
        ck_assert_int_eq(dn.attributes[0].type, DN_CN);
        ck_assert_uint_eq(dn.attributes[0].rdn, 7);
}
END_TEST

START_TEST(every_keyword_of_sslpeer_has_its_oid)
{
        static const struct {
                const char *oid;
                const char *keyword;
        } keywords[] = {{"2.5.4.3", "CN"}, {"2.5.4.12", "T"}, {"2.5.4.11", "OU"}, {"2.5.4.10", "O"},
                {DC, "DC"}, {"0.9.2342.19200300.100.1.1", "UID"}, {MAIL, "MAIL"},
                {"2.5.4.9", "STREET"}, {"2.5.4.7", "L"}, {"2.5.4.8", "ST"}, {"2.5.4.17", "PC"},
                {"2.5.4.6", "C"}, {"2.5.4.46", "DNQ"}, {UNAME, "UNSTRUCTUREDNAME"},
                {UADDRESS, "UNSTRUCTUREDADDRESS"}};

        for (size_t i = 0; i < ARRAY_LEN(keywords); i++)
                ck_assert_str_eq(
                        dn_type_keyword(dn_type_from_oid(keywords[i].oid)), keywords[i].keyword);

        ck_assert_int_eq(dn_type_from_oid("2.5.4.5"), DN_X520_SERIALNUMBER);
        ck_assert_int_eq(dn_type_from_oid("2.5.4.300"), DN_OTHER);
        ck_assert_int_eq(dn_type_from_oid(""), DN_OTHER);
        ck_assert_ptr_null(dn_type_keyword(DN_OTHER));
        ck_assert_ptr_null(dn_type_keyword(DN_X520_SERIALNUMBER));
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("dn");
        TCase *tc = tcase_create("dn");

        tcase_add_loop_test(tc, a_name_has_two_forms, 0, (int) ARRAY_LEN(rows));
        tcase_add_loop_test(tc, names_compare_by_their_bytes, 0, (int) ARRAY_LEN(others));
        tcase_add_test(tc, an_attribute_is_copied);
        tcase_add_test(tc, every_keyword_of_sslpeer_has_its_oid);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
