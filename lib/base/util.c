/* SPDX-License-Identifier: MIT */
#include "base/util.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

int util_grow(void *array, size_t n, size_t size)
{
        void *old = NULL, *grown = NULL;
        size_t capacity = 0;

        assert(array);
        assert(size > 0);

        /* The capacity is the next power of two, so only a power of two asks for more memory. */
        if (n != 0 && (n & (n - 1)) != 0)
                return 0;

        capacity = n == 0 ? 1 : n * 2;
        if (capacity < n || capacity > SIZE_MAX / size)
                return -ENOMEM;

        memcpy(&old, array, sizeof(old));
        grown = realloc(old, capacity * size);
        if (!grown)
                return -ENOMEM;

        /* cppcheck-suppress memleak ; the caller's variable owns it now */
        memcpy(array, &grown, sizeof(grown));
        /* cppcheck-suppress memleak */
        return 0;
}

int util_copy_text(const char *text, char **ret)
{
        char *copy = NULL;

        assert(ret);

        if (text) {
                copy = strdup(text);
                if (!copy)
                        return -ENOMEM;
        }
        *ret = copy;
        return 0;
}

bool util_text_equal(const char *a, const char *b)
{
        return a && b ? strcmp(a, b) == 0 : a == b;
}
