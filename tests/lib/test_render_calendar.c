/* SPDX-License-Identifier: MIT */
#include "render/render_calendar.h"

#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "model/config_load.h"
#include "tests/support/estate.h"
#include "tests/support/keystore_maker.h"
#include "tests/support/suite.h"

#define CHANGED_AT (PKI_NOW - 3600)

/* ---- a reader of calendars ---- */

enum {
        LINES_MAX = 4000,
};

/* The unfolded lines; each must be as RFC 5545 section 3.1 wants it. */
typedef struct Calendar {
        Buf text;
        const char *lines[LINES_MAX];
        size_t n_lines;
} Calendar;

static void calendar_done(Calendar *c)
{
        buf_done(&c->text);
}
#define CLEANUP_CALENDAR CLEANUP(calendar_done)

static bool is_property(const char *line)
{
        static const char *const names[] = {"BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT",
                "END:VEVENT", "BEGIN:VTIMEZONE", "END:VTIMEZONE", "BEGIN:STANDARD", "END:STANDARD",
                "TZID:UTC", "TZOFFSETFROM:", "TZOFFSETTO:", "VERSION:2.0", "PRODID:", "CALSCALE:",
                "NAME:", "X-WR-CALNAME:", "DESCRIPTION:", "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
                "X-PUBLISHED-TTL:PT6H", "UID:", "DTSTAMP:", "LAST-MODIFIED:", "SEQUENCE:",
                "DTSTART:", "DTSTART;VALUE=DATE:", "SUMMARY:", "CATEGORIES:", "CONTACT:", "URL:",
                "PRIORITY:", "COLOR:", "TRANSP:TRANSPARENT"};

        for (size_t i = 0; i < ARRAY_LEN(names); i++)
                if (strncmp(line, names[i], strlen(names[i])) == 0)
                        return true;
        return false;
}

static void read_calendar(const Buf *b, Calendar *c)
{
        size_t column = 0;

        *c = (Calendar){0};
        for (size_t i = 0; i < b->len; i++) {
                if (b->data[i] == '\r') {
                        ck_assert_int_eq(b->data[++i], '\n');
                        column = 0;
                        if (i + 1 < b->len && b->data[i + 1] == ' ') {
                                column = 1;
                                i++;
                        } else {
                                buf_append_char(&c->text, '\0');
                        }
                        continue;
                }
                ck_assert_msg((unsigned char) b->data[i] >= ' ', "control character at %zu", i);
                ck_assert_uint_le(++column, 75);
                buf_append_char(&c->text, b->data[i]);
        }
        ck_assert_uint_eq(column, 0);
        ck_assert_int_eq(buf_error(&c->text), 0);

        for (size_t at = 0; at < c->text.len; at += strlen(c->text.data + at) + 1) {
                const char *line = c->text.data + at;

                for (size_t k = 0, n; line[k]; k += n) {
                        n = escape_utf8_char(line + k, strlen(line + k));
                        ck_assert_uint_gt(n, 0);
                }
                ck_assert_msg(is_property(line), "%s", line);
                ck_assert_uint_lt(c->n_lines, LINES_MAX);
                c->lines[c->n_lines++] = line;
        }
        ck_assert_pstr_eq(c->lines[0], "BEGIN:VCALENDAR");
        ck_assert_pstr_eq(c->lines[c->n_lines - 1], "END:VCALENDAR");
}

static void render(const Inventory *i, const CertUseFilter *filter, Calendar *c)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        ck_assert_int_eq(render_calendar(i, filter, CHANGED_AT, &b), 0);
        read_calendar(&b, c);
}

static size_t n_events(const Calendar *c)
{
        size_t n = 0;

        for (size_t i = 0; i < c->n_lines; i++)
                n += strcmp(c->lines[i], "BEGIN:VEVENT") == 0;
        return n;
}

/* The value of a property of the event whose summary begins so; NULL where there is none. */
static const char *value(const Calendar *c, const char *summary, const char *name)
{
        for (size_t i = 0; i < c->n_lines; i++) {
                size_t first = i;

                if (strcmp(c->lines[i], "BEGIN:VEVENT") != 0)
                        continue;
                while (strncmp(c->lines[i], "SUMMARY:", 8) != 0)
                        ck_assert_uint_lt(++i, c->n_lines);
                if (strncmp(c->lines[i] + 8, summary, strlen(summary)) != 0)
                        continue;
                for (i = first; strcmp(c->lines[i], "END:VEVENT") != 0; i++)
                        if (strncmp(c->lines[i], name, strlen(name)) == 0 &&
                                c->lines[i][strlen(name)] == ':')
                                return c->lines[i] + strlen(name) + 1;
                return NULL;
        }
        ck_abort_msg("no event %s", summary);
}

