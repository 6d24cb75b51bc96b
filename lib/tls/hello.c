/* SPDX-License-Identifier: MIT */
#include "tls/hello.h"

#include <assert.h>
#include <string.h>

#include "mq/cipherspec.h"

/*
 *      record       1 type | 2 version | 2+n messages
 *      message      1 type | 3+n body
 *      ClientHello  2 version | 32 random | 1+n session | 2+n suites | 1+n compressions | 2+n extensions
 *      extension    2 type | 2+n body
 *
 * where n octets follow their length.
 */

enum {
        RECORD_HANDSHAKE = 22,
        MESSAGE_CLIENT_HELLO = 1,

        EXTENSION_SERVER_NAME = 0,
        EXTENSION_SUPPORTED_GROUPS = 10,
        EXTENSION_EC_POINT_FORMATS = 11,
        EXTENSION_SIGNATURE_ALGORITHMS = 13,
        EXTENSION_EXTENDED_MASTER_SECRET = 23,
        EXTENSION_SUPPORTED_VERSIONS = 43,
        EXTENSION_KEY_SHARE = 51,

        GROUP_X25519 = 0x001D,
        POINT_UNCOMPRESSED = 0,
        COMPRESSION_NONE = 0,
        NAME_TYPE_HOST = 0,
        RENEGOTIATION_INFO_SCSV = 0x00FF,
};

/* ---- fields ---- */

static void put_number(Buf *b, size_t size, size_t n)
{
        while (size-- > 0)
                buf_append_char(b, (char) (n >> 8 * size & 0xFF));
}

/* A vector: a length of `size` octets, known when all that stands in it is written. */
static size_t vector_begin(Buf *b, size_t size)
{
        put_number(b, size, 0);
        return b->len;
}

static void vector_end(Buf *b, size_t size, size_t start)
{
        size_t n = b->len - start;

        if (buf_error(b) < 0)
                return;
        for (size_t i = 1; i <= size; i++) {
                b->data[start - i] = (char) (n & 0xFF);
                n >>= 8;
        }
}

static void put_numbers(Buf *b, const uint16_t *numbers, size_t n)
{
        size_t list = vector_begin(b, 2);

        for (size_t i = 0; i < n; i++)
                put_number(b, 2, numbers[i]);
        vector_end(b, 2, list);
}

/* ---- extensions ---- */

/* RFC 6066 section 3. */
static void put_server_name(const HelloOffer *offer, Buf *b)
{
        size_t list = vector_begin(b, 2);
        size_t name = 0;

        put_number(b, 1, NAME_TYPE_HOST);
        name = vector_begin(b, 2);
        buf_append_str(b, offer->sni);
        vector_end(b, 2, name);
        vector_end(b, 2, list);
}

/* RFC 8422 section 5.1.1: X25519, secp256r1, secp384r1, secp521r1. */
static void put_groups(const HelloOffer *offer UNUSED, Buf *b)
{
        static const uint16_t groups[] = {GROUP_X25519, 0x0017, 0x0018, 0x0019};

        put_numbers(b, groups, ARRAY_LEN(groups));
}

static void put_point_formats(const HelloOffer *offer UNUSED, Buf *b)
{
        put_number(b, 1, 1);
        put_number(b, 1, POINT_UNCOMPRESSED);
}

/* RFC 8446 section 4.2.3; everything that any certificate may ask for, SHA-1 last: what a listener
 * has is not judged here. */
static void put_signature_algorithms(const HelloOffer *offer UNUSED, Buf *b)
{
        static const uint16_t algorithms[] = {
                0x0403, 0x0503, 0x0603, /* ECDSA with P-256, P-384, P-521 (TLS 1.2: any curve) */
                0x0807, 0x0808,         /* Ed25519, Ed448 */
                0x0804, 0x0805, 0x0806, /* RSA-PSS, key of RSA */
                0x0809, 0x080A, 0x080B, /* RSA-PSS, key of RSA-PSS */
                0x0401, 0x0501, 0x0601, /* RSA PKCS#1: in TLS 1.3 for certificates only */
                0x0203, 0x0201,         /* SHA-1 */
        };

        put_numbers(b, algorithms, ARRAY_LEN(algorithms));
}

/* RFC 7627: it is there, and that is all. */
static void put_nothing(const HelloOffer *offer UNUSED, Buf *b UNUSED)
{
}

static void put_versions(const HelloOffer *offer, Buf *b)
{
        put_number(b, 1, 2);
        put_number(b, 2, offer->version);
}

static void put_key_share(const HelloOffer *offer, Buf *b)
{
        size_t list = vector_begin(b, 2);
        size_t key = 0;

        put_number(b, 2, GROUP_X25519);
        key = vector_begin(b, 2);
        buf_append(b, offer->key_share, sizeof(offer->key_share));
        vector_end(b, 2, key);
        vector_end(b, 2, list);
}

static bool has_name(const HelloOffer *offer)
{
        return offer->sni != NULL;
}

