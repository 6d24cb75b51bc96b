/* SPDX-License-Identifier: MIT */
#include "model/config_load.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

#define HASH_53 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0"

/* One directory per test, with a CA, an identity and its key, and a passphrase. */
static char *dir;

/* Writes `text` as DIR/NAME. */
static void put(const char *name, const char *text)
{
        CLEANUP_FREE char *path = pki_path(dir, name);

        ck_assert_int_eq(pki_write_file(path, text, strlen(text), 0644), 0);
}

static void put_secret(const char *name, const char *text, unsigned mode)
{
        CLEANUP_FREE char *path = pki_path(dir, name);

        ck_assert_int_eq(pki_write_file(path, text, strlen(text), mode), 0);
}

static void put_certificate(const char *name, const char *key_name, const char *p12, const char *cn)
{
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){ .cn = cn });
        const PkiCert *certs[] = { &cert };
        CLEANUP_FREE char *path = pki_path(dir, name);
        CLEANUP_FREE char *key_path = key_name ? pki_path(dir, key_name) : NULL;
        CLEANUP_FREE char *p12_path = p12 ? pki_path(dir, p12) : NULL;

        ck_assert_int_eq(pki_write_certs(path, certs, 1), 0);
        if (key_path)
                ck_assert_int_eq(pki_write_key(key_path, &cert, NULL), 0);
        if (p12_path)
                ck_assert_int_eq(pki_write_pkcs12(p12_path, &cert, NULL, 0, "secret", "mon"), 0);
}

static void set_up(void)
{
        dir = pki_dir_new();
        ck_assert_ptr_nonnull(dir);
        put_certificate("ca.pem", NULL, NULL, "CA");
        put_certificate("mon.pem", "mon.key", "mon.p12", "monitor");
        put_secret("secret", "secret\n", 0600);
        put_secret("users", "admin:$2b$10$" HASH_53 "\n", 0600);
        put_secret("tokens", "team 0123456789abcdef0123456789abcdef\n", 0600);
}

static void tear_down(void)
{
        pki_dir_remove(dir);
        dir = NULL;
}

static int load_file(const char *name, const ConfigSurroundings *around, Issues *issues, Config **ret)
{
        CLEANUP_FREE char *path = pki_path(dir, name);

        return config_load(path, around, issues, ret);
}

static int load(const char *text, Issues *issues, Config **ret)
{
        put("mqtlsd.conf", text);
        return load_file("mqtlsd.conf", NULL, issues, ret);
}

static char *say(const Issues *issues)
{
        Buf b = BUF_INIT;
        char *said = NULL;

        for (size_t i = 0; i < issues->n; i++) {
                buf_append_str(&b, "\n  ");
                issue_append(&issues->list[i], &b);
        }
        ck_assert_int_eq(buf_steal(&b, &said), 0);
        return said;
}

/* Loads what has to be right. */
static Config *load_right(const char *text)
{
        Issues issues = ISSUES_INIT;
        Config *c = NULL;
        int r = load(text, &issues, &c);
        CLEANUP_FREE char *said = say(&issues);

        ck_assert_msg(r == 0, "refused: %s", said);
        ck_assert_ptr_nonnull(c);
        ck_assert_uint_eq(issues.n_errors, 0);
        issues_done(&issues);
        return c;
}

/* The issue of that file and line that says `part`. */
static bool is_among(const Issues *issues, const char *file, unsigned line, const char *setting,
        const char *part, bool is_warning)
{
        CLEANUP_FREE char *path = pki_path(dir, file);

        for (size_t i = 0; i < issues->n; i++) {
                const Issue *issue = &issues->list[i];

                if (issue->line == line && strcmp(issue->file, path) == 0 &&
                        strstr(issue->text, part) && issue->is_warning == is_warning &&
                        (!setting || (issue->setting && strcmp(issue->setting, setting) == 0)))
                        return true;
        }
        return false;
}

/* ---- what is right ---- */

#define ENDPOINT_SETTINGS                                                                          \
        "channel = \"APP.SVRCONN\"; conname = \"qm1a(1414)\"; sslciph = \"ANY_TLS12\";"
#define ENDPOINT "{ " ENDPOINT_SETTINGS " }"
#define TRUSTED "defaults = { trust = \"ca.pem\"; };\n"

START_TEST(a_short_configuration_gets_the_defaults)
{
        CLEANUP(config_cleanup) Config *c = load_right("endpoints = ( " ENDPOINT " );\n");
        const EndpointConfig *e = &c->endpoints[0];

        ck_assert_uint_eq(c->n_endpoints, 1);
        ck_assert_str_eq(c->state_directory, "/var/lib/mqtlsd");
        ck_assert_uint_eq(c->http.n_listen, 1);
        ck_assert_str_eq(c->http.listen[0].host, "127.0.0.1");
        ck_assert_uint_eq(c->http.listen[0].port, 19157);
        ck_assert(!c->http.lifecycle);
        ck_assert_uint_eq(c->http.connections_max, 512);
        ck_assert_uint_eq(c->http.connections_per_address_max, 0);
        ck_assert_uint_eq(c->http.request_timeout_usec, 10000000);
        ck_assert_uint_eq(c->http.header_bytes_max, 16384);
        ck_assert_uint_eq(c->probing.connecting_max, 256);
        ck_assert_uint_eq(c->probing.handshaking_max, 64);
        ck_assert_uint_eq(c->probing.spacing_usec, 250000);
        ck_assert_uint_eq(c->probing.resolver_threads, 4);
        ck_assert_uint_eq(c->probing.resolver_cache_usec, 60000000);

        ck_assert_str_eq(e->name, "APP.SVRCONN@qm1a(1414)");
        ck_assert_uint_eq(e->line, 1);
        ck_assert_ptr_null(e->qmgr);
        ck_assert_int_eq(e->chltype, _CHANNEL_TYPE_INVALID);
        ck_assert_uint_eq(e->interval_usec, UINT64_C(900000000));
        ck_assert_uint_eq(e->retry_interval_usec, 60000000);
        ck_assert_uint_eq(e->timeout_usec, 10000000);
        ck_assert_uint_eq(e->linger_usec, 500000);
        ck_assert_int_eq(e->depth, PROBE_DEPTH_TLS);
        ck_assert_uint_eq(e->mq_interval_usec, UINT64_C(3600000000));
        ck_assert_uint_eq(e->survey_usec, 0);
        ck_assert_ptr_null(e->sslpeer);
        ck_assert_ptr_null(e->policy.sslpeer);
        ck_assert_ptr_null(e->policy.qmgr);
        ck_assert_int_eq(e->policy.sslcauth, SSLCAUTH_UNSET);
        ck_assert_int_eq(e->policy.depth, PROBE_DEPTH_TLS);
        ck_assert_int_eq(e->sni_mode, SNI_CHANNEL);
        ck_assert_str_eq(e->sni, "app2e-svrconn.chl.mq.ibm.com");
        ck_assert(!e->all_addresses);
        ck_assert_ptr_null(e->trust);
        ck_assert_ptr_null(e->identity);
        ck_assert_ptr_nonnull(e->profile);
        ck_assert_int_eq(e->policy.sslciph.kind, SSLCIPH_ANY_TLS12);
        ck_assert_int_eq(e->policy.listener_sslciph.kind, SSLCIPH_UNSET);
        ck_assert(!e->policy.has_trust && !e->policy.has_identity && !e->policy.all_addresses);
        ck_assert_uint_eq(e->policy.min_rsa_bits, 2048);
        ck_assert_uint_eq(e->policy.min_ec_bits, 256);
        ck_assert_int_eq(e->policy.expiry_warning.seconds, 30 * 86400);
        ck_assert_int_eq(e->policy.expiry_critical.seconds, 7 * 86400);
}
END_TEST

