/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_ROUTE_TABLE_H
#define MQTLSD_ROUTE_TABLE_H

/*
 * Every URL, one row each. A new URL is a row here, an answer in routes_<kind>.c and an entry in
 * mqtlsd(8).
 *
 *   X(id, method, path, access, lifecycle, meaning)
 *
 * id         answered by route_answer_<id>()
 * path       NAME stands for a name, which may hold any character, '/' included
 * access     where logins are asked for: LOGIN needs one, OPEN never does, TOKEN also lets in who
 *            knows the feed's token, for programs that cannot log in
 * lifecycle  changes something, so it needs http.lifecycle = true
 */

#define ROUTE_TABLE(X)                                                                             \
        X(page, "GET", "/", LOGIN, false, "The status page, worst first.")                         \
        X(endpoint_page, "GET", "/endpoint/NAME", LOGIN, false,                                    \
                "Everything known of one endpoint, as a page.")                                    \
        X(style, "GET", "/style.css", LOGIN, false, "The style sheet of the pages.")               \
        X(script, "GET", "/page.js", LOGIN, false,                                                 \
                "The script of the pages, which all work without it.")                             \
        X(icon, "GET", "/icon.svg", LOGIN, false,                                                  \
                "The icon of the pages, by state: ?state=.")                                       \
        X(metrics, "GET", "/metrics", LOGIN, false,                                                \
                "All metrics, as Prometheus text 0.0.4 or OpenMetrics 1.0.0, whichever Accept "    \
                "asks for.")                                                                       \
        X(target, "GET", "/probe", LOGIN, false,                                                   \
                "The metrics of one endpoint: ?target= is its name in the configuration.")         \
        X(discovery, "GET", "/sd", LOGIN, false,                                                   \
                "The endpoints as Prometheus HTTP service discovery, for /probe.")                 \
        X(runbook, "GET", "/runbook", LOGIN, false, "The runbook: what each page of it is about.") \
        X(runbook_page, "GET", "/runbook/NAME", LOGIN, false,                                      \
                "Meaning, impact, diagnosis and mitigation of an alert, a diagnosis or a change; " \
                "?endpoint= adds how that one does, and the commands to look at it.")              \
        X(calendar, "GET", "/calendar.ics", TOKEN, false,                                          \
                "When certificates have to be renewed and when they expire, as iCalendar; "        \
                "?qmgr=, ?contact= and ?group= choose.")                                           \
        X(status, "GET", "/api/v1/status", LOGIN, false,                                           \
                "Every endpoint's assessment as JSON; ?endpoint=, ?qmgr= and ?severity= choose.")  \
        X(endpoint, "GET", "/api/v1/endpoints/NAME", LOGIN, false,                                 \
                "Everything known of one endpoint as JSON.")                                       \
        X(probe, "POST", "/api/v1/endpoints/NAME/probe", LOGIN, true,                              \
                "Probes this endpoint as soon as the limits allow.")                               \
        X(accept, "POST", "/api/v1/endpoints/NAME/accept", LOGIN, true,                            \
                "Takes what is seen now of this endpoint as the baseline; ?kind= takes one kind "  \
                "of it.")                                                                          \
        X(changes, "GET", "/api/v1/changes", LOGIN, false,                                         \
                "The ledger of drift and rotation as JSON, newest first; ?endpoint= and ?kind= "   \
                "choose, ?limit= and ?before= page.")                                              \
        X(healthy, "GET", "/-/healthy", OPEN, false, "200 while the daemon's loop turns.")         \
        X(ready, "GET", "/-/ready", OPEN, false,                                                   \
                "200 once every endpoint has been looked at, 503 before.")                         \
        X(reload, "POST", "/-/reload", LOGIN, true,                                                \
                "Reads the configuration again; 500 with the reasons when it is refused.")

#endif
