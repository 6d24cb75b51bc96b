/* SPDX-License-Identifier: MIT */

/*
 * What is compared, and what people are shown for it. The two differ on purpose: names that a library
 * gives to ciphers and groups may change with the library, and a name out of a certificate may be as
 * long as its author likes.
 */

#include "judge/drift_facts.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/timefmt.h"
#include "mq/cipherspec.h"

enum {
        HEX_SIZE = 2 * CERT_SHA256_SIZE + 1,
        HEX_SHOWN = 16, /* of a digest, where it only tells one from the other */
};

void drift_facts_done(DriftFacts *f)
{
        assert(f);

        for (size_t k = 0; k < _DRIFT_KIND_MAX; k++)
                drift_fact_done(&f->facts[k]);
}

/* ---- what TLS agreed on ---- */

static int take_code(DriftFacts *ret, DriftKind kind, uint16_t code, const char *name)
{
        CLEANUP_BUF Buf value = BUF_INIT, text = BUF_INIT;

        if (code == 0)
                return 0;

        buf_appendf(&value, "0x%04X", code);
        buf_append_str(&text, name ? name : "");
        return drift_fact_take(&ret->facts[kind], &value, &text);
}

/* Libraries do not agree on the case of these names: "X25519", "x25519". */
static int take_name(DriftFacts *ret, DriftKind kind, const char *name)
{
        CLEANUP_BUF Buf value = BUF_INIT, text = BUF_INIT;

        if (!name || name[0] == '\0')
                return 0;

        for (const char *s = name; *s; s++)
                buf_append_char(&value, (char) tolower((unsigned char) *s));
        buf_append_str(&text, name);
        return drift_fact_take(&ret->facts[kind], &value, &text);
}

static int take_string(DriftFacts *ret, DriftKind kind, const char *value)
{
        CLEANUP_BUF Buf v = BUF_INIT, text = BUF_INIT;

        buf_append_str(&v, value);
        return drift_fact_take(&ret->facts[kind], &v, &text);
}

/* That no certificate was asked for is known only when the listener has said all it had to say. */
static int take_client_auth(const HandshakeFacts *tls, DriftFacts *ret)
{
        if (tls->certificate_request_seen)
                return take_string(ret, DRIFT_KIND_CLIENT_AUTH, "requested");
        if (tls->finished_seen)
                return take_string(ret, DRIFT_KIND_CLIENT_AUTH, "not requested");
        return 0;
}

static int take_tls(const HandshakeFacts *tls, DriftFacts *ret)
{
        int r;

        r = take_code(ret, DRIFT_KIND_PROTOCOL, tls->version, tls_version_to_string(tls->version));
        if (r < 0)
                return r;
        r = take_code(ret, DRIFT_KIND_CIPHER, tls->cipher, tls->cipher_name);
        if (r < 0)
                return r;
        r = take_name(ret, DRIFT_KIND_GROUP, tls->group);
        if (r < 0)
                return r;
        r = take_name(ret, DRIFT_KIND_SIGNATURE, tls->peer_signature);
        if (r < 0)
                return r;
        return take_client_auth(tls, ret);
}

/* ---- what the certificates say ---- */

/* Could all of it be read that a rotation leaves alone? */
static bool is_readable(const CertFacts *c)
{
        const unsigned faults = CERT_FAULT_UNPARSABLE | CERT_FAULT_NAME | CERT_FAULT_EXTENSION |
                CERT_FAULT_KEY;

        return (c->faults & faults) == 0 && c->n_sans == c->n_sans_total;
}

static void append_date(Buf *b, bool has, int64_t at)
{
        char text[TIMEFMT_RFC3339_SIZE];

        if (has)
                timefmt_rfc3339(at, text);
        buf_append_str(b, has ? text : "an unreadable date");
}

/* "sig=sha256WithRSAEncryption ku=3 eku=1 ca=0/AB12…": what is no kind of its own, then the digest. */
static int take_leaf(const CertFacts *c, DriftFacts *ret)
{
        CLEANUP_BUF Buf value = BUF_INIT, text = BUF_INIT;
        char hex[HEX_SIZE];

        cert_hex(c->sha256, hex);
        buf_appendf(&value, "sig=%s ku=", c->signature_algorithm ? c->signature_algorithm : "?");
        if (c->has_key_usage)
                buf_appendf(&value, "%x", c->key_usage);
        buf_append_str(&value, " eku=");
        if (c->has_ext_key_usage)
                buf_appendf(&value, "%x", c->ext_key_usage);
        buf_appendf(&value, " ca=%d", c->is_ca ? 1 : 0);
        /* What cannot be read cannot be said to have stayed the same. */
        if (!is_readable(c))
                buf_appendf(&value, " unread=%s", hex);
        buf_appendf(&value, "/%s", hex);

        buf_appendf(&text, "serial %s, valid from ", c->serial ? c->serial : "unreadable");
        append_date(&text, c->has_not_before, c->not_before_at);
        buf_append_str(&text, " to ");
        append_date(&text, c->has_not_after, c->not_after_at);
        buf_appendf(&text, ", SHA-256 %s", hex);
        return drift_fact_take(&ret->facts[DRIFT_KIND_LEAF], &value, &text);
}

