/* SPDX-License-Identifier: MIT */
#include "judge/assess.h"

#include <string.h>

#include "base/buf.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

#define NOW PKI_NOW
#define DAY PKI_DAY

enum {
        TLS13_AES_256 = 0x1302,
        TLS13_CHACHA20 = 0x1303,
        TLS12_ECDHE_RSA_AES_256 = 0xC030,
        TLS12_DHE_RSA_AES_256 = 0x009F, /* no CipherSpec of MQ */
};

/* ---- observations by hand ---- */

static SslCiph sslciph(const char *name)
{
        SslCiph s = {0};

        ck_assert_int_eq(sslciph_parse(name, &s, NULL), 0);
        return s;
}

static Policy policy_default(void)
{
        return (Policy){
                .sslciph = sslciph("ANY_TLS12_OR_HIGHER"),
                .has_trust = true,
                .min_rsa_bits = 2048,
                .min_ec_bits = 256,
                .expiry_warning = {.seconds = 30 * DAY},
                .expiry_critical = {.seconds = 7 * DAY},
        };
}

static Observation *observation(void)
{
        Observation *o = NULL;

        ck_assert_int_eq(observation_new(&o), 0);
        o->started_at = NOW - 1;
        o->finished_at = NOW;
        o->resolve_end = END_COMPLETED;
        return o;
}

/* An address that ended like this; with what is set besides, the reference is good until the next. */
static AddressObservation *add(Observation *o, const char *ip, ProbePhase phase, ProbeEnd end)
{
        AddressObservation *a = NULL;

        ck_assert_int_eq(observation_add_address(o, "qm1.example.com(1414)", ip, &a), 0);
        a->attempted = true;
        a->phase = phase;
        a->end = end;
        for (int p = 0; p <= (int) phase; p++)
                a->phase_reached[p] = true;
        return a;
}

/* An address that accepted, with TLS 1.3. */
static AddressObservation *add_good(Observation *o, const char *ip)
{
        AddressObservation *a = add(o, ip, PHASE_CLOSE, END_COMPLETED);

        a->tls.client_hello_sent = a->tls.server_hello_seen = a->tls.certificate_seen = true;
        a->tls.finished_sent = a->tls.finished_seen = a->tls.ticket_seen = true;
        a->tls.version = TLS_VERSION_TLS13;
        a->tls.cipher = TLS13_AES_256;
        return a;
}

typedef struct Shown {
        const char *subject;
        ChainRole role;
        int64_t not_before_at, not_after_at;
        unsigned errors, faults;
        const char *key_algorithm;
        unsigned key_bits;
        const char *digest;
        bool self_signed;
} Shown;

static char *copied(const char *s)
{
        char *copy = strdup(s);

        ck_assert_ptr_nonnull(copy);
        return copy;
}

static void show(ChainCert *c, const Shown *s)
{
        c->role = s->role;
        c->errors = s->errors;
        c->error_text = s->errors ? copied("the verifier's words") : NULL;
        c->facts = (CertFacts){
                .faults = s->faults,
                .fault_text = s->faults ? copied("month 13") : NULL,
                .subject_mq = copied(s->subject ? s->subject : "CN=QM1"),
                .issuer_mq = copied("CN=CA"),
                .serial = copied("0A:0B"),
                .has_not_before = true,
                .has_not_after = !(s->faults & CERT_FAULT_NOT_AFTER),
                .not_before_at = s->not_before_at ? s->not_before_at : NOW - 100 * DAY,
                .not_after_at = s->not_after_at ? s->not_after_at : NOW + 300 * DAY,
                .key_algorithm = copied(s->key_algorithm ? s->key_algorithm : "EC"),
                .key_bits = s->key_bits ? s->key_bits : 256,
                .signature_digest = copied(s->digest ? s->digest : "SHA256"),
                .self_signed = s->self_signed,
                .self_issued = s->self_signed,
        };
        if (c->facts.subject_mq[0]) /* CN=QM1 and CN=QM2 are to differ */
                memset(c->facts.sha256, c->facts.subject_mq[strlen(c->facts.subject_mq) - 1],
                        CERT_SHA256_SIZE);
}

/* What chain_inspect() makes of such certificates, verified up to an anchor as far as they are. */
static ChainFacts *chain_of(const Shown *shown, size_t n)
{
        const unsigned dates = CHAIN_ERROR_EXPIRED | CHAIN_ERROR_NOT_YET_VALID;
        ChainFacts *c = calloc(1, sizeof(*c));

        ck_assert_ptr_nonnull(c);
        c->certs = calloc(n, sizeof(*c->certs));
        ck_assert_ptr_nonnull(c->certs);
        c->n_certs = c->n_certs_sent = n;
        c->judged = c->ordered = true;

        for (size_t i = 0; i < n; i++) {
                const CertFacts *facts = &c->certs[i].facts;

                show(&c->certs[i], &shown[i]);
                c->errors |= shown[i].errors;
                if (!facts->has_not_after)
                        continue;
                if (i == 0) {
                        c->has_leaf = true;
                        c->leaf_not_after_at = facts->not_after_at;
                }
                if (!c->has_presented || facts->not_after_at < c->presented_not_after_at)
                        c->presented_not_after_at = facts->not_after_at;
                c->has_presented = true;
                if (shown[i].role == CHAIN_ROLE_EXTRA || (c->errors & ~dates))
                        continue;
                if (!c->has_verified || facts->not_after_at < c->verified_not_after_at)
                        c->verified_not_after_at = facts->not_after_at;
                c->has_verified = true;
        }
        c->verified = c->errors == 0;
        c->has_verified = c->has_verified && !(c->errors & ~dates);
        return c;
}

static const Shown healthy = {0};

/* One good address with these certificates. */
static Observation *observation_of(const Shown *shown, size_t n)
{
        Observation *o = observation();

        add_good(o, "192.0.2.1")->chain = chain_of(shown, n);
        return o;
}

static Assessment *assessed(const Observation *o, const Policy *policy, int64_t now_at)
{
        Assessment *a = NULL;

        ck_assert_int_eq(assess(o, policy, NULL, now_at, &a), 0);
        ck_assert_ptr_nonnull(a->message);
        ck_assert_uint_eq(a->n_addresses, o->n_addresses);
        return a;
}

static const char *name_of(Diagnosis d)
{
        return d == DIAGNOSIS_NONE ? "none" : diagnosis_info(d)->reason;
}

static const Finding *find(const Assessment *a, Diagnosis d)
{
        for (size_t i = 0; i < a->n_findings; i++)
                if (a->findings[i].diagnosis == d)
                        return &a->findings[i];

        return NULL;
}

static void check_message_holds(const char *message, const char *part)
{
        ck_assert_msg(
                strstr(message, part) != NULL, "\"%s\" does not say \"%s\"", message, part);
}

#define OBSERVATION CLEANUP(observation_cleanup) Observation
#define ASSESSMENT CLEANUP(assessment_cleanup) Assessment

/* ---- health ---- */

START_TEST(a_healthy_endpoint_is_a_success_and_says_until_when)
{
        OBSERVATION *o = observation_of(&healthy, 1);
        Policy policy = policy_default();
        ASSESSMENT *a = assessed(o, &policy, NOW);

        ck_assert(a->success);
        ck_assert_int_eq(a->severity, SEVERITY_OK);
        ck_assert_uint_eq(a->n_findings, 0);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_NONE);
        ck_assert_str_eq(a->message,
                "All is well. The leaf certificate CN=QM1 ends first, on 2026-10-28T00:00:00Z (in "
                "300 days).");
        for (int s = STAGE_RESOLVE; s <= STAGE_POLICY; s++)
                ck_assert_int_eq(a->stages[s], STAGE_RESULT_PASSED);
        ck_assert_int_eq(a->stages[STAGE_MQ], STAGE_RESULT_UNKNOWN);
        ck_assert_int_eq(a->stages[STAGE_INTERNAL], STAGE_RESULT_UNKNOWN);
        ck_assert_uint_eq(a->n_addresses_answered, 1);
        ck_assert(a->addresses_consistent);
        ck_assert_int_eq(assessment_speaker(a, o), 0);
        ck_assert_int_eq(a->addresses[0].primary, DIAGNOSIS_NONE);
}
END_TEST

START_TEST(without_a_trust_file_verification_is_unknown_and_no_failure)
{
        OBSERVATION *o = observation_of(&healthy, 1);
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        policy.has_trust = false;
        o->addresses[0].chain->judged = o->addresses[0].chain->verified = false;
        o->addresses[0].chain->has_verified = false;
        a = assessed(o, &policy, NOW);
        ck_assert(a->success);
        ck_assert_int_eq(a->stages[STAGE_VERIFY], STAGE_RESULT_UNKNOWN);
        ck_assert_int_eq(a->stages[STAGE_POLICY], STAGE_RESULT_PASSED);
        ck_assert(a->dates.has_effective);
        ck_assert(!a->dates.has_verified);
}
END_TEST

START_TEST(an_observation_of_nothing_is_no_good_news)
{
        OBSERVATION *o = observation();
        Policy policy = policy_default();
        ASSESSMENT *a = assessed(o, &policy, NOW);

        ck_assert(!a->success);
        ck_assert_int_eq(a->severity, SEVERITY_CRITICAL);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_INTERNAL_RESOURCE);
        ck_assert_int_eq(assessment_speaker(a, o), -1);
}
END_TEST

/* ---- certificates ---- */

typedef struct CertRow {
        const char *name;
        Shown shown[3];
        size_t n;
        Diagnosis expected; /* the reason */
        int position;
        const char *says;
} CertRow;

