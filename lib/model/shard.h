/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_SHARD_H
#define MQTLS_MODEL_SHARD_H

/*
 * Which endpoints a daemon takes where several share one configuration. Each decides by the name alone,
 * and they need not know of each other. By rendezvous hashing (Thaler and Ravishankar, 1998): each shard
 * has a weight for each name, and the heaviest takes it. So with one shard more, none changes but those
 * that the new one takes.
 */

#include <stdbool.h>

enum {
        SHARD_COUNT_MAX = 1000,
};

typedef struct Shard {
        unsigned number; /* from 1 */
        unsigned count;  /* 0 or 1: there is no other, all is taken */
} Shard;

/* "2/8". Returns 0, or -EINVAL when it is not a number from 1 up to the one behind the slash, which is at
 * most SHARD_COUNT_MAX. */
int shard_parse(const char *text, Shard *ret);

bool shard_takes(const Shard *s, const char *name);

#endif
