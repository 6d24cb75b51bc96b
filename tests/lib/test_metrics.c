/* SPDX-License-Identifier: MIT */
#include "render/metrics.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/metrics_parser.h"
#include "tests/support/suite.h"

/* ---- the table ---- */

START_TEST(test_table_row_is_sound)
{
        const MetricInfo *info = metric_info((Metric) _i);
        const char *suffix = strrchr(info->name, '_');

        ck_assert_msg(
                strncmp(info->name, "mqtls_", 6) == 0 || strncmp(info->name, "process_", 8) == 0,
                "%s", info->name);
        ck_assert_int_eq(info->type == METRIC_COUNTER, strcmp(suffix, "_total") == 0);
        ck_assert_int_eq(info->type == METRIC_INFO, strcmp(suffix, "_info") == 0);
        ck_assert_msg(info->type != METRIC_INFO || *info->unit == '\0', "info has no unit");
        ck_assert_msg(strlen(info->help) > 10, "%s needs a HELP", info->name);
        ck_assert_msg(strchr(info->name, ':') == NULL && strstr(info->name, "bits") == NULL, "%s",
                info->name);
        ck_assert_ptr_nonnull(metric_type_to_string(info->type));

        for (int other = 0; other < _i; other++)
                ck_assert_str_ne(metric_info((Metric) other)->name, info->name);
}
END_TEST

/* ---- values ---- */

static const struct {
        double value;
        const char *text;
} values[] = {
        {0, "0"},
        {1, "1"},
        {-1, "-1"},
        {0.25, "0.25"},
        {0.1, "0.1"},
        {0.000001, "0.000001"},
        {0.0123, "0.0123"},
        {1.5, "1.5"},
        {900, "900"},
        {253402300799.0, "253402300799"},
        {-0.5, "-0.5"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1e300, "1e+300"},
        {1e-9, "1e-09"},
        {1234567.891, "1234567.891"},
        {999999999.9999999, "999999999.9999999"},
        {INFINITY, "+Inf"},
        {-INFINITY, "-Inf"},
        {NAN, "NaN"},
};

static void check_value(size_t row)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        CLEANUP_BUF Buf wanted = BUF_INIT;
        MetricsWriter w;

        metrics_begin(&w, &b, METRICS_TEXT);
        metrics_family(&w, METRIC_SCHEDULER_LAG);
        buf_clear(&b);
        metrics_sample(&w, NULL, NULL, 0, values[row].value);
        buf_appendf(&wanted, "mqtls_scheduler_lag_seconds %s\n", values[row].text);
        ck_assert_str_eq(buf_str(&b), buf_str(&wanted));
}

START_TEST(test_value_is_short_and_exact)
{
        check_value((size_t) _i);
}
END_TEST

START_TEST(test_value_does_not_heed_the_locale)
{
        static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "ps_AF.UTF-8"};

        for (size_t i = 0; i < ARRAY_LEN(locales); i++)
                if (setlocale(LC_NUMERIC, locales[i]))
                        check_value((size_t) _i);
}
END_TEST

START_TEST(test_integer_keeps_all_64_bits)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        MetricsWriter w;

        metrics_begin(&w, &b, METRICS_TEXT);
        metrics_family(&w, METRIC_RENEW_BY);
        buf_clear(&b);
        metrics_sample_i64(&w, NULL, NULL, 0, INT64_MIN);
        metrics_sample_i64(&w, "a=\"b\"", NULL, 0, INT64_MAX);
        ck_assert_str_eq(buf_str(&b),
                "mqtls_renew_by_timestamp_seconds -9223372036854775808\n"
                "mqtls_renew_by_timestamp_seconds{a=\"b\"} 9223372036854775807\n");
}
END_TEST

/* ---- families ---- */

