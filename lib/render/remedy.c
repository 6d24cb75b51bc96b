/* SPDX-License-Identifier: MIT */
#include "render/remedy.h"

#include <assert.h>
#include <string.h>

#include "base/escape.h"
#include "mq/channel.h"

/* Verbs of MQSC that remedies begin a command with. DEFINE is none of them: it is only ever shown
 * as an example. */
static const char *const mqsc_verbs[] = {
        "ALTER ",
        "DISPLAY ",
        "PING ",
        "REFRESH ",
        "RESET ",
        "SET ",
        "START ",
        "STOP ",
};

static const char *const shell_verbs[] = {
        "getent ",
        "ip route ",
        "mqtlsd ",
        "nc ",
        "openssl ",
        "resolvectl ",
        "runmqakm ",
        "ss ",
};

/* ---- taking it apart ---- */

static bool is_upper(char c)
{
        return c >= 'A' && c <= 'Z';
}

static bool is_keyword_char(char c)
{
        return is_upper(c) || (c >= '0' && c <= '9');
}

/* Length of "WORD" or "WORD(…)" with balanced brackets, 0 where there is none. */
static size_t mqsc_token_len(const char *s)
{
        size_t len = 0;
        int depth = 0;

        while (is_keyword_char(s[len]))
                len++;
        if (len < 2 || !is_upper(s[0]))
                return 0;
        if (s[len] != '(')
                return strchr(" .,;:)", s[len]) ? len : 0; /* NUL is found as well */

        for (size_t i = len; s[i]; i++) {
                depth += s[i] == '(' ? 1 : s[i] == ')' ? -1 : 0;
                if (depth == 0)
                        return i + 1;
        }
        return 0;
}

static bool begins_with_one_of(const char *s, const char *const *words, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (strncmp(s, words[i], strlen(words[i])) == 0)
                        return true;
        return false;
}

static size_t mqsc_len(const char *s)
{
        size_t len = 0, n_tokens = 0;
        bool has_value = false;

        if (!begins_with_one_of(s, mqsc_verbs, ARRAY_LEN(mqsc_verbs)))
                return 0;

        for (;;) {
                size_t skip = n_tokens > 0 ? 1 : 0;
                size_t token = 0;

                if (n_tokens > 0 && s[len] != ' ')
                        break;
                token = mqsc_token_len(s + len + skip);
                if (token == 0)
                        break;
                len += skip + token;
                has_value = has_value || s[len - 1] == ')';
                n_tokens++;
        }

        /* "SET CHLAUTH" is what to read about, not what to type. */
        return n_tokens < 2 || (strncmp(s, "SET ", 4) == 0 && !has_value) ? 0 : len;
}

/* Up to what ends a command in prose: a bracket, a comma, a colon, the end of the sentence. */
static size_t shell_len(const char *s)
{
        size_t len = 0;

        if (!begins_with_one_of(s, shell_verbs, ARRAY_LEN(shell_verbs)))
                return 0;

        while (s[len] && !strchr("(),;", s[len]) && strncmp(s + len, ": ", 2) != 0 &&
                strncmp(s + len, ". ", 2) != 0 && strncmp(s + len, " and ", 5) != 0 &&
                strncmp(s + len, " on ", 4) != 0)
                len++;
        while (len > 0 && (s[len - 1] == '.' || s[len - 1] == ' '))
                len--;
        return len;
}

static size_t command_len(const char *s, RemedyKind *ret_kind)
{
        size_t len = mqsc_len(s);

        if (len > 0) {
                *ret_kind = REMEDY_MQSC;
                return len;
        }

        len = shell_len(s);
        if (len > 0)
                *ret_kind = REMEDY_SHELL;
        return len;
}

bool remedy_next(const char **text, RemedyPart *ret)
{
        const char *start = NULL;

        assert(text);
        assert(*text);
        assert(ret);

        start = *text;
        for (const char *s = start; *s; s++) {
                RemedyKind kind = REMEDY_PROSE;
                size_t len = 0;

                if (s != start && s[-1] != ' ' && s[-1] != '(')
                        continue;
                len = command_len(s, &kind);
                if (len == 0)
                        continue;

                /* First the prose before it; the command comes with the next call. */
                *ret = s > start ? (RemedyPart){REMEDY_PROSE, start, (size_t) (s - start)}
                                 : (RemedyPart){kind, start, len};
                *text = start + ret->len;
                return true;
        }

        *ret = (RemedyPart){REMEDY_PROSE, start, strlen(start)};
        *text = start + ret->len;
        return ret->len > 0;
}

