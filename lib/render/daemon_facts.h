/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_DAEMON_FACTS_H
#define MQTLS_RENDER_DAEMON_FACTS_H

/* What the daemon says about itself, as values: filled by the daemon, read by the renderers. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/histogram.h"
#include "judge/diagnosis.h"

/* What is wrong with the daemon itself, not with an endpoint. */
typedef struct DaemonFinding {
        const char *name; /* of a closed list, documented in mqtlsd(8): "web_certificate_expired" */
        Severity severity;
        const char *message; /* what is wrong and, behind a semicolon, what to do; as read from files:
                                escape it */
} DaemonFinding;

/* One of the files that decide who is let in; they are read again when they change. */
typedef struct WebFileFacts {
        const char *name; /* "tls", "basic_auth", "calendar_tokens" */
        bool successful;  /* the last attempt to read it; otherwise what was read before is at work */
} WebFileFacts;

/* How the HTTP server lets people in. */
typedef struct WebFacts {
        bool has_tls;
        int64_t cert_not_before_at, cert_not_after_at; /* of our own certificate */
        const char *cert_subject, *cert_serial;
        const WebFileFacts *files; /* those that are configured */
        size_t n_files;
        uint64_t n_handshake_failures; /* connections that sent something and got no TLS session */
        bool has_logins;
        uint64_t n_login_failures;   /* wrong name or password */
        uint64_t n_logins_throttled; /* not looked at, because there were too many */
} WebFacts;

typedef struct DaemonFacts {
        const char *version;
        const char *openssl_version;
        const char *microhttpd_version;
        const char *systemd_version;
        const char *libconfig_version;

        int64_t started_at;
        bool ready; /* every endpoint has been looked at once */

        bool reload_successful; /* the last attempt, the start included */
        int64_t reload_success_at;

        /* What outlives the daemon. `has_state` is false where there is nothing to say of it (--once). */
        bool has_state;
        const char *state_problem;    /* "full", "read_only", "in_use", "busy", "damaged", "newer",
                                         "slow", "unavailable": what keeps it from being saved; NULL: nothing */
        bool state_saved;             /* what is known has reached the disk, or is on the way to it */
        int64_t state_last_write_at;  /* 0: never yet */
        size_t n_state_waiting;       /* endpoints whose changes wait because the disk did not take them */
        uint64_t n_state_damaged;     /* damaged files set aside since the start */

        WebFacts web;
        const DaemonFinding *findings; /* worst first */
        size_t n_findings;

        unsigned n_probes_in_flight;
        double scheduler_lag_seconds; /* how late the last probe was started */
        uint64_t n_sessions_resumed;  /* must stay 0 */
        uint64_t n_resolver_failures;
        const Histogram *probe_duration;
        const Histogram *loop_stall;

        /* process_*: from the operating system; has_process false where it could not be read */
        bool has_process;
        double cpu_seconds;
        uint64_t resident_bytes, virtual_bytes;
        unsigned open_fds, max_fds;
} DaemonFacts;

#endif
