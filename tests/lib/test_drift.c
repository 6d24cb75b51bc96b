/* SPDX-License-Identifier: MIT */
#include "judge/drift.h"

#include <openssl/x509v3.h>
#include <string.h>

#include "judge/drift_facts.h"
#include "mq/cipherspec.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

#define NOW PKI_NOW
#define DAY PKI_DAY
#define QUARTER_HOUR INT64_C(900)
#define ONE "qm1(1414)/192.0.2.1"
#define TWO "qm1(1414)/192.0.2.2"

#define CLEANUP_OBSERVATION CLEANUP(observation_cleanup)

/* ---- certificates, made once ---- */

typedef enum CertId {
        CERT_A,         /* what was there first */
        CERT_B,         /* the same, renewed with a new key */
        CERT_B2,        /* and once more */
        CERT_SAME_KEY,  /* renewed with the key of A */
        CERT_DN,        /* another subject */
        CERT_DN2,       /* that one, renewed */
        CERT_KEY_OF_DN, /* the old subject with the key of that one */
        CERT_OU,        /* the OUs in another order */
        CERT_ISSUER,    /* the other authority */
        CERT_SAN,       /* one name more */
        CERT_SAN_ORDER, /* the names in another order */
        CERT_RSA,       /* another type of key */
        CERT_P384,      /* another curve */
        CERT_EKU,       /* for another use */
        CERT_MANY_SANS, /* more than are kept */
        CERT_MANY_SANS2,
        CERT_INTERMEDIATE, /* beside others */
        CERT_ISSUER_AGAIN, /* A's authority, renewed */
        CERT_OTHER_CA,
        CERT_CA,
        _CERT_ID_MAX,
        NO_CERT = _CERT_ID_MAX,
} CertId;

static PkiCert certs[_CERT_ID_MAX];

static const PkiSan sans[] = { PKI_SAN(GEN_DNS, "qm1.example"), PKI_SAN(GEN_DNS, "qm1a.example"),
        PKI_SAN(GEN_DNS, "more.example") };
static const PkiSan sans_reversed[] = { PKI_SAN(GEN_DNS, "qm1a.example"),
        PKI_SAN(GEN_DNS, "qm1.example") };
static const PkiAttribute other_ous[] = { PKI_ATTRIBUTE("OU", 0, "west"),
        PKI_ATTRIBUTE("OU", 0, "mq") };
static const PkiAttribute ous[] = { PKI_ATTRIBUTE("OU", 0, "mq"), PKI_ATTRIBUTE("OU", 0, "west") };

static PkiOptions base_options(void)
{
        return (PkiOptions) { .cn = "QM1", .o = "Example", .attributes = ous, .n_attributes = 2,
                .issuer = &certs[CERT_CA], .sans = sans, .n_sans = 2,
                .not_before = PKI_AT(NOW - 300 * DAY), .not_after = PKI_AT(NOW + 65 * DAY) };
}

static void make_certs(void)
{
        PkiOptions o;

        certs[CERT_CA] = pki_issue(&(PkiOptions){ .cn = "CA", .ca = true });
        certs[CERT_OTHER_CA] = pki_issue(&(PkiOptions){ .cn = "Other CA", .ca = true });
        certs[CERT_INTERMEDIATE] = pki_issue(&(PkiOptions){ .cn = "I", .ca = true,
                .issuer = &certs[CERT_CA] });
        certs[CERT_ISSUER_AGAIN] = pki_issue(&(PkiOptions){ .cn = "CA", .ca = true,
                .key = certs[CERT_CA].key });

        o = base_options();
        o.key_slot = 1;
        certs[CERT_A] = pki_issue(&o);
        o.not_after = PKI_AT(NOW + 400 * DAY);
        certs[CERT_SAME_KEY] = pki_issue(&o);
        o.key_slot = 0;
        certs[CERT_B] = pki_issue(&o);
        o.not_after = PKI_AT(NOW + 500 * DAY);
        certs[CERT_B2] = pki_issue(&o);

        o = base_options();
        o.cn = "QM2";
        certs[CERT_DN] = pki_issue(&o);
        certs[CERT_DN2] = pki_issue(&o);
        o = base_options();
        o.key = certs[CERT_DN].key;
        certs[CERT_KEY_OF_DN] = pki_issue(&o);
        o = base_options();
        o.attributes = other_ous;
        certs[CERT_OU] = pki_issue(&o);
        o = base_options();
        o.issuer = &certs[CERT_OTHER_CA];
        certs[CERT_ISSUER] = pki_issue(&o);
        o = base_options();
        o.n_sans = 3;
        certs[CERT_SAN] = pki_issue(&o);
        o = base_options();
        o.sans = sans_reversed;
        certs[CERT_SAN_ORDER] = pki_issue(&o);
        o = base_options();
        o.key_kind = PKI_KEY_RSA2048;
        o.key_usage = "critical,digitalSignature";
        certs[CERT_RSA] = pki_issue(&o);
        o = base_options();
        o.key_kind = PKI_KEY_P384;
        certs[CERT_P384] = pki_issue(&o);
        o = base_options();
        o.ext_key_usage = "serverAuth";
        certs[CERT_EKU] = pki_issue(&o);
        o = base_options();
        o.n_filler_sans = CERT_SANS_MAX;
        certs[CERT_MANY_SANS] = pki_issue(&o);
        certs[CERT_MANY_SANS2] = pki_issue(&o);
}

/* ---- observations by hand ---- */

typedef struct Look {
        CertId leaf;      /* NO_CERT: none was seen */
        CertId beside;    /* sent with it; 0 (which is A): nothing */
        uint16_t cipher;  /* 0: TLS_AES_256_GCM_SHA384 */
        const char *qmgr; /* NULL: was not asked */
} Look;

static char *copy(const char *s)
{
        char *c = strdup(s);

        ck_assert_ptr_nonnull(c);
        return c;
}

static Observation *observation_at(int64_t at)
{
        Observation *o = NULL;

        ck_assert_int_eq(observation_new(&o), 0);
        o->started_at = o->finished_at = at;
        o->resolve_end = END_COMPLETED;
        return o;
}