#define FULL                                                                                       \
        "http = { listen = ( \"127.0.0.1:1\", \"[::1]:2\" ); lifecycle = true;\n"                  \
        "  connections_max = 7; connections_per_address_max = 3; request_timeout = \"2s\";\n"      \
        "  header_bytes_max = 2048; };\n"                                                          \
        "state_directory = \"state\";\n"                                                           \
        "probing = { connecting_max = 1; handshaking_max = 2; spacing = \"1s\";\n"                 \
        "  resolver_threads = 3; resolver_cache = \"0s\"; };\n"                                    \
        "defaults = { interval = \"1h\"; trust = \"ca.pem\"; contact = \"team\"; };\n"             \
        "identities = ( { name = \"monitor\"; certificate = \"mon.pem\"; key = \"mon.key\"; },\n"  \
        "  { name = \"p12\"; pkcs12 = \"mon.p12\"; passphrase_file = \"secret\"; } );\n"           \
        "endpoints = ( { name = \"first\"; qmgr = \"QM1\"; channel = \"A.B\";\n"                   \
        "  chltype = \"SVRCONN\"; conname = \"qm1a,qm1b(1515)\"; sslciph = \"ANY\";\n"             \
        "  listener_sslciph = \"ANY_TLS12\"; identity = \"monitor\"; sni = \"hostname\";\n"        \
        "  depth = \"tls\"; all_addresses = true; interval = \"2h\"; retry_interval = \"3m\";\n"   \
        "  timeout = \"4s\"; linger = \"1s\"; expiry_warning = \"25%\"; expiry_critical = \"5%\";\n" \
        "  min_rsa_bits = 3072; min_ec_bits = 384; contact = \"payments\"; group = \"g\";\n"       \
        "  note = \"n\"; runbook_url = \"https://example.com/x\"; },\n"                            \
        "  { qmgr = \"QM2\"; channel = \"C\"; conname = \"10.0.0.1\"; sslciph = \"ANY\";\n"        \
        "    identity = \"p12\"; sni = \"none\"; },\n"                                             \
        "  { channel = \"D\"; conname = \"h\"; sslciph = \"ANY\"; sni = \"mq.example.com\"; } );\n"

START_TEST(every_setting_arrives)
{
        CLEANUP(config_cleanup) Config *c = load_right(FULL);
        CLEANUP_FREE char *state = pki_path(dir, "state"), *ca = pki_path(dir, "ca.pem");
        const EndpointConfig *e = &c->endpoints[0];

        ck_assert_str_eq(c->state_directory, state);
        ck_assert_uint_eq(c->http.n_listen, 2);
        ck_assert_str_eq(c->http.listen[1].host, "::1");
        ck_assert_uint_eq(c->http.listen[1].port, 2);
        ck_assert(c->http.lifecycle);
        ck_assert_uint_eq(c->http.connections_max, 7);
        ck_assert_uint_eq(c->http.connections_per_address_max, 3);
        ck_assert_uint_eq(c->http.request_timeout_usec, 2000000);
        ck_assert_uint_eq(c->http.header_bytes_max, 2048);
        ck_assert_uint_eq(c->probing.connecting_max, 1);
        ck_assert_uint_eq(c->probing.handshaking_max, 2);
        ck_assert_uint_eq(c->probing.spacing_usec, 1000000);
        ck_assert_uint_eq(c->probing.resolver_threads, 3);
        ck_assert_uint_eq(c->probing.resolver_cache_usec, 0);

        ck_assert_uint_eq(c->n_endpoints, 3);
        ck_assert_str_eq(e->name, "first");
        ck_assert_uint_eq(e->line, 10);
        ck_assert_str_eq(e->qmgr, "QM1");
        ck_assert_str_eq(e->channel, "A.B");
        ck_assert_int_eq(e->chltype, CHANNEL_TYPE_SVRCONN);
        ck_assert_str_eq(e->conname, "qm1a,qm1b(1515)");
        ck_assert_uint_eq(e->connames.n_entries, 2);
        ck_assert_uint_eq(e->connames.entries[1].port, 1515);
        ck_assert_str_eq(e->identity_name, "monitor");
        ck_assert_str_eq(e->trust_path, ca);
        ck_assert_uint_eq(trust_store_count(e->trust), 1);
        ck_assert_str_eq(identity_facts(e->identity)->subject_mq, "CN=monitor");
        ck_assert(e->all_addresses && e->policy.all_addresses);
        ck_assert(e->policy.has_trust && e->policy.has_identity);
        ck_assert_uint_eq(e->interval_usec, UINT64_C(7200000000));
        ck_assert_uint_eq(e->retry_interval_usec, 180000000);
        ck_assert_uint_eq(e->timeout_usec, 4000000);
        ck_assert_uint_eq(e->linger_usec, 1000000);
        ck_assert_int_eq(e->policy.listener_sslciph.kind, SSLCIPH_ANY_TLS12);
        ck_assert(e->policy.expiry_warning.is_share);
        ck_assert_uint_eq(e->policy.min_rsa_bits, 3072);
        ck_assert_uint_eq(e->policy.min_ec_bits, 384);
        ck_assert_str_eq(e->contact, "payments");
        ck_assert_str_eq(e->group, "g");
        ck_assert_str_eq(e->note, "n");
        ck_assert_str_eq(e->runbook_url, "https://example.com/x");

        ck_assert_str_eq(c->endpoints[1].name, "QM2/C@10.0.0.1(1414)");
        ck_assert_str_eq(c->endpoints[1].contact, "team");
        ck_assert_uint_eq(c->endpoints[1].interval_usec, UINT64_C(3600000000));
        ck_assert_str_eq(identity_facts(c->endpoints[1].identity)->subject_mq, "CN=monitor");
}
END_TEST

START_TEST(what_looks_beyond_tls_arrives)
{
        CLEANUP(config_cleanup) Config *c = load_right(
                "defaults = { sslpeer = \"O=Example\"; mq_interval = \"2h\"; sslcauth = \"OPTIONAL\"; };\n"
                "endpoints = ( { qmgr = \"QM1\"; chltype = \"RCVR\"; depth = \"mq\"; survey = \"24h\";\n"
                "  sslpeer = \"CN=qm1,OU=A*;OU=B\"; sslcauth = \"REQUIRED\"; mq_interval = \"30m\";\n"
                ENDPOINT_SETTINGS " },\n  { name = \"b\"; " ENDPOINT_SETTINGS " } );\n");
        const EndpointConfig *e = &c->endpoints[0], *other = &c->endpoints[1];

        ck_assert_int_eq(e->depth, PROBE_DEPTH_MQ);
        ck_assert_uint_eq(e->mq_interval_usec, UINT64_C(1800000000));
        ck_assert_uint_eq(e->survey_usec, UINT64_C(86400000000));
        ck_assert_str_eq(sslpeer_text(e->sslpeer), "CN=qm1,OU=A*;OU=B");
        ck_assert_ptr_eq(e->policy.sslpeer, e->sslpeer);
        ck_assert_str_eq(e->policy.qmgr, "QM1");
        ck_assert_int_eq(e->policy.chltype, CHANNEL_TYPE_RCVR);
        ck_assert_int_eq(e->policy.sslcauth, SSLCAUTH_REQUIRED);
        ck_assert_int_eq(e->policy.depth, PROBE_DEPTH_MQ);

        ck_assert_int_eq(other->depth, PROBE_DEPTH_TLS);
        ck_assert_uint_eq(other->mq_interval_usec, UINT64_C(7200000000));
        ck_assert_str_eq(sslpeer_text(other->sslpeer), "O=Example");
        ck_assert_ptr_ne(other->sslpeer, e->sslpeer);
        ck_assert_int_eq(other->policy.sslcauth, SSLCAUTH_OPTIONAL);
}
END_TEST

START_TEST(who_listens_can_be_asked)
{
        static const char *const types[] = { "SVRCONN", "RCVR", "CLUSRCVR", "RQSTR" };

        for (size_t i = 0; i < ARRAY_LEN(types); i++) {
                CLEANUP(config_cleanup) Config *c = NULL;
                CLEANUP_BUF Buf b = BUF_INIT;

                buf_appendf(&b, "endpoints = ( { chltype = \"%s\"; depth = \"mq\"; %s } );\n",
                        types[i], ENDPOINT_SETTINGS);
                c = load_right(buf_str(&b));
                ck_assert_int_eq(c->endpoints[0].depth, PROBE_DEPTH_MQ);
        }
}
END_TEST

