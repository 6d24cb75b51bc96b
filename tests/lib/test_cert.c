/* SPDX-License-Identifier: MIT */
#include <openssl/asn1.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/timefmt.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"
#include "x509/cert.h"

static void cleanup_facts(CertFacts *c)
{
        cert_facts_done(c);
}

#define CLEANUP_FACTS CLEANUP(cleanup_facts)

static CertFacts read_cert(const PkiCert *cert)
{
        CertFacts facts;

        ck_assert_int_eq(cert_facts_from_der(cert->der, cert->der_len, &facts), 0);
        return facts;
}

static CertFacts read_options(const PkiOptions *o)
{
        CLEANUP_PKI PkiCert cert = pki_issue(o);

        return read_cert(&cert);
}

/* Dates */

enum {
        UTC = V_ASN1_UTCTIME,
        GEN = V_ASN1_GENERALIZEDTIME,
};

static const struct {
        const char *name;
        int tag;
        const char *content;
        bool ok;
        int64_t at;
} times[] = {
        { "the epoch", UTC, "700101000000Z", true, 0 },
        { "a second before the epoch", UTC, "691231235959Z", true, -1 },
        { "a usual date", UTC, "260101000000Z", true, 1767225600 },
        { "the first UTCTime", UTC, "500101000000Z", true, -631152000 },
        { "the last UTCTime", UTC, "491231235959Z", true, 2524607999 },
        { "2050 in GeneralizedTime", GEN, "20500101000000Z", true, 2524608000 },
        { "the last second of 32 bits", UTC, "380119031407Z", true, 2147483647 },
        { "the first second beyond 32 bits", UTC, "380119031408Z", true, 2147483648 },
        { "unsigned 32 bits overflown", GEN, "21060207062816Z", true, 4294967296 },
        { "never, as RFC 5280 writes it", GEN, "99991231235959Z", true, 253402300799 },
        { "before UTCTime begins", GEN, "19491231235959Z", true, -631152001 },
        { "the year 1900", GEN, "19000101000000Z", true, -2208988800 },
        { "the year 1", GEN, "00010101000000Z", true, -62135596800 },
        { "29 February of a leap year", UTC, "240229120000Z", true, 1709208000 },
        { "29 February 2000", UTC, "000229000000Z", true, 951782400 },
        { "31 December 23:59:59", UTC, "251231235959Z", true, 1767225599 },
        { "GeneralizedTime within UTCTime's years", GEN, "20260101000000Z", true, 1767225600 },
        { "month 13", UTC, "261301000000Z", false, 0 },
        { "month 0", UTC, "260001000000Z", false, 0 },
        { "day 0", UTC, "260100000000Z", false, 0 },
        { "day 32", UTC, "260132000000Z", false, 0 },
        { "31 April", UTC, "260431000000Z", false, 0 },
        { "30 February", UTC, "240230000000Z", false, 0 },
        { "29 February of a common year", UTC, "250229000000Z", false, 0 },
        { "29 February 1900", GEN, "19000229000000Z", false, 0 },
        { "29 February 2100", GEN, "21000229000000Z", false, 0 },
        { "hour 24", UTC, "260101240000Z", false, 0 },
        { "minute 60", UTC, "260101006000Z", false, 0 },
        { "second 60", UTC, "260101000060Z", false, 0 },
        { "no seconds", UTC, "2601010000Z", false, 0 },
        { "no seconds in GeneralizedTime", GEN, "202601010000Z", false, 0 },
        { "an offset of zero", UTC, "260101000000+0000", false, 0 },
        { "an offset", UTC, "260101000000+0130", false, 0 },
        { "an offset in GeneralizedTime", GEN, "20260101000000-0500", false, 0 },
        { "no Z", UTC, "260101000000", false, 0 },
        { "no Z in GeneralizedTime", GEN, "20260101000000", false, 0 },
        { "a small z", UTC, "260101000000z", false, 0 },
        { "fractions of a second", GEN, "20260101000000.5Z", false, 0 },
        { "a comma fraction", GEN, "20260101000000,5Z", false, 0 },
        { "four-digit year in UTCTime", UTC, "20260101000000Z", false, 0 },
        { "two-digit year in GeneralizedTime", GEN, "260101000000Z", false, 0 },
        { "five-digit year", GEN, "120260101000000Z", false, 0 },
        { "nothing", UTC, "", false, 0 },
        { "only Z", UTC, "Z", false, 0 },
        { "letters", UTC, "abcdefghijklZ", false, 0 },
        { "a minus sign", UTC, "-60101000000Z", false, 0 },
        { "a blank", UTC, "26 101000000Z", false, 0 },
        { "a colon behind the digits", UTC, "2601010000:0Z", false, 0 },
        { "a slash before the digits", UTC, "2601010000/0Z", false, 0 },
        { "all nines", UTC, "999999999999Z", false, 0 },
        { "something behind Z", UTC, "260101000000Z0", false, 0 },
        { "another tag", V_ASN1_UTF8STRING, "260101000000Z", false, 0 },
};

