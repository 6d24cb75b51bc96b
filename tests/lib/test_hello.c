/* SPDX-License-Identifier: MIT */

/*
 * The hand-made ClientHello against a real TLS stack, and taken apart again field by field; its answers
 * from that stack, and written by hand for what no stack speaks any more, and for what nobody should.
 */

#include "tls/hello.h"

#include <string.h>

#include "mq/cipherspec.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"
#include "tests/support/tls_server.h"

enum {
        TYPE_ALERT = 21,
        TYPE_HANDSHAKE = 22,
        MESSAGE_HELLO_REQUEST = 0,
        MESSAGE_CLIENT_HELLO = 1,
        MESSAGE_SERVER_HELLO = 2,
        MESSAGE_CERTIFICATE = 11,
        SCSV = 0x00FF,
};

#define SNI "to2e-qmgr1.chl.mq.ibm.com"

static PkiCert rsa_leaf, ec_leaf;
static const PkiCert *const rsa_chain[] = {&rsa_leaf};
static const PkiCert *const ec_chain[] = {&ec_leaf};

static HelloOffer offer_of(uint16_t version, const uint16_t *codes, size_t n_codes)
{
        HelloOffer offer = {.version = version, .codes = codes, .n_codes = n_codes};

        for (uint8_t i = 0; i < HELLO_RANDOM_SIZE; i++) {
                offer.random[i] = (uint8_t) (0x40 + i);
                offer.session_id[i] = (uint8_t) (0x80 + i);
                offer.key_share[i] = (uint8_t) (0xC0 + i);
        }
        return offer;
}

/* ---- reading answers ---- */

/* From a copy that ends where the bytes end, so that the sanitizer sees whoever reads on. */
static HelloAnswer decode_exact(const void *data, size_t len, HelloReply *ret)
{
        CLEANUP_FREE uint8_t *copy = malloc(MAX_OF(len, (size_t) 1));

        ck_assert_ptr_nonnull(copy);
        if (len > 0)
                memcpy(copy, data, len);
        return hello_decode(copy, len, ret);
}

/*
 * Decodes every beginning of these bytes. Each is undecided, up to the one that is decided, and from
 * there on all say the same. Returns that, or HELLO_MORE.
 */
static HelloAnswer decode(const void *data, size_t len, HelloReply *ret, const char *name)
{
        HelloAnswer decided = HELLO_MORE;

        for (size_t n = 0; n <= len; n++) {
                HelloReply reply = {.version = 0xDEAD, .alert = -7};
                HelloAnswer answer = decode_exact(data, n, &reply);

                if (answer == HELLO_MORE) {
                        ck_assert_msg(decided == HELLO_MORE, "%s: undecided again", name);
                        ck_assert_uint_eq(reply.version, 0xDEAD); /* untouched */
                        ck_assert_int_eq(reply.alert, -7);
                        continue;
                }
                if (decided == HELLO_MORE)
                        *ret = reply;
                ck_assert_msg(decided == HELLO_MORE || decided == answer, "%s: another answer", name);
                ck_assert_uint_eq(ret->version, reply.version);
                ck_assert_uint_eq(ret->cipher, reply.cipher);
                ck_assert_int_eq(ret->alert, reply.alert);
                ck_assert_int_eq(ret->is_retry, reply.is_retry);
                decided = answer;
        }
        return decided;
}

/* Puts the question to a TLS stack. */
static HelloAnswer ask(TlsServer *s, const HelloOffer *offer, HelloReply *ret)
{
        CLEANUP_BUF Buf hello = BUF_INIT;
        const uint8_t *answer = NULL;
        size_t len = 0;

        hello_encode(offer, &hello);
        ck_assert_int_eq(buf_error(&hello), 0);
        tls_server_feed(s, hello.data, hello.len);
        answer = tls_server_output(s, &len);
        return decode(answer, len, ret, "a TLS stack");
}

/* ---- a real TLS stack ---- */

START_TEST(every_cipherspec_that_the_stack_speaks_is_accepted)
{
        size_t n = 0;
        const CipherSpec *spec = &cipherspec_table(&n)[_i];
        bool is_ecdsa = strcmp(spec->key_type, "ECDSA") == 0;
        HelloOffer offer = offer_of(spec->version, &spec->code, 1);
        HelloReply reply = {0};

        if (spec->support != CIPHERSPEC_SPOKEN)
                return;

        CLEANUP_TLS_SERVER TlsServer *s = tls_server_new(
                &(TlsServerOptions){.certs = is_ecdsa ? ec_chain : rsa_chain, .n_certs = 1});

        offer.sni = SNI;
        ck_assert_msg(ask(s, &offer, &reply) == HELLO_ACCEPTED, "%s: alert %d", spec->name,
                reply.alert);
        ck_assert_uint_eq(reply.version, spec->version);
        ck_assert_uint_eq(reply.cipher, spec->code);
        ck_assert_int_eq(reply.alert, -1);
        ck_assert(!reply.is_retry);
        ck_assert_str_eq(tls_server_name(s), SNI);
}
END_TEST

START_TEST(without_a_name_none_arrives)
{
        const uint16_t codes[] = {0x1301, 0xC02F};
        const uint16_t versions[] = {TLS_VERSION_TLS13, TLS_VERSION_TLS12};
        HelloOffer offer = offer_of(versions[_i], &codes[_i], 1);
        CLEANUP_TLS_SERVER TlsServer *s =
                tls_server_new(&(TlsServerOptions){.certs = rsa_chain, .n_certs = 1});
        HelloReply reply = {0};

        ck_assert_int_eq(ask(s, &offer, &reply), HELLO_ACCEPTED);
        ck_assert_ptr_null(tls_server_name(s));
}
END_TEST

typedef struct StackRow {
        const char *name;
        TlsServerOptions options;
        uint16_t version, code;
        HelloAnswer answer;
        uint16_t reply_version;
        int alert;
        bool is_retry;
} StackRow;

