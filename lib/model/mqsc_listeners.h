/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_MQSC_LISTENERS_H
#define MQTLS_MODEL_MQSC_LISTENERS_H

/*
 * The TCP listeners of the queue managers in a file, and which of them stands for the address where the
 * accepting channels are reached. MQ has no port per channel. Internal to model/.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/mqsc_lexer.h"

enum {
        MQSC_LISTENERS_MAX = 1000, /* in one file */
};

typedef struct MqscListener {
        char *name;
        size_t qmgr; /* index of the queue manager within the file */
        bool is_other_transport;
        bool is_automatic; /* CONTROL(QMGR) or CONTROL(STARTONLY): starts with the queue manager */
        bool is_running;   /* a status says so */
        uint16_t port;     /* 0: not said */
        char *ipaddr;      /* NULL: all addresses */
} MqscListener;

typedef struct MqscListeners {
        MqscListener *list;
        size_t n;
} MqscListeners;

void mqsc_listeners_done(MqscListeners *l);

/* Finds the listener of that name, or adds it. NULL, with 0, when there are too many. 0 or -ENOMEM. */
int mqsc_listeners_add(MqscListeners *l, size_t qmgr, MqscSpan name, MqscListener **ret);
void mqsc_listeners_remove(MqscListeners *l, size_t qmgr, MqscSpan name);

/*
 * Notes one attribute; those that are not needed are ignored. Returns 0, -ENOMEM, or -EINVAL for a
 * port that is none.
 */
int mqsc_listener_set(MqscListener *l, MqscSpan keyword, MqscSpan value);

/*
 * The listener of a queue manager that most probably takes its channels: one that runs before one that
 * starts by itself before others; of equals the first. NULL if there is none with a port.
 * `*ret_other_port` is the port of an equal one on another port, else 0.
 */
const MqscListener *mqsc_listeners_choose(
        const MqscListeners *l, size_t qmgr, uint16_t *ret_other_port);

/* A number from 1 to 65535. Returns 0 or -EINVAL. */
int mqsc_port_parse(MqscSpan text, uint16_t *ret);

#endif
