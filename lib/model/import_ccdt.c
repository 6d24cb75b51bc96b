/* SPDX-License-Identifier: MIT */
#include "model/import_ccdt.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/ccdt_keys.h"
#include "model/ccdt_text.h"
#include "model/import_internal.h"
#include "mq/conname.h"

enum {
        DESCRIPTION_MAX = 64 * 4, /* in bytes, as in MQSC */
        CERTLABL_MAX = MQ_CERTLABL_MAX * 4,
        SSLPEER_MAX = 1024 * 4,
        WHERE_MAX = 64, /* "clientConnection.connection[18446744073709551615].host" */
};

typedef struct Ccdt {
        Import import;
        CcdtText text;
        json_t *root;

        size_t index; /* of the channel that is read now */
        unsigned line;

        CcdtKeys keys;
} Ccdt;

static void ccdt_done(Ccdt *c)
{
        json_decref(c->root);
        ccdt_text_done(&c->text);
        import_done(&c->import);
}

/* Complains about `where` in the channel that is read. */
static void complain(Ccdt *c, const char *where, const char *text)
{
        CLEANUP_BUF Buf setting = BUF_INIT;

        buf_appendf(&setting, "channel[%zu]%s%s", c->index, *where ? "." : "", where);
        import_complain(&c->import, c->line, buf_str(&setting), "%s", text);
}

static void check_keys(Ccdt *c, CcdtObject object, json_t *value)
{
        for (void *i = json_object_iter(value); i; i = json_object_iter_next(value, i))
                ccdt_keys_check(&c->keys, object, json_object_iter_key(i), c->line);
}

/* ---- values ---- */

/* A part of the channel that is an object; NULL where it is not there. False after a complaint. */
static bool get_object(Ccdt *c, const json_t *channel, const char *key, CcdtObject object, json_t **ret)
{
        *ret = json_object_get(channel, key);
        if (*ret && !json_is_object(*ret)) {
                complain(c, key, "it is no object; put it into { }");
                return false;
        }
        if (*ret)
                check_keys(c, object, *ret);
        return true;
}

/* A text, without blanks around it; NULL where it is blank or not there. False after a complaint, or
 * without memory. */
static bool get_text(
        Ccdt *c, const json_t *object, const char *key, const char *where, size_t max, char **ret)
{
        const json_t *value = object ? json_object_get(object, key) : NULL;

        *ret = NULL;
        if (!value)
                return true;
        if (!json_is_string(value)) {
                complain(c, where, "it is no string; put it into quotes");
                return false;
        }
        if (json_string_length(value) > max) {
                complain(c, where, "it is longer than MQ allows; shorten it");
                return false;
        }
        if (import_text(json_string_value(value), json_string_length(value), ret) < 0) {
                c->import.no_memory = true;
                return false;
        }
        return true;
}

/* ---- connections ---- */

/* What is wrong with a host by itself, so that it cannot bring a port or a second entry along. */
static const char *host_fault(const char *host)
{
        CLEANUP(conname_list_done) ConnameList list = {0};
        const char *why = NULL;

        if (strpbrk(host, ",()[]"))
                return "it is no host name or address alone; the port goes into \"port\", a second host into "
                       "a connection of its own";
        return conname_list_parse(host, &list, &why) == -EINVAL ? why : NULL;
}

static bool append_connection(Ccdt *c, json_t *connection, size_t index, Buf *b)
{
        CLEANUP_FREE char *host = NULL;
        const json_t *port = NULL;
        json_int_t number = MQ_DEFAULT_PORT;
        const char *why = NULL;
        char where[WHERE_MAX];

        (void) snprintf(where, sizeof(where), "clientConnection.connection[%zu]", index);
        if (!json_is_object(connection)) {
                complain(c, where, "it is no object; write { \"host\": …, \"port\": … }");
                return false;
        }
        check_keys(c, CCDT_CONNECTION, connection);

        (void) snprintf(where, sizeof(where), "clientConnection.connection[%zu].host", index);
        if (!get_text(c, connection, "host", where, CONNAME_HOST_MAX, &host))
                return false;
        why = host ? host_fault(host) : "it is missing; name the host";
        if (why) {
                complain(c, where, why);
                return false;
        }

        port = json_object_get(connection, "port");
        if (port) {
                (void) snprintf(where, sizeof(where), "clientConnection.connection[%zu].port", index);
                number = json_is_integer(port) ? json_integer_value(port) : 0;
                if (number < 1 || number > UINT16_MAX) {
                        complain(c, where,
                                "it is no number from 1 to 65535; write one, without quotes");
                        return false;
                }
        }
        buf_appendf(b, "%s%s(%d)", b->len > 0 ? "," : "", host, (int) number);
        return true;
}

