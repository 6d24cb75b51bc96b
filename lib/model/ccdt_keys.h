/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_CCDT_KEYS_H
#define MQTLS_MODEL_CCDT_KEYS_H

/*
 * The keys of a JSON CCDT. MQ ignores one that it does not know without a word, and so they are warned
 * about. Three thousand channels may have the same wrong key: it is told once, with their number.
 * Internal to model/.
 */

#include <stdbool.h>
#include <stddef.h>

#include "model/import_internal.h"

enum {
        CCDT_UNKNOWN_KEYS_MAX = 32, /* different ones that are told of */
};

typedef enum CcdtObject {
        CCDT_ROOT,
        CCDT_CHANNEL,
        CCDT_CLIENT_CONNECTION,
        CCDT_CONNECTION,
        CCDT_GENERAL,
        CCDT_TRANSMISSION_SECURITY,
        _CCDT_OBJECT_MAX,
} CcdtObject;

typedef struct CcdtUnknownKey {
        CcdtObject object;
        const char *key; /* borrowed from the document */
        unsigned line;   /* of the first channel that has it */
        size_t n;
} CcdtUnknownKey;

typedef struct CcdtKeys {
        CcdtUnknownKey unknown[CCDT_UNKNOWN_KEYS_MAX];
        size_t n_unknown;
        bool has_more;
} CcdtKeys;

/* Notes a key that is none of `object`. It has to last until ccdt_keys_warn(). */
void ccdt_keys_check(CcdtKeys *k, CcdtObject object, const char *key, unsigned line);

void ccdt_keys_warn(const CcdtKeys *k, Import *i);

#endif
