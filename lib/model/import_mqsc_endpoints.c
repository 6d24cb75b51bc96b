/* SPDX-License-Identifier: MIT */

/*
 * Which definitions are endpoints. One that accepts is reached where its queue manager listens, one
 * that dials says itself where:
 *
 *     SVRCONN, RCVR       accept; they have no CONNAME
 *     CLUSRCVR            accepts; its CONNAME is its own address, where it is not left to MQ
 *     SVR, RQSTR          dial where they have a CONNAME, else accept
 *     SDR, CLUSSDR,
 *     CLNTCONN            dial
 */

#include "model/import_mqsc_internal.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "mq/conname.h"

typedef enum ConnameRole {
        CONNAME_NONE,
        CONNAME_OWN,
        CONNAME_REMOTE_OR_NONE,
        CONNAME_REMOTE,
} ConnameRole;

static const struct {
        ChannelType type;
        ConnameRole role;
} roles[] = {
        { CHANNEL_TYPE_SDR, CONNAME_REMOTE },
        { CHANNEL_TYPE_SVR, CONNAME_REMOTE_OR_NONE },
        { CHANNEL_TYPE_RCVR, CONNAME_NONE },
        { CHANNEL_TYPE_RQSTR, CONNAME_REMOTE_OR_NONE },
        { CHANNEL_TYPE_CLNTCONN, CONNAME_REMOTE },
        { CHANNEL_TYPE_SVRCONN, CONNAME_NONE },
        { CHANNEL_TYPE_CLUSRCVR, CONNAME_OWN },
        { CHANNEL_TYPE_CLUSSDR, CONNAME_REMOTE },
};

static ConnameRole role_of(ChannelType type)
{
        for (size_t i = 0; i < ARRAY_LEN(roles); i++)
                if (roles[i].type == type)
                        return roles[i].role;
        return CONNAME_NONE;
}

/* Why this can be no TLS endpoint at all, before the filters are asked; NULL: it can. */
static const char *type_fault(const MqscChannel *c)
{
        const char *type = mqsc_value(&c->values, MQSC_CHLTYPE);

        if (!type)
                return "CHLTYPE is not shown";
        if (channel_type_from_string(type) == _CHANNEL_TYPE_INVALID)
                return "its type has a listener of its own or is not known";
        return NULL;
}

static const char *tls_fault(const MqscChannel *c)
{
        const char *transport = mqsc_value(&c->values, MQSC_TRPTYPE);

        if (transport && strcmp(transport, "TCP") != 0)
                return "its TRPTYPE is not TCP";
        if (mqsc_value(&c->values, MQSC_SSLCIPH))
                return NULL;
        if (c->values.list[MQSC_SSLCIPH].is_set || c->origin == MQSC_DEFINED)
                return "has no SSLCIPH";
        return "SSLCIPH is not shown; ask DISPLAY for ALL";
}

/* ---- addresses ---- */

/* One entry of host = as it is, or with a port where it has none. */
static void append_host(Buf *b, const char *s, size_t len, uint16_t port)
{
        bool has_port = memchr(s, '(', len) || memmem(s, len, "]:", 2);

        buf_append(b, s, len);
        if (!has_port)
                buf_appendf(b, "(%u)", (unsigned) port);
}

/* Appends where the queue manager of `c` listens. False if that is not known. */
static bool append_listener(MqscImport *m, const MqscChannel *c, uint16_t own_port, Buf *b)
{
        MqscQmgr *qmgr = &m->qmgrs[c->qmgr];
        uint16_t other_port = 0, port = own_port;
        const MqscListener *listener = mqsc_listeners_choose(&m->listeners, c->qmgr, &other_port);
        const char *host = m->import.options->host;

        if (!host && listener)
                host = listener->ipaddr;
        if (!host)
                return false;
        if (port == 0)
                port = listener ? listener->port : (uint16_t) MQ_DEFAULT_PORT;

        if (listener && own_port == 0 && other_port > 0 && !qmgr->is_told && !strchr(host, '(')) {
                qmgr->is_told = true;
                import_warn(&m->import, 0, NULL,
                        "there are listeners on ports %u and %u, the first is taken; write the port into "
                        "host =",
                        (unsigned) listener->port, (unsigned) other_port);
        }

        for (const char *s = host;; s++) {
                size_t n = strcspn(s, ",");

                append_host(b, s, n, port);
                s += n;
                if (*s == '\0')
                        return true;
                buf_append_char(b, ',');
        }
}

/* A CONNAME such as "(1415)": the address is left to MQ, the port is not. */
static bool is_port_alone(const char *conname, uint16_t *ret_port)
{
        size_t n = strlen(conname);

        return n > 2 && conname[0] == '(' && conname[n - 1] == ')' &&
               mqsc_port_parse((MqscSpan){ conname + 1, n - 2 }, ret_port) == 0;
}

