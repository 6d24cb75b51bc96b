/* SPDX-License-Identifier: MIT */
#include "render/render_tables.h"

#include <jansson.h>
#include <string.h>

#include "judge/diagnosis.h"
#include "judge/drift.h"
#include "model/config_load.h"
#include "mq/cipherspec.h"
#include "render/alert.h"
#include "render/metrics.h"
#include "tests/support/suite.h"

static size_t n_settings(void)
{
        size_t n = 0;

        while (setting_info(n))
                n++;
        return n;
}

static size_t n_metrics(void)
{
        return _METRIC_MAX;
}

static size_t n_diagnoses(void)
{
        return _DIAGNOSIS_MAX - DIAGNOSIS_NONE - 1;
}

static size_t n_cipherspecs(void)
{
        size_t n = 0;

        (void) cipherspec_table(&n);
        return n;
}

static size_t n_drift_kinds(void)
{
        return _DRIFT_KIND_MAX;
}

static size_t n_drift_events(void)
{
        return _DRIFT_EVENT_MAX;
}

static const struct {
        const char *name;
        int (*render)(bool json, Buf *b);
        size_t (*count)(void);
        const char *keys[16]; /* stable, in order */
} tables[] = {
        {"settings", render_settings, n_settings,
                {"section", "name", "type", "default", "limits", "in_defaults", "supported",
                        "meaning"}},
        {"metrics", render_metric_families, n_metrics, {"name", "type", "unit", "labels", "help"}},
        {"diagnoses", render_diagnoses, n_diagnoses,
                {"stage", "reason", "severity", "fails", "certainty", "cause", "amq_initiator",
                        "amq_qmgr", "csqx", "mqrc", "remedy", "meaning"}},
        {"CipherSpecs", render_cipherspecs, n_cipherspecs,
                {"name", "code", "version", "iana_name", "openssl_name", "key_exchange", "key_type",
                        "encryption", "bits", "mac", "preference", "support", "fips", "platforms",
                        "status"}},
        {"drift", render_drift_kinds, n_drift_kinds,
                {"name", "of_cert", "of_offer", "breaks", "remedy", "meaning"}},
        {"events of drift", render_drift_events, n_drift_events, {"name", "alarm", "meaning"}},
        {"alerts", render_alerts, alert_count,
                {"name", "severity", "impact", "diagnosis", "mitigation", "meaning"}},
};

START_TEST(test_json_has_a_row_for_each)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        json_error_t error;
        json_t *list = NULL, *row = NULL;
        size_t i = 0;

        ck_assert_int_eq(tables[_i].render(true, &b), 0);
        list = json_loadb(b.data, b.len, JSON_REJECT_DUPLICATES, &error);
        ck_assert_msg(list != NULL, "%s: %s", tables[_i].name, error.text);
        ck_assert_uint_eq(json_array_size(list), tables[_i].count());
        ck_assert_uint_gt(json_array_size(list), 5);

        json_array_foreach(list, i, row)
        {
                void *iterator = json_object_iter(row);

                for (size_t k = 0; tables[_i].keys[k]; k++) {
                        ck_assert_pstr_eq(json_object_iter_key(iterator), tables[_i].keys[k]);
                        iterator = json_object_iter_next(row, iterator);
                }
                ck_assert_ptr_null(iterator);
        }
        json_decref(list);
}
END_TEST

START_TEST(test_text_has_a_line_for_each_and_is_aligned)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        size_t lines = 0, second = 0;
        char *save = NULL;

        ck_assert_int_eq(tables[_i].render(false, &b), 0);
        for (char *line = strtok_r(b.data, "\n", &save); line;
                line = strtok_r(NULL, "\n", &save), lines++) {
                if (lines == 0)
                        second = (size_t) (strstr(line, tables[_i].keys[1]) - line);
                ck_assert_msg(line[strlen(line) - 1] != ' ', "a blank ends: %s", line);
                ck_assert_uint_gt(strlen(line), second);
                ck_assert_msg(
                        line[second] != ' ' && line[second - 1] == ' ', "not aligned: %s", line);
        }
        ck_assert_uint_eq(lines, tables[_i].count() + 1);
}
END_TEST

/* A name is the path of a page and the label of an alert: nothing but letters. */
START_TEST(test_an_alert_is_found_by_its_name_alone)
{
        const AlertInfo *alert = alert_info((size_t) _i);

        ck_assert_ptr_eq(alert_by_name(alert->name), alert);
        ck_assert_str_eq(alert->name + strspn(alert->name,
                                               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
                "");
        ck_assert_ptr_null(alert_by_name(""));
        ck_assert_ptr_null(alert_by_name("Mqtls"));
        ck_assert_ptr_null(alert_info(alert_count()));
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("render_tables");
        TCase *dump = tcase_create("dump");

        tcase_add_loop_test(dump, test_json_has_a_row_for_each, 0, (int) ARRAY_LEN(tables));
        tcase_add_loop_test(
                dump, test_text_has_a_line_for_each_and_is_aligned, 0, (int) ARRAY_LEN(tables));
        tcase_add_loop_test(
                dump, test_an_alert_is_found_by_its_name_alone, 0, (int) alert_count());
        suite_add_tcase(suite, dump);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
