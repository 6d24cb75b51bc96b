/* SPDX-License-Identifier: MIT */
#include "daemon/saver_problem.h"

#include <assert.h>
#include <errno.h>

static const SaverProblemInfo problems[_SAVER_PROBLEM_MAX] = {
        [SAVER_PROBLEM_NONE] = {"", ""},
        [SAVER_PROBLEM_FULL] = {"full", "make room on the disk that holds the state directory"},
        [SAVER_PROBLEM_READ_ONLY] = {"read_only",
                "let the daemon's user write to the state directory and to the files in it"},
        [SAVER_PROBLEM_IN_USE] = {"in_use",
                "give each daemon a state directory of its own, or end the other one (fuser -v with "
                "the directory names it)"},
        [SAVER_PROBLEM_BUSY] = {"busy",
                "end the other program that holds the state file (fuser -v with the file names it)"},
        [SAVER_PROBLEM_DAMAGED] = {"damaged",
                "look for the cause in the kernel's log; if it stays, stop the daemon and put a "
                "backup in the file's place"},
        [SAVER_PROBLEM_NEWER] = {"newer",
                "install the later version again, or move the state file away and begin anew"},
        [SAVER_PROBLEM_SLOW] = {"slow", "look at what the disk or its server is busy with"},
        [SAVER_PROBLEM_UNAVAILABLE] = {"unavailable",
                "create the state directory for the daemon's user, or correct state_directory ="},
};

const SaverProblemInfo *saver_problem_info(SaverProblem p)
{
        assert(p < _SAVER_PROBLEM_MAX);

        return &problems[p];
}

SaverProblem saver_problem_of(int r)
{
        switch (-r) {
        case 0:
                return SAVER_PROBLEM_NONE;
        case ENOSPC:
        case EDQUOT:
                return SAVER_PROBLEM_FULL;
        case EROFS:
        case EACCES:
        case EPERM:
                return SAVER_PROBLEM_READ_ONLY;
        case EUSERS:
                return SAVER_PROBLEM_IN_USE;
        case EBUSY:
                return SAVER_PROBLEM_BUSY;
        case EBADMSG:
                return SAVER_PROBLEM_DAMAGED;
        case EOPNOTSUPP:
                return SAVER_PROBLEM_NEWER;
        default:
                return SAVER_PROBLEM_UNAVAILABLE;
        }
}
