/* SPDX-License-Identifier: MIT */
#include "daemon/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "base/timefmt.h"
#include "daemon/http_content.h"
#include "tests/support/http_client.h"
#include "tests/support/loop.h"
#include "tests/support/suite.h"

enum {
        BIG_BODY_BYTES = 12 * 1024 * 1024,
        TEXT_BODY_BYTES = 100 * 1024,
};

static uint64_t real_monotonic(void *userdata UNUSED)
{
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t) t.tv_sec * USEC_PER_SEC + (uint64_t) t.tv_nsec / 1000;
}

static int64_t fixed_wall(void *userdata UNUSED)
{
        return 1800000000;
}

static uint64_t no_chance(void *userdata UNUSED)
{
        return 4;
}

static const Clock test_clock = {
        .monotonic_usec = real_monotonic,
        .wall_at = fixed_wall,
        .random = no_chance,
};

static ListenAddress loopback[] = {{(char[]){"127.0.0.1"}, 0}};

static HttpConfig test_config(void)
{
        return (HttpConfig){
                .listen = loopback,
                .n_listen = 1,
                .connections_max = 64,
                .request_timeout_usec = 60 * USEC_PER_SEC,
                .header_bytes_max = 16 * 1024,
        };
}

/* For those whose end is waited for. Who is quick has to be served even so, wherever this runs. */
static HttpConfig impatient_config(void)
{
        HttpConfig config = test_config();

        config.request_timeout_usec = 200 * USEC_PER_MSEC * loop_slowness();
        return config;
}

/* Says back what it was asked, and plays some parts by path. */
static void handler(const HttpRequest *request, HttpResponse *response, void *userdata)
{
        const char *q = http_query(request, "q");
        unsigned *n_calls = userdata;

        (*n_calls)++;
        response->status = 200;
        response->content_type = "text/plain; charset=utf-8";
        if (strcmp(request->path, "/big") == 0) {
                for (size_t i = 0; i < BIG_BODY_BYTES / 64; i++)
                        buf_append_str(&response->body,
                                "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\n");
                return;
        }
        if (strcmp(request->path, "/text") == 0) {
                response->gzip = response->vary = true;
                while (response->body.len < TEXT_BODY_BYTES)
                        buf_appendf(&response->body, "line at %zu\n", response->body.len);
                return;
        }
        if (strcmp(request->path, "/tagged") == 0) {
                response->etag = true;
                buf_append_str(&response->body, q ? q : "nothing");
                return;
        }
        if (strcmp(request->path, "/moment") == 0) {
                response->etag = true;
                buf_append_str(&response->etag_source, "revision 1");
                buf_appendf(&response->body, "made by call %u", *n_calls);
                return;
        }
        if (strcmp(request->path, "/who") == 0) {
                char address[HTTP_ADDRESS_SIZE];

                http_client_address(request, address);
                buf_append_str(&response->body, address);
                return;
        }
        if (strcmp(request->path, "/teapot") == 0) {
                response->status = 405;
                response->allow = "GET, HEAD";
        }
        buf_appendf(&response->body, "%s %s q=%s", request->method, request->path, q ? q : "-");
}

typedef struct Fixture {
        sd_event *event;
        Http *http;
        uint16_t port;
        unsigned n_calls;
} Fixture;

static void fixture_start(Fixture *f, const HttpConfig *config)
{
        CLEANUP_FREE char *problem = NULL;
        int r;

        *f = (Fixture){0};
        ck_assert_int_ge(sd_event_new(&f->event), 0);
        r = http_new(f->event, &test_clock, config, NULL, 0, handler, &f->n_calls, &problem, &f->http);
        ck_assert_msg(r == 0, "%s", problem ? problem : "no reason given");
        f->port = http_port(f->http, 0);
        ck_assert_uint_ne(f->port, 0);
        ck_assert_uint_eq(http_port(f->http, 1), 0);
}

static void fixture_done(Fixture *f)
{
        http_free(f->http);
        sd_event_unref(f->event);
}
#define CLEANUP_FIXTURE CLEANUP(fixture_done)

static void assert_serves(Fixture *f)
{
        CLEANUP(http_client_cleanup)
        HttpClient *c = http_client_get(f->event, f->port, "GET", "/still/there", NULL);

        ck_assert_int_eq(http_client_status(c), 200);
        ck_assert_str_eq(http_client_body(c, NULL), "GET /still/there q=-");
}

/* ---- what is answered ---- */

