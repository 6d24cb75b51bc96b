/* SPDX-License-Identifier: MIT */

/*
 * From what happened on the wire to the reason. The same alert means different things at different
 * moments: in TLS 1.2, handshake_failure is the answer both to "none of these CipherSpecs" and to
 * "no client certificate", and what tells them apart is whether a ServerHello and a
 * CertificateRequest were seen. In TLS 1.3 the refusal of a client certificate comes after our side
 * of the handshake has already succeeded (RFC 8446 section 4.4.2.4, appendix E.1.6), so the first
 * moments after it belong to the verdict.
 */

#include "judge/diagnosis.h"

#include <assert.h>
#include <string.h>

#include "tls/sniff.h"

/* Alerts of RFC 8446 section 6.2 and, for 41, of SSL 3.0 (RFC 6101 section 5.4.2). */
enum {
        ALERT_HANDSHAKE_FAILURE = 40,
        ALERT_NO_CERTIFICATE = 41,
        ALERT_BAD_CERTIFICATE = 42,
        ALERT_UNSUPPORTED_CERTIFICATE = 43,
        ALERT_CERTIFICATE_REVOKED = 44,
        ALERT_CERTIFICATE_EXPIRED = 45,
        ALERT_CERTIFICATE_UNKNOWN = 46,
        ALERT_UNKNOWN_CA = 48,
        ALERT_ACCESS_DENIED = 49,
        ALERT_DECODE_ERROR = 50,
        ALERT_DECRYPT_ERROR = 51,
        ALERT_PROTOCOL_VERSION = 70,
        ALERT_INSUFFICIENT_SECURITY = 71,
        ALERT_UNRECOGNIZED_NAME = 112,
        ALERT_CERTIFICATE_REQUIRED = 116,
};

static const char *const severity_names[_SEVERITY_MAX] = {
        [SEVERITY_OK] = "ok",
        [SEVERITY_WARNING] = "warning",
        [SEVERITY_CRITICAL] = "critical",
        [SEVERITY_UNKNOWN] = "unknown",
};

static const char *const stage_names[_STAGE_MAX] = {
        [STAGE_RESOLVE] = "resolve",
        [STAGE_CONNECT] = "connect",
        [STAGE_TLS] = "tls",
        [STAGE_VERIFY] = "verify",
        [STAGE_POLICY] = "policy",
        [STAGE_MQ] = "mq",
        [STAGE_INTERNAL] = "internal",
};

#define DIAGNOSIS_ROW(id_, stage_, reason_, severity_, fails_, meaning_, cause_, initiator_,       \
        qmgr_, csqx_, mqrc_, remedy_, certainty_)                                                  \
        [DIAGNOSIS_##id_] = {                                                                      \
                .id = DIAGNOSIS_##id_,                                                             \
                .stage = (stage_),                                                                 \
                .reason = (reason_),                                                               \
                .severity = (severity_),                                                           \
                .fails = (fails_),                                                                 \
                .meaning = (meaning_),                                                             \
                .cause = (cause_),                                                                 \
                .amq_initiator = (initiator_),                                                     \
                .amq_qmgr = (qmgr_),                                                               \
                .csqx = (csqx_),                                                                   \
                .mqrc = (mqrc_),                                                                   \
                .remedy = (remedy_),                                                               \
                .certainty = (certainty_),                                                         \
        },
static const DiagnosisInfo diagnoses[_DIAGNOSIS_MAX] = {DIAGNOSIS_TABLE(DIAGNOSIS_ROW)};
#undef DIAGNOSIS_ROW

const char *severity_to_string(Severity s)
{
        assert(s < _SEVERITY_MAX);

        return severity_names[s];
}

const char *stage_to_string(Stage s)
{
        assert(s < _STAGE_MAX);

        return stage_names[s];
}

const DiagnosisInfo *diagnosis_info(Diagnosis id)
{
        assert(id < _DIAGNOSIS_MAX);

        return id == DIAGNOSIS_NONE ? NULL : &diagnoses[id];
}

Diagnosis diagnosis_by_name(Stage stage, const char *reason)
{
        for (size_t i = DIAGNOSIS_NONE + 1; i < _DIAGNOSIS_MAX; i++)
                if (diagnoses[i].stage == stage && strcmp(diagnoses[i].reason, reason) == 0)
                        return diagnoses[i].id;

        return DIAGNOSIS_NONE;
}

