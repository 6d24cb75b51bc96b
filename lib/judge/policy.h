/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_JUDGE_POLICY_H
#define MQTLS_JUDGE_POLICY_H

/* What is expected of an endpoint: read by the judges, embedded in the configuration. */

#include <stdbool.h>

#include "judge/expiry.h"
#include "mq/cipherspec.h"

typedef struct Policy {
        SslCiph sslciph;          /* what a partner's definition says, and so what is offered */
        SslCiph listener_sslciph; /* what the accepting channel says; unset: sslciph */
        bool has_trust;           /* a trust store is configured */
        bool has_identity;        /* a client certificate is configured */
        bool all_addresses;       /* every address is held to the policy */
        unsigned min_rsa_bits;    /* 0: any; held to the whole chain as MinimumRSAKeySize is */
        unsigned min_ec_bits;
        Threshold expiry_warning;
        Threshold expiry_critical;
} Policy;

#endif
