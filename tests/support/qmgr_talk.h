/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_QMGR_TALK_H
#define MQTLS_TESTS_QMGR_TALK_H

/*
 * One conversation as a queue manager leads it, without a socket: bytes in, bytes out. It checks the
 * channel that is named against what the handshake agreed on, answers as the script says, insists on
 * what it asked for in a counter-proposal, and notes how the caller leaves.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/util.h"
#include "tests/support/qmgr_script.h"
#include "x509/dn.h"

/* What is known when the first byte of MQ comes. */
typedef struct QmgrCaller {
        bool tls;
        uint16_t version, code; /* of the CipherSpec negotiated */
        const Dn *subject;      /* of the client certificate; NULL: none came */
        const char *serial;
} QmgrCaller;

typedef struct QmgrTalk QmgrTalk;

QmgrTalk *qmgr_talk_new(QmgrScript *script, const QmgrCaller *caller); /* both borrowed */
QmgrTalk *qmgr_talk_free(QmgrTalk *t);

/* Takes bytes from the caller, appends the answer to `out`. Returns false when the queue manager hangs
 * up (behind the answer). */
bool qmgr_talk_feed(QmgrTalk *t, const void *data, size_t len, Buf *out);

/* Bytes per write now, 0: all at once. */
size_t qmgr_talk_slice(const QmgrTalk *t);

/* Appends "channel=X flows=N result=R left=L": what was asked for, what came of it, and how the caller
 * left: "end-conv", "status", "-" without a word. */
void qmgr_talk_summary(const QmgrTalk *t, Buf *b);

#endif
