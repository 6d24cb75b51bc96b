/* SPDX-License-Identifier: MIT */

/* What the engine says on the wire (ClientHello, close_notify), and how it goes on reading after the
 * handshake. */

#include "tls/handshake.h"

#include <string.h>

#include "base/buf.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"
#include "tests/support/tls_client.h"
#include "tests/support/tls_server.h"

enum {
        EXTENSION_SERVER_NAME = 0,
        EXTENSION_STATUS_REQUEST = 5,
        EXTENSION_ALPN = 16,
        EXTENSION_SESSION_TICKET = 35,
        EXTENSION_PRE_SHARED_KEY = 41,
        SUITES_MAX = 32,
};

static PkiCert leaf;
static const PkiCert *const chain[] = { &leaf };

/* ---- ClientHello ---- */

typedef struct Hello {
        unsigned record_version, legacy_version;
        uint16_t suites[SUITES_MAX]; /* without the RFC 5746 signal */
        size_t n_suites;
        const uint8_t *extensions;
        size_t extensions_len;
} Hello;

static unsigned u16(const uint8_t *p)
{
        return (unsigned) p[0] << 8 | p[1];
}

/* Ours, so it is trusted to be whole: record header 5, message header 4, version 2, random 32. */
static Hello parse_hello(Handshake *h)
{
        size_t len;
        const uint8_t *p;
        Hello hello = { 0 };

        ck_assert_int_eq(handshake_step(h), HANDSHAKE_WANTS_INPUT);
        p = handshake_output(h, &len);
        ck_assert_uint_gt(len, 45);
        ck_assert_uint_eq(p[0], 22);
        ck_assert_uint_eq(p[5], 1);
        ck_assert_uint_eq(u16(p + 3) + 5, len);
        hello.record_version = u16(p + 1);
        hello.legacy_version = u16(p + 9);

        p += 43;
        p += 1 + p[0]; /* session id */
        for (size_t i = 0; i < u16(p); i += 2) {
                uint16_t suite = (uint16_t) u16(p + 2 + i);

                ck_assert_uint_lt(hello.n_suites, SUITES_MAX);
                if (suite != 0x00ff)
                        hello.suites[hello.n_suites++] = suite;
        }
        p += 2 + u16(p);
        p += 1 + p[0]; /* compression */
        hello.extensions_len = u16(p);
        hello.extensions = p + 2;
        return hello;
}

static const uint8_t *find_extension(const Hello *hello, unsigned type, size_t *ret_len)
{
        const uint8_t *p = hello->extensions, *end = p + hello->extensions_len;

        for (; p + 4 <= end; p += 4 + u16(p + 2))
                if (u16(p) == type) {
                        *ret_len = u16(p + 2);
                        return p + 4;
                }
        return NULL;
}

typedef struct OfferRow {
        const char *sslciph;
        unsigned legacy_version;
        size_t n_suites;
        uint16_t suites[8]; /* the first ones */
} OfferRow;

static const OfferRow offer_rows[] = {
        { "ECDHE_RSA_AES_256_GCM_SHA384", 0x0303, 1, { 0xC030 } },
        { "TLS_RSA_WITH_AES_128_CBC_SHA256", 0x0303, 1, { 0x003C } },
        { "TLS_RSA_WITH_NULL_SHA256", 0x0303, 1, { 0x003B } },
        { "TLS_RSA_WITH_AES_128_CBC_SHA", 0x0301, 1, { 0x002F } },
        { "TLS_AES_128_CCM_8_SHA256", 0x0303, 1, { 0x1305 } },
        /* MQ's order, the CCM suites included: "CipherSpec order in TLS handshake". */
        { "ANY_TLS13", 0x0303, 5, { 0x1303, 0x1302, 0x1301, 0x1304, 0x1305 } },
        { "ANY_TLS12", 0x0303, 12, { 0x009D, 0xC02C, 0xC030, 0x003D, 0xC024, 0xC028, 0x009C, 0xC02B } },
        { "ANY_TLS12_OR_HIGHER", 0x0303, 17,
                { 0x1303, 0x1302, 0x1301, 0x1304, 0x1305, 0x009D, 0xC02C, 0xC030 } },
};

