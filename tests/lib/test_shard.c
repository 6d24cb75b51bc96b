/* SPDX-License-Identifier: MIT */
#include "model/shard.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "model/config_load.h"
#include "tests/support/suite.h"

enum {
        NAMES = 3000,
};

static const struct {
        const char *text;
        unsigned number, count; /* 0: refused */
} texts[] = {
        { "1/1", 1, 1 },
        { "2/8", 2, 8 },
        { "1000/1000", 1000, 1000 },
        { "01/02", 1, 2 },
        { "0/8", 0, 0 },
        { "9/8", 0, 0 },
        { "1/1001", 0, 0 },
        { "1/18446744073709551617", 0, 0 },
        { "", 0, 0 },
        { "2", 0, 0 },
        { "2/", 0, 0 },
        { "/8", 0, 0 },
        { "-1/8", 0, 0 },
        { "+1/8", 0, 0 },
        { " 1/8", 0, 0 },
        { "1/8 ", 0, 0 },
        { "1/8/2", 0, 0 },
};

START_TEST(test_texts)
{
        Shard s = { 77, 78 };
        int r = shard_parse(texts[_i].text, &s);

        ck_assert_msg(r == (texts[_i].count > 0 ? 0 : -EINVAL), "\"%s\": %d", texts[_i].text, r);
        ck_assert_uint_eq(s.number, texts[_i].count > 0 ? texts[_i].number : 77);
        ck_assert_uint_eq(s.count, texts[_i].count > 0 ? texts[_i].count : 78);
}
END_TEST

/* As they are called: much alike. */
static void name_of(unsigned i, char name[static 64])
{
        (void) snprintf(name, 64, "QM%u/APP%u.SVRCONN@qm%u.example.com(1414)", i % 97, i, i % 97);
}

static unsigned taker(const char *name, unsigned count)
{
        unsigned found = 0, n = 0;

        for (unsigned k = 1; k <= count; k++)
                if (shard_takes(&(Shard){ k, count }, name)) {
                        found = k;
                        n++;
                }
        ck_assert_msg(n == 1, "%s is taken by %u of %u", name, n, count);
        return found;
}

START_TEST(test_every_name_is_taken_once_and_the_load_is_even)
{
        static const unsigned counts[] = { 1, 2, 3, 8, 20 };
        unsigned count = counts[_i], taken[21] = {0};

        for (unsigned i = 0; i < NAMES; i++) {
                char name[64];

                name_of(i, name);
                taken[taker(name, count)]++;
        }
        for (unsigned k = 1; k <= count; k++) {
                ck_assert_uint_gt(taken[k], NAMES / count * 7 / 10);
                ck_assert_uint_lt(taken[k], NAMES / count * 13 / 10 + 1);
        }
}
END_TEST

START_TEST(test_one_shard_more_takes_from_all_and_moves_nothing_else)
{
        unsigned n_moved = 0;

        for (unsigned i = 0; i < NAMES; i++) {
                unsigned before, after;
                char name[64];

                name_of(i, name);
                before = taker(name, 8);
                after = taker(name, 9);
                if (before == after)
                        continue;
                ck_assert_uint_eq(after, 9);
                n_moved++;
        }
        ck_assert_uint_gt(n_moved, NAMES / 9 * 7 / 10);
        ck_assert_uint_lt(n_moved, NAMES / 9 * 13 / 10);
}
END_TEST

/* Computed by the words of mqtlsd.conf(5), not by this code. Another hash would move every endpoint of
 * every installation. */
static const struct {
        const char *name;
        unsigned of_2, of_8, of_1000;
} promised[] = {
        { "QM1/APP.SVRCONN", 1, 5, 326 },
        { "QM2/APP.SVRCONN", 1, 3, 676 },
        { "TO.QM2@qm2a.example.com(1414)", 2, 6, 633 },
        { "a", 1, 1, 877 },
        { "K\xc3\xb6ln", 2, 3, 116 },
};

START_TEST(test_the_hash_is_the_promised_one)
{
        ck_assert_uint_eq(taker(promised[_i].name, 2), promised[_i].of_2);
        ck_assert_uint_eq(taker(promised[_i].name, 8), promised[_i].of_8);
        ck_assert_uint_eq(taker(promised[_i].name, 1000), promised[_i].of_1000);
}
END_TEST

/* ---- in the configuration ---- */

#define SIX                                                                                        \
        "defaults = { conname = \"h\"; sslciph = \"ANY\"; };\n"                                    \
        "endpoints = ( { channel = \"A\"; }, { channel = \"B\"; }, { channel = \"C\"; },\n"        \
        "  { channel = \"D\"; }, { channel = \"E\"; }, { channel = \"F\"; } );\n"

static Config *load(const char *text)
{
        Issues issues = ISSUES_INIT;
        Config *c = NULL;

        ck_assert_int_eq(config_load_text("x.conf", text, strlen(text), NULL, &issues, &c), 0);
        issues_done(&issues);
        return c;
}

START_TEST(test_configurations_of_all_shards_hold_each_endpoint_once)
{
        CLEANUP(config_cleanup) Config *all = load(SIX);
        CLEANUP(config_cleanup) Config *one = load("shard = \"1/3\";\n" SIX);
        CLEANUP(config_cleanup) Config *two = load("shard = \"2/3\";\n" SIX);
        CLEANUP(config_cleanup) Config *three = load("shard = \"3/3\";\n" SIX);
        const Config *shards[] = { one, two, three };
        size_t n = 0;

        ck_assert_uint_eq(all->n_endpoints, 6);
        ck_assert_uint_eq(all->shard.count, 1);
        for (size_t s = 0; s < ARRAY_LEN(shards); s++) {
                ck_assert_uint_eq(shards[s]->n_endpoints_all, 6);
                ck_assert_uint_eq(shards[s]->shard.number, s + 1);
                n += shards[s]->n_endpoints;
                for (size_t i = 0; i < shards[s]->n_endpoints; i++)
                        ck_assert(shard_takes(
                                &shards[s]->shard, shards[s]->endpoints[i].name));
        }
        ck_assert_uint_eq(n, 6);
}
END_TEST

START_TEST(test_a_mistake_in_another_shards_endpoint_is_a_mistake)
{
        static const char *const numbers[] = { "1/2", "2/2" };

        for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
                Issues issues = ISSUES_INIT;
                Config *c = NULL;
                char text[256];

                (void) snprintf(text, sizeof(text),
                        "shard = \"%s\";\n"
                        "endpoints = ( { channel = \"A\"; conname = \"h\"; sslciph = \"NONE\"; } );\n",
                        numbers[i]);
                ck_assert_int_eq(
                        config_load_text("x.conf", text, strlen(text), NULL, &issues, &c), -EINVAL);
                issues_done(&issues);
        }
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("shard");
        TCase *tc = tcase_create("shard");

        tcase_add_loop_test(tc, test_texts, 0, ARRAY_LEN(texts));
        tcase_add_loop_test(tc, test_every_name_is_taken_once_and_the_load_is_even, 0, 5);
        tcase_add_test(tc, test_one_shard_more_takes_from_all_and_moves_nothing_else);
        tcase_add_loop_test(tc, test_the_hash_is_the_promised_one, 0, ARRAY_LEN(promised));
        tcase_add_test(tc, test_configurations_of_all_shards_hold_each_endpoint_once);
        tcase_add_test(tc, test_a_mistake_in_another_shards_endpoint_is_a_mistake);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