#define FAILED_BIT(n_, bit_, diagnosis_, says_)                                                    \
        {n_, {{.errors = CHAIN_ERROR_##bit_}}, 1, DIAGNOSIS_VERIFY_##diagnosis_, 0, says_}

static const CertRow cert_rows[] = {
        {"an expired leaf", {{.not_after_at = NOW - 3 * DAY, .errors = CHAIN_ERROR_EXPIRED}}, 1,
                DIAGNOSIS_VERIFY_EXPIRED, 0,
                "The leaf certificate CN=QM1 expired on 2025-12-29T00:00:00Z (3 days ago)."},
        {"an expired signer",
                {{0}, {.subject = "CN=CA", .role = CHAIN_ROLE_INTERMEDIATE,
                              .not_after_at = NOW - DAY, .errors = CHAIN_ERROR_EXPIRED}},
                2, DIAGNOSIS_VERIFY_EXPIRED, 1, "The intermediate certificate CN=CA expired on"},
        {"a leaf that is not valid yet",
                {{.not_before_at = NOW + 2 * DAY, .errors = CHAIN_ERROR_NOT_YET_VALID}}, 1,
                DIAGNOSIS_VERIFY_NOT_YET_VALID, 0,
                "is valid only from 2026-01-03T00:00:00Z (in 2 days)."},
        FAILED_BIT("a root that is not trusted", UNTRUSTED_ISSUER, UNTRUSTED_ISSUER,
                "not in the trust file"),
        FAILED_BIT("a missing intermediate", MISSING_INTERMEDIATE, MISSING_INTERMEDIATE,
                "was issued by CN=CA, whose certificate was neither sent"),
        FAILED_BIT("a self-signed leaf", SELF_SIGNED, SELF_SIGNED,
                "is self-signed, and the trust file does not hold it"),
        FAILED_BIT("a signature that does not verify", BAD_SIGNATURE, BAD_SIGNATURE,
                "does not verify"),
        FAILED_BIT("a revoked certificate", REVOKED, REVOKED, "has been revoked"),
        FAILED_BIT("a key used for what it is not", BAD_KEY_USAGE, BAD_KEY_USAGE,
                "forbid: the verifier's words."),
        FAILED_BIT("a chain without end", TOO_LONG, CHAIN_TOO_LONG, "longer than"),
        FAILED_BIT("a complaint of another kind", OTHER, UNTRUSTED_ISSUER,
                "failed verification: the verifier's words."),
        {"an impossible date", {{.faults = CERT_FAULT_NOT_AFTER}}, 1, DIAGNOSIS_VERIFY_MALFORMED, 0,
                "is malformed: month 13."},
        {"a sent certificate that is none",
                {{0}, {.role = CHAIN_ROLE_EXTRA, .subject = "", .faults = CERT_FAULT_UNPARSABLE}}, 2,
                DIAGNOSIS_VERIFY_MALFORMED, 1, "The extra certificate (position 1,"},
        {"an odd serial number is no failure", {{.faults = CERT_FAULT_SERIAL}}, 1, DIAGNOSIS_NONE,
                0, "All is well"},
        {"an overlong name is no failure", {{.faults = CERT_FAULT_NAME}}, 1, DIAGNOSIS_NONE, 0,
                "All is well"},
        {"an expired certificate that nobody needs",
                {{0}, {.role = CHAIN_ROLE_EXTRA, .not_after_at = NOW - DAY}}, 2, DIAGNOSIS_NONE, 0,
                "All is well"},
        {"expiry stands before a missing signer",
                {{.not_after_at = NOW - DAY,
                        .errors = CHAIN_ERROR_EXPIRED | CHAIN_ERROR_MISSING_INTERMEDIATE}},
                1, DIAGNOSIS_VERIFY_EXPIRED, 0, "expired on"},
        {"expiry stands before self-signed",
                {{.not_after_at = NOW - DAY, .errors = CHAIN_ERROR_EXPIRED | CHAIN_ERROR_SELF_SIGNED,
                        .self_signed = true}},
                1, DIAGNOSIS_VERIFY_EXPIRED, 0, "expired on"},
        {"a short RSA key", {{.key_algorithm = "RSA", .key_bits = 1024}}, 1,
                DIAGNOSIS_POLICY_WEAK_KEY, 0,
                "has a key of 1024 bits (RSA), less than min_rsa_bits = 2048."},
        {"a short RSA-PSS key", {{.key_algorithm = "RSA-PSS", .key_bits = 2047}}, 1,
                DIAGNOSIS_POLICY_WEAK_KEY, 0, "2047 bits"},
        {"a short EC key", {{.key_bits = 192}}, 1, DIAGNOSIS_POLICY_WEAK_KEY, 0,
                "min_ec_bits = 256"},
        {"a short key of a signer",
                {{0}, {.role = CHAIN_ROLE_ROOT, .key_algorithm = "RSA", .key_bits = 1024,
                              .self_signed = true}},
                2, DIAGNOSIS_POLICY_WEAK_KEY, 1, "The root certificate"},
        {"an Ed25519 key has no minimum", {{.key_algorithm = "ED25519", .key_bits = 253}}, 1,
                DIAGNOSIS_NONE, 0, "All is well"},
        {"a signature with SHA-1", {{.digest = "SHA1"}}, 1, DIAGNOSIS_POLICY_WEAK_SIGNATURE, 0,
                "is signed with SHA1."},
        {"a signature with MD5", {{.digest = "MD5"}}, 1, DIAGNOSIS_POLICY_WEAK_SIGNATURE, 0,
                "is signed with MD5."},
        {"SHA-1 on a root protects nothing and harms nothing",
                {{0}, {.role = CHAIN_ROLE_ROOT, .digest = "SHA1", .self_signed = true}}, 2,
                DIAGNOSIS_NONE, 0, "All is well"},
        {"29 days left", {{.not_after_at = NOW + 29 * DAY}}, 1, DIAGNOSIS_POLICY_LIFETIME_SHORT, 0,
                "ends on 2026-01-30T00:00:00Z (in 29 days), with 22% of its lifetime left, and the "
                "warning threshold is 30 days."},
};

START_TEST(certificates_are_judged)
{
        const CertRow *row = &cert_rows[_i];
        OBSERVATION *o = observation_of(row->shown, row->n);
        Policy policy = policy_default();
        ASSESSMENT *a = assessed(o, &policy, NOW);
        Diagnosis d = assessment_primary(a);

        ck_assert_msg(d == row->expected, "%s: %s instead of %s", row->name, name_of(d),
                name_of(row->expected));
        check_message_holds(a->message, row->says);
        if (d == DIAGNOSIS_NONE)
                return;

        ck_assert_int_eq(a->findings[0].cert_position, row->position);
        ck_assert_int_eq(a->findings[0].address, 0);
        ck_assert_int_eq(a->addresses[0].primary, d);
        ck_assert_int_eq(a->success, !diagnosis_info(d)->fails);
        ck_assert_int_eq(a->stages[diagnosis_info(d)->stage],
                diagnosis_info(d)->fails ? STAGE_RESULT_FAILED : STAGE_RESULT_PASSED);
        ck_assert_int_eq(a->stages[STAGE_TLS], STAGE_RESULT_PASSED);
}
END_TEST

START_TEST(all_that_is_wrong_is_found_and_stands_in_order)
{
        const Shown shown[] = {
                {.not_after_at = NOW - DAY, .errors = CHAIN_ERROR_EXPIRED, .digest = "SHA1"},
                {.subject = "CN=CA", .role = CHAIN_ROLE_INTERMEDIATE, .key_algorithm = "RSA",
                        .key_bits = 1024, .errors = CHAIN_ERROR_MISSING_INTERMEDIATE},
        };
        OBSERVATION *o = observation_of(shown, ARRAY_LEN(shown));
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        o->addresses[0].tls.version = TLS_VERSION_TLS12;
        o->addresses[0].tls.cipher = TLS12_DHE_RSA_AES_256;
        a = assessed(o, &policy, NOW);
        ck_assert_uint_eq(a->n_findings, 5);
        ck_assert_int_eq(a->findings[0].diagnosis, DIAGNOSIS_VERIFY_EXPIRED);
        ck_assert_int_eq(a->findings[1].diagnosis, DIAGNOSIS_VERIFY_MISSING_INTERMEDIATE);
        ck_assert_int_eq(a->findings[2].diagnosis, DIAGNOSIS_POLICY_CIPHER_UNEXPECTED);
        ck_assert_int_eq(a->findings[3].diagnosis, DIAGNOSIS_POLICY_WEAK_KEY);
        ck_assert_int_eq(a->findings[4].diagnosis, DIAGNOSIS_POLICY_WEAK_SIGNATURE);
        ck_assert_int_eq(a->severity, SEVERITY_CRITICAL);
        ck_assert_str_eq(a->message, a->findings[0].message);
}
END_TEST

START_TEST(a_self_signed_leaf_is_told_even_without_a_trust_file)
{
        const Shown shown = {.self_signed = true};
        OBSERVATION *o = observation_of(&shown, 1);
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        policy.has_trust = false;
        o->addresses[0].chain->judged = false;
        a = assessed(o, &policy, NOW);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_VERIFY_SELF_SIGNED);
        check_message_holds(a->message, "no trust file is configured");
}
END_TEST

START_TEST(more_certificates_than_are_read_are_a_finding)
{
        OBSERVATION *o = observation_of(&healthy, 1);
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        o->addresses[0].chain->n_certs_sent = 40;
        a = assessed(o, &policy, NOW);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_VERIFY_CHAIN_TOO_LONG);
        check_message_holds(a->message, "40 certificates");
}
END_TEST

START_TEST(an_anchor_that_was_not_sent_has_its_dates_judged_too)
{
        OBSERVATION *o = observation_of(&healthy, 1);
        ChainFacts *chain = o->addresses[0].chain;
        Policy policy = policy_default();
        ASSESSMENT *a = NULL, *b = NULL;

        chain->verified_not_after_at = NOW + 5 * DAY;
        a = assessed(o, &policy, NOW);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_POLICY_LIFETIME_SHORT);
        ck_assert_int_eq(a->findings[0].cert_position, -1);
        ck_assert_int_eq(a->severity, SEVERITY_CRITICAL);
        check_message_holds(a->message, "A certificate above those sent ends on");

        b = assessed(o, &policy, NOW + 6 * DAY);
        ck_assert_int_eq(assessment_primary(b), DIAGNOSIS_VERIFY_EXPIRED);
        ck_assert_int_eq(b->findings[0].cert_position, -1);
}
END_TEST

START_TEST(errors_of_certificates_that_were_not_sent_are_findings)
{
        OBSERVATION *o = observation_of(&healthy, 1);
        ChainFacts *chain = o->addresses[0].chain;
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        chain->errors = CHAIN_ERROR_MALFORMED | CHAIN_ERROR_NOT_YET_VALID;
        chain->verified = false;
        a = assessed(o, &policy, NOW);
        ck_assert_uint_eq(a->n_findings, 2);
        ck_assert_int_eq(a->findings[0].diagnosis, DIAGNOSIS_VERIFY_MALFORMED);
        ck_assert_int_eq(a->findings[0].cert_position, -1);
        ck_assert_int_eq(a->findings[1].diagnosis, DIAGNOSIS_VERIFY_NOT_YET_VALID);
}
END_TEST

START_TEST(a_sent_root_that_was_passed_by_does_not_expire_the_chain)
{
        const Shown shown[] = {
                {0}, {.subject = "CN=Root", .role = CHAIN_ROLE_ROOT, .not_after_at = NOW - DAY}};
        OBSERVATION *o = observation_of(shown, ARRAY_LEN(shown));
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        o->addresses[0].chain->verified_not_after_at = NOW + 300 * DAY; /* by the store's root */
        a = assessed(o, &policy, NOW);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_NONE);
        ck_assert_int_eq(a->dates.effective_at, NOW + 300 * DAY);
        ck_assert_int_eq(a->dates.presented_at, NOW - DAY);
}
END_TEST

typedef struct UnneededRow {
        const char *name;
        ChainRole role;
        unsigned leaf_errors;
        int64_t not_after_at; /* of the second certificate */
        int64_t now_at;
        Diagnosis expected;
} UnneededRow;

static const UnneededRow unneeded_rows[] = {
        {"a root that the verified path passes by may end after the probe", CHAIN_ROLE_ROOT, 0,
                NOW + DAY, NOW + 2 * DAY, DIAGNOSIS_NONE},
        {"without a verified path, what had ended and was not blamed does not matter",
                CHAIN_ROLE_ROOT, CHAIN_ERROR_MISSING_INTERMEDIATE, NOW - DAY, NOW,
                DIAGNOSIS_VERIFY_MISSING_INTERMEDIATE},
        {"without a verified path, what ends later does matter", CHAIN_ROLE_ROOT,
                CHAIN_ERROR_MISSING_INTERMEDIATE, NOW + DAY, NOW + 2 * DAY,
                DIAGNOSIS_VERIFY_EXPIRED},
        {"without a verified path, an extra certificate never matters", CHAIN_ROLE_EXTRA,
                CHAIN_ERROR_MISSING_INTERMEDIATE, NOW + DAY, NOW + 2 * DAY,
                DIAGNOSIS_VERIFY_MISSING_INTERMEDIATE},
};

