/* SPDX-License-Identifier: MIT */
#include "model/issue.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"

static void issue_done(Issue *issue)
{
        free(issue->file);
        free(issue->setting);
        free(issue->text);
        *issue = (Issue){0};
}

void issues_done(Issues *issues)
{
        assert(issues);

        for (size_t i = 0; i < issues->n; i++)
                issue_done(&issues->list[i]);
        free(issues->list);
        *issues = (Issues) ISSUES_INIT;
}

static void PRINTF_LIKE(6, 0) issues_addv(Issues *issues, bool is_warning, const char *file,
        unsigned line, const char *setting, const char *format, va_list ap)
{
        Issue issue = {
                .line = line,
                .is_warning = is_warning,
        };

        assert(issues);
        assert(file);
        assert(format);

        /* Counted even when there is no memory to say it: an error must refuse the configuration. */
        if (!is_warning)
                issues->n_errors++;

        issue.file = strdup(file);
        issue.setting = setting ? strdup(setting) : NULL;
        if (vasprintf(&issue.text, format, ap) < 0)
                issue.text = NULL;

        if (!issue.file || !issue.text || (setting && !issue.setting) ||
                util_grow(&issues->list, issues->n, sizeof(*issues->list)) < 0) {
                issue_done(&issue);
                issues->failed = true;
                return;
        }

        issues->list[issues->n++] = issue;
}

void issues_add(Issues *issues, const char *file, unsigned line, const char *setting,
        const char *format, ...)
{
        va_list ap;

        va_start(ap, format);
        issues_addv(issues, false, file, line, setting, format, ap);
        va_end(ap);
}

void issues_add_warning(Issues *issues, const char *file, unsigned line, const char *setting,
        const char *format, ...)
{
        va_list ap;

        va_start(ap, format);
        issues_addv(issues, true, file, line, setting, format, ap);
        va_end(ap);
}

static int compare_issues(const void *a, const void *b)
{
        const Issue *x = a, *y = b;
        int r = strcmp(x->file, y->file);

        if (r != 0)
                return r;
        if (x->line != y->line)
                return x->line < y->line ? -1 : 1;
        return (x->order > y->order) - (x->order < y->order);
}

void issues_sort(Issues *issues)
{
        assert(issues);

        for (size_t i = 0; i < issues->n; i++)
                issues->list[i].order = i;
        if (issues->n > 0)
                qsort(issues->list, issues->n, sizeof(*issues->list), compare_issues);
}

static void append_place(const Issue *issue, Buf *b)
{
        escape_terminal(b, issue->file, strlen(issue->file));
        if (issue->line > 0)
                buf_appendf(b, ":%u", issue->line);
        buf_append_str(b, ": ");
}

static void append_words(const Issue *issue, Buf *b)
{
        if (issue->setting) {
                escape_terminal(b, issue->setting, strlen(issue->setting));
                buf_append_str(b, ": ");
        }

        escape_terminal(b, issue->text, strlen(issue->text));
}

void issue_append(const Issue *issue, Buf *b)
{
        assert(issue);
        assert(b);

        append_place(issue, b);
        if (issue->is_warning)
                buf_append_str(b, "warning: ");
        append_words(issue, b);
}

void issue_append_unranked(const Issue *issue, Buf *b)
{
        assert(issue);
        assert(b);

        append_place(issue, b);
        append_words(issue, b);
}
