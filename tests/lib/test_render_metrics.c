/* SPDX-License-Identifier: MIT */
#include "render/render_metrics.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/estate.h"
#include "tests/support/metrics_parser.h"
#include "tests/support/suite.h"

static const EstateEndpoint one[] = {
        {.name = "QM1/APP.SVRCONN",
                .qmgr = "QM1",
                .contact = "payments-mw",
                .group = "payments",
                .has_trust = true},
};

/* Both formats are read; what the text one says is handed out. */
static void read_page(const Inventory *i, const DaemonFacts *daemon, ParsedMetrics *ret)
{
        CLEANUP_BUF Buf text = BUF_INIT, open = BUF_INIT;
        ParsedMetrics parsed;

        ck_assert_int_eq(render_metrics(i, daemon, METRICS_OPENMETRICS, &open), 0);
        ck_assert_msg(parsed_metrics_read(open.data, open.len, true, &parsed), "OpenMetrics: %s",
                parsed.error);
        ck_assert_int_eq(render_metrics(i, daemon, METRICS_TEXT, &text), 0);
        ck_assert_msg(parsed_metrics_read(text.data, text.len, false, ret), "text: %s", ret->error);
        ck_assert_uint_eq(parsed.n_samples, ret->n_samples);
        parsed_metrics_done(&parsed);
}

static double value_of(const ParsedMetrics *p, const char *name, const char *labels)
{
        const ParsedSample *s = parsed_metrics_find(p, name, labels);

        ck_assert_msg(s != NULL, "no single %s{%s}", name, labels);
        return s->value;
}

#define ck_assert_value(p, name, labels, wanted)                                                   \
        ck_assert_double_eq_tol(value_of(p, name, labels), (double) (wanted), 1e-9)
#define ck_assert_absent(p, name) ck_assert_uint_eq(parsed_metrics_count(p, name, ""), 0)

START_TEST(test_before_the_first_probe_nothing_is_claimed)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_PARSED ParsedMetrics p;

        read_page(i, NULL, &p);
        ck_assert_value(&p, "mqtls_endpoint_info",
                "endpoint=QM1/APP.SVRCONN,qmgr=QM1,channel=APP.SVRCONN,"
                "conname=qm1.example.com(1414),sni=app2e-svrconn.chl.mq.ibm.com,"
                "sslciph=ANY_TLS12_OR_HIGHER,depth=tls,contact=payments-mw,group=payments",
                1);
        ck_assert_value(&p, "mqtls_probes_total", "endpoint=QM1/APP.SVRCONN", 0);
        ck_assert_value(&p, "mqtls_probe_interval_seconds", "", 900);
        ck_assert_value(&p, "mqtls_policy_expiry_warning_seconds", "", 30 * PKI_DAY);
        ck_assert_value(&p, "mqtls_policy_expiry_critical_seconds", "", 7 * PKI_DAY);
        ck_assert_absent(&p, "mqtls_probe_success");
        ck_assert_absent(&p, "mqtls_probe_stage_success");
        ck_assert_absent(&p, "mqtls_probe_last_run_timestamp_seconds");
        ck_assert_absent(&p, "mqtls_probe_next_run_timestamp_seconds");
        ck_assert_absent(&p, "mqtls_chain_not_after_timestamp_seconds");
        ck_assert_absent(&p, "mqtls_policy_violation");
        ck_assert_absent(&p, "mqtls_build_info");
        ck_assert_absent(&p, "mqtls_mq_info");
        ck_assert_absent(&p, "mqtls_mq_last_run_timestamp_seconds");
        ck_assert_absent(&p, "mqtls_cipherspec_accepted");
        ck_assert_absent(&p, "mqtls_survey_last_run_timestamp_seconds");
}
END_TEST

