/* SPDX-License-Identifier: MIT */
#include "judge/diagnosis.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/util.h"
#include "tests/support/suite.h"

/* ---- the table ---- */

typedef struct NameRow {
        Stage stage;
        const char *reasons; /* blank separated */
} NameRow;

/* The contract, written down once more: alerts and dashboards hang on these names. */
static const NameRow closed_list[] = {
        {STAGE_RESOLVE, "dns_not_found dns_timeout dns_failure"},
        {STAGE_CONNECT, "refused timeout unreachable"},
        {STAGE_TLS, "not_tls plain_mq closed_early reset handshake_timeout protocol_error "
                    "limit_exceeded no_shared_cipher protocol_version unsafe_renegotiation "
                    "unrecognized_name client_cert_required client_cert_rejected "
                    "client_cert_expired client_ca_unknown alert_other local_policy"},
        {STAGE_VERIFY, "expired not_yet_valid untrusted_issuer missing_intermediate self_signed "
                       "bad_signature revoked bad_key_usage chain_too_long malformed"},
        {STAGE_POLICY, "cipher_unexpected version_unexpected sslpeer_mismatch qmgr_mismatch weak_key "
                       "weak_signature client_auth_not_required client_auth_unexpected "
                       "address_mismatch keystore_not_served duplicate_serial shared_key lifetime_short"},
        {STAGE_MQ, "client_cert_required channel_unknown wrong_channel_type cipherspec_refused "
                   "peer_name_refused channel_unavailable refused_other not_mq closed_after_tls "
                   "protocol_error"},
        {STAGE_INTERNAL, "resource config"},
};

START_TEST(every_name_of_the_closed_list_has_its_row)
{
        size_t n = 0;

        for (size_t i = 0; i < ARRAY_LEN(closed_list); i++) {
                CLEANUP_FREE char *reasons = strdup(closed_list[i].reasons);
                char *rest = NULL;

                ck_assert_ptr_nonnull(reasons);
                for (char *s = strtok_r(reasons, " ", &rest); s; s = strtok_r(NULL, " ", &rest)) {
                        Diagnosis d = diagnosis_by_name(closed_list[i].stage, s);

                        ck_assert_msg(d != DIAGNOSIS_NONE, "%s/%s has no row",
                                stage_to_string(closed_list[i].stage), s);
                        n++;
                }
        }
        ck_assert_uint_eq(n, _DIAGNOSIS_MAX - 1);
}
END_TEST

START_TEST(no_name_outside_the_closed_list_is_known)
{
        ck_assert_int_eq(diagnosis_by_name(STAGE_TLS, "expired"), DIAGNOSIS_NONE);
        ck_assert_int_eq(diagnosis_by_name(STAGE_VERIFY, ""), DIAGNOSIS_NONE);
        ck_assert_int_eq(diagnosis_by_name(STAGE_VERIFY, "Expired"), DIAGNOSIS_NONE);
        ck_assert_int_eq(
                diagnosis_by_name(STAGE_TLS, "protocol_error"), DIAGNOSIS_TLS_PROTOCOL_ERROR);
        ck_assert_int_eq(
                diagnosis_by_name(STAGE_MQ, "protocol_error"), DIAGNOSIS_MQ_PROTOCOL_ERROR);
        ck_assert_ptr_null(diagnosis_info(DIAGNOSIS_NONE));
}
END_TEST

static void check_text(const DiagnosisInfo *info, const char *what, const char *text)
{
        size_t len = strlen(text);

        ck_assert_msg(len > 20, "%s of %s is empty or a stub", what, info->reason);
        ck_assert_msg(text[len - 1] == '.', "%s of %s is no sentence", what, info->reason);
        ck_assert_msg(!strstr(text, "  "), "%s of %s has two blanks", what, info->reason);
        for (const char *p = text; *p; p++)
                ck_assert_msg(isprint((unsigned char) *p), "%s of %s: strange character", what,
                        info->reason);
}

START_TEST(every_row_says_what_why_and_how_to_mend_it)
{
        const DiagnosisInfo *info = diagnosis_info((Diagnosis) _i);

        ck_assert_int_eq((int) info->id, _i);
        ck_assert_int_eq(diagnosis_by_name(info->stage, info->reason), info->id);
        check_text(info, "meaning", info->meaning);
        check_text(info, "cause", info->cause);
        check_text(info, "remedy", info->remedy);
        ck_assert(info->severity == SEVERITY_WARNING || info->severity == SEVERITY_CRITICAL);
}
END_TEST

START_TEST(rows_stand_in_the_order_of_the_stages)
{
        for (int d = 2; d < _DIAGNOSIS_MAX; d++)
                ck_assert_uint_le(diagnosis_info((Diagnosis) (d - 1))->stage,
                        diagnosis_info((Diagnosis) d)->stage);
}
END_TEST