static const StackRow stack_rows[] = {
        {.name = "a listener with another group asks for another key share",
                .options = {.groups = "P-521"}, .version = TLS_VERSION_TLS13, .code = 0x1302,
                .answer = HELLO_ACCEPTED, .reply_version = TLS_VERSION_TLS13, .alert = -1,
                .is_retry = true},
        {.name = "secp256r1 is offered", .options = {.groups = "P-256"},
                .version = TLS_VERSION_TLS13, .code = 0x1301, .answer = HELLO_ACCEPTED,
                .reply_version = TLS_VERSION_TLS13, .alert = -1, .is_retry = true},
        {.name = "secp384r1 is offered", .options = {.groups = "P-384"},
                .version = TLS_VERSION_TLS13, .code = 0x1303, .answer = HELLO_ACCEPTED,
                .reply_version = TLS_VERSION_TLS13, .alert = -1, .is_retry = true},
        {.name = "TLS 1.2 takes the curves as well", .options = {.groups = "P-384"},
                .version = TLS_VERSION_TLS12, .code = 0xC030, .answer = HELLO_ACCEPTED,
                .reply_version = TLS_VERSION_TLS12, .alert = -1},
        {.name = "TLS 1.3 to a listener that ends at TLS 1.2",
                .options = {.max_version = TLS_VERSION_TLS12}, .version = TLS_VERSION_TLS13,
                .code = 0x1301, .answer = HELLO_REFUSED, .alert = 70},
        {.name = "TLS 1.2 to a listener that begins at TLS 1.3",
                .options = {.min_version = TLS_VERSION_TLS13}, .version = TLS_VERSION_TLS12,
                .code = 0xC030, .answer = HELLO_REFUSED, .alert = 70},
        {.name = "TLS 1.0 to a listener that begins at TLS 1.2",
                .options = {.min_version = TLS_VERSION_TLS12}, .version = TLS_VERSION_TLS10,
                .code = 0x002F, .answer = HELLO_REFUSED, .alert = 70},
        {.name = "SSL 3.0 to a listener of today (SSL 3.0 has no alert for its version)",
                .version = TLS_VERSION_SSL30, .code = 0x002F, .answer = HELLO_REFUSED, .alert = 40},
        {.name = "another suite in TLS 1.2", .options = {.cipher_list = "AES128-SHA256",
                .max_version = TLS_VERSION_TLS12}, .version = TLS_VERSION_TLS12, .code = 0xC030,
                .answer = HELLO_REFUSED, .alert = 40},
        {.name = "another suite in TLS 1.3", .options = {.ciphersuites = "TLS_AES_128_GCM_SHA256"},
                .version = TLS_VERSION_TLS13, .code = 0x1302, .answer = HELLO_REFUSED, .alert = 40},
        {.name = "3DES in TLS 1.0", .version = TLS_VERSION_TLS10, .code = 0x000A,
                .answer = HELLO_REFUSED, .alert = 40},
        {.name = "RC4 in TLS 1.2", .version = TLS_VERSION_TLS12, .code = 0x0005,
                .answer = HELLO_REFUSED, .alert = 40},
        {.name = "an ECDSA suite without an ECDSA key", .version = TLS_VERSION_TLS12,
                .code = 0xC02C, .answer = HELLO_REFUSED, .alert = 40},
        {.name = "a listener that ends at TLS 1.0 answers with that",
                .options = {.max_version = TLS_VERSION_TLS10}, .version = TLS_VERSION_TLS12,
                .code = 0x002F, .answer = HELLO_ACCEPTED, .reply_version = TLS_VERSION_TLS10,
                .alert = -1},
};

START_TEST(a_stack_answers)
{
        const StackRow *row = &stack_rows[_i];
        TlsServerOptions options = row->options;
        HelloOffer offer = offer_of(row->version, &row->code, 1);
        HelloReply reply = {0};

        options.certs = rsa_chain;
        options.n_certs = 1;

        CLEANUP_TLS_SERVER TlsServer *s = tls_server_new(&options);

        ck_assert_msg(ask(s, &offer, &reply) == row->answer, "%s: alert %d", row->name, reply.alert);
        ck_assert_msg(reply.alert == row->alert, "%s: alert %d", row->name, reply.alert);
        ck_assert_msg(reply.is_retry == row->is_retry, "%s", row->name);
        ck_assert_msg(reply.version == row->reply_version, "%s: %x", row->name, reply.version);
        ck_assert_msg(reply.cipher == (row->answer == HELLO_ACCEPTED ? row->code : 0), "%s: %x",
                row->name, reply.cipher);
}
END_TEST

START_TEST(the_first_of_several_that_the_listener_has_is_chosen)
{
        const uint16_t codes[] = {0x000A, 0x0005, 0x009D, 0xC030};
        HelloOffer offer = offer_of(TLS_VERSION_TLS12, codes, ARRAY_LEN(codes));
        CLEANUP_TLS_SERVER TlsServer *s =
                tls_server_new(&(TlsServerOptions){.certs = rsa_chain, .n_certs = 1});
        HelloReply reply = {0};

        ck_assert_int_eq(ask(s, &offer, &reply), HELLO_ACCEPTED);
        ck_assert_uint_eq(reply.cipher, 0x009D);
}
END_TEST

/* ---- the ClientHello, field by field ---- */

/* Reads on through a vector of fields; a test ends where that is impossible. */
typedef struct Fields {
        const uint8_t *data;
        size_t len;
} Fields;

static Fields take(Fields *f, size_t n)
{
        Fields taken = {f->data, n};

        ck_assert_uint_ge(f->len, n);
        f->data += n;
        f->len -= n;
        return taken;
}

