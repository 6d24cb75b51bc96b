/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_CUTTER_H
#define MQTLSD_CUTTER_H

/*
 * Cuts connections that take too long, whatever they do meanwhile: one byte a second is activity, so
 * a limit on inactivity does not stop it. Every span is the same, so a list in the order of renewal is
 * sorted, and one timer on its head serves them all.
 */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/util.h"
#include "daemon/clock.h"

typedef struct Cutter Cutter;

/* Embedded in whatever stands for the connection; zeroed at first. */
typedef struct CutterEntry {
        int fd; /* borrowed */
        bool watched;
        bool discard; /* what was not sent by then is dropped, rather than left to the kernel */
        uint64_t deadline_usec;
        struct CutterEntry *earlier, *later;
} CutterEntry;

int cutter_new(sd_event *event, const Clock *clock, uint64_t span_usec, Cutter **ret);
Cutter *cutter_free(Cutter *c); /* no entry may be left */
DEFINE_CLEANUP(Cutter, cutter_free, cutter_cleanup)

/* Gives the connection the whole span from now on. */
void cutter_renew(Cutter *c, CutterEntry *e, bool discard);

/* Forgets it; harmless twice. */
void cutter_remove(Cutter *c, CutterEntry *e);

#endif
