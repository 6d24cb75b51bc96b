/* SPDX-License-Identifier: MIT */
#include "render/render_runbook.h"

#include <string.h>

#include "base/escape.h"
#include "tests/support/estate.h"
#include "tests/support/suite.h"

static const char hostile_name[] = "<script>alert(1)</script>\"'&; id #";

static const EstateEndpoint two[] = {
        {.name = "A", .qmgr = "QM1", .contact = "payments-mw"},
        {.name = hostile_name, .qmgr = "QM2", .contact = hostile_name, .note = hostile_name,
                .conname = "qm2.example.com"},
};

/* Nobody listens. */
static Inventory *refused(void)
{
        Inventory *i = estate_new(two, ARRAY_LEN(two));

        for (size_t k = 0; k < ARRAY_LEN(two); k++) {
                Observation *o = estate_observation(PKI_NOW);

                estate_ended(estate_address(o, "qm1.example.com(1414)", "192.0.2.1"), PHASE_CONNECT,
                        END_REFUSED);
                estate_record(i, two[k].name, o, PKI_NOW);
        }
        return i;
}

static void name_of(const RunbookTopic *topic, Buf *b)
{
        buf_clear(b);
        runbook_append_name(b, topic);
        ck_assert_int_eq(buf_error(b), 0);
}

static void render(const Inventory *i, const char *name, const char *endpoint, Buf *b)
{
        RunbookPage page = {.root = "../../", .endpoint = endpoint, .now_at = PKI_NOW};

        ck_assert_msg(runbook_find(name, &page.topic), "%s", name);
        buf_clear(b);
        ck_assert_int_eq(render_runbook(i, NULL, &page, b), 0);
        ck_assert_ptr_null(strstr(buf_str(b), "<script>"));
        ck_assert_ptr_null(strstr(buf_str(b), "<p></p>"));
}

/* Does a reader find the text there? Tags may stand within it. */
static bool holds(const Buf *page, const char *text)
{
        CLEANUP_BUF Buf b = BUF_INIT, shown = BUF_INIT;
        bool in_tag = false;

        for (const char *s = buf_str(page); *s; s++) {
                in_tag = in_tag || *s == '<';
                if (!in_tag)
                        buf_append_char(&shown, *s);
                in_tag = in_tag && *s != '>';
        }
        escape_html(&b, text, strlen(text));
        return strstr(buf_str(&shown), buf_str(&b)) != NULL;
}

START_TEST(test_every_row_of_the_tables_has_its_own_page)
{
        CLEANUP(inventory_cleanup) Inventory *i = refused();
        CLEANUP_BUF Buf name = BUF_INIT, page = BUF_INIT, index = BUF_INIT, link = BUF_INIT;
        RunbookTopic topic, found;
        size_t n = 0;

        ck_assert_int_eq(render_runbook_index(NULL, &index), 0);
        for (; runbook_topic(n, &topic); n++) {
                name_of(&topic, &name);
                ck_assert(runbook_find(buf_str(&name), &found));
                ck_assert_int_eq(found.kind, topic.kind);
                ck_assert_ptr_eq(found.alert, topic.alert);
                ck_assert_ptr_eq(found.diagnosis, topic.diagnosis);
                ck_assert_int_eq(found.drift, topic.drift);
                ck_assert_int_eq(found.change, topic.change);
                ck_assert_uint_eq(strspn(buf_str(&name),
                                          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                          "0123456789_/"),
                        name.len);

                render(i, buf_str(&name), hostile_name, &page);
                ck_assert(holds(&page, "Meaning"));
                ck_assert(holds(&page, "Impact"));
                ck_assert(holds(&page, "Diagnosis"));
                ck_assert(holds(&page, "Mitigation"));
                ck_assert(holds(&page, hostile_name));
                ck_assert(holds(&page, "--probe=qm2.example.com"));

                buf_clear(&link);
                buf_appendf(&link, "<dt><a class=\"reason\" href=\"runbook/%s\">", buf_str(&name));
                ck_assert_msg(strstr(buf_str(&index), buf_str(&link)), "%s", buf_str(&link));
        }
        ck_assert_uint_eq(n,
                alert_count() + _DIAGNOSIS_MAX - 1 + _DRIFT_KIND_MAX + _DRIFT_EVENT_MAX);
}
END_TEST

START_TEST(test_a_page_says_what_the_table_says)
{
        CLEANUP(inventory_cleanup) Inventory *i = refused();
        const DiagnosisInfo *d = diagnosis_info(diagnosis_by_name(STAGE_TLS, "closed_early"));
        const AlertInfo *alert = alert_info(0);
        CLEANUP_BUF Buf page = BUF_INIT;

        render(i, "tls/closed_early", NULL, &page);
        ck_assert(holds(&page, d->meaning));
        ck_assert(holds(&page, d->cause));
        ck_assert(holds(&page, d->remedy));
        ck_assert(holds(&page, d->amq_initiator));
        ck_assert(holds(&page, d->amq_qmgr));
        ck_assert(holds(&page, d->csqx));
        ck_assert(holds(&page, d->mqrc));
        ck_assert(holds(&page, d->certainty));
        ck_assert_ptr_nonnull(strstr(buf_str(&page), "href=\"../../style.css\""));

        render(i, alert->name, NULL, &page);
        ck_assert(holds(&page, alert->meaning));
        ck_assert(holds(&page, alert->impact));
        ck_assert(holds(&page, alert->diagnosis));
        ck_assert(holds(&page, alert->mitigation));
        ck_assert(!holds(&page, "--probe="));

        render(i, "drift/cipher", NULL, &page);
        ck_assert(holds(&page, drift_kind_info(DRIFT_KIND_CIPHER)->breaks));
        render(i, "change/mixed", NULL, &page);
        ck_assert(holds(&page, drift_event_info(DRIFT_EVENT_MIXED)->meaning));
}
END_TEST

