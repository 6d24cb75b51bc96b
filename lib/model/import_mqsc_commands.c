/* SPDX-License-Identifier: MIT */

/*
 * What DEFINE, ALTER and DELETE leave behind (IBM MQ, "DEFINE CHANNEL"): a definition takes what it does
 * not say from LIKE, or else from SYSTEM.DEF.…, as far as the file defined them before.
 */

#include "model/import_mqsc_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef enum MqscAction {
        MQSC_IGNORE,
        MQSC_DEFINE,
        MQSC_ALTER,
        MQSC_DELETE,
        MQSC_END,
} MqscAction;

/* IBM MQ, "The MQSC commands", with their synonyms. */
static const struct {
        const char *verb, *synonym;
        MqscAction action;
} verbs[] = {
        { "ALTER", "ALT", MQSC_ALTER },
        { "ARCHIVE", "ARC", MQSC_IGNORE },
        { "BACKUP", NULL, MQSC_IGNORE },
        { "CLEAR", NULL, MQSC_IGNORE },
        { "DEFINE", "DEF", MQSC_DEFINE },
        { "DELETE", NULL, MQSC_DELETE },
        { "DISPLAY", "DIS", MQSC_IGNORE },
        { "END", NULL, MQSC_END },
        { "MOVE", NULL, MQSC_IGNORE },
        { "PING", NULL, MQSC_IGNORE },
        { "PURGE", NULL, MQSC_IGNORE },
        { "RECOVER", "REC", MQSC_IGNORE },
        { "REFRESH", "REF", MQSC_IGNORE },
        { "RESET", NULL, MQSC_IGNORE },
        { "RESOLVE", "RES", MQSC_IGNORE },
        { "RESUME", NULL, MQSC_IGNORE },
        { "RVERIFY", "REV", MQSC_IGNORE },
        { "SET", NULL, MQSC_IGNORE },
        { "START", "STA", MQSC_IGNORE },
        { "STOP", NULL, MQSC_IGNORE },
        { "SUSPEND", "SUS", MQSC_IGNORE },
};

/* These may stand between the verb and the object, as CSQUTIL's MAKEDEF puts them. */
static const char *const before_object[] = { "CMDSCOPE", "NOREPLACE", "QSGDISP", "REPLACE" };

static bool word_is(MqscSpan word, const char *upper)
{
        if (!upper || strlen(upper) != word.len)
                return false;
        for (size_t k = 0; k < word.len; k++)
                if (mqsc_upper(word.s[k]) != upper[k])
                        return false;
        return true;
}

static bool find_verb(MqscSpan word, MqscAction *ret)
{
        for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
                if (word_is(word, verbs[i].verb) || word_is(word, verbs[i].synonym)) {
                        *ret = verbs[i].action;
                        return true;
                }
        return false;
}

/* Takes the first word off a line. */
static MqscSpan take_word(MqscSpan *line)
{
        MqscSpan word;

        while (line->len > 0 && strchr(" \t,", line->s[0])) {
                line->s++;
                line->len--;
        }
        word = (MqscSpan){ line->s, 0 };
        while (line->len > 0 && !strchr(" \t,();'+-", line->s[0])) {
                line->s++;
                line->len--;
                word.len++;
        }
        return word;
}

bool import_mqsc_is_command(MqscSpan line)
{
        MqscAction ignored;

        return find_verb(take_word(&line), &ignored);
}

bool import_mqsc_changes_channel(MqscSpan line)
{
        MqscAction action;
        MqscSpan object;

        if (!find_verb(take_word(&line), &action))
                return false;
        object = take_word(&line);
        return (action == MQSC_DEFINE || action == MQSC_ALTER || action == MQSC_DELETE) &&
               (word_is(object, "CHANNEL") || word_is(object, "CHL"));
}

static MqscSpan span_of(const char *s)
{
        return (MqscSpan){ s, strlen(s) };
}

/* The first parameter that is not there for the verb; NULL if there is none. */
static const MqscParameter *find_object(const MqscCommand *c)
{
        for (size_t k = 1; k < c->n_params; k++) {
                bool is_before = false;

                for (size_t n = 0; n < ARRAY_LEN(before_object); n++)
                        is_before |= strcmp(c->params[k].name, before_object[n]) == 0;
                if (!is_before)
                        return &c->params[k];
        }
        return NULL;
}

