/* SPDX-License-Identifier: MIT */

/* One sentence per finding, with the facts of the case. What came from outside is cut and escaped
 * here, so that a message may be printed anywhere. */

#include "judge/assess_internal.h"

#include <inttypes.h>
#include <netdb.h>
#include <string.h>

#include "base/escape.h"
#include "base/timefmt.h"
#include "tls/sniff.h"

enum {
        FOREIGN_BYTES_MAX = 256,
        FIRST_BYTES_SHOWN = 24,
};

/* As much of the text as stands within `max` bytes, without cutting a character. */
static size_t readable_length(const char *text, size_t len, size_t max)
{
        size_t end = 0;

        if (len <= max)
                return len;

        while (end < max) {
                size_t n = escape_utf8_char(text + end, len - end);

                if (end + MAX_OF(n, (size_t) 1) > max)
                        break;
                end += MAX_OF(n, (size_t) 1);
        }
        return end;
}

void message_append_foreign(Buf *b, const char *text)
{
        size_t len = strlen(text), end = readable_length(text, len, FOREIGN_BYTES_MAX);

        /* It is made readable for its destination by whoever writes it there; what has to go already
         * here is what no destination shows. A backslash is part of the text: escape_text() has been
         * here, and doing it twice would double it. */
        for (size_t at = 0; at < end;) {
                size_t run = strcspn(text + at, "\\");

                run = MIN_OF(run, end - at);
                escape_terminal(b, text + at, run);
                at += run;
                if (at < end) {
                        buf_append_char(b, text[at]);
                        at++;
                }
        }
        if (end < len)
                buf_append_str(b, "...");
}

void message_append_cut(Buf *b, const char *printable, size_t max_bytes)
{
        size_t len = strlen(printable), end = readable_length(printable, len, max_bytes);

        buf_append(b, printable, end);
        if (end < len)
                buf_append_str(b, "...");
}

void message_append_moment(Buf *b, int64_t at, int64_t now_at)
{
        char text[TIMEFMT_RFC3339_SIZE];

        timefmt_rfc3339(at, text);
        buf_append_str(b, text);
        if (at >= now_at) {
                buf_append_str(b, " (in ");
                timefmt_append_span(b, (uint64_t) at - (uint64_t) now_at);
                buf_append_str(b, ")");
        } else {
                buf_append_str(b, " (");
                timefmt_append_span(b, (uint64_t) now_at - (uint64_t) at);
                buf_append_str(b, " ago)");
        }
}

void message_append_cert(Buf *b, const ChainFacts *chain, int position)
{
        const ChainCert *c;

        if (position < 0) {
                buf_append_str(b, "A certificate above those sent");
                return;
        }

        c = &chain->certs[position];
        buf_appendf(b, "The %s certificate", chain_role_to_string(c->role));
        if (c->facts.subject_mq && c->facts.subject_mq[0] != '\0') {
                buf_append_char(b, ' ');
                message_append_foreign(b, c->facts.subject_mq);
        } else {
                buf_appendf(b, " (position %d, without a readable name)", position);
        }
}

void message_append_suite(Buf *b, const HandshakeFacts *tls)
{
        const CipherSpec *spec = cipherspec_by_code(tls->version, tls->cipher);

        if (spec)
                buf_append_str(b, spec->name);
        else if (tls->cipher_name)
                message_append_foreign(b, tls->cipher_name);
        else
                buf_appendf(b, "suite 0x%04X", (unsigned) tls->cipher);
}

static void append_alert(Buf *b, int alert)
{
        const char *name = tls_alert_to_string(alert);

        buf_appendf(b, "alert %d (%s)", alert, name ? name : "unassigned");
}

static void append_error(Buf *b, int error)
{
        const char *text = error != 0 ? strerrordesc_np(error) : NULL;

        if (text)
                buf_appendf(b, ": %s", text);
}

void message_append_why_anonymous(Buf *b, const Policy *policy)
{
        buf_append_str(b, policy->has_identity ? ", and the configured one was not sent"
                                               : ", and none is configured");
}

/* " after asking for a client certificate, and none is configured" */
static void append_missing_certificate(Buf *b, const HandshakeFacts *tls, const Policy *policy)
{
        if (tls->certificate_request_seen)
                buf_append_str(b, " after asking for a client certificate");
        else
                buf_append_str(b, " for want of a client certificate");
        message_append_why_anonymous(b, policy);
}

