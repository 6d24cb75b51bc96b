/* SPDX-License-Identifier: MIT */

/*
 * Is what was written a possible value of its setting? One check per kind, in a table; the limits
 * come from the settings table. Each complaint says what is wrong and, behind a semicolon, what to
 * do about it.
 */

#include "model/config_value.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/escape.h"
#include "base/timefmt.h"
#include "model/shard.h"
#include "mq/channel.h"
#include "mq/cipherspec.h"
#include "mq/conname.h"
#include "mq/sni.h"
#include "mq/sslpeer.h"

enum {
        LIMIT_TEXT_MAX = 32,
        CREDENTIAL_NAME_MAX = 255, /* of a file name */
        SNI_BYTES_MAX = 255,       /* of a host name, RFC 6066 section 3 */
        CERTLABL_CHARACTERS_MAX = 64,
};

#define RANGE_SEPARATOR ".."
#define HOST_CHARACTERS                                                                            \
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_"

typedef int (*KindCheck)(ConfigValue *v, SettingId id, const char *text, Issues *issues);

/* Control characters of C0 and C1, DEL, and the characters that make a line read otherwise than it
 * is stored: line separators and bidirectional overrides. */
static bool character_is_hidden(const char *s, size_t len)
{
        const unsigned char *u = (const unsigned char *) s;

        if (len == 1)
                return u[0] < 0x20 || u[0] == 0x7f;
        if (len == 2)
                return u[0] == 0xc2 && u[1] < 0xa0;
        if (len == 3 && u[0] == 0xe2 && u[1] == 0x80)
                return u[2] >= 0xa8 && u[2] <= 0xae;
        if (len == 3 && u[0] == 0xe2 && u[1] == 0x81)
                return u[2] >= 0xa6 && u[2] <= 0xa9;
        return false;
}

/* What no string may be, or NULL. */
static const char *text_fault(const char *text)
{
        size_t len = strlen(text);

        if (len == 0)
                return "is empty; write a value or remove the setting";

        for (size_t i = 0; i < len;) {
                size_t n = escape_utf8_char(text + i, len - i);

                if (n == 0)
                        return "holds bytes that are not UTF-8; save the file as UTF-8";
                if (character_is_hidden(text + i, n))
                        return "holds a control character; write one line of printable text";
                i += n;
        }

        return NULL;
}

static void check_length(ConfigValue *v, const char *text, size_t max, Issues *issues)
{
        size_t len = strlen(text);

        if (len > max)
                config_value_complain(
                        v, issues, "is %zu bytes long; write at most %zu", len, max);
}

static int check_name(ConfigValue *v, SettingId id UNUSED, const char *text, Issues *issues)
{
        check_length(v, text, CONFIG_NAME_BYTES_MAX, issues);
        return 0;
}

static int check_text(ConfigValue *v, SettingId id UNUSED, const char *text, Issues *issues)
{
        check_length(v, text, CONFIG_TEXT_BYTES_MAX, issues);
        return 0;
}

/* A relative path is relative to the file that names it. */
static int check_path(ConfigValue *v, SettingId id UNUSED, const char *text, Issues *issues)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        const char *slash = strrchr(v->file, '/');

        check_length(v, text, CONFIG_TEXT_BYTES_MAX, issues);
        if (v->state == CONFIG_VALUE_WRONG)
                return 0;

        if (text[0] != '/' && slash)
                buf_append(&b, v->file, (size_t) (slash - v->file) + 1);
        buf_append_str(&b, text);
        return buf_steal(&b, &v->text);
}

