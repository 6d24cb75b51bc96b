/* SPDX-License-Identifier: MIT */
#include "judge/drift.h"

#include <string.h>

#include "base/buf.h"
#include "judge/drift_fact.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

#define NOW PKI_NOW
#define ADDRESS "qm1(1414)/192.0.2.1"
#define CLEANUP_MEMORY CLEANUP(drift_memory_cleanup)

/* One track of one address; NULL: not known. */
typedef struct Sketch {
        const char *baseline;
        int64_t baseline_at;
        const char *now;
        int64_t first_at;
} Sketch;

static void set_fact(DriftFact *f, const char *value)
{
        CLEANUP_BUF Buf v = BUF_INIT, t = BUF_INIT;

        if (!value)
                return;
        buf_append_str(&v, value);
        ck_assert_int_eq(drift_fact_take(f, &v, &t), 0);
}

static DriftTrack *track_of(DriftMemory *m)
{
        return &drift_memory_find(m, ADDRESS)->tracks[DRIFT_KIND_CIPHER];
}

static DriftMemory *memory(const Sketch *s, int64_t revision)
{
        DriftMemory *m = NULL;
        DriftRecord *record = NULL;

        ck_assert_int_eq(drift_memory_new(s->first_at, &m), 0);
        ck_assert_int_eq(drift_memory_add(m, ADDRESS, &record), 0);
        record->is_present = true;
        m->revision = revision;
        set_fact(&record->tracks[DRIFT_KIND_CIPHER].baseline, s->baseline);
        record->tracks[DRIFT_KIND_CIPHER].baseline_at = s->baseline_at;
        set_fact(&record->tracks[DRIFT_KIND_CIPHER].now, s->now);
        record->tracks[DRIFT_KIND_CIPHER].now_at = s->now ? NOW + 50 : 0;
        return m;
}

static const struct {
        const char *name;
        Sketch ours, theirs;
        const char *baseline, *now;
} rows[] = {
        {"nothing was done in the file", {"A", 1, "B", 0}, {"A", 1, "B", 0}, "A", "B"},
        {"what is seen was accepted", {"A", 1, "B", 0}, {"B", 9, NULL, 0}, "B", NULL},
        {"it was accepted while something else was seen already", {"A", 1, "C", 0},
                {"B", 9, NULL, 0}, "B", "C"},
        {"it was accepted while the old value was back already: it differs, and the next look says so",
                {"A", 1, NULL, 0}, {"B", 9, NULL, 0}, "B", NULL},
        {"it was accepted in the second of the first look", {"A", 1, "B", 0}, {"B", 1, NULL, 0}, "B",
                NULL},
        {"another kind was accepted, and ours is not saved yet", {"A", 1, "B", 0},
                {"A", 1, NULL, 0}, "A", "B"},
        {"ours has followed a rotation since", {"B", 9, NULL, 0}, {"A", 1, NULL, 0}, "B", NULL},
        {"they do not know the kind", {"A", 1, NULL, 0}, {NULL, 0, NULL, 0}, "A", NULL},
        {"a former life knew another baseline", {"B", 10, NULL, 10}, {"A", 1, NULL, 0}, "A", NULL},
        {"a former life knew the same", {"A", 10, NULL, 10}, {"A", 1, NULL, 0}, "A", NULL},
        {"a former life knew the same, and it has changed in this one", {"A", 10, "B", 10},
                {"A", 1, NULL, 0}, "A", "B"},
        {"a former life knew of drift, which may be over", {"A", 10, NULL, 10}, {"A", 1, "B", 0}, "A",
                "B"},
        {"a former life knew another baseline, and it has changed in this one", {"B", 10, "C", 10},
                {"A", 1, NULL, 0}, "A", NULL},
        {"a former life knew nothing of the kind", {"B", 10, NULL, 10}, {NULL, 0, NULL, 0}, NULL,
                NULL},
};

START_TEST(two_memories_meet)
{
        CLEANUP_MEMORY DriftMemory *ours = memory(&rows[_i].ours, 3);
        CLEANUP_MEMORY DriftMemory *theirs = memory(&rows[_i].theirs, 4);
        CLEANUP_MEMORY DriftMemory *m = NULL;

        ck_assert_int_eq(drift_adopt(ours, theirs, &m), 0);
        ck_assert_pstr_eq(track_of(m)->baseline.value, rows[_i].baseline);
        ck_assert_pstr_eq(track_of(m)->now.value, rows[_i].now);
        ck_assert_int_eq(track_of(m)->now_at, rows[_i].now ? NOW + 50 : 0);
        ck_assert_int_eq(m->revision, 4);

        /* Neither was touched. */
        ck_assert_pstr_eq(track_of(ours)->baseline.value, rows[_i].ours.baseline);
        ck_assert_pstr_eq(track_of(theirs)->baseline.value, rows[_i].theirs.baseline);
}
END_TEST

START_TEST(addresses_that_only_one_knows)
{
        const Sketch sketch = {"A", 1, NULL, 0}, later = {"A", 10, NULL, 10};
        CLEANUP_MEMORY DriftMemory *ours = memory(&sketch, 0);
        CLEANUP_MEMORY DriftMemory *young = memory(&later, 0);
        CLEANUP_MEMORY DriftMemory *theirs = memory(&sketch, 1);
        CLEANUP_MEMORY DriftMemory *m = NULL, *n = NULL;
        DriftRecord *record = NULL;

        ck_assert_int_eq(drift_memory_add(theirs, "qm1(1414)/192.0.2.9", &record), 0);

        /* We have let it go since: it stays gone. */
        ck_assert_int_eq(drift_adopt(ours, theirs, &m), 0);
        ck_assert_ptr_null(drift_memory_find(m, "qm1(1414)/192.0.2.9"));

        /* A former life's is known again. */
        ck_assert_int_eq(drift_adopt(young, theirs, &n), 0);
        ck_assert_ptr_nonnull(drift_memory_find(n, "qm1(1414)/192.0.2.9"));
        ck_assert_int_eq(n->first_at, 0);
}
END_TEST

START_TEST(a_disagreement_of_this_life_goes_on)
{
        const Sketch sketch = {"A", 1, NULL, 0}, later = {"A", 10, NULL, 10};
        CLEANUP_MEMORY DriftMemory *young = memory(&later, 0);
        CLEANUP_MEMORY DriftMemory *theirs = memory(&sketch, 1);
        CLEANUP_MEMORY DriftMemory *m = NULL;

        young->mismatch_at = NOW;
        ck_assert_int_eq(drift_adopt(young, theirs, &m), 0);
        ck_assert_int_eq(m->mismatch_at, NOW);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("drift_adopt");
        TCase *tcase = tcase_create("two memories");

        tcase_add_loop_test(tcase, two_memories_meet, 0, ARRAY_LEN(rows));
        tcase_add_test(tcase, addresses_that_only_one_knows);
        tcase_add_test(tcase, a_disagreement_of_this_life_goes_on);
        suite_add_tcase(suite, tcase);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
