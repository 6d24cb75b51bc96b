/* SPDX-License-Identifier: MIT */

/*
 * Reading what a listener answers to a hand-made ClientHello. Its bytes are a stranger's: they are read
 * where they lie, in one pass, over the borders of records.
 *
 *      ServerHello  2 version | 32 random | 1+n session | 2 suite | 1 compression | 2+n extensions
 *
 * The extensions may be absent altogether, and are with SSL 3.0.
 */

#include "tls/hello.h"

#include <assert.h>
#include <string.h>

#include "mq/cipherspec.h"
#include "tls/sniff.h"

enum {
        RECORD_ALERT = 21,
        RECORD_HANDSHAKE = 22,
        RECORD_HEADER_SIZE = 5,
        RECORD_BYTES_MAX = 16384,
        RECORD_MAJOR = 3,

        MESSAGE_HELLO_REQUEST = 0,
        MESSAGE_SERVER_HELLO = 2,
        MESSAGE_HEADER_SIZE = 4,

        EXTENSION_SUPPORTED_VERSIONS = 43,
        COMPRESSION_NONE = 0,

        ALERT_WARNING = 1,
        ALERT_FATAL = 2,
        ALERT_USER_CANCELED = 90,
        ALERT_NO_RENEGOTIATION = 100,
        ALERT_UNRECOGNIZED_NAME = 112,
};

const uint8_t hello_retry_random[HELLO_RANDOM_SIZE] = {
        0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
        0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
};

/*
 * What is left of the bytes, of the record and of the message that are being read. Whatever cannot go
 * on returns false and has said in `answer` what that means.
 */
typedef struct Wire {
        const uint8_t *data;
        size_t len;
        size_t n_record;
        size_t n_message;
        HelloAnswer answer;
        int alert;
} Wire;

static bool wire_stop(Wire *w, HelloAnswer answer)
{
        w->answer = answer;
        return false;
}

static const uint8_t *wire_take(Wire *w, size_t n)
{
        const uint8_t *taken = w->data;

        w->data += n;
        w->len -= n;
        return taken;
}

/* ---- records ---- */

/* A listener that goes on regardless says so with one of these at level warning (RFC 5246 section
 * 7.2.2, RFC 6066 section 3). Everything else is the last that it says, close_notify included. */
static bool is_passing(uint8_t level, uint8_t description)
{
        return level == ALERT_WARNING &&
                (description == ALERT_UNRECOGNIZED_NAME || description == ALERT_USER_CANCELED ||
                        description == ALERT_NO_RENEGOTIATION);
}

/* One alert has two octets; before TLS 1.3 a record may hold several. */
static bool wire_pass_alerts(Wire *w, size_t n_record)
{
        if (n_record % 2 != 0)
                return wire_stop(w, HELLO_MALFORMED);

        for (; n_record > 0; n_record -= 2) {
                const uint8_t *alert = NULL;

                if (w->len < 2)
                        return wire_stop(w, HELLO_MORE);
                alert = wire_take(w, 2);
                if (alert[0] != ALERT_WARNING && alert[0] != ALERT_FATAL)
                        return wire_stop(w, HELLO_MALFORMED);
                if (!is_passing(alert[0], alert[1])) {
                        w->alert = alert[1];
                        return wire_stop(w, HELLO_REFUSED);
                }
        }
        return true;
}

/* Goes to the next byte of the handshake. A record of nothing is forbidden (RFC 5246 section 6.2.1). */
static bool wire_open_record(Wire *w)
{
        while (w->n_record == 0) {
                const uint8_t *header = NULL;
                size_t n = 0;

                if (w->len < RECORD_HEADER_SIZE)
                        return wire_stop(w, HELLO_MORE);
                header = wire_take(w, RECORD_HEADER_SIZE);
                n = (size_t) header[3] << 8 | header[4];
                if (header[1] != RECORD_MAJOR || n == 0 || n > RECORD_BYTES_MAX)
                        return wire_stop(w, HELLO_MALFORMED);

                if (header[0] == RECORD_HANDSHAKE)
                        w->n_record = n;
                else if (header[0] != RECORD_ALERT)
                        return wire_stop(w, HELLO_MALFORMED);
                else if (!wire_pass_alerts(w, n))
                        return false;
        }
        return w->len > 0 ? true : wire_stop(w, HELLO_MORE);
}

/* ---- messages ---- */

/* `ret` may be NULL: the bytes are passed over. */
static bool wire_read(Wire *w, uint8_t *ret, size_t n)
{
        if (n > w->n_message)
                return wire_stop(w, HELLO_MALFORMED);

        w->n_message -= n;
        while (n > 0) {
                size_t part = 0;

                if (!wire_open_record(w))
                        return false;
                part = MIN_OF(n, MIN_OF(w->n_record, w->len));
                if (ret) {
                        memcpy(ret, w->data, part);
                        ret += part;
                }
                (void) wire_take(w, part);
                w->n_record -= part;
                n -= part;
        }
        return true;
}

