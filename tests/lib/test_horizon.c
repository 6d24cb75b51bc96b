/* SPDX-License-Identifier: MIT */
#include "render/horizon.h"

#include <stdio.h>

#include "base/timefmt.h"
#include "tests/support/estate.h"
#include "tests/support/suite.h"

#define DAY SECONDS_PER_DAY

static const struct {
        const char *name;
        int64_t left; /* seconds */
        unsigned column;
} columns[] = {
        {"now", 0, HORIZON_FIRST_DAY},
        {"the last second of the first day", DAY - 1, HORIZON_FIRST_DAY},
        {"the second day", DAY, HORIZON_FIRST_DAY + 1},
        {"the last of the eight weeks", 56 * DAY - 1, HORIZON_FIRST_FORTNIGHT - 1},
        {"the first fortnight", 56 * DAY, HORIZON_FIRST_FORTNIGHT},
        {"its last second", 70 * DAY - 1, HORIZON_FIRST_FORTNIGHT},
        {"the last fortnight", (56 + 26 * 14) * DAY - 1, HORIZON_FIRST_LATER - 1},
        {"behind it", (56 + 26 * 14) * DAY, HORIZON_FIRST_LATER},
        {"three years", 3 * 365 * DAY, HORIZON_FIRST_LATER + 2},
        {"the end of all time", INT64_C(253402300799), HORIZON_COLUMNS - 1},
        {"a second ago", -1, HORIZON_OVERDUE - 1},
        {"yesterday", -DAY, HORIZON_OVERDUE - 2},
        {"a week ago", -7 * DAY, HORIZON_OVERDUE - 5},
        {"years ago", -3000 * DAY, 0},
};

START_TEST(test_columns)
{
        ck_assert_msg(horizon_column(PKI_NOW + columns[_i].left, PKI_NOW) == columns[_i].column,
                "%s: %u", columns[_i].name, horizon_column(PKI_NOW + columns[_i].left, PKI_NOW));
}
END_TEST

static void answer(Inventory *i, const char *name, const PkiCert *const *certs, size_t n)
{
        Observation *o = estate_observation(PKI_NOW);

        for (size_t k = 0; k < n; k++) {
                char ip[32];

                (void) snprintf(ip, sizeof(ip), "192.0.2.%zu", k + 1);
                estate_answered(estate_address(o, "qm1.example.com(1414)", ip), &certs[k], 1, true,
                        PKI_NOW);
        }
        estate_record(i, name, o, PKI_NOW);
}

START_TEST(test_a_leaf_is_one_mark_whoever_serves_it)
{
        static const EstateEndpoint four[] = {
                {.name = "A", .has_trust = true, .all_addresses = true},
                {.name = "B", .has_trust = true, .all_addresses = true},
                {.name = "C", .has_trust = true, .all_addresses = true},
                {.name = "D"},
        };
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(four, ARRAY_LEN(four));
        CLEANUP_PKI PkiCert soon =
                pki_issue(&(PkiOptions){.cn = "A", .not_after = PKI_AT(PKI_NOW + 5 * DAY)});
        CLEANUP_PKI PkiCert late =
                pki_issue(&(PkiOptions){.cn = "A", .not_after = PKI_AT(PKI_NOW + 90 * DAY)});
        CLEANUP_HORIZON Horizon h = {0};

        answer(i, "A", (const PkiCert *const[]){&late, &late}, 2);
        answer(i, "B", (const PkiCert *const[]){&soon, &late}, 2);
        answer(i, "C", (const PkiCert *const[]){&soon, &soon}, 2);
        ck_assert_int_eq(horizon_look(i, PKI_NOW, &h), 0);

        ck_assert_uint_eq(h.n_marks, 2);
        ck_assert_uint_eq(h.n_without, 1);
        ck_assert_uint_eq(h.marks[0].n_endpoints, 2);
        ck_assert_int_eq(h.marks[0].state, EXPIRY_CRITICAL);
        ck_assert_uint_eq(h.marks[0].column, HORIZON_FIRST_DAY + 5);
        ck_assert_str_eq(h.marks[0].endpoint->config->name, "B");
        ck_assert_uint_eq(h.marks[1].n_endpoints, 2);
        ck_assert_int_eq(h.marks[1].state, EXPIRY_OK);
        ck_assert_str_eq(h.marks[1].endpoint->config->name, "A");
}
END_TEST

START_TEST(test_a_date_that_is_only_remembered_is_a_mark_too)
{
        static const EstateEndpoint two[] = {{.name = "A"}, {.name = "B"}};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, ARRAY_LEN(two));
        CLEANUP_HORIZON Horizon h = {0};

        for (size_t k = 0; k < 2; k++) {
                AssessedDates *d = &inventory_at(i, k)->dates;

                *d = (AssessedDates){.has_effective = true, .effective_at = PKI_NOW - DAY};
        }
        ck_assert_int_eq(horizon_look(i, PKI_NOW, &h), 0);
        ck_assert_uint_eq(h.n_marks, 2);
        ck_assert_int_eq(h.marks[0].state, EXPIRY_EXPIRED);
        ck_assert_ptr_null(h.marks[0].leaf);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("horizon");
        TCase *horizon = tcase_create("horizon");

        tcase_add_loop_test(horizon, test_columns, 0, (int) ARRAY_LEN(columns));
        tcase_add_test(horizon, test_a_leaf_is_one_mark_whoever_serves_it);
        tcase_add_test(horizon, test_a_date_that_is_only_remembered_is_a_mark_too);
        suite_add_tcase(suite, horizon);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