START_TEST(test_a_page_names_the_endpoints_it_is_about)
{
        CLEANUP(inventory_cleanup) Inventory *i = refused();
        CLEANUP_BUF Buf page = BUF_INIT;

        render(i, "connect/refused", NULL, &page);
        ck_assert_ptr_nonnull(strstr(buf_str(&page), "<a href=\"?endpoint=A\">"));
        render(i, "connect/timeout", NULL, &page);
        ck_assert_ptr_null(strstr(buf_str(&page), "?endpoint=A"));
        render(i, "MqtlsCertExpired", NULL, &page);
        ck_assert_ptr_nonnull(strstr(buf_str(&page), "<a href=\"?endpoint=A\">"));
}
END_TEST

START_TEST(test_a_page_of_drift_names_what_drifted)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, 1);
        CLEANUP_BUF Buf page = BUF_INIT;

        for (int k = 0; k < 2; k++) {
                CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = k == 0 ? "qm1" : "qm2"});
                const PkiCert *const chain[] = {&leaf};
                Observation *o = estate_observation(PKI_NOW + k);

                estate_answered(estate_address(o, "qm1.example.com(1414)", "192.0.2.1"), chain, 1,
                        false, PKI_NOW + k);
                estate_record(i, "A", o, PKI_NOW + k);
        }
        render(i, "drift/subject", NULL, &page);
        ck_assert_ptr_nonnull(strstr(buf_str(&page), "<a href=\"?endpoint=A\">"));
        render(i, "drift/cipher", NULL, &page);
        ck_assert_ptr_null(strstr(buf_str(&page), "?endpoint=A"));

        /* Who comes from the alert learns what was and what is, without another step. */
        render(i, "MqtlsDrift", "A", &page);
        ck_assert(holds(&page, "subject: CN=qm1 before, CN=qm2 now, at qm1.example.com(1414)"));
}
END_TEST

START_TEST(test_a_page_shows_how_the_endpoint_does)
{
        CLEANUP(inventory_cleanup) Inventory *i = refused();
        CLEANUP_BUF Buf page = BUF_INIT;

        render(i, "MqtlsCertExpired", "A", &page);
        ck_assert(holds(&page, "This endpoint now: A"));
        ck_assert(holds(&page, inventory_at(i, 0)->assessment->message));
        ck_assert(holds(&page, "payments-mw"));
        ck_assert(holds(&page, "--channel=APP.SVRCONN"));
        ck_assert(holds(&page, "openssl s_client -connect qm1.example.com:1414"));
        ck_assert(holds(&page, "DISPLAY CHANNEL('APP.SVRCONN')"));
        ck_assert(holds(&page, "DISPLAY LSSTATUS(*) PORT STATUS"));
        ck_assert_ptr_nonnull(strstr(buf_str(&page), "<p class=\"remedy\">"));
        ck_assert_ptr_null(strstr(buf_str(&page), "\xEF\xBF\xBD"));
        ck_assert_ptr_nonnull(
                strstr(buf_str(&page), "href=\"../../runbook/connect/refused?endpoint=A\""));
        ck_assert_ptr_nonnull(strstr(buf_str(&page), "href=\"../../endpoint/A\""));
}
END_TEST

START_TEST(test_an_endpoint_that_is_not_configured_gets_no_command)
{
        CLEANUP(inventory_cleanup) Inventory *i = refused();
        CLEANUP_BUF Buf page = BUF_INIT;

        render(i, "MqtlsCertExpired", "10.0.0.1(22)", &page);
        ck_assert(holds(&page, "No endpoint of that name is configured now."));
        ck_assert(!holds(&page, "10.0.0.1"));
        ck_assert(!holds(&page, "--probe"));
}
END_TEST

static const struct {
        const char *name, *topic; /* NULL: none */
} names[] = {
        {"tls/no_shared_cipher", "tls/no_shared_cipher"},
        {"tls_no_shared_cipher", "tls/no_shared_cipher"},
        {"mq/client_cert_required", "mq/client_cert_required"},
        {"MqtlsCertExpired", "MqtlsCertExpired"},
        {"mqtlscertexpired", NULL},
        {"tls/", NULL},
        {"tls", NULL},
        {"", NULL},
        {"drift/cipher/", NULL},
        {"../metrics", NULL},
};

START_TEST(test_names)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        RunbookTopic topic;
        bool found = runbook_find(names[_i].name, &topic);

        ck_assert_int_eq(found, names[_i].topic != NULL);
        if (!found)
                return;
        name_of(&topic, &b);
        ck_assert_pstr_eq(buf_str(&b), names[_i].topic);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("runbook");
        TCase *tc = tcase_create("pages");

        tcase_add_test(tc, test_every_row_of_the_tables_has_its_own_page);
        tcase_add_test(tc, test_a_page_says_what_the_table_says);
        tcase_add_test(tc, test_a_page_names_the_endpoints_it_is_about);
        tcase_add_test(tc, test_a_page_of_drift_names_what_drifted);
        tcase_add_test(tc, test_a_page_shows_how_the_endpoint_does);
        tcase_add_test(tc, test_an_endpoint_that_is_not_configured_gets_no_command);
        tcase_add_loop_test(tc, test_names, 0, (int) ARRAY_LEN(names));
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
