/* SPDX-License-Identifier: MIT */
#include "daemon/manager_internal.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/clock_watch.h"
#include "daemon/log.h"
#include "daemon/notify.h"
#include "daemon/process_facts.h"
#include "daemon/routes.h"
#include "daemon/versions.h"

enum {
        FDS_BESIDE_CONNECTIONS = 64, /* listeners, epoll, files being read, libraries */
};

/* ---- what the loop tells ---- */

void manager_tell_status(Manager *m)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        InventoryCounts counts;
        size_t n = inventory_count(m->inventory);
        char *status = NULL;

        inventory_counts(m->inventory, &counts);
        buf_appendf(&b, "%zu endpoint%s: %zu ok, %zu warning, %zu critical", n, n == 1 ? "" : "s",
                counts.by_severity[SEVERITY_OK], counts.by_severity[SEVERITY_WARNING],
                counts.by_severity[SEVERITY_CRITICAL]);
        if (counts.by_severity[SEVERITY_UNKNOWN] > 0)
                buf_appendf(&b, ", %zu not yet looked at", counts.by_severity[SEVERITY_UNKNOWN]);
        if (buf_steal(&b, &status) < 0)
                return;

        if (m->status && strcmp(m->status, status) == 0) {
                free(status);
                return;
        }
        notify_status(status);
        free(m->status);
        m->status = status;
}

static int on_stop(
        sd_event_source *source UNUSED, const struct signalfd_siginfo *info, void *userdata)
{
        Manager *m = userdata;

        assert(m);

        log_event(LOG_INFO, LOG_EVENT_STOPPED, NULL, 0, "stopping on SIG%s",
                sigabbrev_np((int) info->ssi_signo));
        notify_stopping();
        (void) sd_event_exit(m->event, 0);
        return 0;
}

static int on_hangup(sd_event_source *source UNUSED,
        const struct signalfd_siginfo *info UNUSED, void *userdata)
{
        assert(userdata);

        (void) manager_reload(userdata, NULL);
        return 0;
}

static void on_files_changed(void *userdata)
{
        assert(userdata);

        (void) manager_reload(userdata, NULL);
}

/* ---- life ---- */

static int add_signal(Manager *m, size_t i, int signo, sd_event_signal_handler_t handler)
{
        /* Blocked here, and so in every thread that is made later: only the loop gets them. */
        int r = sd_event_add_signal(
                m->event, &m->signals[i], signo | SD_EVENT_SIGNAL_PROCMASK, handler, m);

        if (r >= 0)
                (void) sd_event_source_set_description(m->signals[i], sigabbrev_np(signo));
        return r;
}

static int add_sources(Manager *m, const ManagerOptions *options)
{
        static const FileWatchPace pace = FILE_WATCH_PACE_DEFAULT;
        int r;

        r = add_signal(m, 0, SIGTERM, on_stop);
        if (r >= 0)
                r = add_signal(m, 1, SIGINT, on_stop);
        if (r >= 0)
                r = add_signal(m, 2, SIGHUP, on_hangup);
        if (r < 0)
                return r;

        r = heartbeat_new(m->event, m->clock, manager_on_beat, m, &m->heartbeat);
        if (r < 0)
                return r;

        r = config_watch_new(m->event, m->clock, options->watch_pace ? options->watch_pace : &pace,
                on_files_changed, m, &m->config_watch);
        if (r < 0)
                return r;

        r = clock_watch_new(m->event, manager_on_clock_set, m, &m->clock_watch);
        if (r == -ENOMEM)
                return r;
        if (r < 0) /* some sandboxes have no timerfd: the heartbeat judges again anyway */
                log_warning("jumps of the clock cannot be watched: %s", strerror(-r));
        return 0;
}

static void check_fd_limit(const Config *config, size_t n_listeners)
{
        uint64_t needed = (uint64_t) config->http.connections_max * n_listeners +
                config->probing.connecting_max + config->probing.handshaking_max +
                FDS_BESIDE_CONNECTIONS;
        unsigned limit = process_raise_fd_limit((unsigned) MIN_OF(needed, (uint64_t) INT32_MAX));

        if (limit < needed)
                log_warning("the limit of %u open files is below what the configuration allows to be "
                            "used (%" PRIu64 "); raise it (LimitNOFILE=, ulimit -n) or lower "
                            "http.connections_max",
                        limit, needed);
}

