/* SPDX-License-Identifier: MIT */
#include "daemon/scheduler.h"

#include <stdio.h>
#include <string.h>

#include "daemon/due_heap.h"
#include "tests/support/endpoints.h"
#include "tests/support/loop.h"
#include "tests/support/peer.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

#define MSEC UINT64_C(1000)
#define SEC UINT64_C(1000000)

/* A deadline that is meant to pass, while others get something done. */
#define SHORT_USEC (200 * MSEC * loop_slowness())

enum {
        N_MAX = 64,
};

static PkiCert ca, leaf;
static const PkiCert *const chain[] = {&leaf};
static TlsServerOptions tls;

static void setup(void)
{
        ca = pki_issue(&(PkiOptions){.cn = "CA", .ca = true});
        leaf = pki_issue(&(PkiOptions){.cn = "QM1",
                .issuer = &ca,
                .not_before = PKI_AT(0),
                .not_after = PKI_AT(INT64_C(253402300799))});
        tls = (TlsServerOptions){.certs = chain, .n_certs = 1};
}

static void teardown(void)
{
        pki_cert_done(&leaf);
        pki_cert_done(&ca);
}

/* The loop's time, moved by as much as the test wants. */
typedef struct Shift {
        uint64_t usec;
} Shift;

static uint64_t shifted(void *userdata)
{
        const Shift *shift = userdata;

        return clock_monotonic_usec(&clock_system) + shift->usec;
}

typedef struct Fixture {
        sd_event *event;
        Clock clock;
        Shift shift;
        Config *config;
        Inventory *inventory;
        Scheduler *scheduler;
        Peer *peers[N_MAX];
        unsigned n_peers;

        unsigned n_outcomes;
        char order[N_MAX][16]; /* names of the endpoints */
        uint64_t at_usec[N_MAX];
} Fixture;

static void fixture_init(Fixture *f)
{
        f->clock = clock_system;
        f->clock.monotonic_usec = shifted;
        f->clock.userdata = &f->shift;
        ck_assert_int_ge(sd_event_new(&f->event), 0);
        f->config = endpoints_new();
}

static void fixture_done(Fixture *f)
{
        scheduler_free(f->scheduler);
        inventory_free(f->inventory);
        config_unref(f->config);
        for (unsigned i = 0; i < f->n_peers; i++)
                peer_free(f->peers[i]);
        sd_event_unref(f->event);
}

static void on_outcome(const ProbeOutcome *outcome, void *userdata)
{
        Fixture *f = userdata;

        ck_assert_uint_lt(f->n_outcomes, N_MAX);
        (void) snprintf(f->order[f->n_outcomes], sizeof(f->order[0]), "%s",
                outcome->endpoint->config->name);
        f->at_usec[f->n_outcomes] = clock_monotonic_usec(&f->clock);
        ck_assert_ptr_nonnull(outcome->endpoint->observation);
        ck_assert(!outcome->endpoint->probing);
        f->n_outcomes++;
}

static Peer *add_peer(Fixture *f, PeerKind kind)
{
        Peer *p = peer_new(f->event, &(PeerOptions){.kind = kind, .tls = &tls});

        ck_assert_uint_lt(f->n_peers, N_MAX);
        f->peers[f->n_peers++] = p;
        return p;
}

static EndpointConfig *add_endpoint_to(Config *c, const char *name, const Peer *p)
{
        CLEANUP_FREE char *conname = peer_conname(p);

        return endpoints_add(c, name, conname);
}

static EndpointConfig *add_endpoint(Fixture *f, const char *name, const Peer *p)
{
        return add_endpoint_to(f->config, name, p);
}

static void begin(Fixture *f, const SchedulerOptions *options)
{
        ck_assert_int_eq(inventory_new(f->config, &f->inventory), 0);
        ck_assert_int_eq(scheduler_new(f->event, &f->clock, f->inventory, options, on_outcome, f,
                                 &f->scheduler),
                0);
}

static Endpoint *find(const Fixture *f, const char *name)
{
        Endpoint *e = inventory_find(f->inventory, name);

        ck_assert_ptr_nonnull(e);
        return e;
}

