/* SPDX-License-Identifier: MIT */
#include "base/escape.h"

#include <string.h>

#include "tests/support/suite.h"

#define FFFD "\xEF\xBF\xBD"
/* A literal with its length, so that it may hold NUL. */
#define BYTES(literal) literal, sizeof(literal) - 1

typedef void (*Escaper)(Buf *b, const char *s, size_t len);

static void text(Buf *b, const char *s, size_t len)
{
        escape_text(b, s, len);
}

static void label(Buf *b, const char *s, size_t len)
{
        escape_label(b, s, len, 0);
}

static void label_10(Buf *b, const char *s, size_t len)
{
        escape_label(b, s, len, 10);
}

static void label_2(Buf *b, const char *s, size_t len)
{
        escape_label(b, s, len, 2);
}

static void log_line(Buf *b, const char *s, size_t len)
{
        escape_log(b, s, len, 0);
}

static void log_10(Buf *b, const char *s, size_t len)
{
        escape_log(b, s, len, 10);
}

static void help(Buf *b, const char *s, size_t len)
{
        (void) len;
        escape_help(b, s, false);
}

static void open_help(Buf *b, const char *s, size_t len)
{
        (void) len;
        escape_help(b, s, true);
}

static const struct {
        const char *name;
        Escaper escape;
        const char *in;
        size_t in_len;
        const char *out;
} rows[] = {
        {"text keeps what is text", text, BYTES("CN=M\xC3\xBCller \xF0\x9F\x94\x91"),
                "CN=M\xC3\xBCller \xF0\x9F\x94\x91"},
        {"text keeps control characters", text, BYTES("a\n\x1B\x7F"), "a\n\x1B\x7F"},
        {"text writes NUL visibly", text, BYTES("a\0b"), "a\\x00b"},
        {"text doubles a backslash", text, BYTES("\\x41"), "\\\\x41"},
        {"text writes a lone byte in hex", text, BYTES("\xFF\xC3"), "\\xff\\xc3"},
        {"text knows overlong forms for what they are", text, BYTES("\xC0\xAF\xE0\x80\xAF"),
                "\\xc0\\xaf\\xe0\\x80\\xaf"},
        {"text takes no surrogate", text, BYTES("\xED\xA0\x80"), "\\xed\\xa0\\x80"},
        {"text takes nothing beyond U+10FFFF", text, BYTES("\xF4\x90\x80\x80"),
                "\\xf4\\x90\\x80\\x80"},
        {"text takes the last character there is", text, BYTES("\xF4\x8F\xBF\xBF"),
                "\xF4\x8F\xBF\xBF"},
        {"text takes no half character", text, BYTES("\xE2\x82"), "\\xe2\\x82"},

        {"a label escapes its three", label, BYTES("a\\b\"c\nd"), "a\\\\b\\\"c\\nd"},
        {"a label replaces other control characters", label, BYTES("a\rb\tc\0d\x7F"),
                "a" FFFD "b" FFFD "c" FFFD "d" FFFD},
        {"a label replaces C1", label, BYTES("\xC2\x85"), FFFD},
        {"a label replaces invalid UTF-8 byte by byte", label, BYTES("\xC3(\xFF"),
                FFFD "(" FFFD},
        {"a label of the greatest length stays whole", label_10, BYTES("0123456789"), "0123456789"},
        {"a longer label is cut", label_10, BYTES("0123456789a"), "0123456..."},
        {"a label is cut between characters", label_10, BYTES("012345\xE2\x82\xAC\xE2\x82\xAC"),
                "012345..."},
        {"a label is not cut within an escape", label_10, BYTES("012345\"\"\"\""), "012345..."},
        {"a label cut very short is dots", label_2, BYTES("abc"), ".."},

        {"help escapes backslash and newline", help, BYTES("a\\b\nc\"d"), "a\\\\b\\nc\"d"},
        {"help of OpenMetrics escapes the quote too", open_help, BYTES("a\\b\nc\"d"),
                "a\\\\b\\nc\\\"d"},

        {"HTML has five entities", escape_html, BYTES("<a href=\"x\" id='y'>&"),
                "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;"},
        {"HTML shows controls, overrides and no text", escape_html,
                BYTES("a\0b\nc\xE2\x80\xAE" "d\xFF\xF3\xA0\x81\x81"),
                "a" FFFD "b" FFFD "c" FFFD "d" FFFD FFFD},
        {"HTML keeps other languages", escape_html, BYTES("\xE6\x97\xA5"), "\xE6\x97\xA5"},

        {"a log line is ASCII", log_line, BYTES("M\xC3\xBC \xFF"), "M\\xc3\\xbc \\xff"},
        {"a log line is one line", log_line, BYTES("a\r\nb\x1B[2J"), "a\\x0d\\x0ab\\x1b[2J"},
        {"a log line doubles a backslash", log_line, BYTES("a\\b"), "a\\\\b"},
        {"a log line is cut between escapes", log_10, BYTES("0123456\n89"), "0123456..."},
        {"a log line of the greatest length stays whole", log_10, BYTES("012345\n"),
                "012345\\x0a"},

        {"a terminal shows other languages", escape_terminal, BYTES("M\xC3\xBC"), "M\xC3\xBC"},
        {"a terminal obeys nothing", escape_terminal, BYTES("\x1B[2J\xC2\x9B\x07"),
                "\\x1b[2J\\xc2\\x9b\\x07"},
        {"a terminal turns no text around", escape_terminal, BYTES("\xE2\x80\xAE\xE2\x81\xA6"),
                "\\xe2\\x80\\xae\\xe2\\x81\\xa6"},
        {"a terminal shows zero-width characters", escape_terminal, BYTES("a\xE2\x80\x8B" "b"),
                "a\\xe2\\x80\\x8bb"},

        {"a calendar value escapes its four", escape_calendar, BYTES("a\\b;c,d\ne"),
                "a\\\\b\\;c\\,d\\ne"},
        {"a calendar value drops control characters", escape_calendar, BYTES("a\r\n\0\tb"),
                "a\\nb"},
        {"a calendar value replaces what cannot be seen", escape_calendar,
                BYTES("a\342\200\256b"), "a" FFFD "b"},
        {"a calendar value replaces invalid UTF-8", escape_calendar, BYTES("\xFF"), FFFD},

        {"a short calendar line is one", escape_calendar_line, BYTES("X:abc"), "X:abc\r\n"},
        {"a calendar line of 75 octets is not folded", escape_calendar_line,
                BYTES("123456789012345678901234567890123456789012345678901234567890123456789012345"),
                "123456789012345678901234567890123456789012345678901234567890123456789012345"
                "\r\n"},
        {"a calendar line of 76 octets is folded", escape_calendar_line,
                BYTES("1234567890123456789012345678901234567890123456789012345678901234567890123456"),
                "123456789012345678901234567890123456789012345678901234567890123456789012345"
                "\r\n 6\r\n"},
        {"a calendar line is folded between characters", escape_calendar_line,
                BYTES("12345678901234567890123456789012345678901234567890123456789012345678901234\xC3\xBC"),
                "12345678901234567890123456789012345678901234567890123456789012345678901234"
                "\r\n \xC3\xBC\r\n"},
        {"a calendar line begins no second one", escape_calendar_line,
                BYTES("X:a\r\nBEGIN:VALARM"), "X:aBEGIN:VALARM\r\n"},

        {"a URL keeps unreserved characters", escape_url, BYTES("aZ0-._~"), "aZ0-._~"},
        {"a URL escapes the rest", escape_url, BYTES("QM1/A B\0%\xFF"), "QM1%2FA%20B%00%25%FF"},

        {"a shell takes a plain word as it is", escape_shell, BYTES("QM1/APP.SVRCONN"),
                "QM1/APP.SVRCONN"},
        {"a shell sees nothing between quotes", escape_shell, BYTES(""), "''"},
        {"a shell splits and expands nothing in quotes", escape_shell,
                BYTES("qm1(1414) $(id)`id`;&|<>*?[]{}~#!\\\""),
                "'qm1(1414) $(id)`id`;&|<>*?[]{}~#!\\\"'"},
        {"a quote ends no word", escape_shell, BYTES("a'; id; 'b"), "'a'\\''; id; '\\''b'"},
        {"a shell keeps UTF-8", escape_shell, BYTES("M\303\274ller"), "'M\303\274ller'"},
        {"what a terminal would act on is written in octal", escape_shell,
                BYTES("a\n\033[2J'!\\\003"), "$'a\\012\\033[2J\\047\\041\\134\\003'"},
        {"what cannot be seen is written in octal", escape_shell, BYTES("a\342\200\256b\xFF"),
                "$'a\\342\\200\\256b\\377'"},

        {"JSON escapes quote and backslash", escape_json, BYTES("a\"b\\c/"), "a\\\"b\\\\c/"},
        {"JSON escapes control characters", escape_json, BYTES("\n\t\0\x1F\x7F"),
                "\\n\\u0009\\u0000\\u001f\\u007f"},
        {"JSON escapes the line ends of JavaScript", escape_json, BYTES("\xE2\x80\xA8\xE2\x80\xA9"),
                "\\u2028\\u2029"},
        {"JSON replaces invalid UTF-8", escape_json, BYTES("\xED\xA0\x80z"), FFFD FFFD FFFD "z"},
};

