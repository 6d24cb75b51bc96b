/* SPDX-License-Identifier: MIT */
#include "daemon/survey_run.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/loop_timer.h"
#include "tests/support/loop.h"
#include "tests/support/peer.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"
#include "tls/survey.h"

#define MSEC UINT64_C(1000)
#define SHORT_USEC (150 * MSEC * loop_slowness())
#define LONG_USEC (10000 * MSEC * loop_slowness())

/* How much later than wanted a loaded machine may be. */
#define LATENESS_USEC (5000 * MSEC * loop_slowness())

static PkiCert leaf;
static const PkiCert *const chain[] = {&leaf};
static TlsServerOptions tls_any, tls_12, tls_retry;

static void setup(void)
{
        leaf = pki_issue(&(PkiOptions){.cn = "QM1"});
        tls_any = tls_12 = tls_retry = (TlsServerOptions){.certs = chain, .n_certs = 1};
        tls_12.max_version = TLS_VERSION_TLS12;
        tls_retry.groups = "P-521";
}

static void teardown(void)
{
        pki_cert_done(&leaf);
}

/* ---- one run at a time ---- */

/* Time that stands still: whatever ends, ends for another reason. */
static uint64_t no_time(void *userdata UNUSED)
{
        return UINT64_C(1000000);
}

static const Clock clock_standing = {.monotonic_usec = no_time};

typedef struct Fixture {
        const Clock *clock;
        sd_event *event;
        Poller *poller;
        SurveyRun *run;
        unsigned n_results;
        SurveyRunResult result; /* the last */
        bool free_in_handler;
        unsigned n_fds;
} Fixture;

static void on_nothing(void *userdata UNUSED)
{
}

static void fixture_init(Fixture *f)
{
        LoopTimer first = {0};

        if (!f->clock)
                f->clock = &clock_system;
        ck_assert_int_ge(sd_event_new(&f->event), 0);
        ck_assert_int_eq(poller_new(f->event, &f->poller), 0);
        /* The loop opens its timer's descriptor with the first timer, and keeps it. */
        ck_assert_int_eq(
                loop_timer_init(&first, f->event, &clock_system, "first", on_nothing, NULL), 0);
        loop_timer_done(&first);
        f->n_fds = loop_count_fds();
}

static void fixture_done(Fixture *f)
{
        survey_run_free(f->run);
        poller_free(f->poller);
        sd_event_unref(f->event);
}

static void on_result(SurveyRun *run, const SurveyRunResult *result, void *userdata)
{
        Fixture *f = userdata;

        ck_assert_ptr_eq(run, f->run);
        if (f->free_in_handler)
                f->run = survey_run_free(run);
        f->n_results++;
        f->result = *result; /* outlives the run */
}

static HelloOffer offer_of(const char *cipherspec)
{
        const CipherSpec *spec = cipherspec_by_name(cipherspec);
        uint8_t random[SURVEY_RANDOM_SIZE];
        HelloOffer offer = {0};

        ck_assert_ptr_nonnull(spec);
        clock_random_bytes(&clock_system, random, sizeof(random));
        survey_offer(spec, "to2e-qmgr1.chl.mq.ibm.com", random, &offer);
        return offer;
}

static struct sockaddr_storage address_of(const char *ip, uint16_t port)
{
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
        struct sockaddr_storage address = {0};

        ck_assert_int_eq(inet_pton(AF_INET, ip, &in.sin_addr), 1);
        memcpy(&address, &in, sizeof(in));
        return address;
}

static int try_start(Fixture *f, const char *ip, uint16_t port, const HelloOffer *offer,
        uint64_t timeout_usec)
{
        struct sockaddr_storage address = address_of(ip, port);
        const SurveyRunParams params = {
                .event = f->event,
                .clock = f->clock,
                .poller = f->poller,
                .address = &address,
                .offer = offer,
                .deadline_usec = clock_monotonic_usec(f->clock) + timeout_usec,
                .handler = on_result,
                .userdata = f,
        };

        f->n_results = 0;
        return survey_run_start(&params, &f->run);
}

static void start(Fixture *f, const char *ip, uint16_t port, const char *cipherspec,
        uint64_t timeout_usec)
{
        HelloOffer offer = offer_of(cipherspec);

        ck_assert_int_eq(try_start(f, ip, port, &offer, timeout_usec), 0);
        ck_assert_uint_eq(f->n_results, 0); /* never from within */
        ck_assert_ptr_nonnull(f->run);
}

