/* SPDX-License-Identifier: MIT */
#include "render/render_page.h"

#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "tests/support/estate.h"
#include "tests/support/suite.h"

static const EstateEndpoint two[] = {
        {.name = "A/HEALTHY", .qmgr = "QM1", .channel = "A.SVRCONN", .has_trust = true},
        {.name = "B/REFUSING", .qmgr = "QM2", .channel = "B.SVRCONN"},
};

static void answer(Inventory *i, const char *name, const PkiCert *cert)
{
        const PkiCert *chain[] = {cert};
        Observation *o = estate_observation(PKI_NOW);

        estate_answered(
                estate_address(o, "qm1.example.com(1414)", "192.0.2.1"), chain, 1, true, PKI_NOW);
        estate_record(i, name, o, PKI_NOW);
}

static void refuse(Inventory *i, const char *name)
{
        Observation *o = estate_observation(PKI_NOW);

        estate_ended(estate_address(o, "qm1.example.com(1414)", "192.0.2.1"), PHASE_CONNECT,
                END_REFUSED);
        estate_record(i, name, o, PKI_NOW);
}

static bool is_void(const char *tag, size_t len)
{
        static const char *const names[] = {"meta", "link", "br", "!DOCTYPE"};

        for (size_t k = 0; k < ARRAY_LEN(names); k++)
                if (strlen(names[k]) == len && memcmp(names[k], tag, len) == 0)
                        return true;
        return false;
}

/* The one script of the pages, in their head, with nothing inside. */
static bool is_ours(const char *tag)
{
        static const char ours[] = "<script src=\"page.js\" defer></script>\n</head>";

        return strncmp(tag, "</script>", strlen("</script>")) == 0 ||
               strncmp(tag, ours, strlen(ours)) == 0;
}

/*
 * Reads the page as strictly as XML would: every tag is one of a plain page, closed in order, with
 * quoted attributes; every '&' begins an entity. Names inside never add a tag, so the count is
 * known.
 */
static void check_markup(const Buf *b)
{
        const char *open[64];
        size_t open_len[64], depth = 0;

        for (size_t k = 0; k < b->len; k++)
                ck_assert_msg((unsigned char) b->data[k] >= ' ' || b->data[k] == '\n',
                        "control character at %zu", k);
        for (size_t k = 0; k < b->len; k += escape_utf8_char(b->data + k, b->len - k))
                ck_assert_uint_gt(escape_utf8_char(b->data + k, b->len - k), 0);

        for (const char *s = b->data; *s; s++) {
                const char *name = NULL, *end = NULL;
                size_t len = 0;

                if (*s == '&')
                        ck_assert_msg(strcspn(s, ";") < 8, "a bare & at %.20s", s);
                ck_assert_msg(*s != '>', "a bare > at %.20s", s);
                if (*s != '<')
                        continue;

                name = s + 1 + (s[1] == '/');
                len = strcspn(name, " >");
                end = name + len;
                while (*end && *end != '>') {
                        ck_assert_msg(*end != '<', "a bare < at %.20s", s);
                        end = *end == '"' ? strchr(end + 1, '"') + 1 : end + 1;
                }
                ck_assert_int_eq(*end, '>');
                ck_assert_msg(
                        len < 12 && (strncmp(name, "script", 6) != 0 || is_ours(s)) &&
                                strncmp(name, "img", 3) != 0,
                        "tag %.20s", s);

                if (s[1] == '/') {
                        ck_assert_uint_gt(depth, 0);
                        depth--;
                        ck_assert_msg(open_len[depth] == len && memcmp(open[depth], name, len) == 0,
                                "closed out of order: %.20s", s);
                } else if (!is_void(name, len)) {
                        ck_assert_uint_lt(depth, ARRAY_LEN(open));
                        open[depth] = name;
                        open_len[depth++] = len;
                }
                s = end;
        }
        ck_assert_uint_eq(depth, 0);
}

static size_t count(const char *s, const char *what)
{
        size_t n = 0;

        for (; (s = strstr(s, what)); s += strlen(what))
                n++;
        return n;
}

