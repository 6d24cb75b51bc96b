/* SPDX-License-Identifier: MIT */
#include "tests/support/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"

enum {
        FILLERS = 2, /* what a backlog of 0 holds */
};

typedef struct Guest {
        TAILQ_ENTRY(Guest) link;
        Peer *peer;
        int fd;
        sd_event_source *source;
        TlsServer *tls;
        Buf out;
        bool has_talked, is_through;
} Guest;

typedef TAILQ_HEAD(GuestList, Guest) GuestList;

struct Peer {
        PeerOptions options;
        sd_event *event;
        int fd;
        int fillers[FILLERS];
        uint16_t port;
        sd_event_source *source;
        GuestList guests;
        unsigned n_accepted, n_open, n_open_max, n_left, n_reset, n_goodbyes;
};

/* For what only a mistake in the test, or a broken machine, can make fail. */
static void must(bool ok, const char *what)
{
        if (ok)
                return;
        fprintf(stderr, "peer: %s: %s\n", what, strerror(errno));
        abort();
}

static void guest_leave(Guest *g, bool reset)
{
        Peer *p = g->peer;
        const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

        if (reset)
                must(setsockopt(g->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) == 0,
                        "SO_LINGER");
        TAILQ_REMOVE(&p->guests, g, link);
        p->n_open--;
        sd_event_source_disable_unref(g->source);
        (void) close(g->fd);
        tls_server_free(g->tls);
        buf_done(&g->out);
        free(g);
}

static void guest_take_output(Guest *g)
{
        size_t len = 0;
        const uint8_t *data = NULL;

        if (!g->tls)
                return;
        data = tls_server_output(g->tls, &len);
        buf_append(&g->out, data, len);
        tls_server_output_consumed(g->tls, len);
        if (tls_server_is_done(g->tls))
                g->is_through = true;
}

/* Says what is to be said. Returns false when the guest has been shown out. */
static bool guest_speak(Guest *g)
{
        const PeerOptions *o = &g->peer->options;
        uint32_t events = o->deaf ? 0 : EPOLLIN;

        guest_take_output(g);
        while (g->out.len > 0) {
                ssize_t n = send(
                        g->fd, g->out.data, o->one_byte ? 1 : g->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);

                if (n <= 0)
                        break;
                buf_consume(&g->out, (size_t) n);
                if (o->one_byte)
                        break;
        }
        if (g->out.len > 0)
                events |= EPOLLOUT;
        must(sd_event_source_set_io_events(g->source, events) >= 0, "set_io_events");

        if (g->out.len > 0 || !g->is_through)
                return true;
        if (o->then_reset) {
                guest_leave(g, true);
                return false;
        }
        if (o->then_eof) {
                g->is_through = false;
                (void) shutdown(g->fd, SHUT_WR);
        }
        return true;
}

static void guest_hear(Guest *g, const void *data, size_t len)
{
        const PeerOptions *o = &g->peer->options;

        if (g->tls) {
                tls_server_feed(g->tls, data, len);
        } else if (o->kind == PEER_ANSWER && !g->has_talked) {
                buf_append(&g->out, o->text, o->text_len);
                g->is_through = true;
        }
        g->has_talked = true;
}

/* Returns false when the guest is gone. */
static bool guest_read(Guest *g)
{
        Peer *p = g->peer;
        uint8_t data[16384];
        ssize_t n = recv(g->fd, data, sizeof(data), MSG_DONTWAIT);

        if (n > 0) {
                guest_hear(g, data, (size_t) n);
                return true;
        }
        if (n < 0 && errno == EAGAIN)
                return true;

        if (n == 0)
                p->n_left++;
        else
                p->n_reset++;
        if (g->tls && tls_server_is_closed(g->tls))
                p->n_goodbyes++;
        guest_leave(g, false);
        return false;
}

static int on_guest(sd_event_source *source UNUSED, int fd UNUSED, uint32_t events, void *userdata)
{
        Guest *g = userdata;

        if ((!g->peer->options.deaf || (events & (EPOLLHUP | EPOLLERR))) && !guest_read(g))
                return 0;
        (void) guest_speak(g);
        return 0;
}

