/* SPDX-License-Identifier: MIT */
#include "model/inventory.h"

#include <string.h>

#include "base/buf.h"
#include "model/config_load.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

#define NOW PKI_NOW
#define DAY PKI_DAY

enum {
        TLS13_AES_256 = 0x1302,
};

/* ---- configurations and observations by hand ---- */

#define ENDPOINT(name, more)                                                                       \
        "{ name = \"" name "\"; channel = \"A\"; conname = \"qm1(1414)\"; sslciph = \"ANY\";" more "}"

static Config *config(const char *endpoints)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        Issues issues = ISSUES_INIT;
        Config *c = NULL;

        buf_appendf(&b, "endpoints = ( %s );\n", endpoints);
        ck_assert_int_eq(config_load_text("test", b.data, b.len, NULL, &issues, &c), 0);
        issues_done(&issues);
        return c;
}

static Inventory *inventory(const char *endpoints)
{
        CLEANUP(config_cleanup) Config *c = config(endpoints);
        Inventory *i = NULL;

        ck_assert_int_eq(inventory_new(c, &i), 0);
        return i;
}

static Observation *observation(int64_t at)
{
        Observation *o = NULL;

        ck_assert_int_eq(observation_new(&o), 0);
        o->started_at = at - 1;
        o->finished_at = at;
        o->resolve_end = END_COMPLETED;
        return o;
}

/* An address that refused the connection. */
static AddressObservation *add_refused(Observation *o, const char *ip)
{
        AddressObservation *a = NULL;

        ck_assert_int_eq(observation_add_address(o, "qm1(1414)", ip, &a), 0);
        a->attempted = true;
        a->phase = PHASE_CONNECT;
        a->end = END_REFUSED;
        return a;
}

/* An address that accepted and showed a certificate that ends then. */
static AddressObservation *add_good(Observation *o, const char *ip, int64_t not_after)
{
        CLEANUP_PKI PkiCert ca = pki_issue(&(PkiOptions){ .cn = "CA", .ca = true });
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){ .cn = "qm1", .issuer = &ca,
                .not_before = PKI_AT(NOW - 30 * DAY), .not_after = PKI_AT(not_after) });
        DerCert sent[] = { { cert.der, cert.der_len } };
        AddressObservation *a = add_refused(o, ip);

        a->phase = PHASE_CLOSE;
        a->end = END_COMPLETED;
        for (unsigned p = 0; p < _PHASE_MAX; p++)
                a->phase_reached[p] = true;
        a->tls.client_hello_sent = a->tls.server_hello_seen = a->tls.certificate_seen = true;
        a->tls.finished_sent = a->tls.finished_seen = a->tls.ticket_seen = true;
        a->tls.version = TLS_VERSION_TLS13;
        a->tls.cipher = TLS13_AES_256;
        a->tls.alert_received = a->tls.alert_sent = HANDSHAKE_ALERT_NONE;
        ck_assert_int_eq(chain_inspect(sent, 1, NULL, o->finished_at, &a->chain), 0);
        return a;
}

static void record_good(Inventory *i, Endpoint *e, int64_t at, int64_t not_after)
{
        Observation *o = observation(at);

        (void) add_good(o, "10.0.0.1", not_after);
        ck_assert_int_eq(inventory_record(i, e, o, at), 0);
}

static void record_refused(Inventory *i, Endpoint *e, int64_t at)
{
        Observation *o = observation(at);

        (void) add_refused(o, "10.0.0.1");
        ck_assert_int_eq(inventory_record(i, e, o, at), 0);
}

/* ---- looking things up ---- */

START_TEST(all_endpoints_start_unknown)
{
        CLEANUP(inventory_cleanup) Inventory *i =
                inventory(ENDPOINT("b", "") "," ENDPOINT("a", "") "," ENDPOINT("c", ""));
        InventoryCounts counts;

        ck_assert_uint_eq(inventory_count(i), 3);
        ck_assert_str_eq(inventory_at(i, 0)->config->name, "b");
        ck_assert_str_eq(inventory_at(i, 1)->config->name, "a");
        ck_assert_ptr_eq(inventory_find(i, "a"), inventory_at(i, 1));
        ck_assert_ptr_eq(inventory_find(i, "c"), inventory_at(i, 2));
        ck_assert_ptr_null(inventory_find(i, "d"));
        ck_assert_ptr_null(inventory_at(i, 0)->observation);
        ck_assert_ptr_null(inventory_at(i, 0)->assessment);

        inventory_counts(i, &counts);
        ck_assert_uint_eq(counts.by_severity[SEVERITY_UNKNOWN], 3);
        ck_assert_uint_eq(counts.by_severity[SEVERITY_OK], 0);
}
END_TEST

