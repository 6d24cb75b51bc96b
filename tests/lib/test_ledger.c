/* SPDX-License-Identifier: MIT */
#include "model/ledger.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

#define NOW PKI_NOW

/* ---- entries by hand ---- */

static void append(Ledger *l, const char *endpoint, DriftKind kind, int64_t at)
{
        char address[] = "qm1(1414)/192.0.2.1", old[] = "old", new[] = "new";
        const DriftChange c = { .kind = kind, .event = DRIFT_EVENT_DRIFT, .at = at,
                .address = address, .old_text = old, .new_text = new };

        ck_assert_int_eq(ledger_append(l, endpoint, &c, 1), 0);
}

static Ledger *ledger(void)
{
        Ledger *l = NULL;

        ck_assert_int_eq(ledger_new(&l), 0);
        return l;
}

typedef struct Page {
        const LedgerEntry **entries;
        size_t n;
        int64_t next_before_id;
} Page;

static void page_done(Page *p)
{
        free(p->entries);
}

static Page ask(const Ledger *l, LedgerQuery query)
{
        Page p = { 0 };

        ck_assert_int_eq(ledger_query(l, &query, &p.entries, &p.n, &p.next_before_id), 0);
        return p;
}

/* ---- appending ---- */

START_TEST(an_empty_ledger_has_nothing_to_show)
{
        CLEANUP(ledger_cleanup) Ledger *l = ledger();
        CLEANUP(page_done) Page p = ask(l, (LedgerQuery){ .kind = _DRIFT_KIND_MAX, .before_id = 7 });

        ck_assert_uint_eq(ledger_count(l), 0);
        ck_assert_ptr_null(ledger_newest(l, 0));
        ck_assert_ptr_null(p.entries);
        ck_assert_uint_eq(p.n, 0);
        ck_assert_int_eq(p.next_before_id, 0);
        ck_assert_int_eq(ledger_append(l, "a", NULL, 0), 0);
        ck_assert_uint_eq(ledger_count(l), 0);
        ck_assert_ptr_null(ledger_free(NULL));
}
END_TEST

START_TEST(what_is_appended_is_copied)
{
        CLEANUP(ledger_cleanup) Ledger *l = ledger();
        char endpoint[] = "QM1", address[] = "qm1(1414)/::1", old[] = "before", new[] = "after";
        const DriftChange c = { .kind = DRIFT_KIND_CIPHER, .event = DRIFT_EVENT_RETURNED,
                .expected = true, .at = NOW, .address = address, .old_text = old, .new_text = new };
        const LedgerEntry *e = NULL;

        ck_assert_int_eq(ledger_append(l, endpoint, &c, 1), 0);
        endpoint[0] = address[0] = old[0] = new[0] = '?';

        e = ledger_newest(l, 0);
        ck_assert_ptr_nonnull(e);
        ck_assert_str_eq(e->endpoint, "QM1");
        ck_assert_int_eq(e->change.kind, DRIFT_KIND_CIPHER);
        ck_assert_int_eq(e->change.event, DRIFT_EVENT_RETURNED);
        ck_assert(e->change.expected);
        ck_assert_int_eq(e->change.at, NOW);
        ck_assert_str_eq(e->change.address, "qm1(1414)/::1");
        ck_assert_str_eq(e->change.old_text, "before");
        ck_assert_str_eq(e->change.new_text, "after");
}
END_TEST

START_TEST(a_change_of_the_endpoint_as_a_whole_has_no_address)
{
        CLEANUP(ledger_cleanup) Ledger *l = ledger();
        char old[] = "", new[] = "";
        const DriftChange c = { .old_text = old, .new_text = new };

        ck_assert_int_eq(ledger_append(l, "a", &c, 1), 0);
        ck_assert_ptr_null(ledger_newest(l, 0)->change.address);
}
END_TEST

START_TEST(the_last_of_several_is_the_newest)
{
        CLEANUP(ledger_cleanup) Ledger *l = ledger();
        char old[] = "", new[] = "";
        const DriftChange c[] = { { .at = NOW, .old_text = old, .new_text = new },
                { .at = NOW + 1, .old_text = old, .new_text = new } };

        ck_assert_int_eq(ledger_append(l, "a", c, ARRAY_LEN(c)), 0);
        ck_assert_uint_eq(ledger_count(l), 2);
        ck_assert_int_eq(ledger_newest(l, 0)->change.at, NOW + 1);
        ck_assert_int_eq(ledger_newest(l, 1)->change.at, NOW);
        ck_assert_int_gt(ledger_newest(l, 0)->id, ledger_newest(l, 1)->id);
}
END_TEST

