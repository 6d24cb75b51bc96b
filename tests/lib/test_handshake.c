/* SPDX-License-Identifier: MIT */

/* The engine against a real TLS stack that behaves: what it agrees on, sees, keeps and says. What a
 * hostile listener does is in test_handshake_hostile.c. */

#include "tls/handshake.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/pki.h"
#include "tests/support/suite.h"
#include "tests/support/tls_client.h"
#include "tests/support/tls_server.h"

/* Made once, before Check forks. */
static PkiCert rsa_leaf, ec_leaf, ca, client_leaf;

static const PkiCert *const rsa_chain[] = { &rsa_leaf, &ca };
static const PkiCert *const ec_chain[] = { &ec_leaf, &ca };

/* ---- what is agreed ---- */

START_TEST(every_spoken_cipherspec_completes)
{
        size_t n;
        const CipherSpec *spec = &cipherspec_table(&n)[_i];
        bool is_ecdsa = strcmp(spec->key_type, "ECDSA") == 0;
        TlsServerOptions options = { .certs = is_ecdsa ? ec_chain : rsa_chain, .n_certs = 2 };
        const HandshakeFacts *f;

        if (spec->support != CIPHERSPEC_SPOKEN)
                return;

        CLEANUP_TLS_SERVER TlsServer *s = tls_server_new(&options);
        CLEANUP_HANDSHAKE Handshake *h = tls_client(spec->name);

        ck_assert_msg(tls_server_pump(s, h, 0) == HANDSHAKE_DONE, "%s: %s", spec->name,
                handshake_facts(h)->error_text);
        f = handshake_facts(h);
        ck_assert_uint_eq(f->version, spec->version);
        ck_assert_uint_eq(f->cipher, spec->code);
        ck_assert_str_eq(f->cipher_name, spec->iana_name);
        ck_assert_uint_eq(f->n_certs, 2);
        ck_assert_int_eq(f->group == NULL, strcmp(spec->key_exchange, "RSA") == 0);
        ck_assert_int_eq(f->peer_signature == NULL, strcmp(spec->key_exchange, "RSA") == 0);
        ck_assert(f->client_hello_sent && f->server_hello_seen && f->certificate_seen);
        ck_assert(f->finished_sent && f->finished_seen);
        ck_assert(!f->hello_retry_seen && !f->certificate_request_seen && !f->session_reused);
        ck_assert_int_eq(f->error, HANDSHAKE_ERROR_NONE);
        ck_assert_str_eq(f->error_text, "");
        ck_assert_int_eq(f->alert_received, HANDSHAKE_ALERT_NONE);
        ck_assert_int_eq(f->alert_sent, HANDSHAKE_ALERT_NONE);
        ck_assert(tls_server_is_done(s));
}
END_TEST

typedef struct AgreedRow {
        const char *name;
        const char *sslciph;
        uint16_t max_version;
        const char *groups;
        bool is_ec;
        const char *group, *peer_signature;
        bool hello_retry;
} AgreedRow;

static const AgreedRow agreed_rows[] = {
        { "TLS 1.3 with RSA signs by PSS", "ANY_TLS13", 0, NULL, false, "X25519", "RSA-PSS+SHA256",
                false },
        { "TLS 1.3 with P-256 signs by ECDSA", "ANY_TLS13", 0, NULL, true, "X25519", "ECDSA+SHA256",
                false },
        { "the library's prime256v1 is secp256r1 to TLS", "ANY_TLS13", 0, "P-256", true, "secp256r1",
                "ECDSA+SHA256", true },
        { "a listener with P-384 only asks for a second hello", "ANY_TLS13", 0, "P-384", true,
                "secp384r1", "ECDSA+SHA256", true },
        { "TLS 1.2 ECDHE has a group too", "ECDHE_RSA_AES_256_GCM_SHA384", TLS_VERSION_TLS12, "P-384",
                false, "secp384r1", "RSA-PSS+SHA256", false },
        { "TLS 1.2 ECDHE on P-256", "ECDHE_ECDSA_AES_128_GCM_SHA256", TLS_VERSION_TLS12, "P-256", true,
                "secp256r1", "ECDSA+SHA256", false },
        { "TLS 1.2 ECDHE on X25519", "ECDHE_RSA_AES_128_GCM_SHA256", TLS_VERSION_TLS12, "X25519", false,
                "X25519", "RSA-PSS+SHA256", false },
};

