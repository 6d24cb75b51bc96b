/* SPDX-License-Identifier: MIT */
#include "mq/cipherspec.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

#include "mq/channel.h"
#include "tests/support/suite.h"

/* ---- the catalogue ---- */

START_TEST(the_catalogue_has_48_rows_and_no_pair_twice)
{
        size_t n;
        const CipherSpec *table = cipherspec_table(&n);

        ck_assert_uint_eq(n, 48);
        for (size_t i = 0; i < n; i++)
                for (size_t k = 0; k < i; k++) {
                        ck_assert_str_ne(table[i].name, table[k].name);
                        ck_assert_msg(table[i].version != table[k].version ||
                                        table[i].code != table[k].code,
                                "%s and %s",
                                table[i].name,
                                table[k].name);
                }
}
END_TEST

START_TEST(every_row_is_complete)
{
        size_t n;
        const CipherSpec *table = cipherspec_table(&n);

        for (size_t i = 0; i < n; i++) {
                const CipherSpec *c = &table[i];

                ck_assert_msg(c->iana_name && c->key_exchange && c->key_type && c->encryption &&
                                c->mac && c->fips && c->platforms && c->status,
                        "%s",
                        c->name);
                ck_assert_uint_le(strlen(c->name), MQ_SSLCIPH_MAX);
                ck_assert_msg((c->support == CIPHERSPEC_NO_NAME) == (c->openssl_name == NULL),
                        "%s",
                        c->name);
                ck_assert_msg(c->preference == 0 || c->support == CIPHERSPEC_SPOKEN, "%s", c->name);
                ck_assert_str_ne(tls_version_to_string(c->version), "unknown");
                ck_assert_uint_ne(c->version, TLS_VERSION_TLS11);
                ck_assert_msg((c->version == TLS_VERSION_SSL30) ==
                                (strncmp(c->iana_name, "SSL_", 4) == 0),
                        "%s",
                        c->name);
                ck_assert_msg((strcmp(c->encryption, "NULL") == 0) == (c->bits == 0), "%s", c->name);
                ck_assert_ptr_eq(cipherspec_by_name(c->name), c);
                ck_assert_ptr_eq(cipherspec_by_code(c->version, c->code), c);
        }
}
END_TEST

START_TEST(what_is_on_by_default_has_an_order_without_gaps)
{
        size_t n;
        const CipherSpec *table = cipherspec_table(&n);
        bool seen[18] = {true};

        for (size_t i = 0; i < n; i++) {
                if (table[i].preference == 0)
                        continue;
                ck_assert_uint_lt(table[i].preference, ARRAY_LEN(seen));
                ck_assert(!seen[table[i].preference]);
                ck_assert_uint_ge(table[i].version, TLS_VERSION_TLS12);
                seen[table[i].preference] = true;
        }
        for (size_t i = 0; i < ARRAY_LEN(seen); i++)
                ck_assert(seen[i]);
}
END_TEST

static const struct {
        uint16_t version, code;
        const char *name;
} codes[] = {
        {TLS_VERSION_SSL30, 0x0005, "RC4_SHA_US"},
        {TLS_VERSION_TLS12, 0x0005, "TLS_RSA_WITH_RC4_128_SHA256"},
        {TLS_VERSION_SSL30, 0x002F, "AES_SHA_US"},
        {TLS_VERSION_TLS10, 0x002F, "TLS_RSA_WITH_AES_128_CBC_SHA"},
        {TLS_VERSION_TLS12, 0x002F, NULL},
        {TLS_VERSION_TLS11, 0x002F, NULL},
        {TLS_VERSION_TLS12, 0xC030, "ECDHE_RSA_AES_256_GCM_SHA384"},
        {TLS_VERSION_TLS13, 0x1303, "TLS_CHACHA20_POLY1305_SHA256"},
        {TLS_VERSION_TLS12, 0x1303, NULL},
        {TLS_VERSION_TLS12, 0xCCA8, NULL},
        {TLS_VERSION_TLS12, 0x009E, NULL},
        {TLS_VERSION_TLS12, 0x0000, "TLS_RSA_WITH_NULL_NULL"},
        {0, 0, NULL},
};

