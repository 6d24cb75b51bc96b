/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TLS_HANDSHAKE_H
#define MQTLS_TLS_HANDSHAKE_H

/*
 * The TLS client engine: bytes in, bytes out, on memory BIOs. It knows how to talk and never judges:
 * no certificate is refused, security level 0, no session is ever resumed, nothing is fetched. One of
 * the doors to OpenSSL; its error queue is cleared before and drained after each call.
 *
 * A Profile is what many handshakes share (suites, protocol range, identity): one SSL_CTX, built at
 * load time, because building it per probe costs more than the handshake. A Handshake is one try.
 *
 * Life of a Handshake:  new ► { take output, feed input, step }* ► DONE or FAILED
 *                       ► { feed, handshake_linger }* ► { handshake_write, take output, feed,
 *                       handshake_read }* ► handshake_close ► take output ► free
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/util.h"
#include "mq/cipherspec.h"
#include "x509/chain.h"
#include "x509/credential.h"

typedef struct TlsProfile TlsProfile;
typedef struct Handshake Handshake;

/* What to offer; filled from an endpoint's configuration. */
typedef struct HandshakeParams {
        const CipherOffer *offer;
        const Identity *identity; /* NULL: none is sent */
} HandshakeParams;

/* Returns 0, -ENOMEM, or -EINVAL with an allocated sentence in `*ret_problem` (what the library
 * refused). The identity's certificate and key are referenced, the Identity itself may be freed. */
int tls_profile_new(const HandshakeParams *params, char **ret_problem, TlsProfile **ret);
TlsProfile *tls_profile_free(TlsProfile *p);
DEFINE_CLEANUP(TlsProfile, tls_profile_free, tls_profile_cleanup)

/* Bounds on what a listener can make us take. */
typedef struct HandshakeLimits {
        size_t bytes_max;                /* read in the whole handshake; default 512 KiB */
        size_t bytes_after_finished_max; /* default 64 KiB */
        size_t cert_list_bytes_max;      /* default 384 KiB: a certificate of 10,000 names fits */
} HandshakeLimits;

extern const HandshakeLimits handshake_limits_default;

typedef enum HandshakeState {
        HANDSHAKE_WANTS_INPUT, /* take the output, then feed what the listener says */
        HANDSHAKE_DONE,        /* our Finished and theirs are through; TLS 1.3: not yet accepted! */
        HANDSHAKE_FAILED,      /* see handshake_facts()->error */
} HandshakeState;

/* Why the engine itself stopped. What the socket did (end of file, reset, time) is the caller's. */
typedef enum HandshakeError {
        HANDSHAKE_ERROR_NONE,
        HANDSHAKE_ERROR_ALERT,         /* the listener sent a fatal alert: alert_received */
        HANDSHAKE_ERROR_CLOSE_NOTIFY,  /* the listener closed within TLS */
        HANDSHAKE_ERROR_NOT_TLS,       /* the first bytes are no TLS record: see first_bytes */
        HANDSHAKE_ERROR_PROTOCOL,      /* what it sent breaks the protocol; alert_sent where we said so */
        HANDSHAKE_ERROR_LIMIT,         /* it sent more than the limits allow */
        HANDSHAKE_ERROR_VERSION,       /* it answered with a protocol version we did not offer */
        HANDSHAKE_ERROR_UNSAFE_RENEGOTIATION, /* no RFC 5746 */
        HANDSHAKE_ERROR_CERTIFICATE,   /* its certificate could not be parsed or its key not used */
        HANDSHAKE_ERROR_LOCAL,         /* we could not: out of memory, library refused the parameters */
} HandshakeError;

enum {
        HANDSHAKE_ALERT_NONE = -1,
        HANDSHAKE_FIRST_BYTES_MAX = 64,
        HANDSHAKE_CA_NAMES_MAX = 16,   /* kept, of the CertificateRequest's list */
        HANDSHAKE_CERTS_MAX = 64,      /* kept in DER; the total is counted */
        HANDSHAKE_TEXT_MAX = 256,
};

