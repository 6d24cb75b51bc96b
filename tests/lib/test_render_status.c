/* SPDX-License-Identifier: MIT */
#include "render/render_status.h"

#include <string.h>

#include "base/timefmt.h"
#include "tests/support/estate.h"
#include "tests/support/json_at.h"
#include "tests/support/suite.h"

static const EstateEndpoint two[] = {
        {.name = "QM1/APP.SVRCONN",
                .qmgr = "QM1",
                .contact = "payments-mw",
                .has_trust = true,
                .note = "ask \"Ann\" first"},
        {.name = "QM2/APP.SVRCONN", .channel = "B.SVRCONN", .conname = "qm2(1415)"},
};

static json_t *status_of(const Inventory *i, const DaemonFacts *d, const StatusFilter *filter)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        ck_assert_int_eq(render_status(i, d, filter, PKI_NOW, &b), 0);
        return json_parse(&b);
}

static json_t *endpoint_of(const Inventory *i, const char *name)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        ck_assert_int_eq(render_endpoint(i, inventory_find(i, name), PKI_NOW, &b), 0);
        return json_parse(&b);
}

START_TEST(test_what_was_not_observed_is_null)
{
        static const char *const nulls[] = {"qmgr", "contact", "group", "stage", "reason",
                "probed_at", "probed_at_epoch", "last_success_at", "last_success_at_epoch", "tls",
                "chain", "not_after.leaf", "not_after.leaf_epoch", "not_after.effective",
                "not_after.effective_epoch", "facts_at"};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, ARRAY_LEN(two));
        CLEANUP_JSON json_t *root = status_of(i, NULL, NULL);
        const json_t *e = at(root, "endpoints.1");

        ck_assert_json_int(root, "schema_version", STATUS_SCHEMA_VERSION);
        ck_assert_json_text(root, "generated_at", "2026-01-01T00:00:00Z");
        ck_assert_json_int(root, "generated_at_epoch", PKI_NOW);
        ck_assert_json_null(root, "daemon");
        ck_assert_json_int(root, "summary.unknown", 2);
        ck_assert_json_int(root, "summary.ok", 0);
        ck_assert_json_text(root, "endpoints.1.severity", "unknown");
        ck_assert_json_text(root, "endpoints.1.channel", "B.SVRCONN");
        for (size_t k = 0; k < ARRAY_LEN(nulls); k++)
                ck_assert_json_null(e, nulls[k]);
        ck_assert_uint_eq(json_array_size(at(e, "findings")), 0);
        ck_assert_uint_eq(json_array_size(at(e, "addresses")), 0);
}
END_TEST

START_TEST(test_a_healthy_endpoint)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, ARRAY_LEN(two));
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = "QM1",
                .serial_hex = "78402654",
                .not_after = PKI_AT(PKI_NOW + 90 * PKI_DAY)});
        CLEANUP_JSON json_t *root = NULL;
        const json_t *e = NULL;

        estate_answer(i, two[0].name, &leaf);
        root = status_of(i, NULL, NULL);
        e = at(root, "endpoints.0");

        ck_assert_json_text(e, "name", "QM1/APP.SVRCONN");
        ck_assert_json_text(e, "qmgr", "QM1");
        ck_assert_json_text(e, "conname", "qm1.example.com(1414)");
        ck_assert_json_text(e, "sslciph", "ANY_TLS12_OR_HIGHER");
        ck_assert_json_int(e, "probed_at_epoch", PKI_NOW);
        ck_assert_json_text(e, "not_after.leaf", "2026-04-01T00:00:00Z");
        ck_assert_json_int(e, "not_after.effective_epoch", PKI_NOW + 90 * PKI_DAY);
        ck_assert_json_text(e, "tls.version", "TLS 1.3");
        ck_assert_json_text(e, "tls.cipherspec", "TLS_AES_256_GCM_SHA384");
        ck_assert_msg(json_is_true(at(e, "tls.client_cert_requested")), "it asked");
        ck_assert_msg(json_is_false(at(e, "tls.client_cert_required")), "it did not insist");
        ck_assert_json_int(e, "chain.0.position", 0);
        ck_assert_json_text(e, "chain.0.role", "leaf");
        ck_assert_json_text(e, "chain.0.subject", "CN=QM1");
        ck_assert_json_text(e, "chain.0.serial", "78:40:26:54");
        ck_assert_json_text(e, "chain.0.key_algorithm", "EC");
        ck_assert_json_int(e, "chain.0.key_size", 256);
        ck_assert_uint_eq(strlen(json_string_value(at(e, "chain.0.fingerprint_sha256"))), 64);
        ck_assert_uint_eq(json_array_size(at(e, "chain.0.san")), 0);
        ck_assert_json_null(e, "chain_kept_at");
        ck_assert_json_text(e, "addresses.0.address", "qm1.example.com(1414)/192.0.2.1");
        ck_assert_double_eq_tol(
                json_real_value(at(e, "addresses.0.timings.connect")), 0.003, 1e-12);
}
END_TEST

