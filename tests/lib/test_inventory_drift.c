/* SPDX-License-Identifier: MIT */
#include "model/inventory.h"

#include <string.h>

#include "base/buf.h"
#include "model/config_load.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

#define NOW PKI_NOW
#define DAY PKI_DAY
#define QUARTER_HOUR INT64_C(900)
#define ADDRESS "qm1(1414)/10.0.0.1"

enum {
        TLS13_AES_256 = 0x1302,
        TLS13_AES_128 = 0x1301,
};

/* ---- certificates, made once ---- */

static PkiCert ca, cert_a, cert_renewed, cert_other_dn;

static void make_certs(void)
{
        ca = pki_issue(&(PkiOptions){ .cn = "CA", .ca = true });
        cert_a = pki_issue(&(PkiOptions){ .cn = "qm1", .issuer = &ca,
                .not_after = PKI_AT(NOW + 100 * DAY) });
        cert_renewed = pki_issue(&(PkiOptions){ .cn = "qm1", .issuer = &ca,
                .not_after = PKI_AT(NOW + 400 * DAY) });
        cert_other_dn = pki_issue(&(PkiOptions){ .cn = "qm2", .issuer = &ca,
                .not_after = PKI_AT(NOW + 100 * DAY) });
}

static void free_certs(void)
{
        pki_cert_done(&ca);
        pki_cert_done(&cert_a);
        pki_cert_done(&cert_renewed);
        pki_cert_done(&cert_other_dn);
}

/* ---- configurations and observations by hand ---- */

#define ENDPOINT(name, settings) "{ name = \"" name "\"; " settings " }"
#define CONNAME "conname = \"qm1(1414)\";"
#define CHANNEL "channel = \"A\";"
#define SSLCIPH "sslciph = \"ANY\";"
#define USUAL CHANNEL CONNAME SSLCIPH

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

static void reload(Inventory *i, const char *endpoints)
{
        CLEANUP(config_cleanup) Config *c = config(endpoints);

        ck_assert_int_eq(inventory_sync(i, c, NULL, NULL), 0);
}

/* `cert` NULL: the connection was refused. */
static Observation *observation(const PkiCert *cert, uint16_t cipher, int64_t at)
{
        Observation *o = NULL;
        AddressObservation *a = NULL;

        ck_assert_int_eq(observation_new(&o), 0);
        o->started_at = at - 1;
        o->finished_at = at;
        o->resolve_end = END_COMPLETED;
        ck_assert_int_eq(observation_add_address(o, "qm1(1414)", "10.0.0.1", &a), 0);
        a->attempted = true;
        a->phase = PHASE_CONNECT;
        a->end = END_REFUSED;
        if (!cert)
                return o;

        DerCert sent[] = { { cert->der, cert->der_len } };

        a->phase = PHASE_CLOSE;
        a->end = END_COMPLETED;
        for (unsigned p = 0; p < _PHASE_MAX; p++)
                a->phase_reached[p] = true;
        a->tls.client_hello_sent = a->tls.server_hello_seen = a->tls.certificate_seen = true;
        a->tls.finished_sent = a->tls.finished_seen = a->tls.ticket_seen = true;
        a->tls.version = TLS_VERSION_TLS13;
        a->tls.cipher = cipher;
        a->tls.alert_received = a->tls.alert_sent = HANDSHAKE_ALERT_NONE;
        ck_assert_int_eq(chain_inspect(sent, 1, NULL, at, &a->chain), 0);
        return o;
}

/* ---- a life: look after look, and what became of it ---- */

static void append_changes(Buf *b, const DriftChange *changes, size_t n)
{
        for (size_t k = 0; k < n; k++)
                buf_appendf(b, "%s%s%s:%s", k > 0 ? " " : "",
                        changes[k].expected ? "expected-" : "",
                        drift_event_info(changes[k].event)->name,
                        drift_kind_info(changes[k].kind)->name);
}

/* The changes of the last look or acceptance, as "drift:leaf rotation:leaf". */
static const char *tell(const InventoryDrift *d)
{
        static char text[512];
        CLEANUP_BUF Buf b = BUF_INIT;

        append_changes(&b, d->changes, d->n_changes);
        ck_assert_uint_lt(b.len, sizeof(text));
        memcpy(text, buf_str(&b), b.len + 1);
        return text;
}