/* ---- filling it in ---- */

/* MQSC folds what is not quoted to upper case. */
static void append_mqsc_name(const char *name, Buf *b)
{
        bool plain = name[0] != '\0';

        for (const char *s = name; *s; s++)
                plain = plain && (is_keyword_char(*s) || strchr("._", *s));
        if (!plain)
                buf_append_char(b, '\'');
        for (const char *s = name; *s; s++)
                buf_append_str(b, *s == '\'' ? "''" : (const char[]){*s, '\0'});
        if (!plain)
                buf_append_char(b, '\'');
}

/* The other end of a channel of this type, NULL where that is not certain. */
static const char *partner_type(ChannelType type)
{
        switch ((int) type) {
        case CHANNEL_TYPE_SVRCONN:
                return "CLNTCONN";
        case CHANNEL_TYPE_RCVR:
                return "SDR";
        case CHANNEL_TYPE_CLUSRCVR:
                return "CLUSSDR";
        default:
                return NULL;
        }
}

static bool is_for_partner(const RemedyPart *part)
{
        static const char words[] = " at the partner";

        return strncmp(part->text + part->len, words, strlen(words)) == 0;
}

/* A place holder, and what stands there instead: as it is, unless NULL. */
typedef struct Filling {
        const char *mark, *value;
} Filling;

static void append_filled(const RemedyPart *part, const Filling *fillings, size_t n, Buf *b)
{
        const char *end = part->text + part->len;

        for (const char *s = part->text; s < end;) {
                const Filling *f = NULL;

                for (size_t i = 0; i < n && !f; i++)
                        if (fillings[i].value &&
                                strncmp(s, fillings[i].mark, strlen(fillings[i].mark)) == 0)
                                f = &fillings[i];
                if (f)
                        buf_append_str(b, f->value);
                else
                        buf_append_char(b, *s);
                s += f ? strlen(f->mark) : 1;
        }
}

static bool begins_with(const RemedyPart *part, const char *words)
{
        return strncmp(part->text, words, strlen(words)) == 0;
}

static void append_mqsc(const RemedyPart *part, const EndpointConfig *c, Buf *b)
{
        const char *type = is_for_partner(part) ? partner_type(c->chltype)
                                                : channel_type_to_string(c->chltype);
        CLEANUP_BUF Buf name = BUF_INIT, typed = BUF_INIT;

        buf_append_char(&name, '(');
        append_mqsc_name(c->channel, &name);
        buf_append_char(&name, ')');
        buf_appendf(&typed, "(%s)", type ? type : "type");
        if (buf_error(&name) < 0 || buf_error(&typed) < 0) {
                b->failed = true;
                return;
        }

        const Filling fillings[] = {
                {"(name)", begins_with(part, "START LISTENER") ? NULL : buf_str(&name)},
                {"(type)", buf_str(&typed)},
        };
        append_filled(part, fillings, ARRAY_LEN(fillings), b);
}

static void append_shell(const RemedyPart *part, const EndpointConfig *c, Buf *b)
{
        CLEANUP_BUF Buf host = BUF_INIT, port = BUF_INIT;

        if (c->connames.n_entries == 0) {
                buf_append(b, part->text, part->len);
                return;
        }
        escape_shell(&host, c->connames.entries[0].host, strlen(c->connames.entries[0].host));
        buf_append_u64(&port, c->connames.entries[0].port);
        if (buf_error(&host) < 0 || buf_error(&port) < 0) {
                b->failed = true;
                return;
        }

        const Filling fillings[] = {
                {"HOST", buf_str(&host)},
                {"NAME", buf_str(&host)},
                {"PORT", buf_str(&port)},
        };
        append_filled(part, fillings, ARRAY_LEN(fillings), b);
}

void remedy_append(const RemedyPart *part, const EndpointConfig *c, Buf *b)
{
        assert(part);
        assert(b);

        if (c && part->kind == REMEDY_MQSC)
                append_mqsc(part, c, b);
        else if (c && part->kind == REMEDY_SHELL)
                append_shell(part, c, b);
        else
                buf_append(b, part->text, part->len);
}
