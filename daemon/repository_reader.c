/* SPDX-License-Identifier: MIT */
#include "daemon/repository_reader.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/timefmt.h"
#include "daemon/log.h"
#include "daemon/loop_timer.h"
#include "daemon/worker.h"
#include "model/repository_watch.h"
#include "x509/credential.h"

/* How long the end waits for a file that is being read; reading one takes milliseconds. */
#define LEAVE_USEC (2 * USEC_PER_SEC)

/* One key repository. */
typedef struct Watch {
        RepositoryWatch state;
        bool is_under_way;
} Watch;

struct RepositoryReader {
        sd_event *event;
        const Clock *clock;
        RepositoryPace pace;
        Inventory *inventory;
        RepositoryReaderHandler handler;
        void *userdata;

        Worker *worker;
        LoopTimer timer;
        sd_event_source *tell; /* calls the handler, once for all of this turn of the loop */

        uint64_t generation; /* counts reloads: what was begun before one is not taken */
        Watch *watches;      /* parallel to the inventory's */
        size_t n_watches;
};

/* ---- in the thread ---- */

/* One look, with all that it needs. */
typedef struct Look {
        RepositoryReader *reader; /* not touched in the thread */
        uint64_t generation;
        size_t index;

        char *path, *stash, *passphrase; /* the latter may be NULL */
        RepositoryWatch state; /* as it was, then as it is */

        int r;
        bool has_reading;
        RepositoryReading reading;
} Look;

static Look *look_free(Look *l)
{
        if (!l)
                return NULL;

        repository_reading_done(&l->reading);
        (void) credential_passphrase_free(l->passphrase);
        free(l->stash);
        free(l->path);
        free(l);
        return NULL;
}
DEFINE_CLEANUP(Look, look_free, look_cleanup)

static int read_it(Look *l)
{
        CLEANUP_REPOSITORY_READING RepositoryReading reading = {0};
        KeystoreStamp after;
        int r = repository_read(l->path, l->stash, l->passphrase, &reading);

        if (r >= 0)
                r = keystore_stamp(l->path, &after);
        if (r < 0 || !repository_watch_note(&l->state, &after, reading.problem != NULL))
                return r;

        l->reading = reading;
        l->has_reading = true;
        reading = (RepositoryReading){0};
        return 0;
}

/* Nothing is said of a file that is changing: what was known of it stays. */
static int look(Look *l)
{
        KeystoreStamp now;
        int r = keystore_stamp(l->path, &now);

        if (r < 0)
                return r;
        if (repository_watch_is_due(&l->state, &now))
                return read_it(l);
        if (l->state.n_settling > 0)
                return 0;

        l->reading.unchanged = true;
        l->has_reading = true;
        return repository_read_stash(l->path, l->stash, &l->reading.stash_problem);
}

static void run_look(void *userdata)
{
        Look *l = userdata;

        assert(l);

        l->r = look(l);
}

static void drop_look(void *userdata)
{
        (void) look_free(userdata);
}

/* ---- on the loop ---- */

static void set_timer(RepositoryReader *r)
{
        uint64_t wait = r->pace.look_usec;

        for (size_t i = 0; i < r->n_watches; i++)
                if (r->watches[i].state.n_settling > 0)
                        wait = MIN_OF(wait, r->pace.settle_usec);
        if (loop_timer_set(&r->timer, clock_monotonic_usec(r->clock) + wait) < 0)
                log_error("the next look at the key repositories could not be planned; reload to read them");
}

static int take(RepositoryReader *r, Look *l)
{
        bool changed = false;
        int q = l->r;

        if (q >= 0 && l->has_reading)
                q = inventory_take_reading(
                        r->inventory, l->index, &l->reading, clock_wall_at(r->clock), &changed);
        r->watches[l->index].is_under_way = false;
        if (q < 0)
                return q;

        r->watches[l->index].state = l->state;
        return changed ? sd_event_source_set_enabled(r->tell, SD_EVENT_ONESHOT) : 0;
}

static void look_done(void *userdata)
{
        CLEANUP(look_cleanup) Look *l = userdata;
        RepositoryReader *r = l->reader;

        if (l->generation != r->generation)
                return;
        if (take(r, l) < 0)
                log_error("out of memory: a key repository is looked at again a little later");
        set_timer(r);
}

static int on_tell(sd_event_source *source UNUSED, void *userdata)
{
        RepositoryReader *r = userdata;

        assert(r);

        r->handler(r->userdata);
        return 0;
}

static int look_new(RepositoryReader *r, size_t index, const KeystoreConfig *c, Look **ret)
{
        Look *l = calloc(1, sizeof(*l));

        if (!l)
                return -ENOMEM;

        l->reader = r;
        l->generation = r->generation;
        l->index = index;
        l->state = r->watches[index].state;
        if (util_copy_text(c->path, &l->path) < 0 || util_copy_text(c->stash, &l->stash) < 0 ||
                util_copy_text(c->passphrase, &l->passphrase) < 0) {
                (void) look_free(l);
                return -ENOMEM;
        }

        *ret = l;
        return 0;
}

