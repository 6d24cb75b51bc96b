/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TLS_OBSERVATION_H
#define MQTLS_TLS_OBSERVATION_H

/*
 * What one probe of one endpoint saw, as values only: no socket, no library object, no verdict. The
 * probe fills it, the assessment reads it, the inventory keeps the last one.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "mq/mqoutcome.h"
#include "tls/handshake.h"
#include "x509/chain.h"

typedef enum ProbePhase {
        PHASE_RESOLVE,
        PHASE_CONNECT,
        PHASE_HANDSHAKE,
        PHASE_LINGER,
        PHASE_MQ_INIT, /* only at depth "mq" */
        PHASE_CLOSE,
        _PHASE_MAX,
} ProbePhase;

const char *probe_phase_to_string(ProbePhase p); /* "resolve", "mq_init", … */

/* How a phase ended the visit. Together with the phase and the milestones this is all that the
 * diagnosis needs. */
typedef enum ProbeEnd {
        END_NONE,       /* still under way, or never begun */
        END_COMPLETED,  /* TLS up and the listener showed that it accepts (ticket, data or quiet); what
                           the queue manager then answered at depth "mq" is in `mq` */
        END_NOT_FOUND,  /* resolve: the name does not exist */
        END_TIMEOUT,    /* the deadline passed in `phase` */
        END_FAILED,     /* resolve: the resolver failed; `error` is the EAI_ code */
        END_REFUSED,    /* connect: ECONNREFUSED */
        END_UNREACHABLE,/* connect: no route, network down, …; `error` is the errno */
        END_EOF,        /* the listener closed the connection */
        END_RESET,      /* ECONNRESET or EPIPE */
        END_TLS,        /* the engine stopped: see tls.error */
        END_RESOURCE,   /* we could not: no descriptor, no memory; `error` is the errno */
        _END_MAX,
} ProbeEnd;

/* What TLS had agreed on when the queue manager gave its answer: another certificate or cipher
 * makes the answer old before its time. */
typedef struct MqContext {
        bool has_leaf;
        uint8_t leaf_sha256[CERT_SHA256_SIZE];
        uint16_t version, cipher;
        bool client_certificate_sent;
} MqContext;

typedef struct AddressObservation {
        char *conname;  /* "host(port)" of the entry that it belongs to */
        char *ip;       /* numeric address; NULL when the name did not resolve */
        char *address;  /* "host(port)/ip", the value of the `address` label */
        bool attempted; /* false: not needed, an earlier address answered */

        ProbePhase phase; /* the furthest one reached */
        ProbeEnd end;
        int error; /* errno or EAI_ code where the end has one, else 0 */

        uint64_t phase_usec[_PHASE_MAX]; /* 0 for phases not reached */
        bool phase_reached[_PHASE_MAX];

        HandshakeFacts tls;  /* its `certs` have moved into `chain` and are gone */
        ChainFacts *chain;   /* NULL when no certificate was sent */
        int64_t chain_kept_at; /* 0: the chain is of this probe; else it was seen then, and is only
                                  remembered: its dates count, the verdict does not read it */

        /* The initial data exchange. Who tries sets both: mq_tried as soon as a byte of it was sent,
         * and the result, also when the listener closed (END_EOF, END_RESET, close_notify: CLOSED),
         * did not answer in time (END_TIMEOUT: TIMEOUT) or sent a TLS alert (END_TLS: CLOSED). */
        bool mq_tried;
        MqOutcome mq;
        int64_t mq_kept_at;   /* 0: `mq` is of this probe; else it was given then, and still counts,
                                 because looks at that depth are rarer than probes */
        MqContext mq_context; /* filled in by the inventory */
} AddressObservation;

typedef struct Observation {
        int64_t started_at, finished_at; /* wall clock; finished_at is what chains were verified for */
        uint64_t duration_usec;          /* monotonic, resolving included */

        ProbeEnd resolve_end; /* END_COMPLETED, or why at least one conname did not resolve now */
        int resolve_error;    /* EAI_ code, 0 */
        bool addresses_stale; /* the last good addresses were used because resolving failed */

        AddressObservation *addresses;
        size_t n_addresses;

        /* A rarer look at the first address that answered, at depth "mq" and without the identity:
         * does the listener really refuse? NULL: not made. Nobody judges its chain or its dates. */
        AddressObservation *anonymous;
} Observation;

/* Returns 0 or -ENOMEM. */
int observation_new(Observation **ret);
Observation *observation_free(Observation *o);
DEFINE_CLEANUP(Observation, observation_free, observation_cleanup)

/* Appends an address. `ip` may be NULL. Returns 0 or -ENOMEM. `*ret` is valid until the next add. */
int observation_add_address(
        Observation *o, const char *conname, const char *ip, AddressObservation **ret);

/* Makes the `anonymous` look's record, which there must not be yet. Returns 0 or -ENOMEM. */
int observation_add_anonymous(
        Observation *o, const char *conname, const char *ip, AddressObservation **ret);

/* Forgets that record, where there is one. */
void observation_drop_anonymous(Observation *o);

/* What TLS agreed on at this address in this probe, as the context of an MQ answer. */
MqContext address_observation_context(const AddressObservation *a);

/*
 * Moves a handshake's facts into the address and inspects the certificates it sent, for the instant
 * `at`. `trust` may be NULL. Returns 0 or -ENOMEM.
 */
int address_observation_take(
        AddressObservation *a, Handshake *h, const TrustStore *trust, int64_t at);

#endif
