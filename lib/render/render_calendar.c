/* SPDX-License-Identifier: MIT */

/*
 * One event for each certificate and deadline, however many channels serve it. "Expires" is an instant
 * in UTC, because calendars show it in the reader's own time zone and a day alone would be a day late
 * in half of the world; "renew by" is a task for a day. There are no alarms: whoever subscribes sets
 * their own, and Alertmanager rings for everybody.
 *
 * Calendar programs take an event for changed when DTSTAMP, LAST-MODIFIED and SEQUENCE grow, so these
 * follow from when the configuration was read and when each endpoint was first seen with what it
 * serves.
 */

#include "render/render_calendar.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/timefmt.h"
#include "render/alert.h"

enum {
        PLACES_MAX = 50,          /* listed in one event */
        SUMMARY_NAME_BYTES = 80,  /* of the certificate's name */
        DATE_TIME_SIZE = sizeof("99991231T235959Z"),
        DATE_LEN = sizeof("99991231") - 1,
};

/* RFC 5280 section 4.1.2.5: a certificate without a well-defined end says this. It has no deadline. */
static const int64_t never_at = INT64_C(253402300799);

typedef struct Event {
        const CertUse *uses; /* of one certificate; NULL: what only an endpoint's dates are known of */
        size_t n_uses;
        const Endpoint *endpoint; /* then this one */
        int64_t not_after_at, renew_by_at;
        int64_t stamp_at;
} Event;

/* The two deadlines of a certificate. */
typedef struct Deadline {
        const char *id;       /* in the UID */
        const char *title;
        const char *alert;    /* whose mitigation it tells */
        const char *color;    /* RFC 7986 section 5.9: a name of CSS */
        const char *priority; /* RFC 5545 section 3.8.1.9: 1 is the highest */
        bool is_end;
} Deadline;

static const Deadline deadlines[] = {
        {"renew", "Renew by: ", "MqtlsCertExpiringSoon", "orange", "5", false},
        {"expires", "Expires: ", "MqtlsCertExpired", "crimson", "1", true},
};

/* ---- lines ---- */

/* NAME:value, the value as it is; folded. */
static void append_raw(Buf *b, const char *name, const char *value)
{
        CLEANUP_BUF Buf line = BUF_INIT;

        buf_append_str(&line, name);
        buf_append_char(&line, ':');
        buf_append_str(&line, value);
        if (buf_error(&line) < 0)
                b->failed = true;
        escape_calendar_line(b, buf_str(&line), line.len);
}

/* NAME:value, a TEXT value. */
static void append_text(Buf *b, const char *name, const char *text)
{
        CLEANUP_BUF Buf value = BUF_INIT;

        escape_calendar(&value, text, strlen(text));
        if (buf_error(&value) < 0)
                b->failed = true;
        append_raw(b, name, buf_str(&value));
}

/* 20261201T100000Z: RFC 5545 section 3.3.5, form 2. */
static void date_time(int64_t at, char ret[static DATE_TIME_SIZE])
{
        char text[TIMEFMT_RFC3339_SIZE];
        size_t n = 0;

        timefmt_rfc3339(at, text);
        for (const char *s = text; *s; s++)
                if (*s != '-' && *s != ':')
                        ret[n++] = *s;
        ret[n] = '\0';
}

static void append_instant(Buf *b, const char *name, int64_t at)
{
        char text[DATE_TIME_SIZE];

        date_time(at, text);
        append_raw(b, name, text);
}

static void append_day(Buf *b, const char *name, int64_t at)
{
        char text[DATE_TIME_SIZE];

        date_time(at, text);
        text[DATE_LEN] = '\0';
        append_raw(b, name, text);
}

/* ---- what an event says ---- */

/* Foreign text as part of a line: what would break the line becomes a blank. */
static void append_inline(Buf *text, const char *s, size_t len)
{
        for (size_t i = 0; i < len; i++)
                buf_append_char(text, s[i] == '\n' || s[i] == '\r' ? ' ' : s[i]);
}