START_TEST(an_escaper_makes_it_harmless)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        /* What stands before is not touched, and does not count. */
        buf_append_str(&b, "before:");
        rows[_i].escape(&b, rows[_i].in, rows[_i].in_len);
        ck_assert_int_eq(buf_error(&b), 0);
        ck_assert_msg(strcmp(buf_str(&b) + strlen("before:"), rows[_i].out) == 0,
                "%s: got %s",
                rows[_i].name,
                buf_str(&b));
        ck_assert_uint_eq(b.len, strlen("before:") + strlen(rows[_i].out));
}
END_TEST

START_TEST(nothing_stays_nothing)
{
        static const Escaper escapers[] = {
                text, label, escape_html, log_line, escape_terminal, escape_calendar, escape_json};

        for (size_t i = 0; i < ARRAY_LEN(escapers); i++) {
                CLEANUP_BUF Buf b = BUF_INIT;

                escapers[i](&b, NULL, 0);
                ck_assert_str_eq(buf_str(&b), "");
        }
}
END_TEST

START_TEST(a_failed_buffer_does_not_grow_again)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_append_str(&b, "x");
        b.failed = true;
        escape_label(&b, "abcdefgh", 8, 4);
        ck_assert_str_eq(buf_str(&b), "x");
        ck_assert_int_lt(buf_error(&b), 0);
}
END_TEST

