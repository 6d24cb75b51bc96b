/* SPDX-License-Identifier: MIT */

/* One endpoint: its own settings, those of defaults and of the table, held against each other. */

#include "model/config_build.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "model/config_shared.h"
#include "mq/sni.h"

/* Settings that are copied as they are. */
static const struct {
        SettingId id;
        size_t offset;
} copied_texts[] = {
        { SETTING_NAME, offsetof(EndpointConfig, name) },
        { SETTING_QMGR, offsetof(EndpointConfig, qmgr) },
        { SETTING_CHANNEL, offsetof(EndpointConfig, channel) },
        { SETTING_CONNAME, offsetof(EndpointConfig, conname) },
        { SETTING_IDENTITY, offsetof(EndpointConfig, identity_name) },
        { SETTING_TRUST, offsetof(EndpointConfig, trust_path) },
        { SETTING_CONTACT, offsetof(EndpointConfig, contact) },
        { SETTING_GROUP, offsetof(EndpointConfig, group) },
        { SETTING_NOTE, offsetof(EndpointConfig, note) },
        { SETTING_RUNBOOK_URL, offsetof(EndpointConfig, runbook_url) },
};

static const struct {
        SettingId id;
        size_t offset;
} copied_spans[] = {
        { SETTING_INTERVAL, offsetof(EndpointConfig, interval_usec) },
        { SETTING_RETRY_INTERVAL, offsetof(EndpointConfig, retry_interval_usec) },
        { SETTING_TIMEOUT, offsetof(EndpointConfig, timeout_usec) },
        { SETTING_LINGER, offsetof(EndpointConfig, linger_usec) },
        { SETTING_SURVEY, offsetof(EndpointConfig, survey_usec) },
};

/* Without these there is nothing to probe. */
static const struct {
        SettingId id;
        const char *remedy;
} required[] = {
        { SETTING_CHANNEL, "name the channel, which also makes the server name that MQ sends" },
        { SETTING_CONNAME, "say where it listens, such as \"qm1.example.com(1414)\"" },
        { SETTING_SSLCIPH, "write the SSLCIPH of a partner's channel definition, such as "
                           "\"ANY_TLS12_OR_HIGHER\"" },
};

static void complain_of_missing(ConfigBuilder *b, ConfigGroup *g)
{
        for (size_t i = 0; i < ARRAY_LEN(required); i++)
                if (!config_builder_value(b, g, required[i].id))
                        issues_add(b->issues, g->file, g->line, g->setting,
                                "%s = is missing; %s", setting_row(required[i].id)->info.name,
                                required[i].remedy);
}

static int copy_settings(ConfigBuilder *b, ConfigGroup *g, EndpointConfig *e)
{
        for (size_t i = 0; i < ARRAY_LEN(copied_texts); i++) {
                const ConfigValue *v = config_builder_right_value(b, g, copied_texts[i].id);
                char *copy = NULL;

                if (util_copy_text(v ? v->text : NULL, &copy) < 0)
                        return -ENOMEM;
                memcpy((char *) e + copied_texts[i].offset, &copy, sizeof(copy));
        }

        for (size_t i = 0; i < ARRAY_LEN(copied_spans); i++) {
                const ConfigValue *v = config_builder_right_value(b, g, copied_spans[i].id);

                if (v)
                        memcpy((char *) e + copied_spans[i].offset, &v->usec, sizeof(v->usec));
        }

        e->line = g->line;
        e->file = strdup(g->file);
        return e->file ? 0 : -ENOMEM;
}

/* What the checks let pass is taken apart. */
static int parse_settings(ConfigBuilder *b, ConfigGroup *g, EndpointConfig *e)
{
        const ConfigValue *chltype = config_builder_right_value(b, g, SETTING_CHLTYPE);
        const ConfigValue *all = config_builder_right_value(b, g, SETTING_ALL_ADDRESSES);

        e->chltype = chltype ? channel_type_from_string(chltype->text) : _CHANNEL_TYPE_INVALID;
        e->all_addresses = all && all->boolean;

        if (e->conname && conname_list_parse(e->conname, &e->connames, NULL) == -ENOMEM)
                return -ENOMEM;
        return 0;
}

