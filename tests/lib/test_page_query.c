/* SPDX-License-Identifier: MIT */

/* Which endpoints the page lists, and on which of its pages. */

#include "render/page_query.h"

#include <stdio.h>
#include <string.h>

#include "render/render_page.h"
#include "tests/support/estate.h"
#include "tests/support/markup.h"
#include "tests/support/suite.h"

static size_t count(const char *s, const char *what)
{
        size_t n = 0;

        for (; (s = strstr(s, what)); s += strlen(what))
                n++;
        return n;
}

static void render(const Inventory *i, const PageQuery *query, Buf *b)
{
        ck_assert_int_eq(render_page(i, NULL, query, PKI_NOW, b), 0);
        markup_check(b);
}

static const EstateEndpoint five[] = {
        {.name = "QM1/PAY",
                .qmgr = "QM1",
                .channel = "PAY",
                .contact = "payments",
                .group = "a b",
                .note = "Ring the bell",
                .has_trust = true},
        {.name = "QM1/FUND",
                .qmgr = "QM1",
                .channel = "FUND",
                .contact = "funds",
                .has_trust = true},
        {.name = "QM2/PAY",
                .qmgr = "QM2",
                .channel = "PAY",
                .contact = "payments",
                .sslciph = "ANY_TLS12",
                .has_trust = true},
        {.name = "QM2/REFUSING", .qmgr = "QM2", .channel = "REFUSING"},
        {.name = "QM3/NEW", .qmgr = "QM3", .channel = "NEW"},
};

static const struct {
        const char *name;
        PageQuery query;
        const char *listed; /* names, in the order of the list */
} queries[] = {
        {"nothing is asked", {{0}}, "QM2/PAY QM2/REFUSING QM3/NEW QM1/FUND QM1/PAY"},
        {"empty fields ask nothing", {{[PAGE_QUERY_q] = "", [PAGE_QUERY_qmgr] = ""}},
                "QM2/PAY QM2/REFUSING QM3/NEW QM1/FUND QM1/PAY"},
        {"a word, whatever its case", {{[PAGE_QUERY_q] = "fund"}}, "QM1/FUND"},
        {"all words", {{[PAGE_QUERY_q] = " pay  qm2 "}}, "QM2/PAY"},
        {"a word of the subject", {{[PAGE_QUERY_q] = "cn=shared"}}, "QM2/PAY QM1/FUND QM1/PAY"},
        {"an AMQ message", {{[PAGE_QUERY_q] = "AMQ9202"}}, "QM2/REFUSING"},
        {"a word of a note", {{[PAGE_QUERY_q] = "BELL"}}, "QM1/PAY"},
        {"a word that nobody has", {{[PAGE_QUERY_q] = "xyzzy"}}, ""},
        {"signs are no patterns", {{[PAGE_QUERY_q] = "%"}}, ""},
        {"a queue manager", {{[PAGE_QUERY_qmgr] = "QM1"}}, "QM1/FUND QM1/PAY"},
        {"part of a queue manager is none", {{[PAGE_QUERY_qmgr] = "QM"}}, ""},
        {"a contact", {{[PAGE_QUERY_contact] = "payments"}}, "QM2/PAY QM1/PAY"},
        {"a group with a blank", {{[PAGE_QUERY_group] = "a b"}}, "QM1/PAY"},
        {"a severity", {{[PAGE_QUERY_severity] = "unknown"}}, "QM3/NEW"},
        {"a severity that there is not", {{[PAGE_QUERY_severity] = "red"}}, ""},
        {"two questions", {{[PAGE_QUERY_qmgr] = "QM2", [PAGE_QUERY_severity] = "ok"}}, ""},
        {"a suite", {{[PAGE_QUERY_suite] = "TLS 1.3 TLS_AES_256_GCM_SHA384"}},
                "QM2/PAY QM1/FUND QM1/PAY"},
        {"no suite", {{[PAGE_QUERY_suite] = "none"}}, "QM2/REFUSING QM3/NEW"},
        {"an end", {{[PAGE_QUERY_ends] = "2027-01-01..2027-01-01"}}, "QM2/PAY QM1/FUND QM1/PAY"},
        {"an end with one side", {{[PAGE_QUERY_ends] = "2026-01-01.."}},
                "QM2/PAY QM1/FUND QM1/PAY"},
        {"an end before", {{[PAGE_QUERY_ends] = "..2026-12-31"}}, ""},
        {"no date", {{[PAGE_QUERY_ends] = "soon..later"}}, ""},
        {"no drift", {{[PAGE_QUERY_drift] = "open"}}, ""},
        {"a kind that there is not", {{[PAGE_QUERY_drift] = "colour"}}, ""},
        {"a page behind the last is the last",
                {{[PAGE_QUERY_qmgr] = "QM1", [PAGE_QUERY_page] = "7"}}, "QM1/FUND QM1/PAY"},
        {"a page that is no number is the first",
                {{[PAGE_QUERY_qmgr] = "QM1", [PAGE_QUERY_page] = "-1x"}}, "QM1/FUND QM1/PAY"},
};