static size_t number(Fields *f, size_t size)
{
        Fields octets = take(f, size);
        size_t n = 0;

        for (size_t i = 0; i < size; i++)
                n = n << 8 | octets.data[i];
        return n;
}

static Fields vector(Fields *f, size_t size)
{
        size_t n = number(f, size);

        return take(f, n);
}

typedef struct ParsedHello {
        size_t record_version, version;
        Fields random, session_id, suites, compressions, extensions;
        bool has_extensions;
} ParsedHello;

static ParsedHello parse(const Buf *b)
{
        Fields rest = {(const uint8_t *) buf_str(b), b->len};
        ParsedHello p = {0};
        Fields record, body;

        ck_assert_uint_eq(number(&rest, 1), TYPE_HANDSHAKE);
        p.record_version = number(&rest, 2);
        record = vector(&rest, 2);
        ck_assert_uint_eq(rest.len, 0);

        ck_assert_uint_eq(number(&record, 1), MESSAGE_CLIENT_HELLO);
        body = vector(&record, 3);
        ck_assert_uint_eq(record.len, 0);

        p.version = number(&body, 2);
        p.random = take(&body, HELLO_RANDOM_SIZE);
        p.session_id = vector(&body, 1);
        p.suites = vector(&body, 2);
        p.compressions = vector(&body, 1);
        p.has_extensions = body.len > 0;
        if (p.has_extensions)
                p.extensions = vector(&body, 2);
        ck_assert_uint_eq(body.len, 0);
        return p;
}

/* False: it is not there. At most one of a kind may be. */
static bool find(const ParsedHello *p, size_t type, Fields *ret)
{
        Fields rest = p->extensions;
        bool found = false;

        while (rest.len > 0) {
                size_t t = number(&rest, 2);
                Fields body = vector(&rest, 2);

                if (t != type)
                        continue;
                ck_assert_msg(!found, "extension %zu stands twice", type);
                found = true;
                *ret = body;
        }
        return found;
}

static bool holds(Fields f, const char *bytes, size_t len)
{
        return f.len == len && memcmp(f.data, bytes, len) == 0;
}

#define HOLDS(fields, literal) holds((fields), (literal), sizeof(literal) - 1)

static bool contains(Fields list, size_t wanted)
{
        while (list.len > 0)
                if (number(&list, 2) == wanted)
                        return true;
        return false;
}

#define GROUPS "\x00\x08\x00\x1d\x00\x17\x00\x18\x00\x19"

static void expect_shared_extensions(const ParsedHello *p, const CipherSpec *spec)
{
        bool is_tls13 = spec->version == TLS_VERSION_TLS13;
        bool has_curves = is_tls13 || strcmp(spec->key_exchange, "ECDHE") == 0;
        Fields f = {0};

        ck_assert(find(p, 0, &f));
        ck_assert_msg(HOLDS(f, "\x00\x1c\x00\x00\x19" SNI), "%s: server_name", spec->name);

        ck_assert_int_eq(find(p, 10, &f), has_curves);
        ck_assert_msg(!has_curves || HOLDS(f, GROUPS), "%s: supported_groups", spec->name);

        ck_assert_int_eq(find(p, 11, &f), has_curves && !is_tls13);
        ck_assert_msg(is_tls13 || !has_curves || HOLDS(f, "\x01\x00"), "%s: point formats",
                spec->name);

        ck_assert_int_eq(find(p, 23, &f), !is_tls13);
        ck_assert_msg(is_tls13 || f.len == 0, "%s: extended_master_secret", spec->name);
}

static void expect_signature_algorithms(const ParsedHello *p, const CipherSpec *spec)
{
        const size_t wanted[] = {0x0401, 0x0403, 0x0501, 0x0503, 0x0601, 0x0603, 0x0804, 0x0805,
                0x0806, 0x0201, 0x0203};
        Fields f = {0}, list;

        /* Older clients must not send it: RFC 5246 section 7.4.1.4.1. */
        ck_assert_int_eq(find(p, 13, &f), spec->version >= TLS_VERSION_TLS12);
        if (spec->version < TLS_VERSION_TLS12)
                return;
        list = vector(&f, 2);
        ck_assert_uint_eq(f.len, 0);
        for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
                ck_assert_msg(contains(list, wanted[i]), "%s: %zx", spec->name, wanted[i]);
}

static void expect_tls13_extensions(
        const ParsedHello *p, const CipherSpec *spec, const HelloOffer *offer)
{
        bool is_tls13 = spec->version == TLS_VERSION_TLS13;
        Fields f = {0};

        ck_assert_int_eq(find(p, 43, &f), is_tls13);
        ck_assert_msg(!is_tls13 || HOLDS(f, "\x02\x03\x04"), "%s: versions", spec->name);
        ck_assert_int_eq(find(p, 51, &f), is_tls13);
        if (is_tls13) {
                Fields start = take(&f, 6);

                ck_assert(HOLDS(start, "\x00\x24\x00\x1d\x00\x20"));
                ck_assert_uint_eq(f.len, HELLO_RANDOM_SIZE);
                ck_assert_mem_eq(f.data, offer->key_share, HELLO_RANDOM_SIZE);
        }
}