static void finish(Fixture *f)
{
        LOOP_UNTIL(f->event, f->n_results > 0);
        loop_drain(f->event);
        ck_assert_uint_eq(f->n_results, 1);
        f->run = survey_run_free(f->run);
}

/* ---- how each kind of listener answers ---- */

#define ALERT_40 "\x15\x03\x03\x00\x02\x02\x28"
#define WARNING_112 "\x15\x03\x03\x00\x02\x01\x70"
#define SSL3_HELLO                                                                                 \
        "\x16\x03\x00\x00\x2a\x02\x00\x00\x26\x03\x00"                                             \
        "01234567890123456789012345678901\x00\x00\x0a\x00"
#define HALF_RECORD "\x16\x03\x03\x00\x50\x02"
#define SAYS(literal) .text = (literal), .text_len = sizeof(literal) - 1

typedef struct Row {
        const char *name;
        PeerOptions peer;
        const char *cipherspec; /* NULL: of TLS 1.2 */
        bool is_short;          /* only the deadline ends it */
        bool is_unconnected;
        HelloAnswer answer;
        ProbeEnd end;
        int alert;
        bool is_retry;
        bool is_gone; /* the peer does not see us leave */
} Row;

static const Row rows[] = {
        {.name = "nothing listens", .peer = {.kind = PEER_REFUSE}, .is_unconnected = true,
                .end = END_REFUSED, .is_gone = true},
        {.name = "packets are swallowed", .peer = {.kind = PEER_BLACK_HOLE}, .is_short = true,
                .is_unconnected = true, .end = END_TIMEOUT, .is_gone = true},
        {.name = "it accepts and is silent", .peer = {.kind = PEER_SILENT}, .is_short = true,
                .end = END_TIMEOUT},
        {.name = "it accepts and closes", .peer = {.kind = PEER_EOF}, .end = END_EOF},
        {.name = "it accepts and resets", .peer = {.kind = PEER_RESET}, .end = END_RESET,
                .is_gone = true},
        {.name = "it speaks HTTP", .peer = {.kind = PEER_ANSWER,
                SAYS("HTTP/1.1 400 Bad Request\r\n\r\n"), .then_eof = true},
                .answer = HELLO_NOT_TLS, .end = END_COMPLETED},
        {.name = "it greets as SSH does", .peer = {.kind = PEER_SAY, SAYS("SSH-2.0-x\r\n")},
                .answer = HELLO_NOT_TLS, .end = END_COMPLETED},
        {.name = "it refuses and stays", .peer = {.kind = PEER_ANSWER, SAYS(ALERT_40)},
                .answer = HELLO_REFUSED, .end = END_COMPLETED, .alert = 40},
        {.name = "it refuses together with FIN", .peer = {.kind = PEER_ANSWER, SAYS(ALERT_40),
                .then_eof = true}, .answer = HELLO_REFUSED, .end = END_COMPLETED, .alert = 40},
        {.name = "it refuses together with RST", .peer = {.kind = PEER_ANSWER, SAYS(ALERT_40),
                .then_reset = true}, .answer = HELLO_REFUSED, .end = END_COMPLETED, .alert = 40,
                .is_gone = true},
        {.name = "it refuses byte by byte", .peer = {.kind = PEER_ANSWER, SAYS(ALERT_40),
                .one_byte = true}, .answer = HELLO_REFUSED, .end = END_COMPLETED, .alert = 40},
        {.name = "it warns of the name and goes on", .peer = {.kind = PEER_ANSWER,
                SAYS(WARNING_112 SSL3_HELLO)}, .cipherspec = "TRIPLE_DES_SHA_US",
                .answer = HELLO_ACCEPTED, .end = END_COMPLETED},
        {.name = "SSL 3.0 byte by byte", .peer = {.kind = PEER_ANSWER, SAYS(SSL3_HELLO),
                .one_byte = true}, .cipherspec = "TRIPLE_DES_SHA_US", .answer = HELLO_ACCEPTED,
                .end = END_COMPLETED},
        {.name = "half a record and then silence", .peer = {.kind = PEER_ANSWER, SAYS(HALF_RECORD)},
                .is_short = true, .end = END_TIMEOUT},
        {.name = "half a record and then FIN", .peer = {.kind = PEER_ANSWER, SAYS(HALF_RECORD),
                .then_eof = true}, .end = END_EOF},
        {.name = "half a record and then RST", .peer = {.kind = PEER_ANSWER, SAYS(HALF_RECORD),
                .then_reset = true}, .end = END_RESET, .is_gone = true},
        {.name = "rubbish in a record", .peer = {.kind = PEER_ANSWER, SAYS("\x17\x03\x03\x00\x01x")},
                .answer = HELLO_MALFORMED, .end = END_COMPLETED},
        {.name = "a TLS listener takes TLS 1.2", .peer = {.kind = PEER_TLS, .tls = &tls_any},
                .answer = HELLO_ACCEPTED, .end = END_COMPLETED},
        {.name = "a TLS listener takes TLS 1.3", .peer = {.kind = PEER_TLS, .tls = &tls_any},
                .cipherspec = "TLS_AES_128_CCM_8_SHA256", .answer = HELLO_ACCEPTED,
                .end = END_COMPLETED},
        {.name = "a TLS listener answers byte by byte", .peer = {.kind = PEER_TLS, .tls = &tls_any,
                .one_byte = true}, .cipherspec = "TLS_AES_256_GCM_SHA384", .answer = HELLO_ACCEPTED,
                .end = END_COMPLETED},
        {.name = "a TLS listener wants another key share", .peer = {.kind = PEER_TLS,
                .tls = &tls_retry}, .cipherspec = "TLS_AES_256_GCM_SHA384", .is_retry = true,
                .answer = HELLO_ACCEPTED, .end = END_COMPLETED},
        {.name = "a TLS listener refuses TLS 1.3", .peer = {.kind = PEER_TLS, .tls = &tls_12},
                .cipherspec = "TLS_AES_256_GCM_SHA384", .answer = HELLO_REFUSED,
                .end = END_COMPLETED, .alert = 70},
        {.name = "a TLS listener refuses SSL 3.0", .peer = {.kind = PEER_TLS, .tls = &tls_any},
                .cipherspec = "NULL_SHA", .answer = HELLO_REFUSED, .end = END_COMPLETED, .alert = 40},
};

