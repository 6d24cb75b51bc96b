/* SPDX-License-Identifier: MIT */

/*
 * IBM MQ, "Connection name (CONNAME)": entries are separated by commas, the port stands in
 * parentheses, and so a colon can only belong to an IPv6 literal.
 */

#include "mq/conname.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mq/channel.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define HEX_DIGITS DIGITS "ABCDEFabcdef"

/* A stretch of the text that is being parsed. */
typedef struct Span {
        const char *s;
        size_t len;
} Span;

static void conname_done(Conname *c)
{
        free(c->host);
}

void conname_list_done(ConnameList *l)
{
        assert(l);

        for (size_t i = 0; i < l->n_entries; i++)
                conname_done(&l->entries[i]);
        free(l->entries);
        *l = (ConnameList){0};
}

static Span span_trim(Span span)
{
        while (span.len > 0 && strchr(" \t", span.s[0])) {
                span.s++;
                span.len--;
        }
        while (span.len > 0 && strchr(" \t", span.s[span.len - 1]))
                span.len--;
        return span;
}

/* How many characters at the start are of `set`. */
static size_t span_count(Span span, const char *set)
{
        size_t n = 0;

        while (n < span.len && span.s[n] != '\0' && strchr(set, span.s[n]))
                n++;
        return n;
}

static Span span_skip(Span span, size_t n)
{
        return (Span){span.s + n, span.len - n};
}

/* Dotted decimal, four numbers up to 255. */
static bool is_ipv4(Span span)
{
        for (int part = 0; part < 4; part++) {
                size_t n = span_count(span, DIGITS);
                unsigned value = 0;

                if (n == 0 || n > 3)
                        return false;
                for (size_t i = 0; i < n; i++)
                        value = value * 10 + (unsigned) (span.s[i] - '0');
                if (value > 255)
                        return false;

                span = span_skip(span, n);
                if (part == 3)
                        return span.len == 0;
                if (span.len == 0 || span.s[0] != '.')
                        return false;
                span = span_skip(span, 1);
        }
        return false;
}

/* RFC 4291 section 2.2, with an optional zone behind '%' (RFC 4007 section 11). */
static bool is_ipv6(Span span)
{
        const char *zone = memchr(span.s, '%', span.len);
        bool has_gap = false;
        unsigned n_groups = 0;

        if (zone) {
                size_t address_len = (size_t) (zone - span.s);
                Span name = span_skip(span, address_len + 1);

                if (name.len == 0 || span_count(name, LETTERS DIGITS "-._") != name.len)
                        return false;
                span.len = address_len;
        }

        if (span.len >= 2 && span.s[0] == ':' && span.s[1] == ':') {
                has_gap = true;
                span = span_skip(span, 2);
        }

        while (span.len > 0) {
                size_t n = span_count(span, HEX_DIGITS);

                if (n < span.len && span.s[n] == '.') {
                        n_groups += 2;
                        return is_ipv4(span) && (has_gap ? n_groups < 8 : n_groups == 8);
                }
                if (n == 0 || n > 4)
                        return false;
                n_groups++;
                span = span_skip(span, n);
                if (span.len == 0)
                        break;

                if (span.s[0] != ':' || span.len == 1)
                        return false;
                span = span_skip(span, 1);
                if (span.s[0] == ':') {
                        if (has_gap)
                                return false;
                        has_gap = true;
                        span = span_skip(span, 1);
                }
        }
        return has_gap ? n_groups < 8 : n_groups == 8;
}

/* What is wrong with a host, or NULL. */
static const char *host_fault(Span host, bool is_bracketed)
{
        const char *colon = memchr(host.s, ':', host.len);

        if (host.len == 0)
                return "the host is missing";
        if (host.len > CONNAME_HOST_MAX)
                return "the host is longer than 255 characters";

        if (colon || is_bracketed) {
                if (is_ipv6(host))
                        return NULL;
                if (!is_bracketed && memrchr(host.s, ':', host.len) == colon)
                        return "the port stands in parentheses: host(1414)";
                return "the IPv6 address is not valid";
        }
        if (span_count(host, LETTERS DIGITS "-._") != host.len)
                return "the host holds a character that no host name has";
        /* getaddrinfo() would read "1414" or "10.1" as an address that nobody meant. */
        if (span_count(host, DIGITS ".") == host.len && !is_ipv4(host))
                return "the IPv4 address is not valid";
        return NULL;
}

