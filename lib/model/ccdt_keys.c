/* SPDX-License-Identifier: MIT */
#include "model/ccdt_keys.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "model/ccdt_key_table.h"
#include "model/config_value.h"

enum {
        HINT_DISTANCE_MAX = 3,
        PREFIX_MIN = 4,
};

/* As messages call them. */
static const char *const object_names[] = {
        [CCDT_ROOT] = "the whole",
        [CCDT_CHANNEL] = "channel[]",
        [CCDT_CLIENT_CONNECTION] = "clientConnection",
        [CCDT_CONNECTION] = "clientConnection.connection[]",
        [CCDT_GENERAL] = "general",
        [CCDT_TRANSMISSION_SECURITY] = "transmissionSecurity",
};
_Static_assert(ARRAY_LEN(object_names) == _CCDT_OBJECT_MAX, "an object has no name");

#define KEY_ROW(object_, key_) { .object = CCDT_##object_, .key = (key_) },
static const struct {
        CcdtObject object;
        const char *key;
} keys[] = { CCDT_KEY_TABLE(KEY_ROW) };

static bool is_known(CcdtObject object, const char *key)
{
        for (size_t i = 0; i < ARRAY_LEN(keys); i++)
                if (keys[i].object == object && strcmp(keys[i].key, key) == 0)
                        return true;
        return false;
}

void ccdt_keys_check(CcdtKeys *k, CcdtObject object, const char *key, unsigned line)
{
        assert(k);
        assert(key);

        if (is_known(object, key))
                return;
        for (size_t i = 0; i < k->n_unknown; i++)
                if (k->unknown[i].object == object && strcmp(k->unknown[i].key, key) == 0) {
                        k->unknown[i].n++;
                        return;
                }
        if (k->n_unknown == CCDT_UNKNOWN_KEYS_MAX) {
                k->has_more = true;
                return;
        }
        k->unknown[k->n_unknown++] = (CcdtUnknownKey){
                .object = object,
                .key = key,
                .line = line,
                .n = 1,
        };
}

/* Does one begin with the other? A letter or two do not say what was meant. */
static bool is_prefix(const char *a, const char *b)
{
        size_t n = MIN_OF(strlen(a), strlen(b));

        return n >= PREFIX_MIN && strncasecmp(a, b, n) == 0;
}

/* The key of the same object that was probably meant, or NULL. */
static const char *find_nearest(const CcdtUnknownKey *u)
{
        const char *nearest = NULL;
        unsigned best = HINT_DISTANCE_MAX + 1;

        for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
                unsigned distance;

                if (keys[i].object != u->object)
                        continue;
                distance = is_prefix(u->key, keys[i].key)
                                   ? 0
                                   : config_distance(u->key, keys[i].key, best);
                if (distance < best && distance < strlen(keys[i].key)) {
                        best = distance;
                        nearest = keys[i].key;
                }
        }
        return nearest;
}

/* What to do about it. */
static void append_hint(const CcdtUnknownKey *u, Buf *b)
{
        const char *nearest = find_nearest(u);

        if (nearest) {
                buf_appendf(b, "; did you mean %s?", nearest);
                return;
        }
        for (size_t i = 0; i < ARRAY_LEN(keys); i++)
                if (strcmp(keys[i].key, u->key) == 0) {
                        buf_appendf(b, "; it belongs into %s", object_names[keys[i].object]);
                        return;
                }
        buf_append_str(b, "; remove it");
}

void ccdt_keys_warn(const CcdtKeys *k, Import *i)
{
        assert(k);
        assert(i);

        for (size_t n = 0; n < k->n_unknown; n++) {
                const CcdtUnknownKey *u = &k->unknown[n];
                CLEANUP_BUF Buf b = BUF_INIT;

                buf_appendf(&b, "\"%.64s\" is no key of a CCDT in %s and is ignored", u->key,
                        object_names[u->object]);
                if (u->n > 1)
                        buf_appendf(&b, " (%zu times, first here)", u->n);
                append_hint(u, &b);
                if (buf_error(&b) < 0)
                        i->no_memory = true;
                import_warn(i, u->line, NULL, "%s", buf_str(&b));
        }
        if (k->has_more)
                import_warn(i, 0, NULL,
                        "more keys than these %d are none of a CCDT and are ignored; remove them",
                        CCDT_UNKNOWN_KEYS_MAX);
}
