/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_ACCESS_H
#define MQTLSD_ACCESS_H

/*
 * Who is let in, and what the server proves itself with: the gate of the HTTP server. The files behind
 * it are read again when they change, by a worker, as they may be on a disk that hangs; what cannot be
 * used leaves what was there before at work, and is a finding about the daemon.
 */

#include <systemd/sd-event.h>

#include "base/util.h"
#include "daemon/clock.h"
#include "daemon/file_watch.h"
#include "daemon/http.h"
#include "daemon/http_tls.h"
#include "model/config.h"
#include "render/daemon_facts.h"

typedef struct Access Access;

/* Can what http.tls = names be used? `*ret` is NULL where there is none. Returns 0, -ENOMEM, or -EINVAL
 * after an issue. */
int access_check(const Config *config, Issues *issues, HttpTls **ret);

typedef struct AccessOptions {
        const FileWatchPace *pace; /* NULL: the default */
        void (*changed)(void *userdata); /* something that access_facts() tells is another */
        void *userdata;
} AccessOptions;

/* Becomes the gate of `http`, which speaks what `config` says already; both must outlive it. */
int access_new(sd_event *event, const Clock *clock, Http *http, Config *config,
        const AccessOptions *options, Access **ret);
Access *access_free(Access *a); /* no connection may be left */
DEFINE_CLEANUP(Access, access_free, access_cleanup)

/* From now on as this configuration says; `tls` is what access_check() made of it, or NULL. Returns 0,
 * or -errno with everything as it was. */
int access_apply(Access *a, Config *config, HttpTls *tls);

/* Reads the files again if they have changed; soon, and not here. */
void access_reread(Access *a);

/* Fills what the renderers are told of it; valid until the next call. */
void access_facts(Access *a, DaemonFacts *facts);

#endif
