/* SPDX-License-Identifier: MIT */
#include "base/util.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "tests/support/suite.h"

START_TEST(growing_keeps_what_was_there)
{
        size_t *array = NULL;

        for (size_t n = 0; n < 1000; n++) {
                ck_assert_int_eq(util_grow(&array, n, sizeof(*array)), 0);
                array[n] = n * 3;
        }
        for (size_t n = 0; n < 1000; n++)
                ck_assert_uint_eq(array[n], n * 3);
        free(array);
}
END_TEST

START_TEST(growing_beyond_memory_fails_and_leaves_the_array)
{
        int *array = malloc(sizeof(*array));
        const int *before = array;

        ck_assert_ptr_nonnull(array);
        ck_assert_int_eq(util_grow(&array, SIZE_MAX / 2 + 1, sizeof(*array)), -ENOMEM);
        ck_assert_int_eq(util_grow(&array, (size_t) 1 << 62, sizeof(*array)), -ENOMEM);
        ck_assert_ptr_eq(array, before);
        free(array);
}
END_TEST

START_TEST(a_stolen_pointer_leaves_null_behind)
{
        CLEANUP_FREE char *owner = strdup("x");
        char *was = owner;
        CLEANUP_FREE char *taken = STEAL(owner);

        ck_assert_ptr_eq(taken, was);
        ck_assert_ptr_null(owner);
}
END_TEST

START_TEST(a_text_that_may_be_missing_is_copied_as_what_it_is)
{
        CLEANUP_FREE char *copy = NULL, *none = NULL;
        const char *text = "QM1";

        ck_assert_int_eq(util_copy_text(text, &copy), 0);
        ck_assert_str_eq(copy, text);
        ck_assert_ptr_ne(copy, text);
        ck_assert_int_eq(util_copy_text(NULL, &none), 0);
        ck_assert_ptr_null(none);
}
END_TEST

START_TEST(a_missing_text_equals_only_a_missing_one)
{
        char same[] = "QM1";

        ck_assert(util_text_equal("QM1", same));
        ck_assert(!util_text_equal("QM1", "qm1"));
        ck_assert(util_text_equal(NULL, NULL));
        ck_assert(!util_text_equal(NULL, ""));
        ck_assert(!util_text_equal("", NULL));
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("util");
        TCase *tc = tcase_create("util");

        tcase_add_test(tc, growing_keeps_what_was_there);
        tcase_add_test(tc, growing_beyond_memory_fails_and_leaves_the_array);
        tcase_add_test(tc, a_stolen_pointer_leaves_null_behind);
        tcase_add_test(tc, a_text_that_may_be_missing_is_copied_as_what_it_is);
        tcase_add_test(tc, a_missing_text_equals_only_a_missing_one);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
