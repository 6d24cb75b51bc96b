/* SPDX-License-Identifier: MIT */
#include "mq/conname.h"

#include <errno.h>
#include <string.h>

#include "tests/support/suite.h"

static const struct {
        const char *name;
        const char *text;
        const char *entries; /* printed with all their ports, joined by commas */
} good[] = {
        {"a host has MQ's port", "qm1.example.com", "qm1.example.com(1414)"},
        {"a host with its port", "qm1.example.com(1415)", "qm1.example.com(1415)"},
        {"a list", "a(1414),b(1415),c", "a(1414),b(1415),c(1414)"},
        {"blanks around commas", " a(1) , b ", "a(1),b(1414)"},
        {"blanks around the port", "a ( 1415 )", "a(1415)"},
        {"an IPv4 address", "192.0.2.1(1414)", "192.0.2.1(1414)"},
        {"an IPv6 address stands bare", "fe80::1(1414)", "fe80::1(1414)"},
        {"an IPv6 address without a port", "2001:db8::5", "2001:db8::5(1414)"},
        {"an IPv6 address whose end looks like a port", "fe80::1:1414", "fe80::1:1414(1414)"},
        {"a full IPv6 address", "1:2:3:4:5:6:7:8(2)", "1:2:3:4:5:6:7:8(2)"},
        {"the loopback of IPv6", "::1", "::1(1414)"},
        {"the unspecified address of IPv6", "::(1)", "::(1)"},
        {"an IPv6 address with a dotted end", "::ffff:192.0.2.1", "::ffff:192.0.2.1(1414)"},
        {"an IPv6 address with a zone", "fe80::1%eth0(1)", "fe80::1%eth0(1)"},
        {"brackets and a colon from people", "[::1]:1415", "::1(1415)"},
        {"brackets and parentheses from people", "[::1](1416)", "::1(1416)"},
        {"brackets alone", "[2001:db8::1]", "2001:db8::1(1414)"},
        {"an underscore, which some networks have", "my_host(1)", "my_host(1)"},
        {"the first port", "a(1)", "a(1)"},
        {"the last port", "a(65535)", "a(65535)"},
};

static void append_list(const ConnameList *l, Buf *b)
{
        for (size_t i = 0; i < l->n_entries; i++) {
                if (i > 0)
                        buf_append_char(b, ',');
                conname_append(&l->entries[i], b);
        }
}

START_TEST(a_conname_is_read)
{
        CLEANUP(conname_list_done) ConnameList l = {0};
        CLEANUP_BUF Buf b = BUF_INIT;
        const char *why = NULL;

        ck_assert_msg(conname_list_parse(good[_i].text, &l, &why) == 0, "%s: %s", good[_i].name, why);
        ck_assert_ptr_null(why);
        append_list(&l, &b);
        ck_assert_str_eq(buf_str(&b), good[_i].entries);
}
END_TEST