/* ---- the values of a command ---- */

/* Complains and returns false when the value is not fit to be used. */
static bool check_value(MqscImport *m, const char *channel, const MqscParameter *p, MqscAttribute a)
{
        const MqscAttributeInfo *info = mqsc_attribute(a);

        if (!p->value)
                import_complain(&m->import, p->line, channel, "%s has no value; write %s(…)",
                        info->keyword, info->keyword);
        else if (p->n_values > 1)
                import_complain(&m->import, p->line, channel,
                        "%s takes one value and has %u; put what belongs together into quotes",
                        info->keyword, p->n_values);
        else if (strlen(p->value) > info->value_max)
                import_complain(&m->import, p->line, channel, "%s is longer than %zu bytes; shorten it",
                        info->keyword, info->value_max);
        else
                return true;
        return false;
}

/* Has the command swallowed the next one? Then that one's verb stands before what it repeats. */
static bool begins_next_command(const MqscCommand *c, const MqscParameter *repeated)
{
        const MqscParameter *before = repeated - 1;
        MqscAction ignored;

        return before > c->params && !before->value && find_verb(span_of(before->name), &ignored);
}

static void complain_of_repeated(MqscImport *m, const char *channel, const MqscParameter *repeated)
{
        if (begins_next_command(&m->command, repeated))
                import_complain(&m->import, repeated[-1].line, channel,
                        "the command before goes on into this %.32s; remove the + or - at its end",
                        repeated[-1].name);
        else
                import_complain(&m->import, repeated->line, channel,
                        "%.32s stands twice; remove one of them", repeated->name);
}

/* All values of the command that are read. False, after complaints, when the command is no good. */
static bool read_values(MqscImport *m, const char *channel, MqscValues *v)
{
        const MqscCommand *c = &m->command;
        const MqscParameter *repeated = mqsc_command_repeated(c);
        bool good = true;

        if (repeated) {
                complain_of_repeated(m, channel, repeated);
                return false;
        }
        for (size_t k = 1; k < c->n_params; k++) {
                const MqscParameter *p = &c->params[k];
                MqscAttribute a = mqsc_attribute_find(p->name, strlen(p->name));

                if (a == _MQSC_ATTRIBUTE_MAX || a == MQSC_RQMNAME)
                        continue;
                if (!check_value(m, channel, p, a)) {
                        good = false;
                        continue;
                }
                v->list[a].is_set = true;
                free(v->list[a].text);
                v->list[a].text = NULL;
                if (import_text(p->value, strlen(p->value), &v->list[a].text) < 0)
                        m->import.no_memory = true;
        }
        return good && !m->import.no_memory;
}

/* The name that a keyword carries: CHANNEL('A.B'), LIKE(A.B). NULL after a complaint. */
static char *read_name(MqscImport *m, const MqscParameter *p)
{
        CLEANUP_FREE char *name = NULL;
        const char *why = NULL;

        if (!p->value || p->n_values != 1) {
                import_complain(&m->import, p->line, NULL, "%s takes one name; write %s(NAME)", p->name,
                        p->name);
                return NULL;
        }
        if (import_text(p->value, strlen(p->value), &name) < 0) {
                m->import.no_memory = true;
                return NULL;
        }
        if (!channel_name_is_valid(name ? name : "", &why)) {
                import_complain(&m->import, p->line, NULL, "%s(%.64s): the name %s; correct it", p->name,
                        name ? name : "", why);
                return NULL;
        }
        return STEAL(name);
}

/* ---- DEFINE, ALTER, DELETE CHANNEL ---- */

/* What the type of a definition is, by its own words or those of what it is like. False, after a
 * complaint, if there is no saying. */
static bool decide_client(MqscImport *m, const char *name, const MqscValues *v,
        const MqscChannel *like, bool *ret)
{
        const char *type = mqsc_value(v, MQSC_CHLTYPE);

        if (!type && like)
                type = mqsc_value(&like->values, MQSC_CHLTYPE);
        if (!type) {
                import_complain(&m->import, m->command.line, name,
                        "CHLTYPE is missing; add CHLTYPE(SVRCONN) or what it is");
                return false;
        }
        if (channel_type_from_string(type) == _CHANNEL_TYPE_INVALID && strcmp(type, "AMQP") != 0 &&
                strcmp(type, "MQTT") != 0) {
                import_complain(&m->import, m->command.line, name, "CHLTYPE(%s) is no type of channel; "
                        "write SVRCONN, SDR, RCVR or another that MQ has", type);
                return false;
        }
        *ret = strcmp(type, "CLNTCONN") == 0;
        return true;
}

