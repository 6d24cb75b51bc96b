/* SPDX-License-Identifier: MIT */
#include "model/store.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

#include "base/buf.h"
#include "judge/drift_fact.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

#define NOW PKI_NOW
#define DAY PKI_DAY
#define CLEANUP_STORE CLEANUP(store_cleanup)
#define CLEANUP_REPORT CLEANUP(store_report_done)

/* ---- values by hand ---- */

static char *dir, *path;

static void set_up(void)
{
        dir = pki_dir_new();
        path = pki_path(dir, "state.db");
}

static void tear_down(void)
{
        free(path);
        pki_dir_remove(dir);
}

static Store *open_store(void)
{
        CLEANUP_REPORT StoreReport report = { 0 };
        Store *s = NULL;
        int r = store_open(path, NOW, &report, &s);

        ck_assert_msg(r == 0, "%d: %s", r, report.text ? report.text : "");
        ck_assert_msg(report.problem == STORE_PROBLEM_NONE, "%s", report.text);
        ck_assert_ptr_null(report.text);
        return s;
}

static void set_fact(DriftFact *f, const char *value, const char *text)
{
        CLEANUP_BUF Buf v = BUF_INIT, t = BUF_INIT;

        buf_append_str(&v, value);
        buf_append_str(&t, text ? text : "");
        ck_assert_int_eq(drift_fact_take(f, &v, &t), 0);
}

/* A memory that uses every field. */
static DriftMemory *new_memory(const char *cipher)
{
        DriftMemory *m = NULL;
        DriftRecord *a = NULL, *b = NULL;
        DriftTrack *t = NULL;

        ck_assert_int_eq(drift_memory_new(NOW - 10 * DAY, &m), 0);
        m->offer = strdup("ANY_TLS12_OR_HIGHER");
        m->target = strdup("qm1(1414)");
        m->mismatch_at = NOW - 5;
        m->endpoint.seen_at = NOW;
        set_fact(&m->endpoint.tracks[DRIFT_KIND_ADDRESSES].baseline, "14:qm1(1414)/::1,", "one");
        m->endpoint.tracks[DRIFT_KIND_ADDRESSES].baseline_at = NOW - 10 * DAY;

        ck_assert_int_eq(drift_memory_add(m, "qm1(1414)/192.0.2.2", &b), 0);
        ck_assert_int_eq(drift_memory_add(m, "qm1(1414)/192.0.2.1", &a), 0);
        b = drift_memory_find(m, "qm1(1414)/192.0.2.2");
        b->seen_at = NOW - 100 * DAY;
        set_fact(&b->tracks[DRIFT_KIND_SUBJECT].baseline, "CN=\xc3\xa4 'quoted' \"x\";--", NULL);
        a->is_present = true;
        a->seen_at = NOW - 1;
        t = &a->tracks[DRIFT_KIND_CIPHER];
        set_fact(&t->baseline, "0x1302", "TLS_AES_256_GCM_SHA384");
        t->baseline_at = NOW - 9 * DAY;
        set_fact(&t->now, cipher, "another");
        t->now_at = NOW - DAY;
        t = &a->tracks[DRIFT_KIND_LEAF];
        set_fact(&t->baseline, "sig=x/AB", "serial 1");
        set_fact(&t->other, "sig=x/CD", "serial 2");
        t->other_at = NOW - 3 * DAY;
        t->n_turns = 3;
        t->n_calm = 2;
        t->mixed_at = NOW - 2 * DAY;
        t->on_other = true;
        return m;
}

static DriftChange change(DriftKind kind, DriftEvent event, int64_t at, char *address)
{
        static char old_text[] = "old", new_text[] = "new";

        return (DriftChange) { .kind = kind, .event = event, .at = at, .address = address,
                .old_text = old_text, .new_text = new_text };
}

static void check_fact(const DriftFact *a, const DriftFact *b)
{
        ck_assert_pstr_eq(a->value, b->value);
        ck_assert_pstr_eq(a->text, b->text);
}

static void check_record(const DriftRecord *a, const DriftRecord *b)
{
        ck_assert_str_eq(a->address, b->address);
        ck_assert_uint_eq(a->is_present, b->is_present);
        ck_assert_int_eq(a->seen_at, b->seen_at);
        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++) {
                const DriftTrack *t = &a->tracks[k], *u = &b->tracks[k];

                check_fact(&t->baseline, &u->baseline);
                check_fact(&t->now, &u->now);
                check_fact(&t->other, &u->other);
                ck_assert_int_eq(t->baseline_at, u->baseline_at);
                ck_assert_int_eq(t->now_at, u->now_at);
                ck_assert_int_eq(t->other_at, u->other_at);
                ck_assert_int_eq(t->mixed_at, u->mixed_at);
                ck_assert_uint_eq(t->n_turns, u->n_turns);
                ck_assert_uint_eq(t->n_calm, u->n_calm);
                ck_assert_uint_eq(t->on_other, u->on_other);
        }
}

