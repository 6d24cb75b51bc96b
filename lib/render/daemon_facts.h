/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_DAEMON_FACTS_H
#define MQTLS_RENDER_DAEMON_FACTS_H

/* What the daemon says about itself, as values: filled by the daemon, read by the renderers. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/histogram.h"

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
        const char *state_problem;    /* "damaged" was begun anew; "read_only", "newer", "unavailable",
                                         "full", …: what keeps it from being saved now; NULL: nothing */
        bool state_saved;             /* what is known has reached the disk, or is on the way to it */
        int64_t state_last_write_at;  /* 0: never yet */
        size_t n_state_waiting;       /* endpoints whose changes wait because the disk did not take them */
        uint64_t n_state_damaged;     /* damaged files set aside since the start */

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
