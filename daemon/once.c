/* SPDX-License-Identifier: MIT */
#include "daemon/once.h"

#include <assert.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/buf.h"
#include "daemon/output.h"
#include "daemon/process_facts.h"
#include "daemon/repository_reader.h"
#include "daemon/scheduler.h"
#include "model/inventory.h"
#include "render/render_metrics.h"
#include "render/render_report.h"
#include "render/render_status.h"

enum {
        FDS_BESIDE_PROBES = 64,
};

typedef struct Progress {
        bool shown; /* standard error is a terminal */
        size_t n_done, n_all;
} Progress;

static void on_probed(const ProbeOutcome *outcome UNUSED, void *userdata)
{
        Progress *p = userdata;

        assert(p);

        p->n_done++;
        if (p->shown)
                (void) fprintf(stderr, "\r%zu of %zu probed", p->n_done, p->n_all);
}

static int look(sd_event *event, const Clock *clock, Inventory *inventory)
{
        const SchedulerOptions once = {.once = true};
        const ProbingConfig *probing = &inventory_config(inventory)->probing;
        Progress progress = {
                .shown = isatty(STDERR_FILENO),
                .n_all = inventory_count(inventory),
        };
        CLEANUP(scheduler_cleanup) Scheduler *scheduler = NULL;
        int r;

        (void) process_raise_fd_limit(
                probing->connecting_max + probing->handshaking_max + FDS_BESIDE_PROBES);
        r = scheduler_new(event, clock, inventory, &once, on_probed, &progress, &scheduler);
        if (r >= 0)
                r = sd_event_loop(event);
        if (progress.shown)
                (void) fputs("\r\033[K", stderr);
        return r;
}

/* Looks at every endpoint of the configuration. `*ret` knows what was seen. */
static int look_at(Config *config, const Clock *clock, Inventory **ret)
{
        CLEANUP(inventory_cleanup) Inventory *inventory = NULL;
        sd_event *event = NULL;
        int r;

        r = inventory_new(config, &inventory);
        if (r >= 0)
                r = repository_reader_read_all(clock, inventory, REPOSITORY_PATIENCE_USEC);
        if (r >= 0)
                r = sd_event_new(&event);
        if (r >= 0)
                r = look(event, clock, inventory);
        sd_event_unref(event);
        if (r >= 0) /* now that all of them can be held against each other */
                r = inventory_reassess(inventory, clock_wall_at(clock));
        if (r < 0) {
                output_problem("the probes could not be run: %s", strerror(-r));
                return r;
        }

        *ret = STEAL(inventory);
        return 0;
}

/* Prints; the probe's own way of saying it where there is one endpoint and nobody else's format. */
static int report(const Inventory *inventory, const Options *options, const Clock *clock)
{
        const ReportStyle style = output_style();
        const int64_t now_at = clock_wall_at(clock);
        const bool is_probe = options->mode == OPTIONS_PROBE;
        const Endpoint *first = inventory_at(inventory, 0);
        CLEANUP_BUF Buf b = BUF_INIT;
        int r;

        switch (options->format) {
        case FORMAT_JSON:
                r = is_probe ? render_endpoint(inventory, first, now_at, &b)
                             : render_status(inventory, NULL, NULL, now_at, &b);
                break;
        case FORMAT_METRICS:
                r = render_metrics(inventory, NULL, METRICS_TEXT, &b);
                break;
        case FORMAT_NAGIOS:
                r = render_nagios(inventory, now_at, &b);
                break;
        case FORMAT_TEXT:
        case _OUTPUT_FORMAT_MAX:
        default:
                r = is_probe ? render_probe_report(first, &style, now_at, &b)
                             : render_report(inventory, &style, now_at, &b);
                break;
        }
        if (r < 0)
                b.failed = true;

        return output_write(&b) < 0 ? EXIT_STATUS_COULD_NOT_RUN : report_exit_status(inventory);
}

static int look_and_report(Config *config, const Options *options, const Clock *clock)
{
        CLEANUP(inventory_cleanup) Inventory *inventory = NULL;

        if (look_at(config, clock, &inventory) < 0)
                return EXIT_STATUS_COULD_NOT_RUN;
        return report(inventory, options, clock);
}

/* Puts the endpoints whose name fits in front, in their order. Returns how many there are. '*' stands
 * for any character, '/' too: it means nothing in an endpoint's name. */
static size_t sort_out(Config *config, const char *glob)
{
        size_t n = 0;

        for (size_t i = 0; i < config->n_endpoints; i++) {
                EndpointConfig fits = config->endpoints[i];

                if (fnmatch(glob, fits.name, 0) != 0)
                        continue;
                config->endpoints[i] = config->endpoints[n];
                config->endpoints[n++] = fits;
        }
        return n;
}

int once_run(const Options *options, const ConfigSurroundings *surroundings, const Clock *clock)
{
        CLEANUP(config_cleanup) Config *config = NULL;
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        ConfigSurroundings around;
        size_t n_all, n;
        int r, status;

        assert(options);
        assert(surroundings);
        assert(clock);

        around = *surroundings;
        around.is_without_web = true;
        r = config_load(options->config_path, &around, &issues, &config);
        output_issues(&issues);
        if (r < 0)
                return EXIT_STATUS_COULD_NOT_RUN;

        /* Whoever asks for some endpoints wants a verdict on these alone. While we are the only one
         * who knows the configuration, it is made to hold no others; they are back before it is freed. */
        n_all = n = config->n_endpoints;
        if (options->endpoint_glob)
                n = sort_out(config, options->endpoint_glob);
        if (n == 0) {
                output_problem("%s configures no endpoint%s%s%s", options->config_path,
                        options->endpoint_glob ? " with a name like " : "",
                        options->endpoint_glob ? options->endpoint_glob : "",
                        config->shard.count > 1 ? " that is taken by its shard =" : "");
                return EXIT_STATUS_COULD_NOT_RUN;
        }

        config->n_endpoints = n;
        status = look_and_report(config, options, clock);
        config->n_endpoints = n_all;
        return status;
}

int once_probe(const Options *options, const Clock *clock)
{
        CLEANUP(config_cleanup) Config *config = NULL;
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        int r;

        assert(options);
        assert(clock);

        r = config_from_probe_options(&options->probe, &issues, &config);
        output_issues(&issues);
        if (r < 0)
                return EXIT_STATUS_COULD_NOT_RUN;

        return look_and_report(config, options, clock);
}
