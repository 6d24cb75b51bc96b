/* SPDX-License-Identifier: MIT */
#include "render/render_page.h"

#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "render/html.h"
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
        static const char *const names[] = {"meta", "link", "br", "input", "!DOCTYPE"};

        for (size_t k = 0; k < ARRAY_LEN(names); k++)
                if (strlen(names[k]) == len && memcmp(names[k], tag, len) == 0)
                        return true;
        return false;
}

/* The one script of the pages, in their head, with nothing inside. */
static bool is_ours(const char *tag)
{
        static const char *const ours[] = {
                "<script src=\"page.js\" defer></script>\n</head>",
                "<script src=\"../page.js\" defer></script>\n</head>",
        };

        for (size_t k = 0; k < ARRAY_LEN(ours); k++)
                if (strncmp(tag, ours[k], strlen(ours[k])) == 0)
                        return true;
        return strncmp(tag, "</script>", strlen("</script>")) == 0;
}

/* Nothing of a style or a script stands in an attribute, and no link leads to a script. */
static void check_attributes(const char *tag, const char *end)
{
        static const char *const forbidden[] = {" style=", " on", " srcdoc=", "=\"javascript:", "=\"data:"};
        CLEANUP_FREE char *copy = strndup(tag, (size_t) (end - tag));
        bool quoted = false;

        ck_assert_ptr_nonnull(copy);
        for (size_t k = 3; k < ARRAY_LEN(forbidden); k++)
                ck_assert_msg(strstr(copy, forbidden[k]) == NULL, "%s", copy);
        for (char *c = copy; *c; c++) { /* names of attributes only */
                quoted = quoted != (*c == '"');
                *c = quoted && *c != '"' ? '_' : *c;
        }
        for (size_t k = 0; k < 3; k++)
                ck_assert_msg(strstr(copy, forbidden[k]) == NULL, "%s", copy);
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
                ck_assert_msg(len < 12 && (strncmp(name, "script", 6) != 0 || is_ours(s)) &&
                                strncmp(name, "img", 3) != 0 && strncmp(name, "iframe", 6) != 0,
                        "tag %.20s", s);
                check_attributes(s, end);

                if (s[1] == '/') {
                        ck_assert_uint_gt(depth, 0);
                        depth--;
                        ck_assert_msg(open_len[depth] == len && memcmp(open[depth], name, len) == 0,
                                "closed out of order: %.20s", s);
                } else if (!is_void(name, len) && end[-1] != '/') {
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
        check_markup(b);
}

static void render_one(const Inventory *i, const char *name, Buf *b)
{
        DaemonFacts d = estate_daemon();

        ck_assert_int_eq(
                render_page_endpoint(i, &d, inventory_find(i, name), "../", PKI_NOW, b), 0);
        check_markup(b);
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
                "<b>365</b> days left",
                ">2027-01-01</time>",
                "TLS 1.3 TLS_AES_256_GCM_SHA384",
                "<th scope=\"row\">TLS_AES_256_GCM_SHA384</th><td class=\"number\">"
                "<a href=\"?suite=TLS%201.3%20TLS_AES_256_GCM_SHA384\">1</a>",
                "as policy expects",
                "nothing was agreed on",
                "href=\"metrics\"",
                "href=\"api/v1/status\"",
                "mqtlsd 0.1.0, OpenSSL 3.0.0",
        };
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, ARRAY_LEN(two));
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){.cn = "A"});
        CLEANUP_BUF Buf b = BUF_INIT;

        answer(i, two[0].name, &cert);
        refuse(i, two[1].name);
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
                "mqtlsd --accept B --kind cipher",
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
                if (look == 1)
                        a->tls.cipher = 0x1301;
                estate_record(i, "B", o, PKI_NOW);
                ck_assert_int_eq(
                        inventory_note_drift(i, inventory_find(i, "B"), PKI_NOW + look, &drift), 0);
        }
        answer(i, "A", &cert);
        render(i, NULL, &b);
        check_order(&b, parts, ARRAY_LEN(parts));
        render_one(i, "B", &page);
        check_order(&page, one, ARRAY_LEN(one));
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
        check_markup(&b);
        check_order(&b, (const char *const[]){list, alarms[_i].words}, 2);
}
END_TEST

