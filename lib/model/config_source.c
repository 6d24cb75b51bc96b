/* SPDX-License-Identifier: MIT */

/*
 * One pass over the text, with just as much of libconfig's grammar (libconfig manual, "Configuration
 * file grammar") as it takes to know comments, strings, names, numbers and brackets apart:
 *
 *   comments          are dropped, their line ends stay
 *   @include "FILE"   at the beginning of a line is replaced by the file
 *   NAME = / NAME :   is noted in the group it stands in; the second one of a name is an issue
 *   123               becomes 123L, so that it cannot wrap around in 32 bits
 *
 * Everything else is copied, and every line of the result remembers its file and line.
 */

#include "model/config_source.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define INCLUDE_WORD "@include"
#define BLANKS " \t"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define NAME_FIRST LETTERS "*"
#define NAME_REST LETTERS "0123456789-_*"
#define NUMBER_FIRST "0123456789+-"
#define NUMBER_REST LETTERS "0123456789+-."
#define UTF8_BOM "\xef\xbb\xbf"

enum {
        DUPLICATES_TOLD_MAX = 20, /* one bracket too few makes thousands of them */
};

typedef struct SeenName {
        const char *start; /* in a text that outlives the scan */
        size_t len;
        ConfigSourceLine where;
} SeenName;

typedef struct Bracket {
        char open;
        size_t first_name; /* index of the first name of this group */
} Bracket;

/* One file, or a part of it: where we are. */
typedef struct Cursor {
        const char *at, *end;
        ConfigSourceLine where;
        bool at_line_start; /* nothing but blanks since the line began */
} Cursor;

typedef struct Scan {
        ConfigSource *source;
        Issues *issues;
        PathList *files; /* NULL: nobody asks */
        Buf *texts; /* of all files: names point into them */
        size_t n_texts;
        const char *open_files[CONFIG_SOURCE_INCLUDES_MAX + 1];
        unsigned n_open_files;

        SeenName *names; /* of all open groups, innermost last */
        size_t n_names;
        Bracket brackets[CONFIG_SOURCE_NESTING_MAX];
        unsigned n_brackets;
        bool expects_value; /* behind '=' or ':' */
        unsigned n_duplicates;

        bool broken; /* the text is not fit to be parsed */
        bool stopped;
        bool no_memory;
} Scan;

static int scan_text(Scan *s, const char *file, const char *text, size_t len);

#define scan_complain(s, where, ...)                                                               \
        do {                                                                                       \
                (s)->broken = true;                                                                \
                issues_add((s)->issues, (where).file, (where).line, NULL, __VA_ARGS__);            \
        } while (0)

static void note_line(Scan *s, ConfigSourceLine where)
{
        ConfigSource *source = s->source;

        if (util_grow(&source->lines, source->n_lines, sizeof(*source->lines)) < 0) {
                s->no_memory = true;
                return;
        }
        source->lines[source->n_lines++] = where;
}

/* Copies `n` bytes without a line end. */
static void emit(Scan *s, Cursor *c, size_t n)
{
        buf_append(&s->source->text, c->at, n);
        c->at += n;
}

static void emit_line_end(Scan *s, Cursor *c)
{
        buf_append_char(&s->source->text, '\n');
        c->at++;
        c->where.line++;
        c->at_line_start = true;
        note_line(s, c->where);
}

static size_t span_of(const Cursor *c, const char *characters)
{
        size_t n = 0;

        while (c->at + n < c->end && c->at[n] && strchr(characters, c->at[n]))
                n++;
        return n;
}

static bool begins_with(const Cursor *c, const char *word)
{
        size_t n = strlen(word);

        return (size_t) (c->end - c->at) >= n && memcmp(c->at, word, n) == 0;
}

static void skip_line_comment(Cursor *c)
{
        while (c->at < c->end && *c->at != '\n')
                c->at++;
}

static void skip_comment(Scan *s, Cursor *c)
{
        ConfigSourceLine begin = c->where;

        buf_append_char(&s->source->text, ' ');
        c->at += 2;
        while (!begins_with(c, "*/")) {
                if (c->at >= c->end) {
                        scan_complain(s, begin,
                                "the comment that begins here is not closed; close it with */");
                        return;
                }
                if (*c->at == '\n')
                        emit_line_end(s, c);
                else
                        c->at++;
        }
        c->at += 2;
        c->at_line_start = false;
}

