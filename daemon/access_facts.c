/* SPDX-License-Identifier: MIT */
#include "daemon/access_internal.h"

/* What is told of it: in the log that its own certificate ages, and to the renderers. */

#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/timefmt.h"
#include "daemon/log.h"

/* ---- its own certificate ages ---- */

static const struct {
        const char *name;
        Severity severity;
} expiry_findings[_EXPIRY_STATE_MAX] = {
        [EXPIRY_WARNING] = {"web_certificate_expiring", SEVERITY_WARNING},
        [EXPIRY_CRITICAL] = {"web_certificate_expiring", SEVERITY_CRITICAL},
        [EXPIRY_EXPIRED] = {"web_certificate_expired", SEVERITY_CRITICAL},
        [EXPIRY_NOT_YET_VALID] = {"web_certificate_not_yet_valid", SEVERITY_CRITICAL},
};

static ExpiryState expiry_now(const Access *a)
{
        const HttpConfig *c = access_http_config(a);
        const WebIdentity *i = access_has_tls(a) ? access_identity(a) : NULL;

        return i ? expiry_judge(i->not_before_at, i->not_after_at, &c->expiry_warning,
                           &c->expiry_critical, clock_wall_at(a->clock))
                 : EXPIRY_OK;
}

static void append_expiry(const Access *a, ExpiryState state, Buf *b)
{
        char at[TIMEFMT_RFC3339_SIZE];
        bool early = state == EXPIRY_NOT_YET_VALID;

        timefmt_rfc3339(early ? access_identity(a)->not_before_at : access_identity(a)->not_after_at, at);
        buf_appendf(b,
                "the certificate that the daemon itself answers HTTPS with (%s) %s %s; put a %s into "
                "the files of http.tls =, they are read again by themselves",
                access_identity(a)->subject,
                early                     ? "is not valid before"
                : state == EXPIRY_EXPIRED ? "expired at"
                                          : "expires at",
                at, early ? "certificate that is valid now" : "new one with its key");
}

void access_tell_expiry(Access *a)
{
        ExpiryState before;
        CLEANUP_BUF Buf b = BUF_INIT;

        assert(a);

        before = a->expiry;
        a->expiry = expiry_now(a);
        if (a->expiry == before)
                return;
        access_tell_changed(a);
        if (a->expiry == EXPIRY_OK)
                return;
        append_expiry(a, a->expiry, &b);
        log_event(expiry_findings[a->expiry].severity == SEVERITY_WARNING ? LOG_WARNING : LOG_ERR,
                LOG_EVENT_WEB_CERT_AGEING, NULL, 0, "%s", buf_str(&b));
}

/* ---- what the renderers are told ---- */

static const char *const broken_names[_ACCESS_FILE_MAX] = {
        [ACCESS_FILE_TLS] = "web_tls_file_broken",
        [ACCESS_FILE_BASIC_AUTH] = "web_basic_auth_file_broken",
        [ACCESS_FILE_CALENDAR_TOKENS] = "web_calendar_tokens_file_broken",
};

/* Takes the message out of `b`; without memory the finding goes without words. */
static void add_finding(Access *a, size_t *n, const char *name, Severity severity, Buf *b)
{
        free(a->messages[*n]);
        a->messages[*n] = NULL;
        if (buf_steal(b, &a->messages[*n]) < 0)
                a->messages[*n] = NULL;
        a->findings[*n] = (DaemonFinding){
                .name = name,
                .severity = severity,
                .message = a->messages[*n] ? a->messages[*n] : "",
        };
        (*n)++;
}

static size_t find_all(Access *a)
{
        ExpiryState state = expiry_now(a);
        size_t n = 0;
        CLEANUP_BUF Buf b = BUF_INIT;

        if (expiry_findings[state].name) {
                append_expiry(a, state, &b);
                add_finding(a, &n, expiry_findings[state].name, expiry_findings[state].severity, &b);
        }
        for (int f = 0; f < _ACCESS_FILE_MAX; f++) {
                if (!a->files[f].problem)
                        continue;
                buf_appendf(&b, "%s has changed and cannot be used, so that what it said before stays "
                                "at work: %s",
                        access_file_setting((AccessFile) f), a->files[f].problem);
                add_finding(a, &n, broken_names[f], SEVERITY_WARNING, &b);
        }
        return n;
}

void access_facts(Access *a, DaemonFacts *facts)
{
        const HttpConfig *c;
        WebFacts *w;

        assert(a);
        assert(facts);

        c = access_http_config(a);
        w = &facts->web;
        *w = (WebFacts){
                .has_tls = access_has_tls(a),
                .has_logins = access_passwords(a) != NULL,
                .files = a->file_facts,
                .n_handshake_failures = http_n_handshake_failures(a->http),
                .n_login_failures = a->login ? http_login_n_failures(a->login) : 0,
                .n_logins_throttled = a->login ? http_login_n_throttled(a->login) : 0,
        };
        if (access_has_tls(a)) {
                w->cert_subject = access_identity(a)->subject;
                w->cert_serial = access_identity(a)->serial;
                w->cert_not_before_at = access_identity(a)->not_before_at;
                w->cert_not_after_at = access_identity(a)->not_after_at;
        }
        for (int f = 0; f < _ACCESS_FILE_MAX; f++)
                if (access_file_is_configured((AccessFile) f, c))
                        a->file_facts[w->n_files++] = (WebFileFacts){
                                .name = access_file_name((AccessFile) f),
                                .successful = !a->files[f].problem,
                        };
        facts->n_findings = find_all(a);
        facts->findings = a->findings;
}
