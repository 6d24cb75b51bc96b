/* SPDX-License-Identifier: MIT */
#include "daemon/probe.h"

#include <errno.h>
#include <netdb.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/support/endpoints.h"
#include "tests/support/loop.h"
#include "tests/support/peer.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

#define MSEC (UINT64_C(1000) * loop_slowness())

/* How much later than wanted a loaded machine may be: a second, as promised to users. */
#define LATENESS_USEC (1000 * MSEC)

/* A deadline that is meant to pass. */
#define SHORT_USEC (150 * MSEC)

static PkiCert ca, leaf;
static const PkiCert *const chain[] = {&leaf, &ca};
static TlsServerOptions tls_plain, tls_13_wants_cert, tls_12_wants_cert, tls_quiet, tls_12;

static void setup(void)
{
        ca = pki_issue(&(PkiOptions){.cn = "CA", .ca = true});
        leaf = pki_issue(&(PkiOptions){.cn = "QM1", .issuer = &ca});
        tls_plain = (TlsServerOptions){.certs = chain, .n_certs = 2};
        tls_12 = tls_13_wants_cert = tls_12_wants_cert = tls_quiet = tls_plain;
        tls_13_wants_cert.min_version = TLS_VERSION_TLS13;
        tls_13_wants_cert.require_client_cert = true;
        tls_12.max_version = TLS_VERSION_TLS12;
        tls_12_wants_cert.max_version = TLS_VERSION_TLS12;
        tls_12_wants_cert.require_client_cert = true;
        tls_quiet.no_tickets = true;
}

static void teardown(void)
{
        pki_cert_done(&leaf);
        pki_cert_done(&ca);
}

/* ---- names, as the test wants them ---- */

static sem_t gate; /* "slow…" waits here */
static bool known; /* "moody…" resolves */

static void put(struct sockaddr_storage *ret, size_t *n, unsigned last)
{
        struct sockaddr_in in = {.sin_family = AF_INET};

        in.sin_addr.s_addr = htonl(0x7f000000U + last);
        memset(&ret[*n], 0, sizeof(ret[*n]));
        memcpy(&ret[*n], &in, sizeof(in));
        (*n)++;
}

static int lookup(const char *host, struct sockaddr_storage *ret, size_t *n)
{
        *n = 0;
        if (strcmp(host, "missing.test") == 0)
                return EAI_NONAME;
        if (strcmp(host, "broken.test") == 0)
                return EAI_FAIL;
        if (strncmp(host, "slow", 4) == 0)
                (void) sem_wait(&gate);
        if (strcmp(host, "moody.test") == 0 && !known)
                return EAI_AGAIN;
        put(ret, n, 1);
        if (strcmp(host, "two.test") == 0)
                put(ret, n, 2);
        return 0;
}

/* ---- one probe at a time ---- */

typedef struct Fixture {
        sd_event *event;
        Poller *poller;
        Resolver *resolver;
        ProbeEnvironment environment;
        Config *config;
        EndpointConfig *endpoint;

        Probe *probe;
        unsigned n_results;
        Observation *o; /* the last */
        uint64_t took_usec;
        unsigned n_admitted, n_released;
        bool is_full; /* nobody is admitted */
} Fixture;

static bool on_admit(Probe *p UNUSED, void *userdata)
{
        Fixture *f = userdata;

        if (f->is_full)
                return false;
        f->n_admitted++;
        return true;
}

static void on_release(Probe *p UNUSED, void *userdata)
{
        Fixture *f = userdata;

        f->n_released++;
}

static void fixture_init(Fixture *f, const char *conname)
{
        ck_assert_int_eq(sem_init(&gate, 0, 0), 0);
        ck_assert_int_ge(sd_event_new(&f->event), 0);
        ck_assert_int_eq(poller_new(f->event, &f->poller), 0);
        ck_assert_int_eq(resolver_new(f->event, &clock_system, 2, 0, &f->resolver), 0);
        resolver_set_lookup(f->resolver, lookup);
        f->environment = (ProbeEnvironment){.event = f->event,
                .clock = &clock_system,
                .poller = f->poller,
                .resolver = f->resolver,
                .handshake_admit = on_admit,
                .handshake_release = on_release,
                .userdata = f};
        f->config = endpoints_new();
        if (conname)
                f->endpoint = endpoints_add(f->config, "QM1", conname);
}

static void fixture_done(Fixture *f)
{
        probe_free(f->probe);
        observation_free(f->o);
        ck_assert_uint_eq(f->n_admitted, f->n_released);
        config_unref(f->config);
        resolver_free(f->resolver);
        poller_free(f->poller);
        sd_event_unref(f->event);
}

