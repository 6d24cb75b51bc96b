/* SPDX-License-Identifier: MIT */
#include "base/file_state.h"

#include <assert.h>
#include <errno.h>
#include <sys/stat.h>

FileState file_state_of(const char *path)
{
        struct stat st;

        assert(path);

        if (stat(path, &st) < 0)
                return (FileState){ .error = errno };

        return (FileState){
                .dev = st.st_dev,
                .ino = st.st_ino,
                .size = st.st_size,
                .modified_at = st.st_mtim.tv_sec,
                .modified_nsec = st.st_mtim.tv_nsec,
                .mode = st.st_mode,
                .uid = st.st_uid,
                .gid = st.st_gid,
        };
}

bool file_state_equal(const FileState *a, const FileState *b)
{
        assert(a);
        assert(b);

        return a->error == b->error && a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
               a->modified_at == b->modified_at && a->modified_nsec == b->modified_nsec &&
               a->mode == b->mode && a->uid == b->uid && a->gid == b->gid;
}
