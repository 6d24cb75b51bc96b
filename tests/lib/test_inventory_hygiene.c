/* SPDX-License-Identifier: MIT */

/* What an inventory says of endpoints that share what they must not, and that it stops saying it. */

#include "model/inventory.h"

#include <string.h>

#include "base/buf.h"
#include "model/config_load.h"
#include "tests/support/estate.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

#define NOW PKI_NOW

/* An authority that lets the test choose numbers and keys. */
static PkiCert ca;

static void set_up(void)
{
        ca = pki_issue(&(PkiOptions){ .cn = "CA", .ca = true });
}

static void tear_down(void)
{
        pki_cert_done(&ca);
}

static PkiCert leaf(const char *cn, const char *serial, unsigned key_slot)
{
        return pki_issue(&(PkiOptions){
                .cn = cn, .issuer = &ca, .serial_hex = serial, .key_slot = key_slot });
}

static Config *config(const char *endpoints)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        Issues issues = ISSUES_INIT;
        Config *c = NULL;

        buf_appendf(&b,
                "defaults = { channel = \"A\"; conname = \"h(1414)\"; sslciph = \"ANY\"; };\n"
                "endpoints = ( %s );\n",
                endpoints);
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

/* The endpoint serves this at its only address; NULL: nobody answers there. */
static void serve(Inventory *i, const char *name, const PkiCert *cert)
{
        Observation *o = estate_observation(NOW);
        AddressObservation *a = estate_address(o, "h(1414)", "192.0.2.1");

        if (cert)
                estate_answered(a, &cert, 1, false, NOW);
        else
                estate_ended(a, PHASE_CONNECT, END_TIMEOUT);
        ck_assert_int_eq(inventory_record(i, inventory_find(i, name), o, NOW), 0);
}

static const char *said(const Inventory *i, const char *name, Diagnosis d)
{
        const Assessment *a = inventory_find(i, name)->assessment;

        for (size_t k = 0; k < a->n_findings; k++)
                if (a->findings[k].diagnosis == d)
                        return a->findings[k].message;
        return NULL;
}

#define SERIAL DIAGNOSIS_POLICY_DUPLICATE_SERIAL
#define KEY DIAGNOSIS_POLICY_SHARED_KEY

#define TWO "{ name = \"one\"; qmgr = \"QM1\"; }, { name = \"two\"; qmgr = \"QM2\"; }"

START_TEST(a_number_given_twice_is_found_once_all_are_known)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(TWO);
        CLEANUP_PKI PkiCert first = leaf("qm1", "0A1B", 0), second = leaf("qm2", "0A1B", 0);

        serve(i, "one", &first);
        serve(i, "two", &second);
        ck_assert_ptr_null(said(i, "one", SERIAL));
        ck_assert_int_eq(inventory_reassess(i, NOW), 0);
        ck_assert_str_eq(said(i, "one", SERIAL),
                "The leaf certificate CN=qm1 has the serial number 0A:1B of the issuer CN=CA, and so "
                "has another certificate, which is served at two.");
        ck_assert_ptr_nonnull(strstr(said(i, "two", SERIAL), "CN=qm2"));
        ck_assert_ptr_nonnull(strstr(said(i, "two", SERIAL), "served at one."));
        ck_assert_int_eq(inventory_find(i, "one")->assessment->severity, SEVERITY_WARNING);
        ck_assert(inventory_find(i, "one")->assessment->success);
}
END_TEST

START_TEST(a_twin_that_is_renewed_away_is_forgotten)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(TWO);
        CLEANUP_PKI PkiCert first = leaf("qm1", "0A1B", 0), second = leaf("qm2", "0A1B", 0);
        CLEANUP_PKI PkiCert renewed = leaf("qm1", "0A1C", 0);

        serve(i, "one", &first);
        serve(i, "two", &second);
        ck_assert_int_eq(inventory_reassess(i, NOW), 0);

        serve(i, "one", &first); /* as before */
        ck_assert_ptr_nonnull(said(i, "one", SERIAL));
        serve(i, "one", &renewed);
        ck_assert_ptr_null(said(i, "one", SERIAL)); /* at once */
        serve(i, "two", &second);
        ck_assert_ptr_null(said(i, "two", SERIAL));
        ck_assert_int_eq(inventory_reassess(i, NOW), 0);
        ck_assert_ptr_null(said(i, "one", SERIAL));
        ck_assert_ptr_null(said(i, "two", SERIAL));
}
END_TEST

START_TEST(a_shared_key_names_the_other_queue_manager)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(TWO);
        CLEANUP_PKI PkiCert first = leaf("qm1", NULL, 1), second = leaf("qm2", NULL, 1);

        serve(i, "one", &first);
        serve(i, "two", &second);
        ck_assert_int_eq(inventory_reassess(i, NOW), 0);
        ck_assert_str_eq(said(i, "one", KEY),
                "The leaf certificate CN=qm1 holds the public key that the queue manager QM2 serves as "
                "well, at two: whoever has the private key of one can pose as both.");
        ck_assert_ptr_nonnull(strstr(said(i, "two", KEY), "QM1"));
        ck_assert_ptr_null(said(i, "one", SERIAL));
}
END_TEST

