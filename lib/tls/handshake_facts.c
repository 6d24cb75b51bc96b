/* SPDX-License-Identifier: MIT */
#include "tls/handshake_internal.h"

#include <assert.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

#include "base/buf.h"
#include "tls/alert_table.h"

void handshake_facts_init(HandshakeFacts *f)
{
        assert(f);

        *f = (HandshakeFacts) {
                .alert_received = HANDSHAKE_ALERT_NONE,
                .alert_sent = HANDSHAKE_ALERT_NONE,
        };
}

void handshake_facts_done(HandshakeFacts *f)
{
        assert(f);

        for (size_t i = 0; i < f->n_certs; i++)
                free(f->certs[i].data);
        for (size_t i = 0; i < f->n_ca_names; i++)
                free(f->ca_names[i]);
        free(f->certs);
        free(f->ca_names);
        free(f->cipher_name);
        free(f->group);
        free(f->peer_signature);
        handshake_facts_init(f);
}

const char *tls_alert_to_string(int alert)
{
        switch (alert) {
#define ALERT_CASE(number, name)                                                                   \
        case number:                                                                               \
                return name;
                ALERT_TABLE(ALERT_CASE)
#undef ALERT_CASE
        default:
                return NULL;
        }
}

/* The registry of TLS says secp256r1 to what the library calls prime256v1 (RFC 8422 appendix A). */
static const char *group_name(int nid)
{
        return nid == NID_X9_62_prime256v1 ? "secp256r1" : OBJ_nid2sn(nid);
}

static char *group_to_string(long group)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        char *text = NULL;

        if (group & TLSEXT_nid_unknown)
                buf_appendf(&b, "0x%04lx", (unsigned long) group & 0xffffUL);
        else
                buf_append_str(&b, group_name((int) group));
        return buf_steal(&b, &text) < 0 ? NULL : text;
}

static void ask_group(Handshake *h)
{
        long group = SSL_get_negotiated_group(h->ssl);

        if (group == NID_undef)
                return;

        h->facts.group = group_to_string(group);
        if (!h->facts.group)
                h->out_of_memory = true;
}

static const char *signature_name(int nid)
{
        switch (nid) {
        case EVP_PKEY_RSA:
                return "RSA";
        case EVP_PKEY_RSA_PSS:
                return "RSA-PSS";
        case EVP_PKEY_EC:
                return "ECDSA";
        default:
                return OBJ_nid2sn(nid);
        }
}

static void ask_peer_signature(Handshake *h)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        int type, digest;

        if (SSL_get_peer_signature_type_nid(h->ssl, &type) != 1 || type == NID_undef)
                return;

        buf_append_str(&b, signature_name(type));
        /* Ed25519 and Ed448 have their digest built in. */
        if (SSL_get_peer_signature_nid(h->ssl, &digest) == 1 && digest != NID_undef)
                buf_appendf(&b, "+%s", OBJ_nid2sn(digest));
        if (buf_steal(&b, &h->facts.peer_signature) < 0)
                h->out_of_memory = true;
}

void handshake_facts_ask(Handshake *h)
{
        HandshakeFacts *f = &h->facts;

        if (!f->server_hello_seen)
                return;

        if (!f->group)
                ask_group(h);
        if (!f->peer_signature)
                ask_peer_signature(h);
        ERR_clear_error();
}

const HandshakeFacts *handshake_facts(const Handshake *h)
{
        assert(h);

        return &h->facts;
}

void handshake_steal_facts(Handshake *h, HandshakeFacts *ret)
{
        assert(h);
        assert(ret);

        *ret = h->facts;
        handshake_facts_init(&h->facts);
}
