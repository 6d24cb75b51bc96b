/* SPDX-License-Identifier: MIT */
#include "render/render_page.h"

#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "model/config_load.h"
#include "render/html.h"
#include "tests/support/estate.h"
#include "tests/support/keystore_maker.h"
#include "tests/support/markup.h"
#include "tests/support/suite.h"

static const EstateEndpoint two[] = {
        {.name = "A/HEALTHY", .qmgr = "QM1", .channel = "A.SVRCONN", .has_trust = true},
        {.name = "B/REFUSING", .qmgr = "QM2", .channel = "B.SVRCONN"},
};

static size_t count(const char *s, const char *what)
{
        size_t n = 0;

        for (; (s = strstr(s, what)); s += strlen(what))
                n++;
        return n;
}

/* Does it hold all of these, in this order? */
static void check_order(const Buf *b, const char *const *parts, size_t n)
{
        const char *at = buf_str(b);

        for (size_t k = 0; k < n; k++) {
                const char *next = strstr(at, parts[k]);

                ck_assert_msg(next != NULL, "\"%s\" is missing%s", parts[k],
                        strstr(buf_str(b), parts[k]) ? " here, it stands before" : "");
                at = next + strlen(parts[k]);
        }
}

static void render(const Inventory *i, const PageQuery *query, Buf *b)
{
        DaemonFacts d = estate_daemon();

        ck_assert_int_eq(render_page(i, &d, query, PKI_NOW, b), 0);
        markup_check(b);
}

static void render_one(const Inventory *i, const char *name, Buf *b)
{
        DaemonFacts d = estate_daemon();

        ck_assert_int_eq(
                render_page_endpoint(i, &d, inventory_find(i, name), "../", PKI_NOW, b), 0);
        markup_check(b);
}

START_TEST(test_page_shows_the_worst_first)
{
        static const char *const parts[] = {
                "<title>1 critical \xe2\x80\x93 mqtlsd</title>",
                "href=\"icon.svg?state=critical\"",
                "<li class=\"critical\"><a href=\"?severity=critical\"><b>1</b>",
                "<li class=\"warning none\"><a href=\"?severity=warning\"><b>0</b>",
                "<li class=\"ok\"><a href=\"?severity=ok\"><b>1</b>",
                "<li class=\"all\"><a href=\"./\"><b>2</b>",
                "<svg class=\"horizon\"",
                "2 endpoints, what needs care first",
                "<li class=\"row critical\">",
                "<span class=\"state critical\">critical</span>",
                "<bdi>B/REFUSING</bdi>",
                "no date known",
                "href=\"runbook/connect/refused?endpoint=B%2FREFUSING\"",
                "href=\"endpoint/B%2FREFUSING\"",
                "<li class=\"row ok\">",
                "<bdi>A/HEALTHY</bdi>",
                "ends first, on <time>2027-01-01T00:00:00Z</time> (in 365 days",
                "<b>365</b> days left",
                ">2027-01-01</time>",
                "looked at </span><time",
                "TLS 1.3 TLS_AES_256_GCM_SHA384",
                ("<th scope=\"row\">TLS_AES_256_GCM_SHA384</th><td class=\"number\">"
                 "<a href=\"?suite=TLS%201.3%20TLS_AES_256_GCM_SHA384\">1</a>"),
                "as policy expects",
                "nothing was agreed on",
                "href=\"metrics\"",
                "href=\"api/v1/status\"",
                "mqtlsd 0.1.0, OpenSSL 3.0.0",
        };
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, ARRAY_LEN(two));
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){.cn = "A"});
        CLEANUP_BUF Buf b = BUF_INIT;

        estate_answer(i, two[0].name, &cert);
        estate_refuse(i, two[1].name);
        render(i, NULL, &b);
        check_order(&b, parts, ARRAY_LEN(parts));
}
END_TEST

