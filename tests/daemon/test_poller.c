/* SPDX-License-Identifier: MIT */
#include "daemon/poller.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tests/support/loop.h"
#include "tests/support/suite.h"

enum {
        N_MANY = 100,
};

typedef struct Fixture {
        sd_event *event;
        Poller *poller;
} Fixture;

static void fixture_init(Fixture *f)
{
        ck_assert_int_ge(sd_event_new(&f->event), 0);
        ck_assert_int_eq(poller_new(f->event, &f->poller), 0);
}

static void fixture_done(Fixture *f)
{
        poller_free(f->poller);
        sd_event_unref(f->event);
}

typedef struct Item {
        int fd;
        PollerWatch *watch;
        unsigned n_calls;
        uint32_t last_events;
        struct Item *victim; /* freed by the handler */
        bool keep;           /* does not read, so that it stays ready */
} Item;

static void item_free(Item *i)
{
        i->watch = poller_watch_free(i->watch);
}

static void on_item(uint32_t events, void *userdata)
{
        Item *i = userdata;
        eventfd_t value = 0;

        i->n_calls++;
        i->last_events = events;
        if (!i->keep)
                (void) eventfd_read(i->fd, &value);
        if (i->victim)
                item_free(i->victim);
}

static void item_init(Item *i, Fixture *f, unsigned ready)
{
        i->fd = eventfd(ready, EFD_NONBLOCK | EFD_CLOEXEC);
        ck_assert_int_ge(i->fd, 0);
        ck_assert_int_eq(poller_watch(f->poller, i->fd, EPOLLIN, on_item, i, &i->watch), 0);
}

static void item_done(Item *i)
{
        item_free(i);
        (void) close(i->fd);
}

START_TEST(test_each_ready_descriptor_is_told_once)
{
        Fixture f = {0};
        Item items[N_MANY] = {0};

        fixture_init(&f);
        for (unsigned i = 0; i < N_MANY; i++)
                item_init(&items[i], &f, i % 2);
        loop_drain(f.event);
        for (unsigned i = 0; i < N_MANY; i++) {
                ck_assert_uint_eq(items[i].n_calls, i % 2);
                if (i % 2)
                        ck_assert_uint_eq(items[i].last_events, EPOLLIN);
                item_done(&items[i]);
        }
        fixture_done(&f);
}
END_TEST

START_TEST(test_a_turn_is_bounded_and_the_others_follow)
{
        Fixture f = {0};
        Item items[N_MANY] = {0};
        unsigned n_called = 0;

        fixture_init(&f);
        for (unsigned i = 0; i < N_MANY; i++) {
                items[i].keep = true;
                item_init(&items[i], &f, 1);
        }

        ck_assert_int_gt(sd_event_run(f.event, 0), 0);
        for (unsigned i = 0; i < N_MANY; i++)
                n_called += items[i].n_calls;
        ck_assert_uint_ge(n_called, 1);
        ck_assert_uint_le(n_called, 32);

        /* Descriptors that stay ready take turns: nobody is called twice before everybody was once. */
        for (n_called = 0; n_called < N_MANY;) {
                unsigned least = UINT32_MAX, most = 0;

                n_called = 0;
                ck_assert_int_gt(sd_event_run(f.event, 0), 0);
                for (unsigned i = 0; i < N_MANY; i++) {
                        least = MIN_OF(least, items[i].n_calls);
                        most = MAX_OF(most, items[i].n_calls);
                        n_called += items[i].n_calls;
                }
                ck_assert_uint_le(most - least, 1);
        }
        for (unsigned i = 0; i < N_MANY; i++)
                item_done(&items[i]);
        fixture_done(&f);
}
END_TEST

static int on_other(sd_event_source *source UNUSED, void *userdata)
{
        unsigned *n = userdata;

        (*n)++;
        return 0;
}

START_TEST(test_other_sources_get_their_turn)
{
        Fixture f = {0};
        Item items[N_MANY] = {0};
        sd_event_source *other = NULL;
        unsigned n_other = 0;

        fixture_init(&f);
        for (unsigned i = 0; i < N_MANY; i++) {
                items[i].keep = true;
                item_init(&items[i], &f, 1);
        }
        ck_assert_int_ge(sd_event_add_defer(f.event, &other, on_other, &n_other), 0);
        ck_assert_int_ge(sd_event_source_set_enabled(other, SD_EVENT_ON), 0);
        for (unsigned i = 0; i < 10; i++)
                ck_assert_int_gt(sd_event_run(f.event, 0), 0);
        ck_assert_uint_ge(n_other, 4);
        sd_event_source_disable_unref(other);
        for (unsigned i = 0; i < N_MANY; i++)
                item_done(&items[i]);
        fixture_done(&f);
}
END_TEST

START_TEST(test_a_handler_may_free_any_watch)
{
        Fixture f = {0};
        Item a = {0}, b = {0}, c = {0};

        fixture_init(&f);
        item_init(&a, &f, 1);
        item_init(&b, &f, 1);
        item_init(&c, &f, 1);
        a.victim = &b;
        b.victim = &a;
        c.victim = &c;
        loop_drain(f.event);
        ck_assert_uint_eq(a.n_calls + b.n_calls, 1);
        ck_assert_uint_eq(c.n_calls, 1);
        item_done(&a);
        item_done(&b);
        item_done(&c);
        fixture_done(&f);
}
END_TEST

START_TEST(test_events_can_be_changed)
{
        Fixture f = {0};
        Item a = {0};

        fixture_init(&f);
        a.keep = true;
        item_init(&a, &f, 1);
        ck_assert_int_eq(poller_watch_set_events(a.watch, 0), 0);
        loop_drain(f.event);
        ck_assert_uint_eq(a.n_calls, 0);
        ck_assert_int_eq(poller_watch_set_events(a.watch, EPOLLOUT), 0);
        ck_assert_int_gt(sd_event_run(f.event, 0), 0);
        ck_assert_uint_ge(a.n_calls, 1);
        ck_assert_uint_eq(a.last_events, EPOLLOUT);
        item_done(&a);
        fixture_done(&f);
}
END_TEST

START_TEST(test_what_cannot_be_watched_is_an_error)
{
        Fixture f = {0};
        Item a = {0};
        PollerWatch *second = NULL;

        fixture_init(&f);
        item_init(&a, &f, 0);
        ck_assert_int_eq(poller_watch(f.poller, a.fd, EPOLLIN, on_item, &a, &second), -EEXIST);
        ck_assert_ptr_null(second);
        ck_assert_ptr_null(poller_watch_free(NULL));
        item_done(&a);
        fixture_done(&f);
}
END_TEST

START_TEST(test_no_descriptor_is_left)
{
        unsigned before = loop_count_fds();
        Fixture f = {0};

        fixture_init(&f);
        fixture_done(&f);
        ck_assert_uint_eq(loop_count_fds(), before);
        ck_assert_ptr_null(poller_free(NULL));
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("poller");
        TCase *tc = tcase_create("poller");

        tcase_add_test(tc, test_each_ready_descriptor_is_told_once);
        tcase_add_test(tc, test_a_turn_is_bounded_and_the_others_follow);
        tcase_add_test(tc, test_other_sources_get_their_turn);
        tcase_add_test(tc, test_a_handler_may_free_any_watch);
        tcase_add_test(tc, test_events_can_be_changed);
        tcase_add_test(tc, test_what_cannot_be_watched_is_an_error);
        tcase_add_test(tc, test_no_descriptor_is_left);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
