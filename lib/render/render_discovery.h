/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_RENDER_DISCOVERY_H
#define MQTLS_RENDER_RENDER_DISCOVERY_H

/* GET /sd: the configured endpoints as Prometheus HTTP service discovery wants them. A target is an
 * endpoint's name, which relabelling makes the parameter of /probe?target=. */

#include "base/buf.h"
#include "model/config.h"

/* Appends the JSON; an endpoint whose name is no UTF-8 cannot be named in it and is left out. Returns
 * 0 or -ENOMEM. */
int render_discovery(const Config *config, Buf *b);

#endif
