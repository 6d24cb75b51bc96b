/* SPDX-License-Identifier: MIT */
#include "daemon/transition.h"

#include <string.h>

#include "base/util.h"
#include "tests/support/capture.h"
#include "tests/support/estate.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

static const struct {
        const char *name;
        Verdict before, now;
        LogEvent event;
} rows[] = {
        {"well from the first look on is no news", {SEVERITY_UNKNOWN, DIAGNOSIS_NONE},
                {SEVERITY_OK, DIAGNOSIS_NONE}, LOG_EVENT_NONE},
        {"bad from the first look on", {SEVERITY_UNKNOWN, DIAGNOSIS_NONE},
                {SEVERITY_CRITICAL, DIAGNOSIS_CONNECT_REFUSED}, LOG_EVENT_ENDPOINT_FAILING},
        {"a warning at the first look", {SEVERITY_UNKNOWN, DIAGNOSIS_NONE},
                {SEVERITY_WARNING, DIAGNOSIS_POLICY_LIFETIME_SHORT}, LOG_EVENT_ENDPOINT_CHANGED},
        {"well as before", {SEVERITY_OK, DIAGNOSIS_NONE}, {SEVERITY_OK, DIAGNOSIS_NONE},
                LOG_EVENT_NONE},
        {"bad as before is not said again", {SEVERITY_CRITICAL, DIAGNOSIS_CONNECT_REFUSED},
                {SEVERITY_CRITICAL, DIAGNOSIS_CONNECT_REFUSED}, LOG_EVENT_NONE},
        {"it begins to fail", {SEVERITY_OK, DIAGNOSIS_NONE}, {SEVERITY_CRITICAL, DIAGNOSIS_CONNECT_REFUSED},
                LOG_EVENT_ENDPOINT_FAILING},
        {"a warning becomes critical", {SEVERITY_WARNING, DIAGNOSIS_POLICY_LIFETIME_SHORT},
                {SEVERITY_CRITICAL, DIAGNOSIS_POLICY_LIFETIME_SHORT}, LOG_EVENT_ENDPOINT_FAILING},
        {"it fails for another reason", {SEVERITY_CRITICAL, DIAGNOSIS_CONNECT_REFUSED},
                {SEVERITY_CRITICAL, DIAGNOSIS_VERIFY_EXPIRED}, LOG_EVENT_ENDPOINT_CHANGED},
        {"critical becomes a warning", {SEVERITY_CRITICAL, DIAGNOSIS_CONNECT_REFUSED},
                {SEVERITY_WARNING, DIAGNOSIS_POLICY_LIFETIME_SHORT}, LOG_EVENT_ENDPOINT_CHANGED},
        {"it recovers", {SEVERITY_CRITICAL, DIAGNOSIS_CONNECT_REFUSED}, {SEVERITY_OK, DIAGNOSIS_NONE},
                LOG_EVENT_ENDPOINT_RECOVERED},
        {"a warning goes", {SEVERITY_WARNING, DIAGNOSIS_POLICY_LIFETIME_SHORT}, {SEVERITY_OK, DIAGNOSIS_NONE},
                LOG_EVENT_ENDPOINT_RECOVERED},
        {"what was forgotten is no news", {SEVERITY_CRITICAL, DIAGNOSIS_CONNECT_REFUSED},
                {SEVERITY_UNKNOWN, DIAGNOSIS_NONE}, LOG_EVENT_NONE},
};

START_TEST(test_events)
{
        LogEvent event = transition_event(&rows[_i].before, &rows[_i].now);

        ck_assert_msg(event == rows[_i].event, "%s: %s", rows[_i].name, log_event_name(event));
}
END_TEST

static char *logged(const Inventory *inventory, const Verdict *before)
{
        Capture c;
        char *text;

        log_open(false);
        c = capture_begin(STDERR_FILENO);
        transition_log(inventory_at(inventory, 0), before);
        text = capture_text(&c);
        capture_end(&c);
        return text;
}

START_TEST(test_record)
{
        const EstateEndpoint endpoint = {.name = "QM1\nforged"};
        CLEANUP(inventory_cleanup) Inventory *inventory = estate_new(&endpoint, 1);
        const Verdict unknown = verdict_of(inventory_at(inventory, 0));
        Observation *o = estate_observation(PKI_NOW);
        AddressObservation *a = estate_address(o, "qm1.example.com(1414)", "192.0.2.1");
        CLEANUP_FREE char *before = NULL, *after = NULL;
        Verdict now;

        before = logged(inventory, &unknown);
        ck_assert_str_eq(before, "");

        estate_ended(a, PHASE_CONNECT, END_REFUSED);
        estate_record(inventory, endpoint.name, o, PKI_NOW);
        now = verdict_of(inventory_at(inventory, 0));
        ck_assert_int_eq(now.severity, SEVERITY_CRITICAL);
        ck_assert_int_eq(now.primary, DIAGNOSIS_CONNECT_REFUSED);

        after = logged(inventory, &unknown);
        ck_assert_msg(strncmp(after, "mqtlsd: error: QM1\\x0aforged is critical (connect/refused): ",
                              58) == 0,
                "%s", after);
        ck_assert_ptr_eq(strchr(after, '\n'), after + strlen(after) - 1);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("transition");
        TCase *tc = tcase_create("verdicts");

        tcase_add_loop_test(tc, test_events, 0, ARRAY_LEN(rows));
        tcase_add_test(tc, test_record);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