/* A big-endian number of `size` octets, at most 3. */
static bool wire_number(Wire *w, size_t size, size_t *ret)
{
        uint8_t octets[3];
        size_t n = 0;

        if (!wire_read(w, octets, size))
                return false;

        for (size_t i = 0; i < size; i++)
                n = n << 8 | octets[i];
        *ret = n;
        return true;
}

/* Until the message begins that counts. A HelloRequest may come at any time, and is ignored while a
 * handshake is under way (RFC 5246 section 7.4.1.1). */
static bool wire_open_message(Wire *w)
{
        size_t type = MESSAGE_HELLO_REQUEST, n = 0;

        while (type == MESSAGE_HELLO_REQUEST) {
                w->n_message = MESSAGE_HEADER_SIZE;
                if (!wire_number(w, 1, &type))
                        return false;
                if (type != MESSAGE_HELLO_REQUEST && type != MESSAGE_SERVER_HELLO)
                        return wire_stop(w, HELLO_MALFORMED);
                if (!wire_number(w, 3, &n))
                        return false;
                if (n > (type == MESSAGE_HELLO_REQUEST ? 0 : HELLO_BYTES_MAX))
                        return wire_stop(w, HELLO_MALFORMED);
        }
        w->n_message = n;
        return true;
}

/*
 * TLS 1.3 says its version in an extension, and TLS 1.2 in the old place. That extension never says
 * anything older (RFC 8446 section 4.2.1), and a HelloRetryRequest is never without it.
 */
static bool read_extensions(Wire *w, HelloReply *reply)
{
        size_t n_list = 0, type = 0, n = 0, version = 0;

        if (w->n_message == 0)
                return reply->is_retry ? wire_stop(w, HELLO_MALFORMED) : true;
        if (!wire_number(w, 2, &n_list))
                return false;
        if (n_list != w->n_message)
                return wire_stop(w, HELLO_MALFORMED);

        while (w->n_message > 0) {
                if (!wire_number(w, 2, &type) || !wire_number(w, 2, &n))
                        return false;
                if (type != EXTENSION_SUPPORTED_VERSIONS) {
                        if (!wire_read(w, NULL, n))
                                return false;
                        continue;
                }
                if (n != 2 || version != 0)
                        return wire_stop(w, HELLO_MALFORMED);
                if (!wire_number(w, 2, &version))
                        return false;
                if (version < TLS_VERSION_TLS13 || reply->version != TLS_VERSION_TLS12)
                        return wire_stop(w, HELLO_MALFORMED);
        }
        if (version == 0 && reply->is_retry)
                return wire_stop(w, HELLO_MALFORMED);
        if (version != 0)
                reply->version = (uint16_t) version;
        return true;
}

static bool read_server_hello(Wire *w, HelloReply *reply)
{
        uint8_t random[HELLO_RANDOM_SIZE];
        size_t version = 0, n_session = 0, cipher = 0, compression = 0;

        if (!wire_open_message(w) || !wire_number(w, 2, &version))
                return false;
        if (version < TLS_VERSION_SSL30 || version > TLS_VERSION_TLS12)
                return wire_stop(w, HELLO_MALFORMED);
        if (!wire_read(w, random, sizeof(random)) || !wire_number(w, 1, &n_session))
                return false;
        if (n_session > HELLO_RANDOM_SIZE)
                return wire_stop(w, HELLO_MALFORMED);
        if (!wire_read(w, NULL, n_session) || !wire_number(w, 2, &cipher) ||
                !wire_number(w, 1, &compression))
                return false;
        if (compression != COMPRESSION_NONE)
                return wire_stop(w, HELLO_MALFORMED);

        reply->version = (uint16_t) version;
        reply->cipher = (uint16_t) cipher;
        reply->is_retry = memcmp(random, hello_retry_random, sizeof(random)) == 0;
        return read_extensions(w, reply);
}

HelloAnswer hello_decode(const uint8_t *data, size_t len, HelloReply *ret)
{
        const HelloReply nothing = {.alert = -1};
        HelloReply reply = nothing;
        Wire w = {.data = data, .len = MIN_OF(len, (size_t) HELLO_BYTES_MAX),
                .answer = HELLO_ACCEPTED, .alert = -1};

        assert(data || len == 0);
        assert(ret);

        if (len == 0)
                return HELLO_MORE;
        if (sniff(data, len) != SNIFF_TLS)
                w.answer = HELLO_NOT_TLS;
        else if (!read_server_hello(&w, &reply))
                reply = nothing;
        if (w.answer == HELLO_MORE && len < HELLO_BYTES_MAX)
                return HELLO_MORE;
        if (w.answer == HELLO_MORE)
                w.answer = HELLO_MALFORMED; /* it talks without end */

        reply.alert = w.alert;
        *ret = reply;
        return w.answer;
}