START_TEST(only_dates_that_a_partner_looks_at_expire_a_chain)
{
        const UnneededRow *row = &unneeded_rows[_i];
        const Shown shown[] = {
                {.errors = row->leaf_errors},
                {.subject = "CN=Root", .role = row->role, .not_after_at = row->not_after_at},
        };
        OBSERVATION *o = observation_of(shown, ARRAY_LEN(shown));
        ChainFacts *chain = o->addresses[0].chain;
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        if (chain->has_verified)
                chain->verified_not_after_at = chain->leaf_not_after_at;
        a = assessed(o, &policy, row->now_at);
        ck_assert_msg(assessment_primary(a) == row->expected, "%s: %s", row->name,
                name_of(assessment_primary(a)));
}
END_TEST

START_TEST(after_a_jump_of_the_clock_the_same_observation_is_judged_anew)
{
        const Shown shown = {.not_after_at = NOW + 10 * DAY, .not_before_at = NOW - 10 * DAY};
        OBSERVATION *o = observation_of(&shown, 1);
        Policy policy = policy_default();
        ASSESSMENT *now = assessed(o, &policy, NOW);
        ASSESSMENT *last = assessed(o, &policy, NOW + 10 * DAY);
        ASSESSMENT *later = assessed(o, &policy, NOW + 10 * DAY + 1);
        ASSESSMENT *before = assessed(o, &policy, NOW - 11 * DAY);

        ck_assert_int_eq(assessment_primary(now), DIAGNOSIS_POLICY_LIFETIME_SHORT);
        ck_assert_int_eq(now->severity, SEVERITY_WARNING);
        ck_assert(now->success);
        ck_assert_int_eq(assessment_primary(last), DIAGNOSIS_POLICY_LIFETIME_SHORT);
        ck_assert_int_eq(last->severity, SEVERITY_CRITICAL);
        ck_assert(last->success);
        ck_assert_int_eq(assessment_primary(later), DIAGNOSIS_VERIFY_EXPIRED);
        ck_assert(!later->success);
        ck_assert_ptr_null(find(later, DIAGNOSIS_POLICY_LIFETIME_SHORT));
        ck_assert_int_eq(assessment_primary(before), DIAGNOSIS_VERIFY_NOT_YET_VALID);
}
END_TEST

START_TEST(an_error_of_yesterday_is_gone_when_the_clock_was_set_right)
{
        const Shown shown = {.not_after_at = NOW - DAY, .errors = CHAIN_ERROR_EXPIRED};
        OBSERVATION *o = observation_of(&shown, 1);
        Policy policy = policy_default();
        ASSESSMENT *a = assessed(o, &policy, NOW - 90 * DAY);

        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_NONE);
        ck_assert_int_eq(a->stages[STAGE_VERIFY], STAGE_RESULT_PASSED);
}
END_TEST

/* ---- dates ---- */

START_TEST(thresholds_are_those_of_the_certificate_that_ends_first)
{
        const Shown shown[] = {
                {.not_before_at = NOW - 10 * DAY, .not_after_at = NOW + 90 * DAY},
                {.subject = "CN=CA", .role = CHAIN_ROLE_INTERMEDIATE, .not_before_at = NOW - 950 * DAY,
                        .not_after_at = NOW + 50 * DAY},
        };
        OBSERVATION *o = observation_of(shown, ARRAY_LEN(shown));
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        policy.expiry_warning = (Threshold){.is_share = true, .share = 0.10};
        policy.expiry_critical = (Threshold){.is_share = true, .share = 0.01};
        a = assessed(o, &policy, NOW);
        ck_assert(a->dates.has_policy);
        ck_assert_int_eq(a->dates.warning_seconds, 100 * DAY);
        ck_assert_int_eq(a->dates.critical_seconds, 10 * DAY);
        ck_assert_int_eq(a->dates.leaf_at, NOW + 90 * DAY);
        ck_assert_int_eq(a->dates.effective_at, NOW + 50 * DAY);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_POLICY_LIFETIME_SHORT);
        ck_assert_int_eq(a->findings[0].cert_position, 1);
}
END_TEST

START_TEST(the_earliest_date_of_all_addresses_counts)
{
        const Shown early = {.not_after_at = NOW + 60 * DAY};
        OBSERVATION *o = observation_of(&healthy, 1);
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        add_good(o, "192.0.2.2")->chain = chain_of(&early, 1);
        a = assessed(o, &policy, NOW);
        ck_assert_int_eq(a->dates.leaf_at, NOW + 60 * DAY);
        ck_assert_int_eq(a->dates.presented_at, NOW + 60 * DAY);
        ck_assert_int_eq(a->dates.verified_at, NOW + 60 * DAY);
        ck_assert_int_eq(a->dates.effective_at, NOW + 60 * DAY);
}
END_TEST

START_TEST(a_remembered_chain_gives_dates_but_no_findings)
{
        const Shown shown = {.not_after_at = NOW - DAY, .errors = CHAIN_ERROR_EXPIRED};
        OBSERVATION *o = observation();
        AddressObservation *address = add(o, "192.0.2.1", PHASE_CONNECT, END_REFUSED);
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        address->chain = chain_of(&shown, 1);
        address->chain_kept_at = NOW - 2 * DAY;
        a = assessed(o, &policy, NOW);
        ck_assert_uint_eq(a->n_findings, 1);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_CONNECT_REFUSED);
        ck_assert(a->dates.has_effective);
        ck_assert_int_eq(a->dates.effective_at, NOW - DAY);
        ck_assert_int_eq(a->stages[STAGE_VERIFY], STAGE_RESULT_UNKNOWN);
}
END_TEST

/* ---- what was agreed on ---- */

typedef struct AgreedRow {
        const char *name;
        const char *sslciph, *listener; /* listener NULL: not known */
        uint16_t version, cipher;
        Diagnosis expected;
        const char *says;
} AgreedRow;

static const AgreedRow agreed_rows[] = {
        {"TLS 1.3 where TLS 1.2 or higher is admitted", "ANY_TLS12_OR_HIGHER", NULL,
                TLS_VERSION_TLS13, TLS13_CHACHA20, DIAGNOSIS_NONE, "All is well"},
        {"TLS 1.3 with a channel that admits TLS 1.2 only", "ANY_TLS12_OR_HIGHER", "ANY_TLS12",
                TLS_VERSION_TLS13, TLS13_CHACHA20, DIAGNOSIS_POLICY_VERSION_UNEXPECTED,
                "agreed on TLS 1.3 (TLS_CHACHA20_POLY1305_SHA256), which a channel with SSLCIPH "
                "ANY_TLS12 does not admit."},
        {"TLS 1.2 with a channel that admits TLS 1.2 only", "ANY_TLS12_OR_HIGHER", "ANY_TLS12",
                TLS_VERSION_TLS12, TLS12_ECDHE_RSA_AES_256, DIAGNOSIS_NONE, "All is well"},
        {"another CipherSpec than the channel's", "ANY_TLS12", "ECDHE_RSA_AES_128_GCM_SHA256",
                TLS_VERSION_TLS12, TLS12_ECDHE_RSA_AES_256, DIAGNOSIS_POLICY_CIPHER_UNEXPECTED,
                "ECDHE_RSA_AES_256_GCM_SHA384 with TLS 1.2, which a channel with SSLCIPH "
                "ECDHE_RSA_AES_128_GCM_SHA256 does not admit."},
        {"a suite that no queue manager has", "ANY_TLS12", NULL, TLS_VERSION_TLS12,
                TLS12_DHE_RSA_AES_256, DIAGNOSIS_POLICY_CIPHER_UNEXPECTED,
                "something other than a queue manager terminated TLS"},
        {"TLS 1.1, which MQ does not have", "ANY", NULL, 0x0302, 0xC014,
                DIAGNOSIS_POLICY_CIPHER_UNEXPECTED, "TLS 1.1"},
        {"without an SSLCIPH every CipherSpec of MQ is fine", NULL, NULL, TLS_VERSION_TLS12,
                TLS12_ECDHE_RSA_AES_256, DIAGNOSIS_NONE, "All is well"},
        {"without an SSLCIPH a foreign suite still tells", NULL, NULL, TLS_VERSION_TLS12,
                TLS12_DHE_RSA_AES_256, DIAGNOSIS_POLICY_CIPHER_UNEXPECTED, "no queue manager has"},
};

START_TEST(what_was_agreed_on_is_held_against_the_channel)
{
        const AgreedRow *row = &agreed_rows[_i];
        OBSERVATION *o = observation_of(&healthy, 1);
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;
        Diagnosis d;

        policy.sslciph = row->sslciph ? sslciph(row->sslciph) : (SslCiph){0};
        if (row->listener)
                policy.listener_sslciph = sslciph(row->listener);
        o->addresses[0].tls.version = row->version;
        o->addresses[0].tls.cipher = row->cipher;
        a = assessed(o, &policy, NOW);
        d = assessment_primary(a);
        ck_assert_msg(d == row->expected, "%s: %s", row->name, name_of(d));
        check_message_holds(a->message, row->says);
        ck_assert_int_eq(a->stages[STAGE_POLICY],
                d == DIAGNOSIS_NONE ? STAGE_RESULT_PASSED : STAGE_RESULT_FAILED);
}
END_TEST

START_TEST(a_refused_version_is_told_once)
{
        OBSERVATION *o = observation();
        AddressObservation *address = add(o, "192.0.2.1", PHASE_HANDSHAKE, END_TLS);
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        address->tls.server_hello_seen = true;
        address->tls.version = TLS_VERSION_TLS10;
        address->tls.cipher = 0x002F;
        address->tls.error = HANDSHAKE_ERROR_VERSION;
        a = assessed(o, &policy, NOW);
        ck_assert_uint_eq(a->n_findings, 1);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_TLS_PROTOCOL_VERSION);
        check_message_holds(a->message, "not offered (TLS 1.0)");
}
END_TEST

/* ---- the wire: sentences and stages ---- */

typedef struct SentenceRow {
        const char *name;
        ProbePhase phase;
        ProbeEnd end;
        HandshakeError error;
        int alert, system_error;
        bool hello, asked, sent, has_identity;
        const char *first_bytes, *error_text;
        Diagnosis expected;
        const char *says;
} SentenceRow;