static const struct {
        const char *name;
        const char *text;
        const char *why;
} bad[] = {
        {"nothing", "", "host is missing"},
        {"blanks", "  ", "host is missing"},
        {"a port alone, as CLUSRCVR may have it", "(1414)", "host is missing"},
        {"an empty entry", "a,,b", "host is missing"},
        {"a comma at the end", "a,", "host is missing"},
        {"port 0", "a(0)", "1 to 65535"},
        {"a port too large", "a(65536)", "1 to 65535"},
        {"a port much too large", "a(99999999999999999999)", "1 to 65535"},
        {"a negative port", "a(-1)", "1 to 65535"},
        {"no port in the parentheses", "a()", "1 to 65535"},
        {"a port that is a name", "a(mq)", "1 to 65535"},
        {"a port in hexadecimal", "a(0x586)", "1 to 65535"},
        {"an open parenthesis", "a(1414", "parenthesis"},
        {"only an open parenthesis", "a(", "parenthesis"},
        {"something behind the port", "a(1414)x", "parenthesis"},
        {"two ports, as LOCLADDR has them", "a(1000,2000)", "parenthesis"},
        {"two ports in two parentheses", "a(1)(2)", "1 to 65535"},
        {"a colon before the port", "qm1:1414", "parentheses"},
        {"an open bracket", "[::1", "bracket"},
        {"empty brackets", "[]:1", "host is missing"},
        {"a name in brackets", "[qm1]:1414", "IPv6"},
        {"something behind brackets", "[::1]1414", "behind the host"},
        {"brackets and no port behind the colon", "[::1]:", "1 to 65535"},
        {"an IPv6 address with two gaps", "1::2::3", "IPv6"},
        {"an IPv6 address with three colons", "fe80:::1", "IPv6"},
        {"an IPv6 address that is too short", "1:2:3", "IPv6"},
        {"an IPv6 address that is too long", "1:2:3:4:5:6:7:8:9", "IPv6"},
        {"a gap that stands for nothing", "1:2:3:4::5:6:7:8", "IPv6"},
        {"an IPv6 group that is too long", "fe80::12345", "IPv6"},
        {"an IPv6 address that ends in a colon", "fe80::1:", "IPv6"},
        {"an IPv6 address of letters", "fe80::xyz", "IPv6"},
        {"an IPv6 address with an empty zone", "fe80::1%", "IPv6"},
        {"an IPv6 address with a bad dotted end", "::ffff:192.0.2.256", "IPv6"},
        {"an IPv4 number too large", "192.0.2.256", "IPv4"},
        {"an IPv4 address too short", "10.1", "IPv4"},
        {"a number", "1414", "IPv4"},
        {"a blank within the host", "my host(1414)", "character"},
        {"a slash, as MQSERVER has it", "APP.SVRCONN/TCP/host(1414)", "character"},
        {"a control character", "a\nb", "character"},
        {"a letter that is not ASCII", "m\xC3\xBCller", "character"},
};

START_TEST(a_wrong_conname_is_explained)
{
        ConnameList l = {0};
        const char *why = NULL;

        ck_assert_msg(conname_list_parse(bad[_i].text, &l, &why) == -EINVAL, "%s", bad[_i].name);
        ck_assert_msg(why && strstr(why, bad[_i].why), "%s: %s", bad[_i].name, why);
        ck_assert_int_eq(conname_list_parse(bad[_i].text, &l, NULL), -EINVAL);
        ck_assert_ptr_null(l.entries);
        ck_assert_uint_eq(l.n_entries, 0);
}
END_TEST

static int parse_repeated(const char *entry, size_t n, const char **ret_why)
{
        CLEANUP(conname_list_done) ConnameList l = {0};
        CLEANUP_BUF Buf b = BUF_INIT;
        int r;

        for (size_t i = 0; i < n; i++)
                buf_append_str(&b, entry);
        r = conname_list_parse(buf_str(&b), &l, ret_why);
        if (r == 0)
                ck_assert_uint_gt(l.n_entries, 0);
        return r;
}

START_TEST(lists_and_hosts_are_bounded)
{
        const char *why = NULL;

        ck_assert_int_eq(parse_repeated("a,", CONNAME_ENTRIES_MAX - 1, &why), -EINVAL);
        ck_assert_str_eq(why, "the host is missing");
        ck_assert_int_eq(parse_repeated("a,", CONNAME_ENTRIES_MAX, &why), -EINVAL);
        ck_assert_str_eq(why, "there are more than 64 entries");
        ck_assert_int_eq(parse_repeated("a", CONNAME_HOST_MAX, &why), 0);
        ck_assert_int_eq(parse_repeated("a", CONNAME_HOST_MAX + 1, &why), -EINVAL);
        ck_assert_str_eq(why, "the host is longer than 255 characters");
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("conname");
        TCase *tc = tcase_create("conname");

        tcase_add_loop_test(tc, a_conname_is_read, 0, (int) ARRAY_LEN(good));
        tcase_add_loop_test(tc, a_wrong_conname_is_explained, 0, (int) ARRAY_LEN(bad));
        tcase_add_test(tc, lists_and_hosts_are_bounded);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