START_TEST(hello_offers_what_a_partner_offers_in_its_order)
{
        const OfferRow *row = &offer_rows[_i];
        CLEANUP_HANDSHAKE Handshake *h = tls_client(row->sslciph);
        Hello hello = parse_hello(h);
        size_t len;

        ck_assert_uint_eq(hello.legacy_version, row->legacy_version);
        ck_assert_msg(hello.n_suites == row->n_suites, "%s: %zu suites", row->sslciph, hello.n_suites);
        for (size_t i = 0; i < MIN_OF(row->n_suites, ARRAY_LEN(row->suites)); i++)
                ck_assert_msg(hello.suites[i] == row->suites[i], "%s: suite %zu is %04x", row->sslciph,
                        i, hello.suites[i]);

        ck_assert_ptr_null(find_extension(&hello, EXTENSION_ALPN, &len));
        ck_assert_ptr_null(find_extension(&hello, EXTENSION_SESSION_TICKET, &len));
        ck_assert_ptr_null(find_extension(&hello, EXTENSION_PRE_SHARED_KEY, &len));
        ck_assert_ptr_null(find_extension(&hello, EXTENSION_STATUS_REQUEST, &len));
        ck_assert(handshake_facts(h)->client_hello_sent);
}
END_TEST

static const char *const names[] = {
        "to2e-qmgr1.chl.mq.ibm.com",
        "61-.chl.mq.ibm.com",
        "app5f-012f-b6c-75-65-.chl.mq.ibm.com",
        "ends-in-",
        "7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-7a-.chl.mq.ibm.com",
        "mq1.example",
};

START_TEST(names_go_out_unchanged)
{
        const char *name = names[_i];
        CLEANUP_PROFILE TlsProfile *profile = tls_client_profile("ANY_TLS12_OR_HIGHER", NULL);
        CLEANUP_HANDSHAKE Handshake *h = NULL;
        const uint8_t *extension;
        size_t len, n = strlen(name);
        Hello hello;

        ck_assert_int_eq(handshake_new(profile, name, NULL, &h), 0);
        hello = parse_hello(h);
        extension = find_extension(&hello, EXTENSION_SERVER_NAME, &len);
        ck_assert_ptr_nonnull(extension);
        ck_assert_uint_eq(len, n + 5); /* RFC 6066 section 3: list length, type, name length */
        ck_assert_uint_eq(u16(extension), n + 3);
        ck_assert_uint_eq(extension[2], 0);
        ck_assert_uint_eq(u16(extension + 3), n);
        ck_assert_mem_eq(extension + 5, name, n);
}
END_TEST

START_TEST(without_a_name_none_is_sent)
{
        const char *const nothing[] = { NULL, "" };
        CLEANUP_PROFILE TlsProfile *profile = tls_client_profile("ANY_TLS13", NULL);

        for (size_t i = 0; i < ARRAY_LEN(nothing); i++) {
                CLEANUP_HANDSHAKE Handshake *h = NULL;
                size_t len;
                Hello hello;

                ck_assert_int_eq(handshake_new(profile, nothing[i], NULL, &h), 0);
                hello = parse_hello(h);
                ck_assert_ptr_null(find_extension(&hello, EXTENSION_SERVER_NAME, &len));
        }
}
END_TEST

START_TEST(a_name_that_does_not_fit_is_our_failure)
{
        CLEANUP_PROFILE TlsProfile *profile = tls_client_profile("ANY_TLS13", NULL);
        CLEANUP_HANDSHAKE Handshake *h = NULL;
        char name[300];
        size_t len;

        memset(name, 'a', sizeof(name) - 1);
        name[sizeof(name) - 1] = '\0';
        ck_assert_int_eq(handshake_new(profile, name, NULL, &h), 0);
        ck_assert_int_eq(handshake_step(h), HANDSHAKE_FAILED);
        ck_assert_int_eq(handshake_facts(h)->error, HANDSHAKE_ERROR_LOCAL);
        (void) handshake_output(h, &len);
        ck_assert_uint_eq(len, 0);
}
END_TEST

/* ---- after the handshake ---- */

static const char *const both_versions[] = { "ANY_TLS12", "ANY_TLS13" };

static TlsServer *quiet_server(void)
{
        return tls_server_new(
                &(TlsServerOptions) { .certs = chain, .n_certs = 1, .no_tickets = true });
}

START_TEST(silence_is_quiet_and_data_is_acceptance)
{
        for (size_t i = 0; i < ARRAY_LEN(both_versions); i++) {
                CLEANUP_TLS_SERVER TlsServer *s = quiet_server();
                CLEANUP_HANDSHAKE Handshake *h = tls_client(both_versions[i]);

                ck_assert_int_eq(tls_server_pump(s, h, 0), HANDSHAKE_DONE);
                ck_assert_int_eq(handshake_linger(h), LINGER_QUIET);
                ck_assert_int_eq(handshake_linger(h), LINGER_QUIET);
                tls_server_write(s, "hello", 5);
                ck_assert_int_eq(tls_server_pump(s, h, 1), HANDSHAKE_DONE);
                ck_assert_int_eq(handshake_linger(h), LINGER_ACCEPTED);
                ck_assert(handshake_facts(h)->data_seen);
                ck_assert(!handshake_facts(h)->ticket_seen);
        }
}
END_TEST

