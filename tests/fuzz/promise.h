/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_PROMISE_H
#define MQTLS_TESTS_PROMISE_H

/* What must hold whatever the bytes were; libFuzzer keeps the input that breaks it. */

#include <stdio.h>
#include <stdlib.h>

#define PROMISE(condition)                                                                         \
        do {                                                                                       \
                if (!(condition)) {                                                                \
                        (void) fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__,  \
                                #condition);                                                       \
                        abort();                                                                   \
                }                                                                                  \
        } while (0)

#endif