static const struct {
        const char *name;
        Metric metric;
        const char *text, *openmetrics; /* how the header begins */
} headers[] = {
        {"a gauge with a unit", METRIC_PROBE_INTERVAL,
                "# TYPE mqtls_probe_interval_seconds gauge\n# HELP mqtls_probe_interval_seconds ",
                "# TYPE mqtls_probe_interval_seconds gauge\n"
                "# UNIT mqtls_probe_interval_seconds seconds\n"
                "# HELP mqtls_probe_interval_seconds "},
        {"a counter loses _total in OpenMetrics only", METRIC_PROBES_TOTAL,
                "# TYPE mqtls_probes_total counter\n# HELP mqtls_probes_total ",
                "# TYPE mqtls_probes counter\n# HELP mqtls_probes "},
        {"a counter of seconds keeps its unit", METRIC_PROCESS_CPU_SECONDS_TOTAL,
                "# TYPE process_cpu_seconds_total counter\n# HELP process_cpu_seconds_total ",
                "# TYPE process_cpu_seconds counter\n# UNIT process_cpu_seconds seconds\n"
                "# HELP process_cpu_seconds "},
        {"info is a gauge in text", METRIC_CERT_INFO,
                "# TYPE mqtls_cert_info gauge\n# HELP mqtls_cert_info ",
                "# TYPE mqtls_cert info\n# HELP mqtls_cert "},
        {"a histogram", METRIC_LOOP_STALL,
                "# TYPE mqtls_loop_stall_seconds histogram\n# HELP mqtls_loop_stall_seconds ",
                "# TYPE mqtls_loop_stall_seconds histogram\n"
                "# UNIT mqtls_loop_stall_seconds seconds\n# HELP mqtls_loop_stall_seconds "},
};

START_TEST(test_family_header)
{
        for (int open = 0; open < 2; open++) {
                const char *wanted = open ? headers[_i].openmetrics : headers[_i].text;
                CLEANUP_BUF Buf b = BUF_INIT;
                MetricsWriter w;

                metrics_begin(&w, &b, open ? METRICS_OPENMETRICS : METRICS_TEXT);
                metrics_family(&w, headers[_i].metric);
                ck_assert_msg(strncmp(buf_str(&b), wanted, strlen(wanted)) == 0, "%s: %s",
                        headers[_i].name, buf_str(&b));
        }
}
END_TEST

START_TEST(test_openmetrics_ends_with_eof_and_text_does_not)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        MetricsWriter w;

        metrics_begin(&w, &b, METRICS_OPENMETRICS);
        metrics_end(&w);
        ck_assert_str_eq(buf_str(&b), "# EOF\n");

        buf_clear(&b);
        metrics_begin(&w, &b, METRICS_TEXT);
        metrics_end(&w);
        ck_assert_str_eq(buf_str(&b), "");
}
END_TEST

START_TEST(test_histogram_is_cumulative_and_canonical)
{
        static const double bounds[] = {0.001, 0.1, 1, 10, 1000000};
        CLEANUP_BUF Buf b = BUF_INIT;
        MetricsWriter w;
        Histogram h;

        histogram_init(&h, bounds, ARRAY_LEN(bounds));
        histogram_observe(&h, 0.0005);
        histogram_observe(&h, 0.5);
        histogram_observe(&h, 2000000);
        metrics_begin(&w, &b, METRICS_OPENMETRICS);
        metrics_family(&w, METRIC_LOOP_STALL);
        buf_clear(&b);
        metrics_histogram(&w, NULL, &h);
        ck_assert_str_eq(buf_str(&b), "mqtls_loop_stall_seconds_bucket{le=\"0.001\"} 1\n"
                                      "mqtls_loop_stall_seconds_bucket{le=\"0.1\"} 1\n"
                                      "mqtls_loop_stall_seconds_bucket{le=\"1.0\"} 2\n"
                                      "mqtls_loop_stall_seconds_bucket{le=\"10.0\"} 2\n"
                                      "mqtls_loop_stall_seconds_bucket{le=\"1e+06\"} 2\n"
                                      "mqtls_loop_stall_seconds_bucket{le=\"+Inf\"} 3\n"
                                      "mqtls_loop_stall_seconds_sum 2000000.5005\n"
                                      "mqtls_loop_stall_seconds_count 3\n");
}
END_TEST

/* ---- labels ---- */

