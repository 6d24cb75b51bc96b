/* SPDX-License-Identifier: MIT */
#include "mq/sni.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

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