static int check_credential(ConfigValue *v, SettingId id UNUSED, const char *text, Issues *issues)
{
        if (strchr(text, '/') || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
                config_value_complain(v, issues,
                        "\"%.80s\" is no name of a systemd credential; write the name that "
                        "LoadCredential= gives it, not a path",
                        text);
        else
                check_length(v, text, CREDENTIAL_NAME_MAX, issues);
        return 0;
}

/* Is `text` one of "A|B|C"? */
static bool choice_is_among(const char *text, const char *choices)
{
        size_t len = strlen(text);

        for (;;) {
                size_t n = strcspn(choices, "|");

                if (n == len && strncmp(choices, text, n) == 0)
                        return true;
                if (choices[n] == '\0')
                        return false;
                choices += n + 1;
        }
}

static int check_choice(ConfigValue *v, SettingId id, const char *text, Issues *issues)
{
        const char *choices = setting_row(id)->info.limits;

        if (!choice_is_among(text, choices))
                config_value_complain(v, issues,
                        "\"%.80s\" is not one of %s; write one of these", text, choices);
        return 0;
}

/* Takes "LOW..HIGH" of the table apart. */
static void split_limits(const char *limits, char ret_low[LIMIT_TEXT_MAX], const char **ret_high)
{
        const char *separator = strstr(limits, RANGE_SEPARATOR);

        assert(separator && separator - limits < LIMIT_TEXT_MAX);

        memcpy(ret_low, limits, (size_t) (separator - limits));
        ret_low[separator - limits] = '\0';
        *ret_high = separator + strlen(RANGE_SEPARATOR);
}

static int check_span(ConfigValue *v, SettingId id, const char *text, Issues *issues)
{
        const char *limits = setting_row(id)->info.limits;
        uint64_t low = 0, high = UINT64_MAX;
        int r = timefmt_parse_span(text, &v->usec);

        if (r == -EINVAL) {
                config_value_complain(v, issues,
                        "\"%.80s\" is not a span of time; write numbers with their unit, such as "
                        "\"500ms\", \"10s\", \"15m\", \"4h\" or \"30d\"",
                        text);
                return 0;
        }

        if (limits[0]) {
                char low_text[LIMIT_TEXT_MAX];
                const char *high_text = NULL;

                split_limits(limits, low_text, &high_text);
                (void) timefmt_parse_span(low_text, &low);
                (void) timefmt_parse_span(high_text, &high);
        }

        if (r < 0 || v->usec < low || v->usec > high)
                config_value_complain(v, issues,
                        "\"%.80s\" is outside %s; write a span within these limits", text, limits);
        return 0;
}

static int check_threshold(ConfigValue *v, SettingId id UNUSED, const char *text, Issues *issues)
{
        if (threshold_parse(text, &v->threshold) < 0)
                config_value_complain(v, issues,
                        "\"%.80s\" is neither a span nor a share of the lifetime; write one such "
                        "as \"30d\" or \"25%%\"",
                        text);
        return 0;
}

static int check_url(ConfigValue *v, SettingId id UNUSED, const char *text, Issues *issues)
{
        static const char *const schemes[] = { "https://", "http://" };

        for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
                size_t n = strlen(schemes[i]);

                if (strncmp(text, schemes[i], n) != 0)
                        continue;
                if (text[n] == '\0' || strpbrk(text, " \"<>\\^`{|}"))
                        break;

                check_length(v, text, CONFIG_TEXT_BYTES_MAX, issues);
                return 0;
        }

        config_value_complain(v, issues,
                "\"%.80s\" is no web address; write one that begins with https:// or http:// and "
                "holds no blanks or quotes",
                text);
        return 0;
}

static int check_qmgr(ConfigValue *v, SettingId id UNUSED, const char *text, Issues *issues)
{
        const char *why = NULL;

        if (!qmgr_name_is_valid(text, &why))
                config_value_complain(v, issues,
                        "\"%.80s\" %s; write the queue manager's name as MQ knows it", text, why);
        return 0;
}

static int check_channel(ConfigValue *v, SettingId id UNUSED, const char *text, Issues *issues)
{
        const char *why = NULL;

        if (!channel_name_is_valid(text, &why))
                config_value_complain(v, issues,
                        "\"%.80s\" %s; write the channel's name as MQ knows it", text, why);
        return 0;
}