START_TEST(group_and_signature_are_named)
{
        const AgreedRow *row = &agreed_rows[_i];
        CLEANUP_TLS_SERVER TlsServer *s = tls_server_new(&(TlsServerOptions) {
                .max_version = row->max_version,
                .groups = row->groups,
                .certs = row->is_ec ? ec_chain : rsa_chain,
                .n_certs = 2,
        });
        CLEANUP_HANDSHAKE Handshake *h = tls_client(row->sslciph);
        const HandshakeFacts *f = handshake_facts(h);

        ck_assert_msg(tls_server_pump(s, h, 0) == HANDSHAKE_DONE, "%s", row->name);
        ck_assert_msg(f->group && strcmp(f->group, row->group) == 0, "%s: %s", row->name, f->group);
        ck_assert_msg(f->peer_signature && strcmp(f->peer_signature, row->peer_signature) == 0,
                "%s: %s", row->name, f->peer_signature);
        ck_assert_msg(f->hello_retry_seen == row->hello_retry, "%s", row->name);
        ck_assert(f->server_hello_seen);
}
END_TEST

START_TEST(ed25519_has_no_digest)
{
        CLEANUP_PKI PkiCert leaf =
                pki_issue(&(PkiOptions) { .cn = "QM1", .key_kind = PKI_KEY_ED25519 });
        const PkiCert *const chain[] = { &leaf };
        CLEANUP_TLS_SERVER TlsServer *s =
                tls_server_new(&(TlsServerOptions) { .certs = chain, .n_certs = 1 });
        CLEANUP_HANDSHAKE Handshake *h = tls_client("ANY_TLS13");

        ck_assert_int_eq(tls_server_pump(s, h, 0), HANDSHAKE_DONE);
        ck_assert_str_eq(handshake_facts(h)->peer_signature, "ED25519");
}
END_TEST

static const size_t slices[] = { 1, 2, 5, 6, 100, 1000 };

START_TEST(any_slicing_gives_the_same_facts)
{
        const char *const sslciphs[] = { "ANY_TLS12", "ANY_TLS13" };

        for (size_t i = 0; i < ARRAY_LEN(sslciphs); i++) {
                CLEANUP_TLS_SERVER TlsServer *s =
                        tls_server_new(&(TlsServerOptions) { .certs = ec_chain, .n_certs = 2 });
                CLEANUP_HANDSHAKE Handshake *h = tls_client(sslciphs[i]);
                const HandshakeFacts *f = handshake_facts(h);

                ck_assert_int_eq(tls_server_pump(s, h, slices[_i]), HANDSHAKE_DONE);
                ck_assert_uint_eq(f->bytes_in, tls_server_bytes_sent(s));
                ck_assert_uint_eq(f->n_certs, 2);
                ck_assert_uint_eq(f->n_first_bytes, HANDSHAKE_FIRST_BYTES_MAX);
                ck_assert_uint_eq(f->first_bytes[0], 0x16);
        }
}
END_TEST

typedef struct DisagreeRow {
        const char *name;
        const char *sslciph;
        uint16_t min_version, max_version;
        const char *cipher_list;
        int alert;
} DisagreeRow;