static const struct {
        const char *name;
        const char *endpoints;
        const char *told; /* the name that "one" gives itself at depth "mq" */
        bool one, two;    /* has the finding */
} shared_rows[] = {
        { "two queue managers", TWO, NULL, true, true },
        { "the nodes of a queue manager",
                "{ name = \"one\"; qmgr = \"QM1\"; }, { name = \"two\"; qmgr = \"QM1\"; }", NULL,
                false, false },
        { "a queue manager that is not named",
                "{ name = \"one\"; }, { name = \"two\"; qmgr = \"QM1\"; }", NULL, false, false },
        { "an endpoint that may share",
                "{ name = \"one\"; qmgr = \"QM1\"; unique_key = false; },\n"
                "{ name = \"two\"; qmgr = \"QM2\"; }", NULL, false, true },
        { "a queue manager that names itself",
                "{ name = \"one\"; depth = \"mq\"; }, { name = \"two\"; qmgr = \"QM2\"; }", "QM9",
                true, true },
        { "a group's name for the same queue manager",
                "{ name = \"one\"; qmgr = \"GRP\"; depth = \"mq\"; },\n"
                "{ name = \"two\"; qmgr = \"QM2\"; }", "QM2", false, false },
};

START_TEST(a_key_may_be_shared_within_a_queue_manager)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(shared_rows[_i].endpoints);
        CLEANUP_PKI PkiCert cert = leaf("qm", NULL, 1);
        const PkiCert *certs[] = { &cert };
        Observation *o = estate_observation(NOW);
        AddressObservation *a = estate_address(o, "h(1414)", "192.0.2.1");

        estate_answered(a, certs, 1, false, NOW);
        if (shared_rows[_i].told) {
                const MqInitFacts facts = estate_qmgr(shared_rows[_i].told);

                estate_asked(a, MQ_RESULT_ACCEPTED, &facts);
        }
        ck_assert_int_eq(inventory_record(i, inventory_find(i, "one"), o, NOW), 0);
        serve(i, "two", &cert);
        ck_assert_int_eq(inventory_reassess(i, NOW), 0);
        ck_assert_msg((said(i, "one", KEY) != NULL) == shared_rows[_i].one, "%s", shared_rows[_i].name);
        ck_assert_msg((said(i, "two", KEY) != NULL) == shared_rows[_i].two, "%s", shared_rows[_i].name);
}
END_TEST

START_TEST(a_twin_that_falls_silent_is_still_one)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(TWO);
        CLEANUP_PKI PkiCert cert = leaf("qm", NULL, 1);

        serve(i, "one", &cert);
        serve(i, "two", &cert);
        serve(i, "two", NULL);
        ck_assert_int_eq(inventory_reassess(i, NOW), 0);
        ck_assert_ptr_nonnull(said(i, "one", KEY));
        ck_assert_ptr_null(said(i, "two", KEY)); /* it has a worse trouble, and showed nothing */
}
END_TEST

START_TEST(a_twin_that_is_no_longer_configured_is_none)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory(TWO);
        CLEANUP(config_cleanup) Config *alone = config("{ name = \"one\"; qmgr = \"QM1\"; }");
        CLEANUP_PKI PkiCert cert = leaf("qm", NULL, 1);

        serve(i, "one", &cert);
        serve(i, "two", &cert);
        ck_assert_int_eq(inventory_reassess(i, NOW), 0);
        ck_assert_ptr_nonnull(said(i, "one", KEY));

        ck_assert_int_eq(inventory_sync(i, alone, NULL, NULL), 0);
        serve(i, "one", &cert); /* before anybody was judged again */
        ck_assert_ptr_null(said(i, "one", KEY));
        ck_assert_int_eq(inventory_reassess(i, NOW), 0);
        ck_assert_ptr_null(said(i, "one", KEY));
}
END_TEST

START_TEST(an_address_may_be_the_twin_of_another)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory("{ name = \"one\"; }");
        CLEANUP_PKI PkiCert first = leaf("qm1", "07", 0), second = leaf("qm1b", "07", 0);
        const PkiCert *certs[] = { &first, &second };
        Observation *o = estate_observation(NOW);

        for (size_t k = 0; k < 2; k++)
                estate_answered(estate_address(o, "h(1414)", k == 0 ? "192.0.2.1" : "192.0.2.2"),
                        &certs[k], 1, false, NOW);
        ck_assert_int_eq(inventory_record(i, inventory_find(i, "one"), o, NOW), 0);
        ck_assert_int_eq(inventory_reassess(i, NOW), 0);
        ck_assert_ptr_nonnull(strstr(said(i, "one", SERIAL), "served at one."));
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("inventory_hygiene");
        TCase *tc = tcase_create("hygiene");

        tcase_add_checked_fixture(tc, set_up, tear_down);
        tcase_add_test(tc, a_number_given_twice_is_found_once_all_are_known);
        tcase_add_test(tc, a_twin_that_is_renewed_away_is_forgotten);
        tcase_add_test(tc, a_shared_key_names_the_other_queue_manager);
        tcase_add_loop_test(
                tc, a_key_may_be_shared_within_a_queue_manager, 0, ARRAY_LEN(shared_rows));
        tcase_add_test(tc, a_twin_that_falls_silent_is_still_one);
        tcase_add_test(tc, a_twin_that_is_no_longer_configured_is_none);
        tcase_add_test(tc, an_address_may_be_the_twin_of_another);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