START_TEST(test_time)
{
        uint8_t der[64] = { (uint8_t) times[_i].tag, (uint8_t) strlen(times[_i].content) };
        int64_t at = 4711;
        int r;

        memcpy(der + 2, times[_i].content, der[1]);
        r = cert_time_from_der(der, 2 + (size_t) der[1], &at);
        ck_assert_msg((r == 0) == times[_i].ok, "%s: %d", times[_i].name, r);
        ck_assert_msg(at == (times[_i].ok ? times[_i].at : 4711), "%s: %jd", times[_i].name,
                (intmax_t) at);
}
END_TEST

START_TEST(test_time_length_lies)
{
        static const uint8_t good[] = "\x17\x0d" "260101000000Z";
        uint8_t der[sizeof(good)];
        int64_t at;

        memcpy(der, good, sizeof(der));
        ck_assert_int_eq(cert_time_from_der(der, 15, &at), 0);
        for (size_t n = 0; n < 15; n++)
                ck_assert_int_lt(cert_time_from_der(der, n, &at), 0);
        for (unsigned n = 0; n < 256; n++) {
                der[1] = (uint8_t) n;
                ck_assert_int_eq(cert_time_from_der(der, 15, &at) == 0, n == 13);
        }
}
END_TEST

/* The same dates within certificates: an impossible one is a fault, the other one is read. */
START_TEST(test_time_in_certificate)
{
        PkiTime t = { .set = true, .raw = times[_i].content, .raw_tag = times[_i].tag };
        CLEANUP_FACTS CertFacts after = read_options(&(PkiOptions){ .not_after = t });
        CLEANUP_FACTS CertFacts before = read_options(&(PkiOptions){ .not_before = t });

        /* OpenSSL does not read a certificate with another type there. */
        if (times[_i].tag == V_ASN1_UTF8STRING) {
                ck_assert_uint_eq(after.faults, CERT_FAULT_UNPARSABLE);
                return;
        }
        ck_assert_msg(after.has_not_after == times[_i].ok, "%s", times[_i].name);
        ck_assert_int_eq(after.not_after_at, times[_i].at);
        ck_assert_uint_eq(after.faults, times[_i].ok ? 0 : CERT_FAULT_NOT_AFTER);
        ck_assert_int_eq(after.not_before_at, PKI_NOW - PKI_DAY);
        ck_assert_msg(before.has_not_before == times[_i].ok, "%s", times[_i].name);
        ck_assert_uint_eq(before.faults, times[_i].ok ? 0 : CERT_FAULT_NOT_BEFORE);
        ck_assert(before.has_not_after);
        ck_assert_int_eq(before.not_after_at, PKI_NOW + 365 * PKI_DAY);
        ck_assert(times[_i].ok == (before.fault_text == NULL));
}
END_TEST

/* Facts */