START_TEST(test_order_of_keys_is_that_of_the_contract)
{
        static const char *const keys[] = {"name", "qmgr", "channel", "conname", "sslciph",
                "contact", "group", "severity", "stage", "reason", "message", "probed_at",
                "probed_at_epoch", "last_success_at", "last_success_at_epoch"};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, ARRAY_LEN(two));
        CLEANUP_JSON json_t *root = status_of(i, NULL, NULL);
        json_t *e = json_array_get(json_object_get(root, "endpoints"), 0);
        void *iterator = json_object_iter(e);

        for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
                ck_assert_str_eq(json_object_iter_key(iterator), keys[k]);
                iterator = json_object_iter_next(e, iterator);
        }
}
END_TEST

START_TEST(test_a_refusal_is_told_with_the_words_of_mq)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, ARRAY_LEN(two));
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = "QM1"});
        const PkiCert *chain[] = {&leaf};
        Observation *o = estate_observation(PKI_NOW);
        AddressObservation *a = estate_address(o, "qm1.example.com(1414)", "192.0.2.1");
        CLEANUP_JSON json_t *root = NULL, *detail = NULL;
        const json_t *e = NULL;

        estate_answered(a, chain, 1, true, PKI_NOW);
        a->tls.ticket_seen = false;
        a->tls.alert_received = 116;
        a->tls.alert_received_fatal = true;
        a->tls.error = HANDSHAKE_ERROR_ALERT;
        estate_ended(a, PHASE_LINGER, END_TLS);
        estate_record(i, two[0].name, o, PKI_NOW);
        root = status_of(i, NULL, NULL);
        e = at(root, "endpoints.0");

        ck_assert_json_text(e, "severity", "critical");
        ck_assert_json_text(e, "stage", "tls");
        ck_assert_json_text(e, "reason", "client_cert_required");
        ck_assert_json_null(e, "last_success_at");
        ck_assert_json_text(e, "findings.0.reason", "client_cert_required");
        ck_assert_json_text(e, "findings.0.severity", "critical");
        ck_assert_uint_gt(strlen(json_string_value(at(e, "findings.0.message"))), 0);
        ck_assert_uint_gt(strlen(json_string_value(at(e, "findings.0.remedy"))), 0);
        ck_assert_uint_gt(strlen(json_string_value(at(e, "findings.0.certainty"))), 0);
        ck_assert_int_eq(strncmp(json_string_value(at(e, "findings.0.amq")), "AMQ", 3), 0);
        ck_assert_msg(json_is_true(at(e, "tls.client_cert_required")), "it insisted");
        ck_assert_json_int(e, "chain.0.not_after_epoch", PKI_NOW + 365 * PKI_DAY);

        detail = endpoint_of(i, two[0].name);
        ck_assert_json_int(detail, "addresses.0.alert_received.number", 116);
        ck_assert_json_text(detail, "addresses.0.alert_received.name", "certificate_required");
        ck_assert_json_null(detail, "addresses.0.alert_sent");
        ck_assert_msg(json_is_true(at(detail, "addresses.0.milestones.finished_seen")), "it was");
        ck_assert_json_int(detail, "counters.failures.0.count", 1);
}
END_TEST

