/* SPDX-License-Identifier: MIT */
#include "render/command.h"

#include <assert.h>
#include <string.h>

#include "base/escape.h"
#include "base/timefmt.h"
#include "mq/cipherspec.h"

enum {
        USUAL_TIMEOUT_SECONDS = 10, /* what --probe takes when it is not told */
};

static void append_word(Buf *b, const char *word)
{
        escape_shell(b, word, strlen(word));
}

/* " --name=value"; nothing without a value. */
static void append_option(Buf *b, const char *name, const char *value)
{
        if (!value)
                return;
        buf_append_str(b, " --");
        buf_append_str(b, name);
        buf_append_char(b, '=');
        append_word(b, value);
}

/* ---- mqtlsd ---- */

void command_append_once(Buf *b, const char *config_path, const EndpointConfig *c)
{
        CLEANUP_BUF Buf glob = BUF_INIT;

        assert(b);
        assert(config_path);
        assert(c);

        /* --endpoint takes a pattern (fnmatch(3)); the name is to mean itself. */
        for (const char *p = c->name; *p; p++) {
                if (strchr("*?[\\", *p))
                        buf_append_char(&glob, '\\');
                buf_append_char(&glob, *p);
        }
        if (buf_error(&glob) < 0)
                b->failed = true;

        buf_append_str(b, "mqtlsd --once -c ");
        append_word(b, config_path);
        append_option(b, "endpoint", buf_str(&glob));
}

static const char *sni_option(const EndpointConfig *c)
{
        switch (c->sni_mode) {
        case SNI_HOSTNAME:
                return "hostname";
        case SNI_NONE:
                return "none";
        case SNI_LITERAL:
                return c->sni;
        case SNI_CHANNEL:
        case _SNI_MODE_MAX:
        default:
                return NULL;
        }
}

void command_append_probe(Buf *b, const EndpointConfig *c)
{
        const char *sslciph = sslciph_name(&c->policy.sslciph);
        const char *listener_sslciph = sslciph_name(&c->policy.listener_sslciph);

        assert(b);
        assert(c);

        buf_append_str(b, "mqtlsd");
        append_option(b, "probe", c->conname);
        append_option(b, "channel", c->channel);
        if (*sslciph)
                append_option(b, "sslciph", sslciph);
        if (*listener_sslciph && strcmp(listener_sslciph, sslciph) != 0)
                append_option(b, "listener-sslciph", listener_sslciph);
        append_option(b, "sslpeer", c->sslpeer ? sslpeer_text(c->sslpeer) : NULL);
        append_option(b, "trust", c->trust_path);
        append_option(b, "sni", sni_option(c));
        if (c->timeout_usec != USUAL_TIMEOUT_SECONDS * USEC_PER_SEC)
                buf_appendf(b, " --timeout=%llums",
                        (unsigned long long) (c->timeout_usec / USEC_PER_MSEC));
        if (c->all_addresses)
                buf_append_str(b, " --all-addresses");
        if (c->depth == PROBE_DEPTH_MQ)
                buf_append_str(b, " --depth=mq");
}

/* ---- openssl ---- */

static const char *openssl_protocol(uint16_t version)
{
        switch (version) {
        case TLS_VERSION_TLS10:
                return "TLSv1";
        case TLS_VERSION_TLS12:
                return "TLSv1.2";
        case TLS_VERSION_TLS13:
                return "TLSv1.3";
        default:
                return NULL; /* not offered by anybody who uses OpenSSL */
        }
}

static void append_offer(Buf *b, const CipherOffer *offer)
{
        const char *min = openssl_protocol(offer->min_version);
        const char *max = openssl_protocol(offer->max_version);

        if (min)
                buf_appendf(b, " -min_protocol %s", min);
        if (max)
                buf_appendf(b, " -max_protocol %s", max);
        if (*offer->cipher_list) {
                buf_append_str(b, " -cipher ");
                append_word(b, offer->cipher_list);
                /* Anything below TLS 1.2 is refused by OpenSSL 3 itself, and so are its ciphers. */
                buf_append_str(b, ":@SECLEVEL=0");
        }
        if (*offer->ciphersuites) {
                buf_append_str(b, " -ciphersuites ");
                append_word(b, offer->ciphersuites);
        }
}

/* OpenSSL wants brackets around an address with colons. */
static void append_connect(Buf *b, const Conname *at)
{
        CLEANUP_BUF Buf text = BUF_INIT;
        bool is_ipv6 = strchr(at->host, ':') != NULL;

        buf_appendf(&text, is_ipv6 ? "[%s]:%u" : "%s:%u", at->host, (unsigned) at->port);
        if (buf_error(&text) < 0)
                b->failed = true;
        buf_append_str(b, " -connect ");
        append_word(b, buf_str(&text));
}

int command_append_openssl(Buf *b, const EndpointConfig *c, const Conname *at)
{
        CLEANUP(cipher_offer_done) CipherOffer offer = {0};
        const char *sni = NULL;
        int r;

        assert(b);
        assert(c);
        assert(at);

        r = sslciph_offer(&c->policy.sslciph, &offer);
        if (r < 0)
                return r;

        /* The pause keeps the connection open: a listener with TLS 1.3 refuses a client certificate only
         * after the handshake, and s_client leaves when its input ends. */
        buf_append_str(b, "sleep 2 | openssl s_client");
        append_connect(b, at);
        sni = endpoint_config_sni(c, at);
        buf_append_str(b, sni ? " -servername " : " -noservername");
        if (sni)
                append_word(b, sni);
        append_offer(b, &offer);
        if (c->trust_path) {
                buf_append_str(b, " -CAfile ");
                append_word(b, c->trust_path);
        }
        buf_append_str(b, " -showcerts");
        return buf_error(b);
}

/* ---- MQSC ---- */

/* A string of MQSC: within quotes, a quote is doubled, and lower case stays lower case. */
static void append_mqsc_string(Buf *b, const char *text)
{
        buf_append_char(b, '\'');
        for (const char *p = text; *p; p++) {
                if (*p == '\'')
                        buf_append_char(b, '\'');
                buf_append_char(b, *p);
        }
        buf_append_char(b, '\'');
}

static void append_display(Buf *b, const char *what, const char *name, const char *attributes)
{
        buf_append_str(b, "DISPLAY ");
        buf_append_str(b, what);
        buf_append_char(b, '(');
        append_mqsc_string(b, name);
        buf_append_str(b, ") ");
        buf_append_str(b, attributes);
        buf_append_char(b, '\n');
}

void command_append_mqsc(Buf *b, const EndpointConfig *c)
{
        assert(b);
        assert(c);

        append_display(b, "CHANNEL", c->channel,
                "CHLTYPE SSLCIPH SSLCAUTH SSLPEER CERTLABL ALTDATE ALTTIME");
        append_display(b, "CHSTATUS", c->channel,
                "STATUS CONNAME SSLCIPH SECPROT SSLPEER SSLCERTI");
        append_display(b, "CHLAUTH", c->channel, "ALL");
        buf_append_str(b, "DISPLAY QMGR SSLKEYR CERTLABL\n"
                          "DISPLAY LSSTATUS(*) PORT STATUS\n");
}
