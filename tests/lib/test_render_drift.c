/* SPDX-License-Identifier: MIT */

/* What metrics and JSON say of changes. */

#include <stdio.h>
#include <string.h>

#include "render/render_metrics.h"
#include "render/render_status.h"
#include "tests/support/estate.h"
#include "tests/support/json_at.h"
#include "tests/support/metrics_parser.h"
#include "tests/support/suite.h"

#define NOW PKI_NOW
#define QUARTER_HOUR INT64_C(900)
#define NAME "QM1/APP.SVRCONN"

static const EstateEndpoint one[] = {{.name = NAME, .qmgr = "QM1"}};

enum {
        USUAL = 0x1302,
        OTHER = 0x1301,
};

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
                if (cipher != USUAL) {
                        free(a->tls.cipher_name);
                        a->tls.cipher_name = NULL;
                }
        } else {
                estate_ended(a, PHASE_CONNECT, END_REFUSED);
        }
        estate_record(i, NAME, o, at);
}

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

/* ---- JSON ---- */

static json_t *status_of(const Inventory *i)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        ck_assert_int_eq(render_status(i, NULL, NULL, NOW, &b), 0);
        return json_parse(&b);
}

static json_t *endpoint_of(const Inventory *i)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        ck_assert_int_eq(render_endpoint(i, inventory_find(i, NAME), NOW, &b), 0);
        return json_parse(&b);
}

static json_t *changes_of(const Inventory *i, LedgerQuery query)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        ck_assert_int_eq(render_changes(i, &query, NOW, &b), 0);
        return json_parse(&b);
}

/* The baseline's value of a kind at the first address. */
static const json_t *baseline_of(const json_t *root, const char *kind)
{
        const json_t *values = at(root, "baseline.records.1.values"), *value = NULL;
        size_t k = 0;

        json_array_foreach (values, k, value)
                if (strcmp(json_string_value(at(value, "kind")), kind) == 0)
                        return value;
        ck_abort_msg("no baseline of %s", kind);
        return NULL;
}

START_TEST(json_without_a_look_knows_no_baseline)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_JSON json_t *root = endpoint_of(i);

        ck_assert_uint_eq(json_array_size(at(root, "drift")), 0);
        ck_assert_json_null(root, "last_change_at");
        ck_assert_json_null(root, "last_change_at_epoch");
        ck_assert_json_null(root, "expected_until");
        ck_assert_json_null(root, "expected_until_epoch");
        ck_assert_json_null(root, "baseline");
        ck_assert_uint_eq(json_array_size(at(root, "changes")), 0);
}
END_TEST

START_TEST(json_lists_drift_in_short_and_explains_it_in_its_own_document)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_JSON json_t *list = NULL, *own = NULL;

        look(i, &leaf, USUAL, NOW);
        look(i, &leaf, OTHER, NOW + QUARTER_HOUR);
        inventory_find(i, NAME)->expected_until_at = NOW + PKI_DAY;

        list = status_of(i);
        ck_assert_uint_eq(json_array_size(at(list, "endpoints.0.drift")), 1);
        ck_assert_json_text(list, "endpoints.0.drift.0.kind", "cipher");
        ck_assert_json_text(list, "endpoints.0.drift.0.event", "drift");
        ck_assert_json_text(list, "endpoints.0.drift.0.since", "2026-01-01T00:15:00Z");
        ck_assert_json_int(list, "endpoints.0.drift.0.since_epoch", NOW + QUARTER_HOUR);
        ck_assert_uint_eq(json_object_size(at(list, "endpoints.0.drift.0")), 4);
        ck_assert_json_int(list, "endpoints.0.last_change_at_epoch", NOW + QUARTER_HOUR);
        ck_assert_json_int(list, "endpoints.0.expected_until_epoch", NOW + PKI_DAY);

        own = endpoint_of(i);
        ck_assert_json_text(
                own, "drift.0.meaning", drift_kind_info(DRIFT_KIND_CIPHER)->meaning);
        ck_assert_json_text(own, "drift.0.breaks", drift_kind_info(DRIFT_KIND_CIPHER)->breaks);
        ck_assert_json_text(own, "drift.0.remedy", drift_kind_info(DRIFT_KIND_CIPHER)->remedy);
        ck_assert_json_text(
                own, "drift.0.event_meaning", drift_event_info(DRIFT_EVENT_DRIFT)->meaning);
        ck_assert_uint_eq(json_array_size(at(own, "drift.0.places")), 1);
        ck_assert_json_text(own, "drift.0.places.0.address", "qm1.example.com(1414)/192.0.2.1");
        ck_assert_json_text(own, "drift.0.places.0.old", "TLS_AES_256_GCM_SHA384");
        ck_assert_json_text(own, "drift.0.places.0.new", "0x1301");
        ck_assert_json_int(own, "drift.0.places.0.since_epoch", NOW + QUARTER_HOUR);
}
END_TEST

