/* SPDX-License-Identifier: MIT */
#include "mq/mqsegment.h"

#include "base/util.h"
#include "mq/mqstatus_table.h"

#define MQSTATUS_ROW(number, text, words, caller, qmgr, reason, sure)                              \
        {                                                                                          \
                .code = (number),                                                                  \
                .name = (text),                                                                    \
                .phrase = (words),                                                                 \
                .caller_amq = (caller),                                                            \
                .qmgr_amq = (qmgr),                                                                \
                .mqrc = (reason),                                                                  \
                .certainty = (sure),                                                               \
        },
static const MqStatusInfo statuses[] = {MQSTATUS_TABLE(MQSTATUS_ROW)};

const MqStatusInfo *mqstatus_info(uint32_t code)
{
        for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
                if (statuses[i].code == code)
                        return &statuses[i];
        return NULL;
}