static const char *look_with(Inventory *i, const PkiCert *cert, uint16_t cipher, int64_t at)
{
        CLEANUP_INVENTORY_DRIFT InventoryDrift d = { 0 };
        Endpoint *e = inventory_at(i, 0);

        ck_assert_int_eq(inventory_record(i, e, observation(cert, cipher, at), at), 0);
        ck_assert_int_eq(inventory_note_drift(i, e, at, &d), 0);
        ck_assert_ptr_eq(d.memory, e->drift);
        return tell(&d);
}

static const char *look(Inventory *i, const PkiCert *cert, int64_t at)
{
        return look_with(i, cert, TLS13_AES_256, at);
}

static const char *accept_kind(Inventory *i, DriftKind kind, int64_t at)
{
        CLEANUP_INVENTORY_DRIFT InventoryDrift d = { 0 };

        ck_assert_int_eq(inventory_accept(i, inventory_at(i, 0), kind, at, &d), 0);
        return tell(&d);
}

static bool is_open(Inventory *i, DriftKind kind)
{
        return drift_is_open(inventory_at(i, 0)->drift, kind);
}

/* ---- what is noted ---- */

START_TEST(what_is_seen_first_is_the_baseline)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", USUAL));
        CLEANUP_INVENTORY_DRIFT InventoryDrift d = { 0 };
        Endpoint *e = inventory_at(i, 0);

        ck_assert_ptr_null(e->drift);
        ck_assert_int_eq(
                inventory_record(i, e, observation(&cert_a, TLS13_AES_256, NOW), NOW), 0);
        ck_assert_int_eq(inventory_note_drift(i, e, NOW, &d), 0);

        ck_assert_ptr_nonnull(e->drift);
        ck_assert(d.memory_changed);
        ck_assert(!d.started_anew);
        ck_assert_uint_eq(d.n_changes, 0);
        ck_assert_int_eq(e->drift->first_at, NOW);
        ck_assert_ptr_nonnull(drift_memory_find(e->drift, ADDRESS));
        ck_assert_uint_eq(ledger_count(inventory_ledger(i)), 0);
}
END_TEST

START_TEST(a_change_is_counted_and_entered_once)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", USUAL));
        Endpoint *e = inventory_at(i, 0);
        const LedgerEntry *entry = NULL;

        (void) look(i, &cert_a, NOW);
        ck_assert_str_eq(look_with(i, &cert_a, TLS13_AES_128, NOW + 1), "drift:cipher");
        ck_assert_str_eq(look_with(i, &cert_a, TLS13_AES_128, NOW + 2), "");

        ck_assert(is_open(i, DRIFT_KIND_CIPHER));
        ck_assert_int_eq(e->changes[DRIFT_KIND_CIPHER].n, 1);
        ck_assert_int_eq(e->changes[DRIFT_KIND_CIPHER].last_at, NOW + 1);
        ck_assert_int_eq(e->changes[DRIFT_KIND_LEAF].n, 0);
        ck_assert_int_eq(e->changes[DRIFT_KIND_LEAF].last_at, 0);

        ck_assert_uint_eq(ledger_count(inventory_ledger(i)), 1);
        entry = ledger_newest(inventory_ledger(i), 0);
        ck_assert_str_eq(entry->endpoint, "a");
        ck_assert_str_eq(entry->change.address, ADDRESS);
        ck_assert_str_eq(entry->change.old_text, "0x1302");
        ck_assert_str_eq(entry->change.new_text, "0x1301");
}
END_TEST

START_TEST(a_renewal_is_a_rotation_and_leaves_nothing_open)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", USUAL));

        (void) look(i, &cert_a, NOW);
        ck_assert_str_eq(look(i, &cert_renewed, NOW + 1), "rotation:leaf");
        ck_assert(!is_open(i, DRIFT_KIND_LEAF));
        ck_assert_int_eq(inventory_at(i, 0)->changes[DRIFT_KIND_LEAF].n, 1);
}
END_TEST

