/* SPDX-License-Identifier: MIT */
#include "tests/support/markup.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"

static bool is_void(const char *tag, size_t len)
{
        static const char *const names[] = {"meta", "link", "br", "wbr", "input", "!DOCTYPE"};

        for (size_t k = 0; k < ARRAY_LEN(names); k++)
                if (strlen(names[k]) == len && memcmp(names[k], tag, len) == 0)
                        return true;
        return false;
}

/* The one script of the pages, in their head, with nothing inside. */
static bool is_ours(const char *tag)
{
        static const char *const ours[] = {
                "<script src=\"page.js\" defer></script>\n</head>",
                "<script src=\"../page.js\" defer></script>\n</head>",
        };

        for (size_t k = 0; k < ARRAY_LEN(ours); k++)
                if (strncmp(tag, ours[k], strlen(ours[k])) == 0)
                        return true;
        return strncmp(tag, "</script>", strlen("</script>")) == 0;
}

/* Nothing of a style or a script stands in an attribute, and no link leads to a script. */
static void check_attributes(const char *tag, const char *end)
{
        static const char *const forbidden[] = {
                " style=", " on", " srcdoc=", "=\"javascript:", "=\"data:"};
        CLEANUP_FREE char *copy = strndup(tag, (size_t) (end - tag));
        bool quoted = false;

        ck_assert_ptr_nonnull(copy);
        for (size_t k = 3; k < ARRAY_LEN(forbidden); k++)
                ck_assert_msg(strstr(copy, forbidden[k]) == NULL, "%s", copy);
        for (char *c = copy; *c; c++) { /* names of attributes only */
                quoted = quoted != (*c == '"');
                *c = quoted && *c != '"' ? '_' : *c;
        }
        for (size_t k = 0; k < 3; k++)
                ck_assert_msg(strstr(copy, forbidden[k]) == NULL, "%s", copy);
}

void markup_check(const Buf *b)
{
        const char *open[64];
        size_t open_len[64], depth = 0;

        for (size_t k = 0; k < b->len; k++)
                ck_assert_msg((unsigned char) b->data[k] >= ' ' || b->data[k] == '\n',
                        "control character at %zu", k);
        for (size_t k = 0; k < b->len; k += escape_utf8_char(b->data + k, b->len - k))
                ck_assert_uint_gt(escape_utf8_char(b->data + k, b->len - k), 0);

        for (const char *s = b->data; *s; s++) {
                const char *name = NULL, *end = NULL;
                size_t len = 0;

                if (*s == '&')
                        ck_assert_msg(strcspn(s, ";") < 8, "a bare & at %.20s", s);
                ck_assert_msg(*s != '>', "a bare > at %.20s", s);
                if (*s != '<')
                        continue;

                name = s + 1 + (s[1] == '/');
                len = strcspn(name, " >");
                end = name + len;
                while (*end && *end != '>') {
                        ck_assert_msg(*end != '<', "a bare < at %.20s", s);
                        end = *end == '"' ? strchr(end + 1, '"') + 1 : end + 1;
                }
                ck_assert_int_eq(*end, '>');
                ck_assert_msg(len < 12 && (strncmp(name, "script", 6) != 0 || is_ours(s)) &&
                                      strncmp(name, "img", 3) != 0 &&
                                      strncmp(name, "iframe", 6) != 0,
                        "tag %.20s", s);
                check_attributes(s, end);

                if (s[1] == '/') {
                        ck_assert_uint_gt(depth, 0);
                        depth--;
                        ck_assert_msg(open_len[depth] == len && memcmp(open[depth], name, len) == 0,
                                "closed out of order: %.20s", s);
                } else if (!is_void(name, len) && end[-1] != '/') {
                        ck_assert_uint_lt(depth, ARRAY_LEN(open));
                        open[depth] = name;
                        open_len[depth++] = len;
                }
                s = end;
        }
        ck_assert_uint_eq(depth, 0);
}
