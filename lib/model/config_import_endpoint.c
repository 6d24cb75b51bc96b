/* SPDX-License-Identifier: MIT */

/*
 * One imported definition, made into an endpoint. The group of imports = itself becomes the
 * endpoint's: what it says is the endpoint's own, the definition fills in what it does not say, and
 * behind both come defaults and the table, as for every endpoint.
 */

#include "model/config_import.h"

#include <assert.h>
#include <errno.h>
#include <search.h>
#include <string.h>

#include "base/buf.h"

/* What a definition can fill in. */
static const SettingId filled[] = {
        SETTING_QMGR,
        SETTING_CHANNEL,
        SETTING_CHLTYPE,
        SETTING_CONNAME,
        SETTING_SSLCIPH,
        SETTING_LISTENER_SSLCIPH,
        SETTING_SSLPEER,
        SETTING_CERTLABL,
};

/* An endpoint is the side that accepts. Which one that is for a definition of the side that dials:
 * a server's partner is a receiver or a requester, for whom the same holds here. */
static const struct {
        ChannelType dials, accepts;
} partners[] = {
        { CHANNEL_TYPE_CLNTCONN, CHANNEL_TYPE_SVRCONN },
        { CHANNEL_TYPE_SDR, CHANNEL_TYPE_RCVR },
        { CHANNEL_TYPE_SVR, CHANNEL_TYPE_RCVR },
        { CHANNEL_TYPE_RQSTR, CHANNEL_TYPE_SVR },
        { CHANNEL_TYPE_CLUSSDR, CHANNEL_TYPE_CLUSRCVR },
};

static ChannelType accepting_type(const ImportedEndpoint *e)
{
        for (size_t i = 0; !e->is_listener && i < ARRAY_LEN(partners); i++)
                if (partners[i].dials == e->chltype)
                        return partners[i].accepts;
        return e->chltype;
}

/* May one more be said? A file imported twice would warn of each of its channels. */
static bool may_warn(Importer *m)
{
        m->n_warnings++;
        if (m->n_warnings == IMPORT_ISSUES_MAX + 1)
                issues_add_warning(m->builder->issues, m->path, 0, NULL,
                        "there are more than %d warnings of channels that are left out; mqtlsd "
                        "--check-config lists them all",
                        IMPORT_ISSUES_MAX);
        return m->n_warnings <= IMPORT_ISSUES_MAX;
}

/* Takes ownership of `why`. */
static int skip(Importer *m, const ImportedEndpoint *e, char *why)
{
        ImportResult *r = &m->result;
        ImportSkip s = { .name = strdup(e->channel), .line = e->line, .why = why };

        if (!s.name || !s.why || util_grow(&r->skipped, r->n_skipped, sizeof(*r->skipped)) < 0) {
                free(s.name);
                free(s.why);
                return -ENOMEM;
        }
        r->skipped[r->n_skipped++] = s;
        return 0;
}

/* Leaves a definition out with a reason and a warning. */
static int skip_with_warning(Importer *m, const ImportedEndpoint *e, const char *remedy, Buf *why)
{
        char *text = NULL;

        if (buf_steal(why, &text) < 0)
                return -ENOMEM;
        if (may_warn(m))
                issues_add_warning(m->builder->issues, m->path, e->line, e->channel,
                        "%s, so that the channel is left out; %s", text, remedy);
        return skip(m, e, text);
}

/* ---- names that are taken ---- */

typedef struct KnownName {
        const char *name, *file; /* borrowed from the endpoint and its NamePlace */
        unsigned line;
        bool is_imported;
} KnownName;

static int compare_known(const void *a, const void *b)
{
        const KnownName *x = a, *y = b;

        return strcmp(x->name, y->name);
}

void config_known_names_done(ConfigBuilder *b)
{
        assert(b);

        tdestroy(b->known_names, free);
        b->known_names = NULL;
}

/* Adds the names of the endpoints that were built since. The first of a name stays. */
static int learn_names(ConfigBuilder *b, bool is_imported)
{
        for (; b->n_known < b->n_names; b->n_known++) {
                const NamePlace *n = &b->names[b->n_known];
                KnownName *k = malloc(sizeof(*k));
                KnownName *const *found = NULL;

                if (!k)
                        return -ENOMEM;
                *k = (KnownName){ n->name, n->file, n->line, is_imported };
                found = tsearch(k, &b->known_names, compare_known);
                if (!found || *found != k)
                        free(k);
                if (!found)
                        return -ENOMEM;
        }
        return 0;
}

