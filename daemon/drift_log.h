/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_DRIFT_LOG_H
#define MQTLSD_DRIFT_LOG_H

/* Each change behind an endpoint is one record of the log, at the moment in which it is noticed and
 * whether or not the disk takes it: after a crash it may be told a second time, never not at all. */

#include "daemon/log.h"
#include "model/inventory.h"

/* What is to be told of it, and how urgently. */
LogEvent drift_log_event(const DriftChange *change);
int drift_log_priority(const DriftChange *change);

void drift_log(const Endpoint *e, const DriftChange *change);

#endif