/* ---- the estate ---- */

static const EstateEndpoint two[] = {
        {.name = "QM1/A", .qmgr = "QM1", .channel = "A.SVRCONN", .contact = "payments-mw",
                .group = "payments", .has_trust = true},
        {.name = "QM2/B", .qmgr = "QM2", .channel = "B.SVRCONN", .contact = "logistics",
                .has_trust = true},
};

static void serve_at(
        Inventory *i, const char *name, const PkiCert *leaf, const PkiCert *ca, int64_t at)
{
        const PkiCert *chain[] = {leaf, ca};
        Observation *o = estate_observation(at);

        estate_answered(estate_address(o, "qm1.example.com(1414)", "192.0.2.1"), chain, ca ? 2 : 1,
                true, at);
        estate_record(i, name, o, at);
}

static void serve(Inventory *i, const char *name, const PkiCert *leaf, const PkiCert *ca)
{
        serve_at(i, name, leaf, ca, PKI_NOW);
}

static PkiCert issue(const char *cn, int64_t days)
{
        return pki_issue(&(PkiOptions){.cn = cn,
                .not_before = PKI_AT(PKI_NOW - PKI_DAY),
                .not_after = PKI_AT(PKI_NOW + days * PKI_DAY + 12345)});
}

START_TEST(test_a_certificate_has_two_events)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, 1);
        CLEANUP_PKI PkiCert ca = pki_issue(&(PkiOptions){
                .cn = "CA", .ca = true, .not_after = PKI_AT(PKI_NOW + 3650 * PKI_DAY)});
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = "qm1",
                .issuer = &ca,
                .not_before = PKI_AT(PKI_NOW - PKI_DAY),
                .not_after = PKI_AT(PKI_NOW + 90 * PKI_DAY + 12345)});
        CLEANUP_CALENDAR Calendar c;

        serve(i, "QM1/A", &leaf, &ca);
        render(i, NULL, &c);
        ck_assert_uint_eq(n_events(&c), 4);
        ck_assert_pstr_eq(value(&c, "Expires: qm1 on QM1/A", "DTSTART"), "20260401T032545Z");
        ck_assert_pstr_eq(value(&c, "Renew by: qm1 on QM1/A", "DTSTART;VALUE=DATE"), "20260302");
        ck_assert_pstr_eq(value(&c, "Expires: qm1", "DTSTAMP"), "20260101T000000Z");
        ck_assert_pstr_eq(value(&c, "Expires: qm1", "LAST-MODIFIED"), "20260101T000000Z");
        ck_assert_pstr_eq(value(&c, "Expires: qm1", "SEQUENCE"), "86400");
        ck_assert_pstr_eq(value(&c, "Expires: qm1", "CATEGORIES"), "IBM MQ,TLS,payments");
        ck_assert_pstr_eq(value(&c, "Expires: qm1", "CONTACT"), "payments-mw");
        ck_assert_ptr_nonnull(strstr(value(&c, "Expires: qm1", "DESCRIPTION"),
                "Valid until 2026-04-01T03:25:45Z (UTC).\\nCertificate: CN=qm1\\nIssuer: CN=CA"));
        ck_assert_ptr_nonnull(strstr(value(&c, "Renew by: qm1", "DESCRIPTION"),
                "- channel A.SVRCONN of QM1 at qm1.example.com(1414)\\, contact payments-mw\\, "
                "endpoint QM1/A\\n"));
        ck_assert_ptr_nonnull(strstr(value(&c, "Expires: qm1", "DESCRIPTION"),
                "REFRESH SECURITY TYPE(SSL)"));
        ck_assert_str_ne(value(&c, "Expires: qm1", "UID"), value(&c, "Renew by: qm1", "UID"));
        ck_assert_pstr_eq(value(&c, "Expires: CA on QM1/A", "DTSTART"), "20351230T000000Z");
}
END_TEST