static void set_leaf(AddressObservation *a, CertId leaf, CertId beside)
{
        DerCert sent[2] = { { certs[leaf].der, certs[leaf].der_len } };

        if (beside != 0)
                sent[1] = (DerCert) { certs[beside].der, certs[beside].der_len };
        ck_assert_int_eq(chain_inspect(sent, beside != 0 ? 2 : 1, NULL, NOW, &a->chain), 0);
}

static AddressObservation *add_look(Observation *o, const char *ip, const Look *look)
{
        AddressObservation *a = NULL;

        ck_assert_int_eq(observation_add_address(o, "qm1(1414)", ip, &a), 0);
        a->attempted = true;
        if (look->leaf == NO_CERT) {
                a->phase = PHASE_CONNECT;
                a->end = END_REFUSED;
                return a;
        }

        a->phase = PHASE_CLOSE;
        a->end = END_COMPLETED;
        a->tls.server_hello_seen = a->tls.certificate_seen = a->tls.finished_seen = true;
        a->tls.certificate_request_seen = true;
        a->tls.version = TLS_VERSION_TLS13;
        a->tls.cipher = look->cipher != 0 ? look->cipher : 0x1302;
        a->tls.cipher_name = copy(look->cipher == 0x1301 ? "TLS_AES_128_GCM_SHA256"
                        : look->cipher == 0x1303 ? "TLS_CHACHA20_POLY1305_SHA256"
                                                 : "TLS_AES_256_GCM_SHA384");
        a->tls.group = copy("X25519");
        a->tls.peer_signature = copy("ECDSA+SHA256");
        set_leaf(a, look->leaf, look->beside);
        if (look->qmgr) {
                a->mq_tried = true;
                a->mq.result = MQ_RESULT_ACCEPTED;
                (void) snprintf(a->mq.facts.qmgr_name, sizeof(a->mq.facts.qmgr_name), "%s",
                        look->qmgr);
                (void) snprintf(a->mq.facts.product_id, sizeof(a->mq.facts.product_id), "%s",
                        "MQMM09040300");
        }
        return a;
}

/* ---- a story: look after look, and what the ledger gets ---- */

typedef struct Story {
        DriftMemory *memory;
        int64_t now_at;
        bool expected, first_address_only;
        ClientAuth client_auth;
        const char *offer, *target;
        char ledger[4096]; /* "drift:subject rotation:leaf …" of the last look */
        size_t n_alarms;
        bool memory_changed, started_anew;
} Story;

static void story_done(Story *s)
{
        (void) drift_memory_free(s->memory);
}
#define STORY CLEANUP(story_done) Story s = { .now_at = NOW }

static void story_take(Story *s, DriftResult *result)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        s->n_alarms = 0;
        for (size_t i = 0; i < result->n_changes; i++) {
                const DriftChange *c = &result->changes[i];

                buf_appendf(&b, "%s%s%s:%s", b.len > 0 ? " " : "", c->expected ? "expected-" : "",
                        drift_event_info(c->event)->name, drift_kind_info(c->kind)->name);
                s->n_alarms += drift_change_is_alarm(c);
                ck_assert_int_eq(c->at, s->now_at);
                ck_assert_ptr_nonnull(c->old_text);
                ck_assert_ptr_nonnull(c->new_text);
                ck_assert_str_ne(c->old_text, c->new_text);
        }
        ck_assert_int_eq(buf_error(&b), 0);
        ck_assert_uint_lt(b.len, sizeof(s->ledger));
        memcpy(s->ledger, buf_str(&b), b.len + 1);
        s->memory_changed = result->memory_changed;
        s->started_anew = result->started_anew;
        (void) drift_memory_free(s->memory);
        s->memory = STEAL(result->memory);
        s->now_at += QUARTER_HOUR;
}

static const char *observe(Story *s, Observation *o)
{
        CLEANUP_DRIFT_RESULT DriftResult result = { 0 };
        const DriftInput in = { .observation = o, .client_auth = s->client_auth,
                .expected = s->expected, .all_addresses = !s->first_address_only, .offer = s->offer, .target = s->target };

        ck_assert_int_eq(drift_compare(s->memory, &in, s->now_at, &result), 0);
        story_take(s, &result);
        return s->ledger;
}

static const char *look(Story *s, const Look *l)
{
        CLEANUP_OBSERVATION Observation *o = observation_at(s->now_at);

        add_look(o, "192.0.2.1", l);
        return observe(s, o);
}
#define LOOK(s, ...) look((s), &(Look){ __VA_ARGS__ })

static const char *look_at_two(Story *s, CertId one, CertId two)
{
        CLEANUP_OBSERVATION Observation *o = observation_at(s->now_at);

        add_look(o, "192.0.2.1", &(Look){ .leaf = one });
        add_look(o, "192.0.2.2", &(Look){ .leaf = two });
        return observe(s, o);
}

static const char *accept_kind(Story *s, DriftKind kind)
{
        CLEANUP_DRIFT_RESULT DriftResult result = { 0 };

        ck_assert_int_eq(drift_accept(s->memory, kind, s->now_at, &result), 0);
        story_take(s, &result);
        return s->ledger;
}

/* "leaf key" */
static const char *open_kinds(const Story *s)
{
        static char text[256];
        size_t len = 0;

        text[0] = '\0';
        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++)
                if (drift_is_open(s->memory, k))
                        len += (size_t) snprintf(text + len, sizeof(text) - len, "%s%s",
                                len > 0 ? " " : "", drift_kind_info(k)->name);
        return text;
}

/* ---- what a new leaf is taken for ---- */