static void log_listeners(const Manager *m, const HttpConfig *config, size_t n_sockets)
{
        if (n_sockets > 0) {
                for (size_t i = 0; i < n_sockets; i++)
                        log_info("listening on a socket handed over by systemd, port %u",
                                (unsigned) http_port(m->http, i));
                return;
        }
        for (size_t i = 0; i < config->n_listen; i++) {
                bool is_v6 = strchr(config->listen[i].host, ':') != NULL;

                log_info("listening on %s://%s%s%s:%u/", config->has_tls ? "https" : "http",
                        is_v6 ? "[" : "", config->listen[i].host, is_v6 ? "]" : "",
                        (unsigned) http_port(m->http, i));
        }
}

static int start_http(Manager *m, const Config *config, const int *sockets, size_t n_sockets)
{
        CLEANUP_FREE char *problem = NULL;
        int r;

        check_fd_limit(config, n_sockets > 0 ? n_sockets : config->http.n_listen);
        r = http_new(m->event, m->clock, &config->http, sockets, n_sockets, routes_answer, m,
                &problem, &m->http);
        if (r < 0) {
                log_error("%s", problem ? problem : strerror(-r));
                return r;
        }
        log_listeners(m, &config->http, n_sockets);
        return 0;
}

static void on_access_changed(void *userdata)
{
        Manager *m = userdata;

        assert(m);

        m->revision++;
}

static int start_access(Manager *m, Config *config, const FileWatchPace *pace)
{
        const AccessOptions options = {.pace = pace, .changed = on_access_changed, .userdata = m};
        int r = access_new(m->event, m->clock, m->http, config, &options, &m->access);

        if (r < 0)
                log_error("the gate of the HTTP server could not be set up: %s", strerror(-r));
        return r;
}

static int take_options(Manager *m, const ManagerOptions *options)
{
        if (util_copy_text(options->config_path, &m->config_path) < 0 ||
                util_copy_text(options->surroundings.credentials_directory,
                        &m->credentials_directory) < 0 ||
                util_copy_text(options->surroundings.state_directory, &m->state_directory) < 0)
                return -ENOMEM;
        return 0;
}

static void init_facts(Manager *m)
{
        m->facts = (DaemonFacts){
                .version = version_own(),
                .openssl_version = version_openssl(),
                .microhttpd_version = version_microhttpd(),
                .systemd_version = version_systemd(),
                .libconfig_version = version_libconfig(),
                .started_at = clock_wall_at(m->clock),
        };
        m->wall_offset = manager_wall_offset(m);
        m->revision = clock_random(m->clock);
}

/* From the configuration to the first probe. What goes wrong is logged here. */
static int begin(Manager *m, const ManagerOptions *options, Config **ret_config)
{
        static const RepositoryPace pace = REPOSITORY_PACE_DEFAULT;
        CLEANUP(config_cleanup) Config *config = NULL;
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        CLEANUP_CONFIG_FILES ConfigFiles files = {0};
        const SchedulerOptions daemon = {0};
        const SaverEvents events = {
                .changed = manager_on_changed,
                .adopted = manager_on_adopted,
                .turned = manager_on_state_turned,
                .userdata = m,
        };
        int r;

        r = manager_read_config(m, &issues, &files, &config);
        manager_log_issues(&issues);
        if (r < 0) {
                log_error("%s cannot be used (%zu mistake%s): not started", m->config_path,
                        issues.n_errors, issues.n_errors == 1 ? "" : "s");
                return r;
        }
        manager_note_reload(m, true);
        config_watch_follow(m->config_watch, config, false, &files);

        r = inventory_new(config, &m->inventory);
        if (r >= 0)
                r = saver_new(m->event, m->clock, m->inventory, config->state_directory, &events,
                        &m->saver);
        if (r >= 0)
                r = scheduler_new(m->event, m->clock, m->inventory, &daemon, manager_on_probed, m,
                        &m->scheduler);
        if (r >= 0)
                r = repository_log_new(&m->repository_log);
        if (r >= 0)
                r = repository_reader_new(m->event, m->clock,
                        options->repository_pace ? options->repository_pace : &pace, m->inventory,
                        manager_on_repositories_read, m, &m->repositories);
        if (r < 0) {
                log_error("the probes could not be started: %s", strerror(-r));
                return r;
        }

        *ret_config = STEAL(config);
        return 0;
}

