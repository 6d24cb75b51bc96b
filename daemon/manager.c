/* SPDX-License-Identifier: MIT */
#include "daemon/manager.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/timefmt.h"
#include "daemon/access.h"
#include "daemon/clock_watch.h"
#include "daemon/config_watch.h"
#include "daemon/drift_log.h"
#include "daemon/heartbeat.h"
#include "daemon/log.h"
#include "daemon/notify.h"
#include "daemon/process_facts.h"
#include "daemon/repository_log.h"
#include "daemon/routes.h"
#include "daemon/saver.h"
#include "daemon/transition.h"
#include "daemon/versions.h"

enum {
        BEATS_PER_REASSESSMENT = 60,
        FDS_BESIDE_CONNECTIONS = 64, /* listeners, epoll, files being read, libraries */
        CLOCK_JUMP_SECONDS_MIN = 2,  /* less may be rounding */
};

struct Manager {
        sd_event *event;
        const Clock *clock;
        char *config_path;
        char *credentials_directory, *state_directory; /* may be NULL */

        Inventory *inventory; /* holds the Config at work */
        Saver *saver;
        Scheduler *scheduler;
        RepositoryReader *repositories;
        RepositoryLog *repository_log;
        Http *http;
        Access *access; /* the gate of http */

        sd_event_source *signals[3];
        sd_event_source *clock_watch;
        ConfigWatch *config_watch;
        Heartbeat *heartbeat;
        int64_t wall_offset; /* of the wall clock against the monotonic one, seconds */

        DaemonFacts facts;
        uint64_t revision;
        char *status; /* as systemd was told last */
};

/* ---- what the parts tell each other ---- */

static void tell_status(Manager *m)
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

void manager_drift_noted(Manager *m, Endpoint *e, const InventoryDrift *d)
{
        assert(m);
        assert(e);
        assert(d);

        for (size_t i = 0; i < d->n_changes; i++)
                drift_log(e, &d->changes[i]);
        if (d->n_changes > 0)
                m->revision++;
        saver_note(m->saver, e, d);
}

static void compare(Manager *m, Endpoint *e)
{
        CLEANUP_INVENTORY_DRIFT InventoryDrift drift = {0};

        if (inventory_note_drift(m->inventory, e, clock_wall_at(m->clock), &drift) < 0) {
                log_error("endpoint %s: out of memory: it is compared with its baseline the next time",
                        e->config->name);
                saver_note(m->saver, e, NULL);
                return;
        }
        manager_drift_noted(m, e, &drift);
}

/* mqtlsd --accept beside us. */
static void on_changed(Endpoint *e, const DriftChange *change, void *userdata)
{
        Manager *m = userdata;

        assert(m);

        drift_log(e, change);
        m->revision++;
}

static void on_adopted(Endpoint *e, void *userdata)
{
        Manager *m = userdata;

        assert(m);

        m->revision++;
        if (e->observation)
                compare(m, e);
}

int manager_accept(Manager *m, Endpoint *e, DriftKind kind, size_t *ret_n)
{
        CLEANUP_INVENTORY_DRIFT InventoryDrift drift = {0};
        int r;

        assert(m);
        assert(e);
        assert(ret_n);

        r = inventory_accept(m->inventory, e, kind, clock_wall_at(m->clock), &drift);
        if (r < 0)
                return r;

        manager_drift_noted(m, e, &drift);
        *ret_n = drift.n_changes;
        return 0;
}

static void on_probed(const ProbeOutcome *outcome, void *userdata)
{
        Manager *m = userdata;

        assert(m);

        m->revision++;
        transition_log(outcome->endpoint,
                &(Verdict){outcome->severity_before, outcome->primary_before});
        compare(m, outcome->endpoint);
}