/* The channel of LIKE; NULL if there is no LIKE, or the file does not define it, which is said. */
static const MqscChannel *find_like(MqscImport *m, const char *name)
{
        const MqscParameter *p = mqsc_command_find(&m->command, "LIKE");
        CLEANUP_FREE char *like = p ? read_name(m, p) : NULL;
        const MqscChannel *channel = NULL;

        if (!like)
                return NULL;
        for (int is_client = 0; is_client < 2 && !channel; is_client++)
                channel = mqsc_channels_find(&m->channels, m->qmgr, like, is_client);
        if (!channel)
                import_warn(&m->import, p->line, name,
                        "LIKE(%s) is of a channel that the file does not define before; write out the "
                        "attributes, or add its definition",
                        like);
        return channel;
}

/* What a new definition starts with. */
static int copy_template(MqscImport *m, const MqscChannel *like, const MqscValues *said, MqscValues *ret)
{
        const char *type = mqsc_value(said, MQSC_CHLTYPE);
        const char *template = NULL;
        const MqscChannel *channel = like;

        if (!channel && type) {
                ChannelType t = channel_type_from_string(type);

                template = mqsc_template_name(t);
                if (template)
                        channel = mqsc_channels_find(
                                &m->channels, m->qmgr, template, t == CHANNEL_TYPE_CLNTCONN);
        }
        return channel ? mqsc_values_copy(&channel->values, ret) : 0;
}

static void define_channel(MqscImport *m, const char *name, MqscValues *said)
{
        CLEANUP(mqsc_values_done) MqscValues v = {0};
        const MqscChannel *like = find_like(m, name);
        const char *like_type = like ? mqsc_value(&like->values, MQSC_CHLTYPE) : NULL;
        const char *type = mqsc_value(said, MQSC_CHLTYPE);
        MqscChannel *channel = NULL;
        bool is_client = false;

        if (!decide_client(m, name, said, like, &is_client))
                return;
        if (type && like_type && strcmp(type, like_type) != 0) {
                import_complain(&m->import, m->command.line, name,
                        "LIKE(%s) is of CHLTYPE(%s), not CHLTYPE(%s); make them the same", like->name,
                        like_type, type);
                return;
        }

        channel = mqsc_channels_find(&m->channels, m->qmgr, name, is_client);
        if (channel && channel->origin != MQSC_STATUS && !mqsc_command_find(&m->command, "REPLACE")) {
                import_warn(&m->import, m->command.line, name,
                        "it is defined already at line %u and this says no REPLACE, so the first one "
                        "counts, as in MQ; add REPLACE or remove one of them",
                        channel->line);
                return;
        }

        if (!channel && !import_count_definition(&m->import, m->command.line))
                return;
        if (copy_template(m, like, said, &v) < 0 ||
                mqsc_channels_add(&m->channels, m->qmgr, name, is_client, &channel) < 0) {
                m->import.no_memory = true;
                return;
        }
        mqsc_values_merge(&v, said);
        mqsc_values_done(&channel->values);
        channel->values = v;
        v = (MqscValues){0};
        channel->origin = MQSC_DEFINED;
        channel->line = m->command.line;
}

static void alter_channel(MqscImport *m, const char *name, MqscValues *said)
{
        const char *type = mqsc_value(said, MQSC_CHLTYPE), *old_type = NULL;
        MqscChannel *channel = NULL;

        if (!type || strcmp(type, "CLNTCONN") != 0)
                channel = mqsc_channels_find(&m->channels, m->qmgr, name, false);
        if (!channel && (!type || strcmp(type, "CLNTCONN") == 0))
                channel = mqsc_channels_find(&m->channels, m->qmgr, name, true);
        if (!channel || channel->origin == MQSC_STATUS) {
                if (import_count_definition(&m->import, m->command.line))
                        import_skip(&m->import, name, m->command.line,
                                "ALTER changes a channel that the file does not define before");
                return;
        }

        old_type = mqsc_value(&channel->values, MQSC_CHLTYPE);
        if (type && old_type && strcmp(type, old_type) != 0) {
                import_complain(&m->import, m->command.line, name,
                        "the type is %s and cannot be altered to %s; correct CHLTYPE", old_type, type);
                return;
        }
        mqsc_values_merge(&channel->values, said);
}

