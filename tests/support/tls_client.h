/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_TLS_CLIENT_H
#define MQTLS_TESTS_TLS_CLIENT_H

/* The few steps from an SSLCIPH to a Handshake that every test of the engine takes. */

#include <check.h>

#include "mq/cipherspec.h"
#include "tls/handshake.h"

/* A profile for what a partner with this SSLCIPH offers; `identity` may be NULL. */
static inline UNUSED TlsProfile *tls_client_profile(const char *sslciph, const Identity *identity)
{
        CLEANUP(cipher_offer_done) CipherOffer offer = { 0 };
        HandshakeParams params = { .offer = &offer, .identity = identity };
        CLEANUP_FREE char *problem = NULL;
        TlsProfile *profile = NULL;
        SslCiph parsed;

        ck_assert_int_eq(sslciph_parse(sslciph, &parsed, NULL), 0);
        ck_assert_int_eq(sslciph_offer(&parsed, &offer), 0);
        ck_assert_int_eq(tls_profile_new(&params, &problem, &profile), 0);
        return profile;
}

static inline UNUSED Handshake *tls_client_limited(
        const char *sslciph, const HandshakeLimits *limits)
{
        CLEANUP(tls_profile_cleanup) TlsProfile *profile = tls_client_profile(sslciph, NULL);
        Handshake *h = NULL;

        ck_assert_int_eq(handshake_new(profile, "qm1.chl.mq.ibm.com", limits, &h), 0);
        return h; /* keeps what it needs of the profile */
}

static inline UNUSED Handshake *tls_client(const char *sslciph)
{
        return tls_client_limited(sslciph, NULL);
}

#define CLEANUP_HANDSHAKE CLEANUP(handshake_cleanup)
#define CLEANUP_PROFILE CLEANUP(tls_profile_cleanup)

#endif