/* Length of the string at the cursor, its quotes included; 0 when it is not closed on its line. */
static size_t string_length(const Cursor *c)
{
        for (const char *p = c->at + 1; p < c->end && *p != '\n'; p++) {
                if (*p == '"')
                        return (size_t) (p - c->at) + 1;
                if (*p == '\\' && p + 1 < c->end && p[1] != '\n')
                        p++;
        }
        return 0;
}

static void scan_string(Scan *s, Cursor *c)
{
        size_t n = string_length(c);

        if (n == 0) {
                scan_complain(s, c->where,
                        "the string that begins here is not closed on its line; close it with \"");
                c->at = c->end;
                return;
        }

        /* libconfig would end the string there, and hide the rest. */
        if (memmem(c->at, n, "\\x00", 4))
                scan_complain(s, c->where, "the string holds a NUL character; remove \\x00");

        s->expects_value = false;
        emit(s, c, n);
}

/* Where the name stood before in the innermost group, or NULL. */
static const SeenName *find_name(const Scan *s, const char *name, size_t len)
{
        size_t first = s->n_brackets > 0 ? s->brackets[s->n_brackets - 1].first_name : 0;

        for (size_t i = first; i < s->n_names; i++)
                if (s->names[i].len == len && memcmp(s->names[i].start, name, len) == 0)
                        return &s->names[i];
        return NULL;
}

static void remember_name(Scan *s, const Cursor *c, size_t len)
{
        size_t first = s->n_brackets > 0 ? s->brackets[s->n_brackets - 1].first_name : 0;

        if (s->n_names - first >= CONFIG_SOURCE_NAMES_MAX) {
                scan_complain(s, c->where,
                        "more than %d settings stand in one group; remove what is not needed",
                        CONFIG_SOURCE_NAMES_MAX);
                return;
        }
        if (util_grow(&s->names, s->n_names, sizeof(*s->names)) < 0) {
                s->no_memory = true;
                return;
        }

        s->names[s->n_names++] = (SeenName){
                .start = c->at,
                .len = len,
                .where = c->where,
        };
}

/* A word: the name of a setting, or a value such as true. */
static void scan_word(Scan *s, Cursor *c)
{
        size_t n = span_of(c, NAME_REST);
        bool in_group = s->n_brackets == 0 || s->brackets[s->n_brackets - 1].open == '{';
        const SeenName *before = NULL;

        if (s->expects_value || !in_group) {
                s->expects_value = false;
                emit(s, c, n);
                return;
        }

        before = find_name(s, c->at, n);
        if (!before) {
                remember_name(s, c, n);
                emit(s, c, n);
                return;
        }

        if (s->n_duplicates < DUPLICATES_TOLD_MAX)
                issues_add(s->issues, c->where.file, c->where.line, NULL,
                        "%.*s = is set twice, the first time at %s:%u; remove one of them",
                        (int) MIN_OF(n, (size_t) 64), c->at, before->where.file,
                        before->where.line);
        buf_appendf(&s->source->text, CONFIG_SOURCE_DUPLICATE "%u", s->n_duplicates++);
        c->at += n;
}

static void scan_number(Scan *s, Cursor *c)
{
        size_t n = span_of(c, NUMBER_REST), digits = 0;
        char text[32];

        s->expects_value = false;
        if (n < sizeof(text)) {
                memcpy(text, c->at, n);
                text[n] = '\0';
                digits = strspn(text + strspn(text, "+-"), "0123456789") + strspn(text, "+-");
        }

        if (n < sizeof(text) && digits != n) {
                bool is_hex = begins_with(c, "0x") || begins_with(c, "0X");
                bool is_long = c->at[n - 1] == 'L';

                emit(s, c, n); /* perhaps a float, or nonsense for libconfig to refuse */
                if (is_hex && !is_long)
                        buf_append_char(&s->source->text, 'L');
                return;
        }

        /* Too large a number stays too large: the limits of its setting refuse it. */
        buf_appendf(&s->source->text, "%" PRId64 "L",
                n < sizeof(text) ? (int64_t) strtoll(text, NULL, 10) : INT64_MAX);
        c->at += n;
}