START_TEST(an_mq_interval_that_nobody_wrote_is_never_too_short)
{
        CLEANUP(config_cleanup) Config *c = load_right("endpoints = ( { depth = \"mq\";\n"
                " interval = \"2h\"; " ENDPOINT_SETTINGS " } );\n");

        ck_assert_uint_eq(c->endpoints[0].mq_interval_usec, UINT64_C(7200000000));
}
END_TEST

START_TEST(at_depth_tls_the_interval_of_the_other_is_free)
{
        CLEANUP(config_cleanup) Config *c = load_right("endpoints = ( { mq_interval = \"10m\";\n"
                " chltype = \"SDR\"; " ENDPOINT_SETTINGS " } );\n");

        ck_assert_int_eq(c->endpoints[0].depth, PROBE_DEPTH_TLS);
}
END_TEST

START_TEST(the_server_name_follows_the_mode)
{
        CLEANUP(config_cleanup) Config *c = load_right(FULL);
        const EndpointConfig *e = c->endpoints;
        Conname six = { .host = (char[]){ "fe80::1" }, .port = 1414 };

        ck_assert_int_eq(e[0].sni_mode, SNI_HOSTNAME);
        ck_assert_str_eq(endpoint_config_sni(&e[0], &e[0].connames.entries[0]), "qm1a");
        ck_assert_str_eq(endpoint_config_sni(&e[0], &e[0].connames.entries[1]), "qm1b");
        ck_assert_ptr_null(endpoint_config_sni(&e[0], &e[1].connames.entries[0]));
        ck_assert_ptr_null(endpoint_config_sni(&e[0], &six));

        ck_assert_int_eq(e[1].sni_mode, SNI_NONE);
        ck_assert_ptr_null(endpoint_config_sni(&e[1], &e[1].connames.entries[0]));

        ck_assert_int_eq(e[2].sni_mode, SNI_LITERAL);
        ck_assert_str_eq(
                endpoint_config_sni(&e[2], &e[2].connames.entries[0]), "mq.example.com");
}
END_TEST

START_TEST(endpoints_share_what_is_alike)
{
        CLEANUP(config_cleanup) Config *c = load_right(
                "identities = ( { name = \"m\"; certificate = \"mon.pem\"; key = \"mon.key\"; } );\n"
                "defaults = { trust = \"ca.pem\"; sslciph = \"ANY_TLS12\"; channel = \"A\"; };\n"
                "endpoints = ( { conname = \"a\"; }, { conname = \"b\"; trust = \"ca.pem\"; },\n"
                "  { conname = \"c\"; identity = \"m\"; }, { conname = \"d\"; identity = \"m\"; },\n"
                "  { conname = \"e\"; sslciph = \"ANY\"; trust = \"mon.pem\"; } );\n");
        const EndpointConfig *e = c->endpoints;

        ck_assert_ptr_eq(e[0].trust, e[1].trust);
        ck_assert_ptr_ne(e[0].trust, e[4].trust);
        ck_assert_ptr_eq(e[0].profile, e[1].profile);
        ck_assert_ptr_ne(e[0].profile, e[2].profile);
        ck_assert_ptr_eq(e[2].profile, e[3].profile);
        ck_assert_ptr_eq(e[2].identity, e[3].identity);
        ck_assert_ptr_ne(e[0].profile, e[4].profile);
}
END_TEST

START_TEST(a_reference_keeps_a_config_alive)
{
        Config *c = load_right("endpoints = ( " ENDPOINT " );\n"), *second = config_ref(c);

        ck_assert_ptr_eq(c, second);
        ck_assert_ptr_null(config_unref(c));
        ck_assert_str_eq(second->endpoints[0].channel, "APP.SVRCONN");
        ck_assert_ptr_null(config_unref(second));
        ck_assert_ptr_null(config_unref(NULL));
}
END_TEST

/* ---- what is wrong: one mistake, one issue ---- */

typedef struct WrongRow {
        const char *name;
        const char *text;
        unsigned line;
        const char *setting; /* NULL: not looked at */
        const char *part;    /* of what is said */
} WrongRow;

#define WRONG_ENDPOINT(settings) "endpoints = (\n {\n " ENDPOINT_SETTINGS "\n " settings " } );\n"