typedef struct HandshakeFacts {
        /* Milestones, in the order of the wire. */
        bool client_hello_sent;
        bool server_hello_seen;
        bool hello_retry_seen;
        bool certificate_seen;         /* a Certificate message, whatever was in it */
        bool certificate_request_seen;
        bool client_certificate_sent;  /* ours, not an empty list */
        bool finished_sent, finished_seen;
        bool ticket_seen;              /* NewSessionTicket after Finished (TLS 1.3): accepted */
        bool data_seen;                /* application data after Finished */
        bool session_reused;           /* must never be */

        /* What was agreed; 0 or NULL until ServerHello (group and signature later). */
        uint16_t version;
        uint16_t cipher;               /* IANA code */
        char *cipher_name;             /* IANA name as the library knows it */
        char *group;                   /* "X25519", "secp256r1", …; NULL with RSA key exchange */
        char *peer_signature;          /* "RSA-PSS+SHA256", "ECDSA+SHA256", …; NULL where unknown */

        int alert_received;            /* RFC 8446 section 6 number, HANDSHAKE_ALERT_NONE */
        bool alert_received_fatal;     /* in TLS 1.3 all but close_notify and user_canceled are */
        int alert_sent;                /* by us, fatal */

        DerCert *certs;                /* as sent, even where the library then refused them */
        size_t n_certs;                /* kept */
        size_t n_certs_sent;           /* counted */
        bool cert_list_malformed;      /* the Certificate message itself could not be taken apart */

        char **ca_names;               /* of the CertificateRequest, MQ form */
        size_t n_ca_names;             /* kept */
        size_t n_ca_names_sent;        /* counted */

        uint8_t first_bytes[HANDSHAKE_FIRST_BYTES_MAX]; /* the first the listener ever sent */
        size_t n_first_bytes;

        uint64_t bytes_in, bytes_out;

        HandshakeError error;
        char error_text[HANDSHAKE_TEXT_MAX]; /* the library's words, printable, "" without error */
} HandshakeFacts;

/* As before the first byte: nothing seen, no alert (which is not 0). */
void handshake_facts_init(HandshakeFacts *f);

/* Frees all; afterwards the facts are as after handshake_facts_init(). */
void handshake_facts_done(HandshakeFacts *f);

/* `sni` may be NULL (none is sent). It is sent as it is: MQ's names may end in '-'. `limits` NULL:
 * the defaults. Returns 0 or -ENOMEM. The ClientHello waits in the output after the first step. */
int handshake_new(
        TlsProfile *profile, const char *sni, const HandshakeLimits *limits, Handshake **ret);
Handshake *handshake_free(Handshake *h);
DEFINE_CLEANUP(Handshake, handshake_free, handshake_cleanup)

/* Bytes to send; consumed when sent. */
const void *handshake_output(Handshake *h, size_t *ret_len);
void handshake_output_consumed(Handshake *h, size_t n);

/* Takes bytes read from the socket; copies. Counts them against the limits. Returns 0 or -ENOMEM. */
int handshake_feed(Handshake *h, const void *data, size_t len);

/* Goes as far as the bytes allow. Before any input it writes the ClientHello. */
HandshakeState handshake_step(Handshake *h);

/* After DONE: reads what came since. */
typedef enum LingerState {
        LINGER_QUIET,    /* nothing decisive yet */
        LINGER_ACCEPTED, /* a ticket or application data */
        LINGER_REFUSED,  /* a fatal alert, close_notify, or a broken record: see facts */
        LINGER_LIMIT,    /* it talks without end: counts as accepted, stop reading */
} LingerState;
LingerState handshake_linger(Handshake *h);

/* The same, and appends the application data that came to `data`. */
LingerState handshake_read(Handshake *h, Buf *data);

/* After DONE: puts application data into the session; its records are in the output. Returns 0, -EPIPE
 * when the session takes no more, or -ENOMEM. */
int handshake_write(Handshake *h, const void *data, size_t len);

/* Says close_notify where the protocol still allows it; the bytes are in the output. Idempotent. */
void handshake_close(Handshake *h);

/* What was seen so far; valid as long as the Handshake. */
const HandshakeFacts *handshake_facts(const Handshake *h);

/* Moves the facts out (the Handshake's are empty afterwards). */
void handshake_steal_facts(Handshake *h, HandshakeFacts *ret);

/* "handshake_failure" for 40 (IANA TLS Alerts registry); NULL if unassigned. */
const char *tls_alert_to_string(int alert);

#endif