START_TEST(test_an_endpoint_tells_its_configuration_and_offer)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, ARRAY_LEN(two));
        CLEANUP_JSON json_t *e = endpoint_of(i, two[0].name);

        ck_assert_json_int(e, "schema_version", STATUS_SCHEMA_VERSION);
        ck_assert_json_text(e, "name", two[0].name);
        ck_assert_json_text(e, "configuration.chltype", "SVRCONN");
        ck_assert_json_text(e, "configuration.sni", "app2e-svrconn.chl.mq.ibm.com");
        ck_assert_json_text(e, "configuration.note", "ask \"Ann\" first");
        ck_assert_double_eq_tol(
                json_real_value(at(e, "configuration.interval_seconds")), 900, 1e-9);
        ck_assert_json_int(e, "policy.expiry_warning.seconds", 30 * PKI_DAY);
        ck_assert_json_null(e, "policy.expiry_warning.share_of_lifetime");
        ck_assert_json_null(e, "policy.listener_sslciph");
        ck_assert_json_text(e, "offer.min_version", "TLS 1.2");
        ck_assert_json_text(e, "offer.max_version", "TLS 1.3");
        ck_assert_uint_gt(json_array_size(at(e, "offer.cipherspecs")), 3);
        ck_assert_int_eq(strncmp(json_string_value(at(e, "offer.cipherspecs.0")), "TLS_", 4), 0);
        ck_assert_json_null(e, "success");
}
END_TEST

START_TEST(test_a_kept_chain_says_since_when)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, ARRAY_LEN(two));
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = "QM1"});
        Observation *o = NULL;
        CLEANUP_JSON json_t *root = NULL;

        estate_answer(i, two[0].name, &leaf);
        o = estate_observation(PKI_NOW + 900);
        estate_ended(estate_address(o, "qm1.example.com(1414)", "192.0.2.1"), PHASE_CONNECT,
                END_REFUSED);
        estate_record(i, two[0].name, o, PKI_NOW + 900);
        root = status_of(i, NULL, NULL);

        ck_assert_json_text(root, "endpoints.0.reason", "refused");
        ck_assert_json_int(root, "endpoints.0.chain_kept_at_epoch", PKI_NOW);
        ck_assert_json_int(root, "endpoints.0.facts_at_epoch", PKI_NOW);
        ck_assert_json_text(root, "endpoints.0.chain.0.subject", "CN=QM1");
        ck_assert_json_null(root, "endpoints.0.tls");
}
END_TEST

static const struct {
        const char *name;
        StatusFilter filter;
        size_t n;
} filters[] = {
        {"nothing is asked for", {0}, 2},
        {"a name", {.endpoint = "QM2/APP.SVRCONN"}, 1},
        {"an unknown name", {.endpoint = "QM2"}, 0},
        {"a queue manager", {.qmgr = "QM1"}, 1},
        {"no queue manager", {.qmgr = ""}, 1},
        {"a severity", {.severity = "unknown"}, 1},
        {"a severity that nobody has", {.severity = "critical"}, 0},
        {"two that do not meet", {.qmgr = "QM1", .severity = "unknown"}, 0},
};

START_TEST(test_filter)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, ARRAY_LEN(two));
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = "QM1"});
        CLEANUP_JSON json_t *root = NULL;
        json_int_t sum = 0;

        estate_answer(i, two[0].name, &leaf);
        root = status_of(i, NULL, &filters[_i].filter);
        ck_assert_msg(
                json_array_size(at(root, "endpoints")) == filters[_i].n, "%s", filters[_i].name);
        for (int s = 0; s < _SEVERITY_MAX; s++)
                sum += json_integer_value(json_object_get(
                        json_object_get(root, "summary"), severity_to_string((Severity) s)));
        ck_assert_uint_eq((size_t) sum, filters[_i].n);
}
END_TEST

START_TEST(test_the_daemon_speaks_of_itself)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, ARRAY_LEN(two));
        DaemonFacts d = estate_daemon();
        CLEANUP_JSON json_t *root = status_of(i, &d, NULL);

        ck_assert_json_text(root, "daemon.version", "0.1.0");
        ck_assert_json_int(root, "daemon.started_at_epoch", PKI_NOW - 60);
        ck_assert_msg(json_is_true(at(root, "daemon.ready")), "it is ready");
        ck_assert_json_null(root, "daemon.state"); /* there is none to speak of */
}
END_TEST

