/* SPDX-License-Identifier: MIT */

/*
 * The door to libconfig: parses the text, walks what came out of it, and fills groups of settings by
 * the table. What a setting means is not known here.
 */

#include "model/config_load.h"

#include <assert.h>
#include <errno.h>
#include <libconfig.h>
#include <string.h>

#include "base/buf.h"
#include "model/config_build.h"
#include "model/config_source.h"
#include "model/config_value.h"

typedef struct Loader {
        const ConfigSource *source;
        ConfigFiles *files; /* NULL: nobody asks */
        ConfigBuilder builder;
} Loader;

typedef int (*GroupBuild)(ConfigBuilder *b, ConfigGroup *g);

/* The groups, in the order in which one needs the other. */
static const struct {
        SettingId id; /* where it stands */
        ConfigSection section;
        GroupBuild build;
} group_builds[] = {
        { SETTING_HTTP, CONFIG_SECTION_HTTP, config_build_http },
        { SETTING_PROBING, CONFIG_SECTION_PROBING, config_build_probing },
        { SETTING_DEFAULTS, CONFIG_SECTION_DEFAULTS, NULL },
        { SETTING_HTTP_TLS, CONFIG_SECTION_HTTP_TLS, config_build_http_tls },
        { SETTING_IDENTITIES, CONFIG_SECTION_IDENTITIES, config_build_identity },
        { SETTING_KEYSTORES, CONFIG_SECTION_KEYSTORES, config_build_keystore },
        { SETTING_ENDPOINTS, CONFIG_SECTION_ENDPOINTS, config_build_endpoint },
        { SETTING_IMPORTS, CONFIG_SECTION_IMPORTS, config_build_import },
};

static ConfigSourceLine where_is(const Loader *l, const config_setting_t *s)
{
        return config_source_where(l->source, config_setting_source_line(s));
}

/* How people call what was written. */
static const char *written_type(const config_setting_t *s)
{
        switch (config_setting_type(s)) {
        case CONFIG_TYPE_GROUP:
                return "a group";
        case CONFIG_TYPE_INT:
        case CONFIG_TYPE_INT64:
                return "an integer";
        case CONFIG_TYPE_FLOAT:
                return "a number with a fraction";
        case CONFIG_TYPE_STRING:
                return "a string";
        case CONFIG_TYPE_BOOL:
                return "a boolean";
        case CONFIG_TYPE_ARRAY:
                return "an array";
        case CONFIG_TYPE_LIST:
                return "a list";
        default:
                return "nothing";
        }
}

/* How a value of this kind is written. */
static const char *wanted_form(ConfigKind kind)
{
        switch (kind) {
        case CONFIG_KIND_SPAN:
                return "a span of time in quotes, such as \"10s\"";
        case CONFIG_KIND_THRESHOLD:
                return "a span or a share in quotes, such as \"30d\" or \"25%\"";
        case CONFIG_KIND_BOOLEAN:
                return "true or false";
        case CONFIG_KIND_INTEGER:
                return "an integer";
        case CONFIG_KIND_STRINGS:
                return "a list of strings, such as ( \"127.0.0.1:19157\" )";
        case CONFIG_KIND_GROUP:
                return "a group { … }";
        case CONFIG_KIND_GROUPS:
                return "a list of groups ( { … }, { … } )";
        case CONFIG_KIND_STRING:
        case CONFIG_KIND_TEXT:
        case CONFIG_KIND_NAME:
        case CONFIG_KIND_PATH:
        case CONFIG_KIND_CREDENTIAL:
        case CONFIG_KIND_CHOICE:
        case CONFIG_KIND_URL:
        case CONFIG_KIND_QMGR:
        case CONFIG_KIND_CHANNEL:
        case CONFIG_KIND_CERTLABL:
        case CONFIG_KIND_CHLTYPE:
        case CONFIG_KIND_CONNAME:
        case CONFIG_KIND_SSLCIPH:
        case CONFIG_KIND_LISTENER_SSLCIPH:
        case CONFIG_KIND_SSLPEER:
        case CONFIG_KIND_SNI:
        case CONFIG_KIND_SHARD:
        case _CONFIG_KIND_MAX:
        default:
                return "a string in quotes";
        }
}