static const SentenceRow sentence_rows[] = {
        {.name = "an unknown name", .phase = PHASE_RESOLVE, .end = END_NOT_FOUND, .system_error = -2,
                .expected = DIAGNOSIS_RESOLVE_DNS_NOT_FOUND,
                .says = "for qm1.example.com(1414) found no address: Name or service not known."},
        {.name = "nothing listens", .phase = PHASE_CONNECT, .end = END_REFUSED, .system_error = 111,
                .expected = DIAGNOSIS_CONNECT_REFUSED,
                .says = "The connection to qm1.example.com(1414)/192.0.2.1 was refused."},
        {.name = "a firewall that drops", .phase = PHASE_CONNECT, .end = END_TIMEOUT,
                .expected = DIAGNOSIS_CONNECT_TIMEOUT, .says = "was not answered within"},
        {.name = "no route", .phase = PHASE_CONNECT, .end = END_UNREACHABLE, .system_error = 113,
                .expected = DIAGNOSIS_CONNECT_UNREACHABLE, .says = "192.0.2.1: No route to host."},
        {.name = "an HTTP server", .phase = PHASE_HANDSHAKE, .end = END_TLS,
                .error = HANDSHAKE_ERROR_NOT_TLS, .first_bytes = "HTTP/1.1 400\r\n",
                .expected = DIAGNOSIS_TLS_NOT_TLS,
                .says = "an HTTP server; its first bytes are \"HTTP/1.1 400\\x0d\\x0a\"."},
        {.name = "a silent listener", .phase = PHASE_HANDSHAKE, .end = END_TIMEOUT,
                .expected = DIAGNOSIS_TLS_HANDSHAKE_TIMEOUT, .says = "said nothing"},
        {.name = "closed before a ServerHello", .phase = PHASE_HANDSHAKE, .end = END_EOF,
                .expected = DIAGNOSIS_TLS_CLOSED_EARLY,
                .says = "closed the connection instead of a ServerHello, without an alert."},
        {.name = "no client certificate, asked for", .phase = PHASE_HANDSHAKE, .end = END_TLS,
                .error = HANDSHAKE_ERROR_ALERT, .alert = 40, .hello = true, .asked = true,
                .expected = DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED,
                .says = "The listener sent alert 40 (handshake_failure) after asking for a client "
                        "certificate, and none is configured."},
        {.name = "a client certificate that was not sent", .phase = PHASE_LINGER, .end = END_TLS,
                .error = HANDSHAKE_ERROR_ALERT, .alert = 116, .hello = true, .asked = true,
                .has_identity = true, .expected = DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED,
                .says = "alert 116 (certificate_required) after asking for a client certificate, and "
                        "the configured one was not sent."},
        {.name = "no cipher in common", .phase = PHASE_HANDSHAKE, .end = END_TLS,
                .error = HANDSHAKE_ERROR_ALERT, .alert = 40,
                .expected = DIAGNOSIS_TLS_NO_SHARED_CIPHER,
                .says = "takes nothing of what SSLCIPH ANY_TLS12_OR_HIGHER offers."},
        {.name = "an unknown signer of ours", .phase = PHASE_HANDSHAKE, .end = END_TLS,
                .error = HANDSHAKE_ERROR_ALERT, .alert = 48, .hello = true, .asked = true,
                .sent = true, .expected = DIAGNOSIS_TLS_CLIENT_CA_UNKNOWN,
                .says = "alert 48 (unknown_ca) after receiving our client certificate."},
        {.name = "an alert of no standard", .phase = PHASE_HANDSHAKE, .end = END_TLS,
                .error = HANDSHAKE_ERROR_ALERT, .alert = 200, .hello = true,
                .expected = DIAGNOSIS_TLS_ALERT_OTHER, .says = "alert 200 (unassigned) in the middle"},
        {.name = "hangs up after the handshake", .phase = PHASE_LINGER, .end = END_EOF, .hello = true,
                .expected = DIAGNOSIS_MQ_CLOSED_AFTER_TLS,
                .says = "closed the connection right after the handshake, without an alert."},
        {.name = "a broken message", .phase = PHASE_HANDSHAKE, .end = END_TLS,
                .error = HANDSHAKE_ERROR_PROTOCOL, .hello = true, .error_text = "bad \x1b[31m length",
                .expected = DIAGNOSIS_TLS_PROTOCOL_ERROR, .says = "bad \\x1b[31m length"},
        {.name = "no descriptor left", .phase = PHASE_CONNECT, .end = END_RESOURCE,
                .system_error = 24, .expected = DIAGNOSIS_INTERNAL_RESOURCE,
                .says = "could not look: Too many open files."},
};

START_TEST(the_sentence_tells_this_case)
{
        const SentenceRow *row = &sentence_rows[_i];
        OBSERVATION *o = observation();
        AddressObservation *address = add(
                o, row->phase == PHASE_RESOLVE ? NULL : "192.0.2.1", row->phase, row->end);
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        address->error = row->system_error;
        address->tls.client_hello_sent = row->phase >= PHASE_HANDSHAKE;
        address->tls.server_hello_seen = row->hello;
        address->tls.certificate_request_seen = row->asked;
        address->tls.client_certificate_sent = row->sent;
        address->tls.error = row->error;
        address->tls.alert_received = row->alert ? row->alert : HANDSHAKE_ALERT_NONE;
        address->tls.alert_sent = HANDSHAKE_ALERT_NONE;
        if (row->first_bytes) {
                address->tls.n_first_bytes = strlen(row->first_bytes);
                memcpy(address->tls.first_bytes, row->first_bytes, strlen(row->first_bytes));
        }
        if (row->error_text)
                memcpy(address->tls.error_text, row->error_text, strlen(row->error_text) + 1);
        policy.has_identity = row->has_identity || row->sent;

        a = assessed(o, &policy, NOW);
        ck_assert_msg(assessment_primary(a) == row->expected, "%s: %s", row->name,
                name_of(assessment_primary(a)));
        check_message_holds(a->message, row->says);
        ck_assert_int_eq(
                a->stages[diagnosis_info(row->expected)->stage], STAGE_RESULT_FAILED);
        ck_assert(!a->success);
        ck_assert_int_eq(a->severity, SEVERITY_CRITICAL);
}
END_TEST

START_TEST(the_stages_tell_how_far_it_got)
{
        OBSERVATION *o = observation();
        AddressObservation *address = add(o, "192.0.2.1", PHASE_HANDSHAKE, END_EOF);
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        address->tls.client_hello_sent = true;
        a = assessed(o, &policy, NOW);
        ck_assert_int_eq(a->stages[STAGE_RESOLVE], STAGE_RESULT_PASSED);
        ck_assert_int_eq(a->stages[STAGE_CONNECT], STAGE_RESULT_PASSED);
        ck_assert_int_eq(a->stages[STAGE_TLS], STAGE_RESULT_FAILED);
        ck_assert_int_eq(a->stages[STAGE_VERIFY], STAGE_RESULT_UNKNOWN);
        ck_assert_int_eq(a->stages[STAGE_POLICY], STAGE_RESULT_UNKNOWN);
        ck_assert_uint_eq(a->n_addresses_answered, 0);
}
END_TEST

START_TEST(a_refused_handshake_still_has_its_certificates_judged)
{
        const Shown shown = {.not_after_at = NOW - DAY, .errors = CHAIN_ERROR_EXPIRED};
        OBSERVATION *o = observation_of(&shown, 1);
        AddressObservation *address = &o->addresses[0];
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        address->phase = PHASE_LINGER;
        address->end = END_TLS;
        address->tls.ticket_seen = false;
        address->tls.certificate_request_seen = true;
        address->tls.error = HANDSHAKE_ERROR_ALERT;
        address->tls.alert_received = 116;
        a = assessed(o, &policy, NOW);
        ck_assert_uint_eq(a->n_findings, 2);
        ck_assert_int_eq(a->findings[0].diagnosis, DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED);
        ck_assert_int_eq(a->findings[1].diagnosis, DIAGNOSIS_VERIFY_EXPIRED);
        ck_assert_int_eq(a->dates.effective_at, NOW - DAY);
        ck_assert_int_eq(a->stages[STAGE_TLS], STAGE_RESULT_FAILED);
        ck_assert_int_eq(a->stages[STAGE_VERIFY], STAGE_RESULT_FAILED);
        ck_assert_int_eq(a->stages[STAGE_POLICY], STAGE_RESULT_UNKNOWN);
        ck_assert_uint_eq(a->n_addresses_answered, 1);
}
END_TEST

START_TEST(a_certificate_that_ended_the_handshake_is_told_once)
{
        const Shown shown = {.faults = CERT_FAULT_KEY};
        OBSERVATION *o = observation_of(&shown, 1);
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        o->addresses[0].phase = PHASE_HANDSHAKE;
        o->addresses[0].end = END_TLS;
        o->addresses[0].tls.error = HANDSHAKE_ERROR_CERTIFICATE;
        a = assessed(o, &policy, NOW);
        ck_assert_uint_eq(a->n_findings, 1);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_VERIFY_MALFORMED);
        ck_assert_int_eq(a->findings[0].cert_position, 0);
        ck_assert_int_eq(a->stages[STAGE_TLS], STAGE_RESULT_UNKNOWN);
}
END_TEST

START_TEST(what_fails_now_stands_before_what_is_to_come)
{
        const Shown shown = {.not_after_at = NOW + 3 * DAY};
        OBSERVATION *o = observation_of(&shown, 1);
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        o->addresses[0].phase = PHASE_LINGER;
        o->addresses[0].end = END_EOF;
        o->addresses[0].tls.ticket_seen = false;
        a = assessed(o, &policy, NOW);
        ck_assert_uint_eq(a->n_findings, 2);
        ck_assert_int_eq(a->findings[0].diagnosis, DIAGNOSIS_MQ_CLOSED_AFTER_TLS);
        ck_assert_int_eq(a->findings[1].diagnosis, DIAGNOSIS_POLICY_LIFETIME_SHORT);
        ck_assert_int_eq(a->stages[STAGE_MQ], STAGE_RESULT_FAILED);
        ck_assert_int_eq(a->stages[STAGE_TLS], STAGE_RESULT_PASSED);
}
END_TEST

START_TEST(hostile_names_are_harmless_and_short_in_a_message)
{
        char subject[5000];
        Shown shown = {.subject = subject, .not_after_at = NOW - DAY};
        OBSERVATION *o = NULL;
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        memset(subject, 'A', sizeof(subject) - 1);
        subject[sizeof(subject) - 1] = '\0';
        memcpy(subject, "CN=\x1b[2J\n\"\xff\xe2\x80\xae", 13);
        o = observation_of(&shown, 1);
        a = assessed(o, &policy, NOW);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_VERIFY_EXPIRED);
        ck_assert_uint_lt(strlen(a->message), 600);
        for (const char *p = a->message; *p; p++)
                ck_assert(*p >= ' ' && *p <= '~');
        check_message_holds(a->message, "... expired on");
}
END_TEST

/* ---- several addresses ---- */

START_TEST(a_failed_address_before_one_that_answered_is_no_failure)
{
        OBSERVATION *o = observation();
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        add(o, "192.0.2.1", PHASE_CONNECT, END_REFUSED);
        add_good(o, "192.0.2.2")->chain = chain_of(&healthy, 1);
        add(o, "192.0.2.3", PHASE_RESOLVE, END_NONE)->attempted = false;
        a = assessed(o, &policy, NOW);
        ck_assert(a->success);
        ck_assert_uint_eq(a->n_findings, 0);
        ck_assert_int_eq(a->stages[STAGE_CONNECT], STAGE_RESULT_PASSED);
        ck_assert_int_eq(a->addresses[0].primary, DIAGNOSIS_CONNECT_REFUSED);
        ck_assert_int_eq(a->addresses[0].stages[STAGE_CONNECT], STAGE_RESULT_FAILED);
        ck_assert_int_eq(a->addresses[1].primary, DIAGNOSIS_NONE);
        ck_assert_int_eq(a->addresses[2].stages[STAGE_RESOLVE], STAGE_RESULT_UNKNOWN);
        ck_assert_uint_eq(a->n_addresses_answered, 1);
        ck_assert_int_eq(assessment_speaker(a, o), 1);
}
END_TEST

