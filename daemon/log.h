/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_LOG_H
#define MQTLSD_LOG_H

/*
 * One record per event, to the journal with MESSAGE_ID and fields where stderr is connected to it
 * ($JOURNAL_STREAM), as one plain line on stderr otherwise. A record is one line whatever its values
 * hold. Priorities are those of syslog.
 */

#include <stdbool.h>
#include <stddef.h>
#include <syslog.h>

#include "base/util.h"

/* What an administrator may look up with journalctl -x: the ids stand in the catalogue
 * (systemd/mqtlsd.catalog), and a test holds both against each other. */
typedef enum LogEvent {
        LOG_EVENT_NONE,
        LOG_EVENT_STARTED,
        LOG_EVENT_STOPPED,
        LOG_EVENT_RELOADED,
        LOG_EVENT_RELOAD_FAILED,
        LOG_EVENT_ENDPOINT_FAILING,
        LOG_EVENT_ENDPOINT_RECOVERED,
        LOG_EVENT_ENDPOINT_CHANGED, /* severity or reason changed while it neither failed nor recovered */
        LOG_EVENT_CLOCK_JUMPED,
        LOG_EVENT_DRIFT,
        LOG_EVENT_MIXED,
        LOG_EVENT_MISMATCH,
        LOG_EVENT_ROTATION,
        LOG_EVENT_DRIFT_ENDED,
        LOG_EVENT_ACCEPTED,
        LOG_EVENT_STATE_FAILING,
        LOG_EVENT_STATE_RECOVERED,
        LOG_EVENT_STATE_DAMAGED,
        LOG_EVENT_KEYSTORE_PROBLEM, /* a key repository, or what is to be served from it */
        LOG_EVENT_KEYSTORE_WELL,    /* again, or renewed */
        LOG_EVENT_LOGIN_FAILED,
        LOG_EVENT_WEB_FILE_TAKEN,  /* http.tls, basic_auth_file, calendar_tokens_file */
        LOG_EVENT_WEB_FILE_BROKEN,
        LOG_EVENT_WEB_CERT_AGEING,
        _LOG_EVENT_MAX,
} LogEvent;

const char *log_event_name(LogEvent e);
const char *log_event_message_id(LogEvent e); /* 32 hexadecimal digits, NULL for NONE */

typedef struct LogField {
        const char *name;  /* upper case, for the journal: "ENDPOINT" */
        const char *value; /* NULL: left out */
} LogField;

/* Chooses the target; before it everything goes to stderr. `verbose` lets LOG_DEBUG through. */
void log_open(bool verbose);

void log_event(int priority, LogEvent event, const LogField *fields, size_t n_fields,
        const char *format, ...) PRINTF_LIKE(5, 6);

#define log_error(...) log_event(LOG_ERR, LOG_EVENT_NONE, NULL, 0, __VA_ARGS__)
#define log_warning(...) log_event(LOG_WARNING, LOG_EVENT_NONE, NULL, 0, __VA_ARGS__)
#define log_info(...) log_event(LOG_INFO, LOG_EVENT_NONE, NULL, 0, __VA_ARGS__)
#define log_debug(...) log_event(LOG_DEBUG, LOG_EVENT_NONE, NULL, 0, __VA_ARGS__)

#endif