/* Lets as much time pass; a poke makes the scheduler look at the clock. */
static void pass(Fixture *f, uint64_t usec, const char *poke)
{
        f->shift.usec += usec;
        if (poke)
                scheduler_probe_now(f->scheduler, find(f, poke));
}

/* When the last outcome of this one came. */
static uint64_t outcome_usec(const Fixture *f, const char *name)
{
        uint64_t at_usec = 0;

        for (unsigned i = 0; i < f->n_outcomes; i++)
                if (strcmp(f->order[i], name) == 0)
                        at_usec = f->at_usec[i];
        return at_usec;
}

static unsigned count_outcomes(const Fixture *f, const char *name)
{
        unsigned n = 0;

        for (unsigned i = 0; i < f->n_outcomes; i++)
                n += strcmp(f->order[i], name) == 0 ? 1 : 0;
        return n;
}

/* ---- the heap ---- */

START_TEST(test_the_heap_gives_the_earliest_first)
{
        DueHeap heap = {0};
        DueItem items[200] = {0};
        uint64_t random = 12345, last = 0;
        size_t n_left = 0;

        ck_assert_int_eq(due_heap_reserve(&heap, ARRAY_LEN(items)), 0);
        ck_assert_ptr_null(due_heap_first(&heap));
        for (size_t i = 0; i < ARRAY_LEN(items); i++) {
                random = random * UINT64_C(6364136223846793005) + 1;
                due_heap_put(&heap, &items[i], random >> 54);
        }
        for (size_t i = 0; i < ARRAY_LEN(items); i += 3)
                due_heap_put(&heap, &items[i], items[i].at_usec / 2 + i); /* moves */
        for (size_t i = 1; i < ARRAY_LEN(items); i += 5) {
                due_heap_remove(&heap, &items[i]);
                due_heap_remove(&heap, &items[i]); /* harmless */
                ck_assert(!due_item_is_in(&items[i]));
        }
        n_left = heap.n;
        ck_assert_uint_eq(n_left, 160);
        for (DueItem *item = NULL; (item = due_heap_first(&heap)); n_left--) {
                ck_assert_uint_ge(item->at_usec, last);
                last = item->at_usec;
                due_heap_remove(&heap, item);
        }
        ck_assert_uint_eq(n_left, 0);
        due_heap_done(&heap);
}
END_TEST

/* ---- results and the next time ---- */

START_TEST(test_each_endpoint_is_looked_at_and_planned_again)
{
        Fixture f = {0};
        const Endpoint *good = NULL, *bad = NULL;
        int64_t wall_at = clock_wall_at(&clock_system);
        uint64_t at_usec = 0;

        fixture_init(&f);
        (void) add_endpoint(&f, "good", add_peer(&f, PEER_TLS));
        (void) add_endpoint(&f, "bad", add_peer(&f, PEER_REFUSE));
        begin(&f, NULL);
        ck_assert(!scheduler_is_ready(f.scheduler));
        LOOP_UNTIL(f.event, f.n_outcomes == 2);
        ck_assert(scheduler_is_ready(f.scheduler));
        ck_assert_uint_eq(scheduler_in_flight(f.scheduler), 0);
        ck_assert_uint_eq(histogram_count(scheduler_probe_duration(f.scheduler)), 2);
        ck_assert_uint_eq(scheduler_n_sessions_resumed(f.scheduler), 0);

        good = find(&f, "good");
        bad = find(&f, "bad");
        ck_assert(good->assessment->success);
        ck_assert(!bad->assessment->success);
        /* An hour, a minute, and 5 % of it. */
        at_usec = outcome_usec(&f, "good");
        ck_assert_uint_gt(good->due_usec, at_usec + 3400 * SEC);
        ck_assert_uint_lt(good->due_usec, at_usec + 3800 * SEC);
        at_usec = outcome_usec(&f, "bad");
        ck_assert_uint_gt(bad->due_usec, at_usec + 50 * SEC);
        ck_assert_uint_lt(bad->due_usec, at_usec + 64 * SEC);
        ck_assert_int_ge(bad->next_run_at, wall_at + 50);
        ck_assert_int_le(bad->next_run_at, clock_wall_at(&clock_system) + 64);

        /* A minute later only the one that failed is due, and then waits twice as long. */
        pass(&f, 70 * SEC, "bad");
        LOOP_UNTIL(f.event, f.n_outcomes == 3);
        ck_assert_str_eq(f.order[2], "bad");
        at_usec = outcome_usec(&f, "bad");
        ck_assert_uint_gt(bad->due_usec, at_usec + 100 * SEC);
        ck_assert_uint_lt(bad->due_usec, at_usec + 127 * SEC);
        loop_drain(f.event);
        ck_assert_uint_eq(f.n_outcomes, 3);
        fixture_done(&f);
}
END_TEST