START_TEST(an_empty_inventory_is_fine)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory("");

        ck_assert_uint_eq(inventory_count(i), 0);
        ck_assert_ptr_null(inventory_find(i, "a"));
        ck_assert_int_eq(inventory_reassess(i, NOW), 0);
        ck_assert_ptr_null(inventory_free(NULL));
}
END_TEST

/* ---- recording ---- */

START_TEST(a_good_probe_is_counted_and_dated)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", ""));
        Endpoint *e = inventory_at(i, 0);
        InventoryCounts counts;

        record_good(i, e, NOW, NOW + 100 * DAY);

        ck_assert_msg(e->assessment->success, "%s", e->assessment->message);
        ck_assert_uint_eq(e->n_probes, 1);
        ck_assert_uint_eq(e->n_failures_in_a_row, 0);
        ck_assert(e->has_last_run && e->has_last_success);
        ck_assert_int_eq(e->last_run_at, NOW);
        ck_assert_int_eq(e->last_success_at, NOW);
        ck_assert(e->dates.has_leaf);
        ck_assert_int_eq(e->dates.leaf_at, NOW + 100 * DAY);
        ck_assert_int_eq(e->dates_at, NOW);

        inventory_counts(i, &counts);
        ck_assert_uint_eq(counts.by_severity[endpoint_severity(e)], 1);
        ck_assert_int_ne(endpoint_severity(e), SEVERITY_UNKNOWN);
}
END_TEST

START_TEST(failures_are_counted_by_reason)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", ""));
        Endpoint *e = inventory_at(i, 0);

        record_good(i, e, NOW, NOW + 100 * DAY);
        record_refused(i, e, NOW + 60);
        record_refused(i, e, NOW + 120);

        ck_assert_uint_eq(e->n_probes, 3);
        ck_assert_uint_eq(e->n_failures[DIAGNOSIS_CONNECT_REFUSED], 2);
        ck_assert_uint_eq(e->n_failures[DIAGNOSIS_NONE], 0);
        ck_assert_uint_eq(e->n_failures_in_a_row, 2);
        ck_assert_int_eq(e->last_run_at, NOW + 120);
        ck_assert_int_eq(e->last_success_at, NOW);
        ck_assert_int_eq(endpoint_severity(e), SEVERITY_CRITICAL);

        record_good(i, e, NOW + 180, NOW + 100 * DAY);
        ck_assert_uint_eq(e->n_failures_in_a_row, 0);
        ck_assert_uint_eq(e->n_failures[DIAGNOSIS_CONNECT_REFUSED], 2);
        ck_assert_int_eq(e->last_success_at, NOW + 180);
}
END_TEST

START_TEST(a_chain_is_kept_while_its_address_shows_none)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", ""));
        Endpoint *e = inventory_at(i, 0);
        const ChainFacts *chain = NULL;

        record_good(i, e, NOW, NOW + 100 * DAY);
        chain = e->observation->addresses[0].chain;
        ck_assert_int_eq(e->observation->addresses[0].chain_kept_at, 0);

        record_refused(i, e, NOW + 60);
        ck_assert_ptr_eq(e->observation->addresses[0].chain, chain);
        ck_assert_int_eq(e->observation->addresses[0].chain_kept_at, NOW);

        /* The second time it still says when it was seen, not when it was kept. */
        record_refused(i, e, NOW + 120);
        ck_assert_ptr_eq(e->observation->addresses[0].chain, chain);
        ck_assert_int_eq(e->observation->addresses[0].chain_kept_at, NOW);
        ck_assert(e->dates.has_leaf);
        ck_assert_int_eq(e->dates.leaf_at, NOW + 100 * DAY);
        ck_assert_int_eq(e->dates_at, NOW);

        record_good(i, e, NOW + 180, NOW + 200 * DAY);
        ck_assert_int_eq(e->observation->addresses[0].chain_kept_at, 0);
        ck_assert_int_eq(e->dates.leaf_at, NOW + 200 * DAY);
        ck_assert_int_eq(e->dates_at, NOW + 180);
}
END_TEST