START_TEST(test_page_shows_the_worst_first)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, ARRAY_LEN(two));
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){.cn = "A"});
        DaemonFacts d = estate_daemon();
        const DiagnosisInfo *info = diagnosis_info(diagnosis_by_name(STAGE_CONNECT, "refused"));
        CLEANUP_BUF Buf b = BUF_INIT, remedy = BUF_INIT;
        const char *first = NULL, *second = NULL;

        answer(i, two[0].name, &cert);
        refuse(i, two[1].name);
        ck_assert_int_eq(render_page(i, &d, PKI_NOW, &b), 0);
        check_markup(&b);

        first = strstr(buf_str(&b), ">B/REFUSING</a>");
        second = strstr(buf_str(&b), ">A/HEALTHY</a>");
        ck_assert_ptr_nonnull(first);
        ck_assert_ptr_nonnull(second);
        ck_assert_msg(first < second, "critical stands before ok");
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "<tr class=\"critical\">"));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "class=\"severity\">critical</td>"));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "class=\"number\">365</td>"));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), ">2027-01-01</time>"));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "TLS 1.3 TLS_AES_256_GCM_SHA384"));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "href=\"api/v1/endpoints/B%2FREFUSING\""));
        escape_html(&remedy, info->remedy, strlen(info->remedy));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), buf_str(&remedy)));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "href=\"metrics\""));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "href=\"api/v1/status\""));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "mqtlsd 0.1.0, OpenSSL 3.0.0"));
        ck_assert_uint_eq(count(buf_str(&b), "<script"), 1);
        ck_assert_ptr_null(strstr(buf_str(&b), "style="));
}
END_TEST

START_TEST(test_page_says_that_a_reload_failed)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, 1);
        DaemonFacts d = estate_daemon();
        CLEANUP_BUF Buf b = BUF_INIT;

        ck_assert_int_eq(render_page(i, &d, PKI_NOW, &b), 0);
        ck_assert_ptr_null(strstr(buf_str(&b), "<strong>"));
        buf_clear(&b);
        d.reload_successful = false;
        ck_assert_int_eq(render_page(i, &d, PKI_NOW, &b), 0);
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "<strong>"));
        check_markup(&b);
}
END_TEST

static const char *const names[] = {
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'\" onmouseover='x",
        "&lt;b&gt; & co",
        "../../../etc/passwd?x#y",
        "tab\tand\033[2Jescape",
        "\xff\xfe",
};

START_TEST(test_hostile_name_is_text)
{
        const EstateEndpoint odd[] = {
                {.name = names[_i], .qmgr = names[_i], .channel = "A", .conname = "qm1(1414)"}};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(odd, 1);
        CLEANUP_BUF Buf b = BUF_INIT;

        refuse(i, names[_i]);
        ck_assert_int_eq(render_page(i, NULL, PKI_NOW, &b), 0);
        check_markup(&b);
        ck_assert_uint_eq(count(buf_str(&b), "<tr"), 2);
}
END_TEST

START_TEST(test_hostile_certificate_is_text)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, 1);
        CLEANUP_PKI PkiCert cert = estate_hostile_cert((size_t) _i);
        CLEANUP_BUF Buf b = BUF_INIT;

        answer(i, two[0].name, &cert);
        ck_assert_int_eq(render_page(i, NULL, PKI_NOW, &b), 0);
        check_markup(&b);
        ck_assert_uint_eq(count(buf_str(&b), "<tr"), 2);
}
END_TEST

/* The queue manager of the first endpoint accepted, and told this. */
static void ask(Inventory *i, const MqInitFacts *facts)
{
        CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){.cn = "A"});
        const PkiCert *chain[] = {&leaf};
        Observation *o = estate_observation(PKI_NOW);
        AddressObservation *a = estate_address(o, "qm1.example.com(1414)", "192.0.2.1");

        estate_answered(a, chain, 1, true, PKI_NOW);
        estate_asked(a, MQ_RESULT_ACCEPTED, facts);
        estate_record(i, inventory_at(i, 0)->config->name, o, PKI_NOW);
}

