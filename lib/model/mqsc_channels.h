/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_MQSC_CHANNELS_H
#define MQTLS_MODEL_MQSC_CHANNELS_H

/*
 * The channels of a queue manager as a script of commands leaves them behind: definitions that are
 * made, altered and deleted by name. Internal to model/. One name may stand for a client connection
 * and, at the same time, for a channel of another type: MQ keeps them in different tables.
 */

#include <stdbool.h>
#include <stddef.h>

#include "model/mqsc_attribute_table.h"
#include "mq/channel.h"

#define MQSC_ATTRIBUTE_ENUM(id, ...) MQSC_##id,
typedef enum MqscAttribute {
        MQSC_ATTRIBUTE_TABLE(MQSC_ATTRIBUTE_ENUM)
        _MQSC_ATTRIBUTE_MAX,
} MqscAttribute;
#undef MQSC_ATTRIBUTE_ENUM

typedef struct MqscAttributeInfo {
        const char *keyword;
        size_t value_max;
} MqscAttributeInfo;

const MqscAttributeInfo *mqsc_attribute(MqscAttribute a);

/* _MQSC_ATTRIBUTE_MAX for one that is not read. */
MqscAttribute mqsc_attribute_find(const char *keyword, size_t len);

typedef struct MqscValue {
        bool is_set;
        char *text; /* NULL: blank */
} MqscValue;

typedef struct MqscValues {
        MqscValue list[_MQSC_ATTRIBUTE_MAX];
} MqscValues;

void mqsc_values_done(MqscValues *v);

/* Takes over what `from` says; it is empty afterwards. What it does not say stays. */
void mqsc_values_merge(MqscValues *v, MqscValues *from);
int mqsc_values_copy(const MqscValues *v, MqscValues *ret); /* 0 or -ENOMEM */

/* The text; NULL where it is blank or not said. */
static inline const char *mqsc_value(const MqscValues *v, MqscAttribute a)
{
        return v->list[a].text;
}

typedef enum MqscOrigin {
        MQSC_DEFINED,   /* by a command */
        MQSC_DISPLAYED, /* by DISPLAY CHANNEL */
        MQSC_STATUS,    /* by DISPLAY CHSTATUS, and nothing else */
} MqscOrigin;

typedef struct MqscChannel {
        char *name;
        size_t qmgr; /* index of the queue manager within the file */
        bool is_client;
        unsigned line;
        MqscOrigin origin;
        bool is_deleted;
        MqscValues values;
} MqscChannel;

/* In the order in which they were first named. */
typedef struct MqscChannels {
        MqscChannel *list;
        size_t n;
        size_t *slots; /* hash table of indices + 1 */
        size_t n_slots;
} MqscChannels;

void mqsc_channels_done(MqscChannels *c);

/* NULL if there is none, or none any more. Valid until the next one is added. */
MqscChannel *mqsc_channels_find(
        const MqscChannels *c, size_t qmgr, const char *name, bool is_client);

/* The channel of this name, an empty one where there is none. Returns 0 or -ENOMEM. */
int mqsc_channels_add(
        MqscChannels *c, size_t qmgr, const char *name, bool is_client, MqscChannel **ret);

/* "SYSTEM.DEF.SVRCONN": where MQ takes what a definition of this type does not say (IBM MQ,
 * "DEFINE CHANNEL", LIKE). NULL for an invalid type. */
const char *mqsc_template_name(ChannelType type);

#endif
