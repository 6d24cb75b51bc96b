/* SPDX-License-Identifier: MIT */
#include "daemon/http_login_log.h"

#include <assert.h>

#include "base/util.h"
#include "daemon/log.h"

static void tell_rest(HttpLoginLog *l)
{
        if (l->n_untold > 0)
                log_event(LOG_NOTICE, LOG_EVENT_LOGIN_FAILED, NULL, 0,
                        "%u more login%s failed since then", l->n_untold, l->n_untold == 1 ? "" : "s");
        l->n_told = l->n_untold = 0;
}

static void on_over(void *userdata)
{
        assert(userdata);

        tell_rest(userdata);
}

int http_login_log_init(HttpLoginLog *l, sd_event *event, const Clock *clock, uint64_t span_usec)
{
        assert(l);

        *l = (HttpLoginLog){.clock = clock, .span_usec = span_usec};
        return loop_timer_init(&l->timer, event, clock, "http-login-log", on_over, l);
}

void http_login_log_done(HttpLoginLog *l)
{
        assert(l);

        tell_rest(l);
        loop_timer_done(&l->timer);
}

/* Whoever tries passwords shall not fill the log with them either. */
void http_login_log_failed(HttpLoginLog *l, const char *name, const char *address, bool is_known)
{
        const LogField fields[] = {{"CLIENT", address}, {"LOGIN", name}};

        assert(l);
        assert(name);
        assert(address);

        /* Without a timer they are told when the daemon ends. */
        if (l->n_told == 0)
                (void) loop_timer_set(&l->timer, clock_monotonic_usec(l->clock) + l->span_usec);
        if (l->n_told >= HTTP_LOGIN_LOG_MAX) {
                l->n_untold++;
                return;
        }
        l->n_told++;
        log_event(LOG_NOTICE, LOG_EVENT_LOGIN_FAILED, fields, ARRAY_LEN(fields),
                "login as \"%.64s\" from %s failed: %s", name, address,
                is_known ? "wrong password" : "no such user");
}