START_TEST(protocol_and_code_together_name_a_cipherspec)
{
        const CipherSpec *c = cipherspec_by_code(codes[_i].version, codes[_i].code);

        if (codes[_i].name)
                ck_assert_str_eq(c ? c->name : "none", codes[_i].name);
        else
                ck_assert_ptr_null(c);
}
END_TEST

START_TEST(versions_have_names)
{
        ck_assert_str_eq(tls_version_to_string(0x0300), "SSL 3.0");
        ck_assert_str_eq(tls_version_to_string(0x0301), "TLS 1.0");
        ck_assert_str_eq(tls_version_to_string(0x0302), "TLS 1.1");
        ck_assert_str_eq(tls_version_to_string(0x0303), "TLS 1.2");
        ck_assert_str_eq(tls_version_to_string(0x0304), "TLS 1.3");
        ck_assert_str_eq(tls_version_to_string(0x0305), "unknown");
}
END_TEST

/* ---- SSLCIPH ---- */

static const struct {
        const char *text;
        const char *name; /* as MQ spells it */
} values[] = {
        {"ANY", "ANY"},
        {"ANY_TLS12", "ANY_TLS12"},
        {"ANY_TLS12_OR_HIGHER", "ANY_TLS12_OR_HIGHER"},
        {"ANY_TLS13", "ANY_TLS13"},
        {"ANY_TLS13_OR_HIGHER", "ANY_TLS13_OR_HIGHER"},
        {"TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"},
        {"TRIPLE_DES_SHA_US", "TRIPLE_DES_SHA_US"},
        {"009C", "TLS_RSA_WITH_AES_128_GCM_SHA256"},
        {"C030", "ECDHE_RSA_AES_256_GCM_SHA384"},
        {"c030", "ECDHE_RSA_AES_256_GCM_SHA384"},
        {"1303", "TLS_CHACHA20_POLY1305_SHA256"},
        {"9C", "TLS_RSA_WITH_AES_128_GCM_SHA256"},
        {"2f", "TLS_RSA_WITH_AES_128_CBC_SHA"},
        {"0005", "TLS_RSA_WITH_RC4_128_SHA256"},
        {"05", "TLS_RSA_WITH_RC4_128_SHA256"},
        {"0062", "DES_SHA_EXPORT1024"},
        {"FEFF", "FIPS_WITH_3DES_EDE_CBC_SHA"},
};

START_TEST(a_value_is_read)
{
        SslCiph s = {0};

        ck_assert_msg(sslciph_parse(values[_i].text, &s, NULL) == 0, "%s", values[_i].text);
        ck_assert_str_eq(sslciph_name(&s), values[_i].name);
        ck_assert((s.kind == SSLCIPH_SINGLE) == (s.single != NULL));
}
END_TEST