START_TEST(test_one_certificate_on_many_channels_is_one_event)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, 2);
        CLEANUP_PKI PkiCert leaf = issue("shared", 90);
        CLEANUP_CALENDAR Calendar c;

        serve(i, "QM1/A", &leaf, NULL);
        serve(i, "QM2/B", &leaf, NULL);
        render(i, NULL, &c);
        ck_assert_uint_eq(n_events(&c), 2);
        ck_assert_pstr_eq(value(&c, "Expires: ", "SUMMARY"), "Expires: shared on QM1/A and 1 more");
        ck_assert_ptr_nonnull(strstr(value(&c, "Expires: ", "DESCRIPTION"), "A.SVRCONN of QM1"));
        ck_assert_ptr_nonnull(strstr(value(&c, "Expires: ", "DESCRIPTION"), "B.SVRCONN of QM2"));
}
END_TEST

/* Every address of an endpoint serves it: that is one place, told once. */
START_TEST(test_several_addresses_are_one_place)
{
        static const EstateEndpoint all[] = {{.name = "A", .all_addresses = true}};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(all, 1);
        CLEANUP_PKI PkiCert leaf = issue("a", 90), other = issue("b", 80);
        const PkiCert *const chain[] = {&leaf}, *const other_chain[] = {&other};
        Observation *o = estate_observation(PKI_NOW);
        CLEANUP_CALENDAR Calendar c;

        estate_answered(estate_address(o, "h(1)", "192.0.2.1"), chain, 1, false, PKI_NOW);
        estate_answered(estate_address(o, "h(1)", "192.0.2.2"), other_chain, 1, false, PKI_NOW);
        estate_answered(estate_address(o, "h(1)", "192.0.2.3"), chain, 1, false, PKI_NOW);
        estate_record(i, "A", o, PKI_NOW);
        render(i, NULL, &c);
        ck_assert_uint_eq(n_events(&c), 4);
        ck_assert_pstr_eq(value(&c, "Expires: a", "SUMMARY"), "Expires: a on A");
        ck_assert_pstr_eq(value(&c, "Expires: b", "SUMMARY"), "Expires: b on A");
}
END_TEST

/* The most careful of those who serve it counts; and nobody renews before there is anything to renew. */
START_TEST(test_the_earliest_day_counts)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, 2);
        CLEANUP_PKI PkiCert shared = issue("shared", 90), brief = issue("brief", 5);
        CLEANUP_CALENDAR Calendar c, after;

        inventory_config(i)->endpoints[1].policy.expiry_warning.seconds = 60 * PKI_DAY;
        serve(i, "QM1/A", &shared, NULL);
        serve(i, "QM2/B", &shared, NULL);
        render(i, NULL, &c);
        ck_assert_pstr_eq(value(&c, "Renew by: shared", "DTSTART;VALUE=DATE"), "20260131");

        serve(i, "QM1/A", &brief, NULL);
        render(i, NULL, &after);
        ck_assert_pstr_eq(value(&after, "Renew by: brief", "DTSTART;VALUE=DATE"), "20251231");
}
END_TEST

/* Fetching again changes nothing; a renewal takes the old events away. */
START_TEST(test_events_stay_until_the_certificate_goes)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, 1);
        CLEANUP_PKI PkiCert old = issue("qm1", 90), renewed = issue("qm1", 455);
        CLEANUP_CALENDAR Calendar before, again, after;

        serve(i, "QM1/A", &old, NULL);
        render(i, NULL, &before);
        serve(i, "QM1/A", &old, NULL);
        render(i, NULL, &again);
        ck_assert_uint_eq(before.text.len, again.text.len);
        ck_assert_mem_eq(before.text.data, again.text.data, before.text.len);

        serve(i, "QM1/A", &renewed, NULL);
        render(i, NULL, &after);
        ck_assert_uint_eq(n_events(&after), 2);
        ck_assert_str_ne(value(&before, "Expires: qm1", "UID"), value(&after, "Expires: qm1", "UID"));
}
END_TEST

/* Whoever joins in serving it changes the event, and calendars are told so. */
START_TEST(test_a_change_raises_the_revision)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, 2);
        CLEANUP_PKI PkiCert leaf = issue("shared", 90);
        CLEANUP_CALENDAR Calendar before, after;

        serve(i, "QM1/A", &leaf, NULL);
        render(i, NULL, &before);
        serve_at(i, "QM2/B", &leaf, NULL, PKI_NOW + 60);
        render(i, NULL, &after);
        ck_assert_pstr_eq(value(&before, "Expires: ", "SEQUENCE"), "86400");
        ck_assert_pstr_eq(value(&after, "Expires: ", "SEQUENCE"), "86460");
        ck_assert_pstr_eq(value(&after, "Expires: ", "DTSTAMP"), "20260101T000100Z");
        ck_assert_pstr_eq(value(&after, "Expires: ", "UID"), value(&before, "Expires: ", "UID"));
}
END_TEST