/* "AMQ" or "CSQX", then exactly so many digits. */
static void check_message_ids(const char *reason, const char *text, const char *prefix, int digits)
{
        for (const char *p = strstr(text, prefix); p; p = strstr(p + 1, prefix)) {
                int n = 0;

                while (isdigit((unsigned char) p[strlen(prefix) + (size_t) n]))
                        n++;
                ck_assert_msg(n == digits, "%s: \"%s\" holds no message number", reason, text);
        }
}

START_TEST(the_words_of_mq_are_well_formed_and_their_certainty_is_said)
{
        static const char *const known[] = {
                "documented", "seen", "recalled", "derived", "guess", "none"};
        const DiagnosisInfo *info = diagnosis_info((Diagnosis) _i);
        bool is_known = false, has_words = info->amq_initiator[0] || info->amq_qmgr[0] ||
                info->csqx[0] || info->mqrc[0];

        for (size_t i = 0; i < ARRAY_LEN(known); i++)
                is_known = is_known || strcmp(info->certainty, known[i]) == 0;
        ck_assert_msg(is_known, "%s: certainty \"%s\"", info->reason, info->certainty);
        ck_assert_msg(has_words == (strcmp(info->certainty, "none") != 0),
                "%s has words without certainty, or certainty without words", info->reason);

        check_message_ids(info->reason, info->amq_initiator, "AMQ", 4);
        check_message_ids(info->reason, info->amq_qmgr, "AMQ", 4);
        check_message_ids(info->reason, info->csqx, "CSQX", 3);
        for (const char *p = info->mqrc; *p; p++)
                ck_assert_msg(!isdigit((unsigned char) *p) || strspn(p, "0123456789") == 4 ||
                                isdigit((unsigned char) p[-1]),
                        "%s: \"%s\" holds no reason code", info->reason, info->mqrc);
}
END_TEST

START_TEST(only_warnings_of_what_is_to_come_leave_the_endpoint_up)
{
        const DiagnosisInfo *info = diagnosis_info((Diagnosis) _i);
        bool is_mild = info->id == DIAGNOSIS_POLICY_LIFETIME_SHORT ||
                info->id == DIAGNOSIS_POLICY_DUPLICATE_SERIAL ||
                info->id == DIAGNOSIS_POLICY_SHARED_KEY ||
                info->id == DIAGNOSIS_POLICY_KEYSTORE_NOT_SERVED;

        ck_assert_msg(info->fails == !is_mild, "%s", info->reason);
        if (info->stage != STAGE_POLICY)
                ck_assert_int_eq(info->severity, SEVERITY_CRITICAL);
}
END_TEST

START_TEST(severities_and_stages_have_their_names)
{
        ck_assert_str_eq(severity_to_string(SEVERITY_OK), "ok");
        ck_assert_str_eq(severity_to_string(SEVERITY_WARNING), "warning");
        ck_assert_str_eq(severity_to_string(SEVERITY_CRITICAL), "critical");
        ck_assert_str_eq(severity_to_string(SEVERITY_UNKNOWN), "unknown");
        ck_assert_str_eq(stage_to_string(STAGE_RESOLVE), "resolve");
        ck_assert_str_eq(stage_to_string(STAGE_CONNECT), "connect");
        ck_assert_str_eq(stage_to_string(STAGE_TLS), "tls");
        ck_assert_str_eq(stage_to_string(STAGE_VERIFY), "verify");
        ck_assert_str_eq(stage_to_string(STAGE_POLICY), "policy");
        ck_assert_str_eq(stage_to_string(STAGE_MQ), "mq");
        ck_assert_str_eq(stage_to_string(STAGE_INTERNAL), "internal");
}
END_TEST

/* The page lies in the source tree, whose place automake's test driver knows. */
static void read_manual(Buf *ret)
{
        const char *srcdir = getenv("srcdir");
        CLEANUP_BUF Buf path = BUF_INIT;
        char chunk[4096];
        size_t n;
        FILE *f;

        buf_appendf(&path, "%s/man/mqtls-diagnosis.7", srcdir ? srcdir : ".");
        f = fopen(buf_str(&path), "r");
        ck_assert_msg(f != NULL, "cannot open %s", buf_str(&path));
        while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
                buf_append(ret, chunk, n);
        fclose(f);
        ck_assert_int_eq(buf_error(ret), 0);
}

START_TEST(the_manual_has_an_entry_for_each)
{
        CLEANUP_BUF Buf manual = BUF_INIT;

        read_manual(&manual);
        for (int d = 1; d < _DIAGNOSIS_MAX; d++) {
                const DiagnosisInfo *info = diagnosis_info((Diagnosis) d);
                CLEANUP_BUF Buf heading = BUF_INIT;

                buf_appendf(&heading, "\n.Ss %s: %s\n", stage_to_string(info->stage), info->reason);
                ck_assert_msg(strstr(buf_str(&manual), buf_str(&heading)) != NULL,
                        "no entry for %s: %s", stage_to_string(info->stage), info->reason);
        }
}
END_TEST

/* ---- from the wire to the reason ---- */