static void append_words(Buf *text, const char *before, const char *s)
{
        if (!s)
                return;
        buf_append_str(text, before);
        append_inline(text, s, strlen(s));
}

/* Cut between characters. */
static void append_cut(Buf *text, const char *name)
{
        size_t len = 0, all = strlen(name);

        while (len < all) {
                size_t n = MAX_OF(escape_utf8_char(name + len, all - len), (size_t) 1);

                if (len + n > SUMMARY_NAME_BYTES)
                        break;
                len += n;
        }
        append_inline(text, name, len);
        if (len < all)
                buf_append_str(text, "...");
}

/* The common name where there is one: what people call it. */
static void append_short_name(Buf *text, const CertFacts *c)
{
        CLEANUP_BUF Buf name = BUF_INIT;

        for (size_t i = 0; i < c->subject.n_attributes && name.len == 0; i++)
                if (c->subject.attributes[i].type == DN_CN)
                        escape_text(&name, c->subject.attributes[i].value,
                                c->subject.attributes[i].value_len);
        if (name.len == 0)
                buf_append_str(&name,
                        c->subject_mq && *c->subject_mq ? c->subject_mq : "a certificate");
        if (buf_error(&name) < 0)
                text->failed = true;
        append_cut(text, buf_str(&name));
}

static void append_summary(Buf *b, const Event *e, const Deadline *d)
{
        CLEANUP_BUF Buf text = BUF_INIT;

        buf_append_str(&text, d->title);
        if (e->uses) {
                append_short_name(&text, e->uses[0].cert);
                buf_append_str(&text, e->endpoint ? " on " : " in ");
        }
        append_cut(&text, e->endpoint ? e->endpoint->config->name
                                      : e->uses[0].repository->config->name);
        if (e->n_uses > 1)
                buf_appendf(&text, " and %zu more", e->n_uses - 1);
        if (buf_error(&text) < 0)
                b->failed = true;
        append_text(b, "SUMMARY", buf_str(&text));
}

static void append_endpoint_place(Buf *text, const EndpointConfig *c)
{
        append_words(text, "- channel ", c->channel);
        append_words(text, " of ", c->qmgr);
        append_words(text, " at ", c->conname);
        append_words(text, ", contact ", c->contact);
        append_words(text, ", endpoint ", c->name);
        buf_append_char(text, '\n');
}

static void append_repository_place(Buf *text, const CertUse *use)
{
        append_words(text, "- key repository ", use->repository->config->name);
        append_words(text, ", label ", use->label);
        buf_append_char(text, '\n');
}

static void append_cert(Buf *text, const CertFacts *c)
{
        append_words(text, "Certificate: ", c->subject_mq);
        append_words(text, "\nIssuer: ", c->issuer_mq);
        append_words(text, "\nSerial: ", c->serial ? c->serial : "unreadable");
        buf_append_char(text, '\n');
}

static void append_description(Buf *b, const Event *e, const Deadline *d)
{
        const AlertInfo *alert = alert_by_name(d->alert);
        CLEANUP_BUF Buf text = BUF_INIT;
        char at[TIMEFMT_RFC3339_SIZE];

        timefmt_rfc3339(e->not_after_at, at);
        buf_appendf(&text, "Valid until %s (UTC).\n", at);
        if (e->uses)
                append_cert(&text, e->uses[0].cert);
        else
                buf_append_str(&text,
                        "The listener has not shown its certificate lately; this is the date that "
                        "it had.\n");
        buf_append_str(&text, "In use:\n");
        for (size_t i = 0; i < e->n_uses && i < PLACES_MAX; i++) {
                if (e->uses[i].endpoint)
                        append_endpoint_place(&text, e->uses[i].endpoint->config);
                else
                        append_repository_place(&text, &e->uses[i]);
        }
        if (e->n_uses > PLACES_MAX)
                buf_appendf(&text, "- and %zu more\n", e->n_uses - PLACES_MAX);
        if (!e->uses)
                append_endpoint_place(&text, e->endpoint->config);
        if (alert) {
                buf_append_str(&text, "What to do: ");
                buf_append_str(&text, alert->mitigation);
        }
        if (buf_error(&text) < 0)
                b->failed = true;
        append_text(b, "DESCRIPTION", buf_str(&text));
}

