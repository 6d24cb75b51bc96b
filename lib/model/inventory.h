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
#include "judge/drift.h"
#include "judge/hygiene.h"
#include "model/config.h"
#include "model/ledger.h"
#include "model/repository.h"
#include "model/store.h"
#include "tls/observation.h"
#include "tls/survey.h"

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

        /* What the last look at depth "mq" came to, over probes that did not go so far. Of several
         * addresses, the first that was asked. */
        MqOutcome mq;
        MqContext mq_context;
        int64_t mq_at;    /* when; 0: never */
        int64_t mq_early_at; /* when one was last made before its time; 0: never */
        bool mq_unknown;  /* it did not know the channel */
        unsigned n_reloads;        /* how often the configuration was read again */
        unsigned mq_begun_reload;  /* n_reloads when the last probe began, */
        unsigned mq_asked_reload;  /* and when the one began that gave the last answer */

        SurveyFacts *survey; /* the last one; NULL: none was made */

        /* What changed behind it. inventory_note_drift() keeps these. */
        DriftMemory *drift; /* baseline and what differs from it; NULL: nothing was seen yet */
        StoredTally changes[_DRIFT_KIND_MAX];            /* ever, over restarts */
        int64_t expected_from_at, expected_until_at;     /* the announced window; both 0: none */
        bool is_restored; /* dates and runs come from before the restart: no probe has ended since */

        /* Who serves what this one must not share (HygieneRule), as of the last inventory_reassess(); NULL:
         * nobody. */
        const struct Endpoint *twins[_HYGIENE_RULE_MAX];

        /* The scheduler's. Monotonic. */
        uint64_t due_usec;
        bool probing;
        int64_t next_run_at; /* wall clock, for people; 0: not known */

        void *scheduler_slot; /* the scheduler's own bookkeeping */
} Endpoint;

typedef struct Inventory Inventory;

/* What became of a comparison. */
typedef struct InventoryDrift {
        const DriftMemory *memory; /* borrowed from the endpoint */
        bool memory_changed;       /* in something worth saving */
        bool started_anew;         /* our own configuration changed, and what depends on it starts anew */
        DriftChange *changes;
        size_t n_changes;
        int64_t first_id; /* of them in the ledger; the others have those behind it */
} InventoryDrift;

void inventory_drift_done(InventoryDrift *d);
#define CLEANUP_INVENTORY_DRIFT CLEANUP(inventory_drift_done)

/* Takes its own reference to the Config. All endpoints start unknown. */
int inventory_new(Config *config, Inventory **ret);
Inventory *inventory_free(Inventory *i);
DEFINE_CLEANUP(Inventory, inventory_free, inventory_cleanup)

/*
 * Replaces the configuration: endpoints of the same name and an equal configuration keep everything
 * (their Endpoint keeps its address), those that are only to be judged or looked at differently keep it
 * as well (inventory_reassess() judges them anew), those that are to be asked differently keep their
 * counters and lose their observation, others come or go. `removed`, unless NULL, is called for each
 * Endpoint that is about to go. Returns 0, or -ENOMEM with nothing changed.
 */
int inventory_sync(Inventory *i, Config *config,
        void (*removed)(Endpoint *e, void *userdata), void *userdata);

Config *inventory_config(const Inventory *i);
size_t inventory_count(const Inventory *i);
Endpoint *inventory_at(const Inventory *i, size_t index); /* in configuration order */
Endpoint *inventory_find(const Inventory *i, const char *name);

/* A probe begins: it asks by what is configured now, even if that is read again before it ends. */
void endpoint_note_begin(Endpoint *e);

/*
 * Records a probe: judges it for `now_at` and replaces what was known. An address that showed no
 * certificate this time keeps the chain that it showed before (chain_kept_at says when). A probe that
 * did not ask the queue manager keeps its last answer (mq_kept_at): with all_addresses each address
 * its own, otherwise the one that answers now, because the channel is the same behind each. The
 * anonymous look is kept as well. Takes ownership of `o` on success. Returns 0 or -ENOMEM with nothing
 * changed but these records in `o`.
 */
int inventory_record(Inventory *i, Endpoint *e, Observation *o, int64_t now_at);

/*
 * Compares the observation that was recorded last with what is remembered, and keeps the outcome:
 * memory, tallies, ledger. To be called after each inventory_record(). `*ret` says what is to be logged
 * and saved; its memory is the endpoint's, and borrowed until the next call for it. Returns 0 or -ENOMEM with
 * nothing changed.
 */
int inventory_note_drift(Inventory *i, Endpoint *e, int64_t now_at, InventoryDrift *ret);

/* Takes what is seen now as the baseline, for one kind or (_DRIFT_KIND_MAX) all; the outcome as above.
 * -ENOENT when nothing was seen yet. */
int inventory_accept(
        Inventory *i, Endpoint *e, DriftKind kind, int64_t now_at, InventoryDrift *ret);

/*
 * What the store had of it: memory (when something was seen already in this life, only with `replace`, and
 * then as drift_adopt() has it), tallies (added to those of this life, or with `replace` the higher),
 * window, and, as long as there was no probe, dates (if they are of the listener that is configured now)
 * and runs. It is no verdict: the severity stays unknown. May take the memory out of `stored`. Returns 0
 * or -ENOMEM with nothing changed.
 */
int inventory_restore(Inventory *i, Endpoint *e, StoredEndpoint *stored, bool replace);

/* Is `now` within the announced window? From its first second to the last but one. */
bool endpoint_is_expected(const Endpoint *e, int64_t now_at);

/* The newest changes of all endpoints, also of those that are no longer configured. */
Ledger *inventory_ledger(const Inventory *i);

/* The key repositories that are configured, parallel to the Config's keystores. One that is to be read
 * as before keeps what was read over inventory_sync(). */
Repository *inventory_repositories(const Inventory *i, size_t *ret_n);

/* Takes a look at one of them, and judges it; `*ret_changed` when there is anything new, and then
 * inventory_reassess() is due, because endpoints are held against it. Returns 0, or -ENOMEM when nothing
 * may be known of it until it is read again. */
int inventory_take_reading(Inventory *i, size_t repository, RepositoryReading *reading, int64_t now_at,
        bool *ret_changed);

/* Judges everything again, key repositories first, after a jump of the wall clock, a day's end or a
 * reload; forgets the windows that have passed. Returns 0 or -ENOMEM. */
int inventory_reassess(Inventory *i, int64_t now_at);

typedef struct InventoryCounts {
        size_t by_severity[_SEVERITY_MAX];
} InventoryCounts;
void inventory_counts(const Inventory *i, InventoryCounts *ret);

/*
 * Is the next probe to go to depth "mq"? Where that is configured: when it never did, when mq_interval
 * has passed (or the clock was set back), and at once after the leaf certificate or what was negotiated
 * has changed, though not twice within mq_interval: two certificates that are served in turn would make
 * it every time. Never again after "channel unknown" until the configuration is read again, because with
 * channel auto-definition (CHAD) asking could define it.
 */
bool endpoint_mq_due(const Endpoint *e, int64_t now_at);

/* Is it time for a survey? Where it is configured: when there was none, or its span has passed. */
bool endpoint_survey_due(const Endpoint *e, int64_t now_at);

/* Replaces the last survey; takes ownership. */
void endpoint_set_survey(Endpoint *e, SurveyFacts *survey);

/* SEVERITY_UNKNOWN before the first probe. */
Severity endpoint_severity(const Endpoint *e);

#endif
