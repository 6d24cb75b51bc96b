/* SPDX-License-Identifier: MIT */
#include "daemon/accept.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/escape.h"
#include "base/timefmt.h"
#include "daemon/output.h"
#include "daemon/saver_disk.h"
#include "model/store.h"

enum {
        WINDOW_DAYS_MAX = 90, /* a longer one is no announcement, but blindness */
};

/* ---- the configuration says where the file is, and who is meant ---- */

static const char *similar_name(const Config *config, const char *name)
{
        for (size_t i = 0; i < config->n_endpoints; i++)
                if (strcasestr(config->endpoints[i].name, name))
                        return config->endpoints[i].name;
        return NULL;
}

static int check_endpoint(const Config *config, const Options *options)
{
        const char *hint = NULL;

        for (size_t i = 0; i < config->n_endpoints; i++)
                if (strcmp(config->endpoints[i].name, options->endpoint) == 0)
                        return 0;

        hint = similar_name(config, options->endpoint);
        output_problem("no endpoint of %s is named \"%s\"%s%s%s", options->config_path,
                options->endpoint, hint ? "; did you mean \"" : "; the status page shows all names",
                hint ? hint : "", hint ? "\"?" : "");
        return -EINVAL;
}

static int read_config(
        const Options *options, const ConfigSurroundings *surroundings, Config **ret)
{
        CLEANUP(config_cleanup) Config *config = NULL;
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        int r = config_load(options->config_path, surroundings, &issues, &config);

        /* Warnings are --check-config's; here they would hide the answer. */
        if (r < 0)
                output_issues(&issues);
        else
                r = check_endpoint(config, options);
        if (r < 0)
                return r;

        *ret = STEAL(config);
        return 0;
}

/* ---- the file ---- */

static void tell_not_opened(const char *path, const StoreReport *report)
{
        switch (-report->r) {
        case ENOENT:
                output_problem("there is no %s: the daemon has not run with this state_directory =, "
                               "or $STATE_DIRECTORY tells it another one",
                        path);
                return;
        case EACCES:
        case EPERM:
        case EROFS:
                output_problem("%s; run this as root or as the daemon's user",
                        report->text ? report->text : path);
                return;
        default:
                output_problem("%s", report->text ? report->text : path);
        }
}

static int open_beside(const Config *config, Store **ret)
{
        CLEANUP(store_report_done) StoreReport report = {0};
        CLEANUP_FREE char *path = saver_disk_name(config->state_directory);
        int r;

        if (!path) {
                output_problem("out of memory");
                return -ENOMEM;
        }
        r = store_open_beside(path, &report, ret);
        if (r < 0)
                tell_not_opened(path, &report);
        return r;
}

static int open_for(const Options *options, const ConfigSurroundings *surroundings, Store **ret)
{
        CLEANUP(config_cleanup) Config *config = NULL;
        int r = read_config(options, surroundings, &config);

        return r < 0 ? r : open_beside(config, ret);
}

static int tell_not_saved(const Store *s, const char *name, int r)
{
        if (r == -EBUSY)
                output_problem("%s: another process keeps the state file busy; try again", name);
        else
                output_problem("%s: the state file cannot be written: %s (%s)", name,
                        strerrordesc_np(-r), store_error(s));
        return EXIT_STATUS_COULD_NOT_RUN;
}

/* ---- --accept ---- */

static int take_kind(const char *name, DriftKind *ret)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        *ret = name ? drift_kind_from_string(name) : _DRIFT_KIND_MAX;
        if (!name || *ret != _DRIFT_KIND_MAX)
                return 0;

        for (DriftKind k = 0; k < _DRIFT_KIND_MAX; k++)
                buf_appendf(&b, "%s%s", k == 0 ? "" : k + 1 == _DRIFT_KIND_MAX ? " or " : ", ",
                        drift_kind_info(k)->name);
        output_problem("--kind=%s is unknown; choose %s", name, buf_str(&b));
        return -EINVAL;
}

static void append_foreign(Buf *b, const char *text)
{
        escape_terminal(b, text, strlen(text));
}