START_TEST(every_field_of_the_hello_is_as_its_protocol_wants_it)
{
        size_t n = 0;
        const CipherSpec *spec = &cipherspec_table(&n)[_i];
        bool is_tls13 = spec->version == TLS_VERSION_TLS13;
        HelloOffer offer = offer_of(spec->version, &spec->code, 1);
        CLEANUP_BUF Buf b = BUF_INIT;
        ParsedHello p;

        offer.sni = SNI;
        hello_encode(&offer, &b);
        p = parse(&b);
        ck_assert_uint_eq(p.record_version,
                spec->version == TLS_VERSION_SSL30 ? TLS_VERSION_SSL30 : TLS_VERSION_TLS10);
        ck_assert_uint_eq(p.version, is_tls13 ? TLS_VERSION_TLS12 : spec->version);
        ck_assert_mem_eq(p.random.data, offer.random, HELLO_RANDOM_SIZE);
        ck_assert_uint_eq(p.session_id.len, is_tls13 ? HELLO_RANDOM_SIZE : 0);
        if (is_tls13)
                ck_assert_mem_eq(p.session_id.data, offer.session_id, HELLO_RANDOM_SIZE);
        ck_assert(HOLDS(p.compressions, "\x00"));

        ck_assert_uint_eq(number(&p.suites, 2), spec->code);
        if (!is_tls13)
                ck_assert_uint_eq(number(&p.suites, 2), SCSV);
        ck_assert_uint_eq(p.suites.len, 0);

        ck_assert_int_eq(p.has_extensions, spec->version != TLS_VERSION_SSL30);
        if (!p.has_extensions)
                return;
        expect_shared_extensions(&p, spec);
        expect_signature_algorithms(&p, spec);
        expect_tls13_extensions(&p, spec, &offer);
}
END_TEST

START_TEST(an_ssl_3_hello_byte_for_byte)
{
        const uint16_t codes[] = {0x000A, 0xFEFF};
        HelloOffer offer = offer_of(TLS_VERSION_SSL30, codes, ARRAY_LEN(codes));
        CLEANUP_BUF Buf b = BUF_INIT;
        const char wanted[] = "\x16\x03\x00\x00\x31\x01\x00\x00\x2d\x03\x00"
                              "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_"
                              "\x00\x00\x06\x00\x0a\xfe\xff\x00\xff\x01\x00";

        offer.sni = SNI;
        buf_append_str(&b, "before"); /* it appends */
        hello_encode(&offer, &b);
        ck_assert_uint_eq(b.len, 6 + sizeof(wanted) - 1);
        ck_assert_mem_eq(b.data, "before", 6);
        ck_assert_mem_eq(b.data + 6, wanted, sizeof(wanted) - 1);
}
END_TEST

START_TEST(the_longest_offer_still_is_one_record)
{
        uint16_t codes[HELLO_CODES_MAX];
        char sni[HELLO_SNI_MAX + 1];
        CLEANUP_BUF Buf b = BUF_INIT;
        HelloOffer offer = {0};
        ParsedHello p;
        Fields f = {0};

        for (uint16_t i = 0; i < HELLO_CODES_MAX; i++)
                codes[i] = (uint16_t) (0xC000 + i);
        memset(sni, 'x', HELLO_SNI_MAX);
        sni[HELLO_SNI_MAX] = '\0';
        offer = offer_of(TLS_VERSION_TLS12, codes, HELLO_CODES_MAX);
        offer.sni = sni;
        hello_encode(&offer, &b);
        p = parse(&b);
        for (uint16_t i = 0; i < HELLO_CODES_MAX; i++)
                ck_assert_uint_eq(number(&p.suites, 2), codes[i]);
        ck_assert(find(&p, 0, &f));
        ck_assert_uint_eq(f.len, HELLO_SNI_MAX + 5);
}
END_TEST

/* ---- answers written by hand ---- */

static void put(Buf *b, size_t size, size_t n)
{
        while (size-- > 0)
                buf_append_char(b, (char) (n >> 8 * size & 0xFF));
}

/* In records of at most `cut` bytes. */
static void put_records(Buf *b, unsigned type, const Buf *content, size_t cut)
{
        for (size_t done = 0; done < content->len; done += cut) {
                size_t n = MIN_OF(cut, content->len - done);

                put(b, 1, type);
                put(b, 2, TLS_VERSION_TLS12);
                put(b, 2, n);
                buf_append(b, content->data + done, n);
        }
}

static void put_message(Buf *b, unsigned type, const char *body, size_t len)
{
        put(b, 1, type);
        put(b, 3, len);
        buf_append(b, body, len);
}

typedef struct HelloScript {
        uint16_t version, cipher;
        uint8_t n_session, compression;
        bool is_retry;
        const char *extensions; /* NULL: no such field */
        size_t extensions_len;
} HelloScript;

#define RETRY_RANDOM                                                                               \
        "\xCF\x21\xAD\x74\xE5\x9A\x61\x11\xBE\x1D\x8C\x02\x1E\x65\xB8\x91"                         \
        "\xC2\xA2\x11\x16\x7A\xBB\x8C\x5E\x07\x9E\x09\xE2\xC8\xA8\x33\x9C"

static void put_server_hello(Buf *b, const HelloScript *s)
{
        CLEANUP_BUF Buf body = BUF_INIT;

        put(&body, 2, s->version);
        buf_append(&body, s->is_retry ? RETRY_RANDOM : "01234567890123456789012345678901", 32);
        put(&body, 1, s->n_session);
        for (unsigned i = 0; i < s->n_session; i++)
                put(&body, 1, i);
        put(&body, 2, s->cipher);
        put(&body, 1, s->compression);
        if (s->extensions) {
                put(&body, 2, s->extensions_len);
                buf_append(&body, s->extensions, s->extensions_len);
        }
        put_message(b, MESSAGE_SERVER_HELLO, body.data, body.len);
}

typedef struct ScriptRow {
        const char *name;
        HelloScript script;
        HelloAnswer answer;
        uint16_t version; /* 0: the script's */
} ScriptRow;

#define EXTENSIONS(literal) .extensions = (literal), .extensions_len = sizeof(literal) - 1
#define VERSION13 "\x00\x2b\x00\x02\x03\x04"
#define SHARE13 "\x00\x33\x00\x02\x00\x17"