static const struct {
        const char *name;
        CertUseFilter filter;
        const char *endpoint; /* whose events are left; NULL: nobody's */
} filters[] = {
        {"one queue manager", {.qmgr = "QM1"}, "QM1/A"},
        {"one contact", {.contact = "logistics"}, "QM2/B"},
        {"one group", {.group = "payments"}, "QM1/A"},
        {"those without a group", {.group = ""}, "QM2/B"},
        {"both must fit", {.qmgr = "QM1", .contact = "logistics"}, NULL},
        {"nobody", {.qmgr = "QM"}, NULL},
};

START_TEST(test_a_filter_chooses)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, 2);
        CLEANUP_PKI PkiCert a = issue("a", 90), b = issue("b", 91);
        CLEANUP_CALENDAR Calendar c;

        serve(i, "QM1/A", &a, NULL);
        serve(i, "QM2/B", &b, NULL);
        render(i, &filters[_i].filter, &c);
        ck_assert_msg(n_events(&c) == (filters[_i].endpoint ? 2 : 0), "%s", filters[_i].name);
        if (filters[_i].endpoint)
                ck_assert_ptr_nonnull(
                        strstr(value(&c, "Expires: ", "SUMMARY"), filters[_i].endpoint));
}
END_TEST

START_TEST(test_an_empty_calendar_is_a_calendar)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, 2);
        CLEANUP_CALENDAR Calendar c;
        size_t n_components = 0;

        render(i, NULL, &c);
        ck_assert_uint_eq(n_events(&c), 0);
        for (size_t k = 1; k < c.n_lines; k++)
                n_components += strcmp(c.lines[k], "BEGIN:VTIMEZONE") == 0;
        ck_assert_uint_eq(n_components, 1);
}
END_TEST

START_TEST(test_what_never_ends_has_no_deadline)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, 1);
        CLEANUP_PKI PkiCert leaf = pki_issue(
                &(PkiOptions){.cn = "a", .not_after = PKI_GEN_RAW("99991231235959Z")});
        CLEANUP_CALENDAR Calendar c;

        serve(i, "QM1/A", &leaf, NULL);
        render(i, NULL, &c);
        ck_assert_uint_eq(n_events(&c), 0);
}
END_TEST

/* After a restart, for a listener that does not answer. */
START_TEST(test_a_date_without_its_certificate_is_a_deadline)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, 1);
        CLEANUP_CALENDAR Calendar c;

        inventory_at(i, 0)->dates = (AssessedDates){
                .has_effective = true,
                .effective_at = PKI_NOW + 40 * PKI_DAY,
                .has_policy = true,
                .warning_seconds = 30 * PKI_DAY,
        };
        render(i, NULL, &c);
        ck_assert_uint_eq(n_events(&c), 2);
        ck_assert_pstr_eq(value(&c, "Expires: QM1/A", "DTSTART"), "20260210T000000Z");
        ck_assert_pstr_eq(value(&c, "Renew by: QM1/A", "DTSTART;VALUE=DATE"), "20260111");
        ck_assert_pstr_eq(
                value(&c, "Expires: QM1/A", "UID"), "1770681600-QM1%2FA-expires@mqtlsd");
}
END_TEST

START_TEST(test_a_hostile_certificate_is_text)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, 1);
        CLEANUP_PKI PkiCert leaf = estate_hostile_cert((size_t) _i);
        CLEANUP_CALENDAR Calendar c;

        serve(i, "QM1/A", &leaf, NULL);
        render(i, NULL, &c);
        ck_assert_msg(n_events(&c) == 2, "%s", estate_hostile_name((size_t) _i));
        ck_assert_ptr_nonnull(value(&c, "Expires: ", "DTSTART"));
        ck_assert_uint_lt(strlen(value(&c, "Expires: ", "SUMMARY")), 400);
}
END_TEST

