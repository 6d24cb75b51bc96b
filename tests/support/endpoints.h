/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_TESTS_ENDPOINTS_H
#define MQTLSD_TESTS_ENDPOINTS_H

/* Configurations made by hand, with the short times that no file may have. Whatever fails in here
 * ends the program. */

#include "model/config.h"

/* Limits 256 and 64, no spacing, two resolver threads, no cache. To be given back with config_unref(). */
Config *endpoints_new(void);

/*
 * Adds an endpoint: ANY_TLS12_OR_HIGHER, no server_name, timeout 5 s, quiet for 20 ms, looked at every
 * hour, and after a failure every minute. Valid until the next one is added.
 */
EndpointConfig *endpoints_add(Config *c, const char *name, const char *conname);

#endif