static const struct {
        const char *name, *method, *target, *more;
        int status;
        const char *body; /* NULL: any */
} answers[] = {
        {"a path and a query arrive decoded", "GET", "/a%2Fb%28c?q=x%26y+z", "", 200,
                "GET /a/b(c q=x&y z"},
        {"HEAD arrives as GET and has no body", "HEAD", "/a", "", 200, ""},
        {"POST keeps its name", "POST", "/a", "", 200, "POST /a q=-"},
        {"POST with an empty body has none", "POST", "/a", "Content-Length: 0\r\n", 200,
                "POST /a q=-"},
        {"a NUL does not shorten the path", "GET", "/a%00b", "", 200, "GET /a%00b q=-"},
        {"broken percent signs stay", "GET", "/a%zz%4", "", 200, "GET /a%zz%4 q=-"},
        {"upper and lower case hexadecimal", "GET", "/%4a%4A", "", 200, "GET /JJ q=-"},
        {"a repeated parameter: the first counts", "GET", "/?q=1&q=2", "", 200, "GET / q=1"},
        {"a long announced body is refused at once", "POST", "/a", "Content-Length: 99999999\r\n",
                413, NULL},
        {"the handler's status and Allow", "GET", "/teapot", "", 405, NULL},
};

START_TEST(test_answers)
{
        HttpConfig config = test_config();
        CLEANUP_FIXTURE Fixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;

        fixture_start(&f, &config);
        c = http_client_get(f.event, f.port, answers[_i].method, answers[_i].target, answers[_i].more);
        ck_assert_msg(http_client_status(c) == answers[_i].status, "%s: %s", answers[_i].name,
                buf_str(http_client_received(c)));
        if (answers[_i].body)
                ck_assert_msg(strcmp(http_client_body(c, NULL), answers[_i].body) == 0, "%s: %s",
                        answers[_i].name, http_client_body(c, NULL));
}
END_TEST

static const struct {
        const char *header, *value;
} security[] = {
        {"Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cache-Control", "no-store"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Server", NULL},
};

START_TEST(test_security_headers)
{
        static const char *const targets[] = {"/a", "/teapot", "/tagged"};
        HttpConfig config = test_config();
        CLEANUP_FIXTURE Fixture f;

        fixture_start(&f, &config);
        for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
                CLEANUP(http_client_cleanup)
                HttpClient *c = http_client_get(f.event, f.port, "GET", targets[i], NULL);
                CLEANUP_FREE char *value = http_client_header(c, security[_i].header);

                ck_assert_pstr_eq(value, security[_i].value);
        }
}
END_TEST

START_TEST(test_allow_and_head)
{
        HttpConfig config = test_config();
        CLEANUP_FIXTURE Fixture f;
        CLEANUP(http_client_cleanup) HttpClient *teapot = NULL, *head = NULL;
        CLEANUP_FREE char *allow = NULL, *length = NULL;

        fixture_start(&f, &config);
        teapot = http_client_get(f.event, f.port, "GET", "/teapot", NULL);
        allow = http_client_header(teapot, "Allow");
        ck_assert_pstr_eq(allow, "GET, HEAD");

        head = http_client_get(f.event, f.port, "HEAD", "/ab", NULL);
        length = http_client_header(head, "Content-Length");
        ck_assert_pstr_eq(length, "11"); /* of "GET /ab q=-" */
}
END_TEST

START_TEST(test_short_body_is_drained_and_refused)
{
        HttpConfig config = test_config();
        CLEANUP_FIXTURE Fixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;

        fixture_start(&f, &config);
        c = http_client_new(f.event, f.port);
        http_client_send(c, "POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello");
        http_client_wait_answer(c);
        ck_assert_int_eq(http_client_status(c), 413);
        ck_assert_uint_eq(f.n_calls, 0);

        /* It was read to its end, so the connection can go on. */
        http_client_send(c, "GET /b HTTP/1.1\r\nHost: t\r\n\r\n");
        http_client_wait_answer(c);
        ck_assert_int_eq(http_client_status(c), 200);
}
END_TEST

