/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_FAULTY_DISK_H
#define MQTLS_TESTS_FAULTY_DISK_H

/*
 * A disk that fails at the operation we want: a thin layer over SQLite's own file system that counts
 * what changes a file and then kills the process, or lies. One for the whole process; it becomes the
 * default file system with the first call. Nothing is really synced: it is the process that dies in
 * tests, not the machine, and they take a tenth of the time.
 */

#include <stdbool.h>

typedef enum DiskFault {
        DISK_FAULT_NONE,       /* count only */
        DISK_FAULT_KILL,       /* _exit(9) before the operation */
        DISK_FAULT_KILL_TORN,  /* _exit(9) after half of a write */
        DISK_FAULT_ERROR,      /* the operation fails once */
        DISK_FAULT_ERRORS,     /* it and all that follow fail */
} DiskFault;

enum {
        DISK_KILLED = 9, /* exit status */
};

/* The `at`-th operation from now on (1 is the next) meets this fault; `rc` is what SQLite is told. */
void faulty_disk_set(DiskFault fault, unsigned at, int rc);

/* While it is shut, whoever changes a file stands still before the operation. For what happens
 * "meanwhile", however long that takes on whatever machine. */
void faulty_disk_shut(void);
void faulty_disk_open(void);
bool faulty_disk_is_held(void);    /* somebody stands still */
void faulty_disk_wait_held(void);

/* Operations since faulty_disk_set(), and whether the fault has happened. */
unsigned faulty_disk_count(void);
bool faulty_disk_has_failed(void);

#endif