START_TEST(test_what_changed_stands_before_what_is_well)
{
        static const EstateEndpoint pair[] = {
                {.name = "A", .has_trust = true}, {.name = "B", .has_trust = true}};
        static const char *const parts[] = {
                "<li class=\"drift\"><a href=\"?drift=open\"><b>1</b>",
                "<li class=\"row ok\"><details data-keep=\"B\">",
                "<span class=\"badge drift\">changed: cipher</span>",
                "<li class=\"row ok\"><details data-keep=\"A\">",
        };
        static const char *const one[] = {
                "<h3>cipher</h3>", "Another cipher suite is chosen",
                "TLS_AES_256_GCM_SHA384", "What breaks on it",
                "mqtlsd <span>--accept</span> B <span>--kind</span> cipher",
                "<h3>group</h3>", "<bdi>X25519</bdi>", "<bdi>Z25519</bdi>",
                "mqtlsd <span>--accept</span> B <span>--kind</span> group",
                "To take all of it", "mqtlsd <span>--accept</span> B</code>",
                "Ledger, newest first", "<span class=\"state drift\">drift</span>",
        };
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(pair, 2);
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){.cn = "A"});
        CLEANUP_BUF Buf b = BUF_INIT, page = BUF_INIT;

        for (int look = 0; look < 2; look++) {
                const PkiCert *chain[] = {&cert};
                Observation *o = estate_observation(PKI_NOW);
                AddressObservation *a = estate_address(o, "qm1.example.com(1414)", "192.0.2.1");
                CLEANUP_INVENTORY_DRIFT InventoryDrift drift = {0};

                estate_answered(a, chain, 1, true, PKI_NOW);
                if (look == 1) {
                        a->tls.cipher = 0x1301;
                        a->tls.group[0] = 'Z';
                }
                estate_record(i, "B", o, PKI_NOW);
                ck_assert_int_eq(
                        inventory_note_drift(i, inventory_find(i, "B"), PKI_NOW + look, &drift), 0);
        }
        estate_answer(i, "A", &cert);
        render(i, NULL, &b);
        check_order(&b, parts, ARRAY_LEN(parts));
        render_one(i, "B", &page);
        check_order(&page, one, ARRAY_LEN(one));
}
END_TEST

START_TEST(test_a_long_ledger_leads_to_all_of_it)
{
        static const EstateEndpoint one[] = {{.name = "A/B", .has_trust = true}};
        static const char *const parts[] = {
                "Ledger, newest first",
                "Older ones are in <a href=\"../api/v1/changes?endpoint=A%2FB\">",
        };
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(one, 1);
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){.cn = "A"});
        CLEANUP_BUF Buf b = BUF_INIT;

        for (uint16_t look = 0; look < 40; look++) {
                const PkiCert *chain[] = {&cert};
                Observation *o = estate_observation(PKI_NOW + look);
                AddressObservation *a = estate_address(o, "qm1.example.com(1414)", "192.0.2.1");
                CLEANUP_INVENTORY_DRIFT InventoryDrift drift = {0};

                estate_answered(a, chain, 1, true, PKI_NOW);
                a->tls.cipher = (uint16_t) (0xC000 + look);
                estate_record(i, "A/B", o, PKI_NOW + look);
                ck_assert_int_eq(inventory_note_drift(
                                         i, inventory_find(i, "A/B"), PKI_NOW + look, &drift),
                        0);
        }
        render_one(i, "A/B", &b);
        check_order(&b, parts, ARRAY_LEN(parts));
        ck_assert_uint_eq(count(buf_str(&b), "<td class=\"kind\">"), 30);
}
END_TEST

static void set_reload(DaemonFacts *d)
{
        d->reload_successful = false;
}

static void set_state(DaemonFacts *d)
{
        d->has_state = true;
        d->state_problem = "read_only";
}

static void set_waiting(DaemonFacts *d)
{
        d->has_state = true;
        d->state_saved = false;
}

static void set_damaged(DaemonFacts *d)
{
        d->has_state = d->state_saved = true;
        d->n_state_damaged = 1;
}

