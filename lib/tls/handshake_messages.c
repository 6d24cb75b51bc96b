/* SPDX-License-Identifier: MIT */

/*
 * Listens to what passes on the wire, through libssl's message callback. It is called with every
 * whole message before libssl acts on it, so certificates and names arrive here even where libssl
 * then gives up. The bytes are a stranger's: everything is read through a Reader that cannot run
 * over its end, and what does not add up is left out, because libssl judges the protocol itself.
 *
 * A handshake message (RFC 8446 section 4) is
 *
 *       0         1                   4
 *      +---------+-------------------+---------------
 *      |  type   |  length of body   |  body …
 *      +---------+-------------------+---------------
 */

#include "tls/handshake_internal.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "tls/hello.h"

enum {
        EXTENSION_SUPPORTED_VERSIONS = 43,
        EXTENSION_CERTIFICATE_AUTHORITIES = 47,

        ALERT_LEVEL_FATAL = 2,
        MESSAGE_TYPE_SIZE = 1,
};

typedef struct Reader {
        const uint8_t *data;
        size_t len;
} Reader;

static bool read_bytes(Reader *r, size_t n, Reader *ret)
{
        if (n > r->len)
                return false;

        *ret = (Reader) { .data = r->data, .len = n };
        r->data += n;
        r->len -= n;
        return true;
}

/* A big-endian number of `size` octets, at most 3. */
static bool read_number(Reader *r, size_t size, uint32_t *ret)
{
        Reader octets;
        uint32_t n = 0;

        if (!read_bytes(r, size, &octets))
                return false;

        for (size_t i = 0; i < size; i++)
                n = n << 8 | octets.data[i];
        *ret = n;
        return true;
}

/* What follows a length of `size` octets. */
static bool read_vector(Reader *r, size_t size, Reader *ret)
{
        uint32_t n;

        return read_number(r, size, &n) && read_bytes(r, n, ret);
}

/* ---- ServerHello ---- */

/* TLS 1.3 hides its version in an extension (RFC 8446 section 4.2.1). */
static uint16_t version_from_extensions(Reader extensions, uint16_t otherwise)
{
        Reader list, body;
        uint32_t type, version;

        if (!read_vector(&extensions, 2, &list))
                return otherwise;

        while (read_number(&list, 2, &type) && read_vector(&list, 2, &body))
                if (type == EXTENSION_SUPPORTED_VERSIONS && read_number(&body, 2, &version))
                        return (uint16_t) version;
        return otherwise;
}

/* NULL for codes that the library does not know, or knows but has no name for (the signalling values
 * 0x00FF and 0x5600, which no listener may choose). */
static const char *cipher_name(SSL *ssl, uint16_t cipher)
{
        const uint8_t code[2] = { (uint8_t) (cipher >> 8), (uint8_t) cipher };
        const SSL_CIPHER *known = SSL_CIPHER_find(ssl, code);

        return known ? SSL_CIPHER_standard_name(known) : NULL;
}

static void cipher_seen(Handshake *h, SSL *ssl, uint16_t cipher)
{
        const char *name = cipher_name(ssl, cipher);
        char *copy = NULL;

        if (name) {
                copy = strdup(name);
                if (!copy)
                        h->out_of_memory = true;
        }

        free(h->facts.cipher_name);
        h->facts.cipher_name = copy;
        h->facts.cipher = cipher;
}

static void server_hello_seen(Handshake *h, SSL *ssl, Reader body)
{
        HandshakeFacts *f = &h->facts;
        Reader random, session_id;
        uint32_t version, cipher, compression;

        if (!read_number(&body, 2, &version) || !read_bytes(&body, HELLO_RANDOM_SIZE, &random))
                return;
        if (memcmp(random.data, hello_retry_random, HELLO_RANDOM_SIZE) == 0) {
                f->hello_retry_seen = true;
                return;
        }

        f->server_hello_seen = true;
        f->version = (uint16_t) version;
        if (!read_vector(&body, 1, &session_id) || !read_number(&body, 2, &cipher) ||
                !read_number(&body, 1, &compression))
                return;

        f->version = version_from_extensions(body, (uint16_t) version);
        cipher_seen(h, ssl, (uint16_t) cipher);
}