/* ---- which are listed ---- */

static const EstateEndpoint five[] = {
        {.name = "QM1/PAY", .qmgr = "QM1", .channel = "PAY", .contact = "payments", .group = "a b",
                .note = "Ring the bell", .has_trust = true},
        {.name = "QM1/FUND", .qmgr = "QM1", .channel = "FUND", .contact = "funds", .has_trust = true},
        {.name = "QM2/PAY", .qmgr = "QM2", .channel = "PAY", .contact = "payments",
                .sslciph = "ANY_TLS12", .has_trust = true},
        {.name = "QM2/REFUSING", .qmgr = "QM2", .channel = "REFUSING"},
        {.name = "QM3/NEW", .qmgr = "QM3", .channel = "NEW"},
};

static const struct {
        const char *name;
        PageQuery query;
        const char *listed; /* names, in the order of the list */
} queries[] = {
        {"nothing is asked", {{0}}, "QM2/PAY QM2/REFUSING QM3/NEW QM1/FUND QM1/PAY"},
        {"empty fields ask nothing", {{[PAGE_QUERY_q] = "", [PAGE_QUERY_qmgr] = ""}},
                "QM2/PAY QM2/REFUSING QM3/NEW QM1/FUND QM1/PAY"},
        {"a word, whatever its case", {{[PAGE_QUERY_q] = "fund"}}, "QM1/FUND"},
        {"all words", {{[PAGE_QUERY_q] = " pay  qm2 "}}, "QM2/PAY"},
        {"a word of the subject", {{[PAGE_QUERY_q] = "cn=shared"}}, "QM2/PAY QM1/FUND QM1/PAY"},
        {"an AMQ message", {{[PAGE_QUERY_q] = "AMQ9202"}}, "QM2/REFUSING"},
        {"a word of a note", {{[PAGE_QUERY_q] = "BELL"}}, "QM1/PAY"},
        {"a word that nobody has", {{[PAGE_QUERY_q] = "xyzzy"}}, ""},
        {"signs are no patterns", {{[PAGE_QUERY_q] = "%"}}, ""},
        {"a queue manager", {{[PAGE_QUERY_qmgr] = "QM1"}}, "QM1/FUND QM1/PAY"},
        {"part of a queue manager is none", {{[PAGE_QUERY_qmgr] = "QM"}}, ""},
        {"a contact", {{[PAGE_QUERY_contact] = "payments"}}, "QM2/PAY QM1/PAY"},
        {"a group with a blank", {{[PAGE_QUERY_group] = "a b"}}, "QM1/PAY"},
        {"a severity", {{[PAGE_QUERY_severity] = "unknown"}}, "QM3/NEW"},
        {"a severity that there is not", {{[PAGE_QUERY_severity] = "red"}}, ""},
        {"two questions", {{[PAGE_QUERY_qmgr] = "QM2", [PAGE_QUERY_severity] = "ok"}}, ""},
        {"a suite", {{[PAGE_QUERY_suite] = "TLS 1.3 TLS_AES_256_GCM_SHA384"}},
                "QM2/PAY QM1/FUND QM1/PAY"},
        {"no suite", {{[PAGE_QUERY_suite] = "none"}}, "QM2/REFUSING QM3/NEW"},
        {"an end", {{[PAGE_QUERY_ends] = "2027-01-01..2027-01-01"}}, "QM2/PAY QM1/FUND QM1/PAY"},
        {"an end with one side", {{[PAGE_QUERY_ends] = "2026-01-01.."}}, "QM2/PAY QM1/FUND QM1/PAY"},
        {"an end before", {{[PAGE_QUERY_ends] = "..2026-12-31"}}, ""},
        {"no date", {{[PAGE_QUERY_ends] = "soon..later"}}, ""},
        {"no drift", {{[PAGE_QUERY_drift] = "open"}}, ""},
        {"a kind that there is not", {{[PAGE_QUERY_drift] = "colour"}}, ""},
        {"a page behind the last is the last", {{[PAGE_QUERY_qmgr] = "QM1", [PAGE_QUERY_page] = "7"}},
                "QM1/FUND QM1/PAY"},
        {"a page that is no number is the first",
                {{[PAGE_QUERY_qmgr] = "QM1", [PAGE_QUERY_page] = "-1x"}}, "QM1/FUND QM1/PAY"},
};

