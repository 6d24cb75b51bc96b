/* SPDX-License-Identifier: MIT */

/*
 * qmgr: a queue manager to test against, as far as the initial data exchange goes. It listens on
 * loopback, says "LISTENING 127.0.0.1:PORT", and leads each conversation in a thread of its own as
 * the script (qmgr_script.h) says. With a certificate it speaks TLS and, as a queue manager does,
 * always asks for a client certificate without insisting: the channel decides. Without, it is in clear.
 *
 *      qmgr --script FILE [--port N] [--cert FILE --key FILE] [--ca FILE]
 *           [--min-tls 1.2] [--max-tls 1.3] [--ciphers LIST] [--ciphersuites LIST]
 *           [--record FILE] [--connections N]
 *
 * For each connection it prints one line when it has ended:
 *
 *      connection=1 tls=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 sni=- client="CN=app" channel=X flows=1
 *      result=accepted left=end-conv
 *
 * --record takes down the bytes of MQ: "CONNECTION c|s HEX", c for the client's, one line per read
 * or answer. --connections ends the program after so many.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/escape.h"
#include "tests/support/hex.h"
#include "tests/support/qmgr_talk.h"
#include "x509/cert.h"

enum {
        READ_SIZE = 16384,
        PATIENCE_SECONDS = 60, /* with a caller that neither speaks nor leaves */
};

typedef struct Options {
        const char *script, *cert, *key, *ca, *min_tls, *max_tls, *ciphers, *ciphersuites, *record;
        unsigned port, n_connections;
} Options;

typedef struct Listener {
        QmgrScript script;
        SSL_CTX *ctx; /* NULL: in clear */
        FILE *record;
        pthread_mutex_t mutex; /* of what is written, and of n_running */
        pthread_cond_t ended;
        unsigned n_running;
} Listener;

typedef struct Connection {
        Listener *listener;
        unsigned number;
        int fd;
        SSL *ssl;
        CertFacts cert;
        bool has_cert;
        QmgrCaller caller;
} Connection;

__attribute__((noreturn)) static void die(const char *what, const char *value)
{
        (void) fprintf(stderr, "qmgr: %s: %s\n", what, value);
        ERR_print_errors_fp(stderr);
        exit(EXIT_FAILURE);
}

/* ---- TLS ---- */

static int take_any(int ok, X509_STORE_CTX *store)
{
        (void) ok;
        (void) store;
        return 1;
}

static int version_number(const char *text)
{
        static const struct {
                const char *name;
                int number;
        } versions[] = {{"1.0", TLS1_VERSION}, {"1.1", TLS1_1_VERSION}, {"1.2", TLS1_2_VERSION},
                {"1.3", TLS1_3_VERSION}};

        for (size_t i = 0; text && i < ARRAY_LEN(versions); i++)
                if (strcmp(text, versions[i].name) == 0)
                        return versions[i].number;
        if (text)
                die("no TLS version", text);
        return 0;
}

static SSL_CTX *make_ctx(const Options *o)
{
        SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

        if (!ctx)
                die("TLS", "SSL_CTX_new");
        SSL_CTX_set_security_level(ctx, 0);
        if (SSL_CTX_use_certificate_chain_file(ctx, o->cert) != 1)
                die("certificate", o->cert);
        if (SSL_CTX_use_PrivateKey_file(ctx, o->key ? o->key : o->cert, SSL_FILETYPE_PEM) != 1)
                die("key", o->key ? o->key : o->cert);
        if (SSL_CTX_set_min_proto_version(ctx, version_number(o->min_tls)) != 1 ||
                SSL_CTX_set_max_proto_version(ctx, version_number(o->max_tls)) != 1)
                die("TLS versions", "refused");
        if (o->ciphers && SSL_CTX_set_cipher_list(ctx, o->ciphers) != 1)
                die("ciphers", o->ciphers);
        if (o->ciphersuites && SSL_CTX_set_ciphersuites(ctx, o->ciphersuites) != 1)
                die("ciphersuites", o->ciphersuites);

        SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, o->ca ? NULL : take_any);
        if (o->ca) {
                if (SSL_CTX_load_verify_locations(ctx, o->ca, NULL) != 1)
                        die("CA", o->ca);
                SSL_CTX_set_client_CA_list(ctx, SSL_load_client_CA_file(o->ca));
        }
        (void) SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
        return ctx;
}

static void read_client_certificate(Connection *c)
{
        X509 *x509 = SSL_get0_peer_certificate(c->ssl);
        uint8_t *der = NULL;
        int len;

        if (!x509)
                return;
        len = i2d_X509(x509, &der);
        if (len < 0 || cert_facts_from_der(der, (size_t) len, &c->cert) < 0)
                abort();
        OPENSSL_free(der);
        c->has_cert = true;
        c->caller.subject = &c->cert.subject;
        c->caller.serial = c->cert.serial;
}