static const struct {
        const char *name;
        const char *value;
        const char *text;
} labels[] = {
        {"a plain word stays", "QM1/APP.SVRCONN", "{x=\"QM1/APP.SVRCONN\"} 1\n"},
        {"an empty value is no label", "", " 1\n"},
        {"a missing value is no label", NULL, " 1\n"},
        {"a quote is escaped", "a\"b", "{x=\"a\\\"b\"} 1\n"},
        {"a backslash is escaped", "a\\b", "{x=\"a\\\\b\"} 1\n"},
        {"a newline is escaped", "a\nb", "{x=\"a\\nb\"} 1\n"},
        {"UTF-8 stays", "M\xc3\xbcller", "{x=\"M\xc3\xbcller\"} 1\n"},
        {"what is no UTF-8 is replaced",
                "a\xff"
                "b",
                "{x=\"a\xef\xbf\xbd"
                "b\"} 1\n"},
        {"a carriage return is replaced", "a\rb",
                "{x=\"a\xef\xbf\xbd"
                "b\"} 1\n"},
};

START_TEST(test_label_value)
{
        const MetricLabel label = {"x", labels[_i].value};
        CLEANUP_BUF Buf b = BUF_INIT, wanted = BUF_INIT;
        MetricsWriter w;

        metrics_begin(&w, &b, METRICS_OPENMETRICS);
        metrics_family(&w, METRIC_BUILD_INFO);
        buf_clear(&b);
        metrics_sample_i64(&w, NULL, &label, 1, 1);
        buf_appendf(&wanted, "mqtls_build_info%s", labels[_i].text);
        ck_assert_msg(
                strcmp(buf_str(&b), buf_str(&wanted)) == 0, "%s: %s", labels[_i].name, buf_str(&b));
}
END_TEST

START_TEST(test_block_is_never_cut_and_labels_are)
{
        char longest[1001];
        const MetricLabel label = {"x", longest};
        CLEANUP_BUF Buf block = BUF_INIT, b = BUF_INIT;
        ParsedMetrics parsed;
        MetricsWriter w;

        memset(longest, 'n', sizeof(longest) - 1);
        longest[sizeof(longest) - 1] = '\0';
        metrics_append_labels(&block, &(MetricLabel){"endpoint", longest}, 1);

        metrics_begin(&w, &b, METRICS_TEXT);
        metrics_family(&w, METRIC_BUILD_INFO);
        metrics_sample_i64(&w, buf_str(&block), &label, 1, 1);
        metrics_end(&w);

        ck_assert_msg(parsed_metrics_read(b.data, b.len, false, &parsed), "%s", parsed.error);
        ck_assert_uint_eq(parsed.n_samples, 1);
        ck_assert_str_eq(parsed_sample_label(&parsed.samples[0], "endpoint"), longest);
        ck_assert_uint_le(
                strlen(parsed_sample_label(&parsed.samples[0], "x")), METRICS_LABEL_BYTES_MAX);
        parsed_metrics_done(&parsed);
}
END_TEST

/* ---- negotiation ---- */

#define PROMETHEUS_2_42                                                                            \
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"   \
        "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
