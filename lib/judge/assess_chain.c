/* SPDX-License-Identifier: MIT */

/*
 * Stage verify: what the certificates that a listener sent are worth. Dates are judged by the
 * instant handed in, everything else by what verification recorded; so an old observation can be
 * judged again when the wall clock has moved.
 */

#include "judge/assess_internal.h"

typedef struct ErrorRow {
        ChainError bit;
        Diagnosis diagnosis;
        const char *words;   /* behind "The leaf certificate CN=QM1" */
        bool verifier_knows; /* and its own words are worth adding */
} ErrorRow;

/* Dates are judged from the facts instead, and so is MALFORMED where the certificate was sent. */
static const ErrorRow error_table[] = {
        {CHAIN_ERROR_MALFORMED, DIAGNOSIS_VERIFY_MALFORMED, ", in the trust file, is malformed",
                false},
        {CHAIN_ERROR_BAD_SIGNATURE, DIAGNOSIS_VERIFY_BAD_SIGNATURE,
                " bears a signature that does not verify with its issuer's key", false},
        {CHAIN_ERROR_REVOKED, DIAGNOSIS_VERIFY_REVOKED, " has been revoked by its issuer", false},
        {CHAIN_ERROR_SELF_SIGNED, DIAGNOSIS_VERIFY_SELF_SIGNED, " is self-signed, and ", false},
        {CHAIN_ERROR_MISSING_INTERMEDIATE, DIAGNOSIS_VERIFY_MISSING_INTERMEDIATE,
                " was issued by", false},
        {CHAIN_ERROR_UNTRUSTED_ISSUER, DIAGNOSIS_VERIFY_UNTRUSTED_ISSUER,
                " is, or leads to, a root that is not in the trust file", false},
        {CHAIN_ERROR_BAD_KEY_USAGE, DIAGNOSIS_VERIFY_BAD_KEY_USAGE,
                " is used for what its own extensions forbid", true},
        {CHAIN_ERROR_TOO_LONG, DIAGNOSIS_VERIFY_CHAIN_TOO_LONG,
                " stands in a chain longer than what is followed", false},
        {CHAIN_ERROR_OTHER, DIAGNOSIS_VERIFY_UNTRUSTED_ISSUER, " failed verification", true},
};

static const unsigned date_errors = CHAIN_ERROR_EXPIRED | CHAIN_ERROR_NOT_YET_VALID;

static bool is_expired(const CertFacts *c, int64_t at)
{
        return c->has_not_after && at > c->not_after_at; /* inclusive, RFC 5280 section 4.1.2.5 */
}

static bool is_not_yet_valid(const CertFacts *c, int64_t at)
{
        return c->has_not_before && at < c->not_before_at;
}

bool assess_has_fresh_chain(const AddressObservation *a)
{
        return a->chain && a->chain_kept_at == 0 && a->chain->n_certs > 0;
}

bool assess_chain_end(const ChainFacts *chain, ChainEnd *ret)
{
        ChainEnd end = {.at = chain->verified_not_after_at, .position = -1};

        if (chain->n_certs == 0)
                return false;

        for (size_t i = 0; i < chain->n_certs; i++) {
                const CertFacts *c = &chain->certs[i].facts;

                if (!c->has_not_after || chain->certs[i].role == CHAIN_ROLE_EXTRA)
                        continue;
                if (chain->has_verified && c->not_after_at != chain->verified_not_after_at)
                        continue;
                if (end.position >= 0 && c->not_after_at >= end.at)
                        continue;
                end.at = c->not_after_at;
                end.position = (int) i;
        }
        if (end.position < 0 && !chain->has_verified)
                return false;

        end.not_before_at = chain->certs[MAX_OF(end.position, 0)].facts.not_before_at;
        *ret = end;
        return true;
}

/*
 * Does a partner that verifies this chain look at this certificate's dates? Not at those of extra
 * ones, and not at a sent root or cross-certificate that the verifier passed by because the trust
 * store led to a better path.
 */