/* MQ_CERT_LABEL_LENGTH characters, any that can be printed. */
static int check_certlabl(ConfigValue *v, SettingId id UNUSED, const char *text, Issues *issues)
{
        size_t n = 0;

        for (const char *s = text; *s; s++)
                n += ((unsigned char) *s & 0xc0U) != 0x80U;
        if (strspn(text, " ") == strlen(text))
                config_value_complain(v, issues, "is blank; write the label, or remove the setting");
        else if (n > CERTLABL_CHARACTERS_MAX)
                config_value_complain(v, issues,
                        "is %zu characters long; a CERTLABL has at most %d", n,
                        CERTLABL_CHARACTERS_MAX);
        return 0;
}

static int check_conname(ConfigValue *v, SettingId id UNUSED, const char *text, Issues *issues)
{
        ConnameList list = {0};
        const char *why = NULL;
        int r = conname_list_parse(text, &list, &why);

        conname_list_done(&list);
        if (r == -ENOMEM)
                return r;

        if (r < 0)
                config_value_complain(v, issues,
                        "\"%.80s\": %s; write \"host(port)\", several separated by commas", text,
                        why);
        return 0;
}

static int check_listener_sslciph(
        ConfigValue *v, SettingId id UNUSED, const char *text, Issues *issues)
{
        SslCiph sslciph;
        const char *hint = NULL;

        if (sslciph_parse(text, &sslciph, &hint) == 0)
                return 0;

        if (hint)
                config_value_complain(v, issues,
                        "\"%.80s\" is no CipherSpec of IBM MQ; did you mean \"%s\"?", text, hint);
        else
                config_value_complain(v, issues,
                        "\"%.80s\" is no CipherSpec of IBM MQ; mqtlsd --dump=cipherspecs lists "
                        "them all",
                        text);
        return 0;
}

const char *config_sslciph_fault(const SslCiph *s)
{
        assert(s);

        if (s->kind != SSLCIPH_SINGLE)
                return NULL;

        switch (s->single->support) {
        case CIPHERSPEC_NOT_COMPILED:
                return "the TLS library was built without its cipher suite";
        case CIPHERSPEC_NO_PROTOCOL:
                return "the TLS library no longer has its protocol, SSL 3.0";
        case CIPHERSPEC_NO_NAME:
                return "no TLS library has its cipher suite";
        case CIPHERSPEC_SPOKEN:
        default:
                return NULL;
        }
}

static int check_sslciph(ConfigValue *v, SettingId id, const char *text, Issues *issues)
{
        SslCiph sslciph;
        const char *fault = NULL;
        int r = check_listener_sslciph(v, id, text, issues);

        if (r < 0 || v->state == CONFIG_VALUE_WRONG || sslciph_parse(text, &sslciph, NULL) < 0)
                return r;

        fault = config_sslciph_fault(&sslciph);
        if (fault)
                config_value_complain(v, issues,
                        "\"%.80s\" cannot be offered: %s; move the channel to a current "
                        "CipherSpec, or remove the endpoint",
                        text, fault);
        return 0;
}

static int check_sslpeer(ConfigValue *v, SettingId id UNUSED, const char *text, Issues *issues)
{
        CLEANUP(sslpeer_cleanup) SslPeer *p = NULL;
        CLEANUP_FREE char *why = NULL;
        int r = sslpeer_parse(text, &why, &p);

        if (r == -EINVAL)
                config_value_complain(v, issues, "%s", why);
        return r == -ENOMEM ? r : 0;
}

static int check_sni(ConfigValue *v, SettingId id UNUSED, const char *text, Issues *issues)
{
        for (unsigned m = 0; m < _SNI_MODE_MAX; m++) {
                const char *mode = sni_mode_to_string((SniMode) m);

                if (m == SNI_LITERAL || !mode)
                        continue;
                if (strcmp(text, mode) == 0)
                        return 0;
                if (config_distance(text, mode, 3) < 3)
                        issues_add_warning(issues, v->file, v->line, v->setting,
                                "\"%.80s\" is sent as it is; if \"%s\" was meant, write that", text,
                                mode);
        }

        if (strspn(text, HOST_CHARACTERS) != strlen(text) || strlen(text) > SNI_BYTES_MAX)
                config_value_complain(v, issues,
                        "\"%.80s\" is no server name; write \"channel\", \"hostname\", \"none\" or "
                        "a host name of at most 255 characters",
                        text);
        return 0;
}