static const ScriptRow script_rows[] = {
        {"SSL 3.0 with 3DES", {.version = 0x0300, .cipher = 0x000A, .n_session = 32},
                HELLO_ACCEPTED, 0},
        {"SSL 3.0 with RC4", {.version = 0x0300, .cipher = 0x0005}, HELLO_ACCEPTED, 0},
        {"SSL 3.0 with an export suite", {.version = 0x0300, .cipher = 0x0062}, HELLO_ACCEPTED, 0},
        {"SSL 3.0 with a private code point", {.version = 0x0300, .cipher = 0xFEFE},
                HELLO_ACCEPTED, 0},
        {"TLS 1.0 with DES", {.version = 0x0301, .cipher = 0x0009, .n_session = 1}, HELLO_ACCEPTED,
                0},
        {"TLS 1.0 with export RC2 and no extension in the list",
                {.version = 0x0301, .cipher = 0x0006, EXTENSIONS("")}, HELLO_ACCEPTED, 0},
        {"TLS 1.1", {.version = 0x0302, .cipher = 0x002F}, HELLO_ACCEPTED, 0},
        {"TLS 1.2 with RC4",
                {.version = 0x0303, .cipher = 0xC011, EXTENSIONS("\xff\x01\x00\x01\x00")},
                HELLO_ACCEPTED, 0},
        {"TLS 1.3 says so in an extension",
                {.version = 0x0303, .cipher = 0x1301, EXTENSIONS(SHARE13 VERSION13)},
                HELLO_ACCEPTED, 0x0304},
        {"a HelloRetryRequest names the suite too",
                {.version = 0x0303, .cipher = 0x1305, .is_retry = true, .n_session = 32,
                        EXTENSIONS(VERSION13 SHARE13)},
                HELLO_ACCEPTED, 0x0304},
        {"a version that nobody knows yet is reported",
                {.version = 0x0303, .cipher = 0x1301, EXTENSIONS("\x00\x2b\x00\x02\x7f\x1c")},
                HELLO_ACCEPTED, 0x7f1c},

        {"SSL 2.0 in an SSL 3.0 record", {.version = 0x0200, .cipher = 1}, HELLO_MALFORMED, 0},
        {"TLS 1.3 in the old place", {.version = 0x0304, .cipher = 0x1301}, HELLO_MALFORMED, 0},
        {"DTLS 1.2", {.version = 0xFEFD, .cipher = 0xC030}, HELLO_MALFORMED, 0},
        {"TLS 1.2 in the new place",
                {.version = 0x0303, .cipher = 0xC030, EXTENSIONS("\x00\x2b\x00\x02\x03\x03")},
                HELLO_MALFORMED, 0},
        {"TLS 1.3 over TLS 1.0", {.version = 0x0301, .cipher = 0x1301, EXTENSIONS(VERSION13)},
                HELLO_MALFORMED, 0},
        {"the version twice", {.version = 0x0303, .cipher = 0x1301, EXTENSIONS(VERSION13 VERSION13)},
                HELLO_MALFORMED, 0},
        {"a list of versions, as only a client sends it",
                {.version = 0x0303, .cipher = 0x1301, EXTENSIONS("\x00\x2b\x00\x03\x02\x03\x04")},
                HELLO_MALFORMED, 0},
        {"a version with something behind it that looks like an extension",
                {.version = 0x0303, .cipher = 0x1301,
                        EXTENSIONS("\x00\x2b\x00\x06\x03\x04\x00\x17\x00\x00")},
                HELLO_MALFORMED, 0},
        {"half a version", {.version = 0x0303, .cipher = 0x1301, EXTENSIONS("\x00\x2b\x00\x01\x03")},
                HELLO_MALFORMED, 0},
        {"a HelloRetryRequest of TLS 1.2", {.version = 0x0303, .cipher = 0xC030, .is_retry = true},
                HELLO_MALFORMED, 0},
        {"a HelloRetryRequest without a version",
                {.version = 0x0303, .cipher = 0x1301, .is_retry = true, EXTENSIONS(SHARE13)},
                HELLO_MALFORMED, 0},
        {"compression, which was not offered",
                {.version = 0x0303, .cipher = 0xC030, .compression = 1}, HELLO_MALFORMED, 0},
        {"a session of 33 bytes", {.version = 0x0303, .cipher = 0xC030, .n_session = 33},
                HELLO_MALFORMED, 0},
        {"an extension that is longer than the list",
                {.version = 0x0303, .cipher = 0xC030, EXTENSIONS("\xff\x01\x00\x02\x00")},
                HELLO_MALFORMED, 0},
        {"an extension of half a type", {.version = 0x0303, .cipher = 0xC030, EXTENSIONS("\xff")},
                HELLO_MALFORMED, 0},
        {"an extension without a length",
                {.version = 0x0303, .cipher = 0xC030, EXTENSIONS("\xff\x01\x00")}, HELLO_MALFORMED,
                0},
};

START_TEST(a_scripted_answer_in_every_slicing)
{
        const ScriptRow *row = &script_rows[_i];
        CLEANUP_BUF Buf content = BUF_INIT;

        put_server_hello(&content, &row->script);
        for (size_t cut = 1; cut <= content.len; cut++) {
                CLEANUP_BUF Buf b = BUF_INIT;
                HelloReply reply = {0};

                put_records(&b, TYPE_HANDSHAKE, &content, cut);
                ck_assert_msg(decode(b.data, b.len, &reply, row->name) == row->answer,
                        "%s in records of %zu", row->name, cut);
                ck_assert_int_eq(reply.alert, -1);
                if (row->answer != HELLO_ACCEPTED) {
                        ck_assert_uint_eq(reply.version, 0);
                        ck_assert_uint_eq(reply.cipher, 0);
                        continue;
                }
                ck_assert_uint_eq(reply.version, row->version ? row->version : row->script.version);
                ck_assert_uint_eq(reply.cipher, row->script.cipher);
                ck_assert_int_eq(reply.is_retry, row->script.is_retry);
        }
}
END_TEST