/* Names of the rows, one blank between. */
static void collect_rows(const Buf *page, Buf *names)
{
        static const char mark[] = "<details data-keep=\"";
        const char *s = strstr(buf_str(page), "id=\"results\"");

        while (s && (s = strstr(s, mark))) {
                s += strlen(mark);
                if (names->len > 0)
                        buf_append_char(names, ' ');
                buf_append(names, s, strcspn(s, "\""));
        }
}

START_TEST(test_queries)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(five, ARRAY_LEN(five));
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){.cn = "shared"});
        CLEANUP_BUF Buf b = BUF_INIT, names = BUF_INIT;

        for (int k = 0; k < 3; k++)
                estate_answer(i, five[k].name, &cert);
        estate_refuse(i, five[3].name);
        render(i, &queries[_i].query, &b);
        collect_rows(&b, &names);
        ck_assert_msg(strcmp(buf_str(&names), queries[_i].listed) == 0, "%s: %s", queries[_i].name,
                buf_str(&names));
        ck_assert_uint_eq(count(buf_str(&b), "<b>5</b> <span class=\"state all\">"), 1);
}
END_TEST

START_TEST(test_what_came_by_a_link_is_told_and_can_be_dropped)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(five, ARRAY_LEN(five));
        PageQuery query = {{[PAGE_QUERY_q] = "x", [PAGE_QUERY_ends] = "..<b>"}};
        CLEANUP_BUF Buf b = BUF_INIT;

        render(i, &query, &b);
        ck_assert_ptr_nonnull(strstr(buf_str(&b),
                "<a class=\"chip\" href=\"?q=x\">ends within <bdi>..&lt;b&gt;</bdi>"));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "<a class=\"clear\" href=\"./\">Show all</a>"));
        ck_assert_ptr_nonnull(
                strstr(buf_str(&b), "<input type=\"hidden\" name=\"ends\" value=\"..&lt;b&gt;\">"));
}
END_TEST

START_TEST(test_a_leaf_on_many_channels_is_one_mark)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(five, ARRAY_LEN(five));
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){.cn = "shared"});
        CLEANUP_BUF Buf b = BUF_INIT, found = BUF_INIT, names = BUF_INIT;
        char leaf[17] = "";
        PageQuery query = {{[PAGE_QUERY_leaf] = leaf}};
        const char *link = NULL;

        for (int k = 0; k < 3; k++)
                estate_answer(i, five[k].name, &cert);
        render(i, NULL, &b);
        ck_assert_uint_eq(count(buf_str(&b), "<g data-href="), 1);
        ck_assert_ptr_nonnull(strstr(buf_str(&b), ">3</text></g>"));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "2 endpoints of which no date is known"));

        link = strstr(buf_str(&b), "<g data-href=\"?leaf=");
        ck_assert_ptr_nonnull(link);
        memcpy(leaf, link + strlen("<g data-href=\"?leaf="), 16);
        render(i, &query, &found);
        collect_rows(&found, &names);
        ck_assert_str_eq(buf_str(&names), "QM2/PAY QM1/FUND QM1/PAY");
}
END_TEST

enum {
        MANY = 3000,
};

