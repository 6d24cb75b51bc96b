/* SPDX-License-Identifier: MIT */

/* The server over TLS: GnuTLS on its side, OpenSSL on the client's. Certificates of clients are judged by
 * the real clock, so they are made for it. */

#include <errno.h>
#include <openssl/ssl.h>
#include <string.h>
#include <time.h>

#include "base/timefmt.h"
#include "daemon/http.h"
#include "daemon/http_tls.h"
#include "tests/support/http_client.h"
#include "tests/support/loop.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

enum {
        BIG_BODY_BYTES = 3 * 1024 * 1024, /* more than the socket takes at once */
};

static ListenAddress loopback[] = {{(char[]){"127.0.0.1"}, 0}};

static void handler(const HttpRequest *request, HttpResponse *response, void *userdata)
{
        unsigned *n_calls = userdata;

        (*n_calls)++;
        response->status = 200;
        response->content_type = "text/plain; charset=utf-8";
        if (strcmp(request->path, "/big") != 0) {
                buf_appendf(&response->body, "hello %s", request->path);
                return;
        }
        for (size_t i = 0; i < BIG_BODY_BYTES / 64; i++)
                buf_append_str(&response->body,
                        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\n");
}

typedef struct Fixture {
        char *dir;
        PkiCert ca, other_ca, first, second;
        sd_event *event;
        Http *http;
        uint16_t port;
        unsigned n_calls;
} Fixture;

static PkiCert issue(const PkiCert *issuer, const char *serial, int64_t days_left, const char *usage)
{
        int64_t now_at = (int64_t) time(NULL);

        return pki_issue(&(PkiOptions){
                .cn = "web",
                .issuer = issuer,
                .serial_hex = serial,
                .not_before = PKI_AT(now_at - 100 * PKI_DAY),
                .not_after = PKI_AT(now_at + days_left * PKI_DAY),
                .ext_key_usage = usage,
        });
}

static PkiCert issue_ca(const char *cn)
{
        int64_t now_at = (int64_t) time(NULL);

        return pki_issue(&(PkiOptions){
                .cn = cn,
                .ca = true,
                .not_before = PKI_AT(now_at - 100 * PKI_DAY),
                .not_after = PKI_AT(now_at + 1000 * PKI_DAY),
        });
}

static char *pem_of(const PkiCert *cert)
{
        return pki_certs_pem(&cert, 1);
}

/* `client_ca` may be NULL. */
static WebIdentity identity_of(const PkiCert *cert, const PkiCert *client_ca)
{
        return (WebIdentity){
                .certificates_pem = pem_of(cert),
                .key_pem = pki_key_pem(cert, NULL),
                .client_ca_pem = client_ca ? pem_of(client_ca) : NULL,
        };
}

static void identity_done(WebIdentity *i)
{
        free(i->certificates_pem);
        free(i->key_pem);
        free(i->client_ca_pem);
}

typedef struct Wish {
        bool plain;
        bool wants_client;
        uint64_t request_timeout_usec; /* 0: long */
        int64_t hsts_seconds;
} Wish;

static void fixture_start(Fixture *f, const Wish *wish)
{
        CLEANUP_FREE char *problem = NULL;
        CLEANUP(identity_done) WebIdentity identity = {0};
        int r;

        *f = (Fixture){
                .dir = pki_dir_new(),
                .ca = issue_ca("CA"),
                .other_ca = issue_ca("Other"),
        };
        f->first = issue(&f->ca, "1111", 100, NULL);
        f->second = issue(&f->ca, "2222", 100, NULL);
        identity = identity_of(&f->first, wish->wants_client ? &f->ca : NULL);

        const HttpConfig config = {
                .listen = loopback,
                .n_listen = 1,
                .connections_max = 64,
                .request_timeout_usec =
                        wish->request_timeout_usec ? wish->request_timeout_usec : 60 * USEC_PER_SEC,
                .header_bytes_max = 16 * 1024,
                .has_tls = !wish->plain,
                .identity = &identity,
                .hsts_seconds = wish->hsts_seconds,
        };

        ck_assert_int_ge(sd_event_new(&f->event), 0);
        r = http_new(f->event, &clock_system, &config, NULL, 0, handler, &f->n_calls, &problem, &f->http);
        ck_assert_msg(r == 0, "%s", problem ? problem : "no reason given");
        f->port = http_port(f->http, 0);
}

static void fixture_done(Fixture *f)
{
        http_free(f->http);
        sd_event_unref(f->event);
        pki_cert_done(&f->ca);
        pki_cert_done(&f->other_ca);
        pki_cert_done(&f->first);
        pki_cert_done(&f->second);
        pki_dir_remove(f->dir);
}
#define CLEANUP_FIXTURE CLEANUP(fixture_done)

#define CLEANUP_CLIENT CLEANUP(http_client_cleanup)

static void ask(HttpClient *c, const char *path)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_appendf(&b, "GET %s HTTP/1.1\r\nHost: t\r\n\r\n", path);
        http_client_send(c, buf_str(&b));
        http_client_wait_answer(c);
}