START_TEST(the_oldest_go_first_when_it_is_full)
{
        CLEANUP(ledger_cleanup) Ledger *l = ledger();
        const size_t more = 5;

        for (size_t k = 0; k < LEDGER_ENTRIES_MAX + more; k++)
                append(l, "a", DRIFT_KIND_LEAF, NOW + (int64_t) k);

        ck_assert_uint_eq(ledger_count(l), LEDGER_ENTRIES_MAX);
        ck_assert_ptr_null(ledger_newest(l, LEDGER_ENTRIES_MAX));
        ck_assert_int_eq(ledger_newest(l, 0)->change.at, NOW + LEDGER_ENTRIES_MAX + 4);
        ck_assert_int_eq(ledger_newest(l, LEDGER_ENTRIES_MAX - 1)->change.at, NOW + (int64_t) more);
        for (size_t k = 1; k < LEDGER_ENTRIES_MAX; k++)
                ck_assert_int_eq(ledger_newest(l, k)->id, ledger_newest(l, k - 1)->id - 1);
}
END_TEST

/* ---- out of the store ---- */

/* Ids from `first_id` on, all of endpoint "s". */
static int64_t insert(Ledger *l, int64_t after_id, int64_t first_id, size_t n)
{
        char endpoint[] = "s", old[] = "old", new[] = "new";
        CLEANUP_FREE StoredChange *changes = calloc(n + 1, sizeof(*changes));
        int64_t shift = -1;

        ck_assert_ptr_nonnull(changes);
        for (size_t k = 0; k < n; k++)
                changes[k] = (StoredChange){ .id = first_id + (int64_t) k, .endpoint = endpoint,
                        .change = { .at = NOW, .old_text = old, .new_text = new } };
        ck_assert_int_eq(ledger_insert(l, after_id, changes, n, &shift), 0);
        return shift;
}

/* "7s 8a", the oldest first. */
static void check_ledger(const Ledger *l, const char *name, const char *expected)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        for (size_t k = ledger_count(l); k > 0; k--) {
                const LedgerEntry *e = ledger_newest(l, k - 1);

                buf_appendf(&b, "%s%lld%s", b.len > 0 ? " " : "", (long long) e->id, e->endpoint);
        }
        ck_assert_msg(strcmp(buf_str(&b), expected) == 0, "%s: %s", name, buf_str(&b));
}

typedef struct InsertRow {
        const char *name;
        size_t n_known, n_waiting; /* ids from 1 on */
        int64_t first_id;
        size_t n;
        int64_t shift;
        const char *ledger; /* and one more appended */
} InsertRow;

static const InsertRow insert_rows[] = {
        { "nothing comes", 1, 1, 0, 0, 0, "1s 2a 3b" },
        { "into an empty one", 0, 0, 1, 2, 0, "1s 2s 3b" },
        { "behind what is known", 2, 0, 3, 1, 0, "1s 2s 3s 4b" },
        { "before what waits", 1, 2, 2, 1, 1, "1s 2s 3a 4a 5b" },
        { "several before what waits", 1, 1, 2, 3, 3, "1s 2s 3s 4s 5a 6b" },
        { "nothing was known, and all waits", 0, 2, 1, 3, 3, "1s 2s 3s 4a 5a 6b" },
        { "the oldest were let go", 0, 1, 700, 2, 701, "700s 701s 702a 703b" },
        { "some between were let go", 1, 1, 5, 1, 4, "1s 5s 6a 7b" },
};

START_TEST(what_the_store_holds_goes_before_what_it_does_not)
{
        const InsertRow *row = &insert_rows[_i];
        CLEANUP(ledger_cleanup) Ledger *l = ledger();

        (void) insert(l, 0, 1, row->n_known);
        for (size_t k = 0; k < row->n_waiting; k++)
                append(l, "a", DRIFT_KIND_LEAF, NOW);
        ck_assert_msg(insert(l, (int64_t) row->n_known, row->first_id, row->n) == row->shift, "%s",
                row->name);
        append(l, "b", DRIFT_KIND_LEAF, NOW);
        check_ledger(l, row->name, row->ledger);
}
END_TEST

