/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_BASE_UTIL_H
#define MQTLS_BASE_UTIL_H

/*
 * The few idioms every file of the house shares: cleanup attributes, the visible steal that hands
 * ownership over, array length, arrays that grow, and texts that may be missing.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define MIN_OF(a, b) ((a) < (b) ? (a) : (b))
#define MAX_OF(a, b) ((a) > (b) ? (a) : (b))

#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define UNUSED __attribute__((unused))

/* Runs `function` on the address of the variable when it leaves its scope. */
#define CLEANUP(function) __attribute__((cleanup(function)))

/* Defines `name`, usable in CLEANUP(), for a pointer variable that `free_function` frees. */
#define DEFINE_CLEANUP(type, free_function, name)                                                  \
        static inline UNUSED void name(type **p) /* NOLINT(bugprone-macro-parentheses) */          \
        {                                                                                          \
                if (*p)                                                                            \
                        free_function(*p);                                                         \
        }

static inline UNUSED void cleanup_free(void *p)
{
        free(*(void **) p);
}

#define CLEANUP_FREE CLEANUP(cleanup_free)

/* Takes a pointer out of its variable, which is NULL afterwards: the hand-over of ownership. */
#define STEAL(p)                                                                                   \
        __extension__({                                                                            \
                __typeof__(p) stolen_ = (p);                                                       \
                (p) = NULL;                                                                        \
                stolen_;                                                                           \
        })

/*
 * Makes room for one more element behind `*array` (of `n` elements, `size` bytes each), growing in
 * powers of two. Returns 0 or -ENOMEM; on failure the array is as before.
 */
int util_grow(void *array, size_t n, size_t size);

/* Copies a text; the copy of NULL is NULL. Returns 0, or -ENOMEM with `*ret` as it was. */
int util_copy_text(const char *text, char **ret);

/* Are they the same text? NULL equals only NULL. */
bool util_text_equal(const char *a, const char *b);

#endif