static const struct {
        const char *what;
        CertId from, from_beside, to, to_beside;
        const char *ledger, *open;
} leaves[] = {
        { "the same certificate is no change", CERT_A, 0, CERT_A, 0, "", "" },
        { "dates, serial and key: a rotation, and the baseline follows",
                CERT_A, 0, CERT_B, 0, "rotation:leaf", "" },
        { "dates and serial: a rotation too", CERT_A, 0, CERT_SAME_KEY, 0, "rotation:leaf", "" },
        { "a rotation backwards is one as well", CERT_B, 0, CERT_A, 0, "rotation:leaf", "" },
        { "the order of the SANs does not count",
                CERT_A, 0, CERT_SAN_ORDER, 0, "rotation:leaf", "" },
        { "another subject", CERT_A, 0, CERT_DN, 0,
                "drift:leaf drift:key drift:subject", "leaf key subject" },
        { "the OUs in another order, which SSLPEER minds", CERT_A, 0, CERT_OU, 0,
                "drift:leaf drift:key drift:subject", "leaf key subject" },
        { "another issuer", CERT_A, 0, CERT_ISSUER, 0,
                "drift:leaf drift:key drift:issuer", "leaf key issuer" },
        { "another set of SANs", CERT_A, 0, CERT_SAN, 0,
                "drift:leaf drift:key drift:san", "leaf key san" },
        { "another type of key is no rotation", CERT_A, 0, CERT_RSA, 0, "drift:leaf drift:key",
                "leaf key" },
        { "another curve is no rotation", CERT_A, 0, CERT_P384, 0, "drift:leaf drift:key",
                "leaf key" },
        { "another use of the key is no rotation", CERT_A, 0, CERT_EKU, 0, "drift:leaf drift:key",
                "leaf key" },
        { "another chain with the same leaf", CERT_A, CERT_CA, CERT_A, CERT_ISSUER_AGAIN,
                "drift:chain", "chain" },
        { "a chain that was cut", CERT_A, CERT_CA, CERT_A, 0, "drift:chain", "chain" },
        { "a new chain with a renewed leaf is no rotation", CERT_A, CERT_CA, CERT_B,
                CERT_ISSUER_AGAIN, "drift:leaf drift:key drift:chain", "leaf key chain" },
        { "a rotation under the same chain", CERT_A, CERT_CA, CERT_B, CERT_CA, "rotation:leaf", "" },
        { "what cannot be read to its end cannot be said to be the same", CERT_MANY_SANS, 0,
                CERT_MANY_SANS2, 0, "drift:leaf drift:key", "leaf key" },
};

START_TEST(a_new_leaf_is_a_rotation_or_a_drift)
{
        STORY;

        ck_assert_str_eq(
                LOOK(&s, .leaf = leaves[_i].from, .beside = leaves[_i].from_beside), "");
        ck_assert(s.memory_changed);
        ck_assert_str_eq(open_kinds(&s), "");

        (void) LOOK(&s, .leaf = leaves[_i].to, .beside = leaves[_i].to_beside);
        ck_assert_msg(strcmp(s.ledger, leaves[_i].ledger) == 0, "%s: \"%s\"", leaves[_i].what,
                s.ledger);
        ck_assert_msg(strcmp(open_kinds(&s), leaves[_i].open) == 0, "%s: open \"%s\"",
                leaves[_i].what, open_kinds(&s));
        ck_assert_uint_eq(s.memory_changed, leaves[_i].ledger[0] != '\0');

        /* Once, however often it is seen. */
        for (int i = 0; i < 20; i++) {
                ck_assert_str_eq(
                        LOOK(&s, .leaf = leaves[_i].to, .beside = leaves[_i].to_beside), "");
                ck_assert(!s.memory_changed);
        }
        ck_assert_str_eq(open_kinds(&s), leaves[_i].open);
}
END_TEST

START_TEST(a_rotation_is_no_alarm_and_a_drift_is)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        (void) LOOK(&s, .leaf = CERT_B);
        ck_assert_uint_eq(s.n_alarms, 0);
        (void) LOOK(&s, .leaf = CERT_DN);
        ck_assert_uint_eq(s.n_alarms, 3);
}
END_TEST

START_TEST(rotation_follows_rotation)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_SAME_KEY), "rotation:leaf");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_B), "rotation:leaf");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_B2), "rotation:leaf");
        ck_assert_str_eq(open_kinds(&s), "");
}
END_TEST

/* ---- what is negotiated, and who answers ---- */

START_TEST(a_cipher_drifts_until_it_returns)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A, .cipher = 0x1301), "drift:cipher");
        ck_assert_uint_eq(s.n_alarms, 1);
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A, .cipher = 0x1301), "");
        ck_assert_str_eq(open_kinds(&s), "cipher");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A, .cipher = 0x1303), "drift:cipher");
        ck_assert_str_eq(open_kinds(&s), "cipher");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A), "returned:cipher");
        ck_assert_uint_eq(s.n_alarms, 0);
        ck_assert_str_eq(open_kinds(&s), "");
}
END_TEST

START_TEST(a_look_that_sees_nothing_closes_nothing)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        (void) LOOK(&s, .leaf = CERT_DN, .cipher = 0x1301);
        ck_assert_str_eq(LOOK(&s, .leaf = NO_CERT), "");
        ck_assert(!s.memory_changed);
        ck_assert_str_eq(open_kinds(&s), "cipher leaf key subject");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_DN, .cipher = 0x1301), "");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A), "returned:cipher returned:leaf returned:key "
                                                   "returned:subject");
}
END_TEST

START_TEST(a_chain_that_is_only_remembered_does_not_count)
{
        STORY;
        CLEANUP_OBSERVATION Observation *o = observation_at(NOW);

        (void) LOOK(&s, .leaf = CERT_A);
        add_look(o, "192.0.2.1", &(Look){ .leaf = CERT_DN })->chain_kept_at = NOW - 1;
        ck_assert_str_eq(observe(&s, o), "");
}
END_TEST

START_TEST(another_queue_manager_answers)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A, .qmgr = "QM1");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A), "");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A, .qmgr = "QM2"), "drift:mq");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A), "");
        ck_assert_str_eq(open_kinds(&s), "mq");
        ck_assert_str_eq(s.memory->addresses[0].tracks[DRIFT_KIND_MQ].now.text,
                "QM2, MQMM09040300");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A, .qmgr = "QM1"), "returned:mq");
}
END_TEST

START_TEST(an_answer_that_is_only_remembered_does_not_count)
{
        STORY;
        CLEANUP_OBSERVATION Observation *o = observation_at(NOW);

        (void) LOOK(&s, .leaf = CERT_A, .qmgr = "QM1");
        add_look(o, "192.0.2.1", &(Look){ .leaf = CERT_A, .qmgr = "QM2" })->mq_kept_at = NOW - 1;
        ck_assert_str_eq(observe(&s, o), "");
}
END_TEST