START_TEST(test_the_daemon_tells_whether_its_state_is_saved)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, ARRAY_LEN(two));
        DaemonFacts d = estate_daemon();
        CLEANUP_JSON json_t *good = NULL, *bad = NULL;

        d.has_state = d.state_saved = true;
        d.state_last_write_at = PKI_NOW - 3;
        good = status_of(i, &d, NULL);
        ck_assert_msg(json_is_true(at(good, "daemon.state.saved")), "it is saved");
        ck_assert_json_null(good, "daemon.state.problem");
        ck_assert_json_int(good, "daemon.state.last_write_at_epoch", PKI_NOW - 3);

        d.state_saved = false;
        d.state_problem = "full";
        d.state_last_write_at = 0;
        d.n_state_waiting = 2;
        d.n_state_damaged = 1;
        bad = status_of(i, &d, NULL);
        ck_assert_msg(json_is_false(at(bad, "daemon.state.saved")), "it is not saved");
        ck_assert_json_text(bad, "daemon.state.problem", "full");
        ck_assert_json_null(bad, "daemon.state.last_write_at");
        ck_assert_json_int(bad, "daemon.state.waiting_endpoints", 2);
        ck_assert_json_int(bad, "daemon.state.damaged", 1);
}
END_TEST

START_TEST(test_hostile_certificate_can_be_recovered)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, ARRAY_LEN(two));
        CLEANUP_PKI PkiCert cert = estate_hostile_cert((size_t) _i);
        CLEANUP(cert_facts_done) CertFacts facts = {0};
        CLEANUP_JSON json_t *root = NULL;

        ck_assert_int_eq(cert_facts_from_der(cert.der, cert.der_len, &facts), 0);
        estate_answer(i, two[0].name, &cert);
        root = status_of(i, NULL, NULL);

        ck_assert_pstr_eq(
                json_string_value(at(root, "endpoints.0.chain.0.subject")), facts.subject_mq);
        ck_assert_msg(facts.subject_mq != NULL, "%s", estate_hostile_name((size_t) _i));
        ck_assert_uint_le(json_array_size(at(root, "endpoints.0.chain.0.san")), CERT_SANS_MAX);
        ck_assert_json_int(root, "endpoints.0.chain.0.san_total", (json_int_t) facts.n_sans_total);
        json_decref(endpoint_of(i, two[0].name));
}
END_TEST

/* Every line break, quote and byte of one subject, by hand: what stands in the document. */
START_TEST(test_bytes_that_are_no_text_stand_as_hex)
{
        const PkiAttribute cn = PKI_ATTRIBUTE("CN", V_ASN1_UTF8STRING,
                "a\"\n\\b\0\xff"
                "c");
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, ARRAY_LEN(two));
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){.attributes = &cn, .n_attributes = 1});
        CLEANUP_JSON json_t *root = NULL;
        const char *subject = NULL;

        estate_answer(i, two[0].name, &cert);
        root = status_of(i, NULL, NULL);
        subject = json_string_value(at(root, "endpoints.0.chain.0.subject"));
        ck_assert_ptr_nonnull(subject);
        ck_assert_ptr_nonnull(strstr(subject, "\\\\b\\x00\\xff"
                                              "c"));
        ck_assert_ptr_nonnull(strchr(subject, '\n'));
}
END_TEST

/* ---- depth "mq" and the survey ---- */

static const EstateEndpoint deep[] = {
        {.name = "QM1/APP.SVRCONN",
                .qmgr = "QM1",
                .depth = PROBE_DEPTH_MQ,
                .sslpeer = "CN=QM1, O=\"A,B\"",
                .sslcauth = SSLCAUTH_OPTIONAL,
                .survey_usec = 86400 * USEC_PER_SEC,
                .has_identity = true},
        {.name = "QM1/TO.QM1",
                .depth = PROBE_DEPTH_MQ,
                .chltype = CHANNEL_TYPE_RCVR,
                .channel = "TO.QM1"},
        {.name = "PLAIN"},
};

/* TLS came up at `now_at`, and unless the result is NONE the queue manager was asked. */
static void ask(
        Inventory *i, const char *name, MqResult result, const MqInitFacts *facts, int64_t now_at)
{
        Observation *o = estate_observation(now_at);
        AddressObservation *a = estate_address(o, "qm1.example.com(1414)", "192.0.2.1");

        estate_answered(a, NULL, 0, false, now_at);
        if (result != MQ_RESULT_NONE)
                estate_asked(a, result, facts);
        estate_record(i, name, o, now_at);
}