/* Names of the rows, one blank between. */
static void collect_rows(const Buf *page, Buf *names)
{
        static const char mark[] = "<details data-keep=\"";
        const char *s = strstr(buf_str(page), "id=\"results\"");

        while (s && (s = strstr(s, mark))) {
                s += strlen(mark);
                if (names->len > 0)
                        buf_append_char(names, ' ');
                buf_append(names, s, strcspn(s, "\""));
        }
}

START_TEST(test_queries)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(five, ARRAY_LEN(five));
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){.cn = "shared"});
        CLEANUP_BUF Buf b = BUF_INIT, names = BUF_INIT;

        for (int k = 0; k < 3; k++)
                answer(i, five[k].name, &cert);
        refuse(i, five[3].name);
        render(i, &queries[_i].query, &b);
        collect_rows(&b, &names);
        ck_assert_msg(strcmp(buf_str(&names), queries[_i].listed) == 0, "%s: %s", queries[_i].name,
                buf_str(&names));
        ck_assert_uint_eq(count(buf_str(&b), "<b>5</b> <span class=\"state all\">"), 1);
}
END_TEST

START_TEST(test_a_leaf_on_many_channels_is_one_mark)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(five, ARRAY_LEN(five));
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){.cn = "shared"});
        CLEANUP_BUF Buf b = BUF_INIT, found = BUF_INIT, names = BUF_INIT;
        char leaf[17] = "";
        PageQuery query = {{[PAGE_QUERY_leaf] = leaf}};
        const char *link = NULL;

        for (int k = 0; k < 3; k++)
                answer(i, five[k].name, &cert);
        render(i, NULL, &b);
        ck_assert_uint_eq(count(buf_str(&b), "<g data-href="), 1);
        ck_assert_ptr_nonnull(strstr(buf_str(&b), ">3</text></g>"));
        ck_assert_ptr_nonnull(strstr(buf_str(&b), "2 endpoints of which no date is known"));

        link = strstr(buf_str(&b), "<g data-href=\"?leaf=");
        ck_assert_ptr_nonnull(link);
        memcpy(leaf, link + strlen("<g data-href=\"?leaf="), 16);
        render(i, &query, &found);
        collect_rows(&found, &names);
        ck_assert_str_eq(buf_str(&names), "QM2/PAY QM1/FUND QM1/PAY");
}
END_TEST

/* ---- many ---- */

enum {
        MANY = 3000,
};