static const WrongRow wrong_rows[] = {
        { "a missing bracket is a syntax error", "http = { lifecycle = true;\n", 2, NULL, "syntax" },
        { "a word without quotes is a syntax error", "state_directory = here;\n", 1, NULL, "syntax" },
        { "a string is closed on its line", "x = 1;\nstate_directory = \"a\nb\";\n", 2, NULL,
                "not closed" },
        { "a comment is closed", "\n/* here\n", 2, NULL, "not closed" },
        { "an at sign is no setting", "a = @b;\n", 1, NULL, "'@'" },
        { "brackets have a bottom", "a = ((((((((((((((((((((1))))))))))))))))))));\n", 1, NULL,
                "nested" },
        { "a NUL cannot be smuggled in", "state_directory = \"/x\\x00y\";\n", 1, NULL, "NUL" },

        { "an unknown section has a hint", "\nendpoint = ( );\n", 2, NULL,
                "did you mean \"endpoints\"" },
        { "the lines of a comment count", "# one\n/* two\n three\n*/ endpoint = 1; // four\n", 4, NULL,
                "did you mean" },
        { "so do those that end as on Windows", "http = {\r\n};\r\nendpoint = 1;\r\n", 3, NULL,
                "did you mean" },
        { "an unknown setting has a hint", WRONG_ENDPOINT("intervall = \"1m\";"), 4, "endpoints[0]",
                "did you mean \"interval\"" },
        { "an unknown setting without a neighbour", WRONG_ENDPOINT("colour = 1;"), 4, NULL,
                "there is no setting \"colour\"" },
        { "an endpoint's setting at the top", "channel = \"A\";\n", 1, NULL, "belongs into" },
        { "a name cannot stand in defaults", "defaults = {\n name = \"x\"; };\n", 2, NULL,
                "cannot stand in defaults" },
        { "a setting stands once", "http = { lifecycle = true;\n\n lifecycle = false; };\n", 3, NULL,
                "mqtlsd.conf:1" },
        { "a section stands once", "http = { };\nhttp = { };\n", 2, NULL, "set twice" },

        { "a filter has MQ's attribute types", WRONG_ENDPOINT("sslpeer = \"XY=x\";"), 4,
                "endpoints[0].sslpeer", "\"XY\" is no attribute type of SSLPEER; write" },
        { "a filter has its equals signs", WRONG_ENDPOINT("sslpeer = \"CN=a,b\";"), 4,
                "endpoints[0].sslpeer", "has no '='; write" },
        { "SSLCAUTH is one of two", WRONG_ENDPOINT("sslcauth = \"required\";"), 4,
                "endpoints[0].sslcauth", "not one of REQUIRED|OPTIONAL" },
        { "a depth is one of two", WRONG_ENDPOINT("depth = \"deep\";"), 4, "endpoints[0].depth",
                "not one of tls|mq" },
        { "a sender listens nowhere", WRONG_ENDPOINT("chltype = \"SDR\"; depth = \"mq\";"), 4,
                "endpoints[0].depth", "does not go with chltype = \"SDR\"" },
        { "nor does a server", WRONG_ENDPOINT("depth = \"mq\"; chltype = \"SVR\";"), 4, NULL,
                "\"SVR\", which nobody can be asked for; write depth = \"tls\"" },
        { "the depth of defaults goes with no client's end",
                "defaults = { depth = \"mq\"; };\n" WRONG_ENDPOINT("chltype = \"CLNTCONN\";"), 5,
                "endpoints[0].chltype", "does not go with" },
        { "looks at depth mq are rarer than probes",
                WRONG_ENDPOINT("depth = \"mq\"; mq_interval = \"10m\";"), 4,
                "endpoints[0].mq_interval", "shorter than interval = \"15m\"" },
        { "also where that stands in defaults",
                "defaults = { mq_interval = \"1h\"; };\n"
                WRONG_ENDPOINT("depth = \"mq\"; interval = \"2h\";"), 5, "endpoints[0].interval",
                "shorter than interval" },
        { "and where both do", "defaults = { interval = \"2h\";\n mq_interval = \"1h\"; };\n"
                WRONG_ENDPOINT("depth = \"mq\";"), 1, "defaults.interval", "shorter than" },
        { "mq_interval has a lower limit", WRONG_ENDPOINT("mq_interval = \"59s\";"), 4, NULL,
                "1m..30d" },
        { "a survey has a lower limit", WRONG_ENDPOINT("survey = \"59m\";"), 4, NULL, "1h..365d" },
        { "a survey has an upper limit", WRONG_ENDPOINT("survey = \"366d\";"), 4, NULL, "1h..365d" },
        { "a share is one of those there are", "shard = \"3/2\";\n", 1, "shard", "such as \"2/8\"" },
        { "crypto_profile is of a later version", "crypto_profile = \"narrow\";\n", 1, NULL,
                "not supported yet" },
        { "http.tls needs a certificate", "\nhttp = { tls = { key = \"mon.key\"; }; };\n", 2, "http.tls",
                "there is no certificate" },
        { "http.tls is a group", "http = { tls = \"mon.pem\"; };\n", 1, "http.tls", "write a group" },
        { "http.tls has one of two forms",
                "http = { tls = { certificate = \"mon.pem\";\n pkcs12 = \"mon.p12\"; }; };\n", 2,
                "http.tls.pkcs12", "stands together with certificate =" },
        { "http.tls names a file that is there", "http = { tls = { certificate = \"none.pem\"; }; };\n",
                1, "http.tls", "none.pem: No such file" },
        { "certificate and key of http.tls belong together",
                "http = { tls = { certificate = \"ca.pem\"; key = \"mon.key\"; }; };\n", 1, "http.tls",
                "does not match" },
        { "a slip of the hand in http.tls", "http = { tls = { certificate = \"mon.pem\";\n"
                                            "key = \"mon.key\"; client_cas = \"ca.pem\"; }; };\n",
                2, "http.tls", "did you mean \"client_ca\"" },

        { "a span is a string", WRONG_ENDPOINT("timeout = 10;"), 4, "endpoints[0].timeout",
                "is an integer; write a span" },
        { "a span needs its unit", WRONG_ENDPOINT("timeout = \"10\";"), 4, NULL, "not a span" },
        { "a span has a lower limit", WRONG_ENDPOINT("timeout = \"500ms\";"), 4, NULL, "1s..60s" },
        { "a span has an upper limit", WRONG_ENDPOINT("timeout = \"61s\";"), 4, NULL, "1s..60s" },
        { "a span of a million years", WRONG_ENDPOINT("interval = \"365000000d\";"), 4, NULL,
                "1s..30d" },
        { "an integer has no fraction", "probing = { connecting_max = 2.0; };\n", 1,
                "probing.connecting_max", "fraction" },
        { "an integer has no quotes", "probing = { connecting_max = \"2\"; };\n", 1, NULL,
                "is a string; write an integer" },
        { "an integer has a lower limit", "probing = { connecting_max = 0; };\n", 1, NULL,
                "1..65535" },
        { "an integer does not wrap around", "probing = { connecting_max = 4294967297; };\n", 1,
                NULL, "4294967297 is outside" },
        { "not at 64 bits either", "probing = { connecting_max = 18446744073709551617; };\n", 1,
                NULL, "outside" },
        { "a hexadecimal integer does not wrap around",
                "probing = { connecting_max = 0x100000001; };\n", 1, NULL, "outside" },
        { "a boolean is no integer", "http = { lifecycle = 1; };\n", 1, "http.lifecycle",
                "is an integer; write true or false" },
        { "a string is no boolean", WRONG_ENDPOINT("note = true;"), 4, NULL, "is a boolean" },
        { "a group is no string", "http = \"x\";\n", 1, "http", "is a string; write a group" },
        { "endpoints are a list", "endpoints = { };\n", 1, "endpoints", "is a group; write a list" },
        { "endpoints are groups", "endpoints = (\n 7 );\n", 2, "endpoints[0]", "is an integer" },
        { "a threshold is a span or a share", WRONG_ENDPOINT("expiry_warning = \"often\";"), 4, NULL,
                "neither a span nor a share" },

        { "a string may not be empty", WRONG_ENDPOINT("note = \"\";"), 4, NULL, "is empty" },
        { "a string may not hold a control character", WRONG_ENDPOINT("note = \"a\\nb\";"), 4, NULL,
                "control character" },
        { "nor a right-to-left override", WRONG_ENDPOINT("note = \"a\xe2\x80\xae" "b\";"), 4, NULL,
                "control character" },
        { "nor bytes that are no text", WRONG_ENDPOINT("note = \"\xff\";"), 4, NULL, "UTF-8" },

        { "a channel is required", "endpoints = (\n{ conname = \"h\"; sslciph = \"ANY\"; } );\n", 2,
                "endpoints[0]", "channel = is missing" },
        { "a conname is required", "endpoints = (\n{ channel = \"A\"; sslciph = \"ANY\"; } );\n", 2,
                "endpoints[0]", "conname = is missing" },
        { "an sslciph is required", "endpoints = (\n{ channel = \"A\"; conname = \"h\"; } );\n", 2,
                "endpoints[0]", "sslciph = is missing" },
        { "a channel has 20 characters",
                "endpoints = ( { conname = \"h\"; sslciph = \"ANY\";\n"
                " channel = \"A23456789012345678901\"; } );\n",
                2, "endpoints[0].channel", "longer than 20 characters" },
        { "a channel has MQ's characters",
                "endpoints = ( { conname = \"h\"; sslciph = \"ANY\";\n channel = \"A B\"; } );\n", 2,
                NULL, "a character other than" },
        { "a queue manager has 48 characters",
                WRONG_ENDPOINT("qmgr = \"Q23456789012345678901234567890123456789012345678X\";"), 4,
                NULL, "longer than 48" },
        { "a channel type is one of MQ's", WRONG_ENDPOINT("chltype = \"SVRCON\";"), 4, NULL,
                "is not one of SDR|" },
        { "an unknown CipherSpec has a hint",
                "endpoints = ( { channel = \"A\"; conname = \"h\";\n sslciph = \"ANY_TLS21\"; } );\n",
                2, "endpoints[0].sslciph", "did you mean \"ANY_TLS1" },
        { "a CipherSpec that cannot be spoken",
                "endpoints = ( { channel = \"A\"; conname = \"h\";\n"
                " sslciph = \"TLS_RSA_WITH_DES_CBC_SHA\"; } );\n",
                2, NULL, "cannot be offered: the TLS library" },
        { "a listener's CipherSpec is known too", WRONG_ENDPOINT("listener_sslciph = \"SSL\";"), 4,
                "endpoints[0].listener_sslciph", "no CipherSpec" },
        { "a port is a number",
                "endpoints = ( { channel = \"A\"; sslciph = \"ANY\";\n conname = \"h(x)\"; } );\n", 2,
                "endpoints[0].conname", "port" },
        { "a port fits into 16 bits",
                "endpoints = ( { channel = \"A\"; sslciph = \"ANY\";\n conname = \"h(65536)\"; } );\n",
                2, NULL, "port" },
        { "a runbook is on the web", WRONG_ENDPOINT("runbook_url = \"javascript:alert(1)\";"), 4,
                NULL, "no web address" },
        { "a server name has no blanks", WRONG_ENDPOINT("sni = \"a b\";"), 4, NULL,
                "no server name" },
        { "critical does not come before warning",
                WRONG_ENDPOINT("expiry_warning = \"5d\";\n expiry_critical = \"6d\";"), 5,
                "endpoints[0].expiry_critical", "more than expiry_warning" },
        { "neither where one of them is a default", WRONG_ENDPOINT("expiry_warning = \"5d\";"), 4,
                "endpoints[0].expiry_warning", "\"7d\" is more than" },
        { "shares are compared as well",
                WRONG_ENDPOINT("expiry_warning = \"5%\"; expiry_critical = \"6%\";"), 4, NULL,
                "more than" },
        { "linger fits into the timeout", WRONG_ENDPOINT("timeout = \"2s\"; linger = \"2s\";"), 4,
                "endpoints[0].linger", "does not fit" },
        { "two endpoints of one name",
                "endpoints = (\n{ name = \"x\"; " ENDPOINT_SETTINGS " },\n"
                "{ name = \"y\"; " ENDPOINT_SETTINGS " },\n{ name = \"x\"; " ENDPOINT_SETTINGS
                " } );\n",
                4, "endpoints[2].name", "mqtlsd.conf:2" },
        { "two endpoints of one default name", "endpoints = (\n" ENDPOINT ",\n" ENDPOINT ");\n", 3,
                "endpoints[1]", "mqtlsd.conf:2" },

        { "an identity that there is not", WRONG_ENDPOINT("identity = \"m\";"), 4,
                "endpoints[0].identity", "add it to identities" },
        { "an identity that is spelled otherwise",
                "identities = ( { name = \"monitor\"; certificate = \"mon.pem\"; key = \"mon.key\"; }"
                " );\n" WRONG_ENDPOINT("identity = \"moniter\";"),
                5, NULL, "did you mean \"monitor\"" },
        { "an identity without a name", "identities = (\n{ pkcs12 = \"x\"; } );\n", 2,
                "identities[0]", "name = is missing" },
        { "an identity without a certificate", "identities = (\n{ name = \"x\"; } );\n", 2, NULL,
                "has no certificate" },
        { "an identity with both kinds of file",
                "identities = ( { name = \"x\"; certificate = \"mon.pem\";\n pkcs12 = \"mon.p12\"; } "
                ");\n",
                2, "identities[0].pkcs12", "stands together with certificate" },
        { "an identity whose file is missing",
                "identities = ( { name = \"x\";\n certificate = \"none.pem\"; } );\n", 2,
                "identities[0].certificate", "none.pem" },
        { "an identity whose passphrase is wrong",
                "identities = ( { name = \"x\"; passphrase_file = \"ca.pem\";\n"
                " pkcs12 = \"mon.p12\"; } );\n",
                1, "identities[0].passphrase_file", "ca.pem" },
        { "a passphrase from two places",
                "identities = ( { name = \"x\"; pkcs12 = \"mon.p12\"; passphrase_file = \"secret\";\n"
                " passphrase_credential = \"c\"; } );\n",
                2, "identities[0].passphrase_credential", "keep one" },
        { "a credential without a directory of credentials",
                "identities = ( { name = \"x\"; pkcs12 = \"mon.p12\";\n"
                " passphrase_credential = \"c\"; } );\n",
                2, "identities[0].passphrase_credential", "LoadCredential=c:" },
        { "a credential is no path",
                "identities = ( { name = \"x\"; pkcs12 = \"mon.p12\";\n"
                " passphrase_credential = \"../c\"; } );\n",
                2, NULL, "not a path" },
        { "two identities of one name",
                "identities = (\n{ name = \"x\"; certificate = \"mon.pem\"; key = \"mon.key\"; },\n"
                "{ name = \"x\"; certificate = \"mon.pem\"; key = \"mon.key\"; } );\n",
                3, "identities[1].name", "mqtlsd.conf:2" },
        { "a trust file that is missing", WRONG_ENDPOINT("trust = \"none.pem\";"), 4,
                "endpoints[0].trust", "none.pem" },
        { "a trust file in defaults is complained about once",
                "defaults = {\n trust = \"none.pem\"; };\nendpoints = ( { name = \"a\";" ENDPOINT_SETTINGS
                "}, { name = \"b\";" ENDPOINT_SETTINGS "} );\n",
                2, "defaults.trust", "none.pem" },
        { "a trust file that is none", WRONG_ENDPOINT("trust = \"secret\";"), 4, NULL, "secret" },
        { "a passphrase for no trust file", WRONG_ENDPOINT("trust_passphrase_file = \"secret\";"), 4,
                "endpoints[0].trust_passphrase_file", "no trust =" },

        { "an address needs a port", "http = { listen = ( \"127.0.0.1\" ); };\n", 1, "http.listen",
                "address with a port" },
        { "an address is numeric", "http = { listen = \"localhost:1\"; };\n", 1, NULL, "numeric" },
        { "an IPv6 address stands in brackets", "http = { listen = \"::1:1\"; };\n", 1, NULL,
                "address with a port" },
        { "an IPv4 address does not", "http = { listen = \"[127.0.0.1]:1\"; };\n", 1, NULL,
                "numeric" },
        { "a port has an end", "http = { listen = \"127.0.0.1:65536\"; };\n", 1, NULL, "port" },
        { "an address stands once",
                "http = { listen = ( \"127.0.0.1:1\", \"127.0.0.1:1\" ); };\n", 1, NULL, "twice" },
        { "somewhere to listen", "http = { listen = ( ); };\n", 1, NULL, "is empty" },
        { "addresses are strings", "http = { listen = ( 19157 ); };\n", 1, "http.listen",
                "is an integer" },

        { "an included file that is missing", "\n\n@include \"none.conf\"\n", 3, NULL,
                "No such file" },
        { "an include without a name", "@include none.conf\n", 1, NULL, "names no file" },
        { "a file that includes itself", "\n@include \"mqtlsd.conf\"\n", 2, NULL, "itself" },
};

