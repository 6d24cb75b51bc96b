/* SPDX-License-Identifier: MIT */
#include "x509/chain.h"

#include <assert.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "x509/chain_internal.h"

static const char *const role_names[] = {
        [CHAIN_ROLE_LEAF] = "leaf",
        [CHAIN_ROLE_INTERMEDIATE] = "intermediate",
        [CHAIN_ROLE_ROOT] = "root",
        [CHAIN_ROLE_EXTRA] = "extra",
};

_Static_assert(ARRAY_LEN(role_names) == _CHAIN_ROLE_MAX, "each role has a name");

const char *chain_role_to_string(ChainRole role)
{
        return (size_t) role < ARRAY_LEN(role_names) ? role_names[role] : NULL;
}

/* The parsed forms, for as long as an inspection takes. */
typedef struct Parsed {
        X509 *x509[CHAIN_CERTS_MAX];
        size_t n;
        unsigned signatures_left;
} Parsed;

static void parsed_done(Parsed *p)
{
        for (size_t i = 0; i < p->n; i++)
                X509_free(p->x509[i]);
}

bool chain_is_signed_by(unsigned *signatures_left, X509 *x, X509 *issuer)
{
        EVP_PKEY *key = X509_get0_pubkey(issuer);

        if (*signatures_left == 0)
                return false;
        (*signatures_left)--;
        return key && X509_verify(x, key) == 1;
}

int chain_cert_facts(X509 *x, CertFacts *ret)
{
        unsigned char *der = NULL;
        int len = i2d_X509(x, &der), r;

        if (len <= 0)
                return -ENOMEM; /* it was parsed, so it can be written */
        r = cert_facts_from_der(der, (size_t) len, ret);
        OPENSSL_free(der);
        return r;
}

/* The position of the one that issued the one at `i` among those not taken yet, p->n if none. */
static size_t find_issuer(Parsed *p, size_t i, const bool *taken)
{
        const X509_NAME *name = X509_get_issuer_name(p->x509[i]);
        size_t found = p->n;

        for (size_t j = 0; j < p->n; j++) {
                if (taken[j] || !p->x509[j] ||
                        X509_NAME_cmp(X509_get_subject_name(p->x509[j]), name) != 0)
                        continue;
                if (found == p->n)
                        found = j;
                /* Signatures cost: only asked where there is more than one of the right name. */
                else if (!chain_is_signed_by(&p->signatures_left, p->x509[i], p->x509[found]) &&
                        chain_is_signed_by(&p->signatures_left, p->x509[i], p->x509[j]))
                        found = j;
        }
        return found;
}

/* Walks from the leaf to whoever issued it, as far as what was sent reaches. */
static void find_roles(ChainFacts *c, Parsed *p)
{
        bool taken[CHAIN_CERTS_MAX] = { false };
        size_t at = 0, n_path = 0;

        c->ordered = true;
        for (size_t i = 1; i < c->n_certs; i++)
                c->certs[i].role = CHAIN_ROLE_EXTRA;
        while (at < p->n && p->x509[at]) {
                const CertFacts *facts = &c->certs[at].facts;

                if (at > 0)
                        c->certs[at].role =
                                facts->self_issued ? CHAIN_ROLE_ROOT : CHAIN_ROLE_INTERMEDIATE;
                if (at != n_path)
                        c->ordered = false;
                taken[at] = true;
                n_path++;
                /* A name that changes its key is issued by itself, too: so signed, not issued. */
                if (facts->self_signed)
                        break;
                at = find_issuer(p, at, taken);
        }
        for (size_t i = 1; i < c->n_certs; i++)
                if (c->certs[i].role == CHAIN_ROLE_EXTRA)
                        c->n_extra++;
        if (c->n_extra > 0)
                c->ordered = false;
}

static void find_dates(ChainFacts *c)
{
        for (size_t i = 0; i < c->n_certs; i++) {
                const CertFacts *facts = &c->certs[i].facts;

                if (!facts->has_not_after) {
                        /* The end of the others would pass for the end of the chain. */
                        c->has_presented = false;
                        return;
                }
                if (i == 0) {
                        c->has_leaf = true;
                        c->leaf_not_after_at = facts->not_after_at;
                }
                if (!c->has_presented || facts->not_after_at < c->presented_not_after_at)
                        c->presented_not_after_at = facts->not_after_at;
                c->has_presented = true;
        }
}

static int read_certs(ChainFacts *c, const DerCert *sent, Parsed *p)
{
        for (size_t i = 0; i < c->n_certs; i++) {
                CertFacts *facts = &c->certs[i].facts;
                const unsigned char *der = sent[i].data;
                int r = cert_facts_from_der(sent[i].data, sent[i].len, facts);
                if (r < 0)
                        return r;
                p->n = i + 1;
                /* NULL for one that only our own reader can read (see cert_disguise_names()). */
                if (!(facts->faults & CERT_FAULT_UNPARSABLE))
                        p->x509[i] = d2i_X509(NULL, &der, (long) sent[i].len);
        }
        return 0;
}

static int chain_new(size_t n_sent, ChainFacts **ret)
{
        ChainFacts *c = calloc(1, sizeof(*c));

        if (!c)
                return -ENOMEM;
        c->n_certs_sent = n_sent;
        c->n_certs = MIN_OF(n_sent, (size_t) CHAIN_CERTS_MAX);
        c->certs = calloc(c->n_certs + 1, sizeof(*c->certs));
        if (!c->certs) {
                free(c);
                return -ENOMEM;
        }
        *ret = c;
        return 0;
}

int chain_inspect(
        const DerCert *sent, size_t n, const TrustStore *trust, int64_t at, ChainFacts **ret)
{
        CLEANUP(chain_facts_cleanup) ChainFacts *c = NULL;
        CLEANUP(parsed_done) Parsed p = { .signatures_left = CHAIN_SIGNATURES_MAX };
        int r;

        assert(sent || n == 0);
        r = chain_new(n, &c);
        if (r < 0)
                return r;
        r = read_certs(c, sent, &p);
        if (r < 0)
                return r;
        ERR_clear_error();
        find_roles(c, &p);
        find_dates(c);
        c->judged = trust != NULL;
        if (c->judged && n > 0)
                r = chain_verify(c, p.x509, trust, at);
        ERR_clear_error();
        if (r < 0)
                return r;
        *ret = STEAL(c);
        return 0;
}

ChainFacts *chain_facts_free(ChainFacts *c)
{
        if (!c)
                return NULL;
        for (size_t i = 0; i < c->n_certs; i++) {
                cert_facts_done(&c->certs[i].facts);
                free(c->certs[i].error_text);
        }
        free(c->certs);
        free(c->missing_issuer);
        free(c);
        return NULL;
}
