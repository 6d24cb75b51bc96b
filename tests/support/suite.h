/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_SUITE_H
#define MQTLS_TESTS_SUITE_H

/* What every test program's main() does: run one suite of Check and say how it ended. */

#include <check.h>
#include <stdlib.h>

/* Runs all of it and frees it. Returns the exit status. */
static inline int suite_run(Suite *suite)
{
        SRunner *runner = srunner_create(suite);
        int n_failed;

        srunner_run_all(runner, CK_NORMAL);
        n_failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