static const DisagreeRow disagree_rows[] = {
        { "a TLS 1.3 offer to a listener that ends at TLS 1.2", "ANY_TLS13", 0, TLS_VERSION_TLS12, NULL,
                70 },
        { "a TLS 1.2 offer to a listener that begins at TLS 1.3", "ANY_TLS12", TLS_VERSION_TLS13, 0,
                NULL, 70 },
        { "a TLS 1.0 offer to a listener that begins at TLS 1.2", "TLS_RSA_WITH_AES_128_CBC_SHA",
                TLS_VERSION_TLS12, 0, NULL, 70 },
        { "no cipher in common under TLS 1.2", "ECDHE_RSA_AES_256_GCM_SHA384", 0, TLS_VERSION_TLS12,
                "ECDHE-RSA-AES128-SHA256", 40 },
};

START_TEST(disagreement_is_an_alert_before_any_server_hello)
{
        const DisagreeRow *row = &disagree_rows[_i];
        CLEANUP_TLS_SERVER TlsServer *s = tls_server_new(&(TlsServerOptions) {
                .min_version = row->min_version,
                .max_version = row->max_version,
                .cipher_list = row->cipher_list,
                .certs = rsa_chain,
                .n_certs = 2,
        });
        CLEANUP_HANDSHAKE Handshake *h = tls_client(row->sslciph);
        const HandshakeFacts *f = handshake_facts(h);

        ck_assert_msg(tls_server_pump(s, h, 0) == HANDSHAKE_FAILED, "%s", row->name);
        ck_assert_int_eq(f->error, HANDSHAKE_ERROR_ALERT);
        ck_assert_msg(f->alert_received == row->alert, "%s: alert %d", row->name, f->alert_received);
        ck_assert(f->alert_received_fatal);
        ck_assert(f->client_hello_sent && !f->server_hello_seen && !f->certificate_seen);
        ck_assert_uint_eq(f->version, 0);
        ck_assert_ptr_null(f->cipher_name);
        ck_assert_str_ne(f->error_text, "");
}
END_TEST

/* ---- certificates ---- */

typedef struct BadCertRow {
        const char *name;
        PkiOptions options;
} BadCertRow;

static const BadCertRow bad_cert_rows[] = {
        { "expired", { .cn = "E", .not_after = { .set = true, .at = PKI_NOW - PKI_DAY } } },
        { "not yet valid",
                { .cn = "F",
                        .not_before = { .set = true, .at = PKI_NOW + 3650 * PKI_DAY },
                        .not_after = { .set = true, .at = PKI_NOW + 4000 * PKI_DAY } } },
        { "self-signed", { .cn = "S" } },
        { "RSA of 1024 bits", { .cn = "K", .key_kind = PKI_KEY_RSA1024 } },
        { "signed with SHA-1", { .cn = "D", .key_kind = PKI_KEY_RSA2048, .digest = "SHA1" } },
        { "signed with MD5", { .cn = "D", .key_kind = PKI_KEY_RSA2048, .digest = "MD5" } },
        { "an impossible date",
                { .cn = "I",
                        .not_after = { .set = true, .raw = "261301000000Z", .raw_tag = V_ASN1_UTCTIME } } },
        { "for clients only", { .cn = "C", .ext_key_usage = "clientAuth" } },
        { "a broken signature", { .cn = "B", .damage_signature = true } },
        { "100 names", { .cn = "N", .n_filler_sans = 100 } },
};

START_TEST(no_certificate_is_refused)
{
        const BadCertRow *row = &bad_cert_rows[_i];
        const char *const sslciphs[] = { "ANY_TLS12", "ANY_TLS13" };
        CLEANUP_PKI PkiCert leaf = pki_issue(&row->options);
        const PkiCert *const chain[] = { &leaf };

        for (size_t i = 0; i < ARRAY_LEN(sslciphs); i++) {
                CLEANUP_TLS_SERVER TlsServer *s =
                        tls_server_new(&(TlsServerOptions) { .certs = chain, .n_certs = 1 });
                CLEANUP_HANDSHAKE Handshake *h = tls_client(sslciphs[i]);
                const HandshakeFacts *f = handshake_facts(h);

                ck_assert_msg(tls_server_pump(s, h, 0) == HANDSHAKE_DONE, "%s under %s: %s", row->name,
                        sslciphs[i], f->error_text);
                ck_assert_uint_eq(f->n_certs, 1);
                ck_assert_uint_eq(f->n_certs_sent, 1);
                ck_assert(!f->cert_list_malformed);
                ck_assert_uint_eq(f->certs[0].len, leaf.der_len);
                ck_assert_mem_eq(f->certs[0].data, leaf.der, leaf.der_len);
        }
}
END_TEST