START_TEST(a_chain_stays_with_its_address)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", ""));
        Endpoint *e = inventory_at(i, 0);
        Observation *o = observation(NOW);

        (void) add_good(o, "10.0.0.1", NOW + 10 * DAY);
        (void) add_good(o, "10.0.0.2", NOW + 20 * DAY);
        ck_assert_int_eq(inventory_record(i, e, o, NOW), 0);

        /* The second address answers as before, the first is gone, a third refuses. */
        o = observation(NOW + 60);
        (void) add_refused(o, "10.0.0.3");
        (void) add_refused(o, "10.0.0.2");
        ck_assert_int_eq(inventory_record(i, e, o, NOW + 60), 0);

        ck_assert_ptr_null(e->observation->addresses[0].chain);
        ck_assert_ptr_nonnull(e->observation->addresses[1].chain);
        ck_assert_int_eq(
                e->observation->addresses[1].chain->leaf_not_after_at, NOW + 20 * DAY);
        ck_assert_int_eq(e->dates.leaf_at, NOW + 20 * DAY);
}
END_TEST

START_TEST(dates_survive_addresses_that_come_and_go)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", ""));
        Endpoint *e = inventory_at(i, 0);
        Observation *o = NULL;

        record_good(i, e, NOW, NOW + 100 * DAY);

        o = observation(NOW + 60);
        o->resolve_end = END_NOT_FOUND;
        ck_assert_int_eq(inventory_record(i, e, o, NOW + 60), 0);

        ck_assert(!e->assessment->success);
        ck_assert_uint_eq(e->observation->n_addresses, 0);
        ck_assert(e->dates.has_leaf);
        ck_assert_int_eq(e->dates.leaf_at, NOW + 100 * DAY);
        ck_assert_int_eq(e->dates_at, NOW);
}
END_TEST

START_TEST(time_alone_changes_a_verdict)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", "") "," ENDPOINT("b", ""));
        Endpoint *e = inventory_at(i, 0);

        record_good(i, e, NOW, NOW + 100 * DAY);
        ck_assert(e->assessment->success);

        ck_assert_int_eq(inventory_reassess(i, NOW + 101 * DAY), 0);
        ck_assert_int_eq(endpoint_severity(e), SEVERITY_CRITICAL);
        ck_assert_int_eq(endpoint_severity(inventory_at(i, 1)), SEVERITY_UNKNOWN);
        ck_assert_uint_eq(e->n_probes, 1);
        ck_assert_uint_eq(e->n_failures_in_a_row, 0);
        ck_assert_int_eq(e->dates_at, NOW);

        ck_assert_int_eq(inventory_reassess(i, NOW), 0);
        ck_assert(e->assessment->success);
}
END_TEST

/* ---- looks at depth mq ---- */

#define MQ_ENDPOINT(more) ENDPOINT("a", "depth = \"mq\"; mq_interval = \"1h\";" more)

/* The answer of an address that was asked, as a refusal with this code; 0: it accepted. */
static void answered(AddressObservation *a, uint32_t code)
{
        a->mq_tried = true;
        a->mq.result = code ? MQ_RESULT_REFUSED : MQ_RESULT_ACCEPTED;
        a->mq.facts.has_status = code != 0;
        a->mq.facts.status_code = code;
}

static void record_mq(Inventory *i, Endpoint *e, int64_t at, uint32_t code)
{
        Observation *o = observation(at);

        answered(add_good(o, "10.0.0.1", NOW + 100 * DAY), code);
        ck_assert_int_eq(inventory_record(i, e, o, at), 0);
}

