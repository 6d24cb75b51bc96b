/* SPDX-License-Identifier: MIT */
#include "model/import_internal.h"

#include <assert.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/file_read.h"

#define UTF8_BOM "\xef\xbb\xbf"
#define BLANKS " \t\r\n\v\f"

enum {
        SHOWN_MAX = 64, /* of a foreign name, in a message */
};

void imported_endpoint_done(ImportedEndpoint *e)
{
        assert(e);

        free(e->qmgr);
        free(e->defined_by);
        free(e->channel);
        free(e->conname);
        free(e->sslciph);
        free(e->sslpeer);
        free(e->sslcauth);
        free(e->certlabl);
        free(e->description);
        *e = (ImportedEndpoint){0};
}

static void import_skip_done(ImportSkip *s)
{
        free(s->name);
        free(s->why);
        *s = (ImportSkip){0};
}

void import_result_done(ImportResult *r)
{
        assert(r);

        for (size_t i = 0; i < r->n_endpoints; i++)
                imported_endpoint_done(&r->endpoints[i]);
        for (size_t i = 0; i < r->n_skipped; i++)
                import_skip_done(&r->skipped[i]);
        free(r->endpoints);
        free(r->skipped);
        *r = (ImportResult){0};
}

void import_begin(Import *i, const char *file, const ImportOptions *options, Issues *issues)
{
        static const ImportOptions none;

        assert(i);
        assert(file);
        assert(issues);

        *i = (Import){
                .file = file,
                .options = options ? options : &none,
                .issues = issues,
        };
}

void import_done(Import *i)
{
        assert(i);

        import_result_done(&i->result);
}

int import_finish(Import *i, ImportResult *ret)
{
        assert(i);
        assert(ret);

        if (i->no_memory || i->issues->failed)
                return -ENOMEM;

        *ret = i->result;
        i->result = (ImportResult){0};
        return 0;
}

bool import_may_complain(Import *i, unsigned line)
{
        i->n_errors++;
        if (i->n_errors == IMPORT_ISSUES_MAX + 1) {
                i->stopped = true;
                issues_add(i->issues, i->file, line, NULL,
                        "more is wrong here than %d mistakes, the rest is not read; correct those first",
                        IMPORT_ISSUES_MAX);
        }
        return i->n_errors <= IMPORT_ISSUES_MAX;
}

bool import_may_warn(Import *i, unsigned line)
{
        i->n_warnings++;
        if (i->n_warnings == IMPORT_ISSUES_MAX + 1)
                issues_add_warning(i->issues, i->file, line, NULL,
                        "there are more than %d warnings, the rest is not shown", IMPORT_ISSUES_MAX);
        return i->n_warnings <= IMPORT_ISSUES_MAX;
}

bool import_count_definition(Import *i, unsigned line)
{
        if (i->stopped)
                return false;
        if (i->n_definitions++ < IMPORT_DEFINITIONS_MAX)
                return true;

        import_complain(i, line, NULL,
                "the file holds more than %d channels; split it over several daemons",
                IMPORT_DEFINITIONS_MAX);
        i->stopped = true;
        return false;
}

static void complain_of_size(Import *i)
{
        import_complain(
                i, 0, NULL, "the file is larger than %d MiB; split it", IMPORT_BYTES_MAX / 1024 / 1024);
}

int import_read(Import *i, Buf *ret)
{
        int r;

        assert(i);
        assert(ret);

        r = file_read(i->file, IMPORT_BYTES_MAX, ret);
        if (r == 0 || r == -ENOMEM)
                return r;
        if (r == -EFBIG)
                complain_of_size(i);
        else
                import_complain(i, 0, NULL,
                        "the file cannot be read: %s; %s", file_read_words(r), file_read_remedy(r));
        return -EINVAL;
}