START_TEST(test_facts_of_a_leaf)
{
        static const PkiSan sans[] = {
                PKI_SAN(GEN_DNS, "qm1.example.com"),
                PKI_SAN(GEN_IPADD, "\x0a\x00\x00\x01"),
                PKI_SAN(GEN_IPADD, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"),
                PKI_SAN(GEN_EMAIL, "mq@example.com"),
                PKI_SAN(GEN_URI, "http://169.254.169.254/"),
                PKI_SAN(GEN_DIRNAME, "Direct"),
                PKI_SAN(GEN_OTHERNAME, "user@domain"),
                PKI_SAN(GEN_RID, "1.2.3.4"),
        };
        static const char *const expected[] = { "DNS:qm1.example.com", "IP:10.0.0.1",
                "IP:2001:db8::1", "email:mq@example.com", "URI:http://169.254.169.254/",
                "DN:CN=Direct", "other:1.3.6.1.4.1.311.20.2.3=user@domain",
                "other:RID=1.2.3.4" };
        CLEANUP_PKI PkiCert ca = pki_issue(&(PkiOptions){ .cn = "CA", .o = "Example", .ca = true });
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){ .issuer = &ca,
                .c = "US", .o = "IBM", .ou = "SSL For MQ", .cn = "QM1", .serial_hex = "78402654",
                .key_kind = PKI_KEY_RSA2048, .ext_key_usage = "serverAuth,clientAuth,emailProtection",
                .sans = sans, .n_sans = ARRAY_LEN(sans) });
        CLEANUP_FACTS CertFacts f = read_cert(&leaf);
        uint8_t digest[CERT_SHA256_SIZE];
        unsigned char *spki = NULL;
        int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf.x509), &spki);

        ck_assert_uint_eq(f.faults, 0);
        ck_assert_ptr_null(f.fault_text);
        ck_assert_uint_eq(f.der_len, leaf.der_len);
        SHA256(leaf.der, leaf.der_len, digest);
        ck_assert_mem_eq(f.sha256, digest, sizeof(digest));
        SHA256(spki, (size_t) len, digest);
        ck_assert_mem_eq(f.spki_sha256, digest, sizeof(digest));
        OPENSSL_free(spki);
        ck_assert_str_eq(f.subject_mq, "CN=QM1,OU=SSL For MQ,O=IBM,C=US");
        ck_assert_str_eq(f.issuer_mq, "CN=CA,O=Example");
        ck_assert_str_eq(f.subject_rfc4514, "CN=QM1,OU=SSL For MQ,O=IBM,C=US");
        ck_assert_str_eq(f.serial, "78:40:26:54");
        ck_assert_str_eq(f.key_algorithm, "RSA");
        ck_assert_uint_eq(f.key_bits, 2048);
        ck_assert_ptr_null(f.curve);
        ck_assert_str_eq(f.signature_algorithm, "ecdsa-with-SHA256");
        ck_assert_str_eq(f.signature_digest, "SHA256");
        ck_assert(f.has_key_usage);
        ck_assert_uint_eq(f.key_usage, CERT_KU_DIGITAL_SIGNATURE | CERT_KU_KEY_ENCIPHERMENT);
        ck_assert(f.has_ext_key_usage);
        ck_assert_uint_eq(
                f.ext_key_usage, CERT_EKU_SERVER_AUTH | CERT_EKU_CLIENT_AUTH | CERT_EKU_OTHER);
        ck_assert(!f.has_basic_constraints && !f.is_ca && !f.self_issued && !f.self_signed);
        ck_assert_int_eq(f.path_len, -1);
        ck_assert_uint_eq(f.n_sans, ARRAY_LEN(expected));
        ck_assert_uint_eq(f.n_sans_total, ARRAY_LEN(expected));
        for (size_t i = 0; i < f.n_sans; i++)
                ck_assert_str_eq(f.sans[i], expected[i]);
}
END_TEST

START_TEST(test_facts_of_an_authority)
{
        CLEANUP_FACTS CertFacts f = read_options(&(PkiOptions){
                .cn = "CA", .ca = true, .basic_constraints = "critical,CA:TRUE,pathlen:3" });

        ck_assert_uint_eq(f.faults, 0);
        ck_assert(f.self_issued && f.self_signed);
        ck_assert(f.has_basic_constraints && f.basic_constraints_critical && f.is_ca);
        ck_assert_int_eq(f.path_len, 3);
        ck_assert_uint_eq(f.key_usage, CERT_KU_KEY_CERT_SIGN | CERT_KU_CRL_SIGN);
        ck_assert(!f.has_ext_key_usage);
}
END_TEST

START_TEST(test_self_issued_is_not_self_signed)
{
        CLEANUP_PKI PkiCert other = pki_issue(&(PkiOptions){ .cn = "X" });
        CLEANUP_FACTS CertFacts f =
                read_options(&(PkiOptions){ .cn = "X", .sign_key = other.key });
        CLEANUP_FACTS CertFacts damaged =
                read_options(&(PkiOptions){ .cn = "X", .damage_signature = true });

        ck_assert(f.self_issued && !f.self_signed);
        ck_assert(damaged.self_issued && !damaged.self_signed);
}
END_TEST