START_TEST(json_has_the_baseline_and_what_is_seen_instead)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_JSON json_t *root = NULL;
        const json_t *subject = NULL, *san = NULL;

        look(i, &leaf, USUAL, NOW);
        look(i, &other_dn, USUAL, NOW + QUARTER_HOUR);
        root = endpoint_of(i);

        ck_assert_json_int(root, "baseline.first_seen_at_epoch", NOW);
        ck_assert_json_null(root, "baseline.records.0.address");
        ck_assert_json_text(root, "baseline.records.0.values.0.kind", "addresses");
        ck_assert_json_text(
                root, "baseline.records.1.address", "qm1.example.com(1414)/192.0.2.1");
        ck_assert_json_int(root, "baseline.records.1.seen_at_epoch", NOW + QUARTER_HOUR);
        ck_assert(json_is_true(at(root, "baseline.records.1.present")));

        subject = baseline_of(root, "subject");
        ck_assert_json_text(subject, "value", "CN=QM1");
        ck_assert_json_int(subject, "since_epoch", NOW);
        ck_assert_json_text(subject, "now", "CN=QM2");
        ck_assert_json_int(subject, "now_since_epoch", NOW + QUARTER_HOUR);
        ck_assert_json_null(subject, "mixed_with");
        ck_assert_json_null(subject, "mixed_since");

        san = baseline_of(root, "san");
        ck_assert_json_text(san, "value", "none");
        ck_assert_json_null(san, "now");
        ck_assert_json_null(san, "now_since_epoch");
}
END_TEST

START_TEST(json_tells_mixed_from_drift)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_JSON json_t *root = NULL;

        look(i, &leaf, USUAL, NOW);
        look(i, &renewed, USUAL, NOW + QUARTER_HOUR);
        look(i, &leaf, USUAL, NOW + 2 * QUARTER_HOUR);
        root = endpoint_of(i);
        ck_assert_json_text(root, "drift.0.remedy", drift_event_info(DRIFT_EVENT_MIXED)->remedy);

        ck_assert_uint_eq(json_array_size(at(root, "drift")), 1);
        ck_assert_json_text(root, "drift.0.kind", "leaf");
        ck_assert_json_text(root, "drift.0.event", "mixed");
        ck_assert_json_int(root, "drift.0.since_epoch", NOW + 2 * QUARTER_HOUR);
        ck_assert_ptr_nonnull(strstr(json_string_value(at(root, "drift.0.event_meaning")),
                "REFRESH SECURITY TYPE(SSL)"));
        ck_assert_pstr_ne(json_string_value(at(root, "drift.0.places.0.old")),
                json_string_value(at(root, "drift.0.places.0.new")));
        ck_assert(json_is_null(at(baseline_of(root, "leaf"), "now")));
        ck_assert_json_int(
                baseline_of(root, "leaf"), "mixed_since_epoch", NOW + 2 * QUARTER_HOUR);
        ck_assert_json_text(root, "changes.0.event", "mixed");
        ck_assert(json_is_true(at(root, "changes.0.alarm")));
        ck_assert_json_text(root, "changes.1.event", "rotation");
        ck_assert(json_is_false(at(root, "changes.1.alarm")));
}
END_TEST