START_TEST(a_ticket_is_acceptance_in_tls13_only)
{
        for (size_t i = 0; i < ARRAY_LEN(both_versions); i++) {
                CLEANUP_TLS_SERVER TlsServer *s =
                        tls_server_new(&(TlsServerOptions) { .certs = chain, .n_certs = 1 });
                CLEANUP_HANDSHAKE Handshake *h = tls_client(both_versions[i]);
                bool is_tls13 = i == 1;

                ck_assert_int_eq(tls_server_pump(s, h, 0), HANDSHAKE_DONE);
                ck_assert_int_eq(handshake_linger(h), is_tls13 ? LINGER_ACCEPTED : LINGER_QUIET);
                ck_assert_int_eq(handshake_facts(h)->ticket_seen, is_tls13);
                ck_assert(!handshake_facts(h)->data_seen);
        }
}
END_TEST

START_TEST(close_notify_without_a_word_before_is_refusal)
{
        for (size_t i = 0; i < ARRAY_LEN(both_versions); i++) {
                CLEANUP_TLS_SERVER TlsServer *s = quiet_server();
                CLEANUP_HANDSHAKE Handshake *h = tls_client(both_versions[i]);
                const HandshakeFacts *f = handshake_facts(h);

                ck_assert_int_eq(tls_server_pump(s, h, 0), HANDSHAKE_DONE);
                tls_server_close(s);
                (void) tls_server_pump(s, h, 0);
                ck_assert_int_eq(handshake_linger(h), LINGER_REFUSED);
                ck_assert_int_eq(handshake_linger(h), LINGER_REFUSED);
                ck_assert_int_eq(f->error, HANDSHAKE_ERROR_CLOSE_NOTIFY);
                ck_assert_int_eq(f->alert_received, 0);
                ck_assert(!f->alert_received_fatal);
                ck_assert_uint_eq(f->n_certs, 1);

                /* A farewell is answered. */
                handshake_close(h);
                (void) tls_server_pump(s, h, 0);
                ck_assert_uint_gt(f->bytes_out, 0);
        }
}
END_TEST

START_TEST(close_notify_behind_a_word_is_acceptance)
{
        for (size_t i = 0; i < ARRAY_LEN(both_versions); i++) {
                CLEANUP_TLS_SERVER TlsServer *s = quiet_server();
                CLEANUP_HANDSHAKE Handshake *h = tls_client(both_versions[i]);

                ck_assert_int_eq(tls_server_pump(s, h, 0), HANDSHAKE_DONE);
                tls_server_write(s, "bye", 3);
                tls_server_close(s);
                (void) tls_server_pump(s, h, 0);
                ck_assert_int_eq(handshake_linger(h), LINGER_ACCEPTED);
        }
}
END_TEST

START_TEST(key_updates_are_followed_up_to_the_limit)
{
        const HandshakeLimits limits = {
                .bytes_max = 100000, .bytes_after_finished_max = 100, .cert_list_bytes_max = 100000 };
        CLEANUP_TLS_SERVER TlsServer *s = quiet_server();
        CLEANUP_HANDSHAKE Handshake *h = tls_client_limited("ANY_TLS13", &limits);
        LingerState state = LINGER_QUIET;
        int n = 0;

        ck_assert_int_eq(tls_server_pump(s, h, 0), HANDSHAKE_DONE);
        while (state == LINGER_QUIET && n++ < 20) {
                tls_server_key_update(s);
                (void) tls_server_pump(s, h, 0);
                state = handshake_linger(h);
        }
        ck_assert_int_eq(state, LINGER_LIMIT);
        ck_assert_int_gt(n, 2);
        ck_assert_int_eq(handshake_facts(h)->error, HANDSHAKE_ERROR_NONE);
        ck_assert_int_eq(handshake_linger(h), LINGER_LIMIT);
}
END_TEST

START_TEST(no_renegotiation_is_ever_done)
{
        CLEANUP_TLS_SERVER TlsServer *s = quiet_server();
        CLEANUP_HANDSHAKE Handshake *h = tls_client("ANY_TLS12");
        const HandshakeFacts *f = handshake_facts(h);

        ck_assert_int_eq(tls_server_pump(s, h, 0), HANDSHAKE_DONE);
        tls_server_hello_request(s);
        (void) tls_server_pump(s, h, 0);
        ck_assert_int_eq(handshake_linger(h), LINGER_QUIET);
        ck_assert_uint_eq(f->n_certs_sent, 1);
        ck_assert_int_eq(f->alert_sent, HANDSHAKE_ALERT_NONE); /* no_renegotiation is a warning */
}
END_TEST