START_TEST(test_it_goes_on_by_itself)
{
        Fixture f = {0};
        EndpointConfig *e = NULL;
        Peer *p = NULL;
        uint64_t begun_usec;

        fixture_init(&f);
        p = add_peer(&f, PEER_TLS);
        e = add_endpoint(&f, "A", p);
        e->interval_usec = 60 * MSEC;
        begun_usec = clock_monotonic_usec(&f.clock);
        begin(&f, NULL);
        LOOP_UNTIL(f.event, f.n_outcomes == 5);
        for (unsigned i = 1; i < 5; i++)
                ck_assert_uint_gt(f.at_usec[i], f.at_usec[i - 1]);
        ck_assert_uint_ge(f.at_usec[4] - begun_usec, 4 * 50 * MSEC);
        ck_assert_uint_eq(peer_n_open_max(p), 1);
        ck_assert(scheduler_lag_seconds(f.scheduler) >= 0);
        fixture_done(&f);
}
END_TEST

START_TEST(test_probe_now_means_now)
{
        Fixture f = {0};

        fixture_init(&f);
        (void) add_endpoint(&f, "A", add_peer(&f, PEER_TLS));
        begin(&f, NULL);
        LOOP_UNTIL(f.event, f.n_outcomes == 1);
        scheduler_probe_now(f.scheduler, find(&f, "A"));
        LOOP_UNTIL(f.event, scheduler_in_flight(f.scheduler) == 1);
        ck_assert(find(&f, "A")->probing);
        scheduler_probe_now(f.scheduler, find(&f, "A")); /* it is under way already */
        LOOP_UNTIL(f.event, f.n_outcomes == 2);
        loop_drain(f.event);
        ck_assert_uint_eq(f.n_outcomes, 2);
        fixture_done(&f);
}
END_TEST

/* ---- listeners ---- */

START_TEST(test_channels_of_one_listener_never_meet)
{
        Fixture f = {0};
        Peer *shared = NULL;
        uint64_t begun_usec;

        fixture_init(&f);
        f.config->probing.spacing_usec = 60 * MSEC;
        shared = add_peer(&f, PEER_TLS);
        for (unsigned i = 0; i < 6; i++) {
                char name[] = {(char) ('A' + i), '\0'};

                (void) add_endpoint(&f, name, shared);
        }
        begun_usec = clock_monotonic_usec(&f.clock);
        begin(&f, &(SchedulerOptions){.once = true});
        ck_assert_int_eq(sd_event_loop(f.event), 0);
        ck_assert_uint_eq(f.n_outcomes, 6);
        ck_assert_uint_eq(peer_n_open_max(shared), 1);
        for (unsigned i = 1; i < 6; i++) {
                /* Held against the beginning: an outcome may reach us late, and the next one in time. */
                ck_assert_uint_ge(f.at_usec[i] - begun_usec, i * 60 * MSEC);
                ck_assert_uint_eq(count_outcomes(&f, f.order[i]), 1);
        }
        fixture_done(&f);
}
END_TEST