static bool shake_hands(Connection *c)
{
        if (!c->listener->ctx)
                return true;
        c->ssl = SSL_new(c->listener->ctx);
        if (!c->ssl || SSL_set_fd(c->ssl, c->fd) != 1)
                abort();
        if (SSL_accept(c->ssl) != 1)
                return false;

        c->caller.tls = true;
        c->caller.version = (uint16_t) SSL_version(c->ssl);
        c->caller.code = SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(c->ssl));
        read_client_certificate(c);
        return true;
}

/* ---- bytes ---- */

static size_t receive(Connection *c, void *data, size_t size)
{
        ssize_t n;

        if (c->ssl) {
                int r = SSL_read(c->ssl, data, (int) size);

                return r > 0 ? (size_t) r : 0;
        }
        do
                n = recv(c->fd, data, size, 0);
        while (n < 0 && errno == EINTR);
        return n > 0 ? (size_t) n : 0;
}

static bool send_all(Connection *c, const char *data, size_t len, size_t slice)
{
        while (len > 0) {
                size_t n = slice > 0 ? MIN_OF(slice, len) : len;
                ssize_t r = c->ssl ? SSL_write(c->ssl, data, (int) n)
                                   : send(c->fd, data, n, MSG_NOSIGNAL);

                if (r <= 0)
                        return false;
                data += r;
                len -= (size_t) r;
        }
        return true;
}

static void record(const Connection *c, char who, const void *data, size_t len)
{
        CLEANUP_BUF Buf hex = BUF_INIT;
        Listener *l = c->listener;

        if (!l->record || len == 0)
                return;
        hex_append(&hex, data, len);
        (void) pthread_mutex_lock(&l->mutex);
        (void) fprintf(l->record, "%u %c %s\n", c->number, who, buf_str(&hex));
        (void) fflush(l->record);
        (void) pthread_mutex_unlock(&l->mutex);
}

static void converse(Connection *c, QmgrTalk *t)
{
        CLEANUP_BUF Buf out = BUF_INIT;
        char data[READ_SIZE];
        bool goes_on = true;

        while (goes_on) {
                size_t n = receive(c, data, sizeof(data));

                if (n == 0)
                        return;
                record(c, 'c', data, n);
                goes_on = qmgr_talk_feed(t, data, n, &out);
                record(c, 's', out.data, out.len);
                if (out.len > 0 && !send_all(c, out.data, out.len, qmgr_talk_slice(t)))
                        return;
                buf_clear(&out);
        }
}

/* close_notify and FIN, then until the caller's FIN: a close with bytes unread would be a reset. */
static void hang_up(Connection *c)
{
        char scratch[READ_SIZE];
        ssize_t n = 1;

        if (c->ssl && SSL_is_init_finished(c->ssl))
                (void) SSL_shutdown(c->ssl);
        (void) shutdown(c->fd, SHUT_WR);
        while (n > 0)
                n = recv(c->fd, scratch, sizeof(scratch), 0);
        (void) close(c->fd);
}

/* ---- connections ---- */

static void print_line(const Connection *c, const QmgrTalk *t)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        const char *sni = c->ssl ? SSL_get_servername(c->ssl, TLSEXT_NAMETYPE_host_name) : NULL;

        buf_appendf(&b, "connection=%u tls=%s cipher=%s sni=", c->number,
                c->caller.tls ? SSL_get_version(c->ssl) : "-",
                c->caller.tls ? SSL_get_cipher_name(c->ssl) : "-");
        escape_log(&b, sni ? sni : "-", strlen(sni ? sni : "-"), 0);
        buf_append_str(&b, " client=\"");
        if (c->has_cert && c->cert.subject_mq)
                escape_log(&b, c->cert.subject_mq, strlen(c->cert.subject_mq), 0);
        buf_append_str(&b, "\" ");
        if (t)
                qmgr_talk_summary(t, &b);
        else
                buf_append_str(&b, "channel= flows=0 result=tls-failed left=-");

        (void) pthread_mutex_lock(&c->listener->mutex);
        (void) printf("%s\n", buf_str(&b));
        (void) fflush(stdout);
        (void) pthread_mutex_unlock(&c->listener->mutex);
}

static void *serve(void *userdata)
{
        Connection *c = userdata;
        Listener *l = c->listener;
        QmgrTalk *t = NULL;

        if (shake_hands(c)) {
                t = qmgr_talk_new(&l->script, &c->caller);
                converse(c, t);
        }
        hang_up(c);
        print_line(c, t);

        qmgr_talk_free(t);
        SSL_free(c->ssl);
        cert_facts_done(&c->cert);
        free(c);
        (void) pthread_mutex_lock(&l->mutex);
        l->n_running--;
        (void) pthread_cond_signal(&l->ended);
        (void) pthread_mutex_unlock(&l->mutex);
        return NULL;
}

