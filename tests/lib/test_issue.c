/* SPDX-License-Identifier: MIT */
#include "model/issue.h"

#include <string.h>

#include "tests/support/suite.h"

static const struct {
        const char *name;
        const char *file;
        unsigned line;
        const char *setting, *text;
        bool is_warning;
        const char *wanted, *wanted_in_log;
} rows[] = {
        { "an error names file, line and setting", "a.conf", 7, "endpoints[0].sslciph",
                "is wrong; mend it", false, "a.conf:7: endpoints[0].sslciph: is wrong; mend it", NULL },
        { "a warning says so", "a.conf", 7, "http.listen", "is open", true,
                "a.conf:7: warning: http.listen: is open", "a.conf:7: http.listen: is open" },
        { "the file as a whole has no line", "a.conf", 0, NULL, "cannot be read", false,
                "a.conf: cannot be read", NULL },
        { "a line needs no setting", "a.conf", 3, NULL, "syntax error", false,
                "a.conf:3: syntax error", NULL },
        { "line ends and terminal sequences of the file do not pass", "a\n.conf", 1, "x\033[31m",
                "holds \r\n\t", false, "a\\x0a.conf:1: x\\x1b[31m: holds \\x0d\\x0a\\x09", NULL },
};

START_TEST(an_issue_is_one_line)
{
        Issues issues = ISSUES_INIT;
        CLEANUP_BUF Buf b = BUF_INIT;

        if (rows[_i].is_warning)
                issues_add_warning(&issues, rows[_i].file, rows[_i].line, rows[_i].setting, "%s",
                        rows[_i].text);
        else
                issues_add(&issues, rows[_i].file, rows[_i].line, rows[_i].setting, "%s",
                        rows[_i].text);

        ck_assert_uint_eq(issues.n, 1);
        ck_assert_uint_eq(issues.n_errors, rows[_i].is_warning ? 0 : 1);
        issue_append(&issues.list[0], &b);
        ck_assert_msg(strcmp(buf_str(&b), rows[_i].wanted) == 0, "%s: %s", rows[_i].name,
                buf_str(&b));

        buf_clear(&b);
        issue_append_unranked(&issues.list[0], &b);
        ck_assert_str_eq(buf_str(&b), rows[_i].wanted_in_log ? rows[_i].wanted_in_log : rows[_i].wanted);
        issues_done(&issues);
}
END_TEST

START_TEST(sorted_issues_go_through_each_file)
{
        static const struct {
                const char *file;
                unsigned line;
                const char *text;
        } added[] = {
                { "b", 2, "7" }, { "a", 10, "4" }, { "a", 9, "2" }, { "b", 0, "6" }, { "a", 10, "5" },
                { "a", 0, "1" }, { "a", 9, "3" },
        };
        Issues issues = ISSUES_INIT;

        issues_sort(&issues); /* nothing to do */
        for (size_t i = 0; i < ARRAY_LEN(added); i++)
                issues_add(&issues, added[i].file, added[i].line, NULL, "%s", added[i].text);
        issues_sort(&issues);
        for (size_t i = 0; i < issues.n; i++)
                ck_assert_int_eq(issues.list[i].text[0], (int) ('1' + i));
        issues_done(&issues);
}
END_TEST

START_TEST(all_issues_stay_in_order)
{
        Issues issues = ISSUES_INIT;

        for (unsigned i = 0; i < 100; i++) {
                issues_add(&issues, "f", i, NULL, "number %u", i);
                issues_add_warning(&issues, "f", i, NULL, "warning %u", i);
        }

        ck_assert_uint_eq(issues.n, 200);
        ck_assert_uint_eq(issues.n_errors, 100);
        ck_assert(!issues.failed);
        ck_assert_uint_eq(issues.list[198].line, 99);
        ck_assert_str_eq(issues.list[198].text, "number 99");
        ck_assert(issues.list[199].is_warning);

        issues_done(&issues);
        ck_assert_uint_eq(issues.n, 0);
        ck_assert_ptr_null(issues.list);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("issue");
        TCase *tcase = tcase_create("issue");

        tcase_add_loop_test(tcase, an_issue_is_one_line, 0, (int) ARRAY_LEN(rows));
        tcase_add_test(tcase, all_issues_stay_in_order);
        tcase_add_test(tcase, sorted_issues_go_through_each_file);
        suite_add_tcase(suite, tcase);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