static const char *const names[] = {
        "a\r\nBEGIN:VALARM\r\nTRIGGER:-PT1S",
        "a;b,c\\d:e\"f",
        "\xff\xfe",
        "\342\200\256gnp.exe",
};

START_TEST(test_a_hostile_name_is_text)
{
        const EstateEndpoint odd[] = {{.name = names[_i], .qmgr = names[_i], .channel = "A",
                .contact = names[_i], .group = names[_i]}};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(odd, 1);
        CLEANUP_PKI PkiCert leaf = issue("a", 90);
        CLEANUP_CALENDAR Calendar c;

        serve(i, names[_i], &leaf, NULL);
        render(i, NULL, &c);
        ck_assert_uint_eq(n_events(&c), 2);
}
END_TEST

/* A certificate that lies in a key repository as well is still one. */
START_TEST(test_key_repositories_hold_certificates_too)
{
        static const char text[] =
                "keystores = ( { name = \"QM1 keys\"; path = \"/q/key.kdb\"; qmgr = \"QM1\"; } );\n"
                "endpoints = ( { name = \"QM1/A\"; qmgr = \"QM1\"; channel = \"A\"; conname = \"h\";"
                " sslciph = \"ANY\"; } );";
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        CLEANUP(config_cleanup) Config *config = NULL;
        CLEANUP(inventory_cleanup) Inventory *i = NULL;
        CLEANUP_PKI PkiCert served = issue("served", 90), kept = issue("kept", 50);
        const MakerRecord records[] = {
                {.label = "ibmwebspheremqqm1", .cert = &served, .is_personal = true},
                {.label = "next", .cert = &kept, .is_personal = true},
        };
        CLEANUP_MAKER MakerFile f =
                maker_cms(&(MakerOptions){.version = 4}, records, ARRAY_LEN(records));
        CLEANUP_REPOSITORY_READING RepositoryReading reading = {0};
        CLEANUP_CALENDAR Calendar c, other;
        bool changed = false;

        ck_assert_int_eq(config_load_text("test", text, strlen(text), NULL, &issues, &config), 0);
        ck_assert_int_eq(inventory_new(config, &i), 0);
        ck_assert_int_eq(keystore_parse("/q/key.kdb", f.bytes.data, f.bytes.len, NULL,
                                 &reading.problem, &reading.keystore),
                0);
        ck_assert_int_eq(inventory_take_reading(i, 0, &reading, PKI_NOW, &changed), 0);
        serve(i, "QM1/A", &served, NULL);

        render(i, &(CertUseFilter){.qmgr = "QM1"}, &c);
        ck_assert_uint_eq(n_events(&c), 4);
        ck_assert_pstr_eq(
                value(&c, "Expires: served", "SUMMARY"), "Expires: served on QM1/A and 1 more");
        ck_assert_ptr_nonnull(strstr(value(&c, "Expires: served", "DESCRIPTION"),
                "- key repository QM1 keys\\, label ibmwebspheremqqm1\\n"));
        ck_assert_pstr_eq(value(&c, "Expires: kept", "SUMMARY"), "Expires: kept in QM1 keys");

        render(i, &(CertUseFilter){.contact = "payments-mw"}, &other);
        ck_assert_uint_eq(n_events(&other), 0);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("render_calendar");
        TCase *tc = tcase_create("events");

        tcase_add_test(tc, test_a_certificate_has_two_events);
        tcase_add_test(tc, test_one_certificate_on_many_channels_is_one_event);
        tcase_add_test(tc, test_several_addresses_are_one_place);
        tcase_add_test(tc, test_the_earliest_day_counts);
        tcase_add_test(tc, test_events_stay_until_the_certificate_goes);
        tcase_add_test(tc, test_a_change_raises_the_revision);
        tcase_add_loop_test(tc, test_a_filter_chooses, 0, (int) ARRAY_LEN(filters));
        tcase_add_test(tc, test_an_empty_calendar_is_a_calendar);
        tcase_add_test(tc, test_what_never_ends_has_no_deadline);
        tcase_add_test(tc, test_a_date_without_its_certificate_is_a_deadline);
        tcase_add_loop_test(tc, test_a_hostile_certificate_is_text, 0, ESTATE_HOSTILE_MAX);
        tcase_add_loop_test(tc, test_a_hostile_name_is_text, 0, (int) ARRAY_LEN(names));
        tcase_add_test(tc, test_key_repositories_hold_certificates_too);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
