/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_CONFIG_WATCH_H
#define MQTLSD_CONFIG_WATCH_H

/*
 * Which files stand behind the configuration at work, and when they change. After a refused reload
 * those of the refused one count as well: whoever mends a file, or lets a missing one come, wants it
 * noticed.
 */

#include <stdbool.h>

#include "base/path_list.h"
#include "base/util.h"
#include "daemon/file_watch.h"
#include "model/config_load.h"

typedef struct ConfigWatch ConfigWatch;

/* `reload` is called when files have changed and settled, which has been logged. Where inotify cannot
 * be had, a warning says so, and nothing is watched. Returns 0 or -errno. */
int config_watch_new(sd_event *event, const Clock *clock, const FileWatchPace *pace,
        void (*reload)(void *userdata), void *userdata, ConfigWatch **ret);
ConfigWatch *config_watch_free(ConfigWatch *w);
DEFINE_CLEANUP(ConfigWatch, config_watch_free, config_watch_cleanup)

/* A configuration was read, from `files`. `config` is the one at work now; was the one that was read
 * refused? Trouble is logged. */
void config_watch_follow(
        ConfigWatch *w, const Config *config, bool is_refused, const ConfigFiles *files);

#endif