static void check_memory(DriftMemory *a, DriftMemory *b)
{
        ck_assert_int_eq(a->first_at, b->first_at);
        ck_assert_int_eq(a->mismatch_at, b->mismatch_at);
        ck_assert_int_eq(a->revision, b->revision);
        ck_assert_pstr_eq(a->offer, b->offer);
        ck_assert_pstr_eq(a->target, b->target);
        check_record(&a->endpoint, &b->endpoint);
        ck_assert_uint_eq(a->n_addresses, b->n_addresses);
        for (size_t i = 0; i < a->n_addresses; i++) {
                const DriftRecord *other = drift_memory_find(b, a->addresses[i].address);

                ck_assert_ptr_nonnull(other);
                check_record(&a->addresses[i], other);
        }
}

/* ---- round trips ---- */

START_TEST(a_memory_comes_back_as_it_was)
{
        CLEANUP(drift_memory_cleanup) DriftMemory *m = new_memory("0x1301");
        CLEANUP(stored_endpoints_done) StoredEndpoints e = { 0 };
        Store *s = open_store();

        ck_assert_int_eq(store_save_endpoint(s, "QM1/A", m, NULL, 0), 0);
        /* Once more, over the old one. */
        ck_assert_int_eq(store_save_endpoint(s, "QM1/A", m, NULL, 0), 0);
        ck_assert_str_eq(store_error(s), "");
        (void) store_close(s);

        s = open_store();
        ck_assert_int_eq(store_load(s, &e), 0);
        ck_assert_uint_eq(e.n_endpoints, 1);
        ck_assert_uint_eq(e.n_rejected, 0);
        ck_assert_str_eq(e.endpoints[0].name, "QM1/A");
        check_memory(e.endpoints[0].memory, m);
        ck_assert(!e.endpoints[0].has_facts);
        ck_assert_ptr_null(store_close(s));
}
END_TEST

START_TEST(what_is_gone_from_a_memory_is_gone_from_the_file)
{
        CLEANUP(drift_memory_cleanup) DriftMemory *m = new_memory("0x1301");
        CLEANUP(drift_memory_cleanup) DriftMemory *empty = NULL;
        CLEANUP(stored_endpoint_done) StoredEndpoint e = { 0 };
        CLEANUP_STORE Store *s = open_store();

        ck_assert_int_eq(drift_memory_new(NOW, &empty), 0);
        ck_assert_int_eq(store_save_endpoint(s, "A", m, NULL, 0), 0);
        ck_assert_int_eq(store_save_endpoint(s, "A", empty, NULL, 0), 0);
        ck_assert_int_eq(store_load_endpoint(s, "A", &e), 0);
        check_memory(e.memory, empty);
}
END_TEST

static const StoredFacts some_facts = { .dates = { .has_leaf = true, .leaf_at = NOW + 9 * DAY,
                                                .has_effective = true,
                                                .effective_at = -2 * DAY, .has_policy = true,
                                                .warning_seconds = 30 * DAY,
                                                .critical_seconds = 7 * DAY },
        .dates_at = NOW - 60, .has_last_run = true, .last_run_at = NOW - 5 };

START_TEST(facts_come_back_as_they_were)
{
        CLEANUP(stored_endpoint_done) StoredEndpoint e = { 0 };
        CLEANUP_STORE Store *s = open_store();
        StoredFacts f = some_facts;

        ck_assert_int_eq(store_save_facts(s, "A", &f), 0);
        f.dates_at = NOW;
        ck_assert_int_eq(store_save_facts(s, "A", &f), 0);
        ck_assert_int_eq(store_load_endpoint(s, "A", &e), 0);
        ck_assert(e.has_facts);
        ck_assert_ptr_null(e.memory);
        ck_assert_int_eq(e.facts.dates_at, NOW);
        ck_assert(e.facts.dates.has_leaf);
        ck_assert_int_eq(e.facts.dates.leaf_at, NOW + 9 * DAY);
        ck_assert(!e.facts.dates.has_presented);
        ck_assert(!e.facts.dates.has_verified);
        ck_assert(e.facts.dates.has_effective);
        ck_assert_int_eq(e.facts.dates.effective_at, -2 * DAY);
        ck_assert(e.facts.dates.has_policy);
        ck_assert_int_eq(e.facts.dates.warning_seconds, 30 * DAY);
        ck_assert_int_eq(e.facts.dates.critical_seconds, 7 * DAY);
        ck_assert(e.facts.has_last_run);
        ck_assert_int_eq(e.facts.last_run_at, NOW - 5);
        ck_assert(!e.facts.has_last_success);
}
END_TEST