START_TEST(a_probe_that_sees_nothing_changes_nothing)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", USUAL));

        (void) look(i, &cert_a, NOW);
        ck_assert_str_eq(look(i, &cert_other_dn, NOW + 1), "drift:leaf drift:key drift:subject");

        /* The chain of before is kept for the assessment, and is no sight of this probe. */
        ck_assert_str_eq(look(i, NULL, NOW + 2), "");
        ck_assert(is_open(i, DRIFT_KIND_SUBJECT));
        ck_assert_str_eq(look(i, &cert_a, NOW + 3), "returned:leaf returned:key returned:subject");
        ck_assert(!is_open(i, DRIFT_KIND_SUBJECT));
}
END_TEST

START_TEST(within_a_window_changes_are_notes)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", USUAL));
        Endpoint *e = inventory_at(i, 0);

        (void) look(i, &cert_a, NOW);
        e->expected_from_at = NOW + 10;
        e->expected_until_at = NOW + 20;

        ck_assert(!endpoint_is_expected(e, NOW + 9));
        ck_assert(endpoint_is_expected(e, NOW + 10));
        ck_assert(endpoint_is_expected(e, NOW + 19));
        ck_assert(!endpoint_is_expected(e, NOW + 20));

        ck_assert_str_eq(look_with(i, &cert_a, TLS13_AES_128, NOW + 10), "expected-drift:cipher");
        ck_assert(!is_open(i, DRIFT_KIND_CIPHER));
        ck_assert_str_eq(look(i, &cert_a, NOW + 20), "drift:cipher");
        ck_assert(is_open(i, DRIFT_KIND_CIPHER));
        ck_assert_int_eq(e->changes[DRIFT_KIND_CIPHER].n, 2);
}
END_TEST

/* ---- accepting ---- */

START_TEST(one_kind_is_accepted_or_all)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", USUAL));
        Endpoint *e = inventory_at(i, 0);

        (void) look(i, &cert_a, NOW);
        (void) look_with(i, &cert_other_dn, TLS13_AES_128, NOW + 1);

        ck_assert_str_eq(accept_kind(i, DRIFT_KIND_CIPHER, NOW + 2), "accepted:cipher");
        ck_assert(!is_open(i, DRIFT_KIND_CIPHER));
        ck_assert(is_open(i, DRIFT_KIND_SUBJECT));
        ck_assert_int_eq(e->changes[DRIFT_KIND_CIPHER].n, 2);
        ck_assert_int_eq(e->changes[DRIFT_KIND_CIPHER].last_at, NOW + 2);

        ck_assert_str_eq(accept_kind(i, _DRIFT_KIND_MAX, NOW + 3),
                "accepted:leaf accepted:key accepted:subject");
        ck_assert(!is_open(i, DRIFT_KIND_SUBJECT));
        ck_assert_str_eq(accept_kind(i, _DRIFT_KIND_MAX, NOW + 4), "");
        ck_assert_str_eq(look_with(i, &cert_other_dn, TLS13_AES_128, NOW + 5), "");
        ck_assert_uint_eq(ledger_count(inventory_ledger(i)), 8);
}
END_TEST

START_TEST(where_nothing_was_seen_nothing_is_accepted)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", USUAL));
        CLEANUP_INVENTORY_DRIFT InventoryDrift d = { 0 };

        ck_assert_int_eq(
                inventory_accept(i, inventory_at(i, 0), _DRIFT_KIND_MAX, NOW, &d), -ENOENT);
        ck_assert_ptr_null(d.memory);
}
END_TEST

/* ---- our own part ---- */

typedef enum Fate {
        KEPT,          /* as if nothing had been configured */
        OFFER_ANEW,    /* the cipher starts anew, the certificate does not */
        ALL_ANEW,
} Fate;