enum { /* milestones, for short rows */
        HELLO = 1 << 0,   /* ServerHello seen */
        ASKED = 1 << 1,   /* CertificateRequest seen */
        SENT = 1 << 2,    /* our certificate sent */
        TICKET = 1 << 3,
        DATA = 1 << 4,
        REUSED = 1 << 5,
        NEW = 1 << 6,     /* TLS 1.3 */
        BAD_LIST = 1 << 7, /* the Certificate message could not be taken apart */
};

typedef struct WireRow {
        const char *name;
        const char *first_bytes;
        ProbePhase phase;
        ProbeEnd end;
        HandshakeError error;
        int alert;
        unsigned milestones;
        Diagnosis expected;
} WireRow;

#define RESOLVED(n, e, d) {n, "", PHASE_RESOLVE, e, HANDSHAKE_ERROR_NONE, -1, 0, d}
#define CONNECTED(n, e, d) {n, "", PHASE_CONNECT, e, HANDSHAKE_ERROR_NONE, -1, 0, d}
#define SOCKET(n, p, e, m, d) {n, "", p, e, HANDSHAKE_ERROR_NONE, -1, m, d}
#define BYTES(n, e, b, d) {n, b, PHASE_HANDSHAKE, e, HANDSHAKE_ERROR_NONE, -1, 0, d}
#define ENGINE(n, p, x, m, d) {n, "\x16\x03\x03", p, END_TLS, HANDSHAKE_ERROR_##x, -1, m, d}
#define NOT_TLS(n, b, d) {n, b, PHASE_HANDSHAKE, END_TLS, HANDSHAKE_ERROR_NOT_TLS, -1, 0, d}
#define ALERT(n, p, a, m, d) {n, "\x16\x03\x03", p, END_TLS, HANDSHAKE_ERROR_ALERT, a, m, d}

