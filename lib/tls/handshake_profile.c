/* SPDX-License-Identifier: MIT */
#include "tls/handshake_internal.h"

#include <assert.h>
#include <errno.h>
#include <openssl/err.h>

#include "base/buf.h"

/*
 * Replaces the library's chain building: facts are collected here and judged elsewhere, for an instant
 * that libssl would take from the clock. The signatures that prove possession of the key
 * (ServerKeyExchange, CertificateVerify, Finished) are checked by libssl all the same.
 */
static int accept_any_chain(X509_STORE_CTX *store, void *userdata)
{
        (void) userdata;

        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
}

/* Says which value the library refused, and its own words for why. Empties its error queue. */
static int refused(const char *what, const char *value, char **ret_problem)
{
        unsigned long code = ERR_peek_last_error();
        const char *reason = ERR_reason_error_string(code);
        CLEANUP_BUF Buf b = BUF_INIT;

        ERR_clear_error();
        if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE)
                return -ENOMEM;

        buf_appendf(&b, "The TLS library refused %s", what);
        if (value)
                buf_appendf(&b, " \"%s\"", value);
        buf_appendf(&b, ": %s", reason ? reason : "no reason given");
        if (buf_steal(&b, ret_problem) < 0)
                return -ENOMEM;
        return -EINVAL;
}

static void set_manners(SSL_CTX *ctx)
{
        /* A resumed session would hide a renewed certificate, so nothing is ever kept for one. */
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_options(ctx,
                SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
        /* A listener without RFC 5746 is a finding of its own. */
        SSL_CTX_clear_options(ctx, SSL_OP_LEGACY_SERVER_CONNECT);

        /* Buffers are held only while a record is under way: 41 instead of 75 KiB in flight. Without a
         * chain of its own the identity goes alone, none is guessed from a store. */
        SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);

        /* Weak keys and old digests must be seen to be judged. */
        SSL_CTX_set_security_level(ctx, 0);
        SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
        SSL_CTX_set_cert_verify_callback(ctx, accept_any_chain, NULL);
        SSL_CTX_set_msg_callback(ctx, handshake_message_seen);
}

static int set_offer(SSL_CTX *ctx, const CipherOffer *offer, char **ret_problem)
{
        const char *list = offer->cipher_list ? offer->cipher_list : "";
        const char *suites = offer->ciphersuites ? offer->ciphersuites : "";

        if (SSL_CTX_set_min_proto_version(ctx, offer->min_version) != 1)
                return refused("the protocol version",
                        tls_version_to_string(offer->min_version), ret_problem);
        if (SSL_CTX_set_max_proto_version(ctx, offer->max_version) != 1)
                return refused("the protocol version",
                        tls_version_to_string(offer->max_version), ret_problem);

        /* An empty list cannot be set; it stands only where no protocol before TLS 1.3 is offered, and
         * then libssl leaves its default list out of the ClientHello. */
        assert(list[0] != '\0' || offer->min_version >= TLS_VERSION_TLS13);
        if (list[0] != '\0' && SSL_CTX_set_cipher_list(ctx, list) != 1)
                return refused("the cipher list", list, ret_problem);
        if (SSL_CTX_set_ciphersuites(ctx, suites) != 1)
                return refused("the TLS 1.3 cipher suites", suites, ret_problem);
        return 0;
}

static int set_identity(SSL_CTX *ctx, const Identity *identity, char **ret_problem)
{
        if (!identity)
                return 0;

        /* libssl takes its own references; the last argument lets it set the chain even if empty. */
        if (SSL_CTX_use_cert_and_key(ctx,
                    identity_openssl_certificate(identity),
                    identity_openssl_key(identity),
                    identity_openssl_chain(identity),
                    1) != 1)
                return refused("the client certificate and its key", NULL, ret_problem);
        return 0;
}

static int set_up(TlsProfile *p, const HandshakeParams *params, char **ret_problem)
{
        int r;

        ERR_clear_error();
        p->ctx = SSL_CTX_new(TLS_client_method());
        if (!p->ctx)
                return -ENOMEM;

        p->min_version = params->offer->min_version;
        p->max_version = params->offer->max_version;
        set_manners(p->ctx);
        r = set_offer(p->ctx, params->offer, ret_problem);
        if (r < 0)
                return r;

        return set_identity(p->ctx, params->identity, ret_problem);
}

int tls_profile_new(const HandshakeParams *params, char **ret_problem, TlsProfile **ret)
{
        TlsProfile *p = NULL;
        int r;

        assert(params);
        assert(params->offer);
        assert(ret_problem);
        assert(ret);

        p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;

        r = set_up(p, params, ret_problem);
        ERR_clear_error();
        if (r < 0) {
                tls_profile_free(p);
                return r;
        }

        *ret = p;
        return 0;
}

TlsProfile *tls_profile_free(TlsProfile *p)
{
        if (!p)
                return NULL;

        SSL_CTX_free(p->ctx);
        free(p);
        return NULL;
}