static void assert_serves(Fixture *f, const char *serial)
{
        CLEANUP_CLIENT HttpClient *c = http_client_new_tls(f->event, f->port, &(HttpClientTls){0});
        CLEANUP_FREE char *seen = NULL;

        ck_assert_str_eq(http_client_tls_error(c), "");
        seen = http_client_peer_serial(c);
        ck_assert_str_eq(seen, serial);
        ask(c, "/still");
        ck_assert_int_eq(http_client_status(c), 200);
}

/* ---- what is spoken ---- */

static const struct {
        int version;
        const char *error; /* NULL: fine */
} versions[] = {
        {TLS1_3_VERSION, NULL},
        {TLS1_2_VERSION, NULL},
        {TLS1_1_VERSION, "alert protocol version"},
        {TLS1_VERSION, "alert protocol version"},
};

START_TEST(only_the_new_versions_are_spoken)
{
        CLEANUP_FIXTURE Fixture f;
        CLEANUP_CLIENT HttpClient *c = NULL;

        fixture_start(&f, &(Wish){0});
        c = http_client_new_tls(f.event, f.port, &(HttpClientTls){.version = versions[_i].version});
        if (versions[_i].error) {
                /* Not only closed: the client is told. */
                ck_assert_msg(strstr(http_client_tls_error(c), versions[_i].error), "%s",
                        http_client_tls_error(c));
                LOOP_UNTIL(f.event, http_n_handshake_failures(f.http) == 1);
                ck_assert_uint_eq(f.n_calls, 0);
                assert_serves(&f, "1111");
                return;
        }
        ask(c, "/a");
        ck_assert_str_eq(http_client_body(c, NULL), "hello /a");
        ask(c, "/b");
        ck_assert_str_eq(http_client_body(c, NULL), "hello /b");
        ck_assert_uint_eq(http_n_handshake_failures(f.http), 0);
}
END_TEST

START_TEST(a_big_answer_arrives_whole)
{
        CLEANUP_FIXTURE Fixture f;
        CLEANUP_CLIENT HttpClient *c = NULL;
        size_t len;

        fixture_start(&f, &(Wish){0});
        c = http_client_new_tls(f.event, f.port, &(HttpClientTls){0});
        ask(c, "/big");
        (void) http_client_body(c, &len);
        ck_assert_uint_eq(len, BIG_BODY_BYTES);
}
END_TEST

START_TEST(browsers_are_told_of_https_only_where_asked_for)
{
        CLEANUP_FIXTURE Fixture f;
        CLEANUP_CLIENT HttpClient *c = NULL;
        CLEANUP_FREE char *value = NULL;

        fixture_start(&f, &(Wish){.hsts_seconds = _i == 0 ? 0 : 86400});
        c = http_client_new_tls(f.event, f.port, &(HttpClientTls){0});
        ask(c, "/a");
        value = http_client_header(c, "Strict-Transport-Security");
        ck_assert_pstr_eq(value, _i == 0 ? NULL : "max-age=86400");
}
END_TEST

/* ---- who speaks something else ---- */

START_TEST(plain_http_is_answered_in_plain_words)
{
        CLEANUP_FIXTURE Fixture f;
        CLEANUP_CLIENT HttpClient *c = NULL;

        fixture_start(&f, &(Wish){0});
        c = http_client_get(f.event, f.port, "GET", "/metrics", NULL);
        ck_assert_int_eq(http_client_status(c), 400);
        ck_assert(strstr(http_client_body(c, NULL), "https://"));
        LOOP_UNTIL(f.event, http_n_handshake_failures(f.http) == 1);
        ck_assert_uint_eq(f.n_calls, 0);
        assert_serves(&f, "1111");
}
END_TEST

static const struct {
        const char *bytes;
        size_t len;
        bool ends; /* otherwise there might be more to come, and only the deadline ends it */
} nonsense[] = {
        {"\x16\x03\x01\xff\xff", 5, true},
        {"\x80\x2e\x01\x03\x01", 5, false},
        {"\x16\x03\x01\x00\x05hello", 10, false},
        {"\x15\x03\x01\x00\x02\x02\x28", 7, true},
        {"SSH-2.0-x\r\n", 11, true},
        {"\x00", 1, false},
        {"\x16\x03\x01\x02\x00\x01", 6, false},
};