START_TEST(with_all_addresses_each_failure_counts)
{
        OBSERVATION *o = observation();
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        policy.all_addresses = true;
        add_good(o, "192.0.2.1")->chain = chain_of(&healthy, 1);
        add(o, "192.0.2.2", PHASE_CONNECT, END_REFUSED);
        add(o, "192.0.2.3", PHASE_CONNECT, END_REFUSED);
        a = assessed(o, &policy, NOW);
        ck_assert(!a->success);
        ck_assert_uint_eq(a->n_findings, 2);
        ck_assert_int_eq(a->findings[0].address, 1);
        ck_assert_int_eq(a->findings[1].address, 2);
        ck_assert_int_eq(a->stages[STAGE_CONNECT], STAGE_RESULT_FAILED);
        ck_assert_int_eq(a->stages[STAGE_TLS], STAGE_RESULT_PASSED);
        ck_assert_int_eq(assessment_speaker(a, o), 0); /* the one that has something to show */
}
END_TEST

START_TEST(without_any_answer_all_attempts_are_findings)
{
        OBSERVATION *o = observation();
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        add(o, "192.0.2.1", PHASE_CONNECT, END_TIMEOUT);
        add(o, "192.0.2.2", PHASE_CONNECT, END_REFUSED);
        a = assessed(o, &policy, NOW);
        ck_assert_uint_eq(a->n_findings, 2);
        ck_assert_int_eq(a->findings[0].diagnosis, DIAGNOSIS_CONNECT_REFUSED);
        ck_assert_int_eq(a->findings[1].diagnosis, DIAGNOSIS_CONNECT_TIMEOUT);
}
END_TEST

START_TEST(the_address_that_took_the_connection_is_the_answer_even_when_it_refuses)
{
        OBSERVATION *o = observation();
        AddressObservation *address;
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        add(o, "192.0.2.1", PHASE_CONNECT, END_REFUSED);
        address = add(o, "192.0.2.2", PHASE_HANDSHAKE, END_TLS);
        address->tls.error = HANDSHAKE_ERROR_ALERT;
        address->tls.alert_received = 40;
        a = assessed(o, &policy, NOW);
        ck_assert_uint_eq(a->n_findings, 1);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_TLS_NO_SHARED_CIPHER);
        ck_assert_int_eq(a->findings[0].address, 1);
        ck_assert_int_eq(a->stages[STAGE_CONNECT], STAGE_RESULT_PASSED);
}
END_TEST

START_TEST(an_address_that_refused_before_one_that_accepted_is_no_failure)
{
        OBSERVATION *o = observation();
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        add(o, "192.0.2.1", PHASE_HANDSHAKE, END_EOF);
        add_good(o, "192.0.2.2")->chain = chain_of(&healthy, 1);
        a = assessed(o, &policy, NOW);
        ck_assert(a->success);
        ck_assert_uint_eq(a->n_findings, 0);
        ck_assert_int_eq(a->addresses[0].primary, DIAGNOSIS_TLS_CLOSED_EARLY);
}
END_TEST

START_TEST(addresses_that_serve_different_leaves_are_a_mismatch_where_all_are_held_to_it)
{
        const Shown other = {.subject = "CN=QM2"};
        OBSERVATION *o = observation_of(&healthy, 1);
        Policy policy = policy_default();
        ASSESSMENT *a = NULL, *b = NULL;

        add_good(o, "192.0.2.2")->chain = chain_of(&other, 1);
        policy.all_addresses = true;
        a = assessed(o, &policy, NOW);
        ck_assert(!a->addresses_consistent);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_POLICY_ADDRESS_MISMATCH);
        ck_assert_int_eq(a->findings[0].address, -1);
        ck_assert_int_eq(a->severity, SEVERITY_WARNING);
        ck_assert(!a->success);
        ck_assert_int_eq(a->stages[STAGE_POLICY], STAGE_RESULT_FAILED);
        check_message_holds(a->message, "/192.0.2.1 serves the one with serial 0A:0B until 2026-10-");

        o->addresses[1].chain_kept_at = NOW - DAY; /* of another day: nothing to compare */
        b = assessed(o, &policy, NOW);
        ck_assert(b->addresses_consistent);
        ck_assert_uint_eq(b->n_findings, 0);
}
END_TEST

/* ---- names that do not resolve ---- */

START_TEST(stale_addresses_make_a_failed_look_up_a_warning)
{
        OBSERVATION *o = observation_of(&healthy, 1);
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        o->resolve_end = END_TIMEOUT;
        o->resolve_error = -3;
        o->addresses_stale = true;
        a = assessed(o, &policy, NOW);
        ck_assert(a->success);
        ck_assert_int_eq(a->severity, SEVERITY_WARNING);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_RESOLVE_DNS_TIMEOUT);
        ck_assert_int_eq(a->findings[0].severity, SEVERITY_WARNING);
        check_message_holds(a->message, "; the addresses known before were used.");
}
END_TEST

START_TEST(a_failure_on_stale_addresses_is_the_reason_and_not_the_look_up)
{
        OBSERVATION *o = observation();
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        o->resolve_end = END_FAILED;
        o->addresses_stale = true;
        add(o, "192.0.2.1", PHASE_CONNECT, END_REFUSED);
        a = assessed(o, &policy, NOW);
        ck_assert_uint_eq(a->n_findings, 2);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_CONNECT_REFUSED);
}
END_TEST

START_TEST(a_name_that_does_not_resolve_is_passed_over_where_another_answers)
{
        OBSERVATION *o = observation();
        Policy policy = policy_default();
        ASSESSMENT *a = NULL, *b = NULL;

        o->resolve_end = END_NOT_FOUND;
        add(o, NULL, PHASE_RESOLVE, END_NOT_FOUND);
        add_good(o, "192.0.2.2")->chain = chain_of(&healthy, 1);
        a = assessed(o, &policy, NOW);
        ck_assert(a->success);
        ck_assert_uint_eq(a->n_findings, 0);
        ck_assert_int_eq(a->addresses[0].primary, DIAGNOSIS_RESOLVE_DNS_NOT_FOUND);

        policy.all_addresses = true;
        b = assessed(o, &policy, NOW);
        ck_assert(!b->success);
        ck_assert_uint_eq(b->n_findings, 1);
        ck_assert_int_eq(assessment_primary(b), DIAGNOSIS_RESOLVE_DNS_NOT_FOUND);
}
END_TEST

START_TEST(a_failed_look_up_without_any_address_is_a_failure)
{
        static const struct {
                ProbeEnd end;
                Diagnosis expected;
        } rows[] = {
                {END_NOT_FOUND, DIAGNOSIS_RESOLVE_DNS_NOT_FOUND},
                {END_TIMEOUT, DIAGNOSIS_RESOLVE_DNS_TIMEOUT},
                {END_FAILED, DIAGNOSIS_RESOLVE_DNS_FAILURE},
                {END_RESOURCE, DIAGNOSIS_INTERNAL_RESOURCE},
        };

        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
                OBSERVATION *o = observation();
                Policy policy = policy_default();
                ASSESSMENT *a = NULL;

                o->resolve_end = rows[i].end;
                a = assessed(o, &policy, NOW);
                ck_assert_uint_eq(a->n_findings, 1);
                ck_assert_int_eq(assessment_primary(a), rows[i].expected);
                ck_assert_int_eq(a->findings[0].address, -1);
                ck_assert(!a->success);
        }
}
END_TEST

/* ---- the partner's SSLPEER ---- */

typedef struct PeerRow {
        const char *name;
        const char *filter;
        const char *says; /* NULL: it matches */
} PeerRow;

static const PeerRow peer_rows[] = {
        {"the same name", "CN=QM1,O=Example", NULL},
        {"any of a kind", "CN=QM*", NULL},
        {"units from the top", "OU=Payments,OU=SSL", NULL},
        {"another name", "CN=QM2", "SSLPEER asks for CN=QM2, and the certificate says CN=QM1."},
        {"an attribute that is not there", "L=Paris", "has no such attribute at that place."},
        {"units from the bottom", "OU=SSL,OU=Payments", "it would match with reversed OU order."},
        {"the serial number of the last one", "SERIALNUMBER=0B",
                "and the certificate's serial number is 0A:0B;"},
};

static void name_leaf(ChainFacts *c, const char *cn, size_t len)
{
        Dn *subject = &c->certs[0].facts.subject;

        ck_assert_int_eq(dn_add(subject, "2.5.4.10", "Example", 7, 0), 0);
        ck_assert_int_eq(dn_add(subject, "2.5.4.11", "Payments", 8, 1), 0);
        ck_assert_int_eq(dn_add(subject, "2.5.4.11", "SSL", 3, 2), 0);
        ck_assert_int_eq(dn_add(subject, "2.5.4.3", cn, len, 3), 0);
}

static SslPeer *sslpeer(const char *text)
{
        SslPeer *p = NULL;
        CLEANUP_FREE char *why = NULL;

        ck_assert_msg(sslpeer_parse(text, &why, &p) == 0, "%s: %s", text, why);
        return p;
}

START_TEST(the_leaf_is_held_against_the_filter_of_partners)
{
        const PeerRow *row = &peer_rows[_i];
        OBSERVATION *o = observation_of(&healthy, 1);
        CLEANUP(sslpeer_cleanup) SslPeer *filter = sslpeer(row->filter);
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        name_leaf(o->addresses[0].chain, "QM1", 3);
        policy.sslpeer = filter;
        a = assessed(o, &policy, NOW);
        if (!row->says) {
                ck_assert_msg(a->success, "%s: %s", row->name, a->message);
                return;
        }
        ck_assert_msg(assessment_primary(a) == DIAGNOSIS_POLICY_SSLPEER_MISMATCH, "%s: %s",
                row->name, a->message);
        check_message_holds(a->message, row->says);
        ck_assert_int_eq(a->findings[0].cert_position, 0);
        ck_assert_int_eq(a->stages[STAGE_POLICY], STAGE_RESULT_FAILED);
}
END_TEST

START_TEST(a_filter_judges_only_what_it_can_read)
{
        const Shown shown = {.faults = CERT_FAULT_UNPARSABLE};
        OBSERVATION *unreadable = observation_of(&shown, 1), *kept = observation_of(&healthy, 1);
        CLEANUP(sslpeer_cleanup) SslPeer *filter = sslpeer("CN=QM2");
        Policy policy = policy_default();
        ASSESSMENT *a = NULL, *b = NULL;

        policy.sslpeer = filter;
        a = assessed(unreadable, &policy, NOW);
        ck_assert_ptr_null(find(a, DIAGNOSIS_POLICY_SSLPEER_MISMATCH));

        kept->addresses[0].chain_kept_at = NOW - 1;
        b = assessed(kept, &policy, NOW);
        ck_assert_ptr_null(find(b, DIAGNOSIS_POLICY_SSLPEER_MISMATCH));
}
END_TEST