START_TEST(test_endless_chunked_body_is_cut)
{
        HttpConfig config = test_config();
        CLEANUP_FIXTURE Fixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;
        char chunk[4096 + 8];

        fixture_start(&f, &config);
        c = http_client_new(f.event, f.port);
        http_client_send(c, "POST /a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
        memcpy(chunk, "1000\r\n", 6);
        memset(chunk + 6, 'x', 4096);
        memcpy(chunk + 6 + 4096, "\r\n", 2);
        for (size_t i = 0; i < 64; i++)
                http_client_send_bytes(c, chunk, sizeof(chunk));
        http_client_wait_end(c);
        ck_assert_uint_eq(f.n_calls, 0);
        assert_serves(&f);
}
END_TEST

START_TEST(test_keep_alive)
{
        HttpConfig config = test_config();
        CLEANUP_FIXTURE Fixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;

        fixture_start(&f, &config);
        c = http_client_new(f.event, f.port);
        for (unsigned i = 0; i < 5; i++) {
                http_client_send(c, "GET /k HTTP/1.1\r\nHost: t\r\n\r\n");
                http_client_wait_answer(c);
                ck_assert_int_eq(http_client_status(c), 200);
        }
        ck_assert_uint_eq(f.n_calls, 5);
}
END_TEST

START_TEST(test_big_body_arrives_whole)
{
        HttpConfig config = test_config();
        CLEANUP_FIXTURE Fixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;
        size_t len;

        fixture_start(&f, &config);
        c = http_client_get(f.event, f.port, "GET", "/big", NULL);
        ck_assert_int_eq(http_client_status(c), 200);
        (void) http_client_body(c, &len);
        ck_assert_uint_eq(len, BIG_BODY_BYTES);
}
END_TEST

/* ---- gzip and tags ---- */

START_TEST(test_gzip_round_trip)
{
        HttpConfig config = test_config();
        CLEANUP_FIXTURE Fixture f;
        CLEANUP(http_client_cleanup) HttpClient *plain = NULL, *packed = NULL;
        CLEANUP_FREE char *none = NULL, *encoding = NULL, *vary = NULL, *unpacked = NULL;
        CLEANUP_FREE unsigned char *copy = NULL;
        const char *plain_body, *packed_body;
        size_t plain_len, packed_len;
        z_stream z = {0};

        fixture_start(&f, &config);
        plain = http_client_get(f.event, f.port, "GET", "/text", "Accept-Encoding: gzip;q=0\r\n");
        none = http_client_header(plain, "Content-Encoding");
        ck_assert_ptr_null(none);
        plain_body = http_client_body(plain, &plain_len);

        packed = http_client_get(f.event, f.port, "GET", "/text", "Accept-Encoding: gzip\r\n");
        encoding = http_client_header(packed, "Content-Encoding");
        ck_assert_pstr_eq(encoding, "gzip");
        vary = http_client_header(packed, "Vary");
        ck_assert_pstr_eq(vary, "Accept, Accept-Encoding");
        packed_body = http_client_body(packed, &packed_len);
        ck_assert_uint_lt(packed_len, plain_len / 2);

        unpacked = malloc(plain_len + 1);
        ck_assert_ptr_nonnull(unpacked);
        ck_assert_int_eq(inflateInit2(&z, 15 + 16), Z_OK);
        copy = malloc(packed_len);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, packed_body, packed_len);
        z.next_in = copy;
        z.avail_in = (uInt) packed_len;
        z.next_out = (unsigned char *) unpacked;
        z.avail_out = (uInt) plain_len + 1;
        ck_assert_int_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
        ck_assert_uint_eq(z.total_out, plain_len);
        ck_assert_int_eq(memcmp(unpacked, plain_body, plain_len), 0);
        (void) inflateEnd(&z);
}
END_TEST

static const struct {
        const char *name, *target, *if_none_match; /* %s: the tag of "/tagged?q=a" */
        int status;
} tags[] = {
        {"no condition: the body", "/tagged?q=a", "", 200},
        {"the same tag: not modified", "/tagged?q=a", "If-None-Match: %s\r\n", 304},
        {"the tag in a list", "/tagged?q=a", "If-None-Match: \"x\", %s, W/\"y\"\r\n", 304},
        {"any tag", "/tagged?q=a", "If-None-Match: *\r\n", 304},
        {"another tag: the body", "/tagged?q=a", "If-None-Match: W/\"0\"\r\n", 200},
        {"another body: another tag", "/tagged?q=b", "If-None-Match: %s\r\n", 200},
};

START_TEST(test_entity_tag)
{
        HttpConfig config = test_config();
        CLEANUP_FIXTURE Fixture f;
        CLEANUP(http_client_cleanup) HttpClient *first = NULL, *second = NULL;
        CLEANUP_FREE char *tag = NULL, *again = NULL;
        CLEANUP_BUF Buf more = BUF_INIT;
        const char *mark = strstr(tags[_i].if_none_match, "%s");
        size_t len;

        fixture_start(&f, &config);
        first = http_client_get(f.event, f.port, "GET", "/tagged?q=a", NULL);
        tag = http_client_header(first, "ETag");
        ck_assert_ptr_nonnull(tag);

        if (mark) {
                buf_append(&more, tags[_i].if_none_match, (size_t) (mark - tags[_i].if_none_match));
                buf_append_str(&more, tag);
                buf_append_str(&more, mark + 2);
        } else {
                buf_append_str(&more, tags[_i].if_none_match);
        }
        second = http_client_get(f.event, f.port, "GET", tags[_i].target, buf_str(&more));
        ck_assert_msg(http_client_status(second) == tags[_i].status, "%s: %s", tags[_i].name,
                buf_str(http_client_received(second)));
        again = http_client_header(second, "ETag");
        ck_assert_ptr_nonnull(again);
        (void) http_client_body(second, &len);
        ck_assert_int_eq(len == 0, tags[_i].status == 304);
}
END_TEST