static int listen_on(unsigned port)
{
        struct sockaddr_in address = {.sin_family = AF_INET,
                .sin_port = htons((uint16_t) port),
                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t len = sizeof(address);
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

        if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
                bind(fd, (struct sockaddr *) &address, sizeof(address)) < 0 || listen(fd, 128) < 0 ||
                getsockname(fd, (struct sockaddr *) &address, &len) < 0)
                die("cannot listen", strerror(errno));
        (void) printf("LISTENING 127.0.0.1:%u\n", ntohs(address.sin_port));
        (void) fflush(stdout);
        return fd;
}

static void accept_one(Listener *l, int listening, unsigned number)
{
        const struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
        Connection *c = calloc(1, sizeof(*c));
        pthread_t thread;
        int on = 1;

        if (!c)
                abort();
        c->listener = l;
        c->number = number;
        do
                c->fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
        while (c->fd < 0 && (errno == EINTR || errno == ECONNABORTED));
        if (c->fd < 0)
                die("cannot accept", strerror(errno));
        (void) setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        (void) setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));

        (void) pthread_mutex_lock(&l->mutex);
        l->n_running++;
        (void) pthread_mutex_unlock(&l->mutex);
        if (pthread_create(&thread, NULL, serve, c) != 0)
                die("no thread for connection", "pthread_create");
        (void) pthread_detach(thread);
}

/* ---- options ---- */

static unsigned option_number(const char *text, unsigned long max)
{
        char *end;
        unsigned long n = strtoul(text, &end, 10);

        if (text[0] < '0' || text[0] > '9' || *end != '\0' || n > max)
                die("no number in range", text);
        return (unsigned) n;
}

static Options read_options(int argc, char **argv)
{
        static const struct option known[] = {
                {"script", required_argument, NULL, 's'},
                {"port", required_argument, NULL, 'p'},
                {"cert", required_argument, NULL, 'c'},
                {"key", required_argument, NULL, 'k'},
                {"ca", required_argument, NULL, 'a'},
                {"min-tls", required_argument, NULL, 'm'},
                {"max-tls", required_argument, NULL, 'M'},
                {"ciphers", required_argument, NULL, 'l'},
                {"ciphersuites", required_argument, NULL, 'L'},
                {"record", required_argument, NULL, 'r'},
                {"connections", required_argument, NULL, 'n'},
                {0},
        };
        Options o = {0};
        int option;

        while ((option = getopt_long(argc, argv, "", known, NULL)) >= 0) {
                const char **text = option == 's' ? &o.script
                        : option == 'c'           ? &o.cert
                        : option == 'k'           ? &o.key
                        : option == 'a'           ? &o.ca
                        : option == 'm'           ? &o.min_tls
                        : option == 'M'           ? &o.max_tls
                        : option == 'l'           ? &o.ciphers
                        : option == 'L'           ? &o.ciphersuites
                        : option == 'r'           ? &o.record
                                                  : NULL;

                if (text)
                        *text = optarg;
                else if (option == 'p')
                        o.port = option_number(optarg, UINT16_MAX);
                else if (option == 'n')
                        o.n_connections = option_number(optarg, UINT32_MAX);
                else
                        die("Usage: qmgr --script FILE [OPTIONS]", "see the top of qmgr.c");
        }
        if (!o.script || optind < argc)
                die("Usage: qmgr --script FILE [OPTIONS]", "see the top of qmgr.c");
        return o;
}

int main(int argc, char **argv)
{
        Options o = read_options(argc, argv);
        Listener l = {.mutex = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER};
        int fd;

        (void) signal(SIGPIPE, SIG_IGN);
        qmgr_script_load(o.script, &l.script);
        if (o.cert)
                l.ctx = make_ctx(&o);
        if (o.record) {
                l.record = fopen(o.record, "we");
                if (!l.record)
                        die(o.record, strerror(errno));
        }

        fd = listen_on(o.port);
        for (unsigned n = 1; o.n_connections == 0 || n <= o.n_connections; n++)
                accept_one(&l, fd, n);

        (void) pthread_mutex_lock(&l.mutex);
        while (l.n_running > 0)
                (void) pthread_cond_wait(&l.ended, &l.mutex);
        (void) pthread_mutex_unlock(&l.mutex);
        (void) close(fd);
        if (l.record)
                (void) fclose(l.record);
        SSL_CTX_free(l.ctx);
        qmgr_script_done(&l.script);
        return EXIT_SUCCESS;
}