/* Certificates age without being looked at. */
static void reassess(Manager *m)
{
        size_t n = inventory_count(m->inventory);
        CLEANUP_FREE Verdict *before = calloc(MAX_OF(n, (size_t) 1), sizeof(*before));

        if (!before) {
                log_error("out of memory: the endpoints are judged again a minute later");
                return;
        }
        for (size_t i = 0; i < n; i++)
                before[i] = verdict_of(inventory_at(m->inventory, i));

        if (inventory_reassess(m->inventory, clock_wall_at(m->clock)) < 0) {
                log_error("out of memory: not every endpoint could be judged again");
                return;
        }
        m->revision++;
        for (size_t i = 0; i < n; i++)
                transition_log(inventory_at(m->inventory, i), &before[i]);
        repository_log_tell(m->repository_log, m->inventory);
}

/* Endpoints are held against what key repositories hold. */
static void on_repositories_read(void *userdata)
{
        assert(userdata);

        reassess(userdata);
}

static int64_t wall_offset(const Manager *m)
{
        return clock_wall_at(m->clock) - (int64_t) (clock_monotonic_usec(m->clock) / USEC_PER_SEC);
}

void manager_clock_set(Manager *m)
{
        int64_t before, jump;

        assert(m);

        before = m->wall_offset;
        m->wall_offset = wall_offset(m);
        jump = m->wall_offset - before;
        if (jump <= -CLOCK_JUMP_SECONDS_MIN || jump >= CLOCK_JUMP_SECONDS_MIN)
                log_event(LOG_NOTICE, LOG_EVENT_CLOCK_JUMPED, NULL, 0,
                        "the wall clock jumped by %+" PRId64 " seconds: everything is judged again",
                        jump);
        reassess(m);
}

static void on_clock_set(void *userdata)
{
        assert(userdata);

        manager_clock_set(userdata);
}

