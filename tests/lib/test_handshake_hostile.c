/* SPDX-License-Identifier: MIT */

/*
 * The engine against listeners that are no TLS, break it, or mean harm. Their bytes are written here
 * by hand: a record is type, version, length; a handshake message in it is type, 3 octets of length.
 */

#include "tls/handshake.h"

#include <string.h>

#include "base/buf.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"
#include "tests/support/tls_client.h"
#include "tests/support/tls_server.h"
#include "tls/handshake_internal.h"

enum {
        TYPE_ALERT = 21,
        TYPE_HANDSHAKE = 22,
        TYPE_DATA = 23,
        RECORD_MAX = 16384,

        MESSAGE_SERVER_HELLO = 2,
        MESSAGE_CERTIFICATE = 11,
        MESSAGE_CERTIFICATE_REQUEST = 13,

        LEVEL_WARNING = 1,
        LEVEL_FATAL = 2,
};

#define SPEC12 "ECDHE_RSA_AES_256_GCM_SHA384" /* 0xC030, with a server certificate and in clear */
#define SPEC13 "ANY_TLS13"

static PkiCert leaf;
static const PkiCert *const chain[] = { &leaf };

/* ---- writing bytes ---- */

static void put_number(Buf *b, size_t size, size_t n)
{
        while (size-- > 0)
                buf_append_char(b, (char) (n >> 8 * size & 0xff));
}

static void put_record(Buf *b, unsigned type, const void *data, size_t len)
{
        const char *p = data;

        do {
                size_t n = MIN_OF(len, (size_t) RECORD_MAX);

                put_number(b, 1, type);
                put_number(b, 2, TLS_VERSION_TLS12);
                put_number(b, 2, n);
                buf_append(b, p, n);
                p += n;
                len -= n;
        } while (len > 0);
}

static void put_message(Buf *b, unsigned type, const void *body, size_t len)
{
        CLEANUP_BUF Buf message = BUF_INIT;

        put_number(&message, 1, type);
        put_number(&message, 3, len);
        buf_append(&message, body, len);
        put_record(b, TYPE_HANDSHAKE, message.data, message.len);
}

static void put_alert(Buf *b, unsigned level, unsigned description)
{
        const char body[] = { (char) level, (char) description };

        put_record(b, TYPE_ALERT, body, sizeof(body));
}

typedef struct HelloScript {
        unsigned version, cipher, compression;
        const char *extensions;
        size_t extensions_len;
        const char *random_end; /* the last 8 octets */
} HelloScript;

#define EXTENSION_RFC5746 "\xff\x01\x00\x01\x00"
#define GOOD_HELLO                                                                                 \
        {                                                                                          \
                .version = TLS_VERSION_TLS12, .cipher = 0xC030, .extensions = EXTENSION_RFC5746,   \
                .extensions_len = 5                                                                \
        }

static void put_hello(Buf *b, const HelloScript *s)
{
        CLEANUP_BUF Buf body = BUF_INIT;

        put_number(&body, 2, s->version);
        buf_append_str(&body, "012345678901234567890123");
        buf_append(&body, s->random_end ? s->random_end : "abcdefgh", 8);
        put_number(&body, 1, 0); /* no session */
        put_number(&body, 2, s->cipher);
        put_number(&body, 1, s->compression);
        if (s->extensions) {
                put_number(&body, 2, s->extensions_len);
                buf_append(&body, s->extensions, s->extensions_len);
        }
        put_message(b, MESSAGE_SERVER_HELLO, body.data, body.len);
}

/* A good ServerHello of TLS 1.2, and behind it a message with this body. */
static void put_flight(Buf *b, unsigned type, const Buf *body)
{
        const HelloScript good = GOOD_HELLO;

        put_hello(b, &good);
        put_message(b, type, body->data, body->len);
}

/* Takes the ClientHello away and answers it, in slices. */
static HandshakeState answer(Handshake *h, const void *data, size_t len, size_t slice)
{
        const uint8_t *p = data;
        HandshakeState state = handshake_step(h);
        size_t n_output;

        (void) handshake_output(h, &n_output);
        handshake_output_consumed(h, n_output);
        while (len > 0) {
                size_t n = MIN_OF(len, slice);

                ck_assert_int_eq(handshake_feed(h, p, n), 0);
                p += n;
                len -= n;
                state = handshake_step(h);
        }
        return state;
}

static HandshakeState answer_buf(Handshake *h, const Buf *b)
{
        ck_assert_int_eq(buf_error(b), 0);
        return answer(h, b->data, b->len, b->len);
}

/* ---- no TLS at all, and broken records ---- */

typedef struct BytesRow {
        const char *name;
        const char *bytes;
        size_t len;
        HandshakeState state;
        HandshakeError error;
} BytesRow;

