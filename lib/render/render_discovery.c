/* SPDX-License-Identifier: MIT */
#include "render/render_discovery.h"

#include <assert.h>
#include <string.h>

#include "base/escape.h"

/* Relabelling reads labels of this prefix and drops them. */
#define META "__meta_mqtls_"

static void append_string(Buf *b, const char *text)
{
        buf_append_char(b, '"');
        escape_json(b, text, strlen(text));
        buf_append_char(b, '"');
}

static bool is_utf8(const char *text)
{
        size_t len = strlen(text);

        for (size_t i = 0, n; i < len; i += n) {
                n = escape_utf8_char(text + i, len - i);
                if (n == 0)
                        return false;
        }
        return true;
}

static void append_group(Buf *b, const EndpointConfig *c)
{
        const char *const labels[][2] = {
                {META "qmgr", c->qmgr},
                {META "channel", c->channel},
                {META "conname", c->conname},
                {META "sslciph", sslciph_name(&c->policy.sslciph)},
                {META "contact", c->contact},
                {META "group", c->group},
        };
        bool first = true;

        buf_append_str(b, "{\"targets\":[");
        append_string(b, c->name);
        buf_append_str(b, "],\"labels\":{");
        for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
                if (!labels[i][1] || !*labels[i][1])
                        continue;
                buf_append_str(b, first ? "" : ",");
                append_string(b, labels[i][0]);
                buf_append_char(b, ':');
                append_string(b, labels[i][1]);
                first = false;
        }
        buf_append_str(b, "}}");
}

int render_discovery(const Config *config, Buf *b)
{
        bool first = true;

        assert(config);
        assert(b);

        buf_append_char(b, '[');
        for (size_t i = 0; i < config->n_endpoints; i++) {
                if (!is_utf8(config->endpoints[i].name))
                        continue;
                buf_append_str(b, first ? "\n" : ",\n");
                append_group(b, &config->endpoints[i]);
                first = false;
        }
        buf_append_str(b, "\n]\n");
        return buf_error(b);
}
