/* SPDX-License-Identifier: MIT */
#include "daemon/clock_watch.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"

typedef struct ClockWatch {
        ClockWatchHandler handler;
        void *userdata;
} ClockWatch;

/* timerfd_create(2): a timer on CLOCK_REALTIME with TFD_TIMER_CANCEL_ON_SET becomes readable with
 * ECANCELED when the clock is set. Its own end lies as far away as time_t reaches. */
static int arm(int fd)
{
        const struct itimerspec never = {
                .it_value.tv_sec = (time_t) ((UINT64_C(1) << (sizeof(time_t) * 8 - 1)) - 1),
        };

        if (timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) < 0)
                return -errno;
        return 0;
}

static int on_readable(
        sd_event_source *source UNUSED, int fd, uint32_t revents UNUSED, void *userdata)
{
        ClockWatch *w = userdata;
        uint64_t n_ends;

        assert(w);

        if (read(fd, &n_ends, sizeof(n_ends)) >= 0 || errno != ECANCELED)
                return 0;

        (void) arm(fd);
        w->handler(w->userdata);
        return 0;
}

static void on_destroy(void *userdata)
{
        free(userdata);
}

int clock_watch_new(
        sd_event *event, ClockWatchHandler handler, void *userdata, sd_event_source **ret)
{
        sd_event_source *source = NULL;
        ClockWatch *w = NULL;
        int fd, r;

        assert(event);
        assert(handler);
        assert(ret);

        w = malloc(sizeof(*w));
        if (!w)
                return -ENOMEM;
        *w = (ClockWatch){.handler = handler, .userdata = userdata};

        fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
        r = fd < 0 ? -errno : arm(fd);
        if (r >= 0)
                r = sd_event_add_io(event, &source, fd, EPOLLIN, on_readable, w);
        if (r < 0) {
                if (fd >= 0)
                        (void) close(fd);
                free(w);
                return r;
        }

        (void) sd_event_source_set_io_fd_own(source, true);
        (void) sd_event_source_set_destroy_callback(source, on_destroy);
        (void) sd_event_source_set_description(source, "clock-watch");
        *ret = source;
        return 0;
}