START_TEST(a_mistake_is_one_issue_in_its_place)
{
        const WrongRow *row = &wrong_rows[_i];
        Issues issues = ISSUES_INIT;
        Config *c = NULL;
        int r = load(row->text, &issues, &c);
        CLEANUP_FREE char *said = say(&issues);

        ck_assert_msg(r == -EINVAL, "%s: %d%s", row->name, r, said);
        ck_assert_ptr_null(c);
        ck_assert_msg(issues.n_errors == 1, "%s: %zu errors%s", row->name, issues.n_errors, said);
        ck_assert_msg(is_among(&issues, "mqtlsd.conf", row->line, row->setting, row->part, false),
                "%s:%s", row->name, said);
        issues_done(&issues);
}
END_TEST

static const WrongRow warning_rows[] = {
        { "a missing trust is a warning", "\nendpoints = (\n" ENDPOINT ");\n", 3, "endpoints[0]",
                "not verified" },
        { "many of them are one warning",
                "endpoints = (\n{name = \"a\";" ENDPOINT_SETTINGS "},\n{name = \"b\";" ENDPOINT_SETTINGS
                "},\n{name = \"c\";" ENDPOINT_SETTINGS "} );\n",
                2, "endpoints[0]", "2 more" },
        { "listening for everyone is a warning",
                TRUSTED "http = {\n listen = \"0.0.0.0:19157\"; };\nendpoints = ( " ENDPOINT ");\n", 3,
                "http.listen", "other machines" },
        { "passwords without TLS are a warning",
                TRUSTED "http = { basic_auth_file = \"users\";\n listen = \"0.0.0.0:19157\"; };\n"
                        "endpoints = ( " ENDPOINT ");\n",
                3, "http.listen", "passwords travel" },
        { "TLS for everybody is a warning",
                TRUSTED "http = { tls = { certificate = \"mon.pem\"; key = \"mon.key\"; };\n"
                        " listen = \"0.0.0.0:19157\"; };\nendpoints = ( " ENDPOINT ");\n",
                3, "http.listen", "may read everything" },
        { "tokens beside no passwords are a warning",
                TRUSTED "http = { calendar_tokens_file = \"tokens\"; };\n"
                        "endpoints = ( " ENDPOINT ");\n",
                2, "http.calendar_tokens_file", "guard nothing" },
        { "a slip in the mode of the server name is a warning",
                TRUSTED "endpoints = (\n{ sni = \"chanel\"; " ENDPOINT_SETTINGS "} );\n", 3,
                "endpoints[0].sni", "\"channel\"" },
        { "a configuration without endpoints is a warning", "http = { };\n", 0, "endpoints",
                "no endpoint" },
};