/* Where in the handshake the listener had enough. */
static const char *moment_of(const AddressObservation *a)
{
        if (a->phase == PHASE_LINGER)
                return " right after the handshake";
        if (!a->tls.server_hello_seen)
                return " instead of a ServerHello";
        if (a->tls.client_certificate_sent)
                return " after receiving our client certificate";

        return " in the middle of the handshake";
}

static void message_of_alert(
        Buf *b, const AddressObservation *a, Diagnosis d, const Policy *policy)
{
        buf_append_str(b, "The listener sent ");
        append_alert(b, a->tls.alert_received);

        switch ((int) d) {
        case DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED:
                append_missing_certificate(b, &a->tls, policy);
                break;
        case DIAGNOSIS_TLS_CLIENT_CERT_REJECTED:
        case DIAGNOSIS_TLS_CLIENT_CERT_EXPIRED:
        case DIAGNOSIS_TLS_CLIENT_CA_UNKNOWN:
                buf_append_str(b, " after receiving our client certificate");
                break;
        case DIAGNOSIS_TLS_NO_SHARED_CIPHER:
                buf_append_str(b, moment_of(a));
                if (policy->sslciph.kind != SSLCIPH_UNSET)
                        buf_appendf(b, ": it takes nothing of what SSLCIPH %s offers",
                                sslciph_name(&policy->sslciph));
                break;
        case DIAGNOSIS_TLS_UNRECOGNIZED_NAME:
                buf_append_str(b, ": it does not know the server name that was sent");
                break;
        default:
                buf_append_str(b, moment_of(a));
                break;
        }
        buf_append_char(b, '.');
}

static void message_of_close(
        Buf *b, const AddressObservation *a, Diagnosis d, const Policy *policy)
{
        if (a->end == END_RESET)
                buf_append_str(b, "The listener reset the connection");
        else if (a->end == END_TLS)
                buf_append_str(b, "The listener closed the session (close_notify)");
        else
                buf_append_str(b, "The listener closed the connection");
        buf_append_str(b, moment_of(a));

        if (d == DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED)
                append_missing_certificate(b, &a->tls, policy);
        else if (d == DIAGNOSIS_TLS_CLIENT_CERT_REJECTED)
                buf_append_str(b, " in which it received our client certificate");
        buf_append_str(b, ", without an alert.");
}

static void message_of_stranger(Buf *b, const AddressObservation *a)
{
        const HandshakeFacts *tls = &a->tls;

        buf_appendf(b, "What answered is %s",
                sniff_to_phrase(sniff(tls->first_bytes, tls->n_first_bytes)));
        if (tls->n_first_bytes > 0) {
                buf_append_str(b, "; its first bytes are \"");
                escape_log(b, (const char *) tls->first_bytes,
                        MIN_OF(tls->n_first_bytes, (size_t) FIRST_BYTES_SHOWN), 0);
                buf_append_char(b, '"');
        }
        buf_append_char(b, '.');
}

static void message_of_timeout(Buf *b, const AddressObservation *a)
{
        buf_append_str(b, "The connection stands, but ");
        if (!a->tls.client_hello_sent)
                buf_append_str(b, "there was no time left for the handshake.");
        else if (a->tls.n_first_bytes == 0)
                buf_append_str(b, "the listener said nothing within the time limit.");
        else
                buf_appendf(b, "the handshake was not through when the time was up: the listener fell silent, "
                               "or is too slow (%" PRIu64 " bytes came).", a->tls.bytes_in);
}

static void message_of_connect(Buf *b, const AddressObservation *a, Diagnosis d)
{
        const char *where = a->address ? a->address : "the address";

        if (d == DIAGNOSIS_CONNECT_REFUSED)
                buf_append_str(b, "The connection to ");
        else if (d == DIAGNOSIS_CONNECT_TIMEOUT)
                buf_append_str(b, "The connection attempt to ");
        else
                buf_append_str(b, "There is no way to ");
        message_append_foreign(b, where);

        if (d == DIAGNOSIS_CONNECT_REFUSED)
                buf_append_str(b, " was refused");
        else if (d == DIAGNOSIS_CONNECT_TIMEOUT)
                buf_append_str(b, " was not answered within the time limit");
        if (d == DIAGNOSIS_CONNECT_UNREACHABLE)
                append_error(b, a->error);
        buf_append_char(b, '.');
}

