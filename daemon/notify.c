/* SPDX-License-Identifier: MIT */
#include "daemon/notify.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "daemon/log.h"

static void tell(const char *state)
{
        int r = sd_notify(0, state);

        if (r < 0)
                log_debug("systemd could not be told \"%s\": %s", state, strerror(-r));
}

void notify_ready(void)
{
        tell("READY=1");
}

void notify_reloading(uint64_t monotonic_usec)
{
        int r = sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, monotonic_usec);

        if (r < 0)
                log_debug("systemd could not be told of the reload: %s", strerror(-r));
}

void notify_stopping(void)
{
        tell("STOPPING=1");
}

void notify_status(const char *status)
{
        int r;

        assert(status);

        r = sd_notifyf(0, "STATUS=%s", status);
        if (r < 0)
                log_debug("systemd could not be told the status: %s", strerror(-r));
}

void notify_watchdog(sd_event *event)
{
        int r = sd_event_set_watchdog(event, true);

        if (r < 0)
                log_warning("the watchdog cannot be fed: %s; systemd may restart the daemon",
                        strerror(-r));
}