/* What a listener says about a client certificate that it has received. */
static Diagnosis diagnosis_of_certificate_alert(int alert)
{
        if (alert == ALERT_CERTIFICATE_EXPIRED)
                return DIAGNOSIS_TLS_CLIENT_CERT_EXPIRED;
        if (alert == ALERT_UNKNOWN_CA)
                return DIAGNOSIS_TLS_CLIENT_CA_UNKNOWN;

        return DIAGNOSIS_TLS_CLIENT_CERT_REJECTED;
}

/* Alerts by which listeners say that they wanted a client certificate and got none. GnuTLS says
 * decode_error in TLS 1.2: to it, the empty list of certificates is a malformed one. */
static bool alert_may_miss_certificate(int alert)
{
        return alert == ALERT_HANDSHAKE_FAILURE || alert == ALERT_NO_CERTIFICATE ||
                alert == ALERT_BAD_CERTIFICATE || alert == ALERT_CERTIFICATE_UNKNOWN ||
                alert == ALERT_UNKNOWN_CA || alert == ALERT_ACCESS_DENIED ||
                alert == ALERT_DECODE_ERROR || alert == ALERT_CERTIFICATE_REQUIRED;
}

static Diagnosis diagnosis_of_alert(const HandshakeFacts *tls)
{
        bool sent = tls->client_certificate_sent;
        int alert = tls->alert_received;

        if (tls->certificate_request_seen && !sent && alert_may_miss_certificate(alert))
                return DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED;

        switch (alert) {
        case ALERT_HANDSHAKE_FAILURE:
                if (sent)
                        return DIAGNOSIS_TLS_CLIENT_CERT_REJECTED;
                return tls->server_hello_seen ? DIAGNOSIS_TLS_ALERT_OTHER
                                              : DIAGNOSIS_TLS_NO_SHARED_CIPHER;
        case ALERT_INSUFFICIENT_SECURITY:
                return tls->server_hello_seen ? DIAGNOSIS_TLS_ALERT_OTHER
                                              : DIAGNOSIS_TLS_NO_SHARED_CIPHER;
        case ALERT_NO_CERTIFICATE:
        case ALERT_BAD_CERTIFICATE:
        case ALERT_UNSUPPORTED_CERTIFICATE:
        case ALERT_CERTIFICATE_REVOKED:
        case ALERT_CERTIFICATE_EXPIRED:
        case ALERT_CERTIFICATE_UNKNOWN:
        case ALERT_UNKNOWN_CA:
        case ALERT_ACCESS_DENIED:
        case ALERT_DECRYPT_ERROR:
                return sent ? diagnosis_of_certificate_alert(alert) : DIAGNOSIS_TLS_ALERT_OTHER;
        case ALERT_CERTIFICATE_REQUIRED:
                return sent ? DIAGNOSIS_TLS_CLIENT_CERT_REJECTED
                            : DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED;
        case ALERT_PROTOCOL_VERSION:
                return DIAGNOSIS_TLS_PROTOCOL_VERSION;
        case ALERT_UNRECOGNIZED_NAME:
                return DIAGNOSIS_TLS_UNRECOGNIZED_NAME;
        default:
                return DIAGNOSIS_TLS_ALERT_OTHER;
        }
}

static Diagnosis diagnosis_of_first_bytes(const HandshakeFacts *tls)
{
        return sniff(tls->first_bytes, tls->n_first_bytes) == SNIFF_MQ ? DIAGNOSIS_TLS_PLAIN_MQ
                                                                       : DIAGNOSIS_TLS_NOT_TLS;
}

/* Bytes too few for the engine to give up on, but plainly not the beginning of a TLS record. */
static bool spoke_something_else(const HandshakeFacts *tls)
{
        return tls->n_first_bytes > 0 && !tls->server_hello_seen &&
                sniff(tls->first_bytes, tls->n_first_bytes) != SNIFF_TLS;
}

/* Is a certificate as a data structure to blame for the end of the handshake? Where the library does
 * not say so itself, only what it cannot go on with counts. */