/* "EC 256 P-256/AB12…" */
static int take_key(const CertFacts *c, DriftFacts *ret)
{
        CLEANUP_BUF Buf value = BUF_INIT, text = BUF_INIT;
        char hex[HEX_SIZE];

        if (!c->key_algorithm)
                return 0;

        cert_hex(c->spki_sha256, hex);
        buf_appendf(&value, "%s %u %s/%s", c->key_algorithm, c->key_bits, c->curve ? c->curve : "",
                hex);
        buf_append_str(&text, c->key_algorithm);
        if (c->curve)
                buf_appendf(&text, " %s", c->curve);
        else if (c->key_bits > 0)
                buf_appendf(&text, " %u", c->key_bits);
        buf_appendf(&text, ", SHA-256 of the public key %s", hex);
        return drift_fact_take(&ret->facts[DRIFT_KIND_KEY], &value, &text);
}

/* Compared in the form that loses nothing, shown in the form that people put into SSLPEER. */
static int take_dn(DriftFacts *ret, DriftKind kind, const char *rfc4514, const char *mq)
{
        CLEANUP_BUF Buf value = BUF_INIT, text = BUF_INIT;

        if (!rfc4514)
                return 0;

        buf_append_str(&value, rfc4514);
        buf_append_str(&text, mq ? mq : "");
        if (rfc4514[0] == '\0')
                buf_append_str(&text, "(empty)");
        return drift_fact_take(&ret->facts[kind], &value, &text);
}

static int compare_strings(const void *a, const void *b)
{
        char *const *x = a, *const *y = b;

        return strcmp(*x, *y);
}

/* A set: the order does not count. Each name is told from the next by its length, because it may hold
 * any separator. */
static int append_sorted(Buf *value, Buf *text, char *const *items, size_t n)
{
        CLEANUP_FREE char **sorted = NULL;

        sorted = calloc(MAX_OF(n, (size_t) 1), sizeof(*sorted));
        if (!sorted)
                return -ENOMEM;

        for (size_t i = 0; i < n; i++)
                sorted[i] = items[i];
        qsort(sorted, n, sizeof(*sorted), compare_strings);

        for (size_t i = 0; i < n; i++) {
                if (i > 0 && strcmp(sorted[i], sorted[i - 1]) == 0)
                        continue;
                buf_appendf(value, "%zu:%s,", strlen(sorted[i]), sorted[i]);
                buf_appendf(text, "%s%s", i > 0 ? ", " : "", sorted[i]);
        }
        return 0;
}

static int take_san(const CertFacts *c, DriftFacts *ret)
{
        CLEANUP_BUF Buf value = BUF_INIT, text = BUF_INIT;
        int r;

        r = append_sorted(&value, &text, c->sans, c->n_sans);
        if (r < 0)
                return r;
        if (c->n_sans < c->n_sans_total)
                buf_appendf(&value, "+%zu", c->n_sans_total - c->n_sans);
        if (c->n_sans_total == 0) {
                buf_append_str(&value, "none");
                buf_append_str(&text, "none");
        }
        return drift_fact_take(&ret->facts[DRIFT_KIND_SAN], &value, &text);
}

/* What was sent behind the leaf, in order. */
static int take_chain(const ChainFacts *chain, DriftFacts *ret)
{
        CLEANUP_BUF Buf value = BUF_INIT, text = BUF_INIT;

        for (size_t i = 1; i < chain->n_certs; i++) {
                const CertFacts *c = &chain->certs[i].facts;
                char hex[HEX_SIZE];

                cert_hex(c->sha256, hex);
                buf_appendf(&value, "%s,", hex);
                buf_appendf(&text, "%s%s until ", i > 1 ? "; " : "",
                        c->subject_mq ? c->subject_mq : "an unreadable certificate");
                append_date(&text, c->has_not_after, c->not_after_at);
                buf_appendf(&text, " (SHA-256 %.*s...)", HEX_SHOWN, hex);
        }
        if (chain->n_certs_sent > chain->n_certs)
                buf_appendf(&value, "+%zu", chain->n_certs_sent - chain->n_certs);
        if (chain->n_certs <= 1) {
                buf_append_str(&value, "none");
                buf_append_str(&text, "nothing beside the leaf");
        }
        return drift_fact_take(&ret->facts[DRIFT_KIND_CHAIN], &value, &text);
}

