/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_PROCESS_FACTS_H
#define MQTLSD_PROCESS_FACTS_H

/* What the operating system knows of this process, for the process_* metrics. */

#include <stdint.h>

typedef struct ProcessFacts {
        double cpu_seconds; /* user and system */
        uint64_t resident_bytes, virtual_bytes;
        unsigned open_fds, max_fds;
} ProcessFacts;

/* Reads /proc/self. Returns 0 or -errno. */
int process_facts_read(ProcessFacts *ret);

/* Raises the limit on open files to what is allowed, but not beyond `wanted`. Returns the limit that
 * now stands, 0 if it cannot be told. */
unsigned process_raise_fd_limit(unsigned wanted);

#endif