START_TEST(endpoints_are_sorted_whatever_part_of_them_is_stored)
{
        CLEANUP(drift_memory_cleanup) DriftMemory *m = new_memory("0x1301");
        CLEANUP(stored_endpoints_done) StoredEndpoints e = { 0 };
        CLEANUP_STORE Store *s = open_store();
        const char *const names[] = { "\xc3\xa4", "b", "B", "a", "aa", "Z", "c" };

        for (size_t i = 0; i < ARRAY_LEN(names); i++) {
                if (i % 2 == 0)
                        ck_assert_int_eq(store_save_endpoint(s, names[i], m, NULL, 0), 0);
                else
                        ck_assert_int_eq(store_save_facts(s, names[i], &some_facts), 0);
        }
        ck_assert_int_eq(store_load(s, &e), 0);
        ck_assert_uint_eq(e.n_endpoints, ARRAY_LEN(names));
        for (size_t i = 1; i < e.n_endpoints; i++)
                ck_assert_str_lt(e.endpoints[i - 1].name, e.endpoints[i].name);
        for (size_t i = 0; i < ARRAY_LEN(names); i++) {
                ck_assert_ptr_nonnull(stored_endpoints_find(&e, names[i]));
                ck_assert_uint_eq(stored_endpoints_find(&e, names[i])->has_facts, i % 2);
        }
        ck_assert_ptr_null(stored_endpoints_find(&e, "nobody"));
}
END_TEST

START_TEST(a_window_is_announced_and_taken_back)
{
        CLEANUP(stored_endpoint_done) StoredEndpoint e = { 0 };
        CLEANUP_STORE Store *s = open_store();

        ck_assert_int_eq(store_expect(s, "A", NOW, NOW + 3600), 0);
        ck_assert_int_eq(store_load_endpoint(s, "A", &e), 0);
        ck_assert_int_eq(e.expected_from_at, NOW);
        ck_assert_int_eq(e.expected_until_at, NOW + 3600);
        stored_endpoint_done(&e);

        ck_assert_int_eq(store_expect(s, "A", NOW, NOW - 1), -EINVAL);
        ck_assert_int_eq(store_expect(s, "A", 0, 0), 0);
        ck_assert_int_eq(store_load_endpoint(s, "A", &e), -ENOENT);
}
END_TEST

START_TEST(names_have_bounds)
{
        CLEANUP(drift_memory_cleanup) DriftMemory *m = new_memory("0x1301");
        CLEANUP(stored_endpoint_done) StoredEndpoint e = { 0 };
        CLEANUP_STORE Store *s = open_store();
        char name[STORE_NAME_MAX + 2];

        memset(name, 'x', sizeof(name) - 1);
        name[sizeof(name) - 1] = '\0';
        ck_assert_int_eq(store_save_endpoint(s, "", m, NULL, 0), -EINVAL);
        ck_assert_int_eq(store_save_endpoint(s, name, m, NULL, 0), -ENAMETOOLONG);
        ck_assert_str_ne(store_error(s), "");
        ck_assert_int_eq(store_load_endpoint(s, name, &e), -ENAMETOOLONG);
        name[STORE_NAME_MAX] = '\0';
        ck_assert_int_eq(store_save_endpoint(s, name, m, NULL, 0), 0);
        ck_assert_int_eq(store_load_endpoint(s, name, &e), 0);
}
END_TEST

START_TEST(too_long_a_value_saves_nothing)
{
        CLEANUP(drift_memory_cleanup) DriftMemory *m = new_memory("0x1301");
        CLEANUP(stored_endpoint_done) StoredEndpoint e = { 0 };
        CLEANUP_STORE Store *s = open_store();
        DriftTrack *t = &m->endpoint.tracks[DRIFT_KIND_ADDRESSES];

        free(t->baseline.value);
        t->baseline.value = malloc(DRIFT_VALUE_MAX + 2);
        ck_assert_ptr_nonnull(t->baseline.value);
        memset(t->baseline.value, 'x', DRIFT_VALUE_MAX + 1);
        t->baseline.value[DRIFT_VALUE_MAX + 1] = '\0';
        ck_assert_int_eq(store_save_endpoint(s, "A", m, NULL, 0), -EINVAL);
        ck_assert_int_eq(store_load_endpoint(s, "A", &e), -ENOENT);
        t->baseline.value[DRIFT_VALUE_MAX] = '\0';
        ck_assert_int_eq(store_save_endpoint(s, "A", m, NULL, 0), 0);
}
END_TEST

