/* SPDX-License-Identifier: MIT */

/*
 * OpenSSL's verifier, made to say everything it knows. Its callback records each complaint with the
 * depth it is about and lets it go on; afterwards the complaints are sorted into our own few words.
 *
 * Three things are ours instead of OpenSSL's:
 * - Dates are compared from our own reading of them. OpenSSL takes the very second of notAfter as
 *   expired (RFC 5280 section 4.1.2.5 includes it) and forgives malformed dates.
 * - "No issuer found" has several causes that need different remedies; judge_gap() tells them apart.
 * - OpenSSL takes the first issuer of the right name. Where authorities changed their key and write
 *   no key identifiers (RACF's do not), that may be the wrong one, so when a signature fails a
 *   second run picks issuers by signature.
 *
 * A chain must end in a self-signed certificate of the trust file: X509_V_FLAG_PARTIAL_CHAIN stays
 * off, because MQ holds a partner's certificate good only with all signers up to the root in the key
 * repository (IBM MQ documentation, "validatecert (validate certificate)": necessary intermediate
 * and root certificates are present). A monitor that is content with less would be green where a
 * queue manager is not.
 */

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "x509/chain_internal.h"

enum {
        RECORDS_MAX = 64,                   /* different complaints; a chain has at most 12 members */
        PATH_MAX_CERTS = CHAIN_VERIFY_DEPTH + 2, /* the leaf and the anchor come on top */
};

/* Complaints that are handled by themselves. */
enum {
        IGNORED = 0,     /* dates: judged by our own reading */
        GAP = 1 << 30,   /* no issuer found */
};

static const struct {
        int code;
        unsigned error; /* a ChainError, IGNORED or GAP; what is not here is CHAIN_ERROR_OTHER */
} complaints[] = {
        { X509_V_ERR_CERT_NOT_YET_VALID, IGNORED },
        { X509_V_ERR_CERT_HAS_EXPIRED, IGNORED },
        { X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, IGNORED },
        { X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, IGNORED },
        { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, GAP },
        { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, GAP },
        { X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, GAP },
        { X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, CHAIN_ERROR_SELF_SIGNED },
        { X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, CHAIN_ERROR_UNTRUSTED_ISSUER },
        { X509_V_ERR_CERT_UNTRUSTED, CHAIN_ERROR_UNTRUSTED_ISSUER },
        { X509_V_ERR_CERT_REJECTED, CHAIN_ERROR_UNTRUSTED_ISSUER },
        { X509_V_ERR_CERT_SIGNATURE_FAILURE, CHAIN_ERROR_BAD_SIGNATURE },
        { X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, CHAIN_ERROR_BAD_SIGNATURE },
        { X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, CHAIN_ERROR_MALFORMED },
        { X509_V_ERR_INVALID_EXTENSION, CHAIN_ERROR_MALFORMED },
        { X509_V_ERR_CERT_REVOKED, CHAIN_ERROR_REVOKED },
        { X509_V_ERR_CERT_CHAIN_TOO_LONG, CHAIN_ERROR_TOO_LONG },
        { X509_V_ERR_INVALID_CA, CHAIN_ERROR_BAD_KEY_USAGE },
        { X509_V_ERR_INVALID_NON_CA, CHAIN_ERROR_BAD_KEY_USAGE },
        { X509_V_ERR_INVALID_PURPOSE, CHAIN_ERROR_BAD_KEY_USAGE },
        { X509_V_ERR_PATH_LENGTH_EXCEEDED, CHAIN_ERROR_BAD_KEY_USAGE },
        { X509_V_ERR_KEYUSAGE_NO_CERTSIGN, CHAIN_ERROR_BAD_KEY_USAGE },
        { X509_V_ERR_KEYUSAGE_NO_DIGITAL_SIGNATURE, CHAIN_ERROR_BAD_KEY_USAGE },
};

/* One run of the verifier. */
typedef struct Run {
        X509_STORE_CTX *context;
        struct {
                int code, depth;
        } records[RECORDS_MAX];
        size_t n_records;
        bool by_signature; /* pick among issuers of one name by trying their keys */
        unsigned signatures_left;
} Run;

/* One certificate of the path that the verifier built, leaf first. */
typedef struct Link {
        X509 *x509;             /* borrowed from the run */
        const CertFacts *facts; /* of the one sent, or `own` */
        CertFacts own;
        ChainCert *sent; /* NULL: it comes from the trust file and was not sent */
} Link;

typedef struct Judgement {
        ChainFacts *chain;
        X509 *const *x509;
        const TrustStore *trust;
        int64_t at;
        Link path[PATH_MAX_CERTS];
        size_t n_path;
        Buf texts[CHAIN_CERTS_MAX]; /* error_text in the making, for each one sent */
} Judgement;