START_TEST(a_long_chain_is_counted_and_kept_in_part)
{
        enum { N = HANDSHAKE_CERTS_MAX + 6 };
        const char *const sslciphs[] = { "ANY_TLS12", "ANY_TLS13" };
        const PkiCert *chain[N] = { &ec_leaf };

        for (size_t i = 1; i < N; i++)
                chain[i] = &ca;
        for (size_t i = 0; i < ARRAY_LEN(sslciphs); i++) {
                CLEANUP_TLS_SERVER TlsServer *s =
                        tls_server_new(&(TlsServerOptions) { .certs = chain, .n_certs = N });
                CLEANUP_HANDSHAKE Handshake *h = tls_client(sslciphs[i]);
                const HandshakeFacts *f = handshake_facts(h);

                ck_assert_int_eq(tls_server_pump(s, h, 0), HANDSHAKE_DONE);
                ck_assert_uint_eq(f->n_certs, HANDSHAKE_CERTS_MAX);
                ck_assert_uint_eq(f->n_certs_sent, N);
                ck_assert_mem_eq(f->certs[1].data, ca.der, ca.der_len);
        }
}
END_TEST

/* ---- client certificate ---- */

typedef struct ClientCertRow {
        const char *name;
        const char *sslciph;
        bool request, require, refuse;
        bool has_identity;
        HandshakeState state;
        LingerState linger; /* where the state is DONE */
        HandshakeError error;
        int alert;
} ClientCertRow;

static const ClientCertRow client_cert_rows[] = {
        { "TLS 1.2: not asked for, not sent", "ANY_TLS12", false, false, false, true, HANDSHAKE_DONE,
                LINGER_QUIET, HANDSHAKE_ERROR_NONE, -1 },
        { "TLS 1.2: asked for, none is fine", "ANY_TLS12", true, false, false, false, HANDSHAKE_DONE,
                LINGER_QUIET, HANDSHAKE_ERROR_NONE, -1 },
        { "TLS 1.2: required, none: handshake_failure", "ANY_TLS12", false, true, false, false,
                HANDSHAKE_FAILED, LINGER_QUIET, HANDSHAKE_ERROR_ALERT, 40 },
        { "TLS 1.2: required and sent", "ANY_TLS12", false, true, false, true, HANDSHAKE_DONE,
                LINGER_QUIET, HANDSHAKE_ERROR_NONE, -1 },
        { "TLS 1.2: sent, its issuer unknown", "ANY_TLS12", false, true, true, true, HANDSHAKE_FAILED,
                LINGER_QUIET, HANDSHAKE_ERROR_ALERT, 48 },
        { "TLS 1.3: not asked for, not sent", "ANY_TLS13", false, false, false, true, HANDSHAKE_DONE,
                LINGER_ACCEPTED, HANDSHAKE_ERROR_NONE, -1 },
        { "TLS 1.3: asked for, none is fine", "ANY_TLS13", true, false, false, false, HANDSHAKE_DONE,
                LINGER_ACCEPTED, HANDSHAKE_ERROR_NONE, -1 },
        { "TLS 1.3: required, none: done, and refused afterwards", "ANY_TLS13", false, true, false,
                false, HANDSHAKE_DONE, LINGER_REFUSED, HANDSHAKE_ERROR_ALERT, 116 },
        { "TLS 1.3: required and sent", "ANY_TLS13", false, true, false, true, HANDSHAKE_DONE,
                LINGER_ACCEPTED, HANDSHAKE_ERROR_NONE, -1 },
        { "TLS 1.3: sent, its issuer unknown, refused afterwards", "ANY_TLS13", false, true, true, true,
                HANDSHAKE_DONE, LINGER_REFUSED, HANDSHAKE_ERROR_ALERT, 48 },
};