static const KnownName *find_known(ConfigBuilder *b, const char *name)
{
        const KnownName wanted = { .name = name };
        KnownName *const *found = tfind(&wanted, &b->known_names, compare_known);

        return found ? *found : NULL;
}

/* ---- one definition ---- */

static int fill(Importer *m, const ImportedEndpoint *e, SettingId id, const char *text)
{
        ConfigValue *v = &m->group->values[id];
        CLEANUP_BUF Buf setting = BUF_INIT;

        if (!text || v->state != CONFIG_VALUE_ABSENT)
                return 0;

        buf_appendf(&setting, "%s.%s", e->channel, setting_row(id)->info.name);
        v->file = m->path;
        v->line = e->line;
        if (buf_steal(&setting, &v->setting) < 0)
                return -ENOMEM;
        return config_value_set_text(v, id, text, m->builder->issues);
}

/* A side that cannot be asked is looked at as far as it can be, whatever the others are. */
static int limit_depth(Importer *m, const ImportedEndpoint *e)
{
        const ConfigValue *depth =
                config_builder_right_value(m->builder, m->group, SETTING_DEPTH);
        ConfigValue *own = &m->group->values[SETTING_DEPTH];

        if (!depth || strcmp(depth->text, probe_depth_to_string(PROBE_DEPTH_MQ)) != 0 ||
                config_type_can_be_asked(accepting_type(e)))
                return 0;

        m->depth = *own;
        *own = (ConfigValue){0};
        return fill(m, e, SETTING_DEPTH, probe_depth_to_string(PROBE_DEPTH_TLS));
}

/* Does its CERTLABL count? Only where the import leaves the channel's name in SNI. */
static bool is_shown(Importer *m, const ImportedEndpoint *e)
{
        const ConfigValue *sni = config_builder_right_value(m->builder, m->group, SETTING_SNI);

        return e->is_listener && sni && strcmp(sni->text, sni_mode_to_string(SNI_CHANNEL)) == 0;
}

static int fill_all(Importer *m, const ImportedEndpoint *e)
{
        const struct {
                SettingId id;
                const char *text;
        } values[] = {
                { SETTING_QMGR, e->qmgr },
                { SETTING_CHANNEL, e->channel },
                { SETTING_CHLTYPE, channel_type_to_string(accepting_type(e)) },
                { SETTING_CONNAME, e->conname },
                { SETTING_SSLCIPH, e->sslciph },
                /* A listener's own are what it admits; its SSLPEER is about those who dial. */
                { SETTING_LISTENER_SSLCIPH, e->is_listener ? e->sslciph : NULL },
                { SETTING_SSLPEER, e->is_listener ? NULL : e->sslpeer },
                /* What a listener shows; that of those who dial is about themselves. */
                { SETTING_CERTLABL, is_shown(m, e) ? e->certlabl : NULL },
        };
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ARRAY_LEN(values); i++)
                r = fill(m, e, values[i].id, values[i].text);
        return r < 0 ? r : limit_depth(m, e);
}

/* Puts the definition in the place of the group. `said` are the settings that the group has. */
static int take_place(Importer *m, const ImportedEndpoint *e)
{
        ConfigGroup *g = m->group;

        m->group_file = g->file;
        m->group_line = g->line;
        m->group_setting = STEAL(g->setting);
        g->file = m->path;
        g->line = e->line;
        g->setting = strdup(e->channel);
        return g->setting ? fill_all(m, e) : -ENOMEM;
}

static void give_place_back(Importer *m, const bool said[static ARRAY_LEN(filled)])
{
        ConfigGroup *g = m->group;

        for (size_t i = 0; i < ARRAY_LEN(filled); i++)
                if (!said[i])
                        config_value_done(&g->values[filled[i]]);
        if (g->values[SETTING_DEPTH].file == m->path) {
                config_value_done(&g->values[SETTING_DEPTH]);
                g->values[SETTING_DEPTH] = m->depth;
                m->depth = (ConfigValue){0};
        }
        free(g->setting);
        g->setting = STEAL(m->group_setting);
        g->file = m->group_file;
        g->line = m->group_line;
}