static void run_done(Run *run)
{
        X509_STORE_CTX_free(run->context);
}

static void judgement_done(Judgement *j)
{
        for (size_t i = 0; i < j->n_path; i++)
                cert_facts_done(&j->path[i].own);
        for (size_t i = 0; i < ARRAY_LEN(j->texts); i++)
                buf_done(&j->texts[i]);
}

/* Running */

static void run_record(Run *run, int code, int depth)
{
        for (size_t i = 0; i < run->n_records; i++)
                if (run->records[i].code == code && run->records[i].depth == depth)
                        return;
        if (run->n_records == RECORDS_MAX)
                return;
        run->records[run->n_records].code = code;
        run->records[run->n_records++].depth = depth;
}

static bool run_has(const Run *run, unsigned error)
{
        for (size_t i = 0; i < run->n_records; i++)
                for (size_t k = 0; k < ARRAY_LEN(complaints); k++)
                        if (run->records[i].code == complaints[k].code &&
                                complaints[k].error == error)
                                return true;
        return false;
}

static int on_verify(int ok, X509_STORE_CTX *context)
{
        if (!ok)
                run_record(X509_STORE_CTX_get_app_data(context),
                        X509_STORE_CTX_get_error(context),
                        X509_STORE_CTX_get_error_depth(context));
        return 1;
}

int chain_check_issued(X509_STORE_CTX *context, X509 *x, X509 *issuer)
{
        Run *run = X509_STORE_CTX_get_app_data(context);
        int r = X509_check_issued(issuer, x);

        /* An issuer that may not sign is the issuer all the same, and a finding later. */
        if (r != X509_V_OK && r != X509_V_ERR_KEYUSAGE_NO_CERTSIGN)
                return 0;
        return !run || !run->by_signature || chain_is_signed_by(&run->signatures_left, x, issuer);
}

static int run_verify(Judgement *j, Run *run)
{
        STACK_OF(X509) *others = sk_X509_new_null();
        int r = -ENOMEM;

        run->signatures_left = CHAIN_SIGNATURES_MAX;
        run->context = X509_STORE_CTX_new();
        if (!run->context || !others)
                goto finish;
        for (size_t i = 1; i < j->chain->n_certs; i++)
                if (j->x509[i] && !sk_X509_push(others, j->x509[i]))
                        goto finish;
        if (!X509_STORE_CTX_init(
                    run->context, trust_store_openssl(j->trust), j->x509[0], others))
                goto finish;
        if (!X509_STORE_CTX_set_app_data(run->context, run))
                goto finish;
        X509_STORE_CTX_set_verify_cb(run->context, on_verify);
        X509_STORE_CTX_set_depth(run->context, CHAIN_VERIFY_DEPTH);
        X509_STORE_CTX_set_time(run->context, 0, (time_t) j->at);
        /* Weak keys are policy's word: they must be seen, not refused. */
        X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(run->context), 0);
        if (!X509_STORE_CTX_set_purpose(run->context, X509_PURPOSE_SSL_SERVER))
                goto finish;
        ERR_clear_error();
        r = 0;
        if (X509_verify_cert(run->context) < 0) {
                int code = X509_STORE_CTX_get_error(run->context);

                if (code == X509_V_ERR_OUT_OF_MEM)
                        r = -ENOMEM;
                run_record(run, code, 0);
        }

finish:
        /* The certificates are counted by whoever has parsed them, and the context is done with it. */
        if (run->context)
                X509_STORE_CTX_set0_untrusted(run->context, NULL);
        sk_X509_free(others);
        ERR_clear_error();
        return r;
}

/* Sorting what was found */

static void add_error(Judgement *j, ChainCert *cert, unsigned error, const char *text)
{
        Buf *b;

        j->chain->errors |= error;
        if (!cert)
                return;
        cert->errors |= error;
        b = &j->texts[cert - j->chain->certs];
        if (strstr(buf_str(b), text))
                return;
        if (b->len > 0)
                buf_append_str(b, "; ");
        buf_append_str(b, text);
}

static ChainCert *find_sent(Judgement *j, X509 *x)
{
        for (size_t i = 0; i < j->chain->n_certs; i++)
                if (j->x509[i] && (j->x509[i] == x || X509_cmp(j->x509[i], x) == 0))
                        return &j->chain->certs[i];
        return NULL;
}