static void change_version(AddressObservation *a)
{
        a->tls.version = TLS_VERSION_TLS12;
}

static void change_group(AddressObservation *a)
{
        free(a->tls.group);
        a->tls.group = copy("secp256r1");
}

static void change_group_case(AddressObservation *a)
{
        free(a->tls.group);
        a->tls.group = copy("x25519");
}

static void change_signature(AddressObservation *a)
{
        free(a->tls.peer_signature);
        a->tls.peer_signature = copy("RSA-PSS+SHA256");
}

static void change_cipher_name(AddressObservation *a)
{
        free(a->tls.cipher_name);
        a->tls.cipher_name = copy("TLS-AES256-GCM");
}

static void change_request(AddressObservation *a)
{
        a->tls.certificate_request_seen = false;
}

static void change_request_early(AddressObservation *a)
{
        a->tls.certificate_request_seen = a->tls.finished_seen = false;
}

static const struct {
        const char *what;
        DriftKind kind;
        void (*change)(AddressObservation *a);
        const char *ledger;
} details[] = {
        { "the protocol", DRIFT_KIND_PROTOCOL, change_version, "drift:protocol" },
        { "the group", DRIFT_KIND_GROUP, change_group, "drift:group" },
        { "the library spells the group otherwise", DRIFT_KIND_GROUP, change_group_case, "" },
        { "the signature", DRIFT_KIND_SIGNATURE, change_signature, "drift:signature" },
        { "the library names the cipher otherwise", DRIFT_KIND_CIPHER, change_cipher_name, "" },
        { "no client certificate is asked for", DRIFT_KIND_CLIENT_AUTH, change_request,
                "drift:client_auth" },
        { "it ended before one could be asked for", DRIFT_KIND_CLIENT_AUTH, change_request_early,
                "" },
};

START_TEST(each_detail_has_its_kind)
{
        STORY;
        CLEANUP_OBSERVATION Observation *o = observation_at(NOW);
        bool is_drift = details[_i].ledger[0] != '\0';

        (void) LOOK(&s, .leaf = CERT_A);
        details[_i].change(add_look(o, "192.0.2.1", &(Look){ .leaf = CERT_A }));
        ck_assert_msg(strcmp(observe(&s, o), details[_i].ledger) == 0, "%s: \"%s\"",
                details[_i].what, s.ledger);
        ck_assert_uint_eq(drift_is_open(s.memory, details[_i].kind), is_drift);
}
END_TEST

START_TEST(whether_it_insists_on_a_client_certificate_is_the_endpoints)
{
        STORY;

        s.client_auth = CLIENT_AUTH_REQUIRED;
        (void) LOOK(&s, .leaf = CERT_A);
        s.client_auth = CLIENT_AUTH_UNKNOWN;
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A), "");
        s.client_auth = CLIENT_AUTH_NOT_REQUIRED;
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A), "drift:client_auth");
        ck_assert_ptr_nonnull(s.memory->endpoint.tracks[DRIFT_KIND_CLIENT_AUTH].now.value);
        ck_assert_str_eq(open_kinds(&s), "client_auth");
}
END_TEST

/* ---- mixed ---- */

START_TEST(old_and_new_in_turn_are_mixed_once)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_B), "rotation:leaf");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A), "mixed:leaf");
        ck_assert_uint_eq(s.n_alarms, 1);
        for (int i = 0; i < 30; i++)
                ck_assert_str_eq(LOOK(&s, .leaf = i % 3 == 0 ? CERT_B : CERT_A), "");
        ck_assert_str_eq(open_kinds(&s), "");
        ck_assert_int_eq(drift_mixed_since(s.memory, DRIFT_KIND_LEAF), NOW + 2 * QUARTER_HOUR);
        ck_assert_int_eq(drift_mixed_since(s.memory, DRIFT_KIND_CIPHER), 0);
}
END_TEST

/* Looks until something is said. Returns how many it took. */
static int look_until_said(Story *s, CertId leaf)
{
        for (int i = 1; i <= 50; i++)
                if (LOOK(s, .leaf = leaf)[0] != '\0')
                        return i;
        return -1;
}

START_TEST(mixed_ends_with_the_new_one)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        (void) LOOK(&s, .leaf = CERT_B);
        (void) LOOK(&s, .leaf = CERT_A);
        ck_assert_int_eq(look_until_said(&s, CERT_B), DRIFT_CALM_LOOKS);
        ck_assert_str_eq(s.ledger, "settled:leaf");
        ck_assert_int_eq(drift_mixed_since(s.memory, DRIFT_KIND_LEAF), 0);
        ck_assert_str_eq(open_kinds(&s), "");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_B), "");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_B2), "rotation:leaf");
}
END_TEST

START_TEST(mixed_ends_with_the_old_one)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        (void) LOOK(&s, .leaf = CERT_B);
        (void) LOOK(&s, .leaf = CERT_A);
        ck_assert_int_eq(look_until_said(&s, CERT_A), DRIFT_CALM_LOOKS - 1);
        ck_assert_str_eq(s.ledger, "settled:leaf rotation:leaf");
        ck_assert_str_eq(open_kinds(&s), "");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A), "");
}
END_TEST

START_TEST(a_third_leaf_ends_mixed)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        (void) LOOK(&s, .leaf = CERT_B);
        (void) LOOK(&s, .leaf = CERT_A);
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_B2), "rotation:leaf");
        ck_assert_int_eq(drift_mixed_since(s.memory, DRIFT_KIND_LEAF), 0);
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_DN), "drift:leaf drift:key drift:subject");
}
END_TEST

START_TEST(the_old_leaf_long_after_is_a_rotation_again)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        (void) LOOK(&s, .leaf = CERT_B);
        s.now_at += (DRIFT_TURN_DAYS + 1) * DAY;
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A), "rotation:leaf");
        ck_assert_int_eq(drift_mixed_since(s.memory, DRIFT_KIND_LEAF), 0);
}
END_TEST