static const struct {
        const char *text;
        const char *hint;
} wrong[] = {
        {"", NULL},
        {" ", NULL},
        {"NONSENSE", NULL},
        {"any_tls12", "ANY_TLS12"},
        {"ANY_TLS_12_OR_HIGHER", "ANY_TLS12_OR_HIGHER"},
        {"ANY_TLS12_OR_ABOVE", "ANY_TLS12_OR_HIGHER"},
        {"ANY_TLS12 ", "ANY_TLS12"},
        {"*TLS12ORHIGHER", "ANY_TLS12_OR_HIGHER"},
        {"*ANY", "ANY"},
        {"TLS_RSA_WITH_AES_128_CBC_SHA265", "TLS_RSA_WITH_AES_128_CBC_SHA256"},
        {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE_RSA_AES_256_GCM_SHA384"},
        {"ECDHE-RSA-AES256-GCM-SHA384", "ECDHE_RSA_AES_256_GCM_SHA384"},
        {"RC4-SHA", "TLS_RSA_WITH_RC4_128_SHA256"},
        {"AES128-SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"},
        {"TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_RC4_128_SHA256"},
        {"FFFF", NULL},
        {"0x009C", NULL},
        {"09C", NULL},
        {"00009C", NULL},
        {"FE", NULL},
        {"\xFF\xFF\xFF\xFF", NULL},
        {"TLS_RSA_WITH_AES_128_CBC_SHA256_TLS_RSA_WITH_AES_128_CBC_SHA256_TLS_RSA_WITH_AES_128", NULL},
};

START_TEST(a_wrong_value_gets_a_hint)
{
        SslCiph s = {.kind = SSLCIPH_ANY};
        const char *hint = "untouched";

        ck_assert_int_eq(sslciph_parse(wrong[_i].text, &s, NULL), -EINVAL);
        ck_assert_int_eq(sslciph_parse(wrong[_i].text, &s, &hint), -EINVAL);
        if (wrong[_i].hint)
                ck_assert_msg(hint && strcmp(hint, wrong[_i].hint) == 0, "%s: %s", wrong[_i].text, hint);
        else
                ck_assert_msg(!hint, "%s: %s", wrong[_i].text, hint);
        ck_assert_int_eq(s.kind, SSLCIPH_ANY);
}
END_TEST

START_TEST(unset_is_blank)
{
        ck_assert_str_eq(sslciph_name(&(SslCiph){0}), "");
}
END_TEST

/* Suites that tell the values apart; the letters name them in the table below. */
static const struct {
        char letter;
        uint16_t version, code;
} negotiated[] = {
        {'3', TLS_VERSION_TLS13, 0x1303},
        {'c', TLS_VERSION_TLS13, 0x1305},
        {'2', TLS_VERSION_TLS12, 0xC030},
        {'n', TLS_VERSION_TLS12, 0x003B}, /* no encryption, off by default */
        {'1', TLS_VERSION_TLS10, 0x002F},
        {'0', TLS_VERSION_SSL30, 0x002F},
        /* what no queue manager has */
        {'x', TLS_VERSION_TLS12, 0x002F},
        {'y', TLS_VERSION_TLS11, 0x002F},
        {'z', TLS_VERSION_TLS12, 0xCCA8},
        {'w', TLS_VERSION_TLS12, 0x1303},
};

static const struct {
        const char *value; /* NULL: unset */
        const char *admitted;
        const char *versions; /* '0' SSL 3.0, '1', 'x' TLS 1.1, '2', '3' */
} admissions[] = {
        {NULL, "3c2n10", "0123"},
        {"ANY", "3c2n10", "0123"},
        {"ANY_TLS12", "2n", "2"},
        {"ANY_TLS12_OR_HIGHER", "3c2n", "23"},
        {"ANY_TLS13", "3c", "3"},
        {"ANY_TLS13_OR_HIGHER", "3c", "3"},
        {"ECDHE_RSA_AES_256_GCM_SHA384", "2", "2"},
        {"TLS_CHACHA20_POLY1305_SHA256", "3", "3"},
        {"TLS_RSA_WITH_AES_128_CBC_SHA", "1", "1"},
        {"AES_SHA_US", "0", "0"},
        {"TLS_RSA_WITH_AES_256_CBC_SHA256", "", "2"},
};

static SslCiph parsed(const char *value)
{
        SslCiph s = {0};

        if (value)
                ck_assert_int_eq(sslciph_parse(value, &s, NULL), 0);
        return s;
}

START_TEST(a_channel_admits_what_its_sslciph_says)
{
        SslCiph s = parsed(admissions[_i].value);
        static const struct {
                char letter;
                uint16_t version;
        } versions[] = {{'0', TLS_VERSION_SSL30}, {'1', TLS_VERSION_TLS10}, {'x', TLS_VERSION_TLS11},
                {'2', TLS_VERSION_TLS12}, {'3', TLS_VERSION_TLS13}, {'y', 0x0305}, {'z', 0}};

        for (size_t i = 0; i < ARRAY_LEN(negotiated); i++)
                ck_assert_msg(sslciph_admits(&s, negotiated[i].version, negotiated[i].code) ==
                                (strchr(admissions[_i].admitted, negotiated[i].letter) != NULL),
                        "%s and %c",
                        admissions[_i].value,
                        negotiated[i].letter);
        for (size_t i = 0; i < ARRAY_LEN(versions); i++)
                ck_assert_msg(sslciph_admits_version(&s, versions[i].version) ==
                                (strchr(admissions[_i].versions, versions[i].letter) != NULL),
                        "%s and version %c",
                        admissions[_i].value,
                        versions[i].letter);
}
END_TEST

/* ---- the offer, as OpenSSL takes it ---- */

#define TLS13_CODES 0x1303, 0x1302, 0x1301, 0x1304, 0x1305
#define TLS12_CODES                                                                                \
        0x009D, 0xC02C, 0xC030, 0x003D, 0xC024, 0xC028, 0x009C, 0xC02B, 0xC02F, 0x003C, 0xC023, 0xC027

enum {
        OFFER_MAX = 20,
};

static const struct {
        const char *value;
        uint16_t min_version, max_version;
        uint16_t offered[OFFER_MAX]; /* MQ's order, TLS 1.3 first; 0 ends it */
} offers[] = {
        {NULL, 0x0303, 0x0304, {TLS13_CODES, TLS12_CODES}},
        {"ANY", 0x0303, 0x0304, {TLS13_CODES, TLS12_CODES}},
        {"ANY_TLS12_OR_HIGHER", 0x0303, 0x0304, {TLS13_CODES, TLS12_CODES}},
        {"ANY_TLS12", 0x0303, 0x0303, {TLS12_CODES}},
        {"ANY_TLS13", 0x0304, 0x0304, {TLS13_CODES}},
        {"ANY_TLS13_OR_HIGHER", 0x0304, 0x0304, {TLS13_CODES}},
        {"TLS_AES_128_CCM_8_SHA256", 0x0304, 0x0304, {0x1305}},
        {"ECDHE_ECDSA_AES_128_CBC_SHA256", 0x0303, 0x0303, {0xC023}},
        {"TLS_RSA_WITH_AES_256_CBC_SHA", 0x0301, 0x0301, {0x0035}},
};

/* Hands an offer to OpenSSL at security level 0 and reads back what a ClientHello would hold. */
static size_t codes_offered(const CipherOffer *o, uint16_t ret[static OFFER_MAX])
{
        SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
        STACK_OF(SSL_CIPHER) *list;
        size_t n = 0;
        SSL *ssl;

        ck_assert_ptr_nonnull(ctx);
        SSL_CTX_set_security_level(ctx, 0);
        ck_assert_int_eq(SSL_CTX_set_min_proto_version(ctx, o->min_version), 1);
        ck_assert_int_eq(SSL_CTX_set_max_proto_version(ctx, o->max_version), 1);
        ck_assert_int_eq(SSL_CTX_set_ciphersuites(ctx, o->ciphersuites), 1);
        if (o->cipher_list[0] != '\0')
                ck_assert_msg(SSL_CTX_set_cipher_list(ctx, o->cipher_list) == 1,
                        "%s: %s",
                        o->cipher_list,
                        ERR_reason_error_string(ERR_peek_last_error()));

        ssl = SSL_new(ctx);
        ck_assert_ptr_nonnull(ssl);
        list = SSL_get1_supported_ciphers(ssl);
        for (int i = 0; i < sk_SSL_CIPHER_num(list); i++) {
                ck_assert_uint_lt(n, OFFER_MAX);
                ret[n++] = SSL_CIPHER_get_protocol_id(sk_SSL_CIPHER_value(list, i));
        }

        sk_SSL_CIPHER_free(list);
        SSL_free(ssl);
        SSL_CTX_free(ctx);
        return n;
}

START_TEST(an_offer_is_what_a_partner_sends)
{
        CLEANUP(cipher_offer_done) CipherOffer o = {0};
        SslCiph s = parsed(offers[_i].value);
        uint16_t got[OFFER_MAX] = {0};
        size_t n;

        ck_assert_int_eq(sslciph_offer(&s, &o), 0);
        ck_assert_uint_eq(o.min_version, offers[_i].min_version);
        ck_assert_uint_eq(o.max_version, offers[_i].max_version);

        n = codes_offered(&o, got);
        for (size_t i = 0; i <= n && i < OFFER_MAX; i++)
                ck_assert_msg(got[i] == offers[_i].offered[i],
                        "%s, place %zu: %04x, not %04x",
                        offers[_i].value,
                        i,
                        (unsigned) got[i],
                        (unsigned) offers[_i].offered[i]);
}
END_TEST

START_TEST(openssl_takes_every_cipherspec_that_is_spoken)
{
        size_t n, n_spoken = 0;
        const CipherSpec *table = cipherspec_table(&n);

        for (size_t i = 0; i < n; i++) {
                CLEANUP(cipher_offer_done) CipherOffer o = {0};
                SslCiph s = {.kind = SSLCIPH_SINGLE, .single = &table[i]};
                uint16_t got[OFFER_MAX] = {0};

                if (table[i].support != CIPHERSPEC_SPOKEN)
                        continue;
                n_spoken++;
                ck_assert_int_eq(sslciph_offer(&s, &o), 0);
                ck_assert_msg(codes_offered(&o, got) == 1, "%s", table[i].name);
                ck_assert_msg(got[0] == table[i].code, "%s: %04x", table[i].name, (unsigned) got[0]);
                ck_assert_uint_eq(o.min_version, table[i].version);
                ck_assert_uint_eq(o.max_version, table[i].version);
        }
        ck_assert_uint_eq(n_spoken, 24);
}
END_TEST

START_TEST(what_openssl_cannot_speak_is_not_offered)
{
        size_t n;
        const CipherSpec *table = cipherspec_table(&n);

        for (size_t i = 0; i < n; i++) {
                CipherOffer o = {0};
                SslCiph s = {.kind = SSLCIPH_SINGLE, .single = &table[i]};

                if (table[i].support == CIPHERSPEC_SPOKEN)
                        continue;
                ck_assert_int_eq(sslciph_offer(&s, &o), -EOPNOTSUPP);
                ck_assert_ptr_null(o.cipher_list);
                ck_assert_ptr_null(o.ciphersuites);
        }
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("cipherspec");
        TCase *tc = tcase_create("cipherspec");

        tcase_add_test(tc, the_catalogue_has_48_rows_and_no_pair_twice);
        tcase_add_test(tc, every_row_is_complete);
        tcase_add_test(tc, what_is_on_by_default_has_an_order_without_gaps);
        tcase_add_loop_test(
                tc, protocol_and_code_together_name_a_cipherspec, 0, (int) ARRAY_LEN(codes));
        tcase_add_test(tc, versions_have_names);
        tcase_add_loop_test(tc, a_value_is_read, 0, (int) ARRAY_LEN(values));
        tcase_add_loop_test(tc, a_wrong_value_gets_a_hint, 0, (int) ARRAY_LEN(wrong));
        tcase_add_test(tc, unset_is_blank);
        tcase_add_loop_test(
                tc, a_channel_admits_what_its_sslciph_says, 0, (int) ARRAY_LEN(admissions));
        tcase_add_loop_test(tc, an_offer_is_what_a_partner_sends, 0, (int) ARRAY_LEN(offers));
        tcase_add_test(tc, openssl_takes_every_cipherspec_that_is_spoken);
        tcase_add_test(tc, what_openssl_cannot_speak_is_not_offered);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