START_TEST(test_tag_from_its_own_source)
{
        HttpConfig config = test_config();
        CLEANUP_FIXTURE Fixture f;
        CLEANUP(http_client_cleanup) HttpClient *first = NULL, *second = NULL;
        CLEANUP_FREE char *tag = NULL, *again = NULL;

        fixture_start(&f, &config);
        first = http_client_get(f.event, f.port, "GET", "/moment", NULL);
        second = http_client_get(f.event, f.port, "GET", "/moment", NULL);
        tag = http_client_header(first, "ETag");
        again = http_client_header(second, "ETag");
        ck_assert_pstr_eq(tag, again);
        ck_assert_str_ne(http_client_body(first, NULL), http_client_body(second, NULL));
}
END_TEST

START_TEST(test_gzip_leaves_short_and_huge_bodies_alone)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        while (b.len < HTTP_CONTENT_GZIP_BYTES_MIN - 1)
                buf_append_char(&b, 'x');
        ck_assert(!http_content_gzip(&b));
        ck_assert_uint_eq(b.len, HTTP_CONTENT_GZIP_BYTES_MIN - 1);

        buf_append_char(&b, 'x');
        ck_assert(http_content_gzip(&b));

        buf_clear(&b);
        while (b.len <= HTTP_CONTENT_GZIP_BYTES_MAX)
                buf_append(&b, answers, sizeof(answers));
        ck_assert(!http_content_gzip(&b));
}
END_TEST

/* ---- what clients do wrong ---- */