START_TEST(a_drift_that_comes_and_goes_is_mixed_at_its_second_coming)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_DN), "drift:leaf drift:key drift:subject");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A), "returned:leaf returned:key returned:subject");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_DN), "mixed:leaf");
        ck_assert_str_eq(open_kinds(&s), "");
        for (int i = 0; i < 20; i++)
                ck_assert_str_eq(LOOK(&s, .leaf = i % 2 == 0 ? CERT_A : CERT_DN), "");
        ck_assert_int_eq(look_until_said(&s, CERT_DN), DRIFT_CALM_LOOKS - 1);
        ck_assert_str_eq(s.ledger, "settled:leaf drift:leaf drift:key drift:subject");
        ck_assert_str_eq(open_kinds(&s), "leaf key subject");
}
END_TEST

START_TEST(a_cipher_that_comes_and_goes_does_not_flap)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A, .cipher = 0x1301), "drift:cipher");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A), "returned:cipher");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A, .cipher = 0x1301), "mixed:cipher");
        for (int i = 0; i < 20; i++)
                ck_assert_str_eq(LOOK(&s, .leaf = CERT_A, .cipher = i % 2 == 0 ? 0x1301 : 0), "");
        ck_assert_int_ne(drift_mixed_since(s.memory, DRIFT_KIND_CIPHER), 0);
        for (int i = 0; i < DRIFT_CALM_LOOKS - 2; i++)
                ck_assert_str_eq(LOOK(&s, .leaf = CERT_A, .cipher = 0), "");
}
END_TEST

START_TEST(a_rollback_after_a_calm_time_is_not_yet_mixed)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        (void) LOOK(&s, .leaf = CERT_A, .cipher = 0x1301);
        (void) LOOK(&s, .leaf = CERT_A);
        for (int i = 0; i < DRIFT_CALM_LOOKS; i++)
                ck_assert_str_eq(LOOK(&s, .leaf = CERT_A), "");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A, .cipher = 0x1301), "drift:cipher");
}
END_TEST

/* ---- accept ---- */

START_TEST(what_is_accepted_is_the_baseline)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        (void) LOOK(&s, .leaf = CERT_DN, .cipher = 0x1301);
        ck_assert_str_eq(accept_kind(&s, _DRIFT_KIND_MAX),
                "accepted:cipher accepted:leaf accepted:key accepted:subject");
        ck_assert_str_eq(open_kinds(&s), "");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_DN, .cipher = 0x1301), "");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_DN2, .cipher = 0x1301), "rotation:leaf");
        ck_assert_str_eq(accept_kind(&s, _DRIFT_KIND_MAX), "");
        ck_assert(!s.memory_changed);
}
END_TEST

START_TEST(one_kind_is_accepted_and_others_stay)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        (void) LOOK(&s, .leaf = CERT_DN, .cipher = 0x1301);
        ck_assert_str_eq(accept_kind(&s, DRIFT_KIND_CIPHER), "accepted:cipher");
        ck_assert_str_eq(open_kinds(&s), "leaf key subject");
        ck_assert_str_eq(accept_kind(&s, DRIFT_KIND_SAN), "");
}
END_TEST

START_TEST(what_is_left_of_an_accepted_subject_is_a_rotation)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        (void) LOOK(&s, .leaf = CERT_DN);
        ck_assert_str_eq(accept_kind(&s, DRIFT_KIND_SUBJECT), "accepted:subject");
        ck_assert_str_eq(open_kinds(&s), "");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_DN), "");
}
END_TEST

START_TEST(the_old_name_may_return_with_the_new_key)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        (void) LOOK(&s, .leaf = CERT_DN);
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_KEY_OF_DN), "rotation:leaf returned:subject");
        ck_assert_str_eq(open_kinds(&s), "");
}
END_TEST

START_TEST(a_drifted_leaf_may_rotate_and_stays_drifted)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        (void) LOOK(&s, .leaf = CERT_DN);
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_DN2), "rotation:leaf");
        ck_assert_str_eq(open_kinds(&s), "leaf key subject");
        /* The old name returns in another certificate. */
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_B), "rotation:leaf returned:subject");
        ck_assert_str_eq(open_kinds(&s), "");
}
END_TEST

/* ---- an announced window ---- */

START_TEST(an_expected_change_is_a_note)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        s.expected = true;
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_DN, .cipher = 0x1301),
                "expected-drift:cipher expected-drift:leaf expected-drift:key "
                "expected-drift:subject");
        ck_assert_uint_eq(s.n_alarms, 0);
        ck_assert_str_eq(open_kinds(&s), "");
        s.expected = false;
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_DN, .cipher = 0x1301), "");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A),
                "drift:cipher drift:leaf drift:key drift:subject");
}
END_TEST

START_TEST(a_window_does_not_close_what_was_open_before)
{
        STORY;

        (void) LOOK(&s, .leaf = CERT_A);
        (void) LOOK(&s, .leaf = CERT_A, .cipher = 0x1301);
        s.expected = true;
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_B, .cipher = 0x1301), "expected-rotation:leaf");
        ck_assert_str_eq(open_kinds(&s), "cipher");
}
END_TEST

/* ---- addresses ---- */

START_TEST(another_set_of_addresses_drifts)
{
        STORY;

        ck_assert_str_eq(look_at_two(&s, CERT_A, CERT_A), "");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A), "drift:addresses");
        ck_assert_str_eq(open_kinds(&s), "addresses");
        ck_assert_str_eq(look_at_two(&s, CERT_A, CERT_A), "returned:addresses");
}
END_TEST

START_TEST(the_order_of_addresses_does_not_count)
{
        STORY;
        CLEANUP_OBSERVATION Observation *o = observation_at(NOW);

        (void) look_at_two(&s, CERT_A, CERT_A);
        add_look(o, "192.0.2.2", &(Look){ .leaf = CERT_A });
        add_look(o, "192.0.2.1", &(Look){ .leaf = CERT_A });
        ck_assert_str_eq(observe(&s, o), "");
}
END_TEST