START_TEST(test_a_listener_is_known_by_its_first_conname)
{
        Fixture f = {0};
        CLEANUP_FREE char *one = NULL, *two = NULL;
        Peer *p = NULL;

        /* The same first entry in other words, and another second one. */
        fixture_init(&f);
        p = add_peer(&f, PEER_SILENT);
        ck_assert_int_gt(asprintf(&one, "localhost(%u),127.0.0.9(1)", peer_port(p)), 0);
        ck_assert_int_gt(asprintf(&two, "LocalHost(%u)", peer_port(p)), 0);
        endpoints_add(f.config, "A", one)->timeout_usec = SHORT_USEC;
        endpoints_add(f.config, "B", two)->timeout_usec = SHORT_USEC;
        begin(&f, &(SchedulerOptions){.once = true});
        while (f.n_outcomes < 2) {
                ck_assert_int_ge(sd_event_run(f.event, UINT64_MAX), 0);
                ck_assert_uint_le(scheduler_in_flight(f.scheduler), 1);
        }
        fixture_done(&f);
}
END_TEST

START_TEST(test_a_blocked_endpoint_blocks_no_other)
{
        Fixture f = {0};
        Peer *slow = NULL;

        fixture_init(&f);
        slow = add_peer(&f, PEER_SILENT);
        for (unsigned i = 0; i < 5; i++) {
                char name[] = {'S', (char) ('0' + i), '\0'};

                add_endpoint(&f, name, slow)->timeout_usec = 2 * SHORT_USEC;
        }
        (void) add_endpoint(&f, "quick", add_peer(&f, PEER_TLS));
        begin(&f, &(SchedulerOptions){.once = true});
        LOOP_UNTIL(f.event, f.n_outcomes == 1);
        ck_assert_str_eq(f.order[0], "quick");
        ck_assert_int_eq(sd_event_loop(f.event), 0);
        ck_assert_uint_eq(f.n_outcomes, 6);
        ck_assert_uint_eq(peer_n_open_max(slow), 1);
        fixture_done(&f);
}
END_TEST

/* ---- limits ---- */

START_TEST(test_few_handshakes_at_a_time)
{
        Fixture f = {0};
        unsigned most = 0;

        fixture_init(&f);
        f.config->probing.handshaking_max = 3;
        for (unsigned i = 0; i < 12; i++) {
                char name[] = {(char) ('A' + i), '\0'};

                add_endpoint(&f, name, add_peer(&f, PEER_SILENT))->timeout_usec = SHORT_USEC;
        }
        begin(&f, &(SchedulerOptions){.once = true});
        while (f.n_outcomes < 12) {
                ck_assert_int_ge(sd_event_run(f.event, UINT64_MAX), 0);
                most = MAX_OF(most, scheduler_in_flight(f.scheduler));
        }
        /* Three, and beside them at most three that have ended and are about to be recorded. */
        ck_assert_uint_ge(most, 3);
        ck_assert_uint_le(most, 6);

        /* Nobody was failed for want of a place. */
        for (size_t i = 0; i < inventory_count(f.inventory); i++) {
                const AddressObservation *a = inventory_at(f.inventory, i)->observation->addresses;

                ck_assert_int_eq(a->phase, PHASE_HANDSHAKE);
                ck_assert_int_eq(a->end, END_TIMEOUT);
        }
        fixture_done(&f);
}
END_TEST

START_TEST(test_few_connecting_at_a_time)
{
        Fixture f = {0};
        unsigned most = 0;

        fixture_init(&f);
        f.config->probing.connecting_max = 2;
        for (unsigned i = 0; i < 6; i++) {
                char name[] = {(char) ('A' + i), '\0'};

                add_endpoint(&f, name, add_peer(&f, PEER_BLACK_HOLE))->timeout_usec = SHORT_USEC / 2;
        }
        begin(&f, &(SchedulerOptions){.once = true});
        while (f.n_outcomes < 6) {
                ck_assert_int_ge(sd_event_run(f.event, UINT64_MAX), 0);
                most = MAX_OF(most, scheduler_in_flight(f.scheduler));
        }
        ck_assert_uint_eq(most, 2);
        fixture_done(&f);
}
END_TEST

START_TEST(test_calls_into_the_void_do_not_take_the_places)
{
        Fixture f = {0};

        /* One place, three that never connect: after a moment the good one has its turn, long before
         * they give up. */
        fixture_init(&f);
        f.config->probing.handshaking_max = 1;
        for (unsigned i = 0; i < 3; i++) {
                char name[] = {(char) ('A' + i), '\0'};

                add_endpoint(&f, name, add_peer(&f, PEER_BLACK_HOLE))->timeout_usec = 15 * SHORT_USEC;
        }
        (void) add_endpoint(&f, "good", add_peer(&f, PEER_TLS));
        begin(&f, &(SchedulerOptions){.once = true});
        LOOP_UNTIL(f.event, f.n_outcomes == 1);
        ck_assert_str_eq(f.order[0], "good");
        fixture_done(&f); /* with three under way */
}
END_TEST

