/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_COMMANDS_H
#define MQTLSD_COMMANDS_H

/* The calls that look at no endpoint: each prints something and returns the exit status. */

#include <stdbool.h>

#include "model/config_load.h"

int command_check_config(const char *path, const ConfigSurroundings *surroundings);
int command_dump(const char *table, bool json);
int command_interop(const char *left, const char *right, bool json);
int command_version(void);
int command_help(void);

#endif