START_TEST(addresses_that_could_not_be_resolved_do_not_count)
{
        STORY;
        CLEANUP_OBSERVATION Observation *o = observation_at(NOW);
        CLEANUP_OBSERVATION Observation *failed = observation_at(NOW);

        (void) look_at_two(&s, CERT_A, CERT_A);
        add_look(o, "192.0.2.1", &(Look){ .leaf = CERT_A });
        o->addresses_stale = true;
        ck_assert_str_eq(observe(&s, o), "");
        failed->resolve_end = END_NOT_FOUND;
        add_look(failed, "192.0.2.1", &(Look){ .leaf = CERT_A });
        ck_assert_str_eq(observe(&s, failed), "");
        ck_assert_uint_eq(s.memory->n_addresses, 2);
        ck_assert(s.memory->addresses[1].is_present);
}
END_TEST

START_TEST(each_address_has_its_own_baseline)
{
        STORY;

        (void) look_at_two(&s, CERT_A, CERT_A);
        ck_assert_str_eq(look_at_two(&s, CERT_A, CERT_DN),
                "drift:leaf drift:key drift:subject mismatch:addresses");
        ck_assert_ptr_null(drift_memory_find(s.memory, ONE)->tracks[DRIFT_KIND_SUBJECT].now.value);
        ck_assert_ptr_nonnull(
                drift_memory_find(s.memory, TWO)->tracks[DRIFT_KIND_SUBJECT].now.value);
        ck_assert_str_eq(open_kinds(&s), "leaf key subject");
}
END_TEST

START_TEST(addresses_that_disagree_are_said_once)
{
        STORY;

        (void) look_at_two(&s, CERT_A, CERT_A);
        ck_assert_str_eq(look_at_two(&s, CERT_A, CERT_B), "rotation:leaf mismatch:addresses");
        ck_assert_uint_eq(s.n_alarms, 1);
        ck_assert_str_eq(look_at_two(&s, CERT_A, CERT_B), "");
        ck_assert_int_ne(s.memory->mismatch_at, 0);
        /* One that does not answer proves nothing. */
        ck_assert_str_eq(look_at_two(&s, CERT_A, NO_CERT), "");
        ck_assert_int_ne(s.memory->mismatch_at, 0);
        ck_assert_str_eq(look_at_two(&s, CERT_B, CERT_B), "rotation:leaf agreed:addresses");
        ck_assert_int_eq(s.memory->mismatch_at, 0);
}
END_TEST

START_TEST(addresses_that_disagree_from_the_start_are_said)
{
        STORY;

        ck_assert_str_eq(look_at_two(&s, CERT_A, CERT_DN), "mismatch:addresses");
        ck_assert_str_eq(look_at_two(&s, CERT_A, CERT_DN), "");
}
END_TEST

START_TEST(an_address_that_is_left_alone_disagrees_with_nobody)
{
        STORY;

        (void) look_at_two(&s, CERT_A, CERT_B);
        ck_assert_int_ne(s.memory->mismatch_at, 0);
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A), "drift:addresses agreed:addresses");
        ck_assert_int_eq(s.memory->mismatch_at, 0);
}
END_TEST

START_TEST(addresses_that_come_in_turn_fill_no_ledger)
{
        STORY;
        size_t n = 0;

        (void) look_at_two(&s, CERT_A, CERT_B);
        for (int i = 0; i < 40; i++) {
                (void) LOOK(&s, .leaf = CERT_A);
                n += s.ledger[0] != '\0';
                (void) look_at_two(&s, CERT_A, CERT_B);
                n += s.ledger[0] != '\0';
        }
        ck_assert_uint_eq(n, 3);
        ck_assert_int_ne(drift_mixed_since(s.memory, DRIFT_KIND_ADDRESSES), 0);

        for (int i = 0; i < DRIFT_CALM_LOOKS; i++)
                (void) LOOK(&s, .leaf = CERT_A);
        ck_assert_int_eq(s.memory->mismatch_at, 0);
}
END_TEST

START_TEST(addresses_that_could_not_be_resolved_are_not_gone)
{
        STORY;
        CLEANUP_OBSERVATION Observation *o = observation_at(NOW);

        (void) look_at_two(&s, CERT_A, CERT_B);
        add_look(o, "192.0.2.1", &(Look){ .leaf = CERT_A });
        o->resolve_end = END_TIMEOUT;
        ck_assert_str_eq(observe(&s, o), "");
        ck_assert_int_ne(s.memory->mismatch_at, 0);
}
END_TEST

START_TEST(addresses_that_are_no_longer_compared_do_not_disagree)
{
        STORY;

        (void) look_at_two(&s, CERT_A, CERT_B);
        s.first_address_only = true;
        ck_assert_str_eq(look_at_two(&s, CERT_A, NO_CERT), "");
        ck_assert(s.started_anew);
        ck_assert(s.memory_changed);
        ck_assert_int_eq(s.memory->mismatch_at, 0);
        ck_assert_str_eq(look_at_two(&s, CERT_A, NO_CERT), "");
        ck_assert(!s.started_anew);
}
END_TEST

START_TEST(mixed_addresses_do_not_agree_and_disagree_by_chance)
{
        STORY;

        (void) look_at_two(&s, CERT_A, CERT_A);
        (void) look_at_two(&s, CERT_B, CERT_B);
        ck_assert_str_eq(look_at_two(&s, CERT_A, CERT_A), "mixed:leaf mixed:leaf");
        ck_assert_str_eq(look_at_two(&s, CERT_A, CERT_B), "");
        ck_assert_str_eq(look_at_two(&s, CERT_B, CERT_B), "");
        ck_assert_str_eq(look_at_two(&s, CERT_B, CERT_A), "");
}
END_TEST

START_TEST(drift_of_an_address_that_is_gone_is_not_open)
{
        STORY;

        (void) look_at_two(&s, CERT_A, CERT_A);
        (void) look_at_two(&s, CERT_A, CERT_DN);
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A), "drift:addresses agreed:addresses");
        ck_assert_str_eq(open_kinds(&s), "addresses");
        ck_assert_str_eq(look_at_two(&s, CERT_A, CERT_DN), "returned:addresses mismatch:addresses");
        ck_assert_str_eq(open_kinds(&s), "leaf key subject");
}
END_TEST

