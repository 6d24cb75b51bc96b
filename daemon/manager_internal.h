/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_MANAGER_INTERNAL_H
#define MQTLSD_MANAGER_INTERNAL_H

/* What manager.c (life, and what others ask), manager_events.c (what the parts tell) and
 * manager_reload.c (the configuration is read, and read again) share. Nobody else includes this. */

#include <systemd/sd-event.h>

#include "daemon/access.h"
#include "daemon/config_watch.h"
#include "daemon/heartbeat.h"
#include "daemon/manager.h"
#include "daemon/repository_log.h"
#include "daemon/saver.h"

struct Manager {
        sd_event *event;
        const Clock *clock;
        char *config_path;
        char *credentials_directory, *state_directory; /* may be NULL */

        Inventory *inventory; /* holds the Config at work */
        Saver *saver;
        Scheduler *scheduler;
        RepositoryReader *repositories;
        RepositoryLog *repository_log;
        Http *http;
        Access *access; /* the gate of http */

        sd_event_source *signals[3];
        sd_event_source *clock_watch;
        ConfigWatch *config_watch;
        Heartbeat *heartbeat;
        int64_t wall_offset; /* of the wall clock against the monotonic one, seconds */

        DaemonFacts facts;
        uint64_t revision;
        char *status; /* as systemd was told last */
};

/* ---- manager.c ---- */

/* One line for systemctl status, told only when it has changed. */
void manager_tell_status(Manager *m);

/* ---- manager_events.c: userdata is the Manager ---- */

void manager_on_probed(const ProbeOutcome *outcome, void *userdata);

/* mqtlsd --accept or --expect beside us wrote to the state file: see SaverEvents. */
void manager_on_changed(Endpoint *e, const DriftChange *change, void *userdata);
void manager_on_adopted(Endpoint *e, void *userdata);
void manager_on_state_turned(void *userdata);

void manager_on_repositories_read(void *userdata);
void manager_on_clock_set(void *userdata);
void manager_on_beat(unsigned n_beats, void *userdata);

/* Judges every endpoint again by what was seen of it last, and logs what has changed by that. */
void manager_reassess(Manager *m);

/* Seconds by which the wall clock is ahead of the monotonic one: it changes only when the clock is set. */
int64_t manager_wall_offset(const Manager *m);

/* ---- manager_reload.c ---- */

/* As config_load_files(). */
int manager_read_config(const Manager *m, Issues *issues, ConfigFiles *files, Config **ret);
void manager_log_issues(const Issues *issues);

/* For the metrics. */
void manager_note_reload(Manager *m, bool successful);

#endif