static void on_result(Probe *p, Observation *o, void *userdata)
{
        Fixture *f = userdata;

        ck_assert_ptr_eq(p, f->probe);
        ck_assert_ptr_eq(probe_userdata(p), f);
        f->n_results++;
        observation_free(f->o);
        f->o = o;
}

static void start(Fixture *f)
{
        f->n_results = 0;
        ck_assert_int_eq(
                probe_start(&f->environment, f->config, f->endpoint, false, on_result, f, &f->probe), 0);
        ck_assert_uint_eq(f->n_results, 0); /* never from within */
        ck_assert(probe_is_connecting(f->probe));
}

/* Waits for the result, and holds it against what every probe promises. */
static void finish(Fixture *f)
{
        uint64_t begun_usec = clock_monotonic_usec(&clock_system);

        LOOP_UNTIL(f->event, f->n_results > 0);
        f->took_usec = clock_monotonic_usec(&clock_system) - begun_usec;
        loop_drain(f->event);
        ck_assert_uint_eq(f->n_results, 1);
        ck_assert_ptr_nonnull(f->o);
        ck_assert(!probe_is_connecting(f->probe));
        ck_assert_uint_le(f->o->duration_usec, f->endpoint->timeout_usec + LATENESS_USEC);
        ck_assert_int_ge(f->o->finished_at, f->o->started_at);
        ck_assert_int_gt(f->o->started_at, 0);
        f->probe = probe_free(f->probe);
        ck_assert_uint_eq(f->n_admitted, f->n_released);
}

static void run(Fixture *f)
{
        start(f);
        finish(f);
}

static Peer *peer_of(Fixture *f, const PeerOptions *options)
{
        Peer *p = peer_new(f->event, options);
        CLEANUP_FREE char *conname = peer_conname(p);

        if (f->config->n_endpoints == 0)
                f->endpoint = endpoints_add(f->config, "QM1", conname);
        return p;
}

/* ---- how each kind of listener ends a visit ---- */

#define ALERT_40 "\x15\x03\x03\x00\x02\x02\x28"

typedef struct Row {
        const char *name;
        PeerOptions peer;
        bool is_short; /* it is about the deadline */
        ProbePhase phase;
        ProbeEnd end;
        HandshakeError error;
        int alert;
        bool has_chain;
} Row;