static const WireRow wire_rows[] = {
        RESOLVED("an unknown name", END_NOT_FOUND, DIAGNOSIS_RESOLVE_DNS_NOT_FOUND),
        RESOLVED("a silent name server", END_TIMEOUT, DIAGNOSIS_RESOLVE_DNS_TIMEOUT),
        RESOLVED("a broken resolver", END_FAILED, DIAGNOSIS_RESOLVE_DNS_FAILURE),
        RESOLVED("no memory to resolve with", END_RESOURCE, DIAGNOSIS_INTERNAL_RESOURCE),

        CONNECTED("nothing listens", END_REFUSED, DIAGNOSIS_CONNECT_REFUSED),
        CONNECTED("a reset while connecting is a refusal", END_RESET, DIAGNOSIS_CONNECT_REFUSED),
        CONNECTED("a firewall that drops", END_TIMEOUT, DIAGNOSIS_CONNECT_TIMEOUT),
        CONNECTED("no route", END_UNREACHABLE, DIAGNOSIS_CONNECT_UNREACHABLE),
        CONNECTED("no descriptor left", END_RESOURCE, DIAGNOSIS_INTERNAL_RESOURCE),

        SOCKET("an end of file right after the ClientHello", PHASE_HANDSHAKE, END_EOF, 0,
                DIAGNOSIS_TLS_CLOSED_EARLY),
        SOCKET("an end of file after the ServerHello", PHASE_HANDSHAKE, END_EOF, HELLO | ASKED,
                DIAGNOSIS_TLS_CLOSED_EARLY),
        SOCKET("a reset in the handshake", PHASE_HANDSHAKE, END_RESET, 0, DIAGNOSIS_TLS_RESET),
        SOCKET("a silent listener", PHASE_HANDSHAKE, END_TIMEOUT, 0,
                DIAGNOSIS_TLS_HANDSHAKE_TIMEOUT),
        SOCKET("no memory in the handshake", PHASE_HANDSHAKE, END_RESOURCE, HELLO,
                DIAGNOSIS_INTERNAL_RESOURCE),
        ENGINE("a close_notify as first answer is no success", PHASE_HANDSHAKE, CLOSE_NOTIFY, 0,
                DIAGNOSIS_TLS_CLOSED_EARLY),

        NOT_TLS("an HTTP server", "HTTP/1.1 400 Bad Request\r\n", DIAGNOSIS_TLS_NOT_TLS),
        NOT_TLS("a plain MQ listener", "TSH \1\2\3", DIAGNOSIS_TLS_PLAIN_MQ),
        NOT_TLS("a plain MQ listener on z/OS", "\xe3\xe2\xc8\x40", DIAGNOSIS_TLS_PLAIN_MQ),
        BYTES("a short word and a close", END_EOF, "no\n", DIAGNOSIS_TLS_NOT_TLS),
        BYTES("a short word and silence", END_TIMEOUT, "hi", DIAGNOSIS_TLS_NOT_TLS),
        BYTES("the beginning of a segment of MQ and a close", END_EOF, "TSH ",
                DIAGNOSIS_TLS_PLAIN_MQ),
        BYTES("the beginning of a record and a close", END_EOF, "\x16\x03",
                DIAGNOSIS_TLS_CLOSED_EARLY),

        ENGINE("a broken message", PHASE_HANDSHAKE, PROTOCOL, HELLO, DIAGNOSIS_TLS_PROTOCOL_ERROR),
        ENGINE("a broken certificate list", PHASE_HANDSHAKE, CERTIFICATE, HELLO | BAD_LIST,
                DIAGNOSIS_VERIFY_MALFORMED),
        ENGINE("a certificate refused for no visible fault", PHASE_HANDSHAKE, CERTIFICATE, HELLO,
                DIAGNOSIS_TLS_PROTOCOL_ERROR),
        ENGINE("a flood", PHASE_HANDSHAKE, LIMIT, HELLO, DIAGNOSIS_TLS_LIMIT_EXCEEDED),
        ENGINE("a version that was not offered", PHASE_HANDSHAKE, VERSION, HELLO,
                DIAGNOSIS_TLS_PROTOCOL_VERSION),
        ENGINE("no secure renegotiation", PHASE_HANDSHAKE, UNSAFE_RENEGOTIATION, HELLO,
                DIAGNOSIS_TLS_UNSAFE_RENEGOTIATION),
        ENGINE("our own library refuses", PHASE_HANDSHAKE, LOCAL, 0, DIAGNOSIS_TLS_LOCAL_POLICY),

        ALERT("alert 40 first is about the cipher", PHASE_HANDSHAKE, 40, 0,
                DIAGNOSIS_TLS_NO_SHARED_CIPHER),
        ALERT("alert 71 first is about the cipher", PHASE_HANDSHAKE, 71, 0,
                DIAGNOSIS_TLS_NO_SHARED_CIPHER),
        ALERT("alert 40 after a CertificateRequest is not about the cipher", PHASE_HANDSHAKE, 40,
                HELLO | ASKED, DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED),
        ALERT("alert 40 after our certificate refuses it", PHASE_HANDSHAKE, 40,
                HELLO | ASKED | SENT, DIAGNOSIS_TLS_CLIENT_CERT_REJECTED),
        ALERT("alert 40 after a ServerHello without a request", PHASE_HANDSHAKE, 40, HELLO,
                DIAGNOSIS_TLS_ALERT_OTHER),
        ALERT("alert 71 after a ServerHello", PHASE_HANDSHAKE, 71, HELLO,
                DIAGNOSIS_TLS_ALERT_OTHER),
        ALERT("alert 70", PHASE_HANDSHAKE, 70, 0, DIAGNOSIS_TLS_PROTOCOL_VERSION),
        ALERT("alert 112", PHASE_HANDSHAKE, 112, 0, DIAGNOSIS_TLS_UNRECOGNIZED_NAME),
        ALERT("alert 80 is something else", PHASE_HANDSHAKE, 80, 0, DIAGNOSIS_TLS_ALERT_OTHER),
        ALERT("an alert that no standard knows", PHASE_HANDSHAKE, 255, HELLO,
                DIAGNOSIS_TLS_ALERT_OTHER),
        ALERT("alert 42 without ours", PHASE_HANDSHAKE, 42, HELLO | ASKED,
                DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED),
        ALERT("alert 46 without ours", PHASE_HANDSHAKE, 46, HELLO | ASKED,
                DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED),
        ALERT("alert 48 without ours", PHASE_HANDSHAKE, 48, HELLO | ASKED,
                DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED),
        ALERT("alert 49 without ours", PHASE_HANDSHAKE, 49, HELLO | ASKED,
                DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED),
        ALERT("alert 50 for our empty list, as GnuTLS says it", PHASE_HANDSHAKE, 50, HELLO | ASKED,
                DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED),
        ALERT("alert 42 that nobody asked for", PHASE_HANDSHAKE, 42, HELLO,
                DIAGNOSIS_TLS_ALERT_OTHER),
        ALERT("alert 45 without ours is not about ours", PHASE_HANDSHAKE, 45, HELLO | ASKED,
                DIAGNOSIS_TLS_ALERT_OTHER),
        ALERT("alert 42 after ours", PHASE_HANDSHAKE, 42, HELLO | ASKED | SENT,
                DIAGNOSIS_TLS_CLIENT_CERT_REJECTED),
        ALERT("alert 43 after ours", PHASE_HANDSHAKE, 43, HELLO | ASKED | SENT,
                DIAGNOSIS_TLS_CLIENT_CERT_REJECTED),
        ALERT("alert 44 after ours", PHASE_HANDSHAKE, 44, HELLO | ASKED | SENT,
                DIAGNOSIS_TLS_CLIENT_CERT_REJECTED),
        ALERT("alert 45 after ours", PHASE_HANDSHAKE, 45, HELLO | ASKED | SENT,
                DIAGNOSIS_TLS_CLIENT_CERT_EXPIRED),
        ALERT("alert 46 after ours", PHASE_HANDSHAKE, 46, HELLO | ASKED | SENT,
                DIAGNOSIS_TLS_CLIENT_CERT_REJECTED),
        ALERT("alert 48 after ours", PHASE_HANDSHAKE, 48, HELLO | ASKED | SENT,
                DIAGNOSIS_TLS_CLIENT_CA_UNKNOWN),
        ALERT("alert 49 after ours", PHASE_HANDSHAKE, 49, HELLO | ASKED | SENT,
                DIAGNOSIS_TLS_CLIENT_CERT_REJECTED),
        ALERT("alert 51 after ours", PHASE_HANDSHAKE, 51, HELLO | ASKED | SENT,
                DIAGNOSIS_TLS_CLIENT_CERT_REJECTED),

        ALERT("TLS 1.3: alert 116 after the handshake", PHASE_LINGER, 116, HELLO | ASKED,
                DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED),
        ALERT("alert 116 although ours was sent", PHASE_LINGER, 116, HELLO | ASKED | SENT,
                DIAGNOSIS_TLS_CLIENT_CERT_REJECTED),
        ALERT("TLS 1.3: alert 48 after the handshake", PHASE_LINGER, 48, HELLO | ASKED | SENT,
                DIAGNOSIS_TLS_CLIENT_CA_UNKNOWN),
        ALERT("TLS 1.3: alert 45 after the handshake", PHASE_LINGER, 45, HELLO | ASKED | SENT,
                DIAGNOSIS_TLS_CLIENT_CERT_EXPIRED),
        ALERT("an alert after a ticket still refuses", PHASE_LINGER, 40, HELLO | ASKED | TICKET,
                DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED),

        SOCKET("closed after asking for a certificate", PHASE_LINGER, END_EOF, NEW | HELLO | ASKED,
                DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED),
        SOCKET("reset after asking for a certificate", PHASE_LINGER, END_RESET, NEW | HELLO | ASKED,
                DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED),
        SOCKET("closed after receiving ours", PHASE_LINGER, END_EOF, NEW | HELLO | ASKED | SENT,
                DIAGNOSIS_TLS_CLIENT_CERT_REJECTED),
        ENGINE("close_notify after receiving ours", PHASE_LINGER, CLOSE_NOTIFY,
                NEW | HELLO | ASKED | SENT, DIAGNOSIS_TLS_CLIENT_CERT_REJECTED),
        SOCKET("TLS 1.2: closed after asking, when its Finished had taken the empty list",
                PHASE_LINGER, END_EOF, HELLO | ASKED, DIAGNOSIS_MQ_CLOSED_AFTER_TLS),
        SOCKET("closed without having asked", PHASE_LINGER, END_EOF, HELLO,
                DIAGNOSIS_MQ_CLOSED_AFTER_TLS),
        ENGINE("close_notify without having asked", PHASE_LINGER, CLOSE_NOTIFY, HELLO,
                DIAGNOSIS_MQ_CLOSED_AFTER_TLS),
        SOCKET("closed after a ticket", PHASE_LINGER, END_EOF, HELLO | ASKED | TICKET,
                DIAGNOSIS_NONE),
        ENGINE("close_notify after data", PHASE_LINGER, CLOSE_NOTIFY, HELLO | DATA, DIAGNOSIS_NONE),
        SOCKET("quiet until the deadline", PHASE_LINGER, END_TIMEOUT, HELLO, DIAGNOSIS_NONE),
        SOCKET("TLS 1.2: asked, and quiet until the deadline", PHASE_LINGER, END_TIMEOUT,
                HELLO | ASKED, DIAGNOSIS_NONE),
        SOCKET("TLS 1.3: asked, and the deadline came before its word", PHASE_LINGER, END_TIMEOUT,
                HELLO | ASKED | NEW, DIAGNOSIS_TLS_HANDSHAKE_TIMEOUT),
        SOCKET("TLS 1.3: gave a ticket before the deadline", PHASE_LINGER, END_TIMEOUT,
                HELLO | ASKED | NEW | TICKET, DIAGNOSIS_NONE),
        ENGINE("talks without end", PHASE_LINGER, LIMIT, HELLO, DIAGNOSIS_NONE),
        ENGINE("a broken record after the handshake", PHASE_LINGER, PROTOCOL, HELLO,
                DIAGNOSIS_TLS_PROTOCOL_ERROR),

        SOCKET("a close before MQ's answer is not TLS's", PHASE_MQ_INIT, END_EOF, HELLO | ASKED | NEW,
                DIAGNOSIS_NONE),
        SOCKET("nor is a reset", PHASE_MQ_INIT, END_RESET, HELLO, DIAGNOSIS_NONE),
        SOCKET("nor is silence", PHASE_MQ_INIT, END_TIMEOUT, HELLO, DIAGNOSIS_NONE),
        ENGINE("nor is a close_notify", PHASE_MQ_INIT, CLOSE_NOTIFY, HELLO, DIAGNOSIS_NONE),
        {"TLS 1.3: the refusal comes as late as that", "", PHASE_MQ_INIT, END_TLS,
                HANDSHAKE_ERROR_ALERT, 116, HELLO | ASKED | NEW, DIAGNOSIS_TLS_CLIENT_CERT_REQUIRED},
        ENGINE("a broken record instead of MQ's answer", PHASE_MQ_INIT, PROTOCOL, HELLO,
                DIAGNOSIS_TLS_PROTOCOL_ERROR),
        SOCKET("no memory for MQ's answer", PHASE_MQ_INIT, END_RESOURCE, HELLO,
                DIAGNOSIS_INTERNAL_RESOURCE),

        SOCKET("accepted", PHASE_CLOSE, END_COMPLETED, HELLO, DIAGNOSIS_NONE),
        SOCKET("slow to say goodbye", PHASE_CLOSE, END_TIMEOUT, HELLO, DIAGNOSIS_NONE),
        SOCKET("closes while we say goodbye", PHASE_CLOSE, END_EOF, HELLO, DIAGNOSIS_NONE),
        SOCKET("a resumed session", PHASE_CLOSE, END_COMPLETED, HELLO | REUSED,
                DIAGNOSIS_TLS_LOCAL_POLICY),
        SOCKET("begun and never ended", PHASE_CONNECT, END_NONE, 0, DIAGNOSIS_INTERNAL_RESOURCE),
};