START_TEST(test_a_healthy_endpoint)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_PKI PkiCert ca = pki_issue(&(PkiOptions){
                .cn = "CA", .ca = true, .not_after = PKI_AT(PKI_NOW + 3650 * PKI_DAY)});
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = "QM1",
                .issuer = &ca,
                .not_before = PKI_AT(PKI_NOW - PKI_DAY),
                .not_after = PKI_AT(PKI_NOW + 90 * PKI_DAY)});
        const PkiCert *chain[] = {&leaf, &ca};
        Observation *o = estate_observation(PKI_NOW);
        CLEANUP_PARSED ParsedMetrics p;

        estate_answered(
                estate_address(o, "qm1.example.com(1414)", "192.0.2.1"), chain, 2, true, PKI_NOW);
        estate_record(i, one[0].name, o, PKI_NOW);
        read_page(i, NULL, &p);

        ck_assert_value(&p, "mqtls_probe_success", "endpoint=QM1/APP.SVRCONN,qmgr=QM1", 1);
        ck_assert_value(&p, "mqtls_probe_stage_success", "stage=tls,address=", 1);
        ck_assert_value(&p, "mqtls_probe_last_run_timestamp_seconds", "", PKI_NOW);
        ck_assert_value(&p, "mqtls_probe_last_success_timestamp_seconds", "", PKI_NOW);
        ck_assert_value(&p, "mqtls_probe_phase_duration_seconds", "phase=connect", 0.003);
        ck_assert_value(&p, "mqtls_cert_not_after_timestamp_seconds", "position=0,role=leaf",
                PKI_NOW + 90 * PKI_DAY);
        ck_assert_value(&p, "mqtls_cert_not_before_timestamp_seconds", "position=0,role=leaf",
                PKI_NOW - PKI_DAY);
        ck_assert_value(&p, "mqtls_cert_info", "position=0,subject=CN=QM1", 1);
        ck_assert_value(&p, "mqtls_cert_info", "position=0,key_algorithm=EC,key_size=256", 1);
        ck_assert_value(&p, "mqtls_chain_not_after_timestamp_seconds", "chain=effective",
                PKI_NOW + 90 * PKI_DAY);
        ck_assert_uint_eq(
                parsed_metrics_count(&p, "mqtls_chain_not_after_timestamp_seconds", ""), 4);
        ck_assert_value(&p, "mqtls_renew_by_timestamp_seconds", "", PKI_NOW + 60 * PKI_DAY);
        ck_assert_value(&p, "mqtls_chain_verified", "", 1);
        ck_assert_value(&p, "mqtls_tls_info",
                "version=TLS 1.3,cipher=TLS_AES_256_GCM_SHA384,"
                "cipherspec=TLS_AES_256_GCM_SHA384,group=X25519,signature=ECDSA+SHA256",
                1);
        ck_assert_value(&p, "mqtls_policy_violation", "rule=weak_key", 0);
        ck_assert_value(&p, "mqtls_client_cert_requested", "", 1);
        ck_assert_value(&p, "mqtls_client_cert_required", "", 0);
        ck_assert_value(&p, "mqtls_addresses", "", 1);
        ck_assert_value(&p, "mqtls_addresses_consistent", "", 1);
        ck_assert_absent(&p, "mqtls_probe_failure_info");
        ck_assert_absent(&p, "mqtls_probe_failures_total");
        ck_assert_uint_eq(parsed_metrics_count(&p, "mqtls_probe_stage_success", "stage=mq"), 0);
        ck_assert_uint_eq(
                parsed_metrics_count(&p, "mqtls_probe_phase_duration_seconds", "phase=mq_init"), 0);
}
END_TEST

START_TEST(test_a_refusal_after_the_handshake_keeps_the_dates)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = "QM1"});
        const PkiCert *chain[] = {&leaf};
        Observation *o = estate_observation(PKI_NOW);
        AddressObservation *a = estate_address(o, "qm1.example.com(1414)", "192.0.2.1");
        CLEANUP_PARSED ParsedMetrics p;

        estate_answered(a, chain, 1, true, PKI_NOW);
        a->tls.ticket_seen = false;
        a->tls.alert_received = 116;
        a->tls.alert_received_fatal = true;
        a->tls.error = HANDSHAKE_ERROR_ALERT;
        estate_ended(a, PHASE_LINGER, END_TLS);
        estate_record(i, one[0].name, o, PKI_NOW);
        read_page(i, NULL, &p);

        ck_assert_value(&p, "mqtls_probe_success", "", 0);
        ck_assert_value(&p, "mqtls_probe_stage_success", "stage=connect", 1);
        ck_assert_value(&p, "mqtls_probe_stage_success", "stage=tls", 0);
        ck_assert_value(&p, "mqtls_probe_failure_info",
                "stage=tls,reason=client_cert_required,alert=certificate_required", 1);
        ck_assert_value(
                &p, "mqtls_probe_failures_total", "stage=tls,reason=client_cert_required", 1);
        ck_assert_value(&p, "mqtls_client_cert_requested", "", 1);
        ck_assert_value(&p, "mqtls_client_cert_required", "", 1);
        ck_assert_value(&p, "mqtls_cert_not_after_timestamp_seconds", "position=0",
                PKI_NOW + 365 * PKI_DAY);
}
END_TEST

START_TEST(test_a_refusal_for_another_reason_tells_nothing_of_client_certificates)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = "QM1"});
        const PkiCert *chain[] = {&leaf};
        Observation *o = estate_observation(PKI_NOW);
        AddressObservation *a = estate_address(o, "qm1.example.com(1414)", "192.0.2.1");
        CLEANUP_PARSED ParsedMetrics p;

        estate_answered(a, chain, 1, true, PKI_NOW);
        a->tls.ticket_seen = false;
        a->tls.alert_received = 80; /* internal_error */
        a->tls.alert_received_fatal = true;
        a->tls.error = HANDSHAKE_ERROR_ALERT;
        estate_ended(a, PHASE_LINGER, END_TLS);
        estate_record(i, one[0].name, o, PKI_NOW);
        read_page(i, NULL, &p);

        ck_assert_value(&p, "mqtls_probe_success", "", 0);
        ck_assert_value(&p, "mqtls_client_cert_requested", "", 1);
        ck_assert_value(&p, "mqtls_probe_failure_info", "stage=tls,alert=internal_error", 1);
        ck_assert_absent(&p, "mqtls_client_cert_required");
}
END_TEST

START_TEST(test_the_farewell_of_a_listener_is_no_reason)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = "QM1"});
        const PkiCert *chain[] = {&leaf};
        Observation *o = estate_observation(PKI_NOW);
        AddressObservation *a = estate_address(o, "qm1.example.com(1414)", "192.0.2.1");
        CLEANUP_PARSED ParsedMetrics p;

        estate_answered(a, chain, 1, false, PKI_NOW);
        a->tls.alert_received = 0; /* close_notify */
        estate_record(i, one[0].name, o, PKI_NOW);
        read_page(i, NULL, &p);

        ck_assert_value(&p, "mqtls_probe_success", "", 0);
        ck_assert_value(&p, "mqtls_probe_failure_info", "stage=verify,alert=", 1);
}
END_TEST