START_TEST(test_three_thousand_are_paged)
{
        CLEANUP_FREE EstateEndpoint *many = calloc(MANY, sizeof(*many));
        CLEANUP_FREE char(*many_names)[16] = calloc(MANY, sizeof(*many_names));
        CLEANUP(inventory_cleanup) Inventory *i = NULL;
        CLEANUP_BUF Buf first = BUF_INIT, last = BUF_INIT, names_first = BUF_INIT,
                        names_last = BUF_INIT;
        PageQuery query = {{[PAGE_QUERY_page] = "30"}};

        ck_assert(many && many_names);
        for (int k = 0; k < MANY; k++) {
                (void) snprintf(many_names[k], sizeof(many_names[k]), "QM%04d/A", k);
                many[k] = (EstateEndpoint){.name = many_names[k], .qmgr = many_names[k]};
        }
        i = estate_new(many, MANY);
        render(i, NULL, &first);
        collect_rows(&first, &names_first);
        ck_assert_uint_eq(count(buf_str(&first), "<li class=\"row "), 100);
        ck_assert_int_eq(strncmp(buf_str(&names_first), "QM0000/A QM0001/A ", 18), 0);
        ck_assert_ptr_nonnull(strstr(buf_str(&first), "<b>3,000</b>"));
        ck_assert_ptr_nonnull(strstr(buf_str(&first), "1\xe2\x80\x93"
                                                      "100 of 3,000 endpoints"));
        ck_assert_ptr_nonnull(strstr(buf_str(&first), "<a rel=\"next\" href=\"?page=2\">"));
        ck_assert_ptr_null(strstr(buf_str(&first), "rel=\"prev\""));
        ck_assert_ptr_nonnull(strstr(buf_str(&first), "<input name=\"qmgr\""));
        ck_assert_uint_lt(first.len, 300000);

        render(i, &query, &last);
        collect_rows(&last, &names_last);
        ck_assert_ptr_nonnull(strstr(buf_str(&names_last), "QM2999/A"));
        ck_assert_ptr_nonnull(strstr(buf_str(&last), "<a rel=\"prev\" href=\"?page=29\">"));
        ck_assert_ptr_null(strstr(buf_str(&last), "rel=\"next\""));
}
END_TEST

static const struct {
        const char *name;
        PageQuery query;
        PageQueryField field;
        const char *value, *address;
} addresses[] = {
        {"nothing is left", {{0}}, PAGE_QUERY_qmgr, NULL, "./"},
        {"one is added", {{[PAGE_QUERY_q] = "a b"}}, PAGE_QUERY_qmgr, "Q&M",
                "?q=a%20b&amp;qmgr=Q%26M"},
        {"one is dropped", {{[PAGE_QUERY_q] = "a", [PAGE_QUERY_qmgr] = "b"}}, PAGE_QUERY_q, NULL,
                "?qmgr=b"},
        {"another list begins with its first page", {{[PAGE_QUERY_page] = "3"}}, PAGE_QUERY_qmgr,
                "b", "?qmgr=b"},
        {"another page of the same list", {{[PAGE_QUERY_qmgr] = "b", [PAGE_QUERY_page] = "3"}},
                PAGE_QUERY_page, "4", "?qmgr=b&amp;page=4"},
        {"signs of HTML", {{0}}, PAGE_QUERY_q, "\"><script>", "?q=%22%3E%3Cscript%3E"},
};

START_TEST(test_addresses)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        page_query_append(&b, &addresses[_i].query, addresses[_i].field, addresses[_i].value);
        ck_assert_msg(strcmp(buf_str(&b), addresses[_i].address) == 0, "%s: %s", addresses[_i].name,
                buf_str(&b));
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("page_query");
        TCase *query = tcase_create("query");

        tcase_add_loop_test(query, test_queries, 0, (int) ARRAY_LEN(queries));
        tcase_add_loop_test(query, test_addresses, 0, (int) ARRAY_LEN(addresses));
        tcase_add_test(query, test_what_came_by_a_link_is_told_and_can_be_dropped);
        tcase_add_test(query, test_a_leaf_on_many_channels_is_one_mark);
        tcase_add_test(query, test_three_thousand_are_paged);
        tcase_set_timeout(query, 60);
        suite_add_tcase(suite, query);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
