/* SPDX-License-Identifier: MIT */

/* Stage policy: what was agreed on, held against what is expected; and the dates that alerts hang
 * on. A weak key or a short lifetime is told whatever else is wrong with the endpoint. */

#include "judge/assess_internal.h"

#include <string.h>
#include <strings.h>

#include "base/timefmt.h"

enum {
        SSLPEER_WORDS_MAX = 512, /* the certificate's half of them is the listener's */
};

bool assess_rule_in_force(Diagnosis rule, const Policy *policy)
{
        switch ((int) rule) {
        case DIAGNOSIS_POLICY_CIPHER_UNEXPECTED:
        case DIAGNOSIS_POLICY_VERSION_UNEXPECTED:
        case DIAGNOSIS_POLICY_WEAK_SIGNATURE:
        case DIAGNOSIS_POLICY_LIFETIME_SHORT:
        case DIAGNOSIS_POLICY_DUPLICATE_SERIAL:
                return true;
        case DIAGNOSIS_POLICY_WEAK_KEY:
                return policy->min_rsa_bits > 0 || policy->min_ec_bits > 0;
        case DIAGNOSIS_POLICY_ADDRESS_MISMATCH:
                return policy->all_addresses;
        case DIAGNOSIS_POLICY_SSLPEER_MISMATCH:
                return policy->sslpeer != NULL;
        case DIAGNOSIS_POLICY_SHARED_KEY: /* where it can be known whose key it is */
                return policy->unique_key && (policy->qmgr || policy->depth == PROBE_DEPTH_MQ);
        case DIAGNOSIS_POLICY_QMGR_MISMATCH:
                return policy->qmgr && policy->depth == PROBE_DEPTH_MQ;
        case DIAGNOSIS_POLICY_CLIENT_AUTH_NOT_REQUIRED:
                return policy->sslcauth == SSLCAUTH_REQUIRED && policy->depth == PROBE_DEPTH_MQ;
        case DIAGNOSIS_POLICY_CLIENT_AUTH_UNEXPECTED:
                return policy->sslcauth == SSLCAUTH_OPTIONAL && !policy->has_identity;
        default:
                return false; /* nothing is known here that could break it */
        }
}

/* What the accepting channel says, as far as it is known. */
static const SslCiph *listener_sslciph(const Policy *policy)
{
        return policy->listener_sslciph.kind != SSLCIPH_UNSET ? &policy->listener_sslciph
                                                              : &policy->sslciph;
}

static void judge_version(Judging *j, size_t address, const SslCiph *admitted)
{
        const HandshakeFacts *tls = &j->o->addresses[address].tls;
        CLEANUP_BUF Buf message = BUF_INIT;

        if (sslciph_admits_version(admitted, tls->version))
                return;

        buf_appendf(&message, "The listener agreed on %s (", tls_version_to_string(tls->version));
        message_append_suite(&message, tls);
        if (admitted->kind == SSLCIPH_UNSET)
                buf_append_str(&message, "), which MQ does not have.");
        else
                buf_appendf(&message, "), which a channel with SSLCIPH %s does not admit.",
                        sslciph_name(admitted));
        judging_add(j, DIAGNOSIS_POLICY_VERSION_UNEXPECTED, (int) address, -1, &message);
}

static void judge_cipher(Judging *j, size_t address, const SslCiph *admitted)
{
        const HandshakeFacts *tls = &j->o->addresses[address].tls;
        bool is_of_mq = cipherspec_by_code(tls->version, tls->cipher) != NULL;
        CLEANUP_BUF Buf message = BUF_INIT;

        /* A version that is not admitted says it all already. */
        if (is_of_mq && (!sslciph_admits_version(admitted, tls->version) ||
                                sslciph_admits(admitted, tls->version, tls->cipher)))
                return;

        buf_append_str(&message, "The listener agreed on ");
        message_append_suite(&message, tls);
        buf_appendf(&message, " with %s, ", tls_version_to_string(tls->version));
        if (is_of_mq)
                buf_appendf(&message, "which a channel with SSLCIPH %s does not admit.",
                        sslciph_name(admitted));
        else
                buf_append_str(&message,
                        "which no queue manager has: something other than a queue manager "
                        "terminated TLS.");
        judging_add(j, DIAGNOSIS_POLICY_CIPHER_UNEXPECTED, (int) address, -1, &message);
}