static const struct {
        PkiKey kind;
        const char *digest, *algorithm, *curve, *signature, *found_digest;
        unsigned bits;
} keys[] = {
        { PKI_KEY_RSA1024, "MD5", "RSA", NULL, "md5WithRSAEncryption", "MD5", 1024 },
        { PKI_KEY_RSA2048, "SHA1", "RSA", NULL, "sha1WithRSAEncryption", "SHA1", 2048 },
        { PKI_KEY_RSA2048, "SHA512", "RSA", NULL, "sha512WithRSAEncryption", "SHA512", 2048 },
        { PKI_KEY_P256, "SHA256", "EC", "P-256", "ecdsa-with-SHA256", "SHA256", 256 },
        { PKI_KEY_P384, "SHA384", "EC", "P-384", "ecdsa-with-SHA384", "SHA384", 384 },
        { PKI_KEY_P521, "SHA1", "EC", "P-521", "ecdsa-with-SHA1", "SHA1", 521 },
        { PKI_KEY_ED25519, NULL, "ED25519", NULL, "ED25519", NULL, 256 },
};

START_TEST(test_keys)
{
        CLEANUP_FACTS CertFacts f = read_options(
                &(PkiOptions){ .key_kind = keys[_i].kind, .digest = keys[_i].digest });

        ck_assert_uint_eq(f.faults, 0);
        ck_assert(f.self_signed);
        ck_assert_str_eq(f.key_algorithm, keys[_i].algorithm);
        ck_assert_uint_eq(f.key_bits, keys[_i].bits);
        ck_assert_pstr_eq(f.curve, keys[_i].curve);
        ck_assert_str_eq(f.signature_algorithm, keys[_i].signature);
        ck_assert_pstr_eq(f.signature_digest, keys[_i].found_digest);
}
END_TEST

static const struct {
        const char *name, *hex, *expected;
        unsigned faults;
} serials[] = {
        { "one octet", "1", "01", 0 },
        { "zero", "", "00", 0 },
        { "the high bit set", "FF00", "FF:00", 0 },
        { "negative", "-1F", "-1F", CERT_FAULT_SERIAL },
        { "twenty octets", "7F00000000000000000000000000000000000001",
                "7F:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:01", 0 },
        { "twenty-one octets", "010000000000000000000000000000000000000002",
                "01:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:02",
                CERT_FAULT_SERIAL },
};

START_TEST(test_serials)
{
        CLEANUP_FACTS CertFacts f = read_options(&(PkiOptions){ .serial_hex = serials[_i].hex });

        ck_assert_str_eq(f.serial, serials[_i].expected);
        ck_assert_uint_eq(f.faults, serials[_i].faults);
}
END_TEST

START_TEST(test_no_extensions)
{
        CLEANUP_FACTS CertFacts f =
                read_options(&(PkiOptions){ .no_extensions = true, .empty_subject = true });

        ck_assert_uint_eq(f.faults, 0);
        ck_assert(!f.has_key_usage && !f.has_ext_key_usage && !f.has_basic_constraints);
        ck_assert_str_eq(f.subject_mq, "");
        ck_assert_str_eq(f.issuer_mq, "");
        ck_assert_str_eq(f.subject_rfc4514, "");
        ck_assert_uint_eq(f.n_sans_total, 0);
}
END_TEST

static const struct {
        const char *name, *oid, *data;
        size_t len;
        unsigned faults;
} extensions[] = {
        { "key usage that is no bit string", "2.5.29.15", "\x04\x01\x80", 3, CERT_FAULT_EXTENSION },
        { "key usage that ends early", "2.5.29.15", "\x03\x05\x80", 3, CERT_FAULT_EXTENSION },
        { "extended key usage with garbage", "2.5.29.37", "\x30\x02\x01\x01", 4,
                CERT_FAULT_EXTENSION },
        { "basic constraints with garbage", "2.5.29.19", "garbage", 7, CERT_FAULT_EXTENSION },
        { "a negative path length", "2.5.29.19", "\x30\x06\x01\x01\xff\x02\x01\xff", 8,
                CERT_FAULT_EXTENSION },
        { "an enormous path length", "2.5.29.19",
                "\x30\x0d\x01\x01\xff\x02\x08\x7f\xff\xff\xff\xff\xff\xff\xff", 15, 0 },
        { "SANs with garbage", "2.5.29.17", "\x30\x03\x82\x7f\x61", 5, CERT_FAULT_EXTENSION },
        { "empty SANs", "2.5.29.17", "\x30\x00", 2, 0 },
        { "an extension of nobody's", "1.2.3.4.5", "anything", 8, 0 },
};