START_TEST(addresses_are_forgotten_in_time)
{
        STORY;

        (void) look_at_two(&s, CERT_A, CERT_A);
        (void) LOOK(&s, .leaf = CERT_A);
        ck_assert_uint_eq(s.memory->n_addresses, 2);
        s.now_at += (DRIFT_GONE_DAYS + 1) * DAY;
        (void) LOOK(&s, .leaf = CERT_A);
        ck_assert_uint_eq(s.memory->n_addresses, 1);
        ck_assert_ptr_nonnull(drift_memory_find(s.memory, ONE));
}
END_TEST

START_TEST(an_endpoint_that_wanders_does_not_grow)
{
        STORY;

        for (int i = 0; i < 3 * DRIFT_ADDRESSES_MAX; i++) {
                CLEANUP_OBSERVATION Observation *o = observation_at(s.now_at);
                char ip[16];

                (void) snprintf(ip, sizeof(ip), "192.0.2.%d", i);
                add_look(o, ip, &(Look){ .leaf = CERT_A });
                (void) observe(&s, o);
        }
        ck_assert_uint_eq(s.memory->n_addresses, DRIFT_ADDRESSES_MAX);
        ck_assert_ptr_nonnull(drift_memory_find(s.memory, "qm1(1414)/192.0.2.191"));
        ck_assert_ptr_null(drift_memory_find(s.memory, "qm1(1414)/192.0.2.0"));
}
END_TEST

START_TEST(more_addresses_than_are_remembered_do_no_harm)
{
        STORY;
        CLEANUP_OBSERVATION Observation *o = observation_at(NOW);

        for (int i = 0; i < DRIFT_ADDRESSES_MAX + 5; i++) {
                char ip[16];

                (void) snprintf(ip, sizeof(ip), "192.0.2.%d", i);
                add_look(o, ip, &(Look){ .leaf = CERT_A });
        }
        ck_assert_str_eq(observe(&s, o), "");
        ck_assert_str_eq(observe(&s, o), "");
        ck_assert_uint_eq(s.memory->n_addresses, DRIFT_ADDRESSES_MAX);
}
END_TEST

/* ---- our own part ---- */

START_TEST(another_offer_starts_what_is_negotiated_anew)
{
        STORY;

        s.offer = "ANY_TLS12_OR_HIGHER";
        (void) LOOK(&s, .leaf = CERT_A);
        (void) LOOK(&s, .leaf = CERT_DN, .cipher = 0x1301);
        ck_assert(!s.started_anew);
        s.offer = "ANY_TLS13";
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_DN, .cipher = 0x1303), "");
        ck_assert(s.started_anew);
        ck_assert_str_eq(open_kinds(&s), "leaf key subject");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_DN), "drift:cipher");
        ck_assert(!s.started_anew);
}
END_TEST

START_TEST(another_target_starts_everything_anew)
{
        STORY;

        s.target = "qm1(1414)";
        (void) LOOK(&s, .leaf = CERT_A);
        s.memory->revision = 7;
        s.target = "qm2(1414)";
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_DN, .cipher = 0x1301), "");
        ck_assert(s.started_anew);
        ck_assert_str_eq(open_kinds(&s), "");
        ck_assert_int_eq(s.memory->revision, 7);
}
END_TEST

/* ---- bounds ---- */

START_TEST(long_values_are_compared_whole_and_shown_cut)
{
        CLEANUP(drift_fact_done) DriftFact a = { 0 };
        CLEANUP(drift_fact_done) DriftFact b = { 0 };
        CLEANUP_BUF Buf value = BUF_INIT, text = BUF_INIT;

        for (int i = 0; i < 5000; i++) {
                buf_append_str(&value, "ä");
                buf_append_str(&text, "ä");
        }
        ck_assert_int_eq(drift_fact_take(&a, &value, &text), 0);
        for (int i = 0; i < 5000; i++)
                buf_append_str(&value, i < 4999 ? "ä" : "b");
        ck_assert_int_eq(drift_fact_take(&b, &value, &text), 0);

        ck_assert_uint_le(strlen(a.value), DRIFT_VALUE_MAX);
        ck_assert_uint_le(strlen(a.text), DRIFT_TEXT_MAX);
        ck_assert_uint_ge(strlen(a.text), DRIFT_TEXT_MAX - 4);
        ck_assert_str_eq(a.text + strlen(a.text) - 5, "ä...");
        ck_assert(!drift_fact_equal(&a, &b));
        /* Without a text of its own the value is shown. */
        ck_assert_ptr_null(b.text);
        ck_assert_str_eq(drift_fact_text(&b), b.value);
}
END_TEST

START_TEST(an_address_without_a_name_is_left_out)
{
        STORY;
        CLEANUP_OBSERVATION Observation *o = observation_at(NOW);

        add_look(o, NULL, &(Look){ .leaf = NO_CERT });
        ck_assert_str_eq(observe(&s, o), "");
        ck_assert_uint_eq(s.memory->n_addresses, 0);
}
END_TEST

START_TEST(garbage_for_a_certificate_is_compared_as_well)
{
        static const uint8_t one[] = "garbage", two[] = "rubbish";
        STORY;
        const uint8_t *const bytes[] = { one, one, two };
        const char *const ledgers[] = { "", "", "drift:leaf" };

        for (size_t i = 0; i < ARRAY_LEN(bytes); i++) {
                CLEANUP_OBSERVATION Observation *o = observation_at(s.now_at);
                AddressObservation *a = add_look(o, "192.0.2.1", &(Look){ .leaf = CERT_A });
                uint8_t der[sizeof(one)];
                const DerCert sent[] = { { der, sizeof(der) } };

                memcpy(der, bytes[i], sizeof(der));
                a->chain = chain_facts_free(a->chain);
                ck_assert_int_eq(chain_inspect(sent, 1, NULL, NOW, &a->chain), 0);
                ck_assert_str_eq(observe(&s, o), ledgers[i]);
        }
        /* The first that can be read gives the rest of the baseline. */
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_A), "drift:leaf");
        ck_assert_str_eq(LOOK(&s, .leaf = CERT_DN), "drift:leaf drift:key drift:subject");
}
END_TEST

