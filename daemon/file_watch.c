/* SPDX-License-Identifier: MIT */
#include "daemon/file_watch.h"

#include <assert.h>
#include <errno.h>
#include <stdalign.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/file_trail.h"
#include "daemon/log.h"
#include "daemon/loop_timer.h"

enum {
        EVENT_BYTES = 16384,
};

/* What tells one content of a path from another. */
typedef struct FileState {
        int error; /* of stat(2); the rest is 0 then */
        dev_t dev;
        ino_t ino;
        off_t size;
        struct timespec modified;
        mode_t mode; /* another one may make it readable */
        uid_t uid;
        gid_t gid;
        struct timespec touched; /* "ctime": any change, also by a backup. Not compared. */
} FileState;

struct FileWatch {
        const Clock *clock;
        FileWatchPace pace;
        const char *what;
        FileWatchHandler handler;
        void *userdata;

        sd_event_source *source;
        int fd;
        LoopTimer timer;
        bool unsettled;
        uint64_t first_event_usec;

        PathList paths;    /* tidy */
        FileState *states; /* parallel */
        bool *changed;     /* parallel: since it was read, though nothing may happen any more */
        FileTrail trail;
};

struct timespec file_watch_now(void)
{
        struct timespec now = {0};

        /* Inodes are dated with this clock, since Linux 6.13 sometimes with the fine one, which is ahead
         * of it: no later change bears an earlier date than this. */
        (void) clock_gettime(CLOCK_REALTIME_COARSE, &now);
        return now;
}

/* ---- what a file is like ---- */

static FileState state_of(const char *path)
{
        struct stat st;

        if (stat(path, &st) < 0)
                return (FileState){ .error = errno };

        return (FileState){
                .dev = st.st_dev,
                .ino = st.st_ino,
                .size = st.st_size,
                .modified = st.st_mtim,
                .mode = st.st_mode,
                .uid = st.st_uid,
                .gid = st.st_gid,
                .touched = st.st_ctim,
        };
}

static int compare_times(const struct timespec *a, const struct timespec *b)
{
        if (a->tv_sec != b->tv_sec)
                return a->tv_sec < b->tv_sec ? -1 : 1;
        return (a->tv_nsec > b->tv_nsec) - (a->tv_nsec < b->tv_nsec);
}

static bool states_equal(const FileState *a, const FileState *b)
{
        return a->error == b->error && a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
               compare_times(&a->modified, &b->modified) == 0 && a->mode == b->mode &&
               a->uid == b->uid && a->gid == b->gid;
}

/* ---- waiting for rest ---- */

static void arm(FileWatch *w)
{
        uint64_t now_usec = clock_monotonic_usec(w->clock);
        int r;

        if (!w->unsettled)
                w->first_event_usec = now_usec;
        w->unsettled = true;

        r = loop_timer_set(&w->timer, MIN_OF(now_usec + w->pace.settle_usec,
                                              w->first_event_usec + w->pace.patience_usec));
        if (r < 0)
                log_error("changes of %s cannot be waited for: %s", w->what, strerror(-r));
}

static bool concerns(const FileWatch *w, const struct inotify_event *e)
{
        if (e->mask & IN_Q_OVERFLOW)
                return true;

        return file_trail_concerns(&w->trail, e->wd, e->len > 0 ? e->name : NULL);
}

static int on_inotify(sd_event_source *source UNUSED, int fd, uint32_t revents UNUSED, void *userdata)
{
        alignas(struct inotify_event) char bytes[EVENT_BYTES];
        FileWatch *w = userdata;
        bool is_ours = false;
        ssize_t n;

        assert(w);

        n = read(fd, bytes, sizeof(bytes)); /* whole events; what is left makes the loop come back */
        for (ssize_t at = 0; at + (ssize_t) sizeof(struct inotify_event) <= n;) {
                const struct inotify_event *e = (const void *) (bytes + at);

                is_ours = is_ours || concerns(w, e);
                at += (ssize_t) (sizeof(*e) + e->len);
        }
        if (is_ours)
                arm(w);
        return 0;
}

/* ---- the trail ---- */

static const char *words_of(int error)
{
        return error == ENOSPC ? "the limit fs.inotify.max_user_watches is reached" : strerror(error);
}

/* A directory on the way matters only to those who replace whole directories. */
static void warn_of_blind_spots(const FileWatch *w, const FileTrail *before)
{
        for (size_t i = 0; i < w->trail.n_dirs; i++) {
                const FileTrailDir *d = &w->trail.dirs[i], *known = file_trail_dir(before, d->path);

                if (d->wd >= 0 || !d->holds_files || d->wd == -ENOENT || d->wd == -ENOTDIR)
                        continue;
                if (known && known->wd == d->wd && known->holds_files)
                        continue;
                log_warning("%s cannot be watched: %s; changes of %s there are noticed only at the "
                            "next reload",
                        d->path, words_of(-d->wd), w->what);
        }
}