START_TEST(test_extensions)
{
        PkiExtension e = { .oid = extensions[_i].oid,
                .data = extensions[_i].data,
                .len = extensions[_i].len };
        CLEANUP_FACTS CertFacts f = read_options(&(PkiOptions){
                .key_usage = "", .no_key_ids = true, .extensions = &e, .n_extensions = 1 });

        ck_assert_msg(f.faults == extensions[_i].faults, "%s: %x %s", extensions[_i].name, f.faults,
                f.fault_text);
        ck_assert(f.has_not_after);
        ck_assert_int_ge(f.path_len, -1);
}
END_TEST

START_TEST(test_extension_twice)
{
        PkiExtension e = { .oid = "2.5.29.15", .data = "\x03\x02\x07\x80", .len = 4 };
        CLEANUP_FACTS CertFacts f =
                read_options(&(PkiOptions){ .extensions = &e, .n_extensions = 1 });

        ck_assert_uint_eq(f.faults, CERT_FAULT_EXTENSION);
        ck_assert_str_eq(f.fault_text, "the extension keyUsage stands twice");
        ck_assert(!f.has_key_usage);
}
END_TEST

/* Names */

#define ROW(name_, type_, literal, expected_, len_, faults_)                                       \
        {                                                                                          \
                name_, type_, literal, sizeof(literal) - 1, expected_, len_, faults_               \
        }

static const struct {
        const char *name;
        int type;
        const char *data;
        size_t data_len;
        const char *value;
        size_t value_len;
        unsigned faults;
} names[] = {
        ROW("UTF-8", V_ASN1_UTF8STRING, "M\xc3\xbcller", "M\xc3\xbcller", 7, 0),
        ROW("invalid UTF-8", V_ASN1_UTF8STRING, "a\xff\xfe", "a\xff\xfe", 3,
                CERT_FAULT_NAME),
        ROW("an overlong slash", V_ASN1_UTF8STRING, "\xc0\xaf", "\xc0\xaf", 2,
                CERT_FAULT_NAME),
        ROW("an embedded NUL", V_ASN1_UTF8STRING, "good\0.evil", "good\0.evil", 10, 0),
        ROW("only a NUL", V_ASN1_PRINTABLESTRING, "\0", "\0", 1, 0),
        ROW("quotes, newline, backslash", V_ASN1_PRINTABLESTRING, "\"\n\\", "\"\n\\", 3, 0),
        ROW("nothing", V_ASN1_UTF8STRING, "", "", 0, 0),
        ROW("markup", V_ASN1_IA5STRING, "<script>", "<script>", 8, 0),
        ROW("BMP", V_ASN1_BMPSTRING, "\0M\0\xfc\x20\xac", "M\xc3\xbc\xe2\x82\xac", 6, 0),
        ROW("BMP with a pair of surrogates", V_ASN1_BMPSTRING, "\xd8\x3d\xde\x00",
                "\xf0\x9f\x98\x80", 4, CERT_FAULT_NAME),
        ROW("BMP with half a pair", V_ASN1_BMPSTRING, "\xd8\x3d\0A", "\xd8\x3d\0A", 4,
                CERT_FAULT_NAME),
        ROW("BMP with a high surrogate at the end", V_ASN1_BMPSTRING, "\0A\xd8\x3d", "\0A\xd8\x3d",
                4, CERT_FAULT_NAME),
        ROW("BMP with a low surrogate", V_ASN1_BMPSTRING, "\xde\x00", "\xde\x00", 2,
                CERT_FAULT_NAME),
        ROW("Latin-1", V_ASN1_T61STRING, "M\xfcller", "M\xc3\xbcller", 7, 0),
        ROW("Universal", V_ASN1_UNIVERSALSTRING, "\0\0\0A\0\1\xf6\0", "A\xf0\x9f\x98\x80", 5, 0),
        ROW("Universal beyond Unicode", V_ASN1_UNIVERSALSTRING, "\0\x11\0\0", "\0\x11\0\0", 4,
                CERT_FAULT_NAME),
        ROW("Universal surrogate", V_ASN1_UNIVERSALSTRING, "\0\0\xd8\0", "\0\0\xd8\0", 4,
                CERT_FAULT_NAME),
};

