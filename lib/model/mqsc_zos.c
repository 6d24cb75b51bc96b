/* SPDX-License-Identifier: MIT */

/*
 * Replies have messages of their own, with the attributes behind them in lines of any length (IBM MQ,
 * "Examples of commands and their replies"):
 *
 *     CSQN205I   COUNT=       3, RETURN=00000000, REASON=00000000
 *     CSQM415I +CSQ1 CHANNEL(APP.SVRCONN) …
 *     CSQ9022I +CSQ1 CSQMDRTS ' DISPLAY CHANNEL' NORMAL COMPLETION
 *
 * A queue manager reads columns 1 to 72 of a data set, and editors number its lines in 73 to 80.
 */

#include "model/mqsc_zos.h"

#include <assert.h>
#include <string.h>

#define DIGITS "0123456789"
#define COMPONENTS "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS
#define SEVERITIES "ADEISW"

enum {
        READ_COLUMNS = 72,
        LINE_COLUMNS = 80,
};

static bool consists_of(const char *s, size_t len, const char *set)
{
        for (size_t k = 0; k < len; k++)
                if (s[k] == '\0' || !strchr(set, s[k]))
                        return false;
        return true;
}

/* "CSQN205I", also behind what tells a printer to feed paper. */
static bool is_message(MqscSpan line)
{
        while (line.len > 0 && strchr(" 01-+", line.s[0])) {
                line.s++;
                line.len--;
        }
        return line.len >= 8 && memcmp(line.s, "CSQ", 3) == 0 && consists_of(line.s + 3, 1, COMPONENTS) &&
               consists_of(line.s + 4, 3, DIGITS) && consists_of(line.s + 7, 1, SEVERITIES) &&
               (line.len == 8 || line.s[8] == ' ');
}

static bool is_numbered(MqscSpan line)
{
        return line.len == LINE_COLUMNS &&
               consists_of(line.s + READ_COLUMNS, LINE_COLUMNS - READ_COLUMNS, DIGITS);
}

const char *mqsc_zos_fault(MqscText t, unsigned *ret_line)
{
        bool is_all_numbered = true;
        unsigned first = 0;

        assert(ret_line);

        for (; !mqsc_text_at_end(&t); mqsc_text_next_line(&t)) {
                MqscSpan line = mqsc_text_line(&t);

                if (line.len == 0)
                        continue;
                if (is_message(line)) {
                        *ret_line = t.line;
                        return "this is a reply of a queue manager on z/OS, which is not read; import the "
                               "commands that CSQUTIL COMMAND MAKEDEF makes of DISPLAY CHANNEL(*) ALL";
                }
                is_all_numbered = is_all_numbered && is_numbered(line);
                first = first > 0 ? first : t.line;
        }
        if (first == 0 || !is_all_numbered)
                return NULL;
        *ret_line = first;
        return "columns 73 to 80 hold sequence numbers, which MQ on z/OS does not read; cut them off, for "
               "instance with cut -c 1-72";
}