static void on_beat(unsigned n_beats, void *userdata)
{
        Manager *m = userdata;

        assert(m);

        if (n_beats % BEATS_PER_REASSESSMENT == 0)
                reassess(m);
        tell_status(m);
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

static void log_issues(const Issues *issues)
{
        for (size_t i = 0; i < issues->n; i++) {
                CLEANUP_BUF Buf b = BUF_INIT;

                issue_append(&issues->list[i], &b);
                if (issues->list[i].is_warning)
                        log_warning("%s", buf_str(&b));
                else
                        log_error("%s", buf_str(&b));
        }
        if (issues->failed)
                log_error("out of memory: there may be more to say of the configuration");
}

static int load_config(const Manager *m, Issues *issues, ConfigFiles *files, Config **ret)
{
        const ConfigSurroundings surroundings = {
                .credentials_directory = m->credentials_directory,
                .state_directory = m->state_directory,
        };

        return config_load_files(m->config_path, &surroundings, issues, files, ret);
}

static void remember_reload(Manager *m, bool successful)
{
        m->revision++;
        m->facts.reload_successful = successful;
        if (successful)
                m->facts.reload_success_at = clock_wall_at(m->clock);
}

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

        r = heartbeat_new(m->event, m->clock, on_beat, m, &m->heartbeat);
        if (r < 0)
                return r;

        r = config_watch_new(m->event, m->clock, options->watch_pace ? options->watch_pace : &pace,
                on_files_changed, m, &m->config_watch);
        if (r < 0)
                return r;

        r = clock_watch_new(m->event, on_clock_set, m, &m->clock_watch);
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

static int copy_text(const char *text, char **ret)
{
        char *copy = text ? strdup(text) : NULL;

        if (text && !copy)
                return -ENOMEM;
        *ret = copy;
        return 0;
}

static int take_options(Manager *m, const ManagerOptions *options)
{
        if (copy_text(options->config_path, &m->config_path) < 0 ||
                copy_text(options->surroundings.credentials_directory,
                        &m->credentials_directory) < 0 ||
                copy_text(options->surroundings.state_directory, &m->state_directory) < 0)
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
        m->wall_offset = wall_offset(m);
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
                .changed = on_changed, .adopted = on_adopted, .userdata = m};
        int r;

        r = load_config(m, &issues, &files, &config);
        log_issues(&issues);
        if (r < 0) {
                log_error("%s cannot be used (%zu mistake%s): not started", m->config_path,
                        issues.n_errors, issues.n_errors == 1 ? "" : "s");
                return r;
        }
        remember_reload(m, true);
        config_watch_follow(m->config_watch, config, false, &files);

        r = inventory_new(config, &m->inventory);
        if (r >= 0)
                r = saver_new(m->event, m->clock, m->inventory, config->state_directory, &events,
                        &m->saver);
        if (r >= 0)
                r = scheduler_new(m->event, m->clock, m->inventory, &daemon, on_probed, m, &m->scheduler);
        if (r >= 0)
                r = repository_log_new(&m->repository_log);
        if (r >= 0)
                r = repository_reader_new(m->event, m->clock,
                        options->repository_pace ? options->repository_pace : &pace, m->inventory,
                        on_repositories_read, m, &m->repositories);
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

        notify_watchdog(event);
        log_event(LOG_INFO, LOG_EVENT_STARTED, NULL, 0, "mqtlsd %s started with %zu endpoints from %s",
                version_own(), inventory_count(m->inventory), m->config_path);
        tell_status(m);
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

/* The sockets stay open over a reload, for they may be handed over, or their port be taken by then. */
static void warn_of_fixed_settings(const Manager *m, const Config *config, Issues *issues)
{
        if (!http_follows(m->http, &config->http))
                issues_add_warning(issues, m->config_path, 0, "http",
                        "the addresses and limits of the HTTP server have changed, but stay as they "
                        "were; restart the daemon to apply them");
        if (http_speaks_tls(m->http) != config->http.has_tls)
                issues_add_warning(issues, m->config_path, 0, "http.tls", "%s",
                        config->http.has_tls
                                ? "it is new, but plain HTTP is spoken until the daemon is restarted: "
                                  "what travels, passwords among it, can be read on the way; restart it"
                                : "it is gone, but HTTPS is spoken until the daemon is restarted, with "
                                  "the certificate of before; restart it");
        if (strcmp(saver_directory(m->saver), config->state_directory) != 0)
                issues_add_warning(issues, m->config_path, 0, "state_directory",
                        "it has changed, but what is remembered stays in %s; restart the daemon to "
                        "apply it",
                        saver_directory(m->saver));
}

/* All or nothing. */
static int reload(Manager *m, Issues *issues, ConfigFiles *files)
{
        CLEANUP(config_cleanup) Config *config = NULL;
        CLEANUP(http_tls_cleanup) HttpTls *tls = NULL;
        Config *before = inventory_config(m->inventory);
        int r;

        r = load_config(m, issues, files, &config);
        if (r >= 0)
                r = access_check(config, issues, &tls);
        if (r >= 0)
                r = access_apply(m->access, config, tls);
        if (r < 0)
                return r;

        r = scheduler_reload(m->scheduler, config);
        if (r < 0) {
                (void) access_apply(m->access, before, NULL); /* needs nothing that is not there */
                return r;
        }

        repository_reader_reload(m->repositories);
        reassess(m); /* by what is expected now */
        saver_reloaded(m->saver);
        warn_of_fixed_settings(m, config, issues);
        return 0;
}

int manager_reload(Manager *m, Issues *issues)
{
        CLEANUP(issues_done) Issues own_issues = ISSUES_INIT;
        CLEANUP_CONFIG_FILES ConfigFiles files = {0};
        int r;

        assert(m);

        if (!issues)
                issues = &own_issues;

        notify_reloading(clock_monotonic_usec(m->clock));
        r = reload(m, issues, &files);
        remember_reload(m, r >= 0);
        config_watch_follow(m->config_watch, inventory_config(m->inventory), r < 0, &files);
        log_issues(issues);
        if (r < 0)
                log_event(LOG_ERR, LOG_EVENT_RELOAD_FAILED, NULL, 0,
                        "%s is refused (%zu mistake%s); the old configuration stays at work",
                        m->config_path, issues->n_errors, issues->n_errors == 1 ? "" : "s");
        else
                log_event(LOG_INFO, LOG_EVENT_RELOADED, NULL, 0, "reloaded %s: %zu endpoints",
                        m->config_path, inventory_count(m->inventory));
        tell_status(m);
        notify_ready();
        return r;
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