static const struct {
        const char *what, *endpoint;
        Fate fate;
} reloads[] = {
        { "the same again", ENDPOINT("a", USUAL), KEPT },
        { "the default port written out", ENDPOINT("a", CHANNEL SSLCIPH "conname = \"qm1\";"),
                KEPT },
        { "another interval", ENDPOINT("a", USUAL "interval = \"1h\";"), KEPT },
        { "another threshold", ENDPOINT("a", USUAL "expiry_warning = \"60d\";"), KEPT },
        { "all addresses are looked at", ENDPOINT("a", USUAL "all_addresses = true;"), KEPT },
        { "a look at depth mq", ENDPOINT("a", USUAL "depth = \"mq\";"), KEPT },
        { "another SSLCIPH", ENDPOINT("a", CHANNEL CONNAME "sslciph = \"ANY_TLS13\";"),
                OFFER_ANEW },
        { "another CONNAME", ENDPOINT("a", CHANNEL SSLCIPH "conname = \"qm1(1415)\";"), ALL_ANEW },
        { "another channel", ENDPOINT("a", "channel = \"B\";" CONNAME SSLCIPH), ALL_ANEW },
        { "another server_name", ENDPOINT("a", USUAL "sni = \"other.example\";"), ALL_ANEW },
        { "no server_name", ENDPOINT("a", USUAL "sni = \"none\";"), ALL_ANEW },
};

START_TEST(a_reload_starts_anew_what_depends_on_it)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", USUAL));
        Endpoint *e = inventory_at(i, 0);
        Fate fate = reloads[_i].fate;

        (void) look(i, &cert_a, NOW);
        (void) look_with(i, &cert_other_dn, TLS13_AES_128, NOW + 1);
        reload(i, reloads[_i].endpoint);
        ck_assert_ptr_nonnull(e->drift);

        ck_assert_str_eq(look_with(i, &cert_other_dn, TLS13_AES_128, NOW + 2), "");
        ck_assert_msg(is_open(i, DRIFT_KIND_CIPHER) == (fate == KEPT), "%s: the cipher",
                reloads[_i].what);
        ck_assert_msg(is_open(i, DRIFT_KIND_SUBJECT) == (fate != ALL_ANEW), "%s: the subject",
                reloads[_i].what);
        /* What was counted was counted. */
        ck_assert_int_eq(e->changes[DRIFT_KIND_CIPHER].n, 1);
}
END_TEST

START_TEST(an_endpoint_that_goes_leaves_its_changes_in_the_ledger)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", USUAL));

        (void) look(i, &cert_a, NOW);
        (void) look_with(i, &cert_a, TLS13_AES_128, NOW + 1);
        reload(i, ENDPOINT("b", USUAL));

        ck_assert_uint_eq(ledger_count(inventory_ledger(i)), 1);
        ck_assert_str_eq(ledger_newest(inventory_ledger(i), 0)->endpoint, "a");
        ck_assert_ptr_null(inventory_at(i, 0)->drift);
}
END_TEST

/* ---- after a restart ---- */

/* What a store would have of the only endpoint of an inventory. */
static StoredEndpoint stored_of(const Inventory *i)
{
        const Endpoint *e = inventory_at(i, 0);
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
                .expected_from_at = NOW,
                .expected_until_at = NOW + DAY,
        };

        memcpy(s.tallies, e->changes, sizeof(s.tallies));
        ck_assert_int_eq(drift_memory_copy(e->drift, &s.memory), 0);
        return s;
}

/* As it was left: a cipher has drifted, and then the listener was gone. */
static StoredEndpoint stored_life(void)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", USUAL));

        (void) look(i, &cert_a, NOW);
        (void) look_with(i, &cert_a, TLS13_AES_128, NOW + QUARTER_HOUR);
        (void) look(i, NULL, NOW + 2 * QUARTER_HOUR);
        return stored_of(i);
}

START_TEST(a_restart_remembers_but_does_not_judge)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", USUAL));
        CLEANUP(stored_endpoint_done) StoredEndpoint stored = stored_life();
        Endpoint *e = inventory_at(i, 0);
        const DriftMemory *memory = stored.memory;

        ck_assert_int_eq(inventory_restore(i, e, &stored, false), 0);
        ck_assert_ptr_eq(e->drift, memory);
        ck_assert_ptr_null(stored.memory);

        ck_assert(e->is_restored);
        ck_assert(e->dates.has_leaf && e->dates.has_effective);
        ck_assert_int_eq(e->dates.effective_at, NOW + 100 * DAY);
        ck_assert_int_eq(e->dates_at, NOW + QUARTER_HOUR);
        ck_assert(e->has_last_run && e->has_last_success);
        ck_assert_int_eq(e->last_run_at, NOW + 2 * QUARTER_HOUR);
        ck_assert_int_eq(e->last_success_at, NOW + QUARTER_HOUR);
        ck_assert(endpoint_is_expected(e, NOW));
        ck_assert_int_eq(e->changes[DRIFT_KIND_CIPHER].n, 1);
        ck_assert(is_open(i, DRIFT_KIND_CIPHER));

        /* Long expired by now, and yet nobody has looked. */
        ck_assert_int_eq(inventory_reassess(i, NOW + 1000 * DAY), 0);
        ck_assert_int_eq(endpoint_severity(e), SEVERITY_UNKNOWN);
        ck_assert_uint_eq(e->n_probes, 0);
}
END_TEST

