/* SPDX-License-Identifier: MIT */
#include "model/mqsc_listeners.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "model/import_internal.h"

static void listener_done(MqscListener *l)
{
        free(l->name);
        free(l->ipaddr);
        *l = (MqscListener){0};
}

void mqsc_listeners_done(MqscListeners *l)
{
        assert(l);

        for (size_t i = 0; i < l->n; i++)
                listener_done(&l->list[i]);
        free(l->list);
        *l = (MqscListeners){0};
}

static bool span_is(MqscSpan span, const char *word)
{
        return strlen(word) == span.len && memcmp(span.s, word, span.len) == 0;
}

static MqscListener *find(const MqscListeners *l, size_t qmgr, MqscSpan name)
{
        for (size_t i = 0; i < l->n; i++)
                if (l->list[i].qmgr == qmgr && span_is(name, l->list[i].name))
                        return &l->list[i];
        return NULL;
}

int mqsc_listeners_add(MqscListeners *l, size_t qmgr, MqscSpan name, MqscListener **ret)
{
        MqscListener listener = { .qmgr = qmgr };

        assert(l);
        assert(ret);

        *ret = find(l, qmgr, name);
        if (*ret || l->n == MQSC_LISTENERS_MAX)
                return 0;

        listener.name = strndup(name.s, name.len);
        if (!listener.name || util_grow(&l->list, l->n, sizeof(listener)) < 0) {
                listener_done(&listener);
                return -ENOMEM;
        }
        l->list[l->n] = listener;
        *ret = &l->list[l->n++];
        return 0;
}

void mqsc_listeners_remove(MqscListeners *l, size_t qmgr, MqscSpan name)
{
        MqscListener *listener = NULL;

        assert(l);

        listener = find(l, qmgr, name);
        if (!listener)
                return;
        listener_done(listener);
        l->n--;
        memmove(listener, listener + 1, (size_t) (&l->list[l->n] - listener) * sizeof(*listener));
}

int mqsc_port_parse(MqscSpan text, uint16_t *ret)
{
        unsigned port = 0;

        assert(ret);

        if (text.len == 0 || text.len > 5)
                return -EINVAL;
        for (size_t k = 0; k < text.len; k++) {
                if (text.s[k] < '0' || text.s[k] > '9')
                        return -EINVAL;
                port = port * 10 + (unsigned) (text.s[k] - '0');
        }
        if (port == 0 || port > UINT16_MAX)
                return -EINVAL;

        *ret = (uint16_t) port;
        return 0;
}

int mqsc_listener_set(MqscListener *l, MqscSpan keyword, MqscSpan value)
{
        char *ipaddr = NULL;

        assert(l);

        if (span_is(keyword, "TRPTYPE"))
                l->is_other_transport = !span_is(value, "TCP");
        if (span_is(keyword, "CONTROL"))
                l->is_automatic = span_is(value, "QMGR") || span_is(value, "STARTONLY");
        if (span_is(keyword, "STATUS"))
                l->is_running = span_is(value, "RUNNING");

        if (span_is(keyword, "PORT")) {
                l->port = 0;
                /* 0 and blank mean the default of the installation. */
                return value.len == 0 || span_is(value, "0") ? 0 : mqsc_port_parse(value, &l->port);
        }
        if (span_is(keyword, "IPADDR")) {
                /* A status says '*' for all addresses. */
                if (!span_is(value, "*") && import_text(value.s, value.len, &ipaddr) < 0)
                        return -ENOMEM;
                free(l->ipaddr);
                l->ipaddr = ipaddr;
        }
        return 0;
}

static unsigned rank(const MqscListener *l)
{
        return l->is_running ? 2 : l->is_automatic ? 1 : 0;
}

const MqscListener *mqsc_listeners_choose(
        const MqscListeners *l, size_t qmgr, uint16_t *ret_other_port)
{
        const MqscListener *chosen = NULL;

        assert(l);
        assert(ret_other_port);

        *ret_other_port = 0;
        for (size_t i = 0; i < l->n; i++) {
                const MqscListener *listener = &l->list[i];

                if (listener->qmgr != qmgr || listener->is_other_transport || listener->port == 0)
                        continue;
                if (!chosen || rank(listener) > rank(chosen)) {
                        chosen = listener;
                        *ret_other_port = 0;
                } else if (rank(listener) == rank(chosen) && listener->port != chosen->port) {
                        *ret_other_port = listener->port;
                }
        }
        return chosen;
}