START_TEST(test_a_listener_that_is_gone_leaves_its_dates)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = "QM1"});
        const PkiCert *chain[] = {&leaf};
        Observation *o = estate_observation(PKI_NOW);
        CLEANUP_PARSED ParsedMetrics p;

        estate_answered(
                estate_address(o, "qm1.example.com(1414)", "192.0.2.1"), chain, 1, true, PKI_NOW);
        estate_record(i, one[0].name, o, PKI_NOW);
        o = estate_observation(PKI_NOW + 900);
        estate_ended(estate_address(o, "qm1.example.com(1414)", "192.0.2.1"), PHASE_CONNECT,
                END_REFUSED);
        estate_record(i, one[0].name, o, PKI_NOW + 900);
        read_page(i, NULL, &p);

        ck_assert_value(&p, "mqtls_probe_success", "", 0);
        ck_assert_value(&p, "mqtls_probe_failure_info", "stage=connect,reason=refused,alert=", 1);
        ck_assert_value(&p, "mqtls_probes_total", "", 2);
        ck_assert_value(&p, "mqtls_chain_not_after_timestamp_seconds", "chain=effective",
                PKI_NOW + 365 * PKI_DAY);
        ck_assert_value(&p, "mqtls_cert_not_after_timestamp_seconds", "position=0",
                PKI_NOW + 365 * PKI_DAY);
        /* But nothing is said of what this probe did not see. */
        ck_assert_absent(&p, "mqtls_chain_verified");
        ck_assert_absent(&p, "mqtls_tls_info");
        ck_assert_absent(&p, "mqtls_client_cert_requested");
        ck_assert_absent(&p, "mqtls_client_cert_required");
        ck_assert_uint_eq(parsed_metrics_count(&p, "mqtls_probe_stage_success", "stage=verify"), 0);
}
END_TEST

START_TEST(test_several_addresses_are_told_apart)
{
        static const EstateEndpoint all[] = {
                {.name = "QM1", .all_addresses = true, .has_trust = true},
        };
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(all, 1);
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = "QM1"});
        const PkiCert *chain[] = {&leaf};
        Observation *o = estate_observation(PKI_NOW);
        CLEANUP_PARSED ParsedMetrics p;

        estate_answered(
                estate_address(o, "qm1.example.com(1414)", "192.0.2.1"), chain, 1, true, PKI_NOW);
        estate_ended(estate_address(o, "qm1.example.com(1414)", "192.0.2.2"), PHASE_CONNECT,
                END_REFUSED);
        /* The same place once more, as a CONNAME may name it twice. */
        estate_ended(estate_address(o, "qm1.example.com(1414)", "192.0.2.2"), PHASE_CONNECT,
                END_REFUSED);
        estate_record(i, "QM1", o, PKI_NOW);
        read_page(i, NULL, &p);

        ck_assert_value(&p, "mqtls_probe_stage_success",
                "stage=tls,address=qm1.example.com(1414)/192.0.2.1", 1);
        ck_assert_value(&p, "mqtls_probe_stage_success",
                "stage=connect,address=qm1.example.com(1414)/192.0.2.2", 0);
        ck_assert_value(&p, "mqtls_probe_failure_info",
                "reason=refused,address=qm1.example.com(1414)/192.0.2.2", 1);
        ck_assert_uint_eq(parsed_metrics_count(&p, "mqtls_probe_failure_info", ""), 1);
        ck_assert_value(&p, "mqtls_probe_success", "address=", 0);
        ck_assert_uint_eq(parsed_metrics_count(&p, "mqtls_cert_info", "address="), 0);
        /* One alone is no comparison: a missed probe of the other ends no mismatch. */
        ck_assert_absent(&p, "mqtls_addresses_consistent");
}
END_TEST

START_TEST(test_one_address_bears_no_address_label)
{
        static const EstateEndpoint all[] = {{.name = "QM1", .all_addresses = true}};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(all, 1);
        Observation *o = estate_observation(PKI_NOW);
        CLEANUP_PARSED ParsedMetrics p;

        estate_ended(
                estate_address(o, "qm1.example.com(1414)", NULL), PHASE_RESOLVE, END_NOT_FOUND);
        o->resolve_end = END_NOT_FOUND;
        estate_record(i, "QM1", o, PKI_NOW);
        read_page(i, NULL, &p);

        ck_assert_value(&p, "mqtls_probe_stage_success", "stage=resolve,address=", 0);
        ck_assert_value(&p, "mqtls_probe_failure_info", "stage=resolve,reason=dns_not_found", 1);
        ck_assert_value(&p, "mqtls_addresses", "", 0);
        ck_assert_absent(&p, "mqtls_addresses_consistent");
}
END_TEST