/* ---- Certificate ---- */

static int keep_certificate(HandshakeFacts *f, Reader der)
{
        uint8_t *copy = NULL;

        if (f->n_certs >= HANDSHAKE_CERTS_MAX)
                return 0;
        if (util_grow(&f->certs, f->n_certs, sizeof(*f->certs)) < 0)
                return -ENOMEM;

        copy = malloc(der.len);
        if (!copy)
                return -ENOMEM;

        memcpy(copy, der.data, der.len);
        f->certs[f->n_certs++] = (DerCert) { .data = copy, .len = der.len };
        return 0;
}

/*
 * TLS 1.2 (RFC 5246 section 7.4.2):                 TLS 1.3 (RFC 8446 section 4.4.2):
 *
 *      +--------+------------------------+          +-----+---------+--------+-------------------
 *      | 3: len | 3: len, certificate, … |          | 1+n | context | 3: len | 3: len, certificate,
 *      +--------+------------------------+          +-----+---------+--------+ 2: len, extensions, …
 */
static void certificate_seen(Handshake *h, bool is_tls13, Reader body)
{
        HandshakeFacts *f = &h->facts;
        Reader context, list, der, extensions;

        /* libssl accepts the message once, and refuses a second one before it comes here. */
        if (f->certificate_seen)
                return;
        f->certificate_seen = true;
        f->cert_list_malformed = true;

        if (is_tls13 && !read_vector(&body, 1, &context))
                return;
        if (!read_vector(&body, 3, &list) || body.len > 0)
                return;

        while (list.len > 0) {
                if (!read_vector(&list, 3, &der) || der.len == 0)
                        return;

                f->n_certs_sent++;
                if (keep_certificate(f, der) < 0) {
                        h->out_of_memory = true;
                        return;
                }
                if (is_tls13 && !read_vector(&list, 2, &extensions))
                        return;
        }
        f->cert_list_malformed = false;
}

/* Ours: an empty list says that we have none to give. */
static bool is_certificate_list_filled(bool is_tls13, Reader body)
{
        Reader context, list;

        if (is_tls13 && !read_vector(&body, 1, &context))
                return false;
        return read_vector(&body, 3, &list) && list.len > 0;
}

/* ---- CertificateRequest ---- */

static int keep_ca_name(HandshakeFacts *f, Reader der)
{
        CLEANUP_FREE char *text = NULL;
        int r;

        if (f->n_ca_names >= HANDSHAKE_CA_NAMES_MAX)
                return 0;

        r = handshake_name_from_der(der.data, der.len, &text);
        if (r == -EINVAL)
                return 0; /* counted, but there is nothing to show */
        if (r < 0)
                return r;
        if (util_grow(&f->ca_names, f->n_ca_names, sizeof(*f->ca_names)) < 0)
                return -ENOMEM;

        f->ca_names[f->n_ca_names++] = STEAL(text);
        return 0;
}

static void ca_names_seen(Handshake *h, Reader names)
{
        Reader list, der;

        if (!read_vector(&names, 2, &list))
                return;

        while (read_vector(&list, 2, &der)) {
                h->facts.n_ca_names_sent++;
                if (keep_ca_name(&h->facts, der) < 0) {
                        h->out_of_memory = true;
                        return;
                }
        }
}

/* TLS 1.3 (RFC 8446 section 4.3.2): a context, then extensions, the names in one of them. */
static void find_ca_names_tls13(Handshake *h, Reader body)
{
        Reader context, list, extension;
        uint32_t type;

        if (!read_vector(&body, 1, &context) || !read_vector(&body, 2, &list))
                return;

        while (read_number(&list, 2, &type) && read_vector(&list, 2, &extension))
                if (type == EXTENSION_CERTIFICATE_AUTHORITIES) {
                        ca_names_seen(h, extension);
                        return;
                }
}