static int read_path(Judgement *j, const Run *run)
{
        STACK_OF(X509) *path = X509_STORE_CTX_get0_chain(run->context);
        int n = sk_X509_num(path); /* -1 for NULL */

        for (int i = 0; i < n && i < PATH_MAX_CERTS; i++) {
                Link *link = &j->path[i];

                link->x509 = sk_X509_value(path, i);
                link->sent = find_sent(j, link->x509);
                link->facts = link->sent ? &link->sent->facts : &link->own;
                j->n_path++;
                if (!link->sent && chain_cert_facts(link->x509, &link->own) < 0)
                        return -ENOMEM;
        }
        return 0;
}

static void judge_dates(Judgement *j, Link *link)
{
        const CertFacts *facts = link->facts;

        if (facts->has_not_after && j->at > facts->not_after_at)
                add_error(j, link->sent, CHAIN_ERROR_EXPIRED,
                        X509_verify_cert_error_string(X509_V_ERR_CERT_HAS_EXPIRED));
        if (facts->has_not_before && j->at < facts->not_before_at)
                add_error(j, link->sent, CHAIN_ERROR_NOT_YET_VALID,
                        X509_verify_cert_error_string(X509_V_ERR_CERT_NOT_YET_VALID));
}

/* Names that are too long and serial numbers that are odd stop no handshake. */
static void judge_faults(Judgement *j, ChainCert *sent, const CertFacts *facts)
{
        unsigned grave = CERT_FAULT_UNPARSABLE | CERT_FAULT_NOT_BEFORE | CERT_FAULT_NOT_AFTER |
                CERT_FAULT_KEY | CERT_FAULT_EXTENSION;

        if (facts->faults & grave)
                add_error(j, sent, CHAIN_ERROR_MALFORMED, facts->fault_text);
}

static bool is_trusted(const Judgement *j, const CertFacts *facts)
{
        for (size_t i = 0; i < trust_store_count(j->trust); i++)
                if (memcmp(trust_store_facts(j->trust, i)->sha256, facts->sha256,
                            sizeof(facts->sha256)) == 0)
                        return true;
        return false;
}

/* Whether some certificate, sent or trusted, bears the name of the one that is missing. */
static bool find_namesake(Judgement *j, Run *run, const Link *top, bool *ret_signs)
{
        const X509_NAME *name = X509_get_issuer_name(top->x509);
        STACK_OF(X509) *trusted = X509_STORE_CTX_get1_certs(run->context, name);
        bool found = false, signs = false;

        for (int i = 0; i < sk_X509_num(trusted); i++) {
                X509 *x = sk_X509_value(trusted, i);

                if (X509_cmp(x, top->x509) == 0)
                        continue;
                found = true;
                signs = signs || chain_is_signed_by(&run->signatures_left, top->x509, x);
        }
        for (size_t i = 0; i < j->chain->n_certs; i++) {
                X509 *x = j->x509[i];

                if (!x || find_sent(j, x) == top->sent ||
                        X509_NAME_cmp(X509_get_subject_name(x), name) != 0)
                        continue;
                found = true;
                signs = signs || chain_is_signed_by(&run->signatures_left, top->x509, x);
        }
        sk_X509_pop_free(trusted, X509_free);
        *ret_signs = signs;
        return found;
}

/* The verifier found no issuer for the last of the path. Why not? */
static int judge_gap(Judgement *j, Run *run)
{
        Link *top = &j->path[j->n_path - 1];
        ChainFacts *c = j->chain;
        bool signs;

        if (c->n_certs_sent > c->n_certs) {
                add_error(j, top->sent, CHAIN_ERROR_TOO_LONG, "more certificates than are looked at");
                return 0;
        }
        if (find_namesake(j, run, top, &signs)) {
                /* Same name, other key; or the key fits and the key identifiers contradict it. */
                add_error(j, top->sent, signs ? CHAIN_ERROR_OTHER : CHAIN_ERROR_BAD_SIGNATURE,
                        X509_verify_cert_error_string(signs
                                        ? X509_V_ERR_AKID_SKID_MISMATCH
                                        : X509_V_ERR_CERT_SIGNATURE_FAILURE));
                return 0;
        }
        for (size_t i = 1; i < c->n_certs; i++)
                if (c->certs[i].facts.self_signed && !is_trusted(j, &c->certs[i].facts)) {
                        add_error(j, &c->certs[i], CHAIN_ERROR_UNTRUSTED_ISSUER,
                                X509_verify_cert_error_string(
                                        X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN));
                        return 0;
                }
        add_error(j, top->sent, CHAIN_ERROR_MISSING_INTERMEDIATE,
                X509_verify_cert_error_string(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY));
        if (!c->missing_issuer) {
                c->missing_issuer = strdup(top->facts->issuer_mq);
                if (!c->missing_issuer)
                        return -ENOMEM;
        }
        return 0;
}

