/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_ROUTE_TABLE_H
#define MQTLSD_ROUTE_TABLE_H

/*
 * Every URL, one row each. A new URL is a row here, an answer in routes.c and an entry in mqtlsd(8).
 *
 *   X(id, method, path, lifecycle, meaning)
 *
 * id         answered by answer_<id>() in routes.c
 * path       NAME stands for an endpoint's name, which may hold any character, '/' included
 * lifecycle  changes something, so it needs http.lifecycle = true
 */

#define ROUTE_TABLE(X)                                                                             \
        X(page, "GET", "/", false, "The status page, worst first.")                                \
        X(style, "GET", "/style.css", false, "The style sheet of the status page.")                \
        X(metrics, "GET", "/metrics", false,                                                       \
                "All metrics, as Prometheus text 0.0.4 or OpenMetrics 1.0.0, whichever Accept "    \
                "asks for.")                                                                       \
        X(status, "GET", "/api/v1/status", false,                                                  \
                "Every endpoint's assessment as JSON; ?endpoint=, ?qmgr= and ?severity= choose.")  \
        X(endpoint, "GET", "/api/v1/endpoints/NAME", false,                                        \
                "Everything known of one endpoint as JSON.")                                       \
        X(probe, "POST", "/api/v1/endpoints/NAME/probe", true,                                     \
                "Probes this endpoint as soon as the limits allow.")                               \
        X(healthy, "GET", "/-/healthy", false, "200 while the daemon's loop turns.")               \
        X(ready, "GET", "/-/ready", false,                                                         \
                "200 once every endpoint has been looked at, 503 before.")                         \
        X(reload, "POST", "/-/reload", true,                                                       \
                "Reads the configuration again; 500 with the reasons when it is refused.")

#endif
