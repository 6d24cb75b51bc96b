/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_TESTS_PEER_H
#define MQTLSD_TESTS_PEER_H

/*
 * A listener on loopback that behaves as told, on the loop of the test: real sockets, no threads. A
 * mistake in the options ends the program with a message.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/util.h"
#include "tests/support/tls_server.h"

typedef enum PeerKind {
        PEER_REFUSE,     /* the port is taken, and nobody listens */
        PEER_BLACK_HOLE, /* the backlog is full: SYNs are dropped */
        PEER_SILENT,     /* accepts, reads, says nothing */
        PEER_EOF,        /* FIN at once, reads on */
        PEER_RESET,      /* RST at once */
        PEER_SAY,        /* says `text` at once and stays */
        PEER_ANSWER,     /* says `text` when the first bytes have come */
        PEER_TLS,        /* a TLS server */
} PeerKind;

typedef struct PeerOptions {
        PeerKind kind;
        const char *ip; /* NULL: 127.0.0.1 */
        uint16_t port;  /* 0: any */
        const void *text;
        size_t text_len;
        const TlsServerOptions *tls; /* borrowed: lives as long as the peer */
        bool one_byte;    /* says everything one byte per turn of the loop */
        bool then_eof;    /* FIN when everything is said (TLS: when the handshake is through) */
        bool then_reset;  /* RST instead */
        bool deaf;        /* never reads, and so never learns of a FIN */
} PeerOptions;

typedef struct Peer Peer;

Peer *peer_new(sd_event *event, const PeerOptions *options);
Peer *peer_free(Peer *p);
DEFINE_CLEANUP(Peer, peer_free, peer_cleanup)
#define CLEANUP_PEER CLEANUP(peer_cleanup)

uint16_t peer_port(const Peer *p);

/* "127.0.0.1(PORT)", allocated. */
char *peer_conname(const Peer *p);

unsigned peer_n_accepted(const Peer *p);
unsigned peer_n_open(const Peer *p);      /* right now */
unsigned peer_n_open_max(const Peer *p);  /* at the same time, ever */
unsigned peer_n_talking(const Peer *p);   /* open, and bytes have come */
unsigned peer_n_left(const Peer *p);      /* have said FIN */
unsigned peer_n_reset(const Peer *p);     /* have sent RST */
unsigned peer_n_goodbyes(const Peer *p);  /* have said close_notify (TLS) */

#endif
