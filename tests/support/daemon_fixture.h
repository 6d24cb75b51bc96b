/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_DAEMON_FIXTURE_H
#define MQTLS_TESTS_DAEMON_FIXTURE_H

/*
 * A whole daemon on the loop of the test: a configuration in a directory of its own, a Manager, and
 * a wall clock that the test sets. Standard error, and so the log, is caught meanwhile.
 */

#include <systemd/sd-event.h>

#include "daemon/clock.h"
#include "daemon/manager.h"
#include "tests/support/capture.h"
#include "tests/support/http_client.h"

typedef struct DaemonFixture {
        sd_event *event;
        Clock clock;
        int64_t wall_at; /* of the start; PKI_NOW at first */
        uint64_t started_seconds; /* monotonic */
        char *dir;
        char *config_path;
        char *state_directory; /* made by the daemon */
        const FileWatchPace *watch_pace; /* NULL: the default */
        Capture log;
        Manager *manager;
} DaemonFixture;

/* All but the Manager. */
void daemon_fixture_init(DaemonFixture *f);
void daemon_fixture_done(DaemonFixture *f);
#define CLEANUP_DAEMON CLEANUP(daemon_fixture_done)

/* Writes the configuration: `http` inside http = { listen = port 0 … }, `endpoints` inside
 * endpoints = ( … ). Both may be NULL. */
void daemon_fixture_configure(DaemonFixture *f, const char *http, const char *endpoints);

/* Writes it as it is. */
void daemon_fixture_write(DaemonFixture *f, const char *text);

/* manager_new() with what was configured. */
int daemon_fixture_start(DaemonFixture *f);

/* One request. */
HttpClient *daemon_fixture_request(DaemonFixture *f, const char *method, const char *target);

/* Asserts that it is answered with `status`, and with a body that holds `part` (unless NULL). */
void daemon_fixture_expect(DaemonFixture *f, const char *method, const char *target, int status,
        const char *part);

/* Turns the loop until every endpoint has been looked at. */
void daemon_fixture_wait_ready(DaemonFixture *f);

/* Does the log hold this? */
bool daemon_fixture_has_logged(const DaemonFixture *f, const char *part);

#endif
