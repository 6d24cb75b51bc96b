/* SPDX-License-Identifier: MIT */

/*
 * One daemon per state directory: two would take turns in writing over what the other has seen. The
 * directory itself is locked, with flock(2): that needs neither a file nor the right to write, never
 * waits, and ends with the process, however it dies. Whoever only drops in (--accept, --expect, a
 * backup) does not ask for it; SQLite keeps these apart.
 */

#include "daemon/saver_disk_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/escape.h"

/* The directory may have been moved away, and another one put in its place. */
static bool is_locked(const SaverDisk *d)
{
        struct stat ours, named;

        return d->lock_fd >= 0 && fstat(d->lock_fd, &ours) == 0 && stat(d->directory, &named) == 0 &&
               ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

static int fail_in_use(const SaverDisk *d, SaverJob *job)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_append_str(&b, "another mqtlsd uses ");
        escape_log(&b, d->directory, strlen(d->directory), 0);
        return saver_job_fail(job, -EUSERS, buf_str(&b));
}

int saver_disk_lock(SaverDisk *d, SaverJob *job)
{
        int fd;

        if (is_locked(d))
                return 0;

        saver_disk_unlock(d);
        fd = open(d->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return 0; /* opening the file will tell */
        if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
                int e = errno;

                (void) close(fd);
                /* Anything else is a file system that knows no such lock. */
                return e == EWOULDBLOCK ? fail_in_use(d, job) : 0;
        }
        d->lock_fd = fd;
        return 0;
}

void saver_disk_unlock(SaverDisk *d)
{
        if (d->lock_fd >= 0)
                (void) close(d->lock_fd);
        d->lock_fd = -1;
}
