/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_COMMAND_H
#define MQTLS_RENDER_COMMAND_H

/*
 * Commands that look at one endpoint as its probe does, for a person to paste into a shell or into
 * runmqsc. Every name in them is quoted for where it goes; none of them changes anything. Text, not
 * HTML.
 */

#include "base/buf.h"
#include "model/config.h"

/* mqtlsd --once with the configuration of the daemon: exactly what the daemon does. */
void command_append_once(Buf *b, const char *config_path, const EndpointConfig *c);

/* mqtlsd --probe without a configuration, from any machine. An identity is not in it. */
void command_append_probe(Buf *b, const EndpointConfig *c);

/* openssl s_client with the same offer, to one entry of the conname. Returns 0, -ENOMEM, or -EOPNOTSUPP
 * where OpenSSL cannot speak the CipherSpec: then nothing was appended. */
int command_append_openssl(Buf *b, const EndpointConfig *c, const Conname *at);

/* What to DISPLAY at the queue manager of the listener, a command a line. */
void command_append_mqsc(Buf *b, const EndpointConfig *c);

#endif