START_TEST(test_what_was_not_asked_is_null)
{
        static const char *const nulls[] = {
                "sslpeer", "sslcauth", "mq", "addresses.0.mq", "addresses.0.timings.mq_init"};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, ARRAY_LEN(deep));
        CLEANUP_JSON json_t *root = NULL, *detail = NULL;
        const json_t *e = NULL;

        ask(i, deep[2].name, MQ_RESULT_NONE, NULL, PKI_NOW);
        root = status_of(i, NULL, NULL);
        e = at(root, "endpoints.2");
        ck_assert_json_text(e, "depth", "tls");
        for (size_t k = 0; k < ARRAY_LEN(nulls); k++)
                ck_assert_json_null(e, nulls[k]);

        detail = endpoint_of(i, deep[2].name);
        ck_assert_json_text(detail, "configuration.depth", "tls");
        ck_assert_json_null(detail, "configuration.mq_interval_seconds");
        ck_assert_json_null(detail, "configuration.survey_seconds");
        ck_assert_json_null(detail, "survey");
        ck_assert_json_null(detail, "addresses.0.stages.mq");
}
END_TEST

START_TEST(test_a_queue_manager_tells_of_itself)
{
        static const char *const places[] = {"mq", "addresses.0.mq"};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, ARRAY_LEN(deep));
        MqInitFacts facts = estate_qmgr("QM1");
        CLEANUP_JSON json_t *root = NULL;
        const json_t *e = NULL;

        facts.n_counter_proposals = 2;
        ask(i, deep[0].name, MQ_RESULT_ACCEPTED, &facts, PKI_NOW);
        root = status_of(i, NULL, NULL);
        e = at(root, "endpoints.0");

        ck_assert_json_text(e, "depth", "mq");
        ck_assert_json_text(e, "sslpeer", deep[0].sslpeer);
        ck_assert_json_text(e, "sslcauth", "OPTIONAL");
        for (size_t k = 0; k < ARRAY_LEN(places); k++) {
                const json_t *mq = at(e, places[k]);

                ck_assert_json_text(mq, "result", "accepted");
                ck_assert_json_null(mq, "status_code");
                ck_assert_json_null(mq, "status_name");
                ck_assert_json_text(mq, "qmgr_name", "QM1");
                ck_assert_json_text(mq, "qmgr_id", "QM1_2025-06-01_10.00.00");
                ck_assert_json_text(mq, "product", "IBM MQ 9.4.3.0 on Multiplatforms");
                ck_assert_json_text(mq, "product_id", "MQMM09040300");
                ck_assert_json_int(mq, "fap_level", 13);
                ck_assert_json_int(mq, "ccsid", 819);
                ck_assert_msg(json_is_false(at(mq, "inferred")), "it said so itself");
                ck_assert_json_int(mq, "counter_proposals", 2);
                ck_assert_json_null(mq, "error");
                ck_assert_json_text(mq, "asked_at", "2026-01-01T00:00:00Z");
                ck_assert_json_int(mq, "asked_at_epoch", PKI_NOW);
        }
        ck_assert_msg(json_is_false(at(e, "tls.client_cert_required")), "it did not insist");
        ck_assert_double_eq_tol(
                json_real_value(at(e, "addresses.0.timings.mq_init")), 0.0025, 1e-12);
}
END_TEST

START_TEST(test_a_refusal_bears_its_code)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, ARRAY_LEN(deep));
        MqInitFacts facts = estate_refusal(MQ_STATUS_CLIENT_CERTIFICATE);
        CLEANUP_JSON json_t *root = NULL;
        const json_t *e = NULL;

        ask(i, deep[0].name, MQ_RESULT_REFUSED, &facts, PKI_NOW);
        root = status_of(i, NULL, NULL);
        e = at(root, "endpoints.0");

        ck_assert_json_text(e, "stage", "mq");
        ck_assert_json_text(e, "reason", "client_cert_required");
        ck_assert_json_text(e, "mq.result", "refused");
        ck_assert_json_int(e, "mq.status_code", MQ_STATUS_CLIENT_CERTIFICATE);
        ck_assert_json_text(e, "mq.status_name", "SSL_CLIENT_CERTIFICATE");
        ck_assert_json_null(e, "mq.qmgr_name");
        ck_assert_json_null(e, "mq.product");
        ck_assert_json_null(e, "mq.fap_level");
        ck_assert_json_null(e, "mq.ccsid");
        ck_assert_msg(json_is_true(at(e, "tls.client_cert_required")), "the channel insists");
        ck_assert_msg(json_is_true(at(e, "addresses.0.tls.client_cert_required")), "as well");
}
END_TEST