START_TEST(test_hostile_certificate_stays_a_label)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_PKI PkiCert cert = estate_hostile_cert((size_t) _i);
        const PkiCert *chain[] = {&cert};
        Observation *o = estate_observation(PKI_NOW);
        CLEANUP_PARSED ParsedMetrics p;
        const ParsedSample *info = NULL;

        estate_answered(
                estate_address(o, "qm1.example.com(1414)", "192.0.2.1"), chain, 1, false, PKI_NOW);
        estate_record(i, one[0].name, o, PKI_NOW);
        read_page(i, NULL, &p);

        info = parsed_metrics_find(&p, "mqtls_cert_info", "position=0");
        ck_assert_msg(info != NULL, "%s", estate_hostile_name((size_t) _i));
        for (size_t l = 0; l < info->n_labels; l++)
                ck_assert_uint_le(strlen(info->labels[l].value), METRICS_LABEL_BYTES_MAX);
        ck_assert_msg(strncmp(parsed_sample_label(info, "subject"), "CN=", 3) == 0, "%s",
                estate_hostile_name((size_t) _i));
        ck_assert_uint_eq(parsed_metrics_count(&p, "mqtls_probe_success", ""), 1);
        ck_assert_value(&p, "mqtls_cert_not_after_timestamp_seconds", "position=0",
                PKI_NOW + 365 * PKI_DAY);
}
END_TEST

START_TEST(test_what_is_no_certificate_has_no_dates)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        uint8_t rubbish[] = "rubbish";
        const PkiCert cert = {.der = rubbish, .der_len = sizeof(rubbish)};
        const PkiCert *chain[] = {&cert};
        Observation *o = estate_observation(PKI_NOW);
        CLEANUP_PARSED ParsedMetrics p;

        estate_answered(
                estate_address(o, "qm1.example.com(1414)", "192.0.2.1"), chain, 1, true, PKI_NOW);
        estate_record(i, one[0].name, o, PKI_NOW);
        read_page(i, NULL, &p);

        ck_assert_value(&p, "mqtls_cert_info", "position=0,subject=,spki_sha256=,key_size=", 1);
        ck_assert_absent(&p, "mqtls_cert_not_after_timestamp_seconds");
        ck_assert_value(&p, "mqtls_probe_success", "", 0);
}
END_TEST

START_TEST(test_the_daemon_speaks_of_itself)
{
        static const double bounds[] = {0.01, 1};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_PARSED ParsedMetrics p;
        DaemonFacts d = estate_daemon();
        Histogram h;

        histogram_init(&h, bounds, ARRAY_LEN(bounds));
        histogram_observe(&h, 0.5);
        d.probe_duration = &h;
        d.loop_stall = &h;
        d.n_resolver_failures = 3;
        read_page(i, &d, &p);

        ck_assert_value(&p, "mqtls_build_info", "version=0.1.0,openssl=3.0.0", 1);
        ck_assert_value(&p, "mqtls_endpoints", "", 1);
        ck_assert_value(&p, "mqtls_probe_duration_seconds_bucket", "le=1.0", 1);
        ck_assert_value(&p, "mqtls_probe_duration_seconds_count", "", 1);
        ck_assert_value(&p, "mqtls_loop_stall_seconds_sum", "", 0.5);
        ck_assert_value(&p, "mqtls_sessions_resumed_total", "", 0);
        ck_assert_value(&p, "mqtls_resolver_failures_total", "", 3);
        ck_assert_value(&p, "mqtls_config_last_reload_successful", "", 1);
        ck_assert_value(&p, "mqtls_scheduler_lag_seconds", "", 0.25);
        ck_assert_value(&p, "process_resident_memory_bytes", "", 12345678);
        ck_assert_value(&p, "process_start_time_seconds", "", PKI_NOW - 60);
}
END_TEST

START_TEST(test_the_state_is_told_where_there_is_one)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_PARSED ParsedMetrics none, good, bad;
        DaemonFacts d = estate_daemon();

        read_page(i, &d, &none);
        ck_assert_absent(&none, "mqtls_state_saved");
        ck_assert_absent(&none, "mqtls_state_waiting_endpoints");
        ck_assert_absent(&none, "mqtls_state_damaged_total");

        d.has_state = true;
        d.state_saved = true;
        d.state_last_write_at = PKI_NOW - 3;
        read_page(i, &d, &good);
        ck_assert_value(&good, "mqtls_state_saved", "", 1);
        ck_assert_value(&good, "mqtls_state_last_write_timestamp_seconds", "", PKI_NOW - 3);
        ck_assert_value(&good, "mqtls_state_waiting_endpoints", "", 0);
        ck_assert_value(&good, "mqtls_state_damaged_total", "", 0);
        ck_assert_absent(&good, "mqtls_state_problem_info");

        d.state_saved = false;
        d.state_problem = "full";
        d.state_last_write_at = 0;
        d.n_state_waiting = 2;
        d.n_state_damaged = 1;
        read_page(i, &d, &bad);
        ck_assert_value(&bad, "mqtls_state_saved", "", 0);
        ck_assert_value(&bad, "mqtls_state_problem_info", "problem=full", 1);
        ck_assert_absent(&bad, "mqtls_state_last_write_timestamp_seconds");
        ck_assert_value(&bad, "mqtls_state_waiting_endpoints", "", 2);
        ck_assert_value(&bad, "mqtls_state_damaged_total", "", 1);
}
END_TEST

START_TEST(test_an_unreadable_process_is_left_out)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_PARSED ParsedMetrics p;
        DaemonFacts d = estate_daemon();

        d.has_process = false;
        read_page(i, &d, &p);
        ck_assert_absent(&p, "process_open_fds");
        ck_assert_absent(&p, "mqtls_probe_duration_seconds_count");
        ck_assert_value(&p, "mqtls_endpoints", "", 1);
}
END_TEST

/* ---- depth "mq" ---- */

static const EstateEndpoint deep[] = {
        {.name = "QM1/APP.SVRCONN",
                .qmgr = "QM1",
                .depth = PROBE_DEPTH_MQ,
                .sslpeer = "CN=QM1",
                .sslcauth = SSLCAUTH_REQUIRED,
                .has_trust = true},
};

