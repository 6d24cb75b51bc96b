/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_ACCEPT_H
#define MQTLSD_ACCEPT_H

/* --accept and --expect: what the operator says about changes, written to the state file beside the
 * daemon, which follows. Both print what they did, and return the exit status. */

#include "daemon/clock.h"
#include "daemon/options.h"

int accept_run(const Options *options, const ConfigSurroundings *surroundings, const Clock *clock);
int expect_run(const Options *options, const ConfigSurroundings *surroundings, const Clock *clock);

#endif