START_TEST(an_endpoint_is_forgotten_but_not_its_ledger)
{
        CLEANUP(drift_memory_cleanup) DriftMemory *m = new_memory("0x1301");
        CLEANUP(stored_endpoint_done) StoredEndpoint e = { 0 };
        CLEANUP(store_page_done) StorePage page = { 0 };
        CLEANUP_STORE Store *s = open_store();
        const DriftChange c = change(DRIFT_KIND_CIPHER, DRIFT_EVENT_DRIFT, NOW, NULL);

        ck_assert_int_eq(store_save_endpoint(s, "A", m, &c, 1), 0);
        ck_assert_int_eq(store_save_facts(s, "A", &some_facts), 0);
        ck_assert_int_eq(store_expect(s, "A", NOW, NOW + 1), 0);
        ck_assert_int_eq(store_forget(s, "A"), 0);
        ck_assert_int_eq(store_load_endpoint(s, "A", &e), -ENOENT);
        ck_assert_int_eq(
                store_changes(s, &(StoreQuery){ .kind = _DRIFT_KIND_MAX }, &page), 0);
        ck_assert_uint_eq(page.n_changes, 1);
}
END_TEST

/* ---- the ledger ---- */

START_TEST(entries_come_back_newest_first)
{
        CLEANUP(store_page_done) StorePage page = { 0 };
        CLEANUP(stored_endpoint_done) StoredEndpoint e = { 0 };
        CLEANUP_STORE Store *s = open_store();
        char address[] = "qm1(1414)/192.0.2.1";
        DriftChange changes[] = { change(DRIFT_KIND_LEAF, DRIFT_EVENT_ROTATION, NOW, address),
                change(DRIFT_KIND_CIPHER, DRIFT_EVENT_DRIFT, NOW + 1, NULL),
                change(DRIFT_KIND_CIPHER, DRIFT_EVENT_RETURNED, NOW + 2, NULL) };

        changes[1].expected = true;
        ck_assert_int_eq(store_record_changes(s, "A", 0, changes, ARRAY_LEN(changes)), 0);
        ck_assert_int_eq(
                store_changes(s, &(StoreQuery){ .kind = _DRIFT_KIND_MAX }, &page), 0);
        ck_assert_uint_eq(page.n_changes, 3);
        ck_assert_int_eq(page.next_before_id, 0);
        for (size_t i = 0; i < 3; i++) {
                const StoredChange *c = &page.changes[i];

                ck_assert_str_eq(c->endpoint, "A");
                ck_assert_int_eq(c->change.kind, changes[2 - i].kind);
                ck_assert_int_eq(c->change.event, changes[2 - i].event);
                ck_assert_int_eq(c->change.at, changes[2 - i].at);
                ck_assert_uint_eq(c->change.expected, changes[2 - i].expected);
                ck_assert_pstr_eq(c->change.address, changes[2 - i].address);
                ck_assert_str_eq(c->change.old_text, "old");
                ck_assert_str_eq(c->change.new_text, "new");
        }

        ck_assert_int_eq(store_load_endpoint(s, "A", &e), 0);
        ck_assert_int_eq(e.tallies[DRIFT_KIND_CIPHER].n, 2);
        ck_assert_int_eq(e.tallies[DRIFT_KIND_CIPHER].last_at, NOW + 2);
        ck_assert_int_eq(e.tallies[DRIFT_KIND_LEAF].n, 1);
        ck_assert_int_eq(e.tallies[DRIFT_KIND_MQ].n, 0);
}
END_TEST

/* The newest id. */
static int64_t newest_id(Store *s)
{
        CLEANUP(store_page_done) StorePage page = { 0 };

        ck_assert_int_eq(
                store_changes(s, &(StoreQuery){ .kind = _DRIFT_KIND_MAX, .limit = 1 }, &page), 0);
        ck_assert_uint_eq(page.n_changes, 1);
        return page.changes[0].id;
}

static const struct {
        const char *name;
        int64_t first_id, expected; /* of two entries; the newest */
} id_rows[] = {
        {"none is wished for", 0, 12},
        {"the next ones", 11, 12},
        {"higher ones", 15, 16},
        {"one that is taken", 10, 12},
        {"one that was passed over", 3, 12},
};

START_TEST(entries_get_the_ids_that_are_wished_for_or_higher_ones)
{
        CLEANUP_STORE Store *s = open_store();
        const DriftChange changes[] = { change(DRIFT_KIND_LEAF, DRIFT_EVENT_ROTATION, NOW, NULL),
                change(DRIFT_KIND_CIPHER, DRIFT_EVENT_DRIFT, NOW, NULL) };

        ck_assert_int_eq(store_record_changes(s, "A", 10, changes, 1), 0);
        ck_assert_int_eq(newest_id(s), 10);
        ck_assert_int_eq(store_record_changes(s, "B", id_rows[_i].first_id, changes, 2), 0);
        ck_assert_msg(newest_id(s) == id_rows[_i].expected, "%s: %lld", id_rows[_i].name,
                (long long) newest_id(s));
}
END_TEST