static bool certificates_explain(const AddressObservation *a)
{
        unsigned unusable = CERT_FAULT_UNPARSABLE | CERT_FAULT_KEY;

        if (a->tls.error == HANDSHAKE_ERROR_CERTIFICATE)
                unusable |= CERT_FAULT_NOT_BEFORE | CERT_FAULT_NOT_AFTER | CERT_FAULT_NAME |
                        CERT_FAULT_EXTENSION;
        if (a->tls.cert_list_malformed)
                return true;
        if (!a->chain || a->chain_kept_at != 0)
                return false;

        for (size_t i = 0; i < a->chain->n_certs; i++)
                if (a->chain->certs[i].facts.faults & unusable)
                        return true;

        return false;
}

static Diagnosis diagnosis_of_engine(const AddressObservation *a)
{
        switch (a->tls.error) {
        case HANDSHAKE_ERROR_ALERT:
                return diagnosis_of_alert(&a->tls);
        case HANDSHAKE_ERROR_CLOSE_NOTIFY:
                return DIAGNOSIS_TLS_CLOSED_EARLY;
        case HANDSHAKE_ERROR_NOT_TLS:
                return diagnosis_of_first_bytes(&a->tls);
        case HANDSHAKE_ERROR_LIMIT:
                return DIAGNOSIS_TLS_LIMIT_EXCEEDED;
        case HANDSHAKE_ERROR_VERSION:
                return DIAGNOSIS_TLS_PROTOCOL_VERSION;
        case HANDSHAKE_ERROR_UNSAFE_RENEGOTIATION:
                return DIAGNOSIS_TLS_UNSAFE_RENEGOTIATION;
        case HANDSHAKE_ERROR_LOCAL:
                return a->error != 0 ? DIAGNOSIS_INTERNAL_RESOURCE : DIAGNOSIS_TLS_LOCAL_POLICY;
        case HANDSHAKE_ERROR_NONE:
        case HANDSHAKE_ERROR_PROTOCOL:
        case HANDSHAKE_ERROR_CERTIFICATE:
        default:
                return certificates_explain(a) ? DIAGNOSIS_VERIFY_MALFORMED
                                               : DIAGNOSIS_TLS_PROTOCOL_ERROR;
        }
}

static Diagnosis diagnosis_of_resolve(ProbeEnd end)
{
        if (end == END_NOT_FOUND)
                return DIAGNOSIS_RESOLVE_DNS_NOT_FOUND;
        if (end == END_TIMEOUT)
                return DIAGNOSIS_RESOLVE_DNS_TIMEOUT;

        return DIAGNOSIS_RESOLVE_DNS_FAILURE;
}

static Diagnosis diagnosis_of_connect(ProbeEnd end)
{
        if (end == END_TIMEOUT)
                return DIAGNOSIS_CONNECT_TIMEOUT;
        if (end == END_UNREACHABLE)
                return DIAGNOSIS_CONNECT_UNREACHABLE;

        return DIAGNOSIS_CONNECT_REFUSED;
}

static Diagnosis diagnosis_of_handshake(const AddressObservation *a)
{
        if (a->end == END_TLS)
                return diagnosis_of_engine(a);
        if (spoke_something_else(&a->tls))
                return diagnosis_of_first_bytes(&a->tls);
        if (a->end == END_TIMEOUT)
                return DIAGNOSIS_TLS_HANDSHAKE_TIMEOUT;
        if (a->end == END_RESET)
                return DIAGNOSIS_TLS_RESET;

        return DIAGNOSIS_TLS_CLOSED_EARLY;
}

/* A close after the handshake, without an alert and without any sign of acceptance. A listener of TLS 1.3
 * that asked for a client certificate and now hangs up has most likely missed or disliked it; one of
 * TLS 1.2 had taken what it got with its Finished. Either way a queue manager would wait for its caller
 * to speak: who hangs up first is none, or will not talk to us. */
static Diagnosis diagnosis_of_late_close(const HandshakeFacts *tls)
{
        if (tls->ticket_seen || tls->data_seen)
                return DIAGNOSIS_NONE;
        if (!tls->certificate_request_seen || tls->version != TLS_VERSION_TLS13)
                return DIAGNOSIS_MQ_CLOSED_AFTER_TLS;

        return tls->client_certificate_sent ? DIAGNOSIS_TLS_CLIENT_CERT_REJECTED
                                            : DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED;
}

