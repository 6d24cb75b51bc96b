/* SPDX-License-Identifier: MIT */
#include "render/render_status_json.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/timefmt.h"

enum {
        JSON_KEY_MAX = 64,
};

static json_t *json_check(Json *j, json_t *value)
{
        if (!value)
                j->failed = true;
        return value;
}

json_t *json_new_object(Json *j)
{
        return json_check(j, json_object());
}

json_t *json_new_array(Json *j)
{
        return json_check(j, json_array());
}

/* Keys are ours and plain ASCII, so jansson need not look at them again. */
void json_put(Json *j, json_t *object, const char *key, json_t *value)
{
        if (json_object_set_new_nocheck(object, key, value) < 0)
                j->failed = true;
}

void json_append(Json *j, json_t *array, json_t *value)
{
        if (json_array_append_new(array, value) < 0)
                j->failed = true;
}

static json_t *text_to_json(Json *j, const char *text)
{
        CLEANUP_BUF Buf escaped = BUF_INIT;
        json_t *value = NULL;

        if (!text)
                return json_null();

        value = json_string(text);
        if (value)
                return value;

        /* jansson refuses what is no UTF-8. */
        escape_text(&escaped, text, strlen(text));
        if (buf_error(&escaped) < 0) {
                j->failed = true;
                return NULL;
        }
        return json_check(j, json_string(buf_str(&escaped)));
}

void json_put_text(Json *j, json_t *object, const char *key, const char *text)
{
        json_put(j, object, key, text_to_json(j, text));
}

void json_append_text(Json *j, json_t *array, const char *text)
{
        json_append(j, array, text_to_json(j, text));
}

void json_put_words(Json *j, json_t *object, const char *key, const char *text)
{
        json_put_text(j, object, key, text && *text ? text : NULL);
}

void json_put_boolean(Json *j, json_t *object, const char *key, bool value)
{
        json_put(j, object, key, json_boolean(value));
}

void json_put_observed(Json *j, json_t *object, const char *key, Observed value)
{
        json_put(j, object, key,
                value == OBSERVED_NOT ? json_null() : json_boolean(value == OBSERVED_YES));
}

void json_put_integer(Json *j, json_t *object, const char *key, int64_t value)
{
        json_put(j, object, key, json_integer(value));
}

void json_put_real(Json *j, json_t *object, const char *key, double value)
{
        json_put(j, object, key, isfinite(value) ? json_real(value) : json_null());
}

void json_put_maybe_integer(Json *j, json_t *object, const char *key, bool has, int64_t value)
{
        json_put(j, object, key, has ? json_integer(value) : json_null());
}

void json_put_maybe_seconds(Json *j, json_t *object, const char *key, bool has, uint64_t usec)
{
        json_put(j, object, key,
                has ? json_real((double) usec / (double) USEC_PER_SEC) : json_null());
}

void json_put_instant(Json *j, json_t *object, const char *key, bool has, int64_t at)
{
        char text[TIMEFMT_RFC3339_SIZE], epoch_key[JSON_KEY_MAX];

        assert(strlen(key) + sizeof("_epoch") <= sizeof(epoch_key));

        (void) snprintf(epoch_key, sizeof(epoch_key), "%s_epoch", key);
        timefmt_rfc3339(at, text);
        json_put_text(j, object, key, has ? text : NULL);
        json_put_maybe_integer(j, object, epoch_key, has, at);
}

static int append_to_buf(const char *data, size_t len, void *userdata)
{
        buf_append(userdata, data, len);
        return 0;
}

void json_put_digest(Json *j, json_t *object, const char *key, bool has, const uint8_t *digest)
{
        char hex[2 * CERT_SHA256_SIZE + 1];

        if (has)
                cert_hex(digest, hex);
        json_put_text(j, object, key, has ? hex : NULL);
}

void json_write(Json *j, json_t *value, Buf *b)
{
        /* 15 digits hold every number of microseconds, and print 0.1 as 0.1. */
        size_t flags = JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15);

        if (!value || json_dump_callback(value, append_to_buf, b, flags) < 0)
                j->failed = true;
        json_decref(value);
}

void json_write_open(Json *j, json_t *object, const char *key, Buf *b)
{
        assert(json_object_size(object) > 0 || j->failed);

        json_write(j, object, b);
        if (j->failed || buf_error(b) < 0)
                return;

        b->len--; /* the closing brace */
        buf_append_str(b, ",\"");
        buf_append_str(b, key);
        buf_append_str(b, "\":[");
}

int json_finish(Json *j, Buf *b)
{
        buf_append_char(b, '\n');
        return j->failed ? -ENOMEM : buf_error(b);
}
