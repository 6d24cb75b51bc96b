/* SPDX-License-Identifier: MIT */

/* Key repositories, and endpoints held against them, in the metrics and in the JSON. */

#include <jansson.h>
#include <string.h>

#include "model/config_load.h"
#include "render/render_metrics.h"
#include "render/render_status.h"
#include "tests/support/estate.h"
#include "tests/support/keystore_maker.h"
#include "tests/support/metrics_parser.h"
#include "tests/support/suite.h"

#define NOW PKI_NOW
#define DAY PKI_DAY
#define DEFAULT_LABEL "ibmwebspheremqqm1"

#define CONFIG                                                                                     \
        "keystores = ( { name = \"QM1 keys\"; path = \"/q/key.kdb\"; qmgr = \"QM1\"; },\n"         \
        " { name = \"never read\"; path = \"/q/other\"; qmgr = \"QM2\"; } );\n"                    \
        "endpoints = ( { name = \"e\"; qmgr = \"QM1\"; channel = \"A\"; conname = \"h\";"          \
        " sslciph = \"ANY\"; } );\n"

static Inventory *inventory(void)
{
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        CLEANUP(config_cleanup) Config *c = NULL;
        Inventory *i = NULL;

        ck_assert_int_eq(config_load_text("test", CONFIG, strlen(CONFIG), NULL, &issues, &c), 0);
        ck_assert_int_eq(inventory_new(c, &i), 0);
        return i;
}

static void take(Inventory *i, const MakerRecord *records, size_t n, const char *stash_problem)
{
        CLEANUP_MAKER MakerFile f = maker_cms(&(MakerOptions){ .version = 4 }, records, n);
        RepositoryReading reading = { .stash_problem = stash_problem ? strdup(stash_problem) : NULL };
        bool changed = false;

        ck_assert_int_eq(keystore_parse("/q/key.kdb", f.bytes.data, f.bytes.len, NULL, &reading.problem,
                                 &reading.keystore), 0);
        ck_assert_int_eq(inventory_take_reading(i, 0, &reading, NOW, &changed), 0);
        ck_assert_int_eq(inventory_reassess(i, NOW), 0);
}

static void served(Inventory *i, const PkiCert *cert)
{
        Observation *o = estate_observation(NOW);

        estate_answered(estate_address(o, "h(1414)", "192.0.2.1"), &cert, 1, false, NOW);
        ck_assert_int_eq(inventory_record(i, inventory_find(i, "e"), o, NOW), 0);
}

/* Both formats are read, which finds a series that stands twice; what the text one says is handed out. */
static void read_page(const Inventory *i, ParsedMetrics *ret)
{
        CLEANUP_BUF Buf text = BUF_INIT, open = BUF_INIT;
        ParsedMetrics parsed;

        ck_assert_int_eq(render_metrics(i, NULL, METRICS_OPENMETRICS, &open), 0);
        ck_assert_msg(parsed_metrics_read(open.data, open.len, true, &parsed), "OpenMetrics: %s",
                parsed.error);
        ck_assert_int_eq(render_metrics(i, NULL, METRICS_TEXT, &text), 0);
        ck_assert_msg(parsed_metrics_read(text.data, text.len, false, ret), "text: %s", ret->error);
        parsed_metrics_done(&parsed);
}

#define ck_assert_value(p, name, labels, wanted)                                                   \
        do {                                                                                       \
                const ParsedSample *found_ = parsed_metrics_find((p), (name), (labels));           \
                ck_assert_msg(found_ != NULL, "no single %s{%s}", (name), (labels));               \
                ck_assert_double_eq_tol(found_->value, (double) (wanted), 1e-9);                   \
        } while (0)
#define ck_assert_absent(p, name, labels)                                                          \
        ck_assert_uint_eq(parsed_metrics_count((p), (name), (labels)), 0)

static json_t *read_status(const Inventory *i, const StatusFilter *filter)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        json_error_t error;
        json_t *root = NULL;

        ck_assert_int_eq(render_status(i, NULL, filter, NOW, &b), 0);
        root = json_loadb(b.data, b.len, JSON_REJECT_DUPLICATES, &error);
        ck_assert_msg(root != NULL, "%s", error.text);
        return root;
}

static const char *text_at(json_t *o, const char *key)
{
        return json_string_value(json_object_get(o, key));
}