START_TEST(an_answer_is_kept_until_the_next_look)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(MQ_ENDPOINT(""));
        Endpoint *e = inventory_at(i, 0);
        const AddressObservation *a = NULL;

        record_good(i, e, NOW, NOW + 100 * DAY);
        ck_assert(e->assessment->success);
        ck_assert_int_eq(e->mq_at, 0);
        ck_assert_int_eq(e->mq.result, MQ_RESULT_NONE);

        record_mq(i, e, NOW + 60, 0x18);
        ck_assert_int_eq(assessment_primary(e->assessment), DIAGNOSIS_MQ_CIPHERSPEC_REFUSED);
        ck_assert_int_eq(e->observation->addresses[0].mq_kept_at, 0);
        ck_assert_int_eq(e->mq_at, NOW + 60);

        /* Twice, to see that it says when it was given and not when it was kept. */
        for (int k = 2; k <= 3; k++) {
                record_good(i, e, NOW + k * 60, NOW + 100 * DAY);
                a = &e->observation->addresses[0];
                ck_assert_int_eq(assessment_primary(e->assessment), DIAGNOSIS_MQ_CIPHERSPEC_REFUSED);
                ck_assert_uint_eq(a->mq.facts.status_code, 0x18);
                ck_assert_int_eq(a->mq_kept_at, NOW + 60);
                ck_assert(!a->mq_tried);
                ck_assert_int_eq(e->mq_at, NOW + 60);
        }
        ck_assert_uint_eq(e->n_failures[DIAGNOSIS_MQ_CIPHERSPEC_REFUSED], 3);

        record_refused(i, e, NOW + 240);
        ck_assert_int_eq(assessment_primary(e->assessment), DIAGNOSIS_CONNECT_REFUSED);
        ck_assert_uint_eq(e->assessment->n_findings, 2);

        record_mq(i, e, NOW + 300, 0);
        ck_assert(e->assessment->success);
        ck_assert_int_eq(e->mq.result, MQ_RESULT_ACCEPTED);
        ck_assert_int_eq(e->mq_at, NOW + 300);

        record_good(i, e, NOW + 360, NOW + 100 * DAY);
        ck_assert(e->assessment->success);
        ck_assert_int_eq(e->assessment->stages[STAGE_MQ], STAGE_RESULT_PASSED);
}
END_TEST

START_TEST(a_look_that_we_could_not_make_is_none)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(MQ_ENDPOINT(""));
        Endpoint *e = inventory_at(i, 0);
        Observation *o = NULL;

        record_mq(i, e, NOW, 0x18);
        o = observation(NOW + 60);
        add_good(o, "10.0.0.1", NOW + 100 * DAY)->mq_tried = true;
        ck_assert_int_eq(inventory_record(i, e, o, NOW + 60), 0);
        ck_assert_int_eq(e->mq_at, NOW);
        ck_assert_int_eq(assessment_primary(e->assessment), DIAGNOSIS_MQ_CIPHERSPEC_REFUSED);
}
END_TEST

START_TEST(an_answer_goes_with_the_channel_to_the_address_that_serves_it)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(MQ_ENDPOINT(""));
        Endpoint *e = inventory_at(i, 0);
        Observation *o = NULL;

        record_mq(i, e, NOW, 0x18);

        o = observation(NOW + 60);
        (void) add_refused(o, "10.0.0.1");
        (void) add_good(o, "10.0.0.2", NOW + 100 * DAY);
        ck_assert_int_eq(inventory_record(i, e, o, NOW + 60), 0);
        ck_assert_int_eq(e->observation->addresses[0].mq.result, MQ_RESULT_NONE);
        ck_assert_int_eq(e->observation->addresses[1].mq_kept_at, NOW);
        ck_assert_int_eq(assessment_primary(e->assessment), DIAGNOSIS_MQ_CIPHERSPEC_REFUSED);

        /* A name that does not resolve for a while loses nothing. */
        o = observation(NOW + 120);
        o->resolve_end = END_NOT_FOUND;
        ck_assert_int_eq(inventory_record(i, e, o, NOW + 120), 0);
        record_good(i, e, NOW + 180, NOW + 100 * DAY);
        ck_assert_int_eq(e->observation->addresses[0].mq_kept_at, NOW);
        ck_assert_int_eq(assessment_primary(e->assessment), DIAGNOSIS_MQ_CIPHERSPEC_REFUSED);
}
END_TEST