static Identity *load_identity(void)
{
        char *dir = pki_dir_new();
        CLEANUP_FREE char *cert_path = pki_path(dir, "cert.pem");
        CLEANUP_FREE char *key_path = pki_path(dir, "key.pem");
        CLEANUP_FREE char *problem = NULL;
        const PkiCert *const certs[] = { &client_leaf };
        Identity *identity = NULL;

        ck_assert_int_eq(pki_write_certs(cert_path, certs, 1), 0);
        ck_assert_int_eq(pki_write_key(key_path, &client_leaf, NULL), 0);
        ck_assert_int_eq(identity_load_pem(cert_path, key_path, NULL, &problem, &identity), 0);
        pki_dir_remove(dir);
        return identity;
}

START_TEST(client_certificate)
{
        const ClientCertRow *row = &client_cert_rows[_i];
        CLEANUP(identity_cleanup) Identity *identity = row->has_identity ? load_identity() : NULL;
        CLEANUP_PROFILE TlsProfile *profile = tls_client_profile(row->sslciph, identity);
        CLEANUP_TLS_SERVER TlsServer *s = tls_server_new(&(TlsServerOptions) {
                .certs = ec_chain,
                .n_certs = 2,
                .request_client_cert = row->request,
                .require_client_cert = row->require,
                .refuse_client_cert = row->refuse,
        });
        CLEANUP_HANDSHAKE Handshake *h = NULL;
        bool is_asked = row->request || row->require;
        const HandshakeFacts *f;

        /* The profile keeps what it needs of the identity. */
        identity = identity_free(identity);
        ck_assert_int_eq(handshake_new(profile, NULL, NULL, &h), 0);
        f = handshake_facts(h);

        ck_assert_msg(tls_server_pump(s, h, 0) == row->state, "%s: %s", row->name, f->error_text);
        if (row->state == HANDSHAKE_DONE)
                ck_assert_msg(handshake_linger(h) == row->linger, "%s", row->name);

        ck_assert_msg(f->error == row->error, "%s: %s", row->name, f->error_text);
        ck_assert_msg(f->alert_received == row->alert, "%s: %d", row->name, f->alert_received);
        ck_assert(f->alert_received_fatal == (row->alert >= 0));
        ck_assert(f->server_hello_seen && f->certificate_seen);
        ck_assert_uint_eq(f->n_certs, 2);
        ck_assert_int_eq(f->certificate_request_seen, is_asked);
        ck_assert_int_eq(f->client_certificate_sent, is_asked && row->has_identity);
        if (row->error == HANDSHAKE_ERROR_NONE)
                ck_assert_int_eq(tls_server_has_client_cert(s), is_asked && row->has_identity);
}
END_TEST

START_TEST(ca_names_are_kept_in_part_and_counted)
{
        enum { N = HANDSHAKE_CA_NAMES_MAX + 4 };
        const char *const sslciphs[] = { "TLS_RSA_WITH_AES_128_CBC_SHA", "ANY_TLS12", "ANY_TLS13" };
        PkiCert authorities[N];
        const PkiCert *names[N];

        for (unsigned i = 0; i < N; i++) {
                char cn[32];

                (void) snprintf(cn, sizeof(cn), "Root \"%u\"", i);
                authorities[i] = pki_issue(&(PkiOptions) { .o = "Example", .cn = cn, .ca = true });
                names[i] = &authorities[i];
        }

        for (size_t i = 0; i < ARRAY_LEN(sslciphs); i++) {
                CLEANUP_TLS_SERVER TlsServer *s = tls_server_new(&(TlsServerOptions) {
                        .certs = rsa_chain,
                        .n_certs = 2,
                        .request_client_cert = true,
                        .ca_names = names,
                        .n_ca_names = N,
                });
                CLEANUP_HANDSHAKE Handshake *h = tls_client(sslciphs[i]);
                const HandshakeFacts *f = handshake_facts(h);

                ck_assert_int_eq(tls_server_pump(s, h, 0), HANDSHAKE_DONE);
                ck_assert_uint_eq(f->n_ca_names, HANDSHAKE_CA_NAMES_MAX);
                ck_assert_uint_eq(f->n_ca_names_sent, N);
                ck_assert_ptr_nonnull(strstr(f->ca_names[3], "Root "));
                ck_assert_ptr_nonnull(strstr(f->ca_names[3], "O=Example"));
        }

        for (size_t i = 0; i < N; i++)
                pki_cert_done(&authorities[i]);
}
END_TEST

