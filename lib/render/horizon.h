/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_HORIZON_H
#define MQTLS_RENDER_HORIZON_H

/*
 * The expiry horizon as values: every leaf that is served is one mark at the end of its chain, however
 * many channels serve it, sorted into columns of time:
 *
 *      overdue        |  the next eight weeks   |  a year, by fortnights  |  later
 *      8 columns      |  56 columns, one a day  |  26 columns             |  4 columns
 */

#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "judge/expiry.h"
#include "model/inventory.h"

enum {
        HORIZON_OVERDUE = 8,
        HORIZON_DAYS = 56,
        HORIZON_FORTNIGHTS = 26,
        HORIZON_LATER = 4,
        HORIZON_FIRST_DAY = HORIZON_OVERDUE,
        HORIZON_FIRST_FORTNIGHT = HORIZON_FIRST_DAY + HORIZON_DAYS,
        HORIZON_FIRST_LATER = HORIZON_FIRST_FORTNIGHT + HORIZON_FORTNIGHTS,
        HORIZON_COLUMNS = HORIZON_FIRST_LATER + HORIZON_LATER,
};

typedef struct HorizonMark {
        int64_t end_at;
        ExpiryState state; /* by the strictest thresholds of its endpoints: OK, WARNING, CRITICAL, EXPIRED */
        unsigned column;
        const CertFacts *leaf;    /* NULL where only the date is remembered */
        const Endpoint *endpoint; /* the first of them */
        size_t n_endpoints;
} HorizonMark;

typedef struct Horizon {
        HorizonMark *marks; /* by column, then by date */
        size_t n_marks;
        size_t n_without;   /* endpoints of which no date is known */
} Horizon;

/* Borrows from the inventory. Returns 0 or -ENOMEM. */
int horizon_look(const Inventory *inventory, int64_t now_at, Horizon *ret);
void horizon_done(Horizon *h);
#define CLEANUP_HORIZON CLEANUP(horizon_done)

/* The column of an end. */
unsigned horizon_column(int64_t end_at, int64_t now_at);

#endif