START_TEST(with_all_addresses_each_keeps_its_own_answer)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(MQ_ENDPOINT("all_addresses = true;"));
        Endpoint *e = inventory_at(i, 0);
        Observation *o = observation(NOW);

        answered(add_good(o, "10.0.0.1", NOW + 100 * DAY), 0);
        answered(add_good(o, "10.0.0.2", NOW + 100 * DAY), 0x16);
        ck_assert_int_eq(inventory_record(i, e, o, NOW), 0);

        /* In another order, and with one that is new. */
        o = observation(NOW + 60);
        (void) add_good(o, "10.0.0.3", NOW + 100 * DAY);
        (void) add_good(o, "10.0.0.2", NOW + 100 * DAY);
        (void) add_good(o, "10.0.0.1", NOW + 100 * DAY);
        ck_assert_int_eq(inventory_record(i, e, o, NOW + 60), 0);
        ck_assert_int_eq(e->observation->addresses[0].mq.result, MQ_RESULT_NONE);
        ck_assert_uint_eq(e->observation->addresses[1].mq.facts.status_code, 0x16);
        ck_assert_int_eq(e->observation->addresses[2].mq.result, MQ_RESULT_ACCEPTED);
        ck_assert_int_eq(e->observation->addresses[1].mq_kept_at, NOW);
        ck_assert_int_eq(e->observation->addresses[2].mq_kept_at, NOW);
        ck_assert_int_eq(
                e->assessment->addresses[1].primary, DIAGNOSIS_MQ_CHANNEL_UNAVAILABLE);
        ck_assert_int_eq(e->assessment->addresses[2].stages[STAGE_MQ], STAGE_RESULT_PASSED);
}
END_TEST

static void add_anonymous(Observation *o, uint32_t code)
{
        AddressObservation *a = NULL;

        ck_assert_int_eq(observation_add_anonymous(o, "qm1(1414)", "10.0.0.1", &a), 0);
        a->attempted = true;
        a->phase = PHASE_CLOSE;
        a->end = END_COMPLETED;
        answered(a, code);
}

START_TEST(what_the_anonymous_look_proved_is_kept)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(MQ_ENDPOINT("sslcauth = \"REQUIRED\";"));
        Endpoint *e = inventory_at(i, 0);
        Observation *o = observation(NOW);
        AddressObservation *a = add_good(o, "10.0.0.1", NOW + 100 * DAY);

        a->tls.client_certificate_sent = true;
        answered(a, 0);
        add_anonymous(o, 0);
        ck_assert_int_eq(inventory_record(i, e, o, NOW), 0);
        ck_assert_int_eq(
                assessment_primary(e->assessment), DIAGNOSIS_POLICY_CLIENT_AUTH_NOT_REQUIRED);

        for (int k = 1; k <= 2; k++) {
                record_good(i, e, NOW + k * 60, NOW + 100 * DAY);
                ck_assert_ptr_nonnull(e->observation->anonymous);
                ck_assert_int_eq(e->observation->anonymous->mq_kept_at, NOW);
                ck_assert_int_eq(assessment_primary(e->assessment),
                        DIAGNOSIS_POLICY_CLIENT_AUTH_NOT_REQUIRED);
                ck_assert_int_eq(e->assessment->client_auth, CLIENT_AUTH_NOT_REQUIRED);
        }

        o = observation(NOW + 180);
        a = add_good(o, "10.0.0.1", NOW + 100 * DAY);
        a->tls.client_certificate_sent = true;
        answered(a, 0);
        add_anonymous(o, 0x16); /* all instances taken: it found nothing out */
        ck_assert_int_eq(inventory_record(i, e, o, NOW + 180), 0);
        ck_assert_int_eq(e->assessment->client_auth, CLIENT_AUTH_NOT_REQUIRED);
        ck_assert_int_eq(e->observation->anonymous->mq_kept_at, NOW);

        o = observation(NOW + 180);
        a = add_good(o, "10.0.0.1", NOW + 100 * DAY);
        a->tls.client_certificate_sent = true;
        answered(a, 0);
        add_anonymous(o, 0x1A);
        ck_assert_int_eq(inventory_record(i, e, o, NOW + 180), 0);
        ck_assert_msg(e->assessment->success, "%s", e->assessment->message);
        ck_assert_int_eq(e->assessment->client_auth, CLIENT_AUTH_REQUIRED);
}
END_TEST

START_TEST(looks_at_depth_mq_are_due_at_their_own_pace)
{
        CLEANUP(inventory_cleanup) Inventory *shallow = inventory(ENDPOINT("a", ""));
        CLEANUP(inventory_cleanup) Inventory *i = inventory(MQ_ENDPOINT(""));
        Endpoint *e = inventory_at(i, 0);

        ck_assert(!endpoint_mq_due(inventory_at(shallow, 0), NOW));

        ck_assert(endpoint_mq_due(e, NOW));
        record_refused(i, e, NOW);
        ck_assert(endpoint_mq_due(e, NOW)); /* it did not get that far */

        record_mq(i, e, NOW, 0x16);
        ck_assert(!endpoint_mq_due(e, NOW));
        ck_assert(!endpoint_mq_due(e, NOW + 3599));
        ck_assert(endpoint_mq_due(e, NOW + 3600));
        ck_assert(endpoint_mq_due(e, NOW - 1)); /* the clock was set back */
}
END_TEST

