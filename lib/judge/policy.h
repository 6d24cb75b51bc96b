/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_JUDGE_POLICY_H
#define MQTLS_JUDGE_POLICY_H

/* What is expected of an endpoint: read by the judges, embedded in the configuration. */

#include <stdbool.h>

#include "judge/expiry.h"
#include "mq/channel.h"
#include "mq/cipherspec.h"
#include "mq/sslpeer.h"

typedef enum ProbeDepth {
        PROBE_DEPTH_TLS,
        PROBE_DEPTH_MQ, /* also the exchange of initial data */
        _PROBE_DEPTH_MAX,
} ProbeDepth;

const char *probe_depth_to_string(ProbeDepth depth); /* "tls", "mq" */

/* SSLCAUTH of the channel, as far as the listener is held to it. */
typedef enum SslCauth {
        SSLCAUTH_UNSET, /* no policy */
        SSLCAUTH_REQUIRED,
        SSLCAUTH_OPTIONAL,
        _SSLCAUTH_MAX,
} SslCauth;

const char *sslcauth_to_string(SslCauth sslcauth); /* "REQUIRED", "OPTIONAL"; NULL for UNSET */

typedef struct Policy {
        SslCiph sslciph;          /* what a partner's definition says, and so what is offered */
        SslCiph listener_sslciph; /* what the accepting channel says; unset: sslciph */
        bool has_trust;           /* a trust store is configured */
        bool has_identity;        /* a client certificate is configured */
        bool all_addresses;       /* every address is held to the policy */
        ProbeDepth depth;
        ChannelType chltype;      /* 0 or _CHANNEL_TYPE_INVALID: not said */
        const char *qmgr;         /* the name that it has to give; NULL: any. Borrowed, as is: */
        const SslPeer *sslpeer;   /* partners' filter on the listener's certificate; NULL: none */
        SslCauth sslcauth;
        unsigned min_rsa_bits;    /* 0: any; held to the whole chain as MinimumRSAKeySize is */
        unsigned min_ec_bits;
        bool unique_key;          /* no other queue manager may have its key */
        Threshold expiry_warning;
        Threshold expiry_critical;
} Policy;

#endif