START_TEST(json_says_that_addresses_disagree)
{
        static const EstateEndpoint all[] = {{.name = NAME, .all_addresses = true}};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(all, 1);
        Observation *o = estate_observation(NOW);
        const PkiCert *first = &leaf, *second = &renewed;
        CLEANUP_JSON json_t *root = NULL;

        estate_answered(estate_address(o, "qm1(1414)", "192.0.2.1"), &first, 1, false, NOW);
        estate_answered(estate_address(o, "qm1(1414)", "192.0.2.2"), &second, 1, false, NOW);
        estate_record(i, NAME, o, NOW);
        root = endpoint_of(i);

        ck_assert_json_text(root, "drift.0.kind", "addresses");
        ck_assert_json_text(root, "drift.0.event", "mismatch");
        ck_assert_json_null(root, "drift.0.places.0.address");
        ck_assert_json_null(root, "drift.0.places.0.old");
        ck_assert_json_text(root, "changes.0.event", "mismatch");
        ck_assert_json_null(root, "changes.0.address");
}
END_TEST

START_TEST(json_gathers_one_kind_of_several_addresses)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_JSON json_t *root = NULL;

        for (int k = 0; k < 3; k++) {
                Observation *o = estate_observation(NOW + k * QUARTER_HOUR);
                const PkiCert *cert = &leaf;

                for (int n = 0; n < 2; n++) {
                        AddressObservation *a = estate_address(
                                o, "qm1(1414)", n == 0 ? "192.0.2.1" : "192.0.2.2");

                        estate_answered(a, &cert, 1, false, NOW);
                        /* The second one first. */
                        if (k + n > 1)
                                a->tls.cipher = OTHER;
                }
                estate_record(i, NAME, o, NOW + k * QUARTER_HOUR);
        }
        root = endpoint_of(i);

        ck_assert_uint_eq(json_array_size(at(root, "drift")), 1);
        ck_assert_json_int(root, "drift.0.since_epoch", NOW + QUARTER_HOUR);
        ck_assert_uint_eq(json_array_size(at(root, "drift.0.places")), 2);
        ck_assert_json_int(root, "drift.0.places.0.since_epoch", NOW + 2 * QUARTER_HOUR);
        ck_assert_json_int(root, "drift.0.places.1.since_epoch", NOW + QUARTER_HOUR);
}
END_TEST

START_TEST(the_ledger_is_paged_newest_first)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_JSON json_t *first = NULL, *second = NULL;
        int64_t before = 0;

        look(i, &leaf, USUAL, NOW);
        look(i, &other_dn, OTHER, NOW + QUARTER_HOUR);

        first = changes_of(i, (LedgerQuery){.kind = _DRIFT_KIND_MAX, .limit = 3});
        ck_assert_json_int(first, "schema_version", STATUS_SCHEMA_VERSION);
        ck_assert_json_int(first, "generated_at_epoch", NOW);
        ck_assert_uint_eq(json_array_size(at(first, "changes")), 3);
        ck_assert_json_text(first, "changes.0.kind", "subject");
        ck_assert_json_text(first, "changes.0.endpoint", NAME);
        ck_assert_json_text(first, "changes.0.event", "drift");
        ck_assert_json_int(first, "changes.0.at_epoch", NOW + QUARTER_HOUR);
        ck_assert_json_text(first, "changes.0.old", "CN=QM1");
        ck_assert_json_text(first, "changes.0.new", "CN=QM2");
        ck_assert(json_is_false(at(first, "changes.0.expected")));
        ck_assert(json_is_true(at(first, "changes.0.alarm")));

        before = json_integer_value(at(first, "next_before"));
        ck_assert_int_eq(before, json_integer_value(at(first, "changes.2.id")));
        second = changes_of(
                i, (LedgerQuery){.kind = _DRIFT_KIND_MAX, .before_id = before, .limit = 3});
        ck_assert_uint_eq(json_array_size(at(second, "changes")), 1);
        ck_assert_json_text(second, "changes.0.kind", "cipher");
        ck_assert_json_null(second, "next_before");
}
END_TEST