static void set_resumed(DaemonFacts *d)
{
        d->n_sessions_resumed = 1;
}

static void set_finding(DaemonFacts *d)
{
        static const DaemonFinding finding = {"web_certificate_expired", SEVERITY_CRITICAL,
                "The certificate <of our own> has ended; renew it."};

        d->findings = &finding;
        d->n_findings = 1;
}

static const struct {
        const char *name;
        void (*set)(DaemonFacts *d);
        const char *words;
} alarms[] = {
        {"a reload failed", set_reload, "The last attempt to load the configuration failed"},
        {"state is not saved", set_state, "cannot be saved"},
        {"the second daemon is among the reasons", set_state, "another mqtlsd that uses it"},
        {"state waits for the disk", set_waiting, "waits to be saved"},
        {"the database was damaged", set_damaged, "begun anew"},
        {"a session was resumed", set_resumed, "session was resumed"},
        {"a finding of its own", set_finding, "The certificate &lt;of our own&gt; has ended"},
};

START_TEST(test_alarms)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, 1);
        DaemonFacts d = estate_daemon();
        CLEANUP_BUF Buf b = BUF_INIT;
        const char *list = "<ul class=\"alarms\"";

        ck_assert_int_eq(render_page(i, &d, NULL, PKI_NOW, &b), 0);
        ck_assert_ptr_null(strstr(buf_str(&b), list));
        buf_clear(&b);
        alarms[_i].set(&d);
        ck_assert_int_eq(render_page(i, &d, NULL, PKI_NOW, &b), 0);
        markup_check(&b);
        check_order(&b, (const char *const[]){list, alarms[_i].words}, 2);
}
END_TEST

/* ---- one endpoint ---- */

START_TEST(test_the_page_of_one_endpoint_tells_all)
{
        static const char *const parts[] = {
                "<title>A/HEALTHY: ok</title>",
                "href=\"../style.css\"",
                "href=\".././\"",
                "<h1><bdi>A/HEALTHY</bdi></h1>",
                "<span class=\"state ok\">ok</span>",
                "365 days left",
                "1 certificate sent, in order; verified.",
                "<bdi>CN=A</bdi>",
                "TLS 1.3 TLS_AES_256_GCM_SHA384",
                "\xe2\x86\x90 chosen",
                "X25519",
                "<bdi>qm1.example.com(1414)/192.0.2.1</bdi>",
                ("mqtlsd <span>--probe=&#39;qm1.example.com(1414)&#39;</span> "
                 "<span>--channel=A.SVRCONN"),
                "<a href=\"../?qmgr=QM1\">",
                "href=\"../api/v1/endpoints/A%2FHEALTHY\"",
        };
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, ARRAY_LEN(two));
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){.cn = "A"});
        CLEANUP_BUF Buf b = BUF_INIT, unseen = BUF_INIT, refused = BUF_INIT;

        estate_answer(i, two[0].name, &cert);
        render_one(i, two[0].name, &b);
        check_order(&b, parts, ARRAY_LEN(parts));

        render_one(i, two[1].name, &unseen);
        check_order(&unseen, (const char *const[]){"It has not been looked at yet.", "None was seen yet"}, 2);
        estate_refuse(i, two[1].name);
        render_one(i, two[1].name, &refused);
        check_order(&refused, (const char *const[]){"What to do", "START LISTENER(name)",
                "href=\"../runbook/connect/refused?endpoint=B%2FREFUSING\""}, 3);
}
END_TEST

static const struct {
        const char *url;
        bool is_link;
} urls[] = {
        {"https://wiki.example.com/mq?a=1&b=2", true},
        {"HTTP://wiki", true},
        {"javascript:alert(1)", false},
        {" https://x", false},
        {"data:text/html,x", false},
        {"", false},
        {NULL, false},
};

START_TEST(test_only_web_addresses_are_links)
{
        ck_assert_int_eq(html_is_link(urls[_i].url), urls[_i].is_link);
}
END_TEST

