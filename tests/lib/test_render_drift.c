/* SPDX-License-Identifier: MIT */

/* What metrics and JSON say of changes. */

#include <stdio.h>
#include <string.h>

#include "render/render_metrics.h"
#include "tests/support/estate.h"
#include "tests/support/metrics_parser.h"
#include "tests/support/suite.h"

#define NOW PKI_NOW
#define QUARTER_HOUR INT64_C(900)
#define NAME "QM1/APP.SVRCONN"

static const EstateEndpoint one[] = {{.name = NAME, .qmgr = "QM1"}};

/* ---- an estate that changes ---- */

static PkiCert ca, leaf, renewed, other_dn;

static void make_certs(void)
{
        PkiOptions o = {.cn = "QM1", .issuer = &ca, .not_after = PKI_AT(NOW + 90 * PKI_DAY)};

        ca = pki_issue(&(PkiOptions){.cn = "CA", .ca = true});
        leaf = pki_issue(&o);
        o.not_after = PKI_AT(NOW + 400 * PKI_DAY);
        renewed = pki_issue(&o);
        o.cn = "QM2";
        other_dn = pki_issue(&o);
}

static void free_certs(void)
{
        pki_cert_done(&ca);
        pki_cert_done(&leaf);
        pki_cert_done(&renewed);
        pki_cert_done(&other_dn);
}

/* `cert` NULL: nobody answers. */
static void look(Inventory *i, const PkiCert *cert, uint16_t cipher, int64_t at)
{
        Observation *o = estate_observation(at);
        AddressObservation *a = estate_address(o, "qm1.example.com(1414)", "192.0.2.1");

        if (cert) {
                estate_answered(a, &cert, 1, false, at);
                a->tls.cipher = cipher;
        } else {
                estate_ended(a, PHASE_CONNECT, END_REFUSED);
        }
        estate_record(i, NAME, o, at);
}

enum {
        USUAL = 0x1302,
        OTHER = 0x1301,
};

/* ---- metrics ---- */

static void read_page(const Inventory *i, ParsedMetrics *ret)
{
        CLEANUP_BUF Buf text = BUF_INIT, open = BUF_INIT;
        ParsedMetrics parsed;

        ck_assert_int_eq(render_metrics(i, NULL, METRICS_OPENMETRICS, &open), 0);
        ck_assert_msg(parsed_metrics_read(open.data, open.len, true, &parsed), "OpenMetrics: %s",
                parsed.error);
        parsed_metrics_done(&parsed);
        ck_assert_int_eq(render_metrics(i, NULL, METRICS_TEXT, &text), 0);
        ck_assert_msg(parsed_metrics_read(text.data, text.len, false, ret), "text: %s", ret->error);
}

static double value_of(const ParsedMetrics *p, const char *name, const char *labels)
{
        const ParsedSample *s = parsed_metrics_find(p, name, labels);

        ck_assert_msg(s != NULL, "no single %s{%s}", name, labels);
        return s->value;
}

#define ck_assert_value(p, name, labels, wanted)                                                   \
        ck_assert_double_eq_tol(value_of(p, name, labels), (double) (wanted), 1e-9)
#define ck_assert_n(p, name, wanted) ck_assert_uint_eq(parsed_metrics_count(p, name, ""), wanted)

START_TEST(before_the_first_look_there_is_nothing_to_differ_from)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_PARSED ParsedMetrics p;

        read_page(i, &p);
        ck_assert_n(&p, "mqtls_drift", 0);
        ck_assert_n(&p, "mqtls_mixed", 0);
        ck_assert_n(&p, "mqtls_changes_total", 0);
        ck_assert_n(&p, "mqtls_last_change_timestamp_seconds", 0);
        ck_assert_n(&p, "mqtls_change_expected_until_timestamp_seconds", 0);
}
END_TEST