static bool dates_matter(const Judging *j, const ChainFacts *chain, size_t position)
{
        const ChainCert *c = &chain->certs[position];

        if (c->role == CHAIN_ROLE_EXTRA)
                return false;
        if (position == 0 || !chain->judged)
                return true;
        if (chain->has_verified && c->facts.has_not_after &&
                c->facts.not_after_at < chain->verified_not_after_at)
                return false;

        return (c->errors & date_errors) ||
                !(is_expired(&c->facts, j->o->finished_at) ||
                        is_not_yet_valid(&c->facts, j->o->finished_at));
}

static void judge_dates(Judging *j, size_t address, size_t position)
{
        const ChainFacts *chain = j->o->addresses[address].chain;
        const CertFacts *c = &chain->certs[position].facts;
        CLEANUP_BUF Buf message = BUF_INIT;

        if (!dates_matter(j, chain, position))
                return;

        if (is_expired(c, j->now_at)) {
                message_append_cert(&message, chain, (int) position);
                buf_append_str(&message, " expired on ");
                message_append_moment(&message, c->not_after_at, j->now_at);
                buf_append_char(&message, '.');
                judging_add(j, DIAGNOSIS_VERIFY_EXPIRED, (int) address, (int) position, &message);
        } else if (is_not_yet_valid(c, j->now_at)) {
                message_append_cert(&message, chain, (int) position);
                buf_append_str(&message, " is valid only from ");
                message_append_moment(&message, c->not_before_at, j->now_at);
                buf_append_char(&message, '.');
                judging_add(
                        j, DIAGNOSIS_VERIFY_NOT_YET_VALID, (int) address, (int) position, &message);
        }
}

static void judge_form(Judging *j, size_t address, size_t position)
{
        unsigned grave = CERT_FAULT_UNPARSABLE | CERT_FAULT_NOT_BEFORE | CERT_FAULT_NOT_AFTER |
                CERT_FAULT_KEY | CERT_FAULT_EXTENSION;
        const ChainFacts *chain = j->o->addresses[address].chain;
        const ChainCert *c = &chain->certs[position];
        CLEANUP_BUF Buf message = BUF_INIT;

        /* Odd serial numbers and overlong names are noted by cert and stop no handshake. What nobody
         * needs stops none either, unless it cannot be taken apart at all. */
        if (c->role == CHAIN_ROLE_EXTRA)
                grave = CERT_FAULT_UNPARSABLE;
        if (!(c->facts.faults & grave) && !(c->errors & CHAIN_ERROR_MALFORMED))
                return;

        message_append_cert(&message, chain, (int) position);
        buf_append_str(&message, " is malformed");
        if (c->facts.fault_text) {
                buf_append_str(&message, ": ");
                message_append_foreign(&message, c->facts.fault_text);
        }
        buf_append_char(&message, '.');
        judging_add(j, DIAGNOSIS_VERIFY_MALFORMED, (int) address, (int) position, &message);
}

/* ", whose certificate was …" with the name of who is missing, as far as it is known */
static void append_missing_issuer(Buf *b, const ChainFacts *chain, const ChainCert *c)
{
        const char *issuer = chain->missing_issuer;

        if (!issuer && c)
                issuer = c->facts.issuer_mq;
        buf_append_char(b, ' ');
        message_append_foreign(b, issuer && issuer[0] ? issuer : "an issuer without a name");
        buf_append_str(b, ", whose certificate was neither sent nor is in the trust file");
}

/* What the verifier holds against one certificate; `c` is NULL for one that was not sent. */
static void append_complaint(
        Buf *b, const Judging *j, const ChainFacts *chain, const ChainCert *c, const ErrorRow *row)
{
        buf_append_str(b, row->words);
        if (row->bit == CHAIN_ERROR_SELF_SIGNED)
                buf_append_str(b, j->policy->has_trust || chain->judged
                                ? "the trust file does not hold it"
                                : "no trust file is configured that could hold it");
        else if (row->bit == CHAIN_ERROR_MISSING_INTERMEDIATE)
                append_missing_issuer(b, chain, c);

        if (row->verifier_knows && c && c->error_text) {
                buf_append_str(b, ": ");
                message_append_foreign(b, c->error_text);
        }
        buf_append_char(b, '.');
}

