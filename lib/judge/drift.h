/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_JUDGE_DRIFT_H
#define MQTLS_JUDGE_DRIFT_H

/*
 * What changed behind an endpoint since it was first seen or last accepted. Pure: memory, observation
 * and `now` in, memory and ledger entries out.
 *
 * Per address and kind (drift_table.h) the memory holds the baseline and, while it differs, what is
 * seen now. An entry is made when what is seen changes, so each change stands in the ledger once,
 * also over restarts, if the memory is kept:
 *
 *      baseline ── other value ──► open ── accepted, or the old value returns ──► baseline
 *
 * A new leaf that differs in dates, serial and key only is a rotation: one entry, and the baseline
 * follows. Old and new served in turn at one address are "mixed": one entry, nothing more until one of
 * them has been served DRIFT_CALM_LOOKS times in a row. What was not seen this time changes nothing.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "judge/assess.h"
#include "judge/drift_table.h"
#include "tls/observation.h"

enum {
        DRIFT_VALUE_MAX = 1024,   /* bytes of what is compared; a longer one is replaced by its digest */
        DRIFT_TEXT_MAX = 1024,    /* bytes of what is shown; a longer one is cut */
        DRIFT_ADDRESS_MAX = 512,  /* bytes of an address label */
        DRIFT_ADDRESSES_MAX = 64, /* addresses remembered for one endpoint */
        DRIFT_CALM_LOOKS = 8,     /* the same value that often in a row: not mixed any longer */
        DRIFT_TURN_DAYS = 30,     /* a value that comes back later than that is news again */
        DRIFT_GONE_DAYS = 90,     /* an address that is gone as long is forgotten */
};

#define DRIFT_KIND_ENUM(id, ...) DRIFT_KIND_##id,
typedef enum DriftKind {
        DRIFT_KIND_TABLE(DRIFT_KIND_ENUM)
        _DRIFT_KIND_MAX,
} DriftKind;
#undef DRIFT_KIND_ENUM

#define DRIFT_EVENT_ENUM(id, ...) DRIFT_EVENT_##id,
typedef enum DriftEvent {
        DRIFT_EVENT_TABLE(DRIFT_EVENT_ENUM)
        _DRIFT_EVENT_MAX,
} DriftEvent;
#undef DRIFT_EVENT_ENUM

typedef struct DriftKindInfo {
        const char *name;
        bool of_cert, of_offer;
        const char *meaning, *breaks, *remedy;
} DriftKindInfo;

typedef struct DriftEventInfo {
        const char *name;
        bool is_alarm; /* unless it was expected */
        const char *meaning;
        const char *remedy; /* NULL: that of the kind, where it is an alarm */
} DriftEventInfo;

/* Rows of the tables; never NULL for a valid id. */
const DriftKindInfo *drift_kind_info(DriftKind kind);
const DriftEventInfo *drift_event_info(DriftEvent event);

/* What to do about it: what is served in turn is no decision to be accepted, whatever its kind. */
const char *drift_remedy(DriftKind kind, DriftEvent event);

/* By name; _DRIFT_KIND_MAX and _DRIFT_EVENT_MAX where there is none. */
DriftKind drift_kind_from_string(const char *name);
DriftEvent drift_event_from_string(const char *name);

/* ---- values ---- */

/* One thing that was seen. `value` is compared; of leaf and key, the part behind the last '/' is what a
 * rotation may change. Both are foreign bytes: escape them where they are shown. */
typedef struct DriftFact {
        char *value; /* NULL: not known */
        char *text;  /* for people; NULL: the value */
} DriftFact;

const char *drift_fact_text(const DriftFact *f); /* "" where nothing is known */

typedef struct DriftTrack {
        DriftFact baseline;
        int64_t baseline_at; /* first seen, accepted, or followed a rotation */

        DriftFact now; /* open drift: what is seen instead of the baseline; else unknown */
        int64_t now_at;

        /* Two values in turn. */
        DriftFact other;    /* the one before the present one */
        int64_t other_at;   /* when it was replaced */
        unsigned n_turns;   /* how often the two have replaced each other since */
        unsigned n_calm;    /* looks in a row that showed the same */
        int64_t mixed_at;   /* mixed since then; 0: not */
        bool on_other;      /* while mixed: the last look showed `other` */
} DriftTrack;