/* The deadline came before the listener had been quiet for long enough. In TLS 1.2 it had accepted with
 * its Finished; in TLS 1.3 one that asked for a certificate may still have been about to refuse. */
static Diagnosis diagnosis_of_late_deadline(const HandshakeFacts *tls)
{
        if (tls->version == TLS_VERSION_TLS13 && tls->certificate_request_seen && !tls->ticket_seen &&
                !tls->data_seen)
                return DIAGNOSIS_TLS_HANDSHAKE_TIMEOUT;

        return DIAGNOSIS_NONE;
}

static Diagnosis diagnosis_of_linger(const AddressObservation *a)
{
        if (a->end == END_EOF || a->end == END_RESET)
                return diagnosis_of_late_close(&a->tls);
        if (a->end == END_TIMEOUT)
                return diagnosis_of_late_deadline(&a->tls);
        if (a->end != END_TLS)
                return DIAGNOSIS_NONE;
        if (a->tls.error == HANDSHAKE_ERROR_CLOSE_NOTIFY)
                return diagnosis_of_late_close(&a->tls);
        if (a->tls.error == HANDSHAKE_ERROR_LIMIT)
                return DIAGNOSIS_NONE; /* it talks and talks: it did not refuse */

        return diagnosis_of_engine(a);
}

/* The handshake is over and the channel's own negotiation under way. What the queue manager answered,
 * or that it did not, is diagnosis_of_mq()'s; TLS can still have its own last word, such as the late
 * refusal of a certificate. */
static Diagnosis diagnosis_of_mq_init(const AddressObservation *a)
{
        if (a->end != END_TLS || a->tls.error == HANDSHAKE_ERROR_CLOSE_NOTIFY ||
                a->tls.error == HANDSHAKE_ERROR_LIMIT)
                return DIAGNOSIS_NONE;

        return diagnosis_of_engine(a);
}

Diagnosis diagnosis_of_address(const AddressObservation *a)
{
        assert(a);

        if (a->end == END_NONE)
                return a->attempted ? DIAGNOSIS_INTERNAL_RESOURCE : DIAGNOSIS_NONE;
        if (a->end == END_RESOURCE)
                return DIAGNOSIS_INTERNAL_RESOURCE;
        if (a->tls.session_reused)
                return DIAGNOSIS_TLS_LOCAL_POLICY; /* a resumed session shows no certificate */
        if (a->end == END_COMPLETED)
                return DIAGNOSIS_NONE;

        switch (a->phase) {
        case PHASE_RESOLVE:
                return diagnosis_of_resolve(a->end);
        case PHASE_CONNECT:
                return diagnosis_of_connect(a->end);
        case PHASE_HANDSHAKE:
                return diagnosis_of_handshake(a);
        case PHASE_LINGER:
                return diagnosis_of_linger(a);
        case PHASE_MQ_INIT:
                return diagnosis_of_mq_init(a);
        case PHASE_CLOSE:
        case _PHASE_MAX:
        default:
                return DIAGNOSIS_NONE; /* it had accepted before we said goodbye */
        }
}

/* ---- the queue manager's answer ---- */

static bool is_receiving(ChannelType t)
{
        return t == CHANNEL_TYPE_RCVR || t == CHANNEL_TYPE_CLUSRCVR || t == CHANNEL_TYPE_RQSTR;
}

bool diagnosis_mq_is_accepted(const MqOutcome *mq, ChannelType chltype, bool *ret_inferred)
{
        bool inferred = is_receiving(chltype) && mq_outcome_is_status(mq, MQ_STATUS_WRONG_TYPE);

        if (ret_inferred)
                *ret_inferred = inferred;
        return inferred || mq->result == MQ_RESULT_ACCEPTED;
}

