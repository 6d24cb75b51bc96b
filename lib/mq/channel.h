/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MQ_CHANNEL_H
#define MQTLS_MQ_CHANNEL_H

/*
 * Names and types of channels and queue managers (IBM MQ "Rules for naming IBM MQ objects").
 */

#include <errno.h>
#include <stdbool.h>

enum {
        MQ_CHANNEL_NAME_MAX = 20,
        MQ_QMGR_NAME_MAX = 48,
        MQ_SSLCIPH_MAX = 32,
        MQ_CERTLABL_MAX = 64,
        MQ_DEFAULT_PORT = 1414,
};

/* MQCHT_* of the MQI, as CHLTYPE spells them. */
typedef enum ChannelType {
        CHANNEL_TYPE_SDR = 1,
        CHANNEL_TYPE_SVR = 2,
        CHANNEL_TYPE_RCVR = 3,
        CHANNEL_TYPE_RQSTR = 4,
        CHANNEL_TYPE_CLNTCONN = 6,
        CHANNEL_TYPE_SVRCONN = 7,
        CHANNEL_TYPE_CLUSRCVR = 8,
        CHANNEL_TYPE_CLUSSDR = 9,
        _CHANNEL_TYPE_INVALID = -EINVAL,
} ChannelType;

ChannelType channel_type_from_string(const char *s); /* "SVRCONN"; _CHANNEL_TYPE_INVALID if unknown */
const char *channel_type_to_string(ChannelType t);   /* NULL if invalid */

/*
 * Is this a name a channel (queue manager) may have: 1 to 20 (48) of A-Z a-z 0-9 . / _ %, and, for a
 * channel, also '-', which IBM's SNI page gives a code for? On false `*ret_why`, unless NULL, is a
 * static text such as "is longer than 20 characters".
 */
bool channel_name_is_valid(const char *name, const char **ret_why);
bool qmgr_name_is_valid(const char *name, const char **ret_why);

#endif
