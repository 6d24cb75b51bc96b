/* SPDX-License-Identifier: MIT */
#include "model/mqsc_channels.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

enum {
        FIRST_SLOTS = 64,
};

#define ATTRIBUTE_INFO(id, keyword_, max_) [MQSC_##id] = { .keyword = (keyword_), .value_max = (max_) },
static const MqscAttributeInfo attributes[] = { MQSC_ATTRIBUTE_TABLE(ATTRIBUTE_INFO) };
_Static_assert(ARRAY_LEN(attributes) == _MQSC_ATTRIBUTE_MAX, "an attribute has no row");

static const struct {
        ChannelType type;
        const char *name;
} templates[] = {
        { CHANNEL_TYPE_SDR, "SYSTEM.DEF.SENDER" },
        { CHANNEL_TYPE_SVR, "SYSTEM.DEF.SERVER" },
        { CHANNEL_TYPE_RCVR, "SYSTEM.DEF.RECEIVER" },
        { CHANNEL_TYPE_RQSTR, "SYSTEM.DEF.REQUESTER" },
        { CHANNEL_TYPE_CLNTCONN, "SYSTEM.DEF.CLNTCONN" },
        { CHANNEL_TYPE_SVRCONN, "SYSTEM.DEF.SVRCONN" },
        { CHANNEL_TYPE_CLUSRCVR, "SYSTEM.DEF.CLUSRCVR" },
        { CHANNEL_TYPE_CLUSSDR, "SYSTEM.DEF.CLUSSDR" },
};

const char *mqsc_template_name(ChannelType type)
{
        for (size_t i = 0; i < ARRAY_LEN(templates); i++)
                if (templates[i].type == type)
                        return templates[i].name;
        return NULL;
}

const MqscAttributeInfo *mqsc_attribute(MqscAttribute a)
{
        assert(a < _MQSC_ATTRIBUTE_MAX);

        return &attributes[a];
}

MqscAttribute mqsc_attribute_find(const char *keyword, size_t len)
{
        assert(keyword);

        for (size_t a = 0; a < _MQSC_ATTRIBUTE_MAX; a++)
                if (strlen(attributes[a].keyword) == len &&
                        memcmp(attributes[a].keyword, keyword, len) == 0)
                        return (MqscAttribute) a;
        return _MQSC_ATTRIBUTE_MAX;
}

void mqsc_values_done(MqscValues *v)
{
        assert(v);

        for (size_t a = 0; a < _MQSC_ATTRIBUTE_MAX; a++)
                free(v->list[a].text);
        *v = (MqscValues){0};
}

void mqsc_values_merge(MqscValues *v, MqscValues *from)
{
        assert(v);
        assert(from);

        for (size_t a = 0; a < _MQSC_ATTRIBUTE_MAX; a++) {
                if (!from->list[a].is_set)
                        continue;
                free(v->list[a].text);
                v->list[a] = from->list[a];
                from->list[a] = (MqscValue){0};
        }
}

int mqsc_values_copy(const MqscValues *v, MqscValues *ret)
{
        MqscValues copy = {0};

        assert(v);
        assert(ret);

        for (size_t a = 0; a < _MQSC_ATTRIBUTE_MAX; a++) {
                copy.list[a].is_set = v->list[a].is_set;
                if (!v->list[a].text)
                        continue;
                copy.list[a].text = strdup(v->list[a].text);
                if (!copy.list[a].text) {
                        mqsc_values_done(&copy);
                        return -ENOMEM;
                }
        }

        *ret = copy;
        return 0;
}

void mqsc_channels_done(MqscChannels *c)
{
        assert(c);

        for (size_t i = 0; i < c->n; i++) {
                free(c->list[i].name);
                mqsc_values_done(&c->list[i].values);
        }
        free(c->list);
        free(c->slots);
        *c = (MqscChannels){0};
}

/* FNV-1a. How many channels a file may hold is bounded, and with it what a file made to collide costs. */
static size_t hash_key(size_t qmgr, const char *name, bool is_client)
{
        uint64_t h = UINT64_C(14695981039346656037) ^ (uint64_t) qmgr * 2 ^ (is_client ? 1U : 0U);

        for (; *name; name++)
                h = (h ^ (unsigned char) *name) * UINT64_C(1099511628211);
        return (size_t) (h ^ h >> 32);
}

/* The slot of this key, or the free one where it belongs. There is always a free one. */
static size_t find_slot(const MqscChannels *c, size_t qmgr, const char *name, bool is_client)
{
        size_t slot = hash_key(qmgr, name, is_client) & (c->n_slots - 1);

        for (; c->slots[slot] != 0; slot = (slot + 1) & (c->n_slots - 1)) {
                const MqscChannel *channel = &c->list[c->slots[slot] - 1];

                if (channel->qmgr == qmgr && channel->is_client == is_client &&
                        strcmp(channel->name, name) == 0)
                        break;
        }
        return slot;
}

/* Keeps the table at most half full. */
static int grow_slots(MqscChannels *c)
{
        size_t n_slots = c->n_slots ? c->n_slots * 2 : FIRST_SLOTS, *slots = NULL;

        if (c->n < c->n_slots / 2)
                return 0;
        slots = calloc(n_slots, sizeof(*slots));
        if (!slots)
                return -ENOMEM;

        free(c->slots);
        c->slots = slots;
        c->n_slots = n_slots;
        for (size_t i = 0; i < c->n; i++) {
                const MqscChannel *channel = &c->list[i];

                slots[find_slot(c, channel->qmgr, channel->name, channel->is_client)] = i + 1;
        }
        return 0;
}

MqscChannel *mqsc_channels_find(const MqscChannels *c, size_t qmgr, const char *name, bool is_client)
{
        size_t index;

        assert(c);
        assert(name);

        if (c->n_slots == 0)
                return NULL;
        index = c->slots[find_slot(c, qmgr, name, is_client)];
        return index == 0 || c->list[index - 1].is_deleted ? NULL : &c->list[index - 1];
}

int mqsc_channels_add(
        MqscChannels *c, size_t qmgr, const char *name, bool is_client, MqscChannel **ret)
{
        MqscChannel channel = { .qmgr = qmgr, .is_client = is_client };
        size_t slot;

        assert(c);
        assert(name);
        assert(ret);

        if (grow_slots(c) < 0)
                return -ENOMEM;
        slot = find_slot(c, qmgr, name, is_client);
        if (c->slots[slot] == 0) {
                channel.name = strdup(name);
                if (!channel.name || util_grow(&c->list, c->n, sizeof(*c->list)) < 0) {
                        free(channel.name);
                        return -ENOMEM;
                }
                c->list[c->n++] = channel;
                c->slots[slot] = c->n;
        } else if (c->list[c->slots[slot] - 1].is_deleted) {
                /* Back again, with nothing of what it was. */
                mqsc_values_done(&c->list[c->slots[slot] - 1].values);
                c->list[c->slots[slot] - 1].is_deleted = false;
        }

        *ret = &c->list[c->slots[slot] - 1];
        return 0;
}