/* One certificate for all, so that only what a test changes is another. */
static void record_leaf(Inventory *i, Endpoint *e, int64_t at, const PkiCert *leaf, uint16_t cipher,
        bool asked)
{
        DerCert sent[] = { { leaf->der, leaf->der_len } };
        Observation *o = observation(at);
        AddressObservation *a = add_good(o, "10.0.0.1", NOW + 100 * DAY);

        a->chain = chain_facts_free(a->chain);
        ck_assert_int_eq(chain_inspect(sent, 1, NULL, at, &a->chain), 0);
        a->tls.cipher = cipher;
        if (asked)
                answered(a, 0);
        ck_assert_int_eq(inventory_record(i, e, o, at), 0);
}

START_TEST(another_certificate_or_cipher_makes_a_look_due_at_once)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(MQ_ENDPOINT(""));
        CLEANUP_PKI PkiCert one = pki_issue(&(PkiOptions){ .cn = "qm1" });
        CLEANUP_PKI PkiCert two = pki_issue(&(PkiOptions){ .cn = "qm1" });
        Endpoint *e = inventory_at(i, 0);

        record_leaf(i, e, NOW, &one, TLS13_AES_256, true);
        record_leaf(i, e, NOW + 1, &one, TLS13_AES_256, false);
        ck_assert(!endpoint_mq_due(e, NOW + 1));

        record_leaf(i, e, NOW + 2, &two, TLS13_AES_256, false);
        ck_assert(endpoint_mq_due(e, NOW + 2));
        record_leaf(i, e, NOW + 3, &two, TLS13_AES_256, true);
        ck_assert(!endpoint_mq_due(e, NOW + 3));

        /* Two certificates that are served in turn must not make every probe a look. */
        record_leaf(i, e, NOW + 4, &one, TLS13_AES_256, false);
        ck_assert(!endpoint_mq_due(e, NOW + 4));
        ck_assert(endpoint_mq_due(e, NOW + 3 + 3600));

        record_leaf(i, e, NOW + 7200, &one, TLS13_AES_256, true);
        record_leaf(i, e, NOW + 7201, &one, TLS13_AES_256 + 1, false);
        ck_assert(endpoint_mq_due(e, NOW + 7201)); /* the cipher */

        /* An address that TLS does not reach now shows no other certificate. */
        record_leaf(i, e, NOW + 7205, &two, TLS13_AES_256, true);
        record_refused(i, e, NOW + 7206);
        ck_assert(!endpoint_mq_due(e, NOW + 7206));
}
END_TEST

START_TEST(an_unknown_channel_is_asked_for_again_after_a_reload_only)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(MQ_ENDPOINT(""));
        CLEANUP(config_cleanup) Config *same = config(MQ_ENDPOINT(""));
        CLEANUP_PKI PkiCert other = pki_issue(&(PkiOptions){ .cn = "qm1" });
        Endpoint *e = inventory_at(i, 0);

        endpoint_note_begin(e);
        record_mq(i, e, NOW, 0x01);
        ck_assert_int_eq(assessment_primary(e->assessment), DIAGNOSIS_MQ_CHANNEL_UNKNOWN);
        ck_assert(!endpoint_mq_due(e, NOW + 365 * DAY));
        record_leaf(i, e, NOW + 60, &other, TLS13_AES_256 + 1, false);
        ck_assert(!endpoint_mq_due(e, NOW + 60));
        ck_assert_uint_eq(e->observation->addresses[0].mq.facts.status_code, 0x01);

        ck_assert_int_eq(inventory_sync(i, same, NULL, NULL), 0);
        ck_assert_ptr_nonnull(e->observation);
        ck_assert(endpoint_mq_due(e, NOW + 120));

        endpoint_note_begin(e);
        record_mq(i, e, NOW + 120, 0x01);
        ck_assert(!endpoint_mq_due(e, NOW + 365 * DAY));

        /* The anonymous look is one as well. */
        Observation *o = observation(NOW + 180);

        answered(add_good(o, "10.0.0.1", NOW + 100 * DAY), 0);
        add_anonymous(o, 0x01);
        ck_assert_int_eq(inventory_record(i, e, o, NOW + 180), 0);
        ck_assert(!endpoint_mq_due(e, NOW + 365 * DAY));

        record_mq(i, e, NOW + 240, 0);
        ck_assert(endpoint_mq_due(e, NOW + 365 * DAY));
}
END_TEST