static void guest_new(Peer *p, int fd)
{
        const PeerOptions *o = &p->options;
        Guest *g = calloc(1, sizeof(*g));

        must(g, "calloc");
        g->peer = p;
        g->fd = fd;
        TAILQ_INSERT_TAIL(&p->guests, g, link);
        p->n_accepted++;
        p->n_open++;
        p->n_open_max = MAX_OF(p->n_open_max, p->n_open);
        must(sd_event_add_io(p->event, &g->source, fd, EPOLLIN, on_guest, g) >= 0, "add_io");

        if (o->kind == PEER_RESET) {
                guest_leave(g, true);
                return;
        }
        if (o->kind == PEER_TLS)
                g->tls = tls_server_new(o->tls);
        if (o->kind == PEER_EOF)
                (void) shutdown(fd, SHUT_WR);
        if (o->kind == PEER_SAY) {
                buf_append(&g->out, o->text, o->text_len);
                g->is_through = true;
        }
        (void) guest_speak(g);
}

static int on_knock(
        sd_event_source *source UNUSED, int fd, uint32_t events UNUSED, void *userdata)
{
        int guest = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (guest >= 0)
                guest_new(userdata, guest);
        return 0;
}

/* Two connections that nobody accepts: whoever comes now gets no answer. */
static void fill_backlog(Peer *p, const struct sockaddr_in *address)
{
        for (unsigned i = 0; i < FILLERS; i++) {
                p->fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
                must(p->fillers[i] >= 0, "socket");
                (void) connect(p->fillers[i], (const struct sockaddr *) address, sizeof(*address));
        }
}

Peer *peer_new(sd_event *event, const PeerOptions *options)
{
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(options->port)};
        socklen_t len = sizeof(address);
        Peer *p = calloc(1, sizeof(*p));

        must(p, "calloc");
        p->options = *options;
        p->event = sd_event_ref(event);
        TAILQ_INIT(&p->guests);
        for (unsigned i = 0; i < FILLERS; i++)
                p->fillers[i] = -1;

        must(inet_pton(AF_INET, options->ip ? options->ip : "127.0.0.1", &address.sin_addr) == 1,
                "inet_pton");
        p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        must(p->fd >= 0, "socket");
        must(bind(p->fd, (struct sockaddr *) &address, sizeof(address)) == 0, "bind");
        must(getsockname(p->fd, (struct sockaddr *) &address, &len) == 0, "getsockname");
        p->port = ntohs(address.sin_port);
        if (options->kind == PEER_REFUSE)
                return p;

        must(listen(p->fd, options->kind == PEER_BLACK_HOLE ? 0 : 128) == 0, "listen");
        if (options->kind == PEER_BLACK_HOLE)
                fill_backlog(p, &address);
        else
                must(sd_event_add_io(event, &p->source, p->fd, EPOLLIN, on_knock, p) >= 0,
                        "add_io");
        return p;
}

Peer *peer_free(Peer *p)
{
        if (!p)
                return NULL;

        while (!TAILQ_EMPTY(&p->guests))
                guest_leave(TAILQ_FIRST(&p->guests), false);
        for (unsigned i = 0; i < FILLERS; i++) {
                if (p->fillers[i] >= 0)
                        (void) close(p->fillers[i]);
        }
        sd_event_source_disable_unref(p->source);
        (void) close(p->fd);
        sd_event_unref(p->event);
        free(p);
        return NULL;
}

uint16_t peer_port(const Peer *p)
{
        return p->port;
}

char *peer_conname(const Peer *p)
{
        char *text = NULL;

        must(asprintf(&text, "%s(%u)", p->options.ip ? p->options.ip : "127.0.0.1", p->port) > 0,
                "asprintf");
        return text;
}

unsigned peer_n_accepted(const Peer *p)
{
        return p->n_accepted;
}

unsigned peer_n_open(const Peer *p)
{
        return p->n_open;
}

unsigned peer_n_open_max(const Peer *p)
{
        return p->n_open_max;
}

unsigned peer_n_talking(const Peer *p)
{
        const Guest *g = NULL;
        unsigned n = 0;

        TAILQ_FOREACH (g, &p->guests, link)
                n += g->has_talked ? 1 : 0;
        return n;
}

unsigned peer_n_left(const Peer *p)
{
        return p->n_left;
}

unsigned peer_n_reset(const Peer *p)
{
        return p->n_reset;
}

unsigned peer_n_goodbyes(const Peer *p)
{
        return p->n_goodbyes;
}