/* The ring has turned, and there is more than it can hold. */
START_TEST(a_full_one_keeps_what_waits)
{
        CLEANUP(ledger_cleanup) Ledger *l = ledger();

        (void) insert(l, 0, 1, LEDGER_ENTRIES_MAX + 10);
        for (size_t k = 0; k < 3; k++)
                append(l, "a", DRIFT_KIND_LEAF, NOW);
        ck_assert_int_eq(insert(l, LEDGER_ENTRIES_MAX + 10, LEDGER_ENTRIES_MAX + 11, 2), 2);
        ck_assert_uint_eq(ledger_count(l), LEDGER_ENTRIES_MAX);
        for (size_t k = 0; k < LEDGER_ENTRIES_MAX; k++) {
                const LedgerEntry *e = ledger_newest(l, k);

                ck_assert_int_eq(e->id, LEDGER_ENTRIES_MAX + 15 - (int64_t) k);
                ck_assert_str_eq(e->endpoint, k < 3 ? "a" : "s");
        }
        ck_assert_int_eq(insert(l, LEDGER_ENTRIES_MAX + 12, LEDGER_ENTRIES_MAX + 13,
                                 LEDGER_ENTRIES_MAX), LEDGER_ENTRIES_MAX);
        ck_assert_str_eq(ledger_newest(l, 2)->endpoint, "a");
        ck_assert_str_eq(ledger_newest(l, 3)->endpoint, "s");
}
END_TEST

START_TEST(one_can_be_taken_out)
{
        CLEANUP(ledger_cleanup) Ledger *l = ledger();

        ledger_remove(l, 1);
        (void) insert(l, 0, 4, 3);
        ledger_remove(l, 3);
        ledger_remove(l, 7);
        ledger_remove(l, 5);
        check_ledger(l, "the middle", "4s 6s");
        ledger_remove(l, 5);
        ledger_remove(l, 6);
        append(l, "a", DRIFT_KIND_LEAF, NOW);
        check_ledger(l, "the newest, whose id is not given again", "4s 7a");

        CLEANUP(page_done) Page p = ask(l, (LedgerQuery){ .kind = _DRIFT_KIND_MAX, .before_id = 6 });

        ck_assert_uint_eq(p.n, 1);
        ck_assert_int_eq(p.entries[0]->id, 4);
}
END_TEST

/* ---- asking ---- */

START_TEST(an_endpoint_is_asked_for_by_its_exact_name)
{
        CLEANUP(ledger_cleanup) Ledger *l = ledger();

        append(l, "QM1", DRIFT_KIND_LEAF, NOW);
        append(l, "QM1/A", DRIFT_KIND_LEAF, NOW + 1);
        append(l, "qm1", DRIFT_KIND_LEAF, NOW + 2);

        CLEANUP(page_done) Page p =
                ask(l, (LedgerQuery){ .endpoint = "QM1", .kind = _DRIFT_KIND_MAX });

        ck_assert_uint_eq(p.n, 1);
        ck_assert_int_eq(p.entries[0]->change.at, NOW);
}
END_TEST

START_TEST(kind_and_endpoint_have_to_fit_both)
{
        CLEANUP(ledger_cleanup) Ledger *l = ledger();

        append(l, "a", DRIFT_KIND_LEAF, NOW);
        append(l, "a", DRIFT_KIND_CIPHER, NOW + 1);
        append(l, "b", DRIFT_KIND_LEAF, NOW + 2);

        CLEANUP(page_done) Page both =
                ask(l, (LedgerQuery){ .endpoint = "a", .kind = DRIFT_KIND_LEAF });
        CLEANUP(page_done) Page kind = ask(l, (LedgerQuery){ .kind = DRIFT_KIND_LEAF });

        ck_assert_uint_eq(both.n, 1);
        ck_assert_int_eq(both.entries[0]->change.at, NOW);
        ck_assert_uint_eq(kind.n, 2);
        ck_assert_int_eq(kind.entries[0]->change.at, NOW + 2);
}
END_TEST