START_TEST(a_warning_does_not_refuse)
{
        const WrongRow *row = &warning_rows[_i];
        Issues issues = ISSUES_INIT;
        CLEANUP(config_cleanup) Config *c = NULL;
        int r = load(row->text, &issues, &c);
        CLEANUP_FREE char *said = say(&issues);

        ck_assert_msg(r == 0, "%s: %d%s", row->name, r, said);
        ck_assert_msg(issues.n == 1, "%s:%s", row->name, said);
        ck_assert_msg(is_among(&issues, "mqtlsd.conf", row->line, row->setting, row->part, true),
                "%s:%s", row->name, said);
        issues_done(&issues);
}
END_TEST

/* ---- many mistakes ---- */

START_TEST(ten_mistakes_are_ten_issues)
{
        static const char text[] =
                "http = { listen = ( \"127.0.0.1:99999\" );\n"         /* 1 */
                "         lifecycle = \"yes\"; };\n"                   /* 2 */
                "keystores = ( { path = \"key.kdb\"; } );\n"            /* 3: no name */
                "defaults = { intervall = \"15m\"; };\n"               /* 4 */
                "endpoints = (\n"                                      /* 5 */
                "  { name = \"a\"; channel = \"APP.SVRCONN.THAT.IS.TOO.LONG\";\n" /* 6 */
                "    conname = \"h(port)\";\n"                         /* 7 */
                "    sslciph = \"ANY_TSL12\"; },\n"                    /* 8 */
                "  { name = \"a\"; conname = \"h\"; channel = \"A\";\n" /* 9: name twice */
                "    sslciph = \"ANY\"; identity = \"nobody\";\n"      /* 10 */
                "    timeout = 10;\n"                                  /* 11 */
                "    timeout = \"10s\"; } );\n";                       /* 12: set twice */
        static const struct {
                unsigned line;
                const char *part;
        } wanted[] = {
                { 1, "port" },           { 2, "is a string" },    { 3, "name = is missing" },
                { 4, "\"interval\"" },   { 6, "20 characters" },  { 7, "port" },
                { 8, "ANY_TLS12" },      { 9, "also the name" },  { 10, "no identity" },
                { 11, "is an integer" }, { 12, "set twice" },
        };
        Issues issues = ISSUES_INIT;
        Config *c = NULL;
        int r = load(text, &issues, &c);
        CLEANUP_FREE char *said = say(&issues);

        ck_assert_int_eq(r, -EINVAL);
        ck_assert_msg(issues.n_errors == ARRAY_LEN(wanted), "%zu errors%s", issues.n_errors, said);
        for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
                ck_assert_msg(is_among(&issues, "mqtlsd.conf", wanted[i].line, NULL, wanted[i].part,
                                      false),
                        "line %u, \"%s\":%s", wanted[i].line, wanted[i].part, said);
        issues_done(&issues);
}
END_TEST

START_TEST(of_very_many_settings_set_twice_the_first_are_told)
{
        CLEANUP_BUF Buf text = BUF_INIT;
        Issues issues = ISSUES_INIT;
        Config *c = NULL;

        for (unsigned i = 0; i <= 1000; i++)
                buf_append_str(&text, "watch = true;\n");
        ck_assert_int_eq(load(buf_str(&text), &issues, &c), -EINVAL);
        ck_assert_uint_eq(issues.n_errors, 21);
        ck_assert(is_among(&issues, "mqtlsd.conf", 0, NULL, "980 more settings are set twice", false));
        issues_done(&issues);
}
END_TEST

/* ---- files ---- */

START_TEST(includes_and_paths_are_relative_to_their_file)
{
        CLEANUP_FREE char *sub = pki_path(dir, "conf.d"), *deep = pki_path(dir, "conf.d/deep");
        CLEANUP_FREE char *ca = pki_path(dir, "conf.d/../ca.pem");
        CLEANUP_FREE char *file = pki_path(dir, "conf.d/deep/more.conf");
        CLEANUP(config_cleanup) Config *c = NULL;

        ck_assert_int_eq(mkdir(sub, 0700), 0);
        ck_assert_int_eq(mkdir(deep, 0700), 0);
        put("conf.d/partners.conf",
                "# partners\ndefaults = { trust = \"../ca.pem\"; };\nendpoints = (\n"
                "@include \"deep/more.conf\"\n);");
        put("conf.d/deep/more.conf", "\n\n" ENDPOINT);
        c = load_right("/* @include \"none\"\n*/ # \"\n@include \"conf.d/partners.conf\" # comment\n"
                       "http = { };\n");

        ck_assert_str_eq(c->endpoints[0].trust_path, ca);
        ck_assert_str_eq(c->endpoints[0].file, file);
        ck_assert_uint_eq(c->endpoints[0].line, 3);
}
END_TEST

START_TEST(mistakes_around_an_include_keep_their_lines)
{
        Issues issues = ISSUES_INIT;
        Config *c = NULL;
        CLEANUP_FREE char *said = NULL;

        put("a.conf", "one = 1;\n@include \"b.conf\"\nthree = 3;\n@include \"none.conf\"");
        put("b.conf", "\ntwo = 2;");
        put("mqtlsd.conf", "zero = 0;\n  @include \"a.conf\"\n\nfour = 4;\n");
        ck_assert_int_eq(load_file("mqtlsd.conf", NULL, &issues, &c), -EINVAL);
        ck_assert_uint_eq(issues.n_errors, 1);
        ck_assert(is_among(&issues, "a.conf", 4, NULL, "none.conf", false));
        issues_done(&issues);

        put("a.conf", "one = 1;\n@include \"b.conf\"\nthree = 3;\nzero = 5;");
        ck_assert_int_eq(load_file("mqtlsd.conf", NULL, &issues, &c), -EINVAL);
        said = say(&issues);
        ck_assert_msg(issues.n_errors == 6, "%s", said);
        ck_assert_msg(is_among(&issues, "mqtlsd.conf", 1, NULL, "\"zero\"", false), "%s", said);
        ck_assert_msg(is_among(&issues, "a.conf", 1, NULL, "\"one\"", false), "%s", said);
        ck_assert_msg(is_among(&issues, "b.conf", 2, NULL, "\"two\"", false), "%s", said);
        ck_assert_msg(is_among(&issues, "a.conf", 3, NULL, "\"three\"", false), "%s", said);
        ck_assert_msg(is_among(&issues, "a.conf", 4, NULL, "mqtlsd.conf:1", false), "%s", said);
        ck_assert_msg(is_among(&issues, "mqtlsd.conf", 4, NULL, "\"four\"", false), "%s", said);
        issues_done(&issues);
}
END_TEST

START_TEST(a_syntax_error_in_an_included_file_is_found_there)
{
        Issues issues = ISSUES_INIT;
        Config *c = NULL;

        put("a.conf", "\n\nhttp = { lifecycle = ; };\n");
        ck_assert_int_eq(load("@include \"a.conf\"\n", &issues, &c), -EINVAL);
        ck_assert_uint_eq(issues.n_errors, 1);
        ck_assert(is_among(&issues, "a.conf", 3, NULL, "syntax error", false));
        issues_done(&issues);
}
END_TEST

START_TEST(includes_that_multiply_come_to_an_end)
{
        Issues issues = ISSUES_INIT;
        Config *c = NULL;

        for (int i = 0; i < 9; i++) {
                char name[32], text[512];
                size_t n = 0;

                (void) snprintf(name, sizeof(name), "%d.conf", i);
                for (int k = 0; k < 10; k++)
                        n += (size_t) snprintf(
                                text + n, sizeof(text) - n, "@include \"%d.conf\"\n", i + 1);
                put(name, text);
        }
        put("9.conf", "");
        ck_assert_int_eq(load("@include \"0.conf\"\n", &issues, &c), -EINVAL);
        ck_assert_uint_eq(issues.n_errors, 1);
        ck_assert_ptr_nonnull(strstr(issues.list[0].text, "more than"));
        issues_done(&issues);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_says_so)
{
        Issues issues = ISSUES_INIT;
        Config *c = NULL;

        ck_assert_int_eq(load_file("nothing.conf", NULL, &issues, &c), -EINVAL);
        ck_assert(is_among(&issues, "nothing.conf", 0, NULL, "No such file", false));
        issues_done(&issues);

        ck_assert_int_eq(load_file(".", NULL, &issues, &c), -EINVAL);
        ck_assert(is_among(&issues, ".", 0, NULL, "Is a directory", false));
        issues_done(&issues);
}
END_TEST