#define PROMETHEUS_3                                                                               \
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"                   \
        "application/openmetrics-text;version=0.0.1;q=0.5,"                                        \
        "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,"      \
        "*/*;q=0.2"

static const struct {
        const char *name;
        const char *accept;
        MetricsFormat format;
} accepts[] = {
        {"no header", NULL, METRICS_TEXT},
        {"an empty header", "", METRICS_TEXT},
        {"anything", "*/*", METRICS_TEXT},
        {"a browser", "text/html,application/xhtml+xml,*/*;q=0.8", METRICS_TEXT},
        {"Prometheus 2.42", PROMETHEUS_2_42, METRICS_OPENMETRICS},
        {"Prometheus 3", PROMETHEUS_3, METRICS_OPENMETRICS},
        {"protobuf first",
                "application/vnd.google.protobuf;proto=io.prometheus.client."
                "MetricFamily;encoding=delimited," PROMETHEUS_2_42,
                METRICS_OPENMETRICS},
        {"OpenMetrics alone", "application/openmetrics-text; version=1.0.0", METRICS_OPENMETRICS},
        {"a quoted version", "application/openmetrics-text; version=\"1.0.0\"",
                METRICS_OPENMETRICS},
        {"upper case", "APPLICATION/OPENMETRICS-TEXT; VERSION=1.0.0", METRICS_OPENMETRICS},
        {"blanks everywhere", " application/openmetrics-text ; version=1.0.0 ; q=0.5 ",
                METRICS_OPENMETRICS},
        {"an unknown parameter", "application/openmetrics-text;x=\"a,b;c\";version=1.0.0",
                METRICS_OPENMETRICS},
        {"OpenMetrics without a version counts as 0.0.1", "application/openmetrics-text",
                METRICS_TEXT},
        {"an older OpenMetrics", "application/openmetrics-text;version=0.0.1", METRICS_TEXT},
        {"a newer OpenMetrics", "application/openmetrics-text;version=2.0.0", METRICS_TEXT},
        {"OpenMetrics refused", "application/openmetrics-text;version=1.0.0;q=0", METRICS_TEXT},
        {"OpenMetrics refused with decimals",
                "application/openmetrics-text;version=1.0.0;q=0.000, */*", METRICS_TEXT},
        {"text preferred", "text/plain, application/openmetrics-text;version=1.0.0;q=0.9",
                METRICS_TEXT},
        {"text by a range preferred", "application/openmetrics-text;version=1.0.0;q=0.2, text/*",
                METRICS_TEXT},
        {"the most specific range weighs text",
                "*/*, text/plain;q=0.1, application/openmetrics-text;version=1.0.0;q=0.5",
                METRICS_OPENMETRICS},
        {"a weight that is no number", "application/openmetrics-text;version=1.0.0;q=x",
                METRICS_TEXT},
        {"a weight above one", "application/openmetrics-text;version=1.0.0;q=1.5", METRICS_TEXT},
        {"a weight without value", "application/openmetrics-text;version=1.0.0;q=", METRICS_TEXT},
        {"only separators", ",,;;,=", METRICS_TEXT},
        {"an open quote", "application/openmetrics-text;version=\"1.0.0", METRICS_TEXT},
        {"a name that only begins so", "application/openmetrics-textual;version=1.0.0",
                METRICS_TEXT},
};

START_TEST(test_negotiation)
{
        ck_assert_msg(metrics_negotiate(accepts[_i].accept) == accepts[_i].format, "%s",
                accepts[_i].name);
}
END_TEST

static const struct {
        const char *name;
        const char *accept_encoding;
        bool gzip;
} encodings[] = {
        {"no header", NULL, false},
        {"an empty header", "", false},
        {"gzip", "gzip", true},
        {"gzip among others", "deflate, GZIP;q=0.5, br", true},
        {"its old name", "x-gzip", true},
        {"refused", "gzip;q=0", false},
        {"refused with decimals", "gzip; q=0.000", false},
        {"refused whatever else is welcome", "*, gzip;q=0", false},
        {"anything", "*", true},
        {"nothing", "*;q=0", false},
        {"identity", "identity", false},
        {"a word that holds it", "notgzip", false},
};

START_TEST(test_gzip)
{
        ck_assert_msg(metrics_accepts_gzip(encodings[_i].accept_encoding) == encodings[_i].gzip,
                "%s", encodings[_i].name);
}
END_TEST

START_TEST(test_content_types)
{
        ck_assert_str_eq(
                metrics_content_type(METRICS_TEXT), "text/plain; version=0.0.4; charset=utf-8");
        ck_assert_str_eq(metrics_content_type(METRICS_OPENMETRICS),
                "application/openmetrics-text; version=1.0.0; charset=utf-8");
}
END_TEST

/* ---- the reader that the other tests trust ---- */

#define GAUGE "# TYPE a gauge\n# HELP a x\n"

