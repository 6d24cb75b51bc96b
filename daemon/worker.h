/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_WORKER_H
#define MQTLSD_WORKER_H

/*
 * One thread for what may block: disks, key derivation, password hashes. Jobs run one after the other
 * in the order in which they came; each is handed back to the loop when it is done. A job is a value of
 * its own: while it runs, nobody else touches what it owns.
 */

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/util.h"

typedef struct Worker Worker;

typedef struct WorkerJob {
        void (*run)(void *userdata);  /* in the thread */
        void (*done)(void *userdata); /* then in the loop; frees what is left of the job */
        void (*drop)(void *userdata); /* instead of done, and perhaps of run, when the worker is freed;
                                         in the thread that frees it, or see worker_leave() */
        void *userdata;
} WorkerJob;

/* `name` is what the thread is called. All signals are blocked in it. Returns 0 or -errno. */
int worker_new(sd_event *event, const char *name, Worker **ret);

/* Waits for the job that is running, drops those that wait. Returns NULL. */
Worker *worker_free(Worker *w);
DEFINE_CLEANUP(Worker, worker_free, worker_cleanup)

/*
 * As worker_free(), but waits no longer than this for the job that is running: a disk may never answer.
 * After that the thread is left behind, and drops the job itself if it comes to its end; so neither `run`
 * nor `drop` may touch what somebody else frees.
 */
Worker *worker_leave(Worker *w, uint64_t patience_usec);

/* As worker_leave(), but what waits runs first: for what must reach the disk. Returns 0 when all of it has
 * run; -ETIMEDOUT when the thread was left behind, and what still waited was dropped. */
int worker_finish(Worker *w, uint64_t patience_usec);

/* Hands a job over; `*job` is copied. Returns 0, or -ENOMEM with the job untouched. */
int worker_submit(Worker *w, const WorkerJob *job);

/* Jobs that wait or run. */
size_t worker_pending(Worker *w);

#endif