START_TEST(test_a_code_without_a_name)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, ARRAY_LEN(deep));
        MqInitFacts facts = estate_refusal(0xFFFFFFFFu);
        CLEANUP_JSON json_t *root = NULL;

        ask(i, deep[0].name, MQ_RESULT_REFUSED, &facts, PKI_NOW);
        root = status_of(i, NULL, NULL);
        ck_assert_json_int(root, "endpoints.0.mq.status_code", 0xFFFFFFFFu);
        ck_assert_json_null(root, "endpoints.0.mq.status_name");
}
END_TEST

START_TEST(test_what_is_no_queue_manager_says_why)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, ARRAY_LEN(deep));
        MqInitFacts facts = {.error_text = "the answer is HTTP"};
        CLEANUP_JSON json_t *root = NULL;

        ask(i, deep[0].name, MQ_RESULT_NOT_MQ, &facts, PKI_NOW);
        root = status_of(i, NULL, NULL);
        ck_assert_json_text(root, "endpoints.0.mq.result", "not_mq");
        ck_assert_json_text(root, "endpoints.0.mq.error", "the answer is HTTP");
}
END_TEST

START_TEST(test_a_refusal_for_the_type_alone_is_inferred)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, ARRAY_LEN(deep));
        MqInitFacts facts = estate_refusal(MQ_STATUS_WRONG_TYPE);
        CLEANUP_JSON json_t *root = NULL;

        ask(i, deep[1].name, MQ_RESULT_REFUSED, &facts, PKI_NOW);
        root = status_of(i, NULL, NULL);
        ck_assert_json_null(root, "endpoints.1.reason");
        ck_assert_json_text(root, "endpoints.1.mq.result", "refused");
        ck_assert_json_text(root, "endpoints.1.mq.status_name", "CHANNEL_WRONG_TYPE");
        ck_assert_msg(json_is_true(at(root, "endpoints.1.mq.inferred")), "it is inferred");
        ck_assert_msg(json_is_true(at(root, "endpoints.1.addresses.0.mq.inferred")), "as well");
}
END_TEST

START_TEST(test_a_kept_answer_says_when_it_was_given)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, ARRAY_LEN(deep));
        MqInitFacts facts = estate_qmgr("QM1");
        CLEANUP_JSON json_t *root = NULL;

        ask(i, deep[0].name, MQ_RESULT_ACCEPTED, &facts, PKI_NOW);
        ask(i, deep[0].name, MQ_RESULT_NONE, NULL, PKI_NOW + 900);
        root = status_of(i, NULL, NULL);
        ck_assert_json_int(root, "endpoints.0.probed_at_epoch", PKI_NOW + 900);
        ck_assert_json_int(root, "endpoints.0.mq.asked_at_epoch", PKI_NOW);
        ck_assert_json_int(root, "endpoints.0.addresses.0.mq.asked_at_epoch", PKI_NOW);
        ck_assert_json_text(root, "endpoints.0.addresses.0.mq.qmgr_name", "QM1");
        ck_assert_json_null(root, "endpoints.0.addresses.0.timings.mq_init");
}
END_TEST

START_TEST(test_hostile_queue_manager_is_text)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, ARRAY_LEN(deep));
        const char *name = estate_hostile_qmgr((size_t) _i);
        MqInitFacts facts = estate_qmgr(name);
        CLEANUP_JSON json_t *root = NULL;

        ask(i, deep[0].name, MQ_RESULT_ACCEPTED, &facts, PKI_NOW);
        root = status_of(i, NULL, NULL);
        ck_assert_json_text(root, "endpoints.0.mq.qmgr_name", name);
        ck_assert_json_text(root, "endpoints.0.mq.qmgr_id", facts.qmgr_id);
        ck_assert_json_text(root, "endpoints.0.reason", "qmgr_mismatch");
}
END_TEST