START_TEST(test_many_endpoints_at_once)
{
        Fixture f = {0};

        fixture_init(&f);
        f.config->probing.connecting_max = 5;
        f.config->probing.handshaking_max = 4;
        for (unsigned i = 0; i < 40; i++) {
                char name[8];

                (void) snprintf(name, sizeof(name), "E%u", i);
                (void) add_endpoint(&f, name, add_peer(&f, i % 3 ? PEER_TLS : PEER_RESET));
        }
        begin(&f, &(SchedulerOptions){.once = true});
        ck_assert_int_eq(sd_event_loop(f.event), 0);
        ck_assert_uint_eq(f.n_outcomes, 40);
        for (unsigned i = 0; i < 40; i++)
                ck_assert_uint_eq(count_outcomes(&f, f.order[i]), 1);
        fixture_done(&f);
}
END_TEST

/* ---- once ---- */

START_TEST(test_once_ends_the_loop)
{
        static const char *const names[] = {"QM1/A", "QM1/B", "QM2/A"};
        Fixture f = {0};
        Peer *p = NULL;

        fixture_init(&f);
        p = add_peer(&f, PEER_TLS);
        for (int i = 0; i < _i; i++)
                (void) add_endpoint(&f, names[i], p);
        begin(&f, &(SchedulerOptions){.once = true});
        ck_assert_int_eq(sd_event_loop(f.event), 0);
        ck_assert_uint_eq(f.n_outcomes, (unsigned) _i);
        fixture_done(&f);
}
END_TEST

/* ---- reload ---- */

START_TEST(test_a_reload_keeps_what_is_unchanged)
{
        Fixture f = {0};
        Config *next = endpoints_new();
        Peer *p = NULL, *silent = NULL;
        Endpoint *kept = NULL;
        uint64_t due_usec = 0;

        fixture_init(&f);
        p = add_peer(&f, PEER_TLS);
        silent = add_peer(&f, PEER_SILENT);
        (void) add_endpoint(&f, "kept", p);
        (void) add_endpoint(&f, "running", silent);
        (void) add_endpoint(&f, "changed", add_peer(&f, PEER_SILENT));
        (void) add_endpoint(&f, "removed", add_peer(&f, PEER_SILENT));
        begin(&f, NULL);
        LOOP_UNTIL(f.event, f.n_outcomes == 1 && scheduler_in_flight(f.scheduler) == 3);
        kept = find(&f, "kept");
        due_usec = kept->due_usec;

        (void) add_endpoint_to(next, "added", p);
        (void) add_endpoint_to(next, "kept", p);
        (void) add_endpoint_to(next, "running", silent);
        (void) add_endpoint_to(next, "changed", p);
        ck_assert_int_eq(scheduler_reload(f.scheduler, next), 0);
        config_unref(next);

        ck_assert_ptr_eq(find(&f, "kept"), kept);
        ck_assert_uint_eq(kept->due_usec, due_usec);
        ck_assert_ptr_nonnull(kept->observation);
        ck_assert_ptr_null(inventory_find(f.inventory, "removed"));
        ck_assert_uint_eq(scheduler_in_flight(f.scheduler), 1);
        ck_assert(find(&f, "running")->probing);
        ck_assert(!find(&f, "changed")->probing);

        LOOP_UNTIL(f.event, f.n_outcomes == 3);
        ck_assert_uint_eq(count_outcomes(&f, "added"), 1);
        ck_assert_uint_eq(count_outcomes(&f, "changed"), 1);
        ck_assert_uint_eq(count_outcomes(&f, "kept"), 1);
        ck_assert(find(&f, "changed")->assessment->success);
        fixture_done(&f);
}
END_TEST