static void judge_negotiated(Judging *j, size_t address)
{
        const HandshakeFacts *tls = &j->o->addresses[address].tls;
        const SslCiph *admitted = listener_sslciph(j->policy);

        /* A version that was refused was not agreed on. */
        if (!tls->server_hello_seen || tls->version == 0 || tls->cipher == 0 ||
                tls->error == HANDSHAKE_ERROR_VERSION)
                return;

        judge_cipher(j, address, admitted);
        judge_version(j, address, admitted);
}

static void judge_key(Judging *j, size_t address, size_t position)
{
        const ChainFacts *chain = j->o->addresses[address].chain;
        const CertFacts *c = &chain->certs[position].facts;
        CLEANUP_BUF Buf message = BUF_INIT;
        const char *setting;
        unsigned least;

        if (!c->key_algorithm || c->key_bits == 0)
                return;
        if (strncmp(c->key_algorithm, "RSA", 3) == 0) {
                setting = "min_rsa_bits";
                least = j->policy->min_rsa_bits;
        } else if (strcmp(c->key_algorithm, "EC") == 0) {
                setting = "min_ec_bits";
                least = j->policy->min_ec_bits;
        } else {
                return;
        }
        if (c->key_bits >= least)
                return;

        message_append_cert(&message, chain, (int) position);
        buf_appendf(&message, " has a key of %u bits (%s), less than %s = %u.", c->key_bits,
                c->key_algorithm, setting, least);
        judging_add(j, DIAGNOSIS_POLICY_WEAK_KEY, (int) address, (int) position, &message);
}

/* The signature on a self-signed certificate protects nothing: it is believed because it is in the
 * trust file, or not at all. */
static void judge_signature(Judging *j, size_t address, size_t position)
{
        static const char *const weak[] = {"MD2", "MD4", "MD5", "MD5-SHA1", "SHA1"};
        const ChainFacts *chain = j->o->addresses[address].chain;
        const CertFacts *c = &chain->certs[position].facts;
        CLEANUP_BUF Buf message = BUF_INIT;

        if (!c->signature_digest || c->self_signed)
                return;

        for (size_t i = 0; i < ARRAY_LEN(weak); i++) {
                if (strcasecmp(c->signature_digest, weak[i]) != 0)
                        continue;
                message_append_cert(&message, chain, (int) position);
                buf_appendf(&message, " is signed with %s.", weak[i]);
                judging_add(j, DIAGNOSIS_POLICY_WEAK_SIGNATURE, (int) address, (int) position,
                        &message);
                return;
        }
}

/* "with 8% of its lifetime left", which tells a certificate of ninety days from one of three years. */
static void append_share_left(Buf *b, const ChainEnd *end, int64_t now_at)
{
        int64_t lifetime = end->at - end->not_before_at, left = end->at - now_at;

        if (end->position < 0 || lifetime <= 0 || left < 0 || left > lifetime)
                return;

        buf_appendf(b, ", with %.0f%% of its lifetime left", 100.0 * (double) left / (double) lifetime);
}

static void judge_lifetime(Judging *j, size_t address)
{
        const ChainFacts *chain = j->o->addresses[address].chain;
        const Threshold *warning = &j->policy->expiry_warning,
                        *critical = &j->policy->expiry_critical;
        CLEANUP_BUF Buf message = BUF_INIT;
        ExpiryState state;
        bool is_critical;
        ChainEnd end;

        if (!assess_chain_end(chain, &end))
                return;

        state = expiry_judge(end.not_before_at, end.at, warning, critical, j->now_at);
        if (state != EXPIRY_WARNING && state != EXPIRY_CRITICAL)
                return;
        is_critical = state == EXPIRY_CRITICAL;

        message_append_cert(&message, chain, end.position);
        buf_append_str(&message, " ends on ");
        message_append_moment(&message, end.at, j->now_at);
        append_share_left(&message, &end, j->now_at);
        buf_appendf(&message, ", and the %s threshold is ", is_critical ? "critical" : "warning");
        timefmt_append_span(&message, (uint64_t) threshold_seconds(is_critical ? critical : warning,
                                              end.not_before_at, end.at));
        buf_append_char(&message, '.');
        judging_add_as(j, DIAGNOSIS_POLICY_LIFETIME_SHORT,
                is_critical ? SEVERITY_CRITICAL : SEVERITY_WARNING, (int) address, end.position,
                &message);
}

/* As the partner whose definition holds the filter would judge the leaf. One without a readable name
 * is malformed, and that is said already. */