static void record_many(Store *s, const char *name, size_t n)
{
        ck_assert_int_eq(store_begin(s), 0);
        for (size_t i = 0; i < n; i++) {
                const DriftChange c = change(i % 3 == 0 ? DRIFT_KIND_LEAF : DRIFT_KIND_CIPHER,
                        DRIFT_EVENT_DRIFT, NOW + (int64_t) i, NULL);

                ck_assert_int_eq(store_record_changes(s, name, 0, &c, 1), 0);
        }
        ck_assert_int_eq(store_commit(s), 0);
}

/* Reads page after page. Returns how many entries; each page but the last is full. */
static size_t read_pages(Store *s, StoreQuery q, size_t *ret_pages)
{
        size_t n = 0;
        int64_t last_id = INT64_MAX;

        *ret_pages = 0;
        do {
                CLEANUP(store_page_done) StorePage page = { 0 };

                ck_assert_int_eq(store_changes(s, &q, &page), 0);
                for (size_t i = 0; i < page.n_changes; i++) {
                        ck_assert_int_lt(page.changes[i].id, last_id);
                        last_id = page.changes[i].id;
                }
                n += page.n_changes;
                ++*ret_pages;
                q.before_id = page.next_before_id;
        } while (q.before_id != 0);
        return n;
}

START_TEST(the_ledger_is_paged)
{
        CLEANUP_STORE Store *s = open_store();
        size_t pages = 0;

        record_many(s, "A", 30);
        record_many(s, "B", 60);
        ck_assert_uint_eq(
                read_pages(s, (StoreQuery){ .kind = _DRIFT_KIND_MAX, .limit = 10 }, &pages), 90);
        ck_assert_uint_eq(pages, 9);
        ck_assert_uint_eq(read_pages(s,
                                  (StoreQuery){ .kind = _DRIFT_KIND_MAX, .endpoint = "A",
                                          .limit = 7 },
                                  &pages),
                30);
        ck_assert_uint_eq(pages, 5);
        ck_assert_uint_eq(
                read_pages(s, (StoreQuery){ .kind = DRIFT_KIND_LEAF, .limit = 1 }, &pages), 30);
        ck_assert_uint_eq(read_pages(s, (StoreQuery){ .kind = DRIFT_KIND_MQ }, &pages), 0);
        ck_assert_uint_eq(read_pages(s,
                                  (StoreQuery){ .kind = DRIFT_KIND_LEAF, .endpoint = "B" },
                                  &pages),
                20);
}
END_TEST

START_TEST(the_ledger_of_one_endpoint_does_not_grow_for_ever)
{
        CLEANUP(stored_endpoint_done) StoredEndpoint e = { 0 };
        CLEANUP(store_page_done) StorePage page = { 0 };
        CLEANUP_STORE Store *s = open_store();
        const StoreQuery q = { .kind = _DRIFT_KIND_MAX, .endpoint = "A" };
        size_t pages = 0;

        record_many(s, "B", 5);
        record_many(s, "A", STORE_CHANGES_PER_ENDPOINT_MAX + 50);
        ck_assert_uint_eq(read_pages(s, q, &pages), STORE_CHANGES_PER_ENDPOINT_MAX);
        ck_assert_int_eq(store_changes(s, &q, &page), 0);
        ck_assert_int_eq(page.changes[0].change.at, NOW + STORE_CHANGES_PER_ENDPOINT_MAX + 49);
        ck_assert_uint_eq(
                read_pages(s, (StoreQuery){ .kind = _DRIFT_KIND_MAX, .endpoint = "B" }, &pages), 5);

        /* Counters never go back. */
        ck_assert_int_eq(store_load_endpoint(s, "A", &e), 0);
        ck_assert_int_eq(e.tallies[DRIFT_KIND_LEAF].n + e.tallies[DRIFT_KIND_CIPHER].n,
                STORE_CHANGES_PER_ENDPOINT_MAX + 50);
}
END_TEST

START_TEST(too_long_an_entry_is_refused_with_all_that_came_along)
{
        CLEANUP_STORE Store *s = open_store();
        static char text[DRIFT_TEXT_MAX + 2];
        DriftChange changes[] = { change(DRIFT_KIND_LEAF, DRIFT_EVENT_DRIFT, NOW, NULL),
                change(DRIFT_KIND_LEAF, DRIFT_EVENT_DRIFT, NOW, NULL) };
        size_t pages = 0;

        memset(text, 'x', sizeof(text) - 1);
        changes[1].new_text = text;
        ck_assert_int_eq(store_record_changes(s, "A", 0, changes, 2), -EINVAL);
        ck_assert_uint_eq(read_pages(s, (StoreQuery){ .kind = _DRIFT_KIND_MAX }, &pages), 0);
        text[DRIFT_TEXT_MAX] = '\0';
        ck_assert_int_eq(store_record_changes(s, "A", 0, changes, 2), 0);
}
END_TEST

/* ---- transactions, and others at the same file ---- */