static AddressObservation observed(const WireRow *row)
{
        AddressObservation a = {
                .attempted = true,
                .phase = row->phase,
                .end = row->end,
                .tls = {
                        .alert_received = row->alert,
                        .alert_sent = HANDSHAKE_ALERT_NONE,
                        .error = row->error,
                        .server_hello_seen = row->milestones & HELLO,
                        .version = row->milestones & NEW ? TLS_VERSION_TLS13 : TLS_VERSION_TLS12,
                        .certificate_request_seen = row->milestones & ASKED,
                        .client_certificate_sent = row->milestones & SENT,
                        .ticket_seen = row->milestones & TICKET,
                        .data_seen = row->milestones & DATA,
                        .session_reused = row->milestones & REUSED,
                        .cert_list_malformed = row->milestones & BAD_LIST,
                        .n_first_bytes = strlen(row->first_bytes),
                },
        };

        memcpy(a.tls.first_bytes, row->first_bytes, strlen(row->first_bytes));
        return a;
}

static const char *name_of(Diagnosis d)
{
        return d == DIAGNOSIS_NONE ? "none" : diagnosis_info(d)->reason;
}

START_TEST(what_happened_on_the_wire_is_told_by_its_reason)
{
        const WireRow *row = &wire_rows[_i];
        AddressObservation a = observed(row);
        Diagnosis d = diagnosis_of_address(&a);

        ck_assert_msg(d == row->expected, "%s: %s instead of %s", row->name, name_of(d),
                name_of(row->expected));
}
END_TEST

