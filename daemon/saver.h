/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_SAVER_H
#define MQTLSD_SAVER_H

/*
 * What outlives the daemon. The saver brings back what the state file knows, has every change written
 * to it, and follows what other processes (--accept, --expect) do with it. The disk is another thread's
 * business: the loop only hands over. While the disk does not take it, everything stays in memory and
 * is tried again.
 */

#include <systemd/sd-event.h>

#include "base/util.h"
#include "daemon/clock.h"
#include "model/inventory.h"
#include "render/daemon_facts.h"

typedef struct Saver Saver;

typedef struct SaverEvents {
        /* Another process made this entry; the ledger has it next. */
        void (*changed)(Endpoint *e, const DriftChange *change, void *userdata);
        /* Its baseline was replaced by what is in the file: to be compared again. */
        void (*adopted)(Endpoint *e, void *userdata);
        /* A problem began or ended, or the file was read: what is shown is not what it was. */
        void (*turned)(void *userdata);
        void *userdata;
} SaverEvents;

/*
 * Begins to read the state directory, which is created where only its last part is missing, and waits
 * for it, though not longer than a few seconds: what is known from before shall be on the first page,
 * and a disk that hangs shall not keep the daemon from its start. Whatever is wrong with the disk is
 * logged, shown and tried again. Borrows clock and inventory. Returns 0, or -errno where there is no
 * memory or no thread.
 */
int saver_new(sd_event *event, const Clock *clock, Inventory *inventory, const char *directory,
        const SaverEvents *events, Saver **ret);

/* Writes what waits, and gives a slow disk twenty seconds for it. Returns NULL. */
Saver *saver_free(Saver *s);
DEFINE_CLEANUP(Saver, saver_free, saver_cleanup)

/* The same with another patience. A disk that is still at work then is left to its thread, and what it
 * does not take is logged. */
Saver *saver_leave(Saver *s, uint64_t patience_usec);

/* A probe of it was recorded. `d` is what came of the comparison; NULL: there was none. */
void saver_note(Saver *s, const Endpoint *e, const InventoryDrift *d);

/* The configuration was read again: endpoints that are new may have been there before. */
void saver_reloaded(Saver *s);

/* Fills in the facts about the state. */
void saver_facts(const Saver *s, DaemonFacts *ret);

const char *saver_directory(const Saver *s);

#endif