START_TEST(pages_hold_every_entry_once)
{
        CLEANUP(ledger_cleanup) Ledger *l = ledger();
        LedgerQuery query = { .endpoint = "a", .kind = _DRIFT_KIND_MAX, .limit = 3 };
        int64_t expected_at = NOW + 19;
        size_t n_pages = 0;

        for (int64_t k = 0; k < 20; k++)
                append(l, k % 2 == 0 ? "b" : "a", DRIFT_KIND_LEAF, NOW + k);

        do {
                CLEANUP(page_done) Page p = ask(l, query);

                ck_assert_uint_le(p.n, query.limit);
                for (size_t k = 0; k < p.n; k++, expected_at -= 2)
                        ck_assert_int_eq(p.entries[k]->change.at, expected_at);
                /* What comes in meanwhile moves no later page. */
                append(l, "a", DRIFT_KIND_LEAF, NOW + 100);
                query.before_id = p.next_before_id;
                n_pages++;
        } while (query.before_id != 0);

        ck_assert_int_eq(expected_at, NOW - 1);
        ck_assert_uint_eq(n_pages, 4);
}
END_TEST

START_TEST(a_page_that_is_just_full_is_the_last)
{
        CLEANUP(ledger_cleanup) Ledger *l = ledger();

        append(l, "a", DRIFT_KIND_LEAF, NOW);
        append(l, "a", DRIFT_KIND_LEAF, NOW);

        CLEANUP(page_done) Page p = ask(l, (LedgerQuery){ .kind = _DRIFT_KIND_MAX, .limit = 2 });

        ck_assert_uint_eq(p.n, 2);
        ck_assert_int_eq(p.next_before_id, 0);
}
END_TEST

typedef struct BeforeRow {
        const char *name;
        int64_t before_id;
        size_t n; /* of the ten, ids 1 to 10 */
} BeforeRow;

static const BeforeRow before_rows[] = {
        { "none: from the newest on", 0, 10 },
        { "a negative one is none", -1, 10 },
        { "the least there is", INT64_MIN, 10 },
        { "one that is not there yet", 11, 10 },
        { "the highest there is", INT64_MAX, 10 },
        { "the newest", 10, 9 },
        { "one in between", 4, 3 },
        { "the oldest", 1, 0 },
};

START_TEST(only_older_ones_follow)
{
        const BeforeRow *row = &before_rows[_i];
        CLEANUP(ledger_cleanup) Ledger *l = ledger();

        for (int64_t k = 0; k < 10; k++)
                append(l, "a", DRIFT_KIND_LEAF, NOW + k);

        CLEANUP(page_done) Page p =
                ask(l, (LedgerQuery){ .kind = _DRIFT_KIND_MAX, .before_id = row->before_id });

        ck_assert_msg(p.n == row->n, "%s: %zu entries", row->name, p.n);
        if (p.n > 0)
                ck_assert_int_eq(p.entries[0]->change.at, NOW + (int64_t) row->n - 1);
}
END_TEST

START_TEST(one_that_is_gone_is_followed_by_nothing)
{
        CLEANUP(ledger_cleanup) Ledger *l = ledger();

        for (size_t k = 0; k < LEDGER_ENTRIES_MAX + 10; k++)
                append(l, "a", DRIFT_KIND_LEAF, NOW);

        CLEANUP(page_done) Page p = ask(l, (LedgerQuery){ .kind = _DRIFT_KIND_MAX, .before_id = 5 });

        ck_assert_uint_eq(p.n, 0);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("ledger");
        TCase *appending = tcase_create("appending");
        TCase *stored = tcase_create("out of the store");
        TCase *asking = tcase_create("asking");

        tcase_add_test(appending, an_empty_ledger_has_nothing_to_show);
        tcase_add_test(appending, what_is_appended_is_copied);
        tcase_add_test(appending, a_change_of_the_endpoint_as_a_whole_has_no_address);
        tcase_add_test(appending, the_last_of_several_is_the_newest);
        tcase_add_test(appending, the_oldest_go_first_when_it_is_full);
        suite_add_tcase(suite, appending);

        tcase_add_loop_test(stored, what_the_store_holds_goes_before_what_it_does_not, 0,
                ARRAY_LEN(insert_rows));
        tcase_add_test(stored, a_full_one_keeps_what_waits);
        tcase_add_test(stored, one_can_be_taken_out);
        suite_add_tcase(suite, stored);

        tcase_add_test(asking, an_endpoint_is_asked_for_by_its_exact_name);
        tcase_add_test(asking, kind_and_endpoint_have_to_fit_both);
        tcase_add_test(asking, pages_hold_every_entry_once);
        tcase_add_test(asking, a_page_that_is_just_full_is_the_last);
        tcase_add_loop_test(asking, only_older_ones_follow, 0, ARRAY_LEN(before_rows));
        tcase_add_test(asking, one_that_is_gone_is_followed_by_nothing);
        suite_add_tcase(suite, asking);
        return suite_run(suite);
}