START_TEST(test_names)
{
        PkiAttribute a = { .oid = "2.5.4.3",
                .type = names[_i].type,
                .data = names[_i].data,
                .len = names[_i].data_len };
        CLEANUP_FACTS CertFacts f =
                read_options(&(PkiOptions){ .attributes = &a, .n_attributes = 1 });

        ck_assert_msg(f.faults == names[_i].faults, "%s: %s", names[_i].name, f.fault_text);
        ck_assert_uint_eq(f.subject.n_attributes, 1);
        ck_assert_str_eq(f.subject.attributes[0].oid, "2.5.4.3");
        ck_assert_uint_eq(f.subject.attributes[0].value_len, names[_i].value_len);
        ck_assert_mem_eq(f.subject.attributes[0].value, names[_i].value, names[_i].value_len);
        ck_assert_int_eq(strncmp(f.subject_mq, "CN=", 3), 0);
        ck_assert(f.self_issued);
        /* OpenSSL refuses the others; they were read in disguise, which no signature survives. */
        ck_assert(f.self_signed == (f.faults == 0));
        ck_assert(f.has_not_before && f.has_not_after && f.key_bits == 256 && f.has_key_usage);
        /* Names for people hold no raw control character, and no byte that is no text. */
        ck_assert_ptr_nonnull(f.subject_rfc4514);
}
END_TEST

START_TEST(test_long_values)
{
        enum { N = 65536 };
        CLEANUP_FREE char *big = malloc(N);
        static const struct {
                const char *name, *unit;
                size_t unit_len;
                int type;
                size_t kept;
        } rows[] = {
                { "plain", "A", 1, V_ASN1_PRINTABLESTRING, CERT_VALUE_BYTES_MAX },
                /* 8192 is not a multiple of three */
                { "between characters", "\xe2\x82\xac", 3, V_ASN1_UTF8STRING, 8190 },
                { "no text at all", "\x80", 1, V_ASN1_UTF8STRING, CERT_VALUE_BYTES_MAX },
                { "BMP", "\0A", 2, V_ASN1_BMPSTRING, CERT_VALUE_BYTES_MAX / 2 },
                { "BMP of pairs", "\xd8\x3d\xde\x00", 4, V_ASN1_BMPSTRING, CERT_VALUE_BYTES_MAX },
                { "Latin-1 that doubles", "\xfc", 1, V_ASN1_T61STRING, 2 * CERT_VALUE_BYTES_MAX },
        };

        ck_assert_ptr_nonnull(big);
        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
                PkiAttribute a = { .oid = "OU", .type = rows[i].type, .data = big,
                        .len = N - N % rows[i].unit_len };

                for (size_t k = 0; k < a.len; k++)
                        big[k] = rows[i].unit[k % rows[i].unit_len];
                CLEANUP_FACTS CertFacts f = read_options(
                        &(PkiOptions){ .cn = "big", .attributes = &a, .n_attributes = 1 });

                ck_assert_msg(f.faults == CERT_FAULT_NAME, "%s: %s", rows[i].name, f.fault_text);
                ck_assert_uint_eq(f.subject.n_attributes, 2);
                ck_assert_msg(f.subject.attributes[1].value_len == rows[i].kept, "%s: %zu",
                        rows[i].name, f.subject.attributes[1].value_len);
                ck_assert(f.has_not_after);
        }
}
END_TEST

START_TEST(test_many_attributes)
{
        enum { N = 500 };
        CLEANUP_FREE PkiAttribute *many = calloc(N, sizeof(*many));

        ck_assert_ptr_nonnull(many);
        for (size_t i = 0; i < N; i++)
                many[i] = PKI_ATTRIBUTE("OU", V_ASN1_UTF8STRING, "x");
        CLEANUP_FACTS CertFacts f =
                read_options(&(PkiOptions){ .attributes = many, .n_attributes = N });

        ck_assert_uint_eq(f.faults, CERT_FAULT_NAME);
        ck_assert_uint_eq(f.subject.n_attributes, CERT_DN_ATTRIBUTES_MAX);
        ck_assert_ptr_nonnull(strstr(f.fault_text, "the subject has 500 attributes"));
}
END_TEST

START_TEST(test_multi_valued_rdn)
{
        static const PkiAttribute two[] = {
                { .oid = "OU", .data = "one", .len = 3 },
                { .oid = "UID", .data = "two", .len = 3, .same_rdn = true },
                { .oid = "CN", .data = "three", .len = 5 },
        };
        CLEANUP_FACTS CertFacts f = read_options(
                &(PkiOptions){ .attributes = two, .n_attributes = ARRAY_LEN(two) });

        ck_assert_uint_eq(f.subject.n_attributes, 3);
        ck_assert_uint_eq(f.subject.attributes[0].rdn, f.subject.attributes[1].rdn);
        ck_assert_uint_eq(f.subject.attributes[2].rdn, f.subject.attributes[1].rdn + 1);
}
END_TEST