/* Stays as long as the certificate does, over restarts and over several daemons that see it. */
static void append_uid(Buf *b, const Event *e, const Deadline *d)
{
        CLEANUP_BUF Buf uid = BUF_INIT;
        char hex[2 * CERT_SHA256_SIZE + 1];

        if (e->uses) {
                cert_hex(e->uses[0].cert->sha256, hex);
                buf_append_str(&uid, hex);
        } else {
                buf_append_i64(&uid, e->not_after_at);
                buf_append_char(&uid, '-');
                escape_url(&uid, e->endpoint->config->name, strlen(e->endpoint->config->name));
        }
        buf_append_char(&uid, '-');
        buf_append_str(&uid, d->id);
        buf_append_str(&uid, "@mqtlsd");
        if (buf_error(&uid) < 0)
                b->failed = true;
        append_raw(b, "UID", buf_str(&uid));
}

/* Grows with the stamp, whatever was changed. */
static void append_revision(Buf *b, const Event *e)
{
        int64_t since_at = e->uses && e->uses[0].cert->has_not_before
                ? e->uses[0].cert->not_before_at
                : e->stamp_at;
        int64_t sequence = MIN_OF(MAX_OF(e->stamp_at - since_at, 0), (int64_t) INT32_MAX);
        char text[sizeof("2147483647")];

        append_instant(b, "DTSTAMP", e->stamp_at);
        append_instant(b, "LAST-MODIFIED", e->stamp_at);
        (void) snprintf(text, sizeof(text), "%d", (int) sequence);
        append_raw(b, "SEQUENCE", text);
}

static void append_people(Buf *b, const EndpointConfig *c)
{
        CLEANUP_BUF Buf categories = BUF_INIT;

        buf_append_str(&categories, "IBM MQ,TLS");
        if (c && c->group) {
                buf_append_char(&categories, ',');
                escape_calendar(&categories, c->group, strlen(c->group));
        }
        if (buf_error(&categories) < 0)
                b->failed = true;
        append_raw(b, "CATEGORIES", buf_str(&categories));
        if (c && c->contact)
                append_text(b, "CONTACT", c->contact);
        if (c && c->runbook_url)
                append_raw(b, "URL", c->runbook_url);
}

static void append_event(Buf *b, const Event *e, const Deadline *d)
{
        buf_append_str(b, "BEGIN:VEVENT\r\n");
        append_uid(b, e, d);
        append_revision(b, e);
        if (d->is_end)
                append_instant(b, "DTSTART", e->not_after_at);
        else
                append_day(b, "DTSTART;VALUE=DATE", e->renew_by_at);
        append_summary(b, e, d);
        append_description(b, e, d);
        append_people(b, e->endpoint ? e->endpoint->config : NULL);
        append_raw(b, "PRIORITY", d->priority);
        append_raw(b, "COLOR", d->color);
        append_raw(b, "TRANSP", "TRANSPARENT"); /* nobody is busy for it */
        buf_append_str(b, "END:VEVENT\r\n");
}

static void append_events(Buf *b, const Event *e)
{
        if (e->not_after_at >= never_at)
                return;
        for (size_t i = 0; i < ARRAY_LEN(deadlines); i++)
                append_event(b, e, &deadlines[i]);
}

/* ---- which events there are ---- */

static int64_t latest_of(int64_t at, const DriftTrack *track)
{
        return MAX_OF(at, MAX_OF(track->baseline_at, track->now_at));
}

