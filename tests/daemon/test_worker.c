/* SPDX-License-Identifier: MIT */
#include "daemon/worker.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include "tests/support/loop.h"
#include "tests/support/suite.h"

typedef struct Task {
        char letter;
        sem_t *gate; /* waited for in the thread; NULL: not */
        struct Script *script;
} Task;

typedef struct Script {
        char ran[16], done[16], dropped[16]; /* letters in order */
        pthread_t thread;
        bool signals_blocked;
} Script;

static void note(char *word, char letter)
{
        word[strlen(word)] = letter;
}

static void run(void *userdata)
{
        Task *t = userdata;
        sigset_t mask;

        if (t->gate)
                (void) sem_wait(t->gate);
        (void) pthread_sigmask(SIG_SETMASK, NULL, &mask);
        t->script->signals_blocked = sigismember(&mask, SIGTERM) == 1;
        t->script->thread = pthread_self();
        note(t->script->ran, t->letter);
}

static void done(void *userdata)
{
        Task *t = userdata;

        note(t->script->done, t->letter);
}

static void drop(void *userdata)
{
        Task *t = userdata;

        note(t->script->dropped, t->letter);
}

static void submit(Worker *w, Task *t)
{
        ck_assert_int_eq(
                worker_submit(w, &(WorkerJob){.run = run, .done = done, .drop = drop, .userdata = t}),
                0);
}

START_TEST(test_jobs_run_in_order_in_another_thread_and_come_back_to_the_loop)
{
        sd_event *event = NULL;
        Script s = {0};
        Task tasks[] = {{'a', NULL, &s}, {'b', NULL, &s}, {'c', NULL, &s}};
        Worker *w = NULL;

        ck_assert_int_eq(sd_event_new(&event), 0);
        ck_assert_int_eq(worker_new(event, "worker-test", &w), 0);
        for (size_t i = 0; i < ARRAY_LEN(tasks); i++)
                submit(w, &tasks[i]);
        LOOP_UNTIL(event, strlen(s.done) == ARRAY_LEN(tasks));

        ck_assert_str_eq(s.ran, "abc");
        ck_assert_str_eq(s.done, "abc");
        ck_assert_str_eq(s.dropped, "");
        ck_assert(!pthread_equal(s.thread, pthread_self()));
        ck_assert(s.signals_blocked);
        ck_assert_uint_eq(worker_pending(w), 0);
        worker_free(w);
        sd_event_unref(event);
}
END_TEST

START_TEST(test_what_waits_is_dropped_with_the_worker)
{
        sd_event *event = NULL;
        sem_t gate;
        Script s = {0};
        Task tasks[] = {{'a', &gate, &s}, {'b', &gate, &s}};
        Worker *w = NULL;

        ck_assert_int_eq(sd_event_new(&event), 0);
        ck_assert_int_eq(sem_init(&gate, 0, 0), 0);
        ck_assert_int_eq(worker_new(event, "worker-test", &w), 0);
        submit(w, &tasks[0]);
        submit(w, &tasks[1]);
        ck_assert_uint_eq(worker_pending(w), 2);

        ck_assert_int_eq(sem_post(&gate), 0);
        ck_assert_int_eq(sem_post(&gate), 0);
        worker_free(w);
        sd_event_unref(event);

        /* Whether they ran is a race; that each is let go exactly once is not. */
        ck_assert_uint_eq(strlen(s.dropped), 2);
        ck_assert_str_eq(s.done, "");
        (void) sem_destroy(&gate);
}
END_TEST

/* A job that another thread lets go says so here. */
typedef struct Hung {
        sem_t begun, gate, dropped;
        pthread_t runner, dropper;
} Hung;

static void hung_run(void *userdata)
{
        Hung *h = userdata;

        h->runner = pthread_self();
        (void) sem_post(&h->begun);
        (void) sem_wait(&h->gate);
}

static void hung_done(void *userdata UNUSED)
{
        ck_abort_msg("what is left comes back to nobody");
}

static void hung_drop(void *userdata)
{
        Hung *h = userdata;

        h->dropper = pthread_self();
        (void) sem_post(&h->dropped);
}

