/* SPDX-License-Identifier: MIT */
#include "tests/support/daemon_fixture.h"

#include <string.h>

#include "base/buf.h"
#include "base/timefmt.h"
#include "daemon/log.h"
#include "tests/support/loop.h"
#include "tests/support/pki.h"

static uint64_t real_monotonic(void *userdata UNUSED)
{
        return clock_monotonic_usec(&clock_system);
}

static int64_t set_wall(void *userdata)
{
        const DaemonFixture *f = userdata;

        /* It goes on, as a wall clock does: a machine that is slow must not look like a jump. */
        return f->wall_at + (int64_t) (real_monotonic(NULL) / USEC_PER_SEC - f->started_seconds);
}

static uint64_t no_chance(void *userdata UNUSED)
{
        return 4;
}

void daemon_fixture_init(DaemonFixture *f)
{
        *f = (DaemonFixture){.wall_at = PKI_NOW,
                .started_seconds = real_monotonic(NULL) / USEC_PER_SEC,
                .dir = pki_dir_new()};
        f->clock = (Clock){
                .monotonic_usec = real_monotonic,
                .wall_at = set_wall,
                .random = no_chance,
                .userdata = f,
        };
        f->config_path = pki_path(f->dir, "mqtlsd.conf");
        f->state_directory = pki_path(f->dir, "state");
        ck_assert_int_ge(sd_event_new(&f->event), 0);
        log_open(false);
        f->log = capture_begin(STDERR_FILENO);
}

void daemon_fixture_done(DaemonFixture *f)
{
        manager_free(f->manager);
        capture_end(&f->log);
        sd_event_unref(f->event);
        free(f->config_path);
        free(f->state_directory);
        pki_dir_remove(f->dir);
}

void daemon_fixture_write(DaemonFixture *f, const char *text)
{
        ck_assert_int_eq(pki_write_file(f->config_path, text, strlen(text), 0644), 0);
}

void daemon_fixture_configure(DaemonFixture *f, const char *http, const char *endpoints)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_appendf(&b,
                "http = { listen = ( \"127.0.0.1:0\" ); %s };\n"
                "probing = { spacing = \"0s\"; };\n"
                "defaults = { sslciph = \"ANY_TLS12_OR_HIGHER\"; interval = \"1h\";\n"
                "             retry_interval = \"1h\"; timeout = \"5s\"; };\n"
                "endpoints = ( %s );\n",
                http ? http : "", endpoints ? endpoints : "");
        daemon_fixture_write(f, buf_str(&b));
}

int daemon_fixture_start(DaemonFixture *f)
{
        const ManagerOptions options = {
                .config_path = f->config_path,
                .surroundings = {.state_directory = f->state_directory},
                .watch_pace = f->watch_pace,
        };

        return manager_new(f->event, &f->clock, &options, &f->manager);
}

HttpClient *daemon_fixture_request(DaemonFixture *f, const char *method, const char *target)
{
        return http_client_get(
                f->event, http_port(manager_http(f->manager), 0), method, target, NULL);
}

void daemon_fixture_expect(DaemonFixture *f, const char *method, const char *target, int status,
        const char *part)
{
        CLEANUP(http_client_cleanup) HttpClient *c = daemon_fixture_request(f, method, target);
        const char *all = buf_str(http_client_received(c));

        ck_assert_msg(http_client_status(c) == status, "%s %s: %s", method, target, all);
        ck_assert_msg(!part || strstr(http_client_body(c, NULL), part), "%s %s without %s: %s",
                method, target, part, all);
}

void daemon_fixture_wait_ready(DaemonFixture *f)
{
        LOOP_UNTIL(f->event, scheduler_is_ready(manager_scheduler(f->manager)));
}

bool daemon_fixture_has_logged(const DaemonFixture *f, const char *part)
{
        CLEANUP_FREE char *text = capture_text(&f->log);

        return strstr(text, part) != NULL;
}