typedef struct DriftRecord {
        char *address; /* the label; "" for the endpoint as a whole */
        bool is_present; /* one of the addresses that the endpoint's names resolve to */
        int64_t seen_at;
        DriftTrack tracks[_DRIFT_KIND_MAX];
} DriftRecord;

typedef struct DriftMemory {
        int64_t first_at;
        char *offer, *target;  /* what the baseline was taken with, see DriftInput */
        int64_t mismatch_at;   /* the addresses serve different leaves since then; 0: not */
        DriftRecord endpoint;  /* kinds addresses and client_auth (required or not) */
        DriftRecord *addresses;
        size_t n_addresses;

        int64_t revision;      /* the store's */
} DriftMemory;

/* An empty memory. Returns 0 or -ENOMEM. */
int drift_memory_new(int64_t now_at, DriftMemory **ret);
int drift_memory_copy(const DriftMemory *m, DriftMemory **ret);
DriftMemory *drift_memory_free(DriftMemory *m);
DEFINE_CLEANUP(DriftMemory, drift_memory_free, drift_memory_cleanup)

/* The record of an address ("": the endpoint itself), NULL if there is none. */
DriftRecord *drift_memory_find(DriftMemory *m, const char *address);

/* Adds the record of an address that has none. Returns 0, -ENOMEM, or -E2BIG. */
int drift_memory_add(DriftMemory *m, const char *address, DriftRecord **ret);

/* Is there something to differ from, at the endpoint or one of its present addresses? */
bool drift_has_baseline(const DriftMemory *m, DriftKind kind);

/* Does what is seen now differ from the baseline, at the endpoint or one of its present addresses?
 * Without what is merely mixed. */
bool drift_is_open(const DriftMemory *m, DriftKind kind);

/* Since when is this kind served in turn at a present address (the earliest); 0: nowhere. */
int64_t drift_mixed_since(const DriftMemory *m, DriftKind kind);

/* ---- the ledger ---- */

typedef struct DriftChange {
        DriftKind kind;
        DriftEvent event;
        bool expected;  /* within an announced window: a note */
        int64_t at;
        char *address;  /* NULL: the endpoint as a whole */
        char *old_text, *new_text;
} DriftChange;

/* Does it deserve an alarm? */
bool drift_change_is_alarm(const DriftChange *c);
void drift_change_done(DriftChange *c);

typedef struct DriftResult {
        DriftMemory *memory;
        bool memory_changed; /* in something worth saving; seen_at alone is not */
        bool started_anew;   /* our own configuration changed, and what depends on it starts anew */
        DriftChange *changes;
        size_t n_changes;
} DriftResult;

void drift_result_done(DriftResult *r);
#define CLEANUP_DRIFT_RESULT CLEANUP(drift_result_done)

/* ---- judging ---- */

typedef struct DriftInput {
        const Observation *observation;
        ClientAuth client_auth; /* of its Assessment */
        bool expected;          /* `now` is within an announced window */
        bool all_addresses;     /* each is looked at: only then can they disagree */

        /* Our own part, borrowed; NULL counts as "". When `offer` changes (SSLCIPH, identity), the kinds
         * of_offer start anew; when `target` does (CONNAME, channel, SNI), everything does. */
        const char *offer, *target;
} DriftInput;

/*
 * Compares. `before` is NULL when nothing is remembered yet; then what is seen becomes the baseline. Of
 * each address only what this probe itself saw counts. Returns 0 or -ENOMEM.
 */
int drift_compare(
        const DriftMemory *before, const DriftInput *in, int64_t now_at, DriftResult *ret);

/*
 * Takes what is seen now as the baseline, for one kind or (_DRIFT_KIND_MAX) all; one entry for each
 * that was open. Where then only a rotation is left between leaf and baseline, that follows too. What is
 * mixed stays mixed: it ends when the listener does. Returns 0 or -ENOMEM.
 */
int drift_accept(const DriftMemory *before, DriftKind kind, int64_t now_at, DriftResult *ret);

/*
 * The memory with which the daemon goes on after it has read another one of the same endpoint. Where
 * both have the same beginning, somebody accepted something in the file: later baselines are taken over,
 * and what ours saw since stays. Where theirs began earlier, the file was out of reach until now: its
 * baselines are the true ones. To be compared again afterwards. Returns 0 or -ENOMEM.
 */
int drift_adopt(const DriftMemory *ours, const DriftMemory *theirs, DriftMemory **ret);

#endif
