/* SPDX-License-Identifier: MIT */
#include "daemon/worker.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

#include "base/timefmt.h"

typedef struct Item {
        TAILQ_ENTRY(Item) link;
        WorkerJob job;
} Item;

typedef TAILQ_HEAD(ItemList, Item) ItemList;

struct Worker {
        pthread_mutex_t lock; /* over the eight below */
        pthread_cond_t wake, ended;
        bool stopping;
        bool is_running; /* a job */
        bool is_left;    /* the thread is the owner of all this */
        ItemList queue, done;
        size_t n_pending; /* in the queue or running */

        pthread_t thread;
        bool has_thread;
        int fd; /* readable while there may be done jobs */
        sd_event_source *source;
};

static void ring(int fd)
{
        const uint64_t one = 1;

        /* Fails only when the counter is about to overflow, and then it is readable anyway. */
        if (write(fd, &one, sizeof(one)) < 0)
                return;
}

static void destroy(Worker *w)
{
        if (w->fd >= 0)
                (void) close(w->fd);
        (void) pthread_cond_destroy(&w->ended);
        (void) pthread_cond_destroy(&w->wake);
        (void) pthread_mutex_destroy(&w->lock);
        free(w);
}

/* In the thread, when nobody else is left. */
static void end_alone(Worker *w, Item *item)
{
        item->job.drop(item->job.userdata);
        free(item);
        destroy(w);
}

static void *worker_main(void *userdata)
{
        Worker *w = userdata;

        (void) pthread_mutex_lock(&w->lock);
        for (;;) {
                Item *item = TAILQ_FIRST(&w->queue);

                if (!item && w->stopping)
                        break;
                if (!item) {
                        (void) pthread_cond_wait(&w->wake, &w->lock);
                        continue;
                }
                TAILQ_REMOVE(&w->queue, item, link);
                w->is_running = true;
                (void) pthread_mutex_unlock(&w->lock);
                item->job.run(item->job.userdata);
                (void) pthread_mutex_lock(&w->lock);
                w->is_running = false;
                if (w->is_left) {
                        (void) pthread_mutex_unlock(&w->lock);
                        end_alone(w, item);
                        return NULL;
                }
                (void) pthread_cond_signal(&w->ended);
                TAILQ_INSERT_TAIL(&w->done, item, link);
                w->n_pending--;
                ring(w->fd);
        }
        (void) pthread_mutex_unlock(&w->lock);
        return NULL;
}

static Item *take(Worker *w, ItemList *list)
{
        Item *item = NULL;

        (void) pthread_mutex_lock(&w->lock);
        item = TAILQ_FIRST(list);
        if (item)
                TAILQ_REMOVE(list, item, link);
        (void) pthread_mutex_unlock(&w->lock);
        return item;
}

static int on_done(sd_event_source *source UNUSED, int fd, uint32_t revents UNUSED, void *userdata)
{
        Worker *w = userdata;
        Item *item = NULL;
        uint64_t n;

        assert(w);

        if (read(fd, &n, sizeof(n)) < 0)
                return 0; /* somebody else's wake-up: nothing is done */

        /* One by one: what a job does in the loop may hand over another. */
        while ((item = take(w, &w->done))) {
                item->job.done(item->job.userdata);
                free(item);
        }
        return 0;
}

/* Signals are the loop's business: a thread inherits the mask of its maker. */
static int start_thread(Worker *w, const char *name)
{
        sigset_t all, before;
        int r;

        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &before);
        r = -pthread_create(&w->thread, NULL, worker_main, w);
        (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (r < 0)
                return r;

        w->has_thread = true;
        (void) pthread_setname_np(w->thread, name);
        return 0;
}

int worker_new(sd_event *event, const char *name, Worker **ret)
{
        CLEANUP(worker_cleanup) Worker *w = NULL;
        int r;

        assert(event);
        assert(name);
        assert(ret);

        w = calloc(1, sizeof(*w));
        if (!w)
                return -ENOMEM;

        TAILQ_INIT(&w->queue);
        TAILQ_INIT(&w->done);
        (void) pthread_mutex_init(&w->lock, NULL);
        (void) pthread_cond_init(&w->wake, NULL);
        (void) pthread_cond_init(&w->ended, NULL);
        w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (w->fd < 0)
                return -errno;

        r = sd_event_add_io(event, &w->source, w->fd, EPOLLIN, on_done, w);
        if (r < 0)
                return r;
        (void) sd_event_source_set_description(w->source, name);

        r = start_thread(w, name);
        if (r < 0)
                return r;
        *ret = STEAL(w);
        return 0;
}