/* Before (RFC 5246 section 7.4.4): key types, since TLS 1.2 signature algorithms, then the names. */
static void find_ca_names_tls12(Handshake *h, int version, Reader body)
{
        Reader types, algorithms;

        if (!read_vector(&body, 1, &types))
                return;
        if (version >= TLS1_2_VERSION && !read_vector(&body, 2, &algorithms))
                return;
        ca_names_seen(h, body);
}

static void certificate_request_seen(Handshake *h, int version, Reader body)
{
        if (h->facts.certificate_request_seen)
                return;
        h->facts.certificate_request_seen = true;

        if (version >= TLS1_3_VERSION)
                find_ca_names_tls13(h, body);
        else
                find_ca_names_tls12(h, version, body);
}

/* ---- the callback ---- */

static void alert_received(Handshake *h, SSL *ssl, uint8_t level, uint8_t description)
{
        HandshakeFacts *f = &h->facts;
        bool is_fatal = level == ALERT_LEVEL_FATAL;

        /* TLS 1.3 ignores the level (RFC 8446 section 6). */
        if (SSL_version(ssl) == TLS1_3_VERSION && f->server_hello_seen)
                is_fatal = description != SSL_AD_CLOSE_NOTIFY &&
                        description != SSL_AD_USER_CANCELLED;

        f->alert_received = description;
        f->alert_received_fatal = is_fatal;
}

static void alert_passed(Handshake *h, bool is_write, SSL *ssl, Reader alert)
{
        if (alert.len != 2)
                return;

        if (!is_write)
                alert_received(h, ssl, alert.data[0], alert.data[1]);
        else if (alert.data[0] == ALERT_LEVEL_FATAL)
                h->facts.alert_sent = alert.data[1];
}

static void message_sent(Handshake *h, uint32_t type, bool is_tls13, Reader body)
{
        HandshakeFacts *f = &h->facts;

        switch (type) {
        case SSL3_MT_CLIENT_HELLO:
                f->client_hello_sent = true;
                break;
        case SSL3_MT_CERTIFICATE:
                f->client_certificate_sent = is_certificate_list_filled(is_tls13, body);
                break;
        case SSL3_MT_FINISHED:
                f->finished_sent = true;
                break;
        default:
                break;
        }
}

static void message_received(Handshake *h, SSL *ssl, uint32_t type, int version, Reader body)
{
        HandshakeFacts *f = &h->facts;
        bool is_tls13 = version == TLS1_3_VERSION;

        switch (type) {
        case SSL3_MT_SERVER_HELLO:
                server_hello_seen(h, ssl, body);
                break;
        case SSL3_MT_CERTIFICATE:
                certificate_seen(h, is_tls13, body);
                break;
        case SSL3_MT_CERTIFICATE_REQUEST:
                certificate_request_seen(h, version, body);
                break;
        case SSL3_MT_FINISHED:
                f->finished_seen = true;
                break;
        case SSL3_MT_NEWSESSION_TICKET:
                /* In TLS 1.2 it precedes the Finished and proves nothing. */
                if (is_tls13 && f->finished_seen)
                        f->ticket_seen = true;
                break;
        default:
                break;
        }
}

void handshake_message_seen(int is_write,
        int version,
        int content_type,
        const void *data,
        size_t len,
        SSL *ssl,
        void *arg)
{
        Handshake *h = arg;
        Reader r = { .data = data, .len = len };
        uint32_t type, body_len;

        (void) version; /* of the record in some calls: the session's own is asked for */
        assert(h);

        if (content_type == SSL3_RT_ALERT)
                return alert_passed(h, is_write, ssl, r);
        if (content_type != SSL3_RT_HANDSHAKE)
                return;

        /* The length is libssl's reading; what it gathered is all that is here. */
        if (!read_number(&r, MESSAGE_TYPE_SIZE, &type) || !read_number(&r, 3, &body_len))
                return;
        if (is_write)
                message_sent(h, type, SSL_version(ssl) == TLS1_3_VERSION, r);
        else
                message_received(h, ssl, type, SSL_version(ssl), r);
}