static int build_sni(ConfigBuilder *b, ConfigGroup *g, EndpointConfig *e)
{
        CLEANUP_BUF Buf sni = BUF_INIT;
        const ConfigValue *v = config_builder_right_value(b, g, SETTING_SNI);

        e->sni_mode = SNI_LITERAL;
        for (unsigned m = 0; v && m < _SNI_MODE_MAX; m++)
                if (m != SNI_LITERAL && strcmp(v->text, sni_mode_to_string((SniMode) m)) == 0)
                        e->sni_mode = (SniMode) m;

        if (e->sni_mode == SNI_CHANNEL && e->channel)
                sni_from_channel(e->channel, &sni);
        else if (e->sni_mode == SNI_LITERAL && v)
                buf_append_str(&sni, v->text);
        else
                return 0;

        return buf_steal(&sni, &e->sni);
}

void config_append_name(const char *qmgr, const char *channel, const Conname *entry, Buf *b)
{
        assert(channel);
        assert(entry);
        assert(b);

        if (qmgr)
                buf_appendf(b, "%s/", qmgr);
        buf_appendf(b, "%s@", channel);
        conname_append(entry, b);
}

static int build_name(ConfigBuilder *b, ConfigGroup *g, EndpointConfig *e)
{
        CLEANUP_BUF Buf name = BUF_INIT;

        if (e->name || g->values[SETTING_NAME].state != CONFIG_VALUE_ABSENT)
                return 0;
        if (!e->channel || e->connames.n_entries == 0)
                return 0;

        config_append_name(e->qmgr, e->channel, &e->connames.entries[0], &name);
        if (name.len > CONFIG_NAME_BYTES_MAX)
                issues_add(b->issues, g->file, g->line, g->setting,
                        "the name made of qmgr =, channel = and conname = is longer than %d bytes; "
                        "set name =",
                        CONFIG_NAME_BYTES_MAX);

        return buf_steal(&name, &e->name);
}

/*
 * The settings of a passphrase belong to the trust file beside them: an endpoint's own come first,
 * those of defaults count for the trust of defaults only.
 */
static ConfigPassphrase find_trust_passphrase(
        ConfigBuilder *b, ConfigGroup *g, const ConfigValue *trust)
{
        ConfigGroup *from = g;

        if (g->values[SETTING_TRUST_PASSPHRASE_FILE].state == CONFIG_VALUE_ABSENT &&
                g->values[SETTING_TRUST_PASSPHRASE_CREDENTIAL].state == CONFIG_VALUE_ABSENT &&
                trust == &b->defaults.values[SETTING_TRUST])
                from = &b->defaults;

        return (ConfigPassphrase){
                .file = &from->values[SETTING_TRUST_PASSPHRASE_FILE],
                .credential = &from->values[SETTING_TRUST_PASSPHRASE_CREDENTIAL],
                .credentials_directory = b->surroundings.credentials_directory,
        };
}

static int note_untrusted(ConfigBuilder *b, const ConfigGroup *g)
{
        NamePlace *u = &b->first_untrusted;

        if (b->n_untrusted++ > 0)
                return 0;

        u->line = g->line;
        u->file = strdup(g->file);
        return u->file ? util_copy_text(g->setting, &u->setting) : -ENOMEM;
}

static int build_trust(ConfigBuilder *b, ConfigGroup *g, EndpointConfig *e)
{
        static const SettingId passphrases[] = {
                SETTING_TRUST_PASSPHRASE_FILE,
                SETTING_TRUST_PASSPHRASE_CREDENTIAL,
        };
        ConfigValue *trust = config_builder_value(b, g, SETTING_TRUST);
        ConfigPassphrase passphrase;

        if (trust && trust->state == CONFIG_VALUE_SET) {
                passphrase = find_trust_passphrase(b, g, trust);
                return config_shared_trust(
                        b->config->shared, trust, &passphrase, b->issues, &e->trust);
        }
        if (trust)
                return 0;

        for (size_t i = 0; i < ARRAY_LEN(passphrases); i++) {
                ConfigValue *v = &g->values[passphrases[i]];

                if (v->state == CONFIG_VALUE_SET)
                        config_value_complain(v, b->issues,
                                "there is no trust = that it could open; add it, or remove this");
        }
        return note_untrusted(b, g);
}