START_TEST(the_first_probe_goes_on_where_the_last_life_ended)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", USUAL));
        CLEANUP(stored_endpoint_done) StoredEndpoint stored = stored_life();
        Endpoint *e = inventory_at(i, 0);

        stored.expected_from_at = stored.expected_until_at = 0;
        ck_assert_int_eq(inventory_restore(i, e, &stored, false), 0);

        ck_assert_str_eq(look(i, &cert_renewed, NOW + DAY), "returned:cipher rotation:leaf");
        ck_assert(!e->is_restored);
        ck_assert_int_eq(e->last_run_at, NOW + DAY);
        ck_assert_int_eq(e->changes[DRIFT_KIND_CIPHER].n, 2);
}
END_TEST

START_TEST(a_failed_first_probe_keeps_the_dates_of_before)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", USUAL));
        CLEANUP(stored_endpoint_done) StoredEndpoint stored = stored_life();
        Endpoint *e = inventory_at(i, 0);

        ck_assert_int_eq(inventory_restore(i, e, &stored, false), 0);
        (void) look(i, NULL, NOW + DAY);

        ck_assert(!e->is_restored);
        ck_assert_int_eq(e->dates.effective_at, NOW + 100 * DAY);
        ck_assert_int_eq(e->dates_at, NOW + QUARTER_HOUR);
        ck_assert_int_eq(e->last_success_at, NOW + QUARTER_HOUR);
}
END_TEST

START_TEST(what_this_life_saw_itself_is_not_replaced)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", USUAL));
        CLEANUP(stored_endpoint_done) StoredEndpoint stored = stored_life();
        Endpoint *e = inventory_at(i, 0);

        (void) look(i, &cert_a, NOW + DAY);
        (void) look_with(i, &cert_a, TLS13_AES_128, NOW + 2 * DAY);
        ck_assert_int_eq(inventory_restore(i, e, &stored, false), 0);

        ck_assert(!e->is_restored);
        ck_assert_int_eq(e->drift->first_at, NOW + DAY);
        ck_assert_ptr_nonnull(stored.memory);
        ck_assert_int_eq(e->last_run_at, NOW + 2 * DAY);
        /* One of each life. */
        ck_assert_int_eq(e->changes[DRIFT_KIND_CIPHER].n, 2);
        ck_assert_int_eq(e->changes[DRIFT_KIND_CIPHER].last_at, NOW + 2 * DAY);
}
END_TEST

START_TEST(what_another_process_accepted_replaces_it)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", USUAL));
        Endpoint *e = inventory_at(i, 0);

        (void) look(i, &cert_a, NOW);
        (void) look_with(i, &cert_a, TLS13_AES_128, NOW + 1);

        CLEANUP(stored_endpoint_done) StoredEndpoint stored = stored_of(i);
        CLEANUP_DRIFT_RESULT DriftResult accepted = { 0 };

        ck_assert_int_eq(drift_accept(stored.memory, _DRIFT_KIND_MAX, NOW + 2, &accepted), 0);
        (void) drift_memory_free(stored.memory);
        stored.memory = STEAL(accepted.memory);
        stored.tallies[DRIFT_KIND_CIPHER].n++;
        stored.tallies[DRIFT_KIND_CIPHER].last_at = NOW + 2;

        ck_assert_int_eq(inventory_restore(i, e, &stored, true), 0);
        ck_assert(!is_open(i, DRIFT_KIND_CIPHER));
        ck_assert_int_eq(e->changes[DRIFT_KIND_CIPHER].n, 2);
        ck_assert_int_eq(e->changes[DRIFT_KIND_CIPHER].last_at, NOW + 2);
        ck_assert_str_eq(look_with(i, &cert_a, TLS13_AES_128, NOW + 3), "");
}
END_TEST