/* What was read again in the middle of it was not asked for. */
START_TEST(an_unknown_channel_is_asked_for_again_when_the_reload_came_during_the_answer)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(MQ_ENDPOINT(""));
        CLEANUP(config_cleanup) Config *same = config(MQ_ENDPOINT(""));
        Endpoint *e = inventory_at(i, 0);

        endpoint_note_begin(e);
        ck_assert_int_eq(inventory_sync(i, same, NULL, NULL), 0);
        record_mq(i, e, NOW, 0x01);
        ck_assert(endpoint_mq_due(e, NOW + 60));

        /* A probe that did not come so far changes nothing of that. */
        endpoint_note_begin(e);
        record_refused(i, e, NOW + 60);
        ck_assert(endpoint_mq_due(e, NOW + 120));

        endpoint_note_begin(e);
        record_mq(i, e, NOW + 120, 0x01);
        ck_assert(!endpoint_mq_due(e, NOW + 365 * DAY));
}
END_TEST

START_TEST(a_changed_configuration_forgets_the_answer)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(MQ_ENDPOINT(""));
        CLEANUP(config_cleanup) Config *other = config(MQ_ENDPOINT("sni = \"none\";"));
        Endpoint *e = inventory_at(i, 0);

        record_mq(i, e, NOW, 0x01);
        ck_assert_int_eq(inventory_sync(i, other, NULL, NULL), 0);
        ck_assert_int_eq(e->mq_at, 0);
        ck_assert(endpoint_mq_due(e, NOW));
        record_good(i, e, NOW + 60, NOW + 100 * DAY);
        ck_assert(e->assessment->success);
}
END_TEST

/* ---- reload ---- */

typedef struct Removed {
        size_t n;
        char name[16];
} Removed;

static void note_removed(Endpoint *e, void *userdata)
{
        Removed *removed = userdata;

        removed->n++;
        (void) strncpy(removed->name, e->config->name, sizeof(removed->name) - 1);
}

static const char *const judged_differently[] = {"timeout = \"3s\";", "interval = \"2h\";",
        "retry_interval = \"2m\";", "linger = \"200ms\";", "qmgr = \"QM7\";", "min_rsa_bits = 4096;",
        "expiry_warning = \"60d\";", "listener_sslciph = \"ANY_TLS13\";"};

START_TEST(another_pace_or_policy_keeps_what_was_seen)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", ""));
        CLEANUP(config_cleanup) Config *other = NULL;
        CLEANUP_BUF Buf text = BUF_INIT;
        Endpoint *e = inventory_at(i, 0);

        buf_appendf(&text, ENDPOINT("a", " %s"), judged_differently[_i]);
        other = config(buf_str(&text));
        record_good(i, e, NOW, NOW + 100 * DAY);
        ck_assert_int_eq(inventory_sync(i, other, NULL, NULL), 0);
        ck_assert_int_eq(inventory_reassess(i, NOW), 0);
        ck_assert_ptr_nonnull(e->observation);
        ck_assert(e->dates.has_effective);
        ck_assert_int_eq(e->dates.effective_at, NOW + 100 * DAY);
}
END_TEST

