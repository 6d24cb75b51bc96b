/* SPDX-License-Identifier: MIT */
#include "tests/support/endpoints.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(bool ok, const char *what)
{
        if (ok)
                return;
        fprintf(stderr, "endpoints: %s failed\n", what);
        abort();
}

Config *endpoints_new(void)
{
        Config *c = calloc(1, sizeof(*c));

        must(c, "calloc");
        c->n_ref = 1;
        c->probing = (ProbingConfig){
                .connecting_max = 256, .handshaking_max = 64, .resolver_threads = 2};
        return c;
}

/* One for all: it lives as long as the process. */
static TlsProfile *profile(void)
{
        static TlsProfile *shared;
        char *problem = NULL;
        CipherOffer offer = {0};
        SslCiph sslciph = {.kind = SSLCIPH_ANY_TLS12_OR_HIGHER};

        if (shared)
                return shared;
        must(sslciph_offer(&sslciph, &offer) == 0, "sslciph_offer");
        must(tls_profile_new(&(HandshakeParams){.offer = &offer}, &problem, &shared) == 0,
                "tls_profile_new");
        cipher_offer_done(&offer);
        return shared;
}

EndpointConfig *endpoints_add(Config *c, const char *name, const char *conname)
{
        EndpointConfig *e = NULL;

        must(util_grow(&c->endpoints, c->n_endpoints, sizeof(*c->endpoints)) == 0, "util_grow");
        e = &c->endpoints[c->n_endpoints++];
        *e = (EndpointConfig){
                .name = strdup(name),
                .channel = strdup("APP.SVRCONN"),
                .chltype = CHANNEL_TYPE_SVRCONN,
                .conname = strdup(conname),
                .sni_mode = SNI_NONE,
                .interval_usec = UINT64_C(3600000000),
                .retry_interval_usec = UINT64_C(60000000),
                .timeout_usec = UINT64_C(5000000),
                .linger_usec = 20000,
                .profile = profile(),
        };
        must(e->name && e->channel && e->conname, "strdup");
        must(conname_list_parse(conname, &e->connames, NULL) == 0, "conname_list_parse");
        e->policy.sslciph.kind = SSLCIPH_ANY_TLS12_OR_HIGHER;
        must(threshold_parse("30d", &e->policy.expiry_warning) == 0, "threshold_parse");
        must(threshold_parse("7d", &e->policy.expiry_critical) == 0, "threshold_parse");
        return e;
}