static const Row rows[] = {
        {.name = "nothing listens", .peer = {.kind = PEER_REFUSE}, .phase = PHASE_CONNECT,
                .end = END_REFUSED},
        {.name = "packets are swallowed", .peer = {.kind = PEER_BLACK_HOLE},
                .is_short = true, .phase = PHASE_CONNECT, .end = END_TIMEOUT},
        {.name = "it accepts and is silent", .peer = {.kind = PEER_SILENT},
                .is_short = true, .phase = PHASE_HANDSHAKE, .end = END_TIMEOUT},
        {.name = "it accepts and closes", .peer = {.kind = PEER_EOF}, .phase = PHASE_HANDSHAKE,
                .end = END_EOF},
        {.name = "it accepts and resets", .peer = {.kind = PEER_RESET}, .phase = PHASE_HANDSHAKE,
                .end = END_RESET},
        {.name = "it greets as SSH does", .peer = {.kind = PEER_SAY, .text = "SSH-2.0-x\r\n",
                .text_len = 11}, .phase = PHASE_HANDSHAKE, .end = END_TLS,
                .error = HANDSHAKE_ERROR_NOT_TLS},
        {.name = "it speaks MQ without TLS", .peer = {.kind = PEER_ANSWER,
                .text = "TSH \0\0\0\x1c\x01\x05", .text_len = 10}, .phase = PHASE_HANDSHAKE,
                .end = END_TLS, .error = HANDSHAKE_ERROR_NOT_TLS},
        {.name = "it speaks HTTP and closes", .peer = {.kind = PEER_ANSWER,
                .text = "HTTP/1.1 400 Bad Request\r\n\r\n", .text_len = 28, .then_eof = true},
                .phase = PHASE_HANDSHAKE, .end = END_TLS, .error = HANDSHAKE_ERROR_NOT_TLS},
        {.name = "it sends an alert and stays", .peer = {.kind = PEER_ANSWER, .text = ALERT_40,
                .text_len = 7}, .phase = PHASE_HANDSHAKE, .end = END_TLS,
                .error = HANDSHAKE_ERROR_ALERT, .alert = 40},
        {.name = "it sends an alert together with FIN", .peer = {.kind = PEER_ANSWER,
                .text = ALERT_40, .text_len = 7, .then_eof = true}, .phase = PHASE_HANDSHAKE,
                .end = END_TLS, .error = HANDSHAKE_ERROR_ALERT, .alert = 40},
        {.name = "it sends an alert together with RST", .peer = {.kind = PEER_ANSWER,
                .text = ALERT_40, .text_len = 7, .then_reset = true}, .phase = PHASE_HANDSHAKE,
                .end = END_TLS, .error = HANDSHAKE_ERROR_ALERT, .alert = 40},
        {.name = "it sends an alert together with RST before we say anything", .peer = {
                .kind = PEER_SAY, .text = ALERT_40, .text_len = 7, .then_reset = true},
                .phase = PHASE_HANDSHAKE, .end = END_TLS, .error = HANDSHAKE_ERROR_ALERT,
                .alert = 40},
        {.name = "it sends an alert byte by byte", .peer = {.kind = PEER_ANSWER, .text = ALERT_40,
                .text_len = 7, .one_byte = true}, .phase = PHASE_HANDSHAKE, .end = END_TLS,
                .error = HANDSHAKE_ERROR_ALERT, .alert = 40},
        {.name = "half a record and then silence", .peer = {.kind = PEER_ANSWER,
                .text = "\x16\x03\x03\x00\x50\x02", .text_len = 6}, .is_short = true,
                .phase = PHASE_HANDSHAKE, .end = END_TIMEOUT},
        {.name = "half a record and then FIN", .peer = {.kind = PEER_ANSWER,
                .text = "\x16\x03\x03\x00\x50\x02", .text_len = 6, .then_eof = true},
                .phase = PHASE_HANDSHAKE, .end = END_EOF},
        {.name = "half a record and then RST", .peer = {.kind = PEER_ANSWER,
                .text = "\x16\x03\x03\x00\x50\x02", .text_len = 6, .then_reset = true},
                .phase = PHASE_HANDSHAKE, .end = END_RESET},
        {.name = "a listener in good order", .peer = {.kind = PEER_TLS, .tls = &tls_plain},
                .phase = PHASE_CLOSE, .end = END_COMPLETED, .has_chain = true},
        {.name = "one of TLS 1.2, that says nothing afterwards", .peer = {.kind = PEER_TLS,
                .tls = &tls_12}, .phase = PHASE_CLOSE, .end = END_COMPLETED, .has_chain = true},
        {.name = "one that says everything byte by byte", .peer = {.kind = PEER_TLS,
                .tls = &tls_plain, .one_byte = true}, .phase = PHASE_CLOSE, .end = END_COMPLETED,
                .has_chain = true},
        {.name = "one that is quiet after the handshake", .peer = {.kind = PEER_TLS,
                .tls = &tls_quiet}, .phase = PHASE_CLOSE, .end = END_COMPLETED, .has_chain = true},
        {.name = "one that closes after the handshake", .peer = {.kind = PEER_TLS,
                .tls = &tls_quiet, .then_eof = true}, .phase = PHASE_LINGER, .end = END_EOF,
                .has_chain = true},
        {.name = "one that resets after the handshake", .peer = {.kind = PEER_TLS,
                .tls = &tls_quiet, .then_reset = true}, .phase = PHASE_LINGER, .end = END_RESET,
                .has_chain = true},
        {.name = "one of TLS 1.3 that requires a client certificate", .peer = {.kind = PEER_TLS,
                .tls = &tls_13_wants_cert}, .phase = PHASE_LINGER, .end = END_TLS,
                .error = HANDSHAKE_ERROR_ALERT, .alert = 116, .has_chain = true},
        {.name = "one of TLS 1.2 that requires a client certificate", .peer = {.kind = PEER_TLS,
                .tls = &tls_12_wants_cert}, .phase = PHASE_HANDSHAKE, .end = END_TLS,
                .error = HANDSHAKE_ERROR_ALERT, .alert = 40, .has_chain = true},
};

static void check_phases(const AddressObservation *a, ProbePhase last)
{
        uint64_t sum_usec = 0;

        for (ProbePhase p = PHASE_RESOLVE; p <= PHASE_LINGER; p++) {
                ck_assert_int_eq(a->phase_reached[p], p <= last);
                if (p > last)
                        ck_assert_uint_eq(a->phase_usec[p], 0);
                sum_usec += a->phase_usec[p];
        }
        ck_assert_uint_gt(sum_usec, 0);
}

