/* SPDX-License-Identifier: MIT */
#include "tls/sniff.h"

#include <stdbool.h>

#include "base/util.h"
#include "tests/support/suite.h"

typedef struct SniffRow {
        const char *name;
        const char *bytes;
        size_t len;
        SniffKind kind;
} SniffRow;

#define ROW(name, literal, kind) { name, literal, sizeof(literal) - 1, kind }

static const SniffRow rows[] = {
        ROW("no byte is nothing", "", SNIFF_NOTHING),

        ROW("a handshake record is TLS", "\x16\x03\x03\x00\x7a\x02", SNIFF_TLS),
        ROW("an alert record is TLS", "\x15\x03\x01\x00\x02\x02\x28", SNIFF_TLS),
        ROW("a change_cipher_spec record is TLS", "\x14\x03\x03\x00\x01\x01", SNIFF_TLS),
        ROW("application data is TLS", "\x17\x03\x03\x00\x20", SNIFF_TLS),
        ROW("SSL 3.0 has a TLS record header", "\x16\x03\x00\x00\x4a\x02", SNIFF_TLS),
        ROW("the first byte of a record may be TLS", "\x16", SNIFF_TLS),
        ROW("two bytes of a record may be TLS", "\x15\x03", SNIFF_TLS),
        ROW("a record of impossible length is still TLS", "\x16\x03\x03\xff\xff", SNIFF_TLS),

        ROW("a heartbeat record is none that may come first", "\x18\x03\x03\x00\x03", SNIFF_BINARY),
        ROW("content type 19 is not TLS", "\x13\x03\x03\x00\x03", SNIFF_BINARY),
        ROW("DTLS is not TLS", "\x16\xfe\xfd\x00\x00", SNIFF_BINARY),
        ROW("an SSLv2 hello is not TLS", "\x80\x2e\x01\x00\x02", SNIFF_BINARY),
        ROW("major version 2 is not TLS", "\x16\x02\x00\x00\x10", SNIFF_BINARY),

        ROW("a segment of MQ in ASCII", "TSH \x00\x00\x00\x24\x01\x05", SNIFF_MQ),
        ROW("a multiplexed segment of MQ", "TSHM\x00\x00\x00\x40", SNIFF_MQ),
        ROW("a segment of MQ in EBCDIC", "\xe3\xe2\xc8\x40\x00\x00\x00\x24", SNIFF_MQ),
        ROW("two EBCDIC letters are no MQ yet", "\xe3\xe2", SNIFF_BINARY),

        ROW("an HTTP status line", "HTTP/1.1 400 Bad Request\r\n", SNIFF_HTTP),
        ROW("an HTTP page without a status line", "<!DOCTYPE html><html>", SNIFF_HTTP),
        ROW("an HTML page in capitals", "<HTML><BODY>", SNIFF_HTTP),
        ROW("an SSH banner", "SSH-2.0-OpenSSH_9.2p1\r\n", SNIFF_SSH),
        ROW("an SMTP banner", "220 mail.example ESMTP\r\n", SNIFF_TEXT),
        ROW("an IMAP banner", "* OK IMAP4 ready\r\n", SNIFF_TEXT),
        ROW("one letter", "H", SNIFF_TEXT),
        ROW("a tab in a banner", "hello\tworld\n", SNIFF_TEXT),

        ROW("an AMQP header", "AMQP\x00\x01\x00\x00", SNIFF_BINARY),
        ROW("zero bytes", "\x00\x00\x00\x00", SNIFF_BINARY),
        ROW("0xff bytes", "\xff\xff\xff\xff", SNIFF_BINARY),
        ROW("text with an escape sequence in it", "hi\x1b[31m", SNIFF_BINARY),
        ROW("text with DEL in it", "hi\x7f", SNIFF_BINARY),
        ROW("a mark behind other bytes does not count", " HTTP/1.1 200 OK", SNIFF_TEXT),
};

START_TEST(first_bytes_are_recognised)
{
        const SniffRow *row = &rows[_i];

        ck_assert_msg(sniff((const uint8_t *) row->bytes, row->len) == row->kind,
                "%s: \"%s\" expected", row->name, sniff_to_phrase(row->kind));
}
END_TEST

START_TEST(no_bytes_need_no_pointer)
{
        ck_assert_int_eq(sniff(NULL, 0), SNIFF_NOTHING);
}
END_TEST

START_TEST(every_kind_has_its_own_phrase)
{
        for (SniffKind a = 0; a < _SNIFF_KIND_MAX; a++) {
                ck_assert_ptr_nonnull(sniff_to_phrase(a));
                for (SniffKind b = 0; b < a; b++)
                        ck_assert_str_ne(sniff_to_phrase(a), sniff_to_phrase(b));
        }
}
END_TEST

START_TEST(any_first_two_bytes_get_an_answer)
{
        for (unsigned n = 0; n <= 0xffff; n++) {
                const uint8_t bytes[] = { (uint8_t) (n >> 8), (uint8_t) n };
                bool is_record = bytes[0] >= 20 && bytes[0] <= 23 && bytes[1] == 3;

                ck_assert_int_eq(sniff(bytes, sizeof(bytes)) == SNIFF_TLS, is_record);
        }
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("sniff");
        TCase *tcase = tcase_create("sniff");

        tcase_add_loop_test(tcase, first_bytes_are_recognised, 0, (int) ARRAY_LEN(rows));
        tcase_add_test(tcase, no_bytes_need_no_pointer);
        tcase_add_test(tcase, every_kind_has_its_own_phrase);
        tcase_add_test(tcase, any_first_two_bytes_get_an_answer);
        suite_add_tcase(suite, tcase);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