START_TEST(what_a_file_holds_is_exported_and_what_is_served_held_to_thresholds)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory();
        CLEANUP_PKI PkiCert old = pki_issue(&(PkiOptions){ .cn = "QM1",
                .not_before = PKI_AT(NOW - 300 * DAY), .not_after = PKI_AT(NOW - DAY) });
        CLEANUP_PKI PkiCert new = pki_issue(&(PkiOptions){ .cn = "QM1",
                .not_before = PKI_AT(NOW - DAY), .not_after = PKI_AT(NOW + 364 * DAY) });
        const MakerRecord records[] = {
                { .label = "old", .cert = &old, .is_personal = true },
                { .label = DEFAULT_LABEL, .cert = &new, .is_personal = true },
        };
        CLEANUP_PARSED ParsedMetrics p;

        take(i, records, 2, NULL);
        served(i, &old);
        read_page(i, &p);
        ck_assert_value(&p, "mqtls_keystore_readable", "keystore=QM1 keys", 1);
        ck_assert_value(&p, "mqtls_keystore_last_read_timestamp_seconds", "keystore=QM1 keys", NOW);
        ck_assert_value(&p, "mqtls_keystore_info",
                "keystore=QM1 keys,qmgr=QM1,path=/q/key.kdb,kind=cms", 1);
        ck_assert_value(&p, "mqtls_keystore_cert_not_after_timestamp_seconds",
                "keystore=QM1 keys,cert_label=old,position=0,role=personal", NOW - DAY);
        ck_assert_value(&p, "mqtls_keystore_cert_not_after_timestamp_seconds",
                "cert_label=" DEFAULT_LABEL ",position=0", NOW + 364 * DAY);
        ck_assert_value(&p, "mqtls_keystore_policy_expiry_warning_seconds", "keystore=QM1 keys", 30 * DAY);
        ck_assert_value(&p, "mqtls_keystore_policy_expiry_critical_seconds",
                "keystore=QM1 keys,cert_label=" DEFAULT_LABEL ",position=0", 7 * DAY);
        ck_assert_value(&p, "mqtls_keystore_finding",
                "cert_label=" DEFAULT_LABEL ",finding=label_missing", 0);
        ck_assert_value(&p, "mqtls_keystore_finding", "finding=stash_file", 0);
        ck_assert_value(&p, "mqtls_served_matches_keystore",
                "endpoint=e,qmgr=QM1,channel=A,keystore=QM1 keys,cert_label=" DEFAULT_LABEL, 0);

        /* Of the one that was not read yet there is nothing but its name. */
        ck_assert_value(&p, "mqtls_keystore_info", "keystore=never read,path=/q/other,kind=", 1);
        ck_assert_absent(&p, "mqtls_keystore_readable", "keystore=never read");
        ck_assert_absent(&p, "mqtls_keystore_finding", "keystore=never read");
}
END_TEST

START_TEST(what_is_wrong_is_1)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory();
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){ .cn = "QM1" });
        const MakerRecord record = { .label = "other", .cert = &cert, .is_personal = true };
        RepositoryReading failed = { .problem = strdup("cannot be read") };
        bool changed = false;
        CLEANUP_PARSED ParsedMetrics p;

        take(i, &record, 1, "too wide");
        ck_assert_int_eq(inventory_take_reading(i, 0, &failed, NOW + 9, &changed), 0);
        served(i, &cert);
        read_page(i, &p);
        ck_assert_value(&p, "mqtls_keystore_readable", "keystore=QM1 keys", 0);
        ck_assert_value(&p, "mqtls_keystore_finding", "finding=label_missing", 1);
        ck_assert_value(&p, "mqtls_keystore_cert_not_after_timestamp_seconds", "cert_label=other",
                PKI_NOW + 365 * DAY);
        ck_assert_absent(&p, "mqtls_keystore_policy_expiry_warning_seconds", "");
        ck_assert_absent(&p, "mqtls_served_matches_keystore", "");
}
END_TEST

