/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_BASE_FILE_STATE_H
#define MQTLS_BASE_FILE_STATE_H

/* What tells one content of a path from another, without reading it. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct FileState {
        int error; /* of stat(2); the rest is 0 then */
        dev_t dev;
        ino_t ino;
        off_t size;
        int64_t modified_at;
        long modified_nsec; /* of that second */
        mode_t mode; /* with another one it may be readable */
        uid_t uid;
        gid_t gid;
} FileState;

/* Links are followed. Blocks as long as the disk does. */
FileState file_state_of(const char *path);

bool file_state_equal(const FileState *a, const FileState *b);

#endif