static void check_reply(const Row *row, const CipherSpec *spec, const SurveyRunResult *result)
{
        if (row->answer == HELLO_MORE)
                return;
        ck_assert_msg(result->reply.alert == (row->answer == HELLO_REFUSED ? row->alert : -1),
                "%s: alert %d", row->name, result->reply.alert);
        ck_assert_uint_eq(result->reply.version, row->answer == HELLO_ACCEPTED ? spec->version : 0);
        ck_assert_uint_eq(result->reply.cipher, row->answer == HELLO_ACCEPTED ? spec->code : 0);
        ck_assert_msg(result->reply.is_retry == row->is_retry, "%s", row->name);
}

START_TEST(each_listener_is_heard_as_it_is)
{
        const Row *row = &rows[_i];
        const char *name = row->cipherspec ? row->cipherspec : "ECDHE_ECDSA_AES_256_GCM_SHA384";
        uint64_t timeout_usec = row->is_short ? SHORT_USEC : LONG_USEC;
        Fixture f = {0};
        CLEANUP_PEER Peer *peer = NULL;

        fixture_init(&f);
        peer = peer_new(f.event, &row->peer);
        start(&f, "127.0.0.1", peer_port(peer), name, timeout_usec);
        finish(&f);

        ck_assert_msg(f.result.connected != row->is_unconnected, "%s", row->name);
        ck_assert_msg(f.result.answer == row->answer && f.result.end == row->end,
                "%s: answer %d, end %d (%s)", row->name, (int) f.result.answer, (int) f.result.end,
                strerror(f.result.error));
        check_reply(row, cipherspec_by_name(name), &f.result);
        if (row->end == END_REFUSED)
                ck_assert_int_eq(f.result.error, ECONNREFUSED);
        if (row->is_short)
                ck_assert_uint_ge(f.result.duration_usec, SHORT_USEC);
        ck_assert_uint_le(f.result.duration_usec, timeout_usec + LATENESS_USEC);

        /* We left as one leaves: FIN, and never RST, even with its certificate still in the pipe. */
        if (!row->is_gone)
                LOOP_UNTIL(f.event, peer_n_left(peer) + peer_n_reset(peer) > 0);
        ck_assert_uint_eq(peer_n_reset(peer), 0);
        ck_assert_uint_eq(peer_n_left(peer), row->is_gone ? 0 : 1);
        fixture_done(&f);
}
END_TEST