static const EstateEndpoint deep_with_identity[] = {
        {.name = "QM1/APP.SVRCONN",
                .qmgr = "QM1",
                .depth = PROBE_DEPTH_MQ,
                .sslcauth = SSLCAUTH_REQUIRED,
                .has_trust = true,
                .has_identity = true},
};

/* TLS came up with a leaf of that name, and then this came of the question at depth "mq". */
static Observation *asked(const char *cn, bool sent, MqResult result, const MqInitFacts *facts)
{
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = cn});
        const PkiCert *chain[] = {&leaf};
        Observation *o = estate_observation(PKI_NOW);
        AddressObservation *a = estate_address(o, "qm1.example.com(1414)", "192.0.2.1");

        estate_answered(a, chain, 1, true, PKI_NOW);
        a->tls.client_certificate_sent = sent;
        estate_asked(a, result, facts);
        return o;
}

/* The rarer look without the identity. */
static void asked_without_identity(Observation *o, MqResult result, const MqInitFacts *facts)
{
        AddressObservation *a = NULL;

        ck_assert_int_eq(
                observation_add_anonymous(o, "qm1.example.com(1414)", "192.0.2.1", &a), 0);
        a->attempted = true;
        estate_answered(a, NULL, 0, false, PKI_NOW);
        estate_asked(a, result, facts);
}

START_TEST(test_a_queue_manager_tells_its_name)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, 1);
        MqInitFacts facts = estate_qmgr("QM1");
        CLEANUP_PARSED ParsedMetrics p;

        estate_record(i, deep[0].name, asked("QM1", true, MQ_RESULT_ACCEPTED, &facts), PKI_NOW);
        read_page(i, NULL, &p);

        ck_assert_value(&p, "mqtls_endpoint_info", "depth=mq,sslcauth=REQUIRED", 1);
        ck_assert_value(&p, "mqtls_mq_info",
                "endpoint=QM1/APP.SVRCONN,qmgr=QM1,channel=APP.SVRCONN,qmgr_name=QM1,"
                "product=IBM MQ 9.4.3.0 on Multiplatforms,fap_level=13",
                1);
        ck_assert_value(&p, "mqtls_mq_last_run_timestamp_seconds", "", PKI_NOW);
        ck_assert_value(&p, "mqtls_probe_success", "", 1);
        ck_assert_value(&p, "mqtls_probe_stage_success", "stage=mq", 1);
        ck_assert_value(&p, "mqtls_probe_phase_duration_seconds", "phase=mq_init", 0.0025);
        ck_assert_value(&p, "mqtls_policy_violation", "rule=sslpeer_mismatch", 0);
        ck_assert_value(&p, "mqtls_policy_violation", "rule=qmgr_mismatch", 0);
        /* With a certificate nothing shows of what would happen without one. */
        ck_assert_uint_eq(
                parsed_metrics_count(&p, "mqtls_policy_violation", "rule=client_auth_not_required"),
                0);
        ck_assert_absent(&p, "mqtls_client_cert_required");
}
END_TEST

START_TEST(test_an_answer_outlives_probes_that_do_not_ask)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, 1);
        MqInitFacts facts = estate_qmgr("QM1");
        Observation *o = estate_observation(PKI_NOW + 900);
        CLEANUP_PARSED ParsedMetrics p;

        estate_record(i, deep[0].name, asked("QM1", true, MQ_RESULT_ACCEPTED, &facts), PKI_NOW);
        estate_answered(
                estate_address(o, "qm1.example.com(1414)", "192.0.2.1"), NULL, 0, false, PKI_NOW);
        estate_record(i, deep[0].name, o, PKI_NOW + 900);
        read_page(i, NULL, &p);

        ck_assert_value(&p, "mqtls_probe_last_run_timestamp_seconds", "", PKI_NOW + 900);
        ck_assert_value(&p, "mqtls_mq_last_run_timestamp_seconds", "", PKI_NOW);
        ck_assert_value(&p, "mqtls_mq_info", "qmgr_name=QM1", 1);
        ck_assert_value(&p, "mqtls_probe_stage_success", "stage=mq", 1);
        ck_assert_uint_eq(
                parsed_metrics_count(&p, "mqtls_probe_phase_duration_seconds", "phase=mq_init"), 0);
}
END_TEST

/* What each result leaves of the queue manager. */
static const struct {
        const char *name;
        MqResult result;
        uint32_t status_code; /* 0: none */
        bool answered;        /* as a queue manager does */
        const char *reason;
        bool client_cert_required;
} results[] = {
        {"it wants a certificate, which TLS did not", MQ_RESULT_REFUSED,
                MQ_STATUS_CLIENT_CERTIFICATE, true, "client_cert_required", true},
        {"it does not know the channel", MQ_RESULT_REFUSED, MQ_STATUS_NO_CHANNEL, true,
                "channel_unknown", false},
        {"the CipherSpec is not the channel's", MQ_RESULT_REFUSED, MQ_STATUS_CIPHER_SPEC, true,
                "cipherspec_refused", false},
        {"it has a reason that nobody knows", MQ_RESULT_REFUSED, 0x77, true, "refused_other", false},
        {"it never agrees", MQ_RESULT_NOT_AGREED, 0, true, "refused_other", false},
        {"it is something else", MQ_RESULT_NOT_MQ, 0, false, "not_mq", false},
        {"it breaks off", MQ_RESULT_CLOSED, 0, false, "closed_after_tls", false},
        {"it stays silent", MQ_RESULT_TIMEOUT, 0, false, "closed_after_tls", false},
};

