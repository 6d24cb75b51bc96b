/* SPDX-License-Identifier: MIT */
#include "model/web_lines.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "x509/credential.h"

#define UTF8_BOM "\xef\xbb\xbf"

static const char blanks[] = " \t\r";

int web_lines_open(WebLines *l, const char *path, const char *setting, Issues *issues)
{
        CLEANUP_FREE char *problem = NULL;
        int r;

        assert(l);
        assert(path);
        assert(issues);

        *l = (WebLines){ .path = path, .setting = setting };
        r = credential_read_text(path, &problem, &l->text);
        if (r < 0 && !problem)
                return -ENOMEM;
        if (r < 0) {
                issues_add(issues, path, 0, setting, "%s", problem);
                return -EINVAL;
        }

        l->next = l->text + (strncmp(l->text, UTF8_BOM, strlen(UTF8_BOM)) == 0 ? strlen(UTF8_BOM) : 0);
        l->len = strlen(l->text);
        return 0;
}

void web_lines_done(WebLines *l)
{
        if (l->text)
                explicit_bzero(l->text, l->len);
        free(l->text);
        *l = (WebLines){ 0 };
}

char *web_lines_next(WebLines *l, Issues *issues)
{
        assert(l);
        assert(issues);

        while (*l->next) {
                char *line = l->next, *end = line + strcspn(line, "\n");
                size_t len;

                l->next = *end ? end + 1 : end;
                *end = '\0';
                if (++l->line > WEB_LINES_MAX) {
                        issues_add(issues, l->path, l->line, l->setting,
                                "the file has more than %d lines; is it the right one?", WEB_LINES_MAX);
                        return NULL;
                }

                line += strspn(line, blanks);
                len = strlen(line);
                while (len > 0 && strchr(blanks, line[len - 1]))
                        line[--len] = '\0';
                if (len > 0 && line[0] != '#')
                        return line;
        }
        return NULL;
}

bool web_secret_equal(const char *a, const char *b)
{
        size_t n_a = strlen(a), n_b = strlen(b);
        volatile unsigned char differs = n_a != n_b;

        for (size_t i = 0; i < n_a && i < n_b; i++)
                differs = differs | (unsigned char) (a[i] ^ b[i]);
        return !differs;
}