/* ---- the life of a run ---- */

START_TEST(what_fails_at_once_is_told_from_the_loop)
{
        Fixture f = {0};

        fixture_init(&f);
        start(&f, "255.255.255.255", 1414, "NULL_SHA", LONG_USEC); /* TCP cannot broadcast */
        finish(&f);
        ck_assert(!f.result.connected);
        ck_assert_int_eq(f.result.end, END_UNREACHABLE);
        ck_assert_int_ne(f.result.error, 0);
        ck_assert_uint_le(f.result.duration_usec, LATENESS_USEC);
        fixture_done(&f);
}
END_TEST

START_TEST(without_a_descriptor_it_is_our_own_fault)
{
        struct rlimit saved, none;
        Fixture f = {0};

        fixture_init(&f);
        ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &saved), 0);
        none = saved;
        none.rlim_cur = 0;
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
        start(&f, "127.0.0.1", 1, "NULL_SHA", LONG_USEC);
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &saved), 0);
        finish(&f);
        ck_assert(!f.result.connected);
        ck_assert_int_eq(f.result.end, END_RESOURCE);
        ck_assert_int_eq(f.result.error, EMFILE);
        fixture_done(&f);
}
END_TEST

START_TEST(a_deadline_that_has_passed_ends_it_at_once)
{
        Fixture f = {0};
        CLEANUP_PEER Peer *peer = NULL;

        fixture_init(&f);
        peer = peer_new(f.event, &(PeerOptions){.kind = PEER_SILENT});
        start(&f, "127.0.0.1", peer_port(peer), "NULL_SHA", 0);
        finish(&f);
        ck_assert_int_eq(f.result.end, END_TIMEOUT);
        ck_assert_int_eq(f.result.answer, HELLO_MORE);
        ck_assert_uint_le(f.result.duration_usec, LATENESS_USEC);
        fixture_done(&f);
}
END_TEST

START_TEST(a_listener_that_does_not_hear_us_leave_is_left_all_the_same)
{
        Fixture f = {0};
        CLEANUP_PEER Peer *peer = NULL;

        fixture_init(&f);
        peer = peer_new(f.event,
                &(PeerOptions){.kind = PEER_SAY, .deaf = true, SAYS(ALERT_40)});
        start(&f, "127.0.0.1", peer_port(peer), "NULL_SHA", LONG_USEC);
        finish(&f);
        ck_assert_int_eq(f.result.answer, HELLO_REFUSED);
        ck_assert_uint_ge(f.result.duration_usec, 200 * MSEC);
        ck_assert_uint_le(f.result.duration_usec, 200 * MSEC + LATENESS_USEC);
        fixture_done(&f);
}
END_TEST

START_TEST(a_listener_that_stays_is_told_that_we_have_left)
{
        Fixture f = {.clock = &clock_standing};
        CLEANUP_PEER Peer *peer = NULL;

        fixture_init(&f);
        peer = peer_new(f.event, &(PeerOptions){.kind = PEER_ANSWER, SAYS(ALERT_40)});
        start(&f, "127.0.0.1", peer_port(peer), "NULL_SHA", LONG_USEC);
        finish(&f); /* after its FIN, which is the answer to ours */
        ck_assert_int_eq(f.result.answer, HELLO_REFUSED);
        ck_assert_uint_eq(peer_n_left(peer), 1);
        fixture_done(&f);
}
END_TEST