START_TEST(test_an_endpoint_tells_its_survey)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, ARRAY_LEN(deep));
        CLEANUP_JSON json_t *refused = NULL, *unknown = NULL, *cut_short = NULL;
        size_t n = 0;

        (void) cipherspec_table(&n);
        estate_survey(i, deep[0].name, SURVEY_REFUSED, "TLS_AES_256_GCM_SHA384", PKI_NOW);
        refused = endpoint_of(i, deep[0].name);
        ck_assert_double_eq_tol(
                json_real_value(at(refused, "configuration.mq_interval_seconds")), 3600, 1e-9);
        ck_assert_double_eq_tol(
                json_real_value(at(refused, "configuration.survey_seconds")), 86400, 1e-9);
        ck_assert_json_text(refused, "survey.finished_at", "2026-01-01T00:00:00Z");
        ck_assert_json_int(refused, "survey.finished_at_epoch", PKI_NOW);
        ck_assert_uint_eq(json_array_size(at(refused, "survey.accepted")), 1);
        ck_assert_json_text(refused, "survey.accepted.0", "TLS_AES_256_GCM_SHA384");
        ck_assert_uint_eq(json_array_size(at(refused, "survey.refused")), n - 1);
        ck_assert_uint_eq(json_array_size(at(refused, "survey.unknown")), 0);

        estate_survey(i, deep[0].name, SURVEY_UNKNOWN, "TLS_AES_256_GCM_SHA384", PKI_NOW);
        unknown = endpoint_of(i, deep[0].name);
        ck_assert_uint_eq(json_array_size(at(unknown, "survey.refused")), 0);
        ck_assert_uint_eq(json_array_size(at(unknown, "survey.unknown")), n - 1);

        estate_survey(i, deep[0].name, SURVEY_NOT_ASKED, "TLS_AES_256_GCM_SHA384", PKI_NOW);
        cut_short = endpoint_of(i, deep[0].name);
        ck_assert_uint_eq(json_array_size(at(cut_short, "survey.refused")), 0);
        ck_assert_uint_eq(json_array_size(at(cut_short, "survey.unknown")), 0);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("render_status");
        TCase *documents = tcase_create("documents");
        TCase *mq = tcase_create("mq");

        tcase_add_test(documents, test_what_was_not_observed_is_null);
        tcase_add_test(documents, test_a_healthy_endpoint);
        tcase_add_test(documents, test_order_of_keys_is_that_of_the_contract);
        tcase_add_test(documents, test_a_refusal_is_told_with_the_words_of_mq);
        tcase_add_test(documents, test_an_endpoint_tells_its_configuration_and_offer);
        tcase_add_test(documents, test_a_kept_chain_says_since_when);
        tcase_add_loop_test(documents, test_filter, 0, (int) ARRAY_LEN(filters));
        tcase_add_test(documents, test_the_daemon_speaks_of_itself);
        tcase_add_test(documents, test_the_daemon_tells_whether_its_state_is_saved);
        tcase_add_loop_test(documents, test_hostile_certificate_can_be_recovered, 0,
                (int) estate_hostile_count());
        tcase_add_test(documents, test_bytes_that_are_no_text_stand_as_hex);
        tcase_set_timeout(documents, 60);
        suite_add_tcase(suite, documents);

        tcase_add_test(mq, test_what_was_not_asked_is_null);
        tcase_add_test(mq, test_a_queue_manager_tells_of_itself);
        tcase_add_test(mq, test_a_refusal_bears_its_code);
        tcase_add_test(mq, test_a_code_without_a_name);
        tcase_add_test(mq, test_what_is_no_queue_manager_says_why);
        tcase_add_test(mq, test_a_refusal_for_the_type_alone_is_inferred);
        tcase_add_test(mq, test_a_kept_answer_says_when_it_was_given);
        tcase_add_loop_test(mq, test_hostile_queue_manager_is_text, 0, ESTATE_HOSTILE_QMGR_MAX);
        tcase_add_test(mq, test_an_endpoint_tells_its_survey);
        tcase_set_timeout(mq, 60);
        suite_add_tcase(suite, mq);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