/* The CONNAME list of a channel; NULL when it has no connections. False after a complaint. */
static bool get_conname(Ccdt *c, const json_t *client, char **ret)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        json_t *connections = client ? json_object_get(client, "connection") : NULL;

        *ret = NULL;
        if (!connections)
                return true;
        if (!json_is_array(connections)) {
                complain(c, "clientConnection.connection", "it is no array; put it into [ ]");
                return false;
        }
        if (json_array_size(connections) == 0)
                return true;
        if (json_array_size(connections) > CONNAME_ENTRIES_MAX) {
                complain(c, "clientConnection.connection",
                        "there are more than 64 connections; split the channel in two");
                return false;
        }
        for (size_t i = 0; i < json_array_size(connections); i++)
                if (!append_connection(c, json_array_get(connections, i), i, &b))
                        return false;
        if (buf_steal(&b, ret) < 0) {
                c->import.no_memory = true;
                return false;
        }
        return true;
}

/* ---- channels ---- */

/* Fills in the name. False after a complaint. */
static bool get_name(Ccdt *c, const json_t *channel, ImportedEndpoint *e)
{
        CLEANUP_FREE char *type = NULL;
        CLEANUP_BUF Buf b = BUF_INIT;
        const char *why = NULL;

        if (!get_text(c, channel, "name", "name", SIZE_MAX, &e->channel))
                return false;
        if (!e->channel) {
                complain(c, "name", "it is missing; name the channel");
                return false;
        }
        if (!channel_name_is_valid(e->channel, &why)) {
                buf_appendf(&b, "\"%.64s\" %s; correct it", e->channel, why);
                complain(c, "name", buf_str(&b));
                return false;
        }
        if (!get_text(c, channel, "type", "type", SIZE_MAX, &type))
                return false;
        if (!type || strcmp(type, "clientConnection") != 0) {
                complain(c, "type",
                        type ? "a CCDT is of client connections only; write \"clientConnection\""
                             : "it is missing; write \"clientConnection\"");
                return false;
        }
        e->chltype = CHANNEL_TYPE_CLNTCONN;
        return true;
}

static bool set_qmgr(Ccdt *c, ImportedEndpoint *e)
{
        const char *fallback = c->import.options->qmgr;

        e->qmgr_may_be_group = true;
        if (e->qmgr && !qmgr_name_is_valid(e->qmgr, NULL)) {
                /* "*GROUP" belongs into the application; MQ would look for that name and not find it. */
                import_warn(&c->import, c->line, e->channel,
                        "queueManager \"%.64s\" is no name of a queue manager and is ignored; correct it",
                        e->qmgr);
                free(e->qmgr);
                e->qmgr = NULL;
        }
        if (!e->qmgr) {
                e->qmgr_may_be_group = false;
                if (!fallback)
                        return true;
                e->qmgr = strdup(fallback);
                if (!e->qmgr) {
                        c->import.no_memory = true;
                        return false;
                }
        }
        return true;
}

/* The rest of a channel that is wanted. False after a complaint, or when it was skipped. */
static bool get_rest(Ccdt *c, const json_t *channel, ImportedEndpoint *e)
{
        json_t *client = NULL, *security = NULL, *general = NULL;

        if (!import_is_wanted(&c->import, e->channel, e->chltype, c->line))
                return false;
        if (!get_object(c, channel, "clientConnection", CCDT_CLIENT_CONNECTION, &client) ||
                !get_object(c, channel, "transmissionSecurity", CCDT_TRANSMISSION_SECURITY, &security) ||
                !get_object(c, channel, "general", CCDT_GENERAL, &general))
                return false;

        if (!get_text(c, security, "cipherSpecification", "transmissionSecurity.cipherSpecification",
                    MQ_SSLCIPH_MAX, &e->sslciph))
                return false;
        if (!e->sslciph) {
                import_skip(&c->import, e->channel, c->line, "has no cipherSpecification");
                return false;
        }
        if (!get_conname(c, client, &e->conname))
                return false;
        if (!e->conname) {
                import_skip(&c->import, e->channel, c->line, "has no connection");
                return false;
        }
        return get_text(c, client, "queueManager", "clientConnection.queueManager", SIZE_MAX, &e->qmgr) &&
               get_text(c, security, "certificatePeerName", "transmissionSecurity.certificatePeerName",
                       SSLPEER_MAX, &e->sslpeer) &&
               get_text(c, security, "certificateLabel", "transmissionSecurity.certificateLabel",
                       CERTLABL_MAX, &e->certlabl) &&
               get_text(c, general, "description", "general.description", DESCRIPTION_MAX,
                       &e->description) &&
               set_qmgr(c, e);
}