int import_check_text(Import *i, const char *text, size_t len, size_t *ret_skip)
{
        const char *nul = NULL;
        unsigned line = 1;

        assert(i);
        assert(text || len == 0);
        assert(ret_skip);

        if (len > IMPORT_BYTES_MAX) {
                complain_of_size(i);
                return -EINVAL;
        }
        /* What a redirection in PowerShell writes. */
        if (len >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0)) {
                import_complain(i, 1, NULL, "the file is UTF-16; save it as UTF-8");
                return -EINVAL;
        }

        nul = len > 0 ? memchr(text, '\0', len) : NULL;
        if (nul) {
                for (const char *p = text; p < nul; p++)
                        line += *p == '\n';
                import_complain(i, line, NULL,
                        "the file holds a NUL byte and is not text; import text in UTF-8");
                return -EINVAL;
        }

        *ret_skip = 0;
        if (len >= strlen(UTF8_BOM) && memcmp(text, UTF8_BOM, strlen(UTF8_BOM)) == 0) {
                import_warn(i, 1, NULL,
                        "the file begins with a byte order mark, which is ignored; save it without one");
                *ret_skip = strlen(UTF8_BOM);
        }
        return 0;
}

/* The first of the globs that takes this name, or NULL. */
static const char *match_glob(const char *const *globs, size_t n, const char *name)
{
        for (size_t k = 0; k < n; k++)
                if (fnmatch(globs[k], name, 0) == 0)
                        return globs[k];
        return NULL;
}

static bool has_type(const ImportOptions *o, ChannelType type)
{
        if (o->n_types == 0)
                return true;
        for (size_t k = 0; k < o->n_types; k++)
                if (o->types[k] == type)
                        return true;
        return false;
}

bool import_is_wanted(Import *i, const char *name, ChannelType type, unsigned line)
{
        const ImportOptions *o = i->options;
        const char *glob = NULL;

        if (o->n_include > 0 && !match_glob(o->include, o->n_include, name)) {
                import_skip(i, name, line, "is not in include =");
                return false;
        }
        glob = match_glob(o->exclude, o->n_exclude, name);
        if (glob) {
                import_skip(i, name, line, "exclude = \"%s\"", glob);
                return false;
        }
        if (!has_type(o, type)) {
                import_skip(i, name, line, "its type %s is not asked for", channel_type_to_string(type));
                return false;
        }
        return true;
}

void import_skip(Import *i, const char *name, unsigned line, const char *format, ...)
{
        ImportSkip skip = { .line = line };
        va_list ap;

        va_start(ap, format);
        if (vasprintf(&skip.why, format, ap) < 0)
                skip.why = NULL;
        va_end(ap);

        /* A foreign name can be anything, of any length. */
        if (import_text(name, strnlen(name, SHOWN_MAX), &skip.name) == 0 && !skip.name)
                skip.name = strdup("");

        if (!skip.why || !skip.name ||
                util_grow(&i->result.skipped, i->result.n_skipped, sizeof(skip)) < 0) {
                import_skip_done(&skip);
                i->no_memory = true;
                return;
        }
        i->result.skipped[i->result.n_skipped++] = skip;
}

void import_add(Import *i, ImportedEndpoint *e)
{
        assert(e->channel);
        assert(e->conname);
        assert(e->sslciph);

        if (util_grow(&i->result.endpoints, i->result.n_endpoints, sizeof(*e)) < 0) {
                imported_endpoint_done(e);
                i->no_memory = true;
                return;
        }
        i->result.endpoints[i->result.n_endpoints++] = *e;
        *e = (ImportedEndpoint){0};
}

static bool is_utf8(const char *s, size_t len)
{
        for (size_t at = 0, n; at < len; at += n) {
                n = escape_utf8_char(s + at, len - at);
                if (n == 0)
                        return false;
        }
        return true;
}

int import_text(const char *s, size_t len, char **ret)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        assert(s);
        assert(ret);

        while (len > 0 && strchr(BLANKS, s[len - 1]))
                len--;
        while (len > 0 && strchr(BLANKS, s[0])) {
                s++;
                len--;
        }
        if (len == 0) {
                *ret = NULL;
                return 0;
        }
        if (is_utf8(s, len)) {
                buf_append(&b, s, len);
                return buf_steal(&b, ret);
        }

        for (size_t k = 0; k < len; k++) {
                unsigned char c = (unsigned char) s[k];

                if (c < 0x80) {
                        buf_append_char(&b, (char) c);
                } else {
                        buf_append_char(&b, (char) (0xc0 | c >> 6));
                        buf_append_char(&b, (char) (0x80 | (c & 0x3f)));
                }
        }
        return buf_steal(&b, ret);
}