/* Since when the endpoint is known with what it serves. */
static int64_t served_since(const Endpoint *e)
{
        int64_t at = 0;

        for (size_t i = 0; e->drift && i < e->drift->n_addresses; i++) {
                at = latest_of(at, &e->drift->addresses[i].tracks[DRIFT_KIND_LEAF]);
                at = latest_of(at, &e->drift->addresses[i].tracks[DRIFT_KIND_CHAIN]);
        }
        return at;
}

static void append_cert_events(Buf *b, const CertUse *uses, size_t n, int64_t changed_at)
{
        Event event = {
                .uses = uses,
                .n_uses = n,
                .endpoint = uses[0].endpoint,
                .not_after_at = uses[0].cert->not_after_at,
                .renew_by_at = uses[0].renew_by_at,
                .stamp_at = changed_at,
        };

        for (size_t i = 0; i < n; i++) {
                event.renew_by_at = MIN_OF(event.renew_by_at, uses[i].renew_by_at);
                if (uses[i].endpoint)
                        event.stamp_at = MAX_OF(event.stamp_at, served_since(uses[i].endpoint));
        }
        append_events(b, &event);
}

static bool has_chain(const Endpoint *e)
{
        for (size_t i = 0; e->observation && i < e->observation->n_addresses; i++)
                if (e->observation->addresses[i].chain)
                        return true;
        return false;
}

/* After a restart the dates are known before, or although, the listener shows its certificate. */
static void append_remembered(
        Buf *b, const Inventory *inventory, const CertUseFilter *filter, int64_t changed_at)
{
        for (size_t i = 0; i < inventory_count(inventory); i++) {
                const Endpoint *e = inventory_at(inventory, i);
                const AssessedDates *d = &e->dates;
                const Event event = {
                        .endpoint = e,
                        .not_after_at = d->effective_at,
                        .renew_by_at = d->effective_at - (d->has_policy ? d->warning_seconds : 0),
                        .stamp_at = MAX_OF(changed_at, served_since(e)),
                };

                if (d->has_effective && !has_chain(e) && cert_use_filter_takes(filter, e->config))
                        append_events(b, &event);
        }
}

static void append_head(Buf *b)
{
        buf_append_str(b, "BEGIN:VCALENDAR\r\n"
                          "VERSION:2.0\r\n"
                          "PRODID:-//mqtlsd//mqtlsd//EN\r\n"
                          "CALSCALE:GREGORIAN\r\n");
        append_text(b, "NAME", "MQ certificates");
        append_text(b, "X-WR-CALNAME", "MQ certificates");
        append_text(b, "DESCRIPTION",
                "When the certificates of IBM MQ channels have to be renewed, and when they expire.");
        buf_append_str(b, "REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n"
                          "X-PUBLISHED-TTL:PT6H\r\n");
}

/* RFC 5545 section 3.4: a calendar has at least one component, also when nothing is due. */
static void append_placeholder(Buf *b)
{
        buf_append_str(b, "BEGIN:VTIMEZONE\r\n"
                          "TZID:UTC\r\n"
                          "BEGIN:STANDARD\r\n"
                          "DTSTART:19700101T000000\r\n"
                          "TZOFFSETFROM:+0000\r\n"
                          "TZOFFSETTO:+0000\r\n"
                          "END:STANDARD\r\n"
                          "END:VTIMEZONE\r\n");
}

int render_calendar(
        const Inventory *inventory, const CertUseFilter *filter, int64_t changed_at, Buf *b)
{
        CLEANUP_FREE CertUse *uses = NULL;
        size_t n = 0, head_len = 0;
        int r;

        assert(inventory);
        assert(b);

        r = cert_uses_collect(inventory, filter, &uses, &n);
        if (r < 0)
                return r;

        append_head(b);
        head_len = b->len;
        for (size_t i = 0, same; i < n; i += same) {
                same = cert_uses_same(uses + i, n - i);
                append_cert_events(b, uses + i, same, changed_at);
        }
        append_remembered(b, inventory, filter, changed_at);
        if (b->len == head_len)
                append_placeholder(b);
        buf_append_str(b, "END:VCALENDAR\r\n");
        return buf_error(b);
}