static void message_of_version(Buf *b, const AddressObservation *a)
{
        buf_append_str(b, "The listener answered with a protocol version that was not offered");
        if (a->tls.version != 0)
                buf_appendf(b, " (%s)", tls_version_to_string(a->tls.version));
        if (a->tls.error_text[0] != '\0') {
                buf_append_str(b, ": ");
                message_append_foreign(b, a->tls.error_text);
        }
        buf_append_char(b, '.');
}

/* What the engine or the machine under us could not do or would not have. */
static void message_of_engine(Buf *b, const AddressObservation *a, Diagnosis d)
{
        const HandshakeFacts *tls = &a->tls;

        if (d == DIAGNOSIS_INTERNAL_RESOURCE)
                buf_append_str(b, "This daemon could not look");
        else if (d == DIAGNOSIS_TLS_LOCAL_POLICY)
                buf_append_str(b, tls->session_reused
                                ? "A TLS session was resumed, which must never happen"
                                : "The TLS library of this machine refused to go on");
        else if (d == DIAGNOSIS_TLS_LIMIT_EXCEEDED)
                buf_append_str(b, "The listener sent more than any handshake needs");
        else if (d == DIAGNOSIS_TLS_UNSAFE_RENEGOTIATION)
                buf_append_str(b, "The listener does not protect renegotiation");
        else if (d == DIAGNOSIS_VERIFY_MALFORMED)
                buf_append_str(b, "The listener's certificates cannot be used");
        else
                buf_append_str(b, "What the listener sent breaks the protocol");

        if (tls->error_text[0] != '\0') {
                buf_append_str(b, ": ");
                message_append_foreign(b, tls->error_text);
        } else if (d == DIAGNOSIS_INTERNAL_RESOURCE) {
                append_error(b, a->error);
        }
        if (tls->alert_sent != HANDSHAKE_ALERT_NONE && d == DIAGNOSIS_TLS_PROTOCOL_ERROR) {
                buf_append_str(b, "; we answered with ");
                append_alert(b, tls->alert_sent);
        }
        buf_append_char(b, '.');
}

void message_of_resolve(Buf *b, Diagnosis d, const char *conname, int error)
{
        buf_append_str(b, "The name look-up ");
        if (conname) {
                buf_append_str(b, "for ");
                message_append_foreign(b, conname);
                buf_append_char(b, ' ');
        }
        if (d == DIAGNOSIS_RESOLVE_DNS_NOT_FOUND)
                buf_append_str(b, "found no address");
        else if (d == DIAGNOSIS_RESOLVE_DNS_TIMEOUT)
                buf_append_str(b, "was not answered in time");
        else
                buf_append_str(b, "failed");
        if (error != 0)
                buf_appendf(b, ": %s", gai_strerror(error));
}

void message_of_wire(Buf *b, const AddressObservation *a, Diagnosis d, const Policy *policy)
{
        const DiagnosisInfo *info = diagnosis_info(d);

        if (info->stage == STAGE_RESOLVE) {
                message_of_resolve(b, d, a->conname, a->error);
                buf_append_char(b, '.');
        } else if (info->stage == STAGE_CONNECT) {
                message_of_connect(b, a, d);
        } else if (d == DIAGNOSIS_TLS_NOT_TLS || d == DIAGNOSIS_TLS_PLAIN_MQ) {
                message_of_stranger(b, a);
        } else if (d == DIAGNOSIS_TLS_HANDSHAKE_TIMEOUT) {
                message_of_timeout(b, a);
        } else if (a->end == END_TLS && a->tls.error == HANDSHAKE_ERROR_ALERT) {
                message_of_alert(b, a, d, policy);
        } else if (a->end == END_EOF || a->end == END_RESET ||
                (a->end == END_TLS && a->tls.error == HANDSHAKE_ERROR_CLOSE_NOTIFY)) {
                message_of_close(b, a, d, policy);
        } else if (d == DIAGNOSIS_TLS_PROTOCOL_VERSION) {
                message_of_version(b, a);
        } else {
                message_of_engine(b, a, d);
        }
}
