/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_INVENTORY_H
#define MQTLS_MODEL_INVENTORY_H

/*
 * What is known of every configured endpoint: the last observation, its assessment, counters and
 * dates. It remembers; it neither talks nor judges. Exporters read only this, so a scrape costs no
 * network and cannot block on a peer.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "judge/assess.h"
#include "model/config.h"
#include "tls/observation.h"

typedef struct Endpoint {
        const EndpointConfig *config; /* in the inventory's Config */

        Observation *observation; /* NULL before the first probe */
        Assessment *assessment;   /* NULL exactly when observation is */

        bool has_last_run, has_last_success;
        int64_t last_run_at, last_success_at;
        unsigned n_failures_in_a_row;
        uint64_t n_probes;
        uint64_t n_failures[_DIAGNOSIS_MAX]; /* by primary diagnosis */

        /* The last good value survives probes that see no certificate. */
        AssessedDates dates;
        int64_t dates_at; /* when they were seen; 0: never */

        /* The scheduler's. Monotonic. */
        uint64_t due_usec;
        bool probing;
        int64_t next_run_at; /* wall clock, for people; 0: not known */

        void *scheduler_slot; /* the scheduler's own bookkeeping */
} Endpoint;

typedef struct Inventory Inventory;

/* Takes its own reference to the Config. All endpoints start unknown. */
int inventory_new(Config *config, Inventory **ret);
Inventory *inventory_free(Inventory *i);
DEFINE_CLEANUP(Inventory, inventory_free, inventory_cleanup)

/*
 * Replaces the configuration: endpoints of the same name and an equal configuration keep everything
 * (their Endpoint keeps its address), those whose configuration changed keep their counters and lose
 * their observation, others come or go. `removed`, unless NULL, is called for each Endpoint that is
 * about to go. Returns 0, or -ENOMEM with nothing changed.
 */
int inventory_sync(Inventory *i, Config *config,
        void (*removed)(Endpoint *e, void *userdata), void *userdata);

Config *inventory_config(const Inventory *i);
size_t inventory_count(const Inventory *i);
Endpoint *inventory_at(const Inventory *i, size_t index); /* in configuration order */
Endpoint *inventory_find(const Inventory *i, const char *name);

/*
 * Records a probe: judges it for `now_at` and replaces what was known. An address that showed no
 * certificate this time keeps the chain that it showed before (chain_kept_at says when). Takes
 * ownership of `o` on success. Returns 0 or -ENOMEM with nothing changed.
 */
int inventory_record(Inventory *i, Endpoint *e, Observation *o, int64_t now_at);

/* Judges everything again, after a jump of the wall clock or a day's end. Returns 0 or -ENOMEM. */
int inventory_reassess(Inventory *i, int64_t now_at);

typedef struct InventoryCounts {
        size_t by_severity[_SEVERITY_MAX];
} InventoryCounts;
void inventory_counts(const Inventory *i, InventoryCounts *ret);

/* SEVERITY_UNKNOWN before the first probe. */
Severity endpoint_severity(const Endpoint *e);

#endif
