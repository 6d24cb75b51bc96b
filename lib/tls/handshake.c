/* SPDX-License-Identifier: MIT */
#include "tls/handshake_internal.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <string.h>

#include "tls/sniff.h"

enum {
        SCRATCH_SIZE = 4096,
};

const HandshakeLimits handshake_limits_default = {
        .bytes_max = (size_t) 512 * 1024,
        .bytes_after_finished_max = (size_t) 64 * 1024,
        .cert_list_bytes_max = (size_t) 384 * 1024,
};

static int set_name(Handshake *h, const char *sni)
{
        char name[TLSEXT_MAXLEN_host_name + 1]; /* the library's macro wants it writable */
        size_t len = sni ? strlen(sni) : 0;

        if (len == 0)
                return 0;
        if (len > TLSEXT_MAXLEN_host_name) {
                handshake_fail(h, HANDSHAKE_ERROR_LOCAL, "the server name is longer than 255 bytes");
                return 0;
        }

        /* The library takes any bytes: names of MQ channels with a '-' in odd places go out as they are. */
        memcpy(name, sni, len + 1);
        return SSL_set_tlsext_host_name(h->ssl, name) == 1 ? 0 : -ENOMEM;
}

/* A new SSL each time: one that is used again resumes its session in TLS 1.2, cache or no cache. */
static int open_ssl(Handshake *h, const TlsProfile *profile)
{
        h->ssl = SSL_new(profile->ctx);
        h->in = BIO_new(BIO_s_mem());
        h->out = BIO_new(BIO_s_mem());
        if (!h->ssl || !h->in || !h->out) {
                BIO_free(h->in);
                BIO_free(h->out);
                return -ENOMEM;
        }
        SSL_set_bio(h->ssl, h->in, h->out);

        SSL_set_connect_state(h->ssl);
        SSL_set_msg_callback_arg(h->ssl, h);
        SSL_set_max_cert_list(h->ssl, MIN_OF(h->limits.cert_list_bytes_max, (size_t) LONG_MAX));
        return 0;
}

int handshake_new(
        TlsProfile *profile, const char *sni, const HandshakeLimits *limits, Handshake **ret)
{
        CLEANUP(handshake_cleanup) Handshake *h = NULL;
        int r;

        assert(profile);
        assert(ret);

        h = calloc(1, sizeof(*h));
        if (!h)
                return -ENOMEM;

        handshake_facts_init(&h->facts);
        h->limits = limits ? *limits : handshake_limits_default;
        h->min_version = profile->min_version;
        h->max_version = profile->max_version;

        ERR_clear_error();
        r = open_ssl(h, profile);
        if (r == 0)
                r = set_name(h, sni);
        ERR_clear_error();
        if (r < 0)
                return r;

        *ret = STEAL(h);
        return 0;
}

Handshake *handshake_free(Handshake *h)
{
        if (!h)
                return NULL;

        SSL_free(h->ssl);
        handshake_facts_done(&h->facts);
        free(h);
        return NULL;
}

/* ---- bytes ---- */

const void *handshake_output(Handshake *h, size_t *ret_len)
{
        char *data = NULL;
        long len;

        assert(h);
        assert(ret_len);

        len = BIO_get_mem_data(h->out, &data);
        *ret_len = len > 0 ? (size_t) len : 0;
        return data;
}

void handshake_output_consumed(Handshake *h, size_t n)
{
        uint8_t scratch[SCRATCH_SIZE];

        assert(h);
        assert(n <= BIO_ctrl_pending(h->out));

        h->facts.bytes_out += n;
        while (n > 0) {
                int r = BIO_read(h->out, scratch, (int) MIN_OF(n, sizeof(scratch)));

                if (r <= 0)
                        return;
                n -= (size_t) r;
        }
}

static void keep_first_bytes(HandshakeFacts *f, const uint8_t *data, size_t len)
{
        size_t n = MIN_OF(len, sizeof(f->first_bytes) - f->n_first_bytes);

        memcpy(f->first_bytes + f->n_first_bytes, data, n);
        f->n_first_bytes += n;
}

/* How many bytes more the limits let in. */
static size_t bytes_allowed(const Handshake *h)
{
        size_t taken = h->bytes_taken, max = h->limits.bytes_max;

        if (h->state == HANDSHAKE_DONE) {
                taken -= h->bytes_at_finished;
                max = h->limits.bytes_after_finished_max;
        }
        return taken < max ? max - taken : 0;
}

int handshake_feed(Handshake *h, const void *data, size_t len)
{
        size_t n;

        assert(h);
        assert(data || len == 0);

        h->facts.bytes_in += len;
        if (len == 0 || h->state == HANDSHAKE_FAILED || h->refused)
                return 0;

        keep_first_bytes(&h->facts, data, len);

        n = MIN_OF(MIN_OF(len, bytes_allowed(h)), (size_t) INT_MAX);
        if (h->bytes_dropped)
                n = 0; /* there is a hole already, what lies behind it is worth nothing */
        if (n < len)
                h->bytes_dropped = true;
        if (n == 0)
                return 0;

        ERR_clear_error();
        if (BIO_write(h->in, data, (int) n) != (int) n) {
                ERR_clear_error();
                return -ENOMEM;
        }
        h->bytes_taken += n;
        return 0;
}