static const struct {
        const char *name;
        const char *page;
        bool text, openmetrics; /* well-formed as such? */
} pages[] = {
        {"a gauge", GAUGE "a 1\n# EOF\n", false, true},
        {"a gauge without end", GAUGE "a 1\n", true, false},
        {"two series", GAUGE "a{b=\"1\"} 1\na{b=\"2\"} 1\n", true, false},
        {"a duplicate series", GAUGE "a{b=\"1\",c=\"2\"} 1\na{c=\"2\",b=\"1\"} 1\n", false, false},
        {"an empty label makes no other series", GAUGE "a{b=\"\"} 1\na 1\n", false, false},
        {"a blank line", GAUGE "\na 1\n# EOF\n", false, false},
        {"data behind the end", GAUGE "# EOF\na 1\n", false, false},
        {"a family in two parts", GAUGE "a 1\n# TYPE b gauge\n# HELP b x\nb 1\na 2\n# EOF\n", false,
                false},
        {"a carriage return", GAUGE "a 1\r\n# EOF\n", false, false},
        {"a blank after the comma", GAUGE "a{b=\"1\", c=\"2\"} 1\n", false, false},
        {"a comma at the end", GAUGE "a{b=\"1\",} 1\n", false, false},
        {"two blanks", GAUGE "a  1\n", false, false},
        {"a time stamp", GAUGE "a 1 2\n", false, false},
        {"a quote too many", GAUGE "a{b=\"x\"y\"} 1\n", false, false},
        {"a label twice", GAUGE "a{b=\"x\",b=\"y\"} 1\n", false, false},
        {"no UTF-8", GAUGE "a{b=\"\xff\"} 1\n", false, false},
        {"an open line", GAUGE "a 1", false, false},
        {"info as a type", "# TYPE a info\n# HELP a x\na_info 1\n# EOF\n", false, true},
        {"info of another value", "# TYPE a info\n# HELP a x\na_info 2\n# EOF\n", false, false},
        {"a counter without total", "# TYPE a counter\n# HELP a x\na 1\n# EOF\n", false, false},
        {"a unit that is no suffix", "# TYPE a gauge\n# UNIT a seconds\n# HELP a x\n# EOF\n", false,
                false},
        {"a histogram without +Inf",
                "# TYPE a histogram\n# HELP a x\na_bucket{le=\"1.0\"} 1\na_sum 1\na_count 1\n",
                false, false},
        {"a histogram that falls",
                "# TYPE a histogram\n# HELP a x\na_bucket{le=\"1.0\"} 2\na_bucket{le=\"+Inf\"} 1\n"
                "a_sum 1\na_count 1\n",
                false, false},
        {"a HELP with a quote", "# TYPE a gauge\n# HELP a \"x\"\na 1\n# EOF\n", false, false},
};

START_TEST(test_reader_is_strict)
{
        const char *page = pages[_i].page;

        for (int open = 0; open < 2; open++) {
                ParsedMetrics parsed;
                bool ok = parsed_metrics_read(page, strlen(page), open != 0, &parsed);

                ck_assert_msg(ok == (open ? pages[_i].openmetrics : pages[_i].text), "%s (%s): %s",
                        pages[_i].name, open ? "OpenMetrics" : "text", parsed.error);
                parsed_metrics_done(&parsed);
        }
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("metrics");
        TCase *writer = tcase_create("writer");
        TCase *negotiation = tcase_create("negotiation");
        TCase *reader = tcase_create("reader");

        tcase_add_loop_test(writer, test_table_row_is_sound, 0, _METRIC_MAX);
        tcase_add_loop_test(writer, test_value_is_short_and_exact, 0, (int) ARRAY_LEN(values));
        tcase_add_loop_test(
                writer, test_value_does_not_heed_the_locale, 0, (int) ARRAY_LEN(values));
        tcase_add_test(writer, test_integer_keeps_all_64_bits);
        tcase_add_loop_test(writer, test_family_header, 0, (int) ARRAY_LEN(headers));
        tcase_add_test(writer, test_openmetrics_ends_with_eof_and_text_does_not);
        tcase_add_test(writer, test_histogram_is_cumulative_and_canonical);
        tcase_add_loop_test(writer, test_label_value, 0, (int) ARRAY_LEN(labels));
        tcase_add_test(writer, test_block_is_never_cut_and_labels_are);
        suite_add_tcase(suite, writer);

        tcase_add_loop_test(negotiation, test_negotiation, 0, (int) ARRAY_LEN(accepts));
        tcase_add_loop_test(negotiation, test_gzip, 0, (int) ARRAY_LEN(encodings));
        tcase_add_test(negotiation, test_content_types);
        suite_add_tcase(suite, negotiation);

        tcase_add_loop_test(reader, test_reader_is_strict, 0, (int) ARRAY_LEN(pages));
        suite_add_tcase(suite, reader);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