/* It has refused and gone before we could send anything; what it said is there all the same. */
START_TEST(a_refusal_before_our_hello_is_heard)
{
        const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
        struct sockaddr_storage address = address_of("127.0.0.1", 0);
        socklen_t len = sizeof(struct sockaddr_in);
        struct sockaddr_in in = {0};
        int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), guest = -1;
        Fixture f = {0};

        ck_assert_int_ge(listener, 0);
        ck_assert_int_eq(bind(listener, (const struct sockaddr *) &address, len), 0);
        ck_assert_int_eq(listen(listener, 1), 0);
        ck_assert_int_eq(getsockname(listener, (struct sockaddr *) &in, &len), 0);

        fixture_init(&f);
        start(&f, "127.0.0.1", ntohs(in.sin_port), "NULL_SHA", LONG_USEC);
        guest = accept(listener, NULL, NULL);
        ck_assert_int_ge(guest, 0);
        ck_assert_int_eq(send(guest, ALERT_40, 7, MSG_NOSIGNAL), 7);
        ck_assert_int_eq(setsockopt(guest, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
        (void) close(guest);
        (void) close(listener);
        finish(&f);
        ck_assert(f.result.connected);
        ck_assert_int_eq(f.result.answer, HELLO_REFUSED);
        ck_assert_int_eq(f.result.reply.alert, 40);
        fixture_done(&f);
}
END_TEST

START_TEST(a_listener_that_talks_without_end_is_cut_short)
{
        static char flood[8 * 1024 * 1024];
        const size_t n = sizeof(WARNING_112) - 1;
        Fixture f = {.clock = &clock_standing};
        CLEANUP_PEER Peer *peer = NULL;

        for (size_t i = 0; i + n <= sizeof(flood); i += n)
                memcpy(flood + i, WARNING_112, n);
        fixture_init(&f);
        peer = peer_new(f.event,
                &(PeerOptions){.kind = PEER_SAY, .text = flood, .text_len = sizeof(flood),
                        .deaf = true});
        start(&f, "127.0.0.1", peer_port(peer), "NULL_SHA", LONG_USEC);
        finish(&f);
        ck_assert_int_eq(f.result.answer, HELLO_MALFORMED);
        ck_assert_int_eq(f.result.end, END_COMPLETED);
        fixture_done(&f);
}
END_TEST

START_TEST(it_may_be_freed_from_within_the_handler)
{
        const char *const texts[] = {ALERT_40, "SSH-2.0-x\r\n"};
        Fixture f = {.free_in_handler = true};

        fixture_init(&f);
        for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
                CLEANUP_PEER Peer *peer = peer_new(f.event,
                        &(PeerOptions){.kind = PEER_ANSWER, .text = texts[i], .text_len = 7});

                start(&f, "127.0.0.1", peer_port(peer), "NULL_SHA", LONG_USEC);
                LOOP_UNTIL(f.event, f.n_results > 0);
                ck_assert_ptr_null(f.run);
        }
        start(&f, "255.255.255.255", 1, "NULL_SHA", LONG_USEC);
        LOOP_UNTIL(f.event, f.n_results > 0);
        ck_assert_ptr_null(f.run);
        loop_drain(f.event);
        ck_assert_uint_eq(loop_count_fds(), f.n_fds);
        fixture_done(&f);
}
END_TEST

START_TEST(it_may_be_freed_while_under_way)
{
        Fixture f = {0};
        CLEANUP_PEER Peer *peer = NULL;

        fixture_init(&f);
        peer = peer_new(f.event, &(PeerOptions){.kind = PEER_SILENT});
        start(&f, "127.0.0.1", peer_port(peer), "NULL_SHA", LONG_USEC);
        f.run = survey_run_free(f.run); /* connecting */
        start(&f, "127.0.0.1", peer_port(peer), "NULL_SHA", LONG_USEC);
        LOOP_UNTIL(f.event, peer_n_talking(peer) == 1);
        f.run = survey_run_free(f.run); /* asking */
        loop_drain(f.event);
        ck_assert_uint_eq(f.n_results, 0);
        ck_assert_ptr_null(survey_run_free(NULL));
        fixture_done(&f);
}
END_TEST

START_TEST(a_name_that_no_hello_can_hold_is_not_sent)
{
        Fixture f = {0};
        HelloOffer offer = offer_of("NULL_SHA");
        char name[HELLO_SNI_MAX + 2];

        memset(name, 'x', sizeof(name));
        name[HELLO_SNI_MAX + 1] = '\0';
        offer.sni = name;
        fixture_init(&f);
        ck_assert_int_eq(try_start(&f, "127.0.0.1", 1, &offer, LONG_USEC), -EINVAL);
        ck_assert_ptr_null(f.run);
        ck_assert_uint_eq(loop_count_fds(), f.n_fds);
        loop_drain(f.event);
        ck_assert_uint_eq(f.n_results, 0);
        fixture_done(&f);
}
END_TEST

