/* SPDX-License-Identifier: MIT */
#include "tests/support/faulty_disk.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Ours, and behind it SQLite's own. */
typedef struct FaultyFile {
        sqlite3_file base;
        max_align_t align;
} FaultyFile;

static struct {
        sqlite3_vfs vfs;
        sqlite3_vfs *real;
        DiskFault fault;
        unsigned at, count;
        int rc;
} disk;

static struct {
        pthread_mutex_t mutex;
        pthread_cond_t changed;
        bool is_shut;
        unsigned n_held;
} gate = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static sqlite3_file *real_file(sqlite3_file *f)
{
        return (sqlite3_file *) ((char *) f + sizeof(FaultyFile));
}

/* Counts an operation that changes something. True: it is the one. */
static bool is_hit(void)
{
        disk.count++;
        if (disk.fault == DISK_FAULT_ERRORS)
                return disk.count >= disk.at;
        return disk.fault != DISK_FAULT_NONE && disk.count == disk.at;
}

static void pass_gate(void)
{
        (void) pthread_mutex_lock(&gate.mutex);
        gate.n_held++;
        (void) pthread_cond_broadcast(&gate.changed);
        while (gate.is_shut)
                (void) pthread_cond_wait(&gate.changed, &gate.mutex);
        gate.n_held--;
        (void) pthread_mutex_unlock(&gate.mutex);
}

/* What becomes of it: SQLITE_OK to go on. */
static int meet(void)
{
        pass_gate();
        if (!is_hit())
                return SQLITE_OK;
        if (disk.fault == DISK_FAULT_KILL || disk.fault == DISK_FAULT_KILL_TORN)
                _exit(DISK_KILLED);
        return disk.rc;
}

static int f_close(sqlite3_file *f)
{
        return real_file(f)->pMethods ? real_file(f)->pMethods->xClose(real_file(f)) : SQLITE_OK;
}

static int f_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
        return real_file(f)->pMethods->xRead(real_file(f), p, n, at);
}

static int f_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
        int rc;

        if (disk.fault == DISK_FAULT_KILL_TORN && disk.count + 1 == disk.at)
                (void) real_file(f)->pMethods->xWrite(real_file(f), p, n / 2, at);
        rc = meet();
        return rc != SQLITE_OK ? rc : real_file(f)->pMethods->xWrite(real_file(f), p, n, at);
}

static int f_truncate(sqlite3_file *f, sqlite3_int64 size)
{
        int rc = meet();

        return rc != SQLITE_OK ? rc : real_file(f)->pMethods->xTruncate(real_file(f), size);
}

static int f_sync(sqlite3_file *f, int flags)
{
        (void) f;
        (void) flags;
        return meet();
}

static int f_file_size(sqlite3_file *f, sqlite3_int64 *ret)
{
        return real_file(f)->pMethods->xFileSize(real_file(f), ret);
}

static int f_lock(sqlite3_file *f, int level)
{
        return real_file(f)->pMethods->xLock(real_file(f), level);
}

static int f_unlock(sqlite3_file *f, int level)
{
        return real_file(f)->pMethods->xUnlock(real_file(f), level);
}

static int f_check_reserved_lock(sqlite3_file *f, int *ret)
{
        return real_file(f)->pMethods->xCheckReservedLock(real_file(f), ret);
}

static int f_file_control(sqlite3_file *f, int op, void *arg)
{
        return real_file(f)->pMethods->xFileControl(real_file(f), op, arg);
}

static int f_sector_size(sqlite3_file *f)
{
        return real_file(f)->pMethods->xSectorSize(real_file(f));
}

static int f_device_characteristics(sqlite3_file *f)
{
        return real_file(f)->pMethods->xDeviceCharacteristics(real_file(f));
}

static int f_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **ret)
{
        /* SQLITE_READONLY would be a success here. */
        if (extend && meet() != SQLITE_OK)
                return SQLITE_IOERR_SHMMAP;
        return real_file(f)->pMethods->xShmMap(real_file(f), page, size, extend, ret);
}

