/* SPDX-License-Identifier: MIT */
#include "tls/observation.h"

#include <string.h>

#include "tests/support/pki.h"
#include "tests/support/suite.h"
#include "tests/support/tls_client.h"
#include "tests/support/tls_server.h"

static PkiCert ca, leaf;
static const PkiCert *const chain[] = { &leaf, &ca };

#define CLEANUP_OBSERVATION CLEANUP(observation_cleanup)

START_TEST(phases_have_their_words)
{
        const char *const words[_PHASE_MAX] = { "resolve", "connect", "handshake", "linger",
                "mq_init", "close" };

        for (ProbePhase p = 0; p < _PHASE_MAX; p++)
                ck_assert_str_eq(probe_phase_to_string(p), words[p]);
}
END_TEST

START_TEST(a_new_one_has_seen_nothing)
{
        CLEANUP_OBSERVATION Observation *o = NULL;

        ck_assert_int_eq(observation_new(&o), 0);
        ck_assert_uint_eq(o->n_addresses, 0);
        ck_assert_int_eq(o->resolve_end, END_NONE);
        ck_assert_ptr_null(observation_free(NULL));
}
END_TEST

START_TEST(addresses_are_labelled)
{
        CLEANUP_OBSERVATION Observation *o = NULL;
        AddressObservation *a = NULL;

        ck_assert_int_eq(observation_new(&o), 0);
        ck_assert_int_eq(observation_add_address(o, "qm1.example(1414)", "192.0.2.7", &a), 0);
        ck_assert_str_eq(a->address, "qm1.example(1414)/192.0.2.7");
        ck_assert_str_eq(a->conname, "qm1.example(1414)");
        ck_assert_str_eq(a->ip, "192.0.2.7");

        ck_assert_int_eq(observation_add_address(o, "qm1.example(1414)", "2001:db8::7", &a), 0);
        ck_assert_str_eq(a->address, "qm1.example(1414)/2001:db8::7");

        ck_assert_int_eq(observation_add_address(o, "gone.example(1415)", NULL, &a), 0);
        ck_assert_str_eq(a->address, "gone.example(1415)");
        ck_assert_ptr_null(a->ip);
        ck_assert_int_eq(a->end, END_NONE);
        ck_assert(!a->attempted);
        /* 0 would be close_notify. */
        ck_assert_int_eq(a->tls.alert_received, HANDSHAKE_ALERT_NONE);
        ck_assert_int_eq(a->tls.alert_sent, HANDSHAKE_ALERT_NONE);
        ck_assert_uint_eq(o->n_addresses, 3);
}
END_TEST

START_TEST(the_anonymous_look_is_owned_and_no_address)
{
        CLEANUP_OBSERVATION Observation *o = NULL;
        AddressObservation *a = NULL;

        ck_assert_int_eq(observation_new(&o), 0);
        ck_assert_int_eq(observation_add_anonymous(o, "qm1(1414)", "192.0.2.1", &a), 0);
        ck_assert_ptr_eq(o->anonymous, a);
        ck_assert_str_eq(a->address, "qm1(1414)/192.0.2.1");
        ck_assert_int_eq(a->tls.alert_received, HANDSHAKE_ALERT_NONE);
        ck_assert_int_eq(a->mq.result, MQ_RESULT_NONE);
        ck_assert(!a->mq_tried);
        ck_assert_uint_eq(o->n_addresses, 0);
}
END_TEST

START_TEST(many_addresses_stay_in_order)
{
        CLEANUP_OBSERVATION Observation *o = NULL;
        AddressObservation *a = NULL;

        ck_assert_int_eq(observation_new(&o), 0);
        for (int i = 0; i < 100; i++) {
                ck_assert_int_eq(observation_add_address(o, "qm1(1414)", "192.0.2.1", &a), 0);
                a->error = i;
        }
        for (int i = 0; i < 100; i++)
                ck_assert_int_eq(o->addresses[i].error, i);
}
END_TEST