START_TEST(a_long_and_hostile_name_makes_a_short_sentence)
{
        OBSERVATION *o = observation_of(&healthy, 1);
        CLEANUP(sslpeer_cleanup) SslPeer *filter = sslpeer("CN=QM1");
        char cn[8000];
        Policy policy = policy_default();
        ASSESSMENT *a = NULL;

        for (size_t i = 0; i < sizeof(cn); i++)
                cn[i] = "\x1b\n\xc3\xa9"[i % 4];
        name_leaf(o->addresses[0].chain, cn, sizeof(cn));
        policy.sslpeer = filter;
        a = assessed(o, &policy, NOW);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_POLICY_SSLPEER_MISMATCH);
        ck_assert_uint_lt(strlen(a->message), 600);
        ck_assert(!strpbrk(a->message, "\x1b\n"));
        check_message_holds(a->message, "....");
}
END_TEST

/* ---- depth mq ---- */

static Policy policy_mq(void)
{
        Policy policy = policy_default();

        policy.depth = PROBE_DEPTH_MQ;
        policy.chltype = CHANNEL_TYPE_SVRCONN;
        return policy;
}

static void answered(AddressObservation *a, MqResult result, uint32_t code)
{
        a->mq_tried = true;
        a->mq.result = result;
        a->mq.facts.has_status = result == MQ_RESULT_REFUSED;
        a->mq.facts.status_code = code;
}

typedef struct MqRow {
        const char *name;
        MqResult result;
        uint32_t code;
        const char *error_text;
        Diagnosis expected;
        const char *says;
} MqRow;

static const MqRow mq_rows[] = {
        {"accepted", MQ_RESULT_ACCEPTED, 0, "", DIAGNOSIS_NONE, "All is well."},
        {"an unknown channel", MQ_RESULT_REFUSED, 0x01, "", DIAGNOSIS_MQ_CHANNEL_UNKNOWN,
                "TLS is up, but the queue manager refused the channel: status 0x01 (NO_CHANNEL), the "
                "channel is not defined there."},
        {"the classic: TLS 1.3, and then", MQ_RESULT_REFUSED, 0x18, "",
                DIAGNOSIS_MQ_CIPHERSPEC_REFUSED,
                "what the handshake agreed on, TLS_AES_256_GCM_SHA384 with TLS 1.3."},
        {"nothing to show", MQ_RESULT_REFUSED, 0x1A, "", DIAGNOSIS_MQ_CLIENT_CERT_REQUIRED,
                "wants a client certificate, and none is configured."},
        {"a refusal with words for partners", MQ_RESULT_REFUSED, 0x04, "",
                DIAGNOSIS_MQ_REFUSED_OTHER, "differ; a partner prints AMQ9526E."},
        {"a refusal that nobody knows", MQ_RESULT_REFUSED, 0x99, "", DIAGNOSIS_MQ_REFUSED_OTHER,
                "status 0x99, whose meaning is not known."},
        {"not MQ", MQ_RESULT_NOT_MQ, 0, "the answer is HTTP", DIAGNOSIS_MQ_NOT_MQ,
                "does not speak MQ: the answer is HTTP."},
        {"a broken answer", MQ_RESULT_PROTOCOL_ERROR, 0, "bad \x1b[31m", DIAGNOSIS_MQ_PROTOCOL_ERROR,
                "broke: bad \\x1b[31m."},
        {"no agreement", MQ_RESULT_NOT_AGREED, 0, "again and again", DIAGNOSIS_MQ_REFUSED_OTHER,
                "came to no end: again and again."},
        {"a close", MQ_RESULT_CLOSED, 0, "", DIAGNOSIS_MQ_CLOSED_AFTER_TLS, "without a word."},
        {"silence", MQ_RESULT_TIMEOUT, 0, "", DIAGNOSIS_MQ_CLOSED_AFTER_TLS,
                "said nothing within the time limit"},
};

START_TEST(what_the_queue_manager_answered_is_judged)
{
        const MqRow *row = &mq_rows[_i];
        OBSERVATION *o = observation_of(&healthy, 1);
        Policy policy = policy_mq();
        ASSESSMENT *a = NULL;

        answered(&o->addresses[0], row->result, row->code);
        strcpy(o->addresses[0].mq.facts.error_text, row->error_text);
        a = assessed(o, &policy, NOW);
        ck_assert_msg(assessment_primary(a) == row->expected, "%s: %s", row->name,
                name_of(assessment_primary(a)));
        check_message_holds(a->message, row->says);
        ck_assert_int_eq(a->stages[STAGE_MQ],
                row->expected == DIAGNOSIS_NONE ? STAGE_RESULT_PASSED : STAGE_RESULT_FAILED);
        ck_assert_int_eq(a->success, row->expected == DIAGNOSIS_NONE);
        ck_assert_int_eq(a->addresses[0].primary, row->expected);
        for (int s = STAGE_RESOLVE; s <= STAGE_POLICY; s++)
                ck_assert_int_eq(a->stages[s], STAGE_RESULT_PASSED);
        ck_assert(!a->mq_inferred);
}
END_TEST

START_TEST(a_receivers_good_answer_is_labelled)
{
        OBSERVATION *o = observation_of(&healthy, 1);
        Policy policy = policy_mq();
        ASSESSMENT *a = NULL, *b = NULL;

        policy.chltype = CHANNEL_TYPE_RCVR;
        answered(&o->addresses[0], MQ_RESULT_REFUSED, 0x02);
        a = assessed(o, &policy, NOW);
        ck_assert(a->success);
        ck_assert_int_eq(a->stages[STAGE_MQ], STAGE_RESULT_PASSED);
        ck_assert(a->mq_inferred && a->addresses[0].mq_inferred);
        check_message_holds(a->message, "is inferred: it refused a client only for its type.");

        answered(&o->addresses[0], MQ_RESULT_ACCEPTED, 0);
        b = assessed(o, &policy, NOW);
        ck_assert_int_eq(assessment_primary(b), DIAGNOSIS_MQ_WRONG_CHANNEL_TYPE);
        check_message_holds(b->message, "not of type RCVR as configured.");
        ck_assert(!b->mq_inferred);
        ck_assert_int_eq(b->stages[STAGE_MQ], STAGE_RESULT_FAILED);
}
END_TEST

START_TEST(a_refresh_under_way_is_a_warning_and_no_failure)
{
        OBSERVATION *o = observation_of(&healthy, 1);
        Policy policy = policy_mq();
        ASSESSMENT *a = NULL;

        answered(&o->addresses[0], MQ_RESULT_REFUSED, 0x1C);
        a = assessed(o, &policy, NOW);
        ck_assert(a->success);
        ck_assert_int_eq(a->severity, SEVERITY_WARNING);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_MQ_CHANNEL_UNAVAILABLE);
        ck_assert_int_eq(a->stages[STAGE_MQ], STAGE_RESULT_UNKNOWN);
        check_message_holds(a->message, "REFRESH SECURITY TYPE(SSL) is running there");
}
END_TEST

START_TEST(what_was_not_asked_is_not_known)
{
        OBSERVATION *o = observation_of(&healthy, 1);
        Policy policy = policy_mq();
        ASSESSMENT *a = assessed(o, &policy, NOW), *b = NULL;

        ck_assert(a->success);
        ck_assert_int_eq(a->stages[STAGE_MQ], STAGE_RESULT_UNKNOWN);

        o->addresses[0].mq_tried = true; /* and we had no memory for it */
        b = assessed(o, &policy, NOW);
        ck_assert_int_eq(b->stages[STAGE_MQ], STAGE_RESULT_UNKNOWN);
        ck_assert_int_eq(b->client_auth, CLIENT_AUTH_UNKNOWN);
}
END_TEST

START_TEST(an_older_answer_counts_and_says_when)
{
        OBSERVATION *o = observation_of(&healthy, 1);
        Policy policy = policy_mq();
        ASSESSMENT *a = NULL, *b = NULL, *c = NULL;

        answered(&o->addresses[0], MQ_RESULT_REFUSED, 0x18);
        o->addresses[0].mq_tried = false;
        o->addresses[0].mq_kept_at = NOW - 1800;
        o->addresses[0].mq_context =
                (MqContext){.version = TLS_VERSION_TLS12, .cipher = TLS12_ECDHE_RSA_AES_256};
        a = assessed(o, &policy, NOW);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_MQ_CIPHERSPEC_REFUSED);
        ck_assert_int_eq(a->stages[STAGE_MQ], STAGE_RESULT_FAILED);
        check_message_holds(a->message,
                "agreed on, ECDHE_RSA_AES_256_GCM_SHA384 with TLS 1.2; so it was at the last look at "
                "this depth, on 2025-12-31T23:30:00Z (30 minutes ago).");

        /* While TLS does not get through, a bad answer stays and a good one says nothing. */
        o->addresses[0].phase = PHASE_CONNECT;
        o->addresses[0].end = END_REFUSED;
        b = assessed(o, &policy, NOW);
        ck_assert_int_eq(assessment_primary(b), DIAGNOSIS_CONNECT_REFUSED);
        ck_assert_ptr_nonnull(find(b, DIAGNOSIS_MQ_CIPHERSPEC_REFUSED));

        o->addresses[0].mq.result = MQ_RESULT_ACCEPTED;
        c = assessed(o, &policy, NOW);
        ck_assert_uint_eq(c->n_findings, 1);
        ck_assert_int_eq(c->stages[STAGE_MQ], STAGE_RESULT_UNKNOWN);
}
END_TEST

START_TEST(tls_has_the_last_word_on_a_close)
{
        OBSERVATION *o = observation_of(&healthy, 1);
        AddressObservation *address = &o->addresses[0];
        Policy policy = policy_mq();
        ASSESSMENT *a = NULL;

        address->phase = PHASE_MQ_INIT;
        address->end = END_TLS;
        address->tls.error = HANDSHAKE_ERROR_ALERT;
        address->tls.alert_received = 116;
        address->tls.certificate_request_seen = true;
        answered(address, MQ_RESULT_CLOSED, 0);
        a = assessed(o, &policy, NOW);
        ck_assert_uint_eq(a->n_findings, 1);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED);
}
END_TEST

START_TEST(the_classic_failure_is_told_at_both_depths)
{
        OBSERVATION *o = observation_of(&healthy, 1);
        Policy policy = policy_mq();
        ASSESSMENT *known = NULL, *asked = NULL, *both = NULL;

        policy.listener_sslciph = sslciph("ANY_TLS12");
        known = assessed(o, &policy, NOW);
        ck_assert_int_eq(assessment_primary(known), DIAGNOSIS_POLICY_VERSION_UNEXPECTED);

        answered(&o->addresses[0], MQ_RESULT_REFUSED, 0x18);
        both = assessed(o, &policy, NOW);
        ck_assert_uint_eq(both->n_findings, 2);
        ck_assert_int_eq(both->findings[0].diagnosis, DIAGNOSIS_POLICY_VERSION_UNEXPECTED);
        ck_assert_int_eq(both->findings[1].diagnosis, DIAGNOSIS_MQ_CIPHERSPEC_REFUSED);

        policy.listener_sslciph = (SslCiph){0};
        asked = assessed(o, &policy, NOW);
        ck_assert_int_eq(assessment_primary(asked), DIAGNOSIS_MQ_CIPHERSPEC_REFUSED);
}
END_TEST