static void judge_errors(Judging *j, size_t address, int position, unsigned errors)
{
        const ChainFacts *chain = j->o->addresses[address].chain;
        const ChainCert *c = position < 0 ? NULL : &chain->certs[position];
        bool said_untrusted = false; /* a self-signed leaf is untrusted, too: once is enough */

        for (size_t i = 0; i < ARRAY_LEN(error_table); i++) {
                const ErrorRow *row = &error_table[i];
                CLEANUP_BUF Buf message = BUF_INIT;

                if (!(errors & row->bit))
                        continue;
                if (row->diagnosis == DIAGNOSIS_VERIFY_UNTRUSTED_ISSUER) {
                        if (said_untrusted)
                                continue;
                        said_untrusted = true;
                }
                if (row->diagnosis == DIAGNOSIS_VERIFY_SELF_SIGNED)
                        said_untrusted = true;

                message_append_cert(&message, chain, position);
                append_complaint(&message, j, chain, c, row);
                judging_add(j, row->diagnosis, (int) address, position, &message);
        }
}

/* A trust anchor, or a signer out of the trust file, whose dates stop the path. */
static void judge_unsent_dates(Judging *j, size_t address, unsigned unexplained)
{
        const ChainFacts *chain = j->o->addresses[address].chain;
        CLEANUP_BUF Buf message = BUF_INIT;
        ChainEnd end;

        if (chain->has_verified && assess_chain_end(chain, &end) && end.position < 0 &&
                j->now_at > end.at) {
                message_append_cert(&message, chain, -1);
                buf_append_str(&message, ", in the trust file, expired on ");
                message_append_moment(&message, end.at, j->now_at);
                buf_append_char(&message, '.');
                judging_add(j, DIAGNOSIS_VERIFY_EXPIRED, (int) address, -1, &message);
        } else if (!chain->has_verified && (unexplained & CHAIN_ERROR_EXPIRED)) {
                message_append_cert(&message, chain, -1);
                buf_append_str(&message, ", in the trust file, has expired.");
                judging_add(j, DIAGNOSIS_VERIFY_EXPIRED, (int) address, -1, &message);
        }
        if (unexplained & CHAIN_ERROR_NOT_YET_VALID) {
                message_append_cert(&message, chain, -1);
                buf_append_str(&message, ", in the trust file, is not valid yet.");
                judging_add(j, DIAGNOSIS_VERIFY_NOT_YET_VALID, (int) address, -1, &message);
        }
}

static void judge_length(Judging *j, size_t address, unsigned explained)
{
        const ChainFacts *chain = j->o->addresses[address].chain;
        CLEANUP_BUF Buf message = BUF_INIT;

        if (chain->n_certs_sent <= chain->n_certs || (explained & CHAIN_ERROR_TOO_LONG))
                return;

        buf_appendf(&message, "The listener sent %zu certificates, of which only %zu are read.",
                chain->n_certs_sent, chain->n_certs);
        judging_add(j, DIAGNOSIS_VERIFY_CHAIN_TOO_LONG, (int) address, -1, &message);
}

void assess_chain(Judging *j, size_t address)
{
        const AddressObservation *a = &j->o->addresses[address];
        const ChainFacts *chain = a->chain;
        unsigned explained = 0;

        if (!assess_has_fresh_chain(a))
                return;

        for (size_t i = 0; i < chain->n_certs; i++) {
                unsigned errors = chain->certs[i].errors;

                /* Without a trust file nothing was verified; this can still be told. */
                if (i == 0 && !chain->judged && chain->certs[i].facts.self_signed)
                        errors |= CHAIN_ERROR_SELF_SIGNED;
                judge_form(j, address, i);
                judge_dates(j, address, i);
                judge_errors(j, address, (int) i, errors & ~(unsigned) CHAIN_ERROR_MALFORMED);
                explained |= errors;
        }
        judge_unsent_dates(j, address, chain->errors & ~explained);
        judge_errors(j, address, -1, chain->errors & ~explained);
        judge_length(j, address, explained | chain->errors);
}
