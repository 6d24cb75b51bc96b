/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MQ_CONNAME_H
#define MQTLS_MQ_CONNAME_H

/*
 * CONNAME: "host", "host(port)", or a comma separated list of them; IPv6 literals stand bare as MQ
 * writes them ("fe80::1(1414)"). "[::1]:1414" and "[::1](1414)" are accepted from people.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
        CONNAME_ENTRIES_MAX = 64,
        CONNAME_HOST_MAX = 255,
};

typedef struct Conname {
        char *host; /* name or address literal, without brackets */
        uint16_t port;
} Conname;

typedef struct ConnameList {
        Conname *entries;
        size_t n_entries;
} ConnameList;

void conname_list_done(ConnameList *l);

/*
 * Parses `text`. Returns 0, -ENOMEM, or -EINVAL with `*ret_why` (unless NULL) a static text that says
 * what is wrong ("the port is not a number from 1 to 65535").
 */
int conname_list_parse(const char *text, ConnameList *ret, const char **ret_why);

/* Appends "host(port)"; with the port always written. */
void conname_append(const Conname *c, Buf *b);

#endif