static void scan_open(Scan *s, Cursor *c)
{
        if (s->n_brackets == ARRAY_LEN(s->brackets)) {
                scan_complain(s, c->where, "groups and lists are nested too deeply; no setting needs "
                                           "more than two");
                c->at = c->end;
                return;
        }

        s->brackets[s->n_brackets++] = (Bracket){
                .open = *c->at,
                .first_name = s->n_names,
        };
        s->expects_value = false;
        emit(s, c, 1);
}

/* Whether the brackets match is libconfig's business. */
static void scan_close(Scan *s, Cursor *c)
{
        if (s->n_brackets > 0)
                s->n_names = s->brackets[--s->n_brackets].first_name;
        s->expects_value = false;
        emit(s, c, 1);
}

static int read_file(const char *path, Buf *b)
{
        char chunk[16384];
        ssize_t n;
        int r = 0, fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

        if (fd < 0)
                return -errno;

        do {
                n = read(fd, chunk, sizeof(chunk));
                if (n > 0)
                        buf_append(b, chunk, (size_t) n);
        } while ((n > 0 && b->len <= CONFIG_SOURCE_BYTES_MAX) || (n < 0 && errno == EINTR));

        if (n < 0)
                r = -errno;
        (void) close(fd);
        return r < 0 ? r : buf_error(b);
}

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
static int keep_file(Scan *s, char *file)
{
        ConfigSource *source = s->source;

        if (s->files && path_list_add(s->files, file) < 0)
                return -ENOMEM;
        if (util_grow(&source->files, source->n_files, sizeof(*source->files)) < 0)
                return -ENOMEM;

        source->files[source->n_files++] = file;
        return 0;
}

static bool is_open(const Scan *s, const char *file)
{
        for (unsigned i = 0; i < s->n_open_files; i++)
                if (strcmp(s->open_files[i], file) == 0)
                        return true;
        return false;
}

/* Reads a file and scans it. Returns 0, -ENOMEM, or why it could not be read. */
static int scan_file(Scan *s, const char *file)
{
        Buf *text = NULL;
        int r;

        if (util_grow(&s->texts, s->n_texts, sizeof(*s->texts)) < 0)
                return -ENOMEM;

        text = &s->texts[s->n_texts++];
        *text = (Buf) BUF_INIT;
        r = read_file(file, text);
        if (r < 0)
                return r;

        /* The bytes stay where they are when an include makes the array move. */
        return scan_text(s, file, buf_str(text), text->len);
}

/* `file` is of the source. */
static void include_file(Scan *s, const char *file, ConfigSourceLine where)
{
        int r;

        if (is_open(s, file)) {
                scan_complain(s, where, "@include \"%s\": the file includes itself; remove the line",
                        file);
                return;
        }
        if (s->n_open_files > CONFIG_SOURCE_INCLUDES_MAX) {
                scan_complain(s, where, "@include \"%s\": more than %d files include each other; "
                                        "include it from a file further up",
                        file, CONFIG_SOURCE_INCLUDES_MAX);
                return;
        }
        if (s->source->n_files > CONFIG_SOURCE_FILES_MAX) {
                scan_complain(s, where, "@include \"%s\": more than %d files are included; put "
                                        "their content together",
                        file, CONFIG_SOURCE_FILES_MAX);
                s->stopped = true;
                return;
        }

        buf_append_char(&s->source->text, '\n'); /* scan_text() begins a line */
        r = scan_file(s, file);
        if (r == -ENOMEM)
                s->no_memory = true;
        else if (r < 0)
                scan_complain(s, where, "@include \"%s\": the file cannot be read: %s; create it, "
                                        "let the daemon read it, or remove the line",
                        file, strerror(-r));
}

/* At "@include" on its own line. */
static void scan_include(Scan *s, Cursor *c)
{
        ConfigSourceLine where = c->where;
        char *file = NULL;
        size_t n;

        c->at += strlen(INCLUDE_WORD);
        n = span_of(c, BLANKS);
        c->at += n;
        if (n == 0 || c->at >= c->end || *c->at != '"' || string_length(c) <= 2) {
                scan_complain(s, where,
                        "@include names no file; write @include \"conf.d/partners.conf\"");
                skip_line_comment(c);
                return;
        }

        n = string_length(c);
        file = resolve_path(where.file, c->at + 1, n - 2);
        if (!file || keep_file(s, file) < 0) {
                free(file);
                s->no_memory = true;
                return;
        }
        c->at += n;

        include_file(s, file, where);

        buf_append_char(&s->source->text, '\n');
        note_line(s, c->where);
        c->at += span_of(c, BLANKS ";\r");
        c->at_line_start = false;
}