static TrustStore *load_trust(void)
{
        char *dir = pki_dir_new();
        CLEANUP_FREE char *path = pki_path(dir, "ca.pem");
        CLEANUP_FREE char *problem = NULL;
        const PkiCert *const certs[] = { &ca };
        TrustStore *trust = NULL;

        ck_assert_int_eq(pki_write_certs(path, certs, 1), 0);
        ck_assert_int_eq(trust_store_load(path, NULL, &problem, &trust), 0);
        pki_dir_remove(dir);
        return trust;
}

typedef struct TakeRow {
        const char *name;
        bool has_trust;
        int64_t at;
        bool judged, verified;
        unsigned leaf_errors;
} TakeRow;

static const TakeRow take_rows[] = {
        { "nothing is judged without a trust store", false, PKI_NOW, false, false, 0 },
        { "a good chain verifies", true, PKI_NOW, true, true, 0 },
        { "an expired leaf does not, and its date still arrives", true, PKI_NOW + 400 * PKI_DAY, true,
                false, CHAIN_ERROR_EXPIRED },
        { "neither does one that is not valid yet", true, PKI_NOW - 5 * PKI_DAY, true, false,
                CHAIN_ERROR_NOT_YET_VALID },
};

START_TEST(facts_and_certificates_move_over)
{
        const TakeRow *row = &take_rows[_i];
        CLEANUP(trust_store_cleanup) TrustStore *trust = row->has_trust ? load_trust() : NULL;
        CLEANUP_TLS_SERVER TlsServer *s =
                tls_server_new(&(TlsServerOptions) { .certs = chain, .n_certs = 2 });
        CLEANUP_HANDSHAKE Handshake *h = tls_client("ANY_TLS13");
        CLEANUP_OBSERVATION Observation *o = NULL;
        AddressObservation *a = NULL;

        ck_assert_int_eq(observation_new(&o), 0);
        ck_assert_int_eq(observation_add_address(o, "qm1(1414)", "192.0.2.1", &a), 0);
        ck_assert_int_eq(tls_server_pump(s, h, 0), HANDSHAKE_DONE);
        ck_assert_int_eq(address_observation_take(a, h, trust, row->at), 0);

        ck_assert(a->tls.finished_seen);
        ck_assert_uint_eq(a->tls.version, TLS_VERSION_TLS13);
        ck_assert_ptr_nonnull(a->tls.cipher_name);
        ck_assert_uint_eq(a->tls.n_certs, 0);
        ck_assert_ptr_null(a->tls.certs);
        ck_assert_uint_eq(a->tls.n_certs_sent, 2);

        ck_assert_ptr_nonnull(a->chain);
        ck_assert_uint_eq(a->chain->n_certs, 2);
        ck_assert_uint_eq(a->chain->n_certs_sent, 2);
        ck_assert_int_eq(a->chain_kept_at, 0);

        MqContext context = address_observation_context(a);

        ck_assert(context.has_leaf);
        ck_assert_mem_eq(
                context.leaf_sha256, a->chain->certs[0].facts.sha256, sizeof(context.leaf_sha256));
        ck_assert_uint_eq(context.version, TLS_VERSION_TLS13);
        ck_assert_uint_eq(context.cipher, a->tls.cipher);
        ck_assert(!context.client_certificate_sent);
        a->chain_kept_at = 1;
        ck_assert(!address_observation_context(a).has_leaf); /* it is another probe's */
        a->chain_kept_at = 0;
        ck_assert_str_eq(a->chain->certs[0].facts.subject_mq, "CN=QM1");
        ck_assert(a->chain->has_leaf);
        ck_assert_int_eq(a->chain->leaf_not_after_at, PKI_NOW + 365 * PKI_DAY);
        ck_assert_msg(a->chain->judged == row->judged, "%s", row->name);
        ck_assert_msg(a->chain->verified == row->verified, "%s", row->name);
        ck_assert_msg(a->chain->certs[0].errors == row->leaf_errors, "%s", row->name);
        ck_assert_uint_eq(handshake_facts(h)->n_certs_sent, 0);
}
END_TEST

