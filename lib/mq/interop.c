/* SPDX-License-Identifier: MIT */
#include "mq/interop.h"

#include <assert.h>

#include "base/util.h"

/*
 * The two checks: the handshake agrees on the strongest protocol and suite that both queue managers
 * (or client and queue manager) have enabled, whatever the accepting channel says; then the accepting
 * channel compares what was agreed with its own SSLCIPH. So a wide initiator meets a narrow acceptor
 * only by luck.
 *
 * Source: IBM MQ, "Relationship between alias CipherSpec settings", both tables. The row of
 * ANY_TLS13_OR_HIGHER as initiator and everything about older protocols is derived from the two
 * checks, not read.
 */

typedef enum Side {
        SIDE_TLS12, /* one CipherSpec of that protocol */
        SIDE_TLS13,
        SIDE_OLDER,
        SIDE_ANY,
        SIDE_ANY_TLS12,
        SIDE_ANY_TLS13,
        SIDE_ANY_TLS12_OR_HIGHER,
        SIDE_ANY_TLS13_OR_HIGHER,
        _SIDE_MAX,
} Side;

typedef enum Cell {
        F, /* fails */
        L, /* likely fails */
        E, /* works if both name the same CipherSpec */
        W, /* works */
} Cell;

/* Columns: TLS 1.2, TLS 1.3, older, ANY, ANY_TLS12, ANY_TLS13, …12_OR_HIGHER, …13_OR_HIGHER. */
static const Cell with_tls13[_SIDE_MAX][_SIDE_MAX] = {
        [SIDE_TLS12] = {E, F, F, W, W, F, W, F},
        [SIDE_TLS13] = {F, E, F, W, F, W, W, W},
        [SIDE_OLDER] = {F, F, E, L, F, F, F, F},
        [SIDE_ANY] = {F, L, F, W, F, W, W, W},
        [SIDE_ANY_TLS12] = {L, F, F, W, W, F, W, F},
        [SIDE_ANY_TLS13] = {F, L, F, W, F, W, W, W},
        [SIDE_ANY_TLS12_OR_HIGHER] = {F, L, F, W, F, W, W, W},
        [SIDE_ANY_TLS13_OR_HIGHER] = {F, L, F, W, F, W, W, W},
};

static const Cell without_tls13[_SIDE_MAX][_SIDE_MAX] = {
        [SIDE_TLS12] = {E, F, F, W, W, F, W, F},
        [SIDE_TLS13] = {F, F, F, F, F, F, F, F},
        [SIDE_OLDER] = {F, F, E, L, F, F, F, F},
        [SIDE_ANY] = {L, F, F, W, W, F, W, F},
        [SIDE_ANY_TLS12] = {L, F, F, W, W, F, W, F},
        [SIDE_ANY_TLS13] = {F, F, F, F, F, F, F, F},
        [SIDE_ANY_TLS12_OR_HIGHER] = {L, F, F, W, W, F, W, F},
        [SIDE_ANY_TLS13_OR_HIGHER] = {F, F, F, F, F, F, F, F},
};

static Side side_of(const SslCiph *s)
{
        switch (s->kind) {
        case SSLCIPH_SINGLE:
                if (s->single->version == TLS_VERSION_TLS13)
                        return SIDE_TLS13;
                return s->single->version == TLS_VERSION_TLS12 ? SIDE_TLS12 : SIDE_OLDER;
        case SSLCIPH_ANY_TLS12:
                return SIDE_ANY_TLS12;
        case SSLCIPH_ANY_TLS12_OR_HIGHER:
                return SIDE_ANY_TLS12_OR_HIGHER;
        case SSLCIPH_ANY_TLS13:
                return SIDE_ANY_TLS13;
        case SSLCIPH_ANY_TLS13_OR_HIGHER:
                return SIDE_ANY_TLS13_OR_HIGHER;
        case SSLCIPH_UNSET:
        case SSLCIPH_ANY:
        default:
                return SIDE_ANY;
        }
}

static bool needs_tls13(Side side)
{
        return side == SIDE_TLS13 || side == SIDE_ANY_TLS13 || side == SIDE_ANY_TLS13_OR_HIGHER;
}