#define ROW(name, literal, error)                                                                  \
        { name, literal, sizeof(literal) - 1, HANDSHAKE_FAILED, HANDSHAKE_ERROR_##error }
#define WAITS(name, literal)                                                                       \
        { name, literal, sizeof(literal) - 1, HANDSHAKE_WANTS_INPUT, HANDSHAKE_ERROR_NONE }

static const BytesRow bytes_rows[] = {
        ROW("an HTTP server", "HTTP/1.1 400 Bad Request\r\n\r\n", NOT_TLS),
        ROW("an SSH server", "SSH-2.0-OpenSSH_9.2\r\n", NOT_TLS),
        ROW("an SMTP server", "220 mail.example ESMTP\r\n", NOT_TLS),
        ROW("a plain queue manager", "TSH \x00\x00\x00\x1c\x02\x05\x00\x00", NOT_TLS),
        ROW("a plain queue manager in EBCDIC", "\xe3\xe2\xc8\x40\x00\x00\x00\x1c", NOT_TLS),
        ROW("zero bytes", "\x00\x00\x00\x00\x00\x00", NOT_TLS),
        ROW("0xff bytes", "\xff\xff\xff\xff\xff\xff", NOT_TLS),
        ROW("DTLS", "\x16\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10", NOT_TLS),
        ROW("SSLv2", "\x80\x0b\x04\x00\x01\x00\x02\x00\x00\x00\x00", NOT_TLS),
        ROW("a heartbeat first", "\x18\x03\x03\x00\x03\x01\x00\x00", NOT_TLS),
        ROW("one letter", "H", NOT_TLS),
        ROW("the second byte is wrong", "\x16\x04", NOT_TLS),

        ROW("a record of 65535 bytes", "\x16\x03\x03\xff\xff\x02\x00", PROTOCOL),
        ROW("a record one byte too long", "\x16\x03\x03\x48\x01\x02\x00", PROTOCOL),
        ROW("application data first", "\x17\x03\x03\x00\x05hello", PROTOCOL),
        ROW("early change_cipher_spec", "\x14\x03\x03\x00\x01\x01\x14\x03\x03\x00\x01\x01", PROTOCOL),
        ROW("a Finished first", "\x16\x03\x03\x00\x04\x14\x00\x00\x00", PROTOCOL),
        ROW("an alert of one byte", "\x15\x03\x03\x00\x01\x02", PROTOCOL),
        ROW("an alert of three bytes", "\x15\x03\x03\x00\x03\x02\x28\x00", PROTOCOL),
        ROW("an alert of level 0", "\x15\x03\x03\x00\x02\x00\x28", PROTOCOL),
        ROW("an alert of level 3", "\x15\x03\x03\x00\x02\x03\x28", PROTOCOL),
        ROW("a ServerHello of 16 MB is announced", "\x16\x03\x03\x00\x04\x02\xff\xff\xff", LIMIT),
        ROW("an empty ServerHello", "\x16\x03\x03\x00\x04\x02\x00\x00\x00", PROTOCOL),
        ROW("a good record behind text does not help", "hello\x16\x03\x03\x00\x02", NOT_TLS),

        WAITS("the first byte of a record", "\x16"),
        WAITS("a record header and silence", "\x16\x03\x03\x00\x7a"),
        WAITS("an empty handshake record", "\x16\x03\x03\x00\x00"),
        WAITS("half a handshake header", "\x16\x03\x03\x00\x02\x02\x00"),
};

START_TEST(bytes_that_are_no_handshake)
{
        const BytesRow *row = &bytes_rows[_i];
        const char *const sslciphs[] = { SPEC12, SPEC13, "ANY_TLS12_OR_HIGHER" };
        const size_t slices[] = { 1, 1000 };

        for (size_t i = 0; i < ARRAY_LEN(sslciphs); i++)
                for (size_t j = 0; j < ARRAY_LEN(slices); j++) {
                        CLEANUP_HANDSHAKE Handshake *h = tls_client(sslciphs[i]);
                        const HandshakeFacts *f = handshake_facts(h);

                        ck_assert_msg(answer(h, row->bytes, row->len, slices[j]) == row->state,
                                "%s under %s", row->name, sslciphs[i]);
                        ck_assert_msg(f->error == row->error, "%s under %s: %d %s", row->name,
                                sslciphs[i], (int) f->error, f->error_text);
                        ck_assert_int_eq(f->error_text[0] != '\0', row->state == HANDSHAKE_FAILED);
                        ck_assert(!f->certificate_seen && !f->finished_seen);
                        ck_assert_uint_eq(f->bytes_in, row->len);
                        ck_assert_mem_eq(f->first_bytes, row->bytes, f->n_first_bytes);
                        handshake_close(h);
                }
}
END_TEST

START_TEST(the_mirrored_hello_breaks_the_protocol)
{
        CLEANUP_HANDSHAKE Handshake *h = tls_client("ANY_TLS12_OR_HIGHER");
        CLEANUP_BUF Buf mirror = BUF_INIT;
        const void *data;
        size_t len;

        (void) handshake_step(h);
        data = handshake_output(h, &len);
        buf_append(&mirror, data, len);
        ck_assert_int_eq(answer_buf(h, &mirror), HANDSHAKE_FAILED);
        ck_assert_int_eq(handshake_facts(h)->error, HANDSHAKE_ERROR_PROTOCOL);
        ck_assert_int_eq(handshake_facts(h)->alert_sent, 10);
}
END_TEST

/* ---- alerts ---- */

static void expect_alert(const char *sslciph, unsigned level, unsigned description, size_t slice)
{
        CLEANUP_HANDSHAKE Handshake *h = tls_client(sslciph);
        CLEANUP_BUF Buf b = BUF_INIT;
        const HandshakeFacts *f = handshake_facts(h);
        HandshakeState state;
        HandshakeError error = HANDSHAKE_ERROR_NONE;

        if (description == 0)
                error = HANDSHAKE_ERROR_CLOSE_NOTIFY;
        else if (level == LEVEL_FATAL)
                error = HANDSHAKE_ERROR_ALERT;
        else if (description == 100)
                error = HANDSHAKE_ERROR_PROTOCOL; /* no_renegotiation before there is anything */

        put_alert(&b, level, description);
        state = answer(h, b.data, b.len, slice);
        ck_assert_msg(f->error == error, "level %u, alert %u: %d %s", level, description,
                (int) f->error, f->error_text);
        ck_assert_int_eq(
                state, error == HANDSHAKE_ERROR_NONE ? HANDSHAKE_WANTS_INPUT : HANDSHAKE_FAILED);
        ck_assert_int_eq(f->alert_received, (int) description);
        ck_assert_int_eq(f->alert_received_fatal, level == LEVEL_FATAL);
        ck_assert(!f->server_hello_seen);
}

START_TEST(every_alert_keeps_its_number)
{
        for (unsigned n = 0; n < 256; n++) {
                expect_alert(SPEC12, LEVEL_FATAL, n, 7);
                expect_alert(SPEC12, LEVEL_WARNING, n, 7);
                expect_alert(SPEC13, LEVEL_FATAL, n, 7);
                expect_alert(SPEC13, LEVEL_WARNING, n, 7);
        }
        expect_alert(SPEC12, LEVEL_FATAL, 40, 1);
        expect_alert(SPEC13, LEVEL_WARNING, 0, 1);
}
END_TEST

START_TEST(a_warning_before_the_fatal_alert_is_covered_by_it)
{
        CLEANUP_HANDSHAKE Handshake *h = tls_client(SPEC12);
        CLEANUP_BUF Buf b = BUF_INIT;

        put_alert(&b, LEVEL_WARNING, 112);
        put_alert(&b, LEVEL_FATAL, 40);
        put_alert(&b, LEVEL_WARNING, 0);
        ck_assert_int_eq(answer_buf(h, &b), HANDSHAKE_FAILED);
        ck_assert_int_eq(handshake_facts(h)->error, HANDSHAKE_ERROR_ALERT);
        ck_assert_int_eq(handshake_facts(h)->alert_received, 40);
}
END_TEST

START_TEST(endless_talk_ends)
{
        const char *const sslciphs[] = { SPEC12, SPEC13 };

        for (size_t i = 0; i < ARRAY_LEN(sslciphs); i++) {
                CLEANUP_HANDSHAKE Handshake *warned = tls_client(sslciphs[i]);
                CLEANUP_HANDSHAKE Handshake *emptied = tls_client(sslciphs[i]);
                CLEANUP_BUF Buf warnings = BUF_INIT, empties = BUF_INIT;

                for (int n = 0; n < 1000; n++) {
                        put_alert(&warnings, LEVEL_WARNING, 90);
                        put_record(&empties, TYPE_DATA, "", 0);
                }
                ck_assert_int_eq(answer_buf(warned, &warnings), HANDSHAKE_FAILED);
                ck_assert_int_eq(handshake_facts(warned)->error, HANDSHAKE_ERROR_PROTOCOL);
                ck_assert_int_eq(answer_buf(emptied, &empties), HANDSHAKE_FAILED);
                ck_assert_int_eq(handshake_facts(emptied)->error, HANDSHAKE_ERROR_PROTOCOL);
        }
}
END_TEST

/* ---- ServerHello ---- */

typedef struct HelloRow {
        const char *name;
        HelloScript script;
        HandshakeState state;
        HandshakeError error;
        int alert_sent;
} HelloRow;

#define WITH_RFC5746 .extensions = EXTENSION_RFC5746, .extensions_len = 5

static const HelloRow hello_rows[] = {
        { "a good one leaves us waiting", GOOD_HELLO, HANDSHAKE_WANTS_INPUT, HANDSHAKE_ERROR_NONE, -1 },
        { "TLS 1.1", { .version = 0x0302, .cipher = 0xC030, WITH_RFC5746 }, HANDSHAKE_FAILED,
                HANDSHAKE_ERROR_VERSION, 70 },
        { "TLS 1.0", { .version = 0x0301, .cipher = 0xC030, WITH_RFC5746 }, HANDSHAKE_FAILED,
                HANDSHAKE_ERROR_VERSION, 70 },
        { "SSL 3.0", { .version = 0x0300, .cipher = 0xC030, WITH_RFC5746 }, HANDSHAKE_FAILED,
                HANDSHAKE_ERROR_VERSION, 70 },
        { "a version that does not exist", { .version = 0x0399, .cipher = 0xC030, WITH_RFC5746 },
                HANDSHAKE_FAILED, HANDSHAKE_ERROR_VERSION, 70 },
        { "no RFC 5746", { .version = 0x0303, .cipher = 0xC030 }, HANDSHAKE_FAILED,
                HANDSHAKE_ERROR_UNSAFE_RENEGOTIATION, 40 },
        { "a cipher that was not offered", { .version = 0x0303, .cipher = 0xC02F, WITH_RFC5746 },
                HANDSHAKE_FAILED, HANDSHAKE_ERROR_PROTOCOL, 47 },
        { "a cipher of TLS 1.3 under TLS 1.2", { .version = 0x0303, .cipher = 0x1301, WITH_RFC5746 },
                HANDSHAKE_FAILED, HANDSHAKE_ERROR_PROTOCOL, 47 },
        { "no cipher at all", { .version = 0x0303, .cipher = 0, WITH_RFC5746 }, HANDSHAKE_FAILED,
                HANDSHAKE_ERROR_PROTOCOL, 47 },
        { "the signal of RFC 5746 as a cipher", { .version = 0x0303, .cipher = 0x00FF, WITH_RFC5746 },
                HANDSHAKE_FAILED, HANDSHAKE_ERROR_PROTOCOL, 47 },
        { "the signal of RFC 7507 as a cipher", { .version = 0x0303, .cipher = 0x5600, WITH_RFC5746 },
                HANDSHAKE_FAILED, HANDSHAKE_ERROR_PROTOCOL, 47 },
        { "compression", { .version = 0x0303, .cipher = 0xC030, .compression = 1, WITH_RFC5746 },
                HANDSHAKE_FAILED, HANDSHAKE_ERROR_PROTOCOL, 47 },
        { "an extension twice",
                { .version = 0x0303,
                        .cipher = 0xC030,
                        .extensions = EXTENSION_RFC5746 EXTENSION_RFC5746,
                        .extensions_len = 10 },
                HANDSHAKE_FAILED, HANDSHAKE_ERROR_PROTOCOL, 47 },
        { "an extension that lies about its length",
                { .version = 0x0303,
                        .cipher = 0xC030,
                        .extensions = "\xff\x01\xff\xff\x00",
                        .extensions_len = 5 },
                HANDSHAKE_FAILED, HANDSHAKE_ERROR_PROTOCOL, 50 },
};

START_TEST(server_hello)
{
        const HelloRow *row = &hello_rows[_i];
        CLEANUP_HANDSHAKE Handshake *h = tls_client(SPEC12);
        CLEANUP_BUF Buf b = BUF_INIT;
        const HandshakeFacts *f = handshake_facts(h);

        put_hello(&b, &row->script);
        ck_assert_msg(answer_buf(h, &b) == row->state, "%s: %s", row->name, f->error_text);
        ck_assert_msg(f->error == row->error, "%s: %d %s", row->name, (int) f->error, f->error_text);
        ck_assert_msg(f->alert_sent == row->alert_sent, "%s: alert %d", row->name, f->alert_sent);
        ck_assert(f->server_hello_seen);
        ck_assert_uint_eq(f->version, row->script.version);
        ck_assert_uint_eq(f->cipher, row->script.cipher);
}
END_TEST

START_TEST(an_answer_of_tls12_to_an_offer_of_tls13_is_a_version_error)
{
        const HelloScript script = GOOD_HELLO;
        CLEANUP_HANDSHAKE Handshake *h = tls_client(SPEC13);
        CLEANUP_BUF Buf b = BUF_INIT;

        put_hello(&b, &script);
        ck_assert_int_eq(answer_buf(h, &b), HANDSHAKE_FAILED);
        ck_assert_int_eq(handshake_facts(h)->error, HANDSHAKE_ERROR_VERSION);
        ck_assert_uint_eq(handshake_facts(h)->version, TLS_VERSION_TLS12);
        ck_assert_str_eq(
                handshake_facts(h)->cipher_name, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
}
END_TEST

START_TEST(a_stray_record_version_is_no_version_error)
{
        const HelloScript script = GOOD_HELLO;
        CLEANUP_HANDSHAKE Handshake *h = tls_client(SPEC12);
        CLEANUP_BUF Buf b = BUF_INIT;

        put_hello(&b, &script);
        buf_append(&b, "\x16\x03\x01\x00\x04\x0e\x00\x00\x00", 9);
        ck_assert_int_eq(answer_buf(h, &b), HANDSHAKE_FAILED);
        ck_assert_int_eq(handshake_facts(h)->error, HANDSHAKE_ERROR_PROTOCOL);
}
END_TEST

/* RFC 8446 section 4.1.3: a listener that could have spoken TLS 1.3 marks its lower answer. */
START_TEST(the_downgrade_mark_breaks_the_protocol)
{
        const HelloScript script = { .version = TLS_VERSION_TLS12,
                .cipher = 0xC030,
                WITH_RFC5746,
                .random_end = "DOWNGRD\x01" };
        CLEANUP_HANDSHAKE Handshake *h = tls_client("ANY_TLS12_OR_HIGHER");
        CLEANUP_BUF Buf b = BUF_INIT;

        put_hello(&b, &script);
        ck_assert_int_eq(answer_buf(h, &b), HANDSHAKE_FAILED);
        ck_assert_int_eq(handshake_facts(h)->error, HANDSHAKE_ERROR_PROTOCOL);
        ck_assert_int_eq(handshake_facts(h)->alert_sent, 47);
}
END_TEST

/* ---- Certificate ---- */

typedef struct CertRow {
        const char *name;
        const char *body;
        size_t len;
        HandshakeError error;
        size_t n_certs;
        bool is_malformed;
} CertRow;

#define CERT(name, literal, error, n_certs, is_malformed)                                          \
        { name, literal, sizeof(literal) - 1, HANDSHAKE_ERROR_##error, n_certs, is_malformed }

static const CertRow cert_rows[] = {
        CERT("an empty list", "\x00\x00\x00", PROTOCOL, 0, false),
        CERT("an empty certificate", "\x00\x00\x03\x00\x00\x00", CERTIFICATE, 0, true),
        CERT("no list", "", PROTOCOL, 0, true),
        CERT("half a length", "\x00\x00", PROTOCOL, 0, true),
        CERT("a list that is shorter than it says", "\x00\x00\x09\x00\x00\x04zzzz", PROTOCOL, 0, true),
        CERT("a list with bytes behind it", "\x00\x00\x07\x00\x00\x04zzzzz", PROTOCOL, 0, true),
        CERT("a certificate longer than the list", "\x00\x00\x07\x00\x00\x09zzzz", CERTIFICATE, 0, true),
        CERT("garbage for a certificate", "\x00\x00\x07\x00\x00\x04zzzz", CERTIFICATE, 1, false),
        CERT("PEM text for a certificate", "\x00\x00\x0d\x00\x00\x0a-----BEGIN", CERTIFICATE, 1, false),
        CERT("an empty SEQUENCE", "\x00\x00\x05\x00\x00\x02\x30\x00", CERTIFICATE, 1, false),
        CERT("one byte of SEQUENCE", "\x00\x00\x04\x00\x00\x01\x30", CERTIFICATE, 1, false),
        CERT("garbage, then a lie", "\x00\x00\x0b\x00\x00\x01z\x00\x00\xffzzzz", CERTIFICATE, 1, true),
};

START_TEST(certificate_message)
{
        const CertRow *row = &cert_rows[_i];
        CLEANUP_HANDSHAKE Handshake *h = tls_client(SPEC12);
        CLEANUP_BUF Buf body = BUF_INIT, b = BUF_INIT;
        const HandshakeFacts *f = handshake_facts(h);

        buf_append(&body, row->body, row->len);
        put_flight(&b, MESSAGE_CERTIFICATE, &body);
        ck_assert_msg(answer_buf(h, &b) == HANDSHAKE_FAILED, "%s", row->name);
        ck_assert_msg(f->error == row->error, "%s: %d %s", row->name, (int) f->error, f->error_text);
        ck_assert_msg(f->n_certs == row->n_certs, "%s: %zu", row->name, f->n_certs);
        ck_assert_msg(f->cert_list_malformed == row->is_malformed, "%s", row->name);
        ck_assert(f->certificate_seen);
        ck_assert_int_ge(f->alert_sent, 0);
}
END_TEST

/* `n` times the same bytes as certificates. */
static void put_cert_list(Buf *body, size_t n, const void *cert, size_t len)
{
        put_number(body, 3, n * (3 + len));
        for (size_t i = 0; i < n; i++) {
                put_number(body, 3, len);
                buf_append(body, cert, len);
        }
}

START_TEST(five_thousand_tiny_certificates_are_counted)
{
        CLEANUP_HANDSHAKE Handshake *h = tls_client(SPEC12);
        CLEANUP_BUF Buf body = BUF_INIT, b = BUF_INIT;
        const HandshakeFacts *f = handshake_facts(h);

        put_cert_list(&body, 5000, "\x30\x00", 2);
        put_flight(&b, MESSAGE_CERTIFICATE, &body);
        ck_assert_int_eq(answer_buf(h, &b), HANDSHAKE_FAILED);
        ck_assert_int_eq(f->error, HANDSHAKE_ERROR_CERTIFICATE);
        ck_assert_uint_eq(f->n_certs_sent, 5000);
        ck_assert_uint_eq(f->n_certs, HANDSHAKE_CERTS_MAX);
}
END_TEST

START_TEST(a_good_certificate_arrives_even_if_the_next_is_garbage)
{
        CLEANUP_HANDSHAKE Handshake *h = tls_client(SPEC12);
        CLEANUP_BUF Buf body = BUF_INIT, b = BUF_INIT;
        const HandshakeFacts *f = handshake_facts(h);

        put_number(&body, 3, 3 + leaf.der_len + 3 + 4);
        put_number(&body, 3, leaf.der_len);
        buf_append(&body, leaf.der, leaf.der_len);
        put_number(&body, 3, 4);
        buf_append_str(&body, "zzzz");
        put_flight(&b, MESSAGE_CERTIFICATE, &body);

        ck_assert_int_eq(answer_buf(h, &b), HANDSHAKE_FAILED);
        ck_assert_int_eq(f->error, HANDSHAKE_ERROR_CERTIFICATE);
        ck_assert_uint_eq(f->n_certs, 2);
        ck_assert_mem_eq(f->certs[0].data, leaf.der, leaf.der_len);
}
END_TEST

START_TEST(too_long_a_certificate_list_is_a_limit)
{
        const size_t sizes[] = { 385 * 1024, 1024 * 1024 };
        CLEANUP_FREE char *big = calloc(1, 1024 * 1024);

        ck_assert_ptr_nonnull(big);
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
                CLEANUP_HANDSHAKE Handshake *h = tls_client(SPEC12);
                CLEANUP_BUF Buf body = BUF_INIT, b = BUF_INIT;

                put_cert_list(&body, 1, big, sizes[i]);
                put_flight(&b, MESSAGE_CERTIFICATE, &body);
                ck_assert_int_eq(answer_buf(h, &b), HANDSHAKE_FAILED);
                ck_assert_int_eq(handshake_facts(h)->error, HANDSHAKE_ERROR_LIMIT);
                ck_assert_uint_eq(handshake_facts(h)->n_certs, 0);
        }
}
END_TEST

START_TEST(a_big_certificate_within_the_limit_passes)
{
        CLEANUP_PKI PkiCert big = pki_issue(&(PkiOptions) { .cn = "BIG", .n_filler_sans = 4000 });
        const PkiCert *const big_chain[] = { &big };
        const char *const sslciphs[] = { "ANY_TLS12", SPEC13 };

        ck_assert_uint_gt(big.der_len, 60000);
        for (size_t i = 0; i < ARRAY_LEN(sslciphs); i++) {
                CLEANUP_TLS_SERVER TlsServer *s =
                        tls_server_new(&(TlsServerOptions) { .certs = big_chain, .n_certs = 1 });
                CLEANUP_HANDSHAKE Handshake *h = tls_client(sslciphs[i]);
                const HandshakeLimits tight = { .bytes_max = 524288,
                        .bytes_after_finished_max = 1,
                        .cert_list_bytes_max = 16384 };
                CLEANUP_HANDSHAKE Handshake *limited = tls_client_limited(sslciphs[i], &tight);

                ck_assert_int_eq(tls_server_pump(s, h, 0), HANDSHAKE_DONE);
                ck_assert_uint_eq(handshake_facts(h)->certs[0].len, big.der_len);
                tls_server_next(s);
                ck_assert_int_eq(tls_server_pump(s, limited, 0), HANDSHAKE_FAILED);
                ck_assert_int_eq(handshake_facts(limited)->error, HANDSHAKE_ERROR_LIMIT);
        }
}
END_TEST

START_TEST(more_bytes_than_the_handshake_may_have_is_a_limit)
{
        const HandshakeLimits limits = {
                .bytes_max = 300, .bytes_after_finished_max = 1, .cert_list_bytes_max = 102400 };
        const char *const sslciphs[] = { "ANY_TLS12", SPEC13 };
        const size_t slices[] = { 0, 1 };

        for (size_t i = 0; i < ARRAY_LEN(sslciphs); i++)
                for (size_t j = 0; j < ARRAY_LEN(slices); j++) {
                        CLEANUP_TLS_SERVER TlsServer *s =
                                tls_server_new(&(TlsServerOptions) { .certs = chain, .n_certs = 1 });
                        CLEANUP_HANDSHAKE Handshake *h = tls_client_limited(sslciphs[i], &limits);

                        ck_assert_int_eq(tls_server_pump(s, h, slices[j]), HANDSHAKE_FAILED);
                        ck_assert_int_eq(handshake_facts(h)->error, HANDSHAKE_ERROR_LIMIT);
                        ck_assert_uint_ge(handshake_facts(h)->bytes_in, 301);
                }
}
END_TEST

START_TEST(malformed_certificate_requests_break_the_protocol)
{
        static const char *const bodies[] = { "\x01", "\x01\x40\x00\xff\x00", "\x01\x40\x00\x02\x04\x03\x00\x09zzz" };
        const size_t lens[] = { 1, 5, 11 };
        const HelloScript good = GOOD_HELLO;

        for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
                CLEANUP_HANDSHAKE Handshake *h = tls_client(SPEC12);
                CLEANUP_BUF Buf body = BUF_INIT, b = BUF_INIT;

                put_cert_list(&body, 1, leaf.der, leaf.der_len);
                put_hello(&b, &good);
                put_message(&b, MESSAGE_CERTIFICATE, body.data, body.len);
                put_message(&b, MESSAGE_CERTIFICATE_REQUEST, bodies[i], lens[i]);
                ck_assert_int_eq(answer_buf(h, &b), HANDSHAKE_FAILED);
                ck_assert_int_eq(handshake_facts(h)->n_ca_names, 0);
        }
}
END_TEST

/*
 * ---- TLS 1.3 ----
 *
 * Its messages are encrypted, so none can be written by hand; they are handed to the reader of
 * messages as libssl would, by the engine's private header.
 */

static const CertRow cert_rows_tls13[] = {
        CERT("an empty list", "\x00\x00\x00\x00", NONE, 0, false),
        CERT("one certificate", "\x00\x00\x00\x09\x00\x00\x04zzzz\x00\x00", NONE, 1, false),
        CERT("a context before the list", "\x02zz\x00\x00\x09\x00\x00\x04zzzz\x00\x00", NONE, 1,
                false),
        CERT("extensions behind the certificate", "\x00\x00\x00\x0b\x00\x00\x04zzzz\x00\x02zz", NONE,
                1, false),
        CERT("extensions that lie", "\x00\x00\x00\x0b\x00\x00\x04zzzz\x00\x03zz", NONE, 1, true),
        CERT("no extensions", "\x00\x00\x00\x07\x00\x00\x04zzzz", NONE, 1, true),
        CERT("a context that lies", "\x09\x00\x00\x00", NONE, 0, true),
        CERT("a certificate that lies", "\x00\x00\x00\x09\x00\x00\xffzzzz\x00\x00", NONE, 0, true),
        CERT("no list", "\x00", NONE, 0, true),
        CERT("nothing", "", NONE, 0, true),
};

static void hand_over(Handshake *h, int type, const void *data, size_t len)
{
        handshake_message_seen(0, 0, type, data, len, h->ssl, h);
}

START_TEST(certificate_message_of_tls13)
{
        const CertRow *row = &cert_rows_tls13[_i];
        CLEANUP_HANDSHAKE Handshake *h = tls_client(SPEC13);
        CLEANUP_BUF Buf b = BUF_INIT;
        const HandshakeFacts *f = handshake_facts(h);

        (void) handshake_step(h); /* with its hello libssl is at TLS 1.3 */
        put_number(&b, 1, MESSAGE_CERTIFICATE);
        put_number(&b, 3, row->len);
        buf_append(&b, row->body, row->len);
        hand_over(h, TYPE_HANDSHAKE, b.data, b.len);
        ck_assert(f->certificate_seen);
        ck_assert_msg(f->n_certs == row->n_certs, "%s: %zu", row->name, f->n_certs);
        ck_assert_msg(f->cert_list_malformed == row->is_malformed, "%s", row->name);
}
END_TEST

/* RFC 8446 section 6: the level is ignored, all but two alerts end the connection. */
START_TEST(alerts_of_tls13_have_no_level)
{
        CLEANUP_TLS_SERVER TlsServer *s =
                tls_server_new(&(TlsServerOptions) { .certs = chain, .n_certs = 1 });
        CLEANUP_HANDSHAKE Handshake *h = tls_client(SPEC13);
        const HandshakeFacts *f = handshake_facts(h);

        ck_assert_int_eq(tls_server_pump(s, h, 0), HANDSHAKE_DONE);
        for (unsigned n = 0; n < 256; n++)
                for (unsigned level = LEVEL_WARNING; level <= LEVEL_FATAL; level++) {
                        const uint8_t alert[] = { (uint8_t) level, (uint8_t) n };

                        hand_over(h, TYPE_ALERT, alert, sizeof(alert));
                        ck_assert_int_eq(f->alert_received, (int) n);
                        ck_assert_int_eq(f->alert_received_fatal, n != 0 && n != 90);
                }
}
END_TEST

/* ---- a good flight that breaks off ---- */

/* Everything up to byte `max` arrives. Returns how much that was. */
static size_t cut_at(const char *sslciph, size_t max)
{
        CLEANUP_TLS_SERVER TlsServer *s = tls_server_new(
                &(TlsServerOptions) { .certs = chain, .n_certs = 1, .no_tickets = true });
        CLEANUP_HANDSHAKE Handshake *h = tls_client(sslciph);
        const HandshakeFacts *f = handshake_facts(h);
        HandshakeState state = tls_server_pump_max(s, h, 0, max);
        size_t n_missing;

        /* What was not handed over still lies with the server. */
        (void) tls_server_output(s, &n_missing);
        ck_assert_int_eq(state, n_missing > 0 ? HANDSHAKE_WANTS_INPUT : HANDSHAKE_DONE);
        ck_assert_int_eq(f->finished_seen && f->finished_sent, n_missing == 0);
        ck_assert_int_eq(f->error, HANDSHAKE_ERROR_NONE);
        ck_assert_uint_le(f->bytes_in, max);
        if (state == HANDSHAKE_DONE)
                ck_assert_int_eq(handshake_linger(h), LINGER_QUIET);
        handshake_close(h);
        return tls_server_bytes_sent(s);
}

static void cut_everywhere(const char *sslciph)
{
        size_t total = cut_at(sslciph, SIZE_MAX);

        ck_assert_uint_gt(total, 500);
        for (size_t n = 0; n < total; n++)
                (void) cut_at(sslciph, n);
}

START_TEST(a_flight_of_tls12_cut_at_every_byte_is_never_done)
{
        cut_everywhere("ECDHE_ECDSA_AES_128_GCM_SHA256");
}
END_TEST

START_TEST(a_flight_of_tls13_cut_at_every_byte_is_never_done)
{
        cut_everywhere("TLS_AES_128_GCM_SHA256");
}
END_TEST

START_TEST(a_flipped_bit_anywhere_is_never_done)
{
        const char *const sslciphs[] = { "ECDHE_ECDSA_AES_128_GCM_SHA256", SPEC13 };

        for (size_t i = 0; i < ARRAY_LEN(sslciphs); i++)
                for (size_t n = 0; n < 900; n += 3) {
                        CLEANUP_TLS_SERVER TlsServer *s = tls_server_new(&(TlsServerOptions) {
                                .certs = chain, .n_certs = 1, .no_tickets = true });
                        CLEANUP_HANDSHAKE Handshake *h = tls_client(sslciphs[i]);
                        CLEANUP_BUF Buf flight = BUF_INIT;
                        const uint8_t *data;
                        size_t len;

                        (void) tls_server_pump_max(s, h, 0, 0);
                        data = tls_server_output(s, &len);
                        buf_append(&flight, data, len);
                        if (n >= len)
                                break;
                        flight.data[n] = (char) (flight.data[n] ^ 1 << n % 8);
                        tls_server_output_consumed(s, len);
                        (void) answer_buf(h, &flight);
                        ck_assert_int_ne(tls_server_pump(s, h, 0), HANDSHAKE_DONE);
                }
}
END_TEST

START_TEST(nothing_happens_after_a_failure)
{
        CLEANUP_HANDSHAKE Handshake *h = tls_client(SPEC12);
        CLEANUP_BUF Buf b = BUF_INIT;
        size_t before, after;

        put_alert(&b, LEVEL_FATAL, 40);
        ck_assert_int_eq(answer_buf(h, &b), HANDSHAKE_FAILED);
        (void) handshake_output(h, &before);
        for (int i = 0; i < 3; i++)
                ck_assert_int_eq(answer_buf(h, &b), HANDSHAKE_FAILED);
        handshake_close(h);
        (void) handshake_output(h, &after);
        ck_assert_uint_eq(after, 0);
        ck_assert_int_eq(handshake_facts(h)->error, HANDSHAKE_ERROR_ALERT);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("handshake_hostile");
        TCase *bytes = tcase_create("bytes");
        TCase *messages = tcase_create("messages");

        leaf = pki_issue(&(PkiOptions) { .cn = "QM1" });

        tcase_set_timeout(bytes, 600);
        tcase_add_loop_test(bytes, bytes_that_are_no_handshake, 0, (int) ARRAY_LEN(bytes_rows));
        tcase_add_test(bytes, the_mirrored_hello_breaks_the_protocol);
        tcase_add_test(bytes, every_alert_keeps_its_number);
        tcase_add_test(bytes, a_warning_before_the_fatal_alert_is_covered_by_it);
        tcase_add_test(bytes, endless_talk_ends);
        tcase_add_test(bytes, a_flight_of_tls12_cut_at_every_byte_is_never_done);
        tcase_add_test(bytes, a_flight_of_tls13_cut_at_every_byte_is_never_done);
        tcase_add_test(bytes, a_flipped_bit_anywhere_is_never_done);
        tcase_add_test(bytes, nothing_happens_after_a_failure);
        suite_add_tcase(suite, bytes);

        tcase_set_timeout(messages, 120);
        tcase_add_loop_test(messages, server_hello, 0, (int) ARRAY_LEN(hello_rows));
        tcase_add_test(messages, an_answer_of_tls12_to_an_offer_of_tls13_is_a_version_error);
        tcase_add_test(messages, a_stray_record_version_is_no_version_error);
        tcase_add_test(messages, the_downgrade_mark_breaks_the_protocol);
        tcase_add_loop_test(messages, certificate_message, 0, (int) ARRAY_LEN(cert_rows));
        tcase_add_test(messages, five_thousand_tiny_certificates_are_counted);
        tcase_add_test(messages, a_good_certificate_arrives_even_if_the_next_is_garbage);
        tcase_add_test(messages, too_long_a_certificate_list_is_a_limit);
        tcase_add_test(messages, a_big_certificate_within_the_limit_passes);
        tcase_add_test(messages, more_bytes_than_the_handshake_may_have_is_a_limit);
        tcase_add_test(messages, malformed_certificate_requests_break_the_protocol);
        tcase_add_loop_test(
                messages, certificate_message_of_tls13, 0, (int) ARRAY_LEN(cert_rows_tls13));
        tcase_add_test(messages, alerts_of_tls13_have_no_level);
        suite_add_tcase(suite, messages);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
