/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_RENDER_CALENDAR_H
#define MQTLS_RENDER_RENDER_CALENDAR_H

/* GET /calendar.ics: when what has to be renewed, as iCalendar (RFC 5545, RFC 7986). */

#include <stdint.h>

#include "base/buf.h"
#include "model/inventory.h"
#include "render/cert_use.h"

/*
 * Appends the calendar: for each distinct certificate an event "renew by", of a day, and an event
 * "expires", of that very second. An event keeps its UID as long as the certificate is in use, and is
 * gone once it was renewed. The text depends on what is known alone, not on when it is asked for:
 * `changed_at` is when the configuration was read, the least that events were changed at. Returns 0 or
 * -ENOMEM.
 */
int render_calendar(const Inventory *inventory, const CertUseFilter *filter, int64_t changed_at,
        Buf *b);

#endif