static void judge_sslpeer(Judging *j, size_t address)
{
        const CertFacts *leaf = &j->o->addresses[address].chain->certs[0].facts;
        CLEANUP_FREE char *why = NULL;
        CLEANUP_BUF Buf message = BUF_INIT;
        bool matches = true;
        int r;

        if (!j->policy->sslpeer || (leaf->faults & CERT_FAULT_UNPARSABLE))
                return;

        r = sslpeer_match(j->policy->sslpeer, &leaf->subject, leaf->serial, &matches, &why);
        if (r < 0)
                j->r = r;
        if (r < 0 || matches)
                return;

        message_append_cut(&message, why, SSLPEER_WORDS_MAX);
        buf_append_char(&message, '.');
        judging_add(j, DIAGNOSIS_POLICY_SSLPEER_MISMATCH, (int) address, 0, &message);
}

void assess_policy(Judging *j, size_t address)
{
        const AddressObservation *a = &j->o->addresses[address];

        judge_negotiated(j, address);
        if (!assess_has_fresh_chain(a))
                return;

        judge_sslpeer(j, address);
        for (size_t i = 0; i < a->chain->n_certs; i++) {
                judge_key(j, address, i);
                judge_signature(j, address, i);
        }
        judge_lifetime(j, address);
}

static void append_leaf(Buf *b, const AddressObservation *a)
{
        const CertFacts *leaf = &a->chain->certs[0].facts;

        message_append_foreign(b, a->address ? a->address : "an address");
        buf_append_str(b, " serves the one with serial ");
        message_append_foreign(b, leaf->serial ? leaf->serial : "unreadable");
        if (leaf->has_not_after) {
                char until[TIMEFMT_RFC3339_SIZE];

                timefmt_rfc3339(leaf->not_after_at, until);
                buf_appendf(b, " until %s", until);
        }
}

void assess_consistency(Judging *j)
{
        const AddressObservation *first = NULL, *other = NULL;
        CLEANUP_BUF Buf message = BUF_INIT;

        for (size_t i = 0; i < j->o->n_addresses && !other; i++) {
                const AddressObservation *a = &j->o->addresses[i];

                if (!assess_has_fresh_chain(a))
                        continue;
                if (!first)
                        first = a;
                else if (memcmp(first->chain->certs[0].facts.sha256, a->chain->certs[0].facts.sha256,
                                 CERT_SHA256_SIZE) != 0)
                        other = a;
        }

        j->a->addresses_consistent = !other;
        if (!other || !assess_rule_in_force(DIAGNOSIS_POLICY_ADDRESS_MISMATCH, j->policy))
                return;

        buf_append_str(&message, "The addresses serve different leaf certificates: ");
        append_leaf(&message, first);
        buf_append_str(&message, ", ");
        append_leaf(&message, other);
        buf_append_char(&message, '.');
        judging_add(j, DIAGNOSIS_POLICY_ADDRESS_MISMATCH, -1, -1, &message);
}

static void take_earliest(bool *has, int64_t *at, bool has_other, int64_t other_at)
{
        if (!has_other || (*has && *at <= other_at))
                return;

        *has = true;
        *at = other_at;
}

/* Also from chains that are only remembered: facts do not depend on the verdict of this probe. */
void assess_dates(Judging *j)
{
        AssessedDates *d = &j->a->dates;
        ChainEnd first = {0}, end;
        bool has_first = false;

        for (size_t i = 0; i < j->o->n_addresses; i++) {
                const ChainFacts *chain = j->o->addresses[i].chain;

                if (!chain)
                        continue;
                take_earliest(&d->has_leaf, &d->leaf_at, chain->has_leaf, chain->leaf_not_after_at);
                take_earliest(&d->has_presented, &d->presented_at, chain->has_presented,
                        chain->presented_not_after_at);
                take_earliest(&d->has_verified, &d->verified_at, chain->has_verified,
                        chain->verified_not_after_at);
                take_earliest(&d->has_effective, &d->effective_at,
                        chain->has_verified || chain->has_presented,
                        chain->has_verified ? chain->verified_not_after_at
                                            : chain->presented_not_after_at);
                if (assess_chain_end(chain, &end) && (!has_first || end.at < first.at)) {
                        first = end;
                        has_first = true;
                }
        }
        if (!has_first)
                return;

        d->has_policy = true;
        d->critical_seconds =
                threshold_seconds(&j->policy->expiry_critical, first.not_before_at, first.at);
        d->warning_seconds =
                threshold_seconds(&j->policy->expiry_warning, first.not_before_at, first.at);
        /* A share may be less than a span, for short-lived certificates; there is no warning after the
         * alarm. */
        d->warning_seconds = MAX_OF(d->warning_seconds, d->critical_seconds);
}