/* ---- key repositories ---- */

static const char keystore_config[] =
        "keystores = ( { name = \"QM1 <keys>\"; path = \"/q/key.kdb\"; qmgr = \"QM1\"; },\n"
        " { name = \"never read\"; path = \"/q/other\"; qmgr = \"QM2\"; } );\n"
        "endpoints = ( { name = \"e\"; qmgr = \"QM1\"; channel = \"A\"; conname = \"h\";"
        " sslciph = \"ANY\"; } );\n";

static Inventory *inventory_with_keystores(const PkiCert *cert, const char *label)
{
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        CLEANUP(config_cleanup) Config *c = NULL;
        const MakerRecord record = {.label = label, .cert = cert, .is_personal = true};
        CLEANUP_MAKER MakerFile f = maker_cms(&(MakerOptions){.version = 4}, &record, 1);
        RepositoryReading reading = {.stash_problem = strdup("The stash file & more is missing.")};
        Inventory *i = NULL;
        bool changed = false;

        ck_assert_int_eq(config_load_text("test", keystore_config, strlen(keystore_config), NULL,
                                 &issues, &c),
                0);
        ck_assert_int_eq(inventory_new(c, &i), 0);
        ck_assert_int_eq(keystore_parse("/q/key.kdb", f.bytes.data, f.bytes.len, NULL,
                                 &reading.problem, &reading.keystore),
                0);
        ck_assert_int_eq(inventory_take_reading(i, 0, &reading, PKI_NOW, &changed), 0);
        ck_assert_int_eq(inventory_reassess(i, PKI_NOW), 0);
        return i;
}

START_TEST(test_page_shows_key_repositories)
{
        static const char *const parts[] = {
                "<h2 id=\"keystores-title\">Key repositories</h2>",
                "<bdi>QM1 &lt;keys&gt;</bdi>",
                "/q/key.kdb",
                "The stash file &amp; more is missing.",
                "<bdi>ibmwebspheremqqm1</bdi>",
                "personal",
                "<span class=\"state critical\">3 days left</span>",
                "<bdi>never read</bdi>",
                "not read yet",
        };
        CLEANUP_PKI PkiCert cert = pki_issue(
                &(PkiOptions){.cn = "QM1", .not_after = PKI_AT(PKI_NOW + 3 * PKI_DAY)});
        CLEANUP_PKI PkiCert other = pki_issue(&(PkiOptions){.cn = "QM1"});
        CLEANUP(inventory_cleanup)
        Inventory *i = inventory_with_keystores(&cert, "ibmwebspheremqqm1");
        CLEANUP_BUF Buf b = BUF_INIT, one = BUF_INIT;

        estate_answer(i, "e", &other);
        render(i, NULL, &b);
        check_order(&b, parts, ARRAY_LEN(parts));
        render_one(i, "e", &one);
        check_order(&one, (const char *const[]){"<h2 id=\"files\">", "<bdi>QM1 &lt;keys&gt;</bdi>",
                "<span class=\"state warning\">another certificate is served</span>"}, 3);
}
END_TEST

enum {
        MANY_LABELS = 3000,
        MANY_REPOSITORIES = 60,
};