/* ---- chance ---- */

static uint64_t count_up(void *userdata)
{
        uint64_t *n = userdata;

        return (*n)++;
}

START_TEST(every_byte_of_a_question_is_of_the_clocks_chance)
{
        uint64_t n = 0;
        const Clock clock = {.random = count_up, .userdata = &n};
        uint8_t random[21];
        const uint8_t behind = 0x77;

        random[20] = behind;
        clock_random_bytes(&clock, random, 20);
        ck_assert_uint_eq(n, 3);
        for (uint64_t i = 0; i < 2; i++)
                ck_assert_mem_eq(random + 8 * i, &i, 8);
        ck_assert_mem_eq(random + 16, &(uint64_t){2}, 4);
        ck_assert_uint_eq(random[20], behind);
}
END_TEST

/* ---- a whole survey ---- */

START_TEST(a_listener_is_surveyed_over_its_socket)
{
        const TlsServerOptions options = {.certs = chain, .n_certs = 1,
                .max_version = TLS_VERSION_TLS12, .cipher_list = "ECDHE-ECDSA-AES128-GCM-SHA256"};
        CLEANUP(survey_facts_cleanup) SurveyFacts *facts = NULL;
        Fixture f = {0};
        CLEANUP_PEER Peer *peer = NULL;
        size_t n = 0, n_accepted = 0, n_refused = 0;
        const CipherSpec *table = cipherspec_table(&n);
        Survey s;

        fixture_init(&f);
        peer = peer_new(f.event, &(PeerOptions){.kind = PEER_TLS, .tls = &options});
        survey_init(&s);
        while (!survey_is_done(&s)) {
                start(&f, "127.0.0.1", peer_port(peer), survey_next(&s)->name, LONG_USEC);
                finish(&f);
                ck_assert(f.result.connected);
                survey_record(&s, f.result.answer, &f.result.reply);
        }
        ck_assert_int_eq(survey_finish(&s, 1, &facts), 0);
        for (size_t i = 0; i < n; i++) {
                n_accepted += survey_facts_answer(facts, &table[i]) == SURVEY_ACCEPTED ? 1 : 0;
                n_refused += survey_facts_answer(facts, &table[i]) == SURVEY_REFUSED ? 1 : 0;
        }
        ck_assert_uint_eq(n_accepted, 1);
        ck_assert_uint_eq(n_refused, n - 2);
        ck_assert_int_eq(survey_facts_answer(
                        facts, cipherspec_by_name("ECDHE_ECDSA_AES_128_GCM_SHA256")),
                SURVEY_ACCEPTED);
        ck_assert_uint_eq(peer_n_open_max(peer), 1); /* one at a time */
        fixture_done(&f);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("survey_run");
        TCase *tc = tcase_create("survey_run");

        tcase_add_unchecked_fixture(tc, setup, teardown);
        tcase_set_timeout(tc, 60);
        tcase_add_loop_test(tc, each_listener_is_heard_as_it_is, 0, ARRAY_LEN(rows));
        tcase_add_test(tc, what_fails_at_once_is_told_from_the_loop);
        tcase_add_test(tc, without_a_descriptor_it_is_our_own_fault);
        tcase_add_test(tc, a_deadline_that_has_passed_ends_it_at_once);
        tcase_add_test(tc, a_listener_that_does_not_hear_us_leave_is_left_all_the_same);
        tcase_add_test(tc, a_listener_that_stays_is_told_that_we_have_left);
        tcase_add_test(tc, a_refusal_before_our_hello_is_heard);
        tcase_add_test(tc, a_listener_that_talks_without_end_is_cut_short);
        tcase_add_test(tc, it_may_be_freed_from_within_the_handler);
        tcase_add_test(tc, it_may_be_freed_while_under_way);
        tcase_add_test(tc, a_name_that_no_hello_can_hold_is_not_sent);
        tcase_add_test(tc, every_byte_of_a_question_is_of_the_clocks_chance);
        tcase_add_test(tc, a_listener_is_surveyed_over_its_socket);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