START_TEST(the_length_of_a_character_is_known)
{
        ck_assert_uint_eq(escape_utf8_char("", 0), 0);
        ck_assert_uint_eq(escape_utf8_char("\0", 1), 1);
        ck_assert_uint_eq(escape_utf8_char("a", 1), 1);
        ck_assert_uint_eq(escape_utf8_char("\xC3\xBC", 2), 2);
        ck_assert_uint_eq(escape_utf8_char("\xC3\xBC", 1), 0);
        ck_assert_uint_eq(escape_utf8_char("\xE2\x82\xAC", 3), 3);
        ck_assert_uint_eq(escape_utf8_char("\xF0\x9F\x94\x91", 4), 4);
        ck_assert_uint_eq(escape_utf8_char("\xF0\x8F\xBF\xBF", 4), 0);
        ck_assert_uint_eq(escape_utf8_char("\x80", 1), 0);
        ck_assert_uint_eq(escape_utf8_char("\xF5\x80\x80\x80", 4), 0);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("escape");
        TCase *tc = tcase_create("escape");

        tcase_add_loop_test(tc, an_escaper_makes_it_harmless, 0, (int) ARRAY_LEN(rows));
        tcase_add_test(tc, nothing_stays_nothing);
        tcase_add_test(tc, a_failed_buffer_does_not_grow_again);
        tcase_add_test(tc, the_length_of_a_character_is_known);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