START_TEST(unchanged_endpoints_keep_everything)
{
        CLEANUP(inventory_cleanup) Inventory *i =
                inventory(ENDPOINT("a", "") "," ENDPOINT("b", "") "," ENDPOINT("c", ""));
        CLEANUP(config_cleanup) Config *c = NULL;
        Endpoint *a = inventory_find(i, "a"), *b = inventory_find(i, "b"), *d = NULL;
        Removed removed = { 0 };
        int slot = 0;

        record_good(i, a, NOW, NOW + 100 * DAY);
        a->due_usec = 77;
        a->scheduler_slot = &slot;
        record_good(i, b, NOW, NOW + 100 * DAY);
        record_refused(i, b, NOW + 60);
        b->due_usec = 78;

        c = config(ENDPOINT("d", "") "," ENDPOINT("b", "sni = \"none\";") ","
                   ENDPOINT("a", "note = \"new\";"));
        ck_assert_int_eq(inventory_sync(i, c, note_removed, &removed), 0);

        ck_assert_uint_eq(removed.n, 1);
        ck_assert_str_eq(removed.name, "c");
        ck_assert_uint_eq(inventory_count(i), 3);
        ck_assert_ptr_null(inventory_find(i, "c"));
        ck_assert_ptr_eq(inventory_config(i), c);

        /* The unchanged one, with the new texts. */
        ck_assert_ptr_eq(inventory_find(i, "a"), a);
        ck_assert_ptr_eq(inventory_at(i, 2), a);
        ck_assert_ptr_eq(a->config, &c->endpoints[2]);
        ck_assert_str_eq(a->config->note, "new");
        ck_assert_uint_eq(a->due_usec, 77);
        ck_assert_ptr_eq(a->scheduler_slot, &slot);
        ck_assert(a->assessment->success);
        ck_assert_int_eq(a->dates.leaf_at, NOW + 100 * DAY);

        /* The one that is asked differently: counters stay, what was seen does not. */
        b = inventory_find(i, "b");
        ck_assert_int_eq(b->config->sni_mode, SNI_NONE);
        ck_assert_uint_eq(b->n_probes, 2);
        ck_assert_uint_eq(b->n_failures[DIAGNOSIS_CONNECT_REFUSED], 1);
        ck_assert_uint_eq(b->n_failures_in_a_row, 0);
        ck_assert_uint_eq(b->due_usec, 0);
        ck_assert_ptr_null(b->observation);
        ck_assert_ptr_null(b->assessment);
        ck_assert(!b->dates.has_leaf);
        ck_assert_int_eq(endpoint_severity(b), SEVERITY_UNKNOWN);

        d = inventory_find(i, "d");
        ck_assert_ptr_eq(inventory_at(i, 0), d);
        ck_assert_uint_eq(d->n_probes, 0);
}
END_TEST

START_TEST(all_can_go_and_come_back)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", "") "," ENDPOINT("b", ""));
        CLEANUP(config_cleanup) Config *none = config(""), *again = config(ENDPOINT("a", ""));
        Removed removed = { 0 };

        record_good(i, inventory_at(i, 0), NOW, NOW + DAY);
        ck_assert_int_eq(inventory_sync(i, none, note_removed, &removed), 0);
        ck_assert_uint_eq(removed.n, 2);
        ck_assert_uint_eq(inventory_count(i), 0);

        ck_assert_int_eq(inventory_sync(i, again, NULL, NULL), 0);
        ck_assert_uint_eq(inventory_count(i), 1);
        ck_assert_uint_eq(inventory_at(i, 0)->n_probes, 0);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("inventory");
        TCase *tcase = tcase_create("inventory");

        tcase_add_test(tcase, all_endpoints_start_unknown);
        tcase_add_test(tcase, an_empty_inventory_is_fine);
        tcase_add_test(tcase, a_good_probe_is_counted_and_dated);
        tcase_add_test(tcase, failures_are_counted_by_reason);
        tcase_add_test(tcase, a_chain_is_kept_while_its_address_shows_none);
        tcase_add_test(tcase, a_chain_stays_with_its_address);
        tcase_add_test(tcase, dates_survive_addresses_that_come_and_go);
        tcase_add_test(tcase, time_alone_changes_a_verdict);
        tcase_add_test(tcase, an_answer_is_kept_until_the_next_look);
        tcase_add_test(tcase, a_look_that_we_could_not_make_is_none);
        tcase_add_test(tcase, an_answer_goes_with_the_channel_to_the_address_that_serves_it);
        tcase_add_test(tcase, with_all_addresses_each_keeps_its_own_answer);
        tcase_add_test(tcase, what_the_anonymous_look_proved_is_kept);
        tcase_add_test(tcase, looks_at_depth_mq_are_due_at_their_own_pace);
        tcase_add_test(tcase, another_certificate_or_cipher_makes_a_look_due_at_once);
        tcase_add_test(tcase, an_unknown_channel_is_asked_for_again_after_a_reload_only);
        tcase_add_test(
                tcase, an_unknown_channel_is_asked_for_again_when_the_reload_came_during_the_answer);
        tcase_add_test(tcase, a_changed_configuration_forgets_the_answer);
        tcase_add_loop_test(tcase, another_pace_or_policy_keeps_what_was_seen, 0,
                ARRAY_LEN(judged_differently));
        tcase_add_test(tcase, unchanged_endpoints_keep_everything);
        tcase_add_test(tcase, all_can_go_and_come_back);
        suite_add_tcase(suite, tcase);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