static void build_identity(ConfigBuilder *b, ConfigGroup *g, EndpointConfig *e)
{
        ConfigValue *v = config_builder_right_value(b, g, SETTING_IDENTITY);
        const char *nearest = NULL;

        if (!v || config_shared_find_identity(b->config->shared, v->text, &e->identity))
                return;

        nearest = config_shared_nearest_identity(b->config->shared, v->text);
        if (nearest)
                config_value_complain(v, b->issues,
                        "there is no identity \"%.80s\"; did you mean \"%.80s\"?", v->text, nearest);
        else
                config_value_complain(v, b->issues,
                        "there is no identity \"%.80s\"; add it to identities =", v->text);
}

/* A queue manager looks at CERTLABL of a channel that it is told by SNI. One that is not told the
 * channel in time serves its own certificate. */
static int build_certlabl(ConfigBuilder *b, ConfigGroup *g, EndpointConfig *e)
{
        const ConfigValue *v = config_builder_right_value(b, g, SETTING_CERTLABL);
        CLEANUP_BUF Buf sni = BUF_INIT;

        if (!v || !e->channel)
                return 0;

        sni_from_channel(e->channel, &sni);
        if (buf_error(&sni) < 0)
                return -ENOMEM;
        if (e->sni && strcmp(e->sni, buf_str(&sni)) == 0) {
                e->certlabl = strdup(v->text);
                return e->certlabl ? 0 : -ENOMEM;
        }

        issues_add_warning(b->issues, v->file, v->line, v->setting,
                "counts only where the channel is sent as server name; remove sni =, or this, and the "
                "queue manager's own label counts");
        return 0;
}

static int build_profile(ConfigBuilder *b, ConfigGroup *g, EndpointConfig *e)
{
        ConfigValue *sslciph = config_builder_right_value(b, g, SETTING_SSLCIPH);
        ConfigValue *listener = config_builder_right_value(b, g, SETTING_LISTENER_SSLCIPH);
        ConfigValue *identity = config_builder_value(b, g, SETTING_IDENTITY);

        if (listener)
                (void) sslciph_parse(listener->text, &e->policy.listener_sslciph, NULL);
        if (!sslciph || sslciph_parse(sslciph->text, &e->policy.sslciph, NULL) < 0)
                return 0;

        /* An identity that is wrong was complained about. */
        if (identity && !e->identity)
                return 0;

        return config_shared_profile(b->config->shared, sslciph, &e->policy.sslciph, e->identity,
                b->issues, &e->profile);
}

ConfigValue *config_builder_blame(ConfigGroup *g, SettingId a_id, ConfigValue *a, ConfigValue *b)
{
        if (a == &g->values[a_id] || !b->file[0])
                return a;

        return b;
}

static void check_thresholds(ConfigBuilder *b, ConfigGroup *g)
{
        ConfigValue *w = config_builder_right_value(b, g, SETTING_EXPIRY_WARNING);
        ConfigValue *c = config_builder_right_value(b, g, SETTING_EXPIRY_CRITICAL);
        ConfigValue *blamed = NULL;

        if (!w || !c || !threshold_exceeds(&c->threshold, &w->threshold))
                return;

        blamed = config_builder_blame(g, SETTING_EXPIRY_CRITICAL, c, w);
        config_value_complain(blamed, b->issues,
                "expiry_critical = \"%s\" is more than expiry_warning = \"%s\"; the warning has to "
                "come first",
                c->text, w->text);
}