START_TEST(more_certificates_than_are_kept_are_counted)
{
        enum { N = HANDSHAKE_CERTS_MAX + 3 };
        const PkiCert *many[N] = { &leaf };

        for (size_t i = 1; i < N; i++)
                many[i] = &ca;

        CLEANUP_TLS_SERVER TlsServer *s =
                tls_server_new(&(TlsServerOptions) { .certs = many, .n_certs = N });
        CLEANUP_HANDSHAKE Handshake *h = tls_client("ANY_TLS12");
        CLEANUP_OBSERVATION Observation *o = NULL;
        AddressObservation *a = NULL;

        ck_assert_int_eq(observation_new(&o), 0);
        ck_assert_int_eq(observation_add_address(o, "qm1(1414)", "192.0.2.1", &a), 0);
        ck_assert_int_eq(tls_server_pump(s, h, 0), HANDSHAKE_DONE);
        ck_assert_int_eq(address_observation_take(a, h, NULL, PKI_NOW), 0);
        ck_assert_uint_eq(a->chain->n_certs_sent, N);
        ck_assert_uint_eq(a->chain->n_certs, CHAIN_CERTS_MAX);
}
END_TEST

START_TEST(without_certificates_there_is_no_chain)
{
        const uint8_t alert[] = { 21, 3, 3, 0, 2, 2, 40 };
        CLEANUP_TLS_SERVER TlsServer *s =
                tls_server_new(&(TlsServerOptions) { .certs = chain, .n_certs = 2 });
        CLEANUP_HANDSHAKE Handshake *good = tls_client("ANY_TLS13");
        CLEANUP_HANDSHAKE Handshake *refused = tls_client("ANY_TLS13");
        CLEANUP_OBSERVATION Observation *o = NULL;
        AddressObservation *a = NULL;

        ck_assert_int_eq(observation_new(&o), 0);
        ck_assert_int_eq(observation_add_address(o, "qm1(1414)", "192.0.2.1", &a), 0);

        /* What was there before is replaced, and freed. */
        ck_assert_int_eq(tls_server_pump(s, good, 0), HANDSHAKE_DONE);
        ck_assert_int_eq(address_observation_take(a, good, NULL, PKI_NOW), 0);
        ck_assert_ptr_nonnull(a->chain);

        (void) handshake_step(refused);
        ck_assert_int_eq(handshake_feed(refused, alert, sizeof(alert)), 0);
        ck_assert_int_eq(handshake_step(refused), HANDSHAKE_FAILED);
        ck_assert_int_eq(address_observation_take(a, refused, NULL, PKI_NOW), 0);
        ck_assert_ptr_null(a->chain);
        ck_assert_int_eq(a->tls.alert_received, 40);
        ck_assert_int_eq(a->tls.error, HANDSHAKE_ERROR_ALERT);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("observation");
        TCase *tcase = tcase_create("observation");

        ca = pki_issue(&(PkiOptions) { .cn = "Test CA", .ca = true });
        leaf = pki_issue(&(PkiOptions) { .cn = "QM1", .issuer = &ca });

        tcase_set_timeout(tcase, 120);
        tcase_add_test(tcase, phases_have_their_words);
        tcase_add_test(tcase, a_new_one_has_seen_nothing);
        tcase_add_test(tcase, addresses_are_labelled);
        tcase_add_test(tcase, the_anonymous_look_is_owned_and_no_address);
        tcase_add_test(tcase, many_addresses_stay_in_order);
        tcase_add_loop_test(
                tcase, facts_and_certificates_move_over, 0, (int) ARRAY_LEN(take_rows));
        tcase_add_test(tcase, more_certificates_than_are_kept_are_counted);
        tcase_add_test(tcase, without_certificates_there_is_no_chain);
        suite_add_tcase(suite, tcase);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