/* CHLTABLE(CLNTTAB) is the table of client connections. Scripts delete what may not be there. */
static void delete_channel(MqscImport *m, const char *name)
{
        const MqscParameter *table = mqsc_command_find(&m->command, "CHLTABLE");
        bool is_client = table && table->value && strcmp(table->value, "CLNTTAB") == 0;
        MqscChannel *channel = mqsc_channels_find(&m->channels, m->qmgr, name, is_client);

        if (channel)
                channel->is_deleted = true;
}

static void execute_channel(MqscImport *m, MqscAction action, const MqscParameter *object)
{
        CLEANUP(mqsc_values_done) MqscValues said = {0};
        CLEANUP_FREE char *name = read_name(m, object);

        if (!name || !read_values(m, name, &said))
                return;
        if (action == MQSC_DEFINE)
                define_channel(m, name, &said);
        else if (action == MQSC_ALTER)
                alter_channel(m, name, &said);
        else
                delete_channel(m, name);
}

/* ---- listeners ---- */

static void execute_listener(MqscImport *m, MqscAction action, const MqscParameter *object)
{
        const MqscCommand *c = &m->command;
        MqscListener *listener = NULL;

        if (!object->value || object->n_values != 1)
                return;
        if (action == MQSC_DELETE) {
                mqsc_listeners_remove(&m->listeners, m->qmgr, span_of(object->value));
                return;
        }
        if (mqsc_listeners_add(&m->listeners, m->qmgr, span_of(object->value), &listener) < 0)
                m->import.no_memory = true;
        if (!listener)
                return;

        for (size_t k = 1; k < c->n_params; k++) {
                const MqscParameter *p = &c->params[k];
                int r = p->value ? mqsc_listener_set(listener, span_of(p->name), span_of(p->value)) : 0;

                if (r < 0 && r != -EINVAL)
                        m->import.no_memory = true;
                else if (r < 0)
                        import_complain(&m->import, p->line, NULL,
                                "LISTENER(%.64s): the port is not a number from 0 to 65535; correct PORT",
                                object->value);
        }
}

/* ---- commands ---- */

/* runmqsc reads no further than END. */
static void execute_end(MqscImport *m)
{
        MqscText t = m->text;

        if (m->is_output)
                return;
        m->has_ended = true;
        while (!mqsc_text_at_end(&t) && mqsc_line_is_comment(mqsc_text_line(&t)))
                mqsc_text_next_line(&t);
        if (!mqsc_text_at_end(&t))
                import_warn(&m->import, t.line, NULL,
                        "what stands behind END is not read, as runmqsc does not; remove END at line %u",
                        m->command.line);
}

void import_mqsc_execute(MqscImport *m)
{
        const MqscCommand *c = &m->command;
        const MqscParameter *object = NULL;
        MqscAction action;

        assert(m);

        if (c->n_params == 0 && !c->problem)
                return;
        if (c->n_params > 0 && (c->params[0].value || !find_verb(span_of(c->params[0].name), &action))) {
                import_warn(&m->import, c->line, NULL,
                        "%.32s is no MQSC command and is ignored; remove it, or put * in column 1",
                        c->params[0].name);
                return;
        }
        if (c->problem) {
                m->is_known |= c->n_params > 0;
                import_complain(&m->import, c->problem_line, NULL, "%s", c->problem);
                return;
        }

        m->is_known = true;
        if (action == MQSC_END)
                execute_end(m);
        if (action == MQSC_END || action == MQSC_IGNORE)
                return;
        object = find_object(c);
        if (object && (strcmp(object->name, "CHANNEL") == 0 || strcmp(object->name, "CHL") == 0))
                execute_channel(m, action, object);
        else if (object && (strcmp(object->name, "LISTENER") == 0 || strcmp(object->name, "LSTR") == 0))
                execute_listener(m, action, object);
}