static const struct {
        const char *name, *bytes;
        int status; /* 0: closed without a word, -1: either */
} malformed[] = {
        {"no HTTP at all", "hello there\r\n\r\n", -1},
        {"a TLS ClientHello", "\x16\x03\x01\x02\x01\x01\x01\x01\r\n\r\n", -1},
        {"HTTP/1.1 without Host", "GET / HTTP/1.1\r\n\r\n", 400},
        {"a header without colon", "GET / HTTP/1.1\r\nHost: t\r\nnonsense\r\n\r\n", 400},
        {"a length that is no number", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: x\r\n\r\n", -1},
        {"a negative length", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: -1\r\n\r\n", -1},
        {"another protocol version", "GET / HTTP/9.9\r\nHost: t\r\n\r\n", -1},
        {"only line ends", "\r\n\r\n\r\n\r\n", 0},
        {"half a request line", "GE", 0},
        {"a request line without end", "GET / HTTP/1.1\r\nHost: t\r\nX: ", 0},
};

START_TEST(test_malformed)
{
        HttpConfig config = impatient_config();
        CLEANUP_FIXTURE Fixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;

        fixture_start(&f, &config);
        c = http_client_new(f.event, f.port);
        http_client_send(c, malformed[_i].bytes);
        http_client_wait_end(c);
        if (malformed[_i].status >= 0)
                ck_assert_msg(http_client_status(c) == malformed[_i].status, "%s: %s",
                        malformed[_i].name, buf_str(http_client_received(c)));
        else
                ck_assert_msg(http_client_status(c) == 0 || http_client_status(c) >= 400, "%s: %s",
                        malformed[_i].name, buf_str(http_client_received(c)));
        ck_assert_uint_eq(f.n_calls, 0);
        assert_serves(&f);
}
END_TEST

/* Each holds a second request, which a proxy may take for the body of the first. */
static const struct {
        const char *name, *headers, *body;
} ambiguous[] = {
        {"a length and chunks", "Content-Length: 46\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"},
        {"two lengths", "Content-Length: 0\r\nContent-Length: 41\r\n", ""},
        {"a blank before the colon", "Content-Length : 41\r\n", ""},
        {"a tab before the colon", "Transfer-Encoding\t: chunked\r\n", ""},
        {"two encodings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"},
        {"an encoding that there is not", "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"},
        {"a length on the next line", "Content-Length:\r\n 41\r\n", ""},
        {"an encoding on the next line", "Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"},
        {"two hosts", "Host: u\r\n", ""},
};

START_TEST(test_ambiguous_requests_end_the_connection)
{
        HttpConfig config = test_config();
        CLEANUP_FIXTURE Fixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;
        CLEANUP_BUF Buf b = BUF_INIT;
        CLEANUP_FREE char *nosniff = NULL;

        fixture_start(&f, &config);
        buf_appendf(&b, "%s /a HTTP/1.1\r\nHost: t\r\n%s\r\n%sGET /smuggled HTTP/1.1\r\nHost: t\r\n\r\n",
                _i % 2 ? "POST" : "GET", ambiguous[_i / 2].headers, ambiguous[_i / 2].body);
        c = http_client_new(f.event, f.port);
        http_client_send(c, buf_str(&b));
        http_client_wait_end(c);
        /* The reset that answers unread bytes may overtake the answer. */
        if (http_client_status(c) != 0) {
                ck_assert_msg(http_client_status(c) == 400, "%s: %s", ambiguous[_i / 2].name,
                        buf_str(http_client_received(c)));
                nosniff = http_client_header(c, "X-Content-Type-Options");
                ck_assert_pstr_eq(nosniff, "nosniff");
        }
        ck_assert_uint_eq(f.n_calls, 0);
        assert_serves(&f);
}
END_TEST

START_TEST(test_smallest_header_memory_still_serves)
{
        HttpConfig config = test_config();
        CLEANUP_FIXTURE Fixture f;

        config.header_bytes_max = 1024;
        fixture_start(&f, &config);
        assert_serves(&f);
}
END_TEST

/* More header memory than there is: MHD answers 431 or 414. */
START_TEST(test_too_long)
{
        HttpConfig config = test_config();
        CLEANUP_FIXTURE Fixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;
        CLEANUP_BUF Buf b = BUF_INIT;

        fixture_start(&f, &config);
        buf_append_str(&b, _i == 0 ? "GET /" : "GET / HTTP/1.1\r\nHost: t\r\nX: ");
        while (b.len < 64 * 1024)
                buf_append_str(&b, "0123456789abcdef");
        buf_append_str(&b, _i == 0 ? " HTTP/1.1\r\nHost: t\r\n\r\n" : "\r\n\r\n");

        c = http_client_new(f.event, f.port);
        http_client_send_bytes(c, b.data, b.len);
        http_client_wait_end(c);
        /* The reset that answers unread bytes may overtake the answer. */
        ck_assert_msg(http_client_status(c) == 0 || http_client_status(c) == (_i == 0 ? 414 : 431),
                "%s", buf_str(http_client_received(c)));
        ck_assert_uint_eq(f.n_calls, 0);
        assert_serves(&f);
}
END_TEST

/* One byte now and then is activity for MHD, and must not keep a connection alive. */
typedef struct Drip {
        HttpClient *client;
        unsigned n_sent;
} Drip;

static int on_drip(sd_event_source *s, uint64_t usec UNUSED, void *userdata)
{
        Drip *d = userdata;

        http_client_send(d->client, "x");
        d->n_sent++;
        (void) sd_event_source_set_time_relative(s, 5 * USEC_PER_MSEC);
        (void) sd_event_source_set_enabled(s, SD_EVENT_ONESHOT);
        return 0;
}

START_TEST(test_dripping_client_is_cut)
{
        HttpConfig config = impatient_config();
        CLEANUP_FIXTURE Fixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;
        sd_event_source *timer = NULL;
        Drip drip = {0};

        fixture_start(&f, &config);
        c = drip.client = http_client_new(f.event, f.port);
        http_client_send(c, "GET / HTTP/1.1\r\nHost: t\r\nX: ");
        ck_assert_int_ge(sd_event_add_time_relative(f.event, &timer, CLOCK_MONOTONIC,
                                 5 * USEC_PER_MSEC, 1, on_drip, &drip),
                0);
        http_client_wait_end(c);
        sd_event_source_disable_unref(timer);
        ck_assert_uint_gt(drip.n_sent, 0); /* more, unless the machine stood still meanwhile */
        ck_assert_uint_eq(f.n_calls, 0);
        assert_serves(&f);
}
END_TEST

START_TEST(test_idle_keep_alive_is_cut)
{
        HttpConfig config = impatient_config();
        CLEANUP_FIXTURE Fixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;

        fixture_start(&f, &config);
        c = http_client_new(f.event, f.port);
        http_client_send(c, "GET /k HTTP/1.1\r\nHost: t\r\n\r\n");
        http_client_wait_answer(c);
        http_client_wait_end(c);
        assert_serves(&f);
}
END_TEST

START_TEST(test_unread_answer_is_cut)
{
        HttpConfig config = impatient_config();
        CLEANUP_FIXTURE Fixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;

        fixture_start(&f, &config);
        c = http_client_new(f.event, f.port);
        http_client_stop_reading(c);
        http_client_send(c, "GET /big HTTP/1.1\r\nHost: t\r\n\r\n");
        http_client_wait_end(c);
        ck_assert_uint_eq(f.n_calls, 1);
        assert_serves(&f);
}
END_TEST

/* What else is due on the loop while a client keeps the server busy. */
typedef struct Busy {
        sd_event *event;
        sd_event_source *other;
        unsigned n_calls, n_calls_then; /* then: when the other had its turn */
} Busy;

enum {
        BUSY_REQUESTS = 300, /* their answers fit into the socket */
};

static int on_other(sd_event_source *s UNUSED, uint64_t usec UNUSED, void *userdata)
{
        Busy *b = userdata;

        b->n_calls_then = b->n_calls;
        return 0;
}

static void busy_handler(const HttpRequest *request UNUSED, HttpResponse *response, void *userdata)
{
        Busy *b = userdata;

        if (b->n_calls++ == 0)
                ck_assert_int_ge(sd_event_add_time_relative(b->event, &b->other, CLOCK_MONOTONIC, 0, 1,
                                         on_other, b),
                        0);
        response->status = 200;
}

START_TEST(test_a_busy_client_leaves_others_their_turn)
{
        HttpConfig config = test_config();
        Busy b = {0};
        Http *http = NULL;
        CLEANUP_FREE char *problem = NULL;
        HttpClient *c = NULL;

        ck_assert_int_ge(sd_event_new(&b.event), 0);
        ck_assert_int_eq(http_new(b.event, &test_clock, &config, NULL, 0, busy_handler, &b, &problem,
                                 &http),
                0);
        c = http_client_new(b.event, http_port(http, 0));
        for (unsigned i = 0; i < BUSY_REQUESTS; i++)
                http_client_send(c, "GET /k HTTP/1.1\r\nHost: t\r\n\r\n");
        while (b.n_calls < BUSY_REQUESTS || b.n_calls_then == 0)
                ck_assert_int_ge(sd_event_run(b.event, UINT64_MAX), 0);
        ck_assert_uint_lt(b.n_calls_then, BUSY_REQUESTS / 10);

        http_client_free(c);
        http_free(http);
        sd_event_source_disable_unref(b.other);
        sd_event_unref(b.event);
}
END_TEST

/* ---- limits ---- */

START_TEST(test_connection_limit_then_recovery)
{
        HttpConfig config = test_config();
        CLEANUP_FIXTURE Fixture f;
        HttpClient *idle[4];

        config.connections_max = ARRAY_LEN(idle);
        fixture_start(&f, &config);
        for (size_t i = 0; i < ARRAY_LEN(idle); i++) {
                idle[i] = http_client_new(f.event, f.port);
                http_client_send(idle[i], "GET /k HTTP/1.1\r\nHost: t\r\n\r\n");
                http_client_wait_answer(idle[i]);
        }
        for (size_t i = 0; i < ARRAY_LEN(idle); i++)
                http_client_free(idle[i]);
        assert_serves(&f);
        assert_serves(&f);
}
END_TEST

START_TEST(test_full_of_idle_clients_recovers_by_itself)
{
        HttpConfig config = impatient_config();
        CLEANUP_FIXTURE Fixture f;
        HttpClient *idle[4];

        config.connections_max = ARRAY_LEN(idle);
        fixture_start(&f, &config);
        for (size_t i = 0; i < ARRAY_LEN(idle); i++) {
                idle[i] = http_client_new(f.event, f.port);
                http_client_send(idle[i], "GET /k HTTP/1.1\r\nHost: t\r\n\r\n");
                http_client_wait_answer(idle[i]);
        }
        assert_serves(&f);
        for (size_t i = 0; i < ARRAY_LEN(idle); i++)
                http_client_free(idle[i]);
}
END_TEST

START_TEST(test_per_address_limit)
{
        HttpConfig config = test_config();
        CLEANUP_FIXTURE Fixture f;
        CLEANUP(http_client_cleanup) HttpClient *first = NULL, *second = NULL;
        int status = 0;

        config.connections_per_address_max = 1;
        fixture_start(&f, &config);
        first = http_client_new(f.event, f.port);
        http_client_send(first, "GET /k HTTP/1.1\r\nHost: t\r\n\r\n");
        http_client_wait_answer(first);

        second = http_client_get(f.event, f.port, "GET", "/k", NULL);
        ck_assert_int_eq(http_client_status(second), 0);
        first = http_client_free(first);

        /* The server may see the newcomer before it sees that the first one has left. */
        while (status == 0) {
                CLEANUP(http_client_cleanup)
                HttpClient *c = http_client_get(f.event, f.port, "GET", "/k", NULL);

                status = http_client_status(c);
        }
        ck_assert_int_eq(status, 200);
}
END_TEST

static int on_pause_over(sd_event_source *s UNUSED, uint64_t usec UNUSED, void *userdata)
{
        *(bool *) userdata = true;
        return 0;
}

/* Without a free descriptor MHD would try accept() again and again. */
START_TEST(test_out_of_descriptors_is_no_busy_loop)
{
        HttpConfig config = test_config();
        CLEANUP_FIXTURE Fixture f;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;
        struct rlimit limit, none = {0};
        sd_event_source *timer = NULL;
        bool over = false;
        unsigned n_turns = 0;

        fixture_start(&f, &config);
        c = http_client_new(f.event, f.port);
        ck_assert_int_ge(sd_event_add_time_relative(f.event, &timer, CLOCK_MONOTONIC,
                                 250 * USEC_PER_MSEC, 1, on_pause_over, &over),
                0);
        ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
        none.rlim_max = limit.rlim_max;
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
        http_client_send(c, "GET /k HTTP/1.1\r\nHost: t\r\n\r\n");
        while (!over) {
                ck_assert_int_ge(sd_event_run(f.event, UINT64_MAX), 0);
                n_turns++;
        }
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
        sd_event_source_disable_unref(timer);
        ck_assert_uint_lt(n_turns, 50);

        /* The one that waited may be lost: valgrind's accept() takes it and then has no place for it. */
        assert_serves(&f);
}
END_TEST

/* ---- listening ---- */

static int listening_socket(uint16_t *ret_port)
{
        struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
        socklen_t len = sizeof(a);
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(bind(fd, (struct sockaddr *) &a, sizeof(a)), 0);
        ck_assert_int_eq(listen(fd, 8), 0);
        ck_assert_int_eq(getsockname(fd, (struct sockaddr *) &a, &len), 0);
        *ret_port = ntohs(a.sin_port);
        return fd;
}

START_TEST(test_address_in_use_is_told)
{
        HttpConfig config = test_config();
        ListenAddress taken = {.host = (char[]){"127.0.0.1"}};
        int fd = listening_socket(&taken.port);
        CLEANUP_FREE char *problem = NULL;
        CLEANUP_BUF Buf expected = BUF_INIT;
        sd_event *event = NULL;
        Http *http = NULL;
        unsigned n_calls = 0;

        config.listen = &taken;
        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_int_eq(http_new(event, &test_clock, &config, NULL, 0, handler, &n_calls, &problem,
                                 &http),
                -EADDRINUSE);
        ck_assert_ptr_null(http);
        ck_assert_ptr_nonnull(problem);
        buf_appendf(&expected, "cannot listen on 127.0.0.1:%u: ", (unsigned) taken.port);
        ck_assert_msg(strstr(problem, buf_str(&expected)) == problem, "%s", problem);
        ck_assert_msg(strstr(problem, "http.listen =") != NULL, "%s", problem);
        (void) close(fd);
        sd_event_unref(event);
}
END_TEST

static const struct {
        const char *name, *host;
        int error;
        const char *words;
} refused[] = {
        {"not an address", "localhost", -EINVAL, "127.0.0.1:19157"},
        {"an address of nobody here (RFC 5737)", "192.0.2.1", -EADDRNOTAVAIL, "ip address"},
};

START_TEST(test_bad_address_is_told)
{
        HttpConfig config = test_config();
        CLEANUP_FREE char *host = strdup(refused[_i].host);
        ListenAddress address = {.host = host, .port = 0};
        CLEANUP_FREE char *problem = NULL;
        sd_event *event = NULL;
        Http *http = NULL;
        unsigned n_calls = 0;

        config.listen = &address;
        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_msg(http_new(event, &test_clock, &config, NULL, 0, handler, &n_calls, &problem,
                              &http) == refused[_i].error,
                "%s", refused[_i].name);
        ck_assert_ptr_nonnull(problem);
        ck_assert_msg(strstr(problem, refused[_i].words) != NULL, "%s", problem);
        sd_event_unref(event);
}
END_TEST

START_TEST(test_handed_over_sockets)
{
        HttpConfig config = test_config();
        CLEANUP_FIXTURE Fixture f = {0};
        uint16_t ports[2];
        const int fds[] = {listening_socket(&ports[0]), listening_socket(&ports[1])};
        CLEANUP_FREE char *problem = NULL;

        ck_assert_int_ge(sd_event_new(&f.event), 0);
        ck_assert_int_eq(http_new(f.event, &test_clock, &config, fds, 2, handler, &f.n_calls,
                                 &problem, &f.http),
                0);
        for (size_t i = 0; i < 2; i++) {
                ck_assert_uint_eq(http_port(f.http, i), ports[i]);
                f.port = ports[i];
                assert_serves(&f);
        }
}
END_TEST

/* As systemd opens "ListenStream=19157": one socket for both families. */
START_TEST(test_clients_of_a_socket_for_both_families)
{
        HttpConfig config = test_config();
        const struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT};
        int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), off = 0;
        CLEANUP_FIXTURE Fixture f = {0};
        CLEANUP_FREE char *problem = NULL;
        CLEANUP(http_client_cleanup) HttpClient *c = NULL;

        if (fd < 0) /* no IPv6 here */
                return;
        if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) < 0 ||
                bind(fd, (const struct sockaddr *) &any, sizeof(any)) < 0 || listen(fd, 8) < 0) {
                (void) close(fd);
                return;
        }
        ck_assert_int_ge(sd_event_new(&f.event), 0);
        ck_assert_int_eq(http_new(f.event, &test_clock, &config, &fd, 1, handler, &f.n_calls,
                                 &problem, &f.http),
                0);
        c = http_client_get(f.event, http_port(f.http, 0), "GET", "/who", NULL);
        ck_assert_str_eq(http_client_body(c, NULL), "127.0.0.1");
}
END_TEST