/* The newest entries of the endpoint, as many as were made. */
static int append_accepted(Store *s, const char *name, size_t n, Buf *b)
{
        CLEANUP(store_page_done) StorePage page = {0};
        const StoreQuery query = {.endpoint = name, .kind = _DRIFT_KIND_MAX, .limit = n};
        int r = store_changes(s, &query, &page);

        for (size_t i = page.n_changes; i > 0 && r == 0; i--) {
                const DriftChange *c = &page.changes[i - 1].change;

                if (c->event != DRIFT_EVENT_ACCEPTED)
                        continue; /* the daemon wrote one in between */
                append_foreign(b, name);
                buf_appendf(b, ": %s", drift_kind_info(c->kind)->name);
                if (c->address) {
                        buf_append_str(b, " at ");
                        append_foreign(b, c->address);
                }
                buf_append_str(b, " accepted:\n  was ");
                append_foreign(b, c->old_text);
                buf_append_str(b, "\n  now ");
                append_foreign(b, c->new_text);
                buf_append_char(b, '\n');
        }
        return r;
}

int accept_run(const Options *options, const ConfigSurroundings *surroundings, const Clock *clock)
{
        CLEANUP(store_cleanup) Store *s = NULL;
        CLEANUP_BUF Buf b = BUF_INIT;
        DriftKind kind = _DRIFT_KIND_MAX;
        size_t n = 0;
        int r;

        assert(options);
        assert(surroundings);
        assert(clock);

        if (take_kind(options->kind, &kind) < 0 || open_for(options, surroundings, &s) < 0)
                return EXIT_STATUS_COULD_NOT_RUN;

        r = store_accept(s, options->endpoint, kind, clock_wall_at(clock), &n);
        if (r == -ENOENT) {
                output_problem("nothing has been seen of %s yet, so there is nothing to accept; its "
                               "first successful probe makes the baseline",
                        options->endpoint);
                return EXIT_STATUS_COULD_NOT_RUN;
        }
        if (r == 0 && n > 0)
                r = append_accepted(s, options->endpoint, n, &b);
        if (r < 0)
                return tell_not_saved(s, options->endpoint, r);

        if (n == 0) {
                append_foreign(&b, options->endpoint);
                buf_appendf(&b, ": nothing to accept: %s%sno drift is open\n",
                        options->kind ? options->kind : "", options->kind ? ": " : "");
        }
        return output_write(&b) < 0 ? EXIT_STATUS_COULD_NOT_RUN : EXIT_STATUS_OK;
}

/* ---- --expect ---- */

/* In seconds; 0 takes the announcement back. */
static int take_span(const char *text, int64_t *ret)
{
        uint64_t usec = 0;

        if (strcmp(text, "0") != 0 &&
                (timefmt_parse_span(text, &usec) < 0 || usec < USEC_PER_SEC)) {
                output_problem("--expect: \"%s\" is no span of time; write one such as 4h or 30m, or 0 "
                               "to take an announcement back",
                        text);
                return -EINVAL;
        }
        if (usec / USEC_PER_SEC > (uint64_t) (WINDOW_DAYS_MAX * SECONDS_PER_DAY)) {
                output_problem("--expect: %s is too long; at most %d days can be announced", text,
                        WINDOW_DAYS_MAX);
                return -ERANGE;
        }
        *ret = (int64_t) (usec / USEC_PER_SEC);
        return 0;
}

int expect_run(const Options *options, const ConfigSurroundings *surroundings, const Clock *clock)
{
        CLEANUP(store_cleanup) Store *s = NULL;
        CLEANUP_BUF Buf b = BUF_INIT;
        char until[TIMEFMT_RFC3339_SIZE];
        int64_t seconds = 0, now_at;
        int r;

        assert(options);
        assert(surroundings);
        assert(clock);

        if (take_span(options->span, &seconds) < 0 || open_for(options, surroundings, &s) < 0)
                return EXIT_STATUS_COULD_NOT_RUN;

        now_at = clock_wall_at(clock);
        r = seconds == 0 ? store_expect(s, options->endpoint, 0, 0)
                         : store_expect(s, options->endpoint, now_at, now_at + seconds);
        if (r < 0)
                return tell_not_saved(s, options->endpoint, r);

        append_foreign(&b, options->endpoint);
        timefmt_rfc3339(now_at + seconds, until);
        if (seconds == 0)
                buf_append_str(&b, ": no changes are expected any more\n");
        else
                buf_appendf(&b, ": changes are expected until %s, and become the baseline\n", until);
        return output_write(&b) < 0 ? EXIT_STATUS_COULD_NOT_RUN : EXIT_STATUS_OK;
}