START_TEST(test_each_listener_is_seen_as_it_is)
{
        const Row *row = &rows[_i];
        Fixture f = {0};
        CLEANUP_PEER Peer *peer = NULL;
        const AddressObservation *a = NULL;

        fixture_init(&f, NULL);
        peer = peer_of(&f, &row->peer);
        if (row->is_short)
                f.endpoint->timeout_usec = SHORT_USEC;
        run(&f);

        ck_assert_int_eq(f.o->resolve_end, END_COMPLETED);
        ck_assert_uint_eq(f.o->n_addresses, 1);
        a = &f.o->addresses[0];
        ck_assert(a->attempted);
        ck_assert_str_eq(a->ip, "127.0.0.1");
        ck_assert_msg(a->phase == row->phase && a->end == row->end && a->tls.error == row->error,
                "%s: phase %d, end %d, error %d (%s)", row->name, (int) a->phase, (int) a->end,
                (int) a->tls.error, a->tls.error_text);
        if (row->alert)
                ck_assert_int_eq(a->tls.alert_received, row->alert);
        ck_assert_int_eq(a->chain != NULL, row->has_chain);
        if (a->chain)
                ck_assert_uint_eq(a->chain->n_certs, 2);
        check_phases(a, row->phase);
        if (row->end == END_REFUSED)
                ck_assert_int_eq(a->error, ECONNREFUSED);
        if (row->is_short)
                ck_assert_uint_ge(f.o->duration_usec, SHORT_USEC);
        fixture_done(&f);
}
END_TEST

/* ---- manners ---- */

/* Probes until taking leave took less time than its limit, that is, until the machine did not stand
 * still for so long; the third time is the last. */
static void run_until_quick_leave(Fixture *f)
{
        for (unsigned i = 0; i < 3; i++) {
                run(f);
                if (f->o->addresses[0].phase_usec[PHASE_CLOSE] < UINT64_C(180000))
                        return;
        }
        ck_abort_msg("taking leave takes all the time it may");
}

START_TEST(test_it_leaves_with_close_notify_and_fin)
{
        static const struct {
                TlsServerOptions *tls;
                bool one_byte;
        } kinds[] = {{&tls_plain, false}, {&tls_plain, true}, {&tls_quiet, false}, {&tls_12, false}};
        const TlsServerOptions *tls = kinds[_i].tls;
        Fixture f = {0};
        CLEANUP_PEER Peer *peer = NULL;

        fixture_init(&f, NULL);
        peer = peer_of(&f, &(PeerOptions){
                                   .kind = PEER_TLS, .tls = tls, .one_byte = kinds[_i].one_byte});
        run(&f);
        LOOP_UNTIL(f.event, peer_n_open(peer) == 0);
        ck_assert_uint_eq(peer_n_left(peer), 1);
        ck_assert_uint_eq(peer_n_reset(peer), 0);
        ck_assert_uint_eq(peer_n_goodbyes(peer), 1);
        run_until_quick_leave(&f); /* FIN is not left to the close */
        fixture_done(&f);
}
END_TEST

START_TEST(test_it_says_no_more_than_fin_to_a_stranger)
{
        static char banner[30000];
        Fixture f = {0};
        CLEANUP_PEER Peer *peer = NULL;

        memset(banner, 'x', sizeof(banner));
        fixture_init(&f, NULL);
        peer = peer_of(&f, &(PeerOptions){.kind = PEER_SAY, .text = banner, .text_len = sizeof(banner)});
        run(&f);
        ck_assert_int_eq(f.o->addresses[0].tls.error, HANDSHAKE_ERROR_NOT_TLS);
        LOOP_UNTIL(f.event, peer_n_open(peer) == 0);
        ck_assert_uint_eq(peer_n_left(peer), 1);
        ck_assert_uint_eq(peer_n_reset(peer), 0);
        fixture_done(&f);
}
END_TEST

START_TEST(test_taking_leave_is_bounded)
{
        static char endless[8 * 1024 * 1024];
        const PeerOptions kinds[] = {
                {.kind = PEER_SAY, .text = "x\n", .text_len = 2, .deaf = true}, /* minds no FIN */
                {.kind = PEER_SAY, .text = endless, .text_len = sizeof(endless), .deaf = true},
        };
        Fixture f = {0};
        CLEANUP_PEER Peer *peer = NULL;

        memset(endless, 'x', sizeof(endless));
        fixture_init(&f, NULL);
        peer = peer_of(&f, &kinds[_i]);
        run(&f);
        ck_assert_int_eq(f.o->addresses[0].tls.error, HANDSHAKE_ERROR_NOT_TLS);
        ck_assert_uint_lt(f.o->duration_usec, 3000 * MSEC); /* of the 5 s that it has */
        ck_assert_uint_le(f.o->addresses[0].tls.bytes_in, UINT64_C(70000));
        if (_i == 0)
                ck_assert_uint_ge(f.o->addresses[0].phase_usec[PHASE_CLOSE], UINT64_C(150000));
        else
                run_until_quick_leave(&f); /* 64 KiB are enough */
        fixture_done(&f);
}
END_TEST