/* Signals first, before there are threads: they shall not get them. */
static int prepare(Manager *m, const ManagerOptions *options)
{
        int r = take_options(m, options);

        if (r >= 0)
                r = add_sources(m, options);
        if (r < 0)
                log_error("the event loop could not be set up: %s", strerror(-r));
        return r;
}

int manager_new(sd_event *event, const Clock *clock, const ManagerOptions *options, Manager **ret)
{
        CLEANUP(manager_cleanup) Manager *m = NULL;
        CLEANUP(config_cleanup) Config *config = NULL;
        size_t n;
        int r = -ENOMEM;

        assert(event);
        assert(clock);
        assert(options);
        assert(options->config_path);
        assert(ret);

        m = calloc(1, sizeof(*m));
        if (m) {
                m->event = sd_event_ref(event);
                m->clock = clock;
                init_facts(m);
                r = prepare(m, options);
        }
        if (r >= 0)
                r = begin(m, options, &config);
        if (r < 0) {
                for (size_t i = 0; i < options->n_sockets; i++)
                        (void) close(options->sockets[i]);
                return r;
        }

        r = start_http(m, config, options->sockets, options->n_sockets);
        if (r >= 0)
                r = start_access(m, config, options->watch_pace);
        if (r < 0)
                return r;

        n = inventory_count(m->inventory);
        notify_watchdog(event);
        log_event(LOG_INFO, LOG_EVENT_STARTED, NULL, 0, "mqtlsd %s started with %zu endpoint%s from %s",
                version_own(), n, n == 1 ? "" : "s", m->config_path);
        manager_tell_status(m);
        notify_ready();
        *ret = STEAL(m);
        return 0;
}

Manager *manager_free(Manager *m)
{
        if (!m)
                return NULL;

        http_free(m->http);
        repository_reader_free(m->repositories);
        repository_log_free(m->repository_log);
        access_free(m->access);
        scheduler_free(m->scheduler);
        saver_free(m->saver);
        inventory_free(m->inventory);
        sd_event_source_disable_unref(m->clock_watch);
        config_watch_free(m->config_watch);
        heartbeat_free(m->heartbeat);
        for (size_t i = 0; i < ARRAY_LEN(m->signals); i++)
                sd_event_source_disable_unref(m->signals[i]);
        free(m->status);
        free(m->config_path);
        free(m->credentials_directory);
        free(m->state_directory);
        sd_event_unref(m->event);
        free(m);
        return NULL;
}

/* ---- what others ask ---- */

const Clock *manager_clock(const Manager *m)
{
        assert(m);

        return m->clock;
}

Inventory *manager_inventory(const Manager *m)
{
        assert(m);

        return m->inventory;
}

Scheduler *manager_scheduler(const Manager *m)
{
        assert(m);

        return m->scheduler;
}

Http *manager_http(const Manager *m)
{
        assert(m);

        return m->http;
}

uint64_t manager_revision(const Manager *m)
{
        assert(m);

        return m->revision;
}

const DaemonFacts *manager_facts(Manager *m)
{
        ProcessFacts process;
        DaemonFacts *f;

        assert(m);

        f = &m->facts;
        f->ready = scheduler_is_ready(m->scheduler);
        f->n_probes_in_flight = scheduler_in_flight(m->scheduler);
        f->scheduler_lag_seconds = scheduler_lag_seconds(m->scheduler);
        f->n_sessions_resumed = scheduler_n_sessions_resumed(m->scheduler);
        f->n_resolver_failures = scheduler_n_resolver_failures(m->scheduler);
        f->probe_duration = scheduler_probe_duration(m->scheduler);
        f->loop_stall = heartbeat_lateness(m->heartbeat);
        saver_facts(m->saver, f);
        access_facts(m->access, f);

        f->has_process = process_facts_read(&process) >= 0;
        if (f->has_process) {
                f->cpu_seconds = process.cpu_seconds;
                f->resident_bytes = process.resident_bytes;
                f->virtual_bytes = process.virtual_bytes;
                f->open_fds = process.open_fds;
                f->max_fds = process.max_fds;
        }
        return f;
}
