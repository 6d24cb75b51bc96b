/* SPDX-License-Identifier: MIT */
#include "mq/sni.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "mq/channel.h"

#define SNI_SUFFIX ".chl.mq.ibm.com"

static const char *const sni_modes[_SNI_MODE_MAX] = {
        [SNI_CHANNEL] = "channel",
        [SNI_HOSTNAME] = "hostname",
        [SNI_NONE] = "none",
        [SNI_LITERAL] = "literal",
};

const char *sni_mode_to_string(SniMode m)
{
        assert(m < _SNI_MODE_MAX);

        return sni_modes[m];
}

static bool is_upper(char c)
{
        return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

void sni_from_channel(const char *channel, Buf *b)
{
        size_t len;

        assert(channel);
        assert(b);

        /* MQ pads names with blanks to their full width. */
        len = strlen(channel);
        while (len > 0 && channel[len - 1] == ' ')
                len--;

        for (size_t i = 0; i < len; i++) {
                if (is_upper(channel[i]))
                        buf_append_char(b, (char) (channel[i] - 'A' + 'a'));
                else if (is_digit(channel[i]))
                        buf_append_char(b, channel[i]);
                else
                        buf_appendf(b, "%02x-", (unsigned) (unsigned char) channel[i]);
        }
        buf_append_str(b, SNI_SUFFIX);
}

/* Value of a hexadecimal digit, -1 if it is none. */
static int hex_value(char c)
{
        if (is_digit(c))
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
                return c - 'A' + 10;
        return -1;
}

/*
 * Reads one character of the channel name. A hyphen stands nowhere but at the end of an escape, so
 * looking two places ahead tells an escape from a letter or digit.
 */
static int decode_one(const char *s, size_t len, char *ret, size_t *ret_used)
{
        if (len >= 3 && s[2] == '-') {
                int high = hex_value(s[0]), low = hex_value(s[1]);
                int c = high * 16 + low;

                /* A letter or digit that has no need of an escape was not encoded by MQ. */
                if (high < 0 || low < 0 || is_upper((char) c) || is_digit((char) c))
                        return -EINVAL;
                *ret = (char) c;
                *ret_used = 3;
                return 0;
        }

        if (s[0] >= 'a' && s[0] <= 'z')
                *ret = (char) (s[0] - 'a' + 'A');
        else if (is_upper(s[0]) || is_digit(s[0]))
                *ret = s[0];
        else
                return -EINVAL;
        *ret_used = 1;
        return 0;
}

int sni_to_channel(const char *sni, char **ret_channel)
{
        char name[MQ_CHANNEL_NAME_MAX + 1] = "";
        size_t len, suffix_len = strlen(SNI_SUFFIX), n = 0;
        char *copy;

        assert(sni);
        assert(ret_channel);

        /* Host names compare without case (RFC 6066 section 3). */
        len = strlen(sni);
        if (len <= suffix_len || strcasecmp(sni + len - suffix_len, SNI_SUFFIX) != 0)
                return -EINVAL;
        len -= suffix_len;

        for (size_t i = 0, used; i < len; i += used) {
                if (n == MQ_CHANNEL_NAME_MAX)
                        return -EINVAL;
                if (decode_one(sni + i, len - i, &name[n++], &used) < 0)
                        return -EINVAL;
        }
        if (!channel_name_is_valid(name, NULL) || strlen(name) != n)
                return -EINVAL;

        copy = strdup(name);
        if (!copy)
                return -ENOMEM;

        *ret_channel = copy;
        return 0;
}
