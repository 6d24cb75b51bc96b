/* SPDX-License-Identifier: MIT */
#include "tests/support/metrics_parser.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/util.h"

typedef struct Parser {
        ParsedMetrics *out;
        bool openmetrics;
        bool eof_seen;
        unsigned line;
} Parser;

static bool refuse(Parser *p, const char *format, ...) PRINTF_LIKE(2, 3);

static bool refuse(Parser *p, const char *format, ...)
{
        va_list ap;
        int n = snprintf(p->out->error, sizeof(p->out->error), "line %u: ", p->line);

        va_start(ap, format);
        (void) vsnprintf(p->out->error + n, sizeof(p->out->error) - (size_t) n, format, ap);
        va_end(ap);
        return false;
}

static void *must(void *memory)
{
        if (!memory)
                abort();
        return memory;
}

static char *copy(const char *s, size_t len)
{
        return must(strndup(s, len));
}

static bool is_name_start(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t name_len(const char *s)
{
        size_t len = 0;

        if (!is_name_start(*s))
                return 0;
        while (is_name_start(s[len]) || (s[len] >= '0' && s[len] <= '9'))
                len++;
        return len;
}

void parsed_metrics_done(ParsedMetrics *p)
{
        for (size_t i = 0; i < p->n_families; i++) {
                free(p->families[i].name);
                free(p->families[i].type);
                free(p->families[i].unit);
                free(p->families[i].help);
        }
        free(p->families);
        for (size_t i = 0; i < p->n_samples; i++) {
                ParsedSample *s = &p->samples[i];

                for (size_t l = 0; l < s->n_labels; l++) {
                        free(s->labels[l].name);
                        free(s->labels[l].value);
                }
                free(s->labels);
                free(s->name);
                free(s->key);
        }
        free(p->samples);
        *p = (ParsedMetrics){0};
}

/* ---- comment lines ---- */

static bool is_one_of(const char *word, const char *const *words, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (strcmp(word, words[i]) == 0)
                        return true;
        return false;
}

static bool type_is_known(bool openmetrics, const char *type)
{
        static const char *const text[] = {"counter", "gauge", "histogram", "summary", "untyped"};
        static const char *const open[] = {"counter", "gauge", "histogram", "gaugehistogram",
                "summary", "stateset", "info", "unknown"};

        return openmetrics ? is_one_of(type, open, ARRAY_LEN(open))
                           : is_one_of(type, text, ARRAY_LEN(text));
}

static bool help_is_escaped(bool openmetrics, const char *help)
{
        for (; *help; help++) {
                if (*help == '"' && openmetrics)
                        return false;
                if (*help != '\\')
                        continue;
                help++;
                if (*help != '\\' && *help != 'n' && !(*help == '"' && openmetrics))
                        return false;
        }
        return true;
}

static ParsedFamily *family_of(Parser *p, const char *name, size_t len, bool *ret_is_last)
{
        for (size_t i = 0; i < p->out->n_families; i++) {
                ParsedFamily *f = &p->out->families[i];

                if (strlen(f->name) == len && memcmp(f->name, name, len) == 0) {
                        *ret_is_last = i + 1 == p->out->n_families;
                        return f;
                }
        }
        return NULL;
}

static ParsedFamily *family_add(Parser *p, const char *name, size_t len)
{
        ParsedMetrics *m = p->out;

        if (util_grow(&m->families, m->n_families, sizeof(*m->families)) < 0)
                abort();
        m->families[m->n_families] = (ParsedFamily){.name = copy(name, len)};
        return &m->families[m->n_families++];
}

static bool set_once(Parser *p, char **field, const char *value, const char *keyword)
{
        if (*field)
                return refuse(p, "a second %s", keyword);
        *field = copy(value, strlen(value));
        return true;
}

static bool parse_comment(Parser *p, const char *line)
{
        char keyword[8] = "";
        const char *name = NULL, *rest = NULL;
        ParsedFamily *f = NULL;
        size_t len = 0;
        bool is_last = true;

        if (p->openmetrics && strcmp(line, "# EOF") == 0) {
                p->eof_seen = true;
                return true;
        }
        if (strncmp(line, "# ", 2) != 0 || sscanf(line + 2, "%4[A-Z]", keyword) != 1 ||
                line[2 + strlen(keyword)] != ' ')
                return refuse(p, "a free comment");

        name = line + 2 + strlen(keyword) + 1;
        len = name_len(name);
        if (len == 0 || name[len] != ' ')
                return refuse(p, "no family name");
        rest = name + len + 1;

        f = family_of(p, name, len, &is_last);
        if (!f)
                f = family_add(p, name, len);
        else if (!is_last || f->n_samples > 0)
                return refuse(p, "metadata of %s stands apart", f->name);

        if (strcmp(keyword, "TYPE") == 0)
                return type_is_known(p->openmetrics, rest) ? set_once(p, &f->type, rest, "TYPE")
                                                           : refuse(p, "type %s", rest);
        if (strcmp(keyword, "HELP") == 0)
                return help_is_escaped(p->openmetrics, rest) ? set_once(p, &f->help, rest, "HELP")
                                                             : refuse(p, "HELP is not escaped");
        if (strcmp(keyword, "UNIT") != 0 || !p->openmetrics)
                return refuse(p, "keyword %s", keyword);

        len = strlen(rest);
        if (strlen(f->name) <= len || f->name[strlen(f->name) - len - 1] != '_' ||
                strcmp(f->name + strlen(f->name) - len, rest) != 0)
                return refuse(p, "%s does not end in its unit %s", f->name, rest);
        return set_once(p, &f->unit, rest, "UNIT");
}

/* ---- samples ---- */

static bool parse_label_value(Parser *p, const char **at, char **ret)
{
        CLEANUP_BUF Buf value = BUF_INIT;
        const char *s = *at;

        if (*s++ != '"')
                return refuse(p, "a label value without quote");
        for (; *s && *s != '"'; s++) {
                if (*s != '\\') {
                        buf_append_char(&value, *s);
                        continue;
                }
                s++;
                if (*s != '\\' && *s != '"' && *s != 'n')
                        return refuse(p, "an unknown escape");
                buf_append_char(&value, *s == 'n' ? '\n' : *s);
        }
        if (*s++ != '"')
                return refuse(p, "an open label value");

        if (buf_steal(&value, ret) < 0)
                abort();
        *at = s;
        return true;
}

static bool parse_labels(Parser *p, const char **at, ParsedSample *sample)
{
        const char *s = *at;

        if (*s != '{')
                return true;
        s++;
        if (*s == '}')
                return refuse(p, "empty braces");

        for (;;) {
                size_t len = name_len(s);
                ParsedLabel label = {0};

                if (len == 0 || s[len] != '=' || strncmp(s, "__", 2) == 0)
                        return refuse(p, "a bad label name at: %.20s", s);
                for (size_t i = 0; i < sample->n_labels; i++)
                        if (strlen(sample->labels[i].name) == len &&
                                memcmp(sample->labels[i].name, s, len) == 0)
                                return refuse(p, "label %.*s stands twice", (int) len, s);

                label.name = copy(s, len);
                s += len + 1;
                if (!parse_label_value(p, &s, &label.value)) {
                        free(label.name);
                        return false;
                }
                if (util_grow(&sample->labels, sample->n_labels, sizeof(label)) < 0)
                        abort();
                sample->labels[sample->n_labels++] = label;

                if (*s == '}')
                        break;
                if (*s++ != ',')
                        return refuse(p, "no comma between labels");
        }
        *at = s + 1;
        return true;
}

static bool parse_value(Parser *p, const char *s, double *ret)
{
        char *end = NULL;

        if (strcmp(s, "+Inf") == 0)
                *ret = INFINITY;
        else if (strcmp(s, "-Inf") == 0)
                *ret = -INFINITY;
        else if (strcmp(s, "NaN") == 0)
                *ret = NAN;
        else {
                if (*s == '\0' || strspn(s, "0123456789+-.e") != strlen(s))
                        return refuse(p, "value %s", s);
                *ret = strtod(s, &end);
                if (*end)
                        return refuse(p, "value %s", s);
        }
        return true;
}

/* May a sample of this name stand in the family? */
static bool name_fits(bool openmetrics, const ParsedFamily *f, const char *name)
{
        static const char *const histogram[] = {"_bucket", "_sum", "_count"};
        const char *suffix = name + strlen(f->name);

        if (strncmp(name, f->name, strlen(f->name)) != 0)
                return false;
        if (strcmp(f->type, "histogram") == 0)
                return is_one_of(suffix, histogram, ARRAY_LEN(histogram));
        if (openmetrics && strcmp(f->type, "counter") == 0)
                return strcmp(suffix, "_total") == 0;
        if (openmetrics && strcmp(f->type, "info") == 0)
                return strcmp(suffix, "_info") == 0;
        return *suffix == '\0';
}

static int compare_labels(const void *a, const void *b)
{
        return strcmp(((const ParsedLabel *) a)->name, ((const ParsedLabel *) b)->name);
}

static char *series_key(const ParsedSample *s)
{
        CLEANUP_FREE ParsedLabel *sorted = must(calloc(s->n_labels + 1, sizeof(*sorted)));
        Buf key = BUF_INIT;
        char *ret = NULL;

        if (s->n_labels > 0)
                memcpy(sorted, s->labels, s->n_labels * sizeof(*sorted));
        qsort(sorted, s->n_labels, sizeof(*sorted), compare_labels);

        buf_append_str(&key, s->name);
        for (size_t i = 0; i < s->n_labels; i++) {
                if (sorted[i].value[0] == '\0')
                        continue; /* an empty label is no label */
                buf_append_char(&key, '\x01');
                buf_append_str(&key, sorted[i].name);
                buf_append_char(&key, '\x02');
                buf_append_str(&key, sorted[i].value);
        }
        if (buf_steal(&key, &ret) < 0)
                abort();
        return ret;
}

static bool check_sample(Parser *p, const ParsedFamily *f, const ParsedSample *s)
{
        if (!f || !f->type || !f->help)
                return refuse(p, "%s comes without TYPE and HELP", s->name);
        if (!name_fits(p->openmetrics, f, s->name))
                return refuse(p, "%s stands in the family %s", s->name, f->name);
        if (p->openmetrics && strcmp(f->type, "info") == 0 && !(fabs(s->value - 1) <= 0))
                return refuse(p, "%s is not 1", s->name);
        if (strcmp(f->type, "counter") == 0 && !(s->value >= 0))
                return refuse(p, "%s counts down", s->name);
        return true;
}

static bool parse_sample(Parser *p, const char *line)
{
        ParsedMetrics *m = p->out;
        ParsedFamily *f = m->n_families > 0 ? &m->families[m->n_families - 1] : NULL;
        size_t len = name_len(line);
        const char *s = line + len;
        ParsedSample *sample = NULL;

        if (len == 0)
                return refuse(p, "no metric name");

        if (util_grow(&m->samples, m->n_samples, sizeof(*m->samples)) < 0)
                abort();
        sample = &m->samples[m->n_samples++];
        *sample = (ParsedSample){
                .name = copy(line, len),
                .family = m->n_families > 0 ? m->n_families - 1 : 0,
        };

        if (!parse_labels(p, &s, sample))
                return false;
        if (*s++ != ' ' || !parse_value(p, s, &sample->value))
                return refuse(p, "no value after one blank");

        sample->key = series_key(sample);
        if (!check_sample(p, f, sample))
                return false;
        f->n_samples++;
        return true;
}

/* ---- the page as a whole ---- */

static int compare_keys(const void *a, const void *b)
{
        return strcmp(
                (*(const ParsedSample *const *) a)->key, (*(const ParsedSample *const *) b)->key);
}

static bool check_unique(Parser *p)
{
        ParsedMetrics *m = p->out;
        CLEANUP_FREE const ParsedSample **sorted = must(calloc(m->n_samples + 1, sizeof(ParsedSample *)));

        for (size_t i = 0; i < m->n_samples; i++)
                sorted[i] = &m->samples[i];
        qsort(sorted, m->n_samples, sizeof(ParsedSample *), compare_keys);
        for (size_t i = 1; i < m->n_samples; i++)
                if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
                        return refuse(p, "a duplicate series of %s", sorted[i]->name);
        return true;
}

/* Canonical bounds bear a point or an exponent, in rising order; the last is +Inf and the count. */
static bool check_histogram(Parser *p, size_t family)
{
        const ParsedMetrics *m = p->out;
        double last = -INFINITY, count = -1, cumulative = 0;

        for (size_t i = 0; i < m->n_samples; i++) {
                const ParsedSample *s = &m->samples[i];
                const char *le = parsed_sample_label(s, "le");
                double bound = 0;

                if (s->family != family)
                        continue;
                if (!le) {
                        count = strstr(s->name, "_count") ? s->value : count;
                        continue;
                }
                if (!parse_value(p, le, &bound) || !(bound > last) || s->value < cumulative)
                        return refuse(p, "bucket %s is out of order", le);
                if (!isinf(bound) && !strpbrk(le, ".e"))
                        return refuse(p, "le %s is not canonical", le);
                last = bound;
                cumulative = s->value;
        }
        if (!isinf(last) || fabs(count - cumulative) > 0)
                return refuse(p, "a histogram without +Inf or with another count");
        return true;
}

static bool check_page(Parser *p)
{
        if (p->openmetrics && !p->eof_seen)
                return refuse(p, "no # EOF");
        for (size_t i = 0; i < p->out->n_families; i++)
                if (p->out->families[i].type && p->out->families[i].n_samples > 0 &&
                        strcmp(p->out->families[i].type, "histogram") == 0 &&
                        !check_histogram(p, i))
                        return false;
        return check_unique(p);
}

static bool check_bytes(Parser *p, const char *text, size_t len)
{
        for (size_t i = 0; i < len;) {
                size_t n = escape_utf8_char(text + i, len - i);

                if (n == 0)
                        return refuse(p, "no UTF-8 at byte %zu", i);
                if (((unsigned char) text[i] < ' ' && text[i] != '\n') || text[i] == '\x7f')
                        return refuse(p, "a control character at byte %zu", i);
                i += n;
        }
        if (len == 0 || text[len - 1] != '\n')
                return refuse(p, "the last line is open");
        return true;
}

bool parsed_metrics_read(const char *text, size_t len, bool openmetrics, ParsedMetrics *ret)
{
        Parser p = {
                .out = ret,
                .openmetrics = openmetrics,
        };
        const char *end = text + len;

        *ret = (ParsedMetrics){0};
        if (!check_bytes(&p, text, len))
                return false;

        while (text < end) {
                const char *newline = must(memchr(text, '\n', (size_t) (end - text)));
                CLEANUP_FREE char *line = copy(text, (size_t) (newline - text));

                p.line++;
                if (p.eof_seen)
                        return refuse(&p, "data after # EOF");
                if (*line == '\0')
                        return refuse(&p, "a blank line");
                if (*line == '#' ? !parse_comment(&p, line) : !parse_sample(&p, line))
                        return false;
                text = newline + 1;
        }
        return check_page(&p);
}

/* ---- questions ---- */

const char *parsed_sample_label(const ParsedSample *s, const char *name)
{
        for (size_t i = 0; i < s->n_labels; i++)
                if (strcmp(s->labels[i].name, name) == 0)
                        return s->labels[i].value;
        return NULL;
}

static bool sample_bears(const ParsedSample *s, const char *labels)
{
        while (*labels) {
                size_t name = strcspn(labels, "="), value = strcspn(labels + name + 1, ",");
                CLEANUP_FREE char *wanted_name = copy(labels, name);
                CLEANUP_FREE char *wanted = copy(labels + name + 1, value);
                const char *has = parsed_sample_label(s, wanted_name);

                if (strcmp(has ? has : "", wanted) != 0)
                        return false;
                labels += name + 1 + value;
                labels += *labels == ',';
        }
        return true;
}

size_t parsed_metrics_count(const ParsedMetrics *p, const char *name, const char *labels)
{
        size_t n = 0;

        for (size_t i = 0; i < p->n_samples; i++)
                n += strcmp(p->samples[i].name, name) == 0 && sample_bears(&p->samples[i], labels);
        return n;
}

const ParsedSample *parsed_metrics_find(
        const ParsedMetrics *p, const char *name, const char *labels)
{
        const ParsedSample *found = NULL;

        for (size_t i = 0; i < p->n_samples; i++) {
                if (strcmp(p->samples[i].name, name) != 0 || !sample_bears(&p->samples[i], labels))
                        continue;
                if (found)
                        return NULL;
                found = &p->samples[i];
        }
        return found;
}
