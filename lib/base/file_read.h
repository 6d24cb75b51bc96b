/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_BASE_FILE_READ_H
#define MQTLS_BASE_FILE_READ_H

/* A whole file, within bounds. For what is no secret: nothing is wiped. */

#include <stddef.h>

#include "base/buf.h"

/*
 * Appends the regular file `path`. A FIFO, a device or a directory is refused before a byte of it is
 * read, because waiting for one would stop the daemon. Returns 0, -EFBIG when it is larger than
 * `bytes_max`, -EISDIR, -ENOTSUP for what is no file otherwise, -ENOMEM, or what the system said.
 */
int file_read(const char *path, size_t bytes_max, Buf *b);

/* What such an error is, and what to do about it, for a message. The words are borrowed until the next call. */
const char *file_read_words(int error);
const char *file_read_remedy(int error);

#endif
