/* SPDX-License-Identifier: MIT */
#include "judge/drift_fact.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "x509/cert_digest.h"

enum {
        HEX_SIZE = 2 * CERT_SHA256_SIZE + 1,
        UTF8_CHAR_MAX = 4,
};

void drift_fact_done(DriftFact *f)
{
        free(f->value);
        free(f->text);
        *f = (DriftFact) {0};
}

const char *drift_fact_text(const DriftFact *f)
{
        assert(f);

        if (f->text)
                return f->text;
        return f->value ? f->value : "";
}

bool drift_fact_equal(const DriftFact *a, const DriftFact *b)
{
        assert(a);
        assert(b);

        if (!a->value || !b->value)
                return !a->value && !b->value;
        return strcmp(a->value, b->value) == 0;
}

int drift_fact_set(DriftFact *f, const DriftFact *from)
{
        DriftFact copy = {0};

        assert(f);
        assert(from);

        if (from->value) {
                copy.value = strdup(from->value);
                if (!copy.value)
                        return -ENOMEM;
        }
        if (from->text) {
                copy.text = strdup(from->text);
                if (!copy.text) {
                        free(copy.value);
                        return -ENOMEM;
                }
        }

        drift_fact_done(f);
        *f = copy;
        return 0;
}

/* A value that is too long for the store is compared by its digest. */
static void bound_value(Buf *value)
{
        uint8_t digest[CERT_SHA256_SIZE];
        char hex[HEX_SIZE];

        if (value->len <= DRIFT_VALUE_MAX)
                return;

        cert_digest(value->data, value->len, digest);
        cert_hex(digest, hex);
        buf_clear(value);
        buf_appendf(value, "sha256:%s", hex);
}

/* Cut between characters, as far as it is UTF-8. */
static void bound_text(Buf *text)
{
        static const char more[] = "...";
        size_t len = DRIFT_TEXT_MAX - (sizeof(more) - 1);

        if (text->len <= DRIFT_TEXT_MAX)
                return;

        for (int i = 1; i < UTF8_CHAR_MAX && ((unsigned char) text->data[len] & 0xC0) == 0x80; i++)
                len--;
        buf_truncate(text, len);
        buf_append_str(text, more);
}

int drift_fact_take(DriftFact *f, Buf *value, Buf *text)
{
        DriftFact taken = {0};
        int r;

        assert(f);
        assert(value);
        assert(text);

        bound_text(text);
        bound_value(value);
        r = buf_steal(value, &taken.value);
        if (r < 0)
                return r;
        r = buf_steal(text, &taken.text);
        if (r < 0) {
                free(taken.value);
                return r;
        }

        /* Most are their own text. */
        if (taken.text[0] == '\0' || strcmp(taken.text, taken.value) == 0) {
                free(taken.text);
                taken.text = NULL;
        }

        drift_fact_done(f);
        *f = taken;
        return 0;
}

/* How much of the value a rotation has to leave alone. */
static size_t shape_len(DriftKind kind, const char *value)
{
        const char *slash = NULL;

        if (kind == DRIFT_KIND_LEAF || kind == DRIFT_KIND_KEY)
                slash = strrchr(value, '/');
        return slash ? (size_t) (slash - value) : strlen(value);
}

bool drift_fact_same_shape(DriftKind kind, const DriftFact *a, const DriftFact *b)
{
        size_t len;

        assert(a);
        assert(b);

        if (!a->value || !b->value)
                return !a->value && !b->value;

        len = shape_len(kind, a->value);
        return len == shape_len(kind, b->value) && memcmp(a->value, b->value, len) == 0;
}