/* Without a suite that needs them a client must not send them (RFC 8422 section 4). */
static bool has_curves(const HelloOffer *offer)
{
        if (offer->version == TLS_VERSION_TLS13)
                return true;

        for (size_t i = 0; i < offer->n_codes; i++) {
                const CipherSpec *spec = cipherspec_by_code(offer->version, offer->codes[i]);

                if (spec && strcmp(spec->key_exchange, "ECDHE") == 0)
                        return true;
        }
        return false;
}

static bool has_always(const HelloOffer *offer UNUSED)
{
        return true;
}

typedef struct ExtensionRow {
        uint16_t type;
        uint16_t min_version, max_version; /* that it may be sent with */
        bool (*is_wanted)(const HelloOffer *offer);
        void (*put)(const HelloOffer *offer, Buf *b);
} ExtensionRow;

static const ExtensionRow extension_rows[] = {
        {EXTENSION_SERVER_NAME, TLS_VERSION_TLS10, TLS_VERSION_TLS13, has_name, put_server_name},
        {EXTENSION_EXTENDED_MASTER_SECRET, TLS_VERSION_TLS10, TLS_VERSION_TLS12, has_always,
                put_nothing},
        {EXTENSION_SUPPORTED_GROUPS, TLS_VERSION_TLS10, TLS_VERSION_TLS13, has_curves, put_groups},
        {EXTENSION_EC_POINT_FORMATS, TLS_VERSION_TLS10, TLS_VERSION_TLS12, has_curves,
                put_point_formats},
        {EXTENSION_SIGNATURE_ALGORITHMS, TLS_VERSION_TLS12, TLS_VERSION_TLS13, has_always,
                put_signature_algorithms},
        {EXTENSION_SUPPORTED_VERSIONS, TLS_VERSION_TLS13, TLS_VERSION_TLS13, has_always,
                put_versions},
        {EXTENSION_KEY_SHARE, TLS_VERSION_TLS13, TLS_VERSION_TLS13, has_always, put_key_share},
};

static void put_extensions(const HelloOffer *offer, Buf *b)
{
        size_t list = 0;

        if (offer->version == TLS_VERSION_SSL30)
                return;

        list = vector_begin(b, 2);
        for (size_t i = 0; i < ARRAY_LEN(extension_rows); i++) {
                const ExtensionRow *row = &extension_rows[i];
                size_t body = 0;

                if (offer->version < row->min_version || offer->version > row->max_version ||
                        !row->is_wanted(offer))
                        continue;
                put_number(b, 2, row->type);
                body = vector_begin(b, 2);
                row->put(offer, b);
                vector_end(b, 2, body);
        }
        vector_end(b, 2, list);
}

/* ---- the message ---- */

/* Up to TLS 1.2 the suites end with the signal that renegotiation would be safe with us: listeners
 * that insist on it refuse others (RFC 5746 section 3.4). */
static void put_suites(const HelloOffer *offer, Buf *b)
{
        size_t list = vector_begin(b, 2);

        for (size_t i = 0; i < offer->n_codes; i++)
                put_number(b, 2, offer->codes[i]);
        if (offer->version <= TLS_VERSION_TLS12)
                put_number(b, 2, RENEGOTIATION_INFO_SCSV);
        vector_end(b, 2, list);
}

static void put_session_id(const HelloOffer *offer, Buf *b)
{
        size_t id = vector_begin(b, 1);

        if (offer->version == TLS_VERSION_TLS13)
                buf_append(b, offer->session_id, sizeof(offer->session_id));
        vector_end(b, 1, id);
}

void hello_encode(const HelloOffer *offer, Buf *b)
{
        size_t record = 0, body = 0;

        assert(offer);
        assert(offer->version >= TLS_VERSION_SSL30 && offer->version <= TLS_VERSION_TLS13);
        assert(offer->n_codes > 0 && offer->n_codes <= HELLO_CODES_MAX);
        assert(!offer->sni || strlen(offer->sni) <= HELLO_SNI_MAX);
        assert(b);

        /* The record's version says TLS 1.0 for all that is newer (RFC 8446 section 5.1), the hello's
         * ends at TLS 1.2 (section 4.1.2). */
        put_number(b, 1, RECORD_HANDSHAKE);
        put_number(b, 2, MIN_OF(offer->version, TLS_VERSION_TLS10));
        record = vector_begin(b, 2);
        put_number(b, 1, MESSAGE_CLIENT_HELLO);
        body = vector_begin(b, 3);

        put_number(b, 2, MIN_OF(offer->version, TLS_VERSION_TLS12));
        buf_append(b, offer->random, sizeof(offer->random));
        put_session_id(offer, b);
        put_suites(offer, b);
        put_number(b, 1, 1);
        put_number(b, 1, COMPRESSION_NONE);
        put_extensions(offer, b);

        vector_end(b, 3, body);
        vector_end(b, 2, record);
}