/* ---- many addresses ---- */

START_TEST(test_the_next_conname_is_tried_when_one_refuses)
{
        Fixture f = {0};
        CLEANUP_PEER Peer *bad = NULL, *good = NULL;
        CLEANUP_FREE char *first = NULL, *second = NULL, *conname = NULL;

        fixture_init(&f, NULL);
        bad = peer_new(f.event, &(PeerOptions){.kind = PEER_REFUSE});
        good = peer_new(f.event, &(PeerOptions){.kind = PEER_TLS, .tls = &tls_plain});
        first = peer_conname(bad);
        second = peer_conname(good);
        ck_assert_int_gt(asprintf(&conname, "%s,%s,127.0.0.3(1)", first, second), 0);
        f.endpoint = endpoints_add(f.config, "QM1", conname);
        run(&f);

        ck_assert_uint_eq(f.o->n_addresses, 3);
        ck_assert_int_eq(f.o->addresses[0].end, END_REFUSED);
        ck_assert_str_eq(f.o->addresses[0].conname, first);
        ck_assert_int_eq(f.o->addresses[1].end, END_COMPLETED);
        ck_assert_str_eq(f.o->addresses[1].conname, second);
        ck_assert(!f.o->addresses[2].attempted);
        ck_assert_int_eq(f.o->addresses[2].end, END_NONE);
        fixture_done(&f);
}
END_TEST

START_TEST(test_one_that_swallows_packets_leaves_time_for_the_next)
{
        Fixture f = {0};
        CLEANUP_PEER Peer *hole = NULL, *good = NULL;
        CLEANUP_FREE char *first = NULL, *second = NULL, *conname = NULL;

        fixture_init(&f, NULL);
        hole = peer_new(f.event, &(PeerOptions){.kind = PEER_BLACK_HOLE});
        good = peer_new(f.event, &(PeerOptions){.kind = PEER_TLS, .tls = &tls_plain});
        first = peer_conname(hole);
        second = peer_conname(good);
        ck_assert_int_gt(asprintf(&conname, "%s,%s", first, second), 0);
        f.endpoint = endpoints_add(f.config, "QM1", conname);
        f.endpoint->timeout_usec = 1000 * MSEC;
        run(&f);
        ck_assert_int_eq(f.o->addresses[0].phase, PHASE_CONNECT);
        ck_assert_int_eq(f.o->addresses[0].end, END_TIMEOUT);
        ck_assert_uint_ge(f.o->addresses[0].phase_usec[PHASE_CONNECT], 450 * MSEC);
        ck_assert_int_eq(f.o->addresses[1].end, END_COMPLETED);
        fixture_done(&f);
}
END_TEST

START_TEST(test_what_connects_is_the_answer)
{
        static const PeerOptions answers[] = {
                {.kind = PEER_EOF},
                {.kind = PEER_RESET},
                {.kind = PEER_ANSWER, .text = ALERT_40, .text_len = 7},
        };
        Fixture f = {0};
        CLEANUP_PEER Peer *odd = NULL, *good = NULL;
        CLEANUP_FREE char *first = NULL, *second = NULL, *conname = NULL;

        fixture_init(&f, NULL);
        odd = peer_new(f.event, &answers[_i]);
        good = peer_new(f.event, &(PeerOptions){.kind = PEER_TLS, .tls = &tls_plain});
        first = peer_conname(odd);
        second = peer_conname(good);
        ck_assert_int_gt(asprintf(&conname, "%s,%s", first, second), 0);
        f.endpoint = endpoints_add(f.config, "QM1", conname);
        run(&f);
        ck_assert_int_eq(f.o->addresses[0].phase, PHASE_HANDSHAKE);
        ck_assert(!f.o->addresses[1].attempted);
        ck_assert_uint_eq(peer_n_accepted(good), 0);
        fixture_done(&f);
}
END_TEST

