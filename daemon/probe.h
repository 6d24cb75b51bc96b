/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_PROBE_H
#define MQTLSD_PROBE_H

/*
 * One look at one endpoint: RESOLVE its connames, then visit one address after the other as a partner
 * would until one answers, or all of them where all_addresses is on. One deadline on the monotonic
 * clock over everything. A Probe always yields exactly one Observation, and never a verdict.
 */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/util.h"
#include "daemon/clock.h"
#include "daemon/poller.h"
#include "daemon/resolver.h"
#include "model/config.h"
#include "tls/observation.h"

typedef struct Probe Probe;

/* What all probes share; borrowed, outlives them. */
typedef struct ProbeEnvironment {
        sd_event *event;
        const Clock *clock;
        Poller *poller;
        Resolver *resolver;
        /* Asks for a place among the handshakes, which hold most of the memory. Returns true when the
         * visit may begin its handshake now; otherwise it waits, connected, until probe_admit(). Every
         * place taken is given back with release. */
        bool (*handshake_admit)(Probe *p, void *userdata);
        void (*handshake_release)(Probe *p, void *userdata);
        void *userdata;
} ProbeEnvironment;

/* Called once, from the loop, never from within probe_start(). Owns `o` from here on; `o` is NULL
 * only when memory ran out. The Probe is freed by its starter, from within the handler at the
 * earliest. */
typedef void (*ProbeHandler)(Probe *p, Observation *o, void *userdata);

/*
 * Begins. Takes a reference on `config`, in which `endpoint` lies. With `ask_mq` the queue manager is
 * asked as well, once TLS stands; and where the endpoint's SSLCAUTH policy needs it, the first address
 * that answered is visited once more without the identity. Returns 0 or -errno; then nothing was begun
 * and the handler is not called.
 */
int probe_start(const ProbeEnvironment *environment, Config *config, const EndpointConfig *endpoint,
        bool ask_mq, ProbeHandler handler, void *userdata, Probe **ret);

/* A place among the handshakes has become free for this probe, and is taken for it. It is given back
 * at once when none of its visits waits any more. */
void probe_admit(Probe *p);

/* True while it resolves, or while one of its visits still wants a connection or a place among the
 * handshakes: it counts as connecting. */
bool probe_is_connecting(const Probe *p);

/* What probe_start() was given. */
void *probe_userdata(const Probe *p);

/* Ends it without a result when it is still running. */
Probe *probe_free(Probe *p);
DEFINE_CLEANUP(Probe, probe_free, probe_cleanup)

#endif