static void read_channel(Ccdt *c, json_t *channel)
{
        CLEANUP(imported_endpoint_done) ImportedEndpoint e = {0};

        if (!import_count_definition(&c->import, c->line))
                return;
        if (!json_is_object(channel)) {
                complain(c, "", "it is no object; put the channel into { }");
                return;
        }
        check_keys(c, CCDT_CHANNEL, channel);

        e.line = c->line;
        if (get_name(c, channel, &e) && get_rest(c, channel, &e) && !c->import.no_memory)
                import_add(&c->import, &e);
}

/* ---- the file ---- */

/* The array of channels; NULL after a complaint. */
static json_t *find_channels(Ccdt *c)
{
        json_t *channels = json_object_get(c->root, "channel");

        if (json_is_object(c->root))
                check_keys(c, CCDT_ROOT, c->root);
        if (json_is_array(channels))
                return channels;

        import_complain(&c->import, 1, channels ? "channel" : NULL, "%s",
                channels ? "it is no array; put the channels into [ ]"
                         : "the file is no CCDT; write { \"channel\": [ … ] }");
        return NULL;
}

static int parse(Ccdt *c, Buf *text)
{
        size_t skip = 0;
        json_error_t error;
        int r;

        r = import_check_text(&c->import, buf_str(text), text->len, &skip);
        if (r < 0)
                return r;
        buf_consume(text, skip);
        r = ccdt_text_prepare(&c->import, text->data, text->len, &c->text);
        if (r < 0)
                return r;

        c->root = json_loadb(buf_str(text), text->len, JSON_REJECT_DUPLICATES, &error);
        if (c->root)
                return 0;
        if (json_error_code(&error) == json_error_out_of_memory)
                return -ENOMEM;
        import_complain(&c->import, error.line > 0 ? (unsigned) error.line : 0, NULL,
                "the file is not well-formed JSON: %s; correct it", error.text);
        return -EINVAL;
}

static int import_all(Ccdt *c, Buf *text, ImportResult *ret)
{
        json_t *channels = NULL;
        bool has_lines;
        int r;

        r = parse(c, text);
        if (r < 0)
                return r;
        /* The document stands for itself now. */
        buf_done(text);

        c->line = 1;
        channels = find_channels(c);
        has_lines = channels && c->text.n_lines == json_array_size(channels);
        for (; channels && c->index < json_array_size(channels); c->index++) {
                if (c->import.stopped || c->import.no_memory)
                        break;
                c->line = has_lines ? ccdt_text_line(&c->text, c->index) : 0;
                read_channel(c, json_array_get(channels, c->index));
        }
        ccdt_keys_warn(&c->keys, &c->import);

        return channels ? import_finish(&c->import, ret) : -EINVAL;
}

int import_ccdt_text(const char *path, const char *text, size_t len, const ImportOptions *options,
        Issues *issues, ImportResult *ret)
{
        CLEANUP(ccdt_done) Ccdt c = {0};
        CLEANUP_BUF Buf copy = BUF_INIT;
        int r;

        assert(path);
        assert(text);
        assert(issues);
        assert(ret);

        import_begin(&c.import, path, options, issues);
        buf_append(&copy, text, len);
        r = buf_error(&copy);
        if (r < 0)
                return r;
        return import_all(&c, &copy, ret);
}

int import_ccdt_file(
        const char *path, const ImportOptions *options, Issues *issues, ImportResult *ret)
{
        CLEANUP(ccdt_done) Ccdt c = {0};
        CLEANUP_BUF Buf text = BUF_INIT;
        int r;

        assert(path);
        assert(issues);
        assert(ret);

        import_begin(&c.import, path, options, issues);
        r = import_read(&c.import, &text);
        if (r < 0)
                return r;
        return import_all(&c, &text, ret);
}