/* Listeners on 127.0.0.1 and 127.0.0.2 with the same port, under the name two.test. */
static void two_addresses(Fixture *f, const PeerOptions *one, const PeerOptions *two, Peer **ret_one,
        Peer **ret_two)
{
        PeerOptions second = *two;
        CLEANUP_FREE char *conname = NULL;

        fixture_init(f, NULL);
        *ret_one = peer_new(f->event, one);
        second.ip = "127.0.0.2";
        second.port = peer_port(*ret_one);
        *ret_two = peer_new(f->event, &second);
        ck_assert_int_gt(asprintf(&conname, "two.test(%u)", peer_port(*ret_one)), 0);
        f->endpoint = endpoints_add(f->config, "QM1", conname);
}

START_TEST(test_all_addresses_are_visited_where_wanted)
{
        const PeerOptions good = {.kind = PEER_TLS, .tls = &tls_plain}, silent = {.kind = PEER_SILENT};
        Fixture f = {0};
        CLEANUP_PEER Peer *one = NULL, *two = NULL;

        two_addresses(&f, &silent, &good, &one, &two);
        f.endpoint->all_addresses = true;
        f.endpoint->timeout_usec = 400 * MSEC;
        run(&f);
        ck_assert_uint_eq(f.o->n_addresses, 2);
        ck_assert_str_eq(f.o->addresses[0].ip, "127.0.0.1");
        ck_assert_int_eq(f.o->addresses[0].phase, PHASE_HANDSHAKE);
        ck_assert_int_eq(f.o->addresses[0].end, END_TIMEOUT);
        ck_assert_str_eq(f.o->addresses[1].ip, "127.0.0.2");
        ck_assert_int_eq(f.o->addresses[1].end, END_COMPLETED);
        ck_assert_uint_eq(f.n_admitted, 2);
        fixture_done(&f);
}
END_TEST

START_TEST(test_one_address_is_enough_otherwise)
{
        const PeerOptions good = {.kind = PEER_TLS, .tls = &tls_plain};
        Fixture f = {0};
        CLEANUP_PEER Peer *one = NULL, *two = NULL;

        two_addresses(&f, &good, &good, &one, &two);
        run(&f);
        ck_assert_uint_eq(f.o->n_addresses, 2);
        ck_assert_int_eq(f.o->addresses[0].end, END_COMPLETED);
        ck_assert(!f.o->addresses[1].attempted);
        ck_assert_uint_eq(peer_n_accepted(two), 0);
        fixture_done(&f);
}
END_TEST

START_TEST(test_an_address_stands_in_the_list_once)
{
        Fixture f = {0};

        fixture_init(&f, "qm1.test(1),127.0.0.1(1),two.test(1),127.0.0.1(2)");
        f.endpoint->all_addresses = true;
        run(&f);
        ck_assert_uint_eq(f.o->n_addresses, 3);
        ck_assert_str_eq(f.o->addresses[0].address, "qm1.test(1)/127.0.0.1");
        ck_assert_str_eq(f.o->addresses[1].address, "two.test(1)/127.0.0.2");
        ck_assert_str_eq(f.o->addresses[2].address, "127.0.0.1(2)/127.0.0.1");
        for (size_t i = 0; i < 3; i++)
                ck_assert_int_eq(f.o->addresses[i].end, END_REFUSED);
        fixture_done(&f);
}
END_TEST

/* ---- names ---- */

START_TEST(test_names_that_do_not_resolve)
{
        static const struct {
                const char *conname;
                bool is_short;
                ProbeEnd end;
                int error;
        } names[] = {
                {"missing.test(1414)", false, END_NOT_FOUND, EAI_NONAME},
                {"broken.test(1414)", false, END_FAILED, EAI_FAIL},
                {"slow.test(1414)", true, END_TIMEOUT, 0},
        };
        Fixture f = {0};
        const AddressObservation *a = NULL;

        fixture_init(&f, names[_i].conname);
        if (names[_i].is_short)
                f.endpoint->timeout_usec = SHORT_USEC;
        run(&f);
        ck_assert_int_eq(f.o->resolve_end, names[_i].end);
        ck_assert_int_eq(f.o->resolve_error, names[_i].error);
        ck_assert(!f.o->addresses_stale);
        ck_assert_uint_eq(f.o->n_addresses, 1);
        a = &f.o->addresses[0];
        ck_assert(a->attempted);
        ck_assert_ptr_null(a->ip);
        ck_assert_str_eq(a->conname, names[_i].conname);
        ck_assert_int_eq(a->phase, PHASE_RESOLVE);
        ck_assert_int_eq(a->end, names[_i].end);
        ck_assert_int_eq(a->error, names[_i].error);
        ck_assert_uint_ge(f.o->duration_usec, names[_i].is_short ? SHORT_USEC : 0);
        ck_assert_int_eq(sem_post(&gate), 0);
        fixture_done(&f);
}
END_TEST

