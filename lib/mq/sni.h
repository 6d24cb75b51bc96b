/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MQ_SNI_H
#define MQTLS_MQ_SNI_H

/*
 * What an MQ partner puts into the TLS server_name extension: the channel name, encoded, followed by
 * ".chl.mq.ibm.com" (IBM MQ, "How IBM MQ provides multiple certificates capability"). A-Z become
 * lower case, digits stay, every other character becomes two hexadecimal digits and a hyphen.
 */

#include "base/buf.h"

typedef enum SniMode {
        SNI_CHANNEL,  /* OutboundSNI=CHANNEL, the default */
        SNI_HOSTNAME, /* OutboundSNI=HOSTNAME */
        SNI_NONE,     /* AllowOutboundSNI=NO of old clients, old Java */
        SNI_LITERAL,  /* a name of the operator's */
        _SNI_MODE_MAX,
} SniMode;

const char *sni_mode_to_string(SniMode m);

/* Appends the server_name of a channel, e.g. "to2e-qmgr1.chl.mq.ibm.com" for TO.QMGR1. Trailing
 * blanks of the name are not part of it. */
void sni_from_channel(const char *channel, Buf *b);

#endif
