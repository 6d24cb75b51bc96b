/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_MANAGER_H
#define MQTLSD_MANAGER_H

/*
 * The daemon's whole state: configuration, inventory, scheduler, HTTP server, signals. Reading
 * manager_new(), manager_reload() and manager_free() tells its life.
 */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/util.h"
#include "daemon/clock.h"
#include "daemon/file_watch.h"
#include "daemon/http.h"
#include "daemon/repository_reader.h"
#include "daemon/scheduler.h"
#include "model/config_load.h"
#include "model/inventory.h"
#include "render/daemon_facts.h"

typedef struct Manager Manager;

typedef struct ManagerOptions {
        const char *config_path;
        ConfigSurroundings surroundings;
        const FileWatchPace *watch_pace; /* NULL: the default */
        const RepositoryPace *repository_pace; /* NULL: the default */
        const int *sockets; /* handed over by systemd; ownership is taken */
        size_t n_sockets;
} ManagerOptions;

/* Reads the configuration and begins to listen and to probe. Returns 0 or -errno; what is wrong has
 * been logged. */
int manager_new(
        sd_event *event, const Clock *clock, const ManagerOptions *options, Manager **ret);
Manager *manager_free(Manager *m);
DEFINE_CLEANUP(Manager, manager_free, manager_cleanup)

/*
 * Reads the configuration again, all or nothing. Returns 0, or -EINVAL with the mistakes in `issues`
 * (unless NULL) and the old configuration at work; both are logged, and shown in the metrics.
 */
int manager_reload(Manager *m, Issues *issues);

/* The wall clock was set: says so if it was by much, and judges everything again, probing nothing.
 * The clock watch calls it. */
void manager_clock_set(Manager *m);

/* To be called with what came of inventory_note_drift() or inventory_accept(): logs each change, and
 * has memory and changes saved. Copies what it needs. */
void manager_drift_noted(Manager *m, Endpoint *e, const InventoryDrift *d);

/* Takes what is seen now of the endpoint as its baseline, for one kind or (_DRIFT_KIND_MAX) all. Returns
 * 0 with the number of changes accepted, -ENOENT when nothing was seen yet, or -ENOMEM. */
int manager_accept(Manager *m, Endpoint *e, DriftKind kind, size_t *ret_n);

const Clock *manager_clock(const Manager *m);
Inventory *manager_inventory(const Manager *m);
Scheduler *manager_scheduler(const Manager *m);
Http *manager_http(const Manager *m);
/* Changes whenever something is recorded, judged again or reloaded, and between two starts. */
uint64_t manager_revision(const Manager *m);
/* The daemon's facts as of now; valid until the next call. */
const DaemonFacts *manager_facts(Manager *m);

#endif