START_TEST(a_refusal_stands_before_a_short_key)
{
        const Shown shown = {.key_algorithm = "RSA", .key_bits = 1024};
        OBSERVATION *o = observation_of(&shown, 1);
        Policy policy = policy_mq();
        ASSESSMENT *a = NULL;

        answered(&o->addresses[0], MQ_RESULT_REFUSED, 0x18);
        a = assessed(o, &policy, NOW);
        ck_assert_uint_eq(a->n_findings, 2);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_MQ_CIPHERSPEC_REFUSED);
        ck_assert_int_eq(a->findings[1].diagnosis, DIAGNOSIS_POLICY_WEAK_KEY);
}
END_TEST

START_TEST(another_queue_manager_behind_the_address_is_a_finding)
{
        static const struct {
                const char *configured, *told;
                bool found;
        } rows[] = {
                {"QM1", "QM2", true}, {"QM1", "qm1", true}, {"QM1", "QM1", false}, {"QM1", "", false},
                {NULL, "QM2", false},
        };

        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
                OBSERVATION *o = observation_of(&healthy, 1);
                Policy policy = policy_mq();
                ASSESSMENT *a = NULL;

                policy.qmgr = rows[i].configured;
                answered(&o->addresses[0], MQ_RESULT_ACCEPTED, 0);
                strcpy(o->addresses[0].mq.facts.qmgr_name, rows[i].told);
                a = assessed(o, &policy, NOW);
                ck_assert_int_eq(a->success, !rows[i].found);
                ck_assert_int_eq(a->stages[STAGE_MQ], STAGE_RESULT_PASSED);
                if (!rows[i].found)
                        continue;
                ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_POLICY_QMGR_MISMATCH);
                check_message_holds(a->message, "and not QM1 as configured.");
        }
}
END_TEST

/* ---- SSLCAUTH ---- */

START_TEST(a_demand_against_the_policy_is_the_second_finding)
{
        for (int at_mq = 0; at_mq <= 1; at_mq++) {
                OBSERVATION *o = observation_of(&healthy, 1);
                AddressObservation *address = &o->addresses[0];
                Policy policy = policy_mq();
                ASSESSMENT *a = NULL, *shown = NULL;

                policy.sslcauth = SSLCAUTH_OPTIONAL;
                if (at_mq) {
                        answered(address, MQ_RESULT_REFUSED, 0x1A);
                } else {
                        address->phase = PHASE_LINGER;
                        address->end = END_TLS;
                        address->tls.error = HANDSHAKE_ERROR_ALERT;
                        address->tls.alert_received = 116;
                        address->tls.certificate_request_seen = true;
                }
                a = assessed(o, &policy, NOW);
                ck_assert_uint_eq(a->n_findings, 2);
                ck_assert_str_eq(name_of(assessment_primary(a)), "client_cert_required");
                ck_assert_int_eq(a->findings[1].diagnosis, DIAGNOSIS_POLICY_CLIENT_AUTH_UNEXPECTED);
                ck_assert_int_eq(a->findings[1].severity, SEVERITY_WARNING);

                policy.has_identity = true; /* then we came without what we have */
                shown = assessed(o, &policy, NOW);
                ck_assert_uint_eq(shown->n_findings, 1);
        }
}
END_TEST

typedef struct AuthRow {
        const char *name;
        SslCauth sslcauth;
        ProbeDepth depth;
        ChannelType chltype;
        MqResult result; /* of the look without the identity */
        uint32_t code;
        int alert; /* instead, 0: none */
        ClientAuth seen;
        bool found;
} AuthRow;

#define AUTH(n, policy, depth, type, result, code, alert, seen, found)                             \
        {n, SSLCAUTH_##policy, PROBE_DEPTH_##depth, CHANNEL_TYPE_##type, MQ_RESULT_##result, code, \
                alert, CLIENT_AUTH_##seen, found}

static const AuthRow auth_rows[] = {
        AUTH("it lets everybody in", REQUIRED, MQ, SVRCONN, ACCEPTED, 0, 0, NOT_REQUIRED, true),
        AUTH("a receiver refuses our type, which may come first", REQUIRED, MQ, RCVR, REFUSED, 0x02, 0,
                UNKNOWN, false),
        AUTH("it refuses at depth mq", REQUIRED, MQ, SVRCONN, REFUSED, 0x1A, 0, REQUIRED, false),
        AUTH("it refuses in TLS", REQUIRED, MQ, SVRCONN, NONE, 0, 116, REQUIRED, false),
        AUTH("it refuses for something else", REQUIRED, MQ, SVRCONN, REFUSED, 0x16, 0, UNKNOWN, false),
        AUTH("a client's channel of another type", REQUIRED, MQ, SVRCONN, REFUSED, 0x02, 0, UNKNOWN,
                false),
        AUTH("it is silent", REQUIRED, MQ, SVRCONN, TIMEOUT, 0, 0, UNKNOWN, false),
        AUTH("it was not asked", REQUIRED, MQ, SVRCONN, NONE, 0, 0, UNKNOWN, false),
        AUTH("that is meant", OPTIONAL, MQ, SVRCONN, ACCEPTED, 0, 0, NOT_REQUIRED, false),
        AUTH("nobody minds", UNSET, MQ, SVRCONN, ACCEPTED, 0, 0, NOT_REQUIRED, false),
        AUTH("depth tls proves nothing", REQUIRED, TLS, SVRCONN, NONE, 0, 0, UNKNOWN, false),
};

START_TEST(the_look_without_the_identity_proves_sslcauth)
{
        const AuthRow *row = &auth_rows[_i];
        OBSERVATION *o = observation_of(&healthy, 1);
        AddressObservation *anonymous = NULL;
        Policy policy = policy_mq();
        ASSESSMENT *a = NULL;

        policy.sslcauth = row->sslcauth;
        policy.depth = row->depth;
        policy.chltype = row->chltype;
        policy.has_identity = true;
        o->addresses[0].tls.client_certificate_sent = true;
        if (row->depth == PROBE_DEPTH_MQ)
                answered(&o->addresses[0],
                        row->chltype == CHANNEL_TYPE_RCVR ? MQ_RESULT_REFUSED : MQ_RESULT_ACCEPTED,
                        0x02);

        ck_assert_int_eq(observation_add_anonymous(o, "qm1(1414)", "192.0.2.1", &anonymous), 0);
        anonymous->attempted = true;
        anonymous->phase = row->alert ? PHASE_LINGER : PHASE_CLOSE;
        anonymous->end = row->alert ? END_TLS : END_COMPLETED;
        anonymous->tls.error = row->alert ? HANDSHAKE_ERROR_ALERT : HANDSHAKE_ERROR_NONE;
        anonymous->tls.alert_received = row->alert;
        anonymous->tls.server_hello_seen = anonymous->tls.certificate_request_seen = true;
        answered(anonymous, row->result, row->code);

        a = assessed(o, &policy, NOW);
        ck_assert_msg(a->client_auth == row->seen, "%s: %d", row->name, (int) a->client_auth);
        ck_assert_msg(a->success == !row->found, "%s: %s", row->name, a->message);
        if (!row->found)
                return;
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_POLICY_CLIENT_AUTH_NOT_REQUIRED);
        ck_assert_int_eq(a->severity, SEVERITY_CRITICAL);
        check_message_holds(a->message, "let us in without a client certificate");
}
END_TEST

START_TEST(without_an_identity_every_look_is_one_without_it)
{
        OBSERVATION *o = observation_of(&healthy, 1);
        Policy policy = policy_mq();
        ASSESSMENT *in = NULL, *later = NULL, *out = NULL, *sent = NULL;

        policy.sslcauth = SSLCAUTH_REQUIRED;
        answered(&o->addresses[0], MQ_RESULT_ACCEPTED, 0);
        in = assessed(o, &policy, NOW);
        ck_assert_int_eq(assessment_primary(in), DIAGNOSIS_POLICY_CLIENT_AUTH_NOT_REQUIRED);
        ck_assert_int_eq(in->stages[STAGE_POLICY], STAGE_RESULT_FAILED);

        o->addresses[0].mq_kept_at = NOW - 60;
        later = assessed(o, &policy, NOW);
        check_message_holds(later->message, "on 2025-12-31T23:59:00Z (1 minute ago).");

        o->addresses[0].mq_context.client_certificate_sent = true;
        sent = assessed(o, &policy, NOW);
        ck_assert(sent->success);
        ck_assert_int_eq(sent->client_auth, CLIENT_AUTH_UNKNOWN);

        answered(&o->addresses[0], MQ_RESULT_REFUSED, 0x1A);
        out = assessed(o, &policy, NOW);
        ck_assert_ptr_null(find(out, DIAGNOSIS_POLICY_CLIENT_AUTH_NOT_REQUIRED));
        ck_assert_int_eq(out->client_auth, CLIENT_AUTH_REQUIRED);
}
END_TEST

/* ---- rules ---- */

START_TEST(rules_are_in_force_where_their_settings_are)
{
        Policy policy = policy_default();

        ck_assert(assess_rule_in_force(DIAGNOSIS_POLICY_CIPHER_UNEXPECTED, &policy));
        ck_assert(assess_rule_in_force(DIAGNOSIS_POLICY_VERSION_UNEXPECTED, &policy));
        ck_assert(assess_rule_in_force(DIAGNOSIS_POLICY_WEAK_SIGNATURE, &policy));
        ck_assert(assess_rule_in_force(DIAGNOSIS_POLICY_LIFETIME_SHORT, &policy));
        ck_assert(assess_rule_in_force(DIAGNOSIS_POLICY_WEAK_KEY, &policy));
        ck_assert(!assess_rule_in_force(DIAGNOSIS_POLICY_ADDRESS_MISMATCH, &policy));
        ck_assert(!assess_rule_in_force(DIAGNOSIS_POLICY_SSLPEER_MISMATCH, &policy));
        ck_assert(!assess_rule_in_force(DIAGNOSIS_POLICY_CLIENT_AUTH_NOT_REQUIRED, &policy));
        ck_assert(!assess_rule_in_force(DIAGNOSIS_POLICY_CLIENT_AUTH_UNEXPECTED, &policy));
        ck_assert(assess_rule_in_force(DIAGNOSIS_POLICY_DUPLICATE_SERIAL, &policy));
        ck_assert(!assess_rule_in_force(DIAGNOSIS_POLICY_SHARED_KEY, &policy));
        ck_assert(!assess_rule_in_force(DIAGNOSIS_POLICY_KEYSTORE_NOT_SERVED, &policy));
        ck_assert(!assess_rule_in_force(DIAGNOSIS_VERIFY_EXPIRED, &policy));

        policy.all_addresses = true;
        policy.min_rsa_bits = policy.min_ec_bits = 0;
        ck_assert(assess_rule_in_force(DIAGNOSIS_POLICY_ADDRESS_MISMATCH, &policy));
        ck_assert(!assess_rule_in_force(DIAGNOSIS_POLICY_WEAK_KEY, &policy));

        CLEANUP(sslpeer_cleanup) SslPeer *filter = sslpeer("CN=QM1");

        policy.sslpeer = filter;
        policy.unique_key = true;
        ck_assert(!assess_rule_in_force(DIAGNOSIS_POLICY_SHARED_KEY, &policy));
        policy.qmgr = "QM1";
        ck_assert(assess_rule_in_force(DIAGNOSIS_POLICY_SHARED_KEY, &policy));
        policy.sslcauth = SSLCAUTH_REQUIRED;
        ck_assert(assess_rule_in_force(DIAGNOSIS_POLICY_SSLPEER_MISMATCH, &policy));
        ck_assert(!assess_rule_in_force(DIAGNOSIS_POLICY_QMGR_MISMATCH, &policy));
        ck_assert(!assess_rule_in_force(DIAGNOSIS_POLICY_CLIENT_AUTH_NOT_REQUIRED, &policy));
        policy.depth = PROBE_DEPTH_MQ;
        ck_assert(assess_rule_in_force(DIAGNOSIS_POLICY_QMGR_MISMATCH, &policy));
        ck_assert(assess_rule_in_force(DIAGNOSIS_POLICY_CLIENT_AUTH_NOT_REQUIRED, &policy));
        ck_assert(!assess_rule_in_force(DIAGNOSIS_POLICY_CLIENT_AUTH_UNEXPECTED, &policy));
        policy.sslcauth = SSLCAUTH_OPTIONAL;
        ck_assert(assess_rule_in_force(DIAGNOSIS_POLICY_CLIENT_AUTH_UNEXPECTED, &policy));
        policy.has_identity = true;
        ck_assert(!assess_rule_in_force(DIAGNOSIS_POLICY_CLIENT_AUTH_UNEXPECTED, &policy));
}
END_TEST