START_TEST(a_broken_record_is_refusal)
{
        const uint8_t broken[] = { 0x17, 3, 3, 0, 32, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
                16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32 };

        for (size_t i = 0; i < ARRAY_LEN(both_versions); i++) {
                CLEANUP_TLS_SERVER TlsServer *s = quiet_server();
                CLEANUP_HANDSHAKE Handshake *h = tls_client(both_versions[i]);
                const HandshakeFacts *f = handshake_facts(h);
                size_t before, after;

                ck_assert_int_eq(tls_server_pump(s, h, 0), HANDSHAKE_DONE);
                ck_assert_int_eq(handshake_feed(h, broken, sizeof(broken)), 0);
                ck_assert_int_eq(handshake_linger(h), LINGER_REFUSED);
                ck_assert_int_eq(f->error, HANDSHAKE_ERROR_PROTOCOL);
                ck_assert_int_eq(f->alert_sent, 20);

                /* Its alert says it all: no close_notify behind it. */
                (void) handshake_output(h, &before);
                ck_assert_uint_gt(before, 0);
                handshake_close(h);
                (void) handshake_output(h, &after);
                ck_assert_uint_eq(before, after);
        }
}
END_TEST

START_TEST(closing_says_close_notify_once)
{
        for (size_t i = 0; i < ARRAY_LEN(both_versions); i++) {
                CLEANUP_TLS_SERVER TlsServer *s = quiet_server();
                CLEANUP_HANDSHAKE Handshake *h = tls_client(both_versions[i]);
                size_t len;

                ck_assert_int_eq(tls_server_pump(s, h, 0), HANDSHAKE_DONE);
                ck_assert(!tls_server_is_closed(s));
                handshake_close(h);
                (void) handshake_output(h, &len);
                ck_assert_uint_gt(len, 0);
                (void) tls_server_pump(s, h, 0);
                ck_assert(tls_server_is_closed(s));

                handshake_close(h);
                (void) handshake_output(h, &len);
                ck_assert_uint_eq(len, 0);
        }
}
END_TEST

START_TEST(closing_before_the_end_says_nothing)
{
        CLEANUP_HANDSHAKE Handshake *h = tls_client("ANY_TLS13");
        size_t before, after;

        handshake_close(h);
        (void) handshake_output(h, &before);
        ck_assert_uint_eq(before, 0);
        (void) handshake_step(h);
        (void) handshake_output(h, &before);
        handshake_close(h);
        (void) handshake_output(h, &after);
        ck_assert_uint_eq(before, after);
}
END_TEST

START_TEST(output_may_be_taken_in_any_pieces)
{
        CLEANUP_BUF Buf whole = BUF_INIT, pieces = BUF_INIT;
        CLEANUP_HANDSHAKE Handshake *h = tls_client("ANY_TLS13");
        const void *data;
        size_t len, n = 1;

        (void) handshake_step(h);
        data = handshake_output(h, &len);
        buf_append(&whole, data, len);
        for (; len > 0; data = handshake_output(h, &len)) {
                buf_append(&pieces, data, MIN_OF(n, len));
                handshake_output_consumed(h, MIN_OF(n, len));
                n = n * 2 + 1;
        }
        ck_assert_uint_eq(whole.len, pieces.len);
        ck_assert_mem_eq(whole.data, pieces.data, whole.len);
        ck_assert_uint_eq(handshake_facts(h)->bytes_out, whole.len);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("handshake_wire");
        TCase *hello = tcase_create("hello");
        TCase *linger = tcase_create("linger");

        leaf = pki_issue(&(PkiOptions) { .cn = "QM1" });

        tcase_set_timeout(hello, 120);
        tcase_add_loop_test(hello, hello_offers_what_a_partner_offers_in_its_order, 0,
                (int) ARRAY_LEN(offer_rows));
        tcase_add_loop_test(hello, names_go_out_unchanged, 0, (int) ARRAY_LEN(names));
        tcase_add_test(hello, without_a_name_none_is_sent);
        tcase_add_test(hello, a_name_that_does_not_fit_is_our_failure);
        tcase_add_test(hello, output_may_be_taken_in_any_pieces);
        suite_add_tcase(suite, hello);

        tcase_set_timeout(linger, 120);
        tcase_add_test(linger, silence_is_quiet_and_data_is_acceptance);
        tcase_add_test(linger, a_ticket_is_acceptance_in_tls13_only);
        tcase_add_test(linger, close_notify_without_a_word_before_is_refusal);
        tcase_add_test(linger, close_notify_behind_a_word_is_acceptance);
        tcase_add_test(linger, key_updates_are_followed_up_to_the_limit);
        tcase_add_test(linger, no_renegotiation_is_ever_done);
        tcase_add_test(linger, a_broken_record_is_refusal);
        tcase_add_test(linger, closing_says_close_notify_once);
        tcase_add_test(linger, closing_before_the_end_says_nothing);
        suite_add_tcase(suite, linger);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