#define TLS12_HELLO                                                                                \
        (&(const HelloScript){.version = 0x0303, .cipher = 0xC030,                                 \
                EXTENSIONS("\xff\x01\x00\x01\x00")})

/* Bounds: the last byte of the message decides, and nothing behind it counts. */
START_TEST(the_answer_is_known_with_the_last_byte_of_the_hello)
{
        CLEANUP_BUF Buf content = BUF_INIT, b = BUF_INIT;
        HelloReply reply = {0};
        size_t n_hello = 0;

        put_server_hello(&content, TLS12_HELLO);
        n_hello = content.len;
        put_message(&content, MESSAGE_CERTIFICATE, "", 0);
        put_records(&b, TYPE_HANDSHAKE, &content, content.len);
        buf_append_str(&b, "rubbish");
        ck_assert_int_eq(decode_exact(b.data, 5 + n_hello - 1, &reply), HELLO_MORE);
        ck_assert_int_eq(decode_exact(b.data, 5 + n_hello, &reply), HELLO_ACCEPTED);
        ck_assert_int_eq(decode(b.data, b.len, &reply, "with rubbish"), HELLO_ACCEPTED);
}
END_TEST

/* Every field that is a length, one more and one less than the truth. */
START_TEST(a_length_that_lies_is_never_believed)
{
        static const struct {
                const char *name;
                size_t offset; /* of its last octet, in the record */
        } lengths[] = {
                {"the message", 8},
                {"the session", 43},
                {"the extensions", 48},
                {"the extension", 52},
        };
        const int by[] = {1, -1, 100};

        for (size_t i = 0; i < ARRAY_LEN(lengths); i++)
                for (size_t k = 0; k < ARRAY_LEN(by); k++) {
                        CLEANUP_BUF Buf content = BUF_INIT, b = BUF_INIT;
                        HelloReply reply = {0};
                        HelloAnswer answer = HELLO_MORE;

                        put_server_hello(&content, TLS12_HELLO);
                        put_records(&b, TYPE_HANDSHAKE, &content, content.len);
                        if (by[k] < 0 && b.data[lengths[i].offset] == 0)
                                continue;
                        b.data[lengths[i].offset] = (char) (b.data[lengths[i].offset] + by[k]);
                        answer = decode(b.data, b.len, &reply, lengths[i].name);
                        ck_assert_msg(answer == HELLO_MALFORMED, "%s by %d: %d", lengths[i].name,
                                by[k], (int) answer);
                }
}
END_TEST

START_TEST(a_record_that_lies_about_its_length)
{
        CLEANUP_BUF Buf content = BUF_INIT, b = BUF_INIT;
        HelloReply reply = {0};

        put_server_hello(&content, TLS12_HELLO);
        put_records(&b, TYPE_HANDSHAKE, &content, content.len);
        b.data[4]++; /* more than is needed is none of our business */
        ck_assert_int_eq(decode(b.data, b.len, &reply, "longer"), HELLO_ACCEPTED);
        b.data[4] = (char) (b.data[4] - 2); /* the rest would be a header, and is not there */
        ck_assert_int_eq(decode(b.data, b.len, &reply, "shorter"), HELLO_MORE);
}
END_TEST

typedef struct BytesRow {
        const char *name;
        const char *bytes;
        size_t len;
        HelloAnswer answer;
} BytesRow;

#define BYTES(name_, literal, answer_) {name_, literal, sizeof(literal) - 1, HELLO_##answer_}

static const BytesRow bytes_rows[] = {
        BYTES("nothing", "", MORE),
        BYTES("the first byte of a record", "\x16", MORE),
        BYTES("a record header", "\x16\x03\x03\x00\x50", MORE),
        BYTES("half a message header", "\x16\x03\x03\x00\x02\x02\x00", MORE),
        BYTES("half an alert", "\x15\x03\x03\x00\x02\x02", MORE),
        BYTES("an HTTP server", "HTTP/1.1 400 Bad Request\r\n\r\n", NOT_TLS),
        BYTES("one letter", "H", NOT_TLS),
        BYTES("an SSH server", "SSH-2.0-x\r\n", NOT_TLS),
        BYTES("a plain queue manager", "TSH \0\0\0\x1c\x02\x05\0\0", NOT_TLS),
        BYTES("zeros", "\0\0\0\0\0\0\0\0", NOT_TLS),
        BYTES("SSL 2.0", "\x80\x0b\x04\x00\x01\x00\x02\x00\x00\x00\x00", NOT_TLS),
        BYTES("DTLS", "\x16\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10", NOT_TLS),
        BYTES("a heartbeat", "\x18\x03\x03\x00\x03\x01\x00\x00", NOT_TLS),
        BYTES("an empty handshake record", "\x16\x03\x03\x00\x00", MALFORMED),
        BYTES("an empty alert", "\x15\x03\x03\x00\x00", MALFORMED),
        BYTES("a record of 16385 bytes", "\x16\x03\x03\x40\x01", MALFORMED),
        BYTES("a record of 16384 bytes", "\x16\x03\x03\x40\x00", MORE),
        BYTES("a record of 65535 bytes", "\x16\x03\x03\xff\xff", MALFORMED),
        BYTES("application data first", "\x17\x03\x03\x00\x05hello", MALFORMED),
        BYTES("application data that reads like an alert", "\x17\x03\x03\x00\x02\x02\x28", MALFORMED),
        BYTES("change_cipher_spec first", "\x14\x03\x03\x00\x01\x01", MALFORMED),
        BYTES("a Finished first", "\x16\x03\x03\x00\x04\x14\x00\x00\x00", MALFORMED),
        BYTES("a Certificate first", "\x16\x03\x03\x00\x04\x0b\x00\x00\x00", MALFORMED),
        BYTES("a HelloVerifyRequest", "\x16\x03\x03\x00\x04\x03\x00\x00\x00", MALFORMED),
        BYTES("an empty ServerHello", "\x16\x03\x03\x00\x04\x02\x00\x00\x00", MALFORMED),
        BYTES("a ServerHello of 16 MB", "\x16\x03\x03\x00\x04\x02\xff\xff\xff", MALFORMED),
        BYTES("a HelloRequest with a body", "\x16\x03\x03\x00\x05\x00\x00\x00\x01\x00", MALFORMED),
        BYTES("HelloRequests and no more", "\x16\x03\x03\x00\x08\0\0\0\0\0\0\0\0", MORE),
        BYTES("an alert of one byte", "\x15\x03\x03\x00\x01\x02", MALFORMED),
        BYTES("an alert of three bytes", "\x15\x03\x03\x00\x03\x02\x28\x00", MALFORMED),
        BYTES("an alert of level 0", "\x15\x03\x03\x00\x02\x00\x28", MALFORMED),
        BYTES("an alert of level 3", "\x15\x03\x03\x00\x02\x03\x28", MALFORMED),
        BYTES("another protocol behind a warning", "\x15\x03\x03\x00\x02\x01\x70\x16\x04\x03\x00\x01",
                MALFORMED),
};