START_TEST(a_batch_is_saved_as_one_or_not_at_all)
{
        CLEANUP(drift_memory_cleanup) DriftMemory *m = new_memory("0x1301");
        CLEANUP(stored_endpoints_done) StoredEndpoints e = { 0 };
        CLEANUP_STORE Store *s = open_store();

        ck_assert_int_eq(store_begin(s), 0);
        ck_assert_int_eq(store_save_endpoint(s, "A", m, NULL, 0), 0);
        ck_assert_int_eq(store_save_facts(s, "A", &some_facts), 0);
        store_rollback(s);
        ck_assert_int_eq(store_load(s, &e), 0);
        ck_assert_uint_eq(e.n_endpoints, 0);

        ck_assert_int_eq(store_begin(s), 0);
        ck_assert_int_eq(store_save_endpoint(s, "A", m, NULL, 0), 0);
        /* One that fails takes only itself along. */
        ck_assert_int_eq(store_save_endpoint(s, "", m, NULL, 0), -EINVAL);
        m->revision = 5;
        ck_assert_int_eq(store_save_endpoint(s, "A", m, NULL, 0), -ESTALE);
        ck_assert_int_eq(store_save_endpoint(s, "B", m, NULL, 0), 0);
        ck_assert_int_eq(store_commit(s), 0);
        ck_assert_int_eq(store_load(s, &e), 0);
        ck_assert_uint_eq(e.n_endpoints, 2);
}
END_TEST

START_TEST(accepting_makes_what_is_seen_the_baseline)
{
        CLEANUP(drift_memory_cleanup) DriftMemory *m = new_memory("0x1301");
        CLEANUP(stored_endpoint_done) StoredEndpoint e = { 0 };
        CLEANUP(store_page_done) StorePage page = { 0 };
        CLEANUP_STORE Store *s = open_store();
        DriftRecord *record = NULL;
        size_t n = 99;

        ck_assert_int_eq(store_accept(s, "A", _DRIFT_KIND_MAX, NOW, &n), -ENOENT);
        ck_assert_int_eq(store_save_endpoint(s, "A", m, NULL, 0), 0);
        ck_assert_int_eq(store_accept(s, "A", DRIFT_KIND_SUBJECT, NOW, &n), 0);
        ck_assert_uint_eq(n, 0);
        ck_assert_int_eq(store_accept(s, "A", DRIFT_KIND_CIPHER, NOW, &n), 0);
        ck_assert_uint_eq(n, 1);

        ck_assert_int_eq(store_load_endpoint(s, "A", &e), 0);
        ck_assert_int_eq(e.memory->revision, 1);
        record = drift_memory_find(e.memory, "qm1(1414)/192.0.2.1");
        ck_assert_str_eq(record->tracks[DRIFT_KIND_CIPHER].baseline.value, "0x1301");
        ck_assert_ptr_null(record->tracks[DRIFT_KIND_CIPHER].now.value);
        ck_assert_int_eq(
                store_changes(s, &(StoreQuery){ .kind = _DRIFT_KIND_MAX }, &page), 0);
        ck_assert_uint_eq(page.n_changes, 1);
        ck_assert_int_eq(page.changes[0].change.event, DRIFT_EVENT_ACCEPTED);
        ck_assert_str_eq(page.changes[0].change.address, "qm1(1414)/192.0.2.1");
}
END_TEST

START_TEST(what_another_process_accepted_is_not_overwritten)
{
        CLEANUP(drift_memory_cleanup) DriftMemory *m = new_memory("0x1301");
        CLEANUP(stored_endpoint_done) StoredEndpoint e = { 0 };
        CLEANUP_STORE Store *daemon = open_store();
        CLEANUP_STORE Store *tool = open_store();
        const DriftChange c = change(DRIFT_KIND_CIPHER, DRIFT_EVENT_DRIFT, NOW, NULL);
        bool changed = true;
        size_t n = 0, pages = 0;

        ck_assert_int_eq(store_save_endpoint(daemon, "A", m, NULL, 0), 0);
        ck_assert_int_eq(store_is_changed(daemon, &changed), 0);
        ck_assert(!changed);
        ck_assert_int_eq(store_accept(tool, "A", _DRIFT_KIND_MAX, NOW, &n), 0);
        ck_assert_uint_eq(n, 1);
        ck_assert_int_eq(store_is_changed(daemon, &changed), 0);
        ck_assert(changed);
        ck_assert_int_eq(store_is_changed(daemon, &changed), 0);
        ck_assert(!changed);

        /* Neither the memory nor the entry. */
        ck_assert_int_eq(store_save_endpoint(daemon, "A", m, &c, 1), -ESTALE);
        ck_assert_uint_eq(read_pages(daemon, (StoreQuery){ .kind = _DRIFT_KIND_MAX }, &pages), 1);
        ck_assert_int_eq(store_load_endpoint(daemon, "A", &e), 0);
        ck_assert_int_eq(store_save_endpoint(daemon, "A", e.memory, &c, 1), 0);
}
END_TEST

