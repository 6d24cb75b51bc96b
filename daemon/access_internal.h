/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_ACCESS_INTERNAL_H
#define MQTLSD_ACCESS_INTERNAL_H

/* What access.c (life, and what is at work), access_gate.c (who is let in), access_round.c (reading the
 * files again) and access_facts.c (what is told of it) share. */

#include "base/path_list.h"
#include "daemon/access.h"
#include "daemon/access_files.h"
#include "daemon/http_login.h"
#include "daemon/loop_timer.h"
#include "daemon/worker.h"

enum {
        ACCESS_FINDINGS_MAX = _ACCESS_FILE_MAX + 1,
};

/* What is known of one file, or of one group of files. */
typedef struct AccessState {
        PathList tried; /* as they were when they were tried last; empty: not yet */
        AccessContent content;
        char *problem; /* why the last try failed; NULL: it did not */
} AccessState;

struct Access {
        sd_event *event;
        const Clock *clock;
        Http *http;
        AccessOptions options;
        Config *config;
        uint64_t generation;

        FileWatch *watch; /* NULL: cannot be had */
        LoopTimer timer;
        Worker *worker; /* NULL until there is something to read */
        bool is_reading, is_asked_again;
        HttpLogin *login; /* NULL until somebody has to log in */

        AccessState files[_ACCESS_FILE_MAX];
        ExpiryState expiry; /* as it was told last */

        WebFileFacts file_facts[_ACCESS_FILE_MAX];
        DaemonFinding findings[ACCESS_FINDINGS_MAX];
        char *messages[ACCESS_FINDINGS_MAX];
};

/* ---- access.c: what is at work; NULL: nothing ---- */

const HttpConfig *access_http_config(const Access *a);
const WebIdentity *access_identity(const Access *a);
const WebPasswords *access_passwords(const Access *a);
const WebTokens *access_tokens(const Access *a);

/* Whether it is spoken changes only at a start, whatever the configuration says by now. */
bool access_has_tls(const Access *a);

void access_tell_changed(const Access *a);

/* ---- access_gate.c ---- */

void access_gate_set(Access *a);

/* ---- access_facts.c ---- */

/* Logs when the end of the own certificate has come nearer. */
void access_tell_expiry(Access *a);

#endif
