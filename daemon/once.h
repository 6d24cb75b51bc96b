/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_ONCE_H
#define MQTLSD_ONCE_H

/* --once and --probe: look, print, and stop. */

#include "daemon/clock.h"
#include "daemon/options.h"

/* Probes each endpoint of the configuration once, with progress on a terminal. Returns the exit
 * status: 0 all good, 1 warning, 2 critical, 3 could not run. */
int once_run(const Options *options, const ConfigSurroundings *surroundings, const Clock *clock);

/* One look at what the command line names. Exit status as above. */
int once_probe(const Options *options, const Clock *clock);

#endif
