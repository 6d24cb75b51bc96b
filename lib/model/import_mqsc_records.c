/* SPDX-License-Identifier: MIT */

/*
 * Blocks of NAME(value) cells, as DISPLAY prints them. What DISPLAY CHANNEL shows counts more than what
 * commands said before; a status only stands in for a definition that the file does not hold.
 */

#include "model/import_mqsc_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool span_is(MqscSpan span, const char *word)
{
        return strlen(word) == span.len && memcmp(span.s, word, span.len) == 0;
}

static void keep_displayed(MqscChannel *channel, MqscRecord *r)
{
        MqscValue remote;

        if (channel->origin == MQSC_STATUS) {
                /* The definition is better; only the status knows who answered. */
                remote = channel->values.list[MQSC_RQMNAME];
                channel->values.list[MQSC_RQMNAME] = (MqscValue){0};
                mqsc_values_done(&channel->values);
                channel->values.list[MQSC_RQMNAME] = remote;
        }
        mqsc_values_merge(&channel->values, &r->values);
        channel->origin = MQSC_DISPLAYED;
        channel->line = r->line;
}

static void keep_status(MqscChannel *channel, MqscRecord *r, bool is_new)
{
        MqscValue remote = r->values.list[MQSC_RQMNAME];

        if (is_new) {
                mqsc_values_merge(&channel->values, &r->values);
                channel->origin = MQSC_STATUS;
                channel->line = r->line;
                return;
        }
        /* Of several instances of a channel the first stays. */
        if (mqsc_value(&channel->values, MQSC_RQMNAME) || !remote.text)
                return;
        free(channel->values.list[MQSC_RQMNAME].text);
        channel->values.list[MQSC_RQMNAME] = remote;
        r->values.list[MQSC_RQMNAME] = (MqscValue){0};
}

static void keep_record(MqscImport *m, MqscRecord *r)
{
        const char *type = mqsc_value(&r->values, MQSC_CHLTYPE), *why = NULL;
        bool is_client = type && strcmp(type, "CLNTCONN") == 0, is_new;
        MqscChannel *channel = NULL;

        if (!channel_name_is_valid(r->name ? r->name : "", &why)) {
                if (import_count_definition(&m->import, r->line))
                        import_skip(&m->import, r->name ? r->name : "", r->line, "the name %s", why);
                return;
        }
        is_new = !mqsc_channels_find(&m->channels, m->qmgr, r->name, is_client);
        if (is_new && !import_count_definition(&m->import, r->line))
                return;
        if (mqsc_channels_add(&m->channels, m->qmgr, r->name, is_client, &channel) < 0) {
                m->import.no_memory = true;
                return;
        }
        if (r->is_status)
                keep_status(channel, r, is_new);
        else
                keep_displayed(channel, r);
}

void import_mqsc_close_record(MqscImport *m)
{
        MqscRecord *r = NULL;

        assert(m);

        r = &m->record;
        if (r->kind == MQSC_RECORD_NONE)
                return;
        if (r->kind == MQSC_RECORD_CHANNEL && !m->import.no_memory)
                keep_record(m, r);
        free(r->name);
        mqsc_values_done(&r->values);
        *r = (MqscRecord){0};
}

void import_mqsc_open_record(MqscImport *m, unsigned message)
{
        import_mqsc_close_record(m);
        m->record.kind = MQSC_RECORD_UNDECIDED;
        m->record.message = message;
        m->record.line = m->text.line;
        m->is_known = true;
}

static void record_open_listener(MqscImport *m, MqscSpan name)
{
        MqscListener *listener = NULL;

        m->record.kind = MQSC_RECORD_OTHER;
        if (mqsc_listeners_add(&m->listeners, m->qmgr, name, &listener) < 0)
                m->import.no_memory = true;
        if (!listener)
                return;
        m->record.kind = MQSC_RECORD_LISTENER;
        m->record.listener = (size_t) (listener - m->listeners.list) + 1;
}

static void record_open_channel(MqscImport *m, MqscSpan name)
{
        m->record.kind = MQSC_RECORD_CHANNEL;
        m->record.line = m->text.line;
        m->record.is_status = m->record.message == MQSC_MESSAGE_CHSTATUS;
        /* One that is too long stays too long. */
        if (import_text(name.s, MIN_OF(name.len, (size_t) MQ_CHANNEL_NAME_MAX + 1), &m->record.name) < 0)
                m->import.no_memory = true;
}

/* The first cell says what the block is about. */
static void record_decide(MqscImport *m, const MqscCell *cell)
{
        unsigned message = m->record.message;

        if (!cell->has_value)
                m->record.kind = MQSC_RECORD_OTHER;
        else if (span_is(cell->name, "CHANNEL") && (message == 0 || message == MQSC_MESSAGE_CHANNEL ||
                                                      message == MQSC_MESSAGE_CHSTATUS))
                record_open_channel(m, cell->value);
        else if (span_is(cell->name, "LISTENER"))
                record_open_listener(m, cell->value);
        else if (span_is(cell->name, "QMNAME")) {
                m->record.kind = MQSC_RECORD_OTHER;
                import_mqsc_begin_qmgr(m, cell->value);
        } else {
                m->record.kind = MQSC_RECORD_OTHER;
        }
}

static void record_add_cell(MqscImport *m, const MqscCell *cell)
{
        MqscAttribute a = mqsc_attribute_find(cell->name.s, cell->name.len);
        MqscValues said = {0};

        /* A word alone, such as CURRENT. */
        if (!cell->has_value)
                return;
        if (m->record.kind == MQSC_RECORD_LISTENER) {
                if (mqsc_listener_set(&m->listeners.list[m->record.listener - 1], cell->name,
                            cell->value) == -ENOMEM)
                        m->import.no_memory = true;
                return;
        }
        if (m->record.kind != MQSC_RECORD_CHANNEL)
                return;
        if (span_is(cell->name, "STATUS"))
                m->record.is_status = true;
        if (a == _MQSC_ATTRIBUTE_MAX)
                return;

        /* One that is too long stays too long. */
        said.list[a].is_set = true;
        if (import_text(cell->value.s, MIN_OF(cell->value.len, mqsc_attribute(a)->value_max + 1),
                    &said.list[a].text) < 0)
                m->import.no_memory = true;
        mqsc_values_merge(&m->record.values, &said);
        mqsc_values_done(&said);
}

static bool opens_record(const MqscCell *cell)
{
        return cell->has_value && (span_is(cell->name, "CHANNEL") || span_is(cell->name, "LISTENER") ||
                                          span_is(cell->name, "QMNAME"));
}

bool import_mqsc_read_cells(MqscImport *m, MqscSpan line)
{
        MqscCell cells[MQSC_CELLS_MAX];
        bool is_indented = strchr(" \t", line.s[0]) != NULL;
        bool is_open = m->record.kind != MQSC_RECORD_NONE;
        size_t n;

        if (!mqsc_display_begins_with_cell(line) &&
                !(is_open && is_indented && !import_mqsc_is_command(line)))
                return false;
        n = mqsc_display_cells(line, cells);
        if (n == 0 || (!is_open && !opens_record(&cells[0])))
                return false;

        /* Message lines may have been removed. */
        if (!is_open || (m->record.kind == MQSC_RECORD_CHANNEL && span_is(cells[0].name, "CHANNEL")))
                import_mqsc_open_record(m, is_open ? m->record.message : 0);
        if (m->record.kind == MQSC_RECORD_UNDECIDED)
                record_decide(m, &cells[0]);
        for (size_t k = 0; k < n; k++)
                record_add_cell(m, &cells[k]);
        return true;
}