START_TEST(an_address_that_was_not_needed_is_no_failure)
{
        const AddressObservation a = {.attempted = false};

        ck_assert_int_eq(diagnosis_of_address(&a), DIAGNOSIS_NONE);
}
END_TEST

START_TEST(a_library_without_memory_is_our_trouble)
{
        const AddressObservation a = {
                .attempted = true,
                .phase = PHASE_HANDSHAKE,
                .end = END_TLS,
                .error = 12,
                .tls = {.error = HANDSHAKE_ERROR_LOCAL},
        };

        ck_assert_int_eq(diagnosis_of_address(&a), DIAGNOSIS_INTERNAL_RESOURCE);
}
END_TEST

typedef struct FaultRow {
        const char *name;
        HandshakeError error;
        unsigned faults;
        int64_t kept_at;
        Diagnosis expected;
} FaultRow;

static const FaultRow fault_rows[] = {
        {"a key that cannot be read", HANDSHAKE_ERROR_PROTOCOL, CERT_FAULT_KEY, 0,
                DIAGNOSIS_VERIFY_MALFORMED},
        {"no certificate at all in the bytes", HANDSHAKE_ERROR_CERTIFICATE, CERT_FAULT_UNPARSABLE, 0,
                DIAGNOSIS_VERIFY_MALFORMED},
        {"a date that the library stumbles over", HANDSHAKE_ERROR_CERTIFICATE,
                CERT_FAULT_NOT_AFTER, 0, DIAGNOSIS_VERIFY_MALFORMED},
        {"a date does not explain a broken message", HANDSHAKE_ERROR_PROTOCOL, CERT_FAULT_NOT_AFTER,
                0, DIAGNOSIS_TLS_PROTOCOL_ERROR},
        {"a strange serial number explains nothing", HANDSHAKE_ERROR_CERTIFICATE, CERT_FAULT_SERIAL,
                0, DIAGNOSIS_TLS_PROTOCOL_ERROR},
        {"a remembered chain explains nothing", HANDSHAKE_ERROR_PROTOCOL, CERT_FAULT_KEY, 1,
                DIAGNOSIS_TLS_PROTOCOL_ERROR},
};