/* The index of the log lives in shared memory: a moment to die, but no operation that can fail. */
static int f_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
        if (disk.fault == DISK_FAULT_KILL)
                (void) meet();
        return real_file(f)->pMethods->xShmLock(real_file(f), offset, n, flags);
}

static void f_shm_barrier(sqlite3_file *f)
{
        if (disk.fault == DISK_FAULT_KILL)
                (void) meet();
        real_file(f)->pMethods->xShmBarrier(real_file(f));
}

static int f_shm_unmap(sqlite3_file *f, int delete_it)
{
        return real_file(f)->pMethods->xShmUnmap(real_file(f), delete_it);
}

static const sqlite3_io_methods methods = {
        .iVersion = 2, /* without memory-mapped pages: every write is seen */
        .xClose = f_close,
        .xRead = f_read,
        .xWrite = f_write,
        .xTruncate = f_truncate,
        .xSync = f_sync,
        .xFileSize = f_file_size,
        .xLock = f_lock,
        .xUnlock = f_unlock,
        .xCheckReservedLock = f_check_reserved_lock,
        .xFileControl = f_file_control,
        .xSectorSize = f_sector_size,
        .xDeviceCharacteristics = f_device_characteristics,
        .xShmMap = f_shm_map,
        .xShmLock = f_shm_lock,
        .xShmBarrier = f_shm_barrier,
        .xShmUnmap = f_shm_unmap,
};

static int v_open(
        sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
        int rc;

        (void) vfs;
        f->pMethods = NULL;
        memset(real_file(f), 0, (size_t) disk.real->szOsFile);
        rc = disk.real->xOpen(disk.real, name, real_file(f), flags, ret_flags);
        if (rc == SQLITE_OK)
                f->pMethods = &methods;
        return rc;
}

static int v_delete(sqlite3_vfs *vfs, const char *name, int sync_directory)
{
        int rc = meet();

        (void) vfs;
        (void) sync_directory;
        return rc != SQLITE_OK ? rc : disk.real->xDelete(disk.real, name, 0);
}

static void install(void)
{
        disk.real = sqlite3_vfs_find(NULL);
        if (!disk.real) {
                (void) fprintf(stderr, "SQLite has no file system\n");
                abort();
        }

        disk.vfs = *disk.real;
        disk.vfs.zName = "faulty-disk";
        disk.vfs.pNext = NULL;
        disk.vfs.szOsFile = (int) sizeof(FaultyFile) + disk.real->szOsFile;
        disk.vfs.xOpen = v_open;
        disk.vfs.xDelete = v_delete;
        if (sqlite3_vfs_register(&disk.vfs, 1) != SQLITE_OK)
                abort();
}

void faulty_disk_set(DiskFault fault, unsigned at, int rc)
{
        if (!disk.real)
                install();
        disk.fault = fault;
        disk.at = at;
        disk.count = 0;
        disk.rc = rc;
}

unsigned faulty_disk_count(void)
{
        return disk.count;
}

bool faulty_disk_has_failed(void)
{
        return disk.fault != DISK_FAULT_NONE && disk.count >= disk.at;
}

static void set_gate(bool is_shut)
{
        (void) pthread_mutex_lock(&gate.mutex);
        gate.is_shut = is_shut;
        (void) pthread_cond_broadcast(&gate.changed);
        (void) pthread_mutex_unlock(&gate.mutex);
}

void faulty_disk_shut(void)
{
        set_gate(true);
}

void faulty_disk_open(void)
{
        set_gate(false);
}

bool faulty_disk_is_held(void)
{
        bool is_held;

        (void) pthread_mutex_lock(&gate.mutex);
        is_held = gate.n_held > 0;
        (void) pthread_mutex_unlock(&gate.mutex);
        return is_held;
}

void faulty_disk_wait_held(void)
{
        (void) pthread_mutex_lock(&gate.mutex);
        while (gate.n_held == 0)
                (void) pthread_cond_wait(&gate.changed, &gate.mutex);
        (void) pthread_mutex_unlock(&gate.mutex);
}