static void complain_of_type(
        ConfigValue *v, const config_setting_t *s, ConfigKind kind, Issues *issues)
{
        config_value_complain(v, issues, "is %s; write %s", written_type(s), wanted_form(kind));
}

static int read_strings(ConfigValue *v, const config_setting_t *s, Issues *issues)
{
        int n = config_setting_length(s);

        if (n == 0)
                config_value_complain(v, issues, "is empty; write a value or remove the setting");

        for (int i = 0; i < n; i++) {
                const config_setting_t *e = config_setting_get_elem(s, (unsigned) i);
                int r = 0;

                if (config_setting_type(e) == CONFIG_TYPE_STRING)
                        r = config_value_add_string(v, config_setting_get_string(e), issues);
                else
                        complain_of_type(v, e, CONFIG_KIND_STRINGS, issues);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_value(ConfigValue *v, SettingId id, const config_setting_t *s, Issues *issues)
{
        ConfigKind kind = setting_row(id)->kind;
        int type = config_setting_type(s);

        if (kind == CONFIG_KIND_BOOLEAN && type == CONFIG_TYPE_BOOL) {
                config_value_set_boolean(v, config_setting_get_bool(s));
                return 0;
        }
        if (kind == CONFIG_KIND_INTEGER && (type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64))
                return config_value_set_integer(v, id, config_setting_get_int64(s), issues);
        if (kind == CONFIG_KIND_STRINGS && (type == CONFIG_TYPE_LIST || type == CONFIG_TYPE_ARRAY))
                return read_strings(v, s, issues);
        if (kind == CONFIG_KIND_STRINGS && type == CONFIG_TYPE_STRING)
                return config_value_add_string(v, config_setting_get_string(s), issues);
        if (kind < CONFIG_KIND_BOOLEAN && type == CONFIG_TYPE_STRING)
                return config_value_set_text(v, id, config_setting_get_string(s), issues);

        complain_of_type(v, s, kind, issues);
        return 0;
}

/* Where the file of this setting belongs; NULL: it is not read here, or no file. */
static PathList *files_of(Loader *l, ConfigSection section, SettingId id)
{
        if (!l->files || setting_row(id)->kind != CONFIG_KIND_PATH)
                return NULL;
        if (id == SETTING_STATE_DIRECTORY || id == SETTING_KEYSTORE_PATH ||
                id == SETTING_KEYSTORE_STASH)
                return NULL;

        return section == CONFIG_SECTION_HTTP || section == CONFIG_SECTION_HTTP_TLS
                       ? &l->files->others
                       : &l->files->own;
}

/* "endpoints[3]" and "sslciph" to "endpoints[3].sslciph". */
static int join_setting(const char *group, const char *name, char **ret)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        if (group)
                buf_appendf(&b, "%s.", group);
        buf_append_str(&b, name);
        return buf_steal(&b, ret);
}

/* Says why `name` cannot stand in this section. */
static void complain_of_name(Loader *l, ConfigSection section, const char *group,
        const config_setting_t *s, const char *hint)
{
        ConfigSourceLine where = where_is(l, s);
        const char *name = config_setting_name(s);
        SettingId id;

        if (section == CONFIG_SECTION_DEFAULTS &&
                setting_find(CONFIG_SECTION_ENDPOINTS, name, &id, NULL))
                issues_add(l->builder.issues, where.file, where.line, group,
                        "%s = cannot stand in defaults; write it into each endpoint", name);
        else if (section == CONFIG_SECTION_IMPORTS &&
                 setting_find(CONFIG_SECTION_ENDPOINTS, name, &id, NULL))
                issues_add(l->builder.issues, where.file, where.line, group,
                        "%s = cannot stand in imports, the file says it of each channel; write an "
                        "endpoint of its own",
                        name);
        else if (section != CONFIG_SECTION_ENDPOINTS &&
                 setting_find(CONFIG_SECTION_ENDPOINTS, name, &id, NULL))
                issues_add(l->builder.issues, where.file, where.line, group,
                        "there is no setting \"%.80s\" here; it belongs into endpoints or defaults",
                        name);
        else if (hint)
                issues_add(l->builder.issues, where.file, where.line, group,
                        "there is no setting \"%.80s\"; did you mean \"%s\"?", name, hint);
        else
                issues_add(l->builder.issues, where.file, where.line, group,
                        "there is no setting \"%.80s\"; remove it, mqtlsd --dump=settings lists "
                        "those that there are",
                        name);
}

static int read_member(Loader *l, ConfigSection section, ConfigGroup *g, const config_setting_t *s)
{
        ConfigSourceLine where = where_is(l, s);
        const char *name = config_setting_name(s), *hint = NULL;
        PathList *files = NULL;
        ConfigValue *v = NULL;
        SettingId id;
        int r;

        /* It stands twice, and that has been said. */
        if (strncmp(name, CONFIG_SOURCE_DUPLICATE, strlen(CONFIG_SOURCE_DUPLICATE)) == 0)
                return 0;

        if (!setting_find(section, name, &id, &hint)) {
                complain_of_name(l, section, g->setting, s, hint);
                return 0;
        }

        v = &g->values[id];
        v->file = where.file;
        v->line = where.line;
        r = join_setting(g->setting, name, &v->setting);
        if (r < 0)
                return r;

        if (!setting_row(id)->info.supported) {
                config_value_complain(
                        v, l->builder.issues, "%s = is not supported yet; remove it", name);
                return 0;
        }

        /* The groups of the top are walked afterwards, in an order of their own. */
        if (setting_row(id)->kind == CONFIG_KIND_GROUP || setting_row(id)->kind == CONFIG_KIND_GROUPS)
                return 0;

        r = read_value(v, id, s, l->builder.issues);
        files = files_of(l, section, id);
        if (r < 0 || !files || v->state != CONFIG_VALUE_SET)
                return r;
        return path_list_add(files, v->text);
}

static int read_group(Loader *l, ConfigSection section, const char *setting,
        const config_setting_t *s, ConfigGroup *g)
{
        ConfigSourceLine where = where_is(l, s);

        g->file = where.file;
        g->line = where.line;
        if (util_copy_text(setting, &g->setting) < 0)
                return -ENOMEM;

        for (int i = 0; i < config_setting_length(s); i++) {
                int r = read_member(l, section, g, config_setting_get_elem(s, (unsigned) i));

                if (r < 0)
                        return r;
        }
        return 0;
}

/* Reads one group and makes of it what its row says. The groups are large, so they live one at a
 * time. */
static int load_group(Loader *l, size_t row, const char *setting, const config_setting_t *s)
{
        ConfigGroup *g = NULL;
        int r;

        if (!group_builds[row].build)
                return read_group(l, group_builds[row].section, setting, s, &l->builder.defaults);

        g = calloc(1, sizeof(*g));
        if (!g)
                return -ENOMEM;

        r = read_group(l, group_builds[row].section, setting, s, g);
        if (r >= 0)
                r = group_builds[row].build(&l->builder, g);
        config_group_done(g);
        free(g);
        return r;
}

static int load_list(Loader *l, size_t row, const char *name, const config_setting_t *s)
{
        for (int i = 0; i < config_setting_length(s); i++) {
                const config_setting_t *e = config_setting_get_elem(s, (unsigned) i);
                ConfigSourceLine where = where_is(l, e);
                CLEANUP_BUF Buf setting = BUF_INIT;
                int r = 0;

                buf_appendf(&setting, "%s[%d]", name, i);
                if (buf_error(&setting) < 0)
                        return -ENOMEM;

                if (config_setting_is_group(e))
                        r = load_group(l, row, buf_str(&setting), e);
                else
                        issues_add(l->builder.issues, where.file, where.line, buf_str(&setting),
                                "is %s; write a group { … }", written_type(e));
                if (r < 0)
                        return r;
        }
        return 0;
}

/* A group that is not in the file still has its defaults. */
static int load_absent(Loader *l, size_t row)
{
        ConfigGroup *g = NULL;
        int r;

        if (setting_row(group_builds[row].id)->kind != CONFIG_KIND_GROUP || !group_builds[row].build)
                return 0;

        g = calloc(1, sizeof(*g));
        if (!g)
                return -ENOMEM;

        r = group_builds[row].build(&l->builder, g);
        free(g);
        return r;
}

static int load_section(Loader *l, size_t row, const config_setting_t *root)
{
        const SettingRow *setting = setting_row(group_builds[row].id);
        const char *outer = setting->info.section; /* "" at the top */
        const config_setting_t *parent = outer[0] ? config_setting_get_member(root, outer) : root;
        const config_setting_t *s =
                parent ? config_setting_get_member(parent, setting->info.name) : NULL;
        const char *name = outer[0] ? config_section_to_string(group_builds[row].section)
                                    : setting->info.name;
        ConfigSourceLine where;

        if (!s)
                return load_absent(l, row);

        if (setting->kind == CONFIG_KIND_GROUP && config_setting_is_group(s))
                return load_group(l, row, name, s);
        if (setting->kind == CONFIG_KIND_GROUPS && config_setting_is_list(s))
                return load_list(l, row, name, s);

        where = where_is(l, s);
        issues_add(l->builder.issues, where.file, where.line, name, "is %s; write %s",
                written_type(s), wanted_form(setting->kind));
        return 0;
}

static int load_root(Loader *l, const config_setting_t *root)
{
        ConfigGroup *top = calloc(1, sizeof(*top));
        int r;

        if (!top)
                return -ENOMEM;

        r = read_group(l, CONFIG_SECTION_TOP, NULL, root, top);
        if (r >= 0)
                r = config_build_top(&l->builder, top);
        config_group_done(top);
        free(top);

        for (size_t i = 0; r >= 0 && i < ARRAY_LEN(group_builds); i++)
                r = load_section(l, i, root);

        /* Where something is wrong, that is why. Who watches files alone wants it so. */
        if (l->builder.config->n_endpoints == 0 && l->builder.config->n_keystores == 0 &&
                l->builder.issues->n_errors == 0)
                issues_add_warning(l->builder.issues, l->builder.config->path, 0, "endpoints",
                        "there is no endpoint, so that nothing will be looked at; add some");
        return r;
}

static void complain_of_syntax(Loader *l, const config_t *parsed)
{
        int line = config_error_line(parsed);
        ConfigSourceLine where = config_source_where(l->source, line > 0 ? (unsigned) line : 0);

        issues_add(l->builder.issues, where.file, where.line, NULL,
                "%s; look on this line and before it for a missing semicolon, comma or bracket, or a "
                "value without quotes",
                config_error_text(parsed) ? config_error_text(parsed) : "syntax error");
}

static int load_source(const ConfigSource *source, const char *path,
        const ConfigSurroundings *surroundings, Issues *issues, ConfigFiles *files, Config **ret)
{
        Loader l = { .source = source, .files = files };
        config_t parsed;
        int r = config_builder_begin(&l.builder, path, surroundings, issues);

        config_init(&parsed);
        if (r >= 0) {
                if (config_read_string(&parsed, buf_str(&source->text)) == CONFIG_TRUE)
                        r = load_root(&l, config_root_setting(&parsed));
                else
                        complain_of_syntax(&l, &parsed);
        }
        if (r >= 0)
                r = config_builder_finish(&l.builder, ret);

        config_destroy(&parsed);
        config_builder_done(&l.builder);
        return r;
}

void config_files_done(ConfigFiles *f)
{
        assert(f);

        path_list_done(&f->own);
        path_list_done(&f->others);
}

int config_load_files(const char *path, const ConfigSurroundings *surroundings, Issues *issues,
        ConfigFiles *files, Config **ret)
{
        CLEANUP(config_source_cleanup) ConfigSource *source = NULL;
        int r;

        assert(path);
        assert(issues);
        assert(ret);

        r = config_source_read(path, issues, files ? &files->own : NULL, &source);
        if (r >= 0)
                r = load_source(source, path, surroundings, issues, files, ret);
        issues_sort(issues);
        return r;
}

int config_load(
        const char *path, const ConfigSurroundings *surroundings, Issues *issues, Config **ret)
{
        return config_load_files(path, surroundings, issues, NULL, ret);
}

int config_load_text(const char *path, const void *text, size_t len,
        const ConfigSurroundings *surroundings, Issues *issues, Config **ret)
{
        CLEANUP(config_source_cleanup) ConfigSource *source = NULL;
        int r;

        assert(path);
        assert(text);
        assert(issues);
        assert(ret);

        r = config_source_from_text(path, text, len, issues, &source);
        if (r >= 0)
                r = load_source(source, path, surroundings, issues, NULL, ret);
        issues_sort(issues);
        return r;
}