static int begin_look(RepositoryReader *r, size_t index, const KeystoreConfig *c)
{
        WorkerJob job = { .run = run_look, .done = look_done, .drop = drop_look };
        Look *l = NULL;
        int q = look_new(r, index, c, &l);

        if (q < 0)
                return q;

        job.userdata = l;
        q = worker_submit(r->worker, &job);
        if (q < 0)
                (void) look_free(l);
        else
                r->watches[index].is_under_way = true;
        return q;
}

static void look_at_all(RepositoryReader *r)
{
        const Config *config = inventory_config(r->inventory);
        int q = 0;

        for (size_t i = 0; i < r->n_watches; i++)
                if (!r->watches[i].is_under_way)
                        q = MIN_OF(q, begin_look(r, i, &config->keystores[i]));
        if (q < 0)
                log_error("out of memory: the key repositories are looked at again a little later");
        set_timer(r);
}

static void on_timer(void *userdata)
{
        assert(userdata);

        look_at_all(userdata);
}

void repository_reader_reload(RepositoryReader *r)
{
        size_t n;

        assert(r);

        n = inventory_config(r->inventory)->n_keystores;
        r->generation++;
        free(r->watches);
        r->watches = NULL;
        r->n_watches = 0;
        loop_timer_stop(&r->timer);
        if (n == 0)
                return;

        r->watches = calloc(n, sizeof(*r->watches));
        if (!r->watches) {
                log_error("out of memory: the key repositories are not read; reload to read them");
                return;
        }
        r->n_watches = n;
        look_at_all(r);
}

static int set_up(RepositoryReader *r)
{
        int q = worker_new(r->event, "repositories", &r->worker);

        if (q >= 0)
                q = sd_event_add_defer(r->event, &r->tell, on_tell, r);
        if (q >= 0)
                q = sd_event_source_set_enabled(r->tell, SD_EVENT_OFF);
        if (q >= 0)
                q = loop_timer_init(&r->timer, r->event, r->clock, "repositories", on_timer, r);
        if (q >= 0)
                repository_reader_reload(r);
        return q;
}

int repository_reader_new(sd_event *event, const Clock *clock, const RepositoryPace *pace,
        Inventory *inventory, RepositoryReaderHandler handler, void *userdata, RepositoryReader **ret)
{
        CLEANUP(repository_reader_cleanup) RepositoryReader *r = NULL;
        int q;

        assert(event);
        assert(clock);
        assert(pace);
        assert(inventory);
        assert(handler);
        assert(ret);

        r = calloc(1, sizeof(*r));
        if (!r)
                return -ENOMEM;

        r->event = sd_event_ref(event);
        r->clock = clock;
        r->pace = *pace;
        r->inventory = inventory;
        r->handler = handler;
        r->userdata = userdata;
        q = set_up(r);
        if (q < 0)
                return q;

        *ret = STEAL(r);
        return 0;
}

RepositoryReader *repository_reader_free(RepositoryReader *r)
{
        if (!r)
                return NULL;

        (void) worker_leave(r->worker, LEAVE_USEC);
        loop_timer_done(&r->timer);
        sd_event_source_disable_unref(r->tell);
        sd_event_unref(r->event);
        free(r->watches);
        free(r);
        return NULL;
}

/* ---- once ---- */

static bool is_all_read(const Inventory *inventory)
{
        size_t n = 0;
        const Repository *all = inventory_repositories(inventory, &n);

        for (size_t i = 0; i < n; i++)
                if (all[i].read_at == 0)
                        return false;
        return true;
}

static void on_nothing(void *userdata UNUSED)
{
}

static int wait_for_all(sd_event *event, const Clock *clock, const Inventory *inventory,
        uint64_t until_usec)
{
        while (!is_all_read(inventory)) {
                uint64_t now_usec = clock_monotonic_usec(clock);
                int r;

                if (now_usec >= until_usec)
                        return -ETIMEDOUT;
                r = sd_event_run(event, until_usec - now_usec);
                if (r < 0)
                        return r;
        }
        return 0;
}

int repository_reader_read_all(const Clock *clock, Inventory *inventory, uint64_t patience_usec)
{
        static const RepositoryPace pace = REPOSITORY_PACE_DEFAULT;
        RepositoryReader *reader = NULL;
        sd_event *event = NULL;
        int r;

        assert(clock);
        assert(inventory);

        if (is_all_read(inventory))
                return 0;

        r = sd_event_new(&event);
        if (r >= 0)
                r = repository_reader_new(event, clock, &pace, inventory, on_nothing, NULL, &reader);
        if (r >= 0)
                r = wait_for_all(
                        event, clock, inventory, clock_monotonic_usec(clock) + patience_usec);
        (void) repository_reader_free(reader);
        sd_event_unref(event);
        return r == -ETIMEDOUT ? 0 : r;
}