/* Labels that are alike: the same one twice, and two that differ only behind what is cut off. */
START_TEST(no_two_certificates_are_one_series)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory();
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){ .cn = "QM1" });
        char long_a[400], long_b[400];
        MakerRecord records[] = {
                { .label = "twice", .cert = &cert },
                { .label = "a\"b\\c\nd\xff", .cert = &cert },
                { .label = "twice", .cert = &cert },
                { .label = long_a, .cert = &cert },
                { .label = long_b, .cert = &cert },
                { .label = "", .cert = &cert },
        };
        CLEANUP_PARSED ParsedMetrics p;

        memset(long_a, 'x', sizeof(long_a));
        memset(long_b, 'x', sizeof(long_b));
        long_a[398] = 'a';
        long_a[399] = long_b[399] = '\0';
        take(i, records, ARRAY_LEN(records), NULL);
        read_page(i, &p);
        ck_assert_uint_eq(
                parsed_metrics_count(&p, "mqtls_keystore_cert_not_after_timestamp_seconds", ""), 6);
        ck_assert_uint_eq(parsed_metrics_count(&p, "mqtls_keystore_cert_not_after_timestamp_seconds",
                                  "cert_label=twice,position=1"), 1);
        ck_assert_uint_eq(parsed_metrics_count(&p, "mqtls_keystore_cert_not_after_timestamp_seconds",
                                  "position=1"), 2);
}
END_TEST

START_TEST(the_document_says_all_of_it)
{
        CLEANUP(inventory_cleanup) Inventory *i = inventory();
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){ .cn = "QM1",
                .not_before = PKI_AT(NOW - DAY), .not_after = PKI_AT(NOW + 20 * DAY) });
        const MakerRecord record = { .label = DEFAULT_LABEL, .cert = &cert, .is_personal = true };
        json_t *root = NULL, *k = NULL, *c = NULL, *e = NULL;

        take(i, &record, 1, "too wide");
        served(i, &cert);
        root = read_status(i, NULL);
        ck_assert_uint_eq(json_array_size(json_object_get(root, "keystores")), 2);
        k = json_array_get(json_object_get(root, "keystores"), 0);
        ck_assert_str_eq(text_at(k, "name"), "QM1 keys");
        ck_assert_str_eq(text_at(k, "path"), "/q/key.kdb");
        ck_assert_str_eq(text_at(k, "kind"), "cms");
        ck_assert_str_eq(text_at(k, "severity"), "warning");
        ck_assert_ptr_nonnull(strstr(text_at(k, "message"), "ends soon"));
        ck_assert_str_eq(text_at(k, "stash_problem"), "too wide");
        ck_assert(json_is_true(json_object_get(k, "readable")));
        ck_assert_int_eq(json_integer_value(json_object_get(k, "read_at_epoch")), NOW);
        ck_assert(json_is_null(json_object_get(k, "changed_at")));
        c = json_array_get(json_object_get(k, "certificates"), 0);
        ck_assert_str_eq(text_at(c, "label"), DEFAULT_LABEL);
        ck_assert_str_eq(text_at(c, "role"), "personal");
        ck_assert_str_eq(text_at(c, "state"), "warning");
        ck_assert(json_is_true(json_object_get(c, "served")));
        c = json_array_get(json_object_get(k, "served"), 0);
        ck_assert(json_is_null(json_object_get(c, "certlabl")));
        ck_assert_str_eq(text_at(c, "label"), DEFAULT_LABEL);

        k = json_array_get(json_object_get(root, "keystores"), 1);
        ck_assert_str_eq(text_at(k, "severity"), "unknown");
        ck_assert(json_is_null(json_object_get(k, "readable")));

        e = json_array_get(json_object_get(root, "endpoints"), 0);
        k = json_array_get(json_object_get(e, "keystores"), 0);
        ck_assert_str_eq(text_at(k, "name"), "QM1 keys");
        ck_assert_str_eq(text_at(k, "label"), DEFAULT_LABEL);
        ck_assert(json_is_true(json_object_get(k, "matches")));
        json_decref(root);

        root = read_status(i, &(StatusFilter){ .qmgr = "QM2" });
        ck_assert_uint_eq(json_array_size(json_object_get(root, "keystores")), 1);
        json_decref(root);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("render_keystores");
        TCase *tcase = tcase_create("render_keystores");

        tcase_add_test(tcase, what_a_file_holds_is_exported_and_what_is_served_held_to_thresholds);
        tcase_add_test(tcase, what_is_wrong_is_1);
        tcase_add_test(tcase, no_two_certificates_are_one_series);
        tcase_add_test(tcase, the_document_says_all_of_it);
        suite_add_tcase(suite, tcase);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