START_TEST(test_a_hanging_name_leaves_time_for_the_others)
{
        Fixture f = {0};
        CLEANUP_PEER Peer *good = NULL;
        CLEANUP_FREE char *second = NULL, *conname = NULL;

        fixture_init(&f, NULL);
        good = peer_new(f.event, &(PeerOptions){.kind = PEER_TLS, .tls = &tls_plain});
        second = peer_conname(good);
        ck_assert_int_gt(asprintf(&conname, "slow.test(1414),%s", second), 0);
        f.endpoint = endpoints_add(f.config, "QM1", conname);
        f.endpoint->timeout_usec = 1000 * MSEC;
        run(&f);
        ck_assert_uint_eq(f.o->n_addresses, 2);
        ck_assert_int_eq(f.o->resolve_end, END_TIMEOUT);
        ck_assert_int_eq(f.o->addresses[0].end, END_TIMEOUT);
        ck_assert_int_eq(f.o->addresses[0].phase, PHASE_RESOLVE);
        ck_assert_int_eq(f.o->addresses[1].end, END_COMPLETED);
        ck_assert_int_eq(sem_post(&gate), 0);
        fixture_done(&f);
}
END_TEST

START_TEST(test_last_good_addresses_are_visited)
{
        static const char *const hosts[] = {"moody.test", "slow.test"};
        Fixture f = {0};
        CLEANUP_PEER Peer *good = NULL;
        CLEANUP_FREE char *conname = NULL;

        fixture_init(&f, NULL);
        good = peer_new(f.event, &(PeerOptions){.kind = PEER_TLS, .tls = &tls_plain});
        ck_assert_int_gt(asprintf(&conname, "%s(%u)", hosts[_i], peer_port(good)), 0);
        f.endpoint = endpoints_add(f.config, "QM1", conname);
        f.endpoint->timeout_usec = 1000 * MSEC;

        known = true;
        ck_assert_int_eq(sem_post(&gate), 0);
        run(&f);
        ck_assert_int_eq(f.o->resolve_end, END_COMPLETED);
        ck_assert_int_eq(f.o->addresses[0].end, END_COMPLETED);

        known = false; /* or, the other one, silent */
        run(&f);
        ck_assert(f.o->addresses_stale);
        ck_assert_int_eq(f.o->resolve_end, _i == 0 ? END_FAILED : END_TIMEOUT);
        ck_assert_int_eq(f.o->resolve_error, EAI_AGAIN);
        ck_assert_int_eq(f.o->addresses[0].end, END_COMPLETED);
        ck_assert_int_eq(sem_post(&gate), 0);
        fixture_done(&f);
}
END_TEST

/* ---- limits of our own ---- */

START_TEST(test_it_waits_for_a_place)
{
        Fixture f = {0};
        CLEANUP_PEER Peer *peer = NULL;

        fixture_init(&f, NULL);
        peer = peer_of(&f, &(PeerOptions){.kind = PEER_TLS, .tls = &tls_plain});
        f.is_full = true;
        start(&f);
        LOOP_UNTIL(f.event, peer_n_accepted(peer) == 1);
        loop_drain(f.event);
        ck_assert_uint_eq(peer_n_talking(peer), 0);
        ck_assert(probe_is_connecting(f.probe));

        f.n_admitted++;
        probe_admit(f.probe);
        ck_assert(!probe_is_connecting(f.probe));
        finish(&f);
        ck_assert_int_eq(f.o->addresses[0].end, END_COMPLETED);

        /* A place that comes too late goes back at once. */
        start(&f);
        f.n_admitted++;
        probe_admit(f.probe);
        ck_assert_uint_eq(f.n_admitted, f.n_released);
        fixture_done(&f);
}
END_TEST

START_TEST(test_no_place_is_our_own_fault)
{
        Fixture f = {0};
        CLEANUP_PEER Peer *peer = NULL;

        fixture_init(&f, NULL);
        peer = peer_of(&f, &(PeerOptions){.kind = PEER_TLS, .tls = &tls_plain});
        f.is_full = true;
        f.endpoint->timeout_usec = SHORT_USEC;
        run(&f);
        ck_assert_int_eq(f.o->addresses[0].end, END_RESOURCE);
        ck_assert_int_eq(f.o->addresses[0].error, EBUSY);
        ck_assert_uint_lt(f.o->addresses[0].phase_usec[PHASE_CONNECT], SHORT_USEC);
        fixture_done(&f);
}
END_TEST