/* ---- never a session twice ---- */

START_TEST(nothing_is_ever_resumed)
{
        const char *const sslciphs[] = { "ANY_TLS12", "ANY_TLS13", "ANY_TLS12_OR_HIGHER" };
        const char *sslciph = sslciphs[_i];
        CLEANUP_PROFILE TlsProfile *profile = tls_client_profile(sslciph, NULL);
        CLEANUP_TLS_SERVER TlsServer *s =
                tls_server_new(&(TlsServerOptions) { .certs = ec_chain, .n_certs = 2 });

        for (int i = 0; i < 3; i++) {
                CLEANUP_HANDSHAKE Handshake *h = NULL;

                ck_assert_int_eq(handshake_new(profile, "qm1.example", NULL, &h), 0);
                ck_assert_int_eq(tls_server_pump(s, h, 0), HANDSHAKE_DONE);
                (void) handshake_linger(h);
                ck_assert(!handshake_facts(h)->session_reused);
                ck_assert(!tls_server_was_resumed(s));
                ck_assert_uint_eq(handshake_facts(h)->n_certs, 2);
                handshake_close(h);
                (void) tls_server_pump(s, h, 0);
                tls_server_next(s);
        }
}
END_TEST

/* ---- facts and profiles ---- */

START_TEST(facts_can_be_taken_away)
{
        CLEANUP_TLS_SERVER TlsServer *s =
                tls_server_new(&(TlsServerOptions) { .certs = ec_chain, .n_certs = 2 });
        CLEANUP_HANDSHAKE Handshake *h = tls_client("ANY_TLS13");
        CLEANUP(handshake_facts_done) HandshakeFacts facts;

        ck_assert_int_eq(tls_server_pump(s, h, 0), HANDSHAKE_DONE);
        handshake_steal_facts(h, &facts);
        ck_assert_uint_eq(facts.n_certs, 2);
        ck_assert_uint_gt(facts.bytes_in, 0);
        ck_assert_uint_gt(facts.bytes_out, 0);
        ck_assert_uint_eq(handshake_facts(h)->n_certs, 0);
        ck_assert_ptr_null(handshake_facts(h)->cipher_name);
        ck_assert_int_eq(handshake_facts(h)->alert_received, HANDSHAKE_ALERT_NONE);
}
END_TEST

START_TEST(a_profile_of_nonsense_says_what_was_refused)
{
        char list[] = "RC4-SHA", suites[] = "TLS_NO_SUCH_SUITE", good[] = "TLS_AES_128_GCM_SHA256",
             none[] = "";
        const CipherOffer offers[] = {
                { TLS_VERSION_TLS12, TLS_VERSION_TLS12, list, none },
                { TLS_VERSION_TLS13, TLS_VERSION_TLS13, none, suites },
                { 0x0399, TLS_VERSION_TLS13, none, good },
                { TLS_VERSION_TLS13, 0x0399, none, good },
        };
        const char *const words[] = { "RC4-SHA", "TLS_NO_SUCH_SUITE", "protocol", "protocol" };

        for (size_t i = 0; i < ARRAY_LEN(offers); i++) {
                HandshakeParams params = { .offer = &offers[i] };
                CLEANUP_FREE char *problem = NULL;
                TlsProfile *profile = NULL;

                ck_assert_int_eq(tls_profile_new(&params, &problem, &profile), -EINVAL);
                ck_assert_ptr_null(profile);
                ck_assert_ptr_nonnull(strstr(problem, words[i]));
        }
}
END_TEST