static const char *why_fails(Side initiator, Side acceptor, bool tls13)
{
        if (!tls13 && (needs_tls13(initiator) || needs_tls13(acceptor)))
                return "One side wants TLS 1.3 and it is not there: the handshake finds no common protocol.";
        if (initiator == SIDE_OLDER || acceptor == SIDE_OLDER)
                return "A CipherSpec of SSL 3.0 or TLS 1.0 meets only itself, and is off by default.";
        if (initiator == acceptor)
                return "Two different CipherSpecs: the channel accepts only the one it names.";
        if (initiator == SIDE_TLS12 || initiator == SIDE_TLS13 || initiator == SIDE_ANY_TLS12)
                return "No CipherSpec is admitted by both sides: the handshake fails (AMQ9616E), or the "
                       "channel refuses what was agreed (AMQ9631E).";
        return "The handshake agrees on TLS 1.3 because both sides have it, and then the accepting channel "
               "refuses it: AMQ9631E there, AMQ9641E at the initiator.";
}

static const char *const result_names[_INTEROP_RESULT_MAX] = {
        [INTEROP_WORKS] = "works",
        [INTEROP_MAY_FAIL] = "may fail",
        [INTEROP_FAILS] = "fails",
};

const char *interop_result_to_string(InteropResult r)
{
        return r >= 0 && r < _INTEROP_RESULT_MAX ? result_names[r] : NULL;
}

InteropResult interop_meet(
        const SslCiph *initiator, const SslCiph *acceptor, bool tls13, const char **ret_why)
{
        const char *why = "Whatever the handshake agrees on, the accepting channel admits.";
        InteropResult result = INTEROP_WORKS;
        Side left, right;
        Cell cell;

        assert(initiator);
        assert(acceptor);

        left = side_of(initiator);
        right = side_of(acceptor);
        cell = tls13 ? with_tls13[left][right] : without_tls13[left][right];
        if (cell == E)
                cell = initiator->single == acceptor->single ? W : F;

        if (cell == L) {
                result = INTEROP_MAY_FAIL;
                why = "The handshake picks the strongest CipherSpec both sides have without looking at the "
                      "channel: it works only while that happens to be the one the channel names.";
        } else if (cell == F) {
                result = INTEROP_FAILS;
                why = why_fails(left, right, tls13);
        }

        if (ret_why)
                *ret_why = why;
        return result;
}

void interop_advice(const SslCiph *initiator, const SslCiph *acceptor, Buf *b)
{
        assert(initiator);
        assert(acceptor);
        assert(b);

        if (interop_meet(initiator, acceptor, true, NULL) == INTEROP_WORKS &&
                interop_meet(initiator, acceptor, false, NULL) == INTEROP_WORKS) {
                buf_append_str(b, "Nothing has to change.");
                return;
        }

        if (side_of(initiator) == SIDE_OLDER || side_of(acceptor) == SIDE_OLDER) {
                buf_append_str(b, "Leave the old CipherSpec: ALTER CHANNEL(name) CHLTYPE(type) "
                                  "SSLCIPH(ANY_TLS12_OR_HIGHER), on the accepting side first. SSL 3.0 and "
                                  "TLS 1.0 are off by default, and cannot be switched on beside TLS 1.3.");
                return;
        }
        if (side_of(acceptor) == SIDE_ANY || side_of(acceptor) == SIDE_ANY_TLS12_OR_HIGHER) {
                /* Wide open already: what is missing is the protocol. */
                buf_append_str(b, "See that both sides have TLS 1.3 (AllowTLSV13 in the SSL stanza of "
                                  "qm.ini and mqclient.ini), or let the initiator offer TLS 1.2 as well: "
                                  "SSLCIPH(ANY_TLS12_OR_HIGHER).");
                return;
        }

        buf_append_str(b, "Open the accepting side first, tighten it last: ALTER CHANNEL(name) "
                          "CHLTYPE(type) SSLCIPH(ANY_TLS12_OR_HIGHER) on the accepting queue manager, then "
                          "change the initiators one by one");
        if (needs_tls13(side_of(initiator)) || needs_tls13(side_of(acceptor)))
                buf_append_str(b, ", see that both sides have TLS 1.3 (AllowTLSV13 in the SSL stanza of "
                                  "qm.ini and mqclient.ini)");
        buf_append_str(b, ", and only when DISPLAY CHSTATUS SSLCIPH SECPROT shows what you want on all of "
                          "them, narrow the accepting channel again.");
}