START_TEST(test_no_descriptor_is_our_own_fault)
{
        Fixture f = {0};
        CLEANUP_PEER Peer *peer = NULL;
        struct rlimit before, none;

        fixture_init(&f, NULL);
        peer = peer_of(&f, &(PeerOptions){.kind = PEER_TLS, .tls = &tls_plain});
        run(&f); /* the loop has its own descriptors by now */
        ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
        none = (struct rlimit){.rlim_cur = 3, .rlim_max = before.rlim_max};
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
        run(&f);
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
        ck_assert_int_eq(f.o->addresses[0].phase, PHASE_CONNECT);
        ck_assert_int_eq(f.o->addresses[0].end, END_RESOURCE);
        ck_assert_int_eq(f.o->addresses[0].error, EMFILE);
        fixture_done(&f);
}
END_TEST

/* ---- ending early ---- */

START_TEST(test_it_can_be_dropped_at_any_time)
{
        static TlsServerOptions *const kinds[] = {&tls_plain, &tls_quiet, &tls_13_wants_cert};
        unsigned before = loop_count_fds();

        for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
                for (unsigned n_turns = 0; n_turns < 40; n_turns++) {
                        Fixture f = {0};
                        Peer *peer = NULL;

                        fixture_init(&f, NULL);
                        peer = peer_of(&f, &(PeerOptions){.kind = PEER_TLS, .tls = kinds[k]});
                        start(&f);
                        for (unsigned i = 0; i < n_turns && f.n_results == 0; i++)
                                ck_assert_int_ge(sd_event_run(f.event, 10 * MSEC), 0);
                        f.probe = probe_free(f.probe);
                        loop_drain(f.event);
                        peer_free(peer);
                        fixture_done(&f);
                }
        }
        ck_assert_uint_eq(loop_count_fds(), before);
        ck_assert_ptr_null(probe_free(NULL));
}
END_TEST

static void on_result_free(Probe *p, Observation *o, void *userdata)
{
        Fixture *f = userdata;

        observation_free(o);
        probe_free(p);
        f->probe = NULL;
        f->n_results++;
}

START_TEST(test_it_may_be_freed_by_its_handler)
{
        static const PeerKind kinds[] = {PEER_REFUSE, PEER_SILENT, PEER_TLS};
        Fixture f = {0};
        CLEANUP_PEER Peer *peer = NULL;

        fixture_init(&f, NULL);
        peer = peer_of(&f, &(PeerOptions){.kind = kinds[_i], .tls = &tls_plain});
        f.endpoint->timeout_usec = SHORT_USEC;
        ck_assert_int_eq(probe_start(&f.environment, f.config, f.endpoint, false, on_result_free, &f,
                                 &f.probe),
                0);
        LOOP_UNTIL(f.event, f.n_results > 0);
        loop_drain(f.event);
        ck_assert_uint_eq(f.n_results, 1);
        fixture_done(&f);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("probe");
        TCase *tc = tcase_create("probe");

        tcase_set_timeout(tc, 120);
        tcase_add_unchecked_fixture(tc, setup, teardown);
        tcase_add_loop_test(tc, test_each_listener_is_seen_as_it_is, 0, (int) ARRAY_LEN(rows));
        tcase_add_loop_test(tc, test_it_leaves_with_close_notify_and_fin, 0, 4);
        tcase_add_test(tc, test_it_says_no_more_than_fin_to_a_stranger);
        tcase_add_loop_test(tc, test_taking_leave_is_bounded, 0, 2);
        tcase_add_test(tc, test_the_next_conname_is_tried_when_one_refuses);
        tcase_add_test(tc, test_one_that_swallows_packets_leaves_time_for_the_next);
        tcase_add_loop_test(tc, test_what_connects_is_the_answer, 0, 3);
        tcase_add_test(tc, test_all_addresses_are_visited_where_wanted);
        tcase_add_test(tc, test_one_address_is_enough_otherwise);
        tcase_add_test(tc, test_an_address_stands_in_the_list_once);
        tcase_add_loop_test(tc, test_names_that_do_not_resolve, 0, 3);
        tcase_add_test(tc, test_a_hanging_name_leaves_time_for_the_others);
        tcase_add_loop_test(tc, test_last_good_addresses_are_visited, 0, 2);
        tcase_add_test(tc, test_it_waits_for_a_place);
        tcase_add_test(tc, test_no_place_is_our_own_fault);
        tcase_add_test(tc, test_no_descriptor_is_our_own_fault);
        tcase_add_test(tc, test_it_can_be_dropped_at_any_time);
        tcase_add_loop_test(tc, test_it_may_be_freed_by_its_handler, 0, 3);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