START_TEST(a_faulty_certificate_that_ended_the_handshake_is_the_reason)
{
        const FaultRow *row = &fault_rows[_i];
        ChainCert cert = {.facts = {.faults = row->faults}};
        ChainFacts chain = {.certs = &cert, .n_certs = 1, .n_certs_sent = 1};
        const AddressObservation a = {
                .attempted = true,
                .phase = PHASE_HANDSHAKE,
                .end = END_TLS,
                .tls = {.error = row->error, .server_hello_seen = true},
                .chain = &chain,
                .chain_kept_at = row->kept_at,
        };
        Diagnosis d = diagnosis_of_address(&a);

        ck_assert_msg(d == row->expected, "%s: %s", row->name, name_of(d));
}
END_TEST

/* ---- from the queue manager's answer to the reason ---- */

#define STATUS(n, type, code, d) {n, CHANNEL_TYPE_##type, MQ_RESULT_REFUSED, code, d, false, false}
#define ANSWER(n, type, r, d) {n, CHANNEL_TYPE_##type, MQ_RESULT_##r, 0, d, false, false}

typedef struct AnswerRow {
        const char *name;
        ChannelType chltype;
        MqResult result;
        uint32_t code;
        Diagnosis expected;
        bool accepted, inferred;
} AnswerRow;

static const AnswerRow answer_rows[] = {
        {"not asked", CHANNEL_TYPE_SVRCONN, MQ_RESULT_NONE, 0, DIAGNOSIS_NONE, false, false},
        {"a client's channel accepts", CHANNEL_TYPE_SVRCONN, MQ_RESULT_ACCEPTED, 0, DIAGNOSIS_NONE,
                true, false},
        {"one whose type nobody said accepts", _CHANNEL_TYPE_INVALID, MQ_RESULT_ACCEPTED, 0,
                DIAGNOSIS_NONE, true, false},
        {"a receiver refuses for its type", CHANNEL_TYPE_RCVR, MQ_RESULT_REFUSED, 0x02,
                DIAGNOSIS_NONE, true, true},
        {"so does a cluster's receiver", CHANNEL_TYPE_CLUSRCVR, MQ_RESULT_REFUSED, 0x02,
                DIAGNOSIS_NONE, true, true},
        {"and a requester", CHANNEL_TYPE_RQSTR, MQ_RESULT_REFUSED, 0x02, DIAGNOSIS_NONE, true, true},
        {"what accepts a client is no receiver", CHANNEL_TYPE_RCVR, MQ_RESULT_ACCEPTED, 0,
                DIAGNOSIS_MQ_WRONG_CHANNEL_TYPE, true, false},
        STATUS("no such channel", SVRCONN, 0x01, DIAGNOSIS_MQ_CHANNEL_UNKNOWN),
        STATUS("no such receiver", RCVR, 0x01, DIAGNOSIS_MQ_CHANNEL_UNKNOWN),
        STATUS("a client's channel of another type", SVRCONN, 0x02, DIAGNOSIS_MQ_WRONG_CHANNEL_TYPE),
        STATUS("no queue manager", SVRCONN, 0x03, DIAGNOSIS_MQ_CHANNEL_UNAVAILABLE),
        STATUS("sequence numbers", SVRCONN, 0x04, DIAGNOSIS_MQ_REFUSED_OTHER),
        STATUS("it is ending", SVRCONN, 0x05, DIAGNOSIS_MQ_CHANNEL_UNAVAILABLE),
        STATUS("just before the protocol", SVRCONN, 0x09, DIAGNOSIS_MQ_REFUSED_OTHER),
        STATUS("the protocol's first", SVRCONN, 0x0A, DIAGNOSIS_MQ_PROTOCOL_ERROR),
        STATUS("the protocol's last", SVRCONN, 0x10, DIAGNOSIS_MQ_PROTOCOL_ERROR),
        STATUS("just behind the protocol", SVRCONN, 0x11, DIAGNOSIS_MQ_REFUSED_OTHER),
        STATUS("security", SVRCONN, 0x14, DIAGNOSIS_MQ_REFUSED_OTHER),
        STATUS("stopped", SVRCONN, 0x16, DIAGNOSIS_MQ_CHANNEL_UNAVAILABLE),
        STATUS("an exit", SVRCONN, 0x17, DIAGNOSIS_MQ_REFUSED_OTHER),
        STATUS("the CipherSpec", SVRCONN, 0x18, DIAGNOSIS_MQ_CIPHERSPEC_REFUSED),
        STATUS("a receiver's CipherSpec", RCVR, 0x18, DIAGNOSIS_MQ_CIPHERSPEC_REFUSED),
        STATUS("our name", SVRCONN, 0x19, DIAGNOSIS_MQ_PEER_NAME_REFUSED),
        STATUS("our certificate", SVRCONN, 0x1A, DIAGNOSIS_MQ_CLIENT_CERT_REQUIRED),
        STATUS("in recovery", SVRCONN, 0x1B, DIAGNOSIS_MQ_CHANNEL_UNAVAILABLE),
        STATUS("refreshing", SVRCONN, 0x1C, DIAGNOSIS_MQ_CHANNEL_UNAVAILABLE),
        STATUS("an object handle", SVRCONN, 0x1D, DIAGNOSIS_MQ_REFUSED_OTHER),
        STATUS("a conversation", SVRCONN, 0x1E, DIAGNOSIS_MQ_PROTOCOL_ERROR),
        STATUS("a socket action", SVRCONN, 0x1F, DIAGNOSIS_MQ_PROTOCOL_ERROR),
        STATUS("a standby", SVRCONN, 0x20, DIAGNOSIS_MQ_CHANNEL_UNAVAILABLE),
        STATUS("a code without a name", SVRCONN, 0x21, DIAGNOSIS_MQ_REFUSED_OTHER),
        STATUS("its connection limit", SVRCONN, 0x25, DIAGNOSIS_MQ_CHANNEL_UNAVAILABLE),
        STATUS("a huge code", SVRCONN, UINT32_MAX, DIAGNOSIS_MQ_REFUSED_OTHER),
        ANSWER("an answer in another language", SVRCONN, NOT_MQ, DIAGNOSIS_MQ_NOT_MQ),
        ANSWER("a broken answer", SVRCONN, PROTOCOL_ERROR, DIAGNOSIS_MQ_PROTOCOL_ERROR),
        ANSWER("no end of counter-proposals", SVRCONN, NOT_AGREED, DIAGNOSIS_MQ_REFUSED_OTHER),
        ANSWER("a close", SVRCONN, CLOSED, DIAGNOSIS_MQ_CLOSED_AFTER_TLS),
        ANSWER("silence", SVRCONN, TIMEOUT, DIAGNOSIS_MQ_CLOSED_AFTER_TLS),
};