START_TEST(test_three_thousand_are_paged)
{
        CLEANUP_FREE EstateEndpoint *many = calloc(MANY, sizeof(*many));
        CLEANUP_FREE char(*many_names)[16] = calloc(MANY, sizeof(*many_names));
        CLEANUP(inventory_cleanup) Inventory *i = NULL;
        CLEANUP_BUF Buf first = BUF_INIT, last = BUF_INIT, names_first = BUF_INIT, names_last = BUF_INIT;
        PageQuery query = {{[PAGE_QUERY_page] = "30"}};

        ck_assert(many && many_names);
        for (int k = 0; k < MANY; k++) {
                (void) snprintf(many_names[k], sizeof(many_names[k]), "QM%04d/A", k);
                many[k] = (EstateEndpoint){.name = many_names[k], .qmgr = many_names[k]};
        }
        i = estate_new(many, MANY);
        render(i, NULL, &first);
        collect_rows(&first, &names_first);
        ck_assert_uint_eq(count(buf_str(&first), "<li class=\"row "), 100);
        ck_assert_int_eq(strncmp(buf_str(&names_first), "QM0000/A QM0001/A ", 18), 0);
        ck_assert_ptr_nonnull(strstr(buf_str(&first), "<b>3,000</b>"));
        ck_assert_ptr_nonnull(strstr(buf_str(&first), "1\xe2\x80\x93" "100 of 3,000 endpoints"));
        ck_assert_ptr_nonnull(strstr(buf_str(&first), "<a rel=\"next\" href=\"?page=2\">"));
        ck_assert_ptr_null(strstr(buf_str(&first), "rel=\"prev\""));
        ck_assert_ptr_nonnull(strstr(buf_str(&first), "<input name=\"qmgr\""));
        ck_assert_uint_lt(first.len, 300000);

        render(i, &query, &last);
        collect_rows(&last, &names_last);
        ck_assert_ptr_nonnull(strstr(buf_str(&names_last), "QM2999/A"));
        ck_assert_ptr_nonnull(strstr(buf_str(&last), "<a rel=\"prev\" href=\"?page=29\">"));
        ck_assert_ptr_null(strstr(buf_str(&last), "rel=\"next\""));
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
                "mqtlsd --probe=&#39;qm1.example.com(1414)&#39; --channel=A.SVRCONN",
                "<a href=\"../?qmgr=QM1\">",
                "href=\"../api/v1/endpoints/A%2FHEALTHY\"",
        };
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, ARRAY_LEN(two));
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){.cn = "A"});
        CLEANUP_BUF Buf b = BUF_INIT, unseen = BUF_INIT, refused = BUF_INIT;

        answer(i, two[0].name, &cert);
        render_one(i, two[0].name, &b);
        check_order(&b, parts, ARRAY_LEN(parts));

        render_one(i, two[1].name, &unseen);
        check_order(&unseen, (const char *const[]){"It has not been looked at yet.", "None was seen yet"}, 2);
        refuse(i, two[1].name);
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

static const char *const names[] = {
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'\" onmouseover='x",
        "&lt;b&gt; & co",
        "../../../etc/passwd?x#y",
        "tab_and\033[2Jescape",
        "right\xe2\x80\xae" "to left, \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d, \xf0\x9f\x92\xa9",
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

        refuse(i, names[_i]);
        ck_assert_int_eq(render_page(i, NULL, &query, PKI_NOW, &b), 0);
        check_markup(&b);
        ck_assert_uint_eq(count(buf_str(&b), "<li class=\"row "), 1);
        render_one(i, names[_i], &one);
}
END_TEST

START_TEST(test_hostile_certificate_is_text)
{
        CLEANUP(inventory_cleanup) Inventory *i = estate_new(two, 1);
        CLEANUP_PKI PkiCert cert = estate_hostile_cert((size_t) _i);
        CLEANUP_BUF Buf b = BUF_INIT, one = BUF_INIT;

        answer(i, two[0].name, &cert);
        ck_assert_int_eq(render_page(i, NULL, NULL, PKI_NOW, &b), 0);
        check_markup(&b);
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
        check_markup(&b);
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
        tcase_add_loop_test(page, test_alarms, 0, (int) ARRAY_LEN(alarms));
        tcase_add_loop_test(page, test_queries, 0, (int) ARRAY_LEN(queries));
        tcase_add_test(page, test_a_leaf_on_many_channels_is_one_mark);
        tcase_add_test(page, test_three_thousand_are_paged);
        tcase_add_test(page, test_the_page_of_one_endpoint_tells_all);
        tcase_add_loop_test(page, test_only_web_addresses_are_links, 0, (int) ARRAY_LEN(urls));
        tcase_add_loop_test(page, test_hostile_name_is_text, 0, (int) ARRAY_LEN(names));
        tcase_add_loop_test(
                page, test_hostile_certificate_is_text, 0, (int) estate_hostile_count());
        tcase_add_test(page, test_page_shows_what_the_queue_manager_told);
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
