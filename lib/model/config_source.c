/* SPDX-License-Identifier: MIT */
#include "model/config_source_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_read.h"

static char *resolve_path(const char *base, const char *path, size_t len)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        const char *slash = strrchr(base, '/');
        char *resolved = NULL;

        if (slash && len > 0 && path[0] != '/')
                buf_append(&b, base, (size_t) (slash - base) + 1);
        buf_append(&b, path, len);
        return buf_steal(&b, &resolved) < 0 ? NULL : resolved;
}

/* Hands a file's name over to the source, which keeps it for all places that point at it. */
static int keep_file(ConfigScan *s, char *file)
{
        ConfigSource *source = s->source;

        if (s->files && path_list_add(s->files, file) < 0)
                return -ENOMEM;
        if (util_grow(&source->files, source->n_files, sizeof(*source->files)) < 0)
                return -ENOMEM;

        source->files[source->n_files++] = file;
        return 0;
}

static bool is_open(const ConfigScan *s, const char *file)
{
        for (unsigned i = 0; i < s->n_open_files; i++)
                if (strcmp(s->open_files[i], file) == 0)
                        return true;
        return false;
}

/* Reads a file and scans it. Returns 0, -ENOMEM, or why it could not be read. */
static int scan_file(ConfigScan *s, const char *file)
{
        Buf *text = NULL;
        int r;

        if (util_grow(&s->texts, s->n_texts, sizeof(*s->texts)) < 0)
                return -ENOMEM;

        text = &s->texts[s->n_texts++];
        *text = (Buf) BUF_INIT;
        r = file_read(file, CONFIG_SOURCE_BYTES_MAX, text);
        if (r == -EFBIG) {
                config_scan_complain_of_size(s, (ConfigSourceLine){ .file = file });
                return 0;
        }
        if (r < 0)
                return r;

        /* The bytes stay where they are when an include makes the array move. */
        return config_scan_text(s, file, buf_str(text), text->len);
}

/* `file` is of the source. */
static void include_file(ConfigScan *s, const char *file, ConfigSourceLine where)
{
        int r;

        if (is_open(s, file)) {
                config_scan_complain(s, where,
                        "@include \"%s\": the file includes itself; remove the line", file);
                return;
        }
        if (s->n_open_files > CONFIG_SOURCE_INCLUDES_MAX) {
                config_scan_complain(s, where,
                        "@include \"%s\": more than %d files include each other; include it from a "
                        "file further up",
                        file, CONFIG_SOURCE_INCLUDES_MAX);
                return;
        }
        if (s->source->n_files > CONFIG_SOURCE_FILES_MAX) {
                config_scan_complain(s, where,
                        "@include \"%s\": more than %d files are included; put their content "
                        "together",
                        file, CONFIG_SOURCE_FILES_MAX);
                s->stopped = true;
                return;
        }

        buf_append_char(&s->source->text, '\n'); /* config_scan_text() begins a line */
        r = scan_file(s, file);
        if (r == -ENOMEM)
                s->no_memory = true;
        else if (r < 0)
                config_scan_complain(s, where,
                        "@include \"%s\": the file cannot be read: %s; %s, or remove the line", file,
                        file_read_words(r), file_read_remedy(r));
}

void config_scan_include(ConfigScan *s, ConfigSourceLine where, const char *name, size_t len)
{
        char *file = resolve_path(where.file, name, len);

        if (!file || keep_file(s, file) < 0) {
                free(file);
                s->no_memory = true;
                return;
        }
        include_file(s, file, where);
}

/* Scans a file, or the text that stands for it, and hands the source over when it can be parsed. */
static int scan_all(const char *path, const void *text, size_t len, Issues *issues,
        PathList *files, ConfigSource **ret)
{
        CLEANUP(config_source_cleanup) ConfigSource *source = calloc(1, sizeof(*source));
        ConfigScan scan = { .source = source, .issues = issues, .files = files };
        char *file = strdup(path);
        int r;

        if (!source || !file || keep_file(&scan, file) < 0) {
                free(file);
                return -ENOMEM;
        }

        r = text ? config_scan_text(&scan, file, text, len) : scan_file(&scan, file);

        for (size_t i = 0; i < scan.n_texts; i++)
                buf_done(&scan.texts[i]);
        free(scan.texts);
        free(scan.names);

        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                issues_add(issues, path, 0, NULL,
                        "the file cannot be read: %s; %s", file_read_words(r), file_read_remedy(r));
                return -EINVAL;
        }
        if (scan.n_duplicates > CONFIG_SOURCE_DUPLICATES_TOLD_MAX)
                issues_add(issues, path, 0, NULL,
                        "%u more settings are set twice; look for a missing quote or bracket before "
                        "the first of them",
                        scan.n_duplicates - CONFIG_SOURCE_DUPLICATES_TOLD_MAX);
        if (scan.broken)
                return -EINVAL;

        *ret = STEAL(source);
        return 0;
}

int config_source_read(const char *path, Issues *issues, PathList *files, ConfigSource **ret)
{
        assert(path);
        assert(issues);
        assert(ret);

        return scan_all(path, NULL, 0, issues, files, ret);
}

int config_source_from_text(
        const char *path, const void *text, size_t len, Issues *issues, ConfigSource **ret)
{
        assert(path);
        assert(text);
        assert(issues);
        assert(ret);

        return scan_all(path, text, len, issues, NULL, ret);
}

ConfigSource *config_source_free(ConfigSource *s)
{
        if (!s)
                return NULL;

        for (size_t i = 0; i < s->n_files; i++)
                free(s->files[i]);
        free(s->files);
        free(s->lines);
        buf_done(&s->text);
        free(s);
        return NULL;
}

ConfigSourceLine config_source_where(const ConfigSource *s, unsigned line)
{
        assert(s);
        assert(s->n_lines > 0);

        /* The end of the text is its last line. */
        return s->lines[line == 0 ? 0 : MIN_OF((size_t) line, s->n_lines) - 1];
}