START_TEST(test_a_queue_manager_refuses)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, 1);
        MqInitFacts facts = estate_refusal(results[_i].status_code);
        char labels[96];
        CLEANUP_PARSED ParsedMetrics p;

        facts.has_status = results[_i].status_code != 0;
        estate_record(i, deep[0].name, asked("QM1", false, results[_i].result, &facts), PKI_NOW);
        read_page(i, NULL, &p);

        ck_assert_msg(parsed_metrics_count(&p, "mqtls_mq_info",
                              "qmgr_name=,product=,fap_level=") == (size_t) results[_i].answered,
                "%s", results[_i].name);
        ck_assert_value(&p, "mqtls_mq_last_run_timestamp_seconds", "", PKI_NOW);
        ck_assert_value(&p, "mqtls_probe_success", "", 0);
        ck_assert_value(&p, "mqtls_probe_stage_success", "stage=tls", 1);
        ck_assert_value(&p, "mqtls_probe_stage_success", "stage=mq", 0);
        (void) snprintf(labels, sizeof(labels), "stage=mq,reason=%s", results[_i].reason);
        ck_assert_value(&p, "mqtls_probe_failure_info", labels, 1);
        /* Refused for something else, nobody knows. */
        if (results[_i].client_cert_required)
                ck_assert_value(&p, "mqtls_client_cert_required", "", 1);
        else
                ck_assert_absent(&p, "mqtls_client_cert_required");
        /* The name was not told, so nobody knows whether it is the right one. */
        ck_assert_uint_eq(parsed_metrics_count(&p, "mqtls_policy_violation", "rule=qmgr_mismatch"),
                0);
}
END_TEST

START_TEST(test_a_look_without_the_identity_tells_of_sslcauth)
{
        bool refuses = _i == 0;
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep_with_identity, 1);
        MqInitFacts facts = estate_qmgr("QM1");
        MqInitFacts refusal = estate_refusal(MQ_STATUS_CLIENT_CERTIFICATE);
        Observation *o = asked("QM1", true, MQ_RESULT_ACCEPTED, &facts);
        CLEANUP_PARSED ParsedMetrics p;

        asked_without_identity(o, refuses ? MQ_RESULT_REFUSED : MQ_RESULT_ACCEPTED,
                refuses ? &refusal : &facts);
        estate_record(i, deep_with_identity[0].name, o, PKI_NOW);
        read_page(i, NULL, &p);

        ck_assert_value(&p, "mqtls_client_cert_required", "", refuses);
        ck_assert_value(
                &p, "mqtls_policy_violation", "rule=client_auth_not_required", !refuses);
        ck_assert_value(&p, "mqtls_probe_success", "", refuses);
}
END_TEST

START_TEST(test_sslcauth_is_that_of_the_channel_at_every_address)
{
        static const EstateEndpoint all[] = {
                {.name = "QM1", .depth = PROBE_DEPTH_MQ, .all_addresses = true},
        };
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(all, 1);
        MqInitFacts refusal = estate_refusal(MQ_STATUS_CLIENT_CERTIFICATE);
        Observation *o = asked("QM1", false, MQ_RESULT_REFUSED, &refusal);
        CLEANUP_PARSED ParsedMetrics p;

        estate_answered(
                estate_address(o, "qm1.example.com(1414)", "192.0.2.2"), NULL, 0, false, PKI_NOW);
        estate_record(i, "QM1", o, PKI_NOW);
        read_page(i, NULL, &p);

        ck_assert_value(&p, "mqtls_client_cert_required",
                "address=qm1.example.com(1414)/192.0.2.1", 1);
        ck_assert_value(&p, "mqtls_client_cert_required",
                "address=qm1.example.com(1414)/192.0.2.2", 1);
        ck_assert_value(&p, "mqtls_mq_last_run_timestamp_seconds", "address=", PKI_NOW);
}
END_TEST

START_TEST(test_hostile_queue_manager_stays_a_label)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, 1);
        const char *name = estate_hostile_qmgr((size_t) _i);
        MqInitFacts facts = estate_qmgr(name);
        const ParsedSample *info = NULL;
        CLEANUP_PARSED ParsedMetrics p;

        (void) snprintf(facts.product, sizeof(facts.product), "%s", name);
        estate_record(i, deep[0].name, asked("QM1", true, MQ_RESULT_ACCEPTED, &facts), PKI_NOW);
        read_page(i, NULL, &p);

        info = parsed_metrics_find(&p, "mqtls_mq_info", "");
        ck_assert_ptr_nonnull(info);
        ck_assert_pstr_eq(parsed_sample_label(info, "qmgr_name"), name);
        ck_assert_pstr_eq(parsed_sample_label(info, "product"), name);
        ck_assert_value(&p, "mqtls_policy_violation", "rule=qmgr_mismatch", 1);
}
END_TEST

/* ---- rules that need a fact ---- */

START_TEST(test_a_certificate_is_held_against_sslpeer)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, 1);
        MqInitFacts facts = estate_qmgr("QM1");
        CLEANUP_PARSED ParsedMetrics p;

        estate_record(i, deep[0].name, asked("QM2", true, MQ_RESULT_ACCEPTED, &facts), PKI_NOW);
        read_page(i, NULL, &p);

        ck_assert_value(&p, "mqtls_policy_violation", "rule=sslpeer_mismatch", 1);
        ck_assert_value(
                &p, "mqtls_probe_failure_info", "stage=policy,reason=sslpeer_mismatch", 1);
}
END_TEST

