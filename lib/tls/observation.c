/* SPDX-License-Identifier: MIT */
#include "tls/observation.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"

const char *probe_phase_to_string(ProbePhase p)
{
        static const char *const names[_PHASE_MAX] = {
                [PHASE_RESOLVE] = "resolve",
                [PHASE_CONNECT] = "connect",
                [PHASE_HANDSHAKE] = "handshake",
                [PHASE_LINGER] = "linger",
                [PHASE_MQ_INIT] = "mq_init",
                [PHASE_CLOSE] = "close",
        };

        assert(p < _PHASE_MAX);

        return names[p];
}

static void address_done(AddressObservation *a)
{
        free(a->conname);
        free(a->ip);
        free(a->address);
        handshake_facts_done(&a->tls);
        chain_facts_free(a->chain);
}

int observation_new(Observation **ret)
{
        Observation *o = NULL;

        assert(ret);

        o = calloc(1, sizeof(*o));
        if (!o)
                return -ENOMEM;

        *ret = o;
        return 0;
}

void observation_drop_anonymous(Observation *o)
{
        assert(o);

        if (o->anonymous)
                address_done(o->anonymous);
        free(o->anonymous);
        o->anonymous = NULL;
}

Observation *observation_free(Observation *o)
{
        if (!o)
                return NULL;

        for (size_t i = 0; i < o->n_addresses; i++)
                address_done(&o->addresses[i]);
        free(o->addresses);
        observation_drop_anonymous(o);
        free(o);
        return NULL;
}

/* The `address` label: which entry of the conname list, and what it resolved to. */
static int address_label(const char *conname, const char *ip, char **ret)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_append_str(&b, conname);
        if (ip) {
                buf_append_char(&b, '/');
                buf_append_str(&b, ip);
        }
        return buf_steal(&b, ret);
}

static int address_init(AddressObservation *a, const char *conname, const char *ip)
{
        *a = (AddressObservation){.conname = strdup(conname)};
        handshake_facts_init(&a->tls);
        if (!a->conname || util_copy_text(ip, &a->ip) < 0)
                return -ENOMEM;

        return address_label(conname, ip, &a->address);
}

int observation_add_address(
        Observation *o, const char *conname, const char *ip, AddressObservation **ret)
{
        AddressObservation *a = NULL;
        int r;

        assert(o);
        assert(conname);
        assert(ret);

        r = util_grow(&o->addresses, o->n_addresses, sizeof(*o->addresses));
        if (r < 0)
                return r;

        a = &o->addresses[o->n_addresses];
        r = address_init(a, conname, ip);
        if (r < 0) {
                address_done(a);
                return r;
        }

        o->n_addresses++;
        *ret = a;
        return 0;
}

int observation_add_anonymous(
        Observation *o, const char *conname, const char *ip, AddressObservation **ret)
{
        AddressObservation *a = NULL;
        int r;

        assert(o);
        assert(!o->anonymous);
        assert(conname);
        assert(ret);

        a = malloc(sizeof(*a));
        if (!a)
                return -ENOMEM;

        r = address_init(a, conname, ip);
        if (r < 0) {
                address_done(a);
                free(a);
                return r;
        }

        *ret = o->anonymous = a;
        return 0;
}

MqContext address_observation_context(const AddressObservation *a)
{
        MqContext c = {0};

        assert(a);

        c.version = a->tls.version;
        c.cipher = a->tls.cipher;
        c.client_certificate_sent = a->tls.client_certificate_sent;
        if (a->chain && a->chain_kept_at == 0 && a->chain->n_certs > 0) {
                c.has_leaf = true;
                memcpy(c.leaf_sha256, a->chain->certs[0].facts.sha256, sizeof(c.leaf_sha256));
        }
        return c;
}

int address_observation_take(
        AddressObservation *a, Handshake *h, const TrustStore *trust, int64_t at)
{
        CLEANUP(chain_facts_cleanup) ChainFacts *chain = NULL;
        const HandshakeFacts *seen = NULL;
        int r;

        assert(a);
        assert(h);

        seen = handshake_facts(h);
        if (seen->n_certs > 0) {
                r = chain_inspect(seen->certs, seen->n_certs, trust, at, &chain);
                if (r < 0)
                        return r;
                /* More may have been sent than were kept. */
                chain->n_certs_sent = seen->n_certs_sent;
        }

        handshake_facts_done(&a->tls);
        handshake_steal_facts(h, &a->tls);
        for (size_t i = 0; i < a->tls.n_certs; i++)
                free(a->tls.certs[i].data);
        free(STEAL(a->tls.certs));
        a->tls.n_certs = 0;

        chain_facts_free(a->chain);
        a->chain = STEAL(chain);
        a->chain_kept_at = 0;
        return 0;
}
