/* SPDX-License-Identifier: MIT */
#include "model/config.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

#include "model/config_build.h"
#include "model/config_shared.h"

void endpoint_config_done(EndpointConfig *e)
{
        assert(e);

        free(e->file);
        free(e->name);
        free(e->qmgr);
        free(e->channel);
        free(e->conname);
        conname_list_done(&e->connames);
        free(e->identity_name);
        free(e->trust_path);
        free(e->sni);
        free(e->certlabl);
        (void) sslpeer_free(e->sslpeer);
        free(e->contact);
        free(e->group);
        free(e->note);
        free(e->runbook_url);
        *e = (EndpointConfig){0};
}

static void config_import_done(ConfigImport *i)
{
        import_result_done(&(ImportResult){ .skipped = i->skipped, .n_skipped = i->n_skipped });
        free(i->path);
        *i = (ConfigImport){0};
}

static void http_config_done(HttpConfig *h)
{
        for (size_t i = 0; i < h->n_listen; i++)
                free(h->listen[i].host);
        free(h->listen);
        web_identity_files_done(&h->tls_files);
        (void) web_identity_free(h->identity);
        free(h->basic_auth_file);
        (void) web_passwords_free(h->passwords);
        free(h->calendar_tokens_file);
        (void) web_tokens_free(h->tokens);
}

Config *config_ref(Config *c)
{
        assert(c);
        assert(c->n_ref > 0);

        c->n_ref++;
        return c;
}

Config *config_unref(Config *c)
{
        if (!c)
                return NULL;

        assert(c->n_ref > 0);
        if (--c->n_ref > 0)
                return NULL;

        for (size_t i = 0; i < c->n_endpoints; i++)
                endpoint_config_done(&c->endpoints[i]);
        free(c->endpoints);
        for (size_t i = 0; i < c->n_imports; i++)
                config_import_done(&c->imports[i]);
        free(c->imports);
        for (size_t i = 0; i < c->n_keystores; i++)
                keystore_config_done(&c->keystores[i]);
        free(c->keystores);
        http_config_done(&c->http);
        (void) config_shared_free(c->shared);
        free(c->state_directory);
        free(c->path);
        free(c);
        return NULL;
}

static bool connames_equal(const ConnameList *a, const ConnameList *b)
{
        if (a->n_entries != b->n_entries)
                return false;

        for (size_t i = 0; i < a->n_entries; i++)
                if (a->entries[i].port != b->entries[i].port ||
                        strcmp(a->entries[i].host, b->entries[i].host) != 0)
                        return false;
        return true;
}

static bool certificates_equal(const CertFacts *a, const CertFacts *b)
{
        return memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0;
}

/* By content: a file that was replaced makes another trust store of the same path. */
static bool trusts_equal(const TrustStore *a, const TrustStore *b)
{
        if (!a || !b)
                return a == b;
        if (trust_store_count(a) != trust_store_count(b))
                return false;

        for (size_t i = 0; i < trust_store_count(a); i++)
                if (!certificates_equal(trust_store_facts(a, i), trust_store_facts(b, i)))
                        return false;
        return true;
}

static bool identities_equal(const Identity *a, const Identity *b)
{
        if (!a || !b)
                return a == b;

        return certificates_equal(identity_facts(a), identity_facts(b));
}

static bool thresholds_equal(const Threshold *a, const Threshold *b)
{
        if (a->is_share != b->is_share)
                return false;

        /* Both were read from text by the same parser. */
        return a->is_share ? !(a->share < b->share) && !(a->share > b->share)
                           : a->seconds == b->seconds;
}

static bool sslciphs_equal(const SslCiph *a, const SslCiph *b)
{
        return a->kind == b->kind && a->single == b->single;
}

static bool sslpeers_equal(const SslPeer *a, const SslPeer *b)
{
        return util_text_equal(a ? sslpeer_text(a) : NULL, b ? sslpeer_text(b) : NULL);
}

static bool policies_equal(const Policy *a, const Policy *b)
{
        return sslciphs_equal(&a->sslciph, &b->sslciph) &&
               sslciphs_equal(&a->listener_sslciph, &b->listener_sslciph) &&
               sslpeers_equal(a->sslpeer, b->sslpeer) && a->sslcauth == b->sslcauth &&
               a->has_trust == b->has_trust && a->has_identity == b->has_identity &&
               a->all_addresses == b->all_addresses && a->min_rsa_bits == b->min_rsa_bits &&
               a->min_ec_bits == b->min_ec_bits && a->unique_key == b->unique_key &&
               thresholds_equal(&a->expiry_warning, &b->expiry_warning) &&
               thresholds_equal(&a->expiry_critical, &b->expiry_critical);
}

bool endpoint_config_sees_equal(const EndpointConfig *a, const EndpointConfig *b)
{
        assert(a);
        assert(b);

        return util_text_equal(a->channel, b->channel) &&
               connames_equal(&a->connames, &b->connames) &&
               a->sni_mode == b->sni_mode && util_text_equal(a->sni, b->sni) &&
               a->all_addresses == b->all_addresses && a->depth == b->depth &&
               sslciphs_equal(&a->policy.sslciph, &b->policy.sslciph) &&
               identities_equal(a->identity, b->identity);
}

bool endpoint_config_equal(const EndpointConfig *a, const EndpointConfig *b)
{
        assert(a);
        assert(b);

        return endpoint_config_sees_equal(a, b) && util_text_equal(a->qmgr, b->qmgr) &&
               util_text_equal(a->certlabl, b->certlabl) &&
               a->chltype == b->chltype && a->interval_usec == b->interval_usec &&
               a->retry_interval_usec == b->retry_interval_usec &&
               a->timeout_usec == b->timeout_usec && a->linger_usec == b->linger_usec &&
               (a->depth != PROBE_DEPTH_MQ || a->mq_interval_usec == b->mq_interval_usec) &&
               a->survey_usec == b->survey_usec && policies_equal(&a->policy, &b->policy) &&
               trusts_equal(a->trust, b->trust);
}

const char *endpoint_config_sni(const EndpointConfig *e, const Conname *entry)
{
        struct in6_addr address;

        assert(e);
        assert(entry);

        if (e->sni_mode != SNI_HOSTNAME)
                return e->sni;

        /* A server_name is never an address (RFC 6066 section 3). */
        if (inet_pton(AF_INET, entry->host, &address) == 1 ||
                inet_pton(AF_INET6, entry->host, &address) == 1)
                return NULL;

        return entry->host;
}
