/* SPDX-License-Identifier: MIT */
#include "daemon/manager_internal.h"

#include <assert.h>
#include <string.h>

#include "daemon/log.h"
#include "daemon/notify.h"

void manager_log_issues(const Issues *issues)
{
        for (size_t i = 0; i < issues->n; i++) {
                CLEANUP_BUF Buf b = BUF_INIT;

                issue_append_unranked(&issues->list[i], &b);
                if (issues->list[i].is_warning)
                        log_warning("%s", buf_str(&b));
                else
                        log_error("%s", buf_str(&b));
        }
        if (issues->failed)
                log_error("out of memory: there may be more to say of the configuration");
}

int manager_read_config(const Manager *m, Issues *issues, ConfigFiles *files, Config **ret)
{
        const ConfigSurroundings surroundings = {
                .credentials_directory = m->credentials_directory,
                .state_directory = m->state_directory,
        };

        return config_load_files(m->config_path, &surroundings, issues, files, ret);
}

void manager_note_reload(Manager *m, bool successful)
{
        m->revision++;
        m->facts.reload_successful = successful;
        if (successful)
                m->facts.reload_success_at = clock_wall_at(m->clock);
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

        r = manager_read_config(m, issues, files, &config);
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
        manager_reassess(m); /* by what is expected now */
        saver_reloaded(m->saver);
        warn_of_fixed_settings(m, config, issues);
        return 0;
}

int manager_reload(Manager *m, Issues *issues)
{
        CLEANUP(issues_done) Issues own_issues = ISSUES_INIT;
        CLEANUP_CONFIG_FILES ConfigFiles files = {0};
        size_t n;
        int r;

        assert(m);

        if (!issues)
                issues = &own_issues;

        notify_reloading(clock_monotonic_usec(m->clock));
        r = reload(m, issues, &files);
        manager_note_reload(m, r >= 0);
        config_watch_follow(m->config_watch, inventory_config(m->inventory), r < 0, &files);
        manager_log_issues(issues);
        n = inventory_count(m->inventory);
        if (r < 0)
                log_event(LOG_ERR, LOG_EVENT_RELOAD_FAILED, NULL, 0,
                        "%s is refused (%zu mistake%s); the old configuration stays at work",
                        m->config_path, issues->n_errors, issues->n_errors == 1 ? "" : "s");
        else
                log_event(LOG_INFO, LOG_EVENT_RELOADED, NULL, 0, "reloaded %s: %zu endpoint%s",
                        m->config_path, n, n == 1 ? "" : "s");
        manager_tell_status(m);
        notify_ready();
        return r;
}