static void check_linger(ConfigBuilder *b, ConfigGroup *g)
{
        ConfigValue *linger = config_builder_right_value(b, g, SETTING_LINGER);
        ConfigValue *timeout = config_builder_right_value(b, g, SETTING_TIMEOUT);
        ConfigValue *blamed = NULL;

        if (!linger || !timeout || linger->usec < timeout->usec)
                return;

        blamed = config_builder_blame(g, SETTING_LINGER, linger, timeout);
        config_value_complain(blamed, b->issues,
                "linger = \"%s\" does not fit into timeout = \"%s\"; write a shorter linger =, or a "
                "longer timeout =",
                linger->text, timeout->text);
}

static void build_policy(ConfigBuilder *b, ConfigGroup *g, EndpointConfig *e)
{
        const ConfigValue *w = config_builder_right_value(b, g, SETTING_EXPIRY_WARNING);
        const ConfigValue *c = config_builder_right_value(b, g, SETTING_EXPIRY_CRITICAL);
        const ConfigValue *rsa = config_builder_right_value(b, g, SETTING_MIN_RSA_BITS);
        const ConfigValue *ec = config_builder_right_value(b, g, SETTING_MIN_EC_BITS);
        const ConfigValue *unique = config_builder_right_value(b, g, SETTING_UNIQUE_KEY);

        e->policy.has_trust = e->trust;
        e->policy.has_identity = e->identity;
        e->policy.all_addresses = e->all_addresses;
        e->policy.chltype = e->chltype;
        e->policy.qmgr = e->qmgr;
        e->policy.unique_key = unique && unique->boolean;
        if (w)
                e->policy.expiry_warning = w->threshold;
        if (c)
                e->policy.expiry_critical = c->threshold;
        if (rsa)
                e->policy.min_rsa_bits = (unsigned) rsa->integer;
        if (ec)
                e->policy.min_ec_bits = (unsigned) ec->integer;
}

static int build_endpoint(ConfigBuilder *b, ConfigGroup *g, EndpointConfig *e)
{
        int r;

        complain_of_missing(b, g);
        check_thresholds(b, g);
        check_linger(b, g);
        config_check_mq(b, g);

        r = copy_settings(b, g, e);
        if (r < 0)
                return r;
        r = parse_settings(b, g, e);
        if (r < 0)
                return r;
        r = build_sni(b, g, e);
        if (r < 0)
                return r;
        r = build_name(b, g, e);
        if (r < 0)
                return r;
        r = build_certlabl(b, g, e);
        if (r < 0)
                return r;
        r = build_trust(b, g, e);
        if (r < 0)
                return r;

        build_identity(b, g, e);
        r = build_profile(b, g, e);
        if (r < 0)
                return r;

        build_policy(b, g, e);
        return config_build_mq(b, g, e);
}

/* Remembers where the endpoint's name stands; one that has none was complained about. */
static int note_name(ConfigBuilder *b, const ConfigGroup *g, const EndpointConfig *e)
{
        const ConfigValue *v = &g->values[SETTING_NAME];
        bool is_said = v->state == CONFIG_VALUE_SET;
        const char *setting = is_said ? v->setting : g->setting;
        NamePlace n = {
                .name = e->name,
                .index = b->n_names,
                .line = is_said ? v->line : g->line,
        };

        if (!e->name)
                return 0;

        n.file = strdup(is_said ? v->file : g->file);
        if (!n.file || util_copy_text(setting, &n.setting) < 0 ||
                util_grow(&b->names, b->n_names, sizeof(*b->names)) < 0) {
                free(n.file);
                free(n.setting);
                return -ENOMEM;
        }

        b->names[b->n_names++] = n;
        return 0;
}

int config_build_endpoint(ConfigBuilder *b, ConfigGroup *g)
{
        Config *c = b->config;
        EndpointConfig e = {0};
        int r;

        assert(g);

        r = build_endpoint(b, g, &e);
        if (r >= 0)
                r = util_grow(&c->endpoints, c->n_endpoints, sizeof(*c->endpoints));
        if (r >= 0)
                r = note_name(b, g, &e);
        if (r < 0) {
                endpoint_config_done(&e);
                return r;
        }

        c->endpoints[c->n_endpoints++] = e;
        return 0;
}