START_TEST(test_long_oid)
{
        char oid[1024] = "1.3.6.1.4.1";
        PkiAttribute a = { .oid = oid, .data = "v", .len = 1 };

        for (int i = 0; i < 200; i++)
                strcat(oid, ".999");
        CLEANUP_FACTS CertFacts f = read_options(
                &(PkiOptions){ .cn = "odd", .attributes = &a, .n_attributes = 1 });

        ck_assert_uint_eq(f.faults, CERT_FAULT_NAME);
        ck_assert_str_eq(f.subject_mq, "CN=odd");
}
END_TEST

START_TEST(test_many_sans)
{
        CLEANUP_FACTS CertFacts f = read_options(&(PkiOptions){ .n_filler_sans = 10000 });

        ck_assert_uint_eq(f.faults, 0);
        ck_assert_uint_eq(f.n_sans_total, 10000);
        ck_assert_uint_eq(f.n_sans, CERT_SANS_MAX);
        ck_assert_str_eq(f.sans[CERT_SANS_MAX - 1], "DNS:filler-63.example");
}
END_TEST

START_TEST(test_hostile_sans)
{
        static const PkiSan sans[] = {
                PKI_SAN(GEN_DNS, "good.example\0.evil"),
                PKI_SAN(GEN_DNS, "back\\slash\xff"),
                PKI_SAN(GEN_IPADD, "\x01\x02\x03"),
                PKI_SAN(GEN_DNS, ""),
        };
        static const char *const expected[] = { "DNS:good.example\\x00.evil",
                "DNS:back\\\\slash\\xFF", "IP:\x01\x02\x03", "DNS:" };
        CLEANUP_FACTS CertFacts f =
                read_options(&(PkiOptions){ .sans = sans, .n_sans = ARRAY_LEN(sans) });

        ck_assert_uint_eq(f.faults, CERT_FAULT_NAME);
        ck_assert_uint_eq(f.n_sans, ARRAY_LEN(sans));
        for (size_t i = 0; i < f.n_sans; i++)
                ck_assert_int_eq(strcasecmp(f.sans[i], expected[i]), 0);
}
END_TEST

/* Anything else */

START_TEST(test_garbage)
{
        static const struct {
                const char *data;
                size_t len;
        } rows[] = {
                { "", 0 },
                { "\x30", 1 },
                { "\x30\x80", 2 },
                { "\x30\x84\xff\xff\xff\xff", 6 },
                { "-----BEGIN CERTIFICATE-----\n", 28 },
                { "garbage garbage", 15 },
        };
        CertFacts f;
        uint8_t digest[CERT_SHA256_SIZE];

        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
                ck_assert_int_eq(cert_facts_from_der(rows[i].data, rows[i].len, &f), 0);
                ck_assert_uint_eq(f.faults, CERT_FAULT_UNPARSABLE);
                ck_assert_ptr_nonnull(f.fault_text);
                ck_assert_uint_eq(f.der_len, rows[i].len);
                SHA256((const unsigned char *) rows[i].data, rows[i].len, digest);
                ck_assert_mem_eq(f.sha256, digest, sizeof(digest));
                ck_assert_ptr_null(f.subject_mq);
                ck_assert(!f.has_not_after);
                cert_facts_done(&f);
        }
        ck_assert_int_eq(cert_facts_from_der(NULL, 0, &f), 0);
        ck_assert_uint_eq(f.faults, CERT_FAULT_UNPARSABLE);
        cert_facts_done(&f);
}
END_TEST

START_TEST(test_truncated_and_extended)
{
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){ .cn = "x" });
        CLEANUP_FREE uint8_t *longer = calloc(1, cert.der_len + 1);
        CertFacts f;

        for (size_t n = 0; n < cert.der_len; n++) {
                /* A copy of exactly that size, so that a sanitizer sees a read behind it. */
                CLEANUP_FREE uint8_t *copy = malloc(n + 1);

                ck_assert_ptr_nonnull(copy);
                memcpy(copy, cert.der, n);
                ck_assert_int_eq(cert_facts_from_der(copy, n, &f), 0);
                ck_assert_uint_eq(f.faults, CERT_FAULT_UNPARSABLE);
                cert_facts_done(&f);
        }
        ck_assert_ptr_nonnull(longer);
        memcpy(longer, cert.der, cert.der_len);
        ck_assert_int_eq(cert_facts_from_der(longer, cert.der_len + 1, &f), 0);
        ck_assert_uint_eq(f.faults, CERT_FAULT_UNPARSABLE);
        cert_facts_done(&f);
}
END_TEST

