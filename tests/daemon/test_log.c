/* SPDX-License-Identifier: MIT */
#include "daemon/log.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/capture.h"
#include "tests/support/suite.h"

static const struct {
        const char *name;
        int priority;
        const char *message, *line;
} lines[] = {
        {"an error says so", LOG_ERR, "it broke", "mqtlsd: error: it broke\n"},
        {"a warning says so", LOG_WARNING, "it may break", "mqtlsd: warning: it may break\n"},
        {"a notice has no word", LOG_NOTICE, "well", "mqtlsd: well\n"},
        {"information has no word", LOG_INFO, "well", "mqtlsd: well\n"},
        {"debugging is left out", LOG_DEBUG, "detail", ""},
        {"line breaks do not begin a record", LOG_INFO, "a\nmqtlsd: error: forged\r\nb",
                "mqtlsd: a\\x0amqtlsd: error: forged\\x0d\\x0ab\n"},
        {"escape sequences do not reach a terminal", LOG_INFO, "a\x1b[2Jb", "mqtlsd: a\\x1b[2Jb\n"},
        {"other than ASCII is written out", LOG_INFO, "\xc3\xa4\xe2\x80\xae",
                "mqtlsd: \\xc3\\xa4\\xe2\\x80\\xae\n"},
        {"a backslash is told from an escape", LOG_INFO, "a\\x0a", "mqtlsd: a\\\\x0a\n"},
        {"a percent sign is no format", LOG_INFO, "100 %s %n", "mqtlsd: 100 %s %n\n"},
        {"nothing is a line too", LOG_INFO, "", "mqtlsd: \n"},
};

START_TEST(test_plain_lines)
{
        Capture c;
        char *text;

        unsetenv("JOURNAL_STREAM");
        log_open(false);
        c = capture_begin(STDERR_FILENO);
        log_event(lines[_i].priority, LOG_EVENT_NONE, NULL, 0, "%s", lines[_i].message);
        text = capture_text(&c);
        capture_end(&c);
        ck_assert_msg(strcmp(text, lines[_i].line) == 0, "%s: \"%s\"", lines[_i].name, text);
        free(text);
}
END_TEST

START_TEST(test_verbose_shows_debugging)
{
        Capture c;
        char *text;

        unsetenv("JOURNAL_STREAM");
        log_open(true);
        c = capture_begin(STDERR_FILENO);
        log_debug("detail %d", 7);
        text = capture_text(&c);
        capture_end(&c);
        log_open(false);
        ck_assert_str_eq(text, "mqtlsd: debug: detail 7\n");
        free(text);
}
END_TEST

START_TEST(test_long_message_is_cut)
{
        Capture c;
        char *text, *message = malloc(100001);

        ck_assert_ptr_nonnull(message);
        memset(message, 'x', 100000);
        message[100000] = '\0';
        log_open(false);
        c = capture_begin(STDERR_FILENO);
        log_info("%s", message);
        text = capture_text(&c);
        capture_end(&c);
        ck_assert_uint_lt(strlen(text), 4096);
        ck_assert_ptr_nonnull(strstr(text, "...\n"));
        free(text);
        free(message);
}
END_TEST

/* A stream that is not what stderr is now: somebody has redirected it since. */
static const char *const other_streams[] = {"1:2", "", "x", "1", "1:2:3", ":", "-1:-1"};

START_TEST(test_other_journal_stream_is_not_ours)
{
        const LogField fields[] = {{"ENDPOINT", "QM1"}, {"QMGR", NULL}};
        Capture c;
        char *text;

        c = capture_begin(STDERR_FILENO);
        ck_assert_int_eq(setenv("JOURNAL_STREAM", other_streams[_i], 1), 0);
        log_open(false);
        log_event(LOG_ERR, LOG_EVENT_ENDPOINT_FAILING, fields, 2, "QM1 is failing");
        text = capture_text(&c);
        capture_end(&c);
        unsetenv("JOURNAL_STREAM");
        log_open(false);
        ck_assert_str_eq(text, "mqtlsd: error: QM1 is failing\n");
        free(text);
}
END_TEST

START_TEST(test_events_have_their_own_ids)
{
        ck_assert_ptr_null(log_event_message_id(LOG_EVENT_NONE));
        for (int e = LOG_EVENT_NONE; e < _LOG_EVENT_MAX; e++)
                ck_assert_ptr_nonnull(log_event_name((LogEvent) e));

        for (int e = LOG_EVENT_NONE + 1; e < _LOG_EVENT_MAX; e++) {
                const char *id = log_event_message_id((LogEvent) e);

                ck_assert_ptr_nonnull(id);
                ck_assert_uint_eq(strlen(id), 32);
                ck_assert_uint_eq(strspn(id, "0123456789abcdef"), 32);
                for (int other = LOG_EVENT_NONE + 1; other < e; other++) {
                        ck_assert_str_ne(id, log_event_message_id((LogEvent) other));
                        ck_assert_str_ne(
                                log_event_name((LogEvent) e), log_event_name((LogEvent) other));
                }
        }
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("log");
        TCase *tc = tcase_create("records");

        tcase_add_loop_test(tc, test_plain_lines, 0, ARRAY_LEN(lines));
        tcase_add_test(tc, test_verbose_shows_debugging);
        tcase_add_test(tc, test_long_message_is_cut);
        tcase_add_loop_test(tc, test_other_journal_stream_is_not_ours, 0,
                ARRAY_LEN(other_streams));
        tcase_add_test(tc, test_events_have_their_own_ids);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