static const char *parse_port(Span text, uint16_t *ret)
{
        unsigned port = 0;

        text = span_trim(text);
        if (text.len == 0 || text.len > 5 || span_count(text, DIGITS) != text.len)
                return "the port is not a number from 1 to 65535";
        for (size_t i = 0; i < text.len; i++)
                port = port * 10 + (unsigned) (text.s[i] - '0');
        if (port == 0 || port > UINT16_MAX)
                return "the port is not a number from 1 to 65535";

        *ret = (uint16_t) port;
        return NULL;
}

/* Cuts one entry into host and port. Returns what is wrong, or NULL. */
static const char *split_entry(Span entry, Span *ret_host, uint16_t *ret_port)
{
        bool is_bracketed = entry.len > 0 && entry.s[0] == '[';
        Span host = entry, rest = {0};
        const char *end, *why;

        end = memchr(entry.s, is_bracketed ? ']' : '(', entry.len);
        if (is_bracketed && !end)
                return "the bracket is not closed";

        if (end) {
                host.len = (size_t) (end - entry.s);
                rest = span_skip(entry, host.len);
        }
        if (is_bracketed) {
                host = span_skip(host, 1);
                rest = span_trim(span_skip(rest, 1));
        }
        host = span_trim(host);

        why = host_fault(host, is_bracketed);
        if (why)
                return why;
        *ret_host = host;
        *ret_port = MQ_DEFAULT_PORT;

        if (rest.len == 0)
                return NULL;
        if (is_bracketed && rest.s[0] == ':')
                return parse_port(span_skip(rest, 1), ret_port);
        if (rest.s[0] != '(')
                return "there is something behind the host that is no port in parentheses";
        if (rest.s[rest.len - 1] != ')')
                return "the parenthesis of the port is not closed at the end of the entry";
        return parse_port((Span){rest.s + 1, rest.len - 2}, ret_port);
}

static int list_add(ConnameList *l, Span host, uint16_t port)
{
        Conname c = {.host = strndup(host.s, host.len), .port = port};

        if (!c.host || util_grow(&l->entries, l->n_entries, sizeof(c)) < 0) {
                conname_done(&c);
                return -ENOMEM;
        }
        l->entries[l->n_entries++] = c;
        return 0;
}

static int parse_entries(const char *text, ConnameList *l, const char **ret_why)
{
        for (const char *s = text;; s++) {
                Span entry = span_trim((Span){s, strcspn(s, ",")}), host = {0};
                uint16_t port = 0;
                int r;

                if (l->n_entries == CONNAME_ENTRIES_MAX) {
                        *ret_why = "there are more than 64 entries";
                        return -EINVAL;
                }

                *ret_why = split_entry(entry, &host, &port);
                if (*ret_why)
                        return -EINVAL;
                r = list_add(l, host, port);
                if (r < 0)
                        return r;

                s += strcspn(s, ",");
                if (*s == '\0')
                        return 0;
        }
}

int conname_list_parse(const char *text, ConnameList *ret, const char **ret_why)
{
        CLEANUP(conname_list_done) ConnameList l = {0};
        const char *why = NULL;
        int r;

        assert(text);
        assert(ret);

        r = parse_entries(text, &l, &why);
        if (r < 0) {
                if (r == -EINVAL && ret_why)
                        *ret_why = why;
                return r;
        }

        *ret = l;
        l = (ConnameList){0};
        return 0;
}

void conname_append(const Conname *c, Buf *b)
{
        assert(c);
        assert(b);

        buf_append_str(b, c->host);
        buf_append_char(b, '(');
        buf_append_u64(b, c->port);
        buf_append_char(b, ')');
}