static void on_outcome_reload(const ProbeOutcome *outcome UNUSED, void *userdata)
{
        Fixture *f = userdata;
        Config *empty = endpoints_new();

        f->n_outcomes++;
        ck_assert_int_eq(scheduler_reload(f->scheduler, empty), 0);
        config_unref(empty);
}

START_TEST(test_a_reload_may_come_from_the_handler)
{
        Fixture f = {0};

        fixture_init(&f);
        (void) add_endpoint(&f, "A", add_peer(&f, PEER_TLS));
        (void) add_endpoint(&f, "B", add_peer(&f, PEER_SILENT));
        ck_assert_int_eq(inventory_new(f.config, &f.inventory), 0);
        ck_assert_int_eq(scheduler_new(f.event, &f.clock, f.inventory, NULL, on_outcome_reload, &f,
                                 &f.scheduler),
                0);
        LOOP_UNTIL(f.event, f.n_outcomes == 1);
        loop_drain(f.event);
        ck_assert_uint_eq(inventory_count(f.inventory), 0);
        ck_assert_uint_eq(scheduler_in_flight(f.scheduler), 0);
        fixture_done(&f);
}
END_TEST

START_TEST(test_many_reloads_during_probes_leave_nothing_behind)
{
        static const PeerKind kinds[] = {PEER_TLS, PEER_SILENT, PEER_BLACK_HOLE, PEER_RESET};
        unsigned before = loop_count_fds();
        Fixture f = {0};

        fixture_init(&f);
        f.config->probing.handshaking_max = 2;
        for (unsigned i = 0; i < 8; i++)
                (void) add_peer(&f, kinds[i % ARRAY_LEN(kinds)]);
        begin(&f, NULL);
        for (unsigned round = 0; round < 60; round++) {
                Config *next = endpoints_new();

                next->probing.handshaking_max = 2;
                next->probing.spacing_usec = 5 * MSEC;
                for (unsigned i = 0; i < 8; i++) {
                        char name[8];
                        EndpointConfig *e = NULL;

                        if ((round + i) % 5 == 0)
                                continue;
                        (void) snprintf(name, sizeof(name), "E%u", i);
                        e = add_endpoint_to(next, name, f.peers[(i + round / 20) % 4]);
                        e->interval_usec = 20 * MSEC;
                        e->retry_interval_usec = 10 * MSEC + (round / 10) * MSEC;
                        e->timeout_usec = 60 * MSEC;
                }
                ck_assert_int_eq(scheduler_reload(f.scheduler, next), 0);
                config_unref(next);
                for (unsigned i = 0; i < round; i++)
                        ck_assert_int_ge(sd_event_run(f.event, MSEC), 0);
                f.n_outcomes = 0;
        }
        fixture_done(&f);
        ck_assert_uint_eq(loop_count_fds(), before);
        ck_assert_ptr_null(scheduler_free(NULL));
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("scheduler");
        TCase *tc = tcase_create("scheduler");

        tcase_set_timeout(tc, 120);
        tcase_add_unchecked_fixture(tc, setup, teardown);
        tcase_add_test(tc, test_the_heap_gives_the_earliest_first);
        tcase_add_test(tc, test_each_endpoint_is_looked_at_and_planned_again);
        tcase_add_test(tc, test_it_goes_on_by_itself);
        tcase_add_test(tc, test_probe_now_means_now);
        tcase_add_test(tc, test_channels_of_one_listener_never_meet);
        tcase_add_test(tc, test_a_listener_is_known_by_its_first_conname);
        tcase_add_test(tc, test_a_blocked_endpoint_blocks_no_other);
        tcase_add_test(tc, test_few_handshakes_at_a_time);
        tcase_add_test(tc, test_few_connecting_at_a_time);
        tcase_add_test(tc, test_calls_into_the_void_do_not_take_the_places);
        tcase_add_test(tc, test_many_endpoints_at_once);
        tcase_add_loop_test(tc, test_once_ends_the_loop, 0, 4);
        tcase_add_test(tc, test_a_reload_keeps_what_is_unchanged);
        tcase_add_test(tc, test_a_reload_may_come_from_the_handler);
        tcase_add_test(tc, test_many_reloads_during_probes_leave_nothing_behind);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