START_TEST(freeing_nothing_is_fine)
{
        ck_assert_ptr_null(handshake_free(NULL));
        ck_assert_ptr_null(tls_profile_free(NULL));
}
END_TEST

START_TEST(alerts_have_the_names_of_the_registry)
{
        int n = 0;

        ck_assert_str_eq(tls_alert_to_string(0), "close_notify");
        ck_assert_str_eq(tls_alert_to_string(40), "handshake_failure");
        ck_assert_str_eq(tls_alert_to_string(70), "protocol_version");
        ck_assert_str_eq(tls_alert_to_string(112), "unrecognized_name");
        ck_assert_str_eq(tls_alert_to_string(116), "certificate_required");
        ck_assert_ptr_null(tls_alert_to_string(HANDSHAKE_ALERT_NONE));
        ck_assert_ptr_null(tls_alert_to_string(1));
        ck_assert_ptr_null(tls_alert_to_string(255));
        ck_assert_ptr_null(tls_alert_to_string(256));

        for (int i = 0; i < 256; i++)
                n += tls_alert_to_string(i) != NULL;
        ck_assert_int_eq(n, 37);
}
END_TEST

static void make_certificates(void)
{
        ca = pki_issue(&(PkiOptions) { .cn = "Test CA", .ca = true });
        rsa_leaf = pki_issue(
                &(PkiOptions) { .cn = "QM1", .issuer = &ca, .key_kind = PKI_KEY_RSA2048 });
        ec_leaf = pki_issue(&(PkiOptions) { .cn = "QM2", .issuer = &ca });
        client_leaf = pki_issue(&(PkiOptions) { .cn = "client", .issuer = &ca });
        pki_warm_up(PKI_KEY_RSA1024);
}

static Suite *make_suite(void)
{
        Suite *suite = suite_create("handshake");
        TCase *tcase = tcase_create("handshake");
        size_t n_cipherspecs;

        make_certificates();
        (void) cipherspec_table(&n_cipherspecs);
        tcase_set_timeout(tcase, 120);

        tcase_add_loop_test(tcase, every_spoken_cipherspec_completes, 0, (int) n_cipherspecs);
        tcase_add_loop_test(tcase, group_and_signature_are_named, 0, (int) ARRAY_LEN(agreed_rows));
        tcase_add_test(tcase, ed25519_has_no_digest);
        tcase_add_loop_test(tcase, any_slicing_gives_the_same_facts, 0, (int) ARRAY_LEN(slices));
        tcase_add_loop_test(tcase, disagreement_is_an_alert_before_any_server_hello, 0,
                (int) ARRAY_LEN(disagree_rows));
        tcase_add_loop_test(tcase, no_certificate_is_refused, 0, (int) ARRAY_LEN(bad_cert_rows));
        tcase_add_test(tcase, a_long_chain_is_counted_and_kept_in_part);
        tcase_add_loop_test(tcase, client_certificate, 0, (int) ARRAY_LEN(client_cert_rows));
        tcase_add_test(tcase, ca_names_are_kept_in_part_and_counted);
        tcase_add_loop_test(tcase, nothing_is_ever_resumed, 0, 3);
        tcase_add_test(tcase, facts_can_be_taken_away);
        tcase_add_test(tcase, a_profile_of_nonsense_says_what_was_refused);
        tcase_add_test(tcase, freeing_nothing_is_fine);
        tcase_add_test(tcase, alerts_have_the_names_of_the_registry);
        suite_add_tcase(suite, tcase);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
