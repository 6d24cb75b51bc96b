/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_SAVER_PROBLEM_H
#define MQTLSD_SAVER_PROBLEM_H

/* What keeps things from being saved: names for metrics and JSON, and what to do. */

typedef enum SaverProblem {
        SAVER_PROBLEM_NONE,
        SAVER_PROBLEM_FULL,
        SAVER_PROBLEM_READ_ONLY,
        SAVER_PROBLEM_IN_USE, /* another daemon has the directory: -EUSERS */
        SAVER_PROBLEM_BUSY,
        SAVER_PROBLEM_DAMAGED,
        SAVER_PROBLEM_NEWER,
        SAVER_PROBLEM_SLOW,
        SAVER_PROBLEM_UNAVAILABLE, /* anything else */
        _SAVER_PROBLEM_MAX,
} SaverProblem;

typedef struct SaverProblemInfo {
        const char *name, *remedy;
} SaverProblemInfo;

/* Never NULL; of NONE the texts are empty. */
const SaverProblemInfo *saver_problem_info(SaverProblem p);

SaverProblem saver_problem_of(int r); /* -errno */

#endif