/* ---- handshake ---- */

/* libssl would only say "wrong version number" to a stranger, and might wait for more bytes. */
static bool is_speaking_tls(Handshake *h)
{
        switch (sniff(h->facts.first_bytes, h->facts.n_first_bytes)) {
        case SNIFF_NOTHING:
                return true;
        case SNIFF_TLS:
                /* Content type and major version say it all. */
                h->first_bytes_are_tls = h->facts.n_first_bytes >= 2;
                return true;
        case SNIFF_MQ:
        case SNIFF_HTTP:
        case SNIFF_SSH:
        case SNIFF_TEXT:
        case SNIFF_BINARY:
        case _SNIFF_KIND_MAX:
        default:
                return false;
        }
}

static void finish(Handshake *h)
{
        h->state = HANDSHAKE_DONE;
        h->can_close = true;
        h->facts.session_reused = SSL_session_reused(h->ssl) == 1;
        h->bytes_at_finished = h->bytes_taken - BIO_ctrl_pending(h->in);
}

HandshakeState handshake_step(Handshake *h)
{
        int r, ssl_error;

        assert(h);

        if (h->state != HANDSHAKE_WANTS_INPUT)
                return h->state;
        if (!h->first_bytes_are_tls && !is_speaking_tls(h)) {
                handshake_fail(h, HANDSHAKE_ERROR_NOT_TLS, "the first bytes are no TLS record");
                return h->state;
        }

        ERR_clear_error();
        r = SSL_do_handshake(h->ssl);
        ssl_error = SSL_get_error(h->ssl, r);

        if (h->out_of_memory)
                handshake_fail_from_library(h, ssl_error);
        else if (r == 1)
                finish(h);
        else if (ssl_error != SSL_ERROR_WANT_READ)
                handshake_fail_from_library(h, ssl_error);
        else if (h->bytes_dropped)
                handshake_fail(h, HANDSHAKE_ERROR_LIMIT, "more bytes than a handshake may have");

        handshake_facts_ask(h);
        return h->state;
}

/* ---- after it ---- */

/* Takes what the session holds; `data` may be NULL. Returns the last SSL_get_error(). */
static int read_all(Handshake *h, Buf *data)
{
        uint8_t scratch[SCRATCH_SIZE];
        int r;

        /* Ends, because the input does: feeding is capped, and nothing is fed from in here. */
        do {
                ERR_clear_error();
                r = SSL_read(h->ssl, scratch, sizeof(scratch));
                if (r > 0)
                        h->facts.data_seen = true;
                if (r > 0 && data)
                        buf_append(data, scratch, (size_t) r);
        } while (r > 0);

        return SSL_get_error(h->ssl, r);
}

LingerState handshake_read(Handshake *h, Buf *data)
{
        const HandshakeFacts *f = &h->facts;
        int ssl_error;

        assert(h);
        assert(h->state == HANDSHAKE_DONE);

        if (h->refused)
                return LINGER_REFUSED;

        ssl_error = read_all(h, data);
        if (h->out_of_memory || ssl_error != SSL_ERROR_WANT_READ)
                handshake_fail_from_library(h, ssl_error);
        ERR_clear_error();

        /* Who said something within the session and then farewell has accepted us before. */
        if (f->error == HANDSHAKE_ERROR_CLOSE_NOTIFY && (f->ticket_seen || f->data_seen))
                return LINGER_ACCEPTED;
        if (f->error != HANDSHAKE_ERROR_NONE) {
                h->refused = true;
                h->can_close = h->can_close && f->error == HANDSHAKE_ERROR_CLOSE_NOTIFY;
                return LINGER_REFUSED;
        }
        /* Who reads the data has to know that there is a hole in it. */
        if (data && h->bytes_dropped)
                return LINGER_LIMIT;
        if (f->ticket_seen || f->data_seen)
                return LINGER_ACCEPTED;
        return h->bytes_dropped ? LINGER_LIMIT : LINGER_QUIET;
}

LingerState handshake_linger(Handshake *h)
{
        return handshake_read(h, NULL);
}

int handshake_write(Handshake *h, const void *data, size_t len)
{
        int r;

        assert(h);
        assert(h->state == HANDSHAKE_DONE);
        assert(data || len == 0);

        if (len == 0)
                return 0;
        if (h->refused || !h->can_close || len > INT_MAX)
                return -EPIPE;

        /* The output grows as it needs to, so a write is never partial. */
        ERR_clear_error();
        r = SSL_write(h->ssl, data, (int) len);
        ERR_clear_error();
        return r == (int) len ? 0 : -ENOMEM;
}

void handshake_close(Handshake *h)
{
        assert(h);

        /* After a failure libssl has its alert in the output already, and nothing may follow it. */
        if (!h->can_close)
                return;
        h->can_close = false;

        ERR_clear_error();
        (void) SSL_shutdown(h->ssl);
        ERR_clear_error();
}