START_TEST(a_file_that_is_no_text_says_so)
{
        static const char bytes[] = "http = { };\n\0endpoints = ( );";
        CLEANUP_FREE char *path = pki_path(dir, "binary.conf");
        Issues issues = ISSUES_INIT;
        Config *c = NULL;

        ck_assert_int_eq(pki_write_file(path, bytes, sizeof(bytes), 0644), 0);
        ck_assert_int_eq(config_load(path, NULL, &issues, &c), -EINVAL);
        ck_assert(is_among(&issues, "binary.conf", 2, NULL, "NUL", false));
        issues_done(&issues);
}
END_TEST

START_TEST(the_environment_is_handed_in)
{
        CLEANUP_FREE char *credentials = pki_path(dir, "credentials");
        CLEANUP_FREE char *secret = pki_path(dir, "credentials/mon-p12");
        ConfigSurroundings around = {
                .credentials_directory = credentials,
                .state_directory = "/run/one:/run/two",
        };
        Issues issues = ISSUES_INIT;
        CLEANUP(config_cleanup) Config *c = NULL;
        CLEANUP_FREE char *said = NULL;
        int r;

        ck_assert_int_eq(mkdir(credentials, 0700), 0);
        ck_assert_int_eq(pki_write_file(secret, "secret", 6, 0400), 0);
        put("mqtlsd.conf",
                "state_directory = \"/x\";\n" TRUSTED
                "identities = ( { name = \"m\"; pkcs12 = \"mon.p12\";\n"
                "  passphrase_credential = \"mon-p12\"; } );\n"
                "endpoints = ( { identity = \"m\"; " ENDPOINT_SETTINGS " } );\n");
        r = load_file("mqtlsd.conf", &around, &issues, &c);
        said = say(&issues);
        ck_assert_msg(r == 0, "%s", said);
        ck_assert_str_eq(c->state_directory, "/run/one");
        ck_assert_ptr_nonnull(c->endpoints[0].identity);
        issues_done(&issues);
}
END_TEST

/* ---- equality ---- */

#define EQUAL_BASE                                                                                 \
        "identities = ( { name = \"m\"; certificate = \"mon.pem\"; key = \"mon.key\"; } );\n"      \
        "endpoints = ( { name = \"x\"; " ENDPOINT_SETTINGS

static const struct {
        const char *name;
        const char *before, *after;
        bool equal;
} equal_rows[] = {
        { "nothing changed", "", "", true },
        { "a default that is written", "", "interval = \"15m\"; min_rsa_bits = 2048;", true },
        { "another way to write a span", "interval = \"60m\";", "interval = \"1h\";", true },
        { "texts for people", "note = \"a\"; contact = \"b\";", "group = \"c\";", true },
        { "a pace", "", "interval = \"16m\";", false },
        { "a pace after failures", "", "retry_interval = \"2m\";", false },
        { "a deadline", "", "timeout = \"9s\";", false },
        { "a patience", "", "linger = \"400ms\";", false },
        { "a queue manager", "", "qmgr = \"Q\";", false },
        { "a channel type", "", "chltype = \"RCVR\";", false },
        { "a server name", "", "sni = \"none\";", false },
        { "a literal server name", "sni = \"a\";", "sni = \"b\";", false },
        { "all addresses", "", "all_addresses = true;", false },
        { "a listener's CipherSpec", "", "listener_sslciph = \"ANY\";", false },
        { "a threshold", "", "expiry_warning = \"31d\";", false },
        { "a share for a span", "", "expiry_critical = \"1%\";", false },
        { "another share", "expiry_critical = \"1%\";", "expiry_critical = \"2%\";", false },
        { "a key length", "", "min_ec_bits = 224;", false },
        { "whose key it may be", "", "unique_key = false;", false },
        { "a depth", "", "depth = \"mq\";", false },
        { "a pace at that depth", "depth = \"mq\";", "depth = \"mq\"; mq_interval = \"2h\";", false },
        { "a pace at a depth that is not gone to", "", "mq_interval = \"2h\";", true },
        { "a survey", "", "survey = \"24h\";", false },
        { "a filter", "", "sslpeer = \"CN=a\";", false },
        { "another filter", "sslpeer = \"CN=a\";", "sslpeer = \"CN=b\";", false },
        { "the same filter", "sslpeer = \"CN=a\";", "sslpeer = \"CN=a\";", true },
        { "an SSLCAUTH", "sslcauth = \"REQUIRED\";", "sslcauth = \"OPTIONAL\";", false },
        { "a trust file that is new", "", "trust = \"ca.pem\";", false },
        { "another trust file", "trust = \"mon.pem\";", "trust = \"ca.pem\";", false },
        { "an identity", "", "identity = \"m\";", false },
};

START_TEST(what_matters_makes_a_difference)
{
        CLEANUP(config_cleanup) Config *before = NULL, *after = NULL;
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_appendf(&b, EQUAL_BASE "%s } );\n", equal_rows[_i].before);
        before = load_right(buf_str(&b));
        buf_clear(&b);
        buf_appendf(&b, EQUAL_BASE "%s } );\n", equal_rows[_i].after);
        after = load_right(buf_str(&b));

        ck_assert_msg(endpoint_config_equal(before->endpoints, after->endpoints) ==
                              equal_rows[_i].equal,
                "%s", equal_rows[_i].name);
}
END_TEST

START_TEST(a_file_of_the_same_name_may_hold_something_else)
{
        static const char text[] = EQUAL_BASE "trust = \"ca.pem\"; identity = \"m\"; } );\n";
        CLEANUP(config_cleanup) Config *first = load_right(text), *second = NULL, *third = NULL;
        CLEANUP(config_cleanup) Config *fourth = NULL;

        second = load_right(text);
        ck_assert(endpoint_config_equal(first->endpoints, second->endpoints));

        put_certificate("ca.pem", NULL, NULL, "CA");
        third = load_right(text);
        ck_assert(!endpoint_config_equal(second->endpoints, third->endpoints));

        put_certificate("mon.pem", "mon.key", NULL, "monitor");
        fourth = load_right(text);
        ck_assert(!endpoint_config_equal(third->endpoints, fourth->endpoints));
}
END_TEST

/* ---- the command line ---- */

START_TEST(a_probe_needs_only_a_conname)
{
        ConfigProbeOptions options = { .conname = "qm1(1515)" };
        Issues issues = ISSUES_INIT;
        CLEANUP(config_cleanup) Config *c = NULL;
        const EndpointConfig *e = NULL;

        ck_assert_int_eq(config_from_probe_options(&options, &issues, &c), 0);
        ck_assert_uint_eq(issues.n_errors, 0);
        ck_assert_uint_eq(c->n_endpoints, 1);
        ck_assert_uint_eq(c->http.n_listen, 0);
        ck_assert_uint_gt(c->probing.resolver_threads, 0);

        e = &c->endpoints[0];
        ck_assert_str_eq(e->name, "SYSTEM.DEF.SVRCONN@qm1(1515)");
        ck_assert_int_eq(e->policy.sslciph.kind, SSLCIPH_ANY_TLS12_OR_HIGHER);
        ck_assert_int_eq(e->sni_mode, SNI_CHANNEL);
        ck_assert_uint_eq(e->timeout_usec, 10000000);
        ck_assert(!e->all_addresses);
        issues_done(&issues);
}
END_TEST