START_TEST(nonsense_harms_nobody)
{
        CLEANUP_FIXTURE Fixture f;
        CLEANUP_CLIENT HttpClient *c = NULL;

        fixture_start(&f, &(Wish){0});
        c = http_client_new(f.event, f.port);
        http_client_send_bytes(c, nonsense[_i].bytes, nonsense[_i].len);
        if (nonsense[_i].ends) {
                http_client_wait_end(c);
                LOOP_UNTIL(f.event, http_n_handshake_failures(f.http) == 1);
        }
        assert_serves(&f, "1111");
        ck_assert_uint_eq(f.n_calls, 1);
}
END_TEST

START_TEST(tls_to_a_plain_port_ends_and_the_next_one_is_served)
{
        CLEANUP_FIXTURE Fixture f;
        CLEANUP_CLIENT HttpClient *c = NULL, *plain = NULL;

        fixture_start(&f, &(Wish){.plain = true});
        c = http_client_new_tls(f.event, f.port, &(HttpClientTls){0});
        ck_assert_str_ne(http_client_tls_error(c), "");
        plain = http_client_get(f.event, f.port, "GET", "/a", NULL);
        ck_assert_int_eq(http_client_status(plain), 200);
        ck_assert_uint_eq(f.n_calls, 1);
        ck_assert_uint_eq(http_n_handshake_failures(f.http), 0);
}
END_TEST

START_TEST(a_connection_without_a_byte_is_no_failure)
{
        CLEANUP_FIXTURE Fixture f;

        fixture_start(&f, &(Wish){0});
        http_client_free(http_client_new(f.event, f.port)); /* as a load balancer looks */
        assert_serves(&f, "1111");
        ck_assert_uint_eq(http_n_handshake_failures(f.http), 0);
}
END_TEST

static int on_pause_over(sd_event_source *s UNUSED, uint64_t usec UNUSED, void *userdata)
{
        *(bool *) userdata = true;
        return 0;
}

/* libmicrohttpd wants to be run again at once as long as a handshake waits for bytes. */
START_TEST(half_a_handshake_does_not_spin)
{
        CLEANUP_FIXTURE Fixture f;
        CLEANUP_CLIENT HttpClient *c = NULL;
        sd_event_source *timer = NULL;
        bool over = false;
        unsigned n_turns = 0;

        fixture_start(&f, &(Wish){0});
        c = http_client_new(f.event, f.port);
        http_client_send_bytes(c, "\x16\x03\x01", 3);
        ck_assert_int_ge(sd_event_add_time_relative(f.event, &timer, CLOCK_MONOTONIC,
                                 500 * USEC_PER_MSEC, 1, on_pause_over, &over),
                0);
        while (!over) {
                ck_assert_int_ge(sd_event_run(f.event, UINT64_MAX), 0);
                ck_assert_msg(++n_turns < 100, "the loop turns without a pause");
        }
        sd_event_source_disable_unref(timer);
        assert_serves(&f, "1111"); /* and others are not held up by it */
}
END_TEST

START_TEST(half_a_handshake_is_cut)
{
        CLEANUP_FIXTURE Fixture f;
        CLEANUP_CLIENT HttpClient *c = NULL;

        fixture_start(&f, &(Wish){.request_timeout_usec = 100 * USEC_PER_MSEC});
        c = http_client_new(f.event, f.port);
        http_client_send_bytes(c, "\x16\x03\x01", 3);
        http_client_wait_end(c);
        LOOP_UNTIL(f.event, http_n_handshake_failures(f.http) == 1);
}
END_TEST

/* ---- another certificate ---- */

START_TEST(new_connections_get_the_new_certificate_and_old_ones_go_on)
{
        CLEANUP_FIXTURE Fixture f;
        CLEANUP_CLIENT HttpClient *old = NULL;
        CLEANUP(identity_done) WebIdentity second = {0};
        CLEANUP(http_tls_cleanup) HttpTls *tls = NULL;
        CLEANUP_FREE char *problem = NULL, *serial = NULL;

        fixture_start(&f, &(Wish){0});
        old = http_client_new_tls(f.event, f.port, &(HttpClientTls){0});
        ask(old, "/before");

        second = identity_of(&f.second, NULL);
        ck_assert_int_eq(http_tls_new(&second, &problem, &tls), 0);
        http_set_tls(f.http, tls, 0);
        assert_serves(&f, "2222");

        ask(old, "/behind");
        ck_assert_str_eq(http_client_body(old, NULL), "hello /behind");
        serial = http_client_peer_serial(old);
        ck_assert_str_eq(serial, "1111");
}
END_TEST