static int take_trail(FileWatch *w, const PathList *paths)
{
        CLEANUP_FILE_TRAIL FileTrail before = {0}, now = {0};
        int r = file_trail_walk(w->fd, paths, &now);

        if (r < 0) {
                file_trail_leave(w->fd, &now, &w->trail);
                return r;
        }

        file_trail_leave(w->fd, &w->trail, &now);
        before = w->trail;
        w->trail = now;
        now = (FileTrail){0};
        warn_of_blind_spots(w, &before);
        return 0;
}

/* ---- rest ---- */

static int collect_changed(FileWatch *w, PathList *changed)
{
        for (size_t i = 0; i < w->paths.n; i++) {
                FileState now = state_of(w->paths.paths[i]);

                if (!w->changed[i] && states_equal(&w->states[i], &now))
                        continue;
                if (path_list_add(changed, w->paths.paths[i]) < 0)
                        return -ENOMEM;
                w->changed[i] = true; /* until it is told */
                w->states[i] = now;
        }
        return 0;
}

static void on_settled(void *userdata)
{
        CLEANUP_PATH_LIST PathList changed = PATH_LIST_INIT;
        FileWatch *w = userdata;

        assert(w);

        w->unsettled = false;
        /* The way may be another one by now. The files are looked at behind it, so that nothing happens
         * between the two unseen. */
        if (take_trail(w, &w->paths) < 0 || collect_changed(w, &changed) < 0) {
                log_error("out of memory: changes of %s are looked for again", w->what);
                arm(w);
                return;
        }
        if (changed.n == 0)
                return;

        memset(w->changed, 0, w->paths.n * sizeof(*w->changed));
        w->handler(&changed, w->userdata);
}

/* ---- the set ---- */

static int compare_path(const void *path, const void *element)
{
        return strcmp(path, *(char *const *) element);
}

static const FileState *known_state(const FileWatch *w, const char *path)
{
        char **found = NULL;

        if (w->paths.n > 0)
                found = bsearch(path, w->paths.paths, w->paths.n, sizeof(*w->paths.paths),
                        compare_path);
        return found ? &w->states[found - w->paths.paths] : NULL;
}

/* Was this file perhaps read before it became what it is now? One that is as it was when it was last
 * told was read behind that. */
static bool changed_since(const FileState *now, const FileState *known, const struct timespec *since)
{
        if (!since || (known && states_equal(known, now)))
                return false;

        return now->error == 0 && compare_times(&now->touched, since) >= 0;
}

int file_watch_set_paths(FileWatch *w, const PathList *paths, const struct timespec *since)
{
        CLEANUP_PATH_LIST PathList copy = PATH_LIST_INIT;
        CLEANUP_FREE FileState *states = NULL;
        CLEANUP_FREE bool *changed = NULL;
        bool any = false;

        assert(w);
        assert(paths);

        for (size_t i = 0; i < paths->n; i++)
                if (path_list_add(&copy, paths->paths[i]) < 0)
                        return -ENOMEM;
        path_list_tidy(&copy);

        states = calloc(copy.n + 1, sizeof(*states));
        changed = calloc(copy.n + 1, sizeof(*changed));
        if (!states || !changed || take_trail(w, &copy) < 0)
                return -ENOMEM;

        for (size_t i = 0; i < copy.n; i++) {
                states[i] = state_of(copy.paths[i]);
                changed[i] = changed_since(&states[i], known_state(w, copy.paths[i]), since);
                any = any || changed[i];
        }

        path_list_done(&w->paths);
        free(w->states);
        free(w->changed);
        w->paths = copy;
        copy = (PathList) PATH_LIST_INIT;
        w->states = STEAL(states);
        w->changed = STEAL(changed);
        if (any)
                arm(w);
        return 0;
}

/* ---- life ---- */

static int open_inotify(FileWatch *w, sd_event *event)
{
        int r;

        w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (w->fd < 0)
                return -errno;

        r = sd_event_add_io(event, &w->source, w->fd, EPOLLIN, on_inotify, w);
        if (r < 0)
                return r;

        (void) sd_event_source_set_description(w->source, "file-watch");
        return 0;
}

int file_watch_new(sd_event *event, const Clock *clock, const FileWatchPace *pace, const char *what,
        FileWatchHandler handler, void *userdata, FileWatch **ret)
{
        CLEANUP(file_watch_cleanup) FileWatch *w = NULL;
        int r;

        assert(event);
        assert(clock);
        assert(pace);
        assert(what);
        assert(handler);
        assert(ret);

        w = calloc(1, sizeof(*w));
        if (!w)
                return -ENOMEM;

        *w = (FileWatch){
                .clock = clock,
                .pace = *pace,
                .what = what,
                .handler = handler,
                .userdata = userdata,
                .fd = -1,
        };
        r = open_inotify(w, event);
        if (r >= 0)
                r = loop_timer_init(&w->timer, event, clock, "file-watch-settle", on_settled, w);
        if (r < 0)
                return r;

        *ret = STEAL(w);
        return 0;
}

FileWatch *file_watch_free(FileWatch *w)
{
        if (!w)
                return NULL;

        loop_timer_done(&w->timer);
        sd_event_source_disable_unref(w->source);
        if (w->fd >= 0)
                (void) close(w->fd);
        file_trail_done(&w->trail);
        path_list_done(&w->paths);
        free(w->states);
        free(w->changed);
        free(w);
        return NULL;
}