/* One step; the cursor moves by at least one byte. */
static void scan_step(Scan *s, Cursor *c)
{
        char ch = *c->at;
        bool at_line_start = c->at_line_start;

        if (ch == '\n') {
                emit_line_end(s, c);
                return;
        }
        if (strchr(" \t\r\f", ch)) {
                emit(s, c, 1);
                return;
        }

        c->at_line_start = false;
        if (ch == '#' || begins_with(c, "//")) {
                skip_line_comment(c);
        } else if (begins_with(c, "/*")) {
                skip_comment(s, c);
        } else if (ch == '"') {
                scan_string(s, c);
        } else if (ch == '@') {
                if (at_line_start && begins_with(c, INCLUDE_WORD)) {
                        scan_include(s, c);
                } else {
                        scan_complain(s, c->where, "'@' means nothing here; write @include at the "
                                                   "beginning of a line of its own");
                        skip_line_comment(c);
                }
        } else if (strchr(NAME_FIRST, ch)) {
                scan_word(s, c);
        } else if (strchr(NUMBER_FIRST, ch)) {
                scan_number(s, c);
        } else if (strchr("{([", ch)) {
                scan_open(s, c);
        } else if (strchr("})]", ch)) {
                scan_close(s, c);
        } else {
                if (ch == '=' || ch == ':')
                        s->expects_value = true;
                emit(s, c, 1);
        }
}

/* `text` outlives the groups that are opened in it. */
static int scan_text(Scan *s, const char *file, const char *text, size_t len)
{
        Cursor c = {
                .at = text,
                .end = text + len,
                .where = { .file = file, .line = 1 },
                .at_line_start = true,
        };
        const char *nul = memchr(text, '\0', len);

        if (nul) {
                for (const char *p = text; p < nul; p++)
                        c.where.line += *p == '\n';
                scan_complain(s, c.where, "the file holds a NUL byte; it is not a text file");
                return 0;
        }
        if (len + s->source->text.len > CONFIG_SOURCE_BYTES_MAX) {
                scan_complain(s, c.where, "the configuration is larger than %d MiB; split the "
                                          "endpoints over several daemons",
                        CONFIG_SOURCE_BYTES_MAX / 1024 / 1024);
                return 0;
        }

        s->open_files[s->n_open_files++] = file;
        note_line(s, c.where);
        if (begins_with(&c, UTF8_BOM))
                c.at += strlen(UTF8_BOM);

        while (c.at < c.end && !s->stopped && !s->no_memory && !s->source->text.failed)
                scan_step(s, &c);

        s->n_open_files--;
        return s->no_memory ? -ENOMEM : buf_error(&s->source->text);
}

/* Scans a file, or the text that stands for it, and hands the source over when it can be parsed. */
static int scan_all(const char *path, const void *text, size_t len, Issues *issues,
        PathList *files, ConfigSource **ret)
{
        CLEANUP(config_source_cleanup) ConfigSource *source = calloc(1, sizeof(*source));
        Scan scan = { .source = source, .issues = issues, .files = files };
        char *file = strdup(path);
        int r;

        if (!source || !file || keep_file(&scan, file) < 0) {
                free(file);
                return -ENOMEM;
        }

        r = text ? scan_text(&scan, file, text, len) : scan_file(&scan, file);

        for (size_t i = 0; i < scan.n_texts; i++)
                buf_done(&scan.texts[i]);
        free(scan.texts);
        free(scan.names);

        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                issues_add(issues, path, 0, NULL,
                        "the file cannot be read: %s; create it, or let the daemon read it",
                        strerror(-r));
                return -EINVAL;
        }
        if (scan.n_duplicates > DUPLICATES_TOLD_MAX)
                issues_add(issues, path, 0, NULL,
                        "%u more settings are set twice; look for a missing quote or bracket before "
                        "the first of them",
                        scan.n_duplicates - DUPLICATES_TOLD_MAX);
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