START_TEST(dates_of_another_listener_are_not_restored)
{
        CLEANUP(inventory_cleanup) Inventory *i =
                inventory(ENDPOINT("a", CHANNEL SSLCIPH "conname = \"elsewhere(1414)\";"));
        CLEANUP(stored_endpoint_done) StoredEndpoint stored = stored_life();
        Endpoint *e = inventory_at(i, 0);

        ck_assert_int_eq(inventory_restore(i, e, &stored, false), 0);
        ck_assert(!e->dates.has_leaf && !e->dates.has_effective);
        ck_assert_int_eq(e->dates_at, 0);
        /* As over a reload: what was counted stays. */
        ck_assert(e->has_last_run);
}
END_TEST

START_TEST(restored_dates_are_held_against_todays_thresholds)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(
                ENDPOINT("a", USUAL "expiry_warning = \"60d\"; expiry_critical = \"10d\";"));
        CLEANUP(stored_endpoint_done) StoredEndpoint stored = stored_life();
        Endpoint *e = inventory_at(i, 0);

        ck_assert_int_eq(inventory_restore(i, e, &stored, false), 0);
        ck_assert_int_eq(e->dates.warning_seconds, 60 * DAY);
        ck_assert_int_eq(e->dates.critical_seconds, 10 * DAY);

        reload(i, ENDPOINT("a", USUAL "expiry_warning = \"90d\"; expiry_critical = \"25%\";"));
        ck_assert_int_eq(inventory_reassess(i, NOW), 0);
        ck_assert_int_eq(e->dates.warning_seconds, 90 * DAY);
        /* A share of a lifetime that nobody knows any more. */
        ck_assert_int_eq(e->dates.critical_seconds, 10 * DAY);
}
END_TEST

START_TEST(of_an_endpoint_without_anything_nothing_is_restored)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(ENDPOINT("a", USUAL));
        StoredEndpoint stored = { 0 };
        Endpoint *e = inventory_at(i, 0);

        ck_assert_int_eq(inventory_restore(i, e, &stored, false), 0);
        ck_assert(!e->is_restored);
        ck_assert_ptr_null(e->drift);
        ck_assert(!e->has_last_run);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("inventory_drift");
        TCase *noting = tcase_create("noting");
        TCase *accepting = tcase_create("accepting");
        TCase *reloading = tcase_create("reloading");
        TCase *restoring = tcase_create("restoring");
        int status;

        tcase_add_test(noting, what_is_seen_first_is_the_baseline);
        tcase_add_test(noting, a_change_is_counted_and_entered_once);
        tcase_add_test(noting, a_renewal_is_a_rotation_and_leaves_nothing_open);
        tcase_add_test(noting, a_probe_that_sees_nothing_changes_nothing);
        tcase_add_test(noting, within_a_window_changes_are_notes);
        suite_add_tcase(suite, noting);

        tcase_add_test(accepting, one_kind_is_accepted_or_all);
        tcase_add_test(accepting, where_nothing_was_seen_nothing_is_accepted);
        suite_add_tcase(suite, accepting);

        tcase_add_loop_test(
                reloading, a_reload_starts_anew_what_depends_on_it, 0, ARRAY_LEN(reloads));
        tcase_add_test(reloading, an_endpoint_that_goes_leaves_its_changes_in_the_ledger);
        suite_add_tcase(suite, reloading);

        tcase_add_test(restoring, a_restart_remembers_but_does_not_judge);
        tcase_add_test(restoring, the_first_probe_goes_on_where_the_last_life_ended);
        tcase_add_test(restoring, a_failed_first_probe_keeps_the_dates_of_before);
        tcase_add_test(restoring, what_this_life_saw_itself_is_not_replaced);
        tcase_add_test(restoring, what_another_process_accepted_replaces_it);
        tcase_add_test(restoring, dates_of_another_listener_are_not_restored);
        tcase_add_test(restoring, restored_dates_are_held_against_todays_thresholds);
        tcase_add_test(restoring, of_an_endpoint_without_anything_nothing_is_restored);
        suite_add_tcase(suite, restoring);

        make_certs();
        status = suite_run(suite);
        free_certs();
        return status;
}