START_TEST(what_the_queue_manager_answers_is_told_by_its_reason)
{
        const AnswerRow *row = &answer_rows[_i];
        const MqOutcome mq = {
                .result = row->result,
                .facts = {.has_status = row->result == MQ_RESULT_REFUSED, .status_code = row->code},
        };
        bool inferred = false;
        Diagnosis d = diagnosis_of_mq(&mq, row->chltype);

        ck_assert_msg(d == row->expected, "%s: %s instead of %s", row->name, name_of(d),
                name_of(row->expected));
        ck_assert_msg(diagnosis_mq_is_accepted(&mq, row->chltype, &inferred) == row->accepted, "%s",
                row->name);
        ck_assert_msg(inferred == row->inferred, "%s", row->name);
}
END_TEST

/* The failure that partners report as AMQ9641E, told alike by what sees it coming and what sees it. */
START_TEST(both_ends_of_the_classic_failure_say_what_to_do)
{
        static const Diagnosis both[] = {
                DIAGNOSIS_POLICY_VERSION_UNEXPECTED, DIAGNOSIS_MQ_CIPHERSPEC_REFUSED};

        for (size_t i = 0; i < ARRAY_LEN(both); i++) {
                const DiagnosisInfo *info = diagnosis_info(both[i]);

                ck_assert(strstr(info->amq_initiator, "AMQ9641E"));
                ck_assert(strstr(info->amq_qmgr, "AMQ9631E"));
                ck_assert(strstr(
                        info->remedy, "Open the accepting channel first, tighten it last"));
        }
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("diagnosis");
        TCase *table = tcase_create("table"), *wire = tcase_create("wire");

        tcase_add_test(table, every_name_of_the_closed_list_has_its_row);
        tcase_add_test(table, no_name_outside_the_closed_list_is_known);
        tcase_add_loop_test(
                table, every_row_says_what_why_and_how_to_mend_it, 1, _DIAGNOSIS_MAX);
        tcase_add_test(table, rows_stand_in_the_order_of_the_stages);
        tcase_add_loop_test(table, the_words_of_mq_are_well_formed_and_their_certainty_is_said, 1,
                _DIAGNOSIS_MAX);
        tcase_add_loop_test(
                table, only_warnings_of_what_is_to_come_leave_the_endpoint_up, 1, _DIAGNOSIS_MAX);
        tcase_add_test(table, severities_and_stages_have_their_names);
        tcase_add_test(table, the_manual_has_an_entry_for_each);
        suite_add_tcase(suite, table);

        tcase_add_loop_test(wire, what_happened_on_the_wire_is_told_by_its_reason, 0,
                (int) ARRAY_LEN(wire_rows));
        tcase_add_loop_test(wire, what_the_queue_manager_answers_is_told_by_its_reason, 0,
                (int) ARRAY_LEN(answer_rows));
        tcase_add_test(wire, both_ends_of_the_classic_failure_say_what_to_do);
        tcase_add_test(wire, an_address_that_was_not_needed_is_no_failure);
        tcase_add_test(wire, a_library_without_memory_is_our_trouble);
        tcase_add_loop_test(wire, a_faulty_certificate_that_ended_the_handshake_is_the_reason, 0,
                (int) ARRAY_LEN(fault_rows));
        suite_add_tcase(suite, wire);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