static unsigned error_of(int code)
{
        for (size_t i = 0; i < ARRAY_LEN(complaints); i++)
                if (complaints[i].code == code)
                        return complaints[i].error;
        return CHAIN_ERROR_OTHER;
}

static void judge_record(Judgement *j, int code, int depth)
{
        size_t i = depth > 0 ? (size_t) depth : 0;
        unsigned error = error_of(code);
        Link *link;

        if (error == IGNORED || error == GAP)
                return;
        if (i >= j->n_path)
                i = j->n_path - 1;
        link = &j->path[i];
        /* OpenSSL calls self-signed what bears its own name, without looking at the signature. */
        if ((error == CHAIN_ERROR_SELF_SIGNED || error == CHAIN_ERROR_UNTRUSTED_ISSUER) &&
                link->facts->self_issued && !link->facts->self_signed) {
                error = CHAIN_ERROR_BAD_SIGNATURE;
                code = X509_V_ERR_CERT_SIGNATURE_FAILURE;
        }
        add_error(j, link->sent, error, X509_verify_cert_error_string(code));
}

/* A path that reached an anchor counts as verified, whatever dates and usages say. One certificate whose
 * end cannot be read leaves the end of the path unknown: another's date would be a lie. */
static void find_verified_date(Judgement *j)
{
        const unsigned broken = CHAIN_ERROR_UNTRUSTED_ISSUER | CHAIN_ERROR_SELF_SIGNED |
                CHAIN_ERROR_BAD_SIGNATURE | CHAIN_ERROR_TOO_LONG;
        ChainFacts *c = j->chain;

        if (c->errors & broken)
                return;
        for (size_t i = 0; i < j->n_path; i++)
                if (!j->path[i].facts->has_not_after)
                        return;
        for (size_t i = 0; i < j->n_path; i++) {
                const CertFacts *facts = j->path[i].facts;

                if (!c->has_verified || facts->not_after_at < c->verified_not_after_at)
                        c->verified_not_after_at = facts->not_after_at;
                c->has_verified = true;
        }
}

static int judge(Judgement *j, Run *run)
{
        bool has_gap = run_has(run, GAP);
        int r = read_path(j, run);

        if (r < 0)
                return r;
        if (j->n_path == 0) { /* it refused to begin */
                add_error(j, &j->chain->certs[0], CHAIN_ERROR_OTHER,
                        X509_verify_cert_error_string(X509_STORE_CTX_get_error(run->context)));
                return 0;
        }
        for (size_t i = 0; i < run->n_records; i++)
                judge_record(j, run->records[i].code, run->records[i].depth);
        /* Beyond the depth limit nobody looked for an issuer. */
        if (has_gap && !run_has(run, CHAIN_ERROR_TOO_LONG))
                r = judge_gap(j, run);
        for (size_t i = 0; i < j->n_path; i++) {
                judge_dates(j, &j->path[i]);
                judge_faults(j, j->path[i].sent, j->path[i].facts);
        }
        if (!has_gap)
                find_verified_date(j);
        return r;
}

static int verify(Judgement *j)
{
        CLEANUP(run_done) Run first = { 0 };
        CLEANUP(run_done) Run second = { .by_signature = true };
        int r = run_verify(j, &first);

        if (r < 0)
                return r;
        if (run_has(&first, CHAIN_ERROR_BAD_SIGNATURE)) {
                r = run_verify(j, &second);
                if (r < 0)
                        return r;
                if (!run_has(&second, GAP) && !run_has(&second, CHAIN_ERROR_BAD_SIGNATURE))
                        return judge(j, &second);
        }
        return judge(j, &first);
}

int chain_verify(ChainFacts *c, X509 *const *x509, const TrustStore *trust, int64_t at)
{
        CLEANUP(judgement_done) Judgement j = {
                .chain = c, .x509 = x509, .trust = trust, .at = at
        };
        int r = 0;

        for (size_t i = 0; i < c->n_certs; i++)
                if (!x509[i])
                        add_error(&j, &c->certs[i], CHAIN_ERROR_MALFORMED,
                                c->certs[i].facts.fault_text ? c->certs[i].facts.fault_text
                                                             : "cannot be read");
        if (x509[0])
                r = verify(&j);
        for (size_t i = 0; r == 0 && i < c->n_certs; i++)
                if (c->certs[i].errors)
                        r = buf_steal(&j.texts[i], &c->certs[i].error_text);
        c->verified = r == 0 && c->errors == 0;
        return r;
}