START_TEST(a_copy_is_a_memory_of_its_own)
{
        STORY;
        CLEANUP(drift_memory_cleanup) DriftMemory *m = NULL;

        s.offer = "ANY";
        (void) look_at_two(&s, CERT_A, CERT_DN);
        (void) look_at_two(&s, CERT_B, CERT_A);
        ck_assert_int_eq(drift_memory_copy(s.memory, &m), 0);
        ck_assert_ptr_ne(m->addresses, s.memory->addresses);
        ck_assert_uint_eq(m->n_addresses, 2);
        ck_assert_str_eq(m->offer, "ANY");
        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++) {
                const DriftTrack *a = &m->addresses[1].tracks[k];
                const DriftTrack *b = &s.memory->addresses[1].tracks[k];

                ck_assert(drift_fact_equal(&a->baseline, &b->baseline));
                ck_assert(drift_fact_equal(&a->now, &b->now));
                ck_assert(drift_fact_equal(&a->other, &b->other));
        }
}
END_TEST

/* ---- the tables ---- */

START_TEST(kinds_and_events_have_their_words)
{
        const char *const words[] = { "protocol", "cipher", "group", "signature", "leaf", "key",
                "subject", "issuer", "san", "chain", "client_auth", "addresses", "mq" };

        ck_assert_uint_eq(ARRAY_LEN(words), _DRIFT_KIND_MAX);
        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++) {
                const DriftKindInfo *info = drift_kind_info(k);

                ck_assert_str_eq(info->name, words[k]);
                ck_assert_int_eq(drift_kind_from_string(info->name), k);
                ck_assert_uint_gt(strlen(info->meaning), 10);
                ck_assert_uint_gt(strlen(info->breaks), 10);
                ck_assert_uint_gt(strlen(info->remedy), 10);
        }
        for (DriftEvent e = 0; e < _DRIFT_EVENT_MAX; e++) {
                ck_assert_int_eq(drift_event_from_string(drift_event_info(e)->name), e);
                ck_assert_uint_gt(strlen(drift_event_info(e)->meaning), 10);
        }
        ck_assert_int_eq(drift_kind_from_string("weather"), _DRIFT_KIND_MAX);
        ck_assert_int_eq(drift_event_from_string(""), _DRIFT_EVENT_MAX);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("drift");
        TCase *t = tcase_create("drift");

        make_certs();
        tcase_add_loop_test(t, a_new_leaf_is_a_rotation_or_a_drift, 0, ARRAY_LEN(leaves));
        tcase_add_test(t, a_rotation_is_no_alarm_and_a_drift_is);
        tcase_add_test(t, rotation_follows_rotation);
        tcase_add_test(t, a_cipher_drifts_until_it_returns);
        tcase_add_test(t, a_look_that_sees_nothing_closes_nothing);
        tcase_add_test(t, a_chain_that_is_only_remembered_does_not_count);
        tcase_add_test(t, another_queue_manager_answers);
        tcase_add_test(t, an_answer_that_is_only_remembered_does_not_count);
        tcase_add_loop_test(t, each_detail_has_its_kind, 0, ARRAY_LEN(details));
        tcase_add_test(t, whether_it_insists_on_a_client_certificate_is_the_endpoints);
        tcase_add_test(t, old_and_new_in_turn_are_mixed_once);
        tcase_add_test(t, mixed_ends_with_the_new_one);
        tcase_add_test(t, mixed_ends_with_the_old_one);
        tcase_add_test(t, a_third_leaf_ends_mixed);
        tcase_add_test(t, the_old_leaf_long_after_is_a_rotation_again);
        tcase_add_test(t, a_drift_that_comes_and_goes_is_mixed_at_its_second_coming);
        tcase_add_test(t, a_cipher_that_comes_and_goes_does_not_flap);
        tcase_add_test(t, a_rollback_after_a_calm_time_is_not_yet_mixed);
        tcase_add_test(t, what_is_accepted_is_the_baseline);
        tcase_add_test(t, one_kind_is_accepted_and_others_stay);
        tcase_add_test(t, what_is_left_of_an_accepted_subject_is_a_rotation);
        tcase_add_test(t, the_old_name_may_return_with_the_new_key);
        tcase_add_test(t, a_drifted_leaf_may_rotate_and_stays_drifted);
        tcase_add_test(t, an_expected_change_is_a_note);
        tcase_add_test(t, a_window_does_not_close_what_was_open_before);
        tcase_add_test(t, another_set_of_addresses_drifts);
        tcase_add_test(t, the_order_of_addresses_does_not_count);
        tcase_add_test(t, addresses_that_could_not_be_resolved_do_not_count);
        tcase_add_test(t, each_address_has_its_own_baseline);
        tcase_add_test(t, addresses_that_disagree_are_said_once);
        tcase_add_test(t, addresses_that_disagree_from_the_start_are_said);
        tcase_add_test(t, an_address_that_is_left_alone_disagrees_with_nobody);
        tcase_add_test(t, addresses_that_come_in_turn_fill_no_ledger);
        tcase_add_test(t, addresses_that_could_not_be_resolved_are_not_gone);
        tcase_add_test(t, addresses_that_are_no_longer_compared_do_not_disagree);
        tcase_add_test(t, mixed_addresses_do_not_agree_and_disagree_by_chance);
        tcase_add_test(t, drift_of_an_address_that_is_gone_is_not_open);
        tcase_add_test(t, addresses_are_forgotten_in_time);
        tcase_add_test(t, an_endpoint_that_wanders_does_not_grow);
        tcase_add_test(t, more_addresses_than_are_remembered_do_no_harm);
        tcase_add_test(t, another_offer_starts_what_is_negotiated_anew);
        tcase_add_test(t, another_target_starts_everything_anew);
        tcase_add_test(t, long_values_are_compared_whole_and_shown_cut);
        tcase_add_test(t, an_address_without_a_name_is_left_out);
        tcase_add_test(t, garbage_for_a_certificate_is_compared_as_well);
        tcase_add_test(t, a_copy_is_a_memory_of_its_own);
        tcase_add_test(t, kinds_and_events_have_their_words);
        suite_add_tcase(suite, t);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
