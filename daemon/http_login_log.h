/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_HTTP_LOGIN_LOG_H
#define MQTLSD_HTTP_LOGIN_LOG_H

/* What is logged of failed logins: the first few, and when their time is over, how many more there
 * were. Part of http_login. */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "daemon/loop_timer.h"

enum {
        HTTP_LOGIN_LOG_MAX = 10, /* failures told one by one in each span */
};

typedef struct HttpLoginLog {
        LoopTimer timer; /* runs from the first failure of a span to its end */
        const Clock *clock;
        uint64_t span_usec;
        unsigned n_told, n_untold;
} HttpLoginLog;

/* Must not move. Returns 0 or -errno. */
int http_login_log_init(
        HttpLoginLog *l, sd_event *event, const Clock *clock, uint64_t span_usec);
void http_login_log_done(HttpLoginLog *l); /* tells what is left; harmless on a zeroed one */

void http_login_log_failed(HttpLoginLog *l, const char *name, const char *address, bool is_known);

#endif
