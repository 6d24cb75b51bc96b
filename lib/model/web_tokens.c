/* SPDX-License-Identifier: MIT */
#include "model/web_tokens.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/escape.h"
#include "model/web_lines.h"

#define TOKEN_ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

static const char blanks[] = " \t";
static const char remedy[] = "write NAME TOKEN, and behind it perhaps qmgr=NAME&contact=NAME&group=NAME";

struct WebTokens {
        WebToken *list;
        size_t n;
};

static void web_token_done(WebToken *t)
{
        free(t->name);
        if (t->token)
                explicit_bzero(t->token, strlen(t->token));
        free(t->token);
        free(t->qmgr);
        free(t->contact);
        free(t->group);
        *t = (WebToken){ 0 };
}

/* The next word, ended in place; NULL where there is none. */
static char *next_word(char **at)
{
        char *word = *at + strspn(*at, blanks), *end = word + strcspn(word, blanks);

        *at = *end ? end + 1 : end;
        *end = '\0';
        return *word ? word : NULL;
}

static int hex_value(char c)
{
        static const char digits[] = "0123456789abcdef0123456789ABCDEF";
        const char *p = c ? strchr(digits, c) : NULL;

        return p ? (int) (p - digits) % 16 : -1;
}

/* Decodes "%NN" and "+" in place, as they stand in a URL. False for what is no text. */
static bool decode(char *text)
{
        char *out = text;

        for (const char *in = text; *in; in++) {
                int high = *in == '%' ? hex_value(in[1]) : -1, low = high >= 0 ? hex_value(in[2]) : -1;

                if (*in != '%') {
                        *out++ = *in == '+' ? ' ' : *in;
                        continue;
                }
                if (low < 0 || high * 16 + low < 0x20)
                        return false;
                *out++ = (char) (high * 16 + low);
                in += 2;
        }
        *out = '\0';

        for (size_t i = 0, len = (size_t) (out - text); i < len;) {
                size_t n = escape_utf8_char(text + i, len - i);

                if (n == 0)
                        return false;
                i += n;
        }
        return true;
}

/* What a restriction of this name is kept in, NULL for a name that there is not. */
static char **restriction(WebToken *t, const char *name)
{
        if (strcmp(name, "qmgr") == 0)
                return &t->qmgr;
        if (strcmp(name, "contact") == 0)
                return &t->contact;
        return strcmp(name, "group") == 0 ? &t->group : NULL;
}

/* Reads "qmgr=QM1&contact=x". Returns 0, -EINVAL for what cannot be read, or -ENOMEM. */
static int read_restrictions(WebToken *t, char *text)
{
        char *rest = text, *part = NULL;

        while ((part = strsep(&rest, "&"))) {
                char *equals = strchr(part, '='), **kept = NULL;

                if (!equals)
                        return -EINVAL;
                *equals = '\0';
                kept = restriction(t, part);
                if (!kept || *kept || !equals[1] || !decode(equals + 1))
                        return -EINVAL;
                *kept = strdup(equals + 1);
                if (!*kept)
                        return -ENOMEM;
        }
        return 0;
}

/* What no token may be, or NULL. */
static const char *token_fault(const char *token)
{
        size_t len = strlen(token);

        if (strspn(token, TOKEN_ALPHABET) != len)
                return "the token holds other characters than letters, digits, - and _";
        if (len < WEB_TOKEN_LENGTH_MIN)
                return "the token is shorter than 22 characters, so that it could be guessed";
        if (len > WEB_TOKEN_LENGTH_MAX)
                return "the token is longer than 128 characters";
        return NULL;
}

static const WebToken *find_twin(const WebTokens *all, const WebToken *t)
{
        for (size_t i = 0; i < all->n; i++)
                if (strcmp(all->list[i].name, t->name) == 0 ||
                        web_secret_equal(all->list[i].token, t->token))
                        return &all->list[i];
        return NULL;
}

/* Returns 0, also after a complaint (then `t` is not to be kept), or -ENOMEM. */
static int parse_line(
        WebToken *t, const WebTokens *all, const WebLines *l, char *line, Issues *issues)
{
        char *name = next_word(&line), *token = next_word(&line), *rest = next_word(&line);
        const char *fault = NULL;
        int r = 0;

        if (!token || next_word(&line)) {
                issues_add(issues, l->path, l->line, l->setting,
                        "the line has not two or three words; %s", remedy);
                return 0;
        }
        fault = token_fault(token);
        if (fault) {
                issues_add(issues, l->path, l->line, l->setting,
                        "%s; make one with openssl rand -hex 16", fault);
                return 0;
        }

        t->line = l->line;
        t->name = strdup(name);
        t->token = strdup(token);
        if (!t->name || !t->token)
                return -ENOMEM;
        if (rest)
                r = read_restrictions(t, rest);
        if (r == -EINVAL)
                issues_add(issues, l->path, l->line, l->setting,
                        "what the feed is restricted to cannot be read; %s", remedy);
        else if (r >= 0 && find_twin(all, t))
                issues_add(issues, l->path, l->line, l->setting,
                        "name or token stands on line %u already; each feed has its own",
                        find_twin(all, t)->line);
        return r == -ENOMEM ? r : 0;
}

static int read_lines(WebTokens *all, WebLines *l, Issues *issues)
{
        size_t n_errors = issues->n_errors;
        char *line = NULL;

        while ((line = web_lines_next(l, issues))) {
                size_t n_before = issues->n_errors;
                WebToken t = { 0 };
                int r = parse_line(&t, all, l, line, issues);

                if (r >= 0 && issues->n_errors == n_before)
                        r = util_grow(&all->list, all->n, sizeof(*all->list));
                if (r < 0 || issues->n_errors != n_before) {
                        web_token_done(&t);
                        if (r < 0)
                                return r;
                        continue;
                }
                all->list[all->n++] = t;
        }
        if (issues->failed)
                return -ENOMEM;
        return issues->n_errors > n_errors ? -EINVAL : 0;
}

int web_tokens_load(const char *path, Issues *issues, WebTokens **ret)
{
        CLEANUP(web_tokens_cleanup) WebTokens *all = NULL;
        CLEANUP(web_lines_done) WebLines lines = { 0 };
        int r;

        assert(path);
        assert(issues);
        assert(ret);

        all = calloc(1, sizeof(*all));
        if (!all)
                return -ENOMEM;

        r = web_lines_open(&lines, path, "http.calendar_tokens_file", issues);
        if (r >= 0)
                r = read_lines(all, &lines, issues);
        if (r < 0)
                return r;

        *ret = STEAL(all);
        return 0;
}

WebTokens *web_tokens_free(WebTokens *t)
{
        if (!t)
                return NULL;

        for (size_t i = 0; i < t->n; i++)
                web_token_done(&t->list[i]);
        free(t->list);
        free(t);
        return NULL;
}

const WebToken *web_tokens_find(const WebTokens *t, const char *token)
{
        const WebToken *found = NULL;

        assert(t);
        assert(token);

        for (size_t i = 0; i < t->n; i++)
                if (web_secret_equal(t->list[i].token, token))
                        found = &t->list[i];
        return found;
}
