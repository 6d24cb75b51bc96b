/* SPDX-License-Identifier: MIT */
#include "daemon/config_watch.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "daemon/log.h"

enum {
        NAMES_LOGGED_MAX = 3,
};

struct ConfigWatch {
        FileWatch *files; /* NULL: cannot be had */
        PathList at_work; /* behind the configuration at work */
        void (*reload)(void *userdata);
        void *userdata;
};

static void on_changed(const PathList *changed, void *userdata)
{
        ConfigWatch *w = userdata;
        CLEANUP_BUF Buf b = BUF_INIT;

        assert(w);

        for (size_t i = 0; i < MIN_OF(changed->n, (size_t) NAMES_LOGGED_MAX); i++)
                buf_appendf(&b, "%s%s", i > 0 ? ", " : "", changed->entries[i].path);
        if (changed->n > NAMES_LOGGED_MAX)
                buf_appendf(&b, " and %zu more", changed->n - NAMES_LOGGED_MAX);
        log_info("%s %s changed: the configuration is read again", buf_str(&b),
                changed->n == 1 ? "has" : "have");
        w->reload(w->userdata);
}

int config_watch_new(sd_event *event, const Clock *clock, const FileWatchPace *pace,
        void (*reload)(void *userdata), void *userdata, ConfigWatch **ret)
{
        CLEANUP(config_watch_cleanup) ConfigWatch *w = NULL;
        int r;

        assert(reload);
        assert(ret);

        w = calloc(1, sizeof(*w));
        if (!w)
                return -ENOMEM;

        w->reload = reload;
        w->userdata = userdata;
        r = file_watch_new(event, clock, pace, "the configuration", on_changed, w, &w->files);
        if (r == -ENOMEM)
                return r;
        if (r < 0) /* a sandbox, or too many programs that watch */
                log_warning("changes of the configuration cannot be watched: %s; reload the daemon "
                            "after them",
                        r == -EMFILE ? "the limit fs.inotify.max_user_instances is reached"
                                     : strerror(-r));

        *ret = STEAL(w);
        return 0;
}

ConfigWatch *config_watch_free(ConfigWatch *w)
{
        if (!w)
                return NULL;

        file_watch_free(w->files);
        path_list_done(&w->at_work);
        free(w);
        return NULL;
}

static int follow(ConfigWatch *w, const Config *config, bool is_refused, const ConfigFiles *files)
{
        CLEANUP_PATH_LIST PathList wanted = PATH_LIST_INIT;
        int r = path_list_add_all(&wanted, &files->own);

        if (r >= 0 && is_refused)
                r = path_list_add_all(&wanted, &files->others);
        /* Nothing was read from these now: they count from here on. */
        for (size_t i = 0; r >= 0 && is_refused && i < w->at_work.n; i++)
                r = path_list_add(&wanted, w->at_work.entries[i].path);
        if (r < 0)
                return r;
        if (!config->watch)
                return file_watch_set_paths(w->files, &(PathList) PATH_LIST_INIT);

        r = file_watch_set_paths(w->files, &wanted);
        if (r >= 0 && !is_refused) {
                path_list_done(&w->at_work);
                w->at_work = wanted;
                wanted = (PathList) PATH_LIST_INIT;
        }
        return r;
}

void config_watch_follow(
        ConfigWatch *w, const Config *config, bool is_refused, const ConfigFiles *files)
{
        assert(w);
        assert(config);
        assert(files);

        if (w->files && follow(w, config, is_refused, files) < 0)
                log_error("out of memory: changes of the configuration may go unnoticed");
}
