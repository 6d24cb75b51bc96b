/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "daemon/accept.h"
#include "daemon/clock.h"
#include "daemon/commands.h"
#include "daemon/log.h"
#include "daemon/manager.h"
#include "daemon/once.h"
#include "daemon/options.h"
#include "daemon/output.h"

static ConfigSurroundings surroundings_of_environment(void)
{
        return (ConfigSurroundings){
                .credentials_directory = getenv("CREDENTIALS_DIRECTORY"),
                .state_directory = getenv("STATE_DIRECTORY"),
        };
}

static int run_on(sd_event *event, const Options *options)
{
        CLEANUP(manager_cleanup) Manager *m = NULL;
        CLEANUP_FREE int *sockets = NULL;
        int n = sd_listen_fds(1), r;
        size_t n_sockets = n > 0 ? (size_t) n : 0;

        sockets = calloc(n_sockets + 1, sizeof(*sockets));
        if (!sockets)
                return -ENOMEM;
        for (size_t i = 0; i < n_sockets; i++)
                sockets[i] = SD_LISTEN_FDS_START + (int) i;

        const ManagerOptions manager_options = {
                .config_path = options->config_path,
                .surroundings = surroundings_of_environment(),
                .sockets = sockets,
                .n_sockets = n_sockets,
        };

        r = manager_new(event, &clock_system, &manager_options, &m);
        return r < 0 ? r : sd_event_loop(event);
}

static int run(const Options *options)
{
        sd_event *event = NULL;
        int r = sd_event_new(&event);

        if (r >= 0)
                r = run_on(event, options);
        sd_event_unref(event);
        return r < 0 ? EXIT_STATUS_FAILED : EXIT_STATUS_OK;
}

static int dispatch(const Options *options)
{
        const ConfigSurroundings surroundings = surroundings_of_environment();

        switch (options->mode) {
        case OPTIONS_CHECK_CONFIG:
                return command_check_config(options->config_path, &surroundings);
        case OPTIONS_ONCE:
                return once_run(options, &surroundings, &clock_system);
        case OPTIONS_PROBE:
                return once_probe(options, &clock_system);
        case OPTIONS_DUMP:
                return command_dump(options->table, options->format == FORMAT_JSON);
        case OPTIONS_INTEROP:
                return command_interop(options->interop_left, options->interop_right,
                        options->format == FORMAT_JSON);
        case OPTIONS_ACCEPT:
                return accept_run(options, &surroundings, &clock_system);
        case OPTIONS_EXPECT:
                return expect_run(options, &surroundings, &clock_system);
        case OPTIONS_VERSION:
                return command_version();
        case OPTIONS_HELP:
                return command_help();
        case OPTIONS_RUN:
        case _OPTIONS_MODE_MAX:
        default:
                return run(options);
        }
}

int main(int argc, char **argv)
{
        CLEANUP_FREE char *problem = NULL;
        Options options;

        /* A peer or a reader that goes away is an error of write(2), not our end. And private keys
         * shall be found in no core file, nor be read by another process of the same user. */
        (void) signal(SIGPIPE, SIG_IGN);
        (void) prctl(PR_SET_DUMPABLE, 0);

        if (options_parse(argc, argv, &options, &problem) < 0) {
                output_problem("%s", problem ? problem : "out of memory");
                return EXIT_STATUS_COULD_NOT_RUN;
        }
        log_open(options.verbose);
        return dispatch(&options);
}