START_TEST(an_endpoint_shows_its_own_newest_changes_only)
{
        static const EstateEndpoint several[] = {{.name = NAME}, {.name = "other"}};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(several, 2);
        CLEANUP_JSON json_t *root = NULL;
        char old[] = "", new[] = "new";

        for (int64_t k = 0; k < 2 * STATUS_CHANGES_SHOWN; k++)
                look(i, &leaf, (uint16_t) (0xC000 + k), NOW + k);
        /* The newest of all is another's. */
        ck_assert_int_eq(ledger_append(inventory_ledger(i), "other",
                &(DriftChange){.at = NOW + PKI_DAY, .old_text = old, .new_text = new}, 1), 0);

        root = endpoint_of(i);
        ck_assert_uint_eq(json_array_size(at(root, "changes")), STATUS_CHANGES_SHOWN);
        ck_assert_json_int(root, "changes.0.at_epoch", NOW + 2 * STATUS_CHANGES_SHOWN - 1);
        ck_assert_json_text(root, "changes.0.endpoint", NAME);
}
END_TEST

START_TEST(hostile_names_stay_text)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_PKI PkiCert cert = estate_hostile_cert((size_t) _i);
        CLEANUP_JSON json_t *own = NULL, *changes = NULL;

        look(i, &leaf, USUAL, NOW);
        look(i, &cert, USUAL, NOW + QUARTER_HOUR);

        /* Parsed at all is what counts; the subject is there as a string. */
        own = endpoint_of(i);
        changes = changes_of(i, (LedgerQuery){.kind = DRIFT_KIND_LEAF});
        ck_assert_uint_eq(json_array_size(at(changes, "changes")), 1);
        ck_assert(json_is_string(at(baseline_of(own, "leaf"), "now")));
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

START_TEST(after_a_restart_nobody_claims_to_have_looked)
{
        CLEANUP(inventory_cleanup) Inventory *i = restarted();
        CLEANUP_JSON json_t *root = status_of(i);

        ck_assert_json_text(root, "endpoints.0.severity", "unknown");
        ck_assert_json_text(root, "endpoints.0.message",
                "It has not been looked at since the restart.");
        ck_assert_json_int(root, "endpoints.0.probed_at_epoch", NOW + 2 * QUARTER_HOUR);
        ck_assert_json_int(root, "endpoints.0.facts_at_epoch", NOW + QUARTER_HOUR);
        ck_assert_json_int(root, "endpoints.0.not_after.leaf_epoch", NOW + 90 * PKI_DAY);
        ck_assert_json_text(root, "endpoints.0.drift.0.kind", "cipher");
        ck_assert_json_null(root, "endpoints.0.tls");
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("render_drift");
        TCase *metrics = tcase_create("metrics"), *json = tcase_create("json");
        int status;

        tcase_add_test(metrics, before_the_first_look_there_is_nothing_to_differ_from);
        tcase_add_test(metrics, kinds_with_a_baseline_say_that_nothing_differs);
        tcase_add_test(metrics, drift_stays_while_nobody_answers_and_ends_when_it_is_accepted);
        tcase_add_test(metrics, old_and_new_in_turn_are_mixed_and_no_drift);
        tcase_add_test(metrics, a_window_is_shown_until_it_has_passed);
        tcase_add_test(metrics, after_a_restart_the_last_known_facts_are_there_at_once);
        suite_add_tcase(suite, metrics);

        tcase_add_test(json, json_without_a_look_knows_no_baseline);
        tcase_add_test(json, json_lists_drift_in_short_and_explains_it_in_its_own_document);
        tcase_add_test(json, json_has_the_baseline_and_what_is_seen_instead);
        tcase_add_test(json, json_tells_mixed_from_drift);
        tcase_add_test(json, json_says_that_addresses_disagree);
        tcase_add_test(json, json_gathers_one_kind_of_several_addresses);
        tcase_add_test(json, the_ledger_is_paged_newest_first);
        tcase_add_test(json, an_endpoint_shows_its_own_newest_changes_only);
        tcase_add_loop_test(json, hostile_names_stay_text, 0, (int) estate_hostile_count());
        tcase_add_test(json, after_a_restart_nobody_claims_to_have_looked);
        suite_add_tcase(suite, json);

        make_certs();
        status = suite_run(suite);
        free_certs();
        return status;
}