START_TEST(kinds_with_a_baseline_say_that_nothing_differs)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_PARSED ParsedMetrics p;

        look(i, &leaf, USUAL, NOW);
        read_page(i, &p);

        ck_assert_value(&p, "mqtls_drift",
                "endpoint=" NAME ",qmgr=QM1,channel=APP.SVRCONN,kind=leaf", 0);
        ck_assert_value(&p, "mqtls_drift", "kind=cipher", 0);
        ck_assert_value(&p, "mqtls_drift", "kind=addresses", 0);
        /* Nobody asked the queue manager. */
        ck_assert_uint_eq(parsed_metrics_count(&p, "mqtls_drift", "kind=mq"), 0);
        ck_assert_n(&p, "mqtls_drift", _DRIFT_KIND_MAX - 1);
        ck_assert_n(&p, "mqtls_mixed", 0);
        ck_assert_n(&p, "mqtls_changes_total", 0);
}
END_TEST

START_TEST(drift_stays_while_nobody_answers_and_ends_when_it_is_accepted)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_INVENTORY_DRIFT InventoryDrift accepted = {0};
        CLEANUP_PARSED ParsedMetrics open, after;

        look(i, &leaf, USUAL, NOW);
        look(i, &other_dn, OTHER, NOW + QUARTER_HOUR);
        look(i, NULL, 0, NOW + 2 * QUARTER_HOUR);
        read_page(i, &open);
        ck_assert_value(&open, "mqtls_drift", "kind=cipher", 1);
        ck_assert_value(&open, "mqtls_drift", "kind=subject", 1);
        ck_assert_value(&open, "mqtls_drift", "kind=san", 0);
        ck_assert_value(&open, "mqtls_drift", "kind=issuer", 0);
        ck_assert_value(&open, "mqtls_mixed", "kind=subject", 0);
        ck_assert_value(&open, "mqtls_changes_total", "kind=subject", 1);
        ck_assert_value(
                &open, "mqtls_last_change_timestamp_seconds", "kind=subject", NOW + QUARTER_HOUR);
        ck_assert_n(&open, "mqtls_changes_total", 4); /* cipher, leaf, key, subject */

        ck_assert_int_eq(inventory_accept(i, inventory_find(i, NAME), DRIFT_KIND_CIPHER,
                                 NOW + 3 * QUARTER_HOUR, &accepted), 0);
        read_page(i, &after);
        ck_assert_value(&after, "mqtls_drift", "kind=cipher", 0);
        ck_assert_value(&after, "mqtls_drift", "kind=subject", 1);
        ck_assert_value(&after, "mqtls_changes_total", "kind=cipher", 2);
        ck_assert_value(&after, "mqtls_last_change_timestamp_seconds", "kind=cipher",
                NOW + 3 * QUARTER_HOUR);
}
END_TEST

START_TEST(old_and_new_in_turn_are_mixed_and_no_drift)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_PARSED ParsedMetrics mixed, settled;
        int64_t at = NOW;

        look(i, &leaf, USUAL, at);
        look(i, &renewed, USUAL, at += QUARTER_HOUR);
        look(i, &leaf, USUAL, at += QUARTER_HOUR);
        read_page(i, &mixed);
        ck_assert_value(&mixed, "mqtls_mixed", "kind=leaf", 1);
        ck_assert_value(&mixed, "mqtls_drift", "kind=leaf", 0);

        for (int k = 0; k < DRIFT_CALM_LOOKS; k++)
                look(i, &renewed, USUAL, at += QUARTER_HOUR);
        read_page(i, &settled);
        ck_assert_value(&settled, "mqtls_mixed", "kind=leaf", 0);
        ck_assert_value(&settled, "mqtls_drift", "kind=leaf", 0);
}
END_TEST

START_TEST(a_window_is_shown_until_it_has_passed)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        Endpoint *e = inventory_find(i, NAME);
        CLEANUP_PARSED ParsedMetrics during, after;

        e->expected_from_at = NOW;
        e->expected_until_at = NOW + 2 * QUARTER_HOUR;
        ck_assert_int_eq(inventory_reassess(i, NOW + 2 * QUARTER_HOUR - 1), 0);
        read_page(i, &during);
        ck_assert_value(&during, "mqtls_change_expected_until_timestamp_seconds", "endpoint=" NAME,
                NOW + 2 * QUARTER_HOUR);

        ck_assert_int_eq(inventory_reassess(i, NOW + 2 * QUARTER_HOUR), 0);
        read_page(i, &after);
        ck_assert_n(&after, "mqtls_change_expected_until_timestamp_seconds", 0);
}
END_TEST

