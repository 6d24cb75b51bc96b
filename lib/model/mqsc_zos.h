/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_MQSC_ZOS_H
#define MQTLS_MODEL_MQSC_ZOS_H

#include "model/mqsc_lexer.h"

/*
 * What comes from z/OS and is not MQSC: replies to commands, and data sets with sequence numbers. Each of
 * their lines would be complained of, and none would say what to do. Returns what is wrong and what to do,
 * static, and where it begins; NULL: nothing of the kind. Internal to model/.
 */
const char *mqsc_zos_fault(MqscText t, unsigned *ret_line);

#endif