/* Of as many key repositories the last holds as many labels, and the last of these has expired. */
static Inventory *inventory_with_many_labels(const PkiCert *well, const PkiCert *ended)
{
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        CLEANUP(config_cleanup) Config *c = NULL;
        CLEANUP_FREE MakerRecord *records = calloc(MANY_LABELS, sizeof(*records));
        CLEANUP_FREE char(*labels)[16] = calloc(MANY_LABELS, sizeof(*labels));
        CLEANUP_MAKER MakerFile f = {.bytes = BUF_INIT};
        CLEANUP_BUF Buf text = BUF_INIT;
        RepositoryReading reading = {0};
        Inventory *i = NULL;
        bool changed = false;

        ck_assert(records && labels);
        for (int k = 0; k < MANY_LABELS; k++) {
                (void) snprintf(labels[k], sizeof(labels[k]), "label%04d", k);
                records[k] = (MakerRecord){.label = labels[k], .is_personal = true,
                        .cert = k == MANY_LABELS - 1 ? ended : well};
        }
        f = maker_java(&(MakerOptions){.version = 2}, records, MANY_LABELS);

        buf_append_str(&text, "keystores = (");
        for (int k = 0; k < MANY_REPOSITORIES; k++)
                buf_appendf(&text, "%s{ name = \"R%02d\"; path = \"/q/%d.jks\"; }", k ? ", " : " ", k, k);
        buf_append_str(&text, " );\nendpoints = ( { name = \"e\"; channel = \"A\"; conname = \"h\"; sslciph = \"ANY\"; } );\n");
        ck_assert_int_eq(config_load_text("test", buf_str(&text), text.len, NULL, &issues, &c), 0);
        ck_assert_int_eq(inventory_new(c, &i), 0);
        ck_assert_int_eq(keystore_parse("/q/x.jks", f.bytes.data, f.bytes.len, NULL, &reading.problem,
                                 &reading.keystore),
                0);
        ck_assert_int_eq(
                inventory_take_reading(i, MANY_REPOSITORIES - 1, &reading, PKI_NOW, &changed), 0);
        ck_assert_int_eq(inventory_reassess(i, PKI_NOW), 0);
        return i;
}

START_TEST(test_of_many_labels_the_page_shows_what_needs_care)
{
        static const char *const parts[] = {
                "<h2 id=\"keystores-title\">",
                "<bdi>R59</bdi>",
                "<bdi>label2999</bdi>",
                "<span class=\"state critical\">ended 2 days ago</span>",
                "<bdi>label0000</bdi>",
                "<bdi>label0018</bdi>",
                "And 2,980 more certificates; <a href=\"api/v1/status\">the JSON</a> has them all.",
                "<bdi>R00</bdi>",
                "<bdi>R48</bdi>",
                "And 10 more key repositories; <a href=\"api/v1/status\">the JSON</a> has them all.",
        };
        CLEANUP_PKI PkiCert well = pki_issue(&(PkiOptions){.cn = "well"});
        CLEANUP_PKI PkiCert ended = pki_issue(
                &(PkiOptions){.cn = "ended", .not_after = PKI_AT(PKI_NOW - 2 * PKI_DAY)});
        CLEANUP(inventory_cleanup) Inventory *i = inventory_with_many_labels(&well, &ended);
        CLEANUP_BUF Buf b = BUF_INIT;

        render(i, NULL, &b);
        check_order(&b, parts, ARRAY_LEN(parts));
        ck_assert_uint_eq(count(buf_str(&b), "<details class=\"keystore\""), 50);
        ck_assert_uint_eq(count(buf_str(&b), "<bdi>label"), 20);
}
END_TEST

START_TEST(test_hostile_label_is_text)
{
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){.cn = "<script>alert(1)</script>"});
        CLEANUP(inventory_cleanup)
        Inventory *i = inventory_with_keystores(&cert, "<b>\"'&\xff\xe2\x80\xae");
        CLEANUP_BUF Buf b = BUF_INIT;

        render(i, NULL, &b);
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "<bdi>&lt;b&gt;"));
}
END_TEST

static const char *const names[] = {
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'\" onmouseover='x",
        "&lt;b&gt; & co",
        "../../../etc/passwd?x#y",
        "tab_and\033[2Jescape",
        "right\xe2\x80\xae to left, \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d, \xf0\x9f\x92\xa9",
        "\xff\xfe",
};