static const struct {
        const char *qmgr, *name; /* configured; told */
        const char *product;
        const char *cell;
} qmgrs[] = {
        {"QM1", "QM1", "IBM MQ 9.4.3.0 on Multiplatforms",
                "\">QM1 <small class=\"faint\">IBM MQ 9.4.3.0 on Multiplatforms</small></td>"},
        {"QM1", "QM2", "", "\">QM1 <small class=\"faint\">calls itself QM2</small></td>"},
        {NULL, "QM2", "IBM MQ 9.4.3.0 for z/OS",
                "\"> <small class=\"faint\">calls itself QM2, IBM MQ 9.4.3.0 for z/OS</small></td>"},
        {"QM1", "QM1", "", "\">QM1</td>"},
        {"QM1", "", "", "\">QM1</td>"},
};

START_TEST(test_page_shows_what_the_queue_manager_told)
{
        const EstateEndpoint deep[] = {
                {.name = "A", .qmgr = qmgrs[_i].qmgr, .depth = PROBE_DEPTH_MQ}};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, 1);
        MqInitFacts facts = estate_qmgr(qmgrs[_i].name);
        CLEANUP_BUF Buf b = BUF_INIT;

        (void) snprintf(facts.product, sizeof(facts.product), "%s", qmgrs[_i].product);
        ask(i, &facts);
        ck_assert_int_eq(render_page(i, NULL, PKI_NOW, &b), 0);
        check_markup(&b);
        ck_assert_msg(strstr(buf_str(&b), qmgrs[_i].cell) != NULL, "%s", buf_str(&b));
}
END_TEST

START_TEST(test_hostile_queue_manager_is_text)
{
        static const EstateEndpoint deep[] = {
                {.name = "A", .qmgr = "QM1", .depth = PROBE_DEPTH_MQ}};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, 1);
        MqInitFacts facts = estate_qmgr(estate_hostile_qmgr((size_t) _i));
        CLEANUP_BUF Buf b = BUF_INIT;

        memcpy(facts.product, facts.qmgr_name, sizeof(facts.qmgr_name));
        ask(i, &facts);
        ck_assert_int_eq(render_page(i, NULL, PKI_NOW, &b), 0);
        check_markup(&b);
        ck_assert_uint_eq(count(buf_str(&b), "<tr"), 2);
        ck_assert_uint_eq(count(buf_str(&b), "calls itself "), 2); /* the cell and the finding */
}
END_TEST

START_TEST(test_an_empty_inventory_is_a_page)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, 0);
        CLEANUP_BUF Buf b = BUF_INIT;

        ck_assert_int_eq(render_page(i, NULL, PKI_NOW, &b), 0);
        check_markup(&b);
}
END_TEST

START_TEST(test_style_sheet_is_whole)
{
        CLEANUP_BUF Buf css = BUF_INIT;
        const char *text = NULL;

        buf_append(&css, render_page_css, render_page_css_len);
        text = buf_str(&css);
        ck_assert_uint_eq(strlen(text), render_page_css_len);
        ck_assert_uint_eq(count(text, "{"), count(text, "}"));
        ck_assert_ptr_nonnull(strstr(text, "prefers-color-scheme: dark"));
        ck_assert_ptr_nonnull(strstr(text, "@media print"));
        ck_assert_ptr_null(strstr(text, "http"));
        ck_assert_ptr_null(strstr(text, "@import"));
        ck_assert_ptr_null(strstr(text, "url("));
        for (int s = 0; s < _SEVERITY_MAX; s++) {
                char rule[32];

                (void) snprintf(rule, sizeof(rule), ".%s", severity_to_string((Severity) s));
                ck_assert_msg(strstr(text, rule) != NULL, "%s", rule);
        }
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("render_page");
        TCase *page = tcase_create("page");

        tcase_add_test(page, test_page_shows_the_worst_first);
        tcase_add_test(page, test_page_says_that_a_reload_failed);
        tcase_add_loop_test(page, test_hostile_name_is_text, 0, (int) ARRAY_LEN(names));
        tcase_add_loop_test(
                page, test_hostile_certificate_is_text, 0, (int) estate_hostile_count());
        tcase_add_loop_test(
                page, test_page_shows_what_the_queue_manager_told, 0, (int) ARRAY_LEN(qmgrs));
        tcase_add_loop_test(
                page, test_hostile_queue_manager_is_text, 0, ESTATE_HOSTILE_QMGR_MAX);
        tcase_add_test(page, test_an_empty_inventory_is_a_page);
        tcase_add_test(page, test_style_sheet_is_whole);
        tcase_set_timeout(page, 60);
        suite_add_tcase(suite, page);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