START_TEST(test_without_a_certificate_sslpeer_is_not_met)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, 1);
        Observation *o = estate_observation(PKI_NOW);
        AddressObservation *a = estate_address(o, "qm1.example.com(1414)", "192.0.2.1");
        CLEANUP_PARSED ParsedMetrics p;

        estate_answered(a, NULL, 0, false, PKI_NOW);
        estate_record(i, deep[0].name, o, PKI_NOW);
        read_page(i, NULL, &p);

        ck_assert_value(&p, "mqtls_policy_violation", "rule=version_unexpected", 0);
        ck_assert_uint_eq(
                parsed_metrics_count(&p, "mqtls_policy_violation", "rule=sslpeer_mismatch"), 0);
        ck_assert_absent(&p, "mqtls_mq_info");
        ck_assert_absent(&p, "mqtls_mq_last_run_timestamp_seconds");
}
END_TEST

START_TEST(test_a_demand_that_optional_forbids)
{
        static const EstateEndpoint optional[] = {
                {.name = "QM1/APP.SVRCONN", .sslcauth = SSLCAUTH_OPTIONAL}};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(optional, 1);
        Observation *o = estate_observation(PKI_NOW);
        CLEANUP_PARSED ParsedMetrics p;

        estate_answered(
                estate_address(o, "qm1.example.com(1414)", "192.0.2.1"), NULL, 0, false, PKI_NOW);
        estate_record(i, optional[0].name, o, PKI_NOW);
        read_page(i, NULL, &p);

        ck_assert_value(&p, "mqtls_endpoint_info", "depth=tls,sslcauth=OPTIONAL", 1);
        ck_assert_value(&p, "mqtls_policy_violation", "rule=client_auth_unexpected", 0);
}
END_TEST

/* ---- the survey ---- */

START_TEST(test_a_survey_tells_what_was_accepted_and_refused)
{
        const char *triple_des = "TLS_RSA_WITH_3DES_EDE_CBC_SHA";
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        size_t n = 0;
        CLEANUP_PARSED ParsedMetrics p;

        (void) cipherspec_table(&n);
        estate_survey(i, one[0].name, SURVEY_REFUSED, triple_des, PKI_NOW);
        read_page(i, NULL, &p);

        ck_assert_uint_eq(parsed_metrics_count(&p, "mqtls_cipherspec_accepted", ""), n);
        ck_assert_value(&p, "mqtls_cipherspec_accepted",
                "endpoint=QM1/APP.SVRCONN,cipherspec=TLS_RSA_WITH_3DES_EDE_CBC_SHA", 1);
        ck_assert_value(
                &p, "mqtls_cipherspec_accepted", "cipherspec=TLS_AES_256_GCM_SHA384", 0);
        ck_assert_value(&p, "mqtls_survey_last_run_timestamp_seconds", "", PKI_NOW);
}
END_TEST

START_TEST(test_a_survey_does_not_tell_what_did_not_show)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_PARSED ParsedMetrics p;

        estate_survey(i, one[0].name, _i == 0 ? SURVEY_UNKNOWN : SURVEY_NOT_ASKED,
                "TLS_AES_256_GCM_SHA384", PKI_NOW);
        read_page(i, NULL, &p);

        ck_assert_uint_eq(parsed_metrics_count(&p, "mqtls_cipherspec_accepted", ""), 1);
        ck_assert_value(
                &p, "mqtls_cipherspec_accepted", "cipherspec=TLS_AES_256_GCM_SHA384", 1);
}
END_TEST

START_TEST(test_labels_are_those_of_the_table)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, 1);
        MqInitFacts facts = estate_qmgr("QM1");
        DaemonFacts d = estate_daemon();
        CLEANUP_PARSED ParsedMetrics p;

        estate_record(i, deep[0].name, asked("QM2", false, MQ_RESULT_ACCEPTED, &facts), PKI_NOW);
        estate_survey(i, deep[0].name, SURVEY_REFUSED, "TLS_AES_256_GCM_SHA384", PKI_NOW);
        read_page(i, &d, &p);

        for (size_t s = 0; s < p.n_samples; s++) {
                const ParsedSample *sample = &p.samples[s];
                const MetricInfo *info = NULL;

                for (int m = 0; m < _METRIC_MAX && !info; m++)
                        if (strcmp(metric_info((Metric) m)->name, sample->name) == 0)
                                info = metric_info((Metric) m);
                ck_assert_msg(info != NULL, "%s is in no row", sample->name);

                const char *rest = info->labels;
                for (size_t l = 0; l < sample->n_labels; l++) {
                        rest = strstr(rest, sample->labels[l].name);
                        ck_assert_msg(rest != NULL, "%s{%s} is not listed, or out of order",
                                sample->name, sample->labels[l].name);
                }
        }
}
END_TEST

