/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_ALERT_H
#define MQTLS_RENDER_ALERT_H

/* The alerts that etc/mqtlsd.rules.yml raises, for the runbook and for --dump=alerts. The rows are in
 * alert_table.h. */

#include <stddef.h>

#include "render/alert_table.h"

typedef struct AlertInfo {
        const char *name;     /* "MqtlsCertExpired"; unique */
        const char *severity; /* "critical" or "warning" */
        const char *meaning;
        const char *impact;
        const char *diagnosis;
        const char *mitigation;
} AlertInfo;

size_t alert_count(void);

/* In the order of the table; NULL behind the last. */
const AlertInfo *alert_info(size_t i);

/* NULL if there is none of this name. */
const AlertInfo *alert_by_name(const char *name);

#endif