START_TEST(bytes_that_are_no_hello)
{
        const BytesRow *row = &bytes_rows[_i];
        HelloReply reply = {.alert = -1};
        HelloAnswer answer = decode(row->bytes, row->len, &reply, row->name);

        ck_assert_msg(answer == row->answer, "%s: %d", row->name, (int) answer);
        ck_assert_int_eq(reply.alert, -1);
        ck_assert_uint_eq(reply.version, 0);
}
END_TEST

START_TEST(no_other_message_is_taken_for_a_hello)
{
        CLEANUP_BUF Buf content = BUF_INIT;

        put_server_hello(&content, TLS12_HELLO);
        for (unsigned type = 0; type <= 255; type++) {
                CLEANUP_BUF Buf b = BUF_INIT;
                HelloReply reply = {0};

                content.data[0] = (char) type;
                put_records(&b, TYPE_HANDSHAKE, &content, content.len);
                ck_assert_msg(decode(b.data, b.len, &reply, "another message") ==
                                (type == MESSAGE_SERVER_HELLO ? HELLO_ACCEPTED : HELLO_MALFORMED),
                        "type %u", type);
        }
}
END_TEST

START_TEST(the_mirrored_hello_is_no_answer)
{
        size_t n = 0;
        const CipherSpec *spec = &cipherspec_table(&n)[_i];
        HelloOffer offer = offer_of(spec->version, &spec->code, 1);
        CLEANUP_BUF Buf b = BUF_INIT;
        HelloReply reply = {0};

        hello_encode(&offer, &b);
        ck_assert_int_eq(decode(b.data, b.len, &reply, spec->name), HELLO_MALFORMED);
}
END_TEST

/* ---- alerts ---- */

static bool is_passing(unsigned level, unsigned description)
{
        return level == 1 && (description == 90 || description == 100 || description == 112);
}

START_TEST(every_alert_refuses_or_is_passed_over)
{
        unsigned description = (unsigned) _i;

        for (unsigned level = 1; level <= 2; level++) {
                CLEANUP_BUF Buf content = BUF_INIT, b = BUF_INIT;
                HelloReply reply = {0};
                HelloAnswer answer = HELLO_MORE;

                put(&content, 1, level);
                put(&content, 1, description);
                put_records(&b, TYPE_ALERT, &content, content.len);
                buf_clear(&content);
                put_server_hello(&content, TLS12_HELLO);
                put_records(&b, TYPE_HANDSHAKE, &content, content.len);

                answer = decode(b.data, b.len, &reply, "an alert");
                if (is_passing(level, description)) {
                        ck_assert_int_eq(answer, HELLO_ACCEPTED);
                        ck_assert_int_eq(reply.alert, -1);
                        ck_assert_uint_eq(reply.cipher, 0xC030);
                } else {
                        ck_assert_msg(answer == HELLO_REFUSED, "level %u of %u", level, description);
                        ck_assert_int_eq(reply.alert, (int) description);
                        ck_assert_uint_eq(reply.version, 0);
                        ck_assert_uint_eq(reply.cipher, 0);
                }
        }
}
END_TEST

typedef struct AlertsRow {
        const char *name;
        const char *bytes;
        size_t len;
        HelloAnswer answer;
        int alert;
} AlertsRow;