/* Sets conname and is_listener. False when the channel is skipped, or memory ran out. */
static bool find_address(MqscImport *m, const MqscChannel *c, ImportedEndpoint *e)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        CLEANUP(conname_list_done) ConnameList list = {0};
        const char *conname = mqsc_value(&c->values, MQSC_CONNAME), *why = NULL;
        ConnameRole role = role_of(e->chltype);
        uint16_t own_port = 0;
        bool is_own = false;
        int r;

        /* On an inbound channel a status shows who dialled. */
        if (role == CONNAME_NONE || (role == CONNAME_OWN && c->origin == MQSC_STATUS))
                conname = NULL;
        if (conname && role == CONNAME_OWN && is_port_alone(conname, &own_port))
                conname = NULL;
        e->is_listener = role == CONNAME_NONE || role == CONNAME_OWN || !conname;

        if (!conname && role == CONNAME_REMOTE) {
                import_skip(&m->import, c->name, c->line, "has no CONNAME");
                return false;
        }
        if (conname) {
                buf_append_str(&b, conname);
                is_own = true;
        } else if (!append_listener(m, c, own_port, &b)) {
                import_skip(&m->import, c->name, c->line,
                        "accepts, and the file does not say where; set host =");
                return false;
        }

        r = buf_error(&b) < 0 ? -ENOMEM : conname_list_parse(buf_str(&b), &list, &why);
        if (r == -EINVAL) {
                if (is_own)
                        import_warn(&m->import, c->line, c->name,
                                "CONNAME('%s'): %s; correct it, or exclude the channel", conname, why);
                import_skip(&m->import, c->name, c->line, "%s: %s", is_own ? "CONNAME" : "host =", why);
                return false;
        }
        if (r < 0 || buf_steal(&b, &e->conname) < 0) {
                m->import.no_memory = true;
                return false;
        }
        return true;
}

/* ---- the endpoint ---- */

static int fill(const MqscImport *m, const MqscChannel *c, ImportedEndpoint *e)
{
        const MqscValues *v = &c->values;
        const char *wanted = m->import.options->qmgr;
        const char *definer = wanted ? wanted : m->qmgrs[c->qmgr].name, *qmgr = NULL;

        if (e->is_listener) {
                qmgr = definer;
        } else if (e->chltype == CHANNEL_TYPE_CLNTCONN) {
                qmgr = mqsc_value(v, MQSC_QMNAME);
                e->qmgr_may_be_group = true;
        } else {
                qmgr = mqsc_value(v, MQSC_RQMNAME);
        }
        if (qmgr && !qmgr_name_is_valid(qmgr, NULL))
                qmgr = NULL;
        e->qmgr_may_be_group &= qmgr != NULL;
        e->is_from_status = c->origin == MQSC_STATUS;
        e->line = c->line;

        /* In a status SSLPEER is the name that was shown, not the one that is asked for. */
        if (util_copy_text(qmgr, &e->qmgr) < 0 || util_copy_text(definer, &e->defined_by) < 0 ||
                util_copy_text(c->name, &e->channel) < 0 ||
                util_copy_text(mqsc_value(v, MQSC_SSLCIPH), &e->sslciph) < 0 ||
                (!e->is_from_status &&
                        util_copy_text(mqsc_value(v, MQSC_SSLPEER), &e->sslpeer) < 0) ||
                util_copy_text(mqsc_value(v, MQSC_SSLCAUTH), &e->sslcauth) < 0 ||
                util_copy_text(mqsc_value(v, MQSC_CERTLABL), &e->certlabl) < 0 ||
                util_copy_text(mqsc_value(v, MQSC_DESCR), &e->description) < 0)
                return -ENOMEM;
        return 0;
}

static void conclude_channel(MqscImport *m, const MqscChannel *c)
{
        CLEANUP(imported_endpoint_done) ImportedEndpoint e = {0};
        const char *why = type_fault(c);

        if (why) {
                import_skip(&m->import, c->name, c->line, "%s", why);
                return;
        }
        e.chltype = channel_type_from_string(mqsc_value(&c->values, MQSC_CHLTYPE));
        if (!import_is_wanted(&m->import, c->name, e.chltype, c->line))
                return;
        why = tls_fault(c);
        if (why) {
                import_skip(&m->import, c->name, c->line, "%s", why);
                return;
        }
        if (!find_address(m, c, &e))
                return;
        if (fill(m, c, &e) < 0) {
                m->import.no_memory = true;
                return;
        }
        import_add(&m->import, &e);
}

void import_mqsc_conclude(MqscImport *m)
{
        assert(m);

        for (size_t i = 0; i < m->channels.n && !m->import.no_memory; i++)
                if (!m->channels.list[i].is_deleted)
                        conclude_channel(m, &m->channels.list[i]);
}