START_TEST(a_probe_takes_every_option)
{
        CLEANUP_FREE char *ca = pki_path(dir, "ca.pem"), *p12 = pki_path(dir, "mon.p12");
        CLEANUP_FREE char *secret = pki_path(dir, "secret");
        ConfigProbeOptions options = {
                .conname = "qm1,qm2", .channel = "A.B", .sslciph = "ANY",
                .listener_sslciph = "ANY_TLS13", .trust = ca, .identity = p12,
                .identity_passphrase_file = secret, .sni = "none", .timeout = "3s",
                .sslpeer = "CN=qm1", .depth = "mq",
                .all_addresses = true,
        };
        Issues issues = ISSUES_INIT;
        CLEANUP(config_cleanup) Config *c = NULL;
        int r = config_from_probe_options(&options, &issues, &c);
        CLEANUP_FREE char *said = say(&issues);
        const EndpointConfig *e = NULL;

        ck_assert_msg(r == 0 && issues.n == 0, "%s", said);
        e = &c->endpoints[0];
        ck_assert_str_eq(e->channel, "A.B");
        ck_assert_uint_eq(e->connames.n_entries, 2);
        ck_assert_int_eq(e->policy.sslciph.kind, SSLCIPH_ANY);
        ck_assert_int_eq(e->policy.listener_sslciph.kind, SSLCIPH_ANY_TLS13);
        ck_assert_ptr_nonnull(e->trust);
        ck_assert_ptr_nonnull(e->identity);
        ck_assert_int_eq(e->sni_mode, SNI_NONE);
        ck_assert_str_eq(sslpeer_text(e->policy.sslpeer), "CN=qm1");
        ck_assert_int_eq(e->depth, PROBE_DEPTH_MQ);
        ck_assert_uint_eq(e->timeout_usec, 3000000);
        ck_assert(e->all_addresses);
        issues_done(&issues);
}
END_TEST

START_TEST(a_probe_takes_an_identity_from_one_pem_file)
{
        CLEANUP_PKI PkiCert cert = pki_issue(&(PkiOptions){ .cn = "both" });
        const PkiCert *certs[] = { &cert };
        CLEANUP_FREE char *chain = pki_certs_pem(certs, 1), *key = pki_key_pem(&cert, NULL);
        CLEANUP_FREE char *path = pki_path(dir, "both.pem");
        CLEANUP_BUF Buf b = BUF_INIT;
        ConfigProbeOptions options = { .conname = "h", .identity = path };
        Issues issues = ISSUES_INIT;
        CLEANUP(config_cleanup) Config *c = NULL;
        int r;
        CLEANUP_FREE char *said = NULL;

        buf_append_str(&b, key);
        buf_append_str(&b, chain);
        put_secret("both.pem", buf_str(&b), 0600);
        r = config_from_probe_options(&options, &issues, &c);
        said = say(&issues);
        ck_assert_msg(r == 0, "%s", said);
        ck_assert_str_eq(identity_facts(c->endpoints[0].identity)->subject_mq, "CN=both");
        issues_done(&issues);
}
END_TEST

static const struct {
        const char *name;
        ConfigProbeOptions options;
        const char *setting, *part;
} probe_rows[] = {
        { "a port", { .conname = "h(0)" }, "--probe", "port" },
        { "a channel", { .conname = "h", .channel = "a b" }, "--channel", "character" },
        { "a CipherSpec", { .conname = "h", .sslciph = "ANY_TLS" }, "--sslciph", "CipherSpec" },
        { "a trust file", { .conname = "h", .trust = "/none" }, "--trust", "/none" },
        { "an identity", { .conname = "h", .identity = "/none" }, "--identity", "/none" },
        { "a passphrase without an identity", { .conname = "h", .identity_passphrase_file = "/x" },
                "--identity-passphrase-file", "no --identity" },
        { "a server name", { .conname = "h", .sni = "a b" }, "--sni", "server name" },
        { "a timeout", { .conname = "h", .timeout = "1h" }, "--timeout", "1s..60s" },
        { "a filter", { .conname = "h", .sslpeer = "CN" }, "--sslpeer", "has no '='" },
        { "a depth", { .conname = "h", .depth = "deep" }, "--depth", "tls|mq" },
};

START_TEST(a_mistake_on_the_command_line_names_the_option)
{
        Issues issues = ISSUES_INIT;
        Config *c = NULL;
        const Issue *first = NULL;
        CLEANUP_FREE char *said = NULL;

        ck_assert_int_eq(config_from_probe_options(&probe_rows[_i].options, &issues, &c), -EINVAL);
        said = say(&issues);
        ck_assert_msg(issues.n_errors == 1, "%s:%s", probe_rows[_i].name, said);
        for (size_t i = 0; i < issues.n; i++)
                if (!issues.list[i].is_warning)
                        first = &issues.list[i];
        ck_assert_str_eq(first->file, "command line");
        ck_assert_uint_eq(first->line, 0);
        ck_assert_str_eq(first->setting, probe_rows[_i].setting);
        ck_assert_msg(strstr(first->text, probe_rows[_i].part), "%s", said);
        issues_done(&issues);
}
END_TEST

/* ---- the table ---- */

START_TEST(the_table_is_complete_and_without_doubles)
{
        static const char *const sections[] = {
                "", "http", "http.tls", "probing", "identities", "imports", "keystores", "endpoints",
        };
        size_t n = 0;

        for (const SettingInfo *a; (a = setting_info(n)); n++) {
                bool is_known = false;

                for (size_t i = 0; i < ARRAY_LEN(sections); i++)
                        is_known |= strcmp(a->section, sections[i]) == 0;
                ck_assert_msg(is_known, "%s", a->section);
                ck_assert_msg(a->name[0] && a->type[0] && a->meaning[0], "%s", a->name);
                ck_assert_msg(a->meaning[strlen(a->meaning) - 1] == '.', "%s", a->name);
                ck_assert(a->fallback && a->limits);

                for (size_t i = 0; i < n; i++)
                        ck_assert_msg(strcmp(setting_info(i)->name, a->name) != 0 ||
                                              strcmp(setting_info(i)->section, a->section) != 0,
                                "%s stands twice", a->name);
        }

        ck_assert_uint_gt(n, 40);
        ck_assert_ptr_null(setting_info(n + 1));
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("config");
        TCase *tcase = tcase_create("config");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_test(tcase, a_short_configuration_gets_the_defaults);
        tcase_add_test(tcase, every_setting_arrives);
        tcase_add_test(tcase, what_looks_beyond_tls_arrives);
        tcase_add_test(tcase, who_listens_can_be_asked);
        tcase_add_test(tcase, an_mq_interval_that_nobody_wrote_is_never_too_short);
        tcase_add_test(tcase, at_depth_tls_the_interval_of_the_other_is_free);
        tcase_add_test(tcase, the_server_name_follows_the_mode);
        tcase_add_test(tcase, endpoints_share_what_is_alike);
        tcase_add_test(tcase, a_reference_keeps_a_config_alive);
        tcase_add_loop_test(
                tcase, a_mistake_is_one_issue_in_its_place, 0, (int) ARRAY_LEN(wrong_rows));
        tcase_add_loop_test(tcase, a_warning_does_not_refuse, 0, (int) ARRAY_LEN(warning_rows));
        tcase_add_test(tcase, ten_mistakes_are_ten_issues);
        tcase_add_test(tcase, of_very_many_settings_set_twice_the_first_are_told);
        tcase_add_test(tcase, includes_and_paths_are_relative_to_their_file);
        tcase_add_test(tcase, mistakes_around_an_include_keep_their_lines);
        tcase_add_test(tcase, a_syntax_error_in_an_included_file_is_found_there);
        tcase_add_test(tcase, includes_that_multiply_come_to_an_end);
        tcase_add_test(tcase, a_file_that_cannot_be_read_says_so);
        tcase_add_test(tcase, a_file_that_is_no_text_says_so);
        tcase_add_test(tcase, the_environment_is_handed_in);
        tcase_add_loop_test(tcase, what_matters_makes_a_difference, 0, (int) ARRAY_LEN(equal_rows));
        tcase_add_test(tcase, a_file_of_the_same_name_may_hold_something_else);
        tcase_add_test(tcase, a_probe_needs_only_a_conname);
        tcase_add_test(tcase, a_probe_takes_every_option);
        tcase_add_test(tcase, a_probe_takes_an_identity_from_one_pem_file);
        tcase_add_loop_test(tcase, a_mistake_on_the_command_line_names_the_option, 0,
                (int) ARRAY_LEN(probe_rows));
        tcase_add_test(tcase, the_table_is_complete_and_without_doubles);
        suite_add_tcase(suite, tcase);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