/* ---- with real certificates ---- */

typedef struct Estate {
        PkiCert root, signer, leaf;
        char *dir;
        TrustStore *trust;
} Estate;

static void estate_done(Estate *e)
{
        pki_cert_done(&e->root);
        pki_cert_done(&e->signer);
        pki_cert_done(&e->leaf);
        trust_store_free(e->trust);
        pki_dir_remove(e->dir);
}

static Estate estate(int64_t signer_end_at, int64_t leaf_end_at)
{
        Estate e = {.dir = pki_dir_new()};
        CLEANUP_FREE char *path = pki_path(e.dir, "trust.pem"), *problem = NULL;
        const PkiCert *trusted[1];

        e.root = pki_issue(
                &(PkiOptions){.cn = "Root", .ca = true, .not_after = PKI_AT(NOW + 4000 * DAY)});
        e.signer = pki_issue(&(PkiOptions){
                .cn = "Signer", .ca = true, .issuer = &e.root, .not_after = PKI_AT(signer_end_at)});
        e.leaf = pki_issue(&(PkiOptions){
                .cn = "QM1", .issuer = &e.signer, .not_after = PKI_AT(leaf_end_at)});
        trusted[0] = &e.root;
        ck_assert_int_eq(pki_write_certs(path, trusted, 1), 0);
        ck_assert_int_eq(trust_store_load(path, NULL, &problem, &e.trust), 0);
        return e;
}

static Observation *observation_of_estate(const Estate *e, size_t n_sent)
{
        const DerCert sent[] = {
                {e->leaf.der, e->leaf.der_len}, {e->signer.der, e->signer.der_len}};
        Observation *o = observation();
        AddressObservation *a = add_good(o, "192.0.2.1");

        ck_assert_int_eq(chain_inspect(sent, n_sent, e->trust, NOW, &a->chain), 0);
        return o;
}

START_TEST(a_real_chain_is_well)
{
        CLEANUP(estate_done) Estate e = estate(NOW + 2000 * DAY, NOW + 300 * DAY);
        OBSERVATION *o = observation_of_estate(&e, 2);
        Policy policy = policy_default();
        ASSESSMENT *a = assessed(o, &policy, NOW);

        ck_assert_msg(a->success, "%s", a->message);
        ck_assert_int_eq(a->stages[STAGE_VERIFY], STAGE_RESULT_PASSED);
        ck_assert_int_eq(a->dates.verified_at, NOW + 300 * DAY);
}
END_TEST

START_TEST(a_real_chain_without_its_intermediate_names_the_missing_one)
{
        CLEANUP(estate_done) Estate e = estate(NOW + 2000 * DAY, NOW + 300 * DAY);
        OBSERVATION *o = observation_of_estate(&e, 1);
        Policy policy = policy_default();
        ASSESSMENT *a = assessed(o, &policy, NOW);

        ck_assert_uint_eq(a->n_findings, 1);
        ck_assert_int_eq(assessment_primary(a), DIAGNOSIS_VERIFY_MISSING_INTERMEDIATE);
        check_message_holds(
                a->message, "The leaf certificate CN=QM1 was issued by CN=Signer, whose certificate");
}
END_TEST

START_TEST(a_real_signer_that_ends_first_is_named_and_judged_by_the_clock)
{
        CLEANUP(estate_done) Estate e = estate(NOW + 20 * DAY, NOW + 300 * DAY);
        OBSERVATION *o = observation_of_estate(&e, 2);
        Policy policy = policy_default();
        ASSESSMENT *now = assessed(o, &policy, NOW), *later = NULL;

        ck_assert_int_eq(assessment_primary(now), DIAGNOSIS_POLICY_LIFETIME_SHORT);
        check_message_holds(now->message, "The intermediate certificate CN=Signer ends on");

        later = assessed(o, &policy, NOW + 21 * DAY);
        ck_assert_int_eq(assessment_primary(later), DIAGNOSIS_VERIFY_EXPIRED);
        ck_assert_uint_eq(later->n_findings, 1);
        ck_assert_int_eq(later->findings[0].cert_position, 1);
}
END_TEST

static void add_single_tests(Suite *suite)
{
        TCase *tests = tcase_create("single");

        tcase_add_test(tests, a_healthy_endpoint_is_a_success_and_says_until_when);
        tcase_add_test(tests, without_a_trust_file_verification_is_unknown_and_no_failure);
        tcase_add_test(tests, an_observation_of_nothing_is_no_good_news);
        tcase_add_loop_test(tests, certificates_are_judged, 0, (int) ARRAY_LEN(cert_rows));
        tcase_add_test(tests, all_that_is_wrong_is_found_and_stands_in_order);
        tcase_add_test(tests, a_self_signed_leaf_is_told_even_without_a_trust_file);
        tcase_add_test(tests, more_certificates_than_are_read_are_a_finding);
        tcase_add_test(tests, an_anchor_that_was_not_sent_has_its_dates_judged_too);
        tcase_add_test(tests, errors_of_certificates_that_were_not_sent_are_findings);
        tcase_add_test(tests, a_sent_root_that_was_passed_by_does_not_expire_the_chain);
        tcase_add_loop_test(tests, only_dates_that_a_partner_looks_at_expire_a_chain, 0,
                (int) ARRAY_LEN(unneeded_rows));
        tcase_add_test(tests, after_a_jump_of_the_clock_the_same_observation_is_judged_anew);
        tcase_add_test(tests, an_error_of_yesterday_is_gone_when_the_clock_was_set_right);
        tcase_add_test(tests, thresholds_are_those_of_the_certificate_that_ends_first);
        tcase_add_test(tests, a_remembered_chain_gives_dates_but_no_findings);
        tcase_add_loop_test(tests, what_was_agreed_on_is_held_against_the_channel, 0,
                (int) ARRAY_LEN(agreed_rows));
        tcase_add_test(tests, a_refused_version_is_told_once);
        tcase_add_loop_test(
                tests, the_sentence_tells_this_case, 0, (int) ARRAY_LEN(sentence_rows));
        tcase_add_test(tests, the_stages_tell_how_far_it_got);
        tcase_add_test(tests, a_refused_handshake_still_has_its_certificates_judged);
        tcase_add_test(tests, a_certificate_that_ended_the_handshake_is_told_once);
        tcase_add_test(tests, what_fails_now_stands_before_what_is_to_come);
        tcase_add_test(tests, hostile_names_are_harmless_and_short_in_a_message);
        tcase_add_test(tests, rules_are_in_force_where_their_settings_are);
        suite_add_tcase(suite, tests);
}

static void add_several_tests(Suite *suite)
{
        TCase *tests = tcase_create("several");

        tcase_add_test(tests, the_earliest_date_of_all_addresses_counts);
        tcase_add_test(tests, a_failed_address_before_one_that_answered_is_no_failure);
        tcase_add_test(tests, with_all_addresses_each_failure_counts);
        tcase_add_test(tests, without_any_answer_all_attempts_are_findings);
        tcase_add_test(
                tests, the_address_that_took_the_connection_is_the_answer_even_when_it_refuses);
        tcase_add_test(tests, an_address_that_refused_before_one_that_accepted_is_no_failure);
        tcase_add_test(
                tests, addresses_that_serve_different_leaves_are_a_mismatch_where_all_are_held_to_it);
        tcase_add_test(tests, stale_addresses_make_a_failed_look_up_a_warning);
        tcase_add_test(tests, a_failure_on_stale_addresses_is_the_reason_and_not_the_look_up);
        tcase_add_test(tests, a_name_that_does_not_resolve_is_passed_over_where_another_answers);
        tcase_add_test(tests, a_failed_look_up_without_any_address_is_a_failure);
        suite_add_tcase(suite, tests);
}

static void add_mq_tests(Suite *suite)
{
        TCase *tests = tcase_create("mq");

        tcase_add_loop_test(tests, the_leaf_is_held_against_the_filter_of_partners, 0,
                (int) ARRAY_LEN(peer_rows));
        tcase_add_test(tests, a_filter_judges_only_what_it_can_read);
        tcase_add_test(tests, a_long_and_hostile_name_makes_a_short_sentence);
        tcase_add_loop_test(tests, what_the_queue_manager_answered_is_judged, 0,
                (int) ARRAY_LEN(mq_rows));
        tcase_add_test(tests, a_receivers_good_answer_is_labelled);
        tcase_add_test(tests, a_refresh_under_way_is_a_warning_and_no_failure);
        tcase_add_test(tests, what_was_not_asked_is_not_known);
        tcase_add_test(tests, an_older_answer_counts_and_says_when);
        tcase_add_test(tests, tls_has_the_last_word_on_a_close);
        tcase_add_test(tests, the_classic_failure_is_told_at_both_depths);
        tcase_add_test(tests, a_refusal_stands_before_a_short_key);
        tcase_add_test(tests, another_queue_manager_behind_the_address_is_a_finding);
        tcase_add_test(tests, a_demand_against_the_policy_is_the_second_finding);
        tcase_add_loop_test(tests, the_look_without_the_identity_proves_sslcauth, 0,
                (int) ARRAY_LEN(auth_rows));
        tcase_add_test(tests, without_an_identity_every_look_is_one_without_it);
        suite_add_tcase(suite, tests);
}

static Suite *make_suite(void)
{
        Suite *suite = suite_create("assess");
        TCase *real = tcase_create("real");

        add_single_tests(suite);
        add_several_tests(suite);
        add_mq_tests(suite);

        tcase_add_test(real, a_real_chain_is_well);
        tcase_add_test(real, a_real_chain_without_its_intermediate_names_the_missing_one);
        tcase_add_test(real, a_real_signer_that_ends_first_is_named_and_judged_by_the_clock);
        suite_add_tcase(suite, real);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
