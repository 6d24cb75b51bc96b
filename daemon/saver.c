/* SPDX-License-Identifier: MIT */
#include "daemon/saver_internal.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <semaphore.h>
#include <string.h>
#include <time.h>

#include "base/timefmt.h"
#include "daemon/log.h"

/*
 * There is one job at a time. What comes while it is under way joins the queue, so a slow disk makes
 * few and large transactions, and not many that wait. Nothing is written before the file was read:
 * what is seen in the first moments must not take the place of a baseline that nobody knows yet.
 *
 *      load ──► write what is urgent (changes) ──► look for others' doing, every few seconds
 *        ▲            │ dates and runs go along, or wait for their turn
 *        └── failed: again later, with everything that has come together
 */

/* How long the start waits: longer than the store itself waits for another process (5 s), and short
 * against the patience of service managers (systemd: 90 s). */
#define START_WAIT_SECONDS 8

#define LOOK_USEC (3 * USEC_PER_SEC)
#define FACTS_USEC (30 * USEC_PER_SEC)
#define RETRY_USEC (30 * USEC_PER_SEC)
#define RETRY_NEWER_USEC (300 * USEC_PER_SEC) /* somebody has to come and do something */
#define RETRY_MIN_USEC (5 * USEC_PER_SEC)     /* when there is something new to write */
#define SLOW_USEC (10 * USEC_PER_SEC)

/* How long the end waits for the disk: far longer than one that works ever takes, and short against the
 * patience of service managers (systemd: 90 s, our unit: 30 s). */
#define LEAVE_USEC (20 * USEC_PER_SEC)

struct SaverTask {
        Saver *saver; /* not for the other thread, which may be left behind */
        SaverDisk *disk;
        SaverJob job;
        sem_t ran;
        bool is_applied;
};

static void saver_step(Saver *s);

/* ---- what is said of it ---- */

static void say_failing(const Saver *s, SaverProblem problem, const char *text)
{
        const SaverProblemInfo *info = saver_problem_info(problem);
        const LogField fields[] = {
                {"PROBLEM", info->name},
                {"PATH", saver_disk_path(s->disk)},
                {"REMEDY", info->remedy},
        };

        log_event(LOG_WARNING, LOG_EVENT_STATE_FAILING, fields, ARRAY_LEN(fields),
                "what changes is not being saved (%s): %s; %s", info->name,
                text && text[0] != '\0' ? text : "no more is known", info->remedy);
}

static void say_recovered(const Saver *s)
{
        const LogField fields[] = {{"PATH", saver_disk_path(s->disk)}};

        log_event(LOG_NOTICE, LOG_EVENT_STATE_RECOVERED, fields, ARRAY_LEN(fields),
                "what changes is being saved again in %s", saver_disk_path(s->disk));
}

static void say_damaged(const Saver *s, const StoreReport *report)
{
        const LogField fields[] = {
                {"PATH", saver_disk_path(s->disk)},
                {"SET_ASIDE", report->set_aside},
        };

        log_event(LOG_WARNING, LOG_EVENT_STATE_DAMAGED, fields, ARRAY_LEN(fields), "%s",
                report->text ? report->text : "the state file was damaged; a new one is begun");
}

/* Once when it begins, once when it ends. */
static void set_problem(Saver *s, SaverProblem problem, const char *text)
{
        SaverProblem before = s->problem;

        s->problem = problem;
        if (before == SAVER_PROBLEM_NONE && problem != SAVER_PROBLEM_NONE)
                say_failing(s, problem, text);
        else if (before != SAVER_PROBLEM_NONE && problem == SAVER_PROBLEM_NONE)
                say_recovered(s);
        if (before != problem)
                s->events.turned(s->events.userdata);
}

/* ---- into the queue ---- */

void saver_note(Saver *s, const Endpoint *e, const InventoryDrift *d)
{
        bool is_urgent = d && (d->memory_changed || d->n_changes > 0);
        SaverItem *item = NULL;
        int r;

        assert(s);
        assert(e);

        r = saver_put(s, e, is_urgent ? d->memory : NULL, &item);
        if (r == 0 && is_urgent)
                r = saver_item_add_changes(item, d->first_id, d->changes, d->n_changes);
        if (r < 0)
                saver_say_lost(e->config->name);
        if (is_urgent && s->problem != SAVER_PROBLEM_NONE)
                s->retry_usec = MIN_OF(s->retry_usec, s->ended_usec + RETRY_MIN_USEC);
        saver_step(s);
}

/* ---- the end of a task ---- */

static void take_back(Saver *s, SaverJob *job)
{
        for (size_t i = 0; i < job->n_items; i++) {
                SaverItem *item = &job->items[i];

                if (item->r == 0)
                        continue;
                if (item->r == -ESTALE)
                        s->wants_load = true;
                /* Nobody is left to compare it again. */
                if (item->r == -ESTALE && !inventory_find(s->inventory, item->name))
                        item->memory = drift_memory_free(item->memory);
                if (item->r != -EAGAIN && item->r != -ESTALE)
                        log_error("endpoint %s: its last changes cannot be saved: %s", item->name,
                                strerrordesc_np(-item->r));
                else if (saver_queue_return(&s->queue, item) < 0)
                        log_error("out of memory: changes of an endpoint are not saved");
        }
}