static Worker *hung_begin(sd_event *event, Hung *h)
{
        Worker *w = NULL;

        *h = (Hung){0};
        ck_assert_int_eq(sem_init(&h->begun, 0, 0), 0);
        ck_assert_int_eq(sem_init(&h->gate, 0, 0), 0);
        ck_assert_int_eq(sem_init(&h->dropped, 0, 0), 0);
        ck_assert_int_eq(worker_new(event, "worker-test", &w), 0);
        ck_assert_int_eq(worker_submit(w, &(WorkerJob){ .run = hung_run, .done = hung_done,
                                                  .drop = hung_drop, .userdata = h }), 0);
        ck_assert_int_eq(sem_wait(&h->begun), 0);
        return w;
}

static void hung_end(Hung *h)
{
        (void) sem_destroy(&h->begun);
        (void) sem_destroy(&h->gate);
        (void) sem_destroy(&h->dropped);
}

START_TEST(test_a_job_that_hangs_is_left_to_its_thread)
{
        sd_event *event = NULL;
        Script s = {0};
        Task waits = {'b', NULL, &s};
        Hung h;
        Worker *w = NULL;

        ck_assert_int_eq(sd_event_new(&event), 0);
        w = hung_begin(event, &h);
        submit(w, &waits);
        worker_leave(w, 1000);
        sd_event_unref(event);
        ck_assert_str_eq(s.dropped, "b");
        ck_assert_str_eq(s.ran, "");

        ck_assert_int_eq(sem_post(&h.gate), 0);
        ck_assert_int_eq(sem_wait(&h.dropped), 0);
        ck_assert(pthread_equal(h.dropper, h.runner));
        hung_end(&h);
}
END_TEST

START_TEST(test_a_job_that_ends_in_time_is_not_left_behind)
{
        sd_event *event = NULL;
        Hung h;
        Worker *w = NULL;

        ck_assert_int_eq(sd_event_new(&event), 0);
        w = hung_begin(event, &h);
        ck_assert_int_eq(sem_post(&h.gate), 0);
        worker_leave(w, LOOP_PATIENCE_USEC);
        sd_event_unref(event);

        ck_assert_int_eq(sem_trywait(&h.dropped), 0);
        ck_assert(pthread_equal(h.dropper, pthread_self()));
        hung_end(&h);
}
END_TEST

START_TEST(test_finishing_runs_what_waits)
{
        sd_event *event = NULL;
        Script s = {0};
        Task tasks[] = {{'a', NULL, &s}, {'b', NULL, &s}};
        Worker *w = NULL;

        ck_assert_int_eq(sd_event_new(&event), 0);
        ck_assert_int_eq(worker_new(event, "worker-test", &w), 0);
        submit(w, &tasks[0]);
        submit(w, &tasks[1]);
        ck_assert_int_eq(worker_finish(w, LOOP_PATIENCE_USEC * loop_slowness()), 0);
        sd_event_unref(event);

        ck_assert_str_eq(s.ran, "ab");
        ck_assert_str_eq(s.dropped, "ab");
        ck_assert_int_eq(worker_finish(NULL, 0), 0);
}
END_TEST

START_TEST(test_finishing_leaves_a_job_that_hangs_and_those_behind_it)
{
        sd_event *event = NULL;
        Script s = {0};
        Task waits = {'b', NULL, &s};
        Hung h;
        Worker *w = NULL;

        ck_assert_int_eq(sd_event_new(&event), 0);
        w = hung_begin(event, &h);
        submit(w, &waits);
        ck_assert_int_eq(worker_finish(w, 1000), -ETIMEDOUT);
        sd_event_unref(event);
        ck_assert_str_eq(s.dropped, "b");
        ck_assert_str_eq(s.ran, "");

        ck_assert_int_eq(sem_post(&h.gate), 0);
        ck_assert_int_eq(sem_wait(&h.dropped), 0);
        ck_assert(pthread_equal(h.dropper, h.runner));
        hung_end(&h);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("worker");
        TCase *tc = tcase_create("worker");

        tcase_add_test(tc, test_jobs_run_in_order_in_another_thread_and_come_back_to_the_loop);
        tcase_add_test(tc, test_what_waits_is_dropped_with_the_worker);
        tcase_add_test(tc, test_a_job_that_hangs_is_left_to_its_thread);
        tcase_add_test(tc, test_a_job_that_ends_in_time_is_not_left_behind);
        tcase_add_test(tc, test_finishing_runs_what_waits);
        tcase_add_test(tc, test_finishing_leaves_a_job_that_hangs_and_those_behind_it);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