static void *use_in_thread(void *userdata)
{
        return store_save_facts(userdata, "A", &some_facts) == 0 ? userdata : NULL;
}

START_TEST(another_thread_may_write)
{
        CLEANUP_STORE Store *s = open_store();
        CLEANUP(stored_endpoint_done) StoredEndpoint e = { 0 };
        pthread_t thread;
        void *result = NULL;

        ck_assert_int_eq(pthread_create(&thread, NULL, use_in_thread, s), 0);
        ck_assert_int_eq(pthread_join(thread, &result), 0);
        ck_assert_ptr_eq(result, s);
        ck_assert_int_eq(store_load_endpoint(s, "A", &e), 0);
}
END_TEST

/* ---- hostile rows ---- */

/* Runs SQL text on the file, past the store. */
static void tamper(const char *sql)
{
        sqlite3 *db = NULL;
        char *message = NULL;

        ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
        ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK, "%s: %s", sql,
                message);
        ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

static const struct {
        const char *what, *sql;
        size_t n_rejected;
} hostile_rows[] = {
        { "an unknown kind", "UPDATE baseline SET kind = 'weather' WHERE kind = 'cipher'", 1 },
        { "a number for a kind", "UPDATE baseline SET kind = x'00' WHERE kind = 'cipher'", 1 },
        { "a date beyond the calendar",
                "UPDATE baseline SET baseline_at = 9223372036854775807 WHERE kind = 'cipher'", 1 },
        { "a date that is text",
                "UPDATE baseline SET baseline_at = 'tomorrow' WHERE kind = 'cipher'", 1 },
        { "a value of a megabyte",
                "UPDATE baseline SET value = printf('%0900000d', 1) WHERE kind = 'cipher'", 1 },
        { "a text that is too long by one",
                "UPDATE baseline SET text = printf('%01025d', 1) WHERE kind = 'cipher'", 1 },
        { "a value with a NUL",
                "UPDATE baseline SET value = 'a' || char(0) || 'b' WHERE kind = 'cipher'", 1 },
        { "a value that is bytes", "UPDATE baseline SET value = x'4142' WHERE kind = 'cipher'", 1 },
        { "turns below zero", "UPDATE baseline SET n_turns = -1 WHERE kind = 'leaf'", 1 },
        { "more turns than there were days",
                "UPDATE baseline SET n_turns = 4294967297 WHERE kind = 'leaf'", 1 },
        { "mixed without the other one",
                "UPDATE baseline SET other_value = NULL WHERE kind = 'leaf'", 1 },
        { "a truth that is seven", "UPDATE baseline SET on_other = 7 WHERE kind = 'leaf'", 1 },
        { "drift to the value of the baseline",
                "UPDATE baseline SET now_value = value WHERE kind = 'cipher'", 1 },
        { "a baseline of an unknown address",
                "UPDATE baseline SET address = 'nowhere' WHERE kind = 'cipher'", 1 },
        { "a record of an unknown endpoint, and what stands below it",
                "UPDATE record SET endpoint = 'nobody' WHERE address LIKE '%2.1'", 3 },
        { "a record with an address of a kilobyte",
                "UPDATE record SET address = printf('%01000d', 1) WHERE address LIKE '%2.2'", 2 },
        { "more records than are remembered",
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) "
                "INSERT INTO record SELECT 'A', 'x' || i, 1, 0 FROM n",
                38 },
        { "a revision below zero, and all below it", "UPDATE endpoint SET revision = -1", 8 },
        { "a nameless endpoint", "INSERT INTO endpoint VALUES ('', 0, NULL, NULL, 0, 0)", 1 },
        { "a name of a megabyte",
                "INSERT INTO endpoint VALUES (printf('%0900000d', 1), 0, NULL, NULL, 0, 0)", 1 },
        { "facts of half a policy", "UPDATE last_facts SET warning_seconds = NULL", 1 },
        { "facts from beyond the calendar", "UPDATE last_facts SET leaf_at = 1000000000000", 1 },
        { "a tally below zero", "UPDATE tally SET n = -1", 1 },
        { "a tally of nothing", "UPDATE tally SET kind = 'nothing'", 1 },
        { "a window that ends before it begins",
                "UPDATE expectation SET from_at = until_at + 1", 1 },
        { "tables of our own are not read",
                "CREATE TABLE more (x); INSERT INTO more VALUES (1)", 0 },
};