static void plan_retry(Saver *s, int r)
{
        uint64_t span_usec = r == -EOPNOTSUPP ? RETRY_NEWER_USEC : RETRY_USEC;

        /* What is damaged is set aside by the next opening: at once, unless that was it. */
        if (r == -EBADMSG && s->problem != SAVER_PROBLEM_DAMAGED)
                span_usec = 0;
        s->retry_usec = s->ended_usec + span_usec;
}

static void take_outcome(Saver *s, const SaverJob *job)
{
        if (job->is_written) {
                s->last_write_at = job->now_at;
                s->facts_usec = s->ended_usec;
        }
        if (job->report.problem == STORE_PROBLEM_DAMAGED && job->report.set_aside) {
                s->n_damaged++;
                say_damaged(s, &job->report);
        }
        if (job->r < 0) {
                plan_retry(s, job->r);
                set_problem(s, saver_problem_of(job->r), job->text);
        } else if (job->is_written || saver_queue_n_urgent(&s->queue) == 0) {
                set_problem(s, SAVER_PROBLEM_NONE, NULL);
        } else {
                s->retry_usec = s->ended_usec; /* it was read: now it is written */
        }
}

static void task_apply(SaverTask *t)
{
        Saver *s = t->saver;
        SaverJob *job = &t->job;

        t->is_applied = true;
        s->is_applying = true;
        s->ended_usec = clock_monotonic_usec(s->clock);
        take_back(s, job);
        if (job->has_loaded)
                saver_take_loaded(s, job);
        if (job->has_loaded && job->is_other_file)
                saver_put_everything(s, job->is_empty);
        take_outcome(s, job);
        s->is_applying = false;
}

static SaverTask *task_free(SaverTask *t)
{
        if (!t)
                return NULL;

        saver_job_done(&t->job);
        (void) saver_disk_unref(t->disk);
        (void) sem_destroy(&t->ran);
        free(t);
        return NULL;
}

static void on_run(void *userdata)
{
        SaverTask *t = userdata;

        saver_disk_run(t->disk, &t->job);
        (void) sem_post(&t->ran);
}

static void on_done(void *userdata)
{
        SaverTask *t = userdata;
        Saver *s = t->saver;

        bool is_large;

        if (!t->is_applied)
                task_apply(t);
        is_large = t->job.is_all;
        s->task = task_free(t);
        /* A second copy of everything that is remembered has just gone: give the memory back. */
        if (is_large)
                (void) malloc_trim(0);
        saver_step(s);
}

/* The daemon ends. What could not be saved is noticed again by the next one. */
static void on_drop(void *userdata)
{
        SaverTask *t = userdata;

        if (!t->is_applied && t->job.r < 0 && t->job.n_items > 0)
                log_warning("the last changes of %zu endpoints were not saved: %s", t->job.n_items,
                        t->job.text ? t->job.text : strerrordesc_np(-t->job.r));
        (void) task_free(t);
}

/* ---- the beginning of one ---- */

/* Dates and runs go along with what is urgent; for them alone the disk is not woken up often. */
static bool is_time_to_write(const Saver *s)
{
        return saver_queue_n_urgent(&s->queue) > 0 ||
               s->facts_usec + FACTS_USEC <= clock_monotonic_usec(s->clock);
}

/* Hands over: to be read, or what waits to be written, or just to be looked at. */
static int begin(Saver *s, bool is_last)
{
        SaverTask *t = calloc(1, sizeof(*t));
        bool is_load = s->wants_load && !is_last;
        bool is_write = is_last || (!is_load && is_time_to_write(s));
        int r;

        if (!t)
                return -ENOMEM;
        t->saver = s;
        t->disk = saver_disk_ref(s->disk);
        (void) sem_init(&t->ran, 0, 0);
        t->job = (SaverJob){
                .now_at = clock_wall_at(s->clock),
                .wants_load = is_load,
                .is_last = is_last,
                .items = is_write ? s->queue.items : NULL,
                .n_items = is_write ? s->queue.n_items : 0,
        };

        r = worker_submit(s->worker,
                &(WorkerJob){.run = on_run, .done = on_done, .drop = on_drop, .userdata = t});
        if (r < 0) {
                t->job.items = NULL;
                t->job.n_items = 0;
                (void) task_free(t);
                return r;
        }
        if (is_write)
                s->queue = (SaverQueue){0};
        s->task = t;
        s->began_usec = clock_monotonic_usec(s->clock);
        return 0;
}

