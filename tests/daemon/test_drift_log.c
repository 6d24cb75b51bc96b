/* SPDX-License-Identifier: MIT */
#include "daemon/drift_log.h"

#include <string.h>

#include "tests/support/capture.h"
#include "tests/support/endpoints.h"
#include "tests/support/suite.h"

static const struct {
        const char *name;
        DriftEvent event;
        bool expected;
        LogEvent logged;
        int priority;
} rows[] = {
        {"drift is an alarm", DRIFT_EVENT_DRIFT, false, LOG_EVENT_DRIFT, LOG_WARNING},
        {"announced drift is a note", DRIFT_EVENT_DRIFT, true, LOG_EVENT_DRIFT, LOG_NOTICE},
        {"mixed is an alarm", DRIFT_EVENT_MIXED, false, LOG_EVENT_MIXED, LOG_WARNING},
        {"a mismatch is an alarm", DRIFT_EVENT_MISMATCH, false, LOG_EVENT_MISMATCH, LOG_WARNING},
        {"a rotation is none", DRIFT_EVENT_ROTATION, false, LOG_EVENT_ROTATION, LOG_NOTICE},
        {"the old value is back", DRIFT_EVENT_RETURNED, false, LOG_EVENT_DRIFT_ENDED, LOG_NOTICE},
        {"mixed is over", DRIFT_EVENT_SETTLED, false, LOG_EVENT_DRIFT_ENDED, LOG_NOTICE},
        {"the mismatch is over", DRIFT_EVENT_AGREED, false, LOG_EVENT_DRIFT_ENDED, LOG_NOTICE},
        {"somebody accepted it", DRIFT_EVENT_ACCEPTED, false, LOG_EVENT_ACCEPTED, LOG_NOTICE},
};

_Static_assert(ARRAY_LEN(rows) == _DRIFT_EVENT_MAX + 1, "a row for each event, and one announced");

START_TEST(test_each_event_has_its_record)
{
        const DriftChange c = {.event = rows[_i].event, .expected = rows[_i].expected};

        ck_assert_msg(drift_log_event(&c) == rows[_i].logged, "%s", rows[_i].name);
        ck_assert_msg(drift_log_priority(&c) == rows[_i].priority, "%s", rows[_i].name);
        ck_assert_ptr_nonnull(log_event_message_id(drift_log_event(&c)));
}
END_TEST

static const struct {
        const char *name;
        bool expected;
        const char *address, *line;
} lines[] = {
        {"at an address", false, "qm1(1414)/192.0.2.1",
                "mqtlsd: warning: one: subject drift at qm1(1414)/192.0.2.1: \"CN=a\" -> \"b\\x0ac\"\n"},
        {"of the endpoint as a whole", false, NULL,
                "mqtlsd: warning: one: subject drift: \"CN=a\" -> \"b\\x0ac\"\n"},
        {"announced", true, NULL,
                "mqtlsd: one: subject drift (expected): \"CN=a\" -> \"b\\x0ac\"\n"},
};

START_TEST(test_lines)
{
        static char old_text[] = "CN=a", new_text[] = "b\nc";
        CLEANUP(config_cleanup) Config *config = endpoints_new();
        const Endpoint e = {.config = endpoints_add(config, "one", "qm1(1414)")};
        CLEANUP_FREE char *address = lines[_i].address ? strdup(lines[_i].address) : NULL;
        CLEANUP_FREE char *text = NULL;
        const DriftChange c = {
                .kind = DRIFT_KIND_SUBJECT,
                .event = DRIFT_EVENT_DRIFT,
                .expected = lines[_i].expected,
                .address = address,
                .old_text = old_text,
                .new_text = new_text,
        };
        Capture log;

        unsetenv("JOURNAL_STREAM");
        log_open(false);
        log = capture_begin(STDERR_FILENO);
        drift_log(&e, &c);
        text = capture_text(&log);
        capture_end(&log);
        ck_assert_str_eq(text, lines[_i].line);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("drift_log");
        TCase *tcase = tcase_create("records");

        tcase_add_loop_test(tcase, test_each_event_has_its_record, 0, ARRAY_LEN(rows));
        tcase_add_loop_test(tcase, test_lines, 0, ARRAY_LEN(lines));
        suite_add_tcase(suite, tcase);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