#define ALERTS(name_, literal, answer_, alert_)                                                    \
        {name_, literal, sizeof(literal) - 1, HELLO_##answer_, alert_}
#define WARNING_112 "\x15\x03\x03\x00\x02\x01\x70"

static const AlertsRow alerts_rows[] = {
        ALERTS("a warning, and nothing behind it", WARNING_112, MORE, -1),
        ALERTS("a warning, then the refusal", WARNING_112 "\x15\x03\x03\x00\x02\x02\x28", REFUSED, 40),
        ALERTS("a warning and the refusal in one record", "\x15\x03\x03\x00\x04\x01\x70\x02\x46",
                REFUSED, 70),
        ALERTS("a refusal, and something behind it", "\x15\x03\x00\x00\x02\x02\x28" WARNING_112,
                REFUSED, 40),
        ALERTS("a fatal unrecognized_name", "\x15\x03\x03\x00\x02\x02\x70", REFUSED, 112),
        ALERTS("close_notify", "\x15\x03\x03\x00\x02\x01\x00", REFUSED, 0),
        ALERTS("user_canceled, then close_notify",
                "\x15\x03\x03\x00\x02\x01\x5a\x15\x03\x03\x00\x02\x01\x00", REFUSED, 0),
        ALERTS("a refusal in the middle of a ServerHello",
                "\x16\x03\x03\x00\x06\x02\x00\x00\x46\x03\x03\x15\x03\x03\x00\x02\x02\x50", REFUSED, 80),
};

START_TEST(alerts_in_a_row)
{
        const AlertsRow *row = &alerts_rows[_i];
        HelloReply reply = {.alert = -1};

        ck_assert_msg(decode(row->bytes, row->len, &reply, row->name) == row->answer, "%s", row->name);
        ck_assert_msg(reply.alert == row->alert, "%s: %d", row->name, reply.alert);
}
END_TEST

START_TEST(a_hello_request_before_the_answer_is_passed_over)
{
        CLEANUP_BUF Buf content = BUF_INIT;

        put_message(&content, MESSAGE_HELLO_REQUEST, "", 0);
        put_server_hello(&content, TLS12_HELLO);
        for (size_t cut = 1; cut <= content.len; cut++) {
                CLEANUP_BUF Buf b = BUF_INIT;
                HelloReply reply = {0};

                put_records(&b, TYPE_HANDSHAKE, &content, cut);
                ck_assert_int_eq(decode(b.data, b.len, &reply, "HelloRequest"), HELLO_ACCEPTED);
                ck_assert_uint_eq(reply.cipher, 0xC030);
        }
}
END_TEST

/* ---- bounds ---- */

START_TEST(a_listener_that_warns_without_end_is_cut_short)
{
        CLEANUP_BUF Buf b = BUF_INIT, content = BUF_INIT;
        HelloReply reply = {0};

        while (b.len < HELLO_BYTES_MAX)
                buf_append(&b, WARNING_112, sizeof(WARNING_112) - 1);
        ck_assert_int_eq(decode_exact(b.data, HELLO_BYTES_MAX - 1, &reply), HELLO_MORE);
        ck_assert_int_eq(decode_exact(b.data, HELLO_BYTES_MAX, &reply), HELLO_MALFORMED);
        put_server_hello(&content, TLS12_HELLO);
        put_records(&b, TYPE_HANDSHAKE, &content, content.len);
        ck_assert_int_eq(decode_exact(b.data, b.len, &reply), HELLO_MALFORMED);
        ck_assert_int_eq(reply.alert, -1);
}
END_TEST

/* A ServerHello with one extension that fills it up to the bound, and one that goes beyond. */
START_TEST(a_hello_may_be_long_but_not_endless)
{
        /* 38 octets of fixed fields, 2 + 4 of extension headers, 4 of the message, 5 of the record */
        const size_t fits = HELLO_BYTES_MAX - 38 - 6 - 4 - 5;

        for (size_t more = 0; more <= 1; more++) {
                CLEANUP_BUF Buf extension = BUF_INIT, content = BUF_INIT, b = BUF_INIT;
                HelloReply reply = {0};

                put(&extension, 2, 0xABCD);
                put(&extension, 2, fits + more);
                for (size_t i = 0; i < fits + more; i++)
                        put(&extension, 1, 0);
                put_server_hello(&content,
                        &(HelloScript){.version = 0x0303, .cipher = 0xC030,
                                .extensions = extension.data, .extensions_len = extension.len});
                put_records(&b, TYPE_HANDSHAKE, &content, content.len);
                ck_assert_uint_eq(b.len, HELLO_BYTES_MAX + more);
                ck_assert_int_eq(decode_exact(b.data, b.len, &reply),
                        more ? HELLO_MALFORMED : HELLO_ACCEPTED);
        }
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("hello");
        TCase *stack = tcase_create("stack"), *encode = tcase_create("encode");
        TCase *answers = tcase_create("answers");
        size_t n = 0;

        (void) cipherspec_table(&n);
        rsa_leaf = pki_issue(&(PkiOptions){.cn = "QM1", .key_kind = PKI_KEY_RSA2048});
        ec_leaf = pki_issue(&(PkiOptions){.cn = "QM1"});

        tcase_set_timeout(stack, 60);
        tcase_add_loop_test(
                stack, every_cipherspec_that_the_stack_speaks_is_accepted, 0, (int) n);
        tcase_add_loop_test(stack, without_a_name_none_arrives, 0, 2);
        tcase_add_loop_test(stack, a_stack_answers, 0, ARRAY_LEN(stack_rows));
        tcase_add_test(stack, the_first_of_several_that_the_listener_has_is_chosen);
        suite_add_tcase(suite, stack);

        tcase_add_loop_test(
                encode, every_field_of_the_hello_is_as_its_protocol_wants_it, 0, (int) n);
        tcase_add_test(encode, an_ssl_3_hello_byte_for_byte);
        tcase_add_test(encode, the_longest_offer_still_is_one_record);
        suite_add_tcase(suite, encode);

        tcase_set_timeout(answers, 60);
        tcase_add_loop_test(
                answers, a_scripted_answer_in_every_slicing, 0, ARRAY_LEN(script_rows));
        tcase_add_test(answers, the_answer_is_known_with_the_last_byte_of_the_hello);
        tcase_add_test(answers, a_length_that_lies_is_never_believed);
        tcase_add_test(answers, a_record_that_lies_about_its_length);
        tcase_add_loop_test(answers, bytes_that_are_no_hello, 0, ARRAY_LEN(bytes_rows));
        tcase_add_test(answers, no_other_message_is_taken_for_a_hello);
        tcase_add_loop_test(answers, the_mirrored_hello_is_no_answer, 0, (int) n);
        tcase_add_loop_test(answers, every_alert_refuses_or_is_passed_over, 0, 256);
        tcase_add_loop_test(answers, alerts_in_a_row, 0, ARRAY_LEN(alerts_rows));
        tcase_add_test(answers, a_hello_request_before_the_answer_is_passed_over);
        tcase_add_test(answers, a_listener_that_warns_without_end_is_cut_short);
        tcase_add_test(answers, a_hello_may_be_long_but_not_endless);
        suite_add_tcase(suite, answers);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