/* When is there something to do? */
static uint64_t next_usec(const Saver *s)
{
        if (s->task)
                return s->problem == SAVER_PROBLEM_NONE ? s->began_usec + SLOW_USEC : UINT64_MAX;
        if (s->problem != SAVER_PROBLEM_NONE)
                return s->retry_usec;
        if (s->wants_load || saver_queue_n_urgent(&s->queue) > 0)
                return 0;
        if (s->queue.n_items > 0)
                return MIN_OF(s->facts_usec + FACTS_USEC, s->ended_usec + LOOK_USEC);
        return s->ended_usec + LOOK_USEC;
}

static void on_timer(void *userdata)
{
        saver_step(userdata);
}

static void saver_step(Saver *s)
{
        uint64_t now_usec = clock_monotonic_usec(s->clock), at_usec = next_usec(s);
        int r = 0;

        if (s->is_applying)
                return;
        if (at_usec > now_usec) {
                if (at_usec != UINT64_MAX)
                        (void) loop_timer_set(&s->timer, at_usec);
                return;
        }
        if (s->task) {
                set_problem(s, SAVER_PROBLEM_SLOW, "the disk does not answer");
                return;
        }

        r = begin(s, false);
        if (r < 0)
                log_error("out of memory: what changes is saved a little later");
        (void) loop_timer_set(&s->timer, now_usec + (r < 0 ? LOOK_USEC : SLOW_USEC));
}

/* ---- life ---- */

static void wait_for_start(Saver *s)
{
        struct timespec until = {0};

        (void) clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += START_WAIT_SECONDS;
        while (sem_clockwait(&s->task->ran, CLOCK_MONOTONIC, &until) < 0)
                if (errno != EINTR) {
                        set_problem(s, SAVER_PROBLEM_SLOW, "the state directory is still being read");
                        return;
                }
        task_apply(s->task);
}

int saver_new(sd_event *event, const Clock *clock, Inventory *inventory, const char *directory,
        const SaverEvents *events, Saver **ret)
{
        CLEANUP(saver_cleanup) Saver *s = NULL;
        int r;

        assert(event);
        assert(clock);
        assert(inventory);
        assert(directory);
        assert(events);
        assert(ret);

        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->event = sd_event_ref(event);
        s->clock = clock;
        s->inventory = inventory;
        s->events = *events;
        s->directory = strdup(directory);
        s->wants_load = true;
        if (!s->directory || saver_disk_new(directory, &s->disk) < 0)
                return -ENOMEM;

        r = loop_timer_init(&s->timer, event, clock, "saver", on_timer, s);
        if (r >= 0)
                r = worker_new(event, "saver", &s->worker);
        if (r >= 0)
                r = begin(s, false);
        if (r < 0)
                return r;

        wait_for_start(s);
        *ret = STEAL(s);
        return 0;
}

Saver *saver_free(Saver *s)
{
        return saver_leave(s, LEAVE_USEC);
}

Saver *saver_leave(Saver *s, uint64_t patience_usec)
{
        if (!s)
                return NULL;

        /* What was never read is not written over. */
        if (!s->is_loaded || s->wants_load)
                saver_queue_done(&s->queue);
        if (s->worker)
                (void) begin(s, true);
        if (worker_finish(s->worker, patience_usec) < 0)
                log_warning("%s does not answer: what changed last is not saved there, and is noticed "
                            "again by the next start",
                        saver_disk_path(s->disk));
        (void) saver_disk_unref(s->disk);
        saver_queue_done(&s->queue);
        loop_timer_done(&s->timer);
        sd_event_unref(s->event);
        free(s->directory);
        free(s);
        return NULL;
}

/* ---- what others ask ---- */

void saver_reloaded(Saver *s)
{
        assert(s);

        s->wants_load = true;
        saver_step(s);
}

/* Endpoints, each once: on their way, or behind that. The other thread writes nothing to an item but what
 * came of it. */
static size_t count_waiting(const Saver *s)
{
        SaverQueue away = {0};
        size_t n;

        if (s->task && !s->task->is_applied)
                away = (SaverQueue){s->task->job.items, s->task->job.n_items};
        n = saver_queue_n_urgent(&away);
        for (size_t i = 0; i < s->queue.n_items; i++) {
                const SaverItem *ahead = saver_queue_find(&away, s->queue.items[i].name);

                if (saver_item_is_urgent(&s->queue.items[i]) &&
                        !(ahead && saver_item_is_urgent(ahead)))
                        n++;
        }
        return n;
}

void saver_facts(const Saver *s, DaemonFacts *ret)
{
        assert(s);
        assert(ret);

        ret->has_state = true;
        ret->state_problem = s->problem == SAVER_PROBLEM_NONE ? NULL : saver_problem_info(s->problem)->name;
        ret->state_saved = s->problem == SAVER_PROBLEM_NONE;
        ret->state_last_write_at = s->last_write_at;
        ret->n_state_waiting = s->problem == SAVER_PROBLEM_NONE ? 0 : count_waiting(s);
        ret->n_state_damaged = s->n_damaged;
}

const char *saver_directory(const Saver *s)
{
        assert(s);

        return s->directory;
}
