/* SPDX-License-Identifier: MIT */
#include "mq/channel.h"

#include <assert.h>
#include <string.h>

#include "base/util.h"

#define NAME_CHARACTERS                                                                            \
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./_%"

/* The types that take part in a TLS handshake; MQTT and AMQP channels have listeners of their own. */
static const struct {
        ChannelType type;
        const char *name;
} channel_types[] = {
        {CHANNEL_TYPE_SDR, "SDR"},
        {CHANNEL_TYPE_SVR, "SVR"},
        {CHANNEL_TYPE_RCVR, "RCVR"},
        {CHANNEL_TYPE_RQSTR, "RQSTR"},
        {CHANNEL_TYPE_CLNTCONN, "CLNTCONN"},
        {CHANNEL_TYPE_SVRCONN, "SVRCONN"},
        {CHANNEL_TYPE_CLUSRCVR, "CLUSRCVR"},
        {CHANNEL_TYPE_CLUSSDR, "CLUSSDR"},
};

ChannelType channel_type_from_string(const char *s)
{
        assert(s);

        for (size_t i = 0; i < ARRAY_LEN(channel_types); i++)
                if (strcmp(channel_types[i].name, s) == 0)
                        return channel_types[i].type;
        return _CHANNEL_TYPE_INVALID;
}

const char *channel_type_to_string(ChannelType t)
{
        for (size_t i = 0; i < ARRAY_LEN(channel_types); i++)
                if (channel_types[i].type == t)
                        return channel_types[i].name;
        return NULL;
}

/* What is wrong with a name, or NULL. */
static const char *name_fault(
        const char *name, size_t max, const char *allowed, const char *too_long, const char *foreign)
{
        size_t len = strlen(name);

        if (len == 0)
                return "is empty";
        if (len > max)
                return too_long;
        if (strspn(name, allowed) != len)
                return foreign;
        return NULL;
}

bool channel_name_is_valid(const char *name, const char **ret_why)
{
        const char *why;

        assert(name);

        why = name_fault(name,
                MQ_CHANNEL_NAME_MAX,
                NAME_CHARACTERS "-",
                "is longer than 20 characters",
                "holds a character other than A-Z a-z 0-9 . / _ % -");
        if (why && ret_why)
                *ret_why = why;
        return !why;
}

bool qmgr_name_is_valid(const char *name, const char **ret_why)
{
        const char *why;

        assert(name);

        why = name_fault(name,
                MQ_QMGR_NAME_MAX,
                NAME_CHARACTERS,
                "is longer than 48 characters",
                "holds a character other than A-Z a-z 0-9 . / _ %");
        if (why && ret_why)
                *ret_why = why;
        return !why;
}
