/* SPDX-License-Identifier: MIT */
#include "render/render_discovery.h"

#include <jansson.h>
#include <string.h>

#include "tests/support/estate.h"
#include "tests/support/suite.h"

static json_t *discover(const EstateEndpoint *endpoints, size_t n)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(endpoints, n);
        CLEANUP_BUF Buf b = BUF_INIT;
        json_error_t error;
        json_t *list = NULL;

        ck_assert_int_eq(render_discovery(inventory_config(i), &b), 0);
        list = json_loadb(b.data, b.len, JSON_REJECT_DUPLICATES, &error);
        ck_assert_msg(list != NULL, "%s: %s", error.text, buf_str(&b));
        ck_assert(json_is_array(list));
        return list;
}

static const char *target(const json_t *list, size_t i)
{
        const json_t *targets = json_object_get(json_array_get(list, i), "targets");

        ck_assert_uint_eq(json_array_size(targets), 1);
        return json_string_value(json_array_get(targets, 0));
}

static const char *label(const json_t *list, size_t i, const char *name)
{
        return json_string_value(
                json_object_get(json_object_get(json_array_get(list, i), "labels"), name));
}

START_TEST(test_labels_are_what_is_configured)
{
        static const EstateEndpoint two[] = {
                {.name = "QM1/A", .qmgr = "QM1", .channel = "A.SVRCONN", .contact = "payments-mw",
                        .group = "payments"},
                {.name = "B"},
        };
        json_t *list = discover(two, ARRAY_LEN(two));

        ck_assert_uint_eq(json_array_size(list), 2);
        ck_assert_pstr_eq(target(list, 0), "QM1/A");
        ck_assert_pstr_eq(label(list, 0, "__meta_mqtls_qmgr"), "QM1");
        ck_assert_pstr_eq(label(list, 0, "__meta_mqtls_channel"), "A.SVRCONN");
        ck_assert_pstr_eq(label(list, 0, "__meta_mqtls_conname"), "qm1.example.com(1414)");
        ck_assert_pstr_eq(label(list, 0, "__meta_mqtls_sslciph"), "ANY_TLS12_OR_HIGHER");
        ck_assert_pstr_eq(label(list, 0, "__meta_mqtls_contact"), "payments-mw");
        ck_assert_pstr_eq(label(list, 0, "__meta_mqtls_group"), "payments");
        ck_assert_pstr_eq(target(list, 1), "B");
        ck_assert_pstr_eq(label(list, 1, "__meta_mqtls_qmgr"), NULL);
        ck_assert_pstr_eq(label(list, 1, "__meta_mqtls_group"), NULL);
        json_decref(list);
}
END_TEST

static const char *const names[] = {
        "\"],\"labels\":{}},{\"targets\":[\"10.0.0.1:22",
        "back\\slash",
        "line\nbreak\ttab",
        "M\303\274ller \360\237\224\222",
        "100% <b>/probe?target=x&y",
};

START_TEST(test_any_name_is_one_target)
{
        const EstateEndpoint odd[] = {{.name = names[_i], .qmgr = names[_i]}};
        json_t *list = discover(odd, 1);

        ck_assert_uint_eq(json_array_size(list), 1);
        ck_assert_pstr_eq(target(list, 0), names[_i]);
        ck_assert_pstr_eq(label(list, 0, "__meta_mqtls_qmgr"), names[_i]);
        json_decref(list);
}
END_TEST

/* It could not be asked for under the name that the list would show. */
START_TEST(test_a_name_that_is_no_text_is_left_out)
{
        static const EstateEndpoint odd[] = {{.name = "\xff\xfe"}, {.name = "B"}};
        json_t *list = discover(odd, ARRAY_LEN(odd));

        ck_assert_uint_eq(json_array_size(list), 1);
        ck_assert_pstr_eq(target(list, 0), "B");
        json_decref(list);
}
END_TEST

START_TEST(test_no_endpoints_are_an_empty_list)
{
        json_t *list = discover(NULL, 0);

        ck_assert_uint_eq(json_array_size(list), 0);
        json_decref(list);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("render_discovery");
        TCase *tc = tcase_create("targets");

        tcase_add_test(tc, test_labels_are_what_is_configured);
        tcase_add_loop_test(tc, test_any_name_is_one_target, 0, (int) ARRAY_LEN(names));
        tcase_add_test(tc, test_a_name_that_is_no_text_is_left_out);
        tcase_add_test(tc, test_no_endpoints_are_an_empty_list);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