START_TEST(test_many_endpoints_are_no_duplicates)
{
        enum { MANY = 500 };
        static EstateEndpoint many[MANY];
        static char names[MANY][32];
        CLEANUP(inventory_cleanup) Inventory *i = NULL;
        CLEANUP_PARSED ParsedMetrics p;

        for (int k = 0; k < MANY; k++) {
                (void) snprintf(names[k], sizeof(names[k]), "QM%d/APP", k);
                many[k].name = names[k];
        }
        i = estate_new(many, MANY);
        for (int k = 0; k < MANY; k++) {
                Observation *o = estate_observation(PKI_NOW);

                estate_ended(estate_address(o, "h(1414)", "192.0.2.1"), PHASE_CONNECT, END_TIMEOUT);
                estate_record(i, names[k], o, PKI_NOW);
        }
        read_page(i, NULL, &p);
        ck_assert_uint_eq(parsed_metrics_count(&p, "mqtls_probe_success", ""), MANY);
}
END_TEST

/* /probe: what the whole page says of this endpoint, and not a sample more. */
START_TEST(test_one_endpoint_alone)
{
        static const EstateEndpoint two[] = {
                {.name = "A", .all_addresses = true, .has_trust = true},
                {.name = "B", .qmgr = "QM2", .has_trust = true},
        };
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, ARRAY_LEN(two));
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = "QM"});
        const PkiCert *chain[] = {&leaf};
        DaemonFacts daemon = estate_daemon();
        CLEANUP_PARSED ParsedMetrics all, alone;
        CLEANUP_BUF Buf text = BUF_INIT;

        for (size_t k = 0; k < ARRAY_LEN(two); k++) {
                Observation *o = estate_observation(PKI_NOW);

                estate_answered(estate_address(o, "qm1.example.com(1414)", "192.0.2.1"), chain, 1,
                        true, PKI_NOW);
                estate_answered(estate_address(o, "qm1.example.com(1414)", "192.0.2.2"), chain, 1,
                        true, PKI_NOW);
                estate_record(i, two[k].name, o, PKI_NOW);
        }
        read_page(i, &daemon, &all);

        ck_assert_int_eq(
                render_metrics_of(i, inventory_at(i, (size_t) _i), METRICS_OPENMETRICS, &text), 0);
        ck_assert_msg(
                parsed_metrics_read(text.data, text.len, true, &alone), "%s", alone.error);
        ck_assert_uint_gt(alone.n_samples, 20);
        for (size_t k = 0; k < alone.n_samples; k++)
                ck_assert_pstr_eq(
                        parsed_sample_label(&alone.samples[k], "endpoint"), two[_i].name);
        for (size_t k = 0, n = 0; k < all.n_samples; k++) {
                const char *name = parsed_sample_label(&all.samples[k], "endpoint");

                if (!name || strcmp(name, two[_i].name) != 0)
                        continue;
                ck_assert_uint_lt(n, alone.n_samples);
                ck_assert_pstr_eq(all.samples[k].key, alone.samples[n].key);
                ck_assert_double_eq(all.samples[k].value, alone.samples[n].value);
                n++;
        }
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("render_metrics");
        TCase *pages = tcase_create("pages");
        TCase *mq = tcase_create("mq");

        tcase_add_test(pages, test_before_the_first_probe_nothing_is_claimed);
        tcase_add_test(pages, test_a_healthy_endpoint);
        tcase_add_test(pages, test_a_refusal_after_the_handshake_keeps_the_dates);
        tcase_add_test(pages, test_the_farewell_of_a_listener_is_no_reason);
        tcase_add_test(
                pages, test_a_refusal_for_another_reason_tells_nothing_of_client_certificates);
        tcase_add_test(pages, test_a_listener_that_is_gone_leaves_its_dates);
        tcase_add_test(pages, test_several_addresses_are_told_apart);
        tcase_add_test(pages, test_one_address_bears_no_address_label);
        tcase_add_loop_test(
                pages, test_hostile_certificate_stays_a_label, 0, (int) estate_hostile_count());
        tcase_add_test(pages, test_what_is_no_certificate_has_no_dates);
        tcase_add_test(pages, test_the_daemon_speaks_of_itself);
        tcase_add_test(pages, test_the_state_is_told_where_there_is_one);
        tcase_add_test(pages, test_an_unreadable_process_is_left_out);
        tcase_add_test(pages, test_labels_are_those_of_the_table);
        tcase_add_test(pages, test_many_endpoints_are_no_duplicates);
        tcase_add_loop_test(pages, test_one_endpoint_alone, 0, 2);
        tcase_set_timeout(pages, 60);
        suite_add_tcase(suite, pages);

        tcase_add_test(mq, test_a_queue_manager_tells_its_name);
        tcase_add_test(mq, test_an_answer_outlives_probes_that_do_not_ask);
        tcase_add_loop_test(mq, test_a_queue_manager_refuses, 0, (int) ARRAY_LEN(results));
        tcase_add_loop_test(mq, test_a_look_without_the_identity_tells_of_sslcauth, 0, 2);
        tcase_add_test(mq, test_sslcauth_is_that_of_the_channel_at_every_address);
        tcase_add_loop_test(
                mq, test_hostile_queue_manager_stays_a_label, 0, ESTATE_HOSTILE_QMGR_MAX);
        tcase_add_test(mq, test_a_certificate_is_held_against_sslpeer);
        tcase_add_test(mq, test_without_a_certificate_sslpeer_is_not_met);
        tcase_add_test(mq, test_a_demand_that_optional_forbids);
        tcase_add_test(mq, test_a_survey_tells_what_was_accepted_and_refused);
        tcase_add_loop_test(mq, test_a_survey_does_not_tell_what_did_not_show, 0, 2);
        tcase_set_timeout(mq, 60);
        suite_add_tcase(suite, mq);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
