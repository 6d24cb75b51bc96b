/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_JSON_AT_H
#define MQTLS_TESTS_JSON_AT_H

/* Reading the documents that the renderers write. */

#include <check.h>
#include <jansson.h>
#include <string.h>

#include "base/buf.h"
#include "base/util.h"

static inline json_t *json_parse_text(const char *text)
{
        json_error_t error;
        json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);

        ck_assert_msg(root != NULL, "%s at %d", error.text, error.position);
        return root;
}

static inline json_t *json_parse(const Buf *b)
{
        json_error_t error;
        json_t *root = json_loadb(b->data, b->len, JSON_REJECT_DUPLICATES, &error);

        ck_assert_msg(root != NULL, "%s at %d", error.text, error.position);
        ck_assert_msg(b->data[b->len - 1] == '\n', "the document ends with its line");
        return root;
}

static inline void json_cleanup(json_t **root)
{
        json_decref(*root);
}
#define CLEANUP_JSON CLEANUP(json_cleanup)

/* "a.b.0.c" */
static inline const json_t *at(const json_t *root, const char *path)
{
        CLEANUP_FREE char *copy = strdup(path);
        char *save = NULL;

        for (char *part = strtok_r(copy, ".", &save); part; part = strtok_r(NULL, ".", &save)) {
                root = json_is_array(root) ? json_array_get(root, (size_t) atoi(part))
                                           : json_object_get(root, part);
                ck_assert_msg(root != NULL, "nothing at %s of %s", part, path);
        }
        return root;
}

#define ck_assert_json_text(root, path, wanted)                                                    \
        ck_assert_pstr_eq(json_string_value(at(root, path)), wanted)
#define ck_assert_json_int(root, path, wanted)                                                     \
        ck_assert_int_eq(json_integer_value(at(root, path)), wanted)
#define ck_assert_json_null(root, path)                                                            \
        ck_assert_msg(json_is_null(at(root, path)), "%s is not null", path)

#endif