static const struct {
        uint32_t first, last;
        Diagnosis diagnosis;
} status_rows[] = {
        {MQ_STATUS_NO_CHANNEL, MQ_STATUS_NO_CHANNEL, DIAGNOSIS_MQ_CHANNEL_UNKNOWN},
        {MQ_STATUS_WRONG_TYPE, MQ_STATUS_WRONG_TYPE, DIAGNOSIS_MQ_WRONG_CHANNEL_TYPE},
        {MQ_STATUS_QM_UNAVAILABLE, MQ_STATUS_QM_UNAVAILABLE, DIAGNOSIS_MQ_CHANNEL_UNAVAILABLE},
        {MQ_STATUS_QM_TERMINATING, MQ_STATUS_QM_TERMINATING, DIAGNOSIS_MQ_CHANNEL_UNAVAILABLE},
        {MQ_STATUS_PROTOCOL_FIRST, MQ_STATUS_PROTOCOL_LAST, DIAGNOSIS_MQ_PROTOCOL_ERROR},
        {MQ_STATUS_CHANNEL_UNAVAILABLE, MQ_STATUS_CHANNEL_UNAVAILABLE,
                DIAGNOSIS_MQ_CHANNEL_UNAVAILABLE},
        {MQ_STATUS_CIPHER_SPEC, MQ_STATUS_CIPHER_SPEC, DIAGNOSIS_MQ_CIPHERSPEC_REFUSED},
        {MQ_STATUS_PEER_NAME, MQ_STATUS_PEER_NAME, DIAGNOSIS_MQ_PEER_NAME_REFUSED},
        {MQ_STATUS_CLIENT_CERTIFICATE, MQ_STATUS_CLIENT_CERTIFICATE,
                DIAGNOSIS_MQ_CLIENT_CERT_REQUIRED},
        {MQ_STATUS_IN_RECOVERY, MQ_STATUS_SSL_REFRESHING, DIAGNOSIS_MQ_CHANNEL_UNAVAILABLE},
        {MQ_STATUS_CONVERSATION_ID, MQ_STATUS_SOCKET_ACTION, DIAGNOSIS_MQ_PROTOCOL_ERROR},
        {MQ_STATUS_STANDBY, MQ_STATUS_STANDBY, DIAGNOSIS_MQ_CHANNEL_UNAVAILABLE},
        {MQ_STATUS_CONNECTION_LIMIT, MQ_STATUS_CONNECTION_LIMIT, DIAGNOSIS_MQ_CHANNEL_UNAVAILABLE},
};

static Diagnosis diagnosis_of_status(const MqInitFacts *facts)
{
        if (!facts->has_status)
                return DIAGNOSIS_MQ_REFUSED_OTHER;

        for (size_t i = 0; i < ARRAY_LEN(status_rows); i++)
                if (facts->status_code >= status_rows[i].first &&
                        facts->status_code <= status_rows[i].last)
                        return status_rows[i].diagnosis;

        return DIAGNOSIS_MQ_REFUSED_OTHER;
}

Diagnosis diagnosis_of_mq(const MqOutcome *mq, ChannelType chltype)
{
        assert(mq);

        switch (mq->result) {
        case MQ_RESULT_ACCEPTED:
                return is_receiving(chltype) ? DIAGNOSIS_MQ_WRONG_CHANNEL_TYPE : DIAGNOSIS_NONE;
        case MQ_RESULT_REFUSED:
                return diagnosis_mq_is_accepted(mq, chltype, NULL) ? DIAGNOSIS_NONE
                                                                   : diagnosis_of_status(&mq->facts);
        case MQ_RESULT_NOT_MQ:
                return DIAGNOSIS_MQ_NOT_MQ;
        case MQ_RESULT_PROTOCOL_ERROR:
                return DIAGNOSIS_MQ_PROTOCOL_ERROR;
        case MQ_RESULT_NOT_AGREED:
                return DIAGNOSIS_MQ_REFUSED_OTHER; /* a negotiation that failed, as 0xF3 says it */
        case MQ_RESULT_CLOSED:
        case MQ_RESULT_TIMEOUT:
                /* Silence has the causes of a silent close, a proxy or a queue manager that cannot go
                 * on, and the same remedy. Nobody broke a protocol. */
                return DIAGNOSIS_MQ_CLOSED_AFTER_TLS;
        case MQ_RESULT_NONE:
        case _MQ_RESULT_MAX:
        default:
                return DIAGNOSIS_NONE;
        }
}
