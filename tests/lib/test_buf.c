/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <errno.h>
#include <string.h>

#include "tests/support/suite.h"

START_TEST(an_empty_buf_is_empty_text)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        CLEANUP_FREE char *s = NULL;

        ck_assert_str_eq(buf_str(&b), "");
        ck_assert_int_eq(buf_error(&b), 0);
        ck_assert_int_eq(buf_steal(&b, &s), 0);
        ck_assert_str_eq(s, "");
}
END_TEST

START_TEST(appending_grows_and_keeps_nul_bytes)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        for (int i = 0; i < 1000; i++)
                buf_append(&b, "a\0b", 3);
        ck_assert_int_eq(buf_error(&b), 0);
        ck_assert_uint_eq(b.len, 3000);
        ck_assert_int_eq(memcmp(b.data + 2997, "a\0b", 4), 0);
}
END_TEST

START_TEST(appending_nothing_changes_nothing)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_append(&b, NULL, 0);
        buf_append_str(&b, "");
        buf_appendf(&b, "%s", "");
        ck_assert_uint_eq(b.len, 0);
        ck_assert_str_eq(buf_str(&b), "");
}
END_TEST

START_TEST(numbers_reach_their_limits)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_append_u64(&b, 0);
        buf_append_char(&b, ' ');
        buf_append_u64(&b, UINT64_MAX);
        buf_append_char(&b, ' ');
        buf_append_i64(&b, INT64_MIN);
        buf_append_char(&b, ' ');
        buf_append_i64(&b, -1);
        ck_assert_str_eq(buf_str(&b), "0 18446744073709551615 -9223372036854775808 -1");
}
END_TEST

START_TEST(formatted_text_of_every_length_is_whole)
{
        for (int width = 1; width < 300; width++) {
                CLEANUP_BUF Buf b = BUF_INIT;

                buf_append_str(&b, "x");
                buf_appendf(&b, "%*d", width, 7);
                ck_assert_uint_eq(b.len, (size_t) width + 1);
                ck_assert_uint_eq(strlen(b.data), b.len);
                ck_assert_int_eq(b.data[width], '7');
        }
}
END_TEST

START_TEST(consuming_takes_from_the_front)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_consume(&b, 0);
        buf_append_str(&b, "hello world");
        buf_consume(&b, 6);
        ck_assert_str_eq(buf_str(&b), "world");
        buf_consume(&b, 5);
        ck_assert_str_eq(buf_str(&b), "");
        buf_append_str(&b, "again");
        ck_assert_str_eq(buf_str(&b), "again");
}
END_TEST

START_TEST(truncating_takes_from_the_end)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_truncate(&b, 0);
        buf_append_str(&b, "hello world");
        buf_truncate(&b, 5);
        ck_assert_str_eq(buf_str(&b), "hello");
        ck_assert_uint_eq(b.len, 5);
}
END_TEST

START_TEST(clearing_forgets_content_and_failure)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_append_str(&b, "x");
        b.failed = true;
        buf_clear(&b);
        ck_assert_int_eq(buf_error(&b), 0);
        ck_assert_str_eq(buf_str(&b), "");
}
END_TEST

START_TEST(a_failure_sticks_until_the_text_is_asked_for)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        char *s = NULL;

        buf_append_str(&b, "before");
        buf_append(&b, "x", SIZE_MAX);
        ck_assert_int_eq(buf_error(&b), -ENOMEM);
        buf_append_str(&b, "after");
        buf_appendf(&b, "%d", 1);
        ck_assert_str_eq(buf_str(&b), "before");
        ck_assert_int_eq(buf_steal(&b, &s), -ENOMEM);
        ck_assert_ptr_null(s);
        ck_assert_str_eq(buf_str(&b), "");
}
END_TEST

START_TEST(stealing_hands_over_and_empties)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        CLEANUP_FREE char *s = NULL;

        buf_append_str(&b, "mine");
        ck_assert_int_eq(buf_steal(&b, &s), 0);
        ck_assert_str_eq(s, "mine");
        ck_assert_ptr_null(b.data);
        ck_assert_uint_eq(b.len, 0);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("buf");
        TCase *tc = tcase_create("buf");

        tcase_add_test(tc, an_empty_buf_is_empty_text);
        tcase_add_test(tc, appending_grows_and_keeps_nul_bytes);
        tcase_add_test(tc, appending_nothing_changes_nothing);
        tcase_add_test(tc, numbers_reach_their_limits);
        tcase_add_test(tc, formatted_text_of_every_length_is_whole);
        tcase_add_test(tc, consuming_takes_from_the_front);
        tcase_add_test(tc, truncating_takes_from_the_end);
        tcase_add_test(tc, clearing_forgets_content_and_failure);
        tcase_add_test(tc, a_failure_sticks_until_the_text_is_asked_for);
        tcase_add_test(tc, stealing_hands_over_and_empties);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
