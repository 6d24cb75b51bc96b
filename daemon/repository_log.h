/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_REPOSITORY_LOG_H
#define MQTLSD_REPOSITORY_LOG_H

/* Tells the log what is new about key repositories, each thing once. */

#include "base/util.h"
#include "model/inventory.h"

typedef struct RepositoryLog RepositoryLog;

int repository_log_new(RepositoryLog **ret);
RepositoryLog *repository_log_free(RepositoryLog *l);
DEFINE_CLEANUP(RepositoryLog, repository_log_free, repository_log_cleanup)

/* Compares the inventory's with what was told last, by name, and tells the difference. One that was
 * not read yet is not told. Where memory runs out it is told later. */
void repository_log_tell(RepositoryLog *l, const Inventory *inventory);

#endif