START_TEST(what_cannot_be_used_is_told)
{
        CLEANUP_PKI PkiCert a = issue_ca("a"), b = issue_ca("b");
        WebIdentity identity = identity_of(&a, NULL);
        CLEANUP_FREE char *problem = NULL;
        HttpTls *tls = NULL;

        free(identity.key_pem);
        identity.key_pem = pki_key_pem(&b, NULL);
        ck_assert_int_eq(http_tls_new(&identity, &problem, &tls), -EINVAL);
        ck_assert_ptr_null(tls);
        ck_assert_ptr_nonnull(strstr(problem, "http.tls"));
        identity_done(&identity);
}
END_TEST

/* ---- clients with certificates ---- */

typedef enum Whose {
        NOBODY,
        OURS,
        EXPIRED,
        FOREIGN,
        FOR_SERVERS,
} Whose;

static const struct {
        const char *name;
        Whose whose;
        const char *error_12, *error_13; /* NULL: let in */
} clients[] = {
        {"none", NOBODY, "alert handshake failure", "certificate required"},
        {"right", OURS, NULL, NULL},
        {"expired", EXPIRED, "alert certificate expired", "alert certificate expired"},
        {"of another authority", FOREIGN, "alert unknown ca", "alert unknown ca"},
        {"made for servers alone", FOR_SERVERS, "alert bad certificate", "alert bad certificate"},
};

static PkiCert client_of(const Fixture *f, Whose whose)
{
        return issue(whose == FOREIGN ? &f->other_ca : &f->ca, "3333", whose == EXPIRED ? -1 : 100,
                whose == FOR_SERVERS ? "serverAuth" : "clientAuth");
}

START_TEST(clients_need_a_certificate_where_asked_for)
{
        const bool is_13 = _i % 2;
        const char *error = is_13 ? clients[_i / 2].error_13 : clients[_i / 2].error_12;
        CLEANUP_FIXTURE Fixture f;
        CLEANUP_CLIENT HttpClient *c = NULL;
        CLEANUP_FREE char *certificate = NULL, *key = NULL;
        HttpClientTls tls = {.version = is_13 ? TLS1_3_VERSION : TLS1_2_VERSION};

        fixture_start(&f, &(Wish){.wants_client = true});
        CLEANUP_PKI PkiCert client = client_of(&f, clients[_i / 2].whose);
        const PkiCert *certs[] = {&client};

        certificate = pki_path(f.dir, "client.pem");
        key = pki_path(f.dir, "client.key");
        ck_assert_int_eq(pki_write_certs(certificate, certs, 1), 0);
        ck_assert_int_eq(pki_write_key(key, &client, NULL), 0);
        if (clients[_i / 2].whose != NOBODY) {
                tls.certificate = certificate;
                tls.key = key;
        }

        c = http_client_new_tls(f.event, f.port, &tls);
        if (!error) {
                ask(c, "/a");
                ck_assert_int_eq(http_client_status(c), 200);
                return;
        }
        /* With TLS 1.3 the client is through before the server has looked at its certificate. */
        http_client_wait_end(c);
        ck_assert_msg(strstr(http_client_tls_error(c), error), "%s: %s", clients[_i / 2].name,
                http_client_tls_error(c));
        LOOP_UNTIL(f.event, http_n_handshake_failures(f.http) == 1);
        ck_assert_uint_eq(f.n_calls, 0);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("http_tls");
        TCase *t = tcase_create("http_tls");

        tcase_add_loop_test(t, only_the_new_versions_are_spoken, 0, ARRAY_LEN(versions));
        tcase_add_test(t, a_big_answer_arrives_whole);
        tcase_add_loop_test(t, browsers_are_told_of_https_only_where_asked_for, 0, 2);
        tcase_add_test(t, plain_http_is_answered_in_plain_words);
        tcase_add_loop_test(t, nonsense_harms_nobody, 0, ARRAY_LEN(nonsense));
        tcase_add_test(t, tls_to_a_plain_port_ends_and_the_next_one_is_served);
        tcase_add_test(t, a_connection_without_a_byte_is_no_failure);
        tcase_add_test(t, half_a_handshake_does_not_spin);
        tcase_add_test(t, half_a_handshake_is_cut);
        tcase_add_test(t, new_connections_get_the_new_certificate_and_old_ones_go_on);
        tcase_add_test(t, what_cannot_be_used_is_told);
        tcase_add_loop_test(t, clients_need_a_certificate_where_asked_for, 0, 2 * ARRAY_LEN(clients));
        tcase_set_timeout(t, 60); /* valgrind's */
        suite_add_tcase(suite, t);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
