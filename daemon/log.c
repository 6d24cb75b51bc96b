/* SPDX-License-Identifier: MIT */
#include "daemon/log.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
/* Else each record bears the place of the one call below, and the path of the build. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/escape.h"

enum {
        LOG_VALUE_BYTES_MAX = 2048, /* of a message or of one field */
        LOG_FIELDS_MAX = 24,
        LOG_FIELDS_OWN = 3, /* MESSAGE, PRIORITY, MESSAGE_ID */
};

typedef struct LogEventInfo {
        const char *name;
        const char *message_id;
} LogEventInfo;

/* Fixed for ever: people search for them, and the catalogue hangs on them. */
static const LogEventInfo event_table[_LOG_EVENT_MAX] = {
        [LOG_EVENT_NONE] = {"none", NULL},
        [LOG_EVENT_STARTED] = {"started", "df3ef6096c3c46068ea43fa56af7bd8e"},
        [LOG_EVENT_STOPPED] = {"stopped", "6f6cab717b8547bcad7d583e6ca80634"},
        [LOG_EVENT_RELOADED] = {"reloaded", "f1c32bad48874eddab94bb9b9d55efb5"},
        [LOG_EVENT_RELOAD_FAILED] = {"reload-failed", "6fddd3328a404b0c8efba1cbd24315f0"},
        [LOG_EVENT_ENDPOINT_FAILING] = {"endpoint-failing", "ddb59984bc63475fb79094cbf9174ce7"},
        [LOG_EVENT_ENDPOINT_RECOVERED] = {"endpoint-recovered", "4376ecc25f9a41fb8bc80c7e62db2515"},
        [LOG_EVENT_ENDPOINT_CHANGED] = {"endpoint-changed", "25bf051399d14267a14c201ffab5acaa"},
        [LOG_EVENT_CLOCK_JUMPED] = {"clock-jumped", "05bc6a5b0a224a8486358e3e5434db78"},
        [LOG_EVENT_DRIFT] = {"drift", "dd985d4816964dadb6bcc04c7439f588"},
        [LOG_EVENT_MIXED] = {"mixed", "b47175398432452b9dcce69621311eb5"},
        [LOG_EVENT_MISMATCH] = {"mismatch", "cb866c8d36c0465d80dbd67e1e7d8e59"},
        [LOG_EVENT_ROTATION] = {"rotation", "db9925b9fb0f4daea0a04223350638d1"},
        [LOG_EVENT_DRIFT_ENDED] = {"drift-ended", "5db45f03db4040df8fd8d9b102763e89"},
        [LOG_EVENT_ACCEPTED] = {"accepted", "fee45f3db4584174a1620c9b623cded6"},
        [LOG_EVENT_STATE_FAILING] = {"state-failing", "bc61522cb2af4a73bc70298ff7ac5a3f"},
        [LOG_EVENT_STATE_RECOVERED] = {"state-recovered", "0bd697243457428d8491ca82847e11c6"},
        [LOG_EVENT_KEYSTORE_PROBLEM] = {"keystore-problem", "2516d842c0b1466ea4fc2617f9241741"},
        [LOG_EVENT_KEYSTORE_WELL] = {"keystore-well", "d1536acaaa2a49ba8ed0bb9496f78603"},
        [LOG_EVENT_STATE_DAMAGED] = {"state-damaged", "75adf596229b4c0da230637a8e06a3b4"},
        [LOG_EVENT_LOGIN_FAILED] = {"login-failed", "3669077cf924490285111f4f69169168"},
        [LOG_EVENT_WEB_FILE_TAKEN] = {"web-file-taken", "5b1edf94df2a46f29f5843341eb385f7"},
        [LOG_EVENT_WEB_FILE_BROKEN] = {"web-file-broken", "09cb6cbe412a49189ba94def889383e7"},
        [LOG_EVENT_WEB_CERT_AGEING] = {"web-cert-ageing", "5f176f30d4ee497e8a70c1bd9f494b48"},
};

/* The log target: the one mutable global of the house. */
static struct {
        bool journal;
        bool verbose;
} target;

const char *log_event_name(LogEvent e)
{
        assert(e >= 0 && e < _LOG_EVENT_MAX);

        return event_table[e].name;
}

const char *log_event_message_id(LogEvent e)
{
        assert(e >= 0 && e < _LOG_EVENT_MAX);

        return event_table[e].message_id;
}

/* systemd.exec(5): $JOURNAL_STREAM holds device and inode of the stream that it connected to the
 * journal. Only where that is what stderr is now does a native record end in the same place. */
