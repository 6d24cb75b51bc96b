/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_ALERT_TABLE_H
#define MQTLS_RENDER_ALERT_TABLE_H

/*
 * Every alert of etc/mqtlsd.rules.yml with what the person on call needs to know: its runbook page. A
 * test holds the rules against this table. One row:
 *
 *   X(ID, name, severity,
 *           meaning, impact, diagnosis, mitigation)
 *
 * name       of the alert, and of its page: /runbook/NAME
 * severity   "critical" or "warning", as the rule has it
 * meaning    what is so, in one or two sentences
 * impact     what breaks, for whom, and when
 * diagnosis  how to find out more; commands are added by the page itself
 * mitigation what to do, first things first
 */
#define ALERT_TABLE(X)                                                                             \
        X(CERT_EXPIRED, "MqtlsCertExpired", "critical",                                            \
                "A certificate that the listener sends, or that its chain needs, has ended.",      \
                "Every new connection over this channel fails: partners refuse the certificate "   \
                "(AMQ9633E). Channels that run go on until they are restarted, so the outage "     \
                "comes piece by piece.",                                                           \
                "See which certificate of the chain has ended: the leaf is the queue manager's, "  \
                "anything above it belongs to the authority and ends for all its leaves at once.", \
                "Put the renewed certificate and its chain into the key repository under the "     \
                "label that CERTLABL names, then issue REFRESH SECURITY TYPE(SSL). Where an "      \
                "authority has ended, partners need its successor first.")

#endif