/* Every byte of a certificate once turned round: nothing but an answer may come of it. */
START_TEST(test_flipped_bytes)
{
        CLEANUP_PKI PkiCert cert = pki_issue(
                &(PkiOptions){ .cn = "flip", .n_filler_sans = 2, .ext_key_usage = "serverAuth" });

        for (size_t i = 0; i < cert.der_len; i++) {
                CertFacts f;

                cert.der[i] ^= 0xFF;
                ck_assert_int_eq(cert_facts_from_der(cert.der, cert.der_len, &f), 0);
                ck_assert((f.faults != 0) == (f.fault_text != NULL));
                cert_facts_done(&f);
                cert.der[i] ^= 0xFF;
        }
}
END_TEST

START_TEST(test_unreadable_key)
{
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){ .cn = "key" });
        unsigned char *spki = NULL;
        int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert.x509), &spki);
        uint8_t *point = memmem(cert.der, cert.der_len, spki, (size_t) len);
        CertFacts f;

        ck_assert_ptr_nonnull(point);
        /* An uncompressed point of P-256 ends the structure; turn it into one off the curve. */
        point[len - 1] ^= 1;
        OPENSSL_free(spki);
        ck_assert_int_eq(cert_facts_from_der(cert.der, cert.der_len, &f), 0);
        ck_assert_uint_eq(f.faults, CERT_FAULT_KEY);
        ck_assert_ptr_null(f.key_algorithm);
        ck_assert_uint_eq(f.key_bits, 0);
        ck_assert(f.has_not_after && !f.self_signed);
        cert_facts_done(&f);
}
END_TEST

START_TEST(test_hex)
{
        uint8_t digest[CERT_SHA256_SIZE] = { 0xAB, 0x12, [31] = 0xFF };
        char text[2 * CERT_SHA256_SIZE + 1];

        cert_hex(digest, text);
        ck_assert_uint_eq(strlen(text), 64);
        ck_assert_int_eq(strncmp(text, "AB1200", 6), 0);
        ck_assert_str_eq(text + 60, "00FF");
}
END_TEST

static Suite *make_suite(void)
{
        Suite *s = suite_create("cert");
        TCase *dates = tcase_create("dates"), *facts = tcase_create("facts"),
              *hostile = tcase_create("hostile");

        pki_warm_up(PKI_KEY_RSA1024);
        pki_warm_up(PKI_KEY_RSA2048);
        tcase_add_loop_test(dates, test_time, 0, ARRAY_LEN(times));
        tcase_add_test(dates, test_time_length_lies);
        tcase_add_loop_test(dates, test_time_in_certificate, 0, ARRAY_LEN(times));
        suite_add_tcase(s, dates);
        tcase_add_test(facts, test_facts_of_a_leaf);
        tcase_add_test(facts, test_facts_of_an_authority);
        tcase_add_test(facts, test_self_issued_is_not_self_signed);
        tcase_add_loop_test(facts, test_keys, 0, ARRAY_LEN(keys));
        tcase_add_loop_test(facts, test_serials, 0, ARRAY_LEN(serials));
        tcase_add_test(facts, test_no_extensions);
        tcase_add_loop_test(facts, test_extensions, 0, ARRAY_LEN(extensions));
        tcase_add_test(facts, test_extension_twice);
        tcase_add_test(facts, test_multi_valued_rdn);
        tcase_add_test(facts, test_hex);
        suite_add_tcase(s, facts);
        tcase_add_loop_test(hostile, test_names, 0, ARRAY_LEN(names));
        tcase_add_test(hostile, test_long_values);
        tcase_add_test(hostile, test_many_attributes);
        tcase_add_test(hostile, test_long_oid);
        tcase_add_test(hostile, test_many_sans);
        tcase_add_test(hostile, test_hostile_sans);
        tcase_add_test(hostile, test_garbage);
        tcase_add_test(hostile, test_truncated_and_extended);
        tcase_add_test(hostile, test_flipped_bytes);
        tcase_add_test(hostile, test_unreadable_key);
        tcase_set_timeout(hostile, 60);
        suite_add_tcase(s, hostile);
        return s;
}

int main(void)
{
        return suite_run(make_suite());
}