START_TEST(test_hostile_name_is_text)
{
        const EstateEndpoint odd[] = {
                {.name = names[_i], .qmgr = names[_i], .contact = names[_i], .group = names[_i],
                        .note = names[_i], .channel = names[_i], .conname = "qm1(1414)"}};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(odd, 1);
        PageQuery query = {{[PAGE_QUERY_q] = names[_i], [PAGE_QUERY_qmgr] = names[_i]}};
        CLEANUP_BUF Buf b = BUF_INIT, one = BUF_INIT;

        estate_refuse(i, names[_i]);
        ck_assert_int_eq(render_page(i, NULL, &query, PKI_NOW, &b), 0);
        markup_check(&b);
        ck_assert_uint_eq(count(buf_str(&b), "<li class=\"row "), 1);
        render_one(i, names[_i], &one);
}
END_TEST

START_TEST(test_hostile_certificate_is_text)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, 1);
        CLEANUP_PKI PkiCert cert = estate_hostile_cert((size_t) _i);
        CLEANUP_BUF Buf b = BUF_INIT, one = BUF_INIT;

        estate_answer(i, two[0].name, &cert);
        ck_assert_int_eq(render_page(i, NULL, NULL, PKI_NOW, &b), 0);
        markup_check(&b);
        ck_assert_uint_eq(count(buf_str(&b), "<li class=\"row "), 1);
        render_one(i, two[0].name, &one);
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

START_TEST(test_page_shows_what_the_queue_manager_told)
{
        static const EstateEndpoint deep[] = {
                {.name = "A", .qmgr = "QM1", .depth = PROBE_DEPTH_MQ}};
        static const char *const parts[] = {
                "The queue manager itself",
                "the channel was accepted",
                "<bdi>QM2</bdi>",
                "<bdi>IBM MQ 9.4.3.0 on Multiplatforms</bdi>",
        };
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, 1);
        MqInitFacts facts = estate_qmgr("QM2");
        CLEANUP_BUF Buf b = BUF_INIT;

        ask(i, &facts);
        render_one(i, "A", &b);
        check_order(&b, parts, ARRAY_LEN(parts));
}
END_TEST

START_TEST(test_hostile_queue_manager_is_text)
{
        static const EstateEndpoint deep[] = {
                {.name = "A", .qmgr = "QM1", .depth = PROBE_DEPTH_MQ}};
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(deep, 1);
        MqInitFacts facts = estate_qmgr(estate_hostile_qmgr((size_t) _i));
        CLEANUP_BUF Buf b = BUF_INIT, one = BUF_INIT;

        memcpy(facts.product, facts.qmgr_name, sizeof(facts.qmgr_name));
        ask(i, &facts);
        render(i, NULL, &b);
        ck_assert_uint_eq(count(buf_str(&b), "<li class=\"row "), 1);
        render_one(i, "A", &one);
}
END_TEST

START_TEST(test_an_empty_inventory_is_a_page)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, 0);
        CLEANUP_BUF Buf b = BUF_INIT;

        ck_assert_int_eq(render_page(i, NULL, NULL, PKI_NOW, &b), 0);
        markup_check(&b);
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "No endpoint is configured"));
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
        tcase_add_test(page, test_what_changed_stands_before_what_is_well);
        tcase_add_test(page, test_a_long_ledger_leads_to_all_of_it);
        tcase_add_loop_test(page, test_alarms, 0, (int) ARRAY_LEN(alarms));
        tcase_add_test(page, test_the_page_of_one_endpoint_tells_all);
        tcase_add_loop_test(page, test_only_web_addresses_are_links, 0, (int) ARRAY_LEN(urls));
        tcase_add_loop_test(page, test_hostile_name_is_text, 0, (int) ARRAY_LEN(names));
        tcase_add_loop_test(
                page, test_hostile_certificate_is_text, 0, (int) estate_hostile_count());
        tcase_add_test(page, test_page_shows_what_the_queue_manager_told);
        tcase_add_loop_test(
                page, test_hostile_queue_manager_is_text, 0, ESTATE_HOSTILE_QMGR_MAX);
        tcase_add_test(page, test_page_shows_key_repositories);
        tcase_add_test(page, test_of_many_labels_the_page_shows_what_needs_care);
        tcase_add_test(page, test_hostile_label_is_text);
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
