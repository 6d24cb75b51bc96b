/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_SAVER_INTERNAL_H
#define MQTLSD_SAVER_INTERNAL_H

/* What the parts of the saver share. */

#include "daemon/loop_timer.h"
#include "daemon/saver.h"
#include "daemon/saver_disk.h"
#include "daemon/saver_problem.h"
#include "daemon/saver_queue.h"
#include "daemon/worker.h"

typedef struct SaverTask SaverTask;

struct Saver {
        sd_event *event;
        const Clock *clock;
        Inventory *inventory;
        SaverEvents events;
        char *directory;

        SaverDisk *disk; /* the task's while there is one */
        Worker *worker;
        SaverTask *task;      /* under way; else NULL */
        SaverQueue queue;
        LoopTimer timer;

        bool is_loaded, wants_load;
        bool is_applying; /* the next task begins after that */
        SaverProblem problem;
        int64_t last_write_at;
        uint64_t n_damaged;
        size_t n_rejected; /* rows, at the last reading */
        uint64_t began_usec, ended_usec; /* the last task */
        uint64_t facts_usec;             /* when dates and runs were written last */
        uint64_t retry_usec;
};

/* Its last changes are lost to the file. */
void saver_say_lost(const char *name);

/* Into the queue: dates and runs, and the memory unless NULL. Returns 0 or -ENOMEM. */
int saver_put(Saver *s, const Endpoint *e, const DriftMemory *memory, SaverItem **ret);

/* The file in the place of ours knows nothing, or something old. */
void saver_put_everything(Saver *s, bool with_ledger);

/* What was read out of the file. */
void saver_take_loaded(Saver *s, SaverJob *job);

#endif