static int check_shard(ConfigValue *v, SettingId id UNUSED, const char *text, Issues *issues)
{
        Shard shard;

        if (shard_parse(text, &shard) < 0)
                config_value_complain(v, issues,
                        "\"%.80s\" is no share of the endpoints; write the number of this daemon and how "
                        "many there are, up to %d, such as \"2/8\"",
                        text, SHARD_COUNT_MAX);
        return 0;
}

/* Kinds that are not here are not written as strings. */
static const KindCheck kind_checks[_CONFIG_KIND_MAX] = {
        [CONFIG_KIND_STRING] = check_name,
        [CONFIG_KIND_TEXT] = check_text,
        [CONFIG_KIND_NAME] = check_name,
        [CONFIG_KIND_PATH] = check_path,
        [CONFIG_KIND_CREDENTIAL] = check_credential,
        [CONFIG_KIND_CHOICE] = check_choice,
        [CONFIG_KIND_SPAN] = check_span,
        [CONFIG_KIND_THRESHOLD] = check_threshold,
        [CONFIG_KIND_URL] = check_url,
        [CONFIG_KIND_QMGR] = check_qmgr,
        [CONFIG_KIND_CHANNEL] = check_channel,
        [CONFIG_KIND_CHLTYPE] = check_choice,
        [CONFIG_KIND_CERTLABL] = check_certlabl,
        [CONFIG_KIND_CONNAME] = check_conname,
        [CONFIG_KIND_SSLCIPH] = check_sslciph,
        [CONFIG_KIND_LISTENER_SSLCIPH] = check_listener_sslciph,
        [CONFIG_KIND_SSLPEER] = check_sslpeer,
        [CONFIG_KIND_SNI] = check_sni,
        [CONFIG_KIND_SHARD] = check_shard,
};

int config_value_set_text(ConfigValue *v, SettingId id, const char *text, Issues *issues)
{
        const char *fault = text_fault(text);
        int r = 0;

        assert(kind_checks[setting_row(id)->kind]);

        if (fault) {
                config_value_complain(v, issues, "%s", fault);
                return 0;
        }

        r = kind_checks[setting_row(id)->kind](v, id, text, issues);
        if (r < 0 || v->state == CONFIG_VALUE_WRONG)
                return r;

        if (!v->text)
                v->text = strdup(text);
        if (!v->text)
                return -ENOMEM;

        v->state = CONFIG_VALUE_SET;
        return 0;
}

int config_value_set_integer(ConfigValue *v, SettingId id, int64_t integer, Issues *issues)
{
        const char *limits = setting_row(id)->info.limits, *high = NULL;
        char low[LIMIT_TEXT_MAX];

        split_limits(limits, low, &high);
        if (integer < strtoll(low, NULL, 10) || integer > strtoll(high, NULL, 10)) {
                config_value_complain(v, issues,
                        "%" PRId64 " is outside %s; write a number within these limits", integer,
                        limits);
                return 0;
        }

        v->integer = integer;
        v->state = CONFIG_VALUE_SET;
        return 0;
}

void config_value_set_boolean(ConfigValue *v, bool boolean)
{
        v->boolean = boolean;
        v->state = CONFIG_VALUE_SET;
}

int config_value_add_string(ConfigValue *v, const char *text, Issues *issues)
{
        const char *fault = text_fault(text);
        char *copy = NULL;

        if (fault) {
                config_value_complain(v, issues, "%s", fault);
                return 0;
        }

        copy = strdup(text);
        if (!copy || util_grow(&v->list, v->n_list, sizeof(*v->list)) < 0) {
                free(copy);
                return -ENOMEM;
        }

        v->list[v->n_list++] = copy;
        if (v->state == CONFIG_VALUE_ABSENT)
                v->state = CONFIG_VALUE_SET;
        return 0;
}