/* ---- after a restart ---- */

static StoredEndpoint stored_of(const Endpoint *e)
{
        StoredEndpoint s = {
                .has_facts = true,
                .facts = {
                        .dates = e->dates,
                        .dates_at = e->dates_at,
                        .has_last_run = e->has_last_run,
                        .last_run_at = e->last_run_at,
                        .has_last_success = e->has_last_success,
                        .last_success_at = e->last_success_at,
                },
        };

        memcpy(s.tallies, e->changes, sizeof(s.tallies));
        ck_assert_int_eq(drift_memory_copy(e->drift, &s.memory), 0);
        return s;
}

/* A life in which the cipher drifted, and what the next one begins with. */
static Inventory *restarted(void)
{
        CLEANUP(inventory_cleanup) Inventory *before = estate_new(one, 1);
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);

        look(before, &leaf, USUAL, NOW);
        look(before, &leaf, OTHER, NOW + QUARTER_HOUR);
        look(before, NULL, 0, NOW + 2 * QUARTER_HOUR);

        CLEANUP(stored_endpoint_done) StoredEndpoint s = stored_of(inventory_find(before, NAME));

        ck_assert_int_eq(inventory_restore(i, inventory_find(i, NAME), &s, false), 0);
        return STEAL(i);
}

START_TEST(after_a_restart_the_last_known_facts_are_there_at_once)
{
        CLEANUP(inventory_cleanup) Inventory *i = restarted();
        CLEANUP_PARSED ParsedMetrics p;

        read_page(i, &p);
        ck_assert_value(&p, "mqtls_chain_not_after_timestamp_seconds", "chain=leaf",
                NOW + 90 * PKI_DAY);
        ck_assert_value(&p, "mqtls_chain_not_after_timestamp_seconds", "chain=effective",
                NOW + 90 * PKI_DAY);
        ck_assert_value(&p, "mqtls_policy_expiry_warning_seconds", "", 30 * PKI_DAY);
        ck_assert_value(&p, "mqtls_policy_expiry_critical_seconds", "", 7 * PKI_DAY);
        ck_assert_value(&p, "mqtls_renew_by_timestamp_seconds", "", NOW + 60 * PKI_DAY);
        ck_assert_value(&p, "mqtls_probe_last_run_timestamp_seconds", "", NOW + 2 * QUARTER_HOUR);
        ck_assert_value(&p, "mqtls_probe_last_success_timestamp_seconds", "", NOW + QUARTER_HOUR);
        ck_assert_value(&p, "mqtls_drift", "kind=cipher", 1);
        ck_assert_value(&p, "mqtls_changes_total", "kind=cipher", 1);

        /* No verdict, and nothing that this life has seen. */
        ck_assert_n(&p, "mqtls_probe_success", 0);
        ck_assert_n(&p, "mqtls_cert_not_after_timestamp_seconds", 0);
        ck_assert_value(&p, "mqtls_probes_total", "", 0);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("render_drift");
        TCase *metrics = tcase_create("metrics");
        int status;

        tcase_add_test(metrics, before_the_first_look_there_is_nothing_to_differ_from);
        tcase_add_test(metrics, kinds_with_a_baseline_say_that_nothing_differs);
        tcase_add_test(metrics, drift_stays_while_nobody_answers_and_ends_when_it_is_accepted);
        tcase_add_test(metrics, old_and_new_in_turn_are_mixed_and_no_drift);
        tcase_add_test(metrics, a_window_is_shown_until_it_has_passed);
        tcase_add_test(metrics, after_a_restart_the_last_known_facts_are_there_at_once);
        suite_add_tcase(suite, metrics);

        make_certs();
        status = suite_run(suite);
        free_certs();
        return status;
}