START_TEST(test_handed_over_nonsense_is_told)
{
        HttpConfig config = test_config();
        int pair[2];
        CLEANUP_FREE char *problem = NULL;
        sd_event *event = NULL;
        Http *http = NULL;
        unsigned n_calls = 0;

        ck_assert_int_eq(pipe(pair), 0);
        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_int_eq(http_new(event, &test_clock, &config, pair, 2, handler, &n_calls, &problem,
                                 &http),
                -EINVAL);
        ck_assert_ptr_nonnull(problem);
        ck_assert_msg(strstr(problem, "ListenStream=") != NULL, "%s", problem);
        /* They were taken over, and so closed. */
        ck_assert_int_eq(close(pair[0]), -1);
        ck_assert_int_eq(close(pair[1]), -1);
        sd_event_unref(event);
}
END_TEST

START_TEST(test_ipv6)
{
        HttpConfig config = test_config();
        ListenAddress both[] = {{(char[]){"127.0.0.1"}, 0}, {(char[]){"::1"}, 0}};
        int probe = socket(AF_INET6, SOCK_STREAM, 0);
        struct sockaddr_in6 loop = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
        bool has_ipv6 =
                probe >= 0 && bind(probe, (struct sockaddr *) &loop, sizeof(loop)) == 0;
        CLEANUP_FIXTURE Fixture f = {0};

        if (probe >= 0)
                (void) close(probe);
        config.listen = both;
        config.n_listen = has_ipv6 ? 2 : 1;
        ck_assert_int_ge(sd_event_new(&f.event), 0);
        CLEANUP_FREE char *problem = NULL;
        ck_assert_int_eq(http_new(f.event, &test_clock, &config, NULL, 0, handler, &f.n_calls,
                                 &problem, &f.http),
                0);
        f.port = http_port(f.http, 0);
        assert_serves(&f);
        ck_assert_int_eq(http_port(f.http, 1) != 0, has_ipv6);
        ck_assert(http_follows(f.http, &config));
        both[0].port = 1;
        ck_assert(!http_follows(f.http, &config));
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("http");
        TCase *answer = tcase_create("answers"), *wrong = tcase_create("wrong clients");
        TCase *limit = tcase_create("limits"), *listening = tcase_create("listening");
        const double patience = 60; /* valgrind's */

        tcase_add_loop_test(answer, test_answers, 0, ARRAY_LEN(answers));
        tcase_add_loop_test(answer, test_security_headers, 0, ARRAY_LEN(security));
        tcase_add_test(answer, test_allow_and_head);
        tcase_add_test(answer, test_short_body_is_drained_and_refused);
        tcase_add_test(answer, test_endless_chunked_body_is_cut);
        tcase_add_test(answer, test_keep_alive);
        tcase_add_test(answer, test_big_body_arrives_whole);
        tcase_add_test(answer, test_gzip_round_trip);
        tcase_add_loop_test(answer, test_entity_tag, 0, ARRAY_LEN(tags));
        tcase_add_test(answer, test_tag_from_its_own_source);
        tcase_add_test(answer, test_gzip_leaves_short_and_huge_bodies_alone);
        tcase_set_timeout(answer, patience);
        suite_add_tcase(suite, answer);

        tcase_add_loop_test(wrong, test_malformed, 0, ARRAY_LEN(malformed));
        tcase_add_loop_test(
                wrong, test_ambiguous_requests_end_the_connection, 0, 2 * ARRAY_LEN(ambiguous));
        tcase_add_test(wrong, test_smallest_header_memory_still_serves);
        tcase_add_loop_test(wrong, test_too_long, 0, 2);
        tcase_add_test(wrong, test_a_busy_client_leaves_others_their_turn);
        tcase_add_test(wrong, test_dripping_client_is_cut);
        tcase_add_test(wrong, test_idle_keep_alive_is_cut);
        tcase_add_test(wrong, test_unread_answer_is_cut);
        tcase_set_timeout(wrong, patience);
        suite_add_tcase(suite, wrong);

        tcase_add_test(limit, test_connection_limit_then_recovery);
        tcase_add_test(limit, test_full_of_idle_clients_recovers_by_itself);
        tcase_add_test(limit, test_per_address_limit);
        tcase_add_test(limit, test_out_of_descriptors_is_no_busy_loop);
        tcase_set_timeout(limit, patience);
        suite_add_tcase(suite, limit);

        tcase_add_test(listening, test_address_in_use_is_told);
        tcase_add_loop_test(listening, test_bad_address_is_told, 0, ARRAY_LEN(refused));
        tcase_add_test(listening, test_handed_over_sockets);
        tcase_add_test(listening, test_clients_of_a_socket_for_both_families);
        tcase_add_test(listening, test_handed_over_nonsense_is_told);
        tcase_add_test(listening, test_ipv6);
        tcase_set_timeout(listening, patience);
        suite_add_tcase(suite, listening);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