/* Makes the name that the endpoint will have. */
static int make_name(Importer *m, const ImportedEndpoint *e, Buf *b)
{
        CLEANUP(conname_list_done) ConnameList list = {0};
        const ConfigValue *qmgr = config_builder_right_value(m->builder, m->group, SETTING_QMGR);
        int r = conname_list_parse(e->conname, &list, NULL);

        if (r < 0)
                return r;
        config_append_name(qmgr ? qmgr->text : NULL, e->channel, &list.entries[0], b);
        return buf_error(b);
}

/* Is its name too long, or taken? Then it is left out, `*ret_is_left_out`. */
static int check_name(Importer *m, const ImportedEndpoint *e, bool *ret_is_left_out)
{
        CLEANUP_BUF Buf name = BUF_INIT, why = BUF_INIT;
        const KnownName *known = NULL;
        int r = make_name(m, e, &name);

        if (r < 0)
                return r;

        *ret_is_left_out = true;
        if (name.len > CONFIG_NAME_BYTES_MAX) {
                buf_appendf(&why, "the name made of it is longer than %d bytes", CONFIG_NAME_BYTES_MAX);
                return skip_with_warning(m, e, "write an endpoint of its own with a name =", &why);
        }

        known = find_known(m->builder, buf_str(&name));
        if (known && !known->is_imported) {
                m->n_explicit++;
                return 0;
        }
        if (known) {
                buf_appendf(&why, "\"%s\" was imported from %s:%u before", buf_str(&name), known->file,
                        known->line);
                return skip_with_warning(m, e, "exclude one of them", &why);
        }

        *ret_is_left_out = false;
        return 0;
}

static int build_definition(Importer *m, const ImportedEndpoint *e)
{
        ConfigBuilder *b = m->builder;
        bool is_left_out = false;
        int r = check_name(m, e, &is_left_out);

        if (r < 0 || is_left_out)
                return r;

        r = config_build_endpoint(b, m->group);
        if (r < 0)
                return r;

        /* A group of queue managers answers by another name, and rightly so. */
        if (e->qmgr_may_be_group)
                b->config->endpoints[b->config->n_endpoints - 1].policy.qmgr = NULL;
        m->n_endpoints++;
        return learn_names(b, true);
}

/* Estates have CipherSpecs that are long gone, which is no mistake of this configuration. */
static int check_sslciph(Importer *m, const ImportedEndpoint *e, bool *ret_is_left_out)
{
        bool is_offered = m->group->values[SETTING_SSLCIPH].state == CONFIG_VALUE_ABSENT;
        bool is_judged_by = e->is_listener &&
                            m->group->values[SETTING_LISTENER_SSLCIPH].state == CONFIG_VALUE_ABSENT;
        CLEANUP_BUF Buf why = BUF_INIT;
        const char *fault = NULL;
        SslCiph parsed;

        *ret_is_left_out = false;
        if (!is_offered && !is_judged_by)
                return 0;

        if (sslciph_parse(e->sslciph, &parsed, NULL) < 0) {
                *ret_is_left_out = true;
                buf_appendf(&why, "SSLCIPH(%.80s) is no CipherSpec of IBM MQ", e->sslciph);
                return skip_with_warning(m, e, "correct it, or exclude the channel", &why);
        }

        fault = is_offered ? config_sslciph_fault(&parsed) : NULL;
        if (!fault)
                return 0;
        *ret_is_left_out = true;
        buf_appendf(&why, "SSLCIPH(%.80s) cannot be offered: %s", e->sslciph, fault);
        return skip_with_warning(
                m, e, "move the channel to a current CipherSpec, or exclude it", &why);
}

int config_import_definition(Importer *m, const ImportedEndpoint *e)
{
        bool said[ARRAY_LEN(filled)];
        bool is_left_out = false;
        int r;

        assert(m);
        assert(e);

        r = check_sslciph(m, e, &is_left_out);
        if (r < 0 || is_left_out)
                return r;

        for (size_t i = 0; i < ARRAY_LEN(filled); i++)
                said[i] = m->group->values[filled[i]].state != CONFIG_VALUE_ABSENT;

        r = take_place(m, e);
        if (r >= 0)
                r = build_definition(m, e);
        give_place_back(m, said);
        return r;
}

int config_import_begin(Importer *m)
{
        assert(m);

        return learn_names(m->builder, false);
}
