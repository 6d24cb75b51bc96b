/* SPDX-License-Identifier: MIT */
#include "daemon/output.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/escape.h"

static int write_all(int fd, const char *data, size_t len)
{
        while (len > 0) {
                ssize_t n = write(fd, data, len);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                data += n;
                len -= (size_t) n;
        }
        return 0;
}

int output_write(const Buf *b)
{
        int r;

        assert(b);

        r = buf_error(b);
        if (r >= 0)
                r = write_all(STDOUT_FILENO, buf_str(b), b->len);
        if (r < 0)
                output_problem("the result could not be written: %s", strerror(-r));
        return r;
}

void output_issues(const Issues *issues)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        assert(issues);

        for (size_t i = 0; i < issues->n; i++) {
                issue_append(&issues->list[i], &b);
                buf_append_char(&b, '\n');
        }
        (void) write_all(STDERR_FILENO, buf_str(&b), b.len);
        if (issues->failed || buf_error(&b) < 0)
                output_problem("out of memory; there may be more to say");
}

void output_problem(const char *format, ...)
{
        CLEANUP_FREE char *text = NULL;
        CLEANUP_BUF Buf line = BUF_INIT;
        va_list ap;
        int n;

        va_start(ap, format);
        n = vasprintf(&text, format, ap);
        va_end(ap);
        if (n < 0) {
                text = NULL;
                return;
        }

        buf_append_str(&line, "mqtlsd: ");
        escape_log(&line, text, (size_t) n, 0);
        buf_append_char(&line, '\n');
        (void) write_all(STDERR_FILENO, buf_str(&line), line.len);
}

ReportStyle output_style(void)
{
        const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
        struct winsize size;
        ReportStyle style = {0};

        if (!isatty(STDOUT_FILENO))
                return style;

        style.colour = !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
        if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) >= 0)
                style.columns = size.ws_col;
        return style;
}