static void drop_all(ItemList *list)
{
        Item *item = NULL;

        while ((item = TAILQ_FIRST(list))) {
                TAILQ_REMOVE(list, item, link);
                item->job.drop(item->job.userdata);
                free(item);
        }
}

/* Nothing waits any more. */
static Worker *stop(Worker *w)
{
        if (w->has_thread) {
                (void) pthread_mutex_lock(&w->lock);
                w->stopping = true;
                (void) pthread_cond_signal(&w->wake);
                (void) pthread_mutex_unlock(&w->lock);
                (void) pthread_join(w->thread, NULL);
        }
        drop_all(&w->done);

        sd_event_source_disable_unref(w->source);
        destroy(w);
        return NULL;
}

Worker *worker_free(Worker *w)
{
        ItemList rest = TAILQ_HEAD_INITIALIZER(rest);

        if (!w)
                return NULL;

        (void) pthread_mutex_lock(&w->lock);
        TAILQ_CONCAT(&rest, &w->queue, link);
        (void) pthread_mutex_unlock(&w->lock);
        drop_all(&rest);
        return stop(w);
}

/* With the lock held, which is given up meanwhile. */
static void wait_for_end(Worker *w, uint64_t patience_usec)
{
        struct timespec now = {0}, until = {0};

        (void) clock_gettime(CLOCK_MONOTONIC, &now);
        patience_usec += (uint64_t) now.tv_nsec / 1000;
        until.tv_sec = now.tv_sec + (time_t) (patience_usec / USEC_PER_SEC);
        until.tv_nsec = (long) (patience_usec % USEC_PER_SEC) * 1000;
        while ((w->is_running || !TAILQ_EMPTY(&w->queue)) &&
                pthread_cond_clockwait(&w->ended, &w->lock, CLOCK_MONOTONIC, &until) == 0)
                ;
}

/* Returns 0, or -ETIMEDOUT with the thread left behind. */
static int leave(Worker *w, bool finish, uint64_t patience_usec)
{
        ItemList rest = TAILQ_HEAD_INITIALIZER(rest);
        bool is_left;

        (void) pthread_mutex_lock(&w->lock);
        if (!finish)
                TAILQ_CONCAT(&rest, &w->queue, link);
        wait_for_end(w, patience_usec);
        TAILQ_CONCAT(&rest, &w->queue, link);
        is_left = w->is_left = w->is_running;
        if (is_left) {
                TAILQ_CONCAT(&rest, &w->done, link);
                (void) pthread_detach(w->thread);
                sd_event_source_disable_unref(w->source);
        }
        (void) pthread_mutex_unlock(&w->lock); /* from here on it may be the thread's */

        drop_all(&rest);
        if (is_left)
                return -ETIMEDOUT;
        (void) stop(w);
        return 0;
}

Worker *worker_leave(Worker *w, uint64_t patience_usec)
{
        if (w)
                (void) leave(w, false, patience_usec);
        return NULL;
}

int worker_finish(Worker *w, uint64_t patience_usec)
{
        return w ? leave(w, true, patience_usec) : 0;
}

int worker_submit(Worker *w, const WorkerJob *job)
{
        Item *item = NULL;

        assert(w);
        assert(job);
        assert(job->run);
        assert(job->done);
        assert(job->drop);

        item = calloc(1, sizeof(*item));
        if (!item)
                return -ENOMEM;

        item->job = *job;
        (void) pthread_mutex_lock(&w->lock);
        TAILQ_INSERT_TAIL(&w->queue, item, link);
        w->n_pending++;
        (void) pthread_cond_signal(&w->wake);
        (void) pthread_mutex_unlock(&w->lock);
        return 0;
}

size_t worker_pending(Worker *w)
{
        size_t n;

        assert(w);

        (void) pthread_mutex_lock(&w->lock);
        n = w->n_pending;
        (void) pthread_mutex_unlock(&w->lock);
        return n;
}