static bool stderr_is_journal(void)
{
        const char *stream = getenv("JOURNAL_STREAM");
        unsigned long long device, inode;
        char *end, *last;
        struct stat st;

        if (!stream)
                return false;

        device = strtoull(stream, &end, 10);
        if (end == stream || *end != ':')
                return false;
        inode = strtoull(end + 1, &last, 10);
        if (last == end + 1 || *last || fstat(STDERR_FILENO, &st) < 0)
                return false;

        return st.st_dev == (dev_t) device && st.st_ino == (ino_t) inode;
}

void log_open(bool verbose)
{
        target.verbose = verbose;
        target.journal = stderr_is_journal();
}

static const char *priority_word(int priority)
{
        switch (priority) {
        case LOG_EMERG:
        case LOG_ALERT:
        case LOG_CRIT:
        case LOG_ERR:
                return "error: ";
        case LOG_WARNING:
                return "warning: ";
        case LOG_DEBUG:
                return "debug: ";
        default:
                return "";
        }
}

static void write_plain(int priority, const char *message)
{
        CLEANUP_BUF Buf line = BUF_INIT;
        const char *p;
        size_t left;

        buf_append_str(&line, "mqtlsd: ");
        buf_append_str(&line, priority_word(priority));
        buf_append_str(&line, message);
        buf_append_char(&line, '\n');
        if (buf_error(&line) < 0)
                return;

        /* One write(2) for the line, so that lines of several writers do not mix. */
        p = line.data;
        left = line.len;
        while (left > 0) {
                ssize_t n = write(STDERR_FILENO, p, left);

                if (n <= 0)
                        return; /* nowhere left to complain */
                p += n;
                left -= (size_t) n;
        }
}

/* Appends "NAME=value" and notes where it begins. */
static void append_field(Buf *b, size_t *starts, size_t *n, const char *name, const char *value)
{
        assert(*n < LOG_FIELDS_MAX + LOG_FIELDS_OWN);

        starts[(*n)++] = b->len;
        buf_append_str(b, name);
        buf_append_char(b, '=');
        escape_log(b, value, strlen(value), LOG_VALUE_BYTES_MAX);
}

static int write_journal(int priority, LogEvent event, const LogField *fields, size_t n_fields,
        const char *message)
{
        CLEANUP_BUF Buf record = BUF_INIT;
        size_t starts[LOG_FIELDS_MAX + LOG_FIELDS_OWN + 1];
        struct iovec iov[LOG_FIELDS_MAX + LOG_FIELDS_OWN];
        const char level[] = {(char) ('0' + (priority & LOG_PRIMASK)), '\0'};
        const char *id = event_table[event].message_id;
        size_t n = 0;

        starts[n++] = record.len;
        buf_append_str(&record, "MESSAGE=");
        buf_append_str(&record, message); /* is one escaped line already */
        append_field(&record, starts, &n, "PRIORITY", level);
        if (id)
                append_field(&record, starts, &n, "MESSAGE_ID", id);
        for (size_t i = 0; i < n_fields && i < LOG_FIELDS_MAX; i++)
                if (fields[i].value)
                        append_field(&record, starts, &n, fields[i].name, fields[i].value);
        starts[n] = record.len;

        if (buf_error(&record) < 0)
                return -1;

        for (size_t i = 0; i < n; i++)
                iov[i] = (struct iovec) {
                        .iov_base = record.data + starts[i],
                        .iov_len = starts[i + 1] - starts[i],
                };
        return sd_journal_sendv(iov, (int) n);
}

void log_event(int priority, LogEvent event, const LogField *fields, size_t n_fields,
        const char *format, ...)
{
        CLEANUP_FREE char *text = NULL;
        CLEANUP_BUF Buf message = BUF_INIT;
        va_list ap;
        int n;

        assert(event >= 0 && event < _LOG_EVENT_MAX);
        assert(fields || n_fields == 0);

        if (priority == LOG_DEBUG && !target.verbose)
                return;

        va_start(ap, format);
        n = vasprintf(&text, format, ap);
        va_end(ap);
        if (n < 0) {
                text = NULL; /* undefined after a failure, says asprintf(3) */
                write_plain(LOG_ERR, "out of memory while logging");
                return;
        }

        escape_log(&message, text, (size_t) n, LOG_VALUE_BYTES_MAX);
        if (buf_error(&message) < 0)
                return;

        if (target.journal &&
                write_journal(priority, event, fields, n_fields, buf_str(&message)) >= 0)
                return;
        write_plain(priority, buf_str(&message));
}
