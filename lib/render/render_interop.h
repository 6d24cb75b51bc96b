/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_RENDER_INTEROP_H
#define MQTLS_RENDER_RENDER_INTEROP_H

/* --interop: how two SSLCIPH values meet, as text for people or JSON for programs. */

#include "base/buf.h"
#include "mq/interop.h"
#include "render/render_report.h"

/*
 * What happens with TLS 1.3, which both sides have by default since 9.2; and at best "may fail" where
 * it is worse without, because who asks does not know which of both it will be. Two values that name
 * nothing but TLS 1.3 stand on queue managers that have it, so for these only the one counts.
 */
InteropResult render_interop_result(const SslCiph *initiator, const SslCiph *acceptor);

/* `style` of the text; NULL: JSON. Returns 0 or -ENOMEM. */
int render_interop(
        const SslCiph *initiator, const SslCiph *acceptor, const ReportStyle *style, Buf *b);

#endif