static void save_everything(Store *s)
{
        CLEANUP(drift_memory_cleanup) DriftMemory *m = new_memory("0x1301");
        const DriftChange c = change(DRIFT_KIND_CIPHER, DRIFT_EVENT_DRIFT, NOW, NULL);

        ck_assert_int_eq(store_save_endpoint(s, "A", m, &c, 1), 0);
        ck_assert_int_eq(store_save_facts(s, "A", &some_facts), 0);
        ck_assert_int_eq(store_expect(s, "A", NOW, NOW + 3600), 0);
}

START_TEST(rows_that_we_never_wrote_are_counted_and_left_out)
{
        CLEANUP(stored_endpoints_done) StoredEndpoints e = { 0 };
        Store *s = open_store();

        save_everything(s);
        (void) store_close(s);
        tamper(hostile_rows[_i].sql);

        s = open_store();
        ck_assert_int_eq(store_load(s, &e), 0);
        ck_assert_msg(e.n_rejected == hostile_rows[_i].n_rejected, "%s: %zu rejected",
                hostile_rows[_i].what, e.n_rejected);
        ck_assert_uint_ge(e.n_endpoints, 1);
        /* And it goes on. */
        ck_assert_int_eq(store_save_facts(s, "A", &some_facts), 0);
        (void) store_close(s);
}
END_TEST

static const char *const hostile_changes[] = {
        "UPDATE change SET kind = 'weather'",
        "UPDATE change SET event = 'rain'",
        "UPDATE change SET event = 5",
        "UPDATE change SET at = -99999999999999",
        "UPDATE change SET expected = 2",
        "UPDATE change SET address = x'00'",
        "UPDATE change SET old_text = printf('%0900000d', 1)",
        "UPDATE change SET endpoint = printf('%0900000d', 1)",
};

START_TEST(entries_that_we_never_wrote_are_counted_and_left_out)
{
        CLEANUP(store_page_done) StorePage page = { 0 };
        Store *s = open_store();

        save_everything(s);
        (void) store_close(s);
        tamper(hostile_changes[_i]);

        s = open_store();
        ck_assert_int_eq(
                store_changes(s, &(StoreQuery){ .kind = _DRIFT_KIND_MAX }, &page), 0);
        ck_assert_uint_eq(page.n_changes, 0);
        ck_assert_uint_eq(page.n_rejected, 1);
        (void) store_close(s);
}
END_TEST

START_TEST(a_trigger_in_the_file_does_not_fire)
{
        CLEANUP(stored_endpoint_done) StoredEndpoint e = { 0 };
        Store *s = open_store();
        const DriftChange c = change(DRIFT_KIND_CIPHER, DRIFT_EVENT_DRIFT, NOW, NULL);

        save_everything(s);
        (void) store_close(s);
        tamper("CREATE TRIGGER t AFTER INSERT ON change BEGIN DELETE FROM endpoint; END");
        s = open_store();
        ck_assert_int_eq(store_record_changes(s, "A", 0, &c, 1), 0);
        ck_assert_int_eq(store_load_endpoint(s, "A", &e), 0);
        ck_assert_ptr_nonnull(e.memory);
        (void) store_close(s);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("store");
        TCase *t = tcase_create("store");

        tcase_add_checked_fixture(t, set_up, tear_down);
        tcase_add_test(t, a_memory_comes_back_as_it_was);
        tcase_add_test(t, what_is_gone_from_a_memory_is_gone_from_the_file);
        tcase_add_test(t, facts_come_back_as_they_were);
        tcase_add_test(t, endpoints_are_sorted_whatever_part_of_them_is_stored);
        tcase_add_test(t, a_window_is_announced_and_taken_back);
        tcase_add_test(t, names_have_bounds);
        tcase_add_test(t, too_long_a_value_saves_nothing);
        tcase_add_test(t, an_endpoint_is_forgotten_but_not_its_ledger);
        tcase_add_test(t, entries_come_back_newest_first);
        tcase_add_loop_test(t, entries_get_the_ids_that_are_wished_for_or_higher_ones, 0,
                ARRAY_LEN(id_rows));
        tcase_add_test(t, the_ledger_is_paged);
        tcase_add_test(t, the_ledger_of_one_endpoint_does_not_grow_for_ever);
        tcase_add_test(t, too_long_an_entry_is_refused_with_all_that_came_along);
        tcase_add_test(t, a_batch_is_saved_as_one_or_not_at_all);
        tcase_add_test(t, accepting_makes_what_is_seen_the_baseline);
        tcase_add_test(t, what_another_process_accepted_is_not_overwritten);
        tcase_add_test(t, another_thread_may_write);
        tcase_add_loop_test(t, rows_that_we_never_wrote_are_counted_and_left_out, 0,
                ARRAY_LEN(hostile_rows));
        tcase_add_loop_test(t, entries_that_we_never_wrote_are_counted_and_left_out, 0,
                ARRAY_LEN(hostile_changes));
        tcase_add_test(t, a_trigger_in_the_file_does_not_fire);
        suite_add_tcase(suite, t);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
