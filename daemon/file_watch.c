/* SPDX-License-Identifier: MIT */
#include "daemon/file_watch.h"

#include <assert.h>
#include <errno.h>
#include <stdalign.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "daemon/file_trail.h"
#include "daemon/log.h"
#include "daemon/loop_timer.h"

enum {
        EVENT_BYTES = 16384,
};

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

        PathList paths; /* tidy; with what was told of them last */
        FileTrail trail;
};

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

/* Nothing is taken for told when not all can be told. */
static int collect_changed(const FileWatch *w, PathList *changed)
{
        for (size_t i = 0; i < w->paths.n; i++) {
                const PathListEntry *e = &w->paths.entries[i];
                const FileState now = file_state_of(e->path);

                if (!file_state_equal(&e->state, &now) && path_list_add(changed, e->path) < 0)
                        return -ENOMEM;
        }
        return 0;
}

static void take_for_told(FileWatch *w, const PathList *changed)
{
        for (size_t i = 0; i < w->paths.n; i++) {
                const PathListEntry *e = path_list_find(changed, w->paths.entries[i].path);

                if (e)
                        w->paths.entries[i].state = e->state;
        }
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

        take_for_told(w, &changed);
        w->handler(&changed, w->userdata);
}

/* ---- the set ---- */

int file_watch_set_paths(FileWatch *w, const PathList *paths)
{
        CLEANUP_PATH_LIST PathList copy = PATH_LIST_INIT;
        bool has_changed = false;

        assert(w);
        assert(paths);

        if (path_list_add_all(&copy, paths) < 0)
                return -ENOMEM;
        path_list_tidy(&copy);
        if (take_trail(w, &copy) < 0)
                return -ENOMEM;

        /* What changed between the reading and now makes no event any more. */
        for (size_t i = 0; i < copy.n && !has_changed; i++) {
                const FileState now = file_state_of(copy.entries[i].path);

                has_changed = !file_state_equal(&copy.entries[i].state, &now);
        }

        path_list_done(&w->paths);
        w->paths = copy;
        copy = (PathList) PATH_LIST_INIT;
        if (has_changed)
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
        free(w);
        return NULL;
}
