/* SPDX-License-Identifier: MIT */

/* The search form: a plain GET form, so that a search is an address. */

#include "render/render_page_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "render/html.h"

enum {
        OPTIONS_MAX = 100, /* of one select; beyond that people type */
};

typedef struct Words {
        const char **words; /* borrowed, sorted, each once */
        size_t n;
} Words;

static int compare_words(const void *a, const void *b)
{
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static const char *word_of(const Endpoint *e, PageQueryField field)
{
        return field == PAGE_QUERY_qmgr      ? e->config->qmgr
               : field == PAGE_QUERY_contact ? e->config->contact
                                             : e->config->group;
}

static int collect(const Inventory *inventory, PageQueryField field, Words *ret)
{
        size_t n_all = inventory_count(inventory), n = 0;
        const char **words = calloc(n_all + 1, sizeof(*words));

        if (!words)
                return -ENOMEM;

        for (size_t i = 0; i < n_all; i++) {
                const char *word = word_of(inventory_at(inventory, i), field);

                if (word && *word)
                        words[n++] = word;
        }
        qsort(words, n, sizeof(*words), compare_words);

        *ret = (Words){.words = words};
        for (size_t i = 0; i < n; i++)
                if (ret->n == 0 || strcmp(words[ret->n - 1], words[i]) != 0)
                        words[ret->n++] = words[i];
        return 0;
}

static void append_option(Buf *b, const char *value, const char *words, const char *chosen)
{
        buf_append_str(b, "<option value=\"");
        html_text(b, value);
        buf_append_str(b, chosen && strcmp(chosen, value) == 0 ? "\" selected>" : "\">");
        html_text(b, words);
        buf_append_str(b, "</option>");
}

static void append_label(Buf *b, const char *label)
{
        buf_append_str(b, "<label><span>");
        buf_append_str(b, label);
        buf_append_str(b, "</span>");
}

/* Few words are chosen from, many are typed. */
static int append_choice(const Page *p, PageQueryField field, const char *label)
{
        const char *chosen = page_query_get(p->query, field), *name = page_query_name(field);
        Words w = {0};
        int r = collect(p->inventory, field, &w);
        CLEANUP_FREE const char **words = w.words;
        Buf *b = p->b;

        if (r < 0 || (w.n == 0 && !chosen))
                return r;

        append_label(b, label);
        if (w.n > OPTIONS_MAX) {
                buf_appendf(b,
                        "<input name=\"%s\" autocomplete=\"off\" spellcheck=\"false\" value=\"",
                        name);
                html_text(b, chosen);
                buf_append_str(b, "\"></label>\n");
                return 0;
        }

        buf_appendf(b, "<select name=\"%s\">", name);
        append_option(b, "", "all", NULL);
        for (size_t i = 0; i < w.n; i++)
                append_option(b, words[i], words[i], chosen);
        buf_append_str(b, "</select></label>\n");
        return 0;
}

static void append_severities(const Page *p)
{
        static const Severity order[] = {
                SEVERITY_CRITICAL, SEVERITY_WARNING, SEVERITY_UNKNOWN, SEVERITY_OK};
        const char *chosen = page_query_get(p->query, PAGE_QUERY_severity);

        append_label(p->b, "State");
        buf_append_str(p->b, "<select name=\"severity\">");
        append_option(p->b, "", "all", NULL);
        for (size_t i = 0; i < ARRAY_LEN(order); i++)
                append_option(
                        p->b, severity_to_string(order[i]), severity_to_string(order[i]), chosen);
        buf_append_str(p->b, "</select></label>\n");
}

/* What came by a link and has no field of its own goes on with the next search. */
static void append_hidden(const Page *p)
{
        static const PageQueryField fields[] = {
                PAGE_QUERY_drift, PAGE_QUERY_suite, PAGE_QUERY_leaf, PAGE_QUERY_ends};

        for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
                const char *value = page_query_get(p->query, fields[i]);

                if (!value)
                        continue;
                buf_appendf(p->b, "<input type=\"hidden\" name=\"%s\" value=\"",
                        page_query_name(fields[i]));
                html_text(p->b, value);
                buf_append_str(p->b, "\">\n");
        }
}

int page_append_form(const Page *p)
{
        static const struct {
                PageQueryField field;
                const char *label;
        } choices[] = {
                {PAGE_QUERY_qmgr, "Queue manager"},
                {PAGE_QUERY_contact, "Contact"},
                {PAGE_QUERY_group, "Group"},
        };
        Buf *b = p->b;

        buf_append_str(b,
                "<form id=\"filter\" class=\"filter\" action=\"./\" method=\"get\" "
                "role=\"search\">\n"
                "<label class=\"words\"><span>Search</span><input type=\"search\" name=\"q\" "
                "placeholder=\"name, channel, host, subject, AMQ9633, expired \xe2\x80\xa6\" "
                "autocomplete=\"off\" spellcheck=\"false\" value=\"");
        html_text(b, page_query_get(p->query, PAGE_QUERY_q));
        buf_append_str(b, "\"></label>\n");
        for (size_t i = 0; i < ARRAY_LEN(choices); i++) {
                int r = append_choice(p, choices[i].field, choices[i].label);

                if (r < 0)
                        return r;
        }
        append_severities(p);
        append_hidden(p);
        buf_append_str(b, "<button type=\"submit\">Search</button>\n");
        buf_append_str(b, "</form>\n");
        return 0;
}