static int take_certificates(const ChainFacts *chain, DriftFacts *ret)
{
        const CertFacts *leaf = &chain->certs[0].facts;
        int r;

        r = take_leaf(leaf, ret);
        if (r < 0)
                return r;
        r = take_chain(chain, ret);
        if (r < 0 || (leaf->faults & CERT_FAULT_UNPARSABLE) != 0)
                return r;

        r = take_key(leaf, ret);
        if (r < 0)
                return r;
        r = take_dn(ret, DRIFT_KIND_SUBJECT, leaf->subject_rfc4514, leaf->subject_mq);
        if (r < 0)
                return r;
        r = take_dn(ret, DRIFT_KIND_ISSUER, leaf->issuer_rfc4514, leaf->issuer_mq);
        if (r < 0)
                return r;
        return take_san(leaf, ret);
}

/* ---- what the queue manager says ---- */

static int take_mq(const AddressObservation *a, DriftFacts *ret)
{
        CLEANUP_BUF Buf value = BUF_INIT, text = BUF_INIT;
        const MqInitFacts *f = &a->mq.facts;

        /* The name and the product come in the same segment. */
        if (!a->mq_tried || a->mq_kept_at != 0 || f->qmgr_name[0] == '\0')
                return 0;

        buf_appendf(&value, "%s/%s", f->qmgr_name, f->product_id);
        buf_append_str(&text, f->qmgr_name);
        if (f->product[0] != '\0' || f->product_id[0] != '\0')
                buf_appendf(&text, ", %s", f->product[0] != '\0' ? f->product : f->product_id);
        return drift_fact_take(&ret->facts[DRIFT_KIND_MQ], &value, &text);
}

int drift_facts_of_address(const AddressObservation *a, DriftFacts *ret)
{
        CLEANUP_DRIFT_FACTS DriftFacts facts = {0};
        int r;

        assert(a);
        assert(ret);

        r = take_tls(&a->tls, &facts);
        if (r < 0)
                return r;
        if (a->chain && a->chain_kept_at == 0 && a->chain->n_certs > 0) {
                r = take_certificates(a->chain, &facts);
                if (r < 0)
                        return r;
        }
        r = take_mq(a, &facts);
        if (r < 0)
                return r;

        *ret = facts;
        facts = (DriftFacts) {0};
        return 0;
}

/* ---- the endpoint as a whole ---- */

static int take_addresses(const Observation *o, DriftFacts *ret)
{
        CLEANUP_BUF Buf value = BUF_INIT, text = BUF_INIT;
        CLEANUP_FREE char **labels = NULL;
        size_t n = 0;
        int r;

        /* What could not be resolved now says nothing about what it resolves to. */
        if (o->addresses_stale || o->resolve_end != END_COMPLETED)
                return 0;

        labels = calloc(MAX_OF(o->n_addresses, (size_t) 1), sizeof(*labels));
        if (!labels)
                return -ENOMEM;
        for (size_t i = 0; i < o->n_addresses; i++)
                if (o->addresses[i].ip)
                        labels[n++] = o->addresses[i].address;
        if (n == 0)
                return 0;

        r = append_sorted(&value, &text, labels, n);
        if (r < 0)
                return r;
        return drift_fact_take(&ret->facts[DRIFT_KIND_ADDRESSES], &value, &text);
}

int drift_facts_of_endpoint(const Observation *o, ClientAuth client_auth, DriftFacts *ret)
{
        CLEANUP_DRIFT_FACTS DriftFacts facts = {0};
        int r;

        assert(o);
        assert(ret);

        r = take_addresses(o, &facts);
        if (r < 0)
                return r;
        if (client_auth != CLIENT_AUTH_UNKNOWN) {
                r = take_string(&facts, DRIFT_KIND_CLIENT_AUTH,
                        client_auth == CLIENT_AUTH_REQUIRED ? "required" : "not required");
                if (r < 0)
                        return r;
        }

        *ret = facts;
        facts = (DriftFacts) {0};
        return 0;
}
